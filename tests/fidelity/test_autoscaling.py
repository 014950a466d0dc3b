"""Auto Scaling: behaviours of AWS that the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

CLOSED: list[Behaviour] = []
behaviour = collect(CLOSED, "https://docs.aws.amazon.com")
GUIDE = "autoscaling/ec2/userguide"


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]


def template(**data: Any) -> None:
    image = client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    client("ec2").create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"} | data)  # fmt: skip


def group(size: int = 2, zones: int = 2, **more: Any) -> None:
    """A group called web over some zones, of the template of that name."""
    subnets = {one["AvailabilityZone"]: one["SubnetId"] for one in client("ec2").describe_subnets()["Subnets"]}
    named = {"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "1"}}
    client("autoscaling").create_auto_scaling_group(
        **({"AutoScalingGroupName": "web", "MinSize": 0, "MaxSize": 12, "DesiredCapacity": size,
            "VPCZoneIdentifier": ",".join(subnets[zone] for zone in sorted(subnets)[:zones])}
           | ({} if "MixedInstancesPolicy" in more else named) | more))  # fmt: skip


def shown() -> Any:
    (found,) = client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"]
    return found


def names() -> list[str]:
    return [one["InstanceId"] for one in shown()["Instances"]]


@behaviour(f"{GUIDE}/auto-scaling-benefits.html")
def instances_are_spread_over_the_zones(world: World) -> bool:
    template()
    group(6, zones=3)
    return sorted(Counter(one["AvailabilityZone"] for one in shown()["Instances"]).values()) == [2, 2, 2]


@behaviour(f"{GUIDE}/as-instance-termination.html")
def a_group_shrinks_in_its_fullest_zone(world: World) -> bool:
    template()
    group(5, zones=2)
    client("autoscaling").set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)
    return sorted(Counter(one["AvailabilityZone"] for one in shown()["Instances"]).values()) == [1, 1]


@behaviour(f"{GUIDE}/ec2-auto-scaling-termination-policies.html")
def the_newest_may_go_first(world: World) -> bool:
    template()
    group(1, zones=1, TerminationPolicies=["NewestInstance"])
    (oldest,) = names()
    world.advance(60)
    for size in (3, 1):
        client("autoscaling").set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=size)
    return names() == [oldest]


@behaviour("AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html")
def a_version_is_laid_over_an_older_one(world: World) -> bool:
    client("autoscaling").describe_auto_scaling_groups()
    template()
    made = client("ec2").create_launch_template_version(
        LaunchTemplateName="web", SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
    )["LaunchTemplateVersion"]["VersionNumber"]
    asked = {"LaunchTemplateName": "web", "Versions": [str(made)]}
    (found,) = client("ec2").describe_launch_template_versions(**asked)["LaunchTemplateVersions"]
    return "ImageId" in found["LaunchTemplateData"]


@behaviour(f"{GUIDE}/create-launch-template.html")
def members_keep_the_version_they_were_launched_with(world: World) -> bool:
    template()
    group(1)
    data = {"ImageId": client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]}
    client("ec2").create_launch_template_version(
        LaunchTemplateName="web", LaunchTemplateData={**data, "InstanceType": "t3.small"})  # fmt: skip
    second = {"LaunchTemplateName": "web", "Version": "2"}
    client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName="web", LaunchTemplate=second, DesiredCapacity=2)  # fmt: skip
    return {one["LaunchTemplate"]["Version"]: one["InstanceType"] for one in shown()["Instances"]} == {
        "1": "t3.micro", "2": "t3.small"}  # fmt: skip


@behaviour(f"{GUIDE}/us-iam-role.html")
def members_have_the_profile_of_the_template(world: World) -> bool:
    client("iam").create_instance_profile(InstanceProfileName="web")
    template(IamInstanceProfile={"Name": "web"})
    group(1)
    (found,) = client("ec2").describe_instances(InstanceIds=names())["Reservations"][0]["Instances"]
    return str(found["IamInstanceProfile"]["Arn"]).endswith("/web")


@behaviour("autoscaling/ec2/APIReference/API_DescribeScalingActivities.html")
def a_group_says_what_it_did(world: World) -> bool:
    template()
    group(1)
    (made,) = client("autoscaling").describe_scaling_activities(AutoScalingGroupName="web")["Activities"]
    return made["StatusCode"] == "Successful" and names()[0] in made["Description"]


@behaviour("autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html")
def without_a_word_there_is_no_grace(world: World) -> bool:
    template()
    group(1)
    return bool(shown()["HealthCheckGracePeriod"] == 0)


@behaviour("autoscaling/ec2/APIReference/API_SetInstanceHealth.html")
def a_verdict_within_the_grace_period_does_not_count(world: World) -> bool:
    template()
    group(1, HealthCheckGracePeriod=300)
    before = names()
    sick = {"InstanceId": before[0], "HealthStatus": "Unhealthy"}
    client("autoscaling").set_instance_health(**sick)
    kept = names() == before
    world.advance(300)
    client("autoscaling").set_instance_health(**sick)
    return kept and len(names()) == 1 and names() != before


@behaviour(f"{GUIDE}/ec2-auto-scaling-health-checks.html")
def a_stopped_instance_is_replaced(world: World) -> bool:
    template()
    group(2)
    stopped = names()[0]
    client("ec2").stop_instances(InstanceIds=[stopped])
    return stopped not in names() and len(names()) == 2


@behaviour(f"{GUIDE}/ec2-auto-scaling-scheduled-scaling.html")
def a_scheduled_action_runs(world: World) -> bool:
    template()
    group(1)
    client("autoscaling").put_scheduled_update_group_action(
        AutoScalingGroupName="web", ScheduledActionName="noon", Recurrence="0 12 * * *", MinSize=4)  # fmt: skip
    world.advance(86_400)
    return len(names()) == 4


@behaviour(f"{GUIDE}/ec2-auto-scaling-scheduled-scaling.html")
def a_schedule_has_a_time_zone(world: World) -> bool:
    template()
    group(1)
    scaling = client("autoscaling")
    action = {"AutoScalingGroupName": "web", "ScheduledActionName": "noon", "MinSize": 4}
    wrong = code_of(scaling.put_scheduled_update_group_action, **action, Recurrence="0 12 * * *", TimeZone="Moon/Base")
    return wrong == "ValidationError"


@behaviour("autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html")
def a_schedule_must_be_one(world: World) -> bool:
    template()
    group(1)
    action = {"AutoScalingGroupName": "web", "ScheduledActionName": "noon", "MinSize": 4, "Recurrence": "at noon"}
    return code_of(client("autoscaling").put_scheduled_update_group_action, **action) == "ValidationError"


@behaviour("autoscaling/ec2/APIReference/API_ExecutePolicy.html")
def a_policy_stays_within_the_bounds(world: World) -> bool:
    template()
    group(2, MaxSize=3)
    scaling = client("autoscaling")
    named = {"AutoScalingGroupName": "web", "PolicyName": "out"}
    scaling.put_scaling_policy(**named, AdjustmentType="ChangeInCapacity", ScalingAdjustment=5)
    scaling.execute_policy(**named)
    return bool(shown()["DesiredCapacity"] == 3)


@behaviour("autoscaling/ec2/APIReference/API_ExecutePolicy.html")
def a_group_cools_down(world: World) -> bool:
    template()
    group(2, DefaultCooldown=60)
    scaling = client("autoscaling")
    named = {"AutoScalingGroupName": "web", "PolicyName": "out"}
    scaling.put_scaling_policy(**named, AdjustmentType="ChangeInCapacity", ScalingAdjustment=1)
    scaling.execute_policy(**named, HonorCooldown=True)
    code = code_of(scaling.execute_policy, **named, HonorCooldown=True)
    world.advance(60)
    scaling.execute_policy(**named, HonorCooldown=True)
    return code == "ScalingActivityInProgress" and shown()["DesiredCapacity"] == 4


@behaviour("autoscaling/ec2/APIReference/API_ExecutePolicy.html")
def a_step_policy_is_executed_for_a_value(world: World) -> bool:
    template()
    group(2)
    scaling = client("autoscaling")
    named = {"AutoScalingGroupName": "web", "PolicyName": "out"}
    steps = [{"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 20.0, "ScalingAdjustment": 1},
             {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 3}]  # fmt: skip
    scaling.put_scaling_policy(
        **named, PolicyType="StepScaling", AdjustmentType="ChangeInCapacity", StepAdjustments=steps)  # fmt: skip
    scaling.execute_policy(**named, MetricValue=75.0, BreachThreshold=50.0)
    return bool(shown()["DesiredCapacity"] == 5)


@behaviour(f"{GUIDE}/as-scaling-simple-step.html")
def steps_leave_no_gap(world: World) -> bool:
    template()
    group(2)
    steps = [{"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 1},
             {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 3}]  # fmt: skip
    wanted = {"AutoScalingGroupName": "web", "PolicyName": "out", "PolicyType": "StepScaling",
              "AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps}  # fmt: skip
    return code_of(client("autoscaling").put_scaling_policy, **wanted) == "ValidationError"


@behaviour("autoscaling/ec2/APIReference/API_PutScalingPolicy.html")
def two_groups_may_have_a_policy_of_one_name(world: World) -> bool:
    template()
    scaling = client("autoscaling")
    for name in ("web", "jobs"):
        group(1, AutoScalingGroupName=name)
        scaling.put_scaling_policy(
            AutoScalingGroupName=name, PolicyName="out", AdjustmentType="ExactCapacity", ScalingAdjustment=1
        )
    return len(scaling.describe_policies(AutoScalingGroupName="web")["ScalingPolicies"]) == 1


@behaviour(f"{GUIDE}/ec2-auto-scaling-mixed-instances-groups.html")
def a_mixed_group_buys_both_ways(world: World) -> bool:
    template()
    chosen = {"LaunchTemplateName": "web", "Version": "1"}
    group(8, MixedInstancesPolicy={
        "LaunchTemplate": {"LaunchTemplateSpecification": chosen, "Overrides": [{"InstanceType": "m5.large"}]},
        "InstancesDistribution": {"OnDemandBaseCapacity": 2, "OnDemandPercentageAboveBaseCapacity": 50}})  # fmt: skip
    pages = client("ec2").describe_instances(InstanceIds=names())["Reservations"]
    found = [one.get("InstanceLifecycle") for page in pages for one in page["Instances"]]
    return len(found) == 8 and found.count("spot") == 3


@behaviour(f"{GUIDE}/as-enter-exit-standby.html")
def an_instance_in_standby_gets_no_requests(world: World) -> bool:
    template()
    ec2, elb, scaling = client("ec2"), client("elbv2"), client("autoscaling")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    group(2, TargetGroupARNs=[made["TargetGroupArn"]])
    aside = names()[0]
    scaling.enter_standby(AutoScalingGroupName="web", InstanceIds=[aside], ShouldDecrementDesiredCapacity=True)
    seen = elb.describe_target_health(TargetGroupArn=made["TargetGroupArn"])["TargetHealthDescriptions"]
    healthy = [one for one in seen if one["TargetHealth"]["State"] != "draining"]
    return aside not in [one["Target"]["Id"] for one in healthy] and len(healthy) == 1


@behaviour("autoscaling/ec2/APIReference/API_EnterStandby.html")
def the_last_one_needed_stays_in_service(world: World) -> bool:
    template()
    group(1, MinSize=1)
    asked = {"AutoScalingGroupName": "web", "InstanceIds": names(), "ShouldDecrementDesiredCapacity": True}
    return code_of(client("autoscaling").enter_standby, **asked) == "ValidationError"


@behaviour(f"{GUIDE}/instance-refresh-overview.html")
def an_instance_refresh_replaces_all_in_batches(world: World) -> bool:
    template()
    group(4)
    before, scaling = set(names()), client("autoscaling")
    scaling.start_instance_refresh(
        AutoScalingGroupName="web", Preferences={"MinHealthyPercentage": 50, "InstanceWarmup": 60})  # fmt: skip
    half = len(before & set(names()))
    world.advance(120)
    (found,) = scaling.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"]
    return half == 2 and found["Status"] == "Successful" and not before & set(names())


@behaviour(f"{GUIDE}/instance-refresh-rollback.html")
def a_refresh_rolls_back_on_an_alarm(world: World) -> bool:
    template(ImageId="ami-12c6146b")
    group(2)
    data = {"ImageId": "ami-12c6146b", "InstanceType": "t3.small"}
    client("ec2").create_launch_template_version(LaunchTemplateName="web", LaunchTemplateData=data)
    client("cloudwatch").put_metric_alarm(
        AlarmName="errors", Namespace="shop", MetricName="errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=5.0, ComparisonOperator="GreaterThanThreshold")  # fmt: skip
    scaling = client("autoscaling")
    scaling.start_instance_refresh(
        AutoScalingGroupName="web",
        DesiredConfiguration={"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "2"}},
        Preferences={"MinHealthyPercentage": 50, "InstanceWarmup": 60, "AutoRollback": True,
                     "AlarmSpecification": {"Alarms": ["errors"]}})  # fmt: skip
    client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")
    world.advance(180)
    (found,) = scaling.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"]
    kinds = {one["InstanceType"] for one in shown()["Instances"]}
    return found["Status"] == "RollbackSuccessful" and kinds == {"t3.micro"}


@behaviour("autoscaling/ec2/APIReference/API_StartInstanceRefresh.html")
def one_refresh_at_a_time(world: World) -> bool:
    template()
    group(4)
    scaling = client("autoscaling")
    scaling.start_instance_refresh(AutoScalingGroupName="web", Preferences={"InstanceWarmup": 60})
    return code_of(scaling.start_instance_refresh, AutoScalingGroupName="web") == "InstanceRefreshInProgress"


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
