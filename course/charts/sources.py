"""The small line under a chart that says where its numbers come from.

A source is a text, or anything with `.source` and `.as_of` (a fact, a row of a table), or many of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

MOST = 3
"""More addresses than this are counted instead of listed."""


def short_address(url: str) -> str:
    """`https://docs.aws.amazon.com/lambda/latest/dg/limits.html` -> `docs.aws.amazon.com/…/limits.html`."""
    parts = urlsplit(url)
    if not parts.netloc:
        return url
    host = parts.netloc.removeprefix("www.")
    steps = [step for step in parts.path.split("/") if step]
    if not steps:
        return host
    short = f"{host}/{steps[0]}" if len(steps) == 1 else f"{host}/…/{steps[-1]}"
    return short if len(short) <= 70 else short[:69] + "…"


def _one(thing: Any) -> tuple[str, str] | None:
    """Address and date of one thing that knows them."""
    source = thing.get("source") if isinstance(thing, Mapping) else getattr(thing, "source", None)
    if not isinstance(source, str) or not source:
        return None
    as_of = thing.get("as_of") if isinstance(thing, Mapping) else getattr(thing, "as_of", None)
    return short_address(source), str(as_of) if as_of else ""


def found_in(thing: Any) -> Iterator[tuple[str, str]]:
    """Every (address, date) in a fact, a table, a mapping or a list of such, in order; nothing in plain numbers."""
    if hasattr(thing, "iterrows") and "source" in getattr(thing, "columns", ()):
        for _, row in thing.iterrows():
            yield from found_in({"source": row["source"], "as_of": row.get("as_of")})
        return
    one = _one(thing)
    if one is not None:
        yield one
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from found_in(value)
    elif isinstance(thing, Iterable) and not isinstance(thing, str | bytes) and not hasattr(thing, "dtype"):
        for value in thing:
            yield from found_in(value)


def _dates(dates: Iterable[str]) -> str:
    known = sorted({date for date in dates if date and date != "undated"})
    if not known:
        return ""
    return f", {known[0]}" if known[0] == known[-1] else f", {known[0]} to {known[-1]}"


def footer(source: Any, data: Any = None) -> str:
    """The text of the line; empty when neither `source` nor the data itself says where it comes from."""
    if isinstance(source, str) and _one(source) is None:
        return f"Source: {short_address(source)}" if source else ""
    several = source if isinstance(source, list | tuple) else []
    texts = [short_address(thing) for thing in several if isinstance(thing, str) and _one(thing) is None]
    dates_of: dict[str, list[str]] = {text: [] for text in texts}
    for address, as_of in found_in(source if source is not None else data):
        dates_of.setdefault(address, []).append(as_of)
    if not dates_of:
        return ""
    parts = [address + _dates(dates) for address, dates in list(dates_of.items())[:MOST]]
    if len(dates_of) > MOST:
        parts.append(f"{len(dates_of) - MOST} more")
    return ("Sources: " if len(dates_of) > 1 else "Source: ") + "; ".join(parts)
