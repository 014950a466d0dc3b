"""The commands between the pipes of a query. Each is read once and then changes a table of records.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from course.lab.logs.insights.aggregates import AGGREGATES, Aggregate
from course.lab.logs.insights.expressions import Expression, fits, read_condition, read_value
from course.lab.logs.insights.parsing import read_parse
from course.lab.logs.insights.reader import Reader
from course.lab.logs.insights.values import number, order, text

DEFAULT_LIMIT: Final = 10_000
_MOST: Final = 100_000
# Known to AWS and not to the lab; a query with one of them says so instead of guessing.
_NOT_RUN: Final = (
    "anomaly", "diff", "fieldsof", "filterindex", "join", "lookup", "pattern", "source", "unmask", "unnest",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Records on their way through a query."""

    records: list[dict[str, Any]]
    columns: tuple[str, ...] = ()
    """Which fields are shown; none said yet: time and message."""
    of_events: bool = True
    """Whether each record still is one log event."""
    matched: int | None = None
    """How many events met the filters, once they were counted together."""
    limit: int = DEFAULT_LIMIT
    sorted: bool = False


Step = Callable[[Table], Table]


def read_query(query: str) -> list[Step]:
    """Understand a query, or raise Malformed."""
    reader = Reader(query)
    steps = [_read_command(reader)]
    while reader.sign("|"):
        steps.append(_read_command(reader))
    if not reader.ended:
        raise reader.fault()
    return steps


def run(steps: Sequence[Step], records: list[dict[str, Any]]) -> Table:
    """Send records through a query. Events come latest first, unless it sorts them."""
    table = Table(records)
    for step in steps:
        table = step(table)
    if table.of_events and not table.sorted:
        table = replace(table, records=sorted(table.records, key=lambda one: -one["@timestamp"]))
    return replace(table, records=table.records[: table.limit])


def _read_command(reader: Reader) -> Step:
    for name, read in _COMMANDS.items():
        if reader.word(name):
            return read(reader)
    for name in _NOT_RUN:
        start = reader.at
        if reader.word(name):
            reader.at = start
            raise reader.fault(f"the lab does not run the command {name}: found")
    raise reader.fault()


def _fields(reader: Reader) -> Step:
    made = _named(reader)

    def step(table: Table) -> Table:
        names = [name for name, _ in made]
        records = [one | _values(made, one) for one in table.records]
        columns = tuple(dict.fromkeys((*table.columns, *names)))
        return replace(table, records=records, columns=columns)

    return step


def _display(reader: Reader) -> Step:
    made = _named(reader)

    def step(table: Table) -> Table:
        records = [one | _values(made, one) for one in table.records]
        return replace(table, records=records, columns=tuple(name for name, _ in made))

    return step


def _filter(reader: Reader) -> Step:
    condition = read_condition(reader)
    return lambda table: replace(table, records=[one for one in table.records if fits(condition, one)])


def _parse(reader: Reader) -> Step:
    cut = read_parse(reader)
    return lambda table: replace(table, records=[cut(one) for one in table.records])


def _sort(reader: Reader) -> Step:
    keys: list[tuple[Expression, bool]] = []
    while not keys or reader.sign(","):
        value = _read_key(reader)
        falling = reader.word("desc")
        if not falling:
            reader.word("asc")
        keys.append((value, falling))

    def step(table: Table) -> Table:
        records = table.records
        for value, falling in reversed(keys):
            records = sorted(records, key=lambda one, value=value: order(value(one)), reverse=falling)  # type: ignore[misc]
        return replace(table, records=records, sorted=True)

    return step


def _read_key(reader: Reader) -> Expression:
    """What to sort by; a column of `stats` is also known by what it was written as: `count(*)`, `bin(5m)`."""
    start = reader.at
    column = reader.match(r"(\w+)\([^()]*\)(?=\s*(?:asc|desc|,|\||$))")
    if column.partition("(")[0].lower() in AGGREGATES:
        return lambda record: record.get(column)
    reader.at = start
    value = read_value(reader)
    return _as_column(column, value)


def _limit(reader: Reader) -> Step:
    written = reader.match(r"\d+")
    if not written or not 0 < int(written) <= _MOST:
        raise reader.fault()
    most = int(written)

    def step(table: Table) -> Table:
        records = table.records
        if table.of_events and not table.sorted:
            records = sorted(records, key=lambda one: -one["@timestamp"])
        matched = len(records) if table.of_events and table.matched is None else table.matched
        return replace(table, records=records[:most], sorted=True, matched=matched, limit=max(most, table.limit))

    return step


def _dedup(reader: Reader) -> Step:
    """Of records that agree in the fields only the first in the order of the query stays."""
    names = [reader.name()]
    while reader.sign(","):
        names.append(reader.name())

    def step(table: Table) -> Table:
        records = table.records
        if table.of_events and not table.sorted:
            records = sorted(records, key=lambda one: -one["@timestamp"])
        first: dict[Any, dict[str, Any]] = {}
        for place, one in enumerate(records):
            values = [one.get(name) for name in names]
            # An event that lacks a field is like no other.
            key: Any = place if None in values else tuple(text(value) for value in values)
            first.setdefault(key, one)
        return replace(table, records=list(first.values()), sorted=True)

    return step


@dataclass(frozen=True)
class _Counted:
    """One function over the records of a group, by the text it was written as."""

    written: str
    act: Aggregate
    value: Expression
    more: float


@dataclass(frozen=True)
class _Column:
    """One column of `stats`: a calculation with such functions."""

    name: str
    value: Expression
    counted: tuple[_Counted, ...]

    def of(self, members: list[dict[str, Any]]) -> Any:
        """The value for the records of a group."""
        times = [int(number(one.get("@timestamp")) or 0) for one in members]
        return self.value(
            {one.written: one.act([one.value(member) for member in members], times, one.more) for one in self.counted}
        )


def _stats(reader: Reader) -> Step:
    columns = [_read_column(reader)]
    while reader.sign(","):
        columns.append(_read_column(reader))
    keys = _named(reader) if reader.word("by") else []

    def step(table: Table) -> Table:
        groups: dict[tuple[str, ...], tuple[dict[str, Any], list[dict[str, Any]]]] = {}
        for record in table.records:
            found = _values(keys, record)
            key = tuple(text(found[name]) if found[name] is not None else "" for name, _ in keys)
            groups.setdefault(key, (found, []))[1].append(record)
        if not keys and not groups:
            groups[()] = ({}, [])
        records = [found | {one.name: one.of(members) for one in columns} for found, members in groups.values()]
        shown = (*(name for name, _ in keys), *(one.name for one in columns))
        matched = len(table.records) if table.matched is None else table.matched
        return replace(table, records=records, columns=shown, of_events=False, matched=matched, sorted=False)

    return step


def _read_column(reader: Reader) -> _Column:
    """`count(*) as n`, or a calculation: `sum(bytes) / 1024 as kb`."""
    counted: list[_Counted] = []

    def aggregate(name: str, start: int) -> Expression:
        reader.on_aggregate = None  # functions of stats do not nest
        one = _read_aggregate(reader, name, start)
        reader.on_aggregate = aggregate
        counted.append(one)
        return lambda found: found[one.written]

    start = reader.at
    reader.on_aggregate = aggregate
    try:
        value = read_value(reader)
    finally:
        reader.on_aggregate = None
    if not counted:
        reader.at = start
        raise reader.fault("stats needs a function such as count(*) or avg(field): found")
    written = reader.read_since(start)
    return _Column(reader.name() if reader.word("as") else written, value, tuple(counted))


def _read_aggregate(reader: Reader, name: str, start: int) -> _Counted:
    """What stands between the brackets; the first of them was read."""
    more = 0.0
    if name == "count" and (reader.sign("*") or reader.text[reader.at : reader.at + 1] == ")"):
        value: Expression = lambda record: 1  # noqa: E731
    else:
        value = read_value(reader)
        if name == "pct":
            reader.need(",")
            percent = reader.match(r"\d+\.?\d*")
            if not percent:
                raise reader.fault()
            more = float(percent)
    reader.need(")")
    return _Counted(reader.read_since(start), AGGREGATES[name], value, more)


def _named(reader: Reader) -> list[tuple[str, Expression]]:
    """Expressions with the names of their columns: an alias, or as they are written."""
    made: list[tuple[str, Expression]] = []
    while not made or reader.sign(","):
        start = reader.at
        value = read_condition(reader)
        written = reader.read_since(start).strip("`")
        made.append((reader.name(), value) if reader.word("as") else (written, _as_column(written, value)))
    return made


def _as_column(written: str, value: Expression) -> Expression:
    """What `stats` calculated keeps its value when it is named again: `bin(5m)`."""
    return lambda record: record[written] if written in record else value(record)


def _values(made: list[tuple[str, Expression]], record: dict[str, Any]) -> dict[str, Any]:
    found = {name: value(record) for name, value in made}
    return {name: int(value) if isinstance(value, bool) else value for name, value in found.items()}


_COMMANDS: Final[dict[str, Callable[[Reader], Step]]] = {
    "fields": _fields,
    "display": _display,
    "filter": _filter,
    "stats": _stats,
    "sort": _sort,
    "limit": _limit,
    "parse": _parse,
    "dedup": _dedup,
}
