"""Access points, ACLs and access logs."""

import json

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from course import lab
from tests.lab.s3.conftest import keys, put

ACCOUNT = "123456789012"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def user(name, *statements):
    iam = boto3.client("iam")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])


def may(call, **parameters):
    with lab.enforce_iam():
        try:
            call(**parameters)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
            return False
    return True


@pytest.fixture
def door(s3):
    """An access point whose policy lets ann work below gulls/."""
    control = boto3.client("s3control")
    arn = control.create_access_point(AccountId=ACCOUNT, Name="gulls", Bucket="pictures")["AccessPointArn"]
    works = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}}
    works |= {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"{arn}/object/gulls/*"}
    ann = user("ann")
    control.put_access_point_policy(AccountId=ACCOUNT, Name="gulls", Policy=document(works))
    put(s3, "gulls/1")
    put(s3, "terns/1")
    return arn, ann


def hand_over(s3):
    resources = ["arn:aws:s3:::pictures", "arn:aws:s3:::pictures/*"]
    given = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": resources}
    given["Condition"] = {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}
    s3.put_bucket_policy(Bucket="pictures", Policy=document(given))


def test_a_door_opens_nothing_that_its_bucket_keeps_shut(door):
    arn, ann = door
    assert not may(ann.get_object, Bucket=arn, Key="gulls/1")


def test_door_and_bucket_together_let_in_whom_the_door_names(s3, door):
    arn, ann = door
    hand_over(s3)
    assert may(ann.get_object, Bucket=arn, Key="gulls/1")
    assert may(ann.put_object, Bucket=arn, Key="gulls/2", Body=b"x")
    assert not may(ann.get_object, Bucket=arn, Key="terns/1")
    assert not may(ann.delete_object, Bucket=arn, Key="gulls/1")
    assert not may(ann.list_objects_v2, Bucket=arn)
    assert not may(ann.get_object, Bucket="pictures", Key="gulls/1")
    assert not may(user("ben").get_object, Bucket=arn, Key="gulls/1")


def test_a_deny_at_the_bucket_holds_at_the_door(s3, door):
    arn, _ = door
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pictures/*"}
    s3.put_bucket_policy(Bucket="pictures", Policy=document(deny))
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    assert not may(user("cleo", allow).get_object, Bucket=arn, Key="gulls/1")


def test_a_deny_stands_above_a_public_acl(s3):
    s3.create_bucket(Bucket="old", ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket="old")
    s3.put_object(Bucket="old", Key="a", Body=b"x", ACL="public-read")
    assert requests.get("https://old.s3.amazonaws.com/a").status_code == 200
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::old/*"}
    s3.put_bucket_policy(Bucket="old", Policy=document(deny))
    assert requests.get("https://old.s3.amazonaws.com/a").status_code == 403


def logging_to(s3, source, target):
    may_log = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject"}
    may_log["Resource"] = f"arn:aws:s3:::{target}/*"
    s3.put_bucket_policy(Bucket=target, Policy=document(may_log))
    where = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "log/"}}
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus=where)


def test_each_request_leaves_a_line(s3):
    s3.create_bucket(Bucket="picture-logs")
    logging_to(s3, "pictures", "picture-logs")
    put(s3, "a b.jpg")
    assert s3.get_object(Bucket="pictures", Key="a b.jpg")["Body"].read() == b"x"
    with pytest.raises(ClientError):
        s3.get_object(Bucket="pictures", Key="none")
    lab.settle()
    lines = "".join(
        s3.get_object(Bucket="picture-logs", Key=key)["Body"].read().decode() for key in keys(s3, "picture-logs")
    ).splitlines()
    found = [(line.split()[7], line.split()[8], line.split('"')[2].split()[0]) for line in lines]
    wanted = [("REST.PUT.OBJECT", "a%20b.jpg", "200"), ("REST.GET.OBJECT", "a%20b.jpg", "200")]
    assert found == [*wanted, ("REST.GET.OBJECT", "none", "404")]
    assert f"arn:aws:iam::{ACCOUNT}:root" in lines[0]


def test_a_bucket_that_logs_to_itself_never_rests(s3):
    logging_to(s3, "pictures", "pictures")
    put(s3, "a")
    lab.clock.advance(hours=5, minutes=1)
    assert len([key for key in keys(s3) if key.startswith("log/")]) == 6
