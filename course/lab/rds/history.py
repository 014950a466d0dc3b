"""What a database looked like at any moment: its first image, and the pages that each commit changed.

A database is a sequence of pages. Keeping only those that a commit changed makes every moment of the past cheap to
keep, and copying them is exact: a replica or a restored instance is the same database, byte for byte.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

_PAGE: Final = 4096


@dataclass(frozen=True)
class Commit:
    """One committed transaction: when, how many rows it changed, and the pages that differ afterwards."""

    at: float
    rows: int
    size: int
    pages: dict[int, bytes]


class History:
    """All commits of a database, oldest first. Position 0 is the image that it began with.

    >>> history = History(b"", at=0.0)
    >>> history.add(b"first image", at=1.0, rows=2)
    >>> history.image(1)
    b'first image'
    """

    def __init__(self, image: bytes, at: float) -> None:
        self._first = image
        self._began = at
        self._commits: list[Commit] = []
        self._latest = image

    @property
    def began(self) -> float:
        """The moment of position 0."""
        return self._began

    @property
    def latest(self) -> bytes:
        """The image after the last commit."""
        return self._latest

    @property
    def commits(self) -> list[Commit]:
        return self._commits

    def add(self, image: bytes, at: float, rows: int) -> None:
        """Record a commit; one that changed nothing is left out."""
        old = self._latest
        if image == old:
            return
        pages = {
            start: image[start : start + _PAGE]
            for start in range(0, len(image), _PAGE)
            if image[start : start + _PAGE] != old[start : start + _PAGE]
        }
        self._commits.append(Commit(at, rows, len(image), pages))
        self._latest = image

    def position_at(self, moment: float) -> int:
        """How many commits had happened by a moment."""
        return bisect_right([commit.at for commit in self._commits], moment)

    def image(self, position: int) -> bytes:
        """The database after so many commits."""
        if position >= len(self._commits):
            return self._latest
        return self.forward(self._first, 0, position)

    def forward(self, image: bytes, position: int, goal: int) -> bytes:
        """From the image of one position to that of a later one."""
        if goal <= position:
            return image
        if goal == len(self._commits):
            return self._latest
        buffer = bytearray(image)
        for commit in self._commits[position:goal]:
            del buffer[commit.size :]
            buffer.extend(bytes(commit.size - len(buffer)))
            for start, page in commit.pages.items():
                buffer[start : start + len(page)] = page
        return bytes(buffer)
