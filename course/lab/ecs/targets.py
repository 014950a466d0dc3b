"""Tasks of a service as targets of its load balancers: registered with address and port, drained before they stop.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-healthcheck.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from course.lab.clock import clock
from course.lab.ecs.resources import address_of
from course.lab.place import Place
from course.lab.service import Refusal

MOST_GROUPS: Final = 5
_DELAY: Final = "deregistration_delay.timeout_seconds"


def check(place: Place, definition: Any, balancers: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what ECS refuses in the load balancers of a service."""
    wrong = ""
    if len(balancers) > MOST_GROUPS:
        wrong = f"load balancers can have at most {MOST_GROUPS} items."
    for one in balancers:
        wrong = wrong or _fault(place, definition, one)
    if wrong:
        raise Refusal("InvalidParameterException", wrong)


def _fault(place: Place, definition: Any, one: Mapping[str, Any]) -> str:
    container, port = one.get("containerName"), one.get("containerPort")
    mapped = {
        str(row["name"]): [mapping.get("containerPort") for mapping in row.get("portMappings") or ()]
        for row in definition.container_definitions
    }
    if container not in mapped:
        return f"The container {container} does not exist in the task definition."
    if port not in mapped[container]:
        return f"The container {container} did not have a container port {port} defined."
    arn = one.get("targetGroupArn")
    if not arn:
        return ""
    from course.lab.elb.target_groups import balancers_of

    kept = place.backend("elbv2")
    group = kept.target_groups.get(arn)
    if group is None:
        return f"Unable to assume role or target group not found: {arn}"
    if definition.network_mode == "awsvpc" and group.target_type != "ip":
        return (f"The provided target group {arn} has target type {group.target_type}, which is incompatible with the "
                f"awsvpc network mode specified in the task definition.")  # fmt: skip
    if definition.network_mode != "awsvpc" and group.target_type != "instance":
        mode = definition.network_mode or "bridge"
        return (f"The provided target group {arn} has target type {group.target_type}, which is incompatible with the "
                f"{mode} network mode specified in the task definition.")  # fmt: skip
    if not balancers_of(kept, group):
        return f"The target group with targetGroupArn {arn} does not have an associated load balancer."
    return ""


def targets_of(place: Place, service: Any, task: Any) -> list[tuple[str, dict[str, Any]]]:
    """Each target group of a service, with the target that a task is there."""
    found = []
    for one in service.load_balancers:
        arn = one.get("targetGroupArn")
        if not arn:
            continue
        if address := address_of(task):
            found.append((arn, {"Id": address, "Port": int(one["containerPort"])}))
            continue
        host = _host(place, task)
        for port in task.__dict__.get("lab_ports", ()):
            if (port["containerName"], port["containerPort"]) == (one["containerName"], one["containerPort"]) and host:
                found.append((arn, {"Id": host.ec2_instance_id, "Port": int(port["hostPort"])}))
    return found


def register(place: Place, service: Any, task: Any) -> list[str]:
    """Let a running task get requests; returns the target groups that it is new in."""
    new = []
    groups = place.backend("elbv2").target_groups
    for arn, target in targets_of(place, service, task):
        group = groups.get(arn)
        if group is not None and f"{target['Id']}:{target['Port']}" not in group.targets:
            group.register([target])
            _noticed()
            new.append(str(arn))
    task.__dict__["lab_targets"] = targets_of(place, service, task)
    return new


def drain(place: Place, task: Any) -> float:
    """Send a task no more requests; returns when its connections have drained, by the lab's clock."""
    groups, until = place.backend("elbv2").target_groups, 0.0
    for arn, target in task.__dict__.pop("lab_targets", ()):
        group = groups.get(arn)
        if group is not None and f"{target['Id']}:{target['Port']}" in group.targets:
            group.deregister([target])
            _noticed()
            until = max(until, clock.now().timestamp() + float(group.attributes.get(_DELAY, "300")))
    return until


def state(place: Place, task: Any) -> str:
    """'healthy', 'initial' or 'unhealthy': the worst of what its target groups say; healthy without any."""
    states = []
    for arn, target in task.__dict__.get("lab_targets", ()):
        group = place.backend("elbv2").target_groups.get(arn)
        key = f"{target['Id']}:{target['Port']}"
        if group is None or key not in group.targets:
            continue
        from course.lab.elb.health import state_of

        states.append(state_of(group, key)[0])
    for worst in ("unhealthy", "initial"):
        if worst in states:
            return worst
    return "healthy"


def _noticed() -> None:
    """What load balancers remember of their targets is no longer so."""
    from course.lab.elb import health, recall

    health.touched()
    recall.forget()


def _host(place: Place, task: Any) -> Any:
    hosts = place.backend("ecs").container_instances.get(task.cluster_name, {})
    return hosts.get(str(task.container_instance_arn).rpartition("/")[2])
