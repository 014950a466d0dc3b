"""Answers to the challenges of a sign-in.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.cognitoidp.models import UserStatus

from course.lab.cognito import custom_auth, mfa, passwords, signing_in, srp
from course.lab.cognito.pools import Ask, Session, session_named, set_attributes, state_of
from course.lab.cognito.refused import Refused, invalid, no_such_user
from course.lab.cognito.secret_hash import check_secret

# A mistyped code or a weak password does not end the sign-in.
_MAY_TRY_AGAIN: Final = ("CodeMismatchException", "InvalidPasswordException", "InvalidParameterException")


def respond(ask: Ask) -> dict[str, Any]:
    """Check the answer; the next challenge, or the tokens."""
    name, told = str(ask.params["ChallengeName"]), dict(ask.params.get("ChallengeResponses") or {})
    if name not in _ANSWERS:
        raise invalid(f"The lab does not know the challenge {name}")
    handle = str(ask.params.get("Session") or "")
    if name == "PASSWORD_VERIFIER":
        handle = srp.handle_of(str(told.get("PASSWORD_CLAIM_SECRET_BLOCK") or ""))
    session = session_named(ask, handle, name)
    user = ask.user(session.username)
    if user is None:
        raise no_such_user()
    check_secret(ask, told.get("SECRET_HASH"), str(told.get("USERNAME") or user.username))
    try:
        return _ANSWERS[name](ask, user, session, told)
    except Refused as refused:
        if refused.code in _MAY_TRY_AGAIN:
            state_of(ask.pool).sessions[handle] = session
        raise


def _new_password(ask: Ask, user: Any, session: Session, told: dict[str, Any]) -> dict[str, Any]:
    password = told.get("NEW_PASSWORD")
    if password is None:
        raise invalid("Missing required parameter NEW_PASSWORD")
    passwords.check_policy(ask.pool, str(password))
    given = {key.removeprefix("userAttributes."): str(value) for key, value in told.items()
             if key.startswith("userAttributes.")}  # fmt: skip
    if given:
        set_attributes(user, **given)
    user.password, user.status = str(password), UserStatus.CONFIRMED
    return mfa.challenge(ask, user) or signing_in.done(ask, user, "NewPasswordChallenge")


_ANSWERS = {
    "NEW_PASSWORD_REQUIRED": _new_password,
    "PASSWORD_VERIFIER": srp.verify,
    "CUSTOM_CHALLENGE": custom_auth.answer,
    "SMS_MFA": mfa.answer,
    "SOFTWARE_TOKEN_MFA": mfa.answer,
    "MFA_SETUP": mfa.set_up,
}
