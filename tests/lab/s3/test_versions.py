"""Suspended versioning, MFA Delete, long keys and large metadata."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.iam.mfa import mfa_code
from tests.lab.s3.conftest import put, version


def ids(s3, kind="Versions"):
    return [one["VersionId"] for one in s3.list_object_versions(Bucket="pictures").get(kind, [])]


def state(s3, **setting):
    mfa = setting.pop("MFA", None)
    s3.put_bucket_versioning(Bucket="pictures", VersioningConfiguration=setting, **({"MFA": mfa} if mfa else {}))


@pytest.fixture
def suspended(s3):
    """An object of three versions in a bucket whose versioning was then suspended."""
    put(s3, "a", size=1)
    version(s3)
    two = put(s3, "a", size=2)["VersionId"]
    three = put(s3, "a", size=3)["VersionId"]
    state(s3, Status="Suspended")
    return s3, two, three


def test_suspending_keeps_every_version(suspended):
    s3, two, three = suspended
    assert ids(s3) == [three, two, "null"]


def test_a_write_replaces_the_null_version_only(suspended):
    s3, two, three = suspended
    assert [put(s3, "a", size=n)["VersionId"] for n in (4, 5)] == ["null", "null"]
    assert ids(s3) == ["null", three, two]
    assert s3.head_object(Bucket="pictures", Key="a", VersionId="null")["ContentLength"] == 5
    assert s3.head_object(Bucket="pictures", Key="a", VersionId=two)["ContentLength"] == 2


def test_a_delete_puts_a_null_marker_in_the_place_of_the_null_version(suspended):
    s3, two, three = suspended
    for _ in range(2):
        told = s3.delete_object(Bucket="pictures", Key="a")
        assert (told["VersionId"], told["DeleteMarker"]) == ("null", True)
        assert (ids(s3), ids(s3, "DeleteMarkers")) == ([three, two], ["null"])
    s3.delete_object(Bucket="pictures", Key="a", VersionId="null")
    assert s3.get_object(Bucket="pictures", Key="a")["Body"].read() == b"xxx"


def test_a_version_can_be_deleted_for_good(suspended):
    s3, two, three = suspended
    s3.delete_object(Bucket="pictures", Key="a", VersionId=two)
    assert ids(s3) == [three, "null"]


@pytest.fixture
def phone(s3):
    """Root's device: its serial number and what it shows."""
    made = boto3.client("iam").create_virtual_mfa_device(VirtualMFADeviceName="root-phone")["VirtualMFADevice"]
    return lambda: f"{made['SerialNumber']} {mfa_code(made['Base32StringSeed'])}"


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response["Error"]["Code"]


def test_mfa_delete_needs_a_code_to_switch_and_to_delete_for_good(s3, phone):
    version(s3)
    first = put(s3, "a")["VersionId"]
    both = {"Status": "Enabled", "MFADelete": "Enabled"}
    assert refusal(s3.put_bucket_versioning, Bucket="pictures", VersioningConfiguration=both) == "AccessDenied"
    state(s3, MFA=phone(), **both)
    assert s3.get_bucket_versioning(Bucket="pictures")["MFADelete"] == "Enabled"
    assert refusal(s3.delete_object, Bucket="pictures", Key="a", VersionId=first) == "AccessDenied"
    many = {"Objects": [{"Key": "a", "VersionId": first}]}
    assert refusal(s3.delete_objects, Bucket="pictures", Delete=many) == "AccessDenied"
    suspend = {"Status": "Suspended"}
    assert refusal(s3.put_bucket_versioning, Bucket="pictures", VersioningConfiguration=suspend) == "AccessDenied"
    assert s3.delete_object(Bucket="pictures", Key="a")["DeleteMarker"]
    s3.delete_object(Bucket="pictures", Key="a", VersionId=first, MFA=phone())
    assert ids(s3) == []


def test_an_old_code_is_worth_nothing(s3, phone):
    version(s3)
    old = phone()
    lab.clock.advance(minutes=5)
    both = {"Status": "Enabled", "MFADelete": "Enabled"}
    assert refusal(s3.put_bucket_versioning, Bucket="pictures", VersioningConfiguration=both, MFA=old) == "AccessDenied"


def test_nobody_but_root_deletes_for_good(s3, phone):
    version(s3)
    first = put(s3, "a")["VersionId"]
    state(s3, MFA=phone(), Status="Enabled", MFADelete="Enabled")
    iam = boto3.client("iam")
    iam.create_user(UserName="ann")
    keys = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = boto3.client("s3", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"])
    assert refusal(ann.delete_object, Bucket="pictures", Key="a", VersionId=first, MFA=phone()) == "AccessDenied"


def test_mfa_delete_and_lifecycle_exclude_each_other(s3, phone):
    state(s3, MFA=phone(), Status="Enabled", MFADelete="Enabled")
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    put_rules = s3.put_bucket_lifecycle_configuration
    assert refusal(put_rules, Bucket="pictures", LifecycleConfiguration={"Rules": [rule]}) == "InvalidBucketState"


def test_keys_and_metadata_have_an_end(s3):
    put(s3, "k" * 1024, Metadata={"name": "x" * 2044})
    assert refusal(s3.put_object, Bucket="pictures", Key="ü" * 513) == "KeyTooLongError"
    assert refusal(s3.put_object, Bucket="pictures", Key="k", Metadata={"name": "x" * 2045}) == "MetadataTooLarge"
