"""`course report`: a page that stands alone, says the truth, and shows hostile text as text."""

from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.cli import main
from course.grading import report_charts, report_statistics
from course.grading.ledger import NOTE
from course.grading.report_data import read_section
from tests.grading.small_class import SECTION, hand_in, release, solved

pytestmark = pytest.mark.xdist_group("report")

LATE, HOSTILE, FORMULA = "Nils Later", "<img src=x onerror=alert(1)>", "=1+1"
SECRETS = (
    'expect.equal(double(21), 42, "double(21)")',
    "assert sorted([answer, 1]) == [1, 42]",
    "get_queue_attributes",
    "HIDDEN TESTS",
)
SHOUT = "def double(x):\n    raise ValueError('<script>alert(1)</script>')"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of fourteen, graded by the real command, with the report made by the real command."""
    folder = release(tmp_path_factory.mktemp("class"))
    for number in range(6):
        hand_in(folder, f"right{number}", solved(folder))
    for number in range(3):
        hand_in(folder, f"wrong{number}", solved(folder, double=f"def double(x): return x + {900 + number}"))
    hand_in(folder, HOSTILE, solved(folder, double=SHOUT))
    hand_in(folder, FORMULA, solved(folder, double="def double(x): pass", plain="answer = 0"))
    hand_in(folder, LATE, solved(folder, queue="def make_queue(name): return name", plain="answer = 42.5"))
    hand_in(folder, "torn", "{")
    (folder / "submitted" / "nothing" / SECTION).mkdir(parents=True)
    (folder / "submitted" / LATE / SECTION / "timestamp.txt").write_text("2026-03-04 12:00:00 UTC")
    (folder / "submitted" / "right0" / SECTION / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(SECTION, duedate="2026-03-02 12:00:00 UTC")
        gradebook.add_student("absent")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["grade", SECTION]) == 1
        hand_in(folder, "afterwards", solved(folder))
        assert main(["report", SECTION]) == 0
    return folder


@pytest.fixture(scope="module")
def html(course: Path) -> str:
    return (course / "reports" / SECTION / "index.html").read_text(encoding="utf-8")


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [facts for name, facts in self.tags if name == tag]


def rows(course: Path, name: str) -> list[dict[str, str]]:
    with (course / "reports" / SECTION / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_page_needs_nothing_but_itself(html: str) -> None:
    page = Page(html)
    assert not page.all("script") and not page.all("link") and not page.all("iframe")
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in page.all("img"))
    local = {"students.csv", "scores.csv", "exercises.csv", "messages.csv", "cells.csv"}
    assert {link["href"] for link in page.all("a") if not (link["href"] or "").startswith("#")} == local
    assert any("default-src 'none'" in (meta.get("content") or "") for meta in page.all("meta"))


def test_the_page_can_be_read_aloud_and_used_by_keyboard(html: str) -> None:
    page = Page(html)
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.all("html")[0]["lang"] == "en" and len(page.all("main")) == 1
    assert all(len(image["alt"] or "") > 30 for image in page.all("img"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(head["scope"] for head in page.all("th"))
    ids = [facts["id"] for _, facts in page.tags if "id" in facts]
    assert len(ids) == len(set(ids))
    anchors = [(link["href"] or "")[1:] for link in page.all("a") if (link["href"] or "").startswith("#")]
    assert len(anchors) >= 7 and set(anchors) <= set(ids)
    assert all(facts["tabindex"] == "0" for facts in page.all("div") if facts.get("class") in ("scroll", "picture"))


def test_hostile_text_stays_text(html: str) -> None:
    page = Page(html)
    assert HOSTILE in page.text and "<script>alert(1)</script>" in page.text
    assert not any("onerror" in facts for _, facts in page.tags)


def test_nothing_of_hidden_tests_is_shown(course: Path, html: str) -> None:
    everything = html + "".join(
        path.read_text(encoding="utf-8") for path in (course / "reports" / SECTION).glob("*.csv")
    )
    assert not [secret for secret in SECRETS if secret in everything or secret in Page(html).text]


def test_numbers_on_exercises_are_those_of_the_gradebook(course: Path) -> None:
    found = {row["exercise"]: row for row in rows(course, "exercises.csv")}
    assert [found["double"][name] for name in ("solved", "wrong", "not_tried")] == ["7", "4", "1"]
    assert float(found["double"]["difficulty"]) == pytest.approx(7 / 12, abs=1e-4)
    assert [found["queue"][name] for name in ("solved", "wrong")] == ["11", "1"]
    assert [found["plain"][name] for name in ("solved", "wrong")] == ["10", "2"]


def test_messages_that_differ_in_the_learners_values_count_together(course: Path) -> None:
    first = rows(course, "messages.csv")[0]
    assert (first["learners"], first["exercise"], first["wordings"]) == ("3", "double", "3")
    assert "your answer gives 90" in first["message"]


def test_late_work_and_what_waits_is_named(html: str) -> None:
    text = Page(html).text
    assert f"{LATE}2 d 0 h" in text
    assert "afterwardshanded in, not graded yetcourse grade" in text
    assert "Nothing handed in (1): absent" in text
    assert "nothingempty" in text and "tornunreadable" in text


def test_scores_are_those_of_the_gradebook(course: Path) -> None:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        wanted = {entry.student.id: entry.score for entry in gradebook.assignment_submissions(SECTION)}
    found = {row["student"].removeprefix("'"): float(row["points"]) for row in rows(course, "students.csv")}
    assert found == wanted


def test_a_spreadsheet_runs_no_learners_formula(course: Path) -> None:
    for name in ("students.csv", "scores.csv"):
        names = [row["student"] for row in rows(course, name)]
        assert f"'{FORMULA}" in names and FORMULA not in names


def test_charts_have_no_words_cut_off(course: Path) -> None:
    section = read_section(course, SECTION)
    items = report_statistics.items(section)
    drawn = [
        report_charts.scores(section),
        report_charts.outcomes(items, "01-one"),
        report_charts.discrimination(items, "01-one"),
        report_charts.slowest(report_statistics.slow_cells(section)),
        report_charts.handing_in(section),
    ]
    assert [chart.problems() for chart in drawn if chart] == [[]] * 5


def test_work_graded_by_stock_nbgrader_is_reported_too(course: Path) -> None:
    notes = {path: path.read_text() for path in course.glob(f"autograded/*/{SECTION}/{NOTE}")}
    try:
        for path in notes:
            path.unlink()
        section = read_section(course, SECTION)
    finally:
        for path, text in notes.items():
            path.write_text(text)
    assert report_statistics.messages(section)[0].learners == 3
    assert len(section.counted) == 14 and not report_statistics.slow_cells(section)


def test_json_says_the_main_numbers(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(course)
    assert main(["report", SECTION, "--json", "--out", str(tmp_path / "here")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["submissions"], told["graded"], told["points"]) == (15, 12, 6)
    assert Path(told["page"]).parent == tmp_path / "here"


def test_a_section_that_nobody_graded_or_knows_gets_one_line_and_no_gradebook(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course)
    database = tmp_path / "other.db"
    for arguments, words in (
        (["99-unknown"], f"There is {SECTION}"),
        ([SECTION, "--db", f"sqlite:///{database}"], "There is no gradebook"),
        ([SECTION, "--out", "/proc/nowhere"], "cannot be written to /proc/nowhere"),
    ):
        assert main(["report", *arguments]) == 2
        said = capsys.readouterr().err
        assert words in said and said.count("\n") == 1
    assert not database.exists()
