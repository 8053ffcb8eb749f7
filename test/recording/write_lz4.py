"""Writes data of many kinds, and LZ4 frames of it with all options that frames have.

usage: write_lz4.py DIRECTORY
"""
import itertools
import json
import random
import sys
from pathlib import Path

import lz4.frame

ROOT = Path(sys.argv[1])
rng = random.Random(7)
runs = b''.join(bytes([rng.randrange(12)]) * rng.randrange(1, 3000) for _ in range(400))
words = b''.join(rng.choice([b'label', b'prediction', b'\x00\x01', b'x' * 70]) for _ in range(20_000))
DATA = {
    'empty': b'',
    'one': b'a',
    'runs': runs,
    'words': words,
    'noise': rng.randbytes(200_000),
    'zeros': bytes(300_000),
    'mixed': runs[:90_000] + rng.randbytes(70_000) + runs[:90_000] + words,
}
SIZES = [lz4.frame.BLOCKSIZE_MAX64KB, lz4.frame.BLOCKSIZE_MAX256KB, lz4.frame.BLOCKSIZE_MAX4MB]
names = []
for name, data in DATA.items():
    (ROOT / name).write_bytes(data)
    for size, linked, checked, level in itertools.product(SIZES, [False, True], [False, True], [0, 9]):
        frame = lz4.frame.compress(
            data,
            block_size=size,
            block_linked=linked,
            content_checksum=checked,
            block_checksum=checked,
            store_size=checked,
            compression_level=level,
        )
        of = f'{name}.{size}.{int(linked)}{int(checked)}.{level}.lz4'
        (ROOT / of).write_bytes(frame)
        names.append([name, of])
print(json.dumps(names))
