"""CodeDeploy for servers, blue/green: other instances get the revision, the traffic follows, the old ones end."""

from __future__ import annotations

import boto3
import pytest

from course import lab
from tests.lab.delivery.test_codedeploy import bundle, disk

ROLE = "arn:aws:iam::123456789012:role/deployer"


class Site:
    """Two servers behind a load balancer, and two new ones beside them."""

    def __init__(self) -> None:
        self.balancers, self.deploy = boto3.client("elbv2"), boto3.client("codedeploy")
        vpc = boto3.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
        made = self.balancers.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
        self.target_group = made["TargetGroupArn"]
        self.blue, self.green = self._servers("blue"), self._servers("green")
        self.balancers.register_targets(TargetGroupArn=self.target_group, Targets=[{"Id": one} for one in self.blue])
        boto3.client("s3").create_bucket(Bucket="revisions")
        self.deploy.create_application(applicationName="web")

    def _servers(self, colour: str) -> list[str]:
        made = boto3.client("ec2").run_instances(
            ImageId="ami-12c6146b", MinCount=2, MaxCount=2, InstanceType="t3.micro",
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Fleet", "Value": colour}]}],
        )  # fmt: skip
        return [one["InstanceId"] for one in made["Instances"]]

    def serving(self) -> set[str]:
        found = self.balancers.describe_target_health(TargetGroupArn=self.target_group)["TargetHealthDescriptions"]
        return {one["Target"]["Id"] for one in found if one["TargetHealth"]["State"] != "draining"}

    def running(self) -> set[str]:
        wanted = [{"Name": "instance-state-name", "Values": ["running"]}]
        found = boto3.client("ec2").describe_instances(Filters=wanted)["Reservations"]
        return {one["InstanceId"] for row in found for one in row["Instances"]}

    def group(self, **more) -> None:
        fleet = {} if "autoScalingGroups" in more else {"ec2TagFilters": tag("blue")}
        settings = {
            "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            "loadBalancerInfo": {"targetGroupInfoList": [{"name": "web"}]},
            "deploymentConfigName": "CodeDeployDefault.AllAtOnce",
            **fleet, **more,
        }  # fmt: skip
        self.deploy.create_deployment_group(
            applicationName="web", deploymentGroupName="prod", serviceRoleArn=ROLE, **settings
        )

    def start(self, body: bytes, **more) -> str:
        boto3.client("s3").put_object(Bucket="revisions", Key="web.zip", Body=body)
        place = {"bucket": "revisions", "key": "web.zip", "bundleType": "zip"}
        return self.deploy.create_deployment(
            applicationName="web", deploymentGroupName="prod", **more,
            revision={"revisionType": "S3", "s3Location": place},
        )["deploymentId"]  # fmt: skip

    def status(self, one: str) -> str:
        return self.deploy.get_deployment(deploymentId=one)["deploymentInfo"]["status"]

    def events(self, one: str, instance: str) -> list[str]:
        found = self.deploy.get_deployment_target(deploymentId=one, targetId=instance)["deploymentTarget"]
        return [row["lifecycleEventName"] for row in found["instanceTarget"]["lifecycleEvents"]]


def tag(colour: str) -> list[dict[str, str]]:
    return [{"Key": "Fleet", "Value": colour, "Type": "KEY_AND_VALUE"}]


def ends(action: str = "TERMINATE", minutes: int = 0, **more) -> dict[str, dict]:
    rule = {"action": action, "terminationWaitTimeInMinutes": minutes}
    return {"blueGreenDeploymentConfiguration": {"terminateBlueInstancesOnDeploymentSuccess": rule, **more}}


TO_GREEN = {"targetInstances": {"tagFilters": tag("green")}}


@pytest.fixture
def site():
    lab.start()
    yield Site()
    lab.stop()


def test_the_traffic_moves_to_the_new_servers_and_the_old_ones_end_later(site):
    site.group(**ends(minutes=5))
    one = site.start(bundle(), **TO_GREEN)
    lab.clock.advance(minutes=3)
    assert (site.serving(), site.running()) == (set(site.green), {*site.blue, *site.green})
    assert site.status(one) == "InProgress"
    lab.clock.advance(minutes=5)
    assert (site.status(one), site.running()) == ("Succeeded", set(site.green))


def test_old_servers_may_stay(site):
    site.group(**ends("KEEP_ALIVE"))
    one = site.start(bundle(), **TO_GREEN)
    lab.clock.advance(minutes=10)
    assert (site.status(one), site.serving()) == ("Succeeded", set(site.green))
    assert site.running() == {*site.blue, *site.green}


def test_each_side_has_events_of_its_own(site):
    site.group(**ends("KEEP_ALIVE"))
    one = site.start(bundle(), **TO_GREEN)
    lab.clock.advance(minutes=10)
    assert site.events(one, site.green[0])[-4:] == [
        "ValidateService", "BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic",
    ]  # fmt: skip
    assert site.events(one, site.blue[0]) == ["BeforeBlockTraffic", "BlockTraffic", "AfterBlockTraffic"]
    assert (disk(site.green[0]) / "var/www/index.html").read_text() == "hello"


def test_a_failing_installation_leaves_the_traffic_where_it_is(site):
    site.group(**ends())
    one = site.start(bundle(ValidateService="exit 1\n"), **TO_GREEN)
    lab.clock.advance(minutes=10)
    assert (site.status(one), site.serving()) == ("Failed", set(site.blue))
    assert site.running() == {*site.blue, *site.green}


def test_a_person_starts_the_traffic(site):
    wait = {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 30}
    site.group(**ends("KEEP_ALIVE", deploymentReadyOption=wait))
    one = site.start(bundle(), **TO_GREEN)
    lab.clock.advance(minutes=10)
    assert (site.status(one), site.serving()) == ("Ready", set(site.blue))
    site.deploy.continue_deployment(deploymentId=one, deploymentWaitType="READY_WAIT")
    lab.clock.advance(minutes=2)
    assert (site.status(one), site.serving()) == ("Succeeded", set(site.green))


def test_stopping_late_takes_the_traffic_back(site):
    site.group(**ends(minutes=60))
    one = site.start(bundle(), **TO_GREEN)
    lab.clock.advance(minutes=10)
    assert site.serving() == set(site.green)
    site.deploy.stop_deployment(deploymentId=one, autoRollbackEnabled=True)
    lab.settle()
    assert (site.status(one), site.serving()) == ("Stopped", set(site.blue))


def test_an_auto_scaling_group_is_copied(site):
    scaling = boto3.client("autoscaling")
    scaling.create_launch_configuration(LaunchConfigurationName="web", ImageId="ami-12c6146b", InstanceType="t3.micro")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web", LaunchConfigurationName="web", MinSize=2, MaxSize=2, DesiredCapacity=2,
        AvailabilityZones=["us-east-1a"],
    )  # fmt: skip
    copying = {"greenFleetProvisioningOption": {"action": "COPY_AUTO_SCALING_GROUP"}}
    site.group(autoScalingGroups=["web"], **ends(**copying))
    one = site.start(bundle())
    lab.clock.advance(minutes=10)
    found = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert [row["AutoScalingGroupName"] for row in found] == [f"CodeDeploy_prod_{one}"]
    assert site.status(one) == "Succeeded"
    assert {row["InstanceId"] for row in found[0]["Instances"]} <= site.serving()


def test_it_needs_a_load_balancer(site):
    with pytest.raises(site.deploy.exceptions.InvalidDeploymentStyleException):
        site.group(loadBalancerInfo={})
