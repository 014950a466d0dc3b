"""Alarms as the API tells of them: history, changes by hand, what they do, when they are muted."""

import datetime as dt
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.cloudwatch.readings import metric, publish
from tests.lab.lambda_sample import bodies, queue


@pytest.fixture
def cloudwatch():
    return boto3.client("cloudwatch")


def alarm(name="errors", **more):
    boto3.client("cloudwatch").put_metric_alarm(**({
        "AlarmName": name, "Namespace": "shop", "MetricName": "errors", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold"} | more))  # fmt: skip


def on_math(name="ratio", **more):
    boto3.client("cloudwatch").put_metric_alarm(**({
        "AlarmName": name, "EvaluationPeriods": 1, "Threshold": 0.5, "ComparisonOperator": "GreaterThanThreshold",
        "Metrics": [metric("errors"), metric("requests"),
                    {"Id": "ratio", "Expression": "errors / requests"}]} | more))  # fmt: skip


def state(name="errors"):
    found = boto3.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return (found["MetricAlarms"] + found["CompositeAlarms"])[0]["StateValue"]


def minute(*values, name="errors"):
    publish(name, *values)
    lab.clock.advance(seconds=60)


def topic():
    """A topic, and the queue that hears it."""
    url, arn = queue(lab.unique_name("heard"))
    sns = boto3.client("sns")
    found = sns.create_topic(Name=lab.unique_name("alarms"))["TopicArn"]
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}]}  # fmt: skip
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=found, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return found, lambda: [json.loads(body) for body in bodies(url)]


def test_a_changed_alarm_keeps_its_state():
    alarm()
    minute(9)
    alarm(Threshold=6.0)
    assert state() == "ALARM"


def test_alarms_on_percentiles_ring():
    asked = {"AlarmName": "slow", "Namespace": "shop", "MetricName": "errors", "ExtendedStatistic": "p90", "Period": 60,
             "EvaluationPeriods": 1, "Threshold": 50.0, "ComparisonOperator": "GreaterThanThreshold"}  # fmt: skip
    boto3.client("cloudwatch").put_metric_alarm(**asked)
    minute(*[1] * 10)
    assert state("slow") == "OK"
    minute(*[1] * 8, *[99] * 4)
    assert state("slow") == "ALARM"


def test_a_percentile_of_few_values_can_be_ignored():
    asked = {"Namespace": "shop", "MetricName": "errors", "ExtendedStatistic": "p90", "Period": 60,
             "EvaluationPeriods": 1, "Threshold": 50.0, "ComparisonOperator": "GreaterThanThreshold"}  # fmt: skip
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(AlarmName="strict", **asked)
    cloudwatch.put_metric_alarm(AlarmName="calm", EvaluateLowSampleCountPercentile="ignore", **asked)
    minute(99)
    assert (state("strict"), state("calm")) == ("ALARM", "INSUFFICIENT_DATA")


def test_alarms_on_metric_math_ring():
    on_math()
    publish("requests", 10)
    minute(8)
    assert state("ratio") == "ALARM"
    publish("requests", 10)
    minute(1)
    assert state("ratio") == "OK"


def test_an_alarm_on_math_shows_its_metrics(cloudwatch):
    on_math()
    (found,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert [(one["Id"], one["ReturnData"]) for one in found["Metrics"]] == [
        ("errors", False), ("requests", False), ("ratio", True)]  # fmt: skip
    assert "MetricName" not in found


def test_alarms_on_a_band_ring():
    for _ in range(20):
        minute(10)
        minute(12)
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="odd", EvaluationPeriods=1, ThresholdMetricId="band",
        ComparisonOperator="LessThanLowerOrGreaterThanUpperThreshold",
        Metrics=[metric("errors", ReturnData=True), {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(errors, 2)"}],
    )  # fmt: skip
    minute(11)
    assert state("odd") == "OK"
    minute(99)
    assert state("odd") == "ALARM"
    assert len(boto3.client("cloudwatch").describe_anomaly_detectors()["AnomalyDetectors"]) == 1


@pytest.mark.parametrize(
    ("values", "treatment", "expected"),
    [
        ([0, None, 9, None, 9], "missing", "OK"),
        ([None, None, 9, None, None], "missing", "ALARM"),
        ([None, None, 9, None, None], "breaching", "ALARM"),
        ([None, None, 9, None, None], "notBreaching", "OK"),
        ([None, None, None, None, 0], "missing", "OK"),
        ([None, None, None, None, 9], "missing", "OK"),
        ([None, 9, 9, None, 9], "missing", "ALARM"),
    ],
)
def test_gaps_are_treated_as_aws_documents(values, treatment, expected):
    """Three of three data points are needed."""
    alarm(EvaluationPeriods=3, TreatMissingData=treatment)
    for value in values:
        minute(*[] if value is None else [value])
    assert state() == expected


def test_an_alarm_that_counts_silence_rings_without_any_data():
    alarm(TreatMissingData="breaching")
    lab.clock.advance(minutes=2)
    assert state() == "ALARM"


def test_history_tells_what_happened(cloudwatch):
    arn, _ = topic()
    alarm(AlarmActions=[arn])
    minute(9)
    minute(1)
    items = cloudwatch.describe_alarm_history(AlarmName="errors", ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [(one["HistoryItemType"], one["HistorySummary"]) for one in items] == [
        ("ConfigurationUpdate", 'Alarm "errors" created'),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("Action", f"Successfully executed action {arn}"),
        ("StateUpdate", "Alarm updated from ALARM to OK"),
    ]
    newest, *_ = cloudwatch.describe_alarm_history(HistoryItemType="StateUpdate", MaxRecords=1)["AlarmHistoryItems"]
    assert json.loads(newest["HistoryData"])["oldState"]["stateValue"] == "ALARM"
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(PaginationConfig={"PageSize": 1})
    assert len(pages.build_full_result()["AlarmHistoryItems"]) == 4


def test_failed_actions_stand_in_the_history(cloudwatch):
    alarm(AlarmActions=[f"arn:aws:sns:us-east-1:{lab.ACCOUNT_ID}:gone"])
    minute(9)
    (item,) = cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    assert item["HistorySummary"].startswith("Failed to execute action")


def test_a_state_set_by_hand_tells_the_topic_and_does_not_last(cloudwatch):
    arn, heard = topic()
    alarm(AlarmActions=[arn])
    minute(1)
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    assert state() == "ALARM"
    assert [one["NewStateReason"] for one in heard()] == ["a drill"]
    minute(1)
    assert state() == "OK"


def test_unknown_alarms_cannot_be_set(cloudwatch):
    with pytest.raises(ClientError) as no:
        cloudwatch.set_alarm_state(AlarmName="nobody", StateValue="ALARM", StateReason="a drill")
    assert no.value.response["Error"]["Code"] == "ResourceNotFound"


def test_an_alarm_stops_its_instance():
    ec2 = boto3.client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    (instance,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
    dimensions = [{"Name": "InstanceId", "Value": instance["InstanceId"]}]
    alarm(Dimensions=dimensions, AlarmActions=["arn:aws:automate:us-east-1:ec2:stop"])
    publish("errors", 9, Dimensions=dimensions)
    lab.clock.advance(minutes=1)
    (found,) = ec2.describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"][0]["Instances"]
    assert found["State"]["Name"] == "stopped"


def group(**more):
    scaling, ec2 = boto3.client("autoscaling"), boto3.client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    scaling.create_launch_configuration(LaunchConfigurationName="web", ImageId=image, InstanceType="t3.micro")
    scaling.create_auto_scaling_group(AutoScalingGroupName="web", LaunchConfigurationName="web", MinSize=1, MaxSize=5,
                                      DesiredCapacity=1, AvailabilityZones=["us-east-1a"])  # fmt: skip
    return scaling.put_scaling_policy(AutoScalingGroupName="web", PolicyName="out", **more)["PolicyARN"]


def capacity():
    (found,) = boto3.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return found["DesiredCapacity"]


def test_an_alarm_scales_a_group_and_again_after_the_cooldown():
    policy = group(AdjustmentType="ChangeInCapacity", ScalingAdjustment=1, Cooldown=120)
    alarm(AlarmActions=[policy])
    sizes = []
    for _ in range(4):
        minute(9)
        sizes.append(capacity())
    assert sizes == [2, 2, 3, 3]


@pytest.mark.parametrize(("value", "size"), [(6, 2), (16, 4)])
def test_steps_follow_how_far_the_metric_is_beyond(value, size):
    policy = group(PolicyType="StepScaling", AdjustmentType="ChangeInCapacity", StepAdjustments=[
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 10, "ScalingAdjustment": 3}])  # fmt: skip
    alarm(AlarmActions=[policy])
    minute(value)
    assert capacity() == size


def test_deleting_takes_all_or_none(cloudwatch):
    alarm("a")
    with pytest.raises(ClientError):
        cloudwatch.delete_alarms(AlarmNames=["a", "nobody"])
    assert len(cloudwatch.describe_alarms()["MetricAlarms"]) == 1
    cloudwatch.delete_alarms(AlarmNames=["a"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_alarms_come_in_pages_and_are_filtered(cloudwatch):
    for number in range(7):
        alarm(f"a-{number}")
    alarm("b", AlarmActions=["arn:aws:automate:us-east-1:ec2:stop"])
    pages = cloudwatch.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 3})
    assert len(pages.build_full_result()["MetricAlarms"]) == 8
    assert len(cloudwatch.describe_alarms(AlarmNamePrefix="a-")["MetricAlarms"]) == 7
    assert len(cloudwatch.describe_alarms(ActionPrefix="arn:aws:automate")["MetricAlarms"]) == 1
    assert cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"] == []
    assert len(cloudwatch.describe_alarms_for_metric(Namespace="shop", MetricName="errors")["MetricAlarms"]) == 8


def test_muted_alarms_ring_in_silence_until_the_mute_ends(cloudwatch):
    arn, heard = topic()
    alarm(AlarmActions=[arn])
    begins = lab.clock.now() - dt.timedelta(minutes=1)
    cloudwatch.put_alarm_mute_rule(
        Name="maintenance", MuteTargets={"AlarmNames": ["errors"]},
        Rule={"Schedule": {"Expression": f"at({begins:%Y-%m-%dT%H:%M})", "Duration": "PT30M"}})  # fmt: skip
    assert cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName="maintenance")["Status"] == "ACTIVE"
    minute(9)
    assert (state(), heard()) == ("ALARM", [])
    for _ in range(32):
        minute(9)
    assert [one["NewStateValue"] for one in heard()] == ["ALARM"]
    (rule,) = cloudwatch.list_alarm_mute_rules(AlarmName="errors")["AlarmMuteRuleSummaries"]
    assert rule["Status"] == "EXPIRED"


@pytest.mark.parametrize("schedule", [{"Expression": "rate(1 hour)", "Duration": "PT1H"},
                                      {"Expression": "cron(0 2 * * SUN)", "Duration": "P16D"}])  # fmt: skip
def test_schedules_of_mutes_are_checked(cloudwatch, schedule):
    with pytest.raises(ClientError):
        cloudwatch.put_alarm_mute_rule(Name="m", Rule={"Schedule": schedule})


def test_a_mute_of_every_sunday(cloudwatch):
    cloudwatch.put_alarm_mute_rule(Name="m", Rule={"Schedule": {"Expression": "cron(0 2 * * SUN)", "Duration": "PT4H"}})
    now = lab.clock.now()
    sunday = (now + dt.timedelta(days=(6 - now.weekday()) % 7 + 7)).replace(hour=3)
    lab.clock.advance(seconds=(sunday - now).total_seconds())
    assert cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName="m")["Status"] == "ACTIVE"
    lab.clock.advance(hours=12)
    assert cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName="m")["Status"] == "SCHEDULED"
