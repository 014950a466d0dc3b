"""Makes functions for the tests of Lambda and of events."""

from __future__ import annotations

import io
import json
import textwrap
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from course import lab
from tests.policies import letting_in

ECHO = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        return event
"""


def archive(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, textwrap.dedent(text))
    return packed.getvalue()


def role() -> str:
    iam = boto3.client("iam")
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    try:
        return iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        return iam.get_role(RoleName="worker")["Role"]["Arn"]


def make(source: str = ECHO, name: str = "worker", **settings: Any) -> str:
    """Create a function and give its ARN."""
    settings = {"Runtime": "python3.13", "Handler": "app.handler", **settings}
    code = {"ZipFile": archive({"app.py": source})}
    made = boto3.client("lambda").create_function(FunctionName=name, Role=role(), Code=code, **settings)
    return made["FunctionArn"]


def call(name: str = "worker", event: Any = None, **more: Any) -> Any:
    """Invoke and give the answer's payload."""
    answer = boto3.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)
    return json.loads(answer["Payload"].read() or "null")


def got(name: str = "worker") -> list[Any]:
    """The events that an ECHO function has had, from its log."""
    logs = boto3.client("logs")
    try:
        lines = [one["message"] for one in logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [json.loads(line[4:]) for line in lines if line.startswith("GOT ")]


def log(name: str = "worker") -> list[str]:
    events = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return [one["message"] for one in events]


def queue(name: str, **attributes: str) -> tuple[str, str]:
    """A queue that lets topics and rules send; its URL and ARN."""
    sqs = boto3.client("sqs")
    policy = letting_in("sns", "events")
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": policy, **attributes})["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def bodies(url: str) -> list[str]:
    answer = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def permit(service: str, source: str, name: str = "worker") -> None:
    boto3.client("lambda").add_permission(FunctionName=name, StatementId=lab.unique_name("s"), Principal=service,
                                          Action="lambda:InvokeFunction", SourceArn=source)  # fmt: skip


@contextmanager
def account() -> Iterator[None]:
    lab.start()
    try:
        yield
    finally:
        lab.stop()
