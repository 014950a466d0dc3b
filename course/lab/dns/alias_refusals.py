"""What Route 53 refuses of aliases.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from course.lab.dns import aws_names
from course.lab.dns.names import absolute, within
from course.lab.dns.record import Record, read

_NO_ALIAS: Final = ("NS", "SOA")


def faults(zone: Any, then: Iterable[Any], changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with the aliases of a batch, seen from the zone as it would be then."""
    records = [read(one) for one in then]
    for change in changes:
        asked = change["ResourceRecordSet"]
        if change["Action"] == "DELETE" or not asked.get("AliasTarget"):
            continue
        alias = asked["AliasTarget"]
        target, named = absolute(alias["DNSName"]), str(alias["HostedZoneId"]).rpartition("/")[2]
        told = f"Tried to create an alias that targets {target}, type {asked['Type']} in zone {named}"
        if asked["Type"] in _NO_ALIAS:
            yield f"Records of type {asked['Type']} cannot be aliases"
        elif named == zone.resource_id:
            yield from _of_this_zone(zone, records, asked, target, told)
        else:
            yield from _of_aws(zone, alias, target, named, told)


def _of_this_zone(zone: Any, records: list[Record], asked: Mapping[str, Any], target: str, told: str) -> Iterator[str]:
    if not within(target, absolute(zone.name)):
        yield f"{told}, but the alias target name does not lie within the target zone"
    if not any((one.name, one.kind) == (target, asked["Type"]) for one in records):
        yield f"{told}, but that target was not found"


def _of_aws(zone: Any, alias: Mapping[str, Any], target: str, named: str, told: str) -> Iterator[str]:
    kind = aws_names.kind_of(target)
    known = aws_names.zone_ids(target)
    if kind is None or not kind.alias or (known and named not in known):
        yield f"{told}, but the alias target name does not lie within the target zone"
        return
    if kind.what in ("application", "network") and aws_names.balancer_of(target) is None:
        yield f"{told}, but that target was not found"
    if kind.what == "CloudFront" and alias.get("EvaluateTargetHealth"):
        yield f"EvaluateTargetHealth cannot be true for an alias to a CloudFront distribution ({target})"
    if kind.what == "CloudFront" and zone.private_zone:
        yield f"An alias in a private hosted zone cannot target a CloudFront distribution ({target})"
