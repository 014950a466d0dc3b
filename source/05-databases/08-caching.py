# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.3'
#     - '4.3'
#     minutes: 60
#     practises:
#       break-even:
#       - elasticache.lazy-loading
#       - elasticache.when-to-cache
#       decide-store:
#       - elasticache.redis-vs-memcached
#       - elasticache.combine-strategies
#       - elasticache.when-to-cache
#       - dax.vs-elasticache
#       fill-on-miss:
#       - elasticache.lazy-loading
#       - elasticache.database-cache
#       last-print:
#       - dax.accelerator
#       - dax.cluster
#       make-cache:
#       - elasticache.overview
#       - elasticache.durability
#       save-both:
#       - elasticache.write-through
#       sessions:
#       - elasticache.session-store
#       shards:
#       - elasticache.cluster-modes
#       stop-refusing:
#       - elasticache.eviction-ttl
#     services:
#     - elasticache
#     - dax
#     - dynamodb
#     title: A cache in front of a database
#     topics:
#     - elasticache.overview
#     - elasticache.redis-vs-memcached
#     - elasticache.durability
#     - elasticache.cluster-modes
#     - elasticache.database-cache
#     - elasticache.session-store
#     - elasticache.when-to-cache
#     - elasticache.lazy-loading
#     - elasticache.write-through
#     - elasticache.combine-strategies
#     - elasticache.eviction-ttl
#     - elasticache.cost
#     - dax.accelerator
#     - dax.cluster
#     - dax.vs-elasticache
# ---

# %% [markdown]
# # A cache in front of a database
#
# Lumen, the photo shop, has put its gallery online. A few photos are famous: everybody opens them, and the database
# answers the same question a thousand times an hour. After this lesson you can put a **cache** in front of it, keep
# what it says true enough, keep customers logged in on every server, and tell when a cache does not pay.

# %% setup="start"
import bisect
import json
import random
import secrets
import sqlite3
from collections import OrderedDict
from itertools import accumulate

import boto3
import redis
from botocore.exceptions import ClientError
from redis.crc import key_slot

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("05-databases/08-caching")
lab.start()
elasticache = boto3.client("elasticache")

# %% [markdown]
# ## Few things are popular
#
# Views of photos, like words in a book, follow **Zipf's law**: the second most popular gets about half the views of
# the first, the third a third. The exponent says how steep that is; 0 means that all are equally popular. So a small
# memory that keeps what was used last can answer most questions. We ask a model of such a memory.


# %% setup="views"
def views(photos: int, exponent: float, count: int, seed: int = 1) -> list[int]:
    """Which photos visitors open, one after the other; photo 0 is the most popular."""
    weights = list(accumulate(1 / (rank + 1) ** exponent for rank in range(photos)))
    chance = random.Random(seed)
    return [bisect.bisect(weights, chance.random() * weights[-1]) for _ in range(count)]


# %%
def hit_ratio(opened: list[int], size: int) -> float:
    """The share of views that a memory of `size` photos answers when it forgets the least recently used."""
    memory: OrderedDict[int, bool] = OrderedDict()
    hits = 0
    for photo in opened:
        hits += memory.pop(photo, False)
        memory[photo] = True
        if len(memory) > size:
            memory.popitem(last=False)
    return 100 * hits / len(opened)


shares, exponents = (0.01, 0.05, 0.1, 0.25, 0.5), (0, 0.6, 0.8, 1.0, 1.2)
ratios = {
    f"exponent {exponent:g}": {
        f"{share:.0%}": round(hit_ratio(views(1000, exponent, 8000), round(1000 * share))) for share in shares
    }
    for exponent in exponents
}
charts.heatmap(
    ratios,
    columns_are="of 1,000 photos fit into the cache:",
    headline="Where few photos are popular, room for a tenth of them answers half of the views",
    subtitle="per cent of views answered by the cache",
    source="simulation in this cell, 8,000 views each",
)

# %% [markdown]
# With exponent 0 the cache answers about as many per cent as fit into it: such a **key space without hot keys** is not
# worth caching. Three questions tell whether a cache helps:
#
# - **Is it safe?** A cached answer may be old. Fine for a title or a profile, wrong for a bank balance.
# - **Is it effective?** Few hot keys, many reads for each change.
# - **Is it structured well?** A key and a value, or a computed result under one key.

# %%
for name, reads, writes, may_be_old in (("profiles", 90, 2, True), ("balances", 3, 3, False)):
    print(f"say {name} have {reads / writes:.0f} reads for each write; may they be old? {may_be_old}")

# %% [markdown]
# ## ElastiCache
#
# **Amazon ElastiCache** runs such a memory for you: **Valkey**, **Redis OSS** or **Memcached**, on nodes in your VPC
# (or *serverless*). AWS installs, patches, watches and replaces nodes; your code asks and fills the cache, and that is
# the price: every read path changes.
#
# > **Then and now.** Older books know Redis and Memcached only. Serverless came in 2023, Valkey, an open fork of
# > Redis, in 2024; it is the cheaper choice, and Redis is now listed as *Redis OSS*. The client library is the same.

# %%
hour = {name: facts.price("elasticache", f"cache-t4g-micro-{name}") for name in ("valkey", "redis-oss")}
for name, usd in hour.items():
    print(f"a small node of {name:9} {usd * facts.HOURS_PER_MONTH:5.2f} USD a month")

# %% [markdown]
# With Valkey and Redis OSS you create a **replication group**: a *primary* takes writes, *replicas* copy it and answer
# reads. If the primary dies, ElastiCache makes a replica the primary, in another Availability Zone if you spread them
# (Multi-AZ).
#
# ### Your turn: make a cache
#
# Write `make_cache(name)`. It creates a replication group with that id: engine `valkey`, node type `cache.t4g.micro`,
# **one primary and two replicas**, automatic failover and Multi-AZ, encrypted **in transit and at rest**. It waits
# until the group is available and returns the **primary endpoint's address**.
#
# <details><summary>Hint</summary>
#
# `create_replication_group` needs `ReplicationGroupId` and `ReplicationGroupDescription`; `NumCacheClusters` counts
# the primary too. A waiter `replication_group_available` exists; in the lab it moves the lab's clock. Then ask
# `describe_replication_groups` and look at `["NodeGroups"][0]["PrimaryEndpoint"]`.
# </details>


# %% exercise="make-cache"
def make_cache(name: str) -> str:
    """Create a replication group of three encrypted nodes; return the address for writes."""
    ### BEGIN SOLUTION
    elasticache.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="the gallery's cache",
        Engine="valkey",
        CacheNodeType="cache.t4g.micro",
        NumCacheClusters=3,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        TransitEncryptionEnabled=True,
        AtRestEncryptionEnabled=True,
    )
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)
    group = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    return group["NodeGroups"][0]["PrimaryEndpoint"]["Address"]
    ### END SOLUTION


# %% check="make-cache" points=2
with check("make-cache", needs="make_cache", right="It survives the loss of a zone, and nobody can listen.") as expect:

    def stands(name: str) -> None:
        name = lab.unique_name(name)
        address = make_cache(name)
        groups = elasticache.describe_replication_groups()["ReplicationGroups"]
        group = next((one for one in groups if one["ReplicationGroupId"] == name), None)
        expect(group is not None, f"There is no replication group with the id {name}. Use the name you are given.")
        expect.equal(group["Engine"], "valkey", "The engine")
        expect.equal(group["CacheNodeType"], "cache.t4g.micro", "The node type")
        nodes = len(group["MemberClusters"])
        expect(nodes == 3, f"The group has {nodes} nodes; one primary and two replicas are three.")
        expect(group["AutomaticFailover"] == "enabled", "Nobody takes over when the primary dies: failover is off.")
        expect(group["MultiAZ"] == "enabled", "Multi-AZ is off: all nodes may lie in the zone that fails.")
        expect(group["TransitEncryptionEnabled"] is True, "Traffic is not encrypted: TransitEncryptionEnabled.")
        expect(group["AtRestEncryptionEnabled"] is True, "Snapshots are not encrypted: AtRestEncryptionEnabled.")
        shard = group["NodeGroups"][0]
        expect(isinstance(address, str), f"Return the address as text; you returned {type(address).__name__}.")
        replicas = [one["ReadEndpoint"]["Address"] for one in shard["NodeGroupMembers"]]
        expect(
            address not in [*replicas, shard["ReaderEndpoint"]["Address"]],
            "This address belongs to one node or to the readers. PrimaryEndpoint follows the primary.",
        )
        expect.equal(address, shard["PrimaryEndpoint"]["Address"], "The address")
        status = group["Status"]
        expect(status == "available", f"make_cache came back while the group was {status}. A waiter waits for you.")

    stands("check-cache")
    ### BEGIN HIDDEN TESTS
    stands("check-again")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Talk to it
#
# Boto3 makes and changes caches; data go another way. Clients speak the Redis protocol, in Python through the package
# `redis`. On AWS, inside the VPC, you would write `redis.Redis(host=address, port=6379, ssl=True)`.
#
# > **Lab and AWS.** Endpoints mean nothing outside a VPC. `lab.redis(address, ...)` gives you the same `redis.Redis`,
# > connected to a server inside this notebook, even while the group is being created. (With the environment variable
# > `COURSE_REDIS_URL` it uses yours.)


# %% setup="gallery"
def start_cache(name: str, nodes: int = 1, **more) -> dict:
    """Create a replication group; return its endpoints."""
    name = lab.unique_name(name)
    elasticache.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription=name,
        **({"Engine": "valkey", "CacheNodeType": "cache.t4g.micro", "NumCacheClusters": nodes} | more),
        AutomaticFailoverEnabled=nodes > 1,
    )
    group = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    return {"id": name, **group["NodeGroups"][0]}


def connect(cache: dict) -> redis.Redis:
    """A client of the cache's primary that returns text."""
    return lab.redis(cache["PrimaryEndpoint"], decode_responses=True)


# %%
gallery = start_cache("gallery", nodes=3)
cache = connect(gallery)
cache.set("photo:1", "sunset", ex=60)  # ex: seconds to live
cache.zincrby("likes", 3, "sunset")  # a sorted set: one command keeps a ranking
cache.zincrby("likes", 8, "cat")
print("now        ", cache.get("photo:1"), "| most liked:", cache.zrevrange("likes", 0, 0))
lab.clock.advance(seconds=61)
print("61 s later ", cache.get("photo:1"), "| most liked:", cache.zrevrange("likes", 0, 0))

# %% [markdown]
# ## What survives
#
# Replicas copy the primary **asynchronously**: the client has its answer before the copy is made. (In the lab the copy
# is made by `lab.settle()` or when the clock moves, so that we can look in between.) What happens to a write when the
# primary dies at the wrong moment?

# %%
cache.set("order:1", "paid")
lab.settle()
cache.set("order:2", "paid")
elasticache.test_failover(ReplicationGroupId=gallery["id"], NodeGroupId="0001")
print("order 1:", cache.get("order:1"), " order 2:", cache.get("order:2"), " (same endpoint, new primary)")

# %% [markdown]
# Order 2 was confirmed and is lost. A single node without replicas loses everything when it restarts. So a cache holds
# what you can make again. What protects data: replicas, Multi-AZ, and **snapshots** to S3. Automatic snapshots are off
# until you set `SnapshotRetentionLimit` (days, up to 35).
#
# > **Then and now.** Books praise Redis for its append-only file (AOF). ElastiCache does not offer it since version
# > 2.8.22. Since 2026 ElastiCache for **Valkey 9.0+** can be durable another way: a log over several zones,
# > *synchronous* (no confirmed write is lost, writes take milliseconds) or *asynchronous* (at most 10 seconds are
# > lost). **MemoryDB**, the older durable store with the same protocol, writes to such a log always.
#
# ## Lazy loading
#
# Lumen's photos live in a relational database. Ours is a small one that counts its questions; think of a MySQL on
# RDS. `select` finds a photo or `None`, `update` changes it.


# %% setup="photos"
class Photos:
    """A database table of photos that counts what it is asked."""

    def __init__(self, count: int = 100) -> None:
        self.reads = self.writes = 0
        self.broken = False
        self._sql = sqlite3.connect(":memory:", check_same_thread=False)
        self._sql.execute("create table photo (id integer primary key, title text)")
        self._sql.executemany("insert into photo values (?, ?)", [(n, f"photo {n}") for n in range(count)])

    def select(self, photo_id: int) -> dict | None:
        self.reads += 1
        row = self._sql.execute("select id, title from photo where id = ?", (photo_id,)).fetchone()
        return None if row is None else {"id": row[0], "title": row[1]}

    def update(self, photo_id: int, title: str) -> int:
        """Change a title; return how many rows changed."""
        if self.broken:
            raise sqlite3.OperationalError("database is locked")
        self.writes += 1
        return self._sql.execute("update photo set title = ? where id = ?", (title, photo_id)).rowcount


# %% [markdown]
# **Lazy loading** (or *cache-aside*): ask the cache; on a **hit** you are done. On a **miss** ask the database and
# put the answer into the cache for the next one. Only what is asked for is kept, and if the cache fails, everything
# is slower but right. The price: a miss takes **three trips**, and an answer in the cache grows old.
#
# ### Your turn: fill on a miss
#
# Write `get_photo(cache, photos, photo_id)`, which returns the photo as a dictionary:
#
# - it keeps each photo under the key `photo:<id>`, as JSON, for **300 seconds**;
# - a hit asks the cache once and the database never; a miss asks the cache, then the database once, then fills the
#   cache;
# - a photo that does not exist gives `None`, and leaves nothing in the cache;
# - if the cache cannot be reached (`redis.ConnectionError`), the photo comes from the database, as it is now: keep
#   nothing in variables.
#
# <details><summary>Hint</summary>
#
# `cache.get(key)` gives the text or `None`; `cache.set(key, text, ex=seconds)`. Two `try` blocks, one around reading
# and one around filling; or one flag that says whether the cache answered.
# </details>


# %% exercise="fill-on-miss"
def get_photo(cache: redis.Redis, photos: Photos, photo_id: int) -> dict | None:
    """A photo from the cache, or from the database and then into the cache."""
    ### BEGIN SOLUTION
    key = f"photo:{photo_id}"
    try:
        kept = cache.get(key)
    except redis.ConnectionError:
        return photos.select(photo_id)
    if kept is not None:
        return json.loads(kept)
    photo = photos.select(photo_id)
    if photo is not None:
        try:
            cache.set(key, json.dumps(photo), ex=300)
        except redis.ConnectionError:
            pass  # the next visitor fills it
    return photo
    ### END SOLUTION


# %% check="fill-on-miss" points=3
with check("fill-on-miss", needs="get_photo", right="The second visitor costs the database nothing.") as expect:

    class Trips:
        """A cache that counts its calls, and can be unplugged."""

        def __init__(self, inner: redis.Redis, works: int = 1000) -> None:
            self._inner, self.calls, self._works = inner, 0, works

        def __getattr__(self, name: str):
            def call(*args, **more):
                self.calls += 1
                if self.calls > self._works:
                    raise redis.ConnectionError("connection refused")
                return getattr(self._inner, name)(*args, **more)

            return call

    def reads(photo_id: int, seconds: int) -> None:
        inner, photos = connect(start_cache("check-lazy")), Photos()
        cache = Trips(inner)
        wanted = {"id": photo_id, "title": f"photo {photo_id}"}
        expect.equal(get_photo(cache, photos, photo_id), wanted, "The first answer")
        expect(photos.reads == 1, f"A miss asked the database {photos.reads} times; once is enough.")
        expect(
            cache.calls == 2,
            f"A miss made {cache.calls} calls to the cache; it needs two: look, and fill with the life time (ex=...).",
        )
        text = inner.get(f"photo:{photo_id}")
        expect(text is not None, f"After a miss nothing is kept under photo:{photo_id}. Found: {inner.keys('*')}.")
        try:
            kept = json.loads(text)
        except ValueError:
            kept = None
        expect(kept == wanted, f"What is kept is not the photo as JSON: {text!r}.")
        life = inner.ttl(f"photo:{photo_id}")
        expect(life != -1, "The kept photo has no life time: it would stay, and stay old, for ever.")
        expect(298 <= life <= 300, f"The kept photo lives for {life} seconds, not 300.")
        cache.calls = 0
        expect.equal(get_photo(cache, photos, photo_id), wanted, "The second answer")
        expect(photos.reads == 1, "A hit asked the database again. Return what the cache has.")
        expect(cache.calls == 1, f"A hit made {cache.calls} calls to the cache; one is enough.")
        lab.clock.advance(seconds=200)
        get_photo(cache, photos, photo_id)
        photos.update(photo_id, "new title")
        lab.clock.advance(seconds=seconds - 200)
        expect(
            get_photo(cache, photos, photo_id)["title"] == "new title",
            f"{seconds} seconds after the fill the old title is still shown. A hit must not prolong the life.",
        )

    def missing(photo_id: int) -> None:
        inner, photos = connect(start_cache("check-none")), Photos()
        expect(get_photo(inner, photos, photo_id) is None, f"There is no photo {photo_id}: return None.")
        expect(inner.dbsize() == 0, f"A photo that does not exist was put into the cache: {inner.keys('*')}.")

    def unplugged(photo_id: int, works: int) -> None:
        photos = Photos()
        cache = Trips(connect(start_cache("check-down")), works)
        when = "is down" if works == 0 else "goes down between look and fill"
        try:
            got = get_photo(cache, photos, photo_id)
        except redis.ConnectionError:
            got = "a ConnectionError"
        expect.equal(got, {"id": photo_id, "title": f"photo {photo_id}"}, f"When the cache {when}")
        expect(photos.reads == 1, f"When the cache {when}, the database was asked {photos.reads} times.")
        photos.update(photo_id, "changed")
        expect(
            get_photo(Trips(cache, works=0), photos, photo_id) == {"id": photo_id, "title": "changed"},
            "A title was changed while the cache was down, and the visitor got the old one. Keep nothing yourself.",
        )

    reads(7, seconds=301)
    missing(1000)
    unplugged(8, works=0)
    unplugged(8, works=1)
    ### BEGIN HIDDEN TESTS
    reads(42, seconds=302)
    missing(2000)
    unplugged(3, works=0)
    unplugged(3, works=1)
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: when does it pay?
#
# Say a question to the cache (look or fill) takes `cache_ms`, one to the database `database_ms`. A hit takes one trip
# to the cache, a miss a look, a question to the database and a fill. Write `break_even(cache_ms, database_ms)`: the
# **hit ratio**, between 0 and 1, at which lazy loading is **on average exactly as fast** as asking the database
# directly. If even a perfect cache would not be faster, return 1.
#
# <details><summary>Hint</summary>
#
# With hit ratio `h` the mean is `h * hit + (1 - h) * miss`. Set it equal to `database_ms` and solve for `h`.
# </details>


# %% exercise="break-even"
def break_even(cache_ms: float, database_ms: float) -> float:
    """Return the hit ratio at which lazy loading takes as long as no cache."""
    ### BEGIN SOLUTION
    hit, miss = cache_ms, 2 * cache_ms + database_ms
    return min(1.0, (miss - database_ms) / (miss - hit))
    ### END SOLUTION


# %% check="break-even" points=1
with check("break-even", needs="break_even", right="A cache that mostly misses makes reading slower.") as expect:
    expect.close(break_even(0.5, 9.5), 0.1, "0.5 ms and 9.5 ms: one hit in ten")
    expect.close(break_even(1, 3), 0.5, "1 ms and 3 ms: every second one")
    expect.close(break_even(1, 7), 0.25, "1 ms and 7 ms: one in four")
    expect.close(break_even(4, 2), 1.0, "A cache slower than its database")
    ### BEGIN HIDDEN TESTS
    expect.close(break_even(1, 9), 0.2, "1 ms and 9 ms")
    expect.close(break_even(0.5, 1.5), 0.5, "0.5 ms and 1.5 ms")
    expect.close(break_even(5, 1), 1.0, "5 ms and 1 ms")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Write-through
#
# **Write-through** keeps the cache young: whoever writes to the database writes to the cache too. Reads are then fast
# and current. The price: every write takes two trips (slow saving is forgiven), much is kept that nobody
# reads, and what was never written is never in the cache. So it comes *on top of* lazy loading.
#
# The order matters: **database first**. If it refuses, the cache must not claim otherwise.
#
# ### Your turn: repair the save
#
# `save_title` should change a title in the database and then put the new photo into the cache, under the same key and
# in the same form as before (`photo:<id>`, JSON, 300 seconds), whether it was there or not, and return the photo. A
# photo that does not exist changes nothing: `None`, and nothing in the cache. Readers complain: some photos show `1`
# in place of a title, some show titles that were never saved. Repair it.
#
# <details><summary>Hint</summary>
#
# What does `photos.update` return? And what stands in the cache when the database raises an exception?
# </details>


# %% exercise="save-both" repair=true
def save_title(cache: redis.Redis, photos: Photos, photo_id: int, title: str) -> dict | None:
    """Change a photo's title in the database and in the cache; return the photo."""
    photo = {"id": photo_id, "title": title}
    cache.set(f"photo:{photo_id}", json.dumps(photo))
    photo = photos.update(photo_id, title)
    cache.set(f"photo:{photo_id}", json.dumps(photo), ex=300)
    return photo


### BEGIN SOLUTION
def save_title(cache: redis.Redis, photos: Photos, photo_id: int, title: str) -> dict | None:
    """Change a photo's title in the database and in the cache; return the photo."""
    changed = photos.update(photo_id, title)
    if not changed:
        return None
    saved = {"id": photo_id, "title": title}
    cache.set(f"photo:{photo_id}", json.dumps(saved), ex=300)
    return saved


### END SOLUTION


# %% check="save-both" points=2
with check("save-both", needs="save_title", right="Write-through wants a life time too: it ends the churn.") as expect:

    class Watched(Photos):
        """A table that notes what the cache says while it is being changed."""

        cache: redis.Redis
        told: str | None = None

        def update(self, photo_id: int, title: str) -> int:
            self.told = self.cache.get(f"photo:{photo_id}")
            return super().update(photo_id, title)

    def saves(photo_id: int, title: str, before: str | None) -> None:
        cache, photos = connect(start_cache("check-save")), Watched()
        photos.cache, wanted = cache, {"id": photo_id, "title": title}
        if before is not None:
            cache.set(f"photo:{photo_id}", before)
        returned = save_title(cache, photos, photo_id, title)
        expect.equal(photos.select(photo_id), wanted, "The database afterwards")
        expect(
            photos.told in (before, None),
            "The cache shows the new title before the database has it. Write to the database first.",
        )
        kept = cache.get(f"photo:{photo_id}")
        expect(kept is not None, "The photo is not in the cache: the next reader has to ask the database.")
        try:
            told = json.loads(kept)
        except ValueError:
            told = kept
        expect.equal(told, wanted, "The photo in the cache")
        expect.equal(returned, wanted, "What save_title returns")
        life = cache.ttl(f"photo:{photo_id}")
        expect(298 <= life <= 300, f"It lives for {life} seconds (-1: for ever); it should be 300.")

    def refuses(photo_id: int) -> None:
        cache, photos = connect(start_cache("check-refuse")), Photos()
        before = json.dumps({"id": photo_id, "title": f"photo {photo_id}"})
        cache.set(f"photo:{photo_id}", before)
        photos.broken = True
        came_through = False
        try:
            save_title(cache, photos, photo_id, "never saved")
        except sqlite3.OperationalError:
            came_through = True
        expect(
            cache.get(f"photo:{photo_id}") in (before, None),
            "The database refused the change, and yet the cache shows it. Write to the database first.",
        )
        expect(came_through, "The database refused, and nobody is told. Let the exception through.")

    def unknown(photo_id: int) -> None:
        cache, photos = connect(start_cache("check-unknown")), Photos()
        expect(save_title(cache, photos, photo_id, "ghost") is None, f"There is no photo {photo_id}: return None.")
        expect(cache.dbsize() == 0, "A photo that does not exist is in the cache now.")

    saves(5, "harbour", before=json.dumps({"id": 5, "title": "old"}))
    saves(6, "lighthouse", before=None)
    refuses(6)
    unknown(1000)
    ### BEGIN HIDDEN TESTS
    saves(61, "harbour at night", before=None)
    saves(62, "the pier", before=json.dumps({"id": 62, "title": "old"}))
    refuses(16)
    unknown(3000)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which strategy? We measure
#
# 3,000 visitors open 500 photos (Zipf, exponent 1); one in ten changes a title. A visitor comes every half second. We
# run the same visitors through six strategies, on the cache in the lab, and count. The milliseconds are **modelled**:
# 0.5 for a trip to the cache, 8 to read from the database, 12 to write. "Stale": the visitor saw an old title.


# %%
def run(fill: bool, write: bool, seconds: int | None, cached: bool = True) -> dict[str, float]:
    """Send the visitors through one strategy; count hits, stale answers, database reads, modelled time."""
    keep, table, dice = connect(start_cache("compare")), Photos(500), random.Random(5)
    truth, hits, stale, reading, writing, asked = {}, 0, 0, [], [], 0
    for number, photo in enumerate(views(500, 1.0, 3000, seed=3)):
        if number % 20 == 0:
            lab.clock.advance(seconds=10)
        name = f"photo:{photo}"
        if dice.random() < 0.1:
            truth[photo] = f"title {number}"
            table.update(photo, truth[photo])
            if write:
                keep.set(name, truth[photo], ex=seconds)
            writing.append(12 + 0.5 * write)
            continue
        asked += 1
        title = keep.get(name) if cached else None
        if title is None:
            title = table.select(photo)["title"]
            if fill:
                keep.set(name, title, ex=seconds)
            reading.append(8 + 0.5 * cached + 0.5 * fill)
        else:
            hits += 1
            reading.append(0.5)
        stale += title != truth.get(photo, f"photo {photo}")
    return {
        "hit ratio": 100 * hits / asked,
        "stale": 100 * stale / asked,
        "database reads": table.reads,
        "ms to read": sum(reading) / len(reading),
        "ms to write": sum(writing) / len(writing),
    }


strategies = {
    "no cache": run(fill=False, write=False, seconds=None, cached=False),
    "write-through only": run(fill=False, write=True, seconds=None),
    "lazy, 60 s": run(fill=True, write=False, seconds=60),
    "lazy, no end": run(fill=True, write=False, seconds=None),
    "both, 60 s": run(fill=True, write=True, seconds=60),
    "both, no end": run(fill=True, write=True, seconds=None),
}
charts.compare(
    {name: {"hits": found["hit ratio"], "stale answers": found["stale"]} for name, found in strategies.items()},
    headline="Lazy loading finds the photos, write-through keeps them true: together they do both",
    unit="percent of views",
    source="measured in the lab, 3,000 visitors",
)

# %%
charts.compare(
    {name: {"to read": found["ms to read"], "to write": found["ms to write"]} for name, found in strategies.items()},
    headline="Reads become several times faster; writes pay half a millisecond",
    unit="ms on average",
    source="calls measured in the lab; 0.5, 8 and 12 ms a call are modelled",
)

# %% [markdown]
# Lazy loading without an end shows old titles in every second answer. A life time of a minute cuts that to about a
# quarter, and costs almost half of the hits. Both strategies together show nothing stale, as long as *every* writer
# goes through your code; one script that writes to the database directly breaks that. So **set a life time even with
# write-through**: it is your promise how old an answer can be, and what nobody reads leaves.
#
# A rule to begin with: lazy loading with a life time for everything; write-through where fresh data is worth a dearer
# write.

# %% [markdown]
# ## Sessions
#
# The other standard use: state that all servers share. Behind a load balancer each click may reach another server; if
# the session lives in one server's memory, the others ask for a new login.


# %%
def logins(servers: int, shared: bool, clicks: int = 200) -> int:
    """How often a visitor has to log in while a balancer sends each click to a random server."""
    chance, known = random.Random(servers), set()
    asked = 0
    for _ in range(clicks):
        server = "cache" if shared else chance.randrange(servers)
        asked += server not in known
        known.add(server)
    return asked


charts.compare(
    {
        f"servers: {servers}": {"own memory": logins(servers, False), "shared cache": logins(servers, True)}
        for servers in (1, 2, 4, 8, 16)
    },
    headline="With sessions in their own memory, sixteen servers ask for sixteen logins",
    unit="logins",
    source="simulation in this cell, 200 clicks of one visitor",
)

# %% [markdown]
# ### Your turn: sessions that all servers know
#
# Write three functions. They keep nothing in variables: all state is in `cache`.
#
# - `login(cache, user)` makes a session and returns its **token**: new each time, at least 16 characters that nobody
#   can guess. Somebody may have several sessions.
# - `whoami(cache, token)` returns the user, or `None`. A session ends **30 minutes after its last use**; logging in and
#   asking are uses. When it has ended, nothing of it is left in the cache.
# - `logout(cache, token)` ends this session at once, and no other.
#
# The cache also holds photos, under `photo:1` and so on: such a key is nobody's token.
#
# <details><summary>Hint</summary>
#
# `secrets.token_urlsafe()` makes tokens. `cache.getex(key, ex=seconds)` reads a key and gives it a new life time in
# one step. Put something before the token, such as `session:`, so that sessions and photos do not mix.
# </details>


# %% exercise="sessions"
def login(cache: redis.Redis, user: str) -> str:
    """Begin a session; return its token."""
    ### BEGIN SOLUTION
    token = secrets.token_urlsafe()
    cache.set(f"session:{token}", user, ex=1800)
    return token
    ### END SOLUTION


def whoami(cache: redis.Redis, token: str) -> str | None:
    """The user of a session, which lives on for 30 minutes; None if there is none."""
    ### BEGIN SOLUTION
    return cache.getex(f"session:{token}", ex=1800)
    ### END SOLUTION


def logout(cache: redis.Redis, token: str) -> None:
    """End a session."""
    ### BEGIN SOLUTION
    cache.delete(f"session:{token}")
    ### END SOLUTION


# %% check="sessions" points=2
with check(
    "sessions", needs=["login", "whoami", "logout"], right="Any server may die; nobody logs in again."
) as expect:

    def visit(user: str, idle: int) -> None:
        place = start_cache("check-session")
        one, two, other = connect(place), connect(place), connect(start_cache("check-other"))
        token, second = login(one, user), login(one, user)
        expect(
            isinstance(token, str) and len(token) >= 16, f"The token {token!r} is not a text of 16 characters or more."
        )
        expect(token != second, "Two logins got the same token: whoever knows the user can guess the session.")
        same = sum(one == other for one, other in zip(token, second, strict=False))
        expect(
            2 * same < len(token),
            f"{token!r} and {second!r} hardly differ: who knows one guesses the other. Look at the module secrets.",
        )
        state, guessed = random.getstate(), []
        for _ in range(2):
            random.seed(1)
            guessed.append(login(other, user))
        random.setstate(state)
        expect(
            guessed[0] != guessed[1],
            "The module random can be predicted: after the same seed came the same token. Look at secrets.",
        )
        for guess in guessed:
            logout(other, guess)
        expect(user not in token, "The token contains the user's name. It should tell nothing and be random.")
        lab.clock.advance(minutes=idle)
        expect.equal(whoami(two, token), user, f"A second server asks, {idle} minutes after the login, who this is")
        expect(
            whoami(other, token) is None,
            "A cache that never saw this session knows it: it is kept in a variable, which other servers cannot see.",
        )
        for minutes in (idle, 2 * idle):
            lab.clock.advance(minutes=idle)
            expect.equal(whoami(two, token), user, f"A visitor who clicks every {idle} minutes, after {minutes}")
        lab.clock.advance(minutes=31)
        expect(whoami(one, token) is None, "31 minutes after the last click the session still lives.")
        expect(one.dbsize() == 0, f"Sessions have ended, but the cache still holds {one.keys('*')[:1]}.")
        third, phone, friend = login(one, user), login(one, user), login(one, "Bob")
        logout(two, third)
        expect(whoami(one, third) is None, "After logout the session still lives.")
        expect(
            (whoami(one, phone), whoami(one, friend)) == (user, "Bob"),
            "A logout ended other sessions too. Delete what belongs to this token.",
        )
        expect(whoami(one, "no such token") is None, "An unknown token must give None.")
        one.set("photo:1", "sunset", ex=60)
        expect(
            whoami(one, "photo:1") is None,
            "The 'token' photo:1 was taken for a session: anybody may send that. Give session keys a prefix.",
        )

    visit("Ada", idle=20)
    visit("Linus", idle=29)
    ### BEGIN HIDDEN TESTS
    visit("Grace", idle=25)
    ### END HIDDEN TESTS

# %% [markdown]
# ## When the memory is full
#
# A key leaves in three ways: somebody **deletes** it, its **life time** ends, or the memory is full and it is
# **evicted**. Which one goes is the parameter `maxmemory-policy`:
#
# | policy | evicts |
# |---|---|
# | `volatile-lru` | the least recently used of the keys *with a life time*; ElastiCache's default |
# | `allkeys-lru` | the least recently used of all keys |
# | `volatile-ttl` | the key whose life ends first |
# | `noeviction` | none: writes are refused |
#
# A node has `maxmemory` bytes, fixed by its type, and reserves a quarter for backups and failover.
#
# > **Lab and AWS.** The lab's nodes are 1,024 times smaller, a MiB for each GiB, so that we can fill them. Redis
# > looks at a sample of keys and evicts nearly the right one; the lab picks exactly. `CONFIG` is not for you in
# > either.

# %%
sizes = {}
for kind in ("cache.t4g.micro", "cache.t4g.small", "cache.t4g.medium"):
    node = connect(start_cache("size", CacheNodeType=kind))
    for photo in views(3000, 1.0, 4000, seed=9):
        if node.get(f"photo:{photo}") is None:
            node.set(f"photo:{photo}", "x" * 2000, ex=86_400)
    told = node.info()
    sizes[f"{kind}, {told['maxmemory'] / 2**20:.2f} MiB"] = {
        "hits": told["keyspace_hits"] / 40,
        "evictions": told["evicted_keys"] / 40,
    }
charts.compare(
    sizes,
    headline="Nearly three times the memory halves the evictions, six times ends them",
    unit="per 100 views",
    source="measured in the lab, 3,000 photos of 2 KB, 4,000 views",
)

# %% [markdown]
# Many evictions mean that the cache throws away what it will need: **scale up** (a larger node type) or **out** (more
# shards). And the worst surprise comes with the default policy, when keys have no life time:

# %%
full = connect(start_cache("full"))
try:
    for number in range(1000):
        full.set(f"thumbnail:{number}", "x" * 1000)
except redis.OutOfMemoryError as error:
    print(f"after {number} thumbnails: {error}")

# %% [markdown]
# ### Your turn: stop the refusals
#
# Write `stop_refusing(group_id)`. From then on the replication group makes room by evicting the least recently used
# of **all** keys. Nothing is deleted by hand, and the node type stays. Names are free, but the function may be called
# for several groups.
#
# <details><summary>Hint</summary>
#
# The default parameter group cannot be changed. Create your own (family `valkey8`), change the parameter in it, and
# give it to the group with `modify_replication_group(..., ApplyImmediately=True)`. `lab.unique_name("lru")` makes
# names.
# </details>


# %% exercise="stop-refusing"
def stop_refusing(group_id: str) -> None:
    """Let a full cache evict whatever was not used for longest."""
    ### BEGIN SOLUTION
    own = lab.unique_name("evict-any")
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName=own, CacheParameterGroupFamily="valkey8", Description="evict any key"
    )
    change = {"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}
    elasticache.modify_cache_parameter_group(CacheParameterGroupName=own, ParameterNameValues=[change])
    elasticache.modify_replication_group(
        ReplicationGroupId=group_id, CacheParameterGroupName=own, ApplyImmediately=True
    )
    ### END SOLUTION


# %% check="stop-refusing" points=2
with check(
    "stop-refusing", needs="stop_refusing", right="A full cache is normal; a cache that says no is not."
) as expect:

    def flows(size: int) -> None:
        place = start_cache("check-full")
        keys = connect(place)
        number = 0
        try:
            while number < 1000:
                keys.set(f"thumbnail:{number}", "x" * size)
                for _ in range(30 if number == 2 else 0):
                    keys.get("thumbnail:2")  # opened often, and long ago
                number += 1
        except redis.OutOfMemoryError:
            pass
        before = keys.dbsize()
        stop_refusing(place["id"])
        group = elasticache.describe_replication_groups(ReplicationGroupId=place["id"])["ReplicationGroups"][0]
        expect.equal(group["CacheNodeType"], "cache.t4g.micro", "The node type")
        expect(
            keys.dbsize() == before, f"{before - keys.dbsize()} keys were deleted. Let the policy decide what leaves."
        )
        try:
            for later in range(number, number + 200):
                keys.get("thumbnail:0")
                keys.set(f"thumbnail:{later}", "x" * size)
            refused = False
        except redis.OutOfMemoryError:
            refused = True
        policy = keys.info()["maxmemory_policy"]
        expect(
            not refused,
            f"The cache still refuses writes. Its policy is {policy}; these keys have no life time. (A group given "
            "without ApplyImmediately waits for the next restart.)",
        )
        expect(
            keys.get("thumbnail:0") is not None,
            f"The thumbnail that is opened most was evicted. The policy is {policy}; which one looks at the last use?",
        )
        expect(keys.get("thumbnail:1") is None, f"The policy {policy} keeps what nobody has used for longest.")
        expect(
            keys.get("thumbnail:2") is None,
            f"The policy {policy} keeps what was opened often, long ago. The *last* use should count, not how many.",
        )

    flows(1000)
    flows(3000)
    ### BEGIN HIDDEN TESTS
    flows(1500)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Larger than one node
#
# What we used so far is **cluster mode disabled**: one *shard*, a primary with up to five replicas. It grows upwards,
# by larger nodes. With **cluster mode enabled** the keys are spread over many shards: a hash puts each key into one
# of 16,384 **slots**, and each shard owns a range of slots. It grows sideways, by *resharding* while it runs, and
# automatic failover is mandatory. Braces in a key make a *hash tag*: only what is inside is hashed, so related keys
# stay together.

# %%
shards = 3
for key in ("photo:1", "photo:2", "{visitor:7}:cart", "{visitor:7}:name"):
    slot = key_slot(key.encode())
    print(f"{key:18} slot {slot:>6,} -> shard {slot * shards // 16_384 + 1} of {shards}")

# %% [markdown]
# A fourth shard takes over a quarter of the slots, 4,096 of them; all other keys stay where they are.
#
# > **Then and now.** Some notes say that shards and node types can only be changed by restoring a snapshot. Resharding
# > without interruption came in 2017, scaling nodes up and down later.
#
# ### Your turn: what AWS builds
#
# Write `fits(shards, replicas, quota=90)`: can a cluster have so many shards with so many replicas **each**? Every
# shard has a primary; the quota counts **all** nodes. Return `True` or `False`. The check creates the layout in the
# account and compares.
#
# <details><summary>Hint</summary>
#
# Two limits, and both have a smallest value: `facts.limit("elasticache", "replicas-per-shard")` is one of them.
# </details>


# %% exercise="shards"
def fits(shards: int, replicas: int, quota: int = 90) -> bool:
    """Whether ElastiCache builds this layout."""
    ### BEGIN SOLUTION
    most = facts.limit("elasticache", "replicas-per-shard")
    return shards >= 1 and 0 <= replicas <= most and shards * (1 + replicas) <= quota
    ### END SOLUTION


# %% check="shards" points=1
with check("shards", needs="fits", right="15 shards with 5 replicas or 90 without any: the same 90 nodes.") as expect:

    def layout(shards: int, replicas: int) -> None:
        try:
            elasticache.create_replication_group(
                ReplicationGroupId=lab.unique_name("check-shards"),
                ReplicationGroupDescription="tried by a check",
                NumNodeGroups=shards,
                ReplicasPerNodeGroup=replicas,
                ClusterMode="enabled",
                AutomaticFailoverEnabled=True,
            )
            built, why = True, "AWS builds it"
        except ClientError as error:
            built, why = False, error.response["Error"]["Message"]
        expect.equal(fits(shards, replicas), built, f"{shards} shards with {replicas} replicas each ({why})")

    layout(15, 5)
    layout(16, 5)
    layout(90, 0)
    layout(91, 0)
    layout(2, 6)
    layout(2, -1)
    expect.equal(fits(0, 1), False, "A cluster without a shard")
    expect.equal(fits(83, 5, quota=500), True, "83 shards with 5 replicas, after AWS raised the quota to 500")
    expect.equal(fits(84, 5, quota=500), False, "84 shards with 5 replicas at a quota of 500")
    ### BEGIN HIDDEN TESTS
    layout(45, 1)
    layout(46, 1)
    layout(1, 5)
    expect.equal(fits(500, 0, quota=500), True, "500 shards without replicas at a quota of 500")
    expect.equal(fits(-3, 1), False, "A negative number of shards")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Valkey or Memcached
#
# **Memcached** is the plain one: keys and values, several threads, up to 60 nodes unless you ask for more (older
# pages say 40). Its nodes know nothing of each other: the *client* spreads the keys. There is no replication, no
# failover and no backup of nodes; what was on a lost node is gone. Valkey and Redis OSS add all that, and lists,
# hashes, sorted sets, and messages to subscribers.
#
# > **Then and now.** "No backup" is true of Memcached nodes. Serverless Memcached (2023) lies in several zones and can
# > be snapshotted.
#
# How a client spreads matters when a node goes. *Modulo* computes `hash % nodes`. A *ring* (consistent hashing) gives
# each node many points on a circle; a key belongs to the next point.


# %%
def place(key: str) -> int:
    """A number for a key that is the same in every run."""
    return random.Random(key).getrandbits(32)


def ring(nodes: list[str]) -> list[tuple[int, str]]:
    """200 points of each node, in the order of the circle."""
    return sorted((place(f"{node}/{n}"), node) for node in nodes for n in range(200))


def owner(key: str, points: list[tuple[int, str]]) -> str:
    """The node of the next point."""
    return points[bisect.bisect(points, (place(key), "")) % len(points)][1]


some = [f"photo:{n}" for n in range(1000)]
before, after = ["a", "b", "c"], ["a", "b"]
three, two = ring(before), ring(after)
moved = {
    "modulo": sum(before[place(key) % 3] != after[place(key) % 2] for key in some),
    "ring": sum(owner(key, three) != owner(key, two) for key in some),
}
charts.bars(
    {how: 100 * count / len(some) for how, count in moved.items()},
    headline="When one of three nodes goes, a ring loses its third of the keys, modulo two thirds",
    unit="percent",
    label="keys that are looked for on another node afterwards",
    source="computed in this cell, 1,000 keys",
)

# %% [markdown]
# ## What it costs
#
# **Nodes** cost by the hour, full or empty, and every replica counts. **Serverless** costs by the gigabyte-hour and by
# the *ECPU*: a simple request costs one for each KB it moves. Our gallery keeps 2 GB and moves 1 KB a request.

# %%
hours = facts.HOURS_PER_MONTH
engines = {"Valkey": "valkey", "Redis OSS": "redis-oss"}
by_node = {name: facts.price("elasticache", f"cache-m7g-large-{key}") for name, key in engines.items()}
by_gb = {name: facts.price("elasticache serverless", f"{key}-storage") for name, key in engines.items()}
by_ecpu = {name: facts.price("elasticache serverless", f"{key}-ecpu") for name, key in engines.items()}
rates = list(range(0, 20_001, 500))
bills = {}
for name in engines:
    per_rate = 3600 * hours / 1e6 * by_ecpu[name]  # USD a month for one request a second
    bills[f"serverless, {name}"] = (rates, [2 * by_gb[name] * hours + rate * per_rate for rate in rates])
    bills[f"two m7g.large, {name}"] = (rates, [2 * by_node[name] * hours for _ in rates])
even = 2 * hours * (by_node["Valkey"] - by_gb["Valkey"]) / (3600 * hours / 1e6 * by_ecpu["Valkey"])
charts.curves(
    bills,
    headline=f"With Valkey and 2 GB, serverless is cheaper below {even:,.0f} requests a second",
    x_label="requests a second, all day",
    y_unit="USD per month",
    notes=[(even, 2 * by_node["Valkey"] * hours, "break-even")],
    source=[*by_node.values(), *by_gb.values(), *by_ecpu.values()],
)

# %% [markdown]
# Nobody has 10,000 requests a second all day; serverless follows the day, nodes wait through the night. It meters at
# least 0.1 GB with Valkey (about 6 USD a month) and 1 GB with the others. Snapshots cost by the GB-month.
#
# ## DAX: a cache that speaks DynamoDB
#
# **DynamoDB Accelerator** stands in front of DynamoDB tables. You swap the client and change no logic: a `get_item` is
# answered from the **item cache**, in microseconds, or passed on and kept; `query` and `scan` from a separate **query
# cache**. Writes go *through* DAX to the table and into the item cache. Both keep things for 5 minutes unless you say
# otherwise. **Strongly consistent** reads pass by, and are not kept. A cluster lives in your VPC: a primary and up to
# ten replicas, three nodes at least for production, over several zones; encryption is yours to switch on.

# %% setup="dax"
dynamodb = boto3.client("dynamodb")


def make_prints(stock: dict[str, int]) -> str:
    """A table of limited prints and how many are left."""
    name = lab.unique_name("prints")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "photo", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "photo", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for photo, count in stock.items():
        dynamodb.put_item(TableName=name, Item={"photo": {"S": photo}, "stock": {"N": str(count)}})
    return name


def make_dax() -> str:
    """A DAX cluster of three nodes, encrypted at rest and on the way; returns its name."""
    dax, name = boto3.client("dax"), lab.unique_name("prints-dax")
    dax.create_cluster(
        ClusterName=name,
        NodeType="dax.t3.small",
        ReplicationFactor=3,
        IamRoleArn=f"arn:aws:iam::{lab.ACCOUNT_ID}:role/dax-reads-prints",
        SSESpecification={"Enabled": True},
        ClusterEndpointEncryptionType="TLS",
    )
    while dax.describe_clusters(ClusterNames=[name])["Clusters"][0]["Status"] != "available":
        lab.clock.advance(seconds=30)
    return name


# %% [markdown]
# > **Lab and AWS.** Data go through the package `amazondax` to the cluster's endpoint. `lab.dax(name)` stands in for
# > that client: a model with both caches, one node, no latency. Like it, it has no `exceptions`: catch `ClientError`.

# %%
nodes_usd = 3 * facts.price("dax", "dax-t3-small") * facts.HOURS_PER_MONTH
million = facts.price("dynamodb", "on-demand-read-request-units")
reads = nodes_usd / (0.5 * million) * 1e6 / facts.HOURS_PER_MONTH / 3600
print(f"three dax.t3.small: {nodes_usd:.0f} USD a month, as much as {reads:.0f} small reads a second")

saved = {}
for exponent in (0, 0.8, 1.2):
    table, fast = make_prints({f"photo {n}": 9 for n in range(200)}), lab.dax(make_dax())
    with lab.watching() as made:
        for photo in views(200, exponent, 500, seed=4):
            fast.get_item(TableName=table, Key={"photo": {"S": f"photo {photo}"}})
    saved[f"exponent {exponent:g}"] = len(made.of("GetItem"))
charts.bars(
    saved,
    sort=False,
    headline="The hotter the hot keys, the fewer of 500 reads reach the table",
    unit="reads of the table",
    source="measured in the lab, 200 items, a model of DAX",
)

# %% [markdown]
# DAX cures keys that are **read** too much; each write still goes to the table. What is written *past* DAX is seen
# only when the cached item ends.
#
# ### Your turn: the last print
#
# A table holds items such as `{"photo": {"S": "sunset"}, "stock": {"N": "3"}}`. Write two functions; `dax` is the
# client.
#
# - `show(dax, table, photo)` returns the stock as a whole number, for the page that thousands look at: from the cache,
#   whenever it is there. It may be some minutes old.
# - `order(dax, table, photo)` takes one print: `True` if one was left, `False` if not. It must be right **even when
#   another program has changed the table past DAX**, even between two calls of yours. After an order `show` tells the
#   new stock at once. Other errors, such as a missing table, go through.
#
# Keep nothing in variables: after five minutes the cache asks the table again.
#
# <details><summary>Hint</summary>
#
# What the cache says is no ground for selling. Let the table decide: `update_item` with a `ConditionExpression`; a
# `ConditionalCheckFailedException` means no. Which client must make this call, so that the item cache learns of it?
# </details>


# %% exercise="last-print"
def show(dax, table: str, photo: str) -> int:
    """How many prints are left, perhaps some minutes ago."""
    ### BEGIN SOLUTION
    return int(dax.get_item(TableName=table, Key={"photo": {"S": photo}})["Item"]["stock"]["N"])
    ### END SOLUTION


def order(dax, table: str, photo: str) -> bool:
    """Take one print if there is one."""
    ### BEGIN SOLUTION
    try:
        dax.update_item(
            TableName=table,
            Key={"photo": {"S": photo}},
            UpdateExpression="SET stock = stock - :one",
            ConditionExpression="stock >= :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True
    ### END SOLUTION


# %% check="last-print" points=3
with check("last-print", needs=["show", "order"], right="Show from the cache, decide in the table.") as expect:

    class Rush:
        """A client of DAX; another buyer may come between your last call and your write."""

        def __init__(self, inner) -> None:
            self._inner, self.rival = inner, None

        def __getattr__(self, name: str):
            if name in ("put_item", "update_item", "delete_item") and self.rival is not None:
                rival, self.rival = self.rival, None
                rival()
            return getattr(self._inner, name)

    def sale(photo: str, stock: int) -> None:
        table, dax = make_prints({photo: stock}), Rush(lab.dax(make_dax()))

        def left() -> int:
            item = dynamodb.get_item(TableName=table, Key={"photo": {"S": photo}}, ConsistentRead=True)["Item"]
            return int(item["stock"]["N"])

        with lab.watching(most=100) as made:
            seen = {show(dax, table, photo) for _ in range(30)}
        expect.equal(seen, {stock}, "What 30 visitors are shown")
        asked = len(made.of("GetItem", "Query", "Scan"))
        expect(
            asked <= 1,
            f"30 visitors cost {asked} reads of the table. Ask dax, and not strongly consistent: such reads pass by.",
        )
        expect(order(dax, table, photo) is True, "A print was left, and order did not return True.")
        expect.equal(left(), stock - 1, "The stock in the table after one order")
        expect(
            show(dax, table, photo) == stock - 1,
            "After an order show tells the old stock: the write went past DAX. Give it to the dax client.",
        )

        def in_the_shop(count: int) -> None:
            dynamodb.put_item(TableName=table, Item={"photo": {"S": photo}, "stock": {"N": str(count)}})

        in_the_shop(0)
        expect.equal(show(dax, table, photo), stock - 1, "Written past DAX, the page may be old; show")
        sold = order(dax, table, photo)
        expect(left() == 0, f"The last print was sold in the shop; after an order the table says {left()}.")
        expect(sold is False, "No print is left (sold in the shop), and order did not return False.")
        in_the_shop(1)
        expect(order(dax, table, photo) is True, "One print came back, past DAX, and order did not sell it.")
        expect.equal(left(), 0, "The stock after the last order")
        in_the_shop(1)
        expect(order(dax, table, photo) is True, "DAX said 0, the table 1, and order did not sell. Ask the table.")
        in_the_shop(1)
        dax.rival = lambda: in_the_shop(0)
        sold = order(dax, table, photo)
        expect(
            sold is False and left() == 0,
            "Between your look and your write the shop sold the last print, and order sold it again. Look and write "
            "in one call: a condition.",
        )
        in_the_shop(7)
        lab.clock.advance(minutes=6)
        expect.equal(show(dax, table, photo), 7, "Six minutes later, from the table: show")
        with expect.refused(
            "ResourceNotFoundException", "There is no such table, and order hid it. Let all errors but one through."
        ):
            order(dax, "no-such-table", photo)

    sale("sunset", 3)
    ### BEGIN HIDDEN TESTS
    sale("cat", 9)
    sale("bridge", 2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which store?
#
# DAX keeps items and results of queries *as DynamoDB has them*. ElastiCache keeps what your program **computes**:
# sums, rankings, rendered pages, sessions, answers of any database. Some use both. MemoryDB is a database itself.

# %%
charts.heatmap(
    {
        "DynamoDB items, same code": {"Valkey": "no", "Memcached": "no", "DAX": "yes", "MemoryDB": "no"},
        "in front of any database": {"Valkey": "yes", "Memcached": "yes", "DAX": "no", "MemoryDB": "no"},
        "rankings, lists, hashes": {"Valkey": "yes", "Memcached": "no", "DAX": "no", "MemoryDB": "yes"},
        "replicas take over": {"Valkey": "yes", "Memcached": "no", "DAX": "yes", "MemoryDB": "yes"},
        "the only copy, kept by a log": {"Valkey": "no", "Memcached": "no", "DAX": "no", "MemoryDB": "yes"},
    },
    headline="Only DAX speaks DynamoDB, only MemoryDB needs nothing behind it",
    subtitle="Valkey on nodes without its durability option of 2026; Redis OSS is like Valkey",
    source="AWS documentation, 2026-11-21",
)

# %% setup="cases"
CASES = {
    "leaderboard": "a ranking of a million players, changed all day, made from a relational database",
    "product items": "DynamoDB items, read thousands of times a second; code must hardly change",
    "html snippets": "rendered texts on big nodes with many threads; losing them does not matter",
    "balance": "bank balances, each opened once a day, that must be current when shown",
    "cart as the only copy": "carts with the Redis protocol, no database behind; none may be lost",
    "sessions": "logins for forty servers; a failover must not log everybody out",
    "random lookups": "a billion keys, equally often asked for; room for one in a thousand",
}
for case, story in CASES.items():
    print(f"{case:22} {story}")

# %% [markdown]
# ### Your turn: decide
#
# Write `store_for(case)`. For each case above it returns `"Valkey"`, `"Memcached"`, `"DAX"`, `"MemoryDB"` or
# `"no cache"`.
#
# <details><summary>Hint</summary>
#
# Two of them are not worth caching: ask again whether it is safe and effective. A dictionary makes a short function.
# </details>


# %% exercise="decide-store"
def store_for(case: str) -> str:
    """Which store suits a case."""
    ### BEGIN SOLUTION
    return {
        "leaderboard": "Valkey",
        "product items": "DAX",
        "html snippets": "Memcached",
        "balance": "no cache",
        "cart as the only copy": "MemoryDB",
        "sessions": "Valkey",
        "random lookups": "no cache",
    }[case]
    ### END SOLUTION


# %% check="decide-store" points=2
with check("decide-store", needs="store_for", right="Safe, effective, well structured: then choose.") as expect:
    wants = {
        "leaderboard": ("Valkey", "A sorted set keeps a ranking up to date by itself. Which engines have one?"),
        "product items": ("DAX", "Which cache speaks DynamoDB's own language?"),
        "html snippets": ("Memcached", "Plain texts, many threads, loss allowed: the plain engine is enough."),
        "balance": ("no cache", "It must be current and is read once: a cache is neither safe nor effective here."),
        "cart as the only copy": ("MemoryDB", "Nothing stands behind it, so it needs a log that survives."),
        "sessions": ("Valkey", "Shared state with a life time, and replicas that take over."),
        "random lookups": ("no cache", "No hot keys: one hit in a thousand, and every miss costs two trips more."),
    }
    for case, (wanted, why) in wants.items():
        got = store_for(case)
        expect(
            got in ("Valkey", "Memcached", "DAX", "MemoryDB", "no cache"),
            f"{case}: {got!r} is not one of the five. Write Valkey, Memcached, DAX, MemoryDB or no cache.",
        )
        expect(got == wanted, f"{case}: not {got}. {why}")
    ### BEGIN HIDDEN TESTS
    expect.equal([store_for(case) for case in wants], [wanted for wanted, _ in wants.values()], "All seven again")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On AWS this lesson's caches would cost by the hour until you delete them: a `cache.t4g.micro` with
# > Valkey about 9 USD a month, the DAX cluster ten times that. Here we clean up as one should.

# %%
for group in elasticache.describe_replication_groups()["ReplicationGroups"]:
    elasticache.delete_replication_group(ReplicationGroupId=group["ReplicationGroupId"])
for cluster in boto3.client("dax").describe_clusters()["Clusters"]:
    boto3.client("dax").delete_cluster(ClusterName=cluster["ClusterName"])
print("caches left:", len(elasticache.describe_replication_groups()["ReplicationGroups"]))

# %% [markdown]
# ## To remember
#
# - Cache what is read often, changes seldom and may be a little old; without hot keys a cache only costs.
# - Lazy loading: look, ask, fill. A miss takes three trips; a lost cache makes things slow, not wrong.
# - Write-through: the database first, then the cache. Together with lazy loading reads are fresh; a life time all the
#   same.
# - Replication is asynchronous: a failover may lose confirmed writes. Snapshots are off until you switch them on.
# - A full cache evicts by `maxmemory-policy`; the default only touches keys with a life time and else refuses writes.
# - Valkey and Redis OSS replicate, fail over and know data types; Memcached is plain, and its client spreads the keys.
# - Cluster mode: 16,384 slots, up to five replicas a shard, 90 nodes before you ask for more.
# - DAX answers eventually consistent DynamoDB reads from memory for 5 minutes; ElastiCache keeps what you compute.

# %% [markdown] question="stale-price"
# ### Question 1
#
# A shop caches products lazily, without a life time. Prices are changed by the shop's program, and at night by a
# supplier's script that writes to the database directly. Customers may see an old price for ten minutes at most.
# What is the smallest change that keeps this promise?
#
# - [ ] **A** Write-through in the shop's program.
#   > It keeps the shop's own changes fresh. The supplier's script still writes past the cache, and nothing ever ends.
# - [x] **B** A life time of ten minutes on every cached product.
#   > Whoever wrote, after ten minutes the next reader asks the database. The promise holds for every writer.
# - [ ] **C** A larger node type, so that nothing is evicted.
#   > Eviction is the only thing that removes old prices now. Less of it makes them live longer.
# - [ ] **D** More read replicas of the cache.
#   > They copy the primary, old prices included.

# %% answer="stale-price"
answer = "B"

# %% check="stale-price" points=1
question("stale-price", answer)

# %% [markdown] question="logged-out"
# ### Question 2
#
# A web site keeps sessions in an ElastiCache for Redis OSS node without replicas. On a Sunday the node fails.
# ElastiCache replaces it within minutes, and every customer is logged out. What prevents this at the next failure?
#
# - [ ] **A** Sticky sessions at the load balancer.
#   > They bind a visitor to a web server. The sessions were lost in the cache, not on the servers.
# - [ ] **B** Switching on the append-only file.
#   > ElastiCache does not offer it in today's versions.
# - [ ] **C** A Memcached cluster of three nodes.
#   > Each node holds a third of the sessions, and no node has a copy: one failure logs out a third.
# - [x] **D** A replication group with a replica in another zone and automatic failover.
#   > The replica has nearly all sessions and becomes the primary, at the same endpoint.

# %% answer="logged-out"
answer = "D"

# %% check="logged-out" points=1
question("logged-out", answer)

# %% [markdown] question="oom"
# ### Question 3
#
# A program keeps thumbnails in Valkey without a life time, on a group with the default parameter group. After a week
# its writes fail with "command not allowed when used memory > 'maxmemory'". Why did the cache not make room?
#
# - [x] **A** The default policy evicts only keys that have a life time.
#   > `volatile-lru` finds no candidate. Set a life time, or choose `allkeys-lru` in a parameter group of your own.
# - [ ] **B** Eviction needs at least one replica.
#   > Each node makes room for itself, with or without replicas.
# - [ ] **C** LRU was not switched on with `CONFIG SET`.
#   > ElastiCache refuses `CONFIG`; such settings belong in a parameter group.
# - [ ] **D** The thumbnails were read too often.
#   > How often they are read decides who leaves first, not whether somebody leaves.

# %% answer="oom"
answer = "A"

# %% check="oom" points=1
question("oom", answer)

# %% [markdown] question="hot-writes"
# ### Question 4
#
# A game writes the score of one famous match to a DynamoDB item hundreds of times a second and is throttled. It is
# read rarely. A colleague proposes DAX. What do you say?
#
# - [ ] **A** Good: DAX collects writes and sends them in batches.
#   > It does not. Every write goes through to the table, one by one.
# - [ ] **B** Good, with a life time of one second in the item cache.
#   > The life time rules how old reads may be. The writes reach the table as before.
# - [x] **C** It will not help: DAX takes reads off a hot key, and every write still reaches the table.
#   > Spread the writes over several keys, or count elsewhere and write seldom.
# - [ ] **D** It will not help, because DAX cannot cache items that change.
#   > It can, and write-through keeps them current. The number of writes stays.

# %% answer="hot-writes"
answer = "C"

# %% check="hot-writes" points=1
question("hot-writes", answer)

# %%
progress()
