"""How far the learner is: the list of lessons laid over the remembered outcomes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from course.lessons.progress import State, records_of

SIGNS: dict[State, str] = {"right": "✓", "not yet": "✗", "not tried": "○"}

_INDEX = Path(__file__).with_name("index.json")  # written by `course build`


@dataclass(frozen=True)
class Standing:
    """How far one lesson is."""

    name: str
    title: str
    minutes: int
    exercises: dict[str, State]
    questions: dict[str, State]

    @property
    def section(self) -> str:
        return self.name.partition("/")[0]

    @property
    def states(self) -> dict[str, State]:
        """Exercises and questions together, in the order of the lesson."""
        return {**self.exercises, **self.questions}

    @property
    def done(self) -> bool:
        return right(self.states) == len(self.states)


def right(states: dict[str, State]) -> int:
    """How many are solved."""
    return sum(state == "right" for state in states.values())


def standings(folder: Path | None = None) -> list[Standing]:
    """All lessons in order; `folder` holds the progress (default: the one for the current folder)."""
    index = json.loads(_INDEX.read_text(encoding="utf-8"))
    return [
        _standing(name, entry["title"], entry["minutes"], entry["exercises"], entry["questions"], folder)
        for name, entry in index.items()
    ]


def _standing(
    name: str, title: str, minutes: int, exercises: list[str], questions: list[str], folder: Path | None
) -> Standing:
    records = records_of(name, folder)

    def states(names: list[str]) -> dict[str, State]:
        return {each: cast(State, records.get(each, {}).get("state", "not tried")) for each in names}

    return Standing(name, title, minutes, states(exercises), states(questions))
