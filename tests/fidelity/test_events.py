"""EventBridge: behaviours of AWS that the lab shows and bare moto does not, each with its source.

A behaviour runs in the lab, where it must be seen, and in bare moto, where it must not be (an error counts as not
seen). When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, code_of, collect
from tests.policies import letting_in

_GUIDE = "https://docs.aws.amazon.com/eventbridge/latest/userguide"
_API = "https://docs.aws.amazon.com/eventbridge/latest/APIReference"


CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


def client(service: str = "events") -> Any:
    return boto3.client(service, region_name="us-east-1")


def queue(name: str = "q") -> tuple[str, str]:
    policy = letting_in("sns", "events")
    url = client("sqs").create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    return url, f"arn:aws:sqs:us-east-1:123456789012:{name}"


def bodies(url: str) -> list[str]:
    return [
        one["Body"] for one in client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]


def rule(pattern: Any, arn: str, name: str = "r", **settings: Any) -> str:
    made = client().put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    client().put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, **settings}])
    return str(made)


def put(detail: Any, source: str = "shop") -> Any:
    return client().put_events(Entries=[{"Source": source, "DetailType": "order", "Detail": json.dumps(detail)}])


def matched(pattern: Any, detail: Any) -> bool:
    """Whether a rule with this pattern passes an event with this detail on."""
    url, arn = queue()
    rule({"detail": pattern}, arn)
    put(detail)
    return bool(bodies(url))


def sent(detail: Any, **settings: Any) -> str:
    url, arn = queue()
    rule({"source": ["shop"]}, arn, **settings)
    put(detail)
    return bodies(url)[0]


@behaviour(f"{_API}/API_DisableRule.html")
def a_disabled_rule_delivers_nothing(world: World) -> bool:
    url, arn = queue()
    rule({"source": ["shop"]}, arn)
    client().disable_rule(Name="r")
    put({})
    return bodies(url) == []


@behaviour(f"{_GUIDE}/eb-targets.html")
def a_topic_is_a_target(world: World) -> bool:
    url, arn = queue()
    topic = client("sns").create_topic(Name="t", Attributes={"Policy": letting_in("events")})["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    rule({"source": ["shop"]}, topic)
    put({})
    return len(bodies(url)) == 1


@behaviour(f"{_GUIDE}/eb-targets.html")
def a_stream_is_a_target(world: World) -> bool:
    client("kinesis").create_stream(StreamName="s", ShardCount=1)
    rule({"source": ["shop"]}, "arn:aws:kinesis:us-east-1:123456789012:stream/s",
         RoleArn="arn:aws:iam::123456789012:role/events")  # fmt: skip
    put({"n": 1})
    iterator = client("kinesis").get_shard_iterator(StreamName="s", ShardId="shardId-000000000000",
                                                    ShardIteratorType="TRIM_HORIZON")["ShardIterator"]  # fmt: skip
    return len(client("kinesis").get_records(ShardIterator=iterator)["Records"]) == 1


@behaviour(f"{_GUIDE}/eb-events-iam-roles.html")
def a_pipeline_is_no_target_without_a_role(world: World) -> bool:
    pipeline = "arn:aws:codepipeline:us-east-1:123456789012:shop"
    return code_of(lambda: rule({"source": ["shop"]}, pipeline)) == "ValidationException"


@behaviour(f"{_GUIDE}/eb-quota.html")
def a_sixth_target_is_refused(world: World) -> bool:
    client().put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    six = [{"Id": str(n), "Arn": "arn:aws:sqs:us-east-1:123456789012:q"} for n in range(6)]
    return code_of(lambda: client().put_targets(Rule="r", Targets=six)) == "LimitExceededException"


@behaviour(f"{_GUIDE}/eb-rule-dlq.html")
def an_undeliverable_event_goes_to_the_dead_letter_queue(world: World) -> bool:
    url, arn = queue()
    rule({"source": ["shop"]}, "arn:aws:sqs:us-east-1:123456789012:gone", DeadLetterConfig={"Arn": arn})
    put({})
    return len(bodies(url)) == 1


@behaviour(f"{_GUIDE}/eb-use-resource-based.html")
def a_queue_without_a_policy_gets_nothing(world: World) -> bool:
    url = client("sqs").create_queue(QueueName="closed")["QueueUrl"]
    rule({"source": ["shop"]}, "arn:aws:sqs:us-east-1:123456789012:closed")
    put({})
    return not bodies(url)


@behaviour(f"{_GUIDE}/eb-use-resource-based.html")
def a_topic_without_a_policy_gets_nothing(world: World) -> bool:
    url, arn = queue()
    topic = client("sns").create_topic(Name="closed")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    rule({"source": ["shop"]}, topic)
    put({})
    return not bodies(url)


@behaviour(f"{_GUIDE}/eb-transform-target-input.html")
def a_target_may_get_a_constant(world: World) -> bool:
    return sent({}, Input='{"fixed": 1}') == '{"fixed": 1}'


@behaviour(f"{_GUIDE}/eb-transform-target-input.html")
def a_target_may_get_a_part(world: World) -> bool:
    return json.loads(sent({"n": 1}, InputPath="$.detail")) == {"n": 1}


@behaviour(f"{_GUIDE}/eb-transform-target-input.html")
def a_transformer_quotes_texts_in_json(world: World) -> bool:
    transformer = {"InputPathsMap": {"who": "$.detail.who"}, "InputTemplate": '{"name": <who>}'}
    return json.loads(sent({"who": "Ana"}, InputTransformer=transformer)) == {"name": "Ana"}


@behaviour(f"{_GUIDE}/eb-events-structure.html")
def an_event_has_its_account(world: World) -> bool:
    return bool(json.loads(sent({})).get("account") == "123456789012")


@behaviour(f"{_GUIDE}/eb-create-pattern-operators.html")
def true_is_not_one(world: World) -> bool:
    return not matched({"paid": [1]}, {"paid": True})


@behaviour(f"{_GUIDE}/eb-event-patterns-arrays.html")
def objects_in_an_array_are_matched(world: World) -> bool:
    return matched({"lines": {"sku": ["b"]}}, {"lines": [{"sku": "a"}, {"sku": "b"}]})


@behaviour(f"{_GUIDE}/eb-create-pattern-operators.html")
def numeric_looks_at_numbers_only(world: World) -> bool:
    return not matched({"n": [{"numeric": [">", 0]}]}, {"n": True})


_BAD = {
    "an_unknown_operator": '{"source": [{"prefx": "a"}]}',
    "a_prefix_that_is_no_text": '{"source": [{"prefix": 1}]}',
    "half_a_range": '{"detail": {"n": [{"numeric": [">"]}]}}',
    "a_network_that_is_none": '{"detail": {"ip": [{"cidr": "10.0.0.0/99"}]}}',
    "an_array_in_an_array": '{"source": [["a"]]}',
    "two_operators_in_one": '{"source": [{"prefix": "a", "suffix": "b"}]}',
}


def _bad(text: str) -> Callable[[World], bool]:
    def shows(world: World) -> bool:
        return code_of(client().put_rule, Name="r", EventPattern=text) == "InvalidEventPatternException"

    return shows


for _name, _text in _BAD.items():
    _shows = _bad(_text)
    _shows.__name__ = f"{_name}_is_refused"
    behaviour(f"{_API}/API_PutRule.html")(_shows)


@behaviour(f"{_API}/API_PutRule.html")
def a_refusal_tells_the_position(world: World) -> bool:
    try:
        client().put_rule(Name="r", EventPattern='{"source": []}')
    except ClientError as error:
        return "line: 1, column: 2" in str(error)
    return False


@behaviour(f"{_API}/API_TestEventPattern.html")
def a_pattern_can_be_tried(world: World) -> bool:
    event = {"id": "1", "account": "1", "source": "a", "time": "2026-01-01T00:00:00Z", "region": "us-east-1",
             "resources": [], "detail-type": "x"}  # fmt: skip
    return client().test_event_pattern(EventPattern='{"source": ["a"]}', Event=json.dumps(event)).get("Result") is True


@behaviour(f"{_API}/API_PutEventsRequestEntry.html")
def sources_of_aws_are_refused(world: World) -> bool:
    return put({}, source="aws.ec2")["FailedEntryCount"] == 1


@behaviour(f"{_API}/API_PutEventsRequestEntry.html")
def a_detail_is_an_object(world: World) -> bool:
    return bool(put([1])["Entries"][0].get("ErrorCode") == "MalformedDetail")


@behaviour(f"{_GUIDE}/eb-scheduled-rule-pattern.html")
def a_schedule_runs(world: World) -> bool:
    url, arn = queue()
    client().put_rule(Name="tick", ScheduleExpression="rate(5 minutes)")
    client().put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": arn}])
    world.advance(11 * 60)
    return len(bodies(url)) == 2


_SCHEDULES = {
    "one_minutes": "rate(1 minutes)",
    "two_minute": "rate(2 minute)",
    "both_days_given": "cron(0 9 * * * *)",
    "minute_sixty": "cron(60 9 * * ? *)",
}


def _schedule(text: str) -> Callable[[World], bool]:
    def shows(world: World) -> bool:
        return code_of(client().put_rule, Name="r", ScheduleExpression=text) == "ValidationException"

    return shows


for _name, _text in _SCHEDULES.items():
    _shows = _schedule(_text)
    _shows.__name__ = f"{_name}_is_refused"
    behaviour(f"{_GUIDE}/eb-scheduled-rule-pattern.html")(_shows)


@behaviour(f"{_GUIDE}/eb-replay-archived-event.html")
def a_replay_has_a_span_of_time(world: World) -> bool:
    url, arn = queue()
    rule({"source": ["shop"]}, arn)
    bus = client().describe_event_bus(Name="default")["Arn"]
    archive = client().create_archive(ArchiveName="a", EventSourceArn=bus)["ArchiveArn"]
    put({"n": 1})
    world.advance(3600)
    put({"n": 2})
    now = dt.datetime.now(dt.UTC)
    client().start_replay(ReplayName="x", EventSourceArn=archive, EventStartTime=now - dt.timedelta(minutes=5),
                          EventEndTime=now + dt.timedelta(minutes=5), Destination={"Arn": bus})  # fmt: skip
    found = [json.loads(body)["detail"]["n"] for body in bodies(url) if "replay-name" in body]
    return found == [2]


@behaviour("https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html")
def an_upload_makes_one_event(world: World) -> bool:
    url, arn = queue()
    client("s3").create_bucket(Bucket="pictures")
    client("s3").put_bucket_notification_configuration(
        Bucket="pictures", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    rule({"source": ["aws.s3"]}, arn)
    client("s3").put_object(Bucket="pictures", Key="a", Body=b"x")
    found = [json.loads(body) for body in bodies(url)]
    return len(found) == 1 and found[0]["detail"]["reason"] == "PutObject"


@kept(f"{_GUIDE}/eb-event-patterns.html")
def a_value_is_one_of_a_list(world: World) -> bool:
    return matched({"state": ["paid", "open"]}, {"state": "open"})


@kept(f"{_GUIDE}/eb-create-pattern-operators.html")
def a_prefix_matches(world: World) -> bool:
    return matched({"state": [{"prefix": "pa"}]}, {"state": "paid"})


@kept(f"{_GUIDE}/eb-create-pattern-operators.html")
def a_network_matches(world: World) -> bool:
    return matched({"ip": [{"cidr": "10.0.0.0/16"}]}, {"ip": "10.0.3.7"})


@kept(f"{_GUIDE}/eb-create-pattern-operators.html")
def a_missing_field_can_be_asked_for(world: World) -> bool:
    return matched({"x": [{"exists": False}]}, {"y": 1})


@kept(f"{_API}/API_PutEvents.html")
def at_most_ten_entries(world: World) -> bool:
    entry = {"Source": "shop", "DetailType": "x", "Detail": "{}"}
    return code_of(client().put_events, Entries=[entry] * 11) == "ValidationException"


@kept(f"{_API}/API_PutEventsRequestEntry.html")
def a_detail_must_be_json(world: World) -> bool:
    entry = {"Source": "shop", "DetailType": "x", "Detail": "{no"}
    return bool(client().put_events(Entries=[entry])["Entries"][0]["ErrorCode"] == "MalformedDetail")


@kept(f"{_GUIDE}/eb-event-bus.html")
def a_bus_keeps_its_events_to_itself(world: World) -> bool:
    url, arn = queue()
    client().create_event_bus(Name="other")
    rule({"source": ["shop"]}, arn)
    client().put_events(Entries=[{"Source": "shop", "DetailType": "x", "Detail": "{}", "EventBusName": "other"}])
    return bodies(url) == []


@kept(f"{_API}/API_PutRule.html")
def schedules_live_on_the_default_bus(world: World) -> bool:
    client().create_event_bus(Name="other")
    put_rule = client().put_rule
    return (
        code_of(put_rule, Name="r", EventBusName="other", ScheduleExpression="rate(5 minutes)") == "ValidationException"
    )


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_it_too(one, in_bare_moto):
    assert one.shows(in_bare_moto), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
