"""Drives of a fleet on one Ray node and on two of this machine, on loopback, and with one of two killed midway.

usage: fleet.py [--drives N] RECORDING          with a Python that has Ray (scripts/fleet-python)

Every drive is the same recording under another name. Prints the seconds of each run, what a drive takes by itself, and
what a task takes besides; ends with 1 if a count differs from the first run's.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / 'fleet'))
os.environ['PYTHONPATH'] = str(ROOT / 'fleet')
os.environ['RAY_USAGE_STATS_ENABLED'] = '0'
# Ray then takes 127.0.0.1 for what it is, not for the machine's own address.
os.environ['RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER'] = '0'

import ray  # noqa: E402
from ray.cluster_utils import Cluster  # noqa: E402

from dice_monitor_fleet.__main__ import main  # noqa: E402

COMMAND = ['node', str(ROOT / 'dist/cli/main.js')]


def linked(recording, folder, count):
    """The recording under so many names."""
    files = [recording] if recording.is_file() else sorted(recording.iterdir())
    for i in range(count):
        drive = folder / f'drive_{i:05}'
        drive.mkdir(parents=True)
        for file in files:
            os.link(file, drive / file.name)
    return folder


def run(drives, output, nodes, kill_after=None):
    """Seconds of a run on so many nodes of a core each; one is killed without grace after `kill_after` saved drives."""
    common = {'num_cpus': 1, 'node_ip_address': '127.0.0.1', 'include_dashboard': False}
    cluster = Cluster(initialize_head=True, head_node_args=common)
    others = [cluster.add_node(num_cpus=1, node_ip_address='127.0.0.1') for _ in range(nodes - 1)]
    cluster.wait_for_nodes()
    try:
        if kill_after is not None:
            threading.Thread(target=kill, args=(cluster, others[-1], output, kill_after), daemon=True).start()
        began = time.monotonic()
        code = main([str(drives), '--output', str(output), '--address', cluster.address, '--command', ' '.join(COMMAND)])
        seconds = time.monotonic() - began
        if code != 0:
            raise SystemExit(f'the run on {nodes} nodes ended with {code}')
        return seconds
    finally:
        ray.shutdown()
        cluster.shutdown()


def kill(cluster, node, output, saved):
    while len(list(output.glob('drives/*/done.json'))) < saved:
        time.sleep(0.05)
    cluster.remove_node(node, allow_graceful=False)


def counted(output):
    summary = json.loads((output / 'all/summary.json').read_text())
    return summary['confusion'], summary['pairing']['matched']


def alone(recording):
    """Seconds of one process, the best of three."""
    best = float('inf')
    for _ in range(3):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as output:
            subprocess.run([*COMMAND, 'evaluate', str(recording), '-o', output, '-q'], check=True, capture_output=True)
        best = min(best, time.monotonic() - began)
    return best


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('recording', type=Path)
    parser.add_argument('--drives', type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.recording.parent) as folder:
        drives = linked(options.recording, Path(folder) / 'drives', options.drives)
        single = alone(options.recording)
        expected = None
        for name, nodes, after in (('one node', 1, None), ('two nodes', 2, None),
                                   ('two nodes, one killed', 2, options.drives // 4)):
            output = Path(folder) / name
            seconds = run(drives, output, nodes, after)
            found = counted(output)
            expected = expected or found
            print(f'{name}: {options.drives} drives in {seconds:.1f} s, {found[1]} pairs, '
                  f'{"the same counts" if found == expected else "OTHER COUNTS"}')
            if after is None:
                besides = seconds * nodes / options.drives - single
                print(f'  a task takes {1000 * single:.0f} ms by itself, {1000 * besides:.0f} ms besides')
            if found != expected:
                sys.exit(1)
