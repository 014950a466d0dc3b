"""Tables and partitions in the Glue Data Catalog, where Athena keeps what it knows.

https://docs.aws.amazon.com/athena/latest/ug/data-sources-glue.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.athena.hive_types import in_duckdb
from course.lab.athena.reasons import Failed
from course.lab.place import Place

_LAZY: Final = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
_OPEN_CSV: Final = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
_PARQUET: Final = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
SERDES: Final = {"textfile": _LAZY, "csv": _LAZY, "parquet": _PARQUET, "json": "org.openx.data.jsonserde.JsonSerDe"}
_FORMATS: Final = {_LAZY: "text", _OPEN_CSV: "csv", _PARQUET: "parquet",
                   "org.openx.data.jsonserde.JsonSerDe": "json",
                   "org.apache.hive.hcatalog.data.JsonSerDe": "json"}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A partition, or all of a table without partitions."""

    values: tuple[str, ...]
    location: str


@dataclass(frozen=True)
class Table:
    """A table as a query meets it."""

    database: str
    name: str
    columns: dict[str, str]  # name -> type of DDL
    keys: dict[str, str]  # the partition columns
    format: str
    location: str
    serde: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()


class Catalogue:
    """The catalogue of an account in a Region."""

    def __init__(self, place: Place) -> None:
        self._glue = place.backend("glue")
        self._athena = place.backend("athena")
        if "default" not in self._glue.databases:
            self._glue.create_database("default", {"Name": "default"})

    def databases(self) -> list[str]:
        return sorted(self._glue.databases)

    def has_database(self, name: str) -> bool:
        return name in self._glue.databases

    def create_database(self, name: str, location: str, if_missing: bool) -> None:
        if self.has_database(name):
            if if_missing:
                return
            raise Failed(f"FAILED: Execution Error: AlreadyExistsException(message:Database {name} already exists)")
        given = {"Name": name} | ({"LocationUri": location} if location else {})
        self._glue.create_database(name, given)

    def drop_database(self, name: str, if_there: bool, cascade: bool) -> None:
        if not self.has_database(name):
            if if_there:
                return
            raise Failed(f"FAILED: SemanticException [Error 10072]: Database does not exist: {name}")
        if self._glue.databases[name].tables and not cascade:
            raise Failed(
                f"FAILED: Execution Error: InvalidOperationException(message:Database {name} is not empty. "
                "One or more tables exist.)"
            )
        self._glue.delete_database(name)

    def tables(self, database: str) -> list[str]:
        return sorted(self._glue.databases[database].tables) if self.has_database(database) else []

    def has_table(self, database: str, name: str) -> bool:
        return self.has_database(database) and name in self._glue.databases[database].tables

    def create_table(self, database: str, name: str, given: dict[str, Any]) -> None:
        """Write a table down; `given` is Glue's TableInput."""
        if not self.has_database(database):
            raise Failed(f"SCHEMA_NOT_FOUND: Schema {database} does not exist")
        self._glue.create_table(database, name, {"Name": name, "TableType": "EXTERNAL_TABLE", **given})

    def drop_table(self, database: str, name: str) -> None:
        self._glue.delete_table(database, name)

    def table(self, database: str, name: str) -> Table | None:
        """The table of this name, however it came into the catalogue."""
        if not self.has_table(database, name):
            return None
        kept = self._glue.get_table(database, name)
        told = kept.as_dict()
        storage = told.get("StorageDescriptor") or {}
        serde = storage.get("SerdeInfo") or {}
        library = serde.get("SerializationLibrary") or ""
        if library not in _FORMATS:
            raise Failed(f"HIVE_UNSUPPORTED_FORMAT: Unable to create input format for SerDe '{library}' of {name}. "
                         "The lab reads CSV, JSON and Parquet.")  # fmt: skip
        keys = _columns(told.get("PartitionKeys") or [])
        location = storage.get("Location") or ""
        parts = tuple(
            Part(tuple(map(str, one.values)), one.partition_input.get("StorageDescriptor", {}).get("Location", ""))
            for one in kept.partitions.values()
        )
        return Table(
            database, name, _columns(storage.get("Columns") or []), keys, _FORMATS[library], location,
            serde.get("Parameters") or {}, told.get("Parameters") or {}, parts if keys else (Part((), location),),
        )  # fmt: skip

    def add_partition(self, table: Table, values: tuple[str, ...], location: str) -> bool:
        """Write a partition down; False if it is known."""
        kept = self._glue.get_table(table.database, table.name)
        if any(one.values == list(values) for one in kept.partitions.values()):
            return False
        storage = dict(kept.as_dict()["StorageDescriptor"]) | {"Location": location}
        kept.create_partition({"Values": list(values), "StorageDescriptor": storage})
        return True

    def drop_partition(self, table: Table, values: tuple[str, ...]) -> bool:
        kept = self._glue.get_table(table.database, table.name)
        return kept.partitions.pop(str(list(values)), None) is not None

    @staticmethod
    def new_id() -> str:
        """A name for a file that nobody else has."""
        return str(mock_random.uuid4())


def _columns(given: list[dict[str, str]]) -> dict[str, str]:
    return {one["Name"].lower(): one.get("Type") or "string" for one in given}


def duckdb_types(columns: dict[str, str]) -> dict[str, str]:
    """Name -> DuckDB's type."""
    return {name: in_duckdb(kind) for name, kind in columns.items()}
