"""What may end a deployment from outside: alarms, somebody's stop, and hooks that do not answer.

https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.codedeploy.configurations import steps
from course.lab.codedeploy.store import Deployment, Event, Group, Target
from course.lab.courses import Wait

_LOOKS_EVERY: Final = 30.0
_HOOK_PATIENCE: Final = 3600.0


class Ended(Exception):
    """A deployment that ends now: status, error code and message."""

    def __init__(self, status: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def check(deployment: Deployment, group: Group) -> None:
    """End the deployment if somebody wants it to stop or an alarm of the group is in ALARM."""
    if deployment.stop_wanted:
        raise Ended("Stopped", "MANUAL_STOP", "The deployment was stopped by a user.")
    alarms = group.given.get("alarmConfiguration") or {}
    names = [one["name"] for one in alarms.get("alarms", [])]
    if not alarms.get("enabled") or not names:
        return
    found = deployment.session.client("cloudwatch").describe_alarms(AlarmNames=names)
    ringing = [one["AlarmName"] for one in found["MetricAlarms"] if one["StateValue"] == "ALARM"]
    if ringing:
        raise Ended("Stopped", "ALARM_ACTIVE", f"One or more alarms have been activated according to the Amazon "
                    f"CloudWatch metrics you selected, and the affected deployments have been stopped. Activated "
                    f"alarms: {', '.join(ringing)}")  # fmt: skip


def pause(deployment: Deployment, group: Group, seconds: float) -> Generator[Wait, None, None]:
    """Let time pass, and look at alarms and wishes to stop every so often."""
    while seconds > 0:
        check(deployment, group)
        yield Wait.seconds(min(seconds, _LOOKS_EVERY), lambda: deployment.stop_wanted)
        seconds -= _LOOKS_EVERY
    check(deployment, group)


def standby(deployment: Deployment, group: Group, kind: str, minutes: float) -> Generator[Wait, None, None]:
    """Wait for ContinueDeployment; ``deployment.waits_for`` still holds the kind when the time ran out."""
    deployment.waits_for = kind
    left = 60 * minutes
    while deployment.waits_for and left > 0:
        check(deployment, group)
        yield Wait.seconds(min(left, _LOOKS_EVERY), lambda: deployment.stop_wanted or not deployment.waits_for)
        left -= _LOOKS_EVERY
    check(deployment, group)


def traffic(
    deployment: Deployment, group: Group, one: Target, config: dict[str, Any], shift: Callable[[float], None]
) -> Generator[Wait, None, None]:
    """Give the new version its shares of the traffic, each in its time, between the hooks before and after."""
    functions: dict[str, str] = one.details["functions"]
    yield from hook(deployment, group, one.event("BeforeAllowTraffic"), functions.get("BeforeAllowTraffic"))
    shifting = one.event("AllowTraffic")
    shifting.begin()
    passed = 0.0
    for at, share in steps(config):
        yield from pause(deployment, group, at - passed)
        passed = at
        shift(share)
    shifting.finish()
    yield from hook(deployment, group, one.event("AfterAllowTraffic"), functions.get("AfterAllowTraffic"))


def hook(deployment: Deployment, group: Group, event: Event, function: str | None) -> Generator[Wait, None, None]:
    """Run a lifecycle event; with a function, until that has told how it went."""
    event.begin()
    if function is None:
        event.finish()
        return
    execution = f"eyJ{mock_random.get_random_string(length=40)}"
    asked = {"DeploymentId": deployment.deployment_id, "LifecycleEventHookExecutionId": execution}
    client = deployment.session.client("lambda")
    deployment.hooks[execution] = ""
    try:
        client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(asked).encode())
    except client.exceptions.ClientError as error:
        _failed(event, f"The hook function {function} could not be invoked: {error}")
    end = clock.now().timestamp() + _HOOK_PATIENCE
    while not deployment.hooks[execution] and clock.now().timestamp() < end:
        check(deployment, group)
        yield Wait(end, lambda: bool(deployment.hooks[execution]) or deployment.stop_wanted)
    status = deployment.hooks[execution]
    if status != "Succeeded":
        why = "did not report its result within 1 hour" if not status else f"reported {status}"
        _failed(event, f"The {event.name} hook {function} {why}.")
    event.finish()


def _failed(event: Event, message: str) -> None:
    event.finish("Failed", "ScriptFailed", message)
    raise Ended("Failed", "CUSTOMER_APPLICATION_UNHEALTHY", message)


def told(events: list[Event]) -> list[dict[str, Any]]:
    """Lifecycle events as the API shows them."""
    rows = []
    for event in events:
        row: dict[str, Any] = {"lifecycleEventName": event.name, "status": event.status}
        if event.start:
            row["startTime"] = event.start
        if event.end:
            row["endTime"] = event.end
        if event.code:
            row["diagnostics"] = {
                "errorCode": event.code, "scriptName": event.script, "message": event.said[:2000],
                "logTail": event.said[-2000:],
            }  # fmt: skip
        rows.append(row)
    return rows
