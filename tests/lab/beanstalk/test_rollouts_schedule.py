"""The deployment policies as plans."""

from __future__ import annotations

import pytest

from course.lab.beanstalk import rollouts_schedule as schedule
from course.lab.beanstalk.rollouts_schedule import Beside, EndExtra, Extra, Split, TakeOver, Update

FLEET = ("a", "b", "c", "d")


def plan(policy: str, batch: int = 1) -> list[schedule.Stage]:
    return list(schedule.stages(policy, FLEET, batch))


@pytest.mark.parametrize(
    ("kind", "size", "total", "expected"),
    [
        ("Percentage", 25, 4, 1),
        ("Percentage", 50, 4, 2),
        ("Percentage", 100, 4, 4),
        ("Percentage", 30, 4, 1),
        ("Percentage", 10, 4, 1),
        ("Fixed", 3, 4, 3),
        ("Fixed", 9, 4, 4),
        ("Fixed", 2, 0, 0),
    ],
)
def test_a_batch_has_at_least_one_and_at_most_all_instances(kind: str, size: int, total: int, expected: int) -> None:
    assert schedule.batch_size(kind, size, total) == expected


def test_the_last_batch_may_be_smaller() -> None:
    assert schedule.batches(FLEET, 3) == [("a", "b", "c"), ("d",)]


def test_all_at_once_updates_everybody_and_takes_nobody_off_the_balancer() -> None:
    assert plan("AllAtOnce") == [Update(FLEET, away=False)]


def test_rolling_takes_one_batch_off_at_a_time() -> None:
    assert plan("Rolling", 2) == [Update(("a", "b")), Update(("c", "d"))]


def test_an_additional_batch_comes_first_and_goes_last() -> None:
    first, *middle, last = plan("RollingWithAdditionalBatch", 2)
    assert first == Extra(2)
    assert middle == [Update(("a", "b")), Update(("c", "d"))]
    assert last == EndExtra()


def test_immutable_tries_one_new_instance_before_the_others() -> None:
    assert plan("Immutable") == [Beside(1), Beside(3), TakeOver(FLEET)]


def test_traffic_splitting_launches_a_full_set_that_does_not_serve_at_first() -> None:
    assert plan("TrafficSplitting") == [Beside(4, serving=False), Split(), TakeOver(FLEET)]


@pytest.mark.parametrize("policy", ["AllAtOnce", "Rolling", "RollingWithAdditionalBatch"])
@pytest.mark.parametrize("batch", [1, 2, 3, 4])
def test_in_place_policies_update_each_instance_once(policy: str, batch: int) -> None:
    updated = [member for stage in plan(policy, batch) if isinstance(stage, Update) for member in stage.members]
    assert updated == list(FLEET)


@pytest.mark.parametrize("policy", schedule.REPLACING)
def test_replacing_policies_touch_no_instance_that_is_there(policy: str) -> None:
    assert not any(isinstance(stage, Update) for stage in plan(policy))
    assert sum(stage.count for stage in plan(policy) if isinstance(stage, Beside)) == len(FLEET)
