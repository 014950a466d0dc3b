"""Distributed Maps: children that are executions of their own, their counts, results and redrives."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import queue
from tests.lab.stepfunctions.conftest import Run, run

SEND = "arn:aws:states:::sqs:sendMessage"


def distributed(states, kind="STANDARD", **more):
    config = {"Mode": "DISTRIBUTED", "ExecutionType": kind}
    first = next(iter(states))
    processor = {"ProcessorConfig": config, "StartAt": first, "States": states}
    return {"Type": "Map", "Label": "each", "ItemProcessor": processor, **more}


def map_run(states, begun):
    (listed,) = states.list_map_runs(executionArn=begun.arn)["mapRuns"]
    return states.describe_map_run(mapRunArn=listed["mapRunArn"])


def children(states, arn, **more):
    return states.list_executions(mapRunArn=arn, **more)["executions"]


def some(counts):
    return {name: number for name, number in counts.items() if number}


def test_children_have_their_own_histories(states):
    begun = run(distributed({"p": {"Type": "Pass", "End": True}}), [1, 2, 3])
    assert begun.result == [1, 2, 3]
    assert begun.kinds == ["ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded",
                           "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"]  # fmt: skip
    told = map_run(states, begun)
    assert told["mapRunArn"].split(":")[5] == "mapRun" and "/each:" in told["mapRunArn"]
    assert (told["status"], told["executionArn"], told["redriveCount"]) == ("SUCCEEDED", begun.arn, 0)
    assert some(told["itemCounts"]) == some(told["executionCounts"]) == {"succeeded": 3, "total": 3}
    found = children(states, told["mapRunArn"])
    assert len(found) == 3 and {one["status"] for one in found} == {"SUCCEEDED"}
    child = Run(found[-1]["executionArn"])
    assert (child.input, child.result, child.mapRunArn) == ("1", 1, told["mapRunArn"])
    assert child.kinds == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    parent_machine = begun.stateMachineArn
    assert len(states.list_executions(stateMachineArn=parent_machine)["executions"]) == 1


def test_a_map_run_is_seen_on_its_way(states):
    wait = {"Type": "Wait", "Seconds": 10, "End": True}
    begun = run(distributed({"w": wait}, MaxConcurrency=2), [1, 2, 3, 4, 5])
    lab.settle()
    told = map_run(states, begun)
    assert (told["status"], told["maxConcurrency"]) == ("RUNNING", 2)
    assert some(told["executionCounts"]) == {"running": 2, "pending": 3, "total": 5}
    lab.clock.advance(seconds=11)
    assert some(map_run(states, begun)["executionCounts"]) == {"succeeded": 2, "running": 2, "pending": 1, "total": 5}
    states.stop_execution(executionArn=begun.arn)
    told = map_run(states, begun)
    assert told["status"] == "ABORTED" and told["stopDate"] > told["startDate"]
    assert some(told["executionCounts"]) == {"succeeded": 2, "aborted": 2, "pending": 1, "total": 5}


def test_batches_are_counted_by_their_items(states):
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"shop": "ferro"}}
    begun = run(distributed({"p": {"Type": "Pass", "End": True}}, ItemBatcher=batcher), [1, 2, 3])
    assert begun.result == [{"BatchInput": {"shop": "ferro"}, "Items": items} for items in ([1, 2], [3])]
    told = map_run(states, begun)
    assert (told["itemCounts"]["succeeded"], told["executionCounts"]["succeeded"]) == (3, 2)


def test_too_many_failures_end_the_map_run(states):
    rule = {"Variable": "$", "NumericGreaterThan": 2, "Next": "no"}
    steps = {"ask": {"Type": "Choice", "Choices": [rule], "Default": "yes"}, "yes": {"Type": "Succeed"},
             "no": {"Type": "Fail", "Error": "TooMuch"}}  # fmt: skip
    begun = run(distributed(steps, MaxConcurrency=1, ToleratedFailureCount=1), [1, 3, 4, 5])
    assert begun.error == "States.ExceedToleratedFailureThreshold"
    told = map_run(states, begun)
    assert (told["status"], told["toleratedFailureCount"]) == ("FAILED", 1)
    assert some(told["executionCounts"]) == {"succeeded": 1, "failed": 2, "pending": 1, "total": 4}
    assert begun.kinds[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    (failed, _) = children(states, told["mapRunArn"], statusFilter="FAILED")
    assert Run(failed["executionArn"]).error == "TooMuch"


def test_a_redrive_runs_the_children_that_did_not_succeed(states):
    queue("a")
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/{}"
    task = {"Type": "Task", "Resource": SEND, "End": True,
            "Parameters": {"QueueUrl.$": f"States.Format('{url}', $)", "MessageBody": "hi"}}  # fmt: skip
    begun = run(distributed({"t": task}, MaxConcurrency=1), ["a", "b", "c"])
    before = map_run(states, begun)
    assert some(before["executionCounts"]) == {"succeeded": 1, "failed": 1, "pending": 1, "total": 3}
    (failed,) = children(states, before["mapRunArn"], statusFilter="FAILED")
    child = Run(failed["executionArn"])
    assert child.redriveStatus == "REDRIVABLE_BY_MAP_RUN"
    with pytest.raises(ClientError, match="ExecutionNotRedrivable"):
        states.redrive_execution(executionArn=child.arn)
    for name in ("b", "c"):
        queue(name)
    states.redrive_execution(executionArn=begun.arn)
    assert begun.status == "SUCCEEDED" and len(begun.result) == 3
    after = map_run(states, begun)
    assert after["mapRunArn"] == before["mapRunArn"] and after["redriveCount"] == 1
    assert some(after["executionCounts"]) == {"succeeded": 3, "total": 3}
    assert (child.status, child.redriveCount) == ("SUCCEEDED", 1)
    (redriven,) = children(states, before["mapRunArn"], redriveFilter="REDRIVEN")
    assert redriven["executionArn"] == child.arn
    assert begun.kinds.count("MapRunStarted") == begun.kinds.count("MapRunRedriven") == 1


def test_a_map_run_that_did_not_begin_is_begun_by_the_redrive(states):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="orders")
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "orders", "Key": "all.json"}}
    begun = run(distributed({"p": {"Type": "Pass", "End": True}}, ItemReader=reader))
    assert begun.error == "States.ItemReaderFailed" and states.list_map_runs(executionArn=begun.arn)["mapRuns"] == []
    s3.put_object(Bucket="orders", Key="all.json", Body=b"[7, 8]")
    states.redrive_execution(executionArn=begun.arn)
    assert begun.result == [7, 8] and map_run(states, begun)["redriveCount"] == 0


def test_results_are_written_by_their_outcome(states):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="results")
    rule = {"Variable": "$", "NumericEquals": 2, "Next": "no"}
    steps = {"ask": {"Type": "Choice", "Choices": [rule], "Default": "yes"}, "yes": {"Type": "Succeed"},
             "no": {"Type": "Fail", "Error": "Odd"}}  # fmt: skip
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "results", "Prefix": "runs"}}
    begun = run(distributed(steps, ResultWriter=writer, ToleratedFailurePercentage=50), [1, 2, 3])
    told = map_run(states, begun)
    assert begun.result["MapRunArn"] == told["mapRunArn"] and told["executionCounts"]["resultsWritten"] == 3

    def read(key):
        return json.loads(s3.get_object(Bucket="results", Key=key)["Body"].read())

    key = begun.result["ResultWriterDetails"]["Key"]
    assert key == f"runs/{told['mapRunArn'].rpartition(':')[2]}/manifest.json"
    files = read(key)["ResultFiles"]
    good, bad = read(files["SUCCEEDED"][0]["Key"]), read(files["FAILED"][0]["Key"])
    assert [json.loads(one["Output"]) for one in good] == [1, 3] and files["PENDING"] == []
    assert [(one["Error"], one["Status"], one["Input"]) for one in bad] == [("Odd", "FAILED", "2")]


def test_express_children_are_not_listed_and_start_again(states):
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/{}"
    task = {"Type": "Task", "Resource": SEND, "End": True,
            "Parameters": {"QueueUrl.$": f"States.Format('{url}', $)", "MessageBody": "hi"}}  # fmt: skip
    steps = {"p": {"Type": "Pass", "Next": "t"}, "t": task}
    begun = run(distributed(steps, kind="EXPRESS"), ["a"])
    assert begun.status == "FAILED"
    queue("a")
    states.redrive_execution(executionArn=begun.arn)
    assert begun.status == "SUCCEEDED"
    told = map_run(states, begun)
    assert some(told["executionCounts"]) == {"succeeded": 1, "total": 1}
    with pytest.raises(ClientError, match="StateMachineTypeNotSupported"):
        children(states, told["mapRunArn"])


def test_children_act_as_the_role_of_the_machine_and_see_their_own_context(states):
    show = {"Type": "Pass", "Parameters": {"id.$": "$$.Execution.Id", "given.$": "$$.Execution.Input"}, "End": True}
    begun = run(distributed({"p": show}), [5])
    (child,) = begun.result
    assert child["given"] == 5 and ":execution:" in child["id"] and "/each:" in child["id"]


def test_what_the_lab_does_not_do_with_a_map_run_is_said_in_words(states):
    wait = {"Type": "Wait", "Seconds": 10, "End": True}
    begun = run(distributed({"w": wait}), [1])
    lab.settle()
    told = map_run(states, begun)
    with pytest.raises(lab.Unsupported, match="MaxConcurrency"):
        states.update_map_run(mapRunArn=told["mapRunArn"], maxConcurrency=3)
    (child,) = children(states, told["mapRunArn"])
    with pytest.raises(lab.Unsupported, match="stop its parent"):
        states.stop_execution(executionArn=child["executionArn"])
    for call in (states.describe_map_run, states.update_map_run):
        with pytest.raises(ClientError, match="ResourceNotFound"):
            call(mapRunArn=told["mapRunArn"] + "x")
