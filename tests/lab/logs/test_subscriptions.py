"""Subscription filters: who gets which events, and who is let in."""

import gzip
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.logs.desk import arrived, document, group, other_account, role, stream_of, write


@pytest.fixture
def logs():
    lab.start()
    yield group()
    lab.stop()


def subscribe(logs, arn, role_arn="", name="errors", pattern="ERROR"):
    more = {"roleArn": role_arn} if role_arn else {}
    logs.put_subscription_filter(
        logGroupName="shop", filterName=name, filterPattern=pattern, destinationArn=arn, **more
    )


def test_a_stream_gets_what_fits(logs):
    arn = stream_of("central")
    subscribe(logs, arn, role("ship", "kinesis:PutRecord"))
    write("ERROR a", "fine", "ERROR b")
    write("fine")
    (packet,) = arrived(arn)
    assert [one["message"] for one in packet["logEvents"]] == ["ERROR a", "ERROR b"]
    assert (packet["owner"], packet["logGroup"], packet["logStream"]) == ("123456789012", "shop", "one")
    assert packet["subscriptionFilters"] == ["errors"]


def test_the_role_must_let_logs_in_and_may_put(logs):
    arn = stream_of("central")
    with pytest.raises(ClientError, match="requires a roleArn"):
        subscribe(logs, arn)
    with pytest.raises(ClientError, match="cannot assume the role"):
        subscribe(logs, arn, role("of-lambda", "kinesis:PutRecord", service="lambda.amazonaws.com"))
    with pytest.raises(ClientError, match="kinesis:PutRecord"):
        subscribe(logs, arn, role("reader", "kinesis:GetRecords"))


def test_two_filters_a_group_and_either_may_be_changed(logs):
    arn, ship = stream_of("central"), role("ship", "kinesis:PutRecord")
    subscribe(logs, arn, ship, "one")
    subscribe(logs, arn, ship, "two")
    with pytest.raises(ClientError, match="LimitExceededException"):
        subscribe(logs, arn, ship, "three")
    subscribe(logs, arn, ship, "two", "WARN")
    kept = logs.describe_subscription_filters(logGroupName="shop")["subscriptionFilters"]
    assert {one["filterName"]: one["filterPattern"] for one in kept} == {"one": "ERROR", "two": "WARN"}


def test_firehose_writes_them_to_a_bucket(logs):
    s3, firehose = boto3.client("s3"), boto3.client("firehose")
    s3.create_bucket(Bucket="archive")
    arn = firehose.create_delivery_stream(
        DeliveryStreamName="to-s3",
        ExtendedS3DestinationConfiguration={
            "RoleARN": role("writer", "s3:*", service="firehose.amazonaws.com"),
            "BucketARN": "arn:aws:s3:::archive",
        },
    )["DeliveryStreamARN"]
    subscribe(logs, arn, role("ship", "firehose:*"))
    write("ERROR a", "fine")
    lab.clock.advance(minutes=10)
    (key,) = [one["Key"] for one in s3.list_objects_v2(Bucket="archive")["Contents"]]
    packet = json.loads(gzip.decompress(s3.get_object(Bucket="archive", Key=key)["Body"].read()))
    assert [one["message"] for one in packet["logEvents"]] == ["ERROR a"]


def test_another_account_gets_them_once_it_lets_us_in(logs):
    number, there = other_account()
    kinesis, receiver = there.client("kinesis"), there.client("logs")
    stream = stream_of("central", kinesis)
    destination = receiver.put_destination(
        destinationName="central", targetArn=stream,
        roleArn=role("ship", "kinesis:PutRecord", there.client("iam")),
    )["destination"]["arn"]  # fmt: skip
    assert destination == f"arn:aws:logs:us-east-1:{number}:destination:central"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        subscribe(logs, destination)
    let_in = {
        "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "logs:PutSubscriptionFilter",
        "Resource": destination,
    }  # fmt: skip
    receiver.put_destination_policy(destinationName="central", accessPolicy=json.dumps(document(let_in)))
    subscribe(logs, destination)
    write("ERROR a", "fine")
    (packet,) = arrived(stream, kinesis)
    assert packet["owner"] == "123456789012"
    assert [one["message"] for one in packet["logEvents"]] == ["ERROR a"]


def test_a_destination_needs_a_stream_and_a_role_that_may(logs):
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.put_destination(
            destinationName="nowhere", roleArn=role("ship", "kinesis:PutRecord"),
            targetArn="arn:aws:kinesis:us-east-1:123456789012:stream/nowhere",
        )  # fmt: skip
