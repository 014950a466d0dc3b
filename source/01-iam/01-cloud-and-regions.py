# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     minutes: 55
#     practises:
#       break-even:
#       - cloud.on-premises-and-cloud
#       - cloud.six-advantages
#       choose-region:
#       - infra.choose-a-region
#       - infra.regions
#       close-doors:
#       - cloud.customer-duties
#       downtime:
#       - infra.availability-math
#       duties:
#       - cloud.shared-responsibility
#       predict-scope:
#       - infra.regional-and-global-services
#       spread:
#       - infra.prefer-regional-services
#       - infra.availability-zones
#       tear-down:
#       - cloud.deployment-models
#     services:
#     - ec2
#     - s3
#     - sqs
#     - iam
#     title: The cloud and its Regions
#     topics:
#     - cloud.on-premises-and-cloud
#     - cloud.six-advantages
#     - cloud.deployment-models
#     - cloud.shared-responsibility
#     - cloud.customer-duties
#     - infra.regions
#     - infra.region-and-az-names
#     - infra.availability-zones
#     - infra.availability-math
#     - infra.prefer-regional-services
#     - infra.regional-and-global-services
#     - infra.choose-a-region
#     - infra.edge-network
# ---

# %% [markdown]
# # The cloud and its Regions
#
# Lumen prints photographs. Its web shop runs on a server in the basement; the server is old, loud, and last winter it
# stood in water. Should the shop buy a new one or move to AWS? And if it moves: where to, and who looks after what?
# After this lesson you can answer with numbers.

# %% setup="start"
import random

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("01-iam/01-cloud-and-regions")
lab.start()
ec2 = boto3.client("ec2")
s3 = boto3.client("s3")

# %% [markdown]
# ## Own or rent
#
# A server of one's own is **on premises**: the shop buys it, houses it, powers it and repairs it. In the **cloud** it
# rents the same as a service over the internet, on demand, and pays for what it uses (*pay as you go*).
#
# A new server would cost 1,400 USD, and 12 USD a month for power and line (our guess for Lumen). A machine of about its
# size is an `m5.large` on AWS. We draw what both have cost after each month.

# %%
hour = facts.price("ec2", "on-demand-linux-m5-large")
months = list(range(0, 49))
renting = {
    f"rented, {share:.0%} of the time": (
        months,
        [m * share * facts.HOURS_PER_MONTH * hour for m in months],
    )
    for share in (1, 0.5, 0.25)
}
charts.curves(
    {"bought": (months, [1400 + 12 * m for m in months]), **renting},
    headline="Bought pays off after two years, if the machine never sleeps",
    x_label="months",
    y_unit="USD so far",
    against="bought",
    breakeven=True,
    source=hour,
)

# %% [markdown]
# The curves cross only where the rented machine runs all day and night. The owner pays at once for years to come
# and must guess how much will be needed; the tenant pays for hours used, and can stop tomorrow.
#
# ### Your turn: when does buying pay off?
#
# Write `break_even_month(purchase, monthly_running, hourly_price, hours_per_month)`: after how many months (a
# number, not rounded) buying has cost as much as renting. Return `None` if it never does, because renting costs no
# more a month than running the owned machine.
#
# <details><summary>Hint</summary>
#
# What does the owner save each month against the tenant? How many such months pay for the purchase?
# </details>


# %% exercise="break-even"
def break_even_month(purchase, monthly_running, hourly_price, hours_per_month):
    """Return the month in which buying and renting have cost the same, or None."""
    ### BEGIN SOLUTION
    saved = hourly_price * hours_per_month - monthly_running
    if saved <= 0:
        return None
    return purchase / saved
    ### END SOLUTION


# %% check="break-even" points=1
with check(
    "break-even",
    needs="break_even_month",
    right="Before you compare prices, ask how many hours a month the machine works.",
) as expect:
    expect.close(
        break_even_month(1000, 50, 0.2, 500),
        20,
        "1,000 USD, 50 a month, 500 hours at 0.20 USD",
    )
    expect.close(
        break_even_month(100, 10, 0.1, 500),
        2.5,
        "100 USD, 10 a month, 500 hours at 0.10 USD (not rounded)",
    )
    never = "20 USD a month for running, 100 hours at 0.10 USD: renting is cheaper for ever"
    expect(break_even_month(1000, 20, 0.1, 100) is None, f"{never}. Return None.")
    same = "10 USD a month for running, 100 hours at 0.10 USD: nothing is ever saved"
    expect(break_even_month(1000, 10, 0.1, 100) is None, f"{same}. Return None.")
    expect.close(
        break_even_month(1400, 12, 0.0416, 730),
        76.2195,
        "1,400 USD, 12 a month, a t3.medium all month",
    )
    ### BEGIN HIDDEN TESTS
    expect.close(break_even_month(300, 0, 0.5, 10), 60, "300 USD, no running cost, 10 hours at 0.50 USD")
    expect(
        break_even_month(10, 40, 0.25, 160) is None,
        "The bill equals the running cost. Return None.",
    )
    expect.close(break_even_month(2400, 30, 0.192, 176), 632.911, "An m5.xlarge in office hours")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** Accounts opened before 15 July 2025 could try many services free for a year; newer ones start with
# > credits of up to 200 USD for at most six months.
#
# ## No more guessing
#
# How many servers should one buy? Lumen's orders follow the hours of the day. We compare a fleet bought for the
# mean, one bought for the peak, and one that follows demand, always an hour late. The picture shows the first.

# %%
day = [2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 13, 11, 10, 10, 12, 16, 21, 24, 22, 15, 8, 4]
hours = list(range(24))
fleets = {
    "bought for the mean": [round(sum(day) / len(day))] * 24,
    "bought for the peak": [max(day)] * 24,
    "follows an hour later": [day[-1], *day[:-1]],
}
for name, fleet in fleets.items():
    missing = sum(max(0, need - have) for need, have in zip(day, fleet, strict=True))
    idle = sum(max(0, have - need) for need, have in zip(day, fleet, strict=True))
    print(f"{name:22} {sum(fleet):4} server hours a day, {idle:3} idle, {missing:3} missing")
charts.capacity(
    (hours, day),
    (hours, fleets["bought for the mean"]),
    headline="Bought for the mean: idle at night, and too small when customers come",
    y_label="servers",
    source="simulation in this cell",
)

# %% [markdown]
# The follower needs less than half of the server hours of the fleet for the peak. *Auto Scaling* follows within minutes
# (a later section).
#
# AWS names **six advantages** of the cloud. You have seen 1 and 3.
#
# 1. Pay as you go in place of large purchases.
# 2. Lower prices, because AWS buys for millions (*economies of scale*).
# 3. No guessing of capacity.
# 4. Speed: a server in minutes, not in weeks.
# 5. No money for running data centres.
# 6. Global in minutes.
#
# ## All, partly, or not at all
#
# A company may be all in the cloud, all on premises, or **hybrid**: both, connected. Lumen's printers stay in the
# basement, so it will be hybrid.
#
# Its first use is a test environment (QA) that lives for an afternoon. A **VPC** is a private network on AWS, divided
# into *subnets*; a tag says what it is for.


# %% setup="environments"
def build(environment: str, subnets: int = 2) -> str:
    """Make a network with this environment's tag; return its id."""
    tags = [{"Key": "Environment", "Value": environment}]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=tags)
    for n in range(subnets):
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")
    return vpc


def tagged(environment: str) -> list[str]:
    """The ids of the networks with this environment's tag."""
    wanted = [{"Name": "tag:Environment", "Values": [environment]}]
    return [vpc["VpcId"] for vpc in ec2.describe_vpcs(Filters=wanted)["Vpcs"]]


# %%
test = build("demo")
print("networks tagged 'demo':", len(tagged("demo")))
try:
    ec2.delete_vpc(VpcId=test)
except ClientError as error:
    print(error.response["Error"]["Code"], "- its subnets must go first")

# %% [markdown]
# ### Your turn: repair the clean-up
#
# A colleague wrote `tear_down(environment)`, which should delete **all** networks with this environment's tag, each
# with its subnets, and return how many networks are gone. Nobody has dared to run it: repair it. Whatever carries
# another tag, or none, stays.
#
# <details><summary>Hint</summary>
#
# `describe_vpcs` and `describe_subnets` take `Filters`. The helper `tagged` above shows one for a tag; for subnets
# the filter's name is `vpc-id`. Mind the order.
# </details>


# %% exercise="tear-down" repair=true
def tear_down(environment: str) -> int:
    """Delete an environment's networks; return how many."""
    vpc = ec2.describe_vpcs()["Vpcs"][0]
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    return 1


### BEGIN SOLUTION
def tear_down(environment: str) -> int:
    """Delete an environment's networks; return how many."""
    mine = [{"Name": "tag:Environment", "Values": [environment]}]
    vpcs = ec2.describe_vpcs(Filters=mine)["Vpcs"]
    for vpc in vpcs:
        inside = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        ec2.delete_vpc(VpcId=vpc["VpcId"])
    return len(vpcs)


### END SOLUTION


# %% check="tear-down" points=2
with check(
    "tear-down",
    needs="tear_down",
    right="An afternoon's test costs an afternoon, and production sleeps on.",
) as expect:

    def afternoon(qa: list[int]) -> None:
        """QA with so many subnets in each network; beside it production, and a network without a tag."""
        name, other = lab.unique_name("qa"), lab.unique_name("prod")
        for subnets in qa:
            build(name, subnets)
        kept = {build(other): 2, ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]: 0}
        returned = tear_down(name)
        there = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]}
        for vpc, subnets in kept.items():
            expect(
                vpc in there,
                "A network with another tag, or without one, is gone. Filter by the tag.",
            )
            inside = [{"Name": "vpc-id", "Values": [vpc]}]
            left = len(ec2.describe_subnets(Filters=inside)["Subnets"])
            expect(
                left == subnets,
                f"Production lost {subnets - left} of {subnets} subnets. Filter by vpc-id.",
            )
        alive = len(tagged(name))
        expect(alive == 0, f"The environment had networks: {len(qa)}. Still there: {alive}.")
        expect.equal(returned, len(qa), "The number of networks returned")

    afternoon([2])
    afternoon([1, 3])
    afternoon([])
    ### BEGIN HIDDEN TESTS
    afternoon([2, 0, 2])
    ### END HIDDEN TESTS

# %% [markdown]
# When it is right, `tear_down("demo")` removes the network of the demo, too.
#
# > **On real AWS** an empty network costs nothing, but the servers and addresses in it are billed by the hour. Tag
# > everything from the first day on.
#
# ## Who looks after what
#
# AWS is responsible for the security **of** the cloud: buildings, hardware, network, and the layer that splits a
# machine into many. You are responsible for security **in** the cloud: your data, who may do what, and how things
# are set up. Where the line runs depends on the service.
#
# On **EC2** you rent a machine: its operating system (the *guest*) is yours. On **RDS** you rent a database:
# AWS patches system and engine. **Lambda** runs your code, **S3** keeps your files, on systems that AWS looks after
# entirely.
#
# ### Your turn: whose duty?
#
# Write `"AWS"` or `"customer"` behind each duty.
#
# <details><summary>Hint</summary>
#
# Ask who *can* do it. Can you log in there? Could AWS know what is right?
# </details>

# %% exercise="duties" repair=true
whose = {
    "EC2: patch the guest operating system": None,
    "EC2: patch the layer that splits the hardware into machines": None,
    "EC2: decide which ports are open to whom": None,
    "RDS: patch the database engine": None,
    "RDS: decide which database user may read a table": None,
    "Lambda: patch the operating system that runs the function": None,
    "Lambda: keep the libraries packed with the function up to date": None,
    "S3: destroy a disk that is taken out of service": None,
    "S3: decide who may read a bucket": None,
    "all: choose a Region in which the law lets the data lie": None,
    "all: let nobody without a badge into the data centre": None,
}
### BEGIN SOLUTION
whose = {
    "EC2: patch the guest operating system": "customer",
    "EC2: patch the layer that splits the hardware into machines": "AWS",
    "EC2: decide which ports are open to whom": "customer",
    "RDS: patch the database engine": "AWS",
    "RDS: decide which database user may read a table": "customer",
    "Lambda: patch the operating system that runs the function": "AWS",
    "Lambda: keep the libraries packed with the function up to date": "customer",
    "S3: destroy a disk that is taken out of service": "AWS",
    "S3: decide who may read a bucket": "customer",
    "all: choose a Region in which the law lets the data lie": "customer",
    "all: let nobody without a badge into the data centre": "AWS",
}
### END SOLUTION

# %% check="duties" points=1
with check("duties", needs="whose", right="Data, access and set-up are yours everywhere.") as expect:
    expect(isinstance(whose, dict), "`whose` should be the dictionary of the task, filled in.")
    expect.not_tried(all(value is None for value in whose.values()))
    # Layers from below: 1 building and hardware, 2 virtualisation, 3 operating system, 4 engine or runtime,
    # 5 code, settings, rights and data. AWS looks after everything up to this layer:
    up_to = {"EC2": 2, "RDS": 4, "Lambda": 4, "S3": 4, "all": 2}
    reasons = {
        "EC2: patch the guest operating system": (3, "Who can log in there?"),
        "EC2: patch the layer that splits the hardware into machines": (
            2,
            "It lies below your machine, out of your reach.",
        ),
        "EC2: decide which ports are open to whom": (5, "AWS cannot know who should reach you."),
        "RDS: patch the database engine": (4, "RDS gives you no login to the machine."),
        "RDS: decide which database user may read a table": (5, "It is about what is inside."),
        "Lambda: patch the operating system that runs the function": (
            3,
            "You hand over code, not a machine.",
        ),
        "Lambda: keep the libraries packed with the function up to date": (
            5,
            "What you pack is your code, whoever wrote it.",
        ),
        "S3: destroy a disk that is taken out of service": (1, "You will never hold that disk."),
        "S3: decide who may read a bucket": (5, "AWS keeps the file, you say who may have it."),
        "all: choose a Region in which the law lets the data lie": (
            5,
            "AWS does not know which law your data are under.",
        ),
        "all: let nobody without a badge into the data centre": (
            1,
            "You will never see the building.",
        ),
    }

    def compare_duties() -> None:
        for duty, (layer, reason) in reasons.items():
            said = whose.get(duty)
            owner = "AWS" if layer <= up_to[duty.partition(":")[0]] else "customer"
            expect(said in ("AWS", "customer"), f'"{duty}": write "AWS" or "customer".')
            expect(said == owner, f'"{duty}": look again. {reason}')

    compare_duties()
    ### BEGIN HIDDEN TESTS
    compare_duties()
    ### END HIDDEN TESTS

# %%
services = ["own basement", "EC2", "RDS", "Lambda", "S3"]
line: dict[str, list] = {
    "building, power, hardware": ["you", "AWS", "AWS", "AWS", "AWS"],
    "virtualisation, host system": ["you", "AWS", "AWS", "AWS", "AWS"],
    "guest operating system": ["you", "you", "AWS", "AWS", "AWS"],
    "database engine, runtime": ["you", "you", "AWS", "AWS", "AWS"],
    "your code and its libraries": ["you", "you", None, "you", None],
    "network rules, settings": ["you", "you", "you", "you", "you"],
    "access rights, keys": ["you", "you", "you", "you", "you"],
    "the data": ["you", "you", "you", "you", "you"],
}
charts.heatmap(
    {duty: dict(zip(services, owners, strict=True)) for duty, owners in line.items()},
    meanings={"you": "warn", "AWS": "good"},
    headline="Managed services take over the middle; data, access and settings stay yours",
    source="the shared responsibility model, in this course's words",
)

# %% [markdown]
# ## Your part of it
#
# Your list, on every service: access rights, encryption, backups, network rules, and the Region that the law asks for.
# On EC2 also patches and the firewall of the guest.
#
# The most frequent sins are doors open to the whole internet: `0.0.0.0/0` (in IPv6 `::/0`) in a **security group**,
# the firewall around a server, and buckets without the **public access block**.
#
# ### Your turn: close the doors
#
# Write `close_doors()` for the whole account:
#
# - take away every *inbound* rule of a security group that lets the world in on port 22 (SSH) or 3389 (remote
#   desktop). The port may lie in a range (`20-25`), and `IpProtocol` `-1` means all ports. All other rules stay: 443
#   is open to the world on purpose, and the office may use SSH;
# - switch on all four settings of the public access block for every bucket.
#
# <details><summary>Hint</summary>
#
# `describe_security_group_rules` gives one entry for each rule: `IsEgress`, `IpProtocol`, `FromPort`, `ToPort`,
# `CidrIpv4` or `CidrIpv6`. `revoke_security_group_ingress(GroupId=..., SecurityGroupRuleIds=[...])` takes rules
# away. The four settings: `BlockPublicAcls`, `IgnorePublicAcls`, `BlockPublicPolicy`, `RestrictPublicBuckets`.
# </details>


# %% exercise="close-doors"
def close_doors() -> None:
    """Close SSH and remote desktop to the world, and every bucket to the public."""
    ### BEGIN SOLUTION
    for page in ec2.get_paginator("describe_security_group_rules").paginate():
        for rule in page["SecurityGroupRules"]:
            world = rule.get("CidrIpv4") == "0.0.0.0/0" or rule.get("CidrIpv6") == "::/0"
            if rule["IsEgress"] or not world:
                continue
            ports = range(rule["FromPort"], rule["ToPort"] + 1)
            if rule["IpProtocol"] == "-1" or 22 in ports or 3389 in ports:
                ec2.revoke_security_group_ingress(
                    GroupId=rule["GroupId"],
                    SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]],
                )
    names = (
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    )
    all_on = dict.fromkeys(names, True)
    for bucket in s3.list_buckets()["Buckets"]:
        s3.put_public_access_block(
            Bucket=bucket["Name"],
            PublicAccessBlockConfiguration=all_on,
        )
    ### END SOLUTION


# %% check="close-doors" points=3
with check(
    "close-doors",
    needs="close_doors",
    right="These two doors are what strangers try first, all day long.",
) as expect:

    def tcp(first: int, last: int, source: str) -> dict:
        kind = ("Ipv6Ranges", "CidrIpv6") if ":" in source else ("IpRanges", "CidrIp")
        return {
            "IpProtocol": "tcp",
            "FromPort": first,
            "ToPort": last,
            kind[0]: [{kind[1]: source}],
        }

    def guarded(stay: list[dict], go: list[dict]) -> None:
        """A security group with rules that stay and rules that must go, and an old bucket."""
        name = lab.unique_name("shop")
        # A network of its own: an earlier attempt at `tear_down` may have deleted the default one.
        vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
        made = ec2.create_security_group(GroupName=name, Description="web shop", VpcId=vpc)
        group = made["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=stay + go)
        bucket = lab.unique_name("lumen-doors")
        s3.create_bucket(Bucket=bucket)
        s3.delete_public_access_block(Bucket=bucket)  # buckets made before 2023 have none
        close_doors()
        mine = [{"Name": "group-id", "Values": [group]}]
        rules = ec2.describe_security_group_rules(Filters=mine)["SecurityGroupRules"]
        left = {
            (
                rule["IpProtocol"],
                rule["FromPort"],
                rule["ToPort"],
                rule.get("CidrIpv4") or rule.get("CidrIpv6"),
            )
            for rule in rules
            if not rule["IsEgress"]
        }

        def named(rule: dict) -> tuple:
            four, six = rule.get("IpRanges"), rule.get("Ipv6Ranges")
            source = four[0]["CidrIp"] if four else six[0]["CidrIpv6"]
            return rule["IpProtocol"], rule["FromPort"], rule["ToPort"], source

        for protocol, first, last, source in map(named, go):
            ports = "all ports" if protocol == "-1" else f"ports {first} to {last}"
            gone = (protocol, first, last, source) not in left
            expect(gone, f"A rule still lets {source} in on {ports}. 22 or 3389 is among them.")
        for protocol, first, last, source in map(named, stay):
            kept = (protocol, first, last, source) in left
            expect(
                kept,
                f"The rule for {source} on ports {first} to {last} is gone; it is wanted.",
            )
        expect(
            any(rule["IsEgress"] for rule in rules),
            "The outbound rule is gone: the server reaches nothing now.",
        )
        try:
            found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        except ClientError:
            found = {}
        on = [name for name, value in found.items() if value]
        expect(
            len(on) == 4,
            f"{len(on)} of the 4 settings of the public access block are on for an old bucket.",
        )

    world, world6, office = "0.0.0.0/0", "::/0", "203.0.113.0/24"
    all_ports = {**tcp(-1, -1, world), "IpProtocol": "-1"}
    guarded(stay=[tcp(443, 443, world)], go=[tcp(22, 22, world)])
    guarded(
        stay=[tcp(22, 22, office), tcp(80, 443, world6)],
        go=[tcp(3389, 3389, world), tcp(20, 25, world6)],
    )
    guarded(stay=[tcp(443, 443, office)], go=[all_ports])
    ### BEGIN HIDDEN TESTS
    guarded(
        stay=[tcp(3389, 3389, office), tcp(23, 3388, world)],
        go=[tcp(3000, 4000, world), tcp(22, 22, world6)],
    )
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** Since 2023 a new bucket is encrypted and has the public access block switched on, in the lab too.
# > Older buckets kept what they had. The check makes one like these.
#
# *Half of the lesson is done: a good place for a pause.*
#
# ## Regions and Availability Zones
#
# AWS builds data centres all over the world, in groups, and joins them by a network of its own. One or more data
# centres with power, cooling and network of their own are an **Availability Zone (AZ)**. Three or more AZs, up to
# 100 km apart, make a **Region**: near enough for copies within milliseconds, far enough that a flood hits one of
# them.

# %%
charts.network(
    {
        "Region eu-central-1 (Frankfurt)": {
            "eu-central-1a": ["data centre 1", "data centre 2"],
            "eu-central-1b": ["data centre 3"],
            "eu-central-1c": ["data centre 4", "data centre 5"],
        },
    },
    headline="A Region is a handful of zones that fail one at a time",
    source="number of data centres per zone: an example",
)

# %% [markdown]
# A Region's code tells area, direction and number: `eu-central-1`. Its zones add a letter: `eu-central-1a`. In
# older accounts the letters are shuffled, so that not everybody crowds into "a". Two companies compare zones by the
# **AZ ID**, which means the same place to everybody. (A longer name, such as `us-west-2-lax-1a`, is a *Local Zone*: an
# outpost of a Region in another city.)

# %%
for region in ("us-east-1", "eu-central-1", "ap-southeast-2", "us-west-1"):
    there = boto3.client("ec2", region_name=region)
    zones = there.describe_availability_zones()["AvailabilityZones"]
    print(region, len(zones), "zones:", *(f"{z['ZoneName'][-1]}={z['ZoneId']}" for z in zones))

# %% [markdown]
# AWS promises at least three zones in each Region today; `us-west-1` shows only two to many accounts, and
# `us-east-1` has six.
#
# How many Regions are there? Books age fast here. Ask the SDK instead:

# %%
codes = boto3.Session().get_available_regions("ec2")
areas = {
    "North America": ("us", "ca", "mx"),
    "South America": ("sa",),
    "Europe": ("eu",),
    "Middle East": ("me", "il"),
    "Africa": ("af",),
    "Asia and Pacific": ("ap",),
}
per_area = {}
for area, beginnings in areas.items():
    per_area[area] = sum(code.split("-")[0] in beginnings for code in codes)
east = per_area["Asia and Pacific"]
session = boto3.Session()
for code in ("eu-central-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"):
    print(f"{code:15} partition {session.get_partition_for_region(code)}")
charts.bars(
    per_area,
    headline=f"{east} of {len(codes)} Regions lie in Asia or the Pacific",
    label="Regions",
    source="botocore's list of Regions, November 2026",
)

# %% [markdown]
# Above the Regions stand walls, the **partitions**: the commercial one, China, the US government's GovCloud, the
# European Sovereign Cloud (in Brandenburg, since 2026). No account and no permission reaches across. And a Region
# that opened after March 2019 is *opt-in*: you switch it on for your account first.
#
# > **Then and now.** Course notes of 2023 speak of some 30 Regions, and of two zones as the least. Teach yourself
# > the query, not the number.
#
# ## What a second zone buys
#
# If a zone is up with probability `a`, and zones fail independently, then all `n` of them are down with probability
# `(1 - a) ** n`. EC2's own promise has this shape: 99.5 % for one machine, 99.99 % for two or more zones.

# %%
year = 365 * 24 * 60
minutes = {
    f"{up:.1%} each": {
        "one zone": (1 - up) * year,
        "two zones": (1 - up) ** 2 * year,
        "three zones": (1 - up) ** 3 * year,
    }
    for up in (0.99, 0.995, 0.999)
}
charts.heatmap(
    minutes,
    unit="minutes",
    log=True,
    rows_are="a zone is up",
    columns_are="the shop runs in",
    headline="Each further zone divides the downtime by a hundred or more",
    subtitle="time a year without the shop, if zones fail independently",
    source=[
        facts.limit("ec2", "sla-single-instance"),
        facts.limit("ec2", "sla-two-or-more-azs"),
    ],
)

# %% [markdown]
# The catch is *independently*, and that a chain is as good as all its links together: whatever every request needs
# multiplies. A shop in three zones with one database in one zone is down whenever the database is.
#
# ### Your turn: downtime in a year
#
# Write `downtime(layers)`: the expected minutes a year (of 365 days) in which the shop is down. Each layer is a
# pair `(up, copies)`: the probability that one copy is up, and how many independent copies there are. A layer works
# if at least one copy does; the shop works if all layers do.
#
# <details><summary>Hint</summary>
#
# `1 - (1 - up) ** copies` is one layer's probability to work. Multiply over the layers; the rest to 1 is the share
# of the year without the shop.
# </details>


# %% exercise="downtime"
def downtime(layers: list[tuple[float, int]]) -> float:
    """Minutes a year in which at least one layer has no working copy."""
    ### BEGIN SOLUTION
    works = 1.0
    for up, copies in layers:
        works *= 1 - (1 - up) ** copies
    return (1 - works) * 365 * 24 * 60
    ### END SOLUTION


# %% check="downtime" points=2
with check("downtime", needs="downtime", right="Look for the layer with one copy first.") as expect:
    expect.close(downtime([(0.995, 1)]), 2628, "One machine at 99.5 %")
    expect.close(downtime([(0.995, 2)]), 13.14, "Two machines at 99.5 %")
    expect.close(
        downtime([(0.99, 2), (0.999, 1)]),
        577.6,
        "A web layer of two at 99 %, one database at 99.9 %",
    )
    expect.close(downtime([(0.9, 1), (0.9, 1)]), 99864, "Two layers of one copy at 90 %")
    expect.close(
        downtime([(0.999, 1), (0.999, 1), (0.999, 1)]),
        1575.2,
        "Three layers of one copy at 99.9 %",
    )

    def simulated(layers: list[tuple[float, int]], minutes: int, seed: int) -> float:
        luck = random.Random(seed)
        down = 0
        for _ in range(minutes):
            down += not all(any(luck.random() < up for _ in range(copies)) for up, copies in layers)
        return down / minutes * 365 * 24 * 60

    shop = [(0.9, 2), (0.95, 1)]
    measured = simulated(shop, 60_000, seed=1)
    expect.close(downtime(shop), measured, "A shop that we simulated for 60,000 minutes", within=0.05)
    ### BEGIN HIDDEN TESTS
    expect.close(downtime([(0.99, 3), (0.995, 2)]), 13.665, "Three web servers and two databases")
    expect.close(downtime([(0.9, 2), (0.9, 3), (0.99, 1)]), 10974.6, "Three layers with copies")
    ### END HIDDEN TESTS

# %% [markdown]
# So where you can, take services that spread over the zones of a Region **by themselves**: S3, DynamoDB, SQS and
# Lambda do. Where you run machines yourself, use at least two zones behind a load balancer. A second *Region* is
# for the law, for far-away customers, or for disasters.
#
# ### Your turn: spread the servers
#
# A subnet lies in one zone. Write `spread(subnets, count)`: start `count` instances (`ImageId=image`, type
# `t3.micro`) as evenly as possible over the subnets, so that the largest and the smallest number differ by one at
# most. Return the list of instance ids.
#
# <details><summary>Hint</summary>
#
# Deal them out like cards: instance number *n* goes into subnet number *n* modulo the number of subnets.
# `run_instances` wants `MinCount` and `MaxCount`, and answers a list under `Instances`.
# </details>

# %% setup="shop-subnets"
image = "ami-12c6146b"  # a machine image of the lab; on AWS each Region has its own


def three_zones(zones: int = 3) -> list[str]:
    """A network with a subnet in each of the Region's first zones; returns their ids."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = []
    for n, zone in enumerate(ec2.describe_availability_zones()["AvailabilityZones"][:zones]):
        subnet = ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.0.{n}.0/24",
            AvailabilityZone=zone["ZoneName"],
        )
        made.append(subnet["Subnet"]["SubnetId"])
    return made


# %% exercise="spread"
def spread(subnets: list[str], count: int) -> list[str]:
    """Start instances evenly over the subnets; return their ids."""
    ### BEGIN SOLUTION
    started = []
    for n in range(count):
        answer = ec2.run_instances(
            ImageId=image,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnets[n % len(subnets)],
        )
        started.append(answer["Instances"][0]["InstanceId"])
    return started
    ### END SOLUTION


# %% check="spread" points=2
with check("spread", needs="spread", right="One zone goes dark, and most of the shop stays up.") as expect:

    def survives(zones: int, count: int) -> None:
        subnets = three_zones(zones)
        returned = spread(subnets, count)
        case = f"{count} instances over {zones} zones"
        inside = [{"Name": "subnet-id", "Values": subnets}]
        found = [
            one
            for reservation in ec2.describe_instances(Filters=inside)["Reservations"]
            for one in reservation["Instances"]
        ]
        expect(len(found) == count, f"{case}: {len(found)} run in the subnets.")
        kinds = {one["InstanceType"] for one in found}
        expect(
            kinds <= {"t3.micro"},
            f"{case}: found the types {sorted(kinds)}; t3.micro was asked for.",
        )
        expect(isinstance(returned, list), f"{case}: return a list of instance ids.")
        expect(
            sorted(map(str, returned)) == sorted(one["InstanceId"] for one in found),
            f"{case}: the ids that you return are not those of the instances in the subnets.",
        )
        each = dict.fromkeys(subnets, 0)
        for one in found:
            each[one["SubnetId"]] += 1
        numbers = sorted(each.values())
        expect(
            numbers[-1] - numbers[0] <= 1,
            f"{case}: found {numbers} in the zones. Spread them evenly.",
        )
        worst = max(each, key=lambda zone: each[zone])
        ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in found if one["SubnetId"] == worst])
        running = [*inside, {"Name": "instance-state-name", "Values": ["running"]}]
        left = sum(len(r["Instances"]) for r in ec2.describe_instances(Filters=running)["Reservations"])
        expect(
            left >= count - -(-count // zones),
            f"{case}: after the loss of a zone only {left} are left.",
        )
        ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in found])

    survives(zones=3, count=6)
    survives(zones=3, count=7)
    survives(zones=2, count=5)
    ### BEGIN HIDDEN TESTS
    survives(zones=4, count=10)
    survives(zones=3, count=2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What lives where
#
# A client speaks to one Region, and most things exist only there. A few services are **global**: IAM, Route 53
# (names), CloudFront (the edge), Organizations. Which is which shows in the address that boto3 takes for a client
# in Ireland:

# %%
for service in ("ec2", "sqs", "s3", "sts", "iam", "route53", "cloudfront"):
    meta = boto3.client(service, region_name="eu-west-1").meta
    print(f"{service:11} {meta.region_name:11} {meta.endpoint_url}")

# %% [markdown]
# S3 is the trap: the *name* of a bucket is unique in the whole world, and any client lists all your buckets, but
# each bucket and its files lie in one Region. (Books that call S3 global mean the name.)
#
# ### Your turn: predict
#
# Say `True` for what works and `False` for what fails. Then the check tries it.
#
# <details><summary>Hint</summary>
#
# For each line ask: does this thing live in a Region, or once for the whole account?
# </details>

# %% exercise="predict-scope" repair=true
works = {
    "a security group made in us-east-1 is found by a client of eu-central-1": None,
    "a queue made in us-east-1 is found by a client of eu-central-1": None,
    "two queues of the same name, one in us-east-1, one in eu-central-1": None,
    "a role made with a client of eu-central-1 is found by a client of us-east-1": None,
    "two roles of the same name, made with clients of two Regions": None,
    "a bucket made in eu-central-1 is in list_buckets of a client of us-east-1": None,
    "two buckets of the same name, one in eu-central-1, one in eu-west-1": None,
}
### BEGIN SOLUTION
works = {
    "a security group made in us-east-1 is found by a client of eu-central-1": False,
    "a queue made in us-east-1 is found by a client of eu-central-1": False,
    "two queues of the same name, one in us-east-1, one in eu-central-1": True,
    "a role made with a client of eu-central-1 is found by a client of us-east-1": True,
    "two roles of the same name, made with clients of two Regions": False,
    "a bucket made in eu-central-1 is in list_buckets of a client of us-east-1": True,
    "two buckets of the same name, one in eu-central-1, one in eu-west-1": False,
}
### END SOLUTION

# %% check="predict-scope" points=2
with check("predict-scope", needs="works", right="Know where a thing lives before you look for it.") as expect:
    expect(isinstance(works, dict), "`works` should be the dictionary of the task, filled in.")
    expect.not_tried(all(value is None for value in works.values()))

    lines = [
        "a security group made in us-east-1 is found by a client of eu-central-1",
        "a queue made in us-east-1 is found by a client of eu-central-1",
        "two queues of the same name, one in us-east-1, one in eu-central-1",
        "a role made with a client of eu-central-1 is found by a client of us-east-1",
        "two roles of the same name, made with clients of two Regions",
        "a bucket made in eu-central-1 is in list_buckets of a client of us-east-1",
        "two buckets of the same name, one in eu-central-1, one in eu-west-1",
    ]

    def tried(home: str, away: str) -> dict[str, tuple[bool, str]]:
        """Try all seven between two Regions; returns what worked, and the reason."""
        name = lab.unique_name("check-scope")
        trust = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
        trust += '{"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
        here, there = (
            {kind: boto3.client(kind, region_name=region) for kind in ("ec2", "sqs", "iam", "s3")}
            for region in (home, away)
        )
        came: list[tuple[bool, str]] = []

        def go(reason: str, call, **params) -> None:
            try:
                call(**params)
            except ClientError as error:
                came.append((False, f"{error.response['Error']['Code']}: {reason}"))
            else:
                came.append((True, reason))

        group = here["ec2"].create_security_group(GroupName=name, Description="look")["GroupId"]
        go(
            "security groups belong to a Region.",
            there["ec2"].describe_security_groups,
            GroupIds=[group],
        )
        here["sqs"].create_queue(QueueName=name)
        go("queues belong to a Region.", there["sqs"].get_queue_url, QueueName=name)
        go("each Region has its own queues.", there["sqs"].create_queue, QueueName=name)
        there["iam"].create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        go("IAM is global.", here["iam"].get_role, RoleName=name)
        go(
            "IAM is global.",
            here["iam"].create_role,
            RoleName=name,
            AssumeRolePolicyDocument=trust,
        )
        place = {"LocationConstraint": "eu-central-1"}
        europe = boto3.client("s3", region_name="eu-central-1")
        europe.create_bucket(Bucket=name, CreateBucketConfiguration=place)
        listed = name in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        came.append((listed, "a list of buckets covers all Regions."))
        ireland = boto3.client("s3", region_name="eu-west-1")
        again = {"LocationConstraint": "eu-west-1"}
        go(
            "names of buckets are unique.",
            ireland.create_bucket,
            Bucket=name,
            CreateBucketConfiguration=again,
        )
        return dict(zip(lines, came, strict=True))

    def compare(came: dict[str, tuple[bool, str]]) -> None:
        for what, (result, reason) in came.items():
            said = works.get(what)
            expect(isinstance(said, bool), f"'{what}': say True (works) or False (fails).")
            tells = "it works" if result else "it fails"
            expect(said is result, f"You said {said} to '{what}'; in the lab {tells}. {reason}")

    compare(tried("us-east-1", "eu-central-1"))
    ### BEGIN HIDDEN TESTS
    compare(tried("us-east-2", "ap-southeast-2"))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Choose a Region
#
# Four questions, in this order:
#
# 1. **Law.** May the data lie there at all?
# 2. **Latency.** How far is it to the customers?
# 3. **Services.** Is everything offered there? New services start in few Regions.
# 4. **Price.** The same thing costs more in some places.
#
# The first and third are filters: whatever fails them is out. Distance and price are weighed. Light in glass makes
# about 200 km in a millisecond, so a map tells the least time that a question and its answer can take. Lumen's
# customers live around Hamburg.

# %%
from math import asin, cos, radians, sin, sqrt

cities = {  # latitude and longitude of the city that names the Region
    "eu-central-1 Frankfurt": (50.1, 8.7),
    "eu-north-1 Stockholm": (59.3, 18.1),
    "eu-west-1 Dublin": (53.3, -6.3),
    "us-east-1 N. Virginia": (39.0, -77.5),
    "ap-northeast-1 Tokyo": (35.7, 139.7),
    "sa-east-1 São Paulo": (-23.6, -46.6),
    "ap-southeast-2 Sydney": (-33.9, 151.2),
}


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The shortest way over the globe between two places."""
    (a, b), (c, d) = (map(radians, place) for place in (one, other))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))


hamburg = (53.6, 10.0)
there_and_back = {name: 2 * kilometres(hamburg, place) / 200 for name, place in cities.items()}
far = there_and_back["ap-southeast-2 Sydney"] / there_and_back["eu-central-1 Frankfurt"]
charts.bars(
    there_and_back,
    headline=f"Sydney is {far:.0f} times as far away as Frankfurt, whatever one pays",
    unit="ms",
    label="least time from Hamburg and back",
    source="computed: great circle, 200 km per ms; real paths are longer",
)

# %% [markdown]
# And the price? Four things in Virginia and elsewhere. (A *NAT gateway* lets servers that have no public address out to
# the internet.)

# %%
pairs = {  # the same thing in Virginia and elsewhere
    "a server (t3.large) in Ireland": ("ec2", "on-demand-linux-t3-large", "eu-west-1"),
    "a server (m5.large) in GovCloud": ("ec2", "on-demand-linux-m5-large", "us-gov-west-1"),
    "a server (m5.large) in Tokyo": ("ec2", "on-demand-linux-m5-large", "ap-northeast-1"),
    "a NAT gateway in São Paulo": ("vpc", "nat-gateway-hour", "sa-east-1"),
}
prices, dearer = [], {}
for what, (service, name, region) in pairs.items():
    prices.append(facts.price(service, name, region))
    dearer[what] = 100 * (prices[-1] / facts.price(service, name) - 1)
charts.bars(
    dearer,
    headline="The same thing may cost twice as much elsewhere",
    unit="percent",
    label="dearer than in Virginia (us-east-1)",
    source=prices,
)

# %% [markdown]
# ### Your turn: choose
#
# Write `choose_region(allowed, needs, latency, price, tolerance=10)`. Return the code of the best Region, or `None`:
#
# - `allowed` lists the Regions that the law permits; no other may be chosen;
# - every service in `needs` must be offered there. `boto3.Session().get_available_regions(name)` lists the Regions
#   of a service. An empty list means that the service is global: it is no obstacle;
# - of what is left, look at all Regions whose `latency` (a dictionary, in ms) is at most `tolerance` above the
#   lowest, and take the one with the lowest `price` (a dictionary, too).
#
# <details><summary>Hint</summary>
#
# Filter first: `[code for code in allowed if all(...)]`. If the list is empty, return `None`. The lowest latency
# counts among those that are left, not among all. `min(..., key=price.get)` finds the cheapest.
# </details>


# %% exercise="choose-region"
def choose_region(
    allowed: list[str],
    needs: list[str],
    latency: dict[str, float],
    price: dict[str, float],
    tolerance: float = 10,
) -> str | None:
    """Return the code of the best Region, or None."""
    ### BEGIN SOLUTION
    session = boto3.Session()
    offered = [session.get_available_regions(service) for service in needs]
    left = [code for code in allowed if all(not codes or code in codes for codes in offered)]
    if not left:
        return None
    lowest = min(latency[code] for code in left)
    near = [code for code in left if latency[code] <= lowest + tolerance]
    return min(near, key=lambda code: price[code])
    ### END SOLUTION


# %% check="choose-region" points=3
with check(
    "choose-region",
    needs="choose_region",
    right="Law and services filter; only then do you weigh.",
) as expect:
    ms = {
        "eu-central-1": 9,
        "eu-north-1": 17,
        "eu-west-1": 24,
        "eu-south-1": 18,
        "us-east-1": 90,
    }
    usd = {
        "eu-central-1": 0.12,
        "eu-north-1": 0.10,
        "eu-west-1": 0.11,
        "eu-south-1": 0.09,
        "us-east-1": 0.08,
    }
    europe = ["eu-west-1", "eu-central-1", "eu-north-1", "eu-south-1"]

    def chooses(wanted: str | None, what: str, allowed: list[str], needs: list[str], **more: float) -> None:
        got = choose_region(list(allowed), list(needs), dict(ms), dict(usd), **more)
        if wanted is None:
            expect(
                got is None,
                f"{what}: your answer gives {got!r}; nothing is left, so return None.",
            )
        else:
            expect.equal(got, wanted, what)

    chooses("us-east-1", "Only Virginia is allowed", ["us-east-1"], ["ec2"])
    chooses(
        "eu-south-1",
        "Europe, servers and queues: Milan is 9 ms slower, and cheapest",
        europe,
        ["ec2", "sqs"],
    )
    chooses("eu-central-1", "Europe, with a tolerance of 5 ms", europe, ["ec2"], tolerance=5)
    chooses(
        "eu-central-1",
        "Europe with Rekognition, tolerance 10 ms",
        europe,
        ["ec2", "rekognition"],
    )
    chooses(
        "eu-west-1",
        "Europe with Rekognition, tolerance 20 ms",
        europe,
        ["rekognition"],
        tolerance=20,
    )
    chooses(
        "eu-south-1",
        "IAM and Route 53 are global, no obstacle",
        europe,
        ["ec2", "iam", "route53"],
    )
    chooses(
        None,
        "Only Milan is allowed, and Rekognition is not offered there",
        ["eu-south-1"],
        ["rekognition"],
    )
    chooses(
        "eu-west-1",
        "Ireland or Stockholm with Rekognition, which Stockholm has not, tolerance 5 ms",
        ["eu-north-1", "eu-west-1"],
        ["rekognition"],
        tolerance=5,
    )
    nearer = "Ireland or Virginia; Frankfurt is nearer, but not allowed"
    chooses("eu-west-1", nearer, ["us-east-1", "eu-west-1"], ["s3"])
    ### BEGIN HIDDEN TESTS
    chooses(
        "eu-north-1",
        "Frankfurt and Stockholm",
        ["eu-central-1", "eu-north-1"],
        ["lambda", "cloudfront"],
    )
    chooses(
        "us-east-1",
        "Everything, if time does not matter",
        [*europe, "us-east-1"],
        ["ec2"],
        tolerance=100,
    )
    chooses(None, "Nothing is allowed", [], ["ec2"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## The edge
#
# Beside the Regions AWS runs **edge locations** in many more cities, and a few larger **regional edge caches**
# behind them. CloudFront keeps copies of files there. There, too, Route 53 answers questions for names, Shield and
# WAF stop attacks, and Global Accelerator takes in traffic for a Region.
#
# How much do copies help? That depends on the *hit ratio*, the share of requests that the edge can answer alone.

# %%
edge = 20  # ms, assumed
ratios = [r / 100 for r in range(0, 101, 2)]
lines = {
    f"origin {origin} ms away": (
        [100 * r for r in ratios],
        [r * edge + (1 - r) * origin for r in ratios],
    )
    for origin in (250, 120, 30)
}
needed = (250 - 60) / (250 - edge)
charts.curves(
    lines,
    headline=f"250 ms away, a hit ratio of {needed:.0%} brings the average to 60 ms",
    x_label="hit ratio",
    x_unit="percent",
    y_label="average time",
    y_unit="ms",
    thresholds={"the goal": 60},
    source="computed in this cell",
)

# %%
known = facts.limits("cloudfront")
around = [known[name] for name in known if name.startswith("edge-cities")]
caches = facts.limit("global infrastructure", "regional-edge-caches")
print(f"cities with edge locations: {sum(around)} (as of {max(one.as_of for one in around)})")
print(f"regional edge caches:       {caches} (as of {caches.as_of})")

# %% [markdown]
# > **Then and now.** Notes of 2020 count some 216 edge locations. A city may have many, and AWS counts differently
# > over the years; sources of 2026 speak of more than 750.
#
# ## To remember
#
# - Rent what varies, and ask how many hours a month it works before you compare prices.
# - AWS secures the cloud; data, access, settings and, on EC2, the guest system are yours.
# - Data centre, Availability Zone, Region, partition: each larger, and each a stronger wall.
# - Zones fail one at a time: two or more, or a service that spreads by itself.
# - Most things live in one Region; IAM, Route 53 and CloudFront are global; a bucket has a Region, its name has not.
# - Choose a Region by law, latency, services, price; bring what is static to the edge.

# %% [markdown] question="one-database"
# ### Question 1
#
# A shop runs four web servers in two zones behind a load balancer, and one database server in the first zone. Each
# zone is up 99.5 % of the time. What shortens the downtime most?
#
# - [ ] **A** Web servers in a third zone.
#   > The web layer already works 99.9975 % of the time. The database at 99.5 % decides.
# - [ ] **B** Larger web servers.
#   > Size helps against load, not against a zone that is dark.
# - [x] **C** A copy of the database in the second zone that takes over.
#   > The layer with one copy is down 2,628 minutes a year, two hundred times as long as the web layer.
# - [ ] **D** Moving everything into the first zone, close to the database.
#   > Then one zone takes all down. It saves a millisecond or two.

# %% answer="one-database"
answer = "C"

# %% check="one-database" points=1
question("one-database", answer)

# %% [markdown] question="same-zone"
# ### Question 2
#
# Two companies with accounts from 2019 want their servers to stand in the same Availability Zone, because they
# exchange large files. Both take `us-east-1a`. The transfer is billed as between zones. Why?
#
# - [ ] **A** Traffic between two accounts always counts as traffic between Regions.
#   > Within one zone it does not, whoever owns the servers.
# - [x] **B** In each account the letter may stand for another zone; they should compare AZ IDs.
#   > `use1-az1` is the same place for all. New accounts get equal letters since November 2025, old ones keep theirs.
# - [ ] **C** A zone is split by account.
#   > Accounts share zones. Only the letters differ.
# - [ ] **D** They forgot to opt in to the Region.
#   > us-east-1 is one of the old Regions, on in every account.

# %% answer="same-zone"
answer = "B"

# %% check="same-zone" points=1
question("same-zone", answer)

# %% [markdown] question="law-first"
# ### Question 3
#
# A hospital's data must stay in the country, which has one Region. There a server costs 15 % more than in the
# neighbouring country, which is 4 ms nearer to most users. All needed services exist in both. Where do you build?
#
# - [ ] **A** In the neighbouring Region, with all data encrypted.
#   > Encrypted data lie in a place, too; the law asked for the place.
# - [ ] **B** In the neighbouring Region, since price and latency both speak for it.
#   > They are weighed only among Regions that the law allows.
# - [x] **C** In the country's own Region.
#   > The law is a filter and comes first. One Region is left, so there is nothing to weigh.
# - [ ] **D** Half in each, behind one name.
#   > Then half of the data lie where they must not.

# %% answer="law-first"
answer = "C"

# %% check="law-first" points=1
question("law-first", answer)

# %% [markdown] question="far-photos"
# ### Question 4
#
# Customers in Australia wait long for the product photos of a shop in Frankfurt. The photos hardly ever change.
# Orders are few, and fast enough. What helps most, for the least work?
#
# - [ ] **A** Larger servers in Frankfurt.
#   > The way to Australia stays as long as it was.
# - [ ] **B** A second shop in Sydney, with its own database.
#   > It would be quick, and you would run two shops whose data must agree.
# - [ ] **C** A further Availability Zone in Frankfurt.
#   > It guards against a failure. It is no nearer to Sydney.
# - [x] **D** CloudFront in front of the photos.
#   > The edge in Australia keeps copies. Nearly all requests are hits, and the shop stays where it is.

# %% answer="far-photos"
answer = "D"

# %% check="far-photos" points=1
question("far-photos", answer)

# %%
progress()
