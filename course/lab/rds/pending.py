"""Changes of an instance that wait for the maintenance window, and those that restart the engine.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.ApplyImmediately.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.rds.models import rds_backends

from course.lab.agenda import Delivery, add_source, note
from course.lab.rds.instance import engine_of

# What waits unless ApplyImmediately is given, by moto's name and by the name that describe_db_instances shows.
_WAITS: Final = {
    "db_instance_class": "DBInstanceClass",
    "multi_az": "MultiAZ",
    "allocated_storage": "AllocatedStorage",
    "storage_type": "StorageType",
    "iops": "Iops",
    "engine_version": "EngineVersion",
}
_RESTARTS: Final = ("db_instance_class", "engine_version")
_RESTART: Final = 60.0


def hold_back(instance: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Take out of a change what has to wait, and remember it on the instance."""
    held = {
        name: given.pop(name)
        for name in _WAITS
        if given.get(name) is not None and given[name] != getattr(instance, name, None)
    }
    if held:
        waiting = instance.__dict__.setdefault("lab_waiting", {"due": 0.0, "changes": {}})
        waiting["changes"] |= held
        _show(instance)
    return held


def plan(instance: Any) -> None:
    """Set the time for what waits; a change of the maintenance window moves it."""
    if "lab_waiting" in instance.__dict__:
        instance.__dict__["lab_waiting"]["due"] = instance.next_maintenance().timestamp()


def apply_now(instance: Any, given: dict[str, Any]) -> None:
    """What a change that was applied does to the engine; a change at once takes along what was waiting."""
    if given.get("apply_immediately"):
        given |= {name: value for name, value in _take_waiting(instance).items() if name not in given}
    for name in _WAITS:
        if given.get(name) is not None:
            setattr(instance, name, given[name])
    if any(given.get(name) is not None for name in _RESTARTS):
        engine_of(instance).go_down(_RESTART)


def _take_waiting(instance: Any) -> dict[str, Any]:
    waiting = instance.__dict__.pop("lab_waiting", {"changes": {}})
    _show(instance)
    changes: dict[str, Any] = waiting["changes"]
    return changes


def _show(instance: Any) -> None:
    """As describe_db_instances has it: PendingModifiedValues."""
    instance.pending_modified_values = dict(instance.__dict__.get("lab_waiting", {"changes": {}})["changes"])


class _MaintenanceWindows:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((instance.__dict__["lab_waiting"]["due"] for instance in _waiting()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for instance in _waiting():
            if instance.__dict__["lab_waiting"]["due"] <= now:
                changes = _take_waiting(instance)
                apply_now(instance, changes)
                shown = ", ".join(_WAITS[name] for name in changes)
                made.append(note("maintenance window", instance.db_instance_identifier, f"applied {shown}"))
        return made


def _waiting() -> list[Any]:
    return [
        instance
        for account in rds_backends.values()
        for backend in account.values()
        for instance in backend.databases.values()
        if "lab_waiting" in instance.__dict__
    ]


add_source(_MaintenanceWindows())
