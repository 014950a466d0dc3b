# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '4.3'
#     minutes: 60
#     practises:
#       bill:
#       - sns.pricing
#       let-topic-in:
#       - sns.fan-out-queue-policy
#       - sns.security
#       pay-once:
#       - sns.fifo-topics
#       publish-order:
#       - sns.publish-sdk
#       - sns.pub-sub
#       safety-net:
#       - sns.delivery-and-dlq
#       sort-stream:
#       - sns.message-filtering
#       watch-bucket:
#       - sns.s3-event-fan-out
#       - sns.security
#       who-got-it:
#       - sns.fan-out
#     services:
#     - sns
#     - sqs
#     - s3
#     - ses
#     title: 'One message, many listeners: SNS'
#     topics:
#     - sns.pub-sub
#     - sns.quotas
#     - sns.publish-sdk
#     - sns.mobile-push
#     - sns.security
#     - sns.fan-out
#     - sns.fan-out-queue-policy
#     - sns.s3-event-fan-out
#     - sns.fifo-topics
#     - sns.message-filtering
#     - sns.delivery-and-dlq
#     - sns.pricing
#     - ses.email
# ---

# %% [markdown]
# # One message, many listeners: SNS
#
# At Lumen, the photo shop, an order used to concern the printer only. Now the mail program, the statistics and the
# fraud check want to know of it as well. After this lesson you can publish an order **once** with **Amazon SNS**
# (Simple Notification Service), give each listener the part it wants, and make sure that nothing is lost on the way.

# %% setup="start"
import datetime as dt
import json
import random
from math import ceil

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("06-messaging/03-sns")
lab.start()
sns = boto3.client("sns")
sqs = boto3.client("sqs")

# %%
charts.flow(
    [
        ("shop", "topic", "publish, once"),
        ("topic", "print queue"),
        ("topic", "mail queue"),
        ("topic", "fraud queue", "total of 500 or more"),
        ("topic", "statistics", "Lambda"),
        ("print queue", "printer"),
        ("mail queue", "mail program"),
        ("fraud queue", "fraud check"),
    ],
    kinds={
        "topic": "messaging",
        "print queue": "messaging",
        "mail queue": "messaging",
        "fraud queue": "messaging",
        "statistics": "compute",
    },
    headline="The shop publishes once; who listens is no longer its business",
    source="the shop of this lesson",
)

# %% [markdown]
# ## A topic, a subscription, and silence
#
# A **topic** is an address to publish to. A **subscription** ties an endpoint to it: a queue, a function, an HTTPS
# address, a mailbox, a phone, an app, or a Data Firehose stream. SNS *pushes* a copy of each message to every
# subscription. AWS services publish to topics too: CloudWatch alarms, Auto Scaling, S3, CloudFormation, budgets.
#
# Three calls: `create_topic`, `subscribe`, `publish`. Run them, then look into the queue.

# %%
orders = sns.create_topic(Name=lab.unique_name("orders"))["TopicArn"]
print_url = sqs.create_queue(QueueName=lab.unique_name("print"))["QueueUrl"]
attributes = sqs.get_queue_attributes(QueueUrl=print_url, AttributeNames=["QueueArn"])
print_arn = attributes["Attributes"]["QueueArn"]
sns.subscribe(TopicArn=orders, Protocol="sqs", Endpoint=print_arn)
sent = sns.publish(TopicArn=orders, Subject="New order", Message="team.jpg")
print("published as", sent["MessageId"])
print("in the queue:", sqs.receive_message(QueueUrl=print_url).get("Messages", "nothing"))

# %% [markdown]
# `publish` succeeded, and nothing arrived. Nobody got an error: the publisher must not depend on its listeners. The
# lab can tell what happened; `lab.settle()` lists what the account delivered, or could not deliver.

# %%
lab.settle()

# %% [markdown]
# This is **the** classic mistake with SNS. A queue has a policy of its own, and without a word in it no service may
# send there. The policy has to let the *service* `sns.amazonaws.com` in, and only on behalf of *this topic*, which
# the condition key `aws:SourceArn` says.

# %%
statement = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": print_arn,
    "Condition": {"ArnEquals": {"aws:SourceArn": orders}},
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
sqs.set_queue_attributes(QueueUrl=print_url, Attributes={"Policy": policy})
sns.publish(TopicArn=orders, Subject="New order", Message="team.jpg")
message = sqs.receive_message(QueueUrl=print_url)["Messages"][0]
print(message["Body"])

# %% [markdown]
# What arrives is an **envelope** in JSON around the message, signed, so that a web hook can check who sent it. With
# `RawMessageDelivery` the subscriber gets the bare message instead, and its attributes as SQS attributes. The first
# message is gone for good: SNS keeps nothing.
#
# > **Lab and AWS.** The SQS console adds this statement when you subscribe a queue there. The SDK, CloudFormation
# > and Terraform do not: there you write it.
#
# ### Your turn: let a topic in
#
# A colleague wrote `let_in(queue_url, topic_arn)` so that a queue may hear one more topic. Nothing ever arrives, and
# a queue that worked before is silent too. Repair it: messages of the topic arrive, topics that were let in before
# still get through, and **no other** topic does.
#
# <details><summary>Hint</summary>
#
# Compare the statement with the one above, field by field. And what does `set_queue_attributes` do to a policy that
# is already there? `get_queue_attributes` with `AttributeNames=["QueueArn", "Policy"]` shows it; a queue without a
# policy has no `Policy` in the answer.
# </details>


# %% setup="queues"
def new_queue(name: str) -> str:
    """A queue without any policy; returns its URL."""
    return sqs.create_queue(QueueName=lab.unique_name(name))["QueueUrl"]


def arn_of(queue_url: str) -> str:
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    return found["Attributes"]["QueueArn"]


def new_topic(name: str) -> str:
    return sns.create_topic(Name=lab.unique_name(name))["TopicArn"]


def read_all(queue_url: str) -> list[str]:
    """Receive and delete everything; returns the bodies."""
    bodies = []
    while got := sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
    ).get("Messages"):
        handles = [message["ReceiptHandle"] for message in got]
        entries = [{"Id": str(n), "ReceiptHandle": one} for n, one in enumerate(handles)]
        sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
        bodies += [message["Body"] for message in got]
    return bodies


# %% exercise="let-topic-in" repair=true
def let_in(queue_url: str, topic_arn: str) -> None:
    """Let one more topic send to the queue."""
    queue_arn = arn_of(queue_url)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": topic_arn},
        "Action": "sqs:ReceiveMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": queue_arn}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})


### BEGIN SOLUTION
def let_in(queue_url: str, topic_arn: str) -> None:
    """Let one more topic send to the queue."""
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn", "Policy"])
    held = found["Attributes"].get("Policy", '{"Version": "2012-10-17", "Statement": []}')
    policy = json.loads(held)
    policy["Statement"].append(
        {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": found["Attributes"]["QueueArn"],
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }
    )
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})


### END SOLUTION


# %% check="let-topic-in" points=2
with check("let-topic-in", needs="let_in", right="One statement for each topic, and nobody else gets in.") as expect:

    def hears(invited: list[str]) -> None:
        queue = new_queue("check-door")
        everybody = {name: new_topic(name) for name in [*invited, "stranger"]}
        for name in invited:
            let_in(queue, everybody[name])
        for name, topic in everybody.items():
            sns.subscribe(
                TopicArn=topic,
                Protocol="sqs",
                Endpoint=arn_of(queue),
                Attributes={"RawMessageDelivery": "true"},
            )
            sns.publish(TopicArn=topic, Message=name)
        heard = read_all(queue)
        why = " ".join(one.outcome for one in lab.settle() if f"topic {invited[-1]}" in one.source)
        expect(
            invited[-1] in heard,
            f"The topic that was let in last is not heard: {why.partition(';')[0]}. "
            "Look at Principal, Action and the ARN in the condition.",
        )
        expect(
            set(invited) <= set(heard),
            f"{len(set(invited) - set(heard))} of {len(invited)} topics that were let in are silent. "
            "A new policy replaces the old one: read what is there and add to it.",
        )
        expect(
            "stranger" not in heard,
            "A topic that nobody let in is heard as well. The condition must name the topic's ARN.",
        )

    hears(["orders"])
    hears(["orders", "returns"])
    ### BEGIN HIDDEN TESTS
    hears(["albums", "orders", "mugs"])
    ### END HIDDEN TESTS

# %% [markdown]
# The queue's encryption has a word too. A queue under the AWS managed key `alias/aws/sqs` cannot let SNS in, because
# nobody can change that key's policy. With a **customer managed key** you allow `sns.amazonaws.com` the actions
# `kms:GenerateDataKey*` and `kms:Decrypt`. The default of a new queue, SSE-SQS, needs no word at all.

# %%
locked_url = new_queue("locked")
let_all = {**statement, "Resource": arn_of(locked_url)}
sqs.set_queue_attributes(
    QueueUrl=locked_url,
    Attributes={
        "Policy": json.dumps({"Version": "2012-10-17", "Statement": [let_all]}),
        "KmsMasterKeyId": "alias/aws/sqs",
    },
)
locked = sns.subscribe(TopicArn=orders, Protocol="sqs", Endpoint=arn_of(locked_url))
sns.publish(TopicArn=orders, Message="secret.jpg")
print(lab.settle()[-1])
_ = sns.unsubscribe(SubscriptionArn=locked["SubscriptionArn"])

# %% [markdown]
# ## What to publish
#
# A message has a body (text), an optional subject, and typed **attributes**, by which subscriptions can choose.
# `MessageStructure="json"` sends each protocol a text of its own; the key `default` must be there. People confirm
# before they get mail: until then a subscription is *pending*.
#
# A message may have 256 KB. The topic's attribute `MaximumMessageSize` raises that to 1 MB; such a topic serves
# queues, functions and Data Firehose only, and 100 subscriptions at most.

# %%
ana = sns.subscribe(TopicArn=orders, Protocol="email", Endpoint="ana@lumen.example")
print("the answer:", ana["SubscriptionArn"])
lab.settle()
(asked, *_) = lab.deliveries().to("ana@lumen.example")
token = asked.outcome.rpartition("=")[2]  # Ana clicks on the link in her mail
sns.confirm_subscription(TopicArn=orders, Token=token)
texts = {"default": "Order 7 is in.", "sqs": '{"order": 7, "photo": "team.jpg"}'}
sns.publish(TopicArn=orders, MessageStructure="json", Message=json.dumps(texts))
print(lab.settle().to("ana@lumen.example"))
print("the queue got:", json.loads(read_all(print_url)[-1])["Message"])

# %% [markdown]
# ### Your turn: publish an order
#
# Write `publish_order(topic_arn, order)`. `order` looks like `{"id": 7, "kind": "poster", "total": 49.5}`.
#
# - the message is the order as JSON;
# - the attribute `kind`, of type `String`, and the attribute `total`, of type `Number`, hold these two values;
# - the subject is `Order 7` (with the order's id);
# - it returns the message id.
#
# <details><summary>Hint</summary>
#
# Attributes look as in SQS: `{"kind": {"DataType": "String", "StringValue": ...}}`. A `Number` is sent as a
# `StringValue` too, so turn it into text.
# </details>


# %% exercise="publish-order"
def publish_order(topic_arn: str, order: dict) -> str:
    """Publish an order and return its message id."""
    ### BEGIN SOLUTION
    answer = sns.publish(
        TopicArn=topic_arn,
        Subject=f"Order {order['id']}",
        Message=json.dumps(order),
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": order["kind"]},
            "total": {"DataType": "Number", "StringValue": str(order["total"])},
        },
    )
    return answer["MessageId"]
    ### END SOLUTION


# %% setup="listen"
def listen(topic_arn: str, name: str = "listener", **settings: str) -> str:
    """Subscribe a new queue that lets the topic in; returns its URL."""
    queue_url = new_queue(name)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(queue_url),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
    sns.subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=arn_of(queue_url),
        Attributes=settings,
    )
    return queue_url


# %% check="publish-order" points=2
with check("publish-order", needs="publish_order", right="Listeners can choose without opening the message.") as expect:

    def arrives(order: dict) -> None:
        topic = new_topic("check-orders")
        queue = listen(topic, "check-all")
        returned = publish_order(topic, order)
        bodies = read_all(queue)
        expect(len(bodies) == 1, f"{len(bodies)} messages arrived instead of one. Publish to topic_arn, once.")
        envelope = json.loads(bodies[0])
        try:
            body = json.loads(envelope["Message"])
        except ValueError:
            body = None
        expect(body is not None, "The message is not JSON; json.dumps(order) makes it.")
        expect.equal(body, order, "The message, read as JSON")
        expect.equal(envelope.get("Subject"), f"Order {order['id']}", "The subject")
        found = envelope.get("MessageAttributes", {})
        for name, kind in (("kind", "String"), ("total", "Number")):
            expect(
                name in found,
                f"The message has no attribute '{name}' (found: {', '.join(found) or 'none'}). "
                "It belongs in MessageAttributes.",
            )
            expect.equal(found[name]["Type"], kind, f"The type of the attribute '{name}'")
        expect.equal(found["kind"]["Value"], order["kind"], "The attribute 'kind'")
        expect.close(float(found["total"]["Value"]), order["total"], "The attribute 'total'")
        expect(returned == envelope["MessageId"], "Return the MessageId alone; it is in publish's response.")

    arrives({"id": 7, "kind": "poster", "total": 49.5})
    arrives({"id": 8, "kind": "mug", "total": 9})
    ### BEGIN HIDDEN TESTS
    arrives({"id": 12, "kind": "album", "total": 120, "gift": True})
    ### END HIDDEN TESTS

# %% [markdown]
# ## Fan-out
#
# One publish, one copy for each subscription: that is **fan-out**. SNS with SQS behind it is the usual pair: SNS
# multiplies, and the queues add what SNS lacks, which is memory, retries, delay and parallel workers. Queues may lie
# in other Regions and accounts. Here one publish reaches Virginia and Ireland.

# %%
news = new_topic("news")
near = listen(news, "near")
sqs_ireland = boto3.client("sqs", region_name="eu-west-1")
far = sqs_ireland.create_queue(QueueName=lab.unique_name("far"))["QueueUrl"]
far_arn = sqs_ireland.get_queue_attributes(QueueUrl=far, AttributeNames=["QueueArn"])
far_arn = far_arn["Attributes"]["QueueArn"]
let_news = {
    **statement,
    "Resource": far_arn,
    "Condition": {"ArnEquals": {"aws:SourceArn": news}},
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [let_news]})
sqs_ireland.set_queue_attributes(QueueUrl=far, Attributes={"Policy": policy})
sns.subscribe(TopicArn=news, Protocol="sqs", Endpoint=far_arn)
sns.publish(TopicArn=news, Message="Sale on Friday")
for place, client, url in (("Virginia", sqs, near), ("Ireland", sqs_ireland, far)):
    body = json.loads(client.receive_message(QueueUrl=url)["Messages"][0]["Body"])
    print(f"{place:<8} got: {body['Message']}")

# %% [markdown]
# ### Your turn: predict who gets what
#
# A topic and its queues live through some steps. Each step is a pair:
#
# - `("subscribe", queue)`: a new queue, whose policy lets the topic in, is subscribed;
# - `("publish", text)`;
# - `("close", queue)` and `("open", queue)`: somebody takes the queue's policy away, or puts it back;
# - `("unsubscribe", queue)`.
#
# Write `predict(steps)`: for each queue that was ever subscribed the list of texts that are in it at the end, in the
# order of publishing. Nobody receives in between. Before you write, say what the print queue of this story gets:
#
# `subscribe print, publish m1, subscribe mail, publish m2, close print, publish m3, open print, publish m4`
#
# <details><summary>Hint</summary>
#
# SNS looks at the subscriptions and the policies *at the moment of publishing*, and keeps nothing for later. So two
# sets are enough: who is subscribed now, and who is open now.
# </details>


# %% exercise="who-got-it"
def predict(steps: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return what each queue holds after these steps."""
    ### BEGIN SOLUTION
    held: dict[str, list[str]] = {}
    subscribed: set[str] = set()
    closed: set[str] = set()
    for action, name in steps:
        if action == "subscribe":
            held.setdefault(name, [])
            subscribed.add(name)
        elif action == "unsubscribe":
            subscribed.discard(name)
        elif action == "close":
            closed.add(name)
        elif action == "open":
            closed.discard(name)
        else:
            for queue in subscribed - closed:
                held[queue].append(name)
    return held
    ### END SOLUTION


# %% setup="story"
def live(steps: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Run the steps in the lab, and look into the queues."""
    topic, urls, policies = new_topic("story"), {}, {}
    for action, name in steps:
        if action == "publish":
            sns.publish(TopicArn=topic, Message=name)
        elif action == "subscribe":
            urls[name] = listen(topic, name, RawMessageDelivery="true")
            found = sqs.get_queue_attributes(QueueUrl=urls[name], AttributeNames=["Policy"])
            policies[name] = found["Attributes"]["Policy"]
        elif action == "unsubscribe":
            pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
            for one in (one for page in pages for one in page["Subscriptions"]):
                if one["Endpoint"] == arn_of(urls[name]):
                    sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
        else:
            text = policies[name] if action == "open" else ""
            sqs.set_queue_attributes(QueueUrl=urls[name], Attributes={"Policy": text})
    return {name: sorted(read_all(url)) for name, url in urls.items()}


# %% check="who-got-it" points=2
with check("who-got-it", needs="predict", right="SNS looks at who is there when you publish, and forgets.") as expect:

    def agrees(story: str) -> None:
        steps = [(words.split()[0], words.split()[1]) for words in story.split(", ")]
        said, is_so = predict(steps), live(steps)
        expect(isinstance(said, dict), "Return a dictionary: {queue: [texts]}.")
        expect.equal(sorted(said), sorted(is_so), "The queues in your prediction")
        for queue, texts in is_so.items():
            extra = [text for text in said[queue] if text not in texts]
            missing = [text for text in texts if text not in said[queue]]
            expect(
                not extra,
                f"In the lab {queue} did not get {', '.join(extra)}. "
                "Was it subscribed, and open, when that was published? Nothing is sent again later.",
            )
            expect(not missing, f"In the lab {queue} did get {', '.join(missing)}.")
            expect.equal(list(said[queue]), texts, f"What {queue} holds, each text once and in order")

    agrees("subscribe print, publish m1, subscribe mail, publish m2, close print, publish m3, open print, publish m4")
    agrees("subscribe mail, publish m1, unsubscribe mail, publish m2, subscribe print, publish m3")
    agrees("subscribe mail, publish m1, close mail, unsubscribe mail, open mail, publish m2")
    ### BEGIN HIDDEN TESTS
    agrees(
        "publish m0, subscribe a, subscribe b, close a, close b, publish m1, unsubscribe a, open a, open b, "
        "publish m2, close b, publish m3"
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Filter policies
#
# Without a filter a subscription gets everything. A **filter policy** is JSON on the subscription. All its keys must
# match (*and*); the values of one key are alternatives (*or*). It looks at the message attributes, or, with
# `FilterPolicyScope="MessageBody"`, into a JSON body, where it may be nested.
#
# | a value in the list | matches |
# |---|---|
# | `"mug"`, `100` | exactly this |
# | `{"prefix": "post"}`, `{"suffix": ".jpg"}` | the beginning, the end |
# | `{"equals-ignore-case": "mug"}` | `mug`, `MUG`, `Mug` |
# | `{"anything-but": ["DE", "AT"]}` | any other value |
# | `{"numeric": [">=", 100, "<", 500]}` | a range |
# | `{"exists": true}` | the attribute is there |
#
# A Saturday at Lumen has 500 orders. We publish them all, to three queues with filters.

# %% setup="stream"
KINDS = ["poster", "POSTER", "print", "postcard", "mug", "album"]


def saturday(number: int, seed: int) -> list[dict]:
    """Orders as the web site writes them, and an older program, in capitals."""
    chance = random.Random(seed)
    made = []
    for n in range(number):
        order = {
            "id": n,
            "kind": chance.choice(KINDS),
            "total": chance.choice([9, 49.5, 199, 499.99, 500, 500, 750, 1200]),
            "country": chance.choice(["DE", "DE", "AT", "CH", "FR", "US"]),
            "details": {"pages": chance.choice([1, 24, 40, 41, 80])},
        }
        if chance.random() < 0.2:
            order["gift_text"] = chance.choice(["With love", "Happy birthday"])
        made.append(order)
    return made


def publish_all(topic_arn: str, orders: list[dict]) -> None:
    """Publish in batches of ten, with the attributes kind, total, country, maybe gift_text."""
    for first in range(0, len(orders), 10):
        entries = []
        for order in orders[first : first + 10]:
            attributes = {
                name: {"DataType": "String", "StringValue": order[name]}
                for name in ("kind", "country", "gift_text")
                if name in order
            }
            attributes["total"] = {"DataType": "Number", "StringValue": str(order["total"])}
            entries.append(
                {
                    "Id": str(order["id"]),
                    "Message": json.dumps(order),
                    "MessageAttributes": attributes,
                }
            )
        answer = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
        assert not answer.get("Failed"), answer


def publish_and_read(
    topic_arn: str,
    orders: list[dict],
    urls: dict[str, str],
) -> dict[str, list[dict]]:
    """Publish all orders, forty at a time; returns what each queue got."""
    got: dict[str, list[dict]] = {name: [] for name in urls}
    for first in range(0, len(orders), 40):
        publish_all(topic_arn, orders[first : first + 40])
        for name, url in urls.items():
            got[name] += [json.loads(body) for body in read_all(url)]
    return got


# %%
filters = {
    "mugs": {"kind": ["mug"]},
    "100 or more": {"total": [{"numeric": [">=", 100]}]},
    "gifts abroad": {
        "gift_text": [{"exists": True}],
        "country": [{"anything-but": ["DE"]}],
    },
}
shop = new_topic("saturday")
urls = {
    name: listen(shop, "filtered", RawMessageDelivery="true", FilterPolicy=json.dumps(policy))
    for name, policy in filters.items()
}
got = publish_and_read(shop, saturday(500, seed=1), urls)
arrived = {name: len(orders) for name, orders in got.items()}
charts.compare(
    {name: {"published": 500, "delivered": number} for name, number in arrived.items()},
    headline=f"Filters keep {1500 - sum(arrived.values()):,} of 1,500 copies from being sent",
    unit="messages",
    source="measured in the lab",
)

# %% [markdown]
# A policy may have 5 keys and 150 combinations of values, a topic 200 policies; on AWS a change takes up to 15
# minutes to work everywhere. A policy that SNS cannot accept is refused, with the place.

# %%
for policy in ({"kind": "mug"}, {"kind": []}, {"total": [{"numeric": [">", "100"]}]}):
    try:
        listen(shop, "wrong", FilterPolicy=json.dumps(policy))
    except ClientError as error:
        print(error.response["Error"]["Message"].splitlines()[0])

# %% [markdown]
# ### Your turn: sort the stream
#
# Write `subscribe_all(topic_arn, queues)`. `queues` gives the ARN of five queues, which already let the topic in.
# Subscribe each with raw delivery, so that it gets these orders and **no other**:
#
# - `printer`: kind `poster` or `print`, in whatever case (a `postcard` is neither);
# - `fraud`: a total of at least 500 **and** a country that is not `DE`, `AT` or `CH`;
# - `gifts`: all that have the attribute `gift_text`;
# - `binder`: albums with **more than 40 pages**; the pages stand only in the body, as `details.pages`;
# - `archive`: everything.
#
# The check sends 500 orders and counts who got what.
#
# <details><summary>Hint</summary>
#
# `sns.subscribe(..., Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps(...)})`. A policy looks at
# the attributes *or* at the body, never at both. For `binder` everything you need is in the body:
# `{"kind": [...], "details": {"pages": [...]}}`, and `"FilterPolicyScope": "MessageBody"`.
# </details>


# %% exercise="sort-stream"
def subscribe_all(topic_arn: str, queues: dict[str, str]) -> None:
    """Subscribe each queue with the filter it needs; queues = {name: ARN}."""
    ### BEGIN SOLUTION
    filters = {
        "printer": {
            "kind": [{"equals-ignore-case": "poster"}, {"equals-ignore-case": "print"}],
        },
        "fraud": {
            "total": [{"numeric": [">=", 500]}],
            "country": [{"anything-but": ["DE", "AT", "CH"]}],
        },
        "gifts": {"gift_text": [{"exists": True}]},
        "binder": {"kind": ["album"], "details": {"pages": [{"numeric": [">", 40]}]}},
    }
    for name, queue_arn in queues.items():
        attributes = {"RawMessageDelivery": "true"}
        if name in filters:
            attributes["FilterPolicy"] = json.dumps(filters[name])
        if name == "binder":
            attributes["FilterPolicyScope"] = "MessageBody"
        sns.subscribe(
            TopicArn=topic_arn,
            Protocol="sqs",
            Endpoint=queue_arn,
            Attributes=attributes,
        )
    ### END SOLUTION


# %% check="sort-stream" points=4
with check(
    "sort-stream", needs="subscribe_all", right="No order lost, none too many, and no code in between."
) as expect:
    belongs = {
        "printer": lambda order: order["kind"].lower() in ("poster", "print"),
        "fraud": lambda order: order["total"] >= 500 and order["country"] not in ("DE", "AT", "CH"),
        "gifts": lambda order: "gift_text" in order,
        "binder": lambda order: order["kind"] == "album" and order["details"]["pages"] > 40,
        "archive": lambda order: True,
    }

    def sorts(number: int, seed: int) -> None:
        topic = new_topic("check-stream")
        urls = {name: new_queue(f"check-{name}") for name in belongs}
        for url in urls.values():
            let_topic = {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn_of(url),
            }
            text = json.dumps({"Version": "2012-10-17", "Statement": [let_topic]})
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
        subscribe_all(topic, {name: arn_of(url) for name, url in urls.items()})
        orders = saturday(number, seed)
        for name, got in publish_and_read(topic, orders, urls).items():
            expect(
                all("Signature" not in one for one in got),
                f"{name} gets the whole envelope. Subscribe with RawMessageDelivery.",
            )
            ids = [one["id"] for one in got]
            expect(len(ids) == len(set(ids)), f"{name} gets orders twice: is it subscribed twice?")
            wanted = [order for order in orders if belongs[name](order)]
            lost = [order for order in wanted if order["id"] not in ids]
            extra = [order for order in got if not belongs[name](order)]
            expect(
                not lost,
                f"{name} misses {len(lost)} of its {len(wanted)} orders, for instance {json.dumps(lost[:1])[1:-1]}.",
            )
            expect(
                not extra,
                f"{name} gets {len(extra)} orders too many, for instance {json.dumps(extra[:1])[1:-1]}.",
            )

    sorts(500, seed=2)
    ### BEGIN HIDDEN TESTS
    sorts(90, seed=3)
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*
#
# ## When a listener is not there
#
# SNS stores nothing, but it tries hard. If the endpoint's *server* fails, SNS tries again; how long depends on the
# endpoint. If the *client* side is wrong (the queue is deleted, a policy does not let SNS in), trying again would
# not help, and SNS gives up at once. The numbers are those of AWS's delivery policies.

# %%
growing = [1 * 20 ** (n / 9) for n in range(10)]  # 10 pauses that grow from 1 to 20 seconds
growing_slow = [10 * 60 ** (n / 9) for n in range(10)]  # and from 10 to 600
patience = {
    "queue or function": 2 * 1 + sum(growing) + 100_000 * 20,
    "mail, SMS, app": 2 * 10 + sum(growing_slow) + 38 * 600,
    "HTTPS, default": 3 * 20,
}
charts.limits(
    patience,
    unit="seconds",
    headline="A web hook has a minute to come back, a queue 23 days",
    highlight=["HTTPS, default"],
    source="docs.aws.amazon.com/sns, delivery retries, 2026; growing pauses approximated",
)

# %% [markdown]
# After that the message is dropped, unless the **subscription** has a dead-letter queue: `RedrivePolicy` on the
# subscription, not on the topic. Watch a web hook that does not answer. (Nothing leaves the lab, so none ever does.)

# %%
dead_url = new_queue("hook-dead")
hooks = new_topic("hooks")
for_dead = {**statement, "Resource": arn_of(dead_url)}
for_dead["Condition"] = {"ArnEquals": {"aws:SourceArn": hooks}}
policy = json.dumps({"Version": "2012-10-17", "Statement": [for_dead]})
sqs.set_queue_attributes(QueueUrl=dead_url, Attributes={"Policy": policy})
redrive = json.dumps({"deadLetterTargetArn": arn_of(dead_url)})
sns.subscribe(
    TopicArn=hooks,
    Protocol="https",
    Endpoint="https://partner.example/hook",
    Attributes={"RedrivePolicy": redrive},
)
token = lab.settle()[-1].outcome.rpartition("=")[2]
sns.confirm_subscription(TopicArn=hooks, Token=token)
sns.publish(TopicArn=hooks, Message="Order 7")
lab.clock.advance(minutes=2)
print(lab.deliveries()[-5:])
print("dead-letter queue:", json.loads(read_all(dead_url)[0])["Message"])

# %% [markdown]
# > **Then and now.** Older notes say that SNS loses what it cannot deliver at once. It retries, and since November
# > 2019 a subscription may have a dead-letter queue.
#
# ### Your turn: a safety net
#
# Write `safety_net(subscription_arn)`: make a dead-letter queue for this subscription and return its URL. It keeps
# messages for 14 days, and takes them from this subscription's topic only.
#
# <details><summary>Hint</summary>
#
# The dead-letter queue is a queue like any other: SNS needs its permission as well. `get_subscription_attributes`
# knows the `TopicArn`; `set_subscription_attributes` sets `RedrivePolicy`, a JSON text with `deadLetterTargetArn`.
# </details>


# %% exercise="safety-net"
def safety_net(subscription_arn: str) -> str:
    """Give a subscription a dead-letter queue and return that queue's URL."""
    ### BEGIN SOLUTION
    found = sns.get_subscription_attributes(SubscriptionArn=subscription_arn)["Attributes"]
    dead = sqs.create_queue(
        QueueName=subscription_arn.rpartition(":")[2] + "-dead",
        Attributes={"MessageRetentionPeriod": str(14 * 24 * 3600)},
    )["QueueUrl"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(dead),
        "Condition": {"ArnEquals": {"aws:SourceArn": found["TopicArn"]}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"Policy": policy})
    sns.set_subscription_attributes(
        SubscriptionArn=subscription_arn,
        AttributeName="RedrivePolicy",
        AttributeValue=json.dumps({"deadLetterTargetArn": arn_of(dead)}),
    )
    return dead
    ### END SOLUTION


# %% check="safety-net" points=3
from course.lab.iam import Request, evaluate, principal_from

with check("safety-net", needs="safety_net", right="What SNS cannot deliver now waits for a person.") as expect:

    def catches(texts: list[str], raw: str) -> None:
        topic = new_topic("check-net")
        gone, fine = new_queue("check-gone"), listen(topic, "check-fine", RawMessageDelivery="true")
        one = sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=arn_of(gone),
            Attributes={"RawMessageDelivery": raw},
        )
        dead = safety_net(one["SubscriptionArn"])
        expect(
            isinstance(dead, str) and dead.startswith("http"),
            f"Return the URL of the dead-letter queue, not {dead!r}.",
        )
        held = sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"]
        expect("RedrivePolicy" in held, "The subscription has no RedrivePolicy.")
        sqs.delete_queue(QueueUrl=gone)
        for text in texts:
            sns.publish(TopicArn=topic, Message=text)
        told = [one.outcome for one in lab.settle() if topic.rpartition(":")[2] in one.source]
        bodies = read_all(dead)
        shown = [body if raw == "true" else json.loads(body)["Message"] for body in bodies]
        expect(
            sorted(shown) == sorted(texts),
            f"The queue was deleted, {len(texts)} messages were published, and {len(shown)} are in "
            f"your dead-letter queue. What the lab says of the last one: {(told or ['nothing'])[-1]}.",
        )
        expect.equal(sorted(read_all(fine)), sorted(texts), "What the other subscriber got")
        names = ["Policy", "MessageRetentionPeriod"]
        found = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=names)["Attributes"]
        days = int(found["MessageRetentionPeriod"]) / 86400
        expect(days == 14, f"The dead-letter queue keeps messages for {days:g} days instead of 14.")
        stranger = {"aws:SourceArn": topic + "-other", "aws:SourceAccount": lab.ACCOUNT_ID}
        who = principal_from("sns.amazonaws.com")
        asked = Request(who, "sqs:SendMessage", arn_of(dead), stranger)
        expect(
            not evaluate(asked, resource=json.loads(found["Policy"])).allowed,
            "Any topic may fill your dead-letter queue. Name the topic in the condition aws:SourceArn.",
        )

    catches(["Order 7", "Order 8"], raw="false")
    ### BEGIN HIDDEN TESTS
    catches(["a", "b", "c"], raw="true")
    ### END HIDDEN TESTS

# %% [markdown]
# ## In order, and once: FIFO topics
#
# A **FIFO topic** (its name ends in `.fifo`) keeps the order within a `MessageGroupId` and, for five minutes,
# delivers a deduplication id once. With `ContentBasedDeduplication` a hash of the body is that id. Its subscribers
# are SQS queues and nothing else: FIFO queues keep the promise, standard queues may reorder and repeat.

# %% setup="fifo-limits"
fifo_limits = ["standard-topics", "fifo-topics", "subscriptions-per-standard-topic"]
fifo_limits += ["subscriptions-per-fifo-topic", "publish-rate-us-east-1", "fifo-default-rate"]
fifo_limits += ["fifo-group-rate", "fifo-high-throughput-rate"]

# %%
facts.limits("sns").frame().set_index("name").loc[fifo_limits, ["value", "unit", "as_of"]]

# %% [markdown]
# > **Then and now.** Until September 2023 only FIFO queues could subscribe to a FIFO topic. Older notes give
# > 10,000,000 subscriptions for a standard topic; it is 12,500,000.
#
# Higher throughput is a setting: `FifoThroughputScope` = `MessageGroup` counts limits and duplicates for each group.
# A FIFO topic can also archive its messages and replay them, for up to 365 days.
#
# ### Your turn: payments, once and in order
#
# Write `open_payments(name)`: it makes a FIFO topic called `name` + `.fifo` and two FIFO queues, `name-bank.fifo`
# and `name-ledger.fifo`, and subscribes them with raw delivery. Return `(topic_arn, [bank_url, ledger_url])`.
#
# A publisher that got no answer publishes the same text again; both queues must still get each text once, in the
# order of its group. The publisher gives a `MessageGroupId` and no deduplication id.
#
# <details><summary>Hint</summary>
#
# Attributes of a topic and of a queue are texts: `"FifoTopic": "true"`, `"FifoQueue": "true"`. The topic needs one
# more, so that it can make the id itself. And do the queues let the topic in?
# </details>


# %% exercise="pay-once"
def open_payments(name: str) -> tuple[str, list[str]]:
    """Make a FIFO topic with two FIFO queues; return its ARN and their URLs."""
    ### BEGIN SOLUTION
    topic = sns.create_topic(
        Name=f"{name}.fifo",
        Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"},
    )["TopicArn"]
    urls = []
    for part in ("bank", "ledger"):
        url = sqs.create_queue(
            QueueName=f"{name}-{part}.fifo",
            Attributes={"FifoQueue": "true"},
        )["QueueUrl"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn_of(url),
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=arn_of(url),
            Attributes={"RawMessageDelivery": "true"},
        )
        urls.append(url)
    return topic, urls
    ### END SOLUTION


# %% check="pay-once" points=3
with check("pay-once", needs="open_payments", right="Two readers, one order, no double payment.") as expect:

    def pays(payments: list[tuple[str, str]]) -> None:
        name = lab.unique_name("check-pay")
        returned = open_payments(name)
        expect(
            isinstance(returned, (tuple, list)) and len(returned) == 2,
            "Return two things: the ARN of the topic and a list with the URLs of the queues.",
        )
        topic, urls = returned
        expect(topic.endswith(f":{name}.fifo"), f"The topic should be called {name}.fifo.")
        names = [url.rpartition("/")[2] for url in urls]
        expect.equal(names, [f"{name}-bank.fifo", f"{name}-ledger.fifo"], "The names of the queues")
        for customer, text in payments:
            try:
                sns.publish(TopicArn=topic, Message=text, MessageGroupId=customer)
            except ClientError as error:
                expect(False, f"Publishing without a deduplication id fails: {error}")
        told = " ".join(one.outcome for one in lab.settle() if f"topic {name}.fifo" in one.source)
        for url in urls:
            got = []
            while some := sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"]
            ).get("Messages"):
                for one in some:
                    got.append((one["Attributes"]["MessageGroupId"], one["Body"]))
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
            which = url.rpartition("-")[2]
            expect(bool(got), f"{which} is empty. {told or 'Is it subscribed?'}")
            expect(
                not any("Signature" in body for _, body in got),
                f"{which} gets the whole envelope; use RawMessageDelivery.",
            )
            for customer in {who for who, _ in payments}:
                wanted = list(dict.fromkeys(text for who, text in payments if who == customer))
                found = [body for who, body in got if who == customer]
                expect.equal(found, wanted, f"What {which} got for {customer}")

    pays([("ada", "p1 20.00"), ("ada", "p1 20.00"), ("lin", "p2 9.00"), ("ada", "p3 5.00")])
    ### BEGIN HIDDEN TESTS
    pays([("x", "c"), ("y", "b"), ("x", "a"), ("x", "c"), ("y", "b"), ("x", "b2")])
    ### END HIDDEN TESTS

# %% [markdown]
# ## One photo, many programs
#
# S3 can announce new objects. But for one type of event and overlapping prefixes a bucket takes **one** destination.
# When several programs want to know of a new photo, let S3 tell a topic, and fan out. (The other way: since November
# 2021 the bucket can send its events to EventBridge; next lesson.)
#
# Now the *topic* needs a policy: S3 is allowed to publish, for this bucket, of this account.
#
# Without it the bucket's set-up is refused: *Unable to validate the following destination configurations*.
#
# ### Your turn: watch a bucket
#
# Write `watch(bucket, topic_arn, prefix)`:
#
# - S3 (`s3.amazonaws.com`) may publish to the topic on behalf of this bucket and of account `lab.ACCOUNT_ID`; no
#   other bucket, service or account may;
# - each object created under `prefix` is announced to the topic.
#
# <details><summary>Hint</summary>
#
# `sns.set_topic_attributes(TopicArn=..., AttributeName="Policy", AttributeValue=...)` with the action `sns:Publish`
# and two conditions, `ArnEquals` on `aws:SourceArn` and `StringEquals` on `aws:SourceAccount`; a bucket's ARN is
# `arn:aws:s3:::name`. Then `put_bucket_notification_configuration` with `TopicConfigurations`, and
# `"Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": ...}]}}`.
# </details>

# %% setup="bucket"
from urllib.parse import unquote_plus  # S3 writes keys in events as they stand in a URL

s3 = boto3.client("s3")


# %% exercise="watch-bucket"
def watch(bucket: str, topic_arn: str, prefix: str) -> None:
    """Announce every new object under the prefix to the topic."""
    ### BEGIN SOLUTION
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
            "StringEquals": {"aws:SourceAccount": lab.ACCOUNT_ID},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=topic_arn, AttributeName="Policy", AttributeValue=policy)
    announcement = {
        "TopicArn": topic_arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}},
    }
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [announcement]}
    )
    ### END SOLUTION


# %% check="watch-bucket" points=3
with check("watch-bucket", needs="watch", right="The bucket tells one topic, the topic tells everybody.") as expect:

    def tells(prefix: str, inside: list[str], outside: list[str]) -> None:
        bucket, topic = lab.unique_name("check-photos"), new_topic("check-photos")
        s3.create_bucket(Bucket=bucket)
        listeners = [listen(topic, name, RawMessageDelivery="true") for name in ("thumbs", "index")]
        watch(bucket, topic, prefix)
        text = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]

        def may(who: str, of: str = bucket, account: str = lab.ACCOUNT_ID) -> bool:
            context = {"aws:SourceArn": f"arn:aws:s3:::{of}", "aws:SourceAccount": account}
            asked = Request(principal_from(who), "sns:Publish", topic, context)
            return evaluate(asked, resource=json.loads(text)).allowed

        expect(
            may("s3.amazonaws.com"),
            "The topic's policy does not let S3 publish for this bucket; AWS would refuse the set-up. "
            "Check principal, action, resource and conditions.",
        )
        expect(
            not may("s3.amazonaws.com", of=bucket + "-2"),
            "Any bucket may publish. Name yours in the condition aws:SourceArn.",
        )
        expect(
            not may("s3.amazonaws.com", account="999988887777"),
            "A bucket of this name in another account may publish. Add the condition aws:SourceAccount.",
        )
        expect(not may("events.amazonaws.com"), "Other services may publish too. Name s3.amazonaws.com.")
        for key in inside + outside:
            s3.put_object(Bucket=bucket, Key=key, Body=b"...")
        for queue in listeners:
            records = [record for body in read_all(queue) for record in json.loads(body).get("Records", [])]
            keys = sorted(unquote_plus(record["s3"]["object"]["key"]) for record in records)
            expect(
                keys == sorted(inside),
                f"Created: {', '.join(inside + outside)}. Announced: {', '.join(keys) or 'nothing'}. "
                f"Announce what is created under {prefix}.",
            )

    tells("images/", ["images/a.jpg", "images/b.png"], ["letters/c.txt"])
    ### BEGIN HIDDEN TESTS
    tells("raw/2026/", ["raw/2026/x.dng"], ["raw/y.dng", "images/z.jpg"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## To a phone
#
# For apps there are three steps: a *platform application* with the credentials of Google's FCM (its API name is
# still `GCM`), Apple's APNS or Amazon's ADM; an *endpoint* for each device token; `publish` with `TargetArn`. A
# phone that uninstalls the app ends up disabled.

# %%
app = sns.create_platform_application(
    Name=lab.unique_name("lumen-app"), Platform="GCM", Attributes={"PlatformCredential": "{}"}
)["PlatformApplicationArn"]
phone = sns.create_platform_endpoint(PlatformApplicationArn=app, Token="device-token-of-ana")
phone = phone["EndpointArn"]
print("pushed", sns.publish(TargetArn=phone, Message="Your poster is ready")["MessageId"])
sns.set_endpoint_attributes(EndpointArn=phone, Attributes={"Enabled": "false"})
try:
    sns.publish(TargetArn=phone, Message="Anybody there?")
except ClientError as error:
    print("refused:", error.response["Error"]["Code"])

# %% [markdown]
# ## What it costs
#
# A standard topic bills each **publish** (64 KB of payload count as one; the first million a month is free), and
# each **delivery** by its protocol. So far SNS has billed nothing for deliveries to queues and functions (look at
# its price page before you rely on it); there you pay the queue's requests and the function's runs.

# %%
delivery = {
    name: facts.price("sns", f"{key}-delivery")
    for name, key in {
        "HTTPS": "http",
        "email": "email",
        "app": "mobile-push",
        "Data Firehose": "firehose",
    }.items()
}
per = {name: 10 if "100k" in price.unit else 1 for name, price in delivery.items()}
a_million = {name: per[name] * float(price) for name, price in delivery.items()}
charts.bars(
    a_million,
    headline="A million mails cost 33 times as much as a million calls of a web hook",
    unit="USD per million deliveries",
    highlight=["email", "HTTPS"],
    source=list(delivery.values()),
)

# %% [markdown]
# ### Your turn: the bill
#
# Write `monthly_bill(publishes, size_kb, deliveries)` in USD for a standard topic. `deliveries` gives the number of
# subscriptions by protocol, for instance `{"sqs": 4, "http": 1}`; each gets every message.
#
# - a publish of `size_kb` counts once for each 64 KB or part of it; the first million counts are free, the others
#   cost `facts.price("sns", "standard-publish")` a million;
# - `sqs` and `lambda` deliveries count as free here;
# - `http` deliveries cost `facts.price("sns", "http-delivery")`, and `email` ones `facts.price("sns",
#   "email-delivery")`, both for **100,000**; the first 100,000 `http` and 1,000 `email` deliveries a month are free.
#   (Large messages do not change deliveries here.)
#
# <details><summary>Hint</summary>
#
# Three parts, each `max(0, amount - free) / unit * price`. The free amounts are facts too:
# `facts.limit("sns", "free-http-per-month")`. `math.ceil` rounds up.
# </details>


# %% exercise="bill"
def monthly_bill(publishes: int, size_kb: float, deliveries: dict[str, int]) -> float:
    """Return the month's bill for a standard topic, in USD."""
    ### BEGIN SOLUTION
    free = facts.limit("sns", "free-publishes-per-month")
    requests = publishes * ceil(size_kb / 64)
    usd = max(0, requests - free) / 1e6 * facts.price("sns", "standard-publish")
    for protocol in ("http", "email"):
        copies = publishes * deliveries.get(protocol, 0)
        billed = max(0, copies - facts.limit("sns", f"free-{protocol}-per-month"))
        usd += billed / 1e5 * facts.price("sns", f"{protocol}-delivery")
    return usd
    ### END SOLUTION


# %% check="bill" points=2
with check("bill", needs="monthly_bill", right="The publish is cheap; who listens decides the bill.") as expect:
    publish = float(facts.price("sns", "standard-publish"))
    http = float(facts.price("sns", "http-delivery"))
    mail = float(facts.price("sns", "email-delivery"))
    expect.close(monthly_bill(1_000_000, 1, {"sqs": 4}), 0.0, "A million publishes to four queues")
    expect.close(monthly_bill(5_000_000, 1, {"sqs": 4}), 4 * publish, "5 million to four queues")
    expect.close(monthly_bill(2_000_000, 64, {"sqs": 1}), publish, "64 KB counts once")
    expect.close(monthly_bill(1_000_000, 65, {"lambda": 1}), publish, "65 KB counts twice")
    expect.close(monthly_bill(1_000_000, 1, {"http": 4}), 39 * http, "A million to four web hooks")
    expect.close(monthly_bill(101_000, 1, {"email": 1}), mail, "101,000 mails")
    ### BEGIN HIDDEN TESTS
    expect.close(monthly_bill(50_000, 1, {"http": 2}), 0.0, "100,000 deliveries to web hooks")
    expect.close(
        monthly_bill(2_000_000, 64, {"http": 1, "email": 0, "sqs": 9}),
        publish + 19 * http,
        "2 million of 64 KB to a web hook and nine queues",
    )
    expect.close(
        monthly_bill(1_000_000, 200, {"sqs": 1, "email": 1}),
        3 * publish + 9.99 * mail,
        "A million of 200 KB to a queue and a mailbox",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Mail for customers: SES
#
# SNS mail is for the people who run the shop: plain text, each address confirms. Customers get their mail from
# **Amazon SES** (Simple Email Service), by its API or by SMTP. It can also receive mail, and hand it to S3, SNS or
# Lambda. The sender, an address or a whole domain, must be verified; for a domain you publish DKIM keys in its DNS.

# %%
ses = boto3.client("ses")
receipt = {
    "Source": "shop@lumen.example",
    "Destination": {"ToAddresses": ["ana@example.com"]},
    "Message": {
        "Subject": {"Data": "Your order 7"},
        "Body": {"Text": {"Data": "Thank you! Your poster is being printed."}},
    },
}
try:
    ses.send_email(**receipt)
except ClientError as error:
    print("refused:", error.response["Error"]["Code"])
ses.verify_email_identity(EmailAddress="shop@lumen.example")  # the owner clicks on a link
print("sent as", ses.send_email(**receipt)["MessageId"])
quota = ses.get_send_quota()
print(f"{quota['Max24HourSend']:.0f} mails a day, {quota['MaxSendRate']:.0f} a second")

# %% [markdown]
# These low quotas are the **sandbox**, where every new account starts: 200 mails a day, 1 a second, and only to
# verified recipients. You ask AWS to leave it. One message has at most 50 recipients. Watch bounces and complaints
# (SES can tell a topic of them): too many, and AWS stops your sending.
#
# > **Lab and AWS.** The lab sends to anybody; the real sandbox refuses recipients that are not verified.

# %%
one_by_one = facts.price("ses", "a-la-carte-outbound")


def by_plan(plan: str):
    """The price of a month in USD, over thousands of mails, in a plan with tiers."""
    fee, tiers = facts.price("ses", f"{plan}-month"), facts.tiers("ses", f"{plan}-outbound")

    def usd(thousands: float) -> float:
        total = float(fee)
        for tier, after in zip(tiers, [*tiers[1:], None], strict=True):
            top = float("inf") if after is None else after.tier_from / 1000
            total += max(0, min(thousands, top) - tier.tier_from / 1000) * tier
        return total

    return usd


charts.curves(
    {
        "a la carte (older accounts)": lambda thousands: thousands * one_by_one,
        "Essentials": by_plan("essentials"),
        "Pro": by_plan("pro"),
        "Enterprise": by_plan("enterprise"),
    },
    x=(0, 5000),
    headline="New accounts pay 0.16 USD for 1,000 mails, older ones 0.10",
    x_label="mails a month",
    x_unit="thousand mails",
    y_unit="USD per month",
    source=[one_by_one, facts.price("ses", "essentials-month")],
)

# %% [markdown]
# > **Then and now.** Until July 2026 everybody paid 0.10 USD per 1,000 and began with free mails. Since 21 July 2026
# > new accounts choose a plan and start on Essentials; Pro and Enterprise cost a monthly fee and add features.
#
# > **Bill.** On the real AWS this lesson costs a few cents at most. Delete the topics and queues; a topic without
# > messages costs nothing.

# %%
for page in sns.get_paginator("list_topics").paginate():
    for topic in page["Topics"]:
        sns.delete_topic(TopicArn=topic["TopicArn"])
print(len(sns.list_topics()["Topics"]), "topics left")

# %% [markdown]
# ## To remember
#
# - A topic pushes a copy of each message to every subscription whose filter lets it through, and keeps nothing.
# - Fan-out to queues adds memory and retries; each queue needs a policy for `sns.amazonaws.com` with
#   `aws:SourceArn`.
# - A filter policy looks at the attributes, or with `FilterPolicyScope` at the body: 5 keys, 150 combinations.
# - What cannot be delivered goes to the *subscription's* dead-letter queue, which needs the same policy.
# - SNS tries a queue or function for 23 days when AWS's side fails, and gives up at once when yours does.
# - FIFO topics keep order by group and drop duplicates for five minutes; their subscribers are queues.
# - One event of a bucket has one destination: make it a topic, and let the topic policy allow S3 for that bucket.
# - Mail to customers goes through SES, from a verified sender, after leaving the sandbox.

# %% [markdown] question="silent-queue"
# ### Question 1
#
# A team creates a topic, a queue and the subscription with Terraform. `publish` returns a message id, the queue
# stays empty, and the publisher's logs show no error. Other subscribers get the message. What is the most likely
# cause?
#
# - [ ] **A** The subscription must be confirmed by a click in a mail.
#   > That is so for mail and web addresses. A queue of the same account is confirmed at once.
# - [x] **B** The queue's policy does not allow `sns.amazonaws.com` to send.
#   > The console adds the statement, Terraform and the SDK do not. SNS gives up at once, and
#   > the publisher does not learn of it.
# - [ ] **C** The publisher's role lacks `sqs:SendMessage`.
#   > The publisher needs `sns:Publish` only. It is SNS that sends to the queue.
# - [ ] **D** The queue is too slow, so SNS dropped the message.
#   > A queue takes practically any rate, and server-side errors are retried for 23 days.

# %% answer="silent-queue"
answer = "B"

# %% check="silent-queue" points=1
question("silent-queue", answer)

# %% [markdown] question="eight-countries"
# ### Question 2
#
# Eight country teams each want only their own orders from one topic. Today each team's Lambda function gets
# everything and drops seven eighths. The country is part of the JSON body; the publisher cannot be changed. What is
# the cheapest fix?
#
# - [ ] **A** Eight topics, one for each country.
#   > The publisher would have to choose the topic, and it cannot be changed.
# - [ ] **B** A filter policy on each subscription with the default scope.
#   > The default scope looks at message attributes. There are none, so every function would get nothing.
# - [x] **C** A filter policy on each subscription with `FilterPolicyScope` set to `MessageBody`.
#   > SNS then looks into the body. The functions no longer run for orders they would drop. (Body filters have a
#   > price by the data scanned; attribute filters have none.)
# - [ ] **D** A queue with a delay in front of each function.
#   > A delay changes when a function runs, not how often.

# %% answer="eight-countries"
answer = "C"

# %% check="eight-countries" points=1
question("eight-countries", answer)

# %% [markdown] question="fifo-listener"
# ### Question 3
#
# Stock updates go through a FIFO topic. A new web shop wants them by an HTTPS call, in order. What do you do?
#
# - [ ] **A** Subscribe the HTTPS address to the FIFO topic.
#   > Refused: the subscribers of a FIFO topic are SQS queues only.
# - [ ] **B** Make the topic a standard topic, and subscribe the address there.
#   > A standard topic promises neither order nor single delivery, and a topic cannot change its type.
# - [ ] **C** Subscribe a standard queue, and let Lambda call the address.
#   > Possible since 2023, but in a standard queue the order is lost.
# - [x] **D** Subscribe a FIFO queue, and let Lambda read it and call the address.
#   > The FIFO queue keeps the order of each group, and Lambda takes the next message of a group only when the one
#   > before is done.

# %% answer="fifo-listener"
answer = "D"

# %% check="fifo-listener" points=1
question("fifo-listener", answer)

# %% [markdown] question="sandbox"
# ### Question 4
#
# A new account sends its first newsletter with SES. The sender is verified. Mails to colleagues arrive; mails to
# customers are refused with `MessageRejected`. What is missing?
#
# - [x] **A** The account is still in the sandbox.
#   > There the recipients must be verified too, as the colleagues' addresses are. Ask AWS for production access.
# - [ ] **B** The account is still on the Essentials plan.
#   > The plan decides the price and features, not who may get mail.
# - [ ] **C** The customers have not confirmed their SNS subscription.
#   > SES knows no subscriptions of SNS. Confirmation belongs to mail that SNS sends.
# - [ ] **D** The newsletter has more than 50 recipients.
#   > That limit counts recipients of one message, and would refuse it for everybody.

# %% answer="sandbox"
answer = "A"

# %% check="sandbox" points=1
question("sandbox", answer)

# %%
progress()
