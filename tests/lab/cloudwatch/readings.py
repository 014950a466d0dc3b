"""What tests of metrics share: publish values, and read them."""

import datetime as dt

import boto3

from course import lab


def publish(name="errors", *values, minutes=0, namespace="shop", **more):
    at = lab.clock.now() + dt.timedelta(minutes=minutes)
    data = [{"MetricName": name, "Value": float(value), "Timestamp": at, **more} for value in values]
    boto3.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def by_minute(name, *values):
    """One value a minute, the last one now; `None` leaves its minute empty."""
    for back, value in enumerate(reversed(values)):
        if value is not None:
            publish(name, value, minutes=-back)


def metric(name, stat="Sum", period=60, query="", **more):
    asked = {"Metric": {"Namespace": "shop", "MetricName": name}, "Period": period, "Stat": stat}
    return {"Id": query or name, "MetricStat": asked, "ReturnData": False, **more}


def read(*queries, minutes=10, ahead=1, **more):
    """The results of GetMetricData by label, oldest first."""
    now = lab.clock.now()
    found = boto3.client("cloudwatch").get_metric_data(
        MetricDataQueries=list(queries), ScanBy="TimestampAscending",
        StartTime=now - dt.timedelta(minutes=minutes), EndTime=now + dt.timedelta(minutes=ahead), **more)  # fmt: skip
    return {one["Label"]: one["Values"] for one in found["MetricDataResults"]}


def math(text, *names, minutes=10, **more):
    """The values of an expression over metrics of these names."""
    found = read(*(metric(name) for name in names), {"Id": "result", "Expression": text, **more}, minutes=minutes)
    return found.get("result", found)
