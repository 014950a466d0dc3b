"""The token endpoint of a user pool's domain, and what is near it: revocation, and who a token is about.

https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
PKCE: https://docs.aws.amazon.com/cognito/latest/developerguide/using-pkce-in-authorization-code.html
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.clock import clock
from course.lab.cognito import issuing
from course.lab.cognito.oauth import OAuthError, as_json, client_of, form_of, may, scopes_of
from course.lab.cognito.pools import Ask, attributes_of, find_user, state_of
from course.lab.cognito.refused import Refused

_NAMES = {"AccessToken": "access_token", "IdToken": "id_token", "RefreshToken": "refresh_token",
          "ExpiresIn": "expires_in", "TokenType": "token_type"}  # fmt: skip


def tokens(pool: Any, sent: Sent) -> Answer:
    """Exchange a code, a refresh token, or a client's secret for tokens."""
    form = form_of(sent)
    grant = form.get("grant_type", "")
    if not grant:
        raise OAuthError("invalid_request")
    ask = client_of(pool, sent, form)
    if grant == "authorization_code":
        return _by_code(ask, form)
    if grant == "refresh_token":
        return _by_refresh(ask, form)
    if grant == "client_credentials":
        return _by_secret(ask, form)
    raise OAuthError("unsupported_grant_type")


def _by_code(ask: Ask, form: dict[str, str]) -> Answer:
    if not may(ask, "code"):
        raise OAuthError("unauthorized_client")
    if not form.get("code") or not form.get("redirect_uri"):
        raise OAuthError("invalid_request")
    code = state_of(ask.pool).oauth_codes.pop(form["code"], None)  # a code counts once, also if the rest is wrong
    if code is None or code.client_id != ask.client_id or code.until <= clock.now().timestamp():
        raise OAuthError("invalid_grant")
    if code.redirect_uri != form["redirect_uri"] or code.challenge != _challenge(form.get("code_verifier", "")):
        raise OAuthError("invalid_grant")
    user = find_user(ask.pool, code.username)
    if user is None or not user.enabled:
        raise OAuthError("invalid_grant")
    return _told(issuing.issue(ask, user, "HostedAuth", scopes=code.scopes, nonce=code.nonce))


def _challenge(verifier: str) -> str:
    """What PKCE keeps of a verifier: its SHA-256 in base64url; empty without one."""
    if not verifier:
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _by_refresh(ask: Ask, form: dict[str, str]) -> Answer:
    if not form.get("refresh_token"):
        raise OAuthError("invalid_request")
    try:
        return _told(issuing.refresh(ask, form["refresh_token"]))
    except Refused:
        raise OAuthError("invalid_grant") from None


def _by_secret(ask: Ask, form: dict[str, str]) -> Answer:
    if not ask.client.generate_secret:
        raise OAuthError("invalid_client")
    if not may(ask, "client_credentials"):
        raise OAuthError("unauthorized_client")
    return _told(issuing.issue_to_client(ask, scopes_of(ask, form.get("scope", ""))))


def _told(result: dict[str, Any]) -> Answer:
    return as_json(200, {_NAMES[name]: value for name, value in result.items()})


def revoke(pool: Any, sent: Sent) -> Answer:
    """Revoke a refresh token and what came from it."""
    form = form_of(sent)
    ask = client_of(pool, sent, form)
    if not form.get("token"):
        raise OAuthError("invalid_request")
    try:
        issuing.revoke(ask, form["token"])
    except Refused as refused:
        known = {"UnsupportedOperationException": "unsupported_token_type", "UnauthorizedException": "invalid_request"}
        raise OAuthError(known.get(refused.code, "invalid_request")) from None
    return Answer(200, Headers({"Content-Length": "0"}))


def user_info(pool: Any, sent: Sent) -> Answer:
    """The attributes of the user of an access token with the scope openid."""
    kind, _, token = (sent.headers.get("Authorization") or "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise OAuthError("invalid_request", 400)
    try:
        whose, user, said = issuing.of_access(token)
    except Refused as refused:
        raise OAuthError("invalid_token", 401, refused.message) from None
    if whose is not pool or "openid" not in str(said.get("scope", "")).split():
        raise OAuthError("invalid_token", 401, "Access token does not contain openid scope")
    return as_json(200, {**attributes_of(user), "sub": user.id, "username": user.username})
