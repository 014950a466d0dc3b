# ---
# jupyter:
#   course:
#     exam:
#     - '4.1'
#     - '4.2'
#     - '4.3'
#     minutes: 60
#     practises:
#       ask-well:
#       - monitoring.why
#       - cloudwatch.service-metrics
#       - cloudwatch.statistics-baseline
#       bill:
#       - cloudwatch.pricing
#       error-rate:
#       - cloudwatch.get-metric-data
#       - cloudwatch.capabilities
#       how-many:
#       - cloudwatch.metrics-namespaces
#       - cloudwatch.pricing
#       late-readings:
#       - cloudwatch.timestamps
#       - cloudwatch.custom-metrics
#       look-back:
#       - cloudwatch.metric-retention
#       - cloudwatch.detailed-monitoring
#       memory:
#       - cloudwatch.ec2-memory
#       sales:
#       - cloudwatch.custom-metrics
#       - cloudwatch.metrics-namespaces
#       unusual:
#       - cloudwatch.statistics-baseline
#       - monitoring.why
#     services:
#     - cloudwatch
#     - ec2
#     - iam
#     title: What is normal?
#     topics:
#     - monitoring.why
#     - monitoring.three-tools
#     - cloudwatch.capabilities
#     - cloudwatch.metrics-namespaces
#     - cloudwatch.service-metrics
#     - cloudwatch.statistics-baseline
#     - cloudwatch.detailed-monitoring
#     - cloudwatch.ec2-memory
#     - cloudwatch.custom-metrics
#     - cloudwatch.timestamps
#     - cloudwatch.metric-retention
#     - cloudwatch.get-metric-data
#     - cloudwatch.dashboards
#     - cloudwatch.pricing
# ---

# %% [markdown]
# # What is normal?
#
# Tern runs ferries between islands and sells its tickets on the web. On the first day of the holidays the shop was
# slow, and nobody at Tern could say how slow, since when, or whether it was ever otherwise. After this lesson you can
# read what AWS measures by itself, send what it cannot see, tell a bad hour from a usual one, and say what all of
# this costs. The service is **Amazon CloudWatch**.

# %% setup="start"
import datetime as dt
import json
import math
import statistics

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("10-monitoring/02-metrics")
lab.start()
cloudwatch = boto3.client("cloudwatch")
ec2 = boto3.client("ec2")
iam = boto3.client("iam")


def where(**values: str) -> list[dict[str, str]]:
    """Dimensions as CloudWatch takes them: where(Route="north") names one."""
    return [{"Name": name, "Value": value} for name, value in values.items()]


def hour_before(moment: dt.datetime, hours: float = 1) -> dict[str, dt.datetime]:
    """The span of time that ends at a moment, as the calls take it."""
    return {"StartTime": moment - dt.timedelta(hours=hours), "EndTime": moment}


Reading = tuple[dt.datetime, float]  # when, and what was read


def last_full(minutes: int = 1) -> dt.datetime:
    """The end of the last full minute, or of the last full five or sixty."""
    now = lab.clock.now()
    return now.replace(second=0, microsecond=0) - dt.timedelta(minutes=now.minute % minutes)


# %% [markdown]
# ## Outside and inside
#
# From the outside a passenger sees three things: the shop answers slowly, wrongly, or not at all. From the inside you
# want to see it *coming*: requests grow, processors fill up, a disk runs low. Who watches acts earlier, buys no more
# than needed, and notices an attack.
#
# CloudTrail tells who called, X-Ray which hop is slow. CloudWatch is where **numbers over time** live, of all services
# and of your own programs. From there they go on: to dashboards, to alarms, to actions such as one more server, and by
# API to whatever you use outside AWS. Numbers first; alarms have their own lesson.
#
# Services send metrics without being asked. The lab's servers do no work that could be measured, so `lab.measured`
# says what AWS would have seen. Here is a morning on one of Tern's servers.

# %%
server = {"InstanceId": "i-0e5a1c7d90b2f3846"}
morning = [22, 24, 23, 31, 38, 45, 52, 66, 71, 88, 93, 97]
lab.measured("AWS/EC2", "CPUUtilization", morning, server, every=300, unit="Percent")

found = cloudwatch.get_metric_statistics(
    Namespace="AWS/EC2",
    MetricName="CPUUtilization",
    Dimensions=where(**server),
    Period=1800,
    Statistics=["Average", "Minimum", "Maximum", "SampleCount"],
    **hour_before(last_full(5)),
)
for point in sorted(found["Datapoints"], key=lambda one: one["Timestamp"]):
    numbers = {name: round(point[name], 1) for name in ("Average", "Minimum", "Maximum")}
    print(f"{point['Timestamp']:%H:%M}", numbers, f"of {point['SampleCount']:.0f} points")

# %% [markdown]
# This call holds the words of the service:
#
# - a **metric** is a name in a **namespace** (`AWS/EC2`), with **dimensions** that say of what;
# - a **data point** is one measured value with its time;
# - a **period** is the length, in seconds, of the pieces into which time is cut;
# - a **statistic** makes one number of a period's points: `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a
#   percentile such as `p90`.
#
# A few metrics that every developer should know:
#
# | namespace | metrics | missing |
# |---|---|---|
# | `AWS/EC2` | `CPUUtilization`, `NetworkIn`, `NetworkOut`, `StatusCheckFailed` | memory, free disk space |
# | `AWS/ApplicationELB` | `RequestCount`, `TargetResponseTime`, `HTTPCode_Target_5XX_Count` | what the page showed |
# | `AWS/RDS` | `CPUUtilization`, `DatabaseConnections`, `FreeStorageSpace` | the text of slow queries |
# | `AWS/S3` | `BucketSizeBytes`, `NumberOfObjects` (once a day) | requests (switched on, paid) |
#
# ### Your turn: from a question to a number
#
# Choose for each question namespace and metric (from the table) and the statistic over one hour. The check measures a
# busy hour, asks CloudWatch as you said, and compares.
#
# <details><summary>Hint</summary>
#
# Counts add up. "Ever" asks for the highest or the lowest. Percentiles are written `p99`.
# </details>

# %% exercise="ask-well" repair=true
asks = {
    "How many requests came in this hour?": ("AWS/ApplicationELB", "RequestCount", None),
    "How many answers were errors of the shop's own servers?": (None, None, None),
    "Within what time were 99 of 100 requests answered?": (None, None, None),
    "Was a server ever near 100 %?": (None, None, None),
    "How little space was ever left on the database's disk?": (None, None, None),
    "How many connections had the database at its busiest moment?": (None, None, None),
}
### BEGIN SOLUTION
balancer, database = "AWS/ApplicationELB", "AWS/RDS"
chosen = [
    (balancer, "RequestCount", "Sum"),
    (balancer, "HTTPCode_Target_5XX_Count", "Sum"),
    (balancer, "TargetResponseTime", "p99"),
    ("AWS/EC2", "CPUUtilization", "Maximum"),
    (database, "FreeStorageSpace", "Minimum"),
    (database, "DatabaseConnections", "Maximum"),
]
asks = dict(zip(asks, chosen, strict=True))
### END SOLUTION

# %% check="ask-well" points=2
with check(
    "ask-well",
    needs="asks",
    right="The question chooses the statistic: counts are summed, edges are extremes.",
) as expect:
    expect(isinstance(asks, dict), "Keep `asks` a dictionary from the question to three words.")
    expect.not_tried(not any(isinstance(value, (tuple, list)) and None not in value for value in asks.values()))
    shop = {"Check": lab.unique_name("shop")}

    def busy_hour(slow: float, requests: int) -> dict[str, tuple[str, str, float, str]]:
        """Measure an hour; return for words of each question: namespace, metric, number and a hint."""
        until = last_full(5)
        cpu = [40 + minute % 7 for minute in range(59)] + [99]
        space = [9e9 - minute * 1e7 for minute in range(60)]
        connections = [20 + minute % 11 for minute in range(60)]
        times = [[0.1] * 190 + [slow] * 9 + [slow + 1] for _ in range(12)]
        lab.measured("AWS/EC2", "CPUUtilization", cpu, shop, until=until)
        lab.measured("AWS/RDS", "CPUUtilization", [12] * 60, shop, until=until)
        lab.measured("AWS/RDS", "FreeStorageSpace", space, shop, until=until)
        lab.measured("AWS/RDS", "DatabaseConnections", connections, shop, until=until)
        lab.measured("AWS/ApplicationELB", "RequestCount", [requests] * 60, shop, until=until)
        lab.measured(
            "AWS/ApplicationELB",
            "HTTPCode_Target_5XX_Count",
            [None, 3] * 30,
            shop,
            until=until,
        )
        lab.measured("AWS/ApplicationELB", "TargetResponseTime", times, shop, every=300, until=until)
        elb = "AWS/ApplicationELB"
        return {
            "How many requests": (
                elb,
                "RequestCount",
                60 * requests,
                "One point a minute holds that minute's count.",
            ),
            "errors of the shop": (
                elb,
                "HTTPCode_Target_5XX_Count",
                90.0,
                "Errors are counted: add them up.",
            ),
            "99 of 100": (
                elb,
                "TargetResponseTime",
                slow,
                "The slowest one in a hundred is left out.",
            ),
            "near 100": (
                "AWS/EC2",
                "CPUUtilization",
                99.0,
                "'Ever' asks for the highest value, not for the middle.",
            ),
            "How little space": (
                "AWS/RDS",
                "FreeStorageSpace",
                9e9 - 59e7,
                "Little space is the lowest value.",
            ),
            "connections": (
                "AWS/RDS",
                "DatabaseConnections",
                30.0,
                "The busiest moment has the highest value.",
            ),
        }

    def answered(namespace: str, metric: str, statistic: str) -> float | None:
        until = last_full(5)
        asked = {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": where(**shop),
            }
        }
        query = {"Id": "q", "MetricStat": {**asked, "Period": 3600, "Stat": statistic}}
        try:
            read = cloudwatch.get_metric_data(MetricDataQueries=[query], **hour_before(until))
        except Exception:
            return None
        return next(iter(read["MetricDataResults"][0]["Values"]), None)

    for words, (namespace, metric, number, hint) in busy_hour(2.5, 700).items():
        value = next((one for key, one in asks.items() if words in key), None)
        whole = isinstance(value, (tuple, list)) and len(value) == 3 and all(isinstance(one, str) for one in value)
        expect(
            whole,
            f"'... {words} ...': give three words, (namespace, metric, statistic), not {value!r}.",
        )
        expect(
            value[0] == namespace,
            f"'... {words} ...': which service measures this? Look at the table's namespaces.",
        )
        expect(
            value[1] == metric,
            f"'... {words} ...': {value[1]} answers another question. Look at the table.",
        )
        got = answered(*value)
        expect(
            got is not None,
            f"CloudWatch knows no statistic {value[2]!r} (case matters): Sum, Maximum, p90 ...",
        )
        expect(
            math.isclose(got, number, rel_tol=1e-3),
            f"'... {words} ...': {value[2]} makes {got:,.4g} of this hour; the answer is {number:,.4g}. {hint}",
        )
    ### BEGIN HIDDEN TESTS
    shop = {"Check": lab.unique_name("shop")}
    for words, (_, _, number, _) in busy_hour(4.0, 1234).items():
        value = next(one for key, one in asks.items() if words in key)
        expect.close(answered(*value), number, f"'... {words} ...' in another hour")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Your own numbers
#
# AWS cannot know how many tickets Tern sells. A program says so with **PutMetricData**, in a namespace of its own;
# `AWS/` is for AWS alone. The metric need not be created first.

# %%
cloudwatch.put_metric_data(
    Namespace="Tern/Shop",
    MetricData=[
        {
            "MetricName": "Tickets",
            "Value": 3,
            "Unit": "Count",
            "Dimensions": where(Route="north"),
        },
        {
            "MetricName": "Tickets",
            "Value": 5,
            "Unit": "Count",
            "Dimensions": where(Route="south"),
        },
    ],
)
for named in ({"Route": "north"}, {"Route": "south"}, {}):
    answer = cloudwatch.get_metric_statistics(
        Namespace="Tern/Shop",
        MetricName="Tickets",
        Dimensions=where(**named),
        Period=60,
        Statistics=["Sum"],
        StartTime=lab.clock.now() - dt.timedelta(minutes=5),
        EndTime=lab.clock.now() + dt.timedelta(minutes=1),
    )
    print(named or "no dimension", [point["Sum"] for point in answer["Datapoints"]])

# %% [markdown]
# Asked without a dimension, CloudWatch finds **nothing**: it does not add up the routes. Each set of namespace, name
# and dimensions is a metric of its own, and of custom metrics it knows only the sets that were sent. Whoever wants
# tickets by route *and* in total sends both. (Services do so themselves; and metric math can add later.)
#
# A metric may have up to 30 dimensions. That invites to a costly mistake: each *combination of values* is a metric,
# and custom metrics are billed by the metric.

# %%
price = facts.tiers("cloudwatch", "custom-metric")[0]
grown = {
    "4 routes": 4,
    "x 2 classes": 4 * 2,
    "x 6 boats": 4 * 2 * 6,
    "x 24 hours as a dimension": 4 * 2 * 6 * 24,
}
charts.bars(
    {name: count * price for name, count in grown.items()},
    texts={name: f"{count:,} metrics: {count * price:,.2f}" for name, count in grown.items()},
    headline="Each dimension multiplies the bill by the number of its values",
    unit="USD per month",
    sort=False,
    source=price,
)

# %% [markdown]
# > **Then and now.** Until August 2022 a metric could have 10 dimensions; older books say so.
#
# ### Your turn: predict the number of metrics
#
# How many metrics does each line make? Say it first. The check then publishes and counts with `list_metrics`.
#
# <details><summary>Hint</summary>
#
# A metric is one name with one set of dimension values. A second value for the same set is only one more data point.
# Time is not a dimension unless you make it one.
# </details>

# %% exercise="how-many" repair=true
prediction = {
    "Tickets by route (4), sold on 30 days": None,
    "Tickets by route (4) and class (2)": None,
    "the same, and also by route alone, and in total": None,
    "Tickets and Refunds, by route (4)": None,
    "Tickets by booking number, 250 bookings": None,
}
### BEGIN SOLUTION
prediction = dict(zip(prediction, [4, 8, 13, 8, 250], strict=True))
### END SOLUTION

# %% check="how-many" points=2
with check(
    "how-many",
    needs="prediction",
    right="Dimensions with few values answer questions; ids belong into logs.",
) as expect:
    expect(isinstance(prediction, dict), "`prediction` should be the dictionary of the task.")
    expect.not_tried(all(value is None for value in prediction.values()))
    routes, classes = ["north", "south", "east", "west"], ["first", "second"]
    by_route = [("Tickets", {"Route": route}) for route in routes]
    by_both = [("Tickets", {"Route": route, "Class": one}) for route in routes for one in classes]
    by_booking = [("Tickets", {"Booking": f"B{number}"}) for number in range(250)]

    def counted(sent: list[tuple[str, dict[str, str]]], days: int = 1) -> int:
        """Publish these on some days into a namespace of their own; count the metrics."""
        namespace = lab.unique_name("Check")
        for day in range(days):
            at = lab.clock.now() - dt.timedelta(hours=day)
            data = [
                {"MetricName": name, "Value": 1, "Timestamp": at, "Dimensions": where(**named)} for name, named in sent
            ]
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
        pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace)
        return sum(len(page["Metrics"]) for page in pages)

    measured = {
        "30 days": (counted(by_route, days=30), "More points over time are no more metrics."),
        "and class": (counted(by_both), "Every route with every class: multiply."),
        "in total": (
            counted([*by_both, *by_route, ("Tickets", {})]),
            "Three kinds of sets: route and class, route, none. Add them.",
        ),
        "Refunds": (
            counted([*by_route, *(("Refunds", named) for _, named in by_route)]),
            "Each name has its own.",
        ),
        "booking number": (
            counted(by_booking),
            "Each booking number is another value, so another metric.",
        ),
    }
    for words, (came, reason) in measured.items():
        said = next((value for key, value in prediction.items() if words in key), None)
        whole = isinstance(said, int) and not isinstance(said, bool)
        expect(whole, f"'... {words}': a whole number, please, not {said!r}.")
        expect(
            said == came,
            f"'... {words}': you said {said}, list_metrics counts another number. {reason}",
        )
    ### BEGIN HIDDEN TESTS
    expect(len(prediction) == len(measured), "Keep the five lines as they are.")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: ticket sales
#
# Each evening a program hands you the day's sales, each a dictionary like
# `{"at": moment, "route": "north", "class": "first", "tickets": 2}`. Write `report_sales(namespace, sales)` so that the
# metric `Tickets` (unit `Count`) can be read
#
# - in total (no dimension), by `Route`, and by `Route` with `Class`;
# - at the time of each sale, not at the time of the report.
#
# One call may carry 1,000 pieces of data, so a few hundred sales fit into **one** call; the check counts.
#
# <details><summary>Hint</summary>
#
# Three entries of `MetricData` for each sale, which differ only in `Dimensions`. `Timestamp` takes the moment as it is.
# </details>


# %% exercise="sales"
def report_sales(namespace: str, sales: list[dict]) -> None:
    """Publish the sales as the metric Tickets, in three kinds of dimensions."""
    ### BEGIN SOLUTION
    data = []
    for sale in sales:
        by_route = where(Route=sale["route"])
        for named in ([], by_route, [*by_route, *where(Class=sale["class"])]):
            one = {"MetricName": "Tickets", "Unit": "Count", "Dimensions": named}
            data.append({**one, "Timestamp": sale["at"], "Value": sale["tickets"]})
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    ### END SOLUTION


# %% check="sales" points=3
with check(
    "sales",
    needs="report_sales",
    right="CloudWatch adds up over time, never over dimensions; so both are sent.",
) as expect:

    def reported(sales: list[tuple[int, str, str, int]]) -> None:
        """Sales as (hours ago, route, class, tickets)."""
        namespace = lab.unique_name("Check")
        now = lab.clock.now().replace(minute=30, second=0, microsecond=0)
        given = [
            {
                "at": now - dt.timedelta(hours=hours),
                "route": route,
                "class": one,
                "tickets": tickets,
            }
            for hours, route, one, tickets in sales
        ]
        with lab.watching(most=20) as made:
            report_sales(namespace, given)
        calls = len(made.of("PutMetricData"))
        expect(calls > 0, "Nothing was published: call cloudwatch.put_metric_data.")
        expect(
            calls == 1,
            f"{len(sales)} sales took {calls} calls of PutMetricData; one can carry them all.",
        )
        listed = cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
        expect(
            listed != [],
            f"No metric is in the namespace {namespace!r} that the function was given.",
        )
        names = {one["MetricName"] for one in listed}
        expect(
            names == {"Tickets"},
            f"The metric's name is Tickets, not {', '.join(sorted(names))}.",
        )

        def total(hours: int | None = None, unit: str = "Count", **named: str) -> float:
            begin = now - dt.timedelta(hours=24 if hours is None else hours)
            answer = cloudwatch.get_metric_statistics(
                Namespace=namespace,
                MetricName="Tickets",
                Dimensions=where(**named),
                Period=3600 if hours is None else 60,
                Statistics=["Sum"],
                StartTime=begin,
                EndTime=begin + (dt.timedelta(hours=30) if hours is None else dt.timedelta(minutes=1)),
                Unit=unit,
            )
            return sum(point["Sum"] for point in answer["Datapoints"])

        expect(total(unit="None") == 0, "The data have no unit: Unit='Count'.")
        for _, route, one, _ in sales:
            by_both = sum(sale[3] for sale in sales if sale[1:3] == (route, one))
            by_route = sum(sale[3] for sale in sales if sale[1] == route)
            got = total(Route=route, Class=one)
            expect(
                got == by_both,
                f"Tickets by Route and Class: {got:g} for {route}, {one}; sold were {by_both}.",
            )
            got = total(Route=route)
            expect(
                got == by_route,
                f"Tickets by Route alone: {got:g} for {route}; sold were {by_route}. A set of dimensions is found "
                "only if it was sent just so.",
            )
        whole = sum(sale[3] for sale in sales)
        got = total()
        expect(got == whole, f"Tickets in total: {got:g} without a dimension; sold were {whole}.")
        for hours in {sale[0] for sale in sales}:
            then = sum(sale[3] for sale in sales if sale[0] == hours)
            got = total(hours)
            expect(
                got == then,
                f"{hours} hours before the report {then} tickets were sold, the metric shows {got:g} in that minute: "
                "give each its Timestamp.",
            )
        made_sets = {tuple(sorted((named["Name"], named["Value"]) for named in one["Dimensions"])) for one in listed}
        enough = 1 + len({(route, part) for _, route, one, _ in sales for part in ("", one)})
        expect(
            len(made_sets) == enough,
            f"{enough} metrics answer all that is asked, you made {len(made_sets)}; each one more is billed.",
        )

    reported(
        [
            (5, "north", "first", 2),
            (5, "north", "second", 7),
            (3, "south", "second", 4),
            (3, "north", "first", 1),
        ]
    )
    ### BEGIN HIDDEN TESTS
    reported([(hours % 9, "east" if hours % 2 else "west", "first", hours) for hours in range(1, 200)])
    ### END HIDDEN TESTS

# %% [markdown]
# ## What a server knows and AWS does not
#
# AWS sees an EC2 instance from the outside: processor, network, disk operations, status checks. **Memory** and free
# disk space are the business of the operating system inside, so no metric shows them, until a program on the instance
# sends them. Usually that is the **CloudWatch agent** (a later lesson): it sends `mem_used_percent` into the
# namespace `CWAgent`. Today we are the agent.
#
# A program on an instance needs a role. This one may publish into one namespace and do nothing else: PutMetricData
# knows no resources, so the namespace is a condition.


# %% setup="servers"
# AWS publishes the id of its newest Linux image as a parameter.
newest_linux = boto3.client("ssm").get_parameter(
    Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
)["Parameter"]["Value"]


def hired_server() -> str:
    """Start an instance whose role may publish into CWAgent; return its id."""
    name = lab.unique_name("tern-web")
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trusted]}),
    )
    may = {
        "Effect": "Allow",
        "Action": "cloudwatch:PutMetricData",
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "CWAgent"}},
    }
    iam.put_role_policy(
        RoleName=name,
        PolicyName="publish",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    started = ec2.run_instances(
        ImageId=newest_linux,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": name},
    )["Instances"][0]
    ec2.get_waiter("instance_running").wait(InstanceIds=[started["InstanceId"]])
    return started["InstanceId"]


# %%
web = hired_server()
with lab.enforce_iam(), lab.on_instance(web):
    print("I am ", lab.read_metadata("meta-data/instance-id"))
    print("I act as", boto3.client("sts").get_caller_identity()["Arn"].rpartition(":")[2])

# %% [markdown]
# Inside `lab.on_instance` code runs as on that server: its metadata service answers, and a client that is made *there*
# signs with the instance's role.
#
# ### Your turn: report the memory
#
# Linux tells `MemTotal` and `MemAvailable` in kilobytes. Write `report_memory(total, available)` as it would run on a
# server: it publishes the share of memory in **use**, in percent, as `mem_used_percent` in `CWAgent`, with the unit
# `Percent` and the dimension `InstanceId`. The instance finds out its own id, and acts with its own role.
#
# <details><summary>Hint</summary>
#
# The cell above reads the id. Make the client inside the function: one that was made outside signs with somebody
# else's key.
# </details>


# %% exercise="memory"
def report_memory(total: int, available: int) -> None:
    """Publish the memory in use of the instance that runs this."""
    ### BEGIN SOLUTION
    here = lab.read_metadata("meta-data/instance-id")
    used = 100 * (total - available) / total
    one = {"MetricName": "mem_used_percent", "Value": used, "Unit": "Percent"}
    boto3.client("cloudwatch").put_metric_data(
        Namespace="CWAgent",
        MetricData=[{**one, "Dimensions": where(InstanceId=here)}],
    )
    ### END SOLUTION


# %% check="memory" points=2
with check(
    "memory",
    needs="report_memory",
    right="Small role, own id: the same code runs on every server.",
) as expect:

    def runs_on(servers: list[tuple[int, int, float]]) -> None:
        for total, available, used in servers:
            machine = hired_server()
            with lab.watching() as made, lab.enforce_iam(), lab.on_instance(machine):
                report_memory(total, available)
            sent = made.of("PutMetricData")
            expect(len(sent) > 0, "Nothing was published.")
            expect(
                all(machine in call.principal for call in sent),
                f"The call was signed by {sent[0].principal}, not by the instance's role. Make the client inside the "
                "function.",
            )
            known = cloudwatch.list_metrics(Namespace="CWAgent", MetricName="mem_used_percent")["Metrics"]
            sets = [{one["Name"]: one["Value"] for one in metric["Dimensions"]} for metric in known]
            expect(
                {"InstanceId": machine} in sets,
                f"No mem_used_percent of {machine} alone; there are {sets[-2:]}.",
            )
            (point,) = cloudwatch.get_metric_statistics(
                Namespace="CWAgent",
                MetricName="mem_used_percent",
                Dimensions=where(InstanceId=machine),
                Period=300,
                Statistics=["Average"],
                StartTime=lab.clock.now() - dt.timedelta(minutes=5),
                EndTime=lab.clock.now() + dt.timedelta(minutes=1),
            )["Datapoints"]
            got = point["Average"]
            expect(
                not math.isclose(got, 100 - used),
                f"{got:.3g} % is the memory that is free; asked is the used one.",
            )
            expect(
                not math.isclose(got * 100, used),
                f"{got:.3g} is a share of one; percent are a hundred times that.",
            )
            expect.close(got, used, f"{available:,} of {total:,} KB available; percent in use", within=1e-4)
            expect.equal(point["Unit"], "Percent", "The unit")

    runs_on([(8_000_000, 2_000_000, 75.0), (4_000_000, 3_590_000, 10.25)])
    ### BEGIN HIDDEN TESTS
    runs_on([(16_000_000, 950_000, 94.0625)])
    ### END HIDDEN TESTS

# %% [markdown]
# ## How often AWS looks
#
# EC2 sends its metrics every **5 minutes** for free. With **detailed monitoring** it sends them every minute, and
# bills seven metrics of each instance. What do you get for it? Below two servers become busy in the same minute. The
# alarm on each asks for two periods in a row above 80 %.

# %%
ec2.monitor_instances(InstanceIds=[web])
begin = last_full() + dt.timedelta(minutes=10)
lab.clock.advance(seconds=(begin - lab.clock.now()).total_seconds() + 1)
begin += dt.timedelta(minutes=(-begin.minute) % 5 + 1)  # busy from minute 1 of a span of five
rang = {}
for kind, every in (("basic, 5 min", 300), ("detailed, 1 min", 60)):
    of = {"InstanceId": lab.unique_name("i-busy")}

    def load(at: dt.datetime, every: int = every) -> float:
        """The mean over the period: 20 % until the rush, then 95 %."""
        busy = (at + dt.timedelta(seconds=every) - max(at, begin)).total_seconds()
        return 20 + 75 * min(max(busy, 0), every) / every

    rush_ends = begin + dt.timedelta(hours=1)
    lab.measured("AWS/EC2", "CPUUtilization", load, of, every=every, until=rush_ends)
    rang[kind] = lab.unique_name("busy")
    cloudwatch.put_metric_alarm(
        AlarmName=rang[kind],
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=where(**of),
        Statistic="Average",
        Period=every,
        EvaluationPeriods=2,
        Threshold=80,
        ComparisonOperator="GreaterThanThreshold",
    )
lab.clock.advance(minutes=25)
waits = {}
for kind, name in rang.items():
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    waits[kind] = round((alarm["StateUpdatedTimestamp"] - begin).total_seconds() / 60)
soon, late = min(waits.values()), max(waits.values())
charts.bars(
    waits,
    headline=f"Detailed monitoring rings after {soon} minutes, basic after {late}",
    unit="minutes",
    label="from the rush to the alarm (two periods above 80 %)",
    source="measured in the lab",
)

# %% [markdown]
# Basic monitoring had bad luck: the rush began within a span of five minutes, and the mean of that span is only 80 %.
# A fleet that grows by alarm waits that long, too. (Other services send every minute without asking, for free.)
#
# Your own metrics may be finer still: `StorageResolution=1` keeps them by the second (**high resolution**; the default
# is 60). For ten seconds the checkout stood still; the same data points, read in four periods:

# %%
spike_end = last_full() - dt.timedelta(minutes=1)
first = spike_end - dt.timedelta(seconds=300)
waited = [9.0 if 125 <= second < 135 else 0.4 for second in range(300)]
cloudwatch.put_metric_data(
    Namespace="Tern/Shop",
    MetricData=[
        {
            "MetricName": "CheckoutSeconds",
            "Value": value,
            "Unit": "Seconds",
            "StorageResolution": 1,
            "Timestamp": first + dt.timedelta(seconds=second),
        }
        for second, value in enumerate(waited)
    ],
)
seen = {}
for period in (1, 10, 60, 300):
    points = cloudwatch.get_metric_statistics(
        Namespace="Tern/Shop",
        MetricName="CheckoutSeconds",
        Period=period,
        Statistics=["Average"],
        StartTime=first,
        EndTime=spike_end,
    )["Datapoints"]
    points = sorted(points, key=lambda one: one["Timestamp"])
    seconds = [(one["Timestamp"] - first).total_seconds() for one in points]
    values = [one["Average"] for one in points]
    seen[f"{period} s"] = ([*seconds, 300], [*values, values[-1]])
charts.multiples(
    seen,
    step=True,
    fill=True,
    x_unit="seconds",
    y_unit="seconds",
    y_label="average wait at the checkout",
    columns=4,
    headline="An average over minutes hides ten bad seconds",
    source="measured in the lab",
)

# %% [markdown]
# The `Maximum` of the long period would have shown it, and so would `p99`. Data points of a second can be read in
# periods of 1, 5, 10, 20, 30 seconds, or of whole minutes. They cost more calls; so pack them: a call carries up to
# 1,000 metrics with 150 `Values` each, 1 MB in all. Calls that are throttled boto3 repeats, with growing pauses.
#
# ## What time it is
#
# CloudWatch takes the time of a data point from you: up to **two weeks** back and **two hours** ahead of now. One
# point outside that range has the *whole* call refused. (A clock that runs wrong is a common reason why "no data
# arrive". Points older than a day may need two days to appear.)

# %%
for days in (13.9, 14.1):
    at = lab.clock.now() - dt.timedelta(days=days)
    fresh = {"MetricName": "Ping", "Value": 1}
    try:
        old = {**fresh, "Timestamp": at}
        cloudwatch.put_metric_data(Namespace="Tern/Shop", MetricData=[fresh, old])
        print(days, "days: both points are in")
    except ClientError as error:
        print(days, "days:", error.response["Error"]["Message"])

# %% [markdown]
# ### Your turn: mend the late report
#
# Passengers are counted by devices on board. A device without a network keeps its readings, pairs of a moment and a
# number, and hands them in at the next port. Since May the report has lost whole boats. Mend `send_late`:
#
# - every reading that CloudWatch can take arrives in the metric `Passengers` (no dimension), at its own time;
# - the others are returned, in their order;
# - a call carries at most 1,000 pieces of data, and the function needs no more calls than that makes necessary;
# - an error that CloudWatch reports is not swallowed.
#
# <details><summary>Hint</summary>
#
# Sort the readings before you send: two lists. Then go through the good ones in slices of 1,000
# (`range(0, len(good), 1000)`). Compare with `lab.clock.now()`.
# </details>


# %% exercise="late-readings" repair=true
def send_late(namespace: str, readings: list[Reading]) -> list[Reading]:
    """Publish the readings; return those that CloudWatch would not take."""
    data = [{"MetricName": "Passengers", "Value": value} for _, value in readings]
    try:
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    except Exception:
        return readings
    return []


### BEGIN SOLUTION
def send_late(namespace: str, readings: list[Reading]) -> list[Reading]:
    """Publish the readings; return those that CloudWatch would not take."""
    now = lab.clock.now()
    oldest, newest = now - dt.timedelta(days=14), now + dt.timedelta(hours=2)
    good = [reading for reading in readings if oldest < reading[0] < newest]
    for begin in range(0, len(good), 1000):
        data = [
            {"MetricName": "Passengers", "Timestamp": at, "Value": value} for at, value in good[begin : begin + 1000]
        ]
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    return [reading for reading in readings if reading not in good]


### END SOLUTION


# %% check="late-readings" points=3
with check(
    "late-readings",
    needs="send_late",
    right="One bad point no longer takes a thousand good ones with it.",
) as expect:

    def handed_in(count: int, odd: dict[int, float]) -> None:
        """Readings of the last hours, one every five minutes; `odd` has other ages, in hours, by their place."""
        namespace = lab.unique_name("Check")
        now = lab.clock.now()
        ages = [odd.get(place, (place % 250) / 12) for place in range(count)]
        readings = [(now - dt.timedelta(hours=age), float(place + 1)) for place, age in enumerate(ages)]
        bad = [one for one, age in zip(readings, ages, strict=True) if not -2 < age < 14 * 24]
        with lab.watching(most=50) as made:
            returned = send_late(namespace, list(readings))
        refused = [call for call in made.of("PutMetricData") if not call.ok]
        expect(
            not refused,
            f"CloudWatch refused a call for {count:,} readings ({refused[0].outcome if refused else ''}), and with it "
            "every point of that call. Sort out what is too old or too far ahead first, and send 1,000 at most.",
        )
        expect(
            isinstance(returned, list) and len(returned) == len(bad),
            f"{len(bad)} of {count:,} readings are outside the range of times, you returned "
            f"{len(returned) if isinstance(returned, list) else repr(returned)}.",
        )
        expect(
            list(returned) == bad,
            "Return the readings that were left out, as they came and in their order.",
        )
        calls = len(made.of("PutMetricData"))
        needed = math.ceil((count - len(bad)) / 1000)
        expect(
            calls <= needed,
            f"{count - len(bad):,} readings took {calls} calls; {needed} can carry them.",
        )
        answer = cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName="Passengers",
            Period=60,
            Statistics=["Sum"],
            StartTime=now - dt.timedelta(hours=21),
            EndTime=now + dt.timedelta(hours=2),
        )
        got = {point["Timestamp"]: point["Sum"] for point in answer["Datapoints"]}
        whole = sum(value for (_, value), age in zip(readings, ages, strict=True) if -2 < age < 21)
        expect(
            sum(got.values()) == whole,
            f"The metric holds {sum(got.values()):g} passengers, it should be {whole:g}.",
        )
        minutes = {at.replace(second=0, microsecond=0) for at, age in readings_with(readings, ages)}
        expect(
            set(got) == minutes,
            "The numbers are there, but not at the times they were read: Timestamp.",
        )

    def readings_with(readings: list, ages: list[float]) -> list:
        return [(at, age) for (at, _), age in zip(readings, ages, strict=True) if -2 < age < 21]

    handed_in(20, {})
    handed_in(20, {3: 14.5 * 24, 5: 13.5 * 24, 7: -3, 9: -1})
    handed_in(1500, {1: 400})
    with expect.refused("InvalidParameterValue", "CloudWatch refused a call, and the caller never heard of it."):
        send_late("AWS/Boats", [(lab.clock.now(), 1.0)])  # a namespace that only AWS may use
    ### BEGIN HIDDEN TESTS
    handed_in(2001, {0: 13.9 * 24, 5: 14.1 * 24, 1200: -0.5, 1300: -2.5})
    handed_in(1000, {})
    ### END HIDDEN TESTS

# %% [markdown]
# ## What is left of old data
#
# Nothing is deleted by you; data points **roll up**. The older they are, the longer the periods that are left.

# %%
rows = [("under-60s", 1), ("60s", 60), ("300s", 300), ("3600s", 3600)]
kept = {}
for name, period in rows:
    limit = facts.limit("cloudwatch", f"retention-{name}")
    kept[period] = limit / 24 if limit.unit == "hours" else float(limit)
    print(f"periods of {period:>4} s can be read for {limit:>3} {limit.unit}")
charts.steps(
    {"finest period": ([0.04, *list(kept.values())[:-1]], list(kept))},
    until=kept[3600],
    x_unit="days",
    x_label="age of the data",
    y_unit="seconds",
    log_y=True,
    headline="After 15 days the minute is gone, after 63 days all but the hour",
    source=facts.limit("cloudwatch", "retention-60s"),
)

# %% [markdown]
# GetMetricStatistics has one more limit: at most 1,440 data points in an answer, a day of minutes. So a span of time
# has two edges: is the period *still kept*, and are the points *few enough*?
#
# ### Your turn: look back
#
# Write `look_back(balancer, begin, end)`: how many requests did this balancer get between the two moments? Read
# `RequestCount` with one call, in the **finest** of the periods 60, 300, 3600 and 86400 seconds that fits both edges.
# Return the period and the sum. `balancer` is the value of the dimension `LoadBalancer`.
#
# <details><summary>Hint</summary>
#
# The age counts from now to `begin`, the oldest point. A period longer than an hour lives as long as the hour. Go
# through the four periods and stop at the first that fits.
# </details>


# %% exercise="look-back"
def look_back(balancer: str, begin: dt.datetime, end: dt.datetime) -> tuple[int, float]:
    """Return the period used and the number of requests."""
    ### BEGIN SOLUTION
    age = (lab.clock.now() - begin).total_seconds() / 86_400
    lives = {60: 15, 300: 63, 3600: 455, 86_400: 455}
    span = (end - begin).total_seconds()
    period = next(one for one, days in lives.items() if age <= days and span / one <= 1440)
    answer = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        StartTime=begin,
        EndTime=end,
        Period=period,
        Statistics=["Sum"],
    )
    return period, sum(point["Sum"] for point in answer["Datapoints"])
    ### END SOLUTION


# %% check="look-back" points=3
with check(
    "look-back",
    needs="look_back",
    right="First the age, then the number of points: the same holds for every graph.",
) as expect:

    def asked_for(days_ago: float, days: float, period: int, why: str) -> None:
        balancer = lab.unique_name("app/check")
        midnight = lab.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        begin = midnight - dt.timedelta(days=days_ago)
        end = begin + dt.timedelta(days=days)
        every = 60 if days <= 1 else 3600
        counts = [number % 5 + 1 for number in range(round(days * 86_400 / every))]
        lab.measured(
            "AWS/ApplicationELB",
            "RequestCount",
            counts,
            {"LoadBalancer": balancer},
            every=every,
            since=begin,
        )
        with lab.watching(most=20) as made:
            returned = look_back(balancer, begin, end)
        span = f"{days:g} days, {days_ago:g} days ago" if days >= 1 else f"{days * 24:g} hours, {days_ago:g} days ago"
        expect(
            isinstance(returned, (tuple, list)) and len(returned) == 2,
            f"Return two things, the period and the sum, not {returned!r}.",
        )
        expect(
            returned[0] in (60, 300, 3600, 86_400),
            f"{returned[0]!r} is none of the four periods.",
        )
        finer = returned[0] < period
        what = "does not fit" if finer else "fits, but a finer one does, too"
        expect(returned[0] == period, f"{span}: a period of {returned[0]} s {what}. {why}")
        expect(
            returned[1] == sum(counts),
            f"{span}: {returned[1]:,.0f} requests; there were {sum(counts):,}.",
        )
        calls = made.of("GetMetricStatistics", "GetMetricData")
        expect(len(calls) == 1, f"{span}: {len(calls)} calls read metrics; one is enough.")

    asked_for(2, 0.5, 60, "Half a day has 720 minutes, and minutes are kept for 15 days.")
    asked_for(2, 2, 300, "Two days have 2,880 minutes; 1,440 points are the most.")
    asked_for(8, 1, 60, "A day of minutes is exactly 1,440 points.")
    asked_for(20, 0.5, 300, "Minutes are gone after 15 days, spans of five minutes after 63.")
    asked_for(15, 1, 300, "The first minute of that day is more than 15 days old.")
    asked_for(80, 1, 3600, "After 63 days hours are what is left.")
    asked_for(90, 80, 86_400, "80 days have 1,920 hours.")
    ### BEGIN HIDDEN TESTS
    asked_for(14, 1, 60, "A day of minutes is exactly 1,440 points, and is kept 15 days.")
    asked_for(10, 5, 300, "Five days are 1,440 spans of five minutes.")
    asked_for(40, 20, 3600, "20 days have 5,760 spans of five minutes.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The usual and the unusual
#
# "4,000 requests in an hour" says nothing until you know what is usual **at that hour**. Such a **baseline** comes from
# the metric's own past. CloudWatch can keep one for you, called *anomaly detection*; on AWS it learns hours and days
# of the week. `ANOMALY_DETECTION_BAND(m, 2)` gives an upper and a lower edge, two standard deviations around what is
# expected. Here with a week of half hours; on the last evening something happened.

# %%
balancer = {"LoadBalancer": lab.unique_name("app/tern")}
now = last_full(60)
history = [20 + (7 * number) % 11 for number in range(7 * 48)]
history[-9:-5] = [58, 71, 63, 44]
lab.measured("AWS/ApplicationELB", "RequestCount", history, balancer, every=1800, until=now)
metric = {
    "Namespace": "AWS/ApplicationELB",
    "MetricName": "RequestCount",
    "Dimensions": where(**balancer),
}
cloudwatch.put_anomaly_detector(SingleMetricAnomalyDetector={**metric, "Stat": "Sum"})
read = cloudwatch.get_metric_data(
    MetricDataQueries=[
        {"Id": "m", "MetricStat": {"Metric": metric, "Period": 1800, "Stat": "Sum"}},
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 2)"},
    ],
    ScanBy="TimestampAscending",
    **hour_before(now, 24),
)["MetricDataResults"]
requests, upper, lower = (one["Values"] for one in read)
hours = [number / 2 for number in range(len(requests))]
outside = [h for h, v, top in zip(hours, requests, upper, strict=True) if v > top]
charts.over_time(
    {"requests": requests, "upper edge": upper, "lower edge": lower},
    x=hours,
    x_unit="hours",
    y_label="requests in half an hour",
    highlight=["requests"],
    events={"leaves the band": outside[0]},
    headline=f"{len(outside)} half hours lie outside the band that the past draws",
    source="measured in the lab",
)

# %% [markdown]
# > **Lab and AWS.** The lab's band is the mean of up to two weeks before, give or take standard deviations; it learns
# > no hours. AWS's model does, and an alarm on a band costs as much as three.
#
# ### Your turn: a baseline by the hour
#
# Write `unusual(balancer, now)` for the 24 hours before `now` (a full hour). Compare each hour's sum of `RequestCount`
# with the **same hour of the seven days before**: with their mean, and their standard deviation
# (`statistics.pstdev`). Return the beginnings of all hours that are more than **three** standard deviations away, up
# or down, in the order of time. An hour without any data counts as 0 requests: silence is news, too.
#
# <details><summary>Hint</summary>
#
# Eight days of hours are 192 points: one call with `Period=3600`. Make a dictionary from the moment to the sum, and ask
# it with `.get(moment, 0)`. The same hour of three days ago is `moment - dt.timedelta(days=3)`.
# </details>


# %% exercise="unusual"
def unusual(balancer: str, now: dt.datetime) -> list[dt.datetime]:
    """The hours of the last day that differ from the same hours of the week before."""
    ### BEGIN SOLUTION
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        Period=3600,
        Statistics=["Sum"],
        **hour_before(now, 8 * 24),
    )["Datapoints"]
    sums = {point["Timestamp"]: point["Sum"] for point in points}
    found = []
    for hours in range(24, 0, -1):
        at = now - dt.timedelta(hours=hours)
        before = [sums.get(at - dt.timedelta(days=days), 0) for days in range(1, 8)]
        distance = abs(sums.get(at, 0) - statistics.mean(before))
        if distance > 3 * statistics.pstdev(before):
            found.append(at)
    return found
    ### END SOLUTION


# %% check="unusual" points=3
with check(
    "unusual",
    needs="unusual",
    right="Noon is busy every day; a baseline knows that, a fixed threshold does not.",
) as expect:

    def eight_days(
        odd: dict[int, float | None],
        what: str,
        far: dict[int, float] | None = None,
        again: dict[int, float | None] | None = None,
    ) -> None:
        """Busy days and quiet nights, and some hours of the last day that differ.

        `odd` tells by what factor (None: no data), `far` by how many standard deviations; `again` is a factor of
        the last day that was the same a week ago.
        """
        balancer = lab.unique_name("app/check")
        now = last_full(60)
        counts: list = []
        for day in range(8):
            for hour in range(24):
                usual = 1000 if hour < 8 else 9000 if hour < 16 else 4000
                counts.append(usual + (day * 37 + hour * 11) % 90)
        for hour, times in odd.items():
            counts[7 * 24 + hour] = None if times is None else round(counts[7 * 24 + hour] * times)
        for hour, times in (again or {}).items():
            for place in (hour, 7 * 24 + hour):
                counts[place] = None if times is None else round(counts[place] * times)
        for hour, away in (far or {}).items():
            past = counts[hour : 7 * 24 : 24]
            counts[7 * 24 + hour] = round(statistics.fmean(past) + away * statistics.pstdev(past))
        lab.measured(
            "AWS/ApplicationELB",
            "RequestCount",
            counts,
            {"LoadBalancer": balancer},
            every=3600,
            until=now,
        )
        returned = unusual(balancer, now)
        expect(isinstance(returned, list), f"Return a list of moments, not {returned!r}.")
        differ = sorted([*odd, *(hour for hour, away in (far or {}).items() if abs(away) > 3)])
        wanted = [now - dt.timedelta(hours=24 - hour) for hour in differ]
        extra = [one for one in returned if one not in wanted]
        missed = [one for one in wanted if one not in returned]
        expect(
            not extra,
            f"{what}: {len(extra)} usual hours were reported, too. Compare with the same hour of the seven days "
            "before (all seven, without the day itself, no data as 0), and return the hours' beginnings.",
        )
        silent = "Hours without a data point must count as 0. " if None in odd.values() else ""
        expect(
            not missed,
            f"{what}: {len(missed)} of {len(wanted)} unusual hours are not in your list. {silent}Look up and down.",
        )
        expect(returned == wanted, f"{what}: return the hours in the order of time.")

    eight_days({}, "A day like all others")
    eight_days({10: 1.3}, "30 % more at a busy hour")
    eight_days({3: 2.5, 20: 0.7}, "A rush at night, a third less in the evening")
    eight_days({5: None}, "No data at all for one hour")
    eight_days({}, "Hours 2.6 and 3.2 standard deviations away", far={4: 2.6, 12: -2.6, 9: 3.2, 18: -3.2})
    eight_days({}, "A double and a silent hour, both as a week ago", again={11: 2, 21: None})
    ### BEGIN HIDDEN TESTS
    eight_days({0: 0.5, 23: 1.5}, "The first hour and the last")
    eight_days({8: None, 9: None, 15: 1.4, 2: 5}, "A morning without data")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Several metrics in one question
#
# **GetMetricData** takes up to 500 queries in one call, and its answer goes on over pages. A query is a metric with a
# statistic, or an **expression** over others: metric math. Or it is a question in a language like SQL, *Metrics
# Insights*, which finds metrics you have not named. Which of the servers is busiest?

# %%
for number, load in enumerate((35, 95, 48)):
    wave = [load + 4 * math.sin(minute / (6 + number)) for minute in range(60)]
    lab.measured("AWS/EC2", "CPUUtilization", wave, {"InstanceId": f"i-web{number}"})
answer = cloudwatch.get_metric_data(
    MetricDataQueries=[
        {
            "Id": "busiest",
            "Expression": (
                'SELECT MAX(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) '
                "GROUP BY InstanceId ORDER BY MAX() DESC LIMIT 1"
            ),
            "Period": 300,
        }
    ],
    **hour_before(last_full()),
)
for one in answer["MetricDataResults"]:
    print(one["Label"], f"{max(one['Values']):.0f} %")

# %% [markdown]
# GetMetricData bills each metric it is asked for, GetMetricStatistics the call alone; the free million of calls a month
# holds for the second only.
#
# Twenty errors are many at night and few at noon. What counts is their **share**: errors per hundred requests. Here
# both series come in one call, read page by page, and Python divides.

# %%
busy = {"LoadBalancer": lab.unique_name("app/tern")}
hours = [number / 12 for number in range(288)]
came = [1350 - 1050 * math.cos(hour / 12 * math.pi) for hour in hours]
part = [0.05 if 1 <= hour < 2 else 0.01 for hour in hours]
failed = [round(all_ * bad) for all_, bad in zip(came, part, strict=True)]
lab.measured("AWS/ApplicationELB", "RequestCount", came, busy, every=300)
lab.measured("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", failed, busy, every=300)
queries = []
for query, name in (("all", "RequestCount"), ("bad", "HTTPCode_Target_5XX_Count")):
    of_it = {
        "Namespace": "AWS/ApplicationELB",
        "MetricName": name,
        "Dimensions": where(**busy),
    }
    summed_up = {"Metric": of_it, "Period": 300, "Stat": "Sum"}
    queries.append({"Id": query, "MetricStat": summed_up})
pages = cloudwatch.get_paginator("get_metric_data").paginate(
    MetricDataQueries=queries,
    ScanBy="TimestampAscending",
    **hour_before(last_full(5), 24),
)
read = {"all": [], "bad": []}
for page in pages:
    for one in page["MetricDataResults"]:
        read[one["Id"]] += one["Values"]
share = [100 * bad / all_ for bad, all_ in zip(read["bad"], read["all"], strict=True)]
charts.over_time(
    {"errors in 5 minutes": read["bad"], "errors per 100 requests": share},
    x=hours,
    x_unit="hours",
    highlight=["errors per 100 requests"],
    events={"a bad release": 1, "taken back": 2},
    headline="The count is highest at noon; the share shows the bad release at night",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: the share of errors
#
# Write `error_rate(balancer, period)`: it returns the **queries**, a list for `MetricDataQueries`, of the share of
# `HTTPCode_Target_5XX_Count` in `RequestCount`, in percent. Alarms and dashboards take the same list.
#
# - Exactly one query returns data, and CloudWatch does the division.
# - Periods without an error have no data point in the metric of the errors; they count as 0 %.
# - Periods without any request have no share at all: no point.
#
# <details><summary>Hint</summary>
#
# Two queries with `MetricStat` and `"ReturnData": False`, one with an `Expression` over their ids. `FILL(errors, 0)`
# fills the gaps of a series. Ids begin with a small letter.
# </details>


# %% exercise="error-rate"
def error_rate(balancer: str, period: int) -> list[dict]:
    """The queries of the share of errors, in percent."""

    ### BEGIN SOLUTION
    def summed(query: str, name: str) -> dict:
        metric = {
            "Namespace": "AWS/ApplicationELB",
            "MetricName": name,
            "Dimensions": where(LoadBalancer=balancer),
        }
        stat = {"Metric": metric, "Period": period, "Stat": "Sum"}
        return {"Id": query, "MetricStat": stat, "ReturnData": False}

    return [
        summed("errors", "HTTPCode_Target_5XX_Count"),
        summed("requests", "RequestCount"),
        {"Id": "rate", "Expression": "100 * FILL(errors, 0) / requests"},
    ]
    ### END SOLUTION


# %% check="error-rate" points=3
with check(
    "error-rate",
    needs="error_rate",
    right="One list of queries serves a script, a dashboard and an alarm.",
) as expect:

    def shared(came: list, failed: list, period: int, wanted: list[float], what: str) -> None:
        balancer = lab.unique_name("app/check")
        until = last_full(60)
        named = {"LoadBalancer": balancer}
        lab.measured("AWS/ApplicationELB", "RequestCount", came, named, until=until)
        if any(failed):
            lab.measured("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", failed, named, until=until)
        queries = error_rate(balancer, period)
        expect(
            isinstance(queries, list) and all(isinstance(one, dict) for one in queries),
            f"Return the list of queries, not {type(queries).__name__}.",
        )
        returning = [one for one in queries if one.get("ReturnData", True)]
        expect(
            len(returning) == 1,
            f"{len(returning)} of your queries return data. Say 'ReturnData': False for what only feeds the others.",
        )
        expect(
            "Expression" in returning[0],
            "The query that returns data should be an Expression: CloudWatch divides.",
        )
        results = cloudwatch.get_metric_data(
            MetricDataQueries=queries,
            ScanBy="TimestampAscending",
            **hour_before(until, len(came) / 60),
        )["MetricDataResults"]
        got = results[0]["Values"]
        expect(
            len(got) == len(wanted),
            f"{what}: {len(got)} points came back, it should be {len(wanted)}. Where are periods without an error, "
            "and where those without a request?",
        )
        for place, (one, right) in enumerate(zip(got, wanted, strict=True)):
            near = math.isclose(one, right, abs_tol=1e-9, rel_tol=1e-6)
            expect(
                near,
                f"{what}: point {place + 1} is {one:.4g}, it should be {right:.4g} percent.",
            )

    shared([200] * 4, [10, 20, 2, 4], 60, [5.0, 10.0, 1.0, 2.0], "Four minutes with errors")
    shared(
        [200] * 6,
        [None, 10, None, None, 50, None],
        60,
        [0, 5.0, 0, 0, 25.0, 0],
        "Minutes without errors",
    )
    shared(
        [200, None, 100, 100],
        [10, None, None, 1],
        60,
        [5.0, 0, 1.0],
        "A minute without a request",
    )
    shared([100] * 10, [1, None, None, None, 4] * 2, 300, [1.0, 1.0], "Periods of five minutes")
    ### BEGIN HIDDEN TESTS
    shared([50, 100, 150, 200], [5, None, 15, 200], 60, [10.0, 0, 10.0, 100.0], "Other minutes")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A page for the team
#
# A **dashboard** is a page of graphs. Its body is JSON: a list of *widgets*, each with its place on a grid 24 units
# wide and `properties` that say what it shows. Dashboards belong to no Region; each widget names its own, so one page
# shows Ireland and Virginia side by side.


# %%
def graph(title: str, region: str, x: int, *metrics: list) -> dict:
    """A widget with a line for each metric, half the page wide."""
    shows = {
        "title": title,
        "region": region,
        "view": "timeSeries",
        "stat": "Average",
        "period": 300,
    }
    place = {"type": "metric", "x": x, "y": 0, "width": 12, "height": 6}
    return {**place, "properties": {**shows, "metrics": list(metrics)}}


tickets = ["Tern/Shop", "Tickets", "Route", "north", {"stat": "Sum"}]
widgets = [
    graph(
        "Servers",
        "us-east-1",
        0,
        *(["AWS/EC2", "CPUUtilization", "InstanceId", f"i-web{n}"] for n in range(3)),
    ),
    graph("Tickets", "eu-west-1", 12, tickets),
]
cloudwatch.put_dashboard(DashboardName="tern", DashboardBody=json.dumps({"widgets": widgets}))
try:
    broken = {"widgets": [{"type": "metric", "properties": {"metrics": []}}]}
    cloudwatch.put_dashboard(DashboardName="broken", DashboardBody=json.dumps(broken))
except cloudwatch.exceptions.DashboardInvalidInputError as error:
    print(error)
body = json.loads(cloudwatch.get_dashboard(DashboardName="tern")["DashboardBody"])
print([widget["properties"]["title"] for widget in body["widgets"]])

# %% [markdown]
# A line of `metrics` is a list: namespace, name, then dimension after dimension; a dictionary at the end overrides the
# widget's settings. We draw the first widget from its own JSON, as the console would.

# %%
lines = {}
for namespace, name, *named in body["widgets"][0]["properties"]["metrics"]:
    points = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=where(**dict(zip(named[::2], named[1::2], strict=True))),
        Period=300,
        Statistics=["Average"],
        **hour_before(last_full()),
    )["Datapoints"]
    points = sorted(points, key=lambda one: one["Timestamp"])
    lines[named[-1]] = [one["Average"] for one in points]
least = min(len(one) for one in lines.values())
charts.over_time(
    {name: values[:least] for name, values in lines.items()},
    x=[5 * number for number in range(least)],
    x_unit="minutes",
    y_unit="percent",
    highlight=["i-web1"],
    headline="One server does the work of two: the balancer deserves a look",
    source="dashboard of the lab",
)

# %% [markdown]
# ## What it costs
#
# Metrics of services are free, and so are their graphs in the console. Billed are custom metrics (detailed monitoring
# counts as such), alarms, dashboards and calls.

# %%
shown = [
    "custom-metric",
    "detailed-monitoring-instance",
    "alarm-standard",
    "dashboard",
    "api-requests",
]
table = facts.prices("cloudwatch").frame().set_index("name")
table.loc[shown, ["value", "unit", "as_of"]]

# %% [markdown]
# ### Your turn: the bill of a month
#
# Write `monthly_bill(metrics, alarms, dashboards, calls)` in USD. Each argument is a number of things in a month:
# custom metrics, standard alarms (of one metric each), dashboards, and calls of the API other than GetMetricData.
#
# - Free are 10 metrics, 10 alarms, 3 dashboards and a million calls; they come off first.
# - What is left of the metrics is billed in tiers: the price of a tier holds for the metrics *above* its `tier_from`,
#   up to the next tier. `facts.tiers("cloudwatch", "custom-metric")` lists their prices.
# - Calls are billed by the thousand; a part of a thousand costs its part.
#
# <details><summary>Hint</summary>
#
# `for price in facts.tiers("cloudwatch", "custom-metric"): print(price.tier_from, price)`. In each tier lie
# `min(metrics, end) - begin` metrics, or none. Other prices: `facts.price("cloudwatch", "dashboard")`.
# </details>


# %% exercise="bill"
def monthly_bill(metrics: int, alarms: int, dashboards: int, calls: int) -> float:
    """Return the month's bill in USD."""
    ### BEGIN SOLUTION
    billed = max(0, metrics - 10)
    tiers = facts.tiers("cloudwatch", "custom-metric")
    ends = [tier.tier_from for tier in tiers[1:]] + [math.inf]
    total = 0.0
    for tier, end in zip(tiers, ends, strict=True):
        total += max(0, min(billed, end) - tier.tier_from) * tier
    total += max(0, alarms - 10) * facts.price("cloudwatch", "alarm-standard")
    total += max(0, dashboards - 3) * facts.price("cloudwatch", "dashboard")
    return total + max(0, calls - 1_000_000) / 1000 * facts.price("cloudwatch", "api-requests")
    ### END SOLUTION


# %% check="bill" points=2
with check(
    "bill",
    needs="monthly_bill",
    right="Metrics make the bill: one dimension too many costs more than all alarms.",
) as expect:
    first, second, third, fourth = (float(one) for one in facts.tiers("cloudwatch", "custom-metric")[:4])
    expect.close(
        monthly_bill(10, 10, 3, 1_000_000) + 1,
        1.0,
        "All within the free tier, plus a dollar to compare",
    )
    expect.close(monthly_bill(110, 0, 0, 0), 100 * first, "110 metrics, nothing else")
    expect.close(monthly_bill(0, 30, 5, 0), 20 * 0.1 + 2 * 3, "30 alarms and 5 dashboards")
    expect.close(monthly_bill(0, 0, 0, 1_000_500), 0.5 * 0.01, "1,000,500 calls")
    expect.close(monthly_bill(10_010, 0, 0, 0), 10_000 * first, "10,010 metrics fill the first tier")
    expect.close(
        monthly_bill(20_010, 0, 0, 0),
        10_000 * first + 10_000 * second,
        "20,010 metrics: only those above 10,000 have the second price",
        within=1e-6,
    )
    expect.close(
        monthly_bill(260_010, 0, 0, 0),
        10_000 * first + 240_000 * second + 10_000 * third,
        "260,010 metrics reach the third tier",
        within=1e-6,
    )
    ### BEGIN HIDDEN TESTS
    whole = 10_000 * first + 240_000 * second + 750_000 * third + 500_000 * fourth
    expect.close(monthly_bill(1_500_010, 11, 3, 5), whole + 0.1, "1,500,010 metrics reach the fourth tier", within=1e-6)
    expect.close(monthly_bill(1152, 25, 4, 1_200_000), 1142 * first + 1.5 + 3 + 2, "A small shop")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS this lesson's custom metrics, a few hundred, would cost a few dollars if they lived all
# > month; they are billed by the hour. Most expensive were the 250 bookings as a dimension. Clean up what bills by
# > itself: instances, alarms, dashboards. Metrics cannot be deleted; they fade when nothing is sent.

# %%
for page in ec2.get_paginator("describe_instances").paginate():
    for reservation in page["Reservations"]:
        ids = [one["InstanceId"] for one in reservation["Instances"]]
        ec2.terminate_instances(InstanceIds=ids)
cloudwatch.delete_alarms(AlarmNames=list(rang.values()))
cloudwatch.delete_dashboards(DashboardNames=["tern"])
print(
    cloudwatch.describe_alarms()["MetricAlarms"],
    cloudwatch.list_dashboards()["DashboardEntries"],
)

# %% [markdown]
# ## To remember
#
# - A metric is a namespace, a name and one set of dimension values; each set is a metric of its own and is billed so.
# - The question chooses the statistic: `Sum` for counts, `Maximum` or a percentile for what hurts.
# - EC2 shows no memory and no free disk space; a program inside, usually the agent, sends them.
# - EC2 measures every five minutes, with detailed monitoring every minute; your own metrics may go down to a second.
# - A data point may be two weeks old or two hours ahead; one bad point has the whole call refused.
# - Minutes are kept 15 days, five minutes 63 days, hours 455 days; GetMetricStatistics gives at most 1,440 points.
# - GetMetricData takes many metrics, math and SQL in one call, and bills each metric asked for.
# - Unusual means far from the same hour of other days; anomaly detection keeps such a baseline for you.

# %% [markdown] question="empty-graph"
# ### Question 1
#
# A service publishes `Orders` with the dimensions `Country` and `Device`. A colleague asks GetMetricStatistics for
# `Orders` with `Country=NO` alone and gets an empty list. Data are sent all the time. Why?
#
# - [ ] **A** The statistic `Sum` needs a unit.
#   > A unit only narrows what is found; left out, all are taken.
# - [x] **B** No metric with the single dimension `Country` was ever sent.
#   > Custom metrics are found only by the exact set of dimensions they were sent with. Send that set as well, or add
#   > the devices up with metric math, for example SUM over a SEARCH.
# - [ ] **C** New metrics can be read only after two days.
#   > Only points more than a day old may take that long. Fresh ones are there within minutes.
# - [ ] **D** Dimensions must be asked for in alphabetical order.
#   > The order of dimensions plays no part.

# %% answer="empty-graph"
answer = "B"

# %% check="empty-graph" points=1
question("empty-graph", answer)

# %% [markdown] question="slow-few"
# ### Question 2
#
# Customers complain about slow pages. The graph shows `TargetResponseTime`, `Average`, period five minutes: 180 ms
# the whole day. What do you look at next, without any change to the system?
#
# - [ ] **A** Detailed monitoring of the instances
#   > It measures CPU more often. The balancer already measures each minute how long answers take.
# - [ ] **B** The `Minimum` of the same metric
#   > The fastest answer says nothing about those who complain.
# - [x] **C** The `p99` of the same metric in periods of a minute
#   > An average of thousands of quick answers hides some slow ones. A percentile shows what one visitor in a hundred
#   > waits for, and shorter periods show when.
# - [ ] **D** A custom metric with the session id as a dimension
#   > A metric for each session would be costly and useless as a graph; single requests are a case for logs or X-Ray.

# %% answer="slow-few"
answer = "C"

# %% check="slow-few" points=1
question("slow-few", answer)

# %% [markdown] question="last-summer"
# ### Question 3
#
# In November a team wants to know how the fleet did in the first week of August, minute by minute. Detailed
# monitoring was on. What can CloudWatch still show?
#
# - [ ] **A** Minutes, because detailed monitoring was paid for
#   > It decides how often is measured, not how long the minutes are kept.
# - [ ] **B** Spans of five minutes
#   > They are kept for 63 days; August is more than 90 days back.
# - [x] **C** Hours
#   > After 63 days only periods of an hour are left, for 455 days. Whoever needs minutes longer exports them in time,
#   > for example with a metric stream.
# - [ ] **D** Nothing: metrics are deleted after 15 days
#   > After 15 days the minutes roll up into longer periods; they are not lost as a whole.

# %% answer="last-summer"
answer = "C"

# %% check="last-summer" points=1
question("last-summer", answer)

# %% [markdown] question="no-memory"
# ### Question 4
#
# An Auto Scaling group should grow when the servers run short of memory. Nobody finds a metric for it in `AWS/EC2`.
# What is missing?
#
# - [x] **A** A program on the instances that publishes it, with a role that may
#   > Memory is visible only from the inside. The CloudWatch agent publishes `mem_used_percent`; an alarm on it can run
#   > the policy.
# - [ ] **B** Detailed monitoring
#   > It sends the same seven metrics more often. Memory is not among them.
# - [ ] **C** A larger instance type
#   > No type of instance reports its memory by itself.
# - [ ] **D** `put_metric_data` into `AWS/EC2` under the name `MemoryUtilization`
#   > Namespaces that begin with AWS/ are closed to customers.

# %% answer="no-memory"
answer = "A"

# %% check="no-memory" points=1
question("no-memory", answer)

# %%
progress()
