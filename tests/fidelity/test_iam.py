"""IAM and STS: behaviours of AWS that the lab shows and bare moto does not, each with its source.

A behaviour is a function that returns whether AWS's behaviour was seen. It runs twice: in the lab (must be seen)
and in bare moto (must not be; an error counts as not seen). When a twin fails, moto has caught up: delete our code.
`kept` are behaviours that moto shows already and the lab must not break.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
import time_machine
from botocore.exceptions import ClientError
from moto import mock_aws, settings

import course.lab.iam.seam as seam  # before the first boto3 session
from course import lab
from tests.fidelity.behaviour import Behaviour, collect

_ACCOUNT = "123456789012"
_DOCS = "https://docs.aws.amazon.com"
_GUIDE = f"{_DOCS}/IAM/latest/UserGuide"


@dataclass(frozen=True)
class World:
    """The lab or bare moto: how permissions are switched on there."""

    enforce: Callable[[], AbstractContextManager[Any]]
    advance: Callable[[int], None]


CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


@pytest.fixture
def in_lab() -> Iterator[World]:
    lab.start()
    lab.reset()
    yield World(seam.enforce_iam, lambda seconds: lab.clock.advance(seconds=seconds))
    lab.stop()


@pytest.fixture
def in_bare_moto() -> Iterator[World]:
    """Moto as it comes; INITIAL_NO_AUTH_ACTION_COUNT is its own switch for permissions."""

    @contextlib.contextmanager
    def enforce() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as switch:
            switch.setattr(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0)
            yield

    def advance(seconds: int) -> None:
        journeys.enter_context(time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)))

    with contextlib.ExitStack() as journeys, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        boto3.DEFAULT_SESSION = None
        with mock_aws():
            yield World(enforce, advance)
        boto3.DEFAULT_SESSION = None


def _ids(behaviours: list[Behaviour]) -> list[Any]:
    return [pytest.param(one, id=one.shows.__name__) for one in behaviours]


# What the behaviours are made of -------------------------------------------------------------------------


def _document(*statements: dict[str, Any]) -> str:
    whole = [{"Effect": "Allow", "Action": "*", "Resource": "*", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": whole})


def _trust(principal: Any, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _user(name: str, *statements: dict[str, Any], **settings: Any) -> Callable[[str], Any]:
    iam = boto3.client("iam")
    iam.create_user(UserName=name, **settings)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=_document(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return _signed(key)


def _signed(key: dict[str, Any]) -> Callable[[str], Any]:
    return lambda service: boto3.client(
        service,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key.get("SessionToken"),
    )


def _role(name: str, trust: str, *statements: dict[str, Any], **settings: Any) -> str:
    iam = boto3.client("iam")
    arn = str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **settings)["Role"]["Arn"])
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_document(*statements))
    return arn


def _session(arn: str, **settings: Any) -> Callable[[str], Any]:
    return _signed(boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="one", **settings)["Credentials"])


def _error(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    """Code and message of the refusal; two empty texts when the call goes through."""
    try:
        call(**params)
    except ClientError as error:
        return str(error.response["Error"].get("Code")), str(error.response["Error"].get("Message"))
    return "", ""


def _works(call: Callable[..., Any], **params: Any) -> bool:
    return _error(call, **params) == ("", "")


def _queue(name: str = "orders") -> str:
    return str(boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"])


_ANYBODY_HERE = {"AWS": f"arn:aws:iam::{_ACCOUNT}:root"}


# Identity policies ---------------------------------------------------------------------------------------


@behaviour(f"{_GUIDE}/reference_policies_elements_condition.html")
def conditions_of_identity_policies_count(world: World) -> bool:
    dana = _user("dana", {"Action": "sqs:*", "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}})
    with world.enforce():
        return _error(dana("sqs").list_queues)[0] == "AccessDenied"


@behaviour(f"{_GUIDE}/reference_policies_elements_resource.html")
def the_resource_of_a_statement_counts_for_parameters(world: World) -> bool:
    for name in ("/app/url", "/other/url"):
        boto3.client("ssm").put_parameter(Name=name, Value="x", Type="String")
    dana = _user("dana", {"Action": "ssm:GetParameter", "Resource": f"arn:aws:ssm:*:{_ACCOUNT}:parameter/app/*"})
    with world.enforce():
        return [_works(dana("ssm").get_parameter, Name=name) for name in ("/app/url", "/other/url")] == [True, False]


@behaviour(f"{_GUIDE}/reference_policies_variables.html")
def policy_variables_are_resolved(world: World) -> bool:
    boto3.client("s3").create_bucket(Bucket="homes")
    dana = _user("dana", {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::homes/${aws:username}/*"})
    with world.enforce():
        return _works(dana("s3").put_object, Bucket="homes", Key="dana/a", Body=b"1")


@behaviour(f"{_GUIDE}/reference_policies_elements_notresource.html")
def not_resource_spares_what_it_names(world: World) -> bool:
    urls = [_queue("public"), _queue("private")]
    _user("dana")
    deny = {"Effect": "Deny", "Action": "sqs:*", "NotResource": "arn:aws:sqs:*:*:public"}
    both = [{"Effect": "Allow", "Action": "*", "Resource": "*"}, deny]
    iam = boto3.client("iam")
    text = json.dumps({"Version": "2012-10-17", "Statement": both})
    iam.put_user_policy(UserName="dana", PolicyName="own", PolicyDocument=text)
    dana = _signed(iam.create_access_key(UserName="dana")["AccessKey"])
    with world.enforce():
        return [_works(dana("sqs").send_message, QueueUrl=url, MessageBody="x") for url in urls] == [True, False]


@behaviour(f"{_GUIDE}/access_tags.html")
def principal_tags_decide(world: World) -> bool:
    url = _queue("red")
    boto3.client("sqs").tag_queue(QueueUrl=url, Tags={"team": "red"})
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    red = _user("red", {"Action": "sqs:*", "Condition": same}, Tags=[{"Key": "team", "Value": "red"}])
    blue = _user("blue", {"Action": "sqs:*", "Condition": same}, Tags=[{"Key": "team", "Value": "blue"}])
    with world.enforce():
        return _works(red("sqs").send_message, QueueUrl=url, MessageBody="x") and not _works(
            blue("sqs").send_message, QueueUrl=url, MessageBody="x"
        )


@behaviour(f"{_DOCS}/amazondynamodb/latest/developerguide/specifying-conditions.html")
def leading_keys_guard_rows(world: World) -> bool:
    boto3.client("dynamodb").create_table(
        TableName="scores",
        KeySchema=[{"AttributeName": "player", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "player", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}
    dana = _user("dana", {"Action": "dynamodb:*", "Condition": own})
    with world.enforce():
        return not _works(dana("dynamodb").put_item, TableName="scores", Item={"player": {"S": "eve"}})


@behaviour(f"{_DOCS}/aws-managed-policy/latest/reference/policy-list.html")
def aws_managed_policies_can_be_attached(world: World) -> bool:
    _user("dana")
    attach = boto3.client("iam").attach_user_policy
    return _works(attach, UserName="dana", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")


# Limits: boundaries, session policies, PassRole ------------------------------------------------------------


@behaviour(f"{_GUIDE}/access_policies_boundaries.html")
def a_boundary_caps_a_role(world: World) -> bool:
    cap = boto3.client("iam").create_policy(PolicyName="cap", PolicyDocument=_document({"Action": "s3:*"}))
    arn = _role("app", _trust(_ANYBODY_HERE), {}, PermissionsBoundary=cap["Policy"]["Arn"])
    session = _session(arn)
    with world.enforce():
        return _works(session("s3").list_buckets) and not _works(session("sqs").list_queues)


@behaviour(f"{_DOCS}/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html")
def a_user_can_have_a_boundary(world: World) -> bool:
    iam = boto3.client("iam")
    cap = iam.create_policy(PolicyName="cap", PolicyDocument=_document({"Action": "s3:*"}))["Policy"]["Arn"]
    _user("dana")
    iam.put_user_permissions_boundary(UserName="dana", PermissionsBoundary=cap)
    return bool(iam.get_user(UserName="dana")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == cap)


@behaviour(f"{_GUIDE}/access_policies.html#policies_session")
def a_session_policy_narrows_a_session(world: World) -> bool:
    session = _session(_role("app", _trust(_ANYBODY_HERE), {}), Policy=_document({"Action": "s3:*"}))
    with world.enforce():
        return _works(session("s3").list_buckets) and not _works(session("sqs").list_queues)


@behaviour(f"{_GUIDE}/id_roles_use_passrole.html")
def passing_a_role_needs_permission(world: World) -> bool:
    arn = _role("machine", _trust({"Service": "states.amazonaws.com"}), {})
    dana = _user("dana", {"Action": "states:*"})
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    with world.enforce():
        create = dana("stepfunctions").create_state_machine
        return "iam:PassRole" in _error(create, name="order", definition=definition, roleArn=arn)[1]


# Resource policies -----------------------------------------------------------------------------------------


@behaviour(f"{_GUIDE}/reference_policies_evaluation-logic_policy-eval-basics.html")
def a_bucket_policy_alone_lets_a_user_in(world: World) -> bool:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    dana = _user("dana")
    named = {"AWS": f"arn:aws:iam::{_ACCOUNT}:user/dana"}
    policy = _document({"Principal": named, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"})
    s3.put_bucket_policy(Bucket="photos", Policy=policy)
    with world.enforce():
        return _works(dana("s3").get_object, Bucket="photos", Key="a")


@behaviour(f"{_DOCS}/AmazonS3/latest/userguide/amazon-s3-policy-keys.html")
def a_conditional_deny_in_a_bucket_policy_is_conditional(world: World) -> bool:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::photos/*",
        "Condition": insecure,
    }
    s3.put_bucket_policy(Bucket="photos", Policy=_document(deny))
    return _works(s3.get_object, Bucket="photos", Key="a")


@behaviour(f"{_DOCS}/AmazonS3/latest/userguide/bucket-policies.html")
def a_broken_bucket_policy_is_refused(world: World) -> bool:
    boto3.client("s3").create_bucket(Bucket="photos")
    return _error(boto3.client("s3").put_bucket_policy, Bucket="photos", Policy="{oops")[0] == "MalformedPolicy"


@behaviour(f"{_DOCS}/AmazonS3/latest/userguide/bucket-policies.html")
def a_bucket_policy_speaks_about_its_own_bucket(world: World) -> bool:
    boto3.client("s3").create_bucket(Bucket="photos")
    policy = _document({"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::other/*"})
    return _error(boto3.client("s3").put_bucket_policy, Bucket="photos", Policy=policy) == (
        "MalformedPolicy",
        "Policy has invalid resource",
    )


@behaviour(f"{_DOCS}/AmazonS3/latest/userguide/access-control-block-public-access.html")
def block_public_policy_refuses_a_public_policy(world: World) -> bool:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="site")
    s3.put_public_access_block(Bucket="site", PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    policy = _document({"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"})
    return _error(s3.put_bucket_policy, Bucket="site", Policy=policy)[0] == "AccessDenied"


@behaviour(f"{_DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-using-identity-based-policies.html")
def a_queue_policy_alone_lets_a_user_in(world: World) -> bool:
    url = _queue()
    dana = _user("dana")
    named = {"AWS": f"arn:aws:iam::{_ACCOUNT}:user/dana"}
    policy = _document({"Principal": named, "Action": "sqs:SendMessage"})
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    with world.enforce():
        return _works(dana("sqs").send_message, QueueUrl=url, MessageBody="x")


@behaviour(f"{_DOCS}/kms/latest/developerguide/key-policies.html")
def a_key_policy_without_the_account_shuts_iam_out(world: World) -> bool:
    _user("owner")
    admin = _user("admin", {"Action": "kms:*"})
    named = {"AWS": f"arn:aws:iam::{_ACCOUNT}:user/owner"}
    key = boto3.client("kms").create_key(
        Policy=_document({"Principal": named, "Action": "kms:*"}), BypassPolicyLockoutSafetyCheck=True
    )
    with world.enforce():
        return not _works(admin("kms").encrypt, KeyId=key["KeyMetadata"]["KeyId"], Plaintext=b"x")


@behaviour(f"{_DOCS}/kms/latest/APIReference/API_PutKeyPolicy.html")
def a_key_policy_may_not_lock_everybody_out(world: World) -> bool:
    policy = _document({"Principal": _ANYBODY_HERE, "Action": "kms:Encrypt"})
    return _error(boto3.client("kms").create_key, Policy=policy)[0] == "MalformedPolicyDocumentException"


@behaviour(f"{_GUIDE}/reference_policies_evaluation-logic-cross-account.html")
def across_accounts_both_sides_have_to_allow(world: World) -> bool:
    organizations = boto3.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    made = organizations.create_account(AccountName="partner", Email="partner@example.com")
    number = made["CreateAccountStatus"]["AccountId"]
    role = f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole"
    partner = _session(role)
    partner("iam").put_role_policy(RoleName=role.split("/")[1], PolicyName="all", PolicyDocument=_document({}))
    url = _queue("inbox")
    policy = _document({"Principal": {"AWS": number}, "Action": "sqs:SendMessage"})
    with world.enforce():
        before = _error(partner("sqs").send_message, QueueUrl=url, MessageBody="x")[0]
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    with world.enforce():
        return before == "AccessDenied" and _works(partner("sqs").send_message, QueueUrl=url, MessageBody="x")


# Trust policies and STS --------------------------------------------------------------------------------------


@behaviour(f"{_GUIDE}/reference_policies_elements_principal.html")
def an_account_in_a_trust_policy_lets_its_users_in(world: World) -> bool:
    dana = _user("dana", {"Action": "sts:AssumeRole"})
    arn = _role("app", _trust(_ANYBODY_HERE))
    with world.enforce():
        return _works(dana("sts").assume_role, RoleArn=arn, RoleSessionName="one")


@behaviour(f"{_GUIDE}/reference_policies_elements_principal.html")
def a_role_for_a_service_refuses_people(world: World) -> bool:
    dana = _user("dana", {"Action": "sts:AssumeRole"})
    arn = _role("app", _trust({"Service": "lambda.amazonaws.com"}))
    with world.enforce():
        return _error(dana("sts").assume_role, RoleArn=arn, RoleSessionName="one")[0] == "AccessDenied"


@behaviour(f"{_GUIDE}/confused-deputy.html")
def a_missing_external_id_is_refused(world: World) -> bool:
    dana = _user("dana", {"Action": "sts:AssumeRole"})
    named = {"AWS": f"arn:aws:iam::{_ACCOUNT}:user/dana"}
    arn = _role("app", _trust(named, Condition={"StringEquals": {"sts:ExternalId": "12345"}}))
    with world.enforce():
        assume = dana("sts").assume_role
        return _works(assume, RoleArn=arn, RoleSessionName="one", ExternalId="12345") and not _works(
            assume, RoleArn=arn, RoleSessionName="one"
        )


@behaviour(f"{_DOCS}/STS/latest/APIReference/API_AssumeRole.html")
def a_role_that_is_not_there_cannot_be_assumed(world: World) -> bool:
    arn = f"arn:aws:iam::{_ACCOUNT}:role/none"
    return _error(boto3.client("sts").assume_role, RoleArn=arn, RoleSessionName="one")[0] == "AccessDenied"


@behaviour(f"{_GUIDE}/id_roles_manage_roles.html")
def a_session_is_not_longer_than_the_role_allows(world: World) -> bool:
    arn = _role("app", _trust(_ANYBODY_HERE))
    assume = boto3.client("sts").assume_role
    return _error(assume, RoleArn=arn, RoleSessionName="one", DurationSeconds=7200)[0] == "ValidationError"


@behaviour(f"{_GUIDE}/id_roles.html#iam-term-role-chaining")
def role_chaining_is_limited_to_an_hour(world: World) -> bool:
    arn = _role("app", _trust(_ANYBODY_HERE), {}, MaxSessionDuration=43200)
    chained = _session(arn)("sts")
    return "1 hour" in _error(chained.assume_role, RoleArn=arn, RoleSessionName="two", DurationSeconds=7200)[1]


@behaviour(f"{_DOCS}/STS/latest/APIReference/API_GetSessionToken.html")
def session_tokens_have_keys_of_their_own(world: World) -> bool:
    dana = _user("dana")
    first, second = (dana("sts").get_session_token()["Credentials"]["AccessKeyId"] for _ in range(2))
    return bool(first != second and first.startswith("ASIA"))


@behaviour(f"{_GUIDE}/id_credentials_mfa_configure-api-require.html")
def a_wrong_mfa_code_is_refused(world: World) -> bool:
    dana = _user("dana")
    iam = boto3.client("iam")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="dana")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="dana", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="234567"
    )
    return _error(dana("sts").get_session_token, SerialNumber=serial, TokenCode="12345x")[0] == "AccessDenied"


@behaviour(f"{_GUIDE}/id_credentials_temp_control-access_getfederationtoken.html")
def a_federated_user_is_limited_by_its_session_policy(world: World) -> bool:
    broker = _user("broker", {})
    token = broker("sts").get_federation_token(Name="guest", Policy=_document({"Action": "s3:*"}))["Credentials"]
    guest = _signed(token)
    with world.enforce():
        return _works(guest("s3").list_buckets) and not _works(guest("sqs").list_queues)


@behaviour(f"{_GUIDE}/id_credentials_temp_use-resources.html")
def temporary_keys_run_out(world: World) -> bool:
    session = _session(_role("app", _trust(_ANYBODY_HERE), {}), DurationSeconds=900)
    world.advance(1000)
    with world.enforce():
        return _error(session("sqs").list_queues)[0] == "ExpiredToken"


@behaviour(f"{_GUIDE}/id_credentials_access-keys.html")
def an_inactive_key_is_refused(world: World) -> bool:
    dana = _user("dana", {})
    iam = boto3.client("iam")
    key = iam.list_access_keys(UserName="dana")["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.update_access_key(UserName="dana", AccessKeyId=key, Status="Inactive")
    with world.enforce():
        return _error(dana("sqs").list_queues)[0] == "InvalidClientTokenId"


@behaviour(f"{_GUIDE}/id_root-user.html")
def the_first_identity_of_an_account_is_root(world: World) -> bool:
    return bool(boto3.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{_ACCOUNT}:root")


# Error codes and words -----------------------------------------------------------------------------------------


@behaviour(f"{_GUIDE}/troubleshoot_access-denied.html")
def a_refusal_says_resource_and_reason(world: World) -> bool:
    dana = _user("dana")
    with world.enforce():
        message = _error(dana("iam").create_user, UserName="eve")[1]
    return message == (
        f"User: arn:aws:iam::{_ACCOUNT}:user/dana is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{_ACCOUNT}:user/eve because no identity-based policy allows the iam:CreateUser action"
    )


@behaviour(f"{_GUIDE}/troubleshoot_access-denied.html")
def an_explicit_deny_is_called_so(world: World) -> bool:
    dana = _user("dana", {}, {"Effect": "Deny", "Action": "iam:*"})
    with world.enforce():
        return "with an explicit deny in an identity-based policy" in _error(dana("iam").list_users)[1]


@behaviour(f"{_DOCS}/AWSEC2/latest/APIReference/errors-overview.html")
def ec2_says_unauthorized_operation_with_an_encoded_message(world: World) -> bool:
    dana = _user("dana")
    with world.enforce():
        code, message = _error(dana("ec2").describe_instances)
    return code == "UnauthorizedOperation" and "Encoded authorization failure message: " in message


@behaviour(f"{_DOCS}/STS/latest/APIReference/API_DecodeAuthorizationMessage.html")
def an_encoded_message_can_be_decoded(world: World) -> bool:
    dana = _user("dana")
    with world.enforce():
        encoded = _error(dana("ec2").describe_instances)[1].rsplit(": ", 1)[1]
    decoded = boto3.client("sts").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"]
    return bool(json.loads(decoded)["context"]["action"] == "ec2:DescribeInstances")


@behaviour(f"{_DOCS}/sns/latest/api/CommonErrors.html")
def sns_says_authorization_error(world: World) -> bool:
    dana = _user("dana")
    with world.enforce():
        return _error(dana("sns").list_topics)[0] == "AuthorizationError"


@behaviour(f"{_DOCS}/amazondynamodb/latest/developerguide/Programming.Errors.html")
def dynamodb_says_access_denied_exception(world: World) -> bool:
    dana = _user("dana")
    with world.enforce():
        return _error(dana("dynamodb").list_tables)[0] == "AccessDeniedException"


@behaviour(f"{_DOCS}/AmazonS3/latest/userguide/troubleshoot-403-errors.html")
def s3_says_what_was_missing(world: World) -> bool:
    boto3.client("s3").create_bucket(Bucket="photos")
    dana = _user("dana")
    with world.enforce():
        return (
            "because no identity-based policy allows the s3:ListBucket action"
            in _error(dana("s3").list_objects_v2, Bucket="photos")[1]
        )


# The simulator ---------------------------------------------------------------------------------------------------


@behaviour(f"{_DOCS}/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html")
def the_simulator_decides_for_a_principal(world: World) -> bool:
    _user("dana", {"Action": "s3:GetObject"})
    answer = boto3.client("iam").simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{_ACCOUNT}:user/dana", ActionNames=["s3:GetObject", "s3:PutObject"]
    )
    return [one["EvalDecision"] for one in answer["EvaluationResults"]] == ["allowed", "implicitDeny"]


@behaviour(f"{_DOCS}/IAM/latest/APIReference/API_SimulateCustomPolicy.html")
def the_simulator_names_missing_context_values(world: World) -> bool:
    policy = _document({"Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}})
    answer = boto3.client("iam").simulate_custom_policy(PolicyInputList=[policy], ActionNames=["s3:GetObject"])
    return bool(answer["EvaluationResults"][0]["MissingContextValues"] == ["aws:PrincipalTag/team"])


@behaviour(f"{_DOCS}/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html")
def the_context_keys_of_a_policy_can_be_listed(world: World) -> bool:
    policy = _document(
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}, "Resource": "arn:aws:s3:::b/${aws:username}"}
    )
    answer = boto3.client("iam").get_context_keys_for_custom_policy(PolicyInputList=[policy])
    return sorted(answer["ContextKeyNames"]) == ["aws:SecureTransport", "aws:username"]


# Saving policies -------------------------------------------------------------------------------------------------


@behaviour(f"{_DOCS}/IAM/latest/APIReference/API_CreateRole.html")
def a_broken_trust_policy_is_refused(world: World) -> bool:
    create = boto3.client("iam").create_role
    return _error(create, RoleName="app", AssumeRolePolicyDocument="{oops")[0] == "MalformedPolicyDocument"


@behaviour(f"{_GUIDE}/troubleshoot_iam-policies.html")
def a_trust_policy_names_only_people_who_exist(world: World) -> bool:
    trust = _trust({"AWS": f"arn:aws:iam::{_ACCOUNT}:user/nobody"})
    return (
        "Invalid principal in policy"
        in _error(boto3.client("iam").create_role, RoleName="app", AssumeRolePolicyDocument=trust)[1]
    )


@behaviour(f"{_GUIDE}/reference_iam-quotas.html#reference_iam-quotas-entity-length")
def inline_policies_have_a_size_limit(world: World) -> bool:
    _user("dana")
    many = _document({"Resource": [f"arn:aws:s3:::bucket-number-{number}/*" for number in range(100)]})
    put = boto3.client("iam").put_user_policy
    return _error(put, UserName="dana", PolicyName="big", PolicyDocument=many)[0] == "LimitExceeded"


# Where moto is right already ---------------------------------------------------------------------------------------


@kept(f"{_GUIDE}/reference_iam-quotas.html")
def a_user_has_at_most_two_access_keys(world: World) -> bool:
    _user("dana")
    boto3.client("iam").create_access_key(UserName="dana")
    return _error(boto3.client("iam").create_access_key, UserName="dana")[0] == "LimitExceeded"


@kept(f"{_GUIDE}/reference_iam-quotas.html")
def a_managed_policy_has_at_most_five_versions(world: World) -> bool:
    iam = boto3.client("iam")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=_document({}))["Policy"]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=_document({}))
    return _error(iam.create_policy_version, PolicyArn=arn, PolicyDocument=_document({}))[0] == "LimitExceeded"


@kept(f"{_GUIDE}/reference_iam-quotas.html")
def an_instance_profile_holds_one_role(world: World) -> bool:
    iam = boto3.client("iam")
    iam.create_instance_profile(InstanceProfileName="web")
    for name in ("one", "two"):
        _role(name, _trust({"Service": "ec2.amazonaws.com"}))
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="one")
    add = iam.add_role_to_instance_profile
    return _error(add, InstanceProfileName="web", RoleName="two")[0] == "LimitExceeded"


@kept(f"{_GUIDE}/reference_policies_elements_resource.html")
def the_resource_of_a_statement_counts_for_queues(world: World) -> bool:
    orders, others = _queue("orders"), _queue("others")
    dana = _user("dana", {"Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:*:{_ACCOUNT}:orders"})
    with world.enforce():
        sends = dana("sqs").send_message
        return _works(sends, QueueUrl=orders, MessageBody="x") and not _works(sends, QueueUrl=others, MessageBody="x")


@kept(f"{_GUIDE}/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html")
def a_deny_beats_an_allow(world: World) -> bool:
    dana = _user("dana", {}, {"Effect": "Deny", "Action": "iam:ListUsers"})
    with world.enforce():
        return not _works(dana("iam").list_users) and _works(dana("iam").list_roles)


@kept(f"{_GUIDE}/id_groups.html")
def policies_of_groups_count(world: World) -> bool:
    iam = boto3.client("iam")
    dana = _user("dana")
    iam.create_group(GroupName="staff")
    iam.put_group_policy(GroupName="staff", PolicyName="read", PolicyDocument=_document({"Action": "iam:ListUsers"}))
    iam.add_user_to_group(GroupName="staff", UserName="dana")
    with world.enforce():
        return _works(dana("iam").list_users) and not _works(dana("iam").list_roles)


@kept(f"{_DOCS}/STS/latest/APIReference/API_GetCallerIdentity.html")
def get_caller_identity_cannot_be_denied(world: World) -> bool:
    dana = _user("dana", {"Effect": "Deny"})
    with world.enforce():
        return bool(dana("sts").get_caller_identity()["Arn"].endswith(":user/dana"))


@kept(f"{_DOCS}/IAM/latest/APIReference/API_CreatePolicy.html")
def a_policy_without_a_vendor_is_refused(world: World) -> bool:
    code, message = _error(
        boto3.client("iam").create_policy, PolicyName="p", PolicyDocument=_document({"Action": "GetObject"})
    )
    return code == "MalformedPolicyDocument" and message.startswith("Actions/Conditions must be prefaced by a vendor")


@kept(f"{_DOCS}/IAM/latest/APIReference/API_DeleteUser.html")
def a_user_with_policies_cannot_be_deleted(world: World) -> bool:
    _user("dana", {})
    return _error(boto3.client("iam").delete_user, UserName="dana")[0] == "DeleteConflict"


# The two runs of each behaviour ------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", _ids([*CLOSED, *KEPT]))
def test_the_lab_behaves_as_aws(one: Behaviour, in_lab: World) -> None:
    assert one.shows(in_lab)


@pytest.mark.parametrize("one", _ids(CLOSED))
def test_bare_moto_does_not_yet(one: Behaviour, in_bare_moto: World) -> None:
    assert not one.is_seen(in_bare_moto)


@pytest.mark.parametrize("one", _ids(KEPT))
def test_bare_moto_is_right_already(one: Behaviour, in_bare_moto: World) -> None:
    assert one.shows(in_bare_moto)


def test_every_behaviour_has_a_source() -> None:
    assert all(one.source.startswith(f"{_DOCS}/") for one in [*CLOSED, *KEPT])
