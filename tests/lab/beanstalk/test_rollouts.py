"""Deployments in an environment: who serves meanwhile, which version answers, what a failure leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.beanstalk.rollouts_shop import Shop, option, policy


@pytest.fixture
def shop() -> Iterator[Shop]:
    lab.start()
    lab.reset()
    yield Shop()
    lab.stop()


def course_of(shop: Shop, label: str, settings: list[dict[str, str]]) -> list[tuple[int, set[str]]]:
    """Deploy, and look every ten seconds: how many instances serve, who answers."""
    shop.version(label)
    shop.deploy(label, settings)
    seen = []
    while shop.describe()["Status"] != "Ready" and len(seen) < 500:
        seen.append((shop.serving(), set(shop.answers(8))))
        lab.clock.advance(seconds=10)
    assert shop.describe()["VersionLabel"] == label
    assert set(shop.answers(8)) == {label}
    return seen


def test_all_at_once_has_a_moment_without_any_instance(shop: Shop) -> None:
    before = shop.members()
    seen = course_of(shop, "v2", policy("AllAtOnce"))
    assert any("v1" not in labels and "v2" not in labels for _, labels in seen)
    assert shop.members() == before


def test_rolling_loses_one_batch_at_a_time_and_runs_both_versions(shop: Shop) -> None:
    before = shop.members()
    seen = course_of(shop, "v2", policy("Rolling", BatchSizeType="Percentage", BatchSize=25))
    assert min(serving for serving, _ in seen) == 3
    assert all(labels <= {"v1", "v2"} for _, labels in seen)
    assert any(labels == {"v1", "v2"} for _, labels in seen)
    assert shop.members() == before


def test_a_batch_of_a_fixed_size(shop: Shop) -> None:
    seen = course_of(shop, "v2", policy("Rolling", BatchSizeType="Fixed", BatchSize=2))
    assert min(serving for serving, _ in seen) == 2


def test_an_additional_batch_keeps_the_capacity(shop: Shop) -> None:
    before = shop.members()
    settings = policy("RollingWithAdditionalBatch", BatchSizeType="Fixed", BatchSize=1)
    seen = course_of(shop, "v2", settings)
    assert min(serving for serving, _ in seen) == 4
    assert max(serving for serving, _ in seen) == 5
    assert shop.members() == before


def test_immutable_doubles_the_capacity_and_replaces_every_instance(shop: Shop) -> None:
    before = shop.members()
    seen = course_of(shop, "v2", policy("Immutable"))
    assert {serving for serving, _ in seen} >= {4, 5, 8}
    assert min(serving for serving, _ in seen) == 4
    assert len(shop.members()) == 4
    assert not set(before) & set(shop.members())


def test_traffic_splitting_gives_the_new_version_its_share(shop: Shop) -> None:
    before = shop.members()
    shop.version("v2")
    shop.deploy("v2", policy("TrafficSplitting", NewVersionPercent=20, EvaluationTime=10))
    while not any("Splitting traffic" in one for one in shop.said()):
        lab.clock.advance(seconds=10)
    assert shop.answers(50) == {"v1": 40, "v2": 10}
    lab.clock.advance(minutes=9)
    assert shop.answers(50) == {"v1": 40, "v2": 10}
    lab.clock.advance(minutes=1, seconds=20)
    assert set(shop.answers(20)) == {"v2"}
    shop.until_ready()
    assert len(shop.members()) == 4
    assert not set(before) & set(shop.members())


def test_a_broken_version_all_at_once_is_out_everywhere(shop: Shop) -> None:
    shop.version("bad", well=False)
    shop.deploy("bad", policy("AllAtOnce"))
    assert shop.until_ready()["VersionLabel"] == "bad"
    assert set(shop.answers(8)) == {"500"}
    shop.deploy("v1")
    shop.until_ready()
    lab.clock.advance(minutes=2)
    assert set(shop.answers(8)) == {"v1"}


def test_a_broken_version_stops_a_rolling_deployment_at_its_batch(shop: Shop) -> None:
    shop.version("bad", well=False)
    shop.deploy("bad", policy("Rolling", BatchSizeType="Fixed", BatchSize=1))
    found = shop.until_ready()
    assert found["VersionLabel"] == "v1"
    assert shop.serving() == 3
    assert set(shop.answers(12)) == {"v1"}
    assert any("command timeout of 840 seconds" in one for one in shop.said())


def test_a_fault_that_the_check_does_not_see_comes_through(shop: Shop) -> None:
    shop.version("bad", well=False, fine="/")
    shop.deploy("bad", policy("Rolling", BatchSizeType="Fixed", BatchSize=2))
    shop.until_ready()
    assert set(shop.answers(8, path="/orders")) == {"500"}


def test_a_later_batch_that_fails_leaves_a_mixed_fleet(shop: Shop) -> None:
    program = """
import os
count = 0

def application(environ, start_response):
    import course.lab.clock
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"v2"]
"""
    shop.version("v2", program=program)
    shop.deploy("v2", policy("Rolling", BatchSizeType="Fixed", BatchSize=1))
    while not any("Batch 1: Completed" in one for one in shop.said()):
        lab.clock.advance(seconds=10)
    shop.eb.abort_environment_update(EnvironmentName="shop-prod")
    shop.until_ready()
    lab.clock.advance(minutes=2)
    assert set(shop.answers(12)) == {"v1", "v2"}
    assert shop.describe()["VersionLabel"] == "v1"


@pytest.mark.parametrize("name", ["Immutable", "TrafficSplitting"])
def test_a_broken_version_on_new_instances_leaves_the_old_ones_alone(shop: Shop, name: str) -> None:
    before = shop.members()
    shop.version("bad", well=False)
    shop.deploy("bad", policy(name, Timeout=60))
    assert shop.until_ready()["VersionLabel"] == "v1"
    assert shop.members() == before
    assert shop.serving() == 4
    assert shop.answers(12) == {"v1": 12}


def test_an_aborted_traffic_splitting_goes_back_at_once(shop: Shop) -> None:
    before = shop.members()
    shop.version("v2")
    shop.deploy("v2", policy("TrafficSplitting", NewVersionPercent=50))
    while not any("Splitting traffic" in one for one in shop.said()):
        lab.clock.advance(seconds=10)
    shop.eb.abort_environment_update(EnvironmentName="shop-prod")
    lab.clock.advance(seconds=1)
    assert shop.answers(20) == {"v1": 20}
    assert shop.until_ready()["VersionLabel"] == "v1"
    assert shop.members() == before


def test_nothing_can_be_aborted_while_nothing_is_under_way(shop: Shop) -> None:
    with pytest.raises(ClientError, match="invalid state"):
        shop.eb.abort_environment_update(EnvironmentName="shop-prod")


def test_ignored_health_checks_let_a_broken_version_through(shop: Shop) -> None:
    shop.version("bad", well=False)
    settings = policy("Rolling", BatchSizeType="Fixed", BatchSize=2, IgnoreHealthCheck="true", Timeout=60)
    shop.deploy("bad", settings)
    assert shop.until_ready()["VersionLabel"] == "bad"
    assert set(shop.answers(8)) == {"500"}


def test_the_kind_of_balancer_is_fixed(shop: Shop) -> None:
    with pytest.raises(ClientError, match="LoadBalancerType"):
        shop.eb.update_environment(EnvironmentName="shop-prod", OptionSettings=[
            option("aws:elasticbeanstalk:environment", "LoadBalancerType", "network")])  # fmt: skip


def test_new_settings_that_need_new_instances_replace_them(shop: Shop) -> None:
    before = shop.members()
    shop.eb.update_environment(EnvironmentName="shop-prod", OptionSettings=[
        option("aws:autoscaling:updatepolicy:rollingupdate", "RollingUpdateEnabled", "true"),
        option("aws:autoscaling:updatepolicy:rollingupdate", "RollingUpdateType", "Health"),
        option("aws:autoscaling:launchconfiguration", "InstanceType", "t3.small"),
    ])  # fmt: skip
    lowest = 4
    while shop.describe()["Status"] != "Ready":
        lowest = min(lowest, shop.serving())
        lab.clock.advance(seconds=10)
    assert lowest == 3
    assert len(shop.members()) == 4
    assert not set(before) & set(shop.members())
