"""Unfinished uploads and the filter of the rule that removes them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
"""

import pytest

from course import lab


def uploads_after_a_week(client, where):
    abort = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 5}}
    rules = [{"ID": "rule", "Status": "Enabled", **where, **abort}]
    client.put_bucket_lifecycle_configuration(Bucket="pictures", LifecycleConfiguration={"Rules": rules})
    for key in ("films/a", "photos/b"):
        client.create_multipart_upload(Bucket="pictures", Key=key)
    lab.clock.advance(days=7)
    return [one["Key"] for one in client.list_multipart_uploads(Bucket="pictures").get("Uploads", [])]


@pytest.mark.parametrize("where", [{"Filter": {"Prefix": "films/"}}, {"Prefix": "films/"}])
def test_the_prefix_decides_which_uploads_are_removed(s3, where):
    assert uploads_after_a_week(s3, where) == ["photos/b"]


@pytest.mark.parametrize("where", [{"Filter": {"Prefix": ""}}, {"Filter": {}}])
def test_a_rule_for_the_whole_bucket_removes_all(s3, where):
    assert uploads_after_a_week(s3, where) == []
