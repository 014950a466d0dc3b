"""A cluster, two roles and a log group; programs run as tasks of Fargate."""

import json

import boto3
import pytest

from course import lab

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


class Yard:
    """Where containers run."""

    def __init__(self):
        self.ecs, self.iam, self.logs = boto3.client("ecs"), boto3.client("iam"), boto3.client("logs")
        self.ecs.create_cluster(clusterName="yard")
        self.logs.create_log_group(logGroupName="/yard")
        self.execution, self.role = self.make_role("execution"), self.make_role("program")
        self.iam.attach_role_policy(RoleName="execution", PolicyArn=EXECUTION)
        self.subnet = boto3.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]

    def make_role(self, name, trust=TRUST):
        return self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]

    def allow(self, role, action, resource="*"):
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_role_policy(RoleName=role, PolicyName=lab.unique_name("right"), PolicyDocument=policy)

    def container(self, program="", **more):
        options = {"awslogs-group": "/yard", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "run"}
        made = {
            "name": "app",
            "image": "python:3.12-slim",
            "logConfiguration": {"logDriver": "awslogs", "options": options},
        }
        return made | ({"command": ["python", "-c", program]} if program else {}) | more

    def define(self, *containers, **more):
        settings = {
            "family": "yard",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": self.execution,
            "taskRoleArn": self.role,
        } | more
        settings = {name: value for name, value in settings.items() if value is not None}
        made = self.ecs.register_task_definition(containerDefinitions=list(containers), **settings)
        return made["taskDefinition"]["taskDefinitionArn"]

    def run(self, *containers, public="ENABLED", overrides=None, **more):
        network = {"awsvpcConfiguration": {"subnets": [self.subnet], "assignPublicIp": public}}
        made = self.ecs.run_task(
            cluster="yard", taskDefinition=self.define(*containers, **more), launchType="FARGATE",
            networkConfiguration=network, overrides=overrides or {},
        )  # fmt: skip
        return self.look(made["tasks"][0]["taskArn"])

    def look(self, task):
        arn = task if isinstance(task, str) else task["taskArn"]
        return self.ecs.describe_tasks(cluster="yard", tasks=[arn])["tasks"][0]

    def printed(self, task, container="app"):
        stream = f"run/{container}/{task['taskArn'].rpartition('/')[2]}"
        return [
            one["message"]
            for one in self.logs.get_log_events(logGroupName="/yard", logStreamName=stream, startFromHead=True)[
                "events"
            ]
        ]


@pytest.fixture
def account():
    lab.start()
    yield
    lab.stop()


@pytest.fixture
def yard(account):
    return Yard()
