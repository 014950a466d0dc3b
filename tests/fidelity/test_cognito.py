"""Cognito: behaviours of AWS that the lab shows and bare moto does not, each with its source.

What was sent is read from a trigger's log or from the lab's outbox; bare moto sends nothing. KEPT are behaviours that
moto has right by itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from course import lab
from tests.fidelity.behaviour import Behaviour, World, collect
from tests.fidelity.test_lambda import client as functions
from tests.fidelity.test_lambda import make

_GUIDE = "https://docs.aws.amazon.com/cognito/latest/developerguide"
_PASSWORD = "Right-horse-1"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED, _GUIDE)
kept = collect(KEPT, _GUIDE)


class Users:
    """A user pool with one client."""

    def __init__(self, client: dict[str, Any] | None = None) -> None:
        self.api = boto3.client("cognito-idp", region_name="us-east-1")
        made = self.api.create_user_pool(PoolName="p", AutoVerifiedAttributes=["email"])["UserPool"]
        self.id, self.arn = made["Id"], made["Arn"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH"]
        told = {"ClientName": "c", "ExplicitAuthFlows": flows, **(client or {})}
        self.client = self.api.create_user_pool_client(UserPoolId=self.id, **told)["UserPoolClient"]["ClientId"]
        self.told = {"ClientId": self.client, "Username": "ana"}

    def trigger(self, name: str, body: str, **more: Any) -> Users:
        arn = make(f"def handler(event, context):\n    {body}\n    return event", name=name)
        functions().add_permission(FunctionName=name, StatementId="s", Action="lambda:InvokeFunction",
                                   Principal="cognito-idp.amazonaws.com", SourceArn=self.arn)  # fmt: skip
        config = {f"{name}Config": {"LambdaArn": arn, **more}} if more else {name: arn}
        self.api.update_user_pool(UserPoolId=self.id, LambdaConfig=config, AutoVerifiedAttributes=["email"])
        return self

    def sign_up(self, password: str = _PASSWORD) -> Any:
        email = [{"Name": "email", "Value": "ana@example.com"}]
        return self.api.sign_up(**self.told, Password=password, UserAttributes=email)

    def member(self) -> Users:
        self.sign_up()
        self.api.admin_confirm_sign_up(UserPoolId=self.id, Username="ana")
        return self

    def sign_in(self, name: str = "ana", password: str = _PASSWORD, flow: str = "USER_PASSWORD_AUTH") -> Any:
        told = {"USERNAME": name, "PASSWORD": password}
        return self.api.initiate_auth(ClientId=self.client, AuthFlow=flow, AuthParameters=told)

    def tokens(self) -> Any:
        return self.sign_in()["AuthenticationResult"]

    def refresh(self, token: str) -> Any:
        told = {"REFRESH_TOKEN": token}
        return self.api.initiate_auth(ClientId=self.client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=told)


def claims(token: str) -> Any:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def refusal(call: Callable[..., Any], *args: Any, **told: Any) -> str:
    try:
        call(*args, **told)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def other(code: str) -> str:
    return "000000" if code != "000000" else "111111"


@behaviour("signing-up-users-in-your-app.html")
def a_wrong_confirmation_code_confirms_nobody(world: World) -> bool:
    users = Users()
    users.sign_up()
    sent = lab.outbox()
    wrong = other(sent[-1].code) if sent else "000000"
    return refusal(users.api.confirm_sign_up, **users.told, ConfirmationCode=wrong) == "CodeMismatchException"


@behaviour("quotas.html")
def a_confirmation_code_expires_after_a_day(world: World) -> bool:
    users = Users()
    users.sign_up()
    code = lab.outbox()[-1].code
    world.advance(86_401)
    return refusal(users.api.confirm_sign_up, **users.told, ConfirmationCode=code) == "ExpiredCodeException"


@behaviour("managing-users-passwords.html")
def a_wrong_reset_code_sets_no_password(world: World) -> bool:
    users = Users().member()
    proved = [{"Name": "email_verified", "Value": "true"}]
    users.api.admin_update_user_attributes(UserPoolId=users.id, Username="ana", UserAttributes=proved)
    users.api.forgot_password(**users.told)
    sent = lab.outbox()
    told = {**users.told, "Password": "Other-horse-1", "ConfirmationCode": other(sent[-1].code) if sent else "000000"}
    return refusal(users.api.confirm_forgot_password, **told) == "CodeMismatchException"


@behaviour("cognito-user-pool-managing-errors.html")
def a_client_can_hide_who_is_in_the_pool(world: World) -> bool:
    users = Users(client={"PreventUserExistenceErrors": "ENABLED"})
    return refusal(users.sign_in, "nobody") == "NotAuthorizedException"


@behaviour("authentication.html")
def five_wrong_passwords_lock_for_a_second(world: World) -> bool:
    users = Users().member()
    for _ in range(5):
        refusal(users.sign_in, "ana", "Wrong-horse-1")
    return refusal(users.sign_in) == "NotAuthorizedException"


@behaviour("amazon-cognito-user-pools-authentication-flow-methods.html")
def a_flow_has_to_be_enabled_for_the_client(world: World) -> bool:
    users = Users(client={"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}).member()
    return refusal(users.sign_in) == "InvalidParameterException"


@behaviour("amazon-cognito-user-pools-using-the-access-token.html")
def an_access_token_expires(world: World) -> bool:
    users = Users().member()
    token = users.tokens()["AccessToken"]
    world.advance(3600)
    return refusal(users.api.get_user, AccessToken=token) == "NotAuthorizedException"


@behaviour("amazon-cognito-user-pools-using-tokens-with-identity-providers.html")
def the_client_sets_the_life_of_its_tokens(world: World) -> bool:
    units = {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"}
    users = Users(client={"AccessTokenValidity": 10, "IdTokenValidity": 20, "TokenValidityUnits": units}).member()
    given = users.tokens()
    identity = claims(given["IdToken"])
    return bool(given["ExpiresIn"] == 600 and identity["exp"] - identity["iat"] == 1200)


@behaviour("amazon-cognito-user-pools-using-the-refresh-token.html")
def a_refresh_token_expires(world: World) -> bool:
    users = Users(client={"RefreshTokenValidity": 1}).member()
    token = users.tokens()["RefreshToken"]
    world.advance(86_400)
    return refusal(users.refresh, token) == "NotAuthorizedException"


def _domain(**settings: Any) -> Users:
    back = {"CallbackURLs": ["https://app.example.com"], "AllowedOAuthFlowsUserPoolClient": True}
    users = Users(client={**back, **settings})
    users.api.create_user_pool_domain(UserPoolId=users.id, Domain="tern")
    return users


@behaviour("token-endpoint.html")
def an_app_gets_a_token_for_its_secret(world: World) -> bool:
    users = _domain(GenerateSecret=True, AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=["shop/read"])
    secret = users.api.describe_user_pool_client(UserPoolId=users.id, ClientId=users.client)["UserPoolClient"]
    url, key = "https://tern.auth.us-east-1.amazoncognito.com/oauth2/token", (users.client, secret["ClientSecret"])
    asked = requests.post(url, timeout=5, data={"grant_type": "client_credentials"}, auth=key)
    return bool(claims(asked.json()["access_token"])["scope"] == "shop/read")


@behaviour("authorization-endpoint.html")
def the_domain_sends_the_browser_to_its_sign_in_page(world: World) -> bool:
    users = _domain(AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid"])
    query = f"client_id={users.client}&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fapp.example.com"
    answer = requests.get(f"https://tern.auth.us-east-1.amazoncognito.com/oauth2/authorize?{query}", timeout=5,
                          allow_redirects=False)  # fmt: skip
    return answer.status_code == 302 and "/login?" in answer.headers["Location"]


@kept("amazon-cognito-user-pools-using-the-refresh-token.html")
def a_made_up_refresh_token_is_refused(world: World) -> bool:
    return refusal(Users().refresh, "made-up") == "NotAuthorizedException"


@behaviour("token-revocation.html")
def a_refresh_token_can_be_revoked(world: World) -> bool:
    users = Users().member()
    given = users.tokens()
    users.api.revoke_token(ClientId=users.client, Token=given["RefreshToken"])
    return refusal(users.api.get_user, AccessToken=given["AccessToken"]) == "NotAuthorizedException"


@behaviour("amazon-cognito-user-pools-using-the-id-token.html")
def the_id_token_has_the_users_attributes(world: World) -> bool:
    return bool(claims(Users().member().tokens()["IdToken"]).get("email") == "ana@example.com")


@behaviour("user-pool-lambda-pre-sign-up.html")
def pre_sign_up_can_confirm(world: World) -> bool:
    users = Users().trigger("PreSignUp", "event['response']['autoConfirmUser'] = True")
    return bool(users.sign_up()["UserConfirmed"])


@behaviour("user-pool-lambda-pre-sign-up.html")
def pre_sign_up_can_refuse(world: World) -> bool:
    users = Users().trigger("PreSignUp", "raise Exception('no')")
    return refusal(users.sign_up) == "UserLambdaValidationException"


@behaviour("user-pool-lambda-pre-authentication.html")
def pre_authentication_can_refuse(world: World) -> bool:
    users = Users().member().trigger("PreAuthentication", "raise Exception('no')")
    return refusal(users.sign_in) == "UserLambdaValidationException"


@behaviour("user-pool-lambda-pre-token-generation.html")
def a_trigger_adds_claims_to_the_id_token(world: World) -> bool:
    body = "event['response']['claimsOverrideDetails'] = {'claimsToAddOrOverride': {'plan': 'gold'}}"
    users = Users().member().trigger("PreTokenGeneration", body)
    return bool(claims(users.tokens()["IdToken"])["plan"] == "gold")


@behaviour("user-pool-lambda-pre-token-generation.html")
def in_version_2_also_to_the_access_token(world: World) -> bool:
    body = ("event['response']['claimsAndScopeOverrideDetails'] = "
            "{'accessTokenGeneration': {'scopesToAdd': ['orders/read']}}")  # fmt: skip
    users = Users().member().trigger("PreTokenGeneration", body, LambdaVersion="V2_0")
    return "orders/read" in claims(users.tokens()["AccessToken"])["scope"].split()


@behaviour("user-pool-lambda-migrate-user.html")
def a_trigger_brings_users_from_elsewhere(world: World) -> bool:
    body = ("event['response'].update(userAttributes={'email': 'o@example.com'}, finalUserStatus='CONFIRMED', "
            "messageAction='SUPPRESS')")  # fmt: skip
    users = Users().trigger("UserMigration", body)
    return bool(users.sign_in("ola")["AuthenticationResult"])


@behaviour("user-pool-lambda-challenge.html")
def custom_authentication_needs_its_triggers(world: World) -> bool:
    return refusal(Users().member().sign_in, "ana", _PASSWORD, "CUSTOM_AUTH") == "InvalidParameterException"


@behaviour("user-pool-settings-email-phone-verification.html")
def a_new_address_is_not_proved(world: World) -> bool:
    users = Users().member()
    token = users.tokens()["AccessToken"]
    email = [{"Name": "email", "Value": "new@example.com"}]
    said = users.api.update_user_attributes(AccessToken=token, UserAttributes=email)
    return bool(said["CodeDeliveryDetailsList"][0]["DeliveryMedium"] == "EMAIL")


class Identities:
    """An identity pool on a user pool."""

    def __init__(self, guests: bool = True) -> None:
        self.users = Users().member()
        self.api = boto3.client("cognito-identity", region_name="us-east-1")
        self.provider = f"cognito-idp.us-east-1.amazonaws.com/{self.users.id}"
        login = {"ProviderName": self.provider, "ClientId": self.users.client}
        self.id = self.api.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=guests,
                                                CognitoIdentityProviders=[login])["IdentityPoolId"]  # fmt: skip

    def identity(self, token: str = "") -> str:
        logins = {self.provider: token} if token else {}
        return str(self.api.get_id(IdentityPoolId=self.id, Logins=logins)["IdentityId"])


@behaviour("external-identity-providers.html")
def a_login_has_to_be_right(world: World) -> bool:
    return refusal(Identities().identity, "rubbish") == "NotAuthorizedException"


@behaviour("identity-pools.html")
def a_user_has_one_identity(world: World) -> bool:
    pool = Identities()
    token = pool.users.tokens()["IdToken"]
    return pool.identity(token) == pool.identity(token)


@behaviour("identity-pools.html")
def guests_come_in_only_where_they_are_allowed(world: World) -> bool:
    return refusal(Identities(guests=False).identity) == "NotAuthorizedException"


@behaviour("role-trust-and-permissions.html")
def credentials_are_of_the_pools_role(world: World) -> bool:
    pool = Identities()
    trust = {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
             "Action": "sts:AssumeRoleWithWebIdentity"}  # fmt: skip
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = boto3.client("iam").create_role(RoleName="guest", AssumeRolePolicyDocument=document)
    pool.api.set_identity_pool_roles(IdentityPoolId=pool.id, Roles={"unauthenticated": made["Role"]["Arn"]})
    given = pool.api.get_credentials_for_identity(IdentityId=pool.identity())["Credentials"]
    sts = boto3.client("sts", "us-east-1", aws_access_key_id=given["AccessKeyId"],
                       aws_secret_access_key=given["SecretKey"], aws_session_token=given["SessionToken"])  # fmt: skip
    return ":assumed-role/guest/" in sts.get_caller_identity()["Arn"]


@behaviour("role-trust-and-permissions.html")
def a_pool_without_roles_gives_no_credentials(world: World) -> bool:
    pool = Identities()
    said = refusal(pool.api.get_credentials_for_identity, IdentityId=pool.identity())
    return said == "InvalidIdentityPoolConfigurationException"


@kept("user-pool-settings-policies.html")
def a_weak_password_is_refused(world: World) -> bool:
    return refusal(Users().sign_up, "weak") == "InvalidPasswordException"


@kept("signing-up-users-in-your-app.html")
def who_is_not_confirmed_does_not_get_in(world: World) -> bool:
    users = Users()
    users.sign_up()
    return refusal(users.sign_in) == "UserNotConfirmedException"


@kept("authentication.html")
def a_wrong_password_does_not_get_in(world: World) -> bool:
    return refusal(Users().member().sign_in, "ana", "Wrong-horse-1") == "NotAuthorizedException"


@kept("amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html")
def tokens_name_their_pool_and_client(world: World) -> bool:
    users = Users().member()
    said = claims(users.tokens()["IdToken"])
    return bool(said["iss"].endswith(users.id) and said["aud"] == users.client and said["token_use"] == "id")


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_the_lab_keeps_what_moto_has_right(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_moto_has_it_right(one, in_bare_moto):
    assert one.is_seen(in_bare_moto), one.source
