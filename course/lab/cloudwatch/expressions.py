"""Metric math as text: read into a tree.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<text>\"[^\"]*\"|'[^']*')|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/^<>(),\[\]]))"
)
# From the weakest to the strongest.
_BINARY: Final = (
    {"||": "OR", "OR": "OR"},
    {"&&": "AND", "AND": "AND"},
    {sign: sign for sign in ("==", "!=", "<=", ">=", "<", ">")},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/"},
)


class MathError(Exception):
    """An expression that CloudWatch cannot read or work out."""


@dataclass(frozen=True)
class Node:
    """A part of an expression: a number, a text, a name, a list, a call or an operation."""

    kind: str
    value: Any = None
    parts: tuple[Node, ...] = field(default=())

    def names(self) -> set[str]:
        """The ids of other queries that it uses."""
        own = {self.value} if self.kind == "name" else set()
        return own.union(*(part.names() for part in self.parts))


@cache
def parse(text: str) -> Node:
    """Read an expression."""
    reader = _Reader(_tokens(text), text)
    tree = reader.binary(0)
    if reader.ahead is not None:
        raise MathError(f"unexpected '{reader.ahead[1]}'")
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            raise MathError(f"unexpected '{text[at:].strip()[0]}' at position {at + 1}")
        found.append((str(token.lastgroup), token.group(str(token.lastgroup))))
        at = token.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], text: str) -> None:
        self._tokens = tokens
        self._at = 0
        if not tokens:
            raise MathError("the expression is empty")

    @property
    def ahead(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> tuple[str, str]:
        token = self.ahead
        if token is None:
            raise MathError("the expression ends too early")
        self._at += 1
        return token

    def _takes(self, *signs: str) -> str:
        token = self.ahead
        if token is None or token[0] == "text" or token[1] not in signs:
            return ""
        self._at += 1
        return token[1]

    def _must(self, sign: str) -> None:
        if not self._takes(sign):
            found = f"'{self.ahead[1]}'" if self.ahead else "the end"
            raise MathError(f"'{sign}' is expected in place of {found}")

    def binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self._unary()
        left = self.binary(level + 1)
        while sign := self._takes(*_BINARY[level]):
            left = Node("binary", _BINARY[level][sign], (left, self.binary(level + 1)))
        return left

    def _unary(self) -> Node:
        if self._takes("-"):
            return Node("minus", None, (self._unary(),))
        base = self._atom()
        return Node("binary", "^", (base, self._unary())) if self._takes("^") else base

    def _atom(self) -> Node:
        if self._takes("("):
            inside = self.binary(0)
            self._must(")")
            return inside
        if self._takes("["):
            return Node("list", None, self._several("]"))
        kind, value = self._next()
        if kind == "number":
            return Node("number", float(value))
        if kind == "text":
            return Node("text", value[1:-1])
        if kind == "name":
            if self._takes("("):
                return Node("call", value.upper(), self._several(")"))
            return Node("word", value) if value.isupper() else Node("name", value)
        raise MathError(f"unexpected '{value}'")

    def _several(self, end: str) -> tuple[Node, ...]:
        found: list[Node] = []
        if self._takes(end):
            return ()
        while True:
            found.append(self.binary(0))
            if self._takes(end):
                return tuple(found)
            self._must(",")
