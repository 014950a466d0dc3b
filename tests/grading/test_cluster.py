"""`course grade --scheduler`: a real Dask scheduler and real worker processes, one of which is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.cli import main
from course.grading.ledger import Result
from course.grading.run import GradingError, grade_section
from course.grading.warm import Warm
from tests.grading.small_class import SECTION, hand_in, release, solved

distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
pytestmark = pytest.mark.xdist_group("cluster")
STUDENTS = 16
SERVICES = ("sqs", "sts", "iam")


class Workers:
    """A scheduler and two workers, each a process of its own, in folders that hold nothing."""

    def __init__(self, folder: Path, count: int = 2) -> None:
        self.folder = folder
        self._run(["scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(folder / "scheduler.json")])
        self._client = distributed.Client(scheduler_file=str(self._wait_for_file()), set_as_default=False)
        self.address: str = self._client.scheduler.address
        self.workers = [self._start_worker(number) for number in range(count)]
        self._client.wait_for_workers(count, timeout=90)

    def _start_worker(self, number: int) -> subprocess.Popen[bytes]:
        home = self.folder / f"worker-{number}"
        home.mkdir()
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", f"w{number}"]
        return self._run(["worker", self.address, *options, "--local-directory", str(home)], home)

    def _run(self, command: list[str], home: Path | None = None) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]],
                cwd=home or self.folder, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        self._processes = [*getattr(self, "_processes", []), process]
        return process

    def _wait_for_file(self) -> Path:
        path = self.folder / "scheduler.json"
        until = time.monotonic() + 60
        while not path.exists():
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.1)
        return path

    def running(self) -> dict[str, int]:
        """How many notebooks each worker holds now."""
        return {name: len(keys) for name, keys in self._client.processing().items() if any("grade-" in k for k in keys)}

    def close(self) -> None:
        self._client.close()
        for process in reversed(self._processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    workers = Workers(tmp_path_factory.mktemp("cluster"))
    yield workers
    workers.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = release(tmp_path_factory.mktemp("class"))
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("\nc.Execute.timeout = 120\n")  # nothing here waits, and a busy machine must not decide a score
    answers = {
        "right": {},
        "wrong": {"double": "def double(x): return 9"},
        "gone": {"double": "import os; os._exit(3)"},
    }
    for number in range(STUDENTS):
        kind = ("right", "wrong", "right", "gone")[number % 4]
        hand_in(folder, f"{kind}-{number}", solved(folder, **answers[kind]))
    reads = "def make_queue(name):\n    return open('orders.csv').read()"
    path = hand_in(folder, "with-files", solved(folder, queue=reads, double="double = abs\nopen('orders.csv').read()"))
    (path.parent / "orders.csv").write_text("1,2")
    return folder


@pytest.fixture(scope="module")
def there(course: Path, cluster: Workers) -> list[Result]:
    """What a cluster says that loses one of its workers in mid-run."""
    killed = threading.Thread(target=_kill_when_busy, args=(cluster,))
    killed.start()
    warm = Warm(jobs=1, services=SERVICES)
    results = grade_section(course, SECTION, warm=warm, scheduler=cluster.address, force=True)
    killed.join()
    assert cluster.workers[0].wait(10) == -signal.SIGKILL
    return results


def _kill_when_busy(cluster: Workers) -> None:
    until = time.monotonic() + 120
    while len(cluster.running()) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(2)
    cluster.workers[0].kill()


def test_files_beside_a_notebook_travel_with_it(course: Path, there: list[Result]) -> None:
    assert "ran" in {one.outcome for one in there if one.student == "with-files"}, there
    graded = (course / "autograded" / "with-files" / SECTION / "01-one.ipynb").read_text()
    assert "'1,2'" in graded


def test_a_worker_killed_in_mid_run_changes_nothing(course: Path, there: list[Result]) -> None:
    here = grade_section(course, SECTION, warm=Warm(jobs=1, services=SERVICES), force=True, jobs=2)
    assert [(one.student, one.outcome, one.score) for one in there] == [
        (one.student, one.outcome, one.score) for one in here
    ]
    assert len(there) == STUDENTS + 1


def test_workers_keep_nothing(cluster: Workers) -> None:
    left = [path for path in cluster.folder.rglob("*") if path.suffix in (".ipynb", ".csv", ".db")]
    assert left == []


def test_the_gradebooks_address_stays_with_the_writer() -> None:
    from traitlets.config import Config

    from course.grading.cluster import _without_secrets

    config = Config()
    config.CourseDirectory.db_url = "postgresql://grader:secret@host/grades"
    config.Execute.timeout = 7
    assert "secret" not in str(_without_secrets(config))
    assert _without_secrets(config).Execute.timeout == 7
    assert "secret" in str(config)


def test_no_scheduler_at_the_address_is_said_in_one_line(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], free_port: int
) -> None:
    monkeypatch.chdir(course)
    monkeypatch.setattr("course.grading.cluster.CONNECT_SECONDS", 0.2)
    assert main(["grade", SECTION, "--force", "--scheduler", f"tcp://127.0.0.1:{free_port}"]) == 2
    assert f"There is no Dask scheduler at tcp://127.0.0.1:{free_port}" in capsys.readouterr().err


def test_a_machine_without_dask_names_the_extra(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(GradingError, match=r"pip install 'course\[cluster\]'"):
        grade_section(course, SECTION, force=True, scheduler="tcp://127.0.0.1:1")
