"""Instances, placement, services and capacity of ECS: behaviours of AWS that the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

CLOSED: list[Behaviour] = []
behaviour = collect(CLOSED, "https://docs.aws.amazon.com/AmazonECS/latest")
_TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
_MAY = {"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]


def hosts(count: int = 1) -> list[str]:
    """Launch instances whose user data names the cluster shop; returns their container instances."""
    iam, ec2, ecs = client("iam"), client("ec2"), client("ecs")
    ecs.create_cluster(clusterName="shop")
    iam.create_role(
        RoleName="host", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [_TRUST]})
    )
    iam.put_role_policy(RoleName="host", PolicyName="ecs",
                        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [_MAY]}))  # fmt: skip
    iam.create_instance_profile(InstanceProfileName="host")
    iam.add_role_to_instance_profile(InstanceProfileName="host", RoleName="host")
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    image = client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    ec2.run_instances(ImageId=image, InstanceType="t3.medium", MinCount=count, MaxCount=count,
                      UserData="#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n",
                      IamInstanceProfile={"Name": "host"})  # fmt: skip
    return list(ecs.list_container_instances(cluster="shop")["containerInstanceArns"])


def by_hand(count: int = 1) -> list[str]:
    """Register instances as their agents would: in the lab and in bare moto."""
    from moto.ec2.utils import generate_instance_identity_document

    ec2, ecs = boto3.resource("ec2", region_name="us-east-1"), client("ecs")
    ecs.create_cluster(clusterName="shop")
    image = client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    for one in ec2.create_instances(ImageId=image, InstanceType="t3.medium", MinCount=count, MaxCount=count):
        document = json.dumps(generate_instance_identity_document(one))
        ecs.register_container_instance(cluster="shop", instanceIdentityDocument=document)
    return list(ecs.list_container_instances(cluster="shop")["containerInstanceArns"])


def define(memory: int = 256, host_port: int | None = None, image: str = "web:1") -> None:
    ports = [{"containerPort": 80, **({} if host_port is None else {"hostPort": host_port})}]
    web = {"name": "web", "image": image, "memory": memory, "portMappings": ports}
    client("ecs").register_task_definition(family="web", containerDefinitions=[web])


def run(count: int = 1, **more: Any) -> Any:
    return client("ecs").run_task(cluster="shop", taskDefinition="web", count=count, **more)


def serve(count: int = 2, **more: Any) -> None:
    client("ecs").create_service(cluster="shop", serviceName="web", taskDefinition="web", desiredCount=count, **more)


def service() -> Any:
    return client("ecs").describe_services(cluster="shop", services=["web"])["services"][0]


@behaviour("developerguide/launch_container_instance.html")
def an_instance_joins_the_cluster_of_its_user_data(world: World) -> bool:
    return len(hosts()) == 1


@behaviour("developerguide/memory-management.html")
def an_instance_registers_the_size_of_its_type(world: World) -> bool:
    (one,) = by_hand()
    (host,) = client("ecs").describe_container_instances(cluster="shop", containerInstances=[one])["containerInstances"]
    return {row["name"]: row["integerValue"] for row in host["registeredResources"]}["CPU"] == 2048


@behaviour("developerguide/api_failures_messages.html")
def what_finds_no_room_is_a_failure(world: World) -> bool:
    by_hand()
    define(memory=100_000)
    return bool([one["reason"] for one in run()["failures"]] == ["RESOURCE:MEMORY"])


@behaviour("APIReference/API_PortMapping.html")
def host_port_0_is_any_free_port(world: World) -> bool:
    by_hand()
    define(host_port=0)
    return len(run(3)["tasks"]) == 3


def many_services() -> Any:
    client("ecs").create_cluster(clusterName="shop")
    define()
    for number in range(11):
        client("ecs").create_service(cluster="shop", serviceName=f"web-{number}", taskDefinition="web", desiredCount=0)
    return client("ecs").get_paginator("list_services").paginate(cluster="shop")


@behaviour("APIReference/API_ListServices.html")
def services_are_listed_by_tens(world: World) -> bool:
    return [len(page["serviceArns"]) for page in many_services()] == [10, 1]


@behaviour("APIReference/API_DescribeServices.html")
def ten_services_are_described_at_once(world: World) -> bool:
    names = [arn for page in many_services() for arn in page["serviceArns"]]
    refused = code_of(lambda: client("ecs").describe_services(cluster="shop", services=names))
    return bool(refused == "InvalidParameterException")


@behaviour("developerguide/task-placement-strategies.html")
def spread_evens_out(world: World) -> bool:
    by_hand(3)
    define()
    ran = run(3, placementStrategy=[{"type": "spread", "field": "instanceId"}])
    return len({one["containerInstanceArn"] for one in ran["tasks"]}) == 3


@behaviour("developerguide/task-placement-constraints.html")
def distinct_instances_are_distinct(world: World) -> bool:
    by_hand(2)
    define()
    return len(run(3, placementConstraints=[{"type": "distinctInstance"}])["tasks"]) == 2


@behaviour("developerguide/cluster-query-language.html")
def instances_are_found_by_a_query(world: World) -> bool:
    by_hand()
    ecs = client("ecs")
    return not ecs.list_container_instances(cluster="shop", filter="attribute:stack == prod")["containerInstanceArns"]


@behaviour("APIReference/API_RunTask.html")
def ten_tasks_at_once(world: World) -> bool:
    by_hand()
    define()
    return code_of(run, count=11) == "InvalidParameterException"


@behaviour("developerguide/ecs_services.html")
def a_service_replaces_a_task(world: World) -> bool:
    by_hand()
    define()
    serve()
    ecs = client("ecs")
    ecs.stop_task(cluster="shop", task=ecs.list_tasks(cluster="shop")["taskArns"][0])
    world.settle()
    return len(ecs.list_tasks(cluster="shop", desiredStatus="RUNNING")["taskArns"]) == 2


@behaviour("developerguide/deployment-type-ecs.html")
def a_rolling_update_keeps_its_bounds(world: World) -> bool:
    by_hand()
    define()
    serve(4, deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 150})
    define(image="web:2")
    client("ecs").update_service(cluster="shop", service="web", taskDefinition="web")
    return len(client("ecs").list_tasks(cluster="shop", desiredStatus="RUNNING")["taskArns"]) == 6


@behaviour("developerguide/deployment-circuit-breaker.html")
def the_circuit_breaker_rolls_back(world: World) -> bool:
    by_hand()
    define()
    serve(2, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    define(image="123456789012.dkr.ecr.us-east-1.amazonaws.com/missing:1")
    client("ecs").update_service(cluster="shop", service="web", taskDefinition="web")
    world.advance(300)
    return bool(service()["taskDefinition"].endswith("web:1") and service()["runningCount"] == 2)


@behaviour("developerguide/service-event-messages-list.html")
def a_service_says_why_a_task_has_no_place(world: World) -> bool:
    by_hand()
    define(memory=100_000)
    serve(1)
    return any("insufficient memory" in one["message"] for one in service()["events"])


@behaviour("developerguide/service-load-balancing.html")
def tasks_are_targets(world: World) -> bool:
    by_hand()
    define()
    elb, ec2 = client("elbv2"), client("ec2")
    subnets = ec2.describe_subnets()["Subnets"]
    group = elb.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="instance"
    )
    arn = group["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.create_load_balancer(Name="web", Subnets=[one["SubnetId"] for one in subnets[:2]])["LoadBalancers"][
        0
    ]
    elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80,
                        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}])  # fmt: skip
    serve(2, loadBalancers=[{"targetGroupArn": arn, "containerName": "web", "containerPort": 80}])
    return len(elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]) == 2


@behaviour("APIReference/API_CapacityProviderStrategyItem.html")
def only_one_provider_has_a_base(world: World) -> bool:
    ecs, names = client("ecs"), ["FARGATE", "FARGATE_SPOT"]
    ecs.create_cluster(clusterName="shop")
    strategy = [{"capacityProvider": name, "base": 1, "weight": 1} for name in names]
    asked = {"cluster": "shop", "capacityProviders": names, "defaultCapacityProviderStrategy": strategy}
    return code_of(ecs.put_cluster_capacity_providers, **asked) == "InvalidParameterException"


@behaviour("developerguide/fargate-capacity-providers.html")
def fargate_is_a_capacity_provider(world: World) -> bool:
    found = client("ecs").describe_capacity_providers()["capacityProviders"]
    return {"FARGATE", "FARGATE_SPOT"} <= {one["name"] for one in found}


@behaviour("developerguide/service-auto-scaling.html")
def a_scheduled_action_scales_a_service(world: World) -> bool:
    by_hand()
    define()
    serve(1)
    scaling = client("application-autoscaling")
    named = {"ServiceNamespace": "ecs", "ResourceId": "service/shop/web",
             "ScalableDimension": "ecs:service:DesiredCount"}  # fmt: skip
    scaling.register_scalable_target(MinCapacity=1, MaxCapacity=4, **named)
    scaling.put_scheduled_action(ScheduledActionName="soon", Schedule="rate(1 hour)",
                                 ScalableTargetAction={"MinCapacity": 3}, **named)  # fmt: skip
    world.advance(2 * 3600)
    return bool(service()["desiredCount"] == 3)


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
