"""Where an environment stands: its VPC, the subnets of its instances and of its balancer.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/vpc.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course.lab.beanstalk.store import Environment, Settings


class NoNetwork(Exception):
    """There is nowhere to put the environment."""


@dataclass(frozen=True)
class Network:
    """A VPC with the subnets that an environment uses."""

    vpc: str
    instances: list[str]
    balancer: list[str]


def network_of(environment: Environment, settings: Settings) -> Network:
    """What the options of aws:ec2:vpc name, or the default VPC with a subnet in each zone."""

    def several(name: str) -> list[str]:
        return [one.strip() for one in settings.get(("aws:ec2:vpc", name), "").split(",") if one.strip()]

    ec2 = environment.session.client("ec2")
    vpc = settings.get(("aws:ec2:vpc", "VPCId"), "")
    if not vpc:
        found = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        if not found:
            raise NoNetwork("No default VPC for this user. Set VPCId and Subnets in aws:ec2:vpc.")
        vpc = found[0]["VpcId"]
    inside = several("Subnets") or _one_for_each_zone(ec2, vpc, settings)
    if not inside:
        raise NoNetwork(f"The VPC {vpc} has no subnets. Set Subnets in aws:ec2:vpc.")
    return Network(vpc, inside, several("ELBSubnets") or several("Subnets") or _one_for_each_zone(ec2, vpc, {}))


def _one_for_each_zone(ec2: Any, vpc: str, settings: Settings) -> list[str]:
    rows = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    zones: dict[str, str] = {}
    for row in sorted(rows, key=lambda one: (one["AvailabilityZone"], one["SubnetId"])):
        zones.setdefault(row["AvailabilityZone"], row["SubnetId"])
    wanted = settings.get(("aws:autoscaling:asg", "Availability Zones"), "Any").removeprefix("Any").strip()
    return list(zones.values())[: int(wanted)] if wanted else list(zones.values())
