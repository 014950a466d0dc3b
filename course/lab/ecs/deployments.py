"""Rolling updates: tasks of a new deployment take the place of old ones, in steps between two bounds.

A step is taken about every half minute of the lab's clock, from what runs and is healthy at that moment: at least
minimumHealthyPercent of the desired tasks (rounded up) stay healthy, at most maximumPercent (rounded down) run.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock

BEAT: Final = 30.0
_LEAST_FAILURES, _MOST_FAILURES = 3, 200
# After so many failures in a row the scheduler starts tasks more and more seldom, at the longest every 15 minutes.
PATIENCE: Final = 10
_LONGEST: Final = 900.0


@dataclass(frozen=True)
class Step:
    """What the scheduler does now: how many tasks it starts, and how many healthy old ones it stops."""

    start: int
    stop: int


def bounds(desired: int, minimum: int, maximum: int) -> tuple[int, int]:
    """How many tasks have to stay healthy, and how many may run.

    >>> bounds(3, 50, 150)
    (2, 4)
    """
    return math.ceil(desired * minimum / 100), math.floor(desired * maximum / 100)


def step(desired: int, fresh: int, old: int, healthy: int, lower: int, upper: int) -> Step:
    """The next step of a rolling update; without old tasks only what is missing is started.

    >>> step(desired=4, fresh=0, old=4, healthy=4, lower=2, upper=4)
    Step(start=0, stop=2)
    """
    missing = max(0, desired - fresh)
    if not old:
        return Step(missing, 0)
    return Step(max(0, min(missing, upper - fresh - old)), max(0, min(old, healthy - lower)))


def percentages(service: Any) -> tuple[int, int]:
    """minimumHealthyPercent and maximumPercent of a service, with their defaults."""
    given = service.deployment_configuration
    return int(given["minimumHealthyPercent"]), int(given["maximumPercent"])


def configuration(given: Mapping[str, Any], daemon: bool) -> dict[str, Any]:
    """A deployment configuration with what it does not say."""
    breaker = {"enable": False, "rollback": False} | dict(given.get("deploymentCircuitBreaker") or {})
    least, most = (0, 100) if daemon else (100, 200)
    found = {"minimumHealthyPercent": least, "maximumPercent": most, "strategy": "ROLLING"} | dict(given)
    return found | {"deploymentCircuitBreaker": breaker}


def fault(given: Mapping[str, Any], daemon: bool) -> str:
    """What is wrong with a deployment configuration; empty if nothing is."""
    whole = configuration(given, daemon)
    least, most = int(whole["minimumHealthyPercent"]), int(whole["maximumPercent"])
    if daemon and most != 100:
        return "The daemon scheduling strategy supports a maximumPercent of 100 only."
    if least < 0 or (not daemon and not 100 <= most <= 200):
        return "minimumHealthyPercent cannot be negative, and maximumPercent lies between 100 and 200."
    if least == 100 and most == 100:
        return "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."
    if least > 100:
        return "minimumHealthyPercent cannot exceed 100."
    return ""


def new(service: Any, **more: Any) -> dict[str, Any]:
    """Begin a deployment of a service's task definition; the one before goes on as long as it has tasks."""
    for one in service.deployments:
        one["status"] = "ACTIVE"
    now = clock.now()
    identity = f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}"
    made = {
        "id": identity, "status": "PRIMARY", "taskDefinition": service.task_definition, "createdAt": now,
        "updatedAt": now, "desiredCount": service.desired_count, "pendingCount": 0, "runningCount": 0,
        "failedTasks": 0, "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment {identity} in progress.",
        **({"launchType": service.launch_type} if service.launch_type else {}),
        **({"networkConfiguration": service.network_configuration} if service.network_configuration else {}),
        **({"capacityProviderStrategy": service.capacity_provider_strategy}
           if service.capacity_provider_strategy else {}), **more,
    }  # fmt: skip
    service.deployments.insert(0, made)
    return made


def count(service: Any, tasks: Sequence[Any], running: Sequence[Any]) -> None:
    """Write how many tasks run and are awaited, for the service and each deployment; empty old ones are over."""
    arns = {task.task_arn for task in running}
    primary = service.deployments[0]
    for one in service.deployments:
        own = [task for task in tasks if task.started_by == one["id"]]
        up = sum(1 for task in own if task.task_arn in arns)
        one["runningCount"] = up
        one["desiredCount"] = service.desired_count if one is primary else len(own)
        one["pendingCount"] = max(0, one["desiredCount"] - up) if one is primary else len(own) - up
        if one["rolloutState"] == "FAILED" and one is primary:
            one["pendingCount"] = 0
    service.deployments[1:] = [one for one in service.deployments[1:] if one["desiredCount"]]
    service.running_count = len(running)
    service.pending_count = max(0, service.desired_count - len(running))


def complete(service: Any) -> None:
    """The primary deployment has all its tasks, and no other has any."""
    primary = service.deployments[0]
    primary |= {"rolloutState": "COMPLETED", "rolloutStateReason": f"ECS deployment {primary['id']} completed.",
                "updatedAt": clock.now()}  # fmt: skip
    service.__dict__["lab_completed"] = dict(primary)


def failed(service: Any, task: Any) -> None:
    """A task of the primary deployment failed before any of its tasks did well."""
    service.__dict__["lab_failures"] = service.__dict__.get("lab_failures", 0) + 1
    primary = service.deployments[0]
    if task.started_by == primary["id"] and not primary.get("lab_did_well"):
        primary["failedTasks"] += 1
        primary["updatedAt"] = clock.now()


def did_well(service: Any, task: Any) -> None:
    """A task runs and is healthy: from now on failures of its deployment are no longer counted."""
    service.__dict__["lab_failures"] = 0
    primary = service.deployments[0]
    if task.started_by == primary["id"]:
        primary["lab_did_well"] = True
        primary["failedTasks"] = 0


def threshold(desired: int) -> int:
    """How many failures open the circuit breaker: half of the desired tasks, but 3 to 200.

    >>> threshold(4), threshold(25), threshold(1000)
    (3, 13, 200)
    """
    return max(_LEAST_FAILURES, min(_MOST_FAILURES, math.ceil(desired * 0.5)))


def is_broken(service: Any) -> bool:
    """Whether the circuit breaker opens now."""
    primary = service.deployments[0]
    breaker = service.deployment_configuration["deploymentCircuitBreaker"]
    return bool(
        breaker["enable"]
        and primary["rolloutState"] == "IN_PROGRESS"
        and primary["failedTasks"] >= threshold(service.desired_count)
    )


def break_off(service: Any) -> str:
    """Give the primary deployment up; returns the id of the one that comes back in its place, if one does."""
    primary = service.deployments[0]
    primary |= {"rolloutState": "FAILED", "updatedAt": clock.now(),
                "rolloutStateReason": "ECS deployment circuit breaker: tasks failed to start."}  # fmt: skip
    before = service.__dict__.get("lab_completed")
    if not (service.deployment_configuration["deploymentCircuitBreaker"]["rollback"] and before):
        return ""
    service.task_definition = before["taskDefinition"]
    reason = f"ECS deployment circuit breaker: rolling back to deploymentId {before['id']}."
    kept = next((one for one in service.deployments if one["id"] == before["id"]), None)
    if kept is None:
        kept = new(service)
    else:
        service.deployments.remove(kept)
        service.deployments.insert(0, kept)
        primary["status"], kept["status"] = "ACTIVE", "PRIMARY"
    kept |= {"rolloutState": "IN_PROGRESS", "rolloutStateReason": reason, "updatedAt": clock.now()}
    service.__dict__["lab_failures"] = 0
    return str(kept["id"])


def pause(service: Any) -> float:
    """How long until the next step: longer when tasks fail again and again."""
    failures = int(service.__dict__.get("lab_failures", 0))
    return BEAT if failures < PATIENCE else min(_LONGEST, BEAT * 2.0 ** (failures - PATIENCE + 1))
