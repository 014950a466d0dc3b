"""AWS_IAM: requests signed with Signature Version 4, decided by the caller's policies and the resource policy.

Signing: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
Permissions: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
"""

from __future__ import annotations

from typing import Any

from course.lab.apigateway import signature
from course.lab.apigateway.policy_check import context_of, denied, resource_policy
from course.lab.apigateway.refused import Refused
from course.lab.apigateway.rest_call import Call


def admit(call: Call) -> None:
    """Refuse what is not signed, wrongly signed, or signed by somebody who may not."""
    try:
        key = signature.checked(call.sent, call.place.region)
    except signature.BadSignature as bad:
        raise _refused(bad) from None
    caller, decision = _decide(call, key, "execute-api:Invoke")
    who = caller.principal
    if not decision.allowed:
        raise denied(call, who.arn or "anonymous", decision.outcome == "explicitDeny")
    call.identity |= {
        "accessKey": key,
        "accountId": who.account,
        "caller": who.user_id or who.account,
        "user": who.user_id or who.account,
        "userArn": who.arn,
    }
    call.say(f"{who.arn} is authorized")


def may(call: Call, action: str) -> bool:
    """Whether the request is signed by somebody with this permission on the method."""
    try:
        key = signature.checked(call.sent, call.place.region)
    except signature.BadSignature:
        return False
    return bool(_decide(call, key, action)[1].allowed)


def incomplete(header: str) -> Refused:
    """An Authorization header that is no signature, where only a signature would do."""
    return _refused(signature.incomplete(header))


def _decide(call: Call, key: str, action: str) -> tuple[Any, Any]:
    from course.lab.iam.callers import caller_of
    from course.lab.iam.document import parse_policy
    from course.lab.iam.evaluation import Policies, decide
    from course.lab.iam.request import Request

    caller = caller_of(key)
    policy = resource_policy(call)
    context = {**context_of(call), **caller.context}
    request = Request(caller.principal, action, call.arn, context, call.place.account)
    policies = Policies(
        identity=caller.identity,
        resource=parse_policy(policy, "resource") if policy else None,
        boundary=caller.boundary,
        session=caller.session,
        scps=caller.scps,
    )
    return caller, decide(request, policies)


def _refused(bad: signature.BadSignature) -> Refused:
    return Refused(bad.kind, bad.message, error=bad.error, status=403, log=bad.message or "")
