"""What one fact is: a value that behaves like a plain number or text and remembers where it came from.

    limit = facts.limit("sqs", "visibility-max")
    limit / 3600          -> 12.0
    limit.unit            -> "seconds"
    limit.source          -> "https://docs.aws.amazon.com/..."

A whole number is an `int`, so boto3 accepts it as a parameter; any other number is a `float`. Arithmetic gives
plain Python numbers: a sum of two facts has no single source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a fact file, as written there."""

    kind: str
    service: str
    name: str
    value: str
    unit: str
    region: str
    tier_from: str
    until: str
    model: str
    note: str
    source: str
    as_of: str
    status: str


COLUMNS = tuple(Row.__dataclass_fields__)


class Fact:
    """What whole and decimal facts have in common: the row they were read from."""

    row: Row

    @property
    def service(self) -> str:
        """The AWS service, in its usual spelling."""
        return self.row.service

    @property
    def name(self) -> str:
        """The name of the fact within its service."""
        return self.row.name

    @property
    def unit(self) -> str:
        """The unit of the value, such as `seconds` or `USD per 1M requests`."""
        return self.row.unit

    @property
    def region(self) -> str:
        """A Region code, or `all`."""
        return self.row.region

    @property
    def tier_from(self) -> float:
        """The quantity from which this price holds; 0 for a flat price."""
        return float(self.row.tier_from or 0)

    @property
    def until(self) -> str:
        """The date after which the value was retired; empty while it holds."""
        return self.row.until

    @property
    def note(self) -> str:
        """What else there is to know about the value."""
        return self.row.note

    @property
    def source(self) -> str:
        """The page the value was read from."""
        return self.row.source

    @property
    def as_of(self) -> str:
        """The date of the source: YYYY, YYYY-MM or YYYY-MM-DD."""
        return self.row.as_of

    @property
    def status(self) -> str:
        """`verified`, `model`, `memory` or `conflicting`; see docs/facts.md."""
        return self.row.status

    def _repr_html_(self) -> str:
        return f"<b>{self}</b> {self.unit} <small>({sources(self)})</small>"


class WholeFact(Fact, int):
    """A fact whose value is a whole number."""

    def __new__(cls, value: int, row: Row) -> WholeFact:
        fact = int.__new__(cls, value)
        fact.row = row
        return fact

    def __getnewargs__(self) -> tuple[Any, ...]:
        return int(self), self.row


class DecimalFact(Fact, float):
    """A fact whose value has decimals."""

    def __new__(cls, value: float, row: Row) -> DecimalFact:
        fact = float.__new__(cls, value)
        fact.row = row
        return fact

    def __getnewargs__(self) -> tuple[Any, ...]:
        return float(self), self.row


Number = WholeFact | DecimalFact


def fact_of(row: Row) -> Number:
    """The fact that a row states."""
    try:
        number = float(row.value)
    except ValueError as error:
        raise ValueError(f"{row.service} {row.name!r}: the value {row.value!r} is no number") from error
    return WholeFact(int(number), row) if number == int(number) else DecimalFact(number, row)


def sources(*things: Any, most: int = 3) -> str:
    """One short line that names where facts, collections of facts, bills or tables come from, and their dates.

    >>> sources(facts.limit("sqs", "visibility-max"))
    'docs.aws.amazon.com/boto3/.../sqs, 2026-11'

    Each source stands once, with its oldest date; beyond `most` of them the rest is counted.
    """
    oldest: dict[str, str] = {}
    for url, as_of in _origins(things):
        short = _shortened(url)
        oldest[short] = min(oldest.get(short, as_of), as_of)
    parts = [f"{short}, {as_of}" if as_of else short for short, as_of in oldest.items()]
    if len(parts) > most:
        parts = [*parts[:most], f"{len(parts) - most} more"]
    return "; ".join(parts)


def _origins(things: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for thing in things:
        if isinstance(thing, Fact) or (hasattr(thing, "source") and isinstance(thing.source, str)):
            found.append((thing.source, str(thing.as_of)))
        elif hasattr(thing, "lines"):
            found += _origins(thing.lines)
        elif isinstance(thing, dict):
            found += _origins(thing.values())
        elif hasattr(thing, "columns") and "source" in thing.columns:
            found += list(zip(thing["source"].astype(str), thing["as_of"].astype(str), strict=True))
        elif isinstance(thing, (list, tuple, set, frozenset)):
            found += _origins(thing)
        else:
            raise TypeError(
                f"facts.sources: {type(thing).__name__} has no source; "
                "pass facts, what facts.limits or facts.table returned, or a bill"
            )
    return found


def _shortened(url: str) -> str:
    if re.match(r"https://github\.com/[^/]+/[^/]+", url):
        return "/".join(url.removeprefix("https://").split("/")[:3])
    bare = re.sub(r"^https?://(www\.)?", "", url).split("#")[0].split("?")[0]
    bare = re.sub(r"(\.html?|\.md)$", "", bare).rstrip("/")
    host, *folders = bare.split("/")
    return bare if len(bare) <= 48 or len(folders) < 3 else f"{host}/{folders[0]}/.../{folders[-1]}"
