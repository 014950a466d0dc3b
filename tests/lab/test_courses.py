"""Work that waits on the lab's clock keeps its times, however slow the machine is."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import pytest

from course import lab
from course.lab.courses import Course, Wait, begin, moment
from course.lab.place import Place


@pytest.fixture
def place() -> Iterator[Place]:
    lab.start()
    yield Place("123456789012", "us-east-1")
    lab.stop()


def test_slow_work_between_two_waits_does_not_put_off_the_second(place: Place) -> None:
    done = []

    def course() -> Course:
        yield Wait.seconds(60)
        time.sleep(0.2)
        yield Wait.seconds(60)
        done.append("in time")

    begin(place, "codebuild", "work", course(), lambda: "")
    lab.clock.advance(seconds=120)
    assert done == ["in time"]


def test_a_wait_that_ended_early_begins_the_next_one_at_once(place: Place) -> None:
    there, done = [], []

    def course() -> Course:
        yield Wait.seconds(3600, lambda: bool(there))
        yield Wait.seconds(60)
        done.append("in time")

    begin(place, "codebuild", "work", course(), lambda: "")
    lab.clock.advance(seconds=10)
    there.append("it")
    lab.clock.advance(seconds=59)
    assert not done
    lab.clock.advance(seconds=2)
    assert done == ["in time"]


def test_all_that_happens_after_one_wait_happens_at_one_moment(place: Place) -> None:
    seen = []

    def course() -> Course:
        yield Wait.seconds(60)
        seen.append(moment())
        time.sleep(0.2)
        seen.append(moment())
        yield Wait.seconds(10)
        seen.append(moment())

    begin(place, "codebuild", "work", course(), lambda: "")
    lab.clock.advance(seconds=70)
    first, same, last = seen
    assert same - first < dt.timedelta(milliseconds=20)
    assert abs(last - first - dt.timedelta(seconds=10)) < dt.timedelta(milliseconds=20)


def test_what_work_sleeps_on_the_labs_clock_counts(place: Place) -> None:
    seen = []

    def course() -> Course:
        yield Wait.seconds(60)
        begun = moment()
        lab.clock.advance(seconds=5)
        seen.append(moment() - begun)
        yield Wait.seconds(10)
        seen.append(moment() - begun)

    begin(place, "codebuild", "work", course(), lambda: "")
    lab.clock.advance(seconds=100)
    assert [round(one.total_seconds(), 1) for one in seen] == [5, 15]


def test_work_begun_by_work_begins_at_its_moment(place: Place) -> None:
    done = []

    def inner() -> Course:
        yield Wait.seconds(60)
        done.append("in time")

    def outer() -> Course:
        yield Wait.seconds(60)
        time.sleep(0.2)
        begin(place, "codebuild", "inner", inner(), lambda: "")

    begin(place, "codebuild", "outer", outer(), lambda: "")
    lab.clock.advance(seconds=120)
    assert done == ["in time"]
