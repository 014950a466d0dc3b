"""The cluster query language, in which memberOf constraints and filters are written.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html

>>> matches("attribute:stack == prod and attribute:ecs.instance-type =~ t3.*", one)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<sign>==|!=|=~|!~|>=|<=|>|<|\(|\)|\[|\]|,|!|&&|\|\|)"
    r"|\"(?P<quoted>[^\"]*)\"|'(?P<single>[^']*)'|(?P<word>[^\s()\[\],=!<>&|\"']+))"
)
_PATTERN_ENDS: Final = re.compile(r"\s|&&|\|\|")
_COMPARISONS: Final = {
    "==": "==", "equals": "==", "!=": "!=", "not_equals": "!=", ">": ">", "greater_than": ">",
    ">=": ">=", "greater_than_equal": ">=", "<": "<", "less_than": "<", "<=": "<=", "less_than_equal": "<=",
    "=~": "=~", "matches": "=~", "!~": "!~", "not_matches": "!~", "in": "in", "not_in": "not_in", "!in": "not_in",
    "exists": "exists", "not_exists": "not_exists", "!exists": "not_exists",
}  # fmt: skip
_ORDER: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}
_SUBJECTS: Final = ("agentConnected", "agentVersion", "ec2InstanceId", "registeredAt", "runningTasksCount")


class WrongQuery(ValueError):
    """An expression that is not in the cluster query language."""


@dataclass(frozen=True)
class Subject:
    """What an expression asks about an instance: its attributes and its properties."""

    attributes: Mapping[str, str | None]
    properties: Mapping[str, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    """The groups of the tasks that run there."""


Test = Callable[[Subject], bool]


def matches(expression: str, subject: Subject) -> bool:
    """Whether an instance satisfies an expression."""
    return parse(expression)(subject)


def parse(expression: str) -> Test:
    """The test that an expression stands for; WrongQuery says what is wrong with it."""
    reader = _Reader(_tokens(expression))
    test = reader.any_of()
    if reader.here is not None:
        raise WrongQuery(f"Unexpected '{reader.here[1]}' in expression '{expression}'")
    return test


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, expression.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise WrongQuery(f"Cannot read expression '{expression}' at '{text[at:]}'")
        kind = "sign" if token.lastgroup == "sign" else "word" if token.lastgroup == "word" else "text"
        found.append((kind, str(token.group(token.lastgroup or 0))))
        at = token.end()
        if _is_before_pattern(found) and (pattern := _bare_pattern(text[at:].lstrip())):
            found.append(("text", pattern))
            at = text.index(pattern, at) + len(pattern)
    if not found:
        raise WrongQuery("The expression is empty")
    return found


def _is_before_pattern(found: list[tuple[str, str]]) -> bool:
    """Whether the last token is =~ or !~ behind a subject; what follows is then a regular expression."""
    if len(found) < 2 or found[-2][0] != "word" or found[-1][0] == "text":
        return False
    subject = found[-2][1]
    return _COMPARISONS.get(found[-1][1].lower()) in ("=~", "!~") and (":" in subject or subject in _SUBJECTS)


def _bare_pattern(text: str) -> str:
    """The regular expression without quotation marks at the beginning of a text; empty if there is none.

    Brackets belong to it as long as they are balanced, as in ``(p3|g[45])[.].*``; a round one too many closes the
    brackets around the comparison.
    """
    if text[:1] in ("", '"', "'"):
        return ""
    depth, in_class, at = 0, False, 0
    while at < len(text) and not _PATTERN_ENDS.match(text, at):
        sign = text[at]
        if sign == "\\":
            at += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign == "(":
            depth += 1
        elif sign == ")":
            if not depth:
                break
            depth -= 1
        at += 1
    return text[:at]


class _Reader:
    """Reads tokens from left to right: `or` binds weakest, then `and`, then `not`."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._at = tokens, 0

    @property
    def here(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, wanted: str = "") -> tuple[str, str]:
        token = self.here
        if token is None:
            raise WrongQuery(f"The expression ends where {wanted or 'a value'} is expected")
        if wanted and token[1] != wanted:
            raise WrongQuery(f"'{wanted}' is expected in place of '{token[1]}'")
        self._at += 1
        return token

    def _is(self, *words: str) -> bool:
        return self.here is not None and self.here[0] != "text" and self.here[1].lower() in words

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self._is("or", "||"):
            self._next()
            tests.append(self.all_of())
        return lambda subject: any(test(subject) for test in tests)

    def all_of(self) -> Test:
        tests = [self._one()]
        while self._is("and", "&&"):
            self._next()
            tests.append(self._one())
        return lambda subject: all(test(subject) for test in tests)

    def _one(self) -> Test:
        if self._is("not", "!"):
            self._next()
            test = self._one()
            return lambda subject: not test(subject)
        if self._is("("):
            self._next()
            test = self.any_of()
            self._next(")")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        _, name = self._next()
        read = _reads(name)
        if self.here is None:
            raise WrongQuery(f"A comparison is expected after '{name}'")
        _, sign = self._next()
        if sign == "!":
            sign += self._next()[1]
        kind = _COMPARISONS.get(sign.lower())
        if kind is None:
            raise WrongQuery(f"'{sign}' is not an operator of the cluster query language")
        if kind in ("exists", "not_exists"):
            return lambda subject: bool(read(subject)) == (kind == "exists")
        values = self._values() if kind in ("in", "not_in") else [self._next()[1]]
        if kind in ("=~", "!~"):
            try:
                re.compile(values[0])
            except re.error as wrong:
                raise WrongQuery(f"'{values[0]}' is not a regular expression: {wrong}") from wrong
        return lambda subject: _holds(kind, read(subject), values)

    def _values(self) -> list[str]:
        closing = {"[": "]", "(": ")"}.get(self._next()[1])
        if closing is None:
            raise WrongQuery("A list such as [t3.small, t3.medium] is expected after 'in'")
        found = [self._next()[1]]
        while self._is(","):
            self._next()
            found.append(self._next()[1])
        self._next(closing)
        return found


def _reads(name: str) -> Callable[[Subject], list[str]]:
    kind, colon, key = name.partition(":")
    if kind == "attribute" and colon and key:
        return lambda subject: [str(subject.attributes[key] or "")] if key in subject.attributes else []
    if kind == "task" and key == "group":
        return lambda subject: sorted(subject.groups)
    if name in _SUBJECTS:
        return lambda subject: [subject.properties[name]] if name in subject.properties else []
    raise WrongQuery(f"'{name}' is not a subject: write attribute:NAME, task:group or one of {', '.join(_SUBJECTS)}")


def _holds(kind: str, values: list[str], wanted: list[str]) -> bool:
    match kind:
        case "==" | "in":
            return any(value in wanted for value in values)
        case "!=" | "not_in":
            return not any(value in wanted for value in values)
        case "=~":
            return any(re.fullmatch(wanted[0], value) for value in values)
        case "!~":
            return not any(re.fullmatch(wanted[0], value) for value in values)
    try:
        return any(_ORDER[kind](float(value), float(wanted[0])) for value in values)
    except ValueError:
        return False
