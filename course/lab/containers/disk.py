"""The file system of a container: the image's files, a layer to write on, and volumes mounted over it.

Python's own file functions are led there by absolute path. What belongs to Python itself stays where it is.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import posixpath
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from course.lab.containers.image import Image
from course.lab.wire import answering

_WRITING: Final = ("mkdir", "rmdir", "remove", "unlink", "rename", "replace", "chmod", "utime", "makedirs", "truncate")
_READING: Final = ("open", "listdir", "scandir", "stat", "lstat", "access", "walk", "chdir")
# Where Python, its packages and this course lie, and what every machine has.
_HOSTS: Final = (
    sys.prefix + os.sep, sys.base_prefix + os.sep, str(Path(__file__).parents[3]) + os.sep, "/dev/", "/proc/", "/sys/",
    "/usr/lib", "/usr/share/zoneinfo", "/lib", "/etc/ssl", "/etc/localtime",
)  # fmt: skip


_local = threading.local()


@contextmanager
def aside() -> Iterator[None]:
    """Inside the block this thread works for the lab: paths are those of this machine."""
    _local.depth = getattr(_local, "depth", 0) + 1
    try:
        yield
    finally:
        _local.depth -= 1


def for_the_lab() -> bool:
    """Whether this thread works for the lab right now, and not for a program."""
    return bool(getattr(_local, "depth", 0)) or answering()


@dataclass(frozen=True)
class Mount:
    """A folder that is mounted at a path of the container."""

    path: str
    folder: Path
    read_only: bool = False


@dataclass
class Disk:
    """What a container sees below `/`."""

    root: Path
    mounts: list[Mount] = field(default_factory=list)
    read_only: bool = False
    _kept: Any = None

    @classmethod
    def of(cls, image: Image, mounts: list[Mount] | None = None, read_only: bool = False) -> Disk:
        """Unpack an image in a scratch folder that goes away with this object."""
        scratch = tempfile.TemporaryDirectory(prefix="lab-container-", ignore_cleanup_errors=True)
        root = Path(scratch.name).resolve()
        for layer in image.layers:
            layer.unpack(root)
        for path in ("tmp", image.settings.folder.lstrip("/"), *(one.lstrip("/") for one in image.settings.volumes)):
            (root / path).mkdir(parents=True, exist_ok=True)
        made = sorted(mounts or [], key=lambda one: len(one.path), reverse=True)
        return cls(root, made, read_only, scratch)

    def place(self, path: str) -> tuple[Path, bool] | None:
        """Where a path of the container lies on this machine, and whether it may only be read; None if outside."""
        path = posixpath.normpath(path)
        if path.startswith((str(self.root), *(str(mount.folder) for mount in self.mounts))):
            return None  # led there already
        for mount in self.mounts:
            if path == mount.path or path.startswith(mount.path.rstrip("/") + "/"):
                return mount.folder / path[len(mount.path) :].lstrip("/"), mount.read_only
        here = self.root / path.lstrip("/")
        if path.startswith(_HOSTS) and not here.exists():
            return None
        return here, self.read_only

    def shown(self, text: str) -> str:
        """A text with the paths as the container knows them."""
        for mount in self.mounts:
            text = text.replace(str(mount.folder), mount.path)
        return text.replace(f"{self.root}/", "/").replace(str(self.root), "/")

    @contextmanager
    def mounted(self, applies: Callable[[], bool]) -> Iterator[None]:
        """Inside the block paths lead here, for threads for which `applies()` is true."""
        kept: list[tuple[Any, str, Any]] = [(builtins, "open", builtins.open), (io, "open", io.open)]
        kept += [(os, name, getattr(os, name)) for name in (*_READING, *_WRITING)]
        for home, name, function in kept:
            setattr(home, name, self._leading(function, name, applies))
        cwd = os.getcwd
        setattr(os, "getcwd", lambda: self.shown(cwd()) if applies() and not for_the_lab() else cwd())  # noqa: B010
        try:
            yield
        finally:
            os.getcwd = cwd
            for home, name, function in kept:
                setattr(home, name, function)

    def _leading(self, function: Callable[..., Any], name: str, applies: Callable[[], bool]) -> Callable[..., Any]:
        def led(*args: Any, **kwargs: Any) -> Any:
            if for_the_lab() or not applies():
                return function(*args, **kwargs)
            paths = 2 if name in ("rename", "replace") else 1
            changed = [self._there(one, _writes(name, args, kwargs)) for one in args[:paths]]
            return function(*changed, *args[paths:], **kwargs)

        led.__name__ = getattr(function, "__name__", "led")
        return led

    def _there(self, argument: Any, writes: bool) -> Any:
        if not isinstance(argument, str | Path) or not str(argument).startswith("/"):
            return argument
        found = self.place(str(argument))
        if found is None:
            return argument
        here, read_only = found
        if writes and read_only:
            raise OSError(errno.EROFS, "Read-only file system", str(argument))
        return type(argument)(str(here))


def _writes(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    if name != "open":
        return name in _WRITING
    mode = kwargs.get("mode", args[1] if len(args) > 1 else "r")
    if isinstance(mode, int):
        return bool(mode & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return any(letter in str(mode) for letter in "wax+")
