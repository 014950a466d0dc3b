"""Batches of changes: judged as a whole, then made as a whole.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
What one change says about itself and about what is there is judged before, in course/lab/rules/records.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.core.exceptions import ServiceException
from moto.route53.models import RecordSet
from moto.route53.utils import validate_domain_name

from course.lab.clock import clock
from course.lab.dns import alias_refusals, refusals, values, zones
from course.lab.dns.names import absolute, within
from course.lab.dns.record import read
from course.lab.place import Place
from course.lab.service import Call, Refusal

_MOST_VALUES: Final = 1_000


def change(call: Call) -> Mapping[str, Any]:
    """ChangeResourceRecordSets."""
    zones.adopt()
    named = str(call.given["HostedZoneId"]).rpartition("/")[2]
    zone = Place(call.place.account, "aws").backend("route53").zones.get(named)
    if zone is None:
        raise Refusal("NoSuchHostedZone", f"No hosted zone found with ID: {named}", 404)
    changes = call.given["ChangeBatch"]["Changes"]
    for one in changes:
        refusals.judge_request(one)
    _refuse([*_names(zone, changes), *_too_many(changes), *values.faults(changes)])
    then = after(zone.rrsets, changes)
    _refuse([*refusals.faults(zone, then, changes), *alias_refusals.faults(zone, then, changes)])
    zone.rrsets = then
    info = {
        "Id": f"/change/C{uuid.uuid4().hex[:20].upper()}",
        "Status": "INSYNC",
        "SubmittedAt": clock.now(),
    }
    comment = call.given["ChangeBatch"].get("Comment")
    return {"ChangeInfo": info | ({"Comment": comment} if comment else {})}


def after(there: Iterable[Any], changes: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The records of the zone once all changes are made."""
    now = {key_of(read(one)): one for one in there}
    for one in changes:
        made = _made(one["ResourceRecordSet"])
        if one["Action"] == "DELETE":
            now.pop(key_of(read(made)), None)
        else:
            now[key_of(read(made))] = made
    return list(now.values())


def key_of(record: Any) -> tuple[str, str, str]:
    """What names a record set within its zone."""
    return record.name, record.kind, record.label


def _made(asked: Mapping[str, Any]) -> RecordSet:
    said = [one["Value"] for one in asked.get("ResourceRecords") or ()]
    made = RecordSet(  # type: ignore[abstract]
        {**asked, "Name": absolute(asked["Name"]), "ResourceRecords": said}
    )
    made.__dict__["geo_proximity_location"] = asked.get("GeoProximityLocation")
    made.__dict__["cidr_routing_config"] = asked.get("CidrRoutingConfig")
    return made


def _names(zone: Any, changes: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for one in changes:
        name = one["ResourceRecordSet"]["Name"]
        try:
            validate_domain_name(name, code="InvalidChangeBatch")
        except ServiceException as wrong:
            raise Refusal("InvalidChangeBatch", str(wrong.message)) from None
        if not within(absolute(name), absolute(zone.name)):
            yield f"RRSet with DNS name {absolute(name)} is not permitted in zone {zone.name}"


def _too_many(changes: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    count = 0
    for one in changes:
        said = len(one["ResourceRecordSet"].get("ResourceRecords") or ())
        count += said * (2 if one["Action"] == "UPSERT" else 1)
    if count > _MOST_VALUES:
        yield f"Number of records limit of {_MOST_VALUES} exceeded."


def _refuse(found: list[str]) -> None:
    if found:
        raise Refusal("InvalidChangeBatch", f"[{', '.join(dict.fromkeys(found))}]")
