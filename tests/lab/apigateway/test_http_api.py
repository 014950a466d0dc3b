"""HTTP APIs: routes, payload 2.0, authorizers, CORS, mappings and stages."""

import json

import boto3
import pytest
import requests

from course import lab
from tests.lab.apigateway.sample import ECHO
from tests.lab.apigateway.test_rest_access import pool_tokens, signed, user
from tests.lab.lambda_sample import bodies, got, make, queue

ARN = "arn:aws:lambda:us-east-1:123456789012:function:{}"
PLAIN = """
    import json
    def handler(event, context):
        return event
"""


class HttpApi:
    """An HTTP API under construction."""

    def __init__(self, stage="$default", auto=True, **settings):
        self.client = boto3.client("apigatewayv2")
        self.id = self.client.create_api(Name="shop", ProtocolType="HTTP", **settings)["ApiId"]
        self.stage = stage
        self.client.create_stage(ApiId=self.id, StageName=stage, AutoDeploy=auto)

    def route(self, key, function="worker", version="2.0", route=None, allowed=True, **integration):
        settings = {"IntegrationType": "AWS_PROXY", "IntegrationUri": ARN.format(function),
                    "PayloadFormatVersion": version, **integration}  # fmt: skip
        made = self.client.create_integration(ApiId=self.id, **settings)["IntegrationId"]
        self.client.create_route(ApiId=self.id, RouteKey=key, Target=f"integrations/{made}", **(route or {}))
        return self.allow(function) if allowed and settings["IntegrationType"] == "AWS_PROXY" else self

    def allow(self, function):
        boto3.client("lambda").add_permission(
            FunctionName=function, StatementId=lab.unique_name("api"), Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com", SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{self.id}/*",
        )  # fmt: skip
        return self

    def url(self, path="/"):
        stage = "" if self.stage == "$default" else f"/{self.stage}"
        return f"https://{self.id}.execute-api.us-east-1.amazonaws.com{stage}{path}"

    def call(self, path="/", method="GET", **more):
        return lab.http(method, self.url(path), **more)


def test_a_function_gets_payload_2_and_may_answer_with_anything():
    make(PLAIN)
    api = HttpApi().route("POST /pets/{id}")
    given = api.call("/pets/7?q=1&q=2", "POST", json={"a": 1}, headers={"X-Pet": ["a", "b"], "Cookie": "k=v; l=w"})
    assert given.status == 200 and given.headers["content-type"] == "application/json"
    event = given.json()
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "POST /pets/{id}", "/pets/7")
    assert event["rawQueryString"] == "q=1&q=2" and event["queryStringParameters"] == {"q": "1,2"}
    assert event["headers"]["x-pet"] == "a,b" and event["cookies"] == ["k=v", "l=w"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"a": 1}', False)
    assert event["pathParameters"] == {"id": "7"} and "stageVariables" not in event
    http = event["requestContext"]["http"]
    assert (http["method"], http["path"], http["sourceIp"]) == ("POST", "/pets/7", "203.0.113.7")
    assert requests.post(api.url("/pets/7")).json()["routeKey"] == "POST /pets/{id}"


@pytest.mark.parametrize(
    ("result", "status", "body"),
    [
        ("Hello", 200, "Hello"),
        ({"a": 1}, 200, '{"a": 1}'),
        ([1], 200, "[1]"),
        (None, 200, "null"),
        ({"statusCode": 201, "body": "made"}, 201, "made"),
        ({"statusCode": 201, "body": {"no": "text"}}, 500, '{"message":"Internal Server Error"}'),
    ],
)
def test_what_has_no_status_code_is_the_body(result, status, body):
    make(f"import json\ndef handler(e, c): return json.loads({json.dumps(json.dumps(result))})")
    given = HttpApi().route("GET /").call()
    assert (given.status, given.body) == (status, body)


def test_cookies_become_set_cookie_headers():
    make("def handler(e, c): return {'statusCode': 200, 'cookies': ['a=1', 'b=2']}")
    assert HttpApi().route("GET /").call().headers.getlist("set-cookie") == ["a=1", "b=2"]


def test_payload_1_keeps_the_form_of_rest_apis():
    make(ECHO)
    api = HttpApi().route("ANY /{proxy+}", version="1.0")
    event = api.call("/a/b?q=1").json()
    assert (event["version"], event["path"], event["httpMethod"]) == ("1.0", "/a/b", "GET")
    assert event["pathParameters"] == {"proxy": "a/b"} and event["multiValueQueryStringParameters"] == {"q": ["1"]}
    make("def handler(e, c): return {'a': 1}", "plain")
    assert api.route("GET /plain", "plain", "1.0").call("/plain").status == 500


def test_the_most_specific_route_wins():
    make("def handler(e, c): return e['routeKey']")
    api = HttpApi()
    for key in ("$default", "ANY /{proxy+}", "ANY /pets/{id}", "GET /pets/{id}", "GET /pets/mine"):
        api.route(key)
    asked = {"/pets/mine": "GET /pets/mine", "/pets/7": "GET /pets/{id}", "/pets/7/x": "ANY /{proxy+}", "/": "$default"}
    assert {path: api.call(path).body for path in asked} == asked
    assert api.call("/pets/7", "PUT").body == "ANY /pets/{id}"


def test_what_has_no_route_is_not_found():
    given = HttpApi().call("/none")
    assert (given.status, given.json()) == (404, {"message": "Not Found"})


def test_a_failing_function_a_missing_permission_and_a_slow_one():
    make("def handler(e, c): raise ValueError('no')", "bad")
    make("def handler(e, c): return 1", "shy")
    make("import time\ndef handler(e, c): time.sleep(31)", "slow", Timeout=60)
    api = HttpApi().route("GET /bad", "bad").route("GET /shy", "shy", allowed=False).route("GET /slow", "slow")
    assert (api.call("/bad").status, api.call("/bad").json()) == (500, {"message": "Internal Server Error"})
    assert api.call("/shy").status == 500
    assert (api.call("/slow").status, api.call("/slow").json()) == (503, {"message": "Service Unavailable"})


def test_a_named_stage_stands_in_the_url_and_has_variables():
    make(PLAIN)
    api = HttpApi("dev").route("GET /pets", IntegrationUri=ARN.format("${stageVariables.function}"))
    api.client.update_stage(ApiId=api.id, StageName="dev", StageVariables={"function": "worker"})
    event = api.call("/pets").json()
    assert (event["rawPath"], event["stageVariables"]) == ("/dev/pets", {"function": "worker"})
    assert event["requestContext"]["stage"] == "dev"


def test_without_auto_deploy_changes_wait_for_a_deployment():
    make("def handler(e, c): return e['routeKey']")
    api = HttpApi("prod", auto=False).route("GET /a")
    assert api.call("/a").status == 404
    first = api.client.create_deployment(ApiId=api.id, StageName="prod")["DeploymentId"]
    api.route("GET /b")
    assert (api.call("/a").status, api.call("/b").status) == (200, 404)
    api.client.create_deployment(ApiId=api.id, StageName="prod")
    assert api.call("/b").status == 200
    api.client.update_stage(ApiId=api.id, StageName="prod", DeploymentId=first)
    assert api.call("/b").status == 404
    assert len(api.client.get_deployments(ApiId=api.id)["Items"]) == 2


def test_quick_create_makes_everything():
    make("def handler(e, c): return 'quick'")
    client = boto3.client("apigatewayv2")
    made = client.create_api(Name="quick", ProtocolType="HTTP", Target=ARN.format("worker"))
    boto3.client("lambda").add_permission(FunctionName="worker", StatementId="x", Action="lambda:InvokeFunction",
                                          Principal="apigateway.amazonaws.com")  # fmt: skip
    assert lab.http("GET", made["ApiEndpoint"] + "/anything").body == "quick"


def test_the_same_route_twice_is_refused():
    api = HttpApi()
    api.client.create_route(ApiId=api.id, RouteKey="GET /a")
    with pytest.raises(api.client.exceptions.ConflictException):
        api.client.create_route(ApiId=api.id, RouteKey="GET /a")


def test_the_service_answers_preflight_requests():
    make("def handler(e, c): return {'statusCode': 200, 'headers': {'access-control-allow-origin': 'mine'}}")
    cors = {"AllowOrigins": ["https://shop.example.com"], "AllowMethods": ["GET"], "AllowHeaders": ["x-pet"],
            "MaxAge": 60, "ExposeHeaders": ["x-id"], "AllowCredentials": True}  # fmt: skip
    api = HttpApi(CorsConfiguration=cors).route("GET /")
    asks = {"Origin": "https://shop.example.com", "Access-Control-Request-Method": "GET"}
    given = api.call("/anywhere", "OPTIONS", headers=asks)
    assert given.status == 204 and given.headers["access-control-allow-origin"] == "https://shop.example.com"
    assert given.headers["access-control-allow-methods"] == "GET" and given.headers["access-control-max-age"] == "60"
    assert (
        "access-control-allow-origin"
        not in api.call("/", "OPTIONS", headers={**asks, "Origin": "https://evil"}).headers
    )
    answer = api.call(headers={"Origin": "https://shop.example.com"})
    assert answer.headers.getlist("access-control-allow-origin") == ["https://shop.example.com"]
    assert answer.headers["access-control-expose-headers"] == "x-id"
    assert "access-control-allow-origin" not in api.call().headers


def jwt_api(**route):
    pool, client_id, given = pool_tokens()
    make(PLAIN)
    api = HttpApi()
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool['Id']}"
    made = api.client.create_authorizer(
        ApiId=api.id, Name="jwt", AuthorizerType="JWT", IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer, "Audience": [client_id]},
    )["AuthorizerId"]  # fmt: skip
    api.route("GET /", route={"AuthorizationType": "JWT", "AuthorizerId": made, **route})
    return api, given, made


def test_a_jwt_opens_the_route_and_its_claims_reach_the_function():
    api, given, _ = jwt_api()
    for token in (given["IdToken"], given["AccessToken"]):
        jwt = api.call(headers={"Authorization": f"Bearer {token}"}).json()["requestContext"]["authorizer"]["jwt"]
        assert jwt["claims"]["iss"].startswith("https://cognito-idp") and jwt["scopes"] is None


def test_a_missing_changed_foreign_or_old_jwt_does_not():
    api, given, _authorizer = jwt_api()
    changed = given["IdToken"][:-6] + "AAAAAA"
    for token in ("", "x.y.z", changed):
        answer = api.call(headers={"Authorization": token} if token else {})
        assert (answer.status, answer.json()) == (401, {"message": "Unauthorized"})
        assert answer.headers["www-authenticate"].startswith("Bearer")
    lab.clock.advance(minutes=61)
    assert api.call(headers={"Authorization": given["IdToken"]}).status == 401


def test_the_audience_and_the_scopes_count():
    api, given, authorizer = jwt_api(AuthorizationScopes=["aws.cognito.signin.user.admin", "pets/read"])
    assert api.call(headers={"Authorization": given["AccessToken"]}).status == 200
    assert api.call(headers={"Authorization": given["IdToken"]}).json() == {"message": "Forbidden"}
    settings = api.client.get_authorizer(ApiId=api.id, AuthorizerId=authorizer)["JwtConfiguration"]
    api.client.update_authorizer(ApiId=api.id, AuthorizerId=authorizer,
                                 JwtConfiguration={**settings, "Audience": ["another"]})  # fmt: skip
    assert api.call(headers={"Authorization": given["AccessToken"]}).status == 401


GATE = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        token = event["headers"].get("x-token") or event["headers"].get("X-Token")
        if token == "crash":
            raise ValueError("no")
        if event["version"] == "2.0" and "simple" in event["rawPath"]:
            return {"isAuthorized": token == "yes", "context": {"age": 7}}
        arn = event.get("routeArn") or event["methodArn"]
        effect = "Allow" if token == "yes" else "Deny"
        return {"principalId": "dana", "context": {"age": 7}, "policyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": effect, "Action": "execute-api:Invoke", "Resource": arn}]}}
"""


@pytest.mark.parametrize(("simple", "version"), [(True, "2.0"), (False, "2.0"), (False, "1.0")])
def test_a_lambda_authorizer_answers_simply_or_with_a_policy(simple, version):
    make(GATE, "gate")
    make(PLAIN)
    api = HttpApi()
    made = api.client.create_authorizer(
        ApiId=api.id, Name="gate", AuthorizerType="REQUEST", AuthorizerUri=ARN.format("gate"),
        AuthorizerPayloadFormatVersion=version, EnableSimpleResponses=simple, AuthorizerResultTtlInSeconds=60,
        IdentitySource=["$request.header.X-Token"],
    )["AuthorizerId"]  # fmt: skip
    api.allow("gate").route("GET /simple" if simple else "GET /policy",
                            route={"AuthorizationType": "CUSTOM", "AuthorizerId": made})  # fmt: skip
    path = "/simple" if simple else "/policy"
    assert api.call(path).status == 401 and got("gate") == []
    assert [api.call(path, headers={"X-Token": "no"}).status for _ in range(2)] == [403, 403]
    assert len(got("gate")) == 1
    assert api.call(path, headers={"X-Token": "crash"}).status == 500
    event = api.call(path, headers={"X-Token": "yes"}).json()
    assert event["requestContext"]["authorizer"] == {"lambda": {"age": 7}}
    asked = got("gate")[0]
    assert (asked["version"], asked["type"]) == (version, "REQUEST")
    assert asked["identitySource"] == (["no"] if version == "2.0" else "no")


def test_iam_authorization_wants_a_signature_and_a_permission():
    make(PLAIN)
    api = HttpApi().route("GET /", route={"AuthorizationType": "AWS_IAM"})
    grant = {"Effect": "Allow", "Action": "execute-api:Invoke",
             "Resource": f"arn:aws:execute-api:us-east-1:123456789012:{api.id}/$default/GET/"}  # fmt: skip
    dana = user("dana", json.dumps({"Version": "2012-10-17", "Statement": [grant]}))
    assert api.call().json() == {"message": "Forbidden"}
    who = api.call(headers=signed(dana, api.url())).json()["requestContext"]["authorizer"]["iam"]
    assert who["userArn"] == "arn:aws:iam::123456789012:user/dana"
    assert api.call(headers=signed(user("erin"), api.url())).status == 403


def test_parameters_are_mapped_on_both_ways():
    asked = []

    def vet(request):
        asked.append(request)
        return 200, {"id": "r1"}

    lab.http.serve("https://vet.example.com", vet)
    api = HttpApi().route(
        "GET /pets/{id}", IntegrationType="HTTP_PROXY", IntegrationUri="https://vet.example.com",
        IntegrationMethod="GET", PayloadFormatVersion="1.0",
        RequestParameters={
            "overwrite:header.x-stage": "$context.stage", "append:header.x-pet": "$request.path.id",
            "remove:header.x-secret": "''", "append:querystring.kind": "$request.header.x-kind",
            "overwrite:path": "/dogs/${request.path.id}",
        },
        ResponseParameters={"200": {"overwrite:statuscode": "203", "append:header.x-id": "$response.body.id"}},
    )  # fmt: skip
    given = api.call("/pets/7?a=1", headers={"x-stage": "mine", "x-pet": "0", "x-secret": "s", "x-kind": "dog"})
    assert given.status == 203 and given.headers["x-id"] == "r1"
    [request] = asked
    assert (request.path, request.query) == ("/dogs/7", "a=1&kind=dog")
    assert request.headers["x-stage"] == "$default" and request.headers.getlist("x-pet") == ["0", "7"]
    assert "x-secret" not in request.headers


def test_a_backend_that_is_not_there_is_unavailable():
    api = HttpApi().route("GET /", IntegrationType="HTTP_PROXY", IntegrationUri="https://nobody.example.com",
                          IntegrationMethod="GET", PayloadFormatVersion="1.0")  # fmt: skip
    assert (api.call().status, api.call().json()) == (503, {"message": "Service Unavailable"})


def test_a_route_can_send_to_a_queue():
    url, arn = queue("orders")
    iam = boto3.client("iam")
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"},
                            "Action": "sts:AssumeRole"}]}  # fmt: skip
    role = iam.create_role(RoleName="front", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    api = HttpApi().route("POST /", IntegrationUri="", IntegrationSubtype="SQS-SendMessage", PayloadFormatVersion="1.0",
                          CredentialsArn=role, allowed=False,
                          RequestParameters={"QueueUrl": url, "MessageBody": "$request.body.pet"})  # fmt: skip
    assert api.call("/", "POST", json={"pet": "Rex"}).status == 500
    grant = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}]}
    iam.put_role_policy(RoleName="front", PolicyName="p", PolicyDocument=json.dumps(grant))
    assert api.call("/", "POST", json={"pet": "Rex"}).status == 200 and bodies(url) == ["Rex"]


def test_a_stage_throttles_and_logs():
    make("def handler(e, c): return 1")
    api = HttpApi().route("GET /")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:access"
    api.client.update_stage(
        ApiId=api.id, StageName="$default",
        DefaultRouteSettings={"ThrottlingRateLimit": 0.1, "ThrottlingBurstLimit": 1},
        AccessLogSettings={"DestinationArn": group, "Format": "$context.routeKey $context.status"},
    )  # fmt: skip
    assert [api.call().status for _ in range(2)] == [200, 429]
    lab.clock.advance(seconds=11)
    assert api.call().status == 200
    lines = boto3.client("logs").filter_log_events(logGroupName="access")["events"]
    assert [line["message"] for line in lines] == ["GET / 200", "GET / 429", "GET / 200"]


def test_an_openapi_document_becomes_an_api():
    make("def handler(e, c): return 'imported'")
    document = {
        "openapi": "3.0.1", "info": {"title": "pets"},
        "paths": {"/pets": {"get": {"x-amazon-apigateway-integration": {
            "type": "AWS_PROXY", "uri": ARN.format("worker"), "httpMethod": "POST", "payloadFormatVersion": "2.0",
            "connectionType": "INTERNET"}}}},
    }  # fmt: skip
    client = boto3.client("apigatewayv2")
    made = client.import_api(Body=json.dumps(document))
    client.create_stage(ApiId=made["ApiId"], StageName="$default", AutoDeploy=True)
    boto3.client("lambda").add_permission(FunctionName="worker", StatementId="x", Action="lambda:InvokeFunction",
                                          Principal="apigateway.amazonaws.com")  # fmt: skip
    assert lab.http("GET", made["ApiEndpoint"] + "/pets").body == "imported"


def test_a_custom_domain_leads_to_the_stage():
    make(PLAIN)
    api = HttpApi("prod").route("GET /pets")
    api.client.create_domain_name(DomainName="api.shop.example.com")
    api.client.create_api_mapping(DomainName="api.shop.example.com", ApiId=api.id, Stage="prod", ApiMappingKey="v1")
    event = lab.http("GET", "https://api.shop.example.com/v1/pets").json()
    assert (event["rawPath"], event["requestContext"]["domainName"]) == ("/v1/pets", "api.shop.example.com")
