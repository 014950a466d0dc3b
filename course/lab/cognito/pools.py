"""User pools as moto keeps them, and what the lab knows of them beyond moto.

The lab's own state lives on moto's pool and goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.cognitoidp.models import cognitoidp_backends
from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.cognito.refused import Refused, not_authorized, not_found
from course.lab.place import Place


@dataclass
class Session:
    """A sign-in that is under way: who signs in, and which answer is waited for."""

    username: str
    client_id: str
    challenge: str
    until: float
    known: dict[str, Any] = field(default_factory=dict)
    """What the challenge has to remember."""


@dataclass
class Grant:
    """What a sign-in gave: the refresh token, and all tokens that came from it."""

    client_id: str
    username: str
    origin: str
    """The claim origin_jti of its tokens."""
    signed_in: int
    until: float
    revoked: bool = False
    scopes: str = ""
    """What an app asked for at the pool's domain; empty for tokens of the API."""


@dataclass
class PoolState:
    """What the lab keeps for a user pool; the modules that own an entry say what is in it."""

    sessions: dict[str, Session] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)  # refresh token -> grant; issuing.py
    codes: dict[tuple[str, str], Any] = field(default_factory=dict)  # codes.py
    failures: dict[str, Any] = field(default_factory=dict)  # passwords.py
    oauth_codes: dict[str, Any] = field(default_factory=dict)  # oauth.py
    password_set: dict[str, float] = field(default_factory=dict)  # when a temporary password was given out


def state_of(pool: Any) -> PoolState:
    """The lab's own state of a pool."""
    state: PoolState = pool.__dict__.setdefault("lab_state", PoolState())
    return state


@dataclass(frozen=True)
class Ask:
    """One call about a user pool."""

    params: Mapping[str, Any]
    pool: Any
    client: Any = None
    """The app client; None in calls of administrators that name none."""

    @property
    def metadata(self) -> dict[str, str]:
        """What the caller wants triggers to know."""
        return dict(self.params.get("ClientMetadata") or {})

    @property
    def client_id(self) -> str:
        """The app client's id, or what AWS shows to triggers in its place."""
        return str(self.client.id) if self.client else "CLIENT_ID_NOT_APPLICABLE"

    @property
    def hides_users(self) -> bool:
        """Whether answers must not tell who is in the pool."""
        return bool(self.client and self.client.extended_config.get("PreventUserExistenceErrors") == "ENABLED")

    def user(self, name: str) -> Any | None:
        """The user with this name or alias."""
        return find_user(self.pool, name)


def find_user(pool: Any, name: str) -> Any | None:
    """A user by user name, id, or one of the attributes that the pool signs in by.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
    """
    found = pool._get_user(name)
    if found is not None:
        return found
    aliases = pool.extended_config.get("AliasAttributes") or []
    for user in pool.users.values():
        if user.id == name:
            return user
        for alias in aliases:
            verified = user.attribute_lookup.get(f"{alias}_verified", "true" if alias == "preferred_username" else "")
            if user.attribute_lookup.get(alias) == name and str(verified).lower() == "true":
                return user
    return None


def pool_of_client(client_id: str) -> tuple[Any, Any]:
    """The pool and the client with this id, in whatever account; these calls are not signed."""
    for account in list(cognitoidp_backends):
        for backend in list(cognitoidp_backends[account].values()):
            for pool in backend.user_pools.values():
                if client_id in pool.clients:
                    return pool, pool.clients[client_id]
    raise not_found(f"User pool client {client_id} does not exist.")


def pool_named(place: Place, pool_id: str) -> Any:
    """A pool of the caller's account."""
    pool = place.backend("cognito-idp").user_pools.get(pool_id)
    if pool is None:
        raise not_found(f"User pool {pool_id} does not exist.")
    return pool


def pool_of_access_token(token: str) -> Any:
    """The pool that gave out an access token."""
    for account in list(cognitoidp_backends):
        for backend in list(cognitoidp_backends[account].values()):
            for pool in backend.user_pools.values():
                if token in pool.access_tokens:
                    return pool
    raise not_authorized("Invalid Access Token")


def client_in(pool: Any, client_id: str) -> Any:
    """A client of this pool."""
    client = pool.clients.get(client_id)
    if client is None:
        raise not_found(f"User pool client {client_id} does not exist.")
    return client


def open_session(ask: Ask, username: str, challenge: str, **known: Any) -> str:
    """Begin to wait for an answer; it counts for the client's AuthSessionValidity (3 to 15 minutes)."""
    minutes = int(ask.client.extended_config.get("AuthSessionValidity") or 3)
    name = str(mock_random.get_random_hex(120))
    until = clock.now().timestamp() + 60 * minutes
    state_of(ask.pool).sessions[name] = Session(username, ask.client_id, challenge, until, known)
    return name


def session_named(ask: Ask, name: str, challenge: str) -> Session:
    """The sign-in that an answer belongs to; it can be answered once."""
    found = state_of(ask.pool).sessions.pop(name, None)
    if found is None or found.client_id != ask.client_id:
        raise not_authorized("Invalid session for the user.")
    if found.until <= clock.now().timestamp():
        raise not_authorized("Invalid session for the user, session is expired.")
    if found.challenge != challenge:
        raise Refused("InvalidParameterException", f"Challenge {challenge} is not the one that was asked.")
    return found


def attributes_of(user: Any) -> dict[str, str]:
    """The user's attributes as triggers see them, with the status."""
    return {**user.attribute_lookup, "cognito:user_status": status_of(user)}


def status_of(user: Any) -> str:
    """CONFIRMED, UNCONFIRMED, FORCE_CHANGE_PASSWORD or RESET_REQUIRED."""
    return str(getattr(user.status, "value", user.status))


def set_attributes(user: Any, **values: str) -> None:
    """Write attributes of a user."""
    user.update_attributes([{"Name": name, "Value": value} for name, value in values.items()])
