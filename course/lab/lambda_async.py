"""Asynchronous invocation: accepted at once, run later, retried, and reported to a destination.

Retries: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
Age, retries and destinations: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from moto.awslambda_simple.models import lambda_simple_backends
from moto.moto_api._internal import mock_random

from course.lab import lambda_destinations, lambda_invoke, lambda_versions
from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.lambda_answers import Refused
from course.lab.lambda_runtime.invocation import Outcome

_OLDEST: Final = 6 * 3600
_RETRIES: Final = 2
_MINUTE: Final = 60.0
_SLOWEST_BACKOFF: Final = 300.0


@dataclass
class Waiting:
    """An accepted event that has not been handled yet."""

    name: str
    qualifier: str
    event: Any
    request_id: str
    accepted: float
    due: float
    source: str
    runs: int = 0
    throttles: int = 0


def accept(backend: Any, name: str, qualifier: str | None, event: Any, source: str) -> str:
    """Queue an event for a function. Raises Refused if there is no such function; gives the request id."""
    lambda_versions.find(backend, name, qualifier)
    now = clock.now().timestamp()
    waiting = Waiting(name, qualifier or "", event, str(mock_random.uuid4()), now, now, source)
    lambda_invoke.state_of(backend).waiting.append(waiting)
    return waiting.request_id


class _AsyncQueue:
    """The queue that Lambda keeps of each function's events."""

    def next_due(self) -> float | None:
        return min((one.due for _, one in _everything()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        due = sorted(((b, one) for b, one in _everything() if one.due <= now), key=lambda pair: pair[1].due)
        return [_try(backend, one, now) for backend, one in due]


def _everything() -> list[tuple[Any, Waiting]]:
    regions = [region for account in list(lambda_simple_backends.values()) for region in account.values()]
    return [(backend, one) for backend in regions for one in lambda_invoke.state_of(backend).waiting]


def _try(backend: Any, one: Waiting, now: float) -> Delivery:
    queue = lambda_invoke.state_of(backend).waiting
    try:
        target = lambda_versions.find(backend, one.name, one.qualifier)
    except Refused as gone:
        queue.remove(one)
        return note(one.source, one.name, f"dropped, {gone.message}")
    settings = settings_of(target)
    if now - one.accepted > settings.get("MaximumEventAgeInSeconds", _OLDEST):
        queue.remove(one)
        where = lambda_destinations.failed(backend, target, settings, one, None, "EventAgeExceeded")
        return note(one.source, target.function.function_name, f"too old, given up{where}")
    queue.remove(one)  # while it runs nobody else may take it
    try:
        outcome = lambda_invoke.run(backend, target, one.event, one.request_id)
    except Refused as throttled:
        one.throttles += 1
        one.due = now + min(2.0 ** (one.throttles - 1), _SLOWEST_BACKOFF)
        if target.latest.reserved_concurrency == 0:  # AWS does not even retry then
            where = lambda_destinations.failed(backend, target, settings, one, None, "ZeroReservedConcurrency")
            return note(one.source, target.function.function_name, f"throttled ({throttled.message}), given up{where}")
        queue.append(one)
        return note(one.source, target.function.function_name, f"throttled, again in {one.due - now:.0f} s")
    one.runs += 1
    return note(one.source, target.function.function_name, _after(backend, target, settings, one, outcome, now))


def _after(backend: Any, target: Any, settings: dict[str, Any], one: Waiting, outcome: Outcome, now: float) -> str:
    if not outcome.failed:
        return outcome.said + lambda_destinations.succeeded(backend, target, settings, one, outcome)
    if one.runs <= settings.get("MaximumRetryAttempts", _RETRIES):
        one.due = now + one.runs * _MINUTE
        lambda_invoke.state_of(backend).waiting.append(one)
        return f"{outcome.said}; again in {one.runs} min"
    return outcome.said + lambda_destinations.failed(backend, target, settings, one, outcome, "RetriesExhausted")


def settings_of(target: Any) -> dict[str, Any]:
    """The event invoke configuration of the version or alias that was invoked."""
    kept: dict[str, dict[str, Any]] = target.latest.__dict__.get("lab_event_configs", {})
    return kept.get(target.qualifier or "$LATEST", {})


def answer_config(
    backend: Any, operation: str, name: str, qualifier: str | None, asked: dict[str, Any]
) -> dict[str, Any]:
    """Put, update, get, list and delete the event invoke configuration; moto keeps the first one for ever."""
    target = lambda_versions.find(backend, name, qualifier)
    kept = target.latest.__dict__.setdefault("lab_event_configs", {})
    if operation == "ListFunctionEventInvokeConfigs":
        return {"FunctionEventInvokeConfigs": list(kept.values())}
    key = target.qualifier or "$LATEST"
    arn = f"{target.latest.function_arn}:{key}"
    if operation in (
        "GetFunctionEventInvokeConfig",
        "DeleteFunctionEventInvokeConfig",
        "UpdateFunctionEventInvokeConfig",
    ):
        if key not in kept:
            raise Refused("ResourceNotFoundException", f"The function {arn} doesn't have an EventInvokeConfig", 404)
        if operation != "UpdateFunctionEventInvokeConfig":
            found: dict[str, Any] = kept.pop(key) if operation.startswith("Delete") else kept[key]
            return found
    before = kept.get(key, {}) if operation.startswith("Update") else {}
    fields = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    config = {**before, **{field: asked[field] for field in fields if field in asked}}
    config.setdefault("DestinationConfig", {"OnSuccess": {}, "OnFailure": {}})
    kept[key] = {**config, "FunctionArn": arn, "LastModified": int(clock.now().timestamp())}
    return dict(kept[key])


def text_of(event: Any) -> str:
    """The event as JSON."""
    return json.dumps(event)


add_source(_AsyncQueue())
