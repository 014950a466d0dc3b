"""Reads the table of hostile submissions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_HEAD = re.compile(
    r"^# %% (?P<name>[\w-]+) +outcome=(?P<outcome>\w+) points=(?P<points>\d+)(?: in=(?P<place>\w+))?$", re.M
)


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
        Case(head["name"], head["outcome"], int(head["points"]), head["place"] or "double", text[head.end() : end])
        for head, end in zip(heads, ends, strict=True)
    ]
