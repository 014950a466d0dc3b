"""Flow logs: records by the clock, in a log group or a bucket."""

import gzip
import json

import boto3
import pytest

from course import lab
from tests.lab.network.sites import acl, card_of, ec2, group, machine, nat, route, site

_WRITES = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


def role(service="vpc-flow-logs.amazonaws.com", actions=_WRITES):
    iam, name = boto3.client("iam"), lab.unique_name("flow-logs")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="write", PolicyDocument=document(allowed))
    return made


def document(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def logged(resource, kind="VPC", **more):
    """A flow log into the log group `flows`."""
    wanted = {"TrafficType": "ALL", "LogGroupName": "flows", "DeliverLogsPermissionArn": role()} | more
    return ec2().create_flow_logs(ResourceIds=[resource], ResourceType=kind, **wanted)["FlowLogIds"][0]


def lines():
    """The records, as lists of their fields."""
    found = boto3.client("logs", region_name="us-east-1").filter_log_events(logGroupName="flows")["events"]
    return [event["message"].split() for event in found]


def test_request_and_reply_are_records_after_the_interval():
    there = site()
    logged(there.vpc)
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    lab.connect("internet", web, 443, sends=2_000, receives=90_000)
    lab.clock.advance(seconds=61)
    private = card_of(web)["PrivateIpAddress"]
    request, reply = sorted(lines(), key=lambda fields: fields[4] != private)
    assert request[:1] + request[3:8] == ["2", "203.0.113.10", private, "50007", "443", "6"]
    assert reply[3:7] == [private, "203.0.113.10", "443", "50007"]
    assert [request[12], reply[12]] == ["ACCEPT", "ACCEPT"]
    assert int(reply[9]) > 90_000 > int(request[9]) > 2_000


def test_older_machines_keep_the_interval_of_the_log():
    there = site()
    logged(there.vpc)
    image = ec2().describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    old = ec2().run_instances(
        ImageId=image, MinCount=1, MaxCount=1, InstanceType="t2.micro", SubnetId=there.public,
        SecurityGroupIds=[group(there.vpc, "web", 443)],
    )["Instances"][0]["InstanceId"]  # fmt: skip
    lab.connect(machine(there.public, group(there.vpc, "caller")), old)
    lab.clock.advance(minutes=2)
    its = {fields[2] for fields in lines()}
    lab.clock.advance(minutes=10)
    assert len({fields[2] for fields in lines()} - its) == 1


def test_a_group_rejects_at_once_and_an_acl_rejects_the_reply():
    there = site()
    logged(there.vpc)
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    acl(there.vpc, there.public, (100, False, "allow", 22, 443), (100, True, "allow", 22, 443))
    lab.connect("internet", web, 22)
    lab.connect("internet", web, 443)
    lab.clock.advance(minutes=1)
    verdicts = sorted((fields[5], fields[6], fields[12]) for fields in lines())
    assert verdicts == [
        ("443", "50007", "REJECT"), ("50007", "22", "REJECT"), ("50007", "443", "ACCEPT"),
    ]  # fmt: skip


def test_only_the_wanted_traffic_is_kept():
    there = site()
    logged(there.vpc, TrafficType="REJECT")
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    lab.connect("internet", web, 443)
    lab.connect("internet", web, 22)
    lab.clock.advance(minutes=1)
    assert [fields[12] for fields in lines()] == ["REJECT"]


def test_a_log_of_an_interface_sees_that_interface_only():
    there = site()
    route(there.main_table, "0.0.0.0/0", NatGatewayId=nat(there.public))
    its = group(there.vpc, "inner")
    one, other = machine(there.private, its), machine(there.private, its)
    card = card_of(one)["NetworkInterfaceId"]
    logged(card, "NetworkInterface")
    for each in (one, other):
        lab.connect(each, "internet")
    lab.clock.advance(minutes=1)
    assert {fields[2] for fields in lines()} == {card}
    assert len(lines()) == 2


def test_the_same_flow_adds_up_within_an_interval():
    there = site()
    logged(there.vpc, LogFormat="${instance-id} ${dstport} ${packets} ${flow-direction} ${tcp-flags}")
    web = machine(there.public, group(there.vpc, "web", 443), public=True)
    for _ in range(3):
        lab.connect("internet", web)
    lab.clock.advance(minutes=1)
    assert sorted(lines()) == [[web, "443", "15", "ingress", "-"], [web, "50007", "15", "egress", "-"]]


def test_a_role_that_does_not_work_is_an_access_error():
    there = site()
    boto3.client("logs", region_name="us-east-1").create_log_group(logGroupName="flows")
    name = logged(there.vpc, DeliverLogsPermissionArn=role("ec2.amazonaws.com"))
    lab.connect("internet", machine(there.public, group(there.vpc, "web", 443), public=True))
    lab.clock.advance(minutes=1)
    shown = ec2().describe_flow_logs(FlowLogIds=[name])["FlowLogs"][0]
    assert (shown["DeliverLogsStatus"], shown["DeliverLogsErrorMessage"]) == ("FAILED", "Access error")
    assert not lines()


def test_files_in_a_bucket_have_a_headline():
    there = site()
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="traffic")
    ec2().create_flow_logs(
        ResourceIds=[there.vpc], ResourceType="VPC", TrafficType="ALL",
        LogDestinationType="s3", LogDestination="arn:aws:s3:::traffic/shop", MaxAggregationInterval=60,
    )  # fmt: skip
    lab.connect("internet", machine(there.public, group(there.vpc, "web", 443), public=True))
    lab.clock.advance(minutes=1)
    (kept,) = s3.list_objects_v2(Bucket="traffic")["Contents"]
    assert kept["Key"].startswith("shop/AWSLogs/123456789012/vpcflowlogs/us-east-1/")
    first, *records = gzip.decompress(s3.get_object(Bucket="traffic", Key=kept["Key"])["Body"].read()).splitlines()
    assert first.split()[:3] == [b"version", b"account-id", b"interface-id"]
    assert len(records) == 2
