"""What is still to be delivered in the account, and when: the parts of the lab that work in the background.

AWS delivers events on its own; the lab has no background. Whatever waits (asynchronous invocations, retries, batches of
a queue or stream, schedules) is kept by its source, and is delivered by `settle()` or when the clock passes its time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from course.lab.clock import clock

# A function that feeds its own queue would never end. AWS stops such loops too, after about 16 rounds:
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
_MOST_AT_ONCE: Final = 500
# On a long way of the clock things may fall due every minute, for some days.
_MOST_STOPS: Final = 5_000


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
    made = Deliveries()
    if _busy:
        return made  # called by a function that is itself being delivered to
    with working():
        while new := _round(clock.now().timestamp()):
            made += new
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

    def pass_until(self, goal: dt.datetime) -> None:
        """Stop at every time something falls due before `goal`, and deliver it there."""
        if _busy:
            return
        at_one_moment, before = 0, 0.0
        for _ in range(_MOST_STOPS):
            due = _next_due()
            if due is None or due > goal.timestamp():
                return
            at_one_moment = 0 if due - before >= 1 else at_one_moment + 1
            before = due
            if at_one_moment >= _MOST_AT_ONCE:
                return  # time does not get on any more
            clock.move(max(dt.timedelta(seconds=due) - dt.timedelta(seconds=clock.now().timestamp()), dt.timedelta(0)))
            if not settle() and (again := _next_due()) is not None and again <= due:
                return  # a source was early; ask again at the goal

    def forget(self) -> None:
        _made.clear()
        _aside.clear()
