"""Show the course's own solution of an exercise, where the source of the lesson is at hand."""

from __future__ import annotations

import re

from course.lessons.current import current_lesson
from course.lessons.source import Cell

# A repair exercise holds the broken code first, then the mended one.
_BROKEN = re.compile(r"\A.*?(?=^### BEGIN SOLUTION)", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"^\s*### (BEGIN|END) SOLUTION\s*$\n?", re.MULTILINE)


def solution(exercise: str) -> None:
    """Show one way to solve an exercise. Another way that passes the check is as good.

    >>> solution("visibility-timeout")
    """
    cell = find_cell(current_lesson(), "exercise", exercise)
    if cell is None:
        print(
            f"No solution of '{exercise}' is kept here: this copy of the course comes without its source, or the "
            "lesson has no such exercise. The folded hint under the task helps further."
        )
        return
    text = _BROKEN.sub("", cell.source) if cell.tags.get("repair") else cell.source
    code = _MARK.sub("", text).strip("\n")
    from IPython.core.getipython import get_ipython

    if get_ipython() is None:
        print(code)
        return
    from IPython.display import Code, display

    display(Code(code, language="python"))


def find_cell(lesson: str, role: str, name: str) -> Cell | None:
    """A cell of the lesson's source, or nothing when the source is not at hand."""
    from course.lessons.places import course_root
    from course.lessons.source import read_lesson

    path = course_root() / "source" / f"{lesson}.py"
    return read_lesson(path).cell(role, name) if lesson and path.is_file() else None
