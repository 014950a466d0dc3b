"""Rules that look at what is in the account.

Each function is named by what AWS wants, and carries the page that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest

from course.lab.asked import Asked
from course.lab.place import Place, place_of
from course.lab.replies import Reply
from course.lab.rules.register import Register

Params = Mapping[str, Any]
Rule = Callable[[Params, Place], Reply | None]

_RULES: Final[Register[Rule]] = Register()
_rule = _RULES.rule

# RFC 1918 and RFC 6598: where targets outside the VPC may be.
_FOR_TARGETS: Final = tuple(map(ip_network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")))


def broken(call: Asked, request: AWSPreparedRequest) -> Reply | None:
    """The refusal of the first rule that the request breaks."""
    rules = _RULES.for_call(call)
    if not rules:
        return None
    place = place_of(request)
    for rule in rules:
        if reply := rule(call.params, place):
            return reply
    return None


@_rule("ec2", "AttachVolume")
def _volume_is_free_and_near(asked: Params, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/ebs/latest/userguide/ebs-attaching-volume.html"""
    ec2 = place.backend("ec2")
    volume = ec2.volumes.get(asked.get("VolumeId"))
    instance = ec2.get_instance_by_id(asked.get("InstanceId"))
    if volume is None or instance is None:
        return None  # moto answers as AWS does
    if volume.attachment is not None and not getattr(volume, "multi_attach_enabled", False):
        return Reply("VolumeInUse", f"{volume.id} is already attached to an instance")
    home = instance._placement.zone
    if volume.zone.name != home:
        return Reply(
            "InvalidVolume.ZoneMismatch",
            f"The volume '{volume.id}' is not in the same availability zone as instance '{instance.id}'",
        )
    return None


@_rule("ec2", "StartInstances")
def _the_dead_stay_dead(asked: Params, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html"""
    ec2 = place.backend("ec2")
    for name in asked.get("InstanceIds") or []:
        instance = ec2.get_instance_by_id(name)
        if instance is not None and instance._state.name == "terminated":
            return Reply(
                "IncorrectInstanceState", f"The instance '{name}' is not in a state from which it can be started."
            )
    return None


@_rule("ec2", "ModifyInstanceAttribute")
def _running_instances_keep_their_type(asked: Params, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-resize.html"""
    instance = place.backend("ec2").get_instance_by_id(asked.get("InstanceId"))
    retyped = asked.get("InstanceType") or asked.get("Attribute") == "instanceType"
    if instance is not None and retyped and instance._state.name != "stopped":
        return Reply("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.")
    return None


@_rule("ec2", "DeleteRouteTable")
def _main_route_table_stays(asked: Params, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/WorkWithRouteTables.html"""
    table = place.backend("ec2").route_tables.get(asked.get("RouteTableId"))
    if table is not None and table.main_association_id:
        return Reply(
            "DependencyViolation",
            f"The routeTable '{asked['RouteTableId']}' has dependencies and cannot be deleted.",
        )
    return None


@_rule("elbv2", "RegisterTargets")
def _targets_have_private_addresses(asked: Params, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html"""
    group = place.backend("elbv2").target_groups.get(asked.get("TargetGroupArn"))
    if group is None or group.target_type != "ip":
        return None
    vpc = place.backend("ec2").vpcs.get(group.vpc_id)
    networks = [ip_network(one["cidr_block"]) for one in vpc.get_cidr_block_association_set()] if vpc else []
    for target in asked.get("Targets") or []:
        name = str(target.get("Id"))
        try:
            address = ip_address(name)
        except ValueError:
            return Reply("ValidationError", f"The IP address '{name}' is not a valid IP address")
        if any(address in network for network in networks if network.version == address.version):
            continue
        if address.version == 4 and not any(address in network for network in _FOR_TARGETS):
            return Reply("ValidationError", f"The IP address '{name}' is publicly routable; a target's is not")
        if not target.get("AvailabilityZone"):
            message = f"The Availability Zone is required for IP address '{name}' because it is not in the VPC"
            return Reply("ValidationError", message)
    return None


@_rule("autoscaling", "SetDesiredCapacity", "UpdateAutoScalingGroup")
def _desired_within_the_group(asked: Params, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html"""
    group = place.backend("autoscaling").autoscaling_groups.get(asked.get("AutoScalingGroupName"))
    desired = asked.get("DesiredCapacity")
    if group is None or desired is None:
        return None
    least, most = asked.get("MinSize", group.min_size), asked.get("MaxSize", group.max_size)
    if desired > most:
        return Reply(
            "ValidationError",
            f"New SetDesiredCapacity value {desired} is above max value {most} for the AutoScalingGroup.",
        )
    if desired < least:
        return Reply(
            "ValidationError",
            f"New SetDesiredCapacity value {desired} is below min value {least} for the AutoScalingGroup.",
        )
    return None


@_rule("rds", "CreateDBInstanceReadReplica")
def _replicas_need_backups(asked: Params, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html"""
    source = place.backend("rds").databases.get(str(asked.get("SourceDBInstanceIdentifier", "")).rpartition(":")[2])
    if source is not None and not int(source.backup_retention_period or 0):
        return Reply(
            "InvalidDBInstanceState",
            "Automated backups are not enabled for this database instance. To enable automated backups, use "
            "ModifyDBInstance to set the backup retention period to a non-zero value.",
        )
    return None


@_rule("secretsmanager", "RotateSecret")
def _rotation_needs_a_function(asked: Params, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html"""
    if asked.get("RotationLambdaARN"):
        return None
    secrets = place.backend("secretsmanager").secrets
    name = str(asked.get("SecretId", ""))
    secret = secrets.get(name) if name in secrets else None
    if secret is not None and not secret.rotation_lambda_arn and secret.owning_service is None:
        return Reply("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
    return None


@_rule("logs", "PutSubscriptionFilter")
def _two_subscriptions_a_group(asked: Params, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""
    group = place.backend("logs").groups.get(asked.get("logGroupName"))
    if group is None:
        return None
    names = {one.name for one in group.subscription_filters.values()}
    if len(names | {asked.get("filterName")}) > 2:
        return Reply("LimitExceededException", "Resource limit exceeded.")
    return None
