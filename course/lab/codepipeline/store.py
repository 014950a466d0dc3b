"""Pipelines, their executions and the actions in them.

https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from course.lab.clock import clock
from course.lab.place import Place


@dataclass
class Action:
    """An action in one execution."""

    stage: str
    name: str
    execution_id: str
    status: str = "InProgress"
    summary: str = ""
    error: dict[str, str] = field(default_factory=dict)
    token: str = ""
    external_id: str = ""
    url: str = ""
    start: dt.datetime = field(default_factory=clock.now)
    updated: dt.datetime = field(default_factory=clock.now)
    answer: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    outputs: list[dict[str, Any]] = field(default_factory=list)

    def enter(self, status: str, summary: str = "", code: str = "") -> None:
        self.status, self.summary, self.updated = status, summary or self.summary, clock.now()
        if code:
            self.error = {"code": code, "message": summary}


@dataclass
class Execution:
    """A run of a pipeline with its artifacts and variables."""

    execution_id: str
    pipeline: str
    version: int
    trigger: dict[str, str]
    status: str = "InProgress"
    summary: str = ""
    stage: str = ""
    stages: dict[str, str] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)
    artifacts: dict[str, tuple[str, str]] = field(default_factory=dict)
    revisions: list[dict[str, Any]] = field(default_factory=list)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    start: dt.datetime = field(default_factory=clock.now)
    updated: dt.datetime = field(default_factory=clock.now)
    stop_wanted: bool = False
    again: str = ""
    """The stage that somebody wants to try again."""

    def latest(self, stage: str, name: str) -> Action | None:
        found = [one for one in self.actions if (one.stage, one.name) == (stage, name)]
        return found[-1] if found else None


@dataclass
class Pipeline:
    """A pipeline: its structure, its executions, and which transitions are closed."""

    name: str
    place: Place
    structure: dict[str, Any]
    version: int = 1
    created: dt.datetime = field(default_factory=clock.now)
    updated: dt.datetime = field(default_factory=clock.now)
    executions: dict[str, Execution] = field(default_factory=dict)
    closed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Stages that nothing may enter: {stage: (reason, who)}."""
    holders: dict[str, str] = field(default_factory=dict)
    """Which execution is in a stage."""
    seen: dict[str, str] = field(default_factory=dict)
    """The last revision that a polling source has seen."""

    @property
    def arn(self) -> str:
        return f"arn:aws:codepipeline:{self.place.region}:{self.place.account}:{self.name}"

    def stage(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.structure["stages"] if one["name"] == name)
        return found


@dataclass
class Kept:
    """All that an account keeps in a Region."""

    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    jobs: dict[str, Action] = field(default_factory=dict)


def kept(place: Place) -> Kept:
    """What this account keeps in this Region."""
    return place.kept("codepipeline", "lab_codepipeline", Kept)
