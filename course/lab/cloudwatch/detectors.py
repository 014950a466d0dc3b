"""Anomaly detection: a band around what a metric usually is.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html

AWS learns trends and hours of the day with methods that it does not publish. The lab's band is the mean of up to two
weeks before, give or take a number of standard deviations.
"""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from course.lab.cloudwatch.expressions import MathError
from course.lab.cloudwatch.series import Series
from course.lab.service import Call, Refusal

if TYPE_CHECKING:
    from course.lab.cloudwatch.reading import Request

_LEARNS: Final = 14 * 86_400.0
_ENOUGH: Final = 3


def put(call: Call) -> Mapping[str, Any]:
    """PutAnomalyDetector."""
    given = dict(call.given)
    single = given.pop("SingleMetricAnomalyDetector", None)
    mathematics = given.get("MetricMathAnomalyDetector")
    metric = single or given
    if mathematics is None and not (metric.get("Namespace") and metric.get("MetricName") and metric.get("Stat")):
        raise Refusal("InvalidParameterValue", "A detector needs Namespace, MetricName and Stat.")
    name = next((one for one, known in _kept(call).items() if _key(known) == _key(metric)), str(uuid.uuid4()))
    _kept(call)[name] = {"AnomalyDetectorId": name, **given, **(single or {})}
    return {"AnomalyDetectorId": name}


def describe(call: Call) -> Mapping[str, Any]:
    """DescribeAnomalyDetectors."""
    found = []
    for name, known in _kept(call).items():
        if call.given.get("AnomalyDetectorIds") and name not in call.given["AnomalyDetectorIds"]:
            continue
        if any(call.given.get(key) not in (None, known.get(key)) for key in ("Namespace", "MetricName")):
            continue
        if call.given.get("Dimensions") and _dimensions(known) != _dimensions(call.given):
            continue
        single = {key: known[key] for key in ("Namespace", "MetricName", "Dimensions", "Stat") if key in known}
        found.append({**known, "SingleMetricAnomalyDetector": single, "StateValue": _state(call, known)})
    return {"AnomalyDetectors": found}


def delete(call: Call) -> None:
    """DeleteAnomalyDetector."""
    asked = call.given.get("SingleMetricAnomalyDetector") or call.given
    wanted = call.given.get("AnomalyDetectorId")
    for name, known in list(_kept(call).items()):
        if wanted == name or (not wanted and _key(known) == _key(asked)):
            del _kept(call)[name]
            return
    raise Refusal("ResourceNotFoundException", "The anomaly detector does not exist.", 404)


def watch(backend: Any, metric: Mapping[str, Any], stat: str) -> None:
    """An alarm with a band makes the model that it needs."""
    kept = _detectors(backend)
    asked = {**metric, "Stat": stat}
    if all(_key(known) != _key(asked) for known in kept.values()):
        name = str(uuid.uuid4())
        kept[name] = {"AnomalyDetectorId": name, **asked}


def band(request: Request, query: Mapping[str, Any], watched: Series, width: float) -> list[Series]:
    """The upper and the lower edge of what is expected; nothing before enough was seen."""
    from course.lab.cloudwatch.reading import read

    if "MetricStat" not in query:
        raise MathError("ANOMALY_DETECTION_BAND takes a metric, not an expression")
    asked = query["MetricStat"]
    model = {**asked["Metric"], "Stat": asked["Stat"]}
    known = next((one for one in _detectors(request.backend).values() if _key(one) == _key(model)), None)
    if known is None:
        return [Series({}, watched.period, watched.label)] * 2
    begin = request.start - _LEARNS
    past = read(request.backend, asked["Metric"], asked["Stat"], watched.period, begin, request.start, request.now)
    usual = _trained(past, known)
    learned = usual if len(usual) >= _ENOUGH else _trained(watched, known)
    if len(learned) < _ENOUGH:
        return [Series({}, watched.period, watched.label)] * 2
    middle, spread = statistics.fmean(learned), statistics.pstdev(learned)
    edges = (("high", middle + width * spread), ("low", middle - width * spread))
    return [
        replace(watched, values=dict.fromkeys(watched.values, edge), label=f"{watched.label} (expected, {name})")
        for name, edge in edges
    ]


def _trained(series: Series, known: Mapping[str, Any]) -> list[float]:
    """The values from which the model learns: all but those in excluded ranges of time."""
    ranges = [
        (one["StartTime"].timestamp(), one["EndTime"].timestamp())
        for one in (known.get("Configuration") or {}).get("ExcludedTimeRanges") or ()
    ]
    return [value for at, value in series.values.items() if not any(begin <= at < end for begin, end in ranges)]


def _state(call: Call, known: Mapping[str, Any]) -> str:
    from course.lab.cloudwatch import store

    sets = store.find(
        call.place.backend("cloudwatch"), known.get("Namespace", ""), known.get("MetricName", ""),
        known.get("Dimensions") or (),
    )  # fmt: skip
    count = sum(len(points.times) for points in sets)
    return "PENDING_TRAINING" if not count else "TRAINED_INSUFFICIENT_DATA" if count < _ENOUGH else "TRAINED"


def _kept(call: Call) -> dict[str, dict[str, Any]]:
    return _detectors(call.place.backend("cloudwatch"))


def _detectors(backend: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = backend.__dict__.setdefault("lab_detectors", {})
    return found


def _key(one: Mapping[str, Any]) -> tuple[Any, ...]:
    mathematics = str(one.get("MetricMathAnomalyDetector") or "")
    return one.get("Namespace"), one.get("MetricName"), _dimensions(one), one.get("Stat"), mathematics


def _dimensions(one: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    return frozenset((each["Name"], each["Value"]) for each in one.get("Dimensions") or ())
