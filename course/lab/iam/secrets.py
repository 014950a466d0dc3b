"""The secret behind an access key id, for those who check signatures.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

from course.lab import offline
from course.lab.iam import sessions
from course.lab.iam.callers import caller_of
from course.lab.replies import Reply

_UNKNOWN = "The AWS Access Key Id you provided does not exist in our records."
_INVALID_TOKEN = "The provided token is malformed or otherwise invalid."


def secret_of(key: str, token: str = "") -> str | Reply:
    """The secret, or why there is none that counts: an unknown or inactive key, an expired or wrong token."""
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    problem = caller_of(key).problem
    if problem == "expired":
        return Reply("ExpiredToken", "The provided token has expired.", 400)
    if problem:
        return Reply("InvalidAccessKeyId", _UNKNOWN, 403)
    if key == offline.ACCESS_KEY_ID:
        return offline.SECRET_ACCESS_KEY
    session = sessions.session_of(key)
    if session is not None:
        right = session.session_token == token
        return session.secret_access_key if right else Reply("InvalidToken", _INVALID_TOKEN, 400)
    for account in list(iam_backends):
        for user in iam_backends[account]["aws"].users.values():
            for one in user.access_keys:
                if one.access_key_id == key:
                    return str(one.secret_access_key)
        assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(key)
        if assumed is not None:
            return str(assumed.secret_access_key)
    return Reply("InvalidAccessKeyId", _UNKNOWN, 403)
