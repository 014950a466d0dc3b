"""APIs from a document: OpenAPI 3 or Swagger 2, with API Gateway's extensions.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html

A document is made into the calls that would build the same API by hand.
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.cloudformation.text import snippet

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method")
_INTEGRATION: Final = "x-amazon-apigateway-integration"
_VALIDATOR: Final = "x-amazon-apigateway-request-validator"


class NotADocument(ValueError):
    """What cannot be an API, with API Gateway's words."""


def read(body: bytes | str) -> dict[str, Any]:
    """The document as a dictionary."""
    text = body.decode() if isinstance(body, bytes) else body
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else snippet(text)
    except Exception:
        raise NotADocument("Invalid OpenAPI input.") from None
    if not isinstance(document, dict) or not str(document.get("swagger", document.get("openapi", ""))).startswith(
        ("2", "3")
    ):
        raise NotADocument("Invalid OpenAPI input.")
    if "info" not in document:
        raise NotADocument("Unable to parse API definition because of a malformed integration at path /.")
    return document


def methods(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every (path, method, operation) of the document; the method ANY for API Gateway's own."""
    return [
        (path, "ANY" if name.startswith("x-") else name.upper(), operation)
        for path, item in sorted(document.get("paths", {}).items())
        for name, operation in item.items()
        if name in _METHODS
    ]


def security_schemes(document: dict[str, Any]) -> dict[str, Any]:
    """Who may call, by name."""
    found: dict[str, Any] = document.get("securityDefinitions") or document.get("components", {}).get(
        "securitySchemes", {}
    )
    return found


def models(document: dict[str, Any]) -> dict[str, Any]:
    """The schemas of bodies, by name."""
    found: dict[str, Any] = document.get("definitions") or document.get("components", {}).get("schemas", {})
    return found


def fill_rest_api(client: Any, api: str, document: dict[str, Any]) -> None:
    """Make the document's resources, methods and integrations in an API without any."""
    schemas = models(document)
    there = {one["name"] for one in client.get_models(restApiId=api)["items"]}  # Empty and Error are in every new API
    for name, schema in schemas.items():
        if name in there:
            continue
        client.create_model(
            restApiId=api, name=name, contentType="application/json", schema=json.dumps(_inlined(schema, schemas))
        )
    validators = {
        name: client.create_request_validator(
            restApiId=api,
            name=name,
            validateRequestBody=bool(rule.get("validateRequestBody")),
            validateRequestParameters=bool(rule.get("validateRequestParameters")),
        )["id"]
        for name, rule in document.get("x-amazon-apigateway-request-validators", {}).items()
    }
    authorizers = _authorizers(client, api, document)
    resources = {one["path"]: one["id"] for one in client.get_resources(restApiId=api, limit=500)["items"]}
    for path, method, operation in methods(document):
        resource = _resource(client, api, resources, path)
        _method(client, api, resource, method, operation, document, validators, authorizers)


def _inlined(schema: Any, schemas: dict[str, Any], depth: int = 0) -> Any:
    """A schema with its references replaced: a model of API Gateway stands alone."""
    if isinstance(schema, list):
        return [_inlined(one, schemas, depth) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema and depth < 10:
        return _inlined(schemas.get(schema["$ref"].rsplit("/", 1)[1], {}), schemas, depth + 1)
    return {key: _inlined(one, schemas, depth) for key, one in schema.items()}


def _resource(client: Any, api: str, known: dict[str, str], path: str) -> str:
    place = ""
    for part in path.strip("/").split("/") if path.strip("/") else []:
        parent, place = known[place or "/"], f"{place}/{part}"
        if place not in known:
            known[place] = client.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]
    return known[place or "/"]


def _authorizers(client: Any, api: str, document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """For each scheme: (authorization type, authorizer id); API keys have the type API_KEY."""
    found: dict[str, tuple[str, str]] = {}
    for name, scheme in security_schemes(document).items():
        kind, rule = scheme.get("x-amazon-apigateway-authtype", ""), scheme.get("x-amazon-apigateway-authorizer")
        if kind == "awsSigv4":
            found[name] = ("AWS_IAM", "")
        elif rule:
            header = f"method.request.{scheme.get('in', 'header')}.{scheme.get('name', 'Authorization')}"
            params: dict[str, Any] = {
                "restApiId": api,
                "name": name,
                "type": rule["type"].upper(),
                "identitySource": rule.get("identitySource", header),
            }
            if "authorizerUri" in rule:
                params["authorizerUri"] = rule["authorizerUri"]
            if "providerARNs" in rule:
                params["providerARNs"] = rule["providerARNs"]
            if "authorizerResultTtlInSeconds" in rule:
                params["authorizerResultTtlInSeconds"] = int(rule["authorizerResultTtlInSeconds"])
            made = client.create_authorizer(**params)["id"]
            cognito = params["type"] == "COGNITO_USER_POOLS"
            found[name] = ("COGNITO_USER_POOLS" if cognito else "CUSTOM", made)
        elif scheme.get("type") == "apiKey":
            found[name] = ("API_KEY", "")
    return found


def _method(
    client: Any, api: str, resource: str, method: str, operation: dict[str, Any], document: dict[str, Any],
    validators: dict[str, str], authorizers: dict[str, tuple[str, str]],
) -> None:  # fmt: skip
    own = {"restApiId": api, "resourceId": resource, "httpMethod": method}
    params: dict[str, Any] = {"authorizationType": "NONE"}
    for rule in operation.get("security", document.get("security", [])):
        for name in rule:
            kind, authorizer = authorizers.get(name, ("", ""))
            if kind == "API_KEY":
                params["apiKeyRequired"] = True
            elif kind:
                params["authorizationType"] = kind
                if authorizer:
                    params["authorizerId"] = authorizer
                if rule[name] and kind == "COGNITO_USER_POOLS":
                    params["authorizationScopes"] = list(rule[name])
    given = operation.get(_VALIDATOR, document.get(_VALIDATOR))
    if given in validators:
        params["requestValidatorId"] = validators[given]
    wanted, body = _wanted(operation)
    if wanted:
        params["requestParameters"] = wanted
    if body:
        params["requestModels"] = {"application/json": body}
    client.put_method(**own, **params)
    for status, response in operation.get("responses", {}).items():
        headers = {f"method.response.header.{name}": False for name in response.get("headers", {})}
        if str(status).isdigit():
            client.put_method_response(**own, statusCode=str(status), responseParameters=headers)
    if _INTEGRATION in operation:
        _integration(client, own, operation[_INTEGRATION])


def _wanted(operation: dict[str, Any]) -> tuple[dict[str, bool], str]:
    """The parameters of a request, and the name of the model of its body."""
    places = {"query": "querystring", "path": "path", "header": "header"}
    wanted, body = {}, ""
    for one in operation.get("parameters", []):
        if one.get("in") in places:
            wanted[f"method.request.{places[one['in']]}.{one['name']}"] = bool(one.get("required"))
        elif one.get("in") == "body":
            body = one.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return wanted, body or schema.get("$ref", "").rsplit("/", 1)[-1]


def _integration(client: Any, own: dict[str, str], given: dict[str, Any]) -> None:
    params: dict[str, Any] = {"type": given["type"].upper()}
    for source, target in (
        ("httpMethod", "integrationHttpMethod"), ("uri", "uri"), ("credentials", "credentials"),
        ("requestParameters", "requestParameters"), ("requestTemplates", "requestTemplates"),
        ("timeoutInMillis", "timeoutInMillis"), ("cacheNamespace", "cacheNamespace"),
        ("cacheKeyParameters", "cacheKeyParameters"),
    ):  # fmt: skip
        if source in given:
            params[target] = given[source]
    if "passthroughBehavior" in given:
        params["passthroughBehavior"] = given["passthroughBehavior"].upper()
    client.put_integration(**own, **params)
    for pattern, response in given.get("responses", {}).items():
        more = {name: response[name] for name in ("responseParameters", "responseTemplates") if name in response}
        if pattern != "default":
            more["selectionPattern"] = pattern
        client.put_integration_response(**own, statusCode=str(response.get("statusCode", 200)), **more)


def fill_http_api(client: Any, api: str, document: dict[str, Any]) -> None:
    """Make the document's routes and integrations in an HTTP API without any."""
    schemes = {}
    for name, scheme in security_schemes(document).items():
        rule = scheme.get("x-amazon-apigateway-authorizer", {})
        if rule.get("type") == "jwt":
            made = client.create_authorizer(
                ApiId=api,
                Name=name,
                AuthorizerType="JWT",
                IdentitySource=[rule.get("identitySource", "$request.header.Authorization")],
                JwtConfiguration={
                    "Audience": rule["jwtConfiguration"]["audience"],
                    "Issuer": rule["jwtConfiguration"]["issuer"],
                },
            )
            schemes[name] = made["AuthorizerId"]
    for path, method, operation in methods(document):
        given = operation.get(_INTEGRATION)
        target = {}
        if given:
            params = {"IntegrationType": given["type"].upper(), "IntegrationMethod": given.get("httpMethod", "POST")}
            if "uri" in given:
                params["IntegrationUri"] = given["uri"]
            params["PayloadFormatVersion"] = given.get("payloadFormatVersion", "2.0")
            made = client.create_integration(ApiId=api, **params)["IntegrationId"]
            target = {"Target": f"integrations/{made}"}
        named = [name for rule in operation.get("security", []) for name in rule if name in schemes]
        access = {"AuthorizationType": "JWT", "AuthorizerId": schemes[named[0]]} if named else {}
        key = "$default" if path == "/$default" else f"{method} {path}"
        client.create_route(ApiId=api, RouteKey=key, **target, **access)
