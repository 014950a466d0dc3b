"""The pages of a user pool's domain: where an app sends a browser to sign in, and where it signs out.

The lab's page is one form; it knows no second factor and no other identity providers.
https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
https://docs.aws.amazon.com/cognito/latest/developerguide/login-endpoint.html
https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
"""

from __future__ import annotations

import html
from typing import Any, Final
from urllib.parse import urlencode

from moto.moto_api._internal import mock_random

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.clock import clock
from course.lab.cognito import issuing, mfa, passwords, signing_in, triggers
from course.lab.cognito.oauth import CODE_SECONDS, Code, OAuthError, form_of, may, query_of, redirect, scopes_of
from course.lab.cognito.pools import Ask, attributes_of, state_of, status_of
from course.lab.cognito.refused import Refused, no_such_user, not_authorized

_FLOWS: Final = {"code": "code", "token": "implicit"}
_PAGE: Final = """<!doctype html><title>Sign in</title><p role="alert">{problem}</p>
<form method="post" action="/login?{query}"><label>Username <input name="username"></label>
<label>Password <input name="password" type="password"></label><button>Sign in</button></form>
"""


def authorize(pool: Any, sent: Sent) -> Answer:
    """Check what an app asks for, and send the browser on to the page where the user signs in."""
    asked = query_of(sent)
    try:
        _checked(pool, asked)
    except OAuthError as wrong:
        return _refused(pool, sent, asked, wrong)
    return redirect(f"https://{sent.host}/login?{sent.query}")


def login(pool: Any, sent: Sent) -> Answer:
    """The page, and the form that comes back from it: the browser takes a code, or tokens, to the app."""
    asked = query_of(sent)
    try:
        ask, scopes = _checked(pool, asked)
    except OAuthError as wrong:
        return _refused(pool, sent, asked, wrong)
    if sent.method != "POST":
        return _page(sent)
    form = form_of(sent)
    try:
        user = _signed_in(ask, form.get("username", ""), form.get("password", ""))
    except Refused as refused:
        return _page(sent, refused.message)
    if asked["response_type"] == "token":
        return _with_tokens(ask, user, asked, scopes)
    code = str(mock_random.uuid4())
    state_of(pool).oauth_codes[code] = Code(
        ask.client_id, user.username, asked["redirect_uri"], scopes, clock.now().timestamp() + CODE_SECONDS,
        asked.get("code_challenge", ""), asked.get("nonce", ""),
    )  # fmt: skip
    return redirect(_with_query(asked["redirect_uri"], {"code": code}, asked))


def logout(pool: Any, sent: Sent) -> Answer:
    """End the session of the browser, and send it to a page that the client names."""
    asked = query_of(sent)
    client = pool.clients.get(asked.get("client_id", ""))
    if client is None or asked.get("logout_uri") not in (client.extended_config.get("LogoutURLs") or ()):
        return redirect(f"https://{sent.host}/error?{urlencode({'error': 'redirect_mismatch'})}")
    return redirect(asked["logout_uri"])


def _checked(pool: Any, asked: dict[str, str]) -> tuple[Ask, str]:
    client = pool.clients.get(asked.get("client_id", ""))
    if client is None:
        raise OAuthError("invalid_client")
    ask = Ask({}, pool, client)
    if asked.get("redirect_uri") not in (client.extended_config.get("CallbackURLs") or ()):
        raise OAuthError("redirect_mismatch")
    flow = _FLOWS.get(asked.get("response_type", ""))
    if flow is None:
        raise OAuthError("invalid_request")
    if not may(ask, flow):
        raise OAuthError("unauthorized_client")
    if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request")
    return ask, scopes_of(ask, asked.get("scope", ""))


def _refused(pool: Any, sent: Sent, asked: dict[str, str], wrong: OAuthError) -> Answer:
    """The app hears of it at its address, unless client or address are not known."""
    if wrong.error in ("invalid_client", "redirect_mismatch"):
        return redirect(f"https://{sent.host}/error?{urlencode({'error': wrong.error})}")
    return redirect(_with_query(asked["redirect_uri"], {"error": wrong.error}, asked))


def _signed_in(ask: Ask, name: str, password: str) -> Any:
    user = ask.user(name)
    if user is None:
        signing_in.before(ask, None, name)
        raise not_authorized() if ask.hides_users else no_such_user()
    signing_in.before(ask, user, name)
    passwords.check_right(ask.pool, user, password)
    signing_in.check_state(user)
    if status_of(user) == "FORCE_CHANGE_PASSWORD" or mfa.challenge(ask, user):
        raise not_authorized(
            "The lab's page takes a user name and a password alone: answer the challenge of this user with "
            "initiate_auth and respond_to_auth_challenge."
        )
    request = {"userAttributes": attributes_of(user), "newDeviceUsed": False, "clientMetadata": {}}
    triggers.run(ask, "PostAuthentication", "Authentication", user.username, request, {})
    return user


def _with_tokens(ask: Ask, user: Any, asked: dict[str, str], scopes: str) -> Answer:
    """The implicit flow: tokens behind a #, and none to refresh them."""
    found = issuing.issue(ask, user, "HostedAuth", scopes=scopes, nonce=asked.get("nonce", ""))
    told = {"access_token": found["AccessToken"], "expires_in": found["ExpiresIn"], "token_type": "Bearer"}
    if "IdToken" in found:
        told["id_token"] = found["IdToken"]
    if "state" in asked:
        told["state"] = asked["state"]
    return redirect(f"{asked['redirect_uri']}#{urlencode(told)}")


def _with_query(address: str, told: dict[str, str], asked: dict[str, str]) -> str:
    told = told | ({"state": asked["state"]} if "state" in asked else {})
    return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}"


def _page(sent: Sent, problem: str = "") -> Answer:
    content = _PAGE.format(problem=html.escape(problem), query=html.escape(sent.query)).encode()
    headers = Headers({"Content-Type": "text/html;charset=UTF-8", "Content-Length": str(len(content))})
    return Answer(200, headers, content)
