"""Lambda in the lab: stands in front of moto's Lambda and makes its functions run.

API: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.awslambda_simple.models import lambda_simple_backends
from moto.iam.models import get_account_id_from

from course.lab import (
    lambda_account,
    lambda_async,
    lambda_invoke,
    lambda_limits,
    lambda_permission,
    lambda_provisioned,
    lambda_versions,
)
from course.lab.lambda_answers import (
    Refused,
    answer,
    answer_json,
    body_of,
    bytes_of,
    path_parts,
    query,
    refuse,
    region_of,
)
from course.lab.lambda_backend import install
from course.lab.wire import answer_first
from course.lab.xray import header

_EVENT_CONFIG = {
    "PutFunctionEventInvokeConfig": 200,
    "UpdateFunctionEventInvokeConfig": 200,
    "GetFunctionEventInvokeConfig": 200,
    "ListFunctionEventInvokeConfigs": 200,
    "DeleteFunctionEventInvokeConfig": 204,
}


@answer_first
def _lambda(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    install()
    if service != "lambda":
        return None
    try:
        return _answer(operation, request)
    except Refused as refused:
        return refuse(request, refused)


def _answer(operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    backend = backend_of(request)
    if operation == "Invoke":
        return _invoke(backend, request)
    if operation == "InvokeAsync":
        lambda_async.accept(backend, path_parts(request)[2], None, _event(bytes_of(request)), "asynchronous invocation")
        return answer(request, b"", 202)
    if operation in _EVENT_CONFIG:
        name, asked = path_parts(request)[2], body_of(request)
        config = lambda_async.answer_config(backend, operation, name, query(request, "Qualifier"), asked)
        status = _EVENT_CONFIG[operation]
        return answer(request, b"", status) if status == 204 else answer_json(request, config)
    if operation in lambda_provisioned.OPERATIONS:
        return lambda_provisioned.answer_call(backend, operation, request)
    if operation == "GetAccountSettings":
        return answer_json(request, lambda_account.settings(backend))
    if operation == "CreateAlias":
        lambda_versions.refuse_second(backend, path_parts(request)[2], str(body_of(request).get("Name")))
    if operation == "DeleteFunction":
        lambda_versions.refuse_in_use(backend, path_parts(request)[2], query(request, "Qualifier"))
    if operation == "GetPolicy":
        return _policy(backend, request)
    if operation == "AddPermission":
        _name_plainly(request)
        statement = str(body_of(request).get("StatementId"))
        lambda_permission.refuse_second(backend, path_parts(request)[2], query(request, "Qualifier"), statement)
    if request.body and operation.startswith(("Create", "Update", "Publish")):
        asked = body_of(request)
        lambda_limits.check(operation, asked)
        lambda_limits.check_object(backend.account_id, asked.get("Code") or asked.get("Content") or asked)
        if operation.endswith("Alias"):
            lambda_versions.refuse_missing(backend, path_parts(request)[2], asked)
    return None


def _policy(backend: Any, request: AWSPreparedRequest) -> AWSResponse:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html"""
    target = lambda_versions.find(backend, path_parts(request)[2], query(request, "Qualifier"))
    found = lambda_permission.statements(backend, target)
    if not found:
        raise Refused("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": found}
    return answer_json(request, {"Policy": json.dumps(policy), "RevisionId": target.function.policy.revision})


def _name_plainly(request: AWSPreparedRequest) -> None:
    """A version or alias within the function's name becomes a Qualifier: moto reads it there alone."""
    parts = path_parts(request)
    name, qualifier = lambda_versions.split(parts[2])
    if qualifier and not query(request, "Qualifier"):
        address = urlsplit(request.url)
        path = "/".join(("", *parts[:2], quote(name), *parts[3:]))
        request.url = urlunsplit(address._replace(path=path, query=f"Qualifier={quote(qualifier)}"))


def backend_of(request: AWSPreparedRequest) -> Any:
    """Moto's Lambda of the request's account and Region."""
    header: Any = request.headers.get("Authorization") or b""
    text = header.decode() if isinstance(header, bytes) else str(header)
    key = text.partition("Credential=")[2].partition("/")[0]
    return lambda_simple_backends[get_account_id_from(key)][region_of(request)]


def _invoke(backend: Any, request: AWSPreparedRequest) -> AWSResponse:
    name, qualifier, payload = path_parts(request)[2], query(request, "Qualifier"), bytes_of(request)
    kind = _header(request, "X-Amz-Invocation-Type") or "RequestResponse"
    target = lambda_versions.find(backend, name, qualifier)
    lambda_limits.check_payload(len(payload), kind == "Event")
    event = _event(payload)
    if kind == "DryRun":
        return answer(request, b"", 204)
    if kind == "Event":
        lambda_async.accept(backend, name, qualifier, event, "asynchronous invocation")
        return answer(request, b"", 202)
    client = _client_context(_header(request, "X-Amz-Client-Context"))
    with header.carrying(header.read(_header(request, header.NAME))):
        outcome = lambda_invoke.run(backend, target, event, client=client)
    headers = {"X_Amz_Executed_Version": target.version}
    if outcome.failed:
        headers["X_Amz_Function_Error"] = "Unhandled"
    if _header(request, "X-Amz-Log-Type") == "Tail":
        headers["X_Amz_Log_Result"] = base64.b64encode(outcome.tail.encode()).decode()
    return answer(request, outcome.payload, 200, **headers)


def _event(payload: bytes) -> Any:
    try:
        return json.loads(payload) if payload.strip() else {}
    except ValueError as wrong:
        raise Refused("InvalidRequestContentException", f"Could not parse request body into json: {wrong}") from None


def _header(request: AWSPreparedRequest, name: str) -> str:
    value: Any = request.headers.get(name) or ""
    return value.decode() if isinstance(value, bytes) else str(value)


def _client_context(header: str) -> Any:
    if not header:
        return None
    from types import SimpleNamespace

    found = json.loads(base64.b64decode(header))
    return SimpleNamespace(client=found.get("client"), custom=found.get("custom"), env=found.get("env"))


install()
