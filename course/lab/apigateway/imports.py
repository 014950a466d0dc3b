"""Importing an API from an OpenAPI document, and writing one over another.

https://docs.aws.amazon.com/apigateway/latest/api/API_ImportRestApi.html
https://docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.apigateway import openapi
from course.lab.asked import asked
from course.lab.caller import session_of
from course.lab.lambda_answers import Refused, answer_json, refuse
from course.lab.wire import answer_first

_IMPORTS: Final = {
    "api-gateway": ("ImportRestApi", "PutRestApi"),
    "apigatewayv2": ("ImportApi", "ReimportApi"),
}


@answer_first
def _import(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if operation not in _IMPORTS.get(service, ()):
        return None
    call = asked(operation)
    if call is None:
        return None
    session, told = session_of(request), call.params
    try:
        body = told["body"] if "body" in told else told["Body"]
        document = openapi.read(body.read() if hasattr(body, "read") else body)
        if service == "api-gateway":
            said = _rest(session.client("apigateway"), operation, told, document)
        else:
            said = _http(session.client("apigatewayv2"), operation, told, document)
    except openapi.NotADocument as error:
        return refuse(request, Refused("BadRequestException", str(error)))
    said.pop("ResponseMetadata", None)
    return answer_json(request, said, 200 if operation == "PutRestApi" else 201)


def _rest(client: Any, operation: str, told: Mapping[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    info = document["info"]
    if operation == "ImportRestApi":
        more: dict[str, Any] = {}
        kinds = told.get("parameters", {}).get("endpointConfigurationTypes")
        if kinds:
            more["endpointConfiguration"] = {"types": [kinds]}
        if "x-amazon-apigateway-binary-media-types" in document:
            more["binaryMediaTypes"] = document["x-amazon-apigateway-binary-media-types"]
        if "x-amazon-apigateway-policy" in document:
            more["policy"] = json.dumps(document["x-amazon-apigateway-policy"])
        more["description"] = info.get("description", "")
        api = client.create_rest_api(name=info.get("title", "api"), **more)["id"]
    else:
        api = told["restApiId"]
        _clear(client, api, document, told.get("mode", "merge"))
    openapi.fill_rest_api(client, api, document)
    found: dict[str, Any] = client.get_rest_api(restApiId=api)
    if "createdDate" in found:
        found["createdDate"] = found["createdDate"].timestamp()
    return found


def _clear(client: Any, api: str, document: dict[str, Any], mode: str) -> None:
    """Take away what the document brings anew; with `overwrite` everything."""
    brings = {(path, method) for path, method, _ in openapi.methods(document)}
    resources = client.get_resources(restApiId=api, limit=500)["items"]
    for one in sorted(resources, key=lambda found: -len(found["path"])):
        if mode == "overwrite" and one["path"] != "/":
            client.delete_resource(restApiId=api, resourceId=one["id"])
            continue
        for method in one.get("resourceMethods", {}):
            if mode == "overwrite" or (one["path"], method) in brings:
                client.delete_method(restApiId=api, resourceId=one["id"], httpMethod=method)
    for one in client.get_models(restApiId=api)["items"]:
        if mode == "overwrite" or one["name"] in openapi.models(document):
            client.delete_model(restApiId=api, modelName=one["name"])
    for one in client.get_authorizers(restApiId=api)["items"]:
        if mode == "overwrite" or one["name"] in openapi.security_schemes(document):
            client.delete_authorizer(restApiId=api, authorizerId=one["id"])
    for one in client.get_request_validators(restApiId=api)["items"]:
        client.delete_request_validator(restApiId=api, requestValidatorId=one["id"])


def _http(client: Any, operation: str, told: Mapping[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if operation == "ImportApi":
        more = {}
        if "x-amazon-apigateway-cors" in document:
            cors = document["x-amazon-apigateway-cors"]
            more["CorsConfiguration"] = {name[:1].upper() + name[1:]: value for name, value in cors.items()}
        made = client.create_api(Name=document["info"].get("title", "api"), ProtocolType="HTTP", **more)
        api = made["ApiId"]
    else:
        api = told["ApiId"]
        for one in client.get_routes(ApiId=api)["Items"]:
            client.delete_route(ApiId=api, RouteId=one["RouteId"])
        for one in client.get_integrations(ApiId=api)["Items"]:
            client.delete_integration(ApiId=api, IntegrationId=one["IntegrationId"])
        for one in client.get_authorizers(ApiId=api)["Items"]:
            client.delete_authorizer(ApiId=api, AuthorizerId=one["AuthorizerId"])
    openapi.fill_http_api(client, api, document)
    found: dict[str, Any] = client.get_api(ApiId=api)
    found = {name[:1].lower() + name[1:]: value for name, value in found.items() if name != "ResponseMetadata"}
    if hasattr(found.get("createdDate"), "isoformat"):
        found["createdDate"] = found["createdDate"].isoformat()
    return found
