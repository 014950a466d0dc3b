"""What a learner meets when a check runs: right, not yet, not tried. Always words, never a traceback."""

import pytest
from botocore.exceptions import ClientError
from IPython.testing.globalipapp import start_ipython

from course import NotTried, NotYet, check, facts
from course.lessons.checks import Expect

start_ipython()


def run(answer: str, test: str) -> NotYet | None:
    """Run an answer cell and a check cell as a notebook does; returns what the check raised."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    shell.reset()
    shell.run_cell("from course import check", silent=True)
    shell.run_cell(answer, silent=True)
    return shell.run_cell(test, silent=True).error_in_exec


DOUBLE = """
with check("double", needs="double", right="Well done.") as expect:
    expect.equal(double(4), 8, "4 doubled")
"""


def test_a_right_answer_raises_nothing(capsys):
    assert run("def double(n):\n    return 2 * n", DOUBLE) is None
    assert "✓ Right: double\n  Well done." in capsys.readouterr().out


def test_a_check_that_judges_only_the_form_may_say_other_words(capsys):
    run("def double(n):\n    return n", 'with check("double", needs="double", words="Handed in") as expect:\n    pass')
    assert "✓ Handed in: double" in capsys.readouterr().out


def test_a_wrong_answer_says_what_is_wrong():
    outcome = run("def double(n):\n    return n", DOUBLE)
    assert type(outcome).__name__ == "NotYet"
    assert str(outcome) == "4 doubled: your answer gives 4, it should be 8."


@pytest.mark.parametrize(
    "stub",
    [
        "",
        "double = None",
        "double = ...",
        "def double(n):\n    ...",
        "def double(n):\n    pass",
        'def double(n):\n    """Double it."""\n    ...  # your code here',
        "def double(n):\n    raise NotImplementedError()",
    ],
)
def test_a_stub_is_not_tried(stub):
    assert type(run(stub, DOUBLE)).__name__ == "NotTried"


@pytest.mark.parametrize("body", ["return 900", 'return "900"', "return True", "return []"])
def test_an_answer_that_always_says_the_same_is_tried_and_wrong(body):
    assert type(run(f"def double(n):\n    {body}", DOUBLE)).__name__ == "NotYet"


def test_an_error_in_the_answer_names_the_learners_line():
    outcome = run("def double(n):\n    half = n / 0\n    return half", DOUBLE)
    assert str(outcome) == (
        "Your code stopped with ZeroDivisionError: division by zero\nIt happened in your line:  half = n / 0"
    )


def test_an_error_from_aws_is_told_in_words():
    answer = """
from botocore.exceptions import ClientError
def double(n):
    raise ClientError({"Error": {"Code": "QueueDoesNotExist", "Message": "No such queue."}}, "SendMessage")
"""
    outcome = run(answer, DOUBLE)
    assert str(outcome).startswith("AWS refused SendMessage with QueueDoesNotExist: No such queue.")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("def double(n):\n    raise SystemExit(0)", "ended the program"),
        ("def double(n):\n    return double(n)", "without end"),
        ("def double(n):\n    return undefined", "NameError"),
    ],
)
def test_whatever_happens_ends_in_words(answer, words):
    assert words in str(run(answer, DOUBLE))


def test_the_notebook_shows_words_in_place_of_a_traceback():
    shown = NotYet("double", "Look again.\nAt the second line.")._render_traceback_()
    assert [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in shown] == [
        "✗ Not yet: double",
        "  Look again.",
        "  At the second line.",
    ]
    assert "○ Not tried yet" in NotTried("double", "Begin.")._render_traceback_()[0]


class Liar:
    """An object that claims to be equal to everything, and true."""

    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    __hash__ = None


@pytest.mark.parametrize("wanted", [8, 8.0, "8", [8], (8,), {"n": 8}, True, None])
def test_an_object_that_equals_everything_equals_nothing(wanted):
    with pytest.raises(NotYet):
        Expect("x").equal(Liar(), wanted, "value")


def test_an_object_cannot_judge_itself():
    with pytest.raises(NotYet):
        Expect("x")(Liar(), "no")


@pytest.mark.parametrize(
    ("got", "wanted"), [(1, True), (True, 1), (1, "1"), ([1], [1, 2]), ({"a": 1}, {"a": 1, "b": 2}), ("", None)]
)
def test_values_of_another_kind_are_not_equal(got, wanted):
    with pytest.raises(NotYet):
        Expect("x").equal(got, wanted, "value")


@pytest.mark.parametrize(("got", "wanted"), [(2, 2.0), ((1, 2), [1, 2]), ({"a": [1]}, {"a": [1]}), (None, None)])
def test_equal_values_are_equal(got, wanted):
    Expect("x").equal(got, wanted, "value")


def test_a_fact_is_as_good_as_its_number():
    most = facts.limit("sqs", "visibility-max")
    for got, wanted in ((most, 43_200), (43_200, most), ([most], [43_200]), ((1, most), (1, 43_200))):
        Expect("x").equal(got, wanted, "seconds")


def test_close_takes_numbers_only():
    Expect("x").close(100.2, 100, "price")
    for wrong in (101, "100", True, None, float("nan")):
        with pytest.raises(NotYet):
            Expect("x").close(wrong, 100, "price")


def test_refused_wants_the_error_code():
    def aws(code):
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "GetObject")

    with Expect("x").refused("AccessDenied", "The bucket is open."):
        aws("AccessDenied")
    with (
        pytest.raises(NotYet, match=r"The bucket is open. \(AWS answered NoSuchKey"),
        Expect("x").refused("AccessDenied", "The bucket is open."),
    ):
        aws("NoSuchKey")
    with pytest.raises(NotYet, match="The bucket is open"), Expect("x").refused("AccessDenied", "The bucket is open."):
        pass


def test_interrupting_a_check_is_not_an_outcome():
    with pytest.raises(KeyboardInterrupt), check("x"):
        raise KeyboardInterrupt
