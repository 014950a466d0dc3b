"""Tasks: functions, other services, callbacks, activities; retries and catches on the clock of the lab."""

import itertools
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import bodies, make, queue
from tests.lab.stepfunctions.conftest import Run, machine, run

TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def flaky(failures):
    return make(
        f"seen = []\ndef handler(event, context):\n    seen.append(1)\n"
        f"    if len(seen) <= {failures}:\n        raise KeyError('stock')\n    return len(seen)",
        name="flaky",
    )


def test_a_function_gets_the_input_and_gives_the_result():
    ended = run({"Type": "Task", "Resource": make("def handler(e, c): return e['n'] + 1", name="inc")}, {"n": 1})
    assert ended.result == 2
    assert ended.kinds[2:5] == ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"]


def test_lambda_invoke_wraps_the_result():
    make("def handler(e, c): return {'n': e['n']}", name="echo")
    parameters = {"FunctionName": "echo", "Payload.$": "$"}
    ended = run({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters}, {"n": 1})
    assert ended.result == {"ExecutedVersion": "$LATEST", "Payload": {"n": 1}, "StatusCode": 200}


def test_an_error_has_the_name_of_the_exception():
    ended = run({"Type": "Task", "Resource": flaky(9)})
    assert (ended.status, ended.error) == ("FAILED", "KeyError")
    assert json.loads(ended.cause)["errorMessage"] == "'stock'"


def test_retries_wait_longer_each_time_on_the_clock_of_the_lab():
    retry = [{"ErrorEquals": ["KeyError"], "IntervalSeconds": 10, "BackoffRate": 3, "MaxAttempts": 2}]
    begun = run({"Type": "Task", "Resource": flaky(2), "Retry": retry})
    assert begun.status == "RUNNING"
    lab.clock.advance(minutes=1)
    assert begun.result == 3
    times = [event["timestamp"] for event in begun.events if event["type"] == "LambdaFunctionScheduled"]
    pauses = [(late - early).total_seconds() for early, late in itertools.pairwise(times)]
    assert pauses == pytest.approx([10, 30], abs=2)


def test_a_longest_pause_caps_the_backoff():
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 4, "MaxDelaySeconds": 15}]
    begun = run({"Type": "Task", "Resource": flaky(3), "Retry": retry})
    lab.clock.advance(seconds=41)
    assert begun.result == 4


def test_what_is_not_named_is_not_retried():
    retry = [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 9}]
    assert run({"Type": "Task", "Resource": flaky(1), "Retry": retry}).error == "KeyError"


def test_a_catch_passes_the_error_on():
    ended = run({"StartAt": "try", "States": {
        "try": {"Type": "Task", "Resource": flaky(9), "End": True,
                "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "sorry"}]},
        "sorry": {"Type": "Pass", "End": True}}}, {"order": 7})  # fmt: skip
    assert ended.result["order"] == 7
    assert ended.result["error"]["Error"] == "KeyError"


def test_other_services_are_called_with_their_own_names():
    url, _ = queue("orders")
    parameters = {"QueueUrl": url, "MessageBody": {"id.$": "$.id"}}
    ended = run({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters}, {"id": 7})
    assert set(ended.result) >= {"MessageId", "MD5OfMessageBody"}
    assert json.loads(bodies(url)[0]) == {"id": 7}


def test_the_sdk_integration_calls_any_service():
    ended = run(
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:createBucket",
            "Parameters": {"Bucket": "made-by-a-state"},
        }
    )
    assert ended.status == "SUCCEEDED"
    assert boto3.client("s3").head_bucket(Bucket="made-by-a-state")


@pytest.mark.parametrize(("resource", "error"), [
    ("arn:aws:states:::dynamodb:getItem", "DynamoDB.ResourceNotFoundException"),
    ("arn:aws:states:::aws-sdk:dynamodb:getItem", "DynamoDb.ResourceNotFoundException"),
])  # fmt: skip
def test_errors_of_services_carry_their_name(resource, error):
    ended = run({"Type": "Task", "Resource": resource, "Parameters": {"TableName": "none", "Key": {"id": {"S": "1"}}}})
    assert ended.error == error


def test_the_machine_acts_as_its_role():
    url, _ = queue("orders")
    arn = machine(
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": url, "MessageBody": "x"},
        }
    )
    with lab.enforce_iam():
        ended = Run(boto3.client("stepfunctions").start_execution(stateMachineArn=arn)["executionArn"])
        assert ended.status == "FAILED"
    assert "AccessDenied" in ended.error


def waiting(url, **more):
    body = {"token.$": "$$.Task.Token"}
    return run({"Type": "Task", "Resource": TOKEN, "Parameters": {"QueueUrl": url, "MessageBody": body}, **more})


def token(url):
    return json.loads(bodies(url)[0])["token"]


def test_an_execution_waits_for_its_token(states):
    url, _ = queue("approvals")
    begun = waiting(url)
    lab.settle()
    mine = token(url)
    lab.clock.advance(days=30)
    assert begun.status == "RUNNING"
    states.send_task_success(taskToken=mine, output='{"ok": true}')
    assert begun.result == {"ok": True}


def test_a_refusal_of_the_token_fails_the_task(states):
    url, _ = queue("approvals")
    begun = waiting(url)
    lab.settle()
    states.send_task_failure(taskToken=token(url), error="Refused", cause="too dear")
    assert (begun.status, begun.error, begun.cause) == ("FAILED", "Refused", "too dear")


def test_a_token_runs_out_of_time(states):
    url, _ = queue("approvals")
    begun = waiting(url, TimeoutSeconds=60)
    lab.clock.advance(seconds=61)
    assert (begun.status, begun.error) == ("FAILED", "States.Timeout")
    with pytest.raises(ClientError, match="TaskTimedOut"):
        states.send_task_success(taskToken=token(url), output="1")


def test_heartbeats_keep_a_task_alive(states):
    url, _ = queue("approvals")
    begun = waiting(url, HeartbeatSeconds=60)
    lab.settle()
    mine = token(url)
    for _ in range(3):
        lab.clock.advance(seconds=50)
        states.send_task_heartbeat(taskToken=mine)
    assert begun.status == "RUNNING"
    lab.clock.advance(seconds=61)
    assert begun.error == "States.HeartbeatTimeout"


def test_a_worker_takes_the_work_of_an_activity(states):
    activity = states.create_activity(name="packing")["activityArn"]
    begun = run({"Type": "Task", "Resource": activity}, {"order": 7})
    task = states.get_activity_task(activityArn=activity, workerName="Ben")
    assert json.loads(task["input"]) == {"order": 7}
    states.send_task_success(taskToken=task["taskToken"], output='"packed"')
    assert begun.result == "packed"
    assert [kind for kind in begun.kinds if "Activity" in kind] == [
        "ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]  # fmt: skip


def test_a_worker_without_work_gets_none_after_a_minute(states):
    activity = states.create_activity(name="packing")["activityArn"]
    begun = lab.clock.now()
    assert "taskToken" not in states.get_activity_task(activityArn=activity)
    assert (lab.clock.now() - begun).total_seconds() >= 60


@pytest.mark.parametrize(("pattern", "output"), [("sync", '{"n":1}'), ("sync:2", {"n": 1})])
def test_a_nested_execution_is_waited_for(pattern, output):
    child = machine({"StartAt": "wait", "States": {
        "wait": {"Type": "Wait", "Seconds": 60, "Next": "give"},
        "give": {"Type": "Pass", "Result": {"n": 1}, "End": True}}})  # fmt: skip
    parameters = {"StateMachineArn": child, "Input": {"a": 1}}
    begun = run(
        {"Type": "Task", "Resource": f"arn:aws:states:::states:startExecution.{pattern}", "Parameters": parameters}
    )
    lab.clock.advance(seconds=59)
    assert begun.status == "RUNNING"
    lab.clock.advance(seconds=2)
    assert begun.result["Output"] == output


def test_a_nested_failure_fails_the_parent():
    child = machine({"StartAt": "no", "States": {"no": {"Type": "Fail", "Error": "Empty"}}})
    ended = run({"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
                 "Parameters": {"StateMachineArn": child}})  # fmt: skip
    assert ended.error == "States.TaskFailed"
    assert json.loads(ended.cause)["Error"] == "Empty"
