# ---
# jupyter:
#   course:
#     exam:
#     - '1.3'
#     - '4.3'
#     minutes: 60
#     practises:
#       ask:
#       - athena.overview
#       forecast:
#       - athena.price-and-cost-cutting
#       - s3.keys-prefixes-urls
#       in-ranges:
#       - s3.byte-range-fetch
#       prefixes-needed:
#       - s3.request-rates
#       rides-table:
#       - athena.overview
#       spending-limit:
#       - athena.overview
#       - athena.price-and-cost-cutting
#       to-parquet:
#       - athena.price-and-cost-cutting
#       upload-parts:
#       - s3.multipart-upload
#     services:
#     - s3
#     - athena
#     - glue
#     - dynamodb
#     title: S3 at scale, and SQL over it
#     topics:
#     - s3.request-rates
#     - s3.keys-prefixes-urls
#     - s3.byte-range-fetch
#     - s3.multipart-upload
#     - s3.transfer-acceleration
#     - s3.s3-select
#     - s3.consistency
#     - athena.overview
#     - athena.price-and-cost-cutting
#     - athena.federated
# ---

# %% [markdown]
# # S3 at scale, and SQL over it
#
# Pedal rents bicycles. Every ride becomes a line in a file in S3, and there are many rides. After this lesson you can
# read and write S3 as fast as it allows, ask questions of a heap of files in SQL with **Amazon Athena**, and cut the
# price of a question to a hundredth without buying a server.

# %% setup="start"
import io
import random

import boto3
import pandas as pd
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("04-storage/05-s3-at-scale")
lab.start()
s3 = boto3.client("s3")
athena = boto3.client("athena")

# %% [markdown]
# ## How many requests a second
#
# S3 has no size to outgrow, but each **prefix** has a speed. A prefix is the front part of a key: in
# `rides/2026/01/a.csv` it may be `rides/`, `rides/2026/` or `rides/2026/01/`; S3 decides by the traffic where it
# cuts. For every prefix you can count on these rates, reads and writes side by side:

# %%
rates = [facts.limit("s3", f"{kind}-requests-per-prefix") for kind in ("read", "write")]
for rate in rates:
    print(f"{rate:,} {rate.unit}")
prefixes = list(range(1, 11))
charts.curves(
    {
        "GET and HEAD": (prefixes, [n * rates[0] for n in prefixes]),
        "PUT, COPY, POST, DELETE": (prefixes, [n * rates[1] for n in prefixes]),
    },
    headline="Ten prefixes serve 55,000 reads a second: spread the keys, not the buckets",
    x_label="prefixes, evenly used",
    y_unit="requests per second",
    source=rates,
)

# %% [markdown]
# There is no limit to the number of prefixes. S3 needs some minutes to adapt to a sudden rush; until then it
# answers **503 Slow Down**, and the SDK retries with growing pauses.
#
# > **Then and now.** Until July 2018 S3 cut its index by the first letters of the key. Old advice therefore puts
# > random letters in front (`g65d-2026-01-14.csv`) and warns of dates. That is no longer necessary; use names that
# > people and queries understand.
#
# ### Your turn: how many prefixes?
#
# Write `prefixes_needed(reads, writes)`: the smallest number of evenly used prefixes that carries so many reads and
# writes a second. One prefix carries its full rate of reads *and* its full rate of writes. Without any traffic
# one prefix is enough.
#
# <details><summary>Hint</summary>
#
# Work out the number for the reads alone and for the writes alone, both rounded up. What is left to do with the two?
# </details>


# %% exercise="prefixes-needed"
def prefixes_needed(reads: float, writes: float) -> int:
    """Return how many prefixes carry this traffic."""
    ### BEGIN SOLUTION
    per_read = facts.limit("s3", "read-requests-per-prefix")
    per_write = facts.limit("s3", "write-requests-per-prefix")
    return max(1, int(-(-reads // per_read)), int(-(-writes // per_write)))
    ### END SOLUTION


# %% check="prefixes-needed" points=1
with check(
    "prefixes-needed",
    needs="prefixes_needed",
    right="The scarcer of the two decides. The buckets do not matter.",
) as expect:
    expect.equal(prefixes_needed(22_000, 0), 4, "22,000 reads a second")
    expect.equal(
        prefixes_needed(22_000, 3_500),
        4,
        "22,000 reads and 3,500 writes: they do not share a budget",
    )
    expect.equal(prefixes_needed(100, 3_501), 2, "100 reads and 3,501 writes: round up")
    expect.equal(prefixes_needed(0, 0), 1, "No traffic")
    ### BEGIN HIDDEN TESTS
    expect.equal(prefixes_needed(5_501, 7_000), 2, "5,501 reads and 7,000 writes")
    expect.equal(prefixes_needed(55_000, 42_000), 12, "55,000 reads and 42,000 writes")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Read a part, or many parts at once
#
# A GET may ask for a **range of bytes**. S3 answers 206 and says which bytes of how many it sends. Count from 0,
# and mind that both ends belong to the range.

# %%
shelf = lab.unique_name("shelf")
s3.create_bucket(Bucket=shelf)
s3.put_object(Bucket=shelf, Key="digits", Body=b"0123456789")
for wish in ("bytes=0-3", "bytes=-4", "bytes=8-99", "bytes=10-12"):
    try:
        part = s3.get_object(Bucket=shelf, Key="digits", Range=wish)
        print(f"{wish:<12} {part['ContentRange']:<16} {part['Body'].read()!r}")
    except ClientError as error:
        print(f"{wish:<12} {error.response['Error']['Code']}")

# %% [markdown]
# This has two uses. A program can read only what it needs, such as the last bytes of a Parquet file that say where
# each column stands. And it can fetch many ranges **in parallel**: one connection is slow, twenty together fill
# the network card. If one breaks, only that range is fetched again. Usual sizes are 8 to 16 MB.

# %%
GIB, FIRST_BYTE = 1024, 0.15  # MiB, seconds
ONE_LINE, CARD = 60, 1200  # MiB/s of one request, and of the network card


def seconds(size: float, parallel: int, part: float = 16) -> float:
    """A model: a request waits for its first byte, then flows; the card limits them all."""
    rounds = -(-size // (part * parallel))
    return rounds * (FIRST_BYTE + part / min(ONE_LINE, CARD / parallel))


ways, best = [1, 2, 4, 8, 16, 32, 64], seconds(GIB, 16)
charts.curves(
    {"a file of 1 GiB": (ways, [seconds(GIB, n) for n in ways])},
    headline=f"Sixteen ranges at once: {seconds(GIB, 1):.0f} seconds become {best:.1f}",
    x_label="ranges in parallel",
    y_label="download",
    y_unit="seconds",
    notes=[(16, best, f"{best:.1f} s")],
    source="model: 150 ms to the first byte, 60 MiB/s a request, a card of 1,200 MiB/s",
)

# %% [markdown]
# ### Your turn: download in ranges
#
# Write `in_ranges(client, bucket, key, part)`. It reads the object's size with **one** call that moves no data, then
# fetches it in ranges of `part` bytes (the last may be shorter; no byte twice), and returns all bytes in order. An
# empty object is `b""` and needs no GET. The check looks at each range; in parallel or one by one is up to you.
#
# <details><summary>Hint</summary>
#
# `head_object` knows `ContentLength`. `range(0, size, part)` gives the beginnings. The end of a range is included, so
# a range of 8 bytes from 0 ends at 7.
# </details>


# %% exercise="in-ranges"
def in_ranges(client, bucket: str, key: str, part: int) -> bytes:
    """Download an object in ranges of `part` bytes."""
    ### BEGIN SOLUTION
    size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]
    pieces = []
    for begin in range(0, size, part):
        end = min(begin + part, size) - 1
        answer = client.get_object(Bucket=bucket, Key=key, Range=f"bytes={begin}-{end}")
        pieces.append(answer["Body"].read())
    return b"".join(pieces)
    ### END SOLUTION


# %% check="in-ranges" points=2
with check(
    "in-ranges",
    needs="in_ranges",
    right="boto3's download_file does this with ten threads.",
) as expect:

    def downloads(size: int, part: int) -> None:
        content = random.Random(size).randbytes(size)
        key = lab.unique_name("object")
        s3.put_object(Bucket=shelf_of_checks, Key=key, Body=content)
        client, asked = boto3.client("s3"), []
        client.meta.events.register(
            "provide-client-params.s3.GetObject",
            lambda params, **_: asked.append(params.get("Range", "everything")),
        )
        with lab.watching(most=200) as made:
            got = in_ranges(client, shelf_of_checks, key, part)
        case = f"{size} bytes in parts of {part}"
        expect(
            "everything" not in asked,
            f"{case}: one GET came without a Range, so it moved the whole object.",
        )
        lengths = []
        for wish in asked:
            begin, _, end = wish.removeprefix("bytes=").partition("-")
            end = end or str(size - 1)  # bytes=96- goes up to the last byte
            expect(
                begin.isdigit() and end.isdigit(),
                f"{case}: a Range looks like 'bytes=0-7', yours was {wish!r}.",
            )
            lengths.append(min(int(end), size - 1) - int(begin) + 1)
        most = max(lengths, default=0)
        expect(most != part + 1, f"{case}: one range moved {most} bytes. The end is included: begin + part - 1.")
        expect(most <= part, f"{case}: one range moved {most} bytes; ask for at most {part} in each.")
        expect(
            sum(lengths) <= size,
            f"{case}: your ranges moved {sum(lengths)} bytes; some came twice.",
        )
        expect(type(got) is bytes, f"{case}: return bytes, not {type(got).__name__}.")
        expect(
            got == content,
            f"{case}: {len(got)} bytes came back; they are not the object's {size} in order.",
        )
        fewest = -(-size // part)
        expect(len(asked) == fewest, f"{case}: {len(asked)} ranges; {fewest} are enough.")
        others = len(made) - len(made.of("GetObject"))
        expect(others == 1, f"{case}: {others} calls besides the GETs. Ask once for the size.")

    shelf_of_checks = lab.unique_name("check-ranges")
    s3.create_bucket(Bucket=shelf_of_checks)
    downloads(100, 32)
    downloads(64, 32)
    downloads(0, 32)
    ### BEGIN HIDDEN TESTS
    downloads(1000, 7)
    downloads(5, 1000)
    downloads(96, 32)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Write in parts
#
# Uploads have parts too. A **multipart upload** begins with `create_multipart_upload`, takes numbered parts (5 MiB or
# more each, only the last may be smaller; up to 10,000) in any order, and ends with `complete_multipart_upload`,
# which lists the parts by number, each with its ETag. AWS advises it from 100 MB on; above 5 GB it is the only way.
# boto3's `upload_file` does it by itself from 8 MB on.

# %%
s3.upload_fileobj(io.BytesIO(bytes(20 * 1024**2)), shelf, "big.bin")
print(
    s3.head_object(Bucket=shelf, Key="big.bin")["ETag"],
    "<- the number behind the hyphen counts the parts",
)

# %% [markdown]
# An upload that is neither completed nor **aborted** leaves its parts behind: no object to see, yet S3 bills their
# storage. A lifecycle rule (`AbortIncompleteMultipartUpload`) is the net below; a good program does not need it.
#
# ### Your turn: repair the uploader
#
# `upload_parts` sends `parts`, a list of `bytes`, as one object. It should
#
# - number the parts from 1 in their order, and complete the upload;
# - if anything goes wrong, abort the upload and let the exception through, so that nothing is left.
#
# <details><summary>Hint</summary>
#
# Compare with the paragraph above: where does numbering begin? `abort_multipart_upload` takes Bucket, Key and
# UploadId. A bare `raise` at the end of an `except` block lets the exception go on.
# </details>


# %% exercise="upload-parts" repair=true
def upload_parts(client, bucket: str, key: str, parts: list[bytes]) -> None:
    """Upload the parts as one object."""
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    done = []
    for number, part in enumerate(parts):
        try:
            tag = client.upload_part(
                Bucket=bucket,
                Key=key,
                UploadId=upload,
                PartNumber=number,
                Body=part,
            )
            done.append({"PartNumber": number, "ETag": tag["ETag"]})
        except ClientError as error:
            print("part", number, "failed:", error)
    client.complete_multipart_upload(
        Bucket=bucket,
        Key=key,
        UploadId=upload,
        MultipartUpload={"Parts": done},
    )


### BEGIN SOLUTION
def upload_parts(client, bucket: str, key: str, parts: list[bytes]) -> None:
    """Upload the parts as one object."""
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    where = {"Bucket": bucket, "Key": key, "UploadId": upload}
    try:
        done = []
        for number, part in enumerate(parts, start=1):
            answer = client.upload_part(**where, PartNumber=number, Body=part)
            done.append({"PartNumber": number, "ETag": answer["ETag"]})
        client.complete_multipart_upload(**where, MultipartUpload={"Parts": done})
    except Exception:
        client.abort_multipart_upload(**where)
        raise


### END SOLUTION


# %% check="upload-parts" points=2
with check(
    "upload-parts",
    needs="upload_parts",
    right="All or nothing, and no bill for what nobody sees.",
) as expect:
    PART = 5 * 1024**2

    def left_behind(bucket: str) -> int:
        return len(s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []))

    def arrives(sizes: list[int]) -> None:
        bucket = lab.unique_name("check-parts")
        s3.create_bucket(Bucket=bucket)
        parts = [bytes([65 + number]) * size for number, size in enumerate(sizes)]
        with lab.watching(most=50) as made:
            upload_parts(boto3.client("s3"), bucket, "film", parts)
        sent = len(made.of("UploadPart"))
        expect(sent == len(sizes), f"{len(sizes)} parts: upload_part was called {sent} times.")
        expect(
            "Contents" in s3.list_objects_v2(Bucket=bucket),
            "There is no object in the bucket afterwards.",
        )
        found = s3.get_object(Bucket=bucket, Key="film")["Body"].read()
        expect(
            found == b"".join(parts),
            f"{len(sizes)} parts: the object is not all parts in their order.",
        )
        expect(
            left_behind(bucket) == 0,
            "The object is there, and an unfinished upload beside it.",
        )

    def breaks(sizes: list[int], number: int) -> None:
        bucket = lab.unique_name("check-broken")
        s3.create_bucket(Bucket=bucket)
        client = boto3.client("s3")

        def cut(params, **_) -> None:
            if params["PartNumber"] == number:
                raise ConnectionError("the network is gone")

        client.meta.events.register("provide-client-params.s3.UploadPart", cut)
        what = f"Part {number} failed" if number else "S3 refused to complete: a part is too small"
        came = None
        try:
            upload_parts(client, bucket, "film", [b"x" * size for size in sizes])
        except Exception as error:
            came = error
        expect(
            left_behind(bucket) == 0,
            f"{what}, and the upload is still open: S3 bills its parts until somebody aborts it.",
        )
        expect(came is not None, f"{what}, and nobody heard of it. Let the exception through.")
        expect(
            isinstance(came, (ConnectionError, ClientError)),
            f"{what}; what came out is {came!r}. Let the exception itself through: a bare raise.",
        )
        expect(
            "Contents" not in s3.list_objects_v2(Bucket=bucket),
            f"{what}, yet there is an object.",
        )

    arrives([PART, PART, 1000])
    breaks([PART, PART, 1000], 2)
    breaks([1000, PART], 0)  # no part fails; the first is too small, and S3 refuses to complete
    ### BEGIN HIDDEN TESTS
    arrives([12])
    breaks([PART, 10], 1)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Far away: Transfer Acceleration
#
# From the other side of the world the first metres are the slow ones: the public internet. With **Transfer
# Acceleration** clients talk to the nearest edge location of AWS, and the rest of the way is AWS's own network. It
# works for uploads and downloads, and with parts. You turn it on for the bucket and use another host name.

# %%
from botocore.config import Config

enabled = {"Status": "Enabled"}
s3.put_bucket_accelerate_configuration(Bucket=shelf, AccelerateConfiguration=enabled)
fast = boto3.client("s3", config=Config(s3={"use_accelerate_endpoint": True}))
upload = {"Bucket": shelf, "Key": "ride.csv"}
address = fast.generate_presigned_url("put_object", Params=upload)
print(address.partition("?")[0])
price = facts.price("s3", "transfer-acceleration-via-us-eu-or-jp-edge")
print(f"500 GB a month cost {500 * price:.0f} USD more ({price} {price.unit}, {price.as_of})")

# %% [markdown]
# It may take 20 minutes until a change is in effect. AWS bills nothing extra where acceleration would not be faster.
# Names with dots are ruled out: the bucket's name becomes part of a host name with a certificate. For files that
# *many read again and again*, CloudFront is the better answer: it keeps copies at the edge.
#
# > **Lab and AWS.** The lab builds the address and refuses dots; nothing is faster in a simulation.
#
# ## Questions instead of downloads
#
# Now the rides. One file a month, in folders that carry the month in their name.

# %% setup="rides"
STATIONS = ["Harbour", "Museum", "Park", "University", "Stadium"]
REMARKS = [
    "helmet handed back, nothing to report",
    "front light flickers on bad roads",
    "saddle slips down after some kilometres, please tighten it",
    "customer asks for a child seat next time",
]
results = lab.unique_name("pedal-results")
s3.create_bucket(Bucket=results)
RESULTS = f"s3://{results}/queries/"


def rides_csv(month: int, count: int, seed: int = 1) -> bytes:
    """A month of rides."""
    chance = random.Random(100 * seed + month)
    lines = ["ride,day,station,bike,minutes,fare,remark"]
    for number in range(count):
        minutes, fare = chance.randint(4, 90), chance.uniform(2, 30)
        ride, day = month * 1_000_000 + number, f"2026-{month:02}-{chance.randint(1, 28):02}"
        station, bike = chance.choice(STATIONS), f"b{chance.randint(1, 400)}"
        remark = f"{chance.choice(REMARKS)} (by {chance.randint(1, 60)})"
        lines.append(f"{ride},{day},{station},{bike},{minutes},{fare:.2f},{remark}")
    return ("\n".join(lines) + "\n").encode()


def make_lake(months: dict[int, int], seed: int = 1) -> str:
    """A new bucket with rides/month=1/rides.csv and so on; `months`: how many rides."""
    bucket = lab.unique_name("pedal-lake")
    s3.create_bucket(Bucket=bucket)
    for month, count in months.items():
        s3.put_object(
            Bucket=bucket,
            Key=f"rides/month={month}/rides.csv",
            Body=rides_csv(month, count, seed),
        )
    return bucket


lake = make_lake({month: 1500 + 100 * month for month in range(1, 13)})

# %%
files = s3.list_objects_v2(Bucket=lake, Prefix="rides/")["Contents"]
total = sum(file["Size"] for file in files)
print(f"{len(files)} files, {total / 1e6:.1f} MB; the first: {files[0]['Key']}")
head = s3.get_object(Bucket=lake, Key="rides/month=1/rides.csv", Range="bytes=0-210")
print(head["Body"].read().decode())

# %% [markdown]
# "How much did Harbour earn in July?" You could download everything and count in pandas. **Athena** turns it round:
# the query goes to the data. It runs standard SQL (its engine is Trino) over files in S3, CSV, JSON, Parquet, ORC or
# Avro. There is no server to start, and you pay by the bytes that a query reads.
#
# Athena needs two things. A **table** says which columns the files have and where they lie; it stands in the Glue
# Data Catalog and copies nothing. And an **output location**, because each result becomes a file in S3 as well.
#
# Queries run in the background: `start_query_execution` gives an id at once, the state goes from `QUEUED` over
# `RUNNING` to `SUCCEEDED`, `FAILED` or `CANCELLED`. Our helper `scan` lets three seconds pass on the lab's clock
# instead of asking again and again, and `frame` reads the result's file.


# %% setup="scan"
def scan(sql: str, **more) -> dict:
    """Run a statement, and return what Athena tells about it afterwards."""
    given = {
        "ResultConfiguration": {"OutputLocation": RESULTS},
        "QueryExecutionContext": {"Database": "pedal"},
    }
    sent = athena.start_query_execution(QueryString=sql, **given | more)["QueryExecutionId"]
    lab.clock.advance(seconds=3)
    return athena.get_query_execution(QueryExecutionId=sent)["QueryExecution"]


def outcome(told: dict) -> str:
    """State and reason, in one line."""
    return f"{told['Status']['State']} {told['Status'].get('StateChangeReason', '')}".strip()


def frame(sql: str) -> pd.DataFrame:
    """The rows of a query, from its result file in S3."""
    told = scan(sql)
    if told["Status"]["State"] != "SUCCEEDED":
        raise RuntimeError(outcome(told))
    place = told["ResultConfiguration"]["OutputLocation"]
    bucket, _, key = place.removeprefix("s3://").partition("/")
    return pd.read_csv(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))


_ = scan("CREATE DATABASE IF NOT EXISTS pedal", QueryExecutionContext={})

# %% [markdown]
# > **Lab and AWS.** The lab's Athena runs on DuckDB: a statement may pass here that Trino spells otherwise. It reads
# > CSV, JSON and Parquet, and counts bytes by the rules above; its query times are a model.
#
# A first table, over the file of one month. Every line is read with the columns that we promise.

# %%
print(
    outcome(
        scan(f"""
CREATE EXTERNAL TABLE july (
    ride int, day date, station string, bike string,
    minutes int, fare double, remark string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
LOCATION 's3://{lake}/rides/month=7/'
TBLPROPERTIES ('skip.header.line.count'='1')""")
    )
)
frame("""
SELECT station, count(*) AS rides, sum(fare) AS earned
FROM july GROUP BY station ORDER BY earned DESC""")

# %% [markdown]
# A table is a promise, not a check: what does not fit its type is null, and no error tells you. A header that nobody
# skips becomes a row.
#
# For the whole year the folders help. `PARTITIONED BY (month int)` makes the folder's name, `month=7`, a column.
# Athena does not look for folders by itself: `MSCK REPAIR TABLE` registers those that it finds, `ALTER TABLE ... ADD
# PARTITION` a single one. A partition column stands only in `PARTITIONED BY`.
#
# ### Your turn: repair the table
#
# `rides_ddl(name, location)` returns the statement for a table over the year. The colleague who wrote it gets nulls
# and wrong counts. Repair it. The columns keep their names, order and types; but `ride`, a number of some millions,
# needs a larger type for whole numbers. `month` stays an `int` from the folder.
#
# <details><summary>Hint</summary>
#
# Compare with the table `july`: the delimiter, the type of `ride`, and what is said about the header. Where must the
# folder's column be declared, and does it say where the year begins?
# </details>


# %% exercise="rides-table" repair=true
def rides_ddl(name: str, location: str) -> str:
    """The CREATE statement of the table of rides."""
    return f"""
    CREATE EXTERNAL TABLE {name} (
        ride smallint, day date, station string, bike string,
        minutes int, fare double, remark string)
    PARTITIONED BY (month int)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ';'
    LOCATION '{location}month=1/'"""


### BEGIN SOLUTION
def rides_ddl(name: str, location: str) -> str:
    """The CREATE statement of the table of rides."""
    return f"""
    CREATE EXTERNAL TABLE {name} (
        ride int, day date, station string, bike string, minutes int, fare double, remark string)
    PARTITIONED BY (month int)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION '{location}'
    TBLPROPERTIES ('skip.header.line.count' = '1')"""


### END SOLUTION


# %% check="rides-table" points=2
with check("rides-table", needs="rides_ddl", right="A promise that the files keep.") as expect:

    def fits(months: dict[int, int], seed: int) -> None:
        bucket, name = make_lake(months, seed), lab.unique_name("rides").replace("-", "_")
        made = scan(rides_ddl(name, f"s3://{bucket}/rides/"))
        expect(made["Status"]["State"] == "SUCCEEDED", f"Athena says: {outcome(made)}")
        repaired = scan(f"MSCK REPAIR TABLE {name}")
        expect(
            repaired["Status"]["State"] == "SUCCEEDED",
            f"MSCK REPAIR TABLE says: {outcome(repaired)}",
        )
        found = frame(f"SELECT month, count(*) AS n FROM {name} GROUP BY month ORDER BY month")
        expect(
            len(found) == len(months),
            f"The table finds {len(found)} of {len(months)} months. Does LOCATION begin above the folders month=...?",
        )
        counted = dict(zip(found["month"].tolist(), found["n"].tolist(), strict=True))
        expect(
            counted == months,
            f"Month {min(months)} has {months[min(months)]} rides, the table counts {counted.get(min(months))}. "
            "Is the first line of each file a ride?",
        )
        row = frame(f"SELECT count(station) AS s, count(ride) AS r, sum(fare) AS total, min(day) AS d FROM {name}")
        rides = sum(months.values())
        expect(
            row["s"][0] == rides,
            "station is null everywhere: the fields are not cut where the commas are.",
        )
        expect(row["r"][0] == rides, "ride is null: a number like 1000000 does not fit its type.")
        lines = [rides_csv(month, count, seed).decode().splitlines()[1:] for month, count in months.items()]
        earned = sum(float(line.split(",")[5]) for month in lines for line in month)
        expect.close(float(row["total"][0]), earned, "The sum of all fares", within=0.01)
        expect(str(row["d"][0]).startswith("2026-"), "day is not a date any more.")
        told = boto3.client("glue").get_table(DatabaseName="pedal", Name=name)["Table"]
        kinds = {one["Name"]: one["Type"] for one in told["StorageDescriptor"]["Columns"]}
        names = ["ride", "day", "station", "bike", "minutes", "fare", "remark"]
        expect.equal(list(kinds), names, "The columns of the table, in their order")
        for column, allowed in {"ride": ("int", "integer", "bigint"), "day": ("date",)}.items():
            expect(kinds[column] in allowed, f"{column} has the type {kinds[column]}, it should be {allowed[0]}.")
        expect(
            kinds["minutes"] in ("int", "smallint", "bigint")
            and kinds["fare"].startswith(("double", "float", "decimal")),
            "minutes and fare are numbers to calculate with; leave their types.",
        )
        keys = [(one["Name"], one["Type"]) for one in told["PartitionKeys"]]
        expect.equal(keys, [("month", "int")], "The partition column and its type")

    fits({1: 40, 2: 30}, seed=5)
    ### BEGIN HIDDEN TESTS
    fits({3: 7, 10: 12, 11: 5}, seed=6)
    ### END HIDDEN TESTS

# %% [markdown]
# The year, for the rest of the lesson. Then December's folder is taken out of the catalogue and put back: its file lies
# in S3 all the time, yet only a registered folder is read.

# %% setup="year"
COLUMNS = "ride int, day date, station string, bike string, "
COLUMNS += "minutes int, fare double, remark string"
FORMAT = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"


def rides_over(name: str, location: str) -> None:
    """A table of rides in folders, with its partitions."""
    scan(f"DROP TABLE IF EXISTS {name}")
    scan(
        f"CREATE EXTERNAL TABLE {name} ({COLUMNS}) PARTITIONED BY (month int) {FORMAT} "
        f"LOCATION '{location}' TBLPROPERTIES ('skip.header.line.count'='1')"
    )
    scan(f"MSCK REPAIR TABLE {name}")


rides_over("rides", f"s3://{lake}/rides/")

# %%
scan("ALTER TABLE rides DROP PARTITION (month = 12)")
print("without December:", frame("SELECT count(*) AS n FROM rides")["n"][0])
scan("ALTER TABLE rides ADD PARTITION (month = 12)")
print("with December:   ", frame("SELECT count(*) AS n FROM rides")["n"][0])
s3.put_object(Bucket=lake, Key="rides/month=12/late.csv", Body=rides_csv(12, 5, seed=9))
print(
    "five late rides: ",
    frame("SELECT count(*) AS n FROM rides")["n"][0],
    "<- new files count at once",
)
_ = s3.delete_object(Bucket=lake, Key="rides/month=12/late.csv")

# %% [markdown]
# The last line works because S3 is **strongly consistent**: what was written is there for the next read and the next
# listing. (Before December 2020 it might have come late; old books still warn of that.) A new *folder* still has to
# be registered.
#
# ### Your turn: a function that asks
#
# Your programs will not read result files by hand. Write `ask(sql)`: it runs `sql` in the database `pedal` with
# results under `RESULTS`, looks until the query is over, and returns **all** rows as a list of dictionaries, column
# name to text (`None` for null). If the query does not succeed, raise `RuntimeError` with the `StateChangeReason`.
#
# On AWS you would sleep a second between two looks; the lab needs no pause.
#
# <details><summary>Hint</summary>
#
# `get_query_execution` tells `Status`. `get_paginator("get_query_results")` walks through the pages; each row is a
# list `Data` of cells, and a null has no `VarCharValue`. The very first row are the names, on the first page only.
# </details>


# %% exercise="ask"
def ask(sql: str) -> list[dict]:
    """Run a query and return its rows."""
    ### BEGIN SOLUTION
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "pedal"},
        ResultConfiguration={"OutputLocation": RESULTS},
    )["QueryExecutionId"]
    status = {"State": "QUEUED"}
    while status["State"] in ("QUEUED", "RUNNING"):
        status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
    if status["State"] != "SUCCEEDED":
        raise RuntimeError(status.get("StateChangeReason", status["State"]))
    rows = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=query):
        for row in page["ResultSet"]["Rows"]:
            rows.append([cell.get("VarCharValue") for cell in row["Data"]])
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    ### END SOLUTION


# %% check="ask" points=3
with check(
    "ask",
    needs="ask",
    right="Start, look, read page by page: the same three steps in every language.",
) as expect:

    def answers(sql: str, wanted: list[dict], what: str) -> None:
        with lab.watching(most=60):
            got = ask(sql)
        latest = athena.list_query_executions()["QueryExecutionIds"][0]
        place = athena.get_query_execution(QueryExecutionId=latest)["QueryExecution"]
        place = place["ResultConfiguration"]["OutputLocation"]
        expect(place.startswith(RESULTS), f"The result went to {place}; it should be under RESULTS.")
        expect(
            isinstance(got, list) and all(isinstance(row, dict) for row in got),
            "Return a list of dictionaries.",
        )
        expect(
            len(got) == len(wanted),
            f"{what}: {len(wanted)} rows are right, you returned {len(got)}.",
        )
        expect.equal(got[:3], wanted[:3], what)
        expect(got == wanted, f"{what}: the first rows are right, a later one is not.")

    def reports(sql: str, word: str) -> None:
        said = None
        try:
            with lab.watching(most=60):
                ask(sql)
        except RuntimeError as error:
            said = str(error)
        expect(
            "on and on" not in str(said),
            f"{sql!r} fails, and ask keeps looking. FAILED and CANCELLED are ends, too.",
        )
        expect(
            said is not None,
            f"{sql!r} fails, and ask kept that to itself. Raise RuntimeError.",
        )
        expect(
            word in str(said),
            f"The RuntimeError should carry Athena's StateChangeReason ({word} ...).",
        )

    answers(
        "SELECT 1 AS one, '007' AS bike, NULL AS nothing",
        [{"one": "1", "bike": "007", "nothing": None}],
        "One row with a null",
    )
    many = ", ".join(f"({n})" for n in range(1, 2201))
    answers(f"SELECT n FROM (VALUES {many}) AS t (n) ORDER BY n", [{"n": str(n)} for n in range(1, 2201)],
            "2,200 rows, which come in three pages")  # fmt: skip
    answers("SELECT ride FROM rides WHERE month = 1 AND ride < 0", [], "No row at all")
    reports("SELECT price FROM rides", "COLUMN_NOT_FOUND")
    ### BEGIN HIDDEN TESTS
    answers("SELECT month, count(*) AS n FROM rides WHERE month < 3 GROUP BY month ORDER BY 1",
            [{"month": "1", "n": "1600"}, {"month": "2", "n": "1700"}], "Rides of two months")  # fmt: skip
    reports("SELECT * FROM nothing_here", "TABLE_NOT_FOUND")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What a question costs
#
# Athena bills the bytes that a query **scans**, not those that it returns. Of CSV it must read whole files, also for
# one column of one row. The statistics tell how many bytes it was. Does a `WHERE` help?

# %%
questions = {
    "all columns, all rows": "SELECT * FROM rides",
    "one column": "SELECT sum(fare) FROM rides",
    "rides of one bike": "SELECT sum(fare) FROM rides WHERE bike = 'b77'",
    "rides of July": "SELECT sum(fare) FROM rides WHERE month = 7",
}
for what, sql in questions.items():
    print(f"{scan(sql)['Statistics']['DataScannedInBytes'] / 1e6:6.2f} MB  {what}")

# %% [markdown]
# Only the last one is cheap: `month` is a partition, and the other folders are never opened. The rest of the bill
# follows these rules: the bytes of a query are rounded up to whole megabytes, with a minimum of 10 MB; statements
# about tables (`CREATE EXTERNAL TABLE`, `MSCK`, `ALTER`, `DROP`) and queries that fail are free, cancelled ones are
# not. S3 bills the requests as usual.

# %%
facts.limits("athena").frame().set_index("name")[["value", "unit", "as_of"]]

# %% [markdown]
# ### Your turn: forecast before you ask
#
# Before a question goes out, you want to know its price. Write `forecast(bucket, months)` for a query over CSV rides
# in the folders `rides/month=1/`, `rides/month=2/` ... of `bucket` that has `WHERE month IN (...)` with these months.
# Return two numbers: the bytes that Athena will scan, and the price in USD with `facts.price("athena",
# "sql-query-data-scanned")` for a TB. Count 1 MB as 1,000,000 bytes and 1 TB as 1,000,000 MB. A month may have more
# than the 1,000 files of one listing; a month without a folder has no bytes.
#
# <details><summary>Hint</summary>
#
# The paginator of `list_objects_v2` gives the sizes below a prefix. Mind the end of the prefix: `month=1` is
# also the beginning of `month=12`. A month without a folder has no bytes, and a page without objects no `Contents`.
# </details>


# %% exercise="forecast"
def forecast(bucket: str, months: list[int]) -> tuple[int, float]:
    """Return (bytes scanned, price in USD)."""
    ### BEGIN SOLUTION
    size = 0
    for month in months:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"rides/month={month}/")
        size += sum(one["Size"] for page in pages for one in page.get("Contents", []))
    megabytes = max(facts.limit("athena", "minimum-billed-per-query"), -(-size // 1_000_000))
    return size, megabytes / 1_000_000 * facts.price("athena", "sql-query-data-scanned")
    ### END SOLUTION


# %% check="forecast" points=2
with check(
    "forecast",
    needs="forecast",
    right="Known before it is spent; Athena's own statistics agree.",
) as expect:
    a_tb = float(facts.price("athena", "sql-query-data-scanned"))

    def agrees(bucket: str, months: list[int], name: str) -> None:
        told = ", ".join(map(str, months))
        measured = scan(f"SELECT count(*) FROM {name} WHERE month IN ({told})")["Statistics"]["DataScannedInBytes"]
        given = forecast(bucket, months)
        expect(isinstance(given, tuple) and len(given) == 2, "Return two numbers: (bytes, USD).")
        expect.equal(given[0], measured, f"The bytes for months {told}, against what Athena measured")

    agrees(lake, [7], "rides")
    agrees(lake, [1, 2], "rides")
    expect.close(
        forecast(lake, [7])[1] * 1e6,
        10 * a_tb,
        "The price of a small query (10 MB is the least), in millionths of a USD",
    )
    large = lab.unique_name("check-large")
    s3.create_bucket(Bucket=large)
    s3.put_object(Bucket=large, Key="rides/month=3/a.csv", Body=bytes(11_000_001))
    s3.put_object(Bucket=large, Key="rides/month=3/b.csv", Body=bytes(1_000_000))
    expect.equal(forecast(large, [3])[0], 12_000_001, "The bytes of two files in one folder")

    def short(params, **_) -> None:
        params["MaxKeys"] = 1  # one file in each listing: a folder of thousands in small

    listing = "provide-client-params.s3.ListObjectsV2"
    s3.meta.events.register(listing, short)
    try:
        paged = forecast(large, [3])[0]
    finally:
        s3.meta.events.unregister(listing, short)
    expect.equal(paged, 12_000_001, "The bytes of two files when each listing holds one: page on")
    expect.equal(forecast(large, [3, 4])[0], 12_000_001, "A month with a folder, and one without")
    expect.close(
        forecast(large, [3])[1] * 1e6,
        13 * a_tb,
        "12.000001 MB are billed as 13, in millionths of a USD",
    )
    ### BEGIN HIDDEN TESTS
    agrees(lake, [1], "rides")
    agrees(lake, [2, 5, 12], "rides")
    expect.equal(forecast(large, [4])[0], 0, "A month without a folder")
    expect.close(forecast(large, [4])[1] * 1e6, 10 * a_tb, "The minimum for a month without a folder")
    s3.put_object(Bucket=large, Key="rides/month=5/a.csv", Body=bytes(12_000_000))
    expect.close(forecast(large, [5])[1] * 1e6, 12 * a_tb, "Exactly 12 MB")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Scan less: columns, not lines
#
# **Parquet** (and ORC) keep a file column by column, packed, with a table of contents at its end. A query reads the
# columns that it names and nothing else; of each block it also knows the least and the greatest value, and skips
# blocks that cannot match. Athena converts by itself: `CREATE TABLE ... AS SELECT`, CTAS for short, writes the result
# of a query as a new table. Here without folders, to see what the format alone does:

# %%
told = scan(f"""
CREATE TABLE rides_in_columns
WITH (format = 'PARQUET', external_location = 's3://{lake}/columns/')
AS SELECT * FROM rides""")
once_more = told["Statistics"]["DataScannedInBytes"]
print(f"{outcome(told)}, scanned once more: {once_more / 1e6:.2f} MB")
written = s3.list_objects_v2(Bucket=lake, Prefix="columns/")["Contents"]
parquet = sum(one["Size"] for one in written)
print(f"{parquet / 1e6:.2f} MB of Parquet instead of {total / 1e6:.2f} MB of CSV")

# %% [markdown]
# ### Your turn: columns *and* folders
#
# Write `to_parquet(source, target, location)`. It makes a new table `target` in Parquet below `location`, with every
# row and column of the table `source` and its partition column `month` again as partition; the new table
# is ready for questions. Use `scan`.
#
# <details><summary>Hint</summary>
#
# The property for the folders is `partitioned_by = ARRAY['...']`. Partition columns come last in the SELECT; in
# `SELECT *` from a partitioned table they do.
# </details>


# %% exercise="to-parquet"
def to_parquet(source: str, target: str, location: str) -> None:
    """Write a table of rides again, as Parquet in folders by month."""
    ### BEGIN SOLUTION
    told = scan(
        f"CREATE TABLE {target} WITH (format = 'PARQUET', external_location = '{location}', "
        f"partitioned_by = ARRAY['month']) AS SELECT * FROM {source}"
    )
    if told["Status"]["State"] != "SUCCEEDED":
        raise RuntimeError(outcome(told))
    ### END SOLUTION


# %% check="to-parquet" points=2
with check(
    "to-parquet",
    needs="to_parquet",
    right="Pay once for reading everything, then little for ever.",
) as expect:
    glue = boto3.client("glue")

    def converts(months: dict[int, int], seed: int) -> None:
        bucket = make_lake(months, seed)
        source, target = (lab.unique_name(one).replace("-", "_") for one in ("csv", "fast"))
        rides_over(source, f"s3://{bucket}/rides/")
        to_parquet(source, target, f"s3://{bucket}/fast/")
        try:
            table = glue.get_table(DatabaseName="pedal", Name=target)["Table"]
        except ClientError:
            table = {}
        expect(
            table != {},
            f"There is no table {target} afterwards. Does scan(...) of your statement succeed?",
        )
        keys = [one["Name"] for one in table.get("PartitionKeys", [])]
        expect(
            keys == ["month"],
            f"The table's partition columns are {keys}; they should be ['month'].",
        )
        found = s3.list_objects_v2(Bucket=bucket, Prefix="fast/").get("Contents", [])
        expect(
            len(found) >= len(months),
            "There are no files below the location. Use external_location.",
        )
        first = s3.get_object(Bucket=bucket, Key=found[0]["Key"])["Body"].read()
        expect(first[:4] == b"PAR1", "The files are not Parquet.")
        columns = [one["Name"] for one in table["StorageDescriptor"]["Columns"]]
        names = ["ride", "day", "station", "bike", "minutes", "fare", "remark"]
        expect.equal(sorted(columns), sorted(names), "The columns of the new table, beside month")
        whole = "SELECT count(*) AS n, sum(fare) AS f, count(remark) AS r, min(bike) AS b, sum(month) AS m FROM "
        try:
            same = frame(whole + source).equals(frame(whole + target))
        except RuntimeError:
            same = False
        expect(same, "The new table does not hold the same rows and columns as the old one.")
        least = min(months)
        csv, fast = (
            scan(f"SELECT sum(fare) FROM {one} WHERE month = {least}")["Statistics"]["DataScannedInBytes"]
            for one in (source, target)
        )
        expect(
            0 < fast < csv / 5,
            f"One column of one month scans {fast:,} bytes; of the CSV it was {csv:,}.",
        )

    converts({1: 800, 2: 500}, seed=7)
    ### BEGIN HIDDEN TESTS
    converts({4: 300, 5: 600, 11: 400}, seed=8)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The same question, five ways
#
# "What did we earn in July?" The CSV without folders, packed with gzip, in folders; Parquet, and Parquet in folders.
# The answer is the same each time; we measure what Athena reads for it.

# %%
import gzip

for number in range(1, 13):
    body = s3.get_object(Bucket=lake, Key=f"rides/month={number}/rides.csv")["Body"].read()
    packed = gzip.compress(body, mtime=0)
    s3.put_object(Bucket=lake, Key=f"packed/{number}.csv.gz", Body=packed)
for name, folder in (("rides_flat", "rides"), ("rides_packed", "packed")):
    scan(f"DROP TABLE IF EXISTS {name}")
    scan(
        f"CREATE EXTERNAL TABLE {name} ({COLUMNS}) {FORMAT} "
        f"LOCATION 's3://{lake}/{folder}/' TBLPROPERTIES ('skip.header.line.count'='1')"
    )
scan("DROP TABLE IF EXISTS rides_best")  # drops the table, never the files
again = lab.unique_name("best")
best = "format = 'PARQUET', partitioned_by = ARRAY['month']"
best += f", external_location = 's3://{lake}/{again}/'"
scan(f"CREATE TABLE rides_best WITH ({best}) AS SELECT * FROM rides")

july = "day >= DATE '2026-07-01' AND day < DATE '2026-08-01'"
ways = {
    "CSV": f"SELECT sum(fare) AS usd FROM rides_flat WHERE {july}",
    "CSV, gzip": f"SELECT sum(fare) AS usd FROM rides_packed WHERE {july}",
    "CSV in folders": "SELECT sum(fare) AS usd FROM rides WHERE month = 7",
    "Parquet": f"SELECT sum(fare) AS usd FROM rides_in_columns WHERE {july}",
    "Parquet in folders": "SELECT sum(fare) AS usd FROM rides_best WHERE month = 7",
}
earned = {way: round(float(frame(sql)["usd"][0]), 2) for way, sql in ways.items()}
scanned = {way: scan(sql)["Statistics"]["DataScannedInBytes"] for way, sql in ways.items()}
print("the answers:", set(earned.values()))
times = scanned["CSV"] / scanned["Parquet in folders"]
charts.bars(
    {way: size / 1000 for way, size in scanned.items()},
    headline=f"Columns in folders read {times:.0f} times less than plain CSV",
    unit="KB scanned",
    highlight=["Parquet in folders"],
    source="measured in the lab",
)

# %% [markdown]
# At this size every one of them costs the minimum of 10 MB. So let Pedal grow: 1 TB of rides, the same shares, and
# a dashboard that asks this question 1,000 times a month. (Your own data has other shares; measure them the same
# way.)

# %%
a_tb = facts.price("athena", "sql-query-data-scanned")
per_month = {way: 1000 * a_tb * size / scanned["CSV"] for way, size in scanned.items()}
dear, cheap = per_month["CSV"], per_month["Parquet in folders"]
charts.bars(
    per_month,
    headline=f"The same dashboard costs {dear:,.0f} USD a month, or {cheap:,.0f}",
    unit="USD per month",
    highlight=["Parquet in folders"],
    subtitle="1,000 questions about one month in twelve, over 1 TB of CSV; shares as above",
    source=a_tb,
)

# %% [markdown]
# > **Bill.** Two more ways to save: large files (128 MB and more; a thousand tiny ones cost requests and time), and
# > **reuse**: a query may take the result of the very same query of the last hour (up to seven days) and scan
# > nothing. Who has many queries all day can buy capacity by the hour instead of bytes.
#
# ## A limit that nobody can forget
#
# One careless `SELECT *` over a petabyte costs 5,000 USD. A **work group** is the fence: a set of settings for a
# team, such as where results go and how many bytes one query may scan (`BytesScannedCutoffPerQuery`, at least 10 MB).
# Whoever crosses it is cancelled; what was scanned so far is billed.
#
# ### Your turn: the fence
#
# Write `fence(name, bucket)`. It creates a work group `name` in which
#
# - a query may scan 10,000,000 bytes and no more;
# - results go to `s3://<bucket>/<name>/`, **whatever a client asks for**.
#
# <details><summary>Hint</summary>
#
# `create_work_group(Name=..., Configuration={...})` with `ResultConfiguration`, `BytesScannedCutoffPerQuery` and one
# switch that enforces the group's settings over the client's.
# </details>


# %% exercise="spending-limit"
def fence(name: str, bucket: str) -> None:
    """Create the work group of a team."""
    ### BEGIN SOLUTION
    athena.create_work_group(
        Name=name,
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/{name}/"},
            "EnforceWorkGroupConfiguration": True,
            "BytesScannedCutoffPerQuery": 10_000_000,
        },
    )
    ### END SOLUTION


# %% setup="huge"
huge = lab.unique_name("pedal-huge")
s3.create_bucket(Bucket=huge)
s3.put_object(Bucket=huge, Key="big/a.csv", Body=b"1,2026-01-01\n" * 800_000)
scan("DROP TABLE IF EXISTS huge")
_ = scan(f"CREATE EXTERNAL TABLE huge (ride int, d date) {FORMAT} LOCATION 's3://{huge}/big/'")

# %% check="spending-limit" points=2
with check(
    "spending-limit",
    needs="fence",
    right="Tell the team; then nobody has to be careful.",
) as expect:

    def holds(name: str) -> None:
        bucket = lab.unique_name("team-results")
        s3.create_bucket(Bucket=bucket)
        team = lab.unique_name(name)
        fence(team, bucket)
        groups = [one["Name"] for one in athena.list_work_groups()["WorkGroups"]]
        expect(team in groups, f"There is no work group {team} afterwards.")
        settings = athena.get_work_group(WorkGroup=team)["WorkGroup"]["Configuration"]
        own = settings.get("ResultConfiguration", {}).get("OutputLocation")
        expect(bool(own), "The group names no place of its own: ResultConfiguration, OutputLocation.")
        dear = scan("SELECT count(*) FROM huge", WorkGroup=team)
        expect(
            dear["Status"]["State"] == "CANCELLED",
            f"A query over 10.4 MB ended as {dear['Status']['State']}. Set BytesScannedCutoffPerQuery to 10 MB.",
        )
        expect.equal(settings.get("BytesScannedCutoffPerQuery"), 10_000_000, "The limit in bytes")
        small = scan("SELECT sum(fare) FROM rides WHERE month = 1", WorkGroup=team)
        expect(
            small["Status"]["State"] == "SUCCEEDED",
            f"A small query should pass: {outcome(small)}",
        )
        place = small["ResultConfiguration"]["OutputLocation"]
        expect(
            not place.startswith(RESULTS),
            "A client named another place for its result, and got it. The group must insist on its own.",
        )
        expect(
            place.startswith(f"s3://{bucket}/{team}/"), f"The result went to {place}, not below s3://{bucket}/{team}/."
        )

    holds("analysts")
    ### BEGIN HIDDEN TESTS
    holds("interns")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Data that is not in S3
#
# **Federated queries** reach other stores: a *connector*, a Lambda function, reads DynamoDB, a relational database or
# whatever somebody wrote it for, and Athena joins its rows with the files. You register the function as a data
# catalogue and write `"stations"."default"."station"` in your SQL. The lab keeps the registration and runs no
# connector, so we play it in Python. Its duty is to pass the condition on to the store, and to fetch only what is
# asked for.

# %%
name = lab.unique_name("stations")
function = "arn:aws:lambda:us-east-1:123456789012:function:stations-connector"
athena.create_data_catalog(Name=name, Type="LAMBDA", Parameters={"function": function})
store = boto3.resource("dynamodb").create_table(
    TableName=name,
    KeySchema=[
        {"AttributeName": "city", "KeyType": "HASH"},
        {"AttributeName": "station", "KeyType": "RANGE"},
    ],
    AttributeDefinitions=[
        {"AttributeName": "city", "AttributeType": "S"},
        {"AttributeName": "station", "AttributeType": "S"},
    ],
    BillingMode="PAY_PER_REQUEST",
)
for number, station in enumerate(STATIONS):
    store.put_item(
        Item={
            "city": "Bergen" if number < 2 else "Oslo",
            "station": station,
            "docks": 10 + 5 * number,
        }
    )


def connector(city: str) -> pd.DataFrame:
    """A connector's answer to WHERE city = ...: a Query of the store, not a scan."""
    from boto3.dynamodb.conditions import Key

    return pd.DataFrame(store.query(KeyConditionExpression=Key("city").eq(city))["Items"])


sql = "SELECT station, count(*) AS rides FROM rides_best WHERE month = 7 GROUP BY station"
rides_by_station = frame(sql)
joined = rides_by_station.merge(connector("Bergen"), on="station")
joined[["city", "station", "docks", "rides"]]

# %% [markdown]
# ## What travels
#
# Why not download the month and filter it here? Sometimes that is right. Count the bytes that reach your program.
#
# > **Then and now.** *S3 Select* ran a small SQL over one object (one table, no joins), to move fewer bytes. AWS
# > closed it to new customers on 25 July 2024, as also *Glacier Select*. Exam books still praise it. Today: Athena
# > for questions, byte ranges for known places, or a filter in your program.

# %%
sql = "SELECT ride, fare FROM rides_best "
sql += "WHERE month = 7 AND station = 'Harbour' AND minutes > 80"
place = scan(sql)["ResultConfiguration"]["OutputLocation"]
bucket, _, key = place.removeprefix("s3://").partition("/")
month = s3.head_object(Bucket=lake, Key="rides/month=7/rides.csv")
travels = {
    "the whole month": month["ContentLength"],
    "Athena's result": s3.head_object(Bucket=bucket, Key=key)["ContentLength"],
}
for what, size in travels.items():
    print(f"{size:>8,} bytes  {what}")

# %% [markdown]
# > **Clean-up.** Tables cost nothing. Results, files of CTAS and forgotten parts do: give them a lifecycle rule.
#
# ## To keep
#
# - Each prefix of a bucket carries 5,500 reads and 3,500 writes a second; more prefixes carry more.
# - Ranges make downloads parallel, parts make uploads parallel; abort what you do not complete.
# - Transfer Acceleration shortens the way to a far bucket; CloudFront serves the same file again and again.
# - Athena runs SQL where the files are. A table is a promise in the Glue Data Catalog, and partitions must be
#   registered.
# - You pay for the bytes scanned. Partitions leave out folders, Parquet leaves out columns and blocks.
# - A work group with a cutoff keeps a careless query from becoming a bill.
#
# ## Check yourself

# %% [markdown] question="same-bytes"
# ### Question 1
#
# An analyst adds `LIMIT 10` to a query over a table of CSV files to make it cheaper. The statistics hardly change.
# Why, and what would help?
#
# - [ ] **A** The result is still sorted before it is cut; `ORDER BY` has to go
#   > Sorting costs time, not bytes: Athena bills what is read from S3, and CSV is read by whole files.
# - [x] **B** Athena reads whole CSV files; partitions and a columnar format reduce what is read
#   > LIMIT shortens the answer. Only what Athena need not open saves money: other partitions, other columns.
# - [ ] **C** The minimum of 10 MB applies to every query with a LIMIT
#   > The minimum applies to all queries, and only to those that scan less than 10 MB.
# - [ ] **D** The results are written to S3, and that is what is billed
#   > Result files cost S3 storage and requests, which is little. The scan is the price of the query.

# %% answer="same-bytes"
answer = "B"

# %% check="same-bytes" points=1
question("same-bytes", answer)

# %% [markdown] question="new-folder"
# ### Question 2
#
# A nightly job writes `s3://logs/day=2026-11-21/part-0.parquet`. The Athena table is partitioned by `day`, and
# queries for that day find nothing. Yesterday's data is there. What is missing?
#
# - [ ] **A** Time: a new object becomes readable after some minutes
#   > S3 is strongly consistent since December 2020: it is readable as soon as the write was answered.
# - [ ] **B** A new table, since the files of a table are fixed when it is created
#   > New files in known partitions count at once. It is the folder that is unknown.
# - [x] **C** The partition must be registered: ALTER TABLE ADD PARTITION or MSCK REPAIR TABLE
#   > Athena asks the catalogue which folders there are. The job can add its partition as its last step.
# - [ ] **D** A crawler that converts the file to CSV
#   > A crawler may register partitions, too; but nothing needs converting, Parquet is the better format.

# %% answer="new-folder"
answer = "C"

# %% check="new-folder" points=1
question("new-folder", answer)

# %% [markdown] question="slow-down"
# ### Question 3
#
# An application writes 9,000 objects a second under `events/` and gets 503 Slow Down now and then. What is the right
# change?
#
# - [ ] **A** Put random letters in front of every key, as the only way to spread load
#   > That was the advice before 2018. It would work as a prefix, but names that mean something do as well.
# - [ ] **B** Open a second bucket in another Region
#   > The rates hold for each prefix, so one bucket carries as much as you have prefixes.
# - [ ] **C** Switch on Transfer Acceleration
#   > It shortens the way to the bucket. The rate of the prefix stays the same.
# - [x] **D** Spread the keys over several prefixes, and retry with exponential backoff
#   > 9,000 writes need three prefixes of 3,500. While S3 adapts, backoff rides out the 503s.

# %% answer="slow-down"
answer = "D"

# %% check="slow-down" points=1
question("slow-down", answer)

# %% [markdown] question="far-away"
# ### Question 4
#
# Film crews on four continents upload files of 20 GB each to one bucket in Ireland. Each file is uploaded once, and
# uploads often break. Which two features fit together?
#
# - [x] **A** Multipart upload, and Transfer Acceleration
#   > Parts are sent in parallel and repeated alone; the edge location shortens the slow public part of the way.
# - [ ] **B** CloudFront in front of the bucket, and byte-range GETs
#   > Both make reading faster. The crews write, and each file is written once.
# - [ ] **C** One PUT for each file, and Transfer Acceleration
#   > Above 5 GB a single PUT is refused, and after a break it would have to begin again.
# - [ ] **D** A gateway endpoint for S3, and multipart upload
#   > An endpoint gives a VPC a private way to S3. The crews come over the internet.

# %% answer="far-away"
answer = "A"

# %% check="far-away" points=1
question("far-away", answer)

# %%
progress()
