"""Servers, their disks and databases, made by stacks."""

from __future__ import annotations

import boto3

from tests.lab.cloudformation.stack_sample import make, physical, stack

_SERVER = {
    "Type": "AWS::EC2::Instance",
    "Properties": {"InstanceType": "t3.micro", "Monitoring": True, "SourceDestCheck": "false"},
}
_ZONE = {"Fn::GetAtt": "Server.AvailabilityZone"}
_DISK = {"Type": "AWS::EC2::Volume", "Properties": {"Size": 100, "AvailabilityZone": _ZONE}}
_PLUG = {"Type": "AWS::EC2::VolumeAttachment", "Properties": {
    "InstanceId": {"Ref": "Server"}, "VolumeId": {"Ref": "Disk"}, "Device": "/dev/sdf"}}  # fmt: skip


def test_a_server_gets_what_its_template_says_of_it():
    assert make("web", {"Server": _SERVER})["StackStatus"] == "CREATE_COMPLETE"
    found = boto3.client("ec2").describe_instances(InstanceIds=[physical("web", "Server")])
    server = found["Reservations"][0]["Instances"][0]
    assert (server["Monitoring"]["State"], server["SourceDestCheck"]) == ("enabled", False)


def test_a_disk_is_plugged_in_and_pulled_out_before_it_goes(stacks):
    made = make("web", {"Server": _SERVER, "Disk": _DISK, "Plug": _PLUG})
    assert made["StackStatus"] == "CREATE_COMPLETE"
    ec2 = boto3.client("ec2")
    disk = ec2.describe_volumes(VolumeIds=[physical("web", "Disk")])["Volumes"][0]
    assert disk["Attachments"][0]["InstanceId"] == physical("web", "Server")
    stacks.delete_stack(StackName="web")
    assert stack(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert disk["VolumeId"] not in [one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]]


def test_a_database_leaves_a_snapshot_unless_its_template_says_otherwise(stacks):
    properties = {
        "Engine": "postgres", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": "20",
        "MasterUsername": "owner", "MasterUserPassword": "only-in-this-test",
    }  # fmt: skip
    books = {"Type": "AWS::RDS::DBInstance", "Properties": properties}
    make("books", {"Books": books, "Copy": {**books, "DeletionPolicy": "Delete"}})
    was = physical("books", "Books")
    stacks.delete_stack(StackName="books")
    rds = boto3.client("rds")
    assert rds.describe_db_instances()["DBInstances"] == []
    assert [one["DBInstanceIdentifier"] for one in rds.describe_db_snapshots()["DBSnapshots"]] == [was]
