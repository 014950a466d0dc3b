"""Target groups: targets by id and port, their settings, and who uses them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from moto.elbv2.exceptions import InvalidTargetError, TargetNotRunning
from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup

from course.lab.clock import clock
from course.lab.elb.recall import recalled


@dataclass
class Condition:
    """A target as its health checks see it."""

    registered: float
    state: str = "initial"
    reason: str = "Elb.InitialHealthChecking"
    told: str = "Initial health checks in progress"
    passed: int = 0
    failed: int = 0
    next_probe: float = 0.0
    healthy_since: float | None = None
    busy_until: list[float] = field(default_factory=list)
    """When the requests end that it is working on."""
    checks_in_a_row: int = 0

    def busy(self, now: float) -> int:
        """How many requests it is working on."""
        self.busy_until = [end for end in self.busy_until if end > now]
        return len(self.busy_until)


class LabTargetGroup(FakeTargetGroup):
    """Targets are told apart by their port, too: two containers of one instance are two targets."""

    def take_over(self) -> None:
        """Begin to know of each target what moto does not."""
        self.conditions: dict[str, Condition] = {}
        self.draining: dict[str, tuple[dict[str, Any], float]] = {}
        self.turns: dict[str, int] = {}
        for key in self.targets:
            self.conditions[key] = Condition(clock.now().timestamp())

    def register(self, targets: list[dict[str, Any]]) -> None:
        now = clock.now().timestamp()
        for target in targets:
            instance = self.ec2_backend.get_instance_by_id(target["Id"])
            if instance is not None and instance.state != "running":
                raise TargetNotRunning(instance_id=target["Id"])
            port = target.get("Port", self.port)
            key = f"{target['Id']}:{port}"
            if key not in self.targets:
                self.conditions[key] = Condition(now)
            self.targets[key] = {"Id": target["Id"], "Port": port, **_zone(target)}
            self.draining.pop(key, None)
            self.deregistered_targets.pop(target["Id"], None)

    def deregister(self, targets: list[dict[str, Any]]) -> None:
        """Without a port all ports of the target go. They drain for a while: what is under way may finish."""
        until = clock.now().timestamp() + float(self.setting("deregistration_delay.timeout_seconds", "300"))
        for target in targets:
            gone = [key for key, one in self.targets.items() if is_same(one, target)]
            if not gone:
                raise InvalidTargetError()
            for key in gone:
                self.draining[key] = (self.targets[key], until)
                self.deregistered_targets[target["Id"]] = self.targets.pop(key)

    def deregister_terminated_instances(self, instance_ids: list[str]) -> None:
        for key, one in list(self.targets.items()):
            if one["Id"] in instance_ids:
                self.terminated_targets[one["Id"]] = self.targets.pop(key)

    def health_for(self, target: dict[str, Any], ec2_backend: Any) -> FakeHealthStatus:
        from course.lab.elb import health

        key = next((key for key, one in self.targets.items() if is_same(one, target)), None)
        if key is not None:
            return health.status_of(self, key)
        gone = [(one, until) for one, until in self.draining.values() if is_same(one, target)]
        if gone and gone[-1][1] > clock.now().timestamp():
            words = ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
            return FakeHealthStatus(gone[-1][0]["Id"], gone[-1][0]["Port"], self.health_check_port, *words)
        if gone:
            words = ("unused", "Target.NotRegistered", "Target is not registered to the target group")
            return FakeHealthStatus(gone[-1][0]["Id"], gone[-1][0]["Port"], self.health_check_port, *words)
        return super().health_for(target, ec2_backend)

    def all_targets(self) -> list[dict[str, Any]]:
        """Its targets, and those that drain: what DescribeTargetHealth shows when it is not asked for certain ones."""
        now = clock.now().timestamp()
        return [*self.targets.values(), *(one for one, until in self.draining.values() if until > now)]

    def setting(self, key: str, default: str = "") -> str:
        """An attribute of the group."""
        return str(self.attributes.get(key, default))

    def is_on(self, key: str) -> bool:
        """Whether an attribute says true."""
        return self.setting(key).lower() == "true"


def is_same(one: dict[str, Any], target: dict[str, Any]) -> bool:
    """Whether a target is meant by what a call says of it."""
    return bool(one["Id"] == target["Id"] and str(target.get("Port") or one["Port"]) == str(one["Port"]))


def _zone(target: dict[str, Any]) -> dict[str, Any]:
    return {"AvailabilityZone": target["AvailabilityZone"]} if target.get("AvailabilityZone") else {}


def groups_in(actions: list[Any]) -> Iterator[tuple[str, int]]:
    """The target groups that actions forward to, each with its weight."""
    for action in actions:
        said = action.data if hasattr(action, "data") else action
        if said.get("Type") != "forward":
            continue
        rows = (said.get("ForwardConfig") or {}).get("TargetGroups") or []
        if rows:
            for row in rows:
                yield row["TargetGroupArn"], int(row.get("Weight", 1))
        elif said.get("TargetGroupArn"):
            yield said["TargetGroupArn"], 1


def balancers_of(kept: Any, group: FakeTargetGroup) -> list[Any]:
    """The load balancers of which a rule forwards to the group."""
    return recalled(group, "balancers", "", lambda: _find_balancers(kept, group))


def _find_balancers(kept: Any, group: FakeTargetGroup) -> list[Any]:
    return [
        balancer
        for balancer in kept.load_balancers.values()
        if any(
            arn == group.arn
            for listener in balancer.listeners.values()
            for rule in listener.rules.values()
            for arn, _ in groups_in(rule.actions)
        )
    ]


def instance_of(group: FakeTargetGroup, target: dict[str, Any]) -> Any | None:
    """The instance behind a target, named by its id or by its private address."""
    return recalled(group, "instance", target["Id"], lambda: _find_instance(group, target))


def _find_instance(group: FakeTargetGroup, target: dict[str, Any]) -> Any | None:
    ec2 = group.ec2_backend
    if group.target_type == "instance":
        return ec2.get_instance_by_id(target["Id"])
    if group.target_type == "ip":
        for reservation in ec2.reservations.values():
            for instance in reservation.instances:
                if instance.private_ip == target["Id"]:
                    return instance
    return None


def names_of(group: FakeTargetGroup, target: dict[str, Any]) -> tuple[str, ...]:
    """By which names somebody may have said what the target's server does."""
    instance = instance_of(group, target)
    return (target["Id"],) if instance is None else (instance.id, instance.private_ip)


def zone_of(group: FakeTargetGroup, target: dict[str, Any]) -> str:
    """The Availability Zone of a target; 'all' for one outside its VPC."""
    return recalled(group, "zone", target["Id"], lambda: _find_zone(group, target))


def _find_zone(group: FakeTargetGroup, target: dict[str, Any]) -> str:
    instance = instance_of(group, target)
    ec2 = group.ec2_backend
    if instance is not None:
        subnet = ec2.get_subnet(instance.subnet_id) if instance.subnet_id else None
        return str(subnet.availability_zone if subnet else instance.placement)
    if target.get("AvailabilityZone"):
        return str(target["AvailabilityZone"])
    if group.target_type == "ip":
        for zone, subnets in ec2.subnets.items():
            for subnet in subnets.values():
                if subnet.vpc_id == group.vpc_id and ip_address(target["Id"]) in ip_network(subnet.cidr_block):
                    return str(zone)
    return "all"
