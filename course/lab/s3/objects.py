"""Buckets and objects as moto keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.s3.models import FakeKey, s3_backends


def buckets() -> Iterator[tuple[Any, Any]]:
    """All buckets of all accounts, each with its backend."""
    for account in s3_backends.values():
        for backend in account.values():
            for bucket in list(backend.buckets.values()):
                yield bucket, backend


def bucket_named(name: str) -> tuple[Any, Any] | None:
    """The bucket of this name, whoever owns it, with its backend."""
    return next(((bucket, backend) for bucket, backend in buckets() if bucket.name == name), None)


def versions(bucket: Any, key: str) -> list[Any]:
    """All versions and delete markers of an object, the newest first."""
    return sorted(bucket.keys.getlist(key, []), key=lambda one: one.last_modified, reverse=True)


def current(bucket: Any, key: str) -> FakeKey | None:
    """The object as it is read without a version; None if a delete marker hides it."""
    found = bucket.keys.get(key)
    return found if isinstance(found, FakeKey) else None


def tags_of(backend: Any, key: FakeKey) -> dict[str, str]:
    """The tags of an object."""
    found: dict[str, str] = backend.tagger.get_tag_dict_for_resource(key.arn)
    return found
