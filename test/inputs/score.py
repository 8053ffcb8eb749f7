"""Scores the masks of senders by decoding their messages with numpy, apart from everything in src.

Reads {sender: [[prediction, label, names or null], ...]} of serialized messages in base64, writes
{sender: {"classes", "confusion", "unknown", "ignored", "dice", "pooled"}} with scikit-learn's F1 score, or the same by
its formula where that is not installed.
"""

import base64
import json
import struct
import sys
import zlib

import numpy as np

IGNORED, UNKNOWN = -1, -2
TERRAIN = ["sky", "smooth", "rough", "vegetation-low", "vegetation-high", "obstacle", "water"]
THREE = ["ground", "grass", "rock"]
VOC = (
    "background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person "
    "pottedplant sheep sofa train tvmonitor"
).split()


class Reader:
    def __init__(self, data):
        self.data, self.at = data[4:], 0

    def number(self, kind):
        size = struct.calcsize(kind)
        self.at += -self.at % size
        (value,) = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += size
        return value

    def sequence(self):
        length = self.number("I")
        self.at += length
        return self.data[self.at - length : self.at]

    def text(self):
        return self.sequence().rstrip(b"\0").decode()

    def header(self):
        self.number("i"), self.number("I"), self.text()


def image(data):
    reader = Reader(data)
    reader.header()
    height, width, encoding = reader.number("I"), reader.number("I"), reader.text()
    reader.number("B"), reader.number("I")
    kind = {"mono8": "u1", "16SC1": "<i2", "32SC1": "<i4"}.get(encoding, "u1")
    channels = {"rgb8": 3, "bgr8": 3, "bgra8": 4}.get(encoding, 1)
    pixels = np.frombuffer(reader.sequence(), kind).reshape(height, width, channels)
    return pixels[..., 0] if channels == 1 else pixels


def png(data):
    reader = Reader(data)
    reader.header()
    reader.text()
    file = reader.sequence()
    at, rows = 8, b""
    while at < len(file):
        (length,), kind = struct.unpack_from(">I", file, at), file[at + 4 : at + 8]
        content = file[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, bits, colour = struct.unpack(">IIBB", content[:10])
            assert bits == 8
            channels = {0: 1, 6: 4}[colour]
        if kind == b"IDAT":
            rows += content
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(rows), np.uint8).reshape(height, 1 + width * channels)
    picture = np.zeros((height + 1, width + 1, channels), int)
    for y in range(height):
        for x in range(width):
            value = rows[y, 1 + x * channels : 1 + (x + 1) * channels].astype(int)
            a, b, c = picture[y + 1, x], picture[y, x + 1], picture[y, x]
            p = a + b - c
            near = [abs(p - a), abs(p - b), abs(p - c)]
            paeth = np.where((near[0] <= near[1]) & (near[0] <= near[2]), a, np.where(near[1] <= near[2], b, c))
            picture[y + 1, x + 1] = (value + [0, a, b, (a + b) // 2, paeth][rows[y, 0]]) % 256
    picture = picture[1:, 1:]
    return picture[..., 0]


def mapped(values, meanings, rest):
    result = np.full(values.shape, rest)
    for value, meaning in meanings.items():
        result[values == value] = meaning
    return result


def as_ids(values, classes, rest):
    return np.where((values >= 0) & (values < classes), values, rest)


def colours(pixels, is_blue_first):
    r, g, b = [pixels[..., i].astype(int) for i in ((2, 1, 0) if is_blue_first else (0, 1, 2))]
    return (r << 16) | (g << 8) | b


def terrain(table):
    return {value: TERRAIN.index(name) for value, name in table.items()}


def semantic_labels(data):
    names = json.loads(Reader(data).text())
    return {int(key): THREE.index(value["class"]) for key, value in names.items() if key.isdigit() and value["class"] in THREE}


def label_info(data):
    reader = Reader(data)
    reader.header()
    return {reader.number("H"): THREE.index(reader.text()) for _ in range(reader.number("I"))}


def to_size(values, height, width):
    """Nearest neighbour by pixel centres."""
    y = ((2 * np.arange(height) + 1) * values.shape[0]) // (2 * height)
    x = ((2 * np.arange(width) + 1) * values.shape[1]) // (2 * width)
    return values[y[:, None], x[None, :]]


ONE_TO_THREE = {1: 0, 2: 1, 3: 2}
CARLA23 = terrain(
    {
        0x804080: "smooth", 0x6B8E23: "vegetation-high", 0x91AA64: "vegetation-low", 0x00008E: "obstacle",
        0x4682B4: "sky", 0x2D3C96: "water",
    }
)  # fmt: skip
CARLA29 = terrain({1: "smooth", 9: "vegetation-high", 10: "vegetation-low", 14: "obstacle", 11: "sky", 23: "water"})
RUGD = terrain(
    {
        0x6C4014: "rough", 0xFFE5CC: "rough", 0x006600: "vegetation-low", 0x00FF00: "vegetation-high",
        0x009999: "obstacle", 0x0080FF: "water", 0x0000FF: "sky", 0xFFFF00: "obstacle", 0xFF007F: "obstacle",
        0x404040: "smooth", 0xFF8000: "rough", 0xFF0000: "obstacle", 0x994C00: "rough", 0x666600: "rough",
        0x660000: "obstacle", 0x00FF80: "obstacle", 0xCC99FF: "obstacle", 0x6600CC: "obstacle",
        0xFF99CC: "vegetation-high", 0x006666: "obstacle", 0x99CCFF: "obstacle", 0x66FFFF: "obstacle",
        0x65650B: "smooth", 0x72552F: "obstacle",
    }
)  # fmt: skip
RELLIS = terrain(
    {
        1: "rough", 3: "vegetation-low", 29: "vegetation-low", 30: "vegetation-low", 4: "vegetation-high",
        5: "obstacle", 6: "water", 32: "water", 7: "sky", 8: "obstacle", 9: "obstacle", 10: "smooth", 12: "obstacle",
        15: "obstacle", 17: "obstacle", 18: "obstacle", 19: "vegetation-high", 23: "smooth", 27: "obstacle",
        31: "water", 33: "rough", 34: "rough",
    }
)  # fmt: skip
ids = {
    "labels": lambda data, classes: as_ids(image(data).astype(int), classes, IGNORED),
    "predictions": lambda data, classes: as_ids(image(data).astype(int), classes, UNKNOWN),
}

# By sender: classes, how a prediction and how a label is decoded; both are given the message and the names' one.
SENDERS = {
    "gazebo": (THREE, None, lambda m, _: mapped(image(m)[..., 0], ONE_TO_THREE, IGNORED)),
    "gazebo_panoptic": (THREE, None, lambda m, _: mapped(image(m)[..., 2], ONE_TO_THREE, IGNORED)),
    "isaac_sim": (THREE, None, lambda m, names: mapped(image(m), semantic_labels(names), IGNORED)),
    "carla_bridge": (TERRAIN, None, lambda m, _: mapped(colours(image(m), True), CARLA23, IGNORED)),
    "carla_native": (TERRAIN, None, lambda m, _: mapped(image(m)[..., 2], CARLA29, IGNORED)),
    "airsim": (
        THREE,
        None,
        lambda m, _: mapped(colours(image(m), True), {0x99069A: 0, 0x706A5B: 1, 0x5A7948: 2}, IGNORED),
    ),
    "depthai_v2": (VOC, lambda m, _: mapped(colours(image(m), True), {0: 0, 0x00d0ff: 7, 0xffac00: 15}, UNKNOWN), None),
    "rellis_rugd": (
        TERRAIN,
        lambda m, _: mapped(image(m), RELLIS, UNKNOWN),
        lambda m, _: mapped(colours(image(m), False), RUGD, IGNORED),
    ),
    "isaac_ros": (THREE, None, None),
    "nav2": (THREE, lambda m, names: mapped(image(m), label_info(names), UNKNOWN), None),
    "semantic_inference": (THREE, None, None),
    "jsk": (["background", "ground"], None, lambda m, _: mapped(image(m), {0: 0, 255: 1}, IGNORED)),
    "zsibot": (THREE, None, lambda m, _: mapped(png(m), {10: 0, 20: 1, 30: 2}, IGNORED)),
    "image_transport_png": (
        THREE,
        lambda m, _: as_ids(png(m), 3, UNKNOWN),
        lambda m, _: as_ids(png(m), 3, IGNORED),
    ),
}


def f1(label, prediction, classes):
    """Per class; NaN where neither has it."""
    present = np.array([((label == k) | (prediction == k)).any() for k in range(classes)])
    try:
        from sklearn.metrics import f1_score
    except ImportError:
        both = [2 * ((label == k) & (prediction == k)).sum() for k in range(classes)]
        each = [(label == k).sum() + (prediction == k).sum() for k in range(classes)]
        scores = np.array([b / e if e else 0.0 for b, e in zip(both, each)])
    else:
        scores = f1_score(label, prediction, labels=range(classes), average=None, zero_division=0)
    return [float(score) if there else None for score, there in zip(scores, present)]


def score(name, frames):
    classes, predicted, labelled = SENDERS[name]
    count = len(classes)
    predicted = predicted or (lambda m, _: ids["predictions"](m, count))
    labelled = labelled or (lambda m, _: ids["labels"](m, count))
    names, all_labels, all_predictions, dice, ignored = None, [], [], [], 0
    for prediction, label, sent in frames:
        names = base64.b64decode(sent) if sent else names
        label = labelled(base64.b64decode(label), names)
        prediction = to_size(predicted(base64.b64decode(prediction), names), *label.shape)
        kept = label != IGNORED
        ignored += int((~kept).sum())
        dice.append(f1(label[kept], prediction[kept], count))
        all_labels.append(label[kept])
        all_predictions.append(prediction[kept])
    label, prediction = np.concatenate(all_labels), np.concatenate(all_predictions)
    confusion = [[int(((label == i) & (prediction == j)).sum()) for j in range(count)] for i in range(count)]
    unknown = [int(((label == i) & (prediction == UNKNOWN)).sum()) for i in range(count)]
    pooled = f1(label, prediction, count)
    return {"classes": classes, "confusion": confusion, "unknown": unknown, "ignored": ignored, "dice": dice, "pooled": pooled}


print(json.dumps({name: score(name, frames) for name, frames in json.load(open(sys.argv[1])).items()}))
