"""Versions and aliases of state machines; what executions leave in CloudWatch."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import queue, role
from tests.lab.stepfunctions.conftest import Run, machine, run

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/runs:*"


def giving(value):
    return json.dumps({"StartAt": "p", "States": {"p": {"Type": "Pass", "Result": value, "End": True}}})


def result(states, arn):
    return Run(states.start_execution(stateMachineArn=arn)["executionArn"]).result


def test_a_version_does_not_change(states):
    arn = machine(json.loads(giving("old")))
    first = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    assert first == f"{arn}:1"
    assert states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"] == first
    states.update_state_machine(stateMachineArn=arn, definition=giving("new"))
    second = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    listed = states.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
    assert [one["stateMachineVersionArn"] for one in listed] == [second, first]
    assert (result(states, first), result(states, second), result(states, arn)) == ("old", "new", "new")
    assert len(states.list_executions(stateMachineArn=first)["executions"]) == 1
    assert len(states.list_executions(stateMachineArn=arn)["executions"]) == 3


def test_a_version_behind_an_alias_stays(states):
    arn = machine(json.loads(giving(1)))
    version = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = states.create_state_machine_alias(name="live", routingConfiguration=route)["stateMachineAliasArn"]
    assert result(states, alias) == 1
    with pytest.raises(ClientError, match=r"ConflictException.*\[live\]"):
        states.delete_state_machine_version(stateMachineVersionArn=version)
    states.delete_state_machine_alias(stateMachineAliasArn=alias)
    states.delete_state_machine_version(stateMachineVersionArn=version)
    assert states.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"] == []
    again = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    assert again == f"{arn}:2"


def test_a_machine_that_is_not_there_has_no_versions(states):
    missing = "arn:aws:states:us-east-1:123456789012:stateMachine:none"
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        states.publish_state_machine_version(stateMachineArn=missing)


def logged(level, state, kind="EXPRESS", data=True):
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/runs")
    definition = json.dumps({"StartAt": "only", "States": {"only": {"End": True, **state}}})
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}]
    config = {"level": level, "includeExecutionData": data, "destinations": destinations}
    arn = boto3.client("stepfunctions").create_state_machine(
        name="noisy", definition=definition, roleArn=role(), type=kind, loggingConfiguration=config
    )["stateMachineArn"]
    boto3.client("stepfunctions").start_execution(stateMachineArn=arn, input='{"secret": 7}')
    lab.settle()
    return [json.loads(one["message"]) for one in logs.filter_log_events(logGroupName="/runs")["events"]]


def test_an_express_execution_tells_its_history_in_the_log():
    lines = logged("ALL", {"Type": "Pass"})
    assert [line["type"] for line in lines] == [
        "ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"
    ]  # fmt: skip
    assert json.loads(lines[0]["details"]["input"]) == {"secret": 7}
    assert (lines[1]["id"], lines[1]["previous_event_id"]) == ("2", "1")
    assert ":express:noisy:" in lines[0]["execution_arn"]


@pytest.mark.parametrize(
    ("level", "kinds"),
    [("OFF", []), ("FATAL", ["ExecutionFailed"]), ("ERROR", ["TaskFailed", "ExecutionFailed"])],
)
def test_the_level_says_what_is_logged(level, kinds):
    missing = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/none", "MessageBody": "x"}
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": missing}
    assert [line["type"] for line in logged(level, task, kind="STANDARD")] == kinds


def test_data_stay_out_of_the_log_unless_asked_for():
    assert "secret" not in json.dumps(logged("ALL", {"Type": "Pass"}, data=False))


def test_metrics_count_how_executions_end():
    begun = run({"Type": "Wait", "Seconds": 30})
    run({"Type": "Fail"})
    lab.clock.advance(minutes=1)

    def metric(name, statistic="Sum"):
        now = lab.clock.now()
        points = boto3.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/States", MetricName=name, Period=86400, StartTime=now.replace(hour=0, minute=0),
            EndTime=now, Statistics=[statistic],
            Dimensions=[{"Name": "StateMachineArn", "Value": begun.stateMachineArn}])["Datapoints"]  # fmt: skip
        return sum(point[statistic] for point in points)

    assert (metric("ExecutionsStarted"), metric("ExecutionsSucceeded"), metric("ExecutionsFailed")) == (1, 1, 0)
    assert metric("ExecutionTime", "Maximum") == pytest.approx(30_000, abs=5000)


def test_stopping_a_parent_stops_the_execution_it_waits_for(states):
    child = machine({"Type": "Wait", "Seconds": 500})
    nested = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
              "Parameters": {"StateMachineArn": child}}  # fmt: skip
    stopped, late = run(nested), run({**nested, "TimeoutSeconds": 60})
    lab.settle()
    states.stop_execution(executionArn=stopped.arn)
    lab.clock.advance(seconds=61)
    assert (stopped.status, late.error) == ("ABORTED", "States.Timeout")
    found = states.list_executions(stateMachineArn=child)["executions"]
    assert [one["status"] for one in found] == ["ABORTED", "ABORTED"]


def test_starting_a_nested_execution_without_waiting_lets_it_live(states):
    child = machine({"Type": "Wait", "Seconds": 500})
    url, _ = queue("unused")
    begun = run({"Type": "Task", "Resource": "arn:aws:states:::states:startExecution",
                 "Parameters": {"StateMachineArn": child, "Input": {"queue": url}}})  # fmt: skip
    assert begun.status == "SUCCEEDED"
    assert states.list_executions(stateMachineArn=child)["executions"][0]["status"] == "RUNNING"
