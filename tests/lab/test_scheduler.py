"""EventBridge Scheduler in the lab: times, time zones, windows, retries, dead letters, permissions."""

import datetime as dt
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.scheduler_times import InvalidTime, checked_time, next_time
from tests.lab.lambda_sample import account, bodies, got, make, queue
from tests.policies import letting_in


@pytest.fixture
def scheduler():
    with account():
        yield boto3.client("scheduler")


def role(*actions, service="scheduler.amazonaws.com", name="timer"):
    iam = boto3.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    if actions:
        allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        iam.put_role_policy(RoleName=name, PolicyName="targets", PolicyDocument=text)
    return arn


def schedule(scheduler, expression, target, name="s", window=None, **more):
    mode = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": window} if window else {"Mode": "OFF"}
    return scheduler.create_schedule(
        Name=name, ScheduleExpression=expression, FlexibleTimeWindow=mode, Target=target, **more
    )


def in_utc(seconds):
    return f"at({lab.clock.now() + dt.timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S})"


def test_a_one_time_schedule_runs_once_and_may_delete_itself(scheduler):
    url, arn = queue("reminders")
    target = {"Arn": arn, "RoleArn": role("sqs:SendMessage"), "Input": '{"mail": 1}'}
    schedule(scheduler, in_utc(90), target, ActionAfterCompletion="DELETE")
    lab.clock.advance(seconds=60)
    assert bodies(url) == [] and len(scheduler.list_schedules()["Schedules"]) == 1
    lab.clock.advance(seconds=60)
    assert bodies(url) == ['{"mail": 1}']
    lab.clock.advance(days=1)
    assert scheduler.list_schedules()["Schedules"] == []


def test_a_rate_starts_at_once_or_at_its_start_date(scheduler):
    url, arn = queue("ticks")
    target = {"Arn": arn, "RoleArn": role("sqs:SendMessage"), "Input": "<aws.scheduler.scheduled-time>"}
    schedule(scheduler, "rate(10 minutes)", target)
    lab.settle()
    assert len(bodies(url)) == 1
    lab.clock.advance(minutes=25)
    assert len(bodies(url)) == 3
    boto3.client("sqs").purge_queue(QueueUrl=url)
    later = lab.clock.now() + dt.timedelta(hours=2)
    scheduler.delete_schedule(Name="s")
    schedule(scheduler, "rate(1 hours)", target, StartDate=later, EndDate=later + dt.timedelta(hours=2))
    lab.clock.advance(minutes=119)
    assert bodies(url) == []
    lab.clock.advance(hours=6)
    assert len(bodies(url)) == 2


def test_a_disabled_schedule_does_not_run(scheduler):
    url, arn = queue("ticks")
    target = {"Arn": arn, "RoleArn": role("sqs:SendMessage"), "Input": "x"}
    schedule(scheduler, "rate(10 minutes)", target, State="DISABLED")
    lab.clock.advance(hours=1)
    assert bodies(url) == []


def test_a_flexible_window_moves_the_run_inside_the_window_only(scheduler):
    url, arn = queue("ticks")
    schedule(scheduler, in_utc(60), {"Arn": arn, "RoleArn": role("sqs:SendMessage"), "Input": "x"}, window=30)
    lab.clock.advance(seconds=61)
    early = len(bodies(url))
    lab.clock.advance(minutes=30)
    assert early + len(bodies(url)) == 1
    (told,) = [one for one in lab.deliveries() if one.source == "schedule s"]
    assert early == 0 and "invoked for" in told.outcome


def test_functions_topics_and_buses_are_targets(scheduler):
    events, sns = boto3.client("events"), boto3.client("sns")
    url, arn = queue("seen")
    role_arn = role("lambda:InvokeFunction", "sns:Publish", "events:PutEvents")
    function = make()
    topic = sns.create_topic(Name="news", Attributes={"Policy": letting_in("events")})["TopicArn"]
    bus = events.create_event_bus(Name="shop")["EventBusArn"]
    events.put_rule(Name="all", EventBusName="shop", EventPattern='{"source": ["timer"]}')
    events.put_targets(Rule="all", EventBusName="shop", Targets=[{"Id": "1", "Arn": arn}])
    schedule(scheduler, in_utc(5), {"Arn": function, "RoleArn": role_arn, "Input": '{"n": 1}'}, name="a")
    schedule(scheduler, in_utc(5), {"Arn": topic, "RoleArn": role_arn, "Input": "hello"}, name="b")
    event = {"DetailType": "tick", "Source": "timer"}
    target = {"Arn": bus, "RoleArn": role_arn, "Input": '{"n": 2}', "EventBridgeParameters": event}
    schedule(scheduler, in_utc(5), target, name="c")
    lab.clock.advance(seconds=10)
    assert got() == [{"n": 1}]
    assert [json.loads(body)["detail"] for body in bodies(url)] == [{"n": 2}]
    assert any("topic news: invoked" in str(one) for one in lab.deliveries())


def test_what_fails_is_tried_again_and_then_kept_in_the_dead_letter_queue(scheduler):
    dead, dead_arn = queue("dead")
    target = {
        "Arn": "arn:aws:sqs:us-east-1:123456789012:gone",
        "RoleArn": role("sqs:SendMessage"),
        "Input": "order 7",
        "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 600},
        "DeadLetterConfig": {"Arn": dead_arn},
    }
    schedule(scheduler, in_utc(5), target)
    lab.clock.advance(seconds=9)
    assert bodies(dead) == []
    lab.clock.advance(seconds=10)
    answer = boto3.client("sqs").receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"][0]
    attributes = {name: one["StringValue"] for name, one in answer["MessageAttributes"].items()}
    assert answer["Body"] == "order 7"
    assert (attributes["RETRY_ATTEMPTS"], attributes["EXHAUSTED_RETRY_CONDITION"]) == ("3", "MaximumRetryAttempts")


def test_an_event_that_is_too_old_is_given_up(scheduler):
    dead, dead_arn = queue("dead")
    target = {
        "Arn": "arn:aws:sqs:us-east-1:123456789012:gone",
        "RoleArn": role("sqs:SendMessage"),
        "Input": "x",
        "RetryPolicy": {"MaximumEventAgeInSeconds": 60},
        "DeadLetterConfig": {"Arn": dead_arn},
    }
    schedule(scheduler, in_utc(5), target)
    lab.clock.advance(minutes=5)
    attributes = boto3.client("sqs").receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"][0]
    assert attributes["MessageAttributes"]["EXHAUSTED_RETRY_CONDITION"]["StringValue"] == "MaximumEventAgeInSeconds"


def test_the_role_must_let_scheduler_in_and_allow_the_action(scheduler):
    url, arn = queue("ticks")
    with pytest.raises(ClientError, match="must allow AWS EventBridge Scheduler to assume the role"):
        schedule(scheduler, "rate(1 hour)", {"Arn": arn, "RoleArn": role(service="lambda.amazonaws.com", name="other")})
    schedule(scheduler, "rate(1 hour)", {"Arn": arn, "RoleArn": role("sns:Publish"), "Input": "x"})
    assert "role timer may not sqs:SendMessage" in lab.settle()[0].outcome
    assert bodies(url) == []


@pytest.mark.parametrize(
    ("expression", "zone", "after", "expected"),
    [
        ("cron(0 9 * * ? *)", "UTC", "2026-07-01T08:59", "2026-07-01T09:00"),
        ("cron(0 9 * * ? *)", "Europe/Berlin", "2026-01-05T08:30", "2026-01-06T08:00"),
        ("cron(0 9 * * ? *)", "Asia/Kolkata", "2026-01-05T03:00", "2026-01-05T03:30"),
        ("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T12:00", "2026-03-30T00:30"),  # 29 March has no 02:30
        ("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30"),  # 02:30 came twice: once
        ("at(2026-07-01T09:00:00)", "America/New_York", "2026-07-01T00:00", "2026-07-01T13:00"),
        ("at(2026-07-01T09:00:00)", "UTC", "2026-07-01T10:00", None),
        ("rate(2 days)", "UTC", "2026-07-01T10:00", "2026-07-03T10:00"),
    ],
)
def test_times_follow_the_time_zone(expression, zone, after, expected):
    moment = dt.datetime.fromisoformat(after).replace(tzinfo=dt.UTC)
    wanted = dt.datetime.fromisoformat(expected).replace(tzinfo=dt.UTC) if expected else None
    assert next_time(expression, zone, moment) == wanted


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("rate(0 minutes)", "UTC"),
        ("rate(5 seconds)", "UTC"),
        ("cron(0/5 * * * *)", "UTC"),
        ("cron(0 9 * * * *)", "UTC"),
        ("at(2026-02-30T09:00:00)", "UTC"),
        ("tomorrow", "UTC"),
        ("rate(1 hour)", "Mars/Olympus"),
    ],
)
def test_what_scheduler_refuses(expression, zone):
    with pytest.raises(InvalidTime):
        checked_time(expression, zone)


def test_a_flexible_window_is_a_day_at_most(scheduler):
    _, arn = queue("ticks")
    with pytest.raises(ClientError, match="ValidationException"):
        schedule(scheduler, "rate(1 hour)", {"Arn": arn, "RoleArn": role("sqs:SendMessage")}, window=1441)
    assert scheduler.list_schedules()["Schedules"] == []
