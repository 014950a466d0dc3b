"""What AWS itself would have measured: data points in its own namespaces, such as the CPU of an instance.

PutMetricData refuses namespaces AWS/..., in the lab as on AWS, and the lab's instances and load balancers do no work
that could be measured. Here somebody says what their day was like; alarms, policies and dashboards see the rest.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from numbers import Real
from typing import Any, Final

import boto3
import botocore.session
from moto.cloudwatch.models import cloudwatch_backends

from course.lab.account import ACCOUNT_ID
from course.lab.agenda import Delivery, add_source
from course.lab.clock import clock
from course.lab.place import Place
from course.lab.wire import is_open

Value = float | Sequence[float] | None
Values = Value | Sequence[Value] | Callable[[dt.datetime], Value]
_OF_SERVICES: Final = "AWS/"
_Key = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass
class _Course:
    """What a metric will show, period by period."""

    value_at: Callable[[dt.datetime], Value]
    every: int
    unit: str | None
    next: float
    until: float


def measured(
    namespace: str,
    metric: str,
    values: Values,
    dimensions: Mapping[str, str] | None = None,
    *,
    every: int = 60,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    unit: str | None = None,
    region: str | None = None,
) -> None:
    """Have AWS measure something: one value for every period of `every` seconds.

    | values | what is measured |
    |---|---|
    | a list | its values, one a period, up to the last full period; or as one of `since` and `until` says |
    | a number | this number from now on |
    | a function | what it returns for the beginning of each period, from now on: it may ask the account |

    A number and a function go on to `until`, or until the same metric is given other values; `since` lets them begin
    earlier or later. What lies ahead arrives as the lab's clock reaches it. In place of one number there may be
    `None`, for a period without data, or a list, for a period in which so many values were measured. `None` in place
    of all values ends what went on.

    >>> measured("AWS/EC2", "CPUUtilization", [31, 35, 92], {"InstanceId": "i-0123456789abcdef0"})
    """
    _require(is_open(), "The lab's own account is not running, so nothing is measured in it. Run lab.start() first.")
    _check(namespace, metric, dimensions or {}, every, unit)
    now = clock.now().timestamp()
    course = _planned(values, now, every, unit, since, until)
    place = Place(ACCOUNT_ID, region or boto3.Session().region_name or "us-east-1")
    key = namespace, metric, tuple(sorted((dimensions or {}).items()))
    backend = place.backend("cloudwatch")
    if course.until > now:
        if before := _courses(backend).pop(key, None):
            _take_back(backend, key, before.next - before.every, course.next)
        if values is None:
            return
        _courses(backend)[key] = course
    _catch_up(backend, key, course, now)


def _planned(
    values: Values, now: float, every: int, unit: str | None, since: dt.datetime | None, until: dt.datetime | None
) -> _Course:
    """A course from its first period to its end."""
    current = math.floor(now / every) * every
    if values is None or isinstance(values, float | int | Real) or callable(values):
        begin = current if since is None else _period(since, every, "since")
        end = math.inf if until is None else _period(until, every, "until")
        _require(begin < end, "`until` is not after the beginning: nothing would be measured. Give a later `until`.")
        return _Course(values if callable(values) else lambda at: values, every, unit, begin, end)
    each: list[Value] = [_checked(one) for one in values]
    _require(bool(each), "The list of values is empty: give one value for each period, or None to end a course.")
    _require(since is None or until is None,
             "A list says by its length how long it lasts: give `since` or `until`, not both.")  # fmt: skip
    end = current if until is None else _period(until, every, "until")
    begin = end - len(each) * every if since is None else _period(since, every, "since")

    def value_at(at: dt.datetime) -> Value:
        return each[round((at.timestamp() - begin) / every)]

    return _Course(value_at, every, unit, begin, begin + len(each) * every)


def _catch_up(backend: Any, key: _Key, course: _Course, now: float) -> None:
    """Put in what was measured by now. The current period has its value from its beginning on."""
    namespace, metric, dimensions = key
    listed = [{"Name": name, "Value": value} for name, value in dimensions]
    data = []
    while course.next <= now and course.next < course.until:
        at = dt.datetime.fromtimestamp(course.next, dt.UTC)
        course.next += course.every
        for one in _several(_value(backend, key, course, at)):
            # Moto keeps UTC without saying so.
            data.append({"MetricName": metric, "Value": one, "Dimensions": listed, "Unit": course.unit,
                         "Timestamp": at.replace(tzinfo=None)})  # fmt: skip
    backend.put_metric_data(namespace, data)
    if course.next >= course.until and _courses(backend).get(key) is course:
        del _courses(backend)[key]


def _take_back(backend: Any, key: _Key, last: float, begin: float) -> None:
    """The period under way belongs to the new course, if that begins in it: it would show the mean of both."""
    if begin != last:
        return
    namespace, metric, dimensions = key
    at = dt.datetime.fromtimestamp(last, dt.UTC).replace(tzinfo=None)

    def is_of_it(datum: Any) -> bool:
        own = tuple(sorted((one.name, one.value) for one in datum.dimensions))
        return (datum.timestamp, datum.namespace, datum.name, own) == (at, namespace, metric, dimensions)

    backend.metric_data[:] = [datum for datum in backend.metric_data if not is_of_it(datum)]


def _value(backend: Any, key: _Key, course: _Course, at: dt.datetime) -> Value:
    try:
        return _checked(course.value_at(at))
    except Exception as wrong:
        if _courses(backend).get(key) is course:
            del _courses(backend)[key]
        told = f"{key[0]} {key[1]} at {at:%H:%M}: {type(wrong).__name__}: {wrong}"
        raise ValueError(f"{told} The course of this metric ends here; mend it and call lab.measured again.") from wrong


def _several(value: Value) -> Sequence[float]:
    return () if value is None else value if isinstance(value, Sequence) else (value,)


def _checked(value: Any) -> Value:
    """A value of one period: a number, nothing, or several numbers."""
    if value is None or _is_number(value):
        return None if value is None else float(value)
    if isinstance(value, Sequence) and not isinstance(value, str) and all(map(_is_number, value)):
        return [float(one) for one in value]
    raise TypeError(f"{value!r} is no value of a period: give a number, None, or a list of numbers.")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _check(namespace: str, metric: str, dimensions: Mapping[str, str], every: int, unit: str | None) -> None:
    _require(namespace.startswith(_OF_SERVICES) and namespace != _OF_SERVICES,
             f"{namespace!r} is no namespace of an AWS service (AWS/...), so AWS measures nothing in it. Publish "
             "your own metrics with boto3.client('cloudwatch').put_metric_data.")  # fmt: skip
    _require(bool(metric), "The metric has no name. Give one as AWS does, such as 'CPUUtilization'.")
    words = [one for both in dict(dimensions).items() for one in both]
    _require(all(isinstance(one, str) for one in words),
             "Dimensions are a dict of words, such as {'InstanceId': 'i-0123456789abcdef0'}.")  # fmt: skip
    _require(every >= 60 and every % 60 == 0,
             f"every={every}: AWS services measure by the minute; give a multiple of 60 seconds.")  # fmt: skip
    _require(unit is None or unit in _units(), f"{unit!r} is no unit of CloudWatch. Use one of {', '.join(_units())}.")


@cache
def _units() -> tuple[str, ...]:
    model: Any = botocore.session.get_session().get_service_model("cloudwatch")
    return tuple(model.shape_for("StandardUnit").enum)


def _period(moment: dt.datetime, every: int, name: str) -> float:
    """The period that a moment lies in."""
    return math.floor(_seconds(moment, name) / every) * float(every)


def _seconds(moment: dt.datetime, name: str) -> float:
    _require(isinstance(moment, dt.datetime) and moment.tzinfo is not None,
             f"`{name}` is a moment with its time zone: count it from lab.clock.now().")  # fmt: skip
    return moment.timestamp()


def _require(fine: bool, otherwise: str) -> None:
    if not fine:
        raise ValueError(otherwise)


def _courses(backend: Any) -> dict[_Key, _Course]:
    """What goes on, kept with the account's metrics, so that it ends with them."""
    found: dict[_Key, _Course] = backend.__dict__.setdefault("lab_measured", {})
    return found


class _Measurements:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((one.next for backend in _backends() for one in _courses(backend).values()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        for backend in _backends():
            for key, course in list(_courses(backend).items()):
                _catch_up(backend, key, course, now)
        return []  # AWS measures without telling anybody


def _backends() -> list[Any]:
    return [backend for account in list(cloudwatch_backends.values()) for backend in list(account.values())]


add_source(_Measurements())
