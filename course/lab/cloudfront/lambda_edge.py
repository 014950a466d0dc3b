"""Lambda@Edge: Python functions that run at the four hook points.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html
AWS runs them in the Region nearest to the edge location and logs there; the lab runs and logs in us-east-1.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent, reason
from course.lab.cloudfront import errors
from course.lab.cloudfront.forwarding import OriginRequest
from course.lab.cloudfront.visit import Outcome, Stopped, Visit
from course.lab.service import Refusal

Config = Mapping[str, Any]

_HOME: Final = "us-east-1"
_ARN: Final = re.compile(
    r"arn:aws:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:(?P<name>[^:]+)(:(?P<version>.+))?"
)
# Timeout in seconds, memory in MB, size of a generated response in bytes.
_VIEWER: Final = (5, 128, 40 * 1024)
_ORIGIN: Final = (30, 10240, 1024 * 1024)


def refuse_wrong(behaviour: Config, account: str) -> None:
    """Refuse a function that CloudFront would not copy to its edge locations."""
    points = [one["EventType"] for one in associations(behaviour)]
    if len(points) != len(set(points)):
        raise Refusal("InvalidLambdaFunctionAssociation", "At each event there is one function at most.")
    for one in associations(behaviour):
        _function(one["LambdaFunctionARN"], one["EventType"])


def _function(arn: str, event: str) -> None:
    found = _ARN.fullmatch(arn)
    if found is None or found["region"] != _HOME:
        raise _wrong(f"The function must be in {_HOME}: {arn}")
    if not (found["version"] or "").isdigit():
        raise _wrong(f"The function must be a numbered version, not $LATEST and not an alias: {arn}")
    function = _version(found)
    if function is None:
        raise _wrong(f"The function does not exist: {arn}")
    seconds, memory, _ = _limits(event)
    if int(function.timeout) > seconds or int(function.memory_size) > memory:
        raise _wrong(f"At {event} a function may have {seconds} seconds and {memory} MB.")
    if function.environment_vars:
        raise _wrong("A function at the edge cannot have environment variables.")
    if "arm64" in (function.architectures or []):
        raise _wrong("A function at the edge runs on x86_64.")
    if not str(function.run_time).startswith(("python", "nodejs")):
        raise _wrong("A function at the edge is written in Python or for Node.js.")
    if not _edge_may_assume(function.role):
        raise _wrong("The function's role must be assumable by lambda.amazonaws.com and edgelambda.amazonaws.com.")


def _edge_may_assume(role: str) -> bool:
    """Roles that nobody made in IAM are taken as they are, as the lab's Lambda does."""
    from course.lab.iam.callers import find_role
    from course.lab.iam.services import service_may_assume

    return find_role(role) is None or service_may_assume("edgelambda.amazonaws.com", role).allowed


def at_viewer_request(visit: Visit) -> None:
    """Run what hangs at the viewer's request; a response that it makes ends the way."""
    said = _run(visit, "viewer-request", {"request": _request(visit.sent, visit.sent.source_ip)})
    if said is None:
        return
    if "status" in said:
        raise Stopped(_generated(said, "viewer-request"), "LambdaGeneratedResponse")
    visit.sent = replace(
        visit.sent,
        path=_path(said),
        query=str(said.get("querystring", "")),
        headers=_headers(said.get("headers")),
        body=_body(said, visit.sent.body),
    )


def at_viewer_response(visit: Visit, outcome: Outcome) -> Outcome:
    """Run what hangs at the answer to the viewer; not after an error."""
    if outcome.answer.status >= 400:
        return outcome
    event = {"request": _request(visit.sent, visit.sent.source_ip), "response": _response(outcome.answer)}
    said = _run(visit, "viewer-response", event)
    return outcome if said is None else Outcome(_changed(outcome.answer, said), outcome.word, outcome.age)


def at_origin_request(visit: Visit, request: OriginRequest, origin: Config) -> OriginRequest | Answer:
    """Run what hangs at the request to the origin: another request, or an answer without the origin."""
    event = _request(request, visit.sent.source_ip) | {"origin": _origin(origin)}
    event["headers"].setdefault("host", [{"key": "Host", "value": origin["DomainName"]}])
    said = _run(visit, "origin-request", {"request": event})
    if said is None:
        return request
    if "status" in said:
        return _generated(said, "origin-request")
    chosen = next(iter((said.get("origin") or _origin(origin)).values()))
    headers = _headers(said.get("headers"))
    if headers.get("Host") == origin["DomainName"]:
        del headers["Host"]
    return OriginRequest(
        str(said.get("method", request.method)), _path(said), str(said.get("querystring", "")),
        headers, _body(said, request.body), str(chosen.get("domainName", "")),
    )  # fmt: skip


def at_origin_response(visit: Visit, request: OriginRequest, answer: Answer) -> Answer:
    """Run what hangs at the origin's answer, before it is stored."""
    event = {"request": _request(request, visit.sent.source_ip), "response": _response(answer)}
    said = _run(visit, "origin-response", event)
    return answer if said is None else _changed(answer, said)


def _run(visit: Visit, point: str, event: dict[str, Any]) -> dict[str, Any] | None:
    """What the function at a point returns; None where there is none."""
    arn = next(
        (one["LambdaFunctionARN"] for one in associations(visit.behaviour.config) if one["EventType"] == point), ""
    )
    if not arn:
        return None
    from moto.awslambda_simple.models import lambda_simple_backends

    from course.lab import lambda_invoke, lambda_versions
    from course.lab.lambda_answers import Refused

    found = _ARN.fullmatch(arn)
    assert found is not None  # a wrong ARN was refused when the distribution was made
    config = {"distributionDomainName": visit.record.domain, "distributionId": visit.record.id, "eventType": point,
              "requestId": visit.id}  # fmt: skip
    backend = lambda_simple_backends[found["account"]][_HOME]
    try:
        target = lambda_versions.find(backend, found["name"], found["version"])
        outcome = lambda_invoke.run(backend, target, {"Records": [{"cf": {"config": config, **event}}]})
    except Refused as refused:
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-503-service-unavailable.html
        raise errors.refuse(503, f"The Lambda function could not be run: {refused.message}") from None
    said = json.loads(outcome.payload or b"null") if not outcome.failed else None
    if not isinstance(said, dict):
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-502-lambda-validation-error.html
        raise errors.refuse(502, f"The Lambda function returned an invalid entry or failed ({outcome.said}).")
    return said


def _generated(said: Config, point: str) -> Answer:
    most = _limits(point)[2]
    answer = _changed(Answer(200, Headers(), b""), said)
    if len(answer.content) > most:
        raise errors.refuse(502, f"A response made at {point} may have {most // 1024} KB.")
    return answer


def _changed(answer: Answer, said: Config) -> Answer:
    content = answer.content
    if "body" in said:
        text = str(said["body"])
        content = base64.b64decode(text) if said.get("bodyEncoding") == "base64" else text.encode()
    headers = _headers(said.get("headers"))
    if "body" in said or "Content-Length" not in headers:
        headers["Content-Length"] = str(len(content))
    try:
        return Answer(int(said["status"]), headers, content)
    except (KeyError, ValueError, TypeError):
        raise errors.refuse(502, "The Lambda function returned a response without a status.") from None


def _request(sent: Sent | OriginRequest, client: str) -> dict[str, Any]:
    request: dict[str, Any] = {
        "clientIp": client, "headers": _listed(sent.headers), "method": sent.method, "querystring": sent.query,
        "uri": sent.path,
    }  # fmt: skip
    if sent.body:
        request["body"] = {"action": "read-only", "data": base64.b64encode(sent.body).decode(), "encoding": "base64",
                           "inputTruncated": False}  # fmt: skip
    return request


def _response(answer: Answer) -> dict[str, Any]:
    return {
        "status": str(answer.status),
        "statusDescription": reason(answer.status),
        "headers": _listed(answer.headers),
    }


def _origin(origin: Config) -> dict[str, Any]:
    kind = "custom" if "CustomOriginConfig" in origin else "s3"
    return {kind: {"domainName": origin["DomainName"], "path": origin.get("OriginPath", ""), "customHeaders": {}}}


def _path(said: Config) -> str:
    path = str(said.get("uri", ""))
    if not path.startswith("/"):
        raise errors.refuse(502, "The Lambda function returned a request whose uri does not begin with /.")
    return path


def _body(said: Config, before: bytes) -> bytes:
    body = said.get("body") or {}
    if body.get("action") != "replace":
        return before
    text = str(body.get("data", ""))
    return base64.b64decode(text) if body.get("encoding") == "base64" else text.encode()


def _listed(headers: Headers) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for name, value in headers.items():
        found.setdefault(name.lower(), []).append({"key": name, "value": value})
    return found


def _headers(given: Any) -> Headers:
    found = Headers()
    try:
        for name, rows in (given or {}).items():
            for row in rows:
                found.add(row.get("key", name), str(row["value"]))
    except (AttributeError, KeyError, TypeError):
        raise errors.refuse(
            502, 'The Lambda function returned headers in a wrong form: {"name": [{"key": ..., "value": ...}]}.'
        ) from None
    return found


def _limits(event: str) -> tuple[int, int, int]:
    return _VIEWER if event.startswith("viewer") else _ORIGIN


def _version(found: re.Match[str]) -> Any | None:
    from moto.awslambda_simple.models import lambda_simple_backends

    from course.lab import lambda_versions
    from course.lab.lambda_answers import Refused

    backend = lambda_simple_backends[found["account"]][_HOME]
    try:
        return lambda_versions.find(backend, found["name"], found["version"]).function
    except Refused:
        return None


def associations(behaviour: Config) -> Iterator[Config]:
    """The Lambda functions that hang at a behaviour."""
    yield from (behaviour.get("LambdaFunctionAssociations") or {}).get("Items") or []


def _wrong(said: str) -> Refusal:
    return Refusal("InvalidLambdaFunctionAssociation", said)
