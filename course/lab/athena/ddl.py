"""Statements that change or show the catalogue. They read no data, and Athena does not bill them.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

from course.lab.athena import objects, statements
from course.lab.athena.catalogue import SERDES, Catalogue, Table
from course.lab.athena.reasons import Failed
from course.lab.athena.results import Result, of_words
from course.lab.athena.statements import Statement


def run(said: Statement, catalogue: Catalogue, database: str) -> Result:
    """Do what the statement says."""
    return _DOINGS[said.kind](said, catalogue, said.database or database)


def _create_table(said: Statement, catalogue: Catalogue, database: str) -> Result:
    new = statements.new_table(said.rest)
    if catalogue.has_table(database, said.table):
        if said.lenient:
            return Result()
        raise Failed(f"FAILED: Execution Error: AlreadyExistsException(message:Table {said.table} already exists)")
    stored = new.stored_as or "textfile"
    if not new.serde and stored not in SERDES:
        raise Failed(f"FAILED: SemanticException Unrecognized file format in STORED AS clause: '{stored.upper()}' "
                     "(the lab reads TEXTFILE, JSON and PARQUET)")  # fmt: skip
    given: dict[str, Any] = {
        "PartitionKeys": [{"Name": name, "Type": kind} for name, kind in new.keys.items()],
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": kind} for name, kind in new.columns.items()],
            "Location": new.location,
            "SerdeInfo": {
                "SerializationLibrary": new.serde or SERDES[stored],
                "Parameters": new.serde_properties,
            },
        },
        "Parameters": {"EXTERNAL": "TRUE", **new.properties},
    }
    catalogue.create_table(database, said.table, given)
    return Result()


def _table(said: Statement, catalogue: Catalogue, database: str) -> Table:
    table = catalogue.table(database, said.table)
    if table is None:
        raise Failed(f"FAILED: SemanticException [Error 10001]: Table not found {database}.{said.table}")
    return table


def _partitioned(said: Statement, catalogue: Catalogue, database: str) -> Table:
    table = _table(said, catalogue, database)
    if not table.keys:
        raise Failed(f"FAILED: SemanticException [Error 10241]: Table {said.table} is not a partitioned table")
    return table


def _repair(said: Statement, catalogue: Catalogue, database: str) -> Result:
    """Find folders in the form key=value, in the order of the partition columns."""
    table = _partitioned(said, catalogue, database)
    told = []
    for folder in objects.folders(table.location):
        pairs = [step.partition("=") for step in folder.split("/")[: len(table.keys)]]
        if [name.lower() for name, sign, _ in pairs if sign] != list(table.keys):
            continue
        path = "/".join(folder.split("/")[: len(table.keys)])
        values = tuple(unquote(value) for _, _, value in pairs)
        if catalogue.add_partition(table, values, f"{table.location.rstrip('/')}/{path}/"):
            told.append(f"Repair: Added partition to metastore {table.name}:{path}")
    missing = f"Partitions not in metastore:\t{len(told)}" if told else ""
    return of_words(*([missing] if missing else []), *told)


def _add(said: Statement, catalogue: Catalogue, database: str) -> Result:
    table = _partitioned(said, catalogue, database)
    for pairs, location in statements.partitions(said.rest):
        values = _values(table, pairs)
        usual = "".join(f"{name}={value}/" for name, value in zip(table.keys, values, strict=True))
        known = not catalogue.add_partition(table, values, location or f"{table.location.rstrip('/')}/{usual}")
        if known and not said.lenient:
            raise Failed("FAILED: Execution Error: AlreadyExistsException(message:Partition already exists.)")
    return Result()


def _drop_partition(said: Statement, catalogue: Catalogue, database: str) -> Result:
    table = _partitioned(said, catalogue, database)
    for pairs, _ in statements.partitions(said.rest):
        if not catalogue.drop_partition(table, _values(table, pairs)) and not said.lenient:
            raise Failed(f"FAILED: SemanticException [Error 10006]: Partition not found {pairs}")
    return Result()


def _values(table: Table, pairs: dict[str, str]) -> tuple[str, ...]:
    if pairs.keys() != table.keys.keys():
        raise Failed(f"FAILED: SemanticException [Error 10098]: partition spec {pairs} does not name the partition "
                     f"columns {', '.join(table.keys)}")  # fmt: skip
    return tuple(pairs[name] for name in table.keys)


def _drop_table(said: Statement, catalogue: Catalogue, database: str) -> Result:
    """The table goes, its objects stay."""
    if catalogue.has_table(database, said.table):
        catalogue.drop_table(database, said.table)
    elif not said.lenient:
        raise Failed(f"FAILED: SemanticException [Error 10001]: Table not found {database}.{said.table}")
    return Result()


def _create_database(said: Statement, catalogue: Catalogue, database: str) -> Result:
    catalogue.create_database(database, statements.location_of(said.rest), said.lenient)
    return Result()


def _drop_database(said: Statement, catalogue: Catalogue, database: str) -> Result:
    catalogue.drop_database(database, said.lenient, said.cascade)
    return Result()


def _show_partitions(said: Statement, catalogue: Catalogue, database: str) -> Result:
    table = _partitioned(said, catalogue, database)
    told = (
        "/".join(f"{key}={value}" for key, value in zip(table.keys, part.values, strict=True)) for part in table.parts
    )
    return of_words(*told, columns=("partition",))


def _describe(said: Statement, catalogue: Catalogue, database: str) -> Result:
    table = _table(said, catalogue, database)
    return of_words(
        *(f"{name}\t{kind}" for name, kind in (table.columns | table.keys).items()), columns=("col_name", "data_type")
    )


_DOINGS: Final[dict[str, Callable[[Statement, Catalogue, str], Result]]] = {
    "create-table": _create_table,
    "repair": _repair,
    "add-partition": _add,
    "drop-partition": _drop_partition,
    "drop-table": _drop_table,
    "create-database": _create_database,
    "drop-database": _drop_database,
    "show-databases": lambda said, catalogue, database: of_words(*catalogue.databases(), columns=("database_name",)),
    "show-tables": lambda said, catalogue, database: of_words(*catalogue.tables(database), columns=("tab_name",)),
    "show-partitions": _show_partitions,
    "describe": _describe,
}
