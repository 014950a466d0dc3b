# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.2'
#     - '2.1'
#     - '4.3'
#     minutes: 60
#     practises:
#       connect:
#       - eventbridge.rules-patterns
#       - eventbridge.targets
#       morning-report:
#       - eventbridge.schedules
#       no-double-payment:
#       - eventbridge.pipes
#       open-bus:
#       - eventbridge.event-buses
#       - eventbridge.bus-policies
#       - eventbridge.cross-account
#       pipe-it:
#       - eventbridge.pipes
#       replay-count:
#       - eventbridge.archive-replay
#     services:
#     - events
#     - scheduler
#     - pipes
#     - sqs
#     - dynamodb
#     - mq
#     title: 'Events that find their way: EventBridge'
#     topics:
#     - eventbridge.from-cloudwatch-events
#     - eventbridge.rules-patterns
#     - eventbridge.schedules
#     - eventbridge.targets
#     - eventbridge.event-buses
#     - eventbridge.bus-policies
#     - eventbridge.cross-account
#     - eventbridge.archive-replay
#     - eventbridge.schema-registry
#     - eventbridge.custom-bus-new
#     - eventbridge.pipes
#     - eventbridge.pricing
#     - mq.brokers
# ---

# %% [markdown]
# # Events that find their way: EventBridge
#
# Lumen, the photo shop, has teams now: shop, print, finance, customer care. Each has programs that want to know what
# happens in the others. After this lesson you can route events by their content with **Amazon EventBridge**, run
# things on time, connect accounts, replay the past, and build a payment pipeline that survives a poisoned message
# without losing or doubling a cent.

# %% setup="start"
import datetime as dt
import json
from zoneinfo import ZoneInfo

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("06-messaging/04-eventbridge")
lab.start()
events = boto3.client("events")
sqs = boto3.client("sqs")
account = lab.ACCOUNT_ID

# %%
charts.flow(
    [
        ("shop", "event bus", "OrderPlaced"),
        ("S3, EC2 and others", "event bus", "AWS events"),
        ("event bus", "rule: large orders"),
        ("event bus", "rule: failed payments"),
        ("event bus", "archive"),
        ("rule: large orders", "fraud queue"),
        ("rule: large orders", "audit log"),
        ("rule: failed payments", "care function"),
    ],
    kinds={
        "event bus": "messaging",
        "archive": "storage",
        "fraud queue": "messaging",
        "care function": "compute",
        "audit log": "storage",
    },
    headline="Publishers know the bus, rules know who wants what, and neither knows the other",
    source="the shop of this lesson",
)

# %% [markdown]
# ## A bus, a rule, a target
#
# An **event** is a JSON document: *source* (who), *detail-type* (what), *detail* (the rest). Publishers put it on an
# **event bus**. A **rule** on that bus has a *pattern*; events that fit go to the rule's **targets**: queues,
# functions, topics, streams, state machines, log groups, other buses, HTTPS addresses (API destinations) and more.
#
# > **Then and now.** EventBridge is the CloudWatch Events of older books, renamed and extended in July 2019. The API
# > is the same, and boto3's client is still called `events`.


# %% setup="queues"
def new_queue(name: str, **attributes: str) -> str:
    """A queue that lets EventBridge in; returns its URL."""
    name = lab.unique_name(name) + (".fifo" if "FifoQueue" in attributes else "")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": f"arn:aws:sqs:us-east-1:{account}:{name}",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return sqs.create_queue(
        QueueName=name,
        Attributes={"Policy": policy, **attributes},
    )["QueueUrl"]


def arn_of(queue_url: str) -> str:
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    return found["Attributes"]["QueueArn"]


def read_all(queue_url: str) -> list[str]:
    """Receive and delete everything that is visible; returns the bodies."""
    bodies = []
    while got := sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
    ).get("Messages"):
        for message in got:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(message["Body"])
    return bodies


def put(bus: str, source: str, kind: str, **detail) -> None:
    """Put one event on a bus."""
    entry = {"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
    answer = events.put_events(Entries=[{**entry, "EventBusName": bus}])
    assert answer["FailedEntryCount"] == 0, answer["Entries"]


# %%
fraud = new_queue("fraud")
rule = lab.unique_name("large-orders")
pattern = {
    "source": ["lumen.shop"],
    "detail-type": ["OrderPlaced"],
    "detail": {"total": [{"numeric": [">=", 500]}]},
}
made = events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
events.put_targets(Rule=rule, Targets=[{"Id": "fraud", "Arn": arn_of(fraud)}])
put("default", "lumen.shop", "OrderPlaced", order=7, total=1200)
put("default", "lumen.shop", "OrderPlaced", order=8, total=49.5)
print(made["RuleArn"])
for body in read_all(fraud):
    print(json.dumps(json.loads(body), indent=1))

# %% [markdown]
# Only order 7 arrived, with an id, the time and the account added. Two things to remember about `put_events`: it
# takes up to 10 entries of together 1 MB, and it **succeeds even when entries fail**. Look at `FailedEntryCount`.

# %%
answer = events.put_events(
    Entries=[
        {"Source": "lumen.shop", "DetailType": "OrderPlaced", "Detail": "{not JSON"},
        {"Source": "aws.s3", "DetailType": "Object Created", "Detail": "{}"},
    ]
)
print(answer["FailedEntryCount"], "failed:")
for entry in answer["Entries"]:
    print(" ", entry["ErrorCode"])

# %% [markdown]
# Sources that begin with `aws.` belong to AWS.
#
# > **Then and now.** An entry could have 256 KB until early 2026; many pages still say so.
#
# ## Patterns
#
# A pattern names only what matters. Keys are joined by *and*, the values in a list by *or*; a list in the event fits
# when one of its members fits. Values are always in a list.
#
# | a value in the list | fits |
# |---|---|
# | `"DE"`, `500`, `true`, `null` | exactly this |
# | `{"prefix": "lumen."}`, `{"suffix": ".CR2"}` | the beginning, the end |
# | `{"wildcard": "orders/*/raw"}` | `*` stands for anything |
# | `{"equals-ignore-case": "de"}` | whatever the case |
# | `{"anything-but": ["DE", "AT"]}` | any other value |
# | `{"numeric": [">=", 100, "<", 500]}` | a range |
# | `{"exists": false}` | the field is missing |
# | `{"cidr": "10.0.0.0/8"}` | an address in this network |
#
# `"$or": [{...}, {...}]` in place of a key joins whole conditions by *or*. `test_event_pattern` tries a pattern
# without a rule.

# %%
event = {
    "id": "1",
    "account": account,
    "source": "lumen.shop",
    "time": "2026-11-21T09:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail-type": "OrderPlaced",
    "detail": {"total": 1200, "photos": ["team.jpg", "dawn.CR2"]},
}
for pattern in (
    {"detail": {"photos": [{"suffix": ".CR2"}]}},
    {"detail": {"test": [{"exists": False}], "total": [{"numeric": ["<", 1000]}]}},
):
    fits = events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
    print(fits["Result"], pattern)

# %% [markdown]
# A target need not get the whole event. `InputPath` picks a part, `Input` sends a constant, and `InputTransformer`
# makes a new text: `InputPathsMap` names values, `InputTemplate` places them.
#
# ### Your turn: connect the teams
#
# Write `connect(bus, queues)`: for each of these four queues (given as ARNs) make a rule on the bus, with the queue
# as its target. Rule names are free.
#
# - `print`: `OrderPlaced` and `OrderChanged` of the source `lumen.shop`;
# - `fraud`: `OrderPlaced` with a total of at least 500 from a country that is not `DE`, `AT` or `CH`, of any source;
# - `raw`: any event of a source that begins with `lumen.` with a photo whose name ends in `.CR2`;
# - `care`: every `PaymentFailed`, **or** any event whose `detail.customer.vip` is `true`. This queue gets a text and
#   not the event: `Order 7: PaymentFailed`, with the `order` of the detail and the detail-type.
#
# <details><summary>Hint</summary>
#
# For `care`: `{"$or": [{"detail-type": [...]}, {"detail": {"customer": {...}}}]}`, and
# `"InputTransformer": {"InputPathsMap": {"order": "$.detail.order", ...}, "InputTemplate": ...}`. A template that is a
# text stands in double quotes inside the Python text: `'"Order <order>: <what>"'`.
# `put_rule` and `put_targets` both need `EventBusName`.
# </details>


# %% exercise="connect"
def connect(bus: str, queues: dict[str, str]) -> None:
    """Make a rule with a target for each queue; queues = {name: ARN}."""
    ### BEGIN SOLUTION
    patterns = {
        "print": {"source": ["lumen.shop"], "detail-type": ["OrderPlaced", "OrderChanged"]},
        "fraud": {
            "detail-type": ["OrderPlaced"],
            "detail": {
                "total": [{"numeric": [">=", 500]}],
                "country": [{"anything-but": ["DE", "AT", "CH"]}],
            },
        },
        "raw": {
            "source": [{"prefix": "lumen."}],
            "detail": {"photos": [{"suffix": ".CR2"}]},
        },
        "care": {
            "$or": [
                {"detail-type": ["PaymentFailed"]},
                {"detail": {"customer": {"vip": [True]}}},
            ]
        },
    }
    text = {
        "InputPathsMap": {"order": "$.detail.order", "what": "$.detail-type"},
        "InputTemplate": '"Order <order>: <what>"',
    }
    for name, queue_arn in queues.items():
        events.put_rule(
            Name=f"{bus}-{name}",
            EventBusName=bus,
            EventPattern=json.dumps(patterns[name]),
        )
        target = {"Id": name, "Arn": queue_arn}
        if name == "care":
            target["InputTransformer"] = text
        events.put_targets(Rule=f"{bus}-{name}", EventBusName=bus, Targets=[target])
    ### END SOLUTION


# %% check="connect" points=4
with check("connect", needs="connect", right="Four teams served, and the shop's code did not change.") as expect:

    def happenings(countries: list[str], totals: list[float]) -> list[dict]:
        made = []
        for source in ("lumen.shop", "lumen.app", "lumenia.shop"):
            for kind in ("OrderPlaced", "OrderChanged", "PaymentFailed"):
                for country, total in zip(countries, totals, strict=True):
                    number = len(made)
                    photos = [["a.jpg"], ["a.jpg", "b.CR2"], ["b.CR2.jpg"], []][number % 4]
                    detail = {"order": number, "total": total, "country": country, "photos": photos}
                    if number % 3 == 0:
                        detail["customer"] = {"vip": number % 2 == 0}
                    made.append({"source": source, "kind": kind, "detail": detail})
        return made

    belongs = {
        "print": lambda one: one["source"] == "lumen.shop" and one["kind"] in ("OrderPlaced", "OrderChanged"),
        "fraud": lambda one: (
            one["kind"] == "OrderPlaced"
            and one["detail"]["total"] >= 500
            and one["detail"]["country"] not in ("DE", "AT", "CH")
        ),
        "raw": lambda one: (
            one["source"].startswith("lumen.") and any(name.endswith(".CR2") for name in one["detail"]["photos"])
        ),
        "care": lambda one: one["kind"] == "PaymentFailed" or one["detail"].get("customer", {}).get("vip") is True,
    }

    def routes(countries: list[str], totals: list[float]) -> None:
        bus = lab.unique_name("check-bus")
        events.create_event_bus(Name=bus)
        urls = {name: new_queue(f"check-{name}") for name in belongs}
        connect(bus, {name: arn_of(url) for name, url in urls.items()})
        happened = happenings(countries, totals)
        for one in happened:
            put(bus, one["source"], one["kind"], **one["detail"])
        for name, url in urls.items():
            bodies = read_all(url)
            wanted = {one["detail"]["order"]: one for one in happened if belongs[name](one)}
            if name == "care":
                texts = sorted(body.strip('"') for body in bodies)
                right = sorted(f"Order {n}: {one['kind']}" for n, one in wanted.items())
                lost = [text for text in right if text not in texts]
                extra = [text for text in texts if text not in right]
            else:
                try:
                    ids = [json.loads(body)["detail"]["order"] for body in bodies]
                except (ValueError, KeyError, TypeError):
                    expect(False, f"{name} should get whole events; it got {bodies[0][:60]}")
                lost = [json.dumps(one) for number, one in wanted.items() if number not in ids]
                extra = [json.dumps(happened[number]) for number in ids if number not in wanted]
            expect(
                not lost,
                f"{name} misses {len(lost)} of its {len(wanted)} events, for instance {lost[:1]}. "
                f"It got {len(bodies)}{', the first is ' + bodies[0][:60] if bodies else ''}.",
            )
            expect(not extra, f"{name} gets {len(extra)} too many, for instance {extra[:1]}.")
            expect(len(bodies) == len(wanted), f"{name} gets events twice. One rule is enough.")

    routes(["DE", "FR", "US"], [900, 499.99, 500])
    ### BEGIN HIDDEN TESTS
    routes(["CH", "IT"], [500, 501])
    ### END HIDDEN TESTS

# %% [markdown]
# A rule has up to 5 targets, a bus up to 300 rules. If a target cannot take an event, EventBridge tries again for 24
# hours or 185 times, unless you set less; then the event is lost, or goes to the **target's** dead-letter queue.

# %%
dead = new_queue("target-dead")
gone = f"arn:aws:sqs:us-east-1:{account}:deleted-yesterday"
events.put_targets(
    Rule=rule,
    Targets=[{"Id": "gone", "Arn": gone, "DeadLetterConfig": {"Arn": arn_of(dead)}}],
)
put("default", "lumen.shop", "OrderPlaced", order=9, total=800)
print(lab.settle().to("deleted-yesterday"))
kept = sqs.receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"][0]
print("kept:", json.loads(kept["Body"])["detail"])
print("why:", kept["MessageAttributes"]["ERROR_CODE"]["StringValue"])
_ = events.remove_targets(Rule=rule, Ids=["gone"])

# %% [markdown]
# A queue or a topic that is a target needs a **policy**, as with SNS, for `events.amazonaws.com`; `new_queue` writes
# it. Without it the event goes to the target's dead-letter queue with the code `NO_PERMISSIONS`, or is lost.

# %% [markdown]
# ## More buses, more accounts
#
# Every account has the **default** bus, where AWS services put their events. **Partner** buses receive the events of
# SaaS companies (Zendesk, Datadog, Auth0 ...). **Custom** buses are for your own programs. Rules belong to one bus.
#
# A bus has a **resource policy**: which other accounts may put events on it. That is how companies collect the
# events of all accounts in one place: in each account a rule whose target is the central bus, and on the central bus
# a policy that lets these accounts in, one by one or the whole organization (condition `aws:PrincipalOrgID`).
#
# Here is a second account, of the company that prints for Lumen.


# %% setup="accounts"
def open_account(name: str) -> tuple[str, boto3.Session]:
    """Open another account; return its number and a session of an administrator in it."""
    organizations = boto3.client("organizations")
    try:
        organizations.create_organization(FeatureSet="ALL")
    except ClientError:
        pass  # there is one already
    mail = f"{lab.unique_name(name)}@example.com"
    opened = organizations.create_account(AccountName=name, Email=mail)
    number = opened["CreateAccountStatus"]["AccountId"]
    first = f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole"
    lent = boto3.client("sts").assume_role(RoleArn=first, RoleSessionName="first-hour")
    lent = lent["Credentials"]
    keys = lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"]
    return number, boto3.Session(*keys, region_name="us-east-1")


def forward(session: boto3.Session, source: str, bus_arn: str) -> None:
    """In the other account: send the events of a source on to a bus of ours."""
    there = session.client("events")
    there.put_rule(Name="forward", EventPattern=json.dumps({"source": [source]}))
    there.put_targets(Rule="forward", Targets=[{"Id": "lumen", "Arn": bus_arn}])


def tell(session: boto3.Session, source: str, **detail) -> None:
    """In the other account: put an event on its own default bus."""
    entry = {"Source": source, "DetailType": "Printed", "Detail": json.dumps(detail)}
    session.client("events").put_events(Entries=[entry])


# %%
printer, printer_session = open_account("printer")
central = lab.unique_name("central")
bus_arn = events.create_event_bus(Name=central)["EventBusArn"]
forward(printer_session, "prints", bus_arn)
tell(printer_session, "prints", order=7)
print(lab.settle().to("central"))

# %% [markdown]
# The event went to the door and was turned away. (On AWS the rule's target also names a role of the sending account
# that may put events there.)
#
# ### Your turn: open the bus, a little
#
# A colleague wrote `open_bus(bus, account)` to let one account put events on our bus. It opens far too much: any
# account may come, and may even change our rules. Repair it: the given account may put events on this bus, and
# nothing else; no other account may do anything. A second call for another account must not shut out the first.
#
# <details><summary>Hint</summary>
#
# `put_permission(EventBusName=..., Policy=...)` replaces the policy. In its other form it adds one statement:
# `put_permission(EventBusName=..., StatementId=..., Action="events:PutEvents", Principal="111122223333")`.
# </details>


# %% exercise="open-bus" repair=true
def open_bus(bus: str, account: str) -> None:
    """Let one account put events on a bus."""
    statement = {
        "Sid": "partner",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "events:*",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    events.put_permission(EventBusName=bus, Policy=policy)


### BEGIN SOLUTION
def open_bus(bus: str, account: str) -> None:
    """Let one account put events on a bus."""
    events.put_permission(
        EventBusName=bus,
        StatementId=f"account-{account}",
        Action="events:PutEvents",
        Principal=account,
    )


### END SOLUTION


# %% check="open-bus" points=3
from course.lab.iam import Request, evaluate, principal_from

with check("open-bus", needs="open_bus", right="One action, one account at a time.") as expect:
    stranger, stranger_session = open_account("check-stranger")
    everything = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }

    def lets_in(number: int) -> None:
        bus = lab.unique_name("check-central")
        arn = events.create_event_bus(Name=bus)["EventBusArn"]
        inbox = new_queue("check-inbox")
        pattern = json.dumps({"detail-type": ["Printed"]})
        events.put_rule(Name=f"{bus}-in", EventBusName=bus, EventPattern=pattern)
        target = {"Id": "1", "Arn": arn_of(inbox), "InputPath": "$.account"}
        events.put_targets(Rule=f"{bus}-in", EventBusName=bus, Targets=[target])
        guests = [open_account("check-guest") for _ in range(number)]
        for account_id, _ in guests:
            open_bus(bus, account_id)
        for _, session in [*guests, (stranger, stranger_session)]:
            forward(session, "prints", arn)
            tell(session, "prints", order=1)
        heard = [json.loads(body) for body in read_all(inbox)]
        lab.settle()
        expect(
            guests[-1][0] in heard,
            "The account that was let in last cannot put events: principal, action and resource?",
        )
        expect(
            all(account_id in heard for account_id, _ in guests),
            "An account that was let in before is shut out now. put_permission with Policy replaces "
            "what was there; add a statement instead, with a StatementId of its own.",
        )
        expect(stranger not in heard, "An account that nobody let in puts events on the bus.")
        policy = json.loads(events.describe_event_bus(Name=bus)["Policy"])
        guest = principal_from(f"arn:aws:iam::{guests[0][0]}:user/dana")
        rule_arn = f"arn:aws:events:us-east-1:{account}:rule/{bus}/{bus}-in"
        for action, resource in (
            ("events:PutRule", rule_arn),
            ("events:DeleteRule", rule_arn),
            ("events:DescribeEventBus", arn),
        ):
            asked = Request(guest, action, resource)
            expect(
                not evaluate(asked, identity=[everything], resource=policy).allowed,
                f"The other account may also {action}. It needs events:PutEvents alone.",
            )

    lets_in(1)
    lets_in(2)
    ### BEGIN HIDDEN TESTS
    lets_in(3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## On time
#
# A rule can have a schedule in place of a pattern: `rate(5 minutes)`, `rate(1 hour)` (the unit follows the number),
# or `cron(...)` with **six** fields: minute, hour, day of month, month, day of week, year. One of the two day fields
# is `?`. Scheduled rules live on the default bus, and speak UTC only.
#
# **EventBridge Scheduler** (November 2022) is the tool for it today: also one-time schedules `at(...)`, time zones,
# flexible windows of up to a day, retries, a dead-letter queue, and more than 270 services as targets. It acts with
# a *role*, so no policy on the target is needed.

# %% setup="scheduler"
scheduler = boto3.client("scheduler")
iam = boto3.client("iam")


def role_for(service: str, *actions: str) -> str:
    """A role that a service may assume, allowed these actions; returns its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    name = lab.unique_name(service.partition(".")[0])
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=name, PolicyName="targets", PolicyDocument=text)
    return arn


timer = role_for("scheduler.amazonaws.com", "sqs:SendMessage")

# %%
ticks = new_queue("ticks")
plans = {
    "every 3 hours": ("rate(3 hours)", "UTC"),
    "9 to 17 in Berlin": ("cron(0 9-17 * * ? *)", "Europe/Berlin"),
    "9 to 17 in Tokyo": ("cron(0 9-17 * * ? *)", "Asia/Tokyo"),
}
begin = lab.clock.now()
for name, (expression, zone) in plans.items():
    scheduler.create_schedule(
        Name=name.replace(" ", "-"),
        ScheduleExpression=expression,
        ScheduleExpressionTimezone=zone,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn_of(ticks), "RoleArn": timer, "Input": "tick"},
    )
lab.clock.advance(hours=24)
runs = [one for one in lab.deliveries() if one.source.startswith("schedule ")]
bars = []
for name in plans:
    for one in runs:
        if one.source == f"schedule {name.replace(' ', '-')}":
            hour = (one.at - begin).total_seconds() / 3600
            bars.append((name, hour, hour + 0.25, "", "run"))
    scheduler.delete_schedule(Name=name.replace(" ", "-"))
there = begin.astimezone(ZoneInfo("Asia/Tokyo"))
here = begin.astimezone(ZoneInfo("Europe/Berlin"))
earlier = (there.utcoffset() - here.utcoffset()).total_seconds() / 3600
charts.gantt(
    bars,
    kinds={"run": "busy"},
    headline=f"Tokyo's nine o'clock comes {earlier:.0f} hours before Berlin's",
    subtitle="the runs of three schedules in a day",
    unit="hours",
    label="from now",
    source="measured in the lab",
)

# %% [markdown]
# > **Then and now.** Older notes write `cron(0/5 * * * *)` with five fields, as on Linux. EventBridge refuses it:
# > six fields, and a `?`.
#
# Scheduler knows daylight saving time: what falls into the hour that spring takes away does not run; the hour that
# autumn repeats runs once.
#
# ### Your turn: the morning report
#
# A colleague wrote `plan_report(name, queue_arn, role_arn)`; AWS refuses it. Repair it: from Monday to Friday, at
# 7:00 in Berlin, **summer and winter**, the queue gets the message `{"report": "sales"}`. Keep the name.
#
# <details><summary>Hint</summary>
#
# Count the fields of the expression. The day of the week may be `MON-FRI`; then which field becomes `?`? Berlin is
# one hour ahead of UTC in winter, two in summer: let `ScheduleExpressionTimezone` know.
# </details>


# %% exercise="morning-report" repair=true
def plan_report(name: str, queue_arn: str, role_arn: str) -> None:
    """Plan the report for every working day at 7:00 in Berlin."""
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 6 * * MON-FRI)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue_arn, "RoleArn": role_arn},
    )


### BEGIN SOLUTION
def plan_report(name: str, queue_arn: str, role_arn: str) -> None:
    """Plan the report for every working day at 7:00 in Berlin."""
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 7 ? * MON-FRI *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue_arn, "RoleArn": role_arn, "Input": '{"report": "sales"}'},
    )


### END SOLUTION


# %% check="morning-report" points=2
with check("morning-report", needs="plan_report", right="The same hour on the wall, summer and winter.") as expect:
    berlin = ZoneInfo("Europe/Berlin")

    def is_report(body: str) -> bool:
        try:
            return json.loads(body) == {"report": "sales"}
        except ValueError:
            return False

    def reports(days: int) -> None:
        queue, name = new_queue("check-report"), lab.unique_name("check-report")
        plan_report(name, arn_of(queue), timer)
        first = lab.clock.now()
        lab.clock.advance(days=4)  # SQS keeps messages for four days
        bodies = read_all(queue)
        lab.clock.advance(days=days - 4)
        runs = [one.at for one in lab.deliveries() if one.source == f"schedule {name}"]
        told = [one.outcome for one in lab.deliveries() if one.source == f"schedule {name}"]
        scheduler.delete_schedule(Name=name)
        expect(
            bool(runs),
            f"In {days} days your schedule did not run once. Is it called {name!r}, and enabled?",
        )
        expect("invoked" in told[0], f"Your schedule ran, but the queue got nothing: {told[0]}")
        expect(
            bool(bodies) and all(is_report(body) for body in bodies),
            f'The queue should get {{"report": "sales"}}, as JSON; it got {bodies[:1]}. Look at Input.',
        )
        wrong = [at for at in runs if (at.astimezone(berlin).hour, at.minute) != (7, 0)]
        shown = wrong[0].astimezone(berlin) if wrong else first
        expect(
            not wrong,
            f"{len(wrong)} of {len(runs)} runs are not at 7:00 in Berlin; one is at "
            f"{shown:%H:%M on %d %B}. Look at the hour, the time zone and the window of your schedule.",
        )
        weekend = [at for at in runs if at.astimezone(berlin).weekday() > 4]
        expect(not weekend, f"{len(weekend)} reports come on a Saturday or Sunday.")
        hours = [first + dt.timedelta(hours=n) for n in range(days * 24)]
        due = {at.astimezone(berlin).date() for at in hours if at.astimezone(berlin).weekday() < 5}
        expect(
            len(due) - 2 <= len(runs) <= len(due),
            f"{len(runs)} reports in {days} days; there are {len(due)} working days.",
        )

    reports(220)
    ### BEGIN HIDDEN TESTS
    reports(9)
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*
#
# ## The past, again
#
# An **archive** keeps the events of a bus, all or those that fit a pattern, for some days or for ever. A **replay**
# sends a time range of it to the bus again: to debug, or to fill a new consumer. Replayed events carry
# `replay-name`, and go to all rules of the bus unless you name some.
#
# > **Lab and AWS.** On AWS an event may reach its archive some minutes late, and a replay does not keep the exact
# > order. In the lab both happen at once and in order.

# %%
bus = lab.unique_name("archived")
bus_arn = events.create_event_bus(Name=bus)["EventBusArn"]
archive = events.create_archive(
    ArchiveName=lab.unique_name("a-week"),
    EventSourceArn=bus_arn,
    RetentionDays=7,
)["ArchiveArn"]
put(bus, "lumen.shop", "OrderPlaced", order=7)
late = new_queue("late")  # a new program, connected only now
events.put_rule(
    Name=f"{bus}-late",
    EventBusName=bus,
    EventPattern='{"source": ["lumen.shop"]}',
)
target = {"Id": "late", "Arn": arn_of(late)}
events.put_targets(Rule=f"{bus}-late", EventBusName=bus, Targets=[target])
print("before the replay:", read_all(late))
events.start_replay(
    ReplayName=lab.unique_name("fill-late"),
    EventSourceArn=archive,
    EventStartTime=lab.clock.now() - dt.timedelta(hours=1),
    EventEndTime=lab.clock.now(),
    Destination={"Arn": bus_arn},
)
for body in read_all(late):
    event = json.loads(body)
    print("after it:", event["detail"], "replayed as", event["replay-name"])

# %% [markdown]
# ### Your turn: predict the replay
#
# A bus has an archive that keeps only `OrderPlaced`, and a rule `old` that sends **everything** to a queue. `orders`
# events `OrderPlaced` and `returns` events `OrderReturned` are put on the bus. Then a rule `new` is added, which
# sends `OrderPlaced` to a second queue, and the whole archive is replayed, to all rules, or, if `only_new`, to the
# rule `new`.
#
# Write `predict(orders, returns, only_new)`: how many messages the queue of `old` and that of `new` hold at the end,
# as a pair. Say first, aloud, what it is for 5 orders and 2 returns; then run the check: the lab plays it.
#
# <details><summary>Hint</summary>
#
# Three questions: What did `old` get the first time? What is in the archive? Who hears the replay?
# </details>


# %% exercise="replay-count"
def predict(orders: int, returns: int, only_new: bool) -> tuple[int, int]:
    """Return (messages in the queue of `old`, messages in the queue of `new`)."""
    ### BEGIN SOLUTION
    old = orders + returns + (0 if only_new else orders)
    return old, orders
    ### END SOLUTION


# %% check="replay-count" points=2
with check(
    "replay-count", needs="predict", right="A replay doubles events for whoever had them: be idempotent."
) as expect:

    def play(orders: int, returns: int, only_new: bool) -> tuple[int, int]:
        bus = lab.unique_name("check-replay")
        arn = events.create_event_bus(Name=bus)["EventBusArn"]
        kept = events.create_archive(
            ArchiveName=bus, EventSourceArn=arn, EventPattern='{"detail-type": ["OrderPlaced"]}'
        )["ArchiveArn"]
        rules = {}
        for name, pattern in (
            ("old", {"source": ["lumen.shop"]}),
            ("new", {"detail-type": ["OrderPlaced"]}),
        ):
            if name == "new":
                for n in range(orders + returns):
                    put(bus, "lumen.shop", "OrderPlaced" if n < orders else "OrderReturned", n=n)
            queue = new_queue(f"check-{name}")
            made = events.put_rule(Name=f"{bus}-{name}", EventBusName=bus, EventPattern=json.dumps(pattern))
            target = {"Id": name, "Arn": arn_of(queue)}
            events.put_targets(Rule=f"{bus}-{name}", EventBusName=bus, Targets=[target])
            rules[name] = made["RuleArn"], queue
        filters = {"FilterArns": [rules["new"][0]]} if only_new else {}
        now = lab.clock.now()
        events.start_replay(
            ReplayName=bus,
            EventSourceArn=kept,
            EventStartTime=now - dt.timedelta(hours=1),
            EventEndTime=now,
            Destination={"Arn": arn, **filters},
        )
        return len(read_all(rules["old"][1])), len(read_all(rules["new"][1]))

    def agrees(orders: int, returns: int, only_new: bool) -> None:
        said, is_so = predict(orders, returns, only_new), play(orders, returns, only_new)
        to = "the rule new" if only_new else "all rules"
        story = f"{orders} orders, {returns} returns, replayed to {to}"
        expect(
            isinstance(said, (tuple, list)) and len(said) == 2,
            "Return two numbers: for old and for new.",
        )
        for name, mine, measured in zip(("old", "new"), said, is_so, strict=True):
            expect(
                mine == measured,
                f"{story}: you predict {mine} messages for {name}; the lab counts {measured}.",
            )

    agrees(5, 2, only_new=False)
    agrees(3, 4, only_new=True)
    ### BEGIN HIDDEN TESTS
    agrees(4, 0, only_new=False)
    agrees(1, 1, only_new=True)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What is in an event?
#
# Who writes a consumer wants to know the fields beforehand. The **schema registry** has the schemas of AWS's own
# events, and can *discover* those on your bus: it looks at the events and saves a schema, with a new version when a
# field appears; it writes classes for Java, Python, TypeScript and Go from it. The lab has no registry, so we do by
# hand what discovery does.


# %%
def schema_of(value) -> dict:
    """The JSON schema of one value."""
    if isinstance(value, dict):
        fields = {name: schema_of(one) for name, one in sorted(value.items())}
        return {"type": "object", "properties": fields}
    if isinstance(value, list):
        return {"type": "array", "items": schema_of(value[0]) if value else {}}
    kinds = {bool: "boolean", int: "number", float: "number", str: "string"}
    return {"type": kinds.get(type(value), "null")}


versions: list[dict] = []
for detail in (
    {"order": 7, "total": 49.5},
    {"order": 8, "total": 9},
    {"order": 9, "gift": True},
):
    schema = schema_of(detail)
    known = versions[-1]["properties"] if versions else {}
    if not set(schema["properties"]) <= set(known):
        schema["properties"] = {**known, **schema["properties"]}
        versions.append(schema)
for number, schema in enumerate(versions, 1):
    print(f"lumen.shop@OrderPlaced version {number}: {', '.join(schema['properties'])}")

# %% [markdown]
# > **Then and now.** Since 24 September 2026 what this lesson builds is called *Custom Event Bus - Classic*; its API
# > goes on, and the default bus still works that way. AWS recommends the new **Custom Event Bus** (boto3 client
# > `eventbridgev2`, 14 Regions at first) for new programs. The lab has Classic only.
#
# Rule and target become a *subscriber* with one filter and one target. The bus itself keeps events, so a subscriber may
# start in the past, pause and go on; it may deliver in order for each group. Some numbers changed too.

# %%
classic = {
    "entries in a call": facts.limit("eventbridge", "putevents-max-entries"),
    "attempts by default": facts.limit("eventbridge", "target-retry-max"),
}
new = {
    "entries in a call": facts.limit("eventbridge", "custom-bus-putevents-entries"),
    "attempts by default": facts.limit("eventbridge", "custom-bus-retry-default"),
}
for name in classic:
    print(f"{name:<20} Classic {classic[name]:>4}, new bus {new[name]:>4}")
kept = facts.limit("eventbridge", "custom-bus-retention-max")
print(f"events kept without an archive: Classic none, new bus up to {kept} days")

# %% [markdown]
# ## A pipe from one to one
#
# A bus is for many. An **EventBridge Pipe** joins one source to one target without glue code: it *reads* a queue or
# a stream (SQS, Kinesis, DynamoDB Streams, Kafka, MQ), drops what its **filter** does not let through, may call an
# **enrichment** (a Lambda function, for instance), and hands the result to the target. It does what a small Lambda
# function between two services used to do.

# %% setup="pipes"
pipes = boto3.client("pipes")
piper = role_for("pipes.amazonaws.com", "sqs:*", "events:PutEvents")

# %%
new_orders, large = new_queue("new-orders"), new_queue("large")
pipes.create_pipe(
    Name=lab.unique_name("large-orders"),
    RoleArn=piper,
    Source=arn_of(new_orders),
    SourceParameters={
        "FilterCriteria": {
            "Filters": [{"Pattern": '{"body": {"total": [{"numeric": [">=", 500]}]}}'}],
        },
    },
    Target=arn_of(large),
    TargetParameters={
        "InputTemplate": '{"call": "<$.body.customer>", "about": <$.body.order>}',
    },
)
for order, total in ((7, 1200), (8, 49.5)):
    body = json.dumps({"order": order, "total": total, "customer": "Ada"})
    sqs.send_message(QueueUrl=new_orders, MessageBody=body)
told = lab.settle()
print(told.to("filter"))
print(told.to("pipe large"))
print(read_all(large))

# %% [markdown]
# A path such as `<$.body.order>` looks into the record; a body that is JSON is read as JSON. What the filter drops
# is deleted from the queue. If the target fails, the message comes back after its visibility timeout.
#
# ### Your turn: a pipe for payments
#
# The shop sends everything to one standard queue. Payments must go on to a **FIFO** queue, one group for each customer.
# (A standard queue keeps order as well as it can; from the FIFO queue on, order is certain.) Write
# `open_pipe(name, source_url, fifo_url, role_arn)`: make a pipe called `name` that
#
# - lets through only bodies with `"kind": "payment"` and a `cents` greater than 0;
# - sends the body alone, without SQS's envelope;
# - uses `customer` as message group id and `id` as deduplication id.
#
# <details><summary>Hint</summary>
#
# `"InputTemplate": "<$.body>"` is the whole body. In `TargetParameters` there is also `SqsQueueParameters`, and its
# values may be paths: `"MessageGroupId": "$.body.customer"`.
# </details>


# %% exercise="pipe-it"
def open_pipe(name: str, source_url: str, fifo_url: str, role_arn: str) -> None:
    """Join a queue to a FIFO queue: payments only, one group for each customer."""
    ### BEGIN SOLUTION
    pattern = {"body": {"kind": ["payment"], "cents": [{"numeric": [">", 0]}]}}
    pipes.create_pipe(
        Name=name,
        RoleArn=role_arn,
        Source=arn_of(source_url),
        SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)}]}},
        Target=arn_of(fifo_url),
        TargetParameters={
            "InputTemplate": "<$.body>",
            "SqsQueueParameters": {
                "MessageGroupId": "$.body.customer",
                "MessageDeduplicationId": "$.body.id",
            },
        },
    )
    ### END SOLUTION


# %% check="pipe-it" points=3
with check("pipe-it", needs="open_pipe", right="No function in between, and one group for each customer.") as expect:

    def flows(bodies: list[dict]) -> None:
        source, fifo = new_queue("check-in"), new_queue("check-fifo", FifoQueue="true")
        name = lab.unique_name("check-pipe")
        open_pipe(name, source, fifo, piper)
        names = [one["Name"] for one in pipes.list_pipes(NamePrefix=name)["Pipes"]]
        expect(name in names, f"There is no pipe called {name}.")
        for body in bodies:
            sqs.send_message(QueueUrl=source, MessageBody=json.dumps(body))
        told = str(lab.settle())
        got = []
        while some := sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=10, AttributeNames=["All"]).get(
            "Messages"
        ):
            got += some
            for one in some:
                sqs.delete_message(QueueUrl=fifo, ReceiptHandle=one["ReceiptHandle"])
        expect(bool(got), f"Nothing arrived in the FIFO queue. The lab tells: {told}")
        try:
            payments = [json.loads(one["Body"]) for one in got]
        except ValueError:
            payments = [{}]
        expect(
            all("messageId" not in one and "id" in one for one in payments),
            f"The queue should get the body alone; it got {got[0]['Body'][:70]}",
        )
        groups = [one["Attributes"]["MessageGroupId"] for one in got]
        expect.equal(groups, [one["customer"] for one in payments], "The message groups")
        wanted = {one["id"]: one for one in bodies if one["kind"] == "payment" and one["cents"] > 0}
        lost = [one for one in wanted.values() if one not in payments]
        extra = [one for one in payments if one not in wanted.values()]
        expect(not lost, f"{len(lost)} payments are missing, for instance {lost[:1]}.")
        expect(not extra, f"The filter lets too much through, for instance {extra[:1]}.")
        expect(
            len(payments) == len(wanted),
            "A payment that was sent twice is in the queue twice. Use its id as deduplication id.",
        )

    flows(
        [
            {"kind": "payment", "id": "p1", "customer": "ada", "cents": 2000},
            {"kind": "payment", "id": "p2", "customer": "lin", "cents": 900},
            {"kind": "payment", "id": "p1", "customer": "ada", "cents": 2000},
            {"kind": "order", "id": "o1", "customer": "ada", "cents": 2000},
            {"kind": "payment", "id": "p3", "customer": "ada", "cents": 0},
            {"kind": "payment", "id": "p4", "customer": "ada", "cents": 2000},
        ]
    )
    ### BEGIN HIDDEN TESTS
    flows(
        [{"kind": "payment", "id": f"x{n % 7}", "customer": f"c{n % 7 % 3}", "cents": n % 7 + 1} for n in range(9)]
        + [{"kind": "refund", "id": "r", "customer": "c1", "cents": 5}]
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## The story: no payment lost, none doubled
#
# Now all comes together. Payments wait in a FIFO queue, one group for each customer. A worker takes them and keeps
# the books in DynamoDB. Three things will go wrong:
#
# - the power fails **after** a payment is booked and **before** its message is deleted: the message comes again;
# - one payment is **poison**: its cents are the text `"12,50"`, and booking it fails every time;
# - the poisoned payment is mended later, and must still be booked, once.
#
# `open_payments` makes the queue with its dead-letter queue: after three receives a message moves there.

# %% setup="payments"
dynamodb = boto3.client("dynamodb")
for table, key in (("payments", "id"), ("balances", "customer")):
    if table not in dynamodb.list_tables()["TableNames"]:
        dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.get_waiter("table_exists").wait(TableName=table)


def open_payments() -> tuple[str, str]:
    """A FIFO queue and its dead-letter queue; returns their URLs."""
    dead = new_queue("payments-dead", FifoQueue="true")
    redrive = json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 3})
    return new_queue("payments", FifoQueue="true", RedrivePolicy=redrive), dead


def send_payment(queue_url: str, payment: dict) -> None:
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps(payment),
        MessageGroupId=payment["customer"],
        MessageDeduplicationId=payment["id"],
    )


def balance(customer: str) -> int:
    """The cents that are booked for a customer."""
    key = {"customer": {"S": customer}}
    item = dynamodb.get_item(
        TableName="balances",
        Key=key,
        ConsistentRead=True,
    ).get("Item", {})
    return int(float(item.get("cents", {"N": "0"})["N"]))


# %%
queue, dead = open_payments()
send_payment(queue, {"id": "p1", "customer": "demo", "cents": "12,50"})  # the poison
send_payment(queue, {"id": "p2", "customer": "demo", "cents": 900})
send_payment(queue, {"id": "p3", "customer": "other", "cents": 700})
rows = {"p1": "p1, poison", "p2": "p2, same customer", "p3": "p3, other customer"}
life: list[tuple[str, float, float, str, str]] = []
begin = lab.clock.now()
for _ in range(9):
    at = (lab.clock.now() - begin).total_seconds()
    got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1).get("Messages", [])
    for message in got:
        payment = json.loads(message["Body"])
        row = rows[payment["id"]]
        try:
            int(payment["cents"])
        except ValueError:
            life.append((row, at, at + 30, "hidden", "wait"))
        else:
            life.append((row, at, at + 3, "", "done"))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    lab.clock.advance(seconds=15)
charts.gantt(
    life,
    kinds={"wait": "wait", "done": "good"},
    headline="A poisoned payment holds up its customer until the third try, and nobody else",
    subtitle="a FIFO queue with a group for each customer, visibility timeout 30 s",
    label="seconds",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: the payment pipeline
#
# Write three functions. A payment looks like `{"id": "p7", "customer": "ada", "cents": 900}`.
#
# 1. `pay(payment)` adds its cents to the number `cents` of the customer's item in `balances`, unless this payment was
#    booked before; the table `payments` (key `id`) remembers. It makes **one** write call: no power cut can
#    come in between. If the cents are a text such as `"12,50"`, it raises an exception.
# 2. `work(queue_url, receipt)` takes payments until none comes: `pay`, then `receipt(payment)`, then delete. If `pay`
#    or `receipt` raises an exception (the power cut), that message stays, and others go on.
# 3. `replay(dead_url, queue_url, mend)` moves every payment of the dead-letter queue back, as `mend(payment)` returns
#    it (its `id` stays), in its customer's group. Nothing is lost if the program stops in the middle.
#
# The check calls `work` four times, after the visibility timeout, then `replay`, then `work`.
#
# <details><summary>Hint</summary>
#
# `dynamodb.transact_write_items` does two things or none: a `Put` with the condition `attribute_not_exists(id)`, and an
# `Update` with `ADD cents :c`. A payment seen before raises `TransactionCanceledException`.
#
# A message counts a receive each time it is handed out, also when you do not get to it: so how many at a time? A
# deduplication id seen within five minutes makes SQS swallow the message: send the mended one with a new
# `MessageDeduplicationId`.
# </details>


# %% exercise="no-double-payment"
def pay(payment: dict) -> None:
    """Book a payment, unless it was booked before."""
    ### BEGIN SOLUTION
    cents = int(payment["cents"])
    remember = {
        "TableName": "payments",
        "Item": {"id": {"S": payment["id"]}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": "balances",
        "Key": {"customer": {"S": payment["customer"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(cents)}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        reasons = [one.get("Code") for one in error.response["CancellationReasons"]]
        if reasons[0] != "ConditionalCheckFailed":
            raise
    ### END SOLUTION


def work(queue_url: str, receipt) -> None:
    """Book everything that waits."""
    ### BEGIN SOLUTION
    while messages := sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=1,
        WaitTimeSeconds=20,
    ).get("Messages"):
        message = messages[0]
        payment = json.loads(message["Body"])
        try:
            pay(payment)
            receipt(payment)
        except Exception as error:
            print(f"{payment['id']} stays: {type(error).__name__}")
        else:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    ### END SOLUTION


def replay(dead_url: str, queue_url: str, mend) -> None:
    """Send mended payments back to the queue."""
    ### BEGIN SOLUTION
    while messages := sqs.receive_message(
        QueueUrl=dead_url,
        MaxNumberOfMessages=10,
    ).get("Messages"):
        for message in messages:
            payment = mend(json.loads(message["Body"]))
            sqs.send_message(
                QueueUrl=queue_url,
                MessageBody=json.dumps(payment),
                MessageGroupId=payment["customer"],
                MessageDeduplicationId=f"{payment['id']}-mended-{message['MessageId']}",
            )
            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])
    ### END SOLUTION


# %% check="no-double-payment" points=6
with check(
    "no-double-payment",
    needs=["pay", "work", "replay"],
    right="Once on the books, whatever fails: idempotence, order, a place for the poison, a way back.",
) as expect:
    writing = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem")

    def books_once(cents: int) -> None:
        customer, number = lab.unique_name("customer"), lab.unique_name("p")
        payment = {"id": number, "customer": customer, "cents": cents}
        with lab.watching(most=20) as made:
            pay(payment)
        writes = len(made.of(*writing, "ExecuteStatement", "ExecuteTransaction"))
        booked = balance(customer)
        expect(booked == cents, f"pay({payment}) books {booked} cents instead of {cents}.")
        expect(
            writes == 1,
            f"pay makes {writes} write calls. A power cut between them loses or doubles money: "
            "transact_write_items does both or nothing.",
        )
        pay(payment)
        expect(
            balance(customer) == cents,
            f"The same payment twice books {balance(customer)} cents instead of {cents}.",
        )
        failed = False
        try:
            pay({"id": lab.unique_name("p"), "customer": customer, "cents": "12,50"})
        except Exception:
            failed = True
        expect(failed, "A payment of '12,50' cents must raise an exception.")

    def survives(number: int, customers: int, poisoned: set[int], cut: set[int]) -> None:
        queue, dead = open_payments()
        names = [lab.unique_name("customer") for _ in range(customers)]
        payments = [
            {"id": lab.unique_name("p"), "customer": names[n % customers], "cents": 100 + n} for n in range(number)
        ]
        poison = {payments[n]["id"]: payments[n]["cents"] for n in poisoned}
        cuts = {payments[n]["id"] for n in cut}
        printed: list[str] = []

        def receipt(payment: dict) -> None:
            if payment["id"] in cuts:
                cuts.discard(payment["id"])
                raise RuntimeError("power cut")
            printed.append(payment["id"])

        def run() -> None:
            """Call work once."""
            try:
                with lab.watching(most=400):
                    work(queue, receipt)
            except Exception as error:
                expect(
                    not any(words in str(error) for words in ("power cut", "12,50")),
                    f"work ended with an exception of pay or receipt ({error}). Catch it, leave that "
                    "message in the queue, and go on with the others.",
                )
                raise
            lab.clock.advance(seconds=40)

        for payment in payments:
            bad = payment["id"] in poison
            send_payment(queue, {**payment, "cents": "12,50"} if bad else payment)
        for _ in range(4):
            run()
        found = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, VisibilityTimeout=0)
        parked = {json.loads(one["Body"])["id"] for one in found.get("Messages", [])}
        innocent = parked - set(poison)
        expect(
            not innocent,
            f"{len(innocent)} good payments are in the dead-letter queue. They were received three "
            "times together with the poison, without being deleted. Take one message at a time.",
        )
        expect(
            parked == set(poison),
            f"{len(parked)} of {len(poison)} poisoned payments are in the dead-letter queue after "
            "four calls. A failed message must stay undeleted and come again, while work goes on "
            "with the others.",
        )

        def right_books(so_far: list[dict], when: str) -> None:
            for name in names:
                owed = sum(one["cents"] for one in so_far if one["customer"] == name)
                booked = balance(name)
                lost_or = "lost" if booked < owed else "doubled"
                expect(
                    booked == owed,
                    f"{when}: {booked} of {owed} cents are booked for one customer. Something was {lost_or}.",
                )

        good = [one for one in payments if one["id"] not in poison]
        right_books(good, "Before the replay")
        for name in names:
            order = [one["id"] for one in good if one["customer"] == name]
            made = [one for one in dict.fromkeys(printed) if one in order]
            expect(
                made == order,
                "The payments of one customer were booked out of order: when one fails, those behind it "
                "must wait. Take one message at a time.",
            )
        replay(dead, queue, lambda payment: {**payment, "cents": poison[payment["id"]]})
        lab.clock.advance(seconds=40)
        left = sqs.receive_message(QueueUrl=dead, VisibilityTimeout=0).get("Messages", [])
        expect(not left, "After the replay the dead-letter queue still holds payments. Delete them.")
        back = sqs.receive_message(
            QueueUrl=queue,
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            AttributeNames=["MessageGroupId"],
        )
        for one in back.get("Messages", []):
            group = one["Attributes"]["MessageGroupId"]
            expect(
                group in names and group in one["Body"],
                f"replay put a payment in the group {group!r}, which is not its customer's group.",
            )
        run()
        run()
        strange = [one for one in printed if one not in {payment["id"] for payment in payments}]
        expect(
            not strange,
            f"After the replay a payment has another id ({strange[:1]}). By its id the books know it; only "
            "the deduplication id of the message must be new.",
        )
        right_books(payments, "After the replay")
        expect(len(printed) == number, f"{len(printed)} receipts for {number} payments.")

    def careful() -> None:
        """The program stops while it replays."""
        queue, dead = open_payments()
        payment = {"id": lab.unique_name("p"), "customer": lab.unique_name("c"), "cents": "5,00"}
        send_payment(dead, payment)

        def stops(payment: dict) -> dict:
            raise RuntimeError("the program stops")

        try:
            replay(dead, queue, stops)
        except RuntimeError:
            pass
        lab.clock.advance(seconds=40)
        kept = sqs.receive_message(QueueUrl=dead, VisibilityTimeout=0).get("Messages", [])
        expect(
            len(kept) == 1,
            "replay stopped while mending, and the payment is in no queue any more. Delete it only after it was sent.",
        )

    books_once(900)
    survives(12, customers=3, poisoned={3}, cut={1, 8})
    careful()
    ### BEGIN HIDDEN TESTS
    survives(15, customers=4, poisoned={0, 6}, cut={3, 13})
    books_once(1)
    ### END HIDDEN TESTS

# %% [markdown]
# Moving the poisoned payment aside lets later payments of that customer overtake it. That is the price: if order
# must never break, a person has to mend the message while the group waits.
#
# ## What it costs, and which service
#
# EventBridge bills custom events per million, each 64 KB as one; events of AWS services are free, and so is delivery
# to targets in the same account. How do the four compare for **one** consumer, with messages of 1 KB? SQS bills
# send, receive and delete; SNS the publish (its queue or function extra); Kinesis the hours of its shards (1,000
# records a second each) and the puts.

# %%
sqs_price = facts.price("sqs", "standard-requests")
sns_price = facts.price("sns", "standard-publish")
bus_price = facts.price("eventbridge", "custom-events")
shard = facts.price("kinesis", "shard-hour")
put_unit = facts.price("kinesis", "put-payload-units")
shard_month = shard * facts.HOURS_PER_MONTH


def millions(rate: float) -> float:
    """Messages of a month, in millions, at a rate per second."""
    return rate * 3600 * facts.HOURS_PER_MONTH / 1e6


curves = {
    "EventBridge": lambda rate: millions(rate) * bus_price,
    "SQS, one by one": lambda rate: millions(rate) * 3 * sqs_price,
    "SNS": lambda rate: millions(rate) * sns_price,
    "SQS, batches of 10": lambda rate: millions(rate) * 0.3 * sqs_price,
    "Kinesis, one shard": lambda rate: shard_month + millions(rate) * put_unit,
}
rivals = {"EventBridge": bus_price, "SQS, one by one": 3 * sqs_price, "SNS": sns_price}
rivals["SQS, batches of 10"] = 0.3 * sqs_price
even = {
    name: shard_month / (price - put_unit) / millions(1)  # messages a second
    for name, price in rivals.items()
}
low, high = min(even.values()), max(even.values())
of_shard = curves["Kinesis, one shard"]
charts.curves(
    curves,
    x=(0.5, 100),
    log_x=True,
    log_y=True,
    notes=[(rate, of_shard(rate), f"{rate:.1f}") for rate in even.values()],
    headline=f"A shard pays from {low:.1f} messages a second, against batches from {high:.0f}",
    subtitle="each mark: the rate from which one shard costs less",
    x_label="messages of 1 KB",
    x_unit="per second",
    y_unit="USD per month",
    source=[sqs_price, sns_price, bus_price, shard],
)

# %% [markdown]
# The shard has a break-even with each of the others: the rate at which what they charge more for a million messages
# has paid for its hours. (A shard takes 1,000 messages a second.)

# %%
for name, rate in even.items():
    print(f"{name:18} costs as much as one shard at {rate:5.1f} messages a second")

# %% [markdown]
# Price is one side. Below the break-even the difference is some dollars a month, and what a service *does* counts:
# a shard gives order, replay and many readers, but you write the consumer; a bus gives patterns, AWS events and many
# targets; SNS the widest fan-out; SQS workers, retries and delay. Free tiers are left out here. Others on the bill:

# %%
names = [
    "custom-events",
    "cross-account-custom-events",
    "scheduler-invocations",
    "pipes-requests",
]
names += ["api-destinations", "archive-processing", "replay", "schema-discovery"]
facts.prices("eventbridge").frame().set_index("name").loc[names, ["value", "unit", "as_of"]]

# %% [markdown]
# ## The program that speaks another language
#
# The printing company's machines speak **MQTT**, its old stock program **JMS**. None of the services above speaks
# these. **Amazon MQ** runs a broker for you: **ActiveMQ** (JMS, AMQP, MQTT, STOMP, OpenWire) or **RabbitMQ** (above
# all AMQP). A broker is a server: it has a size, stands in one Availability Zone (ActiveMQ also in two, one waiting;
# RabbitMQ also as a cluster over several), and costs money while it idles. Choose it to *move* an existing program
# to AWS unchanged. For new programs SQS, SNS and EventBridge scale further and need no server.

# %%
mq = boto3.client("mq")
broker = mq.create_broker(
    BrokerName=lab.unique_name("printers"),
    EngineType="ACTIVEMQ",
    EngineVersion="5.18",
    HostInstanceType="mq.m5.large",
    DeploymentMode="ACTIVE_STANDBY_MULTI_AZ",
    PubliclyAccessible=False,
    AutoMinorVersionUpgrade=True,
    Users=[{"Username": "printer", "Password": "a-long-password-1"}],
)
found = mq.describe_broker(BrokerId=broker["BrokerId"])
print(found["EngineType"], found["DeploymentMode"], len(found["BrokerInstances"]), "brokers")
for endpoint in found["BrokerInstances"][0]["Endpoints"]:
    print(" ", endpoint)

hour = facts.price("mq", "activemq-m5-large-active-standby")
charts.curves(
    {
        "MQ, 2 brokers m5.large": lambda million: hour * facts.HOURS_PER_MONTH,
        "SQS, one by one": lambda million: million * 3 * sqs_price,
    },
    x=(0, 600),
    breakeven=True,
    headline="A broker costs as much idle as SQS with 350 million messages",
    x_label="messages a month",
    x_unit="million messages",
    y_unit="USD per month",
    source=[hour, sqs_price],
)

# %% [markdown]
# > **Bill.** On the real AWS the broker is what costs in this lesson: delete it. Also schedules and pipes go on
# > until they are deleted, and an archive bills storage. The rest is a few cents.

# %%
mq.delete_broker(BrokerId=broker["BrokerId"])
for name in [one["Name"] for one in pipes.list_pipes()["Pipes"]]:
    pipes.delete_pipe(Name=name)
for one in events.list_archives()["Archives"]:
    events.delete_archive(ArchiveName=one["ArchiveName"])
print("brokers:", [one["BrokerName"] for one in mq.list_brokers()["BrokerSummaries"]])

# %% [markdown]
# ## To remember
#
# - Events go on a bus, rules match them by pattern, and each rule sends them to up to five targets.
# - `put_events` succeeds although entries fail: look at `FailedEntryCount`.
# - A target retries for 24 hours or 185 times; give it a dead-letter queue, and a queue target a policy.
# - A bus policy lets other accounts put events; across accounts the sender needs a rule, the receiver the policy.
# - For time use EventBridge Scheduler: six cron fields with a `?`, `at(...)`, time zones, windows, retries, a role.
# - An archive replays a time range, to all rules or to some; so consumers must be idempotent.
# - A pipe joins one source to one target, with filter and enrichment, in place of glue code.
# - No payment lost, none doubled: FIFO groups, one write call that remembers, a dead-letter queue, a replay with new
#   ids.

# %% [markdown] question="lost-entries"
# ### Question 1
#
# A program puts batches of ten events on a custom bus and checks that `put_events` raises no exception. Now and then
# an event is missing at all targets; no dead-letter queue has it. What is the most likely cause?
#
# - [ ] **A** The targets were down for more than 24 hours.
#   > Then the dead-letter queues of the targets would have the events, and only those targets would miss them.
# - [x] **B** Single entries failed, and the program does not look at `FailedEntryCount`.
#   > The call answers 200 also when entries are refused, for instance when throttled. Send those entries again.
# - [ ] **C** The events match two rules and cancel each other.
#   > Rules do not know each other. An event that matches two rules goes to the targets of both.
# - [ ] **D** A custom bus drops events after five minutes.
#   > A bus delivers at once. Retries go on for 24 hours.

# %% answer="lost-entries"
answer = "B"

# %% check="lost-entries" points=1
question("lost-entries", answer)

# %% [markdown] question="reminder"
# ### Question 2
#
# An app must send each of 2 million users a reminder, once, at a time that the user chose in the user's own time
# zone. What is the least work?
#
# - [ ] **A** A scheduled rule for each user.
#   > A bus has 300 rules by default, they speak UTC, and none runs only once.
# - [ ] **B** A queue with a delay for each reminder.
#   > A delay ends after 15 minutes at most.
# - [x] **C** A one-time schedule of EventBridge Scheduler for each reminder, which deletes itself.
#   > `at(...)` with a time zone and `ActionAfterCompletion=DELETE`. Scheduler is made for millions of schedules.
# - [ ] **D** A rule with `rate(1 minute)` and a function that looks through all users.
#   > It works, and reads 2 million users every minute, for ever.

# %% answer="reminder"
answer = "C"

# %% check="reminder" points=1
question("reminder", answer)

# %% [markdown] question="glue"
# ### Question 3
#
# A Lambda function reads a DynamoDB stream, drops all but new items, and puts them on an event bus. It is the only
# thing it does. The team wants less code. What fits?
#
# - [ ] **A** A rule on the default bus for the table's stream.
#   > DynamoDB's stream puts no item changes on the bus by itself.
# - [x] **B** An EventBridge Pipe from the stream to the bus, with a filter on `eventName`.
#   > Source, filter, target: that is a pipe. Dropped records cost no invocation, and retries and a dead-letter queue
#   > are settings.
# - [ ] **C** A subscription of an SNS topic to the stream.
#   > A topic cannot read a stream.
# - [ ] **D** EventBridge Scheduler, which reads the table every minute.
#   > It invokes a target on time; it does not find what is new.

# %% answer="glue"
answer = "B"

# %% check="glue" points=1
question("glue", answer)

# %% [markdown] question="move-jms"
# ### Question 4
#
# A company moves a warehouse program to AWS. It uses JMS with ActiveMQ, and nobody may touch its code this year.
# Load is low and even. What do you choose?
#
# - [ ] **A** SQS, because it is serverless.
#   > The program speaks JMS to an ActiveMQ broker; for SQS its code would change.
# - [ ] **B** Kinesis Data Streams, because order matters in a warehouse.
#   > A stream has another API and other ideas (shards, positions). The code would change.
# - [ ] **C** EventBridge with an API destination.
#   > It calls HTTPS addresses. The program waits for messages of a broker.
# - [x] **D** Amazon MQ for ActiveMQ, active/standby in two Availability Zones.
#   > Same broker, same protocol: only the address and password in the settings change. The second zone takes over
#   > when the first fails.

# %% answer="move-jms"
answer = "D"

# %% check="move-jms" points=1
question("move-jms", answer)

# %%
progress()
