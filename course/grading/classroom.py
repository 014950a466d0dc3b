"""A made-up class: a course folder with a released section and submissions that answer it from the answer banks."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import nbformat

from course.grading.answers import Answer, filled, read_bank, rounds
from course.lessons.notebook import to_notebook, write_notebook
from course.lessons.release import release_section
from course.lessons.source import Lesson, read_lesson


def make_class(
    root: Path, folder: Path, lessons: list[Path], students: int, seed: int = 1, database: str = ""
) -> dict[str, dict[str, list[str]]]:
    """Fill ``folder`` with a course that has released ``lessons`` (of one section) and ``students`` submissions.

    Returns for each student and lesson the exercises that were answered rightly.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(root / "nbgrader_config.py", folder / "nbgrader_config.py")
    parsed = [read_lesson(path) for path in lessons]
    section = parsed[0].name.partition("/")[0]
    for lesson in parsed:
        write_notebook(to_notebook(lesson), folder / "source" / f"{lesson.name}.ipynb")
    release_section(folder, section, database=database or f"sqlite:///{folder / 'gradebook.db'}")
    expected: dict[str, dict[str, list[str]]] = {}
    for number in range(students):
        student = f"student{number:04d}"
        chance = random.Random(f"{seed}-{number}")
        expected[student] = {}
        for lesson in parsed:
            answers = pick_answers(root, lesson, chance)
            released = nbformat.read(folder / "release" / f"{lesson.name}.ipynb", as_version=4)
            write_notebook(filled(released, answers), folder / "submitted" / student / f"{lesson.name}.ipynb")
            expected[student][lesson.name] = [name for name, answer in answers.items() if answer.right]
    return expected


def pick_answers(root: Path, lesson: Lesson, chance: random.Random) -> dict[str, Answer]:
    """Return an answer to most exercises: three in four of them right, some left blank."""
    bank, _problems = read_bank(root, lesson)
    reference = next(turn.answers for turn in rounds(lesson, bank) if turn.name == "reference")
    picked = {}
    for name, solution in reference.items():
        mark = chance.random()
        if mark < 0.08:
            continue
        wanted = mark < 0.75
        candidates = [answer for answer in bank if answer.exercise == name and answer.right == wanted]
        picked[name] = chance.choice([*candidates, solution] if wanted else candidates or [solution])
    return picked
