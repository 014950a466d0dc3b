"""A bucket to work with."""

import boto3
import pytest

from course import lab


@pytest.fixture
def s3():
    lab.start()
    client = boto3.client("s3")
    client.create_bucket(Bucket="pictures")
    yield client
    lab.stop()


def put(s3, key, size=1, bucket="pictures", **more):
    return s3.put_object(Bucket=bucket, Key=key, Body=b"x" * size, **more)


def version(s3, bucket="pictures"):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def keys(s3, bucket="pictures"):
    return [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
