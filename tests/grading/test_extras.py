"""`course grade` says which optional part of the course a section needs before it grades without it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from course.cli import main
from course.grading.extras import missing
from course.grading.ledger import Result

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def without_cdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.lab.cdk.node.installed", lambda: False)


@pytest.mark.usefixtures("without_cdk")
def test_a_section_with_a_cdk_lesson_is_warned_about_in_one_line() -> None:
    said = missing(ROOT, "09-cicd")
    assert said.startswith("Warning: 09-cicd/03-cdk ")
    assert "--extra cdk" in said
    assert "\n" not in said


@pytest.mark.usefixtures("without_cdk")
def test_other_sections_are_graded_without_a_word() -> None:
    assert missing(ROOT, "06-messaging") == ""


def test_nothing_is_missing_where_the_extra_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.lab.cdk.node.installed", lambda: True)
    assert missing(ROOT, "09-cicd") == ""


@pytest.mark.usefixtures("without_cdk")
def test_the_warning_comes_before_the_grading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = tmp_path / "source" / "09-cicd" / "03-cdk.ipynb"
    lesson.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "source" / "09-cicd" / "03-cdk.ipynb", lesson)
    (tmp_path / "submitted" / "ada" / "09-cicd").mkdir(parents=True)
    shutil.copyfile(ROOT / "nbgrader_config.py", tmp_path / "nbgrader_config.py")
    monkeypatch.chdir(tmp_path)
    heard: list[str] = []

    def grade(*_: object, **__: object) -> list[Result]:
        heard.append(capsys.readouterr().err)
        return []

    monkeypatch.setattr("course.grading.command.grade", grade)
    main(["grade", "09-cicd"])
    assert "extra 'cdk' is not installed" in heard[0]
