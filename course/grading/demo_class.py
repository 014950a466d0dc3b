"""The class of `course demo`: about thirty learners of all kinds, made from the answer banks.

The same folder, section and number of learners give the same class: who knows what is drawn with a fixed seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from course.grading.answers import Answer, bank_path, filled, read_bank, rounds
from course.grading.classroom import make_class
from course.grading.demo_tricks import HOSTILE_NAME, TRICKS
from course.lessons.notebook import write_notebook
from course.lessons.source import Lesson, LessonError, read_lesson

LESSONS = 2
"""Lessons of the section that the class works on: enough to see everything, few enough for a minute."""

_NAMES = """Amara Okafor|Ben Novák|Chiara Rossi|Dawit Bekele|Elif Kaya|Farid Haddad|Grace Nakamura|Hanna Virtanen
Ivan Petrov|Jia Wei|Kwame Mensah|Leila Amiri|Mateo García|Noor van Dijk|Olga Kowalska|Pedro Alves|Quynh Trần
Ravi Iyer|Sofia Lindqvist|Tomás Ó Briain|Uma Devi|Viktor Horváth|Wanjiru Kamau|Ximena Flores|Yusuf Demir|Zoë Müller"""

NAMES = _NAMES.replace("\n", "|").split("|")


@dataclass(frozen=True)
class Student:
    """One member of the class: the name, how able, what they do, and how late."""

    name: str
    ability: float = 0.0
    habit: str = "works"
    late: timedelta = timedelta()


_SPECIAL = (
    Student("Blank Page", habit="blank"),
    Student("Empty Folder", habit="empty"),
    Student("Torn File", habit="torn"),
    Student("Mia Late", 0.9, late=timedelta(minutes=20)),
    Student("Nils Later", 0.3, late=timedelta(hours=7)),
    Student("Ada Latest", -0.2, late=timedelta(days=2, hours=5)),
    Student(HOSTILE_NAME, -1.0, habit="patches"),
    Student("=1+1", -1.0, habit="searches"),
    Student("Sly Script", -1.0, habit="script"),
    Student("Quick Exit", 0.5, habit="exits"),
    Student("No Tests", -1.0, habit="deletes"),
    Student("New Points", -1.0, habit="rewrites"),
    Student("Typo Everywhere", 0.5, habit="mistypes"),
    Student("Copy Paste", 1.0, habit="copies"),
)


def students(number: int) -> list[Student]:
    """Return the class: about half of it special, at most one of each kind; the rest work as well as they can."""
    chosen = list(_SPECIAL[: number // 2])
    chance = random.Random(7)
    for place in range(number - len(chosen)):
        again = place // len(NAMES)
        name = NAMES[place % len(NAMES)] + (f" {again + 1}" if again else "")
        chosen.append(Student(name, chance.gauss(0.6, 1.1)))
    return chosen


def stories(members: list[Student]) -> list[str]:
    """Return a line for each who does something out of the ordinary."""
    own = {
        "blank": "hands in an untouched notebook",
        "empty": "hands in nothing but a folder",
        "torn": "sends half a file",
    }
    lines = []
    for student in members:
        story = own.get(student.habit) or (TRICKS[student.habit].story if student.habit in TRICKS else "")
        if student.late:
            story = "is late"
        if story:
            lines.append(f"{student.name}: {story}")
    return lines


def lessons_of(root: Path, section: str) -> list[Path]:
    """Return the first lessons of the section that have an answer bank."""
    found = [
        path
        for path in sorted(root.glob(f"source/{section}/[0-9][0-9]-*.py"))
        if bank_path(root, f"{section}/{path.stem}").is_file()
    ]
    if not found:
        known = sorted({path.parent.name for path in root.glob("tests/answers/*/*.py")})
        where = f"it can show {', '.join(known)}" if known else "run it in a clone of the course's repository"
        raise LessonError(
            f"course demo needs lessons in {root / 'source' / section} and answers to them in "
            f"{root / 'tests' / 'answers' / section}, and finds none: {where}."
        )
    return found[:LESSONS]


def fill_class(root: Path, folder: Path, section: str, number: int) -> list[Student]:
    """Release the section into ``folder``, hand in the work of ``number`` students; returns them."""
    paths = lessons_of(root, section)
    make_class(root, folder, paths, 0)
    due = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0) - timedelta(days=4)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(section, duedate=due.replace(tzinfo=None))
    members = students(number)
    lessons = [read_lesson(path) for path in paths]
    banks = [_Bank(root, lesson) for lesson in lessons]
    for student in members:
        chance = random.Random(f"{section} {student.name}")
        place = folder / "submitted" / student.name / section
        place.mkdir(parents=True)
        handed_in = due + (student.late or -timedelta(hours=chance.uniform(1, 70)))
        (place / "timestamp.txt").write_text(handed_in.strftime("%Y-%m-%d %H:%M:%S UTC"))
        for bank in banks if student.habit != "empty" else []:
            _hand_in(folder / "release", place, bank, student, chance)
    return members


def _hand_in(release: Path, place: Path, bank: _Bank, student: Student, chance: random.Random) -> None:
    released = release / f"{bank.lesson.name}.ipynb"
    target = place / released.name
    if student.habit == "torn":
        text = released.read_text(encoding="utf-8")
        target.write_text(text[: len(text) // 2], encoding="utf-8")
        return
    notebook = nbformat.read(released, as_version=4)
    trick = TRICKS.get(student.habit)
    if student.habit != "blank":
        picked = bank.wrong(chance) if trick and trick.wrong else bank.pick(student.ability, chance)
        filled(notebook, dict(picked))
    if trick:
        trick.change(notebook)
    write_notebook(notebook, target)


class _Bank:
    """A lesson's answers, and how hard each exercise shall be for this class."""

    def __init__(self, root: Path, lesson: Lesson) -> None:
        self.lesson = lesson
        answers, _problems = read_bank(root, lesson)
        turns = rounds(lesson, answers)
        self._reference = next(turn.answers for turn in turns if turn.name == "reference")
        everything = [*answers, *(answer for turn in turns for answer in turn.answers.values())]
        self._answers = {
            name: {
                right: list(dict.fromkeys(a for a in everything if a.exercise == name and a.right == right))
                for right in (True, False)
            }
            for name in self._reference
        }
        chance = random.Random(lesson.name)
        self._difficulty = {name: chance.uniform(-1.9, 1.3) for name in self._reference}

    def pick(self, ability: float, chance: random.Random) -> Iterator[tuple[str, Answer]]:
        """Yield an answer to every exercise that somebody of this ability tries."""
        for name, difficulty in self._difficulty.items():
            known = 1 / (1 + exp(-1.7 * (ability - difficulty)))
            if chance.random() < known:
                yield name, chance.choice(self._answers[name][True])
            elif chance.random() < 0.8 and self._answers[name][False]:
                yield name, self._mistake(name, chance)

    def wrong(self, chance: random.Random) -> Iterator[tuple[str, Answer]]:
        """Yield a wrong answer to every exercise."""
        return ((name, self._mistake(name, chance)) for name, kinds in self._answers.items() if kinds[False])

    def _mistake(self, name: str, chance: random.Random) -> Answer:
        """Pick a wrong answer; the first ones in the bank are the most common, as in life."""
        found = self._answers[name][False]
        return chance.choices(found, [1 / (place + 1) for place in range(len(found))])[0]
