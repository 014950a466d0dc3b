"""Does a submission cost the same in a class of 40 and of 4,000?

    python bench/class_size.py                     # 40, 400 and 4,000 submissions; some minutes
    python bench/class_size.py --sizes 40 400

Real: `course grade` with its sandbox, workers, nbgrader's steps, gradebook and folders. The notebook is short (one
exercise, no charts), so that what is measured is the way a submission takes, not the cells in it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook

from course.lessons.release import release_section

ROOT = Path(__file__).resolve().parents[1]
SECTION = "90-short"
GRADE = [sys.executable, "-c", "import sys; from course.cli import main; sys.exit(main(sys.argv[1:]))", "grade"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[40, 400, 4000])
    args = parser.parse_args()
    print(f"{'submissions':>11}  {'wall':>9}  {'each':>9}  {'grader, each':>15}  {'writer':>8}  {'all':>8}  repeated")
    before: tuple[int, float, float] | None = None
    steps = []
    for size in args.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-class-size-") as scratch:
            folder = Path(scratch, "class")
            _make_class(folder, size)
            wall, used, writer, together = _grade(folder)
            again, _used, _writer, _together = _grade(folder)
        print(
            f"{size:>11}  {wall:>7.1f} s  {1000 * wall / size:>6.1f} ms  {1000 * used / size:>12.1f} ms  "
            f"{writer:>5.0f} MB  {together:>5.0f} MB  {again:.1f} s",
            flush=True,
        )
        if before is not None:
            more = size - before[0]
            steps.append((before[0], size, 1000 * (wall - before[1]) / more, 1000 * (used - before[2]) / more))
        before = (size, wall, used)
    for few, many, wall, used in steps:  # without the start, which a small class pays for, too
        print(f"each one more, from {few} to {many}: {wall:.1f} ms, {used:.1f} ms of the grader's processor time")
    return 0


def _make_class(folder: Path, size: int) -> None:
    source = folder / "source" / SECTION / "01-short.ipynb"
    source.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    answer, test = "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", "assert answer == 42"
    cells = [
        new_code_cell(answer, metadata=_meta("answer", solution=True)),
        new_code_cell(test, metadata=_meta("answer-check", grade=True, locked=True, points=1)),
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), source)
    release_section(folder, SECTION, database=f"sqlite:///{folder / 'gradebook.db'}")
    released = folder / "release" / SECTION / source.name
    text = released.read_text()
    for number in range(size):
        path = folder / "submitted" / f"student{number:05d}" / SECTION / source.name
        path.parent.mkdir(parents=True)
        path.write_text(text)


def _meta(grade_id: str, **flags: object) -> dict[str, object]:
    facts = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**facts, "grade_id": grade_id, **flags}}


def _grade(folder: Path) -> tuple[float, float, float, float]:
    """Grade; return wall seconds, the grader's processor seconds, and the most memory (MB) of the writer and of all.

    The grader is the writer, its workers and the warm process, without the forks that run notebooks. Memory is counted
    as each process's own, so that what forks share is counted once.
    """
    tools = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": os.pathsep.join([tools, os.environ["PATH"]])}
    before = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        run = psutil.Popen([*GRADE, SECTION], cwd=folder, stdout=said, stderr=subprocess.STDOUT, env=environment)
        writer = together = 0.0
        while run.poll() is None:
            writer, together = max(writer, _own(run)), max(together, sum(map(_own, [run, *_below(run)])))
            time.sleep(0.5)
        wall = time.perf_counter() - before
        if run.returncode not in (0, 1):
            said.seek(0)
            raise SystemExit(said.read().decode(errors="replace")[-2000:])
    return wall, _processor_seconds(), writer, together


def _processor_seconds(known: list[float] = [0.0]) -> float:  # noqa: B006  (what earlier runs used)
    times = os.times()
    now = times.children_user + times.children_system
    used, known[0] = now - known[0], now
    return used


def _below(run: psutil.Process) -> list[psutil.Process]:
    try:
        below: list[psutil.Process] = run.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return below


def _own(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 2**20
    except psutil.Error:
        return 0.0


if __name__ == "__main__":
    sys.exit(main())
