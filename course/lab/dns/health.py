"""Whether a health check is healthy, whatever kind it is, and how its checkers report.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from course.lab.clock import clock
from course.lab.dns import checkers, checks
from course.lab.place import Place, everywhere
from course.lab.service import Call, Refusal

ENOUGH: Final = 0.18
"""Healthy when more than this share of the checkers says so."""


def is_healthy(check_id: str) -> bool:
    """The status of a check. One that was deleted counts as healthy: Route 53 promises nothing there."""
    check = checks.find(check_id)
    return check is None or _status(check)


def _status(check: Any) -> bool:
    now = checks.settings(check)
    # A disabled check counts as healthy; inverted, as unhealthy.
    healthy = True if now["Disabled"] else _KINDS.get(now["Type"], _of_endpoint)(check, now)
    return healthy != bool(now["Inverted"])


def _of_endpoint(check: Any, now: Mapping[str, Any]) -> bool:
    return share(check) > ENOUGH


def share(check: Any) -> float:
    """The share of checkers that hold the endpoint healthy."""
    crew = checkers.watch_of(check).checkers
    return sum(one.healthy for one in crew) / len(crew)


def _of_children(check: Any, now: Mapping[str, Any]) -> bool:
    return sum(map(is_healthy, now.get("ChildHealthChecks") or ())) >= int(now["HealthThreshold"])


def _of_alarm(check: Any, now: Mapping[str, Any]) -> bool:
    """By the data that the alarm watches, not by the state that the alarm shows."""
    from course.lab.cloudwatch.evaluation import UNKNOWN, judge

    alarm = alarm_of(check)
    backend = _alarms(check)
    state = judge(alarm, backend, clock.now().timestamp()).state if alarm is not None else UNKNOWN
    if state != UNKNOWN:
        check.__dict__["lab_last_known"] = state == "OK"
        return state == "OK"
    told = now["InsufficientDataHealthStatus"]
    return bool(check.__dict__.get("lab_last_known", True)) if told == "LastKnownStatus" else told == "Healthy"


_KINDS: Final = {"CALCULATED": _of_children, "CLOUDWATCH_METRIC": _of_alarm}


def alarm_of(check: Any) -> Any | None:
    """The alarm that a check follows."""
    named = checks.settings(check).get("AlarmIdentifier")
    return _alarms(check).alarms.get(named["Name"]) if named else None


def _alarms(check: Any) -> Any:
    account = next(backend.account_id for backend in everywhere("route53") if check.id in backend.health_checks)
    return Place(account, checks.settings(check)["AlarmIdentifier"]["Region"]).backend("cloudwatch")


def report(call: Call) -> Mapping[str, Any]:
    """GetHealthCheckStatus: what each checker saw last."""
    return {"HealthCheckObservations": [_told(one, one.report, one.checked) for one in _crew(call) if one.report]}


def last_failure(call: Call) -> Mapping[str, Any]:
    """GetHealthCheckLastFailureReason: what each checker that ever failed saw then."""
    return {"HealthCheckObservations": [_told(one, one.failure, one.failed) for one in _crew(call) if one.failure]}


def _crew(call: Call) -> list[checkers.Checker]:
    named = call.given["HealthCheckId"]
    check = checks.find(named)
    if check is None:
        raise Refusal("NoSuchHealthCheck", f"No health check exists with the specified ID {named}.", 404)
    kind = checks.settings(check)["Type"]
    if kind not in checks.ENDPOINTS:
        raise Refusal("InvalidInput", f"Checkers report about endpoints only; this health check is of type {kind}.")
    watch = checkers.watch_of(check)
    if not any(one.report for one in watch.checkers) and not checks.settings(check)["Disabled"]:
        checkers.check_now(check, clock.now().timestamp())
    return watch.checkers


def _told(one: checkers.Checker, status: str, at: float) -> dict[str, Any]:
    seen = {"Status": status, "CheckedTime": dt.datetime.fromtimestamp(at, dt.UTC)}
    return {"Region": one.region, "IPAddress": one.address, "StatusReport": seen}
