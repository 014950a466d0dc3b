"""Moto's log groups, with patterns that filter and metric filters that publish."""

from __future__ import annotations

from typing import Any, Final

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.models import LogsBackend, logs_backends

from course.lab.logs.metric_filters import data_points
from course.lab.logs.pattern import read
from course.lab.stand_in import stand_in

_LARGEST_PAGE: Final = 10_000


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

    def filter_log_events(
        self, log_group_name: str, log_stream_names: list[str], start_time: int, end_time: int, limit: int | None,
        next_token: str | None, filter_pattern: str, interleaved: bool,
    ) -> tuple[list[dict[str, Any]], str | None, list[dict[str, Any]]]:  # fmt: skip
        """Moto pages through all events here, and the pattern chooses among them.

        Events of all streams come in the order of time, as `interleaved` asked for when it still meant something.
        """
        fits = read(filter_pattern or "").fits
        page: list[dict[str, Any]] = []
        wanted = limit or _LARGEST_PAGE
        while True:
            events, next_token, streams = super().filter_log_events(
                log_group_name, log_stream_names, start_time, end_time, wanted, next_token, "", True
            )
            page += [event for event in events if fits(event["message"])]
            if next_token is None or page:
                return page, next_token, streams


install = stand_in(logs_backends, LabLogs)
