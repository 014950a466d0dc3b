"""A DB instance of moto with what it lacks: an engine behind it, a second Availability Zone, changes that wait.

Restorable times: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
Changes that wait for the maintenance window:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.ApplyImmediately.html
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from moto.rds.models import DBInstance

from course.lab.clock import clock
from course.lab.rds.engine import Engine

LOGS_EVERY: Final = dt.timedelta(minutes=5)
"""Transaction logs go to S3 every five minutes, so the last moments cannot be restored yet."""
_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class LabInstance(DBInstance):
    """Takes the place of moto's class on instances that the lab has made."""

    @property
    def lab_engine(self) -> Engine:
        """The engine of this instance. It stays with the backend: moto copies instances freely."""
        engines: dict[str, Engine] = self.backend.__dict__.setdefault("lab_engines", {})
        return engines.setdefault(self.db_instance_identifier, Engine())

    @property
    def status(self) -> str:
        """As describe_db_instances tells it."""
        kept: str = self.__dict__.get("_status", "available")
        if kept == "available" and not self.lab_engine.is_up():
            return "rebooting"
        return kept

    @status.setter
    def status(self, value: str) -> None:
        self.__dict__["_status"] = value

    @property
    def earliest_restorable_time(self) -> dt.datetime:
        """The oldest moment that the automated backups still hold."""
        since = clock.now() - dt.timedelta(days=int(self.backup_retention_period or 0))
        born = self.instance_create_time
        born = born if born.tzinfo else born.replace(tzinfo=dt.UTC)
        began = dt.datetime.fromtimestamp(self.lab_engine.history.began, dt.UTC)
        return max(since, born, began if not self.lab_engine.is_replica else born)

    @property
    def latest_restorable_time(self) -> Any:
        """None while there is nothing to restore: without backups, and until the first logs were shipped."""
        latest = clock.now() - LOGS_EVERY
        if not int(self.backup_retention_period or 0) or latest < self.earliest_restorable_time:
            return None
        return latest

    @property
    def db_parameter_group_status_list(self) -> Any:
        """A group that the instance was given later waits for a restart."""
        status = "pending-reboot" if "lab_group_in_use" in self.__dict__ else "in-sync"
        return [{"DBParameterGroupName": group.name, "ParameterApplyStatus": status}
                for group in self.db_parameter_groups()]  # fmt: skip

    def next_maintenance(self) -> dt.datetime:
        """When the next maintenance window begins."""
        begin = str(self.preferred_maintenance_window).split("-")[0]
        day, hour, minute = begin.split(":")
        today = clock.now().replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        start = today + dt.timedelta(days=(_WEEK.index(day) - today.weekday()) % 7)
        return start if start > clock.now() else start + dt.timedelta(days=7)


def other_zone(region: str, zone: str) -> str:
    """Where the standby of an instance stands."""
    return f"{region}b" if zone != f"{region}b" else f"{region}a"


def engine_of(instance: Any) -> Engine:
    """The engine behind an instance; one that moto made before the lab came gets the lab's class first."""
    if not isinstance(instance, LabInstance):
        kept = instance.status
        instance.__dict__.pop("status", None)
        instance.__class__ = LabInstance
        instance.status = kept
    engine: Engine = instance.lab_engine
    return engine
