"""May a service invoke a function? Its resource policy must say so.

https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from course.lab.lambda_answers import Refused
from course.lab.lambda_versions import find


def allows(function: Any, service: str, source_arn: str, account: str) -> bool:
    """Whether a statement of the function's policy lets `service` (such as sns.amazonaws.com) invoke it."""
    return any(_fits(statement, service, source_arn, account) for statement in function.policy.statements)


def refuse_second(backend: Any, name: str, qualifier: str | None, statement: str) -> None:
    """A statement's id is used once.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    """
    policy = find(backend, name, qualifier).function.policy
    resource = f":{qualifier}" if qualifier else ""
    for one in policy.statements:
        if one.get("Sid") == statement and str(one.get("Resource", "")).endswith(resource):
            message = (
                f"The statement id ({statement}) provided already exists. Please provide a new statement id, or remove "
                "the existing statement."
            )
            raise Refused("ResourceConflictException", message, 409)


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
