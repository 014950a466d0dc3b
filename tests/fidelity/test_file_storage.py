"""EFS and FSx: behaviours of AWS that the lab shows and bare moto does not, each with its source.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_EFS = "https://docs.aws.amazon.com/efs/latest/ug"
_FSX = "https://docs.aws.amazon.com/fsx/latest/APIReference"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


def efs() -> Any:
    return boto3.client("efs", region_name="us-east-1")


def fsx() -> Any:
    return boto3.client("fsx", region_name="us-east-1")


def subnets() -> dict[str, str]:
    """The default subnet of each zone."""
    found = boto3.client("ec2", region_name="us-east-1").describe_subnets()["Subnets"]
    return {one["AvailabilityZone"]: one["SubnetId"] for one in found}


def shared(**more: Any) -> str:
    made: str = efs().create_file_system(**more)["FileSystemId"]
    return made


def seen(name: str) -> dict[str, Any]:
    found: dict[str, Any] = efs().describe_file_systems(FileSystemId=name)["FileSystems"][0]
    return found


def ages(name: str, **transitions: str) -> str:
    policies = [{key: value} for key, value in transitions.items()]
    return code_of(efs().put_lifecycle_configuration, FileSystemId=name, LifecyclePolicies=policies)


def family(kind: str, gib: int, **more: Any) -> str:
    return code_of(
        fsx().create_file_system,
        FileSystemType=kind,
        StorageCapacity=gib,
        SubnetIds=[subnets()["us-east-1a"]],
        **more,
    )


@behaviour(f"{_EFS}/API_UpdateFileSystem.html")
def the_throughput_mode_can_be_changed(world: World) -> bool:
    one = shared()
    efs().update_file_system(FileSystemId=one, ThroughputMode="provisioned", ProvisionedThroughputInMibps=64)
    found = seen(one)
    return (found["ThroughputMode"], found["ProvisionedThroughputInMibps"]) == ("provisioned", 64.0)


@behaviour(f"{_EFS}/API_UpdateFileSystem.html")
def a_second_change_waits_for_a_day(world: World) -> bool:
    one = shared()
    efs().update_file_system(FileSystemId=one, ThroughputMode="elastic")
    early = code_of(efs().update_file_system, FileSystemId=one, ThroughputMode="bursting")
    world.advance(24 * 3600 + 1)
    late = code_of(efs().update_file_system, FileSystemId=one, ThroughputMode="bursting")
    return (early, late) == ("TooManyRequests", "")


@behaviour(f"{_EFS}/API_UpdateFileSystem.html")
def more_provisioned_throughput_needs_no_wait_and_less_does(world: World) -> bool:
    one = shared(ThroughputMode="provisioned", ProvisionedThroughputInMibps=64)
    answers = [
        code_of(efs().update_file_system, FileSystemId=one, ProvisionedThroughputInMibps=mibps)
        for mibps in (128, 256, 100, 50)
    ]
    return answers == ["", "", "", "TooManyRequests"]


@behaviour(f"{_EFS}/API_UpdateFileSystem.html")
def an_unknown_file_system_is_not_updated(world: World) -> bool:
    update = efs().update_file_system
    return code_of(update, FileSystemId="fs-0123456789abcdef0", ThroughputMode="elastic") == "FileSystemNotFound"


@behaviour(f"{_EFS}/performance.html")
def max_io_is_not_elastic_and_not_in_one_zone(world: World) -> bool:
    create = efs().create_file_system
    return [
        code_of(create, PerformanceMode="maxIO", ThroughputMode="elastic"),
        code_of(create, PerformanceMode="maxIO", AvailabilityZoneName="us-east-1a"),
        code_of(create, PerformanceMode="maxIO"),
    ] == ["BadRequest", "BadRequest", ""]


@behaviour(f"{_EFS}/API_CreateFileSystem.html")
def provisioned_needs_a_value_within_the_limit(world: World) -> bool:
    create = efs().create_file_system
    return [
        code_of(create, ThroughputMode="provisioned"),
        code_of(create, ThroughputMode="provisioned", ProvisionedThroughputInMibps=3415),
        code_of(create, ThroughputMode="provisioned", ProvisionedThroughputInMibps=3414),
    ] == ["BadRequest", "ThroughputLimitExceeded", ""]


@behaviour(f"{_EFS}/API_PutLifecycleConfiguration.html")
def archive_comes_after_infrequent_access(world: World) -> bool:
    one = shared(ThroughputMode="elastic")
    return [
        ages(one, TransitionToIA="AFTER_90_DAYS", TransitionToArchive="AFTER_30_DAYS"),
        ages(one, TransitionToIA="AFTER_30_DAYS", TransitionToArchive="AFTER_30_DAYS"),
        ages(one, TransitionToIA="AFTER_30_DAYS", TransitionToArchive="AFTER_90_DAYS"),
    ] == ["BadRequest", "BadRequest", ""]


@behaviour(f"{_EFS}/API_PutLifecycleConfiguration.html")
def archive_needs_the_elastic_mode(world: World) -> bool:
    return ages(shared(), TransitionToIA="AFTER_30_DAYS", TransitionToArchive="AFTER_90_DAYS") == "BadRequest"


@behaviour(f"{_EFS}/API_PutLifecycleConfiguration.html")
def only_listed_days_and_one_transition_a_policy(world: World) -> bool:
    one = shared()
    both = [{"TransitionToIA": "AFTER_7_DAYS", "TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"}]
    return [
        ages(one, TransitionToIA="AFTER_31_DAYS"),
        code_of(efs().put_lifecycle_configuration, FileSystemId=one, LifecyclePolicies=both),
        ages(one, TransitionToIA="AFTER_1_DAY"),
    ] == ["BadRequest", "BadRequest", ""]


@behaviour(f"{_EFS}/API_CreateMountTarget.html")
def a_one_zone_file_system_is_mounted_in_its_zone(world: World) -> bool:
    one, create = shared(AvailabilityZoneName="us-east-1a"), efs().create_mount_target
    elsewhere = code_of(create, FileSystemId=one, SubnetId=subnets()["us-east-1b"])
    at_home = code_of(create, FileSystemId=one, SubnetId=subnets()["us-east-1a"])
    return (elsewhere, at_home) == ("AvailabilityZonesMismatch", "")


@behaviour(f"{_EFS}/API_CreateMountTarget.html")
def a_mount_target_gets_the_default_group_of_its_vpc(world: World) -> bool:
    target = efs().create_mount_target(FileSystemId=shared(), SubnetId=subnets()["us-east-1a"])
    groups = efs().describe_mount_target_security_groups(MountTargetId=target["MountTargetId"])["SecurityGroups"]
    found = boto3.client("ec2", region_name="us-east-1").describe_security_groups(GroupIds=groups)["SecurityGroups"]
    return [one["GroupName"] for one in found] == ["default"]


@kept(f"{_EFS}/API_CreateMountTarget.html")
def a_zone_has_one_mount_target(world: World) -> bool:
    one, create, subnet = shared(), efs().create_mount_target, subnets()["us-east-1a"]
    return [code_of(create, FileSystemId=one, SubnetId=subnet) for _ in range(2)] == ["", "MountTargetConflict"]


@kept(f"{_EFS}/API_DeleteFileSystem.html")
def what_is_mounted_cannot_be_deleted(world: World) -> bool:
    one = shared()
    efs().create_mount_target(FileSystemId=one, SubnetId=subnets()["us-east-1a"])
    return code_of(efs().delete_file_system, FileSystemId=one) == "FileSystemInUse"


@behaviour(f"{_FSX}/API_FileSystem.html")
def a_file_system_tells_its_lifecycle(world: World) -> bool:
    made = fsx().create_file_system(FileSystemType="LUSTRE", StorageCapacity=1200, SubnetIds=[subnets()["us-east-1a"]])[
        "FileSystem"
    ]
    found = fsx().describe_file_systems(FileSystemIds=[made["FileSystemId"]])["FileSystems"][0]
    return (made["Lifecycle"], found["Lifecycle"], found["StorageType"]) == ("CREATING", "AVAILABLE", "SSD")


@behaviour(f"{_FSX}/API_CreateFileSystem.html")
def lustre_grows_in_steps(world: World) -> bool:
    sizes = (7, 1200, 1800, 2400, 3600, 4800)
    return [family("LUSTRE", gib) for gib in sizes] == ["BadRequest", "", "BadRequest", "", "BadRequest", ""]


@behaviour(f"{_FSX}/API_CreateFileSystem.html")
def windows_has_a_least_size_for_each_kind_of_disk(world: World) -> bool:
    windows = {"WindowsConfiguration": {"ThroughputCapacity": 32}}
    return [
        family("WINDOWS", 31, **windows),
        family("WINDOWS", 32, **windows),
        family("WINDOWS", 1999, StorageType="HDD", **windows),
        family("WINDOWS", 2000, StorageType="HDD", **windows),
    ] == ["BadRequest", "", "BadRequest", ""]


@behaviour(f"{_FSX}/API_CreateFileSystem.html")
def ontap_counts_its_pairs(world: World) -> bool:
    two = {"OntapConfiguration": {"DeploymentType": "SINGLE_AZ_2", "HAPairs": 2}}
    return [family("ONTAP", 1024, **two), family("ONTAP", 2048, **two)] == ["BadRequest", ""]


@behaviour(f"{_FSX}/API_CreateFileSystem.html")
def a_family_needs_its_configuration(world: World) -> bool:
    return [family(kind, 2048) for kind in ("WINDOWS", "ONTAP", "OPENZFS")] == ["MissingFileSystemConfiguration"] * 3


@behaviour(f"{_FSX}/API_DescribeFileSystems.html")
def an_unknown_file_system_is_an_error(world: World) -> bool:
    return code_of(fsx().describe_file_systems, FileSystemIds=["fs-01234567"]) == "FileSystemNotFound"


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
