"""Data points in and out: PutMetricData, GetMetricStatistics, GetMetricData.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.utils import parse_to_aware_datetime

from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.cloudwatch.expressions import MathError
from course.lab.cloudwatch.reading import Request, kept_for, rounded_start
from course.lab.cloudwatch.series import Series
from course.lab.cloudwatch.statistics import PLAIN, statistic
from course.lab.cloudwatch.store import find
from course.lab.place import place_of
from course.lab.service import Call, Refusal
from course.lab.wire import answer_first, ask_moto

_MOST_POINTS: Final = 1_440


@answer_first
def _keep_resolution(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """Moto forgets at which resolution a data point was stored."""
    call = asked(operation) if (service, operation) == ("cloudwatch", "PutMetricData") else None
    if call is None:
        return None
    kept = place_of(request).backend("cloudwatch").metric_data
    before = len(kept)
    response = ask_moto(service, operation, request)
    if response.status_code == 200:
        for datum, resolution in zip(kept[before:], _resolutions(call.params), strict=False):
            datum.__dict__["lab_resolution"] = resolution
    return response


def _resolutions(given: Mapping[str, Any]) -> Iterator[int]:
    """One for each data point that moto makes of the request."""
    for datum in given.get("MetricData") or ():
        times = 1
        if values := datum.get("Values"):
            times = sum(int(count) for count in datum.get("Counts") or [1] * len(values))
        for _ in range(times):
            yield int(datum.get("StorageResolution") or 60)


def get_statistics(call: Call) -> Mapping[str, Any]:
    """GetMetricStatistics."""
    given = call.given
    start, end = moment(given["StartTime"]), moment(given["EndTime"])
    period = int(given["Period"])
    if start >= end:
        raise Refusal("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
    asked_for = math.ceil((end - start) / period)
    if asked_for > _MOST_POINTS:
        raise Refusal(
            "InvalidParameterCombination",
            f"You have requested up to {asked_for:,} datapoints, which exceeds the limit of {_MOST_POINTS:,}. You may "
            "reduce the datapoints requested by increasing Period, or decreasing the time range.",
        )
    now = clock.now().timestamp()
    start = rounded_start(start, now, period)
    unit = given.get("Unit")
    held: dict[float, list[Any]] = {}
    for points in find(call.place.backend("cloudwatch"), given["Namespace"], given["MetricName"],
                       given.get("Dimensions") or ()):  # fmt: skip
        for at, datum in zip(points.moments(start, end), points.between(start, end), strict=True):
            if unit is None or (datum.unit or "None") == unit:
                held.setdefault(start + math.floor((at - start) / period) * period, []).append(datum)
    oldest = now - kept_for(period)
    return {
        "Label": given["MetricName"],
        "Datapoints": [_datapoint(at, held[at], given) for at in sorted(held) if at >= oldest],
    }


def _datapoint(at: float, data: list[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"Timestamp": dt.datetime.fromtimestamp(at, dt.UTC), "Unit": data[0].unit or "None"}
    found |= {name: statistic(name, data) for name in given.get("Statistics") or () if name in PLAIN}
    extended = {name: statistic(name, data) for name in given.get("ExtendedStatistics") or ()}
    if known := {name: value for name, value in extended.items() if value is not None}:
        found["ExtendedStatistics"] = known
    return found


def get_data(call: Call) -> Mapping[str, Any]:
    """GetMetricData."""
    given = call.given
    start, end = moment(given["StartTime"]), moment(given["EndTime"])
    if start > end:
        raise Refusal("ValidationError", "The parameter EndTime must be greater than StartTime.")
    if start == end:
        raise Refusal("ValidationError", "The parameter StartTime must not equal parameter EndTime.")
    queries = given["MetricDataQueries"]
    request = Request.of(call.place.backend("cloudwatch"), queries, start, end, clock.now().timestamp())
    newest_first = given.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results: list[dict[str, Any]] = []
    for query in queries:
        if query.get("ReturnData", True):
            results += _results(request, query, newest_first)
    return {"MetricDataResults": results, "Messages": []}


def _results(request: Request, query: Mapping[str, Any], newest_first: bool) -> Iterator[dict[str, Any]]:
    name = query["Id"]
    try:
        value = request.result(name)
        if not isinstance(value, Series | list):
            raise MathError("the expression does not come to a time series")
    except MathError as wrong:
        raise Refusal("ValidationError", f"Error in expression '{name}' [{wrong}]") from wrong
    for series in value if isinstance(value, list) else [value]:
        times = sorted(series.values, reverse=newest_first)
        yield {
            "Id": name,
            "Label": series.label or query.get("Label") or name,
            "Timestamps": [dt.datetime.fromtimestamp(at, dt.UTC) for at in times],
            "Values": [series.values[at] for at in times],
            "StatusCode": "Complete",
        }


def moment(value: Any) -> float:
    """A time as boto3 takes it, in seconds since 1970."""
    found: dt.datetime = parse_to_aware_datetime(value)
    return found.timestamp()
