# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.3'
#     - '4.3'
#     minutes: 55
#     practises:
#       cheaper-storage:
#       - aurora.cost
#       day-bill:
#       - aurora.serverless
#       go-global:
#       - aurora.global-database
#       make-cluster:
#       - aurora.overview
#       - aurora.security
#       - aurora.endpoints
#       promises:
#       - aurora.quorum
#       quorum:
#       - aurora.quorum
#       right-door:
#       - aurora.writer-and-failover
#       - aurora.endpoints
#       which-feature:
#       - aurora.features
#       - aurora.serverless
#       - aurora.global-database
#     services:
#     - rds
#     title: 'Aurora: six copies of every write'
#     topics:
#     - aurora.overview
#     - aurora.storage-growth
#     - aurora.quorum
#     - aurora.writer-and-failover
#     - aurora.endpoints
#     - aurora.features
#     - aurora.security
#     - aurora.serverless
#     - aurora.global-database
#     - aurora.cost
# ---

# %% [markdown]
# # Aurora: six copies of every write
#
# Lumen, the photo shop, keeps its orders in a relational database. It has outgrown one server, and an hour without
# orders has become expensive. **Amazon Aurora** speaks MySQL or PostgreSQL and stores differently. After this lesson
# you can say what survives which failure, build a cluster, find the right endpoint, and tell what it costs.

# %% setup="start"
from collections import Counter
from itertools import combinations, product
from math import ceil
from random import Random

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("05-databases/03-aurora")
lab.start()
rds = boto3.client("rds")

# %% [markdown]
# ## What is different
#
# On RDS a MySQL or PostgreSQL *server* has a disk. You choose its size, and replicas have disks of their own. Aurora
# is AWS's own engine that understands the clients of both. Its servers have no data disks: all instances of a
# **cluster** share one **volume**, spread over three Availability Zones, which grows by itself. So a new reader needs
# no copy, and a failover needs no catching up.
#
# AWS claims up to 5 times the throughput of MySQL and 3 times that of PostgreSQL on RDS. An hour of the same class
# costs more. Aurora is no good choice if you may want to take your database elsewhere unchanged, or need another
# engine.

# %%
hourly = {
    size: {
        "RDS for MySQL": facts.price("rds", f"mysql-db-{size}-large-single-az"),
        "Aurora": facts.price("aurora", f"db-{size}-large-standard"),
    }
    for size in ("t3", "t4g")
}
more = [usd["Aurora"] / usd["RDS for MySQL"] - 1 for usd in hourly.values()]
charts.compare(
    {f"db.{size}.large": usd for size, usd in hourly.items()},
    headline=f"Aurora costs {min(more):.0%} to {max(more):.0%} more for an hour of the same class",
    unit="USD per hour",
    source=[price for usd in hourly.values() for price in usd.values()],
)

# %% [markdown]
# > **Then and now.** Books say "15 replicas with Aurora, 5 with RDS": since 2022 RDS for MySQL, MariaDB and PostgreSQL
# > allows 15 too. Replicas of Aurora lag usually much less than 100 ms, because they read the same volume.
#
# ### Your turn: make a cluster
#
# A cluster and its instances are created one after the other: first the volume with its endpoints, then servers that
# join it. Write `make_cluster(name, password)`:
#
# - a cluster with the id `name`, engine `aurora-postgresql`, user `lumen` with the given password, **encrypted**, with
#   **IAM authentication**;
# - three instances `name-1`, `name-2`, `name-3`, class `db.r6g.large`, one in each of the zones `us-east-1a`,
#   `us-east-1b` and `us-east-1c`;
# - it returns the cluster's **writer endpoint** and **reader endpoint**, in this order.
#
# <details><summary>Hint</summary>
#
# `create_db_cluster` takes `StorageEncrypted` and `EnableIAMDatabaseAuthentication`; `create_db_instance` takes
# `DBClusterIdentifier`, the same `Engine`, and `AvailabilityZone`. The response of the first tells `Endpoint` and
# `ReaderEndpoint`.
# </details>


# %% exercise="make-cluster"
def make_cluster(name: str, password: str) -> tuple[str, str]:
    """Create a cluster of three instances; return its endpoints for writing and for reading."""
    ### BEGIN SOLUTION
    cluster = rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-postgresql",
        MasterUsername="lumen",
        MasterUserPassword=password,
        StorageEncrypted=True,
        EnableIAMDatabaseAuthentication=True,
    )["DBCluster"]
    for number, zone in enumerate("abc", start=1):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number}",
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            DBInstanceClass="db.r6g.large",
            AvailabilityZone=f"us-east-1{zone}",
        )
    return cluster["Endpoint"], cluster["ReaderEndpoint"]
    ### END SOLUTION


# %% check="make-cluster" points=2
with check(
    "make-cluster", needs="make_cluster", right="The first instance became the writer, the others read."
) as expect:

    def stands(name: str) -> None:
        name = lab.unique_name(name)
        returned = make_cluster(name, "correct-horse-7")
        found = [one for one in rds.describe_db_clusters()["DBClusters"] if one["DBClusterIdentifier"] == name]
        expect(len(found) == 1, f"There is no cluster with the id {name}. Use the name you are given.")
        cluster = found[0]
        expect.equal(cluster["Engine"], "aurora-postgresql", "The engine")
        expect.equal(cluster["MasterUsername"], "lumen", "The user")
        expect(cluster["StorageEncrypted"] is True, "The volume is not encrypted. Say so when you create the cluster.")
        expect(cluster["IAMDatabaseAuthenticationEnabled"] is True, "IAM authentication is off.")
        members = sorted(one["DBInstanceIdentifier"] for one in cluster["DBClusterMembers"])
        expect.equal(members, [f"{name}-{number}" for number in (1, 2, 3)], "The instances of the cluster")
        zones = {}
        for member in members:
            instance = rds.describe_db_instances(DBInstanceIdentifier=member)["DBInstances"][0]
            expect.equal(instance["DBInstanceClass"], "db.r6g.large", f"The class of {member}")
            zones[member] = instance["AvailabilityZone"]
        wanted = [f"us-east-1{zone}" for zone in "abc"]
        expect(
            sorted(zones.values()) == wanted,
            f"The zones are {sorted(zones.values())}. Each instance needs a zone of its own, or one failure takes all.",
        )
        expect(
            isinstance(returned, (tuple, list)) and len(returned) == 2,
            "Return two endpoints: for writing, for reading.",
        )
        expect.equal(returned[0], cluster["Endpoint"], "The writer endpoint")
        expect.equal(returned[1], cluster["ReaderEndpoint"], "The reader endpoint")

    stands("check-orders")
    with expect.refused(
        "InvalidParameterValue", "AWS refuses a password of three characters; yours was taken. Use the given one."
    ):
        make_cluster(lab.unique_name("check-short"), "abc")
    ### BEGIN HIDDEN TESTS
    stands("check-albums")
    ### END HIDDEN TESTS

# %% [markdown]
# > **On real AWS** creating takes minutes: `rds.get_waiter("db_cluster_available")` waits. Since 18 February 2026
# > every new cluster is encrypted, with a key of AWS unless you name yours; saying it does no harm. Copies, snapshots
# > and replicas are then encrypted too. As on RDS there is no SSH; security groups and TLS guard the way in, IAM
# > tokens may replace passwords.
#
# ## A disk that grows by itself
#
# The volume consists of **segments** of 10 GB, each kept six times. It grows when data come, up to 256 TiB, and you
# pay for what is used. With a disk you pay for what you allocated, and you allocate for the peak.

# %%
months = list(range(13))
used = [40 + 5 * month + (60 if month >= 9 else 0) for month in months]  # GB; the club photos come in month 9
print("segments of 10 GB in the first month:", ceil(used[0] / 10), "and at the end:", ceil(used[-1] / 10))
charts.steps(
    {"disk bought for the year": (months, [200] * 13), "Aurora, as billed": (months, used)},
    headline="A disk is paid for its size from the first day, a volume for what lies in it",
    x_label="month",
    y_label="GB",
    values=False,
    source="an example, computed in this cell",
)

# %% [markdown]
# > **Then and now.** Older material says 64 TB at most (until 2020), then 128 TiB (until 2025).
#
# ## The quorum
#
# Of each segment there are **six copies**, two in each of three zones. A write is confirmed when **four** of six have
# it. To find out what is true after trouble, **three** of six must answer. Four and three are more than six, so any
# three copies include at least one that has seen the last write. Let us name the copies `a1 a2 b1 b2 c1 c2` after
# their zones.
#
# ### Your turn: write the rule
#
# Write `state(alive)`. `alive` is the set of copies that work. Return
#
# - `"read and write"` if both quorums can be reached,
# - `"read only"` if only the read quorum can,
# - `"down"` if neither can.
#
# The check then plays against your rule: it fails copies and zones in every way there is.
#
# <details><summary>Hint</summary>
#
# Which copies are alive does not matter, only how many. Ask for the larger quorum first.
# </details>


# %% exercise="quorum"
def state(alive: set[str]) -> str:
    """What a segment of Aurora's volume can do with these copies."""
    ### BEGIN SOLUTION
    if len(alive) >= 4:
        return "read and write"
    return "read only" if len(alive) >= 3 else "down"
    ### END SOLUTION


# %% check="quorum" points=2
with check("quorum", needs="state", right="22 of 64 failures leave it writing, 42 leave it readable.") as expect:
    COPIES = ("a1", "a2", "b1", "b2", "c1", "c2")

    def fail(*lost: str) -> set[str]:
        """The copies that are left when these fail; 'a' is a zone, 'a1' a copy."""
        return {copy for copy in COPIES if copy not in lost and copy[0] not in lost}

    def turn(what: str, left: set[str], wanted: str) -> None:
        got = state(set(left))
        why = f"{len(left)} of 6 copies are alive; a write needs 4, a read 3"
        expect(got == wanted, f"{what}: your rule says {got!r}, it should be {wanted!r} ({why}).")

    turn("Nothing has failed", fail(), "read and write")
    turn("Copy b1 has failed", fail("b1"), "read and write")
    turn("Zone a has failed", fail("a"), "read and write")
    turn("Zone a and copy c2 have failed", fail("a", "c2"), "read only")
    turn("Zone a and both copies of b have failed", fail("a", "b"), "down")
    turn("One copy in each zone has failed", fail("a1", "b1", "c1"), "read only")
    turn("All have failed", set(), "down")
    every = [set(some) for size in range(7) for some in combinations(COPIES, size)]
    told = Counter(state(set(some)) for some in every)
    expect.equal(
        (told["read and write"], told["read only"], told["down"]),
        (22, 20, 22),
        "Your verdicts over all 64 ways to fail",
    )
    ### BEGIN HIDDEN TESTS
    turn("Zone c has failed", fail("c"), "read and write")
    turn("Zone b and copy a1 have failed", fail("b", "a1"), "read only")
    turn("Only copy c1 is alive", {"c1"}, "down")
    for some in every:
        turn(
            f"Alive are {sorted(some)}",
            some,
            ["down", "read only", "read and write"][(len(some) > 2) + (len(some) > 3)],
        )
    ### END HIDDEN TESTS

# %%
need_write, need_read = facts.limit("aurora", "write-quorum"), facts.limit("aurora", "read-quorum")


def verdict(left: int) -> str:
    return "writes" if left >= need_write else "reads only" if left >= need_read else "down"


charts.heatmap(
    {
        f"{('no zone', 'one zone', 'two zones')[zones]} lost": {
            f"{copies} more": verdict(6 - 2 * zones - copies) if 2 * zones + copies <= 6 else None
            for copies in range(5)
        }
        for zones in range(3)
    },
    columns_are="copies lost in other zones:",
    meanings={"writes": "good", "reads": "warn", "down": "bad"},
    headline="A zone may go and Aurora writes on; a zone and one more copy, and it can still read",
    source=[need_write, need_read],
)

# %% [markdown]
# "Reads only" is not the end. As long as three copies can be read, the others are made again from them, 10 GB at a
# time, and writing goes on.
#
# ### Your turn: other promises
#
# Why six copies, and not three? Say a store has `per_zone` copies in each of **three zones**; a write needs `write` of
# all copies, a read `read`. Write `promises(per_zone, write, read)`, which returns three truth values:
#
# 1. every read quorum shares a copy with every write quorum (else a read may miss the last write);
# 2. writes go on when one zone is lost;
# 3. reads go on when one zone and one more copy are lost.
#
# The check computes the same by trying out every quorum and every failure.
#
# <details><summary>Hint</summary>
#
# Three comparisons with the number of copies: all of them, those without a zone, and one less than that.
# </details>


# %% exercise="promises"
def promises(per_zone: int, write: int, read: int) -> tuple[bool, bool, bool]:
    """Whether reads see the last write; writes survive a zone; reads survive a zone and one copy."""
    ### BEGIN SOLUTION
    without_zone = 2 * per_zone
    return write + read > 3 * per_zone, without_zone >= write, without_zone - 1 >= read
    ### END SOLUTION


# %% check="promises" points=2
with check(
    "promises", needs="promises", right="Three copies keep the first two promises; the third takes six."
) as expect:

    def play(per_zone: int, write: int, read: int) -> tuple[bool, bool, bool]:
        """Try out every quorum and every failure."""
        copies = [zone + str(n) for zone in "abc" for n in range(per_zone)]
        meet = all(set(w) & set(r) for w in combinations(copies, write) for r in combinations(copies, read))
        lost = [[copy for copy in copies if copy[0] != zone] for zone in "abc"]
        more = [[copy for copy in left if copy != dead] for left in lost for dead in left]
        return meet, all(len(left) >= write for left in lost), all(len(left) >= read for left in more)

    def compare(per_zone: int, write: int, read: int) -> None:
        got, wanted = promises(per_zone, write, read), play(per_zone, write, read)
        expect(isinstance(got, (tuple, list)) and len(got) == 3, f"Return three truth values; you returned {got!r}.")
        names = ("reads meet the last write", "writes survive a zone", "reads survive a zone and a copy")
        for name, mine, played in zip(names, got, wanted, strict=True):
            case = f"{per_zone} {'copy' if per_zone == 1 else 'copies'} a zone, write {write}, read {read}"
            expect(mine == played, f"{case}: '{name}' is {played}, your answer says {mine}.")

    compare(2, 4, 3)
    compare(1, 2, 2)
    compare(2, 3, 3)
    compare(2, 5, 2)
    compare(2, 4, 4)
    compare(2, 4, 2)
    compare(2, 3, 4)
    compare(3, 5, 5)
    ### BEGIN HIDDEN TESTS
    for per_zone in (1, 2):
        for write, read in product(range(1, 3 * per_zone + 1), repeat=2):
            compare(per_zone, write, read)
    ### END HIDDEN TESTS

# %% [markdown]
# What is the third promise worth? A zone is gone. Each remaining copy happens to be broken with a small probability.
# How often is too little left to read? We add up all cases.


# %%
def unreadable(left: int, quorum: int, broken: float) -> float:
    """Chance that fewer than `quorum` of `left` copies work."""
    patterns = product((True, False), repeat=left)
    chance = 0.0
    for works in patterns:
        if sum(works) < quorum:
            good = sum(works)
            chance += (1 - broken) ** good * broken ** (left - good)
    return chance


risks = [0.001, 0.003, 0.01, 0.03, 0.1]
charts.curves(
    {
        "three copies, 2 to read": (risks, [100 * unreadable(2, 2, risk) for risk in risks]),
        "six copies, 3 to read": (risks, [100 * unreadable(4, 3, risk) for risk in risks]),
    },
    log_x=True,
    log_y=True,
    headline="With a zone gone, six copies are far less often unreadable than three",
    x_label="probability that a copy is broken",
    y_label="chance that nothing can be read",
    y_unit="percent",
    source="computed in this cell",
)

# %% [markdown]
# ## One writer, many readers
#
# One instance of a cluster writes; up to 15 others read the same volume. When the writer dies, Aurora makes a reader
# the writer: that with the best *promotion tier* (0 before 15). It takes usually less than 30 seconds, a minute at
# most. With no reader a new instance must be created first, which takes minutes.


# %% setup="cluster"
def start_cluster(name: str, instances: int = 3, **more) -> str:
    """A cluster with some instances; returns its id."""
    name = lab.unique_name(name)
    engine = more.pop("Engine", "aurora-postgresql")
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine=engine, MasterUsername="lumen", MasterUserPassword="correct-horse-7", **more
    )
    for number in range(1, instances + 1):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number}",
            DBClusterIdentifier=name,
            Engine=engine,
            DBInstanceClass="db.r6g.large",
        )
    return name


def describe(cluster_id: str) -> dict:
    """What boto3 tells of a cluster."""
    return rds.describe_db_clusters(DBClusterIdentifier=cluster_id)["DBClusters"][0]


def writer_of(cluster_id: str) -> str:
    """The instance that writes."""
    return next(
        one["DBInstanceIdentifier"] for one in describe(cluster_id)["DBClusterMembers"] if one["IsClusterWriter"]
    )


# %%
orders = start_cluster("orders")
for target in (f"{orders}-3", f"{orders}-1"):
    print("writer:", writer_of(orders), " endpoint:", describe(orders)["Endpoint"][:30], "...")
    rds.failover_db_cluster(DBClusterIdentifier=orders, TargetDBInstanceIdentifier=target)
print("writer:", writer_of(orders), " endpoint:", describe(orders)["Endpoint"][:30], "...")

# %% [markdown]
# The writer changed, the endpoint stayed. A cluster has four kinds:
#
# - the **writer** (or cluster) endpoint: always the current writer;
# - the **reader** endpoint: another reader for each new *connection*;
# - an **instance** endpoint for each instance, whatever its role;
# - up to five **custom** endpoints, for a subset that you choose, such as large readers for reports.
#
# > **Lab and AWS.** Clusters of the lab hold no data. `ask(address, statement)` in the next cell is a model: it finds
# > the instance behind an address, refuses writes to a reader, and tells who answered.


# %% setup="ask"
class ReadOnly(Exception):
    """The database's refusal to write on a reader."""


turns: Counter[str] = Counter()


def ask(address: str, statement: str) -> str:
    """Open a connection, run one statement; returns the id of the instance that answered."""
    host, _, rest = address.partition(".")
    try:
        if not rest.startswith("cluster-"):
            host = rds.describe_db_instances(DBInstanceIdentifier=host)["DBInstances"][0]["DBClusterIdentifier"]
        cluster = describe(host)
    except (ClientError, KeyError):
        raise ConnectionError(f"could not translate host name {address!r} to address") from None
    members = {one["DBInstanceIdentifier"]: one["IsClusterWriter"] for one in cluster["DBClusterMembers"]}
    readers = sorted(name for name, writes in members.items() if not writes)
    if address == cluster["Endpoint"]:
        found = next(name for name, writes in members.items() if writes)
    elif address == cluster["ReaderEndpoint"]:
        turns[address] += 1
        found = readers[turns[address] % len(readers)] if readers else next(iter(members))
    else:
        found = address.partition(".")[0]
    if found not in members:
        raise ConnectionError(f"could not translate host name {address!r} to address")
    if not statement.upper().startswith("SELECT") and not members[found]:
        raise ReadOnly("cannot execute this statement in a read-only transaction")
    return found


# %% [markdown]
# ### Your turn: repair the doors
#
# Lumen's program asks once, at its start, where to write and where to read, and keeps the answer for weeks. After the
# last failover it could not write, until somebody restarted it. And one reader does all the work while the others
# sleep. Repair `doors(cluster_id)`: it returns a dictionary with the addresses `"write"` and `"read"` that stay
# right.
#
# <details><summary>Hint</summary>
#
# Which of the four kinds follows the writer, and which spreads connections? `describe_db_clusters` tells both.
# </details>


# %% exercise="right-door" repair=true
def doors(cluster_id: str) -> dict[str, str]:
    """Where a program writes to and reads from."""
    addresses = {}
    for member in describe(cluster_id)["DBClusterMembers"]:
        name = member["DBInstanceIdentifier"]
        instance = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        role = "write" if member["IsClusterWriter"] else "read"
        addresses[role] = instance["Endpoint"]["Address"]
    return addresses


### BEGIN SOLUTION
def doors(cluster_id: str) -> dict[str, str]:
    """Where a program writes to and reads from."""
    cluster = describe(cluster_id)
    return {"write": cluster["Endpoint"], "read": cluster["ReaderEndpoint"]}


### END SOLUTION


# %% check="right-door" points=2
with check("right-door", needs="doors", right="Names that follow the roles outlive every failover.") as expect:

    def weeks(instances: int, failovers: list[int]) -> None:
        cluster = start_cluster("check-doors", instances)
        kept = doors(cluster)
        expect(isinstance(kept, dict) and set(kept) == {"write", "read"}, "Return {'write': ..., 'read': ...}.")
        for number in (None, *failovers):
            if number is not None:
                target = f"{cluster}-{number}"
                rds.failover_db_cluster(DBClusterIdentifier=cluster, TargetDBInstanceIdentifier=target)
            when = "At the start" if number is None else f"After the failover to instance {number}"
            try:
                wrote = ask(kept["write"], "INSERT INTO orders VALUES (1)")
                readers = [ask(kept["read"], "SELECT 1") for _ in range(instances)]
            except ReadOnly:
                wrote = "a reader, which refused"
            except ConnectionError as error:
                expect(False, f"{when}: {error}. Return names as describe_db_clusters tells them, without a port.")
            writer = writer_of(cluster)
            expect(
                wrote == writer,
                f"{when} a write reached {wrote}; the writer is {writer}. An address must follow the role.",
            )
            expect(writer not in readers, f"{when} reads reach the writer {writer}, which has enough to do.")
            expect(
                len(set(readers)) == instances - 1,
                f"{when} {len(set(readers))} of {instances - 1} readers get all reads. Which endpoint spreads them?",
            )

    weeks(3, [2, 1])
    ### BEGIN HIDDEN TESTS
    weeks(4, [4, 2])
    ### END HIDDEN TESTS

# %% [markdown]
# The reader endpoint spreads *connections*, by DNS, and knows nothing of queries. A program with a few connections
# that live long may load one reader and spare another.

# %%
chance, pool = Random(11), ["reader 1", "reader 2", "reader 3"]
long_lived, short = Counter(dict.fromkeys(pool, 0)), Counter(dict.fromkeys(pool, 0))
for _ in range(4):
    long_lived[chance.choice(pool)] += 250
for _ in range(1000):
    short[chance.choice(pool)] += 1
charts.compare(
    {name: {"4 connections": long_lived[name], "1,000 connections": short[name]} for name in pool},
    headline="Few long connections load the readers unevenly, many short ones do not",
    unit="queries",
    source="simulation in this cell, 1,000 queries",
)

# %% [markdown]
# ## What else the volume can do
#
# - **Clone**: a new cluster on the same segments; only what one of the two changes is written anew (*copy-on-write*).
#   Ready in minutes whatever the size.
# - **Backtrack** (Aurora MySQL only): the cluster goes back in time *in place*, by up to 72 hours, without a restore.
#   You choose the window when you create or clone the cluster.
# - **Backups** go on without a pause; a restore to a point in time makes a *new* cluster, as with RDS.

# %%
albums = start_cluster("albums", 1, Engine="aurora-mysql", BacktrackWindow=72 * 3600)
rds.restore_db_cluster_to_point_in_time(
    DBClusterIdentifier=f"{albums}-test",
    SourceDBClusterIdentifier=albums,
    RestoreType="copy-on-write",
    UseLatestRestorableTime=True,
)
print(
    "backtrack up to",
    describe(albums)["BacktrackWindow"] // 3600,
    "hours; clone:",
    describe(f"{albums}-test")["Status"],
)
try:
    start_cluster("invoices", 1, BacktrackWindow=3600)
except ClientError as error:
    print("PostgreSQL:", error.response["Error"]["Message"])

# %% [markdown]
# ## Aurora serverless
#
# Lumen's test database sleeps all night. **Aurora serverless** gives an instance (class `db.serverless`) not a size
# but a range, in **ACUs** (*Aurora capacity units*, about 2 GiB of memory with the processor that belongs to it):
# from 0 to at most 256, in steps of 0.5, paid by the second. With a minimum of **0** it pauses after 5 minutes
# without a connection (you choose 5 minutes to a day) and needs about 15 seconds to wake up. Storage is paid all the
# time.

# %%
test = lab.unique_name("lumen-test")
rds.create_db_cluster(
    DBClusterIdentifier=test,
    Engine="aurora-postgresql",
    MasterUsername="lumen",
    MasterUserPassword="correct-horse-7",
    ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 8, "SecondsUntilAutoPause": 300},
)
rds.create_db_instance(
    DBInstanceIdentifier=f"{test}-1",
    DBClusterIdentifier=test,
    Engine="aurora-postgresql",
    DBInstanceClass="db.serverless",
)
print(describe(test)["ServerlessV2ScalingConfiguration"])

# %% [markdown]
# > **Then and now.** Older books describe *Serverless v1*, with `EngineMode="serverless"`. It ended on 31 March 2025.
# > What is called Aurora serverless now was v2. (The lab accepts any range; AWS does not.)
#
# ### Your turn: the bill of a day
#
# Write `day_bill(needs, lowest, highest)`: the cost of capacity in USD. `needs` lists for each hour how many ACUs the
# load would take. In each hour capacity is the need **rounded up to a step of 0.5**, but not less than `lowest` and
# not more than `highest`. If `lowest` is 0 and nothing is needed, the hour is free. An ACU-hour costs
# `facts.price("aurora", "serverless-capacity-standard")`. Limits that AWS does not take (outside 0 to 256, not in
# halves, lowest above highest) raise a `ValueError`.
#
# <details><summary>Hint</summary>
#
# `ceil(need * 2) / 2` rounds up to halves, and `x % 0.5` tells whether something is left over.
# </details>


# %% exercise="day-bill"
def day_bill(needs: list[float], lowest: float, highest: float) -> float:
    """What the capacity of these hours costs."""
    ### BEGIN SOLUTION
    if not 0 <= lowest <= highest <= 256 or lowest % 0.5 or highest % 0.5:
        raise ValueError(f"no range of ACUs: {lowest} to {highest}")
    hours = [min(highest, max(lowest, ceil(2 * need) / 2)) for need in needs]
    return sum(hours) * facts.price("aurora", "serverless-capacity-standard")
    ### END SOLUTION


# %% check="day-bill" points=2
with check(
    "day-bill", needs="day_bill", right="The floor is paid all day: that is where most bills are lost."
) as expect:
    acu = float(facts.price("aurora", "serverless-capacity-standard"))
    expect.close(day_bill([2, 2, 2], 0.5, 8), 6 * acu, "Three hours of 2 ACUs")
    expect.close(day_bill([1.2], 0.5, 8), 1.5 * acu, "1.2 ACUs are rounded up to 1.5")
    expect.close(day_bill([0, 20], 1, 8), 9 * acu, "Nothing and 20 ACUs, between 1 and 8")
    expect.close(day_bill([0, 0, 0.1], 0, 4), 0.5 * acu, "Two hours paused, then hardly anything")
    try:
        same = day_bill([1, 9], 2, 2)
    except ValueError:
        same = None
    expect(same is not None, "You do not take 2 to 2 ACUs; only a lowest above the highest is wrong.")
    expect.close(same, 4 * acu, "Two hours between 2 and 2")

    def not_taken(lowest: float, highest: float, why: str) -> None:
        refused = False
        try:
            day_bill([1], lowest, highest)
        except ValueError:
            refused = True
        expect(refused, f"{lowest} to {highest} ACUs did not raise a ValueError: {why}.")

    not_taken(0.3, 4, "0.3 is no step of 0.5")
    not_taken(1, 4.3, "4.3 is no step of 0.5")
    not_taken(1, 256.5, "256 is the most")
    not_taken(4, 2, "the lowest is above the highest")
    not_taken(-0.5, 2, "there is no negative capacity")
    ### BEGIN HIDDEN TESTS
    expect.close(day_bill([0] * 16 + [3.1] * 8, 0, 16), 28 * acu, "Eight busy hours of 3.1 ACUs")
    expect.close(day_bill([0] * 24, 0.5, 16), 12 * acu, "A silent day with a floor of 0.5")
    not_taken(1, 3.3, "3.3 is no step of 0.5")
    not_taken(0, 1000, "256 is the most")
    ### END HIDDEN TESTS

# %%
fixed = facts.price("aurora", "db-r6g-large-standard")  # 16 GiB of memory
unit = facts.price("aurora", "serverless-capacity-standard")
charts.curves(
    {
        "db.r6g.large, always on": lambda busy: 24 * fixed,
        "serverless, 8 ACUs or paused": lambda busy: 8 * unit * busy,
        "serverless, 8 or 2 ACUs": lambda busy: (8 * busy + 2 * (24 - busy)) * unit,
    },
    x=(0, 24),
    breakeven=True,
    against="db.r6g.large, always on",
    headline="Serverless pays below 6.5 busy hours a day, and only if it can pause",
    x_label="busy hours a day",
    y_unit="USD per day",
    subtitle="each with 16 GiB of memory while it is busy",
    source=[fixed, unit],
)

# %% [markdown]
# ## Across Regions
#
# An **Aurora Global Database** has one primary Region that writes and up to 10 secondary Regions that read. Its
# *storage* replicates, typically in less than a second. If the primary Region is lost, you promote a secondary
# (*failover*); while all is well, you can change places without loss (*switchover*). Each secondary may have 16
# readers; each one takes a place from the primary's 15.

# %%
regions = range(facts.limit("aurora", "global-database-secondary-regions") + 1)
own, each = (
    facts.limit("aurora", "global-database-primary-replicas"),
    facts.limit("aurora", "global-database-replicas-per-secondary"),
)
charts.bars(
    {f"{count} secondary Regions": own - count + each * count for count in regions if count % 2 == 0},
    sort=False,
    headline="Ten secondary Regions make room for 165 readers",
    unit="readers",
    source=[own, each, facts.limit("aurora", "global-database-secondary-regions")],
)

# %% [markdown]
# > **Then and now.** Five secondary Regions were the limit until May 2025. Before Global Database one replicated
# > MySQL's binary log to another Region; that still exists and is slower.
#
# ### Your turn: go global
#
# Write `go_global(cluster_id, name, regions)`: it makes a global cluster `name` out of an existing cluster of
# `us-east-1`, and in each of the `regions` a secondary cluster `name-REGION`, engine `aurora-postgresql`. If there
# are more than 10 regions, one is named twice, or the primary's own is among them, it raises a `ValueError` **and
# makes nothing**.
#
# <details><summary>Hint</summary>
#
# `create_global_cluster` takes `SourceDBClusterIdentifier`, the cluster's **ARN** (`describe(cluster_id)` knows it). A
# secondary is made by a client of its Region, `boto3.client("rds", region_name=...)`, with `GlobalClusterIdentifier`;
# it needs no user and no password.
# </details>


# %% exercise="go-global"
def go_global(cluster_id: str, name: str, regions: list[str]) -> None:
    """Spread a cluster over further Regions."""
    ### BEGIN SOLUTION
    if len(regions) > 10 or len(set(regions)) < len(regions) or "us-east-1" in regions:
        raise ValueError(f"these cannot be the secondary Regions: {regions}")
    rds.create_global_cluster(
        GlobalClusterIdentifier=name, SourceDBClusterIdentifier=describe(cluster_id)["DBClusterArn"]
    )
    for region in regions:
        boto3.client("rds", region_name=region).create_db_cluster(
            DBClusterIdentifier=f"{name}-{region}", Engine="aurora-postgresql", GlobalClusterIdentifier=name
        )
    ### END SOLUTION


# %% check="go-global" points=2
with check(
    "go-global", needs="go_global", right="Readers on other continents, and a second home for the data."
) as expect:

    def known(name: str) -> dict | None:
        found = rds.describe_global_clusters()["GlobalClusters"]
        return next((one for one in found if one["GlobalClusterIdentifier"] == name), None)

    def spreads(regions: list[str]) -> None:
        cluster, name = start_cluster("check-global", 1), lab.unique_name("check-world")
        try:
            go_global(cluster, name, list(regions))
        except ValueError:
            expect(False, f"{len(regions)} other Regions, each named once, were refused; ten are allowed.")
        made = known(name)
        expect(made is not None, f"There is no global cluster {name}.")
        arns = [member["DBClusterArn"] for member in made["GlobalClusterMembers"]]
        primary = describe(cluster)["DBClusterArn"]
        expect(primary in arns, f"The cluster {cluster} is not a member. Give its ARN as the source.")
        for region in regions:
            there = [arn for arn in arns if arn.split(":")[3] == region]
            expect(
                len(there) == 1,
                f"In {region} the global cluster has {len(there)} members. Ask a client of that Region.",
            )
            expect.equal(there[0].rpartition(":")[2], f"{name}-{region}", "The secondary's id")
        expect(len(arns) == 1 + len(regions), f"The global cluster has {len(arns)} members, not {1 + len(regions)}.")

    def refuses(regions: list[str], why: str) -> None:
        cluster, name = start_cluster("check-global", 1), lab.unique_name("check-world")
        refused = False
        try:
            go_global(cluster, name, list(regions))
        except ValueError:
            refused = True
        expect(refused, f"{why}, and go_global raised no ValueError.")
        expect(known(name) is None, f"{why}: go_global refused, but had made the global cluster before. Check first.")

    ten = ["us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1"]
    ten += ["ap-south-1", "ap-southeast-1"]
    spreads(["eu-west-1", "ap-southeast-1"])
    spreads(ten)
    refuses([*ten, "ap-northeast-1"], "Eleven Regions are too many")
    refuses(["eu-west-1", "eu-west-1"], "A Region is named twice")
    refuses(["eu-west-1", "us-east-1"], "The primary's own Region is among them")
    ### BEGIN HIDDEN TESTS
    spreads(["eu-central-1"])
    refuses([*ten, "sa-east-1"], "Eleven Regions are too many")
    refuses(["us-east-1"], "The primary's own Region is among them")
    ### END HIDDEN TESTS

# %% setup="cases"
CASES = {
    "wrong update": "Aurora MySQL; ten minutes ago someone overwrote all prices; back in place, at once",
    "wrong update, PostgreSQL": "the same on Aurora PostgreSQL; a new endpoint is no problem",
    "rehearsal": "try a migration on all 3 TB of real data this afternoon, cheaply, without touching them",
    "slow reports": "long SELECTs at month's end slow down the shop; the orders must stay quick",
    "lost Region": "the shop must write again minutes after a whole Region is lost",
    "sleepy test system": "used two hours a day, at times that nobody knows",
}
for case, story in CASES.items():
    print(f"{case:25} {story}")

# %% [markdown]
# ### Your turn: which feature?
#
# Write `feature_for(case)`; it returns for each case above one of `"backtrack"`, `"clone"`, `"point-in-time restore"`,
# `"reader"`, `"global database"`, `"serverless"`. Each fits once.
#
# <details><summary>Hint</summary>
#
# Begin with what is possible with one engine only.
# </details>


# %% exercise="which-feature"
def feature_for(case: str) -> str:
    """Which feature of Aurora helps in a case."""
    ### BEGIN SOLUTION
    return {
        "wrong update": "backtrack",
        "wrong update, PostgreSQL": "point-in-time restore",
        "rehearsal": "clone",
        "slow reports": "reader",
        "lost Region": "global database",
        "sleepy test system": "serverless",
    }[case]
    ### END SOLUTION


# %% check="which-feature" points=1
with check("which-feature", needs="feature_for", right="Each solves one problem; none replaces backups.") as expect:
    wants = {
        "wrong update": ("backtrack", "In place and at once: only one feature turns the cluster itself back."),
        "wrong update, PostgreSQL": (
            "point-in-time restore",
            "PostgreSQL cannot be turned back; a new cluster may come.",
        ),
        "rehearsal": ("clone", "Which copy is ready in minutes and stores only what changes?"),
        "slow reports": ("reader", "Long SELECTs need another server on the same volume."),
        "lost Region": ("global database", "The data must already be in another Region."),
        "sleepy test system": ("serverless", "Nobody knows the times, so nobody can plan a size."),
    }
    offered = {feature for feature, _ in wants.values()}
    for case, (wanted, why) in wants.items():
        got = feature_for(case)
        expect(got in offered, f"{case}: {got!r} is not one of the six: {', '.join(sorted(offered))}.")
        expect(got == wanted, f"{case}: not {got}. {why}")
    ### BEGIN HIDDEN TESTS
    expect.equal([feature_for(case) for case in wants], [wanted for wanted, _ in wants.values()], "All six again")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it costs
#
# Storage is sold in two ways. **Standard**: 0.10 USD for a GB-month, and every million requests to the volume (*I/O*)
# costs 0.20. **I/O-Optimized**: requests are free, the GB-month costs 0.225, and instances cost 30 % more. AWS's rule
# of thumb: change when I/O is more than a quarter of the bill. You may change to it once in 30 days, and back any day.
#
# ### Your turn: the cheaper one
#
# Write `cheaper(hourly, gb, million_io)`: `"standard"` or `"I/O-Optimized"`, the one that costs less in a month
# (`facts.HOURS_PER_MONTH` hours), for instances of `hourly` USD in all. When equal, standard. Take the prices from
# `facts.price("aurora", ...)`: `storage-standard`, `i-o-standard`, `storage-i-o-optimized`, and
# `compute-premium-of-i-o-optimized` (a limit, in per cent).
#
# <details><summary>Hint</summary>
#
# Two sums of instances, storage and requests; that limit, from `facts.limit`, is 30.
# </details>


# %% exercise="cheaper-storage"
def cheaper(hourly: float, gb: float, million_io: float) -> str:
    """The cheaper kind of storage."""
    ### BEGIN SOLUTION
    compute = hourly * facts.HOURS_PER_MONTH
    premium = 1 + facts.limit("aurora", "compute-premium-of-i-o-optimized") / 100
    standard = compute + gb * facts.price("aurora", "storage-standard")
    standard += million_io * facts.price("aurora", "i-o-standard")
    optimized = compute * premium + gb * facts.price("aurora", "storage-i-o-optimized")
    return "I/O-Optimized" if optimized < standard else "standard"
    ### END SOLUTION


# %% check="cheaper-storage" points=2
with check(
    "cheaper-storage", needs="cheaper", right="Count requests (VolumeReadIOPs, VolumeWriteIOPs) before."
) as expect:

    def sides(hourly: float, gb: float) -> None:
        """Just below and just above the break-even."""
        extra = 0.3 * hourly * facts.HOURS_PER_MONTH + gb * 0.125
        for million, wanted in ((extra / 0.2 * 0.98, "standard"), (extra / 0.2 * 1.02, "I/O-Optimized")):
            case = f"{hourly} USD an hour, {gb} GB, {million:.0f} million requests"
            expect.equal(cheaper(hourly, gb, million), wanted, case)

    sides(0.26, 100)
    sides(0.26, 10_000)
    expect.equal(cheaper(0.26, 100, 0), "standard", "A silent cluster")
    expect.equal(cheaper(0, 0, 0), "standard", "Nothing at all, which costs the same in both")
    ### BEGIN HIDDEN TESTS
    sides(1.038, 500)
    sides(0.52, 40)
    ### END HIDDEN TESTS

# %%
premium = 1 + facts.limit("aurora", "compute-premium-of-i-o-optimized") / 100
month = fixed * facts.HOURS_PER_MONTH
gb_price, io_price = facts.price("aurora", "storage-standard"), facts.price("aurora", "i-o-standard")
gb_flat = facts.price("aurora", "storage-i-o-optimized")
charts.curves(
    {
        "standard": lambda million: month + 100 * gb_price + million * io_price,
        "I/O-Optimized": lambda million: month * premium + 100 * gb_flat,
    },
    x=(0, 700),
    breakeven=True,
    headline="With one db.r6g.large and 100 GB, I/O-Optimized pays beyond about 350 million requests",
    x_label="requests to the volume a month",
    x_unit="million requests",
    y_unit="USD per month",
    source=[fixed, gb_price, io_price, gb_flat],
)

# %% [markdown]
# > **Bill.** The clusters of this lesson, one `db.r6g.large` and more in each, would cost some hundred dollars a day
# > on AWS. A member leaves its global cluster first; then its instances are deleted, then the cluster.

# %%
for world in rds.describe_global_clusters()["GlobalClusters"]:
    for member in world["GlobalClusterMembers"]:
        arn = member["DBClusterArn"]
        rds.remove_from_global_cluster(
            GlobalClusterIdentifier=world["GlobalClusterIdentifier"], DbClusterIdentifier=arn
        )
        home = boto3.client("rds", region_name=arn.split(":")[3])
        if home.meta.region_name != rds.meta.region_name:
            home.delete_db_cluster(DBClusterIdentifier=arn.split(":")[6], SkipFinalSnapshot=True)
for cluster in rds.describe_db_clusters()["DBClusters"]:
    for member in cluster["DBClusterMembers"]:
        rds.delete_db_instance(DBInstanceIdentifier=member["DBInstanceIdentifier"], SkipFinalSnapshot=True)
    rds.delete_db_cluster(DBClusterIdentifier=cluster["DBClusterIdentifier"], SkipFinalSnapshot=True)
print("clusters left:", len(rds.describe_db_clusters()["DBClusters"]))

# %% [markdown]
# ## To remember
#
# - Aurora's instances share one volume over three zones; it grows by 10 GB segments up to 256 TiB, paid by use.
# - Six copies: four confirm a write, three answer a read. A lost zone stops nothing; a zone and a copy leave reading.
# - One writer, up to 15 readers with promotion tiers; a failover usually takes less than 30 s.
# - The writer endpoint follows the writer, the reader endpoint spreads new connections; instance endpoints do neither.
# - Backtrack turns Aurora MySQL back by up to 72 hours; a clone shares storage until something changes.
# - Aurora serverless has a range of ACUs in steps of 0.5; with a minimum of 0 it pauses and wakes in about 15 s.
# - A Global Database reads in up to 10 more Regions, mostly under a second behind.
# - Standard bills I/O; I/O-Optimized does not, and costs more for instances and storage.

# %% [markdown] question="zone-and-copy"
# ### Question 1
#
# A whole Availability Zone has lost power. In another zone one more storage node of an Aurora segment fails. What can
# the cluster do with the data of this segment, at this moment?
#
# - [ ] **A** Read and write: three copies are a majority of six.
#   > Three of six are one half. Aurora wants four for a write.
# - [x] **B** Read, and not write until a copy is repaired.
#   > Three copies are the read quorum. From them the others are made again, then writes go on.
# - [ ] **C** Nothing, until the zone is back.
#   > The read quorum of three is just reached.
# - [ ] **D** Write, but not read.
#   > A write needs more copies than a read, four against three.

# %% answer="zone-and-copy"
answer = "B"

# %% check="zone-and-copy" points=1
question("zone-and-copy", answer)

# %% [markdown] question="one-busy-reader"
# ### Question 2
#
# A reporting tool keeps eight connections to the reader endpoint open all day. Of three readers one is at 90 % CPU,
# the others idle at 20 %. What explains it?
#
# - [ ] **A** The reader endpoint sends each query to the reader with the lowest promotion tier.
#   > Promotion tiers decide who becomes the writer. They do not spread queries.
# - [ ] **B** The idle readers lag behind and get no traffic.
#   > Readers share the volume; the endpoint does not leave one out because of lag.
# - [x] **C** Connections are spread when they are opened, and then stay where they are.
#   > DNS gives each new connection a reader. With few long connections chance decides; open them anew from time to
#   > time, or spread them in the client.
# - [ ] **D** A cluster uses one reader until it is full.
#   > No: each new connection may get another reader.

# %% answer="one-busy-reader"
answer = "C"

# %% check="one-busy-reader" points=1
question("one-busy-reader", answer)

# %% [markdown] question="sleepy-database"
# ### Question 3
#
# A booking site for a ski club is used on some winter weekends, then heavily. Nobody can plan a size. The first
# visitor after a silent week may wait half a minute, and the team wants to pay no capacity while nobody is there.
# What fits?
#
# - [x] **A** Aurora serverless with a minimum of 0 ACUs and a high maximum.
#   > It pauses when nobody is connected, wakes up in about 15 seconds, and grows with the rush.
# - [ ] **B** Aurora serverless with a minimum of 8 ACUs.
#   > Quick at once, but 8 ACUs are paid through the silent weeks.
# - [ ] **C** A db.r6g.large and an Auto Scaling policy for readers.
#   > The writer is paid all the time, and more readers do not help a writer that is too small.
# - [ ] **D** A cluster with `EngineMode="serverless"`.
#   > That was version 1, which ended in March 2025.

# %% answer="sleepy-database"
answer = "A"

# %% check="sleepy-database" points=1
question("sleepy-database", answer)

# %% [markdown] question="prices-overwritten"
# ### Question 4
#
# On an Aurora PostgreSQL cluster somebody has overwritten a table an hour ago. Other tables got good data since then.
# The team wants the old table back. What is the way?
#
# - [ ] **A** Backtrack the cluster by one hour.
#   > Backtrack exists for Aurora MySQL only, and it would also turn back the good data.
# - [ ] **B** Promote a reader: it still has the old table.
#   > Readers share the volume. They saw the change within milliseconds.
# - [ ] **C** Switch over to a secondary Region.
#   > It receives every change too, usually within a second.
# - [x] **D** Restore to a point in time before the mistake, into a new cluster, and copy the table back.
#   > The restore makes another cluster; the running one keeps its good data.

# %% answer="prices-overwritten"
answer = "D"

# %% check="prices-overwritten" points=1
question("prices-overwritten", answer)

# %%
progress()
