"""Rules over several parameters of one request.

Each function is named by what AWS wants, and carries the page that says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest

from course.lab.asked import Asked
from course.lab.replies import Reply
from course.lab.rules.register import Register

Params = Mapping[str, Any]
Rule = Callable[[Params], Reply | None]

_RULES: Final[Register[Rule]] = Register()
_rule = _RULES.rule


def broken(call: Asked, request: AWSPreparedRequest) -> Reply | None:
    """The refusal of the first rule that the request breaks."""
    for rule in _RULES.for_call(call):
        if reply := rule(call.params):
            return reply
    return None


@_rule("ssm", "PutParameter")
def _value_fits_its_tier(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"""
    size = len(str(asked.get("Value", "")).encode())
    tier = asked.get("Tier")  # without one it depends on the parameter: course/lab/ssm/tiers.py
    if tier == "Standard" and size > 4096:
        return Reply(
            "ValidationException",
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger "
            "parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see "
            "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
        )
    if size > 8192:
        return Reply(
            "ValidationException", "Advanced tier parameters support a maximum parameter value of 8192 characters."
        )
    return None


@_rule("ssm", "PutParameter")
def _hierarchy_has_fifteen_levels(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html"""
    if str(asked.get("Name", "")).strip("/").count("/") >= 15:
        return Reply("HierarchyLevelLimitExceededException", "Parameter hierarchies may not exceed 15 levels.")
    return None


@_rule("ssm", "PutParameter")
def _policies_need_the_advanced_tier(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html"""
    if asked.get("Policies") and asked.get("Tier") == "Standard":
        return Reply("ValidationException", "Parameter policies are available for advanced parameters only.")
    return None


# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html: CPU units to memory in MiB
_GIB: Final = 1024
_FARGATE: Final[dict[int, tuple[int, ...]]] = {
    256: (512, 1 * _GIB, 2 * _GIB),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
    32768: (60 * _GIB, 120 * _GIB, 244 * _GIB),
}


@_rule("ecs", "RegisterTaskDefinition")
def _fargate_sizes(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"""
    if "FARGATE" not in (asked.get("requiresCompatibilities") or ()):
        return None
    cpu, memory = str(asked.get("cpu", "")), str(asked.get("memory", ""))
    if not (cpu.isdigit() and memory.isdigit()):
        return None  # missing, or written with a unit such as '1 vCPU'; moto judges the first
    if int(memory) not in _FARGATE.get(int(cpu), ()):
        return Reply(
            "ClientException",
            "No Fargate configuration exists for given values: "
            f"{cpu} CPU, {memory} memory. See the Amazon ECS documentation for the valid values.",
        )
    return None


@_rule("elbv2", "CreateListener")
def _https_needs_a_certificate(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html"""
    if asked.get("Protocol") in ("HTTPS", "TLS") and not asked.get("Certificates"):
        return Reply("ValidationError", f"A certificate must be specified for {asked['Protocol']} listeners")
    return None


@_rule("autoscaling", "CreateAutoScalingGroup")
def _desired_within_the_sizes(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html"""
    least, most = asked.get("MinSize", 0), asked.get("MaxSize", 0)
    desired = asked.get("DesiredCapacity", least)
    if least > most:
        return Reply("ValidationError", f"Max bound, {most}, must be greater than or equal to min bound, {least}")
    if not least <= desired <= most:
        side = "greater than" if desired < least else "less than"
        bound = f"min bound, {least}" if desired < least else f"max bound, {most}"
        return Reply("ValidationError", f"Desired capacity, {desired}, must be {side} or equal to {bound}")
    return None


# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html: size in GiB, IOPS, IOPS for each GiB
_VOLUMES: Final[dict[str, tuple[int, int, int, int, int]]] = {
    "gp2": (1, 16_384, 0, 0, 0),
    "gp3": (1, 65_536, 3_000, 80_000, 500),
    "io1": (4, 16_384, 100, 64_000, 50),
    "io2": (4, 65_536, 100, 256_000, 1_000),
    "st1": (125, 16_384, 0, 0, 0),
    "sc1": (125, 16_384, 0, 0, 0),
    "standard": (1, 1_024, 0, 0, 0),
}


@_rule("ec2", "CreateVolume")
def _volume_sizes_and_iops(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html"""
    kind, size, iops = asked.get("VolumeType", "gp2"), asked.get("Size"), asked.get("Iops")
    if kind not in _VOLUMES:
        return None
    smallest, largest, fewest, most, ratio = _VOLUMES[kind]
    if isinstance(size, int) and not smallest <= size <= largest:
        return Reply(
            "InvalidParameterValue",
            f"Volume of {size}GiB is {'too small' if size < smallest else 'too large'} for volume type {kind}; "
            f"{'minimum' if size < smallest else 'maximum'} is {smallest if size < smallest else largest}GiB.",
        )
    if kind in ("io1", "io2") and iops is None:
        return Reply("MissingParameter", f"The parameter iops must be specified for {kind} volumes.")
    if iops is None:
        return None
    if not most:
        return Reply("InvalidParameterCombination", f"The parameter iops is not supported for {kind} volumes.")
    if not fewest <= iops <= most:
        return Reply(
            "InvalidParameterValue",
            f"Volume iops of {iops} is {'too low' if iops < fewest else 'too high'}; "
            f"{'minimum is ' + str(fewest) if iops < fewest else 'maximum is ' + str(most)}.",
        )
    if isinstance(size, int) and iops > max(ratio * size, fewest):
        return Reply(
            "InvalidParameterValue", f"Iops to volume size ratio of {iops / size:.6f} is too high; maximum is {ratio}"
        )
    return None


@_rule("ec2", "CreateVolume")
def _only_provisioned_volumes_attach_twice(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html"""
    if asked.get("MultiAttachEnabled") and asked.get("VolumeType", "gp2") not in ("io1", "io2"):
        return Reply(
            "InvalidParameterCombination",
            f"The parameter MultiAttachEnabled is not supported for {asked.get('VolumeType', 'gp2')} volumes.",
        )
    return None


@_rule("ec2", "RunInstances")
def _instance_profile_is_one(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IamInstanceProfileSpecification.html"""
    profile = asked.get("IamInstanceProfile") or {}
    if profile.get("Arn") and profile.get("Name"):
        return Reply(
            "InvalidParameterCombination",
            "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
        )
    return None


# A family and a size: lists of the types there are grow old, and old types stay in use.
_INSTANCE_TYPE: Final = re.compile(r"[a-z][a-z0-9-]*\.(?:nano|micro|small|medium|large|\d*xlarge|metal(?:-\d+xl)?)")


@_rule("ec2", "RunInstances", "ModifyInstanceAttribute")
def _instance_type_is_one(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"""
    wanted = asked.get("InstanceType")
    kind = wanted.get("Value") if isinstance(wanted, dict) else wanted
    if kind is None or _INSTANCE_TYPE.fullmatch(kind):
        return None
    return Reply("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")


@_rule("ec2", "RunInstances")
def _image_is_named_by_its_id(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    image = asked.get("ImageId")
    if image is None or re.fullmatch("ami-(?:[0-9a-f]{8}|[0-9a-f]{17})|resolve:ssm:.+", image):
        return None
    return Reply("InvalidAMIID.Malformed", f'Invalid id: "{image}"')


@_rule("cloudfront", "CreateDistribution", "UpdateDistribution")
def _firewalls_of_distributions_are_global(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html"""
    name = str((asked.get("DistributionConfig") or {}).get("WebACLId") or "")
    if name.startswith("arn:") and not re.fullmatch(r"arn:[\w-]+:wafv2:us-east-1:\d+:global/webacl/.+", name):
        return Reply("InvalidWebACLId", "The web ACL must have the scope CLOUDFRONT, which lives in us-east-1.")
    return None
