"""Log events become metrics, and metrics ring alarms."""

import datetime as dt

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import make


@pytest.fixture
def logs():
    lab.start()
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="shop")
    logs.create_log_stream(logGroupName="shop", logStreamName="one")
    yield logs
    lab.stop()


def watch(logs, pattern="ERROR", value="1", **more):
    change = {"metricNamespace": "Shop", "metricName": "Errors", "metricValue": value, **more}
    logs.put_metric_filter(
        logGroupName="shop", filterName="errors", filterPattern=pattern, metricTransformations=[change]
    )


def write(logs, *messages):
    now = int(lab.clock.now().timestamp() * 1000)
    logs.put_log_events(
        logGroupName="shop", logStreamName="one", logEvents=[{"timestamp": now, "message": one} for one in messages]
    )


def total(statistic="Sum", **dimensions):
    now = lab.clock.now()
    points = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="Shop", MetricName="Errors", Period=3600, Statistics=[statistic],
        StartTime=now - dt.timedelta(hours=2), EndTime=now + dt.timedelta(hours=1),
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
    )["Datapoints"]  # fmt: skip
    return sum(point[statistic] for point in points) if points else None


def test_events_that_fit_are_counted(logs):
    write(logs, "ERROR before the filter")
    watch(logs)
    write(logs, "ERROR a", "fine", "ERROR b")
    assert total() == 2


def test_a_field_gives_the_value(logs):
    watch(logs, "{ $.ms > 0 }", "$.ms")
    write(logs, '{"ms": 120}', '{"ms": 30}', '{"ms": "?"}', "no json")
    assert total() == 150


def test_a_word_gives_the_value(logs):
    watch(logs, "[ip, code = 5*, bytes]", "$bytes")
    write(logs, "10.0.0.1 500 70", "10.0.0.1 200 900")
    assert total() == 70


def test_quiet_minutes_count_as_the_default(logs):
    watch(logs, defaultValue=0)
    write(logs, "fine")
    assert total("Average") == 0
    write(logs, "fine", "ERROR")
    assert total() == 1


def test_fields_become_dimensions(logs):
    watch(logs, '{ $.level = "ERROR" }', dimensions={"Service": "$.service"})
    write(logs, '{"level": "ERROR", "service": "pay"}', '{"level": "ERROR", "service": "ship"}')
    assert total(Service="pay") == 1


def test_dimensions_and_a_default_exclude_each_other(logs):
    with pytest.raises(ClientError, match="mutually exclusive"):
        watch(logs, defaultValue=0, dimensions={"Service": "$.service"})


def test_a_filter_put_again_is_replaced(logs):
    watch(logs)
    watch(logs, "WARN")
    write(logs, "ERROR", "WARN")
    assert total() == 1
    assert len(logs.describe_metric_filters(logGroupName="shop")["metricFilters"]) == 1


def test_a_bad_pattern_changes_nothing(logs):
    watch(logs)
    with pytest.raises(ClientError, match="InvalidParameterException"):
        watch(logs, "{ $.level = ")
    assert logs.describe_metric_filters(logGroupName="shop")["metricFilters"][0]["filterPattern"] == "ERROR"


def test_a_pattern_can_be_tried(logs):
    found = logs.test_metric_filter(filterPattern="[who, code >= 500]", logEventMessages=["ann 200", "bob 503"])
    assert found["matches"] == [
        {"eventNumber": 2, "eventMessage": "bob 503", "extractedValues": {"$who": "bob", "$code": "503"}}
    ]


def test_searching_takes_the_same_patterns(logs):
    write(logs, '{"ms": 120}', '{"ms": 30}')
    found = logs.filter_log_events(logGroupName="shop", filterPattern="{ $.ms > 100 }")["events"]
    assert [event["message"] for event in found] == ['{"ms": 120}']


def test_what_a_function_prints_rings_an_alarm(logs):
    make("def handler(event, context):\n    print('ERROR', event)\n", name="pay")
    logs.create_log_group(logGroupName="/aws/lambda/pay")
    change = {"metricNamespace": "Shop", "metricName": "Errors", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName="/aws/lambda/pay", filterName="errors", filterPattern="ERROR", metricTransformations=[change]
    )
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="errors", Namespace="Shop", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
    )  # fmt: skip
    boto3.client("lambda").invoke(FunctionName="pay")
    lab.clock.advance(minutes=1)
    assert cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"] == "ALARM"
