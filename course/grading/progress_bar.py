"""One line that says how far the grading has come."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from typing import TextIO

WIDTH = 24
QUICK = ("unchanged", "empty", "refused")
"""Outcomes that cost no run: they say nothing about how long the others will take."""


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
        self._signs = ("█", "░", " · ") if _writes("█░·", self._out) else ("#", "-", ", ")

    @property
    def done(self) -> int:
        """Return how many have come to an outcome."""
        return self.counts.total()

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
        full, empty, between = self._signs
        filled = WIDTH * self.done // max(self.total, 1)
        counts = between.join(f"{name} {count}" for name, count in sorted(self.counts.items()))
        return f"{full * filled}{empty * (WIDTH - filled)} {self.done}/{self.total}  {self._pace()}  {counts}"

    def _pace(self) -> str:
        """Say rate and estimate, as soon as something has been run; at the end the time it took."""
        seconds = max(time.monotonic() - self._begin, 1e-6)
        if self.done >= self.total:
            return f"in {_time(seconds)}"
        worked = self.done - sum(self.counts[name] for name in QUICK)
        if not worked:
            return "…" if self._signs[0] == "█" else "..."
        rate = worked / seconds
        shown = f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.0f}/min"
        return f"{shown}  {_time((self.total - self.done) / rate)} left"

    def finish(self) -> None:
        """Leave the line."""
        if self._out.isatty() and self.done:
            self._out.write("\n")


def _writes(text: str, out: TextIO) -> bool:
    try:
        text.encode(getattr(out, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
