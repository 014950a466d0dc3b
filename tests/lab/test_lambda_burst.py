"""Calls at the same moment: who is throttled, how many environments start, which version served whom."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import account, archive, log, make

NAP = "import time\ntime.sleep(0.5)\ndef handler(event, context):\n    time.sleep(1)"


@pytest.fixture
def client():
    with account():
        yield boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))


def burst(client, times: int, **more: Any) -> Counter[int]:
    found = lab.at_once([lambda: client.invoke(FunctionName="worker", **more)["StatusCode"]] * times)
    assert all(one == 200 or isinstance(one, ClientError) for one in found), found
    return Counter(one if one == 200 else one.response["ResponseMetadata"]["HTTPStatusCode"] for one in found)


def cold_starts() -> int:
    return sum("Init Duration" in line for line in log())


def test_a_reservation_lets_exactly_so_many_calls_in(client):
    make(NAP, Timeout=30)
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=3)
    assert burst(client, 8) == {200: 3, 429: 5}
    assert burst(client, 3) == {200: 3}


def test_each_of_the_calls_has_an_environment_which_then_stays_warm(client):
    make(NAP, Timeout=30)
    assert (burst(client, 4), cold_starts()) == ({200: 4}, 4)
    assert (burst(client, 4), cold_starts()) == ({200: 4}, 4)
    assert (burst(client, 6), cold_starts()) == ({200: 6}, 6)


def test_only_calls_beyond_provisioned_concurrency_start_cold(client):
    make(NAP, Timeout=30, Publish=True)
    client.put_provisioned_concurrency_config(FunctionName="worker", Qualifier="1", ProvisionedConcurrentExecutions=3)
    assert (burst(client, 5, Qualifier="1"), cold_starts()) == ({200: 5}, 2)


def test_a_function_that_calls_itself_gets_a_second_environment(client):
    make("""
        import json, boto3
        calls = []
        def handler(event, context):
            calls.append(event)
            if event["deep"]:
                again = boto3.client("lambda").invoke(FunctionName="worker", Payload=b'{"deep": 0}')
                return [len(calls), *json.loads(again["Payload"].read())]
            return [len(calls)]
    """, Timeout=30)  # fmt: skip
    assert json.loads(client.invoke(FunctionName="worker", Payload=b'{"deep": 1}')["Payload"].read()) == [1, 1]


def test_exceptions_and_results_come_in_the_order_of_the_calls(client):
    make("def handler(event, context): return event", Timeout=30)
    found = lab.at_once([lambda n=n: json.loads(
        client.invoke(FunctionName="worker", Payload=str(n))["Payload"].read()) for n in range(5)])  # fmt: skip
    assert found == [0, 1, 2, 3, 4]
    assert [type(one) for one in lab.at_once([lambda: 1 / 0, lambda: 2])] == [ZeroDivisionError, int]


def test_metrics_tell_which_version_the_weights_of_an_alias_chose(client):
    make("def handler(event, context): return 1", Timeout=30, Publish=True)
    client.update_function_configuration(FunctionName="worker", MemorySize=256)
    client.publish_version(FunctionName="worker")
    client.create_alias(
        FunctionName="worker", Name="live", FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )  # fmt: skip
    served = Counter(client.invoke(FunctionName="worker:live")["ExecutedVersion"] for _ in range(20))
    found = {}
    for version in ("1", "2"):
        dimensions = [{"Name": "FunctionName", "Value": "worker"}, {"Name": "Resource", "Value": "worker:live"},
                      {"Name": "ExecutedVersion", "Value": version}]  # fmt: skip
        day = boto3.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda", MetricName="Invocations", Dimensions=dimensions, Statistics=["Sum"], Period=86400,
            StartTime=lab.clock.now().replace(hour=0, minute=0), EndTime=lab.clock.now().replace(hour=23, minute=59),
        )  # fmt: skip
        found[version] = sum(point["Sum"] for point in day["Datapoints"])
    assert found == served


def test_an_alias_is_made_once(client):
    make("def handler(event, context): return 1", Publish=True)
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    with pytest.raises(client.exceptions.ResourceConflictException, match="worker:live"):
        client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")


def test_the_same_code_once_more_is_no_new_version(client):
    code = archive({"app.py": "def handler(event, context): return 1"})
    make(Publish=True)
    published = []
    for change in ({}, {}, {"MemorySize": 256}, {}):
        if change:
            client.update_function_configuration(FunctionName="worker", **change)
        client.update_function_code(FunctionName="worker", ZipFile=code)
        published.append(client.publish_version(FunctionName="worker")["Version"])
    assert published == ["2", "2", "3", "3"]
