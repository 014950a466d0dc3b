"""Spot Instances: behaviours of AWS that the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from course import lab
from course.lab import spot
from tests.fidelity.behaviour import Behaviour, World, collect
from tests.policies import letting_in

CLOSED: list[Behaviour] = []
behaviour = collect(CLOSED, "https://docs.aws.amazon.com")
NOTICES = "AWSEC2/latest/UserGuide/spot-instance-termination-notices.html"


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]


def instance(**options: Any) -> str:
    ec2 = client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    market = {"MarketType": "spot", **({"SpotOptions": options} if options else {})}
    made = ec2.run_instances(
        ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, InstanceMarketOptions=market)  # fmt: skip
    return str(made["Instances"][0]["InstanceId"])


def state(name: str) -> str:
    found = client("ec2").describe_instances(InstanceIds=[name])["Reservations"][0]["Instances"][0]
    return str(found["State"]["Name"])


@behaviour(NOTICES)
def an_instance_ends_two_minutes_after_its_notice(world: World) -> bool:
    name = instance()
    spot.interrupt(name)
    world.advance(119)
    before = state(name)
    world.advance(1)
    return (before, state(name)) == ("running", "terminated")


@behaviour(NOTICES)
def the_notice_is_an_event(world: World) -> bool:
    sqs, events = client("sqs"), client("events")
    queue = sqs.create_queue(QueueName="notices", Attributes={"Policy": letting_in("events")})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]}
    events.put_rule(Name="notices", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="notices", Targets=[{"Id": "queue", "Arn": arn}])
    name = instance()
    spot.interrupt(name)
    world.settle()
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    return bool(json.loads(message["Body"])["detail"] == {"instance-id": name, "instance-action": "terminate"})


@behaviour("AWSEC2/latest/UserGuide/interruption-behavior.html")
def an_interrupted_instance_may_be_stopped(world: World) -> bool:
    name = instance(SpotInstanceType="persistent", InstanceInterruptionBehavior="stop")
    spot.interrupt(name)
    world.advance(120)
    return state(name) == "stopped"


@behaviour("autoscaling/ec2/userguide/ec2-auto-scaling-capacity-rebalancing.html")
def a_rebalancing_group_replaces_ahead(world: World) -> bool:
    ec2, scaling = client("ec2"), client("autoscaling")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    data = {"ImageId": image, "InstanceType": "t3.micro", "InstanceMarketOptions": {"MarketType": "spot"}}
    ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web", MinSize=1, MaxSize=1, AvailabilityZones=["us-east-1a"], CapacityRebalance=True,
        LaunchTemplate={"LaunchTemplateName": "web", "Version": "1"})  # fmt: skip

    def members() -> list[str]:
        (found,) = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        return [one["InstanceId"] for one in found["Instances"]]

    (before,) = members()
    spot.advise(before)
    return len(members()) == 1 and before not in members()


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"


def test_the_notice_is_in_the_metadata(in_the_lab):
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html"""
    name = instance()
    with lab.on_instance(name):
        assert lab.read_metadata("meta-data/spot/instance-action") is None
    end = spot.interrupt(name)
    with lab.on_instance(name):
        notice = json.loads(lab.read_metadata("meta-data/spot/instance-action") or "{}")
    assert notice == {"action": "terminate", "time": f"{end:%Y-%m-%dT%H:%M:%SZ}"}


@pytest.mark.parametrize(
    ("market", "words"),
    [({}, "not a Spot Instance"), ({"InstanceMarketOptions": {"MarketType": "spot"}}, "terminated")],
)
def test_what_cannot_be_taken_back_is_said_in_words(in_the_lab, market, words):
    ec2 = client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, **market)
    name = made["Instances"][0]["InstanceId"]
    ec2.terminate_instances(InstanceIds=[name])
    with pytest.raises(ValueError, match=words):
        spot.interrupt(name)
