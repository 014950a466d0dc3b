"""The route table of a subnet, the route that wins, and targets that are gone.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address, ip_network
from typing import Any


@dataclass(frozen=True)
class Found:
    """The route that a packet takes."""

    table: Any
    route: Any
    block: IPv4Network


def table_of(ec2: Any, subnet: Any) -> tuple[Any, bool]:
    """The route table that decides for a subnet, and whether it is the main one for want of an association."""
    for table in ec2.route_tables.values():
        if subnet.id in table._associations.values():
            return table, False
    main = next(
        table for table in ec2.route_tables.values() if table.vpc_id == subnet.vpc_id and table.main_association_id
    )
    return main, True


def acl_of(ec2: Any, subnet: Any) -> Any:
    """The network ACL of a subnet."""
    for acl in ec2.network_acls.values():
        if any(one.subnet_id == subnet.id for one in acl.associations):
            return acl
    return next(acl for acl in ec2.network_acls.values() if acl.default and acl.vpc_id == subnet.vpc_id)


def best_route(ec2: Any, table: Any, address: str) -> Found | None:
    """The most specific route that fits; a static one wins over an equal one of a prefix list."""
    number = ip_address(address)
    fits = [Found(table, route, block) for route in table.routes for block in _blocks(ec2, route) if number in block]
    # A route of a gateway endpoint beats 0.0.0.0/0 by its length already; the local route beats its equals.
    return max(fits, key=lambda one: (one.block.prefixlen, one.route.local), default=None)


def _blocks(ec2: Any, route: Any) -> list[IPv4Network]:
    if route.destination_cidr_block:
        return [IPv4Network(route.destination_cidr_block, strict=False)]
    if route.destination_prefix_list is not None:
        return prefixes(ec2, route.destination_prefix_list.id)
    return []


def prefixes(ec2: Any, prefix_list: str) -> list[IPv4Network]:
    """The IPv4 blocks of a prefix list."""
    found = ec2.managed_prefix_lists.get(prefix_list)
    if found is None or found.address_family != "IPv4":
        return []
    entries = found.entries
    if isinstance(entries, dict):
        entries = entries[max(entries)] if entries else []
    return [IPv4Network(entry["Cidr"]) for entry in entries or []]


def in_vpc(ec2: Any, vpc_id: str, address: str) -> bool:
    """Whether an address is of a VPC's range."""
    number = ip_address(address)
    return any(number in ip_network(block) for block in blocks_of(ec2.vpcs[vpc_id]))


def blocks_of(vpc: Any) -> list[str]:
    """All IPv4 blocks of a VPC."""
    return [one["cidr_block"] for one in vpc.get_cidr_block_association_set(ipv6=False)]


def why_gone(route: Any) -> str:
    """Why a route leads nowhere (a blackhole); empty if its target is there.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html
    """
    ec2 = route.route_table.ec2_backend
    vpc = route.route_table.vpc_id
    gateway = route.gateway
    if gateway is not None and gateway.id.startswith("igw-"):
        if gateway.id not in ec2.internet_gateways:
            return f"{gateway.id} was deleted"
        if getattr(gateway.vpc, "id", None) != vpc:
            return f"{gateway.id} is not attached to {vpc}"
    if gateway is not None and gateway.id.startswith("vgw-"):
        attached = gateway.attachments.get(vpc)
        if gateway.id not in ec2.vpn_gateways or attached is None or attached.state != "attached":
            return f"{gateway.id} is not attached to {vpc}"
    if route.nat_gateway is not None and route.nat_gateway.state != "available":
        return f"{route.nat_gateway.id} is {route.nat_gateway.state}"
    if route.vpc_pcx is not None and route.vpc_pcx._status.code != "active":
        return f"{route.vpc_pcx.id} is {route.vpc_pcx._status.code}"
    card = route.interface
    if card is not None and card.id not in ec2.enis:
        return f"{card.id} was deleted"
    machine = route.instance or getattr(card, "instance", None)
    if card is not None and machine is None:
        return f"{card.id} is not attached to an instance"
    if machine is not None and machine.state != "running":
        return f"{machine.id} is {machine.state}"
    return ""


def name_of_target(route: Any) -> str:
    """The id of what a route leads to."""
    for name in (
        "gateway_id",
        "nat_gateway_id",
        "vpc_peering_connection_id",
        "transit_gateway_id",
        "network_interface_id",
        "instance_id",
        "egress_only_internet_gateway_id",
        "carrier_gateway_id",
    ):
        if target := getattr(route, name):
            return str(target)
    return "nothing"


def written(route: Any) -> str:
    """What a route is for."""
    return str(
        route.destination_cidr_block or route.destination_ipv6_cidr_block or route.destination_prefix_list_id or "?"
    )
