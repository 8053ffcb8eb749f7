"""Random requests of every service that the monitor serves, from clients that wait and clients that go."""

import argparse
import random
import time

import rclpy
from rcl_interfaces.msg import Parameter, ParameterValue
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)
from rclpy.qos import DurabilityPolicy, QoSProfile
from robot import Robot, check_end, fail
from std_srvs.srv import Trigger

NODE = "/dice_monitor"
SERVICES = {
    "list_parameters": ListParameters,
    "get_parameters": GetParameters,
    "get_parameter_types": GetParameterTypes,
    "describe_parameters": DescribeParameters,
    "set_parameters": SetParameters,
    "set_parameters_atomically": SetParametersAtomically,
    "reset": Trigger,
}
# What a good pair needs: put back before one is sent.
NEEDED = {
    "prediction.kind": ParameterValue(type=4, string_value="auto"),
    "qos.reliability": ParameterValue(type=4, string_value="auto"),
    "classes.ignored_labels": ParameterValue(type=7, integer_array_value=[255]),
    "sync.tolerance": ParameterValue(type=3, double_value=0.0),
    "sync.max_wait": ParameterValue(type=3, double_value=5.0),
    "sync.queue_size": ParameterValue(type=2, integer_value=30),
    "use_sim_time": ParameterValue(type=1, bool_value=False),
    "diagnostic_updater.period": ParameterValue(type=3, double_value=0.2),
}

arguments = argparse.ArgumentParser()
arguments.add_argument("--requests", type=int, default=10_000)
arguments.add_argument("--seed", type=int, default=1)
options = arguments.parse_args()
chance = random.Random(options.seed)
robot = Robot()
clients = {name: robot.node.create_client(kind, f"{NODE}/{name}") for name, kind in SERVICES.items()}
for name, client in clients.items():
    robot.until(client.service_is_ready, name)
longest = 0.0
late = 0


def ask(name, request, patience=20.0):
    global longest
    started = time.monotonic()
    future = clients[name].call_async(request)
    robot.until(future.done, f"an answer of {name}", patience)
    longest = max(longest, time.monotonic() - started)
    return future.result()


def text():
    return chance.choice(
        [
            "",
            " ",
            "window.frames",
            "..",
            "a\nb\x1b[31m",
            "é" * chance.randrange(40),
            "x" * chance.choice([1, 300, 20_000]),
            "\U0001f600",
            "__proto__",
            "constructor",
            "classes.names ",
            "%s%n",
        ]
    )


def name():
    return chance.choice(known) if chance.random() < 0.6 else text()


def whole():
    return chance.choice([0, 1, -1, 7, 255, 2**31, -(2**63), 2**63 - 1, chance.getrandbits(20)])


def fraction():
    return chance.choice([0.0, 0.5, -1.0, 1e308, float("nan"), float("inf"), float("-inf"), chance.random()])


def many(make):
    return [make() for _ in range(chance.choice([0, 0, 1, 2, 5, 60]))]


def value():
    return ParameterValue(
        type=chance.choice([*range(10), 77, 255]),
        bool_value=chance.random() < 0.5,
        integer_value=whole(),
        double_value=fraction(),
        string_value=text(),
        byte_array_value=many(lambda: bytes([chance.randrange(256)])),
        bool_array_value=many(lambda: chance.random() < 0.5),
        integer_array_value=many(whole),
        double_array_value=many(fraction),
        string_array_value=many(text),
    )


def parameters():
    return [Parameter(name=name(), value=value()) for _ in range(chance.choice([0, 1, 1, 1, 2, 8]))]


def request_of(service):
    kind = SERVICES[service].Request
    if service.startswith("set_parameters"):
        return kind(parameters=parameters())
    if service == "list_parameters":
        return kind(prefixes=many(name), depth=chance.choice([0, 1, 2, 2**64 - 1]))
    if service == "reset":
        return kind()
    return kind(names=many(name))


def needed():
    request = SetParametersAtomically.Request(parameters=[Parameter(name=n, value=v) for n, v in NEEDED.items()])
    result = ask("set_parameters_atomically", request).result
    if not result.successful:
        fail(f"the parameters cannot be put back: {result.reason}")
    robot.good_pair()


def large():
    """Requests that would take minutes and gigabytes to read: refused at once, each with the reason."""
    strings = ParameterValue(type=9, string_array_value=["x" * 16] * 50_000)
    numbers = ParameterValue(type=7, integer_array_value=[1] * 1_000_000)
    for huge in (strings, numbers, ParameterValue(type=4, string_value="x" * 5_000_000)):
        for service in ("set_parameters", "set_parameters_atomically"):
            asked = SERVICES[service].Request(parameters=[Parameter(name="classes.evaluated", value=huge)])
            started = time.monotonic()
            answer = ask(service, asked)
            result = answer.result if service.endswith("atomically") else answer.results[0]
            if result.successful or "too large" not in result.reason:
                fail(f"a large request was not refused: {result}")
            print(f"  {service} of {max(map(len, (huge.string_array_value, huge.integer_array_value)))} elements: "
                  f"{time.monotonic() - started:.2f} s")
    many_names = [f"p{i}" for i in range(50_000)]
    for service in ("get_parameters", "describe_parameters", "get_parameter_types"):
        ask(service, SERVICES[service].Request(names=many_names))
    ask("list_parameters", ListParameters.Request(prefixes=many_names))
    many_parameters = [Parameter(name=f"p{i}", value=ParameterValue(type=1)) for i in range(20_000)]
    ask("set_parameters", SetParameters.Request(parameters=many_parameters))


def printable_reasons(results):
    for result in results:
        if not result.reason.isprintable() or len(result.reason) > 1100:
            fail(f"a reason is too long or not printable: {result.reason[:200]!r}")


def named_cases():
    """What ended the process once."""
    if [v.type for v in ask("get_parameters", GetParameters.Request(names=["", "window.frames"])).values] != [0, 2]:
        fail("an empty name is not answered as not set")
    if len(ask("describe_parameters", DescribeParameters.Request(names=["", "nothing"])).descriptors) != 2:
        fail("describe_parameters does not answer about each name")
    for parameter in (
        Parameter(name="", value=ParameterValue(type=1)),
        Parameter(name="window.frames", value=ParameterValue(type=77)),
        Parameter(name="window.frames", value=ParameterValue(type=0)),
    ):
        alone = ask("set_parameters", SetParameters.Request(parameters=[parameter])).results
        together = ask("set_parameters_atomically", SetParametersAtomically.Request(parameters=[parameter])).result
        if len(alone) != 1 or alone[0].successful or together.successful or not together.reason:
            fail(f"{parameter} is not refused with a reason")


def gone_clients(count):
    """Clients that go before their answer comes, and clients whose QoS no answer fits."""
    latched = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    for i in range(count):
        node = rclpy.create_node(f"gone_{i}", enable_rosout=False, start_parameter_services=False)
        for service in ("reset", "get_parameters", "set_parameters"):
            profile = {"qos_profile": latched} if i % 2 else {}
            client = node.create_client(SERVICES[service], f"{NODE}/{service}", **profile)
            if i % 2 == 0:
                robot.until(client.service_is_ready, "the service")
            else:
                # It never is ready: the answers do not match. The requests do, once they have met.
                met = time.monotonic() + 0.1
                robot.until(lambda: time.monotonic() > met, "the service")
            client.call_async(request_of(service))
        node.destroy_node()
        robot.spin()


known = list(ask("list_parameters", ListParameters.Request()).result.names)
named_cases()
large()
gone_clients(min(100, options.requests // 20))
needed()
before = None
for i in range(options.requests):
    service = chance.choice(list(SERVICES))
    answer = ask(service, request_of(service))
    if service == "set_parameters":
        printable_reasons(answer.results)
    if i % 250 == 249:
        needed()
    # The first quarter warms up: code is compiled, arrays of parameters have been made once.
    if i == options.requests // 4:
        before = robot.memory()
gone_clients(min(20, options.requests // 20))
needed()
after = robot.memory()
written = robot.end()
print(f"{options.requests} requests answered, the longest in {longest:.2f} s; {before:.0f} MB, then {after:.0f} MB")
check_end(written, before, after)
