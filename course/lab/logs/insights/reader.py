"""Reads a query's text from left to right."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

_SPACE: Final = re.compile(r"(?:\s|#[^\n]*)*")
_NAME: Final = r"`[^`]+`|@?[A-Za-z_][\w.@]*"
_STRING: Final = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_REGEX: Final = r"/(?:[^/\\\n]|\\.)+/"


class Malformed(ValueError):
    """A query that does not run, with the place of the first fault."""


class Reader:
    """A text and how far it was read. Spaces and comments never matter.

    >>> reader = Reader("fields a")
    >>> reader.word("fields"), reader.name()
    (True, 'a')
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = self._end = 0
        self.on_aggregate: Callable[[str, int], Callable[[Any], Any]] | None = None
        """Set by `stats` while it reads: reads the rest of `sum(...)`."""
        self._skip()

    def match(self, pattern: str) -> str:
        """What fits the pattern here, and step over it; empty if nothing does."""
        found = re.compile(pattern, re.IGNORECASE).match(self.text, self.at)
        if not found:
            return ""
        self.at = self._end = found.end()
        self._skip()
        return found[0]

    def word(self, word: str) -> bool:
        """Step over this word, in upper or lower case."""
        return bool(self.match(rf"{word}(?![\w.@])"))

    def sign(self, sign: str) -> bool:
        """Step over this sign."""
        return bool(self.match(re.escape(sign)))

    def need(self, sign: str) -> None:
        """This sign has to come now."""
        if not self.sign(sign):
            raise self.fault()

    def name(self) -> str:
        """The name of a field; special characters stand between backticks."""
        found = self.match(_NAME)
        if not found:
            raise self.fault()
        return found.strip("`")

    def string(self) -> str | None:
        """A text between quotes, or None."""
        found = self.match(_STRING)
        return re.sub(r"\\([\"'\\])", r"\1", found[1:-1]) if found else None

    def regex(self) -> re.Pattern[str] | None:
        """An expression between slashes, or None. Its named groups may be written as in Java."""
        start = self.at
        found = self.match(_REGEX)
        if not found:
            return None
        try:
            return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", found[1:-1]).replace(r"\/", "/"))
        except re.error as wrong:
            self.at = start
            raise self.fault(f"the regular expression {found} is not valid ({wrong})") from None

    def read_since(self, start: int) -> str:
        """The text from a place up to the last thing read, as it was written."""
        return self.text[start : self._end]

    @property
    def ended(self) -> bool:
        """Whether everything was read."""
        return self.at >= len(self.text)

    def fault(self, what: str = "") -> Malformed:
        """What is wrong here, with line and position as AWS counts them."""
        before = self.text[: self.at]
        line, place = before.count("\n") + 1, self.at - (before.rfind("\n") + 1)
        found = re.match(r"[\w.@]+|\S", self.text[self.at :])
        what = what or f"unexpected symbol found {found[0] if found else '<EOF>'}"
        return Malformed(f"{what} at line {line} and position {place}")

    def _skip(self) -> None:
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at
