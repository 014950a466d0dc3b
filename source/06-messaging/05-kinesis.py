# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.3'
#     - '4.3'
#     minutes: 70
#     practises:
#       best-key:
#       - kinesis.hot-partition
#       - kinesis.partition-key
#       merge-cold:
#       - kinesis.merge-shard
#       producer-policy:
#       - kinesis.security
#       replay:
#       - kinesis.retention-replay
#       send-all:
#       - kinesis.put-records
#       - kinesis.throttling
#       - kinesis.producers
#       shard-for:
#       - kinesis.partition-key
#       shards-needed:
#       - kinesis.shard-model
#       - kinesis.provisioned-mode
#       split-hot:
#       - kinesis.split-shard
#       - kinesis.hot-partition
#     services:
#     - kinesis
#     - iam
#     title: A stream of records
#     topics:
#     - kinesis.family
#     - kinesis.shard-model
#     - kinesis.retention-replay
#     - kinesis.partition-key
#     - kinesis.hot-partition
#     - kinesis.provisioned-mode
#     - kinesis.on-demand-mode
#     - kinesis.security
#     - kinesis.producers
#     - kinesis.put-records
#     - kinesis.throttling
#     - kinesis.split-shard
#     - kinesis.merge-shard
# ---

# %% [markdown]
# # A stream of records
#
# Meridian is a haulier. Its trucks and depots report all day long: positions, temperatures, pictures of loading
# bays. Three programs want every report, in order, and one of them wants yesterday's again. A queue cannot do that.
# After this lesson you can run an **Amazon Kinesis** data stream: choose the key, size the shards, write without
# losing a record, and cool a shard that runs hot.

# %% setup="start"
import hashlib
import json
import random
from collections import Counter
from itertools import pairwise
from math import ceil

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question

lesson("06-messaging/05-kinesis")
lab.start()
# boto3 repeats a call that was throttled as a whole; we let it try ten times.
patience = Config(retries={"mode": "standard", "total_max_attempts": 10})
kinesis = boto3.client("kinesis", config=patience)


def new_stream(name: str, shards: int) -> str:
    """Create a stream, wait until it is ready, and return its name."""
    stream = lab.unique_name(name)
    kinesis.create_stream(StreamName=stream, ShardCount=shards)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream)
    return stream


# %% [markdown]
# ## The family
#
# Kinesis is AWS's own answer to Apache Kafka: logs, clicks, metrics and sensor data, the moment they happen, kept on
# disks in three Availability Zones. It has several members, and each does one thing.

# %%
charts.flow(
    [
        ("trucks", "Data Streams", "records"),
        ("web clicks", "Data Streams"),
        ("Data Streams", "own programs"),
        ("Data Streams", "Lambda"),
        ("Data Streams", "Apache Flink"),
        ("Data Streams", "Firehose"),
        ("Firehose", "S3, Redshift"),
    ],
    kinds={
        "Data Streams": "messaging",
        "Firehose": "messaging",
        "Apache Flink": "compute",
        "Lambda": "compute",
        "own programs": "compute",
        "S3, Redshift": "storage",
    },
    headline="Data Streams keeps the records; the others read, compute and deliver",
)

# %% [markdown]
# - **Kinesis Data Streams** stores records and lets many readers read them. This lesson.
# - **Amazon Data Firehose** loads records into a store, without code (like Kafka Connect).
# - **Managed Service for Apache Flink** computes on a stream (like Kafka Streams).
# - **Kinesis Video Streams** takes video. And Kafka itself runs managed as **Amazon MSK**.
#
# > **Then and now.** Firehose was *Kinesis Data Firehose* until February 2024, and Flink was *Kinesis Data
# > Analytics* until August 2023. The SQL variant of Data Analytics is gone: deleted from 27 January 2026.
#
# A producer puts a record and learns two things about it.

# %%
first = new_stream("first", shards=2)
answer = kinesis.put_record(
    StreamName=first,
    PartitionKey="truck-7",
    Data=json.dumps({"truck": "truck-7", "km": 41_300}).encode(),
)
print("shard   ", answer["ShardId"])
print("sequence", answer["SequenceNumber"])

# %% [markdown]
# ## Shards
#
# A stream is a set of **shards**, each a list that only grows at its end. A **record** has three parts: a
# *partition key* (required, up to 256 characters), a *sequence number* (Kinesis gives it, it rises), and the *data*:
# bytes that Kinesis does not look into. On the wire they are Base64; boto3 sees to that.
#
# A shard is also the unit of capacity. These limits hold **for each shard**, every second:

# %%
a_shard = ["write-mib-per-shard", "write-records-per-shard", "read-mib-per-shard"]
a_shard += ["getrecords-per-second", "record-size-default", "record-size-setting-max"]
facts.limits("kinesis").frame().set_index("name").loc[a_shard, ["value", "unit", "as_of"]]

# %% [markdown]
# (Where AWS and we say MB here, a MiB is meant: a shard takes 1,048,576 bytes a second.)
#
# All ordinary readers of a shard *share* its 2 MB/s. A reader with **enhanced fan-out** (next lesson) gets 2 MB/s
# of its own.
#
# > **Then and now.** A record was at most 1 MiB until October 2025. Now `UpdateMaxRecordSize` raises a stream's limit
# > up to 10 MiB (10,240 KiB), for now and then a big one: the average must still fit 1 MB/s.
#
# ### Your turn: how many shards?
#
# In **provisioned** mode you choose the number of shards. Write `shards_needed(mb_in, records_in, readers)`: the
# fewest shards for `mb_in` MB and `records_in` records a second, read by that many ordinary readers, each of which
# reads everything.
#
# <details><summary>Hint</summary>
#
# Three limits, three numbers; the largest decides. What do all readers together take out each second? Round up: a
# stream has at least one shard.
# </details>


# %% exercise="shards-needed"
def shards_needed(mb_in: float, records_in: int, readers: int) -> int:
    """Return the fewest shards that carry this load."""
    ### BEGIN SOLUTION
    by_size = mb_in / facts.limit("kinesis", "write-mib-per-shard")
    by_count = records_in / facts.limit("kinesis", "write-records-per-shard")
    by_reading = mb_in * readers / facts.limit("kinesis", "read-mib-per-shard")
    return max(1, ceil(max(by_size, by_count, by_reading)))
    ### END SOLUTION


# %% check="shards-needed" points=1
with check(
    "shards-needed",
    needs="shards_needed",
    right="The tightest of three limits decides. With two readers it is still writing, with three it is reading.",
) as expect:

    def needs(mb: float, records: int, readers: int, shards: int, why: str) -> None:
        expect.equal(
            shards_needed(mb, records, readers),
            shards,
            f"{mb} MB/s, {records:,} records/s, {readers} readers: {why}",
        )

    needs(1.0, 1000, 1, 1, "exactly one shard")
    needs(1.01, 100, 1, 2, "a little more than 1 MB/s")
    needs(0.2, 1001, 1, 2, "a thousand and one records")
    needs(2.0, 500, 4, 4, "four readers take out 8 MB/s")
    needs(0.0, 0, 0, 1, "a stream has at least one shard")
    ### BEGIN HIDDEN TESTS
    needs(3.5, 1200, 2, 4, "two readers take out 7 MB/s")
    needs(0.5, 4200, 5, 5, "the records decide")
    needs(6.0, 100, 3, 9, "reading decides")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Same key, same shard, in order
#
# Kinesis computes the **MD5** hash of the partition key: a number of 128 bits, from 0 to 2^128 - 1. Each shard owns a
# range of these numbers, and the record goes where its number lies. So all reports of one truck, with the truck's
# name as key, lie in one shard, in the order in which they came. Different trucks have no order among each other.

# %%
for shard in kinesis.list_shards(StreamName=first)["Shards"]:
    owns = shard["HashKeyRange"]
    begin, end = int(owns["StartingHashKey"]), int(owns["EndingHashKey"])
    print(f"{shard['ShardId']} {begin:>40} to {end:>40}")
print("truck-7 hashes to", int(hashlib.md5(b"truck-7").hexdigest(), 16))

# %% [markdown]
# ### Your turn: predict the shard
#
# Write `shard_for(key, shards)`: the id of the shard that a record with this key will go to. `shards` is what
# `list_shards` answers under `"Shards"`. Send nothing; the check sends records afterwards and compares.
#
# <details><summary>Hint</summary>
#
# `int(hashlib.md5(key.encode()).hexdigest(), 16)`. Both ends of a range belong to it, and they come as texts.
# </details>


# %% exercise="shard-for"
def shard_for(key: str, shards: list[dict]) -> str:
    """Return the id of the shard that takes records with this key."""
    ### BEGIN SOLUTION
    number = int(hashlib.md5(key.encode()).hexdigest(), 16)
    for shard in shards:
        owns = shard["HashKeyRange"]
        if int(owns["StartingHashKey"]) <= number <= int(owns["EndingHashKey"]):
            return shard["ShardId"]
    raise ValueError(f"no shard owns {key}")
    ### END SOLUTION


# %% check="shard-for" points=2
with check("shard-for", needs="shard_for", right="No luck in it: the key alone decides.") as expect:

    def comes_true(count: int, keys: list[str]) -> None:
        stream = new_stream("check-predict", count)
        shards = kinesis.list_shards(StreamName=stream)["Shards"]
        said = [shard_for(key, shards) for key in keys]
        ids = [shard["ShardId"] for shard in shards]
        expect(
            all(one in ids for one in said),
            f"Return a ShardId such as {ids[0]!r}; you returned "
            f"{next((one for one in said if one not in ids), None)!r} for one of the keys.",
        )
        records = [{"PartitionKey": key, "Data": b"."} for key in keys]
        went = [one["ShardId"] for one in kinesis.put_records(StreamName=stream, Records=records)["Records"]]
        right = sum(a == b for a, b in zip(said, went, strict=True))
        wrong = next((n for n, (a, b) in enumerate(zip(said, went, strict=True)) if a != b), 0)
        expect(
            right == len(keys),
            f"{right} of {len(keys)} predictions came true over {count} shards. "
            f"{keys[wrong]!r} went to {went[wrong]}; compare its hash, as a number, with the ranges.",
        )

    comes_true(5, [f"truck-{n}" for n in range(1, 101)])
    ### BEGIN HIDDEN TESTS
    comes_true(3, [f"depot/{name}" for name in ("Köln", "Malmö", "Lyon", "Gdańsk", "Porto", "Turin")])
    ### END HIDDEN TESTS

# %% [markdown]
# How evenly do a hundred trucks spread? We send one report of each.

# %% setup="map"
trucks = [f"truck-{n}" for n in range(1, 101)]


def hash_key(key: str) -> int:
    """The number that decides about a key."""
    return int(hashlib.md5(key.encode()).hexdigest(), 16)


def open_shards(stream: str) -> list[tuple[str, int, int]]:
    """Id, first and last hash key of each shard that takes records, ordered by these keys."""
    asked = {"StreamName": stream, "ShardFilter": {"Type": "AT_LATEST"}}
    pages = kinesis.get_paginator("list_shards").paginate(**asked)
    found = []
    for shard in (shard for page in pages for shard in page["Shards"]):
        owns = shard["HashKeyRange"]
        low, high = int(owns["StartingHashKey"]), int(owns["EndingHashKey"])
        found.append((shard["ShardId"], low, high))
    return sorted(found, key=lambda shard: shard[1])


def spread(stream: str, keys: list[str]) -> dict[str, int]:
    """Send a record for each key and count what each shard got."""
    count = {shard: 0 for shard, _, _ in open_shards(stream)}
    for begin in range(0, len(keys), 500):
        records = [{"PartitionKey": key, "Data": b"."} for key in keys[begin : begin + 500]]
        for one in kinesis.put_records(StreamName=stream, Records=records)["Records"]:
            count[one["ShardId"]] += 1
    return count


# %%
counted = spread(new_stream("fleet", shards=5), trucks)
low, high = min(counted.values()), max(counted.values())
charts.bars(
    {shard.replace("shardId-00000000000", "shard "): many for shard, many in counted.items()},
    headline=f"100 trucks over 5 shards: {low} to {high} each, not 20",
    label="trucks",
    sort=False,
    reference={"even share": 20},
    source="measured in the lab",
)

# %% [markdown]
# ## Nothing is deleted, it expires
#
# Reading takes nothing away, and nobody can change or delete a record. It stays for the **retention** of the stream:
# 24 hours at first, up to 365 days (8,760 hours) if you ask and pay. So any number of programs can read the same
# records, and read them *again*: a **replay**.
#
# A reader asks for a *shard iterator* (where to start) and then calls `GetRecords` again and again; every answer
# brings the iterator for the next call.

# %%
diary = new_stream("diary", shards=1)
for text in ("loaded", "on the road", "delivered"):
    kinesis.put_record(StreamName=diary, PartitionKey="truck-7", Data=text.encode())
    lab.clock.advance(hours=8)


def all_of(stream: str) -> list[str]:
    """Read the first shard from its oldest record on."""
    begin = kinesis.get_shard_iterator(
        StreamName=stream, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )
    records = kinesis.get_records(ShardIterator=begin["ShardIterator"])["Records"]
    return [record["Data"].decode() for record in records]


print("after 24 hours:", all_of(diary))
for hours in (168, 8760, 8761):
    try:
        kinesis.increase_stream_retention_period(StreamName=diary, RetentionPeriodHours=hours)
        print(f"retention {hours} hours: accepted")
    except ClientError as error:
        print(f"retention {hours} hours: {error.response['Error']['Code']}")
lab.clock.advance(days=30)
print("a month later: ", all_of(diary))

# %% [markdown]
# The first report was a day old and gone. The other two were saved by the longer retention. An iterator can start at
# `TRIM_HORIZON` (the oldest record), `LATEST` (only what comes from now on), `AT_TIMESTAMP`, or at or after a
# sequence number.
#
# ### Your turn: replay
#
# A map showed wrong positions since `since`. Write `replay(stream, since)`: everything that was put at or after this
# moment (a `datetime`), as a dictionary from partition key to the list of its data, as text, in order. Read **all**
# shards. A call returns 10 MiB at most (and keeps the shard from being read for five seconds; boto3 waits and repeats
# the call), and an answer may be empty although more waits. So go on with `NextShardIterator` until
# `MillisBehindLatest` is 0. A closed shard (you will soon make some) has no next iterator at its end.
#
# <details><summary>Hint</summary>
#
# An outer loop over `list_shards` (in its order, parents come before children), an inner one that ends when there is
# no next iterator or nothing more waits. `setdefault(key, []).append(...)` builds the dictionary.
# </details>


# %% exercise="replay"
def replay(stream: str, since) -> dict[str, list[str]]:
    """Return everything put since then: for each partition key its data in order."""
    found: dict[str, list[str]] = {}
    ### BEGIN SOLUTION
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream,
            ShardId=shard["ShardId"],
            ShardIteratorType="AT_TIMESTAMP",
            Timestamp=since,
        ).get("ShardIterator")
        while iterator:
            answer = kinesis.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                found.setdefault(record["PartitionKey"], []).append(record["Data"].decode())
            more = answer["MillisBehindLatest"] > 0
            iterator = answer.get("NextShardIterator") if more else None
    ### END SOLUTION
    return found


# %% check="replay" points=3
with check(
    "replay",
    needs="replay",
    right="A mended reader reads the past again. No queue can do that.",
) as expect:

    def halves(stream: str) -> None:
        for shard, low, high in open_shards(stream):
            kinesis.split_shard(
                StreamName=stream,
                ShardToSplit=shard,
                NewStartingHashKey=str((low + high) // 2),
            )

    def read_again(shards: int, keys: list[str], reshard: bool) -> None:
        stream = new_stream("check-replay", shards)
        for key in keys:
            kinesis.put_record(StreamName=stream, PartitionKey=key, Data=b"too old")
        lab.clock.advance(hours=1)
        since, sent = lab.clock.now(), {}
        for round in range(4):
            for key in keys:
                kinesis.put_record(StreamName=stream, PartitionKey=key, Data=f"{key} {round}".encode())
                sent.setdefault(key, []).append(f"{key} {round}")
            if reshard and round == 1:
                halves(stream)
            lab.clock.advance(seconds=1)
        with lab.watching(most=150):
            got = replay(stream, since)
        case = f"{len(keys)} trucks over {shards} shards" + (", split while they drove" if reshard else "")
        expect(isinstance(got, dict), "Return a dictionary from partition key to a list of texts.")
        plain = all(isinstance(text, str) for texts in got.values() for text in texts)
        expect(plain, f"{case}: you return bytes. Data.decode() makes text of them.")
        old = any("too old" in texts for texts in got.values())
        expect(
            not old,
            f"{case}: you also return what was put before `since`. Start at AT_TIMESTAMP.",
        )
        total = sum(map(len, got.values()))
        expect(
            {k: sorted(v) for k, v in got.items()} == {k: sorted(v) for k, v in sent.items()},
            f"{case}: you return {total} of {len(keys) * 4} reports. Read every shard that list_shards names, "
            "the closed ones too.",
        )
        expect(
            got == sent,
            f"{case}: the reports of a truck are not in order. Read parents before their children.",
        )

    def long_one(records: int) -> None:
        stream = new_stream("check-long", 1)
        since = lab.clock.now()
        for number in range(records):
            data = str(number).encode().ljust(1_000_000)
            kinesis.put_record(StreamName=stream, PartitionKey="camera", Data=data)
            lab.clock.advance(seconds=1)
        with lab.watching(most=150):
            got = replay(stream, since)
        texts = [text.strip() for text in got.get("camera", [])]
        expect(
            texts == [str(number) for number in range(records)],
            f"{records} records of 1 MB each: you return {len(texts)}. One GetRecords brings 10 MiB at most; "
            "go on with NextShardIterator until MillisBehindLatest is 0.",
        )

    read_again(3, trucks[:12], reshard=False)
    read_again(2, ["truck-1", "truck-2", "truck-3", "truck-4"], reshard=True)
    long_one(12)
    ### BEGIN HIDDEN TESTS
    read_again(1, ["one"], reshard=True)
    long_one(23)
    ### END HIDDEN TESTS

# %% [markdown]
# Retention has a price: longer than 24 hours costs by the shard-hour up to a week, and by the gigabyte beyond.
#
# ## Writing for work
#
# Who writes to a stream? Your program with the **SDK** (`PutRecord`, `PutRecords`); the **Kinesis Producer Library**
# (KPL, for Java; it batches, aggregates and retries); the **Kinesis Agent**, which follows log files on a server; and
# connectors of Spark, Flink, Kafka Connect or Fluent Bit.
#
# `PutRecords` takes up to 500 records and 10 MiB in one call (5 MiB until October 2025). It is quicker than single
# puts, and it has a trap: **it is not all or nothing.** We send 1,200 records with one key, in three calls.

# %%
one_shard = new_stream("trap", shards=1)
for call in (1, 2, 3):
    batch = [{"PartitionKey": "truck-7", "Data": f"{call}/{n}".encode()} for n in range(400)]
    answer = kinesis.put_records(StreamName=one_shard, Records=batch)
    print(
        f"call {call}: HTTP {answer['ResponseMetadata']['HTTPStatusCode']},",
        f"FailedRecordCount {answer['FailedRecordCount']}",
    )
print(answer["Records"][-1])

# %% [markdown]
# The third call *succeeded*, and half of its records are not in the stream. The shard had its 1,000 records of this
# second. `PutRecord` raises `ProvisionedThroughputExceededException` then; `PutRecords` only notes it at each entry,
# in the order of the request, and boto3 does not repeat these for you.
#
# The cure: send again **only the entries with an `ErrorCode`**, after a pause. Let the pause grow (*exponential
# back-off*) and draw it at random (*jitter*), or all producers come back at the same moment.

# %%
for attempt in range(6):
    longest = 0.1 * 2**attempt
    pause = random.uniform(0, longest)
    print(f"pause {attempt + 1}: between 0 and {longest:.1f} s, for example {pause:.2f} s")

# %% [markdown]
# ### Your turn: repair the sender
#
# A colleague's `send_all(stream, records, wait)` loses records. Repair it so that each record reaches the stream
# **once**:
#
# - at most 500 records a call;
# - send again only what failed;
# - before each new attempt call `wait(seconds)`, for a random time: up to 0.1 s at first, and each time up to twice
#   as long as before. (`wait` moves the lab's clock; at work it is `time.sleep`.)
#
# <details><summary>Hint</summary>
#
# `zip(batch, answer["Records"])` pairs what you sent with what became of it. Keep a list of what is still to send and
# loop until it is empty. The next batch starts again with short pauses.
# </details>


# %% exercise="send-all" repair=true
def send_all(stream: str, records: list[dict], wait) -> None:
    """Put all records; records have PartitionKey and Data."""
    for begin in range(0, len(records), 500):
        batch = records[begin : begin + 500]
        answer = kinesis.put_records(StreamName=stream, Records=batch)
        if answer["FailedRecordCount"] == len(batch):
            wait(0.1)
            kinesis.put_records(StreamName=stream, Records=batch)


### BEGIN SOLUTION
def send_all(stream: str, records: list[dict], wait) -> None:
    """Put all records; records have PartitionKey and Data."""
    for begin in range(0, len(records), 500):
        left, longest = records[begin : begin + 500], 0.1
        while True:
            answer = kinesis.put_records(StreamName=stream, Records=left)
            fates = zip(left, answer["Records"], strict=True)
            left = [record for record, fate in fates if "ErrorCode" in fate]
            if not left:
                break
            wait(random.uniform(0, longest))
            longest *= 2


### END SOLUTION


# %% check="send-all" points=3
with check("send-all", needs="send_all", right="Nothing lost, nothing doubled: look at every entry.") as expect:

    def contents(stream: str) -> list[str]:
        found = []
        for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            found += [one["Data"].decode() for one in kinesis.get_records(ShardIterator=iterator)["Records"]]
        return found

    def arrives(count: int, keys: int, shards: int) -> None:
        stream, waits = new_stream("check-send", shards), []
        sent_since_wait: set[bytes] = set()
        hasty: list[int] = []

        def watch(params: dict, **_) -> None:
            batch = {record["Data"] for record in params["Records"]}
            if batch & sent_since_wait:
                hasty.append(len(batch & sent_since_wait))
            sent_since_wait.update(batch)

        def wait(seconds: float) -> None:
            sent_since_wait.clear()
            waits.append(seconds)
            lab.clock.advance(seconds=seconds)

        records = [{"PartitionKey": f"truck-{n % keys}", "Data": str(n).encode()} for n in range(count)]
        kinesis.meta.events.register("provide-client-params.kinesis.PutRecords", watch)
        try:
            with lab.watching(most=120) as made:
                send_all(stream, records, wait)
        finally:
            kinesis.meta.events.unregister("provide-client-params.kinesis.PutRecords", watch)
        lab.clock.advance(seconds=2)
        got = contents(stream)
        case = f"{count:,} records, {keys} keys, {shards} shards"
        missing, doubled = count - len(set(got)), len(got) - len(set(got))
        expect(
            missing == 0,
            f"{case}: {missing:,} records never arrived. A call may succeed for some of its entries and fail for "
            "others; send those with an ErrorCode again until none is left.",
        )
        expect(
            doubled == 0,
            f"{case}: {doubled:,} records arrived twice. Send again only the entries that failed.",
        )
        refused = len(made.of("PutRecords")) - ceil(count / 500)
        expect(
            not hasty,
            f"{case}: {len(hasty)} calls sent records again without a pause. Wait before each new attempt.",
        )
        over = [seconds for n, seconds in enumerate(waits) if seconds > 0.1 * 2**n + 1e-9]
        expect(
            not over,
            f"{case}: a pause of {max(over, default=0):.2f} s is too long; begin with at most 0.1 s.",
        )
        grows = max(waits, default=0.2)
        expect(
            refused < 8 or grows > 0.1,
            f"{case}: {refused} repeated calls. Let the longest pause double from attempt to attempt.",
        )
        bounds = [0.1 * 2**n for n in range(len(waits))]
        even = len(waits) > 2 and all(any(abs(s - b) < 1e-9 for b in bounds) for s in waits)
        expect(
            not even,
            f"{case}: your pauses are not random. Draw them: random.uniform(0, longest).",
        )

    arrives(2600, 7, 2)
    arrives(2600, 1, 1)
    ### BEGIN HIDDEN TESTS
    arrives(3100, 7, 2)
    ### END HIDDEN TESTS

# %% [markdown]
# Kinesis bills writing in **PUT payload units**: each record counts as one for every 25 KB, or part of it. Small
# records are dear, and 1,000 of them fill a shard's second. So the KPL *aggregates*: it packs many small events into
# one record. Look at what that does to a million reports of 100 bytes.

# %%
packed = facts.limit("kinesis", "put-payload-unit-size") * 1024 // 100  # reports in one record


def billed(records: float, size: float) -> float:
    return facts.billed_units("kinesis", "put-payload-units", records, size=size)


units = {
    "one report a record": billed(1_000_000, size=100),
    f"{packed:.0f} reports a record": billed(ceil(1_000_000 / packed), size=packed * 100),
}
few = min(units.values())
usd = facts.price("kinesis", "put-payload-units") / 1e6
charts.bars(
    units,
    headline=f"Packing {packed:.0f} reports into a record cuts a million units to {few:,.0f}",
    label="PUT payload units for a million reports of 100 bytes",
    texts={name: f"{n:,.0f} units, {n * usd:.5f} USD" for name, n in units.items()},
    source=[
        facts.price("kinesis", "put-payload-units"),
        facts.limit("kinesis", "put-payload-unit-size"),
    ],
)

# %% [markdown]
# The reader must unpack: the KCL and Lambda's helper libraries do it for records of the KPL. And all events in one
# record share one key, one shard, and one fate.
#
# > **Then and now.** KPL 1.0 came in December 2024 and replaced 0.x.
#
# *Half of the lesson is done: a good place for a pause.*

# %% [markdown]
# ## Hot shards
#
# A stream is as quick as its busiest shard. If one shard gets most of the records, it refuses them while the others
# idle: a **hot partition**. The first question is always: *is the key right?* Here are a thousand reports, keyed in
# two ways.

# %% setup="reports"
drawn = random.Random(5)
home = {truck: drawn.choices(["DE", "AT", "PL", "FR"], [90, 5, 3, 2])[0] for truck in trucks}
reports = [
    {
        "report": f"r-{n}",
        "truck": truck,
        "country": home[truck],
        "cargo": drawn.choice(["cold", "dry"]),
    }
    for n, truck in enumerate(drawn.choices(trucks, k=1000))
]

# %%
loads = {}
for field in ("country", "truck"):
    counted = spread(new_stream(field, shards=4), [report[field] for report in reports])
    loads[f"key: {field}"] = {f"shard {n}": many for n, many in enumerate(counted.values())}
    lab.clock.advance(seconds=1)
by_country, by_truck = (max(load.values()) / 10 for load in loads.values())
charts.compare(
    loads,
    headline=f"By country one shard gets {by_country:.0f} % of all, by truck {by_truck:.0f} %",
    label="records of 1,000",
    source="measured in the lab",
)

# %% [markdown]
# Many keys of similar weight spread well. Few keys, or one heavy key, do not, and then more shards do not help: one
# key never uses more than one shard. What helps against one heavy key is *salting*: `DE-0`, `DE-1`, ... `DE-7`, drawn
# at random. It gives up the order among that key's records. (On-demand streams can even be told to ignore the keys
# and spread evenly: the record distribution strategy `AUTO`, without any order.)
#
# ### Your turn: choose the key
#
# Write `best_key(reports, fields, shards)`: the field to use as key. It must keep the order of each truck: all
# reports of one truck have the same value there. Among such fields take the one whose busiest shard, of so many equal
# shards, gets the fewest reports.
#
# <details><summary>Hint</summary>
#
# Equal shards: `hash_key(value) * shards // 2**128` is the number of the shard. `Counter` counts. A field keeps the
# order if there are as many pairs (truck, value) as trucks.
# </details>


# %% exercise="best-key"
def best_key(reports: list[dict], fields: list[str], shards: int) -> str:
    """Return the field that spreads the reports best and keeps each truck in order."""

    ### BEGIN SOLUTION
    def keeps_order(field: str) -> bool:
        pairs = {(one["truck"], one[field]) for one in reports}
        return len(pairs) == len({truck for truck, _ in pairs})

    def busiest(field: str) -> int:
        numbers = [hash_key(str(one[field])) * shards // 2**128 for one in reports]
        return max(Counter(numbers).values())

    return min(filter(keeps_order, fields), key=busiest)
    ### END SOLUTION


# %% check="best-key" points=2
with check("best-key", needs="best_key", right="Many values of similar weight, and still in order.") as expect:

    def choose(reports: list[dict], fields: list[str], shards: int, right: str, why: dict[str, str]) -> None:
        got = best_key(reports, fields, shards)
        expect(got in fields, f"Return one of {fields}; you returned {got!r}.")
        expect(
            got == right,
            f"{shards} shards: you chose {got!r}. {why.get(got, 'Another spreads better.')}",
        )

    fields = ["country", "report", "cargo", "truck"]
    why = {
        "report": "It spreads best of all, but two reports of one truck have different values: their order is lost.",
        "cargo": "A truck carries now this, now that: its reports go to two shards.",
        "country": "Nine of ten trucks are at home in one country: its shard gets nearly everything.",
    }
    choose(reports, fields, 4, "truck", why)
    convoy = [{"truck": "t-1" if n < 80 else f"t-{n}", "driver": f"d-{n % 40}"} for n in range(100)]
    choose(
        convoy,
        ["driver", "truck"],
        4,
        "truck",
        {"driver": "The drivers of t-1 change, so its reports go to many shards."},
    )
    plates = [{"truck": f"t-{n % 8}", "plate": f"M-AN {n % 8}"} for n in range(80)]
    choose(
        plates,
        ["truck", "plate"],
        4,
        "plate",
        {"truck": "Both keep the order. Compute the shards: by truck the busiest of the four gets more reports."},
    )
    teams = [{"truck": f"t-{n % 50}", "team": f"team-{n % 50 % 2}"} for n in range(200)]
    choose(
        teams,
        ["team", "truck"],
        8,
        "truck",
        {"team": "Two teams fill at most two of eight shards."},
    )
    ### BEGIN HIDDEN TESTS
    pairs = [{"truck": f"t-{n % 9}", "plate": f"plate {n % 9}", "sent": n} for n in range(90)]
    by = {f: max(Counter(hash_key(one[f]) * 3 // 2**128 for one in pairs).values()) for f in ("truck", "plate")}
    choose(pairs, ["sent", "plate", "truck"], 3, min(["plate", "truck"], key=by.get), {})
    ### END HIDDEN TESTS

# %% [markdown]
# ## Split the hot one
#
# Sometimes the key is right and a shard is hot all the same: a few busy keys happen to share it. Meridian's depots
# send pictures of 20 KB with the depot as key. We drive the stream for ten seconds and measure, per second and shard,
# what is taken and what is refused.

# %% setup="depots"
# pictures a second
by_day = {"rotterdam": 24, "bremen": 22, "antwerp": 10, "vienna": 8, "porto": 12, "malmo": 10}
by_day |= {"krakow": 6, "turin": 14, "milan": 10, "lille": 6, "hamburg": 20}
by_night = {depot: many // 4 for depot, many in by_day.items()}


class Drive:
    """Sends pictures to a stream, second by second, and notes what becomes of them."""

    def __init__(self, stream: str) -> None:
        self.stream, self.second = stream, 0
        self.megabytes: dict[str, dict[int, float]] = {}
        self.refused: list[int] = []

    def go(self, seconds: int, pictures: dict[str, int]) -> None:
        """Send so many pictures of each depot every second; what is refused is lost."""
        picture = b"." * 20_000
        depots = [depot for depot, many in pictures.items() for _ in range(many)]
        records = [{"PartitionKey": depot, "Data": picture} for depot in depots]
        for _ in range(seconds):
            answers = kinesis.put_records(StreamName=self.stream, Records=records)["Records"]
            for one in answers:
                if "ShardId" in one:
                    load = self.megabytes.setdefault(one["ShardId"], {})
                    load[self.second] = load.get(self.second, 0.0) + 20_000 / 1e6
            self.refused.append(sum("ErrorCode" in one for one in answers))
            self.second += 1
            lab.clock.advance(seconds=1)


# %%
yard = new_stream("yard", shards=4)
drive = Drive(yard)
drive.go(10, by_day)
sent = {shard: 0.0 for shard, _, _ in open_shards(yard)}
for depot, many in by_day.items():
    for shard, low, high in open_shards(yard):
        if low <= hash_key(depot) <= high:
            sent[shard] += many * 20_000 / 1e6
taken = {shard: load[9] for shard, load in drive.megabytes.items()}
charts.stack(
    {
        f"shard {n}": {"taken": taken[shard], "refused": max(0, sent[shard] - taken[shard])}
        for n, shard in enumerate(sorted(sent))
    },
    headline=f"Before: {sum(sent.values()):.1f} of 4 MB/s come in, yet shard 0 refuses some",
    unit="MB per second",
    total=False,
    source="measured in the lab",
)

# %% [markdown]
# Shard 0 has Rotterdam, Bremen, Antwerp and Vienna. **Splitting** a shard makes exactly two of it: you name the hash
# key where the second one begins. The middle of the range is the usual choice, and here a bad one:

# %%
hot, low, high = open_shards(yard)[0]
for depot in ("antwerp", "vienna", "bremen", "rotterdam"):
    share = (hash_key(depot) - low) / (high - low)
    print(f"{depot:>10}: {by_day[depot]:>3} pictures/s, at {share:4.0%} of the shard's range")

# %% [markdown]
# Cut in the middle, the right half would keep three depots and 54 pictures a second; a shard takes 52. We cut at
# Rotterdam.

# %%
cut = str(hash_key("rotterdam"))
kinesis.split_shard(StreamName=yard, ShardToSplit=hot, NewStartingHashKey=cut)
kinesis.get_waiter("stream_exists").wait(StreamName=yard)
for shard in kinesis.list_shards(StreamName=yard)["Shards"]:
    state = "closed" if "EndingSequenceNumber" in shard["SequenceNumberRange"] else "open  "
    print(shard["ShardId"], state, "parent:", shard.get("ParentShardId", "-"))
drive.go(10, by_day)
print("refused per second, before:", drive.refused[:10], "after:", drive.refused[10:])

# %% [markdown]
# The parent is **closed**: it takes nothing more, and its records can be read until they expire; then it disappears.
# New records go to its children. Nobody does this for you: provisioned streams do not scale by themselves.
#
# ### Your turn: split where it helps
#
# Write `split_hot(stream, load)`. `load` holds the MB/s of each key. Find the open shard with the greatest load and
# split it so that the busier of its two halves gets as little as possible. (One key cannot be cut in two.)
#
# <details><summary>Hint</summary>
#
# Sort the shard's keys by their hash. You can cut at the hash of any but the first: that key and all after it go
# to the right. Try each cut and keep the best. `open_shards` and `hash_key` are there from above.
# </details>


# %% exercise="split-hot"
def split_hot(stream: str, load: dict[str, float]) -> None:
    """Split the busiest shard so that its load is halved as well as can be."""
    ### BEGIN SOLUTION
    inside = {
        shard: sorted((key for key in load if first <= hash_key(key) <= last), key=hash_key)
        for shard, first, last in open_shards(stream)
    }
    hot = max(inside, key=lambda shard: sum(load[key] for key in inside[shard]))
    keys = inside[hot]

    def busier(cut: int) -> float:
        return max(sum(load[key] for key in keys[:cut]), sum(load[key] for key in keys[cut:]))

    cut = min(range(1, len(keys)), key=busier)
    begin = str(hash_key(keys[cut]))
    kinesis.split_shard(StreamName=stream, ShardToSplit=hot, NewStartingHashKey=begin)
    ### END SOLUTION


# %% setup="measure"
def shard_loads(stream: str, load: dict[str, float]) -> list[float]:
    """The load of each open shard, in the order of the hash keys."""
    return [
        sum((mb for key, mb in load.items() if low <= hash_key(key) <= high), 0.0)
        for _, low, high in open_shards(stream)
    ]


# %% check="split-hot" points=3
with check("split-hot", needs="split_hot", right="Cut where the load is, not where the middle is.") as expect:

    def cools(shards: int, load: dict[str, float], best: float) -> None:
        stream = new_stream("check-split", shards)
        old, before = [shard for shard, _, _ in open_shards(stream)], shard_loads(stream, load)
        split_hot(stream, dict(load))
        new = [shard for shard, _, _ in open_shards(stream)]
        after = dict(zip(new, shard_loads(stream, load), strict=True))
        case = f"{len(load)} keys over {shards} shards"
        expect(
            len(new) == shards + 1,
            f"{case}: there should be {shards + 1} open shards now, and there are {len(new)}.",
        )
        expect(
            old[before.index(max(before))] not in new,
            f"{case}: you split another shard than the busiest, which carries {max(before):.2f} MB/s.",
        )
        children = [after[shard] for shard in new if shard not in old]
        expect(
            abs(max(children) - best) < 1e-6,
            f"{case}: the busier half now carries {max(children):.2f} MB/s; {best:.2f} is possible. "
            "Look at where the busy keys lie in the range.",
        )

    day = {depot: many * 0.02 for depot, many in by_day.items()}
    cools(4, day, 0.80)
    cools(1, {"lyon": 0.5, "vienna": 0.4, "basel": 0.1}, 0.50)
    cools(2, {"turin": 0.5, "milan": 0.4, "hamburg": 0.1, "rotterdam": 0.2}, 0.60)
    ### BEGIN HIDDEN TESTS
    cools(2, {"bremen": 0.5, "rotterdam": 0.4, "hamburg": 0.1, "seville": 0.05}, 0.55)
    cools(1, {f"truck-{n}": 0.02 for n in range(1, 51)}, 0.5)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Merge the cold ones
#
# At night a quarter of the pictures comes, and five shards cost what they cost. **Merging** joins two shards whose
# ranges are *neighbours*; both parents close. One call merges two. Neighbours are found by their hash keys, not by
# their numbers: shard 4 and shard 5 came out of shard 0.

# %%
drive.go(10, by_night)
left, right = open_shards(yard)[0][0], open_shards(yard)[1][0]
kinesis.merge_shards(StreamName=yard, ShardToMerge=left, AdjacentShardToMerge=right)
left, right = open_shards(yard)[2][0], open_shards(yard)[3][0]
kinesis.merge_shards(StreamName=yard, ShardToMerge=left, AdjacentShardToMerge=right)
drive.go(10, by_night)
try:
    ends = open_shards(yard)[0][0], open_shards(yard)[-1][0]
    kinesis.merge_shards(StreamName=yard, ShardToMerge=ends[0], AdjacentShardToMerge=ends[1])
except ClientError as error:
    print("not neighbours:", error.response["Error"]["Code"])
panels = {
    f"shard {int(shard[-12:])}": (range(40), [load.get(second, 0) for second in range(40)])
    for shard, load in sorted(drive.megabytes.items())
}
charts.multiples(
    panels,
    step=True,
    fill=True,
    columns=4,
    x_label="second",
    y_unit="MB per second",
    thresholds={"limit": 1.05},
    headline="After: shard 0 hot for 10 s, split into 4 and 5; at night merged into 6 and 7",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: merge what fits
#
# Write `merge_cold(stream, load, most)`: merge neighbours, again and again, as long as two neighbours together carry
# at most `most` MB/s. `load` holds the MB/s of each key. At the end no two neighbours fit together.
#
# <details><summary>Hint</summary>
#
# After each merge ask `open_shards` again: there is a new shard, and its id is new. `shard_loads(stream, load)` gives
# the loads in the same order. `pairwise(found)` walks over the neighbours.
# </details>


# %% exercise="merge-cold"
def merge_cold(stream: str, load: dict[str, float], most: float) -> None:
    """Merge neighbours while two of them carry at most `most` MB/s together."""
    ### BEGIN SOLUTION
    merged = True
    while merged:
        merged = False
        ids = [shard for shard, _, _ in open_shards(stream)]
        loads = shard_loads(stream, load)
        for n in range(len(ids) - 1):
            if loads[n] + loads[n + 1] <= most:
                pair = {"ShardToMerge": ids[n], "AdjacentShardToMerge": ids[n + 1]}
                kinesis.merge_shards(StreamName=stream, **pair)
                merged = True
                break
    ### END SOLUTION


# %% check="merge-cold" points=2
with check(
    "merge-cold",
    needs="merge_cold",
    right="Fewer shards at night, a smaller bill in the morning.",
) as expect:

    def shrinks(shards: int, load: dict[str, float], most: float) -> None:
        stream = new_stream("check-merge", shards)
        before = shard_loads(stream, load)
        with lab.watching(most=300):
            merge_cold(stream, dict(load), most)
        after = shard_loads(stream, load)
        case = f"{shards} shards with {', '.join(f'{one:.2f}' for one in before)} MB/s, at most {most}"
        now = ", ".join(f"{one:.2f}" for one in after)
        allowed = max(most, *before)
        expect(max(after) <= allowed + 1e-9, f"{case}: now {now}. One of them carries too much.")
        fits = [(a, b) for a, b in pairwise(after) if a + b <= most]
        expect(
            not fits,
            f"{case}: now {now}. Two neighbours still fit together; go on until none do.",
        )
        expect(abs(sum(after) - sum(before)) < 1e-6, f"{case}: keys got lost.")

    night = {depot: many * 0.02 for depot, many in by_night.items()}
    shrinks(5, night, 0.8)
    shrinks(6, {depot: many * 0.02 for depot, many in by_day.items()}, 0.9)
    shrinks(2, {"rotterdam": 0.25, "hamburg": 0.25}, 0.5)
    ### BEGIN HIDDEN TESTS
    shrinks(8, {f"truck-{n}": 0.01 for n in range(60)}, 0.25)
    shrinks(2, {"rotterdam": 0.9, "hamburg": 0.9}, 1.0)
    shrinks(4, {"lyon": 0.1}, 1.0)
    ### END HIDDEN TESTS

# %% [markdown]
# `UpdateShardCount` does splits and merges for you until all shards are equally wide. It looks at widths, not at
# loads, at most doubles or halves the number, and works at most 10 times in 24 hours.

# %%
for target in (4, 3, 7):
    try:
        how = {"TargetShardCount": target, "ScalingType": "UNIFORM_SCALING"}
        kinesis.update_shard_count(StreamName=yard, **how)
        print(f"to {target} shards: done, {len(open_shards(yard))} are open")
    except ClientError as error:
        print(f"to {target} shards: {error.response['Error']['Code']}")

# %% [markdown]
# > **Lab and AWS.** In the lab a split, a merge or a change of mode is done at once. On AWS the stream is `UPDATING`
# > for a while, and a second change must wait: use the waiter. AWS does not tell how it measures "a second"; the lab
# > starts one with the first record after the last has ended.
#
# ## Or let AWS choose: on-demand
#
# An **on-demand** stream needs no number of shards. It begins with room for 4 MB/s or 4,000 records/s in, and adds
# room up to double the highest peak of the last 30 days. One *key* still stops at 1 MB/s and 1,000 records/s. You can
# switch a stream's mode, twice in 24 hours.

# %%
busy = lab.unique_name("busy")
kinesis.create_stream(StreamName=busy, StreamModeDetails={"StreamMode": "ON_DEMAND"})
kinesis.get_waiter("stream_exists").wait(StreamName=busy)
print("begins with", len(open_shards(busy)), "shards")
summary = kinesis.describe_stream_summary(StreamName=busy)["StreamDescriptionSummary"]
mode = {"StreamMode": "PROVISIONED"}
kinesis.update_stream_mode(StreamARN=summary["StreamARN"], StreamModeDetails=mode)
summary = kinesis.describe_stream_summary(StreamName=busy)["StreamDescriptionSummary"]
print("is now", summary["StreamModeDetails"]["StreamMode"])

# %% [markdown]
# Provisioned costs by the shard-hour plus PUT units; on-demand by the gigabyte plus a small price by the hour.
# **On-demand Advantage** (since November 2025, a setting for all of the account's streams in a Region) has a lower
# price for the gigabyte and none by the hour, but a minimum of 25 MB/s. We compare writing alone, with records of
# 25 KB.

# %%
hours = facts.HOURS_PER_MONTH
shard_hour = facts.price("kinesis", "shard-hour")
put_unit = facts.price("kinesis", "put-payload-units")
stream_hour = facts.price("kinesis", "on-demand-stream-hour")
gb_in = facts.price("kinesis", "on-demand-data-in")
advantage = facts.price("kinesis", "advantage-data-in")
least = facts.limit("kinesis", "advantage-minimum-commitment")


def gigabytes(mb: float) -> float:
    return mb * 3600 * hours / 1024


def provisioned(mb: float, used: float) -> float:
    """Shards that are used to this share, and a PUT unit for every 25 KB."""
    return mb / used * shard_hour * hours + mb * 1024 / 25 * 3600 * hours / 1e6 * put_unit


charts.curves(
    {
        "provisioned, 10 % used": lambda mb: provisioned(mb, 0.1),
        "provisioned, 50 % used": lambda mb: provisioned(mb, 0.5),
        "on-demand": lambda mb: stream_hour * hours + gigabytes(mb) * gb_in,
        "on-demand Advantage": lambda mb: gigabytes(max(mb, least)) * advantage,
    },
    x=(0, 40),
    headline="Shards are cheapest, as long as somebody keeps them busy",
    x_label="average load",
    x_unit="MB per second",
    y_unit="USD per month",
    source=[shard_hour, stream_hour, advantage],
)

# %% [markdown]
# Look at the bottom left, too: a stream with a trickle pays the smallest bill with *one* provisioned shard, about 11
# dollars a month. Choose on-demand for new or unpredictable loads, provisioned for steady and well-known ones.
#
# ## Security
#
# All calls go by HTTPS; private subnets reach Kinesis through an interface VPC endpoint. `StartStreamEncryption`
# encrypts what is stored with a KMS key (you may change keys 25 times in 24 hours). CloudTrail records the calls.
# Who may do what is up to IAM policies; a policy *on* the stream can admit other accounts. You may also encrypt
# before you put; then the keys are your own business.

# %%
key = "alias/aws/kinesis"  # the key that AWS manages for you
kinesis.start_stream_encryption(StreamName=yard, EncryptionType="KMS", KeyId=key)
summary = kinesis.describe_stream_summary(StreamName=yard)["StreamDescriptionSummary"]
print(summary["EncryptionType"], summary["KeyId"], summary["StreamARN"])

# %% [markdown]
# ### Your turn: a policy for the trucks
#
# The trucks' program only writes. Write `producer_policy(stream_arn)`: an IAM policy document (a dictionary) that
# allows `PutRecord`, `PutRecords` and `DescribeStreamSummary` on this one stream, and nothing else. (With a key of
# your own they would need `kms:GenerateDataKey` on that key as well, and the readers `kms:Decrypt`.)
#
# <details><summary>Hint</summary>
#
# `{"Version": "2012-10-17", "Statement": [{"Effect": ..., "Action": [...], "Resource": ...}]}`. Actions have the
# prefix of their service: `kinesis:PutRecord`.
# </details>


# %% exercise="producer-policy"
def producer_policy(stream_arn: str) -> dict:
    """Return a policy that lets its owner write to one stream."""
    ### BEGIN SOLUTION
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "kinesis:PutRecord",
                    "kinesis:PutRecords",
                    "kinesis:DescribeStreamSummary",
                ],
                "Resource": stream_arn,
            }
        ],
    }
    ### END SOLUTION


# %% check="producer-policy" points=2
with check("producer-policy", needs="producer_policy", right="A stolen truck cannot read the fleet.") as expect:
    iam = boto3.client("iam")

    def arn_of(stream: str) -> str:
        return kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]

    def may_only_write(mine: str, other: str) -> None:
        policy = producer_policy(arn_of(mine))
        expect(
            isinstance(policy, dict),
            "Return the policy as a dictionary; the check makes JSON of it.",
        )
        user = lab.unique_name("truck")
        iam.create_user(UserName=user)
        try:
            iam.put_user_policy(UserName=user, PolicyName="write", PolicyDocument=json.dumps(policy))
        except ClientError as error:
            said = error.response["Error"]["Message"]
        else:
            said = ""
        expect(said == "", f"IAM does not take this policy: {said}")
        key = iam.create_access_key(UserName=user)["AccessKey"]
        truck = boto3.client(
            "kinesis",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )
        record = {"PartitionKey": "truck-1", "Data": b"here"}
        where = {"ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
        calls = {
            "PutRecord": lambda stream: truck.put_record(StreamName=stream, **record),
            "PutRecords": lambda stream: truck.put_records(StreamName=stream, Records=[record]),
            "DescribeStreamSummary": lambda stream: truck.describe_stream_summary(StreamName=stream),
            "GetShardIterator": lambda stream: truck.get_shard_iterator(StreamName=stream, **where),
            "ListShards": lambda stream: truck.list_shards(StreamName=stream),
            "SplitShard": lambda stream: truck.split_shard(
                StreamName=stream, ShardToSplit=where["ShardId"], NewStartingHashKey="1000"
            ),
            "DeleteStream": lambda stream: truck.delete_stream(StreamName=stream),
            "DescribeStream": lambda stream: truck.describe_stream(StreamName=stream),
        }

        def allowed(call: str, stream: str) -> bool:
            try:
                calls[call](stream)
            except ClientError as error:
                return "AccessDenied" not in error.response["Error"]["Code"]
            return True

        with lab.enforce_iam():
            for call in ("PutRecord", "PutRecords", "DescribeStreamSummary"):
                expect(
                    allowed(call, mine),
                    f"{call} on the stream is denied. Is kinesis:{call} among the actions?",
                )
            for call in ("GetShardIterator", "ListShards", "SplitShard", "DeleteStream", "DescribeStream"):
                expect(
                    not allowed(call, mine),
                    f"{call} is allowed too. Name the three actions; no stars.",
                )
            expect(
                not allowed("PutRecord", other),
                "Every other stream can be written to as well. Resource is stream_arn.",
            )
        judged = iam.simulate_custom_policy(
            PolicyInputList=[json.dumps(policy)],
            ActionNames=["kinesis:PutResourcePolicy"],
            ResourceArns=[arn_of(mine)],
        )["EvaluationResults"]
        expect(
            all(one["EvalDecision"] != "allowed" for one in judged),
            "PutResourcePolicy is allowed too: the trucks could let anybody in. Name the three actions; no stars.",
        )

    may_only_write(new_stream("check-mine", 1), new_stream("check-other", 1))
    ### BEGIN HIDDEN TESTS
    may_only_write(new_stream("check-trucks", 2), new_stream("check-clicks", 1))
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On AWS every open shard costs by the hour until the stream is deleted, used or not. So the last habit:
# > clean up.

# %%
pages = kinesis.get_paginator("list_streams").paginate()
for stream in [name for page in pages for name in page["StreamNames"]]:
    kinesis.delete_stream(StreamName=stream, EnforceConsumerDeletion=True)
print("streams left:", kinesis.list_streams()["StreamNames"])

# %% [markdown]
# ## To remember
#
# - A shard takes 1 MB or 1,000 records a second, gives 2 MB, and lets ordinary readers call five times a second.
# - The MD5 of the partition key chooses the shard: same key, same shard, in order; no order between keys.
# - Records stay 24 hours to 365 days; many readers read and replay them, nobody can change them.
# - `PutRecords` may fail in part: send again only the entries with an `ErrorCode`, with back-off and jitter.
# - A hot shard throttles while others idle: first a better key, then a split where the load is.
# - Split makes two of one, merge one of two neighbours; parents close and stay readable until they expire.
# - On-demand for the unknown, provisioned for the steady; one key never gets beyond one shard.

# %% [markdown] question="idle-and-throttled"
# ### Question 1
#
# A stream with 10 shards takes 3 MB/s in all. Producers see `ProvisionedThroughputExceededException` every second.
# The partition key is the name of the tenant; one tenant sends 60 % of the data. Order matters within a device. What
# helps?
#
# - [ ] **A** `UpdateShardCount` to 20.
#   > The big tenant is one key, and one key lies in one shard, however many there are.
# - [ ] **B** Split the hot shard in the middle.
#   > All records of the tenant have the same hash. They go to one of the halves together.
# - [x] **C** Use the device id as key.
#   > Many keys of similar weight spread the big tenant over all shards, and each device stays in order.
# - [ ] **D** Register an enhanced fan-out consumer.
#   > That gives more room for reading. Writing is what is refused here.

# %% answer="idle-and-throttled"
answer = "C"

# %% check="idle-and-throttled" points=1
question("idle-and-throttled", answer)

# %% [markdown] question="silent-loss"
# ### Question 2
#
# A program writes with `PutRecords`. Its log shows no exception, yet in busy hours some records never reach the
# readers. What is the cause?
#
# - [ ] **A** Records with the same partition key overwrite each other.
#   > A stream only grows; nothing in it is ever overwritten.
# - [x] **B** It does not look at `FailedRecordCount`.
#   > The call succeeds although single entries were refused. They must be sent again.
# - [ ] **C** boto3 gives up after its retries and says nothing.
#   > boto3 repeats a call that fails as a whole, and raises in the end. This call did not fail.
# - [ ] **D** Retention is too short, so records expire before they are read.
#   > The shortest retention is 24 hours; that would be a very late reader, at all hours.

# %% answer="silent-loss"
answer = "B"

# %% check="silent-loss" points=1
question("silent-loss", answer)

# %% [markdown] question="wrong-for-days"
# ### Question 3
#
# A bug in one of three consumers stored wrong totals for four days. It is mended today. The stream kept its default
# settings. How do you get right totals, and what do you change for the next time?
#
# - [ ] **A** Read again from `TRIM_HORIZON`; that brings the four days back.
#   > The default retention is 24 hours, so three of the days are gone.
# - [ ] **B** Raise the retention to 168 hours now and read again from four days ago.
#   > A longer retention keeps what is still there. It does not bring back what has expired.
# - [x] **C** Replay the last day, get the rest from elsewhere, and raise the retention for the future.
#   > Only 24 hours are left. With seven days of retention the whole bug could have been replayed.
# - [ ] **D** Ask the other two consumers' shard iterators for the records.
#   > Iterators are places in the same stream, and they last five minutes.

# %% answer="wrong-for-days"
answer = "C"

# %% check="wrong-for-days" points=1
question("wrong-for-days", answer)

# %% [markdown] question="which-mode"
# ### Question 4
#
# A start-up launches a game. Nobody can say whether it will send 0.1 or 50 MB/s next week, and nobody watches at
# night. Which stream?
#
# - [x] **A** On-demand.
#   > It grows by itself, up to double its recent peak, and bills the gigabytes. Look again when the load is known.
# - [ ] **B** Provisioned, with 50 shards from the first day.
#   > It would hold, at about 550 dollars a month whether anybody plays or not.
# - [ ] **C** Provisioned, with one shard; AWS adds more when it throttles.
#   > Provisioned streams do not scale by themselves. Somebody, or an alarm of yours, must reshard.
# - [ ] **D** On-demand with one partition key, so that all records stay in order.
#   > One key stops at 1 MB/s and 1,000 records/s in every mode.

# %% answer="which-mode"
answer = "A"

# %% check="which-mode" points=1
question("which-mode", answer)

# %% [markdown] question="which-member"
# ### Question 5
#
# Clickstream events should land in S3 as files every few minutes. Nobody needs to replay them, nobody wants to write
# or run code. Which service is enough?
#
# - [ ] **A** Kinesis Data Streams with a consumer on EC2.
#   > It works, but somebody writes, runs and pays for the consumer.
# - [x] **B** Amazon Data Firehose.
#   > It takes records directly, collects them and writes objects to S3, without code and without shards.
# - [ ] **C** Managed Service for Apache Flink.
#   > It computes on streams. There is nothing to compute here.
# - [ ] **D** Amazon MSK.
#   > A Kafka cluster for a job that needs neither Kafka nor replay.

# %% answer="which-member"
answer = "B"

# %% check="which-member" points=1
question("which-member", answer)

# %%
progress()
