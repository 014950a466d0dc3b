"""What CodeDeploy keeps: applications, groups, configurations and deployments.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_Types.html
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from course.lab.caller import Session
from course.lab.codedeploy.disks import Disk
from course.lab.courses import moment
from course.lab.place import Place


@dataclass
class Event:
    """A lifecycle event of a target, such as BeforeInstall."""

    name: str
    status: str = "Pending"
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    script: str = ""
    code: str = ""
    said: str = ""

    def begin(self) -> None:
        self.status, self.start = "InProgress", moment()

    def finish(self, status: str = "Succeeded", code: str = "Success", said: str = "") -> None:
        self.status, self.end, self.code, self.said = status, moment(), code, said
        self.start = self.start or self.end


@dataclass
class Target:
    """Where a deployment installs: an instance, a function's alias or a service."""

    target_id: str
    kind: str
    events: list[Event]
    status: str = "Pending"
    label: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    updated: dt.datetime = field(default_factory=moment)

    def enter(self, status: str) -> None:
        self.status, self.updated = status, moment()

    def event(self, name: str) -> Event:
        return next(one for one in self.events if one.name == name)

    def skip_rest(self) -> None:
        for event in self.events:
            if event.status == "Pending":
                event.status = "Skipped"


@dataclass
class Deployment:
    """One deployment and how it stands."""

    deployment_id: str
    application: str
    group: str
    config: str
    revision: dict[str, Any]
    platform: str
    session: Session
    creator: str = "user"
    description: str = ""
    status: str = "Created"
    targets: list[Target] = field(default_factory=list)
    created: dt.datetime = field(default_factory=moment)
    started: dt.datetime | None = None
    completed: dt.datetime | None = None
    error: dict[str, str] = field(default_factory=dict)
    rollback: dict[str, str] = field(default_factory=dict)
    hooks: dict[str, str] = field(default_factory=dict)
    """Answers of hook functions: {execution id: status}."""
    wishes: dict[str, Any] = field(default_factory=dict)
    stop_wanted: bool = False
    waits_for: str = ""
    """What a blue/green deployment waits for: READY_WAIT before the traffic moves, TERMINATION_WAIT after it."""

    @property
    def over(self) -> bool:
        return self.status in ("Succeeded", "Failed", "Stopped")


@dataclass
class Group:
    """A deployment group: the request that made it, with what was changed since."""

    name: str
    group_id: str
    given: dict[str, Any]
    last_good: str = ""
    unhealthy: set[str] = field(default_factory=set)
    """Instances whose last deployment failed."""


@dataclass
class Application:
    name: str
    application_id: str
    platform: str
    created: dt.datetime = field(default_factory=moment)
    groups: dict[str, Group] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Kept:
    """All that an account keeps in a Region."""

    applications: dict[str, Application] = field(default_factory=dict)
    configs: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)
    disks: dict[str, Disk] = field(default_factory=dict)
    """The disk of each server that something was deployed to."""

    def disk(self, instance: str) -> Disk:
        """The disk of an instance, empty at first."""
        if instance not in self.disks:
            self.disks[instance] = Disk(instance)
        return self.disks[instance]


def kept(place: Place) -> Kept:
    """What this account keeps in this Region."""
    return place.kept("codedeploy", "lab_codedeploy", Kept)
