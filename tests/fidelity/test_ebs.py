"""EBS: behaviours of AWS that the lab shows and bare moto does not, each with its source.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_GUIDE = "https://docs.aws.amazon.com/ebs/latest/userguide"
_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


def ec2(region: str = "us-east-1") -> Any:
    return boto3.client("ec2", region_name=region)


def volume(**more: Any) -> str:
    made: str = ec2().create_volume(**{"AvailabilityZone": "us-east-1a", "Size": 100, **more})["VolumeId"]
    return made


def seen(volume_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ec2().describe_volumes(VolumeIds=[volume_id])["Volumes"][0]
    return found


def instance(zone: str = "us-east-1a", kind: str = "t3.micro") -> str:
    image = ec2().describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2().run_instances(
        ImageId=image, MinCount=1, MaxCount=1, InstanceType=kind, Placement={"AvailabilityZone": zone}
    )
    started: str = made["Instances"][0]["InstanceId"]
    return started


@behaviour(f"{_GUIDE}/modify-volume-requirements.html")
def a_volume_never_shrinks(world: World) -> bool:
    one = volume()
    return code_of(ec2().modify_volume, VolumeId=one, Size=50) == "InvalidParameterValue" and seen(one)["Size"] == 100


@behaviour(f"{_API}/API_ModifyVolume.html")
def four_modifications_a_day(world: World) -> bool:
    one, codes = volume(), []
    for size in range(101, 107):
        codes.append(code_of(ec2().modify_volume, VolumeId=one, Size=size))
    world.advance(24 * 3600 + 1)
    codes.append(code_of(ec2().modify_volume, VolumeId=one, Size=200))
    return codes == [""] * 4 + ["VolumeModificationRateExceeded"] * 2 + [""]


@behaviour(f"{_GUIDE}/ebs-volume-types.html")
def a_modification_keeps_to_the_limits(world: World) -> bool:
    one = volume(VolumeType="io1", Iops=5000)
    return code_of(ec2().modify_volume, VolumeId=one, Iops=5001) == "InvalidParameterValue"


@behaviour(f"{_GUIDE}/general-purpose.html#gp3-performance")
def throughput_of_gp3_needs_iops(world: World) -> bool:
    given = {"VolumeType": "gp3", "Throughput": 1000, "AvailabilityZone": "us-east-1a", "Size": 100}
    return [code_of(ec2().create_volume, **given), code_of(ec2().create_volume, **given, Iops=4000)] == [
        "InvalidParameterValue", "",
    ]  # fmt: skip


@behaviour(f"{_GUIDE}/general-purpose.html#gp3-performance")
def gp3_comes_with_3000_iops_and_125_mebibytes(world: World) -> bool:
    found = seen(volume(VolumeType="gp3"))
    return (found["Iops"], found.get("Throughput")) == (3000, 125)


@behaviour(f"{_GUIDE}/general-purpose.html#gp2-performance")
def gp2_tells_its_baseline(world: World) -> bool:
    return [seen(volume(Size=size)).get("Iops") for size in (10, 500, 6000)] == [100, 1500, 16_000]


@behaviour(f"{_API}/errors-overview.html")
def a_zone_has_to_exist(world: World) -> bool:
    return code_of(ec2().create_volume, AvailabilityZone="us-east-1z", Size=1) == "InvalidZone.NotFound"


@behaviour(f"{_API}/API_CreateVolume.html")
def a_volume_is_at_least_as_large_as_its_snapshot(world: World) -> bool:
    snapshot = ec2().create_snapshot(VolumeId=volume())["SnapshotId"]
    given = {"AvailabilityZone": "us-east-1b", "SnapshotId": snapshot}
    return code_of(ec2().create_volume, **given, Size=99) == "InvalidParameterValue"


@behaviour(f"{_GUIDE}/ebs-snapshots.html")
def a_snapshot_keeps_the_size_of_its_moment(world: World) -> bool:
    one = volume()
    snapshot = ec2().create_snapshot(VolumeId=one)["SnapshotId"]
    ec2().modify_volume(VolumeId=one, Size=400)
    return bool(ec2().describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["VolumeSize"] == 100)


@behaviour(f"{_GUIDE}/encryption-by-default.html")
def encryption_by_default_encrypts(world: World) -> bool:
    snapshot = ec2().create_snapshot(VolumeId=volume())["SnapshotId"]
    ec2().enable_ebs_encryption_by_default()
    copied = ec2().copy_snapshot(SourceSnapshotId=snapshot, SourceRegion="us-east-1")["SnapshotId"]
    found = ec2().describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]
    return bool(seen(volume())["Encrypted"] and found["Encrypted"])


@behaviour(f"{_API}/API_CopySnapshot.html")
def a_copy_can_be_encrypted_without_naming_a_key(world: World) -> bool:
    snapshot = ec2().create_snapshot(VolumeId=volume())["SnapshotId"]
    copied = ec2("eu-west-1").copy_snapshot(SourceSnapshotId=snapshot, SourceRegion="us-east-1", Encrypted=True)
    found = ec2("eu-west-1").describe_snapshots(SnapshotIds=[copied["SnapshotId"]])["Snapshots"][0]
    return bool(found["Encrypted"])


@behaviour(f"{_GUIDE}/ebs-encryption.html")
def a_volume_keeps_the_key_of_its_snapshot(world: World) -> bool:
    key = boto3.client("kms", region_name="us-east-1").create_key()["KeyMetadata"]["KeyId"]
    snapshot = ec2().create_snapshot(VolumeId=volume())["SnapshotId"]
    wish = {"SourceSnapshotId": snapshot, "SourceRegion": "us-east-1", "Encrypted": True, "KmsKeyId": key}
    copied = ec2().copy_snapshot(**wish)["SnapshotId"]
    return key in seen(volume(SnapshotId=copied)).get("KmsKeyId", "")


@behaviour(f"{_API}/API_CopySnapshot.html")
def a_key_without_encryption_is_refused_for_a_copy(world: World) -> bool:
    key = boto3.client("kms", region_name="us-east-1").create_key()["KeyMetadata"]["KeyId"]
    snapshot = ec2().create_snapshot(VolumeId=volume())["SnapshotId"]
    wish = {"SourceSnapshotId": snapshot, "SourceRegion": "us-east-1", "KmsKeyId": key}
    return code_of(ec2().copy_snapshot, **wish) == "InvalidParameterDependency"


@behaviour(f"{_GUIDE}/ebs-volumes-multi.html")
def a_shared_volume_shows_all_its_instances(world: World) -> bool:
    one, instances = volume(VolumeType="io2", Iops=1000, MultiAttachEnabled=True), [instance(), instance()]
    for name in instances:
        ec2().attach_volume(VolumeId=one, InstanceId=name, Device="/dev/sdf")
    both = [found["InstanceId"] for found in seen(one)["Attachments"]]
    ec2().detach_volume(VolumeId=one, InstanceId=instances[0])
    left = [found["InstanceId"] for found in seen(one)["Attachments"]]
    ec2().detach_volume(VolumeId=one, InstanceId=instances[1])
    return [both, left, seen(one)["State"]] == [instances, instances[1:], "available"]


@behaviour(f"{_API}/errors-overview.html")
def what_is_not_attached_cannot_be_detached(world: World) -> bool:
    return code_of(ec2().detach_volume, VolumeId=volume()) == "IncorrectState"


@behaviour(f"{_GUIDE}/ebs-attaching-volume.html")
def a_volume_and_its_instance_share_a_zone(world: World) -> bool:
    attach = ec2().attach_volume
    return (
        code_of(attach, VolumeId=volume(), InstanceId=instance("us-east-1b"), Device="/dev/sdf")
        == "InvalidVolume.ZoneMismatch"
    )


@kept(f"{_GUIDE}/ebs-deleting-volume.html")
def a_volume_in_use_cannot_be_deleted(world: World) -> bool:
    one = volume()
    ec2().attach_volume(VolumeId=one, InstanceId=instance(), Device="/dev/sdf")
    return code_of(ec2().delete_volume, VolumeId=one) == "VolumeInUse"


@kept("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html")
def the_root_goes_and_the_extra_volume_stays(world: World) -> bool:
    one, server = volume(), instance()
    ec2().attach_volume(VolumeId=one, InstanceId=server, Device="/dev/sdf")
    ec2().terminate_instances(InstanceIds=[server])
    return [found["VolumeId"] for found in ec2().describe_volumes()["Volumes"]] == [one]


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
