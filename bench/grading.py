"""How much faster is `course grade` than stock `nbgrader autograde`, on the same submissions in the same run?

    python bench/grading.py                      # 40 submissions of 06-messaging/01-sqs
    python bench/grading.py --students 8 --rounds 2

Prints the ratio of the medians, what a notebook costs over the time of its cells in a warm process, and whether all
scores are equal. Both sides begin cold (new processes); nothing else should run on the machine.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nbgrader.api import Gradebook

ROOT = Path(__file__).resolve().parents[1]
STOCK = """
from nbgrader.converters.autograde import Autograde
c.Autograde.autograde_preprocessors = Autograde.class_traits()["autograde_preprocessors"].default()
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--lesson", default="06-messaging/01-sqs")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    args = parser.parse_args()
    section = args.lesson.partition("/")[0]
    with tempfile.TemporaryDirectory(prefix="bench-grading-") as scratch:
        ours, stock = Path(scratch, "ours"), Path(scratch, "stock")
        for folder in (ours, stock):
            _make_class(folder, args.lesson, args.students)
        with (stock / "nbgrader_config.py").open("a") as config:
            config.write(STOCK)
        times: dict[str, list[float]] = {"ours": [], "stock": [], "one job": []}
        for _ in range(args.rounds):
            times["ours"].append(_ours(ours, section, args.jobs))
            times["stock"].append(_stock(stock, section))
        times["one job"].append(_ours(ours, section, 1))
        cells = _cell_seconds(ours, section)
        equal = _scores(ours, section) == _scores(stock, section)
        startup = _startup(ours, section)
    median = {name: statistics.median(values) for name, values in times.items()}
    per_notebook = (median["one job"] - startup) / args.students
    print(f"{args.students} submissions of {args.lesson}, {args.jobs} jobs, {len(os.sched_getaffinity(0))} cores")
    print(f"stock nbgrader autograde  {median['stock']:7.1f} s   {median['stock'] / args.students:6.2f} s each")
    print(f"course grade              {median['ours']:7.1f} s   {median['ours'] / args.students:6.2f} s each")
    print(f"ratio of medians          {median['stock'] / median['ours']:7.1f}")
    print(f"one notebook, one job     {per_notebook:7.3f} s  (after a start of {startup:.1f} s)")
    print(f"its cells, warm           {cells:7.3f} s   ratio {per_notebook / cells:.2f}")
    print(f"scores equal cell by cell {'yes' if equal else 'NO'}")
    print(f"bytecode of libraries     {_bytecode()}")
    return 0 if equal else 1


def _bytecode() -> str:
    """Say whether both sides could read compiled libraries: a cold kernel takes twice as long where they cannot."""
    compiled = importlib.util.find_spec("boto3")
    found = compiled is not None and compiled.cached is not None and Path(compiled.cached).exists()
    return "read from disk" if found else "none on disk: every process compiles what it imports"


def _make_class(folder: Path, lesson: str, students: int) -> None:
    code = (
        "import sys; from pathlib import Path; from course.grading.classroom import make_class; "
        "root, folder, lesson, students = sys.argv[1:]; "
        "make_class(Path(root), Path(folder), [Path(root, 'source', lesson + '.py')], int(students))"
    )
    subprocess.run([sys.executable, "-c", code, ROOT, folder, lesson, str(students)], check=True, cwd=ROOT)


def _ours(folder: Path, section: str, jobs: int) -> float:
    command = [sys.executable, "-c", "import sys; from course.cli import main; sys.exit(main(sys.argv[1:]))"]
    return _timed([*command, "grade", section, "--force", "--jobs", str(jobs)], folder)


def _stock(folder: Path, section: str) -> float:
    return _timed([sys.executable, "-m", "nbgrader", "autograde", section, "--force", "--log-level=ERROR"], folder)


def _timed(command: list[str], folder: Path) -> float:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return seconds


def _startup(folder: Path, section: str) -> float:
    """The time from nothing to a process that can take notebooks, both begun at once as `course grade` does."""
    code = (
        "import sys; from pathlib import Path; from course.grading.command import _services; "
        "from course.grading.warm import Warm; warm = Warm(jobs=1, services=_services(Path.cwd(), sys.argv[1])); "
        "warm.launch(); import course.grading.run; warm.start(); warm.close()"
    )
    return _timed([sys.executable, "-c", code, section], folder)


def _cell_seconds(folder: Path, section: str) -> float:
    import json

    notes = [json.loads(path.read_text()) for path in (folder / "autograded").glob(f"*/{section}/.course-grade.json")]
    return statistics.median(note["result"]["cell_seconds"] for note in notes)


def _scores(folder: Path, section: str) -> dict[tuple[str, str, str], float | None]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {
            (entry.student.id, notebook.name, grade.name): grade.auto_score
            for entry in gradebook.assignment_submissions(section)
            for notebook in entry.notebooks
            for grade in notebook.grades
        }


if __name__ == "__main__":
    sys.exit(main())
