"""Load balancers: several ports of one target, zones, and balancing across them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
"""

from __future__ import annotations

from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.elbv2.exceptions import InvalidTargetError, TargetNotRunning
from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup

from course.lab.acm import regions  # noqa: F401  # judges the certificates of listeners
from course.lab.asked import asked
from course.lab.place import Place, place_of
from course.lab.replies import Reply, answer
from course.lab.wire import afterwards, answer_first

_CROSS_ZONE: Final = "load_balancing.cross_zone.enabled"


class LabTargetGroup(FakeTargetGroup):
    """Targets are told apart by their port, too: two containers of one instance are two targets."""

    def register(self, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            instance = self.ec2_backend.get_instance_by_id(target["Id"])
            if instance is not None and instance.state != "running":
                raise TargetNotRunning(instance_id=target["Id"])
            port = target.get("Port", self.port)
            self.targets[f"{target['Id']}:{port}"] = {"Id": target["Id"], "Port": port}
            self.deregistered_targets.pop(target["Id"], None)

    def deregister(self, targets: list[dict[str, Any]]) -> None:
        """Without a port all ports of the target go."""
        for target in targets:
            gone = [key for key, one in self.targets.items() if _same(one, target)]
            if not gone:
                raise InvalidTargetError()
            for key in gone:
                self.deregistered_targets[target["Id"]] = self.targets.pop(key)

    def deregister_terminated_instances(self, instance_ids: list[str]) -> None:
        for key, one in list(self.targets.items()):
            if one["Id"] in instance_ids:
                self.terminated_targets[one["Id"]] = self.targets.pop(key)

    def health_for(self, target: dict[str, Any], ec2_backend: Any) -> FakeHealthStatus:
        """Moto looks a target up by its id: lend it the one that is meant."""
        found = next((one for one in self.targets.values() if _same(one, target)), None)
        if found is None:
            return super().health_for(target, ec2_backend)
        kept, self.targets = self.targets, type(self.targets)({found["Id"]: found})
        try:
            return super().health_for(target, ec2_backend)
        finally:
            self.targets = kept


def _same(one: dict[str, Any], target: dict[str, Any]) -> bool:
    return bool(one["Id"] == target["Id"] and target.get("Port") in (None, one["Port"]))


@answer_first
def _two_zones(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if (service, operation) != ("elastic-load-balancing-v2", "CreateLoadBalancer"):
        return None
    call = asked(operation)
    if call is None or call.params.get("Type", "application") != "application":
        return None
    named = call.params.get("Subnets") or [one["SubnetId"] for one in call.params.get("SubnetMappings") or ()]
    ec2 = place_of(request).backend("ec2")
    subnets = [found for zone in ec2.subnets.values() for name, found in zone.items() if name in named]
    zones = [subnet.availability_zone for subnet in subnets]
    message = ""
    if len(set(zones)) < len(zones):
        message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
    elif len(zones) == len(named) == 1:
        message = "At least two subnets in two different Availability Zones must be specified"
    return (
        answer(request, "elbv2", call.protocol, Reply("InvalidConfigurationRequest", message))[0] if message else None
    )


@afterwards("elastic-load-balancing-v2")
def _as_aws_makes_them(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation in ("CreateTargetGroup", "CreateLoadBalancer") and response.status_code < 400:
        adopt(place_of(request))


def adopt(place: Place) -> None:
    """Make what moto has just made what AWS would have made."""
    kept = place.backend("elbv2")
    for arn, group in list(kept.target_groups.items()):
        if type(group) is FakeTargetGroup:
            ours = object.__new__(LabTargetGroup)  # type: ignore[type-abstract]
            ours.__dict__.update(group.__dict__)
            kept.target_groups[arn] = ours
    for balancer in kept.load_balancers.values():
        # Always on for application load balancers: https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html
        if balancer.type == "application" and "lab_made" not in balancer.__dict__:
            balancer.__dict__["lab_made"] = True
            balancer.attrs[_CROSS_ZONE] = "true"
