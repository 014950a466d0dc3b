"""Text that a notebook shows: questions as the learner reads them."""

from __future__ import annotations

from dataclasses import dataclass

from course.exam.bank import BLOCKS, Question, block
from course.exam.guide import guide


@dataclass(frozen=True)
class Page:
    """Markdown: laid out in a notebook, plain elsewhere."""

    text: str

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def show(number: int) -> Page:
    """The questions of one block, without answers.

    >>> show(1)
    """
    asked = block(number)
    minutes = guide().minutes / BLOCKS
    head = f"**Block {number} of {BLOCKS}**: {len(asked)} questions, {minutes:.0f} minutes"
    return Page("\n\n".join([head, *map(in_full, asked)]))


def in_full(question: Question) -> str:
    """One question with its options."""
    options = "\n".join(f"- **{option.letter}** {option.text}" for option in question.options)
    return f"#### {question.number}\n\n{question.asked}\n\n{options}"
