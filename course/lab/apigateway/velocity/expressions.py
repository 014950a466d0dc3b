"""Reads references and what stands in the brackets of directives."""

from __future__ import annotations

import re
from typing import Final

from course.lab.apigateway.velocity.nodes import (
    Constant,
    Expression,
    Key,
    ListOf,
    MapOf,
    Node,
    Operation,
    Quoted,
    Range,
    Reference,
    TemplateError,
)

_NAME = re.compile(r"[a-zA-Z][\w-]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_SPACE = re.compile(r"\s*")
# From the loosest to the tightest; words may stand for signs.
_LEVELS: Final = (
    {"||": "||", "or": "||"},
    {"&&": "&&", "and": "&&"},
    {"==": "==", "!=": "!=", "eq": "==", "ne": "!="},
    {"<=": "<=", ">=": ">=", "<": "<", ">": ">", "le": "<=", "ge": ">=", "lt": "<", "gt": ">"},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/", "%": "%"},
)
_WORDS: Final = {"true": True, "false": False, "null": None}


class Reader:
    """Walks through the text of a template."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def line(self) -> int:
        """The line that is being read."""
        return self.text.count("\n", 0, self.at) + 1

    def fault(self, message: str) -> TemplateError:
        """An error at this place."""
        return TemplateError(message, self.line)

    def quoted(self, text: str) -> tuple[Node, ...]:
        """A string in double quotes is a template."""
        raise NotImplementedError

    def peek(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def spaced(self) -> str:
        """Skip white space, then peek."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.peek()

    def expect(self, sign: str) -> None:
        """Skip white space and the sign, which has to be there."""
        self.spaced()
        if not self.text.startswith(sign, self.at):
            raise self.fault(f"Expected '{sign}', found '{self.text[self.at : self.at + 12]}'")
        self.at += len(sign)

    def word(self, word: str) -> bool:
        """Skip a word if it is next."""
        self.spaced()
        found = _NAME.match(self.text, self.at)
        if found is None or found[0] != word:
            return False
        self.at = found.end()
        return True

    def name(self) -> str:
        """An identifier."""
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise self.fault(f"Expected a name, found '{self.text[self.at : self.at + 12]}'")
        self.at = found.end()
        return found[0]

    # References ------------------------------------------------------------------------------------------

    def spaced_reference(self) -> Reference:
        """A reference where only a reference may stand."""
        if self.spaced() != "$":
            raise self.fault(f"Expected a reference, found '{self.text[self.at : self.at + 12]}'")
        return self.reference()

    def reference(self) -> Reference:
        """$name, $!name, ${name.key("x")[0]} or ${name|'otherwise'}."""
        line = self.line
        self.at += 1
        if self.peek() == "!":
            self.at += 1
        braced = self.peek() == "{"
        if braced:
            self.at += 1
            self.spaced()
        name = self.name()
        keys: list[Key] = []
        while True:
            sign, following = self.peek(), self.text[self.at + 1 : self.at + 2]
            if sign == "." and following.isalpha():
                self.at += 1
                keys.append(self._key())
            elif sign == "[":
                self.at += 1
                keys.append(Key(index=self.expression()))
                self.expect("]")
            else:
                break
        otherwise = None
        if braced:
            if self.spaced() == "|":
                self.at += 1
                otherwise = self.expression()
            self.expect("}")
        return Reference(name, tuple(keys), line, otherwise)

    def _key(self) -> Key:
        # A hyphen belongs to a name only if a letter follows: $a.b-$c is a difference in text.
        name = self.name().rstrip("-")
        if self.text[self.at - 1] == "-":
            self.at -= 1
        if self.peek() != "(":
            return Key(name)
        self.at += 1
        arguments: list[Expression] = []
        while self.spaced() != ")":
            arguments.append(self.expression())
            if self.spaced() == ",":
                self.at += 1
            elif self.peek() != ")":
                raise self.fault(f"Expected ',' or ')', found '{self.text[self.at : self.at + 12]}'")
        self.at += 1
        return Key(name, tuple(arguments))

    # Expressions -----------------------------------------------------------------------------------------

    def expression(self, level: int = 0) -> Expression:
        """A value, with all operators from this level on."""
        if level == len(_LEVELS):
            return self._unary()
        left = self.expression(level + 1)
        while sign := self._operator(_LEVELS[level]):
            left = Operation(sign, left, self.expression(level + 1), self.line)
        return left

    def _operator(self, signs: dict[str, str]) -> str:
        self.spaced()
        for written, sign in signs.items():
            if written.isalpha():
                found = _NAME.match(self.text, self.at)
                if found is not None and found[0] == written:
                    self.at = found.end()
                    return sign
            elif self.text.startswith(written, self.at):
                self.at += len(written)
                return sign
        return ""

    def _unary(self) -> Expression:
        sign = self.spaced()
        if sign == "!" or self.word("not"):
            self.at += sign == "!"
            return Operation("!", None, self._unary(), self.line)
        if sign == "-" and not _NUMBER.match(self.text, self.at):
            self.at += 1
            return Operation("-", Constant(0), self._unary(), self.line)
        return self._primary(sign)

    def _primary(self, sign: str) -> Expression:
        if sign == "$":
            return self.reference()
        if sign in ("'", '"'):
            return self._string(sign)
        if sign == "(":
            self.at += 1
            inside = self.expression()
            self.expect(")")
            return inside
        if sign == "[":
            return self._list()
        if sign == "{":
            return self._map()
        if found := _NUMBER.match(self.text, self.at):
            text = found[0]
            if "." in text and self.text.startswith("..", self.at + text.index(".")):
                text = text[: text.index(".")]
            self.at += len(text)
            return Constant(float(text) if set(text) & set(".eE") else int(text))
        for word, value in _WORDS.items():
            if self.word(word):
                return Constant(value)
        raise self.fault(f"Expected a value, found '{self.text[self.at : self.at + 12]}'")

    def _string(self, quote: str) -> Expression:
        start = self.at + 1
        end = start
        while end < len(self.text) and self.text[end] != quote:
            end += 2 if self.text[end] == "\\" and self.text[end + 1 : end + 2] == quote and quote == '"' else 1
        if end >= len(self.text):
            raise self.fault(f"A string has no closing {quote}")
        self.at = end + 1
        inside = self.text[start:end]
        if quote == "'":
            return Constant(inside)
        inside = inside.replace('\\"', '"')
        return Quoted(self.quoted(inside)) if "$" in inside or "#" in inside else Constant(inside)

    def _list(self) -> Expression:
        self.expect("[")
        items: list[Expression] = []
        while self.spaced() != "]":
            items.append(self.expression())
            if self.spaced() == "," or self.text.startswith("..", self.at):
                if self.peek() == ".":
                    self.at += 2
                    last = self.expression()
                    self.expect("]")
                    return Range(items[0], last)
                self.at += 1
            elif self.peek() != "]":
                raise self.fault(f"Expected ',' or ']', found '{self.text[self.at : self.at + 12]}'")
        self.at += 1
        return ListOf(tuple(items))

    def _map(self) -> Expression:
        self.expect("{")
        pairs: list[tuple[Expression, Expression]] = []
        while self.spaced() != "}":
            key = self.expression()
            self.expect(":")
            pairs.append((key, self.expression()))
            if self.spaced() == ",":
                self.at += 1
            elif self.peek() != "}":
                raise self.fault(f"Expected ',' or '}}', found '{self.text[self.at : self.at + 12]}'")
        self.at += 1
        return MapOf(tuple(pairs))
