"""HTTP and HTTP_PROXY: the backend is another address: another API of the lab, or a site of lab.http.serve.

https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from course.lab.apigateway import front_door, parameter_mapping
from course.lab.apigateway.exchange import Answer, Headers, request_to
from course.lab.apigateway.outside import NobodyThere
from course.lab.apigateway.parameter_mapping import ToBackend
from course.lab.apigateway.refused import Refused
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.rest_lambda_proxy import check_time
from course.lab.apigateway.stage_variables import filled
from course.lab.clock import clock

# They speak about one connection, not about the request.
_OF_A_CONNECTION = ("Host", "Connection", "Transfer-Encoding", "Content-Length", "Expect", "TE")


def pass_through(call: Call, integration: Any) -> Answer:
    """The client's request goes on as it is, with its mappings added; the answer comes back as it is."""
    values = parameter_mapping.request_values(call, integration.request_parameters)
    headers = call.headers_for_backend()
    query = list(_pairs(call.sent.parameters)) + list(values.querystring.items())
    given = _send(call, integration, headers, values, query, call.sent.body)
    call.integration_status = str(given.status)
    return given


def ask(call: Call, integration: Any, body: str, values: ToBackend) -> Answer:
    """Only what is mapped goes to the backend."""
    headers = Headers({"Content-Type": call.sent.headers.get("Content-Type", "application/json")})
    headers["X-Amzn-Trace-Id"] = call.trace_id
    headers["Accept"] = call.sent.headers.get("Accept", "application/json")
    return _send(call, integration, headers, values, list(values.querystring.items()), body.encode("utf-8", "replace"))


def _send(
    call: Call, integration: Any, headers: Headers, values: ToBackend, query: list[tuple[str, str]], body: bytes
) -> Answer:
    for name in _OF_A_CONNECTION:
        headers.discard(name)
    for name, value in values.header.items():
        headers[name] = value
    method = str(integration.http_method or call.sent.method)
    url = address(filled(integration.uri, call.variables), values.path, query)
    call.say(f"Endpoint request URI: {url}")
    began = clock.now()
    try:
        given = front_door.answer(request_to(call.sent.method if method == "ANY" else method, url, headers, body))
    except (NobodyThere, ValueError) as nobody:
        raise Refused("INTEGRATION_FAILURE", log=f"Execution failed due to a network error: {nobody}") from None
    call.integration_ms = (clock.now() - began).total_seconds() * 1000
    check_time(call.integration_ms, integration)
    return given


def address(uri: str, path: dict[str, str], query: list[tuple[str, str]]) -> str:
    """The URI with its path parameters and query filled in; {proxy+} keeps its slashes."""
    for name, value in path.items():
        uri = uri.replace(f"{{{name}+}}", quote(value, safe="/")).replace(f"{{{name}}}", quote(value, safe="/"))
    return uri + (("&" if "?" in uri else "?") + urlencode(query) if query else "")


def _pairs(parameters: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in parameters.items() for value in values]
