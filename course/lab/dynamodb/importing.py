"""Imports from S3: a new table from files of DynamoDB JSON or CSV, without a single write unit.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.HowItWorks.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html

An import is done at once in the lab; the first answer still says IN_PROGRESS. Amazon Ion and ZSTD are left out.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from course.lab import meter
from course.lab.clock import clock
from course.lab.dynamodb.sizes import Attributes
from course.lab.place import place_of
from course.lab.wire import answer_first, json_answer, json_error


@dataclass
class Import:
    """An import, as moto describes it."""

    arn: str
    table_arn: str
    asked: dict[str, Any]
    status: str = "IN_PROGRESS"
    began: float = field(default_factory=lambda: clock.now().timestamp())
    told: dict[str, Any] = field(default_factory=dict)

    def response(self) -> dict[str, Any]:
        """What DescribeImport answers."""
        return {
            "ImportArn": self.arn,
            "ImportStatus": self.status,
            "TableArn": self.table_arn,
            "StartTime": self.began,
            "S3BucketSource": self.asked["S3BucketSource"],
            "InputFormat": self.asked["InputFormat"],
            "InputCompressionType": self.asked.get("InputCompressionType", "NONE"),
            **self.told,
        }


@answer_first
def _imports(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "dynamodb" or operation != "ImportTable":
        return None
    asked: dict[str, Any] = json.loads(request.body)  # type: ignore[arg-type]
    if asked["InputFormat"] == "ION" or asked.get("InputCompressionType") == "ZSTD":
        return None
    backend = place_of(request).backend("dynamodb")
    name = asked["TableCreationParameters"]["TableName"]
    if name in backend.tables:
        return json_error(request, "ResourceInUseException", f"Table already exists: {name}")
    table_arn = f"arn:aws:dynamodb:{backend.region_name}:{backend.account_id}:table/{name}"
    made = Import(f"{table_arn}/import/{mock_random.uuid4()}", table_arn, asked)
    backend.table_imports[made.arn] = made
    begun = made.response()
    _read(made, backend)
    return json_answer(request, {"ImportTableDescription": begun})


def _read(made: Import, backend: Any) -> None:
    """Make the table, fill it, and say how it went. What cannot be an item is counted and left out."""
    source = made.asked["S3BucketSource"]
    store = s3_backends[source.get("S3BucketOwner") or backend.account_id][get_partition(backend.region_name)]
    if source["S3Bucket"] not in store.buckets:
        made.status = "FAILED"
        made.told = {"FailureCode": "S3NoSuchBucket", "FailureMessage": "The specified bucket does not exist"}
        return
    table = _new_table(made.asked["TableCreationParameters"], backend)
    bucket = store.buckets[source["S3Bucket"]]
    keys = [key for key in bucket.keys.values() if key.name.startswith(source.get("S3KeyPrefix", ""))]
    processed = imported = size = 0
    for key in keys:
        content: bytes = key.value
        text = gzip.decompress(content) if made.asked.get("InputCompressionType") == "GZIP" else content
        size += len(text)
        for item in _items(text.decode(), made.asked, table):
            processed += 1
            if item is None:
                continue
            try:
                table.put_item(item)
                imported += 1
            except Exception:  # whatever moto does not take as an item is no item
                continue
    made.status = "COMPLETED" if processed == imported else "FAILED"
    made.told = {
        "ProcessedItemCount": processed,
        "ImportedItemCount": imported,
        "ErrorCount": processed - imported,
        "ProcessedSizeBytes": size,
        "EndTime": clock.now().timestamp(),
    }
    if processed > imported:
        made.told |= {
            "FailureCode": "ItemValidationError",
            "FailureMessage": "Some of the items failed validation checks. Please check the error logs.",
        }
    meter.use("DynamoDB", "import-from-s3", size / 2**30)


def _new_table(wanted: dict[str, Any], backend: Any) -> Any:
    return backend.create_table(
        name=wanted["TableName"],
        billing_mode=wanted.get("BillingMode", "PROVISIONED"),
        throughput=wanted.get("ProvisionedThroughput"),
        schema=wanted["KeySchema"],
        global_indexes=wanted.get("GlobalSecondaryIndexes"),
        indexes=None,
        attr=wanted["AttributeDefinitions"],
        sse_specification=wanted.get("SSESpecification"),
        streams=None,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )


def _items(text: str, asked: dict[str, Any], table: Any) -> Iterator[Attributes | None]:
    if asked["InputFormat"] == "CSV":
        yield from _rows(text, (asked.get("InputFormatOptions") or {}).get("Csv") or {}, table)
        return
    for line in text.splitlines():
        if line.strip():
            try:
                yield json.loads(line)["Item"]
            except (ValueError, KeyError, TypeError):
                yield None


def _rows(text: str, options: dict[str, Any], table: Any) -> Iterator[Attributes | None]:
    """Every value is a string, but for those of keys, whose types the table defines."""
    types = {one["AttributeName"]: one["AttributeType"] for one in table.attr}
    rows = csv.DictReader(io.StringIO(text), options.get("HeaderList"), delimiter=options.get("Delimiter", ","))
    for row in rows:
        if None in row or None in row.values():
            yield None  # more or fewer values than the header has names
        else:
            yield {name: {types.get(name, "S"): value} for name, value in row.items()}
