"""dice-monitor as a process: on this machine, and on that of a worker."""
import subprocess
import tempfile
from pathlib import Path

FILES = ('summary.json', 'frames.csv', 'report.html')
"""Exit codes of dice-monitor: bad input, and wrong usage. Doing it again changes neither."""
FOR_GOOD = (1, 2)


class CommandError(Exception):
    """dice-monitor could not do it; the message is its own."""


class WorkerFailure(Exception):
    """It ended otherwise than by saying why: killed, out of memory, not installed. Elsewhere it may go well."""


def run(command, *arguments):
    """Returns what it prints. Raises CommandError with what it says, or WorkerFailure."""
    try:
        done = subprocess.run([*command, *arguments], capture_output=True, check=False)
    except OSError as error:
        raise WorkerFailure(f'{command[0]}: {error.strerror}') from error
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors='replace').strip().splitlines()
    message = said[-1] if said else f'exit status {done.returncode}'
    if done.returncode in FOR_GOOD:
        raise CommandError(message)
    raise WorkerFailure(message)


def evaluate(command, path, arguments, configuration=None):
    """Scores one recording; returns the files of its results by name. `configuration` is the text of a parameter file."""
    with tempfile.TemporaryDirectory(prefix='dice-monitor-') as folder:
        results = Path(folder) / 'results'
        if configuration is not None:
            file = Path(folder) / 'parameters.yaml'
            file.write_text(configuration)
            arguments = ['--config', str(file), *arguments]
        run(command, 'evaluate', path, '--output', str(results), '--quiet', '--json', *arguments)
        return {name: (results / name).read_bytes() for name in FILES}
