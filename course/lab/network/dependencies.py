"""What stands in the way of a deletion: DependencyViolation and its relatives.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from course.lab.replies import Reply

Params = Mapping[str, Any]
Rule = Callable[[Params, Any], Reply | None]

RULES: Final[dict[str, list[Rule]]] = {}
"""Rules by the operation that they judge; rules.py asks them."""


def _rule(operation: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        RULES.setdefault(operation, []).append(rule)
        return rule

    return register


def _depends(message: str) -> Reply:
    return Reply("DependencyViolation", message)


def _alive(eni: Any) -> bool:
    return eni.instance is None or eni.instance.state != "terminated"


@_rule("DeleteSubnet")
def _nothing_stands_in_the_subnet(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html"""
    name = asked.get("SubnetId")
    if any(eni.subnet.id == name and _alive(eni) for eni in ec2.enis.values()):
        return _depends(f"The subnet '{name}' has dependencies and cannot be deleted.")
    return None


@_rule("DeleteVpc")
def _nothing_is_left_in_the_network(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html"""
    name = asked.get("VpcId")
    gateways = (getattr(one.vpc, "id", None) == name for one in ec2.internet_gateways.values())
    groups = (not one.is_default for one in ec2.groups.get(name, {}).values())
    acls = (one.vpc_id == name and not one.default for one in ec2.network_acls.values())
    endpoints = (one.vpc_id == name and one.state == "available" for one in ec2.vpc_end_points.values())
    if any(any(kind) for kind in (gateways, groups, acls, endpoints)):
        return _depends(f"The vpc '{name}' has dependencies and cannot be deleted.")
    return None


@_rule("DetachInternetGateway")
def _no_public_address_is_left(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/delete-internet-gateway.html"""
    name = asked.get("VpcId")
    if any(eni.subnet.vpc_id == name and eni.public_ip and _alive(eni) for eni in ec2.enis.values()):
        return _depends(
            f"Network {name} has some mapped public address(es). Please unmap those public address(es) before "
            "detaching the gateway."
        )
    return None


@_rule("DeleteSecurityGroup")
def _nobody_needs_the_group(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html"""
    group = ec2.get_security_group_from_id(asked.get("GroupId") or "")
    if group is None:
        return None
    if group.is_default:
        return Reply("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
    others = (one for groups in ec2.groups.values() for one in groups.values() if one.id != group.id)
    named = any(
        rule.source_group.get("GroupId") == group.id
        for other in others
        for rule in (*other.ingress_rules, *other.egress_rules)
    )
    worn = any(group.id == one.id for eni in ec2.enis.values() if _alive(eni) for one in eni.group_set)
    if named or worn:
        return _depends(f"resource {group.id} has a dependent object")
    return None


@_rule("DeleteNetworkAcl")
def _default_acl_stays(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html"""
    acl = ec2.network_acls.get(asked.get("NetworkAclId"))
    if acl is None or not acl.default:
        return None
    return Reply("InvalidParameterValue", f"cannot delete default network ACL {acl.id}")


@_rule("DeleteNetworkInterface")
def _interface_is_free(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkInterface.html"""
    eni = ec2.enis.get(asked.get("NetworkInterfaceId"))
    if eni is None or not eni.attachment_id or not _alive(eni):
        return None
    return Reply("InvalidNetworkInterface.InUse", f"Network interface '{eni.id}' is currently in use.")
