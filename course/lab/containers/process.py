"""A program that waits without holding anybody up.

The program runs in a thread of its own, but never at the same time as anything else: whoever starts it or lets it go
on waits until it waits itself (`time.sleep`, a long poll, a server without a request) or ends. What wakes it is the
lab's clock. So programs that run for ever, as workers and servers do, live beside the notebook, and every run of a
lesson takes the same course.

Signals: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
A worker that asks an empty queue again and again is not woken for each of its polls on a long way of the clock: exactly
at first, later once a minute, then once an hour, unless something happens in the account.

A program is process 1 of its container: without a handler of its own SIGTERM does not end it.
"""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

from course.lab import agenda
from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.wire import at_close

KILLED: Final = 128 + signal.SIGKILL
_TERMINATED: Final = 128 + signal.SIGTERM
_LOOK_EVERY: Final = 0.05
_LONGEST: Final = 20.0  # real seconds of computing before a program counts as endless
_GRACE: Final = 1.0
_NEVER: Final = float("inf")
# A long poll that came back with nothing: after so many in a row it waits so long.
_FULL_POLL: Final = 10.0
_LONGER: Final = ((300, 3600.0), (60, 60.0))

_local = threading.local()
_all: list[Process] = []


class Ended(BaseException):
    """Thrown into a program that is to end."""


class Process:
    """A running program. `room` makes this Python process look like its container while it runs."""

    def __init__(
        self, name: str, main: Callable[[], int], room: Callable[[], AbstractContextManager[None]],
        wanted: Callable[[], bool] = lambda: True, after: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.name = name
        self.exit_code: int | None = None
        self.handlers: dict[int, Any] = {}
        self.wakes = 0.0
        self.polls = False
        """Whether it waits for an answer that may come before its time."""
        self.has_init = False
        """Whether an init process stands between the signals and it."""
        self._main, self._room, self._wanted, self._after = main, room, wanted, after
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._body, name=f"container {name}", daemon=True)
        self._signals: list[int] = []
        self._dies = 0
        self._seen = 0
        self._calls, self._quiet = 0, 0

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.exit_code is not None

    def start(self) -> None:
        """Begin; comes back when the program waits or has ended."""
        sweep()
        _all.append(self)
        self._run(self._thread.start)

    def go_on(self) -> None:
        """Let it run until it waits again."""
        if not self.is_over:
            self._run(self._go.release)

    def send(self, number: int) -> None:
        """Send a signal, which the program gets at once."""
        if self.is_over:
            return
        handler = self.handlers.get(number)
        if number == signal.SIGKILL or (handler is None and self.has_init):
            self._dies = 128 + number
        elif handler is None or handler == signal.SIG_IGN:
            return
        else:
            self._signals.append(number)
        self.go_on()

    def kill(self) -> None:
        """End it at once."""
        self.send(signal.SIGKILL)

    def _run(self, begin: Callable[[], None]) -> None:
        from course.lab import call_log

        caller = current()
        with agenda.working(), self._room():
            begin()
            began = time.monotonic()
            try:
                while not self._back.acquire(timeout=_LOOK_EVERY):
                    if time.monotonic() - began > _LONGEST and caller is None:
                        self._break_off()
                        break
            except KeyboardInterrupt:
                self._break_off()
                raise
        self._seen = len(call_log.calls())
        if self.is_over and self in _all:
            _all.remove(self)
        self._after()

    def _break_off(self) -> None:
        """The program computes on and on: it is ended, as by the kernel."""
        until = time.monotonic() + _GRACE
        self._dies = KILLED
        while time.monotonic() < until and self.exit_code is None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread.ident or 0), ctypes.py_object(Ended))
            if self._back.acquire(timeout=_LOOK_EVERY):
                return
        self.exit_code = KILLED

    # In the program's own thread ----------------------------------------------------------------------------

    def _body(self) -> None:
        _local.process = self
        code = 1
        try:
            code = self._main()
        except Ended:
            code = self._dies or KILLED
        except BaseException:
            code = 1
        finally:
            self.exit_code = self._dies or code
            self._back.release()

    def pause(self, seconds: float | None, polls: bool = False) -> None:
        """Wait on the lab's clock, None for ever; a signal's handler is called meanwhile."""
        if polls and seconds is not None:
            seconds = self._patience(seconds)
        goal = _NEVER if seconds is None else clock.now().timestamp() + seconds
        while True:
            self.wakes, self.polls = goal, polls
            self._back.release()
            self._go.acquire()
            if self._dies:
                raise Ended
            while self._signals:
                number = self._signals.pop(0)
                self.handlers[number](number, None)
            if polls or clock.now().timestamp() >= goal - 0.0005 or seconds is None:
                return

    def _patience(self, seconds: float) -> float:
        """How long a poll waits: longer than it asked for when nothing has come for a long time."""
        from course.lab import call_log

        made = len(call_log.calls())
        # A poll that knows when the next message comes is shorter than a full one.
        self._quiet = self._quiet + 1 if made - self._calls <= 1 and seconds >= _FULL_POLL else 0
        self._calls = made
        return next((max(seconds, longer) for many, longer in _LONGER if self._quiet > many), seconds)


def current() -> Process | None:
    """The program whose own thread this is."""
    found: Process | None = getattr(_local, "process", None)
    return found


def sleep(seconds: float) -> bool:
    """Wait in the name of the program of this thread; False if it is no program's."""
    process = current()
    if process is None:
        return False
    process.pause(max(0.0, seconds))
    return True


def waits_by_itself(seconds: float) -> bool:
    """The lab's clock asks before it moves: a program that waits for an answer lets everything else go on."""
    process = current()
    if process is None or seconds <= 0:
        return False
    process.pause(seconds, polls=True)
    return True


def sweep() -> None:
    """End the programs whose account is gone."""
    for process in [one for one in _all if not one._wanted()]:
        if process in _all:
            _all.remove(process)
        process._after = lambda: None
        process.kill()


@at_close
def _end_all() -> None:
    """The lab stops."""
    for process in list(_all):
        process._wanted = lambda: False
    sweep()


class _Programs:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((one.wakes for one in _all if one.wakes < _NEVER and one._wanted()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        from course.lab import call_log

        made = []
        sweep()
        for process in list(_all):
            is_due = process.wakes <= now + 0.0005
            # Something has happened in the account since it began to wait: perhaps what it waits for.
            may_have_come = process.polls and len(call_log.calls()) > process._seen
            if (is_due or may_have_come) and not process.is_over:
                before = len(call_log.calls())
                process.go_on()
                if is_due or process.is_over or len(call_log.calls()) > before + 1:
                    made.append(note("container", process.name, "ended" if process.is_over else "went on"))
        return made


add_source(_Programs())
agenda.somebody_waits = waits_by_itself
