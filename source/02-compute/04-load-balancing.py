# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.2'
#     - '4.3'
#     minutes: 60
#     practises:
#       baskets:
#       - ec2.active-active
#       deep-health:
#       - elb.deep-health
#       fleet-size:
#       - ec2.scaling-horizontal
#       - ec2.high-availability
#       how-long:
#       - elb.health-checks
#       open-shop:
#       - elb.create-steps
#       - elb.purpose
#       - elb.dns-name
#       - elb.sg-chain
#       right-door:
#       - elb.types
#       - ec2.scaling-kinds
#       - elb.hybrid-targets
#       - elb.warm-up
#       rolling-resize:
#       - ec2.scaling-vertical
#     services:
#     - ec2
#     - elbv2
#     - dynamodb
#     title: One address for many servers
#     topics:
#     - ec2.scaling-kinds
#     - ec2.scaling-vertical
#     - ec2.scaling-horizontal
#     - ec2.high-availability
#     - ec2.active-active
#     - elb.purpose
#     - elb.managed
#     - elb.types
#     - elb.health-checks
#     - elb.deep-health
#     - elb.create-steps
#     - elb.algorithms
#     - elb.hybrid-targets
#     - elb.sg-chain
#     - elb.dns-name
#     - elb.warm-up
# ---

# %% [markdown]
# # One address for many servers
#
# Skua is a ferry line. Its web shop runs on one server, and on Friday, when the island tickets go on sale, that
# server falls over. After this lesson you can put the shop on several servers in two Availability Zones behind a
# **load balancer**: one address for customers, no visit to a server that is ill, and no need to close the shop while
# you repair one.

# %% setup="start"
from ipaddress import ip_address, ip_network
from math import ceil

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("02-compute/04-load-balancing")
lab.start()
ec2 = boto3.client("ec2")
elb = boto3.client("elbv2")
dynamodb = boto3.client("dynamodb")

# %% [markdown]
# ## Bigger, or more
#
# A system that can be made to handle more load is **scalable**. There are two ways.
#
# - **Vertical**: a bigger machine (*scale up*; back is *scale down*). No change in the program, but a short stop,
#   and an end: the largest machine there is.
# - **Horizontal**: more machines (*scale out*; back is *scale in*). No end in sight, but the program must allow it.
#   Growing and shrinking with the load is called **elasticity**.
#
# How far does "bigger" go?

# %%
sizes = ["t2.nano", "t3.micro", "m5.large", "r5.24xlarge", "x1e.32xlarge", "u7in-32tb.224xlarge"]
found = ec2.describe_instance_types(InstanceTypes=sizes)["InstanceTypes"]
memory = {one["InstanceType"]: one["MemoryInfo"]["SizeInMiB"] / 1024 for one in found}
processors = {one["InstanceType"]: one["VCpuInfo"]["DefaultVCpus"] for one in found}
for name in sizes:
    print(f"{name:<20} {processors[name]:>4} vCPU {memory[name]:>9,.1f} GiB")
ratio = memory["u7in-32tb.224xlarge"] / memory["t2.nano"]
print(f"\nThe largest has {ratio:,.0f} times the memory of the smallest.")

# %% [markdown]
# > **Then and now.** Older courses end their list at `u-12tb1` with 12 TiB. Since 2024 there is `u7in-32tb`: 32 TiB.
#
# Each step of size doubles memory and price, from `large` upwards also the processors. So vertical scaling costs no
# more per unit of work, but it leaves you with **one** machine. Databases often scale this way; web servers rarely.

# %%
steps = ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"]
hourly = {f"t3.{step}": facts.price("ec2", f"on-demand-linux-t3-{step}") for step in steps}
charts.bars(
    hourly,
    headline="Every step up doubles the price, from t3.nano to t3.2xlarge",
    unit="USD per hour",
    sort=False,
)

# %% [markdown]
# ## Two zones, and room to lose one
#
# Machines fail, and sometimes a whole data centre does. **High availability** means that the service lives on: copies
# in at least two Availability Zones, a balancer before them, machines replaced by themselves. If one copy is up a share
# *a* of the time, and copies fail independently, at least one of *n* is up `1 - (1 - a)**n` of the time.

# %%
minutes_a_year = 365 * 24 * 60
down = {f"{copies} copies": (1 - 0.99) ** copies * minutes_a_year for copies in (2, 3)}
down = {"1 copy": 0.01 * minutes_a_year} | down
for name, minutes in down.items():
    print(f"{name}: {minutes:9,.1f} minutes a year without any")
charts.bars(
    {name: round(minutes, 1) for name, minutes in down.items()},
    headline="A second copy turns 88 hours of darkness a year into 53 minutes",
    subtitle="minutes a year without any copy; each is up 99 % of the time, failures independent",
    sort=False,
    source="computed in this cell",
)

# %% [markdown]
# Independence is the catch: two servers in one rack share a power line. Zones are built to fail apart.
#
# And survival needs **headroom**. If a zone is lost, the others carry everything: with two zones each must be able to
# take 100 % of the load, with three 50 %. How many servers is that? A server is also not run at its limit: at 70 % of
# its capacity, say, so that a small rush does no harm.
#
# ### Your turn: how many servers
#
# Write `fleet(load, per_server, zones)`: the number of servers in **each** zone, so that after the loss of one zone the
# remaining servers still take `load` requests a second. A server takes `per_server` requests a second, and none may be
# planned for more than 70 % of that.
#
# <details><summary>Hint</summary>
#
# First the servers that must be left, rounded up: `load / (0.7 * per_server)`. These stand in `zones - 1` zones. Round
# up again. `math.ceil` rounds up; `round(x, 9)` before it protects you from 7.000000001.
# </details>


# %% exercise="fleet-size"
def fleet(load: float, per_server: float, zones: int) -> int:
    """Servers in each zone, so that one zone may be lost."""
    ### BEGIN SOLUTION
    needed = ceil(round(load / (0.7 * per_server), 9))
    return ceil(needed / (zones - 1))
    ### END SOLUTION


# %% check="fleet-size" points=1
with check("fleet-size", needs="fleet", right="Three zones need fewer spare servers than two.") as expect:
    expect.equal(fleet(700, 100, 2), 10, "700 requests a second at 100 a server, two zones: one zone alone must do it")
    expect.equal(fleet(700, 100, 3), 5, "The same over three zones: two zones are left")
    expect.equal(fleet(710, 100, 3), 6, "710 over three zones: eleven servers must be left in two zones")
    expect.equal(fleet(710, 100, 4), 4, "710 over four zones: the eleven stand in the three that are left")
    ### BEGIN HIDDEN TESTS
    expect.equal(fleet(50, 100, 2), 1, "50 requests a second, two zones")
    expect.equal(fleet(3000, 250, 4), 6, "3,000 at 250 a server, four zones")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What a load balancer gives
#
# Customers need one address that stays, whatever happens behind it. **Elastic Load Balancing** (ELB) is that address,
# as a service. It spreads requests over **targets** in several zones, asks each target whether it is well, ends TLS,
# and grows with the traffic. It works in one Region and knows ACM, WAF, Auto Scaling and ECS.
#
# The parts, from the outside in: the **load balancer** with its DNS name; a **listener** on a port; a **target group**
# with health checks; the targets. First we need a network and some servers. `lab.serve(instance, port, page)` says what
# the web server on an instance does: a Python function that gets the request.

# %% setup="fleet"
images = ec2.describe_images(Owners=["amazon"])["Images"]
image = next(one["ImageId"] for one in images if one.get("Architecture") == "x86_64")
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
all_subnets = ec2.describe_subnets()["Subnets"]
all_subnets.sort(key=lambda one: one["AvailabilityZone"])
subnets = [one["SubnetId"] for one in all_subnets[:2]]  # one in each of two zones


def new_group(source: str) -> str:
    """A security group that lets port 80 in, from a CIDR block or from members of a group."""
    name = lab.unique_name("group")
    made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    rule: dict = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    if source.startswith("sg-"):
        rule["UserIdGroupPairs"] = [{"GroupId": source}]
    else:
        rule["IpRanges"] = [{"CidrIp": source}]
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    return made


door = new_group("0.0.0.0/0")  # for load balancers: everybody
inside = new_group(door)  # for servers: only members of `door`


def new_server(zone: int = 0, page=None, seconds: float = 0.0) -> str:
    """An instance in one of the two zones; its web server says its id, or what `page` says."""
    made = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnets[zone],
        SecurityGroupIds=[inside],
    )["Instances"][0]["InstanceId"]
    lab.serve(made, 80, page or (lambda request: made), seconds=seconds)
    return made


def health(group: str) -> dict[str, str]:
    """The state of each target."""
    found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}


# %%
ferry_1, ferry_2 = new_server(zone=0), new_server(zone=1)
group = elb.create_target_group(
    Name=lab.unique_name("tickets"),
    Protocol="HTTP",
    Port=80,
    VpcId=vpc,
    TargetType="instance",
)["TargetGroups"][0]["TargetGroupArn"]
elb.register_targets(TargetGroupArn=group, Targets=[{"Id": ferry_1}, {"Id": ferry_2}])
balancer = elb.create_load_balancer(
    Name=lab.unique_name("skua"),
    Type="application",
    Scheme="internet-facing",
    Subnets=subnets,
    SecurityGroups=[door],
)["LoadBalancers"][0]
print(balancer["DNSName"], "is", balancer["State"]["Code"])
print(health(group))

# %% [markdown]
# The targets are `unused`: nothing leads to them yet. A **listener** does that. Then comes the first health check; a
# new target needs one success.

# %%
elb.create_listener(
    LoadBalancerArn=balancer["LoadBalancerArn"],
    Protocol="HTTP",
    Port=80,
    DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
)
print("at once:", set(health(group).values()))
lab.clock.advance(seconds=31)
print("after half a minute:", set(health(group).values()))
for _ in range(4):
    print(lab.http("GET", f"http://{balancer['DNSName']}/").body)

# %% [markdown]
# Four requests, two servers, in turn: **round robin**. The answer comes back through the balancer; the customer never
# sees a server. Nor could she reach one: `inside` lets port 80 in from members of `door` only. Try it.

# %%
seen = ec2.describe_instances(InstanceIds=[ferry_1])["Reservations"][0]["Instances"][0]
try:
    lab.http("GET", f"http://{seen['PublicIpAddress']}/")
except TimeoutError as closed:
    print(closed)

# %% [markdown]
# The **DNS name** stays; the addresses behind it change as the balancer grows. So use the name, or an alias record in
# Route 53, and never an address that you looked up once. (A Network Load Balancer is the exception: one fixed address
# in each zone.)
#
# ### Your turn: open a shop
#
# Write `open_shop(servers, subnets, group)`: an internet-facing Application Load Balancer over the `subnets`, with
# the security group `group`, that forwards HTTP on port 80 to port 80 of the `servers`. The health check asks for
# the path `/health`. Return the balancer's DNS name. It must work twice in one account: use `lab.unique_name`.
#
# <details><summary>Hint</summary>
#
# Five calls: `create_target_group` (with `HealthCheckPath`), `register_targets`, `create_load_balancer`,
# `create_listener`, and a `return`. The cells above have them all but the path.
# </details>


# %% exercise="open-shop"
def open_shop(servers: list[str], subnets: list[str], group: str) -> str:
    """Put a load balancer before the servers; return its DNS name."""
    ### BEGIN SOLUTION
    ticket_targets = elb.create_target_group(
        Name=lab.unique_name("shop"),
        Protocol="HTTP",
        Port=80,
        VpcId=vpc,
        HealthCheckPath="/health",
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=ticket_targets, Targets=[{"Id": one} for one in servers])
    made = elb.create_load_balancer(Name=lab.unique_name("shop"), Subnets=subnets, SecurityGroups=[group])[
        "LoadBalancers"
    ][0]
    forward = {"Type": "forward", "TargetGroupArn": ticket_targets}
    elb.create_listener(LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[forward])
    return made["DNSName"]
    ### END SOLUTION


# %% check="open-shop" points=3
with check("open-shop", needs="open_shop", right="One name, and nobody notices which server answers.") as expect:

    def opens(number: int) -> None:
        asked: list[str] = []

        def page(name: list[str]):
            def answer(request):
                asked.append(request.path)
                return name[0]

            return answer

        names: list[list[str]] = [[""] for _ in range(number)]
        servers = []
        for place, name in enumerate(names):
            servers.append(new_server(zone=place % 2, page=page(name)))
            name[0] = servers[-1]
        address = open_shop(list(servers), list(subnets), door)
        expect(isinstance(address, str), "Return the DNSName of the load balancer, a text.")
        made = next((one for one in elb.describe_load_balancers()["LoadBalancers"] if one["DNSName"] == address), None)
        expect(made is not None, f"No load balancer has the name {address}. Return what stands in DNSName.")
        expect.equal(made["Type"], "application", "The type of the load balancer")
        expect.equal(made["Scheme"], "internet-facing", "Its scheme")
        expect.equal(made["SecurityGroups"], [door], "Its security groups")
        expect.equal(len(made["AvailabilityZones"]), 2, "The zones that it stands in")
        listeners = elb.describe_listeners(LoadBalancerArn=made["LoadBalancerArn"])["Listeners"]
        expect(
            [one["Port"] for one in listeners] == [80],
            f"The load balancer listens on the ports {[one['Port'] for one in listeners]}; it should be [80]. "
            "Make it with create_listener.",
        )
        lab.clock.advance(seconds=31)
        answers = [lab.http("GET", f"http://{address}/tickets") for _ in range(2 * number)]
        expect(
            all(one.status == 200 for one in answers),
            f"GET /tickets is answered by {sorted({one.status for one in answers})}. 503 says that no target is "
            "registered, 504 that the servers cannot be reached.",
        )
        expect(
            sorted(one.body for one in answers) == sorted(servers * 2),
            f"{2 * number} requests reached {len({one.body for one in answers})} of {number} servers. "
            "Register all of them.",
        )
        expect("/health" in asked, "The health checks ask for another path; set HealthCheckPath to /health.")

    opens(2)
    opens(3)  # a second shop in the same account
    ### BEGIN HIDDEN TESTS
    opens(4)
    ### END HIDDEN TESTS


# %% setup="shops"
def new_shop(members: list[str], **settings) -> tuple[str, str]:
    """A balancer before some servers: its address, and its target group."""
    name = lab.unique_name("skua")
    found = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, **settings)
    arn = found["TargetGroups"][0]["TargetGroupArn"]
    if members:
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": member} for member in members])
    shop = elb.create_load_balancer(Name=name, Subnets=subnets, SecurityGroups=[door])["LoadBalancers"][0]
    elb.create_listener(
        LoadBalancerArn=shop["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return f"http://{shop['DNSName']}", arn


# %% [markdown]
# ## Is anybody ill?
#
# Every `HealthCheckIntervalSeconds` the balancer asks each target for a page. An answer in time with the right status
# (`Matcher`, 200 by default) is a success. Some failures in a row, the **unhealthy threshold**, take a target out; some
# successes in a row, the **healthy threshold**, bring it back. These are the defaults:

# %%
rows = facts.limits("elb").frame().set_index("name")
names = ["health-check-interval-default", "alb-health-check-timeout-default"]
names += ["healthy-threshold-default", "unhealthy-threshold-default"]
rows.loc[names, ["value", "unit", "as_of"]]

# %% [markdown]
# Let us make a server ill for four minutes and look every ten seconds: at the state, and at who answers.

# %%
mood = {"status": 200}
ill = new_server(zone=0, page=lambda request: (mood["status"], "from the one that falls ill"))
elb.register_targets(TargetGroupArn=group, Targets=[{"Id": ill}])
lab.clock.advance(seconds=31)

codes = {"unhealthy": 0, "healthy": 1}
seconds, states, errors = [], [], []
for now in range(0, 540, 10):
    mood["status"] = 500 if 60 <= now < 300 else 200
    lab.clock.advance(seconds=10)
    answers = [lab.http("GET", f"http://{balancer['DNSName']}/") for _ in range(6)]
    seconds.append(now + 10)
    states.append(codes[health(group)[ill]])
    errors.append(sum(one.status == 500 for one in answers))
left = seconds[states.index(0)] - 60
back = seconds[len(states) - 1 - states[::-1].index(0)] + 10 - 300
charts.over_time(
    {"errors among 6 requests": errors},
    x=seconds,
    headline="Customers see errors until the second check has failed; after that, none",
    subtitle="health checks every 30 s, out after 2 failures, back after 5 successes",
    states=[(60, 300, "server ill")],
    events={"out": 60 + left, "back": 300 + back},
    y_label="errors",
    source="measured in the lab",
)

# %% [markdown]
# Two things to see. A failure reaches customers until the threshold is met: up to two intervals. And the way back is
# longer than the way out: five successes at 30 seconds, because a server that wavers should stay out.
#
# Why is a target out? `describe_target_health` has a **reason**: `Target.ResponseCodeMismatch` (the wrong status),
# `Target.Timeout` (late, or a security group is in the way), `Target.FailedHealthChecks` (nobody listens).
#
# ### Your turn: predict, then measure
#
# Write `how_long(interval, unhealthy, healthy)`: the longest time in seconds until a server that falls ill is out, and
# the longest time until one that is well again is back. The worst case is an illness that begins right after a good
# check. Think first; the check then measures real target groups.
#
# <details><summary>Hint</summary>
#
# Right after a check a whole interval passes until the next one sees the illness: failure 1. How many intervals until
# failure number `unhealthy`?
# </details>


# %% exercise="how-long"
def how_long(interval: int, unhealthy: int, healthy: int) -> tuple[int, int]:
    """The longest times until a target is out, and until it is back."""
    ### BEGIN SOLUTION
    return interval * unhealthy, interval * healthy
    ### END SOLUTION


# %% check="how-long" points=2
with check("how-long", needs="how_long", right="Measured to the second. Shorter intervals find out sooner.") as expect:

    def measured(interval: int, unhealthy: int, healthy: int) -> tuple[int, int]:
        """Fall ill and get well right after a check; how long the target group takes each time."""
        state = {"status": 200}
        checks: list[str] = []

        def page(request):
            checks.append(request.path)
            return state["status"], "ok"

        server = new_server(page=page)
        _, made = new_shop(
            [server],
            HealthCheckIntervalSeconds=interval,
            HealthCheckTimeoutSeconds=2,
            UnhealthyThresholdCount=unhealthy,
            HealthyThresholdCount=healthy,
        )

        def next_check() -> None:
            before = len(checks)
            while len(checks) == before:
                lab.clock.advance(seconds=1)

        def until(status: int, wanted: str) -> int:
            next_check()
            state["status"], number = status, 0
            while health(made)[server] != wanted:
                next_check()
                number += 1
            return number * interval

        for _ in range(healthy):
            next_check()
        return until(500, "unhealthy"), until(200, "healthy")

    for case in ((10, 2, 3), (5, 3, 2)):
        said, seen = how_long(*case), measured(*case)
        expect(
            isinstance(said, tuple) and len(said) == 2,
            "Return two numbers: the time until it is out, and the time until it is back.",
        )
        words = "checks every {} s, out after {} failures, back after {} successes".format(*case)
        expect.equal(said[0], seen[0], f"Seconds until it is out; {words}")
        expect.equal(said[1], seen[1], f"Seconds until it is back; {words}")
    ### BEGIN HIDDEN TESTS
    for case in ((30, 2, 5), (20, 5, 4)):
        expect.equal(how_long(*case), measured(*case), "Times until out and until back for {} s, {}, {}".format(*case))
    ### END HIDDEN TESTS

# %% [markdown]
# > **If all are ill.** When no target is healthy, the balancer sends to all of them all the same: it **fails open**. A
# > wrong health check then does no harm at once, but also says nothing.
#
# ## A check that proves something
#
# A page that always says 200 proves that the web server runs, not that the shop works. A **deep** health check tries
# what a customer needs. Skua's shop needs the table of sailings.
#
# ### Your turn: repair the health page
#
# `monitor(table)` should return `(200, "ok")` if the DynamoDB table can be read, and `(503, ...)` with a word of why if
# not. It must not raise, and it must not write. This version is wrong: it says 200 whatever happens.
#
# <details><summary>Hint</summary>
#
# `describe_table` says whether a table is there and `ACTIVE`; a `get_item` or `scan` with `Limit=1` reads from it. A
# table that is gone raises a `ClientError`.
# </details>


# %% exercise="deep-health" repair=true
def monitor(table: str) -> tuple[int, str]:
    """What /health says: 200 if the shop can read its table, else 503."""
    dynamodb.list_tables()
    return 200, "ok"


### BEGIN SOLUTION
def monitor(table: str) -> tuple[int, str]:
    """What /health says: 200 if the shop can read its table, else 503."""
    try:
        dynamodb.scan(TableName=table, Limit=1)
    except ClientError as error:
        return 503, error.response["Error"]["Code"]
    return 200, "ok"


### END SOLUTION


# %% check="deep-health" points=2
with check(
    "deep-health", needs="monitor", right="Now a 200 is a promise. Keep the check quick and read-only."
) as expect:

    def new_table() -> str:
        name = lab.unique_name("sailings")
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    def status(said) -> int:
        expect(
            isinstance(said, tuple) and len(said) == 2 and type(said[0]) is int and isinstance(said[1], str),
            "Return a status and a text, such as (503, 'no table').",
        )
        return said[0]

    table = new_table()
    with lab.watching(most=20) as made:
        said = monitor(table)
    expect.equal(status(said), 200, "The status while the table can be read")
    wrote = made.of("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "CreateTable")
    expect(len(wrote) == 0, "A health check runs every few seconds for ever: it must not write.")
    asked = made.of("DescribeTable", "GetItem", "Scan", "Query", "BatchGetItem", "TransactGetItems", "ExecuteStatement")
    expect(len(asked) > 0, "A list of names proves little, and its first page ends at 100. Ask the table itself.")
    server = new_server(page=lambda request: monitor(table) if request.path == "/health" else "shop")
    _, deep = new_shop([server], HealthCheckPath="/health", HealthCheckIntervalSeconds=10)
    lab.clock.advance(seconds=11)
    expect.equal(health(deep)[server], "healthy", "The target while the table is there")
    dynamodb.delete_table(TableName=table)
    expect.equal(status(monitor(table)), 503, "The status once the table is gone")
    lab.clock.advance(seconds=21)
    expect.equal(health(deep)[server], "unhealthy", "The target once the table is gone")
    ### BEGIN HIDDEN TESTS
    expect.equal(status(monitor(lab.unique_name("never"))), 503, "The status for a table that never was")
    expect.equal(status(monitor(new_table())), 200, "The status for another table")
    ### END HIDDEN TESTS

# %% [markdown]
# There is a danger in it. All servers share that table: if it fails, **all** targets turn ill at the same moment. Here
# failing open saves you from an empty shop; with Auto Scaling, which replaces ill servers, a deep check can make things
# worse. Check deeply what is the server's own, and watch shared services with alarms.

# %% [markdown]
# ## Active-passive, active-active
#
# Two servers can share the work in two ways. **Active-passive**: one works, the other waits for its death. Half of the
# money sleeps, and more servers bring nothing. **Active-active**: all work; a balancer decides. It has one condition:
# it must not matter which server answers. A program that keeps nothing between two requests is **stateless**.
#
# Skua's shop is not. It keeps each customer's basket in the memory of the server. Count what customers lose.


# %%
def lost_baskets(servers: int, customers: int = 60) -> int:
    """Customers whose basket is gone when they pay; round robin, baskets in each server's memory."""
    memory: list[set[int]] = [set() for _ in range(servers)]
    turn = 0
    for customer in range(customers):  # everybody puts a ticket into the basket
        memory[turn % servers].add(customer)
        turn += 1
    lost = 0
    for customer in range(customers):  # everybody pays, in another order
        place = (turn + customer // servers + customer) % servers
        lost += customer not in memory[place]
    return lost


lost = {f"{n} servers" if n > 1 else "1 server": lost_baskets(n) / 60 * 100 for n in (1, 2, 3, 4, 6)}
charts.bars(
    {name: round(value) for name, value in lost.items()},
    headline="The more servers share the work, the more baskets are lost",
    unit="% of customers",
    sort=False,
    source="simulation in this cell",
)

# %% [markdown]
# Two ways out: bring each customer back to the same server (*sticky sessions*, next lesson), or move the baskets to a
# store that all servers share, such as DynamoDB or ElastiCache. The second also survives the death of a server.
#
# ### Your turn: repair the shop
#
# `make_page(table)` returns the page function of **one** server. `POST /basket` with a text adds the text to the basket
# of the customer, named by the header `Customer`; `GET /basket` returns the basket as a list, in the order of adding.
# It works with one server. Make it work with many: keep baskets in the DynamoDB `table`, whose key is `customer`.
#
# <details><summary>Hint</summary>
#
# `update_item` with `list_append(if_not_exists(tickets, :none), :new)` appends in one step, also when two servers write
# at the same time. `get_item` reads; ask for `ConsistentRead=True`. The texts come as `{"S": "..."}`.
# </details>


# %% exercise="baskets" repair=true
def make_page(table: str):
    """The page function of one server."""
    baskets: dict[str, list[str]] = {}

    def page(request):
        mine = baskets.setdefault(request.headers["Customer"], [])
        if request.method == "POST":
            mine.append(request.text)
            return 201, "added"
        return mine

    return page


### BEGIN SOLUTION
def make_page(table: str):
    """The page function of one server."""

    def page(request):
        key = {"customer": {"S": request.headers["Customer"]}}
        if request.method == "POST":
            dynamodb.update_item(
                TableName=table,
                Key=key,
                UpdateExpression="SET tickets = list_append(if_not_exists(tickets, :none), :new)",
                ExpressionAttributeValues={
                    ":none": {"L": []},
                    ":new": {"L": [{"S": request.text}]},
                },
            )
            return 201, "added"
        kept = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return [one["S"] for one in kept.get("tickets", {"L": []})["L"]]

    return page


### END SOLUTION


# %% check="baskets" points=3
with check("baskets", needs="make_page", right="Stateless: any server may answer, and any may die.") as expect:

    def shop_with(servers: int) -> None:
        name = lab.unique_name("baskets")
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "customer", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        members = [new_server(zone=n % 2, page=make_page(name)) for n in range(servers)]
        for one in members:
            lab.serve(one, 8080, lambda request: "ok")  # health checks have a port of their own here
        address, _ = new_shop(members, HealthCheckPort="8080")
        lab.clock.advance(seconds=31)
        address = f"{address}/basket"
        wanted = ["out", "back", "bicycle", "out", "dog"]
        for ticket in wanted:
            sent = lab.http("POST", address, headers={"Customer": "ada"}, body=ticket)
            expect(sent.status == 201, f"POST /basket is answered by {sent.status}: {sent.body[:150]}")
        lab.http("POST", address, headers={"Customer": "grace"}, body="car deck")
        for customer, basket in (("ada", wanted), ("grace", ["car deck"]), ("linus", [])):
            for _ in range(servers):
                got = lab.http("GET", address, headers={"Customer": customer})
                expect(got.status == 200, f"GET /basket is answered by {got.status}: {got.body[:150]}")
                expect(
                    got.json() == basket,
                    f"With {servers} servers the basket of {customer} shows {got.json()}; it should be {basket}, "
                    "whichever server answers. Nothing of a customer may stay in a server's memory.",
                )
        dynamodb.delete_item(TableName=name, Key={"customer": {"S": "ada"}})  # she has paid: another program tidies up
        for _ in range(servers):
            left = lab.http("GET", address, headers={"Customer": "ada"}).json()
            expect(
                left == [],
                f"The item of ada was deleted from the table, and GET /basket still shows {left}: it comes out of a "
                "server's memory. Read the table at each request.",
            )

    shop_with(2)
    ### BEGIN HIDDEN TESTS
    shop_with(3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who gets the next request?
#
# **Round robin** counts requests, not work. If some requests take long, one server can drown while its neighbour is
# idle. A target group can be told to look at the work: `least_outstanding_requests` sends to the target with the fewest
# requests under way. (The third, `weighted_random`, avoids targets that show anomalies.)
#
# Skua's second server is old: its answers take four times as long. `seconds=` says so, and we send two requests a
# second.


# %%
def under_way(algorithm: str) -> list[int]:
    """Requests under way on the slow server after each of 60 seconds, two new ones a second."""
    quick, slow = new_server(zone=0, seconds=1.0), new_server(zone=1, seconds=4.0)
    address, targets = new_shop([quick, slow])
    chosen = [{"Key": "load_balancing.algorithm.type", "Value": algorithm}]
    elb.modify_target_group_attributes(TargetGroupArn=targets, Attributes=chosen)
    lab.clock.advance(seconds=31)
    sent, counts = [], []
    for second in range(60):
        sent += [second for _ in range(2) if lab.http("GET", address).body == slow]
        counts.append(sum(second - begun < 4 for begun in sent))
        lab.clock.advance(seconds=1)
    return counts


queues = {name: under_way(name) for name in ("round_robin", "least_outstanding_requests")}
mean = {name: sum(counts) / len(counts) for name, counts in queues.items()}
charts.bars(
    {name.replace("_", " "): round(value, 1) for name, value in mean.items()},
    headline="Counting work instead of requests relieves the slow server",
    subtitle="requests under way on the slow server, mean; two a second come, answers take 1 s or 4 s",
    source="measured in the lab",
)

# %% [markdown]
# ## A bigger machine without closing
#
# Vertical scaling needs a stop: stop the instance, change its type, start it. Behind a balancer nobody notices, if you
# do it **one by one**: take a server out of the target group, enlarge it, put it back, wait until it is healthy, then
# the next. (AWS refuses to change the type of a running instance: `IncorrectInstanceState`.)
#
# ### Your turn: a rolling resize
#
# Write `resize_all(group, new_type)`: every instance that is registered in the target group becomes a `new_type`. At
# every moment at most one is missing: before you touch the next server, the last one is `healthy` again. In the end
# all are registered and healthy. How often the group checks is its own setting: wait for the state, not for a time.
#
# <details><summary>Hint</summary>
#
# For each instance: `deregister_targets`, `stop_instances`, the waiter `instance_stopped`, `modify_instance_attribute`
# (`InstanceType={"Value": ...}`), `start_instances`, the waiter `instance_running`, `register_targets`. Then
# `lab.clock.advance(seconds=30)` until `health(group)` says so; on AWS the waiter `target_in_service` does that.
# </details>


# %% exercise="rolling-resize"
def resize_all(group: str, new_type: str) -> None:
    """Change the type of all servers of a target group, one after the other."""
    ### BEGIN SOLUTION
    for server in list(health(group)):
        elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": server}])
        ec2.stop_instances(InstanceIds=[server])
        ec2.get_waiter("instance_stopped").wait(InstanceIds=[server])
        ec2.modify_instance_attribute(InstanceId=server, InstanceType={"Value": new_type})
        ec2.start_instances(InstanceIds=[server])
        ec2.get_waiter("instance_running").wait(InstanceIds=[server])
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": server}])
        while health(group)[server] != "healthy":
            lab.clock.advance(seconds=30)
    ### END SOLUTION


# %% check="rolling-resize" points=3
with check("rolling-resize", needs="resize_all", right="Bigger, and the shop was open all the time.") as expect:

    def grows(number: int, new_type: str, interval: int) -> None:
        arn, least = [""], [number]

        def page(request):
            """Each health check also counts who is in service at that moment."""
            if arn[0]:
                least[0] = min(least[0], sum(state == "healthy" for state in health(arn[0]).values()))
            return "shop"

        members = [new_server(zone=n % 2, page=page) for n in range(number)]
        address, targets = new_shop(members, HealthCheckIntervalSeconds=interval)
        lab.clock.advance(seconds=interval + 1)
        arn[0] = targets
        with lab.watching(most=400) as made:
            resize_all(targets, new_type)
        order = [call.operation for call in made]
        for at, name in enumerate(order):
            before = order[:at]
            expect(
                name != "StopInstances" or before.count("DeregisterTargets") > before.count("StopInstances"),
                "An instance was stopped while it was still registered: requests under way are lost.",
            )
        lab.clock.advance(seconds=1)
        found = ec2.describe_instances(InstanceIds=members)["Reservations"]
        types = {one["InstanceId"]: one["InstanceType"] for row in found for one in row["Instances"]}
        expect(
            set(types.values()) == {new_type},
            f"The types are now {sorted(set(types.values()))}; all should be {new_type}.",
        )
        expect(
            least[0] >= number - 1,
            f"{number - least[0]} of {number} servers were out at the same time. Wait until one is healthy again "
            "before you touch the next.",
        )
        states = health(targets)
        expect(
            sorted(one for one, state in states.items() if state == "healthy") == sorted(members),
            f"In the end the target group shows {sorted(states.values())}; it should be {number} times 'healthy'. "
            f"This group checks every {interval} seconds.",
        )
        expect(lab.http("GET", address).body == "shop", "The shop does not answer any more.")

    grows(2, "t3.small", 30)
    grows(2, "t3.medium", 90)
    ### BEGIN HIDDEN TESTS
    grows(3, "t3.large", 60)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Managed, and its price
#
# You could run a proxy such as nginx on two instances of your own. AWS's balancer comes patched, in several zones, and
# scales by itself; you have few knobs. What does that cost?

# %%
alb = facts.price("elb", "alb-hour")
month = 730
proxies = 2 * month * facts.price("ec2", "on-demand-linux-t3-micro")
spread = month * alb - proxies
print(f"an ALB, without traffic:       {month * alb:6.2f} USD a month")
print(f"two t3.micro with a proxy:     {proxies:6.2f} USD a month")
print(f"the difference buys {spread / 60 * 60:4.1f} minutes of an engineer at 60 USD an hour")

# %% [markdown]
# One minute of work a month: no proxy of your own is run with that.
#
# ## Four kinds
#
# | kind | since | works at | speaks | for |
# |---|---|---|---|---|
# | Classic (CLB) | 2009 | layers 4 and 7 | HTTP, HTTPS, TCP, SSL | nothing new |
# | Application (ALB) | 2016 | layer 7 | HTTP, HTTPS, HTTP/2, WebSocket, gRPC | web sites, APIs |
# | Network (NLB) | 2017 | layer 4 | TCP, UDP, TLS, QUIC | speed, fixed addresses |
# | Gateway (GWLB) | 2020 | layer 3 | all IP packets, by GENEVE | firewalls in the path |
#
# Layer 7 means that the balancer reads the HTTP request; at layer 4 it sees connections, at layer 3 packets.
#
# > **Then and now.** Older notes know three kinds, or call the NLB "CLB". Classic balancers still run but are the
# > *previous generation*.

# %%
tried = (("application", "TCP"), ("network", "HTTP"), ("network", "TCP"), ("application", "HTTP"))
for kind, protocol in tried:
    groups = {"SecurityGroups": [door]} if kind == "application" else {}
    name = lab.unique_name("kind")
    made = elb.create_load_balancer(Name=name, Type=kind, Subnets=subnets, **groups)["LoadBalancers"][0]
    speaks = "HTTP" if kind == "application" else "TCP"
    try:
        targets = elb.create_target_group(Name=name, Protocol=speaks, Port=80, VpcId=vpc)
        forward = [{"Type": "forward", "TargetGroupArn": targets["TargetGroups"][0]["TargetGroupArn"]}]
        elb.create_listener(
            LoadBalancerArn=made["LoadBalancerArn"],
            Protocol=protocol,
            Port=80,
            DefaultActions=forward,
        )
        print(f"{kind:<12} {protocol:<5} works")
    except ClientError as error:
        print(f"{kind:<12} {protocol:<5} {error.response['Error']['Message'][:60]}")

# %% [markdown]
# ## Servers that are not in AWS
#
# A target group of type `ip` takes private addresses: of the VPC, of the private ranges (RFC 1918) and of
# `100.64.0.0/10`. So the old server in Skua's harbour office, reached by VPN or Direct Connect, can be a target beside
# instances. Its zone is `all`. A public address is refused.

# %%
hybrid = elb.create_target_group(Name=lab.unique_name("harbour"), Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")[
    "TargetGroups"
][0]["TargetGroupArn"]
for address in ("192.168.10.5", "8.8.8.8"):
    try:
        target = {"Id": address, "AvailabilityZone": "all"}
        elb.register_targets(TargetGroupArn=hybrid, Targets=[target])
        print(f"{address:<13} registered")
    except ClientError as error:
        print(f"{address:<13} {error.response['Error']['Message']}")

# %% [markdown]
# ## Growing takes minutes
#
# A balancer scales with its traffic, but not at once. If the sale starts at noon with fifty times the load, it may be
# too small for some minutes and answer 503. Ask AWS for *pre-warming* (Classic), or reserve capacity yourself (ALB and
# NLB, since November 2024). Below is a model of a balancer that doubles every five minutes.

# %%
minutes = list(range(31))
demand = [1_000 if minute < 5 else 20_000 for minute in minutes]
ready = []
capacity = 2_000
for minute in minutes:
    ready.append(capacity)
    if minute >= 5 and minute % 5 == 4 and capacity < 20_000:
        capacity = min(20_000, capacity * 2)
turned_away = sum(max(0, asked - room) * 60 for asked, room in zip(demand, ready, strict=True))
charts.capacity(
    (minutes, demand),
    (minutes, ready),
    headline=f"Doubling every five minutes turns {turned_away / 1e6:.0f} million requests away",
    x_unit="minutes",
    y_unit="requests per second",
    source="a model in this cell, not a promise of AWS",
)

# %% [markdown]
# ### Your turn: the right door
#
# Write `advise(protocol, by_path, fixed, target, stateless)`. It returns three words:
#
# - the kind: `gateway` for the protocol `IP` (all packets), `network` for `TCP` and `UDP`; for `HTTP` `application`,
#   but `network` if the addresses must be fixed (`fixed`), and `network before application` if requests also have to be
#   told apart by their path (`by_path`);
# - the target type for `target`: `instance` for an instance id, `lambda` for a function's ARN, `ip` for an address that
#   may be a target, and `none` for one that may not;
# - how the service behind it grows: `out` if it is `stateless`, else `up`.
#
# <details><summary>Hint</summary>
#
# `ipaddress.ip_address(target) in ipaddress.ip_network("10.0.0.0/8")`; there are four such ranges: three of RFC 1918
# (`10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`) and `100.64.0.0/10`. `is_private` knows other ranges, too, and not
# the fourth.
# </details>


# %% exercise="right-door"
def advise(protocol: str, by_path: bool, fixed: bool, target: str, stateless: bool) -> tuple[str, str, str]:
    """The kind of balancer, the type of its target group, and how the service grows."""
    ### BEGIN SOLUTION
    kind = {"IP": "gateway", "HTTP": "application"}.get(protocol, "network")
    if protocol == "HTTP" and fixed:
        kind = "network before application" if by_path else "network"
    if target.startswith("i-"):
        of = "instance"
    elif target.startswith("arn:"):
        of = "lambda"
    else:
        blocks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
        allowed = any(ip_address(target) in ip_network(block) for block in blocks)
        of = "ip" if allowed else "none"
    return kind, of, "out" if stateless else "up"
    ### END SOLUTION


# %% check="right-door" points=2
with check("right-door", needs="advise", right="Layer 7 for paths, layer 4 for speed and addresses.") as expect:

    def advised(what: str, asked: tuple, wanted: tuple[str, str, str]) -> None:
        said = advise(*asked)
        expect(isinstance(said, tuple) and len(said) == 3, "Return three words: kind, target type, up or out.")
        expect.equal(said[0], wanted[0], f"{what}: the kind of balancer")
        expect.equal(said[1], wanted[1], f"{what}: the target type for {asked[3]}")
        expect.equal(said[2], wanted[2], f"{what}: how it grows")

    function = "arn:aws:lambda:us-east-1:123456789012:function:help"
    advised("A web shop", ("HTTP", True, False, "i-0abc", True), ("application", "instance", "out"))
    advised("Help pages", ("HTTP", True, False, function, True), ("application", "lambda", "out"))
    advised("Positions of ships", ("UDP", False, False, "10.1.2.3", True), ("network", "ip", "out"))
    advised("A bank's API", ("HTTP", False, True, "192.168.10.5", True), ("network", "ip", "out"))
    words = "A bank's API with paths"
    advised(words, ("HTTP", True, True, "i-0abc", True), ("network before application", "instance", "out"))
    advised("One PostgreSQL server", ("TCP", False, False, "100.64.3.4", False), ("network", "ip", "up"))
    advised("A bought firewall", ("IP", False, False, "i-0fw", True), ("gateway", "instance", "out"))
    advised("A meter in the VPC", ("TCP", False, False, "172.20.0.9", True), ("network", "ip", "out"))
    advised("A server at home", ("HTTP", False, False, "8.8.8.8", False), ("application", "none", "up"))
    advised("Almost private", ("HTTP", False, False, "172.32.0.1", True), ("application", "none", "out"))
    advised("Not quite shared", ("TCP", False, True, "100.10.0.1", True), ("network", "none", "out"))
    ### BEGIN HIDDEN TESTS
    advised("UDP with fixed", ("UDP", False, True, "172.31.255.9", True), ("network", "ip", "out"))
    advised("Appliance by address", ("IP", False, False, "100.127.0.1", False), ("gateway", "ip", "up"))
    advised("Documentation range", ("TCP", False, False, "198.51.100.1", True), ("network", "none", "out"))
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** A balancer costs money by the hour from the moment it is made, also without traffic. Delete what you do
# > not need. In the lab nothing is billed; the habit counts.

# %%
for one in elb.describe_load_balancers()["LoadBalancers"]:
    elb.delete_load_balancer(LoadBalancerArn=one["LoadBalancerArn"])
print(len(elb.describe_load_balancers()["LoadBalancers"]), "load balancers left")

# %% [markdown]
# ## To remember
#
# - Scale up: a bigger machine, one point of failure, an end. Scale out: more machines, no end, if the program is
#   stateless.
# - Two zones at least. With two each must carry everything, with three half.
# - A balancer has listeners, listeners lead to target groups, target groups hold targets and their health checks.
# - Use its DNS name. Let servers admit only the balancer's security group.
# - Out after interval times unhealthy threshold (60 s by default), back after interval times healthy threshold (150 s).
# - If all targets are ill, the balancer fails open. A check of a shared service can make all ill at once.
# - Round robin counts requests; least outstanding requests counts work.
# - ALB reads HTTP, NLB moves connections and keeps addresses, GWLB leads packets through appliances.

# %% [markdown] question="half-the-fleet"
# ### Question 1
#
# A shop needs eight servers at the daily peak. It must stand the loss of one Availability Zone without delay. Which
# layout does that with the fewest servers?
#
# - [ ] **A** Eight servers in two zones, four in each.
#   > After the loss of a zone four are left: half of what the peak needs.
# - [ ] **B** Sixteen servers in two zones, eight in each.
#   > It survives, but half of the fleet is spare.
# - [x] **C** Twelve servers in three zones, four in each.
#   > Two zones with eight servers are left. More zones, less spare.
# - [ ] **D** Eight servers in two zones, and Auto Scaling that launches four more.
#   > New servers need minutes, and after a zone is lost everybody asks for servers at once.

# %% answer="half-the-fleet"
answer = "C"

# %% check="half-the-fleet" points=1
question("half-the-fleet", answer)

# %% [markdown] question="unused-targets"
# ### Question 2
#
# You registered two running instances. `describe_target_health` shows `unused` with the reason `Target.NotInUse`. What
# is missing?
#
# - [ ] **A** The instances have no web server.
#   > Then they would be `unhealthy`: a check would have failed. Here none was made.
# - [x] **B** A listener or a rule that forwards to this target group.
#   > A target group without a balancer, or a target in a zone that the balancer does not use, is not checked at all.
# - [ ] **C** The security group of the instances lets nobody in.
#   > That shows as `Target.Timeout`.
# - [ ] **D** More time: the healthy threshold is five.
#   > A new target needs a single success, and its state until then is `initial`.

# %% answer="unused-targets"
answer = "B"

# %% check="unused-targets" points=1
question("unused-targets", answer)

# %% [markdown] question="all-ill"
# ### Question 3
#
# The health page of all servers asks the same payment service. It is down for two minutes. The servers belong to an
# Auto Scaling group that trusts the balancer's health checks. What happens?
#
# - [ ] **A** The balancer closes the shop and answers 503 to everybody.
#   > With no healthy target it fails open and sends to all of them.
# - [ ] **B** Nothing; two minutes are shorter than any threshold.
#   > By default two failures, 30 seconds apart, are enough.
# - [x] **C** All targets become unhealthy at once, and Auto Scaling begins to replace good servers.
#   > The check blamed the servers for somebody else's failure. Check what is the server's own.
# - [ ] **D** The balancer takes out only the servers that have open payments.
#   > It knows nothing of payments; it sees the status of one page.

# %% answer="all-ill"
answer = "C"

# %% check="all-ill" points=1
question("all-ill", answer)

# %% [markdown] question="fixed-name"
# ### Question 4
#
# A partner wrote the two IP addresses of your Application Load Balancer into its configuration. It worked for weeks;
# today half of its calls fail. What is the right mend?
#
# - [ ] **A** Tell the partner the new addresses.
#   > Until they change again, and nobody will tell you.
# - [x] **B** The partner uses the DNS name; if only addresses will do, put a Network Load Balancer in front.
#   > The addresses of an ALB change as it grows. An NLB has one fixed address in each zone.
# - [ ] **C** Attach Elastic IP addresses to the Application Load Balancer.
#   > An ALB cannot have any.
# - [ ] **D** Switch cross-zone load balancing on.
#   > It decides how targets share the work, not which addresses the balancer has.

# %% answer="fixed-name"
answer = "B"

# %% check="fixed-name" points=1
question("fixed-name", answer)

# %%
progress()
