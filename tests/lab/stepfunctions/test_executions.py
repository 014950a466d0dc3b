"""Executions: many of them, their names, ends and histories; waits, branches, maps, express workflows."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import bodies, make, queue, role
from tests.lab.stepfunctions.conftest import machine, run


def wait(seconds):
    return {"Type": "Wait", "Seconds": seconds}


def test_many_executions_of_one_machine(states):
    arn = machine({"Type": "Pass"})
    for number in range(30):
        states.start_execution(stateMachineArn=arn, input=json.dumps(number), name=f"run-{number}")
    listed = states.list_executions(stateMachineArn=arn, maxResults=20)
    rest = states.list_executions(stateMachineArn=arn, maxResults=20, nextToken=listed["nextToken"])
    assert len(listed["executions"]) + len(rest["executions"]) == pytest.approx(30, abs=2)
    assert {one["status"] for one in listed["executions"]} == {"SUCCEEDED"}


def test_a_name_belongs_to_one_execution(states):
    arn = machine(wait(60))
    first = states.start_execution(stateMachineArn=arn, name="order-7", input="1")
    assert (
        states.start_execution(stateMachineArn=arn, name="order-7", input="1")["executionArn"] == first["executionArn"]
    )
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        states.start_execution(stateMachineArn=arn, name="order-7", input="2")
    lab.clock.advance(seconds=61)
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        states.start_execution(stateMachineArn=arn, name="order-7", input="1")
    lab.clock.advance(days=91)
    states.start_execution(stateMachineArn=arn, name="order-7", input="1")


@pytest.mark.parametrize(
    ("parameters", "code"), [({"input": "{"}, "InvalidExecutionInput"), ({"name": "a b"}, "InvalidName")]
)
def test_bad_requests_are_refused(states, parameters, code):
    with pytest.raises(ClientError, match=code):
        states.start_execution(stateMachineArn=machine({"Type": "Pass"}), **parameters)


def test_a_year_passes_in_no_time():
    begun = run(wait(300 * 86_400))
    lab.clock.advance(days=299)
    assert begun.status == "RUNNING"
    lab.clock.advance(days=1, seconds=1)
    assert begun.status == "SUCCEEDED"


def test_a_wait_until_a_moment():
    at = lab.clock.now().replace(microsecond=0).isoformat().replace("+00:00", "Z")
    assert run({"Type": "Wait", "TimestampPath": "$.at"}, {"at": at}).status == "SUCCEEDED"


def test_a_machine_has_a_time_limit():
    begun = run({"StartAt": "w", "TimeoutSeconds": 60, "States": {"w": {**wait(100), "End": True}}})
    lab.clock.advance(seconds=61)
    assert (begun.status, begun.error) == ("TIMED_OUT", "States.Timeout")
    assert begun.kinds[-1] == "ExecutionTimedOut"


def test_an_execution_can_be_stopped(states):
    begun = run(wait(100))
    states.stop_execution(executionArn=begun.arn, error="Changed", cause="my mind")
    lab.clock.advance(seconds=200)
    assert (begun.status, begun.error, begun.kinds[-1]) == ("ABORTED", "Changed", "ExecutionAborted")


def test_an_execution_keeps_the_definition_it_began_with(states):
    arn = machine(
        {"StartAt": "w", "States": {"w": {**wait(60), "Next": "p"}, "p": {"Type": "Pass", "Result": 1, "End": True}}}
    )
    begun = states.start_execution(stateMachineArn=arn)["executionArn"]
    states.update_state_machine(stateMachineArn=arn, definition=json.dumps(
        {"StartAt": "p", "States": {"p": {"Type": "Pass", "Result": 2, "End": True}}}))  # fmt: skip
    lab.clock.advance(seconds=61)
    assert states.describe_execution(executionArn=begun)["output"] == "1"


def test_branches_run_side_by_side():
    branches = [{"StartAt": "w", "States": {"w": {**wait(seconds), "End": True}}} for seconds in (30, 60)]
    begun = run({"Type": "Parallel", "Branches": branches}, 5)
    lab.clock.advance(seconds=61)
    assert begun.result == [5, 5]
    assert round((begun.stopDate - begun.startDate).total_seconds()) == pytest.approx(60, abs=2)


def test_one_failed_branch_ends_the_others():
    fail = {"StartAt": "f", "States": {"f": {"Type": "Fail", "Error": "Empty"}}}
    slow = {"StartAt": "w", "States": {"w": {**wait(60), "End": True}}}
    assert run({"Type": "Parallel", "Branches": [slow, fail]}).error == "Empty"


def each(state, **more):
    return {"Type": "Map", "ItemProcessor": {"StartAt": "i", "States": {"i": {**state, "End": True}}}, **more}


def test_a_map_keeps_the_order_of_its_items():
    begun = run(each({"Type": "Wait", "SecondsPath": "$"}), [3, 1, 2])
    lab.clock.advance(seconds=4)
    assert begun.result == [3, 1, 2]


def test_a_map_runs_no_more_at_once_than_it_may():
    begun = run(each(wait(10), MaxConcurrency=2), [1] * 6)
    lab.clock.advance(seconds=31)
    assert round((begun.stopDate - begun.startDate).total_seconds()) == pytest.approx(30, abs=2)


def test_a_map_selects_for_each_item():
    selector = {"order.$": "$.id", "item.$": "$$.Map.Item.Value", "n.$": "$$.Map.Item.Index"}
    ended = run(each({"Type": "Pass"}, ItemsPath="$.items", ItemSelector=selector), {"id": 7, "items": ["a", "b"]})
    assert ended.result == [{"order": 7, "item": "a", "n": 0}, {"order": 7, "item": "b", "n": 1}]


def test_a_distributed_map_reads_from_s3_and_tolerates_failures():
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="orders")
    s3.put_object(Bucket="orders", Key="all.csv", Body=b"id,total\n1,5\n2,0\n3,9\n")
    rule = {"Variable": "$.total", "StringEquals": "0", "Next": "no"}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": "ask", "States": {
        "ask": {"Type": "Choice", "Choices": [rule], "Default": "yes"},
        "yes": {"Type": "Pass", "OutputPath": "$.id", "End": True},
        "no": {"Type": "Fail", "Error": "Nothing"}}}  # fmt: skip
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "orders", "Key": "all.csv"},
              "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}}  # fmt: skip
    whole = {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor}
    assert run(whole).error == "States.ExceedToleratedFailureThreshold"
    assert run({**whole, "ToleratedFailurePercentage": 40}).result == ["1", "3"]


def test_express_answers_at_once_and_is_not_described_later(states):
    give = {"Type": "Pass", "Result": 1, "End": True}
    arn = machine({"StartAt": "w", "States": {"w": {**wait(5), "Next": "p"}, "p": give}}, type="EXPRESS")
    answer = states.start_sync_execution(stateMachineArn=arn)
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "1")
    assert answer["billingDetails"]["billedDurationInMilliseconds"] >= 5000


def test_express_lasts_five_minutes(states):
    answer = states.start_sync_execution(stateMachineArn=machine(wait(400), type="EXPRESS"))
    assert answer["status"] == "TIMED_OUT"


def test_standard_workflows_do_not_answer_at_once(states):
    with pytest.raises(ClientError, match="StateMachineTypeNotSupported"):
        states.start_sync_execution(stateMachineArn=machine({"Type": "Pass"}))


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("{", "INVALID_JSON_DESCRIPTION"),
        ({"StartAt": "a", "States": {}}, "Field is required: States"),
        ({"StartAt": "b", "States": {"a": {"Type": "Pass", "End": True}}}, "Missing 'Next' target: b at /StartAt"),
        (
            {"StartAt": "a", "States": {"a": {"Type": "Pass", "Next": "z"}}},
            "Missing 'Next' target: z at /States/a/Next",
        ),
        ({"StartAt": "a", "States": {"a": {"Type": "Pass"}}}, "Next or End at /States/a"),
        ({"StartAt": "a", "States": {"a": {"Type": "Jump", "End": True}}}, "no state type"),
        ({"StartAt": "a", "States": {"a": {"Type": "Task", "End": True}}}, "Field is required: Resource"),
        ({"StartAt": "a", "States": {"a": {"Type": "Succeed"}, "b": {"Type": "Succeed"}}}, "not reachable"),
    ],
)
def test_a_faulty_definition_is_refused_with_its_place(states, definition, words):
    text = definition if isinstance(definition, str) else json.dumps(definition)
    with pytest.raises(ClientError, match="InvalidDefinition") as refused:
        states.create_state_machine(name="faulty", definition=text, roleArn=role())
    assert words in str(refused.value)
    assert states.list_state_machines()["stateMachines"] == []


def test_express_waits_for_no_token(states):
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True}
    with pytest.raises(ClientError, match="InvalidDefinition"):
        machine({"StartAt": "t", "States": {"t": task}}, type="EXPRESS")


def test_eventbridge_hears_of_every_new_status():
    url, arn = queue("heard")
    events = boto3.client("events")
    events.put_rule(Name="runs", EventPattern='{"source": ["aws.states"]}')
    events.put_targets(Rule="runs", Targets=[{"Id": "1", "Arn": arn}])
    run({"Type": "Pass"})
    lab.settle()
    assert [json.loads(body)["detail"]["status"] for body in bodies(url)] == ["RUNNING", "SUCCEEDED"]


def test_a_state_can_be_tried_alone(states):
    state = {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "later"}
    tried = states.test_state(definition=json.dumps(state), roleArn=role(), input='{"n": 1}')
    assert (tried["status"], tried["output"], tried["nextState"]) == ("SUCCEEDED", '{"n": 2}', "later")
    failing = {"Type": "Task", "Resource": make("def handler(e, c): raise KeyError('x')", name="bad"), "End": True}
    assert states.test_state(definition=json.dumps(failing), roleArn=role())["error"] == "KeyError"


def test_transitions_are_billed():
    before = lab.bill(times=1_000_000).usd
    run({"StartAt": "a", "States": {"a": {"Type": "Pass", "Next": "b"}, "b": {"Type": "Pass", "End": True}}})
    lab.settle()
    assert lab.bill(times=1_000_000).usd - before == pytest.approx(50.0)


def test_a_retry_is_billed_as_a_transition():
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    missing = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/none", "MessageBody": "x"}
    resource = "arn:aws:states:::sqs:sendMessage"
    run({"Type": "Task", "Resource": resource, "Retry": retry, "Parameters": missing})
    lab.clock.advance(minutes=1)
    lines = [line for line in lab.bill(times=1_000_000) if "transitions" in line.item]
    assert sum(line.usd for line in lines) == pytest.approx(75.0)


def test_express_executions_are_neither_described_nor_listed(states):
    arn = machine({"Type": "Pass"}, type="EXPRESS")
    begun = states.start_execution(stateMachineArn=arn)["executionArn"]
    lab.settle()
    for ask in (states.describe_execution, states.get_execution_history):
        with pytest.raises(ClientError, match="InvalidArn"):
            ask(executionArn=begun)
    with pytest.raises(ClientError, match="StateMachineTypeNotSupported"):
        states.list_executions(stateMachineArn=arn)


@pytest.mark.parametrize("field", ["Retry", "Catch"])
def test_what_names_all_errors_stands_last(states, field):
    """https://states-language.net/spec.html#errors"""
    entries = [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["SoldOut"]}]
    if field == "Catch":
        entries = [{**one, "Next": "done"} for one in entries]
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "done", field: entries}
    definition = {"StartAt": "try", "States": {"try": task, "done": {"Type": "Succeed"}}}
    with pytest.raises(ClientError, match=r"InvalidDefinition.*the last entry of"):
        machine(definition)
    entries.reverse()
    assert machine(definition)
