"""DuckDB, closed off: it runs what learners, and worse, write.

Nothing outside one temporary folder can be read or written, nothing comes over the network, no extension is loaded, no
variable of Python is seen, and memory, threads and time are bounded. The settings are locked before a foreign
query runs. https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from course.lab.athena.dialect import FUNCTIONS
from course.lab.athena.reasons import Failed, Refused, failed, refused

CATALOGUE: Final = "awsdatacatalog"
_MEMORY: Final = "256MB"
_EXPLAIN: Final = "EXPLAIN (FORMAT JSON) "
# What DuckDB does to read a table once, or once more, where Athena would not.
_TRICKS: Final = ("common_subplan", "join_elimination", "late_materialization", "window_self_join")
_CAST: Final = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|\bCAST\s*\(", re.IGNORECASE)
_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "memory_limit": _MEMORY,
    "threads": 1,
    "temp_directory": "",
    "max_execution_time": 10_000,  # milliseconds
}


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string in SQL."""
    return "'" + value.replace("'", "''") + "'"


class Engine:
    """A DuckDB for one query, with a folder of its own; both are gone afterwards."""

    def __init__(self) -> None:
        import duckdb

        self._folder = tempfile.TemporaryDirectory(prefix="athena-")
        self.folder = Path(self._folder.name).resolve()
        self._duckdb: Any = duckdb.connect(":memory:", config=_SETTINGS)
        self._files = 0
        for statement in (
            f"ATTACH ':memory:' AS {CATALOGUE}",
            f"SET allowed_directories = [{text(str(self.folder))}]",
            "SET enable_external_access = false",
            "SET errors_as_json = true",
            "SET integer_division = true",
            "SET TimeZone = 'UTC'",
            *FUNCTIONS,
        ):
            self._duckdb.execute(statement)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._duckdb.close()
        self._folder.cleanup()

    def keep(self, content: bytes) -> str:
        """Lay bytes into the folder; returns the path."""
        self._files += 1
        path = self.folder / f"{self._files}"
        path.write_bytes(content)
        return str(path)

    def use(self, database: str) -> None:
        """Names without a database mean this one."""
        self.ours(f"CREATE SCHEMA IF NOT EXISTS {CATALOGUE}.{quoted(database)}")
        self.ours(f"USE {CATALOGUE}.{quoted(database)}")

    def lock(self) -> None:
        """From now on no setting can be changed."""
        self.ours("SET lock_configuration = true")

    def ours(self, statement: str) -> Any:
        """Run a statement of the lab."""
        return self._duckdb.execute(statement)

    def tables_of(self, sql: str, database: str) -> list[tuple[str, str]]:
        """The tables that a query names, as (database or '', table). Refuses what is no single query."""
        import duckdb

        try:
            statements = self._duckdb.extract_statements(sql)
        except duckdb.Error as error:
            raise refused(error, sql) from error
        if len(statements) != 1:
            raise Refused("Only one sql statement is allowed. Got: " + sql)
        if statements[0].type != duckdb.StatementType.SELECT:
            raise Refused("Queries of this type are not supported")
        with _told(sql, database):
            names = self._duckdb.get_table_names(sql, qualified=True)
            return sorted({_parts(name) for name in names})

    def explain(self, sql: str, database: str, statistics: bool) -> str:
        """DuckDB's plan as JSON; with statistics it leaves out what the bounds of the columns exclude."""
        without = _TRICKS if statistics else (*_TRICKS, "statistics_propagation")
        self.ours(f"SET disabled_optimizers = {text(','.join(without))}")
        with _told(sql, database, shift=len(_EXPLAIN)):
            plan: str = self._duckdb.execute(_EXPLAIN + sql).fetchall()[0][1]
            # What may fail is computed late, after the reading; for the plan a cast that cannot fail is as good.
            mild = _CAST.sub(lambda found: found[1] or "TRY_CAST(", sql)
            if mild != sql:
                plan = self._duckdb.execute(_EXPLAIN + mild).fetchall()[0][1]
            return plan

    def query(self, sql: str, database: str) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
        """Run a query: (name, type) of each column, and the rows."""
        with _told(sql, database):
            done = self._duckdb.execute(sql)
            columns = [(str(one[0]), str(one[1])) for one in done.description]
            return columns, done.fetchall()

    def keep_result(self, sql: str, database: str) -> list[tuple[str, str]]:
        """Run a query into the lab's table lab_result; returns name and type of its columns."""
        prefix = "CREATE TEMP TABLE lab_result AS "
        with _told(sql, database, shift=len(prefix)):
            self._duckdb.execute(prefix + sql)
            found = self._duckdb.execute("DESCRIBE temp.lab_result").fetchall()
            return [(str(row[0]), str(row[1])) for row in found]


def _parts(name: str) -> tuple[str, str]:
    """Database (or '') and table of a name, with or without quotes, catalogue and alias."""
    name = re.sub(r'\sAS\s+("(?:[^"]|"")*"|\S+)$', "", name)
    parts = [one.strip('"').replace('""', '"').lower() for one in re.findall(r'"(?:[^"]|"")*"|[^.]+', name)]
    return (parts[-2] if len(parts) > 1 else "", parts[-1])


@contextmanager
def _told(sql: str, database: str, shift: int = 0) -> Iterator[None]:
    """DuckDB's errors in Athena's words."""
    import duckdb

    try:
        yield
    except Failed:
        raise
    except (duckdb.Error, RuntimeError, UnicodeError, OverflowError) as error:
        raise failed(error, sql, database, shift) from error
