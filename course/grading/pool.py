"""Worker processes that grade notebooks: each takes a task, returns a verdict, and holds nothing in between."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from traitlets.config import Config

from course.grading.referee import Pack, Verdict, grade, make_steps, remember_valid_metadata
from course.grading.sandbox import die_with_parent
from course.grading.warm import Warm, WarmError

AHEAD = 2
"""Tasks that a worker holds, so that it need not wait for the writer between two."""


@dataclass(frozen=True)
class Task:
    """One notebook to grade."""

    number: int
    student: str
    notebook: str
    path: str
    folder: str


@dataclass
class _Worker:
    process: multiprocessing.process.BaseProcess
    pipe: Connection
    tasks: deque[Task]


class Pool:
    """``jobs`` workers that share one warm process.

    >>> for task, verdict in pool.map(tasks): ...
    """

    def __init__(self, jobs: int, warm: Warm, config: Config, packs: dict[str, Pack]) -> None:
        self._jobs = jobs
        self._warm = warm
        self._start: Callable[[Connection], None] = lambda pipe: _work(pipe, warm, config, packs)
        self._context = multiprocessing.get_context("fork")
        self._workers: list[_Worker] = []

    def map(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Verdict]]:
        """Grade all tasks; verdicts come as they are ready. A worker that dies costs one retry of its task."""
        waiting = deque(tasks)
        tried: set[tuple[int, str]] = set()
        self._workers = [self._new() for _ in range(min(self._jobs, max(1, len(waiting))))]
        while waiting or any(worker.tasks for worker in self._workers):
            for worker in self._workers:
                while waiting and len(worker.tasks) < AHEAD:
                    self._give(worker, waiting.popleft())
            ready = wait([worker.pipe for worker in self._workers if worker.tasks])
            for worker in [worker for worker in self._workers if worker.pipe in ready]:
                try:
                    verdict = worker.pipe.recv()
                except (EOFError, OSError):
                    lost = self._replace(worker)
                    waiting.extendleft(reversed(lost[1:]))
                    if lost and (lost[0].number, lost[0].notebook) in tried:
                        yield lost[0], Verdict(lost[0].notebook, "failed", "the worker process ended twice on it")
                    elif lost:
                        tried.add((lost[0].number, lost[0].notebook))
                        waiting.appendleft(lost[0])
                    continue
                yield worker.tasks.popleft(), verdict

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
        self._workers = []

    def _give(self, worker: _Worker, task: Task) -> None:
        worker.tasks.append(task)
        with suppress(OSError):  # it has died; the next look at its pipe tells
            worker.pipe.send(task)

    def _new(self) -> _Worker:
        self._warm.start()  # a no-op, unless it has been killed
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=self._start, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours, deque())

    def _replace(self, worker: _Worker) -> list[Task]:
        worker.pipe.close()
        worker.process.join()
        self._workers[self._workers.index(worker)] = self._new()
        return list(worker.tasks)


def _work(pipe: Connection, warm: Warm, config: Config, packs: dict[str, Pack]) -> None:
    """Grade what comes in until the writer hangs up."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    remember_valid_metadata()
    steps = make_steps(config)
    while True:
        try:
            task: Task = pipe.recv()
        except EOFError:
            os._exit(0)
        try:
            text = Path(task.path).read_text(encoding="utf-8", errors="replace")
            verdict = grade(text, packs[task.notebook], task.student, task.folder, warm, steps)
        except WarmError:
            os._exit(1)  # the warm process is gone; the writer starts both again
        except OSError as error:
            verdict = Verdict(task.notebook, "unreadable", f"cannot be read: {error.strerror}")
        pipe.send(verdict)
