"""Bytes of S3 become rows: CSV, JSON lines and Parquet, as the table's SerDe reads them.

LazySimpleSerDe knows no quotes; OpenCSVSerde does. https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from course.lab.athena import objects
from course.lab.athena.catalogue import Table, duckdb_types
from course.lab.athena.engine import Engine, quoted, text
from course.lab.athena.hive_types import in_duckdb
from course.lab.athena.plan import Piece, Reading
from course.lab.athena.reasons import Failed

_LINE: Final = "\x1e"  # stands in no text: a line is read as one field
_NULL_PARTITION: Final = "__HIVE_DEFAULT_PARTITION__"


def load(engine: Engine, reading: Reading, number: int) -> str:
    """Read what a query needs of a table; returns the name of the rows."""
    table, name = reading.table, f"lab_rows_{number}"
    kinds = duckdb_types(table.columns | table.keys)
    columns = ", ".join(f"{quoted(one)} {kind}" for one, kind in kinds.items())
    engine.ours(f"CREATE TEMP TABLE {name} ({columns})")
    done: set[str] = set()
    for piece in reading.pieces:
        paths = [path for path in _paths(engine, piece) if path not in done]
        done.update(paths)
        if paths:
            _insert(engine, table, piece, paths, reading.columns, name)
    return f"temp.{name}"


def _paths(engine: Engine, piece: Piece) -> list[str]:
    if not piece.paths:
        piece.paths = [engine.keep(objects.unpacked(thing)) for thing in piece.things]
    return piece.paths


def _insert(engine: Engine, table: Table, piece: Piece, paths: list[str], wanted: set[str], name: str) -> None:
    import duckdb

    listed = f"[{', '.join(text(path) for path in paths)}]"
    keys = [
        f"CAST({'NULL' if value == _NULL_PARTITION else text(value)} AS {in_duckdb(kind)})"
        for kind, value in zip(table.keys.values(), piece.part.values, strict=True)
    ]
    try:
        fields, source = _READERS[table.format](engine, table, listed, wanted)
        chosen = [fields.get(one, "NULL") for one in table.columns]
        engine.ours(f"INSERT INTO temp.{name} SELECT {', '.join([*chosen, *keys])} FROM {source}")
    except duckdb.OutOfMemoryException as error:
        raise Failed("Query exhausted resources at this scale factor") from error
    except duckdb.Error as error:
        where = f"s3://{piece.things[0].bucket}/{piece.things[0].key}"
        raise Failed(_bad_data(str(error), table, where)) from error


def _bad_data(said: str, table: Table, where: str) -> str:
    if table.format == "json":
        return f"HIVE_CURSOR_ERROR: Row is not a valid JSON Object ({where})"
    if table.format == "parquet" and "cast" not in said.lower() and "convert" not in said.lower():
        return f"HIVE_CANNOT_OPEN_SPLIT: {where} is not a valid Parquet File"
    found = re.search(r"string '([^']*)'", said)
    value = f"value '{found[1]}'" if found else "a value"
    return f"HIVE_BAD_DATA: Error parsing field {value} in {where}: it does not fit the type of its column"


def _text(engine: Engine, table: Table, listed: str, wanted: set[str]) -> tuple[dict[str, str], str]:
    """LazySimpleSerDe: fields between delimiters, quotes are letters, what does not fit its type is null."""
    delimiter = table.serde.get("field.delim") or table.serde.get("serialization.format") or "\x01"
    fields = {
        name: _lenient(f"NULLIF(fields[{number}], '\\N')", in_duckdb(kind))
        for number, (name, kind) in enumerate(table.columns.items(), 1)
        if name in wanted
    }
    lines = (
        f"read_csv({listed}, auto_detect=false, header=false, delim={text(_LINE)}, quote='', escape='', "
        f"skip={_skip(table)}, columns={{'line': 'VARCHAR'}}, force_not_null=['line'])"
    )
    return fields, f"(SELECT string_split(rtrim(line, chr(13)), {text(delimiter)}) AS fields FROM {lines})"


def _lenient(value: str, kind: str) -> str:
    """A text as its type, or null; a whole number loses what stands behind its point, as in Hive."""
    if kind.endswith("INT") or kind == "INTEGER":
        value = f"regexp_replace({value}, '[.][0-9]*$', '')"
    return f"TRY_CAST({value} AS {kind})"


def _csv(engine: Engine, table: Table, listed: str, wanted: set[str]) -> tuple[dict[str, str], str]:
    """OpenCSVSerde: quoted fields; what does not fit its type is an error; a date is a number of days."""
    signs = {"delim": ("separatorChar", ","), "quote": ("quoteChar", '"'), "escape": ("escapeChar", '"')}
    told = ", ".join(f"{ours}={text(table.serde.get(key, usual)[:1])}" for ours, (key, usual) in signs.items())
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in table.columns)
    fields = {name: _strict(name, kind) for name, kind in table.columns.items() if name in wanted}
    every = ", ".join(text(name) for name in table.columns)
    return fields, (
        f"read_csv({listed}, auto_detect=false, header=false, {told}, skip={_skip(table)}, columns={{{columns}}}, "
        f"null_padding=true, strict_mode=false, force_not_null=[{every}])"
    )


def _strict(name: str, kind: str) -> str:
    if kind == "date":
        return f"DATE '1970-01-01' + CAST(NULLIF({quoted(name)}, '') AS INTEGER)"
    if in_duckdb(kind) == "VARCHAR":
        return quoted(name)
    return f"CAST(NULLIF({quoted(name)}, '') AS {in_duckdb(kind)})"


def _json(engine: Engine, table: Table, listed: str, wanted: set[str]) -> tuple[dict[str, str], str]:
    columns = ", ".join(f"{text(name)}: {text(in_duckdb(kind))}" for name, kind in table.columns.items())
    lenient = table.serde.get("ignore.malformed.json", "").lower() == "true"
    source = f"read_json({listed}, format='newline_delimited', columns={{{columns}}}, ignore_errors={lenient})"
    return {name: quoted(name) for name in table.columns if name in wanted}, source


def _parquet(engine: Engine, table: Table, listed: str, wanted: set[str]) -> tuple[dict[str, str], str]:
    source = f"read_parquet({listed}, union_by_name=true, hive_partitioning=false)"
    there: dict[str, Any] = {str(row[0]).lower(): row[0] for row in engine.ours(f"DESCRIBE FROM {source}").fetchall()}
    fields = {
        name: f"CAST({quoted(there[name])} AS {in_duckdb(kind)})"
        for name, kind in table.columns.items()
        if name in wanted and name in there
    }
    return fields, source


def _skip(table: Table) -> int:
    """The lines before the data, of each file."""
    given = table.properties.get("skip.header.line.count", "0")
    return int(given) if given.isdigit() else 0


_READERS: Final = {"text": _text, "csv": _csv, "json": _json, "parquet": _parquet}
