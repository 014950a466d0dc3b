"""The rules of form that every lesson keeps; each complaint names file, cell, what is wrong and what to do."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from course.lessons.questions import parse_question
from course.lessons.source import Cell, Lesson

_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_MOST_WORDS = 150  # between two things to run
_INTRODUCTION = "00-start"
_FEWEST, _MOST = 6, 10  # exercises a lesson


def complaints(lesson: Lesson) -> list[str]:
    """Everything that keeps this lesson from being built into a sound notebook."""
    rules = (_ids, _cells_belong_together, _python, _exercises, _questions)
    return [f"{lesson.path}{line}" for rule in rules for line in rule(lesson)]


def advice(lesson: Lesson) -> list[str]:
    """What a finished lesson must also keep; a lesson under way may still fall short of it."""
    rules = (_first_cells, _number_of_exercises, _hints, _words, _recap)
    return [f"{lesson.path}{line}" for rule in rules for line in rule(lesson)]


def _at(cell: Cell) -> str:
    return f":{cell.line}: {cell.role + ' ' if cell.role else ''}'{cell.name}'" if cell.role else f":{cell.line}:"


def _ids(lesson: Lesson) -> Iterator[str]:
    seen = Counter((cell.role, cell.name) for cell in lesson.cells if cell.role)
    for cell in lesson.cells:
        if cell.role and not _ID.match(cell.name):
            yield f"{_at(cell)}: ids are lower case words with hyphens, like visibility-timeout"
    for (role, name), count in seen.items():
        if count > 1:
            yield f": {role} '{name}' stands {count} times; every id stands once"
    for name in set(lesson.exercises) & set(lesson.questions):
        yield f": '{name}' is an exercise and a question; give one of them another id"


def _cells_belong_together(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if cell.role in ("exercise", "answer") and lesson.cell("check", cell.name) is None:
            yield f'{_at(cell)}: has no check cell; add  # %% check="{cell.name}"'
        if cell.role == "question" and lesson.cell("answer", cell.name) is None:
            yield f'{_at(cell)}: has no answer cell; add  # %% answer="{cell.name}"'
        if cell.role == "check" and not (lesson.cell("exercise", cell.name) or lesson.cell("answer", cell.name)):
            yield f"{_at(cell)}: checks nothing; there is no exercise or answer cell with this id"
        if cell.role == "question" and cell.kind != "markdown":
            yield f"{_at(cell)}: is a code cell; a question is a [markdown] cell"
        if cell.role in ("setup", "exercise", "check", "answer") and cell.kind != "code":
            yield f"{_at(cell)}: is a markdown cell; it must hold code"


def _python(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if cell.kind != "code":
            continue
        try:
            compile(cell.source, str(lesson.path), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            yield f"{_at(cell)}: line {error.lineno} is not Python: {error.msg}"


def _exercises(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if cell.role == "exercise" and "### BEGIN SOLUTION" not in cell.source:
            yield f"{_at(cell)}: has no ### BEGIN SOLUTION ... ### END SOLUTION"
        if cell.role == "check" and lesson.cell("exercise", cell.name):
            if not re.search(rf'check\(\s*"{cell.name}"', cell.source):
                yield f'{_at(cell)}: must say  with check("{cell.name}", ...) as expect:'
            if "### BEGIN HIDDEN TESTS" not in cell.source:
                yield f"{_at(cell)}: has no hidden tests; repeat the check with other inputs, or a fixed answer passes"
        if cell.role not in ("exercise", "check") and re.search(r"### (BEGIN|END) (SOLUTION|HIDDEN)", cell.source):
            yield f"{_at(cell)}: holds solution or hidden-test marks outside an exercise or check cell"


def _questions(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if cell.role != "question":
            continue
        try:
            asked = parse_question(cell.source)
        except ValueError as error:
            yield f"{_at(cell)}: {error}"
            continue
        answer, check = lesson.cell("answer", cell.name), lesson.cell("check", cell.name)
        if answer and answer.source.strip() != f'answer = "{asked.right}"':
            yield f'{_at(answer)}: must be  answer = "{asked.right}"  as marked [x] in the question'
        if check and check.source.strip() != f'question("{cell.name}", answer)':
            yield f'{_at(check)}: must be  question("{cell.name}", answer)'


def _first_cells(lesson: Lesson) -> Iterator[str]:
    first = next((cell for cell in lesson.cells if cell.kind == "code"), None)
    if first is None or first.role != "setup" or f'lesson("{lesson.name}")' not in first.source:
        yield f': the first code cell must be a setup cell that says lesson("{lesson.name}") and lab.start()'
    if not lesson.cells or not lesson.cells[0].source.startswith("# "):
        yield ": must begin with a markdown cell whose first line is the title, '# ...'"


def _number_of_exercises(lesson: Lesson) -> Iterator[str]:
    if lesson.section == _INTRODUCTION:
        return  # it shows how lessons work and teaches no topic of the syllabus
    if not _FEWEST <= len(lesson.exercises) <= _MOST:
        yield f": has {len(lesson.exercises)} exercises; a lesson carries {_FEWEST} to {_MOST}"
    if not 3 <= len(lesson.questions) <= 5:
        yield f": has {len(lesson.questions)} scenario questions; a lesson ends with 3 to 5"
    if not 10 <= len(lesson.header.topics) <= 18:
        yield f": names {len(lesson.header.topics)} topics; a lesson carries 10 to 18"


def _hints(lesson: Lesson) -> Iterator[str]:
    """Between an exercise's task and its check there is a folded hint."""
    for name in lesson.exercises:
        place = next(n for n, cell in enumerate(lesson.cells) if cell.role == "exercise" and cell.name == name)
        before = next((c for c in reversed(lesson.cells[:place]) if c.kind == "markdown"), None)
        near = [before, *(c for c in lesson.cells[place + 1 : place + 4] if c.kind == "markdown")]
        if not any(c and "<details>" in c.source for c in near):
            yield f": exercise '{name}' has no folded hint; add <details><summary>Hint</summary> ... </details>"


def _words(lesson: Lesson) -> Iterator[str]:
    words, begin = 0, 0
    for cell in lesson.cells:
        if cell.kind == "code" or cell.role == "question":
            words = 0
            continue
        begin = cell.line if not words else begin
        # Headings are signposts; folded hints are read only when wanted.
        text = re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)
        words += len(re.findall(r"\w[\w'-]*", re.sub(r"^#.*$", "", text, flags=re.MULTILINE)))
        if words > _MOST_WORDS:
            yield f":{begin}: {words} words before the next thing to run; at most {_MOST_WORDS}. Split, show or cut"
            words = 0


def _recap(lesson: Lesson) -> Iterator[str]:
    code = [cell for cell in lesson.cells if cell.kind == "code"]
    if not code or code[-1].source.strip() != "progress()":
        yield ": the last code cell must be  progress()"
