"""Results on disk: a folder a drive, and what was done with which recording, so that nothing is done twice."""
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

DONE = 'done.json'


@dataclass(frozen=True)
class Drive:
    """A recording to be scored. `version` is another as soon as one of its files is."""

    path: str
    name: str
    bytes: int
    version: str


class Results:
    """The folder that a run writes to, and finds what an earlier one has done in."""

    def __init__(self, directory, configuration):
        """`configuration` is whatever changes a result: arguments, the text of the parameter file, the program's version."""
        self.directory = Path(directory)
        self.drives = self.directory / 'drives'
        self.drives.mkdir(parents=True, exist_ok=True)
        self.configuration = configuration

    def key(self, drive):
        text = json.dumps([drive.path, drive.version, self.configuration])
        return hashlib.sha256(text.encode()).hexdigest()

    def folder(self, drive):
        return self.drives / drive.name

    def is_done(self, drive):
        """Whether this version of the recording was scored so before. One whose version is not known never was."""
        try:
            done = json.loads((self.folder(drive) / DONE).read_text())
        except (OSError, ValueError):
            return False
        return drive.version != '' and done.get('key') == self.key(drive)

    def save(self, drive, files):
        """Puts the files of a drive in place, all of them at once: an interruption leaves the old ones or the new ones."""
        folder = self.folder(drive)
        part = Path(tempfile.mkdtemp(prefix='.part-', dir=self.drives))
        try:
            for name, content in files.items():
                (part / name).write_bytes(content)
            done = {'key': self.key(drive), 'path': drive.path, 'version': drive.version}
            (part / DONE).write_text(json.dumps(done))
            os.chmod(part, 0o755)
            if folder.exists():
                shutil.rmtree(folder)
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise

    def clean(self):
        """Removes what an interrupted run left half done."""
        for part in self.drives.glob('.part-*'):
            shutil.rmtree(part, ignore_errors=True)

    def summary(self, drive):
        return json.loads((self.folder(drive) / 'summary.json').read_text())
