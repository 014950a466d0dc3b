"""Domains of user pools: which names Cognito takes.

The service model's pattern is that of a prefix; a domain of one's own has dots and comes with a certificate.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from moto.cognitoidp.models import cognitoidp_backends

from course.lab.cognito.pools import Ask
from course.lab.cognito.refused import invalid

_PREFIX: Final = re.compile(r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?")
_OWN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_RESERVED: Final = ("aws", "amazon", "cognito")


def check(ask: Ask) -> dict[str, Any] | None:
    """Refuse a domain that cannot be had; otherwise moto makes it."""
    name, own = str(ask.params.get("Domain") or ""), bool(ask.params.get("CustomDomainConfig"))
    pattern = _OWN if own else _PREFIX
    if not pattern.fullmatch(name):
        raise invalid(
            f"1 validation error detected: Value '{name}' at 'domain' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: ^{pattern.pattern}$"
        )
    if not own and (word := next((one for one in _RESERVED if one in name), "")):
        raise invalid(f"Domain cannot contain reserved word: {word}")
    if _is_taken(name, "" if own else ask.pool.region):
        raise invalid("Domain already associated with another user pool.")
    return None


def _is_taken(name: str, region: str) -> bool:
    """A prefix is taken in its Region, a domain of one's own everywhere."""
    return any(
        name in backend.user_pool_domains
        for account in list(cognitoidp_backends)
        for where, backend in list(cognitoidp_backends[account].items())
        if region in ("", where)
    )
