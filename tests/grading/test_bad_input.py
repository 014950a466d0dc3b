"""Bad input and bad luck: one clear line each with the next step, an exit code, and nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.cli import main
from course.grading.command import table
from course.grading.command_errors import with_next_step
from course.grading.ledger import NOTE, Result
from course.grading.warm import Warm
from tests.grading.kept_warm import KeptWarm
from tests.grading.small_class import SECTION, hand_in, release, solved

pytestmark = pytest.mark.xdist_group("bad input")

PRIVATE_MOUNTS = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release(tmp_path_factory.mktemp("original") / "class")


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    kept = KeptWarm(jobs=1, services=("sqs",))
    yield kept
    kept.end()


@pytest.fixture
def course(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: Warm) -> Path:
    """A course of one's own, with two learners' work."""
    monkeypatch.setattr("course.grading.command.Warm", lambda **_: warm)
    folder = tmp_path / "class"
    shutil.copytree(original, folder)
    for name in ("ada", "bob"):
        hand_in(folder, name, solved(folder))
    monkeypatch.chdir(folder)
    return folder


def scores(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {entry.student.id: entry.score for entry in gradebook.assignment_submissions(SECTION)}


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The line that says what is wrong; the progress bar aside."""
    lines = [line for line in capsys.readouterr().err.splitlines() if line and not line.startswith(("█", "░"))]
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize("command", ["grade", "report", "feedback"])
@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("90-smal", f"Did you mean {SECTION}?"),
        ("99-unknown", f"There is {SECTION}."),
        (f"{SECTION}/01-one", f"a section is graded as a whole: {SECTION}"),
        ("../class", "is no section's name"),
        ("..", "is no section's name"),
        ("", "is no section's name"),
    ],
)
def test_an_unknown_section_is_refused_with_the_known_ones(
    course: Path, capsys: pytest.CaptureFixture[str], command: str, section: str, words: str
) -> None:
    assert main([command, section]) == 2
    assert words in one_line(capsys)


def test_a_program_gets_the_reason_too(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", "99-unknown", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["section"] == "99-unknown" and "no such section" in told["error"]


def test_a_folder_outside_any_course_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr("course.lessons.places.course_root", lambda: tmp_path / "elsewhere")
    assert main(["grade", SECTION]) == 2
    assert "run the command in the course's folder" in one_line(capsys)


def test_strange_folders_are_graded_or_refused_with_a_reason_and_hurt_nobody(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("..ada", "a..b", "-x", "名前", "tab\there", "new\nline", "*", "'; DROP TABLE student; --"):
        hand_in(course, name, solved(course))
    outside = course.parent / "outside"
    outside.mkdir()
    (course / "submitted" / "linked" / SECTION).mkdir(parents=True)
    (course / "submitted" / "linked" / SECTION / "01-one.ipynb").symlink_to(
        course / "source" / SECTION / "01-one.ipynb"
    )
    (course / "submitted" / "away").symlink_to(outside)
    (course / "submitted" / "file").write_text("no folder")
    (course / "submitted" / "hollow" / SECTION).mkdir(parents=True)
    Path(os.fsdecode(os.fsencode(course / "submitted") + b"/not-\xff-text"), SECTION).mkdir(parents=True)
    assert main(["grade", SECTION, "--json"]) == 1
    results = {one["student"]: one for one in json.loads(capsys.readouterr().out)["results"]}
    full = {name for name, one in results.items() if one["score"] == 6}
    assert full == {"ada", "bob", "a..b", "-x", "名前", "*", "'; DROP TABLE student; --"}
    refused = {name for name, one in results.items() if one["outcome"] == "refused"}
    assert refused == {"tab\there", "new\nline", "linked", "not-?-text", "..ada"}
    assert results["hollow"]["outcome"] == "empty"
    assert all(one["reason"] for one in results.values() if one["outcome"] != "ran")
    assert not list(outside.iterdir())
    lines = table([Result(**one) for one in results.values()])
    assert len(lines) == len(results) + 1 and any(line.startswith("new line ") for line in lines)


def in_small_disk(course: Path, folder: str, size: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command while ``folder`` lies on a disk of this size that nobody else sees."""
    (course / folder).mkdir(exist_ok=True)
    script = f'mount -t tmpfs -o size={size} small "{folder}" && shift && exec "$@"'
    full = [*PRIVATE_MOUNTS, "sh", "-c", script, "sh", "x", sys.executable, "-m", "course", *command]
    return subprocess.run(full, cwd=course, capture_output=True, text=True, timeout=120)


def can_mount() -> bool:
    try:
        return (
            subprocess.run([*PRIVATE_MOUNTS, "mount", "-t", "tmpfs", "x", "/mnt"], capture_output=True).returncode == 0
        )
    except OSError:
        return False


needs_mount = pytest.mark.skipif(not can_mount(), reason="this machine lets nobody mount a small disk")


@needs_mount
def test_no_space_left_for_results_is_said_and_grading_goes_on_later(course: Path) -> None:
    done = in_small_disk(course, "autograded", "8k", "grade", SECTION)
    said = done.stderr.splitlines()[-1]
    assert done.returncode == 2, done.stderr
    assert "No space left on device" in said and "Make room" in said and "Traceback" not in done.stderr
    assert main(["grade", SECTION]) == 0
    assert scores(course) == {"ada": 6, "bob": 6}


@needs_mount
def test_no_space_left_for_the_gradebook_is_said(course: Path) -> None:
    (course / "disk").mkdir()
    size = (course / "gradebook.db").stat().st_size
    script = (
        f'cp gradebook.db disk/ && exec "{sys.executable}" -m course grade {SECTION} --db sqlite:///disk/gradebook.db'
    )
    full = [*PRIVATE_MOUNTS, "sh", "-c", f"mount -t tmpfs -o size={size // 4096 * 4 + 4}k x disk && {script}"]
    done = subprocess.run(full, cwd=course, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stderr
    assert "Make room" in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr


@needs_mount
def test_no_space_left_for_the_report_is_said(course: Path) -> None:
    done = in_small_disk(course, "reports", "16k", "report", SECTION)
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr and "--out" in done.stderr and done.stderr.count("\n") == 1


def test_a_gradebook_locked_from_the_start_is_named(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    holder = sqlite3.connect(course / "gradebook.db")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert main(["grade", SECTION]) == 2
    finally:
        holder.rollback()
        holder.close()
    said = one_line(capsys)
    assert "database is locked" in said and "close the formgrader" in said


@pytest.mark.parametrize("trouble", ["locked", "gone"])
def test_a_gradebook_lost_in_mid_run_loses_nothing(
    course: Path, capsys: pytest.CaptureFixture[str], trouble: str
) -> None:
    for number in range(4):
        hand_in(course, f"more{number}", solved(course))
    saved = course / "saved.db"
    ended = threading.Event()

    def trip() -> None:
        while not list(course.glob(f"autograded/*/{SECTION}/{NOTE}")):
            time.sleep(0.01)
        if trouble == "locked":
            holder = sqlite3.connect(course / "gradebook.db", timeout=60)
            holder.execute("BEGIN EXCLUSIVE")
            ended.wait()
            holder.rollback()
            holder.close()
        else:
            (course / "gradebook.db").rename(saved)

    thread = threading.Thread(target=trip)
    thread.start()
    code = main(["grade", SECTION, "--jobs", "1"])
    ended.set()
    thread.join()
    assert code == 2
    said = one_line(capsys)
    assert "What was graded so far is kept" in said
    if trouble == "gone":
        saved.rename(course / "gradebook.db")
    assert main(["grade", SECTION]) == 0
    assert scores(course) == dict.fromkeys(("ada", "bob", "more0", "more1", "more2", "more3"), 6)


def test_a_gradebook_made_anew_gets_all_scores_again(course: Path, original: Path) -> None:
    assert main(["grade", SECTION]) == 0
    shutil.copyfile(original / "gradebook.db", course / "gradebook.db")
    assert scores(course) == {}
    assert main(["grade", SECTION]) == 0
    assert scores(course) == {"ada": 6, "bob": 6}


def test_a_section_that_no_gradebook_knows_is_graded_after_the_step_that_is_named(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "gradebook.db").unlink()
    assert main(["grade", SECTION]) == 2
    step = one_line(capsys).partition("then ")[2].removesuffix(".")
    assert step == f"nbgrader generate_assignment {SECTION}"
    assert (course / "release" / SECTION).is_dir(), "as in every clone of a course"
    subprocess.run([sys.executable, "-m", *step.split()], check=True, capture_output=True)
    assert main(["grade", SECTION]) == 0
    assert scores(course) == {"ada": 6, "bob": 6}


def test_a_file_that_is_no_gradebook_is_left_alone(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "gradebook.db").write_bytes(b"My diary, not a database. " * 100)
    before = (course / "gradebook.db").read_bytes()
    for command in ("grade", "report"):
        assert main([command, SECTION]) == 2
        said = one_line(capsys)
        assert "file is not a database" in said and "put a copy back" in said
    assert (course / "gradebook.db").read_bytes() == before


def test_a_broken_configuration_is_named(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "nbgrader_config.py").write_text("c = get_config(\n")
    for command in ("grade", "report", "feedback"):
        assert main([command, SECTION]) == 2
        said = one_line(capsys)
        assert "nbgrader_config.py" in said and "was never closed" in said


@pytest.mark.parametrize(
    ("message", "step"),
    [
        ("X failed: database is locked.", "close the formgrader"),
        ("X: [Errno 28] No space left on device: 'a'", "Make room"),
        ("X failed: attempt to write a readonly database", "writable"),
        ("X cannot be opened: unable to open database file", "--db"),
        ("X: connection to server at 127.0.0.1, port 1 failed: Connection refused", "server is up"),
    ],
)
def test_causes_have_next_steps(message: str, step: str) -> None:
    said = with_next_step(message)
    assert said.startswith(message.rstrip(".")) and step in said


def test_a_password_in_the_gradebooks_address_is_not_shown() -> None:
    said = with_next_step("The gradebook postgresql+psycopg://ada:se:cret@host:1/book failed: Connection refused")
    assert "postgresql+psycopg://ada:***@host:1/book" in said and "cret" not in said
