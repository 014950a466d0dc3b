"""Groups that scale on alarms and replace what is unhealthy."""

import boto3
import pytest

from course import lab
from tests.lab.cloudwatch.readings import publish


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    lab.clock.advance(seconds=61 - lab.clock.now().timestamp() % 60)
    yield
    lab.stop()


def group(name="web", **more):
    scaling, ec2 = boto3.client("autoscaling"), boto3.client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    scaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=image, InstanceType="t3.micro")
    scaling.create_auto_scaling_group(**({
        "AutoScalingGroupName": name, "LaunchConfigurationName": name, "MinSize": 1, "MaxSize": 10,
        "DesiredCapacity": 2, "AvailabilityZones": ["us-east-1a"]} | more))  # fmt: skip
    return scaling


def shown(name="web"):
    (found,) = boto3.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])[
        "AutoScalingGroups"
    ]
    return found


def track(scaling, **more):
    return scaling.put_scaling_policy(
        AutoScalingGroupName="web", PolicyName="half", PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={"TargetValue": 50.0, "CustomizedMetricSpecification": {
            "Namespace": "shop", "MetricName": "load", "Statistic": "Average"}, **more})  # fmt: skip


def minutes(value, count):
    for _ in range(count):
        publish("load", value)
        lab.clock.advance(minutes=1)


def test_target_tracking_makes_its_alarms_and_takes_them_away():
    scaling = group()
    made = track(scaling)
    assert [one["AlarmName"].split("-")[2] for one in made["Alarms"]] == ["AlarmHigh", "AlarmLow"]
    assert ":scalingPolicy:" in made["PolicyARN"]
    scaling.delete_policy(AutoScalingGroupName="web", PolicyName="half")
    assert boto3.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_a_group_grows_to_its_target_and_shrinks_more_slowly():
    track(group())
    minutes(100, 3)
    assert shown()["DesiredCapacity"] == 4
    minutes(20, 14)
    assert shown()["DesiredCapacity"] == 4
    minutes(20, 1)
    assert shown()["DesiredCapacity"] == 2


def test_without_scaling_in_a_group_only_grows():
    assert len(track(group(), DisableScaleIn=True)["Alarms"]) == 1


def test_a_group_stays_within_its_size():
    track(group(MaxSize=3))
    minutes(100, 4)
    assert shown()["DesiredCapacity"] == 3


@pytest.mark.parametrize("policy", [{"PolicyType": "StepScaling"}, {"PolicyType": "TargetTrackingScaling"}, {}])
def test_policies_without_their_parts_are_refused(policy):
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError):
        group().put_scaling_policy(AutoScalingGroupName="web", PolicyName="half", **policy)


def test_an_unhealthy_instance_is_replaced():
    scaling = group()
    sick, well = (one["InstanceId"] for one in shown()["Instances"])
    scaling.set_instance_health(InstanceId=sick, HealthStatus="Unhealthy")
    after = [one["InstanceId"] for one in shown()["Instances"]]
    assert len(after) == 2
    assert sick not in after
    assert well in after


def test_replacements_are_registered_with_the_target_group():
    ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    target = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0][
        "TargetGroupArn"
    ]
    group(TargetGroupARNs=[target])
    ec2.terminate_instances(InstanceIds=[shown()["Instances"][0]["InstanceId"]])
    registered = elb.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"]
    now = {one["InstanceId"] for one in shown()["Instances"]}
    assert now <= {one["Target"]["Id"] for one in registered}
    assert len(now) == 2
