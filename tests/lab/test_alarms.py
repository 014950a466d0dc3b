"""Alarms on the clock of the lab."""

import json

import boto3
import pytest

from course import lab
from tests.lab.lambda_sample import bodies, queue


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    # Values of one test belong to one minute, however slow the machine is.
    lab.clock.advance(seconds=61 - lab.clock.now().timestamp() % 60)
    yield
    lab.stop()


def alarm(**more):
    boto3.client("cloudwatch").put_metric_alarm(**({
        "AlarmName": "errors", "Namespace": "shop", "MetricName": "errors", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold"} | more))  # fmt: skip


def state():
    return boto3.client("cloudwatch").describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"]


def datum(value, **more):
    boto3.client("cloudwatch").put_metric_data(
        Namespace="shop", MetricData=[{"MetricName": "errors", "Value": value, **more}]
    )


def minute(*values):
    """Publish values, and let the minute end."""
    for value in values:
        datum(value)
    lab.clock.advance(seconds=60)


def test_a_new_alarm_knows_nothing():
    alarm()
    assert state() == "INSUFFICIENT_DATA"


def test_an_alarm_rings_above_its_threshold_and_calms_down():
    alarm()
    minute(3, 3)
    assert state() == "ALARM"
    minute(1)
    assert state() == "OK"


def test_the_statistic_counts():
    alarm(Statistic="Average")
    minute(3, 3)
    assert state() == "OK"


def test_several_periods_have_to_breach():
    alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    minute(9)
    assert state() != "ALARM"
    minute(0)
    minute(9)
    assert state() == "ALARM"


@pytest.mark.parametrize(
    ("treatment", "later"),
    [("missing", "INSUFFICIENT_DATA"), ("notBreaching", "OK"), ("breaching", "ALARM"), ("ignore", "ALARM")],
)
def test_missing_data_are_treated_as_asked(treatment, later):
    alarm(TreatMissingData=treatment)
    minute(9)
    assert state() == "ALARM"
    lab.clock.advance(minutes=10)
    assert state() == later


def test_dimensions_select_the_metric():
    alarm(Dimensions=[{"Name": "page", "Value": "pay"}])
    datum(9, Dimensions=[{"Name": "page", "Value": "home"}])
    minute()
    assert state() == "INSUFFICIENT_DATA"


def test_a_topic_is_told():
    url, arn = queue("told")
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    alarm(AlarmActions=[topic])
    minute(9)
    (body,) = bodies(url)
    told = json.loads(json.loads(body)["Message"])
    assert (told["AlarmName"], told["OldStateValue"], told["NewStateValue"]) == ("errors", "INSUFFICIENT_DATA", "ALARM")


def test_switched_off_actions_tell_nobody():
    topic = boto3.client("sns").create_topic(Name="alarms")["TopicArn"]
    alarm(AlarmActions=[topic], ActionsEnabled=False)
    with lab.watching() as made:
        minute(9)
    assert state() == "ALARM"
    assert not made.of("Publish")


def test_eventbridge_hears_of_it():
    url, arn = queue("heard")
    events = boto3.client("events")
    events.put_rule(Name="alarms", EventPattern='{"source": ["aws.cloudwatch"]}')
    events.put_targets(Rule="alarms", Targets=[{"Id": "1", "Arn": arn}])
    alarm()
    minute(9)
    (body,) = bodies(url)
    assert json.loads(body)["detail"]["state"]["value"] == "ALARM"


def test_a_month_without_data_costs_nothing():
    alarm()
    minute(9)
    lab.clock.advance(days=30)
    assert len(lab.deliveries()) == 2
