"""Answer sheets: every way to write letters is read, what is wrong is said, and points count question by question."""

import pytest

from course import NotTried, NotYet, exam
from course.lessons.checks import Expect

BLOCK = exam.block(4)
RIGHT = {one.number: one.right for one in BLOCK}
SINGLE = next(one for one in BLOCK if len(one.right) == 1)
TWO = next(one for one in BLOCK if len(one.right) == 2)
FIRST, SECOND = TWO.right


def _wrong(one):
    others = [option.letter for option in one.options if option.letter not in one.right]
    return "".join(sorted(others[0] + one.right[1:]))


def _said(answers, collected=False):
    sheet = exam.Sheet(4, answers)
    if collected:
        sheet.collect()
    with pytest.raises(NotYet) as outcome:
        sheet.must_be_whole(Expect("sheet-4"))
    return outcome.value


@pytest.mark.parametrize(
    "value",
    [
        FIRST + SECOND,
        SECOND + FIRST,
        (FIRST + SECOND).lower(),
        f" {FIRST}, {SECOND} ",
        f"{FIRST} {SECOND}",
        f"({FIRST}) ({SECOND})",
        f"{FIRST}./{SECOND}.",
        [FIRST, SECOND],
        (SECOND, FIRST),
        {FIRST, SECOND},
    ],
)
def test_letters_may_be_written_in_any_usual_way(value):
    assert exam.Sheet(4, {TWO.number: value}).chosen == {TWO.number: TWO.right}


@pytest.mark.parametrize(
    ("number", "value", "words"),
    [
        (SINGLE.number, "AB", "chooses 2 options; this question asks for one"),
        (TWO.number, FIRST, "chooses 1 option; this question asks for two"),
        (TWO.number, FIRST + FIRST, "names an option twice; this question asks for two"),
        (SINGLE.number, "E", "'E' is not one of its options A, B, C, D"),
        (SINGLE.number, "the second one", "cannot be read. Write letters only, such as 'A'"),
        (TWO.number, 2, "cannot be read. Write letters only, such as 'AC'"),
        ("q99", "A", "'q99' is no question of block 4, which has q40 to q52"),
    ],
)
def test_an_answer_in_bad_form_hears_what_is_wrong(number, value, words):
    assert words in _said(RIGHT | {number: value}).message


def test_a_sheet_hears_what_is_missing_and_nothing_about_what_is_right():
    sheet = {one.number: _wrong(one) for one in BLOCK} | {"q41": "", "q43": None}
    assert _said(sheet).message == "Not answered: q41, q43. A blank scores nothing; a guess may."


@pytest.mark.parametrize("answers", [{}, {one.number: "" for one in BLOCK}])
def test_an_untouched_sheet_is_not_tried(answers):
    assert isinstance(_said(answers), NotTried)
    assert isinstance(_said(answers, collected=True), NotTried)


@pytest.mark.parametrize("answers", [["A"] * 13, "ABCD", None])
def test_another_thing_than_a_dictionary_is_no_sheet(answers):
    for collected in (False, True):
        assert "Leave it a dictionary" in _said(answers, collected).message


def test_a_whole_sheet_may_be_handed_in_whatever_its_answers():
    exam.Sheet(4, {one.number: _wrong(one) for one in BLOCK}).must_be_whole(Expect("sheet-4"))


def test_points_count_question_by_question():
    expect = Expect("sheet-4")
    assert exam.Sheet(4, RIGHT).points(expect) == 13
    assert exam.Sheet(4, RIGHT | {SINGLE.number: _wrong(SINGLE)}).points(expect) == 12
    assert exam.Sheet(4, RIGHT | {TWO.number: _wrong(TWO)}).points(expect) == 12
    assert exam.Sheet(4, {SINGLE.number: SINGLE.right}).points(expect) == 1


def test_a_gap_costs_its_own_point_when_the_sheets_are_collected(capsys):
    sheet = exam.Sheet(4, RIGHT | {SINGLE.number: "", TWO.number: "Z"})
    sheet.collect()
    sheet.must_be_whole(Expect("sheet-4"))
    assert sheet.points(Expect("sheet-4")) == 11
    said = capsys.readouterr().out
    assert f"Not answered: {SINGLE.number}" in said
    assert "11 of 13 answers are right." in said


def test_nothing_right_is_refused_with_what_could_not_be_read():
    with pytest.raises(NotYet) as outcome:
        exam.Sheet(4, {SINGLE.number: "first"}).points(Expect("sheet-4"))
    assert outcome.value.message.startswith("None of the 13 answers is right.\nq40: 'first' cannot be read.")


def test_points_do_not_heed_what_a_notebook_did_to_the_questions_in_memory():
    sheet = exam.Sheet(4, {one.number: _wrong(one) for one in BLOCK})
    kept = {option: option.right for one in exam.block(4) for option in one.options}
    try:
        for option in kept:
            object.__setattr__(option, "right", option.letter in "".join(sheet.chosen.values()))
        with pytest.raises(NotYet, match="None of the 13"):
            sheet.points(Expect("sheet-4"))
    finally:
        for one in exam.block(4):
            for option in one.options:
                object.__setattr__(option, "right", option.letter in RIGHT[one.number])
