"""Scenario questions: form, seal, and what the learner is told."""

import pytest

from course import NotTried, NotYet, question
from course.lessons.questions import parse_question, seal, unseal

TEXT = """### Question 1

Which queue?

- [ ] **A** A standard queue, although
  order matters
  > Standard queues keep order only roughly.
- [x] **B** A FIFO queue
  > It keeps the order
  > within a message group.
- [ ] **C** No queue
  > Then the burst is lost.
"""


def test_options_reasons_and_the_right_one_are_read():
    asked = parse_question(TEXT)
    assert [option.letter for option in asked.options] == ["A", "B", "C"]
    assert asked.right == "B"
    assert asked.options[0].text == "A standard queue, although order matters"
    assert asked.options[1].reason == "It keeps the order within a message group."


def test_the_learner_sees_options_without_reasons():
    asked = parse_question(TEXT).asked()
    assert "- **B** A FIFO queue" in asked
    assert "roughly" not in asked and "[x]" not in asked


def test_a_seal_hides_and_keeps_the_reasons():
    asked = parse_question(TEXT)
    sealed = seal("which-queue", asked)
    assert "order" not in sealed
    assert unseal("which-queue", sealed)["A"] == (False, "Standard queues keep order only roughly.")
    assert sealed == seal("which-queue", asked)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("[x]", "[ ]"), "exactly one right option"),
        (("- [ ] **C** No queue\n  > Then the burst is lost.\n", ""), "three or more"),
        (("  > Then the burst is lost.\n", ""), "option C has no reason"),
        (("**B**", "**D**"), "letters run A, B, C"),
        (("  > Then", "Then"), "belongs to no option"),
    ],
)
def test_a_question_in_bad_form_is_refused_in_words(change, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_question(TEXT.replace(*change))


def test_the_right_answer_tells_all_reasons(capsys):
    question("which-queue", " b ", seal("which-queue", parse_question(TEXT)))
    said = capsys.readouterr().out
    assert "B: It keeps the order" in said and "C: Then the burst is lost." in said


def test_a_wrong_answer_tells_its_own_reason_only():
    with pytest.raises(NotYet) as outcome:
        question("which-queue", "A", seal("which-queue", parse_question(TEXT)))
    assert str(outcome.value) == "Not A. Standard queues keep order only roughly."


@pytest.mark.parametrize("empty", ["", "  ", None, ...])
def test_an_empty_answer_is_not_tried(empty):
    with pytest.raises(NotTried, match="one of A, B, C"):
        question("which-queue", empty, seal("which-queue", parse_question(TEXT)))


def test_a_letter_that_is_no_option_is_told():
    with pytest.raises(NotYet, match="not one of the options A, B, C"):
        question("which-queue", "E", seal("which-queue", parse_question(TEXT)))


def test_a_string_that_equals_everything_is_no_answer():
    class Any(str):
        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    with pytest.raises(NotTried):
        question("which-queue", Any("A"), seal("which-queue", parse_question(TEXT)))
