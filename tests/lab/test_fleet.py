"""Instances and load balancers."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


def instance():
    ec2 = boto3.client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    return ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]


def shown(name):
    return boto3.client("ec2").describe_instances(InstanceIds=[name])["Reservations"][0]["Instances"][0]


def test_detailed_monitoring_is_switched_on_and_off():
    ec2, name = boto3.client("ec2"), instance()
    assert shown(name)["Monitoring"]["State"] == "disabled"
    (answer,) = ec2.monitor_instances(InstanceIds=[name])["InstanceMonitorings"]
    assert answer == {"InstanceId": name, "Monitoring": {"State": "pending"}}
    assert shown(name)["Monitoring"]["State"] == "enabled"
    ec2.unmonitor_instances(InstanceIds=[name])
    assert shown(name)["Monitoring"]["State"] == "disabled"
    with pytest.raises(ClientError, match="InvalidInstanceID"):
        ec2.monitor_instances(InstanceIds=["i-0123456789abcdef0"])


def test_an_elastic_address_stays_through_a_stop():
    ec2, name = boto3.client("ec2"), instance()
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=name)
    ec2.stop_instances(InstanceIds=[name])
    assert shown(name)["PublicIpAddress"] == address["PublicIp"]
    ec2.start_instances(InstanceIds=[name])
    assert shown(name)["PublicIpAddress"] == address["PublicIp"]


def test_an_address_of_its_own_changes_with_a_stop():
    ec2, name = boto3.client("ec2"), instance()
    before = shown(name).get("PublicIpAddress")
    ec2.stop_instances(InstanceIds=[name])
    ec2.start_instances(InstanceIds=[name])
    assert before is None or shown(name)["PublicIpAddress"] != before


@pytest.fixture
def subnets():
    return [one["SubnetId"] for one in boto3.client("ec2").describe_subnets()["Subnets"]]


@pytest.fixture
def target_group(subnets):
    """A target group that a load balancer uses: others have no health checks."""
    elb, vpc = boto3.client("elbv2"), boto3.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    found = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    balancer = elb.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    forward = {"Type": "forward", "TargetGroupArn": found["TargetGroupArn"]}
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[forward])
    return found["TargetGroupArn"]


def targets(group, *wanted):
    more = {"Targets": list(wanted)} if wanted else {}
    found = boto3.client("elbv2").describe_target_health(TargetGroupArn=group, **more)["TargetHealthDescriptions"]
    return {(one["Target"]["Port"], one["TargetHealth"]["State"]) for one in found}


def test_two_ports_of_an_instance_are_two_targets(target_group):
    elb, name = boto3.client("elbv2"), instance()
    elb.register_targets(TargetGroupArn=target_group, Targets=[{"Id": name, "Port": port} for port in (8080, 8081)])
    assert targets(target_group) == {(8080, "healthy"), (8081, "healthy")}
    assert targets(target_group, {"Id": name, "Port": 8081}) == {(8081, "healthy")}
    elb.deregister_targets(TargetGroupArn=target_group, Targets=[{"Id": name, "Port": 8080}])
    assert targets(target_group) == {(8081, "healthy"), (8080, "draining")}
    lab.clock.advance(minutes=5)
    assert targets(target_group) == {(8081, "healthy")}
    boto3.client("ec2").stop_instances(InstanceIds=[name])
    assert targets(target_group) == {(8081, "unused")}


def test_a_terminated_instance_is_no_target(target_group):
    elb, name = boto3.client("elbv2"), instance()
    elb.register_targets(TargetGroupArn=target_group, Targets=[{"Id": name}])
    boto3.client("ec2").terminate_instances(InstanceIds=[name])
    assert targets(target_group) == set()


def test_application_load_balancers_balance_across_zones(subnets):
    elb = boto3.client("elbv2")
    made = {}
    for kind in ("application", "network"):
        found = elb.create_load_balancer(Name=kind, Type=kind, Subnets=subnets[:2])
        made[kind] = found["LoadBalancers"][0]["LoadBalancerArn"]

    def across(kind):
        attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=made[kind])["Attributes"]
        return next(one["Value"] for one in attributes if one["Key"] == "load_balancing.cross_zone.enabled")

    assert (across("application"), across("network")) == ("true", "false")


def test_an_application_load_balancer_spans_two_zones(subnets):
    with pytest.raises(ClientError, match="two different Availability Zones"):
        boto3.client("elbv2").create_load_balancer(Name="one", Subnets=subnets[:1])
