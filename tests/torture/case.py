"""Reads the table of hostile submissions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_HEAD = re.compile(
    r"^# %% (?P<name>[\w-]+) +outcome=(?P<outcome>\w+) points=(?P<points>\d+)"
    r"(?: in=(?P<place>\w+))?(?P<looks> looks)?$",
    re.M,
)
LOOKS = """
import course.lessons.checks as checks
class Blind:
    trusted = ()
    def replaced(self, *a, **k): return []
    def drop_foreign_handlers(self): pass
def win(frame):
    while frame is not None:
        for name in ("self", "judge"):
            one = frame.f_locals.get(name)
            if type(one).__name__ == "Judge":
                one._watch = Blind()
                checks._same = lambda *a: True
        frame = frame.f_back
"""
"""Before a case marked `looks`: what to do with a stack frame of the judge's, once you have one."""


@dataclass(frozen=True)
class Case:
    """One submission, and what must become of it."""

    name: str
    outcome: str
    points: int
    place: str
    code: str


def hostile_cases() -> list[Case]:
    """All cases of hostile.py."""
    text = (Path(__file__).parent / "hostile.py").read_text()
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        Case(
            head["name"],
            head["outcome"],
            int(head["points"]),
            head["place"] or "double",
            (LOOKS if head["looks"] else "") + text[head.end() : end],
        )
        for head, end in zip(heads, ends, strict=True)
    ]
