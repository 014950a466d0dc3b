"""The service scheduler: it looks at a service, and starts, replaces and stops tasks until it is as it should be.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from course.lab.clock import clock
from course.lab.ecs import capacity, deployments, launch, placement, resources, targets, tasks, told
from course.lab.place import Place

_SCHEDULER: Final = "ServiceSchedulerInitiated"
_DEPLOYMENT: Final = "Scaling activity initiated by (deployment {})"
_STUCK: Final = (
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
    "Update the minimumHealthyPercent or maximumPercent value and try again."
)


def tasks_of(place: Place, service: Any) -> list[Any]:
    """The tasks of a service that shall run, the oldest first."""
    group = f"service:{service.name}"
    found = place.backend("ecs").tasks.get(service.cluster_name, {}).values()
    return [one for one in found if one.group == group and one.desired_status == "RUNNING"]


def tend(place: Place, service: Any) -> list[str]:
    """Take the next step for a service; returns what was done. When the next one is due is kept on the service."""
    held = service.__dict__
    held["lab_due"] = None
    if not is_ours(service):
        return []
    done = _let_go(place, service)
    _register(place, service)
    done += _give_up_the_ill(place, service)
    if deployments.is_broken(service):
        done.append(_break(service))
    done += _every_host(place, service) if service.scheduling_strategy == "DAEMON" else _replicas(place, service)
    live = tasks_of(place, service)
    _register(place, service)
    deployments.count(service, live, [one for one in live if is_running(one)])
    waits = [one for one in live if not is_ready(place, service, one)]
    if _is_complete(place, service, live):
        _tell_steady(service)
    unplaced = held.pop("lab_unplaced", None)
    if unplaced is not None:
        told.tell_unplaced(service, unplaced, "No Container Instances were found in your cluster.")
    held["lab_paced"] = _is_rolling(place, service, live) or held.get("lab_failures", 0) > 0
    if held.get("lab_failures", 0) >= deployments.PATIENCE:
        told.tell(service, "is unable to consistently start tasks successfully.", again=False)
    if done or waits or held.get("lab_leaving"):
        held["lab_due"] = clock.now().timestamp() + deployments.pause(service)
    elif _is_rolling(place, service, live) and unplaced is None:
        told.tell(service, _STUCK, again=False)
    return done


def is_running(task: Any) -> bool:
    """Whether a task runs and shall go on running."""
    return bool(task.desired_status == "RUNNING" and task.last_status == "RUNNING")


def _is_ill(task: Any) -> bool:
    """Whether the health check of one of its essential containers fails."""
    known = tasks.of(task)
    return known is not None and known.health == "UNHEALTHY"


def is_ours(service: Any) -> bool:
    """Whether ECS itself replaces the tasks of a service, and not CodeDeploy or somebody else."""
    return bool(service.status == "ACTIVE" and (service.deployment_controller or {}).get("type", "ECS") == "ECS")


def is_ready(place: Place, service: Any, task: Any) -> bool:
    """Whether a task runs and is healthy for its containers and its load balancers."""
    return is_running(task) and not _is_ill(task) and targets.state(place, task) == "healthy"


def retire(place: Place, service: Any, task: Any, reason: str) -> None:
    """Stop a task of a service, once its load balancers have let go of it."""
    until = targets.drain(place, task)
    if not until:
        _stop(place, task, reason)
        return
    task.desired_status, task.last_status = "STOPPED", "DEACTIVATING"
    service.__dict__.setdefault("lab_leaving", []).append((until, task, reason))


def _stop(place: Place, task: Any, reason: str) -> None:
    (tasks.of(task) or tasks.LabTask(place, task)).stop(reason, _SCHEDULER)


def _let_go(place: Place, service: Any) -> list[str]:
    """Stop the tasks whose connections have drained."""
    now, done, still = clock.now().timestamp(), [], []
    for until, task, reason in service.__dict__.get("lab_leaving", []):
        if until <= now:
            task.desired_status = "RUNNING"  # until now it only waited
            _stop(place, task, reason)
            done.append("a drained task stopped")
        else:
            still.append((until, task, reason))
    service.__dict__["lab_leaving"] = still
    return done


def _register(place: Place, service: Any) -> None:
    new: Counter[str] = Counter()
    for task in tasks_of(place, service):
        if is_running(task):
            new.update(targets.register(place, service, task))
    for arn, number in new.items():
        told.tell(service, f"registered {number} targets in (target-group {arn})")


def _give_up_the_ill(place: Place, service: Any) -> list[str]:
    """Tasks that a health check found ill are replaced; balancers are not believed within the grace period."""
    done = []
    grace = float(service.health_check_grace_period_seconds or 0)
    for task in tasks_of(place, service):
        if is_ready(place, service, task):
            deployments.did_well(service, task)
            continue
        age = (clock.now() - task.started_at).total_seconds() if task.__dict__.get("started_at") else 0.0
        if _is_ill(task):
            reason = "Task failed container health checks"
        elif is_running(task) and targets.state(place, task) == "unhealthy" and age >= grace:
            arn = task.__dict__["lab_targets"][0][0]
            reason = f"Task failed ELB health checks in (target-group {arn})"
        else:
            continue
        deployments.failed(service, task)
        told.tell(service, f"(task {task.task_arn.rpartition('/')[2]}) is unhealthy: {reason}.")
        retire(place, service, task, reason)
        done.append("an unhealthy task stops")
    return done


def _break(service: Any) -> str:
    broken = service.deployments[0]["id"]
    back = deployments.break_off(service)
    told.tell(service, f"(deployment {broken}) deployment failed: tasks failed to start.")
    if back:
        told.tell(service, f"rolling back to (deployment {back}).")
    return "the circuit breaker opened"


def _replicas(place: Place, service: Any) -> list[str]:
    live = tasks_of(place, service)
    fresh, old = _sorted(place, service, live)
    primary, desired = service.deployments[0], int(service.desired_count)
    done = []
    surplus = _choose(place, service, fresh, len(fresh) - desired)
    for task in surplus:
        retire(place, service, task, _DEPLOYMENT.format(primary["id"]))
    fresh = [one for one in fresh if one not in surplus]
    ready = [one for one in fresh + old if is_ready(place, service, one)]
    ill = [one for one in old if one not in ready]
    lower, upper = deployments.bounds(desired, *deployments.percentages(service))
    step = deployments.step(desired, len(fresh), len(old), len(ready), lower, upper)
    if primary["rolloutState"] == "FAILED":
        step = deployments.Step(0, 0)  # given up: no more tasks of it
        ill = []
    gone = (
        surplus
        + ill
        + _choose(place, service, [one for one in old if one in ready], min(step.stop, len(old) - len(ill)))
    )
    for task in gone[len(surplus) :]:
        retire(place, service, task, _DEPLOYMENT.format(primary["id"]))
    told.tell_tasks(service, "stopped", gone, "running ")
    started = _start(place, service, step.start)
    told.tell_tasks(service, "started", started)
    done += [f"{len(gone)} tasks stop"] if gone else []
    done += [f"{len(started)} tasks start"] if started else []
    return done


def _sorted(place: Place, service: Any, live: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The tasks of the primary deployment, and those that are to be replaced: older ones, and on draining instances."""
    primary = service.deployments[0]["id"]
    hosts = place.backend("ecs").container_instances.get(service.cluster_name, {})
    draining = {host.container_instance_arn for host in hosts.values() if host.status == "DRAINING"}
    fresh = [one for one in live if one.started_by == primary and one.container_instance_arn not in draining]
    return fresh, [one for one in live if one not in fresh]


def _choose(place: Place, service: Any, tasks: Sequence[Any], count: int) -> list[Any]:
    """Which tasks stop when so many have to."""
    left, chosen = list(tasks), []
    hosts = {host.arn: host for host in launch.hosts_of(place, service.cluster_name)}
    for _ in range(max(0, count)):
        where = {one.task_arn: hosts.get(one.container_instance_arn) for one in left}
        gone = placement.to_remove(service.placement_strategy, where)
        chosen.append(next(one for one in left if one.task_arn == gone))
        left.remove(chosen[-1])
    return chosen


def _start(place: Place, service: Any, count: int, host: str = "") -> list[Any]:
    """Start tasks of the primary deployment, as many as find a place."""
    started: list[Any] = []
    running = Counter(one.capacity_provider_name for one in tasks_of(place, service) if one.capacity_provider_name)
    for _ in range(count):
        strategy = service.capacity_provider_strategy
        provider = capacity.split(1, strategy, running)[0] if strategy else ""
        order = _order(place, service, provider, host)
        task, misfits = launch.make(place, order, len(tasks_of(place, service)))
        if task is None:
            service.__dict__["lab_unplaced"] = misfits
            break
        running[provider] += 1
        started.append(task)
        tasks.begin(place, task)
    return started


def _order(place: Place, service: Any, provider: str, host: str = "") -> launch.Order:
    primary = service.deployments[0]
    constraints = list(service.placement_constraints)
    if host:
        constraints.append({"type": "memberOf", "expression": f"ec2InstanceId == {host}"})
    return launch.Order(
        service.cluster_name, launch.definition_of(place, primary["taskDefinition"]), f"service:{service.name}",
        launch_type="" if provider else str(service.launch_type or "EC2"), provider=provider,
        network=service.network_configuration or None, constraints=constraints,
        strategies=service.placement_strategy or [{"type": "spread", "field": "attribute:ecs.availability-zone"}],
        started_by=primary["id"], tags=_tags(place, service), platform_version=service.platform_version,
    )  # fmt: skip


def _tags(place: Place, service: Any) -> list[dict[str, str]]:
    match service.propagate_tags:
        case "SERVICE":
            return list(service.tags)
        case "TASK_DEFINITION":
            return list(launch.definition_of(place, service.task_definition).tags)
    return []


def _every_host(place: Place, service: Any) -> list[str]:
    """DAEMON: one task on each active instance that satisfies the constraints, also before others have their room."""
    primary = service.deployments[0]["id"]
    definition = launch.definition_of(place, service.deployments[0]["taskDefinition"])
    wanted = placement.Wish(resources.Needs(0, 0), "", [*definition.placement_constraints,
                                                               *service.placement_constraints])  # fmt: skip
    hosts = [host for host in launch.hosts_of(place, service.cluster_name) if not placement.why_not(wanted, host)]
    service.desired_count = len(hosts)
    by_host = {one.container_instance_arn: one for one in tasks_of(place, service)}
    lower, _ = deployments.bounds(len(hosts), *deployments.percentages(service))
    ready = sum(1 for one in by_host.values() if is_ready(place, service, one))
    started, stopped = [], []
    for arn, task in by_host.items():
        stays = any(host.arn == arn for host in hosts)
        if not stays or (task.started_by != primary and ready > lower):
            retire(place, service, task, _DEPLOYMENT.format(primary))
            stopped.append(task)
            ready -= 1
    for host in hosts:
        if host.arn not in by_host:
            started += _start(place, service, 1, host.instance_id)
    told.tell_tasks(service, "stopped", stopped, "running ")
    told.tell_tasks(service, "started", started)
    return [f"{len(stopped)} tasks stop, {len(started)} start"] if started or stopped else []


def _is_rolling(place: Place, service: Any, live: Sequence[Any]) -> bool:
    return bool(_sorted(place, service, live)[1]) and service.deployments[0]["rolloutState"] == "IN_PROGRESS"


def _is_complete(place: Place, service: Any, live: Sequence[Any]) -> bool:
    fresh, old = _sorted(place, service, live)
    return (
        not old
        and len(fresh) == service.desired_count
        and all(is_ready(place, service, one) for one in fresh)
        and not service.__dict__.get("lab_leaving")
    )


def _tell_steady(service: Any) -> None:
    primary = service.deployments[0]
    if primary["rolloutState"] == "IN_PROGRESS":
        deployments.complete(service)
        told.tell(service, f"(deployment {primary['id']}) deployment completed.", again=False)
    told.tell(service, "has reached a steady state.", again=False)
