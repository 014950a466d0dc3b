"""The numbers of a report, on classes made by hand."""

from __future__ import annotations

import pytest

from course.grading.report_data import Exercise, Learner, Section
from course.grading.report_page import duration
from course.grading.report_statistics import correlation, items, messages
from course.grading.report_text import columns, not_a_formula, padded, plain

EASY, HARD, ODD = Exercise("01", "easy-check", 2), Exercise("01", "hard-check", 2), Exercise("01", "odd-check", 1)


def a_class(*scores: tuple[float, float, float]) -> Section:
    learners = [
        Learner(f"s{number}", scores=dict(zip((EASY.key, HARD.key, ODD.key), each, strict=True)))
        for number, each in enumerate(scores)
    ]
    return Section("06-x", "course", None, [EASY, HARD, ODD], learners, [], [])


def test_difficulty_is_the_share_of_points_and_discrimination_tells_strong_from_weak() -> None:
    section = a_class(*[(2, 2, 0)] * 6, *[(2, 0, 1)] * 4, *[(0, 0, 1)] * 4)
    easy, hard, odd = items(section)
    assert (easy.solved, easy.wrong, easy.difficulty) == (10, 4, pytest.approx(10 / 14))
    assert easy.discrimination is not None and hard.discrimination is not None and odd.discrimination is not None
    assert easy.discrimination > 0 and hard.discrimination > 0
    assert odd.discrimination == pytest.approx(-0.8911, abs=1e-4)
    assert "Those who do well elsewhere fail it" in odd.remark


def test_few_submissions_or_equal_scores_have_no_discrimination() -> None:
    assert [item.discrimination for item in items(a_class(*[(2, 0, 1), (0, 2, 0)] * 4))] == [None] * 3
    assert [item.discrimination for item in items(a_class(*[(2, 2, 1)] * 20))] == [None] * 3
    assert correlation([0, 1] * 5, [0, 2] * 5) == pytest.approx(1)


def test_an_empty_class_has_no_numbers() -> None:
    assert [item.difficulty for item in items(a_class())] == [None] * 3


def test_submissions_that_do_not_stand_are_left_out() -> None:
    section = a_class((2, 2, 1), (0, 0, 0))
    section.learners[1].outcome = "unreadable"
    assert [item.submissions for item in items(section)] == [1, 1, 1]


def test_messages_of_solved_and_untried_exercises_do_not_count() -> None:
    section = a_class((2, 0, 0), (0, 0, 0))
    for learner in section.learners:
        learner.messages = {EASY.key: "too small: 3", HARD.key: "Write your answer."}
        learner.untried = {HARD.key}
    assert [(each.text, each.learners) for each in messages(section)] == [("too small: 3", 1)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m\nnext\tend", "red next end"),
        ("\x1b]0;title\x07ok", "ok"),
        ("a\u202eb\x00c", "a\ufffdb\ufffdc"),
        ("lone \ud800", "lone \ufffd"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_text_of_learners_is_made_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_tables_stay_straight_with_wide_letters() -> None:
    assert columns("李小龙") == 6
    assert {columns(padded(name, 10)) for name in ("ada", "李小龙", "Zoe\u0308")} == {10}


def test_formulas_become_text() -> None:
    assert [not_a_formula(text) for text in ("=1", "+1", "@x", "ada")] == ["'=1", "'+1", "'@x", "ada"]


@pytest.mark.parametrize(("hours", "words"), [(0.005, "1 min"), (1.5, "1 h 30 min"), (53.2, "2 d 5 h")])
def test_lateness_is_said_in_words(hours: float, words: str) -> None:
    assert duration(hours) == words
