"""Which log events a subscription passes on."""

import pytest

from course.lab.events_log_filter import passes


@pytest.mark.parametrize(
    ("pattern", "message", "goes_on"),
    [
        ("", "anything", True),
        ("ERROR", "an ERROR here", True),
        ("ERROR", "an error here", False),
        ("ERROR stock", "ERROR: no stock", True),
        ("ERROR stock", "ERROR: no money", False),
        ('"no stock"', "ERROR: no stock", True),
        ('"no stock"', "stock: no", False),
        ("?ERROR ?WARN", "WARN low", True),
        ("?ERROR ?WARN", "INFO fine", False),
        ("ERROR -Timeout", "ERROR Timeout", False),
        ('{ $.level = "ERROR" }', '{"level": "ERROR"}', True),
        ('{ $.level = "ERROR" }', '{"level": "INFO"}', False),
        ('{ $.level = "ERR*" }', '{"level": "ERROR"}', True),
        ("{ $.ms >= 100 && $.code != 200 }", '{"ms": 100, "code": 500}', True),
        ("{ $.ms >= 100 && $.code != 200 }", '{"ms": 100, "code": 200}', False),
        ('{ $.a.b = 1 || $.c = "x" }', '{"c": "x"}', True),
        ("{ $.ms > 1 }", "no json", False),
    ],
)
def test_patterns(pattern, message, goes_on):
    assert passes(pattern, message) is goes_on
