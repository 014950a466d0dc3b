"""The role of a data source: AppSync must be trusted by it, and it must be allowed what is asked.

Always decided, enforcement or not: the call comes from outside, and AWS would refuse it.
https://docs.aws.amazon.com/appsync/latest/devguide/attaching-a-data-source.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.appsync.context import Failure

_SERVICE: Final = "appsync.amazonaws.com"


def require(role_arn: str, action: str, resources: list[str], prefix: str) -> None:
    """Raise Failure unless AppSync may assume the role and the role may do this."""
    from course.lab.iam.callers import find_role, of_role
    from course.lab.iam.evaluation import Policies, decide, evaluate
    from course.lab.iam.request import Principal, Request

    role: Any = find_role(role_arn)
    trust = role.assume_role_policy_document if role else None
    service = Principal("service", _SERVICE)
    if not trust or not evaluate(
        Request(service, "sts:AssumeRole", role_arn, resource_account=role_arn.split(":")[4]), trust=trust
    ).allowed:  # fmt: skip
        raise Failure(f"Unable to assume role {role_arn}.", "UnauthorizedException")
    caller = of_role(role)
    policies = Policies(identity=caller.identity, boundary=caller.boundary, scps=caller.scps)
    for resource in resources:
        request = Request(caller.principal, action, resource, resource_account=role.account_id)
        if not decide(request, policies).allowed:
            raise Failure(
                f"User: {caller.principal.arn} is not authorized to perform: {action} on resource: {resource}",
                f"{prefix}:AccessDeniedException",
            )
