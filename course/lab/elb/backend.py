"""What moto makes, as AWS would make it: names, ARNs and defaults of balancers and target groups.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeLoadBalancer, FakeTargetGroup, elbv2_backends

from course.lab.dns.aws_names import zone_of_balancers
from course.lab.elb.target_groups import LabTargetGroup
from course.lab.stand_in import stand_in

CROSS_ZONE: Final = "load_balancing.cross_zone.enabled"
_FOLDERS: Final = {"network": "net", "gateway": "gwy"}


class LabLoadBalancers(ELBv2Backend):
    """Moto's load balancers of one account and Region, completed."""

    def create_load_balancer(self, *args: Any, **kwargs: Any) -> FakeLoadBalancer:
        kwargs["scheme"] = kwargs.get("scheme") or "internet-facing"
        made = super().create_load_balancer(*args, **kwargs)
        if made.type == "application":
            # Always on: https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html
            made.attrs[CROSS_ZONE] = "true"
            made.security_groups = made.security_groups or self._default_group(made.vpc_id)
        else:
            self._rename(made)
        if made.scheme == "internal":
            made.dns_name = f"internal-{made.dns_name}"
        made.canonical_hosted_zone_id = zone_of_balancers(self.region_name, made.type) or made.canonical_hosted_zone_id
        made.__dict__["lab_addresses"] = dict(self._addresses(kwargs.get("subnet_mappings") or []))
        return made

    def create_target_group(self, name: str, **kwargs: Any) -> FakeTargetGroup:
        made = super().create_target_group(name, **kwargs)
        made.__class__ = LabTargetGroup  # type: ignore[type-abstract]
        made.take_over()  # type: ignore[attr-defined]
        return made

    def describe_target_health(self, target_group_arn: str, targets: list[dict[str, Any]]) -> list[FakeHealthStatus]:
        group = self.target_groups.get(target_group_arn)
        if not targets and isinstance(group, LabTargetGroup):
            targets = group.all_targets()
            if not targets:
                return []
        return super().describe_target_health(target_group_arn, targets)

    def _rename(self, made: FakeLoadBalancer) -> None:
        """The ARN says of what kind a balancer is, and so does the name in DNS."""
        old, number = made.arn, made.arn.rpartition("/")[2]
        made.arn = old.replace(":loadbalancer/app/", f":loadbalancer/{_FOLDERS[made.type]}/")
        made.dns_name = f"{made.name}-{number}.elb.{self.region_name}.amazonaws.com"
        self.load_balancers[made.arn] = self.load_balancers.pop(old)
        tags = self.tagging_service.get_tag_dict_for_resource(old)
        self.tagging_service.delete_all_tags_for_resource(old)
        self.tagging_service.tag_resource(made.arn, [{"Key": key, "Value": value} for key, value in tags.items()])

    def _default_group(self, vpc: str) -> list[str]:
        """Who names no security group gets the default one of the VPC."""
        groups = self.ec2_backend.groups.get(vpc) or {}
        return [name for name, group in groups.items() if group.name == "default"]

    def _addresses(self, mappings: list[dict[str, str]]) -> Any:
        """The Elastic IP and the private address that were asked for, by subnet."""
        for mapping in mappings:
            allocation = mapping.get("AllocationId", "")
            public = self.ec2_backend.address_by_allocation([allocation])[0].public_ip if allocation else ""
            private = mapping.get("PrivateIPv4Address", "")
            yield mapping["SubnetId"], {"public": public, "private": private, "allocation": allocation}


_put_in_place = stand_in(elbv2_backends, LabLoadBalancers)


def install() -> None:
    """Put the lab's class in moto's place; target groups that are there already become ours, too."""
    _put_in_place()
    for account in elbv2_backends.values():
        for kept in account.values():
            for group in kept.target_groups.values():
                if type(group) is FakeTargetGroup and isinstance(kept, LabLoadBalancers):
                    group.__class__ = LabTargetGroup  # type: ignore[type-abstract]
                    group.take_over()  # type: ignore[attr-defined]


install()
