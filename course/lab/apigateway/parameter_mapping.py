"""Parameter mappings of REST integrations: where a header, query parameter or path part gets its value from.

https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from course.lab.apigateway import json_paths
from course.lab.apigateway.exchange import Answer
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.velocity.values import text


@dataclass
class ToBackend:
    """The values that a request to the backend gets."""

    header: dict[str, str] = field(default_factory=dict)
    querystring: dict[str, str] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)


def request_values(call: Call, parameters: dict[str, str] | None) -> ToBackend:
    """Evaluate `integration.request.WHERE.NAME: SOURCE`; a source without a value sets nothing."""
    found = ToBackend()
    for target, source in (parameters or {}).items():
        where, _, name = target.removeprefix("integration.request.").partition(".")
        value = _from_request(call, str(source))
        if value is not None:
            getattr(found, where)[name] = value
    return found


def response_headers(call: Call, parameters: dict[str, str] | None, backend: Answer) -> dict[str, str]:
    """Evaluate `method.response.header.NAME: SOURCE`."""
    found: dict[str, str] = {}
    for target, source in (parameters or {}).items():
        name = target.removeprefix("method.response.header.")
        value = _from_response(call, str(source), backend)
        if value is not None:
            found[name] = value
    return found


def _from_request(call: Call, source: str) -> str | None:
    if source.startswith("'"):
        return source[1:-1]
    if not source.startswith("method.request."):
        return _from_call(call, source)
    where, _, name = source.removeprefix("method.request.").partition(".")
    if where == "header":
        return call.sent.headers.get(name)
    if where == "multivalueheader":
        return ",".join(call.sent.headers.getlist(name)) or None
    if where == "querystring":
        values = call.sent.parameters.get(name)
        return values[-1] if values else None
    if where == "multivaluequerystring":
        return ",".join(call.sent.parameters.get(name, [])) or None
    if where == "path":
        return call.path_parameters.get(name)
    return call.sent.text if not name else _path(call.sent.text, name)


def _from_response(call: Call, source: str, backend: Answer) -> str | None:
    if source.startswith("'"):
        return source[1:-1]
    if not source.startswith("integration.response."):
        return _from_call(call, source)
    where, _, name = source.removeprefix("integration.response.").partition(".")
    if where in ("header", "multivalueheader"):
        return ",".join(backend.headers.getlist(name)) or None
    return backend.body if not name else _path(backend.body, name)


def _from_call(call: Call, source: str) -> str | None:
    if source.startswith("stageVariables."):
        return call.variables.get(source.removeprefix("stageVariables."))
    value: Any = {"context": call.template_context()}
    for part in source.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return None if value is None else text(value)


def _path(body: str, path: str) -> str | None:
    found = json_paths.find(body, f"$.{path}")
    return None if found is None else text(found)
