"""What Route 53 says to one question: which zone is asked, and which of its records answer.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/welcome-dns-service.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.dns import aws_names, health, zones
from course.lab.dns.askers import Asker
from course.lab.dns.names import absolute, between, parents, within
from course.lab.dns.policies import Question, choose
from course.lab.dns.record import Record, read
from course.lab.place import everywhere

_DEEPEST: Final = 8
_NO_ANSWER_TTL: Final = 900
"""How long resolvers keep a 'no': the smaller of the SOA record's TTL and the last number in it."""
_STEP: Final = (math.sqrt(5) - 1) / 2


@dataclass
class Said:
    """One answer: records of one name and type, or why there are none."""

    code: str = "NOERROR"
    kind: str = ""
    values: tuple[str, ...] = ()
    ttl: int = _NO_ANSWER_TTL
    steps: list[str] = field(default_factory=list)
    zone: Any = None
    target: str = ""
    """The name that an alias led to, if it is one of AWS's."""


def ask(name: str, kind: str, asker: Asker) -> Said:
    """Answer one question, without following the names that an answer may point to."""
    name = absolute(name)
    if asker.vpc:
        settings = _settings_of(asker.vpc)
        if not settings["dns_support"]:
            return Said("TIMEOUT", steps=[f"{asker.vpc} has DNS support switched off: nobody answers"], ttl=0)
        zone = zones.private_zone(name, asker.vpc) if settings["dns_hostnames"] else None
        if zone is not None:
            return in_zone(zone, name, kind, asker, [f"{asker.vpc} asks the private zone {zone.name}"])
    return _from_outside(name, kind, asker)


def _settings_of(vpc: str) -> dict[str, bool]:
    for backend in everywhere("ec2"):
        if vpc in backend.vpcs:
            found = backend.vpcs[vpc]
            return {
                "dns_support": _on(found.enable_dns_support),
                "dns_hostnames": _on(found.enable_dns_hostnames),
            }
    raise ValueError(f"There is no VPC {vpc!r} in the account.")


def _on(setting: Any) -> bool:
    return str(setting).lower() == "true"


def _from_outside(name: str, kind: str, asker: Asker) -> Said:
    """From the top down: the registrar's servers, then every zone that the one above hands over to."""
    candidates = zones.public_zones(name)
    told = zones.registered(name)
    if told is not None:
        domain, servers = told
        zone = zones.of_servers(candidates, domain, servers)
        if zone is None:
            step = f"the registrar names {', '.join(servers)} for {domain}: no zone of that name is kept there"
            return Said("SERVFAIL", steps=[step], ttl=0)
        return _down(zone, candidates, name, kind, asker, [f"the registrar hands {domain} to {_named(zone)}"])
    pointer = aws_names.cname_of(name)
    found = pointer or aws_names.find(name, kind)
    if found is not None and not candidates:
        said = "CNAME" if pointer else kind
        step = f"{name} is a name that its owner answers for"
        return Said(kind=said, values=found.values, ttl=found.ttl, steps=[step])
    if not candidates:
        return Said("NXDOMAIN", steps=[f"nobody keeps a public zone for {name}"])
    return _down(candidates[0], candidates, name, kind, asker, [f"the public zone {_named(candidates[0])} is asked"])


def _down(zone: Any, candidates: list[Any], name: str, kind: str, asker: Asker, steps: list[str]) -> Said:
    for below in between(name, absolute(zone.name)):
        records = [one for one in _records(zone) if one.name == below and one.kind == "NS"]
        if not records or (
            below == name and kind == "NS" and not any(absolute(one.name) == below for one in candidates)
        ):
            continue
        servers = [value for one in records for value in one.values]
        child = zones.of_servers(candidates, below, servers)
        if child is None:
            step = f"{zone.name} hands {below} to {', '.join(servers)}: no zone of that name is kept there"
            return Said("SERVFAIL", steps=[*steps, step], ttl=0)
        return _down(child, candidates, name, kind, asker, [*steps, f"{zone.name} hands {below} to {_named(child)}"])
    return in_zone(zone, name, kind, asker, steps)


def _named(zone: Any) -> str:
    return f"{zone.name} ({zone.resource_id})"


def in_zone(zone: Any, name: str, kind: str, asker: Asker, steps: list[str], depth: int = 0) -> Said:
    """What a zone answers; an alias is followed here, because Route 53 follows it, not the one who asks."""
    if depth > _DEEPEST:
        return Said("SERVFAIL", steps=[*steps, f"aliases of {name} go round in a circle"], ttl=0, zone=zone)
    owner = _owner(zone, name)
    if owner is None:
        return Said("NXDOMAIN", steps=[*steps, f"{zone.name} has no {name}"], zone=zone)
    if owner != name:
        steps = [*steps, f"{name} matches {owner}"]
    there = [one for one in _records(zone) if one.name == owner]
    group = [one for one in there if one.kind == kind]
    if not group and kind != "CNAME":
        group = [one for one in there if one.kind == "CNAME"]
    if not group:
        return Said(steps=[*steps, f"{zone.name} has {name}, but no {kind} record"], zone=zone)
    chosen = choose(group, Question(asker, lambda one: well(zone, one, asker), _draw(zone, owner, kind)))
    policy = group[0].policy
    if not chosen:
        return Said(steps=[*steps, f"no {policy} record fits who asks, and there is no default"], zone=zone)
    if policy != "simple":
        steps = [*steps, f"{policy} routing chooses {', '.join(str(one) for one in chosen)}"]
    if chosen[0].alias:
        return _aliased(zone, chosen[0], kind, asker, steps, depth)
    values = tuple(value for one in chosen for value in one.values)
    if policy == "simple" and len(values) > 1:
        begin = int(_draw(zone, owner, f"{kind} values") * len(values))
        values = values[begin:] + values[:begin]
    return Said(kind=chosen[0].kind, values=values, ttl=min(one.ttl for one in chosen), steps=steps, zone=zone)


def _aliased(zone: Any, record: Record, kind: str, asker: Asker, steps: list[str], depth: int) -> Said:
    alias = record.alias or {}
    target = absolute(alias["DNSName"])
    steps = [*steps, f"alias to {target}"]
    if str(alias["HostedZoneId"]) == zone.resource_id:
        return in_zone(zone, target, kind, asker, steps, depth + 1)
    found = aws_names.find(target, kind)
    if found is None:
        return Said(steps=[*steps, f"nothing has the name {target} any more"], zone=zone)
    return Said(kind=kind, values=found.values, ttl=found.ttl, steps=steps, zone=zone, target=target)


def well(zone: Any, record: Record, asker: Asker, depth: int = 0) -> bool:
    """Whether a record is healthy: by its check, and by its alias's target where that is evaluated."""
    if record.health_check and not health.is_healthy(record.health_check):
        return False
    alias = record.alias
    if not alias or not _on(alias.get("EvaluateTargetHealth")) or depth > _DEEPEST:
        return True
    target = absolute(alias["DNSName"])
    if str(alias["HostedZoneId"]) != zone.resource_id:
        return aws_names.is_well(target)
    group = [one for one in _records(zone) if one.name == target and one.kind == record.kind]
    return any(well(zone, one, asker, depth + 1) for one in group)


def _owner(zone: Any, name: str) -> str | None:
    """The name whose records answer: the name itself, or the wildcard below the nearest name that exists."""
    names = {one.name for one in _records(zone)}
    if name in names or any(within(one, name) for one in names):
        return name
    for parent in parents(name):
        if f"*.{parent}" in names:
            return f"*.{parent}"
        if not within(parent, absolute(zone.name)) or any(within(one, parent) for one in names):
            return None
    return None


def _records(zone: Any) -> list[Record]:
    return [read(one) for one in zone.rrsets]


def _draw(zone: Any, name: str, kind: str) -> float:
    """Draws that fall evenly between 0 and 1, in the same order every time."""
    drawn: dict[tuple[str, str], int] = zone.__dict__.setdefault("lab_draws", {})
    drawn[name, kind] = drawn.get((name, kind), 0) + 1
    return (0.5 + drawn[name, kind] * _STEP) % 1.0
