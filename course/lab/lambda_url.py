"""Function URLs: create, get, list, update and delete them, and the permissions that speak about them.

Moto keeps one URL for a function, without alias or check, and never answers there.
https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html
https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab import lambda_versions
from course.lab.clock import clock
from course.lab.lambda_answers import Refused, answer, answer_json, body_of, path_parts, query, refuse
from course.lab.lambda_functions import backend_of
from course.lab.lambda_permission import statements
from course.lab.lambda_url_store import FunctionUrl, new_id, urls_of
from course.lab.wire import answer_first, ask_moto

_ALIAS: Final = re.compile(r"(?!^\d+$)^[0-9a-zA-Z-_]+$")
_LONGEST_AGE: Final = 86_400
_AUTH_TYPES: Final = ("NONE", "AWS_IAM")
_MODES: Final = ("BUFFERED", "RESPONSE_STREAM")


@answer_first
def _urls(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "lambda":
        return None
    try:
        if operation == "AddPermission":
            return _add_permission(request)
        if operation in _OPERATIONS:
            return _OPERATIONS[operation](request)
    except Refused as refused:
        return refuse(request, refused)
    return None


def _create(request: AWSPreparedRequest) -> AWSResponse:
    from course.lab.apigateway import requests_seam

    backend, target = _asked_for(request)
    told = _checked(body_of(request))
    kept = urls_of(backend, target.latest)
    if target.qualifier in kept:
        raise Refused(
            "ResourceConflictException",
            f"Failed to create function url config for [functionArn = {target.arn}]. "
            "Error message:  FunctionUrlConfig exists for this Lambda function",
            409,
        )
    function = target.latest
    url = FunctionUrl(new_id(), function.account_id, function.region, target.arn, target.qualifier, told["AuthType"])
    _change(url, told)
    url.modified = url.created
    kept[target.qualifier] = url
    requests_seam.install()
    shown = url.shown()
    del shown["LastModifiedTime"]
    return answer_json(request, shown, 201)


def _get(request: AWSPreparedRequest) -> AWSResponse:
    return answer_json(request, _existing(request)[1].shown())


def _list(request: AWSPreparedRequest) -> AWSResponse:
    backend = backend_of(request)
    target = lambda_versions.find(backend, path_parts(request)[2])
    return answer_json(
        request, {"FunctionUrlConfigs": [url.shown() for url in urls_of(backend, target.latest).values()]}
    )


def _update(request: AWSPreparedRequest) -> AWSResponse:
    url, told = _existing(request)[1], _checked(body_of(request))
    _change(url, told)
    url.modified = clock.now()
    return answer_json(request, url.shown())


def _delete(request: AWSPreparedRequest) -> AWSResponse:
    kept, url = _existing(request)
    del kept[url.qualifier]
    return answer(request, b"", 204)


def _asked_for(request: AWSPreparedRequest) -> tuple[Any, lambda_versions.Target]:
    """The function or alias that the URL is for; a version cannot have one."""
    qualifier = query(request, "Qualifier")
    if qualifier is not None and not _ALIAS.match(qualifier):
        raise Refused(
            "ValidationException",
            f"1 validation error detected: Value '{qualifier}' at 'qualifier' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)",
        )
    backend = backend_of(request)
    return backend, lambda_versions.find(backend, path_parts(request)[2], qualifier)


def _existing(request: AWSPreparedRequest) -> tuple[dict[str, FunctionUrl], FunctionUrl]:
    backend, target = _asked_for(request)
    kept = urls_of(backend, target.latest)
    if target.qualifier not in kept:
        raise Refused("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    return kept, kept[target.qualifier]


def _checked(told: dict[str, Any]) -> dict[str, Any]:
    for name, allowed in (("AuthType", _AUTH_TYPES), ("InvokeMode", _MODES)):
        if told.get(name) is not None and told[name] not in allowed:
            shown = name[0].lower() + name[1:]
            raise Refused(
                "ValidationException",
                f"1 validation error detected: Value '{told[name]}' at '{shown}' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(allowed)}]",
            )
    age = (told.get("Cors") or {}).get("MaxAge")
    if age is not None and age > _LONGEST_AGE:
        raise Refused(
            "ValidationException",
            f"1 validation error detected: Value '{age}' at 'cors.maxAge' failed to satisfy constraint: "
            f"Member must have value less than or equal to {_LONGEST_AGE}",
        )
    return told


def _change(url: FunctionUrl, told: dict[str, Any]) -> None:
    url.auth_type = told.get("AuthType") or url.auth_type
    url.invoke_mode = told.get("InvokeMode") or url.invoke_mode
    if told.get("Cors") is not None:
        url.cors = told["Cors"]  # the whole configuration is replaced; {} takes it away


def _add_permission(request: AWSPreparedRequest) -> AWSResponse | None:
    """Moto writes the two parameters for URLs beside the statement; AWS makes conditions of them.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    told = body_of(request)
    conditions: dict[str, dict[str, str]] = {}
    if told.get("FunctionUrlAuthType"):
        if told.get("Action") != "lambda:InvokeFunctionUrl":
            raise Refused(
                "InvalidParameterValueException",
                "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
            )
        conditions["StringEquals"] = {"lambda:FunctionUrlAuthType": told["FunctionUrlAuthType"]}
    if told.get("InvokedViaFunctionUrl") is not None:
        conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": str(told["InvokedViaFunctionUrl"]).lower()}
    if not conditions:
        return None
    response = ask_moto("lambda", "AddPermission", request)
    if response.status_code >= 400:
        return response
    backend, name = backend_of(request), path_parts(request)[2]
    target = lambda_versions.find(backend, name, query(request, "Qualifier"))
    statement = _statement(backend, target, str(told["StatementId"]))
    for name in ("FunctionUrlAuthType", "InvokedViaFunctionUrl"):
        statement.pop(name, None)
    for operator, keys in conditions.items():
        statement.setdefault("Condition", {}).setdefault(operator, {}).update(keys)
    return answer_json(request, {"Statement": json.dumps(statement)}, 201)


def _statement(backend: Any, target: lambda_versions.Target, sid: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in statements(backend, target) if one.get("Sid") == sid)
    return found


_OPERATIONS: Final[dict[str, Callable[[AWSPreparedRequest], AWSResponse]]] = {
    "CreateFunctionUrlConfig": _create,
    "GetFunctionUrlConfig": _get,
    "ListFunctionUrlConfigs": _list,
    "UpdateFunctionUrlConfig": _update,
    "DeleteFunctionUrlConfig": _delete,
}
