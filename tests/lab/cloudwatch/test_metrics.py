"""Reading metrics: statistics, percentiles, resolution, retention."""

import datetime as dt

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.cloudwatch.readings import metric, publish, read


def statistics(minutes=60, period=3600, namespace="shop", name="latency", ahead=1, **more):
    now = lab.clock.now()
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=namespace, MetricName=name, Period=period, StartTime=now - dt.timedelta(minutes=minutes),
        EndTime=now + dt.timedelta(minutes=ahead), **more)  # fmt: skip
    return found["Datapoints"]


def refused(call, **more):
    with pytest.raises(ClientError) as no:
        call(**more)
    return no.value.response["Error"]["Code"]


def test_percentiles_are_read():
    publish("latency", *range(1, 101))
    (point,) = statistics(ExtendedStatistics=["p50", "p90", "tm90", "PR(:50)", "IQM"])
    found = point["ExtendedStatistics"]
    assert found["p50"] == pytest.approx(50.5)
    assert found["p90"] == pytest.approx(90.1)
    assert found["tm90"] == pytest.approx(45.5)
    assert found["PR(:50)"] == pytest.approx(50)
    assert found["IQM"] == pytest.approx(50.5)


def test_metric_data_know_percentiles():
    publish("latency", *range(1, 101))
    assert read(metric("latency", "p99", ReturnData=True)) == {"latency": [pytest.approx(99.01)]}


def test_statistic_sets_have_no_percentiles():
    values = {"SampleCount": 10, "Sum": 100, "Minimum": 1, "Maximum": 50}
    boto3.client("cloudwatch").put_metric_data(
        Namespace="shop", MetricData=[{"MetricName": "latency", "StatisticValues": values}]
    )
    (point,) = statistics(Statistics=["Average", "Sum", "SampleCount"])
    assert (point["Average"], point["Sum"], point["SampleCount"]) == (10, 100, 10)
    (point,) = statistics(ExtendedStatistics=["p90"])
    assert "ExtendedStatistics" not in point


def test_each_set_of_dimensions_is_its_own_metric():
    publish("latency", 1)
    publish("latency", 9, Dimensions=[{"Name": "page", "Value": "pay"}])
    (point,) = statistics(Statistics=["Sum"])
    assert point["Sum"] == 1
    (point,) = statistics(Statistics=["Sum"], Dimensions=[{"Name": "page", "Value": "pay"}])
    assert point["Sum"] == 9


def test_high_resolution_data_show_seconds():
    now = lab.clock.now()
    for second, value in ((0, 1), (5, 50), (25, 2)):
        publish("latency", value, minutes=second / 60, StorageResolution=1)
    assert len(statistics(period=10, minutes=1, Statistics=["Maximum"])) == 2
    assert len(statistics(period=60, minutes=1, Statistics=["Maximum"])) == 1
    assert lab.clock.now() - now < dt.timedelta(minutes=1)


def test_standard_data_are_kept_by_the_minute():
    for second in (0, 5, 25):
        publish("latency", 1, minutes=second / 60)
    assert len(statistics(period=10, minutes=1, Statistics=["Sum"])) == 1


@pytest.mark.parametrize(("days", "period", "seen"), [(14, 60, 1), (16, 60, 0), (16, 300, 1), (64, 300, 0),
                                                      (64, 3600, 1),
                                                      (456, 3600, 0)])  # fmt: skip
def test_old_data_are_kept_coarser(days, period, seen):
    publish("latency", 1)
    at = lab.clock.now()
    lab.clock.advance(days=days)
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="shop", MetricName="latency", Statistics=["Sum"], Period=period,
        StartTime=at - dt.timedelta(hours=2), EndTime=at + dt.timedelta(hours=2))  # fmt: skip
    assert len(found["Datapoints"]) == seen


def test_a_request_returns_at_most_1440_points():
    cloudwatch = boto3.client("cloudwatch")
    asked = {"Namespace": "shop", "MetricName": "latency", "Statistics": ["Sum"], "EndTime": lab.clock.now()}
    day = {"StartTime": lab.clock.now() - dt.timedelta(days=1)}
    assert cloudwatch.get_metric_statistics(**asked, **day, Period=60)["Datapoints"] == []
    longer = {"StartTime": lab.clock.now() - dt.timedelta(days=1, minutes=1)}
    assert refused(cloudwatch.get_metric_statistics, **asked, **longer, Period=60) == "InvalidParameterCombination"


@pytest.mark.parametrize("period", [7, 61, 90])
def test_periods_are_short_or_whole_minutes(period):
    assert refused(statistics, period=period, Statistics=["Sum"]) == "InvalidParameterValue"


def test_metrics_of_functions_are_found_under_fewer_dimensions():
    from moto.cloudwatch.models import cloudwatch_backends

    data = [{"MetricName": "Errors", "Value": 1.0, "Timestamp": lab.clock.now().replace(tzinfo=None),
             "Dimensions": [{"Name": "FunctionName", "Value": "pay"}]}]  # fmt: skip
    cloudwatch_backends[lab.ACCOUNT_ID]["us-east-1"].put_metric_data("AWS/Lambda", data)
    (point,) = statistics(namespace="AWS/Lambda", name="Errors", Statistics=["Sum"])
    assert point["Sum"] == 1


def test_times_may_be_given_as_text():
    publish("latency", 3)
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="shop", MetricName="latency", Statistics=["Sum"], Period=60,
        StartTime=f"{lab.clock.now() - dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
        EndTime=f"{lab.clock.now() + dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")  # fmt: skip
    assert found["Datapoints"][0]["Sum"] == 3


def test_units_select():
    publish("latency", 1, Unit="Seconds")
    publish("latency", 5, Unit="Milliseconds")
    (point,) = statistics(Statistics=["Sum"], Unit="Milliseconds")
    assert (point["Sum"], point["Unit"]) == (5, "Milliseconds")


def test_the_size_of_a_bucket_is_a_metric():
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="pictures")
    s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    lab.clock.advance(days=1)
    found = statistics(namespace="AWS/S3", name="NumberOfObjects", minutes=3 * 1440, period=86400, ahead=1440,
                       Statistics=["Average"], Dimensions=[{"Name": "BucketName", "Value": "pictures"}])  # fmt: skip
    assert found


def test_each_metric_is_listed_once_however_much_data_it_has():
    cloudwatch = boto3.client("cloudwatch")
    publish("orders", *range(5))
    for zone in ("a", "b", "a"):
        dimensions = [{"Name": "zone", "Value": zone}, {"Name": "kind", "Value": "web"}]
        data = [{"MetricName": "orders", "Value": 1, "Dimensions": dimensions}]
        cloudwatch.put_metric_data(Namespace="shop", MetricData=data)
    listed = cloudwatch.list_metrics(Namespace="shop")["Metrics"]
    assert [len(one["Dimensions"]) for one in listed] == [0, 2, 2]
    assert len(cloudwatch.list_metrics(Namespace="shop", Dimensions=[{"Name": "zone"}])["Metrics"]) == 2
    assert len(cloudwatch.list_metrics(Dimensions=[{"Name": "zone", "Value": "b"}])["Metrics"]) == 1
    assert cloudwatch.list_metrics(MetricName="other")["Metrics"] == []


def test_a_metric_without_new_data_leaves_the_list_after_two_weeks():
    cloudwatch = boto3.client("cloudwatch")
    publish("orders", 1)
    lab.clock.advance(hours=4)
    publish("visits", 1)
    assert [one["MetricName"] for one in cloudwatch.list_metrics(RecentlyActive="PT3H")["Metrics"]] == ["visits"]
    lab.clock.advance(days=13, hours=22)
    assert [one["MetricName"] for one in cloudwatch.list_metrics()["Metrics"]] == ["visits"]


def test_long_lists_come_in_pages():
    cloudwatch = boto3.client("cloudwatch")
    for first in (0, 300):
        data = [{"MetricName": f"m{number}", "Value": 1} for number in range(first, first + 300)]
        cloudwatch.put_metric_data(Namespace="shop", MetricData=data)
    pages = [page["Metrics"] for page in cloudwatch.get_paginator("list_metrics").paginate()]
    assert [len(page) for page in pages] == [500, 100]
    assert len({one["MetricName"] for page in pages for one in page}) == 600
    assert refused(cloudwatch.list_metrics, NextToken="x") == "InvalidParameterValue"
