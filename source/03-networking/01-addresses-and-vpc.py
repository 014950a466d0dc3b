# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '4.1'
#     minutes: 60
#     practises:
#       best-route:
#       - vpc.route-tables
#       - vpc.main-route-table
#       home-of:
#       - vpc.public-private-ip
#       new-home:
#       - vpc.create
#       - vpc.basics
#       open-up:
#       - vpc.internet-gateway
#       - vpc.subnets
#       plan:
#       - vpc.subnet-plan
#       to-number:
#       - vpc.ipv4-octets
#       two-zones:
#       - vpc.build-two-az
#       usable:
#       - vpc.cidr-sizes
#     services:
#     - ec2
#     - service-quotas
#     title: Addresses, and a network of your own
#     topics:
#     - vpc.ipv4-octets
#     - vpc.cidr-sizes
#     - vpc.ipv4-ipv6
#     - vpc.public-private-ip
#     - vpc.basics
#     - vpc.exam-scope
#     - vpc.create
#     - vpc.default-vpc
#     - vpc.quotas
#     - vpc.subnets
#     - vpc.subnet-plan
#     - vpc.route-tables
#     - vpc.main-route-table
#     - vpc.internet-gateway
#     - vpc.build-two-az
# ---

# %% [markdown]
# # Addresses, and a network of your own
#
# Alder Vets looks after the animals of a small town. Owners book visits on a web site; the records of the patients lie
# in a database that nobody outside may reach. After this lesson you can read an address as a number, plan a network in
# it, build that network on AWS over two Availability Zones, and prove which machines the internet can reach.
#
# The lab decides for every connection whether the packets would get there and back. You ask with `lab.connect`.

# %% setup="start"
import ipaddress
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("03-networking/01-addresses-and-vpc")
lab.start()
ec2 = boto3.client("ec2")
image = boto3.client("ssm").get_parameter(Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")[
    "Parameter"
]["Value"]

# %% [markdown]
# ## An address is a number
#
# An **IPv4 address** is 32 bits. People write them as four groups of 8 bits, each as a decimal number from 0 to 255,
# with dots between. The leftmost group weighs most, as the leftmost digit of a price does.

# %%
address = "192.168.1.30"
groups = [int(group) for group in address.split(".")]
print(address)
print(".".join(f"{group:08b}" for group in groups))
print("as one number:", f"{int(ipaddress.IPv4Address(address)):,}")

# %% [markdown]
# ### Your turn: read an address yourself
#
# Write `to_number(address)`: the number behind an address, without the module `ipaddress`. Raise `ValueError` for
# anything that is not four decimal numbers from 0 to 255.
#
# <details><summary>Hint</summary>
#
# Four groups are four digits in base 256. `str.isdecimal()` tells digits from signs and spaces; what does a group
# above 255 mean?
# </details>


# %% exercise="to-number"
def to_number(address: str) -> int:
    """The number of an IPv4 address; ValueError if it is none."""
    ### BEGIN SOLUTION
    parts = address.split(".")
    if len(parts) != 4:
        raise ValueError(f"{address} does not have four groups")
    number = 0
    for part in parts:
        if not part.isdecimal() or int(part) > 255:
            raise ValueError(f"{part!r} is not a number from 0 to 255")
        number = number * 256 + int(part)
    return number
    ### END SOLUTION


# %% check="to-number" points=1
with check("to-number", needs="to_number", right="Neighbours on the network are neighbours in number.") as expect:
    expect.equal(to_number("0.0.1.0"), 256, "0.0.1.0")
    expect.equal(to_number("192.168.1.30"), 3_232_235_806, "192.168.1.30")

    def is_none(text: str) -> None:
        returned: object = None
        try:
            returned = to_number(text)
        except ValueError:
            return
        expect(False, f"{text!r} is no address, but to_number returned {returned}. Raise ValueError.")

    for text in ("10.0.0.256", "10.0.0", "10.0.0.-1", "10.0.0.0.1", "10.0.0.+1", " 10.0.0.1"):
        is_none(text)
    ### BEGIN HIDDEN TESTS
    expect.equal(to_number("255.255.255.255"), 2**32 - 1, "255.255.255.255")
    expect.equal(to_number("10.1.2.3"), 167_838_211, "10.1.2.3")
    for text in ("1.2.3.999", "1.2..4", "a.b.c.d", "1.2. 3.4"):
        is_none(text)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Blocks: the slash counts fixed bits
#
# A network is a **block** of neighbouring addresses in **CIDR** notation: an address, a slash, and how many of the 32
# bits are fixed. `10.1.0.0/16` fixes 16 bits, so 16 are free: 2^16 = 65,536 addresses. The *larger* the number behind
# the slash, the *smaller* the block.
#
# In each subnet AWS keeps **five** addresses for itself: the first (the network), the next three (router, DNS, future
# use) and the last.

# %%
block = ipaddress.ip_network("10.1.0.0/28")
inside = list(block)
kept = {0: "network", 1: "router", 2: "DNS", 3: "future use", len(inside) - 1: "last one"}
for place in (0, 1, 2, 3, 4, 15):
    print(inside[place], "-", kept.get(place, "the first for you"))

# %% [markdown]
# ### Your turn: say it first, then measure
#
# Write `usable(prefix)`: how many addresses your machines get in a subnet of that prefix. Subnets (and VPCs) range
# from /16 to /28: return 0 for any prefix that AWS refuses for a subnet. The check then builds subnets and compares.
#
# <details><summary>Hint</summary>
#
# Free bits are 32 minus the prefix. Do not forget the five, nor the two ends of the range.
# </details>


# %% exercise="usable"
def usable(prefix: int) -> int:
    """Addresses for machines in a subnet /prefix; 0 if AWS refuses such a subnet."""
    ### BEGIN SOLUTION
    if not 16 <= prefix <= 28:
        return 0
    return 2 ** (32 - prefix) - 5
    ### END SOLUTION


# %% check="usable" points=1
with check("usable", needs="usable", right="A /28 is a tight house: 16 addresses, 11 for you.") as expect:

    def measured(prefix: int) -> int:
        """What AWS says of a subnet that fills its VPC."""
        around = ec2.create_vpc(CidrBlock=f"10.8.0.0/{min(28, max(16, prefix))}")["Vpc"]["VpcId"]
        try:
            made = ec2.create_subnet(VpcId=around, CidrBlock=f"10.8.0.0/{prefix}")["Subnet"]
            count = made["AvailableIpAddressCount"]
            ec2.delete_subnet(SubnetId=made["SubnetId"])
        except ClientError:
            count = 0
        ec2.delete_vpc(VpcId=around)
        return count

    def compare(*prefixes: int) -> None:
        for prefix in prefixes:
            expect.equal(usable(prefix), measured(prefix), f"A subnet /{prefix}, measured in the lab")

    compare(24, 28, 29, 16, 15)
    ### BEGIN HIDDEN TESTS
    compare(17, 20, 27, 30)
    ### END HIDDEN TESTS

# %%
sizes = {f"/{prefix}": 2 ** (32 - prefix) - 5 for prefix in (16, 18, 20, 22, 24, 26, 28)}
charts.limits(
    sizes,
    unit="addresses",
    headline="Eight more fixed bits leave a subnet about 1/256 of its addresses",
    highlight=["/24"],
    source=facts.limit("vpc", "reserved-addresses-per-subnet"),
)

# %% [markdown]
# ## Two kinds of address: public and private
#
# A **public** address is unique on the whole internet. A **private** one is unique only inside its network; routers of
# the internet drop packets for it. RFC 1918 sets three blocks aside for private use:
#
# | block | from | to |
# |---|---|---|
# | 10.0.0.0/8 | 10.0.0.0 | 10.255.255.255 |
# | 172.16.0.0/12 | 172.16.0.0 | 172.31.255.255 |
# | 192.168.0.0/16 | 192.168.0.0 | 192.168.255.255 |
#
# Other blocks are special too, and yet not private in this sense: 127.0.0.0/8 is your own machine, 169.254.0.0/16
# the link (instance metadata lives there), and 100.64.0.0/10 belongs to providers that share addresses among homes.

# %%
for text in ("10.1.2.3", "127.0.0.1", "100.64.0.9", "52.95.110.1"):
    print(f"{text:12}  is_private says", ipaddress.ip_address(text).is_private)

# %% [markdown]
# `is_private` means "not for the public internet" and is broader than RFC 1918: it counts 127.0.0.1. And it leaves out
# the providers' block, which is not public either.
#
# ### Your turn: which block is it from?
#
# Write `home_of(address)`: the RFC 1918 block of an address as text, such as `"10.0.0.0/8"`, or `""` if it is of none.
#
# <details><summary>Hint</summary>
#
# `ipaddress.ip_address(text) in ipaddress.ip_network(block)` answers for one block. Mind where 172.16.0.0/12 ends.
# </details>


# %% exercise="home-of"
def home_of(address: str) -> str:
    """The RFC 1918 block of an address, or an empty text."""
    ### BEGIN SOLUTION
    number = ipaddress.ip_address(address)
    for home in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"):
        if number in ipaddress.ip_network(home):
            return home
    return ""
    ### END SOLUTION


# %% check="home-of" points=1
with check("home-of", needs="home_of", right="Only these three are yours to use at home and in a VPC.") as expect:
    expected = {
        "10.200.3.4": "10.0.0.0/8",
        "172.31.255.255": "172.16.0.0/12",
        "172.32.0.1": "",
        "172.15.0.1": "",
        "192.169.1.1": "",
        "192.168.0.1": "192.168.0.0/16",
        "127.0.0.1": "",
        "100.64.0.9": "",
    }
    for text, home in expected.items():
        expect.equal(home_of(text), home, f"The block of {text}")
    ### BEGIN HIDDEN TESTS
    for text, home in {"172.16.0.0": "172.16.0.0/12", "192.167.1.1": "", "11.0.0.1": "", "8.8.8.8": ""}.items():
        expect.equal(home_of(text), home, f"The block of {text}")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Four billion were not enough
#
# IPv4 has 2^32 addresses, about 4.29 billion. Take away what is reserved or private, and some 3.7 billion are left for
# the internet. **IPv6** has 2^128. On AWS a public IPv4 address costs money by the hour, also on a running instance;
# IPv6 addresses are free. A VPC can get a /56 of Amazon's IPv6 addresses, each subnet a /64 of it. IPv4 is still what
# most of the internet speaks.

# %%
set_aside = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
]
reserved = sum(ipaddress.ip_network(block).num_addresses for block in set_aside)
month = facts.price("vpc", "public-ipv4-address") * facts.HOURS_PER_MONTH
print(f"all of IPv4        {2**32 / 1e9:.2f} billion")
print(f"for the internet   {(2**32 - reserved) / 1e9:.2f} billion")
print(f"one IPv6 subnet    {2**64 / 1e9:,.0f} billion")
print(f"a public IPv4 address costs {month:.2f} USD a month")

# %%
charts.limits(
    {
        "a VPC of /16": 2**16,
        "public IPv4": 2**32 - reserved,
        "all of IPv4": 2**32,
        "one IPv6 subnet (/64)": 2**64,
    },
    unit="addresses",
    headline="One IPv6 subnet holds four billion times the whole of IPv4",
    highlight=["one IPv6 subnet (/64)"],
    source="2 to the power of the free bits; reserved blocks as listed above",
)

# %% [markdown]
# ## A network of your own: the VPC
#
# A **Virtual Private Cloud** is your own network inside one Region, shut off from all others. It spans the Region's
# Availability Zones. **Subnets** divide its addresses, and each subnet lies in exactly one zone. **Route tables** say
# where packets go.
#
# | belongs to a Region | belongs to one zone | belongs to one VPC |
# |---|---|---|
# | VPC, Elastic IP | subnet, network interface, instance | route table, security group, network ACL |
#
# Every Region starts with a **default VPC**, 172.31.0.0/16, with one subnet /20 in each zone. All of them are open to
# the internet, and machines get a public address without asking. Handy for a first try; for patients' records it is
# the wrong place.

# %%
default = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]
print(default["VpcId"], default["CidrBlock"])
for subnet in ec2.describe_subnets(
    Filters=[{"Name": "vpc-id", "Values": [default["VpcId"]]}],
)["Subnets"][:3]:
    print(
        f"  {subnet['AvailabilityZone']}  {subnet['CidrBlock']:15}",
        f"{subnet['AvailableIpAddressCount']} free, public addresses:",
        subnet["MapPublicIpOnLaunch"],
    )

# %% [markdown]
# > **Then and now.** Since November 2024 *VPC Block Public Access* can shut off a whole VPC or Region from the internet
# > with one setting, whatever the routes say. The lab does not have it.
#
# A VPC's block is from /16 to /28. AWS drops bits that the slash leaves free: 100.68.0.18/18 becomes 100.68.0.0/18.
# With a new VPC you get, unasked:
#
# - a **main route table**, with one route for the VPC's own block;
# - a **default network ACL**, which allows everything (next lesson);
# - a **default security group**, which admits only its own members (next lesson).
#
# DNS *support* is on, DNS *host names* are off.
#
# ### Your turn: found the clinic's network
#
# Write `new_home(block)`: create a VPC with this block, switch its DNS host names **on**, and return a dictionary with
# the ids `vpc`, `table` (its main route table), `acl` (its network ACL) and `group` (its default security group).
#
# <details><summary>Hint</summary>
#
# `modify_vpc_attribute(VpcId=..., EnableDnsHostnames={"Value": True})`. The three others are already there: ask
# `describe_route_tables`, `describe_network_acls`, `describe_security_groups` with the filter `vpc-id`.
# </details>


# %% exercise="new-home"
def new_home(block: str) -> dict[str, str]:
    """Create a VPC and name what came with it."""
    ### BEGIN SOLUTION
    vpc = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    inside: Any = [{"Name": "vpc-id", "Values": [vpc]}]
    tables = ec2.describe_route_tables(Filters=inside)["RouteTables"]
    acls = ec2.describe_network_acls(Filters=inside)["NetworkAcls"]
    groups = ec2.describe_security_groups(Filters=inside)["SecurityGroups"]
    return {
        "vpc": vpc,
        "table": tables[0]["RouteTableId"],
        "acl": acls[0]["NetworkAclId"],
        "group": groups[0]["GroupId"],
    }
    ### END SOLUTION


# %% check="new-home" points=2
with check("new-home", needs="new_home", right="Four things for one call, and none of them costs money.") as expect:

    def found(block: str, canonical: str) -> None:
        made = new_home(block)
        expect(isinstance(made, dict) and set(made) == {"vpc", "table", "acl", "group"}, "Return the four ids.")
        try:
            vpc = ec2.describe_vpcs(VpcIds=[made["vpc"]])["Vpcs"][0]
        except ClientError:
            expect(False, f"There is no VPC with the id {made['vpc']!r}.")
        expect.equal(vpc["CidrBlock"], canonical, "The block of the VPC")
        names = ec2.describe_vpc_attribute(VpcId=made["vpc"], Attribute="enableDnsHostnames")
        expect(names["EnableDnsHostnames"]["Value"], "DNS host names are still off: EnableDnsHostnames.")
        kinds = {
            "table": [
                one["RouteTableId"]
                for one in ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [made["vpc"]]}])[
                    "RouteTables"
                ]
            ],
            "acl": [
                one["NetworkAclId"]
                for one in ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [made["vpc"]]}])[
                    "NetworkAcls"
                ]
            ],
            "group": [
                one["GroupId"]
                for one in ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [made["vpc"]]}])[
                    "SecurityGroups"
                ]
            ],
        }
        for kind, ids in kinds.items():
            expect(len(ids) == 1, f"The VPC has {len(ids)} things of the kind '{kind}': AWS made one, make no more.")
            expect(made[kind] == ids[0], f"'{kind}' should be {ids[0]}, which came with this VPC; it is {made[kind]}.")

    found("10.1.0.0/16", "10.1.0.0/16")
    found("10.16.0.0/20", "10.16.0.0/20")
    ### BEGIN HIDDEN TESTS
    found("100.68.0.18/18", "100.68.0.0/18")
    ### END HIDDEN TESTS

# %% [markdown]
# ## How many?
#
# Quotas are per Region and can mostly be raised. Notes that say "one VPC per Region" mean the *default* VPC: there is
# one of that kind, and five VPCs in all by default.

# %%
vpcs = len(ec2.describe_vpcs()["Vpcs"])
quota = boto3.client("service-quotas").get_service_quota(
    ServiceCode="vpc",
    QuotaCode="L-F678F1CE",
)["Quota"]
print(f"{quota['QuotaName']}: {vpcs} in this account, {quota['Value']:g} allowed")
names = {
    "VPCs in a Region": "vpcs-per-region",
    "internet gateways in a Region": "internet-gateways-per-region",
    "subnets in a VPC": "subnets-per-vpc",
    "route tables in a VPC": "route-tables-per-vpc",
    "routes in a table": "routes-per-route-table",
    "interfaces in a Region": "network-interfaces-per-region",
}
charts.limits(
    {name: facts.limit("vpc", key) for name, key in names.items()},
    unit="allowed by default",
    headline="The first quota to hurt is five VPCs, not 200 subnets",
    highlight=["VPCs in a Region"],
)

# %% [markdown]
# > **Lab and AWS.** The lab lets you make more VPCs than five. AWS refuses the sixth with `VpcLimitExceeded`.
#
# > **The exam.** The Developer exam asks one or two questions about VPCs: what subnets, gateways, security groups,
# > ACLs, flow logs, peering, endpoints, VPN and Direct Connect are for. The depth belongs to Solutions Architect and to
# > CloudOps Engineer (until 2025: SysOps Administrator).
#
# ## Where a packet goes: route tables
#
# A **route** says: for addresses of this block, go to that target. If several routes fit, the most specific one wins:
# the *longest prefix*. The **local** route, for the VPC's own block, is always there; so all subnets of a VPC reach
# each other without further ado.
#
# Each subnet follows one table: the one that is *associated* with it, otherwise the VPC's **main** table. The main
# table cannot be deleted, but another one may become main.

# %% setup="tables"
kitchen = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
door = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=door, VpcId=kitchen)


def main_table(vpc: str) -> str:
    """The main route table of a VPC."""
    found = ec2.describe_route_tables(
        Filters=[
            {"Name": "vpc-id", "Values": [vpc]},
            {"Name": "association.main", "Values": ["true"]},
        ]
    )["RouteTables"]
    return found[0]["RouteTableId"]


def new_subnet(vpc: str, block: str, zone: str = "a") -> str:
    """A subnet in a zone of us-east-1."""
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"us-east-1{zone}")
    return made["Subnet"]["SubnetId"]


# %%
lonely = new_subnet(kitchen, "10.2.0.0/28")
for route in ec2.describe_route_tables(RouteTableIds=[main_table(kitchen)])["RouteTables"][0]["Routes"]:
    print(route["DestinationCidrBlock"], "->", route["GatewayId"])
try:
    ec2.delete_route_table(RouteTableId=main_table(kitchen))
except ClientError as error:
    print(error.response["Error"]["Code"], "- the main table stays")

# %% [markdown]
# ### Your turn: find the way
#
# Write `next_target(subnet_id, address)`: where a packet from this subnet to this address goes. Find the subnet's table
# (associated, or main), then the route with the longest prefix that fits. Return its target: `"local"`, a gateway's id
# (`GatewayId`), a NAT gateway's (`NatGatewayId`) or a peering's (`VpcPeeringConnectionId`); `""` if no route fits. The
# routes here all have a `DestinationCidrBlock`.
#
# <details><summary>Hint</summary>
#
# `describe_route_tables` with the filter `association.subnet-id` finds an associated table, and nothing if there is
# none. Then `describe_subnets` tells the VPC, and `main_table` (above) its main table.
# </details>


# %% exercise="best-route"
def next_target(subnet_id: str, address: str) -> str:
    """The target of the route that a packet takes; empty if none fits."""
    ### BEGIN SOLUTION
    own = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=own)["RouteTables"]
    if not tables:
        vpc = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
        tables = ec2.describe_route_tables(RouteTableIds=[main_table(vpc)])["RouteTables"]
    best, target = -1, ""
    for route in tables[0]["Routes"]:
        block = ipaddress.ip_network(route["DestinationCidrBlock"])
        if ipaddress.ip_address(address) in block and block.prefixlen > best:
            best = block.prefixlen
            target = route.get("GatewayId") or route.get("NatGatewayId") or route.get("VpcPeeringConnectionId", "")
    return target
    ### END SOLUTION


# %% check="best-route" points=2
with check(
    "best-route", needs="next_target", right="Longest prefix first, and /0 only when nothing else fits."
) as expect:

    def walk(first: int) -> None:
        """A VPC with three subnets: with a table of its own, on the main table, on a table without ways out."""
        vpc = ec2.create_vpc(CidrBlock=f"10.{first}.0.0/16")["Vpc"]["VpcId"]
        far = ec2.create_vpc(CidrBlock=f"10.{first + 1}.0.0/16")["Vpc"]["VpcId"]
        gate = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gate, VpcId=vpc)
        peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=far)["VpcPeeringConnection"]
        bridge = peering["VpcPeeringConnectionId"]
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=bridge)
        own, on_main = new_subnet(vpc, f"10.{first}.1.0/24"), new_subnet(vpc, f"10.{first}.2.0/24")
        closed = new_subnet(vpc, f"10.{first}.3.0/24")
        tables = [ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2)]
        for table, subnet in zip(tables, (own, closed), strict=True):
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        ec2.create_route(RouteTableId=tables[0], DestinationCidrBlock="0.0.0.0/0", GatewayId=gate)
        ec2.create_route(RouteTableId=main_table(vpc), DestinationCidrBlock="0.0.0.0/0", VpcPeeringConnectionId=bridge)
        ec2.create_route(RouteTableId=main_table(vpc), DestinationCidrBlock="198.51.0.0/16", GatewayId=gate)
        ec2.create_route(RouteTableId=main_table(vpc), DestinationCidrBlock="96.0.0.0/4", VpcPeeringConnectionId=bridge)
        ec2.create_route(RouteTableId=main_table(vpc), DestinationCidrBlock="104.64.0.0/10", GatewayId=gate)
        asked = (
            (own, f"10.{first}.9.9", "local", "an address of the VPC itself"),
            (own, "198.51.100.7", gate, "a subnet with a table of its own"),
            (on_main, "198.51.100.7", gate, "198.51.0.0/16 is more specific than 0.0.0.0/0"),
            (on_main, "104.64.0.9", gate, "10 fixed bits are more than 4: compare numbers, not texts"),
            (on_main, "203.0.113.7", bridge, "a subnet on the main table"),
            (closed, "203.0.113.7", "", "a table of its own without a route that fits"),
        )
        for subnet, address, target, why in asked:
            expect.equal(next_target(subnet, address), target, f"A packet to {address} ({why})")

    walk(30)
    ### BEGIN HIDDEN TESTS
    walk(40)
    ### END HIDDEN TESTS

# %% [markdown]
# *More than half is done: a good place for a pause.*
#
# ## What makes a subnet public
#
# No switch does. A subnet is **public** when its route table sends 0.0.0.0/0 to an **internet gateway**, otherwise it
# is private. For a machine to be reached from the internet, four things must come together:
#
# 1. an internet gateway, *attached* to the VPC (at most one per VPC; it is free and scales by itself);
# 2. a route to it in the table of the machine's subnet;
# 3. a **public address** for the machine: the gateway translates it to the private one;
# 4. firewalls that let the packets pass (next lesson).
#
# Load balancers and NAT gateways belong into public subnets; servers and databases into private ones. Let us add one
# thing after the other and ask the lab each time.


# %% setup="machines"
def web_group(vpc: str) -> str:
    """A security group that lets HTTPS in from everywhere; groups are for the next lesson."""
    made = ec2.create_security_group(
        GroupName=lab.unique_name("web"),
        Description="HTTPS from everywhere",
        VpcId=vpc,
    )["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=made,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            }
        ],
    )
    return made


def machine(subnet: str, public: bool | None = None) -> str:
    """A small web server; public=None leaves the address to the subnet's setting."""
    vpc = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    card: Any = {"DeviceIndex": 0, "SubnetId": subnet, "Groups": [web_group(vpc)]}
    if public is not None:
        card["AssociatePublicIpAddress"] = public
    made = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[card],
    )
    return made["Instances"][0]["InstanceId"]


# %%
clinic = ec2.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
front = new_subnet(clinic, "10.3.1.0/24")
inner, outer = machine(front, public=False), machine(front, public=True)
for name, server in (("no public address", inner), ("no gateway", outer)):
    print(f"{name:18}", lab.connect("internet", server, 443).why)

gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=clinic)
print(f"{'no route':18}", lab.connect("internet", outer, 443).why)

# %% [markdown]
# The third answer is worth a second look: the packet *did* arrive. It was the reply that found no route. The client
# sees the same in all three cases: nothing, until it gives up with a **time-out**. Now the route, in a table that only
# this subnet uses:

# %%
to_internet = ec2.create_route_table(VpcId=clinic)["RouteTable"]["RouteTableId"]
ec2.create_route(
    RouteTableId=to_internet,
    DestinationCidrBlock="0.0.0.0/0",
    GatewayId=gateway,
)
ec2.associate_route_table(RouteTableId=to_internet, SubnetId=front)
print(lab.connect("internet", outer, 443))

# %% [markdown]
# ### Your turn: repair the way in
#
# A colleague wrote `open_up(vpc, subnet)`: afterwards the internet should reach *new* machines in this subnet, because
# they get a public address by default, and machines in **no other** subnet of the VPC: the others, and what new
# machines get there, stay as they are. It fails, and when it works it opens too much. Repair it. The VPC may already
# have an internet gateway attached: use that one then.
#
# <details><summary>Hint</summary>
#
# Which subnets follow the main table? `describe_internet_gateways` knows the filter `attachment.vpc-id`, and
# `modify_subnet_attribute` the setting `MapPublicIpOnLaunch`.
# </details>


# %% exercise="open-up" repair=true
def open_up(vpc: str, subnet: str) -> None:
    """Make one subnet public."""
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(
        RouteTableId=main_table(vpc),
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=gateway,
    )


### BEGIN SOLUTION
def open_up(vpc: str, subnet: str) -> None:
    """Make one subnet public."""
    attached = ec2.describe_internet_gateways(
        Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}],
    )["InternetGateways"]
    if attached:
        gateway = attached[0]["InternetGatewayId"]
    else:
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})


### END SOLUTION


# %% check="open-up" points=2
with check("open-up", needs="open_up", right="One table for what is public; the main table stays closed.") as expect:

    def opened(block: str, has_gateway: bool) -> None:
        vpc = ec2.create_vpc(CidrBlock=f"{block}.0.0/16")["Vpc"]["VpcId"]
        front, back = new_subnet(vpc, f"{block}.1.0/24"), new_subnet(vpc, f"{block}.2.0/24")
        case = "In a VPC that has a gateway already" if has_gateway else "In a new VPC"
        if has_gateway:
            ready = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            ec2.attach_internet_gateway(InternetGatewayId=ready, VpcId=vpc)
        try:
            open_up(vpc, front)
        except ClientError as error:
            expect(False, f"{case} AWS refused: {error.response['Error']['Message']}")
        web, hidden = machine(front), machine(back, public=True)
        seen = lab.connect("internet", web, 443)
        expect(bool(seen), f"{case} the internet does not reach a new machine: {seen.stopped_at}: {seen.why}.")
        expect(
            not lab.connect("internet", hidden, 443),
            f"{case} a machine in the other subnet, which follows the main table, is reached as well.",
        )
        other = ec2.describe_subnets(SubnetIds=[back])["Subnets"][0]
        expect(
            not other["MapPublicIpOnLaunch"],
            f"{case} new machines in the other subnet get public addresses now; nobody asked for that.",
        )

    opened("10.60", has_gateway=False)
    opened("10.61", has_gateway=True)
    ### BEGIN HIDDEN TESTS
    opened("10.62", has_gateway=True)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Twice, for the day a zone fails
#
# A subnet lives in one zone. So that the clinic's site survives the loss of a zone, every kind of subnet is there
# twice, in two zones: four subnets. A good start is /16 for the VPC and /24 for each subnet: room for 256 subnets of
# 251 machines. Blocks must lie inside the VPC's block and must not overlap, and a subnet's block never changes.
# Leave gaps.

# %%
charts.network(
    {
        "internet": None,
        "VPC 10.1.0.0/16": {
            "internet gateway": None,
            "Availability Zone a": {
                "public subnet 10.1.0.0/24": ["web a"],
                "private subnet 10.1.2.0/24": ["records a"],
            },
            "Availability Zone b": {
                "public subnet 10.1.1.0/24": ["web b"],
                "private subnet 10.1.3.0/24": ["records b"],
            },
        },
    },
    links=[
        ("internet", "internet gateway"),
        ("internet gateway", "web a", "443"),
        ("internet gateway", "web b", "443"),
        ("web a", "records a", "local"),
        ("web b", "records b", "local"),
    ],
    headline="Each kind of subnet stands in two zones; only the public ones have a route outside",
    source="the plan of this lesson",
)

# %% [markdown]
# ### Your turn: the plan
#
# Write `plan(block, prefix, zones)`: a list with one dictionary `{"zone", "kind", "block"}` for each subnet. Take the
# subnets of `block` with this prefix from the lowest address upward: first the public one of each zone in the order of
# `zones`, then the private ones. Raise `ValueError` if the block has too few subnets of this size.
#
# <details><summary>Hint</summary>
#
# `ipaddress.ip_network(block).subnets(new_prefix=...)` hands them out in order.
# </details>


# %% exercise="plan"
def plan(block: str, prefix: int, zones: list[str]) -> list[dict[str, str]]:
    """A public and a private subnet for each zone."""
    ### BEGIN SOLUTION
    rest = list(ipaddress.ip_network(block).subnets(new_prefix=prefix))
    if len(rest) < 2 * len(zones):
        raise ValueError(f"{block} has only {len(rest)} subnets /{prefix}")
    wanted = [(kind, zone) for kind in ("public", "private") for zone in zones]
    return [{"zone": zone, "kind": kind, "block": str(own)} for (kind, zone), own in zip(wanted, rest, strict=False)]
    ### END SOLUTION


# %% check="plan" points=1
with check("plan", needs="plan", right="Two zones, two kinds, four blocks, and plenty left for later.") as expect:

    def planned(block: str, prefix: int, zones: list[str], *blocks: str) -> None:
        made = plan(block, prefix, zones)
        kinds = ["public"] * len(zones) + ["private"] * len(zones)
        wanted = [
            {"zone": zone, "kind": kind, "block": own} for zone, kind, own in zip(zones * 2, kinds, blocks, strict=True)
        ]
        expect.equal(made, wanted, f"plan({block!r}, {prefix}, {zones})")

    def too_small(block: str, prefix: int, zones: list[str]) -> None:
        case = f"{block} has too few subnets /{prefix} for {len(zones)} zones"
        try:
            made = plan(block, prefix, zones)
        except ValueError:
            return
        expect(False, f"{case}, but plan returned {len(made)} of them. Raise ValueError.")

    planned("10.1.0.0/16", 24, ["a", "b"], "10.1.0.0/24", "10.1.1.0/24", "10.1.2.0/24", "10.1.3.0/24")
    planned("10.2.0.0/24", 26, ["c", "a"], "10.2.0.0/26", "10.2.0.64/26", "10.2.0.128/26", "10.2.0.192/26")
    planned("10.3.0.0/24", 28, ["a", "b", "c"], *(f"10.3.0.{16 * n}/28" for n in range(6)))
    too_small("10.1.0.0/24", 25, ["a", "b"])
    ### BEGIN HIDDEN TESTS
    planned(
        "10.8.0.0/20", 23, ["a", "b", "c"],
        "10.8.0.0/23", "10.8.2.0/23", "10.8.4.0/23", "10.8.6.0/23", "10.8.8.0/23", "10.8.10.0/23",
    )  # fmt: skip
    too_small("10.9.0.0/26", 28, ["a", "b", "c"])
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: build the clinic's network
#
# Write `build(subnets)`. It gets a plan: a list of dictionaries, in any order, with `zone` ("a" stands for
# us-east-1a), `kind` ("public" or "private") and `block`, all within `10.1.0.0/16`. Build a VPC of that block, the
# subnets, and what else is needed, so that
#
# - new machines in *public* subnets have a public address by default and are reached from the internet;
# - machines in *private* subnets are never reached from there, even with a public address;
# - all of them reach each other.
#
# Return the id of the VPC. `new_subnet(vpc, block, zone)` is at hand.
#
# <details><summary>Hint</summary>
#
# The order: VPC, gateway, attach, table, route, subnets, associations, the setting of the public ones. One route table
# can serve several subnets.
# </details>


# %% exercise="two-zones"
def build(subnets: list[dict[str, str]]) -> str:
    """Build a VPC by a plan and return its id."""
    ### BEGIN SOLUTION
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for one in subnets:
        made = new_subnet(vpc, one["block"], one["zone"])
        if one["kind"] == "public":
            ec2.associate_route_table(RouteTableId=table, SubnetId=made)
            ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})
    return vpc
    ### END SOLUTION


# %% check="two-zones" points=3
with check("two-zones", needs="build", right="Reached where you want it, silent where you do not.") as expect:

    def built(zones: str) -> None:
        kinds = [(kind, zone) for zone in zones for kind in ("private", "public")]
        wanted = [{"zone": zone, "kind": kind, "block": f"10.1.{16 * n}.0/24"} for n, (kind, zone) in enumerate(kinds)]
        vpc = build([dict(one) for one in wanted])
        expect(isinstance(vpc, str) and vpc.startswith("vpc-"), "Return the id of the VPC.")
        made = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
        blocks = {(one["AvailabilityZone"][-1], one["CidrBlock"]): one["SubnetId"] for one in made}
        there = {(one["zone"], one["block"]) for one in wanted}
        expect(set(blocks) == there, f"Zones and blocks should be {sorted(there)}; they are {sorted(blocks)}.")
        servers = {}
        for one in wanted:
            subnet, kind = blocks[one["zone"], one["block"]], one["kind"]
            server = servers[one["block"]] = machine(subnet, public=None if kind == "public" else True)
            seen = lab.connect("internet", server, 443)
            where = f"in the {kind} subnet {one['block']}"
            if kind == "public":
                expect(bool(seen), f"A new machine {where} is not reached: {seen.stopped_at}: {seen.why}.")
            else:
                expect(not seen, f"A machine {where} is reached from the internet.")
        first, last = wanted[0]["block"], wanted[-1]["block"]
        seen = lab.connect(servers[first], servers[last], 443)
        expect(bool(seen), f"{first} does not reach {last}: {seen.why}.")

    built("ab")
    ### BEGIN HIDDEN TESTS
    built("bca")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Clean up
#
# A VPC goes last: AWS refuses to delete what others depend on (`DependencyViolation`). VPCs, subnets, tables and
# internet gateways cost nothing; running machines and public IPv4 addresses do.
#
# > **Bill.** On the real AWS the machines of this lesson (t3.micro) and their addresses would cost a few cents.

# %%
try:
    ec2.delete_vpc(VpcId=clinic)
except ClientError as error:
    print(error.response["Error"]["Code"])
ec2.terminate_instances(InstanceIds=[inner, outer])
ec2.get_waiter("instance_terminated").wait(InstanceIds=[inner, outer])
ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=clinic)
ec2.delete_internet_gateway(InternetGatewayId=gateway)
ec2.delete_subnet(SubnetId=front)
ec2.delete_route_table(RouteTableId=to_internet)
of_clinic: Any = [{"Name": "vpc-id", "Values": [clinic]}]
for group in ec2.describe_security_groups(Filters=of_clinic)["SecurityGroups"]:
    if group["GroupName"] != "default":
        ec2.delete_security_group(GroupId=group["GroupId"])
ec2.delete_vpc(VpcId=clinic)
print("the clinic's first network is gone")

# %% [markdown]
# ## To remember
#
# - An IPv4 address is 32 bits; /n fixes n of them and leaves 2^(32-n) addresses. AWS keeps five in each subnet.
# - VPCs and subnets are /16 to /28; RFC 1918 gives you 10/8, 172.16/12 and 192.168/16.
# - A VPC belongs to a Region, a subnet to one zone; the default VPC is open, your own is closed until you open it.
# - The most specific route wins; the local route is always there.
# - A subnet without an association follows the main table. Keep that one closed and give public subnets their own.
# - Public means: a route for 0.0.0.0/0 to an attached internet gateway. A machine needs a public address besides.
# - Every kind of subnet in two zones; blocks do not overlap and never change.

# %% [markdown] question="no-answer"
# ### Question 1
#
# A new instance has a public IPv4 address, its VPC has an attached internet gateway, and all firewalls are open. From
# outside it cannot be reached; its subnet has no associated route table. What is missing?
#
# - [ ] **A** An Elastic IP.
#   > It would stay through a stop, but a public address is there already and does the same.
# - [x] **B** A route for 0.0.0.0/0 to the gateway in the VPC's main route table, or in a table for this subnet.
#   > Without an association the main table decides, and a new one knows only the local route. The request arrives, the
#   > reply finds no way.
# - [ ] **C** A second network interface.
#   > One interface carries both directions.
# - [ ] **D** A larger CIDR block for the subnet.
#   > The block limits how many machines fit in, not whom they reach.

# %% answer="no-answer"
answer = "B"

# %% check="no-answer" points=1
question("no-answer", answer)

# %% [markdown] question="twelve-machines"
# ### Question 2
#
# A test needs a subnet for exactly twelve instances, as small as possible. Which block fits?
#
# - [ ] **A** /28
#   > 16 addresses minus 5 leave 11: one short.
# - [x] **B** /27
#   > 32 minus 5 leave 27, and the next smaller block has only 11.
# - [ ] **C** /29
#   > AWS refuses subnets smaller than /28.
# - [ ] **D** /24
#   > It fits, with 239 addresses to spare. Smaller does it.

# %% answer="twelve-machines"
answer = "B"

# %% check="twelve-machines" points=1
question("twelve-machines", answer)

# %% [markdown] question="which-route"
# ### Question 3
#
# A subnet's table has three routes: 10.0.0.0/16 to local, 0.0.0.0/0 to an internet gateway, 203.0.113.0/24 to a NAT
# gateway. Where does a packet for 203.0.113.40 go?
#
# - [ ] **A** To the internet gateway, because 0.0.0.0/0 fits everything.
#   > It fits, but with no fixed bit it is the least specific of all.
# - [x] **B** To the NAT gateway.
#   > Both fit; /24 is longer than /0, so it wins.
# - [ ] **C** To both; the first answer counts.
#   > A packet takes one route only.
# - [ ] **D** Nowhere: two routes that fit are a conflict.
#   > Overlapping routes are normal. The longest prefix decides.

# %% answer="which-route"
answer = "B"

# %% check="which-route" points=1
question("which-route", answer)

# %% [markdown] question="default-home"
# ### Question 4
#
# A developer launches a database server without naming a subnet. An hour later the security team finds that it has a
# public address. Why?
#
# - [x] **A** It was launched into the default VPC, whose subnets are public and hand out public addresses.
#   > Name a private subnet of your own VPC. An account may even delete its default VPCs.
# - [ ] **B** Every instance on AWS has a public address until it is taken away.
#   > Only where the subnet or the launch asks for one. Subnets that you create do not.
# - [ ] **C** The main route table of a VPC gives out public addresses.
#   > Tables steer packets. The address comes from the subnet's setting `MapPublicIpOnLaunch`, or from the launch.
# - [ ] **D** DNS host names were on, and they need a public address.
#   > Names follow addresses, never the other way round.

# %% answer="default-home"
answer = "A"

# %% check="default-home" points=1
question("default-home", answer)

# %%
progress()
