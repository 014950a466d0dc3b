"""The e-mails and text messages that Cognito would have sent.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from moto.cognitoidp.models import cognitoidp_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from course.lab.clock import clock

Medium = Literal["EMAIL", "SMS"]


@dataclass(frozen=True)
class Message:
    """An e-mail or a text message."""

    at: dt.datetime
    medium: Medium
    to: str
    subject: str
    text: str
    code: str
    """The code or temporary password in the text."""

    def __str__(self) -> str:
        subject = f" [{self.subject}]" if self.subject else ""
        return f"{self.at:%H:%M:%S}  {self.medium} to {self.to}{subject}: {self.text}"


class Outbox(list[Message]):
    """Messages, the newest last; `outbox().to("ana@example.com")` narrows them."""

    def to(self, address: str) -> Outbox:
        """The messages to an address or number."""
        return Outbox(one for one in self if one.to == address)

    def __repr__(self) -> str:
        return "\n".join(str(one) for one in self) or "Nothing was sent."


def outbox() -> Outbox:
    """What was sent in this account: nobody gets real mail from the lab.

    >>> outbox().to("ana@example.com")[-1].code
    '481516'
    """
    return Outbox(_sent())


def send(medium: Medium, to: str, subject: str, text: str, code: str) -> None:
    """Put a message where `outbox()` shows it."""
    _sent().append(Message(clock.now(), medium, to, subject if medium == "EMAIL" else "", text, code))


def _sent() -> list[Message]:
    backend: Any = cognitoidp_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
    found: list[Message] = backend.__dict__.setdefault("lab_outbox", [])
    return found
