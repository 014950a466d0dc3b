"""May a service invoke a function? Its resource policy must say so.

https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any


def allows(function: Any, service: str, source_arn: str, account: str) -> bool:
    """Whether a statement of the function's policy lets `service` (such as sns.amazonaws.com) invoke it."""
    return any(_fits(statement, service, source_arn, account) for statement in function.policy.statements)


def _fits(statement: dict[str, Any], service: str, source_arn: str, account: str) -> bool:
    principal = statement.get("Principal")
    who = principal.get("Service") if isinstance(principal, dict) else principal
    if statement.get("Effect") != "Allow" or who not in (service, "*"):
        return False
    if not fnmatchcase("lambda:InvokeFunction".lower(), str(statement.get("Action", "")).lower()):
        return False
    keys = {"aws:sourcearn": source_arn, "aws:sourceaccount": account}
    for conditions in (statement.get("Condition") or {}).values():
        for key, wanted in conditions.items():
            patterns = wanted if isinstance(wanted, list) else [wanted]
            if not any(fnmatchcase(keys.get(key.lower(), ""), str(pattern)) for pattern in patterns):
                return False
    return True
