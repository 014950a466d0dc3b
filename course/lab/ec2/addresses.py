"""Elastic IPs: the quota of a Region, addresses in use, and an address that moves to another instance.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
"""

from __future__ import annotations

from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.ec2.utils import random_public_ip

from course.lab.asked import Asked, asked
from course.lab.ec2.launch import add_to
from course.lab.place import place_of
from course.lab.replies import Reply, answer
from course.lab.wire import afterwards, answer_first

_A_REGION: Final = 5
_OPERATIONS: Final = ("AllocateAddress", "ReleaseAddress")


@answer_first
def _judge(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "ec2" or operation not in _OPERATIONS:
        return None
    call = asked(operation)
    if call is None or call.params.get("DryRun"):
        return None
    ec2 = place_of(request).backend("ec2")
    if reply := _refusal(call, ec2):
        return answer(request, "ec2", call.protocol, reply)[0]
    if operation == "AllocateAddress" and not call.params.get("Address"):
        add_to(request, "Address", random_public_ip())  # moto's own are of 127.0.0.0/8
    return None


def _refusal(call: Asked, ec2: Any) -> Reply | None:
    if call.model.name == "AllocateAddress":
        return _within_the_quota(ec2)
    return _not_in_use(call.params.get("AllocationId"), call.params.get("PublicIp"), ec2)


def _within_the_quota(ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html#using-instance-addressing-limit"""
    if len(ec2.addresses) < _A_REGION:
        return None
    return Reply("AddressLimitExceeded", "The maximum number of addresses has been reached.")


def _not_in_use(allocation: str | None, public_ip: str | None, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html"""
    for one in ec2.addresses:
        if one.association_id and (one.allocation_id == allocation or one.public_ip == public_ip):
            return Reply("InvalidIPAddress.InUse", f"Address {one.public_ip} is in use.")
    return None


@afterwards("ec2")
def _one_place_at_a_time(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """The interface that an address left has none of it, and gets an ordinary one back if it may have one."""
    if operation != "AssociateAddress" or response.status_code >= 400:
        return
    ec2 = place_of(request).backend("ec2")
    for address in ec2.addresses:
        for interface in ec2.enis.values():
            if address.eni and interface is not address.eni and interface.public_ip == address.public_ip:
                interface.public_ip = None
                if interface.instance is not None and interface.instance.state == "running":
                    interface.check_auto_public_ip()
