"""RunInstances: what AWS refuses and moto lets pass, and what AWS fills in by itself.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote_plus

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.ec2.models.instance_types import INSTANCE_TYPES

from course.lab.asked import asked
from course.lab.place import place_of
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first

_DEFAULT_TYPE: Final = "m1.small"
_USER_DATA: Final = 16_384
# Amazon Linux 2023 is registered with ImdsSupport=v2.0: its instances want tokens and allow two hops.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
_WITH_TOKENS: Final = ("al2023-", "al2022-", "al2027-")


@answer_first
def _launch(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "ec2" or operation != "RunInstances":
        return None
    call = asked(operation)
    if call is None or call.params.get("DryRun"):
        return None
    ec2 = place_of(request).backend("ec2")
    for rule in _RULES:
        if reply := rule(call.params, ec2):
            return answer(request, "ec2", call.protocol, reply)[0]
    for name, value in _filled_in(call.params, ec2):
        add_to(request, name, value)
    return None


# Refusals --------------------------------------------------------------------------------------------------


def _image_exists(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    name = str(given.get("ImageId", ""))
    if not name.startswith("ami-") or name in ec2.amis:
        return None
    if name in ec2.deleted_amis:
        return Reply("InvalidAMIID.Unavailable", f"The image ID '{name}' is no longer available")
    return Reply("InvalidAMIID.NotFound", f"The image id '[{name}]' does not exist")


def _type_fits_the_image(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ComponentsAMIs.html"""
    image = ec2.amis.get(given.get("ImageId"))
    return None if image is None else runs_on(given.get("InstanceType", _DEFAULT_TYPE), image.architecture)


def runs_on(kind: str, architecture: str) -> Reply | None:
    """The refusal of a type whose processors do not understand an image; types moto does not know pass."""
    known = INSTANCE_TYPES.get(kind, {}).get("ProcessorInfo", {}).get("SupportedArchitectures", [])
    if not known or architecture in known:
        return None
    return Reply(
        "InvalidParameterValue",
        f"The architecture '{','.join(known)}' of the specified instance type does not match the architecture "
        f"'{architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, "
        "and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the "
        "instance type or AMI.",
    )


def _key_pair_exists(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    name = given.get("KeyName")
    if name is None or name in ec2.key_pairs:
        return None
    return Reply("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


def _user_data_fits(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html: 16 KB before it is base64-encoded"""
    if len(base64.b64decode(given.get("UserData") or "")) <= _USER_DATA:  # boto3 has encoded it by now
        return None
    return Reply("InvalidParameterValue", f"User data is limited to {_USER_DATA} bytes")


def _there_is_a_network(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html"""
    if _says_where(given) or any(_is(vpc.is_default) for vpc in ec2.vpcs.values()):
        return None
    return Reply("VPCIdNotSpecified", "No default VPC for this user. GroupName is only supported for EC2-Classic and "
                 "default VPC.")  # fmt: skip


_RULES: Final[tuple[Callable[[Mapping[str, Any], Any], Reply | None], ...]] = (
    _image_exists,
    _type_fits_the_image,
    _key_pair_exists,
    _user_data_fits,
    _there_is_a_network,
)


# What AWS fills in -----------------------------------------------------------------------------------------


def _filled_in(given: Mapping[str, Any], ec2: Any) -> Iterator[tuple[str, str]]:
    """Without a subnet it is the default one of the zone; without groups, the default group of the network."""
    network = given.get("SubnetId")
    if not _says_where(given):
        network = _default_subnet(ec2, (given.get("Placement") or {}).get("AvailabilityZone"))
        if network:
            yield "SubnetId", network
    grouped = any(given.get(name) for name in ("SecurityGroups", "SecurityGroupIds"))
    if network and not grouped and not _from_elsewhere(given):
        group = _default_group(ec2, network)
        if group:
            yield "SecurityGroupId.1", group
    yield from _metadata_settings(given, ec2.amis.get(given.get("ImageId")))


def _says_where(given: Mapping[str, Any]) -> bool:
    return bool(given.get("SubnetId")) or _from_elsewhere(given)


def _from_elsewhere(given: Mapping[str, Any]) -> bool:
    """Whether interfaces or a launch template say where the instance goes, and with which groups."""
    return bool(given.get("NetworkInterfaces") or given.get("LaunchTemplate"))


def _default_subnet(ec2: Any, zone: str | None) -> str | None:
    defaults = [
        subnet
        for subnets in ec2.subnets.values()
        for subnet in subnets.values()
        if _is(subnet.default_for_az) and zone in (None, subnet.availability_zone)
    ]
    found = min(defaults, key=lambda subnet: str(subnet.availability_zone), default=None)
    return None if found is None else str(found.id)


def _is(flag: Any) -> bool:
    """Moto writes some truths as words."""
    return str(flag).lower() == "true"


def _default_group(ec2: Any, subnet_id: str) -> str | None:
    subnet = next((subnets[subnet_id] for subnets in ec2.subnets.values() if subnet_id in subnets), None)
    groups = ec2.groups.get(subnet.vpc_id, {}) if subnet is not None else {}
    return next((str(group.id) for group in groups.values() if group.name == "default"), None)


def _metadata_settings(given: Mapping[str, Any], image: Any) -> Iterator[tuple[str, str]]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html"""
    said = given.get("MetadataOptions") or {}
    if image is None or given.get("LaunchTemplate") or not wants_tokens(image):
        return
    if "HttpTokens" not in said:
        yield "MetadataOptions.HttpTokens", "required"
    if "HttpPutResponseHopLimit" not in said:
        yield "MetadataOptions.HttpPutResponseHopLimit", "2"


def wants_tokens(image: Any) -> bool:
    """Whether an image was registered for the second version of the metadata service alone."""
    return getattr(image, "lab_imds", None) == "v2.0" or str(image.name or "").startswith(_WITH_TOKENS)


def add_to(request: AWSPreparedRequest, name: str, value: str) -> None:
    """Add a parameter to a request on its way to moto."""
    body: Any = request.body or ""
    pair = f"&{name}={quote_plus(value)}"
    request.body = body + pair.encode() if isinstance(body, bytes) else body + pair
