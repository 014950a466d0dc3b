"""VPC peering: two networks whose addresses overlap cannot be joined; the connection ends as failed.

https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.place import place_of
from course.lab.wire import afterwards


@afterwards("ec2")
def _fail_where_addresses_overlap(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation != "CreateVpcPeeringConnection" or response.status_code != 200:
        return
    for connection in place_of(request).backend("ec2").vpc_pcxs.values():
        if connection._status.code == "pending-acceptance" and _overlap(connection.vpc, connection.peer_vpc):
            connection._status.code = "failed"
            connection._status.message = "Incorrect vpc-ids or overlapping CIDR blocks"


def _overlap(one: Any, other: Any) -> bool:
    theirs = _networks(other)
    return any(ours.overlaps(network) for ours in _networks(one) for network in theirs)


def _networks(vpc: Any) -> list[Any]:
    return [ip_network(block["cidr_block"]) for block in vpc.get_cidr_block_association_set()]
