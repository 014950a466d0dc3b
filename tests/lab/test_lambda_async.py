"""Asynchronous invocation: accepted, run later, retried, reported."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import account, bodies, call, got, make, queue


@pytest.fixture(autouse=True)
def client():
    with account():
        yield boto3.client("lambda")


def later(event=None, name="worker", **more):
    answer = boto3.client("lambda").invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps(event or {}), **more
    )
    assert answer["StatusCode"] == 202 and answer["Payload"].read() == b""


FAILS = "def handler(e, c): raise ValueError('no stock')"


def test_the_event_is_accepted_and_runs_when_the_account_settles():
    make()
    later({"n": 1})
    assert got() == []
    assert [one.outcome for one in lab.settle()] == ["succeeded"]
    assert got() == [{"n": 1}]
    assert lab.settle() == []


def test_settle_tells_in_words_what_it_delivered():
    make()
    later()
    assert "asynchronous invocation -> worker: succeeded" in repr(lab.settle())
    assert repr(lab.settle()) == "Nothing was due."


def test_the_clock_delivers_on_its_way():
    make()
    later()
    lab.clock.advance(seconds=1)
    assert got() == [{}]


def test_two_retries_after_one_and_two_minutes():
    make(FAILS)
    later()
    began = lab.clock.now()
    lab.clock.advance(minutes=10)
    times = [(one.at - began).total_seconds() for one in lab.deliveries().to("worker")]
    assert times == pytest.approx([0, 60, 180], abs=10)  # each is noted when the function has run


def test_the_same_request_id_in_every_attempt():
    make("def handler(e, c):\n    print('GOT', '\"' + c.aws_request_id + '\"')\n    raise ValueError")
    later()
    lab.clock.advance(minutes=5)
    assert len(got()) == 3 and len(set(got())) == 1


def test_retries_can_be_switched_off(client):
    make(FAILS)
    client.put_function_event_invoke_config(FunctionName="worker", MaximumRetryAttempts=0)
    later()
    lab.clock.advance(minutes=10)
    assert len(lab.deliveries()) == 1


def test_an_event_that_is_too_old_is_given_up(client):
    make(FAILS)
    url, arn = queue("dead")
    client.put_function_event_invoke_config(FunctionName="worker", MaximumEventAgeInSeconds=90,
                                            DestinationConfig={"OnFailure": {"Destination": arn}})  # fmt: skip
    later()
    lab.clock.advance(minutes=10)
    record = json.loads(bodies(url)[0])
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 2


def test_the_dead_letter_queue_gets_the_event_with_the_error():
    url, arn = queue("dead")
    make(FAILS, DeadLetterConfig={"TargetArn": arn})
    later({"order": 7})
    lab.clock.advance(minutes=5)
    (message,) = boto3.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(message["Body"]) == {"order": 7}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no stock"
    assert set(message["MessageAttributes"]) == {"RequestID", "ErrorCode", "ErrorMessage"}


def test_destinations_get_aws_records(client):
    make("def handler(e, c): return 10 / e['by']")
    (good, good_arn), (bad, bad_arn) = queue("good"), queue("bad")
    client.put_function_event_invoke_config(
        FunctionName="worker", MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": {"Destination": good_arn}, "OnFailure": {"Destination": bad_arn}},
    )  # fmt: skip
    later({"by": 5})
    later({"by": 0})
    lab.settle()
    record = json.loads(bodies(good)[0])
    assert record["requestContext"]["condition"] == "Success" and record["responsePayload"] == 2.0
    assert record["requestContext"]["functionArn"].endswith(":function:worker:$LATEST")
    record = json.loads(bodies(bad)[0])
    assert record["version"] == "1.0" and record["requestPayload"] == {"by": 0}
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert record["responsePayload"]["errorType"] == "ZeroDivisionError"


def test_a_destination_may_be_a_topic_a_function_or_a_bus(client):
    make("def handler(e, c): return 'done'")
    make(name="next")
    url, arn = queue("all")
    topic = boto3.client("sns").create_topic(Name="news")["TopicArn"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    events = boto3.client("events")
    events.put_rule(Name="results", EventPattern='{"source": ["lambda"]}')
    events.put_targets(Rule="results", Targets=[{"Id": "1", "Arn": arn}])
    bus = events.describe_event_bus(Name="default")["Arn"]
    function = client.get_function(FunctionName="next")["Configuration"]["FunctionArn"]
    for where in (topic, function, bus):
        client.put_function_event_invoke_config(FunctionName="worker",
                                                DestinationConfig={"OnSuccess": {"Destination": where}})  # fmt: skip
        later()
        lab.settle()
    assert got("next")[0]["responsePayload"] == "done"
    first, second = (json.loads(body) for body in bodies(url))
    assert json.loads(first["Message"])["responsePayload"] == "done"
    assert second["detail-type"] == "Lambda Function Invocation Result - Success"


def test_throttled_events_wait_longer_and_longer_and_use_no_attempt(client):
    make(name="greedy")
    make()
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=1)
    from moto.awslambda_simple.models import lambda_simple_backends

    from course.lab import lambda_invoke

    state = lambda_invoke.state_of(lambda_simple_backends[lab.ACCOUNT_ID]["us-east-1"])
    state.in_flight["worker"] = 1  # somebody else is using the only place
    later()
    lab.clock.advance(seconds=4)
    assert ["again in 1 s" in one.outcome or "again in 2 s" in one.outcome for one in lab.deliveries()[:2]] == [
        True,
        True,
    ]
    state.in_flight["worker"] = 0
    lab.clock.advance(seconds=10)
    assert got() == [{}]


def test_zero_reserved_concurrency_goes_to_the_dead_letter_queue(client):
    url, arn = queue("dead")
    make(DeadLetterConfig={"TargetArn": arn})
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    later({"a": 1})
    lab.settle()
    assert [json.loads(body) for body in bodies(url)] == [{"a": 1}]


def test_the_event_invoke_config_can_be_changed_and_removed(client):
    make()
    put = client.put_function_event_invoke_config(FunctionName="worker", MaximumRetryAttempts=1)
    assert put["FunctionArn"].endswith("worker:$LATEST")
    client.update_function_event_invoke_config(FunctionName="worker", MaximumEventAgeInSeconds=120)
    shown = client.get_function_event_invoke_config(FunctionName="worker")
    assert (shown["MaximumRetryAttempts"], shown["MaximumEventAgeInSeconds"]) == (1, 120)
    client.delete_function_event_invoke_config(FunctionName="worker")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_function_event_invoke_config(FunctionName="worker")


def test_a_loop_of_functions_is_stopped():
    make("""
        import boto3
        def handler(e, c):
            boto3.client("lambda").invoke(FunctionName="worker", InvocationType="Event", Payload=b"{}")
    """)
    later()
    assert "a loop?" in lab.settle()[-1].outcome


def test_reset_forgets_what_waits():
    make()
    later()
    lab.reset()
    assert lab.settle() == [] and lab.deliveries() == []


def test_settle_before_anything_exists():
    assert lab.settle() == []
    make()
    assert call() == {}
