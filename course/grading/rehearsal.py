"""Runs a lesson's own notebook once beside the class's, so that what it has worked out is there for all.

The rehearsal is a fork of the warm process in a sandbox like any other, but of the instructor's notebook, which is
trusted: what it found out (pictures of charts, sizes of texts, compiled cells) comes back to the warm process, whose
next forks have it. It takes no time from the start, as notebooks are graded meanwhile.
"""

from __future__ import annotations

import json
import marshal
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from course.grading import pictures, prepared, pure_functions
from course.grading.shell import WarmKernel, attach_streams, new_event_loop

MOST_BYTES = 256 * 1024 * 1024


class Rehearsal:
    """One running rehearsal: ``fileno()`` can be waited for, then `take` reads what there is."""

    def __init__(self, notebook: Path, settle: Callable[[], None], kernel: WarmKernel) -> None:
        cells = _code_cells(notebook)
        self._reader, writer = os.pipe()
        self._received = bytearray()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self._reader)
                settle()
                _run(cells, kernel)
                with os.fdopen(writer, "wb") as pipe:
                    pipe.write(_learnt())
            finally:
                os._exit(0)
        os.close(writer)

    def fileno(self) -> int:
        """Return the descriptor that has something to read when the rehearsal has."""
        return self._reader

    def take(self) -> bool:
        """Read; return whether the rehearsal is over. What it found out is then known here."""
        part = os.read(self._reader, 1 << 16)
        self._received += part
        if part and len(self._received) < MOST_BYTES:
            return False
        os.close(self._reader)
        with suppress(ValueError, EOFError, TypeError):  # it was cut short: nothing is known that was not before
            pictures_of_charts, text_sizes, cells = marshal.loads(bytes(self._received))
            pictures.known.update(pictures_of_charts)
            pure_functions.text_sizes.update(text_sizes)
            prepared.take(cells)
        return True


def _code_cells(notebook: Path) -> list[str]:
    """Return the code of a notebook file; none if it cannot be read, as a rehearsal may fail."""
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def _run(cells: list[str], kernel: WarmKernel) -> None:
    """Compile and run all cells and drop what they show."""
    prepared.learn(cells)
    attach_streams(kernel, _drop)
    loop = new_event_loop(kernel)
    for number, code in enumerate(cells):
        with suppress(BaseException):
            loop.run_until_complete(kernel.run(code, str(number), False))


def _drop(message: dict[str, Any]) -> None:
    """Take a message and do nothing with it."""


def _learnt() -> bytes:
    sizes = list(pure_functions.text_sizes.items())
    return marshal.dumps((list(pictures.known.items()), sizes, prepared.learnt()))
