"""The second factor: a code by text message, or of an authenticator app.

Moto has one secret for all authenticator apps; the codes made of it are really checked here.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from cryptography.hazmat.primitives.twofactor import InvalidToken
from moto.cognitoidp.models import COGNITO_TOTP_MFA_SECRET
from moto.cognitoidp.utils import cognito_totp, verify_totp
from moto.moto_api._internal import mock_random

from course.lab.cognito import codes, signing_in
from course.lab.cognito.pools import Ask, Session, open_session, session_named
from course.lab.cognito.refused import Refused, invalid, no_such_user

_TEXT: Final = "Your authentication code is {####}. "


def challenge(ask: Ask, user: Any) -> dict[str, Any] | None:
    """Ask for the second factor, if the user has one or the pool wants one."""
    if ask.pool.mfa_config == "OFF":
        return None
    wants_app = user.software_token_mfa_enabled or (ask.pool.mfa_config == "ON" and user.token_verified)
    if wants_app and user.preferred_mfa_setting != "SMS_MFA":
        told = {"FRIENDLY_DEVICE_NAME": "", "USER_ID_FOR_SRP": user.username}
        session = open_session(ask, user.username, "SOFTWARE_TOKEN_MFA")
        return {"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": session, "ChallengeParameters": told}
    number = user.attribute_lookup.get("phone_number")
    if number and (user.sms_mfa_enabled or (ask.pool.mfa_config == "ON" and ask.pool.sms_mfa_config)):
        code = f"{mock_random.randint(0, 999_999):06}"
        text = (ask.pool.sms_mfa_config or {}).get("SmsAuthenticationMessage") or _TEXT
        codes.write(ask, user, "Authentication", "phone_number", code, text, text, "")
        return {
            "ChallengeName": "SMS_MFA",
            "Session": open_session(ask, user.username, "SMS_MFA", code=code),
            "ChallengeParameters": {
                "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
                "CODE_DELIVERY_DESTINATION": f"+*******{number[-4:]}",
                "USER_ID_FOR_SRP": user.username,
            },
        }
    if ask.pool.mfa_config == "ON":
        can = ["SOFTWARE_TOKEN_MFA"] if (ask.pool.token_mfa_config or {}).get("Enabled") else []
        session = open_session(ask, user.username, "MFA_SETUP")
        ask.pool.backend.sessions[session] = (user.username, ask.pool)  # moto pairs the app by its own session
        told = {"MFAS_CAN_SETUP": json.dumps(can), "USER_ID_FOR_SRP": user.username}
        return {"ChallengeName": "MFA_SETUP", "Session": session, "ChallengeParameters": told}
    return None


def answer(ask: Ask, user: Any, session: Session, told: dict[str, Any]) -> dict[str, Any]:
    """Check the code of either kind."""
    given = told.get(f"{session.challenge}_CODE")
    if given is None:
        raise invalid(f"Missing required parameter {session.challenge}_CODE")
    right = (
        str(given) == session.known["code"] if session.challenge == "SMS_MFA" else is_code_of_app(str(given))
    )  # fmt: skip
    if not right:
        raise Refused("CodeMismatchException", "Invalid code received for user")
    return signing_in.done(ask, user)


def set_up(ask: Ask, user: Any, session: Session, told: dict[str, Any]) -> dict[str, Any]:
    """The user has paired an app with AssociateSoftwareToken and VerifySoftwareToken."""
    if not user.token_verified:
        raise invalid("User has not verified software token mfa")
    user.software_token_mfa_enabled = True
    return signing_in.done(ask, user)


def is_code_of_app(given: str) -> bool:
    """Whether an authenticator app shows this code now (or did half a minute ago)."""
    try:
        verify_totp(cognito_totp(COGNITO_TOTP_MFA_SECRET), given.encode(), valid_window=1)
    except (InvalidToken, ValueError):
        return False
    return True


def verify_app(ask: Ask, user: Any | None) -> dict[str, Any]:
    """Pair an authenticator app: by an access token, or in the middle of a sign-in by its session."""
    name = str(ask.params.get("Session") or "")
    if not is_code_of_app(str(ask.params.get("UserCode", ""))):
        raise Refused("EnableSoftwareTokenMFAException", "Code mismatch")
    if user is not None:
        user.token_verified = True
        return {"Status": "SUCCESS"}
    session = session_named(ask, name, "MFA_SETUP")
    found = ask.user(session.username)
    if found is None:
        raise no_such_user()
    found.token_verified = True
    return {"Status": "SUCCESS", "Session": open_session(ask, session.username, "MFA_SETUP")}
