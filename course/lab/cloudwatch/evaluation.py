"""What state the data of an alarm's metric call for.

Evaluation: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
Missing data: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html

Where data points are missing AWS looks further back than the evaluation periods. How far it does not say; its example
looks at five periods where three are evaluated, so the lab takes two more.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from course.lab.cloudwatch import store
from course.lab.cloudwatch.expressions import MathError
from course.lab.cloudwatch.reading import Request
from course.lab.cloudwatch.series import Series
from course.lab.cloudwatch.statistics import statistic

UNKNOWN: Final = "INSUFFICIENT_DATA"
FURTHER: Final = 2
Compare = Callable[[float, float], bool]
_COMPARE: Final[dict[str, Compare]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
BANDS: Final = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")


@dataclass(frozen=True)
class Verdict:
    """A state, why, and the values that were looked at, the newest last."""

    state: str
    reason: str
    values: tuple[float | None, ...] = ()


def queries_of(alarm: Any) -> list[dict[str, Any]]:
    """The queries of an alarm on metric math, as they were asked for."""
    return list(alarm.__dict__.get("lab_asked", {}).get("Metrics") or ())


def watched_id(alarm: Any) -> str:
    """Which query of an alarm on metric math is compared: the one that returns data and is no band."""
    for query in queries_of(alarm):
        if query.get("ReturnData", True) and query["Id"] != alarm.threshold_metric_id:
            return str(query["Id"])
    return ""


def period_of(alarm: Any) -> int:
    """How many seconds a data point of the alarm covers."""
    queries = queries_of(alarm)
    if not queries:
        return int(alarm.period)
    periods = (query.get("Period") or query.get("MetricStat", {}).get("Period") for query in queries)
    return max((int(period) for period in periods if period), default=60)


def metrics_of(alarm: Any) -> Iterator[tuple[str, str, Sequence[Mapping[str, str]]]]:
    """Namespace, name and dimensions of all metrics that an alarm rests on."""
    for query in queries_of(alarm):
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            yield metric.get("Namespace", ""), metric["MetricName"], metric.get("Dimensions") or []
    if not queries_of(alarm) and alarm.metric_name:
        dimensions = [{"Name": one.name, "Value": one.value} for one in alarm.dimensions]
        yield alarm.namespace, alarm.metric_name, dimensions


def judge(alarm: Any, backend: Any, at: float) -> Verdict:
    """The state that an alarm should have at a moment."""
    period = period_of(alarm)
    begin = math.floor(at / period) * period - (alarm.evaluation_periods + FURTHER) * period
    try:
        values, breaches = _looked_at(alarm, backend, begin, period)
    except MathError as wrong:
        return Verdict(UNKNOWN, f"Error in the expression of the alarm: {wrong}")
    state = _state(values, breaches, alarm)
    return Verdict(state, _reason(alarm, values, breaches, state), tuple(values))


def _state(values: list[float | None], breaches: list[bool], alarm: Any) -> str:
    periods = alarm.evaluation_periods
    needed, treat = alarm.datapoints_to_alarm or periods, alarm.treat_missing_data or "missing"
    real = [breach for value, breach in zip(values, breaches, strict=True) if value is not None]
    missing = max(0, periods - len(real))
    breaching = sum(real[-periods:])
    if not missing or breaching >= needed or treat in ("breaching", "notBreaching"):
        filled = missing if treat == "breaching" else 0
        return "ALARM" if breaching + filled >= needed else "OK"
    before = str(alarm.state_value)
    if not real:
        return UNKNOWN if treat == "missing" else before
    # Fewer data points than needed ring, too, once the oldest breach is that old and nothing good came after it.
    recent = list(zip(values, breaches, strict=True))[-periods:]
    first = next((place for place, (_, breach) in enumerate(recent) if breach), None)
    if first is None or periods - first < needed:
        return "OK"
    good_after = any(value is not None and not breach for value, breach in recent[first:])
    return "OK" if good_after else "ALARM" if treat == "missing" else before


def _looked_at(alarm: Any, backend: Any, begin: float, period: int) -> tuple[list[float | None], list[bool]]:
    """Values of the periods that are looked at, the oldest first, and which of them breach."""
    count = alarm.evaluation_periods + FURTHER
    times = [begin + number * period for number in range(count)]
    if not queries_of(alarm):
        name = alarm.statistic or alarm.extended_statistic
        values = [_value(alarm, backend, name, at, period) for at in times]
        compare = _COMPARE[alarm.comparison_operator]
        return values, [value is not None and compare(value, alarm.threshold) for value in values]
    request = Request.of(backend, queries_of(alarm), begin, begin + count * period, begin + 1)
    found = request.result(watched_id(alarm))
    if not isinstance(found, Series):
        raise MathError("the expression does not come to one time series")
    values = [found.values.get(at) for at in times]
    if alarm.comparison_operator not in BANDS:
        compare = _COMPARE[alarm.comparison_operator]
        return values, [value is not None and compare(value, alarm.threshold) for value in values]
    edges = request.result(alarm.threshold_metric_id)
    if not isinstance(edges, list) or len(edges) != 2:
        raise MathError("the threshold is no band")
    return values, [_outside(value, at, edges, alarm.comparison_operator) for value, at in
                    zip(values, times, strict=True)]  # fmt: skip


def _outside(value: float | None, at: float, edges: list[Series], how: str) -> bool:
    upper, lower = (edge.values.get(at) for edge in edges)
    if value is None or upper is None or lower is None:
        return False
    above, below = value > upper, value < lower
    return above if how == "GreaterThanUpperThreshold" else below if how == "LessThanLowerThreshold" else above or below


def _value(alarm: Any, backend: Any, name: str, begin: float, period: int) -> float | None:
    ((namespace, metric, dimensions),) = metrics_of(alarm)
    sets = store.find(backend, namespace, metric, dimensions)
    data = [one for points in sets for one in points.between(begin, begin + period)]
    if alarm.unit and data:
        data = [one for one in data if one.unit in (alarm.unit, None if alarm.unit == "None" else alarm.unit)]
    few = alarm.extended_statistic and alarm.evaluate_low_sample_count_percentile == "ignore"
    if few and len(data) < _enough(alarm.extended_statistic):
        return None
    return statistic(name, data)


def _enough(percentile: str) -> float:
    """How many values a percentile needs to mean something: ten beyond it, on its shorter side."""
    share = float(percentile[1:]) / 100 if re.fullmatch(r"p[\d.]+", percentile) else 0.5
    return 10 / (min(share, 1 - share) or 1)


def _reason(alarm: Any, values: list[float | None], breaches: list[bool], state: str) -> str:
    periods = alarm.evaluation_periods
    if state == UNKNOWN:
        return f"Insufficient Data: {periods} datapoints were unknown."
    known = [(value, breach) for value, breach in zip(values, breaches, strict=True) if value is not None][-periods:]
    relation = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", alarm.comparison_operator.removesuffix("Threshold")).lower()
    threshold = "the band" if alarm.threshold is None else f"{alarm.threshold:g}"
    shown = ", ".join(f"{value:g}" for value, _ in known) or "none"
    missing = periods - len(known)
    treated = f", {missing} missing treated as {alarm.treat_missing_data or 'missing'}" if missing else ""
    return (
        f"Threshold Crossed: {sum(breach for _, breach in known)} out of the last {periods} datapoints [{shown}] "
        f"breach the threshold ({relation} {threshold}){treated}; {alarm.datapoints_to_alarm or periods} are needed "
        "for an alarm."
    )
