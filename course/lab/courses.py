"""Work that takes time on the lab's clock: deployments, builds, pipelines.

Such work is a generator. It runs until it has to wait and yields what it waits for; when that has come, or the time is
over, it goes on. It ends with its account: each is kept beside moto's own record of its service.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Final

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.place import Place

_KEPT: Final = "lab_courses"


@dataclass
class Wait:
    """Until a time, or until something is there; ``until`` in seconds since 1970, None for ever."""

    until: float | None = None
    ready: Callable[[], bool] = lambda: False

    @classmethod
    def seconds(cls, seconds: float) -> Wait:
        """Wait so long."""
        return cls(clock.now().timestamp() + seconds)

    def is_over(self, now: float) -> bool:
        return self.ready() or (self.until is not None and self.until <= now)


Course = Generator[Wait, None, None]


@dataclass
class _Running:
    title: str
    course: Course
    wait: Wait
    says: Callable[[], str]


def begin(place: Place, service: str, title: str, course: Course, says: Callable[[], str] = lambda: "went on") -> None:
    """Start work of a service; it runs at once until it first waits. ``says`` tells how it stands, for lab.settle()."""
    running = _Running(title, course, Wait(), says)
    if _step(running):
        _kept(place.backend(service)).append(running)


def _kept(backend: Any) -> list[_Running]:
    found: list[_Running] = backend.__dict__.setdefault(_KEPT, [])
    return found


def _step(running: _Running) -> bool:
    """Go on with the work; False when it is done."""
    try:
        running.wait = next(running.course)
    except StopIteration:
        return False
    return True


_services: set[str] = set()


def has_courses(service: str) -> None:
    """Say that this service's accounts are to be looked through."""
    _services.add(service)


def _everywhere() -> list[list[_Running]]:
    from moto.backends import get_backend

    found = []
    for service in sorted(_services):
        backends: Any = get_backend(service)  # type: ignore[call-overload]
        for account in list(backends):
            found += [one.__dict__[_KEPT] for one in list(backends[account].values()) if _KEPT in one.__dict__]
    return found


class _Work:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        waits = [one.wait for kept in _everywhere() for one in kept]
        if any(wait.ready() for wait in waits):
            return 0.0
        return min((wait.until for wait in waits if wait.until is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for kept in _everywhere():
            for one in list(kept):
                if one.wait.is_over(now):
                    if not _step(one):
                        kept.remove(one)
                    made.append(note(one.title, one.says(), "went on" if one in kept else "ended"))
        return made


add_source(_Work())
