"""The classic flow: an identity's OpenID token, and the role that STS gives for it."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from course import lab
from tests.lab.cognito.sample import refusal
from tests.lab.cognito.test_identity_pools import Identities, role_of

ISSUER = "https://cognito-identity.amazonaws.com"


def token_of(pool: Identities, identity: str, logins: dict[str, str] | None = None) -> str:
    return str(pool.api.get_open_id_token(IdentityId=identity, Logins=logins or {})["Token"])


def part_of(token: str, number: int) -> dict[str, Any]:
    part = token.split(".")[number]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def claims_of(token: str) -> dict[str, Any]:
    return part_of(token, 1)


def session_for(token: str, role: str, **more: Any) -> boto3.Session:
    sts = boto3.client("sts", region_name="us-east-1")
    given = sts.assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="app", WebIdentityToken=token, **more)["Credentials"]  # fmt: skip
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], "us-east-1")


def test_the_token_says_who_and_how():
    pool = Identities()
    logins = pool.login()
    member, guest = pool.identity(logins), pool.identity()
    token = token_of(pool, member, logins)
    said = claims_of(token)
    assert part_of(token, 0)["alg"] == "RS512"
    assert (said["iss"], said["aud"], said["sub"]) == (ISSUER, pool.id, member)
    assert said["amr"][:2] == ["authenticated", pool.provider]
    assert said["exp"] - said["iat"] == 600
    assert claims_of(token_of(pool, guest))["amr"] == ["unauthenticated"]


def test_somebody_with_a_login_must_bring_it():
    pool = Identities()
    assert refusal(token_of, pool, pool.identity(pool.login()))[0] == "NotAuthorizedException"


def test_sts_gives_the_role_for_the_token():
    pool = Identities()
    logins = pool.login()
    identity = pool.identity(logins)
    key = [{"AttributeName": "who", "KeyType": "HASH"}]
    boto3.client("dynamodb", region_name="us-east-1").create_table(
        TableName="notes", KeySchema=key, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "who", "AttributeType": "S"}],
    )  # fmt: skip
    with lab.enforce_iam():
        session = session_for(token_of(pool, identity, logins), pool.member)
        assert role_of(session) == "member"
        table = session.resource("dynamodb").Table("notes")
        table.put_item(Item={"who": identity})
        assert refusal(table.get_item, Key={"who": "somebody"})[0] == "AccessDeniedException"


@pytest.mark.parametrize("enforced", [True, False])
def test_the_trust_policy_keeps_guests_out_of_the_members_role(enforced: bool):
    pool = Identities()
    token = token_of(pool, pool.identity())
    if enforced:
        with lab.enforce_iam():
            assert refusal(session_for, token, pool.member)[0] == "AccessDenied"
    else:
        assert refusal(session_for, token, pool.member)[0] == "AccessDenied"
    assert role_of(session_for(token, pool.guest)) == "guest"


def test_a_forged_token_gets_nothing():
    pool = Identities()
    token = token_of(pool, pool.identity())
    said = claims_of(token) | {"amr": ["authenticated"]}
    thief = RSAKey.generate_key(2048)
    forged = jwt.encode(part_of(token, 0), said, thief, algorithms=["RS512"])
    assert refusal(session_for, forged, pool.member)[0] == "InvalidIdentityToken"


def test_the_token_counts_for_ten_minutes():
    pool = Identities()
    token = token_of(pool, pool.identity())
    lab.clock.advance(minutes=10)
    assert refusal(session_for, token, pool.guest)[0] == "ExpiredTokenException"


def test_a_session_is_no_longer_than_the_role_allows():
    pool = Identities()
    token = token_of(pool, pool.identity())
    assert refusal(session_for, token, pool.guest, DurationSeconds=7200)[0] == "ValidationError"
    assert role_of(session_for(token, pool.guest, DurationSeconds=900)) == "guest"


def test_the_classic_flow_can_be_switched_off():
    pool = Identities()
    identity = pool.identity()
    told = pool.api.describe_identity_pool(IdentityPoolId=pool.id)
    del told["ResponseMetadata"]
    assert pool.api.update_identity_pool(**{**told, "AllowClassicFlow": False})["AllowClassicFlow"] is False
    code, message = refusal(token_of, pool, identity)
    assert (code, "use enhanced flow" in message) == ("InvalidParameterException", True)
    assert pool.session(identity)


def test_role_mappings_leave_no_choice_of_a_role():
    pool = Identities()
    identity = pool.identity()
    pool.mapped(Type="Token", AmbiguousRoleResolution="AuthenticatedRole")
    code, message = refusal(token_of, pool, identity)
    assert (code, "RoleMappings" in message) == ("InvalidParameterException", True)
