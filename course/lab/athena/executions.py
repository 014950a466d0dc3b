"""One query from its start to its end.

https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html

The work is done when the query is sent. Its state shows that only later: RUNNING at the first look, the end at the next
look or a second later, so that a program has to wait for it as on AWS. The times in the statistics are a model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.athena import ddl, objects, results, writing
from course.lab.athena.catalogue import Catalogue, Table
from course.lab.athena.engine import CATALOGUE, Engine
from course.lab.athena.loading import load
from course.lab.athena.plan import Plan, Reading
from course.lab.athena.reasons import Cancelled, Failed, Refused
from course.lab.athena.results import Result
from course.lab.athena.statements import Statement, parse
from course.lab.clock import clock

_BYTES_A_SECOND: Final = 100_000_000


@dataclass
class Query:
    """A query that was sent."""

    id: str
    sql: str
    database: str
    workgroup: str
    output: str  # the folder of its result
    parameters: list[str] = field(default_factory=list)
    cutoff: int | None = None
    statement: Statement = field(default_factory=lambda: Statement("query"))
    began: float = 0.0
    looks: int = 0
    end: str = "SUCCEEDED"
    reason: str = ""
    scanned: int = 0
    reused: bool = False
    result: Result = field(default_factory=Result)
    place: str = ""  # the object of its result

    @property
    def state(self) -> str:
        """As an observer sees it now."""
        if self.looks > 1 or clock.now().timestamp() >= self.began + 1:
            return self.end
        return "RUNNING" if self.looks else "QUEUED"

    @property
    def milliseconds(self) -> int:
        """How long the engine took, by the lab's model."""
        return 300 + round(1000 * self.scanned / _BYTES_A_SECOND)


def run(query: Query, catalogue: Catalogue, earlier: Query | None) -> None:
    """Do what the query says. Raises Refused for a text that Athena would not take."""
    query.statement = parse(_filled(query.sql, query.parameters))
    query.began = clock.now().timestamp()
    query.place = f"{query.output}{query.id}.{'txt' if query.statement.is_ddl else 'csv'}"
    if earlier is not None:
        query.result, query.place, query.reused = earlier.result, earlier.place, True
        return
    try:
        if query.statement.kind == "query":
            _select(query, catalogue)
        elif query.statement.kind in ("create-as", "insert"):
            _write(query, catalogue)
        else:
            query.result = ddl.run(query.statement, catalogue, query.database)
        keep = results.as_text if query.statement.is_ddl else results.as_csv
        if query.statement.kind not in ("create-as", "insert"):
            objects.write(query.place, keep(query.result))
            objects.write(query.place + ".metadata", b"")
    except Failed as failure:
        query.end, query.reason = "FAILED", str(failure)
    except Cancelled as cancelled:
        query.end, query.reason = "CANCELLED", str(cancelled)


def _select(query: Query, catalogue: Catalogue) -> None:
    with Engine() as engine:
        sql = query.statement.rest
        _prepare(engine, query, catalogue, sql)
        columns, rows = engine.query(sql, query.database)
        query.result = results.of_query(columns, rows)


def _write(query: Query, catalogue: Catalogue) -> None:
    said = query.statement
    database = said.database or query.database
    full_name = f"{CATALOGUE}.{database}.{said.table}"
    there = catalogue.has_table(database, said.table)
    if said.kind == "create-as" and there:
        if said.lenient:
            return
        raise Failed(f"TABLE_ALREADY_EXISTS: line 1:1: Destination table '{full_name}' already exists")
    known = catalogue.table(database, said.table) if said.kind == "insert" else None
    if said.kind == "insert" and known is None:
        raise Failed(f"TABLE_NOT_FOUND: line 1:1: Table '{full_name}' does not exist")
    location = said.options.get("external_location") or f"{query.output}tables/{query.id}/"
    if known is None and objects.below(location):
        raise Failed(
            f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{database}.{said.table}' already exists: {location}"
        )
    with Engine() as engine:
        _prepare(engine, query, catalogue, said.rest)
        columns = engine.keep_result(said.rest, query.database)
        codec = said.options.get("write_compression") or said.options.get("parquet_compression") or ""
        if known is None:
            table = writing.new_table(said.options, columns, location)
            parts = writing.write(engine, table, codec)
            catalogue.create_table(database, said.table, writing.input_of(table, codec))
        else:
            _as_columns_of(engine, known, columns)
            parts = writing.write(engine, known, codec)
        kept = catalogue.table(database, said.table)
        assert kept is not None
        for values, folder in parts if kept.keys else []:
            catalogue.add_partition(kept, values, folder)


def _as_columns_of(engine: Engine, table: Table, columns: list[tuple[str, str]]) -> None:
    """INSERT INTO goes by place, not by name."""
    names = [*table.columns, *table.keys]
    if len(names) != len(columns):
        raise Failed(
            "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: "
            f"Table has {len(names)} columns, Query {len(columns)}"
        )
    for number, (old, _) in enumerate(columns):
        engine.ours(f'ALTER TABLE temp.lab_result RENAME "{old}" TO "lab_new_{number}"')
    for number, name in enumerate(names):
        engine.ours(f'ALTER TABLE temp.lab_result RENAME "lab_new_{number}" TO "{name}"')


def _prepare(engine: Engine, query: Query, catalogue: Catalogue, sql: str) -> None:
    """Make the tables that the query names, as far as it needs them, and count their bytes."""
    plan = Plan(engine)
    tables = {}
    for database, name in engine.tables_of(sql, query.database):
        table = catalogue.table(database or query.database, name)
        if table is not None and (table.database, name) not in tables:
            tables[table.database, name] = table
            plan.add(table)
    engine.use(query.database)
    query.scanned, readings = plan.readings(sql, query.database)
    engine.lock()
    if query.cutoff is not None and query.scanned > query.cutoff:
        raise Cancelled("Query cancelled! : Bytes scanned limit was exceeded")
    read = {(one.table.database, one.table.name): one for one in readings}
    for number, (key, table) in enumerate(tables.items()):
        plan.fill(table, load(engine, read.get(key) or Reading(table, set(), []), number))


def _filled(sql: str, parameters: list[str]) -> str:
    """The query with its execution parameters in place of the question marks."""
    waiting, made, quote = list(parameters), [], ""
    for sign in sql:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign == "?" and waiting:
            sign = waiting.pop(0)
        made.append(sign)
    if waiting:
        raise Refused("SYNTAX_ERROR: line 1:1: Incorrect number of parameters")
    return "".join(made)


def described(query: Query) -> dict[str, Any]:
    """QueryExecution, as GetQueryExecution answers it."""
    over = query.state == query.end
    status: dict[str, Any] = {"State": query.state, "SubmissionDateTime": query.began}
    statistics: dict[str, Any] = {}
    if over:
        status["CompletionDateTime"] = query.began + 0.001 * query.milliseconds
        spent = {"EngineExecutionTimeInMillis": query.milliseconds, "QueryPlanningTimeInMillis": 100,
                 "QueryQueueTimeInMillis": 50, "ServicePreProcessingTimeInMillis": 20,
                 "ServiceProcessingTimeInMillis": 20}  # fmt: skip
        statistics = {**spent, "DataScannedInBytes": query.scanned,
                      "TotalExecutionTimeInMillis": query.milliseconds + 90,
                      "ResultReuseInformation": {"ReusedPreviousResult": query.reused}}  # fmt: skip
        if query.reason:
            status["StateChangeReason"] = query.reason
            status["AthenaError"] = {"ErrorCategory": 2, "ErrorType": 1, "Retryable": False,
                                     "ErrorMessage": query.reason}  # fmt: skip
    return {
        "QueryExecutionId": query.id,
        "Query": query.sql,
        "StatementType": "DDL" if query.statement.is_ddl or query.statement.kind == "create-as" else "DML",
        "ResultConfiguration": {"OutputLocation": query.place},
        "QueryExecutionContext": {"Database": query.database, "Catalog": "awsdatacatalog"},
        "Status": status,
        "Statistics": statistics,
        "WorkGroup": query.workgroup,
        "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"},
    }
