"""Athena runs SQL over the simulated S3."""

from __future__ import annotations

import gzip
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.athena_lake import MONTHS, Lake


@pytest.fixture
def lake():
    lab.start()
    yield Lake().with_sales()
    lab.stop()


def test_a_select_reads_the_objects(lake):
    rows = lake.ask("SELECT city, count(*) AS n, max(id) FROM shop.sales GROUP BY city ORDER BY city")
    assert rows == [["lima", "300", "3299"], ["oslo", "300", "3297"], ["rome", "300", "3298"]]


def test_only_the_partitions_of_the_condition_are_scanned(lake):
    every = lake.scanned("SELECT sum(amount) FROM shop.sales")
    assert every == sum(lake.sizes.values())
    for sql in (
        "SELECT sum(amount) FROM shop.sales WHERE month = '02'",
        "SELECT sum(amount) FROM shop.sales WHERE month LIKE '%2'",
        "SELECT sum(amount) FROM shop.sales WHERE CAST(month AS integer) + 1 = 3",
        "WITH s AS (SELECT * FROM shop.sales) SELECT sum(amount) FROM s WHERE month IN ('02') AND amount > 3",
    ):
        assert lake.scanned(sql) == lake.sizes["02"], sql


def test_a_condition_on_another_column_saves_nothing_in_csv(lake):
    assert lake.scanned("SELECT count(*) FROM shop.sales WHERE id = 1001") == sum(lake.sizes.values())


def test_a_table_read_twice_is_scanned_twice(lake):
    sql = "SELECT count(*) FROM shop.sales a JOIN shop.sales b ON a.id = b.id WHERE a.month = '01' AND b.month = '01'"
    assert lake.scanned(sql) == 2 * lake.sizes["01"]


def test_a_table_without_known_partitions_is_empty(lake):
    lake.ask("DROP TABLE shop.sales")
    from tests.lab.athena_lake import SALES

    lake.ask(SALES)
    assert lake.ask("SELECT count(*) FROM shop.sales") == [["0"]]
    lake.ask("ALTER TABLE shop.sales ADD PARTITION (month = '01') PARTITION (month = '02')")
    assert lake.ask("SELECT count(*) FROM shop.sales") == [["600"]]


def test_create_table_as_writes_parquet_in_partitions(lake):
    lake.ask(
        "CREATE TABLE shop.fast WITH (format = 'PARQUET', external_location = 's3://lake/fast/', "
        "partitioned_by = ARRAY['month']) AS SELECT id, city, amount, note, month FROM shop.sales"
    )
    keys = [one["Key"] for one in lake.s3.list_objects_v2(Bucket="lake", Prefix="fast/")["Contents"]]
    assert [key.split("/")[1] for key in keys] == [f"month={month}" for month in MONTHS]
    first = lake.s3.get_object(Bucket="lake", Key=keys[0])["Body"].read()
    assert first[:4] == first[-4:] == b"PAR1"
    table = boto3.client("glue", region_name="us-east-1").get_table(DatabaseName="shop", Name="fast")["Table"]
    assert [one["Name"] for one in table["StorageDescriptor"]["Columns"]] == ["id", "city", "amount", "note"]
    assert lake.ask("SELECT count(*), sum(id) FROM shop.fast") == lake.ask("SELECT count(*), sum(id) FROM shop.sales")


def test_parquet_is_scanned_by_column(lake):
    lake.ask(
        "CREATE TABLE shop.fast WITH (external_location = 's3://lake/fast/') AS SELECT id, city, amount, note, month "
        "FROM shop.sales"
    )
    size = sum(one["Size"] for one in lake.s3.list_objects_v2(Bucket="lake", Prefix="fast/")["Contents"])
    amount, note = lake.scanned("SELECT sum(amount) FROM shop.fast"), lake.scanned("SELECT note FROM shop.fast")
    both = lake.scanned("SELECT sum(amount) FROM shop.fast WHERE note LIKE 'n%'")
    every = lake.scanned("SELECT * FROM shop.fast")
    assert 0 < amount < size and both == amount + note and both < every < size
    assert lake.scanned("SELECT count(*) FROM shop.fast") == 0


def test_parquet_row_groups_that_cannot_match_are_not_scanned(lake):
    for month in MONTHS:
        start = "INSERT INTO shop.fast" if month != "01" else (
            "CREATE TABLE shop.fast WITH (external_location = 's3://lake/fast/') AS"
        )  # fmt: skip
        lake.ask(f"{start} SELECT id, city, amount, note FROM shop.sales WHERE month = '{month}'")
    all_ids = lake.scanned("SELECT id FROM shop.fast")
    assert 0 < lake.scanned("SELECT id FROM shop.fast WHERE id > 3000") < all_ids / 2
    assert lake.scanned("SELECT id FROM shop.fast WHERE id > 9000") == 0
    assert lake.ask("SELECT min(id) FROM shop.fast WHERE id > 2100") == [["2101"]]
    assert lake.ask("SELECT id FROM shop.fast WHERE id > 9000") == []


def test_gzip_scans_the_packed_bytes(lake):
    packed = gzip.compress(b"id,city\n1,oslo\n2,rome\n" * 1, mtime=0)
    lake.s3.put_object(Bucket="lake", Key="packed/a.csv.gz", Body=packed)
    lake.ask(
        "CREATE EXTERNAL TABLE shop.packed (id int, city string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "LOCATION 's3://lake/packed/' TBLPROPERTIES ('skip.header.line.count'='1')"
    )
    assert lake.ask("SELECT city FROM shop.packed WHERE id = 2") == [["rome"]]
    assert lake.scanned("SELECT city FROM shop.packed") == len(packed)


def test_json_lines(lake):
    lines = "\n".join(json.dumps({"id": n, "tags": ["a", "b"][: n + 1], "place": {"lat": n / 2}}) for n in range(2))
    lake.s3.put_object(Bucket="lake", Key="json/a.json", Body=lines.encode())
    lake.ask(
        "CREATE EXTERNAL TABLE shop.events (id bigint, tags array<string>, place struct<lat:double>) "
        "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/json/'"
    )
    assert lake.ask("SELECT id, cardinality(tags), place.lat FROM shop.events ORDER BY id") == [
        ["0", "1", "0.0"],
        ["1", "2", "0.5"],
    ]


def test_quotes_need_the_serde_that_knows_them(lake):
    lake.s3.put_object(Bucket="lake", Key="quoted/a.csv", Body=b'1,"Oslo, Norway"\n')
    for name, how in (
        ("plain", "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"),
        ("quoted", "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"),
    ):
        lake.ask(f"CREATE EXTERNAL TABLE shop.{name} (id int, place string) {how} LOCATION 's3://lake/quoted/'")
    assert lake.ask("SELECT place FROM shop.plain") == [['"Oslo']]
    assert lake.ask("SELECT place FROM shop.quoted") == [["Oslo, Norway"]]


def test_what_does_not_fit_its_type_is_null(lake):
    lake.s3.put_object(Bucket="lake", Key="bad/a.csv", Body=b"one,oslo\n2\n")
    lake.ask(
        "CREATE EXTERNAL TABLE shop.bad (id int, city string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "LOCATION 's3://lake/bad/'"
    )
    assert lake.ask("SELECT id, city FROM shop.bad") == [[None, "oslo"], ["2", None]]


def test_the_result_is_a_csv_object(lake):
    query = lake.start("SELECT city, NULL AS nothing, id FROM shop.sales WHERE id = 1000")
    place = lake.execution(query)["ResultConfiguration"]["OutputLocation"]
    assert place == f"s3://results/here/{query}.csv"
    body = lake.s3.get_object(Bucket="results", Key=f"here/{query}.csv")["Body"].read()
    assert body == b'"city","nothing","id"\n"oslo",,"1000"\n'


def test_results_come_in_pages(lake):
    query = lake.start("SELECT id FROM shop.sales ORDER BY id")
    lake.execution(query)
    pages = list(lake.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query))
    sizes = [len(page["ResultSet"]["Rows"]) for page in pages]
    assert sizes == [901]
    pages = list(
        lake.athena.get_paginator("get_query_results").paginate(
            QueryExecutionId=query, PaginationConfig={"PageSize": 400}
        )
    )
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [400, 400, 101]


def test_a_program_has_to_wait(lake):
    query = lake.start("SELECT 1")
    with pytest.raises(ClientError, match="not yet finished"):
        lake.athena.get_query_results(QueryExecutionId=query)
    lab.clock.advance(seconds=2)
    assert lake.athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1]["Data"] == [
        {"VarCharValue": "1"}
    ]


def test_a_work_group_sets_the_place_and_the_cutoff(lake):
    settings = {
        "ResultConfiguration": {"OutputLocation": "s3://results/team/"},
        "BytesScannedCutoffPerQuery": 10_000_000,
    }
    lake.athena.create_work_group(Name="team", Configuration=settings)
    lake.s3.put_object(Bucket="lake", Key="csv/month=04/big.csv", Body=b"h\n" + b"1,oslo,1,x\n" * 1_000_000)
    lake.ask("MSCK REPAIR TABLE shop.sales")
    assert "Bytes scanned limit" in lake.fails("SELECT count(*) FROM shop.sales", WorkGroup="team")
    query = lake.start("SELECT 1", WorkGroup="team")
    assert lake.execution(query)["ResultConfiguration"]["OutputLocation"].startswith("s3://results/team/")


def test_the_same_question_can_be_answered_from_the_last_result(lake):
    again = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}}
    sql = "SELECT sum(amount) FROM shop.sales"
    first, second = lake.scanned(sql, **again), lake.execution(lake.start(sql, **again))
    assert first > 0
    assert second["Statistics"]["DataScannedInBytes"] == 0
    assert second["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
    lab.clock.advance(minutes=61)
    assert lake.scanned(sql, **again) == first


def test_parameters_take_the_place_of_question_marks(lake):
    sql = "SELECT count(*) FROM shop.sales WHERE city = ? AND id < ?"
    assert lake.ask(sql, ExecutionParameters=["'oslo'", "1030"]) == [["10"]]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT price FROM shop.sales", "COLUMN_NOT_FOUND: line 1:8: Column 'price'"),
        ("SELECT *\nFROM shop.sale", "TABLE_NOT_FOUND: line 2:6"),
        ("SELECT city, sum(amount) FROM shop.sales", "EXPRESSION_NOT_AGGREGATE"),
        ("SELECT nope(city) FROM shop.sales", "FUNCTION_NOT_FOUND"),
        ("SELECT CAST(city AS integer) FROM shop.sales", "INVALID_CAST_ARGUMENT"),
        ("CREATE TABLE shop.x WITH (partitioned_by = ARRAY['city']) AS SELECT city, id FROM shop.sales",
         "HIVE_COLUMN_ORDER_MISMATCH"),
        ("CREATE TABLE shop.x WITH (partitioned_by = 'city') AS SELECT id, city FROM shop.sales",
         "Cannot convert ['city'] to array(varchar)"),
        ("CREATE TABLE shop.x WITH (external_location = 's3://lake/csv/') AS SELECT 1 AS one",
         "HIVE_PATH_ALREADY_EXISTS"),
        ("CREATE TABLE shop.x WITH (partitioned_by = ARRAY['part']) AS SELECT city, id AS part FROM shop.sales",
         "HIVE_TOO_MANY_OPEN_PARTITIONS"),
        ("MSCK REPAIR TABLE shop.nothing", "Table not found"),
    ],
)  # fmt: skip
def test_a_failed_query_says_why(lake, sql, reason):
    assert reason in lake.fails(sql)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELCT 1", "mismatched input 'SELCT'"),
        ("SELECT 1 FROM", "mismatched input"),
        ("SELECT 1; SELECT 2", "Only one"),
    ],
)
def test_what_is_no_sql_is_refused(lake, sql, words):
    with pytest.raises(ClientError, match=words) as refusal:
        lake.start(sql)
    assert refusal.value.response["Error"]["Code"] == "InvalidRequestException"


def test_without_a_place_for_the_result_nothing_starts(lake):
    with pytest.raises(ClientError, match="No output location provided"):
        lake.athena.start_query_execution(QueryString="SELECT 1")


def test_tables_made_with_glue_are_tables_of_athena(lake):
    glue = boto3.client("glue", region_name="us-east-1")
    glue.create_table(
        DatabaseName="shop",
        TableInput={
            "Name": "raw",
            "StorageDescriptor": {
                "Columns": [{"Name": "line", "Type": "string"}],
                "Location": "s3://lake/csv/month=01/",
                "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
            },
        },
    )
    assert lake.ask("SELECT count(*) FROM shop.raw") == [["301"]]
