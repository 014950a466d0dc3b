"""Redriving: an execution goes on at the states that did not succeed."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import bodies, make, queue
from tests.lab.stepfunctions.conftest import machine, run

SEND = "arn:aws:states:::sqs:sendMessage"


def send(url, text="done", **more):
    return {"Type": "Task", "Resource": SEND, "Parameters": {"QueueUrl": url, "MessageBody": text}, **more}


def missing(name="later"):
    return f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}"


def test_what_succeeded_is_not_done_again(states):
    first, _ = queue("first")
    steps = {"a": send(first, ResultPath=None, Next="b"), "b": send(missing(), ResultPath=None, End=True)}
    begun = run({"StartAt": "a", "States": steps}, {"n": 1})
    assert begun.status == "FAILED" and (begun.redriveStatus, begun.redriveCount) == ("REDRIVABLE", 0)
    before = begun.kinds
    later, _ = queue("later")
    lab.clock.advance(hours=2)
    answer = states.redrive_execution(executionArn=begun.arn)
    lab.settle()
    assert answer["redriveDate"] == begun.redriveDate > begun.startDate
    assert begun.status == "SUCCEEDED" and begun.result == {"n": 1} and begun.redriveCount == 1
    assert begun.redriveStatusReason == "Execution is SUCCEEDED and cannot be redriven"
    assert (bodies(first), bodies(later)) == (["done"], ["done"])
    added = ["ExecutionRedriven", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited"]
    assert begun.kinds == [*before, *added, "ExecutionSucceeded"]
    (event,) = [event for event in begun.events if event["type"] == "ExecutionRedriven"]
    assert event["executionRedrivenEventDetails"]["redriveCount"] == 1


def test_variables_are_those_at_the_state_that_failed(states):
    asked = {"QueueUrl": missing(), "MessageBody": "x"}
    count = "{% $kept + $states.context.Execution.RedriveCount %}"
    steps = {
        "a": {"Type": "Pass", "Assign": {"kept": 7}, "Next": "b"},
        "b": {"Type": "Task", "Resource": SEND, "Arguments": asked, "Next": "c"},
        "c": {"Type": "Pass", "Output": count, "End": True},
    }
    begun = run({"QueryLanguage": "JSONata", "StartAt": "a", "States": steps})
    assert begun.status == "FAILED"
    queue("later")
    states.redrive_execution(executionArn=begun.arn)
    assert begun.result == 8


def test_retries_count_from_the_beginning(states):
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 2, "BackoffRate": 1}]
    begun = run(send(missing(), Retry=retry))
    lab.clock.advance(minutes=1)
    assert begun.kinds.count("TaskFailed") == 3
    states.redrive_execution(executionArn=begun.arn)
    lab.clock.advance(seconds=15)
    assert begun.status == "RUNNING"
    lab.clock.advance(minutes=1)
    assert begun.status == "FAILED" and begun.kinds.count("TaskFailed") == 6


def test_only_failed_and_stopped_branches_run_again(states):
    one, _ = queue("one")
    short, long = ({"Type": "Wait", "Seconds": seconds, "Next": "then"} for seconds in (5, 9))
    branches = [
        {"StartAt": "x", "States": {"x": send(one, End=True)}},
        {"StartAt": "w", "States": {"w": short, "then": send(missing(), End=True)}},
        {"StartAt": "w", "States": {"w": long, "then": {"Type": "Pass", "End": True}}},
    ]
    begun = run({"Type": "Parallel", "Branches": branches})
    lab.clock.advance(seconds=6)
    assert begun.status == "FAILED"
    later, _ = queue("later")
    states.redrive_execution(executionArn=begun.arn)
    lab.settle()
    assert bodies(later) == ["done"] and begun.status == "RUNNING"  # the stopped wait begins anew
    lab.clock.advance(seconds=10)
    assert begun.status == "SUCCEEDED" and len(begun.result) == 3
    assert bodies(one) == ["done"]
    assert begun.kinds.count("ParallelStateStarted") == begun.kinds.count("ParallelStateEntered") == 1


def test_only_failed_iterations_run_again(states):
    for name in ("a", "c"):
        queue(name)
    task = {"Type": "Task", "Resource": SEND, "End": True,
            "Parameters": {"QueueUrl.$": f"States.Format('{missing('{}')}', $)", "MessageBody": "hi"}}  # fmt: skip
    begun = run({"Type": "Map", "ItemProcessor": {"StartAt": "t", "States": {"t": task}}}, ["a", "b", "c"])
    assert begun.status == "FAILED"
    queue("b")
    states.redrive_execution(executionArn=begun.arn)
    assert begun.status == "SUCCEEDED" and len(begun.result) == 3
    assert [len(bodies(missing(name))) for name in "abc"] == [1, 1, 1]


def test_stopped_and_late_executions_are_redriven_with_a_new_time_limit(states):
    wait = {"Type": "Wait", "Seconds": 50, "End": True}
    begun = run({"StartAt": "w", "TimeoutSeconds": 30, "States": {"w": wait}})
    lab.clock.advance(seconds=31)
    assert begun.status == "TIMED_OUT"
    states.redrive_execution(executionArn=begun.arn)
    lab.clock.advance(seconds=20)
    assert begun.status == "RUNNING" and begun.stopDate is None
    states.stop_execution(executionArn=begun.arn)
    assert (begun.status, begun.redriveStatus, begun.redriveCount) == ("ABORTED", "REDRIVABLE", 1)


def test_a_machine_keeps_its_definition_for_redrives(states):
    arn = machine({"StartAt": "t", "States": {"t": send(missing(), End=True)}})
    begun = states.start_execution(stateMachineArn=arn)["executionArn"]
    lab.settle()
    new = json.dumps({"StartAt": "p", "States": {"p": {"Type": "Pass", "Result": "new", "End": True}}})
    states.update_state_machine(stateMachineArn=arn, definition=new)
    queue("later")
    states.redrive_execution(executionArn=begun)
    assert "MessageId" in json.loads(states.describe_execution(executionArn=begun)["output"])


def test_what_cannot_be_redriven_says_why(states):
    running, done, old = run({"Type": "Wait", "Seconds": 9e6}), run({"Type": "Pass"}), run({"Type": "Fail"})
    lab.settle()
    lab.clock.advance(days=15)
    for one, words in ((running, "RUNNING"), (done, "SUCCEEDED"), (old, "period exceeded")):
        assert one.redriveStatus == "NOT_REDRIVABLE" and words in one.redriveStatusReason
        with pytest.raises(ClientError, match=f"ExecutionNotRedrivable.*{words}"):
            states.redrive_execution(executionArn=one.arn)
    with pytest.raises(ClientError, match="ExecutionDoesNotExist"):
        states.redrive_execution(executionArn=old.arn + "x")


def test_express_executions_are_not_redriven(states):
    arn = machine({"Type": "Fail"}, type="EXPRESS")
    begun = states.start_execution(stateMachineArn=arn)["executionArn"]
    with pytest.raises(ClientError, match="InvalidArn"):
        states.redrive_execution(executionArn=begun)


def test_a_token_of_an_execution_that_has_ended_counts_no_more(states):
    url, _ = queue("asked")
    task = {"Type": "Task", "Resource": f"{SEND}.waitForTaskToken",
            "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"}}  # fmt: skip
    begun = run(task)
    lab.settle()
    (token,) = bodies(url)
    states.stop_execution(executionArn=begun.arn)
    with pytest.raises(ClientError, match="TaskTimedOut"):
        states.send_task_success(taskToken=token, output="1")
    states.redrive_execution(executionArn=begun.arn)
    lab.settle()
    (new,) = bodies(url)
    states.send_task_success(taskToken=new, output="2")
    assert begun.result == 2


def test_eventbridge_hears_that_it_runs_again(states):
    url, arn = queue("heard")
    events = boto3.client("events")
    events.put_rule(Name="runs", EventPattern='{"source": ["aws.states"]}')
    events.put_targets(Rule="runs", Targets=[{"Id": "1", "Arn": arn}])
    begun = run({"Type": "Fail"})
    lab.settle()
    states.redrive_execution(executionArn=begun.arn)
    lab.settle()
    told = [json.loads(body)["detail"]["status"] for body in bodies(url)]
    assert told == ["RUNNING", "FAILED", "RUNNING", "FAILED"]


def test_what_a_function_did_wrong_is_mended_and_gone_on_with(states):
    code = "import os\ndef handler(e, c):\n    return os.environ['RATE']"
    task = {"Type": "Task", "Resource": make(code)}
    begun = run(task)
    assert (begun.status, begun.error) == ("FAILED", "KeyError")
    functions = boto3.client("lambda")
    functions.update_function_configuration(FunctionName="worker", Environment={"Variables": {"RATE": "7"}})
    states.redrive_execution(executionArn=begun.arn)
    assert begun.result == "7"
