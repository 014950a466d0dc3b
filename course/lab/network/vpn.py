"""VPN connections: static routes to the network on premises, and their propagation into route tables.

https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableVgwRoutePropagation.html
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, ip_network
from typing import Any

from course.lab.service import Call, Refusal, serve

_KEPT = "lab_static_routes"


def routes_of(connection: Any) -> list[Any]:
    """The blocks behind a VPN connection."""
    return [ip_network(block) for block in connection.__dict__.get(_KEPT, ())]


def _add(call: Call) -> Mapping[str, Any]:
    connection = _connection(call)
    block = str(IPv4Network(call.given["DestinationCidrBlock"], strict=False))
    kept = connection.__dict__.setdefault(_KEPT, [])
    if block not in kept:
        kept.append(block)
        _propagate(call, connection.vpn_gateway_id)
    return {}


def _remove(call: Call) -> Mapping[str, Any]:
    kept = _connection(call).__dict__.get(_KEPT, [])
    block = call.given["DestinationCidrBlock"]
    if block not in kept:
        raise Refusal("InvalidRoute.NotFound", f"The specified route {block} does not exist")
    kept.remove(block)
    return {}


def _connection(call: Call) -> Any:
    name = call.given["VpnConnectionId"]
    found = call.place.backend("ec2").vpn_connections.get(name)
    if found is None:
        raise Refusal("InvalidVpnConnectionID.NotFound", f"The vpnConnection ID '{name}' does not exist")
    return found


def _enable(call: Call) -> Mapping[str, Any]:
    ec2 = call.place.backend("ec2")
    table = ec2.get_route_table(call.given["RouteTableId"])
    gateway = ec2.vpn_gateways.get(call.given["GatewayId"])
    attached = gateway.attachments.get(table.vpc_id) if gateway is not None else None
    if attached is None or attached.state != "attached":
        raise Refusal(
            "Gateway.NotAttached", f"resource {call.given['GatewayId']} is not attached to network {table.vpc_id}"
        )
    table.__dict__.setdefault("lab_propagates", set()).add(gateway.id)
    _propagate(call, gateway.id)
    return {}


def _disable(call: Call) -> Mapping[str, Any]:
    table = call.place.backend("ec2").get_route_table(call.given["RouteTableId"])
    table.__dict__.get("lab_propagates", set()).discard(call.given["GatewayId"])
    for key, route in list(table._routes.items()):
        if route.__dict__.get("lab_propagated") == call.given["GatewayId"]:
            del table._routes[key]
    return {}


def _propagate(call: Call, gateway_id: str | None) -> None:
    """Write the static routes of a gateway's connections into the tables that want them."""
    ec2 = call.place.backend("ec2")
    blocks = [
        str(block)
        for one in ec2.vpn_connections.values()
        if one.vpn_gateway_id == gateway_id and one.state == "available"
        for block in routes_of(one)
    ]
    for table in ec2.route_tables.values():
        if gateway_id not in table.__dict__.get("lab_propagates", ()):
            continue
        for block in blocks:
            if not any(route.destination_cidr_block == block for route in table.routes):
                made = ec2.create_route(table.id, block, gateway_id=gateway_id)
                made.lab_propagated = gateway_id


serve(
    "ec2",
    {
        "CreateVpnConnectionRoute": _add,
        "DeleteVpnConnectionRoute": _remove,
        "EnableVgwRoutePropagation": _enable,
        "DisableVgwRoutePropagation": _disable,
    },
)
