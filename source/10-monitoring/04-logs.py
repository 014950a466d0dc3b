# ---
# jupyter:
#   course:
#     exam:
#     - '4.1'
#     - '4.2'
#     minutes: 65
#     practises:
#       blame:
#       - monitoring.elb-logs
#       expensive:
#       - logs.pricing
#       - logs.retention
#       forward:
#       - logs.subscriptions
#       - logs.destinations
#       let-in:
#       - logs.cross-account
#       predict-counts:
#       - logs.metric-filters
#       - logs.filter-patterns
#       search:
#       - logs.filter-patterns
#       ship:
#       - logs.groups-streams
#       - logs.agent-needed
#       tidy:
#       - logs.retention
#       - logs.sources
#       worst:
#       - logs.insights
#     services:
#     - logs
#     - kinesis
#     - s3
#     - elbv2
#     - ssm
#     title: What happened at 08:40?
#     topics:
#     - logs.groups-streams
#     - logs.retention
#     - logs.sources
#     - logs.destinations
#     - logs.filter-patterns
#     - logs.insights
#     - logs.export-s3
#     - logs.subscriptions
#     - logs.cross-account
#     - logs.encryption
#     - logs.metric-filters
#     - logs.agent-needed
#     - logs.unified-agent
#     - logs.agent-metrics
#     - logs.pricing
#     - monitoring.elb-logs
# ---

# %% [markdown]
# # What happened at 08:40?
#
# Tern runs ferries and sells its tickets on the web. Yesterday morning, for a quarter of an hour, hardly anybody could
# pay. The metrics say *that* something was wrong; the logs of three servers say *what*. After this lesson you can get
# logs into **CloudWatch Logs**, search and count them, send them on while they come in, and say what all of it costs.

# %% setup="start"
import datetime as dt
import gzip
import json
import random
from collections import Counter

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("10-monitoring/04-logs")
lab.start()
logs = boto3.client("logs")
sts = boto3.client("sts")
OURS = sts.get_caller_identity()["Account"]

# %%
charts.flow(
    [
        ("servers with agent", "log group"),
        ("Lambda, API Gateway, VPC", "log group"),
        ("log group", "search and queries", "you ask"),
        ("log group", "metric, alarm", "metric filter"),
        ("log group", "function or stream", "subscription"),
        ("log group", "bucket", "export"),
    ],
    kinds={
        "servers with agent": "compute",
        "Lambda, API Gateway, VPC": "compute",
        "log group": "database",
        "bucket": "storage",
        "function or stream": "messaging",
    },
    headline="Lines come together in a log group; from there four ways lead on",
    source="the parts of this lesson",
)

# %% [markdown]
# ## Groups, streams, events
#
# A **log event** is a moment and a message. Events of one source (a server, a container, a file) form a **log
# stream**. Streams of one application form a **log group**, and that is where the settings are: how long events are
# kept, who may read them, which key encrypts them.
#
# This cell makes yesterday morning: what the booking program wrote on three servers, one JSON object a line.


# %% setup="morning"
YESTERDAY = lab.clock.now() - dt.timedelta(days=1)


def yesterday(hour: int, minute: int = 0) -> dt.datetime:
    """A time of yesterday, UTC."""
    return YESTERDAY.replace(hour=hour, minute=minute, second=0, microsecond=0)


def milliseconds(at: dt.datetime) -> int:
    """A time as CloudWatch Logs wants it: milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def fresh_group(name: str, *streams: str) -> None:
    """Make a log group with streams. One of that name makes way, so a cell can run twice."""
    try:
        logs.delete_log_group(logGroupName=name)
    except logs.exceptions.ResourceNotFoundException:
        pass
    logs.create_log_group(logGroupName=name)
    for stream in streams:
        logs.create_log_stream(logGroupName=name, logStreamName=stream)


def morning(seed: int = 40, first: int = 40, last: int = 54) -> list[tuple[str, int, str]]:
    """Two hours of bookings: (server, milliseconds, line). Paying fails for a while."""
    chance, lines = random.Random(seed), []
    for second in range(0, 7200, 3):
        at = yesterday(8) + dt.timedelta(seconds=second)
        route = chance.choice(["/timetable", "/timetable", "/seats", "/pay"])
        down = route == "/pay" and first <= second // 60 <= last and chance.random() < 0.9
        slow = 5000 if down else {"/timetable": 40, "/seats": 90, "/pay": 300}[route]
        failed = down or chance.random() < 0.01
        line = {
            "level": "ERROR" if failed else "INFO",
            "route": route,
            "status": (504 if down else 500) if failed else 200,
            "ms": round(slow * chance.uniform(0.8, 1.3)),
            "user": {"id": chance.randrange(1000, 1400)},
        }
        if failed:
            line["error"] = "no answer from the bank" if down else "seat was taken meanwhile"
        lines.append((f"server-{chance.randrange(1, 4)}", milliseconds(at), json.dumps(line)))
    return lines


# %%
servers = ("server-1", "server-2", "server-3")
fresh_group("/tern/booking", *servers)
for server in servers:
    lines = [(at, text) for name, at, text in morning() if name == server]
    events = [{"timestamp": at, "message": text} for at, text in lines]
    logs.put_log_events(logGroupName="/tern/booking", logStreamName=server, logEvents=events)

for stream in logs.describe_log_streams(logGroupName="/tern/booking")["logStreams"]:
    print(stream["logStreamName"], "has", stream["storedBytes"], "bytes")
first = logs.get_log_events(
    logGroupName="/tern/booking",
    logStreamName="server-1",
    startFromHead=True,
    limit=2,
)["events"]
for event in first:
    print(event["timestamp"], event["message"])

# %% [markdown]
# A program that writes needs two permissions: `logs:CreateLogStream` and `logs:PutLogEvents`. One call of
# `PutLogEvents` has limits, and the exam knows them:

# %%
names = ["batch-events", "batch-size", "event-overhead"]
names += ["event-oldest", "event-newest", "batch-span"]
limits = facts.limits("cloudwatch-logs").frame().set_index("name")
limits.loc[names, ["value", "unit", "as_of"]]

# %% [markdown]
# The size of a batch counts the messages and the overhead for each event. Within a batch the events must be **in the
# order of time**, or the whole call is refused. Events that are too old or too new are treated in another way: they
# are left out, the call *succeeds*, and the answer says in `rejectedLogEventsInfo` which ones.

# %%
late = milliseconds(lab.clock.now() + dt.timedelta(hours=3))
fresh_group("/tern/trial", "one")
answer = logs.put_log_events(
    logGroupName="/tern/trial",
    logStreamName="one",
    logEvents=[
        {"timestamp": milliseconds(lab.clock.now()), "message": "I am here"},
        {"timestamp": late, "message": "the clock of my server is wrong"},
    ],
)
print("status  ", answer["ResponseMetadata"]["HTTPStatusCode"])
print("rejected", answer["rejectedLogEventsInfo"])

# %% [markdown]
# `tooNewLogEventStartIndex` is the index of the *first* event that was too new. `tooOldLogEventEndIndex` (and
# `expiredLogEventEndIndex`, for those older than the group keeps) is the index *behind* the last one that was too old.
# A program that does not look loses lines and never knows.
#
# ### Your turn: repair the shipper
#
# Nothing on an EC2 instance reaches CloudWatch Logs by itself: some program must send it. Tern wrote its own. It
# works on the first call, with tidy lines. Mend `ship(group, stream, lines)`, where `lines` are pairs
# `(milliseconds, text)` of one day, in any order:
#
# - it makes the stream if it is not there yet, and goes on if it is;
# - it sends all lines, however many, in as few calls as the limit on events allows (these lines are short);
# - it returns the texts that CloudWatch Logs did not take, in a list.
#
# <details><summary>Hint</summary>
#
# Sort first, then cut the list into batches of 10,000. A stream that exists raises
# `logs.exceptions.ResourceAlreadyExistsException`. What was rejected stands at both ends of a batch: before the index
# of the too old ones, and from the index of the too new ones on. Either key may be missing.
# </details>


# %% exercise="ship" repair=true
def ship(group: str, stream: str, lines: list[tuple[int, str]]) -> list[str]:
    """Send lines to a log stream; return the texts that were not taken."""
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": at, "message": text} for at, text in lines]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return []


### BEGIN SOLUTION
def ship(group: str, stream: str, lines: list[tuple[int, str]]) -> list[str]:
    """Send lines to a log stream; return the texts that were not taken."""
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    ordered = sorted(lines)
    not_taken = []
    for start in range(0, len(ordered), 10_000):
        batch = ordered[start : start + 10_000]
        told = logs.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[{"timestamp": at, "message": text} for at, text in batch],
        ).get("rejectedLogEventsInfo", {})
        too_old = told.get("tooOldLogEventEndIndex", 0)
        old = max(too_old, told.get("expiredLogEventEndIndex", 0))
        new = told.get("tooNewLogEventStartIndex", len(batch))
        not_taken += [text for _, text in batch[:old] + batch[new:]]
    return not_taken


### END SOLUTION


# %% check="ship" points=3
with check(
    "ship", needs="ship", right="Nothing is lost in silence: what was not taken can be sent on or counted."
) as expect:

    def kept(group: str, stream: str) -> int:
        return len(logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"])

    def ships(good: int, ahead: int) -> None:
        group = lab.unique_name("check-ship")
        logs.create_log_group(logGroupName=group)
        now = milliseconds(lab.clock.now())
        lines = [(now - 1000 * n, f"line {n}") for n in range(good)]
        lines += [(now + 3 * 3_600_000 + n, f"ahead {n}") for n in range(ahead)]
        random.Random(good).shuffle(lines)
        returned = ship(group, "one", lines)
        found = kept(group, "one")
        expect(found == good, f"{found} of {good} good lines are in the stream 'one'.")
        expect(returned is not None, "Return a list of the texts that were not taken; your function returns nothing.")
        expect.equal(
            sorted(map(str, returned)),
            sorted(f"ahead {n}" for n in range(ahead)),
            f"The texts that were not taken ({ahead} lines are three hours ahead of time)",
        )
        ship(group, "one", [(now, "again")])
        expect(kept(group, "one") == good + 1, "A second call for the same stream should add its line.")

    def too_old(days: int) -> None:
        group = lab.unique_name("check-ship")
        logs.create_log_group(logGroupName=group)
        then = milliseconds(lab.clock.now() - dt.timedelta(days=days))
        returned = ship(group, "one", [(then + 1, "b"), (then, "a")])
        expect.equal(sorted(returned), ["a", "b"], f"The texts not taken when two lines are {days} days old")

    def old_batches(lines: int) -> None:
        group = lab.unique_name("check-ship")
        logs.create_log_group(logGroupName=group)
        then = milliseconds(lab.clock.now() - dt.timedelta(days=20))
        returned = ship(group, "one", [(then + n, f"old {n}") for n in range(lines)])
        expect(
            sorted(returned) == sorted(f"old {n}" for n in range(lines)),
            f"Of {lines:,} lines, all of them 20 days old, {len(returned):,} come back. Each batch has an answer "
            "of its own, with indexes into that batch.",
        )

    def many(lines: int) -> None:
        group = lab.unique_name("check-ship")
        logs.create_log_group(logGroupName=group)
        now = milliseconds(lab.clock.now())
        with lab.watching(most=100) as made:
            ship(group, "one", [(now - n, "x") for n in range(lines)])
        calls = len(made.of("PutLogEvents"))
        fewest = -(-lines // 10_000)
        expect(calls == fewest, f"{lines:,} lines took {calls} calls of PutLogEvents; {fewest} are enough.")

    ships(5, 0)
    ships(7, 3)
    too_old(20)
    many(10_001)
    old_batches(10_002)
    ### BEGIN HIDDEN TESTS
    ships(12, 1)
    too_old(15)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The agent
#
# You rarely write a shipper. The **unified CloudWatch agent** tails the files you name and sends metrics from inside
# the machine, too. Its configuration is one JSON document; kept in the Parameter Store under a name that begins with
# `AmazonCloudWatch-`, it serves a whole fleet. The instance's role needs the managed policy
# `CloudWatchAgentServerPolicy`. On premises the agent works as well, with the keys of a user.

# %%
ssm = boto3.client("ssm")
booking_log = {
    "file_path": "/var/log/tern/booking.log",
    "log_group_name": "/tern/booking",
    "log_stream_name": "{instance_id}",
    "retention_in_days": 30,
}
agent = {
    "agent": {"metrics_collection_interval": 60},
    "logs": {"logs_collected": {"files": {"collect_list": [booking_log]}}},
    "metrics": {
        "namespace": "CWAgent",
        "metrics_collected": {
            "mem": {"measurement": ["mem_used_percent"]},
            "disk": {"measurement": ["used_percent"], "resources": ["/"]},
            "swap": {"measurement": ["swap_used_percent"]},
        },
    },
}
name = "AmazonCloudWatch-booking"
ssm.put_parameter(Name=name, Type="String", Value=json.dumps(agent), Overwrite=True)
stored = ssm.get_parameter(Name=name)["Parameter"]["Value"]
print("sections:", ", ".join(json.loads(stored)))
print("metrics: ", ", ".join(json.loads(stored)["metrics"]["metrics_collected"]))

# %% [markdown]
# > **Then and now.** Older material knows the *CloudWatch Logs agent*, which sends logs only. It is deprecated. The
# > unified agent does logs, metrics, and traces (OpenTelemetry and X-Ray).
#
# EC2 itself measures from outside and sees neither memory nor files. The agent sees more:

# %%
import pandas as pd

seen = {
    "processor": ("CPUUtilization", "active, guest, idle, system, user, steal"),
    "memory": ("nothing", "used, available, free, cached, total"),
    "disk space": ("nothing", "used, free, total, used percent"),
    "disk traffic": ("reads, writes, bytes", "the same by device, time, iops"),
    "network": ("bytes and packets", "TCP and UDP connections (netstat)"),
    "swap": ("nothing", "used, free, used percent"),
    "processes": ("nothing", "total, running, sleeping, blocked, dead"),
}
pd.DataFrame(seen, index=["EC2 by itself", "agent"]).transpose()

# %% [markdown]
# ## Who logs by itself, and for how long
#
# Some services write logs without an agent: Lambda always, the others once you switch it on. Lambda names its groups
# itself; for most others you choose the name. These are usual ones:

# %%
by_itself = {
    "/aws/lambda/quote-price": "Lambda: what a function prints",
    "/aws/apigateway/shop": "API Gateway: access or execution logs of a stage",
    "/aws/vendedlogs/vpc-flow": "VPC Flow Logs: who talked to whom",
    "/aws/route53/tern.example": "Route 53: DNS queries of a hosted zone",
    "/aws/cloudtrail/account": "CloudTrail: API calls, where a trail sends them",
    "/ecs/timetable": "ECS: what containers print (awslogs driver)",
    "/aws/elasticbeanstalk/site/web.log": "Elastic Beanstalk: logs of an environment",
}
for name in by_itself:
    fresh_group(name)
pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/")
for group in [group for page in pages for group in page["logGroups"]]:
    kept = group.get("retentionInDays", "for ever")
    print(f"{group['logGroupName']:36} kept {kept:9} {by_itself[group['logGroupName']]}")

# %% [markdown]
# **Retention** belongs to the group. The default is *never expire*, and only certain numbers of days are allowed:

# %% setup="retentions"
in_days = facts.limits("cloudwatch-logs").frame().set_index("name")["value"]
RETENTIONS = sorted(int(n) for name, n in in_days.items() if "retention-choice" in name)

# %%
print(RETENTIONS)
try:
    logs.put_retention_policy(logGroupName="/ecs/timetable", retentionInDays=8)
except logs.exceptions.InvalidParameterException as error:
    print("8 days:", error.response["Error"]["Code"])

fresh_group("/tern/short", "one")
logs.put_retention_policy(logGroupName="/tern/short", retentionInDays=1)
two_days_old = milliseconds(lab.clock.now() - dt.timedelta(days=2))
answer = logs.put_log_events(
    logGroupName="/tern/short",
    logStreamName="one",
    logEvents=[{"timestamp": two_days_old, "message": "older than the group keeps"}],
)
print("rejected:", answer["rejectedLogEventsInfo"])

# %% [markdown]
# > **Lab and AWS.** In the lab events are gone when their time is over. AWS stops showing them, and may take up to 72
# > hours more until they are deleted.

# %%
storage = facts.price("cloudwatch-logs", "storage")
per_day, packed = 20, 0.15  # 20 GB a day; AWS's price calculator reckons with 15 % once packed
months = list(range(0, 37))


def stored(days: float) -> list[float]:
    """GB kept at the end of each month, packed, if events stay for so many days."""
    return [per_day * min(days, 30 * month) * packed for month in months]


charts.curves(
    {
        "7 days": (months, [gb * storage for gb in stored(7)]),
        "30 days": (months, [gb * storage for gb in stored(30)]),
        "365 days": (months, [gb * storage for gb in stored(365)]),
        "never expire": (months, [gb * storage for gb in stored(1e9)]),
    },
    headline="Without a retention policy the bill for storage grows every month",
    subtitle="20 GB of logs a day",
    x_label="months since the start",
    y_unit="USD per month",
    source=storage,
)

# %% [markdown]
# ### Your turn: tidy up
#
# Write `tidy(prefix, days)`. Every log group whose name begins with `prefix` and that has **no** retention yet gets
# the shortest allowed one that keeps events for at least `days` days. Groups that have one stay as they are. Return
# the names of the groups you changed, sorted. There may be hundreds.
#
# `RETENTIONS`, above, holds the allowed numbers.
#
# <details><summary>Hint</summary>
#
# `describe_log_groups` answers 50 groups at most; its paginator goes through all of them. A group without a policy has
# no key `retentionInDays`. The choice is the smallest of `RETENTIONS` that is not below `days`.
# </details>


# %% exercise="tidy"
def tidy(prefix: str, days: int) -> list[str]:
    """Give all groups without a retention policy one; return the names of those changed."""
    ### BEGIN SOLUTION
    chosen = min(choice for choice in RETENTIONS if choice >= days)
    changed = []
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
        for group in page["logGroups"]:
            if "retentionInDays" not in group:
                name = group["logGroupName"]
                logs.put_retention_policy(logGroupName=name, retentionInDays=chosen)
                changed.append(name)
    return sorted(changed)
    ### END SOLUTION


# %% check="tidy" points=2
with check("tidy", needs="tidy", right="Run it each night, and no forgotten group costs money for ever.") as expect:

    def tidies(groups: int, days: int, chosen: int) -> None:
        prefix = f"/{lab.unique_name('check-tidy')}/"
        names = sorted(f"{prefix}{n}" for n in range(groups))
        for name in [*names, f"{prefix}audit", f"/other{prefix}x"]:
            logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=f"{prefix}audit", retentionInDays=3653)
        returned = tidy(prefix, days)
        found = {}
        for page in logs.get_paginator("describe_log_groups").paginate():
            found |= {one["logGroupName"]: one.get("retentionInDays") for one in page["logGroups"]}
        wrong = [name for name in names if found[name] != chosen]
        expect(
            not wrong,
            f"For {days} days, {len(wrong)} of {groups} groups do not have a retention of {chosen} days (the last has "
            f"{found[wrong[-1]] if wrong else ''}). describe_log_groups answers in pages.",
        )
        expect(found[f"{prefix}audit"] == 3653, "A group that had a retention of its own (3,653 days) was changed.")
        expect(found[f"/other{prefix}x"] is None, f"A group whose name does not begin with {prefix} was changed.")
        expect.equal(returned, names, "The names of the changed groups, sorted")

    tidies(3, 8, 14)
    tidies(60, 30, 30)
    ### BEGIN HIDDEN TESTS
    tidies(2, 366, 400)
    tidies(4, 1, 1)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Search: filter patterns
#
# `filter_log_events` goes through all streams of a group. Without a pattern it returns everything; a **filter
# pattern** chooses. The same language serves metric filters, subscriptions, `aws logs tail --follow` and Live Tail in
# the console.
#
# | pattern | finds |
# |---|---|
# | `ERROR bank` | both words, anywhere; upper and lower case matter |
# | `"no answer"` | the phrase |
# | `?ERROR ?WARN` | one of them |
# | `ERROR -seat` | the first without the second |
# | `%50[0-9]%` | a regular expression |
# | `{ $.status >= 500 && $.user.id = 1040 }` | fields of JSON |
# | `[ip, user, code = 4*]` | words between spaces, by position |


# %%
def found(pattern: str, group: str = "/tern/booking") -> list[str]:
    """The messages of all streams that fit a pattern."""
    search = logs.get_paginator("filter_log_events")
    pages = search.paginate(logGroupName=group, filterPattern=pattern)
    return [event["message"] for page in pages for event in page["events"]]


tried = ["ERROR", '"no answer"', "ERROR -bank", "{ $.ms > 6000 }", "{ $.user.id = 104* }"]
for pattern in tried:
    print(f"{pattern:24} {len(found(pattern)):3} events")
print(found("ERROR")[0])

# %% [markdown]
# ### Your turn: three searches
#
# Fill in three patterns.
#
# - `failed_payments`, for JSON lines like those above: the route is `/pay` and the status 500 or more.
# - `not_the_bank`, for any lines: they hold the word `ERROR`, but not the word `bank`.
# - `turned_away`, for lines of the gates at the pier, such as `08:41:07 gate-2 T-1009 404`: exactly four words, and the
#   last one begins with `4`. (A ticket number may well begin with 4, too.)
#
# <details><summary>Hint</summary>
#
# JSON: `{ $.field = "text" && $.other >= number }`. Words: give each of the four a name of your choice, and the last
# one a condition with a star.
# </details>

# %% exercise="search"
failed_payments = ...
not_the_bank = ...
turned_away = ...
### BEGIN SOLUTION
failed_payments = '{ $.route = "/pay" && $.status >= 500 }'
not_the_bank = "ERROR -bank"
turned_away = "[time, gate, ticket, code = 4*]"
### END SOLUTION

# %% check="search" points=3
with check(
    "search", needs=["failed_payments", "not_the_bank", "turned_away"], right="The same patterns now count and forward."
) as expect:
    JSON_LINES = [
        '{"route": "/pay", "status": 504, "ms": 5000}',
        '{"route": "/pay", "status": 200, "ms": 500}',
        '{"route": "/seats", "status": 500, "from": "/pay"}',
        '{"status": 500, "route": "/pay"}',
        "/pay failed with status 500",
    ]
    LINES = ["ERROR no seat", "ERROR no answer from the bank", "the bank is open", "INFO fine", "error no seat"]
    GATES = [
        "08:41:07 gate-2 T-1009 404",
        "08:41:09 gate-2 4-1010 200",
        "08:44:44 gate-4 T-4040 200 4",
        "08:45:00 gate-4 T-4041 410",
        "404",
    ]

    def finds(name: str, lines: list[str], wanted: list[int]) -> None:
        group = lab.unique_name("check-search")
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="one")
        now = milliseconds(lab.clock.now())
        events = [{"timestamp": now + n, "message": text} for n, text in enumerate(lines)]
        logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)
        pattern = globals()[name]
        expect(isinstance(pattern, str) and pattern.strip(), f"{name} is not a text with a pattern.")
        try:
            got = logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
        except logs.exceptions.InvalidParameterException as error:
            why = error.response["Error"]["Message"]
            expect(False, f"CloudWatch Logs does not understand {name} = {pattern!r}: {why}")
        got = [event["message"] for event in got]
        for n, text in enumerate(lines):
            if n in wanted:
                expect(text in got, f"{name} misses this line: {text}")
            else:
                expect(text not in got, f"{name} also finds this line: {text}")

    finds("failed_payments", JSON_LINES, [0, 3])
    finds("not_the_bank", LINES, [0])
    finds("turned_away", GATES, [0, 3])
    ### BEGIN HIDDEN TESTS
    finds("failed_payments", ['{"route": "/payments", "status": 500}', '{"route": "/pay", "status": 499}'], [])
    finds("not_the_bank", ["bank ERROR", "a late ERROR"], [1])
    finds("turned_away", ["09:00:00 gate-1 T-77 499", "09:00:01 gate-1 T-78 500", "gate-1 T-4 404"], [0])
    ### END HIDDEN TESTS

# %% [markdown]
# ## From lines to a metric
#
# A **metric filter** publishes a data point for each event that fits: the number 1, or a number from the event. On
# the metric you set an alarm, as on any other. Three rules to know:
#
# - It is **not retroactive**: only events that come after it count.
# - It may take up to three **dimensions** from fields. Each combination of values is a metric of its own, billed as a
#   custom metric; so never use a field such as the user.
# - A group has at most 100 filters. `test_metric_filter` tries a pattern on lines you pass.

# %%
cloudwatch = boto3.client("cloudwatch")
logs.put_metric_filter(
    logGroupName="/tern/booking",
    filterName="slow",
    filterPattern="{ $.ms > 1000 }",
    metricTransformations=[
        {
            "metricNamespace": "Tern",
            "metricName": "SlowRequests",
            "metricValue": "1",
        },
    ],
)
line = json.dumps({"level": "INFO", "route": "/refund", "status": 200, "ms": 1700})
now = milliseconds(lab.clock.now())
logs.put_log_events(
    logGroupName="/tern/booking",
    logStreamName="server-1",
    logEvents=[{"timestamp": now, "message": line}],
)
points = cloudwatch.get_metric_statistics(
    Namespace="Tern",
    MetricName="SlowRequests",
    Period=86_400,
    Statistics=["Sum"],
    StartTime=lab.clock.now() - dt.timedelta(days=3),
    EndTime=lab.clock.now() + dt.timedelta(days=1),
)["Datapoints"]
print("a search finds  ", len(found("{ $.ms > 1000 }")))
print("the metric knows", [point["Sum"] for point in points])

# %% [markdown]
# (Where code of yours writes the log, the *Embedded Metric Format* is another way: the line itself says which of its
# fields are metrics.)
#
# ### Your turn: predict three numbers
#
# At nine a group gets 12 events of level `ERROR`. At ten somebody makes a metric filter on it: pattern
# `{ $.level = "ERROR" }`, value 1, and one dimension, `Route`, from the field `$.route`. At eleven come 5 `ERROR`
# events of the route `/pay`, 2 `ERROR` events of `/seats`, and 30 `INFO` events of `/timetable`.
#
# - `counted`: the sum over all data points of this filter
# - `metrics`: how many metrics it made (and AWS bills)
# - `searched`: how many events `filter_log_events` finds with the same pattern
#
# <details><summary>Hint</summary>
#
# Which of the three looks back? And a route without a single event that fits: does it make a metric?
# </details>

# %% exercise="predict-counts"
counted = ...
metrics = ...
searched = ...
### BEGIN SOLUTION
counted = 7
metrics = 2
searched = 19
### END SOLUTION

# %% check="predict-counts" points=2
with check(
    "predict-counts",
    needs=["counted", "metrics", "searched"],
    right="A filter counts from now on; a search sees all.",
) as expect:

    def measured() -> dict[str, int]:
        """The three numbers, from a group to which just this happens."""
        group = lab.unique_name("check-counts")
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="one")

        def come(number: int, level: str, route: str) -> None:
            text = json.dumps({"level": level, "route": route})
            event = {"timestamp": milliseconds(lab.clock.now()), "message": text}
            logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[event] * number)

        come(12, "ERROR", "/pay")
        change = {"metricNamespace": group, "metricName": "Errors", "metricValue": "1"}
        change["dimensions"] = {"Route": "$.route"}
        pattern = '{ $.level = "ERROR" }'
        logs.put_metric_filter(
            logGroupName=group, filterName="errors", filterPattern=pattern, metricTransformations=[change]
        )
        come(5, "ERROR", "/pay")
        come(2, "ERROR", "/seats")
        come(30, "INFO", "/timetable")
        made = boto3.client("cloudwatch").list_metrics(Namespace=group)["Metrics"]
        total = 0
        for one in made:
            got = boto3.client("cloudwatch").get_metric_statistics(
                **one, Period=86_400, Statistics=["Sum"],
                StartTime=lab.clock.now() - dt.timedelta(days=2), EndTime=lab.clock.now() + dt.timedelta(days=1),
            )["Datapoints"]  # fmt: skip
            total += sum(int(point["Sum"]) for point in got)
        hits = logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
        return {"counted": total, "metrics": len(made), "searched": len(hits)}

    happened = measured()
    expect(
        counted == happened["counted"],
        f"You say the metric sums to {counted}; the lab measured another sum. Do events from before the filter count?",
    )
    expect(
        metrics == happened["metrics"],
        f"You say {metrics} metrics; the lab made another number. Events that fit make one for each value of Route.",
    )
    expect(
        searched == happened["searched"],
        f"You say the search finds {searched}; the lab found another number. A search looks at all that is stored.",
    )
    ### BEGIN HIDDEN TESTS
    expect.equal((counted, metrics, searched), (7, 2, 19), "The three numbers")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Ask: Logs Insights
#
# Patterns find lines. **Logs Insights** answers questions: how many, how slow, when, which. A query is a row of
# commands with pipes between them. It finds the fields of JSON by itself, and adds its own: `@timestamp`, `@message`,
# `@logStream`, `@log`.
#
# | command | does |
# |---|---|
# | `fields`, `display` | choose what is shown, calculate |
# | `filter` | `=`, `<`, `like`, regular expressions, `in`, `and`, `or`, `not` |
# | `stats` ... `by` | `count`, `sum`, `avg`, `min`, `max`, `pct`, by a field or by time: `bin(5m)` |
# | `sort`, `limit`, `dedup` | order and shorten |
# | `parse` | cut fields out of plain text |
#
# A query works on what is stored; it is no live view. It *runs*: you start it, and ask until it is complete.

# %% setup="ask"
from typing import Any


def run(query: str, group: str = "/tern/booking", hours: int = 72) -> Any:
    """Run a query over the last hours of a group, and wait until it is complete."""
    end = int(lab.clock.now().timestamp())
    started = logs.start_query(
        logGroupName=group,
        startTime=end - hours * 3600,
        endTime=end,
        queryString=query,
    )
    answer = logs.get_query_results(queryId=started["queryId"])
    while answer["status"] in ("Scheduled", "Running"):  # at work: pause between two looks
        answer = logs.get_query_results(queryId=started["queryId"])
    return answer


def ask(query: str, group: str = "/tern/booking", hours: int = 72) -> list[dict[str, str]]:
    """The rows of a query, without the pointers to the events."""
    return [
        {one["field"]: one["value"] for one in row if one["field"] != "@ptr"}
        for row in run(query, group, hours)["results"]
    ]


# %%
rows = ask("""
    stats count(*) as requests, avg(ms) as mean, pct(ms, 95) as p95, max(ms) by route
    | sort p95 desc
""")
pd.DataFrame(rows)

# %% [markdown]
# The mean of `/pay` looks odd, its 95th percentile says why: some payments took seconds. When? `bin(5m)` cuts time
# into pieces of five minutes.

# %%
rows = ask("""
    filter route = "/pay"
    | stats sum(strcontains(level, "ERROR")) as failed, count(*) as all by bin(5m) as at
    | sort at
""")
minutes = [5 * n for n in range(len(rows))]
charts.over_time(
    {
        "payments": [int(row["all"]) for row in rows],
        "of these, failed": [int(row["failed"]) for row in rows],
    },
    x=minutes,
    x_unit="minutes",
    x_label="minutes after 08:00",
    y_label="in five minutes",
    headline="From 08:40 to 08:55 nearly every payment failed",
    highlight=["of these, failed"],
    events={"08:40": 40, "08:55": 55},
    source="the query in this cell, over yesterday's events",
)

# %%
for row in ask("filter level = 'ERROR' | stats count(*) as n by status, error | sort n desc"):
    print(row)
first_one = "fields @logStream, user.id, ms | filter status = 504 | sort @timestamp | limit 1"
print("the first:", ask(first_one))

# %% [markdown]
# The bank did not answer. That is the whole story, and it took three queries.
#
# `parse` handles text that is no JSON. A star stands for what you want to cut out; a regular expression with named
# groups works, too. Here VPC Flow Logs, where each line has fourteen words:

# %%
fresh_group("/aws/vendedlogs/vpc-flow", "eni-1")
flow = "2 123456789012 eni-1 {} 10.0.0.5 {} {} 6 9 {} 1764000000 1764000060 {} OK"
talk = [
    flow.format("203.0.113.9", 40100, 22, 840, "REJECT"),
    flow.format("203.0.113.9", 40101, 22, 460, "REJECT"),
    flow.format("198.51.100.4", 51010, 443, 9200, "ACCEPT"),
    flow.format("198.51.100.7", 51011, 3306, 300, "REJECT"),
]
now = milliseconds(lab.clock.now())
logs.put_log_events(
    logGroupName="/aws/vendedlogs/vpc-flow",
    logStreamName="eni-1",
    logEvents=[{"timestamp": now, "message": line} for line in talk],
)
query = """
    parse @message "* * * * * * * * * * * * * *"
        as version, account, interface, source, target, sport, port, protocol, packets, bytes,
           begin, end, action, status
    | filter action = "REJECT"
    | stats count(*) as tries, sum(bytes) as bytes by source, port
    | sort tries desc
"""
pd.DataFrame(ask(query, "/aws/vendedlogs/vpc-flow", hours=1))

# %% [markdown]
# (On AWS the fields of flow logs are found without `parse`.)
#
# A query costs what it **scans**: all events of the groups in the range of time, whether they fit or not. One query may
# take up to 50 groups, run for 60 minutes and return 100,000 rows. It can be saved (`put_query_definition`) and put on
# a dashboard.
#
# > **Lab and AWS.** The lab runs the commands in the table and refuses others by name (`pattern`, `diff`, `join` ...).
# > AWS also takes OpenSearch SQL and PPL since December 2024.
#
# ### Your turn: the worst five minutes
#
# Write `worst`, a query for events like those of the booking program. Its rows are the **three** worst pairs of a route
# and five minutes, the worst first. Worst means: most events of level `ERROR`. Each row shows
#
# - `route`,
# - `errors`, how many errors it was, and
# - `slowest`, the largest `ms` among these errors.
#
# <details><summary>Hint</summary>
#
# Four commands: `filter`, `stats ... by route, bin(5m)`, `sort`, `limit`. A name for a column comes after `as`.
# </details>

# %% exercise="worst"
worst = """
    ...
"""
### BEGIN SOLUTION
worst = """
    filter level = "ERROR"
    | stats count(*) as errors, max(ms) as slowest by route, bin(5m)
    | sort errors desc
    | limit 3
"""
### END SOLUTION

# %% check="worst" points=3
with check(
    "worst", needs="worst", right="One query, three servers, two hours: no need to log on to any of them."
) as expect:

    def expected(lines: list[tuple[str, int, str]]) -> list[tuple[str, int, int]]:
        """The three worst pairs, counted without CloudWatch."""
        bins: dict[tuple[str, int], list[int]] = {}
        for _, at, text in lines:
            event = json.loads(text)
            if event["level"] == "ERROR":
                bins.setdefault((event["route"], at // 300_000), []).append(event["ms"])
        order = sorted(bins.items(), key=lambda one: len(one[1]), reverse=True)
        return [(route, len(ms), max(ms)) for (route, _), ms in order[:3]]

    def finds_worst(lines: list[tuple[str, int, str]]) -> None:
        group = lab.unique_name("check-worst")
        logs.create_log_group(logGroupName=group)
        for server in sorted({name for name, _, _ in lines}):
            logs.create_log_stream(logGroupName=group, logStreamName=server)
            events = [{"timestamp": at, "message": text} for name, at, text in lines if name == server]
            logs.put_log_events(logGroupName=group, logStreamName=server, logEvents=events)
        try:
            rows = ask(worst, group)
        except logs.exceptions.ClientError as error:
            expect(False, f"Logs Insights does not understand the query: {error.response['Error']['Message']}")
        expect(rows, "The query returns no rows.")
        for name in ("route", "errors", "slowest"):
            expect(name in rows[0], f"The rows have no column '{name}'; they have {', '.join(rows[0])}.")
        got = [(row.get("route"), int(float(row["errors"])), int(float(row["slowest"]))) for row in rows]
        wanted = expected(lines)
        expect(len(got) == 3, f"The query returns {len(got)} rows; it should be three.")
        expect(
            [row[:2] for row in got] == [row[:2] for row in wanted],
            f"Routes and errors should be {[row[:2] for row in wanted]}, the query says {[row[:2] for row in got]}. "
            "Only errors count, by route and by five minutes, most errors first.",
        )
        expect.equal([row[2] for row in got], [row[2] for row in wanted], "The slowest of the errors, row by row")

    def told(*counts: tuple[str, int, int, str, int]) -> list[tuple[str, int, str]]:
        """Events: (route, minute, number, level, milliseconds)."""
        return sorted(
            (
                (
                    f"server-{n % 2 + 1}",
                    milliseconds(yesterday(8, minute)) + n,
                    json.dumps({"level": level, "route": route, "ms": ms + n}),
                )
                for route, minute, number, level, ms in counts
                for n in range(number)
            ),
            key=lambda line: line[1],
        )

    finds_worst(
        told(("/timetable", 12, 1, "ERROR", 50), ("/pay", 41, 8, "ERROR", 400), ("/pay", 43, 2, "ERROR", 450),
             ("/pay", 46, 7, "ERROR", 300), ("/seats", 43, 5, "ERROR", 900),
             ("/seats", 50, 2, "ERROR", 100), ("/timetable", 44, 20, "INFO", 9000), ("/pay", 42, 4, "INFO", 8000))
    )  # fmt: skip
    ### BEGIN HIDDEN TESTS
    finds_worst(
        told(("/seats", 1, 3, "ERROR", 10), ("/seats", 3, 8, "ERROR", 20), ("/seats", 6, 4, "ERROR", 7000),
             ("/pay", 2, 6, "ERROR", 60), ("/pay", 8, 1, "ERROR", 99), ("/pay", 9, 12, "WARN", 5))
    )  # fmt: skip
    ### END HIDDEN TESTS

# %% [markdown]
# ## Send on: export or subscription
#
# | way | when data arrives | for |
# |---|---|---|
# | export task to S3 | may take up to 12 hours to become exportable | a copy of a range of time, once |
# | subscription to Firehose | within minutes (its buffer) | S3, OpenSearch: continuous archive, search |
# | subscription to Kinesis Data Streams | within seconds | several readers, own processing, replay |
# | subscription to Lambda | within seconds | react, transform |
#
# (Older material says Elasticsearch; the service is Amazon OpenSearch Service since September 2021.)
#
# An **export** first. The bucket's policy must let the service in, and an account has one active task at a time.

# %%
s3 = boto3.client("s3")
bucket = lab.unique_name("tern-archive")
s3.create_bucket(Bucket=bucket)
service = {"Service": "logs.us-east-1.amazonaws.com"}
ours = {"StringEquals": {"aws:SourceAccount": OURS}}
arn = f"arn:aws:s3:::{bucket}"
statements = [
    {"Effect": "Allow", "Principal": service, "Condition": ours} | what
    for what in (
        {"Action": "s3:GetBucketAcl", "Resource": arn},
        {"Action": "s3:PutObject", "Resource": f"{arn}/*"},
    )
]
policy = {"Version": "2012-10-17", "Statement": statements}
s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def export() -> int:
    """Copy yesterday's events to the bucket; return how many lines lie there afterwards."""
    task = logs.create_export_task(
        logGroupName="/tern/booking",
        fromTime=milliseconds(yesterday(0)),
        to=milliseconds(yesterday(23)),
        destination=bucket,
        destinationPrefix="booking",
    )["taskId"]
    lab.clock.advance(minutes=5)
    state = logs.describe_export_tasks(taskId=task)["exportTasks"][0]["status"]["code"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"booking/{task}").get("Contents", [])
    packed = [s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in listed]
    lines = [line for one in packed for line in gzip.decompress(one).splitlines()]
    print(state, len(listed), "files,", len(lines), "lines")
    return len(lines)


export()
lab.clock.advance(hours=12)
_ = export()

# %% [markdown]
# The first export holds nothing: the events reached CloudWatch Logs only a few minutes before. (In the lab it is always
# twelve hours; on AWS *up to* twelve.) So an export is no way to archive continuously. That is what **subscription
# filters** are for: up to two in a group, each with a pattern and a destination.
#
# What arrives is JSON, packed with gzip. Kinesis and Firehose need a role that lets CloudWatch Logs write; a function
# needs a resource policy instead, and gets the packed data in base64 as `event["awslogs"]["data"]`.

# %% setup="streams"
iam = boto3.client("iam")
kinesis = boto3.client("kinesis")


def role_for_logs(name: str) -> str:
    """A role with which CloudWatch Logs may write to Kinesis streams; its ARN."""
    who = {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [who | {"Action": "sts:AssumeRole"}]}
    streams = f"arn:aws:kinesis:us-east-1:{OURS}:stream/*"
    may = {"Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": streams}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(
        RoleName=name,
        PolicyName="write",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    return role["Role"]["Arn"]


def new_stream(name: str) -> str:
    """A Kinesis stream of one shard; its ARN."""
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    found = kinesis.describe_stream_summary(StreamName=name)
    return found["StreamDescriptionSummary"]["StreamARN"]


def records(stream_arn: str) -> list[bytes]:
    """The data of all records in a stream of one shard."""
    shard = kinesis.list_shards(StreamARN=stream_arn)["Shards"][0]["ShardId"]
    begin = kinesis.get_shard_iterator(
        StreamARN=stream_arn,
        ShardId=shard,
        ShardIteratorType="TRIM_HORIZON",
    )
    found = kinesis.get_records(ShardIterator=begin["ShardIterator"])
    return [record["Data"] for record in found["Records"]]


# %%
stream_arn = new_stream(lab.unique_name("errors"))
logs.put_subscription_filter(
    logGroupName="/tern/booking",
    filterName="bank-errors",
    filterPattern='"no answer from the bank"',
    destinationArn=stream_arn,
    roleArn=role_for_logs(lab.unique_name("logs-to-kinesis")),
)
now = milliseconds(lab.clock.now())
for text in ("INFO all is well", "ERROR no answer from the bank"):
    logs.put_log_events(
        logGroupName="/tern/booking",
        logStreamName="server-2",
        logEvents=[{"timestamp": now, "message": text}],
    )
(record,) = records(stream_arn)
print("packed:", record[:4], "...")
print(json.dumps(json.loads(gzip.decompress(record)), indent=1))

# %% [markdown]
# ### Your turn: forward the errors
#
# Write two functions.
#
# - `forward(group, stream_arn, role_arn)` subscribes the Kinesis stream to the log group, for JSON events whose field
#   `status` is 500 or more. Other events never reach the stream.
# - `unpack(data)` takes the data of one record and returns the events in it as a list of dictionaries: the JSON of
#   the message, with the name of the log stream added under `server`. CloudWatch Logs now and then sends a record with
#   `messageType` `CONTROL_MESSAGE`, to test the way; for that the list is empty.
#
# <details><summary>Hint</summary>
#
# Choose at the source: `filterPattern` takes the patterns from above. For a record: `gzip.decompress`, `json.loads`,
# and then `json.loads` again for each message in `logEvents`.
# </details>


# %% exercise="forward"
def forward(group: str, stream_arn: str, role_arn: str) -> None:
    """Send the group's events with a status of 500 or more on to a Kinesis stream."""
    ### BEGIN SOLUTION
    logs.put_subscription_filter(
        logGroupName=group,
        filterName="failures",
        filterPattern="{ $.status >= 500 }",
        destinationArn=stream_arn,
        roleArn=role_arn,
    )
    ### END SOLUTION


def unpack(data: bytes) -> list[dict]:
    """Return the events in the data of one record, each with its server."""
    ### BEGIN SOLUTION
    packet = json.loads(gzip.decompress(data))
    if packet["messageType"] != "DATA_MESSAGE":
        return []
    server = packet["logStream"]
    return [json.loads(event["message"]) | {"server": server} for event in packet["logEvents"]]
    ### END SOLUTION


# %% check="forward" points=3
with check("forward", needs=["forward", "unpack"], right="What is not sent on costs nothing.") as expect:
    check_role = role_for_logs(lab.unique_name("check-role"))

    def forwards(server: str, events: list[dict], wanted: list[dict]) -> None:
        group, stream = lab.unique_name("check-forward"), new_stream(lab.unique_name("check-stream"))
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName=server)
        forward(group, stream, check_role)
        made = logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
        expect(made, "The log group has no subscription filter after forward(...).")
        now = milliseconds(lab.clock.now())
        batch = [{"timestamp": now + n, "message": json.dumps(event)} for n, event in enumerate(events)]
        batch.append({"timestamp": now + 99, "message": "no JSON at all"})
        logs.put_log_events(logGroupName=group, logStreamName=server, logEvents=batch)
        arrived = records(stream)
        expect(arrived or not wanted, f"Nothing arrived in the stream, but {wanted[0] if wanted else ''} should.")
        raw = [json.loads(gzip.decompress(one))["logEvents"] for one in arrived]
        sent = [one["message"] for part in raw for one in part]
        expect.equal(sent, [json.dumps(one) for one in wanted], "The messages that reached the stream")
        got = [event for one in arrived for event in unpack(one)]
        expect.equal(got, [one | {"server": server} for one in wanted], "What unpack returns for these records")

    forwards(
        "server-1",
        [{"status": 504, "ms": 9}, {"status": 200, "ms": 5000}, {"status": 500}],
        [{"status": 504, "ms": 9}, {"status": 500}],
    )
    control = {
        "messageType": "CONTROL_MESSAGE",
        "logStream": "",
        "logEvents": [{"id": "", "message": "CWL CONTROL MESSAGE"}],
    }
    returned = unpack(gzip.compress(json.dumps(control).encode()))
    expect.equal(returned, [], "What unpack returns for a control message")
    ### BEGIN HIDDEN TESTS
    forwards(
        "server-7", [{"status": 499}, {"status": 503, "a": {"b": 1}}, {"ms": 500}], [{"status": 503, "a": {"b": 1}}]
    )
    forwards("server-8", [{"status": 200}], [])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Across accounts
#
# Companies keep the logs of all accounts in one. For that a subscription points to a **destination** of the account
# that collects:
#
# 1. The collecting account makes a stream, a role, and a destination over both (`put_destination`).
# 2. It says who may use it (`put_destination_policy`). Without this policy nobody may.
# 3. A sending account makes a subscription filter with the ARN of the destination. It needs no role for that.
#
# (Newer ways to the same end: CloudWatch cross-account observability, since November 2022, and rules that copy log
# groups to a central account.)

# %% setup="accounts"
organizations = boto3.client("organizations")
try:
    organizations.create_organization(FeatureSet="ALL")
except organizations.exceptions.AlreadyInOrganizationException:
    pass


def open_account(name: str) -> tuple[str, boto3.Session]:
    """Another account of the organization: its number, and a session in it."""
    email = f"{lab.unique_name(name)}@tern.example"
    made = organizations.create_account(AccountName=name, Email=email)
    number = made["CreateAccountStatus"]["AccountId"]
    door = f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole"
    lent = sts.assume_role(RoleArn=door, RoleSessionName="tern")["Credentials"]
    session = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
    return number, session


SHOP, shop = open_account("shop")
PIER, pier = open_account("pier")


def subscribe(session: boto3.Session, destination_arn: str) -> str:
    """Subscribe a destination to a new log group in the account of a session; the group."""
    there, group = session.client("logs"), lab.unique_name("till")
    there.create_log_group(logGroupName=group)
    there.create_log_stream(logGroupName=group, logStreamName="one")
    there.put_subscription_filter(
        logGroupName=group,
        filterName="central",
        filterPattern="",
        destinationArn=destination_arn,
    )
    return group


def new_destination(stream_arn: str) -> str:
    """A destination in our account, with a stream behind it; its ARN."""
    made = logs.put_destination(
        destinationName=lab.unique_name("central"),
        targetArn=stream_arn,
        roleArn=role_for_logs(lab.unique_name("destination-role")),
    )
    return made["destination"]["arn"]


# %%
demo = new_destination(new_stream(lab.unique_name("central")))
print(demo)
try:
    subscribe(shop, demo)
except logs.exceptions.ClientError as error:
    print(error.response["Error"]["Code"])

# %% [markdown]
# ### Your turn: repair the door
#
# `access_policy(destination_arn, accounts)` returns the policy of a destination, as a dictionary. At the moment it
# lets the whole world in, with more than is needed. Mend it: only the accounts whose numbers are in the list `accounts`
# may, only `logs:PutSubscriptionFilter`, and only on this destination.
#
# <details><summary>Hint</summary>
#
# A principal may be a list of account numbers: `{"AWS": ["111122223333", ...]}`.
# </details>


# %% exercise="let-in" repair=true
def access_policy(destination_arn: str, accounts: list[str]) -> dict:
    """The policy of a destination that lets these accounts subscribe."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "logs:*", "Resource": "*"},
        ],
    }


### BEGIN SOLUTION
def access_policy(destination_arn: str, accounts: list[str]) -> dict:
    """The policy of a destination that lets these accounts subscribe."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": list(accounts)},
                "Action": "logs:PutSubscriptionFilter",
                "Resource": destination_arn,
            },
        ],
    }


### END SOLUTION


# %% check="let-in" points=2
with check(
    "let-in", needs="access_policy", right="The receiver decides who may send; a new account means one more number."
) as expect:
    sessions = {SHOP: shop, PIER: pier}

    def lets_in(invited: list[str], strangers: list[str]) -> None:
        stream = new_stream(lab.unique_name("check-central"))
        arn, other = new_destination(stream), new_destination(stream)
        policy = access_policy(arn, invited)
        text = policy if isinstance(policy, str) else json.dumps(policy)
        for name in (arn, other):  # the same policy on another destination must open nothing
            logs.put_destination_policy(destinationName=name.rpartition(":")[2], accessPolicy=text)
        for number in strangers:
            with expect.refused(
                "AccessDeniedException", f"Account {number} is not in the list, and yet it may subscribe."
            ):
                subscribe(sessions[number], arn)
        for number in invited:
            try:
                group = subscribe(sessions[number], arn)
            except logs.exceptions.ClientError as error:
                expect(
                    False, f"Account {number} is in the list, but may not subscribe: {error.response['Error']['Code']}."
                )
            now = milliseconds(lab.clock.now())
            sessions[number].client("logs").put_log_events(
                logGroupName=group, logStreamName="one", logEvents=[{"timestamp": now, "message": f"from {number}"}]
            )
        owners = [json.loads(gzip.decompress(one))["owner"] for one in records(stream)]
        expect(
            sorted(owners) == sorted(invited),
            f"Events of {owners or 'no account'} reached the stream, not of {invited}.",
        )
        for number in invited:
            with expect.refused(
                "AccessDeniedException", "The policy also opens other destinations: name this one in Resource."
            ):
                subscribe(sessions[number], other)
        statements = json.loads(text)["Statement"]
        for one in [statements] if isinstance(statements, dict) else statements:
            actions = one.get("Action", [])
            actions = [actions] if isinstance(actions, str) else actions
            too_much = [action for action in actions if action.lower() != "logs:putsubscriptionfilter"]
            expect(
                one.get("Effect") != "Allow" or not too_much,
                f"The policy allows {too_much}; logs:PutSubscriptionFilter is all that a sender needs.",
            )

    lets_in([SHOP], [PIER])
    lets_in([SHOP, PIER], [])
    ### BEGIN HIDDEN TESTS
    lets_in([PIER], [SHOP])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Under your own key
#
# CloudWatch Logs always encrypts. If the key has to be *yours*, associate a symmetric KMS key with the group: at
# `create_log_group(kmsKeyId=...)`, or later with `associate_kms_key`, which counts for new events (after up to five
# minutes). The key's policy must let the service in; a condition on the *encryption context* ties it to one group.

# %%
kms = boto3.client("kms")
booking_arn = f"arn:aws:logs:us-east-1:{OURS}:log-group:/tern/booking"
owner = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{OURS}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
for_logs = {
    "Effect": "Allow",
    "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
    "Action": [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:Describe*",
    ],
    "Resource": "*",
    "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": booking_arn}},
}
policy = {"Version": "2012-10-17", "Statement": [owner, for_logs]}
key = kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
logs.associate_kms_key(logGroupName="/tern/booking", kmsKeyId=key)
try:
    logs.associate_kms_key(logGroupName="/tern/short", kmsKeyId=key)
except logs.exceptions.ClientError as error:
    print("/tern/short:", error.response["Error"]["Code"])
group = logs.describe_log_groups(logGroupNamePrefix="/tern/booking")["logGroups"][0]
print("/tern/booking:", group["kmsKeyId"] == key)

logs.disassociate_kms_key(logGroupName="/tern/booking")
_ = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)  # a key costs by the month

# %% [markdown]
# ## What the balancer saw
#
# In front of Tern's servers stands an Application Load Balancer. Its **metrics** count (connections, requests, 5xx).
# Its **access log** has a line for every request; you switch it on with the attribute `access_logs.s3.enabled`, and
# files arrive in a bucket every five minutes, packed with gzip. There is no charge for them but that of S3.
#
# Words stand between spaces, texts that may hold spaces in quotes. From left: type, time, balancer, client, target,
# three times in seconds (request, **target**, response), **status of the balancer**, **status of the target**, bytes
# in and out, the request, and more.


# %% setup="balancer"
def access_line(path: str, balancer: int, target: int | None) -> str:
    """A made-up line in the format of an access log."""
    times = "0.001 0.040 0.000" if target else "0.001 -1 -1"
    return (
        "h2 2026-11-20T08:41:07.186641Z app/tern/50dc6c495c0c9188 203.0.113.9:40100 "
        f"{'-' if balancer == 503 else '10.0.0.5:8080'} {times} {balancer} {target or '-'} "
        f'218 587 "GET https://tern.example:443{path} HTTP/2.0" "Mozilla/5.0 (X11; 500)" '
        "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 "
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/tern/73e2d6bc24d "
        '"Root=1-67123456-1c2d3e4f5a6b7c8d9e0f1a2b" "tern.example" '
        '"arn:aws:acm:us-east-1:123456789012:certificate/1" 0 2026-11-20T08:41:02.145000Z '
        f'"forward" "-" "-" "10.0.0.5:8080" "{target or "-"}" "-" "-" TID_1234abcd5678'
    )


def put_log_file(bucket: str, key: str, lines: list[str]) -> None:
    """Store lines as the balancer does: packed."""
    s3 = boto3.client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress("\n".join(lines).encode()))


# %%
print(access_line("/pay?ferry=12", 504, None), "\n")
for line in (access_line("/timetable", 200, 200), access_line("/pay?ferry=12", 504, None)):
    words = line.split(" ")
    print(f"balancer {words[8]}, target {words[9]:>3}, seconds of the target {words[6]}")

# %% [markdown]
# The pair of statuses tells *whose* failure it was. `500 500`: the target answered 500, look into its log. `504 -`: the
# target gave **no** answer in time; `503 -`: there was no healthy target; `502 -`: the connection broke. Then the
# balancer itself made the answer, and the target's log may hold nothing at all.
#
# ### Your turn: who is to blame?
#
# Write `blame(bucket, prefix)`. It reads all packed files below the prefix and returns a `Counter` over the requests
# that the balancer answered with a status of 500 to 599. Its keys are pairs: `"target"` or `"balancer"`, and the path
# without the query, such as `("balancer", "/pay")`.
#
# <details><summary>Hint</summary>
#
# `line.split(" ")` gives the statuses at positions 8 and 9; they come before the first quote. The request is the first
# text between quotes, `line.split('"')[1]`: its second word is the URL, and `urllib.parse.urlsplit(url).path` is the
# path.
# </details>

# %% exercise="blame"
from urllib.parse import urlsplit


def blame(bucket: str, prefix: str) -> Counter:
    """Count failed requests by who made the answer, and path."""
    ### BEGIN SOLUTION
    s3 = boto3.client("s3")
    counted: Counter = Counter()
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for listed in page.get("Contents", []):
            packed = s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"].read()
            for line in gzip.decompress(packed).decode().splitlines():
                balancer, target = line.split(" ")[8:10]
                if balancer.startswith("5"):
                    path = urlsplit(line.split('"')[1].split(" ")[1]).path
                    counted["balancer" if target == "-" else "target", path] += 1
    return counted
    ### END SOLUTION


# %% check="blame" points=3
with check("blame", needs="blame", right="One log says what failed, the other says who: keep both.") as expect:

    def blames(files: list[list[tuple[str, int, int | None]]], wanted: dict[tuple[str, str], int]) -> None:
        s3, bucket = boto3.client("s3"), lab.unique_name("check-balancer")
        s3.create_bucket(Bucket=bucket)
        for n, requests in enumerate(files):
            put_log_file(bucket, f"AWSLogs/2026/11/20/{n}.log.gz", [access_line(*one) for one in requests])
        put_log_file(bucket, "other/0.log.gz", [access_line("/other", 500, 500)])
        got = blame(bucket, "AWSLogs/")
        expect(isinstance(got, dict), "Return a Counter (or another dictionary).")
        for key in {**wanted, **got}:
            expect(
                got.get(key, 0) == wanted.get(key, 0),
                f"For {key} you count {got.get(key, 0)}; it should be {wanted.get(key, 0)}. Keys are pairs of who and "
                "path; only statuses of the balancer from 500 to 599 count, in all files below the prefix.",
            )

    blames(
        [
            [("/pay?ferry=12", 504, None), ("/pay?ferry=9", 504, None), ("/timetable", 200, 200)],
            [("/seats", 500, 500), ("/pay", 404, 404), ("/seats", 460, None), ("/seats", 503, None)],
        ],
        {("balancer", "/pay"): 2, ("target", "/seats"): 1, ("balancer", "/seats"): 1},
    )
    ### BEGIN HIDDEN TESTS
    blames([[("/a/500?x=1", 200, 200), ("/a", 502, None)], [("/a", 503, None), ("/b", 503, 503)]],
           {("balancer", "/a"): 2, ("target", "/b"): 1})  # fmt: skip
    blames([[("/", 301, 301)]], {})
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it costs
#
# Three lines make the bill: each GB that **comes in**, each GB-month that is **kept** (packed), and each GB that a
# query **scans**. The log class *Infrequent Access* takes lines at half the price; such a group can be queried with
# Insights, but has no metric filters and no subscriptions. The class is chosen once, at
# `create_log_group(logGroupClass="INFREQUENT_ACCESS")`. Logs that AWS services write (*vended* logs) get cheaper with
# the amount. What did a query of this lesson cost?

# %%
size = run("filter status = 504 | limit 1")["statistics"]
scan = facts.price("cloudwatch-logs", "insights-scan")
usd = size["bytesScanned"] / 1e9 * scan
print(f"{size['recordsMatched']:.0f} events fit, {size['recordsScanned']:.0f} were scanned,")
print(f"{size['bytesScanned']:,.0f} bytes: {usd:.8f} USD. A hundred GB: {100 * scan:.2f} USD.")

# %% [markdown]
# ### Your turn: the monthly bill
#
# Write `monthly_bill(gb_a_day, days, scanned, cheap)`, in USD for a month of 30 days, long after the start:
#
# - all that comes in costs `ingest-standard`, or `ingest-infrequent-access` if `cheap` is true;
# - what is kept are `days` days of logs, packed to 15 % of their size; a GB-month costs `storage`;
# - `scanned` GB a day go through queries, at `insights-scan` each.
#
# The prices are `facts.price("cloudwatch-logs", NAME)`. Leave the free 5 GB aside.
#
# <details><summary>Hint</summary>
#
# Ingestion and scans happen on 30 days. Storage does not: at any moment `days` days of logs are there, and that
# for one month.
# </details>


# %% exercise="expensive"
def monthly_bill(gb_a_day: float, days: int, scanned: float, cheap: bool = False) -> float:
    """Return the month's bill in USD."""
    ### BEGIN SOLUTION
    kind = "ingest-infrequent-access" if cheap else "ingest-standard"
    ingestion = 30 * gb_a_day * facts.price("cloudwatch-logs", kind)
    storage = gb_a_day * days * 0.15 * facts.price("cloudwatch-logs", "storage")
    scans = 30 * scanned * facts.price("cloudwatch-logs", "insights-scan")
    return ingestion + storage + scans
    ### END SOLUTION


# %% check="expensive" points=2
with check("expensive", needs="monthly_bill", right="What comes in is the bill; the rest is small change.") as expect:
    taken = float(facts.price("cloudwatch-logs", "ingest-standard"))
    half = float(facts.price("cloudwatch-logs", "ingest-infrequent-access"))
    a_month = float(facts.price("cloudwatch-logs", "storage"))
    read = float(facts.price("cloudwatch-logs", "insights-scan"))
    expect.close(monthly_bill(20, 0, 0), 600 * taken, "20 GB a day, nothing kept, no queries")
    expect.close(monthly_bill(20, 0, 0, True), 600 * half, "The same in Infrequent Access")
    expect.close(
        monthly_bill(1, 365, 0) - monthly_bill(1, 0, 0),
        365 * 0.15 * a_month,
        "What storage adds for 1 GB a day, kept for 365 days",
    )
    expect.close(monthly_bill(1, 0, 40) - monthly_bill(1, 0, 0), 1200 * read, "What queries over 40 GB a day add")
    ### BEGIN HIDDEN TESTS
    expect.close(
        monthly_bill(7, 30, 5, True),
        210 * half + 210 * 0.15 * a_month + 150 * read,
        "7 GB a day in Infrequent Access, 30 days kept, 5 GB a day scanned",
    )
    ### END HIDDEN TESTS

# %%
prices = {
    name: facts.price("cloudwatch-logs", name)
    for name in ("ingest-standard", "ingest-infrequent-access", "storage", "insights-scan")
}


def parts(gb: float, days: int, scanned: float, kind: str = "standard") -> dict[str, float]:
    """The lines of a bill for 30 days."""
    return {
        "coming in": 30 * gb * prices[f"ingest-{kind}"],
        "kept": gb * days * 0.15 * prices["storage"],
        "scanned": 30 * scanned * prices["insights-scan"],
    }


charts.stack(
    {
        "as it is: 20 GB a day, 365 days": parts(20, 365, 40),
        "kept for 30 days only": parts(20, 30, 40),
        "half of the queries": parts(20, 365, 20),
        "Infrequent Access": parts(20, 365, 40, "infrequent-access"),
        "without DEBUG lines: 8 GB a day": parts(8, 365, 16),
    },
    headline="What is not written saves most; a shorter retention saves a tenth",
    unit="USD per month",
    source=list(prices.values()),
)

# %% [markdown]
# > **Bill.** On the real AWS this lesson would cost a few cents: the Kinesis streams bill by the hour, metrics by the
# > month, stored events by the GB. So we take away what bills. With a group go its events and its filters.

# %%
for name in kinesis.list_streams()["StreamNames"]:
    kinesis.delete_stream(StreamName=name)
for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/tern/"):
    for group in page["logGroups"]:
        logs.delete_log_group(logGroupName=group["logGroupName"])

# %% [markdown]
# ## To remember
#
# - Events lie in streams, streams in groups; retention, key and permissions belong to the group. Default: for ever.
# - EC2 sends no logs and no memory by itself: install the unified agent, with a role.
# - A filter pattern chooses events for a search, a metric filter, a subscription. A metric filter never looks back.
# - Logs Insights queries what is stored, and bills the GB scanned, not the rows found: keep the range of time short.
# - An export copies once and may lag by 12 hours; a subscription sends on within seconds, two in a group.
# - Across accounts: a destination with a policy where logs are collected, a subscription in each sender.
# - Two statuses in a balancer's access log tell who failed: `504 -` is the balancer's answer, `500 500` the target's.
# - Ingestion is most of the bill: write less, or use Infrequent Access where no filter and no subscription is needed.

# %% [markdown] question="agent-silent"
# ### Question 1
#
# A company starts EC2 instances with a program that writes to `/var/log/app.log`, and wants the lines and the use of
# memory in CloudWatch. Nothing appears. Which two things together are missing?
#
# - [ ] **A** Detailed monitoring, and a log group with the name of the file.
#   > Detailed monitoring sends the same outside metrics each minute; neither of them reads a file or memory.
# - [x] **B** The unified CloudWatch agent with a configuration, and an instance role that may write logs and metrics.
#   > The agent tails the files and measures memory; `CloudWatchAgentServerPolicy` holds the permissions.
# - [ ] **C** A subscription filter on the instance, and a Kinesis stream.
#   > A subscription starts at a log group; here nothing reaches one.
# - [ ] **D** The old CloudWatch Logs agent, and a metric filter on memory.
#   > The old agent is deprecated and sends logs only; a filter needs lines that tell the memory.

# %% answer="agent-silent"
answer = "B"

# %% check="agent-silent" points=1
question("agent-silent", answer)

# %% [markdown] question="archive-continuously"
# ### Question 2
#
# An auditor wants all events of a log group in S3, never more than half an hour old, with as little code as possible.
# What do you set up?
#
# - [ ] **A** A schedule that calls `CreateExportTask` every ten minutes.
#   > Data may take up to 12 hours until it can be exported, and one task at a time is allowed in an account.
# - [ ] **B** A retention policy of one day, so that events move to S3.
#   > Retention deletes events; it never moves them.
# - [x] **C** A subscription filter with an empty pattern to Amazon Data Firehose, which writes to the bucket.
#   > It runs by itself; the buffer of Firehose decides how old the newest file is, minutes at most.
# - [ ] **D** A Logs Insights query on a schedule whose result is stored.
#   > Each run scans and bills everything in its range again, and you would have to write the storing yourself.

# %% answer="archive-continuously"
answer = "C"

# %% check="archive-continuously" points=1
question("archive-continuously", answer)

# %% [markdown] question="filter-too-late"
# ### Question 3
#
# After an incident a team makes a metric filter for `"payment failed"` to draw last week's failures. The graph stays
# empty, although the words are in the logs. What helps?
#
# - [x] **A** A Logs Insights query that counts the events by `bin(1h)`.
#   > The filter counts only events that come after it. A query reads what is stored.
# - [ ] **B** Wait: a metric filter needs up to 48 hours for old events.
#   > It never reads old events, however long you wait.
# - [ ] **C** A dimension in the filter.
#   > It splits the metric, and makes no older data points.
# - [ ] **D** Set the retention to a year.
#   > The events are there already; how long they stay does not change what the filter sees.

# %% answer="filter-too-late"
answer = "A"

# %% check="filter-too-late" points=1
question("filter-too-late", answer)

# %% [markdown] question="key-refused"
# ### Question 4
#
# `associate_kms_key` fails for a log group, although the caller is an administrator and the key is enabled and
# symmetric. What is the likely cause?
#
# - [ ] **A** A group that has events already cannot get a key.
#   > It can; the key counts for what comes from then on.
# - [ ] **B** The caller needs `kms:CreateGrant`.
#   > CloudWatch Logs works by the key policy here. A grant of the caller does not let the service in.
# - [ ] **C** CloudWatch Logs takes only keys that AWS manages.
#   > It takes customer managed symmetric keys; that is what the call is for.
# - [x] **D** The key policy does not let `logs.REGION.amazonaws.com` use the key for this group.
#   > The service itself must be named, best with a condition on the encryption context, which holds the group's ARN.

# %% answer="key-refused"
answer = "D"

# %% check="key-refused" points=1
question("key-refused", answer)

# %%
progress()
