"""Parameter mapping of HTTP APIs: append, overwrite and remove headers, query parameters, path and status.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from course.lab.apigateway import json_paths
from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.apigateway.http_api_call import HttpCall
from course.lab.apigateway.velocity.values import text

_EXPRESSION = re.compile(r"\$\{[^}]+\}|\$(?:request|response|context|stageVariables)(?:\.[\w-]+)+")
_Select = Callable[[str], str | None]


def request(call: HttpCall, mappings: dict[str, str] | None) -> Sent:
    """The request as it goes to the backend."""
    sent = call.sent
    headers, query, path = sent.headers.copy(), sent.parameters, sent.path
    for target, source in (mappings or {}).items():
        action, where, name = _read(target)
        value = filled(source, call.select)
        if where == "header":
            _header(headers, action, name, value)
        elif where == "querystring":
            if action == "remove":
                query.pop(name, None)
            elif value is not None:
                query[name] = [*(query.get(name, []) if action == "append" else []), value]
        elif where == "path" and value is not None:
            path = value
    pairs = [(name, value) for name, values in query.items() for value in values]
    changed = sent.query if query == sent.parameters else urlencode(pairs)
    return replace(sent, headers=headers, query=changed, path=path)


def response(call: HttpCall, given: Answer, mappings: dict[str, dict[str, str]] | None) -> Answer:
    """The answer as it goes to the client, by the mappings for its status."""
    chosen = (mappings or {}).get(str(given.status))
    if not chosen:
        return given
    headers, status = given.headers.copy(), given.status

    def select(expression: str) -> str | None:
        name = expression.removeprefix("$").removeprefix("{").removesuffix("}")
        if name.startswith("response.header."):
            return ",".join(given.headers.getlist(name.partition("header.")[2])) or None
        if name.startswith("response.body"):
            found = json_paths.find(given.body, f"$.{name.removeprefix('response.body').lstrip('.')}".rstrip("."))
            return None if found is None else text(found)
        return call.select(expression)

    for target, source in chosen.items():
        action, where, name = _read(target)
        value = filled(source, select)
        if where == "header":
            _header(headers, action, name, value)
        elif where == "statuscode" and value is not None:
            status = int(value)
    return Answer(status, headers, given.content)


def filled(source: str, select: _Select) -> str | None:
    """The value of a source: a text in which expressions are replaced; a lone one without a value is no value."""
    source = str(source)
    if _EXPRESSION.fullmatch(source):
        return select(source)
    return _EXPRESSION.sub(lambda found: select(found[0]) or "", source)


def _read(target: str) -> tuple[str, str, str]:
    action, _, rest = target.partition(":")
    where, _, name = rest.partition(".")
    return action, where, name


def _header(headers: Headers, action: str, name: str, value: str | None) -> None:
    if action == "remove":
        headers.discard(name)
    elif value is not None:
        if action == "overwrite":
            headers.discard(name)
        headers.add(name, value)
