"""AWS integrations with Lambda: the rendered template is the event, the function's answer goes to the templates.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html
Errors: https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
"""

from __future__ import annotations

import json
from typing import Any

from course.lab import lambda_async
from course.lab.apigateway import rest_lambda_proxy
from course.lab.apigateway.exchange import Answer, Headers
from course.lab.apigateway.lambda_target import NotInvoked, function_arn, start
from course.lab.apigateway.parameter_mapping import ToBackend
from course.lab.apigateway.refused import misconfigured
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.stage_variables import filled


def ask(call: Call, integration: Any, body: str, values: ToBackend) -> tuple[Answer, str]:
    """The function's answer, and the text that selection patterns look at: the error message, if it failed."""
    headers = Headers({"Content-Type": "application/json"})
    try:
        event = json.loads(body) if body.strip() else {}
    except ValueError as wrong:
        said = {"Type": "User", "message": f"Could not parse request body into json: {wrong}"}
        return Answer(400, headers, json.dumps(said).encode()), "400"
    kind = next((one for name, one in values.header.items() if name.lower() == "x-amz-invocation-type"), "")
    if kind == "Event":
        return _start(call, integration, event)
    ran = rest_lambda_proxy.invoke(call, integration, event)
    if not ran.failed:
        return Answer(200, headers, ran.payload), ""
    error = ran.result
    message = str(error.get("errorMessage", "")) if isinstance(error, dict) else ""
    headers["X-Amz-Function-Error"] = "Unhandled"
    return Answer(200, headers, ran.payload), message


def _start(call: Call, integration: Any, event: Any) -> tuple[Answer, str]:
    """X-Amz-Invocation-Type 'Event': the caller does not wait for the function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html
    """
    arn = function_arn(filled(integration.uri, call.variables))
    source = call.place.arn(call.sent.method, call.here.route.path)
    try:
        backend = start(arn, source, filled(integration.credentials or "", call.variables))
    except NotInvoked as not_run:
        raise misconfigured(str(not_run)) from None
    lambda_async.accept(backend, arn, None, event, f"API {call.place.api_id}")
    return Answer(202, Headers(), b""), ""
