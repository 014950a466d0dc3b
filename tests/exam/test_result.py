"""What is shown: questions without answers, reasons after a whole sheet, the result with its estimate, the clock."""

import re

import pytest

from course import exam
from course.exam import timer
from course.exam.timer import Timer

RIGHT = [{one.number: one.right for one in exam.block(number)} for number in range(1, exam.BLOCKS + 1)]


def _with_wrong(domain, most=99):
    """All right, but for `most` questions of one domain."""
    sheets, left = [dict(sheet) for sheet in RIGHT], most
    for number in range(1, exam.BLOCKS + 1):
        for one in exam.block(number):
            if one.domain.name == domain and left:
                off = next(option.letter for option in one.options if not option.right)
                sheets[number - 1][one.number] = off + one.right[1:]
                left -= 1
    return sheets


def test_a_block_shows_its_questions_and_options_and_no_reason():
    text = repr(exam.show(2))
    for one in exam.block(2):
        assert one.asked in text
        for option in one.options:
            assert f"- **{option.letter}** {option.text}" in text
            assert option.why not in text


def test_reasons_come_for_a_whole_sheet_only():
    blank = repr(exam.reasons(1, RIGHT[0] | {"q05": ""}))
    assert "when its sheet is whole" in blank
    assert "Not answered: q05" in blank
    text = repr(exam.reasons(1, RIGHT[0]))
    assert text.startswith("**Block 1: 13 of 13 right.**")
    for one in exam.block(1):
        assert all(option.why in text for option in one.options)


def test_wrong_answers_come_first_with_the_lesson_to_read_again():
    one = exam.block(1)[6]
    off = next(option.letter for option in one.options if not option.right)
    text = repr(exam.reasons(1, RIGHT[0] | {one.number: off}))
    assert text.index(f"✗ {one.number}") < text.index("<details>")
    assert f"You chose {off}. Right: **{one.right}**." in text
    assert re.search(r"Read again: \[.+\]\(\.\./\d\d-[a-z]+/\d\d-[a-z0-9-]+\.ipynb\)", text)


def test_nothing_answered_gives_no_result_and_no_chart():
    untouched = exam.result({}, {}, {}, {}, {})
    assert "No question is answered yet" in repr(untouched)
    assert "nothing to draw" in repr(untouched.chart())
    assert untouched.right == exam.result().right == 0


def test_the_scale_is_a_straight_line_from_100_to_1000():
    assert exam.result().score == 100
    assert exam.result(*RIGHT).score == 1000
    passing = [right for right in range(66) if round(100 + 900 * right / 65) >= 720]
    assert passing[0] == 45


def test_the_result_counts_by_domain_and_calls_itself_an_estimate():
    outcome = exam.result(*_with_wrong("Security"))
    assert outcome.by_domain()["Security"] == (0, 17)
    assert outcome.by_domain()["Deployment"] == (15, 15)
    assert outcome.right == 48
    assert outcome.passed
    text = repr(outcome)
    assert "48 of 65 right: about 765 points, above the pass mark of 720" in text
    assert "This is an estimate." in text
    low, high = outcome.range
    assert low < 720 < high
    assert "Too close to call." in text
    assert "| Security | 0 | 17 | 0% |" in text


def test_the_result_explains_what_was_wrong_and_names_the_lessons():
    outcome = exam.result(*_with_wrong("Deployment", most=2))
    text = repr(outcome)
    wrong = [mark.question for mark in outcome.marks if not mark.right]
    assert len(wrong) == 2
    for one in wrong:
        assert f"✗ {one.number}" in text
        assert all(option.why in text for option in one.options)
    assert "### To read again" in text


def test_a_sheet_that_is_not_whole_keeps_its_reasons_back():
    sheets = [RIGHT[0], RIGHT[1] | {"q20": ""}]
    text = repr(exam.result(*sheets))
    assert "without reasons: the sheets of the blocks 2, 3, 4, 5" in text
    hidden = [option.why for number in (2, 3, 4, 5) for one in exam.block(number) for option in one.options]
    assert not any(why in text for why in hidden)


@pytest.mark.parametrize(
    ("sheets", "headline"),
    [
        (RIGHT, "All domains stand at 100 percent"),
        (_with_wrong("Security"), "Development with AWS Services stands at 100 percent, Security at 0"),
    ],
)
def test_the_chart_says_where_one_stands(sheets, headline):
    chart = exam.result(*sheets).chart()
    assert headline in repr(chart)
    assert not chart.problems()


def test_the_clock_tells_the_time_left_and_the_questions_that_fit():
    now = [1000.0]
    clock = Timer(130, lambda: now[0])
    assert clock.words() == "130 of 130 minutes are left, enough for 65 questions at 2 minutes each."
    now[0] += 90 * 60
    assert clock.words() == "40 of 130 minutes are left, enough for 20 questions at 2 minutes each."
    now[0] += 50 * 60
    assert clock.words().startswith("The 130 minutes ended 10 minutes ago.")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "ended just now."), (60, "ended 1 minute ago."), (120, "ended 2 minutes ago.")]
)
def test_a_clock_that_has_run_out_says_for_how_long(seconds, words):
    now = [0.0]
    clock = Timer(130, lambda: now[0])
    now[0] += 130 * 60 + seconds
    assert words in clock.words()


def test_no_clock_runs_unless_it_was_started(monkeypatch):
    monkeypatch.setattr(timer, "_running", [])
    assert "No timer is running" in repr(exam.time_left())
    assert "minutes are left" in repr(exam.start())
    assert "minutes are left" in repr(exam.time_left())
