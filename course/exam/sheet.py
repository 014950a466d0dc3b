"""An answer sheet: is it in the right form, and how many points is it worth?

Before it is handed in, a sheet hears only what is missing or cannot be read. The points come from the questions' files,
read anew, so that nothing which a notebook did to the questions in memory changes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from course.exam.bank import Question, block, read_block
from course.lessons.checks import Expect

HANDED_IN = "The sheet is whole. Its answers are judged further below."

_LETTERS = re.compile(r"[\s(]*[a-h]([\s,;+&/.()]*[a-h])*[\s.)]*", re.IGNORECASE)
_SEVERAL = (list, tuple, set, frozenset)
_WORDS = {1: "one", 2: "two", 3: "three"}


class Sheet:
    """What somebody answered to one block: `{"q01": "B", "q02": "AC", ...}`.

    >>> Sheet(1, {"q01": "b"}).chosen["q01"]
    'B'
    """

    def __init__(self, number: int, answers: object) -> None:
        self.number = number
        self._answers: Mapping[str, object] = answers if type(answers) is dict else {}
        self._collected = False
        chosen: dict[str, str] = {}
        self.missing: list[str] = []
        self.faults: list[str] = self._faults_of_form(answers)
        for question in block(number):
            letters, fault = _read(question, self._answers.get(question.number))
            if fault:
                self.faults.append(fault)
            elif letters:
                chosen[question.number] = letters
            else:
                self.missing.append(question.number)
        self.chosen: Mapping[str, str] = MappingProxyType(chosen)

    @property
    def whole(self) -> bool:
        """Whether every question has an answer that can be read."""
        return not self.missing and not self.faults

    @property
    def problems(self) -> str:
        """What is not answered and what cannot be read, one line each; empty for a whole sheet."""
        lines = list(self.faults)
        if self.missing:
            lines.append(f"Not answered: {', '.join(self.missing)}. A blank scores nothing; a guess may.")
        return "\n".join(lines)

    def collect(self) -> None:
        """Time is up: from now on what is missing costs its own point and no other."""
        self._collected = True

    def must_be_whole(self, expect: Expect) -> None:
        """End the check with what is missing, unless the sheets are being collected."""
        expect(type(self._answers) is dict and not self._no_dictionary, self.faults[0] if self.faults else "")
        expect.not_tried(not self.chosen and not self.faults)
        if self._collected:
            print(self.problems or f"All {len(self.chosen)} questions are answered.")
            return
        expect(self.whole, self.problems)

    def points(self, expect: Expect) -> int:
        """One point for each question whose right options were chosen, all of them and no other."""
        asked = read_block(self.number)
        earned = 0
        for question in asked:
            letters, fault = _read(question, self._answers.get(question.number))
            earned += not fault and letters == question.right
        expect(earned, f"None of the {len(asked)} answers is right.\n{self.problems}".strip())
        print(f"{earned} of {len(asked)} answers are right.")
        return earned

    def _faults_of_form(self, answers: object) -> list[str]:
        self._no_dictionary = type(answers) is not dict
        first, *_, last = (question.number for question in block(self.number))
        if self._no_dictionary:
            form = '{"' + first + '": "B", ...}'
            return [f"The sheet is a {type(answers).__name__}. Leave it a dictionary, as it was: {form}."]
        known = {question.number for question in block(self.number)}
        strange = [key for key in self._answers if type(key) is not str or key not in known]
        return [f"{key!r} is no question of block {self.number}, which has {first} to {last}." for key in strange]


def _read(question: Question, value: object) -> tuple[str, str]:
    """The letters chosen, in order, or what is wrong with the answer; two empty texts if there is none."""
    text = ",".join(map(str, value)) if type(value) in _SEVERAL else value  # type: ignore[call-overload]
    if text is None or text is ... or (type(text) is str and not text.strip()):
        return "", ""
    many, where = len(question.right), question.number
    if type(text) is not str or not _LETTERS.fullmatch(text.strip()):
        example = "ACE"[:many]
        return "", f"{where}: {value!r} cannot be read. Write letters only, such as {example!r}."
    letters = re.findall("[A-Z]", text.upper())
    known = [option.letter for option in question.options]
    strange = [letter for letter in letters if letter not in known]
    if strange:
        return "", f"{where}: {strange[0]!r} is not one of its options {', '.join(known)}."
    if len(set(letters)) != len(letters):
        return "", f"{where}: {value!r} names an option twice; this question asks for {_WORDS[many]}."
    if len(letters) != many:
        chosen = f"{len(letters)} option{'s' if len(letters) > 1 else ''}"
        return "", f"{where}: {value!r} chooses {chosen}; this question asks for {_WORDS[many]}."
    return "".join(sorted(letters)), ""
