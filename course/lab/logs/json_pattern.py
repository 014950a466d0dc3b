"""Patterns over the fields of JSON messages: `{ ($.level = "ERROR" && $.ms >= 100) || $.user IS NULL }`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from course.lab.logs.tests_of_values import Fault, Test, read_test

Fields = Callable[[str], dict[str, Any] | None]
_Condition = Callable[[Any], bool]

_TOKEN: Final = re.compile(
    r"""\s*(?: (?P<join>\(|\)|&&|\|\|)
      | (?P<selector>\$(?:\.[\w-]+|\[\d+\]|\[\*\]|\['[^']*'\]|\["[^"]*"\])*)
      | (?P<word>IS\s+(?:NULL|TRUE|FALSE)|NOT\s+EXISTS)
      | (?P<test>(?:!=|>=|<=|=|>|<)\s*(?:"(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)+%|[^\s()&|]+)) )""",
    re.VERBOSE,
)
_MISSING: Final = object()
_WORDS: Final[dict[str, _Condition]] = {
    "IS NULL": lambda value: value is None,
    "IS TRUE": lambda value: value is True,
    "IS FALSE": lambda value: value is False,
    "NOT EXISTS": lambda value: value is _MISSING,
}


def read_json(pattern: str) -> Fields:
    """Understand a pattern in braces."""
    if not pattern.endswith("}"):
        raise Fault("Invalid metric filter pattern: a pattern of fields ends with }")
    reader = _Reader(_tokens(pattern[1:-1]))
    condition = reader.alternatives()
    if reader.rest:
        raise Fault(f"Invalid metric filter pattern: '{reader.rest[0][1]}' is out of place")

    def fields(message: str) -> dict[str, Any] | None:
        try:
            event = json.loads(message)
        except ValueError:
            return None
        if not isinstance(event, dict) or not condition(event):
            return None
        found = {selector: value_at(event, selector) for selector in reader.selectors}
        return {selector: value for selector, value in found.items() if value is not None}

    return fields


def value_at(event: Any, selector: str) -> Any:
    """What stands in an event at `$.a.b[0]`; None if nothing does."""
    found = _find(event, selector)
    return None if found is _MISSING else found


def _find(event: Any, selector: str) -> Any:
    for name, index, quoted in re.findall(r"""\.([\w-]+)|\[(\d+|\*)\]|\[['"]([^'"]*)['"]\]""", selector):
        if index == "*":
            return event if isinstance(event, list) else _MISSING
        if index:
            event = event[int(index)] if isinstance(event, list) and int(index) < len(event) else _MISSING
        else:
            event = event.get(name or quoted, _MISSING) if isinstance(event, dict) else _MISSING
    return event


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        if token is None or token.lastgroup is None:
            raise Fault(f"Invalid metric filter pattern: '{text[at:].strip()}' is not understood")
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


class _Reader:
    """Reads conditions from tokens: `||` joins `&&`, which joins comparisons and brackets."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.rest = tokens
        self.selectors: list[str] = []

    def alternatives(self) -> _Condition:
        some = [self._all()]
        while self._took("join", "||"):
            some.append(self._all())
        return some[0] if len(some) == 1 else lambda event: any(one(event) for one in some)

    def _all(self) -> _Condition:
        every = [self._one()]
        while self._took("join", "&&"):
            every.append(self._one())
        return every[0] if len(every) == 1 else lambda event: all(one(event) for one in every)

    def _one(self) -> _Condition:
        if self._took("join", "("):
            inner = self.alternatives()
            if not self._took("join", ")"):
                raise Fault("Invalid metric filter pattern: a bracket is not closed")
            return inner
        selector = self._take("selector")
        self.selectors.append(selector)
        if self.rest and self.rest[0][0] == "word":
            holds = _WORDS[re.sub(r"\s+", " ", self._take("word"))]
            return lambda event: holds(_find(event, selector))
        return _compared(selector, read_test(self._take("test")))

    def _take(self, kind: str) -> str:
        if not self.rest or self.rest[0][0] != kind:
            raise Fault(f"Invalid metric filter pattern: a {kind} is missing")
        return self.rest.pop(0)[1]

    def _took(self, kind: str, text: str) -> bool:
        if self.rest and self.rest[0] == (kind, text):
            self.rest.pop(0)
            return True
        return False


def _compared(selector: str, test: Test) -> _Condition:
    def holds(event: Any) -> bool:
        found = _find(event, selector)
        if isinstance(found, list):
            return any(test(one) for one in found)
        return found is not _MISSING and found is not None and test(found)

    return holds
