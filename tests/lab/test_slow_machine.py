"""Pauses and limits per second keep to the lab's clock, however long this machine needs for a stop or a call."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from course import lab
from course.lab import agenda, wire
from course.lab.courses import Course, Wait, begin
from course.lab.place import Place
from course.lab.stopwatch import Stopwatch
from tests.fidelity.behaviour import code_of
from tests.lab.lambda_sample import account, bodies, make, queue, role


class _Snail:
    """A part of the lab that has nothing to deliver and takes its time to find out."""

    def next_due(self) -> None:
        time.sleep(0.05)

    def deliver(self, now: float) -> list[agenda.Delivery]:
        time.sleep(0.1)
        return []


@pytest.fixture(autouse=True)
def slow_account() -> Iterator[None]:
    snail = _Snail()
    agenda._sources.insert(0, snail)
    try:
        with account():
            yield
    finally:
        agenda._sources.remove(snail)


def each_call_takes(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this machine's time."""
    pass_on = wire.pass_on

    def slowly(*request: Any) -> Any:
        time.sleep(seconds)
        return pass_on(*request)

    monkeypatch.setattr(wire, "pass_on", slowly)


def _execution(states: dict[str, object]) -> str:
    definition = {"StartAt": next(iter(states)), "States": states}
    machine = boto3.client("stepfunctions").create_state_machine(
        name="parcel", definition=json.dumps(definition), roleArn=role()
    )["stateMachineArn"]
    return boto3.client("stepfunctions").start_execution(stateMachineArn=machine)["executionArn"]


def _status(execution: str) -> str:
    return boto3.client("stepfunctions").describe_execution(executionArn=execution)["status"]


def _wait(seconds: int, **more: object) -> dict[str, object]:
    return {"Type": "Wait", "Seconds": seconds, **more}


def test_two_waits_of_a_minute_are_over_after_two_minutes():
    execution = _execution({"first": _wait(60, Next="second"), "second": _wait(60, End=True)})
    lab.clock.advance(seconds=115)
    assert _status(execution) == "RUNNING"
    lab.clock.advance(seconds=5)
    assert _status(execution) == "SUCCEEDED"


def test_waits_after_a_map_of_waits_begin_when_its_longest_is_over():
    inner = {"StartAt": "each", "States": {"each": {"Type": "Wait", "SecondsPath": "$", "End": True}}}
    numbers = {"Type": "Pass", "Result": [10, 30, 20], "Next": "all"}
    each = {"Type": "Map", "ItemProcessor": inner, "Next": "last"}
    execution = _execution({"numbers": numbers, "all": each, "last": _wait(30, End=True)})
    lab.clock.advance(seconds=55)
    assert _status(execution) == "RUNNING"
    lab.clock.advance(seconds=5)
    assert _status(execution) == "SUCCEEDED"


def test_what_a_function_sleeps_comes_on_top_of_the_waits():
    make("import time\ndef handler(event, context): time.sleep(20)", name="pack", Timeout=60)
    task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pack", "Next": "second"}
    execution = _execution({"first": _wait(60, Next="pack"), "pack": task, "second": _wait(60, End=True)})
    lab.clock.advance(seconds=135)
    assert _status(execution) == "RUNNING"
    lab.clock.advance(seconds=6)
    assert _status(execution) == "SUCCEEDED"


def test_a_callback_is_late_exactly_when_its_time_is_over():
    url, _ = queue("asked")
    parameters = {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"}
    asks = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 60,
            "Parameters": parameters, "End": True}  # fmt: skip
    execution = _execution({"first": _wait(60, Next="ask"), "ask": asks})
    lab.clock.advance(seconds=120)
    assert bodies(url)
    assert _status(execution) == "FAILED"


def test_three_attempts_of_an_asynchronous_invocation_are_over_after_three_minutes():
    make("def handler(event, context): raise ValueError('no')", name="fails")
    boto3.client("lambda").invoke(FunctionName="fails", InvocationType="Event", Payload=b"{}")
    lab.clock.advance(seconds=175)
    assert len(lab.deliveries().to("fails")) == 2
    lab.clock.advance(seconds=5)
    assert len(lab.deliveries().to("fails")) == 3


def test_a_second_of_a_shard_lasts_until_the_clock_moves(monkeypatch: pytest.MonkeyPatch):
    kinesis = boto3.client("kinesis", config=Config(retries={"total_max_attempts": 1}))
    kinesis.create_stream(StreamName="orders", ShardCount=1)
    shard = {"StreamName": "orders", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    token = kinesis.get_shard_iterator(**shard)["ShardIterator"]
    each_call_takes(0.25, monkeypatch)
    for _ in range(5):
        kinesis.get_records(ShardIterator=token)
    assert code_of(kinesis.get_records, ShardIterator=token) == "ProvisionedThroughputExceededException"
    lab.clock.advance(seconds=1)
    kinesis.get_records(ShardIterator=token)


def test_a_table_gets_its_units_by_the_clock_alone(monkeypatch: pytest.MonkeyPatch):
    dynamodb = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    dynamodb.create_table(
        TableName="orders", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 4},
    )  # fmt: skip
    each_call_takes(0.25, monkeypatch)
    put = {"TableName": "orders", "Item": {"id": {"S": "a"}}}
    assert [code_of(dynamodb.put_item, **put) for _ in range(5)][3:] == ["", "ProvisionedThroughputExceededException"]
    lab.clock.advance(seconds=1)
    assert [code_of(dynamodb.put_item, **put) for _ in range(5)][3:] == ["", "ProvisionedThroughputExceededException"]


def test_a_push_counts_in_full_however_long_its_way_takes():
    watch = Stopwatch()
    lab.clock.advance(seconds=30)
    time.sleep(0.3)
    lab.clock.advance(seconds=15)
    assert watch.pushed == pytest.approx(45, abs=0.1)


def test_what_falls_due_on_the_way_counts_once():
    counted = []

    def course() -> Course:
        yield Wait.seconds(10)
        watch = Stopwatch()
        lab.clock.advance(seconds=5)
        counted.append(watch.pushed)
        time.sleep(0.3)

    begin(Place("123456789012", "us-east-1"), "codebuild", "work", course(), lambda: "")
    watch = Stopwatch()
    lab.clock.advance(seconds=20)
    assert [*counted, watch.pushed] == pytest.approx([5, 20], abs=0.1)
