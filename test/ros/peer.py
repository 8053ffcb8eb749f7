"""A ROS 2 process for the tests, driven by JSON lines: requests on stdin, replies and what arrives on stdout.

A request is {"id", "graph", "op", ...}; a graph is a ROS domain with one node of ours in it. Replies carry the id.
Arriving messages are {"graph", "topic", "message"}.
"""

import base64
import json
import math
import sys
import threading
import time

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import ParameterType
from rcl_interfaces.srv import DescribeParameters, GetParameters, ListParameters, SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import String
from std_srvs.srv import Trigger

from dice_monitor.msg import ConfusionMatrix, Legend, SegmentationMetrics, ShapeMetrics, UnlabelledMetrics

try:
    from vision_msgs.msg import LabelInfo
except ImportError:
    LabelInfo = None

TYPES = {
    "image": Image,
    "compressed": CompressedImage,
    "string": String,
    "label_info": LabelInfo,
    "clock": Clock,
    "metrics": SegmentationMetrics,
    "confusion": ConfusionMatrix,
    "legend": Legend,
    "shape": ShapeMetrics,
    "unlabelled": UnlabelledMetrics,
    "diagnostics": DiagnosticArray,
}
WAIT = 20.0
output = threading.Lock()


def write(value):
    line = json.dumps(value)
    with output:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def plain(value):
    """A message as JSON: numbers that are not finite become strings."""
    if isinstance(value, bytes):
        return value[0]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (bool, int, str)):
        return value
    if hasattr(value, "get_fields_and_field_types"):
        return {name: plain(getattr(value, name)) for name in value.get_fields_and_field_types()}
    return [plain(element) for element in value]


def is_readable(raw, kind):
    try:
        deserialize_message(raw, kind)
        return True
    except Exception:  # noqa: BLE001 - each middleware has its own
        return False


def qos(request):
    policy = ReliabilityPolicy.BEST_EFFORT if request.get("bestEffort") else ReliabilityPolicy.RELIABLE
    durability = DurabilityPolicy.TRANSIENT_LOCAL if request.get("latched") else DurabilityPolicy.VOLATILE
    return QoSProfile(depth=request.get("depth", 30), reliability=policy, durability=durability)


class Graph:
    def __init__(self, name, domain):
        self.name = name
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=domain)
        self.node = rclpy.create_node("peer", context=self.context, enable_rosout=False)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.publishers = {}
        self.clients = {}
        self.floods = []
        self.thread = threading.Thread(target=self.executor.spin, daemon=True)
        self.thread.start()

    def close(self, request):
        self.calm(request)
        self.executor.shutdown()
        self.thread.join()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)

    def in_executor(self, action):
        """Does it between two waits: the executor fails when what it is about to wait for is destroyed."""
        task = self.executor.create_task(action)
        done = threading.Event()
        task.add_done_callback(lambda _: done.set())
        if not done.wait(WAIT):
            raise RuntimeError("the executor does not turn")
        return task.result()

    def subscribe(self, request):
        topic, kind = request["topic"], TYPES[request["type"]]

        def arrived(raw):
            message = deserialize_message(raw, kind)
            # The node writes these by hand: they must be as long as ROS reads them.
            by_hand = kind in (SegmentationMetrics, ConfusionMatrix, Legend, ShapeMetrics, UnlabelledMetrics)
            if by_hand and is_readable(raw[:-1], kind):
                write({"graph": self.name, "topic": topic, "message": None})
            else:
                write({"graph": self.name, "topic": topic, "message": plain(message)})

        self.in_executor(lambda: self.node.create_subscription(kind, topic, arrived, qos(request), raw=True))

    def advertise(self, request):
        kind, topic = TYPES[request["type"]], request["topic"]
        publisher = self.in_executor(lambda: self.node.create_publisher(kind, topic, qos(request)))
        self.publishers[request["as"]] = publisher

    def unadvertise(self, request):
        publisher = self.publishers.pop(request["as"])
        self.in_executor(lambda: self.node.destroy_publisher(publisher))

    def subscribers(self, request):
        """How many subscriptions a publisher is matched with."""
        return self.publishers[request["as"]].get_subscription_count()

    def publish(self, request):
        self.publishers[request["as"]].publish(base64.b64decode(request["data"]))

    def flood(self, request):
        """Publishes what is cut off in the middle and what has no counterpart, `hz` a second at most, until `calm`."""
        publisher, data = self.publishers[request["as"]], base64.b64decode(request["data"])
        self.flooding = True

        def run():
            while self.flooding:
                publisher.publish(data[:64])
                publisher.publish(data)
                time.sleep(2 / request["hz"])

        self.floods.append(threading.Thread(target=run, daemon=True))
        self.floods[-1].start()

    def calm(self, _):
        self.flooding = False
        for thread in self.floods:
            thread.join()
        self.floods = []

    def stream(self, request):
        """Publishes pairs of images of one value at a rate: `count` of them, `hz` a second, stamped 1, 2, ..."""
        image = Image(width=request["width"], height=request["height"], encoding="mono8", step=request["width"])
        image.data = bytes(image.step * image.height)
        start = time.monotonic()
        for i in range(request["count"]):
            image.header.stamp.sec = i + 1
            for publisher in (self.publishers["label"], self.publishers["prediction"]):
                publisher.publish(image)
            time.sleep(max(0.0, start + (i + 1) / request["hz"] - time.monotonic()))

    def call(self, service_type, name, request):
        if name not in self.clients:
            self.clients[name] = self.node.create_client(service_type, name)
        client = self.clients[name]
        if not client.wait_for_service(timeout_sec=WAIT):
            raise RuntimeError(f"no service {name}")
        answered = threading.Event()
        future = client.call_async(request)
        future.add_done_callback(lambda _: answered.set())
        if not answered.wait(WAIT):
            raise RuntimeError(f"no answer from {name}")
        return future.result()

    def trigger(self, request):
        return plain(self.call(Trigger, request["service"], Trigger.Request()))

    def list(self, request):
        answer = self.call(ListParameters, f"{request['node']}/list_parameters", ListParameters.Request())
        return list(answer.result.names)

    def get(self, request):
        asked = GetParameters.Request(names=request["names"])
        answer = self.call(GetParameters, f"{request['node']}/get_parameters", asked)
        values = [Parameter.from_parameter_msg(named(value)).value for value in answer.values]
        return [list(value) if hasattr(value, "typecode") else value for value in values]

    def describe(self, request):
        asked = DescribeParameters.Request(names=request["names"])
        return plain(self.call(DescribeParameters, f"{request['node']}/describe_parameters", asked).descriptors)

    def set(self, request):
        parameters = []
        for name, (kind, value) in request["values"].items():
            typed = float(value) if kind == "DOUBLE" else value
            parameters.append(Parameter(name, Parameter.Type[kind], typed).to_parameter_msg())
        asked = SetParameters.Request(parameters=parameters)
        return plain(self.call(SetParameters, f"{request['node']}/set_parameters", asked).results)


def named(value):
    from rcl_interfaces.msg import Parameter as ParameterMessage

    assert value.type != ParameterType.PARAMETER_NOT_SET
    return ParameterMessage(name="value", value=value)


graphs = {}
for line in sys.stdin:
    request = json.loads(line)
    try:
        name = request["graph"]
        if request["op"] == "open":
            graphs[name] = Graph(name, request["domain"])
            result = None
        else:
            graph = graphs.pop(name) if request["op"] == "close" else graphs[name]
            result = getattr(graph, request["op"])(request)
        write({"id": request["id"], "result": result})
    except Exception as error:  # noqa: BLE001 - every failure is the test's to see
        write({"id": request["id"], "error": f"{type(error).__name__}: {error}"})
