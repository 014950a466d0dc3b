# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '2.2'
#     - '4.3'
#     minutes: 45
#     practises:
#       choose:
#       - messaging.choose-service
#       enough-workers:
#       - sqs.parallel-consumers
#       large-album:
#       - sqs.extended-client
#       let-bucket-send:
#       - sqs.access-policy
#       open-queue:
#       - sqs.fifo-high-throughput
#       order-steps:
#       - sqs.fifo-queue
#       - sqs.fifo-message-groups
#       pay-once:
#       - sqs.fifo-deduplication
#       scale-fleet:
#       - sqs.asg-scaling
#     services:
#     - sqs
#     - autoscaling
#     - s3
#     - iam
#     title: 'Order, scale and safety: FIFO queues and friends'
#     topics:
#     - messaging.choose-service
#     - sqs.parallel-consumers
#     - sqs.asg-scaling
#     - sqs.encryption
#     - sqs.access-policy
#     - sqs.vpc-endpoint
#     - sqs.extended-client
#     - sqs.fifo-queue
#     - sqs.fifo-deduplication
#     - sqs.fifo-message-groups
#     - sqs.fifo-high-throughput
#     - sqs.fair-queues
# ---

# %% [markdown]
# # Order, scale and safety: FIFO queues and friends
#
# Lumen, the photo shop, has grown. It needs more printers at Christmas, steps that happen in the right order, payments
# that happen once, and queues that only the right people can write to. After this lesson you can build all of that,
# and say when a queue is the wrong tool. First a look at SQS among its neighbours.

# %% setup="start"
import json
import uuid
from math import ceil

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("06-messaging/02-sqs-fifo")
lab.start()
sqs = boto3.client("sqs")

# %%
services = facts.table("messaging-services").set_index("service")
names = {
    "sqs-standard": "SQS standard",
    "sqs-fifo": "SQS FIFO",
    "sns-standard": "SNS",
    "eventbridge": "EventBridge",
    "kinesis-data-streams": "Kinesis Data Streams",
}
shown = services.loc[list(names)].rename(index=names)
charts.heatmap(
    shown[["consumers", "ordering", "filtering", "replay"]].rename(
        columns={
            "consumers": "who gets a message",
            "ordering": "order",
            "filtering": "filters by content",
            "replay": "can be read again",
        }
    ),
    headline="A queue shares messages out; the others give everybody a copy",
    meanings={
        "one group shares the messages": "strong",
        "every subscription gets a copy": "plain",
        "every matching rule gets a copy": "plain",
        "every consumer reads all": "plain",
        "per message group": "good",
        "per partition key": "good",
        "best effort": "off",
    },
    source=shown,
)

# %% [markdown]
# ## Which service?
#
# - **SQS**: workers *pull*; each message is for one of them and is deleted after the work.
# - **SNS**: a topic *pushes* a copy to every subscriber and keeps nothing.
# - **EventBridge**: a bus pushes events to every rule whose pattern matches, AWS's own events among them; an archive
#   can replay them.
# - **Kinesis Data Streams**: a log. Any number of readers, each at its own place; records stay until they expire, in
#   order for each key.
#
# > **Then and now.** Older material says that Kinesis capacity must be provisioned (on demand exists since November
# > 2021) and that a shard has one consumer. That holds only inside one consumer application; several applications may
# > read a shard.
#
# ### Your turn: choose the service
#
# Write `choose(needs)`. `needs` is a set with any of the words `"copies"` (several programs each get every message),
# `"order"`, `"filter"` and `"replay"`. Return the first of `sqs-standard`, `sqs-fifo`, `sns-standard`, `eventbridge`,
# `kinesis-data-streams` that meets **all** needs, or `None`.
#
# <details><summary>Hint</summary>
#
# Write down, from the chart, the set of what each service can do (queues make no copies). `needs <= can` asks whether
# one set lies inside the other. An order by "best effort" is no order.
# </details>


# %% exercise="choose"
def choose(needs: set[str]) -> str | None:
    """Return the first service, from simple to powerful, that meets all needs."""
    ### BEGIN SOLUTION
    can = {
        "sqs-standard": set(),
        "sqs-fifo": {"order"},
        "sns-standard": {"copies", "filter"},
        "eventbridge": {"copies", "filter", "replay"},
        "kinesis-data-streams": {"copies", "order", "replay"},
    }
    return next((service for service, offers in can.items() if needs <= offers), None)
    ### END SOLUTION


# %% check="choose" points=2
with check("choose", needs="choose", right="Replay in order is Kinesis; work for one worker is SQS.") as expect:
    expect.equal(choose(set()), "sqs-standard", "One worker prints each photo, in any order")
    expect.equal(choose({"order"}), "sqs-fifo", "One worker handles each step, the steps of an order stay in order")
    expect.equal(choose({"copies"}), "sns-standard", "Billing, mail and statistics all hear of every order")
    expect.equal(choose({"copies", "order"}), "kinesis-data-streams", "Three readers, all in order")
    expect.equal(choose({"copies", "filter"}), "sns-standard", "Several programs, each wants only some messages")
    expect.equal(choose({"copies", "replay"}), "eventbridge", "Several programs; a new one wants yesterday's events")
    expect.equal(choose({"order", "filter"}), None, "Order and a filter: none of the five has both")
    ### BEGIN HIDDEN TESTS
    expect.equal(choose({"filter"}), "sns-standard", "A program wants only some messages")
    expect.equal(choose({"filter", "replay", "copies"}), "eventbridge", "Filter by content, and replay")
    expect.equal(choose({"order", "replay"}), "kinesis-data-streams", "Read yesterday's clicks again, in order")
    expect.equal(choose({"copies", "order", "filter"}), None, "Copies in order, and a filter")
    ### END HIDDEN TESTS

# %% [markdown]
# ## More workers, same queue
#
# To print faster, start more workers on the same queue; they need not know of one another. While one holds a message,
# the visibility timeout hides it from the rest. The next cell lets a team of workers empty a queue and reads the time
# from the lab's clock.


# %% setup="printing-time"
def printing_time(photos: int, workers: int, seconds_each: int) -> tuple[int, list[str]]:
    """Let workers empty a queue, one photo at a time; return the seconds and the prints."""
    queue = sqs.create_queue(QueueName=lab.unique_name("photos"))["QueueUrl"]
    for first in range(0, photos, 10):
        some = range(first, min(first + 10, photos))
        entries = [{"Id": str(n), "MessageBody": f"photo {n}"} for n in some]
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    now, printed = 0, []
    in_hand: dict[int, tuple[int, dict]] = {}  # worker -> when it is done, and its message
    while True:
        for worker in range(workers):
            if worker in in_hand and in_hand[worker][0] <= now:
                message = in_hand.pop(worker)[1]
                printed.append(message["Body"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            if worker not in in_hand:
                got = sqs.receive_message(
                    QueueUrl=queue,
                    VisibilityTimeout=2 * seconds_each,
                ).get("Messages", [])
                if got:
                    in_hand[worker] = (now + seconds_each, got[0])
        if not in_hand:
            sqs.delete_queue(QueueUrl=queue)
            return now, printed
        step = min(done for done, _ in in_hand.values()) - now
        lab.clock.advance(seconds=step)
        now += step


# %%
teams = [1, 2, 3, 4, 6, 8, 12]
measured = [printing_time(24, workers, seconds_each=15) for workers in teams]
print("printed twice:", sum(len(printed) - len(set(printed)) for _, printed in measured))
marked = [(teams[n], measured[n][0]) for n in (3, 5)]
charts.curves(
    {"24 photos": (teams, [seconds for seconds, _ in measured])},
    headline="Twice the workers, half the time",
    x_label="workers on one queue",
    y_unit="seconds",
    y_label="time until the queue is empty",
    notes=[(team, taken, f"{team} workers: {taken} s") for team, taken in marked],
    source="measured in the lab, 15 s a photo",
)

# %% [markdown]
# ### Your turn: enough workers
#
# `photos` wait in a queue, each takes a worker `seconds_each` seconds, and all must be printed `within` so many
# seconds. Predict with `workers_needed(photos, seconds_each, within)` how few workers are enough. The check then lets
# them work.
#
# <details><summary>Hint</summary>
#
# How many *whole* photos does one worker finish in time? Half a photo helps nobody.
# </details>


# %% exercise="enough-workers"
def workers_needed(photos: int, seconds_each: int, within: int) -> int:
    """Return the smallest number of workers that prints all photos in time."""
    ### BEGIN SOLUTION
    each = within // seconds_each
    return ceil(photos / each)
    ### END SOLUTION


# %% check="enough-workers" points=1
with check("enough-workers", needs="workers_needed", right="Predicted, and measured in the lab.") as expect:

    def is_enough(photos: int, seconds_each: int, within: int) -> None:
        workers = workers_needed(photos, seconds_each, within)
        case = f"{photos} photos of {seconds_each} s within {within} s"
        expect(type(workers) is int and 0 < workers < 200, f"{case}: {workers!r} is no sensible number of workers.")
        took, _ = printing_time(photos, workers, seconds_each)
        expect(took <= within, f"{case}: {workers} workers took {took} s in the lab, too long. Count whole photos.")
        if workers > 1:
            took, _ = printing_time(photos, workers - 1, seconds_each)
            expect(took > within, f"{case}: {workers - 1} workers would do; they took {took} s in the lab.")

    is_enough(24, 15, 60)
    is_enough(13, 20, 50)
    ### BEGIN HIDDEN TESTS
    is_enough(11, 20, 50)
    is_enough(7, 10, 70)
    is_enough(9, 30, 30)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Let the queue set the size of the team
#
# Put the workers into an **Auto Scaling group** and let the backlog decide. The number to watch is the CloudWatch
# metric `ApproximateNumberOfMessagesVisible`; the queue itself tells it as the attribute
# `ApproximateNumberOfMessages`. AWS advises to track the **backlog per worker**: if an order may wait 300 seconds and
# a print takes 15, each worker may have 300 / 15 = 20 messages waiting.

# %% setup="fleet"
ec2, autoscaling = boto3.client("ec2"), boto3.client("autoscaling")
if not ec2.describe_launch_templates()["LaunchTemplates"]:
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.create_launch_template(
        LaunchTemplateName="printer",
        LaunchTemplateData={
            "ImageId": image,
            "InstanceType": "t3.micro",
        },
    )


def new_fleet(least: int, most: int) -> str:
    """Create an Auto Scaling group of printers and return its name."""
    name = lab.unique_name("fleet")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": "printer"},
        MinSize=least,
        MaxSize=most,
        AvailabilityZones=["us-east-1a"],
    )
    return name


def state(group: str) -> dict:
    """What Auto Scaling knows about a group."""
    return autoscaling.describe_auto_scaling_groups(
        AutoScalingGroupNames=[group],
    )["AutoScalingGroups"][0]


def queue_with(messages: int) -> str:
    """A new standard queue with so many messages."""
    queue = sqs.create_queue(QueueName=lab.unique_name("backlog"))["QueueUrl"]
    for first in range(0, messages, 10):
        some = range(first, min(first + 10, messages))
        entries = [{"Id": str(n), "MessageBody": f"photo {n}"} for n in some]
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    return queue


fleet = new_fleet(1, 8)
autoscaling.set_desired_capacity(AutoScalingGroupName=fleet, DesiredCapacity=3)
print(fleet, {key: state(fleet)[key] for key in ("MinSize", "MaxSize", "DesiredCapacity")})

# %% [markdown]
# ### Your turn: scale the fleet
#
# Write `scale(queue_url, group, seconds_each, may_wait)`:
#
# - one worker for every `may_wait / seconds_each` visible messages, rounded up;
# - never fewer than the group's `MinSize`, never more than its `MaxSize`;
# - set it as the group's desired capacity, and return it.
#
# <details><summary>Hint</summary>
#
# `get_queue_attributes` answers in strings: `int(...)`. `state(group)` holds `MinSize` and `MaxSize`;
# `max(least, min(most, wanted))` keeps a number between two others.
# </details>


# %% exercise="scale-fleet"
def scale(queue_url: str, group: str, seconds_each: float, may_wait: float) -> int:
    """Set the group's desired capacity from the queue's backlog and return it."""
    ### BEGIN SOLUTION
    name = "ApproximateNumberOfMessages"
    backlog = int(
        sqs.get_queue_attributes(
            QueueUrl=queue_url,
            AttributeNames=[name],
        )["Attributes"][name],
    )
    wanted = ceil(backlog / (may_wait / seconds_each))
    limits = state(group)
    wanted = max(limits["MinSize"], min(limits["MaxSize"], wanted))
    autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=wanted)
    return wanted
    ### END SOLUTION


# %% check="scale-fleet" points=2
with check("scale-fleet", needs="scale", right="Backlog per worker is right at any size.") as expect:

    def fits(messages: int, least: int, most: int, seconds_each: float, may_wait: float, wanted: int) -> None:
        group = new_fleet(least, most)
        returned = scale(queue_with(messages), group, seconds_each, may_wait)
        case = f"{messages} messages of {seconds_each:g} s that may wait {may_wait:g} s, {least} to {most} workers"
        expect.equal(state(group)["DesiredCapacity"], wanted, f"{case}: the group's desired capacity")
        expect.equal(returned, wanted, f"{case}: what scale returns")

    fits(90, 1, 8, 15, 300, 5)
    fits(90, 1, 3, 15, 300, 3)
    fits(0, 2, 8, 15, 300, 2)
    fits(15, 0, 9, 4, 30, 2)
    ### BEGIN HIDDEN TESTS
    fits(41, 0, 9, 30, 300, 5)
    fits(60, 1, 4, 10, 45, 4)
    fits(3, 2, 8, 15, 300, 2)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Lab and AWS.** On AWS you would not run this loop. A *target tracking* policy does it, with metric math that
# > divides the visible messages by the running instances.
#
# ## First in, first out
#
# "Printed" must not overtake "paid". A **FIFO queue** keeps order and drops duplicates. Its name ends in `.fifo`, and
# every message names a **message group**: `MessageGroupId`. Order holds inside a group.

# %%
by_content = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
steps = sqs.create_queue(QueueName="steps.fifo", Attributes=by_content)["QueueUrl"]
for body, group in (("A received", "A"), ("A paid", "A"), ("B received", "B")):
    sent = sqs.send_message(QueueUrl=steps, MessageBody=body, MessageGroupId=group)
    print(f"sent {body:<11} number {sent['SequenceNumber']}")

first = sqs.receive_message(QueueUrl=steps)["Messages"][0]
print("first receive: ", first["Body"])
print("second receive:", sqs.receive_message(QueueUrl=steps)["Messages"][0]["Body"])
print("third receive: ", sqs.receive_message(QueueUrl=steps).get("Messages", "nothing"))
sqs.delete_message(QueueUrl=steps, ReceiptHandle=first["ReceiptHandle"])
print("after delete:  ", sqs.receive_message(QueueUrl=steps)["Messages"][0]["Body"])

# %% [markdown]
# "A paid" had to wait: **while one message of a group is in flight, the rest of the group is withheld.** So the number
# of groups caps how many workers can be busy. (One receive may still bring several messages of one group, in order.)
#
# Three workers handle three orders of three steps, first with one group for all, then with a group for each order.


# %%
def work_through(
    group_of,
    workers: int = 3,
    seconds_each: int = 10,
) -> list[tuple[str, int, int, str]]:
    """Let workers handle three steps of three orders; return (worker, from, until, order)."""
    name = f"{lab.unique_name('lanes')}.fifo"
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    queue = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    for step in ("received", "paid", "printed"):
        for order in "ABC":
            sqs.send_message(
                QueueUrl=queue,
                MessageBody=f"{order} {step}",
                MessageGroupId=group_of(order),
            )
    now, done = 0, []
    while len(done) < 9:
        in_hand = []
        for worker in range(1, workers + 1):
            for message in sqs.receive_message(QueueUrl=queue).get("Messages", []):
                in_hand.append(message)
                done.append((f"worker {worker}", now, now + seconds_each, message["Body"][0]))
        lab.clock.advance(seconds=seconds_each)
        now += seconds_each
        for message in in_hand:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return done


one, many = work_through(lambda order: "all"), work_through(lambda order: order)
slow, quick = one[-1][2], many[-1][2]
busy = {worker for worker, *_ in one}
idle = [worker for worker in ("worker 1", "worker 2", "worker 3") if worker not in busy]
charts.gantt(
    [("one group: " + who, *at, letter, f"order {letter}") for who, *at, letter in one]
    + [("one group: " + who, 0, slow, "nothing to receive", "idle") for who in idle]
    + [("a group each: " + who, *at, letter, f"order {letter}") for who, *at, letter in many],
    headline=f"With one group three workers take {slow} s, with one for each order {quick} s",
    kinds={"idle": "off"},
    source="measured in the lab, 10 s a step",
)

# %% [markdown]
# > **Exam.** The group id is to a FIFO queue what the partition key is to Kinesis: order inside, parallel across.
#
# A message that keeps failing blocks its group. A dead-letter queue (FIFO as well) frees the group, but then the order
# has a hole.
#
# ### Your turn: the steps of an order
#
# Write `send_step(queue_url, order, step)` for a FIFO queue **without** content-based deduplication:
#
# - the body is JSON: `{"order": order, "step": step}`;
# - the steps of one order come strictly one after another, and no order holds up another;
# - sending the same step of the same order again (a retry) adds nothing.
#
# <details><summary>Hint</summary>
#
# Such a queue wants two ids: `MessageGroupId`, what must stay in order, and `MessageDeduplicationId`, what makes this
# message different from every other in the *queue*. The name of the step alone is not enough for that. On AWS an id
# has at most 128 letters, digits and signs, and no spaces.
# </details>


# %% exercise="order-steps"
def send_step(queue_url: str, order: str, step: str) -> None:
    """Send one step of an order, in order, once."""
    ### BEGIN SOLUTION
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps({"order": order, "step": step}),
        MessageGroupId=order,
        MessageDeduplicationId=f"{order}/{step}",
    )
    ### END SOLUTION


# %% check="order-steps" points=3
with check("order-steps", needs="send_step", right="In order inside, side by side across.") as expect:

    def in_lanes(first: str, second: str, steps: list[str]) -> None:
        name = f"{lab.unique_name('check-steps')}.fifo"
        queue = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"]
        for step in steps:
            for order in (first, second):
                send_step(queue, order, step)
        send_step(queue, first, steps[0])  # a retry
        came: dict[str, list[str]] = {first: [], second: []}
        for _ in steps:
            in_hand = []
            while got := sqs.receive_message(QueueUrl=queue).get("Messages"):
                in_hand += got
            try:
                found = [json.loads(message["Body"]) for message in in_hand]
                orders = [body["order"] for body in found if body["step"] in steps]
            except (ValueError, TypeError, KeyError):
                expect(False, f"This body is not the JSON asked for: {in_hand[0]['Body']}")
            expect(orders.count(first) < 2, f"{orders.count(first)} steps of order {first} were out at once. "
                   "They belong into one message group.")  # fmt: skip
            expect(set(orders) == {first, second}, f"While a step of order {first} was in work, order {second} got "
                   "nothing, or a step of it was dropped. One group for each order, and a deduplication id that "
                   "differs in the whole queue.")  # fmt: skip
            for message, body in zip(in_hand, found, strict=True):
                came[body["order"]].append(body["step"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        expect.equal(came, {first: steps, second: steps}, "The steps of each order, as they came")
        rest = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        expect(not rest, "A retried step came twice. The same step of the same order needs the same deduplication id.")

    in_lanes("A17", "B4", ["received", "paid", "printed"])
    ### BEGIN HIDDEN TESTS
    in_lanes("C1", "C2", ["cropped", "printed", "packed", "sent"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## The same thing twice
#
# For five minutes after a message was accepted, SQS takes another one with the same **deduplication id**, says "fine",
# and delivers nothing. That holds even when the first was deleted long ago. The id is either the one you give, or with
# `ContentBasedDeduplication` the SHA-256 of the body (attributes do not count). If both are there, yours wins.

# %%
by_content = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
once = sqs.create_queue(QueueName="once.fifo", Attributes=by_content)["QueueUrl"]
for later, minute in ((0, 0), (4, 4), (2, 6)):
    lab.clock.advance(minutes=later)
    sqs.send_message(QueueUrl=once, MessageBody="thank-you mail to Ada", MessageGroupId="Ada")
    got = sqs.receive_message(QueueUrl=once).get("Messages", [])
    for message in got:
        sqs.delete_message(QueueUrl=once, ReceiptHandle=message["ReceiptHandle"])
    print(f"sent at minute {minute}: {len(got)} delivered")

# %% [markdown]
# A retry after six minutes gets through. "Exactly once" ends with the window; a payment still needs an idempotent
# consumer.
#
# ### Your turn: pay once
#
# `ask_payment` sends a payment to a FIFO queue with content-based deduplication. After a time-out the web site calls it
# again with the same payment, and customers pay twice. Mend it. The body must stay as it is, `asked_at` included, and
# two different payments must both arrive, even if customer and amount are the same.
#
# <details><summary>Hint</summary>
#
# Two bodies with different times have different hashes. What do a payment and its retry have in common that no other
# payment has?
# </details>


# %% exercise="pay-once" repair=true
def ask_payment(queue_url: str, payment: dict) -> None:
    """Queue a payment such as {"id": "p-1", "customer": "Ada", "cents": 990}."""
    body = {**payment, "asked_at": lab.clock.now().isoformat()}
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps(body),
        MessageGroupId=payment["customer"],
    )


### BEGIN SOLUTION
def ask_payment(queue_url: str, payment: dict) -> None:
    """Queue a payment such as {"id": "p-1", "customer": "Ada", "cents": 990}."""
    body = {**payment, "asked_at": lab.clock.now().isoformat()}
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps(body),
        MessageGroupId=payment["customer"],
        MessageDeduplicationId=payment["id"],
    )


### END SOLUTION


# %% check="pay-once" points=2
with check("pay-once", needs="ask_payment", right="The business knows best what 'the same' means.") as expect:

    def charged(payments: list[dict], minutes: float) -> None:
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        queue = sqs.create_queue(QueueName=f"{lab.unique_name('check-pay')}.fifo", Attributes=attributes)["QueueUrl"]
        came = []
        for _ in range(2):  # the second round is the retry
            for payment in payments:
                ask_payment(queue, payment)
            while got := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
                for message in got:
                    came.append(json.loads(message["Body"]))
                    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            lab.clock.advance(minutes=minutes)
        ids = [body.get("id") for body in came]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        expect(not twice, f"{twice} arrived twice: retried after {minutes:g} minutes.")
        missing = [payment["id"] for payment in payments if payment["id"] not in ids]
        expect(not missing, f"{missing} never arrived: SQS took it for a duplicate of another payment.")
        expect(all("asked_at" in body for body in came), "The body lost its asked_at; leave it as it was.")
        for payment, body in zip(payments, came, strict=True):
            expect.equal({key: body.get(key) for key in payment}, payment, "The payment in the body")

    charged([{"id": "p-1", "customer": "Ada", "cents": 990}, {"id": "p-2", "customer": "Ada", "cents": 990}], minutes=1)
    ### BEGIN HIDDEN TESTS
    charged([{"id": f"q-{n}", "customer": "Grace", "cents": 500 + n % 2} for n in range(4)], minutes=4.5)
    charged([{"id": "r-1", "customer": "Lin", "cents": 5}, {"id": "r-2", "customer": "Max", "cents": 5}], minutes=2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## How fast is FIFO?
#
# Order has a price: without further settings a FIFO queue takes 300 calls a second of each kind. Batches of ten make
# that 3,000 messages. **High-throughput FIFO** needs two attributes together: `DeduplicationScope=messageGroup` and
# `FifoThroughputLimit=perMessageGroupId`. SQS then spreads the groups over partitions, so it pays off only with many
# groups, and looks for duplicates inside each group only.

# %%
limit = facts.limits("sqs")
most = limit["fifo-high-throughput-tps"]
charts.limits(
    {
        "FIFO": limit["fifo-tps"],
        "FIFO, batches of ten": limit["fifo-batched-messages"],
        "high throughput": limit["fifo-high-throughput-tps"],
        "high throughput, batches of ten": limit["fifo-high-throughput-batched"],
        "standard": None,
    },
    headline=f"High throughput: {most:,} messages a second, not {limit['fifo-tps']}",
    label="messages per second and action in N. Virginia",
    source=[limit["fifo-tps"], limit["fifo-high-throughput-tps"]],
)

# %% [markdown]
# > **Then and now.** Books from before 2021 know only 300 and 3,000, and miss FIFO in some Regions; all have it now.
# > High throughput differs between Regions: the smallest get 2,400 calls a second (2026).
#
# ### Your turn: open the right queue
#
# Write `open_queue(name, per_second, batch)`: create the FIFO queue `name` (given without ending) for `per_second`
# messages that are sent in batches of `batch`, and return its URL. Use high throughput only where the normal limit,
# `facts.limit("sqs", "fifo-tps")` calls a second, is not enough.
#
# <details><summary>Hint</summary>
#
# The limit counts calls: `per_second / batch`. Attribute values are strings, `"true"` too.
# </details>


# %% exercise="open-queue"
def open_queue(name: str, per_second: int, batch: int) -> str:
    """Create a FIFO queue that can take so many messages a second; return its URL."""
    ### BEGIN SOLUTION
    attributes = {"FifoQueue": "true"}
    if per_second / batch > facts.limit("sqs", "fifo-tps"):
        attributes |= {
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
        }
    return sqs.create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"]
    ### END SOLUTION


# %% check="open-queue" points=2
with check("open-queue", needs="open_queue", right="First batch, then raise the limit.") as expect:

    def opened(per_second: int, batch: int, high: bool) -> None:
        name = lab.unique_name("check-open")
        url = open_queue(name, per_second, batch)
        expect(isinstance(url, str) and url.endswith(f"/{name}.fifo"), f"Return the URL of a queue named {name}.fifo.")
        kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        case = f"{per_second:,} messages a second in batches of {batch}"
        lifted = kept["FifoThroughputLimit"] == "perMessageGroupId"
        if high:
            expect(lifted, f"{case} is more than a normal FIFO queue takes: its FifoThroughputLimit is still perQueue.")
        else:
            expect(not lifted, f"{case} fits into a normal FIFO queue. Count calls, not messages.")
            expect(kept["DeduplicationScope"] == "queue", f"{case}: leave the deduplication to the whole queue.")

    opened(200, 1, high=False)
    opened(1_000, 1, high=True)
    opened(2_500, 10, high=False)
    ### BEGIN HIDDEN TESTS
    opened(300, 1, high=False)
    opened(900, 5, high=False)
    opened(3_001, 10, high=True)
    opened(40_000, 10, high=True)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One loud neighbour
#
# Many customers often share one *standard* queue. When one of them sends 600 photos at once, all others wait behind
# it. Since July 2025 a standard queue takes a `MessageGroupId` too, as the name of a tenant. There it means something
# else: nothing is ordered, nothing withheld. SQS only serves quiet tenants first while one of them fills the workers.
# This is a **fair queue**.

# %%
others = ("Ada", "Grace", "Lin")
arrivals = [(0, "club")] * 600 + [(n, who) for who in others for n in range(0, 60, 6)]
arrivals.sort()


def waits(fair: bool, per_second: int = 10) -> dict[str, float]:
    """The longest wait of each tenant; `fair` serves who has the fewest prints so far."""
    waiting, served, longest = [], dict.fromkeys(("club", *others), 0), {}
    for second in range(120):
        waiting += [arrival for arrival in arrivals if arrival[0] == second]
        for _ in range(min(per_second, len(waiting))):
            pick = min(waiting, key=lambda arrival: served[arrival[1]]) if fair else waiting[0]
            waiting.remove(pick)
            served[pick[1]] += 1
            longest[pick[1]] = max(longest.get(pick[1], 0), second - pick[0])
    return longest


plain, fair = waits(fair=False), waits(fair=True)
extra = facts.price("sqs", "fair-queue-surcharge")
print(f"extra for messages with a tenant: {extra:.2f} USD per million requests")
charts.compare(
    {who: {"without group ids": plain[who], "fair": fair[who]} for who in (*others, "club")},
    headline="In a fair queue only the loud customer waits",
    label="longest wait",
    unit="seconds",
    source="simulation in this cell, 10 prints a second",
)

# %% [markdown]
# > **Lab and AWS.** The lab stores the tenant but does not reorder, so this is a simulation. AWS decides by how much of
# > the work in flight a tenant holds.
#
# ## Who may send?
#
# An IAM policy says what *your* users and roles may do. A **queue access policy** hangs on the queue and says who may
# use it: another account, or an AWS service such as S3, SNS or EventBridge. Lumen lets a partner send, and asks the
# lab's policy evaluator what that allows.

# %% setup="policies"
from course.lab.iam import Request, evaluate, explain, principal_from

orders_arn = f"arn:aws:sqs:us-east-1:{lab.ACCOUNT_ID}:orders"
anything = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
}

# %%
partner_may_send = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        # The account; its own IAM policies choose the users.
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "sqs:SendMessage",
        "Resource": orders_arn,
    },
}
dana = principal_from("arn:aws:iam::111122223333:user/dana")
for action in ("sqs:SendMessage", "sqs:ReceiveMessage"):
    decision = evaluate(
        Request(dana, action, orders_arn),
        identity=[anything],
        resource=partner_may_send,
    )
    print(f"{action:<19} {'allowed' if decision.allowed else 'denied'}")
print()
print(explain(decision))

# %% [markdown]
# Across accounts both sides must allow. A **service** is different: `s3.amazonaws.com` works for *all* customers of
# AWS. If the queue trusts the service alone, anybody's bucket can fill it. That is the **confused deputy**, and two
# conditions stop it: `aws:SourceArn`, the bucket, and `aws:SourceAccount`, its owner. A bucket's ARN names no account,
# and a deleted bucket's name may be taken by somebody else, so both count.
#
# ### Your turn: let the bucket send
#
# Write `let_bucket_send(queue_arn, bucket, account)`: return a policy (a dictionary) that lets S3 send messages to this
# queue for this bucket of this account. Nobody else, and nothing else.
#
# <details><summary>Hint</summary>
#
# `"Principal": {"Service": "s3.amazonaws.com"}`, one action, one resource, and
# `"Condition": {"ArnEquals": {...}, "StringEquals": {...}}`. The ARN of a bucket is `arn:aws:s3:::name`.
# </details>


# %% exercise="let-bucket-send"
def let_bucket_send(queue_arn: str, bucket: str, account: str) -> dict:
    """Return the queue access policy for the events of one bucket."""
    ### BEGIN SOLUTION
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {
                "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
                "StringEquals": {"aws:SourceAccount": account},
            },
        },
    }
    ### END SOLUTION


# %% check="let-bucket-send" points=3
with check("let-bucket-send", needs="let_bucket_send", right="One door, for one guest.") as expect:

    def guards(name: str, bucket: str, account: str) -> None:
        arn = f"arn:aws:sqs:us-east-1:{account}:{name}"
        made = let_bucket_send(arn, bucket, account)
        policy = json.loads(made if isinstance(made, str) else json.dumps(made))

        def may(who: str = "s3.amazonaws.com", action: str = "sqs:SendMessage", queue: str = arn, of: str = bucket,
                owner: str = account) -> bool:  # fmt: skip
            context = {"aws:SourceArn": f"arn:aws:s3:::{of}", "aws:SourceAccount": owner} if "amazonaws" in who else {}
            asked = Request(principal_from(who), action, queue, context)
            return bool(evaluate(asked, resource=policy, identity=[anything]).allowed)

        expect(may(), f"S3 may not send for the bucket {bucket}. Check service name, action, resource and conditions.")
        expect(not may(of=bucket + "-other"), "Any bucket may send. Name yours: aws:SourceArn.")
        expect(not may(owner="999988887777"), "A bucket of this name in another account may send. A bucket's ARN names "
               "no account, so add aws:SourceAccount.")  # fmt: skip
        expect(not may("arn:aws:iam::999988887777:user/eve"), "Eve, a user of another account, may send. The principal "
               "is a Service, not '*'.")  # fmt: skip
        expect(not may("sns.amazonaws.com"), "Other AWS services may send too. Name s3.amazonaws.com.")
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:SetQueueAttributes"):
            expect(not may(action=action), f"S3 may also {action}. It needs sqs:SendMessage alone.")
        expect(not may(queue=arn + "-private"), "The policy speaks about other queues as well. Name the one resource.")
        url = sqs.create_queue(QueueName=lab.unique_name("check-policy"))["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})

    guards("new-photos", "lumen-photos", lab.ACCOUNT_ID)
    ### BEGIN HIDDEN TESTS
    guards("scans", "partner-scans", "111122223333")
    ### END HIDDEN TESTS

# %% [markdown]
# With such a policy on the queue, S3 can announce each new photo. It sends a test event first, and refuses the set-up
# if the queue does not let it in.

# %%
s3 = boto3.client("s3")
news = sqs.create_queue(QueueName="new-photos")["QueueUrl"]
news_arn = sqs.get_queue_attributes(
    QueueUrl=news,
    AttributeNames=["QueueArn"],
)["Attributes"]["QueueArn"]
policy = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": news_arn,
        "Condition": {
            "ArnEquals": {"aws:SourceArn": "arn:aws:s3:::lumen-photos"},
            "StringEquals": {"aws:SourceAccount": lab.ACCOUNT_ID},
        },
    },
}
sqs.set_queue_attributes(QueueUrl=news, Attributes={"Policy": json.dumps(policy)})
s3.create_bucket(Bucket="lumen-photos")
s3.put_bucket_notification_configuration(
    Bucket="lumen-photos",
    NotificationConfiguration={
        "QueueConfigurations": [{"QueueArn": news_arn, "Events": ["s3:ObjectCreated:*"]}],
    },
)
s3.put_object(Bucket="lumen-photos", Key="team.jpg", Body=b"...")
for message in sqs.receive_message(QueueUrl=news, MaxNumberOfMessages=10).get("Messages", []):
    event = json.loads(message["Body"])
    for record in event.get("Records", []):
        print(record["eventName"], record["s3"]["object"]["key"])
    if "Event" in event:
        print(event["Event"])

# %% [markdown]
# ## Nobody listens in
#
# On the way messages travel over HTTPS. At rest new queues encrypt bodies with keys that SQS manages (**SSE-SQS**,
# free, the default since October 2022). With a **KMS** key of your own, who reads must also be allowed to use the
# key, and each use is logged and billed. A service that sends, such as S3, needs the key as well; only a customer
# managed key can grant it that. SQS reuses a data key for a while: a longer `KmsDataKeyReusePeriodSeconds` means
# fewer KMS calls.

# %%
key = boto3.client("kms").create_key(Description="orders")["KeyMetadata"]["Arn"]
for name, attributes in (
    ("by-sqs", {}),
    ("by-kms", {"KmsMasterKeyId": key, "KmsDataKeyReusePeriodSeconds": "3600"}),
):
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    by_kms = "yes" if "KmsMasterKeyId" in kept else "no"
    print(f"{name}: SSE-SQS {kept['SqsManagedSseEnabled']:<5} KMS key {by_kms}")

# AWS's estimate: (seconds in the month / reuse period) * (2 * producers + consumers),
# here with 20 producers and 10 consumers.
for reuse in (limit["kms-reuse-min"], limit["kms-reuse-default"], limit["kms-reuse-max"]):
    calls = 30 * 86_400 / reuse * (2 * 20 + 10)
    usd = calls / 10_000 * facts.price("kms", "requests")
    print(f"a data key for {reuse:>6,} s: {calls:>10,.0f} KMS calls a month, {usd:6.3f} USD")

# %% [markdown]
# Only the **body** is encrypted at rest, not the name of the queue nor the message's attributes. Keep secrets out of
# attributes.
#
# ## Without the internet
#
# The printers stand in private subnets with no way to the internet. An **interface VPC endpoint** (AWS PrivateLink)
# gives SQS an address inside their network. Its endpoint policy can narrow what passes, here to one queue.

# %%
subnets = ec2.describe_subnets(
    Filters=[{"Name": "default-for-az", "Values": ["true"]}],
)["Subnets"][:2]
endpoint = ec2.create_vpc_endpoint(
    VpcEndpointType="Interface",
    VpcId=subnets[0]["VpcId"],
    ServiceName="com.amazonaws.us-east-1.sqs",
    SubnetIds=[subnet["SubnetId"] for subnet in subnets],
    PrivateDnsEnabled=True,  # programs go on to call sqs.us-east-1.amazonaws.com
    PolicyDocument=json.dumps(
        {
            "Statement": {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": orders_arn,
            },
        }
    ),
)["VpcEndpoint"]
print(endpoint["VpcEndpointType"], endpoint["ServiceName"])
month = facts.HOURS_PER_MONTH
print("without what each gigabyte costs:")
for what, service, name in (
    ("endpoint in two zones:", "vpc endpoints", "interface-endpoint-hour"),
    ("two NAT gateways:", "vpc", "nat-gateway-hour"),
):
    print(f"{what:<22} {2 * month * facts.price(service, name):6.2f} USD a month")
_ = ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])

# %% [markdown]
# > **Then and now.** Older material says that SQS has no VPC endpoint. It has had one since December 2018.
#
# ## Too large for a message
#
# An album of 40 MB does not fit into 1 MiB. The **claim check**: put it into S3 and send only where it is. AWS's
# *Extended Client Library* (Java, and Python since 2024) does this for up to 2 GB; we write its core.
#
# ### Your turn: a large album
#
# Write `send_large(queue_url, bucket, body)` and `receive_large(queue_url, bucket)`, bodies being text:
#
# - a body that fits into a message travels in it; a larger one (in **bytes**) goes to the bucket, the message says
#   where;
# - `receive_large` returns the body, or `None` if no message is there;
# - afterwards neither the message nor the object is left.
#
# <details><summary>Hint</summary>
#
# Wrap what you send: `{"body": ...}` or `{"key": ...}`. Measure the wrapped text with `len(text.encode())`. Fetch the
# object before you delete message and object.
# </details>

# %% setup="albums"
s3 = boto3.client("s3")


def in_bucket(bucket: str) -> int:
    """How many objects the bucket holds."""
    return s3.list_objects_v2(Bucket=bucket)["KeyCount"]


def in_queue(queue_url: str) -> int:
    """How many messages the queue holds, visible or in flight."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)
    return sum(int(number) for number in found["Attributes"].values())


# %% exercise="large-album"
def send_large(queue_url: str, bucket: str, body: str) -> None:
    """Send a body of any size."""
    ### BEGIN SOLUTION
    message = json.dumps({"body": body}, ensure_ascii=False)
    if len(message.encode()) > facts.limit("sqs", "message-size-max"):
        key = f"messages/{uuid.uuid4()}"
        s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
        message = json.dumps({"key": key})
    sqs.send_message(QueueUrl=queue_url, MessageBody=message)
    ### END SOLUTION


def receive_large(queue_url: str, bucket: str) -> str | None:
    """Receive a body of any size, and clean up behind it."""
    ### BEGIN SOLUTION
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    content = json.loads(messages[0]["Body"])
    if key := content.get("key"):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    else:
        body = content["body"]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    if key:
        s3.delete_object(Bucket=bucket, Key=key)
    return body
    ### END SOLUTION


# %% check="large-album" points=3
with check("large-album", needs=["send_large", "receive_large"], right="SQS has the ticket, S3 the coat.") as expect:
    queue = sqs.create_queue(QueueName=lab.unique_name("check-large"))["QueueUrl"]
    bucket = lab.unique_name("check-large")
    s3.create_bucket(Bucket=bucket)

    def travels(body: str, by_bucket: bool | None, what: str) -> None:
        send_large(queue, bucket, body)
        expect(in_queue(queue) == 1, f"{what}: the queue holds {in_queue(queue)} messages; there should be one.")
        if by_bucket:
            expect(in_bucket(bucket) == 1, f"{what}: {in_bucket(bucket)} objects in the bucket. SQS counts bytes, and "
                   "what does not fit belongs into S3.")  # fmt: skip
        elif by_bucket is False:  # None: close to the limit the wrapping decides
            expect(in_bucket(bucket) == 0, f"{what} fits into a message; by S3 it costs more and is slower.")
        back = receive_large(queue, bucket)
        expect(isinstance(back, str), f"{what}: receive_large returned {type(back).__name__}, not the text.")
        expect(back == body, f"{what}: what came back is not what was sent.")
        expect(in_queue(queue) == 0, f"{what}: the message is still in the queue after it was received. Delete it.")
        expect(in_bucket(bucket) == 0, f"{what}: the object is still in the bucket, and is billed for ever. Delete it.")

    most = facts.limit("sqs", "message-size-max")
    travels("a small album", False, "A body of 13 bytes")
    travels("x" * 2 * most, True, "A body of 2 MiB")
    travels("ü" * (most * 3 // 4), True, "A body of 786,432 letters ü, 1.5 MiB")
    travels("z" * (most // 2), False, "A body of 512 KiB")
    travels("x" * (most - 3), None, "A body 3 bytes short of 1 MiB")
    expect(receive_large(queue, bucket) is None, "With an empty queue receive_large should return None.")
    ### BEGIN HIDDEN TESTS
    travels("ß" * (most * 5 // 8), True, "A body of 655,360 letters ß, 1.25 MiB")
    travels(json.dumps({"key": "not/a/pointer", "bucket": "none"}), False, "A small body that is JSON itself")
    travels("y" * (most // 4), False, "A body of 256 KiB")
    ### END HIDDEN TESTS

# %% [markdown]
# ## To remember
#
# - One worker per message: SQS. A copy for everybody: SNS. By pattern: EventBridge. Replay in order: Kinesis.
# - More workers drain a queue faster; scale them on the backlog per worker.
# - In a FIFO queue order holds inside a message group, and one message in flight withholds its whole group.
# - A deduplication id counts for five minutes, even after the message was deleted.
# - FIFO takes 300 calls a second; high throughput needs both attributes and many groups.
# - On a standard queue the group id names a tenant: fair, not ordered.
# - A queue policy that trusts a service names the source's ARN and account.
# - Encryption covers the body only; a VPC endpoint keeps traffic off the internet; what is too large goes to S3.

# %% [markdown] question="idle-workers"
# ### Question 1
#
# A FIFO queue holds thousands of orders of many customers. The team doubles the workers from five to ten, yet nothing
# gets faster; most workers receive nothing. Each message is sent with `MessageGroupId="orders"`. The steps of one
# customer must stay in order. What helps?
#
# - [ ] **A** Switch on high-throughput mode.
#   > It raises calls a second. With a single group there is still one message in work at a time.
# - [x] **B** Use the customer's id as the message group id.
#   > A group is the unit of order and of parallel work: one lane for each customer.
# - [ ] **C** Leave the message group id out.
#   > A FIFO queue refuses a message without one.
# - [ ] **D** Use a random message group id.
#   > All workers would be busy, but the steps of a customer could overtake each other.

# %% answer="idle-workers"
answer = "B"

# %% check="idle-workers" points=1
question("idle-workers", answer)

# %% [markdown] question="private-printers"
# ### Question 2
#
# Workers in private subnets read an SQS queue. Security forbids any path to the internet, also outbound. Which change
# lets them go on with the fewest parts?
#
# - [ ] **A** A NAT gateway in a public subnet.
#   > It is a path to the internet, and costs more by the hour than an endpoint.
# - [ ] **B** A gateway endpoint for SQS.
#   > Gateway endpoints exist for S3 and DynamoDB only.
# - [ ] **C** A queue inside the VPC.
#   > Queues are not placed in a VPC; only the way to them can be private.
# - [x] **D** An interface endpoint for SQS with private DNS.
#   > PrivateLink gives SQS an address in the subnets, and the programs need no change.

# %% answer="private-printers"
answer = "D"

# %% check="private-printers" points=1
question("private-printers", answer)

# %% [markdown] question="card-numbers"
# ### Question 3
#
# A queue uses SSE with a customer managed KMS key. A review finds card numbers in a message attribute, and very many
# KMS requests on the bill. Which two things together answer both findings?
#
# - [x] **A** Move the number into the body, encrypted by the application if need be, and lengthen the data key's reuse.
#   > SSE covers the body, not the attributes; a longer reuse period means fewer calls to KMS.
# - [ ] **B** Switch on SSE-SQS as well, and shorten the data key's reuse.
#   > The two kinds of encryption exclude each other, and a shorter period means more KMS calls.
# - [ ] **C** Allow HTTPS only, and send in batches.
#   > HTTPS protects messages on their way, not at rest; the attribute stays in the clear there.
# - [ ] **D** Make the queue FIFO, and delete messages sooner.
#   > The type of queue changes nothing about encryption.

# %% answer="card-numbers"
answer = "A"

# %% check="card-numbers" points=1
question("card-numbers", answer)

# %% [markdown] question="noisy-tenant"
# ### Question 4
#
# A shop system serves 500 small shops from one standard queue; order does not matter. When one shop imports its
# catalogue, all others wait for an hour. Producers can be changed, consumers not. What is the simplest cure?
#
# - [ ] **A** A FIFO queue with the shop as message group.
#   > It isolates the shops, but brings order nobody needs and limits on throughput, and a queue cannot change its type.
# - [ ] **B** A queue for each shop.
#   > It isolates them; yet all consumers would have to poll 500 queues.
# - [x] **C** Send each message with the shop as `MessageGroupId` to the same queue.
#   > That makes it a fair queue: the quiet shops are served first. Consumers stay as they are.
# - [ ] **D** A longer visibility timeout.
#   > It hides messages that are being worked on; it does not change who is served first.

# %% answer="noisy-tenant"
answer = "C"

# %% check="noisy-tenant" points=1
question("noisy-tenant", answer)

# %%
progress()
