"""Lambda behind an HTTP API: the event of payload format 2.0 or 1.0, and what the function's answer means.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import unquote

from course.lab.apigateway import lambda_target
from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.apigateway.http_api_call import HttpCall, RefusedByHttpApi, failed
from course.lab.apigateway.rest_lambda_proxy import is_status, plain
from course.lab.apigateway.stage_variables import filled


def answer(call: HttpCall, integration: Any, sent: Sent) -> Answer:
    """Invoke the integration's function."""
    version = str(integration.payload_format_version or "1.0")
    event = event_2(call, sent) if version == "2.0" else event_1(call, sent)
    uri = filled(integration.integration_uri or "", call.variables)
    try:
        ran = lambda_target.invoke(uri, event, call.source_arn, integration.credentials_arn or "")
    except lambda_target.NotInvoked as not_run:
        raise failed(str(not_run)) from None
    if ran.milliseconds > float(integration.timeout_in_millis or 30_000):
        raise RefusedByHttpApi(503, "Service Unavailable", log="The integration timed out")
    if ran.failed:
        raise failed(f"The function failed: {ran.payload.decode()}")
    return read(ran.result, version)


def event_2(call: HttpCall, sent: Sent) -> dict[str, Any]:
    """Payload format 2.0: names of headers in lower case, several values in one with commas; no empty fields."""
    headers = {name.lower(): ",".join(sent.headers.getlist(name)) for name in _on_the_way(call, sent)}
    cookies = [one.strip() for one in headers.pop("cookie", "").split(";") if one.strip()]
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": call.route.route_key,
        "rawPath": unquote(call.raw_path),
        "rawQueryString": sent.query,
        "headers": {**headers, **_added(call)},
        "requestContext": call.context(),
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if sent.parameters:
        event["queryStringParameters"] = {name: ",".join(values) for name, values in sent.parameters.items()}
    if call.path_parameters:
        event["pathParameters"] = call.path_parameters
    if call.variables:
        event["stageVariables"] = call.variables
    if sent.body:
        event["body"], event["isBase64Encoded"] = call.body()
    return event


def event_1(call: HttpCall, sent: Sent) -> dict[str, Any]:
    """Payload format 1.0, with the fields that REST APIs have."""
    names = list(_on_the_way(call, sent))
    several = {name: sent.headers.getlist(name) for name in names} | {
        name: [value] for name, value in _added(call).items()
    }
    known = call.context()
    body, encoded = call.body() if sent.body else (None, False)
    identity: dict[str, Any] = dict.fromkeys(
        ("accessKey", "accountId", "caller", "cognitoAmr", "cognitoAuthenticationProvider",
         "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn")
    )  # fmt: skip
    context = {
        "accountId": known["accountId"],
        "apiId": known["apiId"],
        "domainName": known["domainName"],
        "domainPrefix": known["domainPrefix"],
        "extendedRequestId": known["requestId"],
        "httpMethod": sent.method,
        "identity": {**identity, "sourceIp": sent.source_ip, "userAgent": known["http"]["userAgent"]},
        "path": call.raw_path,
        "protocol": "HTTP/1.1",
        "requestId": known["requestId"],
        "requestTime": known["time"],
        "requestTimeEpoch": known["timeEpoch"],
        "resourceId": call.route.route_key,
        "resourcePath": call.route.route_key.partition(" ")[2] or "$default",
        "stage": known["stage"],
    }
    if call.authorizer:
        context["authorizer"] = call.authorizer.get("lambda") or call.authorizer.get("jwt") or {}
    return {
        "version": "1.0",
        "resource": context["resourcePath"],
        "path": call.raw_path,
        "httpMethod": sent.method,
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": several,
        "queryStringParameters": {name: values[-1] for name, values in sent.parameters.items()} or None,
        "multiValueQueryStringParameters": sent.parameters or None,
        "requestContext": context,
        "pathParameters": call.path_parameters or None,
        "stageVariables": call.variables or None,
        "body": body,
        "isBase64Encoded": encoded,
    }


def _on_the_way(call: HttpCall, sent: Sent) -> list[str]:
    return list(dict.fromkeys(name for name, _ in sent.headers.iteritems()))


def _added(call: HttpCall) -> dict[str, str]:
    forwarded = call.sent.headers.get("X-Forwarded-For")
    return {
        "x-amzn-trace-id": f"Root=1-{int(call.at.timestamp()):08x}-{call.request_id.encode().hex()[:24]}",
        "x-forwarded-for": f"{forwarded}, {call.sent.source_ip}" if forwarded else call.sent.source_ip,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def read(result: Any, version: str) -> Answer:
    """The response in the function's answer. In format 2.0 whatever has no statusCode is the body itself."""
    if version == "2.0" and not (isinstance(result, dict) and "statusCode" in result):
        said = result if isinstance(result, str) else json.dumps(result)
        return Answer(200, Headers({"Content-Type": "application/json"}), said.encode("utf-8", "replace"))
    if not isinstance(result, dict) or not is_status(result.get("statusCode")):
        raise failed("The function's answer has no statusCode")
    body = result.get("body")
    if not isinstance(body, str | None):
        raise failed("The function's body is no text")
    headers = _headers(result)
    headers.setdefault("Content-Type", "application/json" if version == "1.0" else "text/plain;charset=UTF-8")
    content = (body or "").encode("utf-8", "replace")
    if result.get("isBase64Encoded"):
        try:
            content = base64.b64decode(body or "", validate=True)
        except ValueError:
            raise failed("The function's body is no base64") from None
    return Answer(int(result["statusCode"]), headers, content)


def _headers(result: dict[str, Any]) -> Headers:
    several, single = result.get("multiValueHeaders") or {}, result.get("headers") or {}
    cookies = result.get("cookies") or []
    if not isinstance(several, dict) or not isinstance(single, dict) or not isinstance(cookies, list):
        raise failed("The function's headers or cookies have another form")
    headers = Headers()
    for name, values in several.items():
        for value in values if isinstance(values, list) else [values]:
            headers.add(name, plain(value))
    for name, value in single.items():
        headers.add(name, plain(value))
    for cookie in cookies:
        headers.add("Set-Cookie", str(cookie))
    return headers
