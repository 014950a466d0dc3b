"""Sign-in: passwords, challenges and the triggers that may refuse."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from course import lab
from course.lab.cognito.srp import _N as N
from tests.lab.cognito.sample import FLOWS, PASSWORD, WRONG, Pool, refusal
from tests.lab.lambda_sample import got


def respond(pool: Pool, asked: Any, **answer: str) -> Any:
    return pool.api.respond_to_auth_challenge(
        ClientId=pool.client,
        ChallengeName=asked["ChallengeName"],
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": "ana", **answer},
    )


def test_the_right_password_gives_tokens_that_the_published_keys_verify():
    pool = Pool().member()
    given = pool.tokens()
    access, identity = pool.claims(given["AccessToken"]), pool.claims(given["IdToken"])
    assert (access["token_use"], access["client_id"], access["username"]) == ("access", pool.client, "ana")
    assert (identity["token_use"], identity["aud"], identity["cognito:username"]) == ("id", pool.client, "ana")
    assert (identity["email"], identity["email_verified"]) == ("ana@example.com", True)
    assert identity["sub"] == access["sub"]


def test_a_wrong_password_and_an_unknown_user():
    pool = Pool().member()
    assert refusal(pool.sign_in, password="Wrong-horse-1") == WRONG
    assert refusal(pool.sign_in, "nobody")[0] == "UserNotFoundException"
    assert refusal(Pool(client={"PreventUserExistenceErrors": "ENABLED"}).sign_in, "nobody") == WRONG


def test_who_is_not_confirmed_or_disabled_does_not_get_in():
    pool = Pool()
    pool.sign_up()
    assert refusal(pool.sign_in) == ("UserNotConfirmedException", "User is not confirmed.")
    pool.confirm()
    pool.api.admin_disable_user(UserPoolId=pool.id, Username="ana")
    assert refusal(pool.sign_in) == ("NotAuthorizedException", "User is disabled.")


def test_after_five_wrong_passwords_one_has_to_wait():
    pool = Pool().member()
    for _ in range(5):
        assert refusal(pool.sign_in, password="Wrong-horse-1") == WRONG
    assert refusal(pool.sign_in) == ("NotAuthorizedException", "Password attempts exceeded")
    lab.clock.advance(seconds=1)
    assert refusal(pool.sign_in, password="Wrong-horse-1") == WRONG
    lab.clock.advance(seconds=1)
    assert refusal(pool.sign_in)[1] == "Password attempts exceeded"
    lab.clock.advance(seconds=1)
    assert pool.tokens()


def test_a_flow_that_the_client_does_not_allow_is_refused():
    pool = Pool(client={"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}).member()
    assert refusal(pool.sign_in) == (
        "InvalidParameterException",
        "USER_PASSWORD_AUTH flow not enabled for this client",
    )


def test_pre_and_post_authentication_hear_of_it_and_the_first_may_refuse():
    pool = Pool().member().trigger("PostAuthentication", "")
    pool.trigger("PreAuthentication", "if event['request']['validationData']: raise Exception('Not from there')")
    pool.tokens()
    assert [got(name)[0]["triggerSource"] for name in ("PreAuthentication", "PostAuthentication")] == [
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
    ]
    said = refusal(pool.sign_in, ClientMetadata={"from": "the moon"})
    assert said == ("UserLambdaValidationException", "PreAuthentication failed with error Not from there.")
    assert len(got("PostAuthentication")) == 1


def test_a_user_moves_in_from_another_directory():
    pool = Pool().trigger(
        "UserMigration",
        "if event['request']['password'] == 'Right-horse-1':\n"
        "    event['response'].update(finalUserStatus='CONFIRMED', messageAction='SUPPRESS',\n"
        "        userAttributes={'email': 'ola@example.com', 'email_verified': 'true'})",
    )
    assert refusal(pool.sign_in, "ola", "Wrong-horse-1")[0] == "UserNotFoundException"
    assert pool.claims(pool.tokens("ola")["IdToken"])["email"] == "ola@example.com"
    assert pool.tokens("ola")
    assert len(got("UserMigration")) == 2  # the second sign-in found the user in the pool


def custom() -> Pool:
    """Whoever knows the word gets in; after two wrong ones nobody."""
    pool = Pool().member()
    pool.trigger("DefineAuthChallenge", "tried = event['request']['session']\n"
                 "said = event['response']\n"
                 "if tried and tried[-1]['challengeResult']: said['issueTokens'] = True\n"
                 "elif len(tried) == 2: said['failAuthentication'] = True\n"
                 "else: said['challengeName'] = 'CUSTOM_CHALLENGE'")  # fmt: skip
    pool.trigger("CreateAuthChallenge", "event['response'].update(publicChallengeParameters={'hint': 'an animal'},\n"
                 "    privateChallengeParameters={'word': 'otter'}, challengeMetadata='WORD')")  # fmt: skip
    return pool.trigger("VerifyAuthChallengeResponse", "asked = event['request']\n"
                        "event['response']['answerCorrect'] = (\n"
                        "    asked['challengeAnswer'] == asked['privateChallengeParameters']['word'])")  # fmt: skip


def begin(pool: Pool) -> Any:
    return pool.api.initiate_auth(
        ClientId=pool.client, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": "ana"}
    )  # fmt: skip


def test_a_challenge_of_ones_own():
    pool = custom()
    asked = begin(pool)
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert asked["ChallengeParameters"]["hint"] == "an animal"
    assert "word" not in asked["ChallengeParameters"]
    asked = respond(pool, asked, ANSWER="badger")
    given = respond(pool, asked, ANSWER="otter")
    assert pool.claims(given["AuthenticationResult"]["AccessToken"])["username"] == "ana"
    so_far = got("DefineAuthChallenge")[-1]["request"]["session"]
    assert [one["challengeResult"] for one in so_far] == [False, True]
    assert so_far[0]["challengeMetadata"] == "WORD"


def test_the_function_says_when_it_is_enough():
    pool = custom()
    asked = respond(pool, begin(pool), ANSWER="badger")
    assert refusal(respond, pool, asked, ANSWER="heron") == WRONG


def test_a_session_counts_once_and_for_three_minutes():
    pool = custom()
    asked = begin(pool)
    respond(pool, asked, ANSWER="badger")
    assert refusal(respond, pool, asked, ANSWER="otter") == (
        "NotAuthorizedException",
        "Invalid session for the user.",
    )
    asked = begin(pool)
    lab.clock.advance(minutes=3)
    assert "session is expired" in refusal(respond, pool, asked, ANSWER="otter")[1]


def test_custom_auth_needs_its_triggers():
    said = refusal(begin, Pool().member())
    assert said == ("InvalidParameterException", "Custom auth lambda trigger is not configured for the user pool.")


def test_a_text_message_with_a_code_is_the_second_factor():
    pool = Pool().member()
    iam = "arn:aws:iam::123456789012:role/sms"
    pool.api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="OPTIONAL",
                                      SmsMfaConfiguration={"SmsConfiguration": {"SnsCallerArn": iam}})  # fmt: skip
    number = [{"Name": "phone_number", "Value": "+4915112345678"}]
    pool.api.admin_update_user_attributes(UserPoolId=pool.id, Username="ana", UserAttributes=number)
    pool.api.admin_set_user_mfa_preference(UserPoolId=pool.id, Username="ana",
                                           SMSMfaSettings={"Enabled": True, "PreferredMfa": True})  # fmt: skip
    asked = pool.sign_in()
    sent = lab.outbox().to("+4915112345678")[-1]
    assert (asked["ChallengeName"], sent.medium) == ("SMS_MFA", "SMS")
    wrong = "000000" if sent.code != "000000" else "111111"
    assert refusal(respond, pool, asked, SMS_MFA_CODE=wrong)[0] == "CodeMismatchException"
    assert respond(pool, asked, SMS_MFA_CODE=sent.code)["AuthenticationResult"]["AccessToken"]


def test_an_authenticator_app_is_the_second_factor():
    pool = Pool().member()
    pool.api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="OPTIONAL",
                                      SoftwareTokenMfaConfiguration={"Enabled": True})  # fmt: skip
    token = pool.tokens()["AccessToken"]
    secret = pool.api.associate_software_token(AccessToken=token)["SecretCode"]

    def code() -> str:
        key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
        made = TOTP(key, 6, SHA1(), 30, enforce_key_length=False)
        return made.generate(int(lab.clock.now().timestamp())).decode()

    bad = refusal(pool.api.verify_software_token, AccessToken=token, UserCode="000000")
    assert bad[0] == "EnableSoftwareTokenMFAException"
    pool.api.verify_software_token(AccessToken=token, UserCode=code())
    pool.api.set_user_mfa_preference(AccessToken=token,
                                     SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})  # fmt: skip
    asked = pool.sign_in()
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert refusal(respond, pool, asked, SOFTWARE_TOKEN_MFA_CODE="000000")[0] == "CodeMismatchException"
    assert respond(pool, pool.sign_in(), SOFTWARE_TOKEN_MFA_CODE=code())["AuthenticationResult"]


def _hex(number: int) -> str:
    text = f"{number:x}"
    text = "0" + text if len(text) % 2 else text
    return "00" + text if text[0] in "89abcdef" else text


def _hash(text: str) -> str:
    return hashlib.sha256(bytes.fromhex(text)).hexdigest()


def srp(pool: Pool, password: str) -> Any:
    """A client of the protocol, as AWS's SDKs for the browser have one."""
    secret = 0x1234567890ABCDEF1234567890ABCDEF
    mine = pow(2, secret, N)
    asked = pool.api.initiate_auth(ClientId=pool.client, AuthFlow="USER_SRP_AUTH",
                                   AuthParameters={"USERNAME": "ana", "SRP_A": f"{mine:x}"})  # fmt: skip
    told = asked["ChallengeParameters"]
    theirs, salt, user = int(told["SRP_B"], 16), int(told["SALT"], 16), told["USER_ID_FOR_SRP"]
    scramble = int(_hash(_hex(mine) + _hex(theirs)), 16)
    name = pool.id.split("_")[1]
    inner = hashlib.sha256(f"{name}{user}:{password}".encode()).hexdigest()
    private = int(_hash(_hex(salt) + inner), 16)
    multiplier = int(_hash(_hex(N) + "02"), 16)
    shared = pow(theirs - multiplier * pow(2, private, N), secret + scramble * private, N)
    first = hmac.new(bytes.fromhex(_hex(scramble)), bytes.fromhex(_hex(shared)), hashlib.sha256).digest()
    key = hmac.new(first, b"Caldera Derived Key\x01", hashlib.sha256).digest()[:16]
    stamp, block = "Sat Nov 21 09:00:00 UTC 2026", told["SECRET_BLOCK"]
    said = name.encode() + user.encode() + base64.b64decode(block) + stamp.encode()
    claim = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    answer = {"USERNAME": user, "TIMESTAMP": stamp, "PASSWORD_CLAIM_SECRET_BLOCK": block,
              "PASSWORD_CLAIM_SIGNATURE": claim}  # fmt: skip
    return pool.api.respond_to_auth_challenge(
        ClientId=pool.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=answer
    )


def test_the_password_can_be_proved_without_sending_it():
    pool = Pool().member()
    assert srp(pool, PASSWORD)["AuthenticationResult"]["IdToken"]
    assert refusal(srp, pool, "Wrong-horse-1") == WRONG


def test_administrators_sign_users_in_too():
    pool = Pool().member()
    told = {"UserPoolId": pool.id, "ClientId": pool.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH"}
    given = pool.api.admin_initiate_auth(**told, AuthParameters={"USERNAME": "ana", "PASSWORD": PASSWORD})
    assert given["AuthenticationResult"]["RefreshToken"]
    assert refusal(pool.api.admin_initiate_auth, **told, AuthParameters={"USERNAME": "ana", "PASSWORD": "x"}) == WRONG
    assert "ALLOW_ADMIN_USER_PASSWORD_AUTH" in FLOWS


def test_a_forgotten_password_is_set_with_the_code_within_an_hour():
    pool = Pool().member()
    pool.api.forgot_password(ClientId=pool.client, Username="ana")
    told = {"ClientId": pool.client, "Username": "ana", "Password": "Other-horse-1"}
    code = lab.outbox()[-1].code
    wrong = "000000" if code != "000000" else "111111"
    assert refusal(pool.api.confirm_forgot_password, **told, ConfirmationCode=wrong)[0] == "CodeMismatchException"
    weak = {**told, "Password": "weak"}
    assert refusal(pool.api.confirm_forgot_password, **weak, ConfirmationCode=code)[0] == "InvalidPasswordException"
    pool.api.confirm_forgot_password(**told, ConfirmationCode=code)
    assert refusal(pool.sign_in) == WRONG
    assert pool.sign_in(password="Other-horse-1")["AuthenticationResult"]
    again = refusal(pool.api.confirm_forgot_password, **told, ConfirmationCode=code)
    assert again[0] == "ExpiredCodeException"
    pool.api.forgot_password(ClientId=pool.client, Username="ana")
    lab.clock.advance(hours=1)
    late = refusal(pool.api.confirm_forgot_password, **told, ConfirmationCode=lab.outbox()[-1].code)
    assert late[0] == "ExpiredCodeException"


def test_without_a_proved_address_a_password_cannot_be_recovered():
    pool = Pool()
    pool.sign_up(email="")
    pool.api.admin_confirm_sign_up(UserPoolId=pool.id, Username="ana")
    told = {"ClientId": pool.client, "Username": "ana"}
    assert refusal(pool.api.forgot_password, **told)[0] == "InvalidParameterException"


def test_a_reset_by_an_administrator_makes_the_password_void():
    pool = Pool().member()
    pool.api.admin_reset_user_password(UserPoolId=pool.id, Username="ana")
    assert refusal(pool.sign_in) == ("PasswordResetRequiredException", "Password reset required for the user")
    pool.api.confirm_forgot_password(ClientId=pool.client, Username="ana", Password=PASSWORD,
                                     ConfirmationCode=lab.outbox()[-1].code)  # fmt: skip
    assert pool.tokens()


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_pools_of_other_regions_work_alike(region):
    api = boto3.client("cognito-idp", region_name=region)
    pool = api.create_user_pool(PoolName="there")["UserPool"]["Id"]
    client = api.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"]["ClientId"]
    api.sign_up(ClientId=client, Username="kim", Password=PASSWORD)
    assert api.admin_get_user(UserPoolId=pool, Username="kim")["UserStatus"] == "UNCONFIRMED"
