"""EventBridge: rules, targets, inputs, schedules, archive and replay."""

import datetime as dt
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import account, bodies, got, make, permit, queue, role
from tests.policies import letting_in


@pytest.fixture
def events():
    with account():
        yield boto3.client("events")


def put(events, detail, source="shop", kind="order", **more):
    return events.put_events(Entries=[{"Source": source, "DetailType": kind, "Detail": json.dumps(detail), **more}])


def rule(events, target, pattern=None, name="big", **settings):
    pattern = pattern or {"source": ["shop"]}
    arn = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target, **settings}])
    return arn


def test_a_matching_event_reaches_a_queue_and_settle_tells(events):
    url, arn = queue("orders")
    rule(events, arn, {"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}})
    put(events, {"total": 250})
    put(events, {"total": 5})
    (body,) = bodies(url)
    event = json.loads(body)
    assert event["detail"] == {"total": 250} and event["detail-type"] == "order" and event["version"] == "0"
    assert event["time"].endswith("Z") and "ingestion-time" not in event
    assert repr(lab.settle()).endswith("rule big -> queue orders: delivered")


def test_a_function_is_a_target_if_it_lets_events_in(events):
    function = make()
    arn = rule(events, function)
    put(events, {"n": 1})
    assert "does not let events.amazonaws.com" in lab.settle()[0].outcome
    permit("events.amazonaws.com", arn)
    put(events, {"n": 2})
    lab.settle()
    assert [event["detail"] for event in got()] == [{"n": 2}]


def test_topics_streams_log_groups_and_buses_are_targets(events):
    url, arn = queue("all")
    sns, kinesis, logs = boto3.client("sns"), boto3.client("kinesis"), boto3.client("logs")
    topic = sns.create_topic(Name="news", Attributes={"Policy": letting_in("events")})["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    stream = kinesis.describe_stream(StreamName="clicks")["StreamDescription"]
    logs.create_log_group(logGroupName="/aws/events/all")
    bus = events.create_event_bus(Name="other")["EventBusArn"]
    events.put_rule(Name="onward", EventBusName="other", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="onward", EventBusName="other", Targets=[{"Id": "q", "Arn": arn}])
    events.put_rule(Name="all", EventPattern='{"source": ["shop"]}')
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/all"
    targets = [{"Id": str(n), "Arn": one} for n, one in enumerate((topic, group, bus))]
    targets.append({"Id": "stream", "Arn": stream["StreamARN"], "RoleArn": role()})
    events.put_targets(Rule="all", Targets=targets)
    put(events, {"n": 1})
    texts = [json.loads(body) for body in bodies(url)]
    assert json.loads(texts[0]["Message"])["detail"] == texts[1]["detail"] == {"n": 1}
    iterator = kinesis.get_shard_iterator(StreamName="clicks", ShardId=stream["Shards"][0]["ShardId"],
                                          ShardIteratorType="TRIM_HORIZON")["ShardIterator"]  # fmt: skip
    assert json.loads(kinesis.get_records(ShardIterator=iterator)["Records"][0]["Data"])["detail"] == {"n": 1}
    assert len(logs.filter_log_events(logGroupName="/aws/events/all")["events"]) == 1


@pytest.mark.parametrize(
    "name",
    ["codepipeline:us-east-1:123456789012:shop", "states:us-east-1:123456789012:stateMachine:shop",
     "codebuild:us-east-1:123456789012:project/shop", "kinesis:us-east-1:123456789012:stream/shop",
     "events:us-east-1:123456789012:api-destination/shop/1"],
)  # fmt: skip
def test_targets_that_rules_reach_with_a_role_need_one(events, name):
    with pytest.raises(ClientError, match=f"ValidationException.*RoleArn is required for target arn:aws:{name}"):
        rule(events, f"arn:aws:{name}")
    assert events.list_targets_by_rule(Rule="big")["Targets"] == []
    rule(events, f"arn:aws:{name}", RoleArn=role())
    assert len(events.list_targets_by_rule(Rule="big")["Targets"]) == 1


def test_a_rule_has_five_targets(events):
    events.put_rule(Name="big", EventPattern='{"source": ["shop"]}')
    targets = [{"Id": str(n), "Arn": queue(f"q{n}")[1]} for n in range(6)]
    with pytest.raises(ClientError, match="LimitExceeded"):
        events.put_targets(Rule="big", Targets=targets)
    events.put_targets(Rule="big", Targets=targets[:5])
    events.put_targets(Rule="big", Targets=targets[:5])
    with pytest.raises(ClientError, match="LimitExceeded"):
        events.put_targets(Rule="big", Targets=targets[5:])


def test_a_state_machine_is_a_target(events):
    states = boto3.client("stepfunctions")
    machine = states.create_state_machine(name="m", roleArn=role(), definition=json.dumps(
        {"StartAt": "S", "States": {"S": {"Type": "Pass", "End": True}}}))["stateMachineArn"]  # fmt: skip
    rule(events, machine, RoleArn=role())
    put(events, {"n": 1})
    assert len(states.list_executions(stateMachineArn=machine)["executions"]) == 1


@pytest.mark.parametrize(
    ("settings", "body"),
    [
        ({"Input": '{"fixed": true}'}, '{"fixed": true}'),
        ({"InputPath": "$.detail.items[1]"}, '"pear"'),
        ({"InputTransformer": {"InputPathsMap": {"n": "$.detail.n", "who": "$.detail.who"},
                               "InputTemplate": '"<who> ordered <n>"'}}, '"Ana ordered 3"'),
        ({"InputTransformer": {"InputPathsMap": {"n": "$.detail.n", "who": "$.detail.who", "all": "$.detail.items"},
                               "InputTemplate":
                                   '{"who": <who>, "n": <n>, "all": <all>, "by": "<aws.events.rule-name>"}'}},
         '{"who": "Ana", "n": 3, "all": ["apple","pear"], "by": "big"}'),
    ],
)  # fmt: skip
def test_what_a_target_gets(events, settings, body):
    url, arn = queue("orders")
    rule(events, arn, **settings)
    put(events, {"n": 3, "who": "Ana", "items": ["apple", "pear"]})
    assert bodies(url) == [body]


def test_a_disabled_rule_delivers_nothing(events):
    url, arn = queue("orders")
    rule(events, arn)
    events.disable_rule(Name="big")
    put(events, {})
    assert bodies(url) == []
    events.enable_rule(Name="big")
    put(events, {"n": 1})
    assert len(bodies(url)) == 1


def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(events):
    dead, dead_arn = queue("dead")
    rule(events, "arn:aws:sqs:us-east-1:123456789012:gone", DeadLetterConfig={"Arn": dead_arn})
    put(events, {"n": 1})
    assert json.loads(bodies(dead)[0])["detail"] == {"n": 1}
    assert "failed" in lab.settle()[0].outcome


def test_a_queue_that_lets_events_in_for_another_rule_only_gets_nothing(events):
    dead, dead_arn = queue("dead")
    url, arn = queue("orders")
    rule_arn = rule(events, arn, DeadLetterConfig={"Arn": dead_arn})
    let_in = json.loads(letting_in("events"))
    let_in["Statement"][0]["Condition"] = {"ArnEquals": {"aws:SourceArn": f"{rule_arn}-not"}}
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(let_in)})
    put(events, {"n": 1})
    assert not bodies(url)
    message = boto3.client("sqs").receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"][0]
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert "its policy does not let events.amazonaws.com send" in lab.settle()[0].outcome


def test_a_dead_letter_queue_has_to_let_events_in_too(events):
    dead = boto3.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:dead"
    rule(events, "arn:aws:sqs:us-east-1:123456789012:gone", DeadLetterConfig={"Arn": arn})
    put(events, {"n": 1})
    assert not bodies(dead)
    assert "its dead-letter queue does not take the event" in lab.settle()[0].outcome


def test_entries_are_refused_one_by_one(events):
    answer = events.put_events(Entries=[
        {"Source": "aws.ec2", "DetailType": "x", "Detail": "{}"},
        {"Source": "shop", "DetailType": "x", "Detail": "[]"},
        {"Source": "shop", "DetailType": "x", "Detail": "{}"}])  # fmt: skip
    assert answer["FailedEntryCount"] == 2
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
        "NotAuthorizedForSourceException", "MalformedDetail", None]  # fmt: skip


def test_a_bad_pattern_is_refused_with_its_position_and_changes_nothing(events):
    with pytest.raises(ClientError) as caught:
        events.put_rule(Name="bad", EventPattern='{"source": [{"prefx": "a"}]}')
    assert caught.value.response["Error"]["Code"] == "InvalidEventPatternException"
    assert "Unrecognized match type prefx" in str(caught.value) and "line: 1, column: 14" in str(caught.value)
    assert events.list_rules()["Rules"] == []


def test_patterns_can_be_tried(events):
    event = json.dumps({"id": "1", "account": "1", "source": "shop", "time": "2026-01-01T00:00:00Z",
                        "region": "us-east-1", "resources": [], "detail-type": "x", "detail": {"n": 1}})  # fmt: skip
    assert events.test_event_pattern(EventPattern='{"detail": {"n": [1]}}', Event=event)["Result"] is True
    assert events.test_event_pattern(EventPattern='{"detail": {"n": [2]}}', Event=event)["Result"] is False
    with pytest.raises(events.exceptions.InvalidEventPatternException):
        events.test_event_pattern(EventPattern="{no", Event=event)


def test_a_schedule_runs_by_the_clock(events):
    url, arn = queue("ticks")
    rule_arn = events.put_rule(Name="tick", ScheduleExpression="rate(5 minutes)")["RuleArn"]
    events.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": arn}])
    lab.clock.advance(minutes=4)
    assert bodies(url) == []
    lab.clock.advance(minutes=12)
    ticks = [json.loads(body) for body in bodies(url)]
    assert len(ticks) == 3
    assert ticks[0]["detail-type"] == "Scheduled Event" and ticks[0]["source"] == "aws.events"
    assert ticks[0]["resources"] == [rule_arn] and ticks[0]["detail"] == {}
    events.disable_rule(Name="tick")
    lab.clock.advance(hours=1)
    assert len(bodies(url)) == 3  # the same three, visible again


def test_a_cron_schedule_runs_at_its_time(events):
    function = make("def handler(e, c): print('GOT ' + '\"' + e['time'] + '\"')")
    arn = events.put_rule(Name="nightly", ScheduleExpression="cron(30 2 * * ? *)")["RuleArn"]
    events.put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": function}])
    permit("events.amazonaws.com", arn)
    lab.clock.advance(days=2)
    assert len(got()) == 2 and all(time.endswith("T02:30:00Z") for time in got())


def test_bad_schedules_are_refused(events):
    for expression in ("rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "cron(0 9 * * * *)", "every day"):
        with pytest.raises(ClientError, match="ScheduleExpression is not valid"):
            events.put_rule(Name="x", ScheduleExpression=expression)


def test_an_archive_replays_a_span_of_time_to_chosen_rules(events):
    url, arn = queue("orders")
    other, other_arn = queue("other")
    first = rule(events, arn)
    rule(events, other_arn, name="second")
    bus = events.describe_event_bus(Name="default")["Arn"]
    archive = events.create_archive(ArchiveName="all", EventSourceArn=bus)["ArchiveArn"]
    put(events, {"n": 1})
    lab.clock.advance(hours=1)
    put(events, {"n": 2})
    bodies(url), bodies(other)
    lab.clock.advance(hours=1)
    now = lab.clock.now()
    events.start_replay(ReplayName="again", EventSourceArn=archive, EventStartTime=now - dt.timedelta(minutes=90),
                        EventEndTime=now, Destination={"Arn": bus, "FilterArns": [first]})  # fmt: skip
    replayed = [json.loads(body) for body in bodies(url) if "replay-name" in body]
    assert [event["detail"] for event in replayed] == [{"n": 2}] and replayed[0]["replay-name"] == "again"
    assert not any("replay-name" in body for body in bodies(other))
    assert events.describe_archive(ArchiveName="all")["EventCount"] == 2


def test_a_bucket_speaks_to_the_bus(events):
    url, arn = queue("uploads")
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="pictures")
    s3.put_bucket_notification_configuration(
        Bucket="pictures", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    rule(events, arn, {"source": ["aws.s3"], "detail": {"object": {"key": [{"suffix": ".jpg"}]}}})
    s3.put_object(Bucket="pictures", Key="a.jpg", Body=b"x")
    s3.put_object(Bucket="pictures", Key="a.txt", Body=b"x")
    (body,) = bodies(url)
    assert json.loads(body)["detail-type"] == "Object Created" and json.loads(body)["time"].endswith("Z")
