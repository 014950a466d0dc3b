"""Keys at work for others: the quota, S3's calls, log groups and snapshots between accounts."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config

from course import lab
from course.lab.kms.quotas import others_use
from tests.lab.kms.people import ACCOUNT, allow, another_account, code, document, person

_ONCE = Config(retries={"total_max_attempts": 1})


def bucket_under(kms: Any, bucket_key: bool) -> str:
    s3, name = boto3.client("s3"), lab.unique_name("vault")
    s3.create_bucket(Bucket=name)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms.create_key()["KeyMetadata"]["Arn"]}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    return name


def test_what_others_leave_of_the_quota_is_all_there_is_in_a_second(kms: Any) -> None:
    key, client = kms.create_key()["KeyMetadata"]["KeyId"], boto3.client("kms", config=_ONCE)
    with others_use(99_997) as left:
        assert left == 3
        found = [code(client.encrypt, KeyId=key, Plaintext=b"x") for _ in range(4)]
        assert found == ["ok"] * 3 + ["ThrottlingException"]
        lab.clock.advance(seconds=1)
        assert code(client.encrypt, KeyId=key, Plaintext=b"x") == "ok"
    assert code(client.encrypt, KeyId=key, Plaintext=b"x") == "ok"


def test_the_quota_belongs_to_a_region_and_its_keys_share_it(kms: Any) -> None:
    keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2)]
    client, paris = boto3.client("kms", config=_ONCE), boto3.client("kms", region_name="eu-west-3", config=_ONCE)
    there = paris.create_key()["KeyMetadata"]["KeyId"]
    with others_use(99_999):
        assert [code(client.encrypt, KeyId=key, Plaintext=b"x") for key in keys] == ["ok", "ThrottlingException"]
        assert code(paris.encrypt, KeyId=there, Plaintext=b"x") == "ok"
    with others_use(10_000, region="eu-west-3"):
        assert code(paris.encrypt, KeyId=there, Plaintext=b"x") == "ThrottlingException"


def test_boto3_waits_and_gets_through(kms: Any) -> None:
    key, patient = kms.create_key()["KeyMetadata"]["KeyId"], Config(retries={"mode": "standard", "max_attempts": 10})
    client = boto3.client("kms", config=patient)
    with others_use(99_999):
        answers = [client.encrypt(KeyId=key, Plaintext=b"x") for _ in range(3)]
    assert sum(one["ResponseMetadata"]["RetryAttempts"] for one in answers) >= 1


@pytest.mark.parametrize(("bucket_key", "writes", "reads"), [(False, 5, 5), (True, 1, 1)])
def test_s3_calls_kms_for_each_object_or_for_the_bucket(kms: Any, bucket_key: bool, writes: int, reads: int) -> None:
    s3, name = boto3.client("s3"), bucket_under(kms, bucket_key)
    with lab.watching() as made:
        for number in range(5):
            s3.put_object(Bucket=name, Key=f"{number}", Body=b"x")
        for number in range(5):
            s3.get_object(Bucket=name, Key=f"{number}")
    assert (len(made.of("GenerateDataKey")), len(made.of("Decrypt"))) == (writes, reads)


def test_s3_asks_again_when_its_bucket_level_key_is_old(kms: Any) -> None:
    s3, name = boto3.client("s3"), bucket_under(kms, True)
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    lab.clock.advance(hours=1)
    with lab.watching() as made:
        s3.put_object(Bucket=name, Key="b", Body=b"x")
    assert len(made.of("GenerateDataKey")) == 1


def test_a_throttled_upload_leaves_no_object(kms: Any) -> None:
    s3, name = boto3.client("s3", config=_ONCE), bucket_under(kms, False)
    with others_use(100_000):
        assert code(s3.put_object, Bucket=name, Key="a", Body=b"x") == "ThrottlingException"
    assert "Contents" not in s3.list_objects_v2(Bucket=name)


def test_objects_with_keys_of_s3_itself_cost_no_call_of_kms(kms: Any) -> None:
    kms.create_key()
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="plain")
    with lab.watching() as made:
        s3.put_object(Bucket="plain", Key="a", Body=b"x")
        s3.get_object(Bucket="plain", Key="a")
    assert not made.of("GenerateDataKey", "Decrypt")


def test_a_log_group_is_let_in_by_its_own_arn_only(kms: Any) -> None:
    logs, arn = boto3.client("logs"), f"arn:aws:logs:us-east-1:{lab.ACCOUNT_ID}:log-group:web"
    condition = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arn}}
    service = allow({"Service": "logs.us-east-1.amazonaws.com"}, Condition=condition)
    key = kms.create_key(Policy=document(allow(ACCOUNT), service))["KeyMetadata"]["Arn"]
    assert code(logs.create_log_group, logGroupName="api", kmsKeyId=key) == "AccessDeniedException"
    assert code(logs.create_log_group, logGroupName="web", kmsKeyId=key) == "ok"


def snapshot_under(key: str) -> str:
    ec2 = boto3.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, Encrypted=True, KmsKeyId=key)["VolumeId"]
    return str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])


def copied(session: Any, snapshot: str, key: str) -> str:
    ec2 = session.client("ec2", region_name="us-east-1")
    made = ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=snapshot, Encrypted=True, KmsKeyId=key)
    return str(ec2.describe_snapshots(SnapshotIds=[made["SnapshotId"]])["Snapshots"][0]["State"])


@pytest.mark.parametrize(
    ("actions", "via", "state"),
    [
        (["kms:Decrypt", "kms:CreateGrant"], "ec2.us-east-1.amazonaws.com", "completed"),
        (["kms:Decrypt"], "ec2.us-east-1.amazonaws.com", "error"),
        (["kms:Decrypt", "kms:CreateGrant"], "s3.us-east-1.amazonaws.com", "error"),
    ],
)
def test_a_snapshot_goes_to_another_account_by_the_key_policy(
    kms: Any,
    actions: list[str],
    via: str,
    state: str,
) -> None:
    number, there = another_account()
    only = {"StringEquals": {"kms:ViaService": via, "kms:CallerAccount": number}}
    theirs = allow({"AWS": f"arn:aws:iam::{number}:root"}, actions, Condition=only)
    key = kms.create_key(Policy=document(allow(ACCOUNT), theirs))["KeyMetadata"]["Arn"]
    snapshot = snapshot_under(key)
    own = there.client("kms", region_name="us-east-1").create_key()["KeyMetadata"]["Arn"]
    _, admin = person("admin", "*", session=there)
    with lab.enforce_iam():
        assert code(admin.client("ec2", region_name="us-east-1").copy_snapshot, SourceRegion="us-east-1",
                    SourceSnapshotId=snapshot, Encrypted=True) == "InvalidSnapshot.NotFound"  # fmt: skip
    share = {"Add": [{"UserId": number}]}
    boto3.client("ec2").modify_snapshot_attribute(SnapshotId=snapshot, CreateVolumePermission=share)
    with lab.enforce_iam():
        assert copied(admin, snapshot, own) == state


def test_a_shared_snapshot_is_not_left_in_the_other_account(kms: Any) -> None:
    number, there = another_account()
    snapshot = snapshot_under(kms.create_key()["KeyMetadata"]["Arn"])
    share = {"Add": [{"UserId": number}]}
    boto3.client("ec2").modify_snapshot_attribute(SnapshotId=snapshot, CreateVolumePermission=share)
    own = there.client("kms", region_name="us-east-1").create_key()["KeyMetadata"]["Arn"]
    assert copied(there, snapshot, own) == "error"
    seen = there.client("ec2", region_name="us-east-1").describe_snapshots()["Snapshots"]
    assert snapshot not in [one["SnapshotId"] for one in seen]
