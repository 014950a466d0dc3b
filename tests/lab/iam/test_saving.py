"""What AWS refuses is not saved, and nothing else changes."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab

from .conftest import client_with, document, new_role, new_user, trusting

pytestmark = pytest.mark.usefixtures("account")


def _refusal(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**params)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_broken_trust_policy_is_not_saved() -> None:
    iam = boto3.client("iam")
    create = iam.create_role
    assert _refusal(create, RoleName="app", AssumeRolePolicyDocument="{oops") == (
        "MalformedPolicyDocument",
        "This policy contains invalid Json",
    )
    assert _refusal(create, RoleName="app", AssumeRolePolicyDocument=document({"Action": "sts:AssumeRole"}))[1] == (
        "Missing required field Principal"
    )
    assert iam.list_roles()["Roles"] == []


def test_updating_a_trust_policy_keeps_the_old_one_when_the_new_one_is_broken() -> None:
    iam = boto3.client("iam")
    new_role("app", trusting({"Service": "lambda.amazonaws.com"}))
    wrong = trusting({"Service": "lambda.amazonaws.com"}, Action="s3:GetObject")
    code, message = _refusal(iam.update_assume_role_policy, RoleName="app", PolicyDocument=wrong)
    assert (code, message) == ("MalformedPolicyDocument", "AssumeRole policy may only specify STS AssumeRole actions.")
    kept = iam.get_role(RoleName="app")["Role"]["AssumeRolePolicyDocument"]
    assert kept == json.loads(trusting({"Service": "lambda.amazonaws.com"}))


def test_a_trust_policy_may_name_other_accounts_but_no_strangers_of_this_one() -> None:
    new_role("partner", trusting({"AWS": "arn:aws:iam::999999999999:user/tom"}))
    _, message = _refusal(
        boto3.client("iam").create_role,
        RoleName="app",
        AssumeRolePolicyDocument=trusting({"AWS": "arn:aws:iam::123456789012:user/nobody"}),
    )
    assert message == 'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/nobody"'


@pytest.mark.parametrize(
    ("operation", "holder", "most"),
    [
        ("put_user_policy", {"UserName": "dana"}, 2048),
        ("put_group_policy", {"GroupName": "staff"}, 5120),
        ("put_role_policy", {"RoleName": "app"}, 10240),
    ],
)
def test_inline_policies_share_a_size_limit(operation: str, holder: dict[str, str], most: int) -> None:
    iam = boto3.client("iam")
    new_user("dana")
    iam.create_group(GroupName="staff")
    new_role("app", trusting({"Service": "ec2.amazonaws.com"}))
    put = getattr(iam, operation)
    # A little more than half of what fits.
    half = document({"Resource": [f"arn:aws:s3:::{number:0>20}" for number in range(most // 2 // 36)]})
    put(PolicyName="one", PolicyDocument=half, **holder)
    put(PolicyName="one", PolicyDocument=half, **holder)  # replacing it is no growth
    code, message = _refusal(put, PolicyName="two", PolicyDocument=half, **holder)
    assert (code, f"{most} bytes" in message) == ("LimitExceeded", True)


def test_a_managed_policy_has_its_own_limit_without_white_space() -> None:
    iam = boto3.client("iam")
    fits = document({"Resource": [f"arn:aws:s3:::{number:0>20}" for number in range(150)]})
    iam.create_policy(PolicyName="fits", PolicyDocument=json.dumps(json.loads(fits), indent=8))
    big = document({"Resource": [f"arn:aws:s3:::{number:0>20}" for number in range(200)]})
    assert _refusal(iam.create_policy, PolicyName="big", PolicyDocument=big) == (
        "LimitExceeded",
        "Cannot exceed quota for PolicySize: 6144",
    )


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{oops", "Policies must be valid JSON and the first byte must be '{'"),
        (document({"Action": "s3:GetObject"}), "Missing required field Principal"),
        (
            document({"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::other/*"}),
            "Policy has invalid resource",
        ),
        (
            document({"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos"}),
            "Action does not apply to any resource(s) in statement",
        ),
        (
            document({"Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::photos/*"}),
            "Action does not apply to any resource(s) in statement",
        ),
    ],
)
def test_a_wrong_bucket_policy_is_not_saved(policy: str, message: str) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos")
    assert _refusal(s3.put_bucket_policy, Bucket="photos", Policy=policy) == ("MalformedPolicy", message)
    assert _refusal(s3.get_bucket_policy, Bucket="photos")[0] == "NoSuchBucketPolicy"


def test_wrong_queue_topic_key_and_secret_policies_are_not_saved() -> None:
    url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    topic = boto3.client("sns").create_topic(Name="t")["TopicArn"]
    key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
    boto3.client("secretsmanager").create_secret(Name="db", SecretString="x")
    wrong = document({"Principal": {"AWS": "arn:aws:iam::123456789012:group/staff"}})
    refusals = [
        _refusal(boto3.client("sqs").set_queue_attributes, QueueUrl=url, Attributes={"Policy": wrong}),
        _refusal(
            boto3.client("sns").set_topic_attributes, TopicArn=topic, AttributeName="Policy", AttributeValue=wrong
        ),
        _refusal(boto3.client("kms").put_key_policy, KeyId=key, PolicyName="default", Policy=wrong),
        _refusal(boto3.client("secretsmanager").put_resource_policy, SecretId="db", ResourcePolicy=wrong),
    ]
    assert [code for code, _ in refusals] == [
        "InvalidAttributeValue",
        "InvalidParameter",
        "MalformedPolicyDocumentException",
        "MalformedPolicyDocumentException",
    ]


def test_a_session_policy_says_where_its_json_breaks() -> None:
    arn = new_role("app", trusting({"AWS": "123456789012"}))
    code, message = _refusal(
        boto3.client("sts").assume_role, RoleArn=arn, RoleSessionName="one", Policy='{"Version": "2012-10-17",\n oops}'
    )
    assert code == "MalformedPolicyDocument"
    assert "line: 2, column: 2" in message


def test_emptying_the_account_forgets_people_sessions_and_boundaries() -> None:
    iam = boto3.client("iam")
    cap = iam.create_policy(PolicyName="cap", PolicyDocument=document({}))["Policy"]["Arn"]
    new_user("dana", PermissionsBoundary=cap)
    keys = boto3.client("sts").get_session_token()["Credentials"]
    lab.reset()
    boto3.client("iam").create_user(UserName="dana")
    assert "PermissionsBoundary" not in boto3.client("iam").get_user(UserName="dana")["User"]
    assert client_with(keys)("sts").get_caller_identity()["Arn"] != "arn:aws:iam::123456789012:root"


def test_managed_policies_of_aws_are_listed_and_read() -> None:
    iam = boto3.client("iam")
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert "logs:PutLogEvents" in json.dumps(document)
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert len(iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"]) > 500
