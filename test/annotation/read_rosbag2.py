"""Prints as JSON what rosbags and mcap read of a rosbag2.

usage: read_rosbag2.py DIRECTORY
"""
import hashlib
import json
import sys
import warnings
from pathlib import Path

from mcap.reader import make_reader
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import Reader

warnings.simplefilter('error')
path = Path(sys.argv[1])
out = {'topics': {}, 'messages': [], 'labels': []}
with Reader(path) as reader:
    for connection in reader.connections:
        qos = connection.ext.offered_qos_profiles
        out['topics'][connection.topic] = {
            'type': connection.msgtype,
            'count': connection.msgcount,
            'durability': [item.durability.name for item in qos],
            'definition': connection.msgdef.data,
        }
    out['count'] = reader.message_count
    out['times'] = [str(reader.start_time), str(reader.end_time)]
    for connection, time, data in reader.messages():
        out['messages'].append([connection.topic, str(time), hashlib.sha256(data).hexdigest()])
with AnyReader([path]) as reader:
    for connection, time, data in reader.messages([c for c in reader.connections if c.topic == '/label']):
        message = reader.deserialize(data, connection.msgtype)
        stamp = message.header.stamp
        out['labels'].append({
            'stamp': f'{stamp.sec * 10**9 + stamp.nanosec:019}',
            'frame_id': message.header.frame_id,
            'encoding': message.encoding,
            'size': [message.width, message.height, message.step],
            'data': message.data.tolist(),
        })
[storage] = path.glob('*.mcap')
with open(storage, 'rb') as file:
    reader = make_reader(file, validate_crcs=True)
    out['mcap'] = [[channel.topic, str(message.log_time)] for _, channel, message in reader.iter_messages()]
    out['statistics'] = reader.get_summary().statistics.message_count
print(json.dumps(out))
