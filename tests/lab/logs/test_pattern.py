"""Which log events a pattern finds."""

import pytest

from course.lab.logs.pattern import read
from course.lab.logs.tests_of_values import Fault


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
        ('{ ($.a = 1 || $.b = 2) && $.c = "x" }', '{"b": 2, "c": "x"}', True),
        ('{ ($.a = 1 || $.b = 2) && $.c = "x" }', '{"b": 2, "c": "y"}', False),
        ("{ $.user IS NULL }", '{"user": null}', True),
        ("{ $.user IS NULL }", "{}", False),
        ("{ $.user NOT EXISTS }", "{}", True),
        ("{ $.paid IS TRUE }", '{"paid": true}', True),
        ("{ $.paid IS TRUE }", '{"paid": "true"}', False),
        ('{ $.roles[0] = "admin" }', '{"roles": ["admin"]}', True),
        ('{ $.roles[*] = "admin" }', '{"roles": ["reader", "admin"]}', True),
        ("{ $.code = %5\\d\\d% }", '{"code": 503}', True),
        ("{ $.code = %5\\d\\d% }", '{"code": 403}', False),
        ("{ $['a-b'] = x }", '{"a-b": "x"}', True),
        ("%ERR(OR)?%", "an ERR here", True),
        ("%^ERROR%", "an ERROR here", False),
        ("[ip, user, code = 4*]", "10.0.0.1 ann 404", True),
        ("[ip, user, code = 4*]", "10.0.0.1 ann 200", False),
        ("[ip, user, code = 4*]", "10.0.0.1 ann x 404", False),
        ("[ip, ..., code = 404 || code = 410, bytes > 100]", "10.0.0.1 a b c 410 101", True),
        ("[ip, ..., code = 404 || code = 410, bytes > 100]", "10.0.0.1 a b c 410 99", False),
        ('[who, request = "GET *", code]', 'ann "GET /orders" 200', True),
        ("[who, at, code]", "ann [21/Nov/2026 10:00] 200", True),
    ],
)
def test_patterns(pattern, message, goes_on):
    assert read(pattern).fits(message) is goes_on


def test_fields_are_named_by_their_selectors():
    assert read("[ip, code >= 500, ...]").fields("10.0.0.1 503 slow") == {"$ip": "10.0.0.1", "$code": "503"}
    assert read("{ $.ms > 1 && $.user.id = * }").fields('{"ms": 2, "user": {"id": "ann"}}') == {
        "$.ms": 2, "$.user.id": "ann",
    }  # fmt: skip


@pytest.mark.parametrize(
    "pattern", ["{ $.a = 1", "{ $.a }", "{ $.a = 1 && }", "{ ($.a = 1 }", "{ $.a > x }", "[a, b", "%(%", 'a "b']
)
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(Fault):
        read(pattern)
