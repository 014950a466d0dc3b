"""Two things that moto does in every request, done in less time and with the same result.

It tries some two hundred patterns until one fits the address: here the patterns that fit an address are remembered. It
draws identifiers letter by letter: here all letters at once, as random as before.
"""

from __future__ import annotations

import functools
import importlib
import string
import sys
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

ADDRESSES = 2_000
"""How many addresses are remembered; a class asks for few."""
HANDLE_LETTERS = 185
_random: Any = importlib.import_module("moto.moto_api._internal").mock_random


def hasten() -> None:
    """Put the faster versions in place; moto's services must have been imported."""
    stubber: Any = importlib.import_module("moto.core.botocore_stubber")
    stubber.backend_index = SimpleNamespace(backend_url_patterns=Patterns(stubber.backend_index.backend_url_patterns))
    drawing: Any = importlib.import_module("moto.moto_api._internal.moto_random")
    drawing.MotoRandom.get_random_hex = _random_hex
    drawing.MotoRandom.get_random_string = _random_string
    if queues := sys.modules.get("moto.sqs.models"):
        vars(queues)["generate_receipt_handle"] = _receipt_handle


class Patterns(list[Any]):
    """Moto's table of services and the addresses that they answer.

    Whoever goes through it in search of an address tries an `_Asked` first, so that only the patterns that fit that
    address follow.
    """

    def __init__(self, entries: Iterable[Any]) -> None:
        super().__init__(entries)
        self._fitting = functools.lru_cache(ADDRESSES)(self._that_fit)

    def __iter__(self) -> Iterator[Any]:
        asked = _Asked()
        yield "", asked
        yield from super().__iter__() if asked.address is None else self._fitting(asked.address)

    def _that_fit(self, address: str) -> tuple[Any, ...]:
        return tuple(entry for entry in super().__iter__() if entry[1].match(address))


class _Asked:
    """A pattern that fits nothing and notes what it was tried on."""

    address: str | None = None

    def match(self, address: str) -> None:
        """Note the address."""
        self.address = address


def _receipt_handle() -> str:
    return "".join(_random.choices(string.ascii_lowercase, k=HANDLE_LETTERS))


def _random_hex(self: Any, length: int = 8) -> str:
    return "".join(self.choices("0123456789abcdef", k=length))


def _random_string(self: Any, length: int = 20, include_digits: bool = True, lower_case: bool = False) -> str:
    pool = string.ascii_letters + (string.digits if include_digits else "")
    drawn = "".join(self.choices(pool, k=length))
    return drawn.lower() if lower_case else drawn
