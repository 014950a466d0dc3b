"""Instances, load balancers, containers and distributions: behaviours of AWS that the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect

CLOSED: list[Behaviour] = []
behaviour = collect(CLOSED, "https://docs.aws.amazon.com")


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]


def refused(words: str, operation: str, service: str, **asked: Any) -> bool:
    """Whether a call is refused with these words in its code or message."""
    try:
        getattr(client(service), operation)(**asked)
    except ClientError as no:
        return words in str(no)
    return False


def instance() -> str:
    ec2 = client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    return str(ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"])


def shown(name: str) -> Any:
    return client("ec2").describe_instances(InstanceIds=[name])["Reservations"][0]["Instances"][0]


def subnets() -> list[str]:
    return [one["SubnetId"] for one in client("ec2").describe_subnets()["Subnets"]]


@behaviour("AWSEC2/latest/UserGuide/manage-detailed-monitoring.html")
def detailed_monitoring_is_switched_on(world: World) -> bool:
    name = instance()
    client("ec2").monitor_instances(InstanceIds=[name])
    return bool(shown(name)["Monitoring"]["State"] == "enabled")


@behaviour("AWSEC2/latest/UserGuide/Stop_Start.html")
def an_elastic_address_stays_through_a_stop(world: World) -> bool:
    name, ec2 = instance(), client("ec2")
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=name)
    ec2.stop_instances(InstanceIds=[name])
    ec2.start_instances(InstanceIds=[name])
    return bool(shown(name)["PublicIpAddress"] == address["PublicIp"])


@behaviour("elasticloadbalancing/latest/application/load-balancer-target-groups.html")
def two_ports_are_two_targets(world: World) -> bool:
    elb, name = client("elbv2"), instance()
    vpc = client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    group = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0][
        "TargetGroupArn"
    ]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": name, "Port": port} for port in (8080, 8081)])
    return len(elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]) == 2


@behaviour("elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html")
def application_load_balancers_balance_across_zones(world: World) -> bool:
    elb = client("elbv2")
    made = elb.create_load_balancer(Name="web", Subnets=subnets()[:2])["LoadBalancers"][0]["LoadBalancerArn"]
    found = elb.describe_load_balancer_attributes(LoadBalancerArn=made)["Attributes"]
    return {"Key": "load_balancing.cross_zone.enabled", "Value": "true"} in found


@behaviour("elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html")
def an_application_load_balancer_spans_two_zones(world: World) -> bool:
    asked = {"Name": "web", "Subnets": subnets()[:1]}
    return refused("InvalidConfigurationRequest", "create_load_balancer", "elbv2", **asked)


def fargate() -> str:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop")
    made = ecs.register_task_definition(
        family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 128}], networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"], cpu="256", memory="512")  # fmt: skip
    return str(made["taskDefinition"]["taskDefinitionArn"])


@behaviour("AmazonECS/latest/developerguide/ecs_services.html")
def a_service_starts_its_tasks(world: World) -> bool:
    ecs, network = client("ecs"), {"awsvpcConfiguration": {"subnets": subnets()[:1]}}
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition=fargate(), desiredCount=2,
                       launchType="FARGATE", networkConfiguration=network)  # fmt: skip
    (found,) = ecs.describe_services(cluster="shop", services=["web"])["services"]
    return found["runningCount"] == 2 and len(ecs.list_tasks(cluster="shop")["taskArns"]) == 2


@behaviour("AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html")
def a_task_may_have_the_default_security_group(world: World) -> bool:
    network = {"awsvpcConfiguration": {"subnets": subnets()[:1]}}
    ran = client("ecs").run_task(cluster="shop", taskDefinition=fargate(), launchType="FARGATE",
                                 networkConfiguration=network)  # fmt: skip
    return len(ran["tasks"]) == 1


@behaviour("AmazonECR/latest/userguide/registry_auth.html")
def a_token_of_a_registry_lasts_12_hours(world: World) -> bool:
    (token,) = client("ecr").get_authorization_token()["authorizationData"]
    left = token["expiresAt"] - dt.datetime.now(dt.UTC)
    return dt.timedelta(hours=11) < left <= dt.timedelta(hours=12)


@behaviour("cloudfront/latest/APIReference/API_DistributionConfig.html")
def a_distribution_has_a_global_firewall(world: World) -> bool:
    origin = {"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    config = {
        "CallerReference": "1", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"},
        "WebACLId": "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1",
    }  # fmt: skip
    return refused("InvalidWebACLId", "create_distribution", "cloudfront", DistributionConfig=config)


@behaviour("AWSCloudFormation/latest/UserGuide/parameters-section-structure.html")
def a_parameter_has_a_type(world: World) -> bool:
    queue = {"Type": "AWS::SQS::Queue"}
    body = json.dumps({"Parameters": {"Stage": {"Default": "test"}}, "Resources": {"Queue": queue}})
    return refused("must contain a Type", "create_stack", "cloudformation", StackName="shop", TemplateBody=body)


@behaviour("AWSCloudFormation/latest/UserGuide/protect-stack-resources.html")
def a_stack_policy_holds_for_everybody(world: World) -> bool:
    stacks = client("cloudformation")
    stacks.create_stack(StackName="shop", TemplateBody='{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}')
    policy = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": {"AWS": "dana"}, "Resource": "*"}]}
    asked = {"StackName": "shop", "StackPolicyBody": json.dumps(policy)}
    return refused("Invalid stack policy", "set_stack_policy", "cloudformation", **asked)


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
