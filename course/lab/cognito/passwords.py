"""Passwords: the pool's policy, and the waiting after wrong ones.

Policy: https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
Lockout: https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from course.lab.clock import clock
from course.lab.cognito.pools import state_of
from course.lab.cognito.refused import Refused, not_authorized

_SHORTEST: Final = 8
_LONGEST: Final = 256
_RULES: Final = (
    ("RequireLowercase", re.compile(r"[a-z]"), "lowercase"),
    ("RequireUppercase", re.compile(r"[A-Z]"), "uppercase"),
    ("RequireNumbers", re.compile(r"[0-9]"), "numeric"),
    ("RequireSymbols", re.compile(r"[\^$*.\[\]{}()?\"!@#%&/\\,><':;|_~`=+\- ]"), "symbol"),
)
_FREE_TRIES: Final = 5
_LONGEST_WAIT: Final = 15 * 60


@dataclass
class Failures:
    """Wrong passwords in a row."""

    count: int = 0
    last: float = 0
    locked_until: float = 0


def check_policy(pool: Any, password: str) -> None:
    """Refuse a password that the pool's policy does not take, with the first rule that it breaks."""
    policy = (pool.extended_config.get("Policies") or {}).get("PasswordPolicy") or {}
    if len(password) < int(policy.get("MinimumLength") or _SHORTEST) or len(password) > _LONGEST:
        raise _against("Password not long enough" if len(password) <= _LONGEST else "Password too long")
    for name, pattern, kind in _RULES:
        if policy.get(name) and not pattern.search(password):
            raise _against(f"Password must have {kind} characters")


def check_right(pool: Any, user: Any, password: str | None) -> None:
    """Refuse a wrong password; after five, everybody has to wait 1, 2, 4 ... seconds before the next try counts."""
    failures: Failures = state_of(pool).failures.setdefault(user.username, Failures())
    now = clock.now().timestamp()
    if now < failures.locked_until:
        raise not_authorized("Password attempts exceeded")
    if user.password == password and password is not None:
        failures.count = 0
        return
    if now - failures.last >= _LONGEST_WAIT:
        failures.count = 0
    failures.count, failures.last = failures.count + 1, now
    if failures.count >= _FREE_TRIES:
        failures.locked_until = now + min(2 ** (failures.count - _FREE_TRIES), _LONGEST_WAIT)
    raise not_authorized()


def _against(rule: str) -> Refused:
    return Refused("InvalidPasswordException", f"Password did not conform with policy: {rule}")
