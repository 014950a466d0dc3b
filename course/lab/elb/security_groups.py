"""Which way through security groups: from a client to a balancer, and from a balancer to a target.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html

Answers to what was let in are always let out, so only inbound rules are asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from course.lab.elb.nodes import private_addresses
from course.lab.elb.recall import recalled
from course.lab.elb.target_groups import LabTargetGroup, instance_of
from course.lab.place import Place


def lets_in(groups: Iterable[Any], port: int, source: str, source_groups: Iterable[str] = ()) -> bool:
    """Whether one of the security groups lets TCP in on a port, from an address or from members of other groups."""
    members = set(source_groups)
    return any(_fits(rule, port, source, members) for group in groups for rule in group.ingress_rules)


def _fits(rule: Any, port: int, source: str, members: set[str]) -> bool:
    protocol = str(rule.ip_protocol)
    if protocol != "-1":
        if protocol not in ("tcp", "6") or rule.from_port is None or rule.to_port is None:
            return False
        if not int(rule.from_port) <= port <= int(rule.to_port):
            return False
    block = rule.ip_range.get("CidrIp") or rule.ip_range.get("CidrIpv6")
    if block:
        return _within(source, block)
    return rule.source_group.get("GroupId") in members


def _within(source: str, block: str) -> bool:
    address, network = ip_address(source), ip_network(block, strict=False)
    return address.version == network.version and address in network


def of_balancer(balancer: Any) -> list[Any]:
    """The security groups of a balancer; a network load balancer may have none."""
    _, _, _, region, account, _ = balancer.arn.split(":", 5)
    ec2 = Place(account, region).backend("ec2")
    found = [ec2.get_security_group_from_id(name) for name in balancer.security_groups or ()]
    return [one for one in found if one is not None]


def client_gets_in(balancer: Any, port: int, source: str) -> bool:
    """Whether a client reaches a listener."""
    groups = of_balancer(balancer)
    return not groups or lets_in(groups, port, source)


def lets_through(balancer: Any, group: LabTargetGroup, target: dict[str, Any], port: int, client: str = "") -> bool:
    """Whether a balancer reaches a target; a network load balancer without groups comes with its client's address."""
    asked = (target["Id"], port, client)
    return recalled(group, f"way from {balancer.arn}", asked, lambda: _is_open(balancer, group, target, port, client))


def _is_open(balancer: Any, group: LabTargetGroup, target: dict[str, Any], port: int, client: str) -> bool:
    instance = instance_of(group, target)
    if instance is None or not instance.security_groups:
        return True
    own = [one.id for one in of_balancer(balancer)]
    sources = [client] if client and not own else private_addresses(balancer)
    return any(lets_in(instance.security_groups, port, source, own) for source in sources)
