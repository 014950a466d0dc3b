"""The secret behind an access key id, for those who check signatures; each service has its own words for why not.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

from typing import Literal

from course.lab import offline
from course.lab.iam import sessions
from course.lab.iam.callers import caller_of

Reason = Literal["expired", "unknown", "token"]


class NoSecret(Exception):
    """A key that proves nothing: its session is over, it is unknown or inactive, or the token is another session's."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def secret_of(key: str, token: str = "") -> str:
    """The secret of a key that counts; raises NoSecret for all others."""
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    problem = caller_of(key).problem
    if problem:
        raise NoSecret("expired" if problem == "expired" else "unknown")
    if key == offline.ACCESS_KEY_ID:
        return offline.SECRET_ACCESS_KEY
    session = sessions.session_of(key)
    if session is not None:
        if session.session_token != token:
            raise NoSecret("token")
        return session.secret_access_key
    for account in list(iam_backends):
        for user in iam_backends[account]["aws"].users.values():
            for one in user.access_keys:
                if one.access_key_id == key:
                    return str(one.secret_access_key)
        assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(key)
        if assumed is not None:
            return str(assumed.secret_access_key)
    raise NoSecret("unknown")
