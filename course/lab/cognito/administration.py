"""What administrators do with users: invite them, and set their passwords.

https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-create-user-accounts.html
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from moto.cognitoidp.models import UserStatus
from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.cognito import codes, issuing, passwords, signing_up
from course.lab.cognito.pools import Ask, state_of, status_of
from course.lab.cognito.refused import Refused, no_such_user

_ADDRESS: Final = {"SMS": "phone_number", "EMAIL": "email"}
_INVITATION: Final = "Your username is {username} and temporary password is {####}. "


def create_user(ask: Ask) -> dict[str, Any]:
    """Invite a user with a temporary password; RESEND makes a new one."""
    name, action = str(ask.params["Username"]), ask.params.get("MessageAction")
    password = str(ask.params.get("TemporaryPassword") or _made_up())
    passwords.check_policy(ask.pool, password)
    if action == "RESEND":
        user = _existing(ask)
        if status_of(user) != "FORCE_CHANGE_PASSWORD":
            raise Refused("UnsupportedUserStateException", "Resend not possible. User is not in FORCE_CHANGE_PASSWORD "
                          "state")  # fmt: skip
        user.password = password
    else:
        attributes = list(ask.params.get("UserAttributes") or [])
        user = signing_up.draft(ask, name, password, attributes, UserStatus.FORCE_CHANGE_PASSWORD)
        signing_up.before(ask, user, "AdminCreateUser", name)
        ask.pool.users[user.username] = user
    state_of(ask.pool).password_set[user.username] = clock.now().timestamp()
    if action != "SUPPRESS":
        _invite(ask, user, password)
    return {"User": _shown(user)}


def set_password(ask: Ask) -> dict[str, Any]:
    """Set a password, for good or until the user signs in."""
    user, password = _existing(ask), str(ask.params["Password"])
    passwords.check_policy(ask.pool, password)
    user.password = password
    user.status = UserStatus.CONFIRMED if ask.params.get("Permanent") else UserStatus.FORCE_CHANGE_PASSWORD
    state = state_of(ask.pool)
    state.password_set[user.username] = clock.now().timestamp()
    state.failures.pop(user.username, None)
    return {}


def sign_out(ask: Ask) -> dict[str, Any]:
    """Revoke all tokens of a user."""
    issuing.sign_out(ask.pool, _existing(ask).username)
    return {}


def _existing(ask: Ask) -> Any:
    user = ask.user(str(ask.params["Username"]))
    if user is None:
        raise no_such_user()
    return user


def _invite(ask: Ask, user: Any, password: str) -> None:
    template = (ask.pool.extended_config.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
    for medium in ask.params.get("DesiredDeliveryMediums") or ["SMS"]:
        attribute = _ADDRESS.get(str(medium), "email")
        if attribute in user.attribute_lookup:
            codes.write(
                ask,
                user,
                "AdminCreateUser",
                attribute,
                password,
                template.get("EmailMessage") or _INVITATION,
                template.get("SMSMessage") or _INVITATION,
                template.get("EmailSubject") or "Your temporary password",
            )


def _made_up() -> str:
    return f"{mock_random.get_random_string(8, lower_case=True)}!A{mock_random.randint(10, 99)}a"


def _shown(user: Any) -> dict[str, Any]:
    return {
        "Username": user.username,
        "Attributes": user.attributes,
        "UserCreateDate": _seconds(user.create_date),
        "UserLastModifiedDate": _seconds(user.last_modified_date),
        "Enabled": user.enabled,
        "UserStatus": status_of(user),
    }


def _seconds(moment: Any) -> float:
    return float(moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp())
