"""The result of the whole exam: an estimate of the score, the domains, and what to read again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import Any

from course.exam.bank import BLOCKS, Question, block, questions
from course.exam.guide import guide
from course.exam.page import Page
from course.exam.reasons import explained, lesson_link
from course.exam.sheet import Sheet


@dataclass(frozen=True)
class Mark:
    """A question and the letters that were chosen; no letters if it was left blank or cannot be read."""

    question: Question
    chosen: str

    @property
    def right(self) -> bool:
        return self.chosen == self.question.right


@dataclass(frozen=True)
class Result:
    """What became of all questions."""

    marks: tuple[Mark, ...]
    unfinished: tuple[int, ...] = ()
    """Blocks whose sheets are not whole: their reasons are not shown yet."""

    @property
    def right(self) -> int:
        """How many questions are right."""
        return sum(mark.right for mark in self.marks)

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(bool(mark.chosen) for mark in self.marks)

    @property
    def score(self) -> int:
        """An estimate: a straight line from the lowest score for nothing to the highest for everything right."""
        return _scaled(self.right / len(self.marks))

    @property
    def range(self) -> tuple[int, int]:
        """The score one standard error up and down: as much as the luck of 65 questions makes."""
        share = self.right / len(self.marks)
        error = sqrt(share * (1 - share) / len(self.marks))
        return _scaled(max(0.0, share - error)), _scaled(min(1.0, share + error))

    @property
    def passed(self) -> bool:
        """Whether the estimate reaches the pass mark."""
        return self.score >= guide().passing

    def by_domain(self) -> dict[str, tuple[int, int]]:
        """For each domain, how many are right, and of how many.

        >>> result(*sheets).by_domain()["Security"]
        (13, 17)
        """
        found: dict[str, tuple[int, int]] = {}
        for domain in guide().domains:
            here = [mark for mark in self.marks if mark.question.domain == domain]
            found[domain.name] = (sum(mark.right for mark in here), len(here))
        return found

    def chart(self) -> Any:
        """The share of right answers by domain; a sentence if there is nothing to draw."""
        if not self.answered:
            return Page("There is nothing to draw yet: no question is answered.")
        from course import charts

        shares = {name: 100 * right / of for name, (right, of) in self.by_domain().items()}
        return charts.bars(
            shares,
            headline=_finding(shares),
            subtitle="right answers by domain of the exam",
            unit="percent",
            highlight=[name for name, share in shares.items() if share == min(shares.values()) < max(shares.values())],
            source="your answers to this mock exam",
        )

    def _repr_markdown_(self) -> str:
        if not self.answered:
            return "No question is answered yet. Fill in a sheet, run its cell, and run this one again."
        told = {question for number in _told(self.unfinished) for question in block(number)}
        wrong = [mark for mark in self.marks if not mark.right and mark.question in told]
        parts = [self._verdict(), self._table()]
        if self.unfinished:
            numbers = ", ".join(map(str, self.unfinished))
            parts.append(f"Not whole yet, so without reasons: the sheets of the blocks {numbers}.")
        if wrong:
            parts += [_to_read(wrong), "### What was not right"]
            parts += [explained(mark.question, mark.chosen) for mark in wrong]
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        return self._repr_markdown_()

    def _verdict(self) -> str:
        low, high = self.range
        sitting, mark = guide(), guide().passing
        words = "above" if self.passed else "below"
        close = " Too close to call." if low <= mark <= high and low < high else ""
        return (
            f"### {self.right} of {len(self.marks)} right: about {self.score:,} points, "
            f"{words} the pass mark of {mark}\n\n"
            f"> **This is an estimate.** AWS does not publish how it turns answers into {sitting.lowest} to "
            f"{sitting.highest:,} points, and counts only {sitting.scored} of {sitting.questions} questions. Here the "
            f"scale is a straight line. Another set of questions may as well have given {low} or {high}.{close}"
        )

    def _table(self) -> str:
        rows = [f"| {name} | {right} | {of} | {right / of:.0%} |" for name, (right, of) in self.by_domain().items()]
        return "\n".join(["| domain | right | of | share |", "|---|---|---|---|", *rows])


def result(*sheets: object) -> Result:
    """The result of all blocks, in their order; a sheet that is missing counts as blank.

    >>> result(sheet_1, sheet_2, sheet_3, sheet_4, sheet_5).score
    """
    filled = [*sheets, *({} for _ in range(BLOCKS - len(sheets)))]
    read = [Sheet(number, answers) for number, answers in enumerate(filled[:BLOCKS], 1)]
    chosen = {number: letters for sheet in read for number, letters in sheet.chosen.items()}
    marks = tuple(Mark(question, chosen.get(question.number, "")) for question in questions())
    return Result(marks, tuple(sheet.number for sheet in read if not sheet.whole))


def _told(unfinished: tuple[int, ...]) -> list[int]:
    return [number for number in range(1, BLOCKS + 1) if number not in unfinished]


def _scaled(share: float) -> int:
    sitting = guide()
    return round(sitting.lowest + (sitting.highest - sitting.lowest) * share)


def _finding(shares: dict[str, float]) -> str:
    best, worst = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    if shares[best] == shares[worst]:
        return f"All domains stand at {shares[best]:.0f} percent"
    return f"{best} stands at {shares[best]:.0f} percent, {worst} at {shares[worst]:.0f}"


def _to_read(wrong: list[Mark]) -> str:
    lessons = Counter(mark.question.read for mark in wrong)
    numbers = {name: [m.question.number for m in wrong if m.question.read == name] for name in lessons}
    lines = [f"- {lesson_link(name)} ({', '.join(numbers[name])})" for name, _ in lessons.most_common()]
    return "\n".join(["### To read again", "", *lines])
