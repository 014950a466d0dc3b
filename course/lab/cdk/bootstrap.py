"""`cdk bootstrap`: what must be in an account and Region before CDK can deploy there.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError

from course.lab.cdk.assembly import QUALIFIER, VERSION_NAME

STACK: Final = "CDKToolkit"
VERSION: Final = 27
"""The version of AWS's template whose parts are made here; the guide documents it since March 2025."""


class NotBootstrapped(Exception):
    """The environment lacks what CDK needs."""


@dataclass(frozen=True)
class Environment:
    """An account and Region, with the names that bootstrapping gives to things there."""

    account: str
    region: str

    @classmethod
    def current(cls, region: str | None = None) -> Environment:
        """The caller's own account, in a Region or in the default one."""
        session = boto3.session.Session(region_name=region)
        account = session.client("sts").get_caller_identity()["Account"]
        return cls(account, session.region_name or "us-east-1")

    @property
    def bucket(self) -> str:
        """The bucket for templates and files."""
        return f"cdk-{QUALIFIER}-assets-{self.account}-{self.region}"

    def role(self, duty: str) -> str:
        """The ARN of one of the roles, such as `deploy` or `cfn-exec`."""
        return f"arn:aws:iam::{self.account}:role/cdk-{QUALIFIER}-{duty}-role-{self.account}-{self.region}"

    def as_role(self, duty: str) -> boto3.session.Session:
        """A session with the rights of one of the roles."""
        try:
            answer = boto3.client("sts", region_name=self.region).assume_role(
                RoleArn=self.role(duty), RoleSessionName="aws-cdk"
            )
        except ClientError as error:
            check_version(boto3.session.Session(region_name=self.region), 1)  # as `cdk` does with one's own rights
            raise NotBootstrapped(
                f"Could not assume the role {self.role(duty)}: {error.response['Error']['Message']}. "
                "Please make sure that this role exists in the account; else run 'cdk bootstrap' again."
            ) from error
        keys = answer["Credentials"]
        return boto3.session.Session(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=self.region
        )


def bootstrap(region: str | None = None) -> Environment:
    """Deploy the stack CDKToolkit to a Region of the account, if it is not there yet.

    >>> bootstrap("eu-west-1")          # doctest: +SKIP
    Environment(account='123456789012', region='eu-west-1')
    """
    environment = Environment.current(region)
    stacks = boto3.client("cloudformation", region_name=environment.region)
    try:
        stacks.describe_stacks(StackName=STACK)
    except ClientError:
        stacks.create_stack(
            StackName=STACK, TemplateBody=json.dumps(_template(environment)), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        stacks.get_waiter("stack_create_complete").wait(StackName=STACK)
    return environment


def check_version(session: boto3.session.Session, needed: int) -> int:
    """The version that the environment was bootstrapped with; raises NotBootstrapped if it is too old or none."""
    try:
        found = session.client("ssm").get_parameter(Name=VERSION_NAME)["Parameter"]["Value"]
    except ClientError as error:
        raise NotBootstrapped(
            f"SSM parameter {VERSION_NAME} not found. Has the environment been bootstrapped? "
            "Please run 'cdk bootstrap'."
        ) from error
    if int(found) < needed:
        raise NotBootstrapped(
            f"This CDK deployment requires bootstrap stack version '{needed}', found '{found}'. "
            "Please run 'cdk bootstrap' again."
        )
    return int(found)


def _template(environment: Environment) -> dict[str, Any]:
    """The parts of AWS's bootstrap template, in our own words: bucket, repository, five roles, version."""
    us = {"AWS": f"arn:aws:iam::{environment.account}:root"}
    objects = [f"arn:aws:s3:::{environment.bucket}", f"arn:aws:s3:::{environment.bucket}/*"]
    version = f"arn:aws:ssm:{environment.region}:{environment.account}:parameter{VERSION_NAME}"
    repository = f"cdk-{QUALIFIER}-container-assets-{environment.account}-{environment.region}"
    read_version = _allow(["ssm:GetParameter", "ssm:GetParameters"], version)
    roles = {
        "deploy": (us, [
            _allow(["cloudformation:*"], "*"),
            _allow(["iam:PassRole"], environment.role("cfn-exec")),
            _allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"], *objects),
            read_version,
        ]),
        "file-publishing": (us, [
            _allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:PutObject*", "s3:DeleteObject*"], *objects),
            read_version,
        ]),
        "image-publishing": (us, [
            _allow(["ecr:*"], f"arn:aws:ecr:{environment.region}:{environment.account}:repository/{repository}"),
            _allow(["ecr:GetAuthorizationToken"], "*"),
        ]),
        "lookup": (us, [read_version]),
        "cfn-exec": ({"Service": "cloudformation.amazonaws.com"}, []),
    }  # fmt: skip
    managed = {"lookup": "ReadOnlyAccess", "cfn-exec": "AdministratorAccess"}
    return {
        "Description": "What CDK needs in this account and Region",
        "Resources": {
            "StagingBucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {"BucketName": environment.bucket, "VersioningConfiguration": {"Status": "Enabled"}},
            },
            "ContainerAssetsRepository": {
                "Type": "AWS::ECR::Repository",
                "Properties": {"RepositoryName": repository, "ImageTagMutability": "IMMUTABLE"},
            },
            **{
                f"{duty.title().replace('-', '')}Role": _role(environment, duty, trusted, policy, managed.get(duty))
                for duty, (trusted, policy) in roles.items()
            },
            "CdkBootstrapVersion": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Name": VERSION_NAME, "Type": "String", "Value": str(VERSION)},
            },
        },
        "Outputs": {"BucketName": {"Value": {"Ref": "StagingBucket"}}, "BootstrapVersion": {"Value": str(VERSION)}},
    }


def _role(
    environment: Environment, duty: str, trusted: dict[str, str], statements: list[dict[str, Any]], managed: str | None
) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "RoleName": environment.role(duty).rpartition("/")[2],
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}],
        },
    }
    if statements:
        policy = {"Version": "2012-10-17", "Statement": statements}
        properties["Policies"] = [{"PolicyName": "default", "PolicyDocument": policy}]
    if managed:
        properties["ManagedPolicyArns"] = [f"arn:aws:iam::aws:policy/{managed}"]
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def _allow(actions: list[str], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}
