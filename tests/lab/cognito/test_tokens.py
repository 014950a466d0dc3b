"""Tokens: how long they count, how they are taken back, and what the PreTokenGeneration trigger writes into them."""

from __future__ import annotations

import boto3
import pytest

from course import lab
from tests.lab.cognito.sample import Pool, refusal
from tests.lab.lambda_sample import got


def who(pool: Pool, token: str) -> str:
    return str(pool.api.get_user(AccessToken=token)["Username"])


def test_an_access_token_counts_for_an_hour():
    pool = Pool().member()
    token = pool.tokens()["AccessToken"]
    assert who(pool, token) == "ana"
    lab.clock.advance(minutes=60)
    assert refusal(who, pool, token) == ("NotAuthorizedException", "Access Token has expired")


def test_the_client_says_how_long():
    units = {"AccessToken": "minutes", "IdToken": "hours", "RefreshToken": "days"}
    pool = Pool(client={"AccessTokenValidity": 5, "IdTokenValidity": 2, "RefreshTokenValidity": 1,
                        "TokenValidityUnits": units}).member()  # fmt: skip
    given = pool.tokens()
    access, identity = pool.claims(given["AccessToken"]), pool.claims(given["IdToken"])
    assert (given["ExpiresIn"], access["exp"] - access["iat"], identity["exp"] - identity["iat"]) == (300, 300, 7200)
    lab.clock.advance(minutes=5)
    assert refusal(who, pool, given["AccessToken"])[1] == "Access Token has expired"
    assert who(pool, pool.refresh(given["RefreshToken"])["AuthenticationResult"]["AccessToken"]) == "ana"
    lab.clock.advance(days=1)
    assert refusal(pool.refresh, given["RefreshToken"])[1] == "Refresh Token has expired"


def test_a_refresh_keeps_the_time_of_the_sign_in():
    pool = Pool().member()
    first = pool.tokens()
    lab.clock.advance(minutes=30)
    second = pool.refresh(first["RefreshToken"])["AuthenticationResult"]
    assert "RefreshToken" not in second
    before, after = pool.claims(first["IdToken"]), pool.claims(second["IdToken"])
    assert (after["auth_time"], after["origin_jti"]) == (before["auth_time"], before["origin_jti"])
    assert after["iat"] - before["iat"] >= 1800


def test_a_made_up_refresh_token_is_worth_nothing():
    assert refusal(Pool().refresh, "made-up") == ("NotAuthorizedException", "Invalid Refresh Token")


def test_signing_out_everywhere_ends_every_sign_in():
    pool = Pool().member()
    here, there = pool.tokens(), pool.tokens()
    pool.api.global_sign_out(AccessToken=here["AccessToken"])
    assert refusal(pool.refresh, there["RefreshToken"])[1] == "Refresh Token has been revoked"
    assert refusal(who, pool, there["AccessToken"])[1] == "Access Token has been revoked"
    assert pool.claims(there["AccessToken"])  # who only checks the signature does not notice
    assert pool.tokens()


def test_a_revoked_token_takes_its_access_tokens_along_and_no_others():
    pool = Pool().member()
    here, there = pool.tokens(), pool.tokens()
    pool.api.revoke_token(ClientId=pool.client, Token=here["RefreshToken"])
    assert refusal(who, pool, here["AccessToken"])[1] == "Access Token has been revoked"
    assert refusal(pool.refresh, here["RefreshToken"])[1] == "Refresh Token has been revoked"
    assert who(pool, there["AccessToken"]) == "ana"


def test_administrators_sign_users_out():
    pool = Pool().member()
    token = pool.tokens()["AccessToken"]
    pool.api.admin_user_global_sign_out(UserPoolId=pool.id, Username="ana")
    assert refusal(who, pool, token)[0] == "NotAuthorizedException"


def group(pool: Pool, name: str, precedence: int, role: str = "") -> None:
    more = {"RoleArn": f"arn:aws:iam::123456789012:role/{role}"} if role else {}
    pool.api.create_group(UserPoolId=pool.id, GroupName=name, Precedence=precedence, **more)
    pool.api.admin_add_user_to_group(UserPoolId=pool.id, GroupName=name, Username="ana")


def test_groups_stand_in_both_tokens_and_the_best_one_has_the_preferred_role():
    pool = Pool().member()
    group(pool, "staff", 5, "staff")
    group(pool, "admins", 1, "admin")
    given = pool.tokens()
    identity = pool.claims(given["IdToken"])
    assert identity["cognito:groups"] == ["admins", "staff"]
    assert identity["cognito:preferred_role"].endswith("role/admin")
    assert len(identity["cognito:roles"]) == 2
    assert pool.claims(given["AccessToken"])["cognito:groups"] == ["admins", "staff"]


def test_version_1_changes_the_id_token_alone():
    pool = Pool().member()
    pool.trigger(
        "PreTokenGeneration",
        "event['response']['claimsOverrideDetails'] = {\n"
        "    'claimsToAddOrOverride': {'plan': 'gold', 'sub': 'me', 'cognito:username': 'root'},\n"
        "    'claimsToSuppress': ['email']}",
    )
    given = pool.tokens()
    identity, access = pool.claims(given["IdToken"]), pool.claims(given["AccessToken"])
    assert (identity["plan"], "email" in identity, "plan" in access) == ("gold", False, False)
    assert (identity["sub"], identity["cognito:username"]) == (access["sub"], "ana")
    pool.refresh(given["RefreshToken"])
    assert [one["triggerSource"] for one in got("PreTokenGeneration")] == [
        "TokenGeneration_Authentication",
        "TokenGeneration_RefreshTokens",
    ]


def test_version_1_overrides_groups():
    pool = Pool().member()
    group(pool, "staff", 5)
    pool.trigger(
        "PreTokenGeneration",
        "event['response']['claimsOverrideDetails'] = {'groupOverrideDetails': {\n"
        "    'groupsToOverride': event['request']['groupConfiguration']['groupsToOverride'] + ['guests']}}",
    )
    given = pool.tokens()
    assert pool.claims(given["IdToken"])["cognito:groups"] == ["staff", "guests"]


def test_version_2_changes_the_access_token_too():
    pool = Pool().member()
    pool.trigger(
        "PreTokenGeneration",
        "event['response']['claimsAndScopeOverrideDetails'] = {\n"
        "    'idTokenGeneration': {'claimsToAddOrOverride': {'plan': 'gold'}},\n"
        "    'accessTokenGeneration': {'claimsToAddOrOverride': {'tenant': {'id': 7}, 'username': 'root'},\n"
        "        'scopesToAdd': ['orders/read'], 'scopesToSuppress': ['aws.cognito.signin.user.admin']}}",
        key="PreTokenGenerationConfig",
        LambdaVersion="V2_0",
    )
    given = pool.tokens()
    access = pool.claims(given["AccessToken"])
    assert (access["tenant"], access["username"], access["scope"]) == ({"id": 7}, "ana", "orders/read")
    assert pool.claims(given["IdToken"])["plan"] == "gold"
    assert got("PreTokenGeneration")[0]["version"] == "2"
    # Without the scope of the service the token opens nothing of the user's own account.
    assert refusal(who, pool, given["AccessToken"])[1] == "Access Token does not have required scopes"


def test_a_trigger_can_refuse_to_issue_tokens():
    pool = Pool().member().trigger("PreTokenGeneration", "raise Exception('closed today')")
    assert refusal(pool.tokens) == (
        "UserLambdaValidationException",
        "PreTokenGeneration failed with error closed today.",
    )


def test_a_new_address_is_proved_by_a_code():
    pool = Pool().member()
    token = pool.tokens()["AccessToken"]
    told = [{"Name": "email", "Value": "new@example.com"}]
    pool.api.update_user_attributes(AccessToken=token, UserAttributes=told)
    assert pool.claims(pool.tokens()["IdToken"])["email_verified"] is False
    code = lab.outbox().to("new@example.com")[-1].code
    wrong = "000000" if code != "000000" else "111111"
    asked = {"AccessToken": token, "AttributeName": "email"}
    assert refusal(pool.api.verify_user_attribute, **asked, Code=wrong)[0] == "CodeMismatchException"
    pool.api.verify_user_attribute(**asked, Code=code)
    assert pool.claims(pool.tokens()["IdToken"])["email_verified"] is True


def test_a_password_is_changed_by_who_knows_the_old_one():
    pool = Pool().member()
    token = pool.tokens()["AccessToken"]
    told = {"AccessToken": token, "ProposedPassword": "Other-horse-1"}
    assert refusal(pool.api.change_password, **told, PreviousPassword="x")[0] == "NotAuthorizedException"
    pool.api.change_password(**told, PreviousPassword="Right-horse-1")
    assert pool.tokens(password="Other-horse-1")


@pytest.mark.parametrize("ending", ["jwks.json", "openid-configuration"])
def test_the_keys_are_published(ending):
    pool = Pool()
    said = lab.http("GET", f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}/.well-known/{ending}").json()
    assert "keys" in said or said["issuer"].endswith(pool.id)
    assert (
        lab.http("GET", f"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_x/.well-known/{ending}").status == 404
    )


def test_the_outbox_is_empty_in_an_empty_account():
    Pool().sign_up()
    assert len(lab.outbox()) == 1
    lab.reset()
    assert repr(lab.outbox()) == "Nothing was sent."
    assert boto3.client("cognito-idp").list_user_pools(MaxResults=1)["UserPools"] == []
