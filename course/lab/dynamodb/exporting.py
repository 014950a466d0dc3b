"""Exports to S3: a table as it was at a moment, or what changed in a while, without a single read unit.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html

The lab writes all items into one file, in DynamoDB JSON, and is done at once; the first answer still says IN_PROGRESS.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.utils import unix_time_millis
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from course.lab import meter
from course.lab.clock import clock
from course.lab.dynamodb import history
from course.lab.dynamodb.sizes import item_size
from course.lab.place import place_of
from course.lab.wire import answer_first, json_answer, json_error


@dataclass
class Export:
    """An export, as moto describes it."""

    table: Any
    asked: dict[str, Any]
    moment: float
    arn: str = ""
    status: str = "IN_PROGRESS"
    began: float = field(default_factory=lambda: clock.now().timestamp())
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def export_type(self) -> str:
        """All items of a moment, or the changes of a while."""
        return str(self.asked.get("ExportType", "FULL_EXPORT"))

    def summary(self) -> dict[str, str]:
        """What ListExports answers."""
        return {"ExportArn": self.arn, "ExportStatus": self.status, "ExportType": self.export_type}

    def response(self) -> dict[str, Any]:
        """What DescribeExport answers."""
        given = ("S3Bucket", "S3Prefix", "S3BucketOwner", "IncrementalExportSpecification")
        return {
            "ExportArn": self.arn,
            "ExportStatus": self.status,
            "ExportType": self.export_type,
            "ExportFormat": "DYNAMODB_JSON",
            "TableArn": self.table.table_arn,
            "StartTime": self.began,
            "ExportTime": self.moment,
            **{name: self.asked[name] for name in given if name in self.asked},
            **self.told,
        }


@answer_first
def _exports(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "dynamodb" or operation not in ("ExportTableToPointInTime", "ListExports"):
        return None
    asked: dict[str, Any] = json.loads(request.body)  # type: ignore[arg-type]
    backend = place_of(request).backend("dynamodb")
    if operation == "ListExports":
        wanted = asked.get("TableArn")
        chosen = [one for one in backend.table_exports.values() if wanted in (None, one.table.table_arn)]
        return json_answer(request, {"ExportSummaries": [one.summary() for one in chosen]})
    table = next((one for one in backend.tables.values() if one.table_arn == asked["TableArn"]), None)
    if table is None or asked.get("ExportFormat", "DYNAMODB_JSON") != "DYNAMODB_JSON":
        return None  # moto refuses a missing table as AWS does, and knows no other format
    found = history.window(table)
    if found is None:
        message = f"Point in time recovery is not enabled for table '{table.name}'"
        return json_error(request, "PointInTimeRecoveryUnavailableException", message)
    # An export may ask for this very moment: unlike a restore it does not end five minutes ago.
    now = clock.now().timestamp()
    export = Export(table, asked, float(asked.get("ExportTime") or now))
    if not int(found[0]) <= export.moment <= now:
        message = "The export time must lie in the window of point in time recovery."
        return json_error(request, "InvalidExportTimeException", message)
    number = f"{int(unix_time_millis()):017d}-{str(mock_random.uuid4())[:8]}"
    export.arn = f"{table.table_arn}/export/{number}"
    backend.table_exports[export.arn] = export
    begun = export.response()
    _write(export, number, backend)
    return json_answer(request, {"ExportDescription": begun})


def _write(export: Export, number: str, backend: Any) -> None:
    """Put the files into the bucket, and say how it went."""
    asked = export.asked
    store = s3_backends[asked.get("S3BucketOwner") or backend.account_id][get_partition(backend.region_name)]
    if asked["S3Bucket"] not in store.buckets:
        export.status = "FAILED"
        export.told = {"FailureCode": "S3NoSuchBucket", "FailureMessage": "The specified bucket does not exist"}
        return
    root = f"{asked['S3Prefix'].rstrip('/')}/AWSDynamoDB" if asked.get("S3Prefix") else "AWSDynamoDB"
    full = export.export_type == "FULL_EXPORT"
    lines = _full(export) if full else _incremental(export)
    size = sum(item_size(image) for line in lines for name, image in line.items() if name in _IMAGES)
    data = f"{root}/{number}/data" if full else f"{root}/data"
    data_key = f"{data}/{mock_random.uuid4().hex[:26]}.json.gz"
    manifest_key = f"{root}/{number}/manifest-summary.json"
    files_key = f"{root}/{number}/manifest-files.json"
    text = "".join(json.dumps(line) + "\n" for line in lines)
    listed = {"itemCount": len(lines), "dataFileS3Key": data_key}
    summary = {
        "version": "2020-06-30",
        "exportArn": export.arn,
        "tableArn": export.table.table_arn,
        "s3Bucket": asked["S3Bucket"],
        "manifestFilesS3Key": files_key,
        "billedSizeBytes": size,
        "itemCount": len(lines),
        "outputFormat": "DYNAMODB_JSON",
    }
    store.put_object(asked["S3Bucket"], data_key, gzip.compress(text.encode()))
    store.put_object(asked["S3Bucket"], files_key, (json.dumps(listed) + "\n").encode())
    store.put_object(asked["S3Bucket"], manifest_key, json.dumps(summary).encode())
    export.status = "COMPLETED"
    export.told = {
        "ExportManifest": manifest_key,
        "ItemCount": len(lines),
        "BilledSizeBytes": size,
        "EndTime": clock.now().timestamp(),
    }
    meter.use("DynamoDB", "export-to-s3-full-or-incremental", size / 2**30)


_IMAGES = ("Item", "NewImage", "OldImage")


def _full(export: Export) -> list[dict[str, Any]]:
    return [{"Item": item} for item in history.items_at(export.table, export.moment)]


def _incremental(export: Export) -> list[dict[str, Any]]:
    """The net change of each item; an item that is gone has no new image."""
    wanted = export.asked.get("IncrementalExportSpecification") or {}
    begin = float(wanted.get("ExportFromTime") or 0)
    end = float(wanted.get("ExportToTime") or export.moment)
    with_old = wanted.get("ExportViewType", "NEW_AND_OLD_IMAGES") == "NEW_AND_OLD_IMAGES"
    lines = []
    for change in history.changes_between(export.table, begin, end):
        line: dict[str, Any] = {
            "Metadata": {"WriteTimestampMicros": {"N": str(int(change.at * 1_000_000))}},
            "Keys": change.key,
        }
        if with_old and change.before is not None:
            line["OldImage"] = change.before
        if change.after is not None:
            line["NewImage"] = change.after
        lines.append(line)
    return lines
