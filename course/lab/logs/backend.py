"""Moto's log groups, with filters that filter and count, subscriptions that choose, and events that expire."""

from __future__ import annotations

import itertools
from typing import Any, Final

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.exceptions import InvalidParameterException
from moto.logs.models import LogGroup, LogsBackend, SubscriptionFilter, logs_backends

from course.lab.asked import asked
from course.lab.logs.groups import LabLogGroup, expire, of_class, rejected
from course.lab.logs.metric_filters import data_points
from course.lab.logs.pattern import read
from course.lab.logs.subscriptions import deliver
from course.lab.stand_in import stand_in

_LARGEST_PAGE: Final = 10_000


class LabLogs(LogsBackend):
    """Moto's backend, but what is written goes to the group's filters, and leaves when its time is over."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.logs.models"

    def create_log_group(self, log_group_name: str, tags: dict[str, str], **kwargs: Any) -> LogGroup:
        call = asked("CreateLogGroup")
        named = str((call.params if call else {}).get("logGroupClass") or "")
        return of_class(super().create_log_group(log_group_name, tags, **kwargs), named)

    def ensure_log_group(self, log_group_name: str) -> None:
        super().ensure_log_group(log_group_name)
        if not isinstance(self.groups[log_group_name], LabLogGroup):
            of_class(self.groups[log_group_name], "")

    def delete_log_group(self, log_group_name: str) -> None:
        """With a group go its metric filters."""
        super().delete_log_group(log_group_name)
        for one in list(self.filters.get_matching_filters(log_group_name=log_group_name)):
            self.filters.delete_filter(one["filterName"], log_group_name)

    def describe_log_groups(self, *args: Any, **kwargs: Any) -> Any:
        for group in self.groups.values():
            if not isinstance(group, LabLogGroup):  # made by a service before the lab's backend stood here
                of_class(group, "")
            expire(group)
        return super().describe_log_groups(*args, **kwargs)

    def describe_log_streams(self, *args: Any, **kwargs: Any) -> Any:
        for group in self.groups.values():
            expire(group)
        return super().describe_log_streams(*args, **kwargs)

    def put_log_events(self, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]) -> Any:
        """Moto would send everything to all subscriptions, and counts what it rejects in another way."""
        group = self.groups.get(log_group_name)
        if group is None:
            return super().put_log_events(log_group_name, log_stream_name, log_events)
        if any(one["timestamp"] > other["timestamp"] for one, other in itertools.pairwise(log_events)):
            raise InvalidParameterException(
                "Log events in a single PutLogEvents request must be in chronological order."
            )
        chosen, told = rejected(group, log_events)
        taken = log_events[chosen]
        subscriptions, group.subscription_filters = group.subscription_filters, {}
        try:
            token, _ = super().put_log_events(log_group_name, log_stream_name, taken)
        finally:
            group.subscription_filters = subscriptions
        metrics: Any = cloudwatch_backends[self.account_id][self.region_name]
        for one in self.filters.get_matching_filters(log_group_name=log_group_name):
            for namespace, datum in data_points(one, taken):
                metrics.put_metric_data(namespace, [datum])
        if taken:
            deliver(self, group, log_stream_name, group.streams[log_stream_name].events[-len(taken) :])
        return token, told

    def put_subscription_filter(
        self, log_group_name: str, filter_name: str, filter_pattern: str, destination_arn: str, role_arn: str
    ) -> None:
        """A filter that is put again is replaced, also where there are two; destinations are none of moto's groups."""
        group = self.groups.get(log_group_name)
        there = None if group is None else group.subscription_filters.pop(filter_name, None)
        if group is not None and ":destination:" in destination_arn:
            group.subscription_filters[filter_name] = SubscriptionFilter(
                filter_name, log_group_name, filter_pattern, destination_arn, role_arn
            )
            return
        try:
            super().put_subscription_filter(log_group_name, filter_name, filter_pattern, destination_arn, role_arn)
        except Exception:
            if group is not None and there is not None:
                group.subscription_filters[filter_name] = there
            raise

    def get_log_events(self, log_group_name: str, *args: Any, **kwargs: Any) -> Any:
        if log_group_name in self.groups:
            expire(self.groups[log_group_name])
        return super().get_log_events(log_group_name, *args, **kwargs)

    def filter_log_events(
        self, log_group_name: str, log_stream_names: list[str], start_time: int, end_time: int, limit: int | None,
        next_token: str | None, filter_pattern: str, interleaved: bool,
    ) -> tuple[list[dict[str, Any]], str | None, list[dict[str, Any]]]:  # fmt: skip
        """Moto pages through all events here, and the pattern chooses among them.

        Events of all streams come in the order of time, as `interleaved` asked for when it still meant something.
        """
        if log_group_name in self.groups:
            expire(self.groups[log_group_name])
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
