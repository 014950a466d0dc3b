"""What is still to be delivered in the account, and when: the parts of the lab that work in the background.

AWS delivers events on its own; the lab has no background. Whatever waits (asynchronous invocations, retries, batches of
a queue or stream, schedules) is kept by its source, and is delivered by `settle()` or when the clock passes its time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from course.lab import pace
from course.lab.clock import clock

# A function that feeds its own queue would never end. AWS stops such loops too, after about 16 rounds:
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
_MOST_AT_ONCE: Final = 500
# On a long way of the clock things may fall due every minute, for some days.
_MOST_STOPS: Final = 5_000
_SUMS_DIFFER_BY: Final = 1e-5  # three pauses of a minute, or 180 s at once


@dataclass(frozen=True)
class Delivery:
    """One thing that the account delivered: from where, to where, and what came of it."""

    at: dt.datetime
    source: str
    target: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S}  {self.source} -> {self.target}: {self.outcome}"


class Deliveries(list[Delivery]):
    """A list of deliveries that prints one a line and can be narrowed: `made.to("thumbnail")`."""

    def to(self, target: str) -> Deliveries:
        return Deliveries(one for one in self if target in one.target)

    def __getitem__(self, which: Any) -> Any:
        found = super().__getitem__(which)
        return Deliveries(found) if isinstance(which, slice) else found

    def __repr__(self) -> str:
        return "\n".join(str(one) for one in self) or "Nothing was due."


class Source(Protocol):
    """A part of the lab that delivers. Times are seconds since 1970 on the lab's clock."""

    def next_due(self) -> float | None:
        """When it next has something to deliver; None if nothing waits."""

    def deliver(self, now: float) -> list[Delivery]:
        """Deliver what is due by `now`, and say what it was."""


_sources: list[Source] = []
_made = Deliveries()
_aside: list[Delivery] = []
_busy = 0


def _nobody_waits(seconds: float) -> bool:
    return False


# Whether the thread that moves the clock is one that waits by itself; containers/process.py sets it.
somebody_waits: Callable[[float], bool] = _nobody_waits


def add_source(source: Source) -> None:
    """Register a part of the lab that delivers."""
    _sources.append(source)
    clock.agenda = _Agenda()


def settle() -> Deliveries:
    """Deliver everything that is due now, also what follows from it, and tell what was delivered.

    >>> boto3.client("lambda").invoke(FunctionName="thumbnail", InvocationType="Event", Payload=b"{}")
    >>> settle()
    09:30:00  asynchronous invocation -> thumbnail: succeeded
    """
    return _settle(clock.now().timestamp())


def _settle(moment: float) -> Deliveries:
    """Deliver what is due at a moment, then what follows from it."""
    made = Deliveries()
    if _busy:
        return made  # called by a function that is itself being delivered to
    with working():
        while new := _round(moment):
            made += new
            moment = clock.now().timestamp()
            if len(made) >= _MOST_AT_ONCE:
                made.append(Delivery(clock.now(), "lab", "settle", f"stopped after {len(made)} deliveries: a loop?"))
                break
    _made.extend(made)
    return made


def deliveries() -> Deliveries:
    """All deliveries since the account was opened or emptied, those on the way of the clock included."""
    return Deliveries(_made)


def note(source: str, target: str, outcome: str) -> Delivery:
    """A delivery made now."""
    return Delivery(clock.now(), source, target, outcome)


def remember(delivery: Delivery) -> None:
    """Have the next `settle()` tell of something that was delivered at once, or was lost on its way."""
    _aside.append(delivery)


@contextmanager
def working() -> Iterator[None]:
    """While a function runs nothing else is delivered, however far it pushes the clock."""
    global _busy
    _busy += 1
    try:
        yield
    finally:
        _busy -= 1


def _round(now: float) -> list[Delivery]:
    made = [one for source in _sources for one in source.deliver(now)]
    made += _aside
    _aside.clear()
    return made


def _next_due() -> float | None:
    return min((at for source in _sources if (at := source.next_due()) is not None), default=None)


class _Agenda:
    """What the clock asks on its way."""

    def pass_from(self, begun: dt.datetime, goal: dt.datetime) -> bool:
        """Stop at every time something falls due before `goal`, and deliver it there.

        True if whoever asked has waited for it already: a program in a container, which lets everything else go on.
        """
        if somebody_waits((goal - clock.now()).total_seconds()):
            return True
        with pace.on_the_way():
            self._stop_on_the_way(begun, goal)
        return False

    def _stop_on_the_way(self, begun: dt.datetime, goal: dt.datetime) -> None:
        if _busy:
            return
        at_one_moment, before = 0, 0.0
        for _ in range(_MOST_STOPS):
            due = _next_due()
            if due is None or due > goal.timestamp() + _SUMS_DIFFER_BY:
                return
            at_one_moment = 0 if due - before >= 1 else at_one_moment + 1
            before = due
            if at_one_moment >= _MOST_AT_ONCE:
                return  # time does not get on any more
            clock.move(max(dt.timedelta(seconds=due) - dt.timedelta(seconds=clock.now().timestamp()), dt.timedelta(0)))
            # Pauses that a source counts from here begin when it was due: a slow machine must not make them longer.
            made = _settle(max(due, begun.timestamp())) or settle()
            if not made and (again := _next_due()) is not None and again <= due:
                return  # a source was early; ask again at the goal

    def forget(self) -> None:
        _made.clear()
        _aside.clear()
