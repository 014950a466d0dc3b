"""A class full of hostile and broken submissions: each comes to its outcome, and nobody else is touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from course.grading.ledger import Result
from course.grading.limits import MIB, Limits
from course.grading.run import grade_section
from course.grading.warm import Warm
from tests.grading.small_class import SECTION, hand_in, release, solved
from tests.torture.broken import BROKEN, WRONG, Broken
from tests.torture.case import Case, hostile_cases

HOSTILE = hostile_cases()
HONEST = 6
LIMITS = Limits(seconds=25, cpu_seconds=20, memory=512 * MIB, output=8 * MIB, disk=64 * MIB, file_size=32 * MIB)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release(tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module")
def results(course: Path) -> dict[str, Result]:
    """All submissions, graded in one run."""
    os.environ["SECRET_OF_THE_GRADER"] = "x"
    for case in HOSTILE:
        hand_in(course, f"hostile-{case.name}", _written(course, case))
    for item in BROKEN:
        hand_in(course, f"broken-{item.name}", item.make(solved(course), solved(course, double=WRONG)))
    for number in range(HONEST):
        hand_in(course, f"honest-{number}", solved(course))
    before = _everything(course)
    graded = grade_section(course, SECTION, jobs=2, warm=Warm(limits=LIMITS))
    assert {path: state for path, state in _everything(course).items() if path in before} == before
    return {result.student: result for result in graded}


def _written(course: Path, case: Case):
    if case.place in ("before", "first"):
        notebook = solved(course, double=WRONG)
        notebook.cells.insert(1 if case.place == "before" else 2, new_code_cell(case.code))
        return notebook
    return solved(course, **{case.place: case.code})


def _everything(course: Path) -> dict[Path, bytes]:
    """What a run must not change."""
    return {
        path: path.read_bytes()
        for folder in ("source", "release", "submitted")
        for path in (course / folder).rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_hostile_submission_gains_nothing(results: dict[str, Result], case: Case) -> None:
    result = results[f"hostile-{case.name}"]
    assert (result.outcome, result.score) == (case.outcome, case.points), result


@pytest.mark.parametrize("item", BROKEN, ids=lambda item: item.name)
def test_broken_submission_has_its_outcome(results: dict[str, Result], item: Broken) -> None:
    result = results[f"broken-{item.name}"]
    assert (result.outcome, result.score) == (item.outcome, item.points), result


def test_honest_submissions_in_the_same_run_get_full_marks(results: dict[str, Result]) -> None:
    honest = [result for name, result in results.items() if name.startswith("honest")]
    assert [(result.outcome, result.score) for result in honest] == [("ran", 6)] * HONEST


def test_every_submission_is_in_the_gradebook(course: Path, results: dict[str, Result]) -> None:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        scores = {entry.student.id: entry.score for entry in gradebook.assignment_submissions(SECTION)}
    assert scores == {name: result.score for name, result in results.items()}


def test_outcomes_that_need_a_look_say_why(results: dict[str, Result]) -> None:
    assert not [name for name, result in results.items() if result.outcome != "ran" and not result.reason]
