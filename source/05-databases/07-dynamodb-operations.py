# ---
# jupyter:
#   course:
#     exam:
#     - '1.3'
#     - '2.1'
#     minutes: 55
#     practises:
#       audit:
#       - dynamodb.auditing
#       copy-units:
#       - dynamodb.copy-table
#       export-points:
#       - dynamodb.export-import
#       last-writer:
#       - dynamodb.global-tables
#       member-card:
#       - dynamodb.photo-app
#       own-rows:
#       - dynamodb.fine-grained-access
#       rescue:
#       - dynamodb.backup-pitr
#       sessions:
#       - dynamodb.session-state
#       window:
#       - dynamodb.backup-pitr
#     services:
#     - dynamodb
#     - s3
#     - iam
#     title: A table that people rely on
#     topics:
#     - dynamodb.local
#     - dynamodb.photo-app
#     - dynamodb.session-state
#     - dynamodb.backup-pitr
#     - dynamodb.copy-table
#     - dynamodb.export-import
#     - dynamodb.security
#     - dynamodb.fine-grained-access
#     - dynamodb.auditing
#     - dynamodb.global-tables
# ---

# %% [markdown]
# # A table that people rely on
#
# The Rex cinemas now have a club: members with a card, a photo and bonus points. From the first day on somebody will
# delete the wrong row, ask for a copy, want to see only their own data, or wonder who did what. After this lesson you
# can bring back a table **as it was at a given minute**, copy it without touching its capacity, let users reach **their
# own rows only**, read the audit trail, and say what two Regions do to the same item.

# %% setup="start"
import gzip
import json
import secrets
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("05-databases/07-dynamodb-operations")
lab.start()
dynamodb = boto3.client("dynamodb")
resource = boto3.resource("dynamodb")
s3 = boto3.client("s3")


def new_table(*keys: str, prefix: str = "rex", region: str = "us-east-1"):
    """Create a table on demand with these text keys, and return it as a resource."""
    name = lab.unique_name(prefix)
    there = boto3.resource("dynamodb", region_name=region)
    kinds = zip(keys, ("HASH", "RANGE"), strict=False)
    table = there.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in kinds],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    return table


def new_bucket(prefix: str = "rex") -> str:
    """Create a bucket and return its name."""
    name = lab.unique_name(prefix)
    s3.create_bucket(Bucket=name)
    return name


# %% [markdown]
# ## Where does the code run?
#
# The same program meets DynamoDB in three places: on AWS, in this lab, and on a developer's computer without a
# network. For the last one AWS offers **DynamoDB Local**, a program that answers on `http://localhost:8000`. Nothing
# but the client's endpoint differs, so the endpoint belongs in a setting and not in the code. boto3 reads one for you:
# the environment variable `AWS_ENDPOINT_URL_DYNAMODB`.


# %%
def client_for(endpoint: str | None = None):
    """A client for DynamoDB Local if an endpoint is given, else for AWS (here: the lab)."""
    return boto3.client("dynamodb", endpoint_url=endpoint)


for endpoint in ("http://localhost:8000", None):
    print(f"{endpoint!s:24}->", client_for(endpoint).meta.endpoint_url)

# %% [markdown]
# > **Lab and AWS.** Here the lab plays the part of DynamoDB Local. That program has one trap: unless it is started with
# > `-sharedDb`, it keeps a separate database for each access key and Region.
#
# ## A record and its picture
#
# The club's first program takes a name and a photo. The photo goes to S3, the record to DynamoDB, with the photo's key
# in it. Two stores, no transaction over both: the *order* of the steps decides what a failure leaves behind.
#
# ### Your turn: a member card
#
# Write two functions. `table` is a table resource with the key `member_id`.
#
# - `save_member(table, bucket, member_id, name, photo)` stores the bytes `photo` in the bucket under
#   `photos/<member_id>.jpg`, and the item with `member_id`, `name` and `photo` (the object's key). For a member that
#   exists DynamoDB refuses the write with `ConditionalCheckFailedException`, which you let through; the old item
#   **and photo** stay as they are.
# - `remove_member(table, bucket, member_id)` removes the item and the photo.
#
# <details><summary>Hint</summary>
#
# A condition `attribute_not_exists(member_id)` refuses a second item of the same key. Which of the two writes must
# come first, so that a refusal comes before anything was overwritten?
# </details>


# %% exercise="member-card"
def save_member(table, bucket: str, member_id: str, name: str, photo: bytes) -> None:
    """Store a new member's record and photo; refuse a member that exists."""
    ### BEGIN SOLUTION
    key = f"photos/{member_id}.jpg"
    table.put_item(
        Item={"member_id": member_id, "name": name, "photo": key},
        ConditionExpression=Attr("member_id").not_exists(),
    )
    s3.put_object(Bucket=bucket, Key=key, Body=photo, ContentType="image/jpeg")
    ### END SOLUTION


def remove_member(table, bucket: str, member_id: str) -> None:
    """Remove a member's record and photo."""
    ### BEGIN SOLUTION
    s3.delete_object(Bucket=bucket, Key=f"photos/{member_id}.jpg")
    table.delete_item(Key={"member_id": member_id})
    ### END SOLUTION


# %% check="member-card" points=2
with check(
    "member-card",
    needs=["save_member", "remove_member"],
    right="The record first: its condition guards the photo, too.",
) as expect:

    def stored(table, bucket: str) -> tuple[dict, dict]:
        items = {item["member_id"]: item for item in table.scan()["Items"]}
        listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        keys = [one["Key"] for one in listed]
        read = (s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys)
        return items, dict(zip(keys, read, strict=True))

    def joins(member: str, name: str, photo: bytes) -> None:
        table, bucket = new_table("member_id"), new_bucket()
        save_member(table, bucket, member, name, photo)
        items, objects = stored(table, bucket)
        key = f"photos/{member}.jpg"
        expect(member in items, f"There is no item with member_id {member!r}.")
        expect.equal(
            items[member],
            {"member_id": member, "name": name, "photo": key},
            "The item",
        )
        expect(key in objects, f"The bucket has no {key}: {list(objects) or 'nothing'}.")
        expect.equal(objects[key], photo, "The bytes of the photo")
        refusal = "ConditionalCheckFailedException"
        with (
            lab.watching(most=100) as made,
            expect.refused(refusal, "A second member came in under the same id."),
        ):
            save_member(table, bucket, member, "Somebody else", b"another face")
        expect(
            any(call.error == refusal for call in made),
            "DynamoDB refused nothing: you asked first and wrote later, and between the two "
            "another program may write. Put the condition into the write.",
        )
        again, faces = stored(table, bucket)
        expect.equal(again, items, "After the refusal, the item of the first member")
        expect(
            faces[key] == photo,
            "Refused, yes, but the first one's photo is overwritten: what must go first?",
        )
        save_member(table, bucket, "other", "Other", b"other face")
        remove_member(table, bucket, member)
        items, objects = stored(table, bucket)
        expect.equal(list(items), ["other"], f"The members left after {member!r} was removed")
        expect.equal(list(objects), ["photos/other.jpg"], "The photos left")

    joins("m-1", "Ada", b"\xff\xd8 Ada")
    ### BEGIN HIDDEN TESTS
    joins("m-2077", "Grace", b"\xff\xd8 Grace smiles")
    ### END HIDDEN TESTS

# %% [markdown]
# If the photo's upload fails now, a record without a photo is left. That is the better half: the program can show a
# grey face and try again, while a photo without a record is never found and billed for ever.
#
# ## Sessions
#
# Members sign in, and the web server must know them on the next click, whichever of ten servers gets it. A **session
# store** answers one question, very often: whose session is this? Where can it be?

# %%
stores = {
    "memory of the web server": {
        "shared": "no",
        "survives a restart": "no",
        "runs itself": "yes",
    },
    "EBS or instance store": {
        "shared": "no",
        "survives a restart": "EBS",
        "runs itself": "no",
    },
    "EFS, mounted": {"shared": "yes", "survives a restart": "yes", "runs itself": "partly"},
    "S3": {"shared": "yes", "survives a restart": "yes", "runs itself": "yes"},
    "ElastiCache": {"shared": "yes", "survives a restart": "partly", "runs itself": "partly"},
    "DynamoDB with TTL": {"shared": "yes", "survives a restart": "yes", "runs itself": "yes"},
}
typical = ["under 1 ms", "about 1 ms", "few ms", "tens of ms", "under 1 ms", "few ms"]
for store, latency in zip(stores, typical, strict=True):
    stores[store]["one read takes"] = latency
charts.heatmap(
    stores,
    headline="DynamoDB is the session store without a server; ElastiCache is the fast one",
    mark=[("DynamoDB with TTL", "runs itself"), ("ElastiCache", "one read takes")],
    source="AWS documentation of each service, 2026-11; orders of magnitude, not promises",
)

# %% [markdown]
# S3 would work but is slow for many small objects. Sticky sessions on a load balancer avoid the question and lose the
# sessions with the server. DynamoDB with TTL needs nothing to run; lesson 8 looks at ElastiCache.
#
# ### Your turn: a session store
#
# `table` has the key `session`; TTL is on, its attribute is `until`. Write
#
# - `sign_in(table, user)`: store a session that ends in 30 minutes, with `session`, `user` and `until`; return its
#   name, which nobody can guess (`secrets.token_urlsafe()`);
# - `whose(table, session)`: the user; and each call extends the session to 30 minutes from now. `None` if there is no
#   such session or it is over, even if its item is still there. A question must never *create* an item;
# - `sign_out(table, session)`: end it at once.
#
# <details><summary>Hint</summary>
#
# `int(lab.clock.now().timestamp())` is the present time in seconds. `update_item` makes an item that is not there,
# unless a condition forbids it. A condition may also compare `until` with the present, and `ReturnValues="ALL_NEW"`
# brings the item back: one call does it all.
# </details>


# %% exercise="sessions"
def sign_in(table, user: str) -> str:
    """Start a session of 30 minutes; return its name."""
    ### BEGIN SOLUTION
    session = secrets.token_urlsafe()
    until = int(lab.clock.now().timestamp()) + 1800
    table.put_item(Item={"session": session, "user": user, "until": until})
    return session
    ### END SOLUTION


def whose(table, session: str) -> str | None:
    """Return the user of a session and extend it; None if it is over or unknown."""
    ### BEGIN SOLUTION
    now = int(lab.clock.now().timestamp())
    try:
        answer = table.update_item(
            Key={"session": session},
            UpdateExpression="SET #until = :later",
            ConditionExpression=Attr("until").gt(now),
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":later": now + 1800},
            ReturnValues="ALL_NEW",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return None
    return answer["Attributes"]["user"]
    ### END SOLUTION


def sign_out(table, session: str) -> None:
    """End a session."""
    ### BEGIN SOLUTION
    table.delete_item(Key={"session": session})
    ### END SOLUTION


# %% check="sessions" points=3
with check(
    "sessions",
    needs=["sign_in", "whose", "sign_out"],
    right="TTL cleans up some day; the condition on `until` keeps the promise.",
) as expect:

    def visits(user: str, pauses: list[int]) -> None:
        table = new_table("session", prefix="sessions")
        dynamodb.update_time_to_live(
            TableName=table.name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"},
        )
        session, second = sign_in(table, user), sign_in(table, user)
        expect(isinstance(session, str) and session, "sign_in returns the session's name, a text.")
        expect(session != second, "Two sign-ins of one user got the same session name.")
        expect(len(session) >= 20, f"The name {session!r} is short enough to be guessed.")
        item = table.get_item(Key={"session": session}).get("Item", {})
        expect.equal(item.get("user"), user, "The attribute `user` of the stored session")
        seconds = item.get("until")
        expect(
            seconds is not None and not isinstance(seconds, str),
            f"TTL needs a number in `until`; it holds {seconds!r}.",
        )
        ends = float(seconds) - lab.clock.now().timestamp()
        expect(
            1790 <= ends <= 1801,
            f"The session ends in {ends:,.0f} seconds. 30 minutes are 1,800; TTL counts in seconds.",
        )
        for minutes in pauses:
            lab.clock.advance(minutes=minutes)
            expect.equal(
                whose(table, session),
                user,
                f"Asked again after {minutes} minutes, each call extending the session: the user",
            )
        lab.clock.advance(minutes=31)
        left = table.get_item(Key={"session": session}).get("Item")
        expect.equal(
            whose(table, session),
            None,
            "31 minutes after the last call"
            + (" (the item is still there, TTL has not come by)" if left else "")
            + ": the user",
        )
        third = sign_in(table, user)
        sign_out(table, third)
        expect.equal(whose(table, third), None, "After sign_out: the user")
        expect.equal(whose(table, "never-seen"), None, "The user of a session that never was")
        there = {one["session"]: one.get("until", 0) for one in table.scan()["Items"]}
        ends = int(there.get(third, 0))
        now = int(lab.clock.now().timestamp())
        expect(
            "never-seen" not in there and ends <= now,
            "whose created an item for a session that does not exist: update_item does that "
            "unless a condition forbids it.",
        )
        expect(
            third not in there or ends > now - 5 * 365 * 86_400,
            "sign_out left an item that ended more than five years ago. TTL leaves such items "
            "alone, so it stays for ever: delete it.",
        )

    visits("ada", [20, 25])
    ### BEGIN HIDDEN TESTS
    visits("grace", [29, 5, 29])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Bring it back
#
# DynamoDB copies every item to several devices in three Availability Zones. That helps against broken disks and not
# against `DELETE` in the wrong window. For that there are two kinds of backup, and neither takes capacity from the
# table.
#
# - **On-demand backup**: you take it, it stays until you delete it.
# - **Point-in-time recovery** (PITR): once switched on, any second of the last 1 to 35 days can be had again, except
#   the last five minutes or so.
#
# > **Then and now.** The window was always 35 days; since January 2025 you may choose fewer
# > (`RecoveryPeriodInDays`), for instance where a law limits how long data may be kept. The price stays the same: it
# > goes by the size of the table.

# %%
members = new_table("member_id", prefix="members")
dynamodb.update_time_to_live(
    TableName=members.name,
    TimeToLiveSpecification={"Enabled": True, "AttributeName": "leaves"},
)
dynamodb.update_continuous_backups(
    TableName=members.name,
    PointInTimeRecoverySpecification={
        "PointInTimeRecoveryEnabled": True,
        "RecoveryPeriodInDays": 7,
    },
)
lab.clock.advance(hours=1)
for number, city in enumerate(["Dublin", "Boston", "Dublin", "Cork"]):
    members.put_item(Item={"member_id": f"m-{number}", "city": city, "points": 100 * number})
lab.clock.advance(minutes=30)
good = lab.clock.now()
lab.clock.advance(minutes=10)
for number in range(3):  # somebody's clean-up script, one minute in production
    members.delete_item(Key={"member_id": f"m-{number}"})
lab.clock.advance(minutes=20)
found = dynamodb.describe_continuous_backups(TableName=members.name)
recovery = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
print("left in the table:", members.scan()["Count"])
print(f"restorable: {recovery['EarliestRestorableDateTime']:%H:%M} to", end=" ")
print(f"{recovery['LatestRestorableDateTime']:%H:%M}; it is {lab.clock.now():%H:%M}")

# %% [markdown]
# A restore always makes a **new table**. The old one stays, which lets you compare; your program must be told the new
# name. Items, keys, indexes and capacity mode come along. These do not, and must be set again: TTL, streams, auto
# scaling, tags, alarms, IAM policies that name the table, and recovery itself.

# %%
copy = lab.unique_name("members-restored")
dynamodb.restore_table_to_point_in_time(
    SourceTableName=members.name,
    TargetTableName=copy,
    RestoreDateTime=good,
)
dynamodb.get_waiter("table_exists").wait(TableName=copy)
print(
    "restored:",
    sorted(str(item["member_id"]) for item in resource.Table(copy).scan()["Items"]),
)
for name in (members.name, copy):
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    print(f"{name:26} TTL {ttl['TimeToLiveStatus']}")

# %% [markdown]
# > **Lab and AWS.** The lab restores at once. On AWS the smallest table takes minutes and a large one hours, so the
# > waiter (or an event) is not for show. If a table with recovery is *deleted*, AWS keeps a system backup of it for 35
# > days, without charge; the lab does the same (`list_backups(BackupType="SYSTEM")`).
#
# ### Your turn: predict the window
#
# Write `window(switched_on, days, now)`: the earliest and the latest moment that can be restored, as a pair, for a
# table whose recovery was switched on at `switched_on` with a period of `days`. All are `datetime`; the latest moment
# lies five minutes back. `now` is at least five minutes after `switched_on`. The check asks you first, then the lab.
#
# <details><summary>Hint</summary>
#
# There is nothing before recovery was switched on, and nothing older than the period. Which of the two limits counts?
# `timedelta(days=7)` is a span of time.
# </details>


# %% exercise="window"
def window(switched_on: datetime, days: int, now: datetime) -> tuple[datetime, datetime]:
    """Return the earliest and the latest moment that can be restored."""
    ### BEGIN SOLUTION
    return max(switched_on, now - timedelta(days=days)), now - timedelta(minutes=5)
    ### END SOLUTION


# %% check="window" points=1
with check(
    "window",
    needs="window",
    right="Recovery cannot reach back before it was on.",
) as expect:

    def measured(days: int, hours: int) -> None:
        table = new_table("member_id")
        chosen = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
        dynamodb.update_continuous_backups(
            TableName=table.name,
            PointInTimeRecoverySpecification=chosen,
        )
        switched_on = lab.clock.now()
        lab.clock.advance(hours=hours)
        now = lab.clock.now()
        said = window(switched_on, days, now)
        described = dynamodb.describe_continuous_backups(TableName=table.name)
        shown = dict(described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"])
        expect(
            isinstance(said, (tuple, list)) and len(said) == 2,
            f"Return a pair (earliest, latest); you returned {said!r}.",
        )
        expect(
            all(isinstance(mine, datetime) and mine.tzinfo for mine in said),
            "Return two datetimes with a time zone, as those that you are given.",
        )
        for end, mine in zip(("Earliest", "Latest"), said, strict=True):
            lab_says: Any = shown[f"{end}RestorableDateTime"]
            off = (mine - lab_says).total_seconds()
            way = "late" if off > 0 else "early"
            expect(
                abs(off) < 120,
                f"{days} days, switched on {hours} hours ago: your {end.lower()} moment is "
                f"{abs(off) / 60:,.0f} minutes too {way}.",
            )

    measured(days=35, hours=6)
    measured(days=7, hours=240)
    ### BEGIN HIDDEN TESTS
    measured(days=1, hours=23)
    measured(days=1, hours=25)
    ### END HIDDEN TESTS


# %% [markdown]
# ### Your turn: mend the rescue
#
# `rescue(source, moment, target)` was written after the last accident and never tried. Mend it, so that the table
# `target`
#
# - has the items of `source` as they were at `moment`;
# - expires items by the same attribute as `source`, if `source` has TTL on;
# - has point-in-time recovery on, and the tags of `source`.
#
# <details><summary>Hint</summary>
#
# Which of the two ways to name the moment does the call use? `describe_time_to_live` names the attribute only where
# TTL is on. `list_tags_of_resource` and `tag_resource` want ARNs; `describe_table` knows them.
# </details>


# %% exercise="rescue" repair=true
def rescue(source: str, moment: datetime, target: str) -> None:
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=source, TargetTableName=target, UseLatestRestorableTime=True
    )
    dynamodb.get_waiter("table_exists").wait(TableName=target)
    dynamodb.update_time_to_live(
        TableName=target,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"},
    )


### BEGIN SOLUTION
def rescue(source: str, moment: datetime, target: str) -> None:
    """Restore a table to a moment under a new name, with the settings that a restore leaves behind."""
    answer = dynamodb.restore_table_to_point_in_time(
        SourceTableName=source, TargetTableName=target, RestoreDateTime=moment
    )
    dynamodb.get_waiter("table_exists").wait(TableName=target)
    ttl = dynamodb.describe_time_to_live(TableName=source)["TimeToLiveDescription"]
    if ttl["TimeToLiveStatus"] == "ENABLED":
        again = {"Enabled": True, "AttributeName": ttl["AttributeName"]}
        dynamodb.update_time_to_live(TableName=target, TimeToLiveSpecification=again)
    dynamodb.update_continuous_backups(
        TableName=target, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    old_arn = dynamodb.describe_table(TableName=source)["Table"]["TableArn"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=old_arn)["Tags"]
    if tags:
        dynamodb.tag_resource(ResourceArn=answer["TableDescription"]["TableArn"], Tags=tags)


### END SOLUTION


# %% check="rescue" points=3
with check(
    "rescue",
    needs="rescue",
    right="A restore is data; the settings are yours to bring.",
) as expect:

    def accident(attribute: str | None, tags: dict[str, str]) -> None:
        table = new_table("member_id")
        dynamodb.update_continuous_backups(
            TableName=table.name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        if attribute:
            dynamodb.update_time_to_live(
                TableName=table.name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute},
            )
        if tags:
            pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
            dynamodb.tag_resource(ResourceArn=table.table_arn, Tags=pairs)
        table.put_item(Item={"member_id": "m-1", "points": 10})
        table.put_item(Item={"member_id": "m-2", "points": 20})
        lab.clock.advance(minutes=20)
        moment = lab.clock.now()
        lab.clock.advance(minutes=20)
        table.delete_item(Key={"member_id": "m-1"})
        table.put_item(Item={"member_id": "m-2", "points": 0})
        table.put_item(Item={"member_id": "m-3", "points": 0})
        lab.clock.advance(minutes=20)
        target = lab.unique_name("rescued")
        rescue(table.name, moment, target)
        expect(
            target in dynamodb.list_tables()["TableNames"],
            f"There is no table {target!r}. Restore to the name that rescue is given.",
        )
        rows = resource.Table(target).scan()["Items"]
        items = {one["member_id"]: int(one["points"]) for one in rows}
        expect(
            items != {"m-2": 0, "m-3": 0},
            "The restored table has the items as they are after the accident. Name the moment.",
        )
        expect.equal(items, {"m-1": 10, "m-2": 20}, "The points in the restored table")
        ttl = dynamodb.describe_time_to_live(TableName=target)["TimeToLiveDescription"]
        shown = ttl.get("AttributeName") if ttl["TimeToLiveStatus"] == "ENABLED" else None
        expect.equal(shown, attribute, f"The TTL attribute (the source's is {attribute!r})")
        described = dynamodb.describe_continuous_backups(TableName=target)
        status = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        expect(
            status["PointInTimeRecoveryStatus"] == "ENABLED",
            "The new table has no point-in-time recovery: the next accident would be final.",
        )
        arn = dynamodb.describe_table(TableName=target)["Table"]["TableArn"]
        found = dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
        expect.equal({tag["Key"]: tag["Value"] for tag in found}, tags, "The tags of the new table")

    accident("leaves", {"team": "club"})
    accident(None, {})
    ### BEGIN HIDDEN TESTS
    accident("until", {"team": "tickets", "cost": "42"})
    ### END HIDDEN TESTS

# %% [markdown]
# ## Copy a table
#
# A copy for tests, for another account, under a better name: there are three ways.
#
# - **Backup and restore**: no capacity used, billed by the gigabyte, exact as of one moment.
# - **Export to S3 and import**: the same, with files in between that other programs can read or change.
# - **Your own Scan and BatchWriteItem**: read and write units, and the table changes while you read. It is the only
#   way into a table that exists already, and may change items on the way. AWS Glue does it without your code.
#
# > **Then and now.** Older books copy with AWS Data Pipeline and an EMR cluster. Data Pipeline closed to new customers
# > in July 2024; export (2020) and import (2022) took its place.


# %% setup="own-copy"
def copy_by_hand(source, target) -> tuple[float, float]:
    """Copy all items by Scan and BatchWriteItem; return the read and the write units used."""
    read = written = 0.0
    pages = {"ReturnConsumedCapacity": "TOTAL"}
    while True:
        page = source.scan(**pages)
        read += page["ConsumedCapacity"]["CapacityUnits"]
        for first in range(0, len(page["Items"]), 25):
            puts = [{"PutRequest": {"Item": item}} for item in page["Items"][first : first + 25]]
            answer = resource.batch_write_item(
                RequestItems={target.name: puts}, ReturnConsumedCapacity="TOTAL"
            )  # a real program sends UnprocessedItems again
            written += sum(one["CapacityUnits"] for one in answer["ConsumedCapacity"])
        if "LastEvaluatedKey" not in page:
            return read, written
        pages["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def fill(table, count: int, size: int) -> None:
    """Put items of exactly `size` bytes each into a table with the key member_id."""
    with table.batch_writer() as batch:
        for number in range(count):
            member_id = f"m-{number:05}"
            used = len("member_id") + len(member_id) + len("text")
            batch.put_item(Item={"member_id": member_id, "text": "x" * (size - used)})


# %%
backup = dynamodb.create_backup(TableName=members.name, BackupName="before-the-move")
copy_name = lab.unique_name("members-copy")
dynamodb.restore_table_from_backup(
    TargetTableName=copy_name,
    BackupArn=backup["BackupDetails"]["BackupArn"],
)
dynamodb.get_waiter("table_exists").wait(TableName=copy_name)
same = members.scan()["Items"] == resource.Table(copy_name).scan()["Items"]
print("backup and restore, the same items:", same)
print("by hand, read and write units:", copy_by_hand(members, new_table("member_id")))

# %% [markdown]
# ### Your turn: predict the units
#
# Write `copy_units(count, size)`: the read and the write units that `copy_by_hand` uses for `count` items of `size`
# bytes each, as a pair. All together they are smaller than 1 MB, so that one page of the scan holds them. The scan is
# eventually consistent.
#
# <details><summary>Hint</summary>
#
# A scan adds up all it reads and rounds once, to blocks of 4,096 bytes at half a unit. A batch is only an envelope:
# each of its writes is rounded alone, to blocks of 1,024 bytes.
# </details>


# %% exercise="copy-units"
def copy_units(count: int, size: int) -> tuple[float, float]:
    """Return the read and the write units of copying so many items by hand."""
    ### BEGIN SOLUTION
    blocks_read = -(-count * size // 4096)
    blocks_written = -(-size // 1024)
    return blocks_read / 2, count * blocks_written
    ### END SOLUTION


# %% check="copy-units" points=2
with check(
    "copy-units",
    needs="copy_units",
    right="Small items read cheaply and write dearly: a copy by hand is mostly writing.",
) as expect:

    def measured(count: int, size: int) -> None:
        said = copy_units(count, size)
        source, target = new_table("member_id"), new_table("member_id")
        fill(source, count, size)
        read, written = copy_by_hand(source, target)
        expect(
            isinstance(said, (tuple, list)) and len(said) == 2,
            f"Return a pair (read units, write units); you returned {said!r}.",
        )
        case = f"{count} items of {size:,} bytes; the lab measured {read:g} and {written:g}"
        expect.close(said[0], read, f"{case}. The read units")
        expect.close(said[1], written, f"{case}. The write units")

    measured(100, 250)
    measured(60, 1_025)
    measured(40, 1_024)
    ### BEGIN HIDDEN TESTS
    measured(7, 5_000)
    measured(130, 2_048)
    ### END HIDDEN TESTS

# %% [markdown]
# What does it cost at size? We take items of 1 KB and prices of us-east-1. Writing by hand costs one write unit for
# each item; the other ways go by the gigabyte.

# %%
write = facts.price("dynamodb", "on-demand-write-request-units")
read = facts.price("dynamodb", "on-demand-read-request-units")
restore = facts.price("dynamodb", "restore")
export_price = facts.price("dynamodb", "export-to-s3-full-or-incremental")
import_price = facts.price("dynamodb", "import-from-s3")
million_items = 2**20 / 1e6  # items of 1 KB in a gigabyte
by_hand = million_items * (write + read / 8)  # half a read unit for four items
charts.curves(
    {
        "own Scan and BatchWriteItem": lambda gb: gb * by_hand,
        "export and import": lambda gb: gb * (export_price + import_price),
        "restore a backup": lambda gb: gb * restore,
    },
    x=(0, 500),
    headline=f"Writing the copy yourself costs {by_hand / restore:.1f} times a restore",
    subtitle="items of 1 KB, on demand, us-east-1, storage and S3 requests left out",
    x_label="size of the table",
    x_unit="GB",
    y_unit="USD",
    source=[write, read, restore, export_price, import_price],
)

# %% [markdown]
# > **Then and now.** Before November 2024 a write unit cost twice as much, so old comparisons make the gap twice as
# > wide. Smaller items widen it again: 100 bytes pay a full unit, too.
#
# ## Export: read a table without reading it
#
# An **export** writes a table, as it was at any second of the recovery window, into a bucket. It uses no capacity, so
# that a report never slows the shop. It needs PITR. Beside the data lie two manifests.
#
# An *incremental* export holds only the items that changed within a time, with old and new images.

# %%
bucket = new_bucket("exports")
a_minute_ago = lab.clock.now() - timedelta(minutes=1)
export = dynamodb.export_table_to_point_in_time(
    TableArn=members.table_arn, S3Bucket=bucket, S3Prefix="members", ExportTime=a_minute_ago
)["ExportDescription"]
done = dynamodb.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]
print(export["ExportStatus"], "->", done["ExportStatus"], f"({done['ItemCount']} items)")
for one in s3.list_objects_v2(Bucket=bucket)["Contents"]:
    print(f"{one['Size']:>5} bytes  {one['Key']}")
summary = json.load(s3.get_object(Bucket=bucket, Key=done["ExportManifest"])["Body"])
print("the summary names the list of files:", summary["manifestFilesS3Key"].split("/")[-1])
listed = s3.get_object(Bucket=bucket, Key=summary["manifestFilesS3Key"])["Body"].read()
print(listed.decode()[:30], "...")

# %% [markdown]
# Each line of `manifest-files.json` is a JSON object that names one data file (`dataFileS3Key`). A data file is
# gzipped; each of its lines is one item in DynamoDB's JSON: `{"Item": {"points": {"N": "300"}, ...}}`.
#
# ### Your turn: points by city, from the files
#
# Write `points_by_city(table_arn, bucket)`. It exports the table as it is now, waits until the export is done, reads
# the files of **this** export, and returns the sum of `points` for each `city` as a dictionary of whole numbers.
#
# - The table itself is not read: no Scan, Query or GetItem.
# - Other exports may lie in the bucket.
# - If the export fails, raise a `RuntimeError` with DynamoDB's `FailureMessage`.
#
# <details><summary>Hint</summary>
#
# Ask `describe_export` again while the status is `IN_PROGRESS`. From there follow the names:
# `ExportManifest`, `manifestFilesS3Key`, `dataFileS3Key`. `gzip.decompress(...)` gives bytes;
# `.splitlines()` cuts them into lines for `json.loads`.
# </details>


# %% exercise="export-points"
def points_by_city(table_arn: str, bucket: str) -> dict[str, int]:
    """Return the sum of the points for each city, from an export of the table."""
    ### BEGIN SOLUTION
    started = dynamodb.export_table_to_point_in_time(TableArn=table_arn, S3Bucket=bucket)
    arn = started["ExportDescription"]["ExportArn"]
    state = dynamodb.describe_export(ExportArn=arn)["ExportDescription"]
    while state["ExportStatus"] == "IN_PROGRESS":
        lab.clock.advance(seconds=30)
        state = dynamodb.describe_export(ExportArn=arn)["ExportDescription"]
    if state["ExportStatus"] == "FAILED":
        raise RuntimeError(state["FailureMessage"])

    def body(key: str) -> bytes:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    totals: Counter[str] = Counter()
    files = json.loads(body(state["ExportManifest"]))["manifestFilesS3Key"]
    for line in body(files).splitlines():
        data = gzip.decompress(body(json.loads(line)["dataFileS3Key"]))
        for row in data.splitlines():
            item = json.loads(row)["Item"]
            totals[item["city"]["S"]] += int(item["points"]["N"])
    return dict(totals)
    ### END SOLUTION


# %% check="export-points" points=3
with check(
    "export-points",
    needs="points_by_city",
    right="A report on the whole table, and the shop's units are untouched.",
) as expect:

    def report(rows: list[tuple[str, int]], older: bool) -> None:
        table, bucket = new_table("member_id"), new_bucket("reports")
        dynamodb.update_continuous_backups(
            TableName=table.name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        for number, (city, points) in enumerate(rows):
            if older and number == 1:
                lab.clock.advance(minutes=5)
                dynamodb.export_table_to_point_in_time(TableArn=table.table_arn, S3Bucket=bucket)
                lab.clock.advance(minutes=5)
            table.put_item(Item={"member_id": f"m-{number}", "city": city, "points": points})
        with lab.watching(most=100) as made:
            found = points_by_city(table.table_arn, bucket)
        reads = made.of("Scan", "Query", "GetItem", "BatchGetItem", "ExecuteStatement")
        expect(not reads, f"The table was read by {len(reads)} calls. Read the files in S3.")
        expect(
            isinstance(found, dict),
            f"Return a dictionary city -> points; you returned {type(found).__name__}.",
        )
        wanted: Counter[str] = Counter()
        for city, points in rows:
            wanted[city] += points
        twice = dict(wanted + Counter({rows[0][0]: rows[0][1]}))
        expect(
            not older or found != twice,
            "An older export in the same bucket was counted as well. Follow this export's manifest.",
        )
        expect.equal({str(c): p for c, p in found.items()}, dict(wanted), "The points by city")
        expect(
            all(isinstance(p, int) for p in found.values()),
            "The points are whole numbers: int(...), as DynamoDB's JSON holds them as text.",
        )

    def fails() -> None:
        table = new_table("member_id")
        dynamodb.update_continuous_backups(
            TableName=table.name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        told = ""
        try:
            with lab.watching(most=100):
                points_by_city(table.table_arn, "no-such-bucket-of-the-rex")
        except RuntimeError as error:
            told = str(error)
        expect(
            "bucket" in told,
            "The bucket does not exist, so the export FAILED; raise a RuntimeError with its "
            f"FailureMessage. Found: {told or 'no RuntimeError'}",
        )

    report([("Dublin", 100), ("Cork", 50), ("Dublin", 25)], older=False)
    report([("Galway", 7), ("Cork", 11)], older=True)
    fails()
    ### BEGIN HIDDEN TESTS
    report([("Boston", 1), ("Boston", 2), ("Lowell", 1000), ("Boston", 3)], older=True)
    ### END HIDDEN TESTS

# %% [markdown]
# The way back is `import_table`: it makes a **new** table from files of DynamoDB JSON, Ion or CSV, again without
# write units. What cannot be an item is counted, and the import ends as `FAILED` although the good rows are in.

# %%
rows = "member_id,name,city\nm-7,Ada,Dublin\nm-8,Grace,Boston\n"
s3.put_object(Bucket=bucket, Key="csv/new-members.csv", Body=rows.encode())
new_name = lab.unique_name("imported")
started = dynamodb.import_table(
    S3BucketSource={"S3Bucket": bucket, "S3KeyPrefix": "csv/"},
    InputFormat="CSV",
    TableCreationParameters={
        "TableName": new_name,
        "KeySchema": [{"AttributeName": "member_id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "member_id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
)["ImportTableDescription"]
ended = dynamodb.describe_import(ImportArn=started["ImportArn"])["ImportTableDescription"]
print(ended["ImportStatus"], ended["ImportedItemCount"], "items", ended["ErrorCount"], "errors")

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*
#
# ## Three guards: network, identity, keys
#
# - **Network.** A *gateway endpoint* puts a route to DynamoDB into a VPC, free of charge; instances without any way to
#   the internet reach their tables. Its policy narrows what may pass. (Interface endpoints, billed by the hour, exist
#   since March 2024, for networks beyond the VPC.)
# - **Identity.** IAM decides each call; since March 2024 a table can also have a policy of its own, for other accounts.
# - **Keys.** Items are always encrypted at rest, with a key that AWS owns, or one in KMS whose use CloudTrail records.
#   In transit it is TLS.

# %%
ec2 = boto3.client("ec2")
vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
routes = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
only_members = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
    "Resource": members.table_arn,
}
endpoint = ec2.create_vpc_endpoint(
    VpcId=vpc,
    ServiceName="com.amazonaws.us-east-1.dynamodb",
    VpcEndpointType="Gateway",
    RouteTableIds=[routes],
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [only_members]}),
)["VpcEndpoint"]
print(endpoint["VpcEndpointType"], "endpoint in", endpoint["RouteTableIds"])
key_id = boto3.client("kms").create_key(Description="members")["KeyMetadata"]["KeyId"]
secret = lab.unique_name("secret-members")
dynamodb.create_table(
    TableName=secret,
    KeySchema=[{"AttributeName": "member_id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "member_id", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
    SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id},
)
print(dynamodb.describe_table(TableName=secret)["Table"]["SSEDescription"]["SSEType"])

# %% [markdown]
# ## Rows of one's own
#
# Visitors keep a list of films to watch, straight from the browser, without a server in between. An **identity pool**
# of Cognito gives each browser an identity and short-lived credentials of one IAM role. One role for all: so its policy
# must say *your rows only*. DynamoDB tells IAM, with each call,
#
# - `dynamodb:LeadingKeys`: the partition keys of all items that the call names;
# - `dynamodb:Attributes`: all attributes that it names;
# - `dynamodb:Select`: `ALL_ATTRIBUTES` for a read that does not choose, else `SPECIFIC_ATTRIBUTES`.
#
# A policy compares the keys with a *variable*, `${cognito-identity.amazonaws.com:sub}`, the caller's own identity.
# `ForAllValues:` before the operator means: each of the call's values must be in my list.


# %% setup="visitors"
def new_visitors(policy: dict, count: int = 2) -> list[tuple[str, Any]]:
    """Identities of a new pool whose role has this policy, each with its DynamoDB client."""
    cognito, iam = boto3.client("cognito-identity"), boto3.client("iam")
    pool = cognito.create_identity_pool(
        IdentityPoolName=lab.unique_name("browsers"), AllowUnauthenticatedIdentities=True
    )["IdentityPoolId"]
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": pool}},
    }
    role = iam.create_role(
        RoleName=lab.unique_name("visitor"),
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]
    iam.put_role_policy(
        RoleName=role["RoleName"],
        PolicyName="own-rows",
        PolicyDocument=json.dumps(policy),
    )
    cognito.set_identity_pool_roles(
        IdentityPoolId=pool,
        Roles={"unauthenticated": role["Arn"]},
    )
    visitors = []
    for _ in range(count):
        identity = cognito.get_id(IdentityPoolId=pool)["IdentityId"]
        keys = cognito.get_credentials_for_identity(IdentityId=identity)["Credentials"]
        client = boto3.client(
            "dynamodb",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretKey"],
            aws_session_token=keys["SessionToken"],
        )
        visitors.append((identity, client))
    return visitors


def outcome(call, **parameters) -> str:
    """What came of a call under IAM: 'allowed' or 'denied'."""
    with lab.enforce_iam():
        try:
            call(**parameters)
        except ClientError as error:
            if "AccessDenied" not in error.response["Error"]["Code"]:
                raise
            return "denied"
    return "allowed"


# %%
watchlist = new_table("visitor", "film", prefix="watchlist")
first_try = {
    "Effect": "Allow",
    "Action": "dynamodb:*",
    "Resource": watchlist.table_arn,
    "Condition": {
        "ForAllValues:StringEquals": {
            "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"],
        },
    },
}
(ada, ada_client), (bob, _) = new_visitors({"Version": "2012-10-17", "Statement": [first_try]})
for owner, name in ((ada, "own"), (bob, "another's")):
    watchlist.put_item(Item={"visitor": owner, "film": "Playtime", "note": "secret"})
    row = {"visitor": {"S": owner}, "film": {"S": "Playtime"}}
    print(
        f"GetItem, {name} row:",
        outcome(ada_client.get_item, TableName=watchlist.name, Key=row),
    )
print("Scan:", outcome(ada_client.scan, TableName=watchlist.name))

# %% [markdown]
# The scan got through, with everybody's rows. Why? A scan names **no** key, and `ForAllValues` is true for no values
# at all. So the list of actions is part of the guard: only calls that name keys may be in it.
#
# ### Your turn: mend the policy
#
# `visitor_policy(table_arn)` returns the policy as a dictionary. A visitor
#
# - may use GetItem, BatchGetItem, Query, PutItem, UpdateItem and DeleteItem for rows with their own identity as the
#   partition key `visitor`, in this table and no other;
# - may call nothing else: no Scan, no BatchWriteItem, nothing that shows or deletes the table;
# - may name the attributes `visitor`, `film` and `note`, not the staff's attribute `rank`;
# - must choose attributes when reading: a read of all attributes is refused.
#
# <details><summary>Hint</summary>
#
# Several operators in one `Condition` must all be true; several keys within one operator, too. Writes carry no
# `dynamodb:Select`: an operator that ends in `IfExists` is true where the key is missing.
# </details>


# %% exercise="own-rows" repair=true
def visitor_policy(table_arn: str) -> dict:
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:*",
        "Resource": table_arn,
        "Condition": {
            "ForAllValues:StringEquals": {
                "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"],
            },
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


### BEGIN SOLUTION
def visitor_policy(table_arn: str) -> dict:
    """Return a policy for visitors: their own rows, three attributes, no scans."""
    actions = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"]
    statement = {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": table_arn,
        "Condition": {
            "ForAllValues:StringEquals": {
                "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"],
                "dynamodb:Attributes": ["visitor", "film", "note"],
            },
            "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


### END SOLUTION


# %% check="own-rows" points=3
with check(
    "own-rows",
    needs="visitor_policy",
    right="One role for all visitors, a row guard in IAM.",
) as expect:

    def visitors_of(film: str) -> None:
        table = new_table("visitor", "film", prefix="watchlist")
        policy = visitor_policy(table.table_arn)
        expect(
            isinstance(policy, dict) and "Statement" in policy,
            "Return the whole policy as a dictionary with Version and Statement.",
        )
        (me, client), (other, _) = new_visitors(policy)
        for owner in (me, other):
            table.put_item(Item={"visitor": owner, "film": film, "note": "x", "rank": 1})
        on = {"TableName": table.name}

        def key(owner: str) -> dict:
            return {"visitor": {"S": owner}, "film": {"S": film}}

        chosen = {"ProjectionExpression": "film, note"}
        mine = {
            "KeyConditionExpression": "visitor = :v",
            "ExpressionAttributeValues": {":v": {"S": me}},
        }
        note = {
            "UpdateExpression": "SET note = :n",
            "ExpressionAttributeValues": {":n": {"S": "y"}},
        }

        def many(*owners: str) -> dict:
            keys = [key(owner) for owner in owners]
            return {"RequestItems": {table.name: {"Keys": keys, **chosen}}}

        def see(wanted: str, what: str, call, look_at: str = "", **parameters) -> None:
            found = outcome(call, **parameters)
            expect(found == wanted, f"{what} is {found}; it should be {wanted}. {look_at}".strip())

        see(
            "allowed",
            "GetItem of film and note of an own row",
            client.get_item,
            look_at="A call names its key attributes as well: are they in the list?",
            **on,
            Key=key(me),
            **chosen,
        )
        see(
            "allowed",
            "Query of one's own rows, attributes chosen",
            client.query,
            **on,
            **mine,
            **chosen,
        )
        see("allowed", "BatchGetItem of an own row", client.batch_get_item, **many(me))
        see(
            "allowed",
            "UpdateItem of an own note",
            client.update_item,
            look_at="Its call names the keys visitor and film, too, and carries no dynamodb:Select.",
            **on,
            Key=key(me),
            **note,
        )
        see(
            "allowed",
            "PutItem of an own row",
            client.put_item,
            **on,
            Item={**key(me), "note": {"S": "z"}},
        )
        see(
            "denied",
            "A Scan, even with attributes chosen,",
            client.scan,
            look_at="It names no key, so no condition stops it: look at the actions.",
            **on,
            **chosen,
        )
        see(
            "denied",
            "GetItem of another visitor's row",
            client.get_item,
            **on,
            Key=key(other),
            **chosen,
        )
        see(
            "denied",
            "BatchGetItem of an own and another's row",
            client.batch_get_item,
            look_at="Each key must be in the list, not one of them.",
            **many(me, other),
        )
        see("denied", "DeleteItem of another's row", client.delete_item, **on, Key=key(other))
        see(
            "denied",
            "PutItem with the attribute rank",
            client.put_item,
            look_at="Which condition key holds the attributes?",
            **on,
            Item={**key(me), "rank": {"N": "9"}},
        )
        see(
            "denied",
            "UpdateItem that sets rank",
            client.update_item,
            **on,
            Key=key(me),
            UpdateExpression="SET #r = :n",
            ExpressionAttributeNames={"#r": "rank"},
            ExpressionAttributeValues={":n": {"N": "9"}},
        )
        see(
            "denied",
            "GetItem of an own row with all attributes",
            client.get_item,
            look_at="A read that does not choose names no attribute: dynamodb:Select tells it.",
            **on,
            Key=key(me),
        )
        see("denied", "Query of all attributes of one's own rows", client.query, **on, **mine)
        put = {"PutRequest": {"Item": key(me)}}
        see(
            "denied",
            "BatchWriteItem of an own row",
            client.batch_write_item,
            look_at="The task lists the actions.",
            RequestItems={table.name: [put]},
        )
        elsewhere = new_table("visitor", "film", prefix="staff")
        see(
            "denied",
            "GetItem of an own row in another table",
            client.get_item,
            look_at="Look at the Resource.",
            TableName=elsewhere.name,
            Key=key(me),
            **chosen,
        )
        see("denied", "DescribeTable", client.describe_table, **on)
        see("denied", "DeleteTable", client.delete_table, **on)
        see("allowed", "DeleteItem of an own row", client.delete_item, **on, Key=key(me))

    visitors_of("Playtime")
    ### BEGIN HIDDEN TESTS
    visitors_of("Metropolis")
    ### END HIDDEN TESTS

# %% [markdown]
# > **On real AWS** list the keys of indexes among the attributes, too, and forbid `ReturnValues` that return whole
# > items (`dynamodb:ReturnValues`): an update could read what it may not name.
#
# ## Who did it?
#
# **CloudTrail** records calls to DynamoDB: those on tables, backups and settings without being asked. Calls on
# *items* (PutItem, Query ...) are **data events**: they must be switched on and are billed by their number. We have a
# week of records of the club's tables.


# %% setup="trail"
def call_by(who: str, event: str, table: str, role: bool = True, **more) -> dict:
    """A record as CloudTrail writes it, shortened."""
    arn = f"arn:aws:iam::123456789012:user/{who}"
    identity: dict = {"type": "IAMUser", "userName": who, "arn": arn}
    if role:
        issuer = {"type": "Role", "userName": who}
        identity = {"type": "AssumedRole", "sessionContext": {"sessionIssuer": issuer}}
    parameters = {"tableName": table, **more.pop("parameters", {})}
    return {
        "eventSource": more.pop("source", "dynamodb.amazonaws.com"),
        "eventName": event,
        "userIdentity": identity,
        "requestParameters": parameters,
        **more,
    }


def recovery_set_to(on: bool) -> dict:
    """The parameters of a call that switches point-in-time recovery."""
    return {"pointInTimeRecoverySpecification": {"pointInTimeRecoveryEnabled": on}}


week = [call_by("shop", "PutItem", "members") for _ in range(46)]
week += [call_by("shop", "Query", "members") for _ in range(31)]
week += [call_by("report", "Scan", "members") for _ in range(7)]
week += [
    call_by("tessa", "DescribeTable", "members", role=False),
    call_by("tessa", "DeleteTable", "members-test", role=False, errorCode="AccessDenied"),
    call_by("report", "UpdateContinuousBackups", "members", parameters=recovery_set_to(False)),
    call_by("operator", "UpdateContinuousBackups", "members", parameters=recovery_set_to(True)),
    call_by("operator", "DeleteTable", "members-2019"),
    call_by("report", "DeleteTable", "members"),
    call_by("report", "DeleteTable", "-", source="glue.amazonaws.com"),
]

# %%
reads = ("Query", "Scan", "DescribeTable")


def name_in(record: dict) -> str:
    who = record["userIdentity"]
    return who.get("userName") or who["sessionContext"]["sessionIssuer"]["userName"]


kinds: dict[str, Counter] = {}
for record in week:
    kind = "read" if record["eventName"] in reads else "write"
    kind = kind if record["eventName"] in (*reads, "PutItem") else "table and settings"
    kinds.setdefault(name_in(record), Counter())[kind] += 1
order = ["read", "write", "table and settings"]
charts.stack(
    {who: {kind: found[kind] for kind in order} for who, found in kinds.items()},
    headline="A role for reports changed tables and settings three times",
    unit="calls in a week",
    source="made-up CloudTrail records of this lesson",
)

# %% [markdown]
# ### Your turn: find the calls that destroy
#
# Write `alarming(records, admins)`: a list of `(who, event, table)` in the order of the records, for calls **to
# DynamoDB** by anybody whose name is not in `admins` that
#
# - delete a table (`DeleteTable`), whether it was refused or not (an attempt is news, too);
# - or switch point-in-time recovery off (`UpdateContinuousBackups` with `pointInTimeRecoveryEnabled` false).
#
# `who` is the name of the user or, for an assumed role, of the role.
#
# <details><summary>Hint</summary>
#
# `name_in` of the cell above shows where both names are; write your own. Other services have a call DeleteTable as
# well: look at `eventSource`.
# </details>


# %% exercise="audit"
def alarming(records: list[dict], admins: set[str]) -> list[tuple[str, str, str]]:
    """Return who destroyed, or tried to destroy, what."""
    ### BEGIN SOLUTION
    found = []
    for record in records:
        identity, asked = record["userIdentity"], record["requestParameters"]
        issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
        who = issuer.get("userName") or identity.get("userName")
        setting = asked.get("pointInTimeRecoverySpecification", {})
        event = record["eventName"]
        unprotects = event == "UpdateContinuousBackups" and not setting["pointInTimeRecoveryEnabled"]
        by_dynamodb = record["eventSource"] == "dynamodb.amazonaws.com"
        if by_dynamodb and who not in admins and (event == "DeleteTable" or unprotects):
            found.append((who, event, asked["tableName"]))
    return found
    ### END SOLUTION


# %% check="audit" points=2
with check(
    "audit",
    needs="alarming",
    right="Recovery off, then the table gone: that order is no accident.",
) as expect:

    def looked_at(
        records: list[dict],
        admins: set[str],
        wanted: list[tuple],
        case: str,
    ) -> None:
        found = alarming(records, admins)
        expect(isinstance(found, list), f"Return a list; you returned {type(found).__name__}.")
        expect.equal([tuple(one) for one in found], wanted, f"{case}: the alarming calls")

    tries = ("tessa", "DeleteTable", "members-test")
    off = ("report", "UpdateContinuousBackups", "members")
    gone = ("report", "DeleteTable", "members")
    admins = {"operator"}
    looked_at(week[-7:-5], admins, [tries], "Tessa's two calls, one of them refused")
    looked_at(week[-5:-3], admins, [off], "Recovery off by a report, and on by the operator")
    looked_at(week[-4:-3], set(), [], "Recovery switched on by somebody who is no admin")
    looked_at(week[-3:-1], admins, [gone], "Two tables deleted, one by the operator")
    looked_at(week[-1:], admins, [], "A DeleteTable of Glue, another service")
    looked_at(week, admins, [tries, off, gone], "The whole week")
    ### BEGIN HIDDEN TESTS
    looked_at(week, {"operator", "report"}, [tries], "The whole week, with reports as admins")
    on_again = call_by("eve", "UpdateContinuousBackups", "t-1", parameters=recovery_set_to(True))
    looked_at([on_again], {"operator"}, [], "Recovery switched on by Eve")
    mine = [call_by("eve", "DeleteTable", f"t-{n}", role=n % 2 == 0) for n in range(4)]
    wanted = [("eve", "DeleteTable", f"t-{n}") for n in range(4)]
    looked_at(mine + week[:9], {"operator"}, wanted, "Four tables deleted by Eve")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Two Regions, one table
#
# The Rex opens in Dublin. With a **global table** each Region has a full replica that takes reads *and writes*, and
# passes its writes on, usually within a second. It also lives on when a whole Region does not.
#
# Adding a replica to a table is one call; DynamoDB copies the items and switches on the streams it needs (new and old
# images).

# %%
club = new_table("member_id", prefix="club")
club.put_item(Item={"member_id": "m-1", "seat": "none"})
dynamodb.update_table(
    TableName=club.name,
    ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}],
)
dublin = boto3.resource("dynamodb", region_name="eu-west-1").Table(club.name)
print("replicas:", dynamodb.describe_table(TableName=club.name)["Table"]["Replicas"])


def both(moment: str) -> None:
    key = {"member_id": "m-1"}
    seats = [table.get_item(Key=key)["Item"]["seat"] for table in (club, dublin)]
    print(f"{moment:22} us-east-1 {seats[0]!s:5} eu-west-1 {seats[1]!s}")


club.put_item(Item={"member_id": "m-1", "seat": "A1"})
both("at once")
lab.clock.advance(seconds=2)
both("two seconds later")
club.put_item(Item={"member_id": "m-1", "seat": "B2"})
dublin.put_item(Item={"member_id": "m-1", "seat": "C3"})
both("two writes at a time")
lab.clock.advance(seconds=2)
both("two seconds later")

# %% [markdown]
# Both writes were accepted; then the **last writer** won, in both Regions, and nobody was told that `B2` is lost. A
# condition does not help: each Region checks it against its own replica.
#
# Now a counter. Each Region subtracts 1 from the `left` seats of a show for each ticket. What travels is the new
# *item*, not the "minus one".

# %% setup="sell"
SALES = tuple[int, str]


def sell(seats: int, sales: list[SALES]) -> tuple[int, list[tuple[int, int, int]]]:
    """Sell a seat at each (second, Region). Return what is left and what both saw."""
    table = new_table("show", prefix="seats")
    table.put_item(Item={"show": "late", "left": seats})
    dynamodb.update_table(
        TableName=table.name,
        ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}],
    )
    there = boto3.resource("dynamodb", region_name="eu-west-1").Table(table.name)
    places = {"us": table, "eu": there}
    seen, second = [], 0

    def left(place) -> int:
        return int(place.get_item(Key={"show": "late"})["Item"]["left"])

    for at, region in [*sales, (sales[-1][0] + 4, "")]:
        while second < at:
            lab.clock.advance(seconds=1.5)  # a little more than the lag of replication
            second += 1
            seen.append((second, left(table), left(there)))
        if region:
            places[region].update_item(
                Key={"show": "late"},
                UpdateExpression="ADD #left :one",
                ExpressionAttributeNames={"#left": "left"},
                ExpressionAttributeValues={":one": -1},
            )
    expected = left(table)
    assert expected == left(there), "the Regions differ"
    return expected, seen


# %% [markdown]
# ### Your turn: predict what is left
#
# Write `seats_left(seats, sales)`. `sales` is a list of `(second, region)` in the order of time, region `"us"` or
# `"eu"`; each sells one seat with `ADD left -1` in its own Region. Sales of the same second happen before replication
# comes by; between one second and the next everything is replicated. Return what `left` is at last, in both Regions.
# The check asks you first, then the lab sells.
#
# <details><summary>Hint</summary>
#
# At the start of each second both Regions agree. Within the second each counts down its own number. Whose number stays:
# that of the Region that sold more, or of the one that sold last?
# </details>


# %% exercise="last-writer"
def seats_left(seats: int, sales: list[SALES]) -> int:
    """Return the number of seats that both Regions show at last."""
    ### BEGIN SOLUTION
    for second in sorted({at for at, _ in sales}):
        here = [region for at, region in sales if at == second]
        seats -= here.count(here[-1])
    return seats
    ### END SOLUTION


# %% check="last-writer" points=2
with check(
    "last-writer",
    needs="seats_left",
    right="A counter written in two Regions loses count. Let one Region own it, or add up two.",
) as expect:

    def sold(seats: int, sales: list[SALES], case: str) -> None:
        with lab.watching(most=1_000) as made:
            said = seats_left(seats, list(sales))
        expect(not made, "Say the number before anything is sold: without a call to DynamoDB.")
        measured, _ = sell(seats, sales)
        expect.equal(
            said,
            measured,
            f"{case}; {len(sales)} of {seats} seats sold as {sales}. Left in the lab",
        )

    sold(50, [(1, "us"), (2, "eu"), (3, "us")], "One sale a second")
    sold(50, [(1, "us"), (1, "eu")], "Two sales in the same second")
    sold(50, [(1, "us"), (1, "us"), (1, "eu")], "Two in us, then one in eu, all in second 1")
    sold(50, [(1, "eu"), (1, "us"), (1, "us")], "One in eu, then two in us, all in second 1")
    ### BEGIN HIDDEN TESTS
    sold(9, [(1, "eu"), (1, "us"), (1, "eu"), (3, "eu"), (3, "us"), (4, "us")], "A busy evening")
    sold(5, [(2, "us"), (2, "us")], "Two sales of one Region")
    ### END HIDDEN TESTS

# %%
evening = [
    (at, region)
    for at in range(1, 12)
    for region in (["us", "eu"] if at % 3 else ["us"])  # every third second only one
]
shown, seen = sell(100, evening)
charts.over_time(
    {
        "tickets sold": [sum(at < second for at, _ in evening) for second, *_ in seen],
        "counted by both Regions": [100 - us for _, us, _ in seen],
    },
    x=[1.5 * second for second, *_ in seen],
    x_unit="seconds",
    x_label="after the sale opened",
    y_label="tickets",
    headline=f"{len(evening)} tickets sold, {100 - shown} counted: the last writer hides the rest",
    source="measured in the lab",
)

# %% [markdown]
# Three cures: let each item have a *home Region* that writes it; keep one counter for each Region and add them up when
# reading; or pay for **multi-Region strong consistency** (since June 2025; three Regions, or two and a witness), where
# a write counts only once another Region has it, and is slower by the way there and back.
#
# > **Then and now.** A write to a replica cost half as much again as a local one until November 2024. Today both cost
# > the same, so two Regions cost twice one.

# %%
ordinary = facts.price("dynamodb", "on-demand-write-request-units")
replicated = facts.price("dynamodb", "on-demand-replicated-write-request-units-global-tables")
for regions in (1, 2, 3):
    each = ordinary if regions == 1 else replicated
    print(f"a million writes of 1 KB in {regions} Region(s): {regions * each:.3f} USD")

# %% [markdown]
# > **Bill.** In this lesson AWS would bill cents: some thousand write units, a few megabytes of backups and exports.
# > What goes on costing is what you forget: backups, PITR, replicas, buckets. So we clean up.

# %%
dynamodb.update_table(
    TableName=club.name,
    ReplicaUpdates=[{"Delete": {"RegionName": "eu-west-1"}}],
)
for kept in dynamodb.list_backups(BackupType="USER")["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=kept["BackupArn"])
for name in (members.name, copy, copy_name, new_name, secret, club.name, watchlist.name):
    dynamodb.delete_table(TableName=name)
resource_bucket = boto3.resource("s3").Bucket(bucket)
resource_bucket.objects.delete()
resource_bucket.delete()
ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
print("system backups that stay for 35 days, free of charge:", end=" ")
print(len(dynamodb.list_backups(BackupType="SYSTEM")["BackupSummaries"]))

# %% [markdown]
# ## To remember
#
# - Point-in-time recovery brings back any second of 1 to 35 days but the last five minutes, always as a new table.
# - TTL, streams, tags, policies, alarms and recovery itself are not restored: set them again.
# - Restore, export and import go by the gigabyte and use no capacity; a copy by hand pays for every write.
# - `dynamodb:LeadingKeys` keeps users to their rows, `dynamodb:Attributes` with `dynamodb:Select` to their columns.
# - `ForAllValues` is true for no values: leave Scan out of the actions.
# - CloudTrail records calls on tables by itself, calls on items only when data events are on.
# - In a global table every Region writes, and the last writer wins without a word.
# - A session store needs an end that the reader checks; TTL only cleans up.

# %% [markdown] question="wrong-script"
# ### Question 1
#
# At 14:02 a script began to overwrite prices in a table with PITR. It is 14:10 now; orders keep coming into *other
# items* of the same table. What brings the prices back with the least loss?
#
# - [ ] **A** Restore in place to 14:01.
#   > There is no restore in place: each one makes a new table.
# - [x] **B** Restore to 14:01 as a new table, and copy the prices from there into the live table.
#   > The orders of the last minutes stay, and 14:01 is more than five minutes back.
# - [ ] **C** Restore to the latest restorable time, and point the program to the new table.
#   > That is 14:05: three minutes of overwritten prices are in it.
# - [ ] **D** Export to S3 as of 14:01 and import into the live table.
#   > An import makes a new table; it cannot go into one that exists.

# %% answer="wrong-script"
answer = "B"

# %% check="wrong-script" points=1
question("wrong-script", answer)

# %% [markdown] question="report-at-noon"
# ### Question 2
#
# An analyst needs all 300 GB of a provisioned table in S3 each day. Its read units are just enough for the shop. PITR
# is on. What do you do?
#
# - [ ] **A** A parallel Scan with strong reads at night.
#   > It takes the shop's read units, and strong reads take twice as many.
# - [ ] **B** A daily on-demand backup; the analyst reads the backup's files.
#   > Backups can only be restored; their files cannot be read.
# - [x] **C** An export to S3, incremental after the first.
#   > It takes no units, and after the first day only the changes are written and billed.
# - [ ] **D** A global table with a replica for the analyst.
#   > Possible, but it bills all writes and the storage again, and still has to be scanned.

# %% answer="report-at-noon"
answer = "C"

# %% check="report-at-noon" points=1
question("report-at-noon", answer)

# %% [markdown] question="phone-app"
# ### Question 3
#
# A phone app writes scores to DynamoDB with Cognito credentials. Its role allows `dynamodb:*` on the table if
# `ForAllValues:StringEquals` finds the user's id in `dynamodb:LeadingKeys`. A tester reads everybody's scores. How?
#
# - [ ] **A** By a GetItem with another user's key.
#   > That call names a key that is not in the list: denied.
# - [x] **B** By a Scan, which names no key.
#   > For an empty set `ForAllValues` is true. Allow only actions that name keys.
# - [ ] **C** By a BatchGetItem with one own and one strange key.
#   > All keys of the batch must be in the list; one is not.
# - [ ] **D** By changing the id in the app's memory.
#   > The id comes with the signed credentials, not from the app.

# %% answer="phone-app"
answer = "B"

# %% check="phone-app" points=1
question("phone-app", answer)

# %% [markdown] question="private-subnet"
# ### Question 4
#
# Servers in a private subnet without a NAT gateway must reach one table, and no traffic may leave AWS's network. The
# cheapest way?
#
# - [x] **A** A gateway endpoint for DynamoDB in the subnet's route table, with a policy for this table.
#   > It is free, it is a route, and its policy narrows what may pass.
# - [ ] **B** An interface endpoint in each subnet.
#   > It works too, and bills each hour and gigabyte; it is for networks outside the VPC.
# - [ ] **C** A NAT gateway with a security group for DynamoDB's addresses.
#   > It bills each hour and gigabyte, and opens a way to the internet.
# - [ ] **D** A KMS key for the table.
#   > A key encrypts; it is no way through the network.

# %% answer="private-subnet"
answer = "A"

# %% check="private-subnet" points=1
question("private-subnet", answer)

# %%
progress()
