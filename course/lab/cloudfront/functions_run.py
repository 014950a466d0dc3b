"""CloudFront Functions run: at the viewer's request, at the answer, and in a test.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-functions.html
AWS gives a function less than a millisecond of processor time. The lab's engine is slower and its machine may be busy,
so here the share that ComputeUtilization tells is one of 50 ms; what never ends is ended on both.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from course.lab import javascript, meter
from course.lab.clock import clock
from course.lab.cloudfront import errors, functions, key_value_stores
from course.lab.cloudfront.functions_event import Invalid, answer_from, event_for, is_response, request_from
from course.lab.cloudfront.visit import Outcome, Stopped, Visit
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]

_LIMITS: Final = javascript.Limits(seconds=0.05, megabytes=2)
_HOME: Final = "us-east-1"
_LOG_KB: Final = 10


def at_viewer_request(visit: Visit) -> None:
    """Run what hangs at the viewer's request: it changes the request, or ends the way with an answer."""
    found = _at(visit, "viewer-request")
    if found is None:
        return
    returned = _run(visit, found, event_for(visit, "viewer-request"))
    try:
        if is_response(returned):
            raise Stopped(answer_from(returned), "FunctionGeneratedResponse")
        visit.sent = request_from(returned, visit.sent)
    except Invalid as invalid:
        raise _unusable(visit, found, str(invalid)) from None


def at_viewer_response(visit: Visit, outcome: Outcome) -> Outcome:
    """Run what hangs at the answer; not after an error."""
    found = _at(visit, "viewer-response")
    if found is None or outcome.answer.status >= 400:
        return outcome
    returned = _run(visit, found, event_for(visit, "viewer-response", outcome.answer))
    try:
        return Outcome(answer_from(returned, outcome.answer), outcome.word, outcome.age)
    except Invalid as invalid:
        raise _unusable(visit, found, str(invalid)) from None


def test(call: Call) -> Config:
    """TestFunction: run a stage with an event of one's own; nothing is published or logged."""
    found, stage = functions.in_stage(call)
    if call.given.get("IfMatch") != found.stages[stage].etag:
        raise Refusal("PreconditionFailed", "The If-Match version is not the current one.", 412)
    given = call.given["EventObject"]
    try:
        event = json.loads(given.read() if hasattr(given, "read") else given)
        point = event["context"]["eventType"]
        if event["version"] != "1.0" or point not in ("viewer-request", "viewer-response"):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise Refusal(
            "InvalidArgument", 'The event object needs "version": "1.0", a context with its eventType, and a request.'
        ) from None
    said, failure, output, share = [], "", "", 0
    try:
        ran = _called(found, stage, event)
        said, share = ran.said, _share(ran.seconds)
        part = "response" if point == "viewer-response" or is_response(ran.value) else "request"
        if not isinstance(ran.value, dict):
            failure = "The function returned an invalid value: it must return a request or a response object."
        output = json.dumps({part: ran.value}) if not failure else ""
    except javascript.Failed as failed:
        said, failure, share = failed.said, failed.where, 100 if "interrupted" in failed.message else 1
    result = {
        "FunctionSummary": found.shown(stage), "ComputeUtilization": str(share), "FunctionExecutionLogs": said,
        "FunctionErrorMessage": failure, "FunctionOutput": output,
    }  # fmt: skip
    return {"TestResult": result}


def _at(visit: Visit, point: str) -> functions.Function | None:
    arn = next(
        (one["FunctionARN"] for one in functions.associations(visit.behaviour.config) if one["EventType"] == point), ""
    )
    return functions.by_arn(arn, visit.record.account) if arn else None


def _run(visit: Visit, found: functions.Function, event: Config) -> Any:
    meter.use("CloudFront", "functions-invocations")
    try:
        ran = _called(found, functions.LIVE, event)
    except javascript.Failed as failed:
        _log(visit, found, [*failed.said, failed.where])
        _count(found, FunctionInvocations=1, FunctionExecutionErrors=1)
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-503-service-unavailable.html
        raise errors.refuse(503, f"The CloudFront function {found.name} could not run: {failed.where}") from None
    if ran.said:
        _log(visit, found, ran.said)
    _count(found, FunctionInvocations=1, FunctionComputeUtilization=_share(ran.seconds))
    return ran.value


def _called(found: functions.Function, stage: str, event: Config) -> javascript.Ran:
    held = found.stages[stage]
    code = held.code.decode("utf-8", "replace")
    return javascript.run(code, "handler", [event], tools=_tools(held.config, found.account), limits=_LIMITS)


def _tools(config: Config, account: str) -> str:
    stores = {
        arn.rpartition("/")[2]: key_value_stores.held(arn, account) or {} for arn in key_value_stores.associated(config)
    }
    return _runtime().replace("STORES", json.dumps(stores))


@functools.cache
def _runtime() -> str:
    return (Path(__file__).parent / "runtime.js").read_text(encoding="utf-8")


def _share(seconds: float) -> int:
    return max(1, min(100, round(100 * seconds / _LIMITS.seconds)))


def _unusable(visit: Visit, found: functions.Function, said: str) -> Stopped:
    _log(visit, found, [said])
    _count(found, FunctionValidationErrors=1)
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
    return errors.refuse(502, f"The CloudFront function {found.name} returned an invalid value. {said}")


def _log(visit: Visit, found: functions.Function, lines: list[str]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-logs.html"""
    from moto.logs.models import logs_backends

    logs: Any = logs_backends[found.account][_HOME]
    group, stream = f"/aws/cloudfront/function/{found.name}", f"{clock.now():%Y/%m/%d}/{visit.record.id}"
    logs.ensure_log_group(group)
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    text, size = [], 0
    for line in [f"START DistributionID: {visit.record.id}", *lines, "END"]:
        size += len(line.encode())
        if size <= _LOG_KB * 1024 or line == "END":
            text.append(line)
    now = int(clock.now().timestamp() * 1000)
    logs.put_log_events(group, stream, [{"timestamp": now, "message": f"{visit.id} {line}"} for line in text])


def _count(found: functions.Function, **values: float) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/monitoring-functions.html"""
    from moto.cloudwatch.models import cloudwatch_backends

    rows = [{"Name": "FunctionName", "Value": found.name}, {"Name": "Region", "Value": "Global"}]
    data = [
        {"MetricName": name, "Value": float(value), "Unit": "None", "Timestamp": clock.now().replace(tzinfo=None),
         "Dimensions": rows}
        for name, value in values.items()
    ]  # fmt: skip
    cloudwatch_backends[found.account][_HOME].put_metric_data("AWS/CloudFront", data)
