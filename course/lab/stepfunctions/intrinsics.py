"""Intrinsic functions of JSONPath states: States.Format, States.Array and the others.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from collections.abc import Callable
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.stepfunctions.errors import StateError

Read = Callable[[str], Any]
_NAME = re.compile(r"States\.\w+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


def is_call(text: str) -> bool:
    """Whether a text calls an intrinsic function."""
    return text.startswith("States.")


def evaluate(text: str, read: Read) -> Any:
    """The value of a call; `read` gives the value at a path."""
    reader = _Reader(text, read)
    value = reader.value()
    reader.blank()
    if reader.at != len(text):
        raise _failure(f"Invalid intrinsic: '{text}'")
    return value


class _Reader:
    """Reads calls, texts, numbers, words and paths, from left to right."""

    def __init__(self, text: str, read: Read) -> None:
        self.text = text
        self.at = 0
        self.read = read

    def blank(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def value(self) -> Any:
        self.blank()
        rest = self.text[self.at :]
        if name := _NAME.match(rest):
            self.at += name.end()
            return _call(name.group(), self._arguments(), self.text)
        if rest.startswith("'"):
            return self._quoted()
        if number := _NUMBER.match(rest):
            self.at += number.end()
            return json.loads(number.group())
        for word, value in (("true", True), ("false", False), ("null", None)):
            if rest.startswith(word):
                self.at += len(word)
                return value
        if rest.startswith("$"):
            return self.read(self._path())
        raise _failure(f"Invalid intrinsic: '{self.text}'")

    def _arguments(self) -> list[Any]:
        self.blank()
        if self.text[self.at : self.at + 1] != "(":
            raise _failure(f"Invalid intrinsic: '{self.text}'")
        self.at += 1
        found: list[Any] = []
        self.blank()
        while self.text[self.at : self.at + 1] != ")":
            found.append(self.value())
            self.blank()
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
            elif self.text[self.at : self.at + 1] != ")":
                raise _failure(f"Invalid intrinsic: '{self.text}'")
        self.at += 1
        return found

    def _quoted(self) -> str:
        self.at += 1
        out = []
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == "\\" and self.at + 1 < len(self.text):
                following = self.text[self.at + 1]
                # Braces stay escaped: States.Format reads them.
                out.append(f"\\{following}" if following in "{}" else {"n": "\n", "t": "\t"}.get(following, following))
                self.at += 2
                continue
            self.at += 1
            if letter == "'":
                return "".join(out)
            out.append(letter)
        raise _failure(f"Invalid intrinsic: a text does not end in '{self.text}'")

    def _path(self) -> str:
        begun, depth = self.at, 0
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter in "[(":
                depth += 1
            elif letter in "])":
                if depth == 0:
                    break
                depth -= 1
            elif letter == "," and depth == 0:
                break
            self.at += 1
        return self.text[begun : self.at].strip()


def _call(name: str, arguments: list[Any], text: str) -> Any:
    function = _FUNCTIONS.get(name)
    if function is None:
        raise _failure(f"Invalid intrinsic: there is no function {name} in '{text}'")
    try:
        return function(*arguments)
    except StateError:
        raise
    except (TypeError, ValueError, IndexError, KeyError, AttributeError) as wrong:
        raise _failure(f"The function {name} cannot take these arguments in '{text}': {wrong}") from None


def _failure(cause: str) -> StateError:
    return StateError("States.IntrinsicFailure", cause)


def _format(template: str, *values: Any) -> str:
    parts = re.split(r"(?<!\\)\{\}", template)
    if len(parts) != len(values) + 1:
        raise ValueError(f"{len(parts) - 1} places for {len(values)} values")
    shown = [value if isinstance(value, str) else json.dumps(value) for value in values]
    text = parts[0] + "".join(value + part for value, part in zip(shown, parts[1:], strict=True))
    return text.replace("\\{", "{").replace("\\}", "}")


def _partition(array: list[Any], size: int) -> list[list[Any]]:
    if size < 1:
        raise ValueError("the size of a part must be positive")
    return [array[start : start + size] for start in range(0, len(array), size)]


def _range(first: int, last: int, step: int) -> list[int]:
    found = list(range(first, last + (1 if step > 0 else -1), step))
    if len(found) > 1000:
        raise ValueError("an array has at most 1,000 elements")
    return found


def _unique(array: list[Any]) -> list[Any]:
    found: list[Any] = []
    for one in array:
        if one not in found:
            found.append(one)
    return found


def _merge(first: dict[str, Any], second: dict[str, Any], deep: bool) -> dict[str, Any]:
    if deep:
        raise ValueError("Step Functions merges at the top level only: pass false")
    return {**first, **second}


def _random(start: int, end: int, seed: int | None = None) -> int:
    return random.Random(mock_random.random() if seed is None else seed).randrange(int(start), int(end))


def _hash(data: Any, algorithm: str) -> str:
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    kinds = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
    return hashlib.new(kinds[algorithm], text.encode()).hexdigest()


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "States.Array": lambda *values: list(values),
    "States.ArrayPartition": _partition,
    "States.ArrayContains": lambda array, value: value in array,
    "States.ArrayRange": _range,
    "States.ArrayGetItem": lambda array, index: array[int(index)],
    "States.ArrayLength": len,
    "States.ArrayUnique": _unique,
    "States.Base64Encode": lambda text: base64.b64encode(text.encode()).decode(),
    "States.Base64Decode": lambda text: base64.b64decode(text).decode(),
    "States.Format": _format,
    "States.Hash": _hash,
    "States.JsonMerge": _merge,
    "States.JsonToString": lambda value: json.dumps(value, separators=(",", ":")),
    "States.MathAdd": lambda one, other: int(one) + int(other),
    "States.MathRandom": _random,
    "States.StringSplit": lambda text, marks: [part for part in re.split(f"[{re.escape(marks)}]", text) if part],
    "States.StringToJson": json.loads,
    "States.UUID": lambda: str(mock_random.uuid4()),
}
