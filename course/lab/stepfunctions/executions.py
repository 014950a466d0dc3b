"""An execution: its status, its history, and what a branch of it carries along.

History: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from course.lab import meter
from course.lab.clock import clock
from course.lab.stepfunctions import execution_log
from course.lab.stepfunctions.errors import RUNTIME, TOO_MUCH, StateError
from course.lab.stepfunctions.kernel import Kernel
from course.lab.stepfunctions.marks import Mark

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_EVENTS: Final = 25_000
MOST_BYTES: Final = 262_144


@dataclass(frozen=True)
class Machine:
    """A state machine as it was when the execution began: later changes do not reach it."""

    arn: str
    name: str
    type: str
    role: str
    text: str
    version: str = ""
    alias: str = ""
    logging: Mapping[str, Any] = field(default_factory=dict)

    @property
    def definition(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]


@dataclass(eq=False)
class Execution:
    """One run of a machine."""

    arn: str
    name: str
    machine: Machine
    input: str
    started: dt.datetime
    status: str = "RUNNING"
    stopped: dt.datetime | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    kernel: Kernel | None = None
    ends_at: float | None = None
    transitions: int = 0
    mark: Mark = field(default_factory=Mark)
    redrives: int = 0
    redriven: dt.datetime | None = None
    map_run: Any = None
    """The Map Run that started it, if it is a child of a distributed Map."""

    @property
    def is_express(self) -> bool:
        return self.machine.type == "EXPRESS"

    def note(self, kind: str, previous: int, details: Mapping[str, Any] | None = None) -> int:
        """Write an event into the history; gives its number."""
        if len(self.events) >= MOST_EVENTS and not kind.startswith("Execution"):
            raise StateError(RUNTIME, f"The execution reached the maximum number of history events ({MOST_EVENTS}).")
        number = len(self.events) + 1
        event: dict[str, Any] = {
            "timestamp": clock.now().timestamp(),
            "type": kind,
            "id": number,
            "previousEventId": previous,
        }
        if details is not None:
            event[_details_of(kind)] = dict(details)
        self.events.append(event)
        if self.machine.logging.get("level", "OFF") != "OFF":
            execution_log.write(self, event)
        return number

    def close(self, status: str, **more: Any) -> None:
        """The end of the run."""
        self.status, self.stopped = status, clock.now()
        for name, value in more.items():
            setattr(self, name, value)
        details = {name: more[name] for name in ("output", "error", "cause") if more.get(name) is not None}
        kind = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "TIMED_OUT": "TimedOut", "ABORTED": "Aborted"}[status]
        self.note(f"Execution{kind}", len(self.events), details)


@dataclass
class Frame:
    """What a branch carries from state to state."""

    execution: Execution
    language: str
    variables: dict[str, Any] = field(default_factory=dict)
    last: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    item: dict[str, Any] | None = None
    token: str = ""
    mark: Mark = field(default_factory=Mark)

    def note(self, kind: str, details: Mapping[str, Any] | None = None) -> None:
        """Write an event behind the last one of this branch."""
        self.last = self.execution.note(kind, self.last, details)

    def enter(self, name: str) -> None:
        """Begin a state."""
        self.state = {"Name": name, "EnteredTime": stamp(), "RetryCount": 0}
        self._transition()

    def again(self, tried: int) -> None:
        """Try the state once more; AWS treats a retry as a transition."""
        self.state["RetryCount"] = tried
        self._transition()

    def _transition(self) -> None:
        """What AWS bills of standard workflows."""
        self.execution.transitions += 1
        if not self.execution.is_express:
            meter.use("Step Functions", "standard-state-transitions")

    def branch(self, item: dict[str, Any] | None = None, mark: Mark | None = None) -> Frame:
        """A branch of this branch: it sees the variables and keeps its own."""
        item = item if item is not None else self.item
        return replace(self, variables=dict(self.variables), item=item, mark=mark or Mark())

    def context(self) -> dict[str, Any]:
        """The context object, `$$`."""
        run = self.execution
        found: dict[str, Any] = {
            "Execution": {
                "Id": run.arn,
                "Input": json.loads(run.input),
                "Name": run.name,
                "RoleArn": run.machine.role,
                "StartTime": stamp(run.started),
            },
            "StateMachine": {"Id": run.machine.arn, "Name": run.machine.name},
            "State": self.state,
        }
        if run.redriven is not None:
            found["Execution"] |= {"RedriveCount": run.redrives, "RedriveTime": stamp(run.redriven)}
        if self.token:
            found["Task"] = {"Token": self.token}
        if self.item is not None:
            found["Map"] = {"Item": self.item}
        return found


def stamp(moment: dt.datetime | None = None) -> str:
    """A moment as the context object writes it."""
    moment = moment or clock.now()
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def text_of(value: Any) -> str:
    """A value as JSON; too large a one fails the state."""
    text = json.dumps(value, separators=(",", ":"), default=str)
    if len(text.encode()) > MOST_BYTES:
        raise StateError(
            TOO_MUCH,
            "The state/task returned a result with a size exceeding the maximum number of bytes service limit.",
        )
    return text


def _details_of(kind: str) -> str:
    if kind.endswith("StateEntered"):
        return "stateEnteredEventDetails"
    if kind.endswith("StateExited"):
        return "stateExitedEventDetails"
    return f"{kind[0].lower()}{kind[1:]}EventDetails"
