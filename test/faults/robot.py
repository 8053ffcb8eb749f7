"""A robot in a ROS domain of its own with the monitor under test, for the fault scripts beside this file.

Run them with scripts/with-ros python3 test/faults/NAME.py; ROS_DOMAIN_ID is used where it is set.
"""

import os
import re
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MONITOR = ROOT / "install/dice_monitor/lib/dice_monitor/monitor"

os.environ.setdefault("ROS_DOMAIN_ID", str(1 + os.getpid() % 101))
os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
os.environ.setdefault("RCUTILS_LOGGING_BUFFERED_STREAM", "0")
os.environ.setdefault("ROS_LOG_DIR", str(ROOT / ".ros/test-log"))

import rclpy  # noqa: E402
from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402
from dice_monitor.msg import SegmentationMetrics  # noqa: E402
from rclpy.qos import QoSProfile  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402

PATIENCE = 30.0
UNPRINTABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u2028-\\u202e]")


def fail(text):
    sys.exit(f"FAILED: {text}")


def bad_lines(written):
    """Lines of a log that are too long, or would do something to a terminal."""
    return [line for line in written.split("\n") if len(line) > 1200 or UNPRINTABLE.search(line)]


def check_end(written, before, after):
    """Fails where the log has what nobody can read, or memory (MB) has grown."""
    lines = written.splitlines()
    print(f"{len(lines)} lines of log, {max(map(len, lines))} characters the longest")
    if bad_lines(written):
        fail(f"lines of the log are too long or not printable: {bad_lines(written)[0][:300]!r}")
    if after > before + 60:
        fail(f"memory grew from {before:.0f} to {after:.0f} MB")


def serialized(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<I", len(raw) + 1) + raw + b"\0"


def aligned(data):
    return data + b"\0" * (-len(data) % 4)


def image(stamp, pixels, width, encoding="mono8", step=None, nanosec=0, endian=0, frame=b"camera"):
    """A serialized sensor_msgs/Image of these bytes."""
    step = width if step is None else step
    height = len(pixels) // step if step else 0
    data = aligned(struct.pack("<iI", stamp, nanosec) + serialized(frame))
    data = aligned(data + struct.pack("<II", height, width) + serialized(encoding) + bytes([endian]))
    return b"\0\1\0\0" + data + struct.pack("<II", step, len(pixels)) + pixels


class Robot:
    """Publishes pairs and listens to the monitor, which is a process of its own."""

    def __init__(self, *arguments, environment=None, command=None, may_fail=False):
        rclpy.init()
        self.node = rclpy.create_node("robot", enable_rosout=False)
        depth = QoSProfile(depth=30)
        self.prediction = self.node.create_publisher(Image, "/prediction", depth)
        self.label = self.node.create_publisher(Image, "/label", depth)
        self.metrics = []
        self.diagnostics = {}
        self.node.create_subscription(SegmentationMetrics, "/dice_monitor/metrics", self.metrics.append, depth)
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self.on_diagnostics, depth)
        self.stamp = 0
        self.log = open(ROOT / f".ros/fault-{os.getpid()}.log", "w+b")
        self.process = subprocess.Popen(
            [*(command or [str(MONITOR)]), "--ros-args", "-p", "diagnostic_updater.period:=0.2", *arguments],
            stderr=self.log,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )
        if may_fail:
            while not self.diagnostics and self.process.poll() is None:
                self.spin(0.02)
            if self.process.poll() is not None:
                return
        self.until(lambda: self.diagnostics, "diagnostics")
        self.until(lambda: self.prediction.get_subscription_count() and self.label.get_subscription_count(), "inputs")

    def on_diagnostics(self, message):
        for status in message.status:
            self.diagnostics[status.name.split(": ")[1]] = status

    def status(self, task):
        return self.diagnostics[task]

    def value(self, task, key):
        return next(value.value for value in self.diagnostics[task].values if value.key == key)

    def spin(self, seconds=0.0):
        rclpy.spin_once(self.node, timeout_sec=seconds)

    def until(self, condition, what, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while not condition():
            if self.process.poll() is not None:
                fail(f"the monitor ended with {self.process.returncode}, waiting for {what}\n{self.written()[-3000:]}")
            if time.monotonic() > deadline:
                said = [f"{status.name}: {status.message}" for status in self.diagnostics.values()]
                fail(f"waited in vain for {what}\n" + "\n".join(said) + "\n" + self.written()[-3000:])
            self.spin(0.02)

    def written(self):
        """What the monitor has written on its stderr."""
        self.log.flush()
        return Path(self.log.name).read_bytes().decode(errors="replace")

    def send_pair(self):
        self.stamp += 1
        pixels = bytes(i % 3 for i in range(64 * 48))
        for publisher in (self.prediction, self.label):
            publisher.publish(image(self.stamp, pixels, 64))
        return self.stamp

    def is_scored(self, stamp):
        return any(metrics.header.stamp.sec == stamp for metrics in self.metrics)

    def good_pair(self, patience=PATIENCE):
        """A good pair is sent and scored; while a subscription is being replaced another is sent."""
        deadline = time.monotonic() + patience
        sent = set()
        while not any(metrics.header.stamp.sec in sent for metrics in self.metrics):
            sent.add(self.send_pair())
            again = time.monotonic() + 1
            self.until(
                lambda: time.monotonic() > again or any(metrics.header.stamp.sec in sent for metrics in self.metrics),
                "a pair",
            )
            if time.monotonic() > deadline:
                fail(f"a good pair is not scored: {self.status('Synchronization').message}\n{self.written()[-3000:]}")
        self.metrics.clear()

    def memory(self):
        """Resident memory of the monitor, MB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / 1e6

    def end(self):
        """Ends the monitor as a launch file does, and returns what it wrote."""
        if self.process.poll() is not None:
            fail(f"the monitor ended with {self.process.returncode}\n{self.written()[-3000:]}")
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        written = self.written()
        if code != 0:
            fail(f"the monitor ended with {code}\n{written[-3000:]}")
        self.close()
        return written

    def close(self):
        os.remove(self.log.name)
        self.node.destroy_node()
        rclpy.shutdown()
