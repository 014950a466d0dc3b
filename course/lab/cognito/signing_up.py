"""Users sign up, and prove that they read their address.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
"""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.models import CognitoIdpUser, UserStatus
from moto.cognitoidp.utils import validate_username_format

from course.lab.cognito import codes, passwords, triggers
from course.lab.cognito.pools import Ask, attributes_of, set_attributes, status_of
from course.lab.cognito.refused import Refused, invalid, no_such_user, not_authorized
from course.lab.cognito.secret_hash import check_secret

_ADDRESSES = ("phone_number", "email")


def sign_up(ask: Ask) -> dict[str, Any]:
    """Register; the PreSignUp trigger may refuse, or confirm at once."""
    name, password = str(ask.params["Username"]), str(ask.params.get("Password") or "")
    check_secret(ask, ask.params.get("SecretHash"), name)
    if (ask.pool.extended_config.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
        raise not_authorized("SignUp is not permitted for this user pool")
    passwords.check_policy(ask.pool, password)
    user = draft(ask, name, password, ask.params.get("UserAttributes") or [], UserStatus.UNCONFIRMED)
    said = before(ask, user, "SignUp", name)
    if said.get("autoConfirmUser"):
        user.status = UserStatus.CONFIRMED
    ask.pool.users[user.username] = user
    confirmed = status_of(user) == "CONFIRMED"
    answer: dict[str, Any] = {"UserConfirmed": confirmed, "UserSub": user.id}
    if confirmed:
        after(ask, user, "ConfirmSignUp")
    elif attribute := _to_prove(ask, user):
        answer["CodeDeliveryDetails"] = codes.deliver(ask, user, "SignUp", "SignUp", attribute)
    return answer


def confirm(ask: Ask) -> dict[str, Any]:
    """Confirm with the code that was sent; that proves the address too."""
    user = _known(ask)
    if user is None:
        raise codes.expired() if ask.hides_users else no_such_user("Username/client id combination not found.")
    if status_of(user) != "UNCONFIRMED":
        raise not_authorized(f"User cannot be confirmed. Current status is {status_of(user)}")
    code = codes.check(ask, user, "SignUp", str(ask.params["ConfirmationCode"]))
    set_attributes(user, **{f"{code.attribute}_verified": "true"})
    user.status = UserStatus.CONFIRMED
    after(ask, user, "ConfirmSignUp")
    return {}


def resend(ask: Ask) -> dict[str, Any]:
    """Send another code; the one before is void."""
    user = _known(ask)
    if user is None:
        if ask.hides_users:
            return {"CodeDeliveryDetails": codes.details("email", str(ask.params["Username"]) + "@simulated")}
        raise no_such_user("Username/client id combination not found.")
    if status_of(user) == "CONFIRMED":
        raise invalid("User is already confirmed.")
    attribute = _to_prove(ask, user)
    if not attribute:
        raise invalid("Auto verification not turned on.")
    return {"CodeDeliveryDetails": codes.deliver(ask, user, "SignUp", "ResendCode", attribute)}


def confirm_by_admin(ask: Ask) -> dict[str, Any]:
    """An administrator confirms: no code, and no address proved."""
    user = ask.user(str(ask.params["Username"]))
    if user is None:
        raise no_such_user()
    if status_of(user) != "UNCONFIRMED":
        raise not_authorized(f"User cannot be confirmed. Current status is {status_of(user)}")
    user.status = UserStatus.CONFIRMED
    after(ask, user, "ConfirmSignUp")
    return {}


def draft(ask: Ask, name: str, password: str, attributes: list[dict[str, str]], status: Any) -> Any:
    """A user that is not in the pool yet. Refuses a name that is taken or of the wrong form."""
    settings = ask.pool.extended_config
    values = {one["Name"]: one.get("Value", "") for one in attributes}
    by_address = settings.get("UsernameAttributes") or []
    if by_address:
        kind = next((one for one in by_address if validate_username_format(name, one)), None)
        if kind is None:
            raise invalid("Username should be either an email or a phone number.")
        values[kind] = name
    elif "email" in (settings.get("AliasAttributes") or []) and validate_username_format(name, "email"):
        raise invalid("Username cannot be of email format, since user pool is configured for email alias.")
    if ask.user(name) is not None:
        shown = (
            "An account with the given email already exists."
            if "email" in by_address and "@" in name
            else "User already exists"
        )
        raise Refused("UsernameExistsException", shown)
    known = ask.pool.schema_attributes
    if wrong := [one for one in values if one.startswith("custom:") and one not in known]:
        raise invalid(f"Attributes did not conform to the schema: Type for attribute {{{wrong[0]}}} could not be "
                      "determined")  # fmt: skip
    missing = [one.name for one in known.values() if one.required and one.name not in values and one.name != "sub"]
    if missing and status is UserStatus.UNCONFIRMED:
        raise invalid(f"Attributes did not conform to the schema: {missing[0]}: The attribute is required\n")
    listed = [{"Name": one, "Value": value} for one, value in values.items()]
    return CognitoIdpUser(ask.pool.id, None if by_address else name, password, status, listed)


def before(ask: Ask, user: Any, source: str, name: str) -> dict[str, Any]:
    """PreSignUp: the function may raise to refuse; what it verifies counts as proved."""
    request = {
        "userAttributes": attributes_of(user),
        "validationData": {one["Name"]: one.get("Value") for one in ask.params.get("ValidationData") or []} or None,
        "clientMetadata": ask.metadata,
    }
    if source == "SignUp":
        request["userAttributes"] = {key: value for key, value in user.attribute_lookup.items() if key != "sub"}
    empty = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
    said = triggers.run(ask, "PreSignUp", source, user.username, request, empty) or {}
    for field, attribute in (("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number")):
        if said.get(field):
            if attribute not in user.attribute_lookup:
                raise invalid(f"User {name} has no {attribute} that could be verified.")
            set_attributes(user, **{f"{attribute}_verified": "true"})
    return said


def after(ask: Ask, user: Any, source: str) -> None:
    """PostConfirmation: the user is confirmed, whatever the function does."""
    request = {"userAttributes": attributes_of(user), "clientMetadata": ask.metadata}
    triggers.run(ask, "PostConfirmation", source, user.username, request, {})


def _known(ask: Ask) -> Any | None:
    name = str(ask.params["Username"])
    check_secret(ask, ask.params.get("SecretHash"), name)
    return ask.user(name)


def _to_prove(ask: Ask, user: Any) -> str:
    """The address that a code goes to: phone before e-mail, if the pool verifies it and it is not proved yet."""
    verified = ask.pool.extended_config.get("AutoVerifiedAttributes") or []
    for attribute in _ADDRESSES:
        proved = str(user.attribute_lookup.get(f"{attribute}_verified", "")).lower() == "true"
        if attribute in verified and attribute in user.attribute_lookup and not proved:
            return attribute
    return ""
