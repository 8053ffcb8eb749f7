"""Publishes pairs of 1280x720 mono8 masks and listens to the metrics that come back.

usage: drive.py PID HZ WARM_UP PAIRS: PID is the contender, whose CPU time is taken from /proc. Prints JSON.
"""

import json
import os
import sys
import threading
import time

import numpy as np
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

from dice_monitor.msg import SegmentationMetrics

WIDTH, HEIGHT, CLASSES, FRAMES = 1280, 720, 8, 40
PATIENCE = 20.0
STAMP = slice(4, 12)


def masks():
    """Coherent label masks with predictions that are off at the borders and here and there."""
    random = np.random.default_rng(1)
    for _ in range(FRAMES):
        blobs = random.integers(0, CLASSES, (HEIGHT // 48, WIDTH // 64), dtype=np.uint8)
        label = np.kron(blobs, np.ones((48, 64), np.uint8))
        prediction = np.roll(label, random.integers(-4, 5, 2), (0, 1))
        wrong = np.kron(random.random((HEIGHT // 16, WIDTH // 16)) < 0.05, np.ones((16, 16), bool))
        yield label, np.where(wrong, (prediction + 1) % CLASSES, prediction)


def serialized(mask):
    message = Image(height=HEIGHT, width=WIDTH, encoding="mono8", step=WIDTH)
    message.header.frame_id = "camera"
    message.data.frombytes(mask.tobytes())
    return bytearray(serialize_message(message))


class Process:
    def __init__(self, pid):
        self.pid = pid

    def cpu(self):
        """Seconds of user and system time of all its threads."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        with open(f"/proc/{self.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def wait(condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def main():
    pid, hz, warm_up, pairs = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    rclpy.init()
    node = rclpy.create_node("drive")
    qos = QoSProfile(depth=10)
    publishers = [node.create_publisher(Image, topic, qos) for topic in ("label", "prediction")]
    answers = []

    def answered(message):
        now = time.time_ns()
        stamp = message.header.stamp
        answers.append((now - (stamp.sec * 1_000_000_000 + stamp.nanosec), message.dice))

    node.create_subscription(SegmentationMetrics, "/dice_monitor/metrics", answered, QoSProfile(depth=100))
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    threading.Thread(target=executor.spin, daemon=True).start()
    frames = [(serialized(label), serialized(prediction)) for label, prediction in masks()]
    ready = wait(
        lambda: all(publisher.get_subscription_count() for publisher in publishers)
        and node.count_publishers("/dice_monitor/metrics")
    )
    if not ready:
        sys.exit("drive: the contender did not come")

    def publish(count):
        start = time.monotonic()
        for i in range(count):
            time.sleep(max(0.0, start + i / hz - time.monotonic()))
            now = time.time_ns()
            stamp = np.array([now // 1_000_000_000, now % 1_000_000_000], "<u4").tobytes()
            for publisher, message in zip(publishers, frames[i % FRAMES]):
                message[STAMP] = stamp
                publisher.publish(bytes(message))

    publish(warm_up)
    wait(lambda: len(answers) >= warm_up, 2.0)
    answers.clear()
    contender = Process(pid)
    cpu, resident = contender.cpu(), contender.resident()
    publish(pairs)
    wait(lambda: len(answers) >= pairs, 2.0)
    cpu = contender.cpu() - cpu
    latencies = np.array([latency for latency, _ in answers] or [np.nan]) / 1e6
    print(
        json.dumps(
            {
                "hz": hz,
                "cpu_ms_per_pair": cpu * 1000 / pairs,
                "pairs_in": pairs,
                "pairs_out": len(answers),
                "latency_p50_ms": float(np.percentile(latencies, 50)),
                "latency_p99_ms": float(np.percentile(latencies, 99)),
                "resident_mb": contender.resident() / 1e6,
                "resident_growth_mb": (contender.resident() - resident) / 1e6,
                "dice_sum": sum(dice for _, dice in answers),
            }
        )
    )
    sys.stdout.flush()
    os._exit(0)


main()
