"""A forgotten password, and a reset by an administrator.

https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgotPassword.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.cognitoidp.models import UserStatus

from course.lab.cognito import codes, migration, passwords, signing_up
from course.lab.cognito.pools import Ask, state_of, status_of
from course.lab.cognito.refused import Refused, invalid, no_such_user, not_authorized
from course.lab.cognito.secret_hash import check_secret

_ATTRIBUTE: Final = {"verified_email": "email", "verified_phone_number": "phone_number"}
_DEFAULT: Final = ("phone_number", "email")


def forgot(ask: Ask) -> dict[str, Any]:
    """Send a code by which a new password can be set."""
    name = str(ask.params["Username"])
    check_secret(ask, ask.params.get("SecretHash"), name)
    user = ask.user(name) or migration.migrated(ask, name, None, "ForgotPassword")
    if user is None:
        if ask.hides_users:
            return {"CodeDeliveryDetails": codes.details("email", f"{name}@simulated")}
        raise no_such_user("Username/client id combination not found.")
    return {"CodeDeliveryDetails": _send(ask, user)}


def confirm(ask: Ask) -> dict[str, Any]:
    """Set the new password with the code."""
    name = str(ask.params["Username"])
    check_secret(ask, ask.params.get("SecretHash"), name)
    user = ask.user(name)
    if user is None:
        if ask.hides_users:
            raise Refused("CodeMismatchException", "Invalid verification code provided, please try again.")
        raise no_such_user("Username/client id combination not found.")
    password = str(ask.params["Password"])
    passwords.check_policy(ask.pool, password)
    codes.check(ask, user, "ForgotPassword", str(ask.params["ConfirmationCode"]))
    user.password, user.status = password, UserStatus.CONFIRMED
    state_of(ask.pool).failures.pop(user.username, None)
    signing_up.after(ask, user, "ConfirmForgotPassword")
    return {}


def reset_by_admin(ask: Ask) -> dict[str, Any]:
    """Make the password void; the user gets a code."""
    user = ask.user(str(ask.params["Username"]))
    if user is None:
        raise no_such_user()
    if status_of(user) not in ("CONFIRMED", "RESET_REQUIRED"):
        raise not_authorized("User password cannot be reset in the current state.")
    _send(ask, user)
    user.status = UserStatus.RESET_REQUIRED
    return {}


def _send(ask: Ask, user: Any) -> dict[str, str]:
    if not user.enabled:
        raise not_authorized("User is disabled.")
    if status_of(user) == "FORCE_CHANGE_PASSWORD":
        raise not_authorized("User password cannot be reset in the current state.")
    for attribute in _ways(ask):
        if str(user.attribute_lookup.get(f"{attribute}_verified", "")).lower() == "true":
            return codes.deliver(ask, user, "ForgotPassword", "ForgotPassword", attribute)
    raise invalid("Cannot reset password for the user as there is no registered/verified email or phone_number")


def _ways(ask: Ask) -> list[str]:
    """The addresses that a code may go to, the preferred one first."""
    said = (ask.pool.extended_config.get("AccountRecoverySetting") or {}).get("RecoveryMechanisms")
    if not said:
        return list(_DEFAULT)
    if any(one["Name"] == "admin_only" for one in said):
        raise not_authorized("Contact administrator to reset password.")
    return [_ATTRIBUTE[one["Name"]] for one in sorted(said, key=lambda one: int(one["Priority"]))]
