"""May a service invoke a function? Its resource policy must say so.

https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from moto.awslambda_simple.models import lambda_simple_backends

from course.lab.lambda_answers import Refused
from course.lab.lambda_versions import Target, find


def allows(backend: Any, target: Target, service: str, source_arn: str, account: str) -> bool:
    """Whether the policy of the function, version or alias that is invoked lets `service` (sns.amazonaws.com) in."""
    return any(_fits(statement, service, source_arn, account) for statement in statements(backend, target))


def lets_in(arn: str, service: str, source_arn: str, account: str) -> bool:
    """Whether there is a function with this ARN, and it lets the service in."""
    import course.lab.lambda_functions  # noqa: F401  # a stack may have made the function: no call has loaded it yet

    parts = arn.split(":")
    backend = lambda_simple_backends[parts[4]][parts[3]]
    try:
        target = find(backend, arn)
    except Refused:
        return False
    return allows(backend, target, service, source_arn, account)


def statements(backend: Any, target: Target) -> list[dict[str, Any]]:
    """What the policy of a function says about it as it was named: without qualifier, a version or an alias.

    Moto keeps the policy of an alias on the version that it pointed to; each statement says whom it is about.
    """
    group = backend._lambdas._functions[target.latest.function_name]
    named = target.arn.removesuffix(":$LATEST")
    return [
        statement
        for policy in {id(one.policy): one.policy for one in (group["latest"], *group["versions"]) if one}.values()
        for statement in policy.statements
        if statement.get("Resource") == named
    ]


def in_policy(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement as policies have it: AddPermission takes an account or an ARN as it is; there it stands under AWS."""
    who = statement.get("Principal")
    return statement if isinstance(who, dict) or who == "*" else {**statement, "Principal": {"AWS": who}}


def refuse_second(backend: Any, name: str, qualifier: str | None, statement: str) -> None:
    """A statement's id is used once.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    """
    if any(one.get("Sid") == statement for one in statements(backend, find(backend, name, qualifier))):
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
