"""Exports: what gets into the files, and who may write them."""

import gzip
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.logs.desk import document, group, now, write


@pytest.fixture
def logs():
    lab.start()
    boto3.client("s3").create_bucket(Bucket="archive")
    yield group()
    lab.stop()


def let_in():
    who = {"Service": "logs.us-east-1.amazonaws.com"}
    policy = document(
        {"Effect": "Allow", "Principal": who, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::archive"},
        {"Effect": "Allow", "Principal": who, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::archive/*",
         "Condition": {"StringEquals": {"aws:SourceAccount": ["123456789012"]}}},
    )  # fmt: skip
    boto3.client("s3").put_bucket_policy(Bucket="archive", Policy=json.dumps(policy))


def export(logs, hours=48):
    return logs.create_export_task(
        logGroupName="shop", fromTime=now(hours * 60), to=now(), destination="archive", destinationPrefix="shop"
    )["taskId"]


def state(logs, task):
    return logs.describe_export_tasks(taskId=task)["exportTasks"][0]["status"]["code"]


def lines(task):
    s3 = boto3.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="archive", Prefix=f"shop/{task}")["Contents"]]
    texts = [gzip.decompress(s3.get_object(Bucket="archive", Key=key)["Body"].read()).decode() for key in keys]
    return "".join(texts).splitlines()


def test_what_is_twelve_hours_old_gets_into_the_files(logs):
    let_in()
    write("early")
    lab.clock.advance(hours=13)
    write("late")
    task = export(logs)
    assert state(logs, task) in ("PENDING", "RUNNING")
    lab.clock.advance(minutes=2)
    assert state(logs, task) == "COMPLETED"
    (line,) = lines(task)
    stamp, _, message = line.partition(" ")
    assert message == "early" and stamp.endswith("Z")


def test_the_bucket_has_to_let_logs_in(logs):
    with pytest.raises(ClientError, match="GetBucketAcl call on the given bucket failed"):
        export(logs)


def test_one_task_at_a_time(logs):
    let_in()
    first = export(logs)
    with pytest.raises(ClientError, match="LimitExceededException"):
        export(logs)
    logs.cancel_export_task(taskId=first)
    assert state(logs, first) == "CANCELLED"
    second = export(logs)
    lab.clock.advance(minutes=2)
    assert state(logs, second) == "COMPLETED"
    with pytest.raises(ClientError, match="already finished"):
        logs.cancel_export_task(taskId=second)
