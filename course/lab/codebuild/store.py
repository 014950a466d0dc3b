"""Projects, builds and reports.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from course.lab.clock import clock
from course.lab.place import Place


@dataclass
class Phase:
    """A phase of a build, with what went wrong in it."""

    kind: str
    start: dt.datetime = field(default_factory=clock.now)
    end: dt.datetime | None = None
    status: str = ""
    code: str = ""
    message: str = ""

    def finish(self, status: str = "SUCCEEDED", code: str = "", message: str = "") -> None:
        self.end, self.status, self.code, self.message = clock.now(), status, code, message

    def shown(self) -> dict[str, Any]:
        row: dict[str, Any] = {"phaseType": self.kind, "startTime": self.start}
        if self.end:
            seconds = round((self.end - self.start).total_seconds())
            row |= {"phaseStatus": self.status, "endTime": self.end, "durationInSeconds": seconds}
            row["contexts"] = [{"statusCode": self.code, "message": self.message}]
        return row


@dataclass
class Build:
    """One build: the project's settings as they were, with what the caller of StartBuild changed."""

    build_id: str
    arn: str
    number: int
    place: Place
    project: dict[str, Any]
    source_version: str
    initiator: str
    status: str = "IN_PROGRESS"
    phases: list[Phase] = field(default_factory=list)
    start: dt.datetime = field(default_factory=clock.now)
    end: dt.datetime | None = None
    resolved: str = ""
    artifacts: dict[str, Any] = field(default_factory=dict)
    more_artifacts: list[dict[str, Any]] = field(default_factory=list)
    exported: list[dict[str, str]] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    stop_wanted: bool = False

    @property
    def over(self) -> bool:
        return self.status != "IN_PROGRESS"

    @property
    def name(self) -> str:
        return str(self.project["name"])

    @property
    def stream(self) -> str:
        """The log stream."""
        return self.build_id.split(":")[1]

    def enter(self, kind: str) -> Phase:
        self.phases.append(Phase(kind))
        return self.phases[-1]


@dataclass
class Kept:
    """All that an account keeps in a Region."""

    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    builds: dict[str, Build] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    report_groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    cases: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def kept(place: Place) -> Kept:
    """What this account keeps in this Region."""
    return place.kept("codebuild", "lab_codebuild", Kept)
