"""Wildcards and ARNs: does this name match that pattern?

A pattern is text in which `*` stands for any run of characters and `?` for exactly one. Policy variables are
resolved before matching (variables.py) and what they stand for is taken literally, so a pattern here is a
sequence of pieces: literal text, ANY and ONE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache


class Wild(Enum):
    """The two wildcards of the policy language."""

    ANY = "*"
    ONE = "?"


Piece = str | Wild
Pieces = tuple[Piece, ...]


@lru_cache(maxsize=8192)
def pieces_of(text: str) -> Pieces:
    """Split a pattern without policy variables into literals and wildcards.

    >>> pieces_of("s3:Get*")
    ('s3:Get', <Wild.ANY: '*'>)
    """
    parts = re.split(r"([*?])", text)
    return tuple(Wild(part) if part in ("*", "?") else part for part in parts if part)


@lru_cache(maxsize=4096)
def wildcard(pieces: Pieces, ignore_case: bool = False) -> re.Pattern[str]:
    """Compile the pieces of a pattern; the whole text has to match."""
    source = "".join(
        ".*" if piece is Wild.ANY else "." if piece is Wild.ONE else re.escape(str(piece)) for piece in pieces
    )
    return re.compile(source, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


@lru_cache(maxsize=8192)
def wildcard_match(pattern: str, text: str, ignore_case: bool = False) -> bool:
    """Match text against a pattern without policy variables.

    >>> wildcard_match("photo-?.jp*g", "photo-1.jpeg")
    True
    """
    return wildcard(pieces_of(pattern), ignore_case).fullmatch(text) is not None


def action_match(pattern: str, action: str) -> bool:
    """Actions and their service prefix ignore case.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    """
    return pattern == "*" or wildcard_match(pattern, action, ignore_case=True)


def arn_pieces_match(pattern: Pieces, arn: str) -> bool:
    """Match an ARN part by part: a wildcard never reaches over one of the first five colons.

    Behind the fifth colon everything is one part, in which `*` also covers `/` and `:`.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    return _arn_match(pattern, arn)


@lru_cache(maxsize=8192)
def arn_match(pattern: str, arn: str) -> bool:
    """Match an ARN against a pattern without policy variables.

    >>> arn_match("arn:aws:s3:::photos/*", "arn:aws:s3:::photos/2024/cat.jpg")
    True
    >>> arn_match("arn:aws:sqs:*:orders", "arn:aws:sqs:us-east-1:123456789012:orders")
    False
    """
    return _arn_match(pieces_of(pattern), arn)


def split_pieces(pieces: Iterable[Piece], separator: str, most: int) -> list[Pieces]:
    """Split a pattern at a separator that stands in literal text, at most `most` times."""
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, Wild):
            parts[-1].append(piece)
            continue
        fields = piece.split(separator, most - len(parts) + 1) if len(parts) <= most else [piece]
        if fields[0]:
            parts[-1].append(fields[0])
        for field in fields[1:]:
            parts.append([field] if field else [])
    return [tuple(part) for part in parts]


@lru_cache(maxsize=8192)
def _arn_match(pattern: Pieces, arn: str) -> bool:
    if pattern == (Wild.ANY,):
        return True
    wanted = split_pieces(pattern, ":", 5)
    given = arn.split(":", 5)
    if len(given) < 6:
        return wildcard(pattern).fullmatch(arn) is not None  # no ARN, so nothing to take part by part
    if len(wanted) < 6:
        # A pattern cut short covers the rest only when it ends in `*`.
        if not wanted[-1] or wanted[-1][-1] is not Wild.ANY:
            return False
        wanted += [(Wild.ANY,)] * (6 - len(wanted))
    return all(wildcard(part).fullmatch(text) is not None for part, text in zip(wanted, given, strict=True))
