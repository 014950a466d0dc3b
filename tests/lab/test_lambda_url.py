"""Function URLs: who gets in, what the function hears, and what the caller gets."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import account, make

ECHO = "def handler(event, context): return event"


@pytest.fixture(autouse=True)
def in_the_lab():
    with account():
        yield


def client() -> Any:
    return boto3.client("lambda", region_name="us-east-1")


def let_all_in(**more: Any) -> None:
    client().add_permission(FunctionName="worker", StatementId="url", Principal="*",
                            Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE", **more)  # fmt: skip
    client().add_permission(FunctionName="worker", StatementId="function", Principal="*",
                            Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True, **more)  # fmt: skip


def public(source: str = ECHO, **settings: Any) -> str:
    make(source)
    let_all_in()
    return str(client().create_function_url_config(FunctionName="worker", AuthType="NONE", **settings)["FunctionUrl"])


def private(source: str = ECHO) -> str:
    make(source)
    return str(client().create_function_url_config(FunctionName="worker", AuthType="AWS_IAM")["FunctionUrl"])


def signed(url: str, keys: dict[str, str], service: str = "lambda") -> Any:
    request: Any = AWSRequest("GET", url)
    signer: Any = SigV4Auth(Credentials(keys["AccessKeyId"], keys["SecretAccessKey"]), service, "us-east-1")
    signer.add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers))


def user(name: str, *actions: str) -> dict[str, str]:
    iam = boto3.client("iam")
    iam.create_user(UserName=name)
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=policy)
    keys: dict[str, str] = iam.create_access_key(UserName=name)["AccessKey"]
    return keys


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_url_is_made_shown_changed_listed_and_deleted():
    make()
    made = client().create_function_url_config(FunctionName="worker", AuthType="NONE", Cors={"AllowOrigins": ["*"]})
    assert made["FunctionUrl"].endswith(".lambda-url.us-east-1.on.aws/")
    assert (made["InvokeMode"], made["Cors"]["AllowOrigins"]) == ("BUFFERED", ["*"])
    client().update_function_url_config(FunctionName="worker", AuthType="AWS_IAM", Cors={})
    shown = client().get_function_url_config(FunctionName="worker")
    assert (shown["AuthType"], shown["FunctionUrl"], "Cors" in shown) == ("AWS_IAM", made["FunctionUrl"], False)
    listed = client().list_function_url_configs(FunctionName="worker")["FunctionUrlConfigs"]
    assert [one["FunctionUrl"] for one in listed] == [made["FunctionUrl"]]
    client().delete_function_url_config(FunctionName="worker")
    with pytest.raises(ClientError) as error:
        client().get_function_url_config(FunctionName="worker")
    assert code(error) == "ResourceNotFoundException"


def test_one_function_has_one_url():
    private()
    with pytest.raises(ClientError) as error:
        client().create_function_url_config(FunctionName="worker", AuthType="NONE")
    assert code(error) == "ResourceConflictException"


@pytest.mark.parametrize("settings", [{"AuthType": "EVERYBODY"}, {"AuthType": "NONE", "Qualifier": "1"},
                                      {"AuthType": "NONE", "Cors": {"MaxAge": 86401}}])  # fmt: skip
def test_bad_settings_are_refused_and_nothing_is_made(settings):
    make()
    client().publish_version(FunctionName="worker")
    with pytest.raises(ClientError) as error:
        client().create_function_url_config(FunctionName="worker", **settings)
    assert code(error) == "ValidationException"
    assert client().list_function_url_configs(FunctionName="worker")["FunctionUrlConfigs"] == []


def test_the_function_hears_payload_format_2():
    event = lab.http("POST", public() + "dogs/rex?a=1&a=2", headers={"Cookie": "x=1; y=2"}, body="hi").json()
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "$default", "/dogs/rex")
    assert (event["cookies"], event["queryStringParameters"]) == (["x=1", "y=2"], {"a": "1,2"})
    assert (event["body"], event["isBase64Encoded"]) == ("hi", False)
    context = event["requestContext"]
    assert (context["accountId"], context["stage"], context["http"]["method"]) == ("anonymous", "$default", "POST")
    assert context["domainName"].startswith(context["apiId"])


def test_requests_reaches_the_function_too():
    url = public("def handler(event, context): return {'statusCode': 201, 'headers': {'X-A': 'b'}, 'body': 'made'}")
    said = requests.get(url, timeout=5)
    assert (said.status_code, said.headers["X-A"], said.text) == (201, "b", "made")


def test_an_answer_without_a_status_is_the_body():
    said = lab.http("GET", public("def handler(event, context): return {'dogs': 2}"))
    assert (said.status, said.headers["Content-Type"], said.json()) == (200, "application/json", {"dogs": 2})


def test_without_permission_nobody_gets_in():
    make()
    url = client().create_function_url_config(FunctionName="worker", AuthType="NONE")["FunctionUrl"]
    said = lab.http("GET", url)
    assert (said.status, said.json()) == (403, {"Message": "Forbidden"})


@pytest.mark.parametrize("taken", ["url", "function"])
def test_both_permissions_are_needed(taken):
    url = public()
    assert lab.http("GET", url).status == 200
    client().remove_permission(FunctionName="worker", StatementId=taken)
    assert lab.http("GET", url).status == 403


def test_the_permission_for_urls_does_not_open_the_api():
    public()
    statements = json.loads(client().get_policy(FunctionName="worker")["Policy"])["Statement"]
    assert [one["Condition"] for one in statements] == [
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    ]


def test_with_iam_a_signature_and_a_policy_are_needed():
    url = private()
    may = user("dana", "lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
    assert lab.http("GET", url).status == 403
    assert signed(url, user("eve")).status == 403
    assert signed(url, user("half", "lambda:InvokeFunctionUrl")).status == 403
    assert signed(url, may, service="execute-api").status == 403
    said = signed(url, may)
    assert said.status == 200
    who = said.json()["requestContext"]["authorizer"]["iam"]
    assert who["userArn"].endswith(":user/dana")
    assert signed(url, {**may, "SecretAccessKey": "another"}).status == 403


def test_an_old_signature_has_run_out():
    url, may = private(), user("dana", "lambda:*")
    request: Any = AWSRequest("GET", url)
    SigV4Auth(Credentials(may["AccessKeyId"], may["SecretAccessKey"]), "lambda", "us-east-1").add_auth(request)
    lab.clock.advance(minutes=6)
    assert lab.http("GET", url, headers=dict(request.headers)).status == 403


def test_an_alias_has_a_url_of_its_own():
    make("def handler(event, context): return context.invoked_function_arn")
    version = client().publish_version(FunctionName="worker")["Version"]
    client().create_alias(FunctionName="worker", Name="live", FunctionVersion=version)
    let_all_in(Qualifier="live")
    made = client().create_function_url_config(FunctionName="worker", Qualifier="live", AuthType="NONE")
    assert made["FunctionArn"].endswith(":worker:live")
    assert lab.http("GET", made["FunctionUrl"]).body.endswith(":worker:live")
    latest = client().create_function_url_config(FunctionName="worker", AuthType="NONE")["FunctionUrl"]
    assert lab.http("GET", latest).status == 403  # the permission is for the alias alone
    client().delete_alias(FunctionName="worker", Name="live")
    assert lab.http("GET", made["FunctionUrl"]).status == 403


def test_the_service_answers_cors():
    url = public(Cors={"AllowOrigins": ["https://shop.example"], "AllowMethods": ["GET"], "MaxAge": 60})
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
    before = lab.http("OPTIONS", url, headers=asked)
    assert (before.status, before.body) == (200, "")
    assert before.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert before.headers["Access-Control-Max-Age"] == "60"
    assert lab.http("GET", url, headers=asked).headers["Access-Control-Allow-Origin"] == "https://shop.example"
    other = lab.http("GET", url, headers={"Origin": "https://thief.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


@pytest.mark.parametrize("fault", ["raise ValueError('no')", "return {'statusCode': 'fine'}",
                                   "import sys; sys.exit(1)"])  # fmt: skip
def test_a_broken_function_is_a_502(fault):
    said = lab.http("GET", public(f"def handler(event, context): {fault}"))
    assert (said.status, said.body) == (502, "Internal Server Error")


def test_reserved_concurrency_0_is_a_429():
    url = public()
    client().put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    assert lab.http("GET", url).status == 429


def test_a_stream_is_answered_as_a_whole():
    url = public("def handler(event, context): return 'all of it'", InvokeMode="RESPONSE_STREAM")
    assert client().get_function_url_config(FunctionName="worker")["InvokeMode"] == "RESPONSE_STREAM"
    assert lab.http("GET", url).body == "all of it"


def test_an_unknown_url_says_no_more_than_forbidden():
    public()
    said = lab.http("GET", f"https://{'a' * 32}.lambda-url.us-east-1.on.aws/")
    assert (said.status, said.json()) == (403, {"Message": "Forbidden"})


def test_a_deleted_function_takes_its_url_with_it():
    url = public()
    client().delete_function(FunctionName="worker")
    assert lab.http("GET", url).status == 403
