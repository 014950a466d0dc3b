"""Branches that run side by side on the lab's clock: generators that say what they wait for.

A branch yields `Sleep`, `Await` or `Fork` and gets the answer, or an error, where it yielded. One kernel runs all the
branches of an execution, always in the same order, so that two runs of a lesson are alike.

Each branch has a time of its own: when it last went on, and what its functions slept since. Pauses count from there, so
that neither the work of the lab nor the moment at which somebody first looks at an execution makes them longer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.lab.clock import clock
from course.lab.stepfunctions.errors import HEARTBEAT, TIMEOUT, StateError
from course.lab.stopwatch import Stopwatch

Branch = Generator[Any, Any, Any]


@dataclass(frozen=True)
class Sleep:
    """Go on after so many seconds."""

    seconds: float


@dataclass
class Callback:
    """Something that another call answers: a task token. It may be late, or its heart may stop."""

    seconds: float | None = None
    heartbeat_seconds: float | None = None
    done: bool = False
    value: Any = None
    error: StateError | None = None
    began: float = field(default_factory=lambda: clock.now().timestamp())
    beat: float = field(default_factory=lambda: clock.now().timestamp())

    def succeed(self, value: Any) -> None:
        self.done, self.value = True, value

    def fail(self, error: StateError) -> None:
        self.done, self.error = True, error

    def back_by(self, seconds: float) -> None:
        """Count from so much earlier."""
        self.began, self.beat = self.began - seconds, self.beat - seconds

    def heartbeat(self) -> None:
        self.beat = clock.now().timestamp()

    def due(self) -> float | None:
        """When it is too late."""
        ends = [self.began + self.seconds] if self.seconds is not None else []
        ends += [self.beat + self.heartbeat_seconds] if self.heartbeat_seconds is not None else []
        return min(ends, default=None)

    def expire(self) -> None:
        """Say which of the two ran out."""
        late = self.seconds is not None and self.began + self.seconds == self.due()
        self.fail(StateError(TIMEOUT if late else HEARTBEAT, "", of_task=True))


@dataclass(frozen=True)
class Await:
    """Go on when the callback is answered."""

    callback: Callback


@dataclass(frozen=True)
class Fork:
    """Run branches side by side, at most so many at once; gives their results in order.

    The first error ends all of them, unless `failed` is given: it is told of each error, and raises when it is enough.
    """

    branches: Sequence[Callable[[], Branch]]
    at_most: int = 0
    failed: Callable[[int, StateError], Any] | None = None


@dataclass(eq=False)
class _Process:
    branch: Branch
    parent: _Process | None = None
    place: int = 0
    wake_at: float | None = None
    at: float = field(default_factory=lambda: clock.now().timestamp())  # when it last went on
    callback: Callback | None = None
    children: list[_Process] = field(default_factory=list)
    fork: Fork | None = None
    started: int = 0
    finished: int = 0
    results: list[Any] = field(default_factory=list)

    def leave(self) -> None:
        """End the branch where it is; nobody waits for its callback any more."""
        if self.callback is not None:
            self.callback.done = True
        self.branch.close()


class Kernel:
    """Runs one branch and all that it forks."""

    def __init__(self, branch: Branch) -> None:
        self._root = _Process(branch, wake_at=0.0)
        self._all = [self._root]
        self._watch = Stopwatch()
        self.over = False
        self.result: Any = None
        self.error: StateError | None = None

    def next_due(self) -> float | None:
        """When something can go on by itself; None if all wait for callbacks without an end, or it is over."""
        if self.over:
            return None
        times = [one.wake_at for one in self._all if one.wake_at is not None]
        for one in self._all:
            if one.callback is not None:
                due = 0.0 if one.callback.done else one.callback.due()
                times += [due] if due is not None else []
        return min(times, default=None)

    def run(self, now: float) -> None:
        """Go on with everything that can go on now."""
        while not self.over and (ready := self._ready(max(now, clock.now().timestamp()))) is not None:
            self._resume(ready)

    def stop(self) -> None:
        """End all branches where they are."""
        self.over = True
        for one in reversed(self._all):
            one.leave()
        self._all.clear()

    def _ready(self, now: float) -> _Process | None:
        for one in self._all:
            if one.wake_at is not None and one.wake_at <= now:
                return one
            if one.callback is not None:
                due = one.callback.due()
                if not one.callback.done and due is not None and due <= now:
                    one.callback.expire()
                if one.callback.done:
                    return one
        return None

    def _resume(self, process: _Process) -> None:
        if process.wake_at:
            process.at = process.wake_at
        elif process.callback is not None:
            now = clock.now().timestamp()
            process.at = min(now, process.callback.due() or now)
        self._watch = Stopwatch()
        callback, process.callback, process.wake_at = process.callback, None, None
        if callback is not None and callback.error is not None:
            self._step(process, error=callback.error)
        else:
            self._step(process, value=callback.value if callback else None)

    def _step(self, process: _Process, value: Any = None, error: StateError | None = None) -> None:
        try:
            effect = process.branch.throw(error) if error is not None else process.branch.send(value)
        except StopIteration as end:
            self._end(process, value=end.value)
        except StateError as failed:
            self._end(process, error=failed)
        else:
            self._wait(process, effect)

    def _wait(self, process: _Process, effect: Any) -> None:
        at = process.at + self._watch.pushed
        match effect:
            case Sleep(seconds):
                process.wake_at = at + seconds
            case Await(callback):
                callback.back_by(clock.now().timestamp() - at)
                process.callback = callback
            case Fork(branches):
                process.fork, process.children = effect, []
                process.started = process.finished = 0
                process.results = [None] * len(branches)
                self._fork_more(process)

    def _fork_more(self, process: _Process) -> None:
        fork = process.fork
        assert fork is not None
        if process.finished == len(fork.branches):
            process.fork = None
            self._step(process, value=process.results)
            return
        room = (fork.at_most or len(fork.branches)) - (process.started - process.finished)
        while room > 0 and process.started < len(fork.branches):
            at = process.at + self._watch.pushed
            child = _Process(fork.branches[process.started](), process, process.started, wake_at=0.0, at=at)
            process.started += 1
            process.children.append(child)
            self._all.append(child)
            room -= 1

    def _end(self, process: _Process, value: Any = None, error: StateError | None = None) -> None:
        self._all.remove(process)
        parent = process.parent
        if parent is None:
            self.over, self.result, self.error = True, value, error
            return
        assert parent.fork is not None
        parent.children.remove(process)
        parent.at = process.at
        if error is not None:
            try:
                if parent.fork.failed is None:
                    raise error
                value = parent.fork.failed(process.place, error)
            except StateError as fatal:
                self._cancel(parent)
                parent.fork = None
                self._step(parent, error=fatal)
                return
        parent.finished += 1
        parent.results[process.place] = value
        self._fork_more(parent)

    def _cancel(self, process: _Process) -> None:
        for child in process.children:
            self._cancel(child)
            child.leave()
            self._all.remove(child)
        process.children = []
