"""The disks of servers: what the agent unpacks, installs and remembers on an instance.

https://docs.aws.amazon.com/codedeploy/latest/userguide/codedeploy-agent.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-files.html
"""

from __future__ import annotations

import fnmatch
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any, Final

_AGENT: Final = "opt/codedeploy-agent"


class CannotInstall(Exception):
    """A bundle that does not get onto the disk, in the agent's words."""


class Disk:
    """A folder of this machine that stands for an instance's disk; it goes with its account."""

    def __init__(self, instance: str) -> None:
        self.root: Final = Path(tempfile.mkdtemp(prefix=f"{instance}-"))
        self._installed: set[Path] = set()
        weakref.finalize(self, shutil.rmtree, self.root, True)

    def bundle(self, group: str, deployment: str) -> Path:
        """Where the agent keeps the bundle of a deployment."""
        return self.root / _AGENT / "deployment-root" / group / deployment

    def unpack(self, files: dict[str, bytes], bundle: Path) -> None:
        """Put the files of a bundle where the agent keeps it."""
        for name, body in files.items():
            path = (bundle / name).resolve()
            if not path.is_relative_to(bundle.resolve()):
                raise CannotInstall(f"{name} lies outside the bundle")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)

    def install(self, spec: dict[str, Any], bundle: Path) -> None:
        """Take away what the deployment before installed, copy the files and set the permissions of an AppSpec."""
        for path in self._installed:
            path.unlink(missing_ok=True)
        self._installed = set()
        for row in spec.get("files") or []:
            self._copy(row, bundle, spec.get("file_exists_behavior", "DISALLOW"))
        for rule in spec.get("permissions") or []:
            place = self.root / str(rule["object"]).lstrip("/")
            for path in [place] if place.is_file() else place.rglob("*"):
                if "mode" in rule and (path == place or fnmatch.fnmatch(path.name, rule.get("pattern", "**"))):
                    path.chmod(int(str(rule["mode"]), 8))

    def _copy(self, row: dict[str, Any], bundle: Path, if_there: str) -> None:
        source, goal = bundle / str(row["source"]).lstrip("/"), self.root / str(row["destination"]).lstrip("/")
        if not source.exists():
            raise CannotInstall(f"No such file or directory: {row['source']}")
        paths = [path for path in source.rglob("*") if path.is_file()] if source.is_dir() else [source]
        for path in paths:
            to = goal / (path.relative_to(source) if source.is_dir() else path.name)
            if to.exists() and if_there == "DISALLOW":
                raise CannotInstall("The deployment failed because a specified file already exists at this location: "
                                    f"/{to.relative_to(self.root)}")  # fmt: skip
            if to.exists() and if_there == "RETAIN":
                continue
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())
            self._installed.add(to)

    def remember(self, bundle: Path) -> None:
        """Note that this bundle was deployed successfully: its scripts will stop it one day."""
        (self.root / _AGENT / "last").write_text(str(bundle.relative_to(self.root)))

    def last(self) -> Path | None:
        """The bundle of the last successful deployment, if there was one."""
        note = self.root / _AGENT / "last"
        return self.root / note.read_text() if note.exists() else None
