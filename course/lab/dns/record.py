"""A record set as the resolver reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from course.lab.dns.names import absolute

# The member that says which policy a record follows: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
POLICIES: Final = {
    "Weight": "weighted",
    "Region": "latency",
    "Failover": "failover",
    "GeoLocation": "geolocation",
    "GeoProximityLocation": "geoproximity",
    "CidrRoutingConfig": "IP-based",
    "MultiValueAnswer": "multivalue answer",
}


@dataclass(frozen=True, eq=False)
class Record:
    """One record set of a zone."""

    name: str
    kind: str
    ttl: int
    values: tuple[str, ...]
    alias: Mapping[str, Any] | None
    policy: str
    rule: Any
    """What the policy goes by: a weight, a Region, a place."""
    label: str
    """Its set identifier."""
    health_check: str

    def __str__(self) -> str:
        return self.label or self.name


def read(rrset: Any) -> Record:
    """The record in moto's keeping; it is replaced, never changed, so what was read is kept with it."""
    found: Record | None = rrset.__dict__.get("lab_read")
    if found is None:
        found = rrset.__dict__["lab_read"] = _read(rrset)
    return found


def _read(rrset: Any) -> Record:
    policy, rule = policy_of(
        {
            "Weight": rrset.weight,
            "Region": rrset.region,
            "Failover": rrset.failover,
            "GeoLocation": rrset.geo_location,
            "GeoProximityLocation": rrset.__dict__.get("geo_proximity_location"),
            "CidrRoutingConfig": rrset.__dict__.get("cidr_routing_config"),
            "MultiValueAnswer": rrset.multi_value_answer,
        }
    )
    return Record(
        name=absolute(rrset.name),
        kind=str(rrset.type),
        ttl=int(rrset.ttl or 0),
        values=tuple(one["Value"] if isinstance(one, dict) else str(one) for one in rrset.records or ()),
        alias=rrset.alias_target or None,
        policy=policy,
        rule=rule,
        label=str(rrset.set_identifier or ""),
        health_check=str(rrset.health_check_id or ""),
    )


def policy_of(record: Mapping[str, Any]) -> tuple[str, Any]:
    """The policy of a record and what it goes by; simple if it names none."""
    for member, policy in POLICIES.items():
        if record.get(member) not in (None, ""):
            rule = record[member]
            return policy, int(rule) if policy == "weighted" else rule
    return "simple", None
