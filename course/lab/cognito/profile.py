"""What signed-in users do with their own account.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.cognitoidp.models import UserStatus

from course.lab.cognito import codes, issuing, mfa, passwords
from course.lab.cognito.pools import Ask, set_attributes
from course.lab.cognito.refused import Refused, invalid

_ADDRESSES: Final = ("email", "phone_number")


def change_password(ask: Ask, user: Any) -> dict[str, Any]:
    """A new password, for whoever knows the old one."""
    passwords.check_right(ask.pool, user, str(ask.params.get("PreviousPassword", "")))
    passwords.check_policy(ask.pool, str(ask.params["ProposedPassword"]))
    user.password, user.status = str(ask.params["ProposedPassword"]), UserStatus.CONFIRMED
    return {}


def update_attributes(ask: Ask, user: Any) -> dict[str, Any]:
    """Write attributes; a new address has to be proved again."""
    values = {str(one["Name"]): str(one.get("Value", "")) for one in ask.params["UserAttributes"]}
    fixed = [name for name in values if (known := ask.pool.schema_attributes.get(name)) and not known.mutable]
    if fixed:
        raise invalid(f"user.{fixed[0]}: Attribute cannot be updated.\n")
    if forbidden := [name for name in values if name.endswith("_verified")]:
        raise Refused("NotAuthorizedException", f"A client attempted to write unauthorized attribute {forbidden[0]}")
    new = [name for name in _ADDRESSES if name in values and values[name] != user.attribute_lookup.get(name)]
    user.update_attributes([{"Name": name, "Value": value} for name, value in values.items()])
    sent = []
    for name in new:
        set_attributes(user, **{f"{name}_verified": "false"})
        if name in (ask.pool.extended_config.get("AutoVerifiedAttributes") or []):
            sent.append(codes.deliver(ask, user, "Attribute", "UpdateUserAttribute", name))
    return {"CodeDeliveryDetailsList": sent}


def ask_for_code(ask: Ask, user: Any) -> dict[str, Any]:
    """Send a code to an address of the user."""
    name = str(ask.params["AttributeName"])
    if name not in _ADDRESSES or name not in user.attribute_lookup:
        raise invalid(f"User does not have an attribute {name} that a code could be sent to.")
    return {"CodeDeliveryDetails": codes.deliver(ask, user, "Attribute", "VerifyUserAttribute", name)}


def prove_attribute(ask: Ask, user: Any) -> dict[str, Any]:
    """The code came back: the address is proved."""
    name = str(ask.params["AttributeName"])
    codes.check(ask, user, f"Attribute.{name}", str(ask.params["Code"]))
    set_attributes(user, **{f"{name}_verified": "true"})
    return {}


def sign_out(ask: Ask, user: Any) -> dict[str, Any]:
    """Revoke all of the user's tokens, on all devices."""
    issuing.sign_out(ask.pool, user.username)
    return {}


def pair_app(ask: Ask, user: Any) -> dict[str, Any]:
    """Pair an authenticator app."""
    return mfa.verify_app(ask, user)
