"""What Lambda records of an invocation: a segment of the service and one of the function.

https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
Lambda decides by itself, one request a second and five percent of the others, unless its caller has decided already.
A function hands on the trace in _X_AMZN_TRACE_ID; what it sends with that as parent lies within the function's segment.
On AWS the execution role sends the segments: without the permission none arrive.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from course.lab.clock import clock
from course.lab.place import Place
from course.lab.xray.header import Header, carried, new_header, new_id

if TYPE_CHECKING:
    from course.lab.lambda_runtime.invocation import Outcome

_RESERVOIR: Final = 1
_RATE: Final = 0.05


@dataclass(frozen=True)
class Traced:
    """An invocation with its place in a trace."""

    function: Any  # moto's function
    called_with: Header
    service_id: str
    function_id: str
    is_cold: bool
    began: float
    is_recorded: bool

    @property
    def variable(self) -> str:
        """The value of _X_AMZN_TRACE_ID."""
        return str(self.called_with.to(self.function_id, self.is_recorded))


def begin(function: Any, is_cold: bool) -> Traced:
    """Before the handler runs."""
    header, is_active = carried(), _is_active(function)
    decided = None if header is None else header.sampled
    wanted = is_active and _by_itself(function) if decided is None else decided
    began = clock.now().timestamp()
    # Without active tracing the trace only passes through.
    function_id = new_id() if is_active or header is None else header.parent or new_id()
    return Traced(function, header or new_header(), new_id(), function_id, is_cold, began, wanted)


def _is_active(function: Any) -> bool:
    settings = function.__dict__.get("lab_settings", {}).get("TracingConfig") or {}
    return bool(settings.get("Mode") == "Active")


def _by_itself(function: Any) -> bool:
    from course.lab.xray.sampler import Sampler

    shares = _place(function).kept("xray", "lab_lambda_sampler", Sampler).shares
    return shares[str(function.function_name)].take(_RESERVOIR, _RATE)


def end(traced: Traced, outcome: Outcome, request_id: str) -> None:
    """Once the handler is done: send the two segments, if the trace is recorded."""
    function = traced.function
    if not traced.is_recorded or not _is_active(function) or not _may_send(function):
        return
    from course.lab.xray.store import send

    now = clock.now().timestamp()
    run_from = max(traced.began, now - outcome.duration / 1000)
    common: dict[str, Any] = {"trace_id": traced.called_with.root, "name": str(function.function_name), "end_time": now}
    failed = {"fault": True} if outcome.failed else {}
    service = {
        **common,
        "id": traced.service_id,
        "origin": "AWS::Lambda",
        "start_time": traced.began,
        "http": {"response": {"status": 200}},
        "aws": {"request_id": request_id, "resource_arn": str(function.function_arn)},
        **failed,
    }
    if traced.called_with.parent:
        service["parent_id"] = traced.called_with.parent
    steps = [("Invocation", run_from, now, failed)]
    if traced.is_cold:
        steps.insert(0, ("Initialization", traced.began, run_from, {}))
    own = {
        **common,
        "id": traced.function_id,
        "parent_id": traced.service_id,
        "origin": "AWS::Lambda::Function",
        "start_time": traced.began,
        "aws": {"function_arn": str(function.function_arn), "resource_arn": str(function.function_arn)},
        "subsegments": [
            {"id": new_id(), "name": name, "start_time": start, "end_time": end_, **more}
            for name, start, end_, more in steps
        ],
        **failed,
        **_cause(outcome),
    }
    send(_place(function), [json.dumps(service), json.dumps(own)])


def _cause(outcome: Outcome) -> dict[str, Any]:
    if outcome.fault is None:
        return {}
    thrown = {"id": new_id(), "message": outcome.fault.message, "type": outcome.fault.kind, "remote": False}
    return {"cause": {"exceptions": [thrown]}}


def _may_send(function: Any) -> bool:
    from course.lab.iam.services import role_may

    try:
        return role_may(str(function.role), "xray:PutTraceSegments", "*").allowed
    except LookupError:
        return True  # the lab lets functions run with a role that nobody made


def _place(function: Any) -> Place:
    return Place(str(function.account_id), str(function.region))
