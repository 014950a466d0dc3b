"""GetExport: a deployed stage as an OpenAPI 3.0 or Swagger 2.0 document.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html
https://docs.aws.amazon.com/apigateway/latest/api/API_GetExport.html
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from course.lab.apigateway import snapshot
from course.lab.lambda_answers import Refused

_KINDS: Final = ("oas30", "swagger")
_FORMS: Final = ("application/json", "application/yaml")
_PLACES: Final = {"querystring": "query", "path": "path", "header": "header"}
_ANY: Final = "x-amazon-apigateway-any-method"
# How integrations name their settings in documents, and moto as attributes.
_INTEGRATION: Final = {
    "uri": "uri",
    "httpMethod": "http_method",
    "credentials": "credentials",
    "requestParameters": "request_parameters",
    "requestTemplates": "request_templates",
    "timeoutInMillis": "timeout_in_millis",
    "cacheNamespace": "cache_namespace",
    "cacheKeyParameters": "cache_key_parameters",
    "contentHandling": "content_handling",
}


def get(backend: Any, request: AWSPreparedRequest, api: Any, stage: Any, told: dict[str, Any]) -> AWSResponse:
    """The document as a file, in JSON or YAML."""
    kind, form = told["exportType"], told.get("accepts") or "application/json"
    if kind not in _KINDS:
        raise Refused("BadRequestException", f"No API exporter for type '{kind}'")
    if form not in _FORMS:
        raise Refused("BadRequestException", f"No API exporter for content type '{form}'")
    deployed = snapshot.of_deployment(api, stage.deployment_id)
    if deployed is None:
        raise Refused("NotFoundException", "Invalid deployment identifier specified", 404)
    extensions = {one.strip() for one in (told.get("parameters") or {}).get("extensions", "").split(",")}
    if "apigateway" in extensions:
        extensions |= {"integrations", "authorizers"}
    made = _Document(api, stage, deployed, backend.region_name, kind == "oas30", extensions).whole()
    name = f"{kind}_{dt.datetime.fromtimestamp(api.create_date, dt.UTC):%Y-%m-%dT%H-%M-%SZ}.{form.rpartition('/')[2]}"
    raw: Any = MockRawResponse(_text(made, form).encode())
    headers: Any = {"Content-Type": form, "Content-Disposition": f'attachment; filename="{name}"'}
    return AWSResponse(request.url, 200, headers, raw)


def _text(document: dict[str, Any], form: str) -> str:
    if form == "application/json":
        return json.dumps(document, indent=2)
    import yaml

    return "---\n" + str(yaml.safe_dump(document, sort_keys=False))


class _Document:
    def __init__(self, api: Any, stage: Any, deployed: snapshot.Snapshot, region: str, newest: bool,
                 extensions: set[str]) -> None:  # fmt: skip
        self._api, self._stage, self._deployed, self._region = api, stage, deployed, region
        self._newest, self._extensions = newest, extensions
        self._schemas: dict[str, Any] = {}
        self._schemes: dict[str, Any] = {}

    def whole(self) -> dict[str, Any]:
        made = dt.datetime.fromtimestamp(self._api.create_date, dt.UTC)
        info = {"title": self._api.name, "version": f"{made:%Y-%m-%dT%H:%M:%SZ}"}
        if self._api.description:
            info["description"] = self._api.description
        host = f"{self._api.id}.execute-api.{self._region}.amazonaws.com"
        paths = {route.path: found for route in self._deployed.routes if (found := self._path(route))}
        if self._newest:
            base = {"basePath": {"default": self._stage.name}}
            server = {"url": f"https://{host}/{{basePath}}", "variables": base}
            parts = {"schemas": self._schemas, "securitySchemes": self._schemes}
            components = {name: part for name, part in parts.items() if part}
            return {"openapi": "3.0.1", "info": info, "servers": [server], "paths": paths, "components": components,
                    **self._validators()}  # fmt: skip
        rest = {"securityDefinitions": self._schemes, "definitions": self._schemas}
        rest = {name: part for name, part in rest.items() if part}
        return {"swagger": "2.0", "info": info, "host": host, "basePath": f"/{self._stage.name}", "schemes": ["https"],
                "paths": paths, **rest, **self._validators()}  # fmt: skip

    def _path(self, route: snapshot.Route) -> dict[str, Any]:
        return {_ANY if name == "ANY" else name.lower(): self._operation(route, method)
                for name, method in sorted(route.methods.items())}  # fmt: skip

    def _operation(self, route: snapshot.Route, method: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if method.operation_name:
            made["operationId"] = method.operation_name
        body = {kind: self._model(name) for kind, name in (method.request_models or {}).items()}
        if not self._newest:
            made["consumes"] = sorted(body) or ["application/json"]
            made["produces"] = sorted({kind for one in method.method_responses.values()
                                       for kind in one.response_models or {}}) or ["application/json"]  # fmt: skip
        parameters = self._parameters(route, method)
        if body and self._newest:
            made["requestBody"] = {"content": {kind: {"schema": one} for kind, one in body.items()}, "required": True}
        elif body:
            schema = next(iter(body.values()))
            named = schema["$ref"].rpartition("/")[2]
            parameters.append({"in": "body", "name": named, "required": True, "schema": schema})
        if parameters:
            made["parameters"] = parameters
        made["responses"] = {code: self._response(code, one) for code, one in sorted(method.method_responses.items())}
        if security := self._security(method):
            made["security"] = security
        validator = self._deployed.validators.get(method.request_validator_id or "")
        if validator is not None and "integrations" in self._extensions:
            made["x-amazon-apigateway-request-validator"] = validator.name
        if method.method_integration is not None and "integrations" in self._extensions:
            made["x-amazon-apigateway-integration"] = _integration(method.method_integration)
        return made

    def _parameters(self, route: snapshot.Route, method: Any) -> list[dict[str, Any]]:
        declared = {name.removeprefix("method.request."): needed for name, needed in
                    (method.request_parameters or {}).items()}  # fmt: skip
        for part in route.parts:
            if part.startswith("{"):
                declared.setdefault(f"path.{part.strip('{}').rstrip('+')}", True)
        made = []
        for key, needed in sorted(declared.items()):
            place, _, name = key.partition(".")
            one: dict[str, Any] = {"name": name, "in": _PLACES.get(place, place)}
            if str(needed).lower() == "true" or place == "path":
                one["required"] = True
            elif not self._newest:
                one["required"] = False
            made.append({**one, **({"schema": {"type": "string"}} if self._newest else {"type": "string"})})
        return made

    def _response(self, code: str, response: Any) -> dict[str, Any]:
        made: dict[str, Any] = {"description": f"{code} response"}
        headers = {name.rpartition(".")[2]: {"schema": {"type": "string"}} if self._newest else {"type": "string"}
                   for name in response.response_parameters or {}}  # fmt: skip
        if headers:
            made["headers"] = headers
        models = {kind: self._model(name) for kind, name in (response.response_models or {}).items()}
        if models and self._newest:
            made["content"] = {kind: {"schema": one} for kind, one in models.items()}
        elif models:
            made["schema"] = next(iter(models.values()))
        return made

    def _model(self, name: str) -> dict[str, str]:
        found = next((one for one in self._deployed.models.values() if one.name == name), None)
        schema = json.loads(found.schema or "{}") if found is not None else {}
        self._schemas[name] = {key: value for key, value in schema.items() if key != "$schema"} or {"type": "object"}
        return {"$ref": f"#/{'components/schemas' if self._newest else 'definitions'}/{name}"}

    def _security(self, method: Any) -> list[dict[str, list[str]]]:
        made: list[dict[str, list[str]]] = []
        authorizer = self._deployed.authorizers.get(method.authorizer_id or "")
        if method.authorization_type == "AWS_IAM":
            scheme = {"type": "apiKey", "name": "Authorization", "in": "header"}
            self._schemes["sigv4"] = scheme | {"x-amazon-apigateway-authtype": "awsSigv4"}
            made.append({"sigv4": []})
        elif authorizer is not None:
            self._schemes[authorizer.name] = self._scheme(authorizer)
            made.append({authorizer.name: list(method.authorization_scopes or [])})
        if method.api_key_required:
            self._schemes["api_key"] = {"type": "apiKey", "name": "x-api-key", "in": "header"}
            made.append({"api_key": []})
        return made

    def _scheme(self, authorizer: Any) -> dict[str, Any]:
        source = (authorizer.identity_source or "method.request.header.Authorization").split(",")[0]
        scheme: dict[str, Any] = {"type": "apiKey", "name": source.rpartition(".")[2], "in": "header"}
        if "authorizers" not in self._extensions:
            return scheme
        kind = authorizer.type or "TOKEN"
        rule: dict[str, Any] = {"type": kind.lower()}
        for name, value in (("authorizerUri", authorizer.authorizer_uri),
                            ("authorizerCredentials", authorizer.authorizer_credentials),
                            ("identityValidationExpression", authorizer.identity_validation_expression),
                            ("identitySource", authorizer.identity_source if kind == "REQUEST" else None),
                            ("providerARNs", authorizer.provider_arns),
                            ("authorizerResultTtlInSeconds", authorizer.authorizer_result_ttl)):  # fmt: skip
            if value is not None and value != []:
                rule[name] = value
        kept = "cognito_user_pools" if kind == "COGNITO_USER_POOLS" else "custom"
        return scheme | {"x-amazon-apigateway-authtype": kept, "x-amazon-apigateway-authorizer": rule}

    def _validators(self) -> dict[str, Any]:
        if "integrations" not in self._extensions or not self._deployed.validators:
            return {}
        rules = {
            one.name: {
                "validateRequestBody": bool(one.validate_request_body),
                "validateRequestParameters": bool(one.validate_request_parameters),
            }
            for one in self._deployed.validators.values()
        }
        return {"x-amazon-apigateway-request-validators": rules}


def _integration(given: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"type": given.integration_type.lower()}
    made |= {name: value for name, attribute in _INTEGRATION.items() if (value := getattr(given, attribute))}
    made["passthroughBehavior"] = (given.passthrough_behaviour or "WHEN_NO_MATCH").lower()
    responses = {}
    for one in (given.integration_responses or {}).values():
        told: dict[str, Any] = {"statusCode": str(one.status_code)}
        if one.response_parameters:
            told["responseParameters"] = one.response_parameters
        if one.response_templates:
            told["responseTemplates"] = one.response_templates
        responses[one.selection_pattern or "default"] = told
    return made | ({"responses": responses} if responses else {})
