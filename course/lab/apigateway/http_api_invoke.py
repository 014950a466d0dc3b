"""A request to a stage of an HTTP API, from the front door to the answer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html
"""

from __future__ import annotations

import math
from typing import Any, Final

from course.lab import meter
from course.lab.apigateway import (
    front_door,
    http_api_access,
    http_api_cors,
    http_api_lambda,
    http_api_mapping,
    http_api_routes,
    http_api_services,
    rest_log,
    throttle,
    v2_picture,
)
from course.lab.apigateway.exchange import Answer, Headers, Sent, request_to
from course.lab.apigateway.http_api_call import HttpCall, RefusedByHttpApi, failed
from course.lab.apigateway.lambda_target import function_arn
from course.lab.apigateway.outside import NobodyThere
from course.lab.apigateway.place import Place
from course.lab.apigateway.rest_http import address
from course.lab.apigateway.stage_variables import filled
from course.lab.clock import clock

_STEP: Final = 512 * 1024
_FREE: Final = (401, 403, 429)
_OF_A_CONNECTION: Final = ("Host", "Connection", "Transfer-Encoding", "Content-Length", "Expect", "TE")


def answer(place: Place, sent: Sent) -> Answer:
    """What the stage answers."""
    stage = place.api.stages.get(place.stage)
    picture = v2_picture.of_stage(place.api, stage) if stage else None
    if stage is None or picture is None or _closed(place, sent):
        return RefusedByHttpApi(404, "Not Found").answer()
    cors = place.api.cors_configuration
    early = http_api_cors.preflight(cors, sent)
    if early is not None:
        return early
    call = HttpCall(place, sent, stage, picture)
    try:
        given = _carry_out(call)
    except RefusedByHttpApi as refused:
        call.error = refused.log or refused.message
        given = refused.answer()
    if given.status not in _FREE:
        # https://aws.amazon.com/api-gateway/pricing/: in steps of 512 KB
        meter.use("API Gateway", "http-requests", max(1, math.ceil(len(sent.body) / _STEP)))
    given = http_api_cors.add(cors, sent, given)
    headers = given.headers.copy()
    headers["apigw-requestid"], headers["Content-Length"] = call.request_id, str(len(given.content))
    given = Answer(given.status, headers, given.content)
    _count(call, given)
    return given


def _closed(place: Place, sent: Sent) -> bool:
    return bool(place.api.disable_execute_api_endpoint) and sent.host.lower() == place.host


def _carry_out(call: HttpCall) -> Answer:
    found = http_api_routes.find(call.picture.routes, call.sent.method, call.place.path)
    if found is None:
        raise RefusedByHttpApi(404, "Not Found")
    call.route, call.path_parameters = found
    _check_rate(call)
    http_api_access.admit(call)
    integration = call.picture.integration_of(call.route)
    if integration is None:
        raise failed("The route has no integration")
    sent = http_api_mapping.request(call, integration.request_parameters)
    given = _ask(call, integration, sent)
    return http_api_mapping.response(call, given, integration.response_parameters)


def _ask(call: HttpCall, integration: Any, sent: Sent) -> Answer:
    if integration.integration_type == "HTTP_PROXY":
        return _pass_on(call, integration, sent)
    if integration.integration_subtype:
        return http_api_services.answer(call, integration)
    if function_arn(integration.integration_uri):
        return http_api_lambda.answer(call, integration, sent)
    raise failed(f"Integration {integration.integration_type} {integration.integration_uri} cannot be called")


def _pass_on(call: HttpCall, integration: Any, sent: Sent) -> Answer:
    headers = Headers()
    for name, value in sent.headers.iteritems():
        if name.title() not in _OF_A_CONNECTION:
            headers.add(name, value)
    headers["Forwarded"] = f"by={call.place.host};for={sent.source_ip};host={sent.host};proto=https"
    uri = filled(integration.integration_uri or "", call.variables)
    query = [(name, value) for name, values in sent.parameters.items() for value in values]
    if sent.path != call.sent.path:  # overwrite:path
        start, _, host = uri.partition("://")
        uri = f"{start}://{host.partition('/')[0]}{sent.path}"
    url = address(uri, call.path_parameters, query)
    method = integration.integration_method or "ANY"
    began = clock.now()
    try:
        given = front_door.answer(request_to(sent.method if method == "ANY" else method, url, headers, sent.body))
    except (NobodyThere, ValueError) as nobody:
        raise RefusedByHttpApi(503, "Service Unavailable", log=str(nobody)) from None
    if (clock.now() - began).total_seconds() * 1000 > float(integration.timeout_in_millis or 30_000):
        raise RefusedByHttpApi(503, "Service Unavailable", log="The integration timed out")
    return given


def _check_rate(call: HttpCall) -> None:
    """The route's own limits, else the stage's, and those of the account.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
    """
    place, key = call.place, call.route.route_key
    own = (call.stage.route_settings or {}).get(key) or {}
    settings = own if own.get("throttlingRateLimit") is not None else call.stage.default_route_settings or {}
    limits = [throttle.Limit(("account", place.account), throttle.ACCOUNT_RATE, throttle.ACCOUNT_BURST)]
    if settings.get("throttlingRateLimit") is not None:
        name = ("http api", place.api_id, place.stage, *([key] if settings is own else []))
        burst = float(settings.get("throttlingBurstLimit") or throttle.ACCOUNT_BURST)
        limits.insert(0, throttle.Limit(name, float(settings["throttlingRateLimit"]), burst))
    if not all(throttle.passes(place.account, place.region, limit) for limit in limits):
        raise RefusedByHttpApi(429, "Too Many Requests")


def _count(call: HttpCall, given: Answer) -> None:
    latency = (clock.now() - call.at).total_seconds() * 1000
    dimensions = [{"Name": "ApiId", "Value": call.place.api_id}, {"Name": "Stage", "Value": call.place.stage}]
    rest_log.publish(call.place, dimensions, {
        "Count": 1, "4xx": float(400 <= given.status < 500), "5xx": float(given.status >= 500), "Latency": latency,
    })  # fmt: skip
    settings = call.stage.access_log_settings or {}
    if settings.get("destinationArn"):
        line = http_api_mapping.filled(
            settings.get("format") or "", lambda name: _for_log(call, given, latency, name) or "-"
        )
        rest_log.put_line(call.place, settings["destinationArn"], line or "-")


def _for_log(call: HttpCall, given: Answer, latency: float, name: str) -> str | None:
    known = {
        "status": str(given.status),
        "responseLength": str(len(given.content)),
        "responseLatency": str(round(latency)),
        "error.message": call.error or None,
        "integrationErrorMessage": call.error or None,
    }
    short = name.removeprefix("$context.")
    return known[short] if short in known else call.select(name)
