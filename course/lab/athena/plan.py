"""What a query has to read: which partitions, which columns and row groups, and how many bytes these are.

https://docs.aws.amazon.com/athena/latest/ug/performance-tuning-data-optimization-techniques.html

Each partition (in Parquet: each row group) becomes a little table of its own that holds the least and the greatest
value of each column, as far as they are known; a table of the catalogue is their union. DuckDB's optimizer then leaves
out by itself what the conditions of the query exclude, and its plan names what is left, with the columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.athena import objects
from course.lab.athena.catalogue import Part, Table, duckdb_types
from course.lab.athena.engine import CATALOGUE, Engine, quoted, text
from course.lab.athena.hive_types import extremes
from course.lab.athena.objects import Thing

_NULL_PARTITION: Final = "__HIVE_DEFAULT_PARTITION__"


@dataclass
class Piece:
    """What is read or left out as a whole."""

    stub: str
    table: Table
    part: Part
    things: list[Thing]
    paths: list[str] = field(default_factory=list)
    by_column: dict[str, int] | None = None  # Parquet: bytes of each column in this row group
    bounds: dict[str, tuple[str | None, str | None, bool]] = field(default_factory=dict)  # least, greatest, holds null

    def bytes_of(self, columns: set[str]) -> int:
        if self.by_column is None:
            return sum(one.size for one in self.things)
        return sum(size for name, size in self.by_column.items() if name in columns)


@dataclass
class Reading:
    """What one query reads of one table."""

    table: Table
    columns: set[str]
    pieces: list[Piece]


class Plan:
    """Set up the tables of a query in an engine, then ask what it reads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pieces: dict[str, Piece] = {}

    def add(self, table: Table) -> None:
        """Make a table known to the engine."""
        columns = duckdb_types(table.columns)
        keys = duckdb_types(table.keys)
        ours = {name: f"lab_{number}" for number, name in enumerate([*columns, *keys])}
        branches = []
        for piece in self._cut(table):
            self._stub(piece.stub, {ours[name]: kind for name, kind in columns.items()},
                       {ours[name]: bounds for name, bounds in piece.bounds.items() if name in ours})  # fmt: skip
            named = [f"{ours[name]} AS {quoted(name)}" for name in columns]
            fixed = [
                f"CAST({'NULL' if value == _NULL_PARTITION else text(value)} AS {keys[name]}) AS {quoted(name)}"
                for name, value in zip(keys, piece.part.values, strict=True)
            ]
            branches.append(f"SELECT {', '.join(['lab_row', *named, *fixed])} FROM temp.{piece.stub}")
            self._pieces[piece.stub] = piece
        # One more of which nothing is known: a union of one would be no union, and be answered without a look.
        open_end = f"lab_open_{len(self._pieces)}_{table.database}_{table.name}"
        self._stub(open_end, {ours[name]: kind for name, kind in (columns | keys).items()}, {})
        named = [f"{ours[name]} AS {quoted(name)}" for name in [*columns, *keys]]
        branches.append(f"SELECT {', '.join(['lab_row', *named])} FROM temp.{quoted(open_end)}")
        self._view(table, f"({' UNION ALL '.join(branches)})")

    def readings(self, sql: str, database: str) -> tuple[int, list[Reading]]:
        """The bytes that the query scans, and what it needs."""
        # Without statistics the plan names every column that is looked at; with them, the pieces that remain.
        with_columns = json.loads(self._engine.explain(sql, database, statistics=False))
        remaining = {name for name, _ in _scans(json.loads(self._engine.explain(sql, database, statistics=True))[0])}
        scanned, found = 0, dict[tuple[str, str], Reading]()
        for name, columns in _scans(with_columns[0]):
            piece = self._pieces.get(name)
            if piece is None or name not in remaining:
                continue
            known = [*piece.table.columns]
            wanted = {known[number] for number in columns if number < len(known)}
            scanned += piece.bytes_of(wanted)
            key = (piece.table.database, piece.table.name)
            reading = found.setdefault(key, Reading(piece.table, set(), []))
            reading.columns |= wanted
            if piece not in reading.pieces:
                reading.pieces.append(piece)
        return scanned, list(found.values())

    def fill(self, table: Table, source: str) -> None:
        """From now on the table holds the rows of `source`."""
        self._view(table, source)

    def _view(self, table: Table, source: str) -> None:
        names = ", ".join(quoted(name) for name in [*table.columns, *table.keys])
        schema = f"{CATALOGUE}.{quoted(table.database)}"
        self._engine.ours(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        self._engine.ours(f"CREATE OR REPLACE VIEW {schema}.{quoted(table.name)} AS SELECT {names} FROM {source}")

    def _cut(self, table: Table) -> Iterator[Piece]:
        for part in table.parts:
            things = objects.below(part.location)
            if table.format != "parquet":
                if things:
                    yield Piece(f"lab_piece_{len(self._pieces)}", table, part, things)
                continue
            for thing in things:
                yield from self._row_groups(table, part, thing)

    def _row_groups(self, table: Table, part: Part, thing: Thing) -> Iterator[Piece]:
        path = self._engine.keep(thing.content)
        groups: dict[int, Piece] = {}
        for group, name, size, least, most, nulls in self._engine.ours(
            "SELECT row_group_id, split_part(lower(path_in_schema), ', ', 1), total_compressed_size, stats_min_value, "
            f"stats_max_value, stats_null_count FROM parquet_metadata({text(path)})"
        ).fetchall():
            piece = groups.setdefault(group, Piece("", table, part, [thing], [path], {}))
            assert piece.by_column is not None
            piece.by_column[name] = piece.by_column.get(name, 0) + int(size)
            piece.bounds[name] = (least, most, nulls != 0)
        for piece in groups.values():
            piece.stub = f"lab_piece_{len(self._pieces)}"
            yield piece

    def _stub(self, name: str, columns: dict[str, str], bounds: dict[str, Any]) -> None:
        kinds = ", ".join(f"{one} {kind}" for one, kind in columns.items())
        self._engine.ours(f"CREATE TEMP TABLE {quoted(name)} (lab_row TINYINT, {kinds})")
        rows: list[list[str]] = [["1"], ["2"], ["3"]]
        for one, kind in columns.items():
            least, most, nulls = bounds.get(one, (None, None, True))
            low, high = extremes(kind)
            if least is not None:
                low = f"COALESCE(TRY_CAST({text(str(least))} AS {kind}), {low})"
            if most is not None:
                above = "" if kind != "VARCHAR" else " || chr(1114111)"  # long texts are cut short in the footer
                high = f"COALESCE(TRY_CAST({text(str(most))}{above} AS {kind}), {high})"
            for row, value in zip(rows, (low, high, "NULL" if nulls else low), strict=True):
                row.append(value)
        self._engine.ours(f"INSERT INTO temp.{quoted(name)} VALUES " + ", ".join(f"({', '.join(r)})" for r in rows))


def _scans(node: dict[str, Any]) -> Iterator[tuple[str, set[int]]]:
    """Each little table in the plan, with the numbers of the columns that are read or compared."""
    told = node.get("extra_info") or {}
    if isinstance(told, dict) and "Table" in told:
        text_of = json.dumps([told.get("Projections"), told.get("Filters")])
        yield str(told["Table"]).rpartition(".")[2], {int(one) for one in re.findall(r"\blab_(\d+)\b", text_of)}
    for child in node.get("children") or []:
        yield from _scans(child)
