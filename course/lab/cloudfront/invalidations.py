"""Invalidations: copies are thrown away at every edge location before their time.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from course.lab import meter
from course.lab.clock import clock
from course.lab.cloudfront.cache_key import Key
from course.lab.cloudfront.records import Distribution, distributions, token
from course.lab.service import Call, Refusal

# Edges begin at once; a minute later the last one has said that it is done.
_TAKES: Final = dt.timedelta(minutes=1)
_FILES, _WILDCARDS = 3000, 15


class Invalidation:
    """A batch of paths."""

    def __init__(self, batch: Mapping[str, Any]) -> None:
        self.id = token().replace("E", "I", 1)
        self.batch = batch
        self.made = clock.now()

    @property
    def paths(self) -> list[str]:
        return list(self.batch["Paths"].get("Items") or [])

    @property
    def status(self) -> str:
        return "Completed" if clock.now() >= self.made + _TAKES else "InProgress"


def create(call: Call) -> Mapping[str, Any]:
    """CreateInvalidation."""
    record, made = _record(call), Invalidation(call.given["InvalidationBatch"])
    for one in _of(record):
        if one.batch["CallerReference"] == made.batch["CallerReference"]:
            if one.paths != made.paths:
                raise Refusal("InvalidArgument", "Your request contains a caller reference that was used before.")
            return _answer(record, one)  # the same batch again makes no second one
    for path in made.paths:
        if not path.startswith("/"):
            raise Refusal("InvalidArgument", f"Your request contains one or more invalid invalidation paths: {path}")
    waiting = [path for one in [*in_progress(record), made] for path in one.paths]
    wild = sum(path.endswith("*") for path in waiting)
    if wild > _WILDCARDS or len(waiting) - wild > _FILES:
        raise Refusal(
            "TooManyInvalidationsInProgress",
            f"{_FILES} files or {_WILDCARDS} wildcard paths may be in progress at the same time.",
        )
    _of(record).append(made)
    for cache in record.caches.values():
        for key in [*cache.copies, *cache.errors]:
            if any(matches(key, path) for path in made.paths):
                cache.forget(key)
    meter.use("CloudFront", "invalidation-path", len(made.paths))
    return _answer(record, made)


def matches(key: Key, path: str) -> bool:
    """Whether an invalidation path means this copy. Only a star at the end stands for more; headers and cookies never
    count, and a query string that is part of the key has to be named."""
    here = key.path + (f"?{key.query}" if key.query else "")
    return here.startswith(path[:-1]) if path.endswith("*") else here == path


def get(call: Call) -> Mapping[str, Any]:
    """GetInvalidation."""
    record = _record(call)
    for one in _of(record):
        if one.id == call.given["Id"]:
            return {"Invalidation": _shown(one)}
    raise Refusal("NoSuchInvalidation", "The specified invalidation does not exist.", 404)


def listed(call: Call) -> Mapping[str, Any]:
    """ListInvalidations, the newest first."""
    rows = [{"Id": one.id, "CreateTime": one.made, "Status": one.status} for one in reversed(_of(_record(call)))]
    page = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(rows), "Items": rows}
    return {"InvalidationList": page}


def in_progress(record: Distribution) -> list[Invalidation]:
    """The invalidations that are under way."""
    return [one for one in _of(record) if one.status == "InProgress"]


def _of(record: Distribution) -> list[Invalidation]:
    kept: list[Invalidation] = record.moto.__dict__.setdefault("lab_invalidations", [])
    return kept


def _answer(record: Distribution, made: Invalidation) -> Mapping[str, Any]:
    place = f"https://cloudfront.amazonaws.com/2020-05-31/distribution/{record.id}/invalidation/{made.id}"
    return {"Location": place, "Invalidation": _shown(made)}


def _shown(one: Invalidation) -> Mapping[str, Any]:
    return {"Id": one.id, "Status": one.status, "CreateTime": one.made, "InvalidationBatch": one.batch}


def _record(call: Call) -> Distribution:
    for one in distributions(call.place.account):
        if one.id == call.given["DistributionId"]:
            return one
    raise Refusal("NoSuchDistribution", "The specified distribution does not exist.", 404)
