# ---
# jupyter:
#   course:
#     exam:
#     - '1.3'
#     - '4.3'
#     minutes: 60
#     practises:
#       monthly-bill:
#       - rds.cost
#       place:
#       - rds.create-and-place
#       - rds.engines
#       quiet-hours:
#       - rds.windows
#       rescue:
#       - rds.point-in-time-restore
#       - rds.automated-backups
#       retire:
#       - rds.manual-snapshots
#       - rds.deletion-protection
#       spent:
#       - db.relational-vs-nosql
#       storage-changes:
#       - rds.storage-types
#       whose-work:
#       - db.managed-vs-self-run
#       - rds.managed-features
#       - rds.shared-responsibility
#     services:
#     - rds
#     - ec2
#     - dynamodb
#     title: A relational database that AWS runs for you
#     topics:
#     - db.relational-vs-nosql
#     - db.managed-vs-self-run
#     - rds.engines
#     - rds.managed-features
#     - rds.create-and-place
#     - rds.storage-types
#     - rds.storage-autoscaling
#     - rds.windows
#     - rds.automated-backups
#     - rds.point-in-time-restore
#     - rds.manual-snapshots
#     - rds.deletion-protection
#     - rds.shared-responsibility
#     - rds.cost
# ---

# %% [markdown]
# # A relational database that AWS runs for you
#
# Skerry Ferries sells tickets to small islands. Its bookings live in a relational database. After this lesson you can
# run that database on **Amazon RDS**: put it where only the ticket office reaches it, choose its disk, bring back the
# bookings that somebody deleted ten minutes ago, and say what all of it costs.
#
# Behind every instance of this lesson stands a real SQL engine: what you insert is there, and what you lose is gone.

# %% setup="start"
import datetime as dt

import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("05-databases/01-rds")
lab.start()
rds = boto3.client("rds")
ec2 = boto3.client("ec2")
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


def described(name: str) -> dict:
    """What describe_db_instances says about one instance."""
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def connect(host: str, source: str = ""):
    """Connect as the master user; `source` is where the client stands."""
    return lab.sql(host, user=MASTER, password=PASSWORD, source=source)


def code_of(call, **parameters) -> str:
    """The error code of a call, or 'accepted'."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "accepted"


# %% [markdown]
# `lab.sql` stands for the driver that you would use at work (psycopg, PyMySQL): it takes an endpoint, a user and a
# password and gives a connection in the form of Python's DB-API. (A password in a notebook is for lessons only; the
# next lesson lets AWS keep it.)

# %%
ferry_name = lab.unique_name("ferry")
ferry = make_database(ferry_name)
with connect(ferry) as db:  # commits at the end of the block, then closes
    db.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT)")
    db.execute("CREATE TABLE bookings"
               " (id INTEGER PRIMARY KEY, customer INTEGER, island TEXT, eur INTEGER)")  # fmt: skip
    db.executemany("INSERT INTO customers VALUES (%s, %s)", [(1, "Ada"), (2, "Grace")])
    rows = [(1, "Utö", 24), (1, "Vinö", 18), (2, "Utö", 24), (1, "Kökar", 31)]
    db.executemany("INSERT INTO bookings (customer, island, eur) VALUES (%s, %s, %s)", rows)
print(ferry)

# %% [markdown]
# ## Two ways to think about data
#
# A **relational** database has a fixed schema. Each fact stands once, and a query joins the tables and computes. It
# answers questions that nobody thought of when the tables were made. It grows mainly *up*: a larger machine.
#
# A **NoSQL** database such as DynamoDB spreads items over many machines and grows *sideways*. There is no join and no
# `SUM`: you design the items so that all that one question needs lies together, under one key. Neither is better. With
# SQL you begin with the data, with NoSQL you begin with the questions.

# %%
with connect(ferry) as db:
    for row in db.execute(
        """SELECT c.name, count(*), sum(b.eur)
           FROM customers c JOIN bookings b ON b.customer = c.id GROUP BY c.name"""
    ):
        print(row)

# %% setup="items"
table_name = lab.unique_name("ferry-items")
table = boto3.resource("dynamodb").create_table(
    TableName=table_name,
    KeySchema=[
        {"AttributeName": "customer", "KeyType": "HASH"},
        {"AttributeName": "sort", "KeyType": "RANGE"},
    ],
    AttributeDefinitions=[
        {"AttributeName": "customer", "AttributeType": "S"},
        {"AttributeName": "sort", "AttributeType": "S"},
    ],
    BillingMode="PAY_PER_REQUEST",
)


def put_customer(customer: str, prices: list[int], credit: int = 500) -> None:
    """One customer's items: a profile with a credit limit, and one for each booking."""
    table.put_item(
        Item={
            "customer": customer,
            "sort": "profile",
            "mail": f"{customer}@example.com",
            "eur": credit,
        }
    )
    for number, eur in enumerate(prices):
        table.put_item(Item={"customer": customer, "sort": f"booking#{number:04}", "eur": eur})


put_customer("Ada", [24, 18, 31])
put_customer("Grace", [24])

# %% [markdown]
# The same data as items. All of a customer's items share the partition key `customer`; the sort key `sort` tells them
# apart. Run the cell and look at what one customer consists of.

# %%
for item in table.scan()["Items"]:
    print(item)

# %% [markdown]
# ### Your turn: the sum that DynamoDB does not have
#
# Write `spent(customer)`: how many euros a customer has spent, as an `int`, from `table`.
#
# - Ask with one `query` for this customer alone; do not read the whole table.
# - Count bookings only. (The `eur` of a profile is a credit limit, not money spent.)
# - A customer without bookings has spent 0.
#
# <details><summary>Hint</summary>
#
# `table.query(KeyConditionExpression=Key("customer").eq(...) & Key("sort").begins_with(...))["Items"]`; then it is
# Python that adds up. Numbers come back as `Decimal`.
# </details>


# %% exercise="spent"
def spent(customer: str) -> int:
    """Return the euros that a customer has spent."""
    ### BEGIN SOLUTION
    mine = Key("customer").eq(customer) & Key("sort").begins_with("booking#")
    return int(sum(item["eur"] for item in table.query(KeyConditionExpression=mine)["Items"]))
    ### END SOLUTION


# %% check="spent" points=2
with check("spent", needs="spent", right="The join became a key, and the SUM became your code.") as expect:

    def adds_up(prices: list[int], credit: int = 500) -> None:
        name = lab.unique_name("customer")
        put_customer(name, prices, credit)
        with lab.watching(most=50) as made:
            got = spent(name)
        expect(
            not made.of("Scan"),
            "You scanned: that reads, and pays for, every customer. Use query.",
        )
        expect(
            got is not None,
            "Your function returned nothing: is its last line a return?",
        )
        expect(
            type(got) is int,
            f"Return an int, not {type(got).__name__}: the prices come back as Decimal.",
        )
        expect(
            got != sum(prices) + credit,
            f"That is {credit} too much: the profile's credit limit was added up as well.",
        )
        who = f"The total of a customer with a credit limit of {credit} who booked for {prices}"
        expect.equal(got, sum(prices), who)
        asked = [call.operation for call in made]
        expect(
            asked == ["Query"],
            f"You called {', '.join(asked) or 'nothing'}; one query for the customer is enough.",
        )

    adds_up([24, 18, 31])
    adds_up([])
    adds_up([24, 24, 500], credit=900)
    ### BEGIN HIDDEN TESTS
    adds_up([7] * 30)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who does the work
#
# **RDS** (Relational Database Service) is not a database. It is a service that runs one for you: it sets the machine
# up, patches the system and the engine, takes backups, replaces what breaks. You could also install the same engine
# on an EC2 instance, or on a machine in your office, where all the work is yours.
#
# ### Your turn: whose work is it?
#
# Decide. For each task write two words, `"you"` or `"AWS"`: first for an engine that you install on an EC2 instance,
# then for an RDS instance of this lesson.
#
# <details><summary>Hint</summary>
#
# On EC2, AWS's part ends where your virtual machine begins. On RDS you cannot even log in to the machine. Whatever
# needs knowledge of *your* data or *your* people stays yours.
# </details>

# %% exercise="whose-work" repair=true
owners = {  # task: (on EC2, on RDS)
    "power, cooling and racks": (None, None),
    "replace a broken disk": (None, None),
    "patch the layer under the virtual machines": (None, None),
    "patch the operating system": (None, None),
    "install the database engine": (None, None),
    "patch the database engine": (None, None),
    "take daily backups": (None, None),
    "decide how long backups are kept": (None, None),
    "schema and indexes": (None, None),
    "slow queries": (None, None),
    "database users and their rights": (None, None),
    "which network addresses may connect": (None, None),
}
### BEGIN SOLUTION
owners = {
    "power, cooling and racks": ("AWS", "AWS"),
    "replace a broken disk": ("AWS", "AWS"),
    "patch the layer under the virtual machines": ("AWS", "AWS"),
    "patch the operating system": ("you", "AWS"),
    "install the database engine": ("you", "AWS"),
    "patch the database engine": ("you", "AWS"),
    "take daily backups": ("you", "AWS"),
    "decide how long backups are kept": ("you", "you"),
    "schema and indexes": ("you", "you"),
    "slow queries": ("you", "you"),
    "database users and their rights": ("you", "you"),
    "which network addresses may connect": ("you", "you"),
}
### END SOLUTION

# %% check="whose-work" points=2
with check(
    "whose-work",
    needs="owners",
    right="RDS takes the toil; data, people and doors stay yours.",
) as expect:
    expect(isinstance(owners, dict), "`owners` should be the dictionary of the task, filled in.")
    # Layers from below: 1 building and hardware, 2 virtualisation, 3 system, engine and its routine, 4 data and access.
    layers = {
        "power, cooling and racks": 1,
        "replace a broken disk": 1,
        "patch the layer under the virtual machines": 2,
        "patch the operating system": 3,
        "install the database engine": 3,
        "patch the database engine": 3,
        "take daily backups": 3,
        "decide how long backups are kept": 4,
        "schema and indexes": 4,
        "slow queries": 4,
        "database users and their rights": 4,
        "which network addresses may connect": 4,
    }
    expect(
        set(owners) == set(layers),
        "`owners` should have exactly the twelve tasks as its keys.",
    )
    shaped = all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in owners.values())
    expect(shaped, "Each task needs two words in brackets: (on EC2, on RDS).")
    expect.not_tried(all(set(pair) == {None} for pair in owners.values()))

    def compare_owners(task: str, layer: int) -> None:
        pair = owners[task]
        words = f"'{task}': write two words, (on EC2, on RDS), each 'you' or 'AWS'."
        expect(set(pair) <= {"you", "AWS"}, words)
        for place, given, up_to in (("EC2", pair[0], 2), ("RDS", pair[1], 3)):
            if layer > 3:
                why = "AWS cannot know it: it is about your data, your people or your rules."
            elif layer <= 2:
                why = "It lies below your virtual machine, out of your reach."
            elif place == "EC2":
                why = "Inside your virtual machine you are the administrator; AWS has no login there."
            else:
                why = "RDS gives you no login to the machine, so this is part of what you pay for."
            expect(
                (given == "AWS") == (layer <= up_to),
                f"'{task}' on {place} is not the work of {given}. {why}",
            )

    for task, layer in layers.items():
        compare_owners(task, layer)
    ### BEGIN HIDDEN TESTS
    for task in reversed(layers):
        compare_owners(task, layers[task])
    ### END HIDDEN TESTS

# %%
owner_counts = {
    "own server room": {"you": 12, "AWS": 0},
    "engine on EC2": {"you": 9, "AWS": 3},
    "RDS": {"you": 5, "AWS": 7},
}
charts.stack(
    owner_counts,
    headline="RDS leaves you five tasks of twelve: those about your data and your people",
    unit="tasks",
    source="the twelve tasks of the exercise",
)

# %% [markdown]
# > **Then and now.** Older notes let AWS patch the system of an EC2 instance. It never did: the guest system is yours.
# > **RDS Custom** (Oracle and SQL Server) is the exception on the other side: there you may log in to the host.
#
# What you get for giving up the login: monitoring, a standby in another data centre, read replicas, storage that
# grows, a larger machine with one call, backups to any second. A Region lets you have 40 instances; ask AWS for
# more.
#
# ## Engines and ports
#
# RDS runs six engines, and Amazon's own Aurora (lesson 3). The port is what a firewall needs to know.

# %%
for engine in ("mysql", "mariadb", "postgres", "oracle-ee", "sqlserver-ex"):
    name = lab.unique_name(f"try-{engine}")
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine=engine,
        DBInstanceClass="db.t3.small",
        AllocatedStorage=20,
        MasterUsername=MASTER,
        MasterUserPassword=PASSWORD,
    )
    print(f"{engine:14} {described(name)['Endpoint']['Port']}")
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
db2_port = facts.limit("rds", "default-port-db2")
print(f"{'db2 (IBM)':14} {db2_port}   (from the course's facts; the lab has no Db2)")
other = {"DBInstanceIdentifier": "m", "DBInstanceClass": "db.t3.small", "AllocatedStorage": 20}
print("mongodb:", code_of(rds.create_db_instance, Engine="mongodb", **other))

# %% [markdown]
# > **Lab and AWS.** In the lab an instance is there at once; on AWS it takes some minutes, which is why the code of
# > this lesson uses the waiter `db_instance_available`. The lab's SQL is SQLite's dialect behind all engines.
#
# ## Where an instance lives
#
# An instance stands in one subnet, in one Availability Zone (AZ). You do not name the subnet: you give RDS a **DB
# subnet group** with subnets in at least two AZs, so that it can move or add a standby. Choose private subnets. The
# **security group** is the gate: let in only the port of the engine, and only from the group of the servers that
# need it.

# %% setup="harbour"
vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
private_subnets = []
for n, zone in enumerate(("us-east-1a", "us-east-1b")):
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{n}.0/24", AvailabilityZone=zone)
    private_subnets.append(made["Subnet"]["SubnetId"])


def security_group(name: str) -> str:
    """A new, empty security group in the VPC."""
    free_name = lab.unique_name(name)
    made = ec2.create_security_group(GroupName=free_name, Description=name, VpcId=vpc)
    return made["GroupId"]


def admit(group: str, port: int, **who) -> None:
    """Let someone in: `UserIdGroupPairs=[...]` or `IpRanges=[...]`, as in boto3."""
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **who}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])


app_group = security_group("ticket-office")

# %%
one_zone = code_of(
    rds.create_db_subnet_group,
    DBSubnetGroupName="one-zone",
    DBSubnetGroupDescription="only one subnet",
    SubnetIds=private_subnets[:1],
)
print("a subnet group in one AZ:", one_zone)

# %%
open_door = make_database(lab.unique_name("open-door"))
try:
    connect(open_door, source="203.0.113.80")
except lab.sql.OperationalError as error:
    print(error)
print("publicly accessible:", described(open_door.split(".")[0])["PubliclyAccessible"])

# %% [markdown]
# With `source=` the lab checks the way from there to the database. The default security group kept the stranger out.
# But look at the last line: without a subnet group, RDS makes an instance *publicly accessible* unless you say no.
#
# ### Your turn: a private place
#
# Write `place(name, app_group)`: it creates a **MySQL** instance called `name` (class `db.t3.micro`, 20 GiB,
# `MASTER` and `PASSWORD`) and returns its endpoint address.
#
# - It stands in the `private_subnets` of `vpc`, by a new DB subnet group.
# - It is not publicly accessible.
# - Its own new security group lets in the port of MySQL from servers with `app_group`, and nothing else.
#
# <details><summary>Hint</summary>
#
# Three steps: `create_db_subnet_group`, a security group, then `make_database(name, Engine=...,
# EngineVersion="8.0.35", DBSubnetGroupName=..., VpcSecurityGroupIds=[...], PubliclyAccessible=...)`. A rule whose
# source is a group: `admit(group, port, UserIdGroupPairs=[{"GroupId": ...}])`.
# </details>


# %% exercise="place"
def place(name: str, app_group: str) -> str:
    """Create a MySQL instance that only servers with app_group reach; return its endpoint."""
    ### BEGIN SOLUTION
    rds.create_db_subnet_group(
        DBSubnetGroupName=f"{name}-subnets",
        DBSubnetGroupDescription=f"private subnets for {name}",
        SubnetIds=private_subnets,
    )
    guard = security_group(f"{name}-database")
    admit(guard, 3306, UserIdGroupPairs=[{"GroupId": app_group}])
    return make_database(
        name,
        Engine="mysql",
        EngineVersion="8.0.35",
        DBSubnetGroupName=f"{name}-subnets",
        VpcSecurityGroupIds=[guard],
        PubliclyAccessible=False,
    )
    ### END SOLUTION


# %% check="place" points=3
with check("place", needs="place", right="One port, one group of servers: that is the whole door.") as expect:

    def refusal(host: str, source: str) -> str:
        """Why a server does not get in; empty if it does."""
        try:
            connect(host, source=source).close()
        except lab.sql.OperationalError as error:
            return str(error)
        return ""

    def well_placed() -> None:
        name, office, other = (
            lab.unique_name("placed"),
            security_group("office"),
            security_group("other"),
        )
        host = place(name, office)
        is_made = code_of(rds.describe_db_instances, DBInstanceIdentifier=name) == "accepted"
        expect(is_made, f"There is no instance called {name}.")
        made = described(name)
        address = made["Endpoint"]["Address"]
        expect(host == address, f"Return the endpoint's address, '{address}'; you returned {host!r}.")
        expect.equal(made["Engine"], "mysql", "The engine")
        size = (made["DBInstanceClass"], made["AllocatedStorage"])
        expect.equal(size, ("db.t3.micro", 20), "The class and the GiB")
        subnets = {subnet["SubnetIdentifier"] for subnet in made.get("DBSubnetGroup", {}).get("Subnets", [])}
        expect(
            subnets == set(private_subnets),
            "The instance's DB subnet group should hold both private_subnets.",
        )
        expect(
            made["PubliclyAccessible"] is False,
            "The instance is publicly accessible: PubliclyAccessible=False.",
        )
        why = refusal(host, office)
        expect(
            not why,
            f"A server with app_group does not get in. Look at the rule for port 3306. ({why})",
        )
        groups = [group["VpcSecurityGroupId"] for group in made["VpcSecurityGroups"]]
        expect(
            office not in groups,
            "The database carries the application's group; give it one of its own.",
        )
        rules = [
            rule
            for group in ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]
            for rule in group["IpPermissions"]
        ]
        ranges = [one["CidrIp"] for rule in rules for one in rule.get("IpRanges", [])]
        ranges += [one["CidrIpv6"] for rule in rules for one in rule.get("Ipv6Ranges", [])]
        expect(
            not ranges,
            f"The door is open to addresses, {ranges}. Name the group of the servers instead.",
        )
        wide = [rule for rule in rules if (rule.get("FromPort"), rule.get("ToPort")) != (3306, 3306)]
        expect(not wide, "A rule lets in more than the port of MySQL, 3306.")
        expect(refusal(host, other), "A server with another security group gets in as well.")
        pairs = {pair["GroupId"] for rule in rules for pair in rule.get("UserIdGroupPairs", [])}
        expect(
            pairs == {office},
            f"The rules let in {', '.join(sorted(pairs))}; only {office}, the app_group, should.",
        )

    well_placed()
    ### BEGIN HIDDEN TESTS
    well_placed()
    ### END HIDDEN TESTS

# %% [markdown]
# ## The disk
#
# An instance keeps its data on network disks (EBS). You choose the type and the size, and both decide about
# **IOPS**, the reads and writes a second:
#
# - **gp2** gives 3 IOPS for each GiB, at least 100, and below 1,000 GiB it can burst to 3,000 for a while.
# - **gp3**, the default now, gives 3,000 always. From 400 GiB on RDS spreads the data over four volumes: 12,000
#   IOPS, and you may buy more.
# - **io1** and **io2** give what you order, from 100 GiB on. *Magnetic* is there for old systems only.

# %%
gp2 = facts.limit("rds", "gp2-baseline")
floor = facts.limit("rds", "gp2-minimum-baseline")
small = facts.limit("rds", "gp3-baseline-below-400-gib")
large = facts.limit("rds", "gp3-baseline-from-400-gib")
striped = facts.limit("rds", "gp3-striping-threshold")
sizes = [*range(20, 400, 10), 399, *range(400, 4001, 50)]
charts.curves(
    {
        "gp2": (sizes, [max(floor, gp2 * gib) for gib in sizes]),
        "gp3": (sizes, [small if gib < striped else large for gib in sizes]),
    },
    headline="At the same price, gp3 promises more than gp2 at every size below 4,000 GiB",
    x_label="size",
    x_unit="GiB",
    y_unit="IOPS",
    source=[gp2, small, large, facts.price("rds", "storage-gp3-single-az")],
)

# %% [markdown]
# > **Then and now.** Older notes know gp2, io1 and magnetic, and call gp2 the default. gp3 came in late 2022.
#
# Two rules about size matter more than the type. Storage **grows and never shrinks**. And after a change the volume
# is reorganised in the background: for **six hours** RDS refuses the next one.
#
# ### Your turn: predict five changes
#
# A MySQL instance has 100 GiB of gp3. Somebody sends these changes, one after the other, all with
# `ApplyImmediately=True`. For each write the size in GiB that the instance has *afterwards*, accepted or not.
#
# 1. `AllocatedStorage=50`
# 2. `AllocatedStorage=101` (an increase is at least 10 percent; RDS rounds a smaller one up)
# 3. one minute later: `AllocatedStorage=200`
# 4. seven hours later: `AllocatedStorage=200`
# 5. one day later: `AllocatedStorage=150`
#
# <details><summary>Hint</summary>
#
# A refused change leaves the size as it was. Which of the five are refused, and by which of the two rules?
# </details>

# %% exercise="storage-changes" repair=true
gib_afterwards = [None, None, None, None, None]
### BEGIN SOLUTION
gib_afterwards = [100, 110, 110, 200, 200]
### END SOLUTION

# %% check="storage-changes" points=2
with check(
    "storage-changes",
    needs="gib_afterwards",
    right="Start small: you can always grow, never back.",
) as expect:
    expect(
        isinstance(gib_afterwards, list | tuple),
        "`gib_afterwards` should be the list of the task, with five numbers in it.",
    )
    expect.not_tried(list(gib_afterwards) == [None] * 5)
    numbers = [one for one in gib_afterwards if isinstance(one, int)]
    expect(
        len(gib_afterwards) == len(numbers) == 5,
        "Write five whole numbers of GiB, one for each change.",
    )
    rules = {
        1: "storage never shrinks",
        2: "a small step is rounded up to 10 percent of the size",
        3: "the last change is less than six hours old",
        4: "more than six hours have passed",
        5: "storage never shrinks",
    }

    def measure_changes(engine: str, version: str) -> None:
        trial = lab.unique_name("trial")
        make_database(trial, Engine=engine, EngineVersion=version, AllocatedStorage=100)
        steps = [(50, 0), (101, 0), (200, 60), (200, 7 * 3600), (150, 24 * 3600)]
        for number, ((wanted, wait), predicted) in enumerate(zip(steps, gib_afterwards, strict=True), start=1):
            lab.clock.advance(seconds=wait)
            change = {
                "DBInstanceIdentifier": trial,
                "AllocatedStorage": wanted,
                "ApplyImmediately": True,
            }
            said = "accepted" if code_of(rds.modify_db_instance, **change) == "accepted" else "refused"
            now = described(trial)["AllocatedStorage"]
            expect(
                predicted == now,
                f"Change {number}: you said {predicted} GiB. RDS {said} it: {rules[number]}.",
            )

    measure_changes("mysql", "8.0.35")
    ### BEGIN HIDDEN TESTS
    measure_changes("postgres", "16.4")
    ### END HIDDEN TESTS

# %% [markdown]
# ### A disk that grows by itself
#
# Give `MaxAllocatedStorage`, and RDS grows the disk up to that ceiling: when less than 10 percent is free, for at
# least five minutes, and six hours after the last change. A step is the largest of three: 10 GiB, 10 percent, and what
# the growth of the past hour would fill in seven. The console switches this on; in code it is off unless you name a
# ceiling.
#
# The cell simulates 60 days of steady growth by these rules. (The lab's databases are too small to fill a disk.)


# %%
def sixty_days(gib_a_day: float, size: int, ceiling: int) -> tuple[list[float], list[int]]:
    """Hour by hour: GiB used, and GiB allocated."""
    used, allocated, last_change = [], [], -6
    for hour in range(60 * 24):
        full = 10 + gib_a_day * hour / 24
        if size - full < 0.1 * size and hour - last_change >= 6 and size < ceiling:
            size = min(ceiling, size + max(10, round(size * 0.1)))
            last_change = hour
        used.append(min(full, size))
        allocated.append(size)
    return used, allocated


used, allocated = sixty_days(gib_a_day=2, size=20, ceiling=100)
full_day = next(hour for hour in range(1440) if used[hour] >= 100) / 24
charts.over_time(
    {"allocated": allocated, "used": used},
    x=[hour / 24 for hour in range(60 * 24)],
    x_unit="days",
    y_unit="GiB",
    thresholds={"MaxAllocatedStorage": 100},
    headline=f"The disk stays ahead up to the ceiling; it is full on day {full_day:.0f}",
    source=[facts.limit("rds", "storage-autoscaling-free-space-trigger"),
            facts.limit("rds", "storage-autoscaling-minimum-step")],
)  # fmt: skip

# %% [markdown]
# A ceiling is a guard against a runaway program, not a plan. Set an alarm on `FreeStorageSpace` all the same.
#
# ## Two windows
#
# RDS works on your instance in two windows of at least 30 minutes, both in UTC. In the **backup window** it takes
# the daily backup, on every day. In the **maintenance window**, once a week, it patches, and it applies the changes
# that you made without `ApplyImmediately=True`. The two may not overlap. Name neither, and RDS picks some for you.

# %%
patient = lab.unique_name("patient")
make_database(
    patient,
    PreferredMaintenanceWindow="sun:03:00-sun:03:30",
    PreferredBackupWindow="02:00-02:30",
)
rds.modify_db_instance(DBInstanceIdentifier=patient, DBInstanceClass="db.t3.medium")
for days in (0, 7):
    lab.clock.advance(days=days)
    now = described(patient)
    waiting = now["PendingModifiedValues"]
    print(f"after {days} days: {now['DBInstanceClass']}, waiting: {waiting}")
for delivery in lab.deliveries().to(patient):
    print(f"{delivery.at:%A %H:%M}: {delivery.outcome}")

# %% [markdown]
# > **Then and now.** Some notes put the daily backup into the maintenance window. It has a window of its own.
#
# ### Your turn: quiet hours
#
# No ferry sails between 01:00 and 05:00 UTC. A colleague wrote `quiet_hours(name)`, which sets both windows and
# moves the instance to a larger class in its next maintenance. RDS refuses it, and it would do the wrong thing
# anyway. Repair it:
#
# - The backup runs daily, within 01:00 to 05:00.
# - Maintenance runs on **Tuesday**, within 01:00 to 05:00.
# - The instance becomes a `db.t3.large` in that maintenance window, not before.
#
# <details><summary>Hint</summary>
#
# The error names one fault at a time. Maintenance windows look like `mon:04:00-mon:04:30`. The lab refuses windows
# that only touch as well: leave a minute between. And what does `ApplyImmediately` do to the class?
# </details>


# %% exercise="quiet-hours" repair=true
def quiet_hours(name: str) -> None:
    """Backups and maintenance while no ferry sails; the larger class comes with them."""
    rds.modify_db_instance(
        DBInstanceIdentifier=name,
        PreferredBackupWindow="02:00-02:10",
        PreferredMaintenanceWindow="tue:02:00-tue:04:00",
        DBInstanceClass="db.t3.large",
        ApplyImmediately=True,
    )


### BEGIN SOLUTION
def quiet_hours(name: str) -> None:
    """Backups and maintenance while no ferry sails; the larger class comes with them."""
    rds.modify_db_instance(
        DBInstanceIdentifier=name,
        PreferredBackupWindow="01:00-01:45",
        PreferredMaintenanceWindow="tue:03:00-tue:04:00",
        DBInstanceClass="db.t3.large",
    )


### END SOLUTION


# %% check="quiet-hours" points=2
with check("quiet-hours", needs="quiet_hours", right="Passengers notice neither backup nor restart.") as expect:

    def minutes(clock_time: str) -> int:
        hour, minute = clock_time.split(":")
        return int(hour) * 60 + int(minute)

    def is_quiet(backup: str, maintenance: str) -> None:
        name = lab.unique_name("quiet")
        make_database(name, PreferredBackupWindow=backup, PreferredMaintenanceWindow=maintenance)
        quiet_hours(name)
        made = described(name)
        begin, end = (minutes(part) for part in made["PreferredBackupWindow"].split("-"))
        shown = f"The backup window is {made['PreferredBackupWindow']}"
        expect(60 <= begin < end <= 300, f"{shown}. It should lie between 01:00 and 05:00 UTC.")
        first, last = made["PreferredMaintenanceWindow"].split("-")
        shown = f"The maintenance window is {made['PreferredMaintenanceWindow']}"
        expect(first[:3] == last[:3] == "tue", f"{shown}. It should begin and end on Tuesday.")
        inside = 60 <= minutes(first[4:]) < minutes(last[4:]) <= 300
        expect(inside, f"{shown}. It should lie between 01:00 and 05:00 UTC.")
        expect(
            made["DBInstanceClass"] == "db.t3.micro",
            "The class has changed at once, with a restart in the middle of the day: look at ApplyImmediately.",
        )
        expect(
            made["BackupRetentionPeriod"] > 0,
            "Automated backups are off now. The backup runs daily: keep the retention period.",
        )
        lab.clock.advance(days=8)
        shown = described(name)["DBInstanceClass"]
        expect(
            shown == "db.t3.large",
            f"A week later the class is {shown}. It should be db.t3.large.",
        )

    is_quiet("12:00-12:30", "sat:10:00-sat:10:30")
    ### BEGIN HIDDEN TESTS
    is_quiet("20:00-20:30", "wed:15:00-wed:16:30")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Backups, and any second of the last days
#
# **Automated backups** are on by default: once a day a snapshot of the whole disk, and every five minutes the
# transaction logs, all into S3. Together they can rebuild any second from the oldest backup until about five minutes
# ago. You choose how many days are kept: 0 (off) to 35. The API's default is 1, the console's is 7. Backup space up
# to the size of your databases is free.

# %%
bars = []
for days in (1, 7, 35):
    row = f"kept {days} {'day' if days == 1 else 'days'}"
    bars.append((row, -days, -5 / 1440, "any second" if days > 1 else "", "restorable"))
longest = facts.limit("rds", "backup-retention-max")
charts.gantt(
    bars,
    unit="days",
    kinds={"restorable": "good"},
    events={"35 days": -float(longest), "now": 0},
    label="days before now",
    headline=f"A restore reaches {longest} days back at most, never the last five minutes",
    source=[longest, facts.limit("rds", "transaction-log-upload-interval")],
)

# %% [markdown]
# A restore **never overwrites**. It makes a *new* instance with its own name and endpoint, and you point your programs
# there. That is slow comfort in a hurry, and a blessing when you restored the wrong minute.

# %%
diary = make_database(lab.unique_name("diary"))
lab.clock.advance(hours=1)
now = described(diary.split(".")[0])
print("the clock says     ", f"{lab.clock.now():%H:%M:%S}")
print("latest restorable  ", f"{now['LatestRestorableTime']:%H:%M:%S}")
too_late = code_of(
    rds.restore_db_instance_to_point_in_time,
    SourceDBInstanceIdentifier=now["DBInstanceIdentifier"],
    TargetDBInstanceIdentifier=lab.unique_name("too-late"),
    RestoreTime=lab.clock.now() - dt.timedelta(minutes=2),
)
print("two minutes ago    ", too_late)

# %% [markdown]
# ### Your turn: the missing WHERE
#
# Somebody has just run `DELETE FROM bookings`, without a WHERE. Write `rescue(name, moment, new_name)`:
#
# - make the instance `new_name` with the data that the instance `name` had at `moment` (a datetime);
# - the moment may be too fresh: then wait with `lab.clock.advance(minutes=...)` until it can be restored;
# - the new instance gets the same security groups as `name`: a restore gives it the default group of the VPC;
# - return the new endpoint's address. The old instance stays as it is, for the inquest.
#
# <details><summary>Hint</summary>
#
# `described(name)["LatestRestorableTime"]` tells how far you may go; it is missing while nothing can be restored.
# Read the groups of the old instance from `described(name)["VpcSecurityGroups"]`, a list of dictionaries, and hand
# their ids to `restore_db_instance_to_point_in_time` as `VpcSecurityGroupIds`.
# </details>


# %% exercise="rescue"
def rescue(name: str, moment: dt.datetime, new_name: str) -> str:
    """Restore the state of `moment` into a new instance; return its endpoint."""
    ### BEGIN SOLUTION
    while described(name).get("LatestRestorableTime", dt.datetime.min.replace(tzinfo=dt.UTC)) < moment:
        lab.clock.advance(minutes=1)
    groups = [group["VpcSecurityGroupId"] for group in described(name)["VpcSecurityGroups"]]
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=name,
        TargetDBInstanceIdentifier=new_name,
        RestoreTime=moment,
        VpcSecurityGroupIds=groups,
    )
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=new_name)
    return described(new_name)["Endpoint"]["Address"]
    ### END SOLUTION


# %% check="rescue" points=3
with check("rescue", needs="rescue", right="Minutes of work, and nothing lost but the minutes after.") as expect:

    def islands(host: str, source: str) -> list[str]:
        with connect(host, source=source) as db:
            return [island for (island,) in db.execute("SELECT island FROM bookings ORDER BY id")]

    def comes_back(before: list[str], after: list[str], minutes_ago: float) -> None:
        office, guard = security_group("office"), security_group("guard")
        admit(guard, 5432, UserIdGroupPairs=[{"GroupId": office}])
        name, new_name = lab.unique_name("bookings"), lab.unique_name("rescued")
        host = make_database(name, VpcSecurityGroupIds=[guard])
        lab.clock.advance(minutes=20)
        with connect(host) as db:
            db.execute("CREATE TABLE bookings (id INTEGER PRIMARY KEY, island TEXT)")
            db.executemany("INSERT INTO bookings (island) VALUES (%s)", [(island,) for island in before])
        lab.clock.advance(minutes=1)
        moment = lab.clock.now()
        lab.clock.advance(minutes=1)
        with connect(host) as db:
            db.execute("DELETE FROM bookings")
            db.executemany("INSERT INTO bookings (island) VALUES (%s)", [(island,) for island in after])
        lab.clock.advance(minutes=minutes_ago)
        try:
            returned = rescue(name, moment, new_name)
        except ClientError as error:
            fault = error.response["Error"]
            fresh = fault["Code"] in ("InvalidParameterValue", "InvalidDBInstanceState")
            told = "Wait until the moment can be restored." if fresh else "Look at the parameters."
            expect(False, f"RDS refused: {fault['Message']} {told}")
        expect(code_of(rds.describe_db_instances, DBInstanceIdentifier=new_name) == "accepted",
               f"There is no instance {new_name}: TargetDBInstanceIdentifier is the new name.")  # fmt: skip
        kept = code_of(rds.describe_db_instances, DBInstanceIdentifier=name)
        expect(kept == "accepted", f"The old instance {name} is gone. It should stay as it is.")
        made = described(new_name)
        address = made["Endpoint"]["Address"]
        expect(returned == address, "Return the address of the new endpoint.")
        try:
            got = islands(address, office)
        except lab.sql.OperationalError as error:
            asleep = "no security group" in str(error)
            told = "Its servers cannot connect: give it the groups of the old one." if asleep else str(error)
            expect(False, f"The new instance is there, but unusable. {told}")
        carried = {group["VpcSecurityGroupId"] for group in made["VpcSecurityGroups"]}
        expect(
            carried == {guard},
            "The new instance has other security groups than the old one: give it the same.",
        )
        expect(
            got != after,
            "The new instance holds the state after the accident: restore `moment`, not the latest.",
        )
        expect(
            got == before,
            f"The new instance holds {len(got)} bookings; at the moment there were {len(before)}.",
        )
        expect(islands(host, office) == after, "The old instance should stay as it is.")

    comes_back(["Utö", "Vinö", "Kökar"], [], minutes_ago=60)
    comes_back(["Utö"], ["Jurmo"], minutes_ago=0)
    ### BEGIN HIDDEN TESTS
    comes_back(["Nötö", "Aspö"], ["Jurmo"], minutes_ago=2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Snapshots, and the last day of a database
#
# A **DB snapshot** is a backup that you start yourself. It has no end: it stays until you delete it, also when the
# instance is gone. Use it for what must be kept longer than 35 days. It is restored into a new instance, too.

# %%
before_the_season = lab.unique_name("before-the-season")
rds.create_db_snapshot(DBInstanceIdentifier=ferry_name, DBSnapshotIdentifier=before_the_season)
for snapshot in rds.describe_db_snapshots(DBInstanceIdentifier=ferry_name)["DBSnapshots"]:
    print(f"{snapshot['SnapshotType']:10} {snapshot['DBSnapshotIdentifier']}")

# %% [markdown]
# When you delete an instance, its automated backups go with it unless you say `DeleteAutomatedBackups=False`. Two
# locks stand before that. **Deletion protection** refuses every delete while it is on (in code it is off unless you
# ask for it). And a delete has to say what becomes of the data: a final snapshot, or none.

# %%
precious = lab.unique_name("precious")
make_database(precious, DeletionProtection=True)
for words in ({"SkipFinalSnapshot": True}, {}):
    try:
        rds.delete_db_instance(DBInstanceIdentifier=precious, **words)
    except ClientError as error:
        print(error.response["Error"]["Message"])
    unlock = {"DeletionProtection": False, "ApplyImmediately": True}
    rds.modify_db_instance(DBInstanceIdentifier=precious, **unlock)

# %% [markdown]
# ### Your turn: retire a database
#
# The route to Jurmo is closed, its database is not needed any more, but the tax office wants its bookings for ten
# years. Write `retire(name)`: delete the instance, protected or not, keep its last state in a snapshot of your
# naming, and return the snapshot's identifier.
#
# <details><summary>Hint</summary>
#
# Two calls. The second one can take the snapshot itself: look for `Final` in the parameters of `delete_db_instance`.
# An identifier has letters, digits and single hyphens.
# </details>


# %% exercise="retire"
def retire(name: str) -> str:
    """Delete the instance, keep its data in a snapshot; return the snapshot's identifier."""
    ### BEGIN SOLUTION
    final = f"{name}-final"
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    rds.delete_db_instance(DBInstanceIdentifier=name, FinalDBSnapshotIdentifier=final)
    return final
    ### END SOLUTION


# %% check="retire" points=2
with check(
    "retire",
    needs="retire",
    right="A snapshot costs storage only, and waits for the tax office.",
) as expect:

    def retires(protected: bool, bookings: int) -> None:
        name = lab.unique_name("route")
        host = make_database(name, DeletionProtection=protected)
        with connect(host) as db:
            db.execute("CREATE TABLE bookings (id INTEGER PRIMARY KEY)")
            db.executemany("INSERT INTO bookings VALUES (%s)", [(number,) for number in range(bookings)])
        kind = "a protected instance" if protected else "an instance without protection"
        try:
            kept = retire(name)
        except ClientError as error:
            expect(False, f"With {kind}, RDS refused: {error.response['Error']['Message']}")
        gone = code_of(rds.describe_db_instances, DBInstanceIdentifier=name)
        expect(gone == "DBInstanceNotFound", f"With {kind}: the instance is still there.")
        manual = rds.describe_db_snapshots(DBInstanceIdentifier=name, SnapshotType="manual")
        mine = [one["DBSnapshotIdentifier"] for one in manual["DBSnapshots"]]
        expect(mine != [], f"With {kind}: no snapshot of it is left. The bookings are lost.")
        expect(
            kept in mine,
            f"Return the identifier of the snapshot, {mine[0]!r}; you returned {kept!r}.",
        )
        again = lab.unique_name("audit")
        rds.restore_db_instance_from_db_snapshot(DBSnapshotIdentifier=kept, DBInstanceIdentifier=again)
        with connect(again) as db:
            found = db.execute("SELECT count(*) FROM bookings").fetchone()[0]
        expect(found == bookings, f"Restored, the snapshot holds {found} of {bookings} bookings.")

    retires(protected=True, bookings=3)
    retires(protected=False, bookings=1)
    ### BEGIN HIDDEN TESTS
    retires(protected=True, bookings=12)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What stays your side
#
# RDS patches system and engine, and nobody may log in to the host, neither you nor an auditor of yours. Your side of
# the **shared responsibility** can be read from the API: who may connect, whether the data is encrypted, whether
# backups exist, whether TLS is required (next lesson). A small audit:


# %%
def findings(instance: dict) -> list[str]:
    """What a careful person would ask about this instance."""
    asked = {
        "reachable from the internet": instance["PubliclyAccessible"],
        "not encrypted": not instance["StorageEncrypted"],
        "no backups": instance["BackupRetentionPeriod"] == 0,
        "no deletion protection": not instance["DeletionProtection"],
    }
    return [words for words, true in asked.items() if true]


make_database(lab.unique_name("careless"), BackupRetentionPeriod=0)
careful = {"StorageEncrypted": True, "PubliclyAccessible": False, "DeletionProtection": True}
make_database(lab.unique_name("careful"), BackupRetentionPeriod=14, **careful)
for page in rds.get_paginator("describe_db_instances").paginate():
    for instance in page["DBInstances"]:
        if instance["DBInstanceIdentifier"].startswith(("care", "ferry")):
            print(
                f"{instance['DBInstanceIdentifier']:14}",
                ", ".join(findings(instance)) or "nothing to say",
            )

# %% [markdown]
# ## What it costs
#
# A month of RDS is the sum of several meters:
#
# - **instance hours**, by the second, at least ten minutes;
# - **storage** by the GiB that you allocated, used or not; provisioned IOPS come on top;
# - **backups** beyond the free space; data sent to other Regions;
# - **Extended Support** for every vCPU and hour when your engine's version is past its end.
#
# A standby in a second AZ (Multi-AZ, next lesson) doubles instance and storage.
#
# ### Your turn: the monthly bill
#
# Write `monthly_bill(gib, multi_az, replicas, backup_gib)` in USD for MySQL on `db.t3.large` with gp3 storage, for
# `facts.HOURS_PER_MONTH` hours:
#
# - The prices are `facts.price("rds", ...)` with `mysql-db-t3-large-single-az` and `mysql-db-t3-large-multi-az` (per
#   hour), `storage-gp3-single-az` and `storage-gp3-multi-az` (per GiB and month), and `backup-storage-beyond-free`.
# - Each replica is a single-AZ instance with a disk of the same size.
# - Of `backup_gib`, as many GiB as the database is large (`gib`, whatever the number of copies) are free.
#
# <details><summary>Hint</summary>
#
# The primary, then each replica at the single-AZ price, then `max(0, ...)` for the backups.
# </details>


# %% exercise="monthly-bill"
def monthly_bill(gib: int, multi_az: bool, replicas: int, backup_gib: int) -> float:
    """Return the month's bill in USD."""
    ### BEGIN SOLUTION

    def instance(zones: str) -> float:
        hours = facts.price("rds", f"mysql-db-t3-large-{zones}") * facts.HOURS_PER_MONTH
        return hours + gib * facts.price("rds", f"storage-gp3-{zones}")

    backups = max(0, backup_gib - gib) * facts.price("rds", "backup-storage-beyond-free")
    return instance("multi-az" if multi_az else "single-az") + replicas * instance("single-az") + backups
    ### END SOLUTION


# %% check="monthly-bill" points=2
with check(
    "monthly-bill",
    needs="monthly_bill",
    right="The hours dominate: choose the class with care.",
) as expect:
    hours = float(facts.HOURS_PER_MONTH)
    one, two = (float(facts.price("rds", f"mysql-db-t3-large-{kind}-az")) * hours for kind in ("single", "multi"))
    disk, disks = (float(facts.price("rds", f"storage-gp3-{kind}-az")) for kind in ("single", "multi"))
    extra = float(facts.price("rds", "backup-storage-beyond-free"))
    expect.close(
        monthly_bill(100, False, 0, 100),
        one + 100 * disk,
        "One instance, 100 GiB, backups within the free space",
    )
    expect.close(
        monthly_bill(100, True, 0, 0),
        two + 100 * disks,
        "Multi-AZ: instance and storage at their Multi-AZ price",
    )
    both = two + 100 * disks + one + 100 * disk
    expect.close(
        monthly_bill(100, True, 1, 0),
        both,
        "Multi-AZ and a replica: the replica is single-AZ, with a disk",
    )
    expect.close(
        monthly_bill(100, False, 0, 250),
        one + 100 * disk + 150 * extra,
        "250 GiB of backups, 100 of them free",
    )
    expect.close(
        monthly_bill(200, True, 2, 450),
        two + 200 * disks + 2 * (one + 200 * disk) + 250 * extra,
        "Multi-AZ, two replicas, 200 GiB and 450 GiB of backups, 200 of them free",
    )
    ### BEGIN HIDDEN TESTS
    expect.close(
        monthly_bill(400, False, 3, 500),
        4 * (one + 400 * disk) + 100 * extra,
        "three replicas of 400 GiB",
    )
    expect.close(
        monthly_bill(50, True, 2, 40),
        two + 50 * disks + 2 * (one + 50 * disk),
        "two replicas of 50 GiB",
    )
    ### END HIDDEN TESTS

# %%
single = facts.price("rds", "mysql-db-t3-large-single-az")
double = facts.price("rds", "mysql-db-t3-large-multi-az")
gp3_one = facts.price("rds", "storage-gp3-single-az")
gp3_two = facts.price("rds", "storage-gp3-multi-az")
backup = 150 * facts.price("rds", "backup-storage-beyond-free")
month = facts.HOURS_PER_MONTH
charts.stack(
    {
        "one instance": {
            "instances": single * month,
            "storage": 100 * gp3_one,
            "backups": backup,
        },
        "Multi-AZ": {"instances": double * month, "storage": 100 * gp3_two, "backups": backup},
        "Multi-AZ and a replica": {
            "instances": (double + single) * month,
            "storage": 100 * (gp3_two + gp3_one),
            "backups": backup,
        },
    },
    headline="Every further copy costs as much as the first; backups cost little",
    subtitle="MySQL, db.t3.large, 100 GiB gp3, 250 GiB of backups, us-east-1",
    unit="USD per month",
    source=[single, double, gp3_one, gp3_two],
)

# %% [markdown]
# > **Bill.** On AWS each `db.t3.micro` of this lesson costs about 2 cents an hour, and its 20 GiB 2.30 USD a month.
# > A stopped instance still pays for its disk, and RDS starts it again after seven days. Delete what you made:

# %%
for page in rds.get_paginator("describe_db_instances").paginate():
    for instance in page["DBInstances"]:
        name = instance["DBInstanceIdentifier"]
        if instance["DeletionProtection"]:
            rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
print(len(rds.describe_db_instances()["DBInstances"]), "instances left")

# %% [markdown]
# ## To remember
#
# - SQL joins and sums at query time; in DynamoDB you lay together what one question needs, and add up yourself.
# - RDS patches system and engine, takes backups and replaces hardware; schema, queries, users and doors are yours.
# - A DB subnet group spans at least two AZs; the security group of the database lets in the port from the app's group.
# - gp3 gives 3,000 IOPS, from 400 GiB 12,000. Storage grows by 10 percent at least, never shrinks, and rests six
#   hours.
# - Backups run in the backup window, patches and postponed changes in the maintenance window; both are in UTC.
# - Automated backups reach back 35 days at most, to any second but the last five minutes; a restore is a new instance.
# - Manual snapshots stay until you delete them; deletion protection and the final snapshot stand before a delete.

# %% [markdown] question="seven-years"
# ### Question 1
#
# A law asks for the state of a database at the end of each month, for seven years. The instance keeps automated
# backups for 35 days. What fits with the least work?
#
# - [ ] **A** Raise the retention period of the automated backups to seven years.
#   > It ends at 35 days.
# - [x] **B** A manual snapshot at the end of each month.
#   > Manual snapshots stay until somebody deletes them, even when the instance is gone. A schedule can take them.
# - [ ] **C** A read replica for each month.
#   > A replica follows its source; it keeps no past, and each costs as much as an instance.
# - [ ] **D** Point-in-time restore, when the authority asks.
#   > It needs the automated backups, and those reach back 35 days.

# %% answer="seven-years"
answer = "B"

# %% check="seven-years" points=1
question("seven-years", answer)

# %% [markdown] question="cannot-connect"
# ### Question 2
#
# After a point-in-time restore the application gets time-outs at the new endpoint, which stands in its configuration
# already. The old endpoint still answers. What is the most likely cause?
#
# - [ ] **A** The new instance is read-only until it is promoted.
#   > That is a read replica. A restored instance reads and writes; and the error would not be a time-out.
# - [ ] **B** The master password was not restored.
#   > It comes with the data. A wrong password is refused at once, with words; nothing times out.
# - [x] **C** The restore gave the new instance the VPC's default security group.
#   > A time-out is the mark of a security group. Name the groups in the restore call, or set them afterwards.
# - [ ] **D** RDS needs five minutes to ship the transaction logs.
#   > That limits how fresh the restored data can be, not who can connect.

# %% answer="cannot-connect"
answer = "C"

# %% check="cannot-connect" points=1
question("cannot-connect", answer)

# %% [markdown] question="class-change"
# ### Question 3
#
# On Monday a developer changes the instance class with `modify_db_instance` and no other parameter. On Tuesday the
# instance still has its old class, and no error was shown. Why?
#
# - [x] **A** The change waits for the weekly maintenance window.
#   > It stands in `PendingModifiedValues`. `ApplyImmediately=True` would have applied it at once, with a short outage.
# - [ ] **B** The class can be changed only while the instance is stopped.
#   > RDS restarts the engine itself when the time has come.
# - [ ] **C** A change of class needs a snapshot and a restore.
#   > That is the way to encrypt an instance, not to resize it.
# - [ ] **D** The change waits for the backup window.
#   > Backups run there. Changes belong to the maintenance window.

# %% answer="class-change"
answer = "A"

# %% check="class-change" points=1
question("class-change", answer)

# %% [markdown] question="os-access"
# ### Question 4
#
# A team moves a database from its own server. A vendor's agent must run on the database's host, with the rights of the
# administrator. The engine is MySQL. Where can they run it?
#
# - [ ] **A** RDS for MySQL, after opening port 22 in the security group.
#   > No login exists behind that port. The host belongs to AWS.
# - [ ] **B** RDS Custom.
#   > It does give access to the host, but only for Oracle and SQL Server.
# - [ ] **C** RDS for MySQL, with the agent in an option group.
#   > Option groups offer what RDS knows, not programs of your choice.
# - [x] **D** MySQL on an EC2 instance.
#   > There they are the administrator, and patching, backups and failover become their work again.

# %% answer="os-access"
answer = "D"

# %% check="os-access" points=1
question("os-access", answer)

# %%
progress()
