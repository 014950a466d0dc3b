"""`course grade`: results, repeats, resuming, bad input."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.cli import main
from tests.grading.kept_warm import KeptWarm
from tests.grading.small_class import SECTION, hand_in, release, solved

pytestmark = pytest.mark.xdist_group("command")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release(tmp_path_factory.mktemp("released") / "class")


@pytest.fixture(scope="module")
def warm() -> Iterator[KeptWarm]:
    kept = KeptWarm(jobs=1, services=("sqs",))
    yield kept
    kept.end()


@pytest.fixture
def course(released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: KeptWarm) -> Path:
    monkeypatch.setattr("course.grading.command.Warm", lambda **_: warm)
    folder = tmp_path / "class"
    shutil.copytree(released, folder)
    monkeypatch.chdir(folder)
    return folder


def test_names_of_all_kinds_are_graded_or_refused_with_a_reason(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("ada lovelace", "a.b", "żółć", "[x]", "..."):
        hand_in(course, name, solved(course))
    hand_in(course, "spaces ", solved(course))
    (course / "submitted" / "link").symlink_to(course / "submitted" / "a.b")
    (course / "submitted" / "nothing" / SECTION).mkdir(parents=True)
    assert main(["grade", SECTION, "--json"]) == 1
    results = {one["student"]: one for one in json.loads(capsys.readouterr().out)["results"]}
    assert {name for name, one in results.items() if one["score"] == 6} == {"ada lovelace", "a.b", "żółć", "[x]"}
    assert results["spaces "]["outcome"] == results["link"]["outcome"] == "refused"
    assert results["nothing"]["outcome"] == "empty"
    assert all(one["reason"] for one in results.values() if one["outcome"] != "ran")


def test_unchanged_submissions_are_not_run_again(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(course, "ada", solved(course))
    hand_in(course, "bob", solved(course, double="def double(x): return 9"))
    assert main(["grade", SECTION]) == 0
    hand_in(course, "bob", solved(course))
    capsys.readouterr()
    assert main(["grade", SECTION, "--json"]) == 0
    results = {one["student"]: one for one in json.loads(capsys.readouterr().out)["results"]}
    assert results["ada"]["unchanged"]
    assert not results["bob"]["unchanged"]
    assert results["bob"]["score"] == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["99-unknown"], "no submissions of '99-unknown'"), ([SECTION], "no submissions of")],
)
def test_nothing_to_grade_is_said_in_one_line(
    course: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["grade", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_gradebook_that_is_gone_is_named(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(course, "ada", solved(course))
    assert main(["grade", SECTION, "--db", "sqlite:////no/such/folder/gradebook.db"]) == 2
    assert "/no/such/folder/gradebook.db cannot be opened" in capsys.readouterr().err
