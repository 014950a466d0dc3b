"""Sampling rules, and what decides by them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.place import Place
from course.lab.xray.header import read
from course.lab.xray.rules import Asked
from course.lab.xray.sampler import is_sampled
from tests.fidelity.test_xray import rule
from tests.lab.xray.segments import client

HOME = Place(lab.ACCOUNT_ID, "us-east-1")


@pytest.fixture(autouse=True)
def account():
    lab.start()
    yield
    lab.stop()


def create(name: str, **more: Any) -> None:
    client().create_sampling_rule(SamplingRule=rule(name, **more))


def recorded(requests: int, **asked: Any) -> int:
    """How many of so many requests within one second are recorded."""
    lab.clock.advance(seconds=1.0 - lab.clock.now().microsecond / 1e6)
    return sum(is_sampled(HOME, Asked("shop", **asked)) for _ in range(requests))


def test_the_default_rule_takes_the_first_and_a_twentieth():
    assert recorded(101) == 6


def test_reservoir_and_rate():
    create("post minimum", HTTPMethod="POST", Priority=100)
    assert recorded(100, method="POST") == 19
    assert recorded(100, method="GET") == 5


def test_the_lowest_number_goes_first():
    create("all history", URLPath="/history/*", HTTPMethod="PUT", Priority=1, ReservoirSize=1, FixedRate=1)
    create("nothing", Priority=50, ReservoirSize=0, FixedRate=0)
    assert recorded(7, method="PUT", path="/history/7") == 7
    assert recorded(7, method="PUT", path="/orders") == 0


def test_question_marks_stand_for_one_character():
    create("one digit", URLPath="/v?/orders", ReservoirSize=0, FixedRate=1)
    assert recorded(4, path="/v2/orders") == 4
    assert recorded(4, path="/v10/orders") < 4


def test_attributes_are_looked_at():
    create("mobile", Attributes={"client": "mobile*"}, ReservoirSize=0, FixedRate=1)
    assert recorded(4, attributes={"client": "mobile-7"}) == 4


def test_an_update_changes_what_it_names():
    create("post")
    client().update_sampling_rule(SamplingRuleUpdate={"RuleName": "post", "FixedRate": 1.0})
    told = {one["SamplingRule"]["RuleName"]: one["SamplingRule"] for one in _records()}
    assert (told["post"]["FixedRate"], told["post"]["ReservoirSize"]) == (1.0, 10)


def _records() -> list[Any]:
    return list(client().get_sampling_rules()["SamplingRuleRecords"])


@pytest.mark.parametrize(
    ("change", "said"),
    [({"Priority": 10_000}, "Priority"), ({"FixedRate": 1.5}, "FixedRate"), ({"Version": 2}, "Version")],
)
def test_what_a_rule_cannot_be(change, said):
    with pytest.raises(ClientError, match=said):
        create("post", **change)


def test_the_default_rule_stays():
    with pytest.raises(ClientError, match="cannot be deleted"):
        client().delete_sampling_rule(RuleName="Default")
    with pytest.raises(ClientError, match="Only FixedRate"):
        client().update_sampling_rule(SamplingRuleUpdate={"RuleName": "Default", "URLPath": "/orders"})
    client().update_sampling_rule(SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 0.5, "ReservoirSize": 0})
    assert recorded(10) == 5


def test_a_client_that_fell_silent_gives_its_part_back():
    create("post")
    assert _quota("a") == 10
    assert _quota("b") == 5
    lab.clock.advance(seconds=60)
    assert _quota("b") == 10


def _quota(client_id: str) -> int:
    report: Any = {"RuleName": "post", "ClientID": client_id * 24, "Timestamp": lab.clock.now()}
    said = client().get_sampling_targets(
        SamplingStatisticsDocuments=[{**report, "RequestCount": 10, "SampledCount": 1}]
    )
    return int(said["SamplingTargetDocuments"][0]["ReservoirQuota"])


def test_a_rule_that_is_gone_is_told():
    report: Any = {"RuleName": "gone", "ClientID": "a" * 24, "Timestamp": lab.clock.now()}
    said = client().get_sampling_targets(
        SamplingStatisticsDocuments=[{**report, "RequestCount": 10, "SampledCount": 1}]
    )
    assert [one["RuleName"] for one in said["UnprocessedStatistics"]] == ["gone"]


def test_decisions_are_counted():
    recorded(21)
    sums = client().get_sampling_statistic_summaries()["SamplingStatisticSummaries"]
    assert sum(one["RequestCount"] for one in sums) == 21
    assert sum(one["SampledCount"] for one in sums) == 2


@pytest.mark.parametrize(
    ("text", "sampled"),
    [
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1", True),
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0", False),
        ("Sampled=?; Root=1-5759e988-bd862e3fe1be46a994272793", None),
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:7f:0", None),
    ],
)
def test_headers_are_read(text, sampled):
    found = read(text)
    assert found is not None
    assert found.sampled is sampled


@pytest.mark.parametrize("text", ["", "Root=7", "Self=1-5759e988-bd862e3fe1be46a994272793"])
def test_a_header_without_a_trace_is_none(text):
    assert read(text) is None
