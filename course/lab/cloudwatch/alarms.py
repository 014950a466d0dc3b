"""Alarms that watch: evaluated on the lab's clock, one after the other as their periods end.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.cloudwatch import actions, history, mutes, store
from course.lab.cloudwatch.evaluation import FURTHER, Verdict, judge, metrics_of, period_of


class _Watch:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        times = [at for alarm, backend in _watched() if (at := _next(alarm, backend)) is not None]
        ends = [at for backend in _backends() for at in mutes.due(backend)]
        return min([*times, *ends, *_held_back()], default=None)

    def deliver(self, now: float) -> list[Delivery]:
        from course.lab.cloudwatch.composite import follow

        made: list[Delivery] = []
        for alarm, backend in _watched():
            while (at := _next(alarm, backend)) is not None and at <= now:
                alarm.__dict__["lab_looked"] = at
                made += _evaluate(alarm, backend, at)
        for backend in _backends():
            made += [*follow(backend, now), *mutes.release(backend, now)]
        return made


def change(alarm: Any, backend: Any, verdict: Verdict, before_reason: str = "") -> Delivery:
    """Put an alarm in a state, with all that follows from it."""
    before, reason = alarm.state_value, alarm.state_reason
    alarm.update_state(verdict.reason, "{}", verdict.state)
    alarm.state_updated_timestamp = clock.now()
    alarm.__dict__["lab_turned"] = clock.now()
    history.write(backend, alarm, "StateUpdate", f"Alarm updated from {before} to {verdict.state}",
                  history.state_change(alarm, before, before_reason or reason, verdict.values))  # fmt: skip
    from course.lab.cloudwatch.composite import holds_back

    quiet = holds_back(alarm, backend, before) or mutes.muted(alarm, backend, before)
    told = [] if quiet else actions.run(alarm, backend, before)
    announce(alarm, backend, before)
    return note(f"alarm {alarm.name}", verdict.state, ", ".join(told) or f"was {before}")


def again_at_next_period(alarm: Any) -> None:
    """Somebody set the state by hand: a period later it is put right, at whatever second of a minute that was."""
    alarm.__dict__["lab_recheck"] = clock.now().timestamp() + period_of(alarm)


def announce(alarm: Any, backend: Any, before: str) -> None:
    """Tell EventBridge."""
    from course.lab.events_router import put

    detail = {
        "alarmName": alarm.name,
        "state": {"value": alarm.state_value, "reason": alarm.state_reason},
        "previousState": {"value": before},
    }
    put(backend.account_id, backend.region_name, "default", source="aws.cloudwatch",
        detail_type="CloudWatch Alarm State Change", detail=detail, resources=[alarm.alarm_arn])  # fmt: skip


def _evaluate(alarm: Any, backend: Any, at: float) -> list[Delivery]:
    verdict = judge(alarm, backend, at)
    alarm.__dict__["lab_value"] = next((value for value in reversed(verdict.values) if value is not None), None)
    if verdict.state != alarm.state_value:
        return [change(alarm, backend, verdict)]
    if actions.scales_on(alarm) and (told := actions.run(alarm, backend, alarm.state_value)):
        return [note(f"alarm {alarm.name}", verdict.state, ", ".join(told))]
    return []


def _backends() -> Iterator[Any]:
    for account in list(cloudwatch_backends.values()):
        yield from list(account.values())


def _watched() -> Iterator[tuple[Any, Any]]:
    for backend in _backends():
        for alarm in list(backend.alarms.values()):
            if not alarm.rule and alarm.evaluation_periods:
                yield alarm, backend


def _held_back() -> Iterator[float]:
    """When actions of composite alarms that were held back are due."""
    for backend in _backends():
        for alarm in backend.alarms.values():
            if (due := alarm.__dict__.get("lab_held_until")) is not None:
                yield due


def _next(alarm: Any, backend: Any) -> float | None:
    """The next moment at which the alarm may see something else: a period ends that holds data, or data grow old."""
    since = alarm.__dict__.get("lab_looked", alarm.configuration_updated_timestamp.replace(tzinfo=dt.UTC).timestamp())
    recheck = alarm.__dict__.get("lab_recheck")
    asked = since, recheck, len(backend.metric_data)
    known = alarm.__dict__.get("lab_next")
    if known is None or known[0] != asked:
        own = since, recheck, *(store.changes(backend, *metric[:2]) for metric in metrics_of(alarm))
        # Other metrics got data: what is next for this one is still the same.
        due = known[2] if known is not None and known[1] == own else _search_next(alarm, backend, since, recheck)
        known = alarm.__dict__["lab_next"] = (asked, own, due)
    found: float | None = known[2]
    return found


def _search_next(alarm: Any, backend: Any, since: float, recheck: float | None) -> float | None:
    period = period_of(alarm)
    window = (alarm.evaluation_periods + FURTHER) * period
    found = [recheck] if recheck is not None and recheck > since else []
    for namespace, name, dimensions in metrics_of(alarm):
        for points in store.find(backend, namespace, name, dimensions):
            # Data older than the window change nothing any more, and the first of the others decides.
            for at in points.moments(since - window - period, math.inf):
                ends = math.floor(at / period + 1) * period
                steps = max(0, math.floor((since - ends) / period) + 1)
                if steps <= alarm.evaluation_periods + FURTHER:
                    found.append(ends + steps * period)
                    break
    return min(found, default=None)


add_source(_Watch())
