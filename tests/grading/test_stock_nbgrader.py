"""The stock nbgrader commands and the formgrader work on the course as it lies there: a class of four."""

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from course.grading.answers import filled, read_bank, rounds
from course.lessons.build import build_section
from course.lessons.source import read_lesson
from tests.lessons.sample import sample_course

pytestmark = pytest.mark.xdist_group("one class")
SECTION, LESSON = "06-messaging", "07-sample"


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """The stock commands, run once on four submissions: right, wrong, blank, and a broken file."""
    root = sample_course(tmp_path_factory.mktemp("class"), f"{SECTION}/{LESSON}")
    build_section(root, SECTION)
    _nbgrader(root, "generate_assignment", SECTION)  # as the README says it, on a release that is there already
    lesson = read_lesson(root / "source" / SECTION / f"{LESSON}.py")
    plan = {item.name: item for item in rounds(lesson, read_bank(root, lesson)[0])}
    released = root / "release" / SECTION / f"{LESSON}.ipynb"
    for student, answers in {"right": "reference", "wrong": "round-1", "blank": "untouched"}.items():
        notebook = filled(nbformat.read(released, as_version=4), plan[answers].answers)
        path = root / "submitted" / student / SECTION / released.name
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    broken = root / "submitted" / "broken" / SECTION / released.name
    broken.parent.mkdir(parents=True)
    broken.write_text("{ this is not JSON", encoding="utf-8")
    said = _nbgrader(root, "autograde", SECTION, expect=1).stderr
    assert "There was an error processing assignment '06-messaging' for student 'broken'" in said
    _nbgrader(root, "generate_feedback", SECTION)
    _nbgrader(root, "export")
    return root


def _environment():
    return os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


def _nbgrader(root, *arguments, expect=0):
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=root, env=_environment(), capture_output=True, text=True
    )
    assert done.returncode == expect, done.stderr[-2000:]
    return done


def _scores(root):
    with (root / "grades.csv").open(newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def test_everybody_gets_the_points_they_earned(classroom):
    scores = _scores(classroom)
    assert scores["right"] == 3
    assert scores["wrong"] == 1
    assert scores["blank"] == 0


def test_a_broken_file_stops_nobody_else(classroom):
    assert _scores(classroom).get("broken", 0) == 0
    graded = sorted(path.parent.parent.name for path in classroom.glob("autograded/*/*/*.ipynb"))
    assert graded == ["blank", "right", "wrong"]


def test_hidden_tests_come_back_for_grading(classroom):
    graded = (classroom / "autograded" / "right" / SECTION / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    assert "BEGIN HIDDEN TESTS" in graded
    assert "BEGIN HIDDEN TESTS" not in (classroom / "release" / SECTION / f"{LESSON}.ipynb").read_text(encoding="utf-8")


def test_feedback_says_what_was_wrong(classroom):
    page = (classroom / "feedback" / "wrong" / SECTION / f"{LESSON}.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", "", page)
    assert "✗ Not yet" in text
    assert "make_queue should use the name it is given." in text


def test_feedback_shows_no_code_of_hidden_tests_and_opens_offline(classroom):
    for student in ("right", "wrong", "blank"):
        page = (classroom / "feedback" / student / SECTION / f"{LESSON}.html").read_text(encoding="utf-8")
        assert "A hidden test stands here" in page
        assert "parcels" not in page
        assert not re.findall(r"<(?:script|link)\b|src=\"http", page)


def test_the_source_text_never_travels(classroom):
    for folder in ("release", "submitted", "autograded", "feedback"):
        assert not list((classroom / folder).rglob("*.py"))


def test_the_formgrader_shows_the_assignment(classroom):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", f"--port={port}"),
            *("--IdentityProvider.token=secret", "--ServerApp.port_retries=0"),
            '--ServerApp.jpserver_extensions={"nbgrader.server_extensions.formgrader":True}',
        ],
        cwd=classroom,
        env=_environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        shown = _get(f"http://127.0.0.1:{port}/formgrader/api/assignments?token=secret", server)
    finally:
        server.terminate()
        server.wait(10)
    [assignment] = shown
    assert (assignment["name"], assignment["num_submissions"], assignment["max_score"]) == (SECTION, 4, 3)


def _get(url, server):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, server.stderr.read()[-2000:]
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.3)
    raise AssertionError("the server did not answer within a minute")


def test_the_trees_own_config_is_what_the_class_used(classroom):
    root = Path(__file__).resolve().parents[2]
    assert (classroom / "nbgrader_config.py").read_bytes() == (root / "nbgrader_config.py").read_bytes()
    assert shutil.which("alembic", path=_environment()["PATH"])
