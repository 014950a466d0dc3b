"""What a stage of a REST API records of a request, by X-Ray's sampling rules.

https://docs.aws.amazon.com/xray/latest/devguide/xray-services-apigateway.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-using-xray-trace-views.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course.lab.clock import clock
from course.lab.place import Place
from course.lab.xray.header import NAME, Header, carrying, new_id, read

if TYPE_CHECKING:
    from course.lab.apigateway.exchange import Answer
    from course.lab.apigateway.rest_call import Call

_TYPE = "AWS::ApiGateway::Stage"


@dataclass
class Traced:
    """A request with its place in a trace."""

    called_with: Header
    segment_id: str
    integration_id: str
    is_recorded: bool
    answer: Answer | None = None


@contextmanager
def traced(call: Call) -> Iterator[Traced | None]:
    """While the stage answers; set `answer` to what it said. None if the stage neither traces nor is asked to."""
    arrived = read(call.sent.headers.get(NAME))
    decided = arrived.sampled if arrived else None
    if not call.stage.tracing_enabled and not decided:
        with carrying(arrived or read(call.trace_id)):
            yield None
        return
    is_recorded = _is_sampled(call) if decided is None else decided
    header = arrived or read(call.trace_id)
    assert header is not None
    found = Traced(header, new_id(), new_id(), is_recorded)
    handed_on = header.to(found.integration_id, True) if is_recorded else Header(header.root, header.parent, False)
    call.hand_on(str(handed_on))
    with carrying(handed_on):
        yield found
    if is_recorded and found.answer is not None:
        _send(call, found, found.answer)


def _is_sampled(call: Call) -> bool:
    from course.lab.xray.rules import Asked
    from course.lab.xray.sampler import is_sampled

    sent, place = call.sent, call.place
    headers = dict(sent.headers.items())
    asked = Asked(_name(call), _TYPE, sent.host, sent.method, sent.decoded_path, _arn(call), headers)
    return is_sampled(Place(place.account, place.region), asked)


def _name(call: Call) -> str:
    return f"{call.place.api.name}/{call.place.stage}"


def _arn(call: Call) -> str:
    place = call.place
    return f"arn:aws:apigateway:{place.region}::/restapis/{place.api_id}/stages/{place.stage}"


def _send(call: Call, found: Traced, answer: Answer) -> None:
    from course.lab.xray.store import send

    sent, place, now = call.sent, call.place, clock.now().timestamp()
    request = {"url": sent.url, "method": sent.method, "client_ip": sent.source_ip}
    if agent := sent.headers.get("User-Agent"):
        request["user_agent"] = str(agent)
    ids = {"account_id": place.account, "rest_api_id": place.api_id, "stage": place.stage}
    segment: dict[str, Any] = {
        "trace_id": found.called_with.root,
        "id": found.segment_id,
        "name": _name(call),
        "origin": _TYPE,
        "start_time": call.at.timestamp(),
        "end_time": now,
        "http": {"request": request, "response": {"status": answer.status, "content_length": len(answer.content)}},
        "aws": {"api_gateway": {**ids, "request_id": call.request_id}, "resource_arn": _arn(call)},
        "annotations": {"aws:api_id": place.api_id, "aws:api_stage": place.stage},
        "metadata": {"default": {"request_id": call.request_id, "extended_request_id": call.extended_id}},
        **_flags(answer.status),
    }
    if found.called_with.parent:
        segment["parent_id"] = found.called_with.parent
    if inner := _integration(call, found, now, answer.status):
        segment["subsegments"] = [inner]
    send(Place(place.account, place.region), [json.dumps(segment)])


def _flags(status: int) -> dict[str, bool]:
    flags = {"throttle": status == 429, "error": 400 <= status < 500, "fault": status >= 500}
    return {name: True for name, is_so in flags.items() if is_so}


def _integration(call: Call, found: Traced, now: float, status: int) -> dict[str, Any] | None:
    """The call of the function behind the stage, if it came to that."""
    from course.lab.apigateway.lambda_target import function_arn

    integration = call.found.method.method_integration if call.found else None
    arn = function_arn(str(getattr(integration, "uri", "") or ""))
    if not arn or not call.integration_ms:
        return None
    return {
        "id": found.integration_id,
        "name": "Lambda",
        "namespace": "aws",
        "start_time": max(call.at.timestamp(), now - call.integration_ms / 1000),
        "end_time": now,
        "http": {"response": {"status": int(call.integration_status) if call.integration_status.isdigit() else status}},
        "aws": {"function_name": arn.split(":")[6], "operation": "Invoke", "resource_names": [arn.split(":")[6]]},
    }
