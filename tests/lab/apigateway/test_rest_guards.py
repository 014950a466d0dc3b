"""Validators, keys, usage plans, throttling, the cache, canaries and gateway responses."""

import json

import boto3
import pytest

from course import lab
from course.lab import meter
from tests.lab.apigateway.sample import Api, uri
from tests.lab.lambda_sample import make

COUNTER = """
    n = 0
    def handler(event, context):
        global n
        n += 1
        return {"statusCode": int((event["queryStringParameters"] or {}).get("status", 200)), "body": str(n)}
"""
SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["name"],
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
}  # fmt: skip


def validated(**validator):
    api = Api()
    api.client.create_model(restApiId=api.id, name="Pet", contentType="application/json", schema=json.dumps(SCHEMA))
    made = api.client.create_request_validator(restApiId=api.id, name="v", **validator)["id"]
    api.method("POST", "/pets/{id}", requestValidatorId=made, requestModels={"application/json": "Pet"},
               requestParameters={"method.request.querystring.q": True, "method.request.header.X-Who": True,
                                  "method.request.querystring.page": False}).mock("fine")  # fmt: skip
    return api


def test_a_request_without_its_parameters_is_refused():
    api = validated(validateRequestParameters=True)
    api.deploy()
    given = api.post("/pets/7")
    assert (given.status, given.json()) == (400, {"message": "Missing required request parameters: [X-Who, q]"})
    assert given.headers["x-amzn-ErrorType"] == "BadRequestException"
    assert api.post("/pets/7?q=", headers={"x-who": "Dana"}).status == 200
    assert api.post("/pets/7?q=1", headers={"x-who": "Dana"}).body == "fine"


@pytest.mark.parametrize("body", ["", "no json", "[]", '{"name": 7}', '{"age": 3}', '{"name": "Rex", "age": -1}'])
def test_a_body_that_does_not_fit_its_model_is_refused(body):
    api = validated(validateRequestBody=True)
    api.deploy()
    given = api.post("/pets/7", body=body)
    assert (given.status, given.json()) == (400, {"message": "Invalid request body"})
    assert api.post("/pets/7", json={"name": "Rex"}).status == 200
    assert api.post("/pets/7", body=body, headers={"Content-Type": "text/plain"}).body != "Invalid request body"


def test_models_may_name_each_other():
    api = validated(validateRequestBody=True)
    schema = {"type": "array", "items": {"$ref": f"https://apigateway.amazonaws.com/restapis/{api.id}/models/Pet"}}
    api.client.create_model(restApiId=api.id, name="Pets", contentType="application/json", schema=json.dumps(schema))
    validator = api.client.get_request_validators(restApiId=api.id)["items"][0]["id"]
    api.method("POST", "/all", requestValidatorId=validator, requestModels={"application/json": "Pets"}).mock("fine")
    api.deploy()
    assert api.post("/all", json=[{"name": "Rex"}]).status == 200
    assert api.post("/all", json=[{"age": 1}]).status == 400


def test_a_gateway_response_can_say_what_is_wrong_with_the_body():
    api = validated(validateRequestBody=True)
    api.client.put_gateway_response(
        restApiId=api.id, responseType="BAD_REQUEST_BODY", statusCode="422",
        responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
        responseTemplates={"application/json": '{"m": $context.error.messageString, "at": "$context.resourcePath", '
                                               '"why": "$context.error.validationErrorString"}'},
    )  # fmt: skip
    api.deploy()
    given = api.post("/pets/7", body='{"age": "x"}')
    assert given.status == 422 and given.headers["access-control-allow-origin"] == "*"
    assert '"m": "Invalid request body"' in given.body and '"at": "/pets/{id}"' in given.body
    assert 'object has missing required properties (["name"])' in given.body
    assert 'instance type (string) does not match any allowed primitive type (allowed: ["integer"])' in given.body


def test_default_4xx_speaks_for_all_that_have_no_response_of_their_own():
    api = validated()
    templates = {"application/json": '{"oh": $context.error.messageString}'}
    api.client.put_gateway_response(
        restApiId=api.id, responseType="DEFAULT_4XX", statusCode="418", responseTemplates=templates
    )
    api.deploy()
    assert (api.get("/no").status, api.get("/no").json()) == (418, {"oh": "Missing Authentication Token"})


def plan(api, **settings):
    """A key in a usage plan of the stage."""
    key = api.client.create_api_key(name="dana", enabled=True, value="k" * 30)
    made = api.client.create_usage_plan(name="gold", apiStages=[{"apiId": api.id, "stage": "prod"}], **settings)
    api.client.create_usage_plan_key(usagePlanId=made["id"], keyId=key["id"], keyType="API_KEY")
    return made["id"], key["id"]


def keyed(**settings):
    api = Api()
    api.method("GET", "/", apiKeyRequired=True).mock('{"key": "$context.identity.apiKeyId"}')
    api.deploy()
    return api, *plan(api, **settings)


def test_a_method_with_a_key_wants_one_of_a_usage_plan():
    api, _plan_id, key_id = keyed()
    assert (api.get().status, api.get().json()) == (403, {"message": "Forbidden"})
    assert api.get(headers={"x-api-key": "wrong"}).status == 403
    assert api.get(headers={"x-api-key": "k" * 30}).json() == {"key": key_id}
    api.client.update_api_key(apiKey=key_id, patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}])
    assert api.get(headers={"x-api-key": "k" * 30}).status == 403


def test_a_key_without_a_plan_for_the_stage_opens_nothing():
    api = Api()
    api.method("GET", "/", apiKeyRequired=True).mock("x")
    api.deploy()
    api.client.create_api_key(name="dana", enabled=True, value="k" * 30)
    assert api.get(headers={"x-api-key": "k" * 30}).status == 403


def test_a_usage_plan_throttles_by_a_token_bucket():
    api, *_ = keyed(throttle={"rateLimit": 0.1, "burstLimit": 2})
    key = {"x-api-key": "k" * 30}
    assert [api.get(headers=key).status for _ in range(3)] == [200, 200, 429]
    assert api.get(headers=key).json() == {"message": "Too Many Requests"}
    lab.clock.advance(seconds=11)
    assert [api.get(headers=key).status for _ in range(2)] == [200, 429]


def test_a_quota_lasts_for_a_day():
    api, plan_id, key_id = keyed(quota={"limit": 2, "period": "DAY"})
    key = {"x-api-key": "k" * 30}
    assert [api.get(headers=key).status for _ in range(3)] == [200, 200, 429]
    assert api.get(headers=key).json() == {"message": "Limit Exceeded"}
    today = lab.clock.now().date().isoformat()
    used = api.client.get_usage(usagePlanId=plan_id, startDate=today, endDate=today)
    assert used["items"] == {key_id: [[2, 0]]}
    lab.clock.advance(days=1)
    assert api.get(headers=key).status == 200


def test_a_stage_and_a_method_have_buckets_of_their_own():
    api = Api()
    for path in ("/a", "/b", "/c"):
        api.method("GET", path).mock("x")
    api.deploy()
    api.patch(("replace", "/*/*/throttling/rateLimit", "0.1"), ("replace", "/*/*/throttling/burstLimit", "2"))
    api.patch(("replace", "/~1c/GET/throttling/burstLimit", "1"))
    assert [api.get(path).status for path in ("/a", "/b", "/a", "/c", "/c")] == [200, 200, 429, 200, 429]


def cached(*patches, **integration):
    make(COUNTER)
    api = Api()
    api.method("GET", "/n", requestParameters={"method.request.querystring.q": False}).proxy(**integration)
    api.method("POST", "/n").proxy(allowed=False)
    api.deploy(cacheClusterEnabled=True, cacheClusterSize="0.5")
    api.patch(("replace", "/cacheClusterEnabled", "true"), ("replace", "/*/*/caching/enabled", "true"), *patches)
    return api


def test_a_cached_answer_lives_for_its_time():
    api = cached(("replace", "/*/*/caching/ttlInSeconds", "60"))
    assert [api.get("/n").body for _ in range(2)] == ["1", "1"]
    lab.clock.advance(seconds=61)
    assert api.get("/n").body == "2"
    assert [api.post("/n").body for _ in range(2)] == ["3", "4"]


def test_errors_are_not_kept():
    api = cached()
    assert [api.get("/n?status=500").body for _ in range(2)] == ["1", "2"]


def test_only_cache_keys_tell_requests_apart():
    api = cached()
    assert (api.get("/n?q=1").body, api.get("/n?q=2").body) == ("1", "1")
    api = cached_with_key()
    assert (api.get("/n?q=1").body, api.get("/n?q=2").body, api.get("/n?q=1").body) == ("2", "3", "2")


def cached_with_key():
    lab_api = Api()
    lab_api.method("GET", "/n", requestParameters={"method.request.querystring.q": False}).proxy(
        cacheKeyParameters=["method.request.querystring.q"]
    )
    lab_api.deploy()
    lab_api.patch(("replace", "/cacheClusterEnabled", "true"), ("replace", "/*/*/caching/enabled", "true"))
    return lab_api


def test_a_method_can_be_left_out_of_the_cache():
    api = cached(("replace", "/~1n/GET/caching/enabled", "false"))
    assert [api.get("/n").body for _ in range(2)] == ["1", "2"]


def test_flushing_empties_the_cache():
    api = cached()
    assert api.get("/n").body == "1"
    api.client.flush_stage_cache(restApiId=api.id, stageName="prod")
    assert api.get("/n").body == "2"


def test_a_client_may_ask_anew_only_if_it_needs_no_permission_for_that():
    api = cached()
    fresh = {"Cache-Control": "max-age=0"}
    api.get("/n")
    given = api.get("/n", headers=fresh)
    assert given.body == "1" and given.headers["warning"].startswith("199")
    api.patch(("replace", "/*/*/caching/unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403"))
    assert api.get("/n", headers=fresh).status == 403
    api.patch(("replace", "/*/*/caching/requireAuthorizationForCacheControl", "false"))
    assert (api.get("/n", headers=fresh).body, api.get("/n").body) == ("2", "2")


@pytest.mark.parametrize(
    ("path", "value"),
    [("/*/*/caching/ttlInSeconds", "4000"), ("/cacheClusterSize", "3"), ("/*/*/logging/loglevel", "DEBUG"),
     ("/deploymentId", "nothere")],
)  # fmt: skip
def test_settings_that_aws_does_not_know_are_refused(path, value):
    api = cached()
    with pytest.raises(api.client.exceptions.BadRequestException):
        api.patch(("replace", path, value))


def canary(percent):
    api = Api()
    api.method("GET", "/").mock("old $stageVariables.colour $context.isCanaryRequest")
    api.deploy(variables={"colour": "blue"})
    api.method("GET", "/").mock("new $stageVariables.colour $context.isCanaryRequest")
    api.deploy(canarySettings={"percentTraffic": percent, "stageVariableOverrides": {"colour": "green"}})
    return api


def test_a_canary_gets_its_share_and_its_own_variables():
    api = canary(20)
    bodies = [api.get().body for _ in range(200)]
    assert set(bodies) == {"old blue false", "new green true"}
    assert 20 <= bodies.count("new green true") <= 60
    shown = api.client.get_stage(restApiId=api.id, stageName="prod")["canarySettings"]
    assert shown["percentTraffic"] == 20 and shown["useStageCache"] is False


def test_the_same_account_draws_the_same_canaries():
    def drawn():
        api = canary(50)
        return [api.get().body for _ in range(30)]

    lab.reset()
    first = drawn()
    lab.reset()
    assert drawn() == first


def test_a_canary_is_promoted_by_copying():
    api = canary(10)
    client = api.client
    client.update_stage(restApiId=api.id, stageName="prod", patchOperations=[
        {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"},
        {"op": "copy", "from": "/canarySettings/stageVariableOverrides", "path": "/variables"},
        {"op": "remove", "path": "/canarySettings"},
    ])  # fmt: skip
    assert {api.get().body for _ in range(20)} == {"new green false"}
    assert "canarySettings" not in client.get_stage(restApiId=api.id, stageName="prod")
    with pytest.raises(client.exceptions.BadRequestException, match="Canary does not exist"):
        client.update_stage(restApiId=api.id, stageName="prod", patchOperations=[
            {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"}])  # fmt: skip


def test_a_stage_counts_its_requests_and_writes_an_access_log():
    api = cached(("replace", "/accessLogSettings/destinationArn", "arn:aws:logs:us-east-1:123456789012:log-group:shop"),
                 ("replace", "/accessLogSettings/format", "$context.httpMethod $context.resourcePath $context.status"),
                 ("replace", "/*/*/logging/loglevel", "INFO"))  # fmt: skip
    for path in ("/n", "/n", "/none"):
        api.get(path)
    now = lab.clock.now()

    def total(name):
        found = boto3.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ApiGateway", MetricName=name, Dimensions=[{"Name": "ApiName", "Value": "shop"}],
            StartTime=now.replace(year=now.year - 1), EndTime=now.replace(year=now.year + 1), Period=86400 * 800,
            Statistics=["Sum"],
        )  # fmt: skip
        return sum(point["Sum"] for point in found["Datapoints"])

    assert [total(name) for name in ("Count", "4XXError", "CacheHitCount", "CacheMissCount")] == [3, 1, 1, 1]
    lines = boto3.client("logs").filter_log_events(logGroupName="shop")["events"]
    assert [line["message"] for line in lines] == ["GET /n 200", "GET /n 200", "GET - 403"]
    group = f"API-Gateway-Execution-Logs_{api.id}/prod"
    told = [line["message"] for line in boto3.client("logs").filter_log_events(logGroupName=group)["events"]]
    assert any("Method completed with status: 200" in line for line in told)


def test_at_most_ten_stages():
    api = Api()
    api.method("GET", "/").mock("x")
    made = api.deploy("s0")
    for number in range(1, 10):
        api.client.create_stage(restApiId=api.id, stageName=f"s{number}", deploymentId=made)
    with pytest.raises(api.client.exceptions.BadRequestException, match="Maximum number of stages"):
        api.deploy("s10")


def test_a_timeout_is_between_50_ms_and_29_s():
    api = Api()
    api.method("GET", "/")
    with pytest.raises(api.client.exceptions.BadRequestException, match="between 50 ms and 29000 ms"):
        api.integration("MOCK", timeoutInMillis=60000)


def test_a_custom_domain_leads_to_the_stage():
    api = Api()
    api.method("GET", "/pets").mock("$context.path $context.domainName")
    api.deploy()
    api.client.create_domain_name(domainName="api.shop.example.com")
    api.client.create_base_path_mapping(
        domainName="api.shop.example.com", basePath="v1", restApiId=api.id, stage="prod"
    )
    assert lab.http("GET", "https://api.shop.example.com/v1/pets").body == "/v1/pets api.shop.example.com"


def test_a_usage_plan_can_limit_one_method():
    api = Api()
    for path in ("/a", "/b"):
        api.method("GET", path, apiKeyRequired=True).mock("x")
    api.deploy()
    stage = {"apiId": api.id, "stage": "prod", "throttle": {"/a/GET": {"rateLimit": 0.1, "burstLimit": 1}}}
    key = api.client.create_api_key(name="dana", enabled=True, value="k" * 30)["id"]
    made = api.client.create_usage_plan(name="gold", apiStages=[stage])["id"]
    api.client.create_usage_plan_key(usagePlanId=made, keyId=key, keyType="API_KEY")
    statuses = [api.get(path, headers={"x-api-key": "k" * 30}).status for path in ("/a", "/a", "/b", "/b")]
    assert statuses == [200, 429, 200, 200]


def test_an_authorizer_may_bring_the_key():
    make("""
        def handler(event, context):
            return {"principalId": "dana", "usageIdentifierKey": event["authorizationToken"], "policyDocument": {
                "Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}]}}
    """, "gate")  # fmt: skip
    api = Api(apiKeySource="AUTHORIZER")
    made = api.client.create_authorizer(restApiId=api.id, name="g", type="TOKEN", authorizerUri=uri("gate"),
                                        identitySource="method.request.header.T")["id"]  # fmt: skip
    api.method("GET", "/", authorizationType="CUSTOM", authorizerId=made, apiKeyRequired=True).mock("in")
    api.allow("gate").deploy()
    plan(api)
    assert api.get(headers={"T": "x" * 30}).status == 403
    assert api.get(headers={"T": "k" * 30}).body == "in"


def test_a_deployment_may_switch_the_cache_on():
    api = Api()
    api.method("GET", "/").mock("x")
    api.deploy(cacheClusterEnabled=True, cacheClusterSize="1.6")
    assert api.client.get_stage(restApiId=api.id, stageName="prod")["cacheClusterSize"] == "1.6"
    with pytest.raises(api.client.exceptions.BadRequestException, match="Invalid cache cluster size"):
        api.deploy(cacheClusterEnabled=True, cacheClusterSize="2")


def test_answers_are_billed_and_refusals_are_not():
    api, *_ = keyed()
    for headers in ({}, {}, {"x-api-key": "k" * 30}):
        api.get(headers=headers)
    assert meter.used()["API Gateway", "rest-requests", None] == 1


def test_a_head_request_has_no_body():
    api = Api()
    api.method("HEAD", "/").mock("never seen")
    api.deploy()
    given = lab.http("HEAD", api.url())
    assert (given.status, given.content) == (200, b"")


@pytest.mark.parametrize("text", ["{no json", '{"Statement": [{"Effect": "Maybe"}]}', '{"Version": "2012-10-17"}'])
def test_a_policy_that_is_none_is_refused_and_changes_nothing(text):
    api = Api()
    with pytest.raises(api.client.exceptions.BadRequestException, match="Invalid policy document"):
        api.client.update_rest_api(
            restApiId=api.id, patchOperations=[{"op": "replace", "path": "/policy", "value": text}]
        )
    assert "policy" not in api.client.get_rest_api(restApiId=api.id)


@pytest.mark.parametrize("schema", ["{no json", '{"type": "animal"}', '{"required": "name"}'])
def test_a_model_that_is_no_schema_is_refused(schema):
    api = Api()
    with pytest.raises(api.client.exceptions.BadRequestException, match="Invalid model"):
        api.client.create_model(restApiId=api.id, name="Pet", contentType="application/json", schema=schema)


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("integration.request.header.X", "method.request.querystring.undeclared"),
        ("integration.request.cookie.X", "'fixed'"),
        ("integration.request.header.X", "unquoted"),
    ],
)
def test_a_mapping_uses_declared_parameters_only(target, source):
    api = Api()
    api.method("GET", "/")
    with pytest.raises(api.client.exceptions.BadRequestException, match="Invalid mapping expression"):
        api.integration("MOCK", requestParameters={target: source})
    assert api.client.get_method(**api.at).get("methodIntegration") is None


def test_an_integration_response_needs_a_method_response_with_its_headers():
    api = Api()
    api.method("GET", "/").integration("MOCK")
    with pytest.raises(api.client.exceptions.NotFoundException):
        api.client.put_integration_response(**api.at, statusCode="200")
    api.client.put_method_response(**api.at, statusCode="200")
    with pytest.raises(api.client.exceptions.BadRequestException, match=r"specified: method.response.header.X"):
        api.client.put_integration_response(
            **api.at, statusCode="200", responseParameters={"method.response.header.X": "'fixed'"}
        )


def test_a_region_that_is_none_has_no_api():
    assert lab.http("GET", "https://a1b2c3.execute-api.mars-1.amazonaws.com/prod").status == 403


def test_an_openapi_document_becomes_an_api_that_answers():
    document = {
        "openapi": "3.0.1", "info": {"title": "pets", "description": "of the shelter", "version": "1"},
        "paths": {"/pets/{id}": {"get": {
            "responses": {"200": {"description": "fine"}},
            "x-amazon-apigateway-integration": {
                "type": "MOCK", "httpMethod": "POST", "uri": "",
                "requestTemplates": {"application/json": "{statusCode: 200}"},
                "responses": {"default": {"statusCode": "200", "responseTemplates": {
                    "application/json": "pet $input.params('id')"}}},
            },
        }}},
    }  # fmt: skip
    client = boto3.client("apigateway")
    made = client.import_rest_api(body=json.dumps(document).encode())["id"]
    client.put_rest_api(restApiId=made, mode="merge", body=json.dumps(document).encode())
    client.create_deployment(restApiId=made, stageName="prod")
    given = lab.http("GET", f"https://{made}.execute-api.us-east-1.amazonaws.com/prod/pets/7")
    assert (given.status, given.body) == (200, "pet 7")


def test_an_api_has_default_models_and_gateway_responses():
    api = Api()
    assert {one["name"] for one in api.client.get_models(restApiId=api.id)["items"]} == {"Empty", "Error"}
    found = api.client.get_gateway_response(restApiId=api.id, responseType="UNAUTHORIZED")
    assert (found["statusCode"], found["defaultResponse"]) == ("401", True)
    api.client.put_gateway_response(restApiId=api.id, responseType="UNAUTHORIZED", statusCode="418")
    known = {one["responseType"]: one for one in api.client.get_gateway_responses(restApiId=api.id)["items"]}
    assert len(known) == 21 and known["UNAUTHORIZED"]["statusCode"] == "418"
    assert known["DEFAULT_4XX"]["responseTemplates"] == {"application/json": '{"message":$context.error.messageString}'}


def test_a_cache_key_is_a_declared_parameter():
    api = Api()
    api.method("GET", "/")
    with pytest.raises(api.client.exceptions.BadRequestException, match="cache key parameter"):
        api.integration("MOCK", cacheKeyParameters=["method.request.querystring.q"])
