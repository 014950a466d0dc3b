"""Log groups with a class, that keep their events for as long as they are told to.

Classes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
Retention: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html

On AWS it may take 72 hours until expired events are deleted; here they are gone at once.
"""

from __future__ import annotations

from typing import Any, Final

from moto.logs.models import LogGroup

from course.lab.clock import clock

_DAY: Final = 86_400_000
_OLDEST: Final = 14 * _DAY
_NEWEST: Final = 7_200_000
_ONLY_STANDARD: Final = {
    "PutMetricFilter": "InvalidOperationException",
    "PutSubscriptionFilter": "InvalidOperationException",
    "GetLogEvents": "InvalidOperationException",
    "FilterLogEvents": "InvalidOperationException",
    "CreateExportTask": "InvalidOperationException",
}


class LabLogGroup(LogGroup):
    """Moto's log group, with its class and without what is expired."""

    lab_class: str = "STANDARD"

    def to_describe_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = super().to_describe_dict()
        return found | {"logGroupClass": self.lab_class}


def of_class(group: LogGroup, named: str) -> LogGroup:
    """Give a new group its class."""
    ours: Any = group
    ours.__class__ = LabLogGroup
    if named:
        ours.lab_class = named
    return group


def refusal(group: Any, operation: str) -> tuple[str, str] | None:
    """What groups of the class Infrequent Access cannot do."""
    code = _ONLY_STANDARD.get(operation)
    if code is None or group is None or getattr(group, "lab_class", "STANDARD") == "STANDARD":
        return None
    return code, f"{operation} is only supported for log groups of the Standard log class; {group.name} is of another."


def expire(group: Any) -> None:
    """Remove the events that are older than the group keeps them."""
    if not group.retention_in_days:
        return
    oldest = _now() - int(group.retention_in_days) * _DAY
    for stream in group.streams.values():
        kept = [event for event in stream.events if event.timestamp >= oldest]
        if len(kept) < len(stream.events):
            stream.events = kept
            stream.stored_bytes = sum(len(event.message) for event in kept)


def rejected(group: Any, events: list[dict[str, Any]]) -> tuple[slice, dict[str, int]]:
    """Which events of a batch, ordered by time, a group takes; and what AWS tells of the others.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
    """
    now, times = _now(), [event["timestamp"] for event in events]
    too_old = sum(at < now - _OLDEST for at in times)
    days = group.retention_in_days
    expired = sum(at < now - int(days) * _DAY for at in times) if days else 0
    too_new = sum(at > now + _NEWEST for at in times)
    told = {}
    if too_old:
        told["tooOldLogEventEndIndex"] = too_old
    if expired > too_old:
        told["expiredLogEventEndIndex"] = expired
    if too_new:
        told["tooNewLogEventStartIndex"] = len(events) - too_new
    return slice(max(too_old, expired), len(events) - too_new), told


def _now() -> int:
    return int(clock.now().timestamp() * 1000)
