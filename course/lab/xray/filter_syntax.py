"""The grammar of X-Ray's filter expressions.

https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html

    or   := and (OR and)*          AND binds closer; without a word between two terms it is AND
    term := ! term | NOT term | ( or ) | keyword [operator value] | service(name) [{ or }] | edge(from, to) [{ or }]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

BOOLEANS: Final = ("ok", "error", "throttle", "fault", "partial", "inferred", "root")
NUMBERS: Final = ("responsetime", "duration", "http.status")
TEXTS: Final = (
    "http.url",
    "http.method",
    "http.useragent",
    "http.clientip",
    "user",
    "name",
    "type",
    "message",
    "availabilityzone",
    "instance.id",
    "resource.arn",
    "group.name",
    "group.arn",
)
_OUTSIDE: Final = ("annotation", "group", "service", "edge")
_WORDS: Final = ("CONTAINS", "BEGINSWITH", "ENDSWITH")
_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])'
    r"|(?P<sign><=|>=|!=|[=<>!(){}\[\],:])|(?P<word>[A-Za-z_][\w.\-]*))"
)


class BadFilter(Exception):
    """An expression that is not one, and why."""


@dataclass(frozen=True)
class Test:
    """A keyword, alone or compared with a value."""

    keyword: str  # in lower case; annotation keys as written, after `annotation.`
    operator: str = ""
    value: Any = None


@dataclass(frozen=True)
class Not:
    """The contrary."""

    term: Node


@dataclass(frozen=True)
class Both:
    """All of these."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Either:
    """One of these."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Named:
    """A node of the service map, by name, type and account; empty ones fit all."""

    name: str = ""
    type: str = ""
    account: str = ""


@dataclass(frozen=True)
class Service:
    """A node of the service map, and what holds for it."""

    named: Named
    inner: Node | None = None


@dataclass(frozen=True)
class Between:
    """A connection of the service map, and what holds for it."""

    source: Named
    target: Named
    inner: Node | None = None


Node = Test | Not | Both | Either | Service | Between


def parse(expression: str) -> Node:
    """Read an expression. Raises BadFilter."""
    reader = _Reader(_tokens(expression))
    found = reader.either()
    if reader.next is not None:
        raise BadFilter(f"Unexpected {reader.next!r}")
    return found


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while expression[at:].strip():
        match = _TOKEN.match(expression, at)
        if match is None:
            raise BadFilter(f"Unexpected character at: {expression[at:].strip()[:20]}")
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._at, self._braces = tokens, 0, False

    @property
    def next(self) -> str | None:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        if self.next is None:
            raise BadFilter("The expression ends too early")
        self._at += 1
        return self._tokens[self._at - 1][1]

    def sees(self, *words: str) -> bool:
        return self.kind in ("word", "sign") and str(self.next).upper() in words

    def want(self, sign: str) -> None:
        if self.next != sign:
            raise BadFilter(f"Expected {sign} but found {self.next or 'the end'}")
        self.take()

    def either(self) -> Node:
        terms = [self.both()]
        while self.sees("OR"):
            self.take()
            terms.append(self.both())
        return terms[0] if len(terms) == 1 else Either(tuple(terms))

    def both(self) -> Node:
        terms = [self.term()]
        while self.next is not None and not self.sees("OR", ")", "}"):
            if self.sees("AND"):
                self.take()
            terms.append(self.term())
        return terms[0] if len(terms) == 1 else Both(tuple(terms))

    def term(self) -> Node:
        if self.sees("!", "NOT"):
            self.take()
            return Not(self.term())
        if self.sees("("):
            self.take()
            found = self.either()
            self.want(")")
            return found
        if self.kind != "word":
            raise BadFilter(f"Expected a keyword but found {self.next or 'the end'}")
        keyword = self.take()
        if self._braces and keyword.lower().partition(".")[0] in _OUTSIDE:
            raise BadFilter(f"{keyword} cannot stand within the braces of service() and edge()")
        if keyword.lower() == "service":
            [named] = self.arguments(1)
            return Service(named, self.braces())
        if keyword.lower() == "edge":
            source, target = self.arguments(2)
            return Between(source, target, self.braces())
        return self.test(keyword)

    def arguments(self, most: int) -> list[Named]:
        found: list[Named] = []
        self.want("(")
        while not self.sees(")"):
            if found:
                self.want(",")
            found.append(self.named())
        self.take()
        if len(found) > most:
            raise BadFilter(f"Expected {most} names")
        return found + [Named()] * (most - len(found))

    def named(self) -> Named:
        if self.kind == "text":
            return Named(_text(self.take()))
        if not self.sees("ID"):
            raise BadFilter(f"Expected a name in quotation marks but found {self.next or 'the end'}")
        self.take()
        self.want("(")
        fields: dict[str, str] = {}
        while not self.sees(")"):
            if fields:
                self.want(",")
            field = self.take().lower()
            self.want(":")
            fields[field] = _text(self.take())
        self.take()
        if set(fields) - {"name", "type", "account.id"}:
            raise BadFilter("id() takes name, type and account.id")
        return Named(fields.get("name", ""), fields.get("type", ""), fields.get("account.id", ""))

    def braces(self) -> Node | None:
        if not self.sees("{"):
            return None
        self.take()
        self._braces = True
        found = self.either()
        self._braces = False
        self.want("}")
        return found

    def test(self, keyword: str) -> Test:
        if keyword.lower() == "annotation" and self.sees("["):
            self.take()
            keyword = f"annotation.{_text(self.take()) if self.kind == 'text' else self.take()}"
            self.want("]")
        keyword = _known(keyword)
        operator, value = "", None
        if self.sees("=", "!=", "<", "<=", ">", ">=", *_WORDS):
            operator = self.take().upper()
            value = self.value()
        _check(keyword, operator, value)
        return Test(keyword, operator, value)

    def value(self) -> Any:
        if self.kind == "text":
            return _text(self.take())
        if self.kind == "number":
            return float(self.take())
        if self.sees("TRUE", "FALSE"):
            return self.take().lower() == "true"
        raise BadFilter(f"Expected a value but found {self.next or 'the end'}: text stands in quotation marks")


def _text(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


def _known(keyword: str) -> str:
    if keyword.lower().startswith("annotation."):
        return f"annotation.{keyword.partition('.')[2]}"
    lower = keyword.lower()
    if lower.startswith("rootcause."):
        raise BadFilter("The lab does not simulate root causes")
    if lower not in BOOLEANS + NUMBERS + TEXTS:
        raise BadFilter(f"Unknown keyword {keyword}")
    return lower


def _check(keyword: str, operator: str, value: Any) -> None:
    if not operator or keyword.startswith("annotation."):
        return
    fits: Any = str if keyword in TEXTS else bool if keyword in BOOLEANS else float
    allowed = {str: ("=", "!=", *_WORDS), bool: ("=", "!="), float: ("=", "!=", "<", "<=", ">", ">=")}[fits]
    if operator not in allowed:
        raise BadFilter(f"{operator} cannot be used with {keyword}")
    if not isinstance(value, fits):
        kinds = {str: "text in quotation marks", bool: "true or false", float: "a number"}
        raise BadFilter(f"{keyword} is compared with {kinds[fits]}")
