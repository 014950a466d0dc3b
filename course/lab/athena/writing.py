"""CREATE TABLE AS and INSERT INTO: rows become objects of S3.

https://docs.aws.amazon.com/athena/latest/ug/ctas.html
https://docs.aws.amazon.com/athena/latest/ug/ctas-considerations-limitations.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.athena import objects
from course.lab.athena.catalogue import SERDES, Catalogue, Table
from course.lab.athena.engine import Engine, quoted, text
from course.lab.athena.hive_types import in_hive
from course.lab.athena.reasons import Failed

_RESULT: Final = "temp.lab_result"
_MOST_PARTITIONS: Final = 100  # the writers that one query may keep open
_CODECS: Final = {name: name for name in ("gzip", "snappy", "zstd", "uncompressed")} | {"none": "uncompressed"}
_NULL_PARTITION: Final = "__HIVE_DEFAULT_PARTITION__"


def new_table(options: dict[str, str], columns: list[tuple[str, str]], location: str) -> Table:
    """The table that CREATE TABLE AS describes; the partition columns come last in the query."""
    form = options.get("format", "PARQUET").lower()
    if form not in SERDES:
        raise Failed(f"NOT_SUPPORTED: The lab writes PARQUET, TEXTFILE and JSON, not {form.upper()}")
    partitions = options.get("partitioned_by", "")
    if partitions.startswith("'"):
        raise Failed("INVALID_TABLE_PROPERTY: Invalid value for catalog property 'partitioned_by': Cannot convert "
                     f"[{partitions}] to array(varchar)")  # fmt: skip
    keys = [one.lower() for one in partitions.split(",") if one]
    names = [name.lower() for name, _ in columns]
    for name in names:
        if names.count(name) > 1:
            raise Failed(f"DUPLICATE_COLUMN_NAME: Column name '{name}' specified more than once")
    if not all(name.replace("_", "a").isalnum() for name in names):
        raise Failed("MISSING_COLUMN_NAME: Column name not specified: give each expression a name with AS")
    if keys and names[-len(keys) :] != keys:
        raise Failed("HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the same "
                     f"order as the table properties: [{', '.join(keys)}]")  # fmt: skip
    if keys and len(keys) == len(names):
        raise Failed("NOT_SUPPORTED: Table contains only partition columns")
    kinds = {name: in_hive(kind) for name, (_, kind) in zip(names, columns, strict=True)}
    serde = {"field.delim": options.get("field_delimiter", "\x01")} if form in ("textfile", "csv") else {}
    return Table(
        database="", name="", columns={name: kind for name, kind in kinds.items() if name not in keys},
        keys={name: kinds[name] for name in keys}, location=location, serde=serde,
        format={"parquet": "parquet", "json": "json"}.get(form, "text"),
    )  # fmt: skip


def input_of(table: Table, codec: str = "") -> dict[str, Any]:
    """Glue's TableInput for a table."""
    library = SERDES[{"text": "textfile"}.get(table.format, table.format)]
    return {
        "PartitionKeys": [{"Name": name, "Type": kind} for name, kind in table.keys.items()],
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": kind} for name, kind in table.columns.items()],
            "Location": table.location,
            "SerdeInfo": {"SerializationLibrary": library, "Parameters": table.serde},
        },
        "Parameters": {"EXTERNAL": "TRUE"} | ({"parquet.compression": codec.upper()} if codec else {}),
    }


def write(engine: Engine, table: Table, codec: str) -> list[tuple[tuple[str, ...], str]]:
    """Write the rows of lab_result below the table's location; returns its partitions, as (values, location)."""
    if codec and codec.lower() not in _CODECS:
        raise Failed(f"NOT_SUPPORTED: The lab does not write {codec.upper()}")
    groups = _groups(engine, table)
    if len(groups) > _MOST_PARTITIONS:
        raise Failed(f"HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of {_MOST_PARTITIONS} open writers for "
                     "partitions/buckets")  # fmt: skip
    names = ", ".join(quoted(name) for name in table.columns)
    root = table.location.rstrip("/") + "/"
    made = []
    for values in groups:
        folder = root + "".join(f"{name}={value}/" for name, value in zip(table.keys, values, strict=True))
        same = " AND ".join(
            f"COALESCE(CAST({quoted(name)} AS VARCHAR), {text(_NULL_PARTITION)}) = {text(value)}"
            for name, value in zip(table.keys, values, strict=True)
        )
        rows = f"SELECT {names} FROM {_RESULT}" + (f" WHERE {same}" if same else "")
        objects.write(f"{folder}{Catalogue.new_id()}", _file(engine, table, rows, codec.lower() or "gzip"))
        made.append((values, folder))
    return made


def _groups(engine: Engine, table: Table) -> list[tuple[str, ...]]:
    if not table.keys:
        return [()]
    each = ", ".join(f"COALESCE(CAST({quoted(name)} AS VARCHAR), {text(_NULL_PARTITION)})" for name in table.keys)
    return sorted(engine.ours(f"SELECT DISTINCT {each} FROM {_RESULT}").fetchall())


def _file(engine: Engine, table: Table, rows: str, codec: str) -> bytes:
    path = engine.folder / "written"
    if table.format == "parquet":
        how = f"FORMAT parquet, COMPRESSION {_CODECS[codec]}"
    elif table.format == "json":
        how = "FORMAT json, ARRAY false"
    else:
        delimiter = text(table.serde["field.delim"])
        how = f"FORMAT csv, HEADER false, DELIMITER {delimiter}, QUOTE '', ESCAPE '', NULLSTR '\\N'"
    engine.ours(f"COPY ({rows}) TO {text(str(path))} ({how})")
    content = path.read_bytes()
    path.unlink()
    return content
