"""Who may ask, and which fields they see."""

from __future__ import annotations

import json
import re

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from course import lab
from tests.lab.appsync.sample import Blog
from tests.lab.cognito.sample import PASSWORD, Pool
from tests.lab.lambda_sample import make

UNAUTHORIZED = "You are not authorized to make this call."


def test_without_anything_nobody_is_let_in():
    answer = Blog().ask("{ two }", {})
    assert answer.status == 401
    assert answer.json()["errors"][0]["message"] == "Valid authorization header not provided."


def test_a_key_lasts_seven_days():
    blog = Blog()
    lab.clock.advance(days=6)
    assert blog.ask("{ two }").status == 200
    lab.clock.advance(days=1)
    answer = blog.ask("{ two }")
    assert (answer.status, answer.json()["errors"][0]["message"]) == (401, UNAUTHORIZED)


def test_a_key_lasts_a_day_at_least_and_a_year_at_most():
    blog, now = Blog(), int(lab.clock.now().timestamp())
    for days in (0.5, 366):
        with pytest.raises(ClientError) as refused:
            blog.client.create_api_key(apiId=blog.id, expires=now + int(days * 86_400))
        assert refused.value.response["Error"]["Code"] == "ApiKeyValidityOutOfBoundsException"
    made = blog.client.create_api_key(apiId=blog.id, expires=now + 365 * 86_400)["apiKey"]
    assert re.fullmatch(r"da2-[a-z0-9]{26}", made["id"])
    assert made["expires"] % 3600 == 0


def test_a_key_of_another_way_opens_nothing():
    blog = Blog(authenticationType="AWS_IAM")
    assert blog.ask("{ two }").status == 401


def signed(blog: Blog, query: str, resource: str):
    """Ask as a user whose policy names this part of the API."""
    iam = boto3.client("iam")
    name = lab.unique_name("reader")
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": "appsync:GraphQL", "Resource": f"{blog.api['arn']}/{resource}"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    body = json.dumps({"query": query})
    request = AWSRequest("POST", blog.url, {"Content-Type": "application/json"}, body)
    SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "appsync", "us-east-1").add_auth(request)
    return lab.http("POST", blog.url, headers=dict(request.headers), body=body)


def test_a_policy_names_the_fields_that_a_signer_may_ask_for():
    blog = Blog(authenticationType="AWS_IAM")
    blog.said("Query", "two", '"$ctx.identity.userArn"')
    said = signed(blog, "{ two posts { id } }", "types/Query/fields/two").json()
    assert ":user/reader" in said["data"]["two"]
    assert said["data"]["posts"] is None
    assert said["errors"][0]["message"] == "Not Authorized to access posts on type Query"
    assert "errors" not in signed(blog, "{ two posts { id } }", "*").json()


def test_a_wrong_signature_is_refused():
    blog = Blog(authenticationType="AWS_IAM")
    header = (
        "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/appsync/aws4_request, SignedHeaders=host, Signature=00"
    )
    assert blog.ask("{ two }", {"Authorization": header}).status == 401


def test_a_user_pools_token_tells_who_asks():
    pool = Pool().member()
    blog = Blog(authenticationType="AMAZON_COGNITO_USER_POOLS",
                userPoolConfig={"userPoolId": pool.id, "awsRegion": "us-east-1", "defaultAction": "ALLOW"})  # fmt: skip
    blog.said("Query", "two", '"$ctx.identity.username"')
    token = pool.sign_in("ana", PASSWORD)["AuthenticationResult"]["IdToken"]
    assert blog.ask("{ two }", {"Authorization": token}).json()["data"] == {"two": "ana"}
    assert blog.ask("{ two }", {"Authorization": token[:-3] + "abc"}).status == 401
    lab.clock.advance(hours=2)
    assert blog.ask("{ two }", {"Authorization": token}).json()["errors"][0]["message"] == "Token has expired."


def test_a_group_opens_a_field():
    pool = Pool().member()
    schema = 'type Query { open: String, staff: String @aws_auth(cognito_groups: ["staff"]) }'
    blog = Blog(schema, authenticationType="AMAZON_COGNITO_USER_POOLS",
                userPoolConfig={"userPoolId": pool.id, "awsRegion": "us-east-1", "defaultAction": "ALLOW"})  # fmt: skip
    blog.said("Query", "staff", '"welcome"')
    ask = {"Authorization": pool.sign_in("ana", PASSWORD)["AuthenticationResult"]["AccessToken"]}
    assert blog.errors("{ staff }", ask)[0]["errorType"] == "Unauthorized"
    pool.api.create_group(UserPoolId=pool.id, GroupName="staff")
    pool.api.admin_add_user_to_group(UserPoolId=pool.id, GroupName="staff", Username="ana")
    ask = {"Authorization": pool.sign_in("ana", PASSWORD)["AuthenticationResult"]["AccessToken"]}
    assert blog.ask("{ staff }", ask).json()["data"] == {"staff": "welcome"}


def test_a_field_without_a_directive_is_for_the_default_way_only():
    blog = Blog(additionalAuthenticationProviders=[{"authenticationType": "AWS_IAM"}])
    blog.said("Query", "posts", '[{"id": "1", "title": "A", "secret": "s", "author": {"name": "Ann"}}]')
    said = blog.ask("{ posts { id secret author { name } } }").json()
    assert said["data"]["posts"][0] == {"id": "1", "secret": None, "author": {"name": "Ann"}}
    assert said["errors"][0]["message"] == "Not Authorized to access secret on type Post"


def test_a_function_decides_about_a_token_and_its_word_is_kept():
    arn = make("""
        def handler(event, context):
            print("CALLED")
            token = event["authorizationToken"]
            return {"isAuthorized": token == "open", "resolverContext": {"who": token},
                    "deniedFields": ["Query.hello"], "ttlOverride": 60}
    """)
    boto3.client("lambda").add_permission(FunctionName="worker", StatementId="a", Action="lambda:InvokeFunction",
                                          Principal="appsync.amazonaws.com")  # fmt: skip
    blog = Blog(authenticationType="AWS_LAMBDA", lambdaAuthorizerConfig={"authorizerUri": arn})
    blog.said("Query", "two", '"$ctx.identity.resolverContext.who"')
    for _ in range(2):
        assert blog.ask("{ two }", {"Authorization": "open"}).json()["data"] == {"two": "open"}
    assert blog.errors("{ hello }", {"Authorization": "open"})[0]["errorType"] == "Unauthorized"
    assert blog.ask("{ two }", {"Authorization": "shut"}).status == 401
    lab.clock.advance(minutes=2)
    blog.ask("{ two }", {"Authorization": "open"})
    lines = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/worker")["events"]
    assert sum("CALLED" in one["message"] for one in lines) == 3


@pytest.mark.parametrize("settings", [{"authenticationType": "FOO"}, {"authenticationType": "AWS_LAMBDA"}])
def test_a_way_must_exist_and_have_its_settings(settings):
    with pytest.raises(ClientError) as refused:
        Blog(**settings)
    assert refused.value.response["Error"]["Code"] == "BadRequestException"
