"""Answer banks: for every exercise other right answers and typical wrong ones, in `tests/answers/`.

    # %% right="visibility-timeout"
    # %% wrong="visibility-timeout" says="30 seconds"

A wrong answer scores zero for its exercise and costs no other; its message holds the words in `says`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course.lessons.questions import parse_question
from course.lessons.source import Lesson, read_cells

FEWEST_RIGHT, FEWEST_WRONG = 1, 2

_MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """One answer to one exercise or question, and what must become of it."""

    exercise: str
    right: bool
    code: str
    says: str = ""
    place: str = ""  # file and line, for complaints


@dataclass(frozen=True)
class Round:
    """One graded notebook: an answer to every exercise, or the untouched notebook when `answers` is empty."""

    name: str
    answers: dict[str, Answer]


def bank_path(root: Path, lesson: str) -> Path:
    """The file with the answers to a lesson."""
    return root / "tests" / "answers" / f"{lesson}.py"


def read_bank(root: Path, lesson: Lesson) -> tuple[list[Answer], list[str]]:
    """The answers of a lesson's bank, and complaints about the bank itself."""
    path = bank_path(root, lesson.name)
    if not path.is_file():
        return [], [f"{path}: is missing; `course new` shows how an answer bank looks"]
    answers, problems = [], []
    for cell in read_cells(path):
        if cell.kind != "code":
            continue
        name = str(cell.tags.get("right") or cell.tags.get("wrong") or "")
        place = f"{path}:{cell.line}"
        if name not in lesson.exercises:
            problems.append(f'{place}: \'{name}\' is no exercise of {lesson.name}; tag it right="id" or wrong="id"')
            continue
        if "wrong" in cell.tags and not cell.tags.get("says"):
            problems.append(f"{place}: wrong answer to '{name}' lacks says=\"words of its message\"")
        answers.append(Answer(name, "right" in cell.tags, cell.source, str(cell.tags.get("says", "")), place))
    for name in lesson.exercises:
        right = sum(answer.exercise == name and answer.right for answer in answers)
        wrong = sum(answer.exercise == name and not answer.right for answer in answers)
        if right < FEWEST_RIGHT or wrong < FEWEST_WRONG:
            problems.append(
                f"{path}: exercise '{name}' has {right} right and {wrong} wrong answers; "
                f"write at least {FEWEST_RIGHT} and {FEWEST_WRONG}"
            )
    return answers, problems


def rounds(lesson: Lesson, answers: list[Answer]) -> list[Round]:
    """Pack all answers into few notebooks.

    Every second exercise begins with its right answers, the others with their wrong ones; and where an exercise has no
    answer left behind a wrong one, the course's own stands: so a wrong answer that costs its neighbour shows.
    """
    reference = _reference(lesson)
    queues: list[tuple[str, list[Answer]]] = []
    for place, name in enumerate(reference):
        wrong = [a for a in answers if a.exercise == name and not a.right] + _wrong_options(lesson, name)
        right = [a for a in answers if a.exercise == name and a.right] or [reference[name]]
        queues.append((name, [*right, *wrong] if place % 2 else [*wrong, *right]))
    result = [Round("untouched", {}), Round("reference", reference)]
    for turn in range(max((len(queue) for _, queue in queues), default=0)):
        chosen: dict[str, Answer] = {}
        after_wrong = False
        for name, queue in queues:
            if turn < len(queue):
                chosen[name] = queue[turn]
            elif after_wrong:
                chosen[name] = reference[name]
            after_wrong = name in chosen and not chosen[name].right
        result.append(Round(f"round-{turn + 1}", chosen))
    return result


def filled(released: NotebookNode, answers: dict[str, Answer]) -> NotebookNode:
    """The released notebook with these answers written into it, as a learner would."""
    for cell in released.cells:
        name = cell.metadata.get("exercise") or cell.metadata.get("answer")
        if name in answers:
            cell.source = answers[name].code
    return released


def _reference(lesson: Lesson) -> dict[str, Answer]:
    found = {}
    for cell in lesson.cells:
        if cell.role in ("exercise", "answer"):
            place = f"{lesson.path}:{cell.line}"
            found[cell.name] = Answer(cell.name, True, _MARKS.sub("", cell.source), place=place)
    return found


def _wrong_options(lesson: Lesson, name: str) -> list[Answer]:
    cell = lesson.cell("question", name)
    if cell is None:
        return []
    return [
        Answer(name, False, f'answer = "{option.letter}"', f"Not {option.letter}.", f"{lesson.path}:{cell.line}")
        for option in parse_question(cell.source).options
        if not option.right
    ]
