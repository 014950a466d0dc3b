"""What the two ends of a connection are: an interface in a subnet, or a host outside.

Instances, interfaces and addresses are found in every account and Region of the lab; databases, balancers, functions
and AWS's services by services.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address
from typing import Any, Final

from course.lab.network import services
from course.lab.network.model import Interface, Outside, Party, is_private, label
from course.lab.network.routes import in_vpc
from course.lab.place import Place, everywhere

# RFC 5737: addresses for documentation, that no real host has.
ON_THE_INTERNET: Final = "198.51.100.20"
A_VISITOR: Final = "203.0.113.10"


class UnknownParty(ValueError):
    """A name that is nothing in the account."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the words alone."""
        return [str(self)]


def source_named(name: str) -> Party:
    """Who begins the connection."""
    if name == "internet":
        return Outside("a host on the internet", A_VISITOR)
    found = _in_the_account(name, None)
    if found is None:
        raise UnknownParty(_unknown(name, "source"))
    return found


def target_named(name: str, source: Party) -> Party:
    """Who is called, as the source finds them: names of services may lead to an endpoint in its VPC."""
    if name == "internet":
        return Outside("a host on the internet", ON_THE_INTERNET)
    found = _in_the_account(name, source) or services.service_named(name, source)
    if found is None:
        raise UnknownParty(_unknown(name, "target"))
    return found


def _unknown(name: str, end: str) -> str:
    return (
        f"connect: the {end} {name!r} is nothing that the lab knows. Give an instance id (i-...), an interface "
        "(eni-...), an IPv4 address, 'internet', a service such as 's3', a database, a load balancer or a function."
    )


def _in_the_account(name: str, source: Party | None) -> Party | None:
    if name.startswith("i-"):
        for ec2 in everywhere("ec2"):
            instance = ec2.get_instance_by_id(name)
            if instance is not None and instance.nics:
                return of_eni(ec2, instance.nics[min(instance.nics)])
        return None
    if name.startswith("eni-"):
        for ec2 in everywhere("ec2"):
            if name in ec2.enis:
                return of_eni(ec2, ec2.enis[name])
        return None
    try:
        address = str(IPv4Address(name))
    except ValueError:
        return services.managed_named(name)
    return _at(address, source)


def _at(address: str, source: Party | None) -> Party:
    found = [one for one in interfaces() if address in one.addresses or address in one.public.values()]
    if source is not None and isinstance(source, Interface):
        # The same private address may be in use in several networks: the nearest is meant.
        near = [one for one in found if one.vpc == source.vpc] or [one for one in found if _peers(one.vpc, source)]
        found = near or found
    if len(found) > 1:
        names = ", ".join(one.id for one in found)
        raise UnknownParty(f"connect: {address} is in use in several networks ({names}). Name one of them by its id.")
    if found:
        return found[0]
    if is_private(address):
        return Outside(f"the address {address}", address, vpns=tuple(_leading_to(address)))
    return Outside(f"{address} on the internet", address)


def _peers(vpc: str, source: Interface) -> bool:
    ec2 = source.place.backend("ec2")
    return any({vpc, source.vpc} == {one.vpc.id, one.peer_vpc.id} for one in ec2.vpc_pcxs.values())


def _leading_to(address: str) -> Iterator[Any]:
    """The VPN connections that lead to an address on premises."""
    from course.lab.network.vpn import routes_of

    for ec2 in everywhere("ec2"):
        for connection in ec2.vpn_connections.values():
            if connection.state == "available" and any(ip_address(address) in one for one in routes_of(connection)):
                yield connection


def interfaces() -> Iterator[Interface]:
    """Every interface of the lab, in all accounts and Regions."""
    for ec2 in everywhere("ec2"):
        for eni in ec2.enis.values():
            yield of_eni(ec2, eni)


def interface_at(ec2: Any, vpc: str, address: str) -> Interface | None:
    """The interface in a VPC that has a private address: also one of a database or a balancer."""
    for eni in ec2.enis.values():
        if eni.subnet.vpc_id == vpc and any(one["PrivateIpAddress"] == address for one in eni.private_ip_addresses):
            return of_eni(ec2, eni)
    return next((one for one in services.managed_interfaces(ec2) if one.vpc == vpc and address in one.addresses), None)


def interface_with_public(address: str) -> Interface | None:
    """The interface for which a public address stands."""
    for ec2 in everywhere("ec2"):
        for eni in ec2.enis.values():
            found = of_eni(ec2, eni)
            if address in found.public.values():
                return found
        for one in services.managed_interfaces(ec2):
            if address in one.public.values():
                return one
    return None


def of_eni(ec2: Any, eni: Any) -> Interface:
    """An interface as EC2 has it."""
    instance = eni.instance
    nat = next((one for one in ec2.nat_gateways.values() if one._eni.id == eni.id), None)
    endpoint = next((one for one in ec2.vpc_end_points.values() if eni.id in (one.network_interface_ids or ())), None)
    owner, asleep, listens = f"{eni.id}", "", None
    groups = tuple(eni.group_set)
    if instance is not None:
        owner = label(instance)
        asleep = "" if instance.state == "running" else f"{instance.id} is {instance.state}"
        listens = instance.__dict__.get("lab_listens")
    elif nat is not None:
        owner = label(nat)
    elif endpoint is not None:
        owner = f"{endpoint.id} ({endpoint.service_name})"
        groups = tuple(filter(None, map(ec2.get_security_group_from_id, endpoint.security_group_ids))) or groups
        listens = frozenset({443, 80} if endpoint.service_name.endswith(".s3") else {443})
    elif eni.status == "available":
        asleep = f"{eni.id} is not attached to an instance"
    return Interface(
        eni.id,
        owner,
        Place(ec2.account_id, ec2.region_name),
        eni.subnet,
        _addresses(eni),
        _public(ec2, eni),
        groups,
        guarded=nat is None,
        forwards=not _checks_ends(eni, instance),
        asleep=asleep,
        listens=listens,
        instance_type=getattr(instance, "instance_type", "") or "",
    )


def _addresses(eni: Any) -> tuple[str, ...]:
    first = eni.private_ip_address
    others = (one["PrivateIpAddress"] for one in eni.private_ip_addresses)
    return (first, *(one for one in others if one != first))


def _public(ec2: Any, eni: Any) -> dict[str, str]:
    found = {eni.private_ip_address: eni.public_ip} if eni.public_ip else {}
    for address in ec2.addresses:
        if getattr(address.eni, "id", None) == eni.id:
            private = address.__dict__.get("lab_private_ip") or eni.private_ip_address
            if private != eni.private_ip_address and found.get(eni.private_ip_address) == address.public_ip:
                del found[eni.private_ip_address]
            found[private] = address.public_ip
    return found


def _checks_ends(eni: Any, instance: Any) -> bool:
    """Source/destination check: it can be switched off at the interface or at the instance."""
    machine = True if instance is None else instance.source_dest_check
    return all(str(value).lower() != "false" for value in (eni.source_dest_check, machine))


def is_in(party: Party, vpc: str) -> bool:
    """Whether a party stands in a VPC."""
    return isinstance(party, Interface) and party.vpc == vpc


def address_for(target: Interface, source: Party) -> str | None:
    """The address under which the source calls an interface: private ones only within reach of private networks."""
    if isinstance(source, Outside):
        return target.address if source.vpns or is_private(source.address) else target.public_address
    if source.vpc == target.vpc or _peers(target.vpc, source) or target.public_address is None:
        return target.address
    ec2 = source.place.backend("ec2")
    return target.address if in_vpc(ec2, source.vpc, target.address) else target.public_address
