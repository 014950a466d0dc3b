"""Run a function so that neither an endless loop, nor sys.exit, nor a long sleep can hold or end this process.

The function runs in a thread of its own, so that it also works under a notebook's main thread; when its time is up an
exception is thrown into that thread, again and again if the code swallows it.

A handler that computes for 30 real seconds is taken to be endless: the lab's clock goes to its deadline.
The limit counts what the handler slept on the lab's clock and what it computed. On a machine that is busy with other
things it may take longer than that; such time counts a fifth, so that only real waiting (for a pipe, say) uses it up.

What cannot be stopped: code that stays inside one C call. A C call that lets others run (reading from a pipe, packing
a file) frees the caller, and that thread ends when its C call does. One that does not (`sum(range(10**12))`, a huge
power, a regular expression that explodes) holds the whole process until it is done; in a class the grader's limits end
it.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.clock import clock
from course.lab.stopwatch import Stopwatch

_LOOK_EVERY: Final = 0.02
_BUSY: Final = 5.0  # times slower a busy machine may be than a quiet one
_GRACE: Final = 1.0  # real seconds in which a stopped thread may end
_LONGEST: Final = 30.0  # real seconds of computing before a handler counts as endless
_STACK: Final = 64 * 1024 * 1024  # address space, not memory: deep recursion must end in Python, not in a crash
_DEEPEST: Final = 10_000

_real_sleep = time.sleep
_local = threading.local()


class Stopped(BaseException):
    """Thrown into a handler whose time is up. Not an Exception, so that `except Exception` lets it pass."""


class TimeUp(Exception):
    """The function did not end in time."""


class OwnInterrupt(BaseException):
    """The code itself raised KeyboardInterrupt; one that comes bare is the learner's, who interrupts the notebook."""

    def __init__(self, error: KeyboardInterrupt) -> None:
        super().__init__()
        self.error = error


@dataclass(eq=False)
class Exited(BaseException):
    """The code asked for the end of its process."""

    status: int


@dataclass
class _Run:
    seconds: float
    watch: Stopwatch = field(default_factory=Stopwatch)
    computed: float = field(default_factory=time.process_time)
    # Functions that this one invokes take turns among themselves (invocation.py).
    turn: threading.Lock = field(default_factory=threading.Lock)
    ended: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None

    def left(self) -> float:
        """Seconds of the lab's time until the deadline."""
        computed = max(time.process_time() - self.computed, self.watch.worked / _BUSY)
        return self.seconds - self.watch.pushed - computed


def run(function: Callable[[], Any], seconds: float) -> Any:
    """Call the function and give what it returns or raises; after `seconds` of the lab's time raise TimeUp.

    >>> run(lambda: 6 * 7, seconds=3)
    42
    """
    current = _Run(seconds)

    def body() -> None:
        _local.run = current
        try:
            current.result = function()
        except SystemExit as asked:
            current.error = Exited(_status(asked.code))
        except KeyboardInterrupt as own:
            current.error = OwnInterrupt(own)
        except BaseException as error:
            current.error = error
        finally:
            current.ended.set()

    thread = _thread(body)
    with _guarded():
        try:
            thread.start()
            # Not is_alive(): Python takes a thread for ended when an interrupt comes while it is waited for.
            while not current.ended.is_set() and (left := current.left()) > 0:
                current.ended.wait(_LOOK_EVERY)
                if current.watch.worked > _LONGEST:
                    clock.move(dt.timedelta(seconds=left))
        except KeyboardInterrupt:
            _stop(thread, current.ended)
            raise
        if not current.ended.is_set():
            _stop(thread, current.ended)
            raise TimeUp
        thread.join(_GRACE)
    if isinstance(current.error, Stopped) or current.left() < 0:
        raise TimeUp
    if current.error is not None:
        raise current.error
    return current.result


def current_run() -> _Run | None:
    """The handler that this thread belongs to: it is the handler's own thread, or the handler started it."""
    found: _Run | None = getattr(_local, "run", None) or getattr(threading.current_thread(), "lab_run", None)
    return found


def inside_a_run() -> bool:
    """Whether this thread belongs to a handler."""
    return current_run() is not None


def _thread(body: Callable[[], None]) -> threading.Thread:
    before = threading.stack_size(_STACK)
    try:
        return _StartedWith(body, before)
    except ValueError:
        threading.stack_size(before)
        raise


class _StartedWith(threading.Thread):
    """A thread with a large stack; the setting is process-wide, so it goes back as soon as the thread has started."""

    def __init__(self, body: Callable[[], None], stack_before: int) -> None:
        super().__init__(target=body, name="lambda", daemon=True)
        self._stack_before = stack_before

    def start(self) -> None:
        """Start it; in a sandbox with few process ids the id of a thread that has ended is free only a moment later."""
        until = time.monotonic() + _GRACE
        try:
            while True:
                try:
                    return super().start()
                except RuntimeError:
                    if time.monotonic() > until or self.ident is not None:
                        raise
                    _real_sleep(_LOOK_EVERY)
        finally:
            threading.stack_size(self._stack_before)


def _stop(thread: threading.Thread, ended: threading.Event) -> None:
    until = time.monotonic() + _GRACE
    while not ended.is_set() and time.monotonic() < until:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Stopped))
        ended.wait(_LOOK_EVERY)


def _status(code: object) -> int:
    return code if isinstance(code, int) else 0 if code is None else 1


@contextmanager
def _guarded() -> Iterator[None]:
    """While a handler runs: sleeping moves the lab's clock, and leaving the process is an exception."""
    kept = (time.sleep, os._exit, os.abort, sys.setrecursionlimit, sys.getrecursionlimit())
    start, kill, signalled = threading.Thread.start, os.kill, signal.raise_signal
    time.sleep = _sleep  # type: ignore[assignment]
    os._exit = _exit  # type: ignore[assignment]
    os.abort = _abort  # type: ignore[assignment]
    os.kill, signal.raise_signal = _kill, _raise_signal
    sys.setrecursionlimit = _set_recursion_limit
    threading.Thread.start = _start  # type: ignore[method-assign]
    try:
        yield
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]
        os.kill, signal.raise_signal = kill, signalled
        time.sleep, os._exit, os.abort, sys.setrecursionlimit = kept[:4]
        sys.setrecursionlimit(kept[4])


def _sleep(seconds: float, /) -> None:
    """time.sleep for handlers: the lab's clock moves, nobody waits."""
    run = current_run()
    if run is None:
        _real_sleep(seconds)
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    left = run.left()
    clock.advance(seconds=max(0.0, min(seconds, left + 0.001)))
    if seconds > left:
        raise Stopped
    _real_sleep(0)


_real_start = threading.Thread.start


def _start(self: threading.Thread) -> None:
    self.lab_run = current_run()  # type: ignore[attr-defined]
    _real_start(self)


_real_exit, _real_kill, _real_raise = os._exit, os.kill, signal.raise_signal


def _exit(status: int = 0, /) -> None:
    if not inside_a_run():
        _real_exit(status)
    raise Exited(status)


def _abort() -> None:
    raise Exited(128 + signal.SIGABRT)  # as a shell counts it


def _kill(process: int, number: int, /) -> None:
    # Sent to this process, its group or its parent it would end the notebook; signal 0 only asks.
    if inside_a_run() and number and (process <= 0 or process in (os.getpid(), os.getppid())):
        raise Exited(128 + number)
    _real_kill(process, number)


def _raise_signal(number: int, /) -> None:
    if inside_a_run():
        raise Exited(128 + number)
    _real_raise(number)


_real_limit = sys.setrecursionlimit


def _set_recursion_limit(limit: int, /) -> None:
    _real_limit(min(limit, _DEEPEST))
