"""Tells whether code that says it comes from an installed file really does: file names in code are easily forged."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_io: Any = importlib.import_module("_io")


def make_genuine(
    places: tuple[str, ...],
) -> tuple[Callable[[Any, Any], bool], Callable[[Any, Any], bool]]:
    """Return two functions that say whether a source, or bytecode, is what the file holds that it claims to be.

    ``places`` begin the names of installed files. The functions keep all that they use, as builtins can be replaced.
    """
    open_file, plain, text, kind_of, is_a = _io.open, bytes, str, type, isinstance
    some_bytes, problems = (bytes, bytearray, memoryview), (OSError, ValueError)
    marks = [place.encode() for place in places]
    kept_apart = (f"{sys.pycache_prefix}/",) if sys.pycache_prefix and Path(sys.pycache_prefix).is_dir() else ()
    known = (*places, *kept_apart)  # bytecode may have a folder of its own; a sandbox does not show it

    def content_of(path: Any) -> bytes | None:
        if kind_of(path) is not text or not text.startswith(path, known) or "/../" in path:
            return None
        try:
            with open_file(path, "rb") as file:
                content: bytes = file.read()
                return content
        except problems:
            return None

    def genuine_source(source: Any, path: Any) -> bool:
        """Return whether a source is what the file holds."""
        content = content_of(path)
        if content is None:
            return False
        if is_a(source, some_bytes):
            return plain(source) == content
        if kind_of(source) is not text:
            return False
        lines = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        same: bool = source.rstrip("\n") == lines.rstrip("\n")
        return same

    def genuine_bytecode(data: Any, path: Any) -> bool:
        """Return whether bytecode is what the file holds, or claims nothing about where it comes from."""
        if not is_a(data, some_bytes):
            return False
        given = plain(data)
        for mark in marks:
            if mark in given:
                content = content_of(path)
                return content is not None and content[16:] == given
        return True

    return genuine_source, genuine_bytecode
