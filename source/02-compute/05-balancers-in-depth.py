# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '4.1'
#     - '4.2'
#     minutes: 60
#     practises:
#       client-address:
#       - alb.forwarded-headers
#       cut-off:
#       - elb.deregistration-delay
#       pass-it-on:
#       - elb.trace-id
#       secure:
#       - elb.https-listener
#       - elb.sni
#       - elb.certs-per-type
#       shares:
#       - elb.cross-zone
#       stick:
#       - elb.sticky-sessions
#       - elb.sticky-cookies
#       units:
#       - elb.pricing-units
#       - elb.cross-zone-cost
#       who-failed:
#       - elb.error-codes
#       - elb.access-logs
#     services:
#     - elbv2
#     - s3
#     - acm
#     - route53
#     title: Load balancers in depth
#     topics:
#     - elb.error-codes
#     - elb.access-logs
#     - elb.trace-id
#     - alb.forwarded-headers
#     - elb.sticky-sessions
#     - elb.sticky-cookies
#     - elb.cross-zone
#     - elb.cross-zone-cost
#     - elb.https-listener
#     - elb.sni
#     - elb.certs-per-type
#     - elb.deregistration-delay
#     - elb.pricing-units
# ---

# %% [markdown]
# # Load balancers in depth
#
# Skua, the ferry line, sells its tickets behind an Application Load Balancer. Now the questions of daily work begin:
# who answered that 502? Why does one customer lose her seat map? Which certificate does a visitor see? Who is cut off
# when a server leaves, and what does it all cost? After this lesson you can answer them from logs, headers and numbers.

# %% setup="start"
import datetime as dt
import gzip
import json
import shlex
from collections import Counter

import boto3
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("02-compute/05-balancers-in-depth")
lab.start()
ec2 = boto3.client("ec2")
elb = boto3.client("elbv2")
s3 = boto3.client("s3")
acm = boto3.client("acm")
route53 = boto3.client("route53")

# %% [markdown]
# This cell makes servers and balancers, as in the last lesson. You do not have to read it closely: `new_server` starts
# an instance whose web server says its id or what a page function says; `new_shop` puts a balancer before servers.

# %% setup="fleet"
images = ec2.describe_images(Owners=["amazon"])["Images"]
image = next(one["ImageId"] for one in images if one.get("Architecture") == "x86_64")
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
all_subnets = ec2.describe_subnets()["Subnets"]
all_subnets.sort(key=lambda one: one["AvailabilityZone"])
subnets = [one["SubnetId"] for one in all_subnets[:2]]  # one in each of two zones


def new_group(source: str, *ports: int) -> str:
    """A security group that lets ports in, from a CIDR block or from members of a group."""
    name = lab.unique_name("group")
    made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    for port in ports:
        rule: dict = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        if source.startswith("sg-"):
            rule["UserIdGroupPairs"] = [{"GroupId": source}]
        else:
            rule["IpRanges"] = [{"CidrIp": source}]
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    return made


door = new_group("0.0.0.0/0", 80, 443)
inside = new_group(door, 80)


def new_server(page=None, zone: int = 0, seconds: float = 0.0) -> str:
    """An instance in one of the two zones."""
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


def new_targets(members: list[str]) -> str:
    """A target group with these servers; its ARN."""
    name = lab.unique_name("targets")
    found = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, Matcher={"HttpCode": "200-499"})
    arn = found["TargetGroups"][0]["TargetGroupArn"]
    if members:
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": one} for one in members])
    return arn


def new_balancer() -> dict:
    """A balancer in two zones, without listeners."""
    name = lab.unique_name("skua")
    return elb.create_load_balancer(Name=name, Subnets=subnets, SecurityGroups=[door])["LoadBalancers"][0]


def new_shop(members: list[str]) -> tuple[dict, str]:
    """A balancer that forwards port 80 to servers, and its target group; the servers are healthy."""
    balancer, arn = new_balancer(), new_targets(members)
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    lab.clock.advance(seconds=31)
    return balancer, arn


def set_on(group: str, **attributes) -> None:
    """Set attributes of a target group; two underscores stand for a dot."""
    rows = [{"Key": key.replace("__", "."), "Value": str(value)} for key, value in attributes.items()]
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=rows)


# %% [markdown]
# ## Who says so?
#
# A status of **4xx** blames the client, **5xx** the service. But *which part* of the service? Some errors come from
# your program, and the balancer passes them on. Others it makes itself:
#
# | status | the balancer says it when |
# |---|---|
# | 502 | the target hung up, or its answer made no sense |
# | 503 | no target is registered that could be asked |
# | 504 | the target did not answer in time (idle timeout, 60 s by default), or could not be reached |
# | 460 | the client closed the connection first (only in the log) |
#
# Let us break a server in several ways and look.


# %%
def harbour(request):
    """A server with many faults."""
    if request.path == "/bug":
        raise ValueError("no such sailing")
    if request.path == "/crash":
        raise ConnectionResetError
    if request.path == "/stuck":
        raise TimeoutError
    return "a ticket"


shop, tickets = new_shop([new_server(harbour)])
address = f"http://{shop['DNSName']}"
for path in ("/", "/bug", "/crash", "/stuck"):
    answer = lab.http("GET", address + path)
    print(f"{path:<7} {answer.status}  from {answer.headers.get('Server', 'the server')}")

# %% [markdown]
# `/bug` is a 500 of the program. `awselb/2.0` signs what the balancer said itself. A 504 has a second cause that is
# easily forgotten: a **security group** of the servers that does not let the balancer in.
#
# ## The access log
#
# **Access logs** record every request: who, when, which target, how long, which status. They are off by default and go
# to an S3 bucket every five minutes. The bucket must let the log delivery in.


# %% setup="logs"
def log_of(balancer: dict) -> str:
    """Switch on the access log of a balancer; the bucket it goes to."""
    bucket = lab.unique_name("skua-logs")
    s3.create_bucket(Bucket=bucket)
    may_write = {
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{lab.ACCOUNT_ID}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [may_write]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    wanted = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": bucket}
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Attributes=[{"Key": key, "Value": value} for key, value in wanted.items()],
    )
    return bucket


def lines_in(bucket: str) -> list[str]:
    """All lines of all log files."""
    lab.clock.advance(minutes=5)  # the next file is written
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", []):
            if one["Key"].endswith(".log.gz"):
                packed = s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
                found += gzip.decompress(packed).decode().splitlines()
    return found


# %%
bucket = log_of(shop)
for path in ("/", "/crash"):
    lab.http("GET", f"{address}{path}")
lines = lines_in(bucket)
print(lines[0])

# %% [markdown]
# Fields are separated by blanks; texts with blanks stand in quotes, so `shlex.split` reads a line. These fields answer
# most questions (counted from 0):

# %%
meaning = {
    1: "time",
    3: "client:port",
    4: "target:port",
    6: "target_processing_time",
    8: "elb_status_code",
    9: "target_status_code",
    12: "request",
    17: "trace_id",
    22: "actions_executed",
}
fields = [shlex.split(line) for line in sorted(lines, key=lambda line: line.split()[9])]
for number, name in meaning.items():
    print(f"{number:>2} {name:<23} {fields[1][number][-42:]:<43} {fields[0][number][-42:]}")

# %% [markdown]
# Two statuses: what the **client** got, and what the **target** said. A `-` in the second means that the balancer spoke
# for itself. CloudWatch has the same as metrics (`HTTPCode_ELB_5XX_Count`, `HTTPCode_Target_5XX_Count`,
# `TargetResponseTime`, `HealthyHostCount`): metrics for trends and alarms, logs for one request.
#
# ### Your turn: who failed?
#
# Write `who(line)`: one word for a line of the log.
#
# - `fine`: the target answered below 400; `client`: the target answered 4xx; `application`: the target answered 5xx
# - `hung-up`: the balancer said 502; `too-slow`: it said 504; `gone`: the log has 460
# - `no-target`: the balancer said 503 because it had nobody to ask
# - `rule`: a rule answered, by a redirect or a fixed response (also one of 503!)
#
# <details><summary>Hint</summary>
#
# Look at field 22 first: `redirect` and `fixed-response` are actions of a rule. Then at field 9: a number there means
# that the target spoke. Only then at field 8.
# </details>


# %% exercise="who-failed"
def who(line: str) -> str:
    """Who made this answer what it is?"""
    ### BEGIN SOLUTION
    fields = shlex.split(line)
    status, of_target, actions = fields[8], fields[9], fields[22].split(",")
    if "redirect" in actions or "fixed-response" in actions:
        return "rule"
    if of_target != "-":
        return "fine" if int(of_target) < 400 else "client" if int(of_target) < 500 else "application"
    return {"502": "hung-up", "503": "no-target", "504": "too-slow", "460": "gone"}[status]
    ### END SOLUTION


# %% check="who-failed" points=2
with check("who-failed", needs="who", right="First who spoke, then what was said.") as expect:

    def all_kinds() -> dict[str, str]:
        """A line of the log for each kind of answer, made by real requests."""

        def page(request):
            if request.path == "/late":
                lab.clock.advance(seconds=20)
            if request.path == "/missing":
                return 404, "no such ferry"
            if request.path == "/staff":
                return 403, "crew only"
            if request.path == "/moved":
                return 302, "", {"Location": "/fine"}
            if request.path == "/full":
                return 503, "the queue is full"
            return harbour(request)

        made, _ = new_shop([new_server(page)])
        kept = log_of(made)
        listener = elb.describe_listeners(LoadBalancerArn=made["LoadBalancerArn"])["Listeners"][0]["ListenerArn"]
        closed = {"StatusCode": "503", "MessageBody": "closed in winter"}
        moved = {"Path": "/new", "StatusCode": "HTTP_301"}
        actions = {
            "/empty": {"Type": "forward", "TargetGroupArn": new_targets([])},
            "/closed": {"Type": "fixed-response", "FixedResponseConfig": closed},
            "/old": {"Type": "redirect", "RedirectConfig": moved},
        }
        for priority, (path, action) in enumerate(actions.items(), start=1):
            elb.create_rule(
                ListenerArn=listener,
                Priority=priority,
                Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}}],
                Actions=[action],
            )
        of_server = ("/fine", "/moved", "/missing", "/staff", "/bug", "/full", "/crash", "/stuck")
        for path in (*of_server, *actions):
            lab.http("GET", f"http://{made['DNSName']}{path}")
        try:
            lab.http("GET", f"http://{made['DNSName']}/late", timeout=5)
        except TimeoutError:
            pass
        return {shlex.split(line)[12].split("/")[-2].split(" ")[0]: line for line in lines_in(kept)}

    wanted = {
        "fine": "fine",
        "moved": "fine",
        "missing": "client",
        "staff": "client",
        "bug": "application",
        "full": "application",
        "crash": "hung-up",
        "stuck": "too-slow",
        "late": "gone",
        "empty": "no-target",
        "old": "rule",
        "closed": "rule",
    }
    kinds = all_kinds()
    for path, word in wanted.items():
        expect.equal(who(kinds[path]), word, f"The line of GET /{path}")
    ### BEGIN HIDDEN TESTS
    other = kinds["fine"].replace(" 200 200 ", " 301 301 ")
    expect.equal(who(other), "fine", "A line in which the target answered 301")
    other = kinds["bug"].replace(" 500 500 ", " 502 502 ")
    expect.equal(who(other), "application", "A line in which the target itself answered 502")
    other = kinds["staff"].replace(" 403 403 ", " 429 429 ")
    expect.equal(who(other), "client", "A line in which the target answered 429")
    ### END HIDDEN TESTS

# %% [markdown]
# A log is also a table. Here is an hour of Skua's traffic, in miniature.

# %%
slow_page = {"/search": 0.8, "/map": 0.3, "/buy": 0.1}


def busy(request):
    """A server of which each path takes its own time."""
    takes = slow_page.get(request.path, 0.0)
    lab.clock.advance(seconds=takes * (3 if "all" in request.query else 1))
    return "page"


shop_3, _ = new_shop([new_server(busy)])
bucket = log_of(shop_3)
for number in range(60):
    path = list(slow_page)[number % 3]
    lab.http("GET", f"http://{shop_3['DNSName']}{path}" + ("?days=all" if number % 10 == 0 else ""))
times: dict[str, list[float]] = {}
for line in lines_in(bucket):
    row = shlex.split(line)
    path = row[12].split()[1].partition("?")[0].rpartition("/")[2]
    times.setdefault(f"/{path}", []).append(float(row[6]))
summary = {
    path: {"median": sorted(all_times)[len(all_times) // 2], "slowest": max(all_times)}
    for path, all_times in sorted(times.items())
}
charts.compare(
    summary,
    headline="The search needs work: its slowest answers take over two seconds",
    subtitle="target_processing_time by path",
    unit="seconds",
    source="access log of the lab, 60 requests",
)

# %% [markdown]
# ## One request, many logs
#
# A ticket sale passes several services, each behind a balancer. To find all log lines of **one** request, the balancer
# gives it a number: the header `X-Amzn-Trace-Id: Root=1-...`. It stands in the access log, and the target sees it. If a
# request comes with such a header, the `Root` stays, and the balancer adds a `Self` of its own.

# %%
tracer, _ = new_shop([new_server(lambda request: request.headers["X-Amzn-Trace-Id"])])
print("without:", lab.http("GET", f"http://{tracer['DNSName']}/").body)
given = {"X-Amzn-Trace-Id": "Root=1-6734f2a0-1a2b3c4d5e6f708192a3b4c5"}
print("with:   ", lab.http("GET", f"http://{tracer['DNSName']}/", headers=given).body)

# %% [markdown]
# The chain holds only if every program **passes the header on** when it calls the next service.
#
# ### Your turn: repair the chain
#
# `front_page(seats)` returns the page function of the front server. For each request it asks the seat service at the
# address `seats` (a web address; the path is `/seats`) and returns `"seats: "` and the answer's text. Its calls show up
# under new trace ids. Mend it: a call carries the trace id that the request came with. And if the seat service does not
# answer 200, the front answers 502 with the text `no seats`.
#
# <details><summary>Hint</summary>
#
# `request.headers["X-Amzn-Trace-Id"]` has it; `lab.http(..., headers={...})` sends headers. A page returns a status
# and a text as a pair.
# </details>


# %% exercise="pass-it-on" repair=true
def front_page(seats: str):
    """The page of the front server."""

    def page(request):
        answer = lab.http("GET", f"{seats}/seats")
        return "seats: " + answer.body

    return page


### BEGIN SOLUTION
def front_page(seats: str):
    """The page of the front server."""

    def page(request):
        trace = request.headers.get("X-Amzn-Trace-Id", "")
        passed = {"X-Amzn-Trace-Id": trace} if trace else {}
        answer = lab.http("GET", f"{seats}/seats", headers=passed)
        if answer.status != 200:
            return 502, "no seats"
        return "seats: " + answer.body

    return page


### END SOLUTION


# %% check="pass-it-on" points=2
with check(
    "pass-it-on", needs="front_page", right="One Root through all logs: now a slow sale can be followed."
) as expect:

    def root_of(header: str) -> str:
        return next((part for part in header.split(";") if part.startswith("Root=")), "")

    def chain(free: str) -> None:
        seen: list[str] = []
        state = {"status": 200}

        def seat_service(request):
            if request.path == "/seats":
                seen.append(request.headers.get("X-Amzn-Trace-Id", ""))
            return state["status"], free

        inner, _ = new_shop([new_server(seat_service)])
        server = new_server(lambda request: "front")
        outer, _ = new_shop([server])
        page = front_page(f"http://{inner['DNSName']}")
        came: list[str] = []

        def front(request):
            came.append(request.headers["X-Amzn-Trace-Id"])
            return page(request)

        lab.serve(server, 80, front)
        for _ in range(2):
            answer = lab.http("GET", f"http://{outer['DNSName']}/")
            expect(answer.status == 200, f"The front answers {answer.status}: {answer.body[:120]}")
            expect.equal(answer.body, f"seats: {free}", "What the front answers")
        expect(len(seen) == len(came), f"{len(came)} requests made {len(seen)} calls of the seat service.")
        for outside, within in zip(came, seen, strict=True):
            expect(
                root_of(within) == root_of(outside),
                f"The front was called with {root_of(outside)}, the seat service with {root_of(within)}. "
                "Send the header X-Amzn-Trace-Id of the request with the call.",
            )
        for status in (503, 404):
            state["status"] = status
            answer = lab.http("GET", f"http://{outer['DNSName']}/")
            expect.equal(answer.status, 502, f"The status of the front when the seat service answers {status}")
            expect.equal(answer.body, "no seats", f"The text of the front when the seat service answers {status}")

    chain("12, 14, 15")
    ### BEGIN HIDDEN TESTS
    chain("none")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who is calling?
#
# The balancer ends the client's connection and opens its own, so a server sees the **balancer's** address. Three
# headers tell what it saw: `X-Forwarded-For` (the client's address), `X-Forwarded-Proto` (`http` or `https`) and
# `X-Forwarded-Port`. But a client can send such a header itself! The balancer *appends*.

# %%
teller, _ = new_shop([new_server(lambda request: [request.source_ip, request.headers["X-Forwarded-For"]])])
lie = {"X-Forwarded-For": "10.0.0.1"}
for headers in ({}, lie):
    answer = lab.http("GET", f"http://{teller['DNSName']}/", headers=headers, source_ip="198.51.100.20")
    print("the server sees", answer.json())

# %% [markdown]
# So only the right end is true: each proxy of **yours** has appended the address that it saw. With one balancer the
# last entry is the client. With CloudFront before it, the last is CloudFront's, and the one before that the client.
#
# ### Your turn: the client's address
#
# Write `client_address(header, proxies)`: the address of the client, when `proxies` of your own proxies have appended
# to the header. Entries may have a port (`198.51.100.20:40112`, if the balancer was told to add it); return the address
# alone. If the header has too few entries, return an empty text: somebody came past your proxies.
#
# <details><summary>Hint</summary>
#
# `header.split(",")`, strip the blanks, and count from the right: `entries[-proxies]`.
# </details>


# %% exercise="client-address"
def client_address(header: str, proxies: int) -> str:
    """The client's address by X-Forwarded-For."""
    ### BEGIN SOLUTION
    entries = [entry.strip() for entry in header.split(",") if entry.strip()]
    if len(entries) < proxies:
        return ""
    return entries[-proxies].partition(":")[0]
    ### END SOLUTION


# %% check="client-address" points=2
with check(
    "client-address", needs="client_address", right="Trust what your own proxies wrote, nothing else."
) as expect:

    def asked(given: dict, caller: str, with_port: bool = False) -> str:
        """What a real balancer makes of it."""
        balancer, _ = new_shop([new_server(lambda request: request.headers["X-Forwarded-For"])])
        elb.modify_load_balancer_attributes(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Attributes=[{"Key": "routing.http.xff_client_port.enabled", "Value": str(with_port).lower()}],
        )
        return lab.http("GET", f"http://{balancer['DNSName']}/", headers=given, source_ip=caller).body

    caller = "198.51.100.77"
    expect.equal(client_address(asked({}, caller), 1), caller, "One balancer")
    lie = asked({"X-Forwarded-For": "10.0.0.1, 10.0.0.2"}, caller)
    expect.equal(client_address(lie, 1), caller, f"One balancer, and a client that lies: '{lie}'")
    ported = asked({}, caller, with_port=True)
    expect.equal(client_address(ported, 1), caller, f"One balancer that adds the port: '{ported}'")
    chain_2 = asked({"X-Forwarded-For": "6.6.6.6, 203.0.113.50"}, "130.176.0.9")
    expect.equal(client_address(chain_2, 2), "203.0.113.50", f"CloudFront and a balancer: '{chain_2}'")
    expect.equal(client_address("198.51.100.4", 2), "", "Two proxies, but only one entry: '198.51.100.4'")
    ### BEGIN HIDDEN TESTS
    expect.equal(client_address("1.1.1.1,2.2.2.2 , 3.3.3.3", 3), "1.1.1.1", "Three proxies")
    expect.equal(client_address("1.1.1.1:99, 2.2.2.2:7, 3.3.3.3:8", 2), "2.2.2.2", "Two proxies and ports")
    expect.equal(client_address("", 1), "", "An empty header")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Sticky sessions
#
# Some programs keep a session in the server's memory. **Stickiness** brings a client back to the same target, by a
# cookie. It is a setting of the target group; the program needs no change. Two kinds:
#
# - `lb_cookie`: the balancer makes the cookie `AWSALB`; it lasts as long as you say, 1 second to 7 days (1 day by
#   default);
# - `app_cookie`: it lasts as long as a cookie of **your program**, whose name you give. The balancer adds its own,
#   `AWSALBAPP-0`, beside it.
#
# > **Then and now.** Older notes say that only CLB and ALB can do this. An NLB can, too, since 2020: by the client's
# > address. A Classic balancer calls its cookie `AWSELB`. Names of your own must not begin with `AWSALB`.

# %%
pair = [new_server(zone=0), new_server(zone=1)]
sticky, sticky_targets = new_shop(pair)
set_on(sticky_targets, stickiness__enabled="true", stickiness__lb_cookie__duration_seconds=3600)
browser = requests.Session()  # keeps cookies, as browsers do
print("browser:   ", {browser.get(f"http://{sticky['DNSName']}/").text for _ in range(6)})
print("no cookies:", {lab.http("GET", f"http://{sticky['DNSName']}/").body for _ in range(6)})
print("cookies:   ", browser.cookies.keys())

# %% [markdown]
# (`AWSALBCORS` is the same once more, for pages that call from other sites.) The price: load follows people, not
# requests. A few busy visitors can fill one server.


# %%
def load(sticks: bool) -> list[int]:
    """Requests on each of four servers: 40 visitors; every eighth, a travel agency, sends 50."""
    members = [new_server(zone=n % 2) for n in range(4)]
    balancer, arn = new_shop(members)
    set_on(arn, stickiness__enabled=str(sticks).lower())
    got: Counter[str] = Counter()
    for visitor in range(40):
        cookie: dict[str, str] = {}
        for _ in range(50 if visitor % 8 == 0 else 3):
            answer = lab.http("GET", f"http://{balancer['DNSName']}/", headers=cookie)
            if sticks:
                cookie = {"Cookie": answer.headers.getlist("Set-Cookie")[0].partition(";")[0]}
            got[answer.body] += 1
    return [got[member] for member in members]


with_cookies, without = load(True), load(False)
charts.compare(
    {f"server {n + 1}": {"sticky": with_cookies[n], "not sticky": without[n]} for n in range(4)},
    headline="With stickiness one server gets most of the work",
    unit="requests",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: make it stick
#
# Write `stick(group, seconds, cookie="")`: switch stickiness on for a target group, for `seconds`. With a `cookie`
# name it follows that cookie of the program, without one the balancer's own.
#
# <details><summary>Hint</summary>
#
# `stickiness.type` is `lb_cookie` or `app_cookie`; each has a `duration_seconds` of its own
# (`stickiness.lb_cookie.duration_seconds`), and the second a `stickiness.app_cookie.cookie_name`. All values are texts.
# </details>


# %% exercise="stick"
def stick(group: str, seconds: int, cookie: str = "") -> None:
    """Bring clients of a target group back to their target."""
    ### BEGIN SOLUTION
    kind = "app_cookie" if cookie else "lb_cookie"
    wanted = {
        "stickiness.enabled": "true",
        "stickiness.type": kind,
        f"stickiness.{kind}.duration_seconds": str(seconds),
    }
    if cookie:
        wanted["stickiness.app_cookie.cookie_name"] = cookie
    attributes = [{"Key": key, "Value": value} for key, value in wanted.items()]
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=attributes)
    ### END SOLUTION


# %% check="stick" points=2
with check("stick", needs="stick", right="Sticky, and only as long as you said.") as expect:

    def sticks(seconds: int, cookie: str) -> None:
        def page(name: list[str]):
            return lambda request: (200, name[0], {"Set-Cookie": f"{cookie}=7; Path=/"} if cookie else {})

        names: list[list[str]] = [[""], [""]]
        members = [new_server(page(name)) for name in names]
        for name, member in zip(names, members, strict=True):
            name[0] = member
        balancer, arn = new_shop(members)
        stick(arn, seconds, cookie) if cookie else stick(arn, seconds)
        url = f"http://{balancer['DNSName']}/"
        first = lab.http("GET", url)
        kept = [one.partition(";")[0] for one in first.headers.getlist("Set-Cookie")]
        made = [one.partition("=")[0] for one in kept]
        wanted = "AWSALBAPP-0" if cookie else "AWSALB"
        expect(
            wanted in made,
            f"The answer sets the cookies {', '.join(made) or 'none'}; {wanted} is missing. Is stickiness enabled, "
            f"and of the type {'app_cookie, with the name ' + cookie if cookie else 'lb_cookie'}?",
        )
        jar = {"Cookie": "; ".join(kept)}
        lab.clock.advance(seconds=seconds * 0.8)
        seen = {lab.http("GET", url, headers=jar).body for _ in range(4)}
        expect(
            seen == {first.body},
            f"A client with its cookies reached {len(seen)} servers within {seconds} seconds; one is right.",
        )
        lab.clock.advance(seconds=seconds * 0.4)
        seen = {lab.http("GET", url, headers=jar).body for _ in range(4)}
        expect(len(seen) == 2, f"After more than {seconds} seconds the old cookie still sticks. Set the duration.")

    sticks(600, "")
    sticks(900, "basket")
    ### BEGIN HIDDEN TESTS
    sticks(3600, "")
    sticks(1200, "seatmap")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Cross-zone
#
# A balancer has a **node** in each of its zones, and DNS hands the nodes out in turn: each gets an equal part of the
# clients. With **cross-zone** on, a node sends to all targets of all zones. With it off, only to those of its own zone.
# Skua has two servers in zone A and eight in zone B.


# %%
def measured_shares(counts: tuple[int, int], cross_zone: bool) -> dict[str, float]:
    """Per cent of the requests on one server of each zone, measured in the lab."""
    members = [[new_server(zone=zone) for _ in range(count)] for zone, count in enumerate(counts)]
    balancer, arn = new_shop([one for zone in members for one in zone])
    set_on(arn, load_balancing__cross_zone__enabled=str(cross_zone).lower())
    number = 2 * counts[0] * counts[1] * sum(counts)
    url = f"http://{balancer['DNSName']}/"
    got = Counter(lab.http("GET", url).body for _ in range(number))
    each = {f"in zone {name}": got[zone[0]] / number * 100 for name, zone in zip("AB", members, strict=True)}
    return {name: round(value, 2) for name, value in each.items()}


both = {on: measured_shares((2, 8), on) for on in (True, False)}
charts.compare(
    {"cross-zone on": both[True], "cross-zone off": both[False]},
    headline="Without cross-zone a server in the small zone works four times as hard",
    subtitle="share of all requests that one server gets; 2 servers in zone A, 8 in zone B",
    unit="%",
    source="measured in the lab",
)

# %% [markdown]
# Who may switch it, and who pays for the traffic between zones?
#
# | kind | default | can be changed | traffic between zones |
# |---|---|---|---|
# | ALB | on | for a target group | free |
# | NLB, GWLB | off | yes | billed |
# | CLB | off (API), on (console) | yes | free |
#
# > **Then and now.** "Always on and cannot be switched off" was true for ALB until November 2022; since then a target
# > group may say `false`.
#
# ### Your turn: predict the shares
#
# Write `share(counts, on)`: for the numbers of servers by zone, such as `{"a": 2, "b": 8}`, the share of all requests
# that **one** server of each zone gets, in per cent: `{"a": ..., "b": ...}`. Every zone has at least one server, and
# DNS treats all zones alike. The check measures it.
#
# <details><summary>Hint</summary>
#
# On: everybody gets the same. Off: a zone gets `100 / number of zones`, and its servers share that.
# </details>


# %% exercise="shares"
def share(counts: dict[str, int], on: bool) -> dict[str, float]:
    """Per cent of all requests for one server of each zone."""
    ### BEGIN SOLUTION
    if on:
        return dict.fromkeys(counts, 100 / sum(counts.values()))
    return {zone: 100 / len(counts) / count for zone, count in counts.items()}
    ### END SOLUTION


# %% check="shares" points=2
with check("shares", needs="share", right="Measured. Off is fair only if the zones are of one size.") as expect:

    def compare_shares(said: dict[str, float], wanted: dict[str, float], what: str) -> None:
        expect(set(said) == set(wanted), f"{what}: name each zone, {sorted(wanted)}.")
        for zone, value in wanted.items():
            expect.close(said[zone], value, f"{what}: one server of zone {zone}")

    for counts, on in (((1, 3), False), ((1, 3), True), ((2, 2), False)):
        seen = measured_shares(counts, on)
        real = {"a": seen["in zone A"], "b": seen["in zone B"]}
        words = f"{counts[0]} in a, {counts[1]} in b, cross-zone {'on' if on else 'off'}"
        compare_shares(share(dict(zip("ab", counts, strict=True)), on), real, words)
    compare_shares(
        share({"a": 1, "b": 2, "c": 4}, False), {"a": 100 / 3, "b": 100 / 6, "c": 100 / 12}, "1, 2 and 4, off"
    )
    ### BEGIN HIDDEN TESTS
    compare_shares(share({"a": 4, "b": 5, "c": 1}, True), dict.fromkeys("abc", 10.0), "4, 5 and 1, on")
    compare_shares(share({"a": 4, "b": 5}, False), {"a": 12.5, "b": 10.0}, "4 and 5, off")
    ### END HIDDEN TESTS

# %% [markdown]
# ## HTTPS at the door
#
# An **HTTPS listener** ends TLS: it holds a certificate of ACM (or one uploaded to IAM), and talks plain HTTP to the
# servers if you like. A **security policy** says which versions of TLS and which ciphers are allowed; old ones let old
# clients in. For all who type `http://`, a listener on port 80 **redirects**.
#
# A listener has one *default* certificate and may have more. The client names the host it wants in its first TLS
# message, and the listener picks the certificate that fits: **Server Name Indication** (SNI). ALB and NLB do that; a
# Classic balancer has a single certificate.
#
# These two tools make a certificate and a name in DNS. (Real sites request certificates from ACM; importing one that we
# signed ourselves is quicker here.)


# %% setup="names"
def new_certificate(*names: str) -> str:
    """Import a self-signed certificate for these names into ACM; its ARN."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = lab.clock.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret = key.private_bytes(pem, form, plain)
    return acm.import_certificate(Certificate=made.public_bytes(pem), PrivateKey=secret)["CertificateArn"]


def point(name: str, balancer: dict) -> None:
    """Let a name lead to a balancer: an alias record in a hosted zone of its own."""
    zone = route53.create_hosted_zone(Name=name, CallerReference=lab.unique_name("zone"))["HostedZone"]["Id"]
    alias = {
        "HostedZoneId": balancer["CanonicalHostedZoneId"],
        "DNSName": balancer["DNSName"],
        "EvaluateTargetHealth": False,
    }
    change = {"Action": "CREATE", "ResourceRecordSet": {"Name": name, "Type": "A", "AliasTarget": alias}}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})


# %%
secured, ferries = new_shop([new_server(lambda request: request.headers["X-Forwarded-Proto"])])
elb.create_listener(
    LoadBalancerArn=secured["LoadBalancerArn"],
    Protocol="HTTPS",
    Port=443,
    SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    Certificates=[{"CertificateArn": new_certificate("www.skua.example", "skua.example")}],
    DefaultActions=[{"Type": "forward", "TargetGroupArn": ferries}],
)
for name in ("www.skua.example", "tickets.skua.example"):
    point(name, secured)
    try:
        print(name, "says", lab.http("GET", f"https://{name}/").body)
    except OSError as error:
        print(type(error).__name__, "-", error)

# %% [markdown]
# The second name leads to the balancer, too, but the certificate is not made out to it: every browser refuses.
#
# ### Your turn: three names, one door
#
# Write `secure(balancer_arn, targets, default, others)` for a balancer that has no listeners yet:
#
# - HTTPS on port 443 forwards to `targets`, with `default` as the default certificate, the list `others` as more, and a
#   policy that admits **TLS 1.2 and 1.3 only**;
# - HTTP on port 80 redirects **permanently** (301) to HTTPS on port 443: same host, path and query.
#
# <details><summary>Hint</summary>
#
# `create_listener` takes one certificate; `add_listener_certificates` adds the others. A `RedirectConfig` with
# `Protocol`, `Port` and `StatusCode` keeps the rest. The policy of the cell above will do.
# </details>


# %% exercise="secure"
def secure(balancer_arn: str, targets: str, default: str, others: list[str]) -> None:
    """HTTPS for several names, and a way there from HTTP."""
    ### BEGIN SOLUTION
    policy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    forward = {"Type": "forward", "TargetGroupArn": targets}
    made = elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTPS",
        Port=443,
        SslPolicy=policy,
        Certificates=[{"CertificateArn": default}],
        DefaultActions=[forward],
    )
    listener = made["Listeners"][0]["ListenerArn"]
    for one in others:
        elb.add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": one}])
    to_https = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "redirect", "RedirectConfig": to_https}],
    )
    ### END SOLUTION


# %% check="secure" points=3
with check(
    "secure", needs="secure", right="One balancer for all names; once it took one Classic balancer for each."
) as expect:

    def opens(*brands: str) -> None:
        first, *more = (f"{lab.unique_name(brand)}.example" for brand in brands)  # a fresh name leads nowhere yet
        balancer, arn = new_balancer(), new_targets([new_server(lambda request: "tickets")])
        certificates = {name: new_certificate(name) for name in (first, *more)}
        for name in certificates:
            point(name, balancer)
        secure(balancer["LoadBalancerArn"], arn, certificates[first], [certificates[name] for name in more])
        lab.clock.advance(seconds=31)
        found = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        by_port = {one["Port"]: one for one in found}
        expect(sorted(by_port) == [80, 443], f"There are listeners on {sorted(by_port)}; it should be 80 and 443.")
        expect.equal(by_port[443]["Protocol"], "HTTPS", "The protocol on port 443")
        expect.equal(by_port[443]["Certificates"][0]["CertificateArn"], certificates[first], "The default certificate")
        policies = elb.describe_ssl_policies(Names=[by_port[443]["SslPolicy"]])["SslPolicies"]
        allowed = set(policies[0]["SslProtocols"])
        expect(
            allowed == {"TLSv1.2", "TLSv1.3"},
            f"{by_port[443]['SslPolicy']} admits {', '.join(sorted(allowed))}; TLS 1.2 and 1.3 are asked for.",
        )
        for name in certificates:
            try:
                answer = lab.http("GET", f"https://{name}/")
            except OSError as error:
                expect(False, f"https://{name}/ fails: {error}")
            expect.equal(answer.body, "tickets", f"https://{name}/ says")
        answer = lab.http("GET", f"http://{first}/ferry?day=5")
        expect.equal(answer.status, 301, f"The status of http://{first}/")
        goal = f"https://{first}:443/ferry?day=5"
        expect.equal(answer.headers.get("Location"), goal, "Where it redirects to")

    opens("skua", "tern", "auk")
    ### BEGIN HIDDEN TESTS
    opens("puffin")
    opens("gull", "tickets.gull")
    ### END HIDDEN TESTS

# %% [markdown]
# How many names can one balancer serve? A Classic balancer has one certificate. An ALB takes the default one and 25
# more, and each may hold several names. (A single certificate for many names, or with a wildcard, helped on Classic.)

# %%
month = 730
domains = list(range(1, 61))
per_alb = 1 + facts.limit("elb", "alb-certificates-beside-default")
classic = [n * facts.price("elb", "clb-hour") * month for n in domains]
modern = [-(-n // per_alb) * facts.price("elb", "alb-hour") * month for n in domains]
charts.curves(
    {"Classic, one for each name": (domains, classic), "ALB with SNI": (domains, modern)},
    headline="SNI turned sixty balancers into three",
    x_label="names, each with a certificate of its own",
    y_unit="USD per month",
    source=[facts.price("elb", "clb-hour"), facts.price("elb", "alb-hour")],
)

# %% [markdown]
# ## Leaving without slamming the door
#
# When a target is deregistered, it is **draining**: no new requests, but those under way may finish, for as long as
# `deregistration_delay.timeout_seconds` says (300 by default, 0 to 3,600). What is not finished then is cut off: 502.
# Classic balancers call it *connection draining*. A long delay makes every deployment slow; a short one cuts long
# requests. Functions as targets have none.


# %%
def export_takes(seconds: float, delay: int) -> int:
    """The status of an export that runs while its server is taken out."""
    leaving = new_server()
    balancer, arn = new_shop([leaving])
    set_on(arn, deregistration_delay__timeout_seconds=delay)

    def page(request):
        if request.path == "/export":
            elb.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": leaving}])  # a deployment begins
            lab.clock.advance(seconds=seconds)
        return "all sailings"

    lab.serve(leaving, 80, page)
    return lab.http("GET", f"http://{balancer['DNSName']}/export").status


for delay in (0, 30, 60):
    print(f"delay {delay:>2} s: an export of 45 s ends with {export_takes(45, delay)}")

# %% [markdown]
# ### Your turn: who is cut off
#
# Write `cut_off(durations, delay)`: how many of the requests that take so many seconds (all began the moment the server
# was taken out) are cut off; and `good_delay(durations, share)`: the smallest delay in whole seconds that cuts off at
# most this share of them (0.05 is 5 %). The check compares with the lab.
#
# <details><summary>Hint</summary>
#
# A request is cut off if it takes longer than the delay. For the second, try the delays from 0 on.
# </details>


# %% exercise="cut-off"
def cut_off(durations: list[float], delay: int) -> int:
    """How many requests do not finish in time."""
    ### BEGIN SOLUTION
    return sum(duration > delay for duration in durations)
    ### END SOLUTION


def good_delay(durations: list[float], share: float) -> int:
    """The smallest delay that cuts off at most this share."""
    ### BEGIN SOLUTION
    return next(delay for delay in range(3601) if cut_off(durations, delay) <= share * len(durations))
    ### END SOLUTION


# %% check="cut-off" points=2
with check(
    "cut-off", needs=["cut_off", "good_delay"], right="As long as your longest usual request, not 300."
) as expect:
    durations = [2.0, 12.0, 35.0, 50.0]
    for delay in (20, 40):
        real = sum(export_takes(one, delay) == 502 for one in durations)
        expect.equal(
            cut_off(durations, delay), real, f"Requests of 2, 12, 35 and 50 s cut off with a delay of {delay} s"
        )
    expect.equal(good_delay(durations, 0.25), 35, "The smallest delay that cuts off one of four")
    expect.equal(good_delay(durations, 0), 50, "The smallest delay that cuts off nobody")
    expect.equal(good_delay([0.4, 0.4, 0.7], 0), 1, "The smallest delay for requests of 0.4, 0.4 and 0.7 s")
    ### BEGIN HIDDEN TESTS
    many = [n / 10 for n in range(1, 1001)]
    expect.equal(cut_off(many, 30), 700, "Requests of 0.1 to 100 s cut off with a delay of 30 s")
    expect.equal(good_delay(many, 0.05), 95, "The smallest delay for 0.1 to 100 s and 5 %")
    expect.equal(good_delay([], 0), 0, "No requests at all")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it costs
#
# A balancer costs by the hour, and by **capacity units** (LCU, for NLB NLCU). A unit has several dimensions; the one of
# which you use most is billed:

# %%
rows = facts.limits("elb").frame().set_index("name")
names = ["lcu-new-connections", "lcu-active-connections", "lcu-processed-data"]
names += ["nlcu-tcp-new-connections", "nlcu-tcp-active-connections", "nlcu-tcp-data"]
rows.loc[names, ["value", "unit", "as_of"]]

# %% [markdown]
# (An LCU also has 1,000 rule evaluations a second, beyond the first ten rules.) A hundred new connections a second are
# four LCU, even if hardly a byte flows.
#
# ### Your turn: the month's bill
#
# Write `monthly(kind, new, active, gb, zones=1)` in USD, for a month of 730 hours. `kind` is `alb` or `nlb` (TCP);
# `new` connections a second, `active` connections a minute and `gb` an hour are means. The units are the **largest** of
# the three dimensions, not rounded. With `zones` above 1 cross-zone is on, and traffic is spread evenly: of each GB the
# part `(zones - 1) / zones` goes to another zone. An NLB pays for that in **each direction** (out of one zone and into
# the other); an ALB does not.
#
# <details><summary>Hint</summary>
#
# Prices: `alb-hour`, `alb-lcu-hour`, `nlb-hour`, `nlb-nlcu-hour` and
# `nlb-inter-az-data-with-cross-zone-on-each-direction` of `facts.price("elb", ...)`. The table above has the units.
# </details>


# %% exercise="units"
def monthly(kind: str, new: float, active: float, gb: float, zones: int = 1) -> float:
    """USD a month for a balancer."""
    ### BEGIN SOLUTION
    unit, prefix = ("lcu", "lcu") if kind == "alb" else ("nlcu", "nlcu-tcp")
    data = "lcu-processed-data" if kind == "alb" else "nlcu-tcp-data"
    units = max(
        new / facts.limit("elb", f"{prefix}-new-connections"),
        active / facts.limit("elb", f"{prefix}-active-connections"),
        gb / facts.limit("elb", data),
    )
    hour = facts.price("elb", f"{kind}-hour") + units * facts.price("elb", f"{kind}-{unit}-hour")
    if kind == "nlb":
        each = facts.price("elb", "nlb-inter-az-data-with-cross-zone-on-each-direction")
        hour += gb * (zones - 1) / zones * 2 * each
    return 730 * hour
    ### END SOLUTION


# %% check="units" points=2
with check("units", needs="monthly", right="Find your dimension: that is where saving helps.") as expect:
    base, unit = float(facts.price("elb", "alb-hour")), float(facts.price("elb", "alb-lcu-hour"))
    net, net_unit = float(facts.price("elb", "nlb-hour")), float(facts.price("elb", "nlb-nlcu-hour"))
    between = 2 * float(facts.price("elb", "nlb-inter-az-data-with-cross-zone-on-each-direction"))
    expect.close(monthly("alb", 0, 0, 0), 730 * base, "An ALB without traffic")
    expect.close(monthly("alb", 100, 3000, 2), 730 * (base + 4 * unit), "ALB: new connections rule (4 LCU)")
    expect.close(monthly("alb", 10, 3000, 5), 730 * (base + 5 * unit), "ALB: data rules (5 LCU)")
    expect.close(monthly("alb", 10, 9000, 2), 730 * (base + 3 * unit), "ALB: active connections rule (3 LCU)")
    expect.close(monthly("alb", 10, 3000, 5, 3), 730 * (base + 5 * unit), "ALB in three zones: nothing between zones")
    expect.close(monthly("nlb", 2400, 100_000, 1), 730 * (net + 3 * net_unit), "NLB: new connections rule (3 NLCU)")
    expect.close(monthly("nlb", 100, 3000, 5), 730 * (net + 5 * net_unit), "NLB: data rules (5 NLCU)")
    wanted = 730 * (net + 6 * net_unit + 6 * 0.5 * between)
    expect.close(monthly("nlb", 10, 0, 6, 2), wanted, "NLB with 6 GB an hour, cross-zone over two zones")
    wanted = 730 * (net + 3 * net_unit + 3 * 2 / 3 * between)
    expect.close(monthly("nlb", 10, 0, 3, 3), wanted, "NLB with 3 GB an hour, cross-zone over three zones")
    ### BEGIN HIDDEN TESTS
    expect.close(monthly("alb", 5, 12_000, 1), 730 * (base + 4 * unit), "ALB: active connections rule")
    expect.close(monthly("nlb", 1600, 100_000, 1), 730 * (net + 2 * net_unit), "NLB: new connections rule")
    expect.close(monthly("nlb", 800, 400_000, 1), 730 * (net + 4 * net_unit), "NLB: active connections rule")
    wanted = 730 * (net + 9 * net_unit + 9 * 3 / 4 * between)
    expect.close(monthly("nlb", 10, 0, 9, 4), wanted, "NLB with 9 GB an hour, cross-zone over four zones")
    ### END HIDDEN TESTS

# %%
volumes = list(range(0, 101, 5))
alb_hour, alb_unit = facts.price("elb", "alb-hour"), facts.price("elb", "alb-lcu-hour")
nlb_hour, nlb_unit = facts.price("elb", "nlb-hour"), facts.price("elb", "nlb-nlcu-hour")
clb_hour, clb_gb = facts.price("elb", "clb-hour"), facts.price("elb", "clb-data-processed")
charts.curves(
    {
        "Classic": (volumes, [month * (clb_hour + gb * clb_gb) for gb in volumes]),
        "ALB": (volumes, [month * (alb_hour + gb * alb_unit) for gb in volumes]),
        "NLB": (volumes, [month * (nlb_hour + gb * nlb_unit) for gb in volumes]),
    },
    headline="At the same traffic the Network Load Balancer is the cheapest",
    subtitle="data is the ruling dimension; nothing goes between zones",
    x_label="GB an hour",
    y_unit="USD per month",
    source=[alb_unit, nlb_unit, clb_gb],
)

# %% [markdown]
# > **Then and now.** Some notes call the NLB "the most expensive"; by this table it is not. And the old free tier (750
# > balancer hours a month) does not exist for accounts opened since 15 July 2025.
#
# > **Bill.** Every balancer of this lesson would cost about 0.54 USD a day on AWS. Delete them.

# %%
for one in elb.describe_load_balancers()["LoadBalancers"]:
    elb.delete_load_balancer(LoadBalancerArn=one["LoadBalancerArn"])
print(len(elb.describe_load_balancers()["LoadBalancers"]), "load balancers left")

# %% [markdown]
# ## To remember
#
# - 502: the target hung up. 503: nobody to ask. 504: no answer in time, or a security group in the way.
# - A `-` as the target's status in the access log: the balancer spoke for itself.
# - `X-Amzn-Trace-Id` ties the logs of all services together, if each program passes it on.
# - In `X-Forwarded-For` only what your own proxies appended, on the right, is true.
# - Stickiness is a setting of the target group: `AWSALB` by time, or by a cookie of the program.
# - Cross-zone off: each zone gets the same, however few servers it has. Between zones an NLB pays, an ALB does not.
# - SNI lets one listener serve many names; the default certificate is for all others.
# - The deregistration delay should fit your longest usual request. The bill follows the largest dimension.

# %% [markdown] question="silent-504"
# ### Question 1
#
# After a change of security groups a shop answers 504 to everybody, after ten seconds each. The targets soon show
# `unhealthy` with `Target.Timeout`. What was changed?
#
# - [ ] **A** The balancer's group no longer lets port 443 in.
#   > Then clients could not connect at all; there would be no status.
# - [x] **B** The servers' group no longer lets the balancer's group in.
#   > The balancer knocks and hears nothing. Let the servers admit the balancer's group on their port.
# - [ ] **C** The servers' group no longer lets anything out.
#   > Security groups remember connections: answers always get out.
# - [ ] **D** The balancer has no healthy target and fails closed.
#   > It fails open, and 503 would be the word for "nobody to ask".

# %% answer="silent-504"
answer = "B"

# %% check="silent-504" points=1
question("silent-504", answer)

# %% [markdown] question="spike-of-502"
# ### Question 2
#
# During each deployment some long uploads end with 502. The target group has
# `deregistration_delay.timeout_seconds = 15`; uploads take up to four minutes. What helps?
#
# - [ ] **A** Raise the idle timeout of the balancer to 240 seconds.
#   > That is for answers that are slow to come (504). These connections are cut by the delay.
# - [ ] **B** Lower the unhealthy threshold.
#   > Health checks have nothing to do with it: the targets left on purpose.
# - [x] **C** Raise the deregistration delay to 300 seconds.
#   > Requests under way may then finish. Deployments take longer in exchange.
# - [ ] **D** Switch stickiness on.
#   > It decides where new requests go. A draining target gets none.

# %% answer="spike-of-502"
answer = "C"

# %% check="spike-of-502" points=1
question("spike-of-502", answer)

# %% [markdown] question="uneven-zones"
# ### Question 3
#
# A Network Load Balancer has three targets in zone A and one in zone B. The one in B is at its limit, the others are
# bored. Traffic between zones should stay cheap. What is the best first step?
#
# - [ ] **A** Switch cross-zone on and accept the charge.
#   > It spreads the load, but half of the traffic to the three then crosses zones and is billed.
# - [x] **B** Move one target from A to B.
#   > With two in each zone, every target gets a quarter, and nothing crosses.
# - [ ] **C** Use least outstanding requests.
#   > An NLB picks by flow; that algorithm belongs to the ALB.
# - [ ] **D** Remove zone B.
#   > Then one zone's failure is the end of the service.

# %% answer="uneven-zones"
answer = "B"

# %% check="uneven-zones" points=1
question("uneven-zones", answer)

# %% [markdown] question="basket-and-deploys"
# ### Question 4
#
# Baskets live in the memory of the servers. Stickiness is on, for a day. Customers still lose their baskets whenever
# servers are replaced. Which change cures it?
#
# - [ ] **A** Stickiness for seven days.
#   > The cookie then names a server that is gone for longer.
# - [ ] **B** `app_cookie` in place of `lb_cookie`.
#   > Another way to the same server, which is gone.
# - [ ] **C** A deregistration delay of an hour.
#   > Requests finish; the memory of the server still ends with it.
# - [x] **D** Baskets in a store that all servers share, such as DynamoDB or ElastiCache.
#   > Stickiness hides state in servers, it does not keep it. Stateless servers may come and go.

# %% answer="basket-and-deploys"
answer = "D"

# %% check="basket-and-deploys" points=1
question("basket-and-deploys", answer)

# %%
progress()
