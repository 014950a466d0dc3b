"""Networks and CloudWatch Logs: behaviours of AWS that the lab shows and bare moto does not, each with its source.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect

_PEERING = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html"
_LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs"
_API = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")


def peered(*blocks: str) -> tuple[str, str]:
    """A connection between two networks, and its state."""
    ec2 = client("ec2")
    one, other = (ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"] for block in blocks)
    made = ec2.create_vpc_peering_connection(VpcId=one, PeerVpcId=other)["VpcPeeringConnection"]
    name = made["VpcPeeringConnectionId"]
    seen = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[name])["VpcPeeringConnections"][0]
    return name, seen["Status"]["Code"]


@behaviour(_PEERING)
def networks_that_overlap_are_not_joined(world: World) -> bool:
    return peered("10.0.0.0/16", "10.0.128.0/17")[1] == "failed"


@behaviour(_PEERING)
def a_failed_connection_is_not_accepted(world: World) -> bool:
    name, _ = peered("10.0.0.0/16", "10.0.0.0/16")
    try:
        client("ec2").accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "InvalidStateTransition")
    return False


@kept(_PEERING)
def networks_apart_are_joined(world: World) -> bool:
    name, state = peered("10.0.0.0/16", "10.1.0.0/16")
    client("ec2").accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    return state == "pending-acceptance"


def write(*messages: str, **metric_filter: Any) -> None:
    """Write messages into a log group, with a metric filter if one is given."""
    logs = client("logs")
    logs.create_log_group(logGroupName="shop")
    logs.create_log_stream(logGroupName="shop", logStreamName="one")
    if metric_filter:
        change = {"metricNamespace": "Shop", "metricName": "Errors", "metricValue": "1"} | metric_filter
        pattern = change.pop("pattern")
        logs.put_metric_filter(
            logGroupName="shop", filterName="errors", filterPattern=pattern, metricTransformations=[change]
        )
    now = int(dt.datetime.now(dt.UTC).timestamp() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    logs.put_log_events(logGroupName="shop", logStreamName="one", logEvents=events)


def total() -> float:
    now = dt.datetime.now(dt.UTC)
    hour = dt.timedelta(hours=1)
    points = client("cloudwatch").get_metric_statistics(
        Namespace="Shop", MetricName="Errors", Period=3600, Statistics=["Sum"], StartTime=now - hour, EndTime=now + hour
    )["Datapoints"]
    return sum(point["Sum"] for point in points)


def found(pattern: str) -> list[str]:
    events = client("logs").filter_log_events(logGroupName="shop", filterPattern=pattern)["events"]
    return [event["message"] for event in events]


@behaviour(f"{_LOGS}/MonitoringLogData.html")
def a_metric_filter_counts(world: World) -> bool:
    write("ERROR a", "fine", "ERROR b", pattern="ERROR")
    return total() == 2


@behaviour(f"{_LOGS}/FilterAndPatternSyntaxForMetricFilters.html")
def a_metric_takes_its_value_from_a_field(world: World) -> bool:
    write(json.dumps({"ms": 120}), json.dumps({"ms": 30}), pattern="{ $.ms > 0 }", metricValue="$.ms")
    return total() == 150


@behaviour(f"{_LOGS}/FilterAndPatternSyntax.html")
def one_of_several_terms(world: World) -> bool:
    write("WARN low", "INFO fine", "ERROR gone")
    return found("?ERROR ?WARN") == ["WARN low", "ERROR gone"]


@behaviour(f"{_LOGS}/FilterAndPatternSyntax.html")
def a_term_that_must_not_be_there(world: World) -> bool:
    write("ERROR Timeout", "ERROR gone")
    return found("ERROR -Timeout") == ["ERROR gone"]


@behaviour(f"{_LOGS}/FilterAndPatternSyntax.html")
def fields_of_json(world: World) -> bool:
    write('{"ms": 120, "path": "/pay"}', '{"ms": 9, "path": "/pay"}')
    return found('{ $.ms >= 100 && $.path = "/p*" }') == ['{"ms": 120, "path": "/pay"}']


@behaviour(f"{_LOGS}/FilterAndPatternSyntax.html")
def words_between_spaces(world: World) -> bool:
    write("10.0.0.1 404 12", "10.0.0.1 200 12")
    return found("[ip, code = 4*, bytes]") == ["10.0.0.1 404 12"]


@behaviour(f"{_LOGS}/FilterAndPatternSyntax.html")
def regular_expressions(world: World) -> bool:
    write("took 12ms", "took long")
    return found(r"%took \d+ms%") == ["took 12ms"]


@behaviour(f"{_API}/API_TestMetricFilter.html")
def a_pattern_is_tried(world: World) -> bool:
    tried = client("logs").test_metric_filter(filterPattern="ERROR", logEventMessages=["fine", "ERROR"])["matches"]
    return [one["eventNumber"] for one in tried] == [2]


@behaviour(f"{_API}/API_PutMetricFilter.html")
def a_pattern_that_says_nothing_is_refused(world: World) -> bool:
    try:
        write("x", pattern="{ $.ms > }")
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "InvalidParameterException")
    return False


@kept(f"{_API}/API_FilterLogEvents.html")
def a_term_is_found(world: World) -> bool:
    write("ERROR a", "fine")
    return found("ERROR") == ["ERROR a"]


_CLOSED = [one.shows.__name__ for one in CLOSED]
_KEPT = [one.shows.__name__ for one in KEPT]


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=_CLOSED + _KEPT)
def test_the_lab_shows_it(one: Behaviour, in_the_lab: World) -> None:
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=_CLOSED)
def test_bare_moto_does_not(one: Behaviour, in_bare_moto: World) -> None:
    assert not one.is_seen(in_bare_moto), f"moto shows it now: delete our code ({one.source})"


@pytest.mark.parametrize("one", KEPT, ids=_KEPT)
def test_bare_moto_shows_what_is_kept(one: Behaviour, in_bare_moto: World) -> None:
    assert one.is_seen(in_bare_moto), f"moto does it otherwise now ({one.source})"
