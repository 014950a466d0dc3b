"""A shop on Elastic Beanstalk for the tests of deployments: four instances behind a load balancer."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from typing import Any

import boto3

from course import lab

APPLICATION = "shop"
COMMAND = "aws:elasticbeanstalk:command"

_PAGE = """
import json

def application(environ, start_response):
    path = environ["PATH_INFO"]
    well = {well} or path == {fine!r}
    start_response("200 OK" if well else "500 Internal Server Error", [("Content-Type", "text/plain")])
    return [b"{label}"]
"""


def option(namespace: str, name: str, value: object) -> dict[str, str]:
    return {"Namespace": namespace, "OptionName": name, "Value": str(value)}


def policy(name: str, **more: object) -> list[dict[str, str]]:
    """Option settings of a deployment policy: policy("Rolling", BatchSize=25)."""
    split = {key: more.pop(key) for key in ("NewVersionPercent", "EvaluationTime") if key in more}
    rows = [option(COMMAND, "DeploymentPolicy", name), *(option(COMMAND, key, value) for key, value in more.items())]
    return rows + [option("aws:elasticbeanstalk:trafficsplitting", key, value) for key, value in split.items()]


class Shop:
    """An application with versions, and one environment of it."""

    def __init__(self, instances: int = 4, *, single: bool = False, health: str = "enhanced",
                 settings: list[dict[str, str]] | None = None) -> None:  # fmt: skip
        self.eb = boto3.client("elasticbeanstalk", region_name="us-east-1")
        self.balancing = boto3.client("elbv2", region_name="us-east-1")
        self.profile = _profile()
        self.instances, self.health, self.single = instances, health, single
        self.eb.create_application(ApplicationName=APPLICATION)
        self.version("v1")
        self.create("shop-prod", settings or [])
        lab.clock.advance(minutes=1)

    def version(self, label: str, *, well: bool = True, fine: str = "", program: str | None = None) -> str:
        """An application version; one that is not well answers 500, but for the path that is fine."""
        code = program if program is not None else _PAGE.format(label=label, well=well, fine=fine)
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            archive.writestr("application.py", code)
        bucket = self.eb.create_storage_location()["S3Bucket"]
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.put_object(Bucket=bucket, Key=f"{label}.zip", Body=body.getvalue())
        self.eb.create_application_version(
            ApplicationName=APPLICATION, VersionLabel=label, SourceBundle={"S3Bucket": bucket, "S3Key": f"{label}.zip"}
        )
        return label

    def create(self, name: str, settings: list[dict[str, str]], label: str = "v1", ready: bool = True) -> None:
        """An environment, and wait for it."""
        stacks = self.eb.list_available_solution_stacks()["SolutionStacks"]
        stack = next(one for one in stacks if "2023" in one and "Python" in one)
        environment = "aws:elasticbeanstalk:environment"
        rows = [option("aws:autoscaling:launchconfiguration", "IamInstanceProfile", self.profile),
                option("aws:elasticbeanstalk:healthreporting:system", "SystemType", self.health)]  # fmt: skip
        if self.single:
            rows += [option(environment, "EnvironmentType", "SingleInstance")]
        else:
            rows += [option("aws:autoscaling:asg", "MinSize", self.instances),
                     option("aws:autoscaling:asg", "MaxSize", self.instances),
                     option(environment, "LoadBalancerType", "application")]  # fmt: skip
        given = {(one["Namespace"], one["OptionName"]): one for one in [*rows, *settings]}
        self.eb.create_environment(
            ApplicationName=APPLICATION, EnvironmentName=name, CNAMEPrefix=name, VersionLabel=label,
            SolutionStackName=stack, OptionSettings=list(given.values()),
        )  # fmt: skip
        if ready:
            self.until_ready(name)

    def until_ready(self, name: str = "shop-prod", minutes: int = 240) -> dict[str, Any]:
        """Let the clock go on until the environment is ready again."""
        for _ in range(minutes * 6):
            found = self.describe(name)
            if found["Status"] == "Ready":
                return found
            lab.clock.advance(seconds=10)
        raise AssertionError(f"{name} is still {found['Status']}: {self.said(name)[:3]}")

    def describe(self, name: str = "shop-prod") -> dict[str, Any]:
        found: dict[str, Any] = self.eb.describe_environments(EnvironmentNames=[name], IncludeDeleted=False)
        row: dict[str, Any] = found["Environments"][0]
        return row

    def deploy(self, label: str, settings: list[dict[str, str]] | None = None, name: str = "shop-prod") -> None:
        self.eb.update_environment(EnvironmentName=name, VersionLabel=label, OptionSettings=settings or [])

    def members(self, name: str = "shop-prod") -> list[str]:
        found = self.eb.describe_environment_resources(EnvironmentName=name)["EnvironmentResources"]["Instances"]
        return [one["Id"] for one in found]

    def answers(self, count: int = 20, name: str = "shop-prod", path: str = "/") -> Counter[str]:
        """Who answered so many requests: the label of a version, or the status of an error."""
        url = f"http://{self.describe(name)['CNAME']}{path}"
        found = [lab.http("GET", url) for _ in range(count)]
        return Counter(one.body if one.status == 200 else str(one.status) for one in found)

    def serving(self, name: str = "shop-prod") -> int:
        """How many instances the balancer calls healthy."""
        (balancer,) = self.eb.describe_environment_resources(EnvironmentName=name)["EnvironmentResources"][
            "LoadBalancers"
        ]
        groups = self.balancing.describe_target_groups(LoadBalancerArn=balancer["Name"])["TargetGroups"]
        rows = [row for one in groups for row in self.balancing.describe_target_health(
            TargetGroupArn=one["TargetGroupArn"])["TargetHealthDescriptions"]]  # fmt: skip
        return sum(row["TargetHealth"]["State"] == "healthy" for row in rows)

    def said(self, name: str = "shop-prod") -> list[str]:
        """The events of an environment, the newest first."""
        return [one["Message"] for one in self.eb.describe_events(EnvironmentName=name)["Events"]]


def _profile() -> str:
    iam = boto3.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    iam.create_role(RoleName="shop-server", AssumeRolePolicyDocument=json.dumps(trust))
    iam.attach_role_policy(RoleName="shop-server", PolicyArn="arn:aws:iam::aws:policy/AWSElasticBeanstalkWebTier")
    iam.create_instance_profile(InstanceProfileName="shop-server")
    iam.add_role_to_instance_profile(InstanceProfileName="shop-server", RoleName="shop-server")
    return "shop-server"
