"""Tasks are placed and put on record: for RunTask, StartTask and the services.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StartTask.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from moto.ecs.models import Container, Task

from course.lab.ecs import capacity, instances, placement, resources
from course.lab.place import Place
from course.lab.service import Refusal

MOST_AT_ONCE: Final = 10
_FARGATE: Final = ("FARGATE", "FARGATE_SPOT")


@dataclass(frozen=True)
class Order:
    """A task that shall run: of what, on which capacity, in which group."""

    cluster: str
    definition: Any
    group: str
    launch_type: str = ""
    provider: str = ""
    network: Mapping[str, Any] | None = None
    constraints: Sequence[Mapping[str, Any]] = ()
    strategies: Sequence[Mapping[str, Any]] = ()
    overrides: dict[str, Any] = field(default_factory=dict)
    started_by: str = ""
    tags: list[dict[str, str]] = field(default_factory=list)
    platform_version: str | None = None

    @property
    def is_fargate(self) -> bool:
        """Whether AWS finds the place itself."""
        return self.launch_type == "FARGATE" or self.provider in _FARGATE


def start(place: Place, operation: str, given: Mapping[str, Any]) -> tuple[list[Any], list[dict[str, str]]]:
    """Place the tasks of RunTask or StartTask: those that found a place, and a failure for each that did not."""
    instances.join_all(place)
    cluster = cluster_of(place, given.get("cluster"))
    definition = definition_of(place, str(given["taskDefinition"]))
    order = _order(place, cluster, definition, given)
    if operation == "StartTask":
        return _on_given(place, order, list(given.get("containerInstances") or ()))
    count = int(given.get("count", 1))
    if not 1 <= count <= MOST_AT_ONCE:
        raise Refusal("InvalidParameterException", f"count must be between 1 and {MOST_AT_ONCE}, not {count}.")
    strategy, launch_type = _capacity_of(place, cluster, given)
    check(place, cluster, launch_type, strategy, order.constraints, order.strategies)
    if not strategy and launch_type != "FARGATE" and not place.backend("ecs").container_instances.get(cluster):
        raise Refusal("InvalidParameterException", "No Container Instances were found in your cluster.")
    made: list[Any] = []
    failures: list[dict[str, str]] = []
    for provider in capacity.split(count, strategy) if strategy else [""] * count:
        task, misfits = make(place, _with(order, launch_type=launch_type, provider=provider), len(made))
        if task is not None:
            made.append(task)
        else:
            failures += _failures(misfits) or [
                {"arn": _provider_arn(place, provider), "reason": "EMPTY CAPACITY PROVIDER"}
            ]
    return made, failures


def make(place: Place, order: Order, turn: int = 0) -> tuple[Any | None, list[placement.Misfit]]:
    """Place one task and put it on record; without a place, why each instance was none.

    ``turn`` counts tasks of one call, so that they spread over the subnets of Fargate.
    """
    if order.is_fargate:
        return _record(place, order, None, turn), []
    needs = resources.needs_of(order.definition, order.overrides)
    wish = placement.Wish(needs, order.group, [*order.definition.placement_constraints, *order.constraints],
                          order.strategies)  # fmt: skip
    hosts = [host for host in hosts_of(place, order.cluster) if _belongs(place, order, host)]
    chosen, misfits = placement.place(wish, hosts)
    return (_record(place, order, chosen, turn) if chosen else None), misfits


def hosts_of(place: Place, cluster: str) -> list[placement.Host]:
    """The container instances of a cluster as placement sees them, in the order in which they came."""
    kept = place.backend("ecs")
    found = {}
    for host in kept.container_instances.get(cluster, {}).values():
        found[host.container_instance_arn] = placement.Host(
            host.container_instance_arn, host.ec2_instance_id, host.attributes, resources.room_of(host),
            bool(host.agent_connected), host.status == "ACTIVE")  # fmt: skip
    for task in kept.tasks.get(cluster, {}).values():
        if task.desired_status == "RUNNING" and task.container_instance_arn in found:
            found[task.container_instance_arn].groups.append(task.group)
            found[task.container_instance_arn].tasks += 1
    return list(found.values())


def cluster_of(place: Place, named: Any) -> str:
    """The name of the cluster that a call means; without one it is 'default'."""
    name = str(named or "default").rpartition("/")[2]
    found = place.backend("ecs").clusters.get(name)
    if found is None or found.status == "INACTIVE":
        raise Refusal("ClusterNotFoundException", "Cluster not found.")
    return name


def definition_of(place: Place, named: str) -> Any:
    """Moto's task definition of a family, a family:revision or an ARN; the newest active one of a family."""
    family, _, revision = named.rpartition("/")[2].partition(":")
    revisions = place.backend("ecs").task_definitions.get(family, {})
    if revision:
        found = revisions.get(int(revision)) if revision.isdigit() else None
    else:
        active = [number for number, one in revisions.items() if one.status == "ACTIVE"]
        found = revisions[max(active)] if active else None
    if found is None:
        raise Refusal("ClientException", "Unable to describe task definition.")
    if found.status != "ACTIVE":
        raise Refusal("ClientException", "TaskDefinition is inactive")
    return found


def check(
    place: Place, cluster: str, launch_type: str, strategy: Sequence[Mapping[str, Any]],
    constraints: Sequence[Mapping[str, Any]], strategies: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    """Refuse what ECS refuses in the capacity and the placement of tasks."""
    if wrong := capacity.fault(place, cluster, strategy) or placement.fault(constraints, strategies):
        raise Refusal("InvalidParameterException", wrong)
    if launch_type == "FARGATE" or any(one["capacityProvider"] in _FARGATE for one in strategy):
        for name, given in (("constraints", constraints), ("strategies", strategies)):
            if given:
                words = f"Placement {name} are not supported with FARGATE launch type."
                raise Refusal("InvalidParameterException", words)


def _capacity_of(place: Place, cluster: str, given: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str]:
    strategy = list(given.get("capacityProviderStrategy") or ())
    if strategy and given.get("launchType"):
        words = (
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
        )
        raise Refusal("InvalidParameterException", words)
    if not strategy and not given.get("launchType"):
        strategy = list(place.backend("ecs").clusters[cluster].default_capacity_provider_strategy or ())
    return strategy, "" if strategy else str(given.get("launchType") or "EC2")


def _order(place: Place, cluster: str, definition: Any, given: Mapping[str, Any]) -> Order:
    network = given.get("networkConfiguration")
    if definition.network_mode == "awsvpc" and not network:
        words = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        raise Refusal("InvalidParameterException", words)
    return Order(
        cluster, definition, str(given.get("group") or f"family:{definition.family}"), network=network,
        constraints=list(given.get("placementConstraints") or ()),
        strategies=list(given.get("placementStrategy") or ()), overrides=dict(given.get("overrides") or {}),
        started_by=str(given.get("startedBy") or ""), tags=list(given.get("tags") or ()),
        platform_version=given.get("platformVersion"),
    )  # fmt: skip


def _with(order: Order, **changes: Any) -> Order:
    from dataclasses import replace

    return replace(order, **changes)


def _belongs(place: Place, order: Order, host: placement.Host) -> bool:
    """Whether an instance is of the capacity provider that shall run the task; any is without one."""
    return not order.provider or capacity.provider_of(place, order.cluster, host.instance_id) == order.provider


def _on_given(place: Place, order: Order, named: list[str]) -> tuple[list[Any], list[dict[str, str]]]:
    """StartTask: the caller chose the instances; ECS only looks whether there is room."""
    if not 1 <= len(named) <= MOST_AT_ONCE:
        words = "Container instances cannot be empty." if not named else "Too many container instances were given."
        raise Refusal("InvalidParameterException", words)
    made: list[Any] = []
    failures: list[dict[str, str]] = []
    needs = resources.needs_of(order.definition, order.overrides)
    wish = placement.Wish(needs, order.group, order.definition.placement_constraints)
    for name in named:
        found = [host for host in hosts_of(place, order.cluster) if host.arn.endswith(name.rpartition("/")[2])]
        reason = placement.why_not(wish, found[0]) if found else "MISSING"
        if reason:
            failures.append({"arn": found[0].arn if found else name, "reason": reason})
        else:
            made.append(_record(place, _with(order, launch_type="EC2"), found[0], len(made)))
    return made, failures


def _failures(misfits: Sequence[placement.Misfit]) -> list[dict[str, str]]:
    return [{"arn": one.host.arn, "reason": one.reason} for one in misfits]


def _provider_arn(place: Place, provider: str) -> str:
    return f"arn:aws:ecs:{place.region}:{place.account}:capacity-provider/{provider}"


def _record(place: Place, order: Order, host: placement.Host | None, turn: int) -> Any:
    kept = place.backend("ecs")
    cluster = kept.clusters[order.cluster]
    needs = resources.needs_of(order.definition, order.overrides)
    task = Task(
        cluster, order.definition, host.arn if host else None, {}, kept, order.group, order.launch_type,
        order.overrides, order.started_by, order.tags, _network(place, order, host, turn),
        order.platform_version or ("1.4.0" if order.is_fargate else None), order.provider or None,
    )  # fmt: skip
    task.__dict__["advance"] = lambda: None  # moto would age the task with each look at it
    task.launch_type = "FARGATE" if order.is_fargate else "EC2"
    task.containers = [_container(order.definition, one) for one in order.definition.container_definitions]
    task.__dict__ |= {"cpu": str(needs.cpu), "memory": str(needs.memory), "lab_ports": [], "lab_needs": needs}
    if host is not None:
        there = kept.container_instances[order.cluster][host.arn.rpartition("/")[2]]
        resources.take(there, task, needs)
        task.__dict__["availability_zone"] = there.attributes.get("ecs.availability-zone")
        for container in task.containers:
            container.__dict__["network_bindings"] = [
                {key: value for key, value in port.items() if key != "containerName"}
                for port in task.__dict__["lab_ports"]
                if port["containerName"] == container.name
            ]
    cluster.running_tasks_count += 1
    kept.tasks.setdefault(order.cluster, {})[task.task_arn] = task
    return task


def _container(definition: Any, one: dict[str, Any]) -> Any:
    """Moto's record of a container: it reads the first definition, so it is shown each in turn."""
    shown = _Shown(definition.arn, [one])
    container: Any = Container(shown)  # type: ignore[abstract,arg-type]
    container.last_status = "RUNNING"
    container.health_status = "UNKNOWN"
    container.exitCode = None
    return container


@dataclass(frozen=True)
class _Shown:
    arn: str
    container_definitions: list[dict[str, Any]]


def _network(place: Place, order: Order, host: placement.Host | None, turn: int) -> dict[str, Any] | None:
    """The network settings of one task: its subnet first. Subnets take turns; on an instance it is one of its zone."""
    if not order.network or order.definition.network_mode != "awsvpc":
        return None
    asked: dict[str, Any] = dict(order.network["awsvpcConfiguration"])
    ec2 = place.backend("ec2")
    zones = {name: zone for zone, rows in ec2.subnets.items() for name in rows}
    subnets = [name for name in asked["subnets"] if name in zones]
    if not subnets:
        raise Refusal("InvalidParameterException", f"Error retrieving subnet information for {asked['subnets']}")
    if host is not None:
        near = [name for name in subnets if zones[name] == host.attributes.get("ecs.availability-zone")]
        chosen = (near or subnets)[0]
    else:
        chosen = subnets[turn % len(subnets)]
    groups = asked.get("securityGroups") or _default_group(ec2, zones[chosen], chosen)
    return {"awsvpcConfiguration": {**asked, "subnets": [chosen], "securityGroups": groups}}


def _default_group(ec2: Any, zone: str, subnet: str) -> list[str]:
    vpc = ec2.subnets[zone][subnet].vpc_id
    return [name for name, one in ec2.groups[vpc].items() if one.name == "default"]
