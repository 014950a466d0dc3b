"""A group to try things on: of a template called web, over the first zones."""

from __future__ import annotations

from typing import Any

import boto3


def group(size: int = 2, zones: int = 2, **more: Any) -> Any:
    """Make it, and return the client of Auto Scaling."""
    ec2, scaling = boto3.client("ec2"), boto3.client("autoscaling")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})  # fmt: skip
    subnets = {one["AvailabilityZone"]: one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]}
    scaling.create_auto_scaling_group(**({
        "AutoScalingGroupName": "web", "MinSize": 0, "MaxSize": 20, "DesiredCapacity": size,
        "VPCZoneIdentifier": ",".join(subnets[zone] for zone in sorted(subnets)[:zones]),
        "LaunchTemplate": {"LaunchTemplateName": "web", "Version": "1"}} | more))  # fmt: skip
    return scaling


def shown() -> Any:
    (found,) = boto3.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=["web"])[
        "AutoScalingGroups"
    ]
    return found


def names() -> list[str]:
    return [one["InstanceId"] for one in shown()["Instances"]]
