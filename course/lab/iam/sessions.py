"""Temporary credentials: every set of keys that STS has given out in this account.

Moto hands out constant keys for GetSessionToken and forgets what a session was made with; here each session
keeps its own keys, policies, tags, MFA and end.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.sts.utils import random_session_token

from course.lab import offline
from course.lab.iam.request import ContextValue, PrincipalKind

_STORE = "lab_sessions"  # an attribute of moto's STS backend, so that it goes when the account is emptied


@dataclass(frozen=True)
class Session:
    """One set of temporary credentials and what it stands for."""

    kind: PrincipalKind
    arn: str
    account: str
    issuer_arn: str
    user_id: str
    issued: dt.datetime
    expires: dt.datetime
    policies: tuple[str, ...] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    mfa_at: dt.datetime | None = None
    mfa_known: bool = False
    """GetSessionToken sessions say whether MFA was used; role sessions do so only when they were made by MFA."""
    chained: bool = False
    source_identity: str = ""
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    """Condition keys of the identity provider behind the session, such as cognito-identity.amazonaws.com:sub."""
    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str = ""

    @property
    def credentials(self) -> dict[str, object]:
        """As STS returns them."""
        return {
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key,
            "SessionToken": self.session_token,
            "Expiration": self.expires,
        }


def new_token() -> str:
    """A fresh session token."""
    return random_session_token()


def remember(session: Session) -> Session:
    """Make the session's keys known."""
    _sessions()[session.access_key_id] = session
    return session


def key_into(account: str) -> str:
    """A key id that moto takes for one of this account."""
    if account == DEFAULT_ACCOUNT_ID:
        return offline.ACCESS_KEY_ID
    keys: dict[str, str] = sts_backends[DEFAULT_ACCOUNT_ID]["aws"].__dict__.setdefault("lab_keys_into", {})
    if account not in keys:
        keys[account] = iam_backends[account]["aws"].create_temp_access_key().access_key_id
    return keys[account]


def session_of(access_key_id: str) -> Session | None:
    """The session that these keys belong to."""
    return _sessions().get(access_key_id)


def token_fits(access_key_id: str, token: str) -> bool:
    """Whether the token belongs to these keys; keys that are of no session here need none.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html
    """
    session = session_of(access_key_id)
    return session is None or session.session_token == token


def now() -> dt.datetime:
    """The present moment; the lab's clock moves it."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _sessions() -> dict[str, Session]:
    store = sts_backends[DEFAULT_ACCOUNT_ID]["aws"].__dict__
    found: dict[str, Session] = store.setdefault(_STORE, {})
    return found
