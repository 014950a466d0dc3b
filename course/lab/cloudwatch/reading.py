"""Queries worked out: a metric and a statistic, or an expression over other queries.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from course.lab.cloudwatch import functions, insights, search, store
from course.lab.cloudwatch.expressions import MathError, Node, parse
from course.lab.cloudwatch.series import Series, Value, combine
from course.lab.cloudwatch.statistics import statistic

_DAY: Final = 86_400
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention:
# for how long periods of at least so many seconds can be read.
KEPT: Final = ((1, _DAY / 8), (60, 15 * _DAY), (300, 63 * _DAY), (3600, 455 * _DAY))


def rounded_start(start: float, now: float, period: int) -> float:
    """Where reading begins: the older, the coarser, and a short period begins on its own division of the minute."""
    age = now - start
    step = 60 if age < 15 * _DAY else 300 if age < 63 * _DAY else 3600
    if period < 60 and age < 3 * 3600:
        step = period
    return math.floor(start / step) * float(step)


def kept_for(period: int) -> float:
    """For how many seconds data points of this period can be read."""
    return max(age for finest, age in KEPT if period >= finest)


def read(
    backend: Any,
    metric: Mapping[str, Any],
    name: str,
    period: int,
    start: float,
    end: float,
    now: float,
    unit: str = "",
) -> Series:
    """A statistic of a metric, period by period."""
    sets = store.find(backend, metric.get("Namespace", ""), metric["MetricName"], metric.get("Dimensions") or ())
    held: dict[float, list[Any]] = {}
    oldest = now - kept_for(period)
    for points in sets:
        for at, datum in zip(points.moments(start, end), points.between(start, end), strict=True):
            if unit and datum.unit not in (unit, None if unit == "None" else unit):
                continue
            begin = start + math.floor((at - start) / period) * period
            if begin >= oldest:
                held.setdefault(begin, []).append(datum)
    values = {at: value for at in sorted(held) if (value := statistic(name, held[at])) is not None}
    return Series(values, period, metric["MetricName"])


@dataclass
class Request:
    """Queries over a range of time, and what came out so far."""

    backend: Any
    queries: Mapping[str, Mapping[str, Any]]
    start: float
    end: float
    now: float
    until_models: float = 0
    """Up to when models of anomaly detection learn; 0 for the beginning of the range."""
    _known: dict[str, Value] = field(default_factory=dict)
    _under_way: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, backend: Any, queries: Iterable[Mapping[str, Any]], start: float, end: float, now: float) -> Request:
        return cls(backend, {query["Id"]: query for query in queries}, start, end, now)

    def result(self, name: str) -> Value:
        """What a query comes to."""
        if name not in self.queries:
            raise MathError(f"Unknown id {name}")
        if name in self._under_way:
            raise MathError(f"{name} refers to itself")
        if name not in self._known:
            self._under_way.append(name)
            try:
                self._known[name] = self._worked_out(self.queries[name])
            finally:
                self._under_way.remove(name)
        return self._known[name]

    def period_of(self, name: str) -> int:
        """The period of a query: its own, or the longest of those it rests on."""
        query = self.queries[name]
        if "MetricStat" in query:
            return int(query["MetricStat"]["Period"])
        if query.get("Period"):
            return int(query["Period"])
        below = parse(query["Expression"]).names() & self.queries.keys() - {name} if "Expression" in query else set()
        used = below or {one for one, other in self.queries.items() if "MetricStat" in other}
        return max((self.period_of(one) for one in used), default=60)

    def _worked_out(self, query: Mapping[str, Any]) -> Value:
        if "MetricStat" in query:
            return self._metric(query)
        text = str(query["Expression"])
        if text.lstrip().upper().startswith("SELECT"):
            return insights.select(self.backend, text, self._span(int(query.get("Period") or 300)))
        value = self._value(parse(text), query["Id"])
        label = query.get("Label") or query["Id"]
        if isinstance(value, Series):
            return replace(value, label=label)
        return value

    def _span(self, period: int) -> search.Span:
        start = rounded_start(self.start, self.now, period)
        return search.Span(start, self.end, self.now, period)

    def _metric(self, query: Mapping[str, Any]) -> Series:
        asked = query["MetricStat"]
        span = self._span(int(asked["Period"]))
        found = read(self.backend, asked["Metric"], asked["Stat"], span.period, span.start, span.end, self.now,
                     asked.get("Unit") or "")  # fmt: skip
        return replace(found, label=query.get("Label") or found.label)

    def _value(self, node: Node, name: str) -> Value:
        match node.kind:
            case "number" | "text" | "word":
                value: Value = node.value
                return value
            case "name":
                return self.result(node.value)
            case "list":
                return _flat([self._value(part, name) for part in node.parts])
            case "minus":
                return combine("*", -1.0, self._value(node.parts[0], name))
            case "binary":
                left, right = (self._value(part, name) for part in node.parts)
                return combine(node.value, left, right)
        if node.value == "ANOMALY_DETECTION_BAND" and node.parts and node.parts[0].kind == "name":
            given: Sequence[Value] = [node.parts[0].value, *(self._value(part, name) for part in node.parts[1:])]
        else:
            given = [self._value(part, name) for part in node.parts]
        period = self.period_of(name)
        start = rounded_start(self.start, self.now, period)
        setting = functions.Setting(start, self.end, period, self._metrics, self._search, self._band)
        return functions.call(node.value, setting, given)

    def _metrics(self, part: str) -> list[Series]:
        found = [self.result(name) for name, query in self.queries.items() if "MetricStat" in query and part in name]
        return [one for one in found if isinstance(one, Series)]

    def _search(self, words: str, name: str, period: int) -> list[Series]:
        return search.search(self.backend, words, name, self._span(period))

    def _band(self, name: str, width: float) -> list[Series]:
        from course.lab.cloudwatch.detectors import band

        query = self.queries.get(name)
        if query is None:
            raise MathError(f"Unknown id {name}")
        watched = self.result(name)
        if not isinstance(watched, Series):
            raise MathError("ANOMALY_DETECTION_BAND takes one metric")
        return band(self, query, watched, width)


def _flat(values: list[Value]) -> Value:
    if all(isinstance(one, float) for one in values):
        raise MathError("a list holds time series")
    found: list[Series] = []
    for one in values:
        if isinstance(one, list):
            found += one
        elif isinstance(one, Series):
            found.append(one)
        else:
            raise MathError("a list holds time series")
    return found
