"""One example of each chart form: the gallery prints their code, the tests draw them, facts give prices and limits."""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from course import charts, facts
from course.charts.chart import Chart


@dataclass(frozen=True)
class Example:
    """A form, when to take it, and a function that draws it."""

    form: str
    use: str
    draw: Callable[[], Chart]

    @property
    def code(self) -> str:
        """The body of the function, as a reader would write it."""
        lines = inspect.getsource(self.draw).split("\n")
        start = next(i for i, line in enumerate(lines) if line.startswith("def ")) + 1
        return (
            textwrap.dedent("\n".join(lines[start:]))
            .strip()
            .replace("return charts.", "charts.")
            .replace("  # fmt: skip", "")
        )


EXAMPLES: list[Example] = []


def _shows(form: str, use: str) -> Callable[[Callable[[], Chart]], Callable[[], Chart]]:
    def keep(draw: Callable[[], Chart]) -> Callable[[], Chart]:
        EXAMPLES.append(Example(form, use, draw))
        return draw

    return keep


@_shows("bars", "One number for each thing, ranked.")
def _bars() -> Chart:
    classes = (
        "standard",
        "standard-ia",
        "one-zone-ia",
        "glacier-instant-retrieval",
        "glacier-flexible-retrieval",
        "glacier-deep-archive",
    )
    price = {name.replace("-", " "): facts.tiers("s3", f"{name}-storage")[0] for name in classes}
    return charts.bars(
        price,
        headline="Deep Archive stores a gigabyte for a twentieth of the price of Standard",
        unit="USD per GB-month",
        highlight=["glacier deep archive"],
    )


@_shows("compare", "A few numbers for each thing, side by side.")
def _compare() -> Chart:
    units = {
        "read 4 KB": {"eventual": 0.5, "strong": 1, "transactional": 2},
        "write 1 KB": {"standard": 1, "transactional": 2},
    }
    return charts.compare(units, headline="A transaction costs twice a strong read or a write", unit="capacity units")


@_shows("stack", "Parts of a whole, such as the lines of a bill.")
def _stack() -> Chart:
    gb = facts.tiers("s3", "standard-storage")[0]
    get = facts.price("s3", "standard-get-and-others-requests") / 1000
    put = facts.price("s3", "standard-put-copy-post-list-requests") / 1000
    use = {"archive": (4000, 1e4, 2e5), "photo shop": (900, 4e6, 6e7), "sensor logs": (150, 3e7, 1e6)}
    bill = {name: {"storage": s * gb, "writes": w * put, "reads": r * get} for name, (s, w, r) in use.items()}
    return charts.stack(
        bill,
        headline="The same bucket is a storage bill for one team and a request bill for another",
        unit="USD per month",
        source=[gb, facts.price("s3", "standard-get-and-others-requests")],
    )


@_shows("then_and_now", "What changed since older material was written.")
def _then_and_now() -> Chart:
    sqs = list(facts.history("sqs", "message-size-max"))
    then, now = min(sqs), max(sqs)
    return charts.then_and_now(
        {
            "SQS message": (then, now),
            "Kinesis record": (2**20, facts.limit("kinesis", "record-size-setting-max") * 1024),
        },
        then="before 2025",
        now="today",
        unit="bytes",
        headline="A message may be four times, a record ten times as large as older books say",
        source=[then, now, facts.limit("kinesis", "record-size-setting-max")],
    )


@_shows(
    "curves", "Costs (or anything) over a common x; the break-even points are computed, marked and in `chart.findings`."
)
def _curves() -> Chart:
    request, second = facts.tiers("lambda", "requests")[0], facts.tiers("lambda", "duration-x86")[0]
    server = facts.price("ec2", "on-demand-linux-t3-micro") * facts.HOURS_PER_MONTH
    small = {"Lambda, 128 MB, 100 ms": lambda n: n * (request + 1e6 * 0.1 * 0.125 * second)}
    large = {"Lambda, 512 MB, 100 ms": lambda n: n * (request + 1e6 * 0.1 * 0.5 * second)}
    return charts.curves(
        {**small, **large, "one t3.micro, always on": lambda n: server},
        x=(0, 30),
        breakeven=True,
        against="one t3.micro, always on",
        headline="Whether a function or a server is cheaper depends on memory as much as on traffic",
        x_label="requests per month",
        x_unit="million requests",
        y_unit="USD per month",
        source=[request, second, facts.price("ec2", "on-demand-linux-t3-micro")],
    )


@_shows("steps", "Values that hold until the next: capacity units, stairs of cost, what an alarm sees.")
def _steps() -> Chart:
    errors = [0, 1, 0, 4, 7, 8, 6, 2, 0, 0, 1, 0]
    return charts.steps(
        {"errors": (range(12), errors)},
        headline="The alarm rings two minutes after the bad version is out and rolls it back",
        x_unit="minutes",
        y_label="errors per minute",
        thresholds={"threshold": 5},
        events={"deployment": 3, "rollback": 6},
        states=[(0, 6, "OK"), (6, 9, "ALARM"), (9, 12, "OK")],
    )


@_shows("over_time", "Backlogs and loads over time, as lines or stacked areas.")
def _over_time() -> Chart:
    minutes = range(0, 61)
    waiting = [max(0, 30 * m if m < 25 else 750 - 45 * (m - 25)) for m in minutes]
    alone = [30 * m for m in minutes]
    return charts.over_time(
        {"two workers all the time": alone, "five workers from minute 25": waiting},
        x=minutes,
        x_unit="minutes",
        y_label="messages waiting",
        events={"three workers start": 25},
        headline="Three more workers clear in a quarter of an hour what two could never catch up with",
    )


@_shows("capacity", "What was asked for against what was there; the gaps are shaded, their areas in `chart.findings`.")
def _capacity() -> Chart:
    hours = [h / 4 for h in range(97)]
    load = [420 + 360 * math.sin((h - 8.5) / 24 * 2 * math.pi) for h in hours]
    return charts.capacity(
        (hours, load),
        ([0, 7, 10, 19, 22], [300, 600, 750, 600, 300]),
        headline="A timetable of four changes leaves callers waiting at noon and servers idle at night",
        y_label="requests per second",
    )


@_shows("gantt", "Who does what when: deployments, hooks, traces, hidden messages.")
def _gantt() -> Chart:
    bars = [
        ("message", 0, 5, "visible", "free"),
        ("message", 5, 35, "hidden", "hidden"),
        ("message", 35, 42, "visible", "free"),
        ("message", 42, 72, "hidden", "hidden"),
        ("consumer A", 5, 40, "works 35 s", "work"),
        ("consumer B", 42, 60, "does the same work", "work"),
    ]
    return charts.gantt(
        bars,
        kinds={"free": "good", "hidden": "wait"},
        marks=[("consumer A", 40, "deletes too late")],
        events={"visibility timeout ends": 35},
        headline="Whoever works longer than the visibility timeout shares the work without knowing it",
    )


@_shows("timeline", "Events in time, true to scale.")
def _timeline() -> Chart:
    return charts.timeline(
        [
            ("2006-03-14", "S3 opens"),
            ("2006-07-13", "SQS leaves its beta"),
            ("2012-01-18", "DynamoDB opens"),
            ("2014-11-13", "Lambda is announced"),
            ("2015-07-09", "API Gateway opens"),
            ("2016-12-01", "Step Functions opens"),
            ("2019-07-11", "EventBridge opens"),
        ],
        spans=[
            ("2006-01-01", "2014-11-13", "storage and servers"),
            ("2014-11-13", "2019-12-31", "functions and events"),
        ],
        highlight=["Lambda is announced"],
        headline="Storage and queues stood ready for eight years before the first function ran",
    )


@_shows("limits", "Limits from milliseconds to years or from bytes to terabytes, on a log axis.")
def _limits() -> Chart:
    return charts.limits(
        {
            "API Gateway REST, integration": (
                facts.limit("api gateway", "rest-integration-timeout-minimum") / 1000,
                facts.limit("api gateway", "rest-integration-timeout-default") / 1000,
            ),
            "Step Functions express": facts.limit("step functions", "express-maximum-execution-time"),
            "Lambda function": facts.limit("lambda", "function-timeout-maximum"),
            "SQS visibility timeout": (
                facts.limit("sqs", "visibility-min"),
                facts.limit("sqs", "visibility-default"),
                facts.limit("sqs", "visibility-max"),
            ),
            "Step Functions standard": facts.limit("step functions", "standard-maximum-execution-time"),
            "a process on EC2": None,
        },
        unit="seconds",
        headline="Work longer than a quarter of an hour needs Step Functions or a machine",
        highlight=["Lambda function"],
    )


@_shows("heatmap", "Feature tables, truth tables of policies, numbers over two sizes.")
def _heatmap() -> Chart:
    table = {
        "identity policy: allow": {"says nothing": "allow", "allow": "allow", "deny": "deny"},
        "identity policy: nothing": {"says nothing": "implicit deny", "allow": "allow", "deny": "deny"},
        "identity policy: deny": {"says nothing": "deny", "allow": "deny", "deny": "deny"},
    }
    return charts.heatmap(
        table,
        columns_are="the bucket policy:",
        mark=[("identity policy: nothing", "allow")],
        headline="Within one account either policy may allow, and one deny always wins",
    )


@_shows("heatmap", "The same form with numbers: the shade follows the size.")
def _heatmap_numbers() -> Chart:
    cpu, memory = facts.price("fargate", "vcpu-hour-linux-x86"), facts.price("fargate", "gb-hour-linux-x86")
    pairs = {0.25: (0.5, 1, 2), 0.5: (1, 2, 4), 1: (2, 4, 8), 2: (4, 8, 16), 4: (8, 16, 30), 8: (16, 32, 60)}
    sizes = sorted({gb for some in pairs.values() for gb in some})
    cells = {
        f"{gb:g} GB": {f"{v:g} vCPU": v * cpu + gb * memory if gb in pairs[v] else None for v in pairs} for gb in sizes
    }
    return charts.heatmap(
        cells,
        unit="USD per hour",
        log=True,
        rows_are="memory",
        subtitle="USD per hour for some of the allowed pairs, Linux on x86",
        headline="A Fargate task doubles its price with its size, and not every pair exists",
        source=[cpu, memory],
    )


@_shows("multiples", "The same small chart for each case.")
def _multiples() -> Chart:
    traffic = {
        "AllAtOnce": ([0, 30], [100, 100]),
        "Canary10Percent5Minutes": ([0, 5], [10, 100]),
        "Canary10Percent30Minutes": ([0, 30], [10, 100]),
        "Linear10PercentEvery1Minute": (range(10), range(10, 101, 10)),
        "Linear10PercentEvery2Minutes": (range(0, 20, 2), range(10, 101, 10)),
        "Linear10PercentEvery3Minutes": (range(0, 30, 3), range(10, 101, 10)),
    }
    return charts.multiples(
        traffic,
        step=True,
        fill=True,
        x_unit="minutes",
        y_unit="percent",
        y_label="share of calls that reach the new version",
        headline="A canary shows a bad version to one caller in ten, all-at-once shows it to everyone",
    )


@_shows("histogram", "How often each value came up.")
def _histogram() -> Chart:
    durations = [18 + (i * 37 % 23) + (i * i % 11) for i in range(380)] + [240 + (i * 53 % 160) for i in range(20)]
    return charts.histogram(
        durations,
        unit="ms",
        label="duration of a call",
        y_label="calls",
        bins=40,
        events={"median": sorted(durations)[200], "p99": sorted(durations)[396]},
        headline="One call in twenty starts cold and takes ten times as long",
    )


@_shows("scatter", "Things by two of their numbers.")
def _scatter() -> Chart:
    sizes = {
        "c5.large": (2, 4),
        "m5.large": (2, 8),
        "r5.large": (2, 16),
        "c5.4xlarge": (16, 32),
        "m5.4xlarge": (16, 64),
        "r5.4xlarge": (16, 128),
        "x1e.xlarge": (4, 122),
    }
    families = {name: {"c": "compute", "m": "general", "r": "memory", "x": "memory"}[name[0]] for name in sizes}
    return charts.scatter(
        sizes,
        groups=families,
        log_x=True,
        log_y=True,
        x_label="vCPU",
        y_label="memory (GiB)",
        headline="Families differ in memory per vCPU, sizes only in how many of both",
    )


@_shows("flow", "Architectures and flows; the layout finds itself.")
def _flow() -> Chart:
    return charts.flow(
        [
            ("browser", "API", "POST /orders"),
            ("API", "orders function"),
            ("orders function", "orders table"),
            ("orders table", "stream function", "stream"),
            ("stream function", "topic"),
            ("topic", "mail queue"),
            ("topic", "stock queue"),
            ("mail queue", "mail function"),
            ("stock queue", "stock function"),
            ("stock function", "orders table", "status"),
            ("mail queue", "dead letters", "after 3 tries"),
        ],
        kinds={
            "API": "network",
            "orders function": "compute",
            "stream function": "compute",
            "mail function": "compute",
            "stock function": "compute",
            "orders table": "database",
            "topic": "messaging",
            "mail queue": "messaging",
            "stock queue": "messaging",
            "dead letters": "messaging",
        },
        dashed=[("mail queue", "dead letters")],
        headline="The customer waits for one function and one table; all the rest happens afterwards",
    )


@_shows("flow", "The same form with groups.")
def _flow_groups() -> Chart:
    return charts.flow(
        [
            ("web", "login"),
            ("web", "cart"),
            ("login", "users"),
            ("cart", "carts"),
            ("cart", "queue"),
            ("queue", "worker 1"),
            ("queue", "worker 2"),
            ("worker 1", "photos"),
            ("worker 2", "photos"),
            ("photos", "report"),
        ],
        groups={
            "public subnet": ["web", "login"],
            "private subnet": ["cart", "queue", "worker 1", "worker 2"],
            "data": ["users", "carts", "photos"],
        },
        headline="Only two parts of the shop face the internet",
    )


@_shows("states", "State machines, from Amazon States Language or from {state: {event: next}}.")
def _states() -> Chart:
    machine = {
        "StartAt": "Check stock",
        "States": {
            "Check stock": {
                "Type": "Task",
                "Next": "In stock?",
                "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 3}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tell a person"}],
            },
            "In stock?": {
                "Type": "Choice",
                "Default": "Wait a day",
                "Choices": [{"Variable": "$.count", "NumericGreaterThan": 0, "Next": "Pack"}],
            },
            "Wait a day": {"Type": "Wait", "Seconds": 86400, "Next": "Check stock"},
            "Pack": {
                "Type": "Parallel",
                "Next": "Send",
                "Branches": [
                    {"StartAt": "Print label", "States": {"Print label": {"Type": "Task", "End": True}}},
                    {"StartAt": "Charge card", "States": {"Charge card": {"Type": "Task", "End": True}}},
                ],
            },
            "Send": {"Type": "Task", "Next": "Done"},
            "Done": {"Type": "Succeed"},
            "Tell a person": {"Type": "Fail"},
        },
    }
    return charts.states(machine, headline="Every order ends in Done or in front of a person")


@_shows("states", "The same form from a plain table of events.")
def _states_plain() -> Chart:
    instance = {
        "pending": {"ready": "running"},
        "running": {"reboot": "running", "stop": "stopping", "terminate": "shutting-down"},
        "stopping": {"done": "stopped"},
        "stopped": {"start": "pending", "terminate": "terminated"},
        "shutting-down": {"done": "terminated"},
    }
    return charts.states(instance, headline="A stopped instance comes back through pending, a terminated one never")


@_shows("network", "What lies inside what, and who reaches whom.")
def _network() -> Chart:
    return charts.network(
        {
            "internet": None,
            "VPC 10.0.0.0/16": {
                "internet gateway": None,
                "Availability Zone a": {
                    "public subnet 10.0.0.0/24": ["load balancer a", "NAT gateway"],
                    "private subnet 10.0.2.0/24": ["web 1", "web 2"],
                    "data subnet 10.0.4.0/24": ["database"],
                },
                "Availability Zone b": {
                    "public subnet 10.0.1.0/24": ["load balancer b"],
                    "private subnet 10.0.3.0/24": ["web 3"],
                    "data subnet 10.0.5.0/24": ["standby"],
                },
            },
        },
        links=[
            ("internet", "internet gateway"),
            ("internet gateway", "load balancer a", "443"),
            ("internet gateway", "load balancer b", "443"),
            ("load balancer a", "web 1", "8080"),
            ("load balancer b", "web 3", "8080"),
            ("web 2", "NAT gateway", "updates"),
            ("database", "standby", "copies"),
        ],
        headline="Only the balancers face the internet; the servers go out through the NAT gateway",
    )


@_shows("progress", "The course as a map: sections, lessons, and how far one has come.")
def _progress() -> Chart:
    return charts.progress(
        {
            "00 Start": {"Welcome": "done"},
            "01 Identity": {
                "Users, groups, policies": "done",
                "Roles, STS and federation": "done",
                "Credentials": "begun",
            },
            "04 Storage": {"S3 objects": "begun", "S3 security": "not started", "S3 at scale": "not started"},
            "08 Serverless": {"Lambda": "not started", "API Gateway": "not started", "Step Functions": "not started"},
        },
        details={"S3 objects": "3 of 8", "Credentials": "5 of 7"},
        headline="Three of ten lessons done, two begun",
    )


def file_name(example: Example) -> str:
    """The name of an example's picture, from the name of its function."""
    return example.draw.__name__.removeprefix("_") + ".png"
