"""ListMetrics: each metric once, however many data points it has.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from course.lab.clock import clock
from course.lab.cloudwatch import store
from course.lab.paging import InvalidToken, page
from course.lab.service import Call, Refusal

_PAGE: Final = 500
_HOUR: Final = 3600
_LISTED: Final = 14 * 24 * _HOUR
"""A metric without data for two weeks is no longer listed; its data can be read all the same."""


def metrics(call: Call) -> Mapping[str, Any]:
    """ListMetrics."""
    backend = call.place.backend("cloudwatch")
    youngest = clock.now().timestamp() - (3 * _HOUR if call.given.get("RecentlyActive") else _LISTED)
    found = [one for one in _all(backend, youngest) if _is_asked_for(one, call.given)]
    try:
        shown, more = page(found, call.given.get("NextToken"), _PAGE)
    except InvalidToken:
        raise Refusal("InvalidParameterValue", "Request parameter NextToken is invalid") from None
    return {"Metrics": shown, **more}


def _all(backend: Any, youngest: float) -> Iterator[dict[str, Any]]:
    for namespace, name, points in store.metrics(backend):
        if points.times[-1] >= youngest:
            yield _told(namespace, name, points.data[-1].dimensions)
    seen = []
    for datum in backend.aws_metric_data:  # what moto works out when somebody looks, such as the sizes of buckets
        told = _told(datum.namespace, datum.name, datum.dimensions)
        if told not in seen:
            seen.append(told)
            yield told


def _told(namespace: str, name: str, dimensions: Any) -> dict[str, Any]:
    named = [{"Name": str(one.name), "Value": str(one.value)} for one in dimensions]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": named}


def _is_asked_for(metric: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """A dimension may be asked for by its name alone."""
    if any(asked.get(key) not in (None, metric[key]) for key in ("Namespace", "MetricName")):
        return False
    own = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
    wanted = asked.get("Dimensions") or ()
    return all(one["Name"] in own and one.get("Value") in (None, own[one["Name"]]) for one in wanted)
