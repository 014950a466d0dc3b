"""The operations of Route 53 that meet boto3 here; the rest is moto's.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from course.lab.dns import authority, changes, checkers, checks, cidr, health, zone_calls, zones  # noqa: F401  # checkers begin to work
from course.lab.dns.askers import asker
from course.lab.dns.names import absolute, within
from course.lab.place import Place
from course.lab.service import Call, Refusal, serve

_SERVICE: Final = "route-53"


def try_answer(call: Call) -> Mapping[str, Any]:
    """TestDNSAnswer: what Route 53 would say to a resolver, or to the network that it asks for."""
    named = str(call.given["HostedZoneId"]).rpartition("/")[2]
    zone = Place(call.place.account, "aws").backend("route53").zones.get(named)
    if zone is None:
        raise Refusal("NoSuchHostedZone", f"No hosted zone found with ID: {named}", 404)
    if zone.private_zone:
        raise Refusal("InvalidInput", f"{named} is a private hosted zone: only its VPCs get answers from it.")
    name, kind = absolute(call.given["RecordName"]), call.given["RecordType"]
    if not within(name, absolute(zone.name)):
        raise Refusal("InvalidInput", f"{name} does not lie in the hosted zone {zone.name}")
    try:
        who = asker(ip=str(call.given.get("EDNS0ClientSubnetIP") or call.given.get("ResolverIP") or ""))
    except ValueError as wrong:
        raise Refusal("InvalidInput", str(wrong)) from None
    said = authority.in_zone(zone, name, kind, who, [])
    return {
        "Nameserver": zones.servers_of(zone)[0],
        "RecordName": name.rstrip("."),
        "RecordType": kind,
        "RecordData": list(said.values),
        "ResponseCode": said.code,
        "Protocol": "UDP",
    }


serve(
    _SERVICE,
    {
        "CreateHostedZone": zone_calls.create,
        "AssociateVPCWithHostedZone": zone_calls.associate,
        "ChangeResourceRecordSets": changes.change,
        "CreateHealthCheck": checks.create,
        "UpdateHealthCheck": checks.update,
        "DeleteHealthCheck": checks.delete,
        "GetHealthCheckStatus": health.report,
        "GetHealthCheckLastFailureReason": health.last_failure,
        "TestDNSAnswer": try_answer,
        "CreateCidrCollection": cidr.create,
        "ChangeCidrCollection": cidr.change,
        "DeleteCidrCollection": cidr.delete,
        "ListCidrCollections": cidr.list_collections,
        "ListCidrLocations": cidr.list_locations,
        "ListCidrBlocks": cidr.list_blocks,
    },
    api="route53",
)
