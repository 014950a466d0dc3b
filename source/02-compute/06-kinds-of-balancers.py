# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.2'
#     minutes: 50
#     practises:
#       alb-function:
#       - alb.target-types
#       canary:
#       - alb.conditions-actions
#       crossroads:
#       - alb.path-routing
#       - alb.listener-group-rule
#       - alb.conditions-actions
#       fixed-addresses:
#       - nlb.static-ip
#       - nlb.features
#       - nlb.targets-sg
#       modernise:
#       - clb.features
#       - gwlb.geneve
#       - alb.overview
#       task-ports:
#       - alb.dynamic-ports
#     services:
#     - elbv2
#     - elb
#     - lambda
#     title: Kinds of load balancers
#     topics:
#     - clb.features
#     - alb.overview
#     - alb.listener-group-rule
#     - alb.target-types
#     - alb.path-routing
#     - alb.conditions-actions
#     - alb.dynamic-ports
#     - nlb.features
#     - nlb.static-ip
#     - nlb.targets-sg
#     - gwlb.geneve
# ---

# %% [markdown]
# # Kinds of load balancers
#
# Skua, the ferry line, has grown: a shop, a help desk, an API for travel agencies, ships that report their position.
# After this lesson you can lead each of them to the right place with **rules** of an Application Load Balancer, put a
# function or a container behind it, and say when a Network, a Gateway or the old Classic balancer is the answer.

# %% setup="start"
import io
import json
import zipfile
from collections import Counter

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("02-compute/06-kinds-of-balancers")
lab.start()
ec2 = boto3.client("ec2")
elb = boto3.client("elbv2")
classic = boto3.client("elb")
functions = boto3.client("lambda")

# %% setup="fleet"
images = ec2.describe_images(Owners=["amazon"])["Images"]
image = next(one["ImageId"] for one in images if one.get("Architecture") == "x86_64")
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
all_subnets = ec2.describe_subnets()["Subnets"]
all_subnets.sort(key=lambda one: one["AvailabilityZone"])
subnets = [one["SubnetId"] for one in all_subnets[:2]]  # one in each of two zones
door = ec2.create_security_group(GroupName=lab.unique_name("door"), Description="everybody", VpcId=vpc)["GroupId"]
ports: list = [
    {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    for first, last in ((80, 80), (443, 443), (32768, 60999))
]
ec2.authorize_security_group_ingress(GroupId=door, IpPermissions=ports)


def new_server(page=None, zone: int = 0) -> str:
    """An instance whose web server says its id, or what `page` says."""
    made = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnets[zone],
        SecurityGroupIds=[door],
    )["Instances"][0]["InstanceId"]
    lab.serve(made, 80, page or (lambda request: made))
    return made


def says(word: str) -> str:
    """A target group with a server that says a word; its ARN."""
    name = lab.unique_name("says")
    found = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)
    arn = found["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": new_server(lambda request: word)}])
    return arn


def forward_to(arn: str) -> dict:
    """The action that forwards to a target group."""
    return {"Type": "forward", "TargetGroupArn": arn}


def new_listener(*actions: dict) -> tuple[str, str]:
    """A new Application Load Balancer with an HTTP listener: its address, and the listener's ARN."""
    name = lab.unique_name("skua")
    made = elb.create_load_balancer(Name=name, Subnets=subnets, SecurityGroups=[door])["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    found = elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=list(actions))
    lab.clock.advance(seconds=31)
    return f"http://{made['DNSName']}", found["Listeners"][0]["ListenerArn"]


# %% [markdown]
# ## Listener, rule, target group
#
# An **Application Load Balancer** (ALB) reads every HTTP request. A **listener** is a port and a protocol (HTTP or
# HTTPS). It holds **rules**: each has a *priority*, *conditions* and *actions*. A request meets the rules from the
# lowest number upwards; the first whose conditions all fit decides. If none fits, the *default* rule does. So many
# applications share one balancer, where each once needed a Classic balancer of its own.

# %%
shop, listener = new_listener(forward_to(says("the shop")))
rules = ((20, "/help*", "the help desk"), (10, "/help/pets*", "the pet desk"))
for priority, pattern, word in rules:
    elb.create_rule(
        ListenerArn=listener,
        Priority=priority,
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": [pattern]}}],
        Actions=[forward_to(says(word))],
    )
lab.clock.advance(seconds=31)
for path in ("/", "/help", "/help/pets/dogs", "/Help"):
    print(f"{path:<16} -> {lab.http('GET', shop + path).body}")
charts.flow(
    [
        ("request", "rule 10"),
        ("rule 10", "pet desk", "/help/pets*"),
        ("rule 10", "rule 20", "no"),
        ("rule 20", "help desk", "/help*"),
        ("rule 20", "shop", "no: default"),
    ],
    headline="The first rule that fits decides: put the narrow one first",
)

# %% [markdown]
# `/Help` went to the shop: **path patterns are case-sensitive**. `*` stands for any characters, `?` for one. Hosts and
# the query are compared without case. A path pattern looks at the path alone, never at the query.
#
# Six kinds of **conditions**: `path-pattern`, `host-header`, `http-header`, `http-request-method`, `query-string`,
# `source-ip`. Values of one condition are alternatives (*or*); several conditions must all fit (*and*).
#
# Four kinds of **actions**: `forward` (up to five groups, with weights 0 to 999), `redirect` (301 or 302),
# `fixed-response`, and `authenticate-cognito` or `authenticate-oidc`, which send a visitor to sign in before the next
# action.
#
# > **Then and now.** Since October 2025 a rule can also *rewrite* the path or the host of a request before it forwards
# > it (`Transforms`). Old lists name "hostname" and "host header" as two things; they are one.
#
# The rules of our listener, as the API tells them:

# %%
for rule in elb.describe_rules(ListenerArn=listener)["Rules"]:
    patterns = [one["PathPatternConfig"]["Values"] for one in rule["Conditions"]]
    kinds = [action["Type"] for action in rule["Actions"]]
    print(f"{rule['Priority']:>8} {patterns or 'everything':} -> {kinds}")

# %% [markdown]
# ### Your turn: the crossroads
#
# Write `crossroads(listener, groups)`: rules for a listener that already has a default action. `groups` maps names to
# ARNs of target groups.
#
# - `api.skua.example` (the host) goes to `groups["api"]`, except `DELETE` requests: they get a fixed response 405 with
#   the body `no`;
# - paths `/help` and everything below `/help/` go to `groups["help"]`, on every **other** host; `/helpers` does not;
# - a request with `?lang=no` in its query goes to `groups["norsk"]`, if no rule above fits.
#
# <details><summary>Hint</summary>
#
# Four rules. The order decides: the narrow one (host **and** method) needs the lowest number. A path pattern may have
# two values: `/help` and `/help/*`.
# </details>


# %% exercise="crossroads"
def crossroads(listener: str, groups: dict[str, str]) -> None:
    """Give the listener its rules."""
    ### BEGIN SOLUTION
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["api.skua.example"]}}
    method = {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["DELETE"]}}
    path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/help", "/help/*"]}}
    lang = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "lang", "Value": "no"}]}}
    refuse = {"StatusCode": "405", "ContentType": "text/plain", "MessageBody": "no"}
    rows: list = [
        ([host, method], {"Type": "fixed-response", "FixedResponseConfig": refuse}),
        ([host], forward_to(groups["api"])),
        ([path], forward_to(groups["help"])),
        ([lang], forward_to(groups["norsk"])),
    ]
    for priority, (conditions, action) in enumerate(rows, start=1):
        elb.create_rule(ListenerArn=listener, Priority=priority * 10, Conditions=conditions, Actions=[action])
    ### END SOLUTION


# %% check="crossroads" points=3
with check(
    "crossroads", needs="crossroads", right="One address, four applications, and an order among them."
) as expect:
    address, fresh = new_listener(forward_to(says("shop")))
    groups = {name: says(name) for name in ("api", "help", "norsk")}
    crossroads(fresh, dict(groups))
    lab.clock.advance(seconds=31)

    def goes(wanted: str, path: str, host: str = "www.skua.example", method: str = "GET") -> None:
        answer = lab.http(method, address + path, headers={"Host": host})
        got = answer.body if answer.status == 200 else f"{answer.status} {answer.body[:40]}".strip()
        expect(got == wanted, f"{method} {path} of {host} leads to '{got}'; it should lead to '{wanted}'.")

    goes("shop", "/")
    goes("api", "/sailings", "api.skua.example")
    goes("api", "/help/me", "api.skua.example")
    goes("405 no", "/sailings/7", "api.skua.example", "DELETE")
    goes("405 no", "/help/", "api.skua.example", "DELETE")
    goes("shop", "/basket/7", method="DELETE")
    goes("help", "/help")
    goes("help", "/help/pets?lang=no")
    goes("shop", "/helpers")
    goes("norsk", "/?lang=no")
    goes("shop", "/?lang=nordic")
    goes("shop", "/?smoking=no")
    goes("api", "/sailings?lang=no", "api.skua.example")
    goes("shop", "/sailings", "api.tern.example")
    ### BEGIN HIDDEN TESTS
    goes("api", "/?lang=no", "API.skua.example")
    goes("norsk", "/tickets?day=5&lang=no")
    goes("help", "/help/a/b/c")
    goes("shop", "/no?speak=no")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Canary
#
# With **weights** a rule shares requests between target groups: 95 for the old version, 5 for the new. Nobody has to
# change DNS, and the way back is one call. (AWS draws lots; the lab deals the requests out, so shares come out exact.)

# %%
groups_and_weights = [
    {"TargetGroupArn": says("old"), "Weight": 95},
    {"TargetGroupArn": says("new"), "Weight": 5},
]
mixed, mixed_listener = new_listener({"Type": "forward", "ForwardConfig": {"TargetGroups": groups_and_weights}})
got = Counter(lab.http("GET", mixed).body for _ in range(200))
charts.bars(
    dict(got),
    headline="Weights of 95 and 5 send ten of 200 requests to the new version",
    unit="requests",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: move the weights
#
# Write `roll_out(listener, old, new, check_version)`: the default action of the listener forwards everything to the
# target group `old`. Move it to `new` in the steps 10, 50 and 100 per cent. After each step call `check_version()`; if
# it says `False`, send everything back to `old` and return `False` at once. If all went well, return `True`.
#
# <details><summary>Hint</summary>
#
# `modify_listener(ListenerArn=..., DefaultActions=[...])` with a `ForwardConfig`. A weight may be 0.
# </details>


# %% exercise="canary"
def roll_out(listener: str, old: str, new: str, check_version) -> bool:
    """Move the requests to the new target group, step by step."""

    ### BEGIN SOLUTION
    def share(percent: int) -> None:
        weights = [
            {"TargetGroupArn": old, "Weight": 100 - percent},
            {"TargetGroupArn": new, "Weight": percent},
        ]
        action = {"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}
        elb.modify_listener(ListenerArn=listener, DefaultActions=[action])

    for percent in (10, 50, 100):
        share(percent)
        if not check_version():
            share(0)
            return False
    return True
    ### END SOLUTION


# %% check="canary" points=2
with check("canary", needs="roll_out", right="Small steps, and a way back at each of them.") as expect:

    def rolls(bad_at: int | None) -> None:
        old, new = says("old"), says("new")
        address, fresh = new_listener(forward_to(old))
        shares: list[int] = []

        def new_share() -> int:
            return Counter(lab.http("GET", address).body for _ in range(20))["new"] * 5

        def check_version() -> bool:
            lab.clock.advance(seconds=31)
            shares.append(new_share())
            return len(shares) != bad_at

        said = roll_out(fresh, old, new, check_version)
        wanted = [10, 50, 100][:bad_at]
        expect(
            shares == wanted, f"At the calls of check_version the new version had {shares} %; it should be {wanted}."
        )
        expect(said is (bad_at is None), f"roll_out returned {said!r}; it should be {bad_at is None}.")
        left = new_share()
        expect(
            left == (0 if bad_at else 100),
            f"In the end the new version gets {left} % of the requests; it should be {0 if bad_at else 100}.",
        )

    rolls(None)
    rolls(2)
    ### BEGIN HIDDEN TESTS
    rolls(1)
    rolls(3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What can be a target
#
# A target group has one **target type**:
#
# - `instance`: by instance id; an Auto Scaling group registers its own.
# - `ip`: a private address, of the VPC or beyond (last lessons).
# - `lambda`: one function. The request becomes a JSON event, the function's answer becomes HTTP. No port, no protocol.
# - `alb`: an Application Load Balancer as the target of a Network Load Balancer (since September 2021).
#
# An ALB speaks HTTP, HTTPS, HTTP/2, WebSocket and gRPC. It can check client certificates (mutual TLS, since November
# 2023) and JSON web tokens (since November 2025).
#
# This function answers as a load balancer wants it: a number, headers, a text.

# %% setup="function"
SOURCE = """
import json

def handler(event, context):
    body = {"path": event["path"], "query": event["queryStringParameters"]}
    headers = {"Content-Type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(body)}
"""


def new_function() -> str:
    """A Lambda function that tells what it was asked; its ARN."""
    name = lab.unique_name("fares")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", SOURCE)
    made = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    return made["FunctionArn"]


# %%
fares = new_function()
alone = elb.create_target_group(Name=lab.unique_name("fares"), TargetType="lambda")["TargetGroups"][0]
try:
    elb.register_targets(TargetGroupArn=alone["TargetGroupArn"], Targets=[{"Id": fares}])
except ClientError as error:
    print(error.response["Error"]["Code"], "-", error.response["Error"]["Message"][:75], "...")

# %% [markdown]
# The balancer needs a **permission** of the function first.
#
# ### Your turn: a function behind the door
#
# Write `attach(function_arn)`: a new target group of the function, which the balancer may invoke. Return the ARN of the
# target group. Let only **this** target group in: name it as the source.
#
# <details><summary>Hint</summary>
#
# `functions.add_permission` with the principal `elasticloadbalancing.amazonaws.com`, the action
# `lambda:InvokeFunction` and a `SourceArn`. First the group, then the permission, then the registration.
# </details>


# %% exercise="alb-function"
def attach(function_arn: str) -> str:
    """Make a function the target of a new target group; return the group's ARN."""
    ### BEGIN SOLUTION
    made = elb.create_target_group(Name=lab.unique_name("function"), TargetType="lambda")
    group = made["TargetGroups"][0]["TargetGroupArn"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="balancer",
        Action="lambda:InvokeFunction",
        Principal="elasticloadbalancing.amazonaws.com",
        SourceArn=group,
    )
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": function_arn}])
    return group
    ### END SOLUTION


# %% check="alb-function" points=2
with check("alb-function", needs="attach", right="Paid by the request, and no server to patch.") as expect:

    def answers(path: str, query: str) -> None:
        function = new_function()
        group = attach(function)
        expect(isinstance(group, str) and ":targetgroup/" in group, "Return the ARN of the target group.")
        found = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
        expect.equal(found["TargetType"], "lambda", "The target type")
        address, _ = new_listener(forward_to(group))
        answer = lab.http("GET", f"{address}{path}?{query}")
        expect(
            answer.status == 200,
            f"GET {path} is answered by {answer.status}. 503 says that nothing is registered, 502 that the function "
            "could not be invoked: may the balancer do that?",
        )
        expect.equal(answer.json()["path"], path, "The path that the function saw")
        policy = json.loads(functions.get_policy(FunctionName=function)["Policy"])
        for statement in policy["Statement"]:
            expect(
                json.dumps(group) in json.dumps(statement.get("Condition", {})),
                "The permission lets every target group of every account in. Name yours as the SourceArn.",
            )
            who, what = statement["Principal"], statement["Action"]
            expect(
                who == {"Service": "elasticloadbalancing.amazonaws.com"} and what == "lambda:InvokeFunction",
                f"The permission lets {who} do {what}. Only the load balancer, and only lambda:InvokeFunction.",
            )

    answers("/fare", "from=harbour&to=island")
    ### BEGIN HIDDEN TESTS
    answers("/fares/today", "class=2")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Containers: one machine, many ports
#
# Containers of one service may run several times on one instance, if each gets a port of its own. ECS asks for a *free*
# port (host port 0; 32768 to 60999, say) and registers **instance and port** as a target. So a target is the pair: two
# ports of one instance are two targets. A Classic balancer could not do that: one port for all.
#
# ### Your turn: follow the tasks
#
# ECS does it for you; once you should do it by hand. Write `follow(group, tasks)`: afterwards exactly the `tasks` are
# registered. Each is a pair `(instance, port)`. What is registered already is left alone; what is no task any more is
# deregistered, by its port.
#
# <details><summary>Hint</summary>
#
# Read the pairs that are registered from `describe_target_health`; those that drain do not count. Then two differences
# of sets. The lists that you hand over must not be empty.
# </details>


# %% exercise="task-ports"
def follow(group: str, tasks: list[tuple[str, int]]) -> None:
    """Register exactly these tasks."""
    ### BEGIN SOLUTION
    found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    now = {(one["Target"]["Id"], one["Target"]["Port"]) for one in found if one["TargetHealth"]["State"] != "draining"}
    new = [{"Id": name, "Port": port} for name, port in set(tasks) - now]
    gone = [{"Id": name, "Port": port} for name, port in now - set(tasks)]
    if new:
        elb.register_targets(TargetGroupArn=group, Targets=new)
    if gone:
        elb.deregister_targets(TargetGroupArn=group, Targets=gone)
    ### END SOLUTION


# %% check="task-ports" points=2
with check("task-ports", needs="follow", right="Id and port together are the target.") as expect:

    def follows(*steps: list[int]) -> None:
        host = new_server()
        for port in range(32768, 32774):
            lab.serve(host, port, lambda request, port=port: f"{port}")
        name = lab.unique_name("tasks")
        made = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)
        arn = made["TargetGroups"][0]["TargetGroupArn"]
        address, _ = new_listener(forward_to(arn))
        before: list[int] = []
        for wanted in steps:
            needed = bool(set(wanted) - set(before)) + bool(set(before) - set(wanted))
            with lab.watching(most=30) as made_calls:
                follow(arn, [(host, port) for port in wanted])
            changed = len(made_calls.of("RegisterTargets", "DeregisterTargets"))
            expect(
                changed <= needed,
                f"From the ports {before} to {wanted}: {changed} calls changed the targets, {needed} would do. One "
                "registers all that is new, one deregisters all that is gone; the rest is left alone.",
            )
            before = wanted
            lab.clock.advance(seconds=31)
            found = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            have = sorted(one["Target"]["Port"] for one in found if one["TargetHealth"]["State"] != "draining")
            expect(have == sorted(wanted), f"For tasks on the ports {wanted} the targets have the ports {have}.")
            got = {lab.http("GET", address).body for _ in range(3 * len(wanted))}
            expect(got == {str(port) for port in wanted}, f"Requests reached {sorted(got)}, tasks are on {wanted}.")

    follows([32768, 32769], [32769, 32770, 32771], [32770])
    ### BEGIN HIDDEN TESTS
    follows([32773], [32768, 32773], [32768, 32773])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Layer 4: the Network Load Balancer
#
# A **Network Load Balancer** (NLB) does not read requests. It hands *connections* to targets: TCP, UDP, TLS and, since
# November 2025, QUIC; millions a second, with little delay. Four things follow.
#
# - Its targets see the **client's own address** (for `ip` targets over TCP you switch that on).
# - It has **one fixed address in each zone**, if you like an Elastic IP of yours.
# - Targets are `instance`, `ip` or `alb`; health checks go by TCP, HTTP or HTTPS.
# - It knows no paths, no cookies and no redirects.
#
# > **Then and now.** "An NLB has no security group": since August 2023 it may have some, but only if it was **made**
# > with one. Figures such as "100 ms against 400 ms for ALB" are not AWS's.

# %%
seer = new_server(lambda request: request.source_ip)
tcp = elb.create_target_group(Name=lab.unique_name("ships"), Protocol="TCP", Port=80, VpcId=vpc)
tcp_group = tcp["TargetGroups"][0]["TargetGroupArn"]
elb.register_targets(TargetGroupArn=tcp_group, Targets=[{"Id": seer}])
ships = elb.create_load_balancer(Name=lab.unique_name("ships"), Type="network", Subnets=subnets)
nlb = ships["LoadBalancers"][0]
elb.create_listener(
    LoadBalancerArn=nlb["LoadBalancerArn"],
    Protocol="TCP",
    Port=80,
    DefaultActions=[forward_to(tcp_group)],
)
elb.modify_load_balancer_attributes(
    LoadBalancerArn=nlb["LoadBalancerArn"],
    Attributes=[{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}],
)
lab.clock.advance(seconds=31)
seen = lab.http("GET", f"http://{nlb['DNSName']}/", source_ip="198.51.100.9")
print("the server behind the NLB sees", seen.body)

# %% [markdown]
# ### Your turn: addresses for the bank
#
# A bank opens its firewall only for addresses that it knows. Write `fixed(allocations, subnets, targets)`: a Network
# Load Balancer with one Elastic IP (`allocations`, their ids) in each of the `subnets`, in this order. TCP on port 80
# goes to the target group `targets`, and each of its nodes must reach targets in **every** zone. Return its ARN.
#
# <details><summary>Hint</summary>
#
# `SubnetMappings=[{"SubnetId": ..., "AllocationId": ...}, ...]` in place of `Subnets`. Cross-zone is off by default
# on an NLB.
# </details>


# %% exercise="fixed-addresses"
def fixed(allocations: list[str], subnets: list[str], targets: str) -> str:
    """A balancer with known addresses; return its ARN."""
    ### BEGIN SOLUTION
    mappings = [
        {"SubnetId": subnet, "AllocationId": allocation}
        for subnet, allocation in zip(subnets, allocations, strict=True)
    ]
    made = elb.create_load_balancer(Name=lab.unique_name("bank"), Type="network", SubnetMappings=mappings)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    cross = {"Key": "load_balancing.cross_zone.enabled", "Value": "true"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[cross])
    elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=[forward_to(targets)])
    return arn
    ### END SOLUTION


# %% check="fixed-addresses" points=2
with check("fixed-addresses", needs="fixed", right="The bank writes down two addresses, for good.") as expect:

    def give_back(allocations: list[str], group: str) -> None:
        """Free the addresses: an account has five, and this check may run more than twice."""
        for arn in elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]["LoadBalancerArns"]:
            elb.delete_load_balancer(LoadBalancerArn=arn)
        for allocation in allocations:
            ec2.release_address(AllocationId=allocation)

    def reaches(zones: list[int]) -> None:
        name = lab.unique_name("bank")
        made = elb.create_target_group(Name=name, Protocol="TCP", Port=80, VpcId=vpc)
        group = made["TargetGroups"][0]["TargetGroupArn"]
        members = [new_server(zone=zone) for zone in zones]
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one} for one in members])
        given = [ec2.allocate_address(Domain="vpc") for _ in range(2)]
        try:
            arn = fixed([one["AllocationId"] for one in given], list(subnets), group)
            expect(isinstance(arn, str) and ":loadbalancer/" in arn, "Return the ARN of the load balancer.")
            expect(":loadbalancer/net/" in arn, "That is no Network Load Balancer; say Type='network'.")
            lab.clock.advance(seconds=31)
            for one in given:
                try:
                    got = {lab.http("GET", f"http://{one['PublicIp']}/").body for _ in range(40)}
                except OSError as error:
                    words = f"Nobody answers at the Elastic IP {one['PublicIp']}, port 80 ({type(error).__name__}). "
                    expect(False, words + "Does each subnet have its allocation, and is there a listener?")
                expect(
                    got == set(members),
                    f"By the address {one['PublicIp']} {len(got)} of {len(members)} servers are reached. "
                    "Is cross-zone on?",
                )
        finally:
            give_back([one["AllocationId"] for one in given], group)

    reaches([0, 1])
    ### BEGIN HIDDEN TESTS
    reaches([0, 1, 1])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Layer 3: the Gateway Load Balancer
#
# Sometimes *every* packet has to pass a firewall or an intrusion detector that you bought. A **Gateway Load Balancer**
# (GWLB) puts such appliances in the path: route tables send the traffic to an **endpoint** of it, it wraps each packet
# (GENEVE, UDP port **6081**), an appliance looks at it and hands it back, and it goes on its way. Only healthy
# appliances get traffic, and the application notices nothing.

# %%
charts.flow(
    [
        ("internet gateway", "GWLB endpoint", "route"),
        ("GWLB endpoint", "GWLB"),
        ("GWLB", "appliance", "GENEVE 6081"),
        ("appliance", "GWLB"),
        ("GWLB endpoint", "application", "after the check"),
    ],
    headline="Routes lead every packet through the appliance",
)

# %%
for port in (6801, 6081):  # the first stands in some notes: two digits changed places
    try:
        elb.create_target_group(Name=lab.unique_name("fw"), Protocol="GENEVE", Port=port, VpcId=vpc)
        print(port, "accepted")
    except ClientError as error:
        print(port, error.response["Error"]["Message"])

# %% [markdown]
# ## The old one
#
# The **Classic Load Balancer** (CLB, 2009) speaks HTTP and HTTPS (layer 7) and TCP and SSL (layer 4), has one
# certificate, no rules, no WebSocket, and needs one balancer for each application. It runs on, but is the *previous
# generation*: move to ALB or NLB.
#
# ### Your turn: a plan to move
#
# Write `modernise(name)`: read a Classic balancer and return a plan, a dictionary:
#
# - `kind`: `application` if all of its listeners speak HTTP or HTTPS, else `network`;
# - `listeners`: a list of pairs (protocol, port) in the order of the ports. On a `network` balancer HTTP becomes TCP,
#   HTTPS and SSL become TLS;
# - `check`: a pair (protocol, path). `HTTP:8080/health` means `("HTTP", "/health")`, `TCP:25` means `("TCP", "")`; an
#   `application` balancer cannot check by TCP or SSL and gets `("HTTP", "/")` then; on a `network` balancer SSL becomes
#   TCP.
#
# <details><summary>Hint</summary>
#
# `classic.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]` has
# `ListenerDescriptions` and `HealthCheck["Target"]`.
# </details>


# %% exercise="modernise"
def modernise(name: str) -> dict:
    """A plan for the balancer that takes the place of a Classic one."""
    ### BEGIN SOLUTION
    found = classic.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]
    old = [one["Listener"] for one in found["ListenerDescriptions"]]
    web = all(one["Protocol"] in ("HTTP", "HTTPS") for one in old)
    new_names = {} if web else {"HTTP": "TCP", "HTTPS": "TLS", "SSL": "TLS"}
    listeners = [(new_names.get(one["Protocol"], one["Protocol"]), one["LoadBalancerPort"]) for one in old]
    protocol, _, rest = found["HealthCheck"]["Target"].partition(":")
    _, slash, path = rest.partition("/")
    probe = (protocol, slash + path)
    if protocol in ("TCP", "SSL"):
        probe = ("HTTP", "/") if web else ("TCP", "")
    return {
        "kind": "application" if web else "network",
        "listeners": sorted(listeners, key=lambda pair: pair[1]),
        "check": probe,
    }
    ### END SOLUTION


# %% check="modernise" points=2
with check(
    "modernise", needs="modernise", right="Read first, then build: the rest is the last three lessons."
) as expect:

    def plan_for(listeners: list[tuple[str, int]], target: str) -> dict:
        name = lab.unique_name("old")
        rows: list = [
            {"Protocol": protocol, "LoadBalancerPort": port, "InstanceProtocol": "TCP", "InstancePort": 80}
            for protocol, port in listeners
        ]
        for row in rows:
            row["InstanceProtocol"] = "HTTP" if row["Protocol"] in ("HTTP", "HTTPS") else "TCP"
            if row["Protocol"] in ("HTTPS", "SSL"):
                row["SSLCertificateId"] = f"arn:aws:iam::{lab.ACCOUNT_ID}:server-certificate/skua"
        classic.create_load_balancer(LoadBalancerName=name, Listeners=rows, Subnets=subnets)
        probe: dict = {"Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10}
        classic.configure_health_check(LoadBalancerName=name, HealthCheck={"Target": target, **probe})
        plan = modernise(name)
        expect(isinstance(plan, dict), "Return a dictionary with kind, listeners and check.")
        missing = {"kind", "listeners", "check"} - set(plan)
        expect(not missing, f"The plan says nothing about {', '.join(sorted(missing))}.")
        plan["listeners"] = [tuple(one) for one in plan["listeners"]]
        plan["check"] = tuple(plan["check"])
        return plan

    def planned(listeners: list[tuple[str, int]], target: str, kind: str, new: list, probe: tuple) -> None:
        plan = plan_for(listeners, target)
        words = f"listeners {listeners}, check {target}"
        expect.equal(plan["kind"], kind, f"{words}: the kind")
        expect.equal(plan["listeners"], new, f"{words}: the listeners")
        expect.equal(plan["check"], probe, f"{words}: the check")

    planned([("HTTP", 80)], "HTTP:8080/health", "application", [("HTTP", 80)], ("HTTP", "/health"))
    deep = ("HTTPS", "/deep/health")
    planned([("HTTPS", 443)], "HTTPS:8443/deep/health", "application", [("HTTPS", 443)], deep)
    planned([("HTTP", 80)], "TCP:80", "application", [("HTTP", 80)], ("HTTP", "/"))
    planned([("TCP", 2525), ("TCP", 25)], "TCP:25", "network", [("TCP", 25), ("TCP", 2525)], ("TCP", ""))
    planned([("HTTP", 80), ("TCP", 21)], "HTTP:80/", "network", [("TCP", 21), ("TCP", 80)], ("HTTP", "/"))
    planned([("HTTPS", 443), ("SSL", 25)], "SSL:25", "network", [("TLS", 25), ("TLS", 443)], ("TCP", ""))
    planned([("SSL", 465), ("TCP", 587)], "TCP:587", "network", [("TLS", 465), ("TCP", 587)], ("TCP", ""))
    ### BEGIN HIDDEN TESTS
    both = [("HTTP", 80), ("HTTPS", 443)]
    planned([("HTTPS", 443), ("HTTP", 80)], "HTTP:80/a/b", "application", both, ("HTTP", "/a/b"))
    planned([("TCP", 5432)], "TCP:5432", "network", [("TCP", 5432)], ("TCP", ""))
    planned([("HTTPS", 443)], "SSL:443", "application", [("HTTPS", 443)], ("HTTP", "/"))
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** A Gateway Load Balancer bills by the hour **for each zone**, its endpoints once more; the others by the
# > hour and by capacity units (last lesson). Delete what you do not need.

# %%
for one in elb.describe_load_balancers()["LoadBalancers"]:
    elb.delete_load_balancer(LoadBalancerArn=one["LoadBalancerArn"])
for old in classic.describe_load_balancers()["LoadBalancerDescriptions"]:
    classic.delete_load_balancer(LoadBalancerName=old["LoadBalancerName"])
print(len(elb.describe_load_balancers()["LoadBalancers"]), "load balancers left")

# %% [markdown]
# ## To remember
#
# - Rules are asked from the lowest priority number upwards; the first that fits decides, the default rule is the last.
# - Values of a condition are *or*, conditions of a rule are *and*. Paths are case-sensitive, hosts are not.
# - Forward with weights for a canary, redirect to HTTPS, a fixed response for "closed", authenticate before forward.
# - Targets are instances, private addresses, one function, or an ALB behind an NLB. A function needs a permission.
# - A target is id **and** port: several containers of one host are several targets.
# - An NLB moves connections: fixed addresses, the client's address at the target, no paths. Cross-zone is off at first.
# - A GWLB leads all packets through appliances, by GENEVE on port 6081.
# - Classic balancers are the previous generation: HTTP ones become ALBs, the others NLBs.

# %% [markdown] question="which-rule"
# ### Question 1
#
# A listener has rule 10 with the path `/api/*` and rule 20 with the host `admin.skua.example`. A request for
# `https://admin.skua.example/api/users` comes. Where does it go?
#
# - [x] **A** To the target group of rule 10.
#   > Both fit; the lower number is asked first and decides. Give the narrow rule the lower number.
# - [ ] **B** To the target group of rule 20, for a host is more specific than a path.
#   > There is no such order. Only the priority counts.
# - [ ] **C** To both; the first answer wins.
#   > A request goes to one target.
# - [ ] **D** To the default action, because two rules contradict each other.
#   > The default action is for requests that no rule fits.

# %% answer="which-rule"
answer = "A"

# %% check="which-rule" points=1
question("which-rule", answer)

# %% [markdown] question="allow-list-and-paths"
# ### Question 2
#
# A customer's firewall admits two fixed addresses. Behind them `/orders` and `/stock` are different services, and TLS
# should end in AWS. What do you build with the least effort?
#
# - [ ] **A** An Application Load Balancer with two Elastic IPs.
#   > An ALB takes none.
# - [ ] **B** A Network Load Balancer with a listener for each path.
#   > At layer 4 there are no paths.
# - [x] **C** A Network Load Balancer with Elastic IPs whose target is an Application Load Balancer.
#   > Fixed addresses outside, rules inside: the target type `alb` is made for this.
# - [ ] **D** Two instances with nginx and Elastic IPs.
#   > It works, and you patch, watch and replace them yourself.

# %% answer="allow-list-and-paths"
answer = "C"

# %% check="allow-list-and-paths" points=1
question("allow-list-and-paths", answer)

# %% [markdown] question="function-502"
# ### Question 3
#
# A Lambda function behind an ALB returns `{"status": "ok"}`. Its log shows no error, yet visitors see 502. Why?
#
# - [ ] **A** The function needs a public address.
#   > The balancer invokes it by the Lambda API.
# - [x] **B** The answer has no `statusCode`.
#   > The balancer cannot make HTTP of it: it wants a status, headers and a body that is a text.
# - [ ] **C** The permission is missing.
#   > Then the function would not have run at all.
# - [ ] **D** A target group of a function needs a health check.
#   > They are off by default, and a missing one is no error.

# %% answer="function-502"
answer = "B"

# %% check="function-502" points=1
question("function-502", answer)

# %% [markdown] question="who-is-it"
# ### Question 4
#
# A game server speaks its own protocol over TCP and bans players by their address. Behind a load balancer it suddenly
# sees only two addresses, and bans everybody. Instances are the targets. What is the mend?
#
# - [ ] **A** Read `X-Forwarded-For`.
#   > That is an HTTP header; this protocol has none.
# - [ ] **B** Stickiness by cookie.
#   > No HTTP, no cookies. And it would not tell the address.
# - [x] **C** A Network Load Balancer that preserves the client's address.
#   > For targets by instance id that is the default.
# - [ ] **D** A Gateway Load Balancer.
#   > It is for appliances that look at packets on their way.

# %% answer="who-is-it"
answer = "C"

# %% check="who-is-it" points=1
question("who-is-it", answer)

# %%
progress()
