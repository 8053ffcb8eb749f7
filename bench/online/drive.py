"""Publishes pairs of mono8 masks and listens to the metrics that come back.

usage: drive.py SETTINGS, a JSON object: pids (of the contender's processes, whose CPU time is taken from /proc), monitors,
width, height, classes, hz, warm_up and pairs. Prints JSON.
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

FRAME_BYTES = 40 * 1280 * 720
PATIENCE = 20.0
STAMP = slice(4, 12)


def masks(width, height, classes):
    """Coherent label masks with predictions that are off at the borders and here and there."""
    random = np.random.default_rng(1)
    for _ in range(max(4, min(40, FRAME_BYTES // (width * height)))):
        blobs = random.integers(0, classes, (-(-height // 48), -(-width // 64)), dtype=np.uint8)
        label = np.kron(blobs, np.ones((48, 64), np.uint8))[:height, :width]
        prediction = np.roll(label, random.integers(-4, 5, 2), (0, 1))
        wrong = np.kron(random.random((-(-height // 16), -(-width // 16))) < 0.05, np.ones((16, 16), bool))
        yield label, np.where(wrong[:height, :width], (prediction + 1) % classes, prediction)


def serialized(mask):
    height, width = mask.shape
    message = Image(height=height, width=width, encoding="mono8", step=width)
    message.header.frame_id = "camera"
    message.data.frombytes(mask.tobytes())
    return bytearray(serialize_message(message))


class Processes:
    def __init__(self, pids):
        self.pids = pids

    def cpu(self):
        """Seconds of user and system time of all their threads."""
        ticks = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident(self):
        pages = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/statm") as file:
                pages += int(file.read().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


    def proportional(self):
        kilobytes = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                kilobytes += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        return kilobytes * 1024


def wait(condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def main(pids, monitors, width, height, classes, hz, warm_up, pairs):
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
    spinning = threading.Thread(target=executor.spin, daemon=True)
    spinning.start()
    frames = [(serialized(label), serialized(prediction)) for label, prediction in masks(width, height, classes)]
    ready = wait(
        lambda: all(publisher.get_subscription_count() == monitors for publisher in publishers)
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
            for publisher, message in zip(publishers, frames[i % len(frames)]):
                message[STAMP] = stamp
                publisher.publish(bytes(message))
        return time.monotonic() - start

    publish(warm_up)
    wait(lambda: len(answers) >= warm_up, 2.0)
    answers.clear()
    contender = Processes(pids)
    cpu, resident = contender.cpu(), contender.resident()
    elapsed = publish(pairs)
    wait(lambda: len(answers) >= pairs, 2.0)
    cpu = contender.cpu() - cpu
    latencies = np.array([latency for latency, _ in answers]) / 1e6
    print(
        json.dumps(
            {
                "hz": hz,
                "offered_hz": (pairs - 1) / (elapsed or 1),
                "cpu_ms_per_pair": cpu * 1000 / pairs,
                "pairs_in": pairs,
                "pairs_out": len(answers),
                "latency_p50_ms": float(np.percentile(latencies, 50)) if answers else None,
                "latency_p99_ms": float(np.percentile(latencies, 99)) if answers else None,
                "resident_mb": contender.resident() / 1e6,
                "resident_growth_mb": (contender.resident() - resident) / 1e6,
                "proportional_mb": contender.proportional() / 1e6,
                "dice_sum": sum(dice for _, dice in answers),
            }
        )
    )
    executor.shutdown()
    spinning.join()
    node.destroy_node()
    rclpy.shutdown()


main(**json.loads(sys.argv[1]))
