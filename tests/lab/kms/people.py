"""People, accounts and policies for the tests of keys."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import lab

ACCOUNT = {"AWS": f"arn:aws:iam::{lab.ACCOUNT_ID}:root"}


def allow(principal: Any, action: Any = "kms:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def code(call: Any, **parameters: Any) -> str:
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


def person(name: str, *actions: str, session: Any = boto3) -> tuple[str, boto3.Session]:
    iam = session.client("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    if actions:
        may = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=document(may))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return arn, boto3.Session(made["AccessKeyId"], made["SecretAccessKey"])


def another_account() -> tuple[str, boto3.Session]:
    organizations = boto3.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    opened = organizations.create_account(Email="other@example.com", AccountName="other")
    number = opened["CreateAccountStatus"]["AccountId"]
    role = f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole"
    lent = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
    return number, boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
