"""What RDS refuses and moto lets pass.

Storage: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
All others: the operation's page of https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.place import place_of
from course.lab.rds.backend import install
from course.lab.rds.instance import LabInstance
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first

Params = Mapping[str, Any]
_STORAGE_PAUSE: Final = 6 * 3600
_LEAST_GIB: Final = {"gp2": 20, "gp3": 20, "io1": 100, "io2": 100, "standard": 5}
_MOST_GIB: Final = {"standard": 3_072}
_OPEN_SOURCE: Final = ("mysql", "mariadb", "postgres")
_MOST_REPLICAS: Final = {"oracle": 5, "sqlserver": 5, "db2": 3}
_RULES: dict[str, list[Callable[[Params, Any], Reply | None]]] = {}


@answer_first
def _refuse(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "rds":
        return None
    install()
    call = asked(operation)
    if call is None:
        return None
    backend = place_of(request).backend("rds")
    for rule in _RULES.get(operation, ()):
        reply = rule(call.params, backend)
        if reply is not None:
            return answer(request, "rds", call.protocol, reply)[0]
    return None


def _rule(*operations: str) -> Callable[[Callable[[Params, Any], Reply | None]], Callable[[Params, Any], Reply | None]]:
    def register(rule: Callable[[Params, Any], Reply | None]) -> Callable[[Params, Any], Reply | None]:
        for operation in operations:
            _RULES.setdefault(operation, []).append(rule)
        return rule

    return register


def _combination(message: str) -> Reply:
    return Reply("InvalidParameterCombination", message)


def _value(message: str) -> Reply:
    return Reply("InvalidParameterValue", message)


@_rule("CreateDBInstance")
def _storage_fits(given: Params, backend: Any) -> Reply | None:
    engine = str(given.get("Engine", ""))
    if engine not in _OPEN_SOURCE or given.get("DBClusterIdentifier"):
        return None
    kind = given.get("StorageType") or ("io1" if given.get("Iops") else "gp3")
    if kind not in _LEAST_GIB:
        return _value(f"Invalid storage type: {kind}")
    size = int(given.get("AllocatedStorage") or 0)
    if not _LEAST_GIB[kind] <= size <= _MOST_GIB.get(kind, 65_536):
        return _combination(f"Invalid storage size for engine name {engine} and storage type {kind}: {size}")
    if kind in ("io1", "io2") and not given.get("Iops"):
        return _combination(f"You must specify iops with a storage type of {kind}.")
    return None


@_rule("CreateDBInstance")
def _one_password(given: Params, backend: Any) -> Reply | None:
    if given.get("ManageMasterUserPassword") and given.get("MasterUserPassword"):
        return _combination("You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.")
    wanted = given.get("DBClusterIdentifier") is None and given.get("MasterUsername")
    if wanted and not given.get("ManageMasterUserPassword") and not given.get("MasterUserPassword"):
        return _combination("You must specify MasterUserPassword or ManageMasterUserPassword.")
    word = given.get("MasterUserPassword")
    if word is not None and len(word) < 8:
        return _value(
            "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters."
        )
    return None


@_rule("CreateDBInstance", "ModifyDBInstance")
def _windows_are_long_enough(given: Params, backend: Any) -> Reply | None:
    for name, words in (("PreferredBackupWindow", "backup"), ("PreferredMaintenanceWindow", "maintenance")):
        window = str(given.get(name) or "")
        clocks = re.findall(r"(\d\d):(\d\d)", window)
        if len(clocks) == 2:
            begin, end = (int(hour) * 60 + int(minute) for hour, minute in clocks)
            if (end - begin) % 1440 < 30 and not (name.endswith("MaintenanceWindow") and _other_day(window)):
                return _value(f"The specified {words} window must be at least 30 minutes long: {window}")
    return None


def _other_day(window: str) -> bool:
    days = re.findall(r"[a-z]{3}", window.lower())
    return len(set(days)) > 1


@_rule("CreateDBInstance", "ModifyDBInstance", "RestoreDBInstanceToPointInTime", "RestoreDBInstanceFromDBSnapshot")
def _groups_exist(given: Params, backend: Any) -> Reply | None:
    from moto.ec2.models import ec2_backends

    ec2 = ec2_backends[backend.account_id][backend.region_name]
    for name in given.get("VpcSecurityGroupIds") or ():
        if ec2.get_security_group_from_id(name) is None:
            return _value(f"Invalid security group , groupId= {name}, groupName=.")
    return None


@_rule("CreateDBSubnetGroup", "ModifyDBSubnetGroup")
def _two_zones(given: Params, backend: Any) -> Reply | None:
    from moto.ec2.models import ec2_backends

    ec2 = ec2_backends[backend.account_id][backend.region_name]
    names = list(given.get("SubnetIds") or ())
    found = [ec2.subnets[zone][name] for zone in ec2.subnets for name in names if name in ec2.subnets[zone]]
    zones = {subnet.availability_zone for subnet in found}
    if found and len(found) == len(names) and len(zones) < 2:
        return Reply(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
            f"{', '.join(zones)}. Add subnets to cover at least 2 AZs.",
        )
    return None


@_rule("ModifyDBInstance")
def _storage_only_grows(given: Params, backend: Any) -> Reply | None:
    instance = backend.databases.get(given.get("DBInstanceIdentifier"))
    size = given.get("AllocatedStorage")
    if instance is None or size is None or int(size) == int(instance.allocated_storage):
        return None
    if int(size) < int(instance.allocated_storage):
        return _combination(
            f"Invalid storage size for engine name {instance.engine} and storage type {instance.storage_type}: {size}. "
            f"Allocated storage can't be decreased; it is {instance.allocated_storage} GiB."
        )
    changed = instance.__dict__.get("lab_storage_changed", 0.0)
    if clock.now().timestamp() - changed < _STORAGE_PAUSE:
        return _combination(
            "You can't currently modify the storage of this DB instance because the previous storage change is being "
            "optimized."
        )
    return None


@_rule("RebootDBInstance")
def _failover_needs_a_standby(given: Params, backend: Any) -> Reply | None:
    instance = backend.databases.get(given.get("DBInstanceIdentifier"))
    if instance is None or not given.get("ForceFailover"):
        return None
    if not instance.multi_az:
        return _combination("Failover can't be forced: the instance isn't configured for Multi-AZ.")
    backend.lab_force_failover = True
    return None


@_rule("DeleteDBInstance")
def _farewell(given: Params, backend: Any) -> Reply | None:
    instance = backend.databases.get(given.get("DBInstanceIdentifier"))
    if instance is None or instance.db_cluster_identifier or instance.deletion_protection:
        return None
    final, skip = given.get("FinalDBSnapshotIdentifier"), given.get("SkipFinalSnapshot")
    if skip and final:
        return _combination("FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot.")
    if not skip and not final:
        return _combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if final and instance.is_replica:
        return _combination("A final snapshot can't be created for a read replica: specify SkipFinalSnapshot.")
    return None


@_rule("CreateDBInstanceReadReplica")
def _a_replica_is_possible(given: Params, backend: Any) -> Reply | None:
    try:
        source = backend.find_db_from_id(given["SourceDBInstanceIdentifier"])
    except Exception:
        return None  # moto says so as AWS does
    if given.get("DBInstanceIdentifier") in backend.databases:
        return Reply("DBInstanceAlreadyExists", "DB instance already exists")
    most = next((most for name, most in _MOST_REPLICAS.items() if source.engine.startswith(name)), 15)
    if len(source.replicas) >= most:
        return Reply("InstanceQuotaExceeded", f"The source has {most} read replicas, and more are not possible.")
    if given.get("KmsKeyId") and not source.storage_encrypted:
        return _combination("You can't create an encrypted read replica from an unencrypted DB instance.")
    other_region = source.region != backend.region_name
    if source.storage_encrypted and other_region and not given.get("KmsKeyId"):
        return _combination("Specify a KMS key of the destination Region for the encrypted read replica.")
    return None


@_rule("RestoreDBInstanceToPointInTime")
def _within_the_window(given: Params, backend: Any) -> Reply | None:
    source = backend.databases.get(given.get("SourceDBInstanceIdentifier"))
    if not isinstance(source, LabInstance):
        return None
    if not int(source.backup_retention_period or 0):
        return Reply("PointInTimeRestoreNotEnabled", f"Automated backups of {source.db_instance_identifier} are off.")
    moment, latest_wanted = given.get("RestoreTime"), given.get("UseLatestRestorableTime")
    if bool(moment) == bool(latest_wanted):
        return _combination("Specify either RestoreTime or UseLatestRestorableTime.")
    oldest, latest = source.earliest_restorable_time, source.latest_restorable_time
    if latest is None:
        return Reply("InvalidDBInstanceState", "There is no restorable time yet: the first logs have not been shipped.")
    time = _utc(moment) if moment else latest
    if not oldest - dt.timedelta(seconds=1) <= time <= latest:
        return _value(
            f"The restore time {time:%Y-%m-%dT%H:%M:%SZ} is not between the earliest ({oldest:%Y-%m-%dT%H:%M:%SZ}) "
            f"and the latest restorable time ({latest:%Y-%m-%dT%H:%M:%SZ})."
        )
    backend.lab_restore_time = time.timestamp()
    return None


def _utc(moment: Any) -> dt.datetime:
    time = moment if isinstance(moment, dt.datetime) else dt.datetime.fromisoformat(str(moment))
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)
