"""One line that says how far the grading has come."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from typing import TextIO

WIDTH = 24


class ProgressBar:
    """Shows done and total, the rate, an estimate and counts by outcome; on a terminal in place, else in a few lines.

    >>> bar = ProgressBar(40)
    >>> bar.add("ran")
    """

    def __init__(self, total: int, out: TextIO | None = None) -> None:
        self.total = total
        self.counts: Counter[str] = Counter()
        self._out = out or sys.stderr
        self._begin = time.monotonic()
        self._shown = -1.0

    @property
    def done(self) -> int:
        """Return how many have come to an outcome."""
        return sum(self.counts.values())

    def add(self, outcome: str) -> None:
        """Count one more."""
        self.counts[outcome] += 1
        now = time.monotonic()
        live = self._out.isatty()
        if self.done == self.total or now - self._shown > (0.1 if live else 10):
            self._shown = now
            columns = shutil.get_terminal_size().columns
            line = self.line()
            self._out.write("\r" + line[: columns - 1].ljust(columns - 1) if live else line + "\n")
            self._out.flush()

    def line(self) -> str:
        """Return the line as it stands."""
        seconds = max(time.monotonic() - self._begin, 1e-6)
        rate = self.done / seconds
        filled = WIDTH * self.done // max(self.total, 1)
        left = (self.total - self.done) / rate if rate else 0
        counts = " · ".join(f"{name} {count}" for name, count in sorted(self.counts.items()))
        bar = "█" * filled + "░" * (WIDTH - filled)
        return f"{bar} {self.done}/{self.total}  {rate:.1f}/s  {_time(left)} left  {counts}"

    def finish(self) -> None:
        """Leave the line."""
        if self._out.isatty() and self.done:
            self._out.write("\n")


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
