"""API Gateway: REST and HTTP APIs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.cloudformation.kinds.called import Called
from course.lab.cloudformation.kinds.kind import Kind, Making, call, lowered


class RestApi(Kind):
    """AWS::ApiGateway::RestApi, from properties or from an OpenAPI document."""

    def create(self, making: Making) -> str:
        given, client = making.properties, making.client("apigateway")
        body = self._document(making)
        if body is not None:
            return str(client.import_rest_api(body=json.dumps(body))["id"])
        params = lowered({key: value for key, value in given.items() if key not in ("Tags", "Mode", "Parameters")})
        params.setdefault("name", making.name())
        return str(call(client, "CreateRestApi", {**params, "tags": making.tags})["id"])

    def _document(self, making: Making) -> Any:
        given = making.properties
        if "BodyS3Location" in given:
            place = given["BodyS3Location"]
            text = making.client("s3").get_object(Bucket=place["Bucket"], Key=place["Key"])["Body"].read().decode()
            from course.lab.cloudformation.text import snippet

            return json.loads(text) if text.lstrip().startswith("{") else snippet(text)
        body = given.get("Body")
        # a title is the least that a document must have
        return body and {**body, "info": {"title": making.stack.name, **body.get("info", {})}}

    def update(self, making: Making) -> None:
        client, given = making.client("apigateway"), making.properties
        body = self._document(making)
        if body is not None:
            client.put_rest_api(restApiId=making.physical_id, mode="overwrite", body=json.dumps(body))
            return
        patch = [
            {"op": "replace", "path": f"/{name[:1].lower()}{name[1:]}", "value": str(given[name])}
            for name in ("Name", "Description")
            if name in given and given[name] != making.before.get(name)
        ]
        if patch:
            client.update_rest_api(restApiId=making.physical_id, patchOperations=patch)

    def delete(self, making: Making) -> None:
        making.client("apigateway").delete_rest_api(restApiId=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("apigateway").get_resources(restApiId=making.physical_id)["items"]
        return {
            "RootResourceId": next(one["id"] for one in found if one["path"] == "/"),
            "RestApiId": making.physical_id,
        }


class Method(Kind):
    """AWS::ApiGateway::Method, with its integration and responses."""

    def _own(self, making: Making) -> dict[str, str]:
        given = making.properties
        return {"restApiId": given["RestApiId"], "resourceId": given["ResourceId"], "httpMethod": given["HttpMethod"]}

    def create(self, making: Making) -> str:
        self._put(making)
        return "-".join(self._own(making).values())

    def _put(self, making: Making) -> None:
        given, client, own = making.properties, making.client("apigateway"), self._own(making)
        apart = ("RestApiId", "ResourceId", "HttpMethod", "Integration", "MethodResponses")
        params = _lowered_names({key: value for key, value in given.items() if key not in apart})
        call(client, "PutMethod", {"authorizationType": "NONE", **own, **params})
        for one in given.get("MethodResponses", []):
            call(client, "PutMethodResponse", {**own, **_lowered_names(one)})
        integration = given.get("Integration")
        if integration is None:
            return
        params = _lowered_names({key: value for key, value in integration.items() if key != "IntegrationResponses"})
        params["integrationHttpMethod"] = params.pop("integrationHttpMethod", "POST")
        call(client, "PutIntegration", {**own, **params})
        for one in integration.get("IntegrationResponses", []):
            call(client, "PutIntegrationResponse", {**own, **_lowered_names(one)})

    def update(self, making: Making) -> None:
        making.client("apigateway").delete_method(**self._own(making))
        self._put(making)

    def delete(self, making: Making) -> None:
        making.client("apigateway").delete_method(**self._own(making))


def _lowered_names(given: dict[str, Any]) -> dict[str, Any]:
    """The names of the parameters in camelCase; maps below them keep their keys, which are headers and types."""
    return {key[:1].lower() + key[1:]: value for key, value in given.items()}


class Stage(Kind):
    """AWS::ApiGateway::Stage."""

    def create(self, making: Making) -> str:
        given, client = making.properties, making.client("apigateway")
        apart = ("Tags", "MethodSettings", "AccessLogSetting")
        params = _lowered_names({key: value for key, value in given.items() if key not in apart})
        if "canarySetting" in params:
            params["canarySettings"] = _lowered_names(params.pop("canarySetting"))
        call(client, "CreateStage", {**params, "tags": making.tags})
        making.physical_id = given["StageName"]
        self._settings(making)
        return str(given["StageName"])

    def _settings(self, making: Making) -> None:
        patch = []
        for one in making.properties.get("MethodSettings", []):
            path = f"{one.get('ResourcePath', '/*').strip('/').replace('/', '~1') or '*'}/{one.get('HttpMethod', '*')}"
            names = {
                "ThrottlingRateLimit": "throttling/rateLimit", "ThrottlingBurstLimit": "throttling/burstLimit",
                "CachingEnabled": "caching/enabled", "CacheTtlInSeconds": "caching/ttlInSeconds",
                "MetricsEnabled": "metrics/enabled", "LoggingLevel": "logging/loglevel",
                "DataTraceEnabled": "logging/dataTrace",
            }  # fmt: skip
            patch += [
                {"op": "replace", "path": f"/{path}/{where}", "value": str(one[name])}
                for name, where in names.items()
                if name in one
            ]
        if patch:
            making.client("apigateway").update_stage(
                restApiId=making.properties["RestApiId"], stageName=making.physical_id, patchOperations=patch
            )

    def update(self, making: Making) -> None:
        given, before = making.properties, making.before
        patch = []
        if given.get("DeploymentId") != before.get("DeploymentId"):
            patch.append({"op": "replace", "path": "/deploymentId", "value": given["DeploymentId"]})
        for name, value in given.get("Variables", {}).items():
            patch.append({"op": "replace", "path": f"/variables/{name}", "value": str(value)})
        if patch:
            making.client("apigateway").update_stage(
                restApiId=given["RestApiId"], stageName=making.physical_id, patchOperations=patch
            )
        self._settings(making)

    def delete(self, making: Making) -> None:
        making.client("apigateway").delete_stage(restApiId=making.properties["RestApiId"], stageName=making.physical_id)


class Deployment(Called):
    """AWS::ApiGateway::Deployment: a snapshot; only a new one shows what has changed."""

    def delete(self, making: Making) -> None:
        client, own = making.client("apigateway"), {"restApiId": making.properties["RestApiId"]}
        if "StageName" in making.properties:
            client.delete_stage(**own, stageName=making.properties["StageName"])
        client.delete_deployment(**own, deploymentId=making.physical_id)


def _part(creates: str, what: str, **more: Any) -> Called:
    """A part of a REST API that is found by the API's id and its own."""
    return Called(
        "apigateway", creates, id="id", camel=True, deletes=f"Delete{what}",
        key=f"{what[:1].lower()}{what[1:]}Id", keys={"restApiId": "RestApiId"}, **more,
    )  # fmt: skip


class HttpApi(Called):
    """AWS::ApiGatewayV2::Api, from properties or from an OpenAPI document."""

    def create(self, making: Making) -> str:
        body = making.properties.get("Body")
        if body is None:
            return super().create(making)
        body = {**body, "info": {"title": making.stack.name, "version": "1.0", **body.get("info", {})}}
        return str(making.client("apigatewayv2").import_api(Body=json.dumps(body))["ApiId"])

    def update(self, making: Making) -> None:
        if "Body" in making.properties:
            making.client("apigatewayv2").reimport_api(
                ApiId=making.physical_id, Body=json.dumps(making.properties["Body"])
            )
        else:
            super().update(making)

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("apigatewayv2").get_api(ApiId=making.physical_id)
        return {"ApiEndpoint": found["ApiEndpoint"], "ApiId": making.physical_id}


def _v2(what: str, *, updates: bool = True, **more: Any) -> Called:
    return Called(
        "apigatewayv2", f"Create{what}", id=f"{what}Id", updates=f"Update{what}" if updates else "",
        deletes=f"Delete{what}", key=f"{what}Id", keys={"ApiId": "ApiId"}, **more,
    )  # fmt: skip


KINDS: Final[dict[str, Kind]] = {
    "AWS::ApiGateway::RestApi": RestApi(),
    "AWS::ApiGateway::Resource": _part("CreateResource", "Resource"),
    "AWS::ApiGateway::Method": Method(),
    "AWS::ApiGateway::Deployment": Deployment(
        "apigateway", "CreateDeployment", id="id", camel=True, key="deploymentId", keys={"restApiId": "RestApiId"},
    ),
    "AWS::ApiGateway::Stage": Stage(),
    "AWS::ApiGateway::Authorizer": _part("CreateAuthorizer", "Authorizer"),
    "AWS::ApiGateway::RequestValidator": _part("CreateRequestValidator", "RequestValidator"),
    "AWS::ApiGateway::Model": Called(
        "apigateway", "CreateModel", name="Name", camel=True, deletes="DeleteModel", key="modelName",
        keys={"restApiId": "RestApiId"},
    ),
    "AWS::ApiGateway::ApiKey": Called(
        "apigateway", "CreateApiKey", name="Name", camel=True, id="id", deletes="DeleteApiKey", key="apiKey",
    ),
    "AWS::ApiGateway::UsagePlan": Called(
        "apigateway", "CreateUsagePlan", camel=True, id="id", renames={"UsagePlanName": "name"},
        also=lambda making: {} if "UsagePlanName" in making.properties else {"name": making.name()},
        deletes="DeleteUsagePlan", key="usagePlanId",
    ),
    "AWS::ApiGateway::UsagePlanKey": Called(
        "apigateway", "CreateUsagePlanKey", camel=True, id="id", deletes="DeleteUsagePlanKey", key="keyId",
        keys={"usagePlanId": "UsagePlanId"},
    ),
    "AWS::ApiGatewayV2::Api": HttpApi(
        "apigatewayv2", "CreateApi", name="Name", id="ApiId", updates="UpdateApi", deletes="DeleteApi", key="ApiId",
    ),
    "AWS::ApiGatewayV2::Integration": _v2("Integration"),
    "AWS::ApiGatewayV2::Route": _v2("Route"),
    "AWS::ApiGatewayV2::Authorizer": _v2("Authorizer"),
    "AWS::ApiGatewayV2::Deployment": _v2("Deployment", updates=False),
    "AWS::ApiGatewayV2::Stage": Called(
        "apigatewayv2", "CreateStage", name="StageName", updates="UpdateStage", deletes="DeleteStage",
        keys={"ApiId": "ApiId", "StageName": "StageName"},
    ),
}  # fmt: skip
