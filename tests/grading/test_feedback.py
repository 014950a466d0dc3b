"""Feedback pages: they open offline, say what failed, and keep the code of hidden tests to themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course.cli import main
from course.grading.feedback_hiding import HideHiddenTests
from course.grading.feedback_pages import clean
from tests.grading.small_class import LESSON, SECTION, hand_in, meta, release, solved

pytestmark = pytest.mark.xdist_group("feedback")

CODE = ('expect.equal(double(21), 42, "double(21)")', "assert sorted([answer, 1])", "get_queue_attributes")
CHEAT = "def double(x): return 4"
SHOW = (
    "from IPython.display import HTML, Javascript\n"
    'display(HTML(\'<script>alert(1)</script><img src="http://192.0.2.1/x.png"><b onclick="x()">full marks</b>\'))\n'
    "display(Javascript('alert(2)'))\n"
    "answer = 42"
)
NAMES = ("ada lovelace", "[x]", "żółć", "<b>bob<b>")


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded class: one cheats, one shows hostile outputs, one has an error of their own, some have strange names."""
    folder = release(tmp_path_factory.mktemp("class"))
    hand_in(folder, "cheat", solved(folder, double=CHEAT + " + 0 * x"))
    hand_in(folder, "show", solved(folder, plain=SHOW))
    hand_in(
        folder,
        "plainly",
        solved(folder, plain="class Odd:\n    def __eq__(self, other):\n        return 1 / 0\nanswer = Odd()"),
    )
    for name in NAMES:
        hand_in(folder, name, solved(folder))
    hand_in(folder, "torn", "{")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["grade", SECTION]) == 1
        assert main(["feedback", SECTION]) == 0
    return folder


def page(course: Path, student: str) -> str:
    return (course / "feedback" / student / SECTION / f"{LESSON}.html").read_text(encoding="utf-8")


def test_a_failed_hidden_test_says_what_and_shows_no_code(course: Path) -> None:
    html = page(course, "cheat")
    text = Page(html).text
    assert "double(21): your answer gives 4, it should be 42." in text
    assert 'expect.equal(double(2), 4, "double(2)")' in text
    assert not [code for code in CODE if code in text or code in html]
    assert "A hidden test stands here" in text


@pytest.mark.parametrize(("show", "message", "code"), [("hidden", False, False), ("full", True, True)])
def test_an_instructor_may_show_less_or_more(
    course: Path, monkeypatch: pytest.MonkeyPatch, show: str, message: bool, code: bool
) -> None:
    monkeypatch.chdir(course)
    try:
        assert main(["feedback", SECTION, "--show", show, "--student", "cheat"]) == 0
        text = Page(page(course, "cheat")).text
    finally:
        assert main(["feedback", SECTION, "--student", "cheat"]) == 0
    assert ("double(21): your answer gives 4" in text) is message
    assert (CODE[0] in text) is code
    assert "0 of 2" in text


def test_pages_open_offline_and_run_nothing(course: Path) -> None:
    for student in ("cheat", "show", *NAMES):
        tags = Page(page(course, student)).tags
        assert not {"script", "link", "iframe", "object", "svg"} & {tag for tag, _ in tags}
        sources = [facts.get("src") or "" for _, facts in tags if "src" in facts]
        assert all(source.startswith("data:image/") for source in sources)
        assert not [name for _, facts in tags for name in facts if name.startswith("on")]
        assert "default-src 'none'" in page(course, student)


def test_what_a_learner_displays_stays_without_what_could_act(course: Path) -> None:
    text = Page(page(course, "show")).text
    assert "full marks" in text
    assert "01-one: 6 of 6 points" in text


def test_an_error_is_shown_with_the_learners_own_line_only(course: Path) -> None:
    text = Page(page(course, "plainly")).text
    assert "0 of 1" in text
    assert not [code for code in CODE if code in text]


def test_strange_names_get_their_pages_and_stay_text(course: Path) -> None:
    for name in NAMES:
        shown = Page(page(course, name))
        assert name in shown.text
        assert not [facts for tag, facts in shown.tags if tag == "b"]


def test_stock_nbgrader_writes_the_same_pages(course: Path) -> None:
    wanted = page(course, "cheat")
    nbgrader = [sys.executable, "-m", "nbgrader", "generate_feedback", SECTION, "--student=cheat", "--force"]
    done = subprocess.run(nbgrader, cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert page(course, "cheat") == wanted


def test_what_is_not_graded_is_named(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course)
    assert main(["feedback", SECTION, "--student", "torn", "--student", "nobody"]) == 2
    assert f"Nothing of '{SECTION}' is graded for nobody, torn." in capsys.readouterr().err
    assert main(["feedback", "98-other"]) == 2
    assert f"There is {SECTION}" in capsys.readouterr().err


def test_one_broken_notebook_stops_nobody_else(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course)
    path = course / "autograded" / "show" / SECTION / f"{LESSON}.ipynb"
    before = path.read_bytes()
    path.write_text('{"cells": 3}')
    try:
        assert main(["feedback", SECTION, "--student", "show", "--student", "cheat", "--json"]) == 1
    finally:
        path.write_bytes(before)
        capsys_out = capsys.readouterr().out
        assert main(["feedback", SECTION, "--student", "show"]) == 0
    results = {each["student"]: each for each in json.loads(capsys_out)["results"]}
    assert results["cheat"]["pages"] == 1 and not results["cheat"]["problem"]
    assert results["show"]["problem"]


TEST = "x = answer\n### BEGIN HIDDEN TESTS\nassert tries(x) == 77, 'seven'\n### END HIDDEN TESTS"


def hiding(show: str, *outputs, learner: str = "def tries(x):\n    return 1 / 0"):
    """A notebook with one answer and one test that ended in these outputs, as it leaves the step."""
    answer = new_code_cell(learner, metadata=meta("a", solution=True), execution_count=1)
    test = new_code_cell(TEST, metadata=meta("a-check", grade=True, points=1), execution_count=2, outputs=list(outputs))
    notebook = new_notebook(cells=[answer, test])
    HideHiddenTests(show=show).preprocess(notebook, {})
    return notebook.cells[1]


def error(name: str, value: str, *traceback: str):
    return new_output("error", ename=name, evalue=value, traceback=list(traceback))


def test_a_traceback_keeps_the_learners_line_and_loses_the_tests() -> None:
    shown = (
        "Cell In[2], line 3|----> 3 assert tries(x) == 77, 'seven'|Cell In[1], line 2, in tries(x)|----> 2 return 1 / 0"
    )
    cell = hiding("message", error("ZeroDivisionError", "division by zero", *shown.split("|")))
    assert cell.outputs[0].traceback == [
        "✗ ZeroDivisionError: division by zero",
        "  in your cell [1], line 2:  return 1 / 0",
    ]
    assert "== 77" not in json.dumps(cell)


def test_an_error_that_takes_a_friendly_name_shows_no_more() -> None:
    cell = hiding("message", error("NotYet", "look", "Cell In[2], line 3", "assert tries(x) == 77, 'seven'"))
    assert "== 77" not in json.dumps(cell) and cell.outputs[0].traceback == ["✗ Not yet", "  look"]


def test_a_hidden_line_that_a_learner_prints_is_cut_out() -> None:
    quoted = "got you: \x1b[1massert\x1b[0m tries(x) == 77, 'seven'"
    page = "<pre>assert tries(x) == 77, &#x27;seven&#x27;</pre>"
    cell = hiding(
        "message",
        new_output("stream", name="stdout", text=quoted),
        new_output("display_data", data={"text/html": page}),
    )
    assert "== 77" not in json.dumps(cell)
    assert cell.outputs[0].text.startswith("got you: (a line of a hidden test")


def test_hidden_says_only_that_it_failed_and_full_changes_nothing() -> None:
    failed = error("AssertionError", "seven", "assert tries(x) == 77, 'seven'")
    assert "seven" not in json.dumps(hiding("hidden", failed))
    full = hiding("full", error("AssertionError", "seven", "assert tries(x) == 77, 'seven'"))
    assert full.source == TEST and "== 77" in full.outputs[0].traceback[0]


def test_a_hidden_test_without_an_end_is_hidden_to_the_end() -> None:
    cell = new_code_cell("### BEGIN HIDDEN TESTS\nassert 1 == 2\nassert 3", metadata=meta("b", grade=True, points=1))
    notebook = new_notebook(cells=[cell])
    HideHiddenTests().preprocess(notebook, {})
    assert "assert" not in notebook.cells[0].source


@pytest.mark.parametrize(
    ("hostile", "left"),
    [
        ("<b onclick='x()'>a</b>", "<b>a</b>"),
        ("<script>alert(1)</script>a", "a"),
        ("<SCRIPT >alert(1)</SCRIPT\n>a<script>never ends", "a"),
        ("<a href='javascript:alert(1)'>a</a>", "<a>a</a>"),
        ("<a href='data:text/html,x'>a</a>", "<a>a</a>"),
        ("<img src='http://x/y.png' alt='a'>", '<img alt="a">'),
        ("<p style='position:fixed;color:red'>a</p>", '<p style="color:red;">a</p>'),
        ("<form action=x><input name=a>b</form>", "b"),
        ("<meta http-equiv=refresh content='0;url=http://x'>a", "a"),
        ("<details><summary>Hint</summary>a</details>", "<details><summary>Hint</summary>a</details>"),
        ('<img src="data:image/png;base64,AA==" alt="a">', '<img src="data:image/png;base64,AA==" alt="a">'),
    ],
)
def test_markup_keeps_its_look_and_loses_its_teeth(hostile: str, left: str) -> None:
    assert clean(hostile) == left
