"""Alarms over alarms."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.cloudwatch.readings import publish
from tests.lab.cloudwatch.test_alarm_calls import alarm, state, topic


@pytest.fixture
def cloudwatch():
    return boto3.client("cloudwatch")


@pytest.fixture(autouse=True)
def two_children():
    for name in ("errors", "slow"):
        alarm(name, MetricName=name)


def put(rule, name="page", **more):
    boto3.client("cloudwatch").put_composite_alarm(AlarmName=name, AlarmRule=rule, **more)


def minute(**values):
    for name, value in values.items():
        publish(name, value)
    lab.clock.advance(seconds=60)


@pytest.mark.parametrize(
    ("rule", "rings"),
    [
        ("ALARM(errors)", True),
        ("ALARM(errors) AND ALARM(slow)", False),
        ("ALARM(errors) OR ALARM(slow)", True),
        ("ALARM(errors) AND NOT ALARM(slow)", True),
        ("NOT (ALARM(errors) OR OK(slow))", False),
        ('ALARM("errors") AND OK(slow)', True),
        ("INSUFFICIENT_DATA(slow) OR FALSE", False),
        ("TRUE AND OK(slow)", True),
    ],
)
def test_rules(rule, rings):
    put(rule)
    minute(errors=9, slow=1)
    assert state("page") == ("ALARM" if rings else "OK")


def test_a_new_one_knows_nothing():
    put("ALARM(errors)")
    assert state("page") == "INSUFFICIENT_DATA"


def test_one_message_in_place_of_many():
    arn, heard = topic()
    put("ALARM(errors) OR ALARM(slow)", AlarmActions=[arn])
    minute(errors=9, slow=9)
    minute(errors=9, slow=9)
    (told,) = heard()
    assert (told["AlarmName"], told["AlarmRule"]) == ("page", "ALARM(errors) OR ALARM(slow)")


def test_they_build_on_each_other():
    put("ALARM(errors)")
    put("ALARM(page) OR ALARM(slow)", "night")
    minute(errors=9, slow=1)
    assert state("night") == "ALARM"
    minute(errors=1, slow=1)
    assert state("night") == "OK"


@pytest.mark.parametrize(
    "rule", ["ALARM(nobody)", "ALARM(errors", "errors AND slow", "ALARM(errors) ALARM(slow)", "AND"]
)
def test_bad_rules_are_refused(rule):
    with pytest.raises(ClientError) as no:
        put(rule)
    assert no.value.response["Error"]["Code"] == "ValidationError"


def test_they_scale_nothing():
    with pytest.raises(ClientError):
        put("ALARM(errors)", AlarmActions=["arn:aws:automate:us-east-1:ec2:stop"])


def test_they_show_only_when_asked_for(cloudwatch):
    put("ALARM(errors)")
    assert cloudwatch.describe_alarms()["CompositeAlarms"] == []
    (found,) = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert found["AlarmRule"] == "ALARM(errors)"
    found = cloudwatch.describe_alarms(ParentsOfAlarmName="errors", AlarmTypes=["CompositeAlarm"])
    assert [one["AlarmName"] for one in found["CompositeAlarms"]] == ["page"]
    found = cloudwatch.describe_alarms(ChildrenOfAlarmName="page")
    assert [one["AlarmName"] for one in found["MetricAlarms"]] == ["errors"]


def test_a_child_in_use_stays(cloudwatch):
    put("ALARM(errors)")
    with pytest.raises(ClientError) as no:
        cloudwatch.delete_alarms(AlarmNames=["errors"])
    assert no.value.response["Error"]["Code"] == "ValidationError"
    cloudwatch.delete_alarms(AlarmNames=["page"])
    cloudwatch.delete_alarms(AlarmNames=["errors"])


def test_a_state_set_by_hand_lasts_until_a_child_changes(cloudwatch):
    put("ALARM(errors)")
    minute(errors=1)
    cloudwatch.set_alarm_state(AlarmName="page", StateValue="ALARM", StateReason="a drill")
    minute(errors=1)
    assert state("page") == "ALARM"
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    minute(errors=1)
    assert state("page") == "OK"


def test_a_suppressor_holds_actions_back(cloudwatch):
    arn, heard = topic()
    alarm("maintenance", MetricName="maintenance")
    put("ALARM(errors)", AlarmActions=[arn], ActionsSuppressor="maintenance", ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=60)  # fmt: skip
    minute(errors=9, maintenance=9)
    assert (state("page"), heard()) == ("ALARM", [])
    (found,) = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert found["ActionsSuppressedBy"] == "Alarm"
    minute(errors=9, maintenance=1)
    assert heard() == []
    minute(errors=9, maintenance=1)
    assert [one["NewStateValue"] for one in heard()] == ["ALARM"]


def test_without_the_suppressor_actions_wait_only_a_little():
    arn, heard = topic()
    alarm("maintenance", MetricName="maintenance")
    put("ALARM(errors)", AlarmActions=[arn], ActionsSuppressor="maintenance", ActionsSuppressorWaitPeriod=30,
        ActionsSuppressorExtensionPeriod=0)  # fmt: skip
    minute(errors=9, maintenance=1)
    assert heard() == []
    lab.clock.advance(seconds=31)
    assert len(heard()) == 1
