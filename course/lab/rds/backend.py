"""Moto's RDS with engines behind its instances: what is created, copied, restored and restarted carries its data.

Restore: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
Promotion: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.Promote.html
"""

from __future__ import annotations

import json
import string
from typing import Any, Final

from moto.ec2.models import ec2_backends
from moto.moto_api._internal import mock_random
from moto.rds.models import DBInstance, DBSnapshot, RDSBackend, rds_backends

from course.lab.rds.engine import Engine, now
from course.lab.rds.instance import LabInstance, engine_of, other_zone
from course.lab.rds.pending import apply_now, hold_back, plan
from course.lab.stand_in import stand_in

REBOOT: Final = 20.0
"""Seconds without service when an instance restarts in the lab; on AWS it depends on engine and load."""
FAILOVER: Final = 90.0
"""Seconds of a failover in the lab: in the middle of the 60 to 120 seconds that AWS calls typical."""
_NO_VERSION: Final = {"mariadb": "10.11.8"}  # moto knows no default for it


class LabRDS(RDSBackend):
    """Takes the place of moto's backend while the lab is open."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.rds.models"

    def create_db_instance(self, db_kwargs: dict[str, Any]) -> DBInstance:
        given = dict(db_kwargs)
        if given.get("engine") in _NO_VERSION and not given.get("engine_version"):
            given["engine_version"] = _NO_VERSION[given["engine"]]
        if not given.get("db_cluster_identifier"):
            given["storage_type"] = given.get("storage_type") or ("io1" if given.get("iops") else "gp3")
            if given.get("publicly_accessible") is None:
                given["publicly_accessible"] = not given.get("db_subnet_group_name")
        instance = super().create_db_instance(given)
        instance.dbi_resource_id = _resource_id()
        if instance.db_cluster_identifier is None:
            engine_of(instance)
            _second_zone(instance)
            _managed_password(instance)
        return instance

    def create_db_instance_read_replica(self, db_kwargs: dict[str, Any]) -> DBInstance:
        source = self.find_db_from_id(db_kwargs["source_db_instance_identifier"])
        multi_az = bool(db_kwargs.get("multi_az"))
        replica = super().create_db_instance_read_replica(db_kwargs)
        replica.dbi_resource_id = _resource_id()
        replica.multi_az, replica.deletion_protection = multi_az, bool(db_kwargs.get("deletion_protection"))
        replica.source_db_instance_identifier = db_kwargs["source_db_instance_identifier"]
        replica.created = replica.instance_create_time = _moment()
        replica.backup_retention_period = db_kwargs.get("backup_retention_period") or 0
        _second_zone(replica)
        distance = "same Region" if source.region == replica.region else "other Region"
        engine_of(replica).follow(engine_of(source), distance)
        return replica

    def promote_read_replica(self, db_kwargs: dict[str, Any]) -> DBInstance:
        replica = self.databases.get(db_kwargs["db_instance_identifier"])
        source = replica.source_db_instance_identifier if replica is not None and replica.is_replica else None
        promoted = super().promote_read_replica(db_kwargs)
        if source:
            _cut(self, promoted, source)
        return promoted

    def create_db_snapshot(self, db_instance_identifier: str, *args: Any, **kwargs: Any) -> DBSnapshot:
        snapshot = super().create_db_snapshot(db_instance_identifier, *args, **kwargs)
        instance = self.databases[db_instance_identifier]
        if instance.db_cluster_identifier is None:
            self._images()[snapshot.db_snapshot_identifier] = engine_of(instance).image()
        return snapshot

    def copy_db_snapshot(
        self, source_db_snapshot_identifier: str, target_db_snapshot_identifier: str, *args: Any, **kwargs: Any
    ) -> DBSnapshot:
        copy = super().copy_db_snapshot(source_db_snapshot_identifier, target_db_snapshot_identifier, *args, **kwargs)
        self._images()[copy.db_snapshot_identifier] = self._images().get(
            source_db_snapshot_identifier.rpartition(":snapshot:")[2] or source_db_snapshot_identifier, b""
        )
        return copy

    def restore_db_instance_from_db_snapshot(self, from_snapshot_id: str, overrides: dict[str, Any]) -> DBInstance:
        restored = super().restore_db_instance_from_db_snapshot(from_snapshot_id, overrides)
        name = from_snapshot_id.rpartition(":snapshot:")[2] or from_snapshot_id
        return self._begin_with(restored, self._images().get(name, b""), overrides)

    def restore_db_instance_to_point_in_time(
        self, source_db_identifier: str, target_db_identifier: str, overrides: dict[str, Any]
    ) -> DBInstance:
        source = self.describe_db_instances(source_db_identifier)[0]
        moment = overrides.get("lab_restore_time") or self.__dict__.pop("lab_restore_time", now())
        image = engine_of(source).image_at(moment)
        restored = super().restore_db_instance_to_point_in_time(source_db_identifier, target_db_identifier, overrides)
        if not overrides.get("vpc_security_group_ids"):
            # The restored instance gets the VPC's default group, not the groups of its source.
            restored.vpc_security_group_ids = _default_group(self, restored.vpc_security_group_ids)
        return self._begin_with(restored, image, overrides)

    def modify_db_instance(self, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> DBInstance:
        instance = self.describe_db_instances(db_instance_identifier)[0]
        if instance.db_cluster_identifier is not None:
            return super().modify_db_instance(db_instance_identifier, db_kwargs)
        engine, held = engine_of(instance), {}
        _grow(instance, db_kwargs)
        if db_kwargs.get("db_parameter_group_name"):
            # A group that an instance is given later works after the next restart.
            instance.__dict__.setdefault("lab_group_in_use", instance.db_parameter_group_name)
        if "new_db_instance_identifier" in db_kwargs:
            self._engines()[db_kwargs["new_db_instance_identifier"].lower()] = self._engines().pop(
                db_instance_identifier, engine
            )
        if not db_kwargs.get("apply_immediately"):
            held = hold_back(instance, db_kwargs)
        changed = super().modify_db_instance(db_instance_identifier, db_kwargs)
        plan(changed)
        apply_now(changed, {} if held else dict(db_kwargs))
        _second_zone(changed)
        return changed

    def reboot_db_instance(self, db_instance_identifier: str) -> DBInstance:
        instance = super().reboot_db_instance(db_instance_identifier)
        if instance.db_cluster_identifier is not None:
            return instance
        instance.__dict__.pop("lab_group_in_use", None)
        if self.__dict__.pop("lab_force_failover", False):
            instance.availability_zone, instance.secondary_availability_zone = (  # type: ignore[attr-defined]
                other_zone(self.region_name, instance.availability_zone),
                instance.availability_zone,
            )
            engine_of(instance).go_down(FAILOVER)
        else:
            engine_of(instance).go_down(REBOOT)
        return instance

    def stop_db_instance(self, db_instance_identifier: str, db_snapshot_identifier: str | None = None) -> DBInstance:
        instance = super().stop_db_instance(db_instance_identifier, db_snapshot_identifier)
        engine_of(instance).go_down(0)
        return instance

    def delete_db_instance(self, db_instance_identifier: str, *args: Any, **kwargs: Any) -> DBInstance:
        instance = super().delete_db_instance(db_instance_identifier, *args, **kwargs)
        if instance.db_cluster_identifier is None:
            engine_of(instance).go_down(0)
            for name in list(instance.replicas):
                # Replicas in the same Region become databases of their own when their source is deleted.
                replica = self.databases.get(name)
                if replica is not None and replica.is_replica:
                    replica.is_replica, replica.source_db_instance_identifier = False, None
                    engine_of(replica).stand_alone()
            self._engines().pop(instance.db_instance_identifier, None)
        return instance

    def _begin_with(self, restored: DBInstance, image: bytes, overrides: dict[str, Any]) -> DBInstance:
        self._engines()[restored.db_instance_identifier] = Engine(image)
        restored.is_replica, restored.replicas, restored.source_db_instance_identifier = False, [], None
        restored.deletion_protection = bool(overrides.get("deletion_protection"))
        restored.multi_az = bool(overrides.get("multi_az"))
        _second_zone(restored)
        return restored

    def _engines(self) -> dict[str, Engine]:
        engines: dict[str, Engine] = self.__dict__.setdefault("lab_engines", {})
        return engines

    def _images(self) -> dict[str, bytes]:
        images: dict[str, bytes] = self.__dict__.setdefault("lab_images", {})
        return images


def _cut(backend: LabRDS, replica: Any, source_name: str) -> None:
    """A promoted replica and its source know nothing of each other any more."""
    source = backend.find_db_from_id(source_name)
    source.replicas = [name for name in source.replicas if name not in (replica.db_instance_identifier, replica.arn)]
    replica.source_db_instance_identifier = None
    engine = engine_of(replica)
    engine.go_down(REBOOT)  # promotion ends with a restart
    engine.stand_alone()


def _default_group(backend: LabRDS, groups: list[str]) -> list[str]:
    """The default group of the VPC that an instance's groups belong to."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    vpcs = [found.vpc_id for name in groups if (found := ec2.get_security_group_from_id(name)) is not None]
    default = ec2.get_default_security_group(vpcs[0]) if vpcs else None
    return [default.id] if default is not None else groups


def _grow(instance: Any, given: dict[str, Any]) -> None:
    """Storage grows by a tenth at least; RDS rounds smaller steps up."""
    size = given.get("allocated_storage")
    if size and int(size) > int(instance.allocated_storage):
        given["allocated_storage"] = max(int(size), -(-int(instance.allocated_storage) * 11 // 10))
        instance.__dict__["lab_storage_changed"] = now()


def _second_zone(instance: Any) -> None:
    instance.secondary_availability_zone = (
        other_zone(instance.region, instance.availability_zone) if instance.multi_az else None
    )


def _managed_password(instance: Any) -> None:
    """Moto's secret names one user and one password for all; RDS writes the master user's name and a random word."""
    if not instance.manage_master_user_password:
        return
    secret = instance.master_user_secret
    word = mock_random.get_random_string(28, include_digits=True)
    value = json.dumps({"username": instance.master_username, "password": word})
    secret.secretsmanager.put_secret_value(secret.secret_arn, value, "", "", ["AWSCURRENT"])


def _resource_id() -> str:
    letters = string.ascii_uppercase + "234567"
    return "db-" + "".join(mock_random.choice(letters) for _ in range(26))


def _moment() -> Any:
    from moto.core.utils import utcnow

    return utcnow()


install = stand_in(rds_backends, LabRDS)
__all__ = ["FAILOVER", "REBOOT", "LabInstance", "LabRDS", "install"]
