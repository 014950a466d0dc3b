"""The domain of a user pool: signing in by browser, codes and PKCE, tokens for apps, and what ends them."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest
import requests

from course import lab
from tests.lab.apigateway.sample import Api
from tests.lab.cognito.sample import PASSWORD, Pool

HOST = "https://tern.auth.us-east-1.amazoncognito.com"
BACK = "https://app.example.com/back"
WEB = {
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code", "implicit"],
    "AllowedOAuthScopes": ["openid", "email", "shop/read"],
    "CallbackURLs": [BACK],
    "LogoutURLs": ["https://app.example.com/bye"],
}
VERIFIER = "a-long-word-that-only-the-app-knows-0123456789abc"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture
def pool():
    made = Pool(client=WEB).member()
    made.api.create_user_pool_domain(UserPoolId=made.id, Domain="tern")
    return made


def asked(pool, **more):
    query = {"client_id": pool.client, "response_type": "code", "redirect_uri": BACK, "scope": "openid email"}
    return urlencode({**query, "state": "s-1", **more})


def sign_in(pool, password=PASSWORD, **more):
    form = urlencode({"username": "ana", "password": password})
    return lab.http("POST", f"{HOST}/login?{asked(pool, **more)}", body=form)


def code_from(answer):
    assert answer.status == 302, answer
    address = urlsplit(answer.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == BACK
    return parse_qs(address.query)["code"][0]


def exchange(**form):
    return requests.post(f"{HOST}/oauth2/token", data=form, timeout=5)


def by_code(pool, code, **more):
    form = {"grant_type": "authorization_code", "client_id": pool.client, "redirect_uri": BACK, **more}
    return exchange(code=code, **form)


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def error(answer):
    return answer.status_code, answer.json()["error"]


def test_a_browser_signs_in_and_the_app_gets_tokens_for_its_code(pool):
    first = lab.http("GET", f"{HOST}/oauth2/authorize?{asked(pool)}")
    assert first.status == 302 and first.headers["Location"].startswith(f"{HOST}/login?")
    assert "password" in lab.http("GET", first.headers["Location"]).body
    answer = sign_in(pool, nonce="n-7")
    assert "state=s-1" in answer.headers["Location"]
    told = by_code(pool, code_from(answer)).json()
    assert set(told) == {"access_token", "id_token", "refresh_token", "expires_in", "token_type"}
    identity, access = claims(told["id_token"]), claims(told["access_token"])
    assert (identity["email"], identity["nonce"], identity["aud"]) == ("ana@example.com", "n-7", pool.client)
    assert (access["scope"], access["username"], access["token_use"]) == ("openid email", "ana", "access")


def test_a_code_counts_once_for_five_minutes_and_at_its_address(pool):
    code = code_from(sign_in(pool))
    assert by_code(pool, code).status_code == 200
    assert error(by_code(pool, code)) == (400, "invalid_grant")
    assert error(by_code(pool, code_from(sign_in(pool)), redirect_uri=f"{BACK}2")) == (400, "invalid_grant")
    late = code_from(sign_in(pool))
    lab.clock.advance(minutes=5, seconds=1)
    assert error(by_code(pool, late)) == (400, "invalid_grant")


def test_a_stolen_code_is_worth_nothing_without_the_verifier(pool):
    proof = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    for stolen in ({}, {"code_verifier": "guess" * 10}):
        assert error(by_code(pool, code_from(sign_in(pool, **proof)), **stolen)) == (400, "invalid_grant")
    assert by_code(pool, code_from(sign_in(pool, **proof)), code_verifier=VERIFIER).status_code == 200
    plain = lab.http("GET", f"{HOST}/oauth2/authorize?{asked(pool, code_challenge=VERIFIER)}")
    assert "error=invalid_request" in plain.headers["Location"]


def test_a_wrong_password_leads_back_to_the_page(pool):
    answer = sign_in(pool, password="Wrong-horse-1")
    assert answer.status == 200 and "Incorrect username or password." in answer.body


@pytest.mark.parametrize(
    ("change", "where", "word"),
    [({"redirect_uri": "https://evil.example.com"}, f"{HOST}/error", "redirect_mismatch"),
     ({"client_id": "nobody"}, f"{HOST}/error", "invalid_client"),
     ({"response_type": "magic"}, BACK, "invalid_request"), ({"scope": "openid shop/write"}, BACK, "invalid_scope")],
)  # fmt: skip
def test_what_an_app_may_not_ask_for(pool, change, where, word):
    for path in ("/oauth2/authorize", "/login"):
        location = lab.http("GET", f"{HOST}{path}?{asked(pool, **change)}").headers["Location"]
        assert location.startswith(f"{where}?error={word}")


def test_without_openid_there_is_no_id_token(pool):
    told = by_code(pool, code_from(sign_in(pool, scope="shop/read"))).json()
    assert "id_token" not in told and claims(told["access_token"])["scope"] == "shop/read"


def test_a_refresh_keeps_the_scopes_and_ends_with_revocation(pool):
    told = by_code(pool, code_from(sign_in(pool, scope="openid shop/read"))).json()
    again = {"grant_type": "refresh_token", "client_id": pool.client, "refresh_token": told["refresh_token"]}
    new = exchange(**again).json()
    assert claims(new["access_token"])["scope"] == "openid shop/read" and "refresh_token" not in new
    lab.clock.advance(minutes=61)
    asks = {"headers": {"Authorization": f"Bearer {told['access_token']}"}, "timeout": 5}
    assert requests.get(f"{HOST}/oauth2/userInfo", **asks).status_code == 401
    form = {"client_id": pool.client, "token": told["refresh_token"]}
    assert requests.post(f"{HOST}/oauth2/revoke", data=form, timeout=5).status_code == 200
    assert error(exchange(**again)) == (400, "invalid_grant")


def test_the_access_token_opens_user_info_and_not_the_api(pool):
    told = by_code(pool, code_from(sign_in(pool))).json()
    asks = {"headers": {"Authorization": f"Bearer {told['access_token']}"}, "timeout": 5}
    shown = requests.get(f"{HOST}/oauth2/userInfo", **asks).json()
    assert (shown["username"], shown["email"]) == ("ana", "ana@example.com")
    with pytest.raises(pool.api.exceptions.NotAuthorizedException, match="required scopes"):
        pool.api.get_user(AccessToken=told["access_token"])


def test_the_implicit_flow_brings_tokens_behind_the_hash(pool):
    location = sign_in(pool, response_type="token").headers["Location"]
    told = parse_qs(urlsplit(location).fragment)
    assert set(told) == {"access_token", "id_token", "expires_in", "token_type", "state"}


def machine_client(pool):
    pool.api.create_resource_server(UserPoolId=pool.id, Identifier="shop", Name="Shop",
        Scopes=[{"ScopeName": one, "ScopeDescription": one} for one in ("read", "write")])  # fmt: skip
    made = pool.api.create_user_pool_client(
        UserPoolId=pool.id, ClientName="nightly", GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=["shop/read", "shop/write"])  # fmt: skip
    return made["UserPoolClient"]["ClientId"], made["UserPoolClient"]["ClientSecret"]


def test_an_app_without_users_gets_a_token_for_its_secret(pool):
    key = machine_client(pool)
    form = {"grant_type": "client_credentials", "scope": "shop/read"}
    told = requests.post(f"{HOST}/oauth2/token", data=form, auth=key, timeout=5).json()
    assert set(told) == {"access_token", "expires_in", "token_type"}
    said = claims(told["access_token"])
    assert (said["scope"], said["sub"], said["client_id"]) == ("shop/read", key[0], key[0])
    whole = exchange(client_id=key[0], client_secret=key[1], grant_type="client_credentials").json()
    assert claims(whole["access_token"])["scope"] == "shop/read shop/write"
    form["scope"] = "shop/none"
    assert error(requests.post(f"{HOST}/oauth2/token", data=form, auth=key, timeout=5)) == (400, "invalid_scope")


def test_clients_prove_who_they_are(pool):
    key = machine_client(pool)
    assert error(exchange(grant_type="client_credentials", client_id=key[0])) == (400, "invalid_client")
    assert error(exchange(grant_type="client_credentials", client_id="x", client_secret="y")) == (400, "invalid_client")
    assert error(exchange(grant_type="client_credentials", client_id=pool.client)) == (400, "invalid_client")
    wrong = {"client_id": key[0], "client_secret": key[1]}
    code = {"grant_type": "authorization_code", "code": "c", "redirect_uri": BACK}
    assert error(exchange(**code, **wrong)) == (400, "unauthorized_client")
    assert error(exchange(grant_type="password", **wrong)) == (400, "unsupported_grant_type")
    assert error(exchange(client_id=pool.client)) == (400, "invalid_request")


def test_the_tokens_open_a_method_with_scopes(pool):
    key = machine_client(pool)
    api = Api()
    guard = api.client.create_authorizer(restApiId=api.id, name="people", type="COGNITO_USER_POOLS",
        providerARNs=[pool.arn], identitySource="method.request.header.Authorization")["id"]  # fmt: skip
    api.method("GET", "/", authorizationType="COGNITO_USER_POOLS", authorizerId=guard,
               authorizationScopes=["shop/write"]).mock("in")  # fmt: skip
    api.deploy()

    def opens(scope):
        form = {"grant_type": "client_credentials", "scope": scope}
        token = requests.post(f"{HOST}/oauth2/token", data=form, auth=key, timeout=5).json()["access_token"]
        return api.get("/", headers={"Authorization": token}).status

    assert (opens("shop/write"), opens("shop/read")) == (200, 403)


def test_signing_out_leads_to_a_page_of_the_client(pool):
    query = urlencode({"client_id": pool.client, "logout_uri": WEB["LogoutURLs"][0]})
    assert lab.http("GET", f"{HOST}/logout?{query}").headers["Location"] == WEB["LogoutURLs"][0]
    query = urlencode({"client_id": pool.client, "logout_uri": "https://evil.example.com"})
    assert "redirect_mismatch" in lab.http("GET", f"{HOST}/logout?{query}").headers["Location"]


def test_triggers_hear_that_the_page_was_used(pool):
    pool.trigger(
        "PreTokenGeneration",
        'event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"from": event["triggerSource"]}}',
    )
    told = by_code(pool, code_from(sign_in(pool))).json()
    assert claims(told["id_token"])["from"] == "TokenGeneration_HostedAuth"


def test_a_challenge_that_the_page_does_not_know_is_told_in_words(pool):
    pool.api.admin_create_user(UserPoolId=pool.id, Username="bo", TemporaryPassword=PASSWORD)
    form = urlencode({"username": "bo", "password": PASSWORD})
    answer = lab.http("POST", f"{HOST}/login?{asked(pool)}", body=form)
    assert answer.status == 200 and "respond_to_auth_challenge" in answer.body


def test_a_domain_of_nobody_is_not_found_and_one_of_ones_own_answers(pool):
    assert lab.http("GET", "https://other.auth.us-east-1.amazoncognito.com/login").status == 404
    assert lab.http("GET", f"{HOST}/oauth2/nothing").status == 404
    other = Pool(client=WEB)
    certificate = boto3.client("acm").request_certificate(DomainName="login.example.com")["CertificateArn"]
    other.api.create_user_pool_domain(UserPoolId=other.id, Domain="login.example.com",
                                      CustomDomainConfig={"CertificateArn": certificate})  # fmt: skip
    page = lab.http("GET", f"https://login.example.com/login?{asked(other)}")
    assert page.status == 200 and "password" in page.body


def test_the_published_settings_name_the_endpoints(pool):
    address = f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}/.well-known/openid-configuration"
    told = lab.http("GET", address).json()
    assert told["token_endpoint"] == f"{HOST}/oauth2/token"
    assert told["authorization_endpoint"] == f"{HOST}/oauth2/authorize"


@pytest.mark.parametrize(
    ("name", "words"),
    [("tern", "already associated"), ("Tern", "regular expression"), ("a.b", "regular expression"),
     ("my-cognito", "reserved word: cognito")],
)  # fmt: skip
def test_domains_that_cannot_be_had(pool, name, words):
    other = Pool(client=WEB)
    with pytest.raises(other.api.exceptions.InvalidParameterException, match=words):
        other.api.create_user_pool_domain(UserPoolId=other.id, Domain=name)
