"""A mock exam: 65 scenario questions in the proportions of AWS Certified Developer - Associate (DVA-C02).

>>> from course import exam
>>> exam.start()                    # a timer, only if wanted
>>> exam.show(1)                    # the questions of block 1
>>> exam.Sheet(1, {"q01": "B"})     # what was handed in
>>> exam.reasons(1, sheet_1)        # the reason for every option
>>> exam.result(sheet_1, sheet_2, sheet_3, sheet_4, sheet_5)

The questions are data, in `questions/*.yaml`, one file for each task statement of AWS's guide.
"""

from __future__ import annotations

from course.exam.bank import BLOCKS, Question, block, questions
from course.exam.guide import Domain, Guide, guide
from course.exam.page import Page, show
from course.exam.reasons import reasons
from course.exam.result import Result, result
from course.exam.sheet import HANDED_IN, Sheet
from course.exam.timer import start, time_left

__all__ = [
    "BLOCKS",
    "HANDED_IN",
    "Domain",
    "Guide",
    "Page",
    "Question",
    "Result",
    "Sheet",
    "block",
    "guide",
    "questions",
    "reasons",
    "result",
    "show",
    "start",
    "time_left",
]
