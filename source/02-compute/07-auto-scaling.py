# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '3.4'
#     - '4.1'
#     minutes: 60
#     practises:
#       build-fleet:
#       - asg.build-demo
#       - asg.definition
#       - asg.purpose
#       let-it-boot:
#       - asg.health-checks
#       - asg.grace-period
#       new-version:
#       - asg.launch-templates
#       predict-size:
#       - asg.attach-detach
#       roll-out:
#       - asg.instance-refresh
#       - asg.launch-templates
#       safe-size:
#       - asg.capacity-bounds
#       survive-a-zone:
#       - ec2.high-availability
#     services:
#     - autoscaling
#     - ec2
#     - elbv2
#     title: A fleet that heals itself
#     topics:
#     - asg.purpose
#     - asg.capacity-bounds
#     - asg.definition
#     - asg.launch-templates
#     - asg.build-demo
#     - asg.attach-detach
#     - asg.health-checks
#     - asg.grace-period
#     - asg.instance-refresh
#     - ec2.high-availability
# ---

# %% [markdown]
# # A fleet that heals itself
#
# In the middle of the season one of Halyard's two web servers died at night, and nobody noticed until morning. A
# program should have noticed: **Amazon EC2 Auto Scaling** keeps a number of servers running, replaces those that are
# ill, spreads them over Availability Zones and rolls out new versions one by one. After this lesson you can build
# such a fleet. How it grows and shrinks with the load is the next lesson.

# %% setup="start"
import datetime as dt
from collections import Counter
from math import ceil

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("02-compute/07-auto-scaling")
lab.start()
ec2 = boto3.client("ec2")
elb = boto3.client("elbv2")
scaling = boto3.client("autoscaling")


def newest_linux() -> str:
    """The id of the newest Amazon Linux 2023 image; AWS keeps it in a public parameter."""
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    return boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]


def group_of(name: str) -> dict:
    """What AWS tells about an Auto Scaling group."""
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    return found["AutoScalingGroups"][0]


def members(name: str) -> list[str]:
    """The ids of a group's instances."""
    return [one["InstanceId"] for one in group_of(name)["Instances"]]


# %% [markdown]
# ## A template, a network, a group
#
# A group needs to know three things: *what* to launch (a launch template), *where* (subnets), and *how many*. The
# template comes first, so that all servers are alike. It holds what you would give to `run_instances`: image, type,
# user data, disks, security groups, key pair, instance profile.
#
# > **Then and now.** Older books use *launch configurations*. They know no instance type from after 2022, and accounts
# > opened since 1 October 2024 cannot make them at all.

# %% setup="network"
subnets = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
subnets.sort(key=lambda one: one["AvailabilityZone"])
two_zones = [one["SubnetId"] for one in subnets[:2]]
three_zones = [one["SubnetId"] for one in subnets[:3]]
balancer = elb.create_load_balancer(Name="shop", Subnets=two_zones)["LoadBalancers"][0]["LoadBalancerArn"]
ports = iter(range(8001, 9000))


def target_group() -> str:
    """A new target group behind the shop's load balancer; returns its ARN."""
    made = elb.create_target_group(
        Name=lab.unique_name("web"),
        Protocol="HTTP",
        Port=80,
        VpcId=subnets[0]["VpcId"],
        HealthCheckIntervalSeconds=10,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]
    forward = {"Type": "forward", "TargetGroupArn": made}
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=next(ports), DefaultActions=[forward])
    return made


def template(**more) -> str:
    """A new launch template for web servers; returns its name."""
    name = lab.unique_name("web-template")
    data = {"ImageId": newest_linux(), "InstanceType": "t3.micro"} | more
    ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
    return name


def targets(arn: str) -> dict[str, str]:
    """Instance id -> state, for the targets of a target group that are not on their way out."""
    found = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    states = {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}
    return {name: state for name, state in states.items() if state != "draining"}


# %%
web = template()
shop = lab.unique_name("shop")
scaling.create_auto_scaling_group(
    AutoScalingGroupName=shop,
    LaunchTemplate={"LaunchTemplateName": web, "Version": "1"},
    VPCZoneIdentifier=",".join(three_zones),  # one string of subnet ids
    MinSize=1,
    DesiredCapacity=3,
    MaxSize=6,
)
for one in group_of(shop)["Instances"]:
    print(one["InstanceId"], one["AvailabilityZone"], one["LifecycleState"])

# %% [markdown]
# Three servers, one in each zone. Nobody called `run_instances`: the group saw that three were wanted and none was
# there. Now something goes wrong.

# %%
victim = members(shop)[0]
ec2.terminate_instances(InstanceIds=[victim])
print("there now:", members(shop))
for activity in scaling.describe_scaling_activities(AutoScalingGroupName=shop)["Activities"][:2]:
    print(activity["StatusCode"], "|", activity["Description"])

# %% [markdown]
# The group launched another one, in the same zone. `describe_scaling_activities` tells what it did and why: look there
# first when a group surprises you. (On AWS this takes a minute or two; the lab's servers are in service at once.)
#
# ## Behind a load balancer
#
# A group given `TargetGroupARNs` registers every server with them, and takes it off before it terminates it. Good
# practice: every server belongs to a group, and every group of web servers to a target group.
#
# ### Your turn: build the fleet
#
# Write `build_fleet(name, template_name, target_arn)`. It creates an Auto Scaling group of that name
#
# - from version `1` of the launch template;
# - with at least 2, at most 4, and now 2 servers, in the subnets `two_zones`;
# - whose servers are registered with the target group;
# - which believes the load balancer's health checks (`HealthCheckType` is `ELB`), but not in the first 120 seconds of
#   a server's life;
# - and gives each server the tag `app` = `shop`.
#
# <details><summary>Hint</summary>
#
# The period is `HealthCheckGracePeriod`. A tag of the group reaches its servers only with `"PropagateAtLaunch": True`.
# </details>


# %% exercise="build-fleet"
def build_fleet(name: str, template_name: str, target_arn: str) -> None:
    """Create the shop's Auto Scaling group."""
    ### BEGIN SOLUTION
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template_name, "Version": "1"},
        MinSize=2,
        MaxSize=4,
        DesiredCapacity=2,
        VPCZoneIdentifier=",".join(two_zones),
        TargetGroupARNs=[target_arn],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=120,
        Tags=[{"Key": "app", "Value": "shop", "PropagateAtLaunch": True}],
    )
    ### END SOLUTION


# %% check="build-fleet" points=3
with check("build-fleet", needs="build_fleet", right="What dies is replaced, and the visitors never see it.") as expect:

    def fleet(prefix: str) -> None:
        name, made, arn = lab.unique_name(prefix), template(), target_group()
        newer = {"ImageId": newest_linux(), "InstanceType": "t3.large"}
        ec2.create_launch_template_version(LaunchTemplateName=made, LaunchTemplateData=newer)
        build_fleet(name, made, arn)
        found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
        expect(len(found) == 1, f"There is no Auto Scaling group of the name {name!r}.")
        (group,) = found
        sizes = {"smallest": group["MinSize"], "now": group["DesiredCapacity"], "largest": group["MaxSize"]}
        expect.equal(sizes, {"smallest": 2, "now": 2, "largest": 4}, "The sizes")
        expect.equal(group.get("LaunchTemplate", {}).get("Version"), "1", "The version of the launch template")
        zones = {one["AvailabilityZone"] for one in group["Instances"]}
        expect(len(zones) == 2, f"The servers stand in {len(zones)} zone, not in two. Name both subnets.")
        expect(
            set(targets(arn)) == set(members(name)),
            f"{len(targets(arn))} of 2 servers are registered with the target group. See TargetGroupARNs.",
        )
        expect.equal(group["HealthCheckType"], "ELB", "HealthCheckType")
        expect.equal(group["HealthCheckGracePeriod"], 120, "HealthCheckGracePeriod")
        expect.equal(set(group.get("VPCZoneIdentifier", "").split(",")), set(two_zones), "The subnets of the group")

        def tagged(which: str) -> None:
            for server in members(name):
                tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [server]}])["Tags"]
                named = {tag["Key"]: tag["Value"] for tag in tags}
                expect(
                    named.get("app") == "shop",
                    f"{which} lacks the tag app=shop. Tags of the group need PropagateAtLaunch to reach its servers.",
                )

        tagged("A server")
        ec2.terminate_instances(InstanceIds=members(name)[:1])
        expect(
            set(targets(arn)) == set(members(name)) and len(members(name)) == 2,
            "A server was terminated; after that there should be two registered ones again.",
        )
        tagged("The server that replaced another")
        scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)

    fleet("check-fleet")
    ### BEGIN HIDDEN TESTS
    fleet("another")
    ### END HIDDEN TESTS

# %% [markdown]
# ## How many: smallest, wanted, largest
#
# **Desired capacity** is what the group works towards. It lies between **MinSize** and **MaxSize**; without a word it
# is the smallest. Everything that scales a group moves the desired capacity, within the two bounds. AWS refuses a
# number outside:

# %%
from botocore.exceptions import ClientError

for wanted in (5, 9, 0):
    try:
        scaling.set_desired_capacity(AutoScalingGroupName=shop, DesiredCapacity=wanted)
        print(wanted, "->", len(members(shop)), "servers")
    except ClientError as error:
        print(wanted, "->", error.response["Error"]["Message"])

# %% [markdown]
# The group itself costs nothing, its servers do. So the largest size is also the largest bill: whatever an attack, a
# bug or a wrong alarm asks for, it will not be more.

# %%
hourly = facts.price("ec2", "on-demand-linux-m5-large")
sizes = list(range(0, 41, 2))
charts.curves(
    {"m5.large, On-Demand": (sizes, [n * hourly * facts.HOURS_PER_MONTH for n in sizes])},
    headline=f"MaxSize is a limit on the bill: 40 servers are {40 * hourly * facts.HOURS_PER_MONTH:,.0f} USD a month",
    x_label="MaxSize",
    x_unit="servers",
    y_unit="USD per month",
    source=hourly,
)

# %% [markdown]
# ### Your turn: a safe size
#
# Write `resize(name, wanted)` for an existing group: it sets the desired capacity to `wanted`, or to the bound that is
# nearest when `wanted` lies outside, and returns the number that it set. The bounds stay as they are.
#
# <details><summary>Hint</summary>
#
# `group_of(name)` knows `MinSize` and `MaxSize`. `max(a, min(b, c))` holds a number between two others.
# </details>


# %% exercise="safe-size"
def resize(name: str, wanted: int) -> int:
    """Set the desired capacity as near to the wanted one as the group allows."""
    ### BEGIN SOLUTION
    group = group_of(name)
    size = max(group["MinSize"], min(group["MaxSize"], wanted))
    scaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=size)
    return size
    ### END SOLUTION


# %% check="safe-size" points=1
with check("safe-size", needs="resize", right="No wish of a program may go beyond what you decided once.") as expect:

    def resized(least: int, most: int, wishes: dict[int, int]) -> None:
        name = lab.unique_name("check-size")
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": template()},
            VPCZoneIdentifier=two_zones[0],
            MinSize=least,
            MaxSize=most,
        )
        for wanted, size in wishes.items():
            said = resize(name, wanted)
            case = f"Bounds {least} to {most}, wanted {wanted}"
            expect.equal(len(members(name)), size, f"{case}: servers in the group")
            expect.equal(said, size, f"{case}: what you return")
        group = group_of(name)
        expect.equal((group["MinSize"], group["MaxSize"]), (least, most), "The bounds, which should stay as they are")
        scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)

    resized(1, 4, {3: 3, 9: 4, 0: 1})
    resized(2, 6, {7: 6, 1: 2})
    ### BEGIN HIDDEN TESTS
    resized(2, 5, {5: 5, 6: 5, 1: 2, 2: 2})
    ### END HIDDEN TESTS

# %% [markdown]
# ## Losing a zone
#
# Availability Zones are data centres that fail one at a time. A group spreads its servers evenly over the zones of its
# subnets, also when it shrinks: the next to go stands in the fullest zone. If a zone is lost, the rest must carry
# everything until replacements run elsewhere, and in that hour others want machines, too. So keep **headroom**.

# %%
zones = [2, 3, 4, 5, 6]
spare = {f"{n} zones": 100 * (n / (n - 1) - 1) for n in zones}
charts.bars(
    spare,
    headline="The more zones, the less you pay for the loss of one",
    unit="percent",
    label="servers more than the load needs",
    sort=False,
    source="computed: n/(n-1) servers in n zones leave enough without one of them",
)

# %% [markdown]
# ### Your turn: survive a zone
#
# The load needs `needed` servers. Write `fleet_size(needed, zones)`: the smallest number of servers such that, spread
# **evenly** over so many zones (their counts differ by one at most), `needed` are left whichever zone is lost. With one
# zone nothing survives: return `None`.
#
# <details><summary>Hint</summary>
#
# Spread evenly, the fullest zone has the total divided by the zones, rounded up. Try totals from `needed` upwards.
# </details>


# %% exercise="survive-a-zone"
def fleet_size(needed: int, zones: int) -> int | None:
    """Return how many servers survive the loss of any zone with enough left."""
    ### BEGIN SOLUTION
    if zones < 2:
        return None
    total = needed
    while total - ceil(total / zones) < needed:
        total += 1
    return total
    ### END SOLUTION


# %% check="survive-a-zone" points=2
with check(
    "survive-a-zone", needs="fleet_size", right="Two zones mean twice the servers, three only half more."
) as expect:

    def survives(needed: int, zones: int) -> None:
        said = fleet_size(needed, zones)
        case = f"{needed} needed, {zones} zones"
        if not isinstance(said, int):
            expect(False, f"{case}: return a whole number.")
            return
        name = lab.unique_name("check-zones")
        for size, enough in ((said, True), (said - 1, False)):
            scaling.create_auto_scaling_group(
                AutoScalingGroupName=name,
                LaunchTemplate={"LaunchTemplateName": template()},
                VPCZoneIdentifier=",".join(one["SubnetId"] for one in subnets[:zones]),
                MinSize=max(size, 0),
                MaxSize=max(size, 1),
            )
            spread = Counter(one["AvailabilityZone"] for one in group_of(name)["Instances"])
            left = sum(spread.values()) - max(spread.values(), default=0)
            scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
            if enough:
                expect(
                    left >= needed,
                    f"{case}: {size} servers spread as {sorted(spread.values())}; without the fullest zone {left} are "
                    "left, too few.",
                )
            else:
                expect(left < needed, f"{case}: {said} are more than it takes; {size} would do.")

    survives(4, 2)
    survives(4, 3)
    survives(5, 3)
    survives(3, 3)
    expect(fleet_size(3, 1) is None, "With a single zone nothing survives: return None.")
    ### BEGIN HIDDEN TESTS
    survives(7, 4)
    survives(1, 3)
    survives(10, 6)
    ### END HIDDEN TESTS

# %% [markdown]
# ## In, out, aside
#
# You can move single servers by hand. What it does to the desired capacity is the point:
#
# | call | the server | desired capacity |
# |---|---|---|
# | `attach_instances` | joins the group | grows by one each |
# | `detach_instances` | leaves and goes on running | falls by one, or stays and a new one is launched |
# | `enter_standby` | stays a member but serves nobody | the same choice |
# | `exit_standby` | serves again | grows by one |
#
# The choice is `ShouldDecrementDesiredCapacity`. Standby is for repairs: look at an odd server without having it
# replaced. At most 20 ids go into one call.

# %%
odd = members(shop)[0]
scaling.enter_standby(AutoScalingGroupName=shop, InstanceIds=[odd], ShouldDecrementDesiredCapacity=True)
for one in group_of(shop)["Instances"]:
    print(one["InstanceId"], one["LifecycleState"])
print("wanted:", group_of(shop)["DesiredCapacity"])
_ = scaling.exit_standby(AutoScalingGroupName=shop, InstanceIds=[odd])

# %% [markdown]
# ### Your turn: predict
#
# Write `predict(servers, calls)`: a group has so many servers in service, with room below and above. `calls` are made
# one after another, such as `[("enter_standby", False), ("terminate_instances", None)]`, each for one server; the
# second value is `ShouldDecrementDesiredCapacity` where the call has it. Return a list: how many servers are **in
# service** after each call. The calls are those of the table and EC2's `terminate_instances`. The lab then measures.
#
# <details><summary>Hint</summary>
#
# The group always brings the number in service to its desired capacity. So only ask what each call does to that.
# </details>


# %% exercise="predict-size"
def predict(servers: int, calls: list[tuple]) -> list[int]:
    """Return how many servers are in service after each call."""
    ### BEGIN SOLUTION
    counts = []
    for call, decrement in calls:
        if call in ("attach_instances", "exit_standby"):
            servers += 1
        elif decrement:
            servers -= 1
        counts.append(servers)
    return counts
    ### END SOLUTION


# %% check="predict-size" points=2
with check("predict-size", needs="predict", right="The group thinks in numbers, not in servers.") as expect:

    def measured(servers: int, calls: list[tuple]) -> list[int]:
        """Make the calls in the lab, and count."""
        name = lab.unique_name("check-predict")
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": template()},
            VPCZoneIdentifier=",".join(two_zones),
            MinSize=0,
            MaxSize=12,
            DesiredCapacity=servers,
        )
        aside, outside, counts = [], [], []
        for call, decrement in calls:
            states = {one["InstanceId"]: one["LifecycleState"] for one in group_of(name)["Instances"]}
            serving = next(one for one, state in states.items() if state == "InService")
            given = {"AutoScalingGroupName": name}
            if call == "terminate_instances":
                ec2.terminate_instances(InstanceIds=[serving])
            else:
                place = {"enter_standby": aside, "exit_standby": aside}.get(call, outside)
                if decrement is not None:
                    given["ShouldDecrementDesiredCapacity"] = decrement
                    place.append(serving)
                getattr(scaling, call)(**given, InstanceIds=[serving if decrement is not None else place.pop()])
            counts.append([one["LifecycleState"] for one in group_of(name)["Instances"]].count("InService"))
        scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
        if outside:
            ec2.terminate_instances(InstanceIds=outside)
        return counts

    def predicted(servers: int, calls: list[tuple]) -> None:
        said, true = list(predict(servers, list(calls)) or []), measured(servers, calls)
        expect(len(said) == len(calls), f"{len(calls)} calls, {len(said)} numbers: give one for each.")
        for number, ((call, decrement), guess, count) in enumerate(zip(calls, said, true, strict=True), start=1):
            how = "" if decrement is None else f" with decrement {decrement}"
            expect(
                guess == count,
                f"{servers} servers, call {number}, {call}{how}: you say {guess}, the lab has {count} in service. What "
                "does the call do to the desired capacity?",
            )

    predicted(4, [("enter_standby", False), ("detach_instances", True), ("exit_standby", None)])
    predicted(3, [("detach_instances", False), ("attach_instances", None), ("terminate_instances", None)])
    predicted(6, [("enter_standby", True), ("exit_standby", None)])
    ### BEGIN HIDDEN TESTS
    predicted(
        5, [("enter_standby", True), ("enter_standby", False), ("terminate_instances", None), ("exit_standby", None)]
    )
    predicted(2, [("detach_instances", True), ("terminate_instances", None), ("attach_instances", None)])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who says that a server is ill?
#
# - **EC2** status checks are always on. They see a broken or stopped machine, and nothing of your program.
# - **ELB** checks ask your program, by a port or a URL. They count only if `HealthCheckType` says `ELB`.
# - **Your own** verdict: `set_instance_health(InstanceId=..., HealthStatus="Unhealthy")`.
#
# (There are types for EBS and VPC Lattice, too.) Unhealthy means: terminated and replaced. In the lab `lab.serve` says
# what a server's program answers. Here one is broken while its machine is fine.

# %%
for kind in ("EC2", "ELB"):
    arn, name = target_group(), lab.unique_name("shop")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": web},
        VPCZoneIdentifier=",".join(two_zones),
        MinSize=2,
        MaxSize=4,
        TargetGroupARNs=[arn],
        HealthCheckType=kind,
    )
    broken = members(name)[0]
    lab.serve(broken, 80, lambda request: (500, "out of order"))
    lab.clock.advance(minutes=3)
    stays = broken in members(name)
    print(f"HealthCheckType={kind}: the broken server is", "still there" if stays else "replaced")
    scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)

# %% [markdown]
# ## Let it boot
#
# A server that boots fails its checks, too. So failed checks do not count in the **grace period**, which begins when
# it is in service. The console proposes 300 seconds; the API, without a word from you, takes **0**. Too short a period
# makes a group that kills every server before it can serve, for ever. Here servers take four minutes to boot.


# %% setup="watch-boot"
def launches(name: str, boot: int, minutes: int) -> list[int]:
    """Watch a group whose servers take `boot` seconds: servers launched so far, three times a minute."""
    since: dict[str, dt.datetime] = {}
    counts = []
    for _ in range(minutes * 3):
        now = lab.clock.now()
        for server in members(name):
            if server not in since:
                since[server] = now

                def page(request, begin=now):
                    up = (lab.clock.now() - begin).total_seconds() >= boot
                    return (200, "tickets") if up else (503, "starting")

                lab.serve(server, 80, page)
        counts.append(len(since))
        lab.clock.advance(seconds=20)
    return counts


def booting_group(grace: int, kind: str = "ELB") -> str:
    """A new group of two behind the load balancer."""
    name = lab.unique_name("booting")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": template()},
        VPCZoneIdentifier=",".join(two_zones),
        MinSize=2,
        MaxSize=4,
        TargetGroupARNs=[target_group()],
        HealthCheckType=kind,
        HealthCheckGracePeriod=grace,
    )
    return name


# %%
watched = {}
for grace in (60, 300):
    name = booting_group(grace)
    watched[f"grace period of {grace} s"] = launches(name, boot=240, minutes=20)
    scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
charts.over_time(
    watched,
    x=[number / 3 for number in range(60)],
    x_unit="minutes",
    y_label="servers launched so far",
    headline="With too short a grace period the group kills what it launches",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: repair the group
#
# A colleague's groups do harm: some never replace a server whose program is broken, others kill servers that are still
# booting. Repair `mend(name, boot)`: afterwards the group `name` believes the load balancer, leaves a booting server
# alone for its `boot` seconds **and a minute more**, and still replaces a broken one soon after.
#
# <details><summary>Hint</summary>
#
# `update_auto_scaling_group` changes a group that exists. What is the right type of check, and how long is the period
# for a server that takes 240 seconds?
# </details>


# %% exercise="let-it-boot" repair=true
def mend(name: str, boot: int) -> None:
    """Let servers boot, and have broken ones replaced."""
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, HealthCheckType="EC2", HealthCheckGracePeriod=86400)


### BEGIN SOLUTION
def mend(name: str, boot: int) -> None:
    """Let servers boot, and have broken ones replaced."""
    scaling.update_auto_scaling_group(
        AutoScalingGroupName=name,
        HealthCheckType="ELB",
        HealthCheckGracePeriod=boot + 60,
    )


### END SOLUTION


# %% check="let-it-boot" points=2
with check(
    "let-it-boot", needs="mend", right="As long as the boot, and not much longer: broken servers wait for it, too."
) as expect:

    def mended(boot: int, grace: int, kind: str) -> None:
        name = booting_group(grace, kind)
        mend(name, boot)
        period = group_of(name)["HealthCheckGracePeriod"]
        case = f"Servers that boot for {boot} s"
        expect(period >= boot + 60, f"{case}: a grace period of {period} s is too short; add a minute to the boot.")
        expect(period <= boot + 60, f"{case}: with a grace period of {period} s a broken server stays for too long.")
        begun = launches(name, boot, minutes=boot // 60 + 3)[-1]
        expect(begun == 2, f"{case}: {begun} servers were launched where two are enough.")
        sick = members(name)[0]
        lab.serve(sick, 80, lambda request: (500, "out of order"))
        lab.clock.advance(minutes=3)
        expect(
            sick not in members(name),
            f"{case}: the program of one broke down, and three minutes later it is still there. Who asks the program?",
        )
        scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)

    mended(120, 0, "ELB")
    mended(90, 600, "EC2")
    ### BEGIN HIDDEN TESTS
    mended(180, 900, "EC2")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A new version of the template
#
# A launch template is never changed: it gets another **version**. `create_launch_template_version` with a
# `SourceVersion` takes over what you do not name. A group names a version by its number, or by `$Latest` or `$Default`
# (without a word `$Default`).
#
# Telling the group of a new version touches no running server. It counts for what is launched from now on:

# %%
larger = ec2.create_launch_template_version(
    LaunchTemplateName=web, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
)["LaunchTemplateVersion"]["VersionNumber"]
scaling.update_auto_scaling_group(
    AutoScalingGroupName=shop,
    LaunchTemplate={"LaunchTemplateName": web, "Version": str(larger)},
    DesiredCapacity=6,
)
for one in group_of(shop)["Instances"]:
    print(one["InstanceId"], "version", one["LaunchTemplate"]["Version"], one["InstanceType"])

# %% [markdown]
# ### Your turn: a new version
#
# Write `new_version(template_name, **changes)`: it makes a version of the template that is like its **newest** one
# except for `changes` (such as `InstanceType="m5.large"`), makes it the template's **default** version, and returns
# its number.
#
# <details><summary>Hint</summary>
#
# `SourceVersion` takes `$Latest`, too. `modify_launch_template(LaunchTemplateName=..., DefaultVersion=...)` wants the
# number as a string.
# </details>


# %% exercise="new-version"
def new_version(template_name: str, **changes) -> int:
    """Add a version to a launch template, make it the default, and return its number."""
    ### BEGIN SOLUTION
    number = ec2.create_launch_template_version(
        LaunchTemplateName=template_name,
        SourceVersion="$Latest",
        LaunchTemplateData=changes,
    )["LaunchTemplateVersion"]["VersionNumber"]
    ec2.modify_launch_template(LaunchTemplateName=template_name, DefaultVersion=str(number))
    return number
    ### END SOLUTION


# %% check="new-version" points=2
with check("new-version", needs="new_version", right="The old version is still there: that is the way back.") as expect:

    def versions(changes: list[dict]) -> None:
        name = template(KeyName="harbour")
        newest = {"EbsOptimized": True}  # somebody's version 2; the default is still 1
        ec2.create_launch_template_version(LaunchTemplateName=name, SourceVersion="1", LaunchTemplateData=newest)
        wanted = {"ImageId": newest_linux(), "InstanceType": "t3.micro", "KeyName": "harbour"} | newest
        for number, change in enumerate(changes, start=3):
            wanted |= change
            said = new_version(name, **change)
            found = ec2.describe_launch_template_versions(LaunchTemplateName=name)["LaunchTemplateVersions"]
            by_number = {one["VersionNumber"]: one for one in found}
            expect(number in by_number, f"The template has no version {number}. See create_launch_template_version.")
            expect.equal(by_number[number]["LaunchTemplateData"], wanted, f"What version {number} holds")
            expect.equal(said, number, "What you return")
            expect(
                by_number[number]["DefaultVersion"],
                f"Version {number} is not the default one. See modify_launch_template.",
            )

    versions([{"InstanceType": "m5.large"}, {"KeyName": "island"}])
    ### BEGIN HIDDEN TESTS
    versions([{"InstanceType": "t3.small"}, {"InstanceType": "t3.large"}, {"EbsOptimized": False}])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Instance refresh: everybody, one by one
#
# To bring the new version to all servers, an **instance refresh** replaces them in batches. You say how many must
# stay healthy (`MinHealthyPercentage`, 90 by default), how many there may be at most (`MaxHealthyPercentage`, 100), and
# how long a new server takes until it counts (`InstanceWarmup`). With more than 100 it launches first and terminates
# afterwards. Watch ten servers; those that warm up do not count.


# %%
def refresh(least: int, most: int) -> list[int]:
    """Refresh ten servers; returns how many serve, every 20 seconds."""
    name = lab.unique_name("refresh")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": web},
        VPCZoneIdentifier=",".join(two_zones),
        MinSize=10,
        MaxSize=12,
    )
    ready = {server: lab.clock.now() for server in members(name)}
    preferences = {"MinHealthyPercentage": least, "MaxHealthyPercentage": most, "InstanceWarmup": 60}
    scaling.start_instance_refresh(AutoScalingGroupName=name, Preferences=preferences)
    serving = []
    for _ in range(40):
        now = lab.clock.now()
        for server in members(name):
            ready.setdefault(server, now + dt.timedelta(seconds=60))
        serving.append(sum(ready[server] <= now for server in members(name)))
        lab.clock.advance(seconds=20)
    scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    return serving


minutes = [number / 3 for number in range(40)]
charts.multiples(
    {
        "at least 50 %": (minutes, refresh(50, 100)),
        "at least 90 %": (minutes, refresh(90, 100)),
        "at least 100 %, at most 110 %": (minutes, refresh(100, 110)),
    },
    step=True,
    fill=True,
    x_unit="minutes",
    y_label="servers that serve",
    headline="Half of the servers for two minutes, or nine tenths for ten: speed costs capacity",
    source="measured in the lab",
)

# %% [markdown]
# `CheckpointPercentages` makes a refresh wait after so many per cent (an hour by default), so that somebody can look.
# `AlarmSpecification` names alarms that stop it, and with `AutoRollback` everything goes back to the old version.
#
# For the way back AWS must know it: the group needs a version **number** (not `$Latest`), and the new version comes
# with the refresh, as its `DesiredConfiguration`. When all went well, the group takes it over.
#
# ### Your turn: roll it out
#
# Write `roll_out(name, template_name, version, alarm)`. It starts an instance refresh of the group `name` to that
# version of the template (a whole number) and returns its id. Never fewer servers serve than now, and at most a
# quarter more exist meanwhile; a new server counts after 60 seconds. If the alarm of the name `alarm` rings, everything
# goes back.
#
# <details><summary>Hint</summary>
#
# Do not update the group first: hand the version to `start_instance_refresh` as
# `DesiredConfiguration={"LaunchTemplate": {...}}`. The rest are `Preferences`.
# </details>


# %% exercise="roll-out"
def roll_out(name: str, template_name: str, version: int, alarm: str) -> str:
    """Bring a new version to all servers, with a way back; return the refresh's id."""
    ### BEGIN SOLUTION
    desired = {"LaunchTemplateName": template_name, "Version": str(version)}
    return scaling.start_instance_refresh(
        AutoScalingGroupName=name,
        DesiredConfiguration={"LaunchTemplate": desired},
        Preferences={
            "MinHealthyPercentage": 100,
            "MaxHealthyPercentage": 125,
            "InstanceWarmup": 60,
            "AutoRollback": True,
            "AlarmSpecification": {"Alarms": [alarm]},
        },
    )["InstanceRefreshId"]
    ### END SOLUTION


# %% check="roll-out" points=3
with check("roll-out", needs="roll_out", right="A bad version takes itself back while you sleep.") as expect:
    cloudwatch = boto3.client("cloudwatch")

    def rolled(size: int, rings: bool) -> None:
        name, made, alarm = lab.unique_name("check-roll"), template(), lab.unique_name("errors")
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": made, "Version": "1"},
            VPCZoneIdentifier=",".join(two_zones),
            MinSize=size,
            MaxSize=2 * size,
        )
        version = ec2.create_launch_template_version(
            LaunchTemplateName=made, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
        )["LaunchTemplateVersion"]["VersionNumber"]
        later = {"InstanceType": "t3.large"}  # a version 3 that nobody asked for
        ec2.create_launch_template_version(LaunchTemplateName=made, SourceVersion="1", LaunchTemplateData=later)
        cloudwatch.put_metric_alarm(
            AlarmName=alarm, Namespace="Halyard", MetricName="Errors", Statistic="Sum", Period=60,
            EvaluationPeriods=1, Threshold=5, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        said = roll_out(name, made, version, alarm)
        found = scaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"]
        expect(bool(found), "No instance refresh was started.")
        expect.equal(said, found[0]["InstanceRefreshId"], "What you return, the refresh's id")
        wishes: dict = dict(found[0]["Preferences"])
        for preference, value in (("MinHealthyPercentage", 100), ("MaxHealthyPercentage", 125), ("InstanceWarmup", 60)):
            expect.equal(wishes[preference], value, f"The preference {preference}")
        if rings:
            lab.clock.advance(seconds=70)
            cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="too many errors")
        counts = []
        for _ in range(2 * size + 4):
            counts.append(len(members(name)))
            lab.clock.advance(seconds=60)
        expect(min(counts) >= size, f"There were only {min(counts)} of {size} servers for a while.")
        (refresh,) = scaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"]
        types = {one["InstanceType"] for one in group_of(name)["Instances"]}
        if rings:
            expect(
                refresh["Status"] == "RollbackSuccessful" and types == {"t3.micro"},
                f"The alarm rang while the new version was rolled out; the refresh is {refresh['Status']}, the servers "
                f"are {sorted(types)}. They should be back at version 1: AutoRollback, and AlarmSpecification.",
            )
        else:
            expect(
                refresh["Status"] == "Successful" and types == {"t3.small"},
                f"After {2 * size + 4} minutes the refresh is {refresh['Status']}, the servers are {sorted(types)} and "
                "should be t3.small, as version 2 says. Hand the version over as DesiredConfiguration.",
            )
        cloudwatch.delete_alarms(AlarmNames=[alarm])
        scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)

    rolled(4, rings=False)
    rolled(4, rings=True)
    ### BEGIN HIDDEN TESTS
    rolled(8, rings=False)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** A group, its refreshes and its health checks are free. The servers, the load balancer and public IPv4
# > addresses are not. To stop paying, delete the *group*: servers that you only terminate come back.

# %%
scaling.delete_auto_scaling_group(AutoScalingGroupName=shop, ForceDelete=True)
elb.delete_load_balancer(LoadBalancerArn=balancer)
running = {"Name": "instance-state-name", "Values": ["running"]}
reservations = ec2.describe_instances(Filters=[running])["Reservations"]
left_over = [one["InstanceId"] for page in reservations for one in page["Instances"]]
print(len(left_over), "servers are left")
if left_over:  # what was detached, or left by an exercise
    ec2.terminate_instances(InstanceIds=left_over)

# %% [markdown]
# ## To remember
#
# - A group brings the number in service to its desired capacity, between MinSize and MaxSize; always set a largest.
# - Launch template (what), subnets in two or more zones (where), sizes (how many), target groups (who is served).
# - EC2 checks see machines; switch on ELB checks, or a broken program stays.
# - The grace period lets servers boot: as long as the boot takes, not 0, which is the API's default.
# - Detach and standby may lower the desired capacity or have a replacement launched; attach raises it.
# - A new template version changes no running server; an instance refresh does, batch by batch.
# - A rollback needs a numbered version, the new one as DesiredConfiguration, and an alarm or a person who starts it.

# %% [markdown] question="keeps-dying"
# ### Question 1
#
# A new group behind an ALB launches a server, terminates it after a minute, launches another, and so on. On a server
# started by hand the application answers after three minutes. What is wrong?
#
# - [ ] **A** MaxSize is too small.
#   > The size would limit how many there are, not how long they live.
# - [x] **B** The grace period is shorter than the boot.
#   > With ELB checks a server that does not answer yet counts as ill. Give it more than three minutes.
# - [ ] **C** The health check type should be EC2.
#   > The loop would end, and so would the detection of broken programs. Better a longer grace period.
# - [ ] **D** The launch template needs a new version.
#   > The template works: by hand the application comes up.

# %% answer="keeps-dying"
answer = "B"

# %% check="keeps-dying" points=1
question("keeps-dying", answer)

# %% [markdown] question="old-servers"
# ### Question 2
#
# A team puts a security fix into version 7 of a launch template and sets the group to version 7. A week later a scan
# finds old servers. Why?
#
# - [ ] **A** The group caches the template for a week.
#   > It does not; every launch reads the version that the group names.
# - [ ] **B** `$Default` was not moved to version 7.
#   > The group names 7 itself, so the default does not matter to it.
# - [x] **C** A changed version counts for new servers only; an instance refresh was never started.
#   > Running servers stay as they were launched. The refresh replaces them batch by batch.
# - [ ] **D** Servers must be rebooted to read the template again.
#   > A reboot changes no type, image or user data.

# %% answer="old-servers"
answer = "C"

# %% check="old-servers" points=1
question("old-servers", answer)

# %% [markdown] question="look-inside"
# ### Question 3
#
# One server of a group behaves oddly. A developer wants to look at it for an hour; visitors should not reach it, and
# the group should not replace or terminate it. What is the way?
#
# - [ ] **A** Stop the instance.
#   > The group finds it stopped, calls it unhealthy and replaces it.
# - [ ] **B** Set the health check type to EC2 for an hour.
#   > Visitors still reach it as long as the balancer finds it healthy.
# - [ ] **C** Set MinSize to 0.
#   > That changes the lower bound, and nothing about this server.
# - [x] **D** Put it into standby.
#   > It stays a member, gets no requests, and its health is not acted on until it returns.

# %% answer="look-inside"
answer = "D"

# %% check="look-inside" points=1
question("look-inside", answer)

# %% [markdown] question="three-zones"
# ### Question 4
#
# A shop needs six servers at any time, also when an Availability Zone fails and no new capacity is to be had for a
# while. Which group is the cheapest that does it?
#
# - [ ] **A** Six servers in three zones.
#   > Without one zone four are left.
# - [x] **B** Nine servers in three zones.
#   > Three in each; six are left whichever zone goes.
# - [ ] **C** Twelve servers in two zones.
#   > It holds, and costs a third more than nine in three zones.
# - [ ] **D** Six servers in one zone, and MaxSize 12.
#   > The largest size helps only if capacity is to be had, and the zone may be this one.

# %% answer="three-zones"
answer = "B"

# %% check="three-zones" points=1
question("three-zones", answer)

# %%
progress()
