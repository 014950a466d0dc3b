"""STS: sessions with their true limits.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use.html (durations, role chaining)
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any, Final

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from course.lab.iam import sessions
from course.lab.iam.api_call import ApiCall
from course.lab.iam.callers import Caller, caller_of, default_document, find_role
from course.lab.iam.document import MalformedPolicy
from course.lab.iam.fault import Fault
from course.lab.iam.managed import bring_in
from course.lab.iam.messages import NotEncoded, decode
from course.lab.iam.mfa import mfa_passes
from course.lab.iam.resources import tag_dict
from course.lab.iam.validation import validate_policy

_SESSION_NAME: Final = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_HOUR: Final = 3600
_POLICY_LIMIT: Final = 2048


def assume_role(call: ApiCall) -> dict[str, Any]:
    """sts.assume_role; whether the trust policy lets the caller in is the guard's question."""
    arn, name = str(call.params["RoleArn"]), str(call.params["RoleSessionName"])
    caller = caller_of(call.access_key_id)
    role = find_role(arn)
    if role is None:
        who = caller.principal.arn
        raise Fault("AccessDenied", f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403)
    if not _SESSION_NAME.fullmatch(name):
        raise _invalid(
            name,
            "roleSessionName",
            r"Member must satisfy regular expression pattern: [\w+=,.@-]* and have 2 to 64 characters",
        )
    seconds = _seconds(call, _HOUR, 900, 43200)
    chained = caller.principal.kind == "role-session"
    if seconds > int(role.max_session_duration or _HOUR):
        raise Fault(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    if chained and seconds > _HOUR:
        raise Fault(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    _mfa(call, caller)  # raises for a wrong code; the trust policy has already been asked
    made = sts_backends[role.account_id]["aws"].assume_role(
        call.region, name, arn, str(call.params.get("Policy") or ""), seconds, str(call.params.get("ExternalId") or "")
    )
    session = sessions.remember(
        sessions.Session(
            kind="role-session",
            arn=made.arn,
            account=role.account_id,
            issuer_arn=arn,
            user_id=f"{role.id}:{name}",
            issued=sessions.now(),
            expires=sessions.now() + dt.timedelta(seconds=seconds),
            policies=_policies(call),
            tags=_session_tags(call),
            # MFA at AssumeRole time counts for the trust policy only; the session itself does not carry it.
            mfa_at=None,
            mfa_known=False,
            chained=chained,
            source_identity=str(call.params.get("SourceIdentity") or ""),
            access_key_id=made.access_key_id,
            secret_access_key=made.secret_access_key,
            session_token=made.session_token,
        )
    )
    role.last_used = sessions.now().replace(tzinfo=None)
    result: dict[str, Any] = {
        "Credentials": session.credentials,
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
    }
    if session.policies is not None:
        result["PackedPolicySize"] = _packed(session.policies)
    if session.source_identity:
        result["SourceIdentity"] = session.source_identity
    return result


def get_session_token(call: ApiCall) -> dict[str, Any]:
    """sts.get_session_token: the same user with temporary keys, with or without MFA."""
    caller = caller_of(call.access_key_id)
    if caller.principal.kind not in ("user", "root") or "aws:TokenIssueTime" in caller.context:
        raise Fault("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
    most = _HOUR if caller.principal.kind == "root" else 129600
    seconds = min(_seconds(call, 43200, 900, 129600), most)
    session = _remember(call, caller, seconds, _mfa(call, caller))
    return {"Credentials": session.credentials}


def get_federation_token(call: ApiCall) -> dict[str, Any]:
    """sts.get_federation_token: a named session with no more than its session policy allows."""
    caller = caller_of(call.access_key_id)
    if caller.principal.kind not in ("user", "root") or "aws:TokenIssueTime" in caller.context:
        raise Fault("AccessDenied", "Cannot call GetFederationToken with session credentials", 403)
    account, name = caller.principal.account, str(call.params["Name"])
    seconds = _seconds(call, 43200, 900, 129600)
    key = iam_backends[account]["aws"].create_temp_access_key()
    session = sessions.remember(
        sessions.Session(
            kind="federated-user",
            arn=f"arn:aws:sts::{account}:federated-user/{name}",
            account=account,
            issuer_arn=caller.principal.arn,
            user_id=f"{account}:{name}",
            issued=sessions.now(),
            expires=sessions.now() + dt.timedelta(seconds=seconds),
            policies=_policies(call),
            tags=_session_tags(call),
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            session_token=sessions.new_token(),
        )
    )
    result: dict[str, Any] = {
        "Credentials": session.credentials,
        "FederatedUser": {"FederatedUserId": session.user_id, "Arn": session.arn},
    }
    if session.policies is not None:
        result["PackedPolicySize"] = _packed(session.policies)
    return result


def get_caller_identity(call: ApiCall) -> dict[str, Any] | None:
    """sts.get_caller_identity: needs no permission and cannot be denied."""
    caller = caller_of(call.access_key_id)
    if caller.principal.kind == "anonymous":
        return None
    principal = caller.principal
    user_id = principal.context["aws:userid"][0]
    return {"UserId": user_id, "Account": principal.account, "Arn": principal.arn}


def decode_authorization_message(call: ApiCall) -> dict[str, Any]:
    """sts.decode_authorization_message"""
    try:
        return {"DecodedMessage": decode(str(call.params["EncodedMessage"]))}
    except NotEncoded as fault:
        raise Fault("InvalidAuthorizationMessageException", str(fault)) from fault


# Parts ---------------------------------------------------------------------------------------------------


def _remember(call: ApiCall, caller: Caller, seconds: int, mfa: bool) -> sessions.Session:
    principal = caller.principal
    key = iam_backends[principal.account]["aws"].create_temp_access_key()
    return sessions.remember(
        sessions.Session(
            kind=principal.kind,
            arn=principal.arn,
            account=principal.account,
            issuer_arn=principal.arn,
            user_id=principal.user_id,
            issued=sessions.now(),
            expires=sessions.now() + dt.timedelta(seconds=seconds),
            mfa_at=sessions.now() if mfa else None,
            mfa_known=True,
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            session_token=sessions.new_token(),
        )
    )


def _mfa(call: ApiCall, caller: Caller) -> bool:
    serial, code = call.params.get("SerialNumber"), call.params.get("TokenCode")
    if not serial and not code:
        return False
    if not mfa_passes(caller.principal.account, caller.principal.name, str(serial), str(code)):
        raise Fault("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ", 403)
    return True


def _seconds(call: ApiCall, default: int, least: int, most: int) -> int:
    seconds = int(call.params.get("DurationSeconds") or default)
    if seconds < least:
        raise _invalid(seconds, "durationSeconds", f"Member must have value greater than or equal to {least}")
    if seconds > most:
        raise _invalid(seconds, "durationSeconds", f"Member must have value less than or equal to {most}")
    return seconds


def _invalid(value: object, name: str, constraint: str) -> Fault:
    return Fault(
        "ValidationError",
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {constraint}",
    )


def _policies(call: ApiCall) -> tuple[str, ...] | None:
    """The session policies: one inline, and up to ten managed ones by ARN."""
    found: list[str] = []
    inline = call.params.get("Policy")
    if inline:
        if len(inline) > _POLICY_LIMIT:
            raise _invalid(inline, "policy", f"Member must have length less than or equal to {_POLICY_LIMIT}")
        found.append(_checked(str(inline)))
    for named in call.params.get("PolicyArns") or []:
        arn = str(named.get("arn") or named.get("Arn") or "")
        bring_in(call.account, arn)
        managed = iam_backends[call.account]["aws"].managed_policies.get(arn)
        if managed is None:
            raise Fault("MalformedPolicyDocument", f"Policy {arn} does not exist or is not attachable.")
        found.append(default_document(managed))
    given = inline or call.params.get("PolicyArns")
    return tuple(found) if given else None


def _checked(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as fault:
        # STS passes on its JSON parser's words, with the place.
        sign = text[fault.pos : fault.pos + 1]
        message = (
            f"Unexpected character ('{sign}' (code {ord(sign)})): {fault.msg}" if sign else "Unexpected end-of-input"
        )
        raise Fault(
            "MalformedPolicyDocument", f"{message}\n at [line: {fault.lineno}, column: {fault.colno}]"
        ) from fault
    try:
        validate_policy(text, "session")
    except MalformedPolicy as fault:
        raise Fault("MalformedPolicyDocument", fault.message) from fault
    return text


def _session_tags(call: ApiCall) -> dict[str, str]:
    return tag_dict(call.params.get("Tags"))


def _packed(policies: tuple[str, ...]) -> int:
    """A percentage of a limit that AWS does not publish; grows with the text."""
    return min(100, max(1, sum(len(text) for text in policies) * 100 // (2 * _POLICY_LIMIT)))
