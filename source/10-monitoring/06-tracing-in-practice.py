# ---
# jupyter:
#   course:
#     exam:
#     - '4.1'
#     - '4.2'
#     - '4.3'
#     minutes: 75
#     practises:
#       agent-policy:
#       - xray.write-apis
#       bill:
#       - xray.pricing
#       - xray.sampling-default
#       central:
#       - xray.cross-account
#       expect-traces:
#       - xray.sampling-default
#       - xray.sampling-custom
#       pipeline:
#       - adot.overview
#       read-back:
#       - xray.read-apis
#       rule-for:
#       - xray.sampling-custom
#       span:
#       - adot.migrate
#       task-definition:
#       - xray.ecs-task-definition
#       - xray.ecs
#     services:
#     - xray
#     - ecs
#     - apigateway
#     - sts
#     title: Tracing in practice
#     topics:
#     - xray.sampling-default
#     - xray.sampling-custom
#     - xray.write-apis
#     - xray.read-apis
#     - xray.cross-account
#     - xray.beanstalk
#     - xray.ecs
#     - xray.ecs-task-definition
#     - xray.pricing
#     - adot.overview
#     - adot.migrate
# ---

# %% [markdown]
# # Tracing in practice
#
# Larder's three teams love their traces. Then the bill comes, the security team asks who may read them, and AWS writes
# that the library is in maintenance mode. After this lesson you decide which requests are recorded, give agents and
# readers exactly the rights they need, run the agent beside containers, compute the cost, and move to OpenTelemetry.

# %% setup="start"
import copy
import datetime as dt
import json
import secrets
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import boto3
import yaml
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("10-monitoring/06-tracing-in-practice")
lab.start()
xray = boto3.client("xray")
iam = boto3.client("iam")
sts = boto3.client("sts")
ecs = boto3.client("ecs")
gateway = boto3.client("apigateway")


# %% [markdown]
# ## Not every request
#
# A trace of each request would be dear, and a thousand equal traces teach no more than ten. So the first service on
# the way **samples**: it decides whether the request is recorded, and the tracing header carries the decision on.
#
# It decides by **sampling rules** that live in X-Ray. You change them without touching code. One is always there:

# %%
default = xray.get_sampling_rules()["SamplingRuleRecords"][0]["SamplingRule"]
for name in ("RuleName", "Priority", "ReservoirSize", "FixedRate", "ServiceName", "URLPath"):
    print(f"{name:<14} {default[name]}")

# %% [markdown]
# - The **reservoir** is how many matching requests a second are recorded in any case.
# - The **fixed rate** is the share of the others that is recorded as well.
#
# The default rule: the first request of each second, and five percent of the rest. Quiet services lose nothing, busy
# ones stay affordable.
#
# ### Your turn: say it first
#
# How many traces a second do you expect *on average*? Write the five numbers into `expected`.
#
# <details><summary>Hint</summary>
#
# The reservoir comes first, as far as there are requests. The rate is applied to what is left, not to all.
# </details>

# %% exercise="expect-traces"
expected = {
    "default rule, 1 request in two seconds": None,
    "default rule, 21 requests a second": None,
    "default rule, 101 requests a second": None,
    "reservoir 10 and rate 0.1, 100 requests a second": None,
    "reservoir 0 and rate 0.003, 2,000 requests a second": None,
}
### BEGIN SOLUTION
numbers = [0.5, 1 + 0.05 * 20, 1 + 0.05 * 100, 10 + 0.1 * 90, 0.003 * 2000]
expected = dict(zip(expected, numbers, strict=True))  # type: ignore[arg-type]
### END SOLUTION

# %% check="expect-traces" points=2
with check(
    "expect-traces", needs="expected", right="min(n, reservoir) + rate x what is left: the whole of sampling."
) as expect:
    expect(isinstance(expected, dict) and len(expected) == 5, "Keep `expected` a dictionary with its five lines.")
    expect.not_tried(all(value is None for value in expected.values()))

    def average(words: str, requests: float, reservoir: int, rate: float, advice: str) -> None:
        line = next((one for one in expected if words in one), words)
        said: Any = expected.get(line)
        expect(isinstance(said, int | float), f"'{line}': write a number.")
        wanted = min(requests, reservoir) + rate * max(requests - reservoir, 0)
        expect(abs(said - wanted) < 0.006, f"'{line}': not {said:g}. {advice}")

    average("two seconds", 0.5, 1, 0.05, "More than there are requests cannot be recorded; the reservoir takes it.")
    average("21 requests", 21, 1, 0.05, "One from the reservoir, and five percent of the other 20.")
    average("101 requests", 101, 1, 0.05, "One from the reservoir, and five percent of the other 100.")
    average("100 requests", 100, 10, 0.1, "Ten from the reservoir, and a tenth of the other 90: not of all 100.")
    average("2,000", 2000, 0, 0.003, "Without a reservoir the rate is applied to all of them.")
    ### BEGIN HIDDEN TESTS
    for line in expected:
        expect(not isinstance(expected[line], bool), f"'{line}': write a number.")
    average("101 requests", 101, 1, 0.05, "One from the reservoir, and five percent of the other 100.")
    average("100 requests", 100, 10, 0.1, "Ten from the reservoir, and a tenth of the other 90: not of all 100.")
    ### END HIDDEN TESTS

# %% [markdown]
# A quiet service pays for its reservoir. For a busy one the bill grows with the load, unless the rate falls:


# %%
def traces_a_second(requests: float, reservoir: float, rate: float) -> float:
    """How many of so many requests a second are recorded."""
    return min(requests, reservoir) + rate * max(requests - reservoir, 0)


loads = list(range(101))
shares = {"default: 1, then 5 %": (1, 0.05), "10, then 10 %": (10, 0.1), "1, then 1 %": (1, 0.01)}
charts.curves(
    {name: (loads, [traces_a_second(load, *share) for load in loads]) for name, share in shares.items()},
    headline="The reservoir decides for quiet services, the rate for busy ones",
    x_label="requests a second",
    y_label="traces a second",
    source=facts.limit("x-ray", "default-rate"),
)

# %% [markdown]
# ## Rules of your own
#
# A rule matches by service name and type, host, HTTP method, URL path, resource ARN and up to five attributes; `*`
# stands for any characters, `?` for one. Rules are tried by **priority, lowest number first**; the first that matches
# decides. The default rule comes last, with 10,000. A Region takes 25 rules of your own.
#
# The next cell puts three rules before a traced stage of API Gateway and calls it.

# %% setup="rules"
ANYTHING = {"ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*"}
ANYTHING |= {"URLPath": "*", "ResourceARN": "*"}


def new_rule(name: str, priority: int, reservoir: int, rate: float, **fields: str) -> str:
    """Make a sampling rule; what is not named matches anything. Returns its name."""
    settings: Any = {"RuleName": name, "Priority": priority, "Version": 1, **ANYTHING}
    settings |= {"ReservoirSize": reservoir, "FixedRate": rate, **fields}
    xray.create_sampling_rule(SamplingRule=settings)
    return name


def remove_rules() -> None:
    """Leave the default rule alone."""
    for record in xray.get_sampling_rules()["SamplingRuleRecords"]:
        if record["SamplingRule"]["RuleName"] != "Default":
            xray.delete_sampling_rule(RuleName=record["SamplingRule"]["RuleName"])


def frame(minutes: float = 30) -> dict[str, Any]:
    """The last minutes, as the reading calls want them."""
    now = lab.clock.now()
    return {"StartTime": now - dt.timedelta(minutes=minutes), "EndTime": now}


# %%
api = gateway.create_rest_api(name="larder")["id"]
top = gateway.get_resources(restApiId=api)["items"][0]["id"]
for page in ("order", "health", "history"):
    place = gateway.create_resource(restApiId=api, parentId=top, pathPart=page)["id"]
    where: Any = {"restApiId": api, "resourceId": place, "httpMethod": "ANY"}
    gateway.put_method(**where, authorizationType="NONE")
    template = {"application/json": '{"statusCode": 200}'}
    gateway.put_integration(**where, type="MOCK", requestTemplates=template)
    gateway.put_method_response(**where, statusCode="200")
    gateway.put_integration_response(**where, statusCode="200")
gateway.create_deployment(restApiId=api, stageName="prod", tracingEnabled=True)
base = f"https://{api}.execute-api.us-east-1.amazonaws.com/prod"

new_rule("health checks", 10, 0, 0, URLPath="*/health")
new_rule("debug history", 20, 1, 1, URLPath="*/history", HTTPMethod="PUT")
new_rule("orders", 100, 0, 0.1, HTTPMethod="POST")
for method, page in (("GET", "health"), ("PUT", "history"), ("POST", "order")):
    for _ in range(20):
        lab.http(method, f"{base}/{page}")
    found = xray.get_trace_summaries(**frame(), FilterExpression=f'http.url ENDSWITH "/{page}"')["TraceSummaries"]
    print(f"20 x {method:<4} /{page:<8} {len(found):>2} recorded")
remove_rules()

# %% [markdown]
# Health checks vanish from the bill, a path under debugging is recorded whole, orders by a tenth. When the search for
# the bug is over, delete the debug rule: nobody redeploys anything.
#
# > **Lab and AWS.** AWS draws lots for the rate; the lab takes exactly every tenth, so that nothing here depends on
# > luck. And not all services obey your rules: Lambda without a traced caller always takes one request a second and
# > five percent.
#
# ### Your turn: which rule decides?
#
# Write `rule_for(request)`. It reads the rules from X-Ray and returns the **name** of the one that decides about a
# request such as `{"ServiceName": "larder", "HTTPMethod": "PUT", "URLPath": "/history/7", "Host": "larder.example"}`.
# What a request does not name, such as `ServiceType`, counts as `""`. Of two rules with the same priority the one
# whose name comes first decides.
#
# <details><summary>Hint</summary>
#
# `fnmatchcase("/history/7", "/history/*")` knows `*` and `?`. Every one of the six fields in `ANYTHING` has to match.
# `sorted(..., key=lambda rule: (rule["Priority"], rule["RuleName"]))` brings the rules into their order.
# </details>


# %% exercise="rule-for"
def rule_for(request: dict[str, str]) -> str:
    """The name of the sampling rule that decides about a request."""
    ### BEGIN SOLUTION
    records = xray.get_sampling_rules()["SamplingRuleRecords"]
    rules = [record["SamplingRule"] for record in records]
    for rule in sorted(rules, key=lambda one: (one["Priority"], one["RuleName"])):
        fields: dict[str, Any] = dict(rule)
        if all(fnmatchcase(request.get(name, ""), fields[name]) for name in ANYTHING):
            return rule["RuleName"]
    return "Default"
    ### END SOLUTION


# %% check="rule-for" points=3
with check(
    "rule-for", needs="rule_for", right="Small numbers for the special cases, large ones for the net below."
) as expect:

    def decides(fields: dict[str, str], wanted: str, why: str) -> None:
        said = rule_for(fields)
        expect(said == wanted, f"For {fields} you say {said!r}; {wanted!r} decides: {why}")

    remove_rules()
    put = {"ServiceName": "larder", "HTTPMethod": "PUT", "URLPath": "/history/7"}
    decides(put, "Default", "there is no other rule.")
    new_rule("all of larder", 500, 1, 0.5, ServiceName="larder")
    new_rule("posts of larder", 300, 5, 0.2, ServiceName="larder", HTTPMethod="POST")
    new_rule("post minimum", 100, 10, 0.1, HTTPMethod="POST")
    new_rule("containers", 20, 1, 1, ServiceType="AWS::ECS::Container")
    new_rule("health", 50, 0, 0, URLPath="*/health")
    new_rule("a debug", 1, 1, 1, ServiceName="larder", HTTPMethod="PUT", URLPath="/history/*")
    decides(put, "a debug", "priority 1 comes first, and all its fields match.")
    decides({**put, "HTTPMethod": "POST"}, "post minimum", "the method is not PUT, and 100 comes before 300 and 500.")
    decides({**put, "URLPath": "/order"}, "all of larder", "a rule decides only if *every* field matches.")
    decides({**put, "URLPath": "/v1/health"}, "health", "* stands for any characters, in front as well.")
    decides({**put, "ServiceType": "AWS::ECS::Container", "HTTPMethod": "GET"}, "containers", "its type matches.")
    decides({**put, "ServiceName": "stock", "HTTPMethod": "GET"}, "Default", "no other rule matches.")
    ### BEGIN HIDDEN TESTS
    new_rule("b first", 1, 1, 1, URLPath="/v?/order")
    decides({"URLPath": "/v2/order"}, "b first", "? stands for one character.")
    decides({"URLPath": "/v10/order"}, "Default", "? stands for one character only.")
    new_rule("a first", 1, 1, 1, URLPath="/v2/*")
    decides({"URLPath": "/v2/order"}, "a first", "of equal priorities the name decides.")
    new_rule("ecs", 5, 1, 1, ServiceType="AWS::ECS::Container", Host="*.example")
    container = {"ServiceType": "AWS::ECS::Container", "Host": "larder.example"}
    decides(container, "ecs", "type and host match.")
    ### END HIDDEN TESTS
    remove_rules()

# %% [markdown]
# ## What the agent does all day
#
# Beside your program runs an agent: the X-Ray daemon, the CloudWatch agent or an OpenTelemetry collector. It makes five
# calls, and its role needs exactly these:
#
# | call | why |
# |---|---|
# | `PutTraceSegments` | upload segments |
# | `PutTelemetryRecords` | tell how it fares: segments received, rejected, connections that failed |
# | `GetSamplingRules` | which rules are there? |
# | `GetSamplingTargets` | how much of a reservoir is mine? |
# | `GetSamplingStatisticSummaries` | what was sampled lately |
#
# A reservoir is one for **all** services that use the rule. Each program starts by borrowing one request a second,
# reports every ten seconds, and is told its quota:

# %%
new_rule("orders", 100, 10, 0.1)
for program in ("a" * 24, "b" * 24, "a" * 24):
    reported = xray.get_sampling_targets(
        SamplingStatisticsDocuments=[
            {
                "RuleName": "orders",
                "ClientID": program,
                "Timestamp": lab.clock.now(),
                "RequestCount": 110,
                "SampledCount": 20,
                "BorrowCount": 10,
            }
        ]
    )["SamplingTargetDocuments"][0]
    share = reported["ReservoirQuota"]
    print(f"program {program[0]}: {share} a second, report in {reported['Interval']} s")
remove_rules()

# %% [markdown]
# The managed policy `AWSXRayDaemonWriteAccess` holds these five actions. X-Ray's own actions know no single trace as
# a resource: `Resource` is `"*"`.
#
# ### Your turn: mend the agent's policy
#
# The policy below stands on the agent's role. The agent uploads nothing, and the security team found that it may read
# customers' traces. Mend it: the five calls are allowed, and nothing else of X-Ray.
#
# <details><summary>Hint</summary>
#
# Three faults: actions that are missing, one too many, and a resource that never matches.
# </details>

# %% exercise="agent-policy" repair=true
agent_policy: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:GetTraceSummaries"],
            "Resource": "arn:aws:xray:us-east-1:123456789012:trace/*",
        }
    ],
}
### BEGIN SOLUTION
agent_policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "xray:PutTraceSegments",
                "xray:PutTelemetryRecords",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:GetSamplingStatisticSummaries",
            ],
            "Resource": "*",
        }
    ],
}
### END SOLUTION

# %% check="agent-policy" points=2
with check(
    "agent-policy", needs="agent_policy", right="An agent that is broken into can spoil traces, and read none."
) as expect:
    user = lab.unique_name("agent")
    iam.create_user(UserName=user)
    text = agent_policy if isinstance(agent_policy, str) else json.dumps(agent_policy)
    try:
        iam.put_user_policy(UserName=user, PolicyName="agent", PolicyDocument=text)
    except ClientError as error:
        expect(False, f"IAM refuses the policy: {error.response['Error']['Message']}")
    key = iam.create_access_key(UserName=user)["AccessKey"]
    agent = boto3.client("xray", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    asked: Any = {"RuleName": "Default", "ClientID": "a" * 24, "RequestCount": 1, "SampledCount": 1}
    asked["Timestamp"] = lab.clock.now()
    needed: dict[str, Callable[[], Any]] = {
        "xray:PutTraceSegments": lambda: agent.put_trace_segments(TraceSegmentDocuments=["{}"]),
        "xray:PutTelemetryRecords": lambda: agent.put_telemetry_records(
            TelemetryRecords=[{"Timestamp": lab.clock.now(), "SegmentsReceivedCount": 1}]
        ),
        "xray:GetSamplingRules": agent.get_sampling_rules,
        "xray:GetSamplingTargets": lambda: agent.get_sampling_targets(SamplingStatisticsDocuments=[asked]),
        "xray:GetSamplingStatisticSummaries": agent.get_sampling_statistic_summaries,
    }
    forbidden: dict[str, Callable[[], Any]] = {
        "xray:GetTraceSummaries": lambda: agent.get_trace_summaries(**frame()),
        "xray:BatchGetTraces": lambda: agent.batch_get_traces(TraceIds=["1-00000000-000000000000000000000000"]),
        "xray:GetServiceGraph": lambda: agent.get_service_graph(**frame()),
        "xray:GetTraceGraph": lambda: agent.get_trace_graph(TraceIds=["1-00000000-000000000000000000000000"]),
        "xray:GetGroups": agent.get_groups,
        "xray:DeleteSamplingRule": lambda: agent.delete_sampling_rule(RuleName="any"),
        "xray:DeleteGroup": lambda: agent.delete_group(GroupName="any"),
        "xray:PutEncryptionConfig": lambda: agent.put_encryption_config(Type="NONE"),
    }

    def is_let_in(call: Callable[[], Any]) -> bool:
        try:
            call()
        except ClientError as error:
            return "AccessDenied" not in error.response["Error"]["Code"]
        return True

    with lab.enforce_iam():
        closed = [name for name, call in needed.items() if not is_let_in(call)]
        opened = [name for name, call in forbidden.items() if is_let_in(call)]
    expect(
        len(closed) < len(needed),
        "The agent may do nothing at all. X-Ray's actions have no ARN of a trace to name: what must Resource be?",
    )
    expect(not closed, f"The agent may not {', '.join(closed)}.")
    expect(not opened, f"The agent may {', '.join(opened)}: more than uploading and sampling.")
    ### BEGIN HIDDEN TESTS
    more: dict[str, Callable[[], Any]] = {
        "xray:GetGroup": lambda: agent.get_group(GroupName="any"),
        "xray:UpdateGroup": lambda: agent.update_group(GroupName="any", FilterExpression="fault"),
        "xray:GetEncryptionConfig": agent.get_encryption_config,
    }
    with lab.enforce_iam():
        opened = [name for name, call in more.items() if is_let_in(call)]
    expect(not opened, f"The agent may {', '.join(opened)}: more than uploading and sampling.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Reading
#
# Readers use other calls: `GetTraceSummaries` finds ids and annotations in a time frame, `BatchGetTraces` gives the
# documents of up to **five** traces at a time, `GetServiceGraph` and `GetTraceGraph` draw the map, of a time frame or
# of given traces; `GetGroups`, `GetGroup` and `GetTimeSeriesServiceStatistics` complete the list. A **group** is a
# filter expression with a name; it has a map and metrics of its own.


# %% setup="play"
def new_id() -> str:
    """An id for a segment or subsegment."""
    return secrets.token_hex(8)


def one_order(status: int, gift: bool = False) -> list[str]:
    """The documents of one order now: site calls pay, pay writes to a table and answers with a status."""
    now, call = lab.clock.now().timestamp(), new_id()
    common = {"trace_id": f"1-{int(now):08x}-{secrets.token_hex(12)}", "start_time": now}
    inner = {"id": call, "name": "pay", "namespace": "remote", "start_time": now}
    site = {**common, "id": new_id(), "name": "site", "end_time": now + 0.3}
    site["subsegments"] = [{**inner, "end_time": now + 0.2}]
    query = {"id": new_id(), "name": "DynamoDB", "namespace": "aws", "aws": {"table_name": "payments"}}
    pay = {**common, "id": new_id(), "name": "pay", "parent_id": call, "end_time": now + 0.2}
    pay |= {"http": {"response": {"status": status}}}
    pay["subsegments"] = [{**query, "start_time": now, "end_time": now + 0.1}]
    wrap = {**common, "id": new_id(), "name": "wrap", "parent_id": site["id"], "end_time": now + 0.9}
    return [json.dumps(one) for one in ([site, pay, wrap] if gift else [site, pay])]


def play(number: int, broken: int) -> dict[str, list[str]]:
    """Send so many orders, of which `broken` have a fault in pay; return the ids of these, with their segments.

    Every third order is a gift, and passes `wrap` as well.
    """
    played = {}
    for index in range(number):
        gift = index % 3 == 2
        sent = one_order(503 if index < broken else 200, gift)
        xray.put_trace_segments(TraceSegmentDocuments=sent)
        if index < broken:
            played[json.loads(sent[0])["trace_id"]] = ["pay", "site", "wrap"] if gift else ["pay", "site"]
    return played


# %%
play(9, broken=2)
xray.create_group(GroupName="broken-orders", FilterExpression="service() { fault }")
for group in ("Default", "broken-orders"):
    nodes = xray.get_service_graph(**frame(), GroupName=group)["Services"]
    calls = next(node["SummaryStatistics"] for node in nodes if node["Name"] == "pay")
    print(f"{group:<14} pay: {calls['TotalCount']} calls, {calls['FaultStatistics']['TotalCount']} faults")
_ = xray.delete_group(GroupName="broken-orders")

# %% [markdown]
# ### Your turn: bring me the broken ones
#
# Write `broken_traces(start, end)`. For each trace of that time frame in which any service had a fault, give its id and
# the names of its segments, sorted: `{"1-...": ["pay", "site"]}`. There may be hundreds: read all pages, and ask for
# documents five ids at a time.
#
# <details><summary>Hint</summary>
#
# `xray.get_paginator("get_trace_summaries")` reads all pages; the filter is about any service, so its parentheses stay
# empty. A `Segment` of `batch_get_traces` has a `Document`, which is JSON as text.
# </details>


# %% exercise="read-back"
def broken_traces(start: dt.datetime, end: dt.datetime) -> dict[str, list[str]]:
    """The segments' names of all traces with a fault somewhere."""
    ### BEGIN SOLUTION
    pages = xray.get_paginator("get_trace_summaries").paginate(
        StartTime=start,
        EndTime=end,
        FilterExpression="service() { fault }",
    )
    ids = [summary["Id"] for page in pages for summary in page["TraceSummaries"]]
    found = {}
    for first in range(0, len(ids), 5):
        answer = xray.batch_get_traces(TraceIds=ids[first : first + 5])
        for trace in answer["Traces"]:
            parts = [json.loads(segment["Document"]) for segment in trace["Segments"]]
            found[trace["Id"]] = sorted(part["name"] for part in parts)
    return found
    ### END SOLUTION


# %% check="read-back" points=3
with check(
    "read-back", needs="broken_traces", right="Summaries are cheap to search, documents are read in fives."
) as expect:

    def brings(number: int, broken: int) -> None:
        lab.clock.advance(hours=1)
        play(3, broken=3)  # too early
        lab.clock.advance(minutes=10)
        start = lab.clock.now()
        lab.clock.advance(seconds=5)
        wanted = play(number, broken)
        lab.clock.advance(seconds=5)
        with lab.watching(most=60) as made:
            found = broken_traces(start, lab.clock.now())
        expect(isinstance(found, dict), "Return a dictionary from the trace's id to the names of its segments.")
        early = set(found) - set(wanted)
        missing = set(wanted) - set(found)
        expect(
            not missing,
            f"{len(missing)} of {broken} broken traces are missing. A page holds only a part of the summaries; and the "
            "site hides pay's faults, so `fault` alone finds none.",
        )
        expect(not early, f"{len(early)} traces too many: out of the time frame, or without a fault.")
        for trace_id, names in wanted.items():
            expect(
                list(found[trace_id]) == names,
                f"{trace_id} has the segments {names}, sorted; you give {found[trace_id]}. Each document is a segment; "
                "a table that sends none is not one.",
            )
        reads = len(made.of("BatchGetTraces"))
        most = -(-broken // 5)
        expect(
            reads <= most, f"{broken} broken traces took {reads} calls of BatchGetTraces; five at a time need {most}."
        )

    brings(12, 7)
    brings(80, 62)
    ### BEGIN HIDDEN TESTS
    brings(5, 0)
    brings(60, 55)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** Older books know this way only. Today CloudWatch has **Transaction Search** as well. Switched on
# > for an account, it takes in all spans as structured logs (log group `aws/spans`), at CloudWatch's prices; X-Ray
# > indexes a share of them as trace summaries, by default one percent, free of charge. You search all requests instead
# > of samples. `BatchGetTraces` finds no traces then; `StartTraceRetrieval` takes its place.
#
# Whatever is kept is encrypted, with AWS's own key or with one of yours in KMS:

# %%
share = facts.limit("x-ray", "transaction-search-indexed")
print(f"Transaction Search: all spans in logs, {share:d} % indexed free of charge")
print("encryption:", xray.get_encryption_config()["EncryptionConfig"])

# %% [markdown]
# ## One account for all traces
#
# Larder's teams have an account each, and one request crosses all three. Two ways lead to a single view:
#
# - The agent **assumes a role** in a central account and sends there (`role_arn` in its settings). The central role
#   must trust the agent's account and may write; the agent's own role may call `sts:AssumeRole`.
# - **CloudWatch cross-account observability**: source accounts share metrics, logs and traces with a monitoring account
#   in the same Region. The first copy of a trace is free. New set-ups do this.


# %% setup="central"
organizations = boto3.client("organizations")


def session_of(credentials: Any) -> boto3.Session:
    """A session that signs with the Credentials of an STS answer."""
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    return boto3.Session(*(credentials[name] for name in names))


def open_account(name: str) -> tuple[str, boto3.Session]:
    """Open another account; return its number and a session of its administrator."""
    try:
        organizations.describe_organization()
    except ClientError:
        organizations.create_organization(FeatureSet="ALL")
    mail = f"{lab.unique_name(name)}@example.com"
    opened = organizations.create_account(AccountName=name, Email=mail)
    number = opened["CreateAccountStatus"]["AccountId"]
    first = f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole"
    lent = sts.assume_role(RoleArn=first, RoleSessionName="set-up")["Credentials"]
    return number, session_of(lent)


def central_writer(admin: boto3.Session) -> str:
    """A role in another account that ours may use to send traces; returns its ARN."""
    there = admin.client("iam")
    ours = {"AWS": f"arn:aws:iam::{lab.ACCOUNT_ID}:root"}
    trust = {"Effect": "Allow", "Principal": ours, "Action": "sts:AssumeRole"}
    name = lab.unique_name("trace-writer")
    role = there.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]
    there.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess")
    return role["Arn"]


# %% [markdown]
# ### Your turn: send to the central account
#
# Write `send_to(role_arn, documents)`: assume the role under the session name `larder-agent`, send the documents with
# its credentials, and return how many were refused.
#
# <details><summary>Hint</summary>
#
# `sts.assume_role(...)["Credentials"]` has three parts; `session_of` above makes a session of them.
# </details>


# %% exercise="central"
def send_to(role_arn: str, documents: list[str]) -> int:
    """Send documents in the name of a role; return how many were refused."""
    ### BEGIN SOLUTION
    lent = sts.assume_role(RoleArn=role_arn, RoleSessionName="larder-agent")["Credentials"]
    answer = (
        session_of(lent)
        .client("xray")
        .put_trace_segments(
            TraceSegmentDocuments=documents,
        )
    )
    return len(answer["UnprocessedTraceSegments"])
    ### END SOLUTION


# %% check="central" points=2
with check("central", needs="send_to", right="Trust there, permission here: both sides had to say yes.") as expect:

    def reaches(name: str, bad: int) -> None:
        number, admin = open_account(name)
        role = central_writer(admin)
        documents = one_order(200)
        trace_id = json.loads(documents[0])["trace_id"]
        before = len(lab.calls())
        returned = send_to(role, documents + ["{}"] * bad)
        assumed = lab.calls()[before:].of("AssumeRole")
        expect(len(assumed) > 0, "The role was not assumed: call sts.assume_role with the role_arn you are given.")
        here = xray.batch_get_traces(TraceIds=[trace_id])["Traces"]
        expect(not here, f"The trace is in our own account. Sign put_trace_segments with the credentials of {role}.")
        there = admin.client("xray").batch_get_traces(TraceIds=[trace_id])["Traces"]
        found = len(there[0]["Segments"]) if there else 0
        expect(found == 2, f"{found} of 2 segments arrived in account {number}.")
        sent = lab.calls()[before:].of("PutTraceSegments")
        names = {one.principal.rpartition("/")[2] for one in sent}
        expect(names == {"larder-agent"}, f"The session was called {', '.join(sorted(names))}, not larder-agent.")
        expect.equal(returned, bad, "The number of refused documents")

    reaches("tracing", 1)
    ### BEGIN HIDDEN TESTS
    reaches("audit", 0)
    reaches("archive", 2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The agent on Elastic Beanstalk
#
# Beanstalk's platforms contain the X-Ray daemon. You switch it on in the console, or with a file in the bundle. The
# instance profile needs the right to write, and your code still has to be instrumented.

# %%
xray_daemon_config = """
option_settings:
  aws:elasticbeanstalk:xray:
    XRayEnabled: true
"""
print(".ebextensions/xray-daemon.config", yaml.safe_load(xray_daemon_config))

# %% [markdown]
# > **Then and now.** Multicontainer Docker never brought the daemon; that platform is retired, and on the ECS-based one
# > you run an agent as a container of your own, too.
#
# ## The agent on ECS
#
# | pattern | agents | possible on |
# |---|---|---|
# | one agent on each instance (a service with the strategy `DAEMON`) | one an instance | EC2 |
# | a **side-car** in each task | one a task | EC2 and Fargate |
#
# Fargate shows you no instance, so there the side-car is the only way.

# %%
tasks_on_instance = 8
counts = list(range(0, 81, 8))
charts.over_time(
    {
        "side-car in each task": counts,
        "daemon on each instance": [-(-count // tasks_on_instance) for count in counts],
    },
    x=counts,
    x_unit="tasks",
    y_label="agents running",
    headline="Side-cars cost an agent a task; instances of eight tasks need an eighth of them",
    source=f"{tasks_on_instance} tasks on an instance",
)

# %% [markdown]
# In the task definition the daemon listens on UDP port 2000, and the program finds it by `AWS_XRAY_DAEMON_ADDRESS`. How
# depends on the network mode:
#
# - **bridge** (EC2): each container has its own network; the program *links* to the daemon and uses its name.
#   `hostPort` 0 lets ECS choose a free port, so that two tasks fit on one instance.
# - **awsvpc** (Fargate, and EC2 if you like): the containers of a task share one network interface. There are no links,
#   and `hostPort` is left out or the same 2000.

# %%
port = facts.limit("x-ray", "daemon-port")
addresses = {"bridge": f"xray-daemon:{port:d}", "awsvpc": f"127.0.0.1:{port:d}"}
for mode, address in addresses.items():
    print(f"{mode:<7} AWS_XRAY_DAEMON_ADDRESS={address}")

# %% [markdown]
# ### Your turn: mend the task
#
# A colleague typed this from a slide: the second container landed inside the first, and it fits neither mode. Mend
# `tracing_task(mode)`. It returns the settings for `register_task_definition` for `"bridge"` or `"awsvpc"`:
#
# - `family` is `larder-api`, `networkMode` is `mode`, and there are two containers;
# - `xray-daemon`: image `amazon/aws-xray-daemon`, `cpu` 32, `memoryReservation` 256, port 2000, UDP;
# - `larder-api`: image `larder/api`, `cpu` 192, `memoryReservation` 512, port 5000, and the daemon's address.
#
# <details><summary>Hint</summary>
#
# A port mapping without `protocol` is TCP, and nobody hears the program then. Build the two containers as dictionaries,
# add what depends on the mode, and put both into `containerDefinitions`.
# </details>


# %% exercise="task-definition" repair=true
def tracing_task(mode: str) -> dict[str, Any]:
    """Settings of a task whose program finds its daemon."""
    api = {
        "name": "larder-api",
        "image": "larder/api",
        "cpu": 192,
        "memoryReservation": 512,
        "portMappings": [{"containerPort": 5000}],
        "environment": [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "localhost"}],
        "links": ["xray-daemon"],
    }
    daemon = {
        "name": "xray-daemon",
        "image": "amazon/aws-xray-daemon",
        "cpu": 32,
        "memoryReservation": 256,
        "portMappings": [{"containerPort": 2000, "hostPort": 2000}, api],
    }
    return {"family": "larder-api", "networkMode": mode, "containerDefinitions": [daemon]}


### BEGIN SOLUTION
def tracing_task(mode: str) -> dict[str, Any]:
    """Settings of a task whose program finds its daemon."""
    port: dict[str, Any] = {"containerPort": 2000, "protocol": "udp"}
    api: dict[str, Any] = {
        "name": "larder-api",
        "image": "larder/api",
        "cpu": 192,
        "memoryReservation": 512,
        "portMappings": [{"containerPort": 5000}],
    }
    address = "127.0.0.1:2000"
    if mode == "bridge":
        port["hostPort"] = 0
        api["links"] = ["xray-daemon"]
        address = "xray-daemon:2000"
    api["environment"] = [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": address}]
    daemon = {
        "name": "xray-daemon",
        "image": "amazon/aws-xray-daemon",
        "cpu": 32,
        "memoryReservation": 256,
        "portMappings": [port],
    }
    containers = [daemon, api]
    return {"family": "larder-api", "networkMode": mode, "containerDefinitions": containers}


### END SOLUTION


# %% check="task-definition" points=3
with check(
    "task-definition", needs="tracing_task", right="An OpenTelemetry collector goes into a task in the same way."
) as expect:

    def fits(mode: str, address: str) -> None:
        settings = tracing_task(mode)
        expect(isinstance(settings, dict), "Return a dictionary of settings.")
        try:
            made: Any = ecs.register_task_definition(**settings)["taskDefinition"]
        except Exception as error:
            expect(False, f"{mode}: the task cannot be registered: {' '.join(str(error).split())}")
        expect.equal((made["family"], made["networkMode"]), ("larder-api", mode), "Family and network mode")
        both = {one["name"]: one for one in made["containerDefinitions"]}
        expect(
            set(both) == {"xray-daemon", "larder-api"},
            f"{mode}: the containers are {sorted(both)}. Both belong side by side into containerDefinitions.",
        )
        images = {name: one.get("image") for name, one in both.items()}
        right_images = {"xray-daemon": "amazon/aws-xray-daemon", "larder-api": "larder/api"}
        expect.equal(images, right_images, f"{mode}: the images")
        wanted = {"xray-daemon": (32, 256), "larder-api": (192, 512)}
        for name, (cpu, memory) in wanted.items():
            has = (both[name].get("cpu"), both[name].get("memoryReservation"))
            expect.equal(has, (cpu, memory), f"{mode}: cpu and memoryReservation of {name}")
        ports = {one["containerPort"]: one for one in both["xray-daemon"]["portMappings"]}
        expect(2000 in ports, f"{mode}: the daemon needs a mapping of port 2000; it has {sorted(ports)}.")
        port = ports[2000]
        expect(
            port.get("protocol") == "udp",
            f"{mode}: port 2000 has the protocol {port.get('protocol', 'tcp')!r}; segments come by UDP, written 'udp'.",
        )
        expect(
            any(one["containerPort"] == 5000 for one in both["larder-api"]["portMappings"]),
            f"{mode}: larder-api listens on port 5000.",
        )
        told = {one["name"]: one["value"] for one in both["larder-api"].get("environment", [])}
        said = told.get("AWS_XRAY_DAEMON_ADDRESS")
        good = {address, "localhost:2000"} if mode == "awsvpc" else {address}
        expect(said in good, f"{mode}: AWS_XRAY_DAEMON_ADDRESS is {said!r}; there the daemon is at {address}.")
        links = both["larder-api"].get("links") or []
        named = {"xray-daemon", "xray-daemon:xray-daemon"} & set(links)
        if mode == "bridge":
            expect(named, "bridge: without a link larder-api does not know the name xray-daemon.")
            fixed = [one for line in both.values() for one in line["portMappings"] if one.get("hostPort", 0) != 0]
            expect(not fixed, "bridge: a fixed hostPort lets only one task run on an instance.")
        else:
            expect(not links, "awsvpc: there are no links; the containers share one network interface.")
            host = port.get("hostPort") or 2000
            expect(host == 2000, "awsvpc: hostPort, if you give one, must equal containerPort.")

    fits("bridge", "xray-daemon:2000")
    fits("awsvpc", "127.0.0.1:2000")
    ### BEGIN HIDDEN TESTS
    fits("bridge", "xray-daemon:2000")  # once more: nothing is left over from the other mode
    fits("awsvpc", "127.0.0.1:2000")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The bill
#
# X-Ray bills **traces recorded**, and **traces retrieved or scanned** when somebody reads or searches. Each month a
# share of both is free. Storage for thirty days is included.

# %%
recorded_price = facts.price("x-ray", "traces-recorded")
read_price = facts.price("x-ray", "traces-retrieved-scanned")
free_recorded = facts.limit("x-ray", "free-traces-recorded")
free_read = facts.limit("x-ray", "free-traces-retrieved")
print(f"recorded: {recorded_price:g} {recorded_price.unit}, {free_recorded:,} a month free")
print(f"read:     {read_price:g} {read_price.unit}, {free_read:,} a month free")
sampled = 2_000 * 24 * 31 * 0.10  # AWS's example: 2,000 requests an hour, 10 % of them
cost_of_it = (sampled - free_recorded) / 1e6 * recorded_price
print(f"AWS's example: {sampled:,.0f} traces in 31 days, {cost_of_it:.2f} USD")

# %% [markdown]
# The lab counts, too. A hundred thousand times as much as in this notebook so far, without the free share:

# %%
for line in lab.bill(times=100_000):
    if line.item.startswith("X-Ray"):
        print(f"{line.item:<32} {line.quantity:>13,.0f}  {line.usd:8,.2f} USD")

# %% [markdown]
# ### Your turn: what does a rule cost?
#
# Write `monthly_bill(requests, reservoir, rate, read)` in USD, for a month of 30 days: a steady load of `requests` a
# second under one rule, and `read` traces retrieved or scanned in the month. Use the four numbers above as
# `PRICES["recorded"]`, `PRICES["read"]` (both for a million traces), `FREE["recorded"]` and `FREE["read"]`.
#
# <details><summary>Hint</summary>
#
# Traces of a month: what is recorded in a second, times 30 x 86,400. Take off the free ones of each kind, but nothing
# below zero.
# </details>

# %% setup="prices"
PRICES = {
    "recorded": float(facts.price("x-ray", "traces-recorded")),
    "read": float(facts.price("x-ray", "traces-retrieved-scanned")),
}
FREE = {
    "recorded": int(facts.limit("x-ray", "free-traces-recorded")),
    "read": int(facts.limit("x-ray", "free-traces-retrieved")),
}


# %% exercise="bill"
def monthly_bill(requests: float, reservoir: float, rate: float, read: int) -> float:
    """What tracing costs in a month of 30 days, in USD."""
    ### BEGIN SOLUTION
    first = min(requests, reservoir)
    recorded = (first + rate * (requests - first)) * 30 * 86_400
    used = {"recorded": recorded, "read": read}
    return sum(max(0, used[kind] - FREE[kind]) / 1e6 * PRICES[kind] for kind in used)
    ### END SOLUTION


# %% check="bill" points=2
with check("bill", needs="monthly_bill", right="The rate is the lever: ten percent of a lot is a lot.") as expect:

    def costs(requests: float, reservoir: float, rate: float, read: int, words: str) -> None:
        first = min(requests, reservoir)
        recorded = (first + rate * (requests - first)) * 30 * 86_400
        wanted = max(0, recorded - FREE["recorded"]) / 1e6 * PRICES["recorded"]
        wanted += max(0, read - FREE["read"]) / 1e6 * PRICES["read"]
        said = monthly_bill(requests, reservoir, rate, read)
        expect(
            isinstance(said, int | float) and abs(said - wanted) < 0.005,
            f"{words}: the bill is {wanted:.2f} USD, not {said if said is None else format(said, '.2f')}.",
        )

    costs(0.02, 1, 0.05, 0, "A quiet service stays within the free traces")
    costs(100, 1, 0.05, 0, "100 a second under the default rule: 5.95 traces a second")
    costs(100, 0, 1, 0, "100 a second, every one recorded")
    costs(0.02, 1, 0.05, 5_000_000, "Reading 5 million traces of a quiet service, the first million free")
    ### BEGIN HIDDEN TESTS
    costs(250, 10, 0.1, 2_000_000, "250 a second, reservoir 10, rate 0.1, 2 million read")
    costs(3, 5, 0.5, 10, "A reservoir larger than the load records all, and not more")
    ### END HIDDEN TESTS

# %%
months = 30 * 86_400


def recording(share: float) -> Callable[[float], float]:
    """The bill for recording by a share of so many requests a second."""

    def bill(load: float) -> float:
        return max(0, load * share * months - free_recorded) / 1e6 * recorded_price

    return bill


charts.curves(
    {f"{share:.0%} recorded": recording(share) for share in (1.0, 0.1, 0.05, 0.01)},
    x=(0, 100),
    headline="At 100 requests a second full recording costs over a thousand dollars a month",
    x_label="requests a second, all month",
    y_unit="USD per month",
    source=recorded_price,
)

# %% [markdown]
# ## OpenTelemetry, and AWS's distribution of it
#
# **OpenTelemetry** is an open standard for traces, metrics and logs: one set of libraries for your code, one protocol
# (OTLP), and a **collector** that receives, works on and exports. The **AWS Distro for OpenTelemetry** (ADOT) is the
# same, tested and supported by AWS, with exporters for X-Ray and CloudWatch and metadata of your resources. It runs on
# EC2, ECS, EKS, Fargate, Lambda and on premises, and can instrument some languages without a change of code.
#
# The collector is a list of parts and **pipelines** that join them:

# %% setup="collector"
collector_yaml = """
receivers:
  otlp:
    protocols:
      grpc: {endpoint: "0.0.0.0:4317"}
      http: {endpoint: "0.0.0.0:4318"}
processors:
  batch: {timeout: 1s}
exporters:
  awsxray: {region: us-east-1}
  awsemf: {namespace: Larder}
service:
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [awsxray]
    metrics:
      receivers: [otlp]
      processors: [batch]
      exporters: [awsemf]
"""
collector = yaml.safe_load(collector_yaml)

# %%
arrows = []
for kind, line in collector["service"]["pipelines"].items():
    arrows.append(("your code", line["receivers"][0], "OTLP"))
    arrows.append((line["receivers"][0], line["processors"][0], kind))
    arrows += [(line["processors"][0], name, kind) for name in line["exporters"]]
arrows += [("awsxray", "X-Ray"), ("awsemf", "CloudWatch")]
charts.flow(
    list(dict.fromkeys(arrows)),
    groups={"collector": ["otlp", "batch", "awsxray", "awsemf"]},
    direction="right",
    headline="One library in the code; the collector decides where traces and metrics go",
    source="the collector's configuration above",
)

# %% [markdown]
# > **Lab and AWS.** No collector runs in the lab; you check its configuration, the way it fails at work: a part that a
# > pipeline names and nobody defined stops the collector at its start, one that no pipeline names does nothing.
#
# ### Your turn: check a collector
#
# Write `misfits(config)`. It returns two sets of names such as `"processors/batch"`: those that a pipeline uses and
# nobody defines, and those that are defined and used by no pipeline. The kinds are `receivers`, `processors` and
# `exporters`; any of them may be missing, empty or `null`, in a pipeline too.
#
# <details><summary>Hint</summary>
#
# Collect two sets, `defined` and `used`, and subtract them both ways. `config.get(kind) or {}` deals with `null`.
# </details>


# %% exercise="pipeline"
def misfits(config: dict[str, Any]) -> tuple[set[str], set[str]]:
    """(used and not defined, defined and not used)."""
    ### BEGIN SOLUTION
    kinds = ("receivers", "processors", "exporters")
    defined = {f"{kind}/{name}" for kind in kinds for name in config.get(kind) or {}}
    pipelines = (config.get("service") or {}).get("pipelines") or {}
    used = {f"{kind}/{name}" for line in pipelines.values() for kind in kinds for name in (line or {}).get(kind) or []}
    return used - defined, defined - used
    ### END SOLUTION


# %% check="pipeline" points=2
with check(
    "pipeline", needs="misfits", right="Run this before you deploy; the collector would tell you at night."
) as expect:

    def finds(change: Callable[[Any], None], missing: set[str], idle: set[str], about: str) -> None:
        config = copy.deepcopy(collector)
        change(config)
        found = misfits(config)
        expect(
            isinstance(found, tuple) and len(found) == 2,
            "Return two sets: used and not defined, defined and not used.",
        )
        expect(set(found[0]) == missing, f"{about}: used and not defined is {missing or 'nothing'}, not {found[0]}.")
        expect(set(found[1]) == idle, f"{about}: defined and not used is {idle or 'nothing'}, not {found[1]}.")

    finds(lambda config: None, set(), set(), "The collector above")
    finds(lambda config: config["exporters"].pop("awsxray"), {"exporters/awsxray"}, set(), "Without its X-Ray exporter")
    finds(
        lambda config: config["service"]["pipelines"].pop("metrics"),
        set(),
        {"exporters/awsemf"},
        "Without the pipeline for metrics",
    )
    finds(
        lambda config: config.update(processors=None),
        {"processors/batch"},
        set(),
        "With `processors:` and nothing behind it",
    )
    finds(
        lambda config: config["service"]["pipelines"]["traces"].pop("processors"),
        set(),
        set(),
        "A pipeline may do without processors",
    )
    ### BEGIN HIDDEN TESTS
    finds(
        lambda config: config["service"]["pipelines"]["traces"].update(processors=None, receivers=[]),
        set(),
        set(),
        "A pipeline with `processors:` and nothing behind it",
    )
    finds(
        lambda config: config["receivers"].update({"batch": {}, "awsxray": {}}),
        set(),
        {"receivers/batch", "receivers/awsxray"},
        "A receiver with the name of a processor",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## From the X-Ray SDK to OpenTelemetry
#
# Since the SDKs and the daemon are in maintenance mode (25 February 2026), AWS recommends this move to everybody:
# OpenTelemetry's library in the code; an ADOT collector, the CloudWatch agent or X-Ray's OTLP endpoint in place of the
# daemon. Before, it was for those who wanted open APIs or several destinations at once. The words change:
#
# | X-Ray | OpenTelemetry |
# |---|---|
# | segment | span of kind `SERVER` |
# | subsegment | any other span |
# | annotation, metadata | attribute (those you name are indexed) |
# | trace id `1-4efaaf4d-1e8720b39541901950019ee5` | `4efaaf4d1e8720b39541901950019ee5` |
#
# OpenTelemetry's ids are random throughout. X-Ray takes them in its own form, and no longer asks that the first eight
# digits are a time.

# %%
in_xray = "1-4efaaf4d-1e8720b39541901950019ee5"
print(in_xray.removeprefix("1-").replace("-", ""))

# %% [markdown]
# ### Your turn: be the exporter
#
# Write `segment_of(span, indexed)`: it makes an X-Ray document of a span such as the one in the next cell.
#
# - `id`, `trace_id` in X-Ray's form, and `parent_id` if the span has a parent; times in seconds.
# - Kind `SERVER`: a segment with the name in `service`. Other kinds: `"type": "subsegment"`, with the span's `name`.
# - The attribute `http.response.status_code` goes to `http.response.status`. 4xx sets `error`, 429 `throttle` too,
#   5xx `fault`. A span with status `ERROR` and no such attribute has a `fault`.
# - Attributes in `indexed` become annotations, with `_` for each dot; all others go to `metadata`, under `default`.
#
# <details><summary>Hint</summary>
#
# Copy the attributes and `pop` the status first. `trace[:8]` and `trace[8:]` are the parts of the id; a nanosecond is
# a billionth of a second.
# </details>

# %% setup="spans"
SPAN = {
    "name": "POST /order",
    "service": "site",
    "kind": "SERVER",
    "trace": "4efaaf4d1e8720b39541901950019ee5",
    "id": "53995c3f42cd8ad8",
    "parent": None,
    "start_ns": 1_795_000_000_000_000_000,
    "end_ns": 1_795_000_000_250_000_000,
    "status": "UNSET",
    "attributes": {
        "http.response.status_code": 200,
        "order.boxes": 6,
        "url.path": "/order",
    },
}


# %% exercise="span"
def segment_of(span: dict[str, Any], indexed: set[str]) -> dict[str, Any]:
    """An X-Ray document of an OpenTelemetry span."""
    ### BEGIN SOLUTION
    attributes = dict(span["attributes"])
    status = attributes.pop("http.response.status_code", None)
    trace = span["trace"]
    is_server = span["kind"] == "SERVER"
    made: dict[str, Any] = {
        "id": span["id"],
        "trace_id": f"1-{trace[:8]}-{trace[8:]}",
        "name": span["service"] if is_server else span["name"],
        "start_time": span["start_ns"] / 1e9,
        "end_time": span["end_ns"] / 1e9,
        "annotations": {name.replace(".", "_"): value for name, value in attributes.items() if name in indexed},
        "metadata": {"default": {name: value for name, value in attributes.items() if name not in indexed}},
    }
    if span["parent"]:
        made["parent_id"] = span["parent"]
    if not is_server:
        made["type"] = "subsegment"
    if status is None:
        made["fault"] = span["status"] == "ERROR"
    else:
        made["http"] = {"response": {"status": status}}
        made["error"] = 400 <= status < 500
        made["throttle"] = status == 429
        made["fault"] = status >= 500
    return made
    ### END SOLUTION


# %% check="span" points=3
with check(
    "span", needs="segment_of", right="That is what ADOT's exporter does, whatever language wrote the span."
) as expect:

    def span_now(**more: Any) -> dict[str, Any]:
        start = int(lab.clock.now().timestamp()) * 1_000_000_000
        fresh = {"trace": secrets.token_hex(16), "id": secrets.token_hex(8)}
        return {**SPAN, **fresh, "start_ns": start, "end_ns": start + 250_000_000, **more}

    def sent(span: dict[str, Any], indexed: set[str]) -> dict[str, Any]:
        made = segment_of(copy.deepcopy(span), indexed)
        expect(isinstance(made, dict), "Return the document as a dictionary.")
        said = xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(made)])["UnprocessedTraceSegments"]
        expect(not said, f"X-Ray refuses the document: {said and said[0]['ErrorCode']}.")
        trace = f"1-{span['trace'][:8]}-{span['trace'][8:]}"
        expect.equal(made["trace_id"], trace, "The trace id in X-Ray's form")
        expect.equal(made["id"], span["id"], "The id")
        expect.equal(made.get("parent_id"), span["parent"], "parent_id")
        expect("parent_id" not in made or made["parent_id"], "A span without a parent gives no parent_id at all.")
        took = made["end_time"] - made["start_time"]
        expect(abs(took - 0.25) < 0.001, f"The span took 0.25 s, the document says {took:g}: count in seconds.")
        return made

    def flags(code: int | None, status: str, wanted: set[str]) -> None:
        attributes = {} if code is None else {"http.response.status_code": code}
        made = sent(span_now(status=status, attributes=attributes), set())
        found = {name for name in ("error", "throttle", "fault") if made.get(name)}
        about = f"Status code {code}, status {status}"
        expect(found == wanted, f"{about}: {wanted or 'no flag'} should be true; you have {found or 'none'}.")
        response = (made.get("http") or {}).get("response") or {}
        shown = response.get("status")
        expect(shown == code, f"{about}: http.response.status is {shown}.")
        expect(code is not None or "status" not in response, f"{about}: leave http.response.status out.")

    whole = sent(span_now(), {"order.boxes"})
    expect(whole["name"] == "site" and "type" not in whole, "A SERVER span is a segment with the name in `service`.")
    expect.equal(whole.get("annotations"), {"order_boxes": 6}, "The annotations, for indexed={'order.boxes'}")
    kept = (whole.get("metadata") or {}).get("default")
    expect.equal(kept, {"url.path": "/order"}, "metadata['default']")
    inner = sent(span_now(kind="CLIENT", name="pay", parent=secrets.token_hex(8)), set())
    expect(inner.get("type") == "subsegment", "A CLIENT span is a subsegment: it needs 'type': 'subsegment'.")
    expect(inner["name"] == "pay", "A subsegment has the name of the span, not of the service.")
    child = sent(span_now(parent=secrets.token_hex(8), attributes={"shop.order.boxes": 6}), {"shop.order.boxes"})
    expect("type" not in child, "A SERVER span with a parent is a segment all the same: its service was called.")
    expect.equal(child.get("annotations"), {"shop_order_boxes": 6}, "The annotations, for indexed={'shop.order.boxes'}")
    deep = sent(span_now(kind="INTERNAL", name="pack", parent=secrets.token_hex(8)), set())
    expect(deep.get("type") == "subsegment" and deep["name"] == "pack", "An INTERNAL span is a subsegment, too.")
    flags(200, "UNSET", set())
    flags(404, "ERROR", {"error"})
    flags(429, "UNSET", {"error", "throttle"})
    flags(503, "ERROR", {"fault"})
    flags(None, "ERROR", {"fault"})
    ### BEGIN HIDDEN TESTS
    flags(None, "OK", set())
    flags(500, "UNSET", {"fault"})
    two = {"order.boxes", "url.path"}
    expect.equal(sent(span_now(), two)["annotations"], {"order_boxes": 6, "url_path": "/order"}, "The annotations")
    out = sent(span_now(kind="PRODUCER", name="mail", parent=secrets.token_hex(8)), set())
    expect(out.get("type") == "subsegment" and out["name"] == "mail", "A PRODUCER span is a subsegment, too.")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On AWS this lesson stays within the free share. A forgotten debug rule of rate 1 would not.
#
# ## To remember
#
# - Recorded are as many requests a second as the reservoir holds, and the fixed rate of the rest; by default 1 and 5 %.
# - Rules are tried by priority, lowest number first; they live in X-Ray and change without a deployment.
# - The agent needs five actions: two to put, three about sampling. Reading is for others.
# - `GetTraceSummaries` finds, `BatchGetTraces` reads five traces at a time.
# - A central account: the agent assumes a role there, or CloudWatch links the accounts.
# - Beanstalk: `XRayEnabled`. ECS on EC2: one agent an instance or a side-car; Fargate: a side-car. The daemon hears UDP
#   2000; `AWS_XRAY_DAEMON_ADDRESS` says where.
# - You pay for traces recorded, retrieved or scanned; sampling is the lever.
# - OpenTelemetry is the way forward: a span is a segment or subsegment, the ids differ only in form.

# %% [markdown] question="debug-one-path"
# ### Question 1
#
# A service handles 500 requests a second under the default rule. A rare error shows only on `PUT /cart/*`. The team
# wants every such request traced for an hour, all others as before, without a deployment. What do they do?
#
# - [ ] **A** Raise the fixed rate of the default rule to 1.
#   > Then all 500 a second are recorded, and paid for.
# - [x] **B** Add a rule with a low priority number, method PUT, path `/cart/*` and rate 1, and delete it afterwards.
#   > It is tried first and fits those requests alone. Services fetch the rules by themselves.
# - [ ] **C** Add such a rule with priority 9,999, so that it counts more than the others.
#   > The lowest number is tried first; any rule of a lower number that fits these requests too would decide.
# - [ ] **D** Filter the traces with `http.url CONTAINS "/cart/"`.
#   > A filter finds what was recorded. Of these requests 95 % were not.

# %% answer="debug-one-path"
answer = "B"

# %% check="debug-one-path" points=1
question("debug-one-path", answer)

# %% [markdown] question="fargate-agent"
# ### Question 2
#
# Containers on Fargate are to send traces. Where does the agent run?
#
# - [ ] **A** As a service with the scheduling strategy DAEMON.
#   > That places one task on each instance; Fargate has no instances that you could place on.
# - [ ] **B** Nowhere: Fargate runs the daemon as Lambda does.
#   > Lambda does. On Fargate the agent is yours.
# - [x] **C** As a side-car container in each task.
#   > The containers of a task share a network interface, so the program reaches it at 127.0.0.1.
# - [ ] **D** On an EC2 instance in the same VPC, linked to the tasks.
#   > Links exist within a task in bridge mode, never across hosts.

# %% answer="fargate-agent"
answer = "C"

# %% check="fargate-agent" points=1
question("fargate-agent", answer)

# %% [markdown] question="beanstalk-no-traces"
# ### Question 3
#
# An Elastic Beanstalk environment (Python) has `XRayEnabled: true` and instrumented code. The daemon's log says
# "AccessDenied". What is missing?
#
# - [ ] **A** `xray:PutTraceSegments` for the user who deploys.
#   > Nobody's user sends traces here.
# - [x] **B** Rights to write to X-Ray on the environment's instance profile.
#   > The daemon runs on the instances and signs with their role.
# - [ ] **C** A side-car container.
#   > The platform brings the daemon and runs it on the instance.
# - [ ] **D** `xray:GetTraceSummaries` on the instance profile.
#   > That reads traces; the daemon writes them.

# %% answer="beanstalk-no-traces"
answer = "B"

# %% check="beanstalk-no-traces" points=1
question("beanstalk-no-traces", answer)

# %% [markdown] question="new-service"
# ### Question 4
#
# A team starts a new service. Its traces are to reach X-Ray and a tool of another vendor, and the team wants no library
# that only gets security fixes. What do they take?
#
# - [ ] **A** The X-Ray SDK, and a program that copies traces out with `BatchGetTraces`.
#   > The SDK is in maintenance mode, and the copy would be late and cost retrievals.
# - [ ] **B** The X-Ray SDK with two daemons.
#   > The daemon speaks to X-Ray alone.
# - [ ] **C** Log lines with a request id, joined by Logs Insights.
#   > Possible for one format in one place; it is what tracing saved us from.
# - [x] **D** OpenTelemetry's library and a collector with two exporters.
#   > One pipeline may name several exporters; the code knows neither destination.

# %% answer="new-service"
answer = "D"

# %% check="new-service" points=1
question("new-service", answer)

# %%
progress()
