"""A function's code and layers on disk, where Python can import them.

Folders of a layer that are on the path:
https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path


class BadArchive(ValueError):
    """The code is no zip archive."""


class Package:
    """Code and layers unpacked in a scratch folder that goes away with this object."""

    def __init__(self, code: bytes, layers: list[bytes], runtime: str) -> None:
        self._runtime = runtime
        self._folder = tempfile.TemporaryDirectory(prefix="lab-lambda-", ignore_cleanup_errors=True)
        root = Path(self._folder.name).resolve()
        self.task_root, self.opt, self.tmp = root / "task", root / "opt", root / "tmp"
        self.tmp.mkdir()
        _unzip(code, self.task_root)
        self.opt.mkdir()
        for layer in layers:  # later layers win, as they are merged in order
            _unzip(layer, self.opt)

    @property
    def path(self) -> list[str]:
        """What is put before the notebook's own sys.path: the code, then the layers."""
        versioned = self.opt / "python" / "lib" / self._runtime / "site-packages"
        found = [self.task_root, versioned, self.opt / "python"]
        return [str(folder) for folder in found if folder.is_dir()]

    @property
    def names(self) -> set[str]:
        """Top-level modules that come from here, and hide what the notebook has imported under that name."""
        return {
            entry.name.partition(".")[0]
            for folder in self.path
            for entry in Path(folder).iterdir()
            if entry.suffix == ".py" or entry.is_dir()
        }

    def owns(self, file: str | None) -> bool:
        """Whether a file of an imported module lies in this package."""
        return bool(file) and str(file).startswith((str(self.task_root), str(self.opt)))

    def as_on_aws(self, text: str) -> str:
        """Name paths as Lambda does: /var/task, /opt and /tmp."""
        for here, there in ((self.task_root, "/var/task"), (self.opt, "/opt"), (self.tmp, "/tmp")):
            text = text.replace(str(here), there)
        return text


def _unzip(archive: bytes, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            opened.extractall(folder)  # extractall keeps every member inside the folder
    except zipfile.BadZipFile as bad:
        raise BadArchive("Could not unzip uploaded file. Please check your file, then try to upload again.") from bad
