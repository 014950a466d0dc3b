"""Scenario questions: the learner writes `answer = "B"`; each option has its reason.

Authors write question, options and reasons in one markdown cell (see docs/authors.md). In the released notebook the
reasons travel sealed in the check cell, so that nobody reads them by accident. The seal keeps a secret from the
eye, not from an attacker: with four options, trying is enough.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import zlib
from dataclasses import dataclass

from course.lessons.current import current_lesson
from course.lessons.outcome import NotTried, NotYet, Right, show
from course.lessons.progress import record

_OPTION = re.compile(r"^- \[(?P<mark>[ xX])\] \*\*(?P<letter>[A-H])\*\*\s+(?P<text>.+)$")
_REASON = re.compile(r"^\s+>\s?(?P<reason>.*)$")


@dataclass(frozen=True)
class Option:
    """One possible answer."""

    letter: str
    text: str
    right: bool
    reason: str


@dataclass(frozen=True)
class Question:
    """A scenario with its options."""

    text: str
    options: tuple[Option, ...]

    @property
    def right(self) -> str:
        return next(option.letter for option in self.options if option.right)

    def asked(self) -> str:
        """The question as the learner sees it."""
        options = "\n".join(f"- **{option.letter}** {option.text}" for option in self.options)
        return f"{self.text}\n\n{options}"


def parse_question(markdown: str) -> Question:
    """Read a question as authors write it; complains in words when its form is off."""
    text: list[str] = []
    options: list[dict[str, str]] = []
    for line in markdown.strip().splitlines():
        if option := _OPTION.match(line):
            options.append({**option.groupdict(), "reason": ""})
        elif options and (reason := _REASON.match(line)):
            options[-1]["reason"] = f"{options[-1]['reason']} {reason['reason']}".strip()
        elif options and line.startswith("  ") and not options[-1]["reason"]:
            options[-1]["text"] += " " + line.strip()
        elif options and line.strip():
            raise ValueError(f"this line belongs to no option: {line!r}. Options come last, reasons start with '> '")
        elif not options:
            text.append(line)
    if len(options) < 3:
        raise ValueError(f"has {len(options)} options; write three or more, each as '- [ ] **A** text'")
    letters = "".join(option["letter"] for option in options)
    if letters != "ABCDEFGH"[: len(letters)]:
        raise ValueError(f"has the options {letters}; letters run A, B, C ... in order")
    if sum(option["mark"] != " " for option in options) != 1:
        raise ValueError("must have exactly one right option, marked '- [x]'")
    for entry in options:
        if not entry["reason"]:
            raise ValueError(f"option {entry['letter']} has no reason; write it below as '  > because ...'")
    return Question(
        "\n".join(text).strip(),
        tuple(Option(o["letter"], o["text"], o["mark"] != " ", o["reason"]) for o in options),
    )


def seal(name: str, asked: Question) -> str:
    """The options' reasons in a form that cannot be read by accident."""
    data = [[option.letter, option.right, option.reason] for option in asked.options]
    packed = zlib.compress(json.dumps(data).encode(), 9)
    return base64.b64encode(_veil(name, packed)).decode()


def unseal(name: str, sealed: str) -> dict[str, tuple[bool, str]]:
    """The reasons of each option, by letter."""
    data = json.loads(zlib.decompress(_veil(name, base64.b64decode(sealed))))
    return {letter: (right, reason) for letter, right, reason in data}


def _veil(name: str, data: bytes) -> bytes:
    mask = hashlib.shake_256(f"question:{name}".encode()).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, mask, strict=True))


def question(name: str, answer: object, sealed: str = "") -> None:
    """Check the answer to a scenario question and tell the reason.

    >>> question("poison-message", answer)
    """
    try:
        message = _judge(name, answer, sealed)
    except NotYet as outcome:
        record(current_lesson(), name, "not tried" if isinstance(outcome, NotTried) else "not yet")
        raise
    record(current_lesson(), name, "right")
    show(Right(name, message))


def _judge(name: str, answer: object, sealed: str) -> str:
    reasons = unseal(name, sealed) if sealed else _from_source(name)
    letters = ", ".join(reasons)
    if type(answer) is not str or not answer.strip():
        raise NotTried(name, f'Write one of {letters} between the quotes, for example answer = "A".')
    letter = sys.intern(answer.strip().upper())
    if letter not in reasons:
        raise NotYet(name, f"'{answer}' is not one of the options {letters}.")
    right, reason = reasons[letter]
    if not right:
        raise NotYet(name, f"Not {letter}. {reason}")
    others = [f"{other}: {why}" for other, (_, why) in reasons.items() if other != letter]
    return "\n".join([f"{letter}: {reason}", *others])


def _from_source(name: str) -> dict[str, tuple[bool, str]]:
    """An author runs the lesson from `source/`, where nothing is sealed."""
    from course.lessons.solutions import find_cell

    cell = find_cell(current_lesson(), "question", name)
    if cell is None:
        raise NotYet(name, "The reasons are sealed into the released lesson. Run `course build` and open that one.")
    return {option.letter: (option.right, option.reason) for option in parse_question(cell.source).options}
