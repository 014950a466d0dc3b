"""CloudWatch: behaviours of AWS that the lab shows and bare moto does not, each with its source.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect

CLOSED: list[Behaviour] = []
behaviour = collect(CLOSED, "https://docs.aws.amazon.com/AmazonCloudWatch/latest")
_LOGS_API = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference"
_ASG = "https://docs.aws.amazon.com/autoscaling/ec2/userguide"


def client(service: str = "cloudwatch") -> Any:
    return boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]


def publish(*values: float, name: str = "errors", **more: Any) -> None:
    data = [{"MetricName": name, "Value": float(value), **more} for value in values]
    client().put_metric_data(Namespace="shop", MetricData=data)


def refused(code: str, operation: str, service: str = "cloudwatch", **asked: Any) -> bool:
    try:
        getattr(client(service), operation)(**asked)
    except ClientError as no:
        return bool(no.response["Error"]["Code"] == code)
    return False


def range_of_time(minutes: float = 60) -> dict[str, dt.datetime]:
    now = dt.datetime.now(dt.UTC)
    return {"StartTime": now - dt.timedelta(minutes=minutes), "EndTime": now + dt.timedelta(minutes=1)}


def statistics(**asked: Any) -> Any:
    found = client().get_metric_statistics(
        **({"Namespace": "shop", "MetricName": "errors", "Period": 3600} | range_of_time() | asked)
    )
    return found["Datapoints"]


def metric(name: str, stat: str = "Sum") -> dict[str, Any]:
    asked = {"Metric": {"Namespace": "shop", "MetricName": name}, "Period": 3600, "Stat": stat}
    return {"Id": name, "MetricStat": asked, "ReturnData": False}


def read(*queries: dict[str, Any]) -> list[float]:
    found = client().get_metric_data(MetricDataQueries=list(queries), **range_of_time())
    return [value for one in found["MetricDataResults"] for value in one["Values"]]


def alarm(name: str = "errors", **more: Any) -> None:
    client().put_metric_alarm(**({
        "AlarmName": name, "Namespace": "shop", "MetricName": "errors", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold"} | more))  # fmt: skip


def state(name: str = "errors", kind: str = "MetricAlarm") -> Any:
    return client().describe_alarms(AlarmNames=[name], AlarmTypes=[kind])[f"{kind}s"][0]["StateValue"]


# Metrics ------------------------------------------------------------------------------------------------------------


@behaviour("monitoring/Statistics-definitions.html")
def percentiles_are_worked_out(world: World) -> bool:
    publish(*range(1, 101))
    (point,) = statistics(ExtendedStatistics=["p90"])
    return 89 <= point["ExtendedStatistics"]["p90"] <= 91


@behaviour("APIReference/API_ListMetrics.html")
def a_metric_is_listed_once(world: World) -> bool:
    publish(1, 2, 3)
    return len(client().list_metrics(Namespace="shop")["Metrics"]) == 1


@behaviour("monitoring/using-metric-math.html")
def metric_math_divides_two_metrics(world: World) -> bool:
    publish(5)
    publish(50, name="requests")
    ratio = {"Id": "ratio", "Expression": "100 * errors / requests"}
    return read(metric("errors"), metric("requests"), ratio) == [10.0]


@behaviour("monitoring/search-expression-syntax.html")
def a_search_finds_metrics_by_dimension(world: World) -> bool:
    for page in ("pay", "home"):
        publish(1, Dimensions=[{"Name": "Page", "Value": page}])
    return read({"Id": "all", "Expression": "SEARCH('{shop,Page} errors', 'Sum', 3600)"}) == [1.0, 1.0]


@behaviour("monitoring/cloudwatch-metrics-insights-querylanguage.html")
def select_groups_by_a_dimension(world: World) -> bool:
    for page, value in (("pay", 3), ("home", 1)):
        publish(value, Dimensions=[{"Name": "Page", "Value": page}])
    text = 'SELECT MAX(errors) FROM SCHEMA("shop", Page) GROUP BY Page ORDER BY MAX() DESC'
    return read({"Id": "top", "Expression": text, "Period": 3600}) == [3.0, 1.0]


@behaviour("monitoring/cloudwatch_concepts.html#Dimension")
def each_set_of_dimensions_is_its_own_metric(world: World) -> bool:
    publish(1)
    publish(9, Dimensions=[{"Name": "Page", "Value": "pay"}])
    (point,) = statistics(Statistics=["Sum"])
    return bool(point["Sum"] == 1)


@behaviour("APIReference/API_GetMetricStatistics.html")
def a_request_returns_1440_points_at_most(world: World) -> bool:
    asked = {"Namespace": "shop", "MetricName": "errors", "Statistics": ["Sum"], "Period": 60}
    return refused("InvalidParameterCombination", "get_metric_statistics", **asked, **range_of_time(1450))


@behaviour("monitoring/cloudwatch_concepts.html#metrics-retention")
def minutes_are_kept_for_15_days(world: World) -> bool:
    publish(1)
    begin = dt.datetime.now(dt.UTC)
    world.advance(16 * 86_400)
    asked = {
        "Statistics": ["Sum"],
        "StartTime": begin - dt.timedelta(hours=1),
        "EndTime": begin + dt.timedelta(hours=1),
    }
    return len(statistics(Period=300, **asked)) == 1 and not statistics(Period=60, **asked)


@behaviour("monitoring/cloudwatch_concepts.html#Namespace")
def namespaces_of_aws_are_its_own(world: World) -> bool:
    data = [{"MetricName": "CPUUtilization", "Value": 1.0}]
    return refused("InvalidParameterValue", "put_metric_data", Namespace="AWS/EC2", MetricData=data)


@behaviour("monitoring/publishingMetrics.html")
def a_request_carries_1000_metrics(world: World) -> bool:
    data = [{"MetricName": "errors", "Value": 1.0}] * 1001
    return refused("InvalidParameterValue", "put_metric_data", Namespace="shop", MetricData=data)


@behaviour("APIReference/API_MetricDatum.html")
def resolution_is_a_second_or_a_minute(world: World) -> bool:
    data = [{"MetricName": "errors", "Value": 1.0, "StorageResolution": 5}]
    return refused("InvalidParameterValue", "put_metric_data", Namespace="shop", MetricData=data)


@behaviour("APIReference/API_GetMetricData.html")
def a_request_has_500_queries(world: World) -> bool:
    queries = [{"Id": f"q{number}", "Expression": "TIME_SERIES(1)"} for number in range(501)]
    return refused("ValidationError", "get_metric_data", MetricDataQueries=queries, **range_of_time())


@behaviour("monitoring/CloudWatch_Anomaly_Detection.html")
def a_band_follows_what_is_usual(world: World) -> bool:
    for _ in range(10):
        publish(10, 12)
        world.advance(3600)
    client().put_anomaly_detector(
        SingleMetricAnomalyDetector={"Namespace": "shop", "MetricName": "errors", "Stat": "Average"}
    )
    publish(11)
    high, low = read(metric("errors", "Average"), {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(errors, 2)"})[:2]
    return low <= 11 <= high


@behaviour("APIReference/CloudWatch-Dashboard-Body-Structure.html")
def widgets_are_of_a_known_kind(world: World) -> bool:
    body = '{"widgets": [{"type": "nonsense", "properties": {}}]}'
    return refused("InvalidParameterInput", "put_dashboard", DashboardName="shop", DashboardBody=body)


# Alarms -------------------------------------------------------------------------------------------------------------


@behaviour("monitoring/alarms-and-missing-data.html")
def silence_can_ring(world: World) -> bool:
    alarm(TreatMissingData="breaching")
    world.advance(120)
    return bool(state() == "ALARM")


@behaviour("monitoring/alarm-evaluation.html")
def two_of_three_data_points_ring(world: World) -> bool:
    alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    for value in (9, 1, 9):
        publish(value)
        world.advance(60)
    return bool(state() == "ALARM")


@behaviour("monitoring/Create-alarm-on-metric-math-expression.html")
def an_alarm_watches_an_expression(world: World) -> bool:
    queries = [metric("errors"), metric("requests"), {"Id": "ratio", "Expression": "errors / requests"}]
    for one in queries[:2]:
        one["MetricStat"]["Period"] = 60
    client().put_metric_alarm(AlarmName="ratio", Metrics=queries, EvaluationPeriods=1, Threshold=0.5,
                              ComparisonOperator="GreaterThanThreshold")  # fmt: skip
    publish(8)
    publish(10, name="requests")
    world.advance(60)
    return bool(state("ratio") == "ALARM")


@behaviour("monitoring/percentiles-with-low-samples.html")
def an_alarm_watches_a_percentile(world: World) -> bool:
    alarm("slow", Statistic="Sum")
    client().put_metric_alarm(AlarmName="p90", Namespace="shop", MetricName="errors", ExtendedStatistic="p90",
                              EvaluationPeriods=1, Threshold=50.0, Period=60,
                              ComparisonOperator="GreaterThanThreshold")  # fmt: skip
    publish(*[1] * 8, *[99] * 4)
    world.advance(60)
    return bool(state("p90") == "ALARM")


@behaviour("APIReference/API_PutMetricAlarm.html")
def a_changed_alarm_keeps_its_state(world: World) -> bool:
    alarm()
    client().set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    alarm(Threshold=6.0)
    return bool(state() == "ALARM")


@behaviour("APIReference/API_SetAlarmState.html")
def a_state_set_by_hand_does_not_last(world: World) -> bool:
    alarm()
    publish(1)
    client().set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    world.advance(60)
    return bool(state() == "OK")


@behaviour("APIReference/API_DescribeAlarmHistory.html")
def the_history_tells_of_states(world: World) -> bool:
    alarm()
    client().set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    found = client().describe_alarm_history(AlarmName="errors", HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    return bool(found[0]["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM")


@behaviour("APIReference/API_PutCompositeAlarm.html")
def an_alarm_over_alarms_rings(world: World) -> bool:
    alarm("a")
    alarm("b", Threshold=100.0)
    client().put_composite_alarm(AlarmName="page", AlarmRule="ALARM(a) AND NOT ALARM(b)")
    publish(9)
    world.advance(60)
    return bool(state("page", "CompositeAlarm") == "ALARM")


@behaviour("APIReference/API_PutCompositeAlarm.html")
def the_children_of_an_alarm_exist(world: World) -> bool:
    return refused("ValidationError", "put_composite_alarm", AlarmName="page", AlarmRule="ALARM(nobody)")


@behaviour("monitoring/alarm-mute-rules.html")
def a_muted_alarm_rings_in_silence(world: World) -> bool:
    topic = client("sns").create_topic(Name="alarms")["TopicArn"]
    alarm(AlarmActions=[topic])
    at = f"at({dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1):%Y-%m-%dT%H:%M})"
    client().put_alarm_mute_rule(Name="night", MuteTargets={"AlarmNames": ["errors"]},
                                 Rule={"Schedule": {"Expression": at, "Duration": "PT1H"}})  # fmt: skip
    client().set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    return not client().describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]


@behaviour("monitoring/UsingAlarmActions.html")
def an_alarm_stops_its_instance(world: World) -> bool:
    ec2 = client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    name = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    alarm(Dimensions=[{"Name": "InstanceId", "Value": name}], AlarmActions=["arn:aws:automate:us-east-1:ec2:stop"])
    client().set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    (found,) = ec2.describe_instances(InstanceIds=[name])["Reservations"][0]["Instances"]
    return bool(found["State"]["Name"] == "stopped")


# Auto Scaling -------------------------------------------------------------------------------------------------------


def group() -> Any:
    scaling, ec2 = client("autoscaling"), client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    scaling.create_launch_configuration(LaunchConfigurationName="web", ImageId=image, InstanceType="t3.micro")
    scaling.create_auto_scaling_group(AutoScalingGroupName="web", LaunchConfigurationName="web", MinSize=1, MaxSize=4,
                                      DesiredCapacity=1, AvailabilityZones=["us-east-1a"])  # fmt: skip
    return scaling


@behaviour(f"{_ASG}/as-scaling-simple-step.html")
def an_alarm_scales_a_group(world: World) -> bool:
    scaling = group()
    policy = scaling.put_scaling_policy(AutoScalingGroupName="web", PolicyName="out", ScalingAdjustment=1,
                                        AdjustmentType="ChangeInCapacity")["PolicyARN"]  # fmt: skip
    alarm(AlarmActions=[policy])
    client().set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
    return bool(scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["DesiredCapacity"] == 2)


@behaviour(f"{_ASG}/as-scaling-target-tracking.html")
def target_tracking_makes_two_alarms(world: World) -> bool:
    group().put_scaling_policy(
        AutoScalingGroupName="web", PolicyName="half", PolicyType="TargetTrackingScaling", TargetTrackingConfiguration={
            "TargetValue": 50.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}},
    )  # fmt: skip
    return len(client().describe_alarms(AlarmNamePrefix="TargetTracking-web-")["MetricAlarms"]) == 2


@behaviour(f"{_ASG}/ec2-auto-scaling-health-checks.html")
def an_unhealthy_instance_is_replaced(world: World) -> bool:
    scaling = group()
    (sick,) = scaling.describe_auto_scaling_instances()["AutoScalingInstances"]
    scaling.set_instance_health(InstanceId=sick["InstanceId"], HealthStatus="Unhealthy")
    (after,) = scaling.describe_auto_scaling_instances()["AutoScalingInstances"]
    return bool(after["InstanceId"] != sick["InstanceId"])


# Logs ---------------------------------------------------------------------------------------------------------------


@behaviour(f"{_LOGS_API}/API_PutRetentionPolicy.html")
def logs_are_kept_for_certain_days(world: World) -> bool:
    client("logs").create_log_group(logGroupName="shop")
    asked = {"logGroupName": "shop", "retentionInDays": 8}
    return refused("InvalidParameterException", "put_retention_policy", "logs", **asked)


@behaviour(f"{_LOGS_API}/API_MetricTransformation.html")
def a_metric_filter_has_three_dimensions(world: World) -> bool:
    client("logs").create_log_group(logGroupName="shop")
    made = {"metricName": "errors", "metricNamespace": "shop", "metricValue": "1",
            "dimensions": {f"d{number}": f"$.d{number}" for number in range(4)}}  # fmt: skip
    return refused("InvalidParameterException", "put_metric_filter", "logs", logGroupName="shop", filterName="f",
                   filterPattern="{ $.d0 = * }", metricTransformations=[made])  # fmt: skip


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
