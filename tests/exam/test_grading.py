"""Through nbgrader: a sheet earns a point for each question, not all or nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from course import exam
from course.grading.answers import Answer, Round
from course.grading.trial import empty_gradebook, grade_rounds
from course.lessons.source import read_lesson

ROOT = Path(__file__).resolve().parents[2]
RIGHT = {one.number: one.right for one in exam.block(1)}
SINGLE = next(one for one in exam.block(1) if len(one.right) == 1)
WRONG = next(option.letter for option in SINGLE.options if not option.right)


HOSTILE = {
    "points-replaced": "from course.exam import sheet as made\nmade.Sheet.points = lambda self, expect: 13",
    "reader-replaced": "from course.exam import sheet as made\nmade._read = lambda asked, value: (asked.right, '')",
    "files-elsewhere": "from course.exam import bank as made\nmade.FOLDER = made.FOLDER.parent.parent",
    "questions-replaced": "from course.exam import sheet as made\nmade.read_block = lambda number: []",
    "rights-in-memory": (
        "for one in exam.block(1):\n    for option in one.options:\n        object.__setattr__(option, 'right', True)"
    ),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The set-up and the first sheet of the lesson, graded with several answers."""
    lesson = read_lesson(ROOT / "source/12-capstone/04-mock-exam.py")
    cells = tuple(cell for cell in lesson.cells if cell.role == "setup" or cell.name == "sheet-1")
    sheets = {
        "whole": RIGHT,
        "one-wrong": RIGHT | {SINGLE.number: WRONG},
        "one-blank": RIGHT | {SINGLE.number: ""},
        "three-only": dict(list(RIGHT.items())[:3]),
        "blank": dict.fromkeys(RIGHT, ""),
    }
    rounds = [
        Round(name, {"sheet-1": Answer("sheet-1", True, f"sheet_1 = {sheet!r}")}) for name, sheet in sheets.items()
    ]
    wrong = {SINGLE.number: WRONG}
    rounds += [
        Round(name, {"sheet-1": Answer("sheet-1", False, f"{code}\nsheet_1 = {wrong!r}")})
        for name, code in HOSTILE.items()
    ]
    scratch = tmp_path_factory.mktemp("exam")
    return grade_rounds(ROOT, replace(lesson, cells=cells), rounds, scratch, empty_gradebook())


@pytest.mark.parametrize(
    ("name", "points"), [("whole", 13), ("one-wrong", 12), ("one-blank", 12), ("three-only", 3), ("blank", 0)]
)
def test_a_sheet_earns_a_point_for_each_right_answer(graded, name, points):
    assert graded[name].scores == {"sheet-1": (points, 13)}
    assert not graded[name].stray


def test_an_untouched_sheet_is_told_to_begin(graded):
    assert graded["blank"].messages["sheet-1"].startswith("Write your answer in the cell above")


@pytest.mark.parametrize("name", HOSTILE)
def test_who_bends_the_exam_earns_nothing(graded, name):
    assert graded[name].scores == {"sheet-1": (0, 13)}
