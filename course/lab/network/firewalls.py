"""Security groups and network ACLs: which rule lets a packet pass, which stops it.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
"""

from __future__ import annotations

from ipaddress import IPv4Network, ip_address
from typing import Any, Final

from course.lab.network.model import Interface, Packet
from course.lab.network.routes import prefixes

_NUMBERS: Final = {"tcp": "6", "udp": "17", "icmp": "1"}
_LAST: Final = 32_767


def admitting_rule(interface: Interface, packet: Packet, out: bool, peer: Interface | None) -> tuple[Any, Any] | None:
    """The group and the rule that let a packet pass; None if no rule of any group does.

    `peer` is the interface at the other end if the packet carries that one's private address: only then do rules
    that name a group know it.
    """
    remote = packet.target if out else packet.source
    for group in interface.groups:
        for rule in group.egress_rules if out else group.ingress_rules:
            if _asks_for(rule, packet) and _names(rule, remote, peer):
                return group, rule
    return None


def _asks_for(rule: Any, packet: Packet) -> bool:
    if rule.ip_protocol not in ("-1", packet.protocol, _NUMBERS[packet.protocol]):
        return False
    if rule.ip_protocol == "-1" or packet.port is None:
        return True
    first, last = rule.from_port, rule.to_port
    return first in (None, -1) or first <= packet.port <= last


def _names(rule: Any, remote: str, peer: Interface | None) -> bool:
    number = ip_address(remote)
    if rule.ip_range.get("CidrIp"):
        return number in IPv4Network(rule.ip_range["CidrIp"], strict=False)
    if rule.prefix_list_id:
        return any(number in block for block in prefixes(rule.ec2_backend, rule.prefix_list_id))
    if rule.source_group and peer is not None and remote in peer.addresses:
        return any(group.id == rule.source_group.get("GroupId") for group in peer.groups)
    return False


def describe_rule(rule: Any) -> str:
    """A security group's rule in words."""
    what = "everything" if rule.ip_protocol == "-1" else f"{rule.ip_protocol} {_ports(rule.from_port, rule.to_port)}"
    side = "to" if rule.is_egress else "from"
    who = (
        rule.ip_range.get("CidrIp")
        or rule.ip_range.get("CidrIpv6")
        or rule.prefix_list_id
        or rule.source_group.get("GroupId")
    )
    return f"{what} {side} {who}"


def _ports(first: Any, last: Any) -> str:
    if first in (None, -1):
        return "any port"
    return f"port {first}" if first == last else f"ports {first}-{last}"


def deciding_entry(acl: Any, packet: Packet, out: bool) -> Any | None:
    """The first entry of a network ACL, by number, that fits a packet."""
    remote = ip_address(packet.target if out else packet.source)
    for entry in sorted(acl.entries, key=lambda one: int(one.rule_number)):
        if bool(entry.egress) is not out or not entry.cidr_block:
            continue
        if str(entry.protocol) not in ("-1", packet.protocol, _NUMBERS[packet.protocol]):
            continue
        if not _fits_ports(entry, packet.port):
            continue
        if remote in IPv4Network(entry.cidr_block, strict=False):
            return entry
    return None


def _fits_ports(entry: Any, port: int | None) -> bool:
    if port is None or not _has_ports(entry):
        return True
    return int(entry.port_range_from) <= port <= int(entry.port_range_to)


def _has_ports(entry: Any) -> bool:
    return entry.port_range_from is not None and str(entry.protocol) != "-1"


def allows(entry: Any | None) -> bool:
    """Whether the entry that decides lets the packet pass; without one it is denied."""
    return entry is not None and entry.rule_action == "allow"


def describe_entry(entry: Any | None, out: bool) -> str:
    """A network ACL's entry in words."""
    side = "outbound" if out else "inbound"
    if entry is None or int(entry.rule_number) == _LAST:
        return f"no {side} rule fits, so * denies"
    protocols = {number: name for name, number in _NUMBERS.items()} | {"-1": "everything"}
    what = protocols.get(str(entry.protocol), str(entry.protocol))
    if _has_ports(entry):
        what += f" {_ports(int(entry.port_range_from), int(entry.port_range_to))}"
    who = f"{'to' if out else 'from'} {entry.cidr_block}"
    verdict = "allows" if entry.rule_action == "allow" else "denies"
    return f"{side} rule {entry.rule_number} {verdict} {what} {who}"
