"""Athena: behaviours of AWS that the lab shows and bare moto does not, each with its source.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect

_GUIDE = "https://docs.aws.amazon.com/athena/latest/ug"
_API = "https://docs.aws.amazon.com/athena/latest/APIReference"
_TABLE = (
    "CREATE EXTERNAL TABLE readings (id int, note string) PARTITIONED BY (day string) ROW FORMAT DELIMITED FIELDS "
    "TERMINATED BY ',' LOCATION 's3://lake/readings/'"
)
_ROWS = b"1,first\n2,second\n"

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED)


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")


def start(sql: str, **more: Any) -> str:
    where = {"ResultConfiguration": {"OutputLocation": "s3://results/"}} | more
    query: str = client("athena").start_query_execution(QueryString=sql, **where)["QueryExecutionId"]
    return query


def ended(sql: str, **more: Any) -> dict[str, Any]:
    query = start(sql, **more)
    for _ in range(3):
        found: dict[str, Any] = client("athena").get_query_execution(QueryExecutionId=query)["QueryExecution"]
    return found


def scanned(sql: str) -> int:
    bytes_read: int = ended(sql)["Statistics"]["DataScannedInBytes"]
    return bytes_read


def answer(sql: str) -> list[list[str]]:
    query = ended(sql)["QueryExecutionId"]
    rows = client("athena").get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    return [[one.get("VarCharValue", "") for one in row["Data"]] for row in rows]


def lake() -> None:
    for bucket in ("lake", "results"):
        client("s3").create_bucket(Bucket=bucket)
    for day in ("1", "2"):
        client("s3").put_object(Bucket="lake", Key=f"readings/day={day}/a.csv", Body=_ROWS)
    ended(_TABLE)
    ended("MSCK REPAIR TABLE readings")


@behaviour(f"{_GUIDE}/getting-started.html")
def a_query_answers_with_names_and_rows(world: World) -> bool:
    lake()
    return answer("SELECT id, note FROM readings WHERE day = '1' ORDER BY id") == [
        ["id", "note"], ["1", "first"], ["2", "second"],
    ]  # fmt: skip


@behaviour(f"{_GUIDE}/partitions.html")
def a_condition_on_the_partition_halves_the_bytes(world: World) -> bool:
    lake()
    return [scanned("SELECT count(*) FROM readings"), scanned("SELECT count(*) FROM readings WHERE day = '2'")] == [
        2 * len(_ROWS), len(_ROWS),
    ]  # fmt: skip


@behaviour(f"{_GUIDE}/columnar-storage.html")
def parquet_is_read_by_column(world: World) -> bool:
    lake()
    ended("CREATE TABLE fast WITH (external_location = 's3://lake/fast/') AS SELECT id, note FROM readings")
    one, two = scanned("SELECT id FROM fast"), scanned("SELECT id, note FROM fast")
    return 0 < one < two


@behaviour(f"{_GUIDE}/msck-repair-table.html")
def partitions_are_unknown_until_they_are_registered(world: World) -> bool:
    lake()
    client("s3").put_object(Bucket="lake", Key="readings/day=3/a.csv", Body=_ROWS)
    before = answer("SELECT count(*) FROM readings")[1]
    ended("MSCK REPAIR TABLE readings")
    return [before, answer("SELECT count(*) FROM readings")[1]] == [["4"], ["6"]]


@behaviour(f"{_GUIDE}/data-sources-glue.html")
def tables_stand_in_the_glue_catalogue(world: World) -> bool:
    lake()
    table = client("glue").get_table(DatabaseName="default", Name="readings")["Table"]
    return [one["Name"] for one in table["PartitionKeys"]] == ["day"]


@behaviour(f"{_GUIDE}/querying.html#query-results-specify-location")
def the_result_is_an_object(world: World) -> bool:
    lake()
    query = ended("SELECT id FROM readings WHERE day = '1' ORDER BY id")["QueryExecutionId"]
    body = client("s3").get_object(Bucket="results", Key=f"{query}.csv")["Body"].read()
    return bool(body == b'"id"\n"1"\n"2"\n')


@behaviour(f"{_API}/API_GetQueryResults.html")
def results_are_not_there_at_once(world: World) -> bool:
    lake()
    query = start("SELECT 1")
    try:
        client("athena").get_query_results(QueryExecutionId=query)
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "InvalidRequestException")
    return False


@behaviour(f"{_API}/API_StartQueryExecution.html")
def the_result_needs_a_place(world: World) -> bool:
    try:
        client("athena").start_query_execution(QueryString="SELECT 1")
    except ClientError as error:
        return "No output location provided" in str(error)
    return False


@behaviour(f"{_GUIDE}/error-reference.html")
def a_wrong_column_fails_with_its_name(world: World) -> bool:
    lake()
    status = ended("SELECT price FROM readings")["Status"]
    return status["State"] == "FAILED" and "COLUMN_NOT_FOUND" in status["StateChangeReason"]


@behaviour(f"{_GUIDE}/workgroups-setting-control-limits-cloudwatch.html")
def a_work_group_cancels_what_scans_too_much(world: World) -> bool:
    lake()
    client("s3").put_object(Bucket="lake", Key="readings/day=1/b.csv", Body=b"1,x\n" * 2_600_000)
    client("athena").create_work_group(Name="small", Configuration={"BytesScannedCutoffPerQuery": 10_000_000})
    return bool(ended("SELECT count(*) FROM readings", WorkGroup="small")["Status"]["State"] == "CANCELLED")


@behaviour(f"{_GUIDE}/ctas-insert-into.html")
def one_statement_writes_at_most_a_hundred_partitions(world: World) -> bool:
    lake()
    many = ", ".join(f"({n}, 'p{n}')" for n in range(101))
    status = ended(
        "CREATE TABLE wide WITH (partitioned_by = ARRAY['part']) AS "
        f"SELECT * FROM (VALUES {many}) AS t (id, part)"
    )["Status"]  # fmt: skip
    return "HIVE_TOO_MANY_OPEN_PARTITIONS" in status.get("StateChangeReason", "")


@behaviour(f"{_GUIDE}/reusing-query-results.html")
def a_result_can_be_reused(world: World) -> bool:
    lake()
    again = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}}
    first, second = (ended("SELECT count(*) FROM readings", **again)["Statistics"] for _ in range(2))
    return first["DataScannedInBytes"] > 0 == second["DataScannedInBytes"]


@behaviour(f"{_API}/API_UpdateWorkGroup.html")
def a_work_group_gets_a_limit_later(world: World) -> bool:
    athena = client("athena")
    athena.create_work_group(Name="small", Configuration={"ResultConfiguration": {"OutputLocation": "s3://results/"}})
    athena.update_work_group(WorkGroup="small", ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10_000_000})
    changed = athena.get_work_group(WorkGroup="small")["WorkGroup"]["Configuration"]
    return bool(
        changed["BytesScannedCutoffPerQuery"] == 10_000_000
        and changed["ResultConfiguration"] == {"OutputLocation": "s3://results/"}
    )


@behaviour(f"{_API}/API_UpdateWorkGroup.html")
def a_disabled_work_group_runs_nothing(world: World) -> bool:
    lake()
    client("athena").create_work_group(Name="small", Configuration={})
    client("athena").update_work_group(WorkGroup="small", State="DISABLED")
    try:
        start("SELECT 1", WorkGroup="small")
    except ClientError as error:
        return "disabled" in str(error)
    return False


_NAMES = [one.shows.__name__ for one in CLOSED]


@pytest.mark.parametrize("one", CLOSED, ids=_NAMES)
def test_the_lab_shows_it(one: Behaviour, in_the_lab: World) -> None:
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=_NAMES)
def test_bare_moto_does_not(one: Behaviour, in_bare_moto: World) -> None:
    assert not one.is_seen(in_bare_moto), f"moto shows it now: delete our code ({one.source})"
