"""The answer of a gateway response: the API's own one, that of its family (DEFAULT_4XX, DEFAULT_5XX), or AWS's.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from course.lab.apigateway.exchange import Answer, Headers
from course.lab.apigateway.refused import TYPES, Refused
from course.lab.apigateway.rest_call import Call

# Templates of gateway responses know variables only, no directives.
_NAME = r"((?:context|stageVariables)(?:\.[A-Za-z_][A-Za-z0-9_-]*)+)"
_VARIABLE = re.compile(rf"\$(?:{_NAME}|\{{{_NAME}\}})")


def render(call: Call, refused: Refused) -> Answer:
    """The answer that the caller gets."""
    own = call.snapshot.gateway_responses
    family = "DEFAULT_5XX" if refused.status >= 500 else "DEFAULT_4XX"
    template, status = None, refused.status
    parameters: dict[str, str] = {}
    for kind in (refused.kind, family):
        if (found := own.get(kind)) is None:
            continue
        status = int(found.status_code or status)
        template = _template(found.response_templates or {}, call)
        parameters = found.response_parameters or {}
        break
    headers = Headers({"Content-Type": "application/json"})
    # Access is denied with a capital M; old clients of AWS rely on it.
    word = "Message" if refused.kind == "ACCESS_DENIED" else "message"
    body = json.dumps({word: refused.message}, separators=(",", ":"))
    if template is not None:
        headers["Content-Type"], text = template
        body = fill(text, _values(call, refused))
    headers["x-amzn-RequestId"] = call.request_id
    headers["x-amzn-ErrorType"] = refused.error
    headers["x-amz-apigw-id"] = call.extended_id
    for name, value in parameters.items():
        if name.startswith("gatewayresponse.header."):
            headers[name.split(".", 2)[2]] = _parameter(value, call)
    content = body.encode("utf-8", "replace")
    headers["Content-Length"] = str(len(content))
    return Answer(status, headers, content)


def default_response(kind: str) -> Any | None:
    """A gateway response that nobody has changed, as moto keeps those that were; None for an unknown type."""
    known = TYPES.get(kind)
    if known is None:
        return None
    from moto.apigateway.models import GatewayResponse

    status: Any = None if kind.startswith("DEFAULT") else str(known.status)
    found = GatewayResponse(kind, status, {}, {"application/json": '{"message":$context.error.messageString}'})
    found.default_response = True
    return found


def fill(text: str, values: dict[str, Any]) -> str:
    """Put values in the place of variables."""
    return _VARIABLE.sub(lambda found: _look_up(values, found[1] or found[2]), text)


def _look_up(values: dict[str, Any], name: str) -> str:
    value: Any = values
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _values(call: Call, refused: Refused) -> dict[str, Any]:
    error = {
        "message": refused.message,
        "messageString": json.dumps(refused.message),
        "responseType": refused.kind,
        "validationErrorString": refused.details,
    }
    return {"context": {**call.template_context(), "error": error}, "stageVariables": call.variables}


def _template(templates: dict[str, str], call: Call) -> tuple[str, str] | None:
    """The template for what the client accepts, else the first."""
    wanted = call.sent.headers.get("Accept", "")
    for kind, text in templates.items():
        if kind in wanted:
            return kind, text or ""
    return next(((kind, text or "") for kind, text in templates.items()), None)


def _parameter(source: str, call: Call) -> str:
    """A header of a gateway response: a value in quotes, or a part of the request."""
    if source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    where, _, name = source.removeprefix("method.request.").partition(".")
    if where == "header":
        return call.sent.headers.get(name, "")
    if where == "querystring":
        return next(iter(call.sent.parameters.get(name, [])), "")
    if where == "path":
        return call.path_parameters.get(name, "")
    return fill(f"${source}", _values(call, Refused("DEFAULT_4XX")))
