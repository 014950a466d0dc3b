"""A stage of a REST API answers with what its Lambda function says."""

import boto3
import pytest
import requests

from course import lab
from tests.lab.apigateway.sample import Api, answering, echo
from tests.lab.lambda_sample import make


def test_a_deployed_stage_answers():
    api = answering({"statusCode": 201, "headers": {"x-pet": "Rex"}, "body": '{"name": "Rex"}'})
    given = api.get()
    assert (given.status, given.headers["X-Pet"], given.json()) == (201, "Rex", {"name": "Rex"})
    assert given.headers["content-type"] == "application/json" and given.headers["x-amzn-requestid"]


def test_requests_gets_the_same_answer():
    api = answering({"statusCode": 201, "multiValueHeaders": {"set-cookie": ["a=1", "b=2"]}, "body": "hello"})
    given = requests.get(api.url())
    assert (given.status_code, given.text) == (201, "hello")
    assert given.headers["set-cookie"] == "a=1, b=2"
    assert requests.post(api.url("/nothing"), json={}).json() == {"message": "Missing Authentication Token"}


def test_requests_answers_again_after_a_reset():
    answering({"statusCode": 200})
    lab.reset()
    api = answering({"statusCode": 200, "body": "again"})
    assert requests.get(api.url()).text == "again"


def test_the_event_has_aws_fields():
    api = echo("/pets/{id}")
    event = api.post("/pets/7%20a?q=1&q=two+words&e=", headers={"X-Pet": ["a", "b"]}, body="text").json()
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/pets/{id}", "/pets/7%20a", "POST")
    assert event["pathParameters"] == {"id": "7 a"} and event["stageVariables"] is None
    assert event["queryStringParameters"] == {"q": "two words", "e": ""}
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "two words"], "e": [""]}
    assert event["headers"]["X-Pet"] == "b" and event["multiValueHeaders"]["X-Pet"] == ["a", "b"]
    assert event["headers"]["X-Forwarded-Proto"] == "https" and event["headers"]["Host"].startswith(api.id)
    assert (event["body"], event["isBase64Encoded"]) == ("text", False)
    context = event["requestContext"]
    assert (context["stage"], context["apiId"], context["path"]) == ("prod", api.id, "/prod/pets/7%20a")
    assert context["identity"]["sourceIp"] == "203.0.113.7" and context["identity"]["userArn"] is None
    assert context["domainPrefix"] == api.id and context["accountId"] == "123456789012"


def test_what_is_empty_is_null_in_the_event():
    event = echo().get("/a").json()
    empty = ("queryStringParameters", "multiValueQueryStringParameters", "stageVariables", "body")
    assert [event[name] for name in empty] == [None] * 4


def test_a_greedy_path_takes_everything_and_fixed_parts_win():
    make("def handler(e, c): return {'statusCode': 200, 'body': e['resource'] + ' ' + str(e['pathParameters'])}")
    api = Api()
    for path in ("/{proxy+}", "/pets", "/pets/{id}", "/pets/mine"):
        api.method("GET", path).proxy()
    api.deploy()
    assert api.get("/a/b/c").body == "/{proxy+} {'proxy': 'a/b/c'}"
    assert api.get("/pets").body == "/pets None"
    assert api.get("/pets/7").body == "/pets/{id} {'id': '7'}"
    assert api.get("/pets/mine").body == "/pets/mine None"
    assert api.get("/pets/mine/food").body == "/{proxy+} {'proxy': 'pets/mine/food'}"


@pytest.mark.parametrize("path", ["/pets", "/dogs", "/pets/"])
def test_what_the_api_does_not_have_gets_missing_authentication_token(path):
    api = answering({"statusCode": 200})
    given = api.get(path)
    assert (given.status, given.json()) == (403, {"message": "Missing Authentication Token"})
    assert given.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


def test_a_method_that_was_not_made_is_not_there():
    assert answering({"statusCode": 200}).post().status == 403


def test_an_unknown_stage_or_api_is_forbidden():
    api = answering({"statusCode": 200})
    assert lab.http("GET", api.url(stage="dev")).json() == {"message": "Forbidden"}
    assert lab.http("GET", "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod/").status == 403


def test_changes_do_nothing_until_they_are_deployed():
    api = answering({"statusCode": 200, "body": "old"})
    api.method("GET", "/new").proxy(allowed=False)
    assert api.get("/new").status == 403
    api.deploy()
    assert api.get("/new").body == "old"


def test_a_stage_can_go_back_to_an_earlier_deployment():
    api = Api()
    api.method("GET", "/").mock("first")
    first = api.deploy()
    api.method("GET", "/").mock("second")
    api.deploy()
    assert api.get().body == "second"
    api.patch(("replace", "/deploymentId", first))
    assert api.get().body == "first"


def test_a_new_deployment_leaves_the_settings_of_the_stage():
    api = Api()
    api.method("GET", "/").mock("x")
    api.deploy(variables={"colour": "red"})
    api.patch(("replace", "/*/*/throttling/rateLimit", "7"))
    api.deploy()
    stage = api.client.get_stage(restApiId=api.id, stageName="prod")
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 7 and stage["variables"] == {"colour": "red"}


@pytest.mark.parametrize(
    "result",
    ["text", ["list"], 7, None, {}, {"message": "hi"}, {"statusCode": 200, "body": {"a": 1}}, {"statusCode": "two"},
     {"statusCode": 200, "extra": 1}, {"statusCode": 200, "multiValueHeaders": {"a": "b"}}],
)  # fmt: skip
def test_an_answer_of_another_form_is_a_502(result):
    given = answering(result).get()
    assert (given.status, given.json()) == (502, {"message": "Internal server error"})


@pytest.mark.parametrize(
    ("result", "status"),
    [({"statusCode": "201"}, 201), ({"headers": {"a": "b"}}, 200), ({"statusCode": 204, "headers": None}, 204)],
)
def test_these_answers_are_well_formed(result, status):
    assert answering(result).get().status == status


def test_a_function_that_fails_is_a_502():
    make("def handler(e, c): raise ValueError('no')")
    api = Api()
    api.method("GET", "/").proxy()
    api.deploy()
    assert (api.get().status, api.get().json()) == (502, {"message": "Internal server error"})


def test_without_permission_the_function_is_not_invoked():
    make("def handler(e, c): return {'statusCode': 200}")
    api = Api()
    api.method("GET", "/pets").proxy(allowed=False)
    api.deploy()
    assert (api.get("/pets").status, api.get("/pets").json()) == (500, {"message": "Internal server error"})
    api.allow("worker")
    assert api.get("/pets").status == 200


def test_a_permission_for_another_method_does_not_help():
    make("def handler(e, c): return {'statusCode': 200}")
    api = Api()
    api.method("GET", "/pets").proxy(allowed=False)
    api.deploy()
    boto3.client("lambda").add_permission(
        FunctionName="worker", StatementId="post", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com", SourceArn=api.arn("*/POST/pets"),
    )  # fmt: skip
    assert api.get("/pets").status == 500


def test_after_29_seconds_the_gateway_gives_up():
    make("import time\ndef handler(e, c):\n    time.sleep(int(e['queryStringParameters']['s']))\n"
         "    return {'statusCode': 200}", Timeout=60)  # fmt: skip
    api = Api()
    api.method("GET", "/").proxy()
    api.method("GET", "/short").proxy(timeoutInMillis=2000)
    api.deploy()
    assert api.get("?s=28").status == 200
    given = api.get("?s=31")
    assert (given.status, given.json()) == (504, {"message": "Endpoint request timed out"})
    assert (api.get("/short?s=1").status, api.get("/short?s=3").status) == (200, 504)


def test_stage_variables_choose_the_alias_and_reach_the_event():
    make("def handler(e, c):\n"
         "    return {'statusCode': 200, 'body': c.invoked_function_arn[-4:] + str(e['stageVariables'])}",
         Publish=True)  # fmt: skip
    boto3.client("lambda").create_alias(FunctionName="worker", Name="PROD", FunctionVersion="1")
    api = Api()
    api.method("GET", "/").proxy("worker:${stageVariables.alias}", allowed=False)
    api.deploy(variables={"alias": "PROD"})
    api.allow("worker")
    assert api.get().status == 500  # the alias needs a permission of its own
    api.allow("worker:PROD")
    assert api.get().body == "PROD{'alias': 'PROD'}"


def test_binary_bodies_travel_as_base64():
    api = echo(binaryMediaTypes=["image/png"])
    event = api.post("/", headers={"Content-Type": "image/png"}, body=b"\x89PNG")
    assert event.status == 403  # {proxy+} needs a part
    event = api.post("/a", headers={"Content-Type": "image/png"}, body=b"\x89PNG").json()
    assert (event["body"], event["isBase64Encoded"]) == ("iVBORw==", True)
    make("def handler(e, c): return {'statusCode': 200, 'isBase64Encoded': True, 'body': 'iVBORw=='}", "picture")
    api.method("GET", "/picture").proxy("picture")
    api.deploy()
    assert api.get("/picture", headers={"Accept": "image/png"}).content == b"\x89PNG"
    assert api.get("/picture").content == b"iVBORw=="


def test_a_body_over_10_mb_is_refused():
    assert echo().post("/a", body=b"x" * (10 * 1024 * 1024 + 1)).status == 413


def test_the_same_resource_twice_is_refused():
    api = Api()
    api.resource("/pets")
    with pytest.raises(api.client.exceptions.ConflictException, match="already has this name: pets"):
        api.client.create_resource(restApiId=api.id, parentId=api.resources["/"], pathPart="pets")


def test_a_function_may_call_another_api():
    make("def handler(e, c): return {'statusCode': 200, 'body': 'inner'}", "inner")
    make("import os, requests\ndef handler(e, c):\n"
         "    return {'statusCode': 200, 'body': requests.get(os.environ['URL']).text + '!'}")  # fmt: skip
    api = Api()
    api.method("GET", "/inner").proxy("inner")
    api.method("GET", "/outer").proxy()
    api.deploy()
    boto3.client("lambda").update_function_configuration(
        FunctionName="worker", Environment={"Variables": {"URL": api.url("/inner")}}
    )
    assert api.get("/outer").body == "inner!"


def test_a_throttled_function_is_a_500():
    api = answering({"statusCode": 200})
    boto3.client("lambda").put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    assert (api.get().status, api.get().json()) == (500, {"message": "Internal server error"})


def test_the_lab_has_to_run():
    lab.stop()
    with pytest.raises(RuntimeError, match=r"Run lab.start\(\) first"):
        lab.http("GET", "https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod")
    lab.start()


def test_an_address_outside_of_the_lab_is_named():
    with pytest.raises(ConnectionError, match=r"lab.http.serve\(\"https://vet.example.com\", function\)"):
        lab.http("GET", "https://vet.example.com/dogs")
    with pytest.raises(ValueError, match="has to begin with https://HOST/"):
        lab.http("GET", "/pets")
