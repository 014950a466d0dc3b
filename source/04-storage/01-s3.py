# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.3'
#     - '2.2'
#     minutes: 60
#     practises:
#       add-sighting:
#       - s3.concurrent-writes
#       - s3.consistency
#       bucket-name:
#       - s3.bucket-naming
#       - s3.buckets-and-regions
#       bytes-rewritten:
#       - storage.file-block-object
#       count-versions:
#       - s3.null-version
#       - s3.versioning
#       let-the-page-in:
#       - s3.cors
#       - s3.static-website
#       list-folder:
#       - s3.keys-prefixes-urls
#       - s3.object-storage-basics
#       plan-upload:
#       - s3.object-size-limits
#       - s3.multipart-upload
#       relabel:
#       - s3.metadata-and-tags
#       undelete:
#       - s3.versioning
#     services:
#     - s3
#     - dynamodb
#     title: Objects, buckets and versions
#     topics:
#     - storage.file-block-object
#     - s3.object-storage-basics
#     - s3.buckets-and-regions
#     - s3.bucket-naming
#     - s3.keys-prefixes-urls
#     - s3.object-size-limits
#     - s3.metadata-and-tags
#     - s3.versioning
#     - s3.null-version
#     - s3.mfa-delete
#     - s3.consistency
#     - s3.concurrent-writes
#     - s3.multipart-upload
#     - s3.static-website
#     - s3.cors
#     - s3.metadata-index-pattern
# ---

# %% [markdown]
# # Objects, buckets and versions
#
# On Tern Island a bird station has recorded calls and photographs for thirty years. The hard disks are full, and last
# winter one of them failed. The station moves to **Amazon S3**. After this lesson you can store, find, label and
# version objects, bring back what somebody deleted, upload what is too large for one request, and let a web site read
# it.

# %% setup="start"
import json
import math

import boto3
import requests
from botocore.exceptions import ClientError, ParamValidationError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("04-storage/01-s3")
lab.start()
s3 = boto3.client("s3")
MiB, GiB, TiB = 2**20, 2**30, 2**40


def new_bucket(name: str, versions: bool = False) -> str:
    """Make a bucket with a name that is still free, on request with versioning."""
    bucket = lab.unique_name(name)
    s3.create_bucket(Bucket=bucket)
    if versions:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


# %% [markdown]
# ## File, block, object
#
# Data with rows and columns belongs in a database. For everything else there are three kinds of storage:
#
# - **File** storage keeps a tree of folders that several machines share (on AWS: EFS, FSx).
# - **Block** storage is a raw disk of numbered blocks of equal size, for one machine (EBS). Databases and operating
#   systems live there, because a program can change one block and leave the others.
# - **Object** storage keeps each item whole, with a name and a few labels, and you reach it by HTTP (S3). You write
#   it once and read it often: media, backups, archives, logs.
#
# What difference does *whole* make? A program corrects one byte in the header of a recording.

# %%
block = 4096
sizes = [2**n for n in range(12, 31)]  # 4 KiB to 1 GiB
charts.curves(
    {
        "object: all of it again": (sizes, sizes),
        "block: one block of 4 KiB": (sizes, [block for _ in sizes]),
    },
    log_x=True,
    log_y=True,
    x_label="size of the recording (bytes)",
    y_label="bytes written for a change of one byte",
    headline="One byte changed in 1 GiB: an object writes a quarter of a million times more",
    source="computed in this cell",
)

# %% [markdown]
# ### Your turn: what is written again?
#
# Write `bytes_rewritten(kind, size, offset, length, block)` for a file of `size` bytes in which `length` bytes from
# position `offset` change (at least one byte; the size stays the same):
#
# - for `kind == "object"` everything is written again;
# - for `kind == "block"`, all blocks of `block` bytes that the change touches. The first block begins at position 0,
#   and the last one is written as a full block too.
#
# <details><summary>Hint</summary>
#
# Number the blocks from 0. Which number has the block of the first changed byte, `offset`? Which one that of the last
# changed byte? Its position is not `offset + length`.
# </details>


# %% exercise="bytes-rewritten"
def bytes_rewritten(kind: str, size: int, offset: int, length: int, block: int) -> int:
    """Return how many bytes the storage writes for a change in place."""
    ### BEGIN SOLUTION
    if kind == "object":
        return size
    first, last = offset // block, (offset + length - 1) // block
    return (last - first + 1) * block
    ### END SOLUTION


# %% check="bytes-rewritten" points=1
with check(
    "bytes-rewritten",
    needs="bytes_rewritten",
    right="Whoever changes small pieces often wants blocks; whoever writes once and reads often wants objects.",
) as expect:
    expect.equal(
        bytes_rewritten("object", 10_000, 5, 1, 4096),
        10_000,
        "One byte in an object of 10,000 bytes",
    )
    expect.equal(bytes_rewritten("block", 10_000, 5, 1, 4096), 4096, "One byte in the first block")
    expect.equal(
        bytes_rewritten("block", 10_000, 4095, 2, 4096),
        8192,
        "Two bytes, the last of one block and the first of the next",
    )
    expect.equal(bytes_rewritten("block", 10_000, 0, 4096, 4096), 4096, "Exactly the whole first block")
    expect.equal(
        bytes_rewritten("block", 10_000, 9_999, 1, 4096),
        4096,
        "The last byte of 10,000, in a block that the file fills only in part",
    )
    expect.equal(
        bytes_rewritten("block", 10_000, 1_000, 1_000, 256),
        5 * 256,
        "1,000 bytes from byte 1,000, in blocks of 256 bytes (numbers 3 to 7)",
    )
    ### BEGIN HIDDEN TESTS
    expect.equal(
        bytes_rewritten("block", 10**6, 16_383, 32_770, 16_384),
        4 * 16_384,
        "32,770 bytes from byte 16,383",
    )
    expect.equal(
        bytes_rewritten("block", 2**30, 2**20 - 1, 1, 2**20),
        2**20,
        "The last byte of a block of 1 MiB",
    )
    expect.equal(
        bytes_rewritten("object", 2**30, 77, 3, 2**20),
        2**30,
        "Three bytes in an object of 1 GiB",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Buckets
#
# Objects live in **buckets**. A bucket belongs to one account and one **Region**, and its data stays in that Region.
# Its name becomes part of a host name on the internet, so all accounts share one namespace: a name that somebody in
# the world has taken is gone until that bucket is deleted. Name and Region of a bucket never change.

# %%
dublin = boto3.client("s3", region_name="eu-west-1")
calls = lab.unique_name("tern-calls")
dublin.create_bucket(
    Bucket=calls,
    CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
)
home = lab.unique_name("tern-home")
s3.create_bucket(Bucket=home)  # us-east-1 is the one Region that is not named
for bucket in (calls, home):
    print(bucket, "->", s3.get_bucket_location(Bucket=bucket).get("LocationConstraint"))

# %% [markdown]
# `None` stands for us-east-1, where S3 began. Now three mistakes, and one that is none.

# %%
attempts = [
    ("no Region named", dublin, lab.unique_name("tern-photos"), {}),
    (
        "mine already",
        dublin,
        calls,
        {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}},
    ),
    (
        "us-east-1 named",
        s3,
        lab.unique_name("tern"),
        {"CreateBucketConfiguration": {"LocationConstraint": "us-east-1"}},
    ),
    ("mine already, in us-east-1", s3, home, {}),
]
for what, client, name, more in attempts:
    try:
        client.create_bucket(Bucket=name, **more)
        print(f"{what:<28}accepted")
    except ClientError as error:
        print(f"{what:<28}{error.response['Error']['Code']}")

# %% [markdown]
# If another account has the name, the answer is `BucketAlreadyExists`.
#
# > **Then and now.** An account could hold 100 buckets until November 2024, today 10,000 by default. Since March 2026
# > a bucket may live in a namespace that only your account can use: `BucketNamespace="account-regional"` and a name
# > that ends in `-ACCOUNT-REGION-an`.
#
# ### The rules of a name

# %%
for name in ("Tern", "tern_calls", "tern..calls", "192.168.1.1", "xn--tern", "tern-s3alias"):
    try:
        s3.create_bucket(Bucket=name)
    except ClientError as error:
        print(f"{name:<14}{error.response['Error']['Code']}")

# %% [markdown]
# - 3 to 63 characters: lowercase letters, digits, dots, hyphens; the first and the last are a letter or a digit;
# - no two dots in a row, and not in the form of an IPv4 address;
# - does not begin with `xn--`, `sthree-` or `amzn-s3-demo-`, and does not end with `-s3alias`, `--ol-s3`, `.mrap`,
#   `--x-s3` or `--table-s3`. (`-an` is for the namespace of your account, see above; our exercise leaves it out.)
#
# Dots are allowed and yet a bad idea: they break HTTPS to the host name of the bucket.
#
# ### Your turn: judge names
#
# Write `valid_bucket_name(name)`: `True` if S3 accepts the name, else `False`. The station's partners choose names,
# and a form should say so before the call fails. Decide by the rules; no bucket may be created.
#
# <details><summary>Hint</summary>
#
# `re.fullmatch` with `[a-z0-9]` at both ends and `[a-z0-9.-]{1,61}` between covers the first rule. `startswith` and
# `endswith` take a tuple. Is `1.2.3.4.5` an address?
# </details>

# %% exercise="bucket-name"
import re


def valid_bucket_name(name: str) -> bool:
    """Tell whether S3 accepts this name for a general purpose bucket."""
    ### BEGIN SOLUTION
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or ".." in name:
        return False
    if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", name):
        return False
    reserved_ends = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
    return not (name.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or name.endswith(reserved_ends))
    ### END SOLUTION


# %% check="bucket-name" points=2
with check(
    "bucket-name",
    needs="valid_bucket_name",
    right="S3 agrees with you on every one of these names.",
) as expect:

    def judged(names: list[str]) -> None:
        with lab.watching() as made:
            verdicts = {name: valid_bucket_name(name) for name in names}
        expect(
            not made.of("CreateBucket"),
            "Your function creates buckets. Decide by the rules alone.",
        )
        for name, verdict in verdicts.items():
            try:
                s3.create_bucket(Bucket=name)
                s3.delete_bucket(Bucket=name)
                accepted = True
            except (ClientError, ParamValidationError):  # boto3 refuses some before it asks
                accepted = False
            shown = name if len(name) < 30 else f"{name[:8]}... with {len(name)} characters"
            expect.equal(
                verdict,
                accepted,
                f"The name {shown!r}, which S3 {'accepts' if accepted else 'refuses'}",
            )

    judged(
        [
            "tern-island",
            "Tern-island",
            "tern_island",
            "a1",
            "a" * 63,
            "a" * 64,
            "-tern",
            "tern-",
            "tern..island",
            "t\u00e9rn-island",
        ]
    )
    judged(
        [
            "192.168.1.1",
            "1.2.3.4.5",
            "tern.island",
            "xn--tern",
            "sthree-tern",
            "amzn-s3-demo-tern",
            "tern-s3alias",
            "tern--ol-s3",
            "tern.mrap",
            "tern--x-s3",
            "tern--table-s3",
        ]
    )
    ### BEGIN HIDDEN TESTS
    judged(
        [
            "tern island",
            "sthree-gull",
            "gull.mrap",
            "gull--x-s3",
            "gull--table-s3",
            "123",
            "1-2",
            ".tern",
            "s3alias",
            "t\u00e9rn",
            "10.0.0.12",
        ]
    )
    judged(["tern\n", "TERN", "tern--table-s3", "9" * 62 + "z", "xn-tern", "a.b.c.d"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Objects
#
# An object is a **key** (its name), its bytes, and what S3 notes about it. `put`, `head`, `get`, `list`, `delete`:
# with these five you can do most of a day's work. We look at the HTTP status of each.

# %%
tern = new_bucket("tern")
said = {
    "put": s3.put_object(Bucket=tern, Key="calls/2026/arctic-tern.wav", Body=b"kee-arr"),
    "head": s3.head_object(Bucket=tern, Key="calls/2026/arctic-tern.wav"),
    "get": s3.get_object(Bucket=tern, Key="calls/2026/arctic-tern.wav"),
    "list": s3.list_objects_v2(Bucket=tern),
    "delete": s3.delete_object(Bucket=tern, Key="a/key/that/never/was"),
}
for call, answered in said.items():
    print(f"{call:<7}{answered['ResponseMetadata']['HTTPStatusCode']}")

# %% [markdown]
# `head` tells size and labels without the bytes. A delete answers 204 whether or not something was there. On the
# command line the same work reads `aws s3 mb s3://tern`, `aws s3 cp call.wav s3://tern/`, `aws s3 ls s3://tern`.
#
# ### There are no folders
#
# A key is one text of up to 1,024 bytes. The slashes in it mean nothing to S3: a bucket is flat. But a listing can be
# asked for keys that begin with a **prefix**, and told to fold what follows the next slash into one line.

# %%
for key in (
    "calls/2025/kittiwake.wav",
    "calls/2026/puffin.wav",
    "photos/puffin.jpg",
    "readme.txt",
):
    s3.put_object(Bucket=tern, Key=key, Body=b"...")
for prefix in ("", "calls/"):
    page = s3.list_objects_v2(Bucket=tern, Prefix=prefix, Delimiter="/")
    print(f"below {prefix!r}")
    print("   folders", [one["Prefix"] for one in page.get("CommonPrefixes", [])])
    print("   objects", [one["Key"] for one in page.get("Contents", [])])

# %% [markdown]
# One answer holds at most 1,000 entries, counting objects and folded prefixes. A **paginator** asks again until all
# are there.
#
# ### Your turn: list a folder
#
# Write `list_folder(bucket, folder)`. It returns two sorted lists of names as a person would see them in that folder:
# the folders (`["2025", "2026"]`) and the files (`["readme.txt"]`) directly in it. `folder` is `""` for the top, or
# a path such as `"calls"` or `"calls/2026"` without a slash at its end. It works for thousands of files and fetches
# nothing from deeper levels.
#
# <details><summary>Hint</summary>
#
# `s3.get_paginator("list_objects_v2").paginate(Bucket=..., Prefix=..., Delimiter="/")`. The prefix of a folder ends
# in a slash; otherwise `calls` also finds `calls-old/`. Cut the prefix off each name; a page may lack either of the
# two lists.
# </details>


# %% exercise="list-folder"
def list_folder(bucket: str, folder: str) -> tuple[list[str], list[str]]:
    """Return (folders, files) directly in a folder."""
    ### BEGIN SOLUTION
    prefix = f"{folder}/" if folder else ""
    folders, files = [], []
    for page in s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket,
        Prefix=prefix,
        Delimiter="/",
    ):
        folders += [one["Prefix"].removeprefix(prefix).rstrip("/") for one in page.get("CommonPrefixes", [])]
        files += [one["Key"].removeprefix(prefix) for one in page.get("Contents", [])]
    return sorted(folders), sorted(files)
    ### END SOLUTION


# %% check="list-folder" points=2
with check(
    "list-folder",
    needs="list_folder",
    right="Keys are flat; the tree is in the question you ask.",
) as expect:

    def filled(keys: list[str]) -> str:
        bucket = new_bucket("check-list")
        for key in keys:
            s3.put_object(Bucket=bucket, Key=key, Body=b"")
        return bucket

    def lists(bucket: str, folder: str, folders: list[str], files: list[str], most: int) -> None:
        with lab.watching(most=100) as made:
            returned = list_folder(bucket, folder)
        expect(
            type(returned) is tuple and len(returned) == 2,
            "Return two lists, first the folders, then the files.",
        )
        where = f"in the folder {folder!r}" if folder else "at the top"
        expect.equal(list(returned[0]), folders, f"The folders {where}")
        expect(
            len(returned[1]) == len(files),
            f"You found {len(returned[1])} of {len(files)} files {where}. One answer holds at most 1,000 entries, "
            "and deeper levels do not count.",
        )
        expect.equal(list(returned[1]), files, f"The files {where}")
        asked = len(made.of("ListObjectsV2", "ListObjects"))
        expect(
            asked <= most,
            f"{asked} listings {where}; {most} would do. Let S3 fold deeper levels: Delimiter='/'.",
        )

    few = filled(
        [
            "calls/2025/gull.wav",
            "calls/2026/tern.wav",
            "calls/all.csv",
            "calls/bird-calls/1.wav",
            "calls-old/a.wav",
            "readme.txt",
        ]
    )
    lists(few, "", ["calls", "calls-old"], ["readme.txt"], 1)
    lists(few, "calls", ["2025", "2026", "bird-calls"], ["all.csv"], 1)
    many = filled([f"log/{n:04}/a" for n in range(3)] + [f"log/{n:04}" for n in range(3, 1003)])
    lists(many, "log", ["0000", "0001", "0002"], [f"{n:04}" for n in range(3, 1003)], 2)
    lists(many, "", ["log"], [], 1)
    ### BEGIN HIDDEN TESTS
    lists(few, "calls/2026", [], ["tern.wav"], 1)
    more = filled(["photos/b.jpg", "photos/a.jpg", "photos/raw/photos/c"])
    lists(more, "photos", ["raw"], ["a.jpg", "b.jpg"], 1)
    ### END HIDDEN TESTS

# %% [markdown]
# ### Three addresses of one object
#
# - `s3://tern/calls/gull.wav` in tools of AWS;
# - `https://tern.s3.us-east-1.amazonaws.com/calls/gull.wav`, the *virtual-hosted* form, which SDKs use;
# - `https://s3.us-east-1.amazonaws.com/tern/calls/gull.wav`, the older *path style*.
#
# Knowing the address opens nothing: new buckets are private.

# %%
for address in (
    f"https://{tern}.s3.us-east-1.amazonaws.com/readme.txt",
    f"https://s3.us-east-1.amazonaws.com/{tern}/readme.txt",
):
    print(requests.get(address).status_code, address)

# %% [markdown]
# ## Large objects
#
# Storage in a bucket has no limit. One object has, and so has one request.

# %%
sizes_of_s3 = [
    "maximum-object-size",
    "maximum-single-put-or-copyobject",
    "multipart-recommended-above",
]
sizes_of_s3 += ["minimum-part-size-except-last", "maximum-part-size", "parts-per-upload"]
facts.limits("s3").frame().set_index("name").loc[sizes_of_s3, ["value", "unit", "as_of"]]

# %% [markdown]
# > **Then and now.** Until December 2025 an object could have 5 TB at most; most books and questions still say so.
#
# A **multipart upload** sends an object in numbered parts: begin, upload parts (in parallel, each repeated alone if
# it fails), complete. Parts have at least 5 MiB; only the last may be smaller. If you never complete, the parts stay
# invisible in listings, and AWS bills them until you abort.

# %%
dusk = new_bucket("dusk")
begun = s3.create_multipart_upload(Bucket=dusk, Key="dusk.wav")
parts = []
for number, body in enumerate([b"a" * 5 * MiB, b"b" * 5 * MiB, b"the end"], start=1):
    sent = s3.upload_part(
        Bucket=dusk,
        Key="dusk.wav",
        UploadId=begun["UploadId"],
        PartNumber=number,
        Body=body,
    )
    parts.append({"PartNumber": number, "ETag": sent["ETag"]})
print("listed before:", s3.list_objects_v2(Bucket=dusk)["KeyCount"])
print(
    "unfinished:   ",
    [one["Key"] for one in s3.list_multipart_uploads(Bucket=dusk).get("Uploads", [])],
)
done = s3.complete_multipart_upload(
    Bucket=dusk,
    Key="dusk.wav",
    UploadId=begun["UploadId"],
    MultipartUpload={"Parts": parts},
)
print("its ETag:     ", done["ETag"], "(not the MD5 of the bytes: -3 says three parts)")

# %% [markdown]
# At work you rarely write this: `upload_file` and `upload_fileobj` switch to parts from 8 MiB on, with ten threads.
# But with 10,000 parts at most, the part size decides how large an object may become.

# %%
most_parts = facts.limit("s3", "parts-per-upload")
objects = sorted([GiB * 2**n for n in range(16)] + [50_000 * MiB, 50_000 * GiB])
charts.curves(
    {
        "smallest part that works": (
            [size / GiB for size in objects],
            [max(5 * MiB, size / most_parts) / MiB for size in objects],
        )
    },
    log_x=True,
    log_y=True,
    x_label="size of the object (GiB)",
    y_label="size of a part (MiB)",
    headline="Parts of 5 MiB carry an object to 49 GiB; then the parts must grow with it",
    source=most_parts,
)

# %% [markdown]
# ### Your turn: plan an upload
#
# Write `plan_upload(size)` for an object of `size` bytes. Sizes in code are powers of two here: 1 MiB is `2**20`
# bytes, 1 GiB `2**30`.
#
# - Up to 100 MB (`100 * 10**6` bytes) return `(1, size)`: one PUT.
# - Above, return `(parts, part_size)`: the smallest part size in whole MiB, at least 5, with which 10,000 parts are
#   enough, in bytes; and the number of parts.
# - If even parts of 5 GiB are too small, raise a `ValueError`.
#
# <details><summary>Hint</summary>
#
# Three steps, each rounded up: bytes per part if there are 10,000, that in MiB, and the number of parts of that size.
# `-(-a // b)` divides whole numbers and rounds up without the small errors of `/`.
# </details>


# %% exercise="plan-upload"
def plan_upload(size: int) -> tuple[int, int]:
    """Return (number of parts, bytes of a part)."""
    ### BEGIN SOLUTION
    if size <= 100 * 10**6:
        return 1, size
    mebibytes = max(5, -(-size // (10_000 * 2**20)))
    if mebibytes > 5 * 1024:
        raise ValueError(f"{size} bytes are more than 10,000 parts of 5 GiB can carry")
    part_size = mebibytes * 2**20
    return -(-size // part_size), part_size
    ### END SOLUTION


# %% check="plan-upload" points=2
with check(
    "plan-upload",
    needs="plan_upload",
    right="The last second of a 40 TiB upload is a bad time to find out.",
) as expect:

    def planned(size: int, wanted: tuple[int, int], what: str) -> None:
        expect.equal(plan_upload(size), wanted, what)

    planned(100 * 10**6, (1, 100 * 10**6), "100 MB")
    planned(100 * 10**6 + 1, (20, 5 * MiB), "One byte more than 100 MB")
    planned(50_000 * MiB, (10_000, 5 * MiB), "50,000 MiB, exactly 10,000 parts of 5 MiB")
    planned(50_000 * MiB + 1, (8_334, 6 * MiB), "One byte more than 50,000 MiB")
    planned(50_000 * GiB, (10_000, 5 * GiB), "50,000 GiB, the largest object")
    try:
        too_large = plan_upload(50_000 * GiB + 1)
    except ValueError:
        too_large = None
    expect(
        too_large is None,
        f"50,000 GiB and one byte are too large for S3; you planned {too_large}. Raise a ValueError.",
    )
    ### BEGIN HIDDEN TESTS
    planned(5 * TiB, (9_987, 525 * MiB), "5 TiB")
    planned(1, (1, 1), "One byte")
    planned(105 * MiB, (21, 5 * MiB), "105 MiB, exactly 21 parts")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Labels: metadata and tags
#
# Two kinds of labels travel with an object. They look alike and behave differently.
#
# - **Metadata**: names and values set at upload, 2 KB in all. Some have a meaning for browsers (`Content-Type`),
#   others are yours (`x-amz-meta-...`, in lower case). You get them with each read. They cannot be edited: who wants
#   others must write the object again, at least by a copy onto itself.
# - **Tags**: up to ten pairs, which you change at any time without touching the object. Policies and lifecycle rules
#   can ask for them. AWS bills them per month.

# %%
s3.put_object(
    Bucket=tern,
    Key="photos/puffin.jpg",
    Body=b"...",
    ContentType="image/jpeg",
    Metadata={"Photographer": "Ann"},
    Tagging="licence=free",
)
s3.put_object_tagging(
    Bucket=tern,
    Key="photos/puffin.jpg",
    Tagging={"TagSet": [{"Key": "licence", "Value": "station"}]},
)
seen = s3.head_object(Bucket=tern, Key="photos/puffin.jpg")
print("metadata", seen["Metadata"], "and", seen["ContentType"])
print("tags    ", s3.get_object_tagging(Bucket=tern, Key="photos/puffin.jpg")["TagSet"])
try:
    s3.put_object(Bucket=tern, Key="notes.txt", Body=b"", Metadata={"notes": "x" * 2048})
except ClientError as error:
    print("a label of 2 KB and more:", error.response["Error"]["Code"])

# %% [markdown]
# ### Your turn: mend the label maker
#
# The station adds a checked species to photographs that were uploaded long ago. `relabel(bucket, key, more)` should
# add the metadata `more` and keep everything else: the other metadata (new values win), the content type, the tags,
# the bytes. Since the version below is in use, browsers download photographs instead of showing them, and the
# photographers' names are gone. Mend it. Names in `more` may have capital letters; S3 keeps lower case, so `Species`
# replaces `species`.
#
# <details><summary>Hint</summary>
#
# `MetadataDirective="REPLACE"` means all metadata, not some: what you do not send is gone. Ask for the present state
# with `head_object` first. `CacheControl` and its like would be lost too, but the station uses only `ContentType`.
# Tags survive a copy by default.
# </details>


# %% exercise="relabel" repair=true
def relabel(bucket: str, key: str, more: dict[str, str]) -> None:
    """Add metadata to an object and keep all else."""
    s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource={"Bucket": bucket, "Key": key},
        Metadata=more,
        MetadataDirective="REPLACE",
    )


### BEGIN SOLUTION
def relabel(bucket: str, key: str, more: dict[str, str]) -> None:
    """Add metadata to an object and keep all else."""
    now = s3.head_object(Bucket=bucket, Key=key)
    lower = {name.lower(): value for name, value in more.items()}
    s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource={"Bucket": bucket, "Key": key},
        Metadata=now["Metadata"] | lower,
        ContentType=now["ContentType"],
        MetadataDirective="REPLACE",
    )


### END SOLUTION

# %% check="relabel" points=2
with check(
    "relabel",
    needs="relabel",
    right="A copy onto itself is a new object: it has what you give it.",
) as expect:

    def labelled(old: dict[str, str], more: dict[str, str], content_type: str) -> None:
        bucket = new_bucket("check-label")
        s3.put_object(
            Bucket=bucket,
            Key="p.jpg",
            Body=b"pixels",
            ContentType=content_type,
            Metadata=old,
            Tagging="licence=free",
        )
        with lab.watching(most=50) as made:
            relabel(bucket, "p.jpg", more)
        got = s3.get_object(Bucket=bucket, Key="p.jpg")
        wanted = {name.lower(): value for name, value in (old | more).items()}
        lost = sorted(set(wanted) - set(got["Metadata"]))
        expect(
            not lost,
            f"Metadata is missing: {', '.join(lost)}. Send the old and the new together.",
        )
        expect.equal(
            dict(got["Metadata"]),
            wanted,
            "The metadata, with new values and names in lower case (`Species` replaces `species`)",
        )
        expect.equal(
            got["ContentType"],
            content_type,
            "The content type, without which no browser shows the picture",
        )
        expect(got["Body"].read() == b"pixels", "The bytes of the object have changed.")
        tags = s3.get_object_tagging(Bucket=bucket, Key="p.jpg")["TagSet"]
        expect.equal(tags, [{"Key": "licence", "Value": "free"}], "The tags")
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
        expect(
            keys == ["p.jpg"],
            f"The bucket now holds {', '.join(keys)}. Copy the object onto itself, with no second one beside it.",
        )
        sent = made.of("PutObject", "GetObject")
        expect(
            not sent,
            "Do not send the photograph through your program. A copy stays inside S3: copy_object.",
        )

    labelled({"photographer": "Ann"}, {"species": "puffin"}, "image/jpeg")
    labelled({"photographer": "Ann", "species": "unknown"}, {"Species": "puffin"}, "image/png")
    ### BEGIN HIDDEN TESTS
    labelled(
        {"photographer": "Bo", "species": "gull"},
        {"Species": "kittiwake", "Checked": "yes"},
        "image/gif",
    )
    labelled({}, {"species": "razorbill"}, "image/webp")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Versions
#
# A plain bucket forgets: who overwrites or deletes, loses. With **versioning** each write makes a new version with an
# id of its own. A delete without an id removes nothing; it lays a **delete marker** on top, and reads answer 404.

# %%
diary = new_bucket("diary", versions=True)
for text in (b"first draft", b"second draft", b"final"):
    s3.put_object(Bucket=diary, Key="2026.txt", Body=text)
s3.delete_object(Bucket=diary, Key="2026.txt")


def show(bucket: str) -> None:
    """Print all versions and markers of a bucket."""
    found = s3.list_object_versions(Bucket=bucket)
    for one in found.get("DeleteMarkers", []):
        now = "<- now" if one["IsLatest"] else ""
        print(f"  {one['Key']:<10} marker   {one['VersionId'][:8]:<9}{now}")
    for one in found.get("Versions", []):
        now = "<- now" if one["IsLatest"] else ""
        print(f"  {one['Key']:<10} {one['Size']:>2} bytes {one['VersionId'][:8]:<9}{now}")


show(diary)
try:
    s3.get_object(Bucket=diary, Key="2026.txt")
except s3.exceptions.NoSuchKey as error:
    print(error)

# %% [markdown]
# Two ways back: delete the *marker* by its id, and the newest version shows again; or copy an old version onto the
# key, which makes it the newest. A delete **with** an id removes that version for good.

# %%
marker = s3.list_object_versions(Bucket=diary)["DeleteMarkers"][0]["VersionId"]
s3.delete_object(Bucket=diary, Key="2026.txt", VersionId=marker)
oldest = s3.list_object_versions(Bucket=diary)["Versions"][-1]["VersionId"]
s3.copy_object(
    Bucket=diary,
    Key="2026.txt",
    CopySource={"Bucket": diary, "Key": "2026.txt", "VersionId": oldest},
)
show(diary)
print(s3.get_object(Bucket=diary, Key="2026.txt")["Body"].read())

# %% [markdown]
# ### Your turn: bring the folder back
#
# An intern selected `photos/2026/` in the console and pressed delete, some files twice. Write `undelete(bucket,
# prefix)`: every object below the prefix that is hidden by delete markers comes back with its newest version, and the
# function returns how many came back. All versions stay. Markers of other keys stay, and so does an old marker
# *under* a version: it is part of the history. A listing comes in pages, here too.
#
# <details><summary>Hint</summary>
#
# `s3.get_paginator("list_object_versions")` gives pages with `DeleteMarkers` and `Versions`; `IsLatest` says which
# entry of a key is on top. A second delete lays a second marker on the first. What is on top once one is gone? Look
# again until nothing is hidden.
# </details>


# %% exercise="undelete"
def undelete(bucket: str, prefix: str) -> int:
    """Bring deleted objects back; return how many."""
    ### BEGIN SOLUTION
    back: set[str] = set()
    while True:
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
        on_top = [one for page in pages for one in page.get("DeleteMarkers", []) if one["IsLatest"]]
        if not on_top:
            return len(back)
        for one in on_top:
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            back.add(one["Key"])
    ### END SOLUTION


# %% check="undelete" points=3
with check(
    "undelete",
    needs="undelete",
    right="Without versioning this would have been a long evening.",
) as expect:
    listing = "provide-client-params.s3.ListObjectVersions"

    def three_a_page(params: dict[str, object], **_) -> None:
        """Pages of three entries in place of 1,000: the check need not write thousands of versions."""
        params["MaxKeys"] = 3

    def brought_back(steps: list[str], prefix: str, wanted: dict[str, bytes], count: int, markers: int) -> None:
        bucket = new_bucket("check-undelete", versions=True)
        for number, step in enumerate(steps):
            what, key = step.split()
            if what == "put":
                s3.put_object(Bucket=bucket, Key=key, Body=b"%d" % number)
            else:
                s3.delete_object(Bucket=bucket, Key=key)
        before = len(s3.list_object_versions(Bucket=bucket)["Versions"])
        s3.meta.events.register(listing, three_a_page)
        try:
            with lab.watching(most=200):
                returned = undelete(bucket, prefix)
        finally:
            s3.meta.events.unregister(listing, three_a_page)
        listed = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        for key, body in wanted.items():
            expect(
                key in listed,
                f"{key} is still hidden. Deleted twice means two markers on top of each other."
                if steps.count(f"del {key}") > 1
                else f"{key} is still hidden by its delete marker. Delete the marker by its VersionId, and look for "
                "markers on every page of the listing.",
            )
            got = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            expect(got == body, f"{key} came back, but not with its newest version.")
        expect(
            sorted(listed) == sorted(wanted),
            f"Visible are {sorted(listed)}, it should be {sorted(wanted)}. Keep to the prefix.",
        )
        now = s3.list_object_versions(Bucket=bucket)
        expect.equal(
            len(now["Versions"]),
            before,
            "The number of versions, none of which may be lost or added",
        )
        left = len(now.get("DeleteMarkers", []))
        expect(
            left == markers,
            f"{left} delete markers are left, it should be {markers}: markers of other keys, and those under a "
            "version. IsLatest tells which marker hides something.",
        )
        expect.equal(returned, count, "The number of objects that came back")

    a, b, c = "photos/2026/a.jpg", "photos/2026/b.jpg", "photos/2025/c.jpg"
    brought_back(
        [f"put {a}", f"put {a}", f"del {a}", f"put {c}", f"del {c}"],
        "photos/2026/",
        {a: b"1"},
        1,
        1,
    )
    brought_back(
        [f"put {a}", f"del {a}", f"del {a}", f"put {b}"],
        "photos/2026/",
        {a: b"0", b: b"3"},
        1,
        0,
    )
    brought_back([f"put {a}", f"del {a}", f"put {a}"], "photos/2026/", {a: b"2"}, 0, 1)
    brought_back([f"put {a}", f"del {a}", f"put {a}", f"del {a}"], "photos/2026/", {a: b"2"}, 1, 1)
    brought_back([f"put {a}"] * 4 + [f"put {b}", f"del {b}"], "photos/2026/", {a: b"3", b: b"4"}, 1, 0)
    ### BEGIN HIDDEN TESTS
    thrice = [f"put {a}", f"del {a}", f"del {a}", f"del {a}", f"put {b}", f"del {b}"]
    brought_back(thrice, "photos", {a: b"0", b: b"4"}, 2, 0)
    history = [f"put {b}", f"del {b}", f"put {b}", f"del {b}", f"del {b}", f"put {a}"]
    brought_back(history, "photos/2026/", {a: b"5", b: b"2"}, 1, 1)
    brought_back([f"put {a}"] * 8 + [f"put {b}", f"del {b}"], "photos/2026/", {a: b"7", b: b"8"}, 1, 0)
    ### END HIDDEN TESTS

# %% [markdown]
# ### What versions cost
#
# Every version is billed in full until somebody removes it. The station's counter program overwrites one file each
# night. We let thirty nights pass, in a bucket as it is and in one with a lifecycle rule that ends old versions after
# seven days.

# %%
plain, tidy = new_bucket("nightly", versions=True), new_bucket("nightly-tidy", versions=True)
rule = {
    "ID": "old-versions",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
}
s3.put_bucket_lifecycle_configuration(Bucket=tidy, LifecycleConfiguration={"Rules": [rule]})
kept: dict[str, list[int]] = {plain: [], tidy: []}
for _ in range(30):
    lab.clock.advance(days=1)
    for bucket in (plain, tidy):
        s3.put_object(Bucket=bucket, Key="counts.csv", Body=b"...")
        kept[bucket].append(len(s3.list_object_versions(Bucket=bucket)["Versions"]))
charts.over_time(
    {"no rule": kept[plain], "old versions end after 7 days": kept[tidy]},
    x=list(range(1, 31)),
    x_unit="days",
    y_label="versions kept, all billed",
    headline=f"With a rule you pay for {kept[tidy][-1]} versions, not {kept[plain][-1]}",
    source="measured in the lab, 30 days on its clock",
)

# %% [markdown]
# ### Three states, and the version called null
#
# A bucket begins **unversioned**. Once **enabled**, versioning can only be **suspended**, never removed.
#
# - What was written before has the version id `null`.
# - Enabled: each write adds a version, each delete a marker.
# - Suspended: all versions stay. A write makes a version `null` and takes the place of the `null` that was there. A
#   delete removes the `null` version, if any, and leaves a marker, itself with the id `null`.

# %%
mixed = new_bucket("mixed")
s3.put_object(Bucket=mixed, Key="list.txt", Body=b"before")
for status in ("Enabled", "Suspended"):
    s3.put_bucket_versioning(Bucket=mixed, VersioningConfiguration={"Status": status})
    s3.put_object(Bucket=mixed, Key="list.txt", Body=status.encode())
    print(f"after a write while {status}")
    show(mixed)

# %% [markdown]
# ### Your turn: predict what is left
#
# One key in a fresh bucket. `steps` is a list of `"put"`, `"delete"`, `"enable"` and `"suspend"`. Write
# `left_after(steps)`, which predicts how many **versions** and how many **delete markers** of that key exist at the
# end. Predict by the rules, with no call to S3: the check plays your steps in the lab and counts. (In the unversioned
# state a write replaces the object and a delete removes it. Nobody deletes what was never written.)
#
# <details><summary>Hint</summary>
#
# Keep two numbers, of versions and markers that have an id, and one more thing: what sits at `null` - nothing, a
# version, or a marker? Only `put` and `delete` in the enabled state leave `null` alone.
# </details>


# %% exercise="count-versions"
def left_after(steps: list[str]) -> tuple[int, int]:
    """Predict (versions, delete markers) of one key."""
    ### BEGIN SOLUTION
    state, null, versions, markers = "unversioned", "", 0, 0
    for step in steps:
        if step == "enable":
            state = "enabled"
        elif step == "suspend":
            state = "suspended"
        elif state == "enabled":
            versions += step == "put"
            markers += step == "delete"
        elif step == "put":
            null = "version"
        else:
            null = "marker" if state == "suspended" else ""
    return versions + (null == "version"), markers + (null == "marker")
    ### END SOLUTION


# %% check="count-versions" points=2
with check(
    "count-versions",
    needs="left_after",
    right="Suspending stops new versions; it never takes away old ones.",
) as expect:

    def measured(steps: list[str]) -> tuple[int, int]:
        bucket = new_bucket("check-left")
        for step in steps:
            if step == "put":
                s3.put_object(Bucket=bucket, Key="k", Body=b"")
            elif step == "delete":
                s3.delete_object(Bucket=bucket, Key="k")
            else:
                status = {"enable": "Enabled", "suspend": "Suspended"}[step]
                s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
        found = s3.list_object_versions(Bucket=bucket)
        return len(found.get("Versions", [])), len(found.get("DeleteMarkers", []))

    def same(words: str) -> None:
        steps = words.split()
        with lab.watching() as made:
            predicted = left_after(list(steps))
        expect(not made, "Your function asks S3. Predict by the rules alone.")
        counted = measured(steps)
        expect(
            type(predicted) is tuple and len(predicted) == 2,
            "Return two numbers: return versions, markers.",
        )
        expect(
            (int(predicted[0]), int(predicted[1])) == counted,
            f"After {' > '.join(steps)}: you predict {int(predicted[0])} versions and {int(predicted[1])} markers; "
            f"the lab counts {counted[0]} and {counted[1]}.",
        )

    same("put put")
    same("put enable put put")
    same("put enable put suspend put put")
    same("enable put suspend delete delete")
    same("put enable delete suspend put delete")
    same("put delete enable put")
    same("enable put suspend delete put")
    ### BEGIN HIDDEN TESTS
    same("put delete put enable put delete delete put")
    same("enable put put suspend put delete put enable put delete")
    same("put suspend put delete put")
    same("put enable suspend delete enable put")
    ### END HIDDEN TESTS

# %% [markdown]
# ### MFA Delete
#
# Whoever may delete versions can still destroy everything. **MFA Delete** closes that door: with it, only the root
# user of the bucket's account, with a code of their MFA device, deletes a version for good or changes the state of
# versioning. Plain deletes, which only lay markers, go on as before.

# %%
from course.lab.iam.mfa import mfa_code  # what an authenticator app would show

vault = new_bucket("vault", versions=True)
first = s3.put_object(Bucket=vault, Key="ring-numbers.csv", Body=b"...")["VersionId"]
phone = boto3.client("iam").create_virtual_mfa_device(
    VirtualMFADeviceName=lab.unique_name("root-phone"),
)
device = phone["VirtualMFADevice"]


def code_now() -> str:
    """Serial number, a space, and six digits."""
    return f"{device['SerialNumber']} {mfa_code(device['Base32StringSeed'])}"


both = {"Status": "Enabled", "MFADelete": "Enabled"}
s3.put_bucket_versioning(Bucket=vault, VersioningConfiguration=both, MFA=code_now())
suspended = {"Status": "Suspended"}
tries = {
    "delete the version, no code": lambda: s3.delete_object(
        Bucket=vault,
        Key="ring-numbers.csv",
        VersionId=first,
    ),
    "suspend versioning, no code": lambda: s3.put_bucket_versioning(
        Bucket=vault,
        VersioningConfiguration=suspended,
    ),
    "plain delete, no code": lambda: s3.delete_object(Bucket=vault, Key="ring-numbers.csv"),
    "delete the version, with code": lambda: s3.delete_object(
        Bucket=vault,
        Key="ring-numbers.csv",
        VersionId=first,
        MFA=code_now(),
    ),
}
for what, attempt in tries.items():
    try:
        attempt()
        print(f"{what:<31}done")
    except ClientError as error:
        print(f"{what:<31}{error.response['Error']['Code']}")

# %% [markdown]
# It is switched on and off by API, CLI or SDK, not in the console, and it excludes lifecycle rules. (In the lab a
# virtual device that belongs to no user counts as root's. On AWS root registers one in the console.)

# %% [markdown]
# ## Reading what was just written
#
# S3 is **strongly consistent**: a read or a listing that begins after a successful write sees that write. This holds
# for new objects, overwrites, deletes, tags and metadata, in all Regions, at no extra charge.

# %%
fresh = new_bucket("fresh")
try:
    s3.get_object(Bucket=fresh, Key="ring-42")
except s3.exceptions.NoSuchKey:
    print("before:    not there")
s3.put_object(Bucket=fresh, Key="ring-42", Body=b"tern")
print("new:      ", s3.get_object(Bucket=fresh, Key="ring-42")["Body"].read())
s3.put_object(Bucket=fresh, Key="ring-42", Body=b"puffin")
print("overwrite:", s3.get_object(Bucket=fresh, Key="ring-42")["Body"].read())
s3.delete_object(Bucket=fresh, Key="ring-42")
print("delete:   ", s3.list_objects_v2(Bucket=fresh)["KeyCount"], "objects listed")

# %% [markdown]
# > **Then and now.** Until December 2020 overwrites, deletes and listings were *eventually* consistent: a read
# > could return the old object for a while, or 404 if you had asked for the key before it was written. Many practice
# > questions still say so. Settings of *buckets* are eventual to this day: a deleted bucket may stay in the list, and
# > AWS advises to wait 15 minutes after versioning is first enabled.
#
# What of a read *during* a write? It gives the old object or the new one, never a mixture. And if two write at the
# same time, the one that S3 dates later stays; the other is lost without a word.

# %%
charts.gantt(
    [
        ("writer A", 0, 6, "PUT 'puffin: 7'", "A's object"),
        ("writer B", 2, 9, "PUT 'puffin: 8'", "B's object"),
        ("reader", 1, 2, "old", "the old object"),
        ("reader", 4, 5, "old", "the old object"),
        ("reader", 7, 8, "7", "A's object"),
        ("reader", 10, 11, "8", "B's object"),
    ],
    unit="milliseconds",
    kinds={"A's object": "work", "B's object": "busy", "the old object": "wait"},
    headline="A read gives a whole object, old or new; what A wrote is soon lost",
    source="one possible order of events",
)

# %% [markdown]
# A **conditional write** prevents lost updates. `IfNoneMatch="*"` writes only if the key does not exist (since August
# 2024), `IfMatch=etag` only if the object still is the one that you read (since November 2024). Otherwise S3 answers
# `PreconditionFailed`, HTTP 412.

# %%
tally = new_bucket("tally")
read = s3.put_object(Bucket=tally, Key="today.json", Body=b'{"puffin": 7}')
s3.put_object(Bucket=tally, Key="today.json", Body=b'{"puffin": 8}')  # a colleague was quicker
for condition in ({"IfMatch": read["ETag"]}, {"IfNoneMatch": "*"}):
    try:
        s3.put_object(Bucket=tally, Key="today.json", Body=b'{"puffin": 1}', **condition)
    except ClientError as error:
        print(condition, error.response["Error"]["Code"])

# %% [markdown]
# ### Your turn: count together
#
# Volunteers with telephones count birds into one object, a JSON dictionary such as `{"puffin": 7}`. Write
# `add_sighting(client, bucket, key, species)`, which adds one to a species. The object may not exist yet. If somebody
# else writes between your read and your write, nothing may be lost: read again and try again. Any error that is no lost
# race must come out. Use the `client` you are given for all calls.
#
# <details><summary>Hint</summary>
#
# A loop: read body and ETag from *one* `get_object`; if it raises `client.exceptions.NoSuchKey`, begin with `{}`.
# Write with the condition that fits. On `PreconditionFailed` go round again; any other error must come out.
# </details>


# %% exercise="add-sighting"
def add_sighting(client, bucket: str, key: str, species: str) -> None:
    """Add one to a species; never lose what others wrote."""
    ### BEGIN SOLUTION
    while True:
        try:
            found = client.get_object(Bucket=bucket, Key=key)
            counts, condition = json.loads(found["Body"].read()), {"IfMatch": found["ETag"]}
        except client.exceptions.NoSuchKey:
            counts, condition = {}, {"IfNoneMatch": "*"}
        counts[species] = counts.get(species, 0) + 1
        try:
            client.put_object(Bucket=bucket, Key=key, Body=json.dumps(counts), **condition)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
    ### END SOLUTION


# %% check="add-sighting" points=3
with check(
    "add-sighting",
    needs="add_sighting",
    right="Read, change, write if unchanged: no lock, nothing lost.",
) as expect:

    def counted(start: dict[str, int] | None, rivals: int, species: str, own: int, moment: str) -> None:
        bucket, key, left = new_bucket("check-count"), "today.json", [rivals]
        if start is not None:
            s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(start))

        def quicker(**_) -> None:
            """A colleague writes between your read and your write."""
            if left[0] > 0:
                left[0] -= 1
                there = s3.list_objects_v2(Bucket=bucket).get("Contents")
                now = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) if there else {}
                s3.put_object(
                    Bucket=bucket,
                    Key=key,
                    Body=json.dumps(now | {"gull": now.get("gull", 0) + 1}),
                )

        phone_client = boto3.client("s3")
        phone_client.meta.events.register(moment, quicker)
        with lab.watching(most=100):
            for _ in range(own):
                add_sighting(phone_client, bucket, key, species)
        expect(
            left[0] < max(rivals, 1),
            "Read and write the object with the client that you are given.",
        )
        there = s3.list_objects_v2(Bucket=bucket).get("Contents")
        expect(
            there,
            "There is no object afterwards. If it does not exist, begin with an empty dictionary.",
        )
        try:
            got = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except ValueError:
            got = "no JSON"
        wanted = dict(start or {})
        wanted[species] = wanted.get(species, 0) + own
        if rivals - left[0]:
            wanted["gull"] = wanted.get("gull", 0) + rivals - left[0]
        case = "with nobody else writing" if not rivals else "with a colleague who writes between your read and write"
        case += "" if start is not None else ", beginning without an object"
        hint = ""
        if rivals and isinstance(got, dict) and got.get("gull") != wanted.get("gull"):
            hint = " Their count was lost: write under a condition, and read again before each try."
        elif rivals:
            hint = " Yours was lost: go round again until a write succeeds, however often somebody is quicker."
        expect(
            got == wanted,
            f"{own} sighting{'s' if own > 1 else ''} of a {species} {case}: the object holds {got}, it should hold "
            f"{wanted}.{hint}",
        )

    after_read, before_write = "after-call.s3.GetObject", "before-call.s3.PutObject"
    counted({"puffin": 7}, 0, "puffin", 2, after_read)
    counted(None, 0, "tern", 1, before_write)
    counted({"puffin": 7}, 2, "puffin", 1, before_write)
    counted({"puffin": 7}, 2, "puffin", 1, after_read)
    counted(None, 1, "tern", 1, before_write)
    archived = new_bucket("check-count")
    s3.put_object(Bucket=archived, Key="2024.json", Body=b'{"puffin": 7}', StorageClass="GLACIER")
    told = "An error that is no lost race must come out of add_sighting."
    with expect.refused("InvalidObjectState", f"{told} An archived object cannot be read."), lab.watching(most=20):
        add_sighting(s3, archived, "2024.json", "puffin")
    with expect.refused("NoSuchBucket", told), lab.watching(most=20):
        add_sighting(s3, "nobody-made-this-bucket", "today.json", "tern")
    ### BEGIN HIDDEN TESTS
    counted({"puffin": 7, "gull": 1}, 4, "razorbill", 3, after_read)
    counted(None, 3, "tern", 2, before_write)
    ### END HIDDEN TESTS

# %% [markdown]
# > **On real AWS** two such writes at the very same moment may also give `ConditionalRequestConflict` (409). It means
# > the same: try again.
#
# ## A web site without a server
#
# A bucket can answer as a web site, with an index document for folders and an error document, at an address of its
# own: `http://BUCKET.s3-website-REGION.amazonaws.com` (in some Regions with a dot before the Region).
# HTTP only; for HTTPS put CloudFront in front. Visitors are strangers, so the objects must be readable by all.

# %%
site = new_bucket("tern-island")
s3.put_object(
    Bucket=site,
    Key="index.html",
    Body=b"<h1>Tern Island</h1>",
    ContentType="text/html",
)
s3.put_object(
    Bucket=site,
    Key="lost.html",
    Body=b"<h1>No such bird</h1>",
    ContentType="text/html",
)
pages = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "lost.html"}}
s3.put_bucket_website(Bucket=site, WebsiteConfiguration=pages)
address = f"http://{site}.s3-website-us-east-1.amazonaws.com"
print("private bucket:    ", requests.get(f"{address}/").status_code)

everybody_reads = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{site}/*",
        }
    ],
}
s3.delete_public_access_block(Bucket=site)  # new buckets refuse public policies
s3.put_bucket_policy(Bucket=site, Policy=json.dumps(everybody_reads))
for path in ("/", "/dodo.html"):
    answer = requests.get(address + path)
    print(f"public, {path:<11}", answer.status_code, answer.text)

# %% [markdown]
# A stranger who may not *list* the bucket gets 403 for a missing page, not 404: S3 does not tell what exists. The
# next lesson is about who may read.
#
# ### CORS: when a page asks another host
#
# An **origin** is scheme, host and port: `https://tern.example` and `https://tern.example:8443` are two. A browser
# hides the answer of another origin from a page's script, unless that answer allows it. Before a request such as PUT
# it even asks first, with a *preflight*: method `OPTIONS`. For a bucket, the **CORS** configuration gives these
# answers. It is nothing but a word to browsers: it opens no bucket, and it stops no program.

# %%
media = new_bucket("tern-media")
rules = [
    {
        "AllowedOrigins": ["https://tern.example"],
        "AllowedMethods": ["GET"],
        "MaxAgeSeconds": 600,
    }
]
s3.put_bucket_cors(Bucket=media, CORSConfiguration={"CORSRules": rules})
for origin in ("https://tern.example", "https://tern.example:8443", "http://tern.example"):
    asks = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    answer = requests.options(f"https://{media}.s3.amazonaws.com/a.jpg", headers=asks)
    allowed = answer.headers.get("Access-Control-Allow-Origin", "not allowed")
    print(f"{origin:<28}{answer.status_code}  {allowed}")

# %% [markdown]
# ### Your turn: let the page in
#
# The station's page, at some origin, shows recordings (GET) and uploads new ones (PUT, with the header
# `Content-Type`). After an upload its script reads the header `ETag`. Browsers report CORS errors, but pages of
# strangers read recordings happily. Mend `let_page_in(bucket, origin)`:
#
# - pages of this origin may GET and PUT, and send `Content-Type`; other methods are not allowed;
# - their scripts may see `ETag` after either; the browser may remember a preflight for one hour, for either;
# - pages of other origins are allowed nothing.
#
# <details><summary>Hint</summary>
#
# An origin has no slash at its end and no path. `AllowedHeaders` is what the page may send, `ExposeHeaders` what its
# script may read, `MaxAgeSeconds` how long the browser remembers.
# </details>


# %% exercise="let-the-page-in" repair=true
def let_page_in(bucket: str, origin: str) -> None:
    """Allow one page to read and upload."""
    rules = [
        {"AllowedOrigins": [origin + "/"], "AllowedMethods": ["GET", "PUT"]},
        {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 60},
    ]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


### BEGIN SOLUTION
def let_page_in(bucket: str, origin: str) -> None:
    """Allow one page to read and upload."""
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["Content-Type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


### END SOLUTION

# %% check="let-the-page-in" points=2
with check(
    "let-the-page-in",
    needs="let_page_in",
    right="CORS is a word to browsers. Policies decide who may read.",
) as expect:

    def page_works(origin: str, strangers: list[str]) -> None:
        bucket = new_bucket("check-cors")
        s3.put_object(Bucket=bucket, Key="a.wav", Body=b"kee")
        let_page_in(bucket, origin)
        url = f"https://{bucket}.s3.amazonaws.com/a.wav"

        def preflight(page: str, method: str, header: str = ""):
            asks = {"Origin": page, "Access-Control-Request-Method": method}
            return requests.options(
                url,
                headers=asks | ({"Access-Control-Request-Headers": header} if header else {}),
            )

        for method in ("GET", "PUT"):
            expect(
                preflight(origin, method).status_code == 200,
                f"A page of {origin} may not {method}. Compare the origins letter by letter.",
            )
        expect(
            preflight(origin, "PUT", "content-type").status_code == 200,
            "The page may not send the header Content-Type with its PUT. Look at AllowedHeaders.",
        )
        for method in ("POST", "HEAD", "DELETE"):
            expect(
                preflight(origin, method).status_code == 403,
                f"The page may {method}. Allow only the methods it needs.",
            )
        for stranger in strangers:
            for method in ("GET", "PUT"):
                expect(
                    preflight(stranger, method).status_code == 403,
                    f"A page of {stranger} may {method}. Only {origin} should be allowed.",
                )
        for method in ("GET", "PUT"):
            answer = requests.request(method, url, headers={"Origin": origin})
            exposed = answer.headers.get("Access-Control-Expose-Headers", "")
            expect(
                "etag" in exposed.lower(),
                f"After a {method} the script may not see the header ETag. Look at ExposeHeaders.",
            )
            remembered = preflight(origin, method).headers.get("Access-Control-Max-Age")
            expect(
                remembered == "3600",
                f"The browser may remember the preflight of a {method} for {remembered or 'no'} seconds, it should "
                "be 3,600: MaxAgeSeconds.",
            )

    page_works(
        "https://tern.example",
        ["https://evil.example", "http://tern.example", "https://tern.example.evil.example"],
    )
    page_works("https://counter.tern.example", ["https://tern.example"])
    ### BEGIN HIDDEN TESTS
    page_works(
        "https://station.example:8443",
        ["https://station.example", "https://x.station.example:8443"],
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Finding objects again
#
# S3 lists by prefix and by nothing else. "All photographs of puffins from June" needs an **index**: a table with one
# row for each object. The usual way: S3 tells a Lambda function of each new object, and the function writes a row
# into DynamoDB. (How the event gets there is in a later lesson of this section.) Here is the function's core, called
# by hand.

# %%
dynamodb = boto3.resource("dynamodb")
index = dynamodb.create_table(
    TableName=lab.unique_name("photo-index"),
    KeySchema=[
        {"AttributeName": "species", "KeyType": "HASH"},
        {"AttributeName": "taken", "KeyType": "RANGE"},
    ],
    AttributeDefinitions=[
        {"AttributeName": "species", "AttributeType": "S"},
        {"AttributeName": "taken", "AttributeType": "S"},
    ],
    BillingMode="PAY_PER_REQUEST",
)
index.wait_until_exists()
photos = new_bucket("photos")


def remember(bucket: str, key: str) -> None:
    """Write the row of one object."""
    seen = s3.head_object(Bucket=bucket, Key=key)
    row = {**seen["Metadata"], "key": key, "size": seen["ContentLength"], "etag": seen["ETag"]}
    index.put_item(Item=row)


for name, species, taken in (
    ("1.jpg", "puffin", "2026-05-30T06:10"),
    ("2.jpg", "puffin", "2026-06-02T05:40"),
    ("3.jpg", "gull", "2026-06-02T05:41"),
    ("4.jpg", "puffin", "2026-06-19T21:15"),
):
    s3.put_object(
        Bucket=photos,
        Key=name,
        Body=b"." * 99,
        Metadata={"species": species, "taken": taken},
    )
    remember(photos, name)

from boto3.dynamodb.conditions import Key

june = index.query(
    KeyConditionExpression=Key("species").eq("puffin") & Key("taken").begins_with("2026-06"),
)
print(
    [row["key"] for row in june["Items"]],
    "together",
    sum(row["size"] for row in june["Items"]),
    "bytes",
)

# %% [markdown]
# It works the other way round too: a DynamoDB item holds 400 KB, so a large document goes to S3 and its key into
# the item.
#
# > **Bill.** On real AWS: about a cent. Delete buckets with all versions afterwards, and abort unfinished uploads.

# %%
lab.bill()

# %% [markdown]
# ## To remember
#
# - Object storage keeps things whole, under a key, reached by HTTP; a changed byte means a new object.
# - A bucket has one Region and a name unique in the world; both stay. Folders are prefixes with a slash.
# - One PUT carries 5 GB, an object 50 TB: from 100 MB on use parts, at most 10,000, each of 5 MiB or more.
# - Metadata is replaced as a whole, with the object; tags change freely, ten at most.
# - With versioning a plain delete lays a marker; a delete with a version id is for good. Every version is billed.
# - Suspending keeps all versions and writes the one called `null`. MFA Delete asks root for a code.
# - Reads see every finished write, at once. Conditional writes (`IfMatch`, `IfNoneMatch`) keep writers from losing
#   updates.
# - A web site endpoint speaks HTTP and needs public objects; CORS only tells browsers what pages may see.

# %% [markdown] question="stale-read"
# ### Question 1
#
# A program overwrites `prices.json` in S3. A second later a server in another Region reads it, directly from the
# bucket. Sometimes it gets the old prices. Which cause is possible?
#
# - [ ] **A** S3 is eventually consistent for overwrites.
#   > It was, until December 2020. Since then a read that begins after the write sees it, wherever the reader is.
# - [x] **B** The write had not finished, or the reader keeps a copy of its own.
#   > A read that begins before the PUT is answered may get the old object, and caches in programs or CloudFront know
#   > nothing of S3's consistency. Look there first.
# - [ ] **C** The reader did not ask for a strongly consistent read.
#   > There is no such switch in S3. That one belongs to DynamoDB.
# - [ ] **D** Versioning is off, so the reader gets whatever version a server holds.
#   > Consistency does not depend on versioning.

# %% answer="stale-read"
answer = "B"

# %% check="stale-read" points=1
question("stale-read", answer)

# %% [markdown] question="growing-bill"
# ### Question 2
#
# A versioned bucket shows 40 GB of objects in its listing, and the bill shows 900 GB. Nothing was copied. What
# explains it best?
#
# - [ ] **A** S3 bills the three copies that it keeps in three Availability Zones.
#   > The copies are included in the price of a gigabyte.
# - [ ] **B** Delete markers are billed like the objects they hide.
#   > A marker takes a few bytes, the length of its key.
# - [x] **C** Older versions and parts of unfinished uploads, which a listing does not show.
#   > `list_object_versions` and `list_multipart_uploads` show them; lifecycle rules for old versions and unfinished
#   > uploads end them.
# - [ ] **D** Metadata and tags.
#   > At most 2 KB of metadata an object, and tags have a small price of their own.

# %% answer="growing-bill"
answer = "C"

# %% check="growing-bill" points=1
question("growing-bill", answer)

# %% [markdown] question="seven-gigabytes"
# ### Question 3
#
# An upload of 7 GB by a single `put_object` fails; over a slow line even files of 2 GB fail now and then and start
# again from the beginning. Which change helps with both?
#
# - [x] **A** Upload in parts.
#   > Above 5 GB it is the only way, and when a part fails, that part alone is sent again.
# - [ ] **B** Ask AWS to raise the quota for the size of a PUT.
#   > 5 GB for one request is fixed.
# - [ ] **C** Compress the files in the browser.
#   > Smaller files fail less often, but recordings hardly shrink, and 7 GB may stay above the limit.
# - [ ] **D** Turn on versioning, so that the next attempt goes on where the last one stopped.
#   > A failed PUT leaves no version behind; versions know nothing of attempts.

# %% answer="seven-gigabytes"
answer = "A"

# %% check="seven-gigabytes" points=1
question("seven-gigabytes", answer)

# %% [markdown] question="fonts"
# ### Question 4
#
# A site at `https://shop.example` loads fonts from the public bucket `fonts`. Opened alone, a font's address works;
# in the page the browser reports that the request was blocked by CORS policy. What do you change?
#
# - [ ] **A** The bucket policy of `fonts` must allow `https://shop.example`.
#   > Policies speak of principals, not of origins. The font is public already.
# - [ ] **B** A CORS configuration on the bucket that serves the page.
#   > The answer that the browser hides comes from `fonts`; that answer needs the headers.
# - [x] **C** A CORS configuration on `fonts` that allows GET for the origin `https://shop.example`.
#   > Then answers carry Access-Control-Allow-Origin and the page may use the font.
# - [ ] **D** Turn on static website hosting for `fonts`.
#   > That gives another address, and the browser asks the same question there.

# %% answer="fonts"
answer = "C"

# %% check="fonts" points=1
question("fonts", answer)

# %% [markdown] question="wiped"
# ### Question 5
#
# Stolen keys of a deployment role delete all objects of a versioned bucket, then every version. What would have left
# the data readable?
#
# - [ ] **A** Suspending versioning beforehand.
#   > Suspended or not, whoever may delete versions can delete them.
# - [ ] **B** A lifecycle rule that keeps old versions for 30 days.
#   > A rule says when S3 itself deletes. It does not stop others.
# - [x] **C** MFA Delete.
#   > A delete with a version id would have needed root and a code of its device.
#   > All that the thief could do is lay markers.
# - [ ] **D** Delete markers on top of all objects.
#   > A marker hides an object and protects none of its versions.

# %% answer="wiped"
answer = "C"

# %% check="wiped" points=1
question("wiped", answer)

# %%
progress()
