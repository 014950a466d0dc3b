"""Work that waits on the lab's clock keeps its times, however slow the machine is."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from course import lab
from course.lab.courses import Course, Wait, begin
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
