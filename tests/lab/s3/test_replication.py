"""Replication copies."""

import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import role
from tests.lab.s3.conftest import keys, put, version


@pytest.fixture
def twin(s3):
    """A bucket with a rule that copies everything into `copies`."""
    s3.create_bucket(Bucket="copies")
    version(s3)
    version(s3, "copies")
    return s3


def replicate(s3, **more):
    rule = {"ID": "all", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::copies"}, **more}  # fmt: skip
    s3.put_bucket_replication(Bucket="pictures", ReplicationConfiguration={"Role": role(), "Rules": [rule]})


def status(s3, key, bucket="pictures"):
    return s3.head_object(Bucket=bucket, Key=key).get("ReplicationStatus")


def test_a_new_object_is_copied_and_says_so(twin):
    replicate(twin)
    made = put(twin, "a", Metadata={"by": "ana"}, Tagging="team=web")
    assert status(twin, "a") == "PENDING"
    lab.settle()
    copy = twin.head_object(Bucket="copies", Key="a")
    assert (status(twin, "a"), copy["ReplicationStatus"]) == ("COMPLETED", "REPLICA")
    assert (copy["VersionId"], copy["Metadata"]) == (made["VersionId"], {"by": "ana"})
    assert twin.get_object_tagging(Bucket="copies", Key="a")["TagSet"] == [{"Key": "team", "Value": "web"}]


def test_what_was_there_before_is_not_copied(twin):
    put(twin, "old")
    replicate(twin)
    put(twin, "new")
    lab.settle()
    assert keys(twin, "copies") == ["new"]


def test_a_filter_selects(twin):
    replicate(twin, Filter={"Prefix": "keep/"})
    put(twin, "keep/a")
    put(twin, "b")
    lab.settle()
    assert keys(twin, "copies") == ["keep/a"]


@pytest.mark.parametrize(("markers", "left"), [("Disabled", ["a"]), ("Enabled", [])])
def test_delete_markers_follow_when_asked(twin, markers, left):
    replicate(twin, DeleteMarkerReplication={"Status": markers})
    put(twin, "a")
    lab.settle()
    twin.delete_object(Bucket="pictures", Key="a")
    lab.settle()
    assert keys(twin, "copies") == left


def test_a_deleted_version_stays_in_the_copy(twin):
    replicate(twin)
    made = put(twin, "a")
    lab.settle()
    twin.delete_object(Bucket="pictures", Key="a", VersionId=made["VersionId"])
    lab.settle()
    assert keys(twin, "copies") == ["a"]


def test_a_copy_is_not_copied_on(twin):
    replicate(twin)
    rule = {"ID": "back", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::pictures"}}  # fmt: skip
    twin.put_bucket_replication(Bucket="copies", ReplicationConfiguration={"Role": role(), "Rules": [rule]})
    put(twin, "a")
    lab.settle()
    assert len(twin.list_object_versions(Bucket="pictures")["Versions"]) == 1


def test_another_class_at_the_destination(twin):
    replicate(twin, Destination={"Bucket": "arn:aws:s3:::copies", "StorageClass": "STANDARD_IA"})
    put(twin, "a")
    lab.settle()
    assert twin.head_object(Bucket="copies", Key="a")["StorageClass"] == "STANDARD_IA"


def test_without_versioning_there_is_no_replication(s3):
    s3.create_bucket(Bucket="copies")
    with pytest.raises(ClientError, match="InvalidRequest"):
        replicate(s3)
