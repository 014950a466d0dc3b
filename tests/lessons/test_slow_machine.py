"""The trial on a slow machine finds checks that measure the machine, and no others."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.lessons.sample import sample_course
from tests.lessons.slow_machine import problems

NAME = "06-messaging/07-sample"


@pytest.fixture
def trial(tmp_path):
    """Run the sample lesson where a call takes half a second, in a process whose clocks may be changed."""
    folder = sample_course(tmp_path, NAME)

    def run():
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(problems, folder, NAME, (0.5, 0.01, 0.1)).result()

    run.lesson = folder / "source" / f"{NAME}.py"
    return run


def test_a_lesson_that_leaves_time_alone_gets_its_marks(trial):
    assert trial() == []


def test_a_check_that_measures_the_machine_is_named(trial):
    text = trial.lesson.read_text()
    timed = "begun = lab.clock.now()\n    url = "
    quick = '    expect((lab.clock.now() - begun).total_seconds() < 0.5, "A call took half a second.")\n    expect(url.'
    assert "    url = " in text
    text = text.replace("    url = ", "    " + timed, 1).replace("    expect(url.", quick, 1)
    trial.lesson.write_text(text)
    assert any("right answer to 'first-queue'" in line and "half a second" in line for line in trial())
