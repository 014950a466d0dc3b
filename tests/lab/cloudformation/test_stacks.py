"""Stacks: made, changed, rolled back, protected, deleted."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.cloudformation.stack_sample import (
    change,
    history,
    make,
    outputs,
    physical,
    queue,
    queues,
    reasons,
    stack,
    template,
)  # fmt: skip


def table(key="id", **more):
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            **more,
        },
    }


def test_resources_are_made_after_what_they_mention():
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
    assert make("shop", {"Orders": queue(RedrivePolicy=redrive), "Dead": queue()})["StackStatus"] == "CREATE_COMPLETE"
    done = [name for name, status in history("shop") if status == "CREATE_COMPLETE"]
    assert done == ["Dead", "Orders", "shop"]
    made = boto3.client("sqs").get_queue_attributes(QueueUrl=physical("shop", "Orders"), AttributeNames=["All"])
    assert json.loads(made["Attributes"]["RedrivePolicy"])["maxReceiveCount"] in (3, "3")


def test_a_failing_resource_takes_all_others_back():
    found = make("shop", {"Good": queue(), "Bad": {**queue(DelaySeconds=5000), "DependsOn": "Good"}})
    assert (found["StackStatus"], queues()) == ("ROLLBACK_COMPLETE", [])
    assert "DelaySeconds" in reasons("shop")["Bad"]
    assert "[Bad]" in next(one["ResourceStatusReason"] for one in boto3.client("cloudformation").describe_stack_events(
        StackName="shop")["StackEvents"] if one["ResourceStatus"] == "ROLLBACK_IN_PROGRESS")  # fmt: skip


def test_a_stack_that_was_rolled_back_can_only_be_deleted(stacks):
    make("shop", {"Bad": queue(DelaySeconds=5000)})
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
        stacks.update_stack(StackName="shop", TemplateBody=template({"Good": queue()}))
    stacks.delete_stack(StackName="shop")
    assert make("shop", {"Good": queue()})["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("wish", "status", "left"),
    [
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", 1),
        ({"DisableRollback": True}, "CREATE_FAILED", 1),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", 0),
    ],
)
def test_one_may_choose_what_happens_on_failure(wish, status, left):
    found = make("shop", {"Good": queue(), "Bad": {**queue(DelaySeconds=5000), "DependsOn": "Good"}}, **wish)
    assert (found["StackStatus"], len(queues())) == (status, left)


def test_a_wrong_property_is_said_by_name():
    make("shop", {"Bad": queue(Delay=5)})
    assert reasons("shop")["Bad"] == (
        "Properties validation failed for resource Bad with message:\n#: extraneous key [Delay] is not permitted"
    )


def test_an_update_changes_in_place_what_it_can():
    make("shop", {"Orders": queue(VisibilityTimeout=30)})
    before = physical("shop", "Orders")
    assert change("shop", {"Orders": queue(VisibilityTimeout=60)})["StackStatus"] == "UPDATE_COMPLETE"
    assert physical("shop", "Orders") == before
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=before, AttributeNames=["VisibilityTimeout"])
    assert found["Attributes"]["VisibilityTimeout"] == "60"


def test_a_change_of_what_cannot_change_makes_a_new_resource_and_then_deletes_the_old():
    make("shop", {"Films": table("id")})
    before = physical("shop", "Films")
    change("shop", {"Films": table("title")})
    after = physical("shop", "Films")
    assert before != after
    assert boto3.client("dynamodb").list_tables()["TableNames"] == [after]
    late = [pair for pair in history("shop") if pair[1].startswith(("UPDATE", "DELETE"))]
    assert late.index(("Films", "UPDATE_COMPLETE")) < late.index(("shop", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))
    assert late.index(("shop", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")) < late.index(("Films", "DELETE_COMPLETE"))


def test_a_resource_with_its_own_name_cannot_be_replaced():
    make("shop", {"Films": table("id", TableName="films")})
    assert change("shop", {"Films": table("title", TableName="films")})["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "custom-named resource requires replacing. Rename films" in reasons("shop")["Films"]


def test_an_update_that_fails_goes_all_the_way_back():
    make("shop", {"A": queue(VisibilityTimeout=30), "B": queue(), "Old": queue()})
    before = sorted(queues())
    found = change("shop", {
        "A": queue(VisibilityTimeout=60),
        "New": {**queue(), "DependsOn": "A"},
        "B": {**queue(DelaySeconds=5000), "DependsOn": "New"},
    })  # fmt: skip
    assert found["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert sorted(queues()) == before
    now = boto3.client("sqs").get_queue_attributes(QueueUrl=physical("shop", "A"), AttributeNames=["All"])
    assert now["Attributes"]["VisibilityTimeout"] == "30"


def test_without_a_change_there_is_no_update(stacks):
    make("shop", {"A": queue()})
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update_stack(StackName="shop", TemplateBody=template({"A": queue()}))


def test_what_leaves_the_template_is_deleted_unless_it_is_kept():
    make("shop", {"A": queue(), "B": queue(), "C": {**queue(), "DeletionPolicy": "Retain"}})
    kept = {physical("shop", "A"), physical("shop", "C")}
    change("shop", {"A": queue()})
    assert set(queues()) == kept
    assert ("C", "DELETE_SKIPPED") in history("shop")


def test_deleting_a_stack_deletes_the_last_made_first(stacks):
    made = make("shop", {"A": queue(), "B": {**queue(), "DependsOn": "A"}})
    stacks.delete_stack(StackName="shop")
    gone = [name for name, status in history(made["StackId"]) if status == "DELETE_COMPLETE"]
    assert gone == ["B", "A", "shop"]
    with pytest.raises(ClientError, match="Stack with id shop does not exist"):
        stacks.describe_stacks(StackName="shop")
    assert stack(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_bucket_with_objects_keeps_its_stack_from_going(stacks):
    made = make("shop", {"Photos": {"Type": "AWS::S3::Bucket"}})
    bucket = physical("shop", "Photos")
    boto3.client("s3").put_object(Bucket=bucket, Key="a", Body=b"a")
    stacks.delete_stack(StackName="shop")
    assert stack("shop")["StackStatus"] == "DELETE_FAILED"
    assert "not empty" in reasons("shop")["Photos"]
    stacks.delete_stack(StackName="shop", RetainResources=["Photos"])
    assert stack(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert boto3.client("s3").list_buckets()["Buckets"][0]["Name"] == bucket


def test_a_stack_that_cannot_go_can_be_forced_and_leaves_the_rest_behind(stacks):
    made = make("shop", {"Photos": {"Type": "AWS::S3::Bucket"}, "Jobs": queue()})
    bucket = physical("shop", "Photos")
    boto3.client("s3").put_object(Bucket=bucket, Key="a", Body=b"a")
    with pytest.raises(ClientError, match="force only a stack"):
        stacks.delete_stack(StackName="shop", DeletionMode="FORCE_DELETE_STACK")
    stacks.delete_stack(StackName="shop")
    stacks.delete_stack(StackName="shop", DeletionMode="FORCE_DELETE_STACK")
    assert stack(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert ("Photos", "DELETE_SKIPPED") in history(made["StackId"])
    assert boto3.client("s3").list_buckets()["Buckets"][0]["Name"] == bucket


def test_a_protected_stack_stays(stacks):
    make("shop", {"A": queue()}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        stacks.delete_stack(StackName="shop")
    stacks.update_termination_protection(StackName="shop", EnableTerminationProtection=False)
    stacks.delete_stack(StackName="shop")
    assert queues() == []


def test_a_stack_policy_forbids_changes_of_some_resources():
    policy = {"Statement": [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "LogicalResourceId/Orders"},
    ]}  # fmt: skip
    make("shop", {"Orders": queue(), "Other": queue()}, StackPolicyBody=json.dumps(policy))
    assert change("shop", {"Orders": queue(), "Other": queue(VisibilityTimeout=9)})["StackStatus"] == "UPDATE_COMPLETE"
    found = change("shop", {"Orders": queue(VisibilityTimeout=9), "Other": queue(VisibilityTimeout=9)})
    assert found["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert reasons("shop")["Orders"] == (
        "Action denied by stack policy: Statement [#2] does not allow [Update:Modify] for resource "
        "[LogicalResourceId/Orders]"
    )
    allow = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
    found = change(
        "shop", {"Orders": queue(VisibilityTimeout=9), "Other": queue()}, StackPolicyDuringUpdateBody=json.dumps(allow)
    )
    assert found["StackStatus"] == "UPDATE_COMPLETE"


def test_an_export_that_is_in_use_can_neither_go_nor_change(stacks):
    exports = {"Outputs": {"Name": {"Value": {"Fn::GetAtt": "Orders.QueueName"}, "Export": {"Name": "orders"}}}}
    make("base", {"Orders": queue()}, exports)
    make("app", {"Copy": queue()}, {"Outputs": {"Seen": {"Value": {"Fn::ImportValue": "orders"}}}})
    assert outputs("app")["Seen"] == outputs("base")["Name"]
    assert stacks.list_imports(ExportName="orders")["Imports"] == ["app"]
    with pytest.raises(ClientError, match="Export orders cannot be deleted as it is in use by app"):
        stacks.delete_stack(StackName="base")
    assert change("base", {"Orders": queue(), "More": queue()})["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    stacks.delete_stack(StackName="app")
    stacks.delete_stack(StackName="base")
    assert queues() == []


def test_a_stack_may_do_only_what_its_caller_or_its_role_may(stacks):
    iam = boto3.client("iam")
    key = lab_user(iam, ["cloudformation:*", "iam:PassRole"])
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]}  # fmt: skip
    role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="deployer", PolicyName="sqs", PolicyDocument=allow(["sqs:*"]))
    with lab.enforce_iam():
        client = boto3.client(
            "cloudformation", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
        )
        client.create_stack(StackName="alone", TemplateBody=template({"A": queue()}))
        client.create_stack(StackName="helped", TemplateBody=template({"A": queue()}), RoleARN=role)
    assert stack("alone")["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "sqs:createqueue" in reasons("alone")["A"].lower()
    assert stack("helped")["StackStatus"] == "CREATE_COMPLETE"


def allow(actions):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": actions, "Resource": "*"}]})  # fmt: skip


def lab_user(iam, actions):
    iam.create_user(UserName="ops")
    iam.put_user_policy(UserName="ops", PolicyName="some", PolicyDocument=allow(actions))
    return iam.create_access_key(UserName="ops")["AccessKey"]
