"""Grading on a Dask cluster: the same tasks as `pool`, sent to workers that keep nothing.

An order holds all that a worker needs: the notebook, the files beside it, the lesson's tests, limits. A verdict comes
back. Workers need the course's package, and no shared disk, no gradebook and no lessons. Orders depend on nothing that
lies on a worker: Dask would give them to the worker where it lies, and the others would have little to do.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from traitlets.config import Config

from course.grading.limits import Limits
from course.grading.pool import Task
from course.grading.referee import Pack, Verdict, grade, make_steps, remember_valid_metadata
from course.grading.warm import Warm, WarmError

AHEAD = 3
"""Orders under way for each thread of the cluster: enough that none waits, few enough that 4,000 need no memory."""
TRIES = 3
WAIT_SECONDS = 60
CONNECT_SECONDS = 5
ASK_AGAIN_SECONDS = 5.0
LIBRARIES = "course[cluster]"


class ClusterError(Exception):
    """The cluster cannot be used, or is gone; the message says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """How a worker runs notebooks. One warm process is kept for each distinct value."""

    sandbox: bool
    limits: Limits
    services: tuple[str, ...] | None


@dataclass(frozen=True)
class Order:
    """One notebook to grade, with everything it takes."""

    student: str
    notebook: str
    content: bytes
    files: dict[str, bytes]
    lesson: bytes
    """The pack and nbgrader's configuration, as `_packed` makes it."""
    settings: Settings


class Cluster:
    """Stands in for `pool.Pool`: ``map`` grades tasks on the cluster whose scheduler is at ``address``.

    >>> cluster = Cluster("tcp://10.0.0.5:8786", warm, config, packs)
    >>> for task, verdict in cluster.map(tasks): ...
    """

    @staticmethod
    def work(order: Order) -> tuple[Verdict, str]:
        """Grade one notebook; return its verdict and the name of the worker. Runs on the workers."""
        return _fill(order)

    def __init__(self, address: str, warm: Warm, config: Config, packs: dict[str, Pack]) -> None:
        try:
            import distributed
        except ModuleNotFoundError:
            raise ClusterError(f"--scheduler needs Dask. Install it: pip install '{LIBRARIES}'.") from None
        self.shares: Counter[str] = Counter()
        """How many notebooks each worker has graded."""
        self._address = address
        self._sent: Counter[tuple[int, str]] = Counter()
        self._threads, self._asked = 1, -ASK_AGAIN_SECONDS
        self._settings = Settings(warm.sandbox, warm.limits, warm.services)
        self._run = uuid.uuid4().hex[:8]
        connect: Any = distributed.Client
        try:
            self._client: Any = connect(address, timeout=CONNECT_SECONDS, set_as_default=False, name="course-grade")
        except (OSError, ValueError) as error:
            raise ClusterError(
                f"There is no Dask scheduler at {address} ({_first_line(error)}). Start one (dask scheduler) and give "
                "its address, for example --scheduler tcp://10.0.0.5:8786."
            ) from None
        try:
            self._meet_workers()
            travelling = _without_secrets(config)
            self._lessons = {name: _packed((pack, travelling)) for name, pack in packs.items()}
        except BaseException:
            self.close()
            raise

    def _meet_workers(self) -> None:
        """Wait for a worker; let all begin to warm up; refuse those that do not fit."""
        try:
            self._client.wait_for_workers(1, timeout=WAIT_SECONDS)
        except TimeoutError:
            raise ClusterError(
                f"The scheduler at {self._address} has had no worker for {WAIT_SECONDS} s. Start some: "
                f"dask worker {self._address} --nworkers auto --nthreads 1."
            ) from None
        ours = _version()
        for worker, theirs in self._client.run(_prepare, self._settings, on_error="return").items():
            if isinstance(theirs, BaseException):
                raise ClusterError(
                    f"The worker {worker} cannot grade: {_first_line(theirs)}. Install {LIBRARIES} there, in the "
                    "version that you use here."
                )
            if theirs != ours:
                raise ClusterError(
                    f"The worker {worker} has {theirs}, and here is {ours}. Grading needs the same on both."
                )

    def map(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Verdict]]:
        """Grade all tasks; verdicts come as they are ready. What a worker had when it died goes to another one."""
        from distributed.client import as_completed

        watch: Any = as_completed
        waiting = iter(tasks)
        running: dict[Any, Task] = {}
        done: Any = watch(loop=self._client.loop, with_results=True, raise_errors=False)
        self._fill_up(waiting, running, done)
        for batch in done.batches():  # one question for many results: each takes its time over a network
            ready = [(future, running.pop(future), result) for future, result in batch]
            self._fill_up(waiting, running, done)
            for future, task, result in ready:
                if _is_answer(result) or future.status == "error" or not self._may_send_again(task):
                    yield task, self._verdict(future, task, result)
                else:  # lost on its way to us
                    self._send(task, running, done)

    def _may_send_again(self, task: Task) -> bool:
        """Return whether an order that was lost with the connection to the scheduler should be given once more."""
        return self._sent[task.number, task.notebook] < TRIES and self._client.status == "running"

    def _fill_up(self, waiting: Iterator[Task], running: dict[Any, Task], done: Any) -> None:
        """Send orders until as many are under way as the cluster has use for."""
        for task in islice(waiting, max(0, self._window() - len(running))):
            self._send(task, running, done)
        if not running:  # no worker just now: Dask keeps the order until there is one
            for task in islice(waiting, 1):
                self._send(task, running, done)

    def _window(self) -> int:
        """Return how many orders to have under way. Workers come and go, so ask now and then."""
        now = time.monotonic()
        if now > self._asked + ASK_AGAIN_SECONDS:
            with suppress(OSError):
                self._threads = max(1, sum(self._client.nthreads().values()))
            self._asked = now
        return AHEAD * self._threads

    def _send(self, task: Task, running: dict[Any, Task], done: Any) -> None:
        content, files = _contents(task, self._settings.limits)
        lesson = self._lessons[task.notebook]
        order = Order(task.student, task.notebook, zlib.compress(content, 1), files, lesson, self._settings)
        self._sent[task.number, task.notebook] += 1
        key = f"grade-{task.notebook}-{task.number}-{self._sent[task.number, task.notebook]}-{self._run}"
        future = self._client.submit(self.work, order, key=key, pure=False, retries=1)
        running[future] = task
        done.add(future)

    def _verdict(self, future: Any, task: Task, result: Any) -> Verdict:
        """Return what became of a task; raise when the cluster itself is at fault.

        An answer that has arrived counts, whatever became of its worker since: a future whose worker dies is no longer
        finished, although its result lies here.
        """
        from distributed.scheduler import KilledWorker

        if _is_answer(result):
            verdict: Verdict = result[0]
            self.shares[result[1]] += 1
            return verdict
        error = future.exception(timeout=10) if future.status == "error" else None
        if isinstance(error, KilledWorker):
            return Verdict(task.notebook, "failed", "every worker that tried it died; run it alone with --jobs 1")
        if isinstance(error, WarmError):
            raise ClusterError(f"A worker cannot run notebooks: {error}")
        if error is not None:
            raise ClusterError(f"A worker failed: {type(error).__name__}: {_first_line(error)}")
        raise ClusterError(f"The scheduler at {self._address} is gone, or has lost results ({future.status}).")

    def close(self) -> None:
        """Leave the cluster; what is still under way there is dropped."""
        with suppress(OSError, TimeoutError):
            self._client.close(timeout=5)


def _is_answer(result: Any) -> bool:
    """Return whether what came for a future is a verdict and a worker's name, and not word of what went wrong."""
    return isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], Verdict)


def _without_secrets(config: Config) -> Config:
    """Return the configuration without the gradebook's address, which may hold a password."""
    kept = deepcopy(config)
    for section in ("CourseDirectory", "Gradebook", "NbGrader"):
        if section in kept:
            kept[section].pop("db_url", None)
    return kept


def _packed(lesson: tuple[Pack, Config]) -> bytes:
    """Return a lesson's tests and settings in the form in which they travel; settings may hold classes of a class."""
    import cloudpickle  # comes with Dask

    packed: bytes = zlib.compress(cloudpickle.dumps(lesson))
    return packed


def _contents(task: Task, limits: Limits) -> tuple[bytes, dict[str, bytes]]:
    """Return the notebook and the files beside it; other notebooks and links stay, as they do in a sandbox."""
    folder = Path(task.folder)
    files: dict[str, bytes] = {}
    left = limits.input_files
    for path in sorted(folder.rglob("*")):
        if path.suffix != ".ipynb" and path.is_file() and not path.is_symlink() and path.lstat().st_size <= left:
            left -= path.lstat().st_size
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return Path(task.path).read_bytes(), files


# What follows runs on the workers.

_warm: dict[Settings, Warm] = {}
_lock = threading.Lock()


def _version() -> str:
    from importlib.metadata import version

    return f"Python {sys.version_info.major}.{sys.version_info.minor} with course {version('course')}"


def _prepare(settings: Settings) -> str:
    """Begin to warm up; return what is installed here."""
    _warm_for(settings).launch()
    return _version()


def _warm_for(settings: Settings) -> Warm:
    """Return this worker's warm process; it ends with the worker."""
    with _lock:
        if settings not in _warm:
            # Dask counts the notebooks that run here, by its threads; a limit of ours would only hide it.
            os.environ["NBGRADER_EXECUTION"] = "autograde"
            remember_valid_metadata()
            _warm[settings] = Warm(10_000, settings.sandbox, settings.limits, settings.services)
        return _warm[settings]


@lru_cache(maxsize=32)
def _unpacked(lesson: bytes) -> tuple[Pack, Config]:
    import cloudpickle

    found: tuple[Pack, Config] = cloudpickle.loads(zlib.decompress(lesson))
    return found


def _fill(order: Order) -> tuple[Verdict, str]:
    """Grade one notebook; return its verdict and the name of this worker."""
    from distributed import get_worker

    warm = _warm_for(order.settings)
    pack, config = _unpacked(order.lesson)
    with tempfile.TemporaryDirectory(prefix="course-order-") as folder:
        for name, content in order.files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        text = zlib.decompress(order.content).decode("utf-8", errors="replace")
        verdict = grade(text, pack, order.student, folder, warm, make_steps(config))
    return verdict, str(get_worker().address)


def as_line(shares: Counter[str]) -> str:
    """Return how the work was shared out, in words."""
    counts = sorted(shares.values())
    return f"{sum(counts)} notebooks on {len(counts)} workers, {counts[0]} to {counts[-1]} each" if counts else ""


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
