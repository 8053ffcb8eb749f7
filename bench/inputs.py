"""Peers in Python for bench/inputs.ts, which talks to it over standard input as bench/kernels.ts does to kernels.py.

`encode FILE CASE` writes the frames of FILE anew as the programs write them that send such masks; `load FILE CASE`
reads them. A file holds frames, prediction and label each: height, width and length (uint32), then the bytes.
"""
import io
import struct
import sys
import time

import numpy as np

answers, sys.stdout = sys.stdout, sys.stderr


def optional(name):
    try:
        return __import__(name, fromlist=["Image"])
    except ImportError:
        return None


cv2, Image = optional("cv2"), optional("PIL.Image")
if cv2:
    cv2.setNumThreads(1)

C = 8
PALETTE = np.array([[(53 * i + 40) % 256, (97 * i + 7) % 256, (31 * i + 3) % 256] for i in range(256)], np.uint8)
CODES = (PALETTE[:, 0].astype(np.uint32) << 16) | (PALETTE[:, 1].astype(np.uint32) << 8) | PALETTE[:, 2]


def read(file):
    data = open(file, "rb").read()
    masks, at = [], 0
    while at < len(data):
        height, width, length = struct.unpack_from("<III", data, at)
        at += 12
        masks.append((height, width, data[at : at + length]))
        at += length
    return list(zip(masks[::2], masks[1::2]))


def write(file, frames):
    with open(file, "wb") as out:
        for pair in frames:
            for height, width, data in pair:
                out.write(struct.pack("<III", height, width, len(data)) + data)


def encoded(mask, case):
    height, width, data = mask
    ids = np.frombuffer(data, np.uint8).reshape(height, width)
    if case == "png_gray":
        return height, width, cv2.imencode(".png", ids)[1].tobytes()
    image = Image.fromarray(ids, "P")
    image.putpalette(PALETTE.tobytes())
    out = io.BytesIO()
    image.save(out, "PNG")
    return height, width, out.getvalue()


def array(mask, dtype, channels=1):
    height, width, data = mask
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.frombuffer(data, dtype).reshape(shape)


def bincount(p, l):
    return np.bincount(l.ravel().astype(np.int64) * C + p.ravel(), minlength=C * C)


def histogram(p, l):
    return cv2.calcHist([np.ascontiguousarray(l), np.ascontiguousarray(p)], [0, 1], None, [C, C], [0, C, 0, C])


# Colours: a table of 16 MiB is the fastest that numpy has; OpenCV has none, and looks for one colour after the other.
table = np.zeros(1 << 24, np.uint8)
table[CODES[:C]] = np.arange(C)


def ids_of_colours(mask):
    a = array(mask, np.uint8, 3)
    return table[(a[..., 0].astype(np.uint32) << 16) | (a[..., 1].astype(np.uint32) << 8) | a[..., 2]]


def cv_ids_of_colours(a, order):
    ids = np.zeros(a.shape[:2], np.uint8)
    for i in range(1, C):
        colour = PALETTE[i][order].astype(float)
        ids[cv2.inRange(a, colour, colour) > 0] = i
    return ids


def cv_png(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def png(data):
    return np.asarray(Image.open(io.BytesIO(data)))


def resized(mask, label):
    p = array(mask, np.uint8)
    rows = (2 * np.arange(label[0]) + 1) * mask[0] // (2 * label[0])
    columns = (2 * np.arange(label[1]) + 1) * mask[1] // (2 * label[1])
    return p[rows[:, None], columns]


def cv_resized(mask, label):
    return cv2.resize(array(mask, np.uint8), (label[1], label[0]), interpolation=cv2.INTER_NEAREST_EXACT)


RGB, BGR = [0, 1, 2], [2, 1, 0]
CONTENDERS = {
    ("rgb8_color", "numpy"): lambda p, l: bincount(ids_of_colours(p), ids_of_colours(l)),
    ("rgb8_color", "opencv"): lambda p, l: histogram(
        *(cv_ids_of_colours(array(m, np.uint8, 3), RGB) for m in (p, l))
    ),
    ("rgba8_channel", "numpy"): lambda p, l: bincount(*(array(m, np.uint8, 4)[..., 0] for m in (p, l))),
    ("rgba8_channel", "opencv"): lambda p, l: histogram(
        *(cv2.extractChannel(array(m, np.uint8, 4), 0) for m in (p, l))
    ),
    ("16SC1", "numpy"): lambda p, l: bincount(array(p, np.int16), array(l, np.int16)),
    ("16SC1", "opencv"): lambda p, l: histogram(array(p, np.uint16), array(l, np.uint16)),
    ("png_gray", "numpy"): Image and (lambda p, l: bincount(png(p[2]), png(l[2]))),
    ("png_gray", "opencv"): lambda p, l: histogram(cv_png(p[2]), cv_png(l[2])),
    ("png_palette", "numpy"): Image and (lambda p, l: bincount(png(p[2]), png(l[2]))),
    ("png_palette", "opencv"): lambda p, l: histogram(*(cv_ids_of_colours(cv_png(m[2]), BGR) for m in (p, l))),
    ("resize", "numpy"): lambda p, l: bincount(resized(p, l), array(l, np.uint8)),
    ("resize", "opencv"): lambda p, l: histogram(cv_resized(p, l), array(l, np.uint8)),
}

frames, case = [], ""
for line in sys.stdin:
    command, *rest = line.split()
    if command == "encode":
        needed = cv2 if rest[1] == "png_gray" else Image
        if needed:
            write(rest[0], [[encoded(mask, rest[1]) for mask in pair] for pair in read(rest[0])])
        print("ready" if needed else "none", file=answers, flush=True)
    elif command == "load":
        frames, case = read(rest[0]), rest[1]
        print("ready", file=answers, flush=True)
    elif command == "result":
        function = CONTENDERS[case, rest[0]]
        if not function or (rest[0] == "opencv" and not cv2):
            print("none", file=answers, flush=True)
            continue
        result = function(*frames[int(rest[1])])
        print(*(repr(float(x)) for x in np.asarray(result).ravel()), file=answers, flush=True)
    elif command == "time":
        function, first, count = CONTENDERS[case, rest[0]], int(rest[1]), int(rest[2])
        start = time.process_time_ns()
        for i in range(count):
            function(*frames[(first + i) % len(frames)])
        print(time.process_time_ns() - start, file=answers, flush=True)
