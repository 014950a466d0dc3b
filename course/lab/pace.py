"""The time by which limits per second are counted: it does not matter to them how quick this machine is.

AWS answers a hundred calls in the second in which they were sent. Here one machine sends them, answers them and may
have other work: a limit of so many a second would let more pass on a slow machine than on a quick one, and a check of
it would fail. So a call takes a few milliseconds here, as it does on AWS, however long this machine needs for it; the
time between calls counts, and whatever the clock is pushed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from course.lab.clock import clock

_A_CALL: Final = 0.005

_local = threading.local()
_latest = 0.0
_worked = 0.0  # seconds of this machine
_counted_until = 0.0  # calls of several threads overlap


def now() -> float:
    """Seconds since 1970 on the lab's clock, less those that this machine needed for calls."""
    global _latest
    moment = clock.now().timestamp()
    _count()  # afterwards: if the machine dawdles just here, that is not counted
    _latest = max(_latest, moment - _worked)  # it may not run back, not by the least
    return _latest


def forget() -> None:
    """The lab's clock goes back to the real time."""
    global _latest
    _latest = 0.0


def call_begins() -> None:
    """This thread is about to send a call."""
    _count()
    _local.since = time.monotonic() + _A_CALL


def call_ends() -> None:
    """This thread has its answer."""
    _count()
    _local.since = None


@contextmanager
def one_call() -> Iterator[None]:
    """What happens in the block is the work of a call that no client of boto3 sends."""
    is_part_of_another = getattr(_local, "since", None) is not None
    call_begins()
    try:
        yield
    finally:
        call_ends()
        if is_part_of_another:
            call_begins()


@contextmanager
def on_the_way() -> Iterator[None]:
    """While the clock is on its way the machine's work is part of the way, and not counted twice."""
    global _worked
    before = _worked
    try:
        yield
    finally:
        _count()
        _worked = before


def _count() -> None:
    """Add the work of this thread since it was last looked at."""
    global _worked, _counted_until
    since: float | None = getattr(_local, "since", None)
    moment = time.monotonic()
    if since is None or moment < since:
        return
    _worked += max(0.0, moment - max(since, _counted_until))
    _counted_until = _local.since = moment
