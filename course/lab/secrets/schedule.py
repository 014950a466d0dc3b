"""Rotation rules: every so many days, or a rate or cron expression in UTC.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from course.lab.events_schedule import InvalidSchedule, next_run

_LEAST_HOURS: Final = 4
_MOST_DAYS: Final = 999


class WrongRules(ValueError):
    """Rules that the service refuses."""


def check(rules: Mapping[str, Any]) -> None:
    """Refuse rules that are none."""
    expression = rules.get("ScheduleExpression")
    if expression and "AutomaticallyAfterDays" in rules:
        raise WrongRules("You can't specify both AutomaticallyAfterDays and ScheduleExpression in RotationRules.")
    if not expression:
        return
    try:
        next_run(expression, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    except (InvalidSchedule, ValueError):
        raise WrongRules(f"Invalid schedule expression: {expression}") from None
    if rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        amount, unit = int(rate[1]), rate[2]
        if unit == "minute" or (unit == "hour" and amount < _LEAST_HOURS) or (unit == "day" and amount > _MOST_DAYS):
            raise WrongRules(f"Invalid schedule expression: {expression}. A secret rotates every four hours at most.")
        return
    minute, hours, *_, year = expression.removeprefix("cron(").removesuffix(")").split()
    step = re.fullmatch(r".*/(\d+)", hours)
    if minute != "0" or year != "*" or hours == "*" or (step and int(step[1]) < _LEAST_HOURS):
        raise WrongRules(f"Invalid schedule expression: {expression}. A secret rotates on the hour, every four hours "
                         "at most.")  # fmt: skip


def next_time(rules: Mapping[str, Any], after: dt.datetime) -> float | None:
    """When a secret with these rules rotates next, in seconds since 1970; None without a schedule."""
    if expression := rules.get("ScheduleExpression"):
        found = next_run(expression, after)
        return found.timestamp() if found else None
    days = rules.get("AutomaticallyAfterDays")
    return (after + dt.timedelta(days=int(days))).timestamp() if days else None
