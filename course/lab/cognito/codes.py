"""Codes that prove that somebody reads an address: sent once, right once, and only for a while.

How long: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html (validity of codes)
Where to: https://docs.aws.amazon.com/cognito/latest/developerguide/verification-email-phone.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.cognito import triggers
from course.lab.cognito.outbox import Medium, send
from course.lab.cognito.pools import Ask, attributes_of, state_of
from course.lab.cognito.refused import Refused

_HOUR: Final = 3600
# What a code is for -> how long it counts, in seconds.
VALID: Final = {"SignUp": 24 * _HOUR, "Attribute": 24 * _HOUR, "ForgotPassword": _HOUR}
_PLACE: Final = "{####}"


@dataclass(frozen=True)
class Code:
    """A code that was sent."""

    text: str
    until: float
    attribute: str
    """What it proves: email or phone_number."""


def deliver(ask: Ask, user: Any, purpose: str, source: str, attribute: str) -> dict[str, str]:
    """Send a new code and make it the only right one; CodeDeliveryDetails as AWS returns them."""
    code = f"{mock_random.randint(0, 999_999):06}"
    key = (user.username, purpose if purpose != "Attribute" else f"Attribute.{attribute}")
    state_of(ask.pool).codes[key] = Code(code, clock.now().timestamp() + VALID[purpose], attribute)
    settings = ask.pool.extended_config
    template = settings.get("VerificationMessageTemplate") or {}
    email = settings.get("EmailVerificationMessage") or template.get("EmailMessage") or f"Your code is {_PLACE}."
    sms = settings.get("SmsVerificationMessage") or template.get("SmsMessage") or f"Your code is {_PLACE}."
    subject = settings.get("EmailVerificationSubject") or template.get("EmailSubject") or "Your verification code"
    write(ask, user, source, attribute, code, email, sms, subject)
    return details(attribute, user.attribute_lookup[attribute])


def write(
    ask: Ask, user: Any, source: str, attribute: str, code: str, email: str, sms: str, subject: str
) -> None:  # fmt: skip
    """Send a text with a code in it; the CustomMessage trigger may put it otherwise.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html
    """
    request: dict[str, Any] = {"userAttributes": attributes_of(user), "codeParameter": _PLACE}
    request["usernameParameter"] = "{username}" if source == "AdminCreateUser" else None
    request["clientMetadata"] = ask.metadata
    empty = {"smsMessage": None, "emailMessage": None, "emailSubject": None}
    said = triggers.run(ask, "CustomMessage", source, user.username, request, dict(empty)) or {}
    medium: Medium = "SMS" if attribute == "phone_number" else "EMAIL"
    text = said.get("smsMessage") or sms if medium == "SMS" else said.get("emailMessage") or email
    text = str(text).replace(_PLACE, code).replace("{username}", str(user.username))
    send(medium, user.attribute_lookup[attribute], str(said.get("emailSubject") or subject), text, code)


def check(ask: Ask, user: Any, purpose: str, given: str) -> Code:
    """The code, if it is the right one; it can be used once."""
    codes = state_of(ask.pool).codes
    kept: Code | None = codes.get((user.username, purpose))
    if kept is None or kept.until <= clock.now().timestamp():
        raise expired()
    if kept.text != given:
        raise Refused("CodeMismatchException", "Invalid verification code provided, please try again.")
    del codes[(user.username, purpose)]
    return kept


def expired() -> Refused:
    """What AWS says to a code that there is none of (any more)."""
    return Refused("ExpiredCodeException", "Invalid code provided, please request a code again.")


def details(attribute: str, value: str) -> dict[str, str]:
    """Where a code went, with most of it hidden."""
    if attribute == "phone_number":
        return {"Destination": f"+*******{value[-4:]}", "DeliveryMedium": "SMS", "AttributeName": attribute}
    name, _, domain = value.partition("@")
    hidden = f"{name[:1]}***@{domain[:1]}***"
    return {"Destination": hidden, "DeliveryMedium": "EMAIL", "AttributeName": attribute}
