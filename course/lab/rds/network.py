"""Whether a client's packets get to a DB instance: where it stands, and what the security groups let in.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from moto.ec2.models import ec2_backends


def blocked(instance: Any, source: str) -> str:
    """Why a client does not get through to an instance; empty when it does.

    `source` is an IP address, a security group (a server that carries it) or an EC2 instance.
    """
    ec2 = ec2_backends[instance.account_id][instance.region]
    address, groups = _client(ec2, source)
    inside = bool(groups) or any(ipaddress.ip_address(address) in network for network in _networks(ec2, instance))
    if not inside and not instance.publicly_accessible:
        return f"{source} is outside the VPC, and the instance is not publicly accessible"
    rules = [rule for name in instance.vpc_security_group_ids for rule in _inbound(ec2, name)]
    if any(_lets_in(rule, instance.port, address, groups) for rule in rules):
        return ""
    return f"no security group of the instance lets port {instance.port} in from {source}"


def _client(ec2: Any, source: str) -> tuple[str, list[str]]:
    if source.startswith("i-"):
        server = ec2.get_instance(source)
        return server.private_ip, [group.id for group in server.security_groups]
    if source.startswith("sg-"):
        return "", [source]
    return str(ipaddress.ip_address(source)), []


def _networks(ec2: Any, instance: Any) -> Iterable[Any]:
    vpcs = {group.vpc_id for name in instance.vpc_security_group_ids if (group := _group(ec2, name)) is not None}
    return [ipaddress.ip_network(ec2.get_vpc(vpc).cidr_block) for vpc in vpcs]


def _group(ec2: Any, name: str) -> Any:
    return ec2.get_security_group_from_id(name)


def _inbound(ec2: Any, name: str) -> list[Any]:
    group = _group(ec2, name)
    return list(group.ingress_rules) if group is not None else []


def _lets_in(rule: Any, port: int, address: str, groups: list[str]) -> bool:
    if str(rule.ip_protocol) not in ("-1", "tcp", "6"):
        return False
    if str(rule.ip_protocol) != "-1" and not int(rule.from_port) <= port <= int(rule.to_port):
        return False
    if rule.source_group.get("GroupId") in groups:
        return True
    network = rule.ip_range.get("CidrIp")
    return bool(address and network) and ipaddress.ip_address(address) in ipaddress.ip_network(network)
