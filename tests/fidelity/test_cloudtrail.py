"""CloudTrail: the lab does what AWS does, bare moto does not."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, collect, refused
from tests.policies import letting_in

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED, "https://docs.aws.amazon.com/awscloudtrail/latest")


def client(service: str) -> Any:
    made: Any = boto3.client
    return made(service, region_name="us-east-1")


def open_bucket() -> str:
    """A bucket that any trail may write to."""
    client("s3").create_bucket(Bucket="audit")
    let_in = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*"}
    statement = {**let_in, "Resource": ["arn:aws:s3:::audit", "arn:aws:s3:::audit/*"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("s3").put_bucket_policy(Bucket="audit", Policy=policy)
    return "audit"


def trail(**settings: Any) -> Any:
    made = client("cloudtrail")
    made.create_trail(Name="audit", S3BucketName=open_bucket(), **settings)
    made.start_logging(Name="audit")
    return made


def keys() -> list[str]:
    return [one["Key"] for one in client("s3").list_objects_v2(Bucket="audit").get("Contents", [])]


@behaviour("APIReference/API_LookupEvents.html")
def the_history_tells_who_called(world: World) -> bool:
    client("sqs").create_queue(QueueName="orders")
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "CreateQueue"}]
    [event] = client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
    return bool(event["Username"] == "root")


@behaviour("userguide/create-s3-bucket-policy-for-cloudtrail.html")
def a_bucket_without_a_policy_is_refused(world: World) -> bool:
    client("s3").create_bucket(Bucket="closed")
    create = client("cloudtrail").create_trail
    return refused(lambda: create(Name="audit", S3BucketName="closed"), "InsufficientS3BucketPolicyException")


@behaviour("userguide/cloudtrail-log-file-examples.html")
def a_trail_writes_log_files(world: World) -> bool:
    trail()
    client("sqs").create_queue(QueueName="orders")
    world.advance(400)
    return any("/CloudTrail/us-east-1/" in key for key in keys())


@behaviour("userguide/cloudtrail-log-file-validation-digest-file-structure.html")
def digests_come_every_hour(world: World) -> bool:
    trail(EnableLogFileValidation=True)
    world.advance(3700)
    return sum("/CloudTrail-Digest/" in key for key in keys()) == 1


@behaviour("APIReference/API_ListPublicKeys.html")
def the_key_of_digests_is_public(world: World) -> bool:
    return bool(client("cloudtrail").list_public_keys()["PublicKeyList"])


@behaviour("userguide/WhatIsCloudTrail-Limits.html")
def a_region_has_five_trails(world: World) -> bool:
    bucket, create = open_bucket(), client("cloudtrail").create_trail
    for number in range(5):
        create(Name=f"trail-{number}", S3BucketName=bucket)
    return refused(lambda: create(Name="trail-5", S3BucketName=bucket), "MaximumNumberOfTrailsExceededException")


@behaviour("APIReference/API_PutEventSelectors.html")
def a_trail_has_five_event_selectors(world: World) -> bool:
    put = trail().put_event_selectors
    six = [{"ReadWriteType": "All"}] * 6
    return refused(lambda: put(TrailName="audit", EventSelectors=six), "InvalidEventSelectorsException")


@behaviour("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html")
def a_call_is_an_event(world: World) -> bool:
    trail()
    url = client("sqs").create_queue(QueueName="seen", Attributes={"Policy": letting_in("events")})["QueueUrl"]
    client("events").put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.iam"]}))
    arn = "arn:aws:sqs:us-east-1:123456789012:seen"
    client("events").put_targets(Rule="all", Targets=[{"Id": "q", "Arn": arn}])
    client("iam").create_group(GroupName="team")
    world.settle()
    body = json.loads(client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"])
    return bool(body["detail"]["eventName"] == "CreateGroup")


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
