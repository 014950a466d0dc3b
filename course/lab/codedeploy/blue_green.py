"""What blue/green deployments share: waiting for a person before the traffic moves, and before blue is ended.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-create-ec2-blue-green.html
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from course.lab.codedeploy import watch
from course.lab.codedeploy.notices import tell
from course.lab.codedeploy.store import Deployment, Group
from course.lab.courses import Wait


def settings(group: Group, part: str) -> dict[str, Any]:
    """A part of the group's blue/green configuration."""
    found: dict[str, Any] = (group.given.get("blueGreenDeploymentConfiguration") or {}).get(part) or {}
    return found


def until_ready(deployment: Deployment, group: Group) -> Generator[Wait, None, None]:
    """Where the group wants a person to start the traffic: wait for that, and stop if nobody does."""
    rule = settings(group, "deploymentReadyOption")
    if rule.get("actionOnTimeout") != "STOP_DEPLOYMENT":
        return
    deployment.status = "Ready"
    tell(deployment)
    yield from watch.standby(deployment, group, "READY_WAIT", rule.get("waitTimeInMinutes", 0))
    if deployment.waits_for:
        raise watch.Ended("Stopped", "TIMEOUT", "The traffic was not rerouted before the end of the wait period.")
    deployment.status = "InProgress"


def until_blue_may_end(deployment: Deployment, group: Group) -> Generator[Wait, None, None]:
    """So long blue stays, in case the traffic must go back."""
    if minutes := settings(group, "terminateBlueInstancesOnDeploymentSuccess").get("terminationWaitTimeInMinutes", 0):
        yield from watch.standby(deployment, group, "TERMINATION_WAIT", minutes)
        deployment.waits_for = ""
