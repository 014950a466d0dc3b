"""What happened to alarms: made and changed, states, actions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Final

from course.lab.clock import clock
from course.lab.paging import InvalidToken, page
from course.lab.service import Call, Refusal

_KEPT: Final = dt.timedelta(days=30)
_AT_ONCE: Final = 100


def write(backend: Any, alarm: Any, kind: str, summary: str, data: Mapping[str, Any] | None = None) -> None:
    """Write down a `ConfigurationUpdate`, a `StateUpdate` or an `Action`."""
    backend.__dict__.setdefault("lab_alarm_history", []).append({
        "AlarmName": alarm.name,
        "AlarmType": "CompositeAlarm" if alarm.rule else "MetricAlarm",
        "Timestamp": clock.now(),
        "HistoryItemType": kind,
        "HistorySummary": summary,
        "HistoryData": json.dumps({"version": "1.0", **(data or {})}, default=str),
    })  # fmt: skip


def state_change(alarm: Any, before: str, before_reason: str, values: tuple[float | None, ...]) -> Mapping[str, Any]:
    """The data of a `StateUpdate`: the state before, and the new one with the values that led to it."""
    new: dict[str, Any] = {"stateValue": alarm.state_value, "stateReason": alarm.state_reason}
    if values:
        new["stateReasonData"] = {
            "version": "1.0", "recentDatapoints": [value for value in values if value is not None],
            "threshold": alarm.threshold, "period": alarm.period, "statistic": alarm.statistic,
        }  # fmt: skip
    return {"oldState": {"stateValue": before, "stateReason": before_reason}, "newState": new}


def describe(call: Call) -> Mapping[str, Any]:
    """DescribeAlarmHistory."""
    given = call.given
    begin, end = given.get("StartDate"), given.get("EndDate")
    kinds = given.get("AlarmTypes") or ["MetricAlarm"]
    oldest = clock.now() - _KEPT
    kept = call.place.backend("cloudwatch").__dict__.get("lab_alarm_history", [])
    found = [
        one
        for one in kept
        if one["Timestamp"] >= oldest
        and one["AlarmType"] in kinds
        and given.get("AlarmName") in (None, one["AlarmName"])
        and given.get("HistoryItemType") in (None, one["HistoryItemType"])
        and (begin is None or one["Timestamp"] >= _aware(begin))
        and (end is None or one["Timestamp"] <= _aware(end))
    ]
    if given.get("ScanBy", "TimestampDescending") == "TimestampDescending":
        found.reverse()
    try:
        shown, more = page(found, given.get("NextToken"), int(given.get("MaxRecords") or _AT_ONCE))
    except InvalidToken:
        raise Refusal("InvalidNextToken", "The next token specified is invalid.") from None
    return {"AlarmHistoryItems": shown, **more}


def _aware(at: Any) -> dt.datetime:
    from botocore.utils import parse_to_aware_datetime

    found: dt.datetime = parse_to_aware_datetime(at)
    return found
