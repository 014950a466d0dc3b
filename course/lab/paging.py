"""A list in pages. The token of the next page is the number of rows before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")


class InvalidToken(ValueError):
    """A token that no page gave."""


def page(
    rows: Sequence[Row], token: str | None, size: int, called: str = "NextToken"
) -> tuple[Sequence[Row], dict[str, str]]:
    """The page that a token stands for, and the token of the next under the name that the API gives it.

    >>> page(["a", "b", "c"], None, 2)
    (['a', 'b'], {'NextToken': '2'})
    >>> page(["a", "b", "c"], "2", 2)
    (['c'], {})
    """
    if token and not token.isdigit():
        raise InvalidToken(token)
    begin = int(token or 0)
    end = begin + size
    return rows[begin:end], {called: str(end)} if end < len(rows) else {}
