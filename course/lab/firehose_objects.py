"""The objects that Firehose writes to S3, and their names.

Names: https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html#s3-object-name
Prefixes: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from typing import Any, Final

from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends

from course.lab.clock import clock
from course.lab.firehose_buffer import Waiting
from course.lab.firehose_transform import processors, transform

_BY_HOUR: Final = "!{timestamp:yyyy/MM/dd/HH}/"
_JAVA_TO_PYTHON: Final = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_EXPRESSION: Final = re.compile(r"!\{(\w+):([^}]*)\}")


def deliver(delivery_stream: Any, destination: dict[str, Any], records: list[Waiting], account: str) -> str:
    """Write a batch to its bucket and say what came of it. Raises KeyError-like errors of S3 when it cannot."""
    oldest = dt.datetime.fromtimestamp(records[0].at, dt.UTC)
    if destination.get("S3BackupMode") == "Enabled":
        backup = destination.get("S3BackupDescription") or destination
        _write(delivery_stream, backup, _name(delivery_stream, backup, oldest), [r.data for r in records], account)
    made = transform(delivery_stream, destination, records)
    told = []
    if made.good:
        end = b"\n" if processors(destination, "AppendDelimiterToRecord") else b""
        _write(delivery_stream, destination, _name(delivery_stream, destination, oldest),
               [one + end for one in made.good], account)  # fmt: skip
        told.append(f"{len(made.good)} records in one object")
    if made.dropped:
        told.append(f"{made.dropped} dropped")
    if made.failed:
        name = _name(delivery_stream, destination, oldest, "processing-failed")
        lines = [json.dumps(one).encode() + b"\n" for one in made.failed]
        _write(delivery_stream, {"BucketARN": destination["BucketARN"]}, name, lines, account)
        told.append(f"{len(made.failed)} failed, under {name.split('/')[0]}/")
    return ", ".join(told)


def _write(delivery_stream: Any, where: dict[str, Any], name: str, parts: list[bytes], account: str) -> None:
    content = b"".join(parts)
    if where.get("CompressionFormat") == "GZIP":
        name, content = f"{name}.gz", gzip.compress(content)
    bucket = where["BucketARN"].rpartition(":")[2]
    s3_backends[account]["aws"].put_object(bucket, name + (where.get("FileExtension") or ""), content)


def _name(delivery_stream: Any, where: dict[str, Any], oldest: dt.datetime, error: str = "") -> str:
    prefix = where.get("Prefix") or ""
    if error:
        given = where.get("ErrorOutputPrefix")
        prefix = given if given else f"{prefix if '!{' not in prefix else ''}{error}/"
    if "!{timestamp" not in prefix:
        prefix += _BY_HOUR
    now = clock.now()
    tail = f"{delivery_stream.delivery_stream_name}-{delivery_stream.version_id}-{now:%Y-%m-%d-%H-%M-%S}"
    return f"{_evaluated(prefix, oldest, error)}{tail}-{mock_random.uuid4()}"


def _evaluated(prefix: str, oldest: dt.datetime, error: str) -> str:
    def value(found: re.Match[str]) -> str:
        space, wanted = found.groups()
        if space == "timestamp":
            for java, python in _JAVA_TO_PYTHON.items():
                wanted = wanted.replace(java, oldest.strftime(python))
            return wanted
        return error if wanted == "error-output-type" else str(mock_random.get_random_string(11))

    return _EXPRESSION.sub(value, prefix)
