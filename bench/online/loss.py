"""How many images arrive from one process in another, by size and reliability: two topics of mono8 at 30 Hz, as of a
prediction and a label, with whatever middleware and settings the environment says. Nothing is scored.

usage: loss.py [--seconds S] [--hz HZ]
"""

import argparse
import subprocess
import sys
import threading
import time

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from rclpy.utilities import get_rmw_implementation_identifier
from sensor_msgs.msg import Image

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
RELIABILITIES = {"reliable": ReliabilityPolicy.RELIABLE, "best effort": ReliabilityPolicy.BEST_EFFORT}
TOPICS = ("label", "prediction")
PATIENCE = 20.0


def quality(reliability):
    return QoSProfile(depth=10, reliability=RELIABILITIES[reliability])


def listen(reliability):
    """Counts what arrives until its standard input ends, and prints the count."""
    rclpy.init()
    node = rclpy.create_node("listener")
    arrived = [0]

    def count(_message):
        arrived[0] += 1

    for topic in TOPICS:
        node.create_subscription(Image, topic, count, quality(reliability), raw=True)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    ended = threading.Event()

    def spin():
        while not ended.is_set():
            executor.spin_once(timeout_sec=0.1)

    thread = threading.Thread(target=spin)
    thread.start()
    sys.stdin.read()
    ended.set()
    thread.join()
    print(arrived[0], flush=True)
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown()


def measure(node, size, reliability, hz, seconds):
    """Parts of what was published that arrived."""
    width, height = SIZES[size]
    image = Image(width=width, height=height, encoding="mono8", step=width, data=bytes(width * height))
    message = bytes(serialize_message(image))
    publishers = [node.create_publisher(Image, topic, quality(reliability)) for topic in TOPICS]
    command = [sys.executable, __file__, "--listen", reliability]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as listener:
        end = time.monotonic() + PATIENCE
        while any(publisher.get_subscription_count() == 0 for publisher in publishers):
            if time.monotonic() > end:
                sys.exit("loss: the listener did not come")
            time.sleep(0.01)
        start = time.monotonic()
        for i in range(round(hz * seconds)):
            time.sleep(max(0.0, start + i / hz - time.monotonic()))
            for publisher in publishers:
                publisher.publish(message)
        took = time.monotonic() - start
        time.sleep(1.0)
        arrived = int(listener.communicate()[0])
    for publisher in publishers:
        node.destroy_publisher(publisher)
    return arrived / (len(TOPICS) * round(hz * seconds)), round(hz * seconds) / took


parser = argparse.ArgumentParser()
parser.add_argument("--listen", choices=RELIABILITIES)
parser.add_argument("--seconds", type=float, default=5.0)
parser.add_argument("--hz", type=float, default=30.0)
given = parser.parse_args()
if given.listen:
    listen(given.listen)
    sys.exit()
rclpy.init()
drive = rclpy.create_node("drive")
print(f"{get_rmw_implementation_identifier()}, {given.hz:g} Hz")
for name in SIZES:
    for policy in RELIABILITIES:
        part, rate = measure(drive, name, policy, given.hz, given.seconds)
        print(f"{name:>6} {policy:<12} {100 * part:6.1f} % arrived, {rate:.1f} Hz published")
drive.destroy_node()
rclpy.shutdown()
