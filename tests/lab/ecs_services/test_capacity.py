"""Capacity providers, managed scaling, and the scaling of services."""

from __future__ import annotations

import base64
from collections import Counter

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.ecs.capacity import split
from course.lab.ecs.managed import Need

MIX = [{"capacityProvider": "FARGATE", "base": 2, "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 3}]
RESOURCE = {
    "ServiceNamespace": "ecs", "ResourceId": "service/shop/web", "ScalableDimension": "ecs:service:DesiredCount",
}  # fmt: skip


def fargate(shop):
    web = {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}]}
    shop.ecs.register_task_definition(family="web", containerDefinitions=[web], requiresCompatibilities=["FARGATE"],
                                      networkMode="awsvpc", cpu="256", memory="512")  # fmt: skip
    return {"networkConfiguration": {"awsvpcConfiguration": {"subnets": shop.subnets[:2]}}}


def providers(shop):
    return Counter(one["capacityProviderName"] for one in shop.tasks())


def test_base_and_weight():
    assert Counter(split(10, MIX)) == {"FARGATE": 4, "FARGATE_SPOT": 6}
    assert Counter(split(1, MIX)) == {"FARGATE": 1}


def test_a_service_keeps_the_proportion_as_it_grows(shop):
    network = fargate(shop)
    shop.ecs.put_cluster_capacity_providers(cluster="shop", capacityProviders=["FARGATE", "FARGATE_SPOT"],
                                            defaultCapacityProviderStrategy=MIX)  # fmt: skip
    shop.serve(2, **network)
    assert providers(shop) == {"FARGATE": 2}
    shop.ecs.update_service(cluster="shop", service="web", desiredCount=10)
    assert providers(shop) == {"FARGATE": 4, "FARGATE_SPOT": 6}


def test_a_provider_has_to_be_associated(shop):
    network = fargate(shop)
    with pytest.raises(ClientError, match="not associated"):
        shop.ecs.run_task(cluster="shop", taskDefinition="web", capacityProviderStrategy=MIX, **network)


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        ([{**MIX[0]}, {**MIX[1], "base": 1}], "Only one"),
        ([{"capacityProvider": "FARGATE"}, {"capacityProvider": "FARGATE_SPOT"}], "weight greater than 0"),
    ],
)
def test_what_a_strategy_may_not_say(shop, strategy, words):
    with pytest.raises(ClientError, match=words):
        shop.ecs.put_cluster_capacity_providers(cluster="shop", capacityProviders=["FARGATE", "FARGATE_SPOT"],
                                                defaultCapacityProviderStrategy=strategy)  # fmt: skip


def test_reservation():
    assert Need(running=4, used=4, wanted=2).reservation == 150
    assert Need(running=0, used=0, wanted=1).reservation == 200
    assert Need(running=4, used=2, wanted=0).size(target=50) == 4


def group(shop, most=6):
    script = base64.b64encode(b"#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n").decode()
    shop.ec2.create_launch_template(LaunchTemplateName="host", LaunchTemplateData={
        "ImageId": shop.image, "InstanceType": "t3.medium", "UserData": script,
        "IamInstanceProfile": {"Name": "host"}})  # fmt: skip
    scaling = boto3.client("autoscaling")
    scaling.create_auto_scaling_group(AutoScalingGroupName="hosts", MinSize=0, MaxSize=most, DesiredCapacity=0,
                                      LaunchTemplate={"LaunchTemplateName": "host"},
                                      VPCZoneIdentifier=",".join(shop.subnets[:2]))  # fmt: skip
    arn = scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupARN"]
    shop.ecs.create_capacity_provider(name="own", autoScalingGroupProvider={
        "autoScalingGroupArn": arn, "managedScaling": {"status": "ENABLED", "targetCapacity": 100}})  # fmt: skip
    strategy = [{"capacityProvider": "own", "weight": 1}]
    shop.ecs.put_cluster_capacity_providers(
        cluster="shop", capacityProviders=["own"], defaultCapacityProviderStrategy=strategy
    )
    return lambda: scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["DesiredCapacity"]


def test_managed_scaling_brings_instances_for_tasks_that_wait_and_takes_them_away_later(shop):
    size = group(shop)
    shop.define(memory=1024)
    shop.serve(5)
    assert (shop.service()["runningCount"], size()) == (0, 0)
    lab.clock.advance(minutes=2)
    assert (shop.service()["runningCount"], size()) == (5, 2)
    shop.ecs.update_service(cluster="shop", service="web", desiredCount=0)
    lab.clock.advance(minutes=10)
    assert size() == 2
    lab.clock.advance(minutes=10)
    assert size() == 0


def test_the_group_grows_to_its_own_bound_only(shop):
    size = group(shop, most=1)
    shop.define(memory=1024)
    shop.serve(5)
    lab.clock.advance(minutes=5)
    assert (shop.service()["runningCount"], size()) == (3, 1)


def scaled(shop, policy, kind="TargetTrackingScaling"):
    shop.launch(0, 1)
    shop.define(memory=64, cpu=64)
    shop.serve(2)
    scaling = boto3.client("application-autoscaling")
    scaling.register_scalable_target(MinCapacity=2, MaxCapacity=10, **RESOURCE)
    name = {"TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
            "StepScaling": "StepScalingPolicyConfiguration"}[kind]  # fmt: skip
    return scaling, scaling.put_scaling_policy(PolicyName="cpu", PolicyType=kind, **{name: policy}, **RESOURCE)


def test_target_tracking_follows_the_load(shop):
    tracked = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    scaling, made = scaled(shop, {"TargetValue": 60.0, "PredefinedMetricSpecification": tracked})
    assert len(made["Alarms"]) == 2
    load = [300]
    lab.measured("AWS/ECS", "CPUUtilization", lambda at: min(100, load[0] / shop.service()["desiredCount"]),
                 {"ClusterName": "shop", "ServiceName": "web"})  # fmt: skip
    lab.clock.advance(minutes=20)
    assert shop.service()["runningCount"] in (5, 6)
    load[0] = 90
    lab.clock.advance(minutes=30)
    assert shop.service()["runningCount"] == 2
    told = scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
    assert told[0]["Description"] == "Setting desired count to 2."


def test_step_scaling_by_an_alarm(shop):
    steps = {"AdjustmentType": "ChangeInCapacity", "Cooldown": 60, "StepAdjustments": [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 4}]}  # fmt: skip
    _, made = scaled(shop, steps, "StepScaling")
    place = [{"Name": "ClusterName", "Value": "shop"}, {"Name": "ServiceName", "Value": "web"}]
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="hot", Namespace="AWS/ECS", MetricName="CPUUtilization", Dimensions=place, Statistic="Average",
        Period=60, EvaluationPeriods=1, Threshold=70, ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[made["PolicyARN"]],
    )  # fmt: skip
    values = iter([95] + [50] * 50)
    lab.measured("AWS/ECS", "CPUUtilization", lambda at: next(values), {"ClusterName": "shop", "ServiceName": "web"})
    lab.clock.advance(minutes=4)
    assert shop.service()["desiredCount"] == 6


def test_a_scheduled_action_moves_the_bounds_and_the_count(shop):
    tracked = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    scaling, _ = scaled(shop, {"TargetValue": 60.0, "PredefinedMetricSpecification": tracked})
    scaling.put_scheduled_action(ScheduledActionName="morning", Schedule="cron(0 8 * * ? *)",
                                 ScalableTargetAction={"MinCapacity": 6, "MaxCapacity": 10}, **RESOURCE)  # fmt: skip
    lab.clock.advance(hours=24)
    assert shop.service()["runningCount"] == 6
