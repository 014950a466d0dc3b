"""What Elastic Beanstalk keeps: applications, versions, saved configurations, environments and events.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/concepts.html
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from course.lab.beanstalk.bundle import Bundle
from course.lab.beanstalk.platforms import Platform
from course.lab.caller import Session
from course.lab.clock import clock
from course.lab.place import Place

Settings = dict[tuple[str, str], str]
"""Option settings by namespace and name."""


class RolloutFailed(Exception):
    """A version or a setting that did not get onto an environment's instances."""


@dataclass
class Event:
    """A line of an environment's history."""

    at: dt.datetime
    message: str
    severity: str
    application: str
    environment: str = ""
    version: str = ""


@dataclass
class Version:
    """An application version: a label for a source bundle in S3."""

    application: str
    label: str
    bucket: str
    key: str
    bundle: Bundle
    description: str = ""
    status: str = "UNPROCESSED"
    process: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    created: dt.datetime = field(default_factory=clock.now)
    updated: dt.datetime = field(default_factory=clock.now)


@dataclass
class Template:
    """A saved configuration."""

    name: str
    platform: Platform
    settings: Settings
    tier: str = "WebServer"
    description: str = ""
    created: dt.datetime = field(default_factory=clock.now)
    updated: dt.datetime = field(default_factory=clock.now)


@dataclass
class Installed:
    """What runs on an instance."""

    label: str
    deployment: int
    program: Any = None
    at: dt.datetime = field(default_factory=clock.now)
    fault: str = ""
    """Why it could not be installed; empty if it runs."""
    log: list[str] = field(default_factory=list)


@dataclass
class Environment:
    """The resources that run one version of an application at a time."""

    name: str
    env_id: str
    application: str
    platform: Platform
    tier: str
    cname: str
    session: Session
    settings: Settings
    """Set directly on it or taken from a saved configuration: both stay with the environment."""
    version_label: str = ""
    template: str = ""
    description: str = ""
    status: str = "Launching"
    deploying: str = ""
    deployment: int = 0
    aborting: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    created: dt.datetime = field(default_factory=clock.now)
    updated: dt.datetime = field(default_factory=clock.now)
    installed: dict[str, Installed] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    resources: dict[str, str] = field(default_factory=dict)
    """Physical ids by the names in the stack's template."""
    made: list[str] = field(default_factory=list)
    """Alarms and policies that stand beside the stack."""
    operations_role: str = ""
    working: bool = False
    """Whether something of it is under way: a launch, an update, an end."""

    @property
    def place(self) -> Place:
        return self.session.place

    @property
    def stack_name(self) -> str:
        return f"awseb-{self.env_id}-stack"

    @property
    def arn(self) -> str:
        where = f"{self.place.region}:{self.place.account}"
        return f"arn:aws:elasticbeanstalk:{where}:environment/{self.application}/{self.name}"

    @property
    def alive(self) -> bool:
        return self.status != "Terminated"

    def say(self, message: str, severity: str = "INFO") -> None:
        """Write a line of history."""
        self.updated = clock.now()
        label = self.deploying or self.version_label
        self.events.append(Event(clock.now(), message, severity, self.application, self.name, label))


@dataclass
class Application:
    """A name that holds versions, saved configurations and environments."""

    name: str
    description: str = ""
    lifecycle: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    created: dt.datetime = field(default_factory=clock.now)
    updated: dt.datetime = field(default_factory=clock.now)


@dataclass
class Kept:
    """All that an account keeps in a Region; environments that ended stay in sight for a while."""

    applications: dict[str, Application] = field(default_factory=dict)
    environments: list[Environment] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """Those of applications, which no environment has."""

    def version(self, environment: Environment, label: str = "") -> Version | None:
        """The version of this label, or the one that the environment runs."""
        application = self.applications.get(environment.application)
        return application.versions.get(label or environment.version_label) if application else None

    def say(self, application: str, message: str, severity: str = "INFO", version: str = "") -> None:
        self.events.append(Event(clock.now(), message, severity, application, "", version))

    @property
    def alive(self) -> list[Environment]:
        return [one for one in self.environments if one.alive]


def kept(place: Place) -> Kept:
    """What this account keeps in this Region."""
    return place.kept("elasticbeanstalk", "lab_beanstalk", Kept)
