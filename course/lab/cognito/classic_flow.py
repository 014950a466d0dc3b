"""The classic flow: an app takes its identity's OpenID token to STS and asks for a role by itself.

STS asks the role's trust policy, which is all that keeps a guest out of the role of members.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html (basic flow)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.cognito import open_id, roles
from course.lab.cognito.logins import claims_of
from course.lab.cognito.refused import Refused, invalid
from course.lab.iam.callers import find_role
from course.lab.replies import Reply, answer, written
from course.lab.wire import answer_first

_OPERATION: Final = "AssumeRoleWithWebIdentity"
_DENIED: Final = Reply("AccessDenied", f"Not authorized to perform sts:{_OPERATION}", 403)


def check_open(pool: Any) -> None:
    """Refuse the classic flow where it is switched off, or where role mappings choose the role.

    A pool that does not say allows it: https://github.com/aws/aws-cli/issues/7652
    """
    if pool.__dict__.get("lab_classic") is False:
        raise invalid("Basic (classic) flow is not enabled, please use enhanced flow.")
    if (pool.__dict__.get("lab_roles") or {}).get("RoleMappings"):
        raise invalid("Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.")


@answer_first
def _take_role(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if (service, operation) != ("sts", _OPERATION):
        return None
    call = asked(operation)
    if call is None or not _is_of_identity_pool(str(call.params.get("WebIdentityToken", ""))):
        return None
    given = _given(call.params)
    if isinstance(given, Reply):
        return answer(request, service, call.protocol, given)[0]
    return written(request, service, operation, call.protocol, given)


def _given(told: Mapping[str, Any]) -> dict[str, Any] | Reply:
    try:
        claims = open_id.read(str(told["WebIdentityToken"]))
    except open_id.BadToken as bad:
        if bad.expired:
            return Reply("ExpiredTokenException", "Token expired: get a new one with GetOpenIdToken")
        return Reply("InvalidIdentityToken", "The token's signature does not fit the keys of its issuer")
    role = find_role(str(told["RoleArn"]))
    life = int(told.get("DurationSeconds") or 3600)
    if role is not None and life > int(role.max_session_duration or 3600):
        return Reply(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    policies = (str(told["Policy"]),) if told.get("Policy") else None
    try:
        session = roles.credentials(
            str(told["RoleArn"]),
            open_id.context_of(claims),
            name=str(told["RoleSessionName"]),
            life=dt.timedelta(seconds=life),
            policies=policies,
        )
    except Refused:
        return _DENIED
    return {
        "Credentials": session.credentials,
        "SubjectFromWebIdentityToken": claims["sub"],
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        "Provider": open_id.SERVICE,
        "Audience": claims["aud"],
    }


def _is_of_identity_pool(token: str) -> bool:
    try:
        return claims_of(token).get("iss") == open_id.ISSUER
    except Refused:
        return False
