"""Mapping templates: $input, $util, $context and $stageVariables in front of the template language.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final
from urllib.parse import quote_plus, unquote_plus

from course.lab.apigateway import json_paths
from course.lab.apigateway.refused import misconfigured
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.velocity import TemplateError, Tool, from_json, render

# As Java's escapeJavaScript: single quotes too, which is why JSON needs .replaceAll("\\'", "'") after it.
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "'": "\\'", "/": "\\/", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r"[\\\"'/\x00-\x1f\x7f-\uffff]")


class Overrides:
    """What templates change of the request to the backend and of the response: $context.requestOverride."""

    def __init__(self) -> None:
        self.request: dict[str, Any] = {"header": {}, "path": {}, "querystring": {}}
        self.response: dict[str, Any] = {"header": {}}


def fill(template: str, body: str, call: Call, overrides: Overrides) -> str:
    """The template's output. A template that cannot be carried out is a fault of the API."""
    context = call.template_context()
    context["requestOverride"], context["responseOverride"] = overrides.request, overrides.response
    names = {
        "input": _input(body, call),
        "util": _UTIL,
        "context": context,
        "stageVariables": dict(call.variables),
    }
    try:
        return render(template, names)
    except TemplateError as wrong:
        raise misconfigured(f"Unable to transform request: {wrong}") from None


def _input(body: str, call: Call) -> Tool:
    def params(name: str | None = None) -> Any:
        header = {key: values[-1] for key in call.sent.headers if (values := call.sent.headers.getlist(key))}
        query = {key: values[-1] for key, values in call.sent.parameters.items()}
        if name is None:
            return {"path": dict(call.path_parameters), "querystring": query, "header": header}
        # Path, query string and header, in this order.
        return call.path_parameters.get(name, query.get(name, call.sent.headers.get(name, "")))

    def as_json(path: str = "$") -> str:
        found = json_paths.find(body, path)
        return '""' if found is None else json.dumps(found, separators=(",", ":"), ensure_ascii=False)

    return Tool(
        {"json": as_json, "path": lambda path="$": from_json(json_paths.find(body, path)), "params": params},
        {"body": body or "{}"},
    )


def _escape(value: Any) -> str:
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], f"\\u{ord(found[0]):04X}"), text)


def _parse_json(text: Any) -> Any:
    try:
        return from_json(json.loads(str(text)))
    except ValueError:
        return None


_UTIL: Final = Tool(
    {
        "escapeJavaScript": _escape,
        "parseJson": _parse_json,
        "urlEncode": lambda text: quote_plus(str(text or "")),
        "urlDecode": lambda text: unquote_plus(str(text or "")),
        "base64Encode": lambda text: base64.b64encode(str(text or "").encode()).decode(),
        "base64Decode": lambda text: base64.b64decode(str(text or "")).decode("utf-8", "replace"),
    }
)
