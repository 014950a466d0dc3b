"""Stacks, their resources and their events, kept with moto's own record of the account so that both end together.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.caller import Session
from course.lab.clock import clock
from course.lab.courses import Running
from course.lab.place import Place


@dataclass
class Event:
    """A line of a stack's history."""

    event_id: str
    logical_id: str
    physical_id: str
    kind: str
    status: str
    reason: str
    at: dt.datetime
    properties: str = ""


@dataclass
class Resource:
    """One thing that a stack made."""

    logical_id: str
    kind: str
    physical_id: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    metadata: Any = None
    attributes: dict[str, Any] = field(default_factory=dict)
    status: str = ""
    reason: str = ""
    at: dt.datetime = field(default_factory=clock.now)
    drift: str = "NOT_CHECKED"
    keep: str = "Delete"
    keep_when_replaced: str = "Delete"

    @property
    def lives(self) -> bool:
        """Whether there is such a thing in the account."""
        return bool(self.physical_id) and self.status != "DELETE_COMPLETE"


@dataclass
class Wanted:
    """What a stack shall become: its template and all that fills it in."""

    text: str
    template: dict[str, Any]
    parameters: dict[str, str] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    capabilities: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    role: str = ""


@dataclass
class Stack:
    """A stack. `running` is its deployment, which may wait for a signal or an answer."""

    name: str
    stack_id: str
    place: Place
    caller: Session
    wanted: Wanted
    status: str = ""
    reason: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    outputs: list[dict[str, str]] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    values: dict[str, Any] = field(default_factory=dict)
    made: dt.datetime = field(default_factory=clock.now)
    updated: dt.datetime | None = None
    deleted: dt.datetime | None = None
    policy: str = ""
    protected: bool = False
    on_failure: str = "ROLLBACK"
    timeout_minutes: int | None = None
    parent: str = ""
    drift: str = "NOT_CHECKED"
    drift_at: dt.datetime | None = None
    change_sets: dict[str, Any] = field(default_factory=dict)
    running: Running | None = None
    cancelled: bool = False
    ends_at: float | None = None
    hidden: dict[str, str] = field(default_factory=dict)  # secret values, and what events show in their place

    def say(self, status: str, reason: str = "") -> None:
        """The stack itself enters a status."""
        self.status, self.reason = status, reason
        self._note(self.name, self.stack_id, "AWS::CloudFormation::Stack", status, reason)

    def tell(self, resource: Resource, status: str, reason: str = "") -> None:
        """A resource enters a status."""
        resource.status, resource.reason, resource.at = status, reason, clock.now()
        self._note(resource.logical_id, resource.physical_id, resource.kind, status, reason, resource.properties)

    def _note(
        self, logical: str, physical: str, kind: str, status: str, reason: str, properties: dict[str, Any] | None = None
    ) -> None:
        event = f"{logical}-{status}-{mock_random.uuid4()}" if logical != self.name else str(mock_random.uuid4())
        text = json.dumps(self._shown(properties), default=str) if properties else ""
        self.events.append(Event(event, logical, physical, kind, status, reason, clock.now(), text))
        if self.wanted.topics:
            from course.lab.cloudformation.notices import publish

            publish(self, self.events[-1])

    def _shown(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._shown(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._shown(one) for one in value]
        return self.hidden.get(value, value) if isinstance(value, str) else value


@dataclass
class Stacks:
    """All stacks of an account in a Region, the deleted ones too, and its stack sets."""

    place: Place
    all: dict[str, Stack] = field(default_factory=dict)
    sets: dict[str, Any] = field(default_factory=dict)
    detections: dict[str, Any] = field(default_factory=dict)

    def find(self, name: str) -> Stack | None:
        """A stack by its id, or by its name if it is not deleted."""
        if name in self.all:
            return self.all[name]
        return next((one for one in self.all.values() if one.name == name and one.status != "DELETE_COMPLETE"), None)

    def alive(self) -> list[Stack]:
        return [one for one in self.all.values() if one.status != "DELETE_COMPLETE"]

    def exports(self) -> dict[str, tuple[Stack, str]]:
        """The exported names, with the stack and the value of each."""
        return {
            row["ExportName"]: (stack, row["OutputValue"])
            for stack in self.alive()
            for row in stack.outputs
            if "ExportName" in row
        }

    def macros(self) -> dict[str, str]:
        """The macros that stacks of this place define, and their functions."""
        return {
            resource.properties["Name"]: resource.properties["FunctionName"]
            for stack in self.alive()
            for resource in stack.resources.values()
            if resource.kind == "AWS::CloudFormation::Macro" and resource.lives
        }

    def importers(self, name: str) -> list[str]:
        """The stacks that import a name."""
        return [stack.name for stack in self.alive() if name in stack.imports]


def stacks_of(place: Place) -> Stacks:
    """The stacks of an account in a Region."""
    return place.kept("cloudformation", "lab_stacks", lambda: Stacks(place))
