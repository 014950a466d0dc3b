"""A service takes a role only if the role's trust policy lets that service in; two of them look when they are given it.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
Amazon EC2 looks later, when it fetches the credentials for the instance, so a launch goes through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from course.lab.iam.api_call import ApiCall, Check
from course.lab.iam.callers import find_role
from course.lab.iam.evaluation import Decision
from course.lab.iam.services import service_may_assume
from course.lab.replies import Reply

_WORDS: Final[Mapping[str, Reply]] = {
    "lambda.amazonaws.com": Reply(
        "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."
    ),
    "states.amazonaws.com": Reply(
        "AccessDeniedException",
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the "
        "provided role.",
    ),
}


def untrusting(call: ApiCall, checks: Iterable[Check]) -> tuple[Reply, Decision] | None:
    """The service's error when a role that is passed to it does not trust it.

    A role that is not there is left to the service, which has its own words for that.
    """
    for check in checks:
        service = str(check.context.get("iam:PassedToService", ""))
        reply = _WORDS.get(service)
        if check.action != "iam:PassRole" or reply is None or find_role(check.resource) is None:
            continue
        prefix, _, domain = service.partition(".")
        source = f"arn:aws:{call.service}:{call.region}:{call.account}:{_named(call)}"
        regional = f"{prefix}.{call.region}.{domain}"
        decisions = [service_may_assume(name, check.resource, source) for name in (service, regional)]
        if not any(decision.allowed for decision in decisions):
            return reply, decisions[0]
    return None


def _named(call: ApiCall) -> str:
    if call.service == "lambda":
        return f"function:{str(call.params.get('FunctionName', '')).rsplit(':', 1)[-1]}"
    return f"stateMachine:{call.params.get('name', '*')}"
