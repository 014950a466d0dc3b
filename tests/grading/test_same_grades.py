"""Same submissions, same grades and outputs as by nbgrader's own executor, for the answers to all lessons.

By itself this grades a few notebooks, drawn anew when lessons are added. All answers to some lessons, or to all:

    COURSE_ALL_ANSWERS=06-messaging/01-sqs,01-iam python -m pytest tests/grading/test_same_grades.py -n 0
    COURSE_ALL_ANSWERS=1 python -m pytest tests/grading/test_same_grades.py -n 0
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from course.grading.answers import Round, filled, read_bank, rounds
from course.grading.run import grade_section
from course.lessons.notebook import to_notebook, write_notebook
from course.lessons.release import convert, load_config, release_section
from course.lessons.source import Lesson, find_lessons, read_lesson

ROOT = Path(__file__).resolve().parents[2]
ALL = os.environ.get("COURSE_ALL_ANSWERS", "")
SAMPLE = 2


def _plan() -> dict[str, list[tuple[Lesson, Round]]]:
    """Which notebooks to grade, by section: all answers, or for some lessons one notebook of right and wrong ones."""
    paths = find_lessons(ROOT, "")
    if ALL:
        wanted = ("",) if ALL == "1" else tuple(ALL.split(","))
        lessons = [lesson for lesson in map(read_lesson, paths) if lesson.name.startswith(wanted)]
        every = [(lesson, item) for lesson in lessons for item in _rounds(lesson)]
    else:  # reading a lesson takes time, so draw first
        chance = random.Random(len(paths))
        lessons = [read_lesson(path) for path in chance.sample(paths, min(SAMPLE, len(paths)))]
        mixed = {
            lesson.name: [item for item in _rounds(lesson) if item.name.startswith("round-")] for lesson in lessons
        }
        every = [(lesson, chance.choice(mixed[lesson.name])) for lesson in lessons if mixed[lesson.name]]
    plan = defaultdict(list)
    for lesson, item in every:
        plan[lesson.name.partition("/")[0]].append((lesson, item))
    return plan


def _rounds(lesson: Lesson) -> list[Round]:
    return rounds(lesson, read_bank(ROOT, lesson)[0])


PLAN = _plan()


def _class(folder: Path, section: str, plan: list[tuple[Lesson, Round]]) -> None:
    """A course folder with one section released, and one student for each notebook."""
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    for lesson in {lesson.name: lesson for lesson, _item in plan}.values():
        write_notebook(to_notebook(lesson), folder / "source" / f"{lesson.name}.ipynb")
    release_section(folder, section, database=_database(folder))
    for lesson, item in plan:
        notebook = filled(nbformat.read(folder / "release" / f"{lesson.name}.ipynb", as_version=4), item.answers)
        student = f"{lesson.name.rpartition('/')[2]}-{item.name}"
        write_notebook(notebook, folder / "submitted" / student / f"{lesson.name}.ipynb")


def _by_nbgrader(folder: Path, section: str) -> None:
    config = load_config(folder)
    config.CourseDirectory.db_url = _database(folder)
    config.CourseDirectory.assignment_id = section
    config.Autograde.autograde_preprocessors = Autograde.class_traits()["autograde_preprocessors"].default()
    convert(Autograde(coursedir=CourseDirectory(config=config), config=config))


def _database(folder: Path) -> str:
    return f"sqlite:///{folder / 'gradebook.db'}"


@pytest.fixture(scope="module", params=sorted(PLAN))
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """A section graded twice: by nbgrader's executor, and by ours in the sandbox."""
    section = request.param
    stock, ours = (tmp_path_factory.mktemp(section) / name for name in ("stock", "ours"))
    _class(stock, section, PLAN[section])
    shutil.copytree(stock, ours)
    _by_nbgrader(stock, section)
    results = grade_section(ours, section, jobs=2, database=_database(ours))
    assert {result.outcome for result in results} == {"ran"}, results
    return section, stock, ours


def test_every_test_cell_has_the_same_score(graded: tuple[str, Path, Path]) -> None:
    section, stock, ours = graded
    expected = _scores(stock, section)
    assert _scores(ours, section) == expected
    assert any(facts[0] for facts in expected.values())


def _scores(folder: Path, section: str) -> dict[tuple[str, ...], tuple[Any, ...]]:
    with Gradebook(_database(folder)) as gradebook:
        return {
            (entry.student.id, notebook.name, grade.name): (grade.auto_score, grade.max_score, grade.needs_manual_grade)
            for entry in gradebook.assignment_submissions(section)
            for notebook in entry.notebooks
            for grade in notebook.grades
        }


def test_every_cell_shows_the_same(graded: tuple[str, Path, Path]) -> None:
    section, stock, ours = graded
    paths = sorted(path.relative_to(stock) for path in stock.glob(f"autograded/*/{section}/*.ipynb"))
    assert len(paths) == len(PLAN[section])
    for path in paths:
        theirs, mine = (nbformat.read(folder / path, as_version=4) for folder in (stock, ours))
        for cell, other in zip(theirs.cells, mine.cells, strict=True):
            assert other.source == cell.source
            assert _shown(other) == _shown(cell), f"{path}: {cell.source[:200]}"


def _shown(cell: NotebookNode) -> list[Any]:
    """What a cell shows, without what is drawn by lot or told by the clock in every run.

    Text on one stream counts as one piece: into how many a kernel cuts it is a matter of timing.
    """
    texts: dict[str, str] = defaultdict(str)
    shown: list[Any] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            texts[output.name] += output.text
        elif output.output_type == "error":
            shown.append((output.ename, _steady(output.evalue), len(output.traceback)))
        else:
            kinds = sorted(output.data)
            data = [_steady(json.dumps(output.data[kind])) for kind in kinds if "image" not in kind]
            shown.append((output.output_type, kinds, data))
    return [*shown, {name: _steady(text) for name, text in texts.items()}]


def _steady(text: str) -> str:
    text = re.sub(r"base64,[\w+/=]+", "base64", text)  # a chart of measured times has other pixels each time
    text = re.sub(r"[0-9A-Za-z+/=]{20,}\.*", "#", text)  # tokens, which need not hold a digit
    return re.sub(r"[0-9A-Za-z_-]*\d[0-9A-Za-z_.:+/=-]*", "#", text)
