"""A Lambda function as a target: HTTP becomes an event, and the function's answer becomes HTTP.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.elb.target_groups import LabTargetGroup

SERVICE: Final = "elasticloadbalancing.amazonaws.com"
_LARGEST: Final = 1024 * 1024
_TEXTS: Final = ("text/", "application/json", "application/javascript", "application/xml")


@dataclass(frozen=True)
class Ran:
    """What came of an invocation: an answer, or the error reason that the access log has."""

    answer: Answer | None
    seconds: float
    reason: str = ""


def ask(group: LabTargetGroup, target: dict[str, Any], sent: Sent) -> Ran:
    """Invoke the function with the request."""
    return _invoke(group, target, event_for(group, sent))


def probe(group: LabTargetGroup, target: dict[str, Any]) -> tuple[bool, str, str]:
    """A health check is an invocation, too, and is billed as one."""
    headers = Headers({"user-agent": "ELB-HealthChecker/2.0", "connection": "close"})
    ran = ask(group, target, Sent("GET", "", str(group.health_check_path or "/"), "", headers))
    if ran.answer is None:
        return False, "Target.FailedHealthChecks", "Health checks failed"
    from course.lab.elb.health import matches

    codes = str((group.matcher or {}).get("HttpCode", "200"))
    words = f"Health checks failed with these codes: [{ran.answer.status}]"
    return matches(codes, ran.answer.status), "Target.ResponseCodeMismatch", words


def event_for(group: LabTargetGroup, sent: Sent) -> dict[str, Any]:
    """The event: names of headers in lower case, the query as it was sent; lists where the group says so."""
    query: dict[str, list[str]] = {}
    for part in sent.query.split("&") if sent.query else ():
        name, _, value = part.partition("=")
        query.setdefault(name, []).append(value)
    headers: dict[str, list[str]] = {}
    for name, value in sent.headers.iteritems():
        headers.setdefault(name.lower(), []).append(value)
    kind = headers.get("content-type", [""])[-1]
    plain = "content-encoding" not in headers and (not kind or kind.startswith(_TEXTS))
    body = sent.text if plain else base64.b64encode(sent.body).decode()
    event: dict[str, Any] = {
        "requestContext": {"elb": {"targetGroupArn": group.arn}},
        "httpMethod": sent.method,
        "path": sent.path,
    }
    if group.is_on("lambda.multi_value_headers.enabled"):
        event |= {"multiValueQueryStringParameters": query, "multiValueHeaders": headers}
    else:
        event["queryStringParameters"] = {name: values[-1] for name, values in query.items()}
        event["headers"] = {name: values[-1] for name, values in headers.items()}
    return event | {"body": body, "isBase64Encoded": bool(sent.body) and not plain}


def _invoke(group: LabTargetGroup, target: dict[str, Any], event: dict[str, Any]) -> Ran:
    from moto.awslambda_simple.models import lambda_simple_backends

    import course.lab.lambda_functions  # noqa: F401  (puts the lab's Lambda in moto's place)
    from course.lab.lambda_answers import Refused
    from course.lab.lambda_invoke import run
    from course.lab.lambda_permission import lets_in
    from course.lab.lambda_versions import find

    arn = str(target["Id"])
    if not lets_in(arn, SERVICE, group.arn, group.account_id):
        return Ran(None, 0.001, "LambdaAccessDenied")
    parts = arn.split(":")
    backend = lambda_simple_backends[parts[4]][parts[3]]
    try:
        outcome = run(backend, find(backend, arn), event)
    except Refused:
        return Ran(None, 0.001, "LambdaThrottling")
    seconds = max(0.001, round(outcome.duration / 1000, 2))
    if outcome.failed:
        return Ran(None, seconds, "LambdaUnhandled")
    if len(outcome.payload) > _LARGEST:
        return Ran(None, seconds, "LambdaResponseTooLarge")
    answer = _answer(group, outcome.payload)
    return Ran(answer, seconds, "" if answer else "LambdaInvalidResponse")


def _answer(group: LabTargetGroup, payload: bytes) -> Answer | None:
    """The function's answer as HTTP; None if it has not the form that a balancer can read."""
    said = json.loads(payload or b"null")
    if not isinstance(said, dict) or not isinstance(said.get("statusCode"), int) or said["statusCode"] < 100:
        return None
    headers, name = Headers(), "headers"
    if group.is_on("lambda.multi_value_headers.enabled"):
        name = "multiValueHeaders"
    for key, values in (said.get(name) or {}).items():
        if isinstance(values, list) != (name == "multiValueHeaders"):
            return None
        for value in values if isinstance(values, list) else [values]:
            headers.add(str(key), str(value))
    body = said.get("body") or ""
    if not isinstance(body, str):
        return None
    try:
        content = base64.b64decode(body, validate=True) if said.get("isBase64Encoded") else body.encode()
    except binascii.Error:
        return None
    headers.setdefault("Content-Type", "application/octet-stream")
    headers["Content-Length"] = str(len(content))
    return Answer(said["statusCode"], headers, content)
