"""Writes the same pictures as a rosbag2, as ROS 1 bags, and as MCAP files in other serializations.

usage: write_foreign.py DIRECTORY
"""
import base64
import io
import json
import random
import struct
import sys
import zlib
from pathlib import Path

from mcap.writer import CompressionType, Writer as McapWriter
from rosbags.rosbag1 import Writer as BagWriter
from rosbags.typesys import Stores, get_typestore

ROOT = Path(sys.argv[1])
START = 1_700_000_000_000_000_000
ROS2 = get_typestore(Stores.ROS2_JAZZY)
ROS1 = get_typestore(Stores.ROS1_NOETIC)
WIDTH, HEIGHT, FRAMES = 37, 23, 20


def png(pixels):
    """A gray PNG of 8 bits."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + pixels[y * WIDTH:(y + 1) * WIDTH] for y in range(HEIGHT))
    header = struct.pack('>IIBBBBB', WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')


def pictures():
    """(topic, log time, stamp in ns, frame id, encoding, step, pixels), in order of their log time."""
    rng = random.Random(7)
    out = []
    for frame in range(FRAMES):
        stamp = START + frame * 100_000_000 + rng.randrange(1_000_000)
        for i, (topic, frame_id) in enumerate((('/prediction', 'camera'), ('/label', 'käm"era\\'))):
            step = WIDTH + (3 if topic == '/label' else 0)
            pixels = bytes(rng.randrange(4) for _ in range(step * HEIGHT))
            out.append((topic, START + frame * 100_000_000 + i * 20_000_000, stamp, frame_id, 'mono8', step, pixels))
    return out


def time_of(ns):
    return ns // 10**9, ns % 10**9


def ros(store, raw, compressed):
    """Serializes by a typestore of rosbags."""
    kinds = store.types
    image, packed = kinds['sensor_msgs/msg/Image'], kinds['sensor_msgs/msg/CompressedImage']
    header, time = kinds['std_msgs/msg/Header'], kinds['builtin_interfaces/msg/Time']
    import numpy

    def header_of(stamp, frame_id):
        fields = {'stamp': time(*time_of(stamp)), 'frame_id': frame_id}
        return header(seq=5, **fields) if store is ROS1 else header(**fields)

    def serialize(picture):
        topic, _, stamp, frame_id, encoding, step, pixels = picture
        if topic.endswith('compressed'):
            message = packed(header_of(stamp, frame_id), 'mono8; png compressed ', numpy.frombuffer(pixels, numpy.uint8))
            return compressed(message, packed.__msgtype__)
        message = image(header_of(stamp, frame_id), HEIGHT, WIDTH, encoding, 0, step, numpy.frombuffer(pixels, numpy.uint8))
        return raw(message, image.__msgtype__)
    return serialize


to_ros1 = ros(ROS1, ROS1.serialize_ros1, ROS1.serialize_ros1)
to_ros2 = ros(ROS2, ROS2.serialize_cdr, ROS2.serialize_cdr)


def varint(value):
    out = b''
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def to_protobuf(picture):
    """foxglove.RawImage or CompressedImage, with an unknown field of every kind among the others."""
    topic, _, stamp, frame_id, encoding, step, pixels = picture
    def block(number, data):
        return varint(number << 3 | 2) + varint(len(data)) + data
    def fixed32(number, value):
        return varint(number << 3 | 5) + struct.pack('<I', value)
    sec, nsec = time_of(stamp)
    time = block(1, varint(1 << 3) + varint(sec) + (varint(2 << 3) + varint(nsec) if nsec else b''))
    unknown = block(100, b'xyz') + varint(101 << 3) + varint(2**63) + varint(102 << 3 | 1) + bytes(8) + fixed32(103, 9)
    if topic.endswith('compressed'):
        return time + block(2, pixels) + unknown + block(3, b'png') + block(4, frame_id.encode())
    size = fixed32(2, WIDTH) + fixed32(3, HEIGHT)
    return time + size + block(4, encoding.encode()) + unknown + fixed32(5, step) + block(6, pixels) + block(7, frame_id.encode())


def to_json(picture):
    topic, _, stamp, frame_id, encoding, step, pixels = picture
    sec, nsec = time_of(stamp)
    fields = {'timestamp': {'sec': sec, 'nsec': nsec}, 'frame_id': frame_id, 'more': {'data': 'not this', 'list': [1, '"']}}
    data = base64.b64encode(pixels).decode()
    if topic.endswith('compressed'):
        fields |= {'format': 'png', 'data': data}
    else:
        fields |= {'width': WIDTH, 'height': HEIGHT, 'encoding': encoding, 'step': step, 'data': data, 'after': 1}
    text = json.dumps(fields, ensure_ascii=False)
    # Some writers escape every slash.
    return (text.replace('/', '\\/') if sec % 2 else text).encode()


def to_foxglove_cdr(picture):
    """foxglove_msgs/msg/RawImage or CompressedImage."""
    topic, _, stamp, frame_id, encoding, step, pixels = picture
    out = bytearray(struct.pack('<4xiI', *time_of(stamp)))
    out[1] = 1
    def uint32(value):
        out.extend(bytes(-len(out) % 4) + struct.pack('<I', value))
    def text(value):
        uint32(len(value.encode()) + 1)
        out.extend(value.encode() + b'\0')
    text(frame_id)
    if topic.endswith('compressed'):
        uint32(len(pixels))
        out.extend(pixels)
        text('png')
        text('')
    else:
        uint32(WIDTH)
        uint32(HEIGHT)
        text(encoding)
        uint32(step)
        uint32(len(pixels))
        out.extend(pixels)
    return bytes(out)


def write_mcap(name, written, encoding, schema_encoding, types, serialize, compression=CompressionType.NONE):
    with open(ROOT / f'{name}.mcap', 'wb') as stream:
        writer = McapWriter(stream, compression=compression, chunk_size=4000)
        writer.start(profile='', library='test')
        channels = {}
        for topic in dict.fromkeys(picture[0] for picture in written):
            schema = writer.register_schema(types[topic.endswith('compressed')], schema_encoding, b'')
            channels[topic] = writer.register_channel(topic, encoding, schema)
        for picture in written:
            writer.add_message(channels[picture[0]], picture[1], serialize(picture), picture[1])
        writer.finish()


def write_bag(name, written, compression=None):
    writer = BagWriter(ROOT / f'{name}.bag')
    if compression:
        writer.set_compression(compression)
    writer.chunk_threshold = 4000
    with writer:
        connections = {}
        for topic in dict.fromkeys(picture[0] for picture in written):
            kind = 'CompressedImage' if topic.endswith('compressed') else 'Image'
            connections[topic] = writer.add_connection(topic, f'sensor_msgs/msg/{kind}', typestore=ROS1)
        text = writer.add_connection('/chatter', 'std_msgs/msg/String', typestore=ROS1)
        for picture in written:
            writer.write(connections[picture[0]], picture[1], bytes(to_ros1(picture)))
            if picture[0] == '/label':
                writer.write(text, picture[1], struct.pack('<I', 2) + b'hi')


raw = pictures()
packed = [(f'{t}/compressed', log, stamp, f, e, WIDTH, png(p[:WIDTH * HEIGHT])) for t, log, stamp, f, e, _, p in raw]
both = sorted(raw + packed, key=lambda picture: picture[1])
ROS2_TYPES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')
ROS1_TYPES = ('sensor_msgs/Image', 'sensor_msgs/CompressedImage')
FOXGLOVE = ('foxglove.RawImage', 'foxglove.CompressedImage')
FOXGLOVE_MSGS = ('foxglove_msgs/msg/RawImage', 'foxglove_msgs/msg/CompressedImage')
write_mcap('reference', both, 'cdr', 'ros2msg', ROS2_TYPES, lambda p: bytes(to_ros2(p)))
write_mcap('ros1', both, 'ros1', 'ros1msg', ROS1_TYPES, lambda p: bytes(to_ros1(p)), CompressionType.ZSTD)
write_mcap('protobuf', both, 'protobuf', 'protobuf', FOXGLOVE, to_protobuf)
write_mcap('json', both, 'json', 'jsonschema', FOXGLOVE, to_json, CompressionType.LZ4)
write_mcap('foxglove_cdr', both, 'cdr', 'ros2msg', FOXGLOVE_MSGS, to_foxglove_cdr)
write_bag('none', both)
write_bag('bz2', both, BagWriter.CompressionFormat.BZ2)
write_bag('lz4', both, BagWriter.CompressionFormat.LZ4)
