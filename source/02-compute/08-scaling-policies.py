# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '4.1'
#     - '4.3'
#     minutes: 60
#     practises:
#       calm-down:
#       - asg.cooldown
#       - asg.policy-types
#       follow-users:
#       - asg.alarms
#       - asg.custom-metric
#       - asg.simple-step
#       friday-rush:
#       - asg.scheduled
#       good-metric:
#       - asg.good-metrics
#       growth:
#       - asg.cooldown
#       - asg.simple-step
#       hold-cpu:
#       - asg.target-tracking
#       - asg.good-metrics
#       servers-needed:
#       - ec2.scaling-horizontal
#       tomorrow:
#       - asg.predictive
#     services:
#     - autoscaling
#     - cloudwatch
#     - ec2
#     title: A fleet that follows the load
#     topics:
#     - asg.alarms
#     - asg.good-metrics
#     - asg.custom-metric
#     - asg.policy-types
#     - asg.target-tracking
#     - asg.simple-step
#     - asg.scheduled
#     - asg.predictive
#     - asg.cooldown
#     - ec2.scaling-horizontal
# ---

# %% [markdown]
# # A fleet that follows the load
#
# At eight in the morning ten people buy ferry tickets, at five on a Friday ten thousand. Halyard's fleet heals itself
# since the last lesson, but it is as large at three in the night as at noon. After this lesson you can make it follow
# the load, by **scaling policies**: hold a value, climb in steps, keep a timetable, or know tomorrow from last week.

# %% setup="start"
import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from math import ceil
from zoneinfo import ZoneInfo

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("02-compute/08-scaling-policies")
lab.start()
cloudwatch = boto3.client("cloudwatch")
ec2 = boto3.client("ec2")
scaling = boto3.client("autoscaling")

image = boto3.client("ssm").get_parameter(Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")[
    "Parameter"
]["Value"]
ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})


def new_group(size: int, least: int = 1, most: int = 12, **more) -> str:
    """A new group of web servers, at a full minute of the clock; returns its name."""
    name = lab.unique_name("web")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": "web"},
        AvailabilityZones=["us-east-1a", "us-east-1b"],
        MinSize=least,
        MaxSize=most,
        DesiredCapacity=size,
        **more,
    )
    lab.clock.advance(seconds=61 - lab.clock.now().timestamp() % 60)
    return name


def size_of(name: str) -> int:
    """How many servers a group has."""
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    return sum(len(group["Instances"]) for group in found["AutoScalingGroups"])


def busy(name: str, load: Callable[[float], float], minutes: int) -> None:
    """Have AWS measure a group's CPU: load(minute) is in per cent of one server, and all share it."""
    begin = lab.clock.now()

    def cpu(at: dt.datetime) -> float:
        minute = max(0.0, (at - begin).total_seconds() / 60)
        return min(100.0, load(minute) / max(1, size_of(name)))

    end = begin + dt.timedelta(minutes=minutes)
    lab.measured("AWS/EC2", "CPUUtilization", cpu, {"AutoScalingGroupName": name}, until=end)


def watch(name: str, minutes: int) -> list[int]:
    """Let time pass; the group's size after each minute."""
    sizes = []
    for _ in range(minutes):
        lab.clock.advance(minutes=1)
        sizes.append(size_of(name))
    return sizes


def put_away(name: str) -> None:
    """Delete a group, and all alarms of the account."""
    scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    if alarms:
        cloudwatch.delete_alarms(AlarmNames=[one["AlarmName"] for one in alarms])


# %% [markdown]
# ## How many are enough?
#
# Adding servers is *horizontal* scaling. It needs programs that can run side by side: nothing that a visitor needs may
# lie on one server only. How many it takes follows from three numbers: the load, what one server can do, and how full
# you want it. A target of 100 % leaves no room for the next minute; 40 to 70 % is usual.

# %%
load = [40, 30, 30, 60, 220, 610, 720, 560, 480, 690, 940, 400]  # requests a second
for target in (0.4, 0.7, 1.0):
    counts = [ceil(each / (100 * target)) for each in load]
    print(f"target {target:.0%}: {counts}")

# %% [markdown]
# ### Your turn: servers needed
#
# Write `needed(load, per_server, target, least, most)`: how many servers carry a load when each can do `per_server` at
# most and should be filled to `target` (0.4 is 40 %), but never fewer than `least` nor more than `most`.
#
# <details><summary>Hint</summary>
#
# Half a server does not exist: round up. Bring the number between the bounds last.
# </details>


# %% exercise="servers-needed"
def needed(load: float, per_server: float, target: float, least: int, most: int) -> int:
    """Return the number of servers for a load."""
    ### BEGIN SOLUTION
    count = ceil(load / (per_server * target))
    return max(least, min(most, count))
    ### END SOLUTION


# %% check="servers-needed" points=1
with check(
    "servers-needed", needs="needed", right="The smaller the target, the larger the reserve, and the bill."
) as expect:
    expect.equal(needed(400, 100, 0.5, 1, 20), 8, "400 requests a second, 100 each, filled to 50 %")
    expect.equal(needed(410, 100, 0.5, 1, 20), 9, "410 requests a second, 100 each, filled to 50 %: round up")
    expect.equal(needed(4000, 100, 0.5, 1, 20), 20, "Ten times as many, but at most 20 servers")
    expect.equal(needed(300, 100, 0.75, 1, 20), 4, "300 requests a second, 100 each, filled to 75 %")
    expect.equal(needed(10, 100, 0.5, 2, 20), 2, "10 requests a second, but at least 2 servers")
    ### BEGIN HIDDEN TESTS
    expect.equal(needed(900, 60, 0.75, 1, 50), 20, "900 requests a second, 60 each, filled to 75 %")
    expect.equal(needed(901, 60, 0.75, 1, 50), 21, "901 requests a second, 60 each, filled to 75 %")
    expect.equal(needed(10, 100, 0.4, 3, 5), 3, "10 requests a second, at least 3 servers")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Five kinds of policy
#
# | kind | you say | good for |
# |---|---|---|
# | **target tracking** | "hold CPU at 40 %" | most loads: AWS makes the alarms |
# | **step** | "above 40 one more, above 70 three" | a strong answer to a strong rise |
# | **simple** | "above 70 two more, then wait" | old; steps do it better |
# | **scheduled** | "ten from Friday at four" | what you know beforehand |
# | **predictive** | "as in the last two weeks" | daily and weekly waves |
#
# A group may have several; if two want different sizes, the larger wins. All stay between MinSize and MaxSize.
#
# Start with target tracking. The servers' CPU comes from CloudWatch; the lab's servers do nothing, so the set-up's
# `busy` says how busy they would be: the load shared by all that are there.


# %%
def wave(minute: float) -> float:
    """A morning's load, in per cent of one server."""
    return 60 + (270 * min(1, (minute - 10) / 20) if 10 < minute < 70 else 0)


fleet = new_group(2)
scaling.put_scaling_policy(
    AutoScalingGroupName=fleet,
    PolicyName="hold-60",
    PolicyType="TargetTrackingScaling",
    TargetTrackingConfiguration={
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
        "TargetValue": 60.0,
    },
    EstimatedInstanceWarmup=120,
)
busy(fleet, wave, minutes=120)
tracked = watch(fleet, 110)
for one in cloudwatch.describe_alarms()["MetricAlarms"]:
    print(one["ComparisonOperator"], one["Threshold"], "for", one["EvaluationPeriods"], "minutes")
put_away(fleet)

# %%
minutes = list(range(1, 111))
charts.capacity(
    (minutes, [wave(minute) / 60 for minute in minutes]),
    (minutes, tracked),
    demand_name="servers at 60 %",
    supply_name="servers there",
    x_unit="minutes",
    y_label="servers",
    headline="More servers within minutes, fewer after a quarter of an hour",
    source="measured in the lab",
)

# %% [markdown]
# AWS made two alarms: three minutes above the target, or fifteen minutes below nine tenths of it. The next size is the
# present one times value by target, rounded up: two servers at 100 % and a target of 60 make 2 x 100 / 60, four.
# It grows fast and shrinks slowly, on purpose: too few servers hurt visitors, too many only the bill.
# `DisableScaleIn` keeps a policy from removing at all.
#
# > **Then and now.** Since November 2024 target tracking also tunes itself to the metric's own speed. The lab keeps the
# > two alarms. *Forecasting* is another kind, at the end of this lesson.
#
# ### Your turn: hold the CPU
#
# Write `hold(name)` for an existing group: a policy that holds the average CPU of the group at **40 %**, also by
# removing servers, and in which a new server counts after **120** seconds.
#
# <details><summary>Hint</summary>
#
# Compare with the demo. Numbers of a target are floats: `40.0`.
# </details>


# %% exercise="hold-cpu"
def hold(name: str) -> None:
    """Hold the average CPU of a group at 40 %."""
    ### BEGIN SOLUTION
    metric = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
    scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="cpu-at-40",
        PolicyType="TargetTrackingScaling",
        EstimatedInstanceWarmup=120,
        TargetTrackingConfiguration={"PredefinedMetricSpecification": metric, "TargetValue": 40.0},
    )
    ### END SOLUTION


# %% check="hold-cpu" points=2
with check("hold-cpu", needs="hold", right="You name the value; the alarms are AWS's work.") as expect:

    def held(load: float, large: int, small: int) -> None:
        """A high load for 20 minutes, and then a low one of 60 % of a server."""
        name = new_group(2)
        hold(name)
        policies = scaling.describe_policies(AutoScalingGroupName=name)["ScalingPolicies"]
        expect(len(policies) == 1, f"The group has {len(policies)} policies; it needs one.")
        warmup = policies[0].get("EstimatedInstanceWarmup")
        expect.equal(warmup, 120, "The seconds after which a new server counts, EstimatedInstanceWarmup")
        busy(name, lambda minute: load if minute < 20 else 60, minutes=60)
        sizes = watch(name, 45)
        expect.equal(
            sizes[19], large, f"The size after 20 minutes of a load that keeps {load / 100:g} servers at 100 %"
        )
        expect.equal(sizes[44], small, "The size 25 minutes after the load fell to 60 % of one server")
        put_away(name)

    held(300, 8, 2)
    ### BEGIN HIDDEN TESTS
    held(190, 5, 2)
    held(900, 12, 2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A metric worth following
#
# Four predefined metrics fit target tracking: average CPU, network in and out (`ASGAverage...`), and requests for each
# target of a load balancer (`ALBRequestCountPerTarget`). What they share: they are *per server*, so they **fall when
# servers are added**. The total of all requests does not; a group that follows it grows to MaxSize. Memory would be a
# fine metric, but EC2 does not measure it: an agent on the server must.
#
# ### Your turn: a good metric?
#
# A metric was measured for some minutes before and after the fleet was **doubled**, at the same load. Write
# `is_good(before, after)`: `True` if its average fell to 60 % of what it was, or less.
#
# <details><summary>Hint</summary>
#
# Compare averages, not single values: `sum(values) / len(values)`.
# </details>


# %% exercise="good-metric"
def is_good(before: list[float], after: list[float]) -> bool:
    """Tell whether a metric falls when servers are added."""
    ### BEGIN SOLUTION
    was, now = sum(before) / len(before), sum(after) / len(after)
    return now <= 0.6 * was
    ### END SOLUTION


# %% check="good-metric" points=1
with check("good-metric", needs="is_good", right="Follow what an added server makes smaller.") as expect:

    def judged(about: str, wanted: bool, before: list[float], after: list[float]) -> None:
        said = is_good(list(before), list(after))
        expect(isinstance(said, bool), "Return True or False.")
        expect.equal(said, wanted, f"{about}: {before} before, {after} after")

    judged("CPU", True, [80, 84, 76], [40, 43, 39, 41])
    judged("All requests", False, [900, 910, 890], [905, 899, 896])
    judged("CPU, with one odd minute", True, [80, 80, 80, 80], [30, 30, 30, 90])
    judged("Answering time, a little better", False, [200, 220], [150, 160])
    judged("Exactly 60 % of what it was", True, [100, 100], [60, 60])
    ### BEGIN HIDDEN TESTS
    judged("Exactly 60 %", True, [100.0], [60.0])
    judged("Requests for each target", True, [450, 455], [225, 227])
    judged("Free disk", False, [50, 50], [50, 50])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Your own metric, in steps
#
# What if the load is best seen in something that AWS does not measure, such as people in the shop? Three parts:
#
# 1. the program writes the number to CloudWatch with `put_metric_data`;
# 2. an **alarm** watches it;
# 3. the alarm's action is the ARN of a **policy**.
#
# A **step** policy answers by how far the metric is beyond the alarm's threshold. The bounds are *relative* to it:
# with an alarm at 40, the steps 0-10, 10-30 and 30-open mean 40-50, 50-70 and above 70.

# %%
threshold = 40
steps = [
    {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 10.0, "MetricIntervalUpperBound": 30.0, "ScalingAdjustment": 2},
    {"MetricIntervalLowerBound": 30.0, "ScalingAdjustment": 3},
]
answers = []
for value in range(40, 101, 10):
    fleet = new_group(2)
    named = {"AutoScalingGroupName": fleet, "PolicyName": "stairs"}
    scaling.put_scaling_policy(
        **named,
        PolicyType="StepScaling",
        AdjustmentType="ChangeInCapacity",
        StepAdjustments=steps,
    )
    # as the alarm would do it
    scaling.execute_policy(**named, MetricValue=value, BreachThreshold=threshold)
    answers.append(size_of(fleet) - 2)
    put_away(fleet)
charts.steps(
    {"servers added": (list(range(40, 101, 10)), answers)},
    headline="The worse the alarm, the more servers come at once",
    x_label="CPU when the alarm rings",
    x_unit="percent",
    y_label="servers added",
    source="measured in the lab",
)

# %% [markdown]
# Steps must not overlap or leave gaps. `AdjustmentType` may also be `ExactCapacity`, or `PercentChangeInCapacity` (50
# adds half as many again).
#
# ### Your turn: follow the users
#
# The shop writes the metric `ConnectedUsers`, namespace `Halyard`, with the dimension `Fleet` = the group's name. Write
# `follow_users(name)`. Alarms look at the **average of one minute**, a single one is enough:
#
# - more than 1,000 users: **one** server more; **three** more from 1,500 on;
# - fewer than 300 users: **one** server less.
#
# Name the alarms so that several groups can have theirs.
#
# <details><summary>Hint</summary>
#
# Two policies, two alarms. `put_scaling_policy(...)["PolicyARN"]` goes into `AlarmActions`. A step policy for a falling
# metric has an upper bound of 0. Which step is 500 above the threshold?
# </details>


# %% exercise="follow-users"
def follow_users(name: str) -> None:
    """Scale a group by the number of people in the shop."""
    ### BEGIN SOLUTION
    rules: dict[str, tuple] = {
        "more": (1000, "GreaterThanThreshold", [(0.0, 500.0, 1), (500.0, None, 3)]),
        "fewer": (300, "LessThanThreshold", [(None, 0.0, -1)]),
    }
    for rule, (limit, comparison, stairs) in rules.items():
        adjustments = []
        for low, high, change in stairs:
            adjustment = {"ScalingAdjustment": change}
            if low is not None:
                adjustment["MetricIntervalLowerBound"] = low
            if high is not None:
                adjustment["MetricIntervalUpperBound"] = high
            adjustments.append(adjustment)
        policy = scaling.put_scaling_policy(
            AutoScalingGroupName=name,
            PolicyName=rule,
            PolicyType="StepScaling",
            AdjustmentType="ChangeInCapacity",
            StepAdjustments=adjustments,
        )
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-{rule}",
            Namespace="Halyard",
            MetricName="ConnectedUsers",
            Dimensions=[{"Name": "Fleet", "Value": name}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=limit,
            ComparisonOperator=comparison,
            AlarmActions=[policy["PolicyARN"]],
        )
    ### END SOLUTION


# %% check="follow-users" points=3
with check("follow-users", needs="follow_users", right="Whatever a program can count, a fleet can follow.") as expect:

    def followed(users: int, change: int) -> None:
        name, other = new_group(4), new_group(4)
        follow_users(name)
        follow_users(other)
        alarms = cloudwatch.describe_alarms()["MetricAlarms"]
        about = {tuple(sorted((d["Name"], d["Value"]) for d in one["Dimensions"])) for one in alarms}
        expect(
            {(("Fleet", name),), (("Fleet", other),)} <= about,
            f"The alarms of two groups watch {sorted(about)}. Each group needs its own alarms (a name is there once in "
            "the account), with the dimension Fleet.",
        )
        cloudwatch.put_metric_data(
            Namespace="Halyard",
            MetricData=[
                {"MetricName": "ConnectedUsers", "Value": value, "Dimensions": [{"Name": "Fleet", "Value": name}]}
                for value in (users - 50, users + 50)
            ],
        )
        lab.clock.advance(minutes=1)
        sizes = (size_of(name), size_of(other))
        put_away(name)
        put_away(other)
        expect.equal(sizes[0] - 4, change, f"Servers added when a minute has {users:,} users on average")
        expect.equal(sizes[1], 4, "The size of the other group, which has no users")

    followed(1200, 1)
    followed(1500, 3)
    followed(1000, 0)
    followed(300, 0)
    followed(200, -1)
    ### BEGIN HIDDEN TESTS
    followed(1499, 1)
    followed(600, 0)
    followed(299, -1)
    followed(4000, 3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Let it settle
#
# A server that was added changes nothing before it has booted and taken its share. Who asks again too soon gets too
# many. Two kinds of patience:
#
# - **Cooldown**: after a *simple* policy the group waits, 300 seconds by default. A policy may bring its own
#   `Cooldown`, a shorter one for removing, say.
# - **Instance warm-up**: for *step* and *target tracking*. Servers that warm up do not count yet. A worse alarm still
#   acts, but adds only what is missing. `DefaultInstanceWarmup` sets it for the group.

# %%
rising = {}
for cooldown in (0, 180, 600):
    fleet = new_group(1, most=15)
    policy = scaling.put_scaling_policy(
        AutoScalingGroupName=fleet,
        PolicyName="one-more",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
        Cooldown=cooldown,
    )
    cloudwatch.put_metric_alarm(
        AlarmName=f"{fleet}-busy",
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": "AutoScalingGroupName", "Value": fleet}],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=60,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[policy["PolicyARN"]],
    )
    # Nine minutes of a load that keeps even 15 servers at 100 %: the alarm rings all the time.
    busy(fleet, lambda minute: 100 * 15 if minute < 9 else 0, minutes=12)
    rising[f"cooldown of {cooldown} s"] = watch(fleet, 12)
    put_away(fleet)
charts.over_time(
    rising,
    x=list(range(1, 13)),
    x_unit="minutes",
    y_label="servers",
    headline="Without a cooldown every minute of the alarm adds a server",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: predict the growth
#
# A group of `size` servers has one simple policy that adds `change` servers. Its alarm begins to ring and rings for
# `minutes` minutes: it acts in each of them, the first included, unless the group cools down. Write `growth(size,
# change, minutes, cooldown, most)`: the number of servers at the end. `cooldown` is in whole minutes, `most` is
# MaxSize. Then the lab measures.
#
# <details><summary>Hint</summary>
#
# With a cooldown of 3 it acts in minutes 1, 4, 7 ... And with 0, or 1?
# </details>


# %% exercise="growth"
def growth(size: int, change: int, minutes: int, cooldown: int, most: int) -> int:
    """Return the size of a group after its alarm rang for so many minutes."""
    ### BEGIN SOLUTION
    actions = len(range(0, minutes, max(1, cooldown)))
    return min(most, size + actions * change)
    ### END SOLUTION


# %% check="growth" points=2
with check("growth", needs="growth", right="Cooldown times alarm: that is how fast a simple policy can be.") as expect:

    def grown(size: int, change: int, minutes: int, cooldown: int, most: int) -> None:
        said = growth(size, change, minutes, cooldown, most)
        name = new_group(size, most=most)
        watched = [{"Name": "Fleet", "Value": name}]
        made = scaling.put_scaling_policy(
            AutoScalingGroupName=name,
            PolicyName="more",
            AdjustmentType="ChangeInCapacity",
            ScalingAdjustment=change,
            Cooldown=60 * cooldown,
        )
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-busy", Namespace="Halyard", MetricName="Load", Statistic="Average", Period=60,
            EvaluationPeriods=1, Threshold=10, ComparisonOperator="GreaterThanThreshold",
            Dimensions=watched, AlarmActions=[made["PolicyARN"]],
        )  # fmt: skip
        for _ in range(minutes):
            cloudwatch.put_metric_data(
                Namespace="Halyard",
                MetricData=[{"MetricName": "Load", "Value": 50, "Dimensions": watched}],
            )
            lab.clock.advance(minutes=1)
        true = size_of(name)
        put_away(name)
        expect(
            said == true,
            f"{size} servers, {change} more each time, alarm for {minutes} minutes, cooldown of {cooldown}, at most "
            f"{most}: you say {said}, the lab has {true}.",
        )

    grown(2, 1, 7, 3, 20)
    grown(2, 2, 4, 0, 20)
    grown(1, 3, 10, 2, 9)
    ### BEGIN HIDDEN TESTS
    grown(3, 1, 6, 5, 20)
    grown(1, 2, 5, 1, 20)
    grown(4, 4, 3, 10, 6)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Up and down and up again
#
# A group **flaps** when what one policy does makes the other one act. AWS bills every launch for a minute at least, and
# visitors lose their connections.
#
# ### Your turn: repair the flapping group
#
# A colleague wrote `follow_cpu(name)`. At some loads the group adds and removes a server all day. Repair it: the
# average CPU should end at 60 % or less, a group at a constant load should come to rest, and when the load is (nearly)
# gone, one server is enough. You may change numbers, or use another kind of policy.
#
# <details><summary>Hint</summary>
#
# Two servers at 61 % become three at 41 %. What does the second rule do then? One server less must leave the others
# below 60 %, also when there are only two. Or leave the thinking to the kind of policy that needs one number.
# </details>


# %% exercise="calm-down" repair=true
def follow_cpu(name: str) -> None:
    """Keep a group's CPU at 60 % or less."""
    rules = [("out", 1, "GreaterThanThreshold", 60), ("in", -1, "LessThanThreshold", 50)]
    for rule, change, comparison, limit in rules:
        policy = scaling.put_scaling_policy(
            AutoScalingGroupName=name,
            PolicyName=rule,
            AdjustmentType="ChangeInCapacity",
            ScalingAdjustment=change,
            Cooldown=60,
        )
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-{rule}",
            Namespace="AWS/EC2",
            MetricName="CPUUtilization",
            Dimensions=[{"Name": "AutoScalingGroupName", "Value": name}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=limit,
            ComparisonOperator=comparison,
            AlarmActions=[policy["PolicyARN"]],
        )


### BEGIN SOLUTION
def follow_cpu(name: str) -> None:
    """Keep a group's CPU at 60 % or less."""
    scaling.put_scaling_policy(
        AutoScalingGroupName=name,
        PolicyName="at-most-60",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 60.0,
        },
    )


### END SOLUTION


# %% check="calm-down" points=3
with check(
    "calm-down", needs="follow_cpu", right="The gap between the two rules must be wider than one server."
) as expect:

    def calm(load: float) -> None:
        """A constant load for 45 minutes, then nearly nothing."""
        name = new_group(2)
        follow_cpu(name)
        busy(name, lambda minute: load if minute < 45 else 4, minutes=90)
        sizes = watch(name, 90)
        put_away(name)
        case = f"A constant load that fills {load / 100:g} servers"
        late = sizes[25:45]
        changes = sum(a != b for a, b in pairwise(late))
        expect(
            changes == 0,
            f"{case}: after 25 minutes the size still changes {changes} times in 20 minutes, between {min(late)} and "
            f"{max(late)}. One rule undoes what the other did.",
        )
        cpu = load / late[-1]
        expect(cpu <= 60.01, f"{case}: it rests at {late[-1]} servers and {cpu:.0f} % CPU; 60 % is the most.")
        expect(sizes[-1] == 1, f"{case}: 45 minutes after the load went away there are still {sizes[-1]} servers.")

    calm(64)
    calm(250)
    ### BEGIN HIDDEN TESTS
    calm(122)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What you know beforehand
#
# Every Friday at four the islanders' ferry tickets go on sale. A policy would notice minutes after the crowd. A
# **scheduled action** is there before it: `put_scheduled_update_group_action` sets smallest, largest or desired size
# once (`StartTime`) or by cron (`Recurrence`, five fields: minute, hour, day, month, weekday), in UTC unless `TimeZone`
# says otherwise. Raising **MinSize** is the better habit: the policies may still add more.

# %%
fleet = new_group(2)
scaling.put_scheduled_update_group_action(
    AutoScalingGroupName=fleet,
    ScheduledActionName="every-noon",
    Recurrence="0 12 * * *",
    MinSize=5,
)
before = size_of(fleet)
lab.clock.advance(hours=24)
print(before, "->", size_of(fleet))
put_away(fleet)

# %% [markdown]
# ### Your turn: the Friday rush
#
# Write `friday_rush(name)` for an existing group: every Friday at **16:00 in Athens** it has at least **10** servers,
# and from **22:00** on that day at least **2** again. It must be right in winter and in summer. The largest size stays
# what it is.
#
# <details><summary>Hint</summary>
#
# Two actions, both with `TimeZone="Europe/Athens"`. Weekdays count from Sunday, which is 0.
# </details>


# %% exercise="friday-rush"
def friday_rush(name: str) -> None:
    """Have at least ten servers on Fridays from 16:00 to 22:00, Athens time."""
    ### BEGIN SOLUTION
    for action, hour, least in (("rush", 16, 10), ("calm", 22, 2)):
        scaling.put_scheduled_update_group_action(
            AutoScalingGroupName=name,
            ScheduledActionName=action,
            Recurrence=f"0 {hour} * * 5",
            TimeZone="Europe/Athens",
            MinSize=least,
        )
    ### END SOLUTION


# %% check="friday-rush" points=2
with check("friday-rush", needs="friday_rush", right="Before the crowd, and not a minute after it noticed.") as expect:
    athens = ZoneInfo("Europe/Athens")

    def least_at(name: str, moment: dt.datetime) -> int:
        """The smallest size at a moment that is still to come."""
        lab.clock.advance(seconds=max(0.0, (moment - lab.clock.now()).total_seconds()))
        return scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["MinSize"]

    def fridays(weeks: int) -> None:
        name = new_group(2, least=2, most=15)
        friday_rush(name)
        actions = scaling.describe_scheduled_actions(AutoScalingGroupName=name)["ScheduledUpdateGroupActions"]
        expect(bool(actions), "The group has no scheduled action.")
        for action in actions:
            zone = ZoneInfo(action.get("TimeZone") or "UTC")
            same = all(
                dt.datetime(2027, month, 1, 12, tzinfo=zone).utcoffset()
                == dt.datetime(2027, month, 1, 12, tzinfo=athens).utcoffset()
                for month in (1, 7)
            )
            expect(
                same,
                f"The action {action['ScheduledActionName']!r} goes by {zone.key}, which is not the time of Athens in "
                "winter and in summer. See TimeZone.",
            )
        today = lab.clock.now().astimezone(athens)
        for week in range(1, weeks + 1):
            day = today.date() + dt.timedelta(days=(4 - today.weekday()) % 7 + 7 * week)
            for about, hour, minute, least in (
                ("at 15:59", 15, 59, 2), ("at 16:01", 16, 1, 10), ("at 21:59", 21, 59, 10), ("at 22:01", 22, 1, 2)
            ):  # fmt: skip
                moment = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=athens)
                found = least_at(name, moment)
                expect.equal(found, least, f"On a Friday {about} in Athens: the smallest size")
                if least == 10:
                    expect(size_of(name) >= 10, f"On a Friday {about} there are only {size_of(name)} servers.")
            thursday = moment + dt.timedelta(days=6, hours=-5)
            expect.equal(least_at(name, thursday), 2, "On a Thursday at five: the smallest size")
        most = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["MaxSize"]
        expect.equal(most, 15, "The largest size, which should stay")
        put_away(name)

    put_away(new_group(1))
    fridays(1)
    ### BEGIN HIDDEN TESTS
    fridays(3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What you can guess
#
# Not every wave has a timetable. **Predictive scaling** reads up to 14 days of a metric (24 hours at least), forecasts
# the next 48 hours, and has the servers there in time. It goes together with a policy that reacts, for what nobody
# could foresee. It begins with `ForecastOnly`, so that you can compare before you trust; `ForecastAndScale` acts, up
# to an hour ahead (`SchedulingBufferTime`). It only adds; removing is left to the others.
#
# > **Lab and AWS.** The lab keeps such a policy and makes no forecasts. Here is the idea, in plain Python.

# %% setup="two-weeks"
shape = [3, 2, 2, 2, 4, 9, 18, 30, 34, 28, 24, 26, 30, 26, 22, 24, 36, 44, 40, 28, 18, 12, 8, 5]
two_weeks = [[value * (90 + 7 * (day % 4)) / 10 for value in shape] for day in range(14)]

# %%
forecast = [sum(day[hour] for day in two_weeks) / 14 for hour in range(24)]
today = [value * 10.3 for value in shape]
react = [ceil(today[hour - 1] / 40) for hour in range(24)]  # what the hour before needed
ahead = [ceil(max(forecast[hour], forecast[(hour + 1) % 24]) / 40) for hour in range(24)]
short = {
    "reacting": sum(max(0, today[h] - 40 * react[h]) for h in range(24)),
    "ahead": sum(max(0, today[h] - 40 * ahead[h]) for h in range(24)),
}
less = 1 - short["ahead"] / short["reacting"]
charts.over_time(
    {
        "the load": [value / 40 for value in today],
        "an hour late": react,
        "by forecast": ahead,
    },
    x=list(range(24)),
    x_unit="hours",
    y_label="servers",
    headline=f"Who scales by forecast turns away {less:.0%} fewer visitors in the morning and at five",
    x_label="hour of the day",
    source="simulation in this cell",
)

# %% [markdown]
# ### Your turn: tomorrow
#
# Write `tomorrow(history, per_server)`. `history` is a list of days, each with 24 loads, the oldest day first. The
# forecast for an hour is the mean of that hour over the **last 14 days** (or all, if there are fewer). Return 24
# numbers of servers: in each hour enough for the forecast of that hour **and of the next one**, so that they are there
# in time; after the last hour comes the first one again.
#
# <details><summary>Hint</summary>
#
# `history[-14:]` are the last 14 days. Take the larger of two forecasts, then divide and round up.
# </details>


# %% exercise="tomorrow"
def tomorrow(history: list[list[float]], per_server: float) -> list[int]:
    """Return how many servers to have in each hour of tomorrow."""
    ### BEGIN SOLUTION
    days = history[-14:]
    mean = [sum(hour) / len(days) for hour in zip(*days, strict=True)]
    following = mean[1:] + mean[:1]
    return [ceil(max(pair) / per_server) for pair in zip(mean, following, strict=True)]
    ### END SOLUTION


# %% check="tomorrow" points=2
with check("tomorrow", needs="tomorrow", right="Yesterday knows when the morning comes.") as expect:

    def foreseen(about: str, history: list[list[float]], per_server: float, wanted: dict[int, int]) -> None:
        said = tomorrow([list(day) for day in history], per_server)
        expect(isinstance(said, list) and len(said) == 24, "Return a list of 24 numbers, one for each hour.")
        for hour, servers in wanted.items():
            expect.equal(said[hour], servers, f"{about}: servers in hour {hour}")

    flat, peak = [10.0] * 24, [10.0] * 9 + [100.0] + [10.0] * 14
    foreseen("Ten days with a peak of 100 in hour 9", [peak] * 10, 20, {7: 1, 8: 5, 9: 5, 10: 1})
    foreseen("One flat day, and one with the peak", [flat, peak], 20, {8: 3, 9: 3, 10: 1})
    foreseen("A peak in hour 0", [[100.0, *flat[1:]]], 20, {23: 5, 0: 5, 1: 1})
    foreseen("17 days with the peak, then 7 flat ones", [peak] * 17 + [flat] * 7, 18, {8: 4, 9: 4, 10: 1})
    ### BEGIN HIDDEN TESTS
    foreseen("The peak on 7 of the last 14 days", [peak] * 20 + [flat, peak] * 7, 10, {7: 1, 8: 6, 9: 6})
    foreseen("Two weeks of the shop", two_weeks, 40, {16: 11, 17: 11, 23: 2})
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** Policies, scheduled actions and forecasts are free. Alarms cost a little each month, those of target
# > tracking, too; your own metrics do; and every server that they launch, for a minute at least.
#
# ## To remember
#
# - Target tracking holds a value and makes its own alarms: three minutes to grow, fifteen to shrink.
# - A metric is worth following if it falls when servers are added: CPU, requests for each target, backlog per server.
# - Your own metric: `put_metric_data`, an alarm, and the policy's ARN as its action.
# - Step policies answer by how far the metric is beyond the threshold; bounds are relative, without gaps.
# - Simple policies wait for the cooldown (300 s); step and target tracking count servers after their warm-up.
# - A group flaps when one rule undoes the other: keep them apart.
# - Scheduled actions for what you know, with a time zone; predictive scaling for daily and weekly waves.

# %% [markdown] question="after-the-rush"
# ### Question 1
#
# Every Monday at nine the staff of a company log in within five minutes. Target tracking needs ten minutes to have
# enough servers. What is the best addition?
#
# - [ ] **A** A shorter cooldown.
#   > Target tracking does not use it, and any reaction comes after the rush began.
# - [x] **B** A scheduled action that raises MinSize on Mondays before nine.
#   > The time is known. Target tracking may still add more.
# - [ ] **C** A lower target value all week.
#   > It would help a little, and cost all week.
# - [ ] **D** A larger MaxSize.
#   > It allows more servers, and brings them no earlier.

# %% answer="after-the-rush"
answer = "B"

# %% check="after-the-rush" points=1
question("after-the-rush", answer)

# %% [markdown] question="queue-workers"
# ### Question 2
#
# Workers take jobs from an SQS queue. The group should grow with the work that waits. Which metric fits target tracking
# best?
#
# - [ ] **A** `ApproximateNumberOfMessagesVisible` of the queue
#   > It does not say how much that is for each worker: 1,000 messages are little for 100 workers.
# - [ ] **B** The average CPU of the workers
#   > Workers that wait for something else are idle while the queue grows.
# - [ ] **C** The number of messages sent
#   > It does not fall when workers are added.
# - [x] **D** Messages that wait, divided by workers in service: backlog per instance
#   > It falls in proportion when workers are added, and its target follows from how long a job may wait.

# %% answer="queue-workers"
answer = "D"

# %% check="queue-workers" points=1
question("queue-workers", answer)

# %% [markdown] question="strong-rise"
# ### Question 3
#
# At 60 % CPU one more server is right, at 90 % four are needed at once. The team wants to say so exactly. Which policy?
#
# - [ ] **A** Simple scaling
#   > One threshold and one change, then the cooldown.
# - [x] **B** Step scaling
#   > Several changes by how far the metric is beyond the threshold; it acts again while servers warm up.
# - [ ] **C** Predictive scaling
#   > It forecasts from history; this is about a reaction.
# - [ ] **D** A scheduled action
#   > It knows the time, not the CPU.

# %% answer="strong-rise"
answer = "B"

# %% check="strong-rise" points=1
question("strong-rise", answer)

# %% [markdown] question="never-smaller"
# ### Question 4
#
# A group with target tracking on CPU grew during a sale and never shrank, although the CPU is at 10 %. No alarm of the
# policy watches low values. What is the likely cause?
#
# - [ ] **A** The cooldown is still running.
#   > Cooldown holds for simple policies, and ends after minutes.
# - [ ] **B** MaxSize is too large.
#   > It bounds growth; shrinking ends at MinSize.
# - [x] **C** The policy was made with `DisableScaleIn`.
#   > Then AWS makes only the alarm for growing. Removing is left to other policies, or to nobody.
# - [ ] **D** CloudWatch needs detailed monitoring to shrink.
#   > It makes the metric finer and reaction quicker, in both directions.

# %% answer="never-smaller"
answer = "C"

# %% check="never-smaller" points=1
question("never-smaller", answer)

# %%
progress()
