"""Lifecycle rules run by the lab's clock."""

import pytest

from course import lab
from tests.lab.s3.conftest import keys, put, version

LARGE = 200 * 1024


def rule(s3, prefix="", **more):
    rules = [{"ID": "rule", "Status": "Enabled", "Filter": {"Prefix": prefix}, **more}]
    s3.put_bucket_lifecycle_configuration(Bucket="pictures", LifecycleConfiguration={"Rules": rules})


def storage_class(s3, key):
    return s3.head_object(Bucket="pictures", Key=key).get("StorageClass", "STANDARD")


def test_objects_move_down_the_classes_as_they_age(s3):
    put(s3, "a", LARGE)
    rule(s3, Transitions=[{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}])
    seen = []
    for days in (29, 2, 60):
        lab.clock.advance(days=days)
        seen.append(storage_class(s3, "a"))
    assert seen == ["STANDARD", "STANDARD_IA", "GLACIER"]


def test_small_objects_stay(s3):
    put(s3, "a", 1000)
    rule(s3, Transitions=[{"Days": 30, "StorageClass": "STANDARD_IA"}])
    lab.clock.advance(days=60)
    assert storage_class(s3, "a") == "STANDARD"


def test_objects_expire(s3):
    put(s3, "logs/a")
    put(s3, "photos/a")
    rule(s3, "logs/", Expiration={"Days": 7})
    lab.clock.advance(days=8, hours=1)
    assert keys(s3) == ["photos/a"]


def test_tags_select(s3):
    put(s3, "a", Tagging="keep=no")
    put(s3, "b")
    rules = [
        {"ID": "r", "Status": "Enabled", "Filter": {"Tag": {"Key": "keep", "Value": "no"}}, "Expiration": {"Days": 1}}
    ]
    s3.put_bucket_lifecycle_configuration(Bucket="pictures", LifecycleConfiguration={"Rules": rules})
    lab.clock.advance(days=3)
    assert keys(s3) == ["b"]


def test_a_disabled_rule_does_nothing(s3):
    put(s3, "a")
    rule(s3, Expiration={"Days": 1}, Status="Disabled")
    lab.clock.advance(days=30)
    assert keys(s3) == ["a"]


def test_expiry_hides_a_versioned_object_and_old_versions_go_later(s3):
    version(s3)
    put(s3, "a")
    rule(s3, Expiration={"Days": 10}, NoncurrentVersionExpiration={"NoncurrentDays": 20})
    lab.clock.advance(days=12)
    listed = s3.list_object_versions(Bucket="pictures")
    assert (len(listed["Versions"]), len(listed["DeleteMarkers"])) == (1, 1)
    lab.clock.advance(days=21)
    listed = s3.list_object_versions(Bucket="pictures")
    assert (len(listed.get("Versions", [])), len(listed["DeleteMarkers"])) == (0, 1)


def test_the_newest_old_versions_may_stay(s3):
    version(s3)
    for body in (b"1", b"22", b"333", b"4444"):
        s3.put_object(Bucket="pictures", Key="a", Body=body)
        lab.clock.advance(minutes=1)
    rule(s3, NoncurrentVersionExpiration={"NoncurrentDays": 5, "NewerNoncurrentVersions": 2})
    lab.clock.advance(days=60)
    assert [one["Size"] for one in s3.list_object_versions(Bucket="pictures")["Versions"]] == [4, 3, 2]


def test_rules_are_read_back_as_they_were_put(s3):
    sizes = {"ObjectSizeGreaterThan": 500, "Prefix": "logs/"}
    put_in = {
        "ID": "r", "Status": "Enabled", "Filter": {"And": sizes},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 5, "NewerNoncurrentVersions": 2},
        "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
    }  # fmt: skip
    s3.put_bucket_lifecycle_configuration(Bucket="pictures", LifecycleConfiguration={"Rules": [put_in]})
    assert s3.get_bucket_lifecycle_configuration(Bucket="pictures")["Rules"] == [put_in]


def test_an_unfinished_upload_is_removed(s3):
    s3.create_multipart_upload(Bucket="pictures", Key="film")
    rule(s3, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 3})
    lab.clock.advance(days=5)
    assert s3.list_multipart_uploads(Bucket="pictures").get("Uploads", []) == []


@pytest.mark.parametrize("days", [1, 400])
def test_a_bucket_without_rules_keeps_everything(s3, days):
    put(s3, "a")
    lab.clock.advance(days=days)
    assert keys(s3) == ["a"]
