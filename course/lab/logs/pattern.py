"""Filter patterns of CloudWatch Logs: terms, regular expressions, fields of JSON, and words between spaces.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

>>> read('ERROR -Timeout').fields("ERROR no stock")
{}
>>> read('[who, code = 4*]').fields("ann 404")
{'$who': 'ann', '$code': '404'}
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from course.lab.logs.json_pattern import read_json
from course.lab.logs.tests_of_values import Fault, Test, read_test

_TERM: Final = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)+)%|([^\s"%]+))')
_WORD: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)')
_ELLIPSIS: Final = "..."


@dataclass(frozen=True)
class Pattern:
    """A pattern that was understood."""

    fields: Callable[[str], dict[str, Any] | None]
    """The named values that a message holds, by their selectors; None if the message does not fit."""

    def fits(self, message: str) -> bool:
        """Whether the message is one of those looked for."""
        return self.fields(message) is not None


@lru_cache(maxsize=256)
def read(pattern: str) -> Pattern:
    """Understand a pattern, or raise Fault."""
    pattern = pattern.strip()
    if not pattern:
        return Pattern(lambda message: {})
    if pattern.startswith("{"):
        return Pattern(read_json(pattern))
    if pattern.startswith("["):
        return Pattern(_read_words(pattern))
    return Pattern(_read_terms(pattern))


def _read_terms(pattern: str) -> Callable[[str], dict[str, Any] | None]:
    """All plain terms, none with a minus, and one of those with a question mark. Upper and lower case differ.

    Question marks count for nothing beside plain terms.
    """
    rest = _TERM.sub("", pattern).strip()
    if rest:
        raise Fault(f"Invalid character(s) in term '{rest}'")
    wanted: dict[str, list[Callable[[str], bool]]] = {"": [], "-": [], "?": []}
    for sign, quoted, regex, plain in _TERM.findall(pattern):
        wanted[sign].append(_holds(quoted or plain, regex))

    def fields(message: str) -> dict[str, Any] | None:
        if any(term(message) for term in wanted["-"]) or not all(term(message) for term in wanted[""]):
            return None
        if wanted["?"] and not wanted[""] and not any(term(message) for term in wanted["?"]):
            return None
        return {}

    return fields


def _holds(text: str, regex: str) -> Callable[[str], bool]:
    if not regex:
        return lambda message: text in message
    try:
        compiled = re.compile(regex)
    except re.error as fault:
        raise Fault(f"Invalid regular expression '{regex}': {fault}") from None
    return lambda message: compiled.search(message) is not None


def _read_words(pattern: str) -> Callable[[str], dict[str, Any] | None]:
    """A list of names with tests; the dots stand for any number of words."""
    if not pattern.endswith("]"):
        raise Fault("Invalid metric filter pattern: a list of fields ends with ]")
    columns = [one.strip() for one in pattern[1:-1].split(",")]
    if columns.count(_ELLIPSIS) > 1:
        raise Fault("Invalid metric filter pattern: ... may stand once")
    before = columns.index(_ELLIPSIS) if _ELLIPSIS in columns else len(columns)
    tests = [_Column.read(one, place) for place, one in enumerate(columns) if one != _ELLIPSIS]

    def fields(message: str) -> dict[str, Any] | None:
        words = [next(part for part in found if part is not None) for found in map(_groups, _WORD.finditer(message))]
        if len(words) < len(tests) or (len(words) > len(tests) and _ELLIPSIS not in columns):
            return None
        after = len(tests) - before
        chosen = words[:before] + words[len(words) - after :]
        if not all(column.accepts(word) for column, word in zip(tests, chosen, strict=True)):
            return None
        return {f"${column.name}": word for column, word in zip(tests, chosen, strict=True)}

    return fields


def _groups(found: re.Match[str]) -> tuple[str | None, ...]:
    return found.groups()


@dataclass(frozen=True)
class _Column:
    name: str
    accepts: Test

    @classmethod
    def read(cls, written: str, place: int) -> _Column:
        """`status`, `status = 4*`, or `status = 404 || status = 410`."""
        name = re.match(r"\w*", written)
        any_of = [
            [read_test(re.sub(r"^\w+\s*(?=[=!<>])", "", one.strip())) for one in part.split("&&")]
            for part in written.split("||")
            if re.search(r"[=<>]", part)
        ]
        found = name[0] if name and name[0] else f"{place + 1}"
        if not any_of:
            return cls(found, lambda word: True)
        return cls(found, lambda word: any(all(test(word) for test in tests) for tests in any_of))
