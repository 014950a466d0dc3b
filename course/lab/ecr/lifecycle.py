"""Lifecycle policies act by the clock: what a rule marks is gone within a day.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.ecr.images import sweep
from course.lab.ecr.repository import repository
from course.lab.place import everywhere
from course.lab.service import Call, Refusal, serve

_DAY: Final = 86_400.0
_LAST: Final = "lab_lifecycle_at"
_PREVIEW: Final = "lab_preview"


@dataclass(frozen=True)
class Marked:
    """An image that a rule expires."""

    image: Any
    rule: int


def marked(images: list[Any], policy: str, now: float) -> list[Marked]:
    """The images that a policy expires. Each belongs to the first rule, by priority, whose tags it has."""
    found: list[Marked] = []
    taken: set[str] = set()
    for rule in sorted(json.loads(policy)["rules"], key=lambda one: one["rulePriority"]):
        chosen = [one for one in images if _chosen(one, rule["selection"])]
        for one in _over(chosen, rule["selection"], now):
            if one.get_image_digest() not in taken:
                found.append(Marked(one, rule["rulePriority"]))
        # An image that a rule looks at is no business of a later rule.
        taken |= {one.get_image_digest() for one in chosen}
    return found


def _chosen(image: Any, selection: Mapping[str, Any]) -> bool:
    status = selection["tagStatus"]
    if status == "any":
        return True
    if status == "untagged":
        return not image.image_tags
    prefixes = selection.get("tagPrefixList") or ()
    patterns = selection.get("tagPatternList") or ()
    wanted = [f"{one}*" for one in prefixes] or list(patterns)
    return bool(image.image_tags) and all(
        any(fnmatch.fnmatchcase(tag, pattern) for tag in image.image_tags) for pattern in wanted
    )


def _over(images: list[Any], selection: Mapping[str, Any], now: float) -> list[Any]:
    kind, number = selection["countType"], int(selection["countNumber"])
    if kind == "imageCountMoreThan":
        return sorted(images, key=_pushed, reverse=True)[number:]
    if kind == "sinceImagePulled":
        return [one for one in images if now - float(getattr(one, "pulled_at", None) or _pushed(one)) > number * _DAY]
    return [one for one in images if now - _pushed(one) > number * _DAY]


def _pushed(image: Any) -> float:
    return float(image.image_pushed_at)


def _start_preview(call: Call) -> Mapping[str, Any]:
    kept = repository(call)
    policy = call.given.get("lifecyclePolicyText") or kept.lifecycle_policy
    _need(kept, policy)
    found = marked(kept.images, policy, clock.now().timestamp())
    kept.__dict__[_PREVIEW] = (policy, [(_told(one), one) for one in found])
    return {"registryId": kept.registry_id, "repositoryName": kept.name, "lifecyclePolicyText": policy,
            "status": "IN_PROGRESS"}  # fmt: skip


def _told(one: Marked) -> dict[str, Any]:
    return {
        "imageTags": list(one.image.image_tags), "imageDigest": one.image.get_image_digest(),
        "imagePushedAt": float(one.image.image_pushed_at), "action": {"type": "EXPIRE"},
        "appliedRulePriority": one.rule,
    }  # fmt: skip


def _preview(call: Call) -> Mapping[str, Any]:
    kept = repository(call)
    if _PREVIEW not in kept.__dict__:
        raise Refusal("LifecyclePolicyPreviewNotFoundException",
                      f"There is no dry run for repository '{kept.name}' in registry '{kept.registry_id}'")  # fmt: skip
    policy, rows = kept.__dict__[_PREVIEW]
    told = [row for row, _ in rows]
    return {
        "registryId": kept.registry_id, "repositoryName": kept.name, "lifecyclePolicyText": policy,
        "status": "COMPLETE", "previewResults": told, "summary": {"expiringImageTotalCount": len(told)},
    }  # fmt: skip


def _need(kept: Any, policy: str | None) -> None:
    if not policy:
        raise Refusal(
            "LifecyclePolicyNotFoundException",
            f"Lifecycle policy does not exist for the repository with name '{kept.name}' in the registry with id "
            f"'{kept.registry_id}'",
        )


class _Evaluation:
    """What the agenda asks: each repository with a policy is looked at once a day."""

    def next_due(self) -> float | None:
        now = clock.now().timestamp()
        return min((one.__dict__.setdefault(_LAST, now) + _DAY for one in _with_policy() if one.images), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for kept in _with_policy():
            if kept.__dict__.setdefault(_LAST, now) + _DAY > now:
                continue
            kept.__dict__[_LAST] = now
            for one in marked(kept.images, kept.lifecycle_policy, now):
                kept.images.remove(one.image)
                tags = ", ".join(one.image.image_tags) or one.image.get_image_digest()[:19]
                made.append(note(f"lifecycle rule {one.rule}", kept.name, f"expired {tags}"))
            sweep(kept)
        return made


def _with_policy() -> list[Any]:
    return [one for backend in everywhere("ecr") for one in backend.repositories.values() if one.lifecycle_policy]


serve("ecr", {"StartLifecyclePolicyPreview": _start_preview, "GetLifecyclePolicyPreview": _preview})
add_source(_Evaluation())
