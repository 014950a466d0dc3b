"""Metric math, searches and SELECT."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.cloudwatch.readings import by_minute, math, metric, publish, read


def test_a_ratio_of_two_metrics():
    by_minute("errors", 1, 2, 3)
    by_minute("requests", 10, 10, 12)
    assert math("100 * errors / requests", "errors", "requests") == [10, 20, 25]


def test_only_times_with_both_values_count():
    by_minute("errors", 1, None, 3)
    by_minute("requests", 10, 10, 12)
    assert math("errors / requests", "errors", "requests") == [0.1, 0.25]


def test_division_by_zero_is_no_point():
    by_minute("errors", 1, 1)
    by_minute("requests", 0, 4)
    assert math("errors / requests", "errors", "requests") == [0.25]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a + 2 * 3", [8, 10, 14]),
        ("(a + 2) * 3", [12, 18, 30]),
        ("-a ^ 2", [-4, -16, -64]),
        ("2 ^ 3 ^ 1 + a", [10, 12, 16]),
        ("a > 3", [0, 1, 1]),
        ("IF(a > 3, a, 0)", [0, 4, 8]),
        ("IF(a > 3, a)", [4, 8]),
        ("a > 3 AND a < 8", [0, 1, 0]),
        ("a < 3 || a == 8", [1, 0, 1]),
        ("DIFF(a)", [2, 4]),
        ("RATE(a) * 60", [2, 4]),
        ("RUNNING_SUM(a)", [2, 6, 14]),
        ("a / SUM(a)", [2 / 14, 4 / 14, 8 / 14]),
        ("a - AVG(a) + AVG(a)", [2, 4, 8]),
        ("MAX([a, 5 + a * 0])", [5, 5, 8]),
        ("SUM(METRICS())", [2, 4, 8]),
        ("a * 0 + PERIOD(a)", [60, 60, 60]),
        ("CEIL(a / 3)", [1, 2, 3]),
        ("ABS(3 - a)", [1, 1, 5]),
        ("a * 0 + DATAPOINT_COUNT(a)", [3, 3, 3]),
    ],
)
def test_functions(text, values):
    by_minute("a", 2, 4, 8)
    assert math(text, "a") == pytest.approx(values)


@pytest.mark.parametrize(("how", "values"), [("0", [1, 0, 0, 7]), ("REPEAT", [1, 1, 1, 7]), ("LINEAR", [1, 3, 5, 7])])
def test_gaps_are_filled(how, values):
    by_minute("a", 1, None, None, 7)
    assert math(f"FILL(a, {how})", "a", minutes=3)[:4] == pytest.approx(values)


def test_expressions_build_on_expressions():
    by_minute("errors", 1, 2)
    by_minute("requests", 10, 10)
    found = read(metric("errors"), metric("requests"),
                 {"Id": "ratio", "Expression": "errors / requests", "ReturnData": False},
                 {"Id": "percent", "Expression": "100 * ratio", "Label": "Errors in percent"})  # fmt: skip
    assert found == {"Errors in percent": [10, 20]}


def test_a_list_comes_back_as_several_series():
    by_minute("a", 1, 2)
    by_minute("b", 3, 4)
    assert math("METRICS() * 10", "a", "b") == {"a": [10, 20], "b": [30, 40]}


def test_searching_finds_metrics_by_dimension():
    for page, value in (("pay", 1), ("home", 2)):
        publish("latency", value, Dimensions=[{"Name": "Page", "Value": page}])
    publish("latency", 3)
    found = read({"Id": "all", "Expression": "SEARCH('{shop,Page} MetricName=\"latency\"', 'Sum', 60)"})
    assert found == {"home latency": [2], "pay latency": [1]}
    found = read({"Id": "some", "Expression": "SEARCH('{shop,Page} latency AND NOT home', 'Sum', 60)"})
    assert found == {"pay latency": [1]}


def test_select_groups_orders_and_limits():
    for page, value in (("pay", 1), ("home", 5), ("help", 3)):
        publish("latency", value, Dimensions=[{"Name": "Page", "Value": page}])
    text = (
        "SELECT MAX(latency) FROM SCHEMA(\"shop\", Page) WHERE Page != 'help' GROUP BY Page ORDER BY MAX() DESC LIMIT 1"
    )
    assert read({"Id": "top", "Expression": text, "Period": 60}) == {"home": [5]}
    assert list(read({"Id": "all", "Expression": "SELECT SUM(latency) FROM shop", "Period": 60}).values()) == [[9]]


@pytest.mark.parametrize("text", ["a +", "nobody + 1", "NOSUCH(a)", "SUM(a)", "a $ 2", "(a"])
def test_what_cannot_be_read_is_refused(text):
    by_minute("a", 1)
    with pytest.raises(ClientError) as no:
        math(text, "a")
    assert no.value.response["Error"]["Code"] == "ValidationError"


def test_newest_first_unless_asked_otherwise():
    by_minute("a", 1, 2, 3)
    now = lab.clock.now().timestamp()
    found = boto3.client("cloudwatch").get_metric_data(
        MetricDataQueries=[metric("a", ReturnData=True)], StartTime=now - 600, EndTime=now + 60
    )
    assert found["MetricDataResults"][0]["Values"] == [3, 2, 1]


def test_a_band_needs_a_detector_and_some_past():
    by_minute("a", *[10, 12] * 20)
    band = {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(a, 3)"}
    assert not any(read(metric("a"), band, minutes=5).values())
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_anomaly_detector(SingleMetricAnomalyDetector={
        "Namespace": "shop", "MetricName": "a", "Stat": "Sum"})  # fmt: skip
    (known,) = cloudwatch.describe_anomaly_detectors()["AnomalyDetectors"]
    assert known["StateValue"] == "TRAINED"
    high, low = read(metric("a"), band, minutes=5).values()
    assert high[0] == pytest.approx(14, abs=0.1)
    assert low[0] == pytest.approx(8, abs=0.1)
    cloudwatch.delete_anomaly_detector(Namespace="shop", MetricName="a", Stat="Sum")
    assert cloudwatch.describe_anomaly_detectors()["AnomalyDetectors"] == []
