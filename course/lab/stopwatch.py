"""How far the lab's clock was pushed while something ran: what slept on it counts, the machine's own work does not."""

from __future__ import annotations

import time

from course.lab.clock import clock


class Stopwatch:
    """It runs from the moment it is made.

    >>> watch = Stopwatch()
    >>> clock.advance(seconds=5)
    >>> round(watch.pushed, 2)
    5.0
    """

    def __init__(self) -> None:
        self._lab, self._machine = clock.now().timestamp(), time.monotonic()

    @property
    def pushed(self) -> float:
        """Seconds on the lab's clock, less those that this machine needed."""
        passed, worked = clock.now().timestamp() - self._lab, time.monotonic() - self._machine
        return max(0.0, passed - worked)
