"""Change sets, and drift."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.lab.cloudformation.stack_sample import make, physical, queue, queues, stack, template
from tests.lab.cloudformation.test_stacks import table


def proposed(name, resources, kind="UPDATE", **more):
    client = boto3.client("cloudformation")
    client.create_change_set(
        StackName=name, ChangeSetName="next", ChangeSetType=kind, TemplateBody=template(resources), **more
    )
    return client.describe_change_set(StackName=name, ChangeSetName="next")


def row(found, name):
    return next(one["ResourceChange"] for one in found["Changes"] if one["ResourceChange"]["LogicalResourceId"] == name)


def test_a_change_set_tells_what_would_be_replaced():
    make("shop", {"Orders": queue(VisibilityTimeout=30), "Films": table("id"), "Old": queue()})
    found = proposed("shop", {"Orders": queue(VisibilityTimeout=60), "Films": table("title"), "New": queue()})
    assert found["ExecutionStatus"] == "AVAILABLE"
    assert (row(found, "Orders")["Action"], row(found, "Orders")["Replacement"]) == ("Modify", "False")
    assert row(found, "Films")["Replacement"] == "True"
    assert (row(found, "New")["Action"], row(found, "Old")["Action"]) == ("Add", "Remove")
    details = {one["Target"]["Name"]: one["Target"]["RequiresRecreation"] for one in row(found, "Films")["Details"]}
    assert details == {"KeySchema": "Always", "AttributeDefinitions": "Never"}


def test_nothing_changes_until_a_change_set_is_executed(stacks):
    make("shop", {"A": queue()})
    proposed("shop", {"A": queue(), "B": queue()})
    assert len(queues()) == 1
    stacks.execute_change_set(StackName="shop", ChangeSetName="next")
    assert (len(queues()), stack("shop")["StackStatus"]) == (2, "UPDATE_COMPLETE")


def test_a_change_set_without_changes_fails(stacks):
    make("shop", {"A": queue()})
    found = proposed("shop", {"A": queue()})
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "didn't contain changes" in found["StatusReason"]
    with pytest.raises(ClientError, match="InvalidChangeSetStatus"):
        stacks.execute_change_set(StackName="shop", ChangeSetName="next")


def test_a_change_set_can_make_a_stack(stacks):
    proposed("shop", {"A": queue()}, "CREATE")
    assert (stack("shop")["StackStatus"], queues()) == ("REVIEW_IN_PROGRESS", [])
    stacks.execute_change_set(StackName="shop", ChangeSetName="next")
    assert (stack("shop")["StackStatus"], len(queues())) == ("CREATE_COMPLETE", 1)


def test_a_replacement_shows_in_what_mentions_it():
    user = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Films"}}}
    make("shop", {"Films": table("id"), "Name": user})
    found = proposed("shop", {"Films": table("title"), "Name": user})
    detail = row(found, "Name")["Details"][0]
    assert (detail["Evaluation"], detail["CausingEntity"]) == ("Dynamic", "Films")


def drifts(stacks, name):
    detection = stacks.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    status = stacks.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    found = stacks.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
    return status["StackDriftStatus"], {one["LogicalResourceId"]: one for one in found}


def test_what_somebody_changed_by_hand_is_drift(stacks):
    make("shop", {"Orders": queue(VisibilityTimeout=30), "Films": table("id"), "Lost": queue()})
    assert drifts(stacks, "shop")[0] == "IN_SYNC"
    sqs = boto3.client("sqs")
    sqs.set_queue_attributes(QueueUrl=physical("shop", "Orders"), Attributes={"VisibilityTimeout": "31"})
    sqs.delete_queue(QueueUrl=physical("shop", "Lost"))
    whole, found = drifts(stacks, "shop")
    assert whole == "DRIFTED"
    assert {name: one["StackResourceDriftStatus"] for name, one in found.items()} == {
        "Orders": "MODIFIED", "Films": "IN_SYNC", "Lost": "DELETED",
    }  # fmt: skip
    difference = found["Orders"]["PropertyDifferences"][0]
    assert difference == {
        "PropertyPath": "/VisibilityTimeout", "ExpectedValue": "30", "ActualValue": "31", "DifferenceType": "NOT_EQUAL",
    }  # fmt: skip


def test_drift_in_a_security_group_shows_the_rule(stacks):
    vpc = boto3.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {
        "GroupDescription": "web", "VpcId": vpc, "SecurityGroupIngress": [rule]}}  # fmt: skip
    make("net", {"Web": group})
    assert drifts(stacks, "net")[0] == "IN_SYNC"
    boto3.client("ec2").authorize_security_group_ingress(
        GroupId=physical("net", "Web"), IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )
    found = drifts(stacks, "net")[1]["Web"]["PropertyDifferences"]
    assert [(one["PropertyPath"], one["DifferenceType"]) for one in found] == [("/SecurityGroupIngress/1", "ADD")]
