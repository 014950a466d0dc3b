"""KMS keys, their states, policies and travels: what AWS does, the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect

_GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide"
_API = "https://docs.aws.amazon.com/kms/latest/APIReference"
_DAY = 86_400

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []
behaviour, kept = collect(CLOSED, _GUIDE), collect(KEPT, _GUIDE)


def kms(region: str = "us-east-1") -> Any:
    return boto3.client("kms", region_name=region)


def key(**more: Any) -> str:
    made: str = kms().create_key(**more)["KeyMetadata"]["KeyId"]
    return made


def sealed(key_id: str) -> bytes:
    blob: bytes = kms().encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    return blob


def code(call: Callable[..., Any], **parameters: Any) -> str:
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


def state(key_id: str) -> str:
    found: str = kms().describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]
    return found


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: Any, action: Any = "kms:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


ACCOUNT = {"AWS": "arn:aws:iam::123456789012:root"}


@behaviour("key-state.html")
def a_disabled_key_does_nothing(world: World) -> bool:
    one = key()
    blob = sealed(one)
    kms().disable_key(KeyId=one)
    return code(kms().encrypt, KeyId=one, Plaintext=b"x") == code(kms().decrypt, CiphertextBlob=blob) == (
        "DisabledException"
    )  # fmt: skip


@behaviour("key-state.html")
def a_key_that_waits_for_its_deletion_does_nothing(world: World) -> bool:
    one = key()
    kms().schedule_key_deletion(KeyId=one)
    return code(kms().encrypt, KeyId=one, Plaintext=b"x") == code(kms().enable_key, KeyId=one) == (
        "KMSInvalidStateException"
    )  # fmt: skip


@behaviour(f"{_API}/API_ScheduleKeyDeletion.html")
def the_waiting_period_has_at_least_seven_days(world: World) -> bool:
    return code(kms().schedule_key_deletion, KeyId=key(), PendingWindowInDays=6) == "ValidationException"


@behaviour("deleting-keys.html")
def after_the_waiting_period_the_key_and_its_alias_are_gone(world: World) -> bool:
    one = key()
    blob = sealed(one)
    kms().create_alias(AliasName="alias/gone", TargetKeyId=one)
    kms().schedule_key_deletion(KeyId=one, PendingWindowInDays=7)
    world.advance(8 * _DAY)
    names = [alias["AliasName"] for alias in kms().list_aliases()["Aliases"]]
    return code(kms().decrypt, CiphertextBlob=blob) == "AccessDeniedException" and "alias/gone" not in names


@behaviour(f"{_API}/API_CancelKeyDeletion.html")
def only_a_pending_deletion_can_be_cancelled(world: World) -> bool:
    return code(kms().cancel_key_deletion, KeyId=key()) == "KMSInvalidStateException"


@behaviour(f"{_API}/API_GetKeyRotationStatus.html")
def the_status_tells_period_and_next_rotation(world: World) -> bool:
    one = key()
    kms().enable_key_rotation(KeyId=one, RotationPeriodInDays=100)
    told = kms().get_key_rotation_status(KeyId=one)
    made = kms().describe_key(KeyId=one)["KeyMetadata"]["CreationDate"]
    days: int = (told["NextRotationDate"] - made).days
    return bool(told["RotationPeriodInDays"] == 100 and days in (99, 100))


@behaviour("rotating-keys-enable.html")
def rotation_comes_by_the_calendar(world: World) -> bool:
    one = key()
    kms().enable_key_rotation(KeyId=one, RotationPeriodInDays=90)
    world.advance(200 * _DAY)
    return [rotation["RotationType"] for rotation in kms().list_key_rotations(KeyId=one)["Rotations"]] == [
        "AUTOMATIC",
        "AUTOMATIC",
    ]


@behaviour("rotate-keys.html")
def a_rotated_key_has_new_material_and_reads_old_data(world: World) -> bool:
    one = key()
    before, blob = kms().describe_key(KeyId=one)["KeyMetadata"]["CurrentKeyMaterialId"], sealed(one)
    kms().rotate_key_on_demand(KeyId=one)
    after = kms().describe_key(KeyId=one)["KeyMetadata"]["CurrentKeyMaterialId"]
    return bool(before != after and kms().decrypt(CiphertextBlob=blob)["Plaintext"] == b"x")


@behaviour("rotating-keys-on-demand.html")
def a_key_is_rotated_on_demand_25_times(world: World) -> bool:
    one = key()
    found = [code(kms().rotate_key_on_demand, KeyId=one) for _ in range(26)]
    return found == ["ok"] * 25 + ["LimitExceededException"]


@behaviour(f"{_API}/API_EnableKeyRotation.html")
def asymmetric_keys_do_not_rotate(world: World) -> bool:
    one = key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return code(kms().enable_key_rotation, KeyId=one) == "UnsupportedOperationException"


@behaviour("multi-region-keys-overview.html")
def a_replica_opens_what_its_primary_closed(world: World) -> bool:
    one = key(MultiRegion=True)
    blob = sealed(one)
    kms().replicate_key(KeyId=one, ReplicaRegion="eu-west-1")
    return bool(kms("eu-west-1").decrypt(CiphertextBlob=blob)["Plaintext"] == b"x")


@behaviour(f"{_API}/API_ReplicateKey.html")
def a_key_of_one_region_has_no_replicas(world: World) -> bool:
    one = key()
    return code(kms().replicate_key, KeyId=one, ReplicaRegion="eu-west-1") == "UnsupportedOperationException"


@behaviour("multi-region-keys-delete.html")
def a_primary_waits_for_its_replicas(world: World) -> bool:
    one = key(MultiRegion=True)
    kms().replicate_key(KeyId=one, ReplicaRegion="eu-west-1")
    kms().schedule_key_deletion(KeyId=one)
    return state(one) == "PendingReplicaDeletion"


@behaviour(f"{_API}/API_PutKeyPolicy.html")
def the_writer_of_a_policy_must_be_able_to_write_the_next(world: World) -> bool:
    one, user = key(), boto3.client("iam").create_user(UserName="ada")["User"]["Arn"]
    policy = document(allow({"AWS": user}))
    put = kms().put_key_policy
    refused = code(put, KeyId=one, PolicyName="default", Policy=policy)
    bypassed = code(put, KeyId=one, PolicyName="default", Policy=policy, BypassPolicyLockoutSafetyCheck=True)
    return refused == "MalformedPolicyDocumentException" and bypassed == "ok"


@behaviour(f"{_API}/API_PutKeyPolicy.html")
def the_principals_of_a_key_policy_exist(world: World) -> bool:
    policy = document(allow(ACCOUNT), allow({"AWS": "arn:aws:iam::123456789012:role/nobody"}))
    return code(kms().create_key, Policy=policy) == "MalformedPolicyDocumentException"


@behaviour("resource-limits.html")
def a_key_policy_has_32_kilobytes(world: World) -> bool:
    filler = [allow(ACCOUNT, Sid=f"s{number}{'x' * 100}") for number in range(200)]
    return code(kms().create_key, Policy=document(*filler)) == "LimitExceededException"


@behaviour("concepts.html")
def nobody_disables_a_key_that_aws_manages(world: World) -> bool:
    one = kms().describe_key(KeyId="alias/aws/ssm")["KeyMetadata"]
    return one["KeyManager"] == "AWS" and code(kms().disable_key, KeyId=one["KeyId"]) == "AccessDeniedException"


@behaviour("https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html")
def objects_under_a_disabled_key_cannot_be_read(world: World) -> bool:
    one, s3 = key(), boto3.client("s3")
    s3.create_bucket(Bucket="vault")
    s3.put_object(Bucket="vault", Key="a", Body=b"1", ServerSideEncryption="aws:kms", SSEKMSKeyId=one)
    kms().disable_key(KeyId=one)
    return code(s3.get_object, Bucket="vault", Key="a") == "KMS.DisabledException"


@behaviour("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html")
def a_log_group_needs_the_key_policy_to_let_logs_in(world: World) -> bool:
    arn = kms().describe_key(KeyId=key())["KeyMetadata"]["Arn"]
    logs = boto3.client("logs")
    refused = code(logs.create_log_group, logGroupName="web", kmsKeyId=arn)
    service = allow({"Service": "logs.us-east-1.amazonaws.com"})
    kms().put_key_policy(KeyId=arn, PolicyName="default", Policy=document(allow(ACCOUNT), service))
    return refused == "AccessDeniedException" and code(logs.create_log_group, logGroupName="web", kmsKeyId=arn) == "ok"


@behaviour("https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html")
def a_log_group_gets_its_key_later(world: World) -> bool:
    service = allow({"Service": "logs.us-east-1.amazonaws.com"})
    arn = kms().create_key(Policy=document(allow(ACCOUNT), service))["KeyMetadata"]["Arn"]
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="web")
    logs.associate_kms_key(logGroupName="web", kmsKeyId=arn)
    with_key = logs.describe_log_groups()["logGroups"][0].get("kmsKeyId")
    logs.disassociate_kms_key(logGroupName="web")
    return bool(with_key == arn and "kmsKeyId" not in logs.describe_log_groups()["logGroups"][0])


def _snapshot(**more: Any) -> str:
    ec2 = boto3.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, Encrypted=True, **more)["VolumeId"]
    made: str = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    return made


@behaviour("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html")
def a_copy_needs_a_key_of_its_own_region(world: World) -> bool:
    arn = kms().describe_key(KeyId=key())["KeyMetadata"]["Arn"]
    there = boto3.client("ec2", region_name="eu-west-1")
    copied = there.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=_snapshot(KmsKeyId=arn), Encrypted=True, KmsKeyId=arn
    )["SnapshotId"]
    return bool(there.describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]["State"] == "error")


@behaviour("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html")
def a_snapshot_under_awss_own_key_is_not_shared(world: World) -> bool:
    share = boto3.client("ec2").modify_snapshot_attribute
    shared = code(share, SnapshotId=_snapshot(), Attribute="createVolumePermission", OperationType="add",
                  UserIds=["111122223333"])  # fmt: skip
    return shared == "OperationNotPermitted"


@behaviour("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html")
def a_snapshot_tells_its_key(world: World) -> bool:
    arn = kms().describe_key(KeyId=key())["KeyMetadata"]["Arn"]
    found = boto3.client("ec2").describe_snapshots(SnapshotIds=[_snapshot(KmsKeyId=arn)])["Snapshots"][0]
    return bool(found.get("KmsKeyId") == arn)


@kept(f"{_API}/API_CancelKeyDeletion.html")
def a_cancelled_deletion_leaves_the_key_disabled(world: World) -> bool:
    one = key()
    kms().schedule_key_deletion(KeyId=one, PendingWindowInDays=7)
    kms().cancel_key_deletion(KeyId=one)
    return state(one) == "Disabled"


@kept("concepts.html")
def ciphertext_of_one_region_is_closed_in_another(world: World) -> bool:
    return code(kms("eu-west-1").decrypt, CiphertextBlob=sealed(key())) == "AccessDeniedException"


_CLOSED = [one.shows.__name__ for one in CLOSED]
_KEPT = [one.shows.__name__ for one in KEPT]


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=_CLOSED + _KEPT)
def test_the_lab_shows_it(one: Behaviour, in_the_lab: World) -> None:
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=_CLOSED)
def test_bare_moto_does_not(one: Behaviour, in_bare_moto: World) -> None:
    assert not one.is_seen(in_bare_moto), f"moto shows it now: delete our code ({one.source})"


@pytest.mark.parametrize("one", KEPT, ids=_KEPT)
def test_bare_moto_shows_what_is_kept(one: Behaviour, in_bare_moto: World) -> None:
    assert one.is_seen(in_bare_moto), f"moto does it otherwise now ({one.source})"
