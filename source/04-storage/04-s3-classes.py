# ---
# jupyter:
#   course:
#     exam:
#     - '1.3'
#     - '4.3'
#     minutes: 55
#     practises:
#       break-even:
#       - s3.infrequent-access
#       - s3.price-table
#       choose-class:
#       - s3.storage-class-map
#       - s3.intelligent-tiering
#       - s3.express-one-zone
#       - s3.durability-availability
#       cost-target:
#       - s3.lifecycle-rules
#       - s3.price-table
#       - glacier.early-deletion
#       in-time:
#       - glacier.retrieval-tiers
#       - glacier.storage-classes
#       mend-rules:
#       - s3.transition-waterfall
#       - s3.lifecycle-rules
#       stored:
#       - s3.class-minimums
#       - glacier.early-deletion
#       thumbnails:
#       - s3.lifecycle-scenario-thumbnails
#     services:
#     - s3
#     title: The price of keeping
#     topics:
#     - s3.storage-class-map
#     - s3.durability-availability
#     - s3.infrequent-access
#     - s3.intelligent-tiering
#     - s3.express-one-zone
#     - s3.class-minimums
#     - s3.price-table
#     - glacier.storage-classes
#     - glacier.retrieval-tiers
#     - glacier.early-deletion
#     - s3.transition-waterfall
#     - s3.lifecycle-rules
#     - s3.lifecycle-scenario-thumbnails
#     - s3.storage-class-analysis
# ---

# %% [markdown]
# # The price of keeping
#
# Lumen keeps every photograph for two years and hardly anybody looks at one after the first month. Yet all of them lie
# in the dearest ordinary class of S3. After this lesson you can choose a class by numbers, fetch things back in time,
# and write the rules that move a photo down, class by class, to a target for its cost.

# %% setup="start"
import datetime as dt

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("04-storage/04-s3-classes")
lab.start()
s3 = boto3.client("s3")

# The name of a class in the API, and what the facts call it.
CLASSES = {
    "STANDARD": "standard",
    "STANDARD_IA": "standard-ia",
    "ONEZONE_IA": "one-zone-ia",
    "GLACIER_IR": "glacier-instant-retrieval",
    "GLACIER": "glacier-flexible-retrieval",
    "DEEP_ARCHIVE": "glacier-deep-archive",
}
PRICE = {name: facts.price("s3", f"{words}-storage") for name, words in CLASSES.items()}


def new_bucket(name: str) -> str:
    """Make a bucket with a name that is still free."""
    bucket = lab.unique_name(name)
    s3.create_bucket(Bucket=bucket)
    return bucket


def code_of(call, **parameters) -> str:
    """Make a call; return its error code, or 'ok'."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


# %% [markdown]
# ## The classes
#
# A class is chosen for each object: with the upload, by copying, or later by rules.

# %%
table = facts.table("s3-storage-classes").set_index("class")
shown = ["made_for", "zones_min", "availability_percent", "storage_usd_gb_month"]
table[shown]

# %% [markdown]
# - **Standard**: three or more Availability Zones, no fee for reading, no minimum.
# - **Standard-IA** (infrequent access): as quick and as safe, cheaper to store, a fee for each GB read.
# - **One Zone-IA**: the same in one zone, a fifth cheaper; if that zone is lost, so are the objects. For what you can
#   make again.
# - **Intelligent-Tiering**: S3 watches each object and moves it; no fee for reading, a small one for watching.
# - **Glacier Instant Retrieval**: an archive that answers in milliseconds. **Flexible Retrieval** takes minutes to
#   hours, **Deep Archive** up to 48 hours.
# - **Express One Zone**: one zone, single-digit milliseconds, in *directory buckets* with rules of their own.
#
# All are built to lose next to nothing: durability is "eleven nines". How often one can *reach* an object differs.

# %%
print(f"durability: {facts.limit('s3', 'durability-designed-all-classes'):.9f} percent a year")
up = table["availability_percent"]
hours = {name: (100 - percent) / 100 * 365 * 24 for name, percent in up.items()}
charts.bars(
    {name.replace("-", " "): value for name, value in hours.items()},
    headline="One Zone-IA may be out of reach for 44 hours a year, Standard for one",
    unit="hours",
    label="hours a year out of reach, by design",
    highlight=["one zone ia"],
    source=facts.limit("s3", "availability-designed-one-zone-ia"),
)

# %% [markdown]
# Eleven nines of 10 million objects: one is lost in 10,000 years, on average. These are *design* values; the service
# level agreement, under which AWS pays back, promises less (99.9 % a month for Standard, 99 % for the IA classes).
#
# > **Then and now.** Older tables have five or six classes. "Glacier" became Glacier Flexible Retrieval in November
# > 2021, when Instant Retrieval came; Express One Zone followed in November 2023. Reduced Redundancy still answers, but
# > is both dearer than Standard and less safe.

# %%
demo = new_bucket("lumen-classes")
for name in CLASSES:
    s3.put_object(Bucket=demo, Key=f"in-{name}", Body=b"x" * 200_000, StorageClass=name)
for one in s3.list_objects_v2(Bucket=demo)["Contents"]:
    said = s3.head_object(Bucket=demo, Key=one["Key"]).get("StorageClass", "(nothing)")
    came = code_of(s3.get_object, Bucket=demo, Key=one["Key"])
    print(f"{one['StorageClass']:13} head_object says {said:13} reading: {came}")

# %% [markdown]
# `head_object` says nothing of the class for Standard; the list always does. Two classes cannot be read just like that.
#
# ### Your turn: decide
#
# Choose a class for each of Lumen's eight cases, by its name in the API (`INTELLIGENT_TIERING` and
# `EXPRESS_ONEZONE` are allowed too). Take the cheapest class that meets every word of the case.
#
# <details><summary>Hint</summary>
#
# Ask in this order: how fast must it come? May it be lost with one zone? How long does it stay, how often is it read,
# and does anybody know? The minimum stay is 30 days for the IA classes, 90 and 180 for the archives.
# </details>

# %% exercise="choose-class" repair=true
choice = {
    "this week's photos, each shown hundreds of times a day": None,
    "backups, kept 60 days, read once, at once; no zone may matter": None,
    "previews of 500 KB, kept 60 days, read monthly, can be made again": None,
    "tax records for ten years, a day's wait is no trouble": None,
    "X-rays for years, read once a year, then within milliseconds": None,
    "albums: some opened daily, others never, nobody knows which": None,
    "newspapers for years, read twice a year, wanted the same day": None,
    "scratch files of two days, millions of small reads a minute": None,
}
### BEGIN SOLUTION
choice = {
    "this week's photos, each shown hundreds of times a day": "STANDARD",
    "backups, kept 60 days, read once, at once; no zone may matter": "STANDARD_IA",
    "previews of 500 KB, kept 60 days, read monthly, can be made again": "ONEZONE_IA",
    "tax records for ten years, a day's wait is no trouble": "DEEP_ARCHIVE",
    "X-rays for years, read once a year, then within milliseconds": "GLACIER_IR",
    "albums: some opened daily, others never, nobody knows which": "INTELLIGENT_TIERING",
    "newspapers for years, read twice a year, wanted the same day": "GLACIER",
    "scratch files of two days, millions of small reads a minute": "EXPRESS_ONEZONE",
}
### END SOLUTION

# %% check="choose-class" points=2
with check("choose-class", needs="choice", right="The word that decides is seldom the price.") as expect:
    expect(isinstance(choice, dict), "`choice` should be the dictionary of the task, filled in.")
    expect.not_tried(all(value is None for value in choice.values()))
    known = {*CLASSES, "INTELLIGENT_TIERING", "EXPRESS_ONEZONE"}
    months_at_least = {
        "STANDARD_IA": 1,
        "ONEZONE_IA": 1,
        "GLACIER_IR": 3,
        "GLACIER": 3,
        "DEEP_ARCHIVE": 6,
    }
    hours_to_wait = {"GLACIER": 5, "DEEP_ARCHIVE": 12}
    fee = {name: facts.price("s3", f"retrieval-{CLASSES[name]}") for name in list(CLASSES)[1:4]}
    fee["GLACIER"] = facts.price("s3", "retrieval-glacier-flexible-retrieval-standard")
    fee["DEEP_ARCHIVE"] = facts.price("s3", "retrieval-glacier-deep-archive-standard")
    fee["EXPRESS_ONEZONE"] = facts.price("s3", "express-one-zone-data-retrieval")
    tier = [facts.tiers("s3", f"intelligent-tiering-{name}-storage")[0] for name in
            ("frequent-access", "infrequent-access", "archive-instant-access")]  # fmt: skip
    lifted = tier[0] + 2 * tier[1]  # one month above, two in the middle
    get = {name: facts.price("s3", f"{words}-get-requests") for name, words in list(CLASSES.items())[1:]}
    get["STANDARD"] = get["INTELLIGENT_TIERING"] = facts.price("s3", "standard-get-and-others-requests")
    get["EXPRESS_ONEZONE"] = facts.price("s3", "express-one-zone-get-requests")
    store = PRICE | {"EXPRESS_ONEZONE": facts.price("s3", "express-one-zone-storage")}

    def usd(name: str, months: float, reads: float, idle: float, gets: float) -> float:
        """What one GB costs in its whole life, of which a share is idle and the rest is read."""
        requests = gets * months * get[name] / 1000
        if name == "INTELLIGENT_TIERING":  # 200 objects in a GB; a read lifts one up for three months
            watch = 200 * facts.price("s3", "intelligent-tiering-monitoring") / 1000
            asleep = min(reads, 1 / 3) * lifted + max(0.0, 1 - 3 * reads) * tier[2]
            if idle < 1:
                asleep = (lifted + max(0.0, months - 3) * tier[2]) / months
            busy = tier[0] if idle < 1 or months <= 3 else asleep
            return months * (watch + (1 - idle) * busy + idle * (asleep if months > 3 else busy)) + requests
        billed = max(months, months_at_least.get(name, 0))
        return billed * store[name] + fee.get(name, 0.0) * reads * months + requests

    # Per case: months, reads of everything a month, idle share, GETs per GB and month, hours to wait, one zone will do.
    cases = {
        "this week": (0.25, 3000, 0, 1e5, 0, False),
        "backups": (2, 0.5, 0, 1, 0, False),
        "previews": (2, 1, 0, 1, 0, True),
        "tax": (120, 0, 1, 0, 24, False),
        "X-rays": (60, 1 / 12, 1, 1, 0, False),
        "albums": (12, 15, 0.5, 1, 0, False),
        "newspapers": (60, 1 / 6, 1, 1, 8, False),
        "scratch": (2 / 30, 10, 0, 4e7, 0, True),
    }
    for word, (*life, patience, one_zone) in cases.items():
        case = next((words for words in choice if words.startswith(word)), word)
        said = choice.get(case)
        expect(
            said in known,
            f"'{case}': {said!r} is no class; write one of {', '.join(sorted(known))}.",
        )
        wait = hours_to_wait.get(said, 0)
        expect(
            wait <= patience,
            f"'{case}': {said} may take {wait} hours to come back, longer than the case allows.",
        )
        expect(
            one_zone or said not in ("ONEZONE_IA", "EXPRESS_ONEZONE"),
            f"'{case}': {said} lies in one zone and is lost with it; the case does not allow that.",
        )
        fit = [name for name in known if hours_to_wait.get(name, 0) <= patience]
        fit = [name for name in fit if one_zone or name not in ("ONEZONE_IA", "EXPRESS_ONEZONE")]
        cheapest = min(usd(name, *life) for name in fit)
        expect.close(
            usd(said, *life),
            cheapest,
            f"'{case}': USD for a GB in its whole life in {said}, with all fees and minimums (another class meets the "
            "case for less)",
        )
    expect(
        len(choice) == 8,
        "Eight cases were asked for; leave the words of the cases as they are.",
    )
    ### BEGIN HIDDEN TESTS
    expect(len(set(choice.values())) == 8, "Each class is the right one for exactly one case.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Storing is cheap, reading may not be
#
# Standard-IA stores for about half the price of Standard and takes a fee for each GB that is read. So the question is:
# how much do you read?

# %% setup="fees"
FEE: dict[str, float] = dict.fromkeys(CLASSES, 0.0)
FEE["STANDARD_IA"] = facts.price("s3", "retrieval-standard-ia")
FEE["ONEZONE_IA"] = facts.price("s3", "retrieval-one-zone-ia")
FEE["GLACIER_IR"] = facts.price("s3", "retrieval-glacier-instant-retrieval")

# %%
reads = [n / 20 for n in range(0, 41)]  # 1 = everything is read once a month
monthly = {
    "Standard": [1000 * PRICE["STANDARD"] for _ in reads],
    "Standard-IA": [1000 * (PRICE["STANDARD_IA"] + FEE["STANDARD_IA"] * n) for n in reads],
    "Glacier Instant": [1000 * (PRICE["GLACIER_IR"] + FEE["GLACIER_IR"] * n) for n in reads],
}
charts.curves(
    {name: (reads, usd) for name, usd in monthly.items()},
    breakeven=True,
    headline="Read everything more than once a month, and Standard is the cheapest class",
    x_label="reads of everything a month",
    y_label="USD a month for 1,000 GB (storage and retrieval)",
    source=[PRICE["STANDARD"], FEE["GLACIER_IR"]],
)

# %% [markdown]
# Below the first crossing the archive wins, between the crossings Standard-IA, and then Standard. (Requests come on
# top: a GET costs 2.5 times as much in IA as in Standard, 25 times as much in Glacier Instant. With small objects that
# decides.)
#
# ### Your turn: the crossing
#
# Write `break_even(one, other)` for two of the classes `STANDARD`, `STANDARD_IA`, `ONEZONE_IA` and `GLACIER_IR`: how
# often a month must everything be read for both to cost the same? Count storage and retrieval. Take the numbers from
# `PRICE` and `FEE`; if the lines never cross, return `None`.
#
# <details><summary>Hint</summary>
#
# A GB costs `PRICE + FEE * n` a month when it is read n times. Set both equal and solve for n. What if the fees are the
# same?
# </details>


# %% exercise="break-even"
def break_even(one: str, other: str) -> float | None:
    """How often a month everything must be read for both classes to cost the same."""
    ### BEGIN SOLUTION
    dearer_reading = FEE[one] - FEE[other]
    if dearer_reading == 0:
        return None
    times = (PRICE[other] - PRICE[one]) / dearer_reading
    return times if times > 0 else None
    ### END SOLUTION


# %% check="break-even" points=2
with check("break-even", needs="break_even", right="Above it pay for storage, below it for reading.") as expect:

    def crosses(cheap: str, dear: str) -> None:
        store = PRICE[dear] - PRICE[cheap]
        times = store / (FEE[cheap] - FEE[dear])
        expect.close(break_even(cheap, dear), times, f"{cheap} and {dear}")
        expect.close(break_even(dear, cheap), times, f"{dear} and {cheap}: the order should not matter")

    def never(one: str, other: str, why: str) -> None:
        got = break_even(one, other)
        expect(
            got is None,
            f"{one} and {other} never cost the same ({why}); you say {got!r}, it should be None.",
        )

    crosses("STANDARD_IA", "STANDARD")
    never("STANDARD_IA", "ONEZONE_IA", "reading costs the same, storing does not")
    ### BEGIN HIDDEN TESTS
    crosses("GLACIER_IR", "STANDARD_IA")
    crosses("GLACIER_IR", "STANDARD")
    crosses("ONEZONE_IA", "STANDARD")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Small print
#
# The cheaper classes have minimums. Whatever is smaller or leaves earlier is billed as if it were not.
#
# - **Size**: infrequent access and Glacier Instant bill at least 128 KB an object. Flexible and Deep Archive bill each
#   object as it is *plus* 32 KB in their class and 8 KB in Standard, for its name and index.
# - **Stay**: 30 days (IA), 90 (Glacier Instant, Flexible), 180 (Deep Archive). Deleting, overwriting or moving on
#   before is billed to the end.
#
# > **Then and now.** Intelligent-Tiering had a minimum of 30 days until September 2021; it has none today. And the
# > 40 KB of the archives are not a minimum size, as some tables have it, but an addition.

# %%
rules = {
    words.replace("-", " "): {
        "at least, days": int(facts.limit("s3", f"minimum-storage-duration-{words}")),
        "at least, KB": int(facts.limit("s3", f"minimum-billable-object-size-{words}"))
        if "flexible" not in words and "deep" not in words
        else 0,
    }
    for words in CLASSES.values()
}
for words, row in rules.items():
    print(f"{words:27}", *(f"{name}: {value:3}" for name, value in row.items()))

# %% setup="minimums"
LEAST = "minimum-storage-duration"
MIN_DAYS = {name: facts.limit("s3", f"{LEAST}-{words}") for name, words in CLASSES.items()}
MIN_KB = dict.fromkeys(CLASSES, 0)
for name in ("STANDARD_IA", "ONEZONE_IA", "GLACIER_IR"):
    MIN_KB[name] = facts.limit("s3", f"minimum-billable-object-size-{CLASSES[name]}")
EXTRA_KB = facts.limit("s3", "archive-metadata-overhead-per-object-at-class-rate")
EXTRA_KB_STANDARD = facts.limit("s3", "archive-metadata-overhead-per-object-at-standard-rate")

# %% [markdown]
# ### Your turn: what is really billed
#
# Write `stored(objects, size_kb, days, storage_class)`: what storing costs in USD (no requests, no reads) when so many
# objects of this size are deleted after so many days.
#
# - A month has 30 days, a GB has 1,024 x 1,024 KB.
# - Mind `MIN_DAYS`, `MIN_KB`, and for `GLACIER` and `DEEP_ARCHIVE` the additions `EXTRA_KB` and `EXTRA_KB_STANDARD`
#   (this one at Standard's price, and for as long as the rest).
#
# <details><summary>Hint</summary>
#
# First the days: the greater of two numbers. Then the KB of one object: again the greater of two, or a sum. Then
# multiply: objects x GB x months x price.
# </details>


# %% exercise="stored"
def stored(objects: int, size_kb: float, days: float, storage_class: str) -> float:
    """What storing so many objects for so many days is billed, in USD."""
    ### BEGIN SOLUTION
    months = max(days, MIN_DAYS[storage_class]) / 30
    kb = max(size_kb, MIN_KB[storage_class])
    per_kb = PRICE[storage_class] / 1024**2
    each = kb * per_kb
    if storage_class in ("GLACIER", "DEEP_ARCHIVE"):
        each += EXTRA_KB * per_kb + EXTRA_KB_STANDARD * PRICE["STANDARD"] / 1024**2
    return objects * each * months
    ### END SOLUTION


# %% check="stored" points=3
with check(
    "stored",
    needs="stored",
    right="Many small things belong in one archive file, or in Standard.",
) as expect:
    GB = 1024 * 1024
    expect.close(stored(1, GB, 30, "STANDARD"), PRICE["STANDARD"], "One GB in Standard for 30 days")
    expect.close(stored(1, GB, 10, "STANDARD"), PRICE["STANDARD"] / 3, "One GB in Standard for 10 days")
    expect.close(
        stored(1, GB, 10, "STANDARD_IA"),
        PRICE["STANDARD_IA"],
        "One GB in Standard-IA, deleted after 10 days (30 count)",
    )
    expect.close(
        stored(8192, 10, 30, "STANDARD_IA"),
        PRICE["STANDARD_IA"],
        "8,192 objects of 10 KB in Standard-IA for 30 days (128 KB count for each)",
    )
    expect.close(
        stored(GB, 32, 180, "DEEP_ARCHIVE"),
        6 * (64 * PRICE["DEEP_ARCHIVE"] + 8 * PRICE["STANDARD"]),
        "1,048,576 objects of 32 KB in Deep Archive for 180 days (each with 32 KB more, and 8 KB in Standard)",
    )
    expect.close(
        stored(GB, 32, 60, "GLACIER"),
        3 * (64 * PRICE["GLACIER"] + 8 * PRICE["STANDARD"]),
        "The same in Glacier Flexible, deleted after 60 days (90 count, for all 72 KB)",
    )
    ### BEGIN HIDDEN TESTS
    expect.close(
        stored(1, GB, 60, "GLACIER"),
        3 * PRICE["GLACIER"],
        "One GB in Glacier Flexible, deleted after 60 days",
        0.01,
    )
    expect.close(
        stored(2, GB, 400, "GLACIER_IR"),
        800 / 30 * PRICE["GLACIER_IR"],
        "Two GB in Glacier Instant, 400 days",
    )
    expect.close(
        stored(1, 1, 45, "ONEZONE_IA"),
        1.5 * 128 / GB * PRICE["ONEZONE_IA"],
        "One KB in One Zone-IA, 45 days",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# Read off the next picture: photos that are deleted on a certain day. Where is each class worth its minimum?

# %%
stay = list(range(1, 61))
lives = {}
for name in ("STANDARD", "STANDARD_IA", "GLACIER", "DEEP_ARCHIVE"):
    least = int(MIN_DAYS[name])
    usd = [1000 * PRICE[name] * (day if day > least else least) / 30 for day in stay]
    lives[CLASSES[name].replace("-", " ")] = (stay, usd)
charts.curves(
    lives,
    headline="Deep Archive beats Standard from the eighth day, although it bills 180",
    x_label="deleted on day",
    y_label="USD for storing 1,000 GB until then",
    source=[
        PRICE["STANDARD"],
        facts.limit("s3", "minimum-storage-duration-glacier-deep-archive"),
    ],
)

# %% [markdown]
# ## Back from the archive
#
# Objects in Glacier Flexible Retrieval and Deep Archive must be **restored** before they can be read: `restore_object`
# makes a temporary copy for so many days (billed at Standard's price on top). The class of the object stays.
#
# | tier | Flexible | Deep Archive |
# |---|---|---|
# | Expedited | 1-5 minutes (up to about 250 MB) | - |
# | Standard | 3-5 hours | up to 12 hours |
# | Bulk | 5-12 hours, free | up to 48 hours |
#
# Expedited may be refused at busy times; *provisioned capacity* (bought by the month) guarantees it. In the lab a
# restore takes the longest of these times.

# %%
vault = new_bucket("lumen-archive")
paper = {"Bucket": vault, "Key": "1987.pdf"}
s3.put_object(Body=b"x" * 200_000, StorageClass="GLACIER", **paper)
print("reading:         ", code_of(s3.get_object, **paper))
quickly = {"Days": 2, "GlacierJobParameters": {"Tier": "Expedited"}}
s3.restore_object(RestoreRequest=quickly, **paper)
print("just asked for:  ", s3.head_object(**paper)["Restore"])
lab.clock.advance(minutes=5)
print("5 minutes later: ", s3.head_object(**paper)["Restore"])
print(
    "reading:         ",
    code_of(s3.get_object, **paper),
    "- class:",
    s3.head_object(**paper)["StorageClass"],
)
lab.clock.advance(days=4)
print("4 days later:    ", code_of(s3.get_object, **paper))

# %%
fees = {}
for kind, words in (("Flexible", "flexible-retrieval"), ("Deep Archive", "deep-archive")):
    for tier in ("Expedited", "Standard", "Bulk"):
        if (kind, tier) != ("Deep Archive", "Expedited"):
            fact = f"retrieval-glacier-{words}-{tier.lower()}"
            fees[f"{kind}, {tier}"] = facts.price("s3", fact)
charts.bars(
    {name: 1000 * fee for name, fee in fees.items()},
    headline="Patience is free in Flexible Retrieval, and haste costs three times the usual",
    unit="USD",
    label="USD for bringing back 1,000 GB (without requests)",
    highlight=["Flexible, Bulk", "Flexible, Expedited"],
    source=fees["Flexible, Standard"],
)

# %% [markdown]
# > **Then and now.** The same classes had a service of their own, S3 Glacier with *vaults* and archives of up to 40 TB,
# > which `boto3.client("glacier")` still speaks to. It takes no new customers since December 2025, and cannot see
# > objects in S3. Bulk retrievals from Flexible cost 2.50 USD for 1,000 GB until November 2021.
#
# ### Your turn: in time
#
# Write `in_time(bucket, key, hours)`. It starts the **cheapest** restore after which the object can surely be read
# within so many hours, kept for 3 days, and returns the name of the tier. If no tier is quick enough, it starts nothing
# and returns `None`; if the object need not be restored, it returns `"none needed"`.
#
# <details><summary>Hint</summary>
#
# `head_object` tells the class (nothing for Standard). For both archives try the tiers from the slowest, which is the
# cheapest, to the quickest, each with its longest time in hours.
# </details>


# %% exercise="in-time"
def in_time(bucket: str, key: str, hours: float) -> str | None:
    """Start the cheapest restore that is done within so many hours."""
    ### BEGIN SOLUTION
    longest: dict[str, dict[str, float]] = {
        "GLACIER": {"Bulk": 12, "Standard": 5, "Expedited": 5 / 60},
        "DEEP_ARCHIVE": {"Bulk": 48, "Standard": 12},
    }
    held = s3.head_object(Bucket=bucket, Key=key).get("StorageClass", "STANDARD")
    if held not in longest:
        return "none needed"
    for tier, takes in longest[held].items():
        if takes <= hours:
            request = {"Days": 3, "GlacierJobParameters": {"Tier": tier}}
            s3.restore_object(Bucket=bucket, Key=key, RestoreRequest=request)
            return tier
    return None
    ### END SOLUTION


# %% check="in-time" points=3
with check("in-time", needs="in_time", right="Whoever knows the deadline pays for no haste.") as expect:

    def brought(storage_class: str, hours: float, wanted: str | None) -> None:
        bucket = new_bucket("check-restore")
        place = {"Bucket": bucket, "Key": "1987.pdf"}
        s3.put_object(Body=b"x" * 200_000, StorageClass=storage_class, **place)
        case = f"{storage_class}, within {hours:g} h"
        with lab.watching(most=20) as made:
            got = in_time(bucket, "1987.pdf", hours)
        asked = made.of("RestoreObject")
        if wanted in (None, "none needed"):
            expect(len(asked) == 0, f"{case}: a restore was started. Nothing should be.")
            expect(got == wanted, f"{case}: you return {got!r}, it should be {wanted!r}.")
            return
        expect(
            len(asked) > 0,
            f"{case}: no restore was started, although {wanted} is quick enough.",
        )
        lab.clock.advance(hours=hours, seconds=1)
        code = code_of(s3.get_object, **place)
        expect(
            code == "ok",
            f"{case}: when the time is up, reading still gives {code}. Your tier, {got}, is too slow.",
        )
        expect(
            got == wanted,
            f"{case}: {got} is in time, but {wanted} is cheaper and in time too.",
        )
        lab.clock.advance(days=2)
        expect(
            code_of(s3.get_object, **place) == "ok",
            f"{case}: two days later the copy is gone; keep it for 3.",
        )
        lab.clock.advance(days=3)
        expect(
            code_of(s3.get_object, **place) != "ok",
            f"{case}: five days later the copy is still there, and billed.",
        )

    brought("GLACIER", 24, "Bulk")
    brought("GLACIER", 6, "Standard")
    brought("DEEP_ARCHIVE", 24, "Standard")
    brought("DEEP_ARCHIVE", 6, None)
    brought("GLACIER", 1, "Expedited")
    brought("DEEP_ARCHIVE", 60, "Bulk")
    brought("STANDARD_IA", 1, "none needed")
    brought("STANDARD", 1, "none needed")
    brought("GLACIER_IR", 1, "none needed")
    ### BEGIN HIDDEN TESTS
    brought("GLACIER", 0.5, "Expedited")
    brought("GLACIER", 12, "Bulk")
    brought("DEEP_ARCHIVE", 48, "Bulk")
    brought("STANDARD", 1, "none needed")
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*
#
# ## Down the waterfall
#
# **Lifecycle rules** (up to 1,000 for a bucket) move objects to cheaper classes (*transitions*) and delete them
# (*expiration*), by prefix, tag or size. S3 runs them once a day; each object moved is billed as a request. Rules only
# lead **down**; back up one restores and copies.

# %%
charts.flow(
    [
        ("Standard", "Standard-IA", "from day 30"),
        ("Standard-IA", "Intelligent-Tiering"),
        ("Intelligent-Tiering", "One Zone-IA"),
        ("Intelligent-Tiering", "Glacier Instant"),
        ("One Zone-IA", "Glacier Flexible"),
        ("Glacier Instant", "Glacier Flexible"),
        ("Glacier Flexible", "Deep Archive"),
    ],
    headline="A rule may skip steps on the way down, and never climbs",
    source="S3 user guide, lifecycle transitions",
)

# %% [markdown]
# Four more rules:
#
# - to an IA class only 30 days or more after creation, and from an IA class on only after 30 more days;
# - objects below 128 KB are not moved, unless the rule's filter names a size (since September 2024);
# - when a move and an expiration fall on one day, the expiration wins;
# - noncurrent versions, lone delete markers and unfinished multipart uploads have actions of their own.
#
# S3 refuses what breaks the first rule, and what climbs:

# %%
trial = new_bucket("trial")


def tried(*moves: tuple[int, str]) -> str:
    """What S3 says to a rule with these transitions."""
    steps = [{"Days": days, "StorageClass": name} for days, name in moves]
    rule = {"ID": "trial", "Status": "Enabled", "Filter": {"Prefix": ""}, "Transitions": steps}
    try:
        s3.put_bucket_lifecycle_configuration(
            Bucket=trial,
            LifecycleConfiguration={"Rules": [rule]},
        )
    except ClientError as error:
        return error.response["Error"]["Message"]
    return "accepted"


print("IA on day 10:         ", tried((10, "STANDARD_IA")))
print("Glacier, then IA:     ", tried((30, "GLACIER"), (90, "STANDARD_IA")))
print("IA 30, Glacier 40:    ", tried((30, "STANDARD_IA"), (40, "GLACIER")))
print("Glacier on day 0:     ", tried((0, "GLACIER")))

# %% [markdown]
# ### Your turn: mend the rules
#
# A colleague left these rules; S3 refuses them. What he wanted:
#
# - photos under `photos/`: Standard-IA 30 days after creation, Glacier Flexible another 60 days later, never deleted;
# - everything under `logs/`, and nothing else, deleted after 365 days;
# - unfinished uploads of the whole bucket removed after 7 days.
#
# <details><summary>Hint</summary>
#
# Read the days: they all count from creation, not from the step before. Read each filter: does a key begin with a
# slash? And which action is for uploads that were never completed?
# </details>


# %% exercise="mend-rules" repair=true
def tidy(bucket: str) -> None:
    """Move photos down, delete old logs, remove unfinished uploads."""
    photos = {
        "ID": "photos",
        "Status": "Enabled",
        "Filter": {"Prefix": "/photos"},
        "Transitions": [
            {"Days": 60, "StorageClass": "STANDARD_IA"},
            {"Days": 30, "StorageClass": "GLACIER"},
        ],
    }
    logs = {
        "ID": "logs",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": 365},
    }
    rules = {"Rules": [photos, logs]}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules)


### BEGIN SOLUTION
def tidy(bucket: str) -> None:
    """Move photos down, delete old logs, remove unfinished uploads."""
    photos = {
        "ID": "photos",
        "Status": "Enabled",
        "Filter": {"Prefix": "photos/"},
        "Transitions": [
            {"Days": 30, "StorageClass": "STANDARD_IA"},
            {"Days": 90, "StorageClass": "GLACIER"},
        ],
    }
    logs = {
        "ID": "logs",
        "Status": "Enabled",
        "Filter": {"Prefix": "logs/"},
        "Expiration": {"Days": 365},
    }
    uploads = {
        "ID": "unfinished",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    rules = {"Rules": [photos, logs, uploads]}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules)


### END SOLUTION


# %% setup="life"
def classes_of(bucket: str) -> dict[str, str]:
    """The class of every object that is there now."""
    answer = s3.list_objects_v2(Bucket=bucket)
    return {one["Key"]: one["StorageClass"] for one in answer.get("Contents", [])}


# %% check="mend-rules" points=3
with check(
    "mend-rules",
    needs="tidy",
    right="Days count from creation, filters from the first letter.",
) as expect:

    def ages(photo: str, log: str, other: str, beside: str) -> None:
        bucket = new_bucket("check-tidy")
        tidy(bucket)
        for name in (photo, log, other, beside):
            s3.put_object(Bucket=bucket, Key=name, Body=b"x" * 200_000)
        s3.create_multipart_upload(Bucket=bucket, Key="video.mov")
        day = 0
        for until, wanted in (
            (5, "STANDARD"),
            (28, "STANDARD"),
            (32, "STANDARD_IA"),
            (88, "STANDARD_IA"),
            (92, "GLACIER"),
        ):
            lab.clock.advance(days=until - day)
            day = until
            now = classes_of(bucket)
            expect(photo in now, f"On day {day} {photo} is gone; photos are never deleted.")
            expect(
                now[photo] == wanted,
                f"On day {day} {photo} is in {now[photo]}; it should be in {wanted}. Look at the filter and the days.",
            )
            for name in (log, other):
                expect(
                    now.get(name) == "STANDARD",
                    f"On day {day} {name} is {now.get(name, 'gone')}; only what begins with photos/ moves, slash "
                    "included.",
                )
            left = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
            expect(bool(left) or day > 7, f"On day {day} the unfinished upload is gone already; it has 7 days.")
            expect(
                not left or day < 8,
                f"On day {day} the unfinished upload of video.mov is still there, and billed. Which rule is for the "
                "whole bucket?",
            )
        lab.clock.advance(days=270)
        expect(log in classes_of(bucket), f"On day 362 {log} is gone; logs stay for 365 days.")
        lab.clock.advance(days=8)
        now = classes_of(bucket)
        expect(log not in now, f"On day 370 {log} is still there.")
        expect(
            {photo, other, beside} <= set(now),
            f"On day 370 only {log} should be gone; left are {sorted(now) or 'none'}. Do the prefixes end with "
            "a slash?",
        )

    ages("photos/cat.jpg", "logs/today.txt", "photos.csv", "logs-of-the-club.txt")
    ### BEGIN HIDDEN TESTS
    ages("photos/2026/dog.jpg", "logs/2026/1.txt", "photos-of-us.zip", "logs.csv")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: originals and thumbnails
#
# A case that the exam likes. Thumbnails (200 KB) lie under `thumbs/`. They are needed for 45 days, each is looked at
# once a month, and they can be made again from the photo. Originals lie under `originals/`: for 45 days at hand,
# afterwards within six hours, for ever.
#
# Write `keep(bucket)`, which sets the rules, and `upload(bucket, key, body)`, which uploads a file in the right class
# for its first day. Choose the cheapest classes that meet the words; an original begins in Standard.
#
# <details><summary>Hint</summary>
#
# What can be made again need not lie in three zones, and 45 days are more than the minimum of 30. Which archive is
# back within six hours, and which is not?
# </details>


# %% exercise="thumbnails"
def upload(bucket: str, key: str, body: bytes) -> None:
    """Upload in the right class."""
    ### BEGIN SOLUTION
    first = "ONEZONE_IA" if key.startswith("thumbs/") else "STANDARD"
    s3.put_object(Bucket=bucket, Key=key, Body=body, StorageClass=first)
    ### END SOLUTION


def keep(bucket: str) -> None:
    """Set the rules of the bucket."""
    ### BEGIN SOLUTION
    thumbs = {"ID": "thumbs", "Status": "Enabled", "Filter": {"Prefix": "thumbs/"}}
    thumbs["Expiration"] = {"Days": 45}
    originals = {"ID": "originals", "Status": "Enabled", "Filter": {"Prefix": "originals/"}}
    originals["Transitions"] = [{"Days": 45, "StorageClass": "GLACIER"}]
    rules = {"Rules": [thumbs, originals]}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules)
    ### END SOLUTION


# %% check="thumbnails" points=3
with check(
    "thumbnails",
    needs=["upload", "keep"],
    right="What can be made again may be cheap and short-lived.",
) as expect:

    def two_kinds(name: str) -> None:
        bucket = new_bucket("check-thumbs")
        keep(bucket)
        thumb, original = f"thumbs/{name}", f"originals/{name}"
        for key in (thumb, original):
            upload(bucket, key, b"x" * 200_000)
        now = classes_of(bucket)
        expect(
            {thumb, original} <= set(now),
            f"upload put {sorted(now) or 'nothing'} into the bucket.",
        )
        size = s3.head_object(Bucket=bucket, Key=thumb)["ContentLength"]
        expect(size == 200_000, f"upload was given 200,000 bytes; the object has {size:,}. Pass on the body.")
        expect(
            now[thumb] == "ONEZONE_IA",
            f"A thumbnail begins in {now[thumb]}. It can be made again and stays 45 days: another class is cheaper.",
        )
        expect(
            now[original] == "STANDARD",
            f"An original begins in {now[original]}; it is at hand for 45 days.",
        )
        lab.clock.advance(days=44)
        now = classes_of(bucket)
        expect(thumb in now, "On day 44 the thumbnail is gone; it is needed for 45 days.")
        expect(
            now[original] == "STANDARD",
            f"On day 44 the original is in {now[original]}; leave it in Standard until day 45.",
        )
        lab.clock.advance(days=3)
        now = classes_of(bucket)
        expect(thumb not in now, "On day 47 the thumbnail is still there, and billed.")
        expect(original in now, "On day 47 the original is gone. Originals stay for ever.")
        expect(
            now[original] != "DEEP_ARCHIVE",
            "Deep Archive takes 12 hours and more; six were allowed.",
        )
        expect(
            now[original] == "GLACIER",
            f"On day 47 the original is in {now[original]}. A cheaper class is back within six hours.",
        )
        lab.clock.advance(days=400)
        expect(
            original in classes_of(bucket),
            "After 447 days the original is gone. Originals stay for ever.",
        )

    two_kinds("cat.jpg")
    ### BEGIN HIDDEN TESTS
    two_kinds("2026/dog.jpg")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A target for the cost
#
# Every month Lumen's photographers upload 500 GB, 100,000 raw files of 5 MB. In the first 30 days everything is read
# four times a month. Until day 120 a tenth is read a month, and must come at once. After that nobody asks, but a
# lawyer might: within 12 hours. On day 730 the files must go.
#
# `life_of` sets a design's rules in the lab, uploads one file, lets two years pass and writes down what the lifecycle
# did. `bill_of` makes a bill of it for the 500 GB: storage (with minimum stays), moves, and reading.

# %% setup="target"
GB, FILES, END = 500, 100_000, 730
MOVE = {}
for name in list(CLASSES)[1:]:
    MOVE[name] = facts.price("s3", f"lifecycle-transition-to-{CLASSES[name]}")


def read_a_day(day: int) -> float:
    """The share of the files that is read on this day of their life."""
    return 4 / 30 if day < 30 else 0.1 / 30 if day < 120 else 0.0


def life_of(design) -> list[tuple[int, str]]:
    """Let two years pass for one file: [(day, class), ...], and at the end (day, "gone")."""
    bucket = new_bucket("raw")
    design(bucket)
    s3.put_object(Bucket=bucket, Key="raw/1.dng", Body=b"x" * 200_000)
    begin, known = lab.clock.now(), len(lab.deliveries())
    lab.clock.advance(days=800)
    stages = [(0, "STANDARD")]
    for one in lab.deliveries()[known:]:
        if one.source.endswith(bucket):
            now = one.outcome.rpartition(" ")[2].replace("expired", "gone")
            stages.append(((one.at - begin).days, now))
    return stages


def bill_of(stages: list[tuple[int, str]]) -> dict[str, float]:
    """What such a life costs for all files, in USD."""
    usd = {"storage": 0.0, "moves": 0.0, "reading": 0.0}
    ends = [day for day, _ in stages[1:]] + [800]
    for (begin, name), end in zip(stages, ends, strict=True):
        if name == "gone":
            break
        usd["storage"] += GB * PRICE[name] * max(end - begin, MIN_DAYS[name]) / 30
        usd["moves"] += FILES / 1000 * MOVE.get(name, 0.0) * (begin > 0)
        usd["reading"] += GB * FEE[name] * sum(read_a_day(day) for day in range(begin, end))
    return usd


# %%
def rules_for(*moves: tuple[int, str]):
    """A design with these transitions, and the end on day 730."""

    def design(bucket: str) -> None:
        steps = [{"StorageClass": name, "Days": days} for days, name in moves]
        rule = {"ID": "raw", "Status": "Enabled", "Filter": {"Prefix": "raw/"}}
        rule |= {"Expiration": {"Days": END}} | ({"Transitions": steps} if steps else {})
        s3.put_bucket_lifecycle_configuration(
            Bucket=bucket,
            LifecycleConfiguration={"Rules": [rule]},
        )

    return design


designs = {
    "all in Standard": rules_for(),
    "Standard-IA on day 30": rules_for((30, "STANDARD_IA")),
    "Glacier Instant on day 1": rules_for((1, "GLACIER_IR")),
    "Deep Archive on day 120": rules_for((120, "DEEP_ARCHIVE")),
}
bills = {name: bill_of(life_of(design)) for name, design in designs.items()}
charts.stack(
    bills,
    headline="No single move brings two years of 500 GB below 60 USD",
    unit="USD",
    label="USD for one month's upload in its whole life",
    source=[PRICE["STANDARD"], MOVE["DEEP_ARCHIVE"]],
)

# %% [markdown]
# ### Your turn: below 45 USD
#
# Write `design(bucket)`: lifecycle rules for `raw/` with which one month's upload costs **at most 45 USD** in its whole
# life, and every demand is met: at once until day 120, within 12 hours afterwards, never in one zone only, gone after
# day 730 (not before). What lies outside `raw/` stays as it is. The lab's clock runs two years with your rules, and
# `bill_of` adds up.
#
# <details><summary>Hint</summary>
#
# Look at the first three months and the rest apart. Which class is cheapest while everything is read four times a
# month? Which, while a tenth is read and it must come at once? (You computed the crossing.) And when nobody reads?
# Mind the minimum stay of each class, and try `bill_of(life_of(design))` in a cell of your own.
# </details>


# %% exercise="cost-target"
def design(bucket: str) -> None:
    """Rules that keep two years of raw files below the target."""
    ### BEGIN SOLUTION
    rule = {
        "ID": "raw-files",
        "Status": "Enabled",
        "Filter": {"Prefix": "raw/"},
        "Transitions": [
            {"Days": 30, "StorageClass": "GLACIER_IR"},
            {"Days": 120, "StorageClass": "DEEP_ARCHIVE"},
        ],
        "Expiration": {"Days": 730},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    ### END SOLUTION


# %% check="cost-target" points=4
with check(
    "cost-target",
    needs="design",
    right="From 280 USD to less than 45, and nobody waits who may not.",
) as expect:

    def meets(target: float) -> None:
        with lab.watching() as made:
            stages = life_of(design)
        sets = len(made.of("PutBucketLifecycleConfiguration"))
        expect(sets > 0, "No rules were set. Call put_bucket_lifecycle_configuration.")
        told = ", ".join(f"day {day}: {name}" for day, name in stages)
        ends = [day for day, name in stages if name == "gone"]
        expect(bool(ends), f"After 800 days the files are still there ({told}). Expiration?")
        expect(
            END <= ends[0] <= END + 1,
            f"The files are gone on day {ends[0]}; it should be day {END}.",
        )
        for day, name in stages:
            slow = name in ("GLACIER", "DEEP_ARCHIVE")
            expect(
                not (slow and day < 120),
                f"From day {day} on the files are in {name} and do not come at once; until day 120 they must ({told}).",
            )
            expect(
                name != "ONEZONE_IA",
                f"From day {day} on the files are in ONEZONE_IA, in one zone only. Another class is cheaper, too.",
            )
        usd = bill_of(stages)
        parts = ", ".join(f"{name} {value:.2f}" for name, value in usd.items())
        expect(
            sum(usd.values()) <= target,
            f"Your design costs {sum(usd.values()):.2f} USD ({parts}), the target is {target:.0f}. What came: {told}.",
        )

    def spares(name: str) -> None:
        other = new_bucket("check-other")
        design(other)
        s3.put_object(Bucket=other, Key=name, Body=b"x" * 200_000)
        lab.clock.advance(days=800)
        expect(
            classes_of(other) == {name: "STANDARD"},
            f"{name} was moved or deleted. The rules are for what begins with raw/, slash included.",
        )

    meets(45)
    spares("albums/1.jpg")
    ### BEGIN HIDDEN TESTS
    spares("raw.txt")
    ### END HIDDEN TESTS

# %% [markdown]
# ## When nobody knows
#
# Rules need a pattern by age. **Intelligent-Tiering** needs none: what was not read for 30 days goes to an infrequent
# tier, after 90 days to an archive tier that answers at once, and a read brings it back up. Two slower archive tiers
# can be switched on (from 90 and 180 idle days). No fee for reading, no minimum; 0.0025 USD a month for each 1,000
# objects watched. Objects below 128 KB are not watched and stay on top.
#
# Here each album of 1 GB in 200 photos is opened either daily or never.

# %%
top, mid, low = (
    facts.tiers("s3", f"intelligent-tiering-{tier}-storage")[0]
    for tier in ("frequent-access", "infrequent-access", "archive-instant-access")
)
watch = 200 * facts.price("s3", "intelligent-tiering-monitoring") / 1000  # for one GB
idle = [n / 20 for n in range(21)]
year = 1000 * 12
asleep = (top + 2 * mid + 9 * low) / 12  # a year of which nobody reads it
charts.curves(
    {
        "Standard": (idle, [year * PRICE["STANDARD"] for _ in idle]),
        "Standard-IA": (
            idle,
            [year * (PRICE["STANDARD_IA"] + (1 - n) * 30 * FEE["STANDARD_IA"]) for n in idle],
        ),
        "Intelligent-Tiering": (
            idle,
            [year * (watch + (1 - n) * top + n * asleep) for n in idle],
        ),
    },
    y_max=700,
    headline="As soon as a few albums sleep, Intelligent-Tiering pays for its watching",
    x_label="share of albums that nobody opens",
    y_label="USD for 1,000 GB in a year",
    source=[PRICE["STANDARD"], top],
)

# %% [markdown]
# If you would rather find the pattern, **Storage Class Analysis** watches a bucket or a prefix and reports by age how
# much is stored and read. It recommends only the step from Standard to Standard-IA, needs about 30 days for a verdict
# and costs 0.10 USD a month per million objects. We do its sum by hand, from a log of reads by age.

# %%
import random

chance = random.Random(4)
on_day = [min(364, int(chance.expovariate(1 / 12))) for _ in range(6000)]
on_day += [chance.randrange(365) for _ in range(400)]  # the late ones
held, album = 200, 0.5  # GB that are stored of each half-month's photos; GB of one read
counts = [sum(first <= day < first + 15 for day in on_day) for first in range(0, 120, 15)]
per_gb = [2 * count * album / held for count in counts]  # two half-months make a month
crossing = (PRICE["STANDARD"] - PRICE["STANDARD_IA"]) / FEE["STANDARD_IA"]
move_on = next(15 * n for n, reads in enumerate(per_gb) if reads < crossing)
charts.curves(
    {"GB read for each GB stored": ([15 * n + 7 for n in range(len(per_gb))], per_gb)},
    thresholds={"Standard-IA pays below": crossing},
    log_y=True,
    headline=f"From day {move_on} on the photos are read too seldom for Standard",
    x_label="age of the photos",
    x_unit="days",
    y_label="GB read a month for each GB stored",
    source="simulated log; prices of the facts",
)

# %% [markdown]
# ## When every millisecond counts
#
# At the other end stands **Express One Zone**. A directory bucket (its name ends in the zone, `--use1-az4--x-s3`) takes
# 200,000 reads a second and answers in single-digit milliseconds; storing costs nearly five times as much as in
# Standard, a request a fraction. The lab has no directory buckets; the facts have their prices.
#
# > **Then and now.** Storing in Express cost 0.16 USD per GB-month until April 2025; today it is 0.11.
#
# > **Bill.** On the real AWS this lesson would cost less than a cent. But mind: what lies in an archive for one day is
# > billed for 90 or 180. Delete test buckets, and test rules with small files.

# %%
fast, normal = (
    facts.price("s3", "express-one-zone-get-requests"),
    facts.price("s3", "standard-get-and-others-requests"),
)
shelf, moved = (
    facts.price("s3", "express-one-zone-storage"),
    facts.price("s3", "express-one-zone-data-retrieval"),
)
millions = list(range(0, 61, 2))
kb = 64  # each read
charts.curves(
    {
        "Standard": (
            millions,
            [100 * PRICE["STANDARD"] + n * 1000 * normal for n in millions],
        ),
        "Express One Zone": (
            millions,
            [100 * shelf + n * 1000 * fast + n * 1e6 * kb / 1024**2 * moved for n in millions],
        ),
    },
    breakeven=True,
    headline="Express pays from some 25 million small reads a month on",
    x_label="reads of 64 KB a month, from 100 GB",
    x_unit="million reads",
    y_unit="USD per month",
    source=[fast, shelf],
)

# %% [markdown]
# ## To remember
#
# - All classes are built for eleven nines of durability; they differ in zones, waiting, minimums and fees.
# - Standard-IA pays when everything is read about once a month or less. One Zone-IA is for what can be made again.
# - Minimum stays: 30 days (IA), 90 (Glacier Instant, Flexible), 180 (Deep Archive); minimum size 128 KB or 40 KB extra.
# - Flexible is back in minutes to 12 hours, Deep Archive in 12 to 48; a restore is a copy for some days.
# - Rules lead down only, to IA from day 30 on, and leave objects below 128 KB alone.
# - Intelligent-Tiering is for patterns that nobody knows; it takes a fee per object, none per read.
# - Design by sums: storage, moves, reading, minimum stays.

# %% [markdown] question="small-logs"
# ### Question 1
#
# A device writes 50 million files of 10 KB a month to Standard. To save money they are written to Standard-IA
# instead. The bill goes up. Why?
#
# - [ ] **A** Standard-IA replicates each file to more zones.
#   > Both keep it in at least three.
# - [x] **B** Each file is billed as 128 KB, and writing costs twice as much.
#   > Nearly 13 times the size at half the price. Pack small files together, or leave them in Standard.
# - [ ] **C** Lifecycle moves are billed per file.
#   > They are, but here nothing is moved: the files are written straight to IA.
# - [ ] **D** Standard-IA bills at least 90 days.
#   > Its minimum is 30 days; 90 are the archives'.

# %% answer="small-logs"
answer = "B"

# %% check="small-logs" points=1
question("small-logs", answer)

# %% [markdown] question="audit"
# ### Question 2
#
# Records are kept for seven years. An auditor asks for one about once a year and waits up to a day. Cost matters
# most. Which design?
#
# - [ ] **A** Glacier Instant Retrieval.
#   > Four times the price of Deep Archive for a speed that nobody asked for.
# - [ ] **B** Glacier Flexible Retrieval with expedited retrieval.
#   > Minutes are not needed, and storing costs more than three times as much.
# - [x] **C** Deep Archive with standard retrieval.
#   > Within 12 hours, the cheapest storage there is; seven years are far beyond the minimum of 180 days.
# - [ ] **D** Deep Archive with expedited retrieval.
#   > Deep Archive has no expedited tier.

# %% answer="audit"
answer = "C"

# %% check="audit" points=1
question("audit", answer)

# %% [markdown] question="too-early"
# ### Question 3
#
# A rule moves every upload to Glacier Flexible on day 1. Half of the files are deleted in their first week. What does
# that cost?
#
# - [x] **A** The deleted files are billed for 90 days.
#   > The minimum stay is charged at once when they leave. Wait with the move until the first week is over.
# - [ ] **B** Nothing extra; deletes are free.
#   > The request is free, the rest of the 90 days is not.
# - [ ] **C** A retrieval fee, because a file must be restored before it is deleted.
#   > Deleting needs no restore.
# - [ ] **D** The files cannot be deleted for 90 days.
#   > They can. A minimum stay is a matter of the bill; only Object Lock forbids deleting.

# %% answer="too-early"
answer = "A"

# %% check="too-early" points=1
question("too-early", answer)

# %% [markdown] question="unknown"
# ### Question 4
#
# A data lake of files of some megabytes has users in ten teams; what is read next month nobody can say. Reads must be
# instant, surprises on the bill are unwelcome. Which class?
#
# - [ ] **A** Standard-IA, because most files rest.
#   > One team that reads everything twice pays more than Standard would have cost: the surprise.
# - [ ] **B** One Zone-IA.
#   > The same fee, and one zone in which everything can be lost.
# - [ ] **C** Standard, with a rule to Glacier Flexible after 90 days.
#   > A rule looks at the age, not at the reads; old files would take hours.
# - [x] **D** Intelligent-Tiering.
#   > It moves each file by its own reads, answers at once, and takes no fee for reading.

# %% answer="unknown"
answer = "D"

# %% check="unknown" points=1
question("unknown", answer)

# %%
progress()
