"""SQS in the lab: long polling on the clock, redrive of dead-letter queues."""

import json
import time

import boto3
import pytest

from course import lab
from course.lab.stopwatch import Stopwatch


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
    real, watch = time.perf_counter(), Stopwatch()
    messages = sqs.receive_message(QueueUrl=url, **options).get("Messages", [])
    assert time.perf_counter() - real < 60, "a long poll must not take real time"
    return len(messages), round(watch.pushed)


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


def _fifo(sqs, **attributes):
    name = f"{lab.unique_name('queue')}.fifo"
    return sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true", **attributes})["QueueUrl"]


def _bodies(sqs, url, **options):
    """Receive and delete everything that is visible."""
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **options).get("Messages", [])
    for message in got:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in got]


def test_a_duplicate_is_dropped_also_after_its_first_copy_was_deleted(sqs):
    url = _fifo(sqs, ContentBasedDeduplication="true")
    first = sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g")
    assert _bodies(sqs, url) == ["x"]
    again = sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g")
    assert _bodies(sqs, url) == []
    assert (again["MessageId"], again["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])


def test_after_five_minutes_a_deduplication_id_is_forgotten(sqs):
    url = _fifo(sqs)
    for minutes, arrives in ((0, ["x"]), (4, []), (1, ["x"])):
        lab.clock.advance(minutes=minutes)
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="1")
        assert _bodies(sqs, url) == arrives


@pytest.mark.parametrize(("scope", "arrive"), [("queue", ["a"]), ("messageGroup", ["a", "b"])])
def test_the_scope_of_deduplication_is_the_queue_or_the_group(sqs, scope, arrive):
    url = _fifo(sqs, DeduplicationScope=scope)
    for group in ("a", "b", "a"):
        sqs.send_message(QueueUrl=url, MessageBody=group, MessageGroupId=group, MessageDeduplicationId="1")
    assert _bodies(sqs, url) == arrive


def test_sequence_numbers_rise(sqs):
    url = _fifo(sqs, ContentBasedDeduplication="true")
    numbers = [
        int(sqs.send_message(QueueUrl=url, MessageBody=str(n), MessageGroupId="g")["SequenceNumber"]) for n in range(3)
    ]
    assert numbers == sorted(set(numbers))


def test_a_fifo_message_comes_back_from_the_dead_letter_queue_within_the_window(sqs):
    dead = _fifo(sqs)
    policy = json.dumps({"deadLetterTargetArn": _arn(sqs, dead), "maxReceiveCount": 1})
    source = _fifo(sqs, RedrivePolicy=policy, ContentBasedDeduplication="true")
    sqs.send_message(QueueUrl=source, MessageBody="x", MessageGroupId="g")
    for _ in range(2):
        sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)
    sqs.start_message_move_task(SourceArn=_arn(sqs, dead))
    assert _bodies(sqs, source) == ["x"]


def test_a_long_poll_waits_while_the_group_is_in_flight(sqs):
    url = _fifo(sqs, ContentBasedDeduplication="true")
    for body in "12":
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g")
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=12)
    assert _waited(sqs, url, WaitTimeSeconds=5) == (0, 5)
    assert _waited(sqs, url, WaitTimeSeconds=20) == (1, pytest.approx(7, abs=2))  # what is left of the 12


@pytest.mark.parametrize(
    ("name", "attributes", "code"),
    [
        ("x.fifo", {}, "InvalidParameterValue"),
        ("y.fifo", {"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId"}, "InvalidAttributeValue"),
        ("z.fifo", {"FifoQueue": "true", "DeduplicationScope": "group"}, "InvalidAttributeValue"),
        ("s", {"KmsMasterKeyId": "alias/aws/sqs", "SqsManagedSseEnabled": "true"}, "InvalidAttributeValue"),
        ("r", {"KmsMasterKeyId": "alias/aws/sqs", "KmsDataKeyReusePeriodSeconds": "59"}, "InvalidAttributeValue"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(sqs, name, attributes, code):
    with pytest.raises(sqs.exceptions.ClientError) as refused:
        sqs.create_queue(QueueName=name, Attributes=attributes)
    assert refused.value.response["Error"]["Code"] == code


def test_a_key_of_kms_takes_the_place_of_the_managed_one(sqs):
    url = _queue(sqs, KmsMasterKeyId="alias/aws/sqs")
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (kept["KmsMasterKeyId"], kept["SqsManagedSseEnabled"]) == ("alias/aws/sqs", "false")


def test_high_throughput_needs_both_settings_also_later(sqs):
    url = _fifo(sqs)
    half, whole = {"FifoThroughputLimit": "perMessageGroupId"}, {"DeduplicationScope": "messageGroup"}
    with pytest.raises(sqs.exceptions.ClientError, match="only when"):
        sqs.set_queue_attributes(QueueUrl=url, Attributes=half)
    sqs.set_queue_attributes(QueueUrl=url, Attributes=half | whole)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MessageRetentionPeriod", "59"),
        ("MessageRetentionPeriod", "1209601"),
        ("MessageRetentionPeriod", "x"),
        ("DelaySeconds", "901"),
        ("ReceiveMessageWaitTimeSeconds", "21"),
        ("VisibilityTimeout", "43201"),
        ("MaximumMessageSize", "1023"),
    ],
)
def test_settings_out_of_their_range_are_refused(sqs, name, value):
    url = _queue(sqs)
    with pytest.raises(sqs.exceptions.ClientError) as refused:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: value})
    assert refused.value.response["Error"]["Code"] == "InvalidAttributeValue"


def test_a_message_counts_with_its_attributes(sqs):
    url = _queue(sqs)
    attribute = {"a": {"DataType": "String", "StringValue": "x" * 13}}  # 1 + 6 + 13 bytes
    sqs.send_message(QueueUrl=url, MessageBody="x" * (1_048_576 - 20), MessageAttributes=attribute)
    with pytest.raises(sqs.exceptions.ClientError, match="shorter than 1048576 bytes"):
        sqs.send_message(QueueUrl=url, MessageBody="x" * (1_048_576 - 19), MessageAttributes=attribute)
    with pytest.raises(sqs.exceptions.ClientError, match="shorter than"):
        sqs.send_message(QueueUrl=url, MessageBody="ü" * 600_000)


def test_an_eleventh_attribute_and_an_empty_body_are_refused(sqs):
    url = _queue(sqs)
    many = {f"a{n}": {"DataType": "String", "StringValue": "x"} for n in range(11)}
    with pytest.raises(sqs.exceptions.ClientError, match=r"\[11\] exceeds the allowed maximum \[10\]"):
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes=many)
    with pytest.raises(sqs.exceptions.ClientError, match="MessageBody"):
        sqs.send_message(QueueUrl=url, MessageBody="")


def test_a_policy_stays_when_other_settings_change(sqs):
    url = sqs.create_queue(QueueName=lab.unique_name("kept"))["QueueUrl"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "600"})
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    assert json.loads(kept) == json.loads(policy)


def test_an_old_message_is_counted_no_more(sqs):
    url = _queue(sqs, MessageRetentionPeriod="60")
    sqs.send_message(QueueUrl=url, MessageBody="old")
    sqs.receive_message(QueueUrl=url)
    lab.clock.advance(seconds=59)
    assert _counted(sqs, url) == 1
    lab.clock.advance(seconds=2)
    assert _counted(sqs, url) == 0


def _counted(sqs, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)
