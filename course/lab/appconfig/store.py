"""Environments, deployment strategies and deployments, kept beside moto's applications and profiles."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.clock import clock
from course.lab.place import Place
from course.lab.service import Refusal

_UNDER_WAY: Final = ("DEPLOYING", "BAKING", "ROLLING_BACK")


@dataclass(frozen=True)
class Strategy:
    """How fast a deployment grows, and how long it is watched afterwards."""

    key: str
    name: str
    minutes: int
    growth: str
    factor: float
    bake: int
    description: str = ""

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {"Id": self.key, "Name": self.name, "Description": self.description, "GrowthType": self.growth,
                "DeploymentDurationInMinutes": self.minutes, "GrowthFactor": self.factor,
                "FinalBakeTimeInMinutes": self.bake, "ReplicateTo": "NONE"}  # fmt: skip


# https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-deployment-strategy-predefined.html
_PREDEFINED: Final = (
    ("AppConfig.AllAtOnce", 0, "LINEAR", 100.0, 10),
    ("AppConfig.Linear50PercentEvery30Seconds", 1, "LINEAR", 50.0, 1),
    ("AppConfig.Linear20PercentEvery6Minutes", 30, "LINEAR", 20.0, 30),
    ("AppConfig.Canary10Percent20Minutes", 20, "EXPONENTIAL", 10.0, 10),
)


@dataclass
class Deployment:
    """A version of a profile on its way to the clients of an environment."""

    number: int
    profile: Any  # moto's ConfigurationProfile
    version: Any  # moto's HostedConfigurationVersion
    strategy: Strategy
    description: str = ""
    state: str = "DEPLOYING"
    share: float = 0.0
    started: dt.datetime = field(default_factory=clock.now)
    completed: dt.datetime | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_under_way(self) -> bool:
        """Whether it still grows or bakes."""
        return self.state in _UNDER_WAY

    def note(self, kind: str, by: str, words: str) -> None:
        """Add an event; the newest stands first."""
        event = {"EventType": kind, "TriggeredBy": by, "Description": words, "OccurredAt": clock.now()}
        self.events.insert(0, event)


@dataclass
class Environment:
    """A group of clients that get the same configuration, and the alarms that watch over them."""

    key: str
    application: str
    name: str
    description: str
    monitors: list[dict[str, str]]
    deployments: list[Deployment] = field(default_factory=list)

    @property
    def under_way(self) -> Deployment | None:
        """The deployment that goes on here."""
        return next((one for one in self.deployments if one.is_under_way), None)

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        last = self.deployments[-1] if self.deployments else None
        states = {"DEPLOYING": "DEPLOYING", "BAKING": "DEPLOYING", "ROLLED_BACK": "ROLLED_BACK"}
        state = states.get(last.state, "READY_FOR_DEPLOYMENT") if last else "READY_FOR_DEPLOYMENT"
        return {"ApplicationId": self.application, "Id": self.key, "Name": self.name, "State": state,
                "Description": self.description, "Monitors": self.monitors}  # fmt: skip


@dataclass
class Store:
    """What the lab keeps for AppConfig in an account and Region."""

    environments: dict[str, Environment] = field(default_factory=dict)
    strategies: dict[str, Strategy] = field(
        default_factory=lambda: {row[0]: Strategy(row[0], *row) for row in _PREDEFINED}
    )
    sessions: dict[str, Any] = field(default_factory=dict)
    clients: int = 0


def store_of(place: Place) -> Store:
    """The store of a place."""
    return place.kept("appconfig", "lab_appconfig", Store)


def application(place: Place, key: str) -> Any:
    """Moto's application, by id or name."""
    apps = place.backend("appconfig").applications
    found = apps.get(key) or next((one for one in apps.values() if one.name == key), None)
    if found is None:
        raise missing("application", key)
    return found


def profile(app: Any, key: str) -> Any:
    """Moto's configuration profile, by id or name."""
    found = app.config_profiles.get(key) or next((p for p in app.config_profiles.values() if p.name == key), None)
    if found is None:
        raise missing("configuration profile", key)
    return found


def environment(place: Place, app: Any, key: str) -> Environment:
    """An environment of the application, by id or name."""
    for one in store_of(place).environments.values():
        if one.application == app.id and key in (one.key, one.name):
            return one
    raise missing("environment", key)


def version(of: Any, key: str) -> Any:
    """A hosted version of a profile, by number or label."""
    for number, one in of.config_versions.items():
        if key in (str(number), one.version_label):
            return one
    raise missing("configuration version", key)


def missing(kind: str, key: str) -> Refusal:
    """The refusal of something that is not there."""
    return Refusal("ResourceNotFoundException", f"Could not find {kind} {key}", 404)
