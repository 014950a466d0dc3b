"""Bytes from and to the simulated S3.

Athena reads every object below a location, except those whose name begins with _ or a dot.
https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html
"""

from __future__ import annotations

import bz2
import gzip
import io
from dataclasses import dataclass
from typing import Any, Final

from course.lab.athena.reasons import Failed
from course.lab.s3.objects import bucket_named, current

_MOST_UNPACKED: Final = 256 * 1024**2  # an object of a kilobyte may unpack to a terabyte


@dataclass(frozen=True)
class Thing:
    """An object of a table."""

    bucket: str
    key: str
    size: int
    content: bytes


def address(url: str) -> tuple[str, str]:
    """Bucket and key, or prefix, of s3://bucket/key."""
    bucket, _, key = url.removeprefix("s3a://").removeprefix("s3://").partition("/")
    return bucket, key


def below(url: str) -> list[Thing]:
    """The objects that make a table or a partition, in the order of their keys."""
    name, prefix = address(url if url.endswith("/") else url + "/")
    found = bucket_named(name)
    if found is None:
        raise Failed(f"HIVE_METASTORE_ERROR: The specified bucket does not exist (Bucket: {name})")
    return [
        Thing(name, key, one.size, one.value)
        for key in sorted(dict.fromkeys(found[0].keys.keys()))
        if key.startswith(prefix)
        and not key.rpartition("/")[2].startswith(("_", "."))
        and (one := current(found[0], key))
        and one.size
    ]


def folders(url: str) -> list[str]:
    """The 'folders' that hold objects below a location, as paths from it."""
    _, prefix = address(url if url.endswith("/") else url + "/")
    return list(dict.fromkeys(one.key[len(prefix) :].rpartition("/")[0] for one in below(url)))


def exists(bucket: str) -> bool:
    """Whether there is such a bucket."""
    return bucket_named(bucket) is not None


def write(url: str, content: bytes) -> None:
    """Put an object."""
    name, key = address(url)
    found = bucket_named(name)
    if found is None:
        raise Failed(f"Unable to verify/create output bucket {name}")
    backend: Any = found[1]
    backend.put_object(name, key, content)


def unpacked(thing: Thing) -> bytes:
    """The object as text: Athena knows the compression by the end of the key."""
    end = thing.key.rpartition(".")[2]
    if end not in ("gz", "bz2"):
        return thing.content
    packed = io.BytesIO(thing.content)
    try:
        with gzip.open(packed) if end == "gz" else bz2.open(packed) as stream:
            content: bytes = stream.read(_MOST_UNPACKED + 1)
    except (OSError, EOFError) as broken:
        raise Failed(f"HIVE_CURSOR_ERROR: s3://{thing.bucket}/{thing.key} is not what its name says") from broken
    if len(content) > _MOST_UNPACKED:
        raise Failed("Query exhausted resources at this scale factor")
    return content
