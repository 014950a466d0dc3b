"""A policy may allow metrics in one namespace alone: `cloudwatch:namespace`."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


def writer_into(namespace):
    """A client of a user who may publish into this namespace."""
    iam = boto3.client("iam")
    iam.create_user(UserName="writer")
    statement = {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
                 "Condition": {"StringEquals": {"cloudwatch:namespace": namespace}}}  # fmt: skip
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="writer", PolicyName="publish", PolicyDocument=document)
    key = iam.create_access_key(UserName="writer")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    return session.client("cloudwatch")


def test_only_the_namespace_of_the_condition_is_open():
    cloudwatch = writer_into("CWAgent")
    data = [{"MetricName": "mem_used_percent", "Value": 40}]
    with lab.enforce_iam():
        cloudwatch.put_metric_data(Namespace="CWAgent", MetricData=data)
        with pytest.raises(ClientError) as no:
            cloudwatch.put_metric_data(Namespace="shop", MetricData=data)
    assert no.value.response["Error"]["Code"] == "AccessDenied"
