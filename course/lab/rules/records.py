"""What Route 53 refuses in a batch of changes. A batch is made as a whole or not at all.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from botocore.awsrequest import AWSPreparedRequest

from course.lab.asked import Asked
from course.lab.place import place_of
from course.lab.replies import Reply

_ADDRESSES: Final[dict[str, tuple[Callable[[str], Any], str]]] = {
    "A": (ipaddress.IPv4Address, "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
    "AAAA": (ipaddress.IPv6Address, "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
}


class _Key(NamedTuple):
    """What names a record set within its zone."""

    name: str
    kind: str
    set_identifier: str | None


def broken(call: Asked, request: AWSPreparedRequest) -> Reply | None:
    """The refusal of a batch of changes."""
    if (call.model.service_model.service_name, call.model.name) != ("route53", "ChangeResourceRecordSets"):
        return None
    changes = (call.params.get("ChangeBatch") or {}).get("Changes") or []
    for change in changes:
        if reply := _unclear(change):
            return reply
    zones = place_of(request).global_backend("route53").zones
    zone = zones.get(str(call.params.get("HostedZoneId", "")).rpartition("/")[2])
    if zone is None:
        return None  # moto answers as AWS does
    faults = [*_values(changes), *_apex(changes, zone.name), *_against(zone.rrsets, changes)]
    return Reply("InvalidChangeBatch", f"[{', '.join(faults)}]") if faults else None


def _unclear(change: Mapping[str, Any]) -> Reply | None:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html"""
    record = change.get("ResourceRecordSet") or {}
    if record.get("AliasTarget"):
        if record.get("TTL") is not None:
            return Reply("InvalidInput", "Invalid request: a record set cannot have an AliasTarget and a TTL.")
    elif record.get("TTL") is None and not record.get("TrafficPolicyInstanceId"):
        return Reply(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            "TrafficPolicyInstanceId], but found none in Change with "
            f"[Action={change.get('Action')}, Name={record.get('Name')}, Type={record.get('Type')}, "
            f"SetIdentifier={record.get('SetIdentifier', 'null')}]",
        )
    return None


def _values(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html"""
    for change in changes:
        record = change["ResourceRecordSet"]
        reads, fault = _ADDRESSES.get(record["Type"], (None, ""))
        if reads is None:
            continue
        for value in _values_of(record):
            try:
                reads(value)
            except ValueError:
                yield f"Invalid Resource Record: 'FATAL problem: {fault} encountered with '{value}''"


def _apex(changes: Iterable[Mapping[str, Any]], zone: str) -> Iterator[str]:
    for change in changes:
        key = _key(change["ResourceRecordSet"])
        if key.kind == "CNAME" and key.name == zone:
            yield f"RRSet of type CNAME with DNS name {zone} is not permitted at apex in zone {zone}"


def _against(there: Iterable[Any], changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What each change finds, once those before it are done."""
    now = {_Key(_absolute(one.name), one.type, one.set_identifier): list(one.records or ()) for one in there}
    for change in changes:
        record = change["ResourceRecordSet"]
        key, values = _key(record), _values_of(record)
        told = f"resource record set [name='{key.name}', type='{key.kind}']"
        if change["Action"] == "CREATE" and key in now:
            yield f"Tried to create {told} but it already exists"
        elif change["Action"] == "DELETE" and key not in now:
            yield f"Tried to delete {told} but it was not found"
        elif change["Action"] == "DELETE" and sorted(now[key]) != sorted(values):
            yield f"Tried to delete {told} but the values provided do not match the current values"
        elif change["Action"] == "DELETE":
            del now[key]
        else:
            now[key] = values


def _key(record: Mapping[str, Any]) -> _Key:
    return _Key(_absolute(record["Name"]), record["Type"], record.get("SetIdentifier"))


def _absolute(name: str) -> str:
    return name.lower().rstrip(".") + "."


def _values_of(record: Mapping[str, Any]) -> list[str]:
    return [one["Value"] for one in record.get("ResourceRecords") or ()]
