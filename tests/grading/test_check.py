"""`course check`: a lesson keeps its promises, and each broken one is named with file, exercise and remedy."""

import itertools
import json

import pytest
from nbformat import v4

from course.cli import main
from course.grading.answers import read_bank, rounds
from course.grading.check import check_lessons
from course.grading.shown_only import leave_out_shows
from course.lessons.source import read_lesson
from tests.lessons.sample import sample_course

NAME = "06-messaging/07-sample"


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = sample_course(tmp_path, NAME)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def check(course):
    return lambda: check_lessons(course, [course / "source" / f"{NAME}.py"], jobs=1, draft=True)[0]


def _edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_new_lesson_passes_as_it_comes(course, capsys):
    assert main(["check", NAME, "--draft", "--json"]) == 0
    [report] = json.loads(capsys.readouterr().out)
    assert (report["exercises"], report["right"], report["wrong"], report["problems"]) == (1, 1, 2, [])


def test_a_finished_lesson_must_keep_more_rules(course, capsys):
    assert main(["check", NAME]) == 1
    said = capsys.readouterr().err
    assert "has 1 exercises; a lesson carries 6 to 10" in said
    assert "names 0 topics" in said


def test_a_check_that_lets_a_wrong_answer_pass_is_named(course, check):
    _edit(course / "source" / f"{NAME}.py", 'expect(url.endswith("/parcels"), ', "expect(True, ")
    [problem] = check().problems
    assert "wrong answer to 'first-queue' gets 2 points; its check must refuse it" in problem
    assert f"tests/answers/{NAME}.py:10" in problem


def test_a_check_that_refuses_another_right_answer_is_named(course, check):
    _edit(course / "tests/answers" / f"{NAME}.py", "QueueName=name).url", "QueueName=name)")
    [problem] = check().problems
    assert "right answer to 'first-queue' gets 0 of 2. Its check says:" in problem


def test_a_message_without_the_expected_words_is_named(course, check):
    _edit(course / "tests/answers" / f"{NAME}.py", 'says="use the name"', 'says="eat more fruit"')
    [problem] = check().problems
    assert "not with the words 'eat more fruit'" in problem


def test_a_stub_that_scores_is_named(course, check):
    lesson = course / "source" / f"{NAME}.py"
    _edit(
        lesson,
        '    """Create a queue and return its URL."""\n',
        '    return sqs.create_queue(QueueName=name)["QueueUrl"]\n',
    )
    assert any("untouched 'first-queue' gets 2 points" in problem for problem in check().problems)


def test_a_wrong_answer_that_costs_another_exercise_is_named(course, check):
    """Exercises stand alone: the second one must not use what the first one made."""
    lesson = course / "source" / f"{NAME}.py"
    second = """
# %% exercise="second"
def second() -> str:
    ### BEGIN SOLUTION
    return make_queue("second")
    ### END SOLUTION

# %% check="second" points=1
with check("second", needs="second") as expect:
    expect(second() in sqs.list_queues().get("QueueUrls", []), "Not there.")
    ### BEGIN HIDDEN TESTS
    expect(second().endswith("/second"), "Another name.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## To remember"""
    _edit(lesson, "\n# %% [markdown]\n# ## To remember", second)
    problems = check().problems
    assert any("right answer to 'second' gets 0 of 1" in problem for problem in problems)


def test_a_thin_answer_bank_is_named(course, check):
    (course / "tests/answers" / f"{NAME}.py").write_text('# %% right="nothing"\n1\n')
    problems = check().problems
    assert any("'nothing' is no exercise" in problem for problem in problems)
    assert any("exercise 'first-queue' has 0 right and 0 wrong answers" in problem for problem in problems)


def test_errors_and_warnings_in_a_lesson_are_named(course, check):
    lesson = course / "source" / f"{NAME}.py"
    _edit(
        lesson,
        'sqs = boto3.client("sqs")\n',
        'sqs = boto3.client("sqs")\nimport warnings; warnings.warn("old")\n1 / 0\n',
    )
    problems = check().problems
    assert any("ZeroDivisionError: division by zero (cell that begins:" in problem for problem in problems)


def test_every_answer_is_graded_once(course):
    lesson = read_lesson(course / "source" / f"{NAME}.py")
    answers, _ = read_bank(course, lesson)
    graded = [answer for item in rounds(lesson, answers) for answer in item.answers.values()]
    assert all(graded.count(answer) == 1 for answer in answers)


def test_behind_some_wrong_answer_to_each_exercise_stands_a_right_one_to_the_next(course):
    lesson = read_lesson(course / "source" / f"{NAME}.py")
    plan = rounds(lesson, read_bank(course, lesson)[0])
    names = list(plan[1].answers)
    for name, following in itertools.pairwise(names):
        pairs = [(item.answers.get(name), item.answers.get(following)) for item in plan]
        assert any(one and other and not one.right and other.right for one, other in pairs), name


def test_cells_that_only_show_something_are_left_out():
    notebook = v4.new_notebook(cells=[
        v4.new_code_cell("import math", metadata={"nbgrader": {"locked": True}}),
        v4.new_code_cell("table = 3\nprint(table)"),
        v4.new_code_cell("chart(table)"),
        v4.new_code_cell("size = table * 2"),
        v4.new_code_cell("answer = 1", metadata={"exercise": "one"}),
        v4.new_code_cell('check("one", needs="answer")\nassert answer < size', metadata={"nbgrader": {"grade": True}}),
    ])  # fmt: skip
    leave_out_shows(notebook)
    assert [bool(cell.source) for cell in notebook.cells] == [True, True, False, True, True, True]
