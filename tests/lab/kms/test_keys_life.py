"""States, deletion, rotation and replicas of keys."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from course import lab
from tests.lab.kms.people import code


def key(kms: Any, **more: Any) -> str:
    return str(kms.create_key(**more)["KeyMetadata"]["KeyId"])


def state(kms: Any, key_id: str) -> str:
    return str(kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"])


@pytest.mark.parametrize("window", [7, 30])
def test_both_ends_of_the_waiting_period_are_accepted(kms: Any, window: int) -> None:
    one = key(kms)
    told = kms.schedule_key_deletion(KeyId=one, PendingWindowInDays=window)
    assert (told["KeyState"], told["PendingWindowInDays"]) == ("PendingDeletion", window)
    lab.clock.advance(days=window - 1)
    assert state(kms, one) == "PendingDeletion"
    lab.clock.advance(days=1, hours=1)
    assert code(kms.describe_key, KeyId=one) == "NotFoundException"


@pytest.mark.parametrize("window", [1, 6, 31])
def test_other_waiting_periods_are_refused_and_change_nothing(kms: Any, window: int) -> None:
    one = key(kms)
    assert code(kms.schedule_key_deletion, KeyId=one, PendingWindowInDays=window) == "ValidationException"
    assert state(kms, one) == "Enabled"


def test_a_cancelled_key_stays_and_reads_again_once_enabled(kms: Any) -> None:
    one = key(kms)
    blob = kms.encrypt(KeyId=one, Plaintext=b"x")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=one, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=one)
    lab.clock.advance(days=30)
    assert code(kms.decrypt, CiphertextBlob=blob) == "DisabledException"
    arn = kms.describe_key(KeyId=one)["KeyMetadata"]["Arn"]
    kms.enable_key(KeyId=arn)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_an_alias_cannot_move_to_a_dying_key_and_can_move_away_from_one(kms: Any) -> None:
    dying, young = key(kms), key(kms)
    kms.create_alias(AliasName="alias/images", TargetKeyId=dying)
    kms.schedule_key_deletion(KeyId=dying)
    assert code(kms.create_alias, AliasName="alias/more", TargetKeyId=dying) == "KMSInvalidStateException"
    assert code(kms.update_alias, AliasName="alias/images", TargetKeyId=young) == "ok"


def test_a_disabled_key_rotates_when_it_is_enabled_again(kms: Any) -> None:
    one = key(kms)
    kms.enable_key_rotation(KeyId=one, RotationPeriodInDays=90)
    kms.disable_key(KeyId=one)
    lab.clock.advance(days=100)
    assert kms.list_key_rotations(KeyId=one)["Rotations"] == []
    kms.enable_key(KeyId=one)
    lab.clock.advance(minutes=1)
    assert len(kms.list_key_rotations(KeyId=one)["Rotations"]) == 1


def test_on_demand_leaves_the_schedule_as_it_is(kms: Any) -> None:
    one = key(kms)
    kms.enable_key_rotation(KeyId=one)
    due = kms.get_key_rotation_status(KeyId=one)["NextRotationDate"]
    lab.clock.advance(days=10)
    kms.rotate_key_on_demand(KeyId=one)
    assert kms.get_key_rotation_status(KeyId=one)["NextRotationDate"] == due
    assert [each["RotationType"] for each in kms.list_key_rotations(KeyId=one)["Rotations"]] == ["ON_DEMAND"]


def test_rotation_ends_when_it_is_switched_off(kms: Any) -> None:
    one = key(kms)
    kms.enable_key_rotation(KeyId=one, RotationPeriodInDays=90)
    kms.disable_key_rotation(KeyId=one)
    lab.clock.advance(days=200)
    assert kms.get_key_rotation_status(KeyId=one)["KeyRotationEnabled"] is False
    assert kms.list_key_rotations(KeyId=one)["Rotations"] == []


def test_every_material_opens_what_it_closed(kms: Any) -> None:
    one, blobs = key(kms), []
    for number in range(4):
        blobs.append(kms.encrypt(KeyId=one, Plaintext=f"{number}".encode())["CiphertextBlob"])
        kms.rotate_key_on_demand(KeyId=one)
    assert [kms.decrypt(CiphertextBlob=blob)["Plaintext"] for blob in blobs] == [b"0", b"1", b"2", b"3"]
    everything = kms.list_key_rotations(KeyId=one, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert [each["KeyMaterialState"] for each in everything] == ["NON_CURRENT"] * 4 + ["CURRENT"]


def test_a_replica_is_a_key_of_its_own_with_the_same_material(kms: Any) -> None:
    one = key(kms, MultiRegion=True)
    ireland = boto3.client("kms", region_name="eu-west-1")
    kms.replicate_key(KeyId=one, ReplicaRegion="eu-west-1")
    blob = kms.encrypt(KeyId=one, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=one)
    kinds = [client.describe_key(KeyId=one)["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"]
             for client in (kms, ireland)]  # fmt: skip
    assert kinds == ["PRIMARY", "REPLICA"]
    assert ireland.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert code(ireland.replicate_key, KeyId=one, ReplicaRegion="eu-west-2") == "UnsupportedOperationException"


def test_a_rotated_primary_takes_its_replicas_along(kms: Any) -> None:
    one = key(kms, MultiRegion=True)
    ireland = boto3.client("kms", region_name="eu-west-1")
    kms.replicate_key(KeyId=one, ReplicaRegion="eu-west-1")
    kms.rotate_key_on_demand(KeyId=one)
    blob = kms.encrypt(KeyId=one, Plaintext=b"new")["CiphertextBlob"]
    assert ireland.decrypt(CiphertextBlob=blob)["Plaintext"] == b"new"


def test_a_new_primary_is_known_to_the_family(kms: Any) -> None:
    one = key(kms, MultiRegion=True)
    ireland = boto3.client("kms", region_name="eu-west-1")
    kms.replicate_key(KeyId=one, ReplicaRegion="eu-west-1")
    kms.update_primary_region(KeyId=one, PrimaryRegion="eu-west-1")
    told = [client.describe_key(KeyId=one)["KeyMetadata"]["MultiRegionConfiguration"] for client in (kms, ireland)]
    assert [each["MultiRegionKeyType"] for each in told] == ["REPLICA", "PRIMARY"]
    assert {each["PrimaryKey"]["Region"] for each in told} == {"eu-west-1"}


def test_the_primary_waits_and_goes_after_its_last_replica(kms: Any) -> None:
    one = key(kms, MultiRegion=True)
    ireland = boto3.client("kms", region_name="eu-west-1")
    kms.replicate_key(KeyId=one, ReplicaRegion="eu-west-1")
    kms.schedule_key_deletion(KeyId=one, PendingWindowInDays=7)
    lab.clock.advance(days=20)
    assert state(kms, one) == "PendingReplicaDeletion"
    ireland.schedule_key_deletion(KeyId=one, PendingWindowInDays=7)
    lab.clock.advance(days=7, hours=1)
    assert state(kms, one) == "PendingDeletion"
    lab.clock.advance(days=7, hours=1)
    assert code(kms.describe_key, KeyId=one) == "NotFoundException"
