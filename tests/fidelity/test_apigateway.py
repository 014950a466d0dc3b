"""API Gateway: behaviours of AWS that the lab shows and bare moto does not, each with its source.

Requests are sent by `requests`, as a client of the API would. KEPT are behaviours that moto has right by itself.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
import requests

from tests.fidelity.behaviour import Behaviour, World, code_of, collect
from tests.fidelity.test_lambda import make

_GUIDE = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
_ECHO = "import json\ndef handler(e, c): return {'statusCode': 200, 'body': json.dumps(e)}"
_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
_URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{_FUNCTION}/invocations"
_JSON = "application/json"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED, _GUIDE)
kept = collect(KEPT, _GUIDE)


class Rest:
    """A REST API with methods on one resource, /pets."""

    def __init__(self, **settings: Any) -> None:
        self.client = boto3.client("apigateway", region_name="us-east-1")
        made = self.client.create_rest_api(name="shop", **settings)
        self.id, self.root = made["id"], made["rootResourceId"]
        self.pets = self.client.create_resource(restApiId=self.id, parentId=self.root, pathPart="pets")["id"]
        self.at = {"restApiId": self.id, "resourceId": self.pets, "httpMethod": "GET"}

    def method(self, verb: str = "GET", **settings: Any) -> Rest:
        self.at["httpMethod"] = verb
        self.client.put_method(**self.at, **{"authorizationType": "NONE", **settings})
        return self

    def mock(self, body: str = "fine", **settings: Any) -> Rest:
        template = {_JSON: '{"statusCode": 200}'}
        self.client.put_integration(**self.at, type="MOCK", **{"requestTemplates": template, **settings})
        self.client.put_method_response(**self.at, statusCode="200")
        self.client.put_integration_response(**self.at, statusCode="200", responseTemplates={_JSON: body})
        return self

    def proxy(self, source: str = _ECHO, allowed: bool = True, kind: str = "AWS_PROXY", **settings: Any) -> Rest:
        make(source, **{"Timeout": 60})
        self.client.put_integration(**self.at, type=kind, uri=_URI, integrationHttpMethod="POST", **settings)
        if allowed:
            allow()
        return self

    def deploy(self, **settings: Any) -> Rest:
        self.client.create_deployment(restApiId=self.id, stageName="prod", **settings)
        return self

    def patch(self, path: str, value: str) -> Rest:
        patch = [{"op": "replace", "path": path, "value": value}]
        self.client.update_stage(restApiId=self.id, stageName="prod", patchOperations=patch)
        return self

    def call(self, query: str = "", verb: str = "GET", **more: Any) -> requests.Response:
        url = f"https://{self.id}.execute-api.us-east-1.amazonaws.com/prod/pets{query}"
        return requests.request(verb, url, **more)


def allow() -> None:
    boto3.client("lambda", region_name="us-east-1").add_permission(
        FunctionName="f", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )


@behaviour("set-up-lambda-proxy-integrations.html")
def a_deployed_stage_calls_the_function(world: World) -> bool:
    event = Rest().method().proxy().deploy().call("?q=1").json()
    return event["httpMethod"] == "GET" and event["queryStringParameters"] == {"q": "1"} and event["body"] is None


@behaviour("set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format")
def a_malformed_proxy_response_is_a_502(world: World) -> bool:
    given = Rest().method().proxy("def handler(e, c): return {'message': 'hi'}").deploy().call()
    return given.status_code == 502 and given.json() == {"message": "Internal server error"}


@behaviour("api-gateway-control-access-using-iam-policies-to-invoke-api.html")
def without_permission_the_function_stays_silent(world: World) -> bool:
    given = Rest().method().proxy(allowed=False).deploy().call()
    return given.status_code == 500 and given.json() == {"message": "Internal server error"}


@behaviour("api-gateway-execution-service-limits-table.html")
def after_29_seconds_the_answer_is_504(world: World) -> bool:
    given = Rest().method().proxy("import time\ndef handler(e, c): time.sleep(31)").deploy().call()
    return given.status_code == 504 and given.json() == {"message": "Endpoint request timed out"}


@behaviour("supported-gateway-response-types.html")
def an_unknown_path_is_a_missing_authentication_token(world: World) -> bool:
    given = Rest().method().mock().deploy().call("/none")
    return given.status_code == 403 and given.json() == {"message": "Missing Authentication Token"}


@behaviour("how-to-deploy-api.html")
def changes_wait_for_a_deployment(world: World) -> bool:
    api = Rest().method().mock("old").deploy()
    api.mock("new")
    before = api.call().text
    return (before, api.deploy().call().text) == ("old", "new")


@behaviour("how-to-deploy-api.html")
def a_redeployed_stage_keeps_its_settings(world: World) -> bool:
    api = Rest().method().mock().deploy().patch("/*/*/throttling/rateLimit", "7").deploy()
    stage = api.client.get_stage(restApiId=api.id, stageName="prod")
    return bool(stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 7)


@behaviour("how-to-mock-integration.html")
def a_mock_answers(world: World) -> bool:
    return Rest().method().mock('{"stage": "$context.stage"}').deploy().call().json() == {"stage": "prod"}


@behaviour("models-mappings.html")
def a_mapping_template_makes_the_event(world: World) -> bool:
    template = '#set($n = $input.path(\'$.names\')){"first": "$n[0]", "who": "$input.params(\'who\')"}'
    api = Rest().method("POST").proxy("def handler(e, c): return e", kind="AWS", requestTemplates={_JSON: template})
    api.client.put_method_response(**api.at, statusCode="200")
    api.client.put_integration_response(**api.at, statusCode="200")
    return api.deploy().call("?who=Dana", "POST", json={"names": ["Rex"]}).json() == {"first": "Rex", "who": "Dana"}


@behaviour("handle-errors-in-lambda-integration.html")
def an_error_message_chooses_the_response(world: World) -> bool:
    api = Rest().method().proxy("def handler(e, c): raise ValueError('Bad: dog')", kind="AWS")
    for status, pattern in (("200", ""), ("400", "Bad.*")):
        api.client.put_method_response(**api.at, statusCode=status)
        api.client.put_integration_response(**api.at, statusCode=status, selectionPattern=pattern)
    given = api.deploy().call()
    return given.status_code == 400 and given.json()["errorMessage"] == "Bad: dog"


@behaviour("integration-passthrough-behaviors.html")
def a_body_without_a_template_is_an_unsupported_media_type(world: World) -> bool:
    api = Rest().method("POST").mock(passthroughBehavior="NEVER").deploy()
    given = api.call(verb="POST", data="x", headers={"Content-Type": "text/plain"})
    return given.status_code == 415 and given.json() == {"message": "Unsupported Media Type"}


@behaviour("aws-api-gateway-stage-variables-reference.html")
def stage_variables_choose_the_function(world: World) -> bool:
    api = Rest().method().proxy()
    uri = _URI.replace(":function:f/", ":function:${stageVariables.name}/")
    api.client.put_integration(**api.at, type="AWS_PROXY", uri=uri, integrationHttpMethod="POST")
    return api.deploy(variables={"name": "f"}).call().json()["stageVariables"] == {"name": "f"}


def _with_validator(**settings: Any) -> Rest:
    api = Rest()
    validator = api.client.create_request_validator(restApiId=api.id, name="v", **settings)["id"]
    schema = json.dumps({"type": "object", "required": ["name"]})
    api.client.create_model(restApiId=api.id, name="Pet", contentType=_JSON, schema=schema)
    return api.method(
        "POST", requestValidatorId=validator, requestModels={_JSON: "Pet"},
        requestParameters={"method.request.querystring.q": True},
    ).mock().deploy()  # fmt: skip


@behaviour("api-gateway-method-request-validation.html")
def a_missing_parameter_is_a_400(world: World) -> bool:
    given = _with_validator(validateRequestParameters=True).call(verb="POST", json={})
    return given.status_code == 400 and given.json() == {"message": "Missing required request parameters: [q]"}


@behaviour("api-gateway-method-request-validation.html")
def a_body_that_does_not_fit_its_model_is_a_400(world: World) -> bool:
    given = _with_validator(validateRequestBody=True).call(verb="POST", json={"age": 7})
    return given.status_code == 400 and given.json() == {"message": "Invalid request body"}


@behaviour("api-gateway-gatewayResponse-definition.html")
def a_gateway_response_can_be_changed(world: World) -> bool:
    api = Rest().method().mock()
    api.client.put_gateway_response(restApiId=api.id, responseType="DEFAULT_4XX", statusCode="404",
                                    responseTemplates={_JSON: '{"oh": $context.error.messageString}'})  # fmt: skip
    given = api.deploy().call("/none")
    return given.status_code == 404 and given.json() == {"oh": "Missing Authentication Token"}


def _with_key(**plan: Any) -> tuple[Rest, dict[str, str]]:
    api = Rest().method(apiKeyRequired=True).mock().deploy()
    key = api.client.create_api_key(name="dana", enabled=True, value="k" * 30)["id"]
    made = api.client.create_usage_plan(name="p", apiStages=[{"apiId": api.id, "stage": "prod"}], **plan)["id"]
    api.client.create_usage_plan_key(usagePlanId=made, keyId=key, keyType="API_KEY")
    return api, {"x-api-key": "k" * 30}


@behaviour("api-gateway-api-usage-plans.html")
def a_method_with_a_key_is_closed_to_others(world: World) -> bool:
    api, key = _with_key()
    return (api.call().status_code, api.call(headers=key).status_code) == (403, 200)


@behaviour("api-gateway-request-throttling.html")
def a_usage_plan_throttles(world: World) -> bool:
    api, key = _with_key(throttle={"rateLimit": 0.1, "burstLimit": 1})
    statuses = [api.call(headers=key).status_code for _ in range(2)]
    world.advance(11)
    return [*statuses, api.call(headers=key).status_code] == [200, 429, 200]


@behaviour("api-gateway-api-usage-plans.html")
def a_quota_is_used_up_and_comes_back_the_next_day(world: World) -> bool:
    api, key = _with_key(quota={"limit": 1, "period": "DAY"})
    first, second = (api.call(headers=key) for _ in range(2))
    world.advance(86_400)
    said = second.json()
    return (first.status_code, said, api.call(headers=key).status_code) == (200, {"message": "Limit Exceeded"}, 200)


_COUNTER = "n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return {'statusCode': 200, 'body': str(n)}"


def _cached() -> Rest:
    api = Rest().method().proxy(_COUNTER).deploy()
    return api.patch("/cacheClusterEnabled", "true").patch("/*/*/caching/enabled", "true")


@behaviour("api-gateway-caching.html")
def a_stage_answers_from_its_cache_until_the_time_is_over(world: World) -> bool:
    api = _cached()
    first, second = api.call().text, api.call().text
    world.advance(301)
    return (first, second, api.call().text) == ("1", "1", "2")


@behaviour("api-gateway-caching.html#flush-api-caching")
def the_cache_can_be_flushed(world: World) -> bool:
    api = _cached()
    first = api.call().text
    api.client.flush_stage_cache(restApiId=api.id, stageName="prod")
    return (first, api.call().text) == ("1", "2")


@behaviour("api-gateway-caching.html#override-api-gateway-stage-cache-for-method-cache")
def a_time_to_live_ends_at_an_hour(world: World) -> bool:
    return code_of(_cached().patch, path="/*/*/caching/ttlInSeconds", value="4000") == "BadRequestException"


@behaviour("canary-release.html")
def a_canary_gets_all_of_100_percent(world: World) -> bool:
    api = Rest().method().mock("old").deploy()
    api.mock("new").deploy(canarySettings={"percentTraffic": 100.0})
    shown = api.client.get_stage(restApiId=api.id, stageName="prod")
    return api.call().text == "new" and shown["canarySettings"]["percentTraffic"] == 100


@behaviour("apigateway-use-lambda-authorizer.html")
def a_lambda_authorizer_decides(world: World) -> bool:
    make("def handler(e, c): return {'principalId': 'd', 'policyDocument': {'Version': '2012-10-17', 'Statement': ["
         "{'Effect': 'Allow' if e['authorizationToken'] == 'yes' else 'Deny', 'Action': 'execute-api:Invoke', "
         "'Resource': e['methodArn']}]}}")  # fmt: skip
    allow()
    api = Rest()
    gate = api.client.create_authorizer(restApiId=api.id, name="g", type="TOKEN", authorizerUri=_URI,
                                        identitySource="method.request.header.T")["id"]  # fmt: skip
    api.method(authorizationType="CUSTOM", authorizerId=gate).mock().deploy()
    return [api.call(headers=one).status_code for one in ({}, {"T": "no"}, {"T": "yes"})] == [401, 403, 200]


@behaviour("apigateway-integrate-with-cognito.html")
def a_token_of_a_user_pool_opens_until_it_expires(world: World) -> bool:
    cognito = boto3.client("cognito-idp", region_name="us-east-1")
    pool = cognito.create_user_pool(PoolName="p")["UserPool"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=flows)
    client = made["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool["Id"], Username="dana")
    cognito.admin_set_user_password(UserPoolId=pool["Id"], Username="dana", Password="Secret-1234!", Permanent=True)
    token = cognito.admin_initiate_auth(
        UserPoolId=pool["Id"], ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "dana", "PASSWORD": "Secret-1234!"},
    )["AuthenticationResult"]["IdToken"]  # fmt: skip
    api = Rest()
    gate = api.client.create_authorizer(restApiId=api.id, name="g", type="COGNITO_USER_POOLS",
                                        providerARNs=[pool["Arn"]],
                                        identitySource="method.request.header.Authorization")["id"]  # fmt: skip
    api.method(authorizationType="COGNITO_USER_POOLS", authorizerId=gate).mock().deploy()
    found = [api.call(headers={"Authorization": one}).status_code for one in (token, token[:-5] + "AAAAA")]
    world.advance(3700)
    return [*found, api.call(headers={"Authorization": token}).status_code] == [200, 401, 401]


@behaviour("apigateway-resource-policies-examples.html")
def a_resource_policy_keeps_addresses_out(world: World) -> bool:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*",
                 "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    given = Rest(policy=policy).method().mock().deploy().call()
    return given.status_code == 403 and given.json()["Message"].startswith("User: anonymous is not authorized")


@behaviour("how-to-test-method.html")
def a_method_can_be_tried_before_it_is_deployed(world: World) -> bool:
    api = Rest().method().mock("tried")
    tried = api.client.test_invoke_method(**api.at)
    return (tried["status"], tried["body"]) == (200, "tried")


@behaviour("api-gateway-metrics-and-dimensions.html")
def a_stage_counts_its_requests(world: World) -> bool:
    Rest().method().mock().deploy().call("/none")
    metrics = boto3.client("cloudwatch", region_name="us-east-1").list_metrics(Namespace="AWS/ApiGateway")["Metrics"]
    return {"Count", "4XXError", "Latency"} <= {one["MetricName"] for one in metrics}


@behaviour("api-gateway-method-settings-method-request.html")
def the_same_resource_cannot_be_made_twice(world: World) -> bool:
    api = Rest()
    code = code_of(api.client.create_resource, restApiId=api.id, parentId=api.root, pathPart="pets")
    return code == "ConflictException"


@behaviour("api-gateway-execution-service-limits-table.html")
def a_timeout_over_29_seconds_is_refused(world: World) -> bool:
    api = Rest().method()
    return code_of(api.client.put_integration, **api.at, type="MOCK", timeoutInMillis=60_000) == "BadRequestException"


@behaviour("api-gateway-method-settings-method-request.html")
def a_method_is_changed_by_patches(world: World) -> bool:
    api = Rest().method().mock()
    edit = {"op": "replace", "path": "/apiKeyRequired", "value": "true"}
    api.client.update_method(**api.at, patchOperations=[edit])
    return api.deploy().call().status_code == 403


@behaviour("api-gateway-export-api.html")
def a_stage_is_exported_as_openapi_3(world: World) -> bool:
    api = Rest().method().mock().deploy()
    more = {"exportType": "oas30", "parameters": {"extensions": "integrations"}}
    told = json.loads(api.client.get_export(restApiId=api.id, stageName="prod", **more)["body"].read())
    integration = told["paths"]["/pets"]["get"]["x-amazon-apigateway-integration"]
    return (told["openapi"], integration["type"]) == ("3.0.1", "mock")


@behaviour("how-to-deploy-api-console.html")
def one_method_without_an_integration_stops_a_deployment(world: World) -> bool:
    api = Rest().method().mock().method("POST")
    return code_of(api.client.create_deployment, restApiId=api.id, stageName="prod") == "BadRequestException"


@behaviour("apigateway-how-to-call-websocket-api.html")
def the_address_of_a_websocket_api_begins_with_wss(world: World) -> bool:
    made = boto3.client("apigatewayv2", region_name="us-east-1").create_api(
        Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )
    return made["ApiEndpoint"].startswith("wss://")


class Http:
    """An HTTP API with one route to a function."""

    def __init__(self, source: str = "def handler(e, c): return e", key: str = "GET /pets", **settings: Any) -> None:
        make(source)
        allow()
        self.client = boto3.client("apigatewayv2", region_name="us-east-1")
        made = self.client.create_api(Name="shop", ProtocolType="HTTP", **settings)
        self.id, self.url = made["ApiId"], made["ApiEndpoint"]
        target = self.client.create_integration(
            ApiId=self.id, IntegrationType="AWS_PROXY", IntegrationUri=_FUNCTION, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        self.client.create_route(ApiId=self.id, RouteKey=key, Target=f"integrations/{target}")
        self.client.create_stage(ApiId=self.id, StageName="$default", AutoDeploy=True)


@behaviour("http-api-develop-integrations-lambda.html")
def an_http_api_sends_payload_2_and_takes_a_plain_answer(world: World) -> bool:
    event = requests.get(f"{Http().url}/pets?a=1&a=2").json()
    return event["version"] == "2.0" and event["queryStringParameters"] == {"a": "1,2"}


@behaviour("http-api-develop-routes.html")
def an_http_api_without_a_route_says_not_found(world: World) -> bool:
    given = requests.get(f"{Http().url}/dogs")
    return given.status_code == 404 and given.json() == {"message": "Not Found"}


@behaviour("http-api-cors.html")
def an_http_api_answers_preflight_requests_itself(world: World) -> bool:
    api = Http(CorsConfiguration={"AllowOrigins": ["https://shop.example"], "AllowMethods": ["GET"]})
    asks = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
    given = requests.options(f"{api.url}/pets", headers=asks)
    return given.status_code == 204 and given.headers["access-control-allow-origin"] == "https://shop.example"


@behaviour("http-api-develop.html")
def quick_create_makes_route_integration_and_stage(world: World) -> bool:
    client = boto3.client("apigatewayv2", region_name="us-east-1")
    made = client.create_api(Name="quick", ProtocolType="HTTP", Target="https://example.com")["ApiId"]
    stages = [one["StageName"] for one in client.get_stages(ApiId=made)["Items"]]
    return stages == ["$default"] and client.get_routes(ApiId=made)["Items"][0]["RouteKey"] == "$default"


@behaviour("http-api-stages.html")
def a_stage_of_an_http_api_can_be_deployed_to(world: World) -> bool:
    api = Http()
    api.client.create_stage(ApiId=api.id, StageName="prod")
    before = requests.get(f"{api.url}/prod/pets").status_code
    api.client.create_deployment(ApiId=api.id, StageName="prod")
    return (before, requests.get(f"{api.url}/prod/pets").status_code) == (404, 200)


@behaviour("http-api-develop-routes.html")
def a_route_key_exists_once(world: World) -> bool:
    api = Http()
    return code_of(api.client.create_route, ApiId=api.id, RouteKey="GET /pets") == "ConflictException"


@behaviour("apigateway-how-to-call-websocket-api-connections.html")
def a_connection_that_never_was_is_gone(world: World) -> bool:
    client = boto3.client("apigatewayv2", region_name="us-east-1")
    made = client.create_api(Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")
    client.create_stage(ApiId=made["ApiId"], StageName="prod", AutoDeploy=True)
    url = f"https://{made['ApiId']}.execute-api.us-east-1.amazonaws.com/prod"
    back = boto3.client("apigatewaymanagementapi", region_name="us-east-1", endpoint_url=url)
    return code_of(back.post_to_connection, ConnectionId="abc=", Data=b"x") == "GoneException"


@behaviour("websocket-api-develop-routes.html")
def a_websocket_api_needs_a_route_selection_expression(world: World) -> bool:
    client = boto3.client("apigatewayv2", region_name="us-east-1")
    return code_of(client.create_api, Name="chat", ProtocolType="WEBSOCKET") == "BadRequestException"


@kept("how-to-deploy-api.html")
def an_api_without_methods_cannot_be_deployed(world: World) -> bool:
    api = Rest()
    return code_of(api.client.create_deployment, restApiId=api.id, stageName="prod") == "BadRequestException"


@kept("api-gateway-api-integration-types.html")
def an_integration_with_lambda_names_its_http_method(world: World) -> bool:
    api = Rest().method()
    return code_of(api.client.put_integration, **api.at, type="AWS_PROXY", uri=_URI) == "BadRequestException"


@kept("api-gateway-api-endpoint-types.html")
def an_api_is_edge_optimised_unless_told_otherwise(world: World) -> bool:
    client = boto3.client("apigateway", region_name="us-east-1")
    return bool(client.create_rest_api(name="shop")["endpointConfiguration"]["types"] == ["EDGE"])


@kept("api-gateway-setup-api-key-with-console.html")
def an_api_key_has_twenty_characters(world: World) -> bool:
    client = boto3.client("apigateway", region_name="us-east-1")
    return code_of(client.create_api_key, name="dana", value="short") == "BadRequestException"


@kept("api-gateway-request-throttling.html")
def an_account_has_ten_thousand_requests_a_second(world: World) -> bool:
    settings = boto3.client("apigateway", region_name="us-east-1").get_account()["throttleSettings"]
    return (settings["rateLimit"], settings["burstLimit"]) == (10_000, 5_000)


@kept("how-to-deploy-api.html")
def a_stage_can_be_moved_to_another_deployment(world: World) -> bool:
    api = Rest().method().mock().deploy()
    first = api.client.get_stage(restApiId=api.id, stageName="prod")["deploymentId"]
    api.deploy().patch("/deploymentId", first)
    return bool(api.client.get_stage(restApiId=api.id, stageName="prod")["deploymentId"] == first)


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_the_lab_keeps_what_moto_has_right(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_moto_has_it_right(one, in_bare_moto):
    assert one.is_seen(in_bare_moto), one.source
