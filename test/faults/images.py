"""Image messages that are broken in every part, over the middleware, with good pairs between them.

The engine is offered a million of their kind by test/faults/engine.ts, without a middleware.
"""

import argparse
import random
import struct

from robot import Robot, aligned, check_end, image, serialized

arguments = argparse.ArgumentParser()
arguments.add_argument("--messages", type=int, default=30_000)
arguments.add_argument("--seed", type=int, default=1)
options = arguments.parse_args()
chance = random.Random(options.seed)
robot = Robot("-p", "classes.names:=[sky, grass, tree]")

ENCODINGS = {"mono8": 1, "16UC1": 2, "32SC1": 4, "8SC1": 1, "rgb8": 3, "bgra8": 4, "32FC1": 4, "32FC3": 12, "32FC20": 80}
ODD_ENCODINGS = [b"", b"yuv422", b"\x1b[2J", b"mono8\0mono8", b"\xff\xfe", b"x" * 100_000, b"32FC999999999"]
EXTREME = [0, 1, 255, 65_535, 2**31 - 1, 2**31, 2**32 - 1]


def broken():
    if chance.random() < 0.3:
        # A message that says one thing of its size and brings another.
        sizes = [chance.choice(EXTREME) for _ in range(3)]
        data = aligned(struct.pack("<iI", chance.choice([-1, 5]), chance.choice([0, 2**32 - 1])) + serialized(b"camera"))
        data = aligned(data + struct.pack("<II", *sizes[:2]) + serialized(chance.choice(ODD_ENCODINGS)) + b"\0")
        return b"\0\1\0\0" + data + struct.pack("<II", sizes[2], 16) + bytes(16)
    encoding, size = chance.choice(list(ENCODINGS.items()))
    width = chance.choice([1, 7, 64])
    pixels = chance.randbytes(width * size * chance.choice([1, 5, 48]))
    whole = bytearray(image(chance.randrange(50), pixels, width, encoding, step=width * size, endian=chance.randrange(2)))
    for _ in range(chance.randrange(4)):
        whole[chance.randrange(min(len(whole), 80))] = chance.randrange(256)
    return bytes(whole[: chance.randrange(4, len(whole))] if chance.random() < 0.2 else whole)


before = None
for i in range(options.messages):
    chance.choice([robot.prediction, robot.label]).publish(broken())
    if i % 20 == 19:
        robot.spin()
    if i % 250 == 249:
        robot.good_pair()
    if i == options.messages // 4:
        before = robot.memory()
robot.until(lambda: "rejected" in robot.status("Prediction input").message or int(robot.value("Prediction input", "rejected")), "word of rejected messages")
received, rejected = (
    sum(int(robot.value(task, key)) for task in ("Prediction input", "Label input")) for key in ("received", "rejected")
)
robot.good_pair()
after = robot.memory()
written = robot.end()
print(f"{options.messages} messages sent, {received} received, {rejected} rejected; {before:.0f} MB, then {after:.0f} MB")
check_end(written, before, after)
