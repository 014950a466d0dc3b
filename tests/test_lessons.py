"""Every lesson of the course keeps its promises: form, answers, scores, messages, release, time."""

import os
import time

import nbformat
import pytest
from nbclient import NotebookClient

from course.grading.check import check_lessons
from course.lessons.build import INDEX, stale_files, write_index
from course.lessons.coverage import unknown_topics
from course.lessons.source import find_lessons, read_lesson
from tests.lessons.sample import ROOT

LESSONS = find_lessons(ROOT)
SECTIONS = sorted({path.parent.name for path in LESSONS})
# A lesson runs within 20 s on a quiet machine; this bound catches a lesson that waits, on a busy one too.
LONGEST = 120


def _name(path):
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.lessons
def test_all_answers_get_the_points_and_words_they_should():
    reports = check_lessons(ROOT, LESSONS, jobs=os.cpu_count() or 1)
    assert [problem for report in reports for problem in report.problems] == []
    assert all(report.exercises and report.right and report.wrong for report in reports)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_committed_release_is_what_a_build_gives(section):
    assert stale_files(ROOT, section) == []


def test_the_committed_index_is_what_a_build_gives():
    before = INDEX.read_text(encoding="utf-8")
    assert not write_index(ROOT)
    assert INDEX.read_text(encoding="utf-8") == before


def test_headers_name_topics_and_exercises_that_exist():
    assert unknown_topics(map(read_lesson, LESSONS)) == []


@pytest.mark.lessons
@pytest.mark.parametrize("path", LESSONS, ids=_name)
def test_a_released_lesson_runs_to_its_end_in_a_real_kernel(path, tmp_path):
    """As a learner who runs all cells of the untouched notebook: no error but those of unsolved checks."""
    notebook = nbformat.read(ROOT / "release" / path.parent.name / f"{path.stem}.ipynb", as_version=4)
    began = time.monotonic()
    # Unsolved checks carry the tag raises-exception, so that the run goes on; any other error ends it.
    NotebookClient(notebook, timeout=LONGEST, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert time.monotonic() - began < LONGEST
    outputs = [(cell, output) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    errors = {output.ename for _, output in outputs if output.output_type == "error"}
    assert errors == {"NotTried"} or errors == {"NotTried", "NotYet"}, "a repair exercise is tried from the start"
    assert [output.text for _, output in outputs if output.get("name") == "stderr"] == []
