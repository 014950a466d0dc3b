"""Tokens to log in with end after 12 hours.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_api._internal import mock_random

from course.lab.caller import Session
from course.lab.clock import clock
from course.lab.place import Place
from course.lab.service import Call, serve

LASTS: Final = dt.timedelta(hours=12)
USER: Final = "AWS"


@dataclass(frozen=True)
class Token:
    """Who asked for a password, for which registry, and until when it is good."""

    account: str
    region: str
    until: float
    session: Session

    def opens(self, registry: str) -> bool:
        """Whether it is one for this registry: 123456789012.dkr.ecr.us-east-1.amazonaws.com."""
        return registry == f"{self.account}.dkr.ecr.{self.region}.amazonaws.com"

    @property
    def has_expired(self) -> bool:
        """Twelve hours are over."""
        return clock.now().timestamp() >= self.until


def _token(call: Call) -> Mapping[str, Any]:
    """GetAuthorizationToken."""
    found = []
    until = clock.now() + LASTS
    for registry in call.given.get("registryIds") or [call.place.account]:
        password = base64.b64encode(mock_random.get_random_hex(96).encode()).decode()
        _kept()[password] = Token(str(registry), call.place.region, until.timestamp(), call.session)
        token = base64.b64encode(f"{USER}:{password}".encode()).decode()
        address = f"https://{registry}.dkr.ecr.{call.place.region}.amazonaws.com"
        found.append({"authorizationToken": token, "expiresAt": until, "proxyEndpoint": address})
    return {"authorizationData": found}


def behind(password: str) -> Token | None:
    """What a password stands for; None if no registry gave it."""
    return _kept().get(password)


def _kept() -> dict[str, Token]:
    return Place(DEFAULT_ACCOUNT_ID, "us-east-1").kept("ecr", "lab_tokens", dict)


serve("ecr", {"GetAuthorizationToken": _token})
