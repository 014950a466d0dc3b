"""Lifecycle rules that S3 refuses: too early, upwards, or in the wrong order.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html

What moto drops of a rule (sizes in a filter, how many old versions stay) is kept here for lifecycle.py and for whoever
reads the rules back.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.replies import Reply, answer, written
from course.lab.s3.objects import bucket_named
from course.lab.wire import afterwards, answer_first

IA: Final = ("STANDARD_IA", "ONEZONE_IA")
# From the top of the waterfall down; nothing moves up, and One Zone-IA leads to the two deep classes only.
WATERFALL: Final = (
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
)
_AS_ASKED: Final = "lab_as_asked"
_SMALLEST: Final = "all_storage_classes_128K"


def may_move(source: str, target: str) -> bool:
    """Whether a rule may move objects of one class to the other.

    >>> may_move("GLACIER", "STANDARD_IA")
    False
    """
    if source not in WATERFALL or target not in WATERFALL:
        return source == "REDUCED_REDUNDANCY"
    if (source, target) == ("ONEZONE_IA", "GLACIER_IR"):
        return False
    return WATERFALL.index(source) < WATERFALL.index(target)


@answer_first
def _check(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "s3" or operation != "PutBucketLifecycleConfiguration":
        return None
    call = asked(operation)
    for rule in (call.params.get("LifecycleConfiguration") or {}).get("Rules", []) if call else []:
        wrong = _wrong(rule)
        if wrong:
            return answer(request, "s3", "rest-xml", Reply("InvalidArgument", wrong))[0]
    return None


@afterwards("s3")
def _keep(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation) if operation == "PutBucketLifecycleConfiguration" and response.status_code < 300 else None
    found = bucket_named(call.params["Bucket"]) if call else None
    if call is None or found is None:
        return
    for kept, asked_for in zip(found[0].rules, call.params["LifecycleConfiguration"]["Rules"], strict=False):
        kept.__dict__[_AS_ASKED] = copy.deepcopy(asked_for)


@answer_first
def _read_back(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "s3" or operation != "GetBucketLifecycleConfiguration":
        return None
    call = asked(operation)
    found = bucket_named(call.params["Bucket"]) if call else None
    rules = found[0].rules if found else []
    if not rules or any(_AS_ASKED not in rule.__dict__ for rule in rules):
        return None
    told = [{"ID": rule.id, **as_asked(rule)} for rule in rules]
    said = {"Rules": told, "TransitionDefaultMinimumObjectSize": _SMALLEST}
    return written(request, "s3", operation, "rest-xml", said)


def as_asked(rule: Any) -> Mapping[str, Any]:
    """A rule as it was put; empty for one that came otherwise."""
    found: Mapping[str, Any] = rule.__dict__.get(_AS_ASKED, {})
    return found


def _sizes(rule: Any) -> tuple[int | None, int | None]:
    chosen = as_asked(rule).get("Filter") or {}
    chosen = chosen.get("And") or chosen
    return chosen.get("ObjectSizeGreaterThan"), chosen.get("ObjectSizeLessThan")


def takes_size(rule: Any, size: int) -> bool:
    """Whether the rule's filter takes an object of this size."""
    more, less = _sizes(rule)
    return (more is None or size > more) and (less is None or size < less)


def names_a_size(rule: Any) -> bool:
    """Whether the rule's filter names a smallest size: then it holds in place of S3's own 128 KB."""
    return _sizes(rule)[0] is not None


def newer_kept(rule: Any, storage_class: str = "") -> int:
    """How many of the newest old versions a rule leaves where they are: from expiry, or from a move to a class."""
    action = as_asked(rule).get("NoncurrentVersionExpiration") or {}
    if storage_class:
        moves = as_asked(rule).get("NoncurrentVersionTransitions") or []
        action = next((one for one in moves if one.get("StorageClass") == storage_class), {})
    return int(action.get("NewerNoncurrentVersions") or 0)


def _wrong(rule: Mapping[str, Any]) -> str:
    current = [(one.get("Days"), one.get("StorageClass")) for one in rule.get("Transitions") or []]
    old = [
        (one.get("NoncurrentDays"), one.get("StorageClass")) for one in rule.get("NoncurrentVersionTransitions") or []
    ]
    wrong = _order(current, "Days", "Transition") or _order(old, "NoncurrentDays", "NoncurrentVersionTransition")
    if wrong:
        return wrong
    for moves, name, end in (
        (current, "Days", (rule.get("Expiration") or {}).get("Days")),
        (old, "NoncurrentDays", (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays")),
    ):
        latest = max((days for days, _ in moves if days is not None), default=None)
        if end is not None and latest is not None and end <= latest:
            return f"'{name}' in the Expiration action must be greater than '{name}' in the Transition action"
    return ""


def _order(moves: list[tuple[Any, Any]], name: str, action: str) -> str:
    for days, storage in moves:
        if storage in IA and days is not None and days < 30:
            return f"'{name}' in {action} action must be greater than or equal to 30 for storageClass '{storage}'"
    by_time = sorted((one for one in moves if one[0] is not None), key=lambda one: one[0])
    for (early, first), (late, second) in itertools.pairwise(by_time):
        if not may_move(str(first), str(second)):
            return f"'{name}' in the {action} action for StorageClass '{first}' must be greater than '{name}' for " \
                   f"StorageClass '{second}'"  # fmt: skip
        if first in IA and late - early < 30:
            return f"'{name}' in the {action} action for StorageClass '{second}' must be 30 days more than '{name}' " \
                   f"for StorageClass '{first}'"  # fmt: skip
    return ""
