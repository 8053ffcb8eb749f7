"""python -m dice_monitor_fleet SOURCE... --output DIR [--address ADDRESS] [-- EVALUATE OPTIONS...]"""
import argparse
import csv
import json
import shlex
import sys
from pathlib import Path

import ray
from ray.exceptions import RayError

from .command import CommandError, WorkerFailure, evaluate, run
from .results import Drive, Results

ATTEMPTS = 3


def main(arguments=None):
    options, evaluating = parsed(sys.argv[1:] if arguments is None else arguments)
    command = shlex.split(options.command)
    try:
        configuration = Path(options.config).read_text() if options.config else None
        listed = run(command, 'list', *options.sources).decode().splitlines()
        version = run(command, '--version').decode().strip()
    except (CommandError, WorkerFailure, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    drives = [Drive(**json.loads(line)) for line in listed]
    results = Results(options.output, [version, evaluating, configuration])
    results.clean()
    wanted = [drive for drive in drives if not results.is_done(drive)]
    print(f'{len(drives)} recordings, {len(drives) - len(wanted)} done before', file=sys.stderr)
    failures = score(wanted, results, (command, evaluating, configuration), options) if wanted else {}
    scored = [drive for drive in drives if drive.path not in failures]
    write_tables(options.output, scored, results, failures)
    if not scored:
        print('none of the recordings could be scored, see failed.json', file=sys.stderr)
        return 1
    # A command line has no room for thousands of paths.
    runs = Path(options.output) / 'runs.txt'
    runs.write_text(''.join(f'{results.folder(drive)}\n' for drive in scored))
    try:
        merged = run(command, 'merge', '--from', str(runs), '--output', str(Path(options.output) / 'all'))
    except (CommandError, WorkerFailure) as error:
        print(f'each drive was scored, but not their sum: {error}', file=sys.stderr)
        return 1
    sys.stdout.write(merged.decode())
    if failures:
        print(f'{len(failures)} of {len(drives)} recordings could not be scored, see failed.json', file=sys.stderr)
    return 1 if failures else 0


def parsed(arguments):
    evaluating = []
    if '--' in arguments:
        at = arguments.index('--')
        arguments, evaluating = arguments[:at], arguments[at + 1:]
    parser = argparse.ArgumentParser(
        prog='python -m dice_monitor_fleet',
        description='Scores recordings with dice-monitor evaluate on a Ray cluster; what is done is not done again.',
        epilog='What follows -- goes to dice-monitor evaluate, such as -- --set sync.tolerance=0.01',
    )
    parser.add_argument('sources', nargs='+', metavar='SOURCE', help='recordings, folders, globs, s3:// prefixes')
    parser.add_argument('--output', required=True, metavar='DIR', help='a folder a drive, tables, and the sum of all')
    parser.add_argument('--address', help="of a running cluster, such as ray://head:10001; without one Ray is started here")
    parser.add_argument('-c', '--config', metavar='FILE', help='a parameter file, which workers are sent')
    parser.add_argument('--command', default='dice-monitor', help='how dice-monitor is started, here and on workers')
    parser.add_argument('--cpus', type=float, default=1, help='cores that a drive takes, 1 by default')
    parser.add_argument('--memory-mb', type=int, default=600, help='memory that a drive takes, 600 by default')
    return parser.parse_args(arguments), evaluating


def score(wanted, results, how, options):
    """Scores drives as tasks, the largest first; saves each as it comes. Returns what failed, and why."""
    command, evaluating, configuration = how
    # Workers elsewhere need not have this package, only dice-monitor.
    there = {'runtime_env': {'py_modules': [str(Path(__file__).parent)]}} if options.address else {'include_dashboard': False}
    ray.init(address=options.address, log_to_driver=False, logging_level='ERROR', **there)
    task = ray.remote(
        num_cpus=options.cpus,
        memory=options.memory_mb * 2**20,
        max_retries=ATTEMPTS - 1,
        retry_exceptions=[WorkerFailure],
    )(evaluate)
    failures = {}
    try:
        largest_first = sorted(wanted, key=lambda drive: -drive.bytes)
        pending = {task.remote(command, drive.path, evaluating, configuration): drive for drive in largest_first}
        while pending:
            [ready], _ = ray.wait(list(pending), num_returns=1)
            drive = pending.pop(ready)
            try:
                results.save(drive, ray.get(ready))
            except (CommandError, WorkerFailure, RayError) as error:
                failures[drive.path] = reason(error)
            print(f'{len(wanted) - len(pending)} of {len(wanted)}: {drive.path}'
                  f'{": " + failures[drive.path] if drive.path in failures else ""}', file=sys.stderr)
    finally:
        ray.shutdown()
    return failures


def reason(error):
    """The task's own error where it has one, in one line."""
    cause = getattr(error, 'cause', None) or error
    return str(cause).strip().splitlines()[-1]


def write_tables(output, scored, results, failures):
    """drives.csv, the worst first, and failed.json."""
    rows = []
    for drive in scored:
        summary = results.summary(drive)
        dice = summary['pooled']['dice']
        matched = summary['pairing']['matched']
        labels = matched + summary['pairing']['label_unmatched']
        verdict = summary.get('verdict', {})
        rows.append((drive.path, dice, summary['pooled']['iou'], matched, matched / labels if labels else '',
                     verdict.get('error_seconds', ''), verdict.get('warn_seconds', '')))
    rows.sort(key=lambda row: (row[1] is not None, row[1]))
    with open(Path(output) / 'drives.csv', 'w', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['recording', 'dice', 'iou', 'pairs', 'share_of_labels_matched', 'error_seconds', 'warn_seconds'])
        writer.writerows([['' if value is None else value for value in row] for row in rows])
    failed = [{'recording': path, 'reason': why} for path, why in sorted(failures.items())]
    (Path(output) / 'failed.json').write_text(json.dumps(failed, indent=2) + '\n')


if __name__ == '__main__':
    sys.exit(main())
