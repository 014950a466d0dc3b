# ---
# jupyter:
#   course:
#     exam:
#     - '1.3'
#     - '2.1'
#     - '2.2'
#     minutes: 60
#     practises:
#       add-proxy:
#       - rds.proxy
#       - rds.managed-master-password
#       book:
#       - rds.multi-az
#       catch-up:
#       - rds.read-replicas
#       encrypt:
#       - rds.encrypt-existing
#       - rds.encryption-at-rest
#       force-tls:
#       - rds.force-tls
#       router:
#       - rds.replica-routing
#       token-login:
#       - rds.iam-auth-token
#       - rds.access-control
#       which-copy:
#       - rds.replica-vs-standby
#       - rds.deployment-options
#     services:
#     - rds
#     - secretsmanager
#     - iam
#     - kms
#     title: Copies, keys and doors of an RDS database
#     topics:
#     - rds.read-replicas
#     - rds.replica-routing
#     - rds.replica-network-cost
#     - rds.multi-az
#     - rds.deployment-options
#     - rds.replica-vs-standby
#     - rds.encryption-at-rest
#     - rds.encrypt-existing
#     - rds.force-tls
#     - rds.access-control
#     - rds.iam-auth-token
#     - rds.managed-master-password
#     - rds.proxy
# ---

# %% [markdown]
# # Copies, keys and doors of an RDS database
#
# Skerry Ferries has grown. Reports slow the booking down, a data centre may fail on the first day of the holidays, and
# the auditor asks about encryption and passwords. After this lesson you can add copies of a database that read or that
# stand by, tell the two apart, encrypt a database that was born plain, and let programs in without a stored password.

# %% setup="start"
import json

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("05-databases/02-rds-availability")
lab.start()
rds = boto3.client("rds")
MASTER, PASSWORD = "skipper", "tide-table-1887"


def make_database(name: str, **settings) -> str:
    """Create a small PostgreSQL instance, wait for it, and return its endpoint."""
    wanted = {
        "Engine": "postgres",
        "EngineVersion": "16.4",
        "DBInstanceClass": "db.t3.micro",
        "AllocatedStorage": 20,
        "MasterUsername": MASTER,
        "MasterUserPassword": PASSWORD,
    }
    rds.create_db_instance(**{"DBInstanceIdentifier": name, **wanted, **settings})
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=name)
    return described(name)["Endpoint"]["Address"]


def make_replica(source: str, name: str, **settings) -> str:
    """Create a read replica and return its endpoint."""
    wanted = {"DBInstanceIdentifier": name, "SourceDBInstanceIdentifier": source}
    rds.create_db_instance_read_replica(**wanted, **settings)
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=name)
    return described(name)["Endpoint"]["Address"]


def described(name: str) -> dict:
    """What describe_db_instances says about one instance."""
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def connect(host: str, **how):
    """Connect as the master user."""
    return lab.sql(host, user=MASTER, password=PASSWORD, **how)


def with_bookings(name: str, rows: int = 0, **settings) -> str:
    """A database with a table of bookings."""
    host = make_database(name, **settings)
    with connect(host) as db:
        db.execute("CREATE TABLE bookings (id INTEGER PRIMARY KEY, island TEXT)")
        some = [(number, "Utö") for number in range(rows)]
        db.executemany("INSERT INTO bookings VALUES (%s, %s)", some)
    return host


def count(host: str) -> int:
    """How many bookings a client sees at this endpoint."""
    with connect(host) as db:
        return db.execute("SELECT count(*) FROM bookings").fetchone()[0]


# %% [markdown]
# ## Read replicas: copies that read
#
# A **read replica** is a live copy that accepts reads only. It has an endpoint of its own, in the same AZ, another
# AZ or another Region. It is fed **asynchronously**: a commit on the source does not wait for it, so the replica is
# always a little behind. Its source must have automated backups on.

# %%
ferry = lab.unique_name("ferry")
primary = with_bookings(ferry, rows=3)
reports = make_replica(ferry, lab.unique_name("reports"))
with connect(primary) as db:
    db.execute("INSERT INTO bookings VALUES (%s, %s)", (3, "Vinö"))
print("at once:       primary", count(primary), "replica", count(reports))
lab.clock.advance(seconds=1)
print("a second later: primary", count(primary), "replica", count(reports))
try:
    connect(reports).execute("DELETE FROM bookings")
except lab.sql.OperationalError as error:
    print("replica:", error)

# %% [markdown]
# **How far behind?** Measure it as people do at work, with a *heartbeat*: each second the primary writes the time
# into a table, and whoever reads it on the replica sees how old it is. (CloudWatch shows the same as `ReplicaLag`.)
# For a quarter of a minute, a bulk load writes four times as much as usual. Run the cell and look at what the lag
# does.


# %%
def lag_under_load(usual: int, burst: int, seconds: int) -> list[float]:
    """The age of the replica's heartbeat, each second; a burst from second 10 to 25."""
    name = lab.unique_name("load")
    writer = connect(with_bookings(name))
    writer.execute("CREATE TABLE heartbeat (at REAL)")
    writer.execute("INSERT INTO heartbeat VALUES (%s)", (lab.clock.now().timestamp(),))
    writer.commit()
    reader = connect(make_replica(name, lab.unique_name("follower")))
    ages = []
    for second in range(seconds):
        rows = burst if 10 <= second < 25 else usual
        writer.execute("UPDATE heartbeat SET at = %s", (lab.clock.now().timestamp(),))
        writer.executemany("INSERT INTO bookings (island) VALUES (%s)", [("Utö",)] * rows)
        writer.commit()
        lab.clock.advance(seconds=1)
        seen = reader.execute("SELECT at FROM heartbeat").fetchone()[0]
        ages.append(lab.clock.now().timestamp() - seen)
    return ages


ages = lag_under_load(usual=300, burst=1200, seconds=90)
charts.over_time(
    {"age of the replica's data": ages},
    x=list(range(1, 91)),
    y_unit="seconds",
    events={"bulk load begins": 10, "ends": 25},
    headline=f"The replica is furthest behind, {max(ages):.0f} s, long after the load ended",
    source="measured in the lab: 300 and 1,200 rows a second; its replicas apply 500",
)

# %% [markdown]
# > **Lab and AWS.** How fast a replica applies depends on its class, its disk and the engine. A replica in the lab
# > begins 0.5 seconds after the commit (2 in another Region) and then applies 500 changed rows a second, one
# > transaction after the other.
#
# ### Your turn: when has it caught up?
#
# Predict. Several transactions are committed on the primary at the same moment, one right after another;
# `transactions` holds how many rows each inserts. Before that, the replica in the same Region was up to date. Write
# `caught_up_after(transactions)`: after how many seconds does the replica show all of them?
#
# <details><summary>Hint</summary>
#
# The 0.5 seconds of travel pass for all of them at the same time. The applying is one queue.
# </details>


# %% exercise="catch-up"
def caught_up_after(transactions: list[int]) -> float:
    """Seconds until the replica shows all transactions."""
    ### BEGIN SOLUTION
    return 0.5 + sum(transactions) / 500
    ### END SOLUTION


# %% check="catch-up" points=2
with check(
    "catch-up",
    needs="caught_up_after",
    right="Smaller batches with pauses keep a replica near.",
) as expect:

    def agrees(transactions: list[int], step: float = 0.5) -> None:
        predicted = caught_up_after(transactions)
        expect(isinstance(predicted, int | float), "Return a number of seconds.")
        name = lab.unique_name("predict")
        host = with_bookings(name)
        follower = make_replica(name, lab.unique_name("predict-reader"))
        lab.clock.advance(seconds=5)
        first = lab.clock.now()
        with connect(host) as db:
            for rows in transactions:
                db.executemany("INSERT INTO bookings (island) VALUES (%s)", [("Utö",)] * rows)
                db.commit()
        last = not_yet = shown = lab.clock.now()
        while count(follower) < sum(transactions):
            not_yet = shown
            lab.clock.advance(seconds=step)
            shown = lab.clock.now()
        # The clock also ticks while this code runs: the true answer lies between these two.
        least, most = (not_yet - last).total_seconds(), (shown - first).total_seconds()
        case = f"Transactions of {transactions} rows: you said {predicted:.1f} s, "
        case += f"the lab measured {least:.1f} to {most:.1f} s."
        expect(
            predicted > least - 0.1,
            f"{case} Did you count the journey and every row? Do transactions pass side by side, or in one queue?",
        )
        expect(predicted < most + 0.1, f"{case} What happens for all of them at the same time?")

    agrees([200, 200], step=0.1)
    agrees([100], step=0.1)
    agrees([5000])
    agrees([4000] + [100] * 20)
    ### BEGIN HIDDEN TESTS
    agrees([2500, 3500, 10])
    agrees([50] * 30)
    ### END HIDDEN TESTS

# %% [markdown]
# A source can have 15 replicas with MySQL, MariaDB and PostgreSQL, 5 with Oracle and SQL Server, 3 with Db2. A
# replica can be **promoted**: it becomes a database of its own that reads and writes, and the link is cut for good.
# That is a way to survive the loss of a Region. But what had not arrived by then is lost.

# %%
with connect(primary) as db:
    db.executemany("INSERT INTO bookings (island) VALUES (%s)", [("Kökar",)] * 2000)
rds.promote_read_replica(DBInstanceIdentifier=reports.split(".")[0])
lab.clock.advance(minutes=5)
print("primary", count(primary), "- promoted", count(reports))
print("replicas of the primary:", described(ferry)["ReadReplicaDBInstanceIdentifiers"])

# %% [markdown]
# > **Then and now.** Until October 2022 the limit was five replicas. Notes that call asynchronous reads "consistent"
# > are wrong: they are *eventually* consistent.
#
# ### Your turn: a router
#
# RDS does not send reads to replicas by itself: the program chooses the endpoint. Complete the class `Router`. It
# gets a connection to the primary and a list of connections to replicas. `execute(statement, parameters)` runs the
# statement on one of them and returns all its rows as a list (a write mostly has none: `[]`):
#
# - A statement whose first word is `SELECT` (any case, also after blanks) reads: it goes to the replicas, in turn.
# - All others go to the primary, and are committed there.
# - For `sticky` seconds after its last write, a router reads from the primary: who has just booked wants to see it.
#
# <details><summary>Hint</summary>
#
# Keep the time of the last write as `lab.clock.now()`; the difference of two such times has `.total_seconds()`.
# `statement.split()[0].upper()` is the first word. A counter and `%` take turns.
# </details>


# %% exercise="router"
class Router:
    """Sends writes to the primary and reads to the replicas."""

    def __init__(self, primary, replicas: list, sticky: float) -> None:
        self.primary, self.replicas, self.sticky = primary, replicas, sticky
        self.last_write = None
        self.turn = 0

    def execute(self, statement: str, parameters: tuple = ()) -> list:
        """Run the statement where it belongs, and return its rows."""
        ### BEGIN SOLUTION
        now = lab.clock.now()
        if statement.split()[0].upper() != "SELECT":
            rows = self.primary.execute(statement, parameters).fetchall()
            self.primary.commit()
            self.last_write = now
            return rows
        if self.last_write and (now - self.last_write).total_seconds() < self.sticky:
            return self.primary.execute(statement, parameters).fetchall()
        self.turn += 1
        return self.replicas[self.turn % len(self.replicas)].execute(statement, parameters).fetchall()
        ### END SOLUTION


# %% check="router" points=3
with check(
    "router",
    needs="Router",
    right="Reports read elsewhere, and whoever books sees the booking.",
) as expect:

    class Watched:
        """A connection that remembers what was asked of it, and when in the order of all."""

        def __init__(self, host: str, order: list) -> None:
            self.inside, self.asked, self.order = connect(host), [], order

        def cursor(self):
            made = self.inside.cursor()
            run = made.execute

            def execute(statement, parameters=()):
                self.asked.append(statement)
                self.order.append(self)
                return run(statement, parameters)

            made.execute = execute
            return made

        def execute(self, statement, parameters=()):
            return self.cursor().execute(statement, parameters)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return self.inside.__exit__(*error)

        def __getattr__(self, name):
            return getattr(self.inside, name)

    def routes(copies: int, sticky: float) -> None:
        name, order = lab.unique_name("routed"), []
        main = Watched(with_bookings(name, rows=2), order)
        readers = [Watched(make_replica(name, lab.unique_name("copy")), order) for _ in range(copies)]
        router = Router(main, readers, sticky)

        def reads_primary() -> bool:
            before = len(main.asked)
            router.execute("SELECT 1")
            return len(main.asked) > before

        def write(statement: str, *parameters) -> list:
            try:
                return router.execute(statement, parameters)
            except lab.sql.OperationalError as error:
                begin = " ".join(statement.split()[:2])
                expect(False, f"'{begin} ...' failed: {error}. Its first word is not SELECT: a write.")
                raise

        got = router.execute("SELECT count(*) FROM bookings")
        expect.not_tried(got is None)
        expect(
            isinstance(got, list) and got == [(2,)],
            f"Return the rows as a list: [(2,)], not {got!r}.",
        )
        expect(not main.asked, "A read without a write before it went to the primary.")
        for _ in range(copies * 8 - 1):
            router.execute(" select id FROM bookings WHERE id < %s", (5,))
        spread = [len(reader.asked) for reader in readers]
        expect(
            not main.asked and order == order[:copies] * 8 and len(set(order)) == copies,
            f"{copies * 8} reads went to the replicas like this: {spread}. Take turns, one after the other.",
        )
        # Nothing was written lately: this one begins like a question, has a SELECT in it, and writes.
        write("WITH old AS (SELECT 1 AS id) DELETE FROM bookings WHERE id IN (SELECT id FROM old)")
        seen_by = connect(name)
        there = seen_by.execute("SELECT count(*) FROM bookings").fetchone()[0]
        expect(there == 1, "Another client does not see a WITH ... DELETE: it was not committed.")
        expect(reads_primary(), "After a WITH ... DELETE the router should stay with the primary.")
        empty = write("INSERT INTO bookings VALUES (%s, %s)", 7, "Nötö")
        expect(empty == [], f"A write returns a list as well, here an empty one; not {empty!r}.")
        seen = router.execute("SELECT island FROM bookings WHERE id = 7")
        expect(
            seen == [("Nötö",)],
            "Right after the insert its own router does not see it: stay with the primary for a while.",
        )
        there = seen_by.execute("SELECT count(*) FROM bookings").fetchone()[0]
        expect(there == 2, "Another client does not see the insert: it was not committed.")
        lab.clock.advance(seconds=sticky * 0.6)
        write("INSERT INTO bookings VALUES (%s, %s)", 8, "Jurmo")
        lab.clock.advance(seconds=sticky * 0.6)
        expect(
            reads_primary(),
            f"{sticky * 0.6:g} s after the last of two writes a read left the primary; sticky is {sticky:g}.",
        )
        before = len(main.asked)
        Router(main, readers, sticky).execute("SELECT 1")
        expect(len(main.asked) == before, "A router that wrote nothing reads from the primary.")
        lab.clock.advance(seconds=sticky * 0.6)
        expect(
            not reads_primary(),
            "Long after the last write reads still go to the primary. (A read does not start the time anew.)",
        )
        lab.clock.advance(days=1, seconds=-sticky * 0.6)
        expect(not reads_primary(), "A day after the last write a read goes to the primary again.")

    routes(copies=2, sticky=100)
    ### BEGIN HIDDEN TESTS
    routes(copies=3, sticky=600)
    ### END HIDDEN TESTS

# %% [markdown]
# ### What the traffic costs
#
# Replication inside a Region is free, to a replica or a standby, also across AZs. Into another Region you pay for
# every GB that leaves the source.

# %%
across = facts.price("rds", "cross-region-replication-out-of-us-east-1")
within = facts.price("rds", "replication-to-a-read-replica-in-the-same-region")
volumes = list(range(0, 101, 5))
charts.curves(
    {
        "to another Region": (volumes, [30 * gb * across for gb in volumes]),
        "to the same or another AZ": (volumes, [30 * gb * within for gb in volumes]),
    },
    headline="Only replication that leaves the Region shows on the bill",
    x_label="GB of changed data a day",
    y_unit="USD per month",
    source=[across, within],
)

# %% [markdown]
# > **Then and now.** Some notes advise replicas in the same AZ to save transfer costs. For the replication of RDS
# > there is nothing to save, and a replica in the same AZ is lost together with its source.
#
# ## Multi-AZ: a copy that stands by
#
# A **Multi-AZ** instance has a **standby** in another AZ. Each commit is written there as well before it is
# confirmed: *synchronously*. Nobody connects to the standby; it is there for one moment only. When the primary
# fails, or its disk, network or AZ, RDS lets the *same* endpoint name point to the standby. That takes 60 to 120
# seconds typically. Open connections break; no commit is lost. You can rehearse it:

# %%
safe_name = lab.unique_name("safe")
safe = with_bookings(safe_name, rows=5, MultiAZ=True)
before = described(safe_name)
open_connection = connect(safe)
rds.reboot_db_instance(DBInstanceIdentifier=safe_name, ForceFailover=True)
after = described(safe_name)
print(
    "AZ      ",
    before["AvailabilityZone"],
    "->",
    after["AvailabilityZone"],
    f"({after['DBInstanceStatus']})",
)
print("endpoint", "the same" if before["Endpoint"] == after["Endpoint"] else "another")
for attempt in (lambda: open_connection.execute("SELECT 1"), lambda: connect(safe)):
    try:
        attempt()
    except lab.sql.OperationalError as error:
        print("-", str(error)[-70:])
lab.clock.advance(minutes=2)
print("bookings", count(safe))

# %% [markdown]
# ### Your turn: book through a failover
#
# The endpoint stays, the connection does not: the program must connect again. Write `book(host, number, island)`,
# which inserts the row `(number, island)` into `bookings`:
#
# - On an `OperationalError` it waits five seconds (`lab.clock.advance(seconds=5)`) and tries again with a new
#   connection, for three minutes at most; then it lets the error through.
# - If a row with this number is there already, an earlier try got through: that is no error, and the row stays as
#   it is.
#
# <details><summary>Hint</summary>
#
# `INSERT ... ON CONFLICT DO NOTHING` makes the insert idempotent. Put everything into the `try`, `connect(host)` as
# well; a connection in a `with` commits at its end. Count the tries: 3 * 60 / 5.
# </details>


# %% exercise="book"
def book(host: str, number: int, island: str) -> None:
    """Insert a booking, also while the database fails over."""
    ### BEGIN SOLUTION
    for left in reversed(range(37)):
        try:
            with connect(host) as db:
                db.execute(
                    "INSERT INTO bookings VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    (number, island),
                )
            return
        except lab.sql.OperationalError:
            if not left:
                raise
            lab.clock.advance(seconds=5)
    ### END SOLUTION


# %% check="book" points=3
with check("book", needs="book", right="Retry what is idempotent, and a failover is a pause.") as expect:

    def survives(islands: list[str], fail_before: int) -> None:
        name = lab.unique_name("season")
        host = with_bookings(name, MultiAZ=True)
        for number, island in enumerate(islands):
            if number == fail_before:
                rds.reboot_db_instance(DBInstanceIdentifier=name, ForceFailover=True)
            begin = lab.clock.now()
            try:
                book(host, number, island)
            except lab.sql.OperationalError as error:
                expect(
                    False,
                    f"The failover came through to the customer: {error}. Connect again, after a pause.",
                )
            waited = (lab.clock.now() - begin).total_seconds()
            expect(
                waited < 110,
                f"The booking took {waited:.0f} s; the database was back after 90. Wait 5 s at a time.",
            )
        try:
            book(host, 0, "another island")
        except lab.sql.IntegrityError:
            expect(
                False,
                "The same booking again raises an error; it was there already, so all is well.",
            )
        lab.clock.advance(minutes=3)
        with connect(host) as db:
            rows = [island for (island,) in db.execute("SELECT island FROM bookings ORDER BY id")]
        expect(
            rows[:1] != ["another island"],
            "A second booking with the number 0 replaced the first. The row that is there stays.",
        )
        expect(
            rows == islands,
            f"{len(rows)} bookings are in the database, {len(islands)} were made. Is each committed?",
        )

    def gives_up() -> None:
        name = lab.unique_name("closed")
        host = with_bookings(name)
        rds.stop_db_instance(DBInstanceIdentifier=name)
        begin, raised = lab.clock.now(), False

        class Endless(BaseException):
            """The clock was pushed for more than ten minutes: this loop would never end."""

        def push(**step: float) -> None:
            if (lab.clock.now() - begin).total_seconds() > 600:
                raise Endless
            type(lab.clock).advance(lab.clock, **step)

        lab.clock.advance = push  # type: ignore[method-assign]
        try:
            book(host, 1, "Utö")
        except lab.sql.OperationalError:
            raised = True
        except Endless:
            expect(False, "After ten minutes book() still tries. Let the error through after three.")
        finally:
            del lab.clock.advance  # type: ignore[method-assign]
        tried = (lab.clock.now() - begin).total_seconds()
        expect(
            raised,
            "The database is stopped for good, and book() returned as if the booking were made.",
        )
        expect(
            150 <= tried <= 240,
            f"With a database that stays away book() gave up after {tried:.0f} s, not 180.",
        )

    survives(["Utö", "Vinö", "Kökar", "Nötö"], fail_before=2)
    gives_up()
    ### BEGIN HIDDEN TESTS
    survives(["Aspö", "Jurmo"], fail_before=1)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which copy for what
#
# There are three ways to deploy an instance. **Single**: no standby. **Multi-AZ instance**: one standby that nobody
# reads. **Multi-AZ cluster** (MySQL and PostgreSQL, since 2022): a writer and two standbys in three AZs, and the
# standbys *can* be read, at a reader endpoint; its failover takes less than 35 seconds typically.

# %%
least = facts.limit("rds", "multi-az-instance-failover-typical-min")
most = facts.limit("rds", "multi-az-instance-failover-typical-max")
cluster = facts.limit("rds", "multi-az-cluster-failover-typical-below")
copies = {
    "read replica": {
        "readable": "yes",
        "same endpoint": "no",
        "loses no commit": "no",
        "takes over": "by hand",
    },
    "Multi-AZ standby": {
        "readable": "no",
        "same endpoint": "yes",
        "loses no commit": "yes",
        "takes over": f"{least}-{most} s",
    },
    "cluster's standby": {
        "readable": "yes",
        "same endpoint": "yes",
        "loses no commit": "yes",
        "takes over": f"< {cluster} s",
    },
}
charts.heatmap(
    copies,
    meanings={
        "yes": "good",
        "no": "off",
        "by hand": "off",
        f"{least}-{most} s": "good",
        f"< {cluster} s": "good",
    },
    headline="A replica is for reading, a standby for surviving; a cluster's standbys do both",
    subtitle="the cluster's writer endpoint stays the same; its readers have another one",
    source=[least, cluster],
)

# %% [markdown]
# Going from single to Multi-AZ is a modification without downtime: RDS takes a snapshot, restores it as the standby in
# another AZ, and starts the synchronous replication. And a read replica can be Multi-AZ itself.

# %%
single = lab.unique_name("single")
make_database(single)
print("standby before:", described(single).get("SecondaryAvailabilityZone", "none"))
rds.modify_db_instance(DBInstanceIdentifier=single, MultiAZ=True, ApplyImmediately=True)
print("standby after: ", described(single)["SecondaryAvailabilityZone"])
make_replica(single, f"{single}-reader", MultiAZ=True)
print("replica is Multi-AZ:", described(f"{single}-reader")["MultiAZ"])

# %% [markdown]
# ### Your turn: decide
#
# For each wish write what serves it best, and costs no more than it must: `"read replica"`, `"standby"` (a Multi-AZ
# instance), `"cluster"` (a Multi-AZ cluster), `"replica abroad"` (in another Region), or `"none"` (a single instance).
#
# <details><summary>Hint</summary>
#
# Three questions: may a commit be lost? Is anybody to read the copy? Must it survive the loss of a whole Region?
# </details>

# %% exercise="which-copy" repair=true
best = {
    "A nightly report of two hours slows the booking; yesterday's data would do": None,
    "If an AZ fails, bookings must go on within two minutes; reads are few": None,
    "A test database that may be down for an hour": None,
    "Survive an AZ within a minute, and read at scale from the copies too": None,
    "Go on in Frankfurt if all of Stockholm is lost; some seconds may be missing": None,
    "Three teams want to query the data heavily, each at its own endpoint": None,
}
### BEGIN SOLUTION
best = {
    "A nightly report of two hours slows the booking; yesterday's data would do": "read replica",
    "If an AZ fails, bookings must go on within two minutes; reads are few": "standby",
    "A test database that may be down for an hour": "none",
    "Survive an AZ within a minute, and read at scale from the copies too": "cluster",
    "Go on in Frankfurt if all of Stockholm is lost; some seconds may be missing": "replica abroad",
    "Three teams want to query the data heavily, each at its own endpoint": "read replica",
}
### END SOLUTION

# %% check="which-copy" points=2
with check("which-copy", needs="best", right="First the wish, then the copy.") as expect:
    expect(isinstance(best, dict), "`best` should be the dictionary of the task, filled in.")
    expect.not_tried(all(value is None for value in best.values()))
    # What a copy offers: survives an AZ, can be read, survives a Region; and what it costs.
    offers = {
        "none": (False, False, False, 0),
        "read replica": (False, True, False, 1),
        "standby": (True, False, False, 1),
        "replica abroad": (False, True, True, 2),
        "cluster": (True, True, False, 3),
    }
    wishes = {
        "A nightly report of two hours slows the booking; yesterday's data would do": (
            0,
            1,
            0,
        ),
        "If an AZ fails, bookings must go on within two minutes; reads are few": (1, 0, 0),
        "A test database that may be down for an hour": (0, 0, 0),
        "Survive an AZ within a minute, and read at scale from the copies too": (1, 1, 0),
        "Go on in Frankfurt if all of Stockholm is lost; some seconds may be missing": (
            0,
            0,
            1,
        ),
        "Three teams want to query the data heavily, each at its own endpoint": (0, 1, 0),
    }
    missing = (
        "it does not take over by itself when an AZ fails",
        "nobody can read it",
        "it is lost with its Region",
    )

    def compare_wishes() -> None:
        for wish, wanted in wishes.items():
            said = best.get(wish)
            expect(isinstance(said, str) and said in offers, f"'{wish}': write one of {', '.join(offers)}.")
            lacking = [
                words for words, need, has in zip(missing, wanted, offers[said], strict=False) if need and not has
            ]
            expect(not lacking, f"'{wish}': not {said}, because {'; '.join(lacking)}.")
            fits = [one for one in offers.values() if all(h or not n for n, h in zip(wanted, one, strict=False))]
            cheapest = min(cost for *_, cost in fits)
            expect(
                offers[said][3] == cheapest,
                f"'{wish}': {said} would do, but something cheaper does as well.",
            )

    compare_wishes()
    ### BEGIN HIDDEN TESTS
    compare_wishes()
    ### END HIDDEN TESTS

# %% [markdown]
# ## Encryption at rest
#
# An instance is encrypted with a KMS key (AES-256): its disk, its backups, its snapshots, its logs and its replicas.
# You decide **when you create it**, and never again: nothing switches it on later. In code it is off unless you say
# so. (Oracle and SQL Server offer their own TDE as well.) A replica is like its source: encrypted if and only if the
# source is.

# %%
plain_name = lab.unique_name("plain")
make_database(plain_name)
try:
    make_replica(plain_name, f"{plain_name}-locked", KmsKeyId="alias/aws/rds")
except ClientError as error:
    print(error.response["Error"]["Message"])
sealed_name = lab.unique_name("sealed")
make_database(sealed_name, StorageEncrypted=True)
make_replica(sealed_name, f"{sealed_name}-reader")
print(
    "replica of an encrypted source is encrypted:",
    described(f"{sealed_name}-reader")["StorageEncrypted"],
)

# %% [markdown]
# There is one way around: a *copy* of a plain snapshot can be encrypted, and what is restored from it is encrypted.
#
# ### Your turn: encrypt what was born plain
#
# Write `encrypt(name, new_name)`. It makes the encrypted instance `new_name` with the data and the security groups
# of `name`, deletes the old instance (no final snapshot is needed), and returns the new endpoint's address. Leave no
# plain snapshot of your making behind. Use the key `alias/aws/rds`.
#
# <details><summary>Hint</summary>
#
# `create_db_snapshot`, `copy_db_snapshot(..., KmsKeyId=...)`, `restore_db_instance_from_db_snapshot(...,
# VpcSecurityGroupIds=[...])`, then two deletes. Who writes during the switch is lost; at work you would stop the
# writers.
# </details>


# %% exercise="encrypt"
def encrypt(name: str, new_name: str) -> str:
    """Replace a plain instance by an encrypted one; return the new endpoint."""
    ### BEGIN SOLUTION
    groups = [group["VpcSecurityGroupId"] for group in described(name)["VpcSecurityGroups"]]
    plain, locked = f"{name}-plain", f"{name}-locked"
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=plain)
    rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier=plain,
        TargetDBSnapshotIdentifier=locked,
        KmsKeyId="alias/aws/rds",
    )
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=new_name, DBSnapshotIdentifier=locked, VpcSecurityGroupIds=groups
    )
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=new_name)
    rds.delete_db_snapshot(DBSnapshotIdentifier=plain)
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    return described(new_name)["Endpoint"]["Address"]
    ### END SOLUTION


# %% check="encrypt" points=3
with check("encrypt", needs="encrypt", right="Encrypt at birth, and you are spared this evening.") as expect:

    def is_there(name: str) -> bool:
        try:
            described(name)
        except ClientError:
            return False
        return True

    def encrypts(rows: int) -> None:
        ec2 = boto3.client("ec2")
        group = ec2.create_security_group(GroupName=lab.unique_name("db"), Description="database")["GroupId"]
        name, new_name = lab.unique_name("born-plain"), lab.unique_name("now-locked")
        with_bookings(name, rows=rows, VpcSecurityGroupIds=[group])
        with connect(name) as db:
            db.execute("CREATE TABLE fares (island TEXT, eur INTEGER)")
            db.execute("INSERT INTO fares VALUES ('Utö', 24)")
        returned = encrypt(name, new_name)
        expect(is_there(new_name), f"There is no instance {new_name}.")
        made = described(new_name)
        expect(
            made["StorageEncrypted"],
            "The new instance is not encrypted: it comes from the plain snapshot, not from a copy with a key.",
        )
        expect(returned == made["Endpoint"]["Address"], "Return the address of the new endpoint.")
        held = "bookings"
        try:
            found = count(new_name)
            held = "fares"
            with connect(new_name) as db:
                fares = db.execute("SELECT count(*) FROM fares").fetchone()[0]
        except lab.sql.OperationalError as error:
            expect(False, f"The new instance lacks the data of {held}: {error}.")
        expect(
            (found, fares) == (rows, 1),
            f"The new instance holds {found} of {rows} bookings and {fares} of 1 fare.",
        )
        key = boto3.client("kms").describe_key(KeyId="alias/aws/rds")["KeyMetadata"]
        expect(
            made["KmsKeyId"] in (key["Arn"], key["KeyId"], "alias/aws/rds"),
            f"The key is {made['KmsKeyId']}, not alias/aws/rds.",
        )
        carried = [one["VpcSecurityGroupId"] for one in made["VpcSecurityGroups"]]
        expect(
            carried == [group],
            "The new instance has the default security group, not that of the old one.",
        )
        expect(not is_there(name), "The old, plain instance is still there.")
        plain = [
            one["DBSnapshotIdentifier"]
            for one in rds.describe_db_snapshots(DBInstanceIdentifier=name)["DBSnapshots"]
            if not one["Encrypted"]
        ]
        expect(not plain, f"A plain snapshot of the data is left: {plain}.")

    encrypts(3)
    ### BEGIN HIDDEN TESTS
    encrypts(40)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Encryption in flight
#
# Every engine of RDS offers TLS; the client checks the server with AWS's bundle of root certificates. *Offering* is
# not *insisting*. What insists differs by engine, and lives in the **parameter group**:
#
# | engine | insist on TLS |
# |---|---|
# | PostgreSQL, SQL Server | `rds.force_ssl = 1` (PostgreSQL: 1 by default from version 15) |
# | MySQL, MariaDB | `require_secure_transport = ON`, or for one user `ALTER USER ... REQUIRE SSL` |

# %%
for version in ("14.12", "16.4"):
    host = make_database(lab.unique_name("tls"), EngineVersion=version)
    try:
        connect(host, tls=False).close()
        print(f"PostgreSQL {version} without TLS: welcome")
    except lab.sql.OperationalError as error:
        print(f"PostgreSQL {version} without TLS: {error}")

# %% [markdown]
# > **Then and now.** `GRANT USAGE ... REQUIRE SSL` stands in older notes. MySQL 8 took REQUIRE out of GRANT.
#
# ### Your turn: a server that only seems to insist
#
# A colleague wrote `insist_on_tls(name)` for a **MySQL** instance. It runs without an error, and the auditor still
# connects without TLS. Repair it. The instance may restart; the check waits two minutes before it connects.
#
# <details><summary>Hint</summary>
#
# There are three faults. Is this parameter MySQL's? Who uses the parameter group that was made? And a group that an
# instance is given later takes effect when the instance has restarted: look at its `ParameterApplyStatus`.
# </details>


# %% exercise="force-tls" repair=true
def insist_on_tls(name: str) -> None:
    """Refuse connections without TLS to a MySQL instance."""
    group = f"{name}-tls"
    rds.create_db_parameter_group(
        DBParameterGroupName=group,
        DBParameterGroupFamily="mysql8.0",
        Description="TLS only",
    )
    parameter = {
        "ParameterName": "rds.force_ssl",
        "ParameterValue": "1",
        "ApplyMethod": "immediate",
    }
    rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=[parameter])


### BEGIN SOLUTION
def insist_on_tls(name: str) -> None:
    """Refuse connections without TLS to a MySQL instance."""
    group = f"{name}-tls"
    rds.create_db_parameter_group(
        DBParameterGroupName=group,
        DBParameterGroupFamily="mysql8.0",
        Description="TLS only",
    )
    insist = {
        "ParameterName": "require_secure_transport",
        "ParameterValue": "ON",
        "ApplyMethod": "immediate",
    }
    rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=[insist])
    rds.modify_db_instance(DBInstanceIdentifier=name, DBParameterGroupName=group, ApplyImmediately=True)
    rds.reboot_db_instance(DBInstanceIdentifier=name)


### END SOLUTION


# %% check="force-tls" points=2
with check("force-tls", needs="insist_on_tls", right="Now nobody can forget it.") as expect:

    def insists(version: str) -> None:
        name = lab.unique_name("audited")
        host = with_bookings(name, rows=1, Engine="mysql", EngineVersion=version)
        insist_on_tls(name)
        groups = [group["DBParameterGroupName"] for group in described(name)["DBParameterGroups"]]
        own = [group for group in groups if not group.startswith("default")]
        expect(
            own != [],
            f"The instance still uses {groups}: it has to be told of the new parameter group.",
        )
        lab.clock.advance(minutes=2)
        status = described(name)["DBParameterGroups"][0]["ParameterApplyStatus"]
        expect(
            status == "in-sync",
            f"The parameter group is {status}: it takes effect when the instance restarts.",
        )
        listed = rds.describe_db_parameters(DBParameterGroupName=own[0], Source="user")["Parameters"]
        shown = {one["ParameterName"]: one.get("ParameterValue") for one in listed}
        try:
            connect(host, tls=False).close()
            refused = False
        except lab.sql.OperationalError:
            refused = True
        expect(
            refused,
            f"Without TLS the server still says welcome. The group sets {shown}: is that what MySQL listens to?",
        )
        expect(count(host) == 1, "With TLS a client should get in as before.")

    insists("8.0.35")
    ### BEGIN HIDDEN TESTS
    insists("8.0.36")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Four doors
#
# 1. **Network**: security groups decide which servers get through to the port (lesson 1).
# 2. **API**: IAM policies decide who may create, change or delete instances.
# 3. **Login**: a user of the database proves who it is, by a password, by an IAM token, or by Kerberos.
# 4. **Logs**: audit and error logs can go to CloudWatch Logs, with `EnableCloudwatchLogsExports`.
#
# (No fifth door: there is no SSH, except with RDS Custom.) The third one is where passwords leak. There are two ways
# to have none lying about.
#
# **Let Secrets Manager keep it.** With `ManageMasterUserPassword=True` RDS makes the master password itself, stores it
# in a secret and rotates it. You never see it; programs with permission fetch it.

# %%
kept_name = lab.unique_name("kept")
rds.create_db_instance(
    DBInstanceIdentifier=kept_name,
    Engine="postgres",
    EngineVersion="16.4",
    DBInstanceClass="db.t3.micro",
    AllocatedStorage=20,
    MasterUsername=MASTER,
    ManageMasterUserPassword=True,
    EnableIAMDatabaseAuthentication=True,
    EnableCloudwatchLogsExports=["postgresql"],
)
kept = described(kept_name)
secret_arn = kept["MasterUserSecret"]["SecretArn"]
secrets = boto3.client("secretsmanager")
login = json.loads(secrets.get_secret_value(SecretId=secret_arn)["SecretString"])
address = kept["Endpoint"]["Address"]
print("secret", secret_arn.split(":secret:")[1][:14] + "...", "holds", ", ".join(login))
with lab.sql(address, user=login["username"], password=login["password"]) as db:
    print(
        "logged in:",
        db.execute("SELECT 1").fetchone() == (1,),
        "- logs:",
        kept["EnabledCloudwatchLogsExports"],
    )

# %% [markdown]
# **Let IAM vouch.** For MySQL, MariaDB and PostgreSQL a *token* takes the place of the password. Three things are
# needed: the instance allows it (`EnableIAMDatabaseAuthentication`), a database user is marked for it (in PostgreSQL
# `GRANT rds_iam TO ...`), and an IAM policy allows `rds-db:connect` for that user. The token is a signature, made on
# your side without a call; it opens the door for **15 minutes**, over TLS only. A connection that is open stays
# open.

# %%
with lab.sql(address, user=login["username"], password=login["password"]) as db:
    db.execute("CREATE USER auditor WITH LOGIN")
    db.execute("GRANT rds_iam TO auditor")
ticket = rds.generate_db_auth_token(DBHostname=address, Port=5432, DBUsername="auditor")
print(ticket[:60], "...", len(ticket), "characters")
for minutes in (0, 14, 2):
    lab.clock.advance(minutes=minutes)
    try:
        lab.sql(address, user="auditor", password=ticket).close()
        print(f"{minutes} minutes later: welcome")
    except lab.sql.OperationalError as error:
        print(f"{minutes} minutes later: {error}")

# %% [markdown]
# > **Then and now.** Notes name MySQL and PostgreSQL only; MariaDB from 10.6 on can do it too. AWS advises tokens for
# > fewer than 200 new connections a second.
#
# ### Your turn: a login without a password
#
# A program with the role of `session`, a `boto3.Session`, shall log in to an instance as its database user `app`,
# which is marked for IAM already. Write two functions:
#
# - `login_policy(name, user)` returns an IAM policy (as a dictionary) that allows to connect to this one instance as
#   this one user, and nothing else.
# - `token_login(session, name, user)` logs in with a token of the session's credentials and returns the connection.
#   It must work every time it is called, also hours later. The session may do nothing else: look up the endpoint
#   with `described`.
#
# <details><summary>Hint</summary>
#
# The ARN is `arn:aws:rds-db:REGION:ACCOUNT:dbuser:RESOURCE_ID/USER`, with the `DbiResourceId` of the instance, not
# its name; the account is `lab.ACCOUNT_ID`. `session.client("rds").generate_db_auth_token(...)` signs with the
# session's credentials. Host and port stand in `described(name)["Endpoint"]`.
# </details>


# %% exercise="token-login"
def login_policy(name: str, user: str) -> dict:
    """A policy that lets one database user log in to one instance."""
    ### BEGIN SOLUTION
    resource_id = described(name)["DbiResourceId"]
    arn = f"arn:aws:rds-db:us-east-1:{lab.ACCOUNT_ID}:dbuser:{resource_id}/{user}"
    statement = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": arn}
    return {"Version": "2012-10-17", "Statement": [statement]}
    ### END SOLUTION


def token_login(session: boto3.Session, name: str, user: str):
    """Log in with a fresh token; return the connection."""
    ### BEGIN SOLUTION
    endpoint = described(name)["Endpoint"]
    host, port = endpoint["Address"], endpoint["Port"]
    token = session.client("rds").generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)
    return lab.sql(host, user=user, password=token)
    ### END SOLUTION


# %% check="token-login" points=3
with check(
    "token-login",
    needs=["login_policy", "token_login"],
    right="Nothing to steal, nothing to rotate.",
) as expect:

    def for_iam(name: str, engine: str, version: str, *users: str) -> None:
        host = make_database(
            name, Engine=engine, EngineVersion=version, Port=6000, EnableIAMDatabaseAuthentication=True
        )
        with connect(host) as db:
            for user in users:
                if engine == "mysql":
                    db.execute(f"CREATE USER '{user}' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'")
                else:
                    db.execute(f"CREATE USER {user}")
                    db.execute(f"GRANT rds_iam TO {user}")

    def session_with(policy: object) -> boto3.Session:
        iam, person = boto3.client("iam"), lab.unique_name("program")
        iam.create_user(UserName=person)
        text = policy if isinstance(policy, str) else json.dumps(policy)
        iam.put_user_policy(UserName=person, PolicyName="login", PolicyDocument=text)
        key = iam.create_access_key(UserName=person)["AccessKey"]
        return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])

    def gets_in(session: boto3.Session, name: str, user: str) -> str:
        """Empty, or the database's refusal. The token is checked against IAM as on AWS."""
        end = described(name)["Endpoint"]
        made = session.client("rds").generate_db_auth_token(
            DBHostname=end["Address"], Port=end["Port"], DBUsername=user
        )
        with lab.enforce_iam():
            try:
                lab.sql(end["Address"], user=user, password=made).close()
            except lab.sql.OperationalError as error:
                return str(error)
        return ""

    def logs_in(engine: str, version: str, user: str) -> None:
        name, neighbour = lab.unique_name("trusting"), lab.unique_name("neighbour")
        longer, similar = f"{user}2", f"{user[:-1]}_"
        for one in (name, neighbour):
            for_iam(one, engine, version, user, "other", longer, similar)
        policy = login_policy(name, user)
        expect.not_tried(policy is None)
        session = session_with(policy)
        refused = gets_in(session, name, user)
        expect(not refused, f"With your policy the login is refused: {refused}")
        for another in ("other", longer, similar):
            expect(
                gets_in(session, name, another),
                f"Your policy lets in another database user as well: {another}.",
            )
        expect(
            gets_in(session, neighbour, user),
            "Your policy opens another instance as well: name its DbiResourceId.",
        )
        document = json.loads(policy) if isinstance(policy, str) else policy
        lines = document["Statement"]
        actions = set()
        for line in lines if isinstance(lines, list) else [lines]:
            named = line.get("Action", "*")
            actions |= {named} if isinstance(named, str) else set(named)
        expect(
            actions == {"rds-db:connect"},
            f"The policy names {', '.join(sorted(actions))}: allow rds-db:connect, and nothing else.",
        )
        for hours in (0, 5):
            lab.clock.advance(hours=hours)
            try:
                with lab.enforce_iam():
                    connection = token_login(session, name, user)
            except lab.sql.OperationalError as error:
                expect(False, f"The login {hours} hours later was refused: {error}")
            expect(
                connection is not None,
                "token_login returned nothing: it should return the connection.",
            )
            expect(
                getattr(connection, "user", "") == user,
                f"Return the connection of {user}, made by lab.sql.",
            )
            connection.close()
        stranger, let_in = session_with(login_policy(neighbour, user)), True
        try:
            with lab.enforce_iam():
                token_login(stranger, name, user).close()
        except lab.sql.OperationalError:
            let_in = False
        expect(
            not let_in,
            "A session without permission got in: sign the token with session.client, not with yours.",
        )

    logs_in("postgres", "16.4", "app")
    ### BEGIN HIDDEN TESTS
    logs_in("mysql", "8.0.35", "ticketing")
    ### END HIDDEN TESTS

# %% [markdown]
# ## RDS Proxy: few connections for many clients
#
# Each connection costs the database memory, so their number is limited (`max_connections`; by default it follows
# from the memory of the class). Lambda functions come in hundreds, each with a connection of its own. **RDS Proxy**
# stands between: clients connect to the proxy, and it lends them a database connection *for the length of a
# transaction*.
#
# It logs in with secrets from Secrets Manager, can insist on IAM tokens, lives in your VPC only, and knows MySQL,
# MariaDB, PostgreSQL and SQL Server.

# %% setup="proxy-parts"
ec2 = boto3.client("ec2")
iam = boto3.client("iam")
subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
trust = {
    "Effect": "Allow",
    "Principal": {"Service": "rds.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
role_name = lab.unique_name("proxy-reads-secrets")
proxy_role = iam.create_role(
    RoleName=role_name,
    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
)["Role"]["Arn"]
read = {
    "Effect": "Allow",
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "arn:aws:secretsmanager:*:*:secret:rds!*",
}
iam.put_role_policy(
    RoleName=role_name,
    PolicyName="read-rds-secrets",
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [read]}),
)
few = lab.unique_name("few-connections")
rds.create_db_parameter_group(
    DBParameterGroupName=few,
    DBParameterGroupFamily="postgres16",
    Description="at most 40 connections",
)
rds.modify_db_parameter_group(
    DBParameterGroupName=few,
    Parameters=[
        {
            "ParameterName": "max_connections",
            "ParameterValue": "40",
            "ApplyMethod": "pending-reboot",
        }
    ],
)


def crowded(name: str) -> dict:
    """A Multi-AZ instance with a managed password and 40 connections; returns its login."""
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine="postgres",
        EngineVersion="16.4",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        MasterUsername=MASTER,
        ManageMasterUserPassword=True,
        MultiAZ=True,
        DBParameterGroupName=few,
    )
    arn = described(name)["MasterUserSecret"]["SecretArn"]
    value = boto3.client("secretsmanager").get_secret_value(SecretId=arn)
    login = json.loads(value["SecretString"])
    return {"user": login["username"], "password": login["password"]}


# %% [markdown]
# ### Your turn: put a proxy before it
#
# Write `add_proxy(name)` for a PostgreSQL instance whose master password RDS manages. It creates a proxy called
# `name + "-proxy"` with the managed secret, the role `proxy_role` and the `subnets`, requires TLS, makes the
# instance its target, and returns the proxy's endpoint. The pool may use at most **half** of the instance's
# connections.
#
# <details><summary>Hint</summary>
#
# `create_db_proxy` with `Auth=[{"AuthScheme": "SECRETS", "SecretArn": ..., "IAMAuth": "DISABLED"}]`,
# `register_db_proxy_targets`, and `modify_db_proxy_target_group` (its group is called `default`) with
# `ConnectionPoolConfig={"MaxConnectionsPercent": ...}`.
# </details>


# %% exercise="add-proxy"
def add_proxy(name: str) -> str:
    """Create a proxy before an instance; return the proxy's endpoint."""
    ### BEGIN SOLUTION
    secret = described(name)["MasterUserSecret"]["SecretArn"]
    made = rds.create_db_proxy(
        DBProxyName=f"{name}-proxy",
        EngineFamily="POSTGRESQL",
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": secret, "IAMAuth": "DISABLED"}],
        RoleArn=proxy_role,
        VpcSubnetIds=subnets,
        RequireTLS=True,
    )
    rds.register_db_proxy_targets(DBProxyName=f"{name}-proxy", DBInstanceIdentifiers=[name])
    half = {"MaxConnectionsPercent": 50}
    rds.modify_db_proxy_target_group(DBProxyName=f"{name}-proxy", TargetGroupName="default", ConnectionPoolConfig=half)
    return made["DBProxy"]["Endpoint"]
    ### END SOLUTION


# %% check="add-proxy" points=3
with check("add-proxy", needs="add_proxy", right="A hundred clients, and the database hardly notices.") as expect:

    def code_of_proxy(proxy: dict) -> str:
        """Why a proxy is not found; empty if it is."""
        try:
            rds.describe_db_proxies(**proxy)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""

    def serves(clients: int) -> None:
        name = lab.unique_name("crowded")
        login = crowded(name)
        host = add_proxy(name)
        expect(
            isinstance(host, str) and ".db-proxy-" in host,
            "Return the endpoint of the proxy, a string.",
        )
        proxy = {"DBProxyName": f"{name}-proxy"}
        found = code_of_proxy(proxy)
        expect(found == "", f"There is no proxy called {name}-proxy: {found}")
        made = rds.describe_db_proxies(**proxy)["DBProxies"][0]
        expect.equal(made["EngineFamily"], "POSTGRESQL", "The engine family of the proxy")
        expect(
            set(made["VpcSubnetIds"]) == set(subnets),
            "The proxy should stand in both `subnets`, in two AZs.",
        )
        expect(
            made.get("RequireTLS") is True,
            "The proxy takes connections without TLS: RequireTLS=True.",
        )
        expect(made["RoleArn"] == proxy_role, "The proxy reads the secret with proxy_role.")
        targets = rds.describe_db_proxy_targets(DBProxyName=f"{name}-proxy")["Targets"]
        shown = [target["RdsResourceId"] for target in targets]
        expect(shown == [name], f"The targets of the proxy are {shown}. Register the instance.")
        try:
            people = [lab.sql(host, **login) for _ in range(clients)]
            for person in people:
                person.execute("SELECT 1")
        except lab.sql.OperationalError as error:
            expect(False, f"A client could not get in through the proxy: {error}")
        expect(
            lab.sql.connections(name) <= 20,
            "One transaction after the other opened a crowd of connections.",
        )
        busy = 0
        try:
            for person in people[:40]:
                person.execute("BEGIN")
                busy += 1
        except lab.sql.OperationalError:
            pass
        for person in people:
            person.close()
        expect(
            busy == 20,
            f"The pool lent {busy} of 40 connections at the same time; half would be 20.",
        )
        pool = rds.describe_db_proxy_target_groups(**proxy)["TargetGroups"][0]
        percent = pool["ConnectionPoolConfig"]["MaxConnectionsPercent"]
        expect(percent == 50, f"MaxConnectionsPercent is {percent}; half is 50.")

    serves(100)
    ### BEGIN HIDDEN TESTS
    serves(60)
    ### END HIDDEN TESTS

# %% [markdown]
# Let us measure both things that a proxy is good for. First the crowd: 100 clients come one after another, run a
# short transaction, and stay connected, as functions do that wait for their next call. (The lab's proxy for this
# measurement is made by the cell, without a limit.)

# %%
shop = lab.unique_name("tickets")
shop_login = crowded(shop)
shop_host = described(shop)["Endpoint"]["Address"]
gate = rds.create_db_proxy(
    DBProxyName=lab.unique_name("gate"),
    EngineFamily="POSTGRESQL",
    Auth=[
        {
            "AuthScheme": "SECRETS",
            "SecretArn": described(shop)["MasterUserSecret"]["SecretArn"],
        }
    ],
    RoleArn=proxy_role,
    VpcSubnetIds=subnets,
)["DBProxy"]
rds.register_db_proxy_targets(DBInstanceIdentifiers=[shop], DBProxyName=gate["DBProxyName"])


def crowd(host: str, clients: int) -> tuple[list[int], int]:
    """Database connections after each client, and how many clients were refused."""
    inside, opened, refused = [], [], 0
    for _ in range(clients):
        try:
            inside.append(lab.sql(host, **shop_login))
            inside[-1].execute("SELECT 1")
            inside[-1].commit()
        except lab.sql.OperationalError:
            refused += 1
        opened.append(lab.sql.connections(shop))
    for connection in inside:
        connection.close()
    return opened, refused


direct, refused_here = crowd(shop_host, 100)
through_proxy, refused_there = crowd(gate["Endpoint"], 100)
charts.curves(
    {
        "direct": (list(range(1, 101)), direct),
        "through RDS Proxy": (list(range(1, 101)), through_proxy),
    },
    headline=f"Directly {refused_here} of 100 are refused, through the proxy {refused_there}",
    x_label="clients that have connected",
    y_label="open database connections",
    thresholds={"max_connections": 40},
    source="measured in the lab",
)

# %% [markdown]
# Then the failover. The client of the proxy keeps its connection, and its next statement waits until the new primary
# is there; the proxy does not depend on DNS. AWS says this shortens a failover by up to 66 percent.

# %%
patient = lab.sql(gate["Endpoint"], **shop_login)
patient.execute("SELECT 1")
begin = lab.clock.now()
rds.reboot_db_instance(DBInstanceIdentifier=shop, ForceFailover=True)
patient.execute("SELECT 1")
waited = {"through RDS Proxy": (lab.clock.now() - begin).total_seconds()}
while "direct" not in waited:
    try:
        lab.sql(shop_host, **shop_login).close()
        waited["direct"] = (lab.clock.now() - begin).total_seconds()
    except lab.sql.OperationalError:
        lab.clock.advance(seconds=1)
behind_proxy, alone = waited.values()
charts.gantt(
    [
        (row, start, end, words, kind)
        for row, seconds in waited.items()
        for start, end, words, kind in (
            (-20, 0, "served", "served"),
            (0, seconds, f"{seconds:.0f} s", "no answer"),
            (seconds, 120, "served", "served"),
        )
    ],
    kinds={"served": "good", "no answer": "wait"},
    events={"failover": 0},
    label="seconds after the failover began",
    headline=f"Clients of the proxy wait {behind_proxy:.0f} seconds, the others {alone:.0f}",
    source=[
        "measured in the lab, whose failover takes 90 s",
        facts.limit("rds", "rds-proxy-failover-reduction-up-to"),
    ],
)

# %% [markdown]
# > **Lab and AWS.** In the lab a wait moves the clock. The lab takes the whole 66 percent; on AWS it depends on
# > engine and load. Some statements (temporary tables, `SET`) *pin* a client to its connection, and the sharing ends
# > for it.
#
# > **Bill.** A proxy costs 0.015 USD for each vCPU-hour of its target: 21.90 USD a month for 2 vCPUs. Replicas and
# > standbys cost as much as the instance. Delete what you made:

# %%
for proxy in rds.describe_db_proxies()["DBProxies"]:
    rds.delete_db_proxy(DBProxyName=proxy["DBProxyName"])
pages = rds.get_paginator("describe_db_instances").paginate()
everything = [instance for page in pages for instance in page["DBInstances"]]
for instance in everything:
    name = instance["DBInstanceIdentifier"]
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
print(len(everything), "instances deleted")

# %% [markdown]
# ## To remember
#
# - A read replica is asynchronous, readable, at its own endpoint, 15 at most; promoted, it stands alone, without
#   what had not arrived. Programs choose the endpoint themselves.
# - A Multi-AZ standby is synchronous, not readable, behind the same endpoint; failover takes 60 to 120 seconds
#   typically.
# - A Multi-AZ cluster has two standbys that can be read, and fails over in less than 35 seconds.
# - Replication inside a Region is free; into another Region every GB costs.
# - Encryption at rest is decided at creation; afterwards: snapshot, encrypted copy, restore, switch.
# - `rds.force_ssl` (PostgreSQL, SQL Server) or `require_secure_transport` (MySQL, MariaDB) insists on TLS.
# - An IAM token holds for 15 minutes, needs TLS, `rds-db:connect` and a marked user; a managed master password lives
#   in Secrets Manager.
# - RDS Proxy shares few connections among many clients, and shortens failovers.

# %% [markdown] question="report-slow"
# ### Question 1
#
# An instance is Multi-AZ. A monthly report takes an hour and slows the web shop down. What helps, without touching the
# shop's code?
#
# - [ ] **A** Point the report at the standby.
#   > Nobody can connect to the standby of a Multi-AZ instance.
# - [x] **B** Create a read replica and point the report at its endpoint.
#   > The report may read what is a second old, and the shop keeps its machine for itself.
# - [ ] **C** Force a failover before the report runs.
#   > Then the report slows the other machine, after two minutes without any service.
# - [ ] **D** Put an RDS Proxy between the shop and the database.
#   > It saves connections. The report's work stays on the same machine.

# %% answer="report-slow"
answer = "B"

# %% check="report-slow" points=1
question("report-slow", answer)

# %% [markdown] question="stale-balance"
# ### Question 2
#
# A customer pays, the page reloads, and the old balance is shown; a second later it is right. Reads go to a replica in
# the same Region. What is the best change?
#
# - [x] **A** Read this customer's balance from the primary for a while after the payment.
#   > Read-your-own-writes: only the few reads that need it leave the replicas.
# - [ ] **B** Make the replica Multi-AZ.
#   > That gives the replica a standby. It stays as far behind as before.
# - [ ] **C** Set the replica to synchronous replication.
#   > RDS read replicas replicate asynchronously; there is no such setting.
# - [ ] **D** Promote the replica.
#   > Then there are two databases, and the payments arrive in one of them only.

# %% answer="stale-balance"
answer = "A"

# %% check="stale-balance" points=1
question("stale-balance", answer)

# %% [markdown] question="encrypted-abroad"
# ### Question 3
#
# An unencrypted PostgreSQL instance needs a read replica in another Region, and the replica must be encrypted. What
# comes first?
#
# - [ ] **A** Name a KMS key of the other Region when the replica is created.
#   > Needed in the end, but a plain source cannot have an encrypted replica.
# - [ ] **B** Modify the instance with `StorageEncrypted=True`.
#   > `modify_db_instance` has no such parameter. Encryption is decided at creation.
# - [ ] **C** Switch on `rds.force_ssl`.
#   > It protects what is on its way, not what lies on the disk.
# - [x] **D** Replace the instance by an encrypted one, by way of an encrypted copy of a snapshot.
#   > Then the replica can be encrypted as well, with a key of its own Region.

# %% answer="encrypted-abroad"
answer = "D"

# %% check="encrypted-abroad" points=1
question("encrypted-abroad", answer)

# %% [markdown] question="lambda-burst"
# ### Question 4
#
# Up to 800 Lambda functions at a time write to a MySQL instance. At peaks they get "Too many connections", while CPU
# and memory have room. No password may lie in the functions' settings. Which change solves both?
#
# - [ ] **A** A larger instance class, and the password in an encrypted environment variable.
#   > The limit rises with the memory, at its price; the password still lies in the settings.
# - [ ] **B** Three read replicas, and IAM tokens.
#   > Writes go to the primary all the same, with as many connections.
# - [x] **C** RDS Proxy with IAM authentication; the database password stays in Secrets Manager.
#   > The proxy shares few connections, functions log in with a token of their role, and only the proxy reads the
#   > secret.
# - [ ] **D** Multi-AZ, and the master password managed by RDS.
#   > The standby takes no connections; a managed password helps with the second wish only.

# %% answer="lambda-burst"
answer = "C"

# %% check="lambda-burst" points=1
question("lambda-burst", answer)

# %%
progress()
