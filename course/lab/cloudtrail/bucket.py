"""Where in its bucket a trail writes, and whether it may: the policy of the bucket has to let the service in.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.clock import clock
from course.lab.iam.services import service_may

_SERVICE: Final = "cloudtrail.amazonaws.com"


def folder(trail: Any, kind: str, region: str) -> str:
    """Where today's files lie: `PREFIX/AWSLogs/ACCOUNT/CloudTrail/REGION/2026/11/21`."""
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    return f"{prefix}AWSLogs/{trail.account_id}/{kind}/{region}/{clock.now():%Y/%m/%d}"


def hindrance(trail: Any, key: str) -> str:
    """What keeps the trail from writing this key; empty if nothing does."""
    arn = f"arn:aws:s3:::{trail.bucket_name}"
    for action, name in (("s3:GetBucketAcl", arn), ("s3:PutObject", f"{arn}/{key}")):
        if not service_may(_SERVICE, action, name, trail.arn, {"s3:x-amz-acl": "bucket-owner-full-control"}).allowed:
            return f"Incorrect S3 bucket policy is detected for bucket: {trail.bucket_name}"
    return ""
