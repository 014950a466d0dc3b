"""Services: made, changed and deleted by calls, and looked after as time passes.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-configuration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.ecs.exceptions import ECSException

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.ecs import deployments, instances, launch, scheduler, targets, tasks
from course.lab.ecs.records import plain
from course.lab.place import Place, everywhere
from course.lab.service import Call, Refusal, serve

# What a new value of begins a deployment, by the name that moto's record has for it.
_DEPLOYED: Final = {
    "networkConfiguration": "network_configuration", "platformVersion": "platform_version",
    "capacityProviderStrategy": "capacity_provider_strategy", "loadBalancers": "load_balancers",
    "serviceRegistries": "service_registries", "propagateTags": "propagate_tags",
}  # fmt: skip
_KEPT: Final = {
    "placementConstraints": "placement_constraints", "placementStrategy": "placement_strategy",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    "enableExecuteCommand": "enable_execute_command", "enableECSManagedTags": "enable_ecs_managed_tags",
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
}  # fmt: skip
_LONGEST_GRACE: Final = 2_147_483_647


def _create(call: Call) -> dict[str, Any]:
    given, place = call.given, call.place
    instances.join_all(place)
    cluster = launch.cluster_of(place, given.get("cluster"))
    kept, name = place.backend("ecs"), str(given["serviceName"])
    before = kept.services.get(f"{cluster}:{name}")
    if before is not None and before.status == "ACTIVE":
        raise Refusal("InvalidParameterException", "Creation of service was not idempotent.")
    controller = str((given.get("deploymentController") or {}).get("type", "ECS"))
    daemon = given.get("schedulingStrategy") == "DAEMON"
    _check(place, cluster, given, given, controller, daemon)
    network = _network(place, given.get("networkConfiguration"))
    try:
        service = kept.create_service(
            cluster, name, 0 if daemon else given.get("desiredCount"), given.get("taskDefinition"),
            list(given.get("loadBalancers") or ()), given.get("schedulingStrategy"), given.get("tags"),
            given.get("deploymentController"), given.get("launchType"),
            network_configuration=network, service_registries=given.get("serviceRegistries"),
            platform_version=given.get("platformVersion"), propagate_tags=given.get("propagateTags") or "NONE",
            role_arn=given.get("role"),
        )  # fmt: skip
    except ECSException as refused:
        raise Refusal(refused.code, str(refused.message)) from refused
    service.launch_type = _launch_type(kept, cluster, given)
    service.created_at = clock.now()
    service.capacity_provider_strategy = _strategy(kept, cluster, given)
    service.deployment_configuration = deployments.configuration(given.get("deploymentConfiguration") or {}, daemon)
    for asked, held in _KEPT.items():
        setattr(service, held, given.get(asked))
    service.placement_constraints = list(service.placement_constraints or ())
    service.placement_strategy = list(service.placement_strategy or ())
    if controller == "ECS":
        service.deployments.clear()
        deployments.new(service)
    scheduler.tend(place, service)
    return {"service": plain("Service", service)}


def _update(call: Call) -> dict[str, Any]:
    given, place = call.given, call.place
    instances.join_all(place)
    cluster = launch.cluster_of(place, given.get("cluster"))
    service = place.backend("ecs").services.get(f"{cluster}:{str(given['service']).rpartition('/')[2]}")
    if service is None:
        raise Refusal("ServiceNotFoundException", "Service not found.")
    if service.status != "ACTIVE":
        raise Refusal("ServiceNotActiveException", "Service was not ACTIVE.")
    controller = str(service.deployment_controller["type"])
    daemon = service.scheduling_strategy == "DAEMON"
    settled = {"taskDefinition": service.task_definition, "launchType": service.launch_type,
               "networkConfiguration": service.network_configuration, **given}  # fmt: skip
    _check(place, cluster, given, settled, controller, daemon)
    if (count := given.get("desiredCount")) is not None:
        if daemon:
            raise Refusal(
                "InvalidParameterException", "The daemon scheduling strategy does not support a desired count."
            )
        service.desired_count = int(count)
    deploys = bool(given.get("forceNewDeployment")) | _take_over(service, given, place)
    if given.get("deploymentConfiguration"):
        held = {**getattr(service, "deployment_configuration", {}), **given["deploymentConfiguration"]}
        service.deployment_configuration = deployments.configuration(held, daemon)
    if scheduler.is_ours(service):
        if deploys:
            deployments.new(service)
        scheduler.tend(place, service)
    else:
        service.running_count, service.pending_count = service.desired_count, 0
    return {"service": plain("Service", service)}


def _take_over(service: Any, given: Mapping[str, Any], place: Place) -> bool:
    """Write the new settings down; returns whether they begin a deployment."""
    deploys = False
    for asked, held in _DEPLOYED.items():
        if asked in given:
            wanted = _network(place, given[asked]) if asked == "networkConfiguration" else given[asked]
            deploys |= getattr(service, held, None) != wanted
            setattr(service, held, wanted)
    if given.get("capacityProviderStrategy"):
        service.launch_type = None
    if given.get("taskDefinition"):
        found = launch.definition_of(place, given["taskDefinition"]).arn
        deploys |= service.task_definition != found
        service.task_definition = found
    for asked, held in _KEPT.items():
        if asked in given:
            setattr(service, held, given[asked])
    return deploys


def _delete(call: Call) -> dict[str, Any]:
    given, place = call.given, call.place
    cluster = launch.cluster_of(place, given.get("cluster"))
    kept = place.backend("ecs")
    service = kept.services.get(f"{cluster}:{str(given['service']).rpartition('/')[2]}")
    if service is None:
        raise Refusal("ServiceNotFoundException", "Service not found.")
    if service.desired_count > 0 and not given.get("force") and service.scheduling_strategy != "DAEMON":
        words = "The service cannot be stopped while it is scaled above 0."
        raise Refusal("InvalidParameterException", words)
    service.status, service.desired_count = "INACTIVE", 0
    for task in scheduler.tasks_of(place, service):
        targets.drain(place, task)
        (tasks.of(task) or tasks.LabTask(place, task)).stop("Service was deleted", "ServiceSchedulerInitiated")
    service.running_count = service.pending_count = 0
    service.deployments = []
    return {"service": plain("Service", service)}


def _check(
    place: Place, cluster: str, given: Mapping[str, Any], settled: Mapping[str, Any], controller: str, daemon: bool
) -> None:
    """Refuse what ECS refuses; `given` is what the call says, `settled` also what the service has already."""
    if given.get("launchType") and given.get("capacityProviderStrategy"):
        words = (
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
        )
        raise Refusal("InvalidParameterException", words)
    if daemon and settled.get("launchType") == "FARGATE":
        raise Refusal("InvalidParameterException", "The daemon scheduling strategy is not supported for FARGATE.")
    if daemon and given.get("desiredCount") is not None:
        raise Refusal("InvalidParameterException", "The daemon scheduling strategy does not support a desired count.")
    if daemon and given.get("placementStrategy"):
        raise Refusal(
            "InvalidParameterException", "The daemon scheduling strategy does not support placement strategies."
        )
    if wrong := deployments.fault(given.get("deploymentConfiguration") or {}, daemon) if controller == "ECS" else "":
        raise Refusal("InvalidParameterException", wrong)
    if not 0 <= int(given.get("healthCheckGracePeriodSeconds") or 0) <= _LONGEST_GRACE:
        raise Refusal("InvalidParameterException", "healthCheckGracePeriodSeconds is out of range.")
    if given.get("healthCheckGracePeriodSeconds") and not settled.get("loadBalancers", True):
        words = "Health check grace period is only valid for services configured to use load balancers"
        raise Refusal("InvalidParameterException", words)
    launch.check(place, cluster, str(settled.get("launchType") or "EC2"),
                 list(given.get("capacityProviderStrategy") or ()), list(given.get("placementConstraints") or ()),
                 list(given.get("placementStrategy") or ()))  # fmt: skip
    if settled.get("taskDefinition"):
        definition = launch.definition_of(place, str(settled["taskDefinition"]))
        if definition.network_mode == "awsvpc" and not settled.get("networkConfiguration"):
            words = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
            raise Refusal("InvalidParameterException", words)
        if controller == "ECS":
            targets.check(place, definition, list(given.get("loadBalancers") or ()))


def _launch_type(kept: Any, cluster: str, given: Mapping[str, Any]) -> str | None:
    return None if _strategy(kept, cluster, given) else str(given.get("launchType") or "EC2")


def _strategy(kept: Any, cluster: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    if given.get("capacityProviderStrategy") or given.get("launchType"):
        return list(given.get("capacityProviderStrategy") or ())
    return list(kept.clusters[cluster].default_capacity_provider_strategy or ())


def _network(place: Place, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Network settings with the VPC's default security group where none is named."""
    if not given or "awsvpcConfiguration" not in given:
        return None
    asked = dict(given["awsvpcConfiguration"])
    if not asked.get("securityGroups"):
        ec2 = place.backend("ec2")
        subnets = {name: one for rows in ec2.subnets.values() for name, one in rows.items()}
        vpcs = [subnets[name].vpc_id for name in asked.get("subnets") or () if name in subnets]
        asked["securityGroups"] = [
            name for vpc in vpcs[:1] for name, one in ec2.groups[vpc].items() if one.name == "default"
        ]
    return {"awsvpcConfiguration": asked}


serve("ecs", {"CreateService": _create, "UpdateService": _update, "DeleteService": _delete})


# As time passes ----------------------------------------------------------------------------------------------


def look_again(place: Place) -> None:
    """Something changed: every service looks whether it has what it wants, at the next moment of the agenda."""
    for service in place.backend("ecs").services.values():
        _wake(service)


def _wake(service: Any) -> None:
    """A service looks again; one that is in the middle of a deployment keeps its pace."""
    if service.status == "ACTIVE" and (
        service.__dict__.get("lab_due") is None or not service.__dict__.get("lab_paced")
    ):
        service.__dict__["lab_due"] = 0.0


@tasks.on_change
def _look_at_the_change(place: Place, task: Any, one: tasks.LabTask) -> None:
    if task.desired_status == "STOPPED":
        targets.drain(place, task)
    service = _service_of(place, task)
    if service is not None:
        _wake(service)
    if one.status != "STOPPED":
        return
    if service is not None and service.status == "ACTIVE" and scheduler.is_ours(service):
        if one.stop_code in (tasks.FAILED, tasks.ESSENTIAL):
            deployments.failed(service, task)
        live = scheduler.tasks_of(place, service)
        deployments.count(service, live, [other for other in live if scheduler.is_running(other)])
    look_again(place)  # there is room for others


def _service_of(place: Place, task: Any) -> Any:
    kind, _, name = str(task.group).partition(":")
    return place.backend("ecs").services.get(f"{task.cluster_name}:{name}") if kind == "service" else None


class _Scheduler:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        due = [service.__dict__.get("lab_due") for _, service in _services()]
        return min((at for at in due if at is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for place, service in _services():
            due = service.__dict__.get("lab_due")
            if due is not None and due <= now:
                made += [note("ECS service", service.name, what) for what in scheduler.tend(place, service)]
        return made


def _services() -> list[tuple[Place, Any]]:
    return [
        (Place(kept.account_id, kept.region_name), service)
        for kept in everywhere("ecs")
        for service in list(kept.services.values())
    ]


add_source(_Scheduler())
