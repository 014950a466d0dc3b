# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.3'
#     - '4.3'
#     minutes: 75
#     practises:
#       bring-back:
#       - sqs.redrive
#       - sqs.api-tour
#       choose-timeout:
#       - sqs.visibility-tuning
#       drain:
#       - sqs.consuming
#       - sqs.batching
#       - sqs.long-polling
#       monthly-bill:
#       - sqs.pricing
#       - sqs.message-size
#       park-poison:
#       - sqs.dead-letter-queue
#       - sqs.retention
#       print-once:
#       - sqs.standard-guarantees
#       rush:
#       - messaging.decoupling
#       send-order:
#       - sqs.producing
#       - sqs.queue-model
#       slow-print:
#       - sqs.visibility-timeout
#     services:
#     - sqs
#     - dynamodb
#     title: A queue between two programs
#     topics:
#     - messaging.sync-async
#     - messaging.decoupling
#     - sqs.queue-model
#     - sqs.standard-guarantees
#     - sqs.retention
#     - sqs.message-size
#     - sqs.producing
#     - sqs.consuming
#     - sqs.visibility-timeout
#     - sqs.visibility-tuning
#     - sqs.dead-letter-queue
#     - sqs.redrive
#     - sqs.delay-queue
#     - sqs.long-polling
#     - sqs.api-tour
#     - sqs.batching
#     - sqs.pricing
# ---

# %% [markdown]
# # A queue between two programs
#
# Lumen is a small shop that prints photographs. Customers order on its web site; a program in the basement drives
# the printer. After this lesson you can put an **Amazon SQS** queue between the two, so that neither waits for the
# other, and keep the orders safe when a worker crashes, hangs, or meets an order that it cannot process.

# %% setup="start"
import json
import random

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("06-messaging/01-sqs")
lab.start()
sqs = boto3.client("sqs")

# %% [markdown]
# ## Why a queue
#
# If the web site calls the printer program and waits for its answer, the two are **synchronous**: an order gets through
# only while every program in the chain is up. If the site leaves the order somewhere safe and goes on, they are
# **asynchronous**. Let us count what that is worth. Each of three programs is up 99.9 % of the time.

# %%
up = 0.999
hours_a_year = 365 * 24
for programs in (1, 2, 3):
    chain = up**programs
    print(
        f"{programs} in a chain: {chain:.4%} up,",
        f"{(1 - chain) * hours_a_year:4.1f} hours a year without orders",
    )

# %% [markdown]
# With a queue in front of the printer, a customer can order whenever the site and the queue are up; the printer may
# be down for a while. The order waits.
#
# A queue also absorbs **bursts**. On Saturday a football club mails its 1,000 members a link to the team photo. The
# printer manages 50 prints a second. Run the cell and look at what happens to the orders.


# %%
def saturday(orders: int, per_second: int, seconds: int, queue: bool) -> list[int]:
    """All orders come in the first second. Returns the photos printed by each second's end."""
    waiting, printed, so_far = orders, 0, []
    for _ in range(seconds):
        now = min(waiting, per_second)
        printed += now
        # Without a queue nobody keeps what the printer cannot take.
        waiting = waiting - now if queue else 0
        so_far.append(printed)
    return so_far


with_queue = saturday(1000, 50, 30, queue=True)
without = saturday(1000, 50, 30, queue=False)
saved = with_queue[-1] - without[-1]
charts.over_time(
    {"with a queue": with_queue, "without": without},
    x=list(range(1, 31)),
    headline=f"A queue turns {saved} lost orders into a wait of 20 seconds",
    x_label="after the mail went out",
    y_label="photos printed",
    source="simulation in this cell",
)

# %% [markdown]
# ### Your turn: how long is the wait?
#
# Write `rush(orders, per_second)` for a burst of `orders` in the first second and a worker that handles `per_second`
# orders each second. Return two whole numbers: how many orders still wait at the end of the first second, and after
# how many seconds the queue is empty.
#
# <details><summary>Hint</summary>
#
# At the end of the first second the worker has taken its share, but the backlog cannot fall below zero. The last
# second may be only partly used: round up.
# </details>


# %% exercise="rush"
def rush(orders: int, per_second: int) -> tuple[int, int]:
    """Return (orders waiting after the first second, seconds until the queue is empty)."""
    ### BEGIN SOLUTION
    waiting = max(0, orders - per_second)
    seconds = -(-orders // per_second)
    return waiting, seconds
    ### END SOLUTION


# %% check="rush" points=1
with check("rush", needs="rush", right="The wait is orders / rate: twice the workers, half the wait.") as expect:
    expect.equal(rush(1000, 50), (950, 20), "1,000 orders at 50 a second")
    expect.equal(rush(45, 50), (0, 1), "45 orders at 50 a second: the worker is faster than the burst")
    ### BEGIN HIDDEN TESTS
    expect.equal(rush(1000, 10), (990, 100), "1,000 orders at 10 a second")
    expect.equal(rush(101, 50), (51, 3), "101 orders at 50 a second: the last second is only partly used")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Send, receive, delete
#
# SQS is one of AWS's oldest services. There are two types of queue: **standard** and **FIFO** (the next lesson). A
# program that puts messages in is a *producer*; one that takes them out is a *consumer*. Nothing is delivered by
# itself: consumers ask, which is called *polling*.


# %% setup="counts"
def counts(queue_url: str) -> dict[str, int]:
    """How many messages are visible, and how many in flight (received, not yet deleted)."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return {"visible": int(found[names[0]]), "in flight": int(found[names[1]])}


# %%
orders = sqs.create_queue(QueueName=lab.unique_name("orders"))["QueueUrl"]
sent = sqs.send_message(QueueUrl=orders, MessageBody='{"photo": "team.jpg", "copies": 2}')
received = sqs.receive_message(QueueUrl=orders)["Messages"][0]
print("sent as      ", sent["MessageId"])
print("received body", received["Body"])
print("asking again ", sqs.receive_message(QueueUrl=orders).get("Messages", "nothing"))

# %% [markdown]
# The second call finds nothing, and yet the message is not gone. **Receiving does not delete.** It hides the message
# from other consumers for a while and gives you a *receipt handle* for it. When the work is done, you delete the
# message with that handle.
#
# > **Lab and AWS.** AWS keeps a queue on many servers, and a plain receive asks only some of them. With few messages it
# > may come back empty although one is there; then simply ask again. The lab always finds it.

# %%
print("before delete", counts(orders))
sqs.delete_message(QueueUrl=orders, ReceiptHandle=received["ReceiptHandle"])
print("after delete ", counts(orders))

# %% [markdown]
# ### Your turn: send a whole order
#
# A message is a **body** of text plus up to ten typed **attributes**. Consumers can read an attribute without
# parsing the body. Write `send_order(queue_url, order)`:
#
# - the body is the order, a dictionary, as JSON;
# - the attribute `customer`, of data type `String`, holds `order["customer"]`;
# - it returns the id that SQS gave the message.
#
# <details><summary>Hint</summary>
#
# `MessageAttributes={"customer": {"DataType": "String", "StringValue": ...}}`, and `json.dumps` makes JSON of a
# dictionary.
# </details>


# %% exercise="send-order"
def send_order(queue_url: str, order: dict) -> str:
    """Send an order and return its message id."""
    ### BEGIN SOLUTION
    answer = sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps(order),
        MessageAttributes={
            "customer": {"DataType": "String", "StringValue": order["customer"]},
        },
    )
    return answer["MessageId"]
    ### END SOLUTION


# %% check="send-order" points=2
with check("send-order", needs="send_order", right="Whoever receives it can route it without parsing it.") as expect:

    def arrives(order: dict) -> None:
        queue = sqs.create_queue(QueueName=lab.unique_name("check-send"))["QueueUrl"]
        returned = send_order(queue, order)
        got = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"]).get("Messages", [])
        expect(len(got) == 1, "No message arrived in the queue. Call send_message with the queue_url you are given.")
        try:
            body = json.loads(got[0]["Body"])
        except ValueError:
            body = None
        expect(body is not None, "The body is not JSON. str(order) only looks like it; use json.dumps(order).")
        expect.equal(body, order, "The body, read as JSON")
        customer = got[0].get("MessageAttributes", {}).get("customer", {})
        found = ", ".join(got[0].get("MessageAttributes", {})) or "none"
        expect(
            customer != {},
            f"The message has no attribute 'customer' (found: {found}). It belongs in MessageAttributes; case matters.",
        )
        expect.equal(customer.get("StringValue"), order["customer"], "The attribute 'customer'")
        expect(returned == got[0]["MessageId"], "Return the MessageId alone; it is in send_message's response.")

    arrives({"photo": "team", "copies": 2, "customer": "Ada"})
    ### BEGIN HIDDEN TESTS
    arrives({"photo": "cat", "copies": 11, "customer": "Grace", "gift": True})
    ### END HIDDEN TESTS

# %% [markdown]
# ## The limits of a message
#
# Every message has a size limit and an expiry date. Here are the limits that the exam likes to ask about. (345,600
# seconds are 4 days, 1,209,600 are 14.)

# %%
often_asked = ["message-size-max", "retention-min", "retention-default", "retention-max"]
often_asked += ["visibility-default", "visibility-max", "delay-max", "long-poll-max"]
facts.limits("sqs").frame().set_index("name").loc[often_asked, ["value", "unit", "as_of"]]

# %% [markdown]
# The size limit counts body and attributes together, in bytes, and a whole batch too. We try its edge.

# %%
from botocore.exceptions import ClientError

most = facts.limit("sqs", "message-size-max")
for size in (262_145, most, most + 1):
    try:
        sqs.send_message(QueueUrl=orders, MessageBody="x" * size)
        print(f"{size:>9,} bytes: accepted")
    except ClientError as error:
        print(f"{size:>9,} bytes: {error.response['Error']['Code']}")
_ = sqs.purge_queue(QueueUrl=orders)  # deletes all messages; AWS allows it once a minute

# %% [markdown]
# > **Then and now.** Until August 2025 the limit was 256 KB (262,144 bytes); older books still say so.
# > Larger things go to S3, with only their address in the queue (the *claim check*, next lesson).
#
# ## A consumer for work
#
# A consumer loops: receive, work, delete. Three habits make it cheap and quick.
#
# - Ask for **ten** messages at a time; the default is one.
# - **Long polling**: with `WaitTimeSeconds` up to 20, SQS asks all its servers and answers as soon as a message
#   arrives, or with nothing when the time is up. Without it (*short polling*) every idle question is billed.
# - Delete in **batches** of up to ten.
#
# > **Lab and AWS.** In the lab waiting costs you no time: a long poll moves the lab's clock on instead.

# %%
late = sqs.create_queue(QueueName=lab.unique_name("late"))["QueueUrl"]
sqs.send_message(QueueUrl=late, MessageBody="I come seven seconds later", DelaySeconds=7)
for wait in (0, 20):
    begin = lab.clock.now()
    found = sqs.receive_message(QueueUrl=late, WaitTimeSeconds=wait).get("Messages", [])
    waited = (lab.clock.now() - begin).total_seconds()
    print(f"WaitTimeSeconds={wait:<2} -> {len(found)} message after {waited:.0f} s")

# %% [markdown]
# ### Your turn: drain a queue
#
# Write `drain(queue_url, handle)`. It
#
# - receives up to ten messages at a time, waits up to 20 seconds for them, and stops when nothing comes;
# - calls `handle(body)` for each; if that raises an exception, this message stays and the others go on;
# - after each receive deletes, in one batch, the messages that were handled;
# - returns how many were handled.
#
# <details><summary>Hint</summary>
#
# Put a `try` around `handle` and collect the receipt handles of those that went well. `delete_message_batch` takes
# `Entries=[{"Id": "0", "ReceiptHandle": ...}, ...]`; the ids are yours and must differ within the batch, and the list
# must not be empty. `receive_message(...).get("Messages", [])` is empty when nothing came.
# </details>


# %% exercise="drain"
def drain(queue_url: str, handle) -> int:
    """Handle every message of the queue; return how many were handled."""
    ### BEGIN SOLUTION
    handled = 0
    while messages := sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
        WaitTimeSeconds=20,
    ).get("Messages", []):
        done = []
        for message in messages:
            try:
                handle(message["Body"])
            except Exception as error:
                print(f"left in the queue: {message['Body']} ({error})")
            else:
                done.append({"Id": str(len(done)), "ReceiptHandle": message["ReceiptHandle"]})
        if done:
            answer = sqs.delete_message_batch(QueueUrl=queue_url, Entries=done)
            for failed in answer.get("Failed", []):
                print(f"not deleted, will come again: {failed}")
        handled += len(done)
    return handled
    ### END SOLUTION


# %% check="drain" points=3
with check("drain", needs="drain", right="25 messages in a handful of calls, and nothing lost on an error.") as expect:

    def filled(bodies: list[str]) -> str:
        queue = sqs.create_queue(QueueName=lab.unique_name("check-drain"))["QueueUrl"]
        for body in bodies:
            sqs.send_message(QueueUrl=queue, MessageBody=body)
        return queue

    names = [f"order {n}" for n in range(25)]
    queue, seen = filled(names), []
    with lab.watching(most=100) as made:
        returned = drain(queue, seen.append)
    expect(all(type(body) is str for body in seen), "Call handle with the body of the message, message['Body'].")
    expect(
        sorted(seen) == sorted(names),
        f"handle was called {len(seen)} times, for {len(set(seen))} of 25 messages. Receive until nothing comes.",
    )
    expect(sum(counts(queue).values()) == 0, f"The queue still holds {counts(queue)}. Delete what was handled.")
    expect.equal(returned, 25, "The number of messages handled")
    asked = len(made.of("ReceiveMessage"))
    expect(asked <= 8, f"25 messages took {asked} receive calls. Ask for ten at a time: MaxNumberOfMessages=10.")
    deletes = len(made.of("DeleteMessage", "DeleteMessageBatch"))
    expect(deletes <= 5, f"25 messages took {deletes} delete calls. Use delete_message_batch, once for each receive.")

    def picky(body: str) -> None:
        if body == "order 3":
            raise RuntimeError("paper jam")

    def stays(bodies: list[str]) -> None:
        queue = filled(bodies)
        case = f"When one of {len(bodies)} messages raises an exception"
        with lab.watching(most=100):
            expect.equal(drain(queue, picky), len(bodies) - 1, f"{case}: the number of messages handled")
        left = sum(counts(queue).values())
        expect(left == 1, f"{case}, just this one must stay in the queue. There are {left}.")

    def waits(seconds: int) -> None:
        queue, seen = filled(["early"]), []
        sqs.send_message(QueueUrl=queue, MessageBody="late", DelaySeconds=seconds)
        with lab.watching(most=100):
            drain(queue, seen.append)
        expect("late" in seen, f"A message that came {seconds} s later was missed. Wait for it: WaitTimeSeconds=20.")

    stays(names[:5])
    waits(5)
    ### BEGIN HIDDEN TESTS
    stays(names[:12])
    waits(18)
    ### END HIDDEN TESTS

# %% [markdown]
# ## At least once means sometimes twice
#
# A standard queue takes practically any number of messages a second, answers within milliseconds, and promises two
# things only: **at-least-once delivery** and **best-effort ordering**. Occasionally a message is delivered twice,
# because SQS keeps copies on several servers and one of them may miss the delete; and some overtake others.
#
# So work must be **idempotent**: doing it twice has the effect of doing it once. A database that remembers what was
# done helps, if "look and write" is a single step. DynamoDB has that step: a write with a condition.

# %% setup="printed-table"
dynamodb = boto3.client("dynamodb")
if "printed" not in dynamodb.list_tables()["TableNames"]:
    dynamodb.create_table(
        TableName="printed",
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName="printed")

# %%
demo = lab.unique_name("order")
for attempt in (1, 2):
    try:
        dynamodb.put_item(
            TableName="printed",
            Item={"order_id": {"S": demo}},
            ConditionExpression="attribute_not_exists(order_id)",
        )
        print(f"attempt {attempt}: first time, do the work")
    except dynamodb.exceptions.ConditionalCheckFailedException:
        print(f"attempt {attempt}: seen before, leave it")

# %% [markdown]
# ### Your turn: print once
#
# Write `print_once(order_id, print_photo)`. It calls `print_photo()` only if this order was not printed before, and
# remembers it in the table `printed`. If `print_photo` raises an exception, nothing was printed: let the exception
# through, and let a later attempt print. Return `True` if this call printed, else `False`.
#
# <details><summary>Hint</summary>
#
# Which comes first, the mark in the table or the print? If the mark comes first, what must happen to it when the print
# fails? `delete_item(TableName="printed", Key={"order_id": {"S": order_id}})` removes an item.
# </details>


# %% exercise="print-once"
def print_once(order_id: str, print_photo) -> bool:
    """Print an order unless it was printed before; tell whether this call printed."""
    ### BEGIN SOLUTION
    key = {"order_id": {"S": order_id}}
    try:
        dynamodb.put_item(
            TableName="printed",
            Item=key,
            ConditionExpression="attribute_not_exists(order_id)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    try:
        print_photo()
    except Exception:
        dynamodb.delete_item(TableName="printed", Key=key)
        raise
    return True
    ### END SOLUTION


# %% check="print-once" points=2
with check("print-once", needs="print_once", right="Twice delivered, once printed: that is idempotence.") as expect:

    def deliver(ids: list[str], seed: int) -> None:
        arriving = ids + random.Random(seed).sample(ids, len(ids) // 2)
        random.Random(seed).shuffle(arriving)
        paper: list[str] = []
        told = [print_once(order, lambda order=order: paper.append(order)) for order in arriving]
        doubles = sorted({order for order in paper if paper.count(order) > 1})
        expect(not doubles, f"{len(doubles)} orders were printed twice, {doubles[:1]} among them.")
        expect(sorted(paper) == sorted(ids), f"{len(set(paper))} of {len(ids)} orders were printed.")
        expect(told.count(True) == len(ids), "Return True when this call printed, and False when it did not.")

    def jams(name: str) -> None:
        order, paper = lab.unique_name(name), []

        def jammed() -> None:
            raise RuntimeError("paper jam")

        came_through = False
        try:
            print_once(order, jammed)
        except RuntimeError:
            came_through = True
        expect(came_through, "print_photo raised an exception and print_once kept it to itself. Let it through.")
        print_once(order, lambda: paper.append(order))
        expect(
            paper == [order], "After a paper jam the order was never printed: take the mark back when printing fails."
        )

    def races(name: str) -> None:
        """While the first worker prints, a second one gets the same order."""
        order, paper = lab.unique_name(name), []

        def slowly() -> None:
            paper.append("first")
            if len(paper) < 3:
                print_once(order, lambda: paper.append("second"))

        print_once(order, slowly)
        expect(
            paper == ["first"], "A second worker got the order while the first was printing, and printed it as well."
        )

    deliver([lab.unique_name("order") for _ in range(20)], seed=1)
    done = lab.unique_name("done")
    print_once(done, lambda: None)
    rows = dynamodb.scan(TableName="printed")["Items"]
    expect(
        done in str(rows), "The table 'printed' does not know of the order. A variable forgets when the worker stops."
    )
    jams("jam")
    races("race")
    ### BEGIN HIDDEN TESTS
    deliver([lab.unique_name("gift") for _ in range(9)], seed=2)
    jams("crease")
    races("twins")
    ### END HIDDEN TESTS

# %% [markdown]
# One gap is left: a worker that loses its power between mark and print leaves the mark behind, and the order is never
# printed. Real systems write a state with a time ("printing since 10:04") and let others take over an old claim.
#
# *Half of the lesson is done: a good place for a pause.*

# %% [markdown]
# ## The visibility timeout
#
# A received message is hidden from the others for the **visibility timeout**: 30 seconds unless you say otherwise,
# at most 12 hours. Delete it in time, and it is gone. Otherwise SQS assumes that the consumer has died, and shows
# the message again. We watch one message through two receives.


# %%
def life_of_a_message(timeout: int) -> list[tuple[str, float, float, str]]:
    """Follow one message for 80 seconds: the first consumer dies, the second deletes it."""
    queue = sqs.create_queue(QueueName=lab.unique_name("life"))["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="team.jpg")
    stages: list[tuple[str, float, float, str]] = []
    handle = ""
    for second in range(80):
        if second in (10, 50):
            got = sqs.receive_message(
                QueueUrl=queue,
                VisibilityTimeout=timeout,
            ).get("Messages", [])
            handle = got[0]["ReceiptHandle"] if got else handle
        if second == 65:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
        now = counts(queue)
        stage = "visible" if now["visible"] else "in flight" if now["in flight"] else "deleted"
        begin = stages.pop()[1] if stages and stages[-1][3] == stage else second
        stages.append(("message", begin, second + 1, stage))
        lab.clock.advance(seconds=1)
    return stages


stages = life_of_a_message(timeout=30)
charts.gantt(
    [(*stage, stage[3]) for stage in stages],
    headline="Not deleted within 30 seconds, the message comes back",
    kinds={"visible": "good", "in flight": "busy", "deleted": "off"},
    events={"first receive": 10, "second receive": 50, "delete": 65},
    label="seconds after it was sent",
    source="measured in the lab",
)

# %% [markdown]
# The first consumer took the message at second 10 and died. At second 40 the message was visible again, a second
# consumer took it at 50 and deleted it at 65.
#
# What if the work really takes longer? Then a second consumer starts on the same order. A consumer that is still alive
# says so with `ChangeMessageVisibility`: *hide it for so many seconds from now*. Repeated, this is a **heartbeat**. It
# cannot go on for ever: 12 hours after the receive the message is visible again.
#
# ### Your turn: a slow print
#
# Write `print_album(queue_url, pages, print_page)`. It receives one message and calls `print_page(number)` for
# the pages 1, 2, 3 ...; each page takes 20 seconds. The queue's timeout is 30 seconds. While printing nobody else may
# get the message; yet if `print_page` raises an exception (the worker crashes), the message must be visible again
# within a minute. Delete the message at the end.
#
# <details><summary>Hint</summary>
#
# `sqs.change_message_visibility(QueueUrl=..., ReceiptHandle=..., VisibilityTimeout=...)` counts from the moment of the
# call. How often must you call it, and for how long may it hide the message, so that both demands are met?
# </details>


# %% exercise="slow-print"
def print_album(queue_url: str, pages: int, print_page) -> None:
    """Print all pages of the next order while keeping its message to ourselves."""
    ### BEGIN SOLUTION
    message = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)["Messages"][0]
    handle = message["ReceiptHandle"]
    for page in range(1, pages + 1):
        sqs.change_message_visibility(
            QueueUrl=queue_url,
            ReceiptHandle=handle,
            VisibilityTimeout=45,
        )
        print_page(page)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
    ### END SOLUTION


# %% check="slow-print" points=2
with check(
    "slow-print", needs="print_album", right="Alive: the message stays hidden. Dead: it is back soon."
) as expect:

    def album(pages: int, crash_at: int | None = None) -> tuple[str, list[int], list[int]]:
        queue = sqs.create_queue(QueueName=lab.unique_name("check-album"))["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody="album")
        printed, stolen = [], []

        def print_page(number: int) -> None:
            if number == crash_at:
                raise RuntimeError("power cut")
            for _ in range(4):
                lab.clock.advance(seconds=5)
                if sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages"):
                    stolen.append(number)
            printed.append(number)

        try:
            print_album(queue, pages, print_page)
        except RuntimeError:
            expect(crash_at is not None, "print_album stopped with an exception of its own.")
        return queue, printed, stolen

    def undisturbed(pages: int) -> None:
        queue, printed, stolen = album(pages)
        expect.equal(printed, list(range(1, pages + 1)), "The pages printed")
        first = stolen[0] if stolen else 0
        expect(
            not stolen,
            f"While page {first} was printing, another worker got the same order. Extend the timeout before each page.",
        )
        left = sum(counts(queue).values())
        expect(left == 0, "The album is printed but its message is still in the queue. Delete it.")

    def crashes(pages: int, page: int) -> None:
        queue, _, _ = album(pages, crash_at=page)
        lab.clock.advance(seconds=60)
        expect(
            counts(queue)["visible"] == 1,
            f"A worker crashed at page {page}; a minute later its order is still hidden, or gone. "
            "Extend by little and often, and delete only at the end.",
        )

    undisturbed(6)
    crashes(5, 3)
    ### BEGIN HIDDEN TESTS
    undisturbed(13)
    crashes(30, 2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which timeout?
#
# Too short, and slow work is done twice. Too long, and after a crash everybody waits. Lumen's prints take 12 seconds
# on average, but some take much longer. After a crash an order waits for the rest of the timeout, so every second
# counts. We draw 20,000 print times and look for the point where more timeout stops helping.

# %%
shop = random.Random(7)
print_times = [shop.lognormvariate(2.3, 0.6) for _ in range(20_000)]
timeouts = list(range(5, 91, 5))
prints = len(print_times)
twice = [100 * sum(t > timeout for t in print_times) / prints for timeout in timeouts]
charts.curves(
    {"prints done twice": (timeouts, twice)},
    headline="Beyond 40 seconds a longer timeout saves hardly a print",
    x_label="visibility timeout",
    x_unit="seconds",
    y_unit="percent",
    notes=[(40, twice[timeouts.index(40)], f"{twice[timeouts.index(40)]:.1f} % at 40 s")],
    source="simulation of 20,000 prints in this cell",
)

# %% [markdown]
# ### Your turn: choose by numbers
#
# Write `shortest_timeout(times, most_twice)`: the shortest timeout, in whole seconds, such that the fraction of `times`
# longer than it is at most `most_twice` (0.01 means one per cent).
#
# <details><summary>Hint</summary>
#
# Try 0, 1, 2 ... seconds and stop at the first that is good enough. Sorting first would be quicker; both are right.
# </details>


# %% exercise="choose-timeout"
def shortest_timeout(times: list[float], most_twice: float) -> int:
    """Return the shortest timeout, in seconds, that leaves little enough double work."""
    ### BEGIN SOLUTION
    timeout = 0
    while sum(t > timeout for t in times) > most_twice * len(times):
        timeout += 1
    return timeout
    ### END SOLUTION


# %% check="choose-timeout" points=1
with check("choose-timeout", needs="shortest_timeout", right="Set it on the queue, and keep the heartbeat.") as expect:
    expect.equal(shortest_timeout([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.1), 9, "Ten prints of 1 to 10 s, one may be late")
    expect.equal(shortest_timeout([4.2, 4.9, 30.0], 0), 30, "No print may be late, the longest takes 30.0 s")
    ### BEGIN HIDDEN TESTS
    expect.equal(
        shortest_timeout([0.4, 0.5, 2.5, 2.5], 0.5), 1, "Two of four may be late, the others take up to 0.5 s: round up"
    )
    expect.equal(shortest_timeout([5.0, 5.1, 5.2], 0.0), 6, "5.2 s is the longest: round up")
    expect.equal(
        shortest_timeout(print_times[:2000], 0.01), 39, "The first 2,000 prints of the chart, one per cent late"
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## The message that nobody can process
#
# One order names a photo that does not exist. Every worker that takes it fails, the timeout ends, the next one takes
# it: a **poison message** comes back until its retention ends (4 days by default, 60 seconds to 14 days).
#
# The cure is a **dead-letter queue**: an ordinary queue to which SQS moves a message that was received
# `maxReceiveCount` times without being deleted. There somebody can look at it. The queue's `RedrivePolicy` names it by
# its **ARN** (Amazon Resource Name), the full name that every resource of AWS has.

# %%
dead = sqs.create_queue(QueueName=lab.unique_name("demo-dead"))["QueueUrl"]
dead_arn = sqs.get_queue_attributes(
    QueueUrl=dead,
    AttributeNames=["QueueArn"],
)["Attributes"]["QueueArn"]
policy = {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2}
redrive = {"RedrivePolicy": json.dumps(policy)}
live = sqs.create_queue(QueueName=lab.unique_name("demo-live"), Attributes=redrive)["QueueUrl"]
sqs.send_message(QueueUrl=live, MessageBody="no-such-photo.jpg")
for attempt in (1, 2, 3):
    got = sqs.receive_message(QueueUrl=live, VisibilityTimeout=0).get("Messages", [])
    set_aside = counts(dead)["visible"]
    print(f"receive {attempt}: {len(got)} message; dead-letter queue: {set_aside}")

# %% [markdown]
# ### Your turn: repair the safety net
#
# A colleague wrote `protect`, and it does not work. Repair it: after **three** receives a message moves to the
# dead-letter queue, which keeps it as long as SQS can. That matters: in a standard queue a message that moves keeps
# its age. Three days old in the queue, it has one day left in a dead-letter queue with default settings.
#
# <details><summary>Hint</summary>
#
# Compare the code with the demo above, line by line. How long a queue keeps messages is its attribute
# `MessageRetentionPeriod`, in seconds, as a string.
# </details>


# %% exercise="park-poison" repair=true
def protect(queue_url: str) -> str:
    """Give the queue a dead-letter queue and return that queue's URL."""
    name = queue_url.rpartition("/")[2] + "-dead"
    dead = sqs.create_queue(QueueName=name)["QueueUrl"]
    policy = {"deadLetterTargetArn": dead, "maxReceiveCount": 30}
    sqs.set_queue_attributes(
        QueueUrl=queue_url,
        Attributes={"RedrivePolicy": json.dumps(policy)},
    )
    return dead


### BEGIN SOLUTION
def protect(queue_url: str) -> str:
    """Give the queue a dead-letter queue and return that queue's URL."""
    name = queue_url.rpartition("/")[2] + "-dead"
    fourteen_days = str(14 * 24 * 3600)
    dead = sqs.create_queue(
        QueueName=name,
        Attributes={"MessageRetentionPeriod": fourteen_days},
    )["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    arn = found["Attributes"]["QueueArn"]
    policy = {"deadLetterTargetArn": arn, "maxReceiveCount": 3}
    sqs.set_queue_attributes(
        QueueUrl=queue_url,
        Attributes={"RedrivePolicy": json.dumps(policy)},
    )
    return dead


### END SOLUTION


# %% check="park-poison" points=2
with check(
    "park-poison", needs="protect", right="Set an alarm on that queue: a message there needs a person."
) as expect:

    def survives(body: str) -> None:
        queue = sqs.create_queue(QueueName=lab.unique_name("check-poison"))["QueueUrl"]
        dead = protect(queue)
        kept = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]
        sqs.send_message(QueueUrl=queue, MessageBody=body)
        receives = 0
        while receives < 6 and sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages"):
            receives += 1
        expect(
            receives == 3,
            f"The queue handed out the message {'more than 5' if receives > 5 else receives} times; "
            "it should be 3 times, then never again. Look at maxReceiveCount.",
        )
        expect(counts(dead)["visible"] == 1, "The message left the queue, but it is not in the queue you returned.")
        days = int(kept["MessageRetentionPeriod"]) / 86400
        expect(days == 14, f"The dead-letter queue keeps messages for {days:g} days; SQS can keep them for 14.")

    survives("no-such-photo.jpg")
    ### BEGIN HIDDEN TESTS
    survives("another.jpg")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Back to work
#
# The missing photo turns up. Now the orders should go back to the queue they came from; SQS calls this a **redrive**.
# `start_message_move_task` does it in the background, and `list_message_move_tasks` shows its progress. (In the lab it
# is done at once.) A message that is moved back counts as new: new id, new age, no receives yet.
#
# You can also receive, send and delete by hand. If you do, mind the order: delete last, so that a crash may double a
# message but never lose one.
#
# ### Your turn: bring them back
#
# Write `bring_back(dead_url, queue_url)`: every message of the dead-letter queue goes back to the queue, with its
# body and its attributes.
#
# <details><summary>Hint</summary>
#
# The task wants ARNs: `SourceArn` is the dead-letter queue, `DestinationArn` the queue. `get_queue_attributes` knows
# the ARN of a queue.
# </details>


# %% exercise="bring-back"
def bring_back(dead_url: str, queue_url: str) -> None:
    """Move every message of a dead-letter queue back to the queue."""

    ### BEGIN SOLUTION
    def arn(url: str) -> str:
        return sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=["QueueArn"],
        )["Attributes"]["QueueArn"]

    sqs.start_message_move_task(SourceArn=arn(dead_url), DestinationArn=arn(queue_url))
    ### END SOLUTION


# %% check="bring-back" points=2
with check("bring-back", needs="bring_back", right="Mend the consumer first, or they come straight back.") as expect:

    def buried(bodies: list[str]) -> tuple[str, str]:
        """Two queues whose messages all ended in the dead-letter queue."""
        dead = sqs.create_queue(QueueName=lab.unique_name("check-dead"))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
        queue = sqs.create_queue(QueueName=lab.unique_name("check-back"), Attributes={"RedrivePolicy": redrive})[
            "QueueUrl"
        ]
        for body in bodies:
            customer = {"customer": {"DataType": "String", "StringValue": f"customer of {body}"}}
            sqs.send_message(QueueUrl=queue, MessageBody=body, MessageAttributes=customer)
        while sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages"):
            pass
        return dead, queue

    def come_back(bodies: list[str]) -> None:
        dead, queue = buried(bodies)
        bring_back(dead, queue)
        lab.clock.advance(minutes=1)
        found = {}
        while got := sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=600, MessageAttributeNames=["All"]
        ).get("Messages"):
            found |= {message["Body"]: message.get("MessageAttributes", {}) for message in got}
        expect(set(found) == set(bodies), f"{len(found)} of {len(bodies)} messages are back in the queue.")
        expect(sum(counts(dead).values()) == 0, "Messages are still in the dead-letter queue, so they exist twice now.")
        for body, attributes in found.items():
            expect(
                attributes.get("customer", {}).get("StringValue") == f"customer of {body}",
                "The messages are back, but without their attributes.",
            )

    come_back(["a.jpg", "b.jpg", "c.jpg"])
    ### BEGIN HIDDEN TESTS
    come_back([f"photo-{n}.jpg" for n in range(23)])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Later, please
#
# Customers may cancel for ten minutes. A **delay** keeps a new message hidden at first: `DelaySeconds` on the queue
# for all messages, or on one `send_message` call, up to 15 minutes. It only buys time: a message that was sent cannot
# be called back, so the worker still looks whether the order was cancelled. (For longer delays use EventBridge
# Scheduler or a Step Functions wait.)

# %%
delayed = sqs.create_queue(
    QueueName=lab.unique_name("with-regret"),
    Attributes={"DelaySeconds": "600"},
)["QueueUrl"]
sqs.send_message(QueueUrl=delayed, MessageBody="poster.jpg")
sqs.send_message(QueueUrl=delayed, MessageBody="passport.jpg", DelaySeconds=0)  # in a hurry
for minutes in (0, 10):
    lab.clock.advance(minutes=minutes)
    for message in sqs.receive_message(
        QueueUrl=delayed,
        MaxNumberOfMessages=10,
    ).get("Messages", []):
        print(f"after {minutes:>2} minutes: {message['Body']}")
        sqs.delete_message(QueueUrl=delayed, ReceiptHandle=message["ReceiptHandle"])

# %% [markdown]
# ## What it costs
#
# SQS bills **requests**. Every call of the API is one, also a receive that comes back empty; a call with a large
# payload is billed as one request for each 64 KB or part of it. A message costs a send, a receive and a delete; a
# batch of ten shares one call. The first million requests of a month are free.

# %%
price = facts.price("sqs", "standard-requests")
free = facts.limit("sqs", "free-requests-per-month")
volumes = [n * 1_000_000 for n in range(0, 101, 2)]


def usd(requests: float) -> float:
    return max(0, requests - free) / 1e6 * price


idle = {wait: 30 * 86400 / wait * 100 for wait in (1, 20)}
print(f"100 idle consumers, asking every second: {usd(idle[1]):7.2f} USD a month")
print(f"100 idle consumers, long polling 20 s:   {usd(idle[20]):7.2f} USD a month")
charts.curves(
    {
        "one by one": (volumes, [usd(3 * n) for n in volumes]),
        "in batches of ten": (volumes, [usd(3 * n / 10) for n in volumes]),
    },
    headline="Batches of ten cut the bill to a tenth",
    x_label="messages a month",
    y_unit="USD per month",
    source=price,
)

# %% [markdown]
# ### Your turn: the monthly bill
#
# Write `monthly_bill(messages, size_kb, batch)` in USD, for `messages` of `size_kb` each that are sent, received and
# deleted in batches of `batch`:
#
# - a send or receive call with `batch` messages is billed as one request for each 64 KB, or part of it, of its payload;
# - a delete call is billed as one request, and every batch counts as full;
# - the first million requests are free, the others cost `facts.price("sqs", "standard-requests")` a million.
#
# <details><summary>Hint</summary>
#
# Count three things: the calls that one step takes, the chunks in the payload of one such call (round both up), and
# then what a send, a receive and a delete call bill together.
# </details>

# %% exercise="monthly-bill"
from math import ceil


def monthly_bill(messages: int, size_kb: float, batch: int) -> float:
    """Return the month's bill in USD."""
    ### BEGIN SOLUTION
    calls = ceil(messages / batch)
    chunks = ceil(batch * size_kb / 64)
    requests = calls * (2 * chunks + 1)
    billed = max(0, requests - 1_000_000)
    return billed / 1e6 * facts.price("sqs", "standard-requests")
    ### END SOLUTION


# %% check="monthly-bill" points=2
with check(
    "monthly-bill", needs="monthly_bill", right="Small messages in full batches: that is the cheap way."
) as expect:
    each = float(facts.price("sqs", "standard-requests"))
    expect.close(monthly_bill(10_000_000, 1, 1), 29 * each, "10 million messages of 1 KB, one by one")
    expect.close(monthly_bill(100_000, 1, 1), 0.0, "100,000 messages fit into the free million")
    expect.close(monthly_bill(10_000_000, 1, 10), 2 * each, "10 million messages of 1 KB in batches of ten")
    expect.close(monthly_bill(1_000_000, 65, 1), 4 * each, "65 KB is two chunks of 64 KB")
    ### BEGIN HIDDEN TESTS
    expect.close(monthly_bill(20_000_000, 6, 10), 5 * each, "20 million messages of 6 KB in batches of ten")
    expect.close(monthly_bill(1_000_000, 64, 1), 2 * each, "64 KB is exactly one chunk")
    expect.close(monthly_bill(10_000_000, 20, 10), 8 * each, "ten messages of 20 KB make 200 KB, four chunks a call")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS this lesson would cost nothing: a few hundred requests, and the first million is free.
#
# ## To remember
#
# - A queue lets producer and consumer run and fail on their own; a burst becomes a wait, not a loss.
# - Receiving hides a message, deleting ends it. Delete after the work, never before.
# - Standard queues deliver at least once, in best-effort order: make the work idempotent.
# - The visibility timeout is 30 s by default and 12 h at most; a live worker extends it with a heartbeat.
# - A message received `maxReceiveCount` times goes to the dead-letter queue; keep it there 14 days, set an alarm.
# - Long polling (up to 20 s) and batches (up to 10) cut the bill; every call counts, empty ones too.
# - One message or batch is at most 1 MiB, a delay at most 15 minutes, retention 60 seconds to 14 days.

# %% [markdown] question="twice-printed"
# ### Question 1
#
# Printing an album takes up to five minutes. Customers report albums that arrive twice. The queue is a standard queue
# with default settings, and no worker has crashed. What is the cause to look at first?
#
# - [ ] **A** The producer's SDK sends each order twice because it does not wait for an answer.
#   > The SDK waits for the answer, and repeats a send only after an error. Rare, not the rule.
# - [x] **B** The visibility timeout is shorter than the work.
#   > After 30 seconds the album becomes visible again while the first worker still prints it. Extend the timeout, and
#   > make printing idempotent all the same.
# - [ ] **C** The queue has no dead-letter queue.
#   > That limits how often a message is tried. It does not stop a second worker from taking it too early.
# - [ ] **D** Messages expire and are delivered again.
#   > An expired message is deleted, never delivered again, and the default retention is four days.

# %% answer="twice-printed"
answer = "B"

# %% check="twice-printed" points=1
question("twice-printed", answer)

# %% [markdown] question="empty-receives"
# ### Question 2
#
# Two workers ask a queue several times a second; it is empty most of the day. The bill shows millions of requests.
# Orders must be picked up within a few seconds. Which change helps most, with the least effort?
#
# - [ ] **A** Let each worker sleep for a minute between two receives.
#   > Fewer requests, but an order may now wait for most of a minute.
# - [ ] **B** Raise the visibility timeout to twelve hours.
#   > It rules how long a received message is hidden; empty receives stay as many as before.
# - [ ] **C** Receive ten messages at a time.
#   > Good when messages are there. An empty receive costs the same for one as for ten.
# - [x] **D** Set `ReceiveMessageWaitTimeSeconds` of the queue to 20.
#   > Long polling: one request waits up to 20 seconds, and answers at once when an order comes. No code changes.

# %% answer="empty-receives"
answer = "D"

# %% check="empty-receives" points=1
question("empty-receives", answer)

# %% [markdown] question="old-poison"
# ### Question 3
#
# An order was sent to a standard queue on Tuesday. On Friday it failed for the last time and moved to a dead-letter
# queue with default settings. On Monday the team looks for it there, and it is gone. Why?
#
# - [x] **A** Its age counts from the day it was sent, so the four days of retention were over.
#   > In standard queues a message keeps its time of sending when it moves. Give a dead-letter queue the longest
#   > retention, 14 days.
# - [ ] **B** A dead-letter queue hands out a message once and then deletes it.
#   > It is an ordinary queue; a receive deletes nothing.
# - [ ] **C** A redrive policy deletes a message once it was moved.
#   > It moves messages and deletes none. Only retention, a delete or a purge removes them.
# - [ ] **D** `maxReceiveCount` was reached again in the dead-letter queue.
#   > Only a queue with a redrive policy of its own moves messages on.

# %% answer="old-poison"
answer = "A"

# %% check="old-poison" points=1
question("old-poison", answer)

# %% [markdown] question="crash-safe"
# ### Question 4
#
# A worker receives a message, deletes it at once "so that nobody else takes it", and then prints. What is wrong?
#
# - [ ] **A** Nothing; deleting first avoids duplicates.
#   > It does avoid them, at the price of losing orders.
# - [ ] **B** The delete fails, because a message in flight cannot be deleted.
#   > A message in flight is exactly what can be deleted, with its receipt handle.
# - [x] **C** If the worker crashes while printing, the order is lost.
#   > A deleted message never comes back. Print first, delete afterwards, and let idempotence deal with doubles.
# - [ ] **D** The message moves to the dead-letter queue.
#   > Only a message that is not deleted can move there.

# %% answer="crash-safe"
answer = "C"

# %% check="crash-safe" points=1
question("crash-safe", answer)

# %%
progress()
