"""Services of ECS start tasks; ECR's tokens end."""

import datetime as dt

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    boto3.client("ecs").create_cluster(clusterName="shop")
    yield
    lab.stop()


def definition(**more):
    containers = [{"name": "web", "image": "web", "memory": 128}]
    made = boto3.client("ecs").register_task_definition(family="web", containerDefinitions=containers, **more)
    return made["taskDefinition"]["taskDefinitionArn"]


def fargate():
    return definition(requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512")


def network():
    subnet = boto3.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    return {"awsvpcConfiguration": {"subnets": [subnet]}}


def service(count=2, **more):
    boto3.client("ecs").create_service(cluster="shop", serviceName="web", desiredCount=count, **more)


def shown():
    (found,) = boto3.client("ecs").describe_services(cluster="shop", services=["web"])["services"]
    return found["runningCount"], found["pendingCount"]


def tasks():
    return boto3.client("ecs").list_tasks(cluster="shop", desiredStatus="RUNNING")["taskArns"]


def test_a_service_starts_stops_and_replaces_tasks():
    ecs = boto3.client("ecs")
    service(taskDefinition=fargate(), launchType="FARGATE", networkConfiguration=network())
    assert (shown(), len(tasks())) == ((2, 0), 2)
    ecs.update_service(cluster="shop", service="web", desiredCount=3)
    assert (shown(), len(tasks())) == ((3, 0), 3)
    before = set(tasks())
    ecs.update_service(cluster="shop", service="web", taskDefinition=fargate(), desiredCount=1)
    lab.clock.advance(minutes=2)
    assert (shown(), len(tasks())) == ((1, 0), 1)
    assert not before & set(tasks())


def test_without_container_instances_tasks_wait():
    service(taskDefinition=definition(), launchType="EC2")
    assert (shown(), tasks()) == ((0, 2), [])


def test_a_task_needs_a_container_instance():
    with pytest.raises(ClientError, match="No Container Instances were found"):
        boto3.client("ecs").run_task(cluster="shop", taskDefinition=definition())


def test_security_groups_may_be_left_out():
    ran = boto3.client("ecs").run_task(cluster="shop", taskDefinition=fargate(), launchType="FARGATE",
                                       networkConfiguration=network())  # fmt: skip
    assert len(ran["tasks"]) == 1


def test_a_token_ends_after_twelve_hours():
    (token,) = boto3.client("ecr").get_authorization_token()["authorizationData"]
    left = token["expiresAt"] - lab.clock.now()
    assert dt.timedelta(hours=11) < left <= dt.timedelta(hours=12)
