# ---
# jupyter:
#   course:
#     exam:
#     - '1.3'
#     - '4.3'
#     minutes: 60
#     practises:
#       book-seat:
#       - dynamodb.conditional-writes
#       - dynamodb.condition-expressions
#       burst-length:
#       - dynamodb.burst-and-autoscaling
#       - dynamodb.throttling
#       cheaper-mode:
#       - dynamodb.capacity-modes
#       exact-price:
#       - dynamodb.data-types
#       load-films:
#       - dynamodb.batch-write
#       - dynamodb.throttling
#       read-capacity:
#       - dynamodb.rcu
#       - dynamodb.read-consistency
#       - dynamodb.get-item
#       seat-table:
#       - dynamodb.tables-items
#       - dynamodb.primary-key
#       sell-snack:
#       - dynamodb.put-vs-update
#       - dynamodb.condition-expressions
#       write-units:
#       - dynamodb.wcu
#       - dynamodb.item-size
#     services:
#     - dynamodb
#     title: A table that sells each seat once
#     topics:
#     - dynamodb.service-overview
#     - dynamodb.tables-items
#     - dynamodb.primary-key
#     - dynamodb.data-types
#     - dynamodb.item-size
#     - dynamodb.wcu
#     - dynamodb.get-item
#     - dynamodb.rcu
#     - dynamodb.read-consistency
#     - dynamodb.capacity-modes
#     - dynamodb.burst-and-autoscaling
#     - dynamodb.throttling
#     - dynamodb.put-vs-update
#     - dynamodb.conditional-writes
#     - dynamodb.condition-expressions
#     - dynamodb.batch-write
# ---

# %% [markdown]
# # A table that sells each seat once
#
# The Rex is a cinema with one hall. On most days it sells a ticket now and then; on the evening of a premiere
# hundreds of people want the same seats in the same minute. After this lesson you can keep its bookings in **Amazon
# DynamoDB**: choose keys, foretell what each request uses and costs, survive the rush, and never sell a seat twice.

# %% setup="start"
from decimal import Decimal
from math import ceil

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("05-databases/04-dynamodb")
lab.start()
dynamodb = boto3.client("dynamodb")
resource = boto3.resource("dynamodb")

# %% [markdown]
# ## A database without a server
#
# DynamoDB is a **NoSQL** database: it stores *items* and finds them by their key, within milliseconds, whether a
# table holds ten items or billions. There are no joins and no sums; in return it spreads over as many machines as it
# needs. You rent no machine and create no database: you create a table and call it over HTTPS. IAM decides who
# may. Every item is kept in three Availability Zones of the Region. (It leaves the Region only if you ask for a global
# table.)
#
# It suits programs that know their questions beforehand: carts, sessions, players, bookings. How large can it become?

# %%
a_day = facts.limit("dynamodb", "quoted-scale")
print(f"AWS quotes more than {a_day:,.0f} requests a day for all tables together,")
print(f"about {a_day / 86_400 / 1e6:,.0f} million a second.")

# %% [markdown]
# ## Tables, items, keys
#
# A table knows only its **primary key**; you fix it when you create the table. There are two forms:
#
# - a **partition key** (`HASH`) alone: each value once, such as `film_id`;
# - a **partition key and a sort key** (`RANGE`): each *pair* once. Items with one partition key lie together, in the
#   order of their sort key.
#
# DynamoDB hashes the partition key to find the machine that holds the item, so choose a key with many values that are
# used about equally.
#
# All other attributes belong to the item, each item may have different ones, and you never declare them:
# `AttributeDefinitions` lists the keys alone, with their types (`S` string, `N` number, `B` binary).
# Other names are refused.
#
# ### Your turn: a table for seats
#
# Write `make_seats(name)`. It creates a table with the partition key `show` and the sort key `seat`, both strings, paid
# on demand (`BillingMode="PAY_PER_REQUEST"`), and waits until the table exists.
#
# <details><summary>Hint</summary>
#
# `KeySchema` takes `{"AttributeName": ..., "KeyType": "HASH"}`, then one more with `RANGE`. A new table on AWS is
# `CREATING` for some seconds: `dynamodb.get_waiter("table_exists").wait(TableName=...)`.
# </details>


# %% exercise="seat-table"
def make_seats(name: str) -> None:
    """Create the table of seats and wait until it can be used."""
    ### BEGIN SOLUTION
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "show", "KeyType": "HASH"},
            {"AttributeName": "seat", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "show", "AttributeType": "S"},
            {"AttributeName": "seat", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    ### END SOLUTION


# %% check="seat-table" points=2
with check("seat-table", needs="make_seats", right="One show's seats lie together, each seat once.") as expect:

    def holds_seats(show: str, seats: list[str]) -> None:
        name, asked = lab.unique_name("check-seats"), []

        def on_its_way(parsed, **_) -> None:
            """The first answer of DescribeTable, as AWS gives it right after CreateTable."""
            asked.append(parsed.get("Table", {}).get("TableStatus", ""))
            if asked == ["ACTIVE"]:
                parsed["Table"]["TableStatus"] = "CREATING"

        clients = [dynamodb, resource.meta.client]
        for client in clients:
            client.meta.events.register("after-call.dynamodb.DescribeTable", on_its_way)
        try:
            with lab.watching() as made:
                make_seats(name)
        finally:
            for client in clients:
                client.meta.events.unregister("after-call.dynamodb.DescribeTable", on_its_way)
        expect(
            name in dynamodb.get_paginator("list_tables").paginate().build_full_result()["TableNames"],
            "There is no table of the name that make_seats was given.",
        )
        table = dynamodb.describe_table(TableName=name)["Table"]
        keys = {one["KeyType"]: one["AttributeName"] for one in table["KeySchema"]}
        expect(
            keys.get("HASH") == "show",
            f"The partition key (HASH) is '{keys.get('HASH')}'; it should be 'show'.",
        )
        expect(
            keys.get("RANGE") == "seat",
            f"The sort key (RANGE) is '{keys.get('RANGE', 'missing')}'; it should be 'seat'. "
            "Without it a show has room for one item only.",
        )
        types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
        wrong = [f"{key} is {kind}" for key, kind in types.items() if kind != "S"]
        expect(not wrong, f"Both keys are strings, type S; here {', '.join(wrong)}.")
        mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
        expect(
            mode == "PAY_PER_REQUEST",
            f"The table's billing mode is {mode}. Say BillingMode='PAY_PER_REQUEST'.",
        )
        expect(
            len(made.of("DescribeTable")) > 0 and asked.count("ACTIVE") != 1,
            "You did not wait until the table exists: it is CREATING at first, and the next request would fail. Use "
            "the waiter.",
        )
        for seat in seats:
            dynamodb.put_item(TableName=name, Item={"show": {"S": show}, "seat": {"S": seat}})
        expect.equal(dynamodb.scan(TableName=name)["Count"], len(seats), "The seats stored for one show")

    holds_seats("2026-12-01 20:00", ["A01", "A02"])
    ### BEGIN HIDDEN TESTS
    holds_seats("2026-12-24 17:00", ["B07", "B08", "C01"])
    ### END HIDDEN TESTS

# %% [markdown]
# Here are items with different attributes in one table, and `Query`: it reads the items of one partition key in the
# order of the sort key, from either end. (Queries, scans and indexes are the next lesson.)


# %% setup="tables"
def new_table(*keys: str, reads: int = 0, writes: int = 0) -> str:
    """Create a table, on demand or with so many units, and return its name."""
    name = lab.unique_name("rex")
    units = {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}
    kinds = ("HASH", "RANGE")[: len(keys)]
    pairs = zip(keys, kinds, strict=True)
    schema = [{"AttributeName": key, "KeyType": kind} for key, kind in pairs]
    mode = {"ProvisionedThroughput": units} if reads else {"BillingMode": "PAY_PER_REQUEST"}
    dynamodb.create_table(
        TableName=name,
        KeySchema=schema,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        **mode,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    return name


# %%
from boto3.dynamodb.conditions import Key

seats = resource.Table(new_table("show", "seat"))
seats.put_item(Item={"show": "Monday", "seat": "A02", "customer": "Ada"})
seats.put_item(Item={"show": "Monday", "seat": "A01", "broken": True, "note": {"by": "Ed"}})
seats.put_item(Item={"show": "Tuesday", "seat": "A01", "customer": "Alan"})
for forward in (True, False):
    page = seats.query(
        KeyConditionExpression=Key("show").eq("Monday"),
        ScanIndexForward=forward,
    )
    print([item["seat"] for item in page["Items"]])
try:
    seats.put_item(Item={"show": "Monday", "customer": "Grace"})
except ClientError as error:
    print(error.response["Error"]["Code"], "-", error.response["Error"]["Message"])

# %% [markdown]
# ## Ten types
#
# | group | types |
# |---|---|
# | scalars | string `S`, number `N`, binary `B`, boolean `BOOL`, null `NULL` |
# | documents | list `L`, map `M`: they may hold each other |
# | sets | of strings `SS`, of numbers `NS`, of binaries `BS`; never empty |
#
# boto3 has two ways to write them. The *client* speaks as the API does and names each type, numbers as text:
# `{"price": {"N": "4.35"}}`. The *resource* translates Python values: `str`, `bool`, `list`, `dict`, `set`, `bytes`,
# and `Decimal` for numbers, which DynamoDB keeps exactly, with up to 38 digits.

# %%
kinds = resource.Table(new_table("id"))
kinds.put_item(
    Item={"id": "nuts", "price": Decimal("4.35"), "tags": {"new", "salty"}, "sizes": [1, 2]},
)
print("resource:", kinds.get_item(Key={"id": "nuts"})["Item"])
print("client:  ", dynamodb.get_item(TableName=kinds.name, Key={"id": {"S": "nuts"}})["Item"])

# %% [markdown]
# ### Your turn: repair the price list
#
# A colleague's `save_snack(table, snack, price, tags)` fails on the first price. `table` is a resource's table with the
# key `id`. Repair it:
#
# - `price`, a Python `float` such as 4.35, is stored as a number with just the digits that Python shows;
# - `tags` is stored as a set of strings;
# - a snack without tags is stored too, without the attribute `tags`.
#
# <details><summary>Hint</summary>
#
# `Decimal(4.35)` writes out the float's inner error, some 50 digits; `Decimal("4.35")` does not. What does a set that
# is empty do?
# </details>


# %% exercise="exact-price" repair=true
def save_snack(table, snack: str, price: float, tags: list[str]) -> None:
    """Store a snack with its price and tags."""
    table.put_item(Item={"id": snack, "price": price, "tags": tags})


### BEGIN SOLUTION
def save_snack(table, snack: str, price: float, tags: list[str]) -> None:
    """Store a snack with its price and tags."""
    item = {"id": snack, "price": Decimal(str(price))}
    if tags:
        item["tags"] = set(tags)
    table.put_item(Item=item)


### END SOLUTION


# %% check="exact-price" points=1
with check("exact-price", needs="save_snack", right="Money and binary fractions do not mix.") as expect:

    def is_kept(snack: str, price: float, tags: list[str]) -> None:
        table = resource.Table(new_table("id"))
        save_snack(table, snack, price, tags)
        item = dynamodb.get_item(TableName=table.name, Key={"id": {"S": snack}}).get("Item", {})
        expect(item != {}, f"There is no item with the id {snack!r} in the table.")
        kind, value = next(iter(item.get("price", {"missing": ""}).items()))
        expect(
            kind == "N",
            f"The price is of type {kind}; a number, N, can be compared and added to.",
        )
        expect(
            Decimal(value) == Decimal(str(price)),
            f"The price {price} is stored as {value}. Mind how you make the Decimal.",
        )
        if tags:
            kind = next(iter(item.get("tags", {"missing": ""})))
            expect(
                kind == "SS",
                f"The tags are of type {kind}; a Python set becomes a set of strings, SS.",
            )
            expect.equal(sorted(item["tags"]["SS"]), sorted(tags), "The tags")
        else:
            expect("tags" not in item, f"{snack} has no tags, so leave the attribute out.")

    is_kept("popcorn", 4.35, ["sweet", "warm"])
    is_kept("water", 2.1, [])
    is_kept("mint", 0.125, [])
    ### BEGIN HIDDEN TESTS
    is_kept("nachos", 5.95, ["salty"])
    is_kept("candle", 0.7, [])
    ### END HIDDEN TESTS

# %% [markdown]
# ## What a write uses
#
# DynamoDB measures work in **capacity units**. A write unit (WCU) is a write of up to 1 KB (1,024 bytes); a larger item
# uses one unit for each KB begun. With a transaction (a later lesson) it is twice as much.
#
# An item's size is the bytes of all its attribute **names** and values, text in UTF-8, and at most 400 KB.
# A number takes about one byte for two digits, plus one; true, false and null take one byte. So short names save money
# in a large table.
#
# Each response tells what was used, if you ask with `ReturnConsumedCapacity`.

# %%
wide = dynamodb.put_item(
    TableName=new_table("id"),
    Item={"id": {"S": "film-1"}, "description": {"S": "x" * 2_500}},
    ReturnConsumedCapacity="TOTAL",
)
print(wide["ConsumedCapacity"]["CapacityUnits"], "write units")

# %% [markdown]
# ### Your turn: foretell the write units
#
# Write `write_units(item)`: how many units does a put of this new item use? `item` is a dictionary whose values are all
# text, such as `{"id": "film-1", "title": "Amélie"}`. The check asks you first and then measures in the lab.
#
# <details><summary>Hint</summary>
#
# `len("é")` is 1, yet UTF-8 writes it in two bytes: `len("é".encode())`. Add up names and values first, then round up
# once: `-(-size // 1024)`.
# </details>


# %% exercise="write-units"
def write_units(item: dict[str, str]) -> int:
    """Return the write units of a put of this item."""
    ### BEGIN SOLUTION
    size = sum(len(name.encode()) + len(value.encode()) for name, value in item.items())
    return -(-size // 1024)
    ### END SOLUTION


# %% check="write-units" points=2
with check("write-units", needs="write_units", right="Foretold and measured: the numbers agree.") as expect:

    def as_measured(item: dict[str, str], what: str) -> None:
        foretold = write_units(dict(item))
        made = dynamodb.put_item(
            TableName=new_table("id"),
            Item={name: {"S": value} for name, value in item.items()},
            ReturnConsumedCapacity="TOTAL",
        )
        used = int(made["ConsumedCapacity"]["CapacityUnits"])
        expect(
            foretold == used,
            f"{what}: you foretold {foretold!r}, the lab measured {used} units.",
        )

    as_measured({"id": "a", "text": "x" * 2_000}, "2,007 bytes with the names")
    as_measured({"id": "a", "text": "x" * 1_017}, "Exactly 1,024 bytes with the names")
    as_measured({"id": "a", "text": "x" * 1_018}, "One byte more than 1,024, with the names")
    as_measured({"id": "a", "text": "é" * 600}, "600 letters of two bytes each")
    as_measured({"id": "a", "ñ" * 100: "x" * 900}, "A long attribute name counts as well, 200 bytes")
    ### BEGIN HIDDEN TESTS
    as_measured({"id": "b"}, "A tiny item")
    as_measured({"id": "b", "year": "1994", "text": "ö" * 3_000}, "3,000 letters of two bytes")
    as_measured(
        {"id": "b", "a": "x" * 700, "b": "y" * 700, "c": "z" * 640},
        "Three texts: round up once",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# An update or delete uses what the *larger* of the item's two versions would use, before or after. Changing one
# letter of a 300 KB item uses 300 units.
#
# ## What a read uses
#
# `GetItem` wants the whole primary key. Read units (RCU) count blocks of **4 KB**, rounded up. You choose how sure the
# read is; each block uses:
#
# - **eventually consistent**, the default: half a unit. The answer may come from a copy that missed the latest
#   write;
# - **strongly consistent**, `ConsistentRead=True`: one unit. The answer holds every write that had succeeded before;
# - transactional: two units.
#
# `ProjectionExpression` returns only some attributes. It saves bytes on the way, and no units. Some names are reserved
# words, such as `name` and `status`; then write `#n` and explain it in `ExpressionAttributeNames`.
#
# > **Lab and AWS.** In the lab a read is never stale. On AWS it usually is not, and sometimes is.

# %%
films = new_table("id")
dynamodb.put_item(
    TableName=films,
    Item={"id": {"S": "f"}, "name": {"S": "Metropolis"}, "plot": {"S": "x" * 9_000}},
)
part = {"ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "name"}}
ways = {
    "eventual": {},
    "strong": {"ConsistentRead": True},
    "only the name": part,
    "no such item": {},
}
for what, more in ways.items():
    got = dynamodb.get_item(
        TableName=films,
        Key={"id": {"S": "missing" if what == "no such item" else "f"}},
        ReturnConsumedCapacity="TOTAL",
        **more,
    )
    units, names = got["ConsumedCapacity"]["CapacityUnits"], list(got.get("Item", {}))
    print(f"{what:14} {units} units for {names}")

# %% [markdown]
# ### Your turn: how many read units a second?
#
# A **provisioned** table has a fixed number of read and write units for each second. Write
# `read_capacity(per_second, size, strong)`: the whole number of read units that a table needs for `per_second` GetItem
# calls a second, each of an item of `size` bytes, strongly consistent or not. The check sends one second's calls and
# adds up what they used.
#
# <details><summary>Hint</summary>
#
# Round each item up to whole blocks of 4,096 bytes first. Then comes the price of the kind of read, then the number of
# reads; at the very end round up to a whole number of units.
# </details>


# %% exercise="read-capacity"
def read_capacity(per_second: int, size: int, strong: bool) -> int:
    """Return the read units a second that the table needs."""
    ### BEGIN SOLUTION
    blocks = ceil(size / 4096)
    each = blocks if strong else blocks / 2
    return ceil(per_second * each)
    ### END SOLUTION


# %% check="read-capacity" points=2
with check(
    "read-capacity",
    needs="read_capacity",
    right="Each item rounds up alone; the kind of read decides.",
) as expect:

    def is_enough(per_second: int, size: int, strong: bool) -> None:
        foretold = read_capacity(per_second, size, strong)
        name, used = new_table("id"), 0.0
        dynamodb.put_item(TableName=name, Item={"id": {"S": "k"}, "t": {"S": "x" * (size - 4)}})
        for _ in range(per_second):
            got = dynamodb.get_item(
                TableName=name,
                Key={"id": {"S": "k"}},
                ConsistentRead=strong,
                ReturnConsumedCapacity="TOTAL",
            )
            used += got["ConsumedCapacity"]["CapacityUnits"]
        needed = -int(-used // 1)
        expect(
            foretold == needed,
            f"{per_second} {'strong' if strong else 'eventual'} reads of {size:,} bytes used {used:g} units in the "
            f"lab, so the table needs {needed}. You foretold {foretold!r}.",
        )

    is_enough(10, 4096, strong=True)
    is_enough(16, 12_288, strong=False)
    is_enough(10, 6_000, strong=True)
    is_enough(3, 1_000, strong=False)
    ### BEGIN HIDDEN TESTS
    is_enough(7, 8_193, strong=True)
    is_enough(5, 300, strong=False)
    is_enough(4, 4_097, strong=False)
    ### END HIDDEN TESTS

# %% [markdown]
# Measured for items of many sizes, writes and reads climb in steps of different width.

# %%
measured: dict[str, list[float]] = {"write": [], "strong read": [], "eventual read": []}
full_kb = list(range(12))
steps_table = new_table("id")
for kb in full_kb:  # one byte more than so many full KB
    item = {"id": {"S": f"{kb:x}"}, "t": {"S": "x" * (kb * 1024 - 3)}}
    put = dynamodb.put_item(
        TableName=steps_table,
        Item=item,
        ReturnConsumedCapacity="TOTAL",
    )
    measured["write"].append(put["ConsumedCapacity"]["CapacityUnits"])
    for kind, strong in (("strong read", True), ("eventual read", False)):
        got = dynamodb.get_item(
            TableName=steps_table,
            Key={"id": item["id"]},
            ConsistentRead=strong,
            ReturnConsumedCapacity="TOTAL",
        )
        measured[kind].append(got["ConsumedCapacity"]["CapacityUnits"])
charts.steps(
    measured,
    x=full_kb,
    headline="Writes climb with every KB, reads with every four",
    x_label="size of the item",
    x_unit="KiB",
    y_label="capacity units",
    values=False,
    until=12,
    source="measured in the lab",
)

# %% [markdown]
# > **Then and now.** Some books call strongly consistent reads the default. They never were: eventual is. A strong
# > read is possible on a table, not on a global secondary index (next lesson).
#
# ## Pay for each request, or for each hour
#
# A table has one of two **capacity modes**.
#
# - **On demand**: no planning; you pay for the units that you use. It takes twice its former peak at once, and a new
#   table 4,000 write and 12,000 read units a second.
# - **Provisioned**: you say how many units a second you want, and pay them by the hour, used or not. *Auto scaling* can
#   change the numbers, within minutes rather than seconds.
#
# You can switch a table with `update_table`. Which mode is cheaper depends on how evenly the table is used.

# %%
write_million = facts.price("dynamodb", "on-demand-write-request-units")
wcu_hour = facts.price("dynamodb", "provisioned-write-capacity-unit")
before_2024 = facts.history("dynamodb", "on-demand-write-request-units")[0]


def on_demand(price: float):
    return lambda percent: 100 * percent / 100 * 3600 * 720 / 1e6 * price


cost = {
    "100 write units, provisioned": lambda percent: 100 * 720 * wcu_hour,
    "on demand": on_demand(write_million),
    "on demand until October 2024": on_demand(before_2024),
}
charts.curves(
    cost,
    x=(0, 50),
    breakeven=True,
    against="100 write units, provisioned",
    headline="On demand is cheaper while less than 29 % of the units are used",
    x_label="average use of the provisioned units",
    x_unit="percent",
    y_unit="USD for 30 days",
    source=[write_million, wcu_hour],
)

# %% [markdown]
# ### Your turn: the cheaper mode
#
# Write `cheaper(day)`. `day` lists, for each of the 24 hours of a day, the write units that are used *per second* in
# that hour. Compare 30 such days on demand with a provisioned table whose units are the highest number in the list.
# Return the cheaper mode, `"on-demand"` or `"provisioned"`, and its cost in USD. The prices are `write_million`
# and `wcu_hour`, as in the cell above. Leave free amounts aside.
#
# <details><summary>Hint</summary>
#
# An hour has 3,600 seconds, so each number in `day` stands for 3,600 times as many units. `write_million` is the
# price of a million of them; `wcu_hour` that of one unit for one hour.
# </details>

# %% setup="prices"
write_million = facts.price("dynamodb", "on-demand-write-request-units")
wcu_hour = facts.price("dynamodb", "provisioned-write-capacity-unit")


# %% exercise="cheaper-mode"
def cheaper(day: list[int]) -> tuple[str, float]:
    """Return the cheaper capacity mode and its cost for 30 days in USD."""
    ### BEGIN SOLUTION
    by_request = sum(day) * 3600 * 30 / 1e6 * write_million
    by_hour = max(day) * 24 * 30 * wcu_hour
    if by_request < by_hour:
        return "on-demand", by_request
    return "provisioned", by_hour
    ### END SOLUTION


# %% check="cheaper-mode" points=2
with check("cheaper-mode", needs="cheaper", right="Uneven use: on demand. Even use: provisioned.") as expect:

    def costs(day: list[int], mode: str, usd: float, what: str) -> None:
        answer = cheaper(list(day))
        expect(
            isinstance(answer, tuple | list) and len(answer) == 2,
            f"Return two things, the mode and the cost; you returned {answer!r}.",
        )
        expect(
            answer[0] == mode,
            f"{what}: you chose {answer[0]!r}, but {mode} is cheaper. Compare both costs for 30 days.",
        )
        expect.close(answer[1], usd, f"{what}: the cost in USD")

    request, hour = float(write_million), float(wcu_hour)
    costs([100] * 24, "provisioned", 72_000 * hour, "100 units in every hour")
    costs(
        [2] * 22 + [200] * 2,
        "on-demand",
        47.952 * request,
        "A cinema: 2 units, and 200 for two hours",
    )
    ### BEGIN HIDDEN TESTS
    costs(
        [0] * 20 + [50] * 4,
        "on-demand",
        21.6 * request,
        "Four hours of 50 units, then nothing",
    )
    costs([60] * 8 + [10] * 16, "provisioned", 43_200 * hour, "60 units for eight hours, then 10")
    costs([1] * 23 + [40], "on-demand", 6.804 * request, "One busy hour of 40")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** On 1 November 2024 on-demand requests became half as dear. Older books put the balance at 14 % and
# > advise provisioned tables far more often.
#
# The lab keeps an account of the requests you have made. What would a booking cost that reads a seat and writes it?
# We let it run once and price a million of them.

# %%
booking = resource.Table(new_table("show", "seat"))
start = lab.bill(times=1_000_000)
booking.get_item(Key={"show": "Monday", "seat": "A01"}, ConsistentRead=True)
booking.put_item(Item={"show": "Monday", "seat": "A01", "customer": "Ada"})
print(f"a million bookings: {lab.bill(times=1_000_000).usd - start.usd:.3f} USD")

# %% [markdown]
# ## Too much at once
#
# A provisioned table that is asked for more than it has answers `ProvisionedThroughputExceededException`: the request
# was **throttled**, nothing was done, try again. boto3 does so by itself, with pauses that grow. To see the throttling
# we make a client without retries.
#
# Units that you do not use are kept for a while: **burst capacity**, at most those of the last 300 seconds. Let us see
# what a premiere does to a table of 10 write units a second after a quiet ten minutes: 40 units are asked for in
# each second.

# %% setup="impatient"
impatient = boto3.client("dynamodb", config=Config(retries={"max_attempts": 0}))


def write(table: str, key: str, units: int) -> str:
    """Put an item of so many write units, trying once; return "" or why it was throttled."""
    item = {"id": {"S": key}, "t": {"S": "x" * (units * 1024 - 100)}}
    try:
        impatient.put_item(TableName=table, Item=item)
    except ClientError as error:
        told = error.response
        reasons = told.get("ThrottlingReasons") or told.get("throttlingReasons")
        if not reasons:
            raise
        return reasons[0]["reason"]
    return ""


# %%
premiere = new_table("id", reads=1, writes=10)
write(premiere, "first", 1)
lab.clock.advance(minutes=10)
written, refused, why = [], [], ""
for _ in range(12):  # twelve times 20 seconds
    served = 0
    for second in range(0, 20, 5):
        answer = write(premiere, f"at {second}", 200)  # 200 units every 5 seconds: 40 a second
        served += not answer
        why = answer or why
        lab.clock.advance(seconds=5)
    written.append(served * 200 / 20)
    refused.append((4 - served) * 200 / 20)
print("reason given:", why)
charts.over_time(
    {"written": written, "throttled": refused},
    x=[20 * n for n in range(1, 13)],
    thresholds={"provisioned": 10},
    headline=f"The burst carries {20 * refused.count(0)} seconds, then writes are throttled",
    x_label="since the rush began",
    y_unit="units a second",
    source="measured in the lab",
)

# %% [markdown]
# Ten units a second for 300 seconds are 3,000 in store. The rush takes 40 and 10 come back, so the store shrinks by
# 30 a second. It is a kindness for short peaks, no guarantee: AWS may use it for its own upkeep.
#
# > **Lab and AWS.** The lab's store is exact, so that you can count on it here. Where AWS stands at a given second you
# > cannot see.
#
# ### Your turn: how long does the burst last?
#
# Write `burst_seconds(capacity, load, idle)`: a table of `capacity` units a second has an empty store, is then idle for
# `idle` seconds, and then has to serve `load` units in every second. After how many seconds does it throttle? If it
# never has to, return `float("inf")`.
#
# <details><summary>Hint</summary>
#
# What is in the store when the load begins? It cannot hold more than 300 seconds' worth. Each second takes `load` out
# and puts `capacity` in.
# </details>


# %% exercise="burst-length"
def burst_seconds(capacity: int, load: int, idle: int) -> float:
    """Return the seconds until the first request is throttled."""
    ### BEGIN SOLUTION
    if load <= capacity:
        return float("inf")
    return capacity * min(idle, 300) / (load - capacity)
    ### END SOLUTION


# %% check="burst-length" points=2
with check("burst-length", needs="burst_seconds", right="Foretold, then seen in the lab.") as expect:

    def in_the_lab(capacity: int, load: int, idle: int) -> int:
        """Seconds until a real table of the lab throttles; one write a second."""
        table = new_table("id", reads=1, writes=capacity)
        write(table, "first", capacity)
        lab.clock.advance(seconds=idle)
        second = 0
        while second < 60 and not write(table, "k", load):
            lab.clock.advance(seconds=1)
            second += 1
        return second

    def lasts(capacity: int, load: int, idle: int, seconds: float) -> None:
        foretold = burst_seconds(capacity, load, idle)
        expect.close(
            foretold,
            seconds,
            f"{capacity} units a second, {idle} s idle, then a load of {load}: the seconds",
        )

    expect(
        burst_seconds(100, 100, 60) == float("inf"),
        "100 units a second serve a load of 100 for ever: float('inf').",
    )
    expect(
        burst_seconds(100, 40, 60) == float("inf"),
        "100 units a second serve a load of 40 for ever too: float('inf').",
    )
    lasts(150, 200, 300, 900)
    foretold, seen = burst_seconds(10, 110, 600), in_the_lab(10, 110, 600)
    expect(
        isinstance(foretold, int | float) and abs(foretold - seen) <= 3,
        f"A table of 10 units, ten minutes idle, then a load of 110: the lab served it for {seen} s, "
        f"and you foretold {foretold!r}. The store holds at most 300 seconds' worth.",
    )
    lasts(150, 200, 60, 180)
    ### BEGIN HIDDEN TESTS
    lasts(50, 300, 3600, 60)
    lasts(40, 60, 100, 200)
    expect(
        burst_seconds(80, 20, 0) == float("inf"),
        "A load below the capacity is served for ever.",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## One hot key
#
# A table's items lie on many *partitions*, chosen by the hash of the partition key. One partition serves at most 1,000
# write units and 3,000 read units a second, whatever the table as a whole may do, and on demand too. If all visitors
# want one item, that key is **hot**. We send 4,040 units within about a second: to one key, and spread over twenty.

# %%
served, reason = {}, ""
for keys in (1, 20):
    table = new_table("id")
    answers = [write(table, f"key {n % keys}", 101) for n in range(40)]
    served["one key" if keys == 1 else f"{keys} keys"] = 101 * answers.count("")
    reason = next(filter(None, answers), reason)
print("reason given:", reason)
one, twenty = served["one key"], served["20 keys"]
charts.bars(
    served,
    headline=f"Of 4,040 units one hot key took {one:,}, twenty keys together {twenty:,}",
    unit="write units",
    highlight=["one key"],
    reference={"limit of a partition": facts.limit("dynamodb", "partition-write-ceiling")},
    source="measured in the lab, within about a second",
)

# %% [markdown]
# (A little more than 1,000, because some units come back while the cell runs.)
#
# More capacity does not cool a hot key. What does: keys that spread better, a cache for hot reads, smaller items. The
# reason in the error tells which case you have: `TableWriteProvisionedThroughputExceeded` means the table's own
# units, `...KeyRangeThroughputExceeded` a hot key.
#
# > **Lab and AWS.** In the lab each key has a partition to itself. On AWS keys share partitions; AWS moves
# > capacity to busy ones (*adaptive capacity*) and divides them, but the ceiling of a partition stays.
#
# **Auto scaling** raises and lowers provisioned units for you: it aims at a degree of use, here 70 %. It needs some
# minutes, so it follows the day and does not catch a rush.

# %%
scaling = boto3.client("application-autoscaling")
target = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": f"table/{premiere}",
    "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
}
scaling.register_scalable_target(**target, MinCapacity=10, MaxCapacity=200)
scaling.put_scaling_policy(
    **target,
    PolicyName="aim-at-70-percent",
    PolicyType="TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration={
        "TargetValue": 70.0,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "DynamoDBWriteCapacityUtilization",
        },
    },
)
policy = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"][0]
print(policy["PolicyName"], "for", policy["ScalableDimension"])

# %% [markdown]
# (The lab keeps the policy and does not act on it.)
#
# *More than half of the lesson is done: a good place for a pause.*
#
# ## Replace or edit
#
# `PutItem` replaces the **whole** item: an attribute that you do not send is gone. `UpdateItem` changes only what its
# expression names, and creates the item if there is none.
#
# | in an update expression | does |
# |---|---|
# | `SET price = :p` | gives an attribute a value |
# | `SET seen = if_not_exists(seen, :zero) + :one` | calculates from the present value |
# | `ADD seen :one` | adds to a number or a set; a missing one begins at nothing |
# | `REMOVE note` | takes an attribute away |
#
# DynamoDB carries out the updates of an item one after the other, each as a whole (*atomically*). Two snack counters
# sell at the same moment, 20 times: read, subtract and put back, against an update that subtracts.

# %%
left = {}
for style in ("get and put", "update"):
    table = resource.Table(new_table("id"))
    table.put_item(Item={"id": "popcorn", "stock": 100})
    for _ in range(20):
        if style == "get and put":
            both = [table.get_item(Key={"id": "popcorn"})["Item"] for counter in (1, 2)]
            for item in both:
                table.put_item(Item={"id": "popcorn", "stock": item["stock"] - 1})
        else:
            for _ in (1, 2):
                table.update_item(
                    Key={"id": "popcorn"},
                    UpdateExpression="ADD stock :n",
                    ExpressionAttributeValues={":n": -1},
                )
    left[style] = int(table.get_item(Key={"id": "popcorn"})["Item"]["stock"])
charts.bars(
    {"get and put": 100 - left["get and put"], "update": 100 - left["update"]},
    headline=f"Of 40 packs sold, get and put forgot {left['get and put'] - 60}, update none",
    unit="packs taken off the stock",
    highlight=["get and put"],
    reference={"sold": 40},
    source="measured in the lab",
)

# %% [markdown]
# This is a **lost update**: both counters read 100, both write 99. No error tells you.
#
# ## Only if
#
# Put, update and delete may carry a **condition**. DynamoDB tests it and writes in one step; if it does not hold,
# nothing is written and you get `ConditionalCheckFailedException`. (The refused attempt uses write units too.) A
# condition is made of comparisons, `BETWEEN`, `IN`, `AND`, `OR`, `NOT` and six functions. Here they are, tried on one
# item:

# %%
conditions = resource.Table(new_table("id"))
conditions.put_item(
    Item={"id": "F7", "title": "Metropolis", "tags": {"silent", "robot"}, "minutes": 153},
)
tried = [
    "attribute_exists(title)",
    "attribute_not_exists(title)",
    "attribute_type(minutes, :number)",
]
tried += ["contains(tags, :tag)", "begins_with(title, :start)", "size(title) > :ten"]
values = {":number": "N", ":tag": "robot", ":start": "Metro", ":ten": 10}
for condition in tried:
    used = {name: value for name, value in values.items() if name in condition}
    try:
        conditions.update_item(
            Key={"id": "F7"},
            UpdateExpression="ADD tries :one",
            ConditionExpression=condition,
            ExpressionAttributeValues={":one": 1, **used},
        )
        print(f"{condition:36} holds")
    except conditions.meta.client.exceptions.ConditionalCheckFailedException:
        print(f"{condition:36} does not hold")

# %% [markdown]
# `attribute_exists` of a key attribute asks whether the *item* exists: every item has its key. For the next two
# checks we need a rival. `meanwhile(table, action)` lets somebody else act just before your first write reaches the
# table.


# %% setup="rival"
from contextlib import contextmanager

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
rival = boto3.resource("dynamodb", region_name="us-east-1")


@contextmanager
def meanwhile(table, action):
    """Run action() once, just before the first write through `table` reaches the account."""
    done = []

    def step_in(model, **_):
        if model.name in WRITES and not done:
            done.append(model.name)
            action()

    clients = [table.meta.client, dynamodb]
    for client in clients:
        client.meta.events.register("before-call.dynamodb", step_in)
    try:
        yield done
    finally:
        for client in clients:
            client.meta.events.unregister("before-call.dynamodb", step_in)


# %% [markdown]
# ### Your turn: repair the snack counter
#
# `sell(table, snack, count)` loses updates, and the snack's price too. Repair it:
#
# - it takes `count` from the attribute `stock` of the item with the id `snack`, and returns `True`;
# - if there are too few, or there is no such snack, it changes nothing and returns `False`;
# - the other attributes stay, and a sale of another counter in the same moment is not lost.
#
# <details><summary>Hint</summary>
#
# One `update_item` does it: an `UpdateExpression` that subtracts, and a `ConditionExpression` about `stock`. A
# comparison with an attribute that is missing does not hold.
# </details>


# %% exercise="sell-snack" repair=true
def sell(table, snack: str, count: int) -> bool:
    """Take packs from the stock; tell whether there were enough."""
    item = table.get_item(Key={"id": snack})["Item"]
    if item["stock"] < count:
        return False
    table.put_item(Item={"id": snack, "stock": item["stock"] - count})
    return True


### BEGIN SOLUTION
def sell(table, snack: str, count: int) -> bool:
    """Take packs from the stock; tell whether there were enough."""
    try:
        table.update_item(
            Key={"id": snack},
            UpdateExpression="SET stock = stock - :n",
            ConditionExpression="stock >= :n",
            ExpressionAttributeValues={":n": count},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


### END SOLUTION


# %% check="sell-snack" points=2
with check("sell-snack", needs="sell", right="One step in the database, and no sale is lost.") as expect:

    def shop(stock: int):
        table = resource.Table(new_table("id"))
        table.put_item(Item={"id": "popcorn", "stock": stock, "price": Decimal("4.35")})
        return table

    def now(table) -> dict:
        return rival.Table(table.name).get_item(Key={"id": "popcorn"}).get("Item", {})

    def sells(stock: int, count: int, possible: bool) -> None:
        table = shop(stock)
        returned = sell(table, "popcorn", count)
        after = now(table)
        expect(
            "price" in after,
            "After a sale the item has lost its price. A put replaces the whole item.",
        )
        left = stock - count if possible else stock
        expect(
            after.get("stock") == left,
            f"{count} of {stock} packs asked for: the stock is {after.get('stock')}, it should be {left}.",
        )
        expect(
            returned is possible,
            f"{count} of {stock} packs asked for: return {possible}; you returned {returned!r}.",
        )

    def at_once(stock: int, count: int, other: int) -> None:
        table = shop(stock)

        def other_counter() -> None:
            rival.Table(table.name).update_item(
                Key={"id": "popcorn"},
                UpdateExpression="ADD stock :n",
                ExpressionAttributeValues={":n": -other},
            )

        with meanwhile(table, other_counter) as done:
            returned = sell(table, "popcorn", count)
        expect(done != [], "Nothing was written through the table that sell was given.")
        left = now(table).get("stock")
        possible = count <= stock - other
        wanted = stock - other - (count if possible else 0)
        expect(
            left == wanted,
            f"Of {stock} packs another counter sold {other} in the same moment, and you were asked for {count}: the "
            f"stock is {left}, it should be {wanted}. Test and subtract in one request.",
        )
        expect(
            returned is possible,
            f"You returned {returned!r} although the sale went {'well' if possible else 'wrong'}.",
        )

    def unknown(snack: str) -> None:
        table = shop(5)
        expect(sell(table, snack, 1) is False, "There is no such snack: return False.")
        count = dynamodb.scan(TableName=table.name)["Count"]
        expect(count == 1, f"A sale of {snack!r}, which does not exist, created an item.")

    sells(10, 3, possible=True)
    sells(2, 3, possible=False)
    sells(3, 3, possible=True)
    at_once(10, 2, other=1)
    at_once(3, 3, other=1)
    unknown("oysters")
    ### BEGIN HIDDEN TESTS
    sells(100, 99, possible=True)
    sells(0, 1, possible=False)
    at_once(50, 7, other=5)
    at_once(8, 5, other=4)
    unknown("caviar")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: one seat, one customer
#
# Write `book(table, show, seat, customer)` for a table with the keys `show` and `seat`. It stores the seat with the
# attribute `customer`, unless somebody has it already; then the item stays as it is. Either way it returns the name
# of the customer who has the seat now. Another booking may arrive in the same moment: exactly one of the two gets the
# seat.
#
# <details><summary>Hint</summary>
#
# Put with `attribute_not_exists(seat)`. With `ReturnValuesOnConditionCheckFailure="ALL_OLD"` the error brings the item
# that was in the way: `error.response["Item"]`, in the client's spelling, also from a resource.
# </details>


# %% exercise="book-seat"
def book(table, show: str, seat: str, customer: str) -> str:
    """Book a seat if it is free; return who has it."""
    ### BEGIN SOLUTION
    try:
        table.put_item(
            Item={"show": show, "seat": seat, "customer": customer},
            ConditionExpression="attribute_not_exists(seat)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return error.response["Item"]["customer"]["S"]
    return customer
    ### END SOLUTION


# %% check="book-seat" points=3
with check(
    "book-seat",
    needs="book",
    right="Whoever comes second is told so, and nobody stands in the aisle.",
) as expect:

    def holder(table, show: str, seat: str) -> str:
        found = rival.Table(table.name).get_item(Key={"show": show, "seat": seat}, ConsistentRead=True)
        return found.get("Item", {}).get("customer", "nobody")

    def one_by_one(show: str, seat: str, people: list[str]) -> None:
        table = resource.Table(new_table("show", "seat"))
        for person in people:
            told = book(table, show, seat, person)
            has = holder(table, show, seat)
            expect(
                has == people[0],
                f"{' then '.join(people)} ask for one seat, and after {person}'s turn {has} has it in the table. "
                f"The first one keeps it.",
            )
            expect(
                told == has,
                f"{has} has the seat, and {person} was told {told!r}. Return who has it.",
            )
        neighbour = book(table, show, seat + "b", people[-1])
        expect(neighbour == people[-1], "The seat beside it was free, and could not be booked.")

    def rivals(show: str, seat: str, first: str, second: str) -> None:
        table = resource.Table(new_table("show", "seat"))

        def other_booking() -> None:
            item = {"show": show, "seat": seat, "customer": first}
            rival.Table(table.name).put_item(Item=item)

        with meanwhile(table, other_booking) as done:
            told = book(table, show, seat, second)
        expect(done != [], "Nothing was written through the table that book was given.")
        has = holder(table, show, seat)
        expect(
            has == first,
            f"{first}'s booking arrived just before {second}'s write, and {second} took the seat away. "
            "Looking first is not enough: the write itself needs the condition.",
        )
        expect(
            told == first,
            f"{first} was a moment quicker; {second} was told {told!r} instead of {first!r}.",
        )

    one_by_one("Monday", "A01", ["Ada", "Grace", "Ada"])
    rivals("Monday", "C07", "Ada", "Grace")
    ### BEGIN HIDDEN TESTS
    one_by_one("Friday", "K12", ["Linus", "Barbara"])
    rivals("Sunday", "B02", "Margaret", "Alan")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Many writes in one request
#
# `BatchWriteItem` takes up to **25** puts and deletes, of one or several tables, up to 16 MB. It saves round trips, not
# units: each item is charged alone. It knows no updates and no conditions, and it is not all or nothing: what found
# no capacity comes back as `UnprocessedItems`, **without an error**. (`BatchGetItem` reads up to 100 items in the same
# manner, with `UnprocessedKeys`.)

# %%
slow = new_table("id", reads=5, writes=5)
puts = [{"PutRequest": {"Item": {"id": f"film {n}"}}} for n in range(25)]
answer = resource.batch_write_item(RequestItems={slow: puts})
left_over = answer["UnprocessedItems"].get(slow, [])
print(
    answer["ResponseMetadata"]["HTTPStatusCode"],
    "OK, and yet",
    len(left_over),
    "of 25 films were not stored",
)

# %% [markdown]
# ### Your turn: repair the import
#
# The Rex imports its old programme with `load(table_name, films)`. Films are missing afterwards. Repair it: every
# film of the list, each a dictionary with an `id`, must be in the table at the end, and it still writes in batches of
# 25 while there is capacity.
#
# <details><summary>Hint</summary>
#
# `UnprocessedItems` has the form of `RequestItems`, so you can send it again, until it is empty. At work pause before
# each repeat, longer every time. Or let `resource.Table(...).batch_writer()` do all of that: it cuts into 25 and
# sends again what is left.
# </details>


# %% exercise="load-films" repair=true
def load(table_name: str, films: list[dict]) -> None:
    """Store all films."""
    for start in range(0, len(films), 25):
        puts = [{"PutRequest": {"Item": film}} for film in films[start : start + 25]]
        resource.batch_write_item(RequestItems={table_name: puts})


### BEGIN SOLUTION
def load(table_name: str, films: list[dict]) -> None:
    """Store all films."""
    pause = 0.1
    for start in range(0, len(films), 25):
        puts = [{"PutRequest": {"Item": film}} for film in films[start : start + 25]]
        waiting = {table_name: puts}
        while waiting:
            waiting = resource.batch_write_item(RequestItems=waiting)["UnprocessedItems"]
            if waiting:
                lab.clock.advance(seconds=pause)  # at work: time.sleep(pause)
                pause = min(2 * pause, 5)


### END SOLUTION


# %% check="load-films" points=2
with check(
    "load-films",
    needs="load",
    right="An answer without an error is not yet a success: read it.",
) as expect:

    def all_arrive(count: int, name: str, writes: int = 0) -> None:
        films = [{"id": f"{name} {n}", "title": f"{name}, part {n}"} for n in range(count)]
        table = new_table("id", reads=writes, writes=writes)
        with lab.watching(most=2_000) as made:
            load(table, films)
        stored = dynamodb.scan(TableName=table)["Items"]
        kind = f"a table of {writes} write units" if writes else "a table on demand"
        expect(
            len(stored) == count,
            f"{len(stored)} of {count} films arrived in {kind}. Send again what comes back as UnprocessedItems.",
        )
        expect(
            all("title" in item for item in stored),
            "The films are there, but without their titles.",
        )
        requests = len(made.of("BatchWriteItem", "PutItem", "TransactWriteItems"))
        expect(
            bool(writes) or requests <= count // 25 + 2,
            f"{count} films took {requests} requests in {kind}. Send 25 at a time.",
        )

    all_arrive(60, "Serial")
    all_arrive(60, "Serial", writes=20)
    ### BEGIN HIDDEN TESTS
    all_arrive(26, "Comedy")
    all_arrive(60, "Newsreel", writes=25)
    ### END HIDDEN TESTS

# %% [markdown]
# Tables on demand cost nothing while they are idle, apart from storage; provisioned ones are billed by the hour until
# you delete them. So we clean up.

# %%
for name in (premiere, slow):
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)
print("provisioned tables of this lesson's demos: deleted")

# %% [markdown]
# > **Bill.** On AWS this lesson's demos would cost one or two cents.
#
# ## To remember
#
# - A table knows its key: a partition key, or partition and sort key together. All else belongs to the item.
# - A write unit is 1 KB, a read unit 4 KB; sizes count attribute names, and each item is rounded up alone.
# - Reads are eventually consistent by default, at half the price of strongly consistent ones.
# - On demand suits uneven use; provisioned units pay off above about 29 % average use.
# - Unused units of at most 300 seconds carry a burst; after that comes throttling, and retries with growing pauses.
# - A partition takes 1,000 write and 3,000 read units a second: more capacity does not help a hot key.
# - `PutItem` replaces, `UpdateItem` edits; read-change-put loses updates, and a condition prevents it.
# - A batch can succeed and still leave work over: look at `UnprocessedItems`.

# %% [markdown] question="hot-vote"
# ### Question 1
#
# A talent show counts votes in an on-demand table: one item for each of its four singers. During the final the writes
# for one singer are throttled with `TableWriteKeyRangeThroughputExceeded`; the others are fine. What is the cause?
#
# - [ ] **A** The account's write quota for a table is used up.
#   > Then the whole table would be throttled, and the reason would name a different limit.
# - [ ] **B** On demand is too slow; provisioned units would take the writes.
#   > The ceiling belongs to the partition. It holds in both modes, however many units you provision.
# - [x] **C** One partition key gets more than 1,000 write units a second.
#   > All votes for a singer go to one item, so to one partition. Spread them over several keys and add those up.
# - [ ] **D** The votes should be read with strong consistency.
#   > That changes reads and their price. The throttled requests are writes.

# %% answer="hot-vote"
answer = "C"

# %% check="hot-vote" points=1
question("hot-vote", answer)

# %% [markdown] question="small-change"
# ### Question 2
#
# An item describes a parcel in 18 KB of JSON attributes. Its attribute `position` of 40 bytes is updated every minute
# with `UpdateItem`. The write bill is high. Which change cuts it most?
#
# - [x] **A** Keep the position in a small item of its own.
#   > An update is charged by the size of the whole item: 18 units. A small item takes one.
# - [ ] **B** Send only the changed attribute in the update expression.
#   > It does so already. What you send does not count; the size of the item does.
# - [ ] **C** Collect 25 updates in a BatchWriteItem.
#   > A batch holds puts and deletes, no updates, and each item in it is charged alone.
# - [ ] **D** Use `ADD` instead of `SET`.
#   > Both are updates of the same item at the same price.

# %% answer="small-change"
answer = "A"

# %% check="small-change" points=1
question("small-change", answer)

# %% [markdown] question="dashboard-reads"
# ### Question 3
#
# A provisioned table has 200 read units. A status page reads 150 items of 7 KB a second with `ConsistentRead=True`,
# and is throttled. Its data may be a few seconds old. What is the cheapest cure?
#
# - [ ] **A** Raise the table to 300 read units.
#   > It works, since 150 reads of two units are 300, but you pay half as much again for a freshness nobody needs.
# - [ ] **B** Fetch only the attributes shown, with a ProjectionExpression.
#   > The answers get smaller, the units stay: the whole item counts.
# - [ ] **C** Fetch the items with BatchGetItem.
#   > Fewer round trips, the same units: each item is rounded up and charged alone.
# - [x] **D** Leave `ConsistentRead` out.
#   > An eventually consistent read costs half: 150 x 2 / 2 = 150 units, which fit into 200.

# %% answer="dashboard-reads"
answer = "D"

# %% check="dashboard-reads" points=1
question("dashboard-reads", answer)

# %% [markdown] question="two-editors"
# ### Question 4
#
# Two editors open the same article, change different paragraphs and save. The program reads the item, changes the text
# and puts it back; now and then one editor's work disappears. What prevents that?
#
# - [ ] **A** Read with `ConsistentRead=True` before the change.
#   > Both editors then read the newest version, and the later put still replaces the earlier one.
# - [x] **B** Keep a version number and put on the condition that it is still the one that was read.
#   > The second put is refused; its program reads again and merges. This is called optimistic locking.
# - [ ] **C** Save with `attribute_not_exists` of the key.
#   > That lets only the very first version be written; every later save is refused.
# - [ ] **D** Retry the put when it fails.
#   > Nothing fails here. Both puts succeed, and that is the trouble.

# %% answer="two-editors"
answer = "B"

# %% check="two-editors" points=1
question("two-editors", answer)

# %%
progress()
