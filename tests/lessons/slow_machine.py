"""Lessons on a slow machine: all their answers must get the marks they get on a quick one.

    python -m tests.lessons.slow_machine 09-cicd/07-deployments       # some lessons
    python -m tests.lessons.slow_machine                              # all of them: half an hour

Nothing really waits: the lab's clock and the machine's own are pushed on with each call, each look at the lab's clock
and each stop on its way, as if this machine needed that long. A check that fails here would fail now and then on a
busy machine: it measures the machine, or stands on the edge of a second.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import io
import linecache
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from course import lab
from course.grading.answers import Round, filled, read_bank, rounds
from course.grading.check import judge
from course.grading.shown_only import leave_out_shows
from course.grading.trial import Graded
from course.lab import agenda, wire
from course.lab.clock import Clock
from course.lessons.notebook import to_notebook
from course.lessons.source import Lesson, find_lessons, read_lesson
from tests.lessons.sample import ROOT


@dataclass
class _Machine:
    """How many seconds it takes for a call, a look at the clock, and a stop of the clock on its way."""

    call: float
    look: float
    stop: float
    lost: float = 0.0
    _looking: bool = False

    def work(self, seconds: float) -> None:
        self.lost += seconds
        lab.clock.move(dt.timedelta(seconds=seconds))

    def next_due(self) -> None:
        """Nothing waits here; the agenda asks at each stop."""

    def deliver(self, now: float) -> list[agenda.Delivery]:
        self.work(self.stop)
        return []

    @contextlib.contextmanager
    def is_ours(self) -> Iterator[None]:
        """While this block runs, this machine is that slow."""
        look, pass_on = Clock.now, wire._passed_on

        def now(clock: Clock) -> dt.datetime:
            if not self._looking:
                self._looking = True
                self.work(self.look)
                self._looking = False
            return look(clock)

        def passed_on(*request: object) -> object:
            self.work(self.call / 2)
            answer = pass_on(*request)  # type: ignore[arg-type]
            self.work(self.call / 2)
            return answer

        import time_machine

        real = [(time, "monotonic"), (time, "perf_counter"), (time_machine.escape_hatch.time, "time")]
        with contextlib.ExitStack() as stack:
            for place, name in real:
                stack.enter_context(patch.object(place, name, self._later(getattr(place, name))))
            stack.enter_context(patch.object(Clock, "now", now))
            stack.enter_context(patch.object(wire, "_passed_on", passed_on))
            agenda._sources.insert(0, self)
            stack.callback(agenda._sources.remove, self)
            yield

    def _later(self, clock: Callable[[], float]) -> Callable[[], float]:
        return lambda: clock() + self.lost


def _run(lesson: Lesson, item: Round) -> Graded:
    """Run the cells of a notebook with these answers, as a kernel would that goes on after errors."""
    notebook = filled(to_notebook(lesson), item.answers)
    if item.name != "reference":
        leave_out_shows(notebook)
    names: dict[str, object] = {"__name__": "__main__"}
    graded = Graded()
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        place = f"<cell {number}>"
        linecache.cache[place] = (len(cell.source), None, cell.source.splitlines(keepends=True), place)
        said = ""
        try:
            exec(compile(cell.source, place, "exec"), names)
        except Exception as error:
            said = str(error) or repr(error)
        role = cell.metadata.get("nbgrader", {})
        if role.get("grade"):
            name = role["grade_id"].removesuffix("-check")
            graded.scores[name] = (0.0 if said else 1.0, 1.0)
            graded.messages[name] = said
        elif said and not role:
            graded.stray.append(f"cell {number}: {said}")
    return graded


def problems(root: Path, name: str, speed: tuple[float, float, float]) -> list[str]:
    """What differs in a lesson on a machine of that speed."""
    lesson = read_lesson(root / "source" / f"{name}.py")
    answers, _ = read_bank(root, lesson)
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for item in rounds(lesson, answers):
            timed = {name: one for name, one in item.answers.items() if lesson.cell("question", name) is None}
            if not timed:
                continue
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                lab.start()
                lab.reset()
                with _Machine(*speed).is_ours():
                    graded = _run(lesson, item)
            found += judge(lesson, Round(item.name, timed), graded)
    return list(dict.fromkeys(found))


def main() -> int:
    """Run the lessons that are named, each in a process of its own."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.lessons.slow_machine", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 09-cicd/07-deployments; default: all")
    parser.add_argument("--call", type=float, default=0.03, help="seconds for a call (default: %(default)s)")
    parser.add_argument("--look", type=float, default=0.005, help="seconds for a look at the clock")
    parser.add_argument("--stop", type=float, default=0.05, help="seconds for a stop on the way of the clock")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    names = args.lessons or [str(path.relative_to(ROOT / "source").with_suffix("")) for path in find_lessons(ROOT)]
    for name in names:
        if not (ROOT / "source" / f"{name}.py").is_file():
            parser.error(f"there is no lesson {name}; say its folder and name, such as 09-cicd/07-deployments")
    os.environ["MPLBACKEND"] = "Agg"
    speed, bad = (args.call, args.look, args.stop), 0
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.jobs, mp_context=spawn, max_tasks_per_child=1) as pool:
        waiting = {name: pool.submit(problems, ROOT, name, speed) for name in names}
        for name, future in waiting.items():
            found = future.result()
            bad += bool(found)
            print(f"{'✗' if found else '✓'} {name}", *found, sep="\n    ", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
