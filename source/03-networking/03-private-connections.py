# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '4.1'
#     minutes: 60
#     practises:
#       break-even:
#       - dx.basics
#       - dx.choose-link
#       - vpn.site-to-site
#       fortress:
#       - vpc.three-tier
#       - vpc.cheat-sheet
#       join:
#       - peering.rules
#       lost-replies:
#       - flowlogs.analyse
#       private-ways:
#       - endpoint.kinds
#       record-all:
#       - flowlogs.capture
#       who-reaches:
#       - endpoint.on-premises
#     services:
#     - ec2
#     - logs
#     - s3
#     title: Flow logs, and private connections
#     topics:
#     - flowlogs.capture
#     - flowlogs.analyse
#     - peering.rules
#     - endpoint.kinds
#     - endpoint.on-premises
#     - vpn.site-to-site
#     - dx.basics
#     - dx.choose-link
#     - vpc.three-tier
#     - vpc.lamp-stack
#     - vpc.wordpress
#     - vpc.cheat-sheet
# ---

# %% [markdown]
# # Flow logs, and private connections
#
# Alder Vets grows. A second practice joins with a network of its own, the laboratory in the basement must reach the
# records, and backups should go to S3 without touching the internet. After this lesson you can record who talked to
# whom, join networks, reach AWS's services privately, choose a line to your own building, and check a three-tier
# network for holes.

# %% setup="start"
import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("03-networking/03-private-connections")
lab.start()
ec2 = boto3.client("ec2")
iam = boto3.client("iam")
logs = boto3.client("logs")
image = boto3.client("ssm").get_parameter(Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")[
    "Parameter"
]["Value"]


# %% setup="site"
def main_table(vpc: str) -> str:
    """The main route table of a VPC."""
    main = {"Name": "association.main", "Values": ["true"]}
    of_vpc = {"Name": "vpc-id", "Values": [vpc]}
    found: Any = ec2.describe_route_tables(Filters=[of_vpc, main])
    return found["RouteTables"][0]["RouteTableId"]


def new_site(first: str = "10.1") -> tuple[str, str, str]:
    """A VPC with a public subnet (x.y.1.0/24) and a private one (x.y.2.0/24)."""
    vpc = ec2.create_vpc(CidrBlock=f"{first}.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    public, private = (
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"{first}.{n}.0/24",
            AvailabilityZone="us-east-1a",
        )["Subnet"]["SubnetId"]
        for n in (1, 2)
    )
    ec2.associate_route_table(RouteTableId=table, SubnetId=public)
    return vpc, public, private


def open_group(vpc: str, *ports: int, source: str = "0.0.0.0/0") -> str:
    """A group that lets TCP ports in from a block, or from another group."""
    made = ec2.create_security_group(
        GroupName=lab.unique_name("open"),
        Description="open",
        VpcId=vpc,
    )["GroupId"]
    for port in ports:
        rule: Any = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        if source.startswith("sg-"):
            rule["UserIdGroupPairs"] = [{"GroupId": source}]
        else:
            rule["IpRanges"] = [{"CidrIp": source}]
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    return made


def machine(subnet: str, *groups: str, public: bool = False) -> str:
    """A t3.micro with these security groups; public=True gives it a public address."""
    card: Any = {
        "DeviceIndex": 0,
        "SubnetId": subnet,
        "Groups": list(groups),
        "AssociatePublicIpAddress": public,
    }
    made = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[card],
    )
    return made["Instances"][0]["InstanceId"]


vpc, public, private = new_site()

# %% [markdown]
# ## Flow logs: who talked to whom
#
# A **flow log** records the traffic of a VPC, a subnet or one network interface; also of interfaces that AWS manages
# for you (load balancers, RDS, ElastiCache). It keeps *metadata*: addresses, ports, packets, bytes, `ACCEPT` or
# `REJECT`, never the content. It captures accepted traffic, rejected traffic or `ALL`, and sends records to CloudWatch
# Logs, S3 or Amazon Data Firehose.
#
# Records are collected over an **aggregation interval**: 600 seconds by default, or 60. For instances of the Nitro
# kind it is 60 at most, whatever you chose.
#
# > **Then and now.** Older notes know CloudWatch Logs and S3 only. Firehose came in 2022.
#
# What AWS cannot record it reports in `Unsuccessful`, and raises no error:

# %%
answer_of_aws = ec2.create_flow_logs(
    ResourceIds=[vpc],
    ResourceType="VPC",
    TrafficType="REJECT",
    LogDestinationType="s3",
    LogDestination="arn:aws:s3:::no-such-bucket-of-alder",
)
print("made:        ", answer_of_aws["FlowLogIds"])
print("unsuccessful:", answer_of_aws["Unsuccessful"][0]["Error"])

# %% [markdown]
# To write into CloudWatch Logs the service `vpc-flow-logs.amazonaws.com` takes a **role** that you give it.
#
# ### Your turn: record everything
#
# Write `record_all(vpc, group)`: traffic of all kinds in the VPC goes to the CloudWatch log group `group` (it exists),
# in intervals of 60 seconds. Make the role as well, named with `lab.unique_name("flow-logs")`: trusted by the service,
# with the permissions `logs:CreateLogStream` and `logs:PutLogEvents` and no others. Return the id of the flow log.
#
# <details><summary>Hint</summary>
#
# `create_flow_logs(ResourceIds=[...], ResourceType="VPC", TrafficType=..., LogGroupName=...,`
# `DeliverLogsPermissionArn=..., MaxAggregationInterval=60)` returns `FlowLogIds`.
# </details>


# %% exercise="record-all"
def record_all(vpc: str, group: str) -> str:
    """Record all traffic of a VPC in a log group; returns the flow log's id."""
    ### BEGIN SOLUTION
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    write = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "*",
    }
    name = lab.unique_name("flow-logs")
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    iam.put_role_policy(
        RoleName=name,
        PolicyName="write",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [write]}),
    )
    made = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName=group,
        DeliverLogsPermissionArn=role,
        MaxAggregationInterval=60,
    )
    return made["FlowLogIds"][0]
    ### END SOLUTION


# %% check="record-all" points=2
with check("record-all", needs="record_all", right="Without the role AWS would say: Access error.") as expect:

    def recorded(first: str) -> None:
        home, front, _ = new_site(first)
        group = lab.unique_name("flows")
        logs.create_log_group(logGroupName=group)
        server = machine(front, open_group(home, 443), public=True)
        name = record_all(home, group)
        found = ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [home]}])["FlowLogs"]
        expect(len(found) == 1, f"The VPC has {len(found)} flow logs; it should have one.")
        expect.equal(name, found[0]["FlowLogId"], "The id that you return")
        expect.equal(found[0]["MaxAggregationInterval"], 60, "The aggregation interval in seconds")
        lab.connect("internet", server, 443)
        lab.connect("internet", server, 22)
        lab.clock.advance(seconds=61)
        now = ec2.describe_flow_logs(FlowLogIds=[name])["FlowLogs"][0]
        problem = now.get("DeliverLogsErrorMessage")
        expect(not problem, f"The flow log reports '{problem}'. Look at the role: whom it trusts, what it may do.")
        events = logs.filter_log_events(logGroupName=group)["events"]
        verdicts = {event["message"].split()[12] for event in events}
        expect(verdicts == {"ACCEPT", "REJECT"}, f"A call that passes and one that does not left {sorted(verdicts)}.")
        asked = iam.simulate_principal_policy(
            PolicySourceArn=now["DeliverLogsPermissionArn"],
            ActionNames=["logs:DeleteLogGroup", "logs:GetLogEvents", "iam:CreateUser"],
        )["EvaluationResults"]
        spare = [one["EvalActionName"] for one in asked if one["EvalDecision"] == "allowed"]
        expect(not spare, f"The role may also call {spare[:1]}. Two permissions are enough.")

    recorded("10.5")
    ### BEGIN HIDDEN TESTS
    recorded("10.6")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Read the records
#
# A record of the default format has 14 fields. Here are some, from a web server that meets four visitors. Two of them
# the group stops; and the subnet's network ACL was written by somebody who thought too little of replies.
#
# > **Lab and AWS.** The lab delivers records when the interval is over; AWS some minutes later.


# %% setup="records"
FIELDS = (
    *("version", "account", "interface", "source", "target", "source_port", "target_port"),
    *("protocol", "packets", "bytes", "start", "end", "action", "status"),
)


def recorder(vpc: str) -> str:
    """A flow log of a VPC into a new log group; returns the group's name."""
    name = lab.unique_name("traffic")
    logs.create_log_group(logGroupName=name)
    service = {"Service": "vpc-flow-logs.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    iam.put_role_policy(
        RoleName=name,
        PolicyName="write",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    settings: Any = {"LogGroupName": name, "DeliverLogsPermissionArn": role}
    ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", **settings)
    return name


def records(group: str) -> list[str]:
    """The records of a log group once the interval is over."""
    lab.clock.advance(seconds=61)
    events = logs.filter_log_events(logGroupName=group)["events"]
    return [event["message"] for event in events]


def forgetful_acl(vpc: str, subnet: str, last: int) -> None:
    """Lets TCP in, and out only up to port `last`."""
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    for out, top in ((False, 65535), (True, last)):
        ec2.create_network_acl_entry(
            NetworkAclId=acl,
            RuleNumber=100,
            RuleAction="allow",
            Egress=out,
            Protocol="6",
            CidrBlock="0.0.0.0/0",
            PortRange={"From": 0, "To": top},
        )
    wanted: Any = [{"Name": "association.subnet-id", "Values": [subnet]}]
    for one in ec2.describe_network_acls(Filters=wanted)["NetworkAcls"][0]["Associations"]:
        if one["SubnetId"] == subnet:
            ec2.replace_network_acl_association(
                AssociationId=one["NetworkAclAssociationId"],
                NetworkAclId=acl,
            )


# %%
traffic = recorder(vpc)
web = machine(public, open_group(vpc, 443), public=True)
forgetful_acl(vpc, public, last=40_000)
lab.connect("198.51.100.7", web, 443, source_port=33_001, receives=90_000)
lab.connect("198.51.100.8", web, 443, source_port=52_100)
for _ in range(9):
    lab.connect("198.51.100.9", web, 22)
for _ in range(4):
    lab.connect("203.0.113.5", web, 3389)
lines = records(traffic)
for line in lines:
    print(" ".join(line.split()[3:7]), "...", line.split()[12])

# %%
rejected: dict[str, int] = {}
for line in lines:
    record = dict(zip(FIELDS, line.split(), strict=True))
    if record["action"] == "REJECT":
        port = f"to port {record['target_port']}"
        rejected[port] = rejected.get(port, 0) + int(record["packets"])
charts.bars(
    rejected,
    unit="rejected packets",
    headline="A reject to port 52100 is a reply, and only an ACL stops replies",
    highlight=["to port 52100"],
    source="flow log of this lesson's web server",
)

# %% [markdown]
# A request that is rejected at once was stopped by a group *or* an ACL. But a request that was accepted and whose
# *reply* is rejected can mean only one thing: a network ACL, because groups let replies pass.
#
# ### Your turn: find the lost replies
#
# Write `lost_replies(lines)`: the lines are records in the default format, in any order. Return a set of pairs
# `(client, port)`: the client's address and the server's port for every request that was accepted while its reply was
# rejected at the same interface. `FIELDS` names the fields.
#
# <details><summary>Hint</summary>
#
# A reply has the addresses and the ports of its request, swapped.
# </details>


# %% exercise="lost-replies"
def lost_replies(lines: list[str]) -> set[tuple[str, int]]:
    """Clients and ports whose replies a network ACL stopped."""
    ### BEGIN SOLUTION
    seen = {}
    for line in lines:
        one = dict(zip(FIELDS, line.split(), strict=True))
        key = (
            one["interface"],
            one["source"],
            one["source_port"],
            one["target"],
            one["target_port"],
        )
        seen[key] = one["action"]
    lost = set()
    for (card, client, its_port, server, port), action in seen.items():
        if action == "ACCEPT" and seen.get((card, server, port, client, its_port)) == "REJECT":
            lost.add((client, int(port)))
    return lost
    ### END SOLUTION


# %% check="lost-replies" points=2
with check("lost-replies", needs="lost_replies", right="Two records, swapped: that is an ACL at work.") as expect:

    def at_work(first: str, last: int) -> None:
        home, front, _ = new_site(first)
        group = recorder(home)
        server = machine(front, open_group(home, 443, 8080), public=True)
        forgetful_acl(home, front, last)
        calls = [
            ("198.51.100.7", 443, last - 5),
            ("198.51.100.8", 443, last + 7),
            ("198.51.100.8", 8080, last + 9),
            ("198.51.100.9", 22, last + 9),
            ("203.0.113.5", 8080, last - 9),
            ("203.0.113.6", 9000, 1_030),
        ]
        for client, port, own in calls:
            lab.connect(client, server, port, source_port=own)
        lab.connect(server, "internet", 443)
        lines = records(group)
        found = lost_replies(list(lines))
        wanted = {("198.51.100.8", 443), ("198.51.100.8", 8080)}
        case = f"An ACL lets packets out up to port {last}"
        expect(isinstance(found, (set, frozenset)), "Return a set of pairs.")
        strange = found - wanted
        expect(
            not strange,
            f"{case}: {sorted(strange, key=str)[:1]} should not be found; were request and reply both seen?",
        )
        expect(
            found == wanted, f"{case}: {len(wanted - found)} of 2 lost replies are missing. Pairs are (text, number)."
        )
        turned = lost_replies(lines[::-1])
        expect(turned == wanted, f"{case}: with the same records in another order you find {len(turned)} of 2.")

    at_work("10.7", 40_000)
    ### BEGIN HIDDEN TESTS
    at_work("10.8", 50_000)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Join two networks: peering
#
# A **peering connection** joins two VPCs over AWS's own network, also across accounts and Regions. Four steps: one side
# asks, the other side *accepts* (within seven days), and **both** add routes.
#
# - Blocks must not overlap.
# - It is **not transitive**: A-B and B-C do not join A and C, and nobody uses the other side's gateways.
#
# So a full mesh of n networks needs n(n-1)/2 connections. From a handful of networks on, people take a **transit
# gateway**: a hub to which each network connects once.

# %%
count = list(range(2, 21))
charts.curves(
    {
        "peering, everyone with everyone": (count, [n * (n - 1) / 2 for n in count]),
        "transit gateway": (count, [float(n) for n in count]),
    },
    headline="Twenty networks need 190 peerings, or 20 attachments to one hub",
    x_label="networks",
    y_label="connections",
    source="n(n-1)/2 and n",
)

# %% [markdown]
# ### Your turn: repair the union
#
# A colleague wrote `join(ours, theirs)` for two VPCs of the account in one Region. Machines in all subnets that follow
# the *main* tables should reach each other, by the smallest routes that do it; the way to the internet stays as it is.
# If the blocks overlap, AWS makes the connection `failed`: raise `ValueError` then. Return the id of the connection.
# Repair it. Each VPC has one block.
#
# <details><summary>Hint</summary>
#
# `describe_vpc_peering_connections` shows `Status`, and `RequesterVpcInfo` and `AccepterVpcInfo` each with a
# `CidrBlock`. A route must lead to the *other* side's block.
# </details>


# %% exercise="join" repair=true
def join(ours: str, theirs: str) -> str:
    """Join two VPCs by peering; returns the connection's id."""
    made = ec2.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)
    name = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.create_route(
        RouteTableId=main_table(ours),
        DestinationCidrBlock="0.0.0.0/0",
        VpcPeeringConnectionId=name,
    )
    return name


### BEGIN SOLUTION
def join(ours: str, theirs: str) -> str:
    """Join two VPCs by peering; returns the connection's id."""
    made = ec2.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)
    name = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    shown = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[name])
    if shown["VpcPeeringConnections"][0]["Status"]["Code"] == "failed":
        raise ValueError(f"the blocks of {ours} and {theirs} overlap")
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    for here, there in ((ours, theirs), (theirs, ours)):
        block = ec2.describe_vpcs(VpcIds=[there])["Vpcs"][0]["CidrBlock"]
        ec2.create_route(
            RouteTableId=main_table(here),
            DestinationCidrBlock=block,
            VpcPeeringConnectionId=name,
        )
    return name


### END SOLUTION


# %% check="join" points=2
with check("join", needs="join", right="A road needs a sign at both ends.") as expect:

    def joined(one: str, other: str) -> None:
        (ours, _, here), (theirs, _, there) = new_site(one), new_site(other)
        ends = [
            machine(here, open_group(ours, 5432, source="10.0.0.0/8")),
            machine(there, open_group(theirs, 5432, source="10.0.0.0/8")),
        ]
        name = join(ours, theirs)
        expect(isinstance(name, str) and name.startswith("pcx-"), "Return the id of the peering connection, pcx-...")
        state = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[name])["VpcPeeringConnections"][0][
            "Status"
        ]
        expect(state["Code"] == "active", f"The connection is {state['Code']}: the other side has to accept it.")
        for source, target in (ends, ends[::-1]):
            seen = lab.connect(source, target, 5432)
            expect(bool(seen), f"{source} does not reach {target}. {seen.way}: {seen.stopped_at}: {seen.why}")
        for home, block in ((ours, f"{other}.0.0/16"), (theirs, f"{one}.0.0/16")):
            routes = ec2.describe_route_tables(RouteTableIds=[main_table(home)])["RouteTables"][0]["Routes"]
            blocks = [route["DestinationCidrBlock"] for route in routes if route.get("VpcPeeringConnectionId") == name]
            expect(blocks == [block], f"The routes to the connection should be for {block}; they are for {blocks}.")
            tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [home]}])["RouteTables"]
            led = [one for one in tables if any(r.get("VpcPeeringConnectionId") == name for r in one["Routes"])]
            expect(len(led) == 1, f"{len(led)} tables of a VPC lead to the connection; only the main one should.")

    def overlapping(block: str) -> None:
        ours, theirs = new_site("10.40")[0], ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
        try:
            join(ours, theirs)
        except ValueError:
            return
        except ClientError as error:
            expect(
                False,
                f"10.40.0.0/16 and {block} overlap: raise ValueError; AWS said {error.response['Error']['Code']}.",
            )
        expect(False, f"10.40.0.0/16 and {block} overlap, and join said nothing. Raise ValueError.")

    joined("10.20", "10.21")
    overlapping("10.40.128.0/17")
    ### BEGIN HIDDEN TESTS
    joined("10.30", "10.31")
    overlapping("10.40.0.0/16")
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*

# %% [markdown]
# ## AWS's services without the internet: endpoints
#
# S3, SQS and the rest live at public addresses. A private machine reaches them through NAT, or through a **VPC
# endpoint**, which is private, shorter and cheaper:
#
# | | gateway endpoint | interface endpoint (PrivateLink) |
# |---|---|---|
# | for | S3 and DynamoDB | nearly all services |
# | is | a route, in the tables you name | an interface with a private address, in the subnets you name |
# | guarded by | its policy | its policy and security groups |
# | costs | nothing | by the hour for each zone, and by the gigabyte |
#
# With **private DNS** the service's usual name leads to the interface endpoint, so programs need no change. That wants
# DNS support *and* DNS host names in the VPC.
#
# > **Then and now.** S3 (2021) and DynamoDB (2024) have interface endpoints as well. For traffic from inside the VPC,
# > the gateway kind is still the answer: it is free.

# %%
keeper = machine(private, open_group(vpc))
for service in ("s3", "sqs"):
    print(f"{service:3} from a private subnet, today: {lab.connect(keeper, service).outcome}")
names: Any = [{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.s3"]}]
listed = ec2.describe_managed_prefix_lists(Filters=names)["PrefixLists"][0]["PrefixListId"]
for entry in ec2.get_managed_prefix_list_entries(PrefixListId=listed)["Entries"]:
    print("S3 lives at", entry["Cidr"])

# %% [markdown]
# ### Your turn: two private ways
#
# Write `private_ways(vpc, subnet)`. The subnet follows the VPC's main table, and there is no NAT. Afterwards machines
# of the subnet reach
#
# - S3 through a **gateway** endpoint, and only for the bucket `alder-records`: the endpoint's policy lets
#   `s3:GetObject` and `s3:PutObject` on its objects through and nothing else;
# - SQS by its usual name through an **interface** endpoint in this subnet. Its group lets TCP 443 in from 10.0.0.0/8
#   only.
#
# <details><summary>Hint</summary>
#
# `create_vpc_endpoint(VpcEndpointType=..., ServiceName="com.amazonaws.us-east-1.s3", ...)` takes `RouteTableIds` for
# the one kind, `SubnetIds` and `SecurityGroupIds` for the other. `open_group` of the setup makes a group. Objects of a
# bucket are `arn:aws:s3:::NAME/*`.
# </details>


# %% exercise="private-ways"
def private_ways(vpc: str, subnet: str) -> None:
    """S3 and SQS for a private subnet, without the internet."""
    ### BEGIN SOLUTION
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    only_records = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": "arn:aws:s3:::alder-records/*",
    }
    of_region = "com.amazonaws.us-east-1"
    ec2.create_vpc_endpoint(
        VpcEndpointType="Gateway",
        VpcId=vpc,
        ServiceName=f"{of_region}.s3",
        RouteTableIds=[main_table(vpc)],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [only_records]}),
    )
    ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=vpc,
        ServiceName=f"{of_region}.sqs",
        SubnetIds=[subnet],
        SecurityGroupIds=[open_group(vpc, 443, source="10.0.0.0/8")],
        PrivateDnsEnabled=True,
    )
    ### END SOLUTION


# %% check="private-ways" points=2
with check("private-ways", needs="private_ways", right="No gateway to the internet was touched.") as expect:

    def reached(first: str) -> None:
        home, _, inside = new_site(first)
        server = machine(inside, open_group(home))
        try:
            private_ways(home, inside)
        except ClientError as error:
            expect(False, f"AWS refused: {error.response['Error']['Message']}")
        to_s3, to_sqs = lab.connect(server, "s3"), lab.connect(server, "sqs")
        expect(bool(to_s3), f"S3 is not reached. {to_s3.stopped_at}: {to_s3.why}")
        expect(bool(to_sqs), f"SQS is not reached by its usual name. {to_sqs.stopped_at}: {to_sqs.why}")
        kinds = {
            one["ServiceName"].rpartition(".")[2]: one
            for one in ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [home]}])["VpcEndpoints"]
        }
        expect.equal(kinds["s3"]["VpcEndpointType"], "Gateway", "The kind of the endpoint for S3, which should be free")
        expect(not lab.connect(server, "internet"), "The machine reaches the internet now; it should not.")
        requests = {
            ("s3:GetObject", "arn:aws:s3:::alder-records/bella.pdf"): True,
            ("s3:PutObject", "arn:aws:s3:::alder-records/2026/rex.pdf"): True,
            ("s3:DeleteObject", "arn:aws:s3:::alder-records/bella.pdf"): False,
            ("s3:PutObject", "arn:aws:s3:::somebody-elses/loot.zip"): False,
            ("s3:GetObject", "arn:aws:s3:::alder-records-2025/rex.pdf"): False,
            ("s3:PutObjectAcl", "arn:aws:s3:::alder-records/bella.pdf"): False,
            ("s3:ListBucket", "arn:aws:s3:::alder-records"): False,
        }
        for (action, arn), passes in requests.items():
            should = "should let through" if passes else "should not let through"
            expect(to_s3.permits(action, arn) is passes, f"The S3 endpoint's policy {should} {action} on {arn}.")
        expect.equal(kinds["sqs"]["SubnetIds"], [inside], "The subnets of the endpoint for SQS")
        groups = [one["GroupId"] for one in kinds["sqs"]["Groups"]]
        doors = [
            (
                rule.get("FromPort"),
                rule.get("ToPort"),
                [one["CidrIp"] for one in rule["IpRanges"]] + [one["CidrIpv6"] for one in rule.get("Ipv6Ranges", [])],
            )
            for group in ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]
            for rule in group["IpPermissions"]
        ]
        expect(
            doors == [(443, 443, ["10.0.0.0/8"])],
            f"The endpoint's group should let in 443 from 10.0.0.0/8; it has {doors}.",
        )

    reached("10.41")
    ### BEGIN HIDDEN TESTS
    reached("10.42")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A line to your own building: VPN
#
# The laboratory in the basement (192.168.0.0/16) is no VPC. A **Site-to-Site VPN** joins it: your device, the
# **customer gateway**, builds two encrypted tunnels over the internet to a **virtual private gateway** at the VPC (or
# to a transit gateway). It is ready in minutes, and carries 1.25 Gbps a tunnel (since November 2025 up to 5 at a
# transit gateway). Routes back to the basement come into the tables by hand or by *propagation*. Single people with
# laptops use **Client VPN**.


# %% setup="basement"
def basement(vpc: str) -> str:
    """A VPN from 192.168.0.0/16 to a VPC, its routes propagated to the main table; returns the VPN's id."""
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=vpc)
    device = ec2.create_customer_gateway(
        Type="ipsec.1",
        PublicIp="203.0.113.99",
        BgpAsn=65000,
    )["CustomerGateway"]["CustomerGatewayId"]
    tunnel = ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=device,
        VpnGatewayId=gateway,
        Options={"StaticRoutesOnly": True},
    )["VpnConnection"]["VpnConnectionId"]
    ec2.create_vpn_connection_route(
        VpnConnectionId=tunnel,
        DestinationCidrBlock="192.168.0.0/16",
    )
    ec2.enable_vgw_route_propagation(RouteTableId=main_table(vpc), GatewayId=gateway)
    return tunnel


# %%
basement(vpc)
files = machine(private, open_group(vpc, 5432, source="192.168.0.0/16"))
print(lab.connect("192.168.7.7", files, 5432))

# %% [markdown]
# ### Your turn: who reaches which endpoint?
#
# A VPC has a gateway endpoint for S3 (in its main table) and an interface endpoint for SQS, open to all private
# addresses. A second VPC is peered with it, with routes on both sides; the basement is joined by a VPN. There is no
# other way to S3 or SQS. Who reaches what through these endpoints? Write `True` or `False`; the check builds it and
# tries.
#
# <details><summary>Hint</summary>
#
# One kind is a line in a route table, which only packets from the VPC's own subnets read. The other kind is an address
# in the VPC.
# </details>

# %% exercise="who-reaches"
reaches: dict[str, bool | None] = {
    "the VPC itself, S3": None,
    "the VPC itself, SQS": None,
    "the peered VPC, S3": None,
    "the peered VPC, SQS": None,
    "the basement, S3": None,
    "the basement, SQS": None,
}
### BEGIN SOLUTION
reaches = {
    "the VPC itself, S3": True,
    "the VPC itself, SQS": True,
    "the peered VPC, S3": False,
    "the peered VPC, SQS": True,
    "the basement, S3": False,
    "the basement, SQS": True,
}
### END SOLUTION

# %% check="who-reaches" points=2
with check("who-reaches", needs="reaches", right="An interface has an address; a route has not.") as expect:
    names = [f"{who}, {what}" for who in ("the VPC itself", "the peered VPC", "the basement") for what in ("S3", "SQS")]
    expect(isinstance(reaches, dict) and set(reaches) == set(names), "Give one answer for each of the six lines.")
    unsaid = [name for name in names if not isinstance(reaches[name], bool)]
    expect(not unsaid, f"Say True or False for: {unsaid[:1]}.")

    def measured(first: str, second: str) -> dict[str, bool]:
        (home, _, inside), (other, _, there) = new_site(first), new_site(second)
        ec2.modify_vpc_attribute(VpcId=home, EnableDnsHostnames={"Value": True})
        pcx = ec2.create_vpc_peering_connection(VpcId=home, PeerVpcId=other)["VpcPeeringConnection"]
        bridge = pcx["VpcPeeringConnectionId"]
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=bridge)
        for here, block in ((home, f"{second}.0.0/16"), (other, f"{first}.0.0/16")):
            ec2.create_route(RouteTableId=main_table(here), DestinationCidrBlock=block, VpcPeeringConnectionId=bridge)
        tunnel = basement(home)
        ec2.create_vpc_endpoint(
            VpcId=home,
            ServiceName="com.amazonaws.us-east-1.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=[main_table(home)],
        )
        door = ec2.create_vpc_endpoint(
            VpcId=home, ServiceName="com.amazonaws.us-east-1.sqs", VpcEndpointType="Interface", SubnetIds=[inside],
            SecurityGroupIds=[open_group(home, 443)],
        )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
        callers = {
            "the VPC itself": machine(inside, open_group(home)),
            "the peered VPC": machine(there, open_group(other)),
            "the basement": "192.168.7.7",
        }
        seen = {}
        for name, caller in callers.items():
            seen[f"{name}, S3"] = bool(lab.connect(caller, "s3"))
            seen[f"{name}, SQS"] = bool(lab.connect(caller, door))
        ec2.delete_vpn_connection(VpnConnectionId=tunnel)
        return seen

    def compare(first: str, second: str) -> None:
        for name, truth in measured(first, second).items():
            kind = "is a route in the VPC's own tables" if name.endswith("S3") else "is an address in the VPC"
            expect(
                reaches[name] is truth, f"'{name}': measured in the lab it is not {reaches[name]}. The endpoint {kind}."
            )

    compare("10.50", "10.51")
    ### BEGIN HIDDEN TESTS
    compare("10.52", "10.53")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** Old notes say that endpoints cannot be reached over VPN or Direct Connect. That holds for gateway
# > endpoints only.
#
# ## A line of your own: Direct Connect
#
# **Direct Connect** is a physical private line from your building to an AWS location: a *dedicated* port of 1, 10, 100
# or 400 Gbps, or a partner's *hosted* connection from 50 Mbps to 25 Gbps. Private virtual interfaces lead to VPCs,
# public ones to AWS's services. Latency is steady and data out is cheaper. It takes a month or more to get, and it is
# **not encrypted** by itself: put a VPN over it, or MACsec. Often a VPN is its backup.

# %%
terabytes, share = 50, 0.8
links = {"100 Mbps": 0.1, "VPN, one tunnel": 1.25, "1 Gbps port": 1.0, "10 Gbps port": 10.0}
days = {name: terabytes * 8000 / (gbps * share) / 86_400 for name, gbps in links.items()}
charts.bars(
    days,
    unit="days",
    headline="Fifty terabytes take two months over 100 Mbps, and half a day over 10 Gbps",
    subtitle="50 TB at 80 % of the line, days",
    highlight=["100 Mbps"],
    source="50 TB x 8 bits / (speed x 0.8)",
)

# %% setup="line-prices"
hours = facts.HOURS_PER_MONTH
vpn_hour = facts.price("vpn", "site-to-site-vpn-connection-hour")
port_hour = facts.price("direct connect", "dedicated-port-1-gbps-hour")
internet_gb = facts.tiers("vpc", "internet-data-transfer-out")[0]
line_gb = facts.price("direct connect", "data-transfer-out")

# %%
charts.curves(
    {
        "VPN": lambda gb: vpn_hour * hours + gb * internet_gb,
        "Direct Connect, 1 Gbps port": lambda gb: port_hour * hours + gb * line_gb,
    },
    x=(0, 6000),
    breakeven=True,
    headline="From about 2.6 TB out a month the private line is cheaper than the VPN",
    x_label="GB out a month",
    y_unit="USD per month",
    source=[vpn_hour, port_hour, internet_gb, line_gb],
)

# %% [markdown]
# ### Your turn: when does the line pay?
#
# Write `choose_link(days, gb, gbps)`: the connection must work within `days` days, carry `gbps` gigabits per second,
# and `gb` gigabytes leave AWS each month. Return
#
# - `"vpn"` if there are fewer than 30 days;
# - otherwise `"direct connect"` if one tunnel of 1.25 Gbps is too slow;
# - otherwise whichever costs less a month (at equal cost `"vpn"`): hours times the price of an hour, plus data out.
#   Take `hours`, `vpn_hour`, `port_hour`, `internet_gb` and `line_gb`.
#
# <details><summary>Hint</summary>
#
# Three questions, in this order. The prices are in the setup cell above.
# </details>


# %% exercise="break-even"
def choose_link(days: int, gb: float, gbps: float) -> str:
    """ "vpn" or "direct connect"."""
    ### BEGIN SOLUTION
    if days < 30:
        return "vpn"
    if gbps > 1.25:
        return "direct connect"
    tunnel = vpn_hour * hours + gb * internet_gb
    line = port_hour * hours + gb * line_gb
    return "direct connect" if line < tunnel else "vpn"
    ### END SOLUTION


# %% check="break-even" points=1
with check("break-even", needs="choose_link", right="Quick and small: VPN. Steady and large: a line.") as expect:
    cases = {
        (7, 5_000, 0.5): ("vpn", "a week is too short for a physical line"),
        (90, 100, 0.1): ("vpn", "little data never pays for a port"),
        (90, 2_607, 1): ("vpn", "just below the break-even"),
        (90, 2_608, 1): ("direct connect", "just above the break-even"),
        (30, 100, 5): ("direct connect", "one tunnel carries 1.25 Gbps"),
        (60, 100, 1.25): ("vpn", "one tunnel carries just that"),
        (7, 100, 5): ("vpn", "a VPN is all that a week allows"),
    }
    for (days_left, gigabytes, speed), (best, why) in cases.items():
        expect.equal(
            choose_link(days_left, gigabytes, speed), best, f"{days_left} days, {gigabytes} GB, {speed} Gbps: {why}"
        )
    ### BEGIN HIDDEN TESTS
    expect.equal(choose_link(29, 50_000, 10), "vpn", "29 days: too short for a physical line")
    expect.equal(choose_link(60, 0, 1.2), "vpn", "60 days, nothing out, 1.2 Gbps")
    expect.equal(choose_link(60, 9_000, 1), "direct connect", "60 days, 9,000 GB, 1 Gbps")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Three tiers, put together
#
# The usual shape of a web application on AWS, in at least two zones:
#
# 1. **public** subnets hold the load balancer, and nothing else that matters;
# 2. **private** subnets hold the program, in an Auto Scaling group; only the balancer's group gets in;
# 3. **data** subnets, without any route outside, hold RDS and ElastiCache; only the program's group gets in.

# %%
charts.network(
    {
        "visitors": None,
        "CloudFront and S3": None,
        "VPC": {
            "public subnets": ["load balancer"],
            "private subnets": ["web servers (Auto Scaling)"],
            "data subnets": ["RDS, Multi-AZ", "ElastiCache", "EFS"],
        },
    },
    links=[
        ("visitors", "CloudFront and S3", "media"),
        ("visitors", "load balancer", "443"),
        ("load balancer", "web servers (Auto Scaling)", "8080"),
        ("web servers (Auto Scaling)", "RDS, Multi-AZ", "3306"),
        ("web servers (Auto Scaling)", "ElastiCache", "6379"),
        ("web servers (Auto Scaling)", "EFS", "2049"),
    ],
    headline="WordPress on AWS is the three tiers, with shared uploads on EFS",
    source="the shape described in this section",
)

# %% [markdown]
# The old **LAMP** stack fits in: *Linux* and *Apache* and *PHP* run on EC2, *MySQL* on RDS; ElastiCache holds what is
# asked for again and again, and the EBS root volume the software. For **WordPress** the uploads must be seen by all
# servers: EFS.
#
# ### Your turn: repair the fortress
#
# Somebody "made it work" in a three-tier network. `mend(site)` gets the ids of its security groups (`front`, `app`,
# `data`) and of the data subnet's route table (`table`). Whatever rules they have now, afterwards
#
# - `app` lets in TCP 8080 from members of `front`, and nothing else;
# - `data` lets in TCP 5432 from members of `app`, and nothing else;
# - the data subnet's table has no route but the local one.
#
# The machines keep their groups, and `front` stays as it is. The first lines are there; they help too little.
#
# <details><summary>Hint</summary>
#
# `describe_security_groups` gives `IpPermissions` in the very form that `revoke_security_group_ingress` takes. Local
# routes have the `GatewayId` "local" and cannot be deleted.
# </details>


# %% setup="fortress"
def leaky_site(first: str, app_leaks: list[Any], data_leaks: list[Any]) -> dict[str, str]:
    """A three-tier network in which somebody opened too much."""
    vpc, public, inside = new_site(first)
    deep = ec2.create_subnet(
        VpcId=vpc,
        CidrBlock=f"{first}.3.0/24",
        AvailabilityZone="us-east-1a",
    )["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=deep)
    of_vpc: Any = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    gateway = ec2.describe_internet_gateways(Filters=of_vpc)["InternetGateways"][0]
    for block in ("0.0.0.0/0", "203.0.113.0/24"):
        ec2.create_route(
            RouteTableId=table,
            DestinationCidrBlock=block,
            GatewayId=gateway["InternetGatewayId"],
        )
    front = open_group(vpc, 443)
    app = open_group(vpc, 8080, source=front)
    data = open_group(vpc, 5432, source=front)
    for group, leaks in ((app, app_leaks), (data, data_leaks)):
        if leaks:
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=leaks)
    return {
        "front": front,
        "app": app,
        "data": data,
        "table": table,
        "front machine": machine(public, front, public=True),
        "app machine": machine(inside, app),
        "data machine": machine(deep, data, public=True),
    }


def leak(first: int, last: int, block: str) -> Any:
    """A rule for a range of TCP ports from a block."""
    ranges = [{"CidrIp": block}]
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "IpRanges": ranges}


# %% exercise="fortress" repair=true
def mend(site: dict[str, str]) -> None:
    """Close what should never have been open."""
    ec2.revoke_security_group_ingress(
        GroupId=site["data"],
        IpPermissions=[leak(5432, 5432, "0.0.0.0/0")],
    )
    ec2.authorize_security_group_ingress(
        GroupId=site["data"],
        IpPermissions=[leak(5432, 5432, "10.0.0.0/8")],
    )


### BEGIN SOLUTION
def mend(site: dict[str, str]) -> None:
    """Close what should never have been open."""
    for tier, port, source in (("app", 8080, "front"), ("data", 5432, "app")):
        found = ec2.describe_security_groups(GroupIds=[site[tier]])["SecurityGroups"][0]
        rules: Any = found["IpPermissions"]
        if rules:
            ec2.revoke_security_group_ingress(GroupId=site[tier], IpPermissions=rules)
        ec2.authorize_security_group_ingress(
            GroupId=site[tier],
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "UserIdGroupPairs": [{"GroupId": site[source]}],
                }
            ],
        )
    routes = ec2.describe_route_tables(RouteTableIds=[site["table"]])["RouteTables"][0]["Routes"]
    for route in routes:
        if route.get("GatewayId") != "local":
            ec2.delete_route(
                RouteTableId=site["table"],
                DestinationCidrBlock=route["DestinationCidrBlock"],
            )


### END SOLUTION


# %% check="fortress" points=3
with check("fortress", needs="mend", right="Two locks and no road: that is how data should live.") as expect:

    def mended(first: str, app_leaks: list, data_leaks: list) -> None:
        site = leaky_site(first, app_leaks, data_leaks)
        front, app, data = (site[f"{tier} machine"] for tier in ("front", "app", "data"))
        before = ec2.describe_security_groups(GroupIds=[site["front"]])["SecurityGroups"][0]["IpPermissions"]
        try:
            mend(dict(site))
        except ClientError as error:
            expect(False, f"AWS refused: {error.response['Error']['Message']}")
        wanted = [
            ("the internet", "internet", "front", front, 443, True),
            ("front", front, "app", app, 8080, True),
            ("app", app, "data", data, 5432, True),
            ("the internet", "internet", "data", data, 5432, False),
            ("front", front, "data", data, 5432, False),
            ("front", front, "app", app, 22, False),
            ("data", data, "app", app, 8080, False),
            ("front", front, "data", data, 22, False),
            ("app", app, "data", data, 22, False),
            ("data", data, "the internet", "internet", 443, False),
        ]
        for from_name, source, to_name, target, port, passes in wanted:
            seen = lab.connect(source, target, port)
            should = "should reach" if passes else "should not reach"
            expect(bool(seen) is passes, f"{from_name} {should} {to_name} on port {port}. {seen.stopped_at} {seen.why}")
        for tier in ("app", "data"):
            rules = ec2.describe_security_groups(GroupIds=[site[tier]])["SecurityGroups"][0]["IpPermissions"]
            blocks = [one["CidrIp"] for rule in rules for one in rule["IpRanges"]]
            expect(not blocks, f"'{tier}' still admits the block {blocks[:1]}.")
            expect(len(rules) == 1, f"'{tier}' has {len(rules)} inbound rules; one is enough.")
        routes = ec2.describe_route_tables(RouteTableIds=[site["table"]])["RouteTables"][0]["Routes"]
        expect(len(routes) == 1, "The data subnet's table still has a route besides the local one.")
        after = ec2.describe_security_groups(GroupIds=[site["front"]])["SecurityGroups"][0]["IpPermissions"]
        expect(after == before, "The rules of 'front' have changed; they should stay as they are.")

    mended("10.60", [leak(22, 22, "0.0.0.0/0")], [leak(5432, 5432, "0.0.0.0/0")])
    mended("10.61", [], [leak(5432, 5432, "0.0.0.0/0"), leak(0, 65535, "10.0.0.0/8")])
    ### BEGIN HIDDEN TESTS
    mended("10.62", [leak(1, 65535, "10.0.0.0/8")], [leak(3306, 5432, "10.62.0.0/16")])
    ### END HIDDEN TESTS

# %% [markdown]
# ## All of it on one page

# %%
on_one_page = {
    "VPC": "your private network in one Region",
    "subnet": "a part of it, in one zone",
    "internet gateway": "the door of a VPC to the internet, both ways",
    "NAT gateway": "lets private subnets out, and nobody in",
    "network ACL": "at the subnet, numbered, allow and deny, stateless",
    "security group": "at the interface, allow only, stateful",
    "flow log": "who talked to whom, and what was rejected",
    "peering": "joins two VPCs; no overlap, not transitive",
    "VPC endpoint": "an AWS service, privately",
    "Site-to-Site VPN": "to your building, encrypted, over the internet",
    "Direct Connect": "to your building, over a private line",
}
for part, purpose in on_one_page.items():
    print(f"{part:17} {purpose}")

# %% [markdown]
# > **Bill.** On the real AWS: a VPN connection costs 0.05 USD an hour, an interface endpoint 0.01 an hour for each
# > zone, flow logs what CloudWatch Logs bills for their data. Delete them when you are done.
#
# ## To remember
#
# - Flow logs keep metadata by VPC, subnet or interface. ACCEPT and then a REJECT of the reply: a network ACL.
# - Peering: no overlap, accepted, routes on both sides, not transitive. Many networks: a transit gateway.
# - Gateway endpoints: S3 and DynamoDB, a route, free, only from the VPC's own subnets.
# - Interface endpoints: nearly all services, an address with a group, also for peers and on premises.
# - VPN: minutes, encrypted, over the internet. Direct Connect: weeks, steady, private, not encrypted by itself.
# - Three tiers: balancer public, program private, data without a road; each group names the one before.

# %% [markdown] question="accepted-then"
# ### Question 1
#
# A flow log shows a request to port 443 with ACCEPT and its reply with REJECT, at the same interface. What is the
# cause?
#
# - [ ] **A** The security group has no outbound rule.
#   > Groups are stateful; the reply of an accepted request passes without one.
# - [x] **B** The network ACL does not let the reply out to the client's ephemeral port.
#   > ACLs judge each packet on its own. This pair of records points to nothing else.
# - [ ] **C** The program does not listen.
#   > A refusal is a reply as well, and would be ACCEPT.
# - [ ] **D** The route table has no way back.
#   > A missing route drops packets without a REJECT record: only groups and ACLs reject.

# %% answer="accepted-then"
answer = "B"

# %% check="accepted-then" points=1
question("accepted-then", answer)

# %% [markdown] question="hub-or-mesh"
# ### Question 2
#
# VPC A is peered with B, and B with C. Machines in A should reach machines in C. What works?
#
# - [ ] **A** Routes in A and C that lead through B.
#   > Peering is not transitive; B passes nothing on.
# - [x] **B** A peering between A and C, with routes on both sides.
#   > Each pair needs its own connection, or all of them a transit gateway.
# - [ ] **C** A NAT gateway in B.
#   > Nobody may use the other side's gateways over a peering.
# - [ ] **D** A larger block for B that covers A and C.
#   > Blocks that overlap cannot even be peered.

# %% answer="hub-or-mesh"
answer = "B"

# %% check="hub-or-mesh" points=1
question("hub-or-mesh", answer)

# %% [markdown] question="cheap-backup"
# ### Question 3
#
# Private instances write two terabytes a month to S3 in the same Region, through a NAT gateway. The bill should fall,
# and the data should stay off the internet. What is best?
#
# - [x] **A** A gateway endpoint for S3 in the private subnets' route tables.
#   > It costs nothing, takes the traffic off the NAT gateway and needs no change in the programs.
# - [ ] **B** An interface endpoint for S3.
#   > Private as well, but it bills by the hour and the gigabyte. It is for callers on premises.
# - [ ] **C** Public addresses for the instances, instead of NAT.
#   > Then they stand on the internet, which the task rules out.
# - [ ] **D** Direct Connect with a public virtual interface.
#   > That joins your own building with AWS. The instances are inside already.

# %% answer="cheap-backup"
answer = "A"

# %% check="cheap-backup" points=1
question("cheap-backup", answer)

# %% [markdown] question="soon-and-safe"
# ### Question 4
#
# A company must join its office with its VPC by the end of the week. Traffic is moderate, and everything has to be
# encrypted. What fits?
#
# - [ ] **A** Direct Connect.
#   > Physical lines take weeks, and are not encrypted by themselves.
# - [x] **B** Site-to-Site VPN.
#   > Ready within minutes, encrypted by IPsec, over the internet line that is there.
# - [ ] **C** VPC peering.
#   > It joins VPCs; an office is none.
# - [ ] **D** An interface endpoint.
#   > It brings one service into the VPC, not the office.

# %% answer="soon-and-safe"
answer = "B"

# %% check="soon-and-safe" points=1
question("soon-and-safe", answer)

# %%
progress()
