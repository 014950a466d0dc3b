"""Event patterns: what matches, and what is refused where."""

import json

import pytest

from course.lab.events_pattern import InvalidPattern, matches, parse_pattern

EVENT = {
    "source": "shop",
    "detail": {
        "total": 250,
        "state": "paid",
        "ip": "10.0.3.7",
        "file": "in/cat.JPG",
        "tags": ["new", "gift"],
        "lines": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}],
        "gift": True,
        "note": None,
        "empty": "",
    },
}


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ({}, True),
        ({"state": ["paid", "open"]}, True),
        ({"state": ["open"]}, False),
        ({"state": ["Paid"]}, False),
        ({"total": [250]}, True),
        ({"total": [250.0]}, True),
        ({"total": ["250"]}, False),
        ({"gift": [True]}, True),
        ({"gift": [1]}, False),
        ({"note": [None]}, True),
        ({"empty": [""]}, True),
        ({"tags": ["gift"]}, True),
        ({"tags": ["old"]}, False),
        ({"lines": {"sku": ["b"]}}, True),
        ({"lines": {"sku": ["a"], "n": [2]}}, False),
        ({"state": [{"prefix": "pa"}]}, True),
        ({"file": [{"prefix": {"equals-ignore-case": "IN/"}}]}, True),
        ({"file": [{"suffix": ".jpg"}]}, False),
        ({"file": [{"suffix": {"equals-ignore-case": ".jpg"}}]}, True),
        ({"state": [{"equals-ignore-case": "PAID"}]}, True),
        ({"file": [{"wildcard": "in/*.JPG"}]}, True),
        ({"file": [{"wildcard": "in/*.png"}]}, False),
        ({"state": [{"anything-but": "open"}]}, True),
        ({"state": [{"anything-but": ["open", "paid"]}]}, False),
        ({"state": [{"anything-but": {"prefix": "pa"}}]}, False),
        ({"file": [{"anything-but": {"suffix": ".png"}}]}, True),
        ({"file": [{"anything-but": {"wildcard": "in/*"}}]}, False),
        ({"missing": [{"anything-but": "x"}]}, False),
        ({"total": [{"numeric": [">", 100, "<=", 250]}]}, True),
        ({"total": [{"numeric": ["=", 251]}]}, False),
        ({"state": [{"numeric": [">", 0]}]}, False),
        ({"state": [{"exists": True}]}, True),
        ({"missing": [{"exists": True}]}, False),
        ({"missing": [{"exists": False}]}, True),
        ({"ip": [{"cidr": "10.0.0.0/16"}]}, True),
        ({"ip": [{"cidr": "10.1.0.0/16"}]}, False),
        ({"$or": [{"state": ["open"]}, {"total": [{"numeric": [">", 200]}]}]}, True),
        ({"$or": [{"state": ["open"]}, {"total": [1]}]}, False),
        ({"state": ["paid"], "$or": [{"total": [1]}, {"gift": [False]}]}, False),
        ({"state": ["open", {"prefix": "pa"}]}, True),
    ],
)  # fmt: skip
def test_matching(pattern, fits):
    assert matches(parse_pattern(json.dumps({"detail": pattern} if pattern else {})), EVENT) is fits


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("{no", "Unexpected character", "line: 1, column: 2"),
        ("[]", "Filter is not an object", "line: 1, column: 1"),
        ('{"source": "shop"}', '"source" must be an object or an array', "line: 1, column: 2"),
        ('{"source": []}', "Empty arrays are not allowed", "line: 1, column: 2"),
        ('{"detail": {}}', "Empty objects are not allowed", "line: 1, column: 2"),
        ('{\n "a": [{"prefx": "x"}]}', "Unrecognized match type prefx", "line: 2, column: 9"),
        ('{"a": [{"prefix": 1}]}', "Value of prefix is not valid", "line: 1, column: 9"),
        ('{"a": [{"numeric": [">"]}]}', "Value of numeric is not valid", "column: 9"),
        ('{"a": [{"cidr": "10.0.0.0/99"}]}', "Value of cidr is not valid", "column: 9"),
        ('{"a": [["x"]]}', "Match value must be String", "column: 2"),
        ('{"a": [{"prefix": "x", "suffix": "y"}]}', "Only one key allowed", "column: 2"),
        ('{"$or": [{"a": [1]}]}', "at least 2 Objects", "column: 2"),
    ],
)
def test_bad_patterns_are_refused_with_the_place(text, reason, place):
    with pytest.raises(InvalidPattern) as caught:
        parse_pattern(text)
    assert reason in str(caught.value) and place in str(caught.value)
