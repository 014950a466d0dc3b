"""How a group grows, rests, keeps its schedule, heals and renews itself."""

import datetime as dt

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.autoscaling.refresh import batch
from course.lab.cron_fields import InvalidCron
from course.lab.unix_cron import next_time
from tests.lab.autoscaling_groups import group, names, shown

FRIDAY = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    lab.clock.advance(seconds=61 - lab.clock.now().timestamp() % 60)
    yield
    lab.stop()


@pytest.mark.parametrize(("cron", "zone", "expected"), [
    ("0 17 * * 5", "Etc/UTC", "2026-11-20T17:00"),
    ("0 17 * * FRI", "Europe/Berlin", "2026-11-20T16:00"),
    ("30 8 1,15 * *", "Etc/UTC", "2026-12-01T08:30"),
    ("*/20 * * * *", "Etc/UTC", "2026-11-20T12:20"),
    ("0 9 * * 0", "Etc/UTC", "2026-11-22T09:00"),
    ("0 9 * * 7", "Etc/UTC", "2026-11-22T09:00"),
    ("0 9 1 * 1", "Etc/UTC", "2026-11-23T09:00"),
])  # fmt: skip
def test_the_next_time_of_a_cron_expression(cron, zone, expected):
    assert next_time(cron, zone, FRIDAY).strftime("%Y-%m-%dT%H:%M") == expected


@pytest.mark.parametrize("cron", ["0 17 * *", "60 * * * *", "0 24 * * *", "0 0 5-1 * *", "x * * * *", "*/0 * * * *"])
def test_a_cron_expression_that_is_none(cron):
    with pytest.raises(InvalidCron):
        next_time(cron, "Etc/UTC", FRIDAY)


def test_a_single_action_runs_once_and_is_gone():
    scaling = group(1)
    at = lab.clock.now() + dt.timedelta(hours=1)
    scaling.put_scheduled_update_group_action(
        AutoScalingGroupName="web", ScheduledActionName="sale", StartTime=at, DesiredCapacity=4)  # fmt: skip
    lab.clock.advance(minutes=59)
    assert len(names()) == 1
    lab.clock.advance(minutes=1)
    assert len(names()) == 4
    assert scaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"] == []


def test_an_action_ends():
    scaling = group(1)
    scaling.put_scheduled_update_group_action(
        AutoScalingGroupName="web", ScheduledActionName="hourly", Recurrence="0 * * * *", DesiredCapacity=3,
        EndTime=lab.clock.now() + dt.timedelta(hours=2))  # fmt: skip
    lab.clock.advance(hours=2)
    scaling.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    lab.clock.advance(hours=3)
    assert len(names()) == 1


@pytest.mark.parametrize("wish", [
    {}, {"MinSize": 2}, {"MinSize": 5, "MaxSize": 2, "Recurrence": "0 1 * * *"},
    {"MinSize": 2, "StartTime": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
])  # fmt: skip
def test_actions_that_make_no_sense_are_refused(wish):
    with pytest.raises(ClientError, match="ValidationError"):
        group(1).put_scheduled_update_group_action(
            AutoScalingGroupName="web", ScheduledActionName="sale", **wish)  # fmt: skip


def out(scaling, **more):
    steps = [{"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 20.0, "ScalingAdjustment": 1},
             {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 3}]  # fmt: skip
    arn = scaling.put_scaling_policy(
        AutoScalingGroupName="web", PolicyName="out", PolicyType="StepScaling", AdjustmentType="ChangeInCapacity",
        StepAdjustments=steps, **more)["PolicyARN"]  # fmt: skip
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="busy", Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Average", Period=60,
        EvaluationPeriods=1, Threshold=50.0, ComparisonOperator="GreaterThanThreshold", AlarmActions=[arn],
        Dimensions=[{"Name": "AutoScalingGroupName", "Value": "web"}])  # fmt: skip


def cpu(*values):
    lab.measured("AWS/EC2", "CPUUtilization", list(values), {"AutoScalingGroupName": "web"}, since=lab.clock.now())


def test_while_instances_warm_up_a_worse_alarm_adds_only_what_is_missing():
    out(group(2), EstimatedInstanceWarmup=600)
    cpu(60, 60, 60, 80, 80)
    lab.clock.advance(minutes=3)
    assert len(names()) == 3
    lab.clock.advance(minutes=3)
    assert len(names()) == 5


def test_after_the_warm_up_the_next_step_is_taken():
    out(group(2), EstimatedInstanceWarmup=60)
    cpu(*[60] * 4)
    lab.clock.advance(minutes=4)
    assert len(names()) > 3


def test_a_simple_policy_waits_for_the_cooldown_of_the_group():
    scaling = group(2, DefaultCooldown=180)
    arn = scaling.put_scaling_policy(
        AutoScalingGroupName="web", PolicyName="one", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1
    )["PolicyARN"]
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="busy", Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Average", Period=60,
        EvaluationPeriods=1, Threshold=50.0, ComparisonOperator="GreaterThanThreshold", AlarmActions=[arn],
        Dimensions=[{"Name": "AutoScalingGroupName", "Value": "web"}])  # fmt: skip
    cpu(*[90] * 8)
    lab.clock.advance(minutes=3)
    assert len(names()) == 3
    lab.clock.advance(minutes=3)
    assert len(names()) == 4


@pytest.mark.parametrize(("size", "least", "most", "ahead", "at_once"), [
    (10, 90, 100, 0, 1), (10, 50, 100, 0, 5), (10, 100, 110, 1, 1), (4, 100, 110, 1, 1), (10, 90, 120, 2, 3),
    (3, 100, 100, 0, 1),
])  # fmt: skip
def test_the_size_of_a_batch(size, least, most, ahead, at_once):
    assert batch(size, least, most) == (ahead, at_once)


def test_a_refresh_with_room_above_never_has_fewer():
    scaling = group(4)
    scaling.start_instance_refresh(
        AutoScalingGroupName="web",
        Preferences={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 125, "InstanceWarmup": 60})  # fmt: skip
    sizes = []
    for _ in range(10):
        sizes.append(len(names()))
        lab.clock.advance(seconds=30)
    assert min(sizes) == 4
    assert max(sizes) == 5


def test_a_checkpoint_holds_a_refresh_until_it_is_cancelled():
    scaling = group(4)
    scaling.start_instance_refresh(AutoScalingGroupName="web", Preferences={
        "MinHealthyPercentage": 50, "InstanceWarmup": 60, "CheckpointPercentages": [50, 100]})  # fmt: skip
    lab.clock.advance(minutes=10)
    (found,) = scaling.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"]
    assert (found["Status"], found["PercentageComplete"]) == ("InProgress", 50)
    scaling.cancel_instance_refresh(AutoScalingGroupName="web")
    lab.settle()
    (found,) = scaling.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"]
    assert found["Status"] == "Cancelled"
    assert len(names()) == 4


def test_a_refresh_without_a_number_cannot_be_rolled_back():
    scaling = group(2, LaunchTemplate={"LaunchTemplateName": "web", "Version": "$Latest"})
    with pytest.raises(ClientError, match="version number"):
        scaling.start_instance_refresh(
            AutoScalingGroupName="web", Preferences={"AutoRollback": True},
            DesiredConfiguration={"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "1"}})  # fmt: skip


def test_a_suspended_process_does_not_act():
    scaling = group(2)
    scaling.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=["ReplaceUnhealthy", "Launch"])
    before = names()
    scaling.set_instance_health(InstanceId=before[0], HealthStatus="Unhealthy")
    scaling.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=5)
    assert names() == before
    assert shown()["Instances"][0]["HealthStatus"] == "Unhealthy"


def test_a_target_that_fails_its_checks_is_replaced_after_the_grace_period():
    ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    target = elb.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckIntervalSeconds=10, HealthyThresholdCount=2,
        UnhealthyThresholdCount=2)["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
    balancer = elb.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                        DefaultActions=[{"Type": "forward", "TargetGroupArn": target}])  # fmt: skip
    group(2, TargetGroupARNs=[target], HealthCheckType="ELB", HealthCheckGracePeriod=120)
    well, sick = names()
    lab.serve(well, 80, lambda request: (200, "hello"))
    lab.serve(sick, 80, lambda request: (500, "out of order"))
    lab.clock.advance(seconds=90)
    assert sick in names()
    lab.clock.advance(seconds=60)
    assert sick not in names()
    assert well in names()
    assert len(names()) == 2


def test_a_policy_runs_once_in_each_minute_of_its_alarm():
    scaling, cloudwatch = group(2), boto3.client("cloudwatch")
    arn = scaling.put_scaling_policy(
        AutoScalingGroupName="web", PolicyName="more", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1,
        Cooldown=0)["PolicyARN"]  # fmt: skip
    cloudwatch.put_metric_alarm(
        AlarmName="busy", Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Average", Period=60,
        EvaluationPeriods=1, Threshold=50.0, ComparisonOperator="GreaterThanThreshold", AlarmActions=[arn],
        Dimensions=[{"Name": "AutoScalingGroupName", "Value": "web"}])  # fmt: skip
    cpu(90, 90, 90)
    lab.clock.advance(minutes=3)
    assert len(names()) == 5


def test_a_version_of_a_template_may_be_laid_over_the_newest():
    group(1)
    ec2 = boto3.client("ec2")
    for change in ({"InstanceType": "t3.small"}, {"KeyName": "harbour"}):
        ec2.create_launch_template_version(
            LaunchTemplateName="web", SourceVersion="$Latest", LaunchTemplateData=change)  # fmt: skip
    (found,) = ec2.describe_launch_template_versions(LaunchTemplateName="web", Versions=["3"])["LaunchTemplateVersions"]
    assert found["LaunchTemplateData"].keys() == {"ImageId", "InstanceType", "KeyName"}
    assert found["LaunchTemplateData"]["InstanceType"] == "t3.small"
