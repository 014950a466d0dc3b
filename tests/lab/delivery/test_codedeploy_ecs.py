"""CodeDeploy for ECS: green tasks beside blue ones, a test listener, traffic in steps, hooks, and the way back."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.delivery.test_codedeploy import HOOK
from tests.lab.lambda_sample import make

ROLE = "arn:aws:iam::123456789012:role/deployer"
EVENTS = [
    "BeforeInstall", "Install", "AfterInstall", "AllowTestTraffic", "AfterAllowTestTraffic", "BeforeAllowTraffic",
    "AllowTraffic", "AfterAllowTraffic",
]  # fmt: skip


class Shop:
    """A service behind a load balancer with two target groups, a listener for customers and one for tests."""

    def __init__(self) -> None:
        ec2, self.balancers, self.ecs = boto3.client("ec2"), boto3.client("elbv2"), boto3.client("ecs")
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
        balancer = self.balancers.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]
        self.groups = {
            name: self.balancers.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")[
                "TargetGroups"
            ][0]["TargetGroupArn"]
            for name in ("blue", "green")
        }
        self.customers, self.tests = (
            self.balancers.create_listener(
                LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=port,
                DefaultActions=[{"Type": "forward", "TargetGroupArn": self.groups["blue"]}],
            )["Listeners"][0]["ListenerArn"]
            for port in (80, 8080)
        )  # fmt: skip
        self.ecs.create_cluster(clusterName="shop")
        self.first, self.second = (self.task(number) for number in (1, 2))
        self.service("web", "CODE_DEPLOY")
        self.deploy = boto3.client("codedeploy")
        self.deploy.create_application(applicationName="shop", computePlatform="ECS")

    def task(self, number: int) -> str:
        """Register a task definition."""
        container = {"name": "web", "image": f"web:{number}", "memory": 128, "portMappings": [{"containerPort": 80}]}
        made = self.ecs.register_task_definition(family="web", containerDefinitions=[container])
        return made["taskDefinition"]["taskDefinitionArn"]

    def service(self, name: str, controller: str) -> None:
        balancers = [{"targetGroupArn": self.groups["blue"], "containerName": "web", "containerPort": 80}]
        self.ecs.create_service(
            cluster="shop", serviceName=name, taskDefinition=self.first, desiredCount=2,
            deploymentController={"type": controller}, loadBalancers=balancers if controller == "CODE_DEPLOY" else [],
        )  # fmt: skip

    def group(self, config: str = "ECSAllAtOnce", service: str = "web", **more) -> None:
        pair = {
            "targetGroups": [{"name": "blue"}, {"name": "green"}],
            "prodTrafficRoute": {"listenerArns": [self.customers]},
            "testTrafficRoute": {"listenerArns": [self.tests]},
        }
        self.deploy.create_deployment_group(
            applicationName="shop", deploymentGroupName="prod", serviceRoleArn=ROLE,
            deploymentConfigName=f"CodeDeployDefault.{config}",
            ecsServices=[{"clusterName": "shop", "serviceName": service}],
            loadBalancerInfo={"targetGroupPairInfoList": [pair]},
            deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}, **more,
        )  # fmt: skip

    def start(self, **hooks: str) -> str:
        properties = {
            "TaskDefinition": self.second,
            "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80},
        }
        spec = {
            "version": 0.0,
            "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}],
            "Hooks": [{name: function} for name, function in hooks.items()],
        }
        made = self.deploy.create_deployment(
            applicationName="shop", deploymentGroupName="prod",
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}},
        )["deploymentId"]  # fmt: skip
        lab.settle()
        return made

    def share(self, listener: str) -> float:
        """How much of a listener's traffic goes to green."""
        action = self.balancers.describe_listeners(ListenerArns=[listener])["Listeners"][0]["DefaultActions"][0]
        rows = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        weights = {one["TargetGroupArn"]: one.get("Weight", 1) for one in rows} or {action["TargetGroupArn"]: 1}
        return weights.get(self.groups["green"], 0) / sum(weights.values())

    def info(self, one: str) -> dict:
        return self.deploy.get_deployment(deploymentId=one)["deploymentInfo"]

    def target(self, one: str) -> dict:
        found = self.deploy.get_deployment_target(deploymentId=one, targetId="shop:web")
        return found["deploymentTarget"]["ecsTarget"]

    def runs(self) -> str:
        """The task definition of the service."""
        return self.ecs.describe_services(cluster="shop", services=["web"])["services"][0]["taskDefinition"]


@pytest.fixture
def shop():
    return Shop()


def test_all_traffic_moves_at_once_when_the_green_tasks_run(shop):
    shop.group()
    one = shop.start()
    assert (shop.info(one)["status"], shop.share(shop.customers), shop.runs()) == ("InProgress", 0, shop.first)
    lab.clock.advance(minutes=2)
    assert (shop.info(one)["status"], shop.share(shop.customers), shop.runs()) == ("Succeeded", 1, shop.second)


def test_the_events_come_in_their_order(shop):
    shop.group()
    one = shop.start()
    lab.clock.advance(minutes=2)
    events = shop.target(one)["lifecycleEvents"]
    assert [row["lifecycleEventName"] for row in events] == EVENTS
    ends = [row["endTime"] for row in events]
    assert ends == sorted(ends)
    assert round((events[1]["endTime"] - events[1]["startTime"]).total_seconds()) == 60


def test_testers_see_green_before_customers_do(shop):
    make("def handler(event, context): pass", name="mute")
    shop.group()
    one = shop.start(AfterAllowTestTraffic="mute")
    lab.clock.advance(minutes=2)
    assert (shop.share(shop.tests), shop.share(shop.customers)) == (1, 0)
    labels = {row["taskSetLabel"]: row["status"] for row in shop.target(one)["taskSetsInfo"]}
    assert labels == {"Blue": "PRIMARY", "Green": "ACTIVE"}


def test_a_failing_test_keeps_customers_on_blue_and_takes_testers_back(shop):
    make(HOOK.format(status="Failed"), name="check")
    shop.group(autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]})
    one = shop.start(AfterAllowTestTraffic="check")
    lab.clock.advance(minutes=2)
    info = shop.info(one)
    assert (info["status"], shop.share(shop.customers), shop.share(shop.tests)) == ("Failed", 0, 0)
    assert "AfterAllowTestTraffic" in info["errorInformation"]["message"]
    assert shop.info(info["rollbackInfo"]["rollbackDeploymentId"])["creator"] == "codeDeployRollback"
    states = {row["lifecycleEventName"]: row["status"] for row in shop.target(one)["lifecycleEvents"]}
    assert (states["AfterAllowTestTraffic"], states["AllowTraffic"]) == ("Failed", "Skipped")
    assert shop.runs() == shop.first


def test_a_canary_moves_a_tenth_first(shop):
    shop.group("ECSCanary10Percent5Minutes")
    one = shop.start()
    lab.clock.advance(minutes=2)
    assert shop.share(shop.customers) == 0.1
    lab.clock.advance(minutes=5)
    assert (shop.share(shop.customers), shop.info(one)["status"]) == (1, "Succeeded")


def test_an_alarm_during_the_canary_takes_it_back(shop):
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="errors", Namespace="AWS/ApplicationELB", MetricName="HTTPCode_Target_5XX_Count", Statistic="Sum",
        Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )  # fmt: skip
    shop.group(
        "ECSCanary10Percent15Minutes",
        alarmConfiguration={"enabled": True, "alarms": [{"name": "errors"}]},
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_ALARM"]},
    )
    one = shop.start()
    lab.clock.advance(minutes=2)
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="errors")
    lab.clock.advance(seconds=40)
    info = shop.info(one)
    assert (info["status"], info["errorInformation"]["code"]) == ("Stopped", "ALARM_ACTIVE")
    assert (shop.share(shop.customers), shop.share(shop.tests), shop.runs()) == (0, 0, shop.first)


def test_blue_stays_for_a_while_so_that_one_can_go_back(shop):
    keep = {"action": "TERMINATE", "terminationWaitTimeInMinutes": 30}
    shop.group(blueGreenDeploymentConfiguration={"terminateBlueInstancesOnDeploymentSuccess": keep})
    one = shop.start()
    lab.clock.advance(minutes=10)
    assert (shop.info(one)["status"], shop.share(shop.customers)) == ("InProgress", 1)
    shop.deploy.stop_deployment(deploymentId=one, autoRollbackEnabled=True)
    lab.settle()
    assert (shop.info(one)["status"], shop.share(shop.customers), shop.runs()) == ("Stopped", 0, shop.first)


def test_somebody_may_end_blue_before_its_time(shop):
    keep = {"action": "TERMINATE", "terminationWaitTimeInMinutes": 30}
    shop.group(blueGreenDeploymentConfiguration={"terminateBlueInstancesOnDeploymentSuccess": keep})
    one = shop.start()
    lab.clock.advance(minutes=2)
    shop.deploy.continue_deployment(deploymentId=one, deploymentWaitType="TERMINATION_WAIT")
    lab.settle()
    assert (shop.info(one)["status"], shop.runs()) == ("Succeeded", shop.second)


def test_where_a_person_decides_the_traffic_waits_for_them(shop):
    wait = {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60}
    shop.group(blueGreenDeploymentConfiguration={"deploymentReadyOption": wait})
    one = shop.start()
    lab.clock.advance(minutes=10)
    assert (shop.info(one)["status"], shop.share(shop.customers)) == ("Ready", 0)
    shop.deploy.continue_deployment(deploymentId=one, deploymentWaitType="READY_WAIT")
    lab.settle()
    assert (shop.info(one)["status"], shop.share(shop.customers)) == ("Succeeded", 1)


def test_where_nobody_decides_the_deployment_stops(shop):
    wait = {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60}
    shop.group(blueGreenDeploymentConfiguration={"deploymentReadyOption": wait})
    one = shop.start()
    with pytest.raises(ClientError, match="DeploymentIsNotInReadyStateException"):
        shop.deploy.continue_deployment(deploymentId=one, deploymentWaitType="READY_WAIT")
    lab.clock.advance(minutes=62)
    assert (shop.info(one)["status"], shop.share(shop.customers)) == ("Stopped", 0)


def test_the_next_deployment_goes_the_other_way(shop):
    shop.group()
    shop.start()
    lab.clock.advance(minutes=2)
    shop.start()
    lab.clock.advance(minutes=2)
    assert shop.share(shop.customers) == 0


def test_a_service_that_rolls_by_itself_is_refused(shop):
    shop.service("rolling", "ECS")
    with pytest.raises(ClientError, match="CODE_DEPLOY deployment controller"):
        shop.group(service="rolling")
