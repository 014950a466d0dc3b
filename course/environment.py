"""Write environment.yml, for conda and Binder, from the versions in uv.lock: `python -m course.environment`.

Conda gives Python and pip; everything else comes by pip in exactly the locked versions, so that a learner on Binder
and one with `uv sync` have the same course.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from course.lessons.places import course_root
from course.lessons.source import LessonError

PYTHON = "3.11"  # the oldest one we support, and the one our tests run on

_HEAD = """# Made from uv.lock by `uv run python -m course.environment`.
# Do not edit: change pyproject.toml, run `uv lock`, and make it again.
name: course
channels: [conda-forge]
dependencies:
  - python={python}
  - pip
  - pip:
"""


def environment(root: Path) -> str:
    """The text of environment.yml for the lock file in `root`."""
    lines = [f'      - "{line}"' for line in [*locked_versions(root), "-e ."]]
    return _HEAD.format(python=PYTHON) + "\n".join(lines) + "\n"


def locked_versions(root: Path) -> list[str]:
    """What a learner needs, as pip wants it: `boto3==1.44.0`; some with a condition on system or Python."""
    uv = shutil.which("uv")
    if uv is None:
        raise LessonError("uv is not installed, and only uv reads uv.lock. Run `pip install uv`, then this again.")
    command = [uv, "export", "--frozen", "--no-default-groups", "--no-emit-project", "--no-hashes", "--no-annotate"]
    done = subprocess.run([*command, "--no-header"], cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise LessonError(f"uv could not read uv.lock: {done.stderr.strip()}")
    return [line for line in done.stdout.splitlines() if line.strip()]


def main() -> int:
    """Write environment.yml; returns the exit code."""
    root = course_root()
    try:
        text = environment(root)
    except LessonError as problem:
        print(problem, file=sys.stderr)
        return 2
    (root / "environment.yml").write_text(text, encoding="utf-8")
    print(f"wrote {root / 'environment.yml'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
