"""What a robot does to its monitor beside sending it images: python3 test/faults/faults.py [NAME...]

Each fault is done to a monitor of its own; a good pair must be scored after it, and the end must be an orderly one.
"""

import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from robot import MONITOR, PATIENCE, Robot, bad_lines, fail, image
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_msgs.msg import String

FAULTS = {}
WIDTH, HEIGHT = 640, 480
PIXELS = bytes(i % 3 for i in range(WIDTH * HEIGHT))


def fault(function):
    FAULTS[function.__name__] = function
    return function


def during(robot, seconds, hz, action):
    """Calls action(i) at a rate, and listens."""
    start = time.monotonic()
    for i in range(int(seconds * hz)):
        action(i)
        due = start + (i + 1) / hz
        while time.monotonic() < due:
            robot.spin(max(0.0, due - time.monotonic()))


def send(robot, seconds, predicted=True, labelled=True):
    """A pair stamped so many seconds."""
    raw = image(int(seconds), PIXELS, WIDTH, nanosec=round(seconds % 1 * 1e9) % 10**9)
    if predicted:
        robot.prediction.publish(raw)
    if labelled:
        robot.label.publish(raw)


@fault
def stopped():
    """SIGSTOP for 3 s while pairs come at 20 Hz, then SIGCONT; three times."""
    robot = Robot()
    for i in range(3):
        robot.process.send_signal(signal.SIGSTOP)
        during(robot, 3, 20, lambda k, i=i: send(robot, 100 * (i + 1) + k / 20))
        robot.process.send_signal(signal.SIGCONT)
        robot.stamp = 100 * (i + 2) - 20
        robot.good_pair()
    lines = robot.end().count("\n")
    return f"scored again each time; {lines} lines of log"


@fault
def clock():
    """use_sim_time with a /clock that stands, jumps back and forth by up to 10^9 s, and has stamps out of range."""
    robot = Robot("-p", "use_sim_time:=true")
    publisher = robot.node.create_publisher(Clock, "/clock", QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT))
    robot.until(lambda: publisher.get_subscription_count() > 0, "a subscription of /clock")
    subscriptions = robot.node.get_subscriptions_info_by_topic("/clock")
    kinds = [info.qos_profile.reliability for info in subscriptions]
    if kinds != [ReliabilityPolicy.BEST_EFFORT]:
        fail(f"expected one best-effort subscription of /clock, found {kinds}")
    for seconds, nanoseconds in [(10, 0), (10, 0), (5, 0), (10**9, 0), (1, 0), (0, 0), (-5, 0), (2**31 - 1, 2**32 - 1), (20, 0)]:
        message = Clock()
        message.clock.sec, message.clock.nanosec = seconds, nanoseconds
        during(robot, 0.3, 20, lambda _, message=message: publisher.publish(message))
        robot.good_pair()
    robot.end()
    return "one best-effort subscription of /clock; a pair scored after each jump"


@fault
def stamps():
    """Stamps of the images that jump back and forth, are equal, negative and 0."""
    robot = Robot()
    for seconds in [5, 5, 10**9, 3, 2**31 - 1, -(2**31), 0, 0, 7]:
        for publisher in (robot.prediction, robot.label):
            publisher.publish(image(seconds, PIXELS, WIDTH))
        during(robot, 0.2, 20, lambda _: None)
        robot.stamp = 1000 + abs(seconds) % 1000
        robot.good_pair()
    robot.end()
    return "a pair scored after each"


@fault
def parameter_files():
    """Parameter files that are no YAML, too deep, too large, folders, or bombs."""
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
    )
    contents = {
        "bytes": os.urandom(100_000),
        "control characters": b"/**:\n  ros__parameters:\n    \x1b[2J: \x00\n",
        "deep": b"[" * 50_000,
        "aliases": bomb.encode(),
        "one node without parameters": b"/**: 5\n",
        "a list": b"- 1\n- 2\n",
        "tags": b"/**:\n  ros__parameters: !!js/function 'return 1'\n",
        "prototype": b"/**:\n  ros__parameters:\n    __proto__: {window.frames: 0}\n    window.frames: x\n",
        "long value": b"/**:\n  ros__parameters:\n    window.frames: " + b"x" * 5_000_000,
        "duplicate keys": b"/**:\n  ros__parameters:\n    window.frames: 3\n    window.frames: 4\n",
        "not finite": b"/**:\n  ros__parameters:\n    stale_after: .nan\n",
    }
    # They hold no value that is wrong, only a name that is none.
    starts = {"control characters"}
    with tempfile.TemporaryDirectory() as folder:
        paths = {"a folder": folder, "nothing there": f"{folder}/none.yaml"}
        for i, (what, content) in enumerate(contents.items()):
            paths[what] = f"{folder}/{i}.yaml"
            Path(paths[what]).write_bytes(content)
        for what, path in paths.items():
            status, lines = started_with(path)
            is_right = status == 0 and len(lines) == 3 if what in starts else status == 1 and len(lines) == 1
            if not is_right or any(map(bad_lines, lines)):
                fail(f"{what}: status {status}, {len(lines)} lines: {lines[:3]}")
            print(f"  {what}: {lines[0][:150]}")
    return f"{len(paths)} files, each refused with one line and status 1, or warned of in one line where no value is wrong"


def started_with(path):
    """Starts a monitor with a parameter file, ends it if it runs, and returns its status and the lines that it wrote."""
    command = [str(MONITOR), "--ros-args", "--params-file", path]
    child = subprocess.Popen(command, stderr=subprocess.PIPE)
    lines = []
    for line in child.stderr:
        lines.append(line.decode(errors="replace").rstrip("\n"))
        if "comparing" in lines[-1]:
            child.send_signal(signal.SIGINT)
    return child.wait(PATIENCE), lines


@fault
def streams():
    """stderr and stdout closed, on a full disk, or a pipe that nobody reads; a folder for logs that cannot be written."""
    for how in ("2>&-", ">&- 2>&-", "2>/dev/full", ">/dev/full 2>/dev/full", "2> >(exec sleep 0)", "<&-"):
        robot = Robot("-p", "thresholds.frames:=1", command=["bash", "-c", f'exec "$0" "$@" {how}', str(MONITOR)])
        for publisher in (robot.prediction, robot.label):
            publisher.publish(b"\0\1\0\0 no image")
        robot.good_pair()
        robot.end()
    robot = Robot(environment={"ROS_LOG_DIR": "/dev/full/log"}, may_fail=True)
    if robot.process.poll() is None:
        robot.good_pair()
        robot.end()
        said = "without logs in a folder that cannot be"
    else:
        said = f"and a folder for logs that cannot be ends it with {robot.process.returncode}: {robot.written().splitlines()[-1][:120]}"
        robot.close()
    return f"scored with each of 6, {said}"


PUBLISHER = """
import rclpy
from sensor_msgs.msg import Image
rclpy.init()
node = rclpy.create_node("dying", enable_rosout=False)
publishers = [node.create_publisher(Image, topic, 10) for topic in ("/prediction", "/label")]
image = Image(height=720, width=1280, encoding="mono8", step=1280, data=bytes(1280 * 720))
while True:
    for publisher in publishers:
        image.header.stamp.sec += 1
        publisher.publish(image)
"""


@fault
def dying():
    """A publisher of large images that is killed while it sends; five times."""
    robot = Robot()
    for i in range(5):
        received = int(robot.value("Label input", "received"))
        child = subprocess.Popen([sys.executable, "-c", PUBLISHER])
        robot.until(lambda received=received: int(robot.value("Label input", "received")) > received + 10, "its images")
        child.kill()
        child.wait()
        robot.stamp = 10_000_000 * (i + 1)
        robot.good_pair()
    robot.end()
    return "a pair scored after each"


@fault
def qualities():
    """Publishers of every quality of service, and of another type, that come and go."""
    robot = Robot()
    # One participant cannot have a topic in two types.
    context = rclpy.Context()
    rclpy.init(context=context)
    other = rclpy.create_node("other", context=context, enable_rosout=False)
    for reliability in (ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT):
        for durability in (DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL):
            for depth in (1, 1000):
                profile = QoSProfile(depth=depth, reliability=reliability, durability=durability)
                publishers = [robot.node.create_publisher(Image, topic, profile) for topic in ("/prediction", "/label")]
                publishers.append(other.create_publisher(String, "/prediction", profile))
                during(robot, 0.5, 20, lambda _, all=publishers: all[2].publish(String(data="\x1b[2J")))
                for publisher in publishers[:2]:
                    publisher.publish(image(1, PIXELS, WIDTH))
                for publisher in publishers[:2]:
                    robot.node.destroy_publisher(publisher)
                other.destroy_publisher(publishers[2])
                robot.stamp += 10
                robot.good_pair()
    other.destroy_node()
    rclpy.shutdown(context=context)
    robot.end()
    return "a pair scored with each of 8"


@fault
def topics(count=2000):
    """A neighbour with thousands of topics."""
    robot = Robot()
    before = robot.memory()
    neighbour = rclpy.create_node("talkative", enable_rosout=False, start_parameter_services=False)
    publishers = [neighbour.create_publisher(String, f"/talk/t{i}", 1) for i in range(count)]
    robot.until(lambda: len(robot.node.get_topic_names_and_types()) > count, "the topics")
    robot.good_pair()
    for publisher in publishers:
        neighbour.destroy_publisher(publisher)
    neighbour.destroy_node()
    robot.good_pair()
    after = robot.memory()
    robot.end()
    return f"{count} topics came and went; {before:.0f} MB, then {after:.0f} MB"


@fault
def twins():
    """A node of another program, and a second monitor, of the same name."""
    robot = Robot()
    twin = rclpy.create_node("dice_monitor", enable_rosout=False)
    robot.good_pair()
    second = subprocess.Popen([str(MONITOR)], stderr=subprocess.DEVNULL)
    robot.until(lambda: robot.label.get_subscription_count() == 2, "the second monitor")
    robot.good_pair()
    second.send_signal(signal.SIGINT)
    if second.wait(PATIENCE) != 0:
        fail(f"the second monitor ended with {second.returncode}")
    twin.destroy_node()
    robot.good_pair()
    robot.end()
    return "a pair scored with each"


@fault
def overload():
    """Pairs at 60 Hz with a tenth of the time to serve them: stopped for 0.45 of every 0.5 s."""
    robot = Robot("-p", "qos.depth:=5")
    during(robot, 2, 60, lambda i: send(robot, 10 + i / 60))
    said = set()

    def step(i):
        if i % 30 == 0:
            robot.process.send_signal(signal.SIGSTOP)
        if i % 30 == 27:
            robot.process.send_signal(signal.SIGCONT)
        send(robot, 12 + i / 60)
        said.update(robot.status(task).message for task in ("Prediction input", "Label input") if robot.status(task).level == b"\1")

    during(robot, 6, 60, step)
    robot.process.send_signal(signal.SIGCONT)
    told = [message for message in said if "Hz" in message and "short of CPU" in message]
    if not told:
        fail(f"overload is not told: {said}")
    robot.good_pair()
    robot.until(lambda: float(robot.value("Overlap", "missed, likely (frames)")) > 0, "the frames missed")
    missed = robot.value("Overlap", "missed, likely (frames)")
    robot.end()
    return f"{told[0]!r}; {missed} frames missed, likely"


@fault
def sparse():
    """Labels of every 7th frame, and frames when something moves: no alarm may be raised."""
    robot = Robot()
    warned = set()

    def watch(i, labelled, seconds):
        send(robot, seconds, labelled=labelled)
        warned.update(
            f"{task}: {robot.status(task).message}"
            for task in ("Prediction input", "Label input")
            if robot.status(task).level != b"\0"
        )

    during(robot, 6, 30, lambda i: watch(i, i % 7 == 0, 10 + i / 30))
    irregular = [0, 1, 2, 5, 6, 11, 13, 14, 15, 22]
    during(robot, 6, 10, lambda i: watch(i, True, 100 + i // 10 * 3 + irregular[i % 10] / 10 + 0.013 * (i * i % 7)))
    if warned:
        fail(f"false alarms: {warned}")
    robot.stamp = 1000
    robot.good_pair()
    robot.end()
    return "no alarm"


@fault
def large():
    """Pairs of probability maps of 106 MB, then small ones: the memory is given back."""
    robot = Robot("-p", "sync.max_wait:=20.0", "-p", "classes.names:=[sky, grass, tree]")
    robot.good_pair()
    before = robot.memory()
    width, height = 4096, 2160
    maps = struct.pack("<f", 1 / 3) * (3 * width * height)
    ids = bytes(width * height)
    most = 0.0
    for i in range(6):
        stamp = 1000 + i
        robot.prediction.publish(image(stamp, maps, width, "32FC3", step=12 * width))
        robot.label.publish(image(stamp, ids, width))
        robot.until(lambda stamp=stamp: robot.is_scored(stamp), "the score of a large pair")
        most = max(most, robot.memory())
    robot.stamp = 2000
    after = most
    start = time.monotonic()
    while after > before + 150 and time.monotonic() < start + 90:
        robot.good_pair()
        during(robot, 0.5, 2, lambda _: None)
        after = robot.memory()
    took = time.monotonic() - start
    robot.end()
    if after > before + 150:
        fail(f"{before:.0f} MB, then {most:.0f} MB, and after {took:.0f} s of small frames still {after:.0f} MB")
    return f"{before:.0f} MB, with large frames {most:.0f} MB, {took:.0f} s later {after:.0f} MB"


names = sys.argv[1:] or list(FAULTS)
for name in names:
    print(f"{name}: {FAULTS[name]()}", flush=True)
