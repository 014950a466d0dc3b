"""A machine, an execution, and what became of it."""

import itertools
import json
from dataclasses import dataclass

import boto3
import pytest

from course import lab
from tests.lab.lambda_sample import role

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


@pytest.fixture
def states():
    return boto3.client("stepfunctions")


@dataclass
class Run:
    """An execution, looked at again each time."""

    arn: str

    def __getattr__(self, name):
        return boto3.client("stepfunctions").describe_execution(executionArn=self.arn).get(name)

    @property
    def result(self):
        return json.loads(self.output) if self.output is not None else None

    @property
    def events(self):
        return boto3.client("stepfunctions").get_execution_history(executionArn=self.arn, maxResults=1000)["events"]

    @property
    def kinds(self):
        return [event["type"] for event in self.events]


def machine(definition, **more):
    """The ARN of a new machine; a single state may stand for a machine of one."""
    if "States" not in definition:
        definition = {"StartAt": "only", "States": {"only": {"End": True, **definition}}}
    text = json.dumps(definition)
    name = f"machine-{next(_numbers)}"
    return boto3.client("stepfunctions").create_state_machine(
        name=name, definition=text, roleArn=role(), **more
    )["stateMachineArn"]  # fmt: skip


def run(definition, given=None, **more):
    """Start an execution of a new machine."""
    arn = machine(definition)
    started = boto3.client("stepfunctions").start_execution(
        stateMachineArn=arn, input=json.dumps({} if given is None else given), **more
    )
    return Run(started["executionArn"])
