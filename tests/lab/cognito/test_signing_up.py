"""Sign-up: passwords, codes that must be right, and the triggers around them."""

from __future__ import annotations

import boto3
import pytest

from course import lab
from tests.lab.cognito.sample import PASSWORD, Pool, refusal
from tests.lab.lambda_sample import got


def status(pool: Pool, name: str = "ana") -> str:
    return str(pool.api.admin_get_user(UserPoolId=pool.id, Username=name)["UserStatus"])


def attributes(pool: Pool, name: str = "ana") -> dict[str, str]:
    found = pool.api.admin_get_user(UserPoolId=pool.id, Username=name)["UserAttributes"]
    return {one["Name"]: one["Value"] for one in found}


def test_the_code_that_was_sent_confirms_and_proves_the_address():
    pool = Pool()
    said = pool.sign_up()
    assert not said["UserConfirmed"]
    assert said["CodeDeliveryDetails"]["Destination"] == "a***@e***"
    sent = lab.outbox().to("ana@example.com")[-1]
    assert (sent.medium, sent.code in sent.text) == ("EMAIL", True)
    pool.confirm(code=sent.code)
    assert (status(pool), attributes(pool)["email_verified"]) == ("CONFIRMED", "true")


def test_another_code_does_not():
    pool = Pool()
    pool.sign_up()
    wrong = "000000" if lab.outbox()[-1].code != "000000" else "000001"
    assert refusal(pool.confirm, code=wrong)[0] == "CodeMismatchException"
    assert status(pool) == "UNCONFIRMED"


def test_a_code_counts_for_a_day():
    pool = Pool()
    pool.sign_up()
    lab.clock.advance(hours=24, seconds=1)
    assert refusal(pool.confirm)[0] == "ExpiredCodeException"
    pool.api.resend_confirmation_code(ClientId=pool.client, Username="ana")
    pool.confirm()
    assert status(pool) == "CONFIRMED"


def test_a_new_code_makes_the_old_one_void():
    pool = Pool()
    pool.sign_up()
    first = lab.outbox()[-1].code
    while lab.outbox()[-1].code == first:
        pool.api.resend_confirmation_code(ClientId=pool.client, Username="ana")
    assert refusal(pool.confirm, code=first)[0] == "CodeMismatchException"


def test_a_confirmed_user_is_not_confirmed_again():
    pool = Pool().member()
    assert refusal(pool.confirm, code="123456") == (
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    )


@pytest.mark.parametrize(("password", "rule"), [("Short-1", "Password not long enough"),
                                                ("RIGHT-HORSE-1", "Password must have lowercase characters"),
                                                ("right-horse-1", "Password must have uppercase characters"),
                                                ("Right-horse-one", "Password must have numeric characters"),
                                                ("RightHorse1", "Password must have symbol characters")])  # fmt: skip
def test_the_policy_says_what_a_password_lacks(password, rule):
    said = refusal(Pool().sign_up, password=password)
    assert said == ("InvalidPasswordException", f"Password did not conform with policy: {rule}")


def test_a_taken_name_is_refused():
    pool = Pool()
    pool.sign_up()
    assert refusal(pool.sign_up) == ("UsernameExistsException", "User already exists")


def test_signing_up_can_be_left_to_administrators():
    pool = Pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    assert refusal(pool.sign_up)[0] == "NotAuthorizedException"


def test_a_client_with_a_secret_has_to_prove_it():
    pool = Pool(client={"GenerateSecret": True})
    said = refusal(pool.sign_up)
    assert said[0] == "NotAuthorizedException"
    assert "SECRET_HASH was not received" in said[1]


def test_pre_sign_up_can_confirm_and_verify():
    pool = Pool().trigger("PreSignUp", "event['response'].update(autoConfirmUser=True, autoVerifyEmail=True)")
    pool.trigger("PostConfirmation", "")
    assert pool.sign_up(ClientMetadata={"from": "app"})["UserConfirmed"]
    assert (status(pool), attributes(pool)["email_verified"]) == ("CONFIRMED", "true")
    assert len(lab.outbox()) == 0
    asked = got("PreSignUp")[0]
    assert (asked["triggerSource"], asked["userName"]) == ("PreSignUp_SignUp", "ana")
    assert asked["request"]["userAttributes"] == {"email": "ana@example.com"}
    assert asked["request"]["clientMetadata"] == {"from": "app"}
    assert asked["callerContext"]["clientId"] == pool.client
    assert got("PostConfirmation")[0]["triggerSource"] == "PostConfirmation_ConfirmSignUp"


def test_pre_sign_up_can_refuse():
    pool = Pool().trigger("PreSignUp", "raise Exception('Only our own people')")
    assert refusal(pool.sign_up) == (
        "UserLambdaValidationException",
        "PreSignUp failed with error Only our own people.",
    )
    assert pool.api.list_users(UserPoolId=pool.id)["Users"] == []


def test_a_function_without_permission_is_not_run():
    pool = Pool().trigger("PreSignUp", "")
    boto3.client("lambda").remove_permission(FunctionName="PreSignUp", StatementId="pool")
    assert refusal(pool.sign_up) == (
        "UnexpectedLambdaException",
        "PreSignUp invocation failed due to error AccessDeniedException.",
    )


def test_a_function_has_to_give_the_event_back():
    pool = Pool().trigger("PreSignUp", "return None")
    assert refusal(pool.sign_up) == ("InvalidLambdaResponseException", "Unrecognizable lambda output")


def test_post_confirmation_hears_of_the_confirmed_user():
    pool = Pool().trigger("PostConfirmation", "").member()
    asked = got("PostConfirmation")[0]
    assert asked["request"]["userAttributes"]["cognito:user_status"] == "CONFIRMED"
    assert asked["request"]["userAttributes"]["email_verified"] == "true"
    assert pool.tokens()


def test_custom_message_writes_the_mail():
    pool = Pool().trigger(
        "CustomMessage",
        "event['response'].update(emailSubject='Hi', emailMessage='Use ' + event['request']['codeParameter'])",
    )
    pool.sign_up()
    sent = lab.outbox()[-1]
    assert (sent.subject, sent.text) == ("Hi", f"Use {sent.code}")
    assert got("CustomMessage")[0]["triggerSource"] == "CustomMessage_SignUp"
    pool.confirm()


def test_with_hidden_users_nobody_learns_who_is_there():
    pool = Pool(client={"PreventUserExistenceErrors": "ENABLED"})
    assert refusal(pool.confirm, "nobody", "123456")[0] == "ExpiredCodeException"
    said = pool.api.resend_confirmation_code(ClientId=pool.client, Username="nobody")
    assert said["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    assert len(lab.outbox()) == 0
    assert refusal(Pool().confirm, "nobody", "123456")[0] == "UserNotFoundException"


def test_an_invited_user_gets_a_temporary_password_and_has_a_week():
    pool = Pool()
    pool.api.admin_create_user(UserPoolId=pool.id, Username="ben", DesiredDeliveryMediums=["EMAIL"],
                               UserAttributes=[{"Name": "email", "Value": "ben@example.com"}])  # fmt: skip
    sent = lab.outbox().to("ben@example.com")[-1]
    assert "ben" in sent.text
    asked = pool.sign_in("ben", sent.code)
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    told = {"ClientId": pool.client, "ChallengeName": "NEW_PASSWORD_REQUIRED"}
    answer = {"USERNAME": "ben", "NEW_PASSWORD": PASSWORD}
    given = pool.api.respond_to_auth_challenge(**told, Session=asked["Session"], ChallengeResponses=answer)
    assert pool.claims(given["AuthenticationResult"]["IdToken"])["cognito:username"] == "ben"
    pool.api.admin_create_user(UserPoolId=pool.id, Username="eve", TemporaryPassword=PASSWORD)
    lab.clock.advance(days=7, seconds=1)
    assert "Temporary password has expired" in refusal(pool.sign_in, "eve")[1]
