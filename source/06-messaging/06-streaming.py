# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.2'
#     - '4.3'
#     minutes: 70
#     practises:
#       at-once:
#       - kinesis.ordering-vs-fifo
#       - kinesis.kcl-scaling
#       attach:
#       - kinesis.lambda-consumer
#       deliver:
#       - firehose.delivery
#       - firehose.buffering
#       firehose-bill:
#       - firehose.pricing
#       lease:
#       - kinesis.kcl
#       reader-kind:
#       - kinesis.shared-consumers
#       - kinesis.enhanced-fan-out
#       resume:
#       - kinesis.kcl
#       transform:
#       - firehose.transformation
#     services:
#     - kinesis
#     - firehose
#     - lambda
#     - dynamodb
#     - sqs
#     - kafka
#     title: Readers of a stream
#     topics:
#     - kinesis.shared-consumers
#     - kinesis.enhanced-fan-out
#     - kinesis.lambda-consumer
#     - kinesis.kcl
#     - kinesis.kcl-scaling
#     - kinesis.kcl-versions
#     - kinesis.ordering-vs-fifo
#     - kinesis.queues-channels
#     - firehose.delivery
#     - firehose.buffering
#     - firehose.transformation
#     - firehose.pricing
#     - flink.sql-apps
#     - flink.applications
#     - msk.managed-kafka
#     - msk.serverless
#     - msk.vs-kinesis
# ---

# %% [markdown]
# # Readers of a stream
#
# Meridian's trucks now write to a Kinesis stream. A map shows them live, an alarm watches the cold cargo, a lake keeps
# everything for the analysts. After this lesson you can read a stream in each of the ways AWS offers, resume after a
# crash exactly where you must, load a stream into S3 with **Firehose**, and say when Flink, Kafka or SQS is the better
# choice.

# %% setup="start"
import base64
import gzip
import hashlib
import inspect
import io
import json
import zipfile
from collections import Counter
from math import ceil

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question

lesson("06-messaging/06-streaming")
lab.start()
patience = Config(retries={"mode": "standard", "total_max_attempts": 10})
kinesis = boto3.client("kinesis", config=patience)
sqs = boto3.client("sqs")


def new_stream(name: str, shards: int) -> str:
    """Create a stream, wait until it is ready, and return its name."""
    stream = lab.unique_name(name)
    kinesis.create_stream(StreamName=stream, ShardCount=shards)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream)
    return stream


def arn_of(stream: str) -> str:
    """The full name of a stream."""
    summary = kinesis.describe_stream_summary(StreamName=stream)
    return summary["StreamDescriptionSummary"]["StreamARN"]


def put(stream: str, reports: list[tuple[str, str]]) -> None:
    """Put reports, each a key and a text; at most 500 at a time."""
    for begin in range(0, len(reports), 500):
        some = reports[begin : begin + 500]
        records = [{"PartitionKey": key, "Data": text.encode()} for key, text in some]
        failed = kinesis.put_records(StreamName=stream, Records=records)["FailedRecordCount"]
        assert failed == 0, f"{failed} reports were refused"


# %% [markdown]
# ## Sharing a shard
#
# A classic reader calls `GetRecords` and *pulls*. All classic readers of a shard share its 2 MB/s and its **five calls
# a second**. Each reader below would like to ask every 0.2 s. We measure for five seconds how often it gets through.

# %%
impatient = boto3.client("kinesis", config=Config(retries={"total_max_attempts": 1}))


def seconds_between_reads(readers: int) -> float:
    """How long one of so many readers waits, on average, from one good read to the next."""
    stream = new_stream("shared", shards=1)
    start = {"ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(StreamName=stream, **start)["ShardIterator"]
    good = 0
    for _ in range(25):
        for _ in range(readers):
            try:
                impatient.get_records(ShardIterator=iterator)
                good += 1
            except impatient.exceptions.ProvisionedThroughputExceededException:
                pass
        lab.clock.advance(seconds=0.2)
    return 5 / (good / readers)


crowd = [1, 2, 3, 5, 8, 10]
shared = [seconds_between_reads(readers) for readers in crowd]
pushed = facts.limit("kinesis", "enhanced-latency") / 1000
charts.curves(
    {
        "shared, measured": (crowd, shared),
        "enhanced fan-out": (crowd, [pushed] * len(crowd)),
    },
    headline=f"Ten readers that share a shard see it only every {shared[-1]:.0f} seconds",
    x_label="readers of the shard",
    y_label="delay of a reader",
    y_unit="seconds",
    source=["measured in the lab", facts.limit("kinesis", "enhanced-latency")],
)

# %% [markdown]
# So sharing suits a few readers: about 200 ms for the first, at no extra cost. A call brings up to 10,000 records or
# 10 MiB. Watch `MillisBehindLatest` (the metric `GetRecords.IteratorAgeMilliseconds`): it is how far a reader lags.
#
# **Enhanced fan-out** gives a *registered* reader its own 2 MB/s per shard. It calls `SubscribeToShard`, and Kinesis
# *pushes* over HTTP/2, after about 70 ms. A subscription lasts five minutes; then you subscribe again, after the last
# sequence number you have seen. A stream has up to 20 such readers (50 with On-demand Advantage), and you pay for
# each, by the shard-hour and the gigabyte.
#
# > **Then and now.** Older notes speak of a soft limit of 5. Five is how many may be *being created* at once.

# %%
positions = new_stream("positions", shards=1)
put(positions, [("truck-7", "km 41300"), ("truck-7", "km 41302")])
made = kinesis.register_stream_consumer(StreamARN=arn_of(positions), ConsumerName="live-map")
live_map = {"ConsumerARN": made["Consumer"]["ConsumerARN"], "ShardId": "shardId-000000000000"}
where = {"Type": "TRIM_HORIZON"}
for subscription in (1, 2):
    answer = kinesis.subscribe_to_shard(**live_map, StartingPosition=where)
    for event in answer["EventStream"]:
        pushed_now = event["SubscribeToShardEvent"]
        texts = [record["Data"].decode() for record in pushed_now["Records"]]
        print(f"subscription {subscription}: {texts}")
        last = pushed_now["ContinuationSequenceNumber"]
        where = {"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": last}
    put(positions, [("truck-7", "km 41305")])

# %% [markdown]
# > **Lab and AWS.** On AWS a subscription stays open for five minutes and waits for records. In the lab it ends when
# > nothing more is there.
#
# ### Your turn: share or pay?
#
# Write `reader_kind(shards, mb_in, readers, most_ms)`. A stream takes in `mb_in` MB/s; each of `readers` programs reads
# all of it and may lag by `most_ms` milliseconds. Return
#
# - `"shared"` if the readers together need at most 2 MB/s a shard *and* each one gets its turn in time: with 5 calls a
#   second, one of n readers waits n x 200 ms;
# - else `"enhanced"`, if the stream can register so many readers (20) and 70 ms is quick enough;
# - else `"neither"`.
#
# <details><summary>Hint</summary>
#
# The limits are `facts.limit("kinesis", ...)` with `"read-mib-per-shard"`, `"registered-consumers"` and
# `"enhanced-latency"`. Try the cheap way first.
# </details>


# %% exercise="reader-kind"
def reader_kind(shards: int, mb_in: float, readers: int, most_ms: float) -> str:
    """Return the cheapest way to read that is good enough."""
    ### BEGIN SOLUTION
    if mb_in * readers <= 2 * shards and readers * 200 <= most_ms:
        return "shared"
    if readers <= facts.limit("kinesis", "registered-consumers") and most_ms >= 70:
        return "enhanced"
    return "neither"
    ### END SOLUTION


# %% check="reader-kind" points=1
with check(
    "reader-kind",
    needs="reader_kind",
    right="Share while you can; pay when data or delay demand it.",
) as expect:

    def kind(shards: int, mb: float, readers: int, ms: float, right: str, why: str) -> None:
        got = reader_kind(shards, mb, readers, ms)
        expect.equal(
            got,
            right,
            f"{shards} shards, {mb} MB/s, {readers} readers, {ms} ms: {why}. The way to read",
        )

    kind(4, 4.0, 2, 1000, "shared", "8 MB/s out of 4 shards, 400 ms")
    kind(4, 4.0, 3, 1000, "enhanced", "12 MB/s are too much for 4 shards")
    kind(2, 0.1, 5, 999, "enhanced", "little data, but five readers wait 1,000 ms")
    kind(2, 0.1, 5, 1000, "shared", "five readers wait 1,000 ms, just in time")
    kind(2, 0.1, 1, 100, "enhanced", "one reader waits 200 ms")
    kind(2, 0.1, 1, 70, "enhanced", "70 ms are just quick enough")
    kind(2, 0.1, 21, 4000, "neither", "21 readers wait 4,200 ms, and only 20 can be registered")
    kind(9, 1.0, 2, 50, "neither", "nothing is that quick")
    ### BEGIN HIDDEN TESTS
    kind(1, 1.0, 2, 400, "shared", "just enough of both")
    kind(1, 0.01, 20, 300, "enhanced", "20 can be registered")
    kind(50, 1.0, 30, 6000, "shared", "thirty patient readers with little data")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Lambda reads for you
#
# An **event source mapping** lets Lambda poll the stream and call your function with a batch: up to 10,000 records, or
# what came within a window of up to 300 s. It reads as a classic reader, or as an enhanced one if you name a consumer's
# ARN. One batch per shard runs at a time; `ParallelizationFactor` allows up to 10, with order kept for each key.
#
# Here is a trap. If the function fails, Lambda tries the *same batch again*, by default until the records expire. One
# record that it cannot digest, and the shard stands still for a day. First a function, and a table for what it did.

# %% setup="function"
lambdas = boto3.client("lambda")
dynamodb = boto3.resource("dynamodb")
delivered = dynamodb.Table("delivered")
if "delivered" not in [table.name for table in dynamodb.tables.all()]:
    delivered = dynamodb.create_table(
        TableName="delivered",
        KeySchema=[{"AttributeName": "report", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "report", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    delivered.wait_until_exists()

STORE = """
import base64
import boto3

table = boto3.resource("dynamodb").Table("delivered")

def handler(event, context):
    texts = [base64.b64decode(one["kinesis"]["data"]).decode() for one in event["Records"]]
    if any("poison" in text for text in texts):
        raise ValueError("cannot read this report")
    for text in texts:
        table.put_item(Item={"report": text})
"""


def new_function(name: str, code: str) -> str:
    """Create a Lambda function from its source and return its name."""
    iam, function = boto3.client("iam"), lab.unique_name(name)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    trust["Action"] = "sts:AssumeRole"
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=f"{function}-role", AssumeRolePolicyDocument=document)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", code)
    lambdas.create_function(
        FunctionName=function,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": packed.getvalue()},
    )
    return function


def new_queue(name: str) -> tuple[str, str]:
    """Create a queue; return its URL and ARN."""
    url = sqs.create_queue(QueueName=lab.unique_name(name))["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, found["Attributes"]["QueueArn"]


def stored(prefix: str) -> set[str]:
    """The reports in the table whose text begins like this."""
    items = delivered.scan()["Items"]
    return {str(item["report"]) for item in items if str(item["report"]).startswith(prefix)}


# %%
stuck = new_stream("stuck", shards=1)
mapping = lambdas.create_event_source_mapping(
    FunctionName=new_function("store", STORE),
    EventSourceArn=arn_of(stuck),
    StartingPosition="TRIM_HORIZON",
    BatchSize=100,
)
put(stuck, [("truck-7", f"stuck {n}") for n in range(9)] + [("truck-7", "poison")])
before = len(lab.deliveries())
lab.clock.advance(minutes=10)
tries = lab.deliveries()[before:]
good = len(stored("stuck"))
print(f"after ten minutes: {len(tries)} attempts, {good} of 9 good reports stored")
print(tries[-1])
_ = lambdas.delete_event_source_mapping(UUID=mapping["UUID"])

# %% [markdown]
# Four settings of the mapping set it free:
#
# - `BisectBatchOnFunctionError`: split a failed batch in two and try the halves; halving costs no attempt;
# - `MaximumRetryAttempts` and `MaximumRecordAgeInSeconds`: give up at some point;
# - `DestinationConfig`: an SQS queue or SNS topic for *what* was given up: shard and sequence numbers, not the data;
# - `FunctionResponseTypes=["ReportBatchItemFailures"]`: the function itself says from where to go on.
#
# > **Then and now.** The first three came in November 2019; before, a bad record always held up its shard.
#
# How many calls does bisecting need to find the poison?

# %%
calls = {}
for size in (8, 32, 128):
    stream, (url, arn) = new_stream("bisect", shards=1), new_queue("given-up")
    lambdas.create_event_source_mapping(
        FunctionName=new_function("store", STORE),
        EventSourceArn=arn_of(stream),
        StartingPosition="TRIM_HORIZON",
        BatchSize=size,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    texts = [f"batch of {size}: {n}" for n in range(size - 1)]
    texts.insert(size // 3, "poison")
    put(stream, [("truck-7", text) for text in texts])
    before = len(lab.deliveries())
    lab.clock.advance(minutes=5)
    calls[f"batch of {size}"] = len(lab.deliveries()[before:].to("store"))
    assert len(stored(f"batch of {size}:")) == size - 1
charts.bars(
    calls,
    headline="Halving finds one bad record among 128 in a few calls, and loses no other",
    label="calls of the function until all good records were stored",
    sort=False,
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: a mapping that cannot be stopped
#
# Write `attach(function, stream_arn, queue_arn)`: it lets the function read the stream from its oldest record on, in
# batches of up to 50. One bad record must not hold up the others for more than five minutes, no good record may be
# lost, and the queue must learn of what was given up: exactly the bad records. A bad record is tried again twice, then
# given up.
#
# <details><summary>Hint</summary>
#
# Without halving, a whole batch is given up together. `MaximumRetryAttempts=2` means three attempts.
# </details>


# %% exercise="attach"
def attach(function: str, stream_arn: str, queue_arn: str) -> None:
    """Let the function read the stream, whatever it meets."""
    ### BEGIN SOLUTION
    lambdas.create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=stream_arn,
        StartingPosition="TRIM_HORIZON",
        BatchSize=50,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    ### END SOLUTION


# %% check="attach" points=2
with check(
    "attach",
    needs="attach",
    right="The stream flows on, and somebody looks at the queue tomorrow.",
) as expect:

    def flows(good: int, bad: list[int], shards: int) -> None:
        stream, (url, arn) = new_stream("check-attach", shards), new_queue("check-given-up")
        name = lab.unique_name("report")
        texts = [f"{name} {n}" for n in range(good)]
        for place in bad:
            texts.insert(place, "poison")
        put(stream, [(f"truck-{n % 3}", text) for n, text in enumerate(texts)])
        function = new_function("check-store", STORE)
        attach(function, arn_of(stream), arn)
        found = boto3.client("lambda").list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
        expect(
            len(found) == 1,
            "The function has no event source mapping, or several. Create one, for stream_arn.",
        )
        size = found[0]["BatchSize"]
        expect(
            size <= 50,
            f"The batch size is {size}; the task says 50 at most. The default is 100.",
        )
        lab.clock.advance(minutes=5)
        case = f"{good} good and {len(bad)} bad reports on {shards} shards, five minutes later"
        missing = good - len(stored(f"{name} "))
        expect(
            missing == 0,
            f"{case}: {missing} good reports are not stored. They wait behind a bad one, were dropped together "
            "with it, or lie before the position where you start.",
        )
        notes = []
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            notes += [json.loads(message["Body"])["KinesisBatchInfo"] for message in got]
        told = sum(note["batchSize"] for note in notes)
        expect(
            told == len(bad),
            f"{case}: the queue was told of {told} records given up, not of {len(bad)}.",
        )
        again = found[0].get("MaximumRetryAttempts")
        expect(
            again == 2,
            f"MaximumRetryAttempts is {again}. A bad record should be tried again twice, then given up.",
        )

    flows(40, [11], shards=1)
    flows(30, [], shards=2)
    ### BEGIN HIDDEN TESTS
    flows(70, [3, 44], shards=2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The Kinesis Client Library
#
# For programs on servers there is the **KCL** (Java; other languages through a helper process). It shares the shards
# among its *workers*: each shard is **leased** to one worker, a worker may hold several. Leases and progress
# (**checkpoints**) live in a **DynamoDB table**, so a KCL program needs permissions and capacity there, too.
#
# > **Then and now.** KCL 1.x (classic readers only) lost its support on 30 January 2026. 2.x brought enhanced fan-out;
# > 3.x (November 2024) balances by the load of the workers and needs less of DynamoDB.
#
# We build a small one. Its table has an item per shard: who holds it, until when, and how far it was read.

# %% setup="leases"
leases = dynamodb.Table("leases")
if "leases" not in [table.name for table in dynamodb.tables.all()]:
    leases = dynamodb.create_table(
        TableName="leases",
        KeySchema=[{"AttributeName": "shard", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "shard", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    leases.wait_until_exists()
Lost = leases.meta.client.exceptions.ConditionalCheckFailedException


# %%
leases.put_item(Item={"shard": "demo", "worker": "A", "lease_ends": 1000, "checkpoint": "49"})
for who in ("B", "A"):
    try:
        leases.update_item(
            Key={"shard": "demo"},
            UpdateExpression="SET checkpoint = :to",
            ConditionExpression="worker = :me",
            ExpressionAttributeValues={":to": "50", ":me": who},
        )
        print(who, "saved its checkpoint")
    except Lost:
        print(who, "does not hold the shard any more")

# %% [markdown]
# A condition and a change in *one* step: DynamoDB lets only one of two workers through.
#
# ### Your turn: take a lease
#
# Write `take_lease(shard, worker, now, seconds)`: take the shard for this worker until `now + seconds` (whole
# seconds), if nobody has it, if the worker has it already (then it is renewed), or if the other's lease ended before
# `now`. Return whether it is ours now. A checkpoint in the item must survive.
#
# <details><summary>Hint</summary>
#
# `update_item` creates an item that is not there. `attribute_not_exists(worker) OR worker = :me OR lease_ends < :now`.
# Do not look first and write later: in between somebody else may do the same.
# </details>


# %% exercise="lease"
def take_lease(shard: str, worker: str, now: int, seconds: int) -> bool:
    """Take or renew the lease of a shard; tell whether the worker holds it."""
    ### BEGIN SOLUTION
    condition = "attribute_not_exists(worker) OR worker = :me OR lease_ends < :now"
    try:
        leases.update_item(
            Key={"shard": shard},
            UpdateExpression="SET worker = :me, lease_ends = :ends",
            ConditionExpression=condition,
            ExpressionAttributeValues={":me": worker, ":ends": now + seconds, ":now": now},
        )
    except Lost:
        return False
    return True
    ### END SOLUTION


# %% check="lease" points=2
with check("lease", needs="take_lease", right="One shard, one worker, and nobody waits for the dead.") as expect:

    def item(shard: str) -> dict:
        return leases.get_item(Key={"shard": shard}).get("Item", {})

    def taken_in_turn(now: int, seconds: int) -> None:
        shard = lab.unique_name("shard")
        expect(
            take_lease(shard, "A", now, seconds) is True,
            "Nobody holds the shard, and A does not get it.",
        )
        held = item(shard)
        expect(
            held.get("worker") == "A",
            f"The item of the shard should name the worker A; it is {held}.",
        )
        expect.equal(int(held.get("lease_ends", 0)), now + seconds, "lease_ends, in seconds")
        expect(
            not take_lease(shard, "B", now + 1, seconds),
            "A holds the shard, and B gets it too.",
        )
        expect(item(shard).get("worker") == "A", "B was refused, but the item names it now.")
        expect(take_lease(shard, "A", now + 2, seconds) is True, "A cannot renew its own lease.")
        expect.equal(int(item(shard)["lease_ends"]), now + 2 + seconds, "lease_ends after the renewal")
        leases.update_item(
            Key={"shard": shard},
            UpdateExpression="SET checkpoint = :to",
            ExpressionAttributeValues={":to": "4966"},
        )
        ends = now + 2 + seconds
        expect(
            not take_lease(shard, "B", ends, seconds),
            f"A's lease ends at {ends}, and at {ends} B gets the shard. It must have ended *before* now.",
        )
        late = now + 3 + seconds
        expect(
            take_lease(shard, "B", late, seconds) is True,
            "A's lease has ended, and B does not get the shard.",
        )
        expect(
            item(shard).get("checkpoint") == "4966",
            "B has the shard, but the checkpoint is gone: B would start from the oldest record. "
            "put_item replaces the whole item; update_item changes a part.",
        )
        expect(
            not take_lease(shard, "A", late, seconds),
            "A lost the shard to B, and now both think it is theirs.",
        )

    def race(now: int) -> None:
        shard, rivals, events = lab.unique_name("raced"), [], leases.meta.client.meta.events

        def rival(**_) -> None:
            if not rivals:
                rivals.append("came first")
                leases.put_item(Item={"shard": shard, "worker": "rival", "lease_ends": now + 60})

        looks = [f"after-call.dynamodb.{operation}" for operation in ("GetItem", "Query", "Scan")]
        for look in looks:
            events.register(look, rival)
        try:
            got = take_lease(shard, "A", now, 10)
        finally:
            for look in looks:
                events.unregister(look, rival)
        expect(
            not (rivals and got),
            "While you looked at the item a rival took the lease, and you wrote over it. Put the question into "
            "the ConditionExpression of the write.",
        )

    taken_in_turn(1_000, 10)
    race(1_000)
    ### BEGIN HIDDEN TESTS
    taken_in_turn(50_000, 60)
    race(77)
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: repair the worker
#
# A colleague's `work(stream, shard, worker, handle)` reads a shard from its checkpoint to its present end and calls
# `handle(text)` for each record. It loses records when it crashes, and more. Repair it:
#
# - go on right **after** the checkpoint; without one begin at the oldest record;
# - save the sequence number of every **tenth** record, and of the last, as `checkpoint`, *after* it was handled;
# - save only while this worker holds the lease, leave the rest of the item alone, and stop quietly if it was lost;
# - return how many records were handled. An exception of `handle` (the crash) goes through.
#
# <details><summary>Hint</summary>
#
# Four lines are wrong. Which iterator type does not repeat the record of the checkpoint? What belongs into the
# `ConditionExpression`? `Lost` is the exception to catch.
# </details>


# %% exercise="resume" repair=true
def work(stream: str, shard: str, worker: str, handle) -> int:
    """Handle what waits in the shard, and remember how far we came."""
    item = leases.get_item(Key={"shard": shard})["Item"]
    start = {"ShardIteratorType": "LATEST"}
    if "checkpoint" in item:
        start = {"ShardIteratorType": "AT_SEQUENCE_NUMBER"}
        start["StartingSequenceNumber"] = item["checkpoint"]
    answer = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)
    records = kinesis.get_records(ShardIterator=answer["ShardIterator"])["Records"]
    handled = 0
    for record in records:
        if handled % 10 == 0:
            here = record["SequenceNumber"]
            leases.put_item(Item={"shard": shard, "worker": worker, "checkpoint": here})
        handle(record["Data"].decode())
        handled += 1
    return handled


### BEGIN SOLUTION
def work(stream: str, shard: str, worker: str, handle) -> int:
    """Handle what waits in the shard, and remember how far we came."""
    item = leases.get_item(Key={"shard": shard})["Item"]
    start = {"ShardIteratorType": "TRIM_HORIZON"}
    if "checkpoint" in item:
        start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER"}
        start["StartingSequenceNumber"] = str(item["checkpoint"])
    answer = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)
    records = kinesis.get_records(ShardIterator=answer["ShardIterator"])["Records"]
    handled = 0
    for record in records:
        handle(record["Data"].decode())
        handled += 1
        if handled % 10 == 0 or handled == len(records):
            try:
                leases.update_item(
                    Key={"shard": shard},
                    UpdateExpression="SET checkpoint = :here",
                    ConditionExpression="worker = :me",
                    ExpressionAttributeValues={
                        ":here": record["SequenceNumber"],
                        ":me": worker,
                    },
                )
            except Lost:
                break
    return handled


### END SOLUTION


# %% check="resume" points=3
with check(
    "resume",
    needs="work",
    right="At least once: nothing is lost, and a crash repeats at most what came after the last checkpoint.",
) as expect:
    shard = "shardId-000000000000"

    def give_to(worker: str, **more: str) -> None:
        """Another worker gets the lease, as in a fail-over."""
        names = ", ".join(f"{name} = :{name}" for name in {"worker": worker, **more})
        values = {f":{name}": value for name, value in {"worker": worker, **more}.items()}
        leases.update_item(
            Key={"shard": shard},
            UpdateExpression=f"SET {names}",
            ExpressionAttributeValues=values,
        )

    def filled(count: int) -> tuple[str, list[str], list[str]]:
        stream = new_stream("check-resume", 1)
        texts = [str(n) for n in range(1, count + 1)]
        put(stream, [("truck-7", text) for text in texts])
        leases.delete_item(Key={"shard": shard})
        give_to("A", app="map")
        iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        records = kinesis.get_records(ShardIterator=iterator)["Records"]
        return stream, texts, [record["SequenceNumber"] for record in records]

    def crashes(count: int, at: int) -> None:
        stream, texts, numbers = filled(count)
        first, second = [], []

        def poor(text: str) -> None:
            if text == str(at):
                raise RuntimeError("power cut")
            first.append(text)

        came_through = False
        try:
            work(stream, shard, "A", poor)
        except RuntimeError:
            came_through = True
        case = f"{count} records, a crash at record {at}"
        expect(
            first == texts[: at - 1],
            f"{case}: before the crash {len(first)} records were handled, not {at - 1}. Without a checkpoint "
            "begin with the oldest record.",
        )
        expect(came_through, f"{case}: the exception of handle was kept back. Let it through.")
        done = (at - 1) // 10 * 10
        saved = leases.get_item(Key={"shard": shard})["Item"]
        expect(
            saved.get("app") == "map",
            f"{case}: the item lost an attribute. put_item replaces all of it.",
        )
        expect(
            str(saved.get("checkpoint", "-")) == (numbers[done - 1] if done else "-"),
            f"{case}: the checkpoint should be the sequence number of record {done}, the last tenth one that was "
            f"handled. It is that of record {place(numbers, saved.get('checkpoint'))}.",
        )
        give_to("B")
        returned = work(stream, shard, "B", second.append)
        begin = second[0] if second else "none"
        expect(
            begin == str(done + 1),
            f"{case}: the next worker begins with record {begin}. It must be {done + 1}, the one after the checkpoint.",
        )
        expect(
            second == texts[done:],
            f"{case}: the next worker handled {len(second)} of {count - done} records.",
        )
        expect.equal(returned, count - done, f"{case}: the number that the next worker returns")
        put(stream, [("truck-7", "new")])
        third: list[str] = []
        work(stream, shard, "B", third.append)
        expect(
            third == ["new"],
            f"{case}: all was read, then one record came, and the worker handled {len(third)}. Save the last one, too.",
        )

    def place(numbers: list[str], number: object) -> str:
        return str(numbers.index(str(number)) + 1) if str(number) in numbers else "none"

    def is_replaced(count: int, at: int) -> None:
        stream, _, numbers = filled(count)
        seen: list[str] = []

        def slow(text: str) -> None:
            seen.append(text)
            if text == str(at):  # a long pause: the lease ends, B takes over and is far ahead
                give_to("B", checkpoint=numbers[-7])

        stopped = True
        try:
            returned = work(stream, shard, "A", slow)
        except Lost:
            stopped = False
        expect(
            stopped,
            "The lease was lost, and the worker ends with an exception. It should stop quietly.",
        )
        saved = leases.get_item(Key={"shard": shard})["Item"]
        expect(
            saved["checkpoint"] == numbers[-7] and saved["worker"] == "B",
            f"At record {at} worker B took over and came to record {count - 6}. Then A set the checkpoint to record "
            f"{place(numbers, saved['checkpoint'])}. Save only while the item names this worker.",
        )
        due = ceil(at / 10) * 10
        expect(
            len(seen) <= due,
            f"A lost the lease at record {at}, and went on to record {len(seen)}.",
        )
        expect.equal(returned, len(seen), "The number of records handled before the lease was lost")

    crashes(45, 27)
    is_replaced(45, 14)
    ### BEGIN HIDDEN TESTS
    crashes(12, 4)
    crashes(60, 31)
    is_replaced(80, 55)
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*
#
# ## Workers come and go
#
# Here is the whole library in small: a worker renews its leases, takes free ones up to its fair share, and reads on
# from the checkpoint. We let three workers run for a minute. Worker B loses its power at second 21.


# %% setup="mini-kcl"
FREE = "attribute_not_exists(worker) OR worker = :me OR lease_ends < :now"


class Worker:
    """A worker of a very small KCL. `tick` is one second of its life."""

    def __init__(self, name: str, stream: str, seconds: int = 10) -> None:
        self.name, self.stream, self.seconds = name, stream, seconds
        self.handled: Counter[str] = Counter()

    def tick(self, now: int, shards: list[str], workers: int) -> list[str]:
        """Renew and take leases, handle what waits; return the shards held."""
        holder = {  # who holds what, unless the lease is over
            str(item["shard"]).partition("/")[2]: item["worker"]
            for item in leases.scan()["Items"]
            if str(item["shard"]).startswith(self.stream) and int(item["lease_ends"]) >= now
        }
        mine = [shard for shard in shards if holder.get(shard) == self.name]
        fair = ceil(len(shards) / workers)
        free = [shard for shard in shards if shard not in holder]
        mine += free[: max(0, fair - len(mine))]
        return [shard for shard in mine if self._work(shard, now)]

    def _work(self, shard: str, now: int) -> bool:
        """Take or renew the lease, and read on from the checkpoint that comes with it."""
        try:
            lease = leases.update_item(
                Key={"shard": f"{self.stream}/{shard}"},
                UpdateExpression="SET worker = :me, lease_ends = :ends",
                ConditionExpression=FREE,
                ExpressionAttributeValues={
                    ":me": self.name,
                    ":ends": now + self.seconds,
                    ":now": now,
                },
                ReturnValues="ALL_NEW",
            )["Attributes"]
        except Lost:
            return False
        self._read(shard, lease.get("checkpoint"))
        return True

    def _read(self, shard: str, after) -> None:
        begin = {"ShardIteratorType": "TRIM_HORIZON"}
        if after:
            begin = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": str(after),
            }
        found = kinesis.get_shard_iterator(StreamName=self.stream, ShardId=shard, **begin)
        records = kinesis.get_records(ShardIterator=found["ShardIterator"])["Records"]
        if records:
            self.handled[shard] += len(records)
            last = records[-1]["SequenceNumber"]
            leases.update_item(
                Key={"shard": f"{self.stream}/{shard}"},
                UpdateExpression="SET checkpoint = :last",
                ConditionExpression="worker = :name",
                ExpressionAttributeValues={":last": last, ":name": self.name},
            )


def shard_ids(stream: str) -> list[str]:
    """The ids of the open shards."""
    answer = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})
    return [shard["ShardId"] for shard in answer["Shards"]]


# %%
fleet = new_stream("fleet", shards=6)
alive = [Worker(name, fleet) for name in "ABC"]
held: dict[tuple[str, str], list[tuple[int, int]]] = {}
for second in range(0, 60, 3):
    put(fleet, [(f"truck-{n}", f"report {second}") for n in range(20)])
    if second == 21:
        dead = alive.pop(1)
    for worker in alive:
        for shard in worker.tick(second, shard_ids(fleet), len(alive)):
            spans = held.setdefault((f"shard {int(shard[-12:])}", worker.name), [])
            if spans and spans[-1][1] == second:
                spans[-1] = (spans[-1][0], second + 3)
            else:
                spans.append((second, second + 3))
    lab.clock.advance(seconds=3)
sent = 20 * 20
handled = sum(sum(worker.handled.values()) for worker in [*alive, dead])
print(f"{sent} reports sent, {handled} handled")
bars = []
for (row, name), spans in sorted(held.items()):
    bars += [(row, begin, end, name, f"worker {name}") for begin, end in spans]
charts.gantt(
    bars,
    kinds={"worker A": "good", "worker B": "busy", "worker C": "wait"},
    events={"B dies": 21},
    headline="B's shards rest until the leases end; then others go on at the checkpoint",
    label="seconds",
    source="measured in the lab",
)

# %% [markdown]
# Nothing was lost, and nobody had to be told. Two rules follow:
#
# - **Shards cap the workers.** A shard is leased to one worker, so with 4 shards the fifth worker is idle. Split to 6,
#   and two more find work.
# - **Readers start with the parents.** After a split the KCL reads a parent to its end before its children, or a
#   truck's reports would come out of order.
#
# ## A hundred trucks: Kinesis or SQS FIFO?
#
# Both keep order per truck: Kinesis by partition key within a shard, SQS FIFO by message group. What is the
# difference? A hundred trucks send 110 reports (five of them are on the motorway and send three each), and a worker
# needs one second for a report. We measure both for more and more workers, and check the order.

# %% setup="side-by-side"
trucks = [f"truck-{n}" for n in range(1, 101)]
on_the_motorway = trucks[::20]  # these five send three reports, the others one
reports = [(truck, f"{truck} 0") for truck in trucks]
reports += [(truck, f"{truck} {n}") for n in (1, 2) for truck in on_the_motorway]


def in_order(seen: list[str]) -> bool:
    """Whether each truck's reports came in the order in which they were sent."""
    last: dict[str, int] = {}
    for text in seen:
        truck, number = text.rsplit(" ", 1)
        if last.get(truck, -1) >= int(number):
            return False
        last[truck] = int(number)
    return True


def by_shard(shards: int) -> dict[str, list[str]]:
    """Put the reports into a stream, and read from each shard what is there."""
    stream = new_stream("trucks", shards)
    put(stream, reports)
    waiting: dict[str, list[str]] = {}
    for shard in shard_ids(stream):
        start = {"ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        begin = kinesis.get_shard_iterator(StreamName=stream, **start)
        found = kinesis.get_records(ShardIterator=begin["ShardIterator"])["Records"]
        waiting[shard] = [record["Data"].decode() for record in found]
    return waiting


def by_kinesis(workers: int, read: dict[str, list[str]]) -> tuple[int, bool]:
    """Seconds until all is handled, one worker a shard; and whether the order was kept."""
    waiting = {shard: list(texts) for shard, texts in read.items()}
    seconds, seen = 0, []
    while any(waiting.values()):
        busiest = sorted(waiting, key=lambda shard: -len(waiting[shard]))
        seen += [waiting[shard].pop(0) for shard in busiest[:workers] if waiting[shard]]
        seconds += 1
    return seconds, in_order(seen)


def by_fifo(workers: int) -> tuple[int, bool]:
    """The same with an SQS FIFO queue; ten workers share a ReceiveMessage call."""
    settings = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    settings["VisibilityTimeout"] = "600"
    name = lab.unique_name("trucks") + ".fifo"
    queue = sqs.create_queue(QueueName=name, Attributes=settings)["QueueUrl"]
    for begin in range(0, len(reports), 10):
        entries = [
            {"Id": str(n), "MessageGroupId": truck, "MessageBody": text}
            for n, (truck, text) in enumerate(reports[begin : begin + 10])
        ]
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    seconds, seen = 0, []
    while True:
        batches = []
        while (idle := workers - sum(map(len, batches))) > 0:
            got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=min(10, idle))
            if "Messages" not in got:
                break
            batches.append(got["Messages"])
        if not batches:
            return seconds, in_order(seen)
        bodies = [message["Body"] for batch in batches for message in batch]
        # Reports of one truck in the same batch are handled one after the other.
        seconds += max(Counter(body.split()[0] for body in bodies).values())
        seen += bodies
        for batch in batches:
            handles = [message["ReceiptHandle"] for message in batch]
            entries = [{"Id": str(n), "ReceiptHandle": h} for n, h in enumerate(handles)]
            sqs.delete_message_batch(QueueUrl=queue, Entries=entries)


# %%
crews = [10, 100]
fifo = [by_fifo(workers) for workers in crews]
of_five, of_ten = by_shard(5), by_shard(10)
five = [by_kinesis(workers, of_five) for workers in crews]
ten = [by_kinesis(workers, of_ten) for workers in crews]
print("every truck in order:", all(kept for _, kept in [*fifo, *five, *ten]))
charts.compare(
    {
        f"{workers} workers": {
            "Kinesis, 5 shards": five[n][0],
            "Kinesis, 10 shards": ten[n][0],
            "SQS FIFO, 100 groups": fifo[n][0],
        }
        for n, workers in enumerate(crews)
    },
    headline="More workers than shards do not help; SQS FIFO can use one for each truck",
    unit="seconds",
    label="until 110 reports were handled",
    source="measured in the lab",
)

# %% [markdown]
# The other side of the balance:
#
# | | Kinesis, 5 shards | SQS FIFO |
# |---|---|---|
# | in | 5 MB/s, 5,000 records/s | 300 calls/s, 3,000 messages/s in batches |
# | several programs read all | yes | no: a message is handled once |
# | replay | up to 365 days | no |
# | number of keys changes daily | fine | fine, and the workers follow |
# | at most at once | 5 workers, one a shard | 100 workers, one a group |
#
# FIFO's limits are for each action of its API; high-throughput mode lifts them:

# %%
fifo_limits = ["fifo-tps", "fifo-batched-messages", "fifo-high-throughput-tps"]
facts.limits("sqs").frame().set_index("name").loc[fifo_limits, ["value", "unit", "as_of"]]

# %% [markdown]
# > **Then and now.** Lambda's `ParallelizationFactor` (10 a shard), enhanced fan-out and FIFO's high-throughput mode
# > have moved these ceilings up. The shape stays: *many workers, changing groups* → FIFO; *volume, replay, several
# > programs* → Kinesis. A standard queue gives no order at all.
#
# ### Your turn: predict who works
#
# Write `at_once(trucks, shards, workers)`: how many workers can work at the same moment with a KCL program on a stream
# of so many equal shards, and how many on a FIFO queue with a group per truck. Return both numbers. Each truck has
# reports waiting; measure nothing, the check does that.
#
# <details><summary>Hint</summary>
#
# A shard without any truck gives nobody work. The shard of a truck:
# `int(hashlib.md5(truck.encode()).hexdigest(), 16) * shards // 2**128`.
# </details>


# %% exercise="at-once"
def at_once(trucks: list[str], shards: int, workers: int) -> tuple[int, int]:
    """Return how many workers are busy with Kinesis and with SQS FIFO."""
    ### BEGIN SOLUTION
    numbers = [int(hashlib.md5(truck.encode()).hexdigest(), 16) for truck in trucks]
    used = {number * shards // 2**128 for number in numbers}
    return min(workers, len(used)), min(workers, len(set(trucks)))
    ### END SOLUTION


# %% check="at-once" points=2
with check(
    "at-once",
    needs="at_once",
    right="Count what has to stay in order: shards here, groups there.",
) as expect:

    def measured(trucks: list[str], shards: int, workers: int) -> tuple[int, int]:
        stream = new_stream("check-once", shards)
        put(stream, [(truck, "here") for truck in trucks])
        filled = 0
        for shard in shard_ids(stream):
            begin = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
            filled += bool(kinesis.get_records(ShardIterator=begin["ShardIterator"])["Records"])
        name, groups = lab.unique_name("check-once") + ".fifo", set()
        settings = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        queue = sqs.create_queue(QueueName=name, Attributes=settings)["QueueUrl"]
        for n, truck in enumerate(trucks):
            sqs.send_message(QueueUrl=queue, MessageGroupId=truck, MessageBody=f"{truck} {n}")
        while len(groups) < workers:
            got = sqs.receive_message(QueueUrl=queue)
            if "Messages" not in got:
                break
            groups.add(got["Messages"][0]["Body"].split()[0])
        return min(workers, filled), len(groups)

    def comes_true(trucks: list[str], shards: int, workers: int) -> None:
        said = at_once(list(trucks), shards, workers)
        expect(
            isinstance(said, tuple | list) and len(said) == 2,
            f"Return two numbers, Kinesis first; you return {said!r}.",
        )
        right = measured(trucks, shards, workers)
        case = f"{len(trucks)} reports of {len(set(trucks))} trucks, {shards} shards, {workers} workers"
        expect.equal(said[0], right[0], f"{case}. Measured on Kinesis, busy workers")
        expect.equal(said[1], right[1], f"{case}. Measured on SQS FIFO, busy workers")

    comes_true([f"truck-{n}" for n in range(1, 21)], 5, 12)
    comes_true([f"truck-{n}" for n in range(1, 21)], 5, 3)
    comes_true(["truck-1", "truck-2", "truck-1", "truck-2"], 4, 9)
    comes_true(["truck-0", "truck-1", "truck-4", "truck-7"], 4, 9)
    ### BEGIN HIDDEN TESTS
    comes_true([f"van-{n % 7}" for n in range(14)], 16, 10)
    comes_true(["solo"], 2, 5)
    ### END HIDDEN TESTS

# %% [markdown]
# In 2026 Kinesis moved towards SQS: on-demand streams can have **queues** (`CreateQueue`: receive up to ten records,
# acknowledge each, a visibility timeout up to 12 hours, dead letters built in; a queue counts as a registered consumer)
# and **channels** (`CreateChannel` delivers to S3 or S3 tables without Firehose). They are new: exam guides do not ask
# for them yet, and the lab does not have them.

# %%
charts.heatmap(
    {
        "SQS FIFO": {
            "replay": "no",
            "acknowledge one": "yes",
            "order per key": "yes",
            "dead letters": "yes",
        },
        "classic reader": {
            "replay": "yes",
            "acknowledge one": "no",
            "order per key": "yes",
            "dead letters": "no",
        },
        "Lambda on a stream": {
            "replay": "yes",
            "acknowledge one": "no",
            "order per key": "yes",
            "dead letters": "yes",
        },
        "queue on a stream": {
            "replay": "yes",
            "acknowledge one": "yes",
            "order per key": "no",
            "dead letters": "yes",
        },
    },
    headline="No way of reading has it all",
    source="AWS's documentation and API model, November 2026",
)

# %% [markdown]
# ## Firehose: from stream to store
#
# The analysts want files in S3. **Amazon Data Firehose** delivers without servers or readers of yours. Records come in
# directly (`PutRecord`, `PutRecordBatch` with up to 500 records and 4 MiB; a record has at most 1,000 KiB), from a
# Kinesis stream, from MSK, or from AWS services. They go to S3, Redshift (by way of S3), OpenSearch, Splunk, Snowflake,
# Apache Iceberg tables or an HTTP endpoint. On the way it can call a function, convert JSON to Parquet, compress, and
# keep a backup in S3.
#
# It keeps nothing to read again. It **buffers**, and writes when enough has come *or* enough time has passed, whichever
# is first: 1 to 128 MB (5 at first), 0 to 900 s (300 at first).

# %% setup="lake"
firehose, s3 = boto3.client("firehose"), boto3.client("s3")
ROLE = f"arn:aws:iam::{lab.ACCOUNT_ID}:role/firehose-delivery"  # may write to the bucket


def new_bucket(name: str) -> str:
    """Create a bucket and return its name."""
    bucket = lab.unique_name(f"meridian-{name}")
    s3.create_bucket(Bucket=bucket)
    return bucket


def contents(bucket: str, prefix: str = "") -> dict[str, bytes]:
    """All objects below a prefix: name and content."""
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    names = [one["Key"] for one in found]
    return {name: s3.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names}


# %%
bucket = new_bucket("look")
firehose.create_delivery_stream(
    DeliveryStreamName="look",
    ExtendedS3DestinationConfiguration={
        "RoleARN": ROLE,
        "BucketARN": f"arn:aws:s3:::{bucket}",
        "Prefix": "positions/",
        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
    },
)
for kilometre in (41_300, 41_302):
    line = json.dumps({"truck": "truck-7", "km": kilometre}) + "\n"
    firehose.put_record(DeliveryStreamName="look", Record={"Data": line.encode()})
print("at once:    ", contents(bucket))
lab.clock.advance(seconds=61)
for name, content in contents(bucket).items():
    print("a minute on:", name)
    print(content.decode())

# %% [markdown]
# The name has the hour (UTC), the stream and its version. The content is what you put, joined: Firehose adds no line
# ends unless you ask for the `AppendDelimiterToRecord` processor.
#
# How late does data arrive? We send records of 500 KB at five rates and measure when the first one is in S3.

# %%
settings = {"1 MB or 60 s": (1, 60), "5 MB or 300 s": (5, 300), "16 MB or 60 s": (16, 60)}
pauses = [200, 34, 12, 6, 2]
delays: dict[str, list[float]] = {}
for setting, (size, seconds) in settings.items():
    for pause in pauses:
        name = lab.unique_name("delay")
        firehose.create_delivery_stream(
            DeliveryStreamName=name,
            ExtendedS3DestinationConfiguration={
                "RoleARN": ROLE,
                "BucketARN": f"arn:aws:s3:::{bucket}",
                "BufferingHints": {"SizeInMBs": size, "IntervalInSeconds": seconds},
            },
        )
        begin = lab.clock.now()
        while not any(name in one.source for one in lab.deliveries()):
            firehose.put_record(DeliveryStreamName=name, Record={"Data": b"." * 500_000})
            lab.settle()
            lab.clock.advance(seconds=pause)
        arrived = next(one.at for one in lab.deliveries() if name in one.source)
        delays.setdefault(setting, []).append((arrived - begin).total_seconds())
charts.curves(
    {setting: ([0.5 / pause for pause in pauses], late) for setting, late in delays.items()},
    log_x=True,
    headline="Slow streams wait for the clock, quick ones for the buffer's size",
    x_label="arriving",
    x_unit="MB per second",
    y_label="until the first record is in S3",
    y_unit="seconds",
    source="measured in the lab",
)

# %% [markdown]
# That is why Firehose is called *near* real time. With an interval of 0 (**zero buffering**) it delivers within about
# 5 seconds, in many small files.
#
# > **Then and now.** Until December 2023 the shortest interval was 60 s; older questions still say "at least 60 s".
#
# ## A function on the way
#
# Firehose can send each batch through Lambda. The contract: for **every** record the answer has the same `recordId`, a
# `result`, and `data` in Base64. The result is `Ok`, `Dropped` (left out on purpose) or `ProcessingFailed`. What
# failed goes to the error prefix, with the reason; so does everything, if the function breaks the contract.

# %%
sample = {"recordId": "r0", "data": base64.b64encode(b'{"truck": "t-1"}').decode()}
print("Firehose sends", sample)
print("which means   ", base64.b64decode(sample["data"]))

# %% [markdown]
# ### Your turn: the transformation
#
# Write `handler(event, context)`. `event["records"]` has records with `recordId` and `data` (Base64).
#
# - JSON objects with `"temperature"` are passed on: as JSON with `"alarm"` added, true above 8 degrees, and a line end;
# - other JSON objects are dropped;
# - what is not a JSON object fails, with its data as it came.
#
# Return `{"records": [...]}`. The function must import what it needs; the check runs it in Lambda, too.
#
# <details><summary>Hint</summary>
#
# `json.loads(base64.b64decode(record["data"]))` may raise `ValueError`. JSON can also be a list or a number. At the
# end: `base64.b64encode(text.encode()).decode()`.
# </details>


# %% exercise="transform"
def handler(event, context):
    """Change, drop or fail each record of a batch."""
    ### BEGIN SOLUTION
    import base64
    import json

    answers = []
    for record in event["records"]:
        answer = {"recordId": record["recordId"], "data": record["data"]}
        try:
            report = json.loads(base64.b64decode(record["data"]))
        except ValueError:
            report = None
        if not isinstance(report, dict):
            answer["result"] = "ProcessingFailed"
        elif "temperature" not in report:
            answer["result"] = "Dropped"
        else:
            line = json.dumps({**report, "alarm": report["temperature"] > 8}) + "\n"
            answer |= {"result": "Ok", "data": base64.b64encode(line.encode()).decode()}
        answers.append(answer)
    return {"records": answers}
    ### END SOLUTION


# %% check="transform" points=3
with check(
    "transform",
    needs="handler",
    right="One answer for each record, and nothing vanishes unseen.",
) as expect:

    def event_of(texts: list[str]) -> dict:
        coded = [base64.b64encode(text.encode()).decode() for text in texts]
        return {"records": [{"recordId": f"r{n}", "data": data} for n, data in enumerate(coded)]}

    def keeps_contract(cases: dict[str, str]) -> None:
        event = event_of(list(cases))
        got = handler(json.loads(json.dumps(event)), None)
        expect(
            isinstance(got, dict) and isinstance(got.get("records"), list),
            "Return a dictionary with a list 'records'.",
        )
        ids = [one.get("recordId") for one in got["records"]]
        expect(
            sorted(map(str, ids)) == sorted(one["recordId"] for one in event["records"]),
            f"{len(cases)} records came in and the answer has {len(ids)}, or with other ids. Every record needs an "
            "answer with its recordId, also a dropped one.",
        )
        answers = {one["recordId"]: one for one in got["records"]}
        for sent, (text, result) in zip(event["records"], cases.items(), strict=True):
            answer = answers[sent["recordId"]]
            expect(
                answer.get("result") == result,
                f"{text!r}: the result is {answer.get('result')!r}; it should be {result!r}.",
            )
            if result == "ProcessingFailed":
                expect(
                    answer.get("data") == sent["data"],
                    f"{text!r} failed: return its data as it came.",
                )
            if result != "Ok":
                continue
            try:
                line = base64.b64decode(answer.get("data", ""), validate=True).decode()
            except (ValueError, TypeError):
                line = ""
            line = line if isinstance(answer.get("data"), str) else ""
            expect(
                line != "",
                f"{text!r}: the data is missing, or it is not Base64 text (bytes are not JSON).",
            )
            expect(
                line.endswith("\n"),
                f"{text!r}: there is no line end, so the analysts get one long line.",
            )
            report = json.loads(text)
            expect.equal(
                json.loads(line),
                {**report, "alarm": report["temperature"] > 8},
                f"{text!r} became",
            )

    def in_lambda(good: int, dull: int, bad: int) -> None:
        bucket, stream = new_bucket("check"), lab.unique_name("check-transform")
        function = new_function("transform", inspect.getsource(handler))
        arn = f"arn:aws:lambda:us-east-1:{lab.ACCOUNT_ID}:function:{function}"
        processor = {
            "Type": "Lambda",
            "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": arn}],
        }
        firehose.create_delivery_stream(
            DeliveryStreamName=stream,
            ExtendedS3DestinationConfiguration={
                "RoleARN": ROLE,
                "BucketARN": f"arn:aws:s3:::{bucket}",
                "Prefix": "good/",
                "ErrorOutputPrefix": "bad/",
                "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
                "ProcessingConfiguration": {"Enabled": True, "Processors": [processor]},
            },
        )
        texts = [json.dumps({"truck": n, "temperature": n}) for n in range(good)]
        texts += ['{"ping": 1}'] * dull + ["garbled {"] * bad
        records = [{"Data": text.encode()} for text in texts]
        firehose.put_record_batch(DeliveryStreamName=stream, Records=records)
        lab.clock.advance(seconds=61)
        failed = b"".join(contents(bucket, "bad/").values()).decode().splitlines()
        reasons = Counter(json.loads(line)["errorCode"] for line in failed)
        lines = b"".join(contents(bucket, "good/").values()).decode().splitlines()
        told = ", ".join(f"{many} x {reason}" for reason, many in reasons.items()) or "none"
        expect(
            len(failed) == bad,
            f"In Lambda, behind Firehose, {len(failed)} records failed ({told}) and {bad} should. Does the function "
            "import all it needs itself?",
        )
        expect.equal(len(lines), good, "Lines in S3, after Firehose and Lambda")

    keeps_contract(
        {
            '{"truck": "t-1", "temperature": 4.5}': "Ok",
            '{"truck": "t-2", "temperature": 9}': "Ok",
            '{"truck": "t-3", "temperature": 8}': "Ok",
            '{"ping": 1}': "Dropped",
            "garbled {": "ProcessingFailed",
            "[7, 9]": "ProcessingFailed",
        }
    )
    in_lambda(3, 2, 1)
    ### BEGIN HIDDEN TESTS
    keeps_contract(
        {
            "[1, 2]": "ProcessingFailed",
            '{"temperature": 8}': "Ok",
            "7": "ProcessingFailed",
            "{}": "Dropped",
        }
    )
    in_lambda(20, 0, 4)
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: set up the delivery
#
# Write `deliver(name, stream_arn, bucket)`: a delivery stream of that name that reads the **Kinesis stream** and writes
# to the bucket, gzipped, below `lake/`. A record must be in S3 after 90 seconds at the latest, and no object should get
# more than about 2 MB of records. `ROLE` may read the stream and write to the bucket.
#
# <details><summary>Hint</summary>
#
# `DeliveryStreamType="KinesisStreamAsSource"` and a `KinesisStreamSourceConfiguration` with `KinesisStreamARN` and
# `RoleARN`. `BufferingHints` has two numbers, `CompressionFormat` one word.
# </details>


# %% exercise="deliver"
def deliver(name: str, stream_arn: str, bucket: str) -> None:
    """Deliver a Kinesis stream to a bucket."""
    ### BEGIN SOLUTION
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream_arn, "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "Prefix": "lake/",
            "CompressionFormat": "GZIP",
            "BufferingHints": {"SizeInMBs": 2, "IntervalInSeconds": 60},
        },
    )
    ### END SOLUTION


# %% check="deliver" points=2
with check(
    "deliver",
    needs="deliver",
    right="Readers of the stream notice nothing, and S3 fills by itself.",
) as expect:

    def arrives(texts: list[str], shards: int) -> None:
        stream, bucket, name = (
            new_stream("check-source", shards),
            new_bucket("check"),
            lab.unique_name("check"),
        )
        deliver(name, arn_of(stream), bucket)
        made = firehose.list_delivery_streams(Limit=10_000)["DeliveryStreamNames"]
        expect(name in made, f"There is no delivery stream {name!r}. Give it the name you are given.")
        put(stream, [(f"truck-{n}", text) for n, text in enumerate(texts)])
        lab.clock.advance(seconds=91)
        found = contents(bucket)
        expect(
            found != {},
            "90 seconds after the records came, the bucket is empty. Look at the source and the interval.",
        )
        expect(
            all(key.startswith("lake/") for key in found),
            f"The object {min(found)!r} is not below lake/.",
        )
        plain = [content for content in found.values() if content[:2] != b"\x1f\x8b"]
        expect(not plain, "The objects are not gzipped. CompressionFormat is GZIP.")
        everything = b"".join(gzip.decompress(content) for content in found.values()).decode()
        missing = [text for text in texts if text not in everything]
        expect(not missing, f"{len(missing)} of {len(texts)} records are not in S3.")

    def stays_small(records: int) -> None:
        stream, bucket, name = (
            new_stream("check-source", 4),
            new_bucket("check"),
            lab.unique_name("check"),
        )
        deliver(name, arn_of(stream), bucket)
        for n in range(records):
            kinesis.put_record(StreamName=stream, PartitionKey=f"truck-{n}", Data=b"." * 500_000)
            lab.clock.advance(seconds=1)
        lab.clock.advance(seconds=91)
        largest = max((len(gzip.decompress(content)) for content in contents(bucket).values()), default=0)
        expect(
            0 < largest <= 2_700_000,
            f"Of {records / 2:.0f} MB one object got {largest / 1e6:.1f}. SizeInMBs limits what is collected.",
        )

    arrives(["km 41300", "km 41302", "km 41309"], shards=2)
    stays_small(12)
    ### BEGIN HIDDEN TESTS
    arrives([f"report {n}" for n in range(40)], shards=3)
    ### END HIDDEN TESTS

# %% [markdown]
# Firehose bills what passes, by the gigabyte, and **each record is rounded up to the next 5 KB** (from direct puts
# and Kinesis streams). There is no price for standing idle. Converting formats, dynamic partitioning and delivery
# into a VPC cost extra.

# %%
sizes = [0.2 * 1.04**n for n in range(140)]
charts.curves(
    {
        "billed": (sizes, [ceil(kb / 5) * 5 / kb for kb in sizes]),
        "real": (sizes, [1.0] * len(sizes)),
    },
    log_x=True,
    log_y=True,
    headline="A report of 200 bytes is billed as 25 of its kind: pack small records together",
    x_label="size of a record",
    x_unit="KB",
    y_label="gigabytes billed for one sent",
    source=facts.limit("firehose", "billing-increment"),
)

# %% [markdown]
# ### Your turn: the bill
#
# Write `firehose_usd(records, size, packed)`: the price in USD of ingesting so many reports of `size` bytes each, if
# you first pack `packed` of them into one Firehose record. 5 KB are 5,120 bytes, a gigabyte has 1,024^3; use
# `facts.price("firehose", "ingest")` for all of it.
#
# <details><summary>Hint</summary>
#
# How many Firehose records are there (round up), and how large is one, rounded up to 5 KB? Count each as a full one.
# </details>


# %% exercise="firehose-bill"
def firehose_usd(records: int, size: int, packed: int) -> float:
    """Return the price of ingesting these reports."""
    ### BEGIN SOLUTION
    billed = ceil(size * packed / 5120) * 5120
    gigabytes = ceil(records / packed) * billed / 1024**3
    return gigabytes * facts.price("firehose", "ingest")
    ### END SOLUTION


# %% check="firehose-bill" points=1
with check(
    "firehose-bill", needs="firehose_usd", right="Five small ones in one record: a fifth of the bill."
) as expect:
    gb = float(facts.price("firehose", "ingest")) / 1024**3
    expect.close(firehose_usd(10**9, 1024, 1), 10**9 * 5120 * gb, "A billion reports of 1 KB, one by one")
    expect.close(firehose_usd(10**9, 1024, 5), 10**9 / 5 * 5120 * gb, "The same, five in one record")
    expect.close(firehose_usd(10**9, 5121, 1), 10**9 * 10240 * gb, "5,121 bytes are billed as 10 KB")
    expect.close(
        firehose_usd(3, 512, 2), 2 * 5120 * gb, "Three reports of 512 bytes, two in a record, make two records"
    )
    ### BEGIN HIDDEN TESTS
    expect.close(firehose_usd(1_001, 512, 10), 101 * 5120 * gb, "1,001 reports of 512 bytes, ten in a record")
    expect.close(firehose_usd(4 * 10**8, 2000, 4), 10**8 * 10240 * gb, "four of 2,000 bytes are billed as 10 KB")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Computing on a stream: Flink
#
# *How many reports came per minute and depot?* **Apache Flink** answers such questions while the records pass. AWS
# runs it for you: **Managed Service for Apache Flink**. Applications in Java, Scala, Python or SQL read Data Streams
# or Kafka (not Firehose). You pay by the *KPU* (1 vCPU and 4 GB; one more for each application), it scales by itself,
# and saves its state in checkpoints and snapshots, so that it goes on after a crash as your worker does.
#
# > **Then and now.** *Kinesis Data Analytics for SQL* is gone: no new applications since 15 October 2025, deleted from
# > 27 January 2026. It read streams or Firehose, joined tables from S3, and wrote to streams. Today: Flink, or Flink
# > Studio notebooks.
#
# Here is the heart of such an application in Python: **windows** of a minute, joined with a table in S3, results to a
# second stream, and a checkpoint.

# %%
tables = new_bucket("tables")
depots = "truck,depot\ntruck-0,Vienna\ntruck-1,Porto\ntruck-2,Vienna\n"
s3.put_object(Bucket=tables, Key="depots.csv", Body=depots.encode())
lines = s3.get_object(Bucket=tables, Key="depots.csv")["Body"].read().decode().split()
depot_of = dict(line.split(",") for line in lines[1:])

warm, results = new_stream("warm", shards=1), new_stream("results", shards=1)
state: dict = {"after": None, "windows": Counter()}  # what Flink would keep in a checkpoint


def step(state: dict) -> None:
    """Take what is new into the windows, and remember how far we came."""
    start = {"ShardIteratorType": "TRIM_HORIZON"}
    if state["after"]:
        start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER"}
        start["StartingSequenceNumber"] = state["after"]
    start["ShardId"] = "shardId-000000000000"
    found = kinesis.get_shard_iterator(StreamName=warm, **start)
    for record in kinesis.get_records(ShardIterator=found["ShardIterator"])["Records"]:
        report = json.loads(record["Data"])
        state["windows"][report["second"] // 60, depot_of[report["truck"]]] += 1
        state["after"] = record["SequenceNumber"]


for second in range(0, 300, 5):
    busy = 3 if 120 <= second < 180 else 1
    trucks_now = [f"truck-{n}" for n in range(3) for _ in range(busy)]
    put(warm, [(t, json.dumps({"truck": t, "second": second})) for t in trucks_now])
    lab.clock.advance(seconds=5)
    if second % 60 == 55:
        step(state)
put(results, [(depot, f"{minute} {n}") for (minute, depot), n in state["windows"].items()])
windows = state["windows"]
charts.steps(
    {name: (range(5), [windows[n, name] for n in range(5)]) for name in ("Vienna", "Porto")},
    until=5,
    x_unit="minutes",
    y_label="reports in the window",
    headline="Windows of a minute show the burst of the third minute at both depots",
    source="measured in the lab",
)

# %% [markdown]
# ## Kafka, managed: MSK
#
# **Amazon MSK** is Apache Kafka itself: clusters that AWS creates, repairs and updates in your VPC, with brokers in two
# or three Availability Zones (as many in each), data on EBS for as long as you like. Kafka 3.7 (May 2024) brought KRaft
# in place of ZooKeeper; *Express* brokers came in November 2024. **MSK Serverless** has no brokers to choose: you pay
# by the cluster-hour, partition-hour and gigabyte, and clients use IAM.

# %%
kafka = boto3.client("kafka")
vpc = {
    "SubnetIds": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
    "SecurityGroupIds": ["sg-0a1b2c3d"],
}
cluster = kafka.create_cluster_v2(
    ClusterName="meridian",
    Serverless={
        "VpcConfigs": [vpc],
        "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}},
    },
)
print(cluster["ClusterType"], cluster["State"])
_ = kafka.delete_cluster(ClusterArn=cluster["ClusterArn"])

# %% [markdown]
# What does a month cost, from a trickle to 10 MB/s, written once, read once, kept for a day (with 10 partitions)?

# %%
hours = facts.HOURS_PER_MONTH
cluster_hour = facts.price("msk", "serverless-cluster-hour")
partition_hour = facts.price("msk", "serverless-partition-hour")
broker = facts.price("msk", "broker-m7g-large")
on_demand = facts.price("kinesis", "on-demand-stream-hour")


def gigabytes(mb: float) -> float:
    """What so many MB a second make in a month."""
    return mb * 3600 * hours / 1024


def msk_serverless(mb: float) -> float:
    flow = facts.price("msk", "serverless-data-in") + facts.price("msk", "serverless-data-out")
    kept = mb * 86400 / 1024 * facts.price("msk", "serverless-storage")
    return (cluster_hour + 10 * partition_hour) * hours + gigabytes(mb) * flow + kept


def three_brokers(mb: float) -> float:
    kept = 3 * mb * 86400 / 1024 * facts.price("msk", "broker-storage")
    return 3 * broker * hours + kept


def kinesis_on_demand(mb: float) -> float:
    flow = facts.price("kinesis", "on-demand-data-in")
    flow += facts.price("kinesis", "on-demand-data-out")
    return on_demand * hours + gigabytes(mb) * flow


charts.curves(
    {
        "MSK Serverless": msk_serverless,
        "three m7g.large brokers": three_brokers,
        "Kinesis on-demand": kinesis_on_demand,
    },
    x=(0, 10),
    headline=f"Serverless Kafka begins at {msk_serverless(0):,.0f} dollars a month, "
    f"an idle Kinesis stream at {kinesis_on_demand(0):,.0f}",
    x_label="average load",
    x_unit="MB per second",
    y_unit="USD per month",
    source=[cluster_hour, broker, on_demand],
)

# %% [markdown]
# Brokers are cheap per gigabyte, if somebody sizes and tends them; traffic between zones comes on top. Side by side:
#
# | | Kinesis Data Streams | MSK |
# |---|---|---|
# | message | 1 MiB, up to 10 MiB | 1 MB at first, configurable |
# | unit of scale | shards: split and merge | partitions: only added |
# | kept | up to 365 days | without limit |
# | in flight | TLS always | TLS or plaintext |
# | who may | IAM | IAM, SASL/SCRAM, mutual TLS |
#
# Choose MSK when programs already speak Kafka. Otherwise Kinesis is less to run.
#
# > **Bill.** On AWS, delete what you made: enhanced readers, streams and clusters cost by the hour, used or not.

# %%
for name in firehose.list_delivery_streams(Limit=100)["DeliveryStreamNames"]:
    firehose.delete_delivery_stream(DeliveryStreamName=name)
pages = kinesis.get_paginator("list_streams").paginate()
for stream in [name for page in pages for name in page["StreamNames"]]:
    kinesis.delete_stream(StreamName=stream, EnforceConsumerDeletion=True)
print("streams left:", kinesis.list_streams()["StreamNames"])

# %% [markdown]
# ## To remember
#
# - Classic readers share 2 MB/s and five calls a second of a shard; enhanced fan-out gives each 2 MB/s and about 70 ms.
# - Lambda repeats a failed batch until it expires, unless you bisect, limit attempts and name a destination.
# - The KCL leases shards to workers and keeps checkpoints in DynamoDB; more workers than shards are idle.
# - Save the checkpoint after the work, on condition that you still hold the lease; then go on *after* it.
# - FIFO queues for many workers and changing groups, streams for volume, replay and several programs.
# - Firehose writes when the buffer is full or its time is over; it bills each record in steps of 5 KB.
# - Its function answers every `recordId` with `Ok`, `Dropped` or `ProcessingFailed`.
# - Flink computes, MSK is Kafka; Data Analytics for SQL is gone.

# %% [markdown] question="five-dashboards"
# ### Question 1
#
# Four programs poll a stream with two shards, 1.5 MB/s in all. Each lags by seconds, and the metric
# `ReadProvisionedThroughputExceeded` rises. A fifth program comes next week. What is the best answer?
#
# - [ ] **A** Let all programs poll more often.
#   > They share five calls a second of each shard already. More calls are more refusals.
# - [x] **B** Register the programs as enhanced fan-out consumers.
#   > Each gets its own 2 MB/s of every shard, pushed after about 70 ms. It costs by the reader, shard and gigabyte.
# - [ ] **C** Put a FIFO queue behind the stream and let all programs read it.
#   > A message of a queue is handled by one of them. These programs all need every record.
# - [ ] **D** Raise the retention to seven days, so that nobody misses anything.
#   > It gives slow readers more time; it does not make them quicker.

# %% answer="five-dashboards"
answer = "B"

# %% check="five-dashboards" points=1
question("five-dashboards", answer)

# %% [markdown] question="frozen-shard"
# ### Question 2
#
# A Lambda function reads a stream with default settings. Since a deployment of the producer one shard's
# `IteratorAge` grows steadily; the others are fine. The log shows the same error again and again. What is going on?
#
# - [x] **A** One record fails, and its batch is repeated until it expires.
#   > Order is kept by waiting. Bisect the batch, limit attempts or age, and send what fails to a destination.
# - [ ] **B** The function has reached its concurrency limit.
#   > That would slow all shards, and the log would show no error of the function.
# - [ ] **C** The shard has more than 1 MB/s of writes.
#   > Then the producer is refused. The reader would not see errors.
# - [ ] **D** The checkpoint table needs more capacity.
#   > That is the KCL's table. Lambda keeps its own positions.

# %% answer="frozen-shard"
answer = "A"

# %% check="frozen-shard" points=1
question("frozen-shard", answer)

# %% [markdown] question="eight-workers"
# ### Question 3
#
# A KCL program runs on eight instances and reads a stream with six shards. It cannot keep up, and six instances are at
# 95 % CPU. What helps?
#
# - [ ] **A** Two more instances.
#   > Two of eight are idle already: six shards give work to six workers.
# - [x] **B** Split the shards, to eight or more.
#   > Each new shard can be leased to an idle worker. Fewer records a shard, and all eight work.
# - [ ] **C** A DynamoDB table of its own for each instance.
#   > They must share the leases; otherwise every instance would read everything.
# - [ ] **D** Checkpoint after every record.
#   > That is more work for the busy ones, and for DynamoDB.

# %% answer="eight-workers"
answer = "B"

# %% check="eight-workers" points=1
question("eight-workers", answer)

# %% [markdown] question="customers-come-and-go"
# ### Question 4
#
# Jobs of some thousand customers must run in order for each customer; customers come and go daily. Up to 200 servers
# work on them, each job once, and nobody reads old jobs. About 100 jobs a second. Which is the best fit?
#
# - [ ] **A** A Kinesis stream with 200 shards, customer id as key.
#   > It works, with 200 shard-hours every hour, and hashing gives some shards many customers, others few.
# - [ ] **B** An SQS standard queue with a customer attribute.
#   > A standard queue does not keep order.
# - [x] **C** An SQS FIFO queue, customer id as message group.
#   > Each group is in order, a free server takes any free group, and 100 messages a second fit well.
# - [ ] **D** Firehose with dynamic partitioning by customer.
#   > It writes files to a store. Nobody is handed a job.

# %% answer="customers-come-and-go"
answer = "C"

# %% check="customers-come-and-go" points=1
question("customers-come-and-go", answer)

# %% [markdown] question="sql-that-was"
# ### Question 5
#
# A team's plan from 2023: Kinesis Data Analytics for SQL computes averages by the minute from a stream and sends them
# to Firehose. What do you tell them in 2026?
#
# - [ ] **A** Nothing, the plan is sound.
#   > SQL applications cannot be made since October 2025, and were deleted from January 2026.
# - [ ] **B** Let Firehose compute the averages with its transformation function.
#   > The function sees one batch, cut by size and time of the buffer. Windows over minutes are not its business.
# - [ ] **C** Use MSK, which replaces Kinesis Data Analytics.
#   > MSK stores and moves messages, as Data Streams does. It computes nothing.
# - [x] **D** Use Managed Service for Apache Flink, which reads the stream and writes the results.
#   > It knows windows and state, in SQL too, and can write to a stream or to Firehose.

# %% answer="sql-that-was"
answer = "D"

# %% check="sql-that-was" points=1
question("sql-that-was", answer)

# %%
progress()
