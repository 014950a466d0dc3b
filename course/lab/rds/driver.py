"""A connection to a database of the lab, in the form of Python's DB-API (PEP 249).

The SQL runs in SQLite, one in-memory copy of the database for each connection: a transaction sees the state in which it
began, and others see what it did after its commit. One connection at a time may write, as SQLite has it; PostgreSQL
and MySQL lock rows instead.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal

from course.lab.clock import clock
from course.lab.rds import accounts
from course.lab.rds.engine import Engine
from course.lab.rds.words import words

_READS: Final = ("SELECT", "VALUES", "EXPLAIN", "PRAGMA", "BEGIN", "START", "COMMIT", "ROLLBACK", "END", "SHOW")
_COMMENT: Final = re.compile(r"\A(?:\s|--[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|%s|%%")


class Connection:
    """One client's connection. Commit, or nothing of what you wrote stays.

    Used with `with`, it commits at the end of the block (or rolls back on an error) and closes.
    """

    Error = sqlite3.Error
    OperationalError = sqlite3.OperationalError
    ProgrammingError = sqlite3.ProgrammingError
    IntegrityError = sqlite3.IntegrityError

    def __init__(self, engine: Engine, dialect: str, user: str, *, read_only: bool = False) -> None:
        self._engine, self._dialect, self.user, self._read_only = engine, dialect, user, read_only
        self._state = "open"
        self._version = -1
        self._rows_before = 0
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute("PRAGMA foreign_keys = ON")
        self._database.create_function("now", 0, _now)
        engine.connections.add(self)

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Run one statement; `%s` or `?` stand for parameters."""
        return self.cursor().execute(statement, parameters)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        return self.cursor().executemany(statement, rows)

    def commit(self) -> None:
        self._check()
        if self._database.in_transaction:
            self._database.commit()
            self._publish()
        self._unlock()

    def rollback(self) -> None:
        if self._state == "open":
            self._database.rollback()
        self._unlock()

    def close(self) -> None:
        """Leave; an open transaction is rolled back."""
        if self._state == "open":
            self.rollback()
            self._database.close()
        self._state = "closed"
        self._engine.connections.discard(self)

    def drop(self) -> None:
        """The server is gone: what was not committed is lost."""
        if self._state == "open":
            self.close()
            self._state = "lost"

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> Literal[False]:
        try:
            if kind is None:
                self.commit()
            else:
                self.rollback()
        finally:
            if self._state == "open":
                self.close()
        return False

    def __del__(self) -> None:
        if getattr(self, "_state", "") == "open":
            self.close()

    @property
    def is_open(self) -> bool:
        return self._state == "open"

    @property
    def in_transaction(self) -> bool:
        return self.is_open and self._database.in_transaction

    # For the cursor -------------------------------------------------------------------------------------------------

    def run(self, statement: str, rows: Sequence[Sequence[Any]], many: bool) -> sqlite3.Cursor:
        """Execute on the state that this connection may see."""
        self._check()
        verb = _verb(statement)
        writes = verb not in _READS
        if writes and (self._read_only or self._engine.is_replica):
            raise sqlite3.OperationalError(words(self._dialect, "read only", verb=verb))
        if verb in ("COMMIT", "END", "ROLLBACK"):
            self.commit() if verb != "ROLLBACK" else self.rollback()
            return self._database.cursor()
        if not self._database.in_transaction:
            self._refresh()
        if writes:
            self._lock()
        try:
            told = self._execute(statement, rows, many)
        except sqlite3.Error:
            if not self._database.in_transaction:
                self._unlock()
            raise
        if not self._database.in_transaction:
            if writes:
                self._publish()
            self._unlock()
        return told

    def _execute(self, statement: str, rows: Sequence[Sequence[Any]], many: bool) -> sqlite3.Cursor:
        about_users = accounts.statement(statement, self._dialect)
        if about_users is not None:
            alone = not self._database.in_transaction
            cursor = self._database.cursor()
            for one, parameters in about_users:
                cursor.execute(one, parameters)
            if alone:
                self._database.commit()
            return cursor
        if _verb(statement) == "START":
            statement = "BEGIN"
        if many:
            return self._database.executemany(_placeholders(statement), rows)
        values = rows[0] if rows else ()
        return self._database.execute(_placeholders(statement) if values else statement, values)

    def _check(self) -> None:
        if self._state == "lost":
            raise sqlite3.OperationalError(words(self._dialect, "lost"))
        if self._state != "open":
            raise sqlite3.ProgrammingError("the connection is closed")

    def _refresh(self) -> None:
        version = self._engine.version()
        if version != self._version:
            image = self._engine.image()
            if image:
                self._database.deserialize(image)
            self._version = version
        self._rows_before = self._database.total_changes

    def _lock(self) -> None:
        holder = self._engine.writer
        if holder is not None and holder is not self:
            raise sqlite3.OperationalError(words(self._dialect, "lock"))
        if self._version != self._engine.version():
            raise sqlite3.OperationalError(words(self._dialect, "changed"))
        self._engine.writer = self

    def _unlock(self) -> None:
        if self._engine.writer is self:
            self._engine.writer = None

    def _publish(self) -> None:
        rows = max(1, self._database.total_changes - self._rows_before)
        self._engine.commit(self._database.serialize(), rows)
        self._version = self._engine.version()


class Cursor:
    """Runs statements and holds the rows of the last one."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Cursor:
        return self._take(self.connection.run(statement, [tuple(parameters)] if parameters else [], many=False))

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        return self._take(self.connection.run(statement, [tuple(row) for row in rows], many=True))

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows, []
        return rows

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def close(self) -> None:
        self._rows = []

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _take(self, told: sqlite3.Cursor) -> Cursor:
        self.description, self.rowcount, self.lastrowid = told.description, told.rowcount, told.lastrowid
        self._rows = told.fetchall() if told.description else []
        return self


def _verb(statement: str) -> str:
    text = statement[_COMMENT.match(statement).end() :]  # type: ignore[union-attr]
    first = re.match(r"\w+", text)
    verb = first.group().upper() if first else ""
    if verb == "WITH":
        change = re.search(r"\b(INSERT|UPDATE|DELETE)\b", _QUOTED.sub("''", text), re.IGNORECASE)
        return change.group().upper() if change else "SELECT"
    return verb


def _placeholders(statement: str) -> str:
    """`%s`, as drivers of PostgreSQL and MySQL have it, in SQLite's words."""
    return _QUOTED.sub(lambda found: {"%s": "?", "%%": "%"}.get(found.group(), found.group()), statement)


def _now() -> str:
    return clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
