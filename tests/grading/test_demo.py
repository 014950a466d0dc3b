"""`course demo`: a class of all kinds, graded and reported on, without touching the course."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from course.cli import main
from course.grading.demo import _place
from course.grading.demo_class import NAMES, stories, students
from course.grading.demo_tricks import HOSTILE_NAME, TRICKS
from tests.lessons.sample import ROOT

SECTION = "00-start"


def test_a_class_of_thirty_has_all_kinds() -> None:
    members = students(30)
    assert len({member.name for member in members}) == 30
    habits = [member.habit for member in members]
    assert {*TRICKS, "blank", "empty", "torn", "works"} == set(habits)
    assert sum(bool(member.late) for member in members) == 3
    assert habits.count("works") >= 18
    assert HOSTILE_NAME in {member.name for member in members}
    assert len(stories(members)) == 14


def test_a_class_may_be_of_any_size() -> None:
    assert [len({member.name for member in students(number)}) for number in (1, 2, 7, 100)] == [1, 2, 7, 100]
    assert len(NAMES) == len(set(NAMES))


def test_the_same_class_is_made_again() -> None:
    assert students(30) == students(30)


def test_a_demo_grades_its_class_and_shows_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    shown: list[Path] = []
    monkeypatch.setattr("course.grading.report.show", lambda page: shown.append(page) or True)
    before = set(ROOT.iterdir())
    folder = tmp_path / "class"
    assert main(["demo", SECTION, "--students", "8", "--folder", str(folder)]) == 0
    page = folder / "reports" / SECTION / "index.html"
    assert shown == [page] and page.is_file()
    told = capsys.readouterr()
    assert f"Report: {page}" in told.out and "[4/4]" in told.err and "8/8" in told.err
    with (page.parent / "students.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert len(rows) == 8
    assert rows["Empty Folder"]["outcome"] == "empty" and rows["Torn File"]["outcome"] == "unreadable"
    assert (rows["Blank Page"]["outcome"], float(rows["Blank Page"]["points"])) == ("ran", 0)
    assert float(rows["Mia Late"]["hours_late"]) == pytest.approx(1 / 3, abs=0.01)
    assert max(float(row["percent"]) for row in rows.values()) > 30
    assert len(list(folder.glob(f"feedback/*/{SECTION}/*.html"))) == 6
    assert set(ROOT.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["77-nothing"], "it can show 00-start"), ([SECTION, "--folder", "full"], "full is there already and not empty")],
)
def test_what_cannot_be_made_is_said_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep me")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("course.lessons.places.course_root", lambda: ROOT)
    assert main(["demo", *arguments, "--no-open"]) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1
    assert (tmp_path / "full" / "mine.txt").read_text() == "keep me"


def test_without_the_repository_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("course.lessons.places.course_root", lambda: tmp_path)
    assert main(["demo", "--no-open"]) == 2
    assert "clone of the course's repository" in capsys.readouterr().err


def test_a_scratch_folder_is_made_where_none_is_named() -> None:
    place = _place(None)
    assert place.is_dir() and not list(place.iterdir())
    place.rmdir()
