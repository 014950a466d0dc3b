"""AWS, HTTP and MOCK integrations: templates and mappings on the way to the backend and back.

Request: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-integration-settings.html
Content types: https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
Response: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any

from course.lab.apigateway import parameter_mapping, rest_http, rest_lambda, rest_mock, rest_service, templates
from course.lab.apigateway.exchange import Answer, Headers
from course.lab.apigateway.lambda_target import function_arn
from course.lab.apigateway.parameter_mapping import ToBackend
from course.lab.apigateway.refused import Refused, misconfigured
from course.lab.apigateway.rest_call import Call


@dataclass(frozen=True)
class Said:
    """What the backend said, and the text by which an integration response is chosen."""

    answer: Answer
    chosen_by: str


def answer(call: Call, integration: Any) -> Answer:
    """Ask the backend with the mapped request, and map what it says."""
    overrides = templates.Overrides()
    body = request_body(call, integration, overrides)
    values = parameter_mapping.request_values(call, integration.request_parameters)
    for where in ("header", "querystring", "path"):
        getattr(values, where).update({name: str(one) for name, one in overrides.request[where].items()})
    call.say(f"Endpoint request body after transformations: {body}")
    said = _ask(call, integration, body, values)
    call.integration_status = str(said.answer.status)
    call.say(f"Endpoint response body before transformations: {said.answer.body}")
    return _respond(call, integration, said, overrides)


def request_body(call: Call, integration: Any, overrides: templates.Overrides) -> str:
    """The body for the backend: by the template for the content type, or passed through where that is allowed."""
    known = integration.request_templates or {}
    kind = (call.sent.headers.get("Content-Type") or "application/json").partition(";")[0].strip().lower()
    template = next((text for name, text in known.items() if name.lower() == kind), known.get("$default"))
    if template is not None:
        return templates.fill(template, call.sent.text, call, overrides)
    behaviour = (integration.passthrough_behaviour or "WHEN_NO_MATCH").upper()
    if behaviour == "NEVER" or (behaviour == "WHEN_NO_TEMPLATES" and known):
        raise Refused("UNSUPPORTED_MEDIA_TYPE", log=f"No template for content type {kind}")
    return call.sent.text


def _ask(call: Call, integration: Any, body: str, values: ToBackend) -> Said:
    kind = integration.integration_type
    if kind == "MOCK":
        status = rest_mock.status(body)
        return Said(Answer(status, Headers(), b""), str(status))
    if kind == "HTTP":
        given = rest_http.ask(call, integration, body, values)
        return Said(given, str(given.status))
    if function_arn(integration.uri):
        return Said(*rest_lambda.ask(call, integration, body, values))
    given = rest_service.ask(call, integration, body, values)
    return Said(given, str(given.status))


def _respond(call: Call, integration: Any, said: Said, overrides: templates.Overrides) -> Answer:
    chosen = _choose(integration, said.chosen_by)
    status = str(chosen.status_code)
    declared = call.here.method.method_responses.get(status)
    if declared is None:
        raise misconfigured(f"Output mapping refers to an invalid method response: {status}")
    content, kind = said.answer.content, "application/json"
    template = _template(chosen.response_templates or {}, call)
    if template is not None:
        kind, text = template
        content = templates.fill(text, said.answer.body, call, overrides).encode("utf-8", "replace")
    if chosen.content_handling == "CONVERT_TO_BINARY":
        try:
            content = base64.b64decode(content, validate=True)
        except ValueError:
            raise misconfigured("Unable to base64 decode the body.") from None
    elif chosen.content_handling == "CONVERT_TO_TEXT":
        content = base64.b64encode(content)
    headers = Headers({"Content-Type": kind})
    mapped = parameter_mapping.response_headers(call, chosen.response_parameters, said.answer)
    allowed = {name.removeprefix("method.response.header.").lower() for name in declared.response_parameters or {}}
    for name, value in mapped.items():
        if name.lower() not in allowed:
            raise misconfigured(f"Invalid mapping expression specified: method.response.header.{name}")
        headers[name] = value
    for name, value in overrides.response.get("header", {}).items():
        headers[name] = str(value)
    overridden = str(overrides.response.get("status") or status)
    if not overridden.isdigit():
        raise misconfigured(f"Invalid response override status: {overridden}")
    return Answer(int(overridden), headers, content)


def _choose(integration: Any, text: str) -> Any:
    """The integration response whose pattern fits the whole text, else the one without a pattern."""
    known = list((integration.integration_responses or {}).values())
    for one in known:
        try:
            if one.selection_pattern and re.fullmatch(one.selection_pattern, text):
                return one
        except re.error as wrong:
            raise misconfigured(f"Invalid selection pattern {one.selection_pattern}: {wrong}") from None
    for one in known:
        if not one.selection_pattern:
            return one
    raise misconfigured(
        "No match for output mapping and no default output mapping configured. "
        f"Endpoint Response Status Code: {text if text.isdigit() else '200'}"
    )


def _template(known: dict[str, str | None], call: Call) -> tuple[str, str] | None:
    """The template for what the client accepts, else the first."""
    accepted = call.sent.headers.get("Accept", "")
    for kind, text in known.items():
        if text is not None and kind in accepted:
            return kind, text
    return next(((kind, text) for kind, text in known.items() if text is not None), None)
