"""PutLifecyclePolicy: which policies ECR takes. moto looks at each rule alone; here rules are seen together.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from moto.ecr.exceptions import InvalidParameterException
from moto.ecr.policy_validation import EcrLifecyclePolicyValidator

from course.lab.ecr.repository import repository
from course.lab.service import Call, Refusal, serve

_BEGINS: Final = (
    "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: "
)
# The kinds of count that moto does not know yet, as one that it does.
_NEWER: Final = {'"sinceImagePulled"': '"sinceImagePushed"'}


def _check(text: str) -> None:
    """Refuse what ECR's list of properties rules out."""
    known = text
    for newer, older in _NEWER.items():
        known = known.replace(newer, older)
    try:
        EcrLifecyclePolicyValidator(known).validate()
    except InvalidParameterException as refused:
        raise Refusal("InvalidParameterException", str(refused.message)) from None
    rules = json.loads(text)["rules"]
    priorities = [one["rulePriority"] for one in rules]
    if len(set(priorities)) < len(priorities):
        raise _refusal("each rule needs a rulePriority of its own")
    for rule in rules:
        selection = rule["selection"]
        lists = [name for name in ("tagPrefixList", "tagPatternList") if selection.get(name)]
        status = selection["tagStatus"]
        if status == "any" and rule["rulePriority"] != max(priorities):
            raise _refusal("a rule with the tagStatus any must have the highest rulePriority")
        if status == "tagged" and not lists:
            raise _refusal("the tagStatus tagged needs a tagPrefixList or a tagPatternList")
        if status == "untagged" and lists:
            raise _refusal(f"the tagStatus untagged goes without {lists[0]}")


def _refusal(why: str) -> Refusal:
    return Refusal("InvalidParameterException", f"{_BEGINS}{why}'")


def _put(call: Call) -> Mapping[str, Any]:
    kept, text = repository(call), str(call.given["lifecyclePolicyText"])
    _check(text)
    kept.lifecycle_policy = text
    return {"registryId": kept.registry_id, "repositoryName": kept.name, "lifecyclePolicyText": text}


serve("ecr", {"PutLifecyclePolicy": _put})
