"""Data points by their metric, in the order of time: moto keeps them in one list, which grows slow to search.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Dimensions = frozenset[tuple[str, str]]
STANDARD: Final = 60
# Services publish each value under several sets of dimensions, over all functions and by function, say. The lab keeps
# the finest set, and finds it under fewer dimensions.
_OF_SERVICES: Final = "AWS/"


@dataclass
class Points:
    """The data points of one metric, by time."""

    dimensions: Dimensions
    times: list[float] = field(default_factory=list)
    data: list[Any] = field(default_factory=list)

    def add(self, at: float, datum: Any) -> None:
        if not self.times or at >= self.times[-1]:
            self.times.append(at)
            self.data.append(datum)
            return
        where = bisect_left(self.times, at)
        insort(self.times, at)
        self.data.insert(where, datum)

    def between(self, begin: float, end: float) -> list[Any]:
        return self.data[bisect_left(self.times, begin) : bisect_left(self.times, end)]

    def moments(self, begin: float, end: float) -> list[float]:
        return self.times[bisect_left(self.times, begin) : bisect_left(self.times, end)]


@dataclass
class Index:
    """All metrics of an account in a Region."""

    metrics: dict[tuple[str, str], dict[Dimensions, Points]] = field(default_factory=dict)
    changes: dict[tuple[str, str], int] = field(default_factory=dict)
    seen: int = 0
    last: Any = None


def find(backend: Any, namespace: str, name: str, dimensions: Iterable[Mapping[str, str]]) -> list[Points]:
    """The data points of a metric: one set, or for metrics of services all sets that have these dimensions."""
    wanted = frozenset((str(one["Name"]), str(one["Value"])) for one in dimensions)
    kept = _index(backend).metrics.get((namespace, name), {})
    if namespace.startswith(_OF_SERVICES):
        return [points for own, points in kept.items() if wanted <= own] + _on_the_fly(backend, namespace, name, wanted)
    return [kept[wanted]] if wanted in kept else []


def changes(backend: Any, namespace: str, name: str) -> int:
    """A number that grows with each data point of these metrics."""
    return _index(backend).changes.get((namespace, name), 0)


def metrics(backend: Any) -> Iterator[tuple[str, str, Points]]:
    """Every metric that has data."""
    for (namespace, name), sets in _index(backend).metrics.items():
        for points in sets.values():
            yield namespace, name, points


def seconds(datum: Any) -> float:
    """When a data point was measured; standard metrics are kept by the minute."""
    at = datum.timestamp
    exact = float((at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp())
    resolution: int = datum.__dict__.get("lab_resolution", STANDARD)
    return math.floor(exact / resolution) * float(resolution)


def _index(backend: Any) -> Index:
    kept: Index = backend.__dict__.setdefault("lab_metric_index", Index())
    data = backend.metric_data
    if kept.seen == len(data):
        return kept
    if kept.seen > len(data) or (kept.seen and data[kept.seen - 1] is not kept.last):
        kept = backend.__dict__["lab_metric_index"] = Index()  # moto's list was changed: read it anew
    for datum in data[kept.seen :]:
        key = datum.namespace, datum.name
        own = frozenset((str(one.name), str(one.value)) for one in datum.dimensions)
        kept.metrics.setdefault(key, {}).setdefault(own, Points(own)).add(seconds(datum), datum)
        kept.changes[key] = kept.changes.get(key, 0) + 1
    kept.seen, kept.last = len(data), data[-1]
    return kept


def _on_the_fly(backend: Any, namespace: str, name: str, wanted: Dimensions) -> list[Points]:
    """Metrics that moto works out when somebody looks, such as the sizes of buckets."""
    if namespace != "AWS/S3":
        return []
    found = Points(wanted)
    for datum in backend.aws_metric_data:
        own = {(str(one.name), str(one.value)) for one in datum.dimensions}
        if (datum.namespace, datum.name) == (namespace, name) and wanted <= own:
            found.add(seconds(datum), datum)
    return [found] if found.times else []
