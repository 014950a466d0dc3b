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
# All other attributes belong to the item. Two items of a table may have quite different ones, so you never declare
# them: `AttributeDefinitions` lists the attributes of keys, with their types (`S` string, `N` number, `B` binary), and
# a name too many is an error.
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
with check(
    "seat-table", needs="make_seats", right="One show's seats lie together, each seat once."
) as expect:

    def holds_seats(show: str, seats: list[str]) -> None:
        name = lab.unique_name("check-seats")
        with lab.watching() as made:
            make_seats(name)
        expect(
            name in dynamodb.list_tables()["TableNames"],
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
            len(made.of("DescribeTable")) > 0,
            "You did not wait until the table exists. On AWS the next request would fail: use the waiter.",
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
    """Create a table with one or two string keys: on demand, or with so many units. Returns its name."""
    name = lab.unique_name("rex")
    units = {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}
    mode = {"ProvisionedThroughput": units} if reads else {"BillingMode": "PAY_PER_REQUEST"}
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
        ],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        **mode,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    return name


# %%
from boto3.dynamodb.conditions import Key

seats = resource.Table(new_table("show", "seat"))
seats.put_item(Item={"show": "Monday", "seat": "A02", "customer": "Ada"})
seats.put_item(Item={"show": "Monday", "seat": "A01", "broken": True, "note": {"since": "May"}})
seats.put_item(Item={"show": "Tuesday", "seat": "A01", "customer": "Alan"})
for forward in (True, False):
    page = seats.query(KeyConditionExpression=Key("show").eq("Monday"), ScanIndexForward=forward)
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
# | documents | list `L`, map `M`: nested as deep as 32 levels |
# | sets | of strings `SS`, of numbers `NS`, of binaries `BS`; never empty |
#
# boto3 has two ways to write them. The *client* speaks as the API does and names each type, numbers as text:
# `{"price": {"N": "4.35"}}`. The *resource* translates Python values: `str`, `bool`, `list`, `dict`, `set`, `bytes`, and
# `Decimal` for numbers, which DynamoDB keeps exactly, with up to 38 digits.

# %%
from decimal import Decimal

kinds = resource.Table(new_table("id"))
kinds.put_item(Item={"id": "seen", "price": Decimal("4.35"), "tags": {"new", "sweet"}, "sizes": [1, 2]})
print("resource:", kinds.get_item(Key={"id": "seen"})["Item"])
print("client:  ", dynamodb.get_item(TableName=kinds.name, Key={"id": {"S": "seen"}})["Item"])

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
        expect(kind == "N", f"The price is of type {kind}; a number, N, can be compared and added to.")
        expect(value == str(price), f"The price {price} is stored as {value}. Mind how you make the Decimal.")
        if tags:
            kind = next(iter(item.get("tags", {"missing": ""})))
            expect(kind == "SS", f"The tags are of type {kind}; a Python set becomes a set of strings, SS.")
            expect.equal(sorted(item["tags"]["SS"]), sorted(tags), "The tags")
        else:
            expect("tags" not in item, f"{snack} has no tags, so leave the attribute out.")

    is_kept("popcorn", 4.35, ["sweet", "warm"])
    is_kept("water", 2.1, [])
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
# `len("é")` is 1, yet UTF-8 writes it in two bytes: `len("é".encode())`. Add up names and values first, then round up once:
# `-(-size // 1024)`.
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
    as_measured({"id": "a", "n" * 200: "x" * 900}, "A long attribute name counts as well, 200 bytes")
    ### BEGIN HIDDEN TESTS
    as_measured({"id": "b"}, "A tiny item")
    as_measured({"id": "b", "year": "1994", "text": "ö" * 3_000}, "3,000 letters of two bytes")
    as_measured({"id": "b", "a": "x" * 700, "b": "y" * 700, "c": "z" * 640}, "Three texts: round up once")
    ### END HIDDEN TESTS

# %% [markdown]
# An update or delete uses what the *larger* of the item's two versions would use, before or after. Changing one letter of
# a 300 KB item uses 300 units.
#
# ## What a read uses
#
# `GetItem` wants the whole primary key. A read unit (RCU) covers up to **4 KB**, and you choose how sure the read is:
#
# - **eventually consistent**, the default: half a unit. The answer may come from a copy that has not seen a write of the
#   last moment;
# - **strongly consistent**, `ConsistentRead=True`: one unit. The answer holds every write that had succeeded before;
# - transactional: two units.
#
# `ProjectionExpression` returns only some attributes. It saves bytes on the way, and no units. Some names are reserved
# words, such as `name` and `status`; then write `#n` and explain it in `ExpressionAttributeNames`.
#
# > **Lab and AWS.** In the lab a read is never stale. On AWS it usually is not, and sometimes is.

# %%
films = new_table("id")
dynamodb.put_item(TableName=films, Item={"id": {"S": "f"}, "name": {"S": "Metropolis"}, "plot": {"S": "x" * 9_000}})
part = {"ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "name"}}
for what, more in {"eventual": {}, "strong": {"ConsistentRead": True}, "only the name": part}.items():
    got = dynamodb.get_item(TableName=films, Key={"id": {"S": "f"}}, ReturnConsumedCapacity="TOTAL", **more)
    print(f"{what:14} {got['ConsumedCapacity']['CapacityUnits']} units: {', '.join(got['Item'])}")
got = dynamodb.get_item(TableName=films, Key={"id": {"S": "missing"}}, ReturnConsumedCapacity="TOTAL")
print(f"{'no such item':14} {got['ConsumedCapacity']['CapacityUnits']} units")

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
from math import ceil


def read_capacity(per_second: int, size: int, strong: bool) -> int:
    """Return the read units a second that the table needs."""
    ### BEGIN SOLUTION
    blocks = ceil(size / 4096)
    each = blocks if strong else blocks / 2
    return ceil(per_second * each)
    ### END SOLUTION


# %% check="read-capacity" points=2
with check("read-capacity", needs="read_capacity", right="Each item rounds up alone; the kind of read decides.") as expect:

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
sizes_kb = [0.5 * n for n in range(1, 25)]
steps_table = new_table("id")
for kb in sizes_kb:
    item = {"id": {"S": f"{kb}"}, "t": {"S": "x" * int(kb * 1024 - 10)}}
    put = dynamodb.put_item(TableName=steps_table, Item=item, ReturnConsumedCapacity="TOTAL")
    measured["write"].append(put["ConsumedCapacity"]["CapacityUnits"])
    for kind, strong in (("strong read", True), ("eventual read", False)):
        got = dynamodb.get_item(
            TableName=steps_table, Key={"id": item["id"]}, ConsistentRead=strong, ReturnConsumedCapacity="TOTAL"
        )
        measured[kind].append(got["ConsumedCapacity"]["CapacityUnits"])
charts.curves(
    measured,
    x=sizes_kb,
    headline=f"At 12 KB a write uses {measured['write'][-1]:g} units, an eventual read {measured['eventual read'][-1]:g}",
    x_label="size of the item",
    x_unit="KB",
    y_label="capacity units",
    source="measured in the lab",
)

# %% [markdown]
# > **Then and now.** Some notes call strongly consistent reads the default. They never were: eventual is. A strong read is
# > possible on a table, not on a global secondary index (next lesson).
#
# ## Pay for each request, or for each hour
#
# A table has one of two **capacity modes**.
#
# - **On demand**: no planning; you pay for the units that you use. It takes twice its former peak at once, and a new table
#   4,000 write and 12,000 read units a second.
# - **Provisioned**: you say how many units a second you want, and pay them by the hour, used or not. *Auto scaling* can
#   change the numbers, within minutes rather than seconds.
#
# You can switch a table with `update_table`. Which mode is cheaper depends on how evenly the table is used.

# %%
write_million = facts.price("dynamodb", "on-demand-write-request-units")
wcu_hour = facts.price("dynamodb", "provisioned-write-capacity-unit")
before_2024 = facts.history("dynamodb", "on-demand-write-request-units")[0]


def on_demand(price: float):
    return lambda used: 100 * used / 100 * 3600 * 720 / 1e6 * price


cost = {
    "100 write units, provisioned": lambda used: 100 * 720 * wcu_hour,
    "on demand": on_demand(write_million),
    "on demand until October 2024": on_demand(before_2024),
}
charts.curves(
    cost,
    x=(0, 50),
    breakeven=True,
    against="100 write units, provisioned",
    headline="On demand is cheaper while less than 29 % of the capacity is used",
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
# An hour has 3,600 seconds, so each number in `day` stands for 3,600 times as many units. `write_million` is the price of
# a million of them; `wcu_hour` that of one unit for one hour.
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
            isinstance(answer, tuple) and len(answer) == 2,
            f"Return two things, the mode and the cost; you returned {answer!r}.",
        )
        expect(
            answer[0] == mode,
            f"{what}: you chose {answer[0]!r}, but {mode} is cheaper. Compare both costs for 30 days.",
        )
        expect.close(answer[1], usd, f"{what}: the cost in USD")

    request, hour = float(write_million), float(wcu_hour)
    costs([100] * 24, "provisioned", 72_000 * hour, "100 units in every hour")
    costs([2] * 22 + [200] * 2, "on-demand", 47.952 * request, "A cinema: 2 units, and 200 for two hours")
    ### BEGIN HIDDEN TESTS
    costs([0] * 20 + [50] * 4, "on-demand", 21.6 * request, "Four hours of 50 units, then nothing")
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
before = lab.bill(times=1_000_000)
booking = resource.Table(new_table("show", "seat"))
start = lab.bill(times=1_000_000)
booking.get_item(Key={"show": "Monday", "seat": "A01"}, ConsistentRead=True)
booking.put_item(Item={"show": "Monday", "seat": "A01", "customer": "Ada"})
print(f"a million bookings: {lab.bill(times=1_000_000).usd - start.usd:.3f} USD")
