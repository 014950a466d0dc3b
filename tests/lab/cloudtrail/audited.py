"""An account with a bucket that CloudTrail may write to, and what is found there."""

from __future__ import annotations

import gzip
import json
from typing import Any

import boto3

ACCOUNT = "123456789012"
BUCKET = "audit-logs"


def audit_bucket(trail: str = "audit", prefix: str = "") -> str:
    """A bucket with the policy that AWS's manual gives."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    arn = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{trail}"
    statements = [
        {"Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}",
         "Condition": {"StringEquals": {"aws:SourceArn": arn}}},
        {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/{prefix}AWSLogs/{ACCOUNT}/*",
         "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": arn}}},
    ]  # fmt: skip
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    policy = {"Version": "2012-10-17", "Statement": [{**service, **one} for one in statements]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    return BUCKET


def trail(**settings: Any) -> Any:
    """A trail that logs."""
    made = boto3.client("cloudtrail")
    made.create_trail(Name="audit", S3BucketName=audit_bucket(), **settings)
    made.start_logging(Name="audit")
    return made


def files(kind: str = "CloudTrail") -> list[str]:
    """The keys of the log files, or of the digests."""
    found = boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return [one["Key"] for one in found if f"/{kind}/" in one["Key"]]


def content(key: str) -> Any:
    """What a file says."""
    return json.loads(gzip.decompress(boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()))


def delivered() -> list[str]:
    """The names of all events in all log files."""
    return [record["eventName"] for key in files() for record in content(key)["Records"]]
