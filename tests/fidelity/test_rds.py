"""RDS: behaviours of AWS that the lab shows and bare moto does not."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_API = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference"
CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED)


def rds() -> Any:
    return boto3.client("rds", region_name="us-east-1")


def database(name: str = "shop", **more: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "DBInstanceIdentifier": name, "Engine": "postgres", "EngineVersion": "16.4", "AllocatedStorage": 100,
        "DBInstanceClass": "db.t3.micro", "MasterUsername": "lumen", "MasterUserPassword": "a-good-word"}  # fmt: skip
    made: dict[str, Any] = rds().create_db_instance(**(asked | more))["DBInstance"]
    return made


def look(name: str = "shop") -> dict[str, Any]:
    found: dict[str, Any] = rds().describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found


@behaviour(f"{_API}/API_CreateDBInstance.html")
def a_new_instance_has_gp3_storage(world: World) -> bool:
    return bool(database()["StorageType"] == "gp3")


@behaviour(f"{_API}/API_CreateDBInstance.html")
def two_instances_have_two_resource_ids(world: World) -> bool:
    return bool(database("a")["DbiResourceId"] != database("b")["DbiResourceId"])


@behaviour(f"{_API}/API_CreateDBInstance.html")
def too_little_storage_is_refused(world: World) -> bool:
    return code_of(database, AllocatedStorage=19) == "InvalidParameterCombination"


@behaviour(f"{_API}/API_CreateDBInstance.html")
def a_managed_password_excludes_one_of_your_own(world: World) -> bool:
    return code_of(database, ManageMasterUserPassword=True) == "InvalidParameterCombination"


@behaviour(f"{_API}/API_CreateDBInstance.html")
def a_window_shorter_than_half_an_hour_is_refused(world: World) -> bool:
    return code_of(database, PreferredBackupWindow="03:00-03:10") == "InvalidParameterValue"


@behaviour(f"{_GUIDE}/USER_VPC.WorkingWithRDSInstanceinaVPC.html")
def a_subnet_group_spans_two_zones(world: World) -> bool:
    subnet = boto3.client("ec2", region_name="us-east-1").describe_subnets()["Subnets"][0]["SubnetId"]
    call = rds().create_db_subnet_group
    return (
        code_of(call, DBSubnetGroupName="g", DBSubnetGroupDescription="g", SubnetIds=[subnet])
        == "DBSubnetGroupDoesNotCoverEnoughAZs"
    )


@behaviour(f"{_GUIDE}/USER_ModifyInstance.ApplyImmediately.html")
def a_change_waits_for_the_maintenance_window(world: World) -> bool:
    database()
    rds().modify_db_instance(DBInstanceIdentifier="shop", DBInstanceClass="db.t3.large")
    before = look()
    world.advance(7 * 86_400)
    return (before["DBInstanceClass"], look()["DBInstanceClass"]) == ("db.t3.micro", "db.t3.large")


@behaviour(f"{_GUIDE}/USER_PIOPS.ModifyingExisting.html")
def storage_does_not_shrink(world: World) -> bool:
    database()
    change = rds().modify_db_instance
    return code_of(change, DBInstanceIdentifier="shop", AllocatedStorage=50, ApplyImmediately=True) != ""


@behaviour(f"{_GUIDE}/USER_PIOPS.ModifyingExisting.html")
def storage_rests_six_hours_after_a_change(world: World) -> bool:
    database()
    change = rds().modify_db_instance
    change(DBInstanceIdentifier="shop", AllocatedStorage=200, ApplyImmediately=True)
    soon = code_of(change, DBInstanceIdentifier="shop", AllocatedStorage=300, ApplyImmediately=True)
    world.advance(6 * 3600 + 1)
    later = code_of(change, DBInstanceIdentifier="shop", AllocatedStorage=300, ApplyImmediately=True)
    return (soon, later) == ("InvalidParameterCombination", "")


@behaviour(f"{_GUIDE}/Concepts.MultiAZ.Failover.html")
def a_failover_swaps_the_zones(world: World) -> bool:
    database(MultiAZ=True)
    before = look()
    rds().reboot_db_instance(DBInstanceIdentifier="shop", ForceFailover=True)
    after = look()
    return bool(
        before["SecondaryAvailabilityZone"] == after["AvailabilityZone"] and before["Endpoint"] == after["Endpoint"]
    )


@behaviour(f"{_API}/API_RebootDBInstance.html")
def a_failover_needs_a_standby(world: World) -> bool:
    database()
    return code_of(rds().reboot_db_instance, DBInstanceIdentifier="shop", ForceFailover=True) != ""


@behaviour(f"{_GUIDE}/USER_PIT.html")
def the_last_five_minutes_cannot_be_restored_yet(world: World) -> bool:
    database()
    world.advance(3600)
    gap = (look()["InstanceCreateTime"].timestamp() + 3600) - look()["LatestRestorableTime"].timestamp()
    return 200 < gap < 301


@behaviour(f"{_API}/API_RestoreDBInstanceToPointInTime.html")
def a_moment_in_the_future_cannot_be_restored(world: World) -> bool:
    database()
    world.advance(3600)
    return code_of(
        rds().restore_db_instance_to_point_in_time, SourceDBInstanceIdentifier="shop",
        TargetDBInstanceIdentifier="copy", RestoreTime="2099-01-01T00:00:00Z") == "InvalidParameterValue"  # fmt: skip


@behaviour(f"{_API}/API_RestoreDBInstanceToPointInTime.html")
def a_restored_instance_has_the_default_security_group(world: World) -> bool:
    group = boto3.client("ec2", region_name="us-east-1").create_security_group(GroupName="db", Description="db")
    database(VpcSecurityGroupIds=[group["GroupId"]])
    world.advance(3600)
    rds().restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="shop", TargetDBInstanceIdentifier="copy", UseLatestRestorableTime=True
    )
    return look("copy")["VpcSecurityGroups"][0]["VpcSecurityGroupId"] != group["GroupId"]


@behaviour(f"{_API}/API_DeleteDBInstance.html")
def a_deletion_says_what_becomes_of_the_data(world: World) -> bool:
    database()
    return code_of(rds().delete_db_instance, DBInstanceIdentifier="shop") == "InvalidParameterCombination"


@behaviour(f"{_GUIDE}/USER_ReadRepl.Promote.html")
def a_promoted_replica_stands_alone(world: World) -> bool:
    database()
    rds().create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="shop")
    rds().promote_read_replica(DBInstanceIdentifier="reader")
    return look()["ReadReplicaDBInstanceIdentifiers"] == [] and "ReadReplicaSourceDBInstanceIdentifier" not in look(
        "reader"
    )


@behaviour(f"{_GUIDE}/USER_ReadRepl.html")
def a_source_has_fifteen_replicas_at_most(world: World) -> bool:
    database()
    make = rds().create_db_instance_read_replica
    codes = [code_of(make, DBInstanceIdentifier=f"r{n}", SourceDBInstanceIdentifier="shop") for n in range(16)]
    return codes == [""] * 15 + ["InstanceQuotaExceeded"]


@behaviour(f"{_GUIDE}/Overview.Encryption.html")
def a_plain_source_has_no_encrypted_replica(world: World) -> bool:
    database()
    make = rds().create_db_instance_read_replica
    return (
        code_of(make, DBInstanceIdentifier="r", SourceDBInstanceIdentifier="shop", KmsKeyId="alias/aws/rds")
        == "InvalidParameterCombination"
    )


@behaviour(f"{_GUIDE}/USER_WorkingWithParamGroups.html")
def a_new_parameter_group_waits_for_a_restart(world: World) -> bool:
    database()
    asked = {"DBParameterGroupName": "strict", "DBParameterGroupFamily": "postgres16", "Description": "strict"}
    rds().create_db_parameter_group(**asked)
    rds().modify_db_instance(DBInstanceIdentifier="shop", DBParameterGroupName="strict", ApplyImmediately=True)
    return bool(look()["DBParameterGroups"][0]["ParameterApplyStatus"] == "pending-reboot")


@behaviour(f"{_GUIDE}/rds-secrets-manager.html")
def a_managed_secret_names_the_master_user(world: World) -> bool:
    asked = {"DBInstanceIdentifier": "shop", "Engine": "mysql", "AllocatedStorage": 20, "MasterUsername": "lumen",
             "DBInstanceClass": "db.t3.micro", "ManageMasterUserPassword": True}  # fmt: skip
    arn = rds().create_db_instance(**asked)["DBInstance"]["MasterUserSecret"]["SecretArn"]
    secrets = boto3.client("secretsmanager", region_name="us-east-1")
    return '"lumen"' in secrets.get_secret_value(SecretId=arn)["SecretString"]


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
