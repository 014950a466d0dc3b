"""What answers at https://ID.lambda-url.REGION.on.aws: the function, with an event of payload format 2.0.

A URL with InvokeMode RESPONSE_STREAM is answered here as a whole too: the lab's Python functions cannot stream.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, Final

from moto.awslambda_simple.models import lambda_simple_backends

from course.lab import lambda_invoke, lambda_logs, lambda_versions
from course.lab.apigateway import http_api_cors, http_api_lambda
from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.apigateway.http_api_call import HttpCall, RefusedByHttpApi
from course.lab.apigateway.place import Place
from course.lab.lambda_answers import Refused
from course.lab.lambda_limits import SYNCHRONOUS_PAYLOAD
from course.lab.lambda_url_access import Forbidden, admitted
from course.lab.lambda_url_store import HOST, FunctionUrl, find_by_host

_ROUTE: Final = "$default"


def answer(sent: Sent) -> Answer | None:
    """The answer of a function; None if the host is no function URL's."""
    if not HOST.fullmatch(sent.host.lower()):
        return None
    url = find_by_host(sent.host)
    if url is None:
        return _said(403, "Forbidden", "AccessDeniedException")
    cors = {name[0].lower() + name[1:]: value for name, value in url.cors.items()}
    preflight = http_api_cors.preflight(cors, sent)
    if preflight is not None:
        return Answer(200, preflight.headers, b"")
    given = _called(url, sent)
    name = url.function_arn.split(":")[6]
    function = lambda_simple_backends[url.account][url.region].get_function(name)
    kind = {4: "Url4xxCount", 5: "Url5xxCount"}.get(given.status // 100)
    # https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html
    counts = {"UrlRequestCount": 1.0} | ({kind: 1.0} if kind else {})
    lambda_logs.count(function, url.qualifier, executed="", **counts)
    return http_api_cors.add(cors, sent, given)


def _called(url: FunctionUrl, sent: Sent) -> Answer:
    backend = lambda_simple_backends[url.account][url.region]
    name = url.function_arn.split(":")[6]
    try:
        target = lambda_versions.find(backend, name, url.qualifier or None)
        identity = admitted(url, backend, target, sent)
    except (Forbidden, Refused):
        return _said(403, "Forbidden", "AccessDeniedException")
    if len(sent.body) > SYNCHRONOUS_PAYLOAD:
        return _said(413, "Request must be smaller than 6291456 bytes", "RequestTooLargeException")
    event = _event(url, sent, identity)
    try:
        outcome = lambda_invoke.run(backend, target, event)
    except Refused as refused:
        return _said(refused.status, refused.message, refused.code)
    if outcome.failed:
        return _broken()
    try:
        return http_api_lambda.read(json.loads(outcome.payload or b"null"), "2.0")
    except RefusedByHttpApi:
        return _broken()


def _event(url: FunctionUrl, sent: Sent, identity: dict[str, Any] | None) -> dict[str, Any]:
    """What an HTTP API would hand over, seen from a URL: no stage, no route, and often nobody who is known."""
    api, stage = SimpleNamespace(id=url.id), SimpleNamespace(stage_variables={})
    nothing: Any = None  # an API's deployed routes: a URL has none
    call = HttpCall(
        Place("HTTP", api, url.account, url.region, _ROUTE, sent.path, ""),
        sent,
        stage,
        nothing,
        route=SimpleNamespace(route_key=_ROUTE),
    )
    if identity is not None:
        call.authorizer = {"iam": identity}
    event = http_api_lambda.event_2(call, sent)
    event["requestContext"]["accountId"] = identity["accountId"] if identity else "anonymous"
    return event


def _broken() -> Answer:
    """The function failed, ran out of time, or answered in a form that is none."""
    return Answer(502, Headers({"Content-Type": "application/json"}), b"Internal Server Error")


def _said(status: int, message: str, kind: str) -> Answer:
    content = json.dumps({"Message": message}, separators=(",", ":")).encode()
    return Answer(status, Headers({"Content-Type": "application/json", "x-amzn-ErrorType": kind}), content)
