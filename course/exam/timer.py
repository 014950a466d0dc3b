"""A clock for those who want one. It shows the time when asked, stops nobody, and counts for nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

from course.exam.guide import guide
from course.exam.page import Page

_SECONDS_A_MINUTE = 60


class Timer:
    """The time of one sitting."""

    def __init__(self, minutes: float, now: Callable[[], float] = time.monotonic) -> None:
        self._minutes = minutes
        self._now = now
        self._begun = now()

    @property
    def left(self) -> float:
        """Minutes that are left; below zero when the time is over."""
        return self._minutes - (self._now() - self._begun) / _SECONDS_A_MINUTE

    def words(self) -> str:
        """The time left, and how many questions it is good for at an even pace."""
        if self.left <= 0:
            over = round(-self.left)
            when = f"{over} minute{'s' if over > 1 else ''} ago" if over else "just now"
            return f"The {self._minutes:g} minutes ended {when}. Finish all the same, and note how long it took."
        each = guide().minutes / guide().questions
        return (
            f"{self.left:.0f} of {self._minutes:g} minutes are left, "
            f"enough for {self.left / each:.0f} questions at {each:g} minutes each."
        )


_running: list[Timer] = []


def start(minutes: float | None = None) -> Page:
    """Start the timer, anew if it runs already; by default with the minutes of the exam.

    >>> start()
    """
    _running[:] = [Timer(guide().minutes if minutes is None else minutes)]
    return time_left()


def time_left() -> Page:
    """Show the time that is left.

    >>> time_left()
    """
    if not _running:
        return Page("No timer is running. `exam.start()` starts one.")
    return Page(_running[0].words())
