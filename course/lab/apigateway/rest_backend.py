"""Moto's REST APIs with what it drops or lets pass (snapshots, canaries, cache keys, limits), in moto's place.

API: https://docs.aws.amazon.com/apigateway/latest/api/API_Operations_Amazon_API_Gateway.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from moto.apigateway.exceptions import BadRequestException, ConflictException
from moto.apigateway.models import APIGatewayBackend, RestAPI, apigateway_backends

from course.lab.apigateway import rest_checks, snapshot
from course.lab.apigateway.gateway_responses import default_response
from course.lab.apigateway.refused import TYPES
from course.lab.apigateway.rest_stage import LabStage, adopt, check_cache_size
from course.lab.asked import asked
from course.lab.stand_in import stand_in

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
_SHORTEST_MS: Final = 50
_LONGEST_MS: Final = 29_000
_LONGEST_TTL: Final = 3600
_STAGES: Final = 10
_CANARY: Final = "Invalid deployment content specified."


# https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html: every API has these two
_DRAFT: Final = "http://json-schema.org/draft-04/schema#"
_MODELS: Final = {
    "Empty": {"$schema": _DRAFT, "title": "Empty Schema", "type": "object"},
    "Error": {
        "$schema": _DRAFT,
        "title": "Error Schema",
        "type": "object",
        "properties": {"message": {"type": "string"}},
    },
}


class LabRestApi(RestAPI):
    """An API that the lab answers for."""

    def update_integration_mocks(self, stage_name: str) -> None:
        """Moto would answer `requests` itself, from the resources as they are now."""


class LabApiGateway(APIGatewayBackend):
    """Moto's backend, whose deployments keep what was deployed."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.apigateway.models"

    def create_rest_api(self, *args: Any, **kwargs: Any) -> Any:
        rest_checks.policy(kwargs.get("policy") or _params("CreateRestApi").get("policy"))
        made: Any = super().create_rest_api(*args, **kwargs)
        made.__class__ = LabRestApi
        for name, schema in _MODELS.items():
            made.add_model(
                name, f"This is a default {name.lower()} schema model", json.dumps(schema), "application/json"
            )
        made.binaryMediaTypes = list(_params("CreateRestApi").get("binaryMediaTypes") or made.binaryMediaTypes)
        return made

    def update_rest_api(self, function_id: str, patch_operations: list[dict[str, Any]]) -> Any:
        for patch in patch_operations:
            if patch.get("path") == "/policy":
                rest_checks.policy(patch.get("value"))
        return super().update_rest_api(function_id, patch_operations)

    def create_model(self, rest_api_id: str, name: str, content_type: str, description: str, schema: str) -> Any:
        rest_checks.model(schema or "{}")
        return super().create_model(rest_api_id, name, content_type, description, schema)

    def create_resource(self, function_id: str, parent_resource_id: str, path_part: str) -> Any:
        api = self.get_rest_api(function_id)
        if not path_part:
            return api.default  # an OpenAPI document names the root as a path too
        siblings = api.resources.values()
        there = (one for one in siblings if one.parent_id == parent_resource_id and one.path_part == path_part)
        if (found := next(there, None)) is not None:
            if asked("PutRestApi") or asked("ImportRestApi"):
                return found
            raise ConflictException(f"Another resource with the same parent already has this name: {path_part}")
        return super().create_resource(function_id, parent_resource_id, path_part)

    def put_integration(self, *args: Any, **kwargs: Any) -> Any:
        told = _params("PutIntegration")
        milliseconds = told.get("timeoutInMillis")
        if milliseconds is not None and not _SHORTEST_MS <= int(milliseconds) <= _LONGEST_MS:
            raise BadRequestException(f"Timeout should be between {_SHORTEST_MS} ms and {_LONGEST_MS} ms")
        if told:
            method = self.get_method(told["restApiId"], told["resourceId"], told["httpMethod"])
            rest_checks.request_mappings(method, told.get("requestParameters"))
            rest_checks.cache_keys(method, told.get("cacheKeyParameters"))
        integration = super().put_integration(*args, **kwargs)
        integration.cache_key_parameters = list(told.get("cacheKeyParameters") or [])
        return integration

    def get_gateway_response(self, rest_api_id: str, response_type: str) -> Any:
        own = self.get_rest_api(rest_api_id).gateway_responses.get(response_type)
        return own or default_response(response_type) or super().get_gateway_response(rest_api_id, response_type)

    def get_gateway_responses(self, rest_api_id: str) -> Any:
        own = self.get_rest_api(rest_api_id).gateway_responses
        return [own.get(kind) or default_response(kind) for kind in TYPES]

    def put_integration_response(self, *args: Any, **kwargs: Any) -> Any:
        if told := _params("PutIntegrationResponse"):
            method = self.get_method(told["restApiId"], told["resourceId"], told["httpMethod"])
            rest_checks.response_mappings(method, told["statusCode"], told.get("responseParameters"))
        return super().put_integration_response(*args, **kwargs)

    def create_authorizer(self, restapi_id: str, name: str, authorizer_type: str, **kwargs: Any) -> Any:
        ttl = kwargs.get("authorizer_result_ttl")
        if ttl is not None and not 0 <= int(ttl) <= _LONGEST_TTL:
            raise BadRequestException("Authorizer result TTL must be between 0 and 3600 seconds")
        made = super().create_authorizer(restapi_id, name, authorizer_type, **kwargs)
        # Moto loses the expression on its way, by a slip of the pen in a parameter's name.
        made.identity_validation_expression = _params("CreateAuthorizer").get("identityValidationExpression")
        return made

    def create_deployment(self, function_id: str, name: str, description: str = "", stage_variables: Any = None) -> Any:
        api, told = self.get_rest_api(function_id), _params("CreateDeployment")
        canary = told.get("canarySettings")
        before = api.stages.get(name) if name else None
        if canary and not name:
            given = "null" if name is None else name
            raise BadRequestException(
                f"{_CANARY}Non null and non empty stageName must be provided for canary deployment. "
                f"Provided value is {given}"
            )
        if canary and before is None:
            raise BadRequestException(f"{_CANARY}Stage {name} must already be created before making a canary release "
                                      "deployment")  # fmt: skip
        if name and before is None:
            _check_stages(api)
        rest_checks.integrations(api)
        made: Any = super().create_deployment(function_id, name, description, stage_variables)
        made.__dict__["lab_snapshot"] = snapshot.take(api)
        if before is not None:
            # Moto makes a new stage; on AWS the stage keeps its settings and moves on to the new deployment.
            api.stages[name] = before
            if canary:
                before.__dict__["lab_canary"] = {"useStageCache": False, **canary, "deploymentId": made.id}
            else:
                before.deployment_id = made.id
                before.variables.update(stage_variables or {})
        elif name:
            adopt(api, api.stages[name])
        if name and "cacheClusterEnabled" in told:
            _set_cache(api.stages[name], told)
        return made

    def create_stage(self, function_id: str, stage_name: str, deploymentId: str, *args: Any, **kwargs: Any) -> Any:
        api = self.get_rest_api(function_id)
        if deploymentId not in api.deployments:
            raise BadRequestException("Deployment id does not exist")
        canary = _params("CreateStage").get("canarySettings")
        if canary and canary.get("deploymentId", deploymentId) not in api.deployments:
            raise BadRequestException("Deployment id does not exist")
        if stage_name not in api.stages:
            _check_stages(api)
        check_cache_size(kwargs.get("cacheClusterSize") or _params("CreateStage").get("cacheClusterSize"))
        stage = adopt(api, super().create_stage(function_id, stage_name, deploymentId, *args, **kwargs))
        if canary:
            stage.__dict__["lab_canary"] = {"deploymentId": deploymentId, "useStageCache": False, **canary}
        return stage

    def update_stage(self, function_id: str, stage_name: str, patch_operations: Any) -> Any:
        stage = self.get_stage(function_id, stage_name)
        adopt(self.get_rest_api(function_id), stage)
        return super().update_stage(function_id, stage_name, patch_operations)

    def delete_deployment(self, function_id: str, deployment_id: str) -> Any:
        stages = self.get_rest_api(function_id).stages.values()
        if any(stage.deployment_id == deployment_id for stage in stages):
            raise BadRequestException(
                "Active stages pointing to this deployment must be moved or deleted"
            )  # fmt: skip
        api = self.get_rest_api(function_id)
        if deployment_id in api.deployments:
            return api.deployments.pop(deployment_id)
        return super().delete_deployment(function_id, deployment_id)


def _params(operation: str) -> dict[str, Any]:
    """What the call says that moto does not pass on; nothing when a stack makes the resource."""
    call = asked(operation)
    return dict(call.params) if call else {}


def _set_cache(stage: Any, told: dict[str, Any]) -> None:
    check_cache_size(told.get("cacheClusterSize"))
    stage.cache_cluster_enabled = bool(told["cacheClusterEnabled"])
    stage.cache_cluster_status = "AVAILABLE" if told["cacheClusterEnabled"] else "NOT_AVAILABLE"
    stage.cache_cluster_size = told.get("cacheClusterSize") or stage.cache_cluster_size


def _check_stages(api: Any) -> None:
    if len(api.stages) >= _STAGES:
        raise BadRequestException("Maximum number of stages for this API has been reached. "
                                  "Please contact AWS if you need additional stages.")  # fmt: skip


install = stand_in(apigateway_backends, LabApiGateway)


__all__ = ["LabApiGateway", "LabStage", "install"]
