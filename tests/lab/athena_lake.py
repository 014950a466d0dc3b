"""A small lake for the tests of Athena: sales by month, as CSV."""

from __future__ import annotations

from typing import Any

import boto3

MONTHS = ("01", "02", "03")
SALES = """CREATE EXTERNAL TABLE shop.sales (id int, city string, amount double, note string)
PARTITIONED BY (month string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
STORED AS TEXTFILE
LOCATION 's3://lake/csv/'
TBLPROPERTIES ('skip.header.line.count' = '1')"""


class Lake:
    """Buckets with data, and a way to ask."""

    def __init__(self) -> None:
        self.s3: Any = boto3.client("s3", region_name="us-east-1")
        self.athena: Any = boto3.client("athena", region_name="us-east-1")
        for bucket in ("lake", "results"):
            self.s3.create_bucket(Bucket=bucket)
        self.sizes = {}
        for month in MONTHS:
            cities = ("oslo", "rome", "lima")
            rows = [f"{int(month) * 1000 + n},{cities[n % 3]},{n / 4},{'n' * 40}" for n in range(300)]
            body = ("id,city,amount,note\n" + "\n".join(rows) + "\n").encode()
            self.sizes[month] = len(body)
            self.s3.put_object(Bucket="lake", Key=f"csv/month={month}/part-0.csv", Body=body)

    def start(self, sql: str, **more: Any) -> str:
        given: dict[str, Any] = {"ResultConfiguration": {"OutputLocation": "s3://results/here/"}} | more
        started: str = self.athena.start_query_execution(QueryString=sql, **given)["QueryExecutionId"]
        return started

    def execution(self, query: str) -> dict[str, Any]:
        for _ in range(3):
            found: dict[str, Any] = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
                break
        return found

    def ask(self, sql: str, **more: Any) -> list[list[str | None]]:
        """The rows of the answer, without the names."""
        query = self.start(sql, **more)
        status = self.execution(query)["Status"]
        assert status["State"] == "SUCCEEDED", status
        rows = self.athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
        return [[one.get("VarCharValue") for one in row["Data"]] for row in rows[1:]]

    def scanned(self, sql: str, **more: Any) -> int:
        found = self.execution(self.start(sql, **more))
        assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
        bytes_read: int = found["Statistics"]["DataScannedInBytes"]
        return bytes_read

    def fails(self, sql: str, **more: Any) -> str:
        """The reason why a query does not succeed."""
        status = self.execution(self.start(sql, **more))["Status"]
        assert status["State"] in ("FAILED", "CANCELLED"), status
        reason: str = status["StateChangeReason"]
        return reason

    def with_sales(self) -> Lake:
        for sql in ("CREATE DATABASE shop", SALES, "MSCK REPAIR TABLE shop.sales"):
            assert self.execution(self.start(sql))["Status"]["State"] == "SUCCEEDED"
        return self
