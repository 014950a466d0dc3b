"""environment.yml and the built package: a learner with conda, Binder or pip gets the same course."""

import json
import os
import shutil
import subprocess
import sys

import pytest
import yaml

from course.environment import environment, locked_versions
from course.lessons.places import released_lessons
from course.lessons.source import LessonError
from tests.lessons.sample import ROOT

pytestmark = pytest.mark.xdist_group("environment")  # both cores are busy enough with one environment

RUN_LESSON = """
import json, sys
import boto3
from course import lab
lab.start()
assert boto3.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
cells = json.load(open(sys.argv[1], encoding="utf-8"))["cells"]
setup = next(cell for cell in cells if "setup" in cell["metadata"])
exec("".join(setup["source"]))
print("ready")
"""


@pytest.fixture(scope="module")
def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pip_part(conda):
    return next(entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict))


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory, pip_part):
    """An environment that holds what environment.yml lists for pip and nothing else."""
    folder = tmp_path_factory.mktemp("conda")
    lines = folder / "pip-part.txt"
    lines.write_text("\n".join(pip_part) + "\n")
    uv("venv", "--python", sys.executable, str(folder / "env"))
    uv("pip", "install", "--python", str(folder / "env/bin/python"), "--no-deps", "-r", str(lines))
    return folder / "env"


def uv(*arguments):
    done = subprocess.run([shutil.which("uv"), *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def run(environment, *command, cwd, **more):
    """Run a command as a user of the environment would."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "UV_"))}
    settings |= {"PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}", **more}
    done = subprocess.run(command, cwd=cwd, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_environment_yml_is_what_the_lock_file_says():
    fresh = environment(ROOT)
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == fresh, "run `uv run python -m course.environment`"


def test_the_lock_file_is_what_the_project_says():
    uv("lock", "--check")


def test_conda_brings_python_and_pip_only(conda, pip_part):
    assert [entry for entry in conda["dependencies"] if isinstance(entry, str)] == ["python=3.11", "pip"]
    assert pip_part[-1] == "-e ."
    assert all("==" in line for line in pip_part[:-1])


def test_learners_get_no_tools_for_developers_or_clusters(pip_part):
    names = {line.split("==")[0] for line in pip_part}
    assert {"boto3", "moto", "jupyterlab"} <= names
    assert not names & {"pytest", "mypy", "ruff", "distributed", "psycopg"}


def test_without_uv_the_next_step_is_told(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(LessonError, match="pip install uv"):
        locked_versions(ROOT)


def test_exactly_the_pip_part_starts_a_lesson(empty_environment, tmp_path):
    lesson = released_lessons(ROOT)[0]
    assert "ready" in run(empty_environment, "python", "-c", RUN_LESSON, str(lesson), cwd=tmp_path)


def test_binder_finds_the_lessons_in_work(empty_environment, tmp_path):
    run(empty_environment, str(ROOT / "postBuild"), cwd=tmp_path)
    lesson = released_lessons(ROOT)[0]
    assert (tmp_path / "work" / lesson.parent.name / lesson.name).read_bytes() == lesson.read_bytes()


def test_a_built_package_carries_the_lessons(empty_environment, tmp_path):
    """Of `pip install course`, without a clone."""
    uv("build", "--wheel", "--out-dir", str(tmp_path / "dist"))
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    uv("pip", "install", "--no-deps", "--python", str(empty_environment / "bin/python"),
       "--target", str(tmp_path / "site"), str(wheel))  # fmt: skip
    installed = {"PYTHONPATH": str(tmp_path / "site"), "cwd": tmp_path}
    told = run(empty_environment, "python", "-m", "course", "start", "--no-open", **installed)
    assert f"It holds {len(released_lessons(ROOT))} lesson" in told
    copied = sorted(path.relative_to(tmp_path / "work") for path in (tmp_path / "work").glob("*/*.ipynb"))
    assert copied == [path.relative_to(ROOT / "release") for path in released_lessons(ROOT)]
    shown = run(empty_environment, "python", "-m", "course", "progress", "--json", **installed)
    assert len(json.loads(shown)) == len(copied)
    for place in (tmp_path / "site/course").rglob("*"):
        assert place.suffix != ".ipynb" or "_release" in place.parts
