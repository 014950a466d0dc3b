"""A market stall on Elastic Beanstalk: bundles, versions and environments for the tests."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3

from course import lab

APPLICATION = "market"
ENVIRONMENT = "aws:elasticbeanstalk:environment"
VARIABLES = "aws:elasticbeanstalk:application:environment"
PROFILE = ("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "market-ec2")
BALANCED = (ENVIRONMENT, "LoadBalancerType", "application")
SINGLE = (ENVIRONMENT, "EnvironmentType", "SingleInstance")
ENHANCED = ("aws:elasticbeanstalk:healthreporting:system", "SystemType", "enhanced")

PAGE = """
import os

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.environ.get('STALL', 'no stall')} {environ['PATH_INFO']}".encode()]
"""

Setting = tuple[str, str, str]


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]


def rows(*settings: Setting) -> list[dict[str, str]]:
    return [{"Namespace": space, "OptionName": name, "Value": value} for space, name, value in settings]


def zipped(files: dict[str, str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return written.getvalue()


def python_stack() -> str:
    stacks: list[str] = client("elasticbeanstalk").list_available_solution_stacks()["SolutionStacks"]
    return next(one for one in stacks if one.endswith("running Python 3.13"))


def profile(name: str = "market-ec2") -> None:
    """An instance profile with a role that EC2 may assume: Elastic Beanstalk makes none."""
    iam = client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)


def upload(label: str, files: dict[str, str] | None = None) -> dict[str, str]:
    """Put a bundle into the bucket of Elastic Beanstalk."""
    bucket = client("elasticbeanstalk").create_storage_location()["S3Bucket"]
    body = zipped({"application.py": PAGE} if files is None else files)
    client("s3").put_object(Bucket=bucket, Key=f"{label}.zip", Body=body)
    return {"S3Bucket": bucket, "S3Key": f"{label}.zip"}


def version(label: str = "v1", files: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = client("elasticbeanstalk").create_application_version(
        ApplicationName=APPLICATION, VersionLabel=label, SourceBundle=upload(label, files), AutoCreateApplication=True,
        **more,
    )["ApplicationVersion"]  # fmt: skip
    return made


def launch(name: str, *settings: Setting, label: str = "v1", **more: Any) -> dict[str, Any]:
    """Make an environment and let it come up."""
    given = {"SolutionStackName": python_stack()} if "TemplateName" not in more else {}
    made = client("elasticbeanstalk").create_environment(
        ApplicationName=APPLICATION, EnvironmentName=name, VersionLabel=label, OptionSettings=rows(*settings),
        **given, **more,
    )  # fmt: skip
    lab.clock.advance(minutes=8)
    return seen(made["EnvironmentId"])


def seen(env_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client("elasticbeanstalk").describe_environments(EnvironmentIds=[env_id])["Environments"][0]
    return found


def change(name: str, *settings: Setting, **more: Any) -> None:
    given = {"OptionSettings": rows(*settings)} if settings else {}
    client("elasticbeanstalk").update_environment(EnvironmentName=name, **given, **more)
    lab.clock.advance(minutes=20)


def said(name: str, severity: str = "INFO") -> list[str]:
    found = client("elasticbeanstalk").describe_events(EnvironmentName=name, Severity=severity)["Events"]
    return [one["Message"] for one in reversed(found)]


def parts(name: str) -> dict[str, Any]:
    found: dict[str, Any] = client("elasticbeanstalk").describe_environment_resources(EnvironmentName=name)
    resources: dict[str, Any] = found["EnvironmentResources"]
    return resources


def get(environment: dict[str, Any], path: str = "/", scheme: str = "http") -> Any:
    return lab.http("GET", f"{scheme}://{environment['CNAME']}{path}")
