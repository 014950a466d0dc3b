"""Elastic Load Balancing: behaviours of AWS that the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Any

import boto3
import pytest

from course import lab
from tests.fidelity.behaviour import Behaviour, World, code_of, collect
from tests.lab.lambda_sample import make

CLOSED: list[Behaviour] = []
behaviour = collect(CLOSED, "https://docs.aws.amazon.com/elasticloadbalancing/latest")
_FIXED = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "MessageBody": "hello"}}


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]


def subnets() -> list[dict[str, Any]]:
    found = client("ec2").describe_subnets()["Subnets"]
    return sorted(found, key=lambda one: str(one["AvailabilityZone"]))


def group(**more: Any) -> str:
    asked = {"Protocol": "HTTP", "Port": 80, "VpcId": subnets()[0]["VpcId"]} | more
    return str(client("elbv2").create_target_group(Name="web", **asked)["TargetGroups"][0]["TargetGroupArn"])


def balancer(**more: Any) -> dict[str, Any]:
    named = [one["SubnetId"] for one in subnets()[:2]]
    asked = {"Name": "shop", "Subnets": named} | more
    made: dict[str, Any] = client("elbv2").create_load_balancer(**asked)["LoadBalancers"][0]
    return made


def listener(arn: str, action: Any, port: int = 80, protocol: str = "HTTP", **more: Any) -> str:
    asked = {"LoadBalancerArn": arn, "Protocol": protocol, "Port": port, "DefaultActions": [action]} | more
    return str(client("elbv2").create_listener(**asked)["Listeners"][0]["ListenerArn"])


def servers(number: int) -> list[str]:
    ec2 = client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=number, MaxCount=number, SubnetId=subnets()[0]["SubnetId"])
    return [str(one["InstanceId"]) for one in made["Instances"]]


def open_door() -> list[str]:
    ec2 = client("ec2")
    made = ec2.create_security_group(GroupName="web", Description="web", VpcId=subnets()[0]["VpcId"])["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    return [made]


def site(number: int = 2) -> tuple[str, str, list[str], str]:
    """The name of a balancer, its target group, the servers behind it, and the balancer's ARN."""
    arn, members, (gate,) = group(), servers(number), open_door()
    for one in members:
        client("ec2").modify_instance_attribute(InstanceId=one, Groups=[gate])
    made = balancer(SecurityGroups=[gate])
    for one in members:
        lab.serve(one, 80, lambda request, one=one: one)
    client("elbv2").register_targets(TargetGroupArn=arn, Targets=[{"Id": one} for one in members])
    listener(made["LoadBalancerArn"], {"Type": "forward", "TargetGroupArn": arn})
    return made["DNSName"], arn, members, made["LoadBalancerArn"]


def state(arn: str, name: str) -> tuple[str, str]:
    (found,) = client("elbv2").describe_target_health(TargetGroupArn=arn, Targets=[{"Id": name}])[
        "TargetHealthDescriptions"
    ]
    return found["TargetHealth"]["State"], found["TargetHealth"].get("Reason", "")


@behaviour("application/application-load-balancers.html")
def a_balancer_shares_requests_out(world: World) -> bool:
    name, _, members, _ = site()
    world.advance(31)
    got = Counter(lab.http("GET", f"http://{name}/").body for _ in range(10))
    return got == dict.fromkeys(members, 5)


@behaviour("application/rule-condition-types.html")
def a_rule_by_path_decides(world: World) -> bool:
    made = balancer(SecurityGroups=open_door())
    door = listener(made["LoadBalancerArn"], _FIXED)
    rule = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/old/*"]}}
    move = {"Type": "redirect", "RedirectConfig": {"Path": "/new/#{path}", "StatusCode": "HTTP_302"}}
    client("elbv2").create_rule(ListenerArn=door, Priority=1, Conditions=[rule], Actions=[move])
    moved = lab.http("GET", f"http://{made['DNSName']}/old/a")
    return moved.status == 302 and lab.http("GET", f"http://{made['DNSName']}/Old/a").body == "hello"


@behaviour("application/check-target-health.html")
def a_group_without_a_balancer_is_not_in_use(world: World) -> bool:
    arn, (member,) = group(), servers(1)
    client("elbv2").register_targets(TargetGroupArn=arn, Targets=[{"Id": member}])
    return state(arn, member) == ("unused", "Target.NotInUse")


@behaviour("application/target-group-health-checks.html")
def health_checks_fail_by_the_threshold(world: World) -> bool:
    _, arn, (member, _), _ = site()
    world.advance(31)
    lab.serve(member, 80, lambda request: (503, "down"))
    world.advance(31)
    first = state(arn, member)[0]
    world.advance(30)
    return (first, state(arn, member)) == ("healthy", ("unhealthy", "Target.ResponseCodeMismatch"))


@behaviour("application/edit-target-group-attributes.html#deregistration-delay")
def a_target_that_leaves_drains(world: World) -> bool:
    _, arn, (member, _), _ = site()
    client("elbv2").deregister_targets(TargetGroupArn=arn, Targets=[{"Id": member}])
    before = state(arn, member)[0]
    world.advance(301)
    return (before, state(arn, member)[0]) == ("draining", "unused")


@behaviour("application/edit-target-group-attributes.html#sticky-sessions")
def stickiness_lasts_a_second_to_a_week(world: World) -> bool:
    change, arn = client("elbv2").modify_target_group_attributes, group()
    key = "stickiness.lb_cookie.duration_seconds"
    return all(
        code_of(change, TargetGroupArn=arn, Attributes=[{"Key": key, "Value": value}]) == "ValidationError"
        for value in ("0", "604801")
    )


@behaviour("application/edit-target-group-attributes.html#application-based-stickiness")
def the_balancers_cookie_names_are_its_own(world: World) -> bool:
    change, arn = client("elbv2").modify_target_group_attributes, group()
    rows = [{"Key": "stickiness.app_cookie.cookie_name", "Value": "AWSALB"}]
    return code_of(change, TargetGroupArn=arn, Attributes=rows) == "ValidationError"


@behaviour("application/edit-target-group-attributes.html#slow-start-mode")
def slow_start_takes_half_a_minute_at_least(world: World) -> bool:
    change, arn = client("elbv2").modify_target_group_attributes, group()
    rows = [{"Key": "slow_start.duration_seconds", "Value": "10"}]
    return code_of(change, TargetGroupArn=arn, Attributes=rows) == "ValidationError"


@behaviour("APIReference/API_CreateListener.html")
def a_port_has_one_listener(world: World) -> bool:
    arn = balancer()["LoadBalancerArn"]
    listener(arn, _FIXED)
    return code_of(client("elbv2").create_listener, LoadBalancerArn=arn, Protocol="HTTP", Port=80,
                   DefaultActions=[_FIXED]) == "DuplicateListener"  # fmt: skip


@behaviour("APIReference/API_CreateLoadBalancer.html")
def a_name_has_no_more_than_32_characters(world: World) -> bool:
    named = [one["SubnetId"] for one in subnets()[:2]]
    return code_of(client("elbv2").create_load_balancer, Name="a" * 33, Subnets=named) == "ValidationError"


@behaviour("network/create-network-load-balancer.html")
def the_arn_says_of_what_kind_it_is(world: World) -> bool:
    return ":loadbalancer/net/shop/" in balancer(Type="network")["LoadBalancerArn"]


@behaviour("APIReference/API_LoadBalancer.html")
def a_balancer_names_the_hosted_zone_of_its_kind_and_region(world: World) -> bool:
    return [balancer(Name=kind, Type=kind)["CanonicalHostedZoneId"] for kind in ("application", "network")] == [
        "Z35SXDOTRQ7X7K",
        "Z26RNL4JYFTOTI",
    ]


@behaviour("application/disable-cross-zone.html")
def cross_zone_cannot_be_switched_off_for_a_whole_application_balancer(world: World) -> bool:
    rows = [{"Key": "load_balancing.cross_zone.enabled", "Value": "false"}]
    arn = balancer()["LoadBalancerArn"]
    change = client("elbv2").modify_load_balancer_attributes
    return code_of(change, LoadBalancerArn=arn, Attributes=rows) == "InvalidConfigurationRequest"


@behaviour("application/enable-access-logging.html")
def logs_need_a_bucket_that_lets_them_in(world: World) -> bool:
    client("s3").create_bucket(Bucket="lumen-logs")
    rows = [{"Key": "access_logs.s3.enabled", "Value": "true"}, {"Key": "access_logs.s3.bucket", "Value": "lumen-logs"}]
    arn, change = balancer()["LoadBalancerArn"], client("elbv2").modify_load_balancer_attributes
    before = code_of(change, LoadBalancerArn=arn, Attributes=rows)
    statement = {"Effect": "Allow", "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                 "Action": "s3:PutObject", "Resource": "arn:aws:s3:::lumen-logs/*"}  # fmt: skip
    client("s3").put_bucket_policy(
        Bucket="lumen-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    return (before, code_of(change, LoadBalancerArn=arn, Attributes=rows)) == ("InvalidConfigurationRequest", "")


@behaviour("application/load-balancer-cloudwatch-metrics.html")
def requests_are_counted(world: World) -> bool:
    name, _, _, _ = site()
    world.advance(31)
    for _ in range(3):
        lab.http("GET", f"http://{name}/")
    world.advance(120)
    found = client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApplicationELB", MetricName="RequestCount", Statistics=["Sum"], Period=86400,
        StartTime=lab.clock.now() - dt.timedelta(days=1), EndTime=lab.clock.now(), Dimensions=[])  # fmt: skip
    return sum(one["Sum"] for one in found["Datapoints"]) == 3


@behaviour("gateway/target-groups.html")
def appliances_listen_on_port_6081(world: World) -> bool:
    asked = {"Name": "fw", "Protocol": "GENEVE", "VpcId": subnets()[0]["VpcId"]}
    create = client("elbv2").create_target_group
    return (code_of(create, Port=6801, **asked), code_of(create, Port=6081, **asked)) == ("ValidationError", "")


@behaviour("application/lambda-functions.html")
def a_function_has_to_let_the_balancer_in(world: World) -> bool:
    made = client("elbv2").create_target_group(Name="fares", TargetType="lambda")["TargetGroups"][0]["TargetGroupArn"]
    targets = [{"Id": make("def handler(event, context):\n    return {}")}]
    return code_of(client("elbv2").register_targets, TargetGroupArn=made, Targets=targets) == "AccessDenied"


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
