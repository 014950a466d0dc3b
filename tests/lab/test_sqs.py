"""SQS in the lab: long polling on the clock, redrive of dead-letter queues."""

import json
import time

import boto3
import pytest

from course import lab


@pytest.fixture
def sqs():
    lab.start()
    lab.reset()
    yield boto3.client("sqs")
    lab.stop()


def _queue(sqs, **attributes):
    return sqs.create_queue(QueueName=lab.unique_name("queue"), Attributes=attributes)["QueueUrl"]


def _arn(sqs, url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def _with_dead(sqs, receives=1):
    dead = _queue(sqs)
    policy = json.dumps({"deadLetterTargetArn": _arn(sqs, dead), "maxReceiveCount": receives})
    return _queue(sqs, RedrivePolicy=policy), dead


def _waited(sqs, url, **options):
    real, begin = time.perf_counter(), lab.clock.now()
    messages = sqs.receive_message(QueueUrl=url, **options).get("Messages", [])
    assert time.perf_counter() - real < 60, "a long poll must not take real time"
    return len(messages), round((lab.clock.now() - begin).total_seconds())


def test_a_long_poll_on_an_empty_queue_ends_after_its_wait(sqs):
    assert _waited(sqs, _queue(sqs), WaitTimeSeconds=20) == (0, 20)


def test_a_long_poll_ends_when_a_message_comes(sqs):
    url = _queue(sqs)
    sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=7)
    assert _waited(sqs, url, WaitTimeSeconds=20) == (1, 7)


def test_a_long_poll_with_a_message_there_does_not_wait(sqs):
    url = _queue(sqs)
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert _waited(sqs, url, WaitTimeSeconds=20) == (1, 0)


def test_the_queue_can_set_the_wait(sqs):
    url = _queue(sqs, ReceiveMessageWaitTimeSeconds="5")
    assert _waited(sqs, url) == (0, 5)
    assert _waited(sqs, url, WaitTimeSeconds=0) == (0, 0)


def test_a_wait_of_21_seconds_is_refused(sqs):
    with pytest.raises(sqs.exceptions.ClientError) as refused:
        sqs.receive_message(QueueUrl=_queue(sqs), WaitTimeSeconds=21)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_redrive_takes_messages_back_to_their_source(sqs):
    source, dead = _with_dead(sqs)
    attributes = {"customer": {"DataType": "String", "StringValue": "Ada"}}
    sqs.send_message(QueueUrl=source, MessageBody="x", MessageAttributes=attributes)
    first = sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)["Messages"][0]
    assert "Messages" not in sqs.receive_message(QueueUrl=source)
    sqs.start_message_move_task(SourceArn=_arn(sqs, dead))
    back = sqs.receive_message(QueueUrl=source, MessageAttributeNames=["All"], AttributeNames=["All"])["Messages"][0]
    assert (back["Body"], back["MessageAttributes"]) == ("x", attributes)
    assert back["MessageId"] != first["MessageId"], "AWS treats a moved message as a new one"
    assert back["Attributes"]["ApproximateReceiveCount"] == "1"
    [task] = sqs.list_message_move_tasks(SourceArn=_arn(sqs, dead))["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 1)


def test_redrive_can_take_messages_elsewhere(sqs):
    source, dead = _with_dead(sqs)
    other = _queue(sqs)
    sqs.send_message(QueueUrl=dead, MessageBody="x")
    sqs.start_message_move_task(SourceArn=_arn(sqs, dead), DestinationArn=_arn(sqs, other))
    assert sqs.receive_message(QueueUrl=other)["Messages"][0]["Body"] == "x"
    assert "Messages" not in sqs.receive_message(QueueUrl=source)


def test_a_message_of_unknown_origin_needs_a_destination(sqs):
    _, dead = _with_dead(sqs)
    sqs.send_message(QueueUrl=dead, MessageBody="sent straight to the dead-letter queue")
    sqs.start_message_move_task(SourceArn=_arn(sqs, dead))
    [task] = sqs.list_message_move_tasks(SourceArn=_arn(sqs, dead))["Results"]
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")


def test_only_a_dead_letter_queue_can_be_redriven(sqs):
    source, _ = _with_dead(sqs)
    with pytest.raises(sqs.exceptions.ClientError, match="Dead Letter Queue") as refused:
        sqs.start_message_move_task(SourceArn=_arn(sqs, source))
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_a_missing_queue_cannot_be_redriven(sqs):
    missing = f"arn:aws:sqs:us-east-1:{lab.ACCOUNT_ID}:missing"
    with pytest.raises(sqs.exceptions.ResourceNotFoundException):
        sqs.start_message_move_task(SourceArn=missing)
    with pytest.raises(sqs.exceptions.ResourceNotFoundException):
        sqs.list_message_move_tasks(SourceArn=missing)
    with pytest.raises(sqs.exceptions.ResourceNotFoundException):
        sqs.cancel_message_move_task(TaskHandle="none")
