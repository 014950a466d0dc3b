"""Text that came from learners, made fit for a page, a table or a terminal: visible characters, bounded length."""

from __future__ import annotations

import re
import unicodedata

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", re.DOTALL)
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}  # control, direction marks, surrogates, private, unassigned
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # part of the spelling in Persian and Hindi, and of emoji
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(text: object, most: int = 300) -> str:
    """Return the text on one line, without escape sequences or characters that hide or reorder others.

    >>> plain("\\x1b[31mred\\x1b[0m\\nnext")
    'red next'
    """
    cut = str(text)[: 20 * most]  # a message may be megabytes; do not look at all of it
    cut = _ANSI.sub("", cut)
    shown = "".join(" " if letter.isspace() else letter for letter in cut)
    shown = "".join(letter if _shows(letter) else "\N{REPLACEMENT CHARACTER}" for letter in shown)
    shown = re.sub(r" {2,}", " ", shown).strip()
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"


def without_ansi(text: str) -> str:
    """Return the text without colours and other terminal commands."""
    return _ANSI.sub("", text)


def not_a_formula(text: str) -> str:
    """Return the text so that a spreadsheet takes it for text, too.

    >>> not_a_formula("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else not unicodedata.combining(letter) for letter in text
    )


def padded(text: str, width: int) -> str:
    """Return the text with spaces up to a terminal width."""
    return text + " " * max(0, width - columns(text))


def _shows(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in _HIDDEN
