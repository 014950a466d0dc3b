# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '4.1'
#     minutes: 60
#     practises:
#       block:
#       - nacl.rule-order
#       - nacl.basics
#       failover:
#       - eni.failover
#       - eni.attributes
#       nat-bill:
#       - vpc.nat-cost
#       strict-acl:
#       - nacl.stateless
#       - nacl.vs-sg
#       symptoms:
#       - sg.timeout-or-refused
#       - sg.stateful
#       three-tiers:
#       - sg.reference-group
#       - sg.scope-attach
#       way-out:
#       - vpc.nat
#       web-group:
#       - sg.what-it-controls
#       - sg.default-rules
#     services:
#     - ec2
#     title: Firewalls, and ways out
#     topics:
#     - sg.what-it-controls
#     - sg.scope-attach
#     - sg.default-rules
#     - sg.stateful
#     - sg.reference-group
#     - sg.timeout-or-refused
#     - nacl.basics
#     - nacl.rule-order
#     - nacl.stateless
#     - nacl.vs-sg
#     - vpc.nat
#     - vpc.nat-cost
#     - eni.attributes
#     - eni.failover
# ---

# %% [markdown]
# # Firewalls, and ways out
#
# Alder Vets has a network over two zones. Now the clinic decides who may talk to whom: owners reach the booking site
# and nothing else, only the booking program reaches the patients' records, and the servers fetch their updates without
# being reachable themselves. After this lesson you can write those rules, tell a blocked packet from a dead program,
# and say what each way out costs.

# %% setup="start"
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("03-networking/02-firewalls-and-ways-out")
lab.start()
ec2 = boto3.client("ec2")
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
    """A VPC with a public subnet (x.y.1.0/24) and a private one (x.y.2.0/24) in one zone."""
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


def new_group(vpc: str, purpose: str) -> str:
    """A security group without inbound rules."""
    made = ec2.create_security_group(
        GroupName=lab.unique_name(purpose),
        Description=purpose,
        VpcId=vpc,
    )
    return made["GroupId"]


vpc, public, private = new_site()

# %% [markdown]
# ## Security groups: the firewall at the machine's door
#
# A **security group** is a named list of *allow* rules. Each rule has a direction, a protocol, a port range, and a
# source (inbound) or target (outbound): an IPv4 or IPv6 block, a prefix list, or another group. What no rule allows is
# denied; there are no deny rules. (Old notes that say "allow or deny" are wrong.)
#
# It acts at the network interface, *outside* the machine: a blocked packet never arrives. A machine may have several
# groups, five by default; their rules add up. A new group lets **nothing in and everything out**.

# %%
booking = new_group(vpc, "booking")
fresh = ec2.describe_security_groups(GroupIds=[booking])["SecurityGroups"][0]
print("inbound ", fresh["IpPermissions"])
print("outbound", [(rule["IpProtocol"], rule["IpRanges"]) for rule in fresh["IpPermissionsEgress"]])

web = machine(public, booking, public=True)
print("to it   ", lab.connect("internet", web, 443).why)
print("from it ", lab.connect(web, "internet", 443).outcome)

# %% [markdown]
# Every VPC also has a group named `default`. It is special: it lets its own members in.
#
# A group belongs to one VPC in one Region; in another Region you make it again. (Since October 2024 a group can be
# associated with further VPCs of its Region; the lab does not have that.)
#
# ### Your turn: the booking site's group
#
# The office of the clinic has the addresses 198.51.100.0/28. Write `web_group(vpc)`: create a group, named with
# `lab.unique_name("web")`, that lets HTTP (80) and HTTPS (443) in from everywhere and SSH (22) from the office only.
# All of it is TCP. Return the group's id.
#
# <details><summary>Hint</summary>
#
# `authorize_security_group_ingress(GroupId=..., IpPermissions=[...])`; each permission has `IpProtocol`, `FromPort`,
# `ToPort` and `IpRanges=[{"CidrIp": ...}]`. A range from 80 to 443 would be 364 ports.
# </details>


# %% exercise="web-group"
def web_group(vpc: str) -> str:
    """A group for web servers; returns its id."""
    ### BEGIN SOLUTION
    group = ec2.create_security_group(
        GroupName=lab.unique_name("web"),
        Description="web for all, SSH for the office",
        VpcId=vpc,
    )["GroupId"]
    sources = {80: "0.0.0.0/0", 443: "0.0.0.0/0", 22: "198.51.100.0/28"}
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": port,
                "IpRanges": [{"CidrIp": source}],
            }
            for port, source in sources.items()
        ],
    )
    return group
    ### END SOLUTION


# %% check="web-group" points=1
with check("web-group", needs="web_group", right="Three doors, and one of them only for the office.") as expect:

    def guarded(first: str) -> None:
        home, front, _ = new_site(first)
        group = web_group(home)
        try:
            server = machine(front, group, public=True)
        except ClientError as error:
            expect(False, f"A machine cannot use the group: {error.response['Error']['Message']}")
        wanted = {
            ("internet", 80): True,
            ("internet", 443): True,
            ("198.51.100.1", 22): True,
            ("198.51.100.14", 22): True,
            ("198.51.100.77", 22): False,
            ("internet", 22): False,
            ("internet", 110): False,
            ("198.51.100.9", 21): False,
            ("198.51.100.9", 3389): False,
        }
        for (source, port), passes in wanted.items():
            seen = lab.connect(source, server, port)
            should = "should pass" if passes else "should be stopped"
            expect(
                bool(seen) is passes, f"TCP port {port} from {source} {should}, but the client sees: {seen.outcome}."
            )
        for source, port in (("internet", 443), ("198.51.100.9", 22)):
            expect(not lab.connect(source, server, port, "udp"), f"UDP gets in at {port}. HTTP and SSH are TCP.")

    guarded("10.5")
    ### BEGIN HIDDEN TESTS
    guarded("10.6")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What the client sees
#
# Two failures look alike to a user, and a developer tells them apart at once:
#
# - **time-out**: nothing came back. The packet, or the reply, was dropped: group, ACL, route, or no public address;
# - **connection refused**: the packet arrived, and the machine answered that no program listens on this port.
#
# Security groups are **stateful**: they remember a connection that they let in, and let its replies out, whatever the
# outbound rules say. New rules act on new connections at once. `lab.listen(machine, 443)` tells the lab on which ports
# programs listen.

# %% setup="cases"
everything: Any = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def opened(vpc: str, *ports: int) -> str:
    """A group that lets these TCP ports in from everywhere."""
    group = new_group(vpc, "opened")
    for port in ports:
        rule: Any = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        rule["IpRanges"] = [{"CidrIp": "0.0.0.0/0"}]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


# %%
shop = machine(public, opened(vpc, 80, 443), public=True)
lab.listen(shop, 443)
for port in (443, 80, 22):
    print(f"port {port:3}: {lab.connect('internet', shop, port).outcome}")

# %% [markdown]
# ### Your turn: predict, then measure
#
# Five machines in a public subnet, each with a public address. Somebody on the internet calls port 443. What does the
# client see? Write `"connected"`, `"refused"` or `"time-out"` for each; the check then builds them and calls.
#
# - `a`: the group lets 443 in, a program listens on 443.
# - `b`: the group lets 443 in, the program has crashed.
# - `c`: the group lets 80 in only, a program listens on 443.
# - `d`: the group lets 443 in, *all its outbound rules are removed*, a program listens on 443.
# - `e`: as `a`, but the machine is stopped.
#
# <details><summary>Hint</summary>
#
# Ask for each: does the packet arrive, is there somebody who could answer, and does the group remember?
# </details>

# %% exercise="symptoms"
symptoms = {
    "a": "",
    "b": "",
    "c": "",
    "d": "",
    "e": "",
}
### BEGIN SOLUTION
symptoms = {
    "a": "connected",
    "b": "refused",
    "c": "time-out",
    "d": "connected",
    "e": "time-out",
}
### END SOLUTION

# %% check="symptoms" points=2
with check("symptoms", needs="symptoms", right="Refused is good news: the network works.") as expect:
    expect(isinstance(symptoms, dict) and set(symptoms) == set("abcde"), "Give one answer each for a, b, c, d and e.")
    odd = [said for said in symptoms.values() if said not in ("connected", "refused", "time-out")]
    expect(not odd, f"{odd[:1]} is none of connected, refused, time-out.")

    def measured(first: str, port: int) -> dict[str, str]:
        home, front, _ = new_site(first)
        on_443, on_80, silent = opened(home, port), opened(home, 80), opened(home, port)
        ec2.revoke_security_group_egress(GroupId=silent, IpPermissions=everything)
        groups = {"a": on_443, "b": on_443, "c": on_80, "d": silent, "e": on_443}
        servers = {name: machine(front, group, public=True) for name, group in groups.items()}
        for name, server in servers.items():
            lab.listen(server, *(() if name == "b" else (port,)))
        ec2.stop_instances(InstanceIds=[servers["e"]])
        return {name: lab.connect("internet", server, port).outcome for name, server in servers.items()}

    why = {
        "a": "Nothing stands in the way.",
        "b": "The packet arrives; a machine without a program on the port says so.",
        "c": "No rule allows 443, so nobody hears of the call, whoever listens.",
        "d": "Groups are stateful: replies to a call that was let in need no outbound rule.",
        "e": "A stopped machine cannot even refuse.",
    }

    def compare(first: str, port: int) -> None:
        for name, outcome in measured(first, port).items():
            expect(symptoms[name] == outcome, f"{name}: measured in the lab it is not '{symptoms[name]}'. {why[name]}")

    compare("10.7", 443)
    ### BEGIN HIDDEN TESTS
    compare("10.8", 8443)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A group as the source
#
# The booking program runs on machines that come and go. Nobody wants to keep a list of their addresses. So a rule may
# name a **group** as its source: it admits whoever wears that group now. The classic chain: the balancer's group is
# open to the internet, the program's group only to the balancer's, the database's only to the program's.
#
# Two things to know: the rule knows members by their *private* addresses only, so a call to a public address does not
# count; and a group that a rule names cannot be deleted.

# %%
callers, records = new_group(vpc, "callers"), new_group(vpc, "records")
ec2.authorize_security_group_ingress(
    GroupId=records,
    IpPermissions=[
        {
            "IpProtocol": "tcp",
            "FromPort": 5432,
            "ToPort": 5432,
            "UserIdGroupPairs": [{"GroupId": callers}],
        }
    ],
)
database = machine(private, records)
member, stranger = machine(private, callers), machine(private, booking)
for name, caller in (("member", member), ("stranger", stranger)):
    print(f"{name:8} {lab.connect(caller, database, 5432).outcome}")
try:
    ec2.delete_security_group(GroupId=callers)
except ClientError as error:
    print(error.response["Error"]["Code"])

# %% [markdown]
# ### Your turn: three tiers
#
# Write `three_tiers(vpc)`: create three groups and return their ids in a dictionary with the keys `front`, `app` and
# `data`. Let in
#
# - to `front`: TCP 443 from everywhere;
# - to `app`: TCP 8080 from members of `front` only;
# - to `data`: TCP 5432 from members of `app` only.
#
# No block of addresses stands in the rules of `app` and `data`. Names come from `lab.unique_name(...)`.
#
# <details><summary>Hint</summary>
#
# The demo above has the form. `new_group(vpc, purpose)` makes an empty group.
# </details>


# %% exercise="three-tiers"
def three_tiers(vpc: str) -> dict[str, str]:
    """The groups of a three-tier application."""
    ### BEGIN SOLUTION
    front, app, data = (new_group(vpc, tier) for tier in ("front", "app", "data"))
    sources: list[tuple[str, int, Any]] = [
        (front, 443, {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}),
        (app, 8080, {"UserIdGroupPairs": [{"GroupId": front}]}),
        (data, 5432, {"UserIdGroupPairs": [{"GroupId": app}]}),
    ]
    for group, port, source in sources:
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port} | source
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return {"front": front, "app": app, "data": data}
    ### END SOLUTION


# %% check="three-tiers" points=2
with check("three-tiers", needs="three_tiers", right="Machines come and go; the rules stay true.") as expect:

    def chained(first: str) -> None:
        home, outside, inside = new_site(first)
        made = three_tiers(home)
        expect(isinstance(made, dict) and set(made) == {"front", "app", "data"}, "Return ids for front, app and data.")
        expect(len(set(made.values())) == 3, "One group for all would let each tier reach every other. Make three.")
        kept = {
            one["GroupId"]: one for one in ec2.describe_security_groups(GroupIds=list(made.values()))["SecurityGroups"]
        }
        for tier in ("app", "data"):
            rules = kept[made[tier]]["IpPermissions"]
            blocks = [block["CidrIp"] for rule in rules for block in rule["IpRanges"]]
            blocks += [block["CidrIpv6"] for rule in rules for block in rule.get("Ipv6Ranges", [])]
            expect(not blocks, f"'{tier}' admits the block {blocks[:1]}: whoever gets an address there is in.")
        front = machine(outside, made["front"], public=True)
        app, twin = machine(inside, made["app"]), machine(inside, made["app"])
        data, replica = machine(inside, made["data"]), machine(inside, made["data"])
        wanted = [
            ("internet", "internet", "front", front, 443, True),
            ("front", front, "app", app, 8080, True),
            ("front", front, "a second app machine", twin, 8080, True),
            ("app", app, "data", data, 5432, True),
            ("front", front, "data", data, 5432, False),
            ("app", app, "its neighbour", twin, 8080, False),
            ("data", data, "its neighbour", replica, 5432, False),
            ("front", front, "app", app, 22, False),
            ("app", app, "data", data, 22, False),
            ("internet", "internet", "front", front, 80, False),
            ("internet", "internet", "front", front, 8080, False),
        ]
        for from_name, source, to_name, target, port, passes in wanted:
            seen = lab.connect(source, target, port)
            should = "should reach" if passes else "should not reach"
            expect(bool(seen) is passes, f"{from_name} {should} {to_name} on port {port}. {seen.why}")

    chained("10.9")
    ### BEGIN HIDDEN TESTS
    chained("10.10")
    ### END HIDDEN TESTS

# %% [markdown]
# *About half is done: a good place for a pause.*
#
# ## Network ACLs: the firewall at the subnet's border
#
# A **network ACL** guards a whole subnet. Each subnet has exactly one; an ACL may serve many. Its rules are *numbered*,
# allow or deny, and name only blocks of addresses. They are read from the lowest number; the first that fits decides.
# At the end stands `*`, which denies all (the API shows it as 32767).
#
# The VPC's **default ACL** allows everything. One that you create denies everything until you add rules.


# %% setup="acls"
def acl_of(subnet: str) -> dict[str, Any]:
    """The network ACL of a subnet, as describe_network_acls shows it."""
    wanted: Any = [{"Name": "association.subnet-id", "Values": [subnet]}]
    return dict(ec2.describe_network_acls(Filters=wanted)["NetworkAcls"][0])


def use_acl(subnet: str, acl: str) -> None:
    """Put a subnet under another network ACL."""
    for association in acl_of(subnet)["Associations"]:
        if association["SubnetId"] == subnet:
            ec2.replace_network_acl_association(
                AssociationId=association["NetworkAclAssociationId"],
                NetworkAclId=acl,
            )


def add_rule(acl: str, number: int, action: Any, out: bool, first: int, last: int) -> None:
    """A rule for TCP ports, from or to everywhere."""
    ec2.create_network_acl_entry(
        NetworkAclId=acl,
        RuleNumber=number,
        RuleAction=action,
        Egress=out,
        Protocol="6",
        CidrBlock="0.0.0.0/0",
        PortRange={"From": first, "To": last},
    )


# %%
for entry in acl_of(public)["Entries"]:
    side = "out" if entry["Egress"] else "in "
    print(side, entry["RuleNumber"], entry["RuleAction"], entry["CidrBlock"])

# %% [markdown]
# ACLs are **stateless**: they remember nothing. The reply to a call is a packet like any other, and it does not go to
# port 443. It goes to the port from which the caller called: an **ephemeral** port, which the caller's system picks.
# Linux takes 32768-60999, a NAT gateway 1024-65535. So whoever serves port 443 opens 443 inbound and
# **1024-65535 outbound**; whoever calls needs the mirror image.

# %%
strict = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
add_rule(strict, 100, "allow", out=False, first=443, last=443)
add_rule(strict, 100, "allow", out=True, first=443, last=443)
usual = acl_of(public)["NetworkAclId"]
use_acl(public, strict)
print(lab.connect("internet", shop, 443))
use_acl(public, usual)

# %% [markdown]
# The request comes in, the reply does not get out. To the client it is a time-out.
#
# ### Your turn: repair the strict ACL
#
# A colleague wrote `strict_acl(vpc, subnet)` for the subnet of the web servers: the internet reaches port 443 there and
# no other port, and not even the first packet of a call to a *web* site (ports 80 and 443) leaves the subnet, should
# somebody break in. Other subnets of the VPC, and the security groups, stay as they are. Repair it.
#
# <details><summary>Hint</summary>
#
# Two rules do it. Which port does the request go to, and which the reply?
# </details>


# %% exercise="strict-acl" repair=true
def strict_acl(vpc: str, subnet: str) -> None:
    """Only HTTPS gets in, and only replies get out."""
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    add_rule(acl, 100, "allow", out=False, first=443, last=443)
    add_rule(acl, 100, "allow", out=True, first=443, last=443)
    add_rule(acl, 110, "allow", out=True, first=80, last=80)
    use_acl(subnet, acl)


### BEGIN SOLUTION
def strict_acl(vpc: str, subnet: str) -> None:
    """Only HTTPS gets in, and only replies get out."""
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    add_rule(acl, 100, "allow", out=False, first=443, last=443)
    low = int(facts.limit("vpc", "ephemeral-ports-low"))
    high = int(facts.limit("vpc", "ephemeral-ports-high"))
    add_rule(acl, 100, "allow", out=True, first=low, last=high)
    use_acl(subnet, acl)


### END SOLUTION


# %% check="strict-acl" points=2
with check("strict-acl", needs="strict_acl", right="The reply goes to the caller's port, not to 443.") as expect:

    def strict_site(first: str) -> None:
        home, front, inside = new_site(first)
        server = machine(front, opened(home, 22, 80, 443, 8080), public=True)
        strict_acl(home, front)
        for port, whose in ((40_000, "a Linux machine"), (1_030, "a NAT gateway"), (64_000, "a Windows machine")):
            seen = lab.connect("internet", server, 443, source_port=port)
            expect(
                bool(seen), f"{whose} that calls 443 from its port {port} gets no reply. {seen.stopped_at}: {seen.why}"
            )
        for port in (22, 80, 8080):
            seen = lab.connect("internet", server, port)
            expect(not seen and seen.way == "there", f"The group lets port {port} in, and the ACL does so too.")
        for port in (80, 443):
            seen = lab.connect(server, "internet", port)
            expect(
                not seen and seen.way == "there" and seen.stopped_at.startswith("acl-"),
                f"A server calls a web site on port {port}, and the packet leaves the subnet. Only replies may.",
            )
        expect(
            acl_of(inside)["NetworkAclId"] != acl_of(front)["NetworkAclId"],
            "The other subnet is under the same ACL now. Make one for this subnet alone.",
        )

    strict_site("10.11")
    ### BEGIN HIDDEN TESTS
    strict_site("10.12")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The first rule that fits
#
# Security groups cannot deny, ACLs can. To shut out one attacker, put a *deny* in front of the rule that allows; that
# is why people number rules 100, 200, 300 and leave gaps.
#
# ### Your turn: shut one out
#
# Write `block(subnet, address)`: afterwards nothing from this address (a /32) reaches the subnet, with any protocol,
# while everybody else does as before. Add one inbound rule to the ACL that the subnet has now, with a number that is
# still free and lower than those of all rules that *allow* inbound. Return the number. It is called several times.
#
# <details><summary>Hint</summary>
#
# `acl_of(subnet)["Entries"]` lists numbers, actions and directions. Protocol `"-1"` means all.
# </details>


# %% exercise="block"
def block(subnet: str, address: str) -> int:
    """Deny an address ahead of everything that is allowed; returns the rule's number."""
    ### BEGIN SOLUTION
    acl = acl_of(subnet)
    inbound = [entry for entry in acl["Entries"] if not entry["Egress"]]
    taken = {entry["RuleNumber"] for entry in inbound}
    allowed = [entry["RuleNumber"] for entry in inbound if entry["RuleAction"] == "allow"]
    number = next(n for n in range(min(allowed, default=100) - 1, 0, -1) if n not in taken)
    ec2.create_network_acl_entry(
        NetworkAclId=acl["NetworkAclId"],
        RuleNumber=number,
        RuleAction="deny",
        Egress=False,
        Protocol="-1",
        CidrBlock=f"{address}/32",
    )
    return number
    ### END SOLUTION


# %% check="block" points=2
with check("block", needs="block", right="Deny first, then allow: the order is the rule.") as expect:

    def shut_out(first: str, lowest: int, *attackers: str) -> None:
        home, front, _ = new_site(first)
        acl = ec2.create_network_acl(VpcId=home)["NetworkAcl"]["NetworkAclId"]
        add_rule(acl, lowest, "allow", out=False, first=0, last=65535)
        add_rule(acl, lowest + 40, "allow", out=False, first=443, last=443)
        add_rule(acl, 100, "allow", out=True, first=0, last=65535)
        use_acl(front, acl)
        server = machine(front, opened(home, 22, 443), public=True)
        case = f"With a rule {lowest} that allows everything"
        numbers = []
        for attacker in attackers:
            try:
                numbers.append(block(front, attacker))
            except ClientError as error:
                expect(False, f"{case}, for {attacker}, AWS refused: {error.response['Error']['Message']}")
            for port in (22, 443):
                expect(
                    not lab.connect(attacker, server, port),
                    f"{case}, {attacker} still reaches port {port}: a rule with a lower number decides.",
                )
        expect(bool(lab.connect("internet", server, 443)), f"{case}, others are shut out as well.")
        now = {entry["RuleNumber"]: entry for entry in acl_of(front)["Entries"] if not entry["Egress"]}
        expect(acl_of(front)["NetworkAclId"] == acl, "The subnet has another ACL now. Add to the one that it had.")
        for number, attacker in zip(numbers, attackers, strict=True):
            expect(number in now, f"Return the number of the rule; there is no inbound rule {number}.")
            expect.equal(now[number]["CidrBlock"], f"{attacker}/32", f"The block of rule {number}")
            expect.equal(now[number]["Protocol"], "-1", f"The protocol of rule {number}")

    shut_out("10.13", 100, "198.51.100.5", "192.0.2.44")
    shut_out("10.14", 30, "198.51.100.5")
    ### BEGIN HIDDEN TESTS
    shut_out("10.15", 7, "192.0.2.9", "192.0.2.10", "192.0.2.11")
    ### END HIDDEN TESTS

# %%
charts.heatmap(
    {
        "judges": {"security group": "each interface", "network ACL": "each subnet"},
        "rules": {"security group": "one kind: allow", "network ACL": "two kinds: allow, deny"},
        "order": {"security group": "all together", "network ACL": "first fit by number"},
        "replies": {"security group": "always pass", "network ACL": "need a rule"},
        "may name": {"security group": "blocks and groups", "network ACL": "blocks only"},
        "when new": {"security group": "nothing in, all out", "network ACL": "nothing at all"},
    },
    headline="A group knows connections and members; an ACL knows packets and blocks",
    source="this lesson, as tried in the lab",
)

# %% [markdown]
# A sane start: leave the ACLs at their default and work with groups; add an ACL where one address must stay out, or as
# a second lock.
#
# ## Out, but not in: NAT
#
# The records' servers need updates from the internet, and nobody there may reach them. **Network address translation**
# does that: a NAT device sends their packets on in its own name and knows where replies belong. Calls from outside
# find nobody.
#
# A **NAT gateway** is AWS's managed one. It stands *in a public subnet*, has an Elastic IP, and the *private* subnets'
# table sends 0.0.0.0/0 to it. It belongs to one zone: for resilience each zone has its own. It scales from
# 5 to 100 Gbps and holds 55,000 connections to one destination for each of its addresses.

# %%
print("the records' server, today:", lab.connect(database, "internet", 443))

# %% [markdown]
# The main table knows no way out. Let us add one.
#
# ### Your turn: a way out
#
# Write `way_out(public_subnet, table)`: create a NAT gateway with a new Elastic IP in the public subnet, wait until it
# is available, and let the route table `table` (of the private subnets) send everything else there. Return the
# gateway's id.
#
# <details><summary>Hint</summary>
#
# `allocate_address(Domain="vpc")`, `create_nat_gateway`, the waiter `nat_gateway_available`, `create_route` with
# `NatGatewayId`.
# </details>


# %% exercise="way-out"
def way_out(public_subnet: str, table: str) -> str:
    """Give private subnets a way to the internet; returns the NAT gateway's id."""
    ### BEGIN SOLUTION
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=public_subnet, AllocationId=address)
    gateway = made["NatGateway"]["NatGatewayId"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[gateway])
    elsewhere = "0.0.0.0/0"
    ec2.create_route(
        RouteTableId=table,
        DestinationCidrBlock=elsewhere,
        NatGatewayId=gateway,
    )
    return gateway
    ### END SOLUTION


# %% check="way-out" points=2
with check("way-out", needs="way_out", right="Out through one door that opens from inside only.") as expect:

    def leaves(first: str) -> None:
        home, front, inside = new_site(first)
        server = machine(inside, opened(home, 443))
        before = {one["AllocationId"] for one in ec2.describe_addresses()["Addresses"]}
        made = None
        try:
            with lab.watching() as calls:
                made = way_out(front, main_table(home))
            shown = ec2.describe_nat_gateways(NatGatewayIds=[made])["NatGateways"] if isinstance(made, str) else []
            expect(len(shown) == 1, "Return the id of the NAT gateway, nat-...")
            out = lab.connect(server, "internet", 443)
            expect(bool(out), f"A private machine does not get out. {out.stopped_at}: {out.why}")
            expect.equal(shown[0]["SubnetId"], front, "The subnet of the gateway")
            expect(made in out.hops, "The private machine gets out, but not through the gateway.")
            expect(not lab.connect("internet", server, 443), "The private machine can be reached from outside now.")
            order = [one.operation for one in calls.of("DescribeNatGateways", "CreateRoute", "ReplaceRoute")]
            expect(
                order[0] == "DescribeNatGateways",
                "On AWS a gateway takes a minute: wait for it with the waiter before you use it.",
            )
            new = [one for one in ec2.describe_addresses()["Addresses"] if one["AllocationId"] not in before]
            expect(len(new) == 1, f"One new Elastic IP is enough; there are {len(new)}, and each one is billed.")
        finally:
            for one in ec2.describe_nat_gateways(Filters=[{"Name": "vpc-id", "Values": [home]}])["NatGateways"]:
                ec2.delete_nat_gateway(NatGatewayId=one["NatGatewayId"])
            for one in ec2.describe_addresses()["Addresses"]:
                if one["AllocationId"] not in before:
                    ec2.release_address(AllocationId=one["AllocationId"])

    leaves("10.16")
    ### BEGIN HIDDEN TESTS
    leaves("10.17")
    ### END HIDDEN TESTS

# %% [markdown]
# Other ways: a **NAT instance** is a machine of your own with *source/destination check* switched off, cheaper and your
# work to run. A **private** NAT gateway needs no public address and serves other private networks.
#
# > **Then and now.** Since November 2025 a *regional* NAT gateway spans all zones of a VPC and needs no public subnet.
# > AWS no longer supports its old images for NAT instances. The lab has neither.
#
# ## What the way out costs
#
# A NAT gateway bills every hour that it exists and every gigabyte that passes; its public address is billed too.
# Traffic to S3 and DynamoDB need not pass it: a **gateway endpoint**, the subject of the next lesson, takes it for
# nothing.

# %%
nat_hour = facts.price("vpc", "nat-gateway-hour")
nat_gb = facts.price("vpc", "nat-gateway-data-processed")
address_hour = facts.price("vpc", "public-ipv4-address")
door_hour = facts.price("vpc endpoints", "interface-endpoint-hour")
door_gb = facts.tiers("vpc endpoints", "interface-endpoint-data")[0]
nano_hour = facts.price("ec2", "on-demand-linux-t4g-nano")
hours = facts.HOURS_PER_MONTH
charts.curves(
    {
        "NAT gateway": lambda gb: (nat_hour + address_hour) * hours + gb * nat_gb,
        "NAT instance, t4g.nano": lambda gb: (nano_hour + address_hour) * hours,
        "interface endpoint": lambda gb: door_hour * hours + gb * door_gb,
        "gateway endpoint": lambda gb: 0.0,
    },
    x=(0, 1000),
    headline="A terabyte through NAT costs nearly five times what an interface endpoint takes",
    x_label="GB a month, in one zone",
    y_unit="USD per month",
    source=[nat_hour, door_hour, nano_hour],
)

# %% [markdown]
# ### Your turn: the NAT bill
#
# Write `nat_month(gb, zones)`: USD a month for one NAT gateway with one public address in each of `zones` zones, and
# `gb` gigabytes through all of them together. The names of the cell above are at hand: `nat_hour`, `nat_gb`,
# `address_hour`, `hours`. (Data transfer to the internet is billed besides, with or without NAT; leave it out.)
#
# <details><summary>Hint</summary>
#
# What grows with the zones, and what with the gigabytes?
# </details>


# %% setup="prices"
nat_hour = facts.price("vpc", "nat-gateway-hour")
nat_gb = facts.price("vpc", "nat-gateway-data-processed")
address_hour = facts.price("vpc", "public-ipv4-address")
hours = facts.HOURS_PER_MONTH


# %% exercise="nat-bill"
def nat_month(gb: float, zones: int) -> float:
    """What NAT gateways cost in a month, in USD."""
    ### BEGIN SOLUTION
    return zones * (nat_hour + address_hour) * hours + gb * nat_gb
    ### END SOLUTION


# %% check="nat-bill" points=1
with check("nat-bill", needs="nat_month", right="Idle gateways cost, too: look for forgotten ones first.") as expect:
    expect.close(nat_month(0, 1), 36.5, "One gateway, no traffic")
    expect.close(nat_month(1000, 1), 81.5, "One gateway, 1,000 GB")
    expect.close(nat_month(1000, 2), 118.0, "Two gateways, 1,000 GB through both together")
    ### BEGIN HIDDEN TESTS
    expect.close(nat_month(0, 3), 109.5, "Three gateways, no traffic")
    expect.close(nat_month(500, 3), 132.0, "Three gateways, 500 GB through all of them together")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Network interfaces: the card that moves
#
# What an address and a group are really tied to is a **network interface** (ENI): a virtual network card in one subnet,
# so in one zone. It has a MAC address, a primary private address and perhaps secondary ones, each of which may have an
# Elastic IP, one or more security groups, and the source/destination check. How many cards and addresses an instance
# may have depends on its type.

# %%
names: Any = [f"m5.{size}" for size in ("large", "xlarge", "4xlarge", "12xlarge", "24xlarge")]
kinds = ec2.describe_instance_types(InstanceTypes=["t3.micro", *names])["InstanceTypes"]
room = {}
for kind in kinds:
    network = kind["NetworkInfo"]
    cards, each = network["MaximumNetworkInterfaces"], network["Ipv4AddressesPerInterface"]
    room[f"{kind['InstanceType']}: {cards} x {each}"] = cards * each
charts.bars(
    room,
    unit="private IPv4 addresses",
    headline="A larger machine holds more network cards, and each holds more addresses",
    subtitle="network interfaces x addresses for each",
    source="DescribeInstanceTypes, 2026-11",
)

# %% [markdown]
# A card that you create yourself outlives the machine. Detach it from a broken machine, attach it to a standby in the
# *same zone*: address and MAC stay, so licences and callers notice nothing.
#
# ### Your turn: fail over
#
# Write `failover(card_id, standby_id)`: take the card from whatever machine has it (or from none) and attach it to the
# standby as device 1. If the standby is in another zone, raise `ValueError` *before* you detach anything; another
# subnet of the same zone will do.
#
# <details><summary>Hint</summary>
#
# `describe_network_interfaces` shows `AvailabilityZone` and, if there is one, `Attachment` with its `AttachmentId`.
# Instances have their zone in `Placement`.
# </details>


# %% exercise="failover"
def failover(card_id: str, standby_id: str) -> None:
    """Move a network interface to a standby machine."""
    ### BEGIN SOLUTION
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=[card_id])
    card = found["NetworkInterfaces"][0]
    machines = ec2.describe_instances(InstanceIds=[standby_id])["Reservations"]
    zone = machines[0]["Instances"][0]["Placement"]["AvailabilityZone"]
    if card["AvailabilityZone"] != zone:
        raise ValueError(f"{card_id} stays in {card['AvailabilityZone']}, not {zone}")
    if "Attachment" in card:
        ec2.detach_network_interface(AttachmentId=card["Attachment"]["AttachmentId"])
    ec2.attach_network_interface(
        NetworkInterfaceId=card_id,
        InstanceId=standby_id,
        DeviceIndex=1,
    )
    ### END SOLUTION


# %% check="failover" points=2
with check("failover", needs="failover", right="The address moved; whoever calls it notices nothing.") as expect:

    def moved(first: str, attached: bool) -> None:
        home, front, inside = new_site(first)
        far = ec2.create_subnet(VpcId=home, CidrBlock=f"{first}.3.0/24", AvailabilityZone="us-east-1b")["Subnet"]
        group = opened(home, 443)
        broken, distant = machine(inside, group), machine(far["SubnetId"], group)
        standby = machine(inside if attached else front, group)
        caller = machine(inside, group)
        card = ec2.create_network_interface(SubnetId=inside, Groups=[group])["NetworkInterface"]
        name, address = card["NetworkInterfaceId"], card["PrivateIpAddress"]
        if attached:
            ec2.attach_network_interface(NetworkInterfaceId=name, InstanceId=broken, DeviceIndex=1)
            ec2.stop_instances(InstanceIds=[broken])
        try:
            failover(name, distant)
            expect(False, "The standby is in another zone: raise ValueError.")
        except ValueError:
            pass
        except ClientError as error:
            expect(
                False,
                f"The standby is in another zone: raise ValueError, before AWS says {error.response['Error']['Code']}.",
            )
        now = ec2.describe_network_interfaces(NetworkInterfaceIds=[name])["NetworkInterfaces"][0]
        holder = now.get("Attachment", {}).get("InstanceId")
        expect(holder == (broken if attached else None), "The standby was in another zone, and the card was detached.")
        try:
            failover(name, standby)
        except ValueError:
            expect(False, "The standby is in the zone of the card, perhaps in another subnet; failover refused it.")
        now = ec2.describe_network_interfaces(NetworkInterfaceIds=[name])["NetworkInterfaces"][0]
        attachment = now.get("Attachment", {})
        expect(attachment.get("InstanceId") == standby, "The card is not attached to the standby.")
        expect.equal(attachment.get("DeviceIndex"), 1, "The device index")
        expect(bool(lab.connect(caller, address, 443)), f"Nobody answers at {address} after the move.")

    moved("10.18", attached=True)
    moved("10.19", attached=False)
    ### BEGIN HIDDEN TESTS
    moved("10.20", attached=True)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS this lesson would cost some cents for machines and public addresses. A NAT gateway that
# > you forget costs about 36 USD a month: delete it, and *then* release its address.
#
# ## To remember
#
# - Security groups: at the interface, allow only, stateful. New: nothing in, everything out.
# - A rule may name a group; it knows members by private addresses. A named group cannot be deleted.
# - Time-out: dropped on the way there or back. Refused: arrived, nobody listens.
# - Network ACLs: at the subnet, numbered, first fit decides, stateless: replies need 1024-65535.
# - A NAT gateway stands in a public subnet; the private table leads to it. One for each zone; it bills hours and
#   gigabytes.
# - A network interface stays in its zone and keeps its addresses when it moves.

# %% [markdown] question="replies-lost"
# ### Question 1
#
# After a security review a subnet has a new network ACL: inbound TCP 443 from everywhere, outbound TCP 443 to
# everywhere. The web servers' group allows 443 inbound. Since then every visitor sees a time-out. What mends it?
#
# - [ ] **A** An outbound rule for 443 in the security group.
#   > Groups let replies out without any rule; the group is not what stops them.
# - [x] **B** An outbound rule of the ACL for TCP 1024-65535.
#   > The reply goes to the visitor's ephemeral port, and a stateless ACL needs a rule for that.
# - [ ] **C** An inbound rule of the ACL for TCP 1024-65535.
#   > That is for servers that call others: *their* replies come in on ephemeral ports.
# - [ ] **D** A NAT gateway in front of the servers.
#   > NAT lets private machines out. Visitors would still get no reply.

# %% answer="replies-lost"
answer = "B"

# %% check="replies-lost" points=1
question("replies-lost", answer)

# %% [markdown] question="refused-or-not"
# ### Question 2
#
# A load test of a new service ends with "connection refused" at once. Where do you look first?
#
# - [ ] **A** At the security group: it has no rule for the port.
#   > Then nobody would answer, and the test would end with a time-out.
# - [ ] **B** At the route table of the subnet.
#   > Without a route the packet or its reply is lost silently. A refusal came all the way back.
# - [x] **C** At the program: does it run, and does it listen on this port?
#   > Packets got there and back; the machine itself said no.
# - [ ] **D** At the network ACL: it denies the port.
#   > An ACL drops packets without a word.

# %% answer="refused-or-not"
answer = "C"

# %% check="refused-or-not" points=1
question("refused-or-not", answer)

# %% [markdown] question="one-attacker"
# ### Question 3
#
# One address floods a public web server. Everybody else must still reach it. What stops the flood in the VPC with the
# least change?
#
# - [ ] **A** A deny rule in the server's security group.
#   > Security groups have no deny rules.
# - [ ] **B** Remove 0.0.0.0/0 from the group and list all the other addresses.
#   > Possible in theory: with blocks for four billion addresses but one, in at most 60 rules.
# - [x] **C** A deny rule for this /32 in the subnet's network ACL, numbered below the rule that allows.
#   > The first rule that fits decides, so the deny must come first.
# - [ ] **D** A deny rule for this /32 in the ACL, numbered above the rule that allows.
#   > The packet meets the allow first, and nothing after that is read.

# %% answer="one-attacker"
answer = "C"

# %% check="one-attacker" points=1
question("one-attacker", answer)

# %% [markdown] question="nat-nowhere"
# ### Question 4
#
# A NAT gateway was created in a private subnet, whose table sends 0.0.0.0/0 to that same gateway. Machines in the
# subnet do not get out. Why?
#
# - [x] **A** The gateway's own packets follow its subnet's table, and that one leads back to it.
#   > A public NAT gateway needs a subnet whose table leads to an internet gateway.
# - [ ] **B** The security group of the NAT gateway has no inbound rule.
#   > NAT gateways have no security groups.
# - [ ] **C** Private machines need public addresses to use a NAT gateway.
#   > To do without them is what NAT is for.
# - [ ] **D** The source/destination check of the gateway must be switched off.
#   > That is a setting of NAT *instances*; a gateway forwards by nature.

# %% answer="nat-nowhere"
answer = "A"

# %% check="nat-nowhere" points=1
question("nat-nowhere", answer)

# %%
progress()
