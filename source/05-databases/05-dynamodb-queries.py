# ---
# jupyter:
#   course:
#     exam:
#     - '1.3'
#     - '4.3'
#     minutes: 60
#     practises:
#       all-reviews:
#       - dynamodb.pagination
#       - dynamodb.query
#       best-key:
#       - dynamodb.key-cardinality
#       - dynamodb.partitions
#       empty-table:
#       - dynamodb.delete-and-empty
#       fetch-many:
#       - dynamodb.batch-get
#       find-shows:
#       - dynamodb.query
#       foretell-reads:
#       - dynamodb.query
#       - dynamodb.scan
#       index-units:
#       - dynamodb.gsi
#       - dynamodb.index-throttling
#       single-table:
#       - dynamodb.query
#       - dynamodb.gsi
#       sql-statements:
#       - dynamodb.partiql
#     services:
#     - dynamodb
#     title: Find it without reading everything
#     topics:
#     - dynamodb.key-cardinality
#     - dynamodb.partitions
#     - dynamodb.table-classes
#     - dynamodb.delete-and-empty
#     - dynamodb.batch-get
#     - dynamodb.query
#     - dynamodb.scan
#     - dynamodb.pagination
#     - dynamodb.lsi
#     - dynamodb.gsi
#     - dynamodb.index-throttling
#     - dynamodb.partiql
# ---

# %% [markdown]
# # Find it without reading everything
#
# The Rex did well. It is now a chain of cinemas with a programme, reviews and a customer club, and its tables hold
# more than anybody wants to read at once. After this lesson you can choose keys and indexes so that each question
# is answered by one small **query**: you start from the questions, turn them into a table design, and measure that
# no request reads an item too many.

# %% setup="start"
import random
from collections import Counter
from contextlib import contextmanager
from hashlib import md5
from math import ceil

import boto3
import time_machine
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("05-databases/05-dynamodb-queries")
lab.start()
dynamodb = boto3.client("dynamodb")
resource = boto3.resource("dynamodb")

# %% [markdown]
# ## Where an item lies
#
# DynamoDB cuts a table into **partitions**. A hash of the partition key says in which of them an item lies. Each
# partition holds about 10 GB and serves at most 3,000 read units and 1,000 write units a second. So the work is shared
# evenly only if the *keys* are: many different values, used about equally often.
#
# DynamoDB's hash function is its own; `partition_of` plays its part here with another good one. The Rex has a list of
# 10,000 films, and four attributes could be the key.


# %% setup="films"
def partition_of(value: str, partitions: int = 10) -> int:
    """The number of the partition in which items of this key lie."""
    return int(md5(str(value).encode()).hexdigest(), 16) % partitions


def make_films(count: int, seed: int) -> list[dict[str, str]]:
    """Films with an id, a producer, a leading actor and a language."""
    chance = random.Random(seed)
    languages = ["English", "Hindi", "French", "Spanish", "Japanese", "Korean", "Persian"]
    often = [60, 12, 8, 8, 6, 4, 2]
    return [
        {
            "film_id": f"film-{number}",
            "actor": f"actor {int(1 + 900 * chance.random() ** 3)}",
            "producer": f"producer {int(1 + 60 * chance.random() ** 3)}",
            "language": chance.choices(languages, often)[0],
        }
        for number in range(count)
    ]


films = make_films(10_000, seed=7)

# %%
for attribute in films[0]:
    values = Counter(film[attribute] for film in films)
    (often, times), *_ = values.most_common(1)
    print(f"{attribute:9} {len(values):>6,} values; {often!r} has {times:,} films")

# %% [markdown]
# ### Your turn: the key that spreads best
#
# Write two functions:
#
# - `burden(films, attribute)`: put each film into its partition with `partition_of`, with this attribute as the key.
#   How many times the *average* partition's films does the fullest one hold? There are ten partitions, and empty ones
#   count. (Perfect is 1.0; all in one partition is 10.0.)
# - `best_key(films)`: the name of the attribute with the smallest burden.
#
# <details><summary>Hint</summary>
#
# A `Counter` over `partition_of(film[attribute])` counts the films of each partition. The average is the number of
# films divided by ten, whatever partitions are used. `min` takes a `key=`.
# </details>


# %% exercise="best-key"
def burden(films: list[dict[str, str]], attribute: str) -> float:
    """Return how much fuller than the average the fullest partition is."""
    ### BEGIN SOLUTION
    held = Counter(partition_of(film[attribute]) for film in films)
    return max(held.values()) / (len(films) / 10)
    ### END SOLUTION


def best_key(films: list[dict[str, str]]) -> str:
    """Return the attribute whose partitions are filled most evenly."""
    ### BEGIN SOLUTION
    return min(films[0], key=lambda attribute: burden(films, attribute))
    ### END SOLUTION


# %% check="best-key" points=2
with check(
    "best-key",
    needs=["burden", "best_key"],
    right="Many values alone do not do; they must be used about equally.",
) as expect:
    alike = [{"film_id": f"a{n}", "language": "Thai"} for n in range(40)]
    expect.close(
        burden(alike, "language"),
        10.0,
        "40 films in one language: one partition holds all, the other nine are empty. The burden",
    )
    two = [{"film_id": "a", "language": word} for word in ["Thai"] * 30 + ["Urdu"] * 10]
    expect(
        partition_of("Thai") != partition_of("Urdu"),
        "partition_of was changed; run the cells above again.",
    )
    expect.close(burden(two, "language"), 7.5, "30 films in Thai and 10 in Urdu: the burden")
    together = [word for word in map(str, range(60)) if partition_of(word) == 0][:4]
    shared = [{"language": "Thai" if n < 30 else "Urdu", "code": together[n % 4]} for n in range(40)]
    expect.close(
        burden(shared, "code"),
        10.0,
        "40 films with four codes, whose hashes all lead to one partition: the burden",
    )
    expect.equal(best_key(films), "film_id", "The best key of the 10,000 films")
    expect.equal(
        best_key(shared),
        "language",
        "40 films: four codes that share one partition, two languages that do not. The best key",
    )
    swapped = [{"code": film["language"], "shelf": film["film_id"], "maker": film["producer"]} for film in films]
    expect.equal(best_key(swapped), "shelf", "The same films, with the attributes named otherwise")
    ### BEGIN HIDDEN TESTS
    expect.close(burden(alike, "film_id"), 1.75, "40 films with 40 ids: the burden")
    expect.close(burden(two, "film_id"), 10.0, "All films with one id: the burden")
    more = make_films(3_000, seed=11)
    expect.equal(best_key(more), "film_id", "The best key of 3,000 other films")
    ### END HIDDEN TESTS


# %%
def fullest(films: list[dict[str, str]], attribute: str) -> int:
    return Counter(partition_of(film[attribute]) for film in films).most_common(1)[0][1]


charts.bars(
    {attribute: fullest(films, attribute) for attribute in films[0]},
    headline="Keyed by language, more than half of all films share one partition",
    unit="films in the fullest of ten partitions",
    highlight=["language"],
    reference={"an equal share": len(films) / 10},
    source="10,000 made-up films, MD5 in place of DynamoDB's hash",
)

# %% [markdown]
# > **Then and now.** Older books compute the number of partitions, ⌈max(RCU / 3,000 + WCU / 1,000, GB / 10)⌉, and warn
# > that each gets an equal share of the table's units. AWS no longer publishes the formula. Since 2019 *adaptive
# > capacity* gives a busy partition more of the table's units at once, and moves very hot items apart. The ceiling of
# > one partition stays.

# %%
reads, writes, gigabytes = 15_000, 5_000, 100
print(
    "by the old formula:",
    ceil(max(reads / 3_000 + writes / 1_000, gigabytes / 10)),
    "partitions",
)

# %% [markdown]
# ## Query: one partition key, in order
#
# **Query** reads items of *one* partition key, in the order of the sort key. `KeyConditionExpression` says
#
# - the partition key, with `=` and nothing else;
# - if you like, one condition on the sort key: `=`, `<`, `<=`, `>`, `>=`, `BETWEEN` or `begins_with`.
#
# A `FilterExpression` drops items **after** they were read, on the server: it makes the answer smaller, and not the
# bill. It may not name key attributes. `ScanIndexForward=False` reads backwards, `Limit` stops after so many items
# read.
#
# Two tools for this lesson: `new_table` creates a table on demand, `reading` counts what reads do.


# %% setup="tools"
def new_table(*keys: str, index: dict | None = None, **more) -> str:
    """Create a table on demand, with at most one global index, and return its name."""
    name = lab.unique_name("rex")
    names = list(keys)
    if index:
        names += [key["AttributeName"] for key in index["KeySchema"]]
        more["GlobalSecondaryIndexes"] = [index]
    unique = dict.fromkeys(names)
    dynamodb.create_table(
        TableName=name,
        KeySchema=schema(*keys),
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in unique],
        **{"BillingMode": "PAY_PER_REQUEST", **more},
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    return name


def schema(*keys: str) -> list[dict[str, str]]:
    """A key schema: the partition key and, if there is one, the sort key."""
    pairs = zip(keys, ("HASH", "RANGE"), strict=False)
    return [{"AttributeName": key, "KeyType": kind} for key, kind in pairs]


READS = ("Query", "Scan", "GetItem", "BatchGetItem", "TransactGetItems", "ExecuteStatement")


@contextmanager
def reading():
    """Count requests, items looked at and read units, of `dynamodb` and `resource`."""
    used = Counter(requests=0, items=0, units=0)

    def ask(params, model, **_):
        if model.name in READS:
            params["ReturnConsumedCapacity"] = "TOTAL"

    def note(parsed, model, **_):
        if model.name not in READS:
            return
        told = parsed.get("ConsumedCapacity", [])
        used["requests"] += 1
        used["items"] += parsed.get("ScannedCount", 0) + ("Item" in parsed)
        used["items"] += sum(map(len, parsed.get("Responses", {}).values()))
        for one in told if isinstance(told, list) else [told]:
            used["units"] += one["CapacityUnits"]

    clients = [dynamodb, resource.meta.client]
    for client in clients:
        client.meta.events.register("before-parameter-build.dynamodb", ask)
        client.meta.events.register("after-call.dynamodb", note)
    try:
        yield used
    finally:
        for client in clients:
            client.meta.events.unregister("before-parameter-build.dynamodb", ask)
            client.meta.events.unregister("after-call.dynamodb", note)


# %%
programme = resource.Table(new_table("film", "starts"))
with programme.batch_writer() as batch:
    for film in ("Metropolis", "Playtime"):
        for day in range(1, 31):
            for hall, hour in (("blue", "18:00"), ("red", "22:30")):
                starts = f"2026-12-{day:02} {hour}"
                batch.put_item(Item={"film": film, "starts": starts, "hall": hall})

christmas = Key("film").eq("Playtime") & Key("starts").begins_with("2026-12-25")
late = {"FilterExpression": Attr("hall").eq("red")}
ways = {
    "begins_with": {},
    "and a filter": late,
    "the last one": {"ScanIndexForward": False, "Limit": 1},
}
for what, more in ways.items():
    page = programme.query(KeyConditionExpression=christmas, **more)
    shows = [str(item["starts"])[-5:] for item in page["Items"]]
    print(f"{what:13} looked at {page['ScannedCount']}, returned {page['Count']}: {shows}")

# %% [markdown]
# ### Your turn: shows of some days
#
# Write `find_shows(table, film, first, last)` for a table with the keys `film` and `starts`, such as
# `"2026-12-25 18:00"`. With a query it finds, and returns, the items of all shows of the film from the day `first`
# to the day `last`, both included, the earliest first. `first` and `last` are texts such as `"2026-12-25"`. It must
# not look at other shows.
#
# <details><summary>Hint</summary>
#
# Texts are compared letter by letter, so `"2026-12-25" < "2026-12-25 18:00"`: where does a range end that should hold
# the late show of the last day? A query has one condition on the sort key; `between` names both ends.
# </details>


# %% exercise="find-shows"
def find_shows(table, film: str, first: str, last: str) -> list[dict]:
    """Return the shows of a film from one day to another, the earliest first."""
    ### BEGIN SOLUTION
    days = Key("starts").between(first, f"{last} 24:00")
    return table.query(KeyConditionExpression=Key("film").eq(film) & days)["Items"]
    ### END SOLUTION


# %% check="find-shows" points=2
with check("find-shows", needs="find_shows", right="A sort key that sorts by time answers it.") as expect:

    def shows_from(first: str, last: str, film: str = "Metropolis") -> None:
        table = resource.Table(new_table("film", "starts"))
        hours = ("00:00", "14:15", "23:59")
        with table.batch_writer() as batch:
            for title in ("Metropolis", "Playtime"):
                for day in range(1, 29):
                    for hour in hours:
                        batch.put_item(Item={"film": title, "starts": f"2027-02-{day:02} {hour}"})
        with reading() as used:
            found = find_shows(table, film, first, last)
        expect(
            isinstance(found, list),
            f"Return the list of items; you returned {type(found).__name__}.",
        )
        starts = [item["starts"] for item in found]
        days = range(int(first[-2:]), int(last[-2:]) + 1)
        wanted = [f"2027-02-{day:02} {hour}" for day in days for hour in hours]
        missing = [one for one in wanted if one not in starts]
        surplus = [one for one in starts if one not in wanted]
        expect(
            not missing,
            f"From {first} to {last}: the show at {', '.join(missing[:1])} is missing. Both days count in full.",
        )
        expect(
            not surplus,
            f"From {first} to {last}: the show at {', '.join(surplus[:1])} is too much.",
        )
        expect(
            all(item["film"] == film for item in found),
            "There are shows of another film among them.",
        )
        expect(
            starts == wanted,
            "The shows are not in the order of their time, the earliest first.",
        )
        expect(
            used["requests"] > 0,
            "Nothing was read through the table that find_shows was given.",
        )
        expect(
            used["items"] > 0,
            "Use Query: its answer tells how many items it looked at, that of a statement does not.",
        )
        expect(
            used["items"] == len(wanted),
            f"To find {len(wanted)} shows, {used['items']} items were looked at. Let the key condition choose, "
            "not a filter and not Python.",
        )

    shows_from("2027-02-10", "2027-02-12")
    shows_from("2027-02-14", "2027-02-14")
    ### BEGIN HIDDEN TESTS
    shows_from("2027-02-01", "2027-02-09", film="Playtime")
    shows_from("2027-02-27", "2027-02-28")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Scan: everything
#
# **Scan** reads a whole table, or index, and charges for all of it; then it filters. Sometimes that is right: a
# nightly export, a small table. For a question that customers ask, it is not.
#
# A query or scan adds up the sizes of the items that it looked at and rounds **once**: half a unit for each 4 KB begun,
# a whole one with `ConsistentRead=True`. GetItem rounds each item up alone.

# %%
tiny = resource.Table(new_table("film", "id"))
for n in range(16):
    tiny.put_item(Item={"film": "Playtime", "id": f"{n:02}", "text": "x" * 230})
with reading() as used:
    tiny.query(KeyConditionExpression=Key("film").eq("Playtime"))
print("one query for sixteen items of 250 bytes:", used["units"], "read units")
with reading() as used:
    for n in range(16):
        tiny.get_item(Key={"film": "Playtime", "id": f"{n:02}"})
print("sixteen GetItem:                         ", used["units"], "read units")

# %% [markdown]
# ### Your turn: foretell the read units
#
# A table with the keys `film` and `id` holds `total` reviews of exactly `size` bytes each; `matching` of them belong to
# one film. All together they are smaller than 1 MB. Write `foretell(matching, total, size)`. It returns the read units
# of four ways to get that film's good reviews, all **eventually consistent**:
#
# - `"query"`: a query for the film;
# - `"filter"`: the same query with a filter that keeps every second review;
# - `"gets"`: a GetItem for each review of the film;
# - `"scan"`: a scan with a filter on `film`.
#
# The check asks you first, then measures in the lab.
#
# <details><summary>Hint</summary>
#
# For each way ask: which bytes are *looked at*, and are they added up before they are rounded to blocks of 4,096 bytes,
# or is each item rounded alone? One block costs half a unit.
# </details>


# %% exercise="foretell-reads"
def foretell(matching: int, total: int, size: int) -> dict[str, float]:
    """Return the read units of the four ways."""
    ### BEGIN SOLUTION
    together = ceil(matching * size / 4096) / 2
    return {
        "query": together,
        "filter": together,
        "gets": matching * ceil(size / 4096) / 2,
        "scan": ceil(total * size / 4096) / 2,
    }
    ### END SOLUTION


# %% setup="reviews"
def reviews(matching: int, total: int, size: int):
    """A table of so many reviews of exactly this size; so many are of the film "F"."""
    table = resource.Table(new_table("film", "id"))
    with table.batch_writer() as batch:
        for n in range(total):
            item = {
                "film": "F" if n < matching else "other",
                "id": f"{n:04}",
                "good": n % 2 == 0,
            }
            named = len("film" + item["film"] + "id" + item["id"] + "good" + "text") + 1
            batch.put_item(Item={**item, "text": "x" * (size - named)})
    return table


def measured(matching: int, total: int, size: int) -> dict[str, float]:
    """The read units of the four ways, in the lab."""
    table = reviews(matching, total, size)
    of_film = {"KeyConditionExpression": Key("film").eq("F")}
    units = {}
    with reading() as used:
        table.query(**of_film)
    units["query"] = used["units"]
    with reading() as used:
        table.query(**of_film, FilterExpression=Attr("good").eq(True))
    units["filter"] = used["units"]
    with reading() as used:
        for n in range(matching):
            table.get_item(Key={"film": "F", "id": f"{n:04}"})
    units["gets"] = used["units"]
    with reading() as used:
        table.scan(FilterExpression=Attr("film").eq("F") & Attr("good").eq(True))
    units["scan"] = used["units"]
    return units


# %% check="foretell-reads" points=2
with check(
    "foretell-reads",
    needs="foretell",
    right="Units follow what is looked at, not what is returned.",
) as expect:

    def agrees(matching: int, total: int, size: int) -> None:
        foretold, seen = foretell(matching, total, size), measured(matching, total, size)
        expect(
            isinstance(foretold, dict) and set(foretold) == set(seen),
            f"Return a dictionary with the keys {', '.join(seen)}; you returned {foretold!r}.",
        )
        hints = {
            "query": "A query adds the sizes up first and rounds once.",
            "filter": "The filter works after the reading: it saves nothing.",
            "gets": "Each GetItem is rounded up alone.",
            "scan": "A scan looks at the whole table.",
        }
        for way, units in seen.items():
            expect(
                foretold[way] == units,
                f"{matching} of {total} reviews of {size:,} bytes, '{way}': you foretold {foretold[way]!r}, "
                f"the lab measured {units:g}. {hints[way]}",
            )

    agrees(40, 200, 1_000)
    agrees(3, 12, 5_000)
    ### BEGIN HIDDEN TESTS
    agrees(10, 60, 400)
    agrees(7, 30, 9_000)
    ### END HIDDEN TESTS

# %%
found = measured(60, 900, 1_000)
names = {"query": "query by film", "filter": "query and filter", "gets": "60 times GetItem"}
charts.bars(
    {names.get(way, "scan and filter"): units for way, units in found.items()},
    headline=f"A scan reads {found['scan'] / found['query']:.0f} times as much for 30 reviews",
    unit="read units",
    highlight=["scan and filter"],
    subtitle="read units: the 30 good ones of a film's 60 reviews, of 900 in the table",
    source="measured in the lab",
)

# %% [markdown]
# A large scan can be shared: **parallel scan** gives each worker a `Segment` of `TotalSegments`. It is sooner done,
# costs the same units, and uses them all at once, so it can starve your customers' requests. Small pages (`Limit`) and
# pauses make a scan gentler. The segments follow the hash of the partition key: items of one key never part.

# %%
archive = resource.Table(new_table("id"))
with archive.batch_writer() as batch:
    for n in range(200):
        batch.put_item(Item={"id": f"film-{n}"})
parts = [archive.scan(Segment=n, TotalSegments=4)["Items"] for n in range(4)]
ids = [item["id"] for part in parts for item in part]
print([len(part) for part in parts], "items in four segments,", len(set(ids)), "different")

# %% [markdown]
# ## Page by page
#
# One answer of query or scan holds at most **1 MB** of items looked at, before the filter. If there may be more, it
# carries `LastEvaluatedKey`; send that as `ExclusiveStartKey` to go on. Only its absence means the end.
#
# boto3's **paginators** do that for you. `PageSize` is how much each request asks for, `MaxItems` how much you want in
# all, `StartingToken` where to go on. In the AWS CLI they are `--page-size`, `--max-items` and `--starting-token`. A
# smaller page size means more requests, and helps against time-outs; the items stay the same.

# %%
paginator = dynamodb.get_paginator("scan")
pages = paginator.paginate(
    TableName=archive.name,
    PaginationConfig={"PageSize": 10, "MaxItems": 25},
)
print("pages:", [len(page["Items"]) for page in pages])
rest = paginator.paginate(
    TableName=archive.name,
    PaginationConfig={"StartingToken": pages.resume_token},
)
print("and the rest:", sum(len(page["Items"]) for page in rest))

# %% [markdown]
# ### Your turn: repair the reviews page
#
# Reviews may be long: up to 300 KB each. `all_reviews(table, film, stars)` should return every review of `film`
# with that many `stars`, in the order of the table's keys `film` and `id`. For most films it works; for popular
# ones, reviews are missing, sometimes all. Repair it. It goes on to use queries of this film alone.
#
# <details><summary>Hint</summary>
#
# 1 MB is counted before the filter. What does a page look like if none of its reviews has the right number of stars?
# Is it the last one?
# </details>


# %% exercise="all-reviews" repair=true
def all_reviews(table, film: str, stars: int) -> list[dict]:
    """Return all reviews of a film with so many stars."""
    found = []
    ask = {
        "KeyConditionExpression": Key("film").eq(film),
        "FilterExpression": Attr("stars").eq(stars),
    }
    while page := table.query(**ask)["Items"]:
        found += page
        ask["ExclusiveStartKey"] = {"film": film, "id": page[-1]["id"]}
    return found


### BEGIN SOLUTION
def all_reviews(table, film: str, stars: int) -> list[dict]:
    """Return all reviews of a film with so many stars."""
    found = []
    ask = {
        "KeyConditionExpression": Key("film").eq(film),
        "FilterExpression": Attr("stars").eq(stars),
    }
    while True:
        page = table.query(**ask)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        ask["ExclusiveStartKey"] = page["LastEvaluatedKey"]


### END SOLUTION


# %% check="all-reviews" points=2
with check(
    "all-reviews",
    needs="all_reviews",
    right="An empty page is not the end; a missing LastEvaluatedKey is.",
) as expect:

    def finds(stars_of: list[int], stars: int, what: str, kb: int = 290) -> None:
        table = resource.Table(new_table("film", "id"))
        for n, given in enumerate(stars_of):
            item = {"film": "Playtime", "id": f"{n:02}", "stars": given}
            table.put_item(Item={**item, "text": "x" * (kb * 1000)})
        table.put_item(Item={"film": "Metropolis", "id": "00", "stars": stars})
        with lab.watching(most=200) as made:
            found = all_reviews(table, "Playtime", stars)
        expect(isinstance(found, list), "Return a list of items.")
        ids = [item["id"] for item in found]
        wanted = [f"{n:02}" for n, given in enumerate(stars_of) if given == stars]
        expect(
            ids == wanted,
            f"{what}: you returned the reviews {ids}; right are {wanted}. Each page is 1 MB before the filter.",
        )
        expect(
            all(item["film"] == "Playtime" for item in found),
            "There are reviews of another film among them.",
        )
        expect(not made.of("Scan"), "Query this film's reviews; a scan reads those of all films.")
        pages = ceil(len(stars_of) * kb / 1_000)
        expect(
            len(made.of("Query")) <= pages + 2,
            f"{what}: {len(made.of('Query'))} queries, where about {pages} pages hold all the reviews.",
        )

    finds([5, 1, 5], 5, "Three short reviews", kb=1)
    finds([5, 5, 5, 5, 5, 5], 5, "Six long reviews, all with 5 stars")
    finds([1, 1, 1, 1, 1, 1, 1, 5, 5], 5, "Nine long reviews, the first seven with 1 star")
    finds([1, 1, 1], 5, "No review with 5 stars", kb=1)
    ### BEGIN HIDDEN TESTS
    finds(
        [2, 3, 3, 3, 3, 3, 3, 3, 2],
        2,
        "Nine long reviews, the first and the last with 2 stars",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## A hundred keys at once
#
# `BatchGetItem` fetches up to **100** items by their keys, of one or several tables, at most 16 MB together. It saves
# round trips, no units. Keys must not repeat. An item that does not exist is left out. What did not fit or found no
# capacity comes back under `UnprocessedKeys`, without an error. The answer has no order.

# %%
some = [{"id": f"film-{n}"} for n in (3, 1, 2, 9_999)]
answer = resource.batch_get_item(RequestItems={archive.name: {"Keys": some}})
got = answer["Responses"][archive.name]
print("asked for 4, got", sorted(str(item["id"]) for item in got))
try:
    resource.batch_get_item(RequestItems={archive.name: {"Keys": [*some, some[0]]}})
except ClientError as error:
    print("a key twice:", error.response["Error"]["Message"])

# %% [markdown]
# ### Your turn: fetch many
#
# A visitor's watch list can be long. Write `fetch(table_name, ids)` for a table with the key `id`. It returns a
# dictionary from id to item, as `resource` returns it, with every item of the list that exists. `ids` may hold some
# hundred ids, may name one twice, and items may be large. Use as few requests as the limits allow.
#
# <details><summary>Hint</summary>
#
# `resource.batch_get_item(RequestItems={table_name: {"Keys": [...]}})`. Take doubles out first, cut into pieces of 100,
# and send `UnprocessedKeys` again until nothing is left: it has the form of `RequestItems`. (At work pause before
# each repeat.)
# </details>


# %% exercise="fetch-many"
def fetch(table_name: str, ids: list[str]) -> dict[str, dict]:
    """Return the items with these ids, by id."""
    ### BEGIN SOLUTION
    found, unique = {}, list(dict.fromkeys(ids))
    for start in range(0, len(unique), 100):
        waiting = {table_name: {"Keys": [{"id": one} for one in unique[start : start + 100]]}}
        while waiting:
            page = resource.batch_get_item(RequestItems=waiting)
            found |= {item["id"]: item for item in page["Responses"].get(table_name, [])}
            waiting = page["UnprocessedKeys"]
    return found
    ### END SOLUTION


# %% setup="large-items"
shelf = new_table("id")
for n in range(90):
    dynamodb.put_item(
        TableName=shelf,
        Item={"id": {"S": f"film-{n}"}, "poster": {"S": "x" * 395_000}},
    )

# %% check="fetch-many" points=2
with check("fetch-many", needs="fetch", right="100 keys, 16 MB: whichever comes first.") as expect:

    def fetches(stored: int, ids: list[str], most: int, what: str) -> None:
        name = new_table("id")
        with resource.Table(name).batch_writer() as batch:
            for n in range(stored):
                batch.put_item(Item={"id": f"film-{n}", "title": f"Film {n}"})
        with lab.watching(most=1_000) as made:
            found = fetch(name, list(ids))
        holds(found, {one for one in ids if int(one[5:]) < stored}, what)
        expect(
            all(item.get("title") == f"Film {one[5:]}" for one, item in found.items()),
            f"{what}: the values should be the items as Python values, as `resource` returns them, each under its own "
            "id.",
        )
        asked = len(made.of("BatchGetItem", "GetItem", "Query", "Scan", "ExecuteStatement"))
        expect(
            asked <= most,
            f"{what}: {asked} requests, where {most} would do. Ask for 100 keys at a time.",
        )
        expect(not made.of("Scan"), f"{what}: a scan reads all the other films too. Ask by key.")

    def holds(found: dict[str, dict], wanted: set[str], what: str) -> None:
        expect(
            isinstance(found, dict),
            f"Return a dictionary from id to item, not {type(found).__name__}.",
        )
        missing = wanted - set(found)
        expect(
            not missing,
            f"{what}: {len(missing)} of {len(wanted)} items are missing. Ask again while there are UnprocessedKeys.",
        )
        expect(set(found) == wanted, f"{what}: there are ids in the answer that nobody asked for.")

    fetches(150, [f"film-{n}" for n in range(150)], 2, "150 films")
    fetches(
        30,
        ["film-1", "film-2", "film-1", "film-77"],
        1,
        "A film named twice, and one that does not exist",
    )
    with lab.watching(most=1_000) as made:
        found = fetch(shelf, [f"film-{n}" for n in range(90)])
    holds(found, {f"film-{n}" for n in range(90)}, "90 films of 395 KB")
    asked = len(made.of("BatchGetItem", "GetItem", "Query"))
    expect(
        asked <= 3,
        f"90 films of 395 KB: {asked} requests, where 3 would do. Ask for all UnprocessedKeys in one request.",
    )
    expect(fetch(shelf, []) == {}, "An empty list: return an empty dictionary.")
    ### BEGIN HIDDEN TESTS
    fetches(260, [f"film-{n}" for n in range(5, 305)], 3, "300 films of which 255 exist")
    double = [f"film-{n % 120}" for n in range(240)]
    fetches(120, double, 2, "120 films, each named twice")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Another order: the local index
#
# The programme is ordered by time. For "shows of this film by price" it needs an **index**: a second, sorted copy of
# some attributes, which DynamoDB keeps up to date.
#
# A **local secondary index** (LSI) has the table's partition key and another sort key. Up to five, **only when the
# table is created**. It uses the table's own units, allows strong reads, and limits all items of one partition key
# together, with their index entries, to 10 GB.
#
# Every index says what it holds besides the keys, its **projection**: `KEYS_ONLY`, `INCLUDE` some attributes, or `ALL`.

# %%
name = lab.unique_name("rex")
dynamodb.create_table(
    TableName=name,
    BillingMode="PAY_PER_REQUEST",
    KeySchema=schema("film", "starts"),
    AttributeDefinitions=[
        {"AttributeName": "film", "AttributeType": "S"},
        {"AttributeName": "starts", "AttributeType": "S"},
        {"AttributeName": "price", "AttributeType": "N"},
    ],
    LocalSecondaryIndexes=[
        {
            "IndexName": "by-price",
            "KeySchema": schema("film", "price"),
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["hall"]},
        }
    ],
)
priced = resource.Table(name)
for starts, price in (("12-01 18:00", 12), ("12-01 22:30", 7), ("12-02 18:00", 9)):
    item = {"film": "Playtime", "starts": starts, "price": price}
    priced.put_item(Item={**item, "note": "35 mm"})
cheapest = priced.query(
    IndexName="by-price",
    KeyConditionExpression=Key("film").eq("Playtime"),
    Limit=1,
    ConsistentRead=True,
)
print("cheapest:", cheapest["Items"][0])

# %% [markdown]
# ## Another question: the global index
#
# "Which bookings are not paid yet?" has nothing to do with the table's key. A **global secondary index** (GSI) has keys
# of its own. You can add or drop one at any time; up to 20 by default. It is a table of its own behind the scenes:
#
# - it follows the table a moment later, so reads are **eventually consistent** only;
# - on a provisioned table it has read and write units of its own;
# - its keys need not be unique, and an item **without** the index's key is not in it. Such a *sparse* index holds only
#   what you look for.
#
# Key and projection of an index cannot change: add a new one, wait until it is filled, switch the queries, drop the
# old.

# %%
due_first = {
    "IndexName": "unpaid-by-due",
    "KeySchema": schema("unpaid", "due"),
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
club = resource.Table(new_table("booking", index=due_first))
for n in range(50):
    item = {"booking": f"b{n:02}", "due": f"2026-12-{1 + n % 28:02}", "seats": "x" * 900}
    if n % 20 == 7:
        item["unpaid"] = "yes"
    club.put_item(Item=item)
unpaid = {"IndexName": "unpaid-by-due", "KeyConditionExpression": Key("unpaid").eq("yes")}
with reading() as used:
    print([(item["due"], item["booking"]) for item in club.query(**unpaid)["Items"]])
print("looked at", used["items"], "of 50 bookings, for", used["units"], "read units")
club.update_item(Key={"booking": "b07"}, UpdateExpression="REMOVE unpaid")
print("after a payment:", [item["booking"] for item in club.query(**unpaid)["Items"]])
try:
    club.query(**unpaid, ConsistentRead=True)
except ClientError as error:
    print(error.response["Error"]["Message"])

# %% [markdown]
# > **Lab and AWS.** In the lab an index is filled and up to date at once. On AWS it lags by a moment, and filling
# > that of a large table can take hours.
#
# > **Then and now.** Since November 2025 a global index may have up to four attributes as its partition key and
# > four as its sort key. Before, people glued values together, as we do below; such tables are everywhere.
#
# ## What an index costs
#
# Each index is written with the table: a write uses units of the table **and** of every index whose entry changes,
# each by the entry's own size in KB begun.
#
# - A new entry, or one that goes: one write of the index.
# - An attribute changes that the index holds: one write. One that it does not hold: none.
# - The index's **key** changes: two, since the old entry is deleted and a new one put.


# %% setup="indexed"
def bookings_with_index(projection: str) -> str:
    """A table of bookings, key `id`, with an index `by-phase` on `phase`."""
    by_phase = {
        "IndexName": "by-phase",
        "KeySchema": schema("phase"),
        "Projection": {"ProjectionType": projection},
    }
    return new_table("id", index=by_phase)


# %%
name = bookings_with_index("ALL")
made = dynamodb.put_item(
    TableName=name,
    Item={"id": {"S": "b1"}, "phase": {"S": "new"}, "text": {"S": "x" * 1_500}},
    ReturnConsumedCapacity="INDEXES",
)["ConsumedCapacity"]
print("table:", made["Table"], "index:", made["GlobalSecondaryIndexes"]["by-phase"])

# %% [markdown]
# ### Your turn: foretell the write units
#
# A booking has the key `id`, the attribute `phase`, a `note` of one letter and a long `text`: a little less than
# `kb` KB together. The index `by-phase` has the key `phase`. Write `index_units(projection, kb)`: for `projection`
# `"ALL"` or `"KEYS_ONLY"` the **total** write units (table and index) of five steps, as a dictionary:
#
# - `"put"`: a new booking is put; `"put without phase"`: one that has no `phase`;
# - `"note"`: an update gives a booking another `note`; `"phase"`: an update changes its `phase`;
# - `"delete"`: a booking is deleted.
#
# <details><summary>Hint</summary>
#
# The table's part is always `kb` units. Then ask: does the index's entry come, go, change or move, and how large is
# it? With `KEYS_ONLY` an entry is tiny.
# </details>


# %% exercise="index-units"
def index_units(projection: str, kb: int) -> dict[str, int]:
    """Return the write units of each step, table and index together."""
    ### BEGIN SOLUTION
    entry = kb if projection == "ALL" else 1
    return {
        "put": kb + entry,
        "put without phase": kb,
        "note": kb + (entry if projection == "ALL" else 0),
        "phase": kb + 2 * entry,
        "delete": kb + entry,
    }
    ### END SOLUTION


# %% check="index-units" points=2
with check(
    "index-units",
    needs="index_units",
    right="Small projections and calm keys keep an index cheap.",
) as expect:

    def steps(projection: str, kb: int) -> dict[str, float]:
        """The same five steps, measured."""
        table, key = resource.Table(bookings_with_index(projection)), {"Key": {"id": "a"}}
        booking = {"id": "a", "note": "1", "text": "x" * (kb * 1024 - 60)}
        told = {"ReturnConsumedCapacity": "TOTAL"}

        def change(name: str, value: str) -> dict:
            changed = {
                "UpdateExpression": "SET #n = :v",
                "ExpressionAttributeNames": {"#n": name},
            }
            return table.update_item(**key, **changed, ExpressionAttributeValues={":v": value}, **told)

        answers = {
            "put": table.put_item(Item={**booking, "phase": "new"}, **told),
            "put without phase": table.put_item(Item={**booking, "id": "b"}, **told),
            "note": change("note", "2"),
            "phase": change("phase", "old"),
            "delete": table.delete_item(**key, **told),
        }
        return {step: answer["ConsumedCapacity"]["CapacityUnits"] for step, answer in answers.items()}

    def as_seen(projection: str, kb: int) -> None:
        foretold, seen = index_units(projection, kb), steps(projection, kb)
        expect(
            isinstance(foretold, dict) and set(foretold) == set(seen),
            f"Return a dictionary with the keys {', '.join(seen)}; you returned {foretold!r}.",
        )
        hints = {
            "put": "The index gets an entry of its own.",
            "put without phase": "Without its key an item is not in the index.",
            "note": "Does the index hold the note?",
            "phase": "The entry moves: one goes, one comes.",
            "delete": "The entry goes as well.",
        }
        for step in seen:
            expect(
                foretold[step] == seen[step],
                f"{projection}, {kb} KB, '{step}': you foretold {foretold[step]!r}, the lab measured {seen[step]:g}. "
                f"{hints[step]}",
            )

    as_seen("ALL", 3)
    as_seen("KEYS_ONLY", 3)
    ### BEGIN HIDDEN TESTS
    as_seen("ALL", 1)
    as_seen("KEYS_ONLY", 7)
    ### END HIDDEN TESTS

# %% [markdown]
# ## When the index is too slow
#
# If an index has no write units left, DynamoDB refuses the write **to the table**, though the table has plenty: *back-
# pressure*. The error names the index. The next cell sends 100 small bookings within a moment to a table of 100 write
# units, whose index has fewer or as many.

# %%
impatient = boto3.client("dynamodb", config=Config(retries={"max_attempts": 0}))
accepted, reason = {}, ""
for units in (5, 20, 50, 100):
    capacity = {"ReadCapacityUnits": 5, "WriteCapacityUnits": units}
    by_hall = {
        "IndexName": "by-hall",
        "KeySchema": schema("hall"),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
        "ProvisionedThroughput": capacity,
    }
    name = new_table(
        "id",
        index=by_hall,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 100},
    )
    accepted[f"index: {units} units"] = 0
    with time_machine.travel(lab.clock.now(), tick=False):  # the clock stands still
        for n in range(100):
            item = {"id": {"S": str(n)}, "hall": {"S": "red"}}
            try:
                impatient.put_item(TableName=name, Item=item)
                accepted[f"index: {units} units"] += 1
            except ClientError as error:
                reason = error.response["ThrottlingReasons"][0]["reason"]
    dynamodb.delete_table(TableName=name)
print("reason given:", reason)
charts.bars(
    accepted,
    headline="An index with too few units holds up the table",
    unit="of 100 writes accepted",
    highlight=["index: 5 units"],
    sort=False,
    subtitle="writes accepted of 100, to a table of 100 write units",
    source="measured in the lab, while its clock stands still",
)

# %% [markdown]
# So give an index at least the table's write units, or use tables on demand, where indexes scale by themselves. Even
# then an index has partitions: with `phase` as the key, and only three phases, all new bookings share one partition of
# the **index**, and its 1,000 units a second become the table's.

# %%
name = bookings_with_index("ALL")
for phase in ("new", "paid"):
    answers = []
    with time_machine.travel(lab.clock.now(), tick=False):
        for n in range(6):  # six different bookings of 380 KB
            item = {"id": {"S": f"{phase}-{n}"}, "phase": {"S": phase}}
            try:
                impatient.put_item(TableName=name, Item={**item, "text": {"S": "x" * 389_000}})
                answers.append("written")
            except ClientError as error:
                answers.append(error.response["throttlingReasons"][0]["reason"])
    print(f"{phase:5}", Counter(answers))

# %% [markdown]
# Six different keys of the table, one key of the index: the writes are refused, and the reason tells it.
#
# *More than half of the lesson is done: a good place for a pause.*
#
# ## One table for many questions
#
# DynamoDB has no joins. A query that should return a customer *and* her bookings needs them side by side, under one
# partition key. So people put different kinds of items into **one table** with neutral keys, such as `pk` and `sk`,
# and tell the kinds apart by prefixes.
#
# It begins with the questions, the **access patterns**. An example, for films and their actors:
#
# | question | where | key condition |
# |---|---|---|
# | a film with its cast | table | `pk = FILM#f1` |
# | only the cast of a film | table | `pk = FILM#f1` and `sk` begins with `CAST#` |
# | the films of an actor, by year | index | `other = ACTOR#a7`, sorted by `rank` = year |

# %%
by_other = {
    "IndexName": "by-other",
    "KeySchema": schema("other", "rank"),
    "Projection": {"ProjectionType": "ALL"},
}
films_table = resource.Table(new_table("pk", "sk", index=by_other))
films_table.put_item(Item={"pk": "FILM#f1", "sk": "ABOUT", "title": "Playtime"})
for actor in ("a7", "a8"):
    cast = {"pk": "FILM#f1", "sk": f"CAST#{actor}", "other": f"ACTOR#{actor}", "rank": "1967"}
    films_table.put_item(Item=cast)
films_table.put_item(
    Item={"pk": "FILM#f2", "sk": "CAST#a7", "other": "ACTOR#a7", "rank": "1958"},
)
of_actor = {"IndexName": "by-other", "KeyConditionExpression": Key("other").eq("ACTOR#a7")}
whole = films_table.query(KeyConditionExpression=Key("pk").eq("FILM#f1"))["Items"]
print("the film's page: ", [item["sk"] for item in whole])
print("films of an actor:", [item["rank"] for item in films_table.query(**of_actor)["Items"]])

# %% [markdown]
# One index serves several questions, since its keys `other` and `rank` mean something else for each kind of item.
#
# ### Your turn: four questions, one table
#
# The Rex's club has three kinds of records. These are samples; there are many of each:

# %% setup="club"
SAMPLES = [
    {"kind": "customer", "customer": "ada", "email": "ada@example.com"},
    {
        "kind": "show",
        "show": "s17",
        "film": "Playtime",
        "date": "2026-12-24",
        "starts": "18:00",
    },
    {
        "kind": "booking",
        "booking": "b042",
        "customer": "ada",
        "show": "s17",
        "date": "2026-12-24",
        "seat": "F07",
    },
]


def make_records(seed: int) -> list[dict[str, str]]:
    """Customers, shows and bookings of a club; each of about 600 bytes."""
    chance = random.Random(seed)
    people = ["ada", "alan", "grace", "linus", "barbara"]
    records = []
    for one in people:
        records.append({"kind": "customer", "customer": one, "email": f"{one}@example.com"})
    hours, seats = (
        ("14:00", "18:00", "22:30"),
        [f"{row}{place:02}" for row in "ABC" for place in range(12)],
    )
    for n in range(30):
        date = f"2026-12-{20 + n // 5}"
        film, starts = chance.choice(["Playtime", "Metropolis"]), chance.choice(hours)
        show = {
            "kind": "show",
            "show": f"s{n:02}",
            "film": film,
            "date": date,
            "starts": starts,
        }
        records.append(show)
        for seat in chance.sample(seats, 5):
            booking = {"kind": "booking", "booking": f"b{len(records):03}"}
            booking |= {"customer": chance.choice(people), "seat": seat}
            records.append({**booking, "show": show["show"], "date": date})
    chance.shuffle(records)
    return [{**record, "text": "x" * 500} for record in records]


def make_club() -> str:
    """A table with the keys `pk`, `sk`, and `by-other` with the keys `other`, `rank`."""
    by_other = {
        "IndexName": "by-other",
        "KeySchema": schema("other", "rank"),
        "Projection": {"ProjectionType": "ALL"},
    }
    return new_table("pk", "sk", index=by_other)


# %% [markdown]
# And four questions. Each must be answered by **one query** that looks at no item too many:
#
# | question | given | answer |
# |---|---|---|
# | `account` | customer | her own record and all her bookings, in any order |
# | `bookings` | customer, first, last | her bookings from one date to another, both included, latest first |
# | `seats` | show | all bookings of the show, in the order of the seat |
# | `programme` | date | all shows of that date, in the order of `starts` |
#
# The table has the keys `pk` and `sk`, and the index `by-other` with the keys `other` and `rank`, all texts. Write
#
# - `to_item(record)`: the record's attributes, and with them `pk`, `sk` and, for items that the index should hold,
#   `other` and `rank`. No two records may share `pk` and `sk`.
# - `ask(question, **given)`: the arguments of the query, as a dictionary, such as
#   `{"KeyConditionExpression": Key("pk").eq(...)}`.
#
# <details><summary>Hint</summary>
#
# First decide for each question: table or index? Two questions start from a customer, so her record and her
# bookings share a `pk`. A booking's `sk` has to sort by date and yet be unique: date first, booking number after
# it. In the index, bookings lie under their show, shows under their date. Mind the end of a range: `"#~"` sorts
# behind `"#b042"`.
# </details>


# %% exercise="single-table"
def to_item(record: dict[str, str]) -> dict[str, str]:
    """Return the item that stores a record."""
    ### BEGIN SOLUTION
    match record["kind"]:
        case "customer":
            keys = {"pk": f"CUSTOMER#{record['customer']}", "sk": "ABOUT"}
        case "show":
            keys = {"pk": f"SHOW#{record['show']}", "sk": "ABOUT"}
            keys |= {"other": f"DATE#{record['date']}", "rank": record["starts"]}
        case _:
            keys = {
                "pk": f"CUSTOMER#{record['customer']}",
                "sk": f"BOOKING#{record['date']}#{record['booking']}",
                "other": f"SHOW#{record['show']}",
                "rank": record["seat"],
            }
    return {**record, **keys}
    ### END SOLUTION


def ask(question: str, **given: str) -> dict:
    """Return the arguments of the query that answers a question."""
    ### BEGIN SOLUTION
    if question == "seats":
        condition = Key("other").eq(f"SHOW#{given['show']}")
        return {"IndexName": "by-other", "KeyConditionExpression": condition}
    if question == "programme":
        condition = Key("other").eq(f"DATE#{given['date']}")
        return {"IndexName": "by-other", "KeyConditionExpression": condition}
    condition = Key("pk").eq(f"CUSTOMER#{given['customer']}")
    if question == "account":
        return {"KeyConditionExpression": condition}
    ends = f"BOOKING#{given['first']}", f"BOOKING#{given['last']}#~"
    return {
        "KeyConditionExpression": condition & Key("sk").between(*ends),
        "ScanIndexForward": False,
    }
    ### END SOLUTION


# %% check="single-table" points=4
with check(
    "single-table",
    needs=["to_item", "ask"],
    right="Four questions, four queries, and not one item read in vain.",
) as expect:

    def who(record: dict) -> str:
        return f"{record['kind']} {record[record['kind']]}"

    def stored(records: list[dict]):
        table, places = resource.Table(make_club()), {}
        with table.batch_writer() as batch:
            for record in records:
                item = to_item(dict(record))
                expect(
                    isinstance(item, dict),
                    f"to_item returned {item!r} for {who(record)}, not a dictionary.",
                )
                lost = [name for name in record if item.get(name) != record[name]]
                expect(
                    not lost,
                    f"The item for {who(record)} lacks or changes '{', '.join(lost[:1])}' of the record.",
                )
                for pair in (("pk", "sk"), ("other", "rank")):
                    absent = [name for name in pair if name not in item]
                    expect(
                        not absent or (pair[0] == "other" and len(absent) == 2),
                        f"The item for {who(record)} has no '{', '.join(absent[:1])}'. {' and '.join(pair)} go "
                        "together.",
                    )
                place = (item["pk"], item["sk"])
                expect(
                    place not in places,
                    f"{who(record)} and {places.get(place)} share pk and sk {place}: one would overwrite the other.",
                )
                places[place] = who(record)
                batch.put_item(Item=item)
        return table

    def answers(
        table,
        records: list[dict],
        question: str,
        ordered: str,
        wanted: list[dict],
        **given: str,
    ) -> None:
        asked = ask(question, **given)
        said = f"'{question}' for {', '.join(given.values())}"
        expect(
            isinstance(asked, dict) and "KeyConditionExpression" in asked,
            f"{said}: ask should return a dictionary with a KeyConditionExpression; it returned {asked!r}.",
        )
        with reading() as used:
            page = table.query(**asked)
        found, right = list(map(who, page["Items"])), list(map(who, wanted))
        missing = [one for one in right if one not in found]
        surplus = [one for one in found if one not in right]
        expect(
            not missing,
            f"{said}: {len(missing)} of {len(right)} missing, such as {', '.join(missing[:1])}.",
        )
        expect(not surplus, f"{said}: {len(surplus)} too many, such as {', '.join(surplus[:1])}.")
        expect(
            used["items"] == len(right),
            f"{said}: {used['items']} items looked at ({used['units']:g} read units) to return {len(right)}. "
            "Let the key condition choose, without a filter.",
        )
        if ordered:
            values = [item[ordered.strip("-")] for item in page["Items"]]
            in_order = sorted(values, reverse=ordered.startswith("-"))
            expect(
                values == in_order,
                f"{said}: the order of '{ordered.strip('-')}' is {values[:6]}...",
            )

    def whole_club(seed: int, person: str, first: str, last: str, show: str, date: str) -> None:
        records = make_records(seed)
        table = stored(records)
        hers = [one for one in records if one.get("customer") == person]
        booked = [one for one in hers if one["kind"] == "booking"]
        between = [one for one in booked if first <= one["date"] <= last]
        seats = [one for one in records if one["kind"] == "booking" and one["show"] == show]
        shows = [one for one in records if one["kind"] == "show" and one["date"] == date]
        answers(table, records, "account", "", hers, customer=person)
        answers(
            table,
            records,
            "bookings",
            "-date",
            between,
            customer=person,
            first=first,
            last=last,
        )
        answers(table, records, "seats", "seat", seats, show=show)
        answers(table, records, "programme", "starts", shows, date=date)

    expect(to_item(dict(SAMPLES[0])) is not None, "to_item returned nothing for a customer.")
    whole_club(1, "ada", "2026-12-21", "2026-12-23", "s17", "2026-12-24")
    ### BEGIN HIDDEN TESTS
    whole_club(2, "linus", "2026-12-24", "2026-12-24", "s03", "2026-12-20")
    ### END HIDDEN TESTS

# %% [markdown]
# A single table is a tool, no law. It shines when one request should fetch different things, and it is stiff: a
# question that nobody foresaw needs a new index or a scan. Tables that share no question may as well stay apart.
#
# ## Delete one, delete all
#
# `DeleteItem` removes one item by its key, on a condition if you like; a missing item is no error. It uses write
# units by the item's size. There is no "delete all": you scan and delete, and pay for every item, or you **drop the
# table and create it again**, which costs nothing.

# %%
for method in ("DeleteItem", "batch of 25", "drop and create"):
    table = resource.Table(new_table("id"))
    with table.batch_writer() as batch:
        for n in range(200):
            batch.put_item(Item={"id": f"{n}", "text": "x" * 900})
    before = lab.bill(times=1_000_000).usd
    with lab.watching() as made:
        if method == "drop and create":
            table.delete()
            table = resource.Table(new_table("id"))
        else:
            keys = [{"id": item["id"]} for item in table.scan()["Items"]]
            if method == "DeleteItem":
                for key in keys:
                    table.delete_item(Key=key)
            else:
                with table.batch_writer() as batch:
                    for key in keys:
                        batch.delete_item(Key=key)
    cost = (lab.bill(times=1_000_000).usd - before) / 200
    print(f"{method:16} {len(made):>3} calls; a million items: {cost:.2f} USD")

# %% [markdown]
# `DeletionProtectionEnabled=True` on a table refuses `DeleteTable`, until somebody takes it off on purpose.
#
# ### Your turn: repair the reset
#
# Each night the test system's table is emptied by `empty(name)`. Since the table has a global index, it fails in the
# middle, and the table is gone. Repair it. Afterwards there is an empty table of that name, on demand, with the same
#
# - keys, and global indexes with their keys and projections;
# - time to live: if an attribute was switched on for it, it is again. (TTL deletes expired items; next lesson.)
#
# <details><summary>Hint</summary>
#
# `describe_table` tells of each index more than `create_table` takes: pick `IndexName`, `KeySchema` and
# `Projection`. Without indexes leave the parameter out. `describe_time_to_live` answers a `TimeToLiveStatus` and,
# if it is `ENABLED`, an `AttributeName`; ask before you delete. On AWS deleting takes a while: there is a waiter
# `table_not_exists`.
# </details>


# %% exercise="empty-table" repair=true
def empty(name: str) -> None:
    """Replace a table by an empty one with the same settings."""
    old = dynamodb.describe_table(TableName=name)["Table"]
    dynamodb.delete_table(TableName=name)
    dynamodb.create_table(
        TableName=name,
        KeySchema=old["KeySchema"],
        AttributeDefinitions=old["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
    )


### BEGIN SOLUTION
def empty(name: str) -> None:
    """Replace a table by an empty one with the same settings."""
    old = dynamodb.describe_table(TableName=name)["Table"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    indexes = [
        {
            "IndexName": index["IndexName"],
            "KeySchema": index["KeySchema"],
            "Projection": index["Projection"],
        }
        for index in old.get("GlobalSecondaryIndexes", [])
    ]
    more = {"GlobalSecondaryIndexes": indexes} if indexes else {}
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)
    dynamodb.create_table(
        TableName=name,
        KeySchema=old["KeySchema"],
        AttributeDefinitions=old["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    if ttl["TimeToLiveStatus"] == "ENABLED":
        dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": ttl["AttributeName"]},
        )


### END SOLUTION


# %% check="empty-table" points=2
with check("empty-table", needs="empty", right="Dropped in a moment, and the settings come back.") as expect:

    def is_emptied(keys: tuple[str, ...], wanted: list[dict], ttl: str, what: str) -> None:
        name = new_table(*keys, index=wanted[0] if wanted else None)
        for index in wanted[1:]:
            (key,) = (one["AttributeName"] for one in index["KeySchema"])
            dynamodb.update_table(
                TableName=name,
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                GlobalSecondaryIndexUpdates=[{"Create": index}],
            )
        if ttl:
            specification = {"Enabled": True, "AttributeName": ttl}
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)
        for n in range(8):
            dynamodb.put_item(TableName=name, Item={key: {"S": str(n)} for key in (*keys, "hall")})
        with lab.watching(most=200) as made:
            empty(name)
        expect(
            name in dynamodb.get_paginator("list_tables").paginate().build_full_result()["TableNames"],
            f"{what}: afterwards there is no table of that name.",
        )
        expect(
            dynamodb.scan(TableName=name)["Count"] == 0,
            f"{what}: the table still holds items.",
        )
        one_by_one = made.of("DeleteItem", "BatchWriteItem", "Scan", "TransactWriteItems")
        expect(
            not one_by_one,
            f"{what}: items were deleted one by one, which costs units. Drop the table.",
        )
        table = dynamodb.describe_table(TableName=name)["Table"]
        expect.equal(table["KeySchema"], schema(*keys), f"{what}: the table's keys")
        mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
        expect(
            mode == "PAY_PER_REQUEST",
            f"{what}: the table should be on demand again; it is {mode}.",
        )
        indexes = {one["IndexName"]: one for one in table.get("GlobalSecondaryIndexes", [])}
        expect.equal(len(indexes), len(wanted), f"{what}: the number of global indexes")
        for index in wanted:
            index_name = index["IndexName"]
            expect(index_name in indexes, f"{what}: the index {index_name} is missing.")
            for part in ("KeySchema", "Projection"):
                expect.equal(indexes[index_name][part], index[part], f"{what}: the {part} of {index_name}")
        now = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        expect(
            now.get("AttributeName", "") == ttl if now["TimeToLiveStatus"] == "ENABLED" else not ttl,
            f"{what}: time to live was {f'on for {ttl!r}' if ttl else 'off'} and is {now['TimeToLiveStatus']} "
            f"{now.get('AttributeName', '')}".strip()
            + " now.",
        )

    by_hall = {
        "IndexName": "by-hall",
        "KeySchema": schema("hall"),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    by_seat = {
        "IndexName": "by-seat",
        "KeySchema": schema("seat"),
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["price"]},
    }
    is_emptied(("id",), [], "", "A plain table")
    is_emptied(("id",), [by_hall, by_seat], "", "A table with two indexes")
    is_emptied(("film", "id"), [by_hall], "expires", "A table with an index and time to live")
    is_emptied(("id",), [], "ends", "A table with time to live on another attribute")
    ### BEGIN HIDDEN TESTS
    whole = {**by_hall, "IndexName": "all-by-hall", "Projection": {"ProjectionType": "ALL"}}
    is_emptied(("id",), [whole], "", "A table with an index")
    is_emptied(("id",), [by_seat], "until", "A table with another index and time to live")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Statements that look like SQL
#
# **PartiQL** writes the same requests as statements: `SELECT`, `INSERT`, `UPDATE`, `DELETE`, alone, in batches of
# up to 25 or transactions of up to 100. There are no joins and no sums, and it is the same database underneath: a
# `SELECT` with the partition key after `WHERE` is a query, one without it a **scan** of the whole table.
#
# Values belong into `Parameters`, one for each `?`: text pasted into a statement is an invitation to *injection*. Texts
# stand in single quotes, names of tables and attributes in double quotes, which names with `-` need.

# %%
with reading() as used:
    found = dynamodb.execute_statement(
        Statement=f'SELECT starts FROM "{programme.name}" WHERE film = ? AND starts > ?',
        Parameters=[{"S": "Playtime"}, {"S": "2026-12-30"}],
    )
print(len(found["Items"]), "shows,", used["items"] or "", used["units"], "read units: a query")
with reading() as used:
    found = dynamodb.execute_statement(
        Statement=f'SELECT starts FROM "{programme.name}" WHERE hall = ?',
        Parameters=[{"S": "red"}],
    )
print(len(found["Items"]), "shows,", used["units"], "read units: a scan")

# %% [markdown]
# > **Then and now.** PartiQL came in November 2020. Older books say that DynamoDB knows nothing like SQL.
#
# ### Your turn: four statements
#
# A table of shows has the keys `film` and `starts` and a number `free`, the free seats. Write
# `statements(table_name)`. It returns a dictionary of four statements, whose `?` are filled with these values in
# this order:
#
# - `"add"`: film, starts, free. Puts a new show; if it exists, it is not replaced.
# - `"list"`: film, and the beginning of `starts`, such as `"2026-12-24"`. Finds the film's shows whose `starts`
#   begins so, with film, starts and free.
# - `"sell"`: seats, film, starts, seats. Takes so many off `free`, but only if at least so many are free.
# - `"cancel"`: film, starts. Deletes the show.
#
# The names of the tables contain a `-`.
#
# <details><summary>Hint</summary>
#
# `INSERT INTO "t" VALUE {'film': ?, ...}`, `UPDATE "t" SET n = n - ? WHERE ...`, `DELETE FROM "t" WHERE ...`.
# `begins_with(a, ?)` is a condition as any other. In `UPDATE` the `WHERE` names the whole key and may ask for more.
# </details>


# %% exercise="sql-statements"
def statements(table_name: str) -> dict[str, str]:
    """Return the four PartiQL statements for a table."""
    ### BEGIN SOLUTION
    table, key = f'"{table_name}"', "film = ? AND starts = ?"
    return {
        "add": f"INSERT INTO {table} VALUE {{'film': ?, 'starts': ?, 'free': ?}}",
        "list": f"SELECT * FROM {table} WHERE film = ? AND begins_with(starts, ?)",
        "sell": f"UPDATE {table} SET free = free - ? WHERE {key} AND free >= ?",
        "cancel": f"DELETE FROM {table} WHERE {key}",
    }
    ### END SOLUTION


# %% check="sql-statements" points=2
with check(
    "sql-statements",
    needs="statements",
    right="Other words, the same keys and the same units.",
) as expect:

    def shop(free: int):
        """A table with one show, and a function that runs one of the statements."""
        name = new_table("film", "starts")
        written = statements(name)
        expect(
            isinstance(written, dict) and set(written) == {"add", "list", "sell", "cancel"},
            "Return a dictionary with the statements 'add', 'list', 'sell' and 'cancel'.",
        )

        def run(which: str, *values: str | int) -> list[dict]:
            given = [{"N": str(one)} if isinstance(one, int) else {"S": one} for one in values]
            holes = written[which].count("?")
            expect(
                holes == len(given),
                f"'{which}' has {holes} question marks; it is given {len(given)} values.",
            )
            return dynamodb.execute_statement(Statement=written[which], Parameters=given)["Items"]

        run("add", "Playtime", "2026-12-24 18:00", free)
        return name, run

    def left(name: str, starts: str = "2026-12-24 18:00") -> str | None:
        key = {"film": {"S": "Playtime"}, "starts": {"S": starts}}
        item = dynamodb.get_item(TableName=name, Key=key).get("Item")
        return item["free"].get("N", f"no number but {item['free']}") if item else None

    def refused(run, *values: str | int) -> str:
        try:
            run(*values)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""

    def works(free: int, seats: int) -> None:
        name, run = shop(free)
        expect(
            left(name) == str(free),
            f"'add' with {free} free seats: the table holds {left(name)}.",
        )
        code = refused(run, "add", "Playtime", "2026-12-24 18:00", 1)
        expect(
            code == "DuplicateItemException" and left(name) == str(free),
            "'add' of a show that exists should be refused; INSERT does that by itself.",
        )
        for starts in ("2026-12-24 22:30", "2026-12-25 18:00", "open air 2026-12-24 23:00"):
            run("add", "Playtime", starts, 5)
        for n in range(8):
            item = {"film": {"S": f"Film {n}"}, "starts": {"S": "2026-12-24 18:00"}}
            dynamodb.put_item(TableName=name, Item={**item, "text": {"S": "x" * 20_000}})
        with reading() as used:
            found = run("list", "Playtime", "2026-12-24")
        expect(
            all({"film", "starts", "free"} <= set(item) for item in found),
            "'list' leaves attributes out; film, starts and free are wanted.",
        )
        starts = sorted(str(item["starts"]["S"]) for item in found)
        expect(
            starts == ["2026-12-24 18:00", "2026-12-24 22:30"],
            f"'list' for Playtime and '2026-12-24' found {starts}; two shows begin so.",
        )
        expect(
            used["units"] <= 0.5,
            f"'list' used {used['units']:g} read units: it scanned. WHERE needs the partition key with =.",
        )
        run("sell", seats, "Playtime", "2026-12-24 18:00", seats)
        expect(
            left(name) == str(free - seats),
            f"'sell' of {seats} of {free} seats leaves {left(name)}; it should be {free - seats}.",
        )
        code = refused(run, "sell", free, "Playtime", "2026-12-24 18:00", free)
        expect(
            code == "ConditionalCheckFailedException" and left(name) == str(free - seats),
            f"'sell' of {free} seats with {free - seats} free: it should be refused, and {left(name)} are free now.",
        )
        code = refused(run, "sell", free - seats, "Playtime", "2026-12-24 18:00", free - seats)
        expect(
            left(name) == "0",
            f"'sell' of the last {free - seats} seats leaves {left(name)} {code}; at least so many were free.",
        )
        run("cancel", "Playtime", "2026-12-24 18:00")
        expect(left(name) is None, "'cancel' did not delete the show.")
        expect(left(name, "2026-12-24 22:30") == "5", "'cancel' deleted more than the one show.")

    works(100, 2)
    ### BEGIN HIDDEN TESTS
    works(40, 7)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Much stored, little read
#
# Old bookings are kept for years and hardly ever read. A table has a **class**: *Standard*, or *Standard-IA*
# (infrequent access), whose storage costs less than half and whose requests cost about a quarter more. Speed and
# durability are the same; you may change the class twice in 30 days. A table with 100 million writes and 400
# million reads a month:

# %%
keys = {
    "Standard": ("storage-standard-beyond-25-gb-free", "on-demand-{}-request-units"),
    "Standard-IA": ("storage-standard-ia", "standard-ia-on-demand-{}-request-units"),
}
lines, sources = {}, []
for table_class, (storage, request) in keys.items():
    gb = facts.price("dynamodb", storage)
    write, read = (facts.price("dynamodb", request.format(kind)) for kind in ("write", "read"))
    requests = 100 * write + 400 * read
    lines[table_class] = lambda stored, gb=gb, requests=requests: stored * gb + requests
    sources += [gb, write]
charts.curves(
    lines,
    x=(0, 500),
    breakeven=True,
    headline="Infrequent access pays once storage is a large part of the bill",
    x_label="GB stored",
    y_unit="USD per month",
    source=sources,
)

# %% [markdown]
# As a rule: when storage in the Standard class costs more than about 40 % of what the requests cost, the other class is
# cheaper. (The 25 GB that are free in the Standard class are left aside.) `update_table(TableClass=...)` switches.

# %%
dynamodb.update_table(TableName=archive.name, TableClass="STANDARD_INFREQUENT_ACCESS")
about = dynamodb.describe_table(TableName=archive.name)["Table"]
print(archive.name, "is now of the class", about["TableClassSummary"]["TableClass"])

# %% [markdown]
# Tables on demand cost nothing while idle, apart from storage. We clean up all the same.

# %%
for table in (programme, tiny, archive, priced, club, films_table):
    table.delete()
    table.wait_until_not_exists()
print("the tables of this lesson's demos: deleted")

# %% [markdown]
# > **Bill.** On AWS this lesson would cost a few cents for requests.
#
# ## To remember
#
# - The partition key decides where items lie: many values, used about equally.
# - Query reads one partition key in the order of the sort key; scan reads everything. Filters save no unit.
# - A page is 1 MB before the filter; only a missing `LastEvaluatedKey` means the end.
# - BatchGetItem takes 100 keys or 16 MB; send `UnprocessedKeys` again.
# - A local index is made with the table and can be read strongly. A global one comes and goes, has keys of its own,
#   and is eventually consistent.
# - Every index costs writes; one that is too slow, or has a hot key, throttles the table.
# - Start from the questions: each becomes one key condition, on the table or on an index.
# - To empty a table, drop it and create it again. PartiQL changes the words, not the costs.

# %% [markdown] question="second-order"
# ### Question 1
#
# A table of parcels, keys `customer` and `ordered`, has been in use for a year. A new page lists a customer's
# parcels by `delivered`, and may be some seconds behind. Which index do you add?
#
# - [ ] **A** A local secondary index with the sort key `delivered`.
#   > The keys fit, but a local index can only be created together with the table.
# - [x] **B** A global secondary index with the keys `customer` and `delivered`.
#   > It can be added at any time, and eventual consistency is good enough for this page.
# - [ ] **C** None: query with a filter on `delivered`.
#   > A filter chooses; it does not sort. The parcels would still come in the order of `ordered`.
# - [ ] **D** A global secondary index with the key `delivered` alone.
#   > Its entries of one customer would lie scattered over all the dates; a query wants one partition key.

# %% answer="second-order"
answer = "B"

# %% check="second-order" points=1
question("second-order", answer)

# %% [markdown] question="status-index"
# ### Question 2
#
# An on-demand table of orders, key `order_id`, has a global index with the key `status`. In a sale 1,500 small orders a
# second arrive, all with the status `new`. Writes to the table are throttled. What is the cause?
#
# - [ ] **A** On-demand tables take no more than 1,000 writes a second.
#   > A new one takes 4,000 at once, and more as it grows. The ceiling of 1,000 is that of one partition.
# - [ ] **B** `order_id` is a hot key.
#   > Each order has another id: they spread well over the table's partitions.
# - [x] **C** All new orders go to one partition of the index.
#   > Its key has one value for all of them. The index cannot keep up, and DynamoDB holds up the table's writes.
# - [ ] **D** The index is read too often.
#   > Throttled reads of an index hurt those reads alone. Here it is writes.

# %% answer="status-index"
answer = "C"

# %% check="status-index" points=1
question("status-index", answer)

# %% [markdown] question="empty-page"
# ### Question 3
#
# A job queries the readings of a sensor with a filter for faults. It stops when a page has no items. Lately it misses
# faults that are plainly in the table. Why?
#
# - [x] **A** A page can be empty because the filter dropped all that was read in it.
#   > 1 MB is counted before the filter. The job should go on while there is a `LastEvaluatedKey`.
# - [ ] **B** Queries return at most 100 items.
#   > There is no such number; 100 is the limit of keys in BatchGetItem.
# - [ ] **C** The reads are eventually consistent.
#   > That hides the newest second or so, not old faults.
# - [ ] **D** The filter should be part of a scan instead.
#   > A scan has the same pages with the same rule, and reads far more.

# %% answer="empty-page"
answer = "A"

# %% check="empty-page" points=1
question("empty-page", answer)

# %% [markdown] question="sql-bill"
# ### Question 4
#
# A colleague moves a report to DynamoDB: `SELECT total FROM "orders" WHERE city = 'Rome'` through PartiQL. `orders`
# has the key `order_id` and 80 GB. The report works and is dear. What makes it cheap?
#
# - [ ] **A** Use the same filter in a `Scan` request in place of PartiQL.
#   > PartiQL already does just that: without the partition key it scans. The words differ, the units do not.
# - [ ] **B** Select only `total`, so that less is read.
#   > It does so already. A projection makes the answer smaller, not what is read.
# - [ ] **C** Put the statement into a batch.
#   > Each select of a batch has to name one item by its whole key.
# - [x] **D** A global index with the key `city` that includes `total`, named in the `FROM`.
#   > `FROM "orders"."by-city"` makes it a query that reads the entries of Rome, and nothing else.

# %% answer="sql-bill"
answer = "D"

# %% check="sql-bill" points=1
question("sql-bill", answer)

# %%
progress()
