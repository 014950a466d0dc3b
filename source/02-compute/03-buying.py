# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '4.3'
#     minutes: 60
#     practises:
#       best-commitment:
#       - ec2.price-savings-plans
#       billed-run:
#       - ec2.price-on-demand
#       cheapest-way:
#       - ec2.price-reserved
#       - ec2.price-m4-table
#       choose-option:
#       - ec2.price-options
#       - ec2.price-convertible
#       - ec2.price-dedicated-instance
#       estimate:
#       - ec2.price-drivers
#       - ec2.price-calculator
#       hear-the-notice:
#       - ec2.price-spot-notice
#       mixed-fleet:
#       - ec2.price-mix
#       - ec2.price-spot
#       own-hosts:
#       - ec2.price-dedicated-host
#       work-until-notice:
#       - ec2.price-spot
#       - ec2.price-spot-notice
#     services:
#     - ec2
#     - autoscaling
#     - events
#     - sqs
#     title: What a server costs
#     topics:
#     - ec2.price-options
#     - ec2.price-on-demand
#     - ec2.price-drivers
#     - ec2.price-reserved
#     - ec2.price-convertible
#     - ec2.price-savings-plans
#     - ec2.price-spot
#     - ec2.price-spot-notice
#     - ec2.price-mix
#     - ec2.price-dedicated-host
#     - ec2.price-dedicated-instance
#     - ec2.price-m4-table
#     - ec2.price-calculator
# ---

# %% [markdown]
# # What a server costs
#
# Halyard's ferry shop runs on EC2 now, and the first bill is here. The same machine can be bought in five ways, and
# the dearest costs ten times the cheapest. After this lesson you can read an EC2 bill, choose the way to buy a
# machine for a piece of work, and write programs that survive on the cheapest one, **Spot**.

# %% setup="start"
import json
import re
from math import ceil

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab import spot

lesson("02-compute/03-buying")
lab.start()
ec2 = boto3.client("ec2")
events = boto3.client("events")
scaling = boto3.client("autoscaling")
sqs = boto3.client("sqs")


def newest_linux() -> str:
    """The id of the newest Amazon Linux 2023 image; AWS keeps it in a public parameter."""
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    return boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]


def instance(instance_id: str) -> dict:
    """What AWS tells about an instance."""
    found = ec2.describe_instances(InstanceIds=[instance_id])
    return found["Reservations"][0]["Instances"][0]


# %% [markdown]
# ## Five ways to buy one machine
#
# | way | you promise | good for |
# |---|---|---|
# | **On-Demand** | nothing | short or unpredictable work that must not be cut |
# | **Reserved Instance** | a type, for 1 or 3 years | steady load, such as a database |
# | **Savings Plan** | dollars an hour, for 1 or 3 years | steady spending that may change its shape |
# | **Spot** | to cope when AWS takes it back | work that can stop and go on |
# | **Dedicated Host** | to rent a whole server | licences by socket or core, compliance |
#
# All of them give you the same machine. What differs is the promise, and with it the price.

# %%
most_off = {
    "On-Demand": 0,
    "Convertible Reserved": facts.limit("ec2", "maximum-discount-convertible-ri"),
    "Compute Savings Plan": facts.limit("ec2", "maximum-discount-compute-savings-plan"),
    "Standard Reserved": facts.limit("ec2", "maximum-discount-standard-ri"),
    "EC2 Instance Savings Plan": facts.limit("ec2", "maximum-discount-ec2-instance-savings-plan"),
    "Spot": facts.limit("ec2", "maximum-discount-spot"),
}
charts.bars(
    most_off,
    headline="A promise of years saves up to 72 %, and patience up to 90 %",
    unit="percent",
    label="largest discount against On-Demand",
    highlight=["Spot"],
)

# %% [markdown]
# These are the largest discounts that AWS names; typical ones are smaller, as you will see.
#
# > **Then and now.** Older books also sell *Scheduled Reserved Instances* (Thursdays from three to six) and *Spot
# > blocks* (safe for one to six hours). Neither can be bought any more. Who needs the certainty of a machine at a time
# > takes an **On-Demand Capacity Reservation**: it keeps room for you in one Availability Zone, at the On-Demand price,
# > whether you use it or not.
#
# ## On-Demand: by the second
#
# Linux and Windows instances are billed by the second while they run, with a minimum of 60 seconds for each start.
# (Some commercial Linux images are still billed by the hour.) A stopped instance costs nothing; its disk does.
# Until 2017 each begun hour was billed in full. For short work that made all the difference.

# %%
hourly = facts.price("ec2", "on-demand-linux-m5-large")
lengths = list(range(1, 181))
charts.curves(
    {
        "by the begun hour, until 2017": (lengths, [ceil(m / 60) * hourly for m in lengths]),
        "by the second, today": (lengths, [m / 60 * hourly for m in lengths]),
    },
    headline="A run of ten minutes costs a sixth of what it did by the hour",
    x_label="length of the run",
    x_unit="minutes",
    y_unit="USD",
    source=hourly,
)

# %% [markdown]
# ### Your turn: what does a run cost?
#
# Halyard starts a machine for every timetable it computes. Write `run_cost(seconds, hourly)`: the price in USD of one
# run on an On-Demand Linux instance that costs `hourly` USD an hour. A begun second counts as a whole one.
#
# <details><summary>Hint</summary>
#
# First work out how many seconds are billed: rounded up, and never fewer than the minimum. An hour has 3,600.
# </details>


# %% exercise="billed-run"
def run_cost(seconds: float, hourly: float) -> float:
    """Return the price of one run in USD."""
    ### BEGIN SOLUTION
    billed = max(60, ceil(seconds))
    return billed * hourly / 3600
    ### END SOLUTION


# %% check="billed-run" points=1
with check(
    "billed-run", needs="run_cost", right="Sixty starts of a second cost an hour: keep a machine for them."
) as expect:
    expect.close(run_cost(600, 0.36), 0.06, "A run of 600 s at 0.36 USD an hour")
    expect.close(run_cost(10, 0.36), 0.006, "A run of 10 s is billed as 60 s: there is a minimum")
    expect.close(run_cost(60, 3.6), 0.06, "A run of exactly 60 s at 3.60 USD an hour")
    expect.close(run_cost(100.2, 0.36), 0.0101, "A run of 100.2 s: the begun second counts as a whole one")
    ### BEGIN HIDDEN TESTS
    expect.close(run_cost(7200, 1.8), 3.6, "A run of two hours at 1.80 USD an hour")
    expect.close(run_cost(59.5, 3.6), 0.06, "A run of 59.5 s")
    expect.close(run_cost(61.5, 3.6), 0.062, "A run of 61.5 s")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What makes up the bill
#
# The hourly rate depends on Region, type, operating system and the way you buy. Beside it stand things that people
# forget: the disk, the public IPv4 address, the load balancer, and the data that leaves AWS. Here are three servers.

# %% setup="prices"
disk = facts.price("ebs", "gp3-storage")  # USD for a GB and a month
address = facts.price("ec2", "public-ipv4-address-in-use")  # USD an hour
balancer = facts.price("elb", "alb-hour")  # USD an hour
out = facts.tiers("ec2", "data-transfer-out-to-internet")[0]  # USD for a GB

# %%
rate = {name: facts.price("ec2", f"on-demand-linux-{name}") for name in ("t3-micro", "m5-large")}
hours = facts.HOURS_PER_MONTH


def parts(kind: str, count: int, gb_disk: float, gb_out: float, balancers: int) -> dict:
    """A month's bill of some servers that run all the time, by its parts."""
    return {
        "machines": count * rate[kind] * hours,
        "disks": count * gb_disk * disk,
        "addresses": count * address * hours,
        "load balancer": balancers * balancer * hours,
        "data out": max(0, gb_out - 100) * out,
    }


charts.stack(
    {
        "a test server": parts("t3-micro", 1, 20, 5, 0),
        "the ticket shop": parts("m5-large", 2, 50, 600, 1),
        "a photo archive": parts("t3-micro", 2, 400, 2500, 0),
    },
    headline="The machine is two thirds of one bill and a twentieth of another",
    unit="USD per month",
    source=[rate["m5-large"], disk, address, balancer, out],
)

# %% [markdown]
# Data that comes in is free. Data that goes out to the internet costs by the gigabyte after the first 100 GB of a
# month, and data between two Availability Zones costs a cent per gigabyte on each side. (A load balancer also bills
# by use, detailed monitoring by metric; we leave them out here.)
#
# > **Then and now.** Accounts opened before 15 July 2025 had 750 free hours a month for a year. New accounts get
# > credits instead, up to 200 USD.
#
# Before you build, the **AWS Pricing Calculator** adds such a list up in the browser, and the **Price List API** hands
# the same prices to programs. You now write the calculator in miniature, for orders such as this one:

# %%
small_order = {
    "type": "m5.large",
    "count": 2,  # machines
    "hours": 730,  # so long each machine, address and load balancer is there
    "gb_disk": 50,  # for each machine, kept the whole month
    "gb_out": 600,  # to the internet in this month, at most 10 TB
    "ips": 2,
    "balancers": 1,
}
print(small_order)

# %% [markdown]
# ### Your turn: a calculator
#
# Write `estimate(order)`. It returns a dictionary with the month's `machines`, `disks`, `addresses`, `balancers`,
# `data out` and `total`, in USD. The first 100 GB to the internet are free.
#
# <details><summary>Hint</summary>
#
# The prices stand in the cell before the chart: `disk`, `address`, `balancer`, `out`. The rate of a type is
# `facts.price("ec2", "on-demand-linux-m5-large")`, with a dash where the type has its dot. Sum the parts last.
# </details>


# %% exercise="estimate"
def estimate(order: dict) -> dict[str, float]:
    """Return the month's parts and their total, in USD."""
    ### BEGIN SOLUTION
    name = order["type"].replace(".", "-")
    bill = {
        "machines": order["count"] * order["hours"] * facts.price("ec2", f"on-demand-linux-{name}"),
        "disks": order["count"] * order["gb_disk"] * disk,
        "addresses": order["ips"] * order["hours"] * address,
        "balancers": order["balancers"] * order["hours"] * balancer,
        "data out": max(0, order["gb_out"] - 100) * out,
    }
    return bill | {"total": sum(bill.values())}
    ### END SOLUTION


# %% check="estimate" points=2
with check("estimate", needs="estimate", right="Now you can say what a plan costs before you build it.") as expect:
    names = ("machines", "disks", "addresses", "balancers", "data out")

    def adds_up(order: dict, amounts: tuple[float, ...]) -> None:
        """`amounts`: hours of machines, GB of disks, hours of addresses and of balancers, billed GB."""
        rate = facts.price("ec2", "on-demand-linux-" + order["type"].replace(".", "-"))
        each = (rate, disk, address, balancer, out)
        wanted = {name: float(a * b) for name, a, b in zip(names, amounts, each, strict=True)}
        said = estimate(order)
        case = f"{order['count']} x {order['type']}, {order['hours']} h, {order['gb_out']} GB out"
        expect(isinstance(said, dict), "Return a dictionary: each part by its name.")
        missing = sorted({*names, "total"} - set(said))
        expect(not missing, f"The dictionary lacks {missing}.")
        for name, value in wanted.items():
            expect.close(float(said[name]), value, f"{case}: {name}")
        expect.close(float(said["total"]), sum(wanted.values()), f"{case}: total")

    shop = {"type": "m5.large", "count": 2, "hours": 730, "gb_disk": 50, "gb_out": 600, "ips": 2, "balancers": 1}
    adds_up(shop, (1460, 100, 1460, 730, 500))
    adds_up(shop | {"hours": 100, "gb_out": 40}, (200, 100, 200, 100, 0))
    office = {"type": "t3.micro", "count": 3, "hours": 200, "gb_disk": 20, "gb_out": 150, "ips": 1, "balancers": 2}
    adds_up(office, (600, 60, 200, 400, 50))
    ### BEGIN HIDDEN TESTS
    stall = {"type": "t3.micro", "count": 5, "hours": 12, "gb_disk": 8, "gb_out": 100, "ips": 0, "balancers": 0}
    adds_up(stall, (60, 40, 0, 0, 0))
    adds_up(stall | {"type": "c7g.large", "gb_out": 101, "ips": 3, "balancers": 2}, (60, 40, 36, 24, 1))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Reserved Instances
#
# The ticket database runs day and night, for years. For such a machine you sign a **Reserved Instance** (RI): no
# machine of its own but a discount on the bill for every hour in which a matching instance runs. You choose
#
# - the term: 1 or 3 years;
# - the payment: All, Partial or No Upfront (the more at once, the cheaper);
# - the class: **Standard**, or **Convertible**, which may be exchanged for another family, size or system of the same
#   or a higher value. A Standard RI cannot, but it can be sold on the RI Marketplace.
#
# You pay for every hour of the term, used or not. A *regional* RI fits every size of its family and every zone; a
# *zonal* RI also keeps room for the machine in its zone. Only zonal ones reserve capacity.
#
# This is the price table of one type, a `t3.medium`.

# %%
medium = {
    "On-Demand": facts.price("ec2", "on-demand-linux-t3-medium"),
    "Convertible, 1 year": facts.price("ec2", "reserved-t3-medium-convertible-1-year-no-upfront"),
    "Standard, 1 year": facts.price("ec2", "reserved-t3-medium-standard-1-year-no-upfront"),
    "Convertible, 3 years": facts.price("ec2", "reserved-t3-medium-convertible-3-years-no-upfront"),
    "Standard, 3 years": facts.price("ec2", "reserved-t3-medium-standard-3-years-no-upfront"),
}
on_demand = medium["On-Demand"]
for name, each in medium.items():
    print(
        f"{name:21} {each:7.4f} USD an hour, {1 - each / on_demand:4.0%} off,",
        f"{each * 8760:4.0f} USD a year, pays from {each / on_demand * 730:3.0f} hours a month",
    )

# %% [markdown]
# The last column is the **break-even**: an RI costs the same in every month, so it pays only from so many hours on.
# Exchanging costs: the Convertible is dearer than the Standard of the same term.
#
# > **Then and now.** A table like this, for an `m4.large`, stands in many older courses. The On-Demand price in it,
# > 0.10 USD, is still right in 2026. Its Scheduled and Spot-block lines are gone, and so are Spot prices *above*
# > On-Demand: they came from bidding, which ended in 2017. "Up to 75 % off, paid in advance" is old, too.
#
# The calls to look at offers are `describe_reserved_instances_offerings` and `purchase_reserved_instances_offering`.
# (The lab knows the first, with invented prices. Buying is for real accounts.)

# %%
months = list(range(37))
chosen = {"On-Demand": "On-Demand", "1 year, renewed": "Standard, 1 year", "3 years": "Standard, 3 years"}
charts.curves(
    {name: (months, [m * 730 * medium[key] for m in months]) for name, key in chosen.items()},
    headline="Over three years of running all the time, the promise saves more than half",
    x_label="since the start",
    x_unit="months",
    y_unit="USD",
    source=list(medium.values()),
)

# %% [markdown]
# ### Your turn: which way, and for how many hours?
#
# Write `cheapest(hours, prices)`. `hours` is how long one machine runs in a month of 730 hours; `prices` are hourly
# prices like those of `medium` above: `"On-Demand"` is paid for the hours it runs, every other one for all hours of
# the month. Return the name of the cheapest and its price for the month.
#
# <details><summary>Hint</summary>
#
# Make a dictionary of monthly costs first; `min(costs, key=costs.get)` is the name with the smallest.
# </details>


# %% exercise="cheapest-way"
def cheapest(hours: float, prices: dict[str, float]) -> tuple[str, float]:
    """Return the name of the cheapest way to buy, and what it costs a month."""
    ### BEGIN SOLUTION
    costs = {name: (hours if name == "On-Demand" else 730) * each for name, each in prices.items()}
    best = min(costs, key=costs.get)
    return best, costs[best]
    ### END SOLUTION


# %% check="cheapest-way" points=2
with check(
    "cheapest-way", needs="cheapest", right="Count the hours first; the largest discount may be the dearest."
) as expect:

    def picks(hours: float, prices: dict[str, float], name: str, cost: float) -> None:
        said = cheapest(hours, prices)
        case = f"{hours} hours a month"
        expect(isinstance(said, tuple) and len(said) == 2, "Return two things: the name, and the price of the month.")
        expect.equal(said[0], name, f"{case}: the cheapest of {prices}")
        expect.close(float(said[1]), cost, f"{case}: its price (what is reserved is paid for all 730 hours)")

    offers = {"On-Demand": 0.10, "1 year": 0.06, "3 years": 0.04}
    picks(730, offers, "3 years", 29.2)
    picks(200, offers, "On-Demand", 20.0)
    picks(400, {"On-Demand": 0.10, "1 year": 0.06}, "On-Demand", 40.0)
    picks(600, {"On-Demand": 0.10, "1 year": 0.06}, "1 year", 43.8)
    ### BEGIN HIDDEN TESTS
    picks(500, {"On-Demand": 0.10, "1 year": 0.06}, "1 year", 43.8)
    picks(0, offers, "On-Demand", 0.0)
    picks(293, offers, "3 years", 29.2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Savings Plans
#
# A **Savings Plan** is a promise of *dollars an hour*, for 1 or 3 years. Use that fits the plan is charged at a
# discount until the promise of that hour is used up; what goes beyond is On-Demand. What you do not use is lost.
#
# | plan | up to | fits |
# |---|---|---|
# | Compute | 66 % | EC2 of any family, size, Region and system; also Fargate, and Lambda (there up to 17 %) |
# | EC2 Instance | 72 % | one family in one Region, any size |
# | Database | 35 % | RDS, Aurora, DynamoDB and others, since December 2025 |
#
# RIs are applied first, then Savings Plans. A plan reserves no capacity and never touches Spot.
#
# How much should Halyard promise? A summer day's use, at On-Demand prices, hour by hour:

# %% setup="summer-day"
summer_day = [1.0] * 6 + [2.0, 3.0, 4.0, 4.0, 3.5, 3.0, 3.0, 3.5, 4.0, 4.0, 3.0, 2.5, 2.0, 2.0, 1.5] + [1.0] * 3


def a_day(commitment: float, discount: float) -> float:
    """Cost of the summer day in USD, when so many USD an hour are promised."""
    covers = commitment / (1 - discount)  # what the promise pays for, at On-Demand prices
    return sum(commitment + max(0.0, use - covers) for use in summer_day)


# %%
promises = [cents / 100 for cents in range(0, 301, 5)]
day_costs = [a_day(promise, 0.30) for promise in promises]
least = promises[day_costs.index(min(day_costs))]
charts.curves(
    {"a plan with 30 % off": (promises, day_costs)},
    headline=f"Promise what you always use: {least:.2f} USD an hour, not the peak",
    x_label="commitment",
    x_unit="USD per hour",
    y_unit="USD per day",
    notes=[(least, min(day_costs), f"{min(day_costs):.1f} USD at {least:.2f}")],
    thresholds={"all On-Demand": sum(summer_day)},
    source="simulation in this cell",
)

# %% [markdown]
# A valley: too small a promise saves little, too large a one is paid for nothing.
#
# ### Your turn: the best promise
#
# Write `best_commitment(usage, discount)`. `usage` lists what each hour would cost On-Demand; `discount` is 0.30 for
# 30 %. Return the commitment in USD an hour, a whole number of **cents**, that makes the whole of `usage` cheapest;
# of two equally good ones (to a tenth of a cent) the smaller.
#
# <details><summary>Hint</summary>
#
# A commitment of 0.70 pays for 1.00 USD of use at 30 % off. Try every cent from nothing up to the dearest hour, and
# compare the costs rounded to three decimals.
# </details>


# %% exercise="best-commitment"
def best_commitment(usage: list[float], discount: float) -> float:
    """Return the cheapest hourly commitment in USD."""

    ### BEGIN SOLUTION
    def cost(cents: int) -> float:
        paid_for = cents / 100 / (1 - discount)
        beyond = [max(0.0, hour - paid_for) for hour in usage]
        return round(len(usage) * cents / 100 + sum(beyond), 3)

    return min(range(ceil(max(usage) * 100) + 1), key=cost) / 100
    ### END SOLUTION


# %% check="best-commitment" points=3
with check(
    "best-commitment", needs="best_commitment", right="The base is promised, the peaks are On-Demand."
) as expect:

    def promise(usage: list[float], discount: float, wanted: float, about: str) -> None:
        said = best_commitment(list(usage), discount)
        expect.close(float(said), wanted, f"{about}, {discount:.0%} off: the commitment in USD an hour")

    promise([2.0] * 24, 0.30, 1.40, "24 hours of 2.00 USD (1.40 pays for them, at 30 % off)")
    promise(summer_day, 0.30, 0.70, "The summer day")
    promise([3.0] * 10 + [1.0] * 2, 0.40, 1.80, "Ten hours of 3.00 and two of 1.00")
    promise([2.0] * 7 + [1.0] * 3, 0.30, 0.70, "Seven hours of 2.00, three of 1.00 (1.40 costs as much as 0.70)")
    ### BEGIN HIDDEN TESTS
    promise([3.0] * 6 + [2.0] * 4, 0.40, 1.20, "Six hours of 3.00, four of 2.00 (1.80 costs as much as 1.20)")
    promise([1.0, 1.0, 1.0, 4.0], 0.50, 0.50, "Three hours of 1.00 and one of 4.00")
    promise([5.0] + [0.0] * 23, 0.30, 0.0, "One hour of 5.00 USD and 23 of nothing")
    promise([0.0, 0.0, 1.0], 0.20, 0.0, "Two hours of nothing, one of 1.00")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Spot: cheap, until somebody else needs it
#
# **Spot Instances** are AWS's spare machines, up to 90 % below On-Demand. When AWS needs one back, it takes it. So
# they are for work that may stop and go on: batch jobs, analysis, image processing, tests, web servers among many.
# Never for a database, or for the one server that must be up.
#
# You ask for one with a single word in `run_instances`. A maximum price is possible (default: the On-Demand price),
# but AWS advises against it: it only adds interruptions. Better spread the work over many *pools*, a type in a zone
# being one.
#
# > **Then and now.** Until November 2017 one bid for Spot Instances, and prices jumped. Today a price moves slowly and
# > an instance is taken back because AWS needs its capacity.

# %%
night_job = ec2.run_instances(
    ImageId=newest_linux(),
    InstanceType="m5.large",
    MinCount=1,
    MaxCount=1,
    InstanceMarketOptions={"MarketType": "spot"},
)["Instances"][0]["InstanceId"]
print(night_job, "is a", instance(night_job)["InstanceLifecycle"], "instance")

# %% [markdown]
# Before AWS takes an instance back, it says so **two minutes ahead**, in two places: in the instance's own metadata,
# where the program on it can look, and as an event for everybody else. Often a *rebalance recommendation* comes
# earlier: the risk has risen. What happens at the end is your choice at the launch: terminate (the default), stop or
# hibernate. With hibernation the notice comes without the two minutes.
#
# > **Lab and AWS.** Nobody else wants the lab's machines, so `spot.interrupt(...)` plays AWS. On the real AWS the
# > Fault Injection Service does the same for your own instances.

# %%
with lab.on_instance(night_job):
    print("before:", lab.read_metadata("meta-data/spot/instance-action"))
spot.interrupt(night_job)
with lab.on_instance(night_job):
    print("notice:", lab.read_metadata("meta-data/spot/instance-action"))
for seconds in (110, 10):
    lab.clock.advance(seconds=seconds)
    print("later: ", instance(night_job)["State"]["Name"])

# %% [markdown]
# `lab.read_metadata(path)` is the usual request to `http://169.254.169.254/latest/...`, with its token. It returns
# `None` where the service answers 404: no notice.
#
# ### Your turn: work until the notice
#
# Every night a Spot Instance draws the island maps; a map takes 30 seconds. Write `draw_maps(todo, draw, save)`, which
# runs **on the instance**:
#
# - call `draw(name)` for one map of `todo` after another, in order;
# - before each, look for the notice (`meta-data/spot/instance-action`). If it is there, begin nothing new;
# - at the end, and also when you stop early, call `save(names)` once with the list of all maps that were drawn;
# - return the list of those that are still to do.
#
# <details><summary>Hint</summary>
#
# A `for` loop over `enumerate(todo)` with a `break` will do. `save` must come after the loop, so that it is reached
# either way.
# </details>


# %% exercise="work-until-notice"
def draw_maps(todo: list[str], draw, save) -> list[str]:
    """Draw maps until all are done or the instance is taken back; return what is left."""
    ### BEGIN SOLUTION
    drawn: list[str] = []
    for name in todo:
        if lab.read_metadata("meta-data/spot/instance-action") is not None:
            break
        draw(name)
        drawn.append(name)
    save(drawn)
    return todo[len(drawn) :]
    ### END SOLUTION


# %% check="work-until-notice" points=3
with check("work-until-notice", needs="draw_maps", right="Another instance goes on where this one stopped.") as expect:

    def night(count: int, notice_at: int | None) -> None:
        """Draw so many maps; the notice comes while the map of this number is drawn, -1: before the first."""
        worker = ec2.run_instances(
            ImageId=newest_linux(),
            InstanceType="m5.large",
            MinCount=1,
            MaxCount=1,
            InstanceMarketOptions={"MarketType": "spot"},
        )["Instances"][0]["InstanceId"]
        names = [f"map {n}" for n in range(count)]
        drawn, saved = [], []

        def draw(name: str) -> None:
            expect(len(drawn) < count, "draw was called more often than there are maps.")
            drawn.append(name)
            if len(drawn) - 1 == notice_at:
                spot.interrupt(worker)
            lab.clock.advance(seconds=30)

        def save(done: list[str]) -> None:
            up = instance(worker)["State"]["Name"] == "running"
            expect(up, "save was called when the instance was gone already: the maps are lost. Look before each map.")
            saved.append(list(done))

        if notice_at == -1:
            spot.interrupt(worker)
        with lab.on_instance(worker):
            left = draw_maps(list(names), draw, save)
        wanted = names if notice_at is None else names[: notice_at + 1]
        case = "without a notice" if notice_at is None else f"with a notice during map {notice_at}"
        case = "with a notice before the first" if notice_at == -1 else case
        more = len(drawn) - len(wanted)
        expect(more <= 0, f"{count} maps {case}: {more} maps were begun after the notice. Look before each map.")
        expect.equal(drawn, wanted, f"{count} maps {case}: the maps drawn")
        expect(len(saved) == 1, f"{count} maps {case}: save was called {len(saved)} times, not once.")
        expect.equal(saved[0], wanted, f"{count} maps {case}: what was saved")
        expect.equal(left, names[len(wanted) :], f"{count} maps {case}: what you return, the maps still to do")
        if instance(worker)["State"]["Name"] == "running":
            ec2.terminate_instances(InstanceIds=[worker])

    night(4, None)
    night(12, 2)
    night(8, 0)
    night(5, -1)
    ### BEGIN HIDDEN TESTS
    night(9, 5)
    night(3, 2)
    night(0, None)
    ### END HIDDEN TESTS

# %% [markdown]
# How much is lost when there is no time to save? All that was done since the last save: on average half of the time
# between two saves. So save often where saving is cheap, and keep pieces of work shorter than two minutes.


# %% setup="ear"
def queue_for_rules(name: str) -> tuple[str, str]:
    """A queue whose policy lets EventBridge send; returns its URL and ARN."""
    let_in = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    url = sqs.create_queue(
        QueueName=lab.unique_name(name),
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [let_in]})},
    )["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, found["Attributes"]["QueueArn"]


# %% [markdown]
# ### Your turn: repair the ear
#
# A second program, elsewhere, should hear of every interruption and hand the unfinished work to somebody else. A
# colleague wrote `hear(queue_arn)`: an EventBridge rule that sends the notices to a queue. Nothing ever
# arrives. Repair it, so that **interruption warnings, and only those**, come to the queue. The queue lets EventBridge
# send already: `queue_for_rules` above wrote its policy.
#
# <details><summary>Hint</summary>
#
# The events of EC2 have the source `aws.ec2`, and each kind has its `detail-type`. This one is called `EC2 Spot
# Instance Interruption Warning`; print an event with a rule for all of `aws.ec2` if you are in doubt. And look at how
# a pattern writes its values.
# </details>


# %% exercise="hear-the-notice" repair=true
def hear(queue_arn: str) -> str:
    """Send every Spot interruption warning of the account to a queue; return the rule's name."""
    rule = lab.unique_name("spot-notices")
    pattern = {"source": ["aws.spot"], "detail-type": ["Spot Interruption"]}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    return rule


### BEGIN SOLUTION
def hear(queue_arn: str) -> str:
    """Send every Spot interruption warning of the account to a queue; return the rule's name."""
    rule = lab.unique_name("spot-notices")
    pattern = {
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Spot Instance Interruption Warning"],
    }
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": queue_arn}])
    return rule


### END SOLUTION


# %% check="hear-the-notice" points=2
with check("hear-the-notice", needs="hear", right="The program that hears it need not run on the instance.") as expect:

    def small_spot() -> str:
        return ec2.run_instances(
            ImageId=newest_linux(),
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            InstanceMarketOptions={"MarketType": "spot"},
        )["Instances"][0]["InstanceId"]

    def heard(how_many: int) -> None:
        queue, arn = queue_for_rules("check-notices")
        rule = hear(arn)
        expect(isinstance(rule, str), "Return the name of the rule.")
        targets = events.list_targets_by_rule(Rule=rule)["Targets"]
        expect(bool(targets), "The rule has no target: it matches and tells nobody. See put_targets.")
        workers = [small_spot() for _ in range(how_many + 1)]
        spot.advise(workers[-1])  # a recommendation is no warning
        for worker in workers[:how_many]:
            spot.interrupt(worker)
        lab.settle()
        came = []
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            came += [json.loads(one["Body"]) for one in found]
        warned = {one["detail"]["instance-id"] for one in came if one["detail-type"].endswith("Interruption Warning")}
        expect(
            warned == set(workers[:how_many]),
            f"{how_many} instances were interrupted and {len(warned)} warnings came to the queue. Compare the "
            "source and detail-type of the pattern with those of the event.",
        )
        others = [one["detail-type"] for one in came if not one["detail-type"].endswith("Interruption Warning")]
        expect(not others, f"This came to the queue, too, and should not: {others[:1]}. Name the detail-type.")
        events.remove_targets(Rule=rule, Ids=[one["Id"] for one in targets])
        events.delete_rule(Name=rule)
        ec2.terminate_instances(InstanceIds=workers)

    heard(1)
    ### BEGIN HIDDEN TESTS
    heard(3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A mix for the day
#
# Nobody has to choose one way. Buy the base that always runs with an RI or a Savings Plan, add On-Demand for the peak
# that must be served, and Spot for the work that may be cut. Halyard's day, with map drawing at night:

# %%
day = list(range(24))
base = [4] * 24
peak = [max(0, round(2 * use) - 4) for use in summer_day]
night_work = [6 if hour < 5 or hour > 21 else 0 for hour in day]
charts.over_time(
    {"reserved": base, "On-Demand": peak, "Spot": night_work},
    x=day,
    x_unit="hours",
    y_label="machines",
    stacked=True,
    headline="The base is reserved, the peak On-Demand, the night work Spot",
    x_label="hour of the day",
    source="simulation in this cell",
)

# %% [markdown]
# An **Auto Scaling group** keeps a number of machines running (a later lesson). It can mix the ways to buy, with a
# `MixedInstancesPolicy`:
#
# - `OnDemandBaseCapacity`: so many are On-Demand in any case;
# - `OnDemandPercentageAboveBaseCapacity`: of those above the base, this share, too; the rest is Spot;
# - `SpotAllocationStrategy`: which pools Spot takes; AWS advises `price-capacity-optimized`;
# - `Overrides`: the types that are good enough.
#
# ### Your turn: a mixed fleet
#
# Write `mixed_fleet(name, template, size)`: it creates an Auto Scaling group of this name from the launch template of
# the name `template` (its newest version), with `size` machines now, none at least and twice as many at most, in the
# two subnets `fleet_subnets`. The first **two** are On-Demand; of the others a **quarter** is On-Demand, the rest Spot.
# `m5.large` and `m6i.large` are good enough; take Spot from the pools that AWS advises.
#
# <details><summary>Hint</summary>
#
# A `MixedInstancesPolicy` has two parts. `LaunchTemplate` holds a `LaunchTemplateSpecification` (name and version) and
# the `Overrides`, a list of `{"InstanceType": ...}`; `InstancesDistribution` holds the rest. `VPCZoneIdentifier` takes
# subnet ids in one string, with commas. The newest version is called `$Latest`.
# </details>

# %% setup="fleet-network"
default_subnets = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
default_subnets.sort(key=lambda one: one["AvailabilityZone"])
fleet_subnets = [one["SubnetId"] for one in default_subnets[:2]]


# %% exercise="mixed-fleet"
def mixed_fleet(name: str, template: str, size: int) -> None:
    """Create a group that buys On-Demand and Spot in the shares of the task."""
    ### BEGIN SOLUTION
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=2 * size,
        DesiredCapacity=size,
        VPCZoneIdentifier=",".join(fleet_subnets),
        MixedInstancesPolicy={
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {
                    "LaunchTemplateName": template,
                    "Version": "$Latest",
                },
                "Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "m6i.large"}],
            },
            "InstancesDistribution": {
                "OnDemandBaseCapacity": 2,
                "OnDemandPercentageAboveBaseCapacity": 25,
                "SpotAllocationStrategy": "price-capacity-optimized",
            },
        },
    )
    ### END SOLUTION


# %% check="mixed-fleet" points=3
with check("mixed-fleet", needs="mixed_fleet", right="Two are safe whatever happens, and most are cheap.") as expect:

    def fleet(size: int, on_demand: int) -> None:
        template = lab.unique_name("check-template")
        ec2.create_launch_template(
            LaunchTemplateName=template,
            LaunchTemplateData={"ImageId": "ami-00000000000000000", "InstanceType": "t3.nano"},
        )
        newest = {"ImageId": newest_linux(), "InstanceType": "m5.large"}
        ec2.create_launch_template_version(LaunchTemplateName=template, LaunchTemplateData=newest)
        name = lab.unique_name("check-fleet")
        mixed_fleet(name, template, size)
        groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
        expect(len(groups) == 1, f"There is no Auto Scaling group of the name {name!r}. Use the name you are given.")
        (group,) = groups
        sizes = (group["MinSize"], group["DesiredCapacity"], group["MaxSize"])
        expect.equal(sizes, (0, size, 2 * size), "Smallest size, size now and largest size")
        expect(
            set(group["VPCZoneIdentifier"].replace(" ", "").split(",")) == set(fleet_subnets),
            "The group must use both subnets of fleet_subnets: VPCZoneIdentifier, ids with a comma between.",
        )
        policy = group.get("MixedInstancesPolicy")
        expect(policy is not None, "The group has no MixedInstancesPolicy, so it buys everything one way.")
        ids = [one["InstanceId"] for one in group["Instances"]]
        pages = ec2.describe_instances(InstanceIds=ids)["Reservations"]
        machines = [one for page in pages for one in page["Instances"]]
        spots = sum(one.get("InstanceLifecycle") == "spot" for one in machines)
        expect(
            len(machines) - spots == on_demand,
            f"Of {size} machines {len(machines) - spots} are On-Demand; it should be {on_demand}: two, and a quarter "
            "of the rest (rounded up).",
        )
        images = {one["ImageId"] for one in machines}
        expect(
            images == {newest["ImageId"]}, "The machines come from an older version of the template; ask for $Latest."
        )
        types = {one["InstanceType"] for one in policy["LaunchTemplate"].get("Overrides", [])}
        expect.equal(types, {"m5.large", "m6i.large"}, "The types in Overrides")
        strategy = policy["InstancesDistribution"].get("SpotAllocationStrategy")
        expect.equal(strategy, "price-capacity-optimized", "SpotAllocationStrategy")
        scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)

    fleet(10, 4)
    fleet(5, 3)
    ### BEGIN HIDDEN TESTS
    fleet(6, 3)
    fleet(2, 2)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Lab and AWS.** The lab has neither prices of pools nor spare capacity: its Spot machines take the types in turn.
#
# ## Hardware of your own
#
# By default your instances share servers with strangers. Two ways to change that:
#
# | | Dedicated Instance | Dedicated Host |
# |---|---|---|
# | you get | servers that only your account uses | one whole server, known by its id |
# | which server | AWS chooses, another after a stop and start | you place instances on it |
# | sockets and cores | not visible | visible: for licences by socket or core (*bring your own*) |
# | bill | each instance, and 2 USD an hour for the Region | the host, whatever runs on it |
#
# A host can be rented by the second, or reserved for 1 or 3 years at up to 70 % off. (Older notes say that a host is
# always for three years. It is not.)

# %%
host = ec2.allocate_hosts(AvailabilityZone="us-east-1a", InstanceType="c5.large", Quantity=1)["HostIds"][0]
placed = ec2.run_instances(
    ImageId=newest_linux(),
    InstanceType="c5.large",
    MinCount=2,
    MaxCount=2,
    Placement={"Tenancy": "host", "HostId": host},
)["Instances"]
print(host, "holds", [one["InstanceId"] for one in placed])
ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in placed])
released = ec2.release_hosts(HostIds=[host])["Successful"]
print("released", released)

# %%
a_host = facts.price("ec2", "dedicated-host-c5-on-demand")
shared = facts.price("ec2", "on-demand-linux-c5-large")
counts = list(range(1, 37))
charts.curves(
    {
        "shared hardware": (counts, [n * shared for n in counts]),
        "one Dedicated Host": (counts, [float(a_host)] * 36),
    },
    headline="Even a full c5 host costs a tenth more than shared hardware",
    x_label="c5.large instances, of which 36 fit on a host",
    y_unit="USD per hour",
    source=[a_host, shared],
)

# %% [markdown]
# The host alone does not pay. The licences that it lets you bring may.
#
# ### Your turn: does a host pay?
#
# A database needs a licence. On shared hardware you pay for the **vCPUs** of each instance: `per_vcpu` USD a month
# each. With a host of your own you may bring a licence for its **cores**: `per_core` USD a month for each core of the
# host. Write `host_pays(instances, vcpus, per_vcpu, host)`, with `host = {"price": USD an hour, "cores": ..., "vcpus":
# ..., "per_core": ..., "instance": USD an hour of one shared instance}`. `vcpus` is what one instance has. Instances
# that do not fit on one host (its `vcpus`) need another. Return two prices for a month of 730 hours: all shared, all on
# hosts.
#
# <details><summary>Hint</summary>
#
# Number of hosts: all vCPUs by those of a host, rounded up. A host is paid, and licensed, whole.
# </details>


# %% exercise="own-hosts"
def host_pays(instances: int, vcpus: int, per_vcpu: float, host: dict) -> tuple[float, float]:
    """Return what a month costs on shared hardware, and on hosts of our own."""
    ### BEGIN SOLUTION
    on_shared = instances * (host["instance"] * 730 + vcpus * per_vcpu)
    hosts = ceil(instances * vcpus / host["vcpus"])
    on_hosts = hosts * (host["price"] * 730 + host["cores"] * host["per_core"])
    return on_shared, on_hosts
    ### END SOLUTION


# %% check="own-hosts" points=2
with check("own-hosts", needs="host_pays", right="The licence decides, not the machine.") as expect:
    own = {"price": 3.0, "cores": 36, "vcpus": 72, "per_core": 50.0, "instance": 0.1}

    def priced(instances: int, vcpus: int, per_vcpu: float, wanted: tuple[float, float]) -> None:
        said = host_pays(instances, vcpus, per_vcpu, dict(own))
        expect(isinstance(said, tuple) and len(said) == 2, "Return two numbers: all shared, and all on hosts.")
        case = f"{instances} instances of {vcpus} vCPUs, {per_vcpu:g} USD for a vCPU"
        expect.close(float(said[0]), wanted[0], f"{case}: shared")
        expect.close(float(said[1]), wanted[1], f"{case}: on hosts (36 cores and 72 vCPUs each)")

    priced(18, 4, 40.0, (4194.0, 3990.0))  # a full host
    priced(37, 2, 40.0, (5661.0, 7980.0))
    ### BEGIN HIDDEN TESTS
    priced(1, 4, 10.0, (113.0, 3990.0))
    priced(36, 2, 0.0, (2628.0, 3990.0))
    priced(10, 16, 100.0, (16730.0, 11970.0))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which one?
#
# ### Your turn: decide
#
# Write `choose(work)` for a piece of work that is described by a dictionary:
#
# - `months`: for how many months it will run day and night (0: it runs now and then);
# - `may_stop`: whether it may be interrupted at any time and go on later;
# - `per_socket`: whether it brings a licence by socket or core;
# - `alone`: whether its hardware must not be shared with other accounts;
# - `may_change`: whether its family or system may change in the meantime.
#
# Return one of `"dedicated-host"`, `"dedicated-instance"`, `"spot"`, `"convertible"`, `"standard"`, `"on-demand"`.
# Hardware comes first. Then the price: Spot is cheapest where it may be; a reservation pays for 12 months or more, a
# Convertible one if the work may change.
#
# <details><summary>Hint</summary>
#
# Ask one question after another, in the order of the text, and return as soon as one decides.
# </details>


# %% exercise="choose-option"
def choose(work: dict) -> str:
    """Return the way to buy for a piece of work."""
    ### BEGIN SOLUTION
    if work["per_socket"]:
        return "dedicated-host"
    if work["alone"]:
        return "dedicated-instance"
    if work["may_stop"]:
        return "spot"
    if work["months"] < 12:
        return "on-demand"
    return "convertible" if work["may_change"] else "standard"
    ### END SOLUTION


# %% check="choose-option" points=2
with check(
    "choose-option", needs="choose", right="Five questions, in this order, and most exam scenarios fall."
) as expect:
    calm = {"months": 0, "may_stop": False, "per_socket": False, "alone": False, "may_change": False}

    def decides(about: str, wanted: str, **facts_of_it) -> None:
        expect.equal(choose(calm | facts_of_it), wanted, about)

    decides("A demo at a fair, for three days", "on-demand")
    decides("A database for three years", "standard", months=36)
    decides("Three years, but perhaps on other machines later", "convertible", months=36, may_change=True)
    decides("Maps drawn at night", "spot", may_stop=True)
    decides("A licence by socket", "dedicated-host", per_socket=True, months=36)
    decides("A rule: no shared hardware", "dedicated-instance", alone=True)
    decides("A licence by core, and no shared hardware", "dedicated-host", per_socket=True, alone=True)
    decides("No shared hardware, for work that may stop", "dedicated-instance", alone=True, may_stop=True)
    decides("Three years of work that may stop", "spot", months=36, may_stop=True)
    decides("Twelve months, day and night", "standard", months=12)
    decides("Nine months, perhaps on other machines later", "on-demand", months=9, may_change=True)
    ### BEGIN HIDDEN TESTS
    decides("Half a year, day and night", "on-demand", months=6, may_change=True)
    decides("A year, day and night", "standard", months=12)
    decides("A year of work that may stop", "spot", months=12, may_stop=True)
    decides("A licence by core, alone, may stop", "dedicated-host", per_socket=True, alone=True, may_stop=True)
    decides("No shared hardware, may stop", "dedicated-instance", alone=True, may_stop=True)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS the demos of this lesson would run for a few minutes: a Spot `m5.large`, and a Dedicated
# > Host at 3.37 USD an hour. A host is billed until it is *released*, whether anything runs on it or not.

# %%
running = {"Name": "instance-state-name", "Values": ["running"]}
left_over = [
    one["InstanceId"]
    for page in ec2.get_paginator("describe_instances").paginate(Filters=[running])
    for reservation in page["Reservations"]
    for one in reservation["Instances"]
]
if left_over:
    ec2.terminate_instances(InstanceIds=left_over)
print(len(left_over), "instances terminated")

# %% [markdown]
# ## To remember
#
# - On-Demand is billed by the second, 60 at least, only while the instance runs; the disk is billed always.
# - Machine, disk, public IPv4 address, load balancer and data out are five lines of a bill; data in is free.
# - A Reserved Instance is a discount on a type for 1 or 3 years, up to 72 %; a Convertible one may be exchanged, 66 %.
# - A Savings Plan promises dollars an hour: EC2 Instance up to 72 %, Compute up to 66 %, also for Fargate and Lambda.
# - Promise the base, not the peak: what a commitment does not use is lost.
# - Spot saves up to 90 % and gives two minutes' notice, in the metadata and as an event: save, stop, let others go on.
# - A Dedicated Host shows sockets and cores, for licences; a Dedicated Instance only keeps strangers off.
# - Only zonal RIs and Capacity Reservations reserve capacity; all else is a discount.

# %% [markdown] question="steady-and-changing"
# ### Question 1
#
# A company runs servers day and night and will do so for three years. In the next months it moves from EC2 to Fargate
# and to another Region. What lowers the bill most safely?
#
# - [ ] **A** Standard Reserved Instances for three years.
#   > The largest discount, but for one family in one Region; they do not follow to Fargate.
# - [ ] **B** An EC2 Instance Savings Plan for three years.
#   > Any size, but still one family in one Region, and EC2 only.
# - [x] **C** A Compute Savings Plan for three years.
#   > The promise is in dollars: it follows over families, Regions and to Fargate and Lambda.
# - [ ] **D** Spot Instances.
#   > Nothing says that this work may be interrupted.

# %% answer="steady-and-changing"
answer = "C"

# %% check="steady-and-changing" points=1
question("steady-and-changing", answer)

# %% [markdown] question="two-minutes"
# ### Question 2
#
# A fleet of Spot Instances renders films. A frame takes ten minutes, and now and then frames are lost. What helps most?
#
# - [ ] **A** Set a higher maximum price.
#   > The default is the On-Demand price already. Instances go because AWS needs the capacity.
# - [x] **B** Save every minute where the frame stands, and go on from there on another instance.
#   > The notice comes two minutes ahead; what was saved is kept. Shorter pieces of work help in the same way.
# - [ ] **C** Ask for a longer notice.
#   > There is none: it is two minutes, and not even that with hibernation.
# - [ ] **D** Buy a Savings Plan for the fleet.
#   > Savings Plans do not apply to Spot, and do not keep an instance.

# %% answer="two-minutes"
answer = "B"

# %% check="two-minutes" points=1
question("two-minutes", answer)

# %% [markdown] question="guaranteed-room"
# ### Question 3
#
# On the first day of sales, 40 instances must start in one Availability Zone at nine, whatever happens. Afterwards
# they are not needed. What makes sure that there is room?
#
# - [ ] **A** A regional Reserved Instance for a year.
#   > A discount for a year; a regional one reserves no capacity.
# - [ ] **B** A Compute Savings Plan.
#   > It is about money only.
# - [ ] **C** A Spot request from the evening before.
#   > Spot is the first to go when capacity is short.
# - [x] **D** An On-Demand Capacity Reservation in that zone, cancelled afterwards.
#   > It keeps the room from its start, at the On-Demand price, and needs no year-long promise.

# %% answer="guaranteed-room"
answer = "D"

# %% check="guaranteed-room" points=1
question("guaranteed-room", answer)

# %% [markdown] question="core-licence"
# ### Question 4
#
# A database licence counts physical cores, and the auditor wants to see on which server it ran. Which tenancy fits?
#
# - [ ] **A** Shared, with a note in a tag.
#   > You do not see the server, and it changes.
# - [ ] **B** Dedicated Instances.
#   > Nobody else is on the hardware, but you neither see its cores nor keep it after a stop and start.
# - [x] **C** A Dedicated Host, with the instances placed on it.
#   > Sockets and cores are visible, and an instance can be tied to its host.
# - [ ] **D** A larger instance of the same family.
#   > vCPUs are not physical cores, and the server stays unknown.

# %% answer="core-licence"
answer = "C"

# %% check="core-licence" points=1
question("core-licence", answer)

# %%
progress()
