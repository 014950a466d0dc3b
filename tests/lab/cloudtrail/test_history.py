"""The event history: who did what, found without any trail."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


def events(**filters: Any) -> list[dict[str, Any]]:
    pages = boto3.client("cloudtrail").get_paginator("lookup_events").paginate(**filters)
    return [event for page in pages for event in page["Events"]]


def named(key: str, value: str) -> list[str]:
    return [one["EventName"] for one in events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])]


def user(name: str, **statement: Any) -> Any:
    """Clients that sign as a new user."""
    iam = boto3.client("iam")
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])


def test_who_deleted_the_bucket():
    boto3.client("s3").create_bucket(Bucket="photos")
    dana = user("dana", Action="s3:DeleteBucket")
    dana.client("s3").delete_bucket(Bucket="photos")
    boto3.client("iam").delete_user_policy(UserName="dana", PolicyName="p")
    [deleted] = [one for one in events() if one["EventName"] == "DeleteBucket"]
    assert deleted["Username"] == "dana"
    assert deleted["Resources"] == [{"ResourceType": "AWS::S3::Bucket", "ResourceName": "photos"}]
    record = json.loads(deleted["CloudTrailEvent"])
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{lab.ACCOUNT_ID}:user/dana"
    assert (record["eventSource"], record["requestParameters"]) == ("s3.amazonaws.com", {"bucketName": "photos"})
    assert record["managementEvent"] and not record["readOnly"]


def test_the_newest_event_comes_first_and_pages_join():
    iam = boto3.client("iam")
    for number in range(60):
        iam.create_group(GroupName=f"team-{number}")
    first = boto3.client("cloudtrail").lookup_events()
    assert len(first["Events"]) == 50 and first["NextToken"]
    found = [one["Resources"][0]["ResourceName"] for one in events() if one["EventName"] == "CreateGroup"]
    assert found == [f"team-{number}" for number in reversed(range(60))]


def test_events_are_found_by_each_attribute():
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName="orders")
    sqs.list_queues()
    assert named("EventName", "CreateQueue") == ["CreateQueue"]
    assert named("ResourceName", "orders") == ["CreateQueue"]
    assert named("ResourceType", "AWS::SQS::Queue") == ["CreateQueue"]
    assert "ListQueues" in named("ReadOnly", "true") and "ListQueues" not in named("ReadOnly", "false")
    assert named("EventSource", "sqs.amazonaws.com") == ["ListQueues", "CreateQueue"]
    assert "CreateQueue" in named("Username", "root") and named("Username", "dana") == []


def test_a_refusal_is_an_event_with_an_error():
    dana = user("dana", Action="s3:ListAllMyBuckets")
    with lab.enforce_iam(), pytest.raises(ClientError):
        dana.client("s3").create_bucket(Bucket="mine")
    [refused] = [json.loads(one["CloudTrailEvent"]) for one in events() if one["Username"] == "dana"]
    assert refused["errorCode"] == "AccessDenied" and "s3:CreateBucket" in refused["errorMessage"]
    assert refused["responseElements"] is None


def test_a_session_of_a_role_tells_the_role():
    trust = {"Effect": "Allow", "Principal": {"AWS": lab.ACCOUNT_ID}, "Action": "sts:AssumeRole"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = boto3.client("iam").create_role(RoleName="deployer", AssumeRolePolicyDocument=text)["Role"]["Arn"]
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="build-7")["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    session.client("sqs").create_queue(QueueName="orders")
    [made] = [json.loads(one["CloudTrailEvent"]) for one in events() if one["Username"] == "build-7"]
    who = made["userIdentity"]
    assert (who["type"], who["sessionContext"]["sessionIssuer"]["userName"]) == ("AssumedRole", "deployer")


def test_secrets_are_not_in_records():
    user("dana", Action="s3:*")
    boto3.client("secretsmanager").create_secret(Name="db", SecretString="open sesame")
    boto3.client("rds").create_db_instance(
        DBInstanceIdentifier="db", DBInstanceClass="db.t3.micro", Engine="mysql", MasterUsername="admin",
        MasterUserPassword="not to be read", AllocatedStorage=20,
    )  # fmt: skip
    text = "".join(one["CloudTrailEvent"] for one in events())
    assert "CreateSecret" in text and "open sesame" not in text and "not to be read" not in text
    assert "HIDDEN_DUE_TO_SECURITY_REASONS" in text


def test_data_events_are_not_in_the_history():
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="a.jpg", Body=b"x")
    assert [one["EventName"] for one in events(
        LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "s3.amazonaws.com"}]
    )] == ["CreateBucket"]  # fmt: skip


def test_the_history_keeps_ninety_days():
    boto3.client("sqs").create_queue(QueueName="orders")
    lab.clock.advance(days=89)
    assert "CreateQueue" in [one["EventName"] for one in events()]
    lab.clock.advance(days=2)
    assert "CreateQueue" not in [one["EventName"] for one in events()]


def test_the_history_is_kept_by_region_and_iam_in_virginia():
    boto3.client("sqs", region_name="eu-west-1").create_queue(QueueName="orders")
    boto3.client("iam", region_name="eu-west-1").create_group(GroupName="team")
    assert [one["EventName"] for one in events()] == ["CreateGroup"]
    there = boto3.client("cloudtrail", region_name="eu-west-1").lookup_events()["Events"]
    assert "CreateQueue" in [one["EventName"] for one in there]


@pytest.mark.parametrize(
    "wrong, code",
    [
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"NextToken": "mine"}, "InvalidNextTokenException"),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name} for name in ("A", "B")]},
            "InvalidLookupAttributesException",
        ),
    ],
)
def test_wrong_questions_are_refused(wrong, code):
    with pytest.raises(ClientError) as refused:
        boto3.client("cloudtrail").lookup_events(**wrong)
    assert refused.value.response["Error"]["Code"] == code


def test_an_emptied_account_has_no_history():
    boto3.client("sqs").create_queue(QueueName="orders")
    lab.reset()
    assert events() == []
