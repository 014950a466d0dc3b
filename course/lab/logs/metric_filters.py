"""Metric filters: log events that fit become data points, at the time of the event.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from course.lab.logs.json_pattern import value_at
from course.lab.logs.pattern import read


def data_points(metric_filter: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The namespaces and data points that a filter makes of new events.

    Where a default value is given, a minute with events of which none fits counts as the default.
    """
    pattern = read(metric_filter["filterPattern"] or "")
    for change in metric_filter["metricTransformations"]:
        quiet: set[int] = set()
        counted: set[int] = set()
        for event in events:
            fields = pattern.fields(event["message"])
            value = None if fields is None else _value(change["metricValue"], fields, event["message"])
            (quiet if value is None else counted).add(event["timestamp"] // 60_000)
            if value is not None and fields is not None:
                yield change["metricNamespace"], _datum(change, value, event["timestamp"], fields, event["message"])
        if change.get("defaultValue") is not None:
            for minute in sorted(quiet - counted):
                yield change["metricNamespace"], _datum(change, change["defaultValue"], minute * 60_000, {}, "")


def _datum(change: Mapping[str, Any], value: float, at: int, fields: dict[str, Any], message: str) -> dict[str, Any]:
    named = {name: _found(selector, fields, message) for name, selector in (change.get("dimensions") or {}).items()}
    if None in named.values():
        named = {}  # an event without one of the fields counts for the metric without dimensions
    return {
        "MetricName": change["metricName"],
        "Value": float(value),
        "Timestamp": dt.datetime.fromtimestamp(at / 1000, dt.UTC).replace(tzinfo=None),
        "Unit": change.get("unit") or "None",
        "Dimensions": [{"Name": key, "Value": f"{one}"} for key, one in named.items()],
    }


def _value(written: str, fields: dict[str, Any], message: str) -> float | None:
    """The number itself, or what stands in the field that it names; an event whose field is no number is left out."""
    try:
        return float(_found(written, fields, message))
    except (TypeError, ValueError):
        return None


def _found(written: str, fields: dict[str, Any], message: str) -> Any:
    if not written.startswith("$"):
        return written
    if written in fields:
        return fields[written]
    try:
        return value_at(json.loads(message), written)
    except ValueError:
        return None
