"""What the endpoints of a user pool's domain share: the pool behind a domain, its clients, and OAuth's errors.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from moto.cognitoidp.models import cognitoidp_backends

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.cognito.pools import Ask

_HOST: Final = re.compile(r"(?P<name>[a-z0-9-]+)\.auth\.(?P<region>[a-z0-9-]+)\.amazoncognito\.com")
# A code is exchanged within five minutes.
CODE_SECONDS: Final = 300


class OAuthError(Exception):
    """A request that OAuth refuses: the word for it, and a status."""

    def __init__(self, error: str, status: int = 400, description: str = "") -> None:
        super().__init__(error)
        self.error, self.status, self.description = error, status, description


@dataclass
class Code:
    """What a browser brings back from signing in: good for one exchange."""

    client_id: str
    username: str
    redirect_uri: str
    scopes: str
    until: float
    challenge: str = ""
    nonce: str = ""


def is_domain(host: str) -> bool:
    """Whether a host name is one of user pools' own."""
    return bool(_HOST.fullmatch(host.lower()))


def pool_at(host: str) -> Any | None:
    """The pool with this domain: a prefix of Cognito's, or a domain of one's own."""
    found = _HOST.fullmatch(host.lower())
    for account in list(cognitoidp_backends):
        for region, backend in list(cognitoidp_backends[account].items()):
            for domain in backend.user_pool_domains.values():
                own = bool(domain.custom_domain_config)
                if (own and domain.domain == host.lower()) or (
                    found and not own and (domain.domain, region) == (found["name"], found["region"])
                ):
                    return backend.user_pools.get(domain.user_pool_id)
    return None


def domain_of(pool_id: str) -> str:
    """The host name of a pool's domain; empty if it has none."""
    for account in list(cognitoidp_backends):
        for region, backend in list(cognitoidp_backends[account].items()):
            for domain in backend.user_pool_domains.values():
                if domain.user_pool_id == pool_id:
                    own = bool(domain.custom_domain_config)
                    return str(domain.domain if own else f"{domain.domain}.auth.{region}.amazoncognito.com")
    return ""


def form_of(sent: Sent) -> dict[str, str]:
    """The fields of a form in the body."""
    return {name: values[0] for name, values in parse_qs(sent.text, keep_blank_values=True).items()}


def query_of(sent: Sent) -> dict[str, str]:
    """The parameters of the query."""
    return {name: values[0] for name, values in sent.parameters.items()}


def client_of(pool: Any, sent: Sent, form: dict[str, str]) -> Ask:
    """The client that calls; one with a secret proves that it knows it, in the header or in the body."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    kind, _, coded = (sent.headers.get("Authorization") or "").partition(" ")
    if kind.lower() == "basic":
        try:
            named, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise OAuthError("invalid_client") from None
        if client_id and client_id != named:
            raise OAuthError("invalid_client")
        client_id = named
    if not client_id:
        raise OAuthError("invalid_request")
    client = pool.clients.get(client_id)
    if client is None or (client.secret if client.generate_secret else "") != secret:
        raise OAuthError("invalid_client")
    return Ask({}, pool, client)


def may(ask: Ask, flow: str) -> bool:
    """Whether the client is set up for this flow."""
    config = ask.client.extended_config
    return bool(config.get("AllowedOAuthFlowsUserPoolClient")) and flow in (config.get("AllowedOAuthFlows") or ())


def scopes_of(ask: Ask, wanted: str) -> str:
    """The scopes that are given: those that were asked for, or all that the client may have."""
    allowed = list(ask.client.extended_config.get("AllowedOAuthScopes") or ())
    asked = wanted.split() or allowed
    if not asked or not set(asked) <= set(allowed):
        raise OAuthError("invalid_scope")
    return " ".join(dict.fromkeys(asked))


def as_json(status: int, said: dict[str, Any]) -> Answer:
    """An answer in JSON that nobody may keep."""
    content = json.dumps(said).encode()
    headers = Headers({"Content-Type": "application/json;charset=UTF-8", "Cache-Control": "no-store"})
    headers["Content-Length"] = str(len(content))
    return Answer(status, headers, content)


def redirect(address: str) -> Answer:
    """Send the browser somewhere else."""
    return Answer(302, Headers({"Location": address, "Content-Length": "0"}))
