"""EventBridge Pipes: from one source through a filter and an enrichment to one target.

Moto stores pipes and moves nothing.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-concepts.html
CreatePipe: https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html
"""

from __future__ import annotations

from functools import wraps
from typing import Any, Final

from moto.core.exceptions import JsonRESTError
from moto.pipes.models import EventBridgePipesBackend, Pipe, pipes_backends

from course.lab import events_as_role
from course.lab.agenda import Delivery, add_source
from course.lab.events_pattern import InvalidPattern, parse_pattern
from course.lab.pipes_flow import deliver, next_due, start
from course.lab.wire import is_open

_SERVICE: Final = "pipes.amazonaws.com"
_SOURCES: Final = ("sqs", "kinesis", "dynamodb")
_MOST_PATTERNS: Final = 5

_moto_creates = EventBridgePipesBackend.create_pipe
_moto_updates = EventBridgePipesBackend.update_pipe


@wraps(_moto_creates)
def _create(self: Any, *args: Any, **more: Any) -> Pipe:
    if is_open():
        _check(more)
        if more.get("name") in self.pipes:
            raise JsonRESTError("ConflictException", f"Pipe {more['name']} already exists")
    made = _moto_creates(self, *args, **more)
    if is_open():
        made.__dict__["lab_shards"] = start(made)
    return made


@wraps(_moto_updates)
def _update(self: Any, *args: Any, **more: Any) -> Pipe:
    if is_open() and more.get("name") in self.pipes:
        _check({"source": self.pipes[more["name"]].source, **more})
    return _moto_updates(self, *args, **more)


def _check(asked: dict[str, Any]) -> None:
    """Refuse what Pipes refuses, before anything changes."""
    service = str(asked.get("source", "")).split(":")[2:3]
    if service and service[0] not in _SOURCES:
        raise JsonRESTError("ValidationException", f"The lab's pipes read from {', '.join(_SOURCES)}")
    if not events_as_role.trusts(str(asked.get("role_arn") or ""), _SERVICE):
        raise JsonRESTError("ValidationException", "The role must exist and let pipes.amazonaws.com assume it")
    parameters = asked.get("source_parameters") or {}
    patterns = (parameters.get("FilterCriteria") or {}).get("Filters") or []
    if len(patterns) > _MOST_PATTERNS:
        raise JsonRESTError("ValidationException", f"A pipe can have up to {_MOST_PATTERNS} filter patterns")
    for one in patterns:
        try:
            parse_pattern(one.get("Pattern") or "{}")
        except InvalidPattern as wrong:
            raise JsonRESTError("ValidationException", str(wrong)) from None


EventBridgePipesBackend.create_pipe = _create  # type: ignore[method-assign]
EventBridgePipesBackend.update_pipe = _update  # type: ignore[method-assign]


class _Pipes:
    """All running pipes, as a source of deliveries."""

    def next_due(self) -> float | None:
        return min((at for pipe in _running() if (at := next_due(pipe)) is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        return [one for pipe in _running() for one in deliver(pipe, now)]


def _running() -> list[Any]:
    return [
        pipe
        for account in pipes_backends.values()
        for backend in account.values()
        for pipe in list(backend.pipes.values())
        if pipe.desired_state == "RUNNING"
    ]


add_source(_Pipes())
