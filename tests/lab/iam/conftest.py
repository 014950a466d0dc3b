"""An empty lab for each test, and people in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import course.lab.iam.seam  # noqa: F401  (before the first boto3 session)
from course import lab

Client = Callable[..., Any]


@pytest.fixture
def account() -> Iterator[None]:
    """An empty simulated account."""
    lab.start()
    lab.reset()
    yield
    lab.stop()


def document(*statements: dict[str, Any]) -> str:
    """A policy document in the current version; a statement allows everything unless it says otherwise."""
    whole = [{"Effect": "Allow", "Action": "*", "Resource": "*", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": whole})


def trusting(principal: Any, **more: Any) -> str:
    """A role's trust policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def client_with(credentials: dict[str, Any]) -> Client:
    """A maker of clients that sign with these credentials."""

    def make(service: str, **settings: Any) -> Any:
        return boto3.client(
            service,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials.get("SessionToken"),
            **settings,
        )

    return make


def new_user(name: str, *statements: dict[str, Any], **settings: Any) -> Client:
    """Make a user with an inline policy; returns a maker of clients that sign as this user."""
    iam = boto3.client("iam")
    iam.create_user(UserName=name, **settings)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
    return client_with(iam.create_access_key(UserName=name)["AccessKey"])


def new_role(name: str, trust: str, *statements: dict[str, Any], **settings: Any) -> str:
    """Make a role with an inline policy; returns its ARN."""
    iam = boto3.client("iam")
    arn = str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **settings)["Role"]["Arn"])
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    return arn


def session_of(role_arn: str, name: str = "one", **settings: Any) -> Client:
    """Assume a role as the lab's own identity; returns a maker of clients that sign as the session."""
    answer = boto3.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name, **settings)
    return client_with(answer["Credentials"])


def refused(call: Callable[..., Any], **params: Any) -> ClientError:
    """The error of a call that must not go through."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    return caught.value


def code_of(error: ClientError) -> str:
    """AWS's error code."""
    return str(error.response["Error"]["Code"])


def message_of(error: ClientError) -> str:
    """AWS's words."""
    return str(error.response["Error"]["Message"])
