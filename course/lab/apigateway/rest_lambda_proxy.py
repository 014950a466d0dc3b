"""AWS_PROXY: the whole request goes to a Lambda function, and the function's answer is the response.

Event and answer: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
Errors: https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
"""

from __future__ import annotations

import base64
from typing import Any, Final

from course.lab.apigateway import lambda_target
from course.lab.apigateway.exchange import Answer, Headers
from course.lab.apigateway.refused import SERVER, Refused, misconfigured
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.stage_variables import filled

_KEYS: Final = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}


def answer(call: Call, integration: Any) -> Answer:
    """Send the request to the function and read its answer."""
    event = event_of(call)
    ran = invoke(call, integration, event)
    if ran.failed:
        call.say(f"Lambda execution failed with status 200 due to customer function error: {ran.payload.decode()}")
        raise bad_answer()
    return read(ran.result, call)


def invoke(call: Call, integration: Any, event: Any) -> lambda_target.Ran:
    """Run the integration's function, within the integration's time."""
    uri = filled(integration.uri or "", call.variables)
    if str(integration.http_method or "POST") != "POST":
        call.say("Lambda invocation failed with status: 403: functions are invoked by POST (integrationHttpMethod)")
        raise misconfigured("The integration's HTTP method must be POST")
    source = call.place.arn(call.sent.method, call.here.route.path)
    credentials = filled(integration.credentials or "", call.variables)
    call.say(f"Endpoint request URI: {uri}")
    try:
        ran = lambda_target.invoke(uri, event, source, credentials)
    except lambda_target.NotInvoked as not_run:
        raise misconfigured(str(not_run)) from None
    call.integration_ms = ran.milliseconds
    call.integration_status = "200"
    check_time(ran.milliseconds, integration)
    return ran


def check_time(milliseconds: float, integration: Any) -> None:
    """A backend that takes longer than the integration allows is given up.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
    """
    if milliseconds > float(integration.timeout_in_millis or 29_000):
        raise Refused("INTEGRATION_TIMEOUT", log="Execution failed due to a timeout error")


def bad_answer() -> Refused:
    """The function failed, or answered what is no answer."""
    return Refused("DEFAULT_5XX", SERVER, status=502, log="Execution failed due to configuration error")


def event_of(call: Call) -> dict[str, Any]:
    """The event of payload format 1.0."""
    headers = call.headers_for_backend()
    names = list(dict.fromkeys(name for name, _ in headers.iteritems()))
    query = call.sent.parameters
    binary = is_binary(call.snapshot.binary_media_types, call.sent.headers.get("Content-Type", ""))
    body: str | None = call.sent.text if call.sent.body else None
    if binary and call.sent.body:
        body = base64.b64encode(call.sent.body).decode()
    return {
        "resource": call.here.route.path,
        "path": call.place.path if call.sent.host.lower() == call.place.host else call.place.whole_path,
        "httpMethod": call.sent.method,
        "headers": {name: headers.getlist(name)[-1] for name in names},
        "multiValueHeaders": {name: headers.getlist(name) for name in names},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": call.path_parameters or None,
        "stageVariables": call.variables or None,
        "requestContext": call.request_context(),
        "body": body,
        "isBase64Encoded": bool(binary and call.sent.body),
    }


def read(result: Any, call: Call) -> Answer:
    """The function's answer as a response; anything of another form is a 502."""
    if not isinstance(result, dict) or not result or not set(result) <= _KEYS:
        raise _malformed(call)
    status, body = result.get("statusCode", 200), result.get("body")
    if not is_status(status) or not isinstance(body, str | None):
        raise _malformed(call)
    headers = Headers()
    several = result.get("multiValueHeaders") or {}
    single = result.get("headers") or {}
    if not isinstance(several, dict) or not isinstance(single, dict):
        raise _malformed(call)
    for name, values in several.items():
        if not isinstance(values, list):
            raise _malformed(call)
        for value in values:
            headers.add(name, plain(value))
    for name, value in single.items():
        if isinstance(value, dict | list):
            raise _malformed(call)
        if value is not None and plain(value) not in headers.getlist(name):
            headers.add(name, plain(value))
    if "Content-Type" not in headers:
        headers["Content-Type"] = "application/json"
    return Answer(int(status), headers, _content(result, body or "", call))


def is_status(value: Any) -> bool:
    """Whether a function's statusCode is one: a number, or a text of digits."""
    text = "" if isinstance(value, bool) else str(value)
    return text.isascii() and text.isdigit() and 100 <= int(text) <= 599


def plain(value: Any) -> str:
    """A header's value as text: numbers and booleans as JSON writes them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_binary(media_types: tuple[str, ...], kind: str) -> bool:
    """Whether bodies of this type are binary for the API (`*/*` stands for all, `image/*` for a family)."""
    kind = kind.partition(";")[0].strip().lower()
    return any(
        one in ("*/*", kind) or (one.endswith("/*") and kind.startswith(one[:-1])) for one in media_types
    )  # fmt: skip


def _content(result: dict[str, Any], body: str, call: Call) -> bytes:
    accepted = call.sent.headers.get("Accept", "").split(",")[0]
    if result.get("isBase64Encoded") and is_binary(call.snapshot.binary_media_types, accepted):
        try:
            return base64.b64decode(body, validate=True)
        except ValueError:
            call.say("Unable to base64 decode the body.")
            raise misconfigured("Unable to base64 decode the body.") from None
    return body.encode("utf-8", "replace")


def _malformed(call: Call) -> Refused:
    call.say("Execution failed due to configuration error: Malformed Lambda proxy response")
    return bad_answer()
