"""The peers of the folders benchmark: scripts with Pillow or OpenCV and numpy, as one would write them.

usage: folders.py write DIRECTORY WIDTH HEIGHT ids|colours PAIRS   PNG masks in DIRECTORY/predictions and DIRECTORY/labels
       folders.py pillow|opencv DIRECTORY ids|colours              prints pairs, seconds, and the confusion matrix's trace
"""
import json
import shutil
import struct
import sys
import time
import zlib
from pathlib import Path

import numpy as np

CLASSES, DISTINCT = 12, 16
PALETTE = np.array([[(37 * k) % 256, (91 * k + 20) % 256, (151 * k + 7) % 256] for k in range(CLASSES)], np.uint8)


def masks(seed, width, height):
    """A label of wavy fields, and a prediction with shifted borders."""
    fields = np.random.default_rng(seed).integers(0, CLASSES, (12, 20), dtype=np.uint8)
    y, x = np.mgrid[0:height, 0:width]
    for shift in (0, 0.3):
        wave_y = np.clip(y + 12 * np.sin(x / 37 + seed + shift), 0, height - 1).astype(int) * 12 // height
        wave_x = np.clip(x + 12 * np.sin(y / 29 + seed + shift), 0, width - 1).astype(int) * 20 // width
        yield fields[wave_y, wave_x]


def png(pixels):
    """Each row by the filter with the least sum of differences, as libpng and Pillow choose."""
    height, width = pixels.shape[:2]
    step = 1 if pixels.ndim == 2 else 3
    rows = pixels.reshape(height, -1).astype(np.int16)
    left = np.pad(rows, ((0, 0), (step, 0)))[:, :-step]
    above = np.pad(rows, ((1, 0), (0, 0)))[:-1]
    corner = np.pad(above, ((0, 0), (step, 0)))[:, :-step]
    near = [abs(left + above - corner - other) for other in (left, above, corner)]
    paeth = np.where((near[0] <= near[1]) & (near[0] <= near[2]), left, np.where(near[1] <= near[2], above, corner))
    filtered = np.stack([(rows - guess).astype(np.uint8) for guess in (0, left, above, (left + above) // 2, paeth)])
    best = abs(filtered.view(np.int8).astype(int)).sum(2).argmin(0)
    data = b''.join(bytes([kind]) + filtered[kind, y].tobytes() for y, kind in enumerate(best))

    def chunk(kind, content):
        return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', zlib.crc32(kind + content))

    header = struct.pack('>IIBBBBB', width, height, 8, 0 if step == 1 else 2, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', zlib.compress(data)) + chunk(b'IEND', b'')


def write(directory, width, height, kind, pairs):
    folders = [directory / name for name in ('labels', 'predictions')]
    for folder in folders:
        folder.mkdir(parents=True)
    for i in range(pairs):
        if i < DISTINCT:
            for folder, mask in zip(folders, masks(i, width, height)):
                (folder / f'{i:06}.png').write_bytes(png(mask if kind == 'ids' else PALETTE[mask]))
        else:
            for folder in folders:
                shutil.copy(folder / f'{i % DISTINCT:06}.png', folder / f'{i:06}.png')


def score(library, directory, kind):
    if library == 'pillow':
        from PIL import Image

        def load(path):
            return np.asarray(Image.open(path))
    else:
        import cv2
        cv2.setNumThreads(1)

        def load(path):
            return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    start = time.perf_counter()
    code = np.array([16, 8, 0] if library == 'pillow' else [0, 8, 16], np.uint32)
    table = np.zeros(1 << 24, np.uint8)
    table[(PALETTE.astype(np.uint32) << [16, 8, 0]).sum(1)] = np.arange(CLASSES)

    def ids(path):
        pixels = load(path)
        if kind == 'ids':
            return pixels
        r, g, b = (pixels[..., i].astype(np.uint32) << code[i] for i in range(3))
        return table[r | g | b]

    confusion = np.zeros(CLASSES * CLASSES, np.int64)
    files = sorted((directory / 'labels').iterdir())
    for label in files:
        pair = ids(label) * np.uint8(CLASSES) + ids(directory / 'predictions' / label.name)
        confusion += np.bincount(pair.reshape(-1), minlength=CLASSES ** 2)
    seconds = time.perf_counter() - start
    trace = int(confusion.reshape(CLASSES, CLASSES).trace())
    print(json.dumps({'pairs': len(files), 'agreeing': trace, 'seconds': seconds}))


if sys.argv[1] == 'write':
    write(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5], int(sys.argv[6]))
else:
    score(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
