"""Parameters whose value must exist in the account: keys, networks, images.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from course.lab.caller import Session
from course.lab.cloudformation.refusal import Refusal

# The operation of EC2 that knows them, and how it is asked for one by name.
_ASKED: Final = {
    "AWS::EC2::AvailabilityZone::Name": ("describe_availability_zones", "ZoneNames"),
    "AWS::EC2::Image::Id": ("describe_images", "ImageIds"),
    "AWS::EC2::Instance::Id": ("describe_instances", "InstanceIds"),
    "AWS::EC2::KeyPair::KeyName": ("describe_key_pairs", "KeyNames"),
    "AWS::EC2::SecurityGroup::GroupName": ("describe_security_groups", "GroupNames"),
    "AWS::EC2::SecurityGroup::Id": ("describe_security_groups", "GroupIds"),
    "AWS::EC2::Subnet::Id": ("describe_subnets", "SubnetIds"),
    "AWS::EC2::VPC::Id": ("describe_vpcs", "VpcIds"),
    "AWS::EC2::Volume::Id": ("describe_volumes", "VolumeIds"),
}


def check(template: dict[str, Any], values: dict[str, str], session: Session) -> None:
    """Refuse values of AWS's own parameter types that name nothing in this account and Region."""
    for name, value in values.items():
        kind = str(template["Parameters"][name].get("Type", "String"))
        inner = re.fullmatch(r"List<(.+)>", kind)
        for one in value.split(",") if inner else [value]:
            _check_one(name, one.strip(), inner[1] if inner else kind, session)


def _check_one(name: str, value: str, kind: str, session: Session) -> None:
    if kind not in _ASKED:
        return
    operation, by = _ASKED[kind]
    ec2 = session.client("ec2")
    try:
        getattr(ec2, operation)(**{by: [value]})
    except ec2.exceptions.ClientError:
        raise Refusal(
            f"Parameter validation failed: parameter value {value} for parameter name {name} does not exist"
        ) from None
