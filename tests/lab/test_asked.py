"""The lab knows the parameters of a call also when the call makes others on its way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ParamValidationError

from course import lab
from course.lab.asked import _under_way


def _allowing(action: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A user's key in the credentials file, a role on top of it, and a role on top of that one."""
    lab.start()
    lab.reset()
    iam = boto3.client("iam")
    iam.create_user(UserName="dana")
    iam.put_user_policy(UserName="dana", PolicyName="own", PolicyDocument=_allowing("*", "*"))
    trust = json.loads(_allowing("sts:AssumeRole", "*"))
    trust["Statement"] |= {"Principal": {"AWS": lab.ACCOUNT_ID}}
    del trust["Statement"]["Resource"]
    for name, action, resource in (
        ("first", "sts:AssumeRole", "arn:aws:iam::*:role/second"),
        ("second", "sqs:CreateQueue", "arn:aws:sqs:*:*:orders"),
    ):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_allowing(action, resource))
    key = iam.create_access_key(UserName="dana")["AccessKey"]
    (tmp_path / "credentials").write_text(
        f"[default]\naws_access_key_id={key['AccessKeyId']}\naws_secret_access_key={key['SecretAccessKey']}\n"
    )
    role = f"role_arn=arn:aws:iam::{lab.ACCOUNT_ID}:role"
    (tmp_path / "config").write_text(
        f"[profile first]\n{role}/first\nsource_profile=default\n"
        f"[profile second]\n{role}/second\nsource_profile=first\n"
    )
    with monkeypatch.context() as here:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            here.delenv(name)
        here.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
        here.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        yield
    lab.stop()


@pytest.mark.usefixtures("profiles")
def test_the_first_call_of_a_profile_with_roles_keeps_its_parameters() -> None:
    """Signing it calls AssumeRole twice; nothing of the three calls gets mixed up."""
    with lab.enforce_iam():
        session = boto3.Session(profile_name="second", region_name="us-east-1")
        url = session.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        whoami = boto3.Session(profile_name="first", region_name="us-east-1").client("sts").get_caller_identity()
    assert url.endswith("/orders")
    assert ":assumed-role/first/" in whoami["Arn"]


@pytest.mark.usefixtures("profiles")
def test_calls_that_are_over_or_were_never_sent_do_not_pile_up() -> None:
    sqs = boto3.client("sqs")
    for _ in range(50):
        with pytest.raises(ParamValidationError):
            sqs.create_queue(Name="wrong")
    sqs.list_queues()
    assert len(_under_way()) <= 20
    assert all(call.model.name != "ListQueues" for call in _under_way())
