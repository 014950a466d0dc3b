"""/tmp of an execution environment: a folder of its own, kept while the environment is warm, empty after a cold start.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
Python's own file functions are led there. Code in C that opens files by itself (SQLite) sees the computer's /tmp.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from course.lab.lambda_runtime.stoppable import inside_a_run

_IN_OS: Final = [
    "open",
    "listdir",
    "scandir",
    "stat",
    "lstat",
    "mkdir",
    "rmdir",
    "remove",
    "unlink",
    "rename",
    "replace",
    "access",
    "chmod",
    "utime",
    "walk",
    "makedirs",
]

# Python itself, its packages and this course may lie below /tmp; the handler's imports still find them.
_PYTHON: Final = (sys.prefix + os.sep, sys.base_prefix + os.sep, str(Path(__file__).parents[3]) + os.sep)

_local = threading.local()


@contextmanager
def mapped(folder: Path) -> Iterator[None]:
    """Inside the block, a handler's /tmp is this folder; what lies beside the folder is the package, and stays."""
    kept: list[tuple[Any, str, Any]] = [(builtins, "open", builtins.open), (io, "open", io.open)]
    kept += [(os, name, getattr(os, name)) for name in _IN_OS]
    for place, name, function in kept:
        setattr(place, name, _leading(function, str(folder)))
    try:
        yield
    finally:
        for place, name, function in kept:
            setattr(place, name, function)


@contextmanager
def paused() -> Iterator[None]:
    """Inside the block this thread works for the lab, not for the handler that called it."""
    before = getattr(_local, "paused", False)
    _local.paused = True
    try:
        yield
    finally:
        _local.paused = before


def _leading(function: Callable[..., Any], folder: str) -> Callable[..., Any]:
    def led(*args: Any, **kwargs: Any) -> Any:
        if inside_a_run() and not getattr(_local, "paused", False):
            args = tuple(_there(argument, folder) for argument in args[:2]) + args[2:]
        return function(*args, **kwargs)

    led.__name__ = getattr(function, "__name__", "led")
    return led


def _there(argument: Any, folder: str) -> Any:
    if isinstance(argument, str | Path):
        text = str(argument)
        stays = text.startswith((str(Path(folder).parent), *_PYTHON))
        if (text == "/tmp" or text.startswith("/tmp/")) and not stays:
            return type(argument)(folder + text[4:])
    return argument
