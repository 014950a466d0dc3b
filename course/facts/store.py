"""Find facts by service and name in the CSV files of this folder.

Names are compared by their letters and digits alone, so `visibility-max`, `Visibility max` and
`VISIBILITY_MAX` are the same name, and `API Gateway` is also `apigateway`.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from course.facts.fact import COLUMNS, Number, Row, fact_of

FOLDER = Path(__file__).parent
STATUSES = ("verified", "model", "memory", "conflicting")
HOME_REGION = "us-east-1"
_EVERYWHERE = "all"
_ELSEWHERE = "other"


class UnknownFact(LookupError):
    """No such service, name or Region; the message names the near ones."""

    def __str__(self) -> str:
        return str(self.args[0])


class FactList(dict[str, Number]):
    """Facts of one service by name, in the order of the file; `frame()` makes a table of them."""

    def frame(self) -> Any:
        """The facts as a pandas DataFrame: name, value, unit, region, note, source, as_of."""
        import pandas

        columns = ["name", "value", "unit", "region", "note", "source", "as_of"]
        rows = [[name, fact + 0, *(getattr(fact, c) for c in columns[2:])] for name, fact in self.items()]
        return pandas.DataFrame(rows, columns=columns)

    def _repr_html_(self) -> str:
        return str(self.frame().to_html(index=False))


def limits(service: str, region: str = HOME_REGION) -> FactList:
    """All limits of a service that hold today: `facts.limits("sqs")["visibility-max"]`."""
    return _living("limit", service, region)


def prices(service: str, region: str = HOME_REGION) -> FactList:
    """All prices of a service that hold today; a tiered price shows its first tier."""
    return _living("price", service, region)


def limit(service: str, name: str, region: str = HOME_REGION, *, on: str | None = None) -> Number:
    """One limit as a number: `facts.limit("sqs", "visibility-max")` is 43200 with its unit and source.

    `on="2024-06"` gives the value that held on that date, where a retired one is on file.
    """
    return _one("limit", service, name, region, on)


def price(service: str, name: str, region: str = HOME_REGION, *, on: str | None = None) -> Number:
    """One price in USD: `facts.price("lambda", "requests")`; of a tiered price the first tier."""
    return _one("price", service, name, region, on)


def tiers(service: str, name: str, region: str = HOME_REGION) -> list[Number]:
    """Every tier of a price, lowest first; `tier.tier_from` counts single units of what is sold."""
    rows = [row for row in _named("price", service, name) if not row.until]
    found = [fact_of(row) for row in _nearest_region(rows, service, name, region)]
    return sorted(found, key=lambda tier: tier.tier_from)


def history(service: str, name: str, region: str = HOME_REGION) -> list[Number]:
    """Then and now: the retired values of a fact, oldest first, and the living one at the end."""
    rows = [row for row in _named(None, service, name) if not float(row.tier_from or 0)]
    near = _nearest_region(rows, service, name, region)
    return [fact_of(row) for row in sorted(near, key=lambda row: row.until or "9999")]


def services() -> list[str]:
    """The services that have facts, in alphabetical order."""
    return sorted({row.service for row in rows()}, key=str.lower)


@cache
def rows() -> tuple[Row, ...]:
    """Every row of every file, read once."""
    return tuple(row for path in files() for row in read(path))


def files() -> list[Path]:
    """The fact files, one for each section of the course."""
    return sorted(FOLDER.glob("*.csv"))


def read(path: Path) -> Iterator[Row]:
    """The rows of one file."""
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.reader(lines)
        header = next(reader)
        if tuple(header) != COLUMNS:
            raise ValueError(f"{path}: the columns are {header}, expected {list(COLUMNS)}; see docs/facts.md")
        for line in reader:
            if len(line) != len(COLUMNS):
                raise ValueError(f"{path}, line {reader.line_num}: {len(line)} fields in place of {len(COLUMNS)}")
            yield Row(*line)


def slug(name: str) -> str:
    """The name as it is written in code: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9@]+", "-", name.lower()).strip("-")


def key(name: str) -> str:
    """What two spellings of the same name have in common."""
    return re.sub(r"[^a-z0-9@]", "", name.lower())


def near_names(wanted: str, known: Iterable[str], most: int = 5) -> list[str]:
    """The known names closest to what somebody typed: those that share its words first, then the alike."""
    words = [word for word in _words(wanted) if len(word) > 2]
    scores = {}
    for name in dict.fromkeys(known):
        in_name = _words(name)
        shared = sum(max((_likeness(word, other) for other in in_name), default=0.0) for word in words)
        alike = difflib.SequenceMatcher(None, key(wanted), key(name)).ratio()
        scores[name] = shared / max(len(words), 1) + alike
    best = sorted(scores, key=lambda name: -scores[name])
    return [name for name in best if scores[name] > 0.5][:most]


def _words(name: str) -> list[str]:
    return re.split(r"[^a-z0-9@]+", name.lower())


@cache
def _likeness(word: str, other: str) -> float:
    """1 for a word within the other, nearly 1 for a slip of the pen, else 0."""
    if word.rstrip("s") in other:
        return 1.0
    ratio = difflib.SequenceMatcher(None, word, other).ratio()
    return ratio if ratio > 0.8 else 0.0


def _living(kind: str, service: str, region: str) -> FactList:
    found: dict[str, list[Row]] = {}
    for row in _of_service(service):
        if row.kind == kind and not row.until and not float(row.tier_from or 0):
            found.setdefault(slug(row.name), []).append(row)
    return FactList({name: fact_of(min(group, key=_distance(region))) for name, group in found.items()})


def _one(kind: str | None, service: str, name: str, region: str, on: str | None) -> Number:
    rows = [row for row in _named(kind, service, name) if not float(row.tier_from or 0)]
    near = _nearest_region(rows, service, name, region)
    valid = [row for row in near if not row.until or (on is not None and row.until >= on)]
    if not valid:
        dates = ", ".join(sorted(row.until for row in near))
        raise UnknownFact(f"{service} {name!r} was retired ({dates}): pass on='a date before that'")
    return fact_of(min(valid, key=lambda row: row.until or "9999"))


def _nearest_region(rows: list[Row], service: str, name: str, region: str) -> list[Row]:
    """The rows of the Region asked for, or else those that hold everywhere or elsewhere, or the only ones."""
    by_region: dict[str, list[Row]] = {}
    for row in rows:
        by_region.setdefault(row.region, []).append(row)
    for place in (region, _EVERYWHERE, _ELSEWHERE):
        if place in by_region:
            return by_region[place]
    if len(by_region) == 1 and region == HOME_REGION:
        return rows
    raise UnknownFact(f"{service} {name!r} is not known for {region}: known for {', '.join(sorted(by_region))}")


def _distance(region: str) -> Any:
    order = {region: 0, _EVERYWHERE: 1, _ELSEWHERE: 2}
    return lambda row: order.get(row.region, 3)


def _named(kind: str | None, service: str, name: str) -> list[Row]:
    of_service = _of_service(service)
    found = [row for row in of_service if key(row.name) == key(name) and kind in (None, row.kind)]
    if found:
        return found
    other_kind = {row.kind for row in of_service if key(row.name) == key(name)}
    if other_kind:
        is_a = other_kind.pop()
        raise UnknownFact(f"{of_service[0].service} {name!r} is a {is_a}: use facts.{is_a}(...)")
    known = [slug(row.name) for row in of_service if kind in (None, row.kind)]
    near = near_names(name, known)
    hint = f"Did you mean {', '.join(near)}?" if near else f"See: course facts {of_service[0].service}"
    raise UnknownFact(f"{of_service[0].service} has no {kind or 'fact'} {name!r}. {hint}")


def _of_service(service: str) -> list[Row]:
    found = _by_service().get(key(service))
    if found is None:
        near = near_names(service, services()) or services()
        raise UnknownFact(f"no facts about a service {service!r}. Did you mean {', '.join(near)}?")
    return found


@cache
def _by_service() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows():
        found.setdefault(key(row.service), []).append(row)
    return found
