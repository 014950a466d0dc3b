"""Peering, endpoints, VPN; databases, balancers and functions as ends."""

import io
import json
import zipfile

import boto3
import pytest

from course import lab
from tests.lab.network.sites import card_of, ec2, group, joined, machine, main_table, nat, route, site


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


def two_sites():
    """Two networks with a machine each, joined, without routes."""
    one, other = site("10.0"), site("10.1")
    ends = [machine(each.private, group(each.vpc, "all", 5432, source="10.0.0.0/8")) for each in (one, other)]
    return one, other, joined(one.vpc, other.vpc), *ends


def test_peering_needs_routes_on_both_sides():
    one, other, peering, here, there = two_sites()
    assert lab.connect(here, there, 5432).stopped_at == one.main_table
    route(one.main_table, "10.1.0.0/16", VpcPeeringConnectionId=peering)
    back = lab.connect(here, there, 5432)
    assert (back.way, back.stopped_at) == ("back", other.main_table)
    route(other.main_table, "10.0.0.0/16", VpcPeeringConnectionId=peering)
    assert lab.connect(here, there, 5432)


def test_peering_is_not_transitive():
    one, other, peering, here, _there = two_sites()
    third = site("10.2")
    second = joined(other.vpc, third.vpc)
    far = machine(third.private, group(third.vpc, "all", 5432, source="10.0.0.0/8"))
    route(one.main_table, "10.1.0.0/16", VpcPeeringConnectionId=peering)
    route(one.main_table, "10.2.0.0/16", VpcPeeringConnectionId=peering)
    route(other.main_table, "10.2.0.0/16", VpcPeeringConnectionId=second)
    address = card_of(far)["PrivateIpAddress"]
    seen = lab.connect(here, address, 5432)
    assert seen.stopped_at == peering
    assert "not transitive" in seen.why


def test_peering_is_no_way_to_the_internet():
    one, _other, peering, here, _there = two_sites()
    route(one.main_table, "0.0.0.0/0", VpcPeeringConnectionId=peering)
    assert lab.connect(here, "internet").stopped_at == peering


def test_a_deleted_peering_leaves_blackholes():
    one, _other, peering, here, there = two_sites()
    route(one.main_table, "10.1.0.0/16", VpcPeeringConnectionId=peering)
    ec2().delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    shown = ec2().describe_route_tables(RouteTableIds=[one.main_table])["RouteTables"][0]["Routes"]
    assert {one["DestinationCidrBlock"]: one["State"] for one in shown}["10.1.0.0/16"] == "blackhole"
    assert "blackhole" in lab.connect(here, there, 5432).why


def test_a_gateway_endpoint_takes_the_traffic_of_its_service():
    there = site()
    gateway = nat(there.public)
    route(there.main_table, "0.0.0.0/0", NatGatewayId=gateway)
    inner = machine(there.private, group(there.vpc, "inner"))
    assert gateway in lab.connect(inner, "s3").hops
    made = ec2().create_vpc_endpoint(
        VpcId=there.vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[there.main_table]
    )["VpcEndpoint"]["VpcEndpointId"]
    seen = lab.connect(inner, "s3")
    assert seen
    assert seen.endpoint == made
    assert gateway not in seen.hops
    assert gateway in lab.connect(inner, "dynamodb").hops


def named_network():
    there = site()
    for name in ("EnableDnsHostnames", "EnableDnsSupport"):
        ec2().modify_vpc_attribute(VpcId=there.vpc, **{name: {"Value": True}})
    return there


def test_an_interface_endpoint_answers_to_the_services_name():
    there = named_network()
    inner = machine(there.private, group(there.vpc, "inner"))
    door = group(there.vpc, "door", 443, source="10.0.0.0/16")
    assert not lab.connect(inner, "sqs")
    ec2().create_vpc_endpoint(
        VpcId=there.vpc, ServiceName="com.amazonaws.us-east-1.sqs", VpcEndpointType="Interface",
        SubnetIds=[there.private], SecurityGroupIds=[door],
    )  # fmt: skip
    assert lab.connect(inner, "sqs")
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    ec2().revoke_security_group_ingress(GroupId=door, IpPermissions=[rule])
    assert lab.connect(inner, "sqs").stopped_at == door


def test_without_private_dns_the_name_leads_outside():
    there = named_network()
    inner = machine(there.private, group(there.vpc, "inner"))
    made = ec2().create_vpc_endpoint(
        VpcId=there.vpc, ServiceName="com.amazonaws.us-east-1.sqs", VpcEndpointType="Interface",
        SubnetIds=[there.private], PrivateDnsEnabled=False,
        SecurityGroupIds=[group(there.vpc, "door", 443, source="10.0.0.0/16")],
    )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
    assert not lab.connect(inner, "sqs")
    assert lab.connect(inner, made)


def test_the_policy_of_an_endpoint_narrows_what_passes():
    there = site()
    inner = machine(there.private, group(there.vpc, "inner"))
    only = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::records/*"}
    ec2().create_vpc_endpoint(
        VpcId=there.vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[there.main_table],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [only]}),
    )  # fmt: skip
    ec2().create_vpc_endpoint(
        VpcId=there.vpc, ServiceName="com.amazonaws.us-east-1.dynamodb", RouteTableIds=[there.main_table]
    )
    seen = lab.connect(inner, "s3")
    assert seen.permits("s3:GetObject", "arn:aws:s3:::records/a.pdf")
    assert not seen.permits("s3:PutObject", "arn:aws:s3:::records/a.pdf")
    assert not seen.permits("s3:GetObject", "arn:aws:s3:::elsewhere/a.pdf")
    assert lab.connect(inner, "dynamodb").permits("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/a")


def premises(there):
    """A VPN from 192.168.0.0/16 to the network."""
    gateway = ec2().create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2().attach_vpn_gateway(VpnGatewayId=gateway, VpcId=there.vpc)
    office = ec2().create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.99", BgpAsn=65000)["CustomerGateway"]
    made = ec2().create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=office["CustomerGatewayId"], VpnGatewayId=gateway,
        Options={"StaticRoutesOnly": True},
    )["VpnConnection"]["VpnConnectionId"]  # fmt: skip
    ec2().create_vpn_connection_route(VpnConnectionId=made, DestinationCidrBlock="192.168.0.0/16")
    return gateway, made


def test_a_vpn_needs_a_route_back():
    there = site()
    inner = machine(there.private, group(there.vpc, "inner", 5432, source="192.168.0.0/16"))
    gateway, _ = premises(there)
    seen = lab.connect("192.168.7.7", inner, 5432)
    assert (seen.way, seen.stopped_at) == ("back", there.main_table)
    ec2().enable_vgw_route_propagation(RouteTableId=there.main_table, GatewayId=gateway)
    assert lab.connect("192.168.7.7", inner, 5432)
    assert lab.connect(inner, "192.168.7.7", 22)
    ec2().disable_vgw_route_propagation(RouteTableId=there.main_table, GatewayId=gateway)
    assert not lab.connect("192.168.7.7", inner, 5432)


def test_two_networks_of_the_same_block_behind_one_office():
    first, second = site(), site()
    for there in (first, second):
        gateway, _ = premises(there)
        ec2().enable_vgw_route_propagation(RouteTableId=there.main_table, GatewayId=gateway)
    inner = [machine(one.private, group(one.vpc, "inner", 5432, source="192.168.0.0/16")) for one in (first, second)]
    assert all(lab.connect("192.168.7.7", one, 5432) for one in inner)
    alone = site()
    hidden = machine(alone.private, group(alone.vpc, "inner", 5432, source="192.168.0.0/16"))
    assert lab.connect("192.168.7.7", hidden, 5432).outcome == "time-out"


def test_interface_endpoints_serve_premises_and_gateway_endpoints_do_not():
    there = named_network()
    gateway, _ = premises(there)
    ec2().enable_vgw_route_propagation(RouteTableId=there.main_table, GatewayId=gateway)
    door = ec2().create_vpc_endpoint(
        VpcId=there.vpc, ServiceName="com.amazonaws.us-east-1.sqs", VpcEndpointType="Interface",
        SubnetIds=[there.private], SecurityGroupIds=[group(there.vpc, "door", 443)],
    )["VpcEndpoint"]  # fmt: skip
    assert lab.connect("192.168.7.7", door["VpcEndpointId"])
    ec2().create_vpc_endpoint(
        VpcId=there.vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[there.main_table]
    )
    assert not lab.connect("192.168.7.7", "s3")


def test_a_database_is_reached_through_its_group():
    there = site()
    second = ec2().create_subnet(VpcId=there.vpc, CidrBlock="10.0.3.0/24", AvailabilityZone="us-east-1b")["Subnet"]
    rds = boto3.client("rds", region_name="us-east-1")
    rds.create_db_subnet_group(
        DBSubnetGroupName="inner", DBSubnetGroupDescription="x", SubnetIds=[there.private, second["SubnetId"]]
    )
    application = group(there.vpc, "application")
    rds.create_db_instance(
        DBInstanceIdentifier="orders", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="ada", MasterUserPassword="correct-horse", DBSubnetGroupName="inner",
        VpcSecurityGroupIds=[group(there.vpc, "data", 5432, source=application)],
    )  # fmt: skip
    assert lab.connect(machine(there.public, application), "orders", 5432)
    assert not lab.connect("internet", "orders", 5432)
    assert not lab.connect(machine(there.public, group(there.vpc, "other")), "orders", 5432)


def test_a_balancer_is_reached_from_outside_and_reaches_its_targets():
    there = site()
    second = ec2().create_subnet(VpcId=there.vpc, CidrBlock="10.0.3.0/24", AvailabilityZone="us-east-1b")["Subnet"]
    ec2().associate_route_table(RouteTableId=there.public_table, SubnetId=second["SubnetId"])
    front = group(there.vpc, "front", 80)
    elb = boto3.client("elbv2", region_name="us-east-1")
    balancer = elb.create_load_balancer(
        Name="shop", Subnets=[there.public, second["SubnetId"]], SecurityGroups=[front], Scheme="internet-facing"
    )["LoadBalancers"][0]
    targets = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=there.vpc)["TargetGroups"][0]
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets["TargetGroupArn"]}],
    )  # fmt: skip
    web = machine(there.private, group(there.vpc, "web", 80, source=front))
    assert lab.connect("internet", "shop", 80)
    assert lab.connect("internet", balancer["DNSName"], 80)
    assert lab.connect("shop", web, 80)
    assert not lab.connect("internet", web, 80)


def test_a_function_in_a_network_has_no_public_address():
    there = site()
    its = group(there.vpc, "function")
    role = boto3.client("iam").create_role(
        RoleName="function",
        AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
        '{"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}',
    )["Role"]["Arn"]
    boto3.client("iam").attach_role_policy(
        RoleName="function", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
    )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("index.py", "def handler(event, context):\n    return event\n")
    boto3.client("lambda", region_name="us-east-1").create_function(
        FunctionName="register", Runtime="python3.13", Role=role, Handler="index.handler",
        Code={"ZipFile": code.getvalue()}, VpcConfig={"SubnetIds": [there.public], "SecurityGroupIds": [its]},
    )  # fmt: skip
    assert "no public address" in lab.connect("register", "internet").why


def test_each_region_has_its_own_default_network():
    far = boto3.client("ec2", region_name="eu-west-1")
    (vpc,) = far.describe_vpcs()["Vpcs"]
    assert vpc["IsDefault"]
    near = ec2().describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    for client, name in ((far, vpc["VpcId"]), (ec2(), near)):
        wanted = [{"Name": "attachment.vpc-id", "Values": [name]}]
        assert len(client.describe_internet_gateways(Filters=wanted)["InternetGateways"]) == 1
    assert main_table(near)
