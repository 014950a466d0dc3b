"""PartiQL, read word by word: literals, paths and conditions, as templates of DynamoDB's own expressions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Value = dict[str, Any]
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<quoted>"[^"]+")|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign><<|>>|<=|>=|<>|!=|[=<>(),.\[\]{}:?*+\-;]))"""
)
_COMPARISONS: Final = ("=", "<>", "!=", "<", "<=", ">", ">=")
_TESTS: Final = ("begins_with", "contains", "attribute_type")


class Malformed(ValueError):
    """A statement that DynamoDB cannot read."""


@dataclass(frozen=True)
class Name:
    """A place in a template where an attribute's name goes."""

    name: str


@dataclass(frozen=True)
class Given:
    """A place in a template where a value goes."""

    value: Value


Template = list["str | Name | Given"]


@dataclass
class Condition:
    """Part of a WHERE clause: its template and, if it compares one attribute with values, which."""

    template: Template
    attribute: str = ""
    operator: str = ""
    values: list[Value] = field(default_factory=list)
    parts: list[Condition] = field(default_factory=list)
    """The conditions that all have to hold, if this one is joined by AND."""

    def terms(self) -> list[Condition]:
        """All conditions that have to hold."""
        return [term for part in self.parts for term in part.terms()] if self.parts else [self]


@dataclass
class Placeholders:
    """Names and values of an expression, as a request carries them."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)

    def write(self, template: Template) -> str:
        """The template as an expression."""
        return "".join(part if isinstance(part, str) else self._placeholder(part) for part in template)

    def _placeholder(self, part: Name | Given) -> str:
        if isinstance(part, Given):
            self.values[key := f":v{len(self.values)}"] = part.value
            return key
        self.names[key := f"#n{len(self.names)}"] = part.name
        return key

    def shown(self) -> dict[str, Any]:
        """The two parameters of a request; empty ones are left out, as DynamoDB wants it."""
        both = {"ExpressionAttributeNames": self.names, "ExpressionAttributeValues": self.values}
        return {key: found for key, found in both.items() if found}


class Words:
    """The words of one statement, from left to right."""

    def __init__(self, statement: str, parameters: Sequence[Value]) -> None:
        self._words = list(_split(statement))
        self._at = 0
        self._parameters = iter(parameters)

    def take(self, *expected: str) -> str:
        """The next word if it is one of these, in any case; "" if it is not."""
        kind, text = self._next
        if kind in ("word", "sign") and text.upper() in expected:
            self._at += 1
            return text.upper()
        return ""

    def need(self, *expected: str) -> str:
        """The next word, which has to be one of these."""
        if found := self.take(*expected):
            return found
        raise self._unlike(" or ".join(expected))

    def end(self) -> None:
        """Nothing may follow."""
        self.take(";")
        if self._at < len(self._words):
            raise self._unlike("the end of the statement")

    def table(self) -> tuple[str, str]:
        """A table, and its index or ""."""
        name = self._identifier()
        index = self._identifier() if self.take(".") else ""
        if self._next[1] == "-":  # DynamoDB reads a minus there
            raise self._unlike(f"a name with '-' in double quotes after {index or name}")
        return name, index

    def path(self) -> Template:
        """An attribute, or a place inside of one."""
        place: Template = [Name(self._identifier())]
        while sign := self.take(".", "["):
            if sign == ".":
                place += [".", Name(self._identifier())]
            else:
                place.append(f"[{self._expect('number')}]")
                self.need("]")
        return place

    def value(self) -> Value:
        """A literal, or the next parameter."""
        kind, text = self._next
        if kind == "text":
            self._at += 1
            return {"S": text[1:-1].replace("''", "'")}
        if kind == "number":
            self._at += 1
            return {"N": text}
        if self.take("-"):
            return {"N": f"-{self._expect('number')}"}
        if word := self.take("TRUE", "FALSE", "NULL"):
            return {"NULL": True} if word == "NULL" else {"BOOL": word == "TRUE"}
        if self.take("?"):
            given = next(self._parameters, None)
            if given is None:
                raise self._unlike("a parameter for every ?")
            return given
        if self.take("["):
            return {"L": self._listed("]", self.value)}
        if self.take("<<"):
            return _set(self._listed(">>", self.value))
        if self.take("{"):
            return {"M": dict(self._listed("}", self._pair))}
        raise self._unlike("a value")

    def condition(self) -> Condition:
        """A WHERE clause."""
        any_of = [self._all_of()]
        while self.take("OR"):
            any_of.append(self._all_of())
        return any_of[0] if len(any_of) == 1 else Condition(_joined(any_of, " OR "))

    def _all_of(self) -> Condition:
        all_of = [self._one()]
        while self.take("AND"):
            all_of.append(self._one())
        return all_of[0] if len(all_of) == 1 else Condition(_joined(all_of, " AND "), parts=all_of)

    def _one(self) -> Condition:
        if self.take("NOT"):
            return Condition(["NOT (", *self._one().template, ")"])
        if self.take("("):
            inner = self.condition()
            self.need(")")
            return Condition(["(", *inner.template, ")"], parts=inner.parts or [inner])
        if test := self.take(*[one.upper() for one in _TESTS]):
            return self._test(test.lower())
        size = self.take("SIZE")
        if size:
            self.need("(")
        path = self.path()
        if size:
            self.need(")")
            path = ["size(", *path, ")"]
        return self._comparison(path)

    def _test(self, test: str) -> Condition:
        self.need("(")
        path = self.path()
        self.need(",")
        value = self.value()
        self.need(")")
        return Condition([f"{test}(", *path, ", ", Given(value), ")"], _plain(path), test, [value])

    def _comparison(self, path: Template) -> Condition:
        attribute = _plain(path)
        if operator := self.take(*_COMPARISONS):
            operator = {"!=": "<>"}.get(operator, operator)
            value = self.value()
            return Condition([*path, f" {operator} ", Given(value)], attribute, operator, [value])
        if self.take("BETWEEN"):
            low, _, high = self.value(), self.need("AND"), self.value()
            return Condition([*path, " BETWEEN ", Given(low), " AND ", Given(high)], attribute, "BETWEEN", [low, high])
        if self.take("IN"):
            closing = {"[": "]", "(": ")"}[self.need("[", "(")]
            among = self._listed(closing, self.value)
            places: Template = [piece for value in among for piece in (", ", Given(value))]
            return Condition([*path, " IN (", *places[1:], ")"], attribute, "IN", among)
        self.need("IS")
        absent = not self.take("NOT")
        self.need("MISSING")
        return Condition([f"attribute_{'not_' * absent}exists(", *path, ")"])

    def _listed(self, closing: str, read: Callable[[], Any]) -> list[Any]:
        found: list[Any] = []
        while not self.take(closing):
            if found:
                self.need(",")
            found.append(read())
        return found

    def _pair(self) -> tuple[str, Value]:
        name = self._expect("text", "quoted")[1:-1]
        self.need(":")
        return name, self.value()

    def _identifier(self) -> str:
        return self._expect("word", "quoted").strip('"')

    def _expect(self, *kinds: str) -> str:
        kind, text = self._next
        if kind not in kinds:
            raise self._unlike(" or ".join(kinds))
        self._at += 1
        return text

    @property
    def _next(self) -> tuple[str, str]:
        return self._words[self._at] if self._at < len(self._words) else ("end", "")

    def _unlike(self, expected: str) -> Malformed:
        found = f"'{self._next[1]}'" if self._next[1] else "its end"
        return Malformed(f"expected {expected}, found {found}")


def _split(statement: str) -> Iterator[tuple[str, str]]:
    at, text = 0, statement.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Malformed(f"unexpected character at {text[at : at + 10].strip()!r}")
        at = found.end()
        yield str(found.lastgroup), str(found.group(str(found.lastgroup)))


def _joined(conditions: list[Condition], word: str) -> Template:
    template: Template = []
    for one in conditions:
        template += [word] if template else []
        template += one.template
    return template


def _plain(path: Template) -> str:
    """The attribute's name if the path is nothing but that."""
    return path[0].name if len(path) == 1 and isinstance(path[0], Name) else ""


def _set(members: list[Value]) -> Value:
    kinds = {kind for member in members for kind in member}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise Malformed("a set holds strings, numbers or binaries, all of one kind")
    (kind,) = kinds
    return {f"{kind}S": [member[kind] for member in members]}
