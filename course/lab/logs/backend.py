"""Moto's log groups, with patterns that filter and metric filters that publish."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs import models, utils
from moto.logs.models import LogsBackend, logs_backends

from course.lab.logs.metric_filters import data_points
from course.lab.logs.pattern import read
from course.lab.stand_in import stand_in
from course.lab.wire import at_close


class LabLogs(LogsBackend):
    """Moto's backend, but what is written is looked at by the group's metric filters."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.logs.models"

    def put_log_events(self, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]) -> Any:
        answer = super().put_log_events(log_group_name, log_stream_name, log_events)
        rejected = answer[1]
        taken = log_events[rejected.get("tooOldLogEventEndIndex", -1) + 1 : rejected.get("tooNewLogEventStartIndex")]
        metrics: Any = cloudwatch_backends[self.account_id][self.region_name]
        for one in self.filters.get_matching_filters(log_group_name=log_group_name):
            for namespace, datum in data_points(one, taken):
                metrics.put_metric_data(namespace, [datum])
        return answer


class _Filter:
    """What moto asks whether an event fits, when events are searched."""

    def __init__(self, pattern: str | None) -> None:
        self._pattern = read(pattern or "")

    def matches(self, message: str) -> bool:
        return self._pattern.fits(message)


_put_in_place = stand_in(logs_backends, LabLogs)


def install() -> None:
    """Take moto's place until the lab closes."""
    _put_in_place()
    models.EventMessageFilter = _Filter  # type: ignore[attr-defined,assignment]


@at_close
def _uninstall() -> None:
    models.EventMessageFilter = utils.EventMessageFilter  # type: ignore[attr-defined]
