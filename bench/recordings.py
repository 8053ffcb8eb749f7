"""The peer of the recordings benchmark: a script with rosbags and numpy, as one would write it.

usage: recordings.py write DIRECTORY PAIRS   recordings of 1280x720 pairs: MCAP, the same with the chunks and CRCs that
                                             `ros2 bag record` makes, MCAP in zstd chunks, and SQLite3
       recordings.py read|score RECORDING    prints the pairs, the seconds, and the confusion matrix's trace
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
from mcap.writer import CompressionType, Writer as McapWriter
from rosbags.rosbag2 import CompressionFormat, CompressionMode, Reader, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

IMAGE = 'sensor_msgs/msg/Image'
TOPICS = ('/prediction', '/label')
WIDTH, HEIGHT, CLASSES, DISTINCT = 1280, 720, 12, 20
RECORDER_CHUNK = 768 * 1024
store = get_typestore(Stores.ROS2_JAZZY)


def masks(seed):
    """A label of wavy fields, and a prediction with shifted borders and 3 % of it wrong in small blocks."""
    rng = np.random.default_rng(seed)
    fields = rng.integers(0, CLASSES, (12, 20), dtype=np.uint8)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]

    def draw(shift):
        wave_y = np.clip(y + 12 * np.sin(x / 37 + seed + shift), 0, HEIGHT - 1).astype(int) // 60
        wave_x = np.clip(x + 12 * np.sin(y / 29 + seed + shift), 0, WIDTH - 1).astype(int) // 64
        return fields[wave_y, wave_x]

    def blocks(values):
        return values.repeat(4, axis=0).repeat(4, axis=1)

    label, prediction = draw(0), draw(0.3)
    small = (HEIGHT // 4, WIDTH // 4)
    wrong = blocks(rng.random(small) < 0.03)
    prediction[wrong] = blocks(rng.integers(0, CLASSES, small, dtype=np.uint8))[wrong]
    return label, prediction


def serialized(mask, stamp):
    header = store.types['std_msgs/msg/Header']
    time_type = store.types['builtin_interfaces/msg/Time']
    message = store.types[IMAGE](
        header=header(stamp=time_type(sec=stamp // 10**9, nanosec=stamp % 10**9), frame_id='camera'),
        height=HEIGHT, width=WIDTH, encoding='mono8', is_bigendian=0, step=WIDTH, data=mask.reshape(-1))
    return store.serialize_cdr(message, IMAGE)


def write(directory, pairs):
    forms = {
        'mcap': (StoragePlugin.MCAP, CompressionMode.NONE),
        'mcap_zstd': (StoragePlugin.MCAP, CompressionMode.STORAGE),
        'sqlite3': (StoragePlugin.SQLITE3, CompressionMode.NONE),
    }
    drawn = [masks(seed) for seed in range(min(pairs, DISTINCT))]
    for name, (plugin, mode) in forms.items():
        writer = Writer(Path(directory) / name, version=9, storage_plugin=plugin)
        if mode != CompressionMode.NONE:
            writer.set_compression(mode, CompressionFormat.ZSTD)
        with writer:
            connections = {topic: writer.add_connection(topic, IMAGE, typestore=store) for topic in TOPICS}
            for topic, time, data in messages(drawn, pairs):
                writer.write(connections[topic], time, data)
    write_with_crcs(Path(directory), messages(drawn, pairs))


def messages(drawn, pairs):
    for i in range(pairs):
        stamp = 1_700_000_000 * 10**9 + i * 33_000_000
        label, prediction = drawn[i % len(drawn)]
        yield '/prediction', stamp, serialized(prediction, stamp)
        yield '/label', stamp + 5_000_000, serialized(label, stamp)


def write_with_crcs(directory, written):
    path = directory / 'mcap_crc'
    path.mkdir()
    metadata = (directory / 'mcap' / 'metadata.yaml').read_text()
    (path / 'metadata.yaml').write_text(metadata.replace('mcap.mcap', 'mcap_crc.mcap'))
    with open(path / 'mcap_crc.mcap', 'wb') as stream:
        writer = McapWriter(stream, chunk_size=RECORDER_CHUNK, compression=CompressionType.NONE)
        writer.start(profile='ros2', library='benchmark')
        definition, _ = store.generate_msgdef(IMAGE, ros_version=2)
        schema = writer.register_schema(IMAGE, 'ros2msg', definition.encode())
        channels = {topic: writer.register_channel(topic, 'cdr', schema) for topic in TOPICS}
        for topic, time, data in written:
            writer.add_message(channels[topic], time, data, time)
        writer.finish()


def read(path):
    with Reader(path) as reader:
        return sum(1 for _ in reader.messages()) // 2, 0


def score(path):
    waiting = {}
    confusion = np.zeros(CLASSES * CLASSES, np.int64)
    pairs = 0
    with Reader(path) as reader:
        for connection, _, data in reader.messages():
            message = store.deserialize_cdr(data, connection.msgtype)
            stamp = (message.header.stamp.sec, message.header.stamp.nanosec)
            if connection.topic == '/prediction':
                waiting[stamp] = message
                continue
            prediction = waiting.pop(stamp)
            confusion += np.bincount(message.data * np.uint8(CLASSES) + prediction.data, minlength=CLASSES**2)
            pairs += 1
    return pairs, int(confusion.reshape(CLASSES, CLASSES).trace())


if sys.argv[1] == 'write':
    write(sys.argv[2], int(sys.argv[3]))
else:
    start = time.perf_counter()
    pairs, agreeing = (read if sys.argv[1] == 'read' else score)(Path(sys.argv[2]))
    print(json.dumps({'pairs': pairs, 'agreeing': agreeing, 'seconds': time.perf_counter() - start}))
