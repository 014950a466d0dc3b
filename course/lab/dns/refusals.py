"""What Route 53 refuses of records that share a name: CNAMEs beside others, policies that do not go together.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from course.lab.dns import checks, cidr
from course.lab.dns.names import absolute
from course.lab.dns.record import POLICIES, Record, read
from course.lab.service import Refusal

_MOST_OF_A_NAME: Final = {"geoproximity": 30}
_MOST: Final = 100
_MOST_VALUES: Final = 400


def judge_request(change: Mapping[str, Any]) -> None:
    """Refuse a change that does not say which policy it follows, or says it twice."""
    record = change["ResourceRecordSet"]
    told = (
        f"in Change with [Action={change['Action']}, Name={absolute(record['Name'])}, Type={record['Type']}, "
        f"SetIdentifier={record.get('SetIdentifier', 'null')}]"
    )
    stated = [member for member in POLICIES if record.get(member) not in (None, "")]
    if stated and not record.get("SetIdentifier"):
        raise Refusal("InvalidInput", f"Invalid request: Missing field 'SetIdentifier' {told}")
    if record.get("SetIdentifier") and len(stated) != 1:
        count = "none" if not stated else "more than one"
        raise Refusal(
            "InvalidInput",
            f"Invalid request: Expected exactly one of [{', '.join(POLICIES)}], but found {count} {told}",
        )
    if not 0 <= int(record.get("Weight") or 0) <= 255:
        raise Refusal("InvalidInput", f"Invalid request: Weight must be from 0 to 255, not {record['Weight']}, {told}")
    if record.get("AliasTarget") and record.get("ResourceRecords"):
        raise Refusal(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            f"TrafficPolicyInstanceId], but found more than one {told}",
        )
    if record.get("AliasTarget") and record.get("MultiValueAnswer"):
        raise Refusal("InvalidInput", f"Invalid request: MultiValueAnswer is not supported for alias records {told}")
    bias = (record.get("GeoProximityLocation") or {}).get("Bias") or 0
    if not -99 <= bias <= 99:
        raise Refusal("InvalidInput", f"Invalid request: Bias must be from -99 to 99, not {bias}, {told}")
    check = record.get("HealthCheckId")
    if check and change["Action"] != "DELETE" and checks.find(check) is None:
        raise Refusal("NoSuchHealthCheck", f"No health check exists with the specified ID {check}.", 404)


def faults(zone: Any, then: Iterable[Any], changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What the zone must not become, told for the names that were changed."""
    touched = {absolute(one["ResourceRecordSet"]["Name"]) for one in changes if one["Action"] != "DELETE"}
    by_name: dict[str, list[Record]] = defaultdict(list)
    for one in then:
        record = read(one)
        if record.name in touched:
            by_name[record.name].append(record)
    before = {(read(one).name, read(one).kind) for one in zone.rrsets}
    for name, records in by_name.items():
        yield from _beside_cname(zone, name, records, before)
        kinds: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            kinds[record.kind].append(record)
            if len(record.values) > _MOST_VALUES:
                yield f"RRSet with DNS name {name}, type {record.kind} has more than {_MOST_VALUES} values"
        for kind, group in kinds.items():
            yield from _group(name, kind, group)


def _beside_cname(zone: Any, name: str, records: list[Record], before: set[tuple[str, str]]) -> Iterator[str]:
    others = [one.kind for one in records if one.kind != "CNAME"]
    if not others or len(others) == len(records):
        return
    if (name, "CNAME") in before:
        yield (
            f"RRSet of type {others[0]} with DNS name {name} is not permitted because a conflicting RRSet of type "
            f"CNAME with the same DNS name already exists in zone {zone.name}"
        )
    else:
        yield (
            f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the "
            f"same DNS name in zone {zone.name}"
        )


def _group(name: str, kind: str, group: list[Record]) -> Iterator[str]:
    policies = {one.policy for one in group}
    if len(policies) > 1:
        yield from _mixed(name, kind, group)
        return
    policy = group[0].policy
    most = _MOST_OF_A_NAME.get(policy, _MOST)
    if len(group) > most:
        yield f"RRSet with DNS name {name}, type {kind} cannot have more than {most} records with {policy} routing"
    yield from _same_rule(name, kind, policy, group)
    for one in group:
        if policy == "failover" and one.rule == "PRIMARY" and not one.alias and not one.health_check:
            yield "A non-alias primary ResourceRecordSet must have an associated health check"
        if policy == "IP-based" and not cidr.exists(one.rule["CollectionId"]):
            yield f"The CIDR collection {one.rule['CollectionId']} of RRSet {name} does not exist"


def _mixed(name: str, kind: str, group: list[Record]) -> Iterator[str]:
    """Records of a group follow one policy; the newest are last and get the blame."""
    newest, told = group[-1], f"RRSet with DNS name {name}, type {kind}"
    if not newest.label:
        yield f"{told} cannot be created as other RRSets exist with the same name and type"
    else:
        yield (
            f"{told}, SetIdentifier {newest.label} cannot be created because a non {newest.policy} rrset exists with "
            "the same name and type"
        )


def _same_rule(name: str, kind: str, policy: str, group: list[Record]) -> Iterator[str]:
    """Two primaries, two records for one Region or one place: which of them should answer?"""
    if policy not in ("failover", "latency", "geolocation", "IP-based"):
        return
    seen: dict[str, Record] = {}
    for one in group:
        rule = str(sorted(one.rule.items())) if isinstance(one.rule, dict) else str(one.rule)
        if rule in seen:
            shown = one.rule if isinstance(one.rule, str) else " ".join(map(str, one.rule.values()))
            yield (
                f"RRSet with DNS name {name}, type {kind}, SetIdentifier {one.label} cannot be created as an RRSet "
                f"with the same {policy} value ({shown}) exists: SetIdentifier {seen[rule].label}"
            )
        seen[rule] = one
