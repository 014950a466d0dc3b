"""Times in which alarms do nothing: mute rules.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAlarmMuteRule.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from course.lab.agenda import Delivery, note
from course.lab.clock import clock
from course.lab.cloudwatch import actions
from course.lab.service import Call, Refusal
from course.lab.unix_cron import next_time

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_LEAST, _MOST = dt.timedelta(minutes=1), dt.timedelta(days=15)
_ONCE: Final = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)\)")
_CRON: Final = re.compile(r"cron\((.*)\)")


def put(call: Call) -> None:
    """PutAlarmMuteRule."""
    schedule = call.given["Rule"]["Schedule"]
    try:
        _length(schedule["Duration"])
        _begins(schedule, clock.now())
    except (ValueError, ZoneInfoNotFoundError) as wrong:
        raise Refusal("ValidationError", f"The schedule of the mute rule is invalid: {wrong}") from wrong
    rule = {key: value for key, value in call.given.items() if key != "Tags"}
    name = call.given["Name"]
    arn = f"arn:aws:cloudwatch:{call.place.region}:{call.place.account}:alarm-mute-rule:{name}"
    _kept(call)[name] = {**rule, "AlarmMuteRuleArn": arn, "LastUpdatedTimestamp": clock.now()}


def get(call: Call) -> Mapping[str, Any]:
    """GetAlarmMuteRule."""
    rule = _kept(call).get(call.given["AlarmMuteRuleName"])
    if rule is None:
        raise Refusal("ResourceNotFoundException", "The alarm mute rule does not exist.", 404)
    return {**rule, "Status": _status(rule)}


def listed(call: Call) -> Mapping[str, Any]:
    """ListAlarmMuteRules."""
    alarm, wanted = call.given.get("AlarmName"), call.given.get("Statuses")
    found = [
        {"Status": _status(rule), **{key: rule[key] for key in
         ("AlarmMuteRuleArn", "ExpireDate", "LastUpdatedTimestamp") if key in rule}}
        for rule in _kept(call).values()
        if (not alarm or alarm in _names(rule)) and (not wanted or _status(rule) in wanted)
    ]  # fmt: skip
    return {"AlarmMuteRuleSummaries": found}


def delete(call: Call) -> None:
    """DeleteAlarmMuteRule."""
    _kept(call).pop(call.given["AlarmMuteRuleName"], None)


def muted(alarm: Any, backend: Any, before: str) -> bool:
    """Whether the actions of an alarm are muted now; they run when that ends, if the state is then the same."""
    rules = backend.__dict__.get("lab_mutes", {}).values()
    until = max((end for rule in rules if alarm.name in _names(rule) and (end := _active_until(rule))), default=None)
    own: dict[str, Any] = alarm.__dict__
    own.pop("lab_muted", None)
    if until is None:
        return False
    own["lab_muted"] = (until.timestamp(), before, alarm.state_value)
    return True


def due(backend: Any) -> Iterator[float]:
    """When mutes end that held something back."""
    for alarm in backend.alarms.values():
        if "lab_muted" in alarm.__dict__:
            yield alarm.__dict__["lab_muted"][0]


def release(backend: Any, now: float) -> Iterator[Delivery]:
    """Run what mutes held back until now."""
    for alarm in list(backend.alarms.values()):
        until, before, state = alarm.__dict__.get("lab_muted", (now + 1, "", ""))
        if until > now:
            continue
        del alarm.__dict__["lab_muted"]
        if alarm.state_value == state and not muted(alarm, backend, before):
            yield note(f"alarm {alarm.name}", state, ", ".join(actions.run(alarm, backend, before)) or "no actions")


def _active_until(rule: Mapping[str, Any]) -> dt.datetime | None:
    now = clock.now()
    if not _is_valid(rule, now):
        return None
    schedule = rule["Rule"]["Schedule"]
    length = _length(schedule["Duration"])
    begun = _begins(schedule, now - length)
    return begun + length if begun is not None and begun <= now else None


def _status(rule: Mapping[str, Any]) -> str:
    expires = rule.get("ExpireDate")
    schedule = rule["Rule"]["Schedule"]
    if _active_until(rule) is not None:
        return "ACTIVE"
    ahead = _begins(schedule, clock.now())
    over = ahead is None or (expires is not None and _aware(expires) <= clock.now())
    return "EXPIRED" if over else "SCHEDULED"


def _is_valid(rule: Mapping[str, Any], now: dt.datetime) -> bool:
    start, end = rule.get("StartDate"), rule.get("ExpireDate")
    return (start is None or _aware(start) <= now) and (end is None or now < _aware(end))


def _aware(at: dt.datetime) -> dt.datetime:
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _length(text: str) -> dt.timedelta:
    found = _DURATION.fullmatch(text)
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    length = dt.timedelta(days=days, hours=hours, minutes=minutes)
    if not _LEAST <= length <= _MOST:
        raise ValueError(f"the duration {text} is not between PT1M and P15D")
    return length


def _begins(schedule: Mapping[str, Any], after: dt.datetime) -> dt.datetime | None:
    """When it first begins later than `after`, if ever. Raises ValueError for an expression that says nothing."""
    expression, zone = schedule["Expression"], schedule.get("Timezone", "UTC")
    if once := _ONCE.fullmatch(expression):
        begin = dt.datetime.fromisoformat(once[1]).replace(tzinfo=ZoneInfo(zone))
        return begin if begin > after else None
    if cron := _CRON.fullmatch(expression):
        return next_time(cron[1], zone, after)
    raise ValueError(f"{expression} is neither at(yyyy-mm-ddThh:mm) nor cron(Minutes Hours Day-of-month Month Weekday)")


def _names(rule: Mapping[str, Any]) -> list[str]:
    return list((rule.get("MuteTargets") or {}).get("AlarmNames") or ())


def _kept(call: Call) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = call.place.backend("cloudwatch").__dict__.setdefault("lab_mutes", {})
    return found
