"""Athena's engine is closed: no file, no network, no other program, no end of memory or time."""

from __future__ import annotations

import pytest

from course import lab
from course.lab.athena import engine
from course.lab.athena.engine import Engine
from tests.lab.athena_lake import Lake

_SECRET = "a secret of this machine"


@pytest.fixture
def lake():
    lab.start()
    yield Lake().with_sales()
    lab.stop()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM sniff_csv('{file}')",
        "SELECT * FROM parquet_metadata('{file}')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM read_csv('https://example.com/a.csv')",
        "SELECT * FROM read_parquet('s3://lake/csv/')",
        "SELECT * FROM query('SELECT * FROM read_text(''{file}'')')",
        "SELECT getenv('HOME')",
        "SELECT * FROM _SECRET",
        "SELECT * FROM duckdb_secrets()",
        "CREATE TABLE shop.stolen AS SELECT * FROM read_text('{file}')",
    ],
)
def test_nothing_outside_can_be_read(lake, tmp_path, sql):
    kept = tmp_path / "secret.txt"
    kept.write_text(_SECRET)
    reason = lake.fails(sql.format(file=kept, folder=tmp_path))
    assert _SECRET not in reason


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{file}'",
        "ATTACH '{file}' AS stolen",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "CREATE MACRO f() AS 1",
        "EXPORT DATABASE '{file}'",
        "SELECT 1; COPY (SELECT 1) TO '{file}'",
        "WITH x AS (SELECT 1) INSERT INTO y SELECT * FROM x",
    ],
)
def test_nothing_but_queries_runs(lake, tmp_path, sql):
    kept = tmp_path / "out"
    with pytest.raises(lake.athena.exceptions.InvalidRequestException):
        lake.start(sql.format(file=kept))
    assert not kept.exists()


def test_the_settings_cannot_be_changed():
    import duckdb

    with Engine() as closed:
        closed.use("default")
        closed.lock()
        for name in ("enable_external_access", "threads", "memory_limit", "lock_configuration"):
            with pytest.raises(duckdb.Error):
                closed.ours(f"SET {name} = '1'")


def test_a_query_without_end_is_ended(lake, monkeypatch):
    monkeypatch.setitem(engine._SETTINGS, "max_execution_time", 300)
    endless = "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x) SELECT max(n) FROM x"
    assert "exhausted resources" in lake.fails(endless)


def test_a_query_that_wants_all_memory_is_ended(lake):
    assert "exhausted resources" in lake.fails("SELECT array_agg(a.range) FROM range(100000000) a")


def test_the_folder_of_a_query_is_gone_afterwards(lake):
    with Engine() as one:
        folder = one.folder
        one.keep(b"x")
        assert folder.exists()
    assert not folder.exists()
