"""The part of the lab that stands in front of moto's API Gateway (REST APIs): it puts the lab's backend in place and
answers what moto lacks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import course.lab.apigateway.imports  # noqa: F401  (answers imports of documents first)
from course.lab.apigateway import export, method_patches, method_trial, requests_seam, rest_cache, usage
from course.lab.apigateway.refused import Refused as RefusedByGateway
from course.lab.apigateway.rest_backend import install
from course.lab.apigateway.state import state_of
from course.lab.asked import asked
from course.lab.lambda_answers import Refused, answer, answer_json, refuse
from course.lab.place import place_of
from course.lab.wire import afterwards, answer_first

_Operation = Callable[[Any, dict[str, Any]], dict[str, Any] | None]


@answer_first
def _api_gateway(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "api-gateway":
        return None
    install()
    requests_seam.install()
    if operation not in _OPERATIONS and operation != "GetExport":
        return None
    call = asked(operation)
    if call is None:
        return None
    backend = place_of(request).backend("apigateway")
    try:
        if operation == "GetExport":
            return export.get(backend, request, *_stage(backend, dict(call.params)), dict(call.params))
        said = _OPERATIONS[operation](backend, dict(call.params))
    except Refused as refused:
        return refuse(request, refused)
    except RefusedByGateway as refused_by:
        return refuse(request, Refused("BadRequestException", str(refused_by)))
    return answer(request, b"", 202) if said is None else answer_json(request, said)


@afterwards("api-gateway")
def _traced_stage(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """The stage that a deployment makes is traced if the call says so; moto forgets it."""
    call = asked(operation) if operation == "CreateDeployment" and response.status_code < 400 else None
    if call is not None and call.params.get("stageName") and "tracingEnabled" in call.params:
        backend = place_of(request).backend("apigateway")
        _stage(backend, dict(call.params))[1].tracing_enabled = bool(call.params["tracingEnabled"])


def _api(backend: Any, told: dict[str, Any]) -> Any:
    api = backend.apis.get(told["restApiId"])
    if api is None:
        raise Refused(
            "NotFoundException", "Invalid API identifier specified " + f"{backend.account_id}:{told['restApiId']}", 404
        )
    return api


def _stage(backend: Any, told: dict[str, Any]) -> tuple[Any, Any]:
    api = _api(backend, told)
    stage = api.stages.get(told["stageName"])
    if stage is None:
        raise Refused("NotFoundException", "Invalid stage identifier specified", 404)
    return api, stage


def _flush_cache(backend: Any, told: dict[str, Any]) -> None:
    api, stage = _stage(backend, told)
    rest_cache.flush(backend.account_id, backend.region_name, api.id, stage.name)


def _flush_authorizers(backend: Any, told: dict[str, Any]) -> None:
    api, stage = _stage(backend, told)
    kept = state_of(backend.account_id, backend.region_name).kept_decisions
    for key in [key for key in kept if key[:2] == (api.id, stage.name)]:
        del kept[key]


def _get_usage(backend: Any, told: dict[str, Any]) -> dict[str, Any]:
    plan = backend.usage_plans.get(told["usagePlanId"])
    if plan is None:
        raise Refused("NotFoundException", "Invalid Usage Plan ID specified", 404)
    said = usage.get_usage(backend, plan, told)
    said["values"] = said.pop("items")  # the wire's name of it
    return said


def _test_method(backend: Any, told: dict[str, Any]) -> dict[str, Any]:
    return method_trial.invoke(backend, _api(backend, told), told)


def _test_authorizer(backend: Any, told: dict[str, Any]) -> dict[str, Any]:
    return method_trial.authorize(backend, _api(backend, told), told)


_OPERATIONS: Final[dict[str, _Operation]] = {
    "FlushStageCache": _flush_cache,
    "FlushStageAuthorizersCache": _flush_authorizers,
    "GetUsage": _get_usage,
    "TestInvokeMethod": _test_method,
    "TestInvokeAuthorizer": _test_authorizer,
    "UpdateIntegration": method_patches.update_integration,
    "UpdateIntegrationResponse": method_patches.update_integration_response,
    "UpdateMethod": method_patches.update_method,
    "UpdateMethodResponse": method_patches.update_method_response,
}

install()
requests_seam.install()
