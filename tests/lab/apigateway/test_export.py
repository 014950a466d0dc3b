"""A deployed stage becomes an OpenAPI document, and the document an API that answers alike."""

import json

import boto3
import pytest

from course import lab
from tests.lab.apigateway.sample import Api

SCHEMA = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}


def shop():
    """An API with a parameter, a model, a validator, a key, IAM and two kinds of answers."""
    api = Api(description="what we sell")
    api.client.create_model(restApiId=api.id, name="Pet", contentType="application/json", schema=json.dumps(SCHEMA))
    strict = api.client.create_request_validator(
        restApiId=api.id, name="strict", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    api.method("POST", "/pets", requestModels={"application/json": "Pet"}, requestValidatorId=strict)
    api.integration("MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    api.reply("200", {"X-Shop": "'ferro'"}, responseTemplates={"application/json": '{"ok": true}'})
    wanted = {"method.request.querystring.lang": True, "method.request.header.X-Trace": False}
    api.method("GET", "/pets/{id}", requestParameters=wanted, requestValidatorId=strict, operationName="pet")
    api.mock("pet $input.params('id')")
    api.method("GET", "/staff", authorizationType="AWS_IAM").mock("hush")
    api.method("GET", "/keyed", apiKeyRequired=True).mock("key")
    api.method("ANY", "/any").mock("any")
    api.deploy()
    return api


def export(api, kind="oas30", extensions="apigateway", accepts="application/json"):
    made = api.client.get_export(
        restApiId=api.id, stageName=api.stage, exportType=kind, accepts=accepts, parameters={"extensions": extensions}
    )
    assert made["contentType"] == accepts
    return made["body"].read()


def test_openapi_3_has_servers_and_components():
    api = shop()
    told = json.loads(export(api))
    assert (told["openapi"], told["info"]["title"]) == ("3.0.1", "shop")
    assert told["servers"][0]["variables"]["basePath"]["default"] == "prod"
    get = told["paths"]["/pets/{id}"]["get"]
    assert get["operationId"] == "pet"
    assert {(one["name"], one["in"], one.get("required", False)) for one in get["parameters"]} == {
        ("id", "path", True), ("lang", "query", True), ("X-Trace", "header", False)
    }  # fmt: skip
    body = told["paths"]["/pets"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/Pet"} and told["components"]["schemas"]["Pet"] == SCHEMA
    assert told["paths"]["/keyed"]["get"]["security"] == [{"api_key": []}]
    assert told["components"]["securitySchemes"]["sigv4"]["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert "x-amazon-apigateway-any-method" in told["paths"]["/any"]
    assert "swagger" not in told and "host" not in told


def test_swagger_2_has_a_host_and_definitions():
    told = json.loads(export(shop(), "swagger"))
    assert (told["swagger"], told["basePath"], told["schemes"]) == ("2.0", "/prod", ["https"])
    parameters = told["paths"]["/pets"]["post"]["parameters"]
    assert parameters == [{"in": "body", "name": "Pet", "required": True, "schema": {"$ref": "#/definitions/Pet"}}]
    assert told["definitions"]["Pet"] == SCHEMA and "openapi" not in told


def test_extensions_come_when_they_are_asked_for():
    api = shop()
    plain, full = (json.dumps(json.loads(export(api, extensions=one))) for one in ("", "integrations"))
    assert "x-amazon-apigateway-integration" in full and "x-amazon-apigateway-request-validator" in full
    assert "x-amazon-apigateway-integration" not in plain


def test_the_document_can_be_yaml():
    import yaml

    api = shop()
    assert yaml.safe_load(export(api, accepts="application/yaml")) == json.loads(export(api))


def test_what_was_deployed_is_exported():
    api = shop()
    api.method("GET", "/later").mock("later")
    assert "/later" not in json.loads(export(api))["paths"]
    api.deploy()
    assert "/later" in json.loads(export(api))["paths"]


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
def test_the_document_imported_again_answers_alike(kind):
    api = shop()
    client = boto3.client("apigateway")
    copy = client.import_rest_api(body=export(api, kind))["id"]
    client.create_deployment(restApiId=copy, stageName="prod")

    def answers(one):
        start = f"https://{one}.execute-api.us-east-1.amazonaws.com/prod"
        asked = [("POST", "/pets", {"body": '{"name": "Rex"}'}), ("POST", "/pets", {"body": "{}"}),
                 ("GET", "/pets/7?lang=de", {}), ("GET", "/pets/7", {}), ("GET", "/staff", {}), ("GET", "/keyed", {}),
                 ("PUT", "/any", {})]  # fmt: skip
        found = [lab.http(method, start + path, **more) for method, path, more in asked]
        return [(answer.status, answer.body, answer.headers.get("X-Shop")) for answer in found]

    assert answers(copy) == answers(api.id)
    assert [status for status, _, _ in answers(api.id)] == [200, 400, 200, 400, 403, 403, 200]


def test_authorizers_are_exported_and_imported():
    pool = boto3.client("cognito-idp").create_user_pool(PoolName="people")["UserPool"]["Arn"]
    api = Api()
    guard = api.client.create_authorizer(restApiId=api.id, name="people", type="COGNITO_USER_POOLS",
        providerARNs=[pool], identitySource="method.request.header.Authorization")["id"]  # fmt: skip
    api.method("GET", "/", authorizationType="COGNITO_USER_POOLS", authorizerId=guard,
               authorizationScopes=["shop/read"]).mock("in")  # fmt: skip
    api.deploy()
    told = json.loads(export(api))
    assert told["paths"]["/"]["get"]["security"] == [{"people": ["shop/read"]}]
    scheme = told["components"]["securitySchemes"]["people"]
    assert scheme["x-amazon-apigateway-authorizer"]["providerARNs"] == [pool]
    copy = api.client.import_rest_api(body=json.dumps(told).encode())["id"]
    (made,) = api.client.get_authorizers(restApiId=copy)["items"]
    assert (made["name"], made["type"], made["providerARNs"]) == ("people", "COGNITO_USER_POOLS", [pool])
    (root,) = api.client.get_resources(restApiId=copy)["items"]
    method = api.client.get_method(restApiId=copy, resourceId=root["id"], httpMethod="GET")
    assert method["authorizationScopes"] == ["shop/read"]


def test_what_cannot_be_exported_is_refused():
    api = shop()
    bad = api.client.exceptions.BadRequestException
    with pytest.raises(bad, match="No API exporter for type 'raml'"):
        api.client.get_export(restApiId=api.id, stageName="prod", exportType="raml")
    with pytest.raises(bad, match="content type 'text/html'"):
        api.client.get_export(restApiId=api.id, stageName="prod", exportType="oas30", accepts="text/html")
    with pytest.raises(api.client.exceptions.NotFoundException, match="Invalid stage identifier"):
        api.client.get_export(restApiId=api.id, stageName="none", exportType="oas30")
