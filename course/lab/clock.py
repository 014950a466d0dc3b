"""The lab's clock: move on in time without waiting."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import time_machine


class Agenda(Protocol):
    """What happens in the account on the way; agenda.py sets it when something can wait for its time."""

    def pass_from(self, begun: dt.datetime, goal: dt.datetime) -> bool: ...

    def forget(self) -> None: ...


class Clock:
    """Time as the account and this notebook see it. It ticks as usual, and can be pushed forward.

    >>> clock.advance(minutes=5)
    """

    def __init__(self) -> None:
        self._travel: time_machine.travel | None = None
        self._traveller: time_machine.Traveller | None = None
        self.agenda: Agenda | None = None
        self._thread = threading.local()

    @property
    def absorbed(self) -> float:
        """Seconds that this thread worked while a push was on its way; the goal stood fast, so it became no longer."""
        seconds: float = getattr(self._thread, "absorbed", 0.0)
        return seconds

    def now(self) -> dt.datetime:
        """The present moment in the lab, in UTC."""
        return dt.datetime.now(dt.UTC)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Push the clock forward. What is due by then (time-outs, expiry) has happened afterwards."""
        step = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < dt.timedelta(0):
            raise ValueError("The lab's clock only runs forward; lab.reset() takes it back to the real time.")
        absorbed, since, begun = self.absorbed, time.monotonic(), self.now()
        goal = begun + step
        # A program in a container waits by itself.
        if self.agenda is None or not self.agenda.pass_from(begun, goal):
            self.move(max(goal - self.now(), dt.timedelta(0)))
        late = max(0.0, (self.now() - goal).total_seconds())
        self._thread.absorbed = absorbed + max(0.0, time.monotonic() - since - late)

    def move(self, step: dt.timedelta) -> None:
        """Shift the clock, and nothing else: what is due on the way stays undelivered."""
        if self._traveller is None:
            goal = self.now() + step  # before loading, which can take a second and is not to come on top of the step
            import time_machine  # loaded by the first lesson that moves the clock, not by every start

            self._travel = time_machine.travel(goal, tick=True)
            self._traveller = self._travel.start()
        else:
            self._traveller.shift(step)

    def reset(self) -> None:
        """Back to the real time."""
        if self._travel is not None:
            self._travel.stop()
        self._travel = self._traveller = None
        if self.agenda is not None:
            self.agenda.forget()


clock = Clock()
