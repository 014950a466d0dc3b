"""Identity pools: who gets an identity, which role it has, and what its credentials may do."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from course import lab
from tests.lab.cognito.sample import Pool, refusal

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/notes"
SUB = "${cognito-identity.amazonaws.com:sub}"


class Identities:
    """An identity pool on a user pool, with roles that read the rows of their own identity."""

    def __init__(self, guests: bool = True, check: bool = False) -> None:
        self.users = Pool().member()
        self.api = boto3.client("cognito-identity", region_name="us-east-1")
        self.provider = f"cognito-idp.us-east-1.amazonaws.com/{self.users.id}"
        login = {"ProviderName": self.provider, "ClientId": self.users.client, "ServerSideTokenCheck": check}
        self.id = self.api.create_identity_pool(IdentityPoolName="shop", AllowUnauthenticatedIdentities=guests,
                                                CognitoIdentityProviders=[login])["IdentityPoolId"]  # fmt: skip
        own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]}}
        rows = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": TABLE,
                "Condition": own}  # fmt: skip
        self.member = self.role("member", "authenticated", rows)
        self.guest = self.role("guest", "unauthenticated")
        self.mapped()

    def role(self, name: str, amr: str, *statements: Any) -> str:
        condition = {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": self.id},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
        }
        trust = {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                 "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}  # fmt: skip
        iam = boto3.client("iam")
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        arn = str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=document)
        return arn

    def mapped(self, **mapping: Any) -> None:
        mappings = {f"{self.provider}:{self.users.client}": mapping} if mapping else {}
        self.api.set_identity_pool_roles(
            IdentityPoolId=self.id,
            Roles={"authenticated": self.member, "unauthenticated": self.guest},
            RoleMappings=mappings,
        )

    def login(self, kind: str = "IdToken") -> dict[str, str]:
        return {self.provider: self.users.tokens()[kind]}

    def identity(self, logins: dict[str, str] | None = None) -> str:
        return str(self.api.get_id(IdentityPoolId=self.id, Logins=logins or {})["IdentityId"])

    def session(self, identity: str, logins: dict[str, str] | None = None, **more: Any) -> boto3.Session:
        given = self.api.get_credentials_for_identity(IdentityId=identity, Logins=logins or {}, **more)["Credentials"]
        return boto3.Session(given["AccessKeyId"], given["SecretKey"], given["SessionToken"], "us-east-1")


def role_of(session: boto3.Session) -> str:
    return str(session.client("sts").get_caller_identity()["Arn"]).split("/")[1]


def test_the_same_user_has_the_same_identity_and_guests_are_always_new():
    pool = Identities()
    assert pool.identity(pool.login()) == pool.identity(pool.login())
    assert pool.identity() != pool.identity()
    shown = pool.api.describe_identity(IdentityId=pool.identity(pool.login()))
    assert shown["Logins"] == [pool.provider]


def test_a_token_is_checked_before_it_counts():
    pool = Identities()
    token = pool.users.tokens()["IdToken"]
    head, body, signature = token.split(".")
    forged = f"{head}.{body}.{signature[:-8]}AAAAAAAA"
    assert refusal(pool.identity, {pool.provider: forged})[1] == "Invalid login token. Couldn't verify signed token."
    assert refusal(pool.identity, {pool.provider: "rubbish"})[0] == "NotAuthorizedException"
    assert refusal(pool.identity, pool.login("AccessToken"))[0] == "NotAuthorizedException"
    assert "supported provider" in refusal(pool.identity, {"accounts.google.com": token})[1]
    lab.clock.advance(hours=1)
    assert "Token expired" in refusal(pool.identity, {pool.provider: token})[1]


def test_a_token_for_another_client_does_not_count():
    pool = Identities()
    other = pool.users.api.create_user_pool_client(UserPoolId=pool.users.id, ClientName="other",
                                                   ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])  # fmt: skip
    pool.users.client = other["UserPoolClient"]["ClientId"]
    assert refusal(pool.identity, pool.login())[1] == "Invalid login token. Incorrect token audience."


def test_a_pool_without_guests_wants_a_login():
    pool = Identities(guests=False)
    assert refusal(pool.identity)[1] == "Unauthenticated access is not supported for this identity pool."
    assert pool.identity(pool.login())


def test_members_and_guests_have_their_roles():
    pool = Identities()
    logins = pool.login()
    assert role_of(pool.session(pool.identity(logins), logins)) == "member"
    assert role_of(pool.session(pool.identity())) == "guest"


def test_an_identity_with_a_login_is_not_had_without_it():
    pool = Identities()
    identity = pool.identity(pool.login())
    assert refusal(pool.session, identity) == (
        "NotAuthorizedException",
        f"Access to Identity '{identity}' is forbidden.",
    )
    pool.users.member("ben")
    other = {pool.provider: pool.users.tokens("ben")["IdToken"]}
    assert refusal(pool.session, identity, other)[0] == "NotAuthorizedException"


def test_a_guest_who_signs_in_keeps_the_identity():
    pool = Identities()
    identity, logins = pool.identity(), pool.login()
    assert role_of(pool.session(identity, logins)) == "member"
    assert pool.identity(logins) == identity


def test_a_role_that_does_not_trust_the_pool_gives_no_credentials():
    pool = Identities()
    pool.api.set_identity_pool_roles(IdentityPoolId=pool.id, Roles={"authenticated": pool.guest})
    logins = pool.login()
    identity = pool.identity(logins)
    assert refusal(pool.session, identity, logins)[0] == "InvalidIdentityPoolConfigurationException"
    assert refusal(pool.session, pool.identity())[0] == "InvalidIdentityPoolConfigurationException"


def test_rows_belong_to_their_identity():
    pool = Identities()
    key = [{"AttributeName": "who", "KeyType": "HASH"}]
    boto3.client("dynamodb", region_name="us-east-1").create_table(
        TableName="notes", KeySchema=key, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "who", "AttributeType": "S"}],
    )  # fmt: skip
    logins = pool.login()
    identity = pool.identity(logins)
    table = pool.session(identity, logins).resource("dynamodb").Table("notes")
    guest = pool.session(pool.identity()).resource("dynamodb").Table("notes")
    with lab.enforce_iam():
        table.put_item(Item={"who": identity, "text": "milk"})
        assert table.get_item(Key={"who": identity})["Item"]["text"] == "milk"
        assert refusal(table.get_item, Key={"who": "somebody"})[0] == "AccessDeniedException"
        assert refusal(guest.get_item, Key={"who": identity})[0] == "AccessDeniedException"


def test_credentials_run_out_after_an_hour():
    pool = Identities()
    session = pool.session(pool.identity())
    lab.clock.advance(hours=1)
    with lab.enforce_iam():
        assert refusal(session.client("sqs").list_queues)[0].startswith("ExpiredToken")


def test_the_group_decides_the_role():
    pool = Identities()
    admin = pool.role("admin", "authenticated")
    pool.mapped(Type="Token", AmbiguousRoleResolution="AuthenticatedRole")
    identity = pool.identity(pool.login())
    assert role_of(pool.session(identity, pool.login())) == "member"
    pool.users.api.create_group(UserPoolId=pool.users.id, GroupName="admins", Precedence=1, RoleArn=admin)
    pool.users.api.admin_add_user_to_group(UserPoolId=pool.users.id, GroupName="admins", Username="ana")
    assert role_of(pool.session(identity, pool.login())) == "admin"
    assert refusal(pool.session, identity, pool.login(), CustomRoleArn=pool.member)[0] == "NotAuthorizedException"


@pytest.mark.parametrize(("kind", "value", "role"), [("Equals", "ana@example.com", "staff"),
                                                     ("Contains", "@example.", "staff"),
                                                     ("StartsWith", "ben", ""),
                                                     ("NotEqual", "ben@example.com", "staff")])  # fmt: skip
def test_a_rule_decides_the_role(kind, value, role):
    pool = Identities()
    staff = pool.role("staff", "authenticated")
    rule = {"Claim": "email", "MatchType": kind, "Value": value, "RoleARN": staff}
    pool.mapped(Type="Rules", AmbiguousRoleResolution="Deny", RulesConfiguration={"Rules": [rule]})
    identity, logins = pool.identity(pool.login()), pool.login()
    if role:
        assert role_of(pool.session(identity, logins)) == role
    else:
        assert refusal(pool.session, identity, logins)[0] == "NotAuthorizedException"


def test_the_user_pool_is_asked_whether_the_user_is_still_signed_in():
    pool = Identities(check=True)
    logins = pool.login()
    identity = pool.identity(logins)
    assert pool.session(identity, logins)
    pool.users.api.admin_user_global_sign_out(UserPoolId=pool.users.id, Username="ana")
    assert refusal(pool.session, identity, logins)[0] == "NotAuthorizedException"
