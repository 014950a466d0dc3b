"""The lab's clock: move on in time without waiting."""

from __future__ import annotations

import datetime as dt

import time_machine


class Clock:
    """Time as the account and this notebook see it. It ticks as usual, and can be pushed forward.

    >>> clock.advance(minutes=5)
    """

    def __init__(self) -> None:
        self._travel: time_machine.travel | None = None
        self._traveller: time_machine.Traveller | None = None

    def now(self) -> dt.datetime:
        """The present moment in the lab, in UTC."""
        return dt.datetime.now(dt.UTC)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Push the clock forward. What is due by then (time-outs, expiry) has happened afterwards."""
        step = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < dt.timedelta(0):
            raise ValueError("The lab's clock only runs forward; lab.reset() takes it back to the real time.")
        if self._traveller is None:
            self._travel = time_machine.travel(self.now() + step, tick=True)
            self._traveller = self._travel.start()
        else:
            self._traveller.shift(step)

    def reset(self) -> None:
        """Back to the real time."""
        if self._travel is not None:
            self._travel.stop()
        self._travel = self._traveller = None


clock = Clock()
