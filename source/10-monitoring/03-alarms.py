# ---
# jupyter:
#   course:
#     exam:
#     - '4.1'
#     - '4.2'
#     - '4.3'
#     minutes: 60
#     practises:
#       canary:
#       - synthetics.canaries
#       - cloudwatch.alarm-evaluation
#       dead-links:
#       - synthetics.blueprints
#       guard:
#       - cloudwatch.alarm-states
#       - cloudwatch.alarm-evaluation
#       heal:
#       - cloudwatch.ec2-recovery
#       - cloudwatch.alarm-actions
#       one-page:
#       - cloudwatch.composite-alarms
#       quiet:
#       - cloudwatch.log-alarms-and-mutes
#       rehearse:
#       - cloudwatch.set-alarm-state
#       - cloudwatch.alarm-actions
#       states:
#       - cloudwatch.alarm-evaluation
#       - cloudwatch.alarm-states
#       tune:
#       - cloudwatch.alarm-periods
#     services:
#     - cloudwatch
#     - sns
#     - ec2
#     - lambda
#     - events
#     title: When to ring
#     topics:
#     - cloudwatch.alarm-states
#     - cloudwatch.alarm-periods
#     - cloudwatch.alarm-evaluation
#     - cloudwatch.alarm-actions
#     - cloudwatch.set-alarm-state
#     - cloudwatch.composite-alarms
#     - cloudwatch.ec2-recovery
#     - cloudwatch.log-alarms-and-mutes
#     - synthetics.canaries
#     - synthetics.blueprints
#     - evidently.launches-experiments
# ---

# %% [markdown]
# # When to ring
#
# Since Tern, the ferry company, measures its ticket shop, nobody sleeps: the phone rings at every little spike. One
# night it did *not* ring, because a broken server sends no numbers at all. After this lesson you can build alarms that
# ring when a person is needed and only then, that heal what a machine can heal, and a canary that buys a ticket
# before the first customer does.

# %% setup="start"
import datetime as dt
import hashlib
import io
import json
import math
import random
import zipfile
from collections import Counter
from urllib.parse import urljoin, urlparse

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("10-monitoring/03-alarms")
lab.start()
cloudwatch = boto3.client("cloudwatch")
ec2 = boto3.client("ec2")
events = boto3.client("events")
functions = boto3.client("lambda")
iam = boto3.client("iam")
sns = boto3.client("sns")
sqs = boto3.client("sqs")
# AWS publishes the id of its newest Linux image as a parameter.
newest_linux = boto3.client("ssm").get_parameter(
    Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
)["Parameter"]["Value"]


def where(**values: str) -> list[dict[str, str]]:
    """Dimensions as CloudWatch takes them: where(Route="north") names one."""
    return [{"Name": name, "Value": value} for name, value in values.items()]


def state_of(alarm: str) -> str:
    """The state that an alarm is in."""
    kinds = ["MetricAlarm", "CompositeAlarm"]
    found = cloudwatch.describe_alarms(AlarmNames=[alarm], AlarmTypes=kinds)
    (one,) = [*found["MetricAlarms"], *found["CompositeAlarms"]]
    return one["StateValue"]


def on_the_minute(every: int = 1) -> dt.datetime:
    """Move the clock to the next full minute, or full five or thirty; return that moment."""
    now = lab.clock.now()
    full = now.replace(second=0, microsecond=0)
    full += dt.timedelta(minutes=every - now.minute % every)
    lab.clock.advance(seconds=(full - now).total_seconds() + 1)
    return full


class Phone:
    """A topic whose messages we can read: it stands for the phone of whoever is on duty."""

    def __init__(self) -> None:
        name = lab.unique_name("on-duty")
        self.topic = sns.create_topic(Name=name)["TopicArn"]
        self.queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        named = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])
        arn = named["Attributes"]["QueueArn"]
        may = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self.topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": policy})
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)

    def rang(self) -> list[str]:
        """What came since the last look: 'ALARM name', 'OK name' ..."""
        lab.settle()
        told = []
        ten = {"QueueUrl": self.queue, "MaxNumberOfMessages": 10}
        while found := sqs.receive_message(**ten).get("Messages"):
            for message in found:
                said = json.loads(json.loads(message["Body"])["Message"])
                words = f"{said['NewStateValue']} {said['AlarmName']}"
                told.append((said["StateChangeTime"], words))
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [words for _, words in sorted(told)]


# %% [markdown]
# ## Three states
#
# An **alarm** watches one metric, or one result of metric math, and is always in one of three states: `OK`, `ALARM`,
# or `INSUFFICIENT_DATA` while it cannot tell. A new alarm begins in the last. Each *change* of state may start
# **actions**; as long as nothing changes, nothing is sent. Here the shop answers with errors for some minutes.

# %%
phone = Phone()
balancer = {"LoadBalancer": lab.unique_name("app/tern")}
first = lab.unique_name("shop-errors")
cloudwatch.put_metric_alarm(
    AlarmName=first,
    AlarmDescription="Customers see errors. What to do: wiki/shop-errors",
    Namespace="AWS/ApplicationELB",
    MetricName="HTTPCode_Target_5XX_Count",
    Dimensions=where(**balancer),
    Statistic="Sum",
    Period=60,
    EvaluationPeriods=3,
    DatapointsToAlarm=2,
    Threshold=5,
    ComparisonOperator="GreaterThanThreshold",
    AlarmActions=[phone.topic],
)
print("new:", state_of(first))
errors = [0, 1, 0, 7, 2, 0, 9, 8, 2, 6, 1, 0, 0, 0]
on_the_minute()
lab.measured(
    "AWS/ApplicationELB",
    "HTTPCode_Target_5XX_Count",
    errors,
    balancer,
    since=lab.clock.now(),
)
seen = []
for _ in errors:
    lab.clock.advance(minutes=1)
    seen.append(state_of(first))
print(phone.rang())

# %%
spans = []
for minute, state in enumerate(seen):
    if spans and spans[-1][2] == state:
        spans[-1][1] = minute + 2
    else:
        spans.append([minute + 1, minute + 2, state])
charts.steps(
    {"errors": (range(len(errors)), errors)},
    thresholds={"threshold": 5},
    states=[tuple(span) for span in spans],
    x_unit="minutes",
    y_label="errors per minute",
    until=len(errors) + 1,
    headline="One bad minute stays quiet; two of three ring, and the phone rings once",
    source="measured in the lab",
)

# %% [markdown]
# Five settings decide:
#
# - `Statistic` and `Period` make one number of each minute (a balancer sends a 1 for each error: only `Sum` counts
#   them);
# - `Threshold` and `ComparisonOperator` say which points are bad (they *breach*);
# - `EvaluationPeriods` (N) and `DatapointsToAlarm` (M): M of the last N points must breach. Without M, all N.
#
# The sixth, `TreatMissingData`, decides about periods without a point: `missing` (the default: when nothing at all is
# left to judge, the alarm cannot tell), `notBreaching` (silence is good), `breaching` (silence is bad), `ignore` (stay
# as you were).
#
# ### Your turn: guard the shop
#
# Write `guard(name, balancer, topic)`: an alarm of this name that rings when there are **more than 10** errors
# (`HTTPCode_Target_5XX_Count`) in a minute, in **3 of 5** minutes. A balancer without errors sends no data: that is
# good news. The topic hears when it rings and when it is over.
#
# <details><summary>Hint</summary>
#
# The alarm above is nearly it. "Over" has its own list of actions, `OKActions`.
# </details>


# %% exercise="guard"
def guard(name: str, balancer: str, topic: str) -> None:
    """Make the alarm on the shop's errors."""
    ### BEGIN SOLUTION
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ApplicationELB",
        MetricName="HTTPCode_Target_5XX_Count",
        Dimensions=where(LoadBalancer=balancer),
        Statistic="Sum",
        Period=60,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )
    ### END SOLUTION


# %% check="guard" points=3
with check(
    "guard",
    needs="guard",
    right="Three bad minutes of five wake somebody, and silence is good news.",
) as expect:

    def minutes_of(counts: list, rings: int | None, why: str) -> None:
        """Errors minute by minute; `rings` is the number of minutes after which the alarm must ring."""
        name, balancer, phone = (
            lab.unique_name("check-guard"),
            lab.unique_name("app/check"),
            Phone(),
        )
        on_the_minute()
        guard(name, balancer, phone.topic)
        made = [one["AlarmName"] for one in cloudwatch.describe_alarms(AlarmNamePrefix=name)["MetricAlarms"]]
        expect(
            made == [name],
            f"There is no alarm {name!r}: use the name that the function is given.",
        )
        named = {"LoadBalancer": balancer}
        each = [one if not one else [1] * one for one in counts]  # a balancer sends a 1 for each error
        lab.measured(
            "AWS/ApplicationELB",
            "HTTPCode_Target_5XX_Count",
            each,
            named,
            since=lab.clock.now(),
        )
        states = []
        for _ in counts:
            lab.clock.advance(minutes=1)
            states.append(state_of(name))
        rang = states.index("ALARM") + 1 if "ALARM" in states else None
        shown = ", ".join("-" if one is None else str(one) for one in counts)
        expect(
            rang == rings,
            f"Errors per minute {shown}: the alarm rang {f'after {rang} minutes' if rang else 'never'}, it should ring "
            f"{f'after {rings}' if rings else 'never'}. {why}",
        )
        told = [words.split()[0] for words in phone.rang()]
        expect(
            rings is None or "ALARM" in told,
            "The alarm rings, and the topic hears nothing: AlarmActions.",
        )
        lab.clock.advance(minutes=10)
        expect(
            state_of(name) == "OK",
            f"Ten minutes without any data later the alarm is {state_of(name)}; it should be OK. See TreatMissingData.",
        )
        over = [words.split()[0] for words in phone.rang()]
        expect(
            rings is None or "OK" in [*told[told.index("ALARM") :], *over],
            "The topic did not hear that it is over.",
        )

    minutes_of([11, 11, 11, 11], 3, "Three bad minutes of five are enough (their errors in Sum).")
    minutes_of([20, 0, 20, 0, 20], 5, "They need not follow each other.")
    minutes_of([20, 20, 0, 0, 0, 20, 0, 0], None, "Never three within five minutes.")
    minutes_of([10, 10, 10, 10], None, "Ten is not more than ten.")
    minutes_of([None] * 3, None, "Silence is good news.")
    ### BEGIN HIDDEN TESTS
    minutes_of([12, 0, 12, 12, 0], 4, "Twelve is more than ten.")
    minutes_of([400, 400, 0, 0, 0, 0], None, "Two minutes, however bad, are not three.")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: predict the state
#
# An alarm rings above 10, in **2 of 3** periods of a minute. Before each line it was in state `OK`, if the line does
# not say otherwise. Say for each line in which state it is afterwards. `-` is a minute without data, the newest stands
# to the right. Then the lab measures.
#
# <details><summary>Hint</summary>
#
# Where points are missing, CloudWatch looks a little further back and takes the newest points it finds. Only if too few
# are there does TreatMissingData decide about the rest.
# </details>

# %% exercise="states" repair=true
prediction = {
    "5 12 5 12 12, missing": None,
    "12 - 12 - -, missing": None,
    "- - - - -, missing": None,
    "- - - - -, notBreaching": None,
    "- - - - -, breaching": None,
    "- - - - -, ignore, it was in ALARM": None,
    "12 12 5 5 5, breaching": None,
}
### BEGIN SOLUTION
said = ["ALARM", "ALARM", "INSUFFICIENT_DATA", "OK", "ALARM", "ALARM", "OK"]
prediction = dict(zip(prediction, said, strict=True))
### END SOLUTION

# %% check="states" points=2
with check(
    "states",
    needs="prediction",
    right="Silence has four meanings; the alarm's author must choose one.",
) as expect:
    expect(isinstance(prediction, dict), "`prediction` should be the dictionary of the task.")
    expect.not_tried(all(value is None for value in prediction.values()))

    def comes_to(line: str) -> str:
        """Build the line in the account; return the state."""
        points, treat, *more = (part.strip() for part in line.split(","))
        name, metric = lab.unique_name("check-state"), lab.unique_name("Check")
        on_the_minute()
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="Tern/Check",
            MetricName=metric,
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=3,
            DatapointsToAlarm=2,
            Threshold=10,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData=treat,
        )
        before = "ALARM" if more else "OK"
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=before, StateReason="before the line")
        now = lab.clock.now()
        values = points.split()
        for back, value in enumerate(reversed(values)):
            if value != "-":
                at = now - dt.timedelta(minutes=back)
                data = [{"MetricName": metric, "Value": float(value), "Timestamp": at}]
                cloudwatch.put_metric_data(Namespace="Tern/Check", MetricData=data)
        lab.clock.advance(minutes=1)
        return state_of(name)

    reasons = {
        "5 12 5 12 12": "Two of the last three breach.",
        "12 - 12": "CloudWatch looks further back: among the newest points it finds, two breach.",
        "- - - - -, missing": "There is nothing to judge.",
        "- - - - -, notBreaching": "Every missing point counts as a good one.",
        "- - - - -, breaching": "Every missing point counts as a bad one.",
        "ignore": "It stays as it was.",
        "12 12 5 5 5": "The last three points are there and good; older ones no longer count.",
    }
    for line, guess in prediction.items():
        expect(
            guess in ("OK", "ALARM", "INSUFFICIENT_DATA"),
            f"'{line}': write OK, ALARM or INSUFFICIENT_DATA, not {guess!r}.",
        )
        hint = next((reason for words, reason in reasons.items() if words in line), "")
        expect(
            guess == comes_to(line),
            f"'{line}': you said {guess}; the lab says otherwise. {hint}",
        )
    ### BEGIN HIDDEN TESTS
    expect(len(prediction) == len(reasons), "Keep the seven lines as they are.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Too soon, too late
#
# A short window rings at every spike, a long one when the customers have left. How much each costs you, you can
# measure: five alarms on the same server, three hours with spikes of a minute or two, then a real overload.

# %%
ticketing = {"InstanceId": lab.unique_name("i-shop")}
load = [35 + minute % 9 for minute in range(180)]
for minute in range(0, 150, 15):
    load[minute + 6] = 96
    if minute % 45 == 0:
        load[minute + 7] = 97
load[150:] = [95 + minute % 3 for minute in range(30)]
choices = {
    "1 of 1": (60, 1),
    "2 of 2": (60, 2),
    "3 of 3": (60, 3),
    "6 of 6": (60, 6),
    "1 of 1, 5 min": (300, 1),
}
names = {}
began = on_the_minute(5)
for label, (period, needed) in choices.items():
    names[label] = lab.unique_name("busy")
    cloudwatch.put_metric_alarm(
        AlarmName=names[label],
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=where(**ticketing),
        Statistic="Average",
        Period=period,
        EvaluationPeriods=needed,
        Threshold=80,
        ComparisonOperator="GreaterThanThreshold",
    )
lab.measured("AWS/EC2", "CPUUtilization", load, ticketing, since=began)
lab.clock.advance(hours=3)
overload = began + dt.timedelta(minutes=150)
found = {}
for label, name in names.items():
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=name,
        HistoryItemType="StateUpdate",
    )
    items = [one for page in pages for one in page["AlarmHistoryItems"]]
    rang = [one["Timestamp"] for one in items if "to ALARM" in one["HistorySummary"]]
    delay = min(at for at in rang if at >= overload) - overload
    found[label] = {
        "false alarms": sum(at < overload for at in rang),
        "minutes until the real one": round(delay.total_seconds() / 60),
    }
charts.compare(
    found,
    headline="Three of three never wakes anybody for nothing, and loses three minutes",
    source="measured in the lab: three hours with ten spikes, then an overload",
)

# %% [markdown]
# The time until an alarm rings is at least *period x M*. Rules for the period: 10, 20 or 30 seconds (for
# high-resolution metrics), or a multiple of 60. Period times N may be at most a day, with periods of an hour or more a
# week.
#
# > **Then and now.** Older notes know only periods of 10 and 30 seconds, and one day for all.
#
# ### Your turn: tune it
#
# The database's CPU is above 90 % in two cases. A report runs every ten minutes and takes **two** minutes: nobody
# should be called. When customers overload it, it is above 90 % in two minutes of three, with a breath between: then
# the phone should ring within **six** minutes. Fill in the three numbers.
#
# <details><summary>Hint</summary>
#
# Write the minutes of both cases side by side, B for bad: `BB........` and `BB.BB.BB.`. How many B does each window of
# N minutes hold, at most and at least?
# </details>

# %% exercise="tune" repair=true
settings = {"Period": 60, "EvaluationPeriods": None, "DatapointsToAlarm": None}
### BEGIN SOLUTION
settings = {"Period": 60, "EvaluationPeriods": 5, "DatapointsToAlarm": 3}
### END SOLUTION

# %% check="tune" points=2
with check(
    "tune",
    needs="settings",
    right="M of N sees a pattern that neither a count nor a long average sees.",
) as expect:
    expect(isinstance(settings, dict), "`settings` should be the dictionary of the task.")
    expect.not_tried(settings.get("EvaluationPeriods") is None and settings.get("DatapointsToAlarm") is None)
    wanted = {"Period", "EvaluationPeriods", "DatapointsToAlarm"}
    expect(
        set(settings) == wanted and all(type(one) is int and one > 0 for one in settings.values()),
        f"Three whole numbers above 0, please: {', '.join(sorted(wanted))}.",
    )

    def after(minutes: list[int]) -> int | None:
        """After how many minutes the learner's alarm rings; None if never."""
        name, database = lab.unique_name("check-tune"), lab.unique_name("check-db")
        begin = on_the_minute(30)
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/RDS",
            MetricName="CPUUtilization",
            Dimensions=where(DBInstanceIdentifier=database),
            Statistic="Average",
            Threshold=90,
            ComparisonOperator="GreaterThanThreshold",
            **settings,
        )
        named = {"DBInstanceIdentifier": database}
        lab.measured("AWS/RDS", "CPUUtilization", minutes, named, since=begin)
        for minute in range(1, len(minutes) + 1):
            lab.clock.advance(minutes=1)
            if state_of(name) == "ALARM":
                return minute
        return None

    bad, good = 97, 60
    report = after([bad, bad, *[good] * 8] * 3)
    expect(
        report is None,
        f"The report set the alarm off after {report} minutes: two bad minutes in ten must not be enough.",
    )
    busy = after([*[good] * 5, *[bad, bad, good] * 5])
    expect(
        busy is not None,
        "The overload never set it off: are two bad minutes of three ever enough for your numbers?",
    )
    expect(
        busy is not None and busy - 5 <= 6,
        f"The overload set it off after {(busy or 0) - 5} minutes; six are the most.",
    )
    ### BEGIN HIDDEN TESTS
    report = after([good, *[good, bad, bad, *[good] * 7] * 3])
    expect(report is None, "The report, begun at another minute, set the alarm off.")
    busy = after([*[good] * 6, *[bad, good, bad] * 5])
    expect(
        busy is not None and busy - 6 <= 6,
        "An overload with its breath in the second minute comes too late.",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## What an alarm can do
#
# Each state has a list of up to five actions, given as ARNs:
#
# | action | ARN | from |
# |---|---|---|
# | tell people or programs | an SNS topic; from there mail, chat, queues | all alarms |
# | run a function | a Lambda function (since December 2023) | all alarms |
# | scale | a policy of Auto Scaling | metric alarms |
# | act on an instance | `arn:aws:automate:REGION:ec2:stop`, `terminate`, `reboot`, `recover` | metric alarms |
# | open a case | an OpsItem in Systems Manager | all alarms |
#
# Every change of state is an event in EventBridge as well.
#
# EC2 checks itself each minute: the **system** check fails when the hardware or its network
# is broken, the **instance** check when the machine inside does not answer. Against the first helps **recover**: the
# instance moves to new hardware and keeps its id, its private, public and Elastic addresses, its volumes and metadata.
# What was in memory is lost. Against the second helps a **reboot**.

# %%
kept = {
    "reboot": {
        "memory": "lost",
        "hardware": "same",
        "public address": "kept",
        "instance id": "kept",
    },
    "recover": {
        "memory": "lost",
        "hardware": "new",
        "public address": "kept",
        "instance id": "kept",
    },
    "stop, start": {
        "memory": "lost",
        "hardware": "new",
        "public address": "new",
        "instance id": "kept",
    },
    "terminate": {
        "memory": "lost",
        "hardware": "gone",
        "public address": "gone",
        "instance id": "gone",
    },
}
charts.heatmap(
    kept,
    headline="Recover moves a server to new hardware, and nobody has to learn a new address",
    subtitle="An Elastic IP address is kept by a stop, too",
    source="Amazon EC2 User Guide",
)

# %% [markdown]
# > **Then and now.** Many instance types recover by themselves today (*simplified automatic recovery*, on by default).
# > The alarm is still how you hear of it, and how you choose when. A third check looks at attached EBS volumes since
# > 2023.
#
# ### Your turn: a server that heals itself
#
# Write `heal(instance, topic)`: two alarms on this instance (any names; they begin with its id).
#
# - `StatusCheckFailed_System` is 1 in **two** minutes in a row: recover, and tell the topic.
# - `StatusCheckFailed_Instance` is 1 in **three** minutes in a row: reboot, and tell the topic.
#
# <details><summary>Hint</summary>
#
# The checks are 0 or 1: `Maximum` of a minute, at least 1 (`GreaterThanOrEqualToThreshold`). The Region in the ARN:
# `ec2.meta.region_name`.
# </details>


# %% exercise="heal"
def heal(instance: str, topic: str) -> None:
    """Recover or reboot the instance when its checks fail."""
    ### BEGIN SOLUTION
    for check_name, action, minutes in (("System", "recover", 2), ("Instance", "reboot", 3)):
        cloudwatch.put_metric_alarm(
            AlarmName=f"{instance}-{action}",
            Namespace="AWS/EC2",
            MetricName=f"StatusCheckFailed_{check_name}",
            Dimensions=where(InstanceId=instance),
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=minutes,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=[f"arn:aws:automate:{ec2.meta.region_name}:ec2:{action}", topic],
        )
    ### END SOLUTION


# %% check="heal" points=2
with check(
    "heal",
    needs="heal",
    right="Hardware fails at night; now the machine moves while you sleep.",
) as expect:

    def a_server() -> str:
        (made,) = ec2.run_instances(ImageId=newest_linux, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"]
        ec2.get_waiter("instance_running").wait(InstanceIds=[made["InstanceId"]])
        return made["InstanceId"]

    def fails(kind: str, checks: list[int], wanted: str | None, minutes: int) -> None:
        machine, phone = a_server(), Phone()
        on_the_minute()
        heal(machine, phone.topic)
        alarms = cloudwatch.describe_alarms(AlarmNamePrefix=machine)["MetricAlarms"]
        expect(
            len(alarms) == 2,
            f"{len(alarms)} alarms have a name that begins with the instance's id; it should be 2.",
        )
        before = len(lab.deliveries())
        other = "Instance" if kind == "System" else "System"
        named = {"InstanceId": machine}
        now = lab.clock.now()
        lab.measured("AWS/EC2", f"StatusCheckFailed_{kind}", checks, named, since=now)
        lab.measured("AWS/EC2", f"StatusCheckFailed_{other}", [0] * len(checks), named, since=now)
        acted: list[tuple[int, str]] = []
        for minute in range(1, len(checks) + 1):
            lab.clock.advance(minutes=1)
            done = [one.outcome for one in lab.deliveries()[before:]]
            before = len(lab.deliveries())
            acted += [
                (minute, word) for one in done for word in ("recover", "reboot", "stop", "terminate")
                if f"{word} of {machine}" in one
            ]  # fmt: skip
        what = f"The {kind.lower()} check per minute: {', '.join(map(str, checks))}"
        if wanted is None:
            expect(
                acted == [],
                f"{what}. Your alarm did: {acted[0][1] if acted else ''}. It should do nothing.",
            )
            return
        expect(
            acted != [],
            f"{what}. No action was run on the instance. Look at metric, threshold and the ARN.",
        )
        minute, word = acted[0]
        expect(word == wanted, f"{what}. Your alarm chose {word}; against this helps {wanted}.")
        expect(
            minute == minutes,
            f"{what}. {word} came after {minute} minutes, it should come after {minutes}.",
        )
        expect(
            len(acted) == 1,
            f"{what}. More than one action ran: {', '.join(one for _, one in acted)}.",
        )
        expect(
            any(one.startswith("ALARM") for one in phone.rang()),
            f"{what}. The topic was not told.",
        )

    fails("System", [1, 0, 1, 1], "recover", 4)
    fails("Instance", [0, 1, 1, 1, 1], "reboot", 4)
    fails("Instance", [1, 1, 0, 1, 1, 0], None, 0)
    ### BEGIN HIDDEN TESTS
    fails("System", [1, 0, 1, 0, 1], None, 0)
    fails("System", [0, 0, 0, 1, 1], "recover", 5)
    ### END HIDDEN TESTS
    for page in ec2.get_paginator("describe_instances").paginate():
        for reservation in page["Reservations"]:
            ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in reservation["Instances"]])

# %% [markdown]
# ## A rehearsal
#
# Does the alarm reach anybody? Do not wait for the fire. **SetAlarmState** forces a state; the actions run as if it
# were true, and the next evaluation puts the alarm right again. What came of each action stands in the history.

# %%
cloudwatch.set_alarm_state(AlarmName=first, StateValue="ALARM", StateReason="a rehearsal")
history = cloudwatch.describe_alarm_history(AlarmName=first, MaxRecords=3)["AlarmHistoryItems"]
for item in history:
    print(f"{item['HistoryItemType']:12}{item['HistorySummary'][:80]}")
print(phone.rang(), state_of(first))

# %% [markdown]
# ### Your turn: mend the rehearsal
#
# Tern rehearses all its alarms on the first of a month. The report says "all fine", yet one topic was deleted long ago
# and nobody was told. Mend `rehearse(alarm)`: it forces `ALARM` and returns the ARNs of the actions that **failed in
# this rehearsal**, in any order, each once. Earlier failures do not count, not even those of minutes ago.
#
# <details><summary>Hint</summary>
#
# Note the time before you force the state. `describe_alarm_history` takes `StartDate` and `HistoryItemType="Action"`.
# `HistoryData` is JSON with `actionState` and `notificationResource`.
# </details>


# %% exercise="rehearse" repair=true
def rehearse(alarm: str) -> list[str]:
    """Force ALARM; return the actions that failed."""
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="rehearsal")
    failed = []
    if state_of(alarm) != "ALARM":
        failed.append(alarm)
    return failed


### BEGIN SOLUTION
def rehearse(alarm: str) -> list[str]:
    """Force ALARM; return the actions that failed."""
    begun = lab.clock.now()
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="rehearsal")
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=alarm,
        HistoryItemType="Action",
        StartDate=begun,
    )
    told = [json.loads(item["HistoryData"]) for page in pages for item in page["AlarmHistoryItems"]]
    return [one["notificationResource"] for one in told if one["actionState"] == "Failed"]


### END SOLUTION


# %% check="rehearse" points=2
with check(
    "rehearse",
    needs="rehearse",
    right="The state said ALARM all the time; only the history knows who was told.",
) as expect:

    def drill(alive: int, dead: int, mended: int = 0) -> None:
        """An alarm with topics, some of them deleted; `mended` come back before the rehearsal."""
        phones = [Phone() for _ in range(alive + dead + mended)]
        topics = [one.topic for one in phones]
        name = lab.unique_name("check-drill")
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="Tern/Check",
            MetricName=name,
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="ignore",
            AlarmActions=topics,
        )
        gone, back = topics[alive:], topics[alive : alive + mended]
        for topic in gone:
            sns.delete_topic(TopicArn=topic)
        if mended:  # it failed in the rehearsal before
            for state in ("ALARM", "OK"):
                cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="the rehearsal before")
            lab.clock.advance(minutes=10)
            for topic in back:
                sns.create_topic(Name=topic.rpartition(":")[2])
        wanted = gone[mended:]
        returned = rehearse(name)
        what = f"{alive + mended} topics that work, {len(wanted)} deleted"
        expect(isinstance(returned, list), f"{what}: return a list of ARNs, not {returned!r}.")
        expect(state_of(name) == "ALARM", f"{what}: the alarm was not forced into ALARM.")
        expect(
            not [one for one in returned if one in back],
            "A topic that failed ten minutes ago and works again was reported: only this rehearsal counts (StartDate).",
        )
        expect(
            Counter(returned) == Counter(wanted),
            f"{what}: you report {len(returned)} failed actions{', but not their ARNs' if returned else ''}. "
            "The state does not say who was told; the alarm's history does.",
        )
        rang = [one for one in phones[:alive] if any("ALARM" in words for words in one.rang())]
        expect(len(rang) == alive, f"{what}: the phones that work did not all ring.")

    drill(alive=1, dead=0)
    drill(alive=1, dead=2)
    drill(alive=1, dead=1, mended=1)
    ### BEGIN HIDDEN TESTS
    drill(alive=0, dead=3)
    drill(alive=3, dead=0, mended=1)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One page instead of ten
#
# When the database is slow, ten alarms ring: errors, latency, queues. A **composite alarm** watches the states of other
# alarms: its rule joins `ALARM(name)`, `OK(name)` and `INSUFFICIENT_DATA(name)` with `AND`, `OR`, `NOT` and brackets,
# over up to 100 alarms. Leave the single alarms without actions, and let the composite one tell people. It may tell
# topics and functions and open cases, but not scale groups or act on instances. Another alarm can hold its actions
# back (`ActionsSuppressor`).


# %%
def plain_alarm(word: str) -> str:
    """An alarm that stays as it is set: enough to try rules with."""
    name = lab.unique_name(word)
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tern/Check",
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="new")
    return name


both = [plain_alarm("errors"), plain_alarm("slow")]
cloudwatch.put_composite_alarm(
    AlarmName=lab.unique_name("database"),
    AlarmRule=" AND ".join(f'ALARM("{name}")' for name in both),
    AlarmActions=[phone.topic],
)
for name in both:
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="try")
    print(f"{name} rings ->", phone.rang())

# %% [markdown]
# ### Your turn: one page
#
# Write `one_page(name, errors, slow, deploying, topic)`. `errors`, `slow` and `deploying` are names of alarms. A
# composite alarm of the first name tells the topic
#
# - when `errors` or `slow` (or both) is in `ALARM`,
# - but not while `deploying`, an alarm that is in `ALARM` during a deployment, is so.
#
# An alarm that cannot tell (`INSUFFICIENT_DATA`) neither rings nor holds anything back. The page comes within two
# minutes.
#
# <details><summary>Hint</summary>
#
# Brackets: AND binds more tightly than OR. `NOT OK(x)` is true for two states.
# </details>


# %% exercise="one-page"
def one_page(name: str, errors: str, slow: str, deploying: str, topic: str) -> None:
    """Make the composite alarm."""
    ### BEGIN SOLUTION
    cloudwatch.put_composite_alarm(
        AlarmName=name,
        AlarmRule=f'(ALARM("{errors}") OR ALARM("{slow}")) AND NOT ALARM("{deploying}")',
        AlarmActions=[topic],
    )
    ### END SOLUTION


# %% check="one-page" points=2
with check(
    "one-page",
    needs="one_page",
    right="One page, and none for what a deployment does anyway.",
) as expect:

    def table_of_truth(rows: list[tuple[str, str, str]]) -> None:
        children = []
        for word in ("check-errors", "check-slow", "check-deploying"):
            child = lab.unique_name(word)
            cloudwatch.put_metric_alarm(
                AlarmName=child,
                Namespace="Tern/Check",
                MetricName=child,
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
                TreatMissingData="ignore",
            )
            cloudwatch.set_alarm_state(AlarmName=child, StateValue="OK", StateReason="new")
            children.append(child)
        name, phone = lab.unique_name("check-page"), Phone()
        one_page(name, children[0], children[1], children[2], phone.topic)
        made = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        expect(
            len(made) == 1,
            f"There is no composite alarm {name!r}: put_composite_alarm with the name that is given.",
        )
        full = {"O": "OK", "A": "ALARM", "I": "INSUFFICIENT_DATA"}
        for row in rows:
            for child in children:
                cloudwatch.set_alarm_state(AlarmName=child, StateValue="OK", StateReason="between two rows")
            phone.rang()
            for child, letter in zip(reversed(children), reversed(row), strict=True):  # deploying comes first
                cloudwatch.set_alarm_state(AlarmName=child, StateValue=full[letter], StateReason="a row")
            lab.clock.advance(minutes=2)  # an alarm that holds back may wait a while
            pages = sum(words == f"ALARM {name}" for words in phone.rang())
            errors, slow, deploying = (full[letter] for letter in row)
            wanted = "A" in row[:2] and row[2] != "A"
            what = f"errors {errors}, slow {slow}, deploying {deploying}"
            expect(pages == wanted, f"{what}: {pages} pages, it should be {int(wanted)}.")
            expect(
                not wanted or state_of(name) == "ALARM",
                f"{what}: it rang and is {state_of(name)} already; it should stay in ALARM.",
            )

    table_of_truth([tuple(row) for row in ("AOO", "OAO", "AAO", "OOO", "AOA", "AAA", "OAA", "IOO", "AOI", "OOA")])
    ### BEGIN HIDDEN TESTS
    table_of_truth([tuple(row) for row in ("IIO", "IAI", "OIA", "AII", "OAI")])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Hours of silence, and alarms on logs
#
# The two newest parts of CloudWatch's alarms are from 2026. A **mute rule** silences the *actions* of up to 100 alarms
# in a window of time: once (`at(...)`), or again and again (`cron(...)` with five fields, minute to day of the week).
# The alarms go on changing their states. What is still in its state at the end of the window is told then.
#
# A **log alarm** (PutLogAlarm) runs a query over logs on a schedule and rings when M of the last N results breach. The
# alarms you know reach logs by way of a metric filter; that has its place in the next lesson.

# %%
wanted = cloudwatch.meta.service_model.operation_model("PutLogAlarm").input_shape.members
shown = ("Query", "Scheduled", "Threshold", "Treat")
print([name for name in wanted if name.startswith(shown)])

today = lab.clock.now().replace(hour=3, minute=0, second=0, microsecond=0)
night = today + dt.timedelta(days=1)
schedule = {"Expression": f"at({night:%Y-%m-%dT%H:%M})", "Duration": "PT90M"}
cloudwatch.put_alarm_mute_rule(
    Name="harbour-works",
    Rule={"Schedule": schedule},
    MuteTargets={"AlarmNames": [first]},
)
print(cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName="harbour-works")["Status"])

# %% [markdown]
# > **Lab and AWS.** The lab knows mute rules; log alarms it does not run.
#
# ### Your turn: quiet Sundays
#
# Every Sunday from 02:00 to 04:00 (UTC) the database is maintained. Write `quiet_sundays(name, alarms)`: a mute rule of
# this name for these alarms.
#
# <details><summary>Hint</summary>
#
# `cron(Minutes Hours Day-of-month Month Day-of-week)`, `*` for "any"; Sunday is `SUN`. Two hours are `PT2H`.
# </details>


# %% exercise="quiet"
def quiet_sundays(name: str, alarms: list[str]) -> None:
    """Mute the alarms each Sunday from 02:00 to 04:00."""
    ### BEGIN SOLUTION
    cloudwatch.put_alarm_mute_rule(
        Name=name,
        Rule={
            "Schedule": {
                "Expression": "cron(0 2 * * SUN)",
                "Duration": "PT2H",
                "Timezone": "UTC",
            }
        },
        MuteTargets={"AlarmNames": alarms},
    )
    ### END SOLUTION


# %% check="quiet" points=2
with check(
    "quiet",
    needs="quiet_sundays",
    right="The works are silent, and what is still broken at four is told.",
) as expect:

    def a_sunday(weeks: int, moments: list[tuple[str, bool]]) -> None:
        """Two alarms ring at some times of a Sunday; does the phone ring within a minute?"""
        phone = Phone()
        names = [lab.unique_name("check-quiet") for _ in range(2)]
        for one in names:
            cloudwatch.put_metric_alarm(
                AlarmName=one,
                Namespace="Tern/Check",
                MetricName=one,
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
                TreatMissingData="ignore",
                AlarmActions=[phone.topic],
            )
            cloudwatch.set_alarm_state(AlarmName=one, StateValue="OK", StateReason="new")
        name = lab.unique_name("check-mute")
        quiet_sundays(name, names)
        known = cloudwatch.list_alarm_mute_rules(AlarmName=names[0])["AlarmMuteRuleSummaries"]
        arns = [one["AlarmMuteRuleArn"] for one in known]
        expect(
            any(arn.endswith(f":{name}") for arn in arns),
            f"There is no mute rule {name!r} for the alarms given.",
        )
        for one in names[1:]:
            listed = cloudwatch.list_alarm_mute_rules(AlarmName=one)["AlarmMuteRuleSummaries"]
            expect(listed != [], "The rule mutes only some of the alarms that it is given.")
        now = lab.clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        sunday = midnight + dt.timedelta(days=7 - (now.weekday() + 1) % 7 + 7 * (weeks - 1))
        for when, rings in moments:
            day, hour, minute = (
                {"Sat": -1, "Sun": 0, "Mon": 1}[when[:3]],
                int(when[4:6]),
                int(when[7:]),
            )
            at = sunday + dt.timedelta(days=day, hours=hour, minutes=minute)
            for one in names:
                cloudwatch.set_alarm_state(AlarmName=one, StateValue="OK", StateReason="over")
            lab.clock.advance(seconds=(at - lab.clock.now()).total_seconds())
            phone.rang()
            for one in names:
                cloudwatch.set_alarm_state(AlarmName=one, StateValue="ALARM", StateReason="now")
            lab.clock.advance(minutes=1)
            count = len(phone.rang())
            expect(
                count == 2 * rings,
                f"{when} UTC, two alarms ring: {count} of them are told, it should be {2 * rings}.",
            )

    a_sunday(
        1,
        [("Sat 03:00", True), ("Sun 01:50", True), ("Sun 02:10", False), ("Sun 03:50", False)],
    )
    a_sunday(2, [("Sun 03:00", False), ("Sun 04:10", True), ("Mon 02:30", True)])
    ### BEGIN HIDDEN TESTS
    a_sunday(3, [("Sun 02:30", False), ("Sun 05:00", True)])
    ### END HIDDEN TESTS

# %% [markdown]
# ## A canary
#
# All alarms so far look at real customers: at night none comes, and nothing breaks visibly. A **canary** is a script
# that behaves like a customer, on a schedule: it opens the page, logs in, buys a ticket. **CloudWatch Synthetics** runs
# such scripts (Node.js, Python or Java, with a browser without a screen), from once a minute to once an hour or by
# cron, keeps pictures and timings, and publishes `SuccessPercent` and `Duration`.
#
# Underneath a canary is a Lambda function on a schedule. That is how we model it here: the shop is a function with a
# URL, the canary another one that visits it.


# %% setup="canary"
SHOP = """
def handler(event, context):
    if event["rawPath"] == "/tickets":
        return {"statusCode": 200, "body": "<h1>Buy a ticket</h1>"}
    return {"statusCode": 404, "body": "not here"}
"""
CANARY = """
import os, time
import boto3
import requests

def handler(event, context):
    begin = time.monotonic()
    try:
        page = requests.get(os.environ["URL"], timeout=5)
        good = page.status_code == 200 and "Buy a ticket" in page.text
    except requests.RequestException:
        good = False
    here = [{"Name": "CanaryName", "Value": os.environ["NAME"]}]
    measured = {"SuccessPercent": 100 * good, "Duration": 1000 * (time.monotonic() - begin)}
    boto3.client("cloudwatch").put_metric_data(
        Namespace="Tern/Canaries",
        MetricData=[
            {"MetricName": name, "Value": value, "Dimensions": here}
            for name, value in measured.items()
        ],
    )
"""


def deployed(name: str, source: str, **variables: str) -> str:
    """Deploy a function that may publish metrics of canaries; return its ARN."""
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    may = {
        "Effect": "Allow",
        "Action": "cloudwatch:PutMetricData",
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "Tern/Canaries"}},
    }
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trusted]}),
    )
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName=name, PolicyName="publish", PolicyDocument=document)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    made = functions.create_function(
        FunctionName=name,
        Role=role["Role"]["Arn"],
        Runtime="python3.13",
        Handler="app.handler",
        Timeout=10,
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": variables},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return made["FunctionArn"]


def replace_code(name: str, source: str) -> None:
    """Deploy other code to a function."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    functions.update_function_code(FunctionName=name, ZipFile=packed.getvalue())
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def open_shop(name: str) -> str:
    """Deploy the shop with a public URL; return the address of its ticket page."""
    deployed(name, SHOP)
    functions.add_permission(
        FunctionName=name,
        StatementId="anybody",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    functions.add_permission(
        FunctionName=name,
        StatementId="by-url",
        Action="lambda:InvokeFunction",
        Principal="*",
        InvokedViaFunctionUrl=True,
    )
    address = functions.create_function_url_config(FunctionName=name, AuthType="NONE")
    return f"{address['FunctionUrl']}tickets"


# %%
shop = lab.unique_name("shop")
canary = lab.unique_name("canary")
deployed(canary, CANARY, URL=open_shop(shop), NAME=canary)
begin = on_the_minute(5)
for run in range(24):
    if run in (9, 14):
        replace_code(shop, SHOP.replace("/tickets", "/kiosk") if run == 9 else SHOP)
    functions.invoke(FunctionName=canary)
    lab.clock.advance(minutes=5)
points = cloudwatch.get_metric_statistics(
    Namespace="Tern/Canaries",
    MetricName="SuccessPercent",
    Dimensions=where(CanaryName=canary),
    Period=300,
    Statistics=["Average"],
    StartTime=begin,
    EndTime=lab.clock.now(),
)["Datapoints"]
points = sorted(points, key=lambda one: one["Timestamp"])
minutes = [(one["Timestamp"] - begin).total_seconds() / 60 for one in points]
charts.steps(
    {"SuccessPercent": (minutes, [one["Average"] for one in points])},
    x_unit="minutes",
    y_unit="percent",
    thresholds={"alarm below": 90},
    until=120,
    headline="The page was gone for 25 minutes, and no customer had to tell us",
    source="measured in the lab",
)

# %% [markdown]
# > **Lab and AWS.** On AWS `synthetics.create_canary` takes the script, a runtime (`syn-python-selenium-...`), a role
# > and a schedule, and keeps results for 31 days. There `requests` would travel in the function's package.
#
# ### Your turn: watch over the shop
#
# Write `watch_over(name, function_arn, topic)`. `function_arn` is a deployed canary which publishes with the dimension
# `CanaryName` = `name`.
#
# - A rule of EventBridge of this name runs it **every five minutes**, and is allowed to invoke the function.
# - An alarm of this name rings when `SuccessPercent` is below 90 in **2 of 3** runs.
# - A canary that is silent counts as a failed run: whoever switches it off must not hide a broken shop.
# - The topic hears both, the alarm and its end.
#
# <details><summary>Hint</summary>
#
# `events.put_rule`, `functions.add_permission` (principal `events.amazonaws.com`, the rule's ARN as `SourceArn`),
# `events.put_targets`. The function's name is the last part of its ARN. One data point a run: a `Period` of 300.
# </details>


# %% exercise="canary"
def watch_over(name: str, function_arn: str, topic: str) -> None:
    """Run the canary on a schedule, with an alarm on its success."""
    ### BEGIN SOLUTION
    rule = events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)")["RuleArn"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId=name,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    events.put_targets(Rule=name, Targets=[{"Id": "canary", "Arn": function_arn}])
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tern/Canaries",
        MetricName="SuccessPercent",
        Dimensions=where(CanaryName=name),
        Statistic="Average",
        Period=300,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        Threshold=90,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )
    ### END SOLUTION


# %% check="canary" points=3
with check(
    "canary",
    needs="watch_over",
    right="It buys a ticket at night, and a dead canary rings, too.",
) as expect:

    def a_night(ends: str) -> None:
        """The shop works, breaks, works; or breaks every other run; or the canary falls silent."""
        shop, name, phone = (
            lab.unique_name("check-shop"),
            lab.unique_name("check-canary"),
            Phone(),
        )
        # On all nights but one a run is never perfect, nor a total loss: 90 and 89 percent of its steps succeed.
        steps = CANARY if ends == "repair" else CANARY.replace("100 * good", "89 + good")
        bird = deployed(name, steps, URL=open_shop(shop), NAME=name)
        on_the_minute(5)
        try:
            watch_over(name, bird, phone.topic)
            goes_on(ends, shop, name, bird, phone)
        finally:  # a canary that goes on would fly through all later checks
            for rule in events.list_rule_names_by_target(TargetArn=bird)["RuleNames"]:
                events.disable_rule(Name=rule)

    def goes_on(ends: str, shop: str, name: str, bird: str, phone: Phone) -> None:
        rules = events.list_rule_names_by_target(TargetArn=bird)["RuleNames"]
        expect(
            rules == [name],
            f"Rules that start the canary: {rules or 'none'}; it should be one, named {name!r}.",
        )
        before = len(lab.deliveries())
        lab.clock.advance(minutes=30)
        runs = [one for one in lab.deliveries()[before:] if name in one.target and "rule" in one.source.lower()]
        read = cloudwatch.get_metric_statistics(
            Namespace="Tern/Canaries",
            MetricName="SuccessPercent",
            Dimensions=where(CanaryName=name),
            Period=1800,
            Statistics=["SampleCount"],
            StartTime=lab.clock.now() - dt.timedelta(minutes=30),
            EndTime=lab.clock.now() + dt.timedelta(minutes=30),
        )["Datapoints"]
        count = sum(point["SampleCount"] for point in read)
        expect(
            5 <= count <= 7,
            f"In 30 minutes the canary published {count:.0f} results; six are right. "
            f"{'May the rule invoke the function (add_permission)?' if not count else 'Look at the rate.'} "
            f"{runs[0].outcome if runs and not count else ''}",
        )
        found = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        expect(len(found) == 1, f"There is no alarm {name!r}.")
        state = state_of(name)
        expect(
            state == "OK",
            f"The shop works for half an hour, the alarm is {state}. Does it watch this canary's metric, and ring only "
            "below 90?",
        )
        phone.rang()
        if ends == "silence":
            events.disable_rule(Name=name)
            lab.clock.advance(minutes=40)
            expect(
                state_of(name) == "ALARM",
                f"The canary is off for 40 minutes, the alarm is {state_of(name)}. Silence must count as a failed run.",
            )
        elif ends == "every other run":
            for source in (SHOP.replace("/tickets", "/moved"), SHOP) * 2:
                replace_code(shop, source)
                lab.clock.advance(minutes=5)
            lab.clock.advance(minutes=5)
            told = phone.rang()
            expect(
                f"ALARM {name}" in told,
                "Two of three runs failed, with a good one between (89, 90, 89 percent); the alarm did not ring.",
            )
        else:
            replace_code(shop, SHOP.replace("/tickets", "/moved"))
            lab.clock.advance(minutes=12)
            expect(
                state_of(name) == "OK",
                "One failed run set the alarm off already; it should take two of three.",
            )
            lab.clock.advance(minutes=12)
            expect(
                state_of(name) == "ALARM",
                f"The page is gone for three runs; the alarm is {state_of(name)}. Look at threshold and comparison.",
            )
            expect(
                phone.rang() == [f"ALARM {name}"],
                "The alarm rings, and the topic did not hear it (once).",
            )
            replace_code(shop, SHOP)
            lab.clock.advance(minutes=20)
            expect(
                phone.rang() == [f"OK {name}"],
                "The page is back for 20 minutes; the topic did not hear the end.",
            )

    a_night("repair")
    a_night("every other run")
    a_night("silence")
    ### BEGIN HIDDEN TESTS
    a_night("repair")
    ### END HIDDEN TESTS

# %% [markdown]
# The console has **blueprints** for canaries:
#
# | blueprint | what it does |
# |---|---|
# | Heartbeat | loads a page, takes a picture |
# | API canary | reads and writes by a REST API, step by step |
# | Broken link checker | follows the links of a page |
# | Visual monitoring | compares a picture with an earlier one |
# | Canary recorder | replays what you did in Chrome |
# | GUI workflow | fills in and clicks, such as a login |
# | Multi checks | up to ten checks of HTTP, DNS, SSL, TCP, without a browser |
#
# How often should a canary look? Every run is billed, and the first 100 of a month are free.

# %%
price = facts.price("synthetics", "canary-run")
free = facts.limit("cloudwatch", "free-canary-runs")
every = {"1 minute": 1, "5 minutes": 5, "15 minutes": 15, "1 hour": 60}
cost = {}
for words, minutes in every.items():
    runs = 30 * 24 * 60 / minutes
    cost[f"every {words}"] = max(0, runs - free) * price
charts.bars(
    cost,
    headline="Five minutes cost a fifth of one minute, and find a dead shop soon enough",
    unit="USD per month",
    label="one canary, 30 days, without its functions, pictures and logs",
    sort=False,
    source=price,
)

# %% [markdown]
# ### Your turn: dead links
#
# Be the broken link checker. `fetch(url)` opens a page and returns its status and its links as they are written there
# (`/fares`, `boats.html`, `https://else.where/x`). Write `dead_links(start, fetch)`:
#
# - visit `start` and every page of the **same host** that can be reached from it; ask each address **once**, without
#   its part behind `#`;
# - ask addresses of other hosts, too, but do not follow their links;
# - return a dictionary from each address that answered with 400 or above to its status.
#
# <details><summary>Hint</summary>
#
# A list of what is to do, a set of what is known. `urljoin(page, link)` makes a whole address, `urlparse(url).netloc`
# is the host, `url.partition("#")[0]` cuts the rest.
# </details>


# %% exercise="dead-links"
def dead_links(start: str, fetch) -> dict[str, int]:
    """The addresses that can be reached and are dead."""
    ### BEGIN SOLUTION
    home, waiting, known, dead = urlparse(start).netloc, [start], {start}, {}
    while waiting:
        page = waiting.pop()
        status, links = fetch(page)
        if status >= 400:
            dead[page] = status
        if urlparse(page).netloc != home:
            continue
        for link in links:
            address = urljoin(page, link).partition("#")[0]
            if address not in known:
                known.add(address)
                waiting.append(address)
    return dead
    ### END SOLUTION


# %% check="dead-links" points=2
with check(
    "dead-links",
    needs="dead_links",
    right="A customer would have found it one by one; the canary finds all.",
) as expect:

    def crawl(
        site: dict[str, tuple[int, list[str]]],
        start: str,
        wanted: dict[str, int],
        asked_for: set[str],
    ) -> None:
        asked: list[str] = []

        def fetch(url: str) -> tuple[int, list[str]]:
            asked.append(url)
            if len(asked) > 60:
                raise RuntimeError("60 pages were opened: does a circle of links never end?")
            return site.get(url, (404, []))

        returned = dead_links(start, fetch)
        twice = [url for url, times in Counter(asked).items() if times > 1]
        expect(not twice, f"{twice[0] if twice else ''} was opened more than once.")
        odd = [url for url in asked if "#" in url or not url.startswith("http")]
        expect(
            not odd,
            f"{odd[0] if odd else ''} is no address to open: join it to its page, and cut what follows #.",
        )
        far = sorted(set(asked) - asked_for)
        lost = [url for url in far if urlparse(url).netloc == urlparse(start).netloc]
        expect(
            not lost,
            f"{lost[0] if lost else ''} was opened, and no page links to it: join a link to the page it stands on.",
        )
        expect(
            not far,
            f"{far[0] if far else ''} was opened; it hangs on a page of another host, which nobody asked for.",
        )
        left = sorted(asked_for - set(asked))
        expect(
            not left,
            f"{left[0] if left else ''} can be reached from the start and was not opened.",
        )
        expect.equal(returned, wanted, "The dead addresses")

    home, else_where = "https://tern.example", "https://islands.tern.example"
    site = {
        f"{home}/": (200, ["/fares", "boats/", f"{else_where}/map"]),
        f"{home}/fares": (200, ["/", "/fares#north", "winter.html"]),
        f"{home}/boats/": (200, ["/fares", "crew.html"]),
        f"{home}/winter.html": (200, []),
        f"{else_where}/map": (200, ["/deeper"]),
    }
    reached = {*site, f"{home}/boats/crew.html"}
    crawl(site, f"{home}/", {f"{home}/boats/crew.html": 404}, reached)
    broken = {
        **site,
        f"{else_where}/map": (503, ["/deeper"]),
        f"{home}/winter.html": (400, ["/deep"]),
    }
    dead = {
        f"{home}/boats/crew.html": 404,
        f"{else_where}/map": 503,
        f"{home}/winter.html": 400,
        f"{home}/deep": 404,
    }
    crawl(broken, f"{home}/fares", dead, {*reached, f"{home}/deep"})
    ### BEGIN HIDDEN TESTS
    nested = {
        f"{home}/a/": (200, ["b.html", "../c#x", "#top"]),
        f"{home}/a/b.html": (200, ["d.html", "."]),
        f"{home}/a/d.html": (410, []),
        f"{home}/c": (200, [f"{home}/a/"]),
    }
    crawl(nested, f"{home}/a/", {f"{home}/a/d.html": 410}, set(nested))
    ### END HIDDEN TESTS

# %% [markdown]
# ## A word about Evidently
#
# Older books end this chapter with **CloudWatch Evidently**: show a new feature to a share of the users (a *launch*),
# compare two variants (an *experiment*), pin single users to one of them (*overrides*).
#
# > **Then and now.** Evidently ended on 16 October 2025; boto3 has no client for it any more. Feature flags live in
# > **AppConfig**. What it did is worth knowing: a hash decides, so the same user always sees the same.

# %%
pinned = {"captain": "new"}


def variant(user: str, share: float) -> str:
    """Which checkout a user sees; `share` of all see the new one."""
    if user in pinned:
        return pinned[user]
    digest = hashlib.sha256(f"checkout:{user}".encode()).digest()
    return "new" if int.from_bytes(digest[:8], "big") / 2**64 < share else "old"


random.seed(7)
visits, bought = Counter(), Counter()
for number in range(6000):
    group = variant(f"user-{number}", 0.5)
    visits[group] += 1
    bought[group] += random.random() < (0.118 if group == "new" else 0.1)
rates = {group: bought[group] / visits[group] for group in ("old", "new")}
spread = {g: 1.96 * math.sqrt(rates[g] * (1 - rates[g]) / visits[g]) for g in rates}
both_rates = sum(bought.values()) / sum(visits.values())
error = math.sqrt(both_rates * (1 - both_rates) * sum(1 / visits[g] for g in rates))
z = (rates["new"] - rates["old"]) / error
print(
    "captain sees",
    variant("captain", 0.0),
    "| z =",
    round(z, 2),
    "| beyond 1.96 it is hardly chance",
)
charts.bars(
    {f"{group} checkout": 100 * rates[group] for group in rates},
    errors={f"{group} checkout": 100 * spread[group] for group in rates},
    unit="percent",
    label="visitors who bought, with the range that chance leaves (95 %)",
    sort=False,
    headline=(
        "The new checkout sells more, beyond chance"
        if z > 1.96
        else "After 6,000 visitors the difference may still be chance"
    ),
    source="simulation in this cell",
)

# %% [markdown]
# > **Bill.** On the real AWS a standard alarm costs 0.10 USD a month, a high-resolution or band alarm three times that,
# > a composite 0.50 USD; ten alarms are free. A forgotten canary goes on billing. Clean up:

# %%
pages = list(
    cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmTypes=["CompositeAlarm", "MetricAlarm"],
    )
)
for page in pages:  # composite alarms first, and one in a call
    for one in page["CompositeAlarms"]:
        cloudwatch.delete_alarms(AlarmNames=[one["AlarmName"]])
single = [one["AlarmName"] for page in pages for one in page["MetricAlarms"]]
for at in range(0, len(single), 100):
    cloudwatch.delete_alarms(AlarmNames=single[at : at + 100])
cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName="harbour-works")
for name in (shop, canary):
    functions.delete_function(FunctionName=name)
print(cloudwatch.describe_alarms()["MetricAlarms"])

# %% [markdown]
# ## To remember
#
# - An alarm is OK, ALARM or INSUFFICIENT_DATA; only a *change* of state runs actions.
# - M of the last N data points must breach; the time until it rings is at least period x M.
# - TreatMissingData: errors that stay away are `notBreaching`, a heartbeat that stays away is `breaching`.
# - A failed system check wants `recover` (new hardware, same addresses), a failed instance check a `reboot`.
# - SetAlarmState rehearses; the alarm's history tells which action failed.
# - Composite alarms page once and hold back; they cannot act on instances or scale groups.
# - Mute rules silence actions for a while, not states.
# - A canary behaves like a customer on a schedule; its silence must ring, too.

# %% [markdown] question="stuck"
# ### Question 1
#
# An alarm on `HTTPCode_Target_5XX_Count` with default settings rang on Monday. Since then no error occurred, and it
# stands at `INSUFFICIENT_DATA` most of the time; `OKActions` rarely run. What should be changed?
#
# - [ ] **A** A longer period, so that each holds a data point
#   > Without errors the metric has no points, however long the period is.
# - [ ] **B** `TreatMissingData` to `ignore`
#   > Then it would stay in ALARM for as long as no error comes: the wrong way round.
# - [x] **C** `TreatMissingData` to `notBreaching`
#   > No point means no error. The alarm goes back to OK by itself, and OKActions run.
# - [ ] **D** The statistic to `SampleCount`
#   > It counts points; where none are, it counts nothing.

# %% answer="stuck"
answer = "C"

# %% check="stuck" points=1
question("stuck", answer)

# %% [markdown] question="heal-or-page"
# ### Question 2
#
# A licence server on one EC2 instance must keep its private address. When its hardware fails it should be back within
# minutes, without a person. Which set-up fits with the least effort?
#
# - [x] **A** An alarm on `StatusCheckFailed_System` with the action `recover`
#   > The instance moves to other hardware with its id, addresses and volumes.
# - [ ] **B** An alarm on `StatusCheckFailed_Instance` with the action `terminate`, in an Auto Scaling group of one
#   > The group would start another instance, with another address, and for the wrong check.
# - [ ] **C** A composite alarm over both checks with the action `reboot`
#   > Composite alarms cannot act on instances, and a reboot stays on the broken hardware.
# - [ ] **D** An alarm on `CPUUtilization` that treats missing data as breaching and calls a function
#   > It would ring for any gap, and the function must do by hand what recover does.

# %% answer="heal-or-page"
answer = "A"

# %% check="heal-or-page" points=1
question("heal-or-page", answer)

# %% [markdown] question="which-blueprint"
# ### Question 3
#
# Twice this year a release pushed the "Pay" button below the cookie banner. The page answered 200 in good time, and
# all links worked. Which canary would have noticed?
#
# - [ ] **A** Heartbeat
#   > It loads the page and keeps a picture, but does not judge it.
# - [ ] **B** Broken link checker
#   > The links were fine.
# - [ ] **C** API canary
#   > It speaks to the API and never sees a page.
# - [x] **D** Visual monitoring
#   > It compares the picture with a good one and fails when too much differs. (A GUI workflow that clicks "Pay" would
#   > do as well.)

# %% answer="which-blueprint"
answer = "D"

# %% check="which-blueprint" points=1
question("which-blueprint", answer)

# %% [markdown] question="noise"
# ### Question 4
#
# Each night from 01:00 to 01:30 a backup makes the disks slow, and three alarms wake somebody. The alarms must stay as
# they are for the rest of the day, and their states shall still be recorded during the backup. What fits best?
#
# - [ ] **A** Delete the alarms at 01:00 and create them again at 01:30
#   > Their history breaks off, and a failed script leaves the night unwatched.
# - [ ] **B** Raise the thresholds until the backup stays below
#   > They would be deaf for the whole day.
# - [x] **C** A mute rule with `cron(0 1 * * *)` and a duration of 30 minutes
#   > States go on, actions wait; what is still in ALARM at 01:30 is told then.
# - [ ] **D** `TreatMissingData` to `ignore`
#   > The data are not missing; they are high.

# %% answer="noise"
answer = "C"

# %% check="noise" points=1
question("noise", answer)

# %%
progress()
