"""Routes of a WebSocket API: $connect, $disconnect, and for messages the one that the route selection expression names.

https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.apigateway import front_door, json_paths, lambda_target, rest_mock, v2_picture
from course.lab.apigateway.exchange import Headers, request_to
from course.lab.apigateway.outside import NobodyThere
from course.lab.apigateway.rest_lambda_proxy import is_status
from course.lab.apigateway.stage_variables import filled
from course.lab.apigateway.velocity import TemplateError, Tool, from_json, render
from course.lab.apigateway.velocity.values import text
from course.lab.apigateway.websocket_access import admit
from course.lab.apigateway.websocket_connections import Connection, bill
from course.lab.clock import clock


class Failed(Exception):
    """The backend did not answer as it should."""


class Refused(Exception):
    """The connection is not accepted."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status


@dataclass(frozen=True)
class _Said:
    status: int
    body: str


def connected(connection: Connection) -> None:
    """Ask the $connect route; without one every client is accepted. Raises Refused."""
    stage, picture = _serving(connection)
    route = _route(picture, "$connect")
    if route is None:
        return
    event = _event(connection, "$connect", "CONNECT")
    sent = connection.opening
    event |= {
        "headers": {name: sent.headers.getlist(name)[-1] for name in sent.headers},
        "multiValueHeaders": {name: sent.headers.getlist(name) for name in sent.headers},
    }
    if sent.parameters:
        event["queryStringParameters"] = {name: values[-1] for name, values in sent.parameters.items()}
        event["multiValueQueryStringParameters"] = sent.parameters
    status = admit(connection, route, picture, event)
    if status:
        raise Refused(status, {401: "Unauthorized", 403: "Forbidden"}.get(status, "Internal server error"))
    if connection.authorizer:
        event["requestContext"]["authorizer"] = connection.authorizer
    try:
        said = _ask(connection, route, picture, event, stage)
    except Failed:
        raise Refused(502, "Bad Gateway") from None
    if said.status >= 400:
        raise Refused(said.status, "the $connect route did not accept it")


def received(connection: Connection, message: str) -> None:
    """A message of the client: find its route, ask the backend, and send back what a two-way route answers."""
    connection.touch()
    bill(len(message.encode()))
    stage, picture = _serving(connection)
    key = _key(connection, message)
    route = _route(picture, key) or _route(picture, "$default")
    request_id = str(mock_random.uuid4())
    if route is None:
        connection.inbox.append(_trouble("Forbidden", connection, request_id))
        return
    event = _event(connection, route.route_key, "MESSAGE", request_id)
    event["body"] = message
    event["requestContext"]["messageId"] = connection.id[:8] + "Ng="
    try:
        said = _ask(connection, route, picture, event, stage)
    except Failed:
        connection.inbox.append(_trouble("Internal server error", connection, request_id))
        return
    if route.route_response_selection_expression or route.route_responses:
        connection.inbox.append(said.body)


def disconnected(connection: Connection, code: int, why: str, by_client: bool) -> None:
    """Tell the $disconnect route, which nobody waits for."""
    stage = connection.place.api.stages.get(connection.place.stage)
    picture = v2_picture.of_stage(connection.place.api, stage) if stage else None
    route = _route(picture, "$disconnect") if picture else None
    if picture is None or route is None:
        return
    event = _event(connection, "$disconnect", "DISCONNECT")
    event["requestContext"] |= {"disconnectStatusCode": code, "disconnectReason": why}
    try:
        _ask(connection, route, picture, event, stage)
    except Failed:
        return


def _serving(connection: Connection) -> tuple[Any, v2_picture.Picture]:
    stage = connection.place.api.stages.get(connection.place.stage)
    picture = v2_picture.of_stage(connection.place.api, stage) if stage else None
    if picture is None:
        raise Refused(403, "Forbidden")
    return stage, picture


def _route(picture: v2_picture.Picture, key: str) -> Any | None:
    return next((route for route in picture.routes.values() if route.route_key == key), None)


def _key(connection: Connection, message: str) -> str:
    """The value of the route selection expression, such as $request.body.action; no JSON goes to $default."""
    expression = connection.place.api.route_selection_expression
    inside = expression.removeprefix("$").removeprefix("{").removesuffix("}")
    path = inside.removeprefix("request.body").lstrip(".")
    try:
        json.loads(message)
    except ValueError:
        return "$default"
    found = json_paths.find(message, f"$.{path}")
    return text(found) if isinstance(found, str | int) and found != "" else "$default"


def _event(connection: Connection, key: str, kind: str, request_id: str = "") -> dict[str, Any]:
    place, sent, now = connection.place, connection.opening, clock.now()
    request_id = request_id or str(mock_random.uuid4())
    context: dict[str, Any] = {
        "routeKey": key,
        "eventType": kind,
        "extendedRequestId": base64.b64encode(request_id.encode())[:15].decode() + "=",
        "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "messageDirection": "IN",
        "stage": place.stage,
        "connectedAt": int(connection.connected_at.timestamp() * 1000),
        "requestTimeEpoch": int(now.timestamp() * 1000),
        "identity": {"sourceIp": sent.source_ip, "userAgent": sent.headers.get("User-Agent")},
        "requestId": request_id,
        "domainName": sent.host,
        "connectionId": connection.id,
        "apiId": place.api_id,
    }
    if connection.authorizer:
        context["authorizer"] = connection.authorizer
    event: dict[str, Any] = {"requestContext": context, "isBase64Encoded": False}
    stage = place.api.stages.get(place.stage)
    if stage is not None and stage.stage_variables:
        event["stageVariables"] = dict(stage.stage_variables)
    return event


def _ask(connection: Connection, route: Any, picture: v2_picture.Picture, event: dict[str, Any], stage: Any) -> _Said:
    integration = picture.integration_of(route)
    if integration is None:
        raise Failed("The route has no integration")
    kind = integration.integration_type
    if kind == "MOCK":
        return _mock(route, integration, event)
    if kind == "HTTP_PROXY":
        return _http(integration, event, stage)
    uri = filled(integration.integration_uri or "", stage.stage_variables or {})
    place = connection.place
    source = f"arn:aws:execute-api:{place.region}:{place.account}:{place.api_id}/{place.stage}/{route.route_key}"
    given = event
    if kind == "AWS":
        given = json.loads(_template(integration.request_templates, event) or event.get("body") or "{}")
    try:
        ran = lambda_target.invoke(uri, given, source, integration.credentials_arn or "")
    except lambda_target.NotInvoked as not_run:
        raise Failed(str(not_run)) from None
    if ran.failed or ran.milliseconds > float(integration.timeout_in_millis or 29_000):
        raise Failed(ran.payload.decode())
    if kind == "AWS":
        return _Said(200, ran.payload.decode())
    return _read(ran.result)


def _read(result: Any) -> _Said:
    """The status and body of a proxy answer; a body that is no text, or no status, is a fault of the function."""
    if not isinstance(result, dict) or not is_status(result.get("statusCode")):
        raise Failed(f"Malformed Lambda proxy response: {result}")
    body = result.get("body")
    if not isinstance(body, str | None):
        raise Failed("The function's body is no text")
    return _Said(int(result["statusCode"]), body or "")


def _mock(route: Any, integration: Any, event: dict[str, Any]) -> _Said:
    from course.lab.apigateway.refused import Refused as Misconfigured

    try:
        status = rest_mock.status(_template(integration.request_templates, event) or '{"statusCode": 200}')
    except Misconfigured as wrong:
        raise Failed(str(wrong)) from None
    answer = next(iter(integration.responses.values()), None)
    return _Said(status, _template(answer.response_templates, event) if answer else "")


def _template(templates: dict[str, str] | None, event: dict[str, Any]) -> str:
    """The rendered template; a WebSocket message knows one, whatever its key."""
    template = next(iter((templates or {}).values()), "")
    if not template:
        return ""
    body = str(event.get("body") or "")
    tool = Tool(
        {
            "path": lambda path="$": from_json(json_paths.find(body, path)),
            "json": lambda path="$": json.dumps(json_paths.find(body, path)),
        },
        {"body": body},
    )
    names = {"input": tool, "context": event["requestContext"], "stageVariables": event.get("stageVariables", {})}
    try:
        return render(template, names)
    except TemplateError as wrong:
        raise Failed(str(wrong)) from None


def _http(integration: Any, event: dict[str, Any], stage: Any) -> _Said:
    uri = filled(integration.integration_uri or "", stage.stage_variables or {})
    body = str(event.get("body") or "").encode()
    headers = Headers({"Content-Type": "application/json"})
    headers["connectionId"] = event["requestContext"]["connectionId"]
    try:
        given = front_door.answer(request_to(integration.integration_method or "POST", uri, headers, body))
    except (NobodyThere, ValueError) as nobody:
        raise Failed(str(nobody)) from None
    return _Said(given.status, given.body)


def _trouble(message: str, connection: Connection, request_id: str) -> str:
    return json.dumps({"message": message, "connectionId": connection.id, "requestId": request_id})
