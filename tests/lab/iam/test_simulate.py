"""The policy simulator, called through boto3."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from .conftest import document, new_role, new_user, trusting

pytestmark = pytest.mark.usefixtures("account")
_DANA = "arn:aws:iam::123456789012:user/dana"

# The policy and the positions are those of the example in AWS's CLI reference.
# https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html
_ONE_LINE = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
    '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)


def _custom(*policies: str, actions: list[str], **more: Any) -> list[dict[str, Any]]:
    answer = boto3.client("iam").simulate_custom_policy(PolicyInputList=list(policies), ActionNames=actions, **more)
    return list(answer["EvaluationResults"])


def _time(value: str) -> list[dict[str, Any]]:
    return [{"ContextKeyName": "aws:CurrentTime", "ContextKeyValues": [value], "ContextKeyType": "date"}]


def test_a_custom_policy_allows_when_its_condition_holds() -> None:
    (result,) = _custom(_ONE_LINE, actions=["dynamodb:CreateBackup"], ContextEntries=_time("2019-04-25T11:00:00Z"))
    assert result["EvalDecision"] == "allowed"
    assert result["MissingContextValues"] == []
    (matched,) = result["MatchedStatements"]
    assert matched["SourcePolicyId"] == "PolicyInputList.1"
    assert (matched["StartPosition"], matched["EndPosition"]) == ({"Line": 1, "Column": 38}, {"Line": 1, "Column": 167})


def test_a_custom_policy_denies_implicitly_when_it_does_not() -> None:
    (result,) = _custom(_ONE_LINE, actions=["dynamodb:CreateBackup"], ContextEntries=_time("2014-04-25T11:00:00Z"))
    assert (result["EvalDecision"], result["MatchedStatements"]) == ("implicitDeny", [])


def test_missing_context_values_are_named() -> None:
    (result,) = _custom(_ONE_LINE, actions=["dynamodb:CreateBackup"])
    assert result["MissingContextValues"] == ["aws:CurrentTime"]
    assert result["EvalDecision"] == "implicitDeny"


def test_a_deny_is_the_only_statement_listed() -> None:
    policy = document({}, {"Effect": "Deny", "Action": "s3:*"})
    (result,) = _custom(policy, actions=["s3:GetObject"])
    assert result["EvalDecision"] == "explicitDeny"
    assert len(result["MatchedStatements"]) == 1


def test_one_result_for_each_action_with_one_for_each_resource_inside() -> None:
    policy = document({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"})
    arns = ["arn:aws:s3:::photos/a", "arn:aws:s3:::other/a"]
    results = _custom(policy, actions=["s3:GetObject", "s3:PutObject"], ResourceArns=arns)
    assert [one["EvalActionName"] for one in results] == ["s3:GetObject", "s3:PutObject"]
    first = results[0]
    assert first["EvalDecision"] == "implicitDeny"  # the strictest of its resources
    assert [(one["EvalResourceName"], one["EvalResourceDecision"]) for one in first["ResourceSpecificResults"]] == [
        ("arn:aws:s3:::photos/a", "allowed"),
        ("arn:aws:s3:::other/a", "implicitDeny"),
    ]


def test_a_resource_policy_and_its_owner_take_part() -> None:
    policy = document({"Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject"})
    settings = {
        "ResourceArns": ["arn:aws:s3:::photos/a"],
        "ResourcePolicy": policy,
        "ResourceOwner": "arn:aws:iam::999999999999:root",
        "CallerArn": _DANA,
    }
    new_user("dana")
    assert _custom(document({}), actions=["s3:GetObject"], **settings)[0]["EvalDecision"] == "allowed"
    assert _custom(document({}), actions=["s3:PutObject"], **settings)[0]["EvalDecision"] == "implicitDeny"


def test_a_boundary_is_reported() -> None:
    (result,) = _custom(
        document({}), actions=["sqs:SendMessage"], PermissionsBoundaryPolicyInputList=[document({"Action": "s3:*"})]
    )
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_every_level_of_an_organization_has_to_allow() -> None:
    no_deletes = document({}, {"Effect": "Deny", "Action": "sqs:Delete*"})
    levels = [{"ServiceControlPolicyInputList": [text]} for text in (document({}), no_deletes)]
    send, delete, publish = _custom(
        document({"Action": "sqs:*"}),
        actions=["sqs:SendMessage", "sqs:DeleteQueue", "sns:Publish"],
        OrderedOrganizationPolicyInputList=levels,
    )
    assert (send["EvalDecision"], send["OrganizationsDecisionDetail"]["AllowedByOrganizations"]) == ("allowed", True)
    assert delete["EvalDecision"] == "explicitDeny"
    assert not delete["OrganizationsDecisionDetail"]["AllowedByOrganizations"]
    assert publish["EvalDecision"] == "implicitDeny"
    silent = [{"ServiceControlPolicyInputList": [document({"Action": "sns:*"})]}]
    (result,) = _custom(document({}), actions=["sqs:SendMessage"], OrderedOrganizationPolicyInputList=silent)
    assert (result["EvalDecision"], result["OrganizationsDecisionDetail"]) == (
        "implicitDeny",
        {"AllowedByOrganizations": False},
    )


def test_a_principals_own_and_group_policies_are_simulated() -> None:
    iam = boto3.client("iam")
    new_user("dana", {"Action": "s3:GetObject"})
    iam.create_group(GroupName="staff")
    arn = iam.create_policy(PolicyName="queues", PolicyDocument=document({"Action": "sqs:*"}))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="staff", PolicyArn=arn)
    iam.add_user_to_group(GroupName="staff", UserName="dana")
    answer = iam.simulate_principal_policy(
        PolicySourceArn=_DANA, ActionNames=["s3:GetObject", "sqs:SendMessage", "sns:Publish"]
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in answer] == ["allowed", "allowed", "implicitDeny"]
    sources = [one["MatchedStatements"][0] for one in answer[:2]]
    assert [(one["SourcePolicyId"], one["SourcePolicyType"]) for one in sources] == [
        ("user_dana_own", "user"),
        ("queues", "user-managed"),
    ]


def test_a_role_and_additional_policies_are_simulated() -> None:
    iam = boto3.client("iam")
    arn = new_role("app", trusting({"Service": "ec2.amazonaws.com"}), {"Action": "s3:GetObject"})
    answer = iam.simulate_principal_policy(
        PolicySourceArn=arn, ActionNames=["sqs:SendMessage"], PolicyInputList=[document({"Action": "sqs:*"})]
    )
    assert answer["EvaluationResults"][0]["EvalDecision"] == "allowed"


def test_the_simulator_calls_nothing() -> None:
    new_user("dana", {})
    boto3.client("iam").simulate_principal_policy(PolicySourceArn=_DANA, ActionNames=["sqs:CreateQueue"])
    assert "QueueUrls" not in boto3.client("sqs").list_queues()


def test_context_keys_are_listed() -> None:
    iam = boto3.client("iam")
    policy = document(
        {"Resource": "arn:aws:s3:::b/${aws:username}", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    )
    keys = iam.get_context_keys_for_custom_policy(PolicyInputList=[policy])["ContextKeyNames"]
    assert keys == ["aws:SecureTransport", "aws:username"]
    new_user("dana", json.loads(policy)["Statement"][0])
    assert iam.get_context_keys_for_principal_policy(PolicySourceArn=_DANA)["ContextKeyNames"] == keys


@pytest.mark.parametrize(
    ("arn", "code"),
    [("dana", "InvalidInput"), ("arn:aws:iam::123456789012:user/none", "NoSuchEntity")],
)
def test_an_unknown_principal_is_refused(arn: str, code: str) -> None:
    with pytest.raises(ClientError) as refused:
        boto3.client("iam").simulate_principal_policy(PolicySourceArn=arn.ljust(20), ActionNames=["s3:GetObject"])
    assert refused.value.response["Error"]["Code"] == code


def test_a_broken_policy_is_refused() -> None:
    with pytest.raises(ClientError, match=r"PolicyInputList\.1 is invalid"):
        _custom("{oops", actions=["s3:GetObject"])
