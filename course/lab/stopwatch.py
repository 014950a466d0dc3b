"""How far the lab's clock was pushed while something ran: what slept on it counts, the machine's own work does not."""

from __future__ import annotations

import threading
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
        self._thread = threading.get_ident()
        self._lab, self._machine, self._absorbed = clock.now().timestamp(), time.monotonic(), clock.absorbed

    @property
    def worked(self) -> float:
        """Seconds of this machine's time."""
        return time.monotonic() - self._machine

    @property
    def pushed(self) -> float:
        """Seconds on the lab's clock, less those that this machine needed."""
        passed, worked = clock.now().timestamp() - self._lab, self.worked
        if threading.get_ident() == self._thread:
            worked -= clock.absorbed - self._absorbed
        return max(0.0, passed - worked)
