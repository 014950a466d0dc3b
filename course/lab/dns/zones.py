"""Hosted zones: their name servers, and which zone is asked for a name.

Each public zone gets four name servers of its own:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
The internet finds a zone by the name servers that a registrar, or the zone above, names for it. Where nobody said what
a registrar outside AWS names, the lab takes it as done: the oldest public zone of that name is the one that is found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from course.lab.account import ACCOUNT_ID
from course.lab.dns.names import absolute, depth, within
from course.lab.place import Place, everywhere

_TOP: Final = ("com", "net", "org", "co.uk")
_SOA_TTL: Final = 900


def adopt() -> None:
    """Give zones that moto made what AWS gives them."""
    for backend in everywhere("route53"):
        for zone in backend.zones.values():
            if "lab_servers" not in zone.__dict__:
                _as_aws_makes_it(zone)


def _as_aws_makes_it(zone: Any) -> None:
    asked_for = getattr(zone.delegation_set, "id", "") if zone.delegation_set else ""
    servers = _servers(asked_for or zone.resource_id)
    zone.__dict__["lab_servers"] = servers
    if zone.delegation_set is not None:
        zone.delegation_set.name_servers = list(servers)
    for rrset in zone.rrsets:
        if absolute(rrset.name) != absolute(zone.name):
            continue
        if rrset.type == "NS":
            rrset.name, rrset.ttl, rrset.records = absolute(zone.name), 172_800, [f"{one}." for one in servers]
        elif rrset.type == "SOA":
            told = f"{servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
            rrset.ttl, rrset.records = _SOA_TTL, [told]
        rrset.__dict__.pop("lab_read", None)


def _servers(seed: str) -> list[str]:
    number = int(hashlib.md5(seed.encode()).hexdigest(), 16)
    return [
        f"ns-{512 * place + (number >> (9 * place)) % 512}.awsdns-{(number >> (9 * place)) % 64:02}.{top}"
        for place, top in enumerate(_TOP)
    ]


def servers_of(zone: Any) -> list[str]:
    """The names of the zone's four name servers."""
    adopt()
    found: list[str] = zone.__dict__["lab_servers"]
    return found


def public_zones(name: str) -> list[Any]:
    """Public zones that the name lies in, of every account, the one with the longest name last."""
    adopt()
    found = [
        zone
        for backend in everywhere("route53")
        for zone in backend.zones.values()
        if not zone.private_zone and within(name, absolute(zone.name))
    ]
    return sorted(found, key=lambda zone: depth(absolute(zone.name)))


def private_zone(name: str, vpc: str) -> Any | None:
    """The most specific private zone for the name among those that the VPC is associated with."""
    adopt()
    found = [
        zone
        for backend in everywhere("route53")
        for zone in backend.zones.values()
        if zone.private_zone and within(name, absolute(zone.name)) and vpc in [one["vpc_id"] for one in zone.vpcs]
    ]
    return max(found, key=lambda zone: depth(absolute(zone.name)), default=None)


def of_servers(zones: Iterable[Any], name: str, servers: Iterable[str]) -> Any | None:
    """The zone of this name that one of the name servers keeps."""
    wanted = {absolute(one) for one in servers}
    return next(
        (
            zone
            for zone in zones
            if absolute(zone.name) == name and wanted & {absolute(one) for one in servers_of(zone)}
        ),
        None,
    )


def delegate(domain: str, name_servers: Iterable[str]) -> None:
    """Say which name servers a registrar outside AWS names for a domain, as you would on its web page.

    >>> delegate("lumen.example", zone["DelegationSet"]["NameServers"])
    """
    servers = [name_servers] if isinstance(name_servers, str) else list(name_servers)
    if not servers:
        raise ValueError(f"A registrar wants at least one name server for {domain}.")
    _registry()[absolute(domain)] = servers


def registered(name: str) -> tuple[str, list[str]] | None:
    """The domain above a name for which a registrar was told name servers, and these."""
    for domain, servers in sorted([*_registry().items(), *_at_amazon()], key=lambda one: -depth(one[0])):
        if within(name, domain):
            return domain, list(servers)
    return None


def _registry() -> dict[str, list[str]]:
    return Place(ACCOUNT_ID, "aws").kept("route53", "lab_registry", dict)


def _at_amazon() -> Iterator[tuple[str, list[str]]]:
    """Domains registered with Route 53; registration itself makes a zone and names its servers."""
    import sys

    if "moto.route53domains.models" not in sys.modules:
        return
    for backend in everywhere("route53domains"):
        for domain in vars(backend).get("_Route53DomainsBackend__domains", {}).values():
            name = absolute(domain.domain_name)
            named = [one.name for one in domain.nameservers]
            if "lab_servers" not in domain.__dict__ and (zone := _first_zone(name)) is not None:
                # What moto put there at registration is the same for every domain; AWS names the new zone's servers.
                domain.__dict__["lab_servers"] = named
                domain.nameservers = [
                    type(one)(server, []) for one, server in zip(domain.nameservers, servers_of(zone), strict=False)
                ]
                named = servers_of(zone)
            yield name, named


def _first_zone(name: str) -> Any | None:
    return next((zone for zone in public_zones(name) if absolute(zone.name) == name), None)
