"""Who asks for a name, and from where.

Route 53 sees the resolver that asks, or the network that this resolver asks for (EDNS0 client subnet):
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-edns0.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from course.lab.dns.geography import Spot, countries, latency, regions
from course.lab.place import everywhere

# Each country of the model gets a network of its own, in the range that providers share (RFC 6598), so that an address
# tells where it is.
_NETWORKS: Final = list(ipaddress.IPv4Network("100.64.0.0/10").subnets(new_prefix=17))


@dataclass(frozen=True)
class Asker:
    """One who asks."""

    country: str = ""
    state: str = ""
    spot: Spot | None = None
    ip: str = ""
    vpc: str = ""
    measured: Mapping[str, float] = field(default_factory=dict, hash=False)

    @property
    def continent(self) -> str:
        known = countries().get(self.country)
        return known.continent if known else ""

    def latency(self, region: str) -> float:
        """Milliseconds to a Region: as given, else by the model; from nowhere all are far."""
        if region in self.measured:
            return float(self.measured[region])
        return latency(self.spot, region) if self.spot else 1_000.0


def asker(
    *,
    country: str = "",
    state: str = "",
    region: str = "",
    ip: str = "",
    vpc: str = "",
    latency: Mapping[str, float] | None = None,
) -> Asker:
    """Somebody in a country, near a Region, at an address or in a VPC."""
    if vpc:
        region = region or _region_of(vpc)
    if region:
        if region not in regions():
            raise ValueError(f"The lab knows no Region {region!r}. It knows {', '.join(regions())}.")
        country = country or regions()[region].country
    if ip and not (country or region):
        country = country_of(ip)
    country = country.upper()
    if country and country not in countries():
        raise ValueError(f"The lab has no country {country!r}. It has {', '.join(countries())}.")
    spot = regions()[region].spot if region else countries()[country].spot if country else None
    return Asker(country, state.upper(), spot, ip or _address_in(country), vpc, dict(latency or {}))


def country_of(ip: str) -> str:
    """Where an address is; empty for networks that no country of the model has."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        raise ValueError(f"{ip!r} is no IP address.") from None
    if address.version == 6:
        return ""
    return next((code for code, net in zip(countries(), _NETWORKS, strict=False) if address in net), "")


def _address_in(country: str) -> str:
    if not country:
        return "203.0.113.7"
    return str(_NETWORKS[list(countries()).index(country)][53])


def _region_of(vpc: str) -> str:
    for backend in everywhere("ec2"):
        if vpc in backend.vpcs:
            return str(backend.region_name)
    raise ValueError(f"There is no VPC {vpc!r} in the account.")
