"""After the answers: the reason for every option, and the lesson that teaches the matter."""

from __future__ import annotations

from functools import cache

from course.exam.bank import Question, block
from course.exam.page import Page
from course.exam.sheet import Sheet
from course.lessons.standing import standings


def reasons(number: int, answers: object) -> Page:
    """The reasons for the options of one block, wrong answers first; only for a sheet that is whole.

    >>> reasons(1, sheet_1)
    """
    sheet = Sheet(number, answers)
    if not sheet.whole:
        return Page(f"The reasons of block {number} are shown when its sheet is whole.\n\n{_as_list(sheet.problems)}")
    wrong = [question for question in block(number) if sheet.chosen[question.number] != question.right]
    right = [question for question in block(number) if question not in wrong]
    parts = [f"**Block {number}: {len(right)} of {len(right) + len(wrong)} right.**"]
    parts += [explained(question, sheet.chosen[question.number]) for question in wrong]
    if right:
        folded = "\n\n".join(explained(question, question.right) for question in right)
        parts.append(f"<details><summary>The reasons of those that you had right</summary>\n\n{folded}\n\n</details>")
    return Page("\n\n".join(parts))


def explained(question: Question, chosen: str) -> str:
    """One question with what was chosen, what is right and why, option by option."""
    sign, said = ("✓", "") if chosen == question.right else ("✗", f"You chose {chosen or 'nothing'}. ")
    options = "\n".join(
        f"- {'**' if option.right else ''}{option.letter} {option.text}{'**' if option.right else ''}  \n"
        f"  {'Right' if option.right else 'Wrong'}: {option.why}"
        for option in question.options
    )
    return (
        f"#### {sign} {question.number}\n\n{question.asked}\n\n{said}Right: **{question.right}**.\n\n"
        f"{options}\n\nRead again: {lesson_link(question.read)}"
    )


def lesson_link(name: str) -> str:
    """A link to a lesson, from the notebook of another section; a section without a lesson's name is only named."""
    title = _titles().get(name)
    return f"[{title}](../{name}.ipynb)" if title else f"section {name}"


@cache
def _titles() -> dict[str, str]:
    return {one.name: one.title for one in standings()}


def _as_list(lines: str) -> str:
    return "\n".join(f"- {line}" for line in lines.splitlines())
