"""Stack policies: which resources an update may change, replace or delete.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import Stack


def check(text: str) -> None:
    """Refuse what is no stack policy."""
    try:
        statements = _statements(text)
    except (ValueError, KeyError, TypeError):
        raise Refusal("Error validating stack policy: Invalid stack policy") from None
    for statement in statements:
        if statement.get("Effect") not in ("Allow", "Deny") or statement.get("Principal") != "*":
            raise Refusal("Error validating stack policy: Invalid stack policy")
        if not any(action.startswith("Update:") or action == "*" for action in _list(statement.get("Action"))) and (
            "NotAction" not in statement
        ):
            raise Refusal("Error validating stack policy: Invalid stack policy")


def refusal(stack: Stack, name: str, kind: str, action: str) -> str:
    """Why the policy forbids this; empty if it allows it. Without a policy everything is allowed."""
    text = stack.values.get("policy_now") or stack.policy
    if not text:
        return ""
    allowed = False
    for number, statement in enumerate(_statements(text), 1):
        if not _matches(statement, name, kind, action):
            continue
        if statement["Effect"] == "Deny":
            return f"Action denied by stack policy: Statement [#{number}] does not allow [{action}] for resource " \
                   f"[LogicalResourceId/{name}]"  # fmt: skip
        allowed = True
    if allowed:
        return ""
    return f"Action denied by stack policy: No statement allows [{action}] for resource [LogicalResourceId/{name}]"


def _statements(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)["Statement"]
    return found if isinstance(found, list) else [found]


def _matches(statement: dict[str, Any], name: str, kind: str, action: str) -> bool:
    if "NotAction" in statement:
        if any(fnmatchcase(action, one) for one in _list(statement["NotAction"])):
            return False
    elif not any(fnmatchcase(action, one) for one in _list(statement.get("Action"))):
        return False
    resource = f"LogicalResourceId/{name}"
    if "NotResource" in statement:
        if any(fnmatchcase(resource, one) for one in _list(statement["NotResource"])):
            return False
    elif not any(fnmatchcase(resource, one) for one in _list(statement.get("Resource", "*"))):
        return False
    for operator, wanted in statement.get("Condition", {}).items():
        kinds = _list(wanted.get("ResourceType", []))
        if operator == "StringEquals" and kind not in kinds:
            return False
        if operator == "StringLike" and not any(fnmatchcase(kind, one) for one in kinds):
            return False
    return True


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value is not None else []
