"""Work that takes time on the lab's clock: deployments, builds, pipelines.

Such work is a generator. It runs until it has to wait and yields what it waits for; when that has come, or the time is
over, it goes on. It ends with its account: each is kept beside moto's own record of its service.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.place import Place, everywhere
from course.lab.stopwatch import Stopwatch

_KEPT: Final = "lab_courses"

# When the work under way went on, and what was slept since.
_under_way_since: ContextVar[tuple[float, Stopwatch] | None] = ContextVar("under way since", default=None)


def moment() -> dt.datetime:
    """Now, as the work under way sees it: what happens after one wait happens at one time, however slow the machine."""
    return dt.datetime.fromtimestamp(_moment(), dt.UTC)


def _moment() -> float:
    since = _under_way_since.get()
    return clock.now().timestamp() if since is None else since[0] + since[1].pushed


@dataclass
class Wait:
    """Until a time, or until something is there; ``until`` in seconds since 1970, None for ever."""

    until: float | None = None
    ready: Callable[[], bool] = lambda: False
    lasting: float | None = None

    @classmethod
    def seconds(cls, seconds: float, ready: Callable[[], bool] = lambda: False) -> Wait:
        """Wait so long, counted from the end of the wait before: the lab's own working time does not add up."""
        return cls(ready=ready, lasting=seconds)

    def begin(self, at: float) -> None:
        if self.lasting is not None:
            self.until = at + self.lasting

    def is_over(self, now: float) -> bool:
        return self.ready() or (self.until is not None and self.until <= now)

    def end(self, now: float) -> float:
        """When it was over: at its time, or just now because what it waited for is there."""
        return min(now, self.until) if self.until is not None else now


Course = Generator[Wait, None, None]


@dataclass
class Running:
    """Work under way; `says` tells how it stands, for lab.settle()."""

    source: str
    target: str
    course: Course
    says: Callable[[], str]
    wait: Wait | None = None

    @property
    def over(self) -> bool:
        return self.wait is None

    def go_on(self) -> None:
        """Run until it waits again or is done."""
        began = self.wait.end(clock.now().timestamp()) if self.wait is not None else _moment()
        outer = _under_way_since.set((began, Stopwatch()))
        try:
            self.wait = next(self.course)
            self.wait.begin(_moment())
        except BaseException as end:
            self.wait = None
            if not isinstance(end, StopIteration):
                raise
        finally:
            _under_way_since.reset(outer)

    def stop(self) -> None:
        """End it where it waits."""
        self.course.close()
        self.wait = None


_services: set[str] = set()


def begin(place: Place, service: str, target: str, course: Course, says: Callable[[], str]) -> Running:
    """Start work of a service; it runs at once until it first waits.

    >>> begin(place, "codebuild", build.build_id, _run(build), lambda: build.status)
    """
    _services.add(service)
    running = Running(service, target, course, says)
    running.go_on()
    if not running.over:
        place.kept(service, _KEPT, list[Running]).append(running)
    return running


def _under_way() -> list[tuple[Running, Wait]]:
    """All work that waits, everywhere; what is done is forgotten."""
    found = []
    for service in sorted(_services):
        for backend in everywhere(service):
            kept: list[Running] = backend.__dict__.get(_KEPT, [])
            kept[:] = [one for one in kept if not one.over]
            found += [(one, one.wait) for one in kept if one.wait is not None]
    return found


class _Work:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        waits = [wait for _, wait in _under_way()]
        if any(wait.ready() for wait in waits):
            return 0.0
        return min((wait.until for wait in waits if wait.until is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for running, wait in _under_way():
            if running.wait is wait and wait.is_over(now):
                running.go_on()
                made.append(note(running.source, running.target, running.says()))
        return made


add_source(_Work())
