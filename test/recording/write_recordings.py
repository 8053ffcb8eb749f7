"""Writes recordings in every form of rosbag2 with independent writers, and a manifest of what is in them.

usage: write_recordings.py DIRECTORY [BYTES_OF_A_MASK [images]]
"""
import hashlib
import io
import json
import random
import shutil
import sqlite3
import struct
import sys
from pathlib import Path

import zstandard
from mcap.writer import CompressionType, IndexType, Writer as McapWriter
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

ROOT = Path(sys.argv[1])
MASK = int(sys.argv[2]) if len(sys.argv) > 2 else 30_000
# Whether masks are images of mono8, instead of bytes that only begin as a message does.
IMAGES = sys.argv[3:] == ['images']
START = 1_700_000_000_000_000_000
TYPES = {
    '/label': 'sensor_msgs/msg/Image',
    '/prediction': 'sensor_msgs/msg/Image',
    '/chatter': 'std_msgs/msg/String',
}
manifest = []


def image(stamp, ids):
    """A sensor_msgs/msg/Image in CDR, 50 pixels wide."""
    width, height = 50, len(ids) // 50
    head = struct.pack('<iIIBxxxIII', stamp // 10**9, stamp % 10**9, 1, 0, height, width, 6) + b'mono8\x00'
    head += struct.pack('<BxII', 0, width, width * height)
    return b'\x00\x01\x00\x00' + head + ids[:width * height]


def messages(seed, frames=12, size=MASK):
    """Messages as (topic, log time, bytes): pairs of masks with small messages between them."""
    rng = random.Random(seed)
    out = []
    time = START
    for frame in range(frames):
        for topic, length in (('/prediction', size), ('/chatter', 40), ('/label', size), ('/chatter', 7)):
            runs = b''.join(bytes([rng.randrange(12)]) * rng.randrange(1, 200) for _ in range(length // 50 + 1))
            data = b'\x00\x01\x00\x00' + runs[:length] + rng.randbytes(17)
            if IMAGES and topic != '/chatter':
                data = image(START + frame * 100_000_000, runs[:length])
            out.append((topic, time, data))
            time += rng.randrange(1_000_000, 20_000_000)
    return out


def digest(written):
    """SHA-256 of the messages in order of log time."""
    total = hashlib.sha256()
    for topic, time, data in sorted(written, key=lambda m: m[1]):
        total.update(topic.encode() + struct.pack('<QI', time, len(data)) + data)
    return total.hexdigest()


def record(name, written, path=None, **expected):
    counts = {topic: sum(m[0] == topic for m in written) for topic in sorted({m[0] for m in written})}
    manifest.append({
        'name': name,
        'path': str(path or name),
        'counts': counts,
        'bytes': sum(len(m[2]) for m in written),
        'digest': digest(written),
        'problems': [],
        **expected,
    })


def shuffled(written, seed, distance):
    """The messages each moved by at most so many places."""
    rng = random.Random(seed)
    return [m for _, m in sorted(((i + rng.random() * distance, m) for i, m in enumerate(written)), key=lambda p: p[0])]


def write_mcap(path, written, profile='ros2', **options):
    with open(path, 'wb') as stream:
        writer = McapWriter(stream, **options)
        writer.start(profile=profile, library='test')
        writer.add_metadata('rosbag2', {'serialized_metadata': ''})
        schemas = {t: writer.register_schema(t, 'ros2msg', b'# none') for t in sorted(set(TYPES.values()))}
        channels = {t: writer.register_channel(t, 'cdr', schemas[TYPES[t]]) for t in TYPES}
        for i, (topic, time, data) in enumerate(written):
            writer.add_message(channels[topic], time, data, time, sequence=i)
        writer.add_attachment(START, START, 'note.txt', 'text/plain', b'x' * 1000)
        writer.finish()


def mcap_forms():
    none, lz4, zstd = CompressionType.NONE, CompressionType.LZ4, CompressionType.ZSTD
    no_index = IndexType.NONE
    forms = {
        'unchunked': dict(use_chunking=False),
        # rosbag2's preset: no chunks, no summary to speak of.
        'fastwrite': dict(use_chunking=False, use_statistics=False, use_summary_offsets=False, enable_crcs=False,
                          repeat_channels=False, repeat_schemas=False, index_types=no_index),
        'unchunked_data_crc': dict(use_chunking=False, enable_data_crcs=True),
        'plain': dict(compression=none, chunk_size=3 * MASK),
        'plain_data_crc': dict(compression=none, chunk_size=3 * MASK, enable_data_crcs=True),
        'zstd': dict(compression=zstd, chunk_size=3 * MASK),
        'lz4': dict(compression=lz4, chunk_size=3 * MASK),
        'zstd_one_chunk': dict(compression=zstd, chunk_size=2**30),
        'zstd_chunk_a_message': dict(compression=zstd, chunk_size=1),
        'zstd_fast': dict(compression=zstd, chunk_size=768 * 1024, enable_crcs=False),
        'zstd_small': dict(compression=zstd, chunk_size=4 * 1024 * 1024),
        'no_statistics': dict(compression=zstd, chunk_size=3 * MASK, use_statistics=False),
        'no_message_index': dict(compression=zstd, chunk_size=3 * MASK, index_types=IndexType.CHUNK),
        'no_index': dict(compression=lz4, chunk_size=3 * MASK, index_types=no_index),
        'no_summary': dict(compression=zstd, chunk_size=3 * MASK, index_types=no_index, use_statistics=False,
                           repeat_channels=False, repeat_schemas=False, use_summary_offsets=False),
    }
    for i, (name, options) in enumerate(forms.items()):
        written = messages(i)
        write_mcap(ROOT / f'{name}.mcap', written, **options)
        record(f'mcap {name}', written, f'{name}.mcap')
    for name in ('unchunked', 'plain', 'no_summary', 'zstd_one_chunk'):
        written = messages(100 + len(name))
        path = ROOT / f'disordered_{name}.mcap'
        write_mcap(path, shuffled(written, 1, 9), **forms[name])
        record(f'mcap {name} out of order', written, path.name)
    compress = zstandard.ZstdCompressor()
    written = messages(40)
    write_mcap(ROOT / 'by_message.mcap', [(t, s, compress.compress(d)) for t, s, d in written], **forms['fastwrite'])
    record('mcap by message without metadata', written, 'by_message.mcap')
    written = messages(41)
    stream = [(t, s, stream_compress(d)) for t, s, d in written]
    write_mcap(ROOT / 'by_message_stream.mcap', stream, **forms['plain'])
    record('mcap by message without content sizes', written, 'by_message_stream.mcap')
    for name in ('fastwrite', 'plain', 'zstd'):
        plain = ROOT / f'{name}.mcap'
        (ROOT / f'{name}_file.mcap.zstd').write_bytes(stream_compress(plain.read_bytes()))
        manifest.append({**next(m for m in manifest if m['name'] == f'mcap {name}'),
                         'name': f'mcap {name} compressed by file', 'path': f'{name}_file.mcap.zstd'})
    many = messages(42, frames=MASK // 6, size=60)
    write_mcap(ROOT / 'many.mcap', many, **forms['zstd'])
    record('mcap with many small messages', many, 'many.mcap')


def stream_compress(data):
    """Frames without a content size, as rosbag2's compressor by file makes."""
    out = io.BytesIO()
    with zstandard.ZstdCompressor(write_content_size=False).stream_writer(out, closefd=False) as writer:
        writer.write(data)
    return out.getvalue()


def write_rosbags(path, written, storage, mode=CompressionMode.NONE, version=9):
    store = get_typestore(Stores.ROS2_JAZZY)
    writer = Writer(path, version=version, storage_plugin=storage)
    if mode != CompressionMode.NONE:
        writer.set_compression(mode, CompressionFormat.ZSTD)
    with writer:
        topics = {t: writer.add_connection(t, TYPES[t], typestore=store) for t in TYPES}
        for topic, time, data in written:
            writer.write(topics[topic], time, data)


def rosbags_forms():
    cases = [(s, m) for s in StoragePlugin for m in CompressionMode]
    for i, (storage, mode) in enumerate(cases):
        if storage == StoragePlugin.SQLITE3 and mode == CompressionMode.STORAGE:
            continue
        written = messages(200 + i)
        name = f'rosbags_{storage.name}_{mode.name}'.lower()
        write_rosbags(ROOT / name, written, storage, mode, 8 if i % 2 else 9)
        record(name, written)
        (file,) = [p for p in (ROOT / name).iterdir() if p.suffix != '.yaml']
        record(f'{name}, the file alone', written, file.relative_to(ROOT))
        bare = ROOT / f'{name}_bare'
        bare.mkdir()
        shutil.copy(file, bare)
        record(f'{name} without metadata', written, bare.name)
    # Real metadata has the mode in capitals.
    written = messages(250)
    write_rosbags(ROOT / 'capitals', written, StoragePlugin.MCAP, CompressionMode.FILE)
    metadata = ROOT / 'capitals' / 'metadata.yaml'
    text = metadata.read_text().replace('compression_mode: file', 'compression_mode: FILE')
    metadata.write_text(text.replace('path: capitals.mcap.zstd', 'path: capitals.mcap'))
    record('mode in capitals', written, 'capitals')


def metadata_text(files, count, mode='', fmt=''):
    lines = ''.join(f'    - {f}\n' for f in files)
    return (f'rosbag2_bagfile_information:\n  version: 5\n  storage_identifier: mcap\n  relative_file_paths:\n{lines}'
            f'  message_count: {count}\n  compression_format: "{fmt}"\n  compression_mode: "{mode}"\n')


def split_forms():
    written = messages(300, frames=24)
    third = len(written) // 3
    parts = [written[:third], written[third:2 * third], written[2 * third:]]
    names = ['z_first', 'y_10', 'a_last']
    for kind in ('mcap', 'db3'):
        directory = ROOT / f'split_{kind}'
        directory.mkdir()
        for name, part in zip(names, parts):
            write = write_mcap if kind == 'mcap' else write_sqlite
            write(directory / f'{name}.{kind}', part)
        files = [f'{n}.{kind}' for n in names]
        (directory / 'metadata.yaml').write_text(metadata_text(files, len(written)))
        record(f'split {kind} in metadata order', written, directory.name)
    # The directory in the paths, as before version 4; one file compressed; overlapping in time.
    directory = ROOT / 'split_mixed'
    directory.mkdir()
    overlapping = [written[0::3], written[1::3], written[2::3]]
    write_mcap(directory / 'm_0.mcap', overlapping[0], compression=CompressionType.ZSTD)
    write_sqlite(directory / 'm_1.db3', overlapping[1])
    write_mcap(directory / 'm_2.mcap', overlapping[2], use_chunking=False)
    plain = directory / 'm_2.mcap'
    (directory / 'm_2.mcap.zstd').write_bytes(stream_compress(plain.read_bytes()))
    plain.unlink()
    files = ['split_mixed/m_0.mcap', 'split_mixed/m_1.db3', 'split_mixed/m_2.mcap']
    (directory / 'metadata.yaml').write_text(metadata_text(files, len(written)))
    record('split in overlapping files', written, directory.name)
    # No metadata: numbers in names count.
    directory = ROOT / 'split_bare'
    directory.mkdir()
    for name, part in zip(['b_2', 'b_9', 'b_10'], parts):
        write_mcap(directory / f'{name}.mcap', part)
    record('split without metadata', written, directory.name)
    directory = ROOT / 'split_missing'
    directory.mkdir()
    for name, part in zip(['m_0', 'm_2'], parts[::2]):
        write_mcap(directory / f'{name}.mcap', part)
    (directory / 'metadata.yaml').write_text(metadata_text(['m_0.mcap', 'm_1.mcap', 'm_2.mcap'], len(written)))
    record('split with a file missing', parts[0] + parts[2], directory.name,
           problems=['m_1.mcap: listed in metadata.yaml, but missing'])
    directory = ROOT / 'unknown_compression'
    directory.mkdir()
    write_sqlite(directory / 'u_0.db3', parts[0])
    (directory / 'metadata.yaml').write_text(metadata_text(['u_0.db3'], third, 'message', 'brotli'))
    record('unknown compression by message', [], directory.name, counts={t: third // 4 * (2 if t == '/chatter' else 1) for t in sorted(TYPES)},
           problems=[f"u_0.db3: message compression 'brotli' is not supported, only zstd ({third} times)"])


SCHEMA = """
CREATE TABLE topics(id INTEGER PRIMARY KEY,name TEXT NOT NULL,type TEXT NOT NULL,serialization_format TEXT NOT NULL,
  offered_qos_profiles TEXT NOT NULL);
CREATE TABLE messages(id INTEGER PRIMARY KEY,topic_id INTEGER NOT NULL,timestamp INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX timestamp_idx ON messages (timestamp ASC);
"""


def write_sqlite(path, written, pragmas=(), keep_open=False, batch=None, decode=False):
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in pragmas:
        db.execute(f'PRAGMA {pragma}')
    db.executescript(SCHEMA)
    topics = [(i, t, TYPES[t], 'cdr', '') for i, t in enumerate(TYPES, 1)]
    db.executemany('INSERT INTO topics VALUES(?,?,?,?,?)', topics)
    batch = batch or len(written)
    for i in range(0, len(written), batch):
        insert(db, written[i:i + batch])
    if keep_open:
        return db
    db.close()
    return None


def insert(db, written):
    ids = {t: i for i, t in enumerate(TYPES, 1)}
    db.execute('BEGIN')
    rows = [(ids[t], s, d) for t, s, d in written]
    db.executemany('INSERT INTO messages(topic_id,timestamp,data) VALUES(?,?,?)', rows)
    db.execute('COMMIT')


def sqlite_forms():
    for size in (512, 1024, 4096, 65536):
        written = messages(400 + size)
        write_sqlite(ROOT / f'page_{size}.db3', written, [f'page_size={size}'])
        record(f'sqlite with pages of {size}', written, f'page_{size}.db3')
    written = messages(410)
    write_sqlite(ROOT / 'vacuum.db3', written, ['auto_vacuum=FULL'])
    record('sqlite with auto-vacuum', written, 'vacuum.db3')
    written = messages(411)
    write_sqlite(ROOT / 'disordered.db3', shuffled(written, 2, 20))
    record('sqlite out of order', written, 'disordered.db3')
    written = messages(412, frames=MASK // 6, size=60)
    write_sqlite(ROOT / 'many.db3', written, ['page_size=512'])
    record('sqlite with many small messages', written, 'many.db3')
    # A journal mode that stays in the header, closed in order: no log beside it.
    written = messages(413)
    write_sqlite(ROOT / 'wal_closed.db3', written, ['journal_mode=WAL'])
    record('sqlite in WAL mode', written, 'wal_closed.db3')
    # As a crash leaves it: part in the file, part in the log, part of a transaction not committed.
    written = messages(414, frames=30)
    live = ROOT / 'live'
    live.mkdir()
    db = write_sqlite(live / 'wal_live.db3', written, ['journal_mode=WAL', 'wal_autocheckpoint=100'], True, 7)
    db.execute('BEGIN')
    for _ in range(40):
        db.execute('INSERT INTO messages(topic_id,timestamp,data) VALUES(1,1,?)', (b'\0' * 300_000,))
    target = ROOT / 'wal_left'
    target.mkdir()
    for name in ('wal_live.db3', 'wal_live.db3-wal'):
        shutil.copy(live / name, target / name)
    db.execute('ROLLBACK')
    db.close()
    record('sqlite with a write-ahead log beside it', written, 'wal_left')
    # After a checkpoint the log begins anew over the old one, of which the end is left.
    written = messages(417)
    db = write_sqlite(live / 'wal_anew.db3', written[:-6], ['journal_mode=WAL', 'wal_autocheckpoint=0'], True)
    db.execute('PRAGMA wal_checkpoint(RESTART)')
    insert(db, written[-6:])
    target = ROOT / 'wal_anew'
    target.mkdir()
    for name in ('wal_anew.db3', 'wal_anew.db3-wal'):
        shutil.copy(live / name, target / name)
    db.close()
    record('sqlite with a log begun anew', written, 'wal_anew')
    written = messages(415, frames=30)
    db = write_sqlite(ROOT / 'deleted.db3', written + messages(416), keep_open=True)
    db.execute('DELETE FROM messages WHERE id > ?', (len(written),))
    db.close()
    record('sqlite with deleted messages', written, 'deleted.db3')
    (ROOT / 'file.db3.zstd').write_bytes(stream_compress((ROOT / 'page_4096.db3').read_bytes()))
    manifest.append({**next(m for m in manifest if m['path'] == 'page_4096.db3'),
                     'name': 'sqlite compressed by file', 'path': 'file.db3.zstd'})


mcap_forms()
rosbags_forms()
split_forms()
sqlite_forms()
(ROOT / 'manifest.json').write_text(json.dumps(manifest))
