"""The clock moves the account and the notebook together."""

import time

import boto3
import pytest
from botocore.config import Config

from course import lab
from course.lab import pace


@pytest.fixture(autouse=True)
def account():
    lab.start()
    yield
    lab.stop()


def test_advancing_takes_no_real_time():
    began = time.perf_counter_ns(), lab.clock.now()
    lab.clock.advance(days=30, hours=1)
    assert (lab.clock.now() - began[1]).total_seconds() >= 30 * 86400 + 3600
    assert time.time() == pytest.approx(lab.clock.now().timestamp(), abs=1)


def test_the_clock_ticks():
    lab.clock.advance(minutes=1)
    first = lab.clock.now()
    while lab.clock.now() == first:
        pass
    assert lab.clock.now() > first


def test_the_clock_does_not_run_backwards():
    with pytest.raises(ValueError, match="forward"):
        lab.clock.advance(seconds=-1)


def test_reset_returns_to_the_real_time():
    real = lab.clock.now()
    lab.clock.advance(days=400)
    lab.clock.reset()
    assert abs((lab.clock.now() - real).total_seconds()) < 60


def test_limits_per_second_begin_anew_with_the_account(monkeypatch):
    monkeypatch.setattr(lab.clock, "agenda", None)  # as in an account in which nothing waits
    lab.clock.advance(days=400)
    late = pace.now()
    lab.reset()
    assert pace.now() < late


def test_hidden_messages_come_back_in_time():
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName=lab.unique_name("orders"))["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1
    lab.clock.advance(seconds=29)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    lab.clock.advance(seconds=2)
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1


def test_a_client_in_adaptive_mode_holds_back_on_the_labs_clock():
    real = time.perf_counter_ns()  # the one clock that the lab leaves alone
    retries = Config(retries={"mode": "adaptive", "total_max_attempts": 10})
    dynamodb = boto3.client("dynamodb", config=retries)
    dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 100},
    )
    began = lab.clock.now()
    for number in range(480):  # 100 units each: what the table has saved up is soon spent
        dynamodb.put_item(TableName="orders", Item={"id": {"S": f"{number}"}, "data": {"S": "x" * 102_000}})
    held_back = (lab.clock.now() - began).total_seconds()
    assert held_back > 100
    assert time.perf_counter_ns() - real < held_back * 1e9 / 2
