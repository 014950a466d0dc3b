"""The part of the lab in front of moto's HTTP and WebSocket APIs: deployments, stages that change, quick create.

API: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-reference.html
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import course.lab.apigateway.imports  # noqa: F401  (answers imports of documents first)
from course.lab.apigateway import requests_seam, v2_picture
from course.lab.asked import asked
from course.lab.iam.api_call import signature_of
from course.lab.lambda_answers import Refused, answer, answer_json, refuse
from course.lab.place import place_of
from course.lab.wire import answer_first, ask_moto

_STAGE_FIELDS: Final = {
    "AutoDeploy": "auto_deploy",
    "Description": "description",
    "StageVariables": "stage_variables",
    "AccessLogSettings": "access_log_settings",
    "DefaultRouteSettings": "default_route_settings",
    "RouteSettings": "route_settings",
}


@answer_first
def _apis(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "apigatewayv2":
        return None
    requests_seam.install()
    call = asked(operation)
    if call is None:
        return None
    backend = place_of(request).backend("apigatewayv2")
    try:
        return _answer(backend, operation, dict(call.params), request)
    except Refused as refused:
        return refuse(request, refused)


def _answer(backend: Any, operation: str, told: dict[str, Any], request: AWSPreparedRequest) -> AWSResponse | None:
    if operation == "CreateApi":
        return _create_api(backend, told, request)
    if operation == "CreateRoute":
        _check_route(backend, told)
    if operation == "CreateStage":
        return _create_stage(backend, told, request)
    if operation == "UpdateStage":
        return answer_json(request, _update_stage(_stage(backend, told), told, _api(backend, told)))
    if operation == "CreateDeployment":
        return answer_json(request, _deploy(_api(backend, told), told), 201)
    if operation in ("GetDeployments", "GetDeployment"):
        found = [_shown(one) for one in v2_picture.deployments(_api(backend, told)).values()]
        if operation == "GetDeployments":
            return answer_json(request, {"items": found})
        one = next((one for one in found if one["deploymentId"] == told["DeploymentId"]), None)
        if one is None:
            raise Refused("NotFoundException", "Invalid deployment identifier specified", 404)
        return answer_json(request, one)
    if operation == "DeleteDeployment":
        v2_picture.deployments(_api(backend, told)).pop(told["DeploymentId"], None)
        return answer(request, b"", 204)
    if operation == "ImportApi":
        return _import(told, request)
    return None


def _create_api(backend: Any, told: dict[str, Any], request: AWSPreparedRequest) -> AWSResponse:
    if told.get("ProtocolType") == "WEBSOCKET" and not told.get("RouteSelectionExpression"):
        raise Refused("BadRequestException", "RouteSelectionExpression is required for WEBSOCKET protocol")
    response = ask_moto("apigatewayv2", "CreateApi", request)
    if response.status_code >= 300:
        return response
    said = json.loads(response.content)
    api = backend.apis[said["apiId"]]
    if told.get("ProtocolType") == "WEBSOCKET":
        # https://docs.aws.amazon.com/cli/latest/reference/apigatewayv2/create-api.html shows a wss address.
        said["apiEndpoint"] = api.api_endpoint = api.api_endpoint.replace("https://", "wss://", 1)
        return answer_json(request, said, response.status_code)
    if target := told.get("Target"):
        _quick(api, told, str(target))
    return response


def _quick(api: Any, told: dict[str, Any], target: str) -> None:
    """Quick create: an integration, a catch-all route and a $default stage that deploys itself.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop.html#http-api-quick-create
    """
    to_lambda = target.startswith("arn:")
    made = api.create_integration(
        connection_type="INTERNET",
        description="",
        integration_method="POST" if to_lambda else "ANY",
        integration_type="AWS_PROXY" if to_lambda else "HTTP_PROXY",
        integration_uri=target,
        credentials_arn=told.get("CredentialsArn"),
        payload_format_version="2.0" if to_lambda else "1.0",
    )
    api.create_route(
        api_key_required=False,
        authorization_scopes=[],
        route_key=told.get("RouteKey") or "$default",
        target=f"integrations/{made.id}",
        authorization_type="NONE",
    )
    api.create_stage({"stageName": "$default", "autoDeploy": True})


def _check_route(backend: Any, told: dict[str, Any]) -> None:
    api = _api(backend, told)
    if any(route.route_key == told.get("RouteKey") for route in api.routes.values()):
        raise Refused("ConflictException", f"Route with key {told.get('RouteKey')} already exists for this API", 409)


def _create_stage(backend: Any, told: dict[str, Any], request: AWSPreparedRequest) -> AWSResponse:
    api = _api(backend, told)
    if told["StageName"] in api.stages:
        raise Refused("ConflictException", "Stage already exists", 409)
    _check_deployment(api, told)
    response = ask_moto("apigatewayv2", "CreateStage", request)
    if told.get("DeploymentId"):
        api.stages[told["StageName"]].__dict__["lab_deployment"] = told["DeploymentId"]
    return response


def _check_deployment(api: Any, told: dict[str, Any]) -> None:
    wanted = told.get("DeploymentId")
    if wanted and wanted not in v2_picture.deployments(api):
        raise Refused("NotFoundException", f"Unable to find Deployment by id {wanted} within {api.api_id}", 404)


def _update_stage(stage: Any, told: dict[str, Any], api: Any) -> dict[str, Any]:
    _check_deployment(api, told)
    for name, kept in _STAGE_FIELDS.items():
        if name in told:
            value = told[name]
            setattr(stage, kept, _wire_names(value) if name.endswith("Settings") else value)
    if told.get("DeploymentId"):
        stage.__dict__["lab_deployment"] = told["DeploymentId"]
    stage.updated = dt.datetime.now()
    shown: dict[str, Any] = stage.to_json()
    if "lab_deployment" in stage.__dict__:
        shown["deploymentId"] = stage.__dict__["lab_deployment"]
    return shown


def _wire_names(value: Any) -> Any:
    """boto3's names begin with a capital, those on the wire and in moto do not; route keys stay as they are."""
    if not isinstance(value, dict):
        return value
    return {
        name if " " in name or name.startswith("$") else name[:1].lower() + name[1:]: _wire_names(one)
        for name, one in value.items()
    }


def _deploy(api: Any, told: dict[str, Any]) -> dict[str, Any]:
    if not api.routes:
        raise Refused("BadRequestException", "At least one route is required before deploying the Api.")
    stage = None
    if name := told.get("StageName"):
        stage = api.stages.get(name)
        if stage is None:
            raise Refused("NotFoundException", f"Unable to find Stage by name {name} within the provided Api", 404)
        if stage.auto_deploy:
            raise Refused("BadRequestException", "Deployment to a stage with autoDeploy enabled is not allowed")
    made = v2_picture.deploy(api, told.get("Description", ""))
    if stage is not None:
        stage.__dict__["lab_deployment"] = made
    return _shown(v2_picture.deployments(api)[made])


def _shown(deployment: dict[str, Any]) -> dict[str, Any]:
    return {
        "deploymentId": deployment["DeploymentId"],
        "description": deployment["Description"],
        "createdDate": deployment["CreatedDate"].isoformat().replace("+00:00", "Z"),
        "deploymentStatus": deployment["DeploymentStatus"],
        "autoDeployed": False,
    }


def _import(told: dict[str, Any], request: AWSPreparedRequest) -> AWSResponse:
    """ImportApi: an OpenAPI 3 document becomes an API; moto can read it into one that is there already."""
    import boto3
    import yaml

    document = yaml.safe_load(told["Body"])
    client = boto3.client("apigatewayv2", region_name=signature_of(request).region or "us-east-1")
    name = str((document.get("info") or {}).get("title") or "imported")
    api_id = client.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
    said: Any = client.reimport_api(ApiId=api_id, Body=json.dumps(document))
    said.pop("ResponseMetadata", None)
    return answer_json(request, _wire_names(json.loads(json.dumps(said, default=str))), 201)


def _api(backend: Any, told: dict[str, Any]) -> Any:
    api = backend.apis.get(told["ApiId"])
    if api is None:
        raise Refused(
            "NotFoundException", f"Invalid API identifier specified {backend.account_id}:{told['ApiId']}", 404
        )
    return api


def _stage(backend: Any, told: dict[str, Any]) -> Any:
    stage = _api(backend, told).stages.get(told["StageName"])
    if stage is None:
        raise Refused("NotFoundException", "Invalid stage identifier specified", 404)
    return stage


requests_seam.install()
