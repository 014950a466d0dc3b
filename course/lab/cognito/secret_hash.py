"""Clients with a secret prove that they know it, by a keyed hash of the user name.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
"""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.utils import check_secret_hash

from course.lab.cognito.pools import Ask
from course.lab.cognito.refused import Refused, not_authorized


def check_secret(ask: Ask, given: Any, username: str) -> None:
    """Refuse a call of a client with a secret that does not prove it."""
    client = ask.client
    if client is None or not client.generate_secret:
        return
    if not given:
        raise not_authorized(f"Client {client.id} is configured with secret but SECRET_HASH was not received")
    if not check_secret_hash(client.secret, client.id, username, str(given)):
        raise not_authorized(f"SecretHash does not match for the client: {client.id}")


def check_client_secret(ask: Ask) -> None:
    """Refuse a call that has to bring the secret itself, as RevokeToken has."""
    client = ask.client
    if client.generate_secret and ask.params.get("ClientSecret") != client.secret:
        raise Refused("UnauthorizedException", "Invalid client secret.")
