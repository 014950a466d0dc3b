"""Signing in: with a password, with a refresh token, or by challenges of one's own.

https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.clock import clock
from course.lab.cognito import issuing, migration, passwords, triggers
from course.lab.cognito.pools import Ask, attributes_of, open_session, state_of, status_of
from course.lab.cognito.refused import Refused, invalid, no_such_user, not_authorized
from course.lab.cognito.secret_hash import check_secret

_USERS: Final = {
    "USER_PASSWORD_AUTH": ("ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"),
    "USER_SRP_AUTH": ("ALLOW_USER_SRP_AUTH",),
    "CUSTOM_AUTH": ("ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"),
    "REFRESH_TOKEN_AUTH": ("ALLOW_REFRESH_TOKEN_AUTH",),
    "REFRESH_TOKEN": ("ALLOW_REFRESH_TOKEN_AUTH",),
}
_ADMINS: Final = {
    **_USERS,
    "ADMIN_USER_PASSWORD_AUTH": ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"),
    "ADMIN_NO_SRP_AUTH": ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"),
}
# What a client may do that says nothing about it; the old names without ALLOW_ never speak of refresh tokens.
_DEFAULT: Final = ("ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
_DAY: Final = 86_400


def initiate(ask: Ask, by_admin: bool = False) -> dict[str, Any] | None:
    """Begin to sign in; None leaves the call to moto."""
    flow, told = str(ask.params["AuthFlow"]), dict(ask.params.get("AuthParameters") or {})
    _check_flow(ask, flow, _ADMINS if by_admin else _USERS, by_admin)
    if flow.startswith("REFRESH_TOKEN"):
        return {"ChallengeParameters": {}, "AuthenticationResult": _refreshed(ask, told)}
    name = str(told.get("USERNAME") or "")
    if not name:
        raise invalid("Missing required parameter USERNAME")
    check_secret(ask, told.get("SECRET_HASH"), name)
    if flow == "CUSTOM_AUTH":
        from course.lab.cognito import custom_auth

        return custom_auth.begin(ask, name)
    if flow == "USER_SRP_AUTH":
        from course.lab.cognito import srp

        return srp.begin(ask, name, str(told.get("SRP_A") or ""))
    if told.get("PASSWORD") is None:
        raise invalid("Missing required parameter PASSWORD")
    return _by_password(ask, name, str(told["PASSWORD"]))


def _by_password(ask: Ask, name: str, password: str) -> dict[str, Any]:
    user = ask.user(name)
    if user is None:
        user = migration.migrated(ask, name, password, "Authentication")
        if user is None:
            before(ask, None, name)
            raise not_authorized() if ask.hides_users else no_such_user()
    else:
        before(ask, user, name)
    passwords.check_right(ask.pool, user, password)
    return proved(ask, user)


def before(ask: Ask, user: Any | None, name: str) -> None:
    """PreAuthentication: it may raise to refuse. It hears of unknown users if the client hides who exists."""
    if user is None and not ask.hides_users:
        return
    request: dict[str, Any] = {
        "userAttributes": attributes_of(user) if user else {},
        "validationData": ask.metadata or None,
    }
    if ask.hides_users:
        request["userNotFound"] = user is None
    triggers.run(ask, "PreAuthentication", "Authentication", user.username if user else name, request, {})


def proved(ask: Ask, user: Any) -> dict[str, Any]:
    """Go on with a user whose password was right: the next challenge, or the tokens."""
    check_state(user)
    if status_of(user) == "FORCE_CHANGE_PASSWORD":
        return _new_password(ask, user)
    from course.lab.cognito import mfa

    return mfa.challenge(ask, user) or done(ask, user)


def check_state(user: Any) -> None:
    """Refuse a user who is disabled, not confirmed, or has to set another password."""
    if not user.enabled:
        raise not_authorized("User is disabled.")
    if status_of(user) == "UNCONFIRMED":
        raise Refused("UserNotConfirmedException", "User is not confirmed.")
    if status_of(user) == "RESET_REQUIRED":
        raise Refused("PasswordResetRequiredException", "Password reset required for the user")


def done(ask: Ask, user: Any, source: str = "Authentication") -> dict[str, Any]:
    """All challenges are met: PostAuthentication, and the tokens."""
    request = {"userAttributes": attributes_of(user), "newDeviceUsed": False, "clientMetadata": ask.metadata}
    triggers.run(ask, "PostAuthentication", "Authentication", user.username, request, {})
    return {"ChallengeParameters": {}, "AuthenticationResult": issuing.issue(ask, user, source)}


def _new_password(ask: Ask, user: Any) -> dict[str, Any]:
    """A temporary password counts for the days that the pool's policy says."""
    policy = (ask.pool.extended_config.get("Policies") or {}).get("PasswordPolicy") or {}
    days = int(policy.get("TemporaryPasswordValidityDays") or 7)
    given = state_of(ask.pool).password_set.get(user.username)
    if given is not None and clock.now().timestamp() >= given + days * _DAY:
        raise not_authorized("Temporary password has expired and must be reset by an administrator.")
    known = {key: value for key, value in user.attribute_lookup.items() if key != "sub"}
    return {
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": open_session(ask, user.username, "NEW_PASSWORD_REQUIRED"),
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": "[]",
            "userAttributes": json.dumps(known),
        },
    }


def _refreshed(ask: Ask, told: dict[str, Any]) -> dict[str, Any]:
    token = str(told.get("REFRESH_TOKEN") or "")
    grant = state_of(ask.pool).grants.get(token)
    if ask.client.generate_secret:
        check_secret(ask, told.get("SECRET_HASH"), grant.username if grant else "")
    return issuing.refresh(ask, token)


def _check_flow(ask: Ask, flow: str, flows: dict[str, tuple[str, ...]], by_admin: bool) -> None:
    if flow not in flows:
        if flow in _ADMINS:
            raise invalid("Initiate Auth method not supported")
        raise Refused(
            "InvalidParameterException",
            f"1 validation error detected: Value '{flow}' at 'authFlow' failed to satisfy constraint: "
            "Member must satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, "
            "ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]",
        )
    said = ask.client.extended_config.get("ExplicitAuthFlows") or _DEFAULT
    if flow.startswith("REFRESH_TOKEN") and not any(one.startswith("ALLOW_") for one in said):
        return
    if not set(flows[flow]) & set(said):
        raise invalid(
            "Auth flow not enabled for this client" if by_admin else f"{flow} flow not enabled for this client"
        )
