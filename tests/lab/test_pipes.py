"""EventBridge Pipes in the lab: sources, filters, enrichment, templates, targets, errors."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import account, bodies, got, make, queue
from tests.lab.test_scheduler import role as make_role


@pytest.fixture
def pipes():
    with account():
        yield boto3.client("pipes")


ACTIONS = ("sqs:*", "sns:*", "lambda:*", "kinesis:*", "dynamodb:*", "events:*")


def role(*actions):
    return make_role(*(actions or ACTIONS), service="pipes.amazonaws.com", name="pipe")


def pipe(pipes, source, target, pattern=None, role_arn=None, parameters=None, **more):
    settings = dict(parameters or {})
    if pattern:
        settings["FilterCriteria"] = {"Filters": [{"Pattern": json.dumps(pattern)}]}
    return pipes.create_pipe(
        Name="p", Source=source, Target=target, RoleArn=role_arn or role(), SourceParameters=settings, **more
    )


def send(url, *orders):
    for order in orders:
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(order))


def test_a_pipe_moves_what_its_filter_lets_through_and_drops_the_rest(pipes):
    source, source_arn = queue("orders")
    url, arn = queue("large")
    pipe(pipes, source_arn, arn, {"body": {"total": [{"numeric": [">", 100]}]}})
    send(source, {"id": 1, "total": 250}, {"id": 2, "total": 5})
    told = lab.settle()
    (body,) = bodies(url)
    assert json.loads(json.loads(body)["body"])["id"] == 1
    assert "1 messages dropped" in str(told) and "1 records to queue large" in str(told)
    lab.clock.advance(minutes=5)
    assert bodies(source) == [] and len(bodies(url)) == 1


def test_a_template_shapes_what_the_target_gets(pipes):
    source, source_arn = queue("orders")
    url, arn = queue("short")
    template = '{"order": <$.body.id>, "text": "for <$.body.who>"}'
    pipe(pipes, source_arn, arn, TargetParameters={"InputTemplate": template})
    send(source, {"id": 7, "who": "Ana"})
    lab.settle()
    assert [json.loads(body) for body in bodies(url)] == [{"order": 7, "text": "for Ana"}]


def test_an_enrichment_adds_and_may_drop(pipes):
    source, source_arn = queue("orders")
    url, arn = queue("rich")
    enrich = make(
        "import json\ndef handler(events, context):\n"
        "    found = [json.loads(one['body']) for one in events]\n"
        "    return [{**one, 'vip': one['who'] == 'Ana'} for one in found if one['total'] > 0]\n"
    )
    pipe(pipes, source_arn, arn, Enrichment=enrich)
    send(source, {"who": "Ana", "total": 9}, {"who": "Lin", "total": 0})
    lab.settle()
    assert [json.loads(body) for body in bodies(url)] == [{"who": "Ana", "total": 9, "vip": True}]


def test_when_the_enrichment_fails_the_messages_come_back(pipes):
    source, source_arn = queue("orders")
    url, arn = queue("rich")
    pipe(pipes, source_arn, arn, Enrichment=make("def handler(e, c): raise RuntimeError('no')"))
    send(source, {"id": 1})
    assert "come back after the visibility timeout" in lab.settle()[0].outcome
    assert bodies(url) == []
    attributes = ["ApproximateNumberOfMessagesNotVisible"]
    hidden = boto3.client("sqs").get_queue_attributes(QueueUrl=source, AttributeNames=attributes)["Attributes"]
    assert hidden == {attributes[0]: "1"}


def test_a_function_gets_the_batch_and_may_report_single_failures(pipes):
    source, source_arn = queue("orders")
    function = make(
        "import json\ndef handler(events, context):\n"
        "    print('GOT ' + json.dumps(len(events)))\n"
        "    bad = [e for e in events if json.loads(e['body'])['id'] == 2]\n"
        "    return {'batchItemFailures': [{'itemIdentifier': e['messageId']} for e in bad]}\n"
    )
    pipe(pipes, source_arn, function)
    send(source, {"id": 1}, {"id": 2})
    told = lab.settle()
    assert got() == [2] and "1 failed there; 1 come back" in str(told)
    lab.clock.advance(seconds=40)
    assert got()[:2] == [2, 1]


def test_a_stream_flows_in_order_to_an_event_bus(pipes):
    kinesis, events = boto3.client("kinesis"), boto3.client("events")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    stream = kinesis.describe_stream(StreamName="clicks")["StreamDescription"]["StreamARN"]
    bus = events.create_event_bus(Name="shop")["EventBusArn"]
    url, arn = queue("seen")
    events.put_rule(Name="all", EventBusName="shop", EventPattern='{"source": ["clicks"]}')
    events.put_targets(Rule="all", EventBusName="shop", Targets=[{"Id": "1", "Arn": arn, "InputPath": "$.detail"}])
    target = {
        "InputTemplate": '{"page": <$.data.page>}',
        "EventBridgeEventBusParameters": {"Source": "clicks", "DetailType": "click"},
    }
    pipe(
        pipes,
        stream,
        bus,
        {"data": {"page": [{"anything-but": "bot"}]}},
        parameters={"KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON"}},
        TargetParameters=target,
    )
    for page in ("home", "bot", "cart"):
        kinesis.put_record(StreamName="clicks", PartitionKey="k", Data=json.dumps({"page": page}))
    lab.settle()
    assert [json.loads(body)["page"] for body in bodies(url)] == ["home", "cart"]


def test_a_table_stream_is_tried_again_and_given_up_to_the_dead_letter_queue(pipes):
    dynamodb = boto3.client("dynamodb")
    table = dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    dead, dead_arn = queue("dead")
    settings = {"StartingPosition": "LATEST", "MaximumRetryAttempts": 2, "DeadLetterConfig": {"Arn": dead_arn}}
    gone = "arn:aws:sqs:us-east-1:123456789012:gone"
    pipe(
        pipes,
        table["LatestStreamArn"],
        gone,
        {"eventName": ["INSERT"]},
        parameters={"DynamoDBStreamParameters": settings},
    )
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}})
    lab.settle()
    assert bodies(dead) == []
    lab.clock.advance(minutes=1)
    (body,) = bodies(dead)
    assert json.loads(body)["dynamodb"]["NewImage"] == {"id": {"S": "1"}}


def test_a_stopped_pipe_rests_and_goes_on(pipes):
    source, source_arn = queue("orders")
    url, arn = queue("copy")
    pipe(pipes, source_arn, arn, DesiredState="STOPPED")
    send(source, {"id": 1})
    lab.settle()
    assert bodies(url) == []
    pipes.start_pipe(Name="p")
    lab.settle()
    assert len(bodies(url)) == 1


def test_the_role_needs_trust_and_permissions(pipes):
    source, source_arn = queue("orders")
    url, arn = queue("copy")
    with pytest.raises(ClientError, match="assume it"):
        pipe(pipes, source_arn, arn, role_arn=make_role(name="other"))
    pipe(pipes, source_arn, arn, role_arn=role("sqs:SendMessage"))
    send(source, {"id": 1})
    assert "cannot read, role pipe may not sqs:ReceiveMessage" in lab.settle()[0].outcome
    assert bodies(url) == []


def test_a_bad_filter_pattern_is_refused(pipes):
    _, source_arn = queue("orders")
    _, arn = queue("copy")
    with pytest.raises(ClientError, match="Empty arrays are not allowed"):
        pipe(pipes, source_arn, arn, {"body": {"id": []}})
