"""Lifecycle rules that run: objects move to other classes and expire, by the lab's clock.

Rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
Times: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html#intro-lifecycle-rules-number-of-days

S3 counts the days from the creation of an object and rounds up to the next midnight UTC; it acts some time after that.
The lab acts at midnight. Objects below 128 KB do not move by default since September 2024.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator
from typing import Any, Final

from moto.s3.models import FakeDeleteMarker, FakeKey

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.s3.lifecycle_check import may_move, names_a_size, newer_kept, takes_size
from course.lab.s3.object_lock import free_at
from course.lab.s3.objects import buckets, tags_of, versions

_DAY: Final = 86_400
_SMALLEST: Final = 128 * 1024


class _Rules:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((at for at, _, _ in _due()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for at, what, act in sorted(_due(), key=lambda one: one[0]):
            if at <= now:
                act()
                made.append(what)
        return [note(*what) for what in made]


def _due() -> Iterator[tuple[float, tuple[str, str, str], Any]]:
    """Everything that rules will do: when, what to tell, and the doing."""
    for bucket, backend in buckets():
        for rule in bucket.rules:
            if rule.status == "Enabled":
                yield from _of_rule(rule, bucket, backend)


def _of_rule(rule: Any, bucket: Any, backend: Any) -> Iterator[tuple[float, tuple[str, str, str], Any]]:
    name = f"lifecycle of {bucket.name}"
    for key in dict.fromkeys(bucket.keys.keys()):
        all_versions = versions(bucket, key)
        if not all_versions or not _applies(rule, key, all_versions[0], backend):
            continue
        now = all_versions[0]
        if isinstance(now, FakeKey):
            yield from _moves(rule, rule.transitions or [], now, _since(now), name)
            expires = _end(rule.expiration_days, rule.expiration_date, _since(now))
            if expires is not None:
                yield expires, (name, key, "expired"), lambda b=backend, k=key, n=bucket.name: b.delete_object(n, k)
        elif rule.expired_object_delete_marker in ("true", True) and len(all_versions) == 1:
            # Without older versions the marker hides nothing.
            yield 0.0, (name, key, "lone delete marker removed"), _removal(backend, bucket, key, now)
        for newer_old, (newer, old) in enumerate(itertools.pairwise(all_versions)):
            left = _since(newer)  # a version is noncurrent from the moment the next one came
            if isinstance(old, FakeKey):
                moves = rule.noncurrent_version_transitions or []
                moves = [one for one in moves if newer_old >= newer_kept(rule, one.storage_class)]
                yield from _moves(rule, moves, old, left, name)
            if rule.nve_noncurrent_days and newer_old >= newer_kept(rule) and not math.isinf(free_at(old)):
                at = _midnight(max(left + int(rule.nve_noncurrent_days) * _DAY, free_at(old)))  # locks come first
                yield at, (name, key, "noncurrent version deleted"), _removal(backend, bucket, key, old)
    for upload in list(bucket.multiparts.values()):
        if rule.aimu_days and upload.key_name.startswith(_prefix_of(rule)):
            begun = upload.__dict__.setdefault("lab_begun", clock.now().timestamp())
            at = _midnight(begun + int(rule.aimu_days) * _DAY)
            abort = lambda u=upload, b=bucket, k=backend: k.abort_multipart_upload(b.name, u.id)  # noqa: E731
            yield at, (name, upload.key_name, "unfinished upload removed"), abort


def _moves(
    rule: Any, transitions: list[Any], key: Any, since: float, name: str
) -> Iterator[tuple[float, tuple[str, str, str], Any]]:
    if key.size < _SMALLEST and not names_a_size(rule):
        return
    order = [_end(one.days, getattr(one, "date", None), since) or 0.0 for one in transitions]
    for at, one in sorted(zip(order, transitions, strict=True), key=lambda pair: pair[0]):
        done = key.__dict__.setdefault("lab_moved", set())
        if one.storage_class not in done and may_move(key.storage_class, one.storage_class):
            yield at, (name, key.name, f"moved to {one.storage_class}"), _move(key, one.storage_class)


def _move(key: Any, storage_class: str) -> Any:
    def move() -> None:
        key.__dict__["lab_moved"].add(storage_class)
        key.set_storage_class(storage_class)

    return move


def _removal(backend: Any, bucket: Any, key: str, version: Any) -> Any:
    return lambda: backend.delete_object(bucket.name, key, version_id=version.version_id)


def _end(days: Any, date: Any, since: float) -> float | None:
    if days:
        return _midnight(since + int(days) * _DAY)
    if date:
        return dt.datetime.fromisoformat(str(date)).timestamp()
    return None


def _midnight(at: float) -> float:
    return math.ceil(at / _DAY) * _DAY


def _since(version: FakeKey | FakeDeleteMarker) -> float:
    return version.last_modified.replace(tzinfo=dt.UTC).timestamp()


def _prefix_of(rule: Any) -> str:
    """The prefix of a rule: in its filter, among others in its filter, or as old rules have it."""
    prefix = rule.prefix
    if rule.filter is not None:
        prefix = (rule.filter.and_filter or rule.filter).prefix
    return prefix or ""


def _applies(rule: Any, key: str, version: Any, backend: Any) -> bool:
    wanted = {}
    if rule.filter is not None:
        if rule.filter.tag_key:
            wanted = {rule.filter.tag_key: rule.filter.tag_value}
        if rule.filter.and_filter is not None:
            wanted = rule.filter.and_filter.tags
    if not key.startswith(_prefix_of(rule)):
        return False
    if isinstance(version, FakeKey) and not takes_size(rule, version.size):
        return False
    if not wanted:
        return True
    tags = tags_of(backend, version) if isinstance(version, FakeKey) else {}
    return all(tags.get(name) == value for name, value in wanted.items())


add_source(_Rules())
