"""Roles, sessions, boundaries, MFA and other accounts, with IAM enforced."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import boto3
import pytest

from course.lab.iam.mfa import mfa_code
from course.lab.iam.seam import enforce_iam, why

from .conftest import (
    client_with,
    code_of,
    document,
    message_of,
    new_role,
    new_user,
    refused,
    session_of,
    trusting,
)

pytestmark = pytest.mark.usefixtures("account")
_ACCOUNT = "123456789012"


def test_a_session_has_the_permissions_of_its_role() -> None:
    session = session_of(new_role("app", trusting({"AWS": _ACCOUNT}), {"Action": "sqs:ListQueues"}), "batch-7")
    with enforce_iam():
        session("sqs").list_queues()
        error = refused(session("sns").list_topics)
        assert session("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{_ACCOUNT}:assumed-role/app/batch-7"
    assert "User: arn:aws:sts::123456789012:assumed-role/app/batch-7 is not authorized" in message_of(error)


def test_a_session_policy_narrows_the_session() -> None:
    arn = new_role("app", trusting({"AWS": _ACCOUNT}), {})
    narrow = session_of(arn, Policy=document({"Action": "sqs:*"}))
    managed = session_of(arn, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"}])
    with enforce_iam():
        narrow("sqs").list_queues()
        error = refused(narrow("sns").list_topics)
        managed("sqs").list_queues()
        refused(managed("sqs").create_queue, QueueName="q")
    assert "because no session policy allows the SNS:ListTopics action" in message_of(error)


def test_a_boundary_caps_a_role_and_a_user() -> None:
    iam = boto3.client("iam")
    cap = iam.create_policy(PolicyName="cap", PolicyDocument=document({"Action": "s3:*"}))["Policy"]["Arn"]
    session = session_of(new_role("app", trusting({"AWS": _ACCOUNT}), {}, PermissionsBoundary=cap))
    user = new_user("user", {}, PermissionsBoundary=cap)
    later = new_user("later", {})
    with enforce_iam():
        for caller in (session, user):
            caller("s3").list_buckets()
            assert "because no permissions boundary allows" in message_of(refused(caller("sqs").list_queues))
        later("sqs").list_queues()
        iam.put_user_permissions_boundary(UserName="later", PermissionsBoundary=cap)
        refused(later("sqs").list_queues)
        iam.delete_user_permissions_boundary(UserName="later")
        later("sqs").list_queues()
    assert iam.get_user(UserName="user")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == cap


@pytest.mark.parametrize(
    ("trusted", "may_assume", "gets_in"),
    [
        ({"AWS": f"arn:aws:iam::{_ACCOUNT}:user/dana"}, False, True),
        ({"AWS": _ACCOUNT}, True, True),
        ({"AWS": f"arn:aws:iam::{_ACCOUNT}:root"}, True, True),
        ({"AWS": f"arn:aws:iam::{_ACCOUNT}:root"}, False, False),
        ({"AWS": "999999999999"}, True, False),
        ({"Service": "lambda.amazonaws.com"}, True, False),
    ],
)
def test_the_trust_policy_decides_who_may_assume_a_role(trusted: Any, may_assume: bool, gets_in: bool) -> None:
    dana = new_user("dana", {"Action": "sts:AssumeRole"} if may_assume else {"Action": "none:none"})
    arn = new_role("app", trusting(trusted))
    with enforce_iam():
        if gets_in:
            dana("sts").assume_role(RoleArn=arn, RoleSessionName="one-1")
        else:
            error = refused(dana("sts").assume_role, RoleArn=arn, RoleSessionName="one-1")
            assert message_of(error) == (
                f"User: arn:aws:iam::{_ACCOUNT}:user/dana is not authorized to perform: sts:AssumeRole on "
                f"resource: {arn}"
            )


def test_a_missing_or_wrong_external_id_isrefused() -> None:
    dana = new_user("dana", {"Action": "sts:AssumeRole"})
    condition = {"StringEquals": {"sts:ExternalId": "12345"}}
    arn = new_role("partner", trusting({"AWS": _ACCOUNT}, Condition=condition))
    with enforce_iam():
        assume = dana("sts").assume_role
        error = refused(assume, RoleArn=arn, RoleSessionName="one-1")
        refused(assume, RoleArn=arn, RoleSessionName="one-1", ExternalId="54321")
        assume(RoleArn=arn, RoleSessionName="one-1", ExternalId="12345")
    assert "the request carries no sts:ExternalId" in " ".join(why(error).split())


def test_a_role_that_is_not_there_cannot_be_assumed() -> None:
    error = refused(
        boto3.client("sts").assume_role, RoleArn=f"arn:aws:iam::{_ACCOUNT}:role/none", RoleSessionName="one"
    )
    assert code_of(error) == "AccessDenied"


def test_session_tags_need_permission_in_the_trust_policy_too() -> None:
    dana = new_user("dana", {"Action": "sts:*"})
    plain = new_role("plain", trusting({"AWS": f"arn:aws:iam::{_ACCOUNT}:user/dana"}))
    tagging = new_role(
        "tagging", trusting({"AWS": f"arn:aws:iam::{_ACCOUNT}:user/dana"}, Action=["sts:AssumeRole", "sts:TagSession"])
    )
    tags = [{"Key": "team", "Value": "red"}]
    with enforce_iam():
        error = refused(dana("sts").assume_role, RoleArn=plain, RoleSessionName="one-1", Tags=tags)
        dana("sts").assume_role(RoleArn=tagging, RoleSessionName="one-1", Tags=tags)
    assert "sts:TagSession" in message_of(error)


def test_session_tags_count_as_principal_tags() -> None:
    arn = new_role(
        "app",
        trusting({"AWS": _ACCOUNT}),
        {"Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:${aws:PrincipalTag/team}-*"},
    )
    session = session_of(arn, Tags=[{"Key": "team", "Value": "red"}])
    with enforce_iam():
        session("sqs").create_queue(QueueName="red-1")
        refused(session("sqs").create_queue, QueueName="blue-1")


def test_session_durations_have_limits() -> None:
    sts = boto3.client("sts")
    arn = new_role("app", trusting({"AWS": _ACCOUNT}), {}, MaxSessionDuration=7200)
    sts.assume_role(RoleArn=arn, RoleSessionName="one", DurationSeconds=7200)
    error = refused(sts.assume_role, RoleArn=arn, RoleSessionName="one", DurationSeconds=7201)
    assert message_of(error) == "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    chained = session_of(arn)("sts")
    error = refused(chained.assume_role, RoleArn=arn, RoleSessionName="two", DurationSeconds=7200)
    assert "1 hour session limit for roles assumed by role chaining" in message_of(error)
    error = refused(sts.assume_role, RoleArn=arn, RoleSessionName="one", DurationSeconds=43201)
    assert code_of(error) == "ValidationError"


def test_mfa_comes_with_a_session_token() -> None:
    iam = boto3.client("iam")
    sofia = new_user("sofia", {"Action": "sqs:*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}})
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="sofia")["VirtualMFADevice"]
    serial, seed = device["SerialNumber"], device["Base32StringSeed"]
    code = mfa_code(seed)
    iam.enable_mfa_device(UserName="sofia", SerialNumber=serial, AuthenticationCode1=code, AuthenticationCode2=code)
    with enforce_iam():
        refused(sofia("sqs").list_queues)
        without = client_with(sofia("sts").get_session_token()["Credentials"])
        refused(without("sqs").list_queues)
        error = refused(
            sofia("sts").get_session_token, SerialNumber=serial, TokenCode="000000" if code != "000000" else "1" * 6
        )
        assert "invalid MFA one time pass code" in message_of(error)
        session = client_with(
            sofia("sts").get_session_token(SerialNumber=serial, TokenCode=mfa_code(seed))["Credentials"]
        )
        session("sqs").list_queues()
        assert session("sts").get_caller_identity()["Arn"].endswith(":user/sofia")


def test_a_trust_policy_can_ask_for_mfa() -> None:
    iam = boto3.client("iam")
    sofia = new_user("sofia", {"Action": "sts:AssumeRole"})
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="sofia")["VirtualMFADevice"]
    serial, seed = device["SerialNumber"], device["Base32StringSeed"]
    iam.enable_mfa_device(
        UserName="sofia", SerialNumber=serial, AuthenticationCode1="1" * 6, AuthenticationCode2="2" * 6
    )
    arn = new_role("admin", trusting({"AWS": _ACCOUNT}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    with enforce_iam():
        refused(sofia("sts").assume_role, RoleArn=arn, RoleSessionName="one")
        sofia("sts").assume_role(RoleArn=arn, RoleSessionName="one", SerialNumber=serial, TokenCode=mfa_code(seed))


def test_a_federated_user_has_what_user_and_session_policy_share() -> None:
    broker = new_user("broker", {"Action": ["sqs:*", "sts:GetFederationToken"]})
    with enforce_iam():
        token = broker("sts").get_federation_token(
            Name="guest", Policy=document({"Action": ["sqs:ListQueues", "sns:*"]})
        )
        guest = client_with(token["Credentials"])
        guest("sqs").list_queues()
        refused(guest("sqs").create_queue, QueueName="q")
        refused(guest("sns").list_topics)
        assert guest("sts").get_caller_identity()["Arn"].endswith(":federated-user/guest")


@pytest.mark.parametrize("may_pass", [True, False])
def test_handing_a_role_to_a_service_needs_pass_role(may_pass: bool) -> None:
    arn = new_role("machine", trusting({"Service": "states.amazonaws.com"}), {})
    passing = {
        "Action": "iam:PassRole",
        "Resource": arn,
        "Condition": {"StringEquals": {"iam:PassedToService": "states.amazonaws.com"}},
    }
    dana = new_user("dana", {"Action": "states:*"}, *([passing] if may_pass else []))
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    with enforce_iam():
        create = dana("stepfunctions").create_state_machine
        if may_pass:
            create(name="order", definition=definition, roleArn=arn)
        else:
            error = refused(create, name="order", definition=definition, roleArn=arn)
            assert f"is not authorized to perform: iam:PassRole on resource: {arn}" in message_of(error)


# Other accounts ------------------------------------------------------------------------------------------


def _other_account() -> tuple[str, Any]:
    """A second account of the organization, with an administrator in it."""
    organizations = boto3.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    created = organizations.create_account(AccountName="partner", Email="partner@example.com")
    number = created["CreateAccountStatus"]["AccountId"]
    credentials = boto3.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole", RoleSessionName="admin"
    )["Credentials"]
    return number, client_with(credentials)


def test_two_accounts_both_have_to_allow() -> None:
    number, partner = _other_account()
    partner("iam").put_role_policy(
        RoleName="OrganizationAccountAccessRole", PolicyName="all", PolicyDocument=document({})
    )
    url = boto3.client("sqs").create_queue(QueueName="inbox")["QueueUrl"]
    with enforce_iam():
        error = refused(partner("sqs").send_message, QueueUrl=url, MessageBody="x")
        assert "because no resource-based policy allows the sqs:SendMessage action" in message_of(error)
        assert "different accounts" in " ".join(why(error).split())
        boto3.client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": document({"Principal": {"AWS": number}, "Action": "sqs:SendMessage"})}
        )
        partner("sqs").send_message(QueueUrl=url, MessageBody="x")


def test_a_service_control_policy_caps_a_member_account() -> None:
    number, partner = _other_account()
    partner("iam").put_role_policy(
        RoleName="OrganizationAccountAccessRole", PolicyName="all", PolicyDocument=document({})
    )
    organizations = boto3.client("organizations")
    policy = organizations.create_policy(
        Content=document({"Effect": "Deny", "Action": "sqs:*"}),
        Name="no-queues",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
    )["Policy"]["PolicySummary"]["Id"]
    with enforce_iam():
        partner("sqs").list_queues()
        organizations.attach_policy(PolicyId=policy, TargetId=number)
        error = refused(partner("sqs").list_queues)
        boto3.client("sqs").list_queues()
    assert "with an explicit deny in a service control policy" in message_of(error)


# Tokens of identity providers -----------------------------------------------------------------------------


def _token(**claims: Any) -> str:
    """An unsigned token; the lab reads claims and checks no signatures."""

    def packed(part: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    return ".".join([packed({"alg": "none"}), packed(claims), "x"])


def test_a_web_identity_gets_in_when_the_trust_policy_fits_its_claims() -> None:
    issuer = "token.actions.githubusercontent.com"
    boto3.client("iam").create_open_id_connect_provider(Url=f"https://{issuer}", ClientIDList=["sts.amazonaws.com"])
    arn = new_role(
        "deploy",
        trusting(
            {"Federated": f"arn:aws:iam::{_ACCOUNT}:oidc-provider/{issuer}"},
            Action="sts:AssumeRoleWithWebIdentity",
            Condition={
                "StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"},
                "StringLike": {f"{issuer}:sub": "repo:shop/web:*"},
            },
        ),
        {"Action": "s3:*"},
    )
    assume = boto3.client("sts").assume_role_with_web_identity
    claims = {"iss": f"https://{issuer}", "aud": "sts.amazonaws.com", "sub": "repo:shop/web:ref:refs/heads/main"}
    with enforce_iam():
        good = assume(RoleArn=arn, RoleSessionName="build-7", WebIdentityToken=_token(**claims))
        runner = client_with(dict(good["Credentials"]))
        runner("s3").list_buckets()
        refused(runner("sqs").list_queues)
        foreign = _token(**{**claims, "sub": "repo:evil/web:ref:refs/heads/main"})
        error = refused(assume, RoleArn=arn, RoleSessionName="build-8", WebIdentityToken=foreign)
        assert message_of(error) == "Not authorized to perform sts:AssumeRoleWithWebIdentity"
        assert "wants 'repo:shop/web:*'" in " ".join(why(error).split())
        stale = refused(assume, RoleArn=arn, RoleSessionName="build-9", WebIdentityToken=_token(**claims, exp=1))
        assert code_of(stale) == "ExpiredTokenException"
        assert (
            code_of(refused(assume, RoleArn=arn, RoleSessionName="b-10", WebIdentityToken="oops"))
            == "InvalidIdentityToken"
        )


# What services ask before they take a role ----------------------------------------------------------------


@pytest.mark.parametrize("trusted", ["lambda.amazonaws.com", "states.amazonaws.com", "ec2.amazonaws.com"])
def test_a_service_takes_only_a_role_that_trusts_it(trusted: str) -> None:
    arn = new_role("machine", trusting({"Service": trusted}), {})
    dana = new_user("dana", {"Action": ["states:*", "lambda:*"]}, {"Action": "iam:PassRole", "Resource": arn})
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    machine = {"name": "order", "definition": definition, "roleArn": arn}
    function = {
        "FunctionName": "resize",
        "Runtime": "python3.13",
        "Handler": "app.main",
        "Role": arn,
        "Code": {"ZipFile": _zipped("def main(event, context): return 1")},
    }
    with enforce_iam():
        if trusted == "states.amazonaws.com":
            dana("stepfunctions").create_state_machine(**machine)
        else:
            error = refused(dana("stepfunctions").create_state_machine, **machine)
            assert code_of(error) == "AccessDeniedException"
            assert "is authorized to assume the provided role" in message_of(error)
        if trusted == "lambda.amazonaws.com":
            dana("lambda").create_function(**function)
        else:
            error = refused(dana("lambda").create_function, **function)
            assert code_of(error) == "InvalidParameterValueException"
            assert message_of(error) == "The role defined for the function cannot be assumed by Lambda."
            assert "does not name the service lambda.amazonaws.com" in " ".join(why(error).split())


def test_keys_of_a_session_count_only_with_its_token() -> None:
    arn = new_role("app", trusting({"AWS": _ACCOUNT}), {})
    credentials = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="one")["Credentials"]
    other = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="two")["Credentials"]
    half = {**credentials, "SessionToken": None}
    mixed = {**credentials, "SessionToken": other["SessionToken"]}
    with enforce_iam():
        client_with(credentials)("sqs").list_queues()
        for wrong in (half, mixed):
            assert code_of(refused(client_with(wrong)("sqs").list_queues)) == "InvalidClientTokenId"
            assert code_of(refused(client_with(wrong)("dynamodb").list_tables)) == "UnrecognizedClientException"


def _zipped(code: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", code)
    return packed.getvalue()


def test_an_issuer_has_to_be_known_to_the_account_with_its_audience() -> None:
    arn = new_role("deploy", trusting({"Federated": "cognito-identity.amazonaws.com"}), {})
    assume = boto3.client("sts").assume_role_with_web_identity
    claims = {"iss": "https://ci.example.com", "aud": "sts.amazonaws.com", "sub": "job-7"}
    with enforce_iam():
        error = refused(assume, RoleArn=arn, RoleSessionName="one", WebIdentityToken=_token(**claims))
        assert code_of(error) == "InvalidIdentityToken"
        assert message_of(error) == "No OpenIDConnect provider found in your account for https://ci.example.com"
        boto3.client("iam").create_open_id_connect_provider(Url="https://ci.example.com", ClientIDList=["shop"])
        error = refused(assume, RoleArn=arn, RoleSessionName="one", WebIdentityToken=_token(**claims))
    assert (code_of(error), message_of(error)) == ("InvalidIdentityToken", "Incorrect token audience")


# Assertions of SAML providers ------------------------------------------------------------------------------

_SIGN_IN = "https://signin.aws.amazon.com/saml"


def _assertion(*pairs: str, recipient: str = _SIGN_IN, ends: str = "2999-01-01T00:00:00Z") -> str:
    """What a company's identity provider sends, unsigned."""
    values = "".join(f"<saml:AttributeValue>{pair}</saml:AttributeValue>" for pair in pairs)
    named = "https://aws.amazon.com/SAML/Attributes"
    xml = (
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:Assertion>'
        "<saml:Issuer>https://login.example.com</saml:Issuer>"
        "<saml:Subject><saml:NameID>dana</saml:NameID><saml:SubjectConfirmation>"
        f'<saml:SubjectConfirmationData NotOnOrAfter="{ends}" Recipient="{recipient}"/>'
        "</saml:SubjectConfirmation></saml:Subject><saml:AttributeStatement>"
        f'<saml:Attribute Name="{named}/Role">{values}</saml:Attribute>'
        f'<saml:Attribute Name="{named}/RoleSessionName"><saml:AttributeValue>dana@example.com</saml:AttributeValue>'
        "</saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>"
    )
    return base64.b64encode(xml.encode()).decode()


def test_a_saml_assertion_opens_the_roles_it_names_if_they_trust_the_provider() -> None:
    provider = boto3.client("iam").create_saml_provider(SAMLMetadataDocument="x" * 1000, Name="corp")["SAMLProviderArn"]
    trust = {"Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"SAML:aud": _SIGN_IN}}}
    reader = new_role("reader", trusting({"Federated": provider}, **trust), {"Action": "s3:*"})
    closed = new_role("closed", trusting({"AWS": _ACCOUNT}), {})
    assume = boto3.client("sts").assume_role_with_saml
    both = (f"{closed},{provider}", f"{reader},{provider}")
    with enforce_iam():
        good = assume(RoleArn=reader, PrincipalArn=provider, SAMLAssertion=_assertion(*both))
        assert good["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{_ACCOUNT}:assumed-role/reader/dana@example.com"
        dana = client_with(dict(good["Credentials"]))
        dana("s3").list_buckets()
        refused(dana("sqs").list_queues)
        for role, assertion, code in (
            (closed, _assertion(*both), "AccessDenied"),
            (reader, _assertion(f"{closed},{provider}"), "AccessDenied"),
            (reader, _assertion(*both, recipient="https://evil.example.com"), "AccessDenied"),
            (reader, _assertion(*both, ends="2020-01-01T00:00:00Z"), "ExpiredTokenException"),
            (reader, base64.b64encode(b"oops").decode(), "InvalidIdentityToken"),
        ):
            assert code_of(refused(assume, RoleArn=role, PrincipalArn=provider, SAMLAssertion=assertion)) == code
        boto3.client("iam").delete_saml_provider(SAMLProviderArn=provider)
        error = refused(assume, RoleArn=reader, PrincipalArn=provider, SAMLAssertion=_assertion(*both))
        assert code_of(error) == "InvalidIdentityToken"
