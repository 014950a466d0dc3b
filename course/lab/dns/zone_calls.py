"""Making hosted zones, public and private.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.core.exceptions import ServiceException

from course.lab.clock import clock
from course.lab.dns import zones
from course.lab.dns.names import absolute
from course.lab.place import Place
from course.lab.service import Call, Refusal

_MOST: Final = 500


def create(call: Call) -> Mapping[str, Any]:
    """CreateHostedZone: with a VPC the zone is private."""
    backend = Place(call.place.account, "aws").backend("route53")
    given, name = call.given, absolute(call.given["Name"])
    config, vpc = given.get("HostedZoneConfig") or {}, given.get("VPC") or {}
    if any(zone.caller_reference == given["CallerReference"] for zone in backend.zones.values()):
        message = "A hosted zone has already been created with the specified caller reference."
        raise Refusal("HostedZoneAlreadyExists", message, 409)
    if config.get("PrivateZone") and not vpc:
        message = "When creating private hosted zones, at least one VPC must be specified."
        raise Refusal("InvalidInput", message)
    if len(backend.zones) >= _MOST:
        raise Refusal("TooManyHostedZones", f"The account has {_MOST} hosted zones already.")
    if vpc:
        _free(backend, name, vpc)
    try:
        made = backend.create_hosted_zone(
            name,
            private_zone=bool(vpc),
            caller_reference=given["CallerReference"],
            vpcid=vpc.get("VPCId"),
            vpcregion=vpc.get("VPCRegion"),
            comment=config.get("Comment"),
            delegation_set_id=given.get("DelegationSetId"),
        )
    except ServiceException as wrong:
        raise Refusal(str(wrong.code), str(wrong.message)) from None
    zones.adopt()
    told = {
        "HostedZone": {
            "Id": made.id,
            "Name": made.name,
            "CallerReference": made.caller_reference,
            "Config": {"PrivateZone": made.private_zone}
            | ({"Comment": made.comment} if made.comment is not None else {}),
            "ResourceRecordSetCount": made.resource_record_set_count,
        },
        "ChangeInfo": _change(),
        "Location": f"https://route53.amazonaws.com/2013-04-01/hostedzone/{made.resource_id}",
    }
    if vpc:
        return told | {"VPC": {"VPCRegion": vpc["VPCRegion"], "VPCId": vpc["VPCId"]}}
    return told | {"DelegationSet": {"NameServers": list(made.delegation_set.name_servers)} | _reused(given)}


def associate(call: Call) -> Mapping[str, Any]:
    """AssociateVPCWithHostedZone: one VPC sees at most one private zone of a name."""
    backend = Place(call.place.account, "aws").backend("route53")
    named, vpc = str(call.given["HostedZoneId"]).rpartition("/")[2], call.given["VPC"]
    zone = backend.zones.get(named)
    if zone is None:
        raise Refusal("NoSuchHostedZone", f"No hosted zone found with ID: {named}", 404)
    if not zone.private_zone:
        message = "You're trying to associate a VPC with a public hosted zone. Amazon Route 53 doesn't support that."
        raise Refusal("PublicZoneVPCAssociation", message)
    _free(backend, absolute(zone.name), vpc)
    zone.add_vpc(vpc["VPCId"], vpc["VPCRegion"])
    return {"ChangeInfo": _change()}


def _free(backend: Any, name: str, vpc: Mapping[str, Any]) -> None:
    known = Place(backend.account_id, vpc["VPCRegion"]).backend("ec2").vpcs
    if vpc["VPCId"] not in known:
        message = f"The VPC: {vpc['VPCId']} that you provided doesn't exist in {vpc['VPCRegion']}."
        raise Refusal("InvalidVPCId", message)
    for zone in backend.zones.values():
        if zone.private_zone and absolute(zone.name) == name and vpc["VPCId"] in [one["vpc_id"] for one in zone.vpcs]:
            raise Refusal(
                "ConflictingDomainExists",
                f"The VPC {vpc['VPCId']} in region {vpc['VPCRegion']} has already been associated with the hosted zone "
                f"{zone.resource_id} with the same domain name.",
            )


def _reused(given: Mapping[str, Any]) -> dict[str, str]:
    return {"Id": given["DelegationSetId"]} if given.get("DelegationSetId") else {}


def _change() -> dict[str, Any]:
    return {"Id": "/change/C1PA6795UKMFR9", "Status": "INSYNC", "SubmittedAt": clock.now()}
