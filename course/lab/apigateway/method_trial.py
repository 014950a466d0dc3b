"""TestInvokeMethod and TestInvokeAuthorizer: try a method as it is now, without a deployment, and read the log.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-test-method.html
https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlsplit

from course.lab.apigateway import (
    gateway_responses,
    rest_integrations,
    rest_lambda_authorizer,
    rest_log,
    snapshot,
    validation,
)
from course.lab.apigateway.exchange import Sent, headers_from
from course.lab.apigateway.place import Place
from course.lab.apigateway.refused import Refused
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.rest_routes import Found, fit
from course.lab.clock import clock
from course.lab.lambda_answers import Refused as RefusedCall

_STAGE: Final = "test-invoke-stage"


def invoke(backend: Any, api: Any, told: dict[str, Any]) -> dict[str, Any]:
    """Run a method: no authorizer, no key, no throttling, no cache; validation and integration as they are."""
    resource = api.resources.get(told["resourceId"])
    if resource is None:
        raise RefusedCall("NotFoundException", "Invalid Resource identifier specified", 404)
    key = next((one for one in (told["httpMethod"], "ANY") if one in resource.resource_methods), None)
    if key is None:
        raise RefusedCall("NotFoundException", "Invalid Method identifier specified", 404)
    call = _call(backend, api, told, resource.get_path())
    call.sent = _with_method(call.sent, told["httpMethod"])
    route = next(one for one in call.snapshot.routes if one.resource_id == resource.id)
    asked = [part for part in call.place.path.split("/") if part]
    fitted = fit(route.parts, asked)
    call.found = Found(route, route.methods[key], key, fitted[1] if fitted else {})
    began = clock.now()
    try:
        validation.check(call)
        given = rest_integrations.run(call)
    except Refused as refused:
        call.say(refused.log or str(refused))
        given = gateway_responses.render(call, refused)
    milliseconds = (clock.now() - began).total_seconds() * 1000
    lines = [f"Execution log for request {call.request_id}", *rest_log.execution_lines(call, given)]
    return {
        "status": given.status,
        "body": given.body,
        "headers": {name: given.headers[name] for name in given.headers},
        "multiValueHeaders": {name: given.headers.getlist(name) for name in given.headers},
        "log": "\n".join(lines) + "\n",
        "latency": round(max(milliseconds, call.integration_ms)),
    }


def authorize(backend: Any, api: Any, told: dict[str, Any]) -> dict[str, Any]:
    """Ask an authorizer's function, and give what it said."""
    authorizer = api.authorizers.get(told["authorizerId"])
    if authorizer is None:
        raise RefusedCall("NotFoundException", "Invalid Authorizer identifier specified", 404)
    call = _call(backend, api, told, "/")
    route = call.snapshot.routes[0]
    call.found = Found(route, None, "GET", {})
    status, said = 0, {}
    try:
        said = rest_lambda_authorizer.ask(call, authorizer)
    except Refused as refused:
        call.say(refused.log or str(refused))
        status = refused.status
    found: dict[str, Any] = {"clientStatus": status, "log": "\n".join(call.lines), "latency": 0}
    if said:
        found |= {"principalId": said["principalId"], "policy": json.dumps(said["policyDocument"])}
    return found


def _call(backend: Any, api: Any, told: dict[str, Any], path: str) -> Call:
    given = urlsplit(told.get("pathWithQueryString") or path)
    place = Place("REST", api, backend.account_id, backend.region_name, _STAGE, given.path or "/", "")
    headers = headers_from({**(told.get("multiValueHeaders") or {}), **(told.get("headers") or {})})
    sent = Sent("GET", "testPrefix.testDomainName", given.path, given.query, headers, (told.get("body") or "").encode())
    return Call(place, sent, None, snapshot.take(api), dict(told.get("stageVariables") or {}))


def _with_method(sent: Sent, method: str) -> Sent:
    return Sent(method, sent.host, sent.path, sent.query, sent.headers, sent.body)
