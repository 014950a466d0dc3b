"""The questions: read from `questions/`, put into the order of the exam, numbered, cut into blocks.

A file holds the questions of one task statement. The exam mixes them: each domain, and in it each statement, is spread
evenly over all 65, so every block has its share of everything. The same files always give the same exam.

    - id: parcel-notices
      read: 06-messaging/03-sns        # the lesson that teaches it
      topics: [sns.message-filtering]  # ids of course/lessons/topics.csv
      services: [sns, sqs]
      asks: A parcel company ...       # "(Choose two.)" is added by itself
      options:                         # A, B, C ... in this order
      - wrong: ...
        why: ...
      - right: ...
        why: ...
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from course.exam.guide import Domain, guide

FOLDER = Path(__file__).with_name("questions")
BLOCKS = 5
LETTERS = "ABCDEF"
_WORDS = {2: "two", 3: "three"}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it is compiled in


class ExamError(ValueError):
    """A question is not in the form that the exam needs. The message names file, question and remedy."""


@dataclass(frozen=True)
class Option:
    """One possible answer, with the reason why it is right or wrong."""

    letter: str
    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A scenario with its options, and the lesson that teaches it."""

    id: str
    task: str  # a task statement of AWS's guide, "1.1" to "4.3"
    asks: str
    options: tuple[Option, ...]
    topics: tuple[str, ...]
    services: tuple[str, ...]
    read: str  # a lesson such as "06-messaging/01-sqs", or a section
    number: str = ""  # "q01" to "q65"

    @property
    def right(self) -> str:
        """The letters of the right options, in order."""
        return "".join(option.letter for option in self.options if option.right)

    @property
    def domain(self) -> Domain:
        """The domain of the guide that the question counts for."""
        return guide().domain_of(self.task)

    @property
    def asked(self) -> str:
        """The scenario, and how many options to choose if it is more than one."""
        many = len(self.right)
        return self.asks if many == 1 else f"{self.asks} **(Choose {_WORDS[many]}.)**"


@cache
def questions() -> tuple[Question, ...]:
    """All questions in the order of the exam.

    >>> len(questions())
    65
    """
    return read_questions()


def block(number: int) -> tuple[Question, ...]:
    """The questions of one block, 1 to 5.

    >>> [question.number for question in block(2)][:2]
    ['q14', 'q15']
    """
    return _cut(questions(), number)


def read_questions() -> tuple[Question, ...]:
    """All questions, read from their files this moment: for marks, on which nothing kept in memory may have a say."""
    files = {path.name.partition("-")[0]: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}
    domains = [_dealt([files[task] for task in domain.tasks]) for domain in guide().domains]
    return tuple(replace(question, number=f"q{place:02}") for place, question in enumerate(_dealt(domains), 1))


def read_block(number: int) -> tuple[Question, ...]:
    """The questions of one block, read from their files this moment."""
    return _cut(read_questions(), number)


def _dealt(piles: list[list[Question]]) -> list[Question]:
    """One pile of all, in which each is spread evenly from top to bottom."""
    places = [
        ((place + 0.5) / len(pile), number, question)
        for number, pile in enumerate(piles)
        for place, question in enumerate(pile)
    ]
    return [question for _, _, question in sorted(places, key=lambda one: one[:2])]


def _cut(asked: tuple[Question, ...], number: int) -> tuple[Question, ...]:
    if number not in range(1, BLOCKS + 1):
        raise ExamError(f"There is no block {number!r}; the exam has the blocks 1 to {BLOCKS}.")
    size = len(asked) // BLOCKS
    return asked[(number - 1) * size : number * size]


def _read(path: Path) -> list[Question]:
    task = path.name.partition("-")[0]
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    return [_question(path, task, entry) for entry in entries]


def _question(path: Path, task: str, entry: dict[str, Any]) -> Question:
    where = f"{path.name}: question {entry.get('id', '?')!r}"
    missing = {"id", "read", "topics", "services", "asks", "options"} - set(entry)
    if missing:
        raise ExamError(f"{where} lacks {', '.join(sorted(missing))}")
    options = tuple(_options(where, entry["options"]))
    right = sum(option.right for option in options)
    if (right, len(options)) not in {(1, 4), (2, 5), (2, 6), (3, 6)}:
        raise ExamError(f"{where} has {right} right of {len(options)} options; write 1 of 4, 2 of 5 or 6, or 3 of 6")
    return Question(
        id=entry["id"],
        task=task,
        asks=entry["asks"].strip(),
        options=options,
        topics=tuple(entry["topics"]),
        services=tuple(entry["services"]),
        read=entry["read"],
    )


def _options(where: str, entries: list[dict[str, str]]) -> Iterable[Option]:
    for letter, entry in zip(LETTERS, entries, strict=False):
        if set(entry) not in ({"right", "why"}, {"wrong", "why"}):
            raise ExamError(f"{where}: option {letter} must have 'right' or 'wrong' with its text, and 'why'")
        text = entry.get("right") or entry.get("wrong") or ""
        yield Option(letter, text.strip(), "right" in entry, entry["why"].strip())
