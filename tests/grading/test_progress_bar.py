"""The progress bar: counts, rate and estimate that can be believed, on any terminal."""

from __future__ import annotations

import io

import pytest

from course.grading import progress_bar
from course.grading.progress_bar import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: now[0])
    return now


def test_the_estimate_rests_on_what_was_run(clock: list[float]) -> None:
    bar = ProgressBar(30, io.StringIO())
    for _ in range(10):
        bar.add("unchanged")
    assert "left" not in bar.line()
    clock[0] = 20.0
    for _ in range(10):
        bar.add("ran")
    assert "20/30  30/min  20 s left  ran 10 · unchanged 10" in bar.line()


def test_the_end_says_how_long_it_took(clock: list[float]) -> None:
    out = io.StringIO()
    bar = ProgressBar(2, out)
    clock[0] = 3725.0
    bar.add("ran")
    bar.add("stopped")
    bar.finish()
    assert out.getvalue().splitlines()[-1].endswith("2/2  in 1 h 02 min  ran 1 · stopped 1")


def test_a_terminal_gets_one_line_and_a_log_a_few(clock: list[float]) -> None:
    terminal, log = Terminal(), io.StringIO()
    for out in (terminal, log):
        bar = ProgressBar(100, out)
        for second in range(100):
            clock[0] = float(second)
            bar.add("ran")
        bar.finish()
    assert terminal.getvalue().count("\n") == 1
    assert 5 < log.getvalue().count("\n") < 15


def test_a_terminal_without_blocks_gets_plain_signs() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    bar = ProgressBar(2, out)
    bar.add("ran")
    bar.line().encode("ascii")
    assert "############------------ 1/2" in bar.line()
