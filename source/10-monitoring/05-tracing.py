# ---
# jupyter:
#   course:
#     exam:
#     - '4.1'
#     - '4.2'
#     - '4.3'
#     minutes: 75
#     practises:
#       connections:
#       - xray.service-map
#       - xray.answers
#       diagnose:
#       - xray.troubleshooting
#       - xray.lambda
#       find:
#       - xray.concepts
#       - xray.answers
#       hand-on:
#       - xray.integrations
#       - xray.tracing-model
#       mend:
#       - xray.segment-documents
#       send-trace:
#       - xray.tracing-model
#       - xray.segment-documents
#       slow-hop:
#       - xray.why
#       traced:
#       - xray.instrumentation
#       - xray.enable-sdk-daemon
#     services:
#     - xray
#     - lambda
#     - apigateway
#     title: One request through many services
#     topics:
#     - xray.why
#     - xray.answers
#     - xray.integrations
#     - xray.tracing-model
#     - xray.concepts
#     - xray.segment-documents
#     - xray.enable-sdk-daemon
#     - xray.instrumentation
#     - xray.lambda
#     - xray.troubleshooting
#     - xray.service-map
# ---

# %% [markdown]
# # One request through many services
#
# Larder sells boxes of groceries. An order passes a web site, a basket service and a payment service, each with its
# own team and its own logs. Customers say "it is slow", and every team says "not us". After this lesson you can follow
# one request through all of them with **AWS X-Ray**: see where its time went, find the requests that failed, and draw
# the map of who calls whom.

# %% setup="start"
import datetime as dt
import io
import json
import random
import re
import secrets
import time
import zipfile
from functools import wraps
from statistics import quantiles
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("10-monitoring/05-tracing")
lab.start()
xray = boto3.client("xray")
iam = boto3.client("iam")
functions = boto3.client("lambda")

# %% [markdown]
# ## Three teams, three logs
#
# Order `r-17` was slow. Here is what the three services wrote about it, and about two others.

# %% setup="logs"
site_log = """\
{"level": "info", "request": "r-16", "path": "/order", "ms": 412}
{"level": "info", "request": "r-17", "path": "/order", "ms": 2950}
{"level": "warn", "request": "r-18", "path": "/order", "ms": 388}
"""
basket_log = """\
2026-11-20 10:00:01 INFO  [r-16] order placed in 0.391 s
2026-11-20 10:00:02 INFO  [r-17] order placed in 2.910 s
2026-11-20 10:00:02 ERROR [r-18] order placed in 0.350 s
"""
pay_log = """\
time,duration_us,correlation,result
1795168801,250000,r-16,ok
1795168802,95000,r-17,ok
1795168803,240000,r-18,declined
"""
print(site_log, basket_log, pay_log, sep="\n")

# %% [markdown]
# The formats differ, even the units: milliseconds, seconds, microseconds. And each number contains the time of the
# services behind it: the site waits for the basket, the basket waits for the payment.
#
# ### Your turn: who is slow?
#
# Write `own_time(request)`. It reads the three logs and returns, in **milliseconds** and without the time spent
# waiting for the next service, what each service needed itself: `{"site": ..., "basket": ..., "pay": ...}`.
#
# <details><summary>Hint</summary>
#
# Find the total of each service first: `json.loads` for each line of the site's log, a regular expression for the
# basket's, `split(",")` for the payment's. Then subtract: site minus basket, basket minus pay.
# </details>


# %% exercise="slow-hop"
def own_time(request: str) -> dict[str, float]:
    """Milliseconds that each service needed itself for a request."""
    ### BEGIN SOLUTION
    site = next(line["ms"] for line in map(json.loads, site_log.splitlines()) if line["request"] == request)
    found = re.search(rf"\[{re.escape(request)}\].* in ([\d.]+) s", basket_log)
    assert found is not None
    basket = float(found[1]) * 1000
    rows = [row.split(",") for row in pay_log.splitlines()]
    pay = next(int(row[1]) / 1000 for row in rows if row[2] == request)
    return {"site": site - basket, "basket": basket - pay, "pay": pay}
    ### END SOLUTION


# %% check="slow-hop" points=2
with check("slow-hop", needs="own_time", right="Three parsers for one question. And tomorrow a fourth team.") as expect:

    def splits(request: str, wanted: dict[str, float]) -> None:
        found = own_time(request)
        expect(
            isinstance(found, dict) and set(found) == set(wanted),
            "Return a dictionary with the keys 'site', 'basket' and 'pay'.",
        )
        expect(
            abs(found["pay"] - wanted["pay"]) < 0.5,
            f"{request}: pay needed {wanted['pay']:g} ms, not {found['pay']:g}; its log counts microseconds, "
            "a thousand to the millisecond.",
        )
        for name in ("basket", "site"):
            expect(
                abs(found[name] - wanted[name]) < 0.5,
                f"{request}: {name} needed {wanted[name]:g} ms itself, not {found[name]:g}. "
                "Take off what it waited for the service behind it, and mind the units.",
            )

    splits("r-17", {"site": 40, "basket": 2815, "pay": 95})
    splits("r-18", {"site": 38, "basket": 110, "pay": 240})
    ### BEGIN HIDDEN TESTS
    splits("r-16", {"site": 21, "basket": 141, "pay": 250})
    ### END HIDDEN TESTS

# %% [markdown]
# It worked because somebody had passed the same id through all three services, and because each wrote it down. Without
# that, no log helps: clocks differ and requests overlap. The old way to debug, adding log lines and deploying again,
# reaches its end where a request leaves the process.
#
# **Distributed tracing** makes a habit of that id. Every service reports its part in one format to one place.
#
# ## A trace, made by hand
#
# X-Ray's words:
#
# - a **segment** is what one service reports about one request;
# - a **subsegment** is a step within it: a call of another service, a query, a piece of your code;
# - a **trace** is all segments with the same trace id.
#
# They are plain JSON. Usually a library writes them; here you do, to see what is in them.


# %% setup="ids"
def new_trace_id() -> str:
    """Version, time of the request in seconds (8 hex digits), and 24 random hex digits."""
    return f"1-{int(lab.clock.now().timestamp()):08x}-{secrets.token_hex(12)}"


def new_id() -> str:
    """An id for a segment or subsegment: 16 random hex digits."""
    return secrets.token_hex(8)


def frame(minutes: float = 30) -> dict[str, Any]:
    """The last minutes, as the reading calls want them."""
    now = lab.clock.now()
    return {"StartTime": now - dt.timedelta(minutes=minutes), "EndTime": now}


def documents(trace_id: str) -> list[dict[str, Any]]:
    """All documents of a trace, as Python."""
    traces = xray.batch_get_traces(TraceIds=[trace_id])["Traces"]
    return [json.loads(part["Document"]) for trace in traces for part in trace["Segments"]]


# %%
began = lab.clock.now().timestamp()
first: dict[str, Any] = {
    "trace_id": new_trace_id(),
    "id": new_id(),
    "name": "site",
    "start_time": began,
    "end_time": began + 0.412,
    "http": {
        "request": {"method": "POST", "url": "https://larder.example/order"},
        "response": {"status": 200},
    },
}
answer_of_xray = xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(first)])
print("refused:", answer_of_xray["UnprocessedTraceSegments"])
for one in xray.get_trace_summaries(**frame())["TraceSummaries"]:
    print(one["Id"], one["ResponseTime"], "s", one["Http"])

# %% [markdown]
# Mind what `put_trace_segments` does with a bad document: the call **succeeds**, and the document is listed in
# `UnprocessedTraceSegments`. Whoever does not look there loses traces without an error.

# %%
wrong: dict[str, dict[str, Any]] = {
    "an id of eight digits": {**first, "id": "1234abcd"},
    "no end": {name: value for name, value in first.items() if name != "end_time"},
    "a question mark in the name": {**first, "name": "order?"},
    "over 64 KB": {**first, "metadata": {"page": "x" * 65_536}},
}
for what, document in wrong.items():
    said = xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
    print(f"{what:<28}", said["UnprocessedTraceSegments"][0]["ErrorCode"])

# %% [markdown]
# Needed are `name`, `id`, `trace_id`, `start_time`, and `end_time` or `in_progress: true`. Times are **seconds** since
# 1970, with decimals. A document has at most 64 KB. A segment in progress is replaced by the complete one when that
# arrives; a trace may grow for seven days and is kept for thirty.
#
# > **Lab and AWS.** Not all error codes of refused documents are published. The lab uses AWS's names where they are
# > known and the same pattern elsewhere.
#
# ### Your turn: mend the reporter
#
# The stock team wrote `report(name, begin, seconds)`. It raises no error, and not one segment arrives. Mend it: each
# call sends one segment that began at `begin` (a `datetime`) and took `seconds`, in a trace that began then, and
# returns the trace id. Names may hold anything: replace each character that X-Ray refuses by `_`.
#
# <details><summary>Hint</summary>
#
# Print `UnprocessedTraceSegments` after each mend; it names one fault at a time. A trace id has three parts, an id 16
# digits. Allowed in names are letters, digits, spaces and `_ . : / % & # = + \ - @`.
# </details>


# %% exercise="mend" repair=true
def report(name: str, begin: dt.datetime, seconds: float) -> str:
    """Send one segment; return its trace id."""
    trace_id = f"{int(begin.timestamp()):08x}-{secrets.token_hex(12)}"
    document = {
        "trace_id": trace_id,
        "id": secrets.token_hex(4),
        "name": name,
        "start_time": str(begin),
        "duration": seconds * 1000,
    }
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
    return trace_id


### BEGIN SOLUTION
def report(name: str, begin: dt.datetime, seconds: float) -> str:
    """Send one segment; return its trace id."""
    start = begin.timestamp()
    trace_id = f"1-{int(start):08x}-{secrets.token_hex(12)}"
    document = {
        "trace_id": trace_id,
        "id": secrets.token_hex(8),
        "name": re.sub(r"[^\w\s.:/%&#=+\\\-@]", "_", name),
        "start_time": start,
        "end_time": start + seconds,
    }
    said = xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
    if refused := said["UnprocessedTraceSegments"]:
        raise RuntimeError(f"refused: {refused}")
    return trace_id


### END SOLUTION


# %% check="mend" points=2
with check(
    "mend", needs="report", right="A reporter that looks into UnprocessedTraceSegments tells you itself."
) as expect:

    def arrives(name: str, shown: str, ago: float, seconds: float) -> None:
        begin = lab.clock.now() - dt.timedelta(seconds=ago)
        before = len(lab.calls())
        trace_id = report(name, begin, seconds)
        sent = lab.calls()[before:].of("PutTraceSegments")
        expect(len(sent) > 0, "Nothing was sent: call xray.put_trace_segments.")
        try:
            found = documents(trace_id)
        except ClientError as error:
            found = []
            expect(False, f"The trace id {trace_id!r} is none: {error.response['Error']['Message']}")
        expect(
            len(found) == 1,
            f"{trace_id}: {len(found)} segments arrived. Print UnprocessedTraceSegments: it names what is wrong.",
        )
        kept = found[0]
        expect.equal(kept["name"], shown, "The name of the segment")
        expect(
            trace_id.split("-")[1] == f"{int(begin.timestamp()):08x}",
            "The middle of the trace id is the time of the request, `begin`, in seconds as 8 hex digits.",
        )
        early = begin.timestamp() - kept["start_time"]
        expect(
            abs(early) < 0.001,
            f"start_time lies {abs(early):g} s {'before' if early > 0 else 'after'} `begin`: it is the moment `begin` "
            "itself, in seconds since 1970 with decimals.",
        )
        expect("end_time" in kept, "The segment is over: give its end_time, not in_progress.")
        took = kept["end_time"] - kept["start_time"]
        expect(
            abs(took - seconds) < 0.001,
            f"The segment tells of {took:g} s, not {seconds:g}: X-Ray counts in seconds, from `begin` on.",
        )

    arrives("stock", "stock", 0, 0.25)
    arrives("stock?? (old!) 1+1=2", "stock__ _old__ 1+1=2", 2, 1.5)
    ### BEGIN HIDDEN TESTS
    arrives("Müller & Co: 100%", "Müller & Co: 100%", 60, 0.004)
    arrives("a*b!", "a_b_", 3, 12.0)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who called whom
#
# Two segments of one trace are tied by **`parent_id`**: the called service names the *subsegment* in which its caller
# made the call. A service that reports nothing, such as a DynamoDB table, is **inferred** from its caller's
# subsegment: `namespace` is `aws` for calls of AWS and `remote` for others.
#
# ### Your turn: an order from end to end
#
# Write `send_order_trace(site, basket, table)`: send a trace in which all begins now, and return its id. The three
# numbers are seconds.
#
# - Segment `site` takes `site` seconds. In it is a subsegment `basket`, namespace `remote`, of `basket` seconds.
# - Segment `basket` takes `basket` seconds, and that subsegment is its parent. In it is a subsegment `DynamoDB`,
#   namespace `aws`, of `table` seconds, with `"aws": {"operation": "PutItem", "table_name": "orders"}`.
#
# <details><summary>Hint</summary>
#
# Make the id of the subsegment `basket` first and use it twice: as its `id`, and as `parent_id` of the segment
# `basket`. Both segments share one `trace_id`. Subsegments go into the list `subsegments`.
# </details>


# %% exercise="send-trace"
def send_order_trace(site: float, basket: float, table: float) -> str:
    """Send the trace of one order; return its id."""
    ### BEGIN SOLUTION
    trace_id, call, start = new_trace_id(), new_id(), lab.clock.now().timestamp()

    def part(name: str, seconds: float, **more: Any) -> dict[str, Any]:
        made = {"id": new_id(), "name": name, "start_time": start}
        return {**made, "end_time": start + seconds, **more}

    called = part("basket", basket, id=call, namespace="remote")
    saved = {"operation": "PutItem", "table_name": "orders"}
    query = part("DynamoDB", table, namespace="aws", aws=saved)
    segments = [
        part("site", site, trace_id=trace_id, subsegments=[called]),
        part("basket", basket, trace_id=trace_id, parent_id=call, subsegments=[query]),
    ]
    reply = xray.put_trace_segments(
        TraceSegmentDocuments=[json.dumps(one) for one in segments],
    )
    if reply["UnprocessedTraceSegments"]:
        raise RuntimeError(reply["UnprocessedTraceSegments"])
    return trace_id
    ### END SOLUTION


# %% check="send-trace" points=3
with check(
    "send-trace",
    needs="send_order_trace",
    right="parent_id names the call, not the caller: a service may call another one many times.",
) as expect:

    def draws(site: float, basket: float, table: float) -> None:
        trace_id = send_order_trace(site, basket, table)
        expect(isinstance(trace_id, str), "Return the trace id, a text.")
        nodes = xray.get_trace_graph(TraceIds=[trace_id])["Services"]
        expect(len(nodes) > 0, "No segment of that trace arrived. Print UnprocessedTraceSegments: was all accepted?")
        real: dict[str, Any] = {one["Name"]: one for one in nodes if one.get("Type") != "client"}
        by_number = {one["ReferenceId"]: one["Name"] for one in nodes}
        roots = sorted(name for name, one in real.items() if one.get("Root"))
        expect(roots == ["site"], f"The trace begins with {', '.join(roots) or 'nothing'}; it should with site alone.")
        expect("basket" in real, "There is no segment 'basket'.")
        twice = [one for one in nodes if one["Name"] == "basket" and one.get("Type") == "remote"]
        expect(
            not twice,
            "basket is on the map twice: once as a segment, once inferred from site's subsegment. The segment's "
            "parent_id must be the id of that subsegment.",
        )
        called = {by_number[edge["ReferenceId"]] for edge in real["site"]["Edges"]}
        expect(called == {"basket"}, f"site calls {', '.join(sorted(called)) or 'nobody'}; it should call basket.")
        expect(
            "orders" in real and real["orders"].get("Type") == "AWS::DynamoDB::Table",
            "The table 'orders' was not inferred: basket's subsegment needs namespace 'aws', the name 'DynamoDB', and "
            "the table's name in `aws`.",
        )
        asked = {by_number[edge["ReferenceId"]] for edge in real["basket"]["Edges"]}
        expect(asked == {"orders"}, "The table is called by basket: put its subsegment into basket's segment.")
        for name, seconds in (("site", site), ("basket", basket), ("orders", table)):
            took = real[name]["SummaryStatistics"]["TotalResponseTime"]
            expect(abs(took - seconds) < 0.002, f"{name} took {took:g} s by the trace; it should be {seconds:g}.")
        steps: dict[str, dict[str, Any]] = {}
        for part in documents(trace_id):
            apart = [part] if part.get("type") == "subsegment" else []
            steps |= {one["name"]: one for one in [*apart, *part.get("subsegments", [])]}
        for name, namespace, seconds in (("basket", "remote", basket), ("DynamoDB", "aws", table)):
            step = steps.get(name, {})
            expect(
                step.get("namespace") == namespace,
                f"The namespace of the subsegment {name} is {step.get('namespace')!r}, not {namespace!r}.",
            )
            took = step["end_time"] - step["start_time"]
            expect(abs(took - seconds) < 0.002, f"The subsegment {name} takes {took:g} s; it should be {seconds:g}.")
        about = {"operation": "PutItem", "table_name": "orders"}
        expect.equal(steps["DynamoDB"].get("aws"), about, "`aws` in the subsegment DynamoDB")

    draws(0.9, 0.7, 0.2)
    ### BEGIN HIDDEN TESTS
    draws(2.5, 2.25, 1.75)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Half an hour of orders
#
# The next cell plays half an hour of orders, with a dice whose throws are fixed. Some cards are declined (status
# 402). Sometimes `pay` is broken (503); then the basket writes "pay on delivery" and the customer notices nothing. A
# mail goes out later, when the customer has the answer already.
#
# Segments carry two kinds of notes. **Annotations** are indexed: you can search by them, up to 50 in a trace.
# **Metadata** can be anything; you can read it in the trace, and not search it.


# %% setup="orders"
def play_orders(seed: int, number: int = 60) -> dict[str, dict[str, Any]]:
    """Send the traces of half an hour; return what happened, by trace id."""
    dice, now, played = random.Random(seed), lab.clock.now().timestamp(), {}
    for _ in range(number):
        start = now - dice.uniform(60, 1500)
        trace_id = f"1-{int(start):08x}-{secrets.token_hex(12)}"
        status = dice.choices([200, 402, 503], [75, 13, 12])[0]
        pay = dice.uniform(0.7, 1.4) if dice.random() < 0.2 else dice.uniform(0.05, 0.3)
        table = dice.uniform(0.7, 0.9) if dice.random() < 0.1 else dice.uniform(0.02, 0.08)
        basket = pay + table + dice.uniform(0.02, 0.1)
        site = basket + dice.uniform(0.02, 0.1)
        told = 402 if status == 402 else 200
        order = {"customer": dice.choice(["Ada", "Grace", "Alan", "Mary"])}
        order["boxes"] = dice.randint(1, 9)
        ids = [new_id() for _ in range(6)]

        def part(place: int, name: str, begin: float, seconds: float, **more: Any) -> Any:
            times = {"start_time": begin, "end_time": begin + seconds}
            return {"id": ids[place], "name": name, **times, **more}

        def http(code: int) -> dict[str, Any]:
            flag = "fault" if code >= 500 else "error"
            marked = {flag: True} if code >= 400 else {}
            return {"http": {"response": {"status": code}}, **marked}

        web = {"method": "POST", "url": "https://larder.example/order"}
        in_ecs: dict[str, Any] = {"trace_id": trace_id, "origin": "AWS::ECS::Container"}
        call = part(1, "basket", start, basket, namespace="remote", **http(told))
        charge = part(3, "pay", start + table, pay, namespace="remote", **http(status))
        save = part(4, "DynamoDB", start, table, namespace="aws", aws={"table_name": "orders"})
        first = part(0, "site", start, site, user=order["customer"].lower(), **in_ecs)
        first |= {"subsegments": [call], **http(told), "annotations": order}
        first["http"] = {"request": web, **first["http"]}
        first["metadata"] = {"basket": {"voucher": "SPRING"}}
        sent = [
            first,
            part(2, "basket", start, basket, parent_id=ids[1], **in_ecs, **http(told)),
            part(5, "pay", start + table, pay, trace_id=trace_id, parent_id=ids[3], **http(status)),
        ]
        sent[1]["subsegments"] = [save, charge]
        mail = dice.random() < 0.5
        if mail:
            later = {"trace_id": trace_id, "parent_id": ids[0], "id": new_id(), "name": "mail"}
            sent.append({**later, "start_time": start + site, "end_time": start + site + 2})
        answer = xray.put_trace_segments(
            TraceSegmentDocuments=[json.dumps(one) for one in sent],
        )
        assert not answer["UnprocessedTraceSegments"]
        played[trace_id] = {**order, "status": told, "pay_status": status, "site": site}
        played[trace_id] |= {"pay": pay, "mail": mail}
    return played


def matching(expression: str, minutes: float = 30, within: dict[str, Any] | None = None) -> set[str]:
    """The ids of the traces of the last minutes, or `within` a time frame, that match a filter expression."""
    times = within or frame(minutes)
    pages = xray.get_paginator("get_trace_summaries").paginate(**times, FilterExpression=expression)
    return {one["Id"] for page in pages for one in page["TraceSummaries"]}


# %%
lab.clock.advance(hours=1)
happened = play_orders(seed=7)
that_half_hour = frame()
slowest = max(happened, key=lambda one: happened[one]["site"])
rows = []
parts = sorted(documents(slowest), key=lambda one: one["start_time"])
zero = min(one["start_time"] for one in parts)


def bar(one: dict[str, Any], row: str, kind: str) -> tuple[str, float, float, str, str]:
    begin, end = one["start_time"] - zero, one["end_time"] - zero
    return row, round(begin, 3), round(end, 3), f"{(end - begin) * 1000:.0f} ms", kind


for one in parts:
    if one["name"] != "mail":
        rows.append(bar(one, one["name"], "segment"))
        rows += [
            bar(inner, f"  {one['name']} calls {inner['name']}", "subsegment") for inner in one.get("subsegments", [])
        ]
charts.gantt(
    rows,
    kinds={"segment": "work", "subsegment": "wait"},
    headline="Three fifths of the slowest order's wait are spent in pay, a third in the table",
    label="since the request arrived",
    source="the trace of one order in the lab",
)

# %% [markdown]
# That picture is what a trace is for: one glance, and the teams know whose turn it is. X-Ray's page of a trace shows
# the same bars.
#
# ## Find the traces that matter
#
# Nobody reads sixty traces. `get_trace_summaries` takes a **filter expression**:
#
# | expression | finds traces |
# |---|---|
# | `ok`, `error`, `fault`, `throttle` | that ended with status 2xx, 4xx, 5xx, 429 |
# | `responsetime > 1`, `duration > 1` | whose client waited, or whose last part ended, after more than a second |
# | `annotation[shop] = 7` (also `annotation.shop`) | with that annotation |
# | `service("stock") { throttle }` | in which the service `stock` was asked too often, whatever the client saw |
# | `edge("site", "stock") { error }` | in which that call went wrong |
#
# Join them with `AND` and `OR`, turn them round with `!`. Text stands in double quotation marks. **Outside** of
# `service` and `edge` a word such as `fault` is about the trace as its client saw it.

# %%
for expression in ("ok", "error", "fault", "service() { fault }", 'user = "ada"', "duration > 2"):
    print(f"{expression:<22} {len(matching(expression)):>3} of {len(happened)}")
print(f"{'voucher (metadata)':<22} {len(matching('annotation.voucher')):>3}")

# %% [markdown]
# ### Your turn: five searches
#
# Write the filter expression for each.
#
# <details><summary>Hint</summary>
#
# `error` and `fault` by themselves look at what the *customer* got. For a service's own result use
# `service("...") { ... }`, for a call between two of them `edge("...", "...") { ... }`. The mail goes out after the
# answer: it counts for `duration` and not for `responsetime`.
# </details>

# %% exercise="find"
searches = {
    "all orders of the customer Ada": None,
    "orders for which the customer waited longer than one second": None,
    "orders in which the service pay had a fault": None,
    "orders of more than 5 boxes that the customer saw fail with a 4xx": None,
    "orders in which basket's call of pay took longer than 0.7 s and went well": None,
}
### BEGIN SOLUTION
expressions = [
    'annotation[customer] = "Ada"',
    "responsetime > 1",
    'service("pay") { fault }',
    "annotation[boxes] > 5 AND error",
    'edge("basket", "pay") { responsetime > 0.7 AND ok }',
]
searches = dict(zip(searches, expressions, strict=True))  # type: ignore[arg-type]
### END SOLUTION

# %% check="find" points=3
with check(
    "find",
    needs="searches",
    right="You found the faults that no customer saw. They are the ones that surprise you later.",
) as expect:
    expect(isinstance(searches, dict) and len(searches) == 5, "Keep `searches` a dictionary with its five questions.")
    expect.not_tried(not any(searches.values()))
    truths = [
        ("Ada", lambda one: one["customer"] == "Ada", "The customer is an annotation of that name; text is quoted."),
        ("waited", lambda one: one["site"] > 1, "What the customer waits is the response time; duration has the mail."),
        ("had a fault", lambda one: one["pay_status"] == 503, 'The site hid those faults: look at service("pay").'),
        (
            "5 boxes",
            lambda one: one["boxes"] > 5 and one["status"] == 402,
            "Two conditions, joined with AND; a 4xx is an error, a 5xx a fault.",
        ),
        (
            "basket's call",
            lambda one: one["pay"] > 0.7 and one["pay_status"] == 200,
            "It is about the edge from basket to pay, both conditions within its braces.",
        ),
    ]

    def finds(seed: int) -> None:
        lab.clock.advance(hours=1)
        played = play_orders(seed)
        now = lab.clock.now().timestamp()
        lost: dict[str, Any] = {"trace_id": new_trace_id(), "id": new_id(), "name": "mail", "fault": True}
        lost |= {"start_time": now - 90, "end_time": now - 89.9}  # a newsletter that failed, no order
        xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(lost)])
        for words, fits, advice in truths:
            question_ = next((one for one in searches if words in one), "")
            expression = searches.get(question_)
            expect(isinstance(expression, str), f"'{question_ or words}' has no expression yet: write a text.")
            try:
                found = matching(str(expression))
            except ClientError as error:
                expect(False, f"{expression}: {error.response['Error']['Message']}")
            wanted = {name for name, one in played.items() if fits(one)}
            expect(
                found == wanted,
                f"{expression} finds {len(found)} traces, {len(found - wanted)} of them wrong, and misses "
                f"{len(wanted - found)} for '{question_}'. {advice}",
            )

    finds(3)
    ### BEGIN HIDDEN TESTS
    finds(2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What X-Ray answers
#
# Where is the bottleneck? Who depends on whom? Which service fails, and which customers notice? Do we keep our promise
# of answering within a second? Where are we throttled? All of it comes from the same segments.

# %%
times: dict[str, list[float]] = {}
for trace_id in happened:
    for one in documents(trace_id):
        if one["name"] != "mail":
            took = (one["end_time"] - one["start_time"]) * 1000
            times.setdefault(one["name"], []).append(took)
spread = {}
for name, all_of_it in times.items():
    hundredths = quantiles(all_of_it, n=100, method="inclusive")
    spread[name] = {"half are faster than": hundredths[49], "99 % are faster than": hundredths[98]}
unlucky = {happened[one]["customer"] for one in matching("error", within=that_half_hour)}
print("customers who saw an error:", ", ".join(sorted(unlucky)))
charts.compare(
    spread,
    headline="The median looks fine; an unlucky customer waits about five times as long",
    unit="ms",
    label="time in the service, with what it waits for",
    source=f"{len(happened)} orders played in the lab",
)

# %% [markdown]
# ## The header that travels
#
# How does the next service learn the trace id? By an HTTP header:
#
# `X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`
#
# `Root` is the trace, `Parent` the caller's subsegment, `Sampled` the decision whether to record this trace at all:
# the first service decides, all others obey. `?` or nothing means: not decided yet.
#
# %%
arriving = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
print("trace   ", arriving[5:40])
print("began   ", dt.datetime.fromtimestamp(int(arriving[7:15], 16), dt.UTC))

# %% [markdown]
# | service | what it does |
# |---|---|
# | ELB | adds the header, sends no segment |
# | API Gateway (REST) | decides by your sampling rules, sends a segment for the stage |
# | Lambda | decides by itself if nobody has, sends a segment of the service and one of your function |
# | ECS, EC2, Beanstalk, your own servers | what your instrumented code and its agent send |
#
# ### Your turn: hand it on
#
# Write `hand_on(header, own_id, decision)`. It gives the header for the next service:
#
# - the same `Root`; without one (the header is `""`) a trace that begins now: `new_trace_id()`;
# - `own_id` as `Parent`;
# - the caller's `Sampled` if it was `0` or `1`, else `decision` (`True` or `False`).
#
# The order of fields is free, there may be others (`Self`, `Lineage`), and spaces after the semicolon.
#
# <details><summary>Hint</summary>
#
# `dict(part.strip().split("=", 1) for part in header.split(";") if part)` makes a dictionary of it.
# </details>


# %% exercise="hand-on"
def hand_on(header: str, own_id: str, decision: bool) -> str:
    """The tracing header for the next service."""
    ### BEGIN SOLUTION
    fields = {}
    for field in header.split(";"):
        name, _, value = field.strip().partition("=")
        fields[name] = value
    root = fields.get("Root") or new_trace_id()
    sampled = fields.get("Sampled")
    if sampled not in ("0", "1"):
        sampled = "1" if decision else "0"
    return f"Root={root};Parent={own_id};Sampled={sampled}"
    ### END SOLUTION


# %% check="hand-on" points=2
with check("hand-on", needs="hand_on", right="One decision for the whole trace: no trace with holes.") as expect:

    def fields_of(header: str) -> dict[str, str]:
        return dict(part.strip().partition("=")[::2] for part in str(header).split(";") if part.strip())

    def passes(header: str, decision: bool, root: str, sampled: str) -> None:
        own_id = new_id()
        given = hand_on(header, own_id, decision)
        expect(isinstance(given, str), "Return the header, a text.")
        found = fields_of(given)
        about = f"After {header!r} with decision={decision}"
        if root:
            expect(found.get("Root") == root, f"{about}: Root is {found.get('Root')}, another trace than the caller's.")
        else:
            new = found.get("Root", "")
            expect(
                re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", new) is not None,
                f"{about}: a trace begins here, but Root is {new!r}. Make it with new_trace_id().",
            )
        expect(
            found.get("Parent") == own_id,
            f"{about}: Parent is {found.get('Parent')}; for the next service you are the parent, with own_id.",
        )
        expect(
            found.get("Sampled") == sampled,
            f"{about}: Sampled is {found.get('Sampled')}; it should be {sampled}. Who comes first decides.",
        )

    one = new_trace_id()
    passes(f"Root={one};Parent={new_id()};Sampled=1", False, one, "1")
    passes(f"Root={one};Parent={new_id()};Sampled=0", True, one, "0")
    passes(f"Sampled=?; Root={one}", True, one, "1")
    passes("", False, "", "0")
    ### BEGIN HIDDEN TESTS
    other = new_trace_id()
    passes(f"Self=1-67891234-12456789abcdef012345678;Root={other}", False, other, "0")
    passes(f"Root={other};Lineage=1:a87bd80c:0;Sampled=0", True, other, "0")
    passes("", True, "", "1")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Instrumenting: let a library write the segments
#
# **Instrumentation** makes code report by itself: a library opens a segment when a request comes in, wraps your AWS,
# HTTP and SQL clients in subsegments, and closes the segment with the status. In web frameworks that is a middleware:
# Express opened one with `AWSXRay.express.openSegment('site')` before the routes and closed it after them.
#
# The classic set has two parts: the **X-Ray SDK** in your program (Java, Python, Go, Node.js, .NET, Ruby) and the
# **X-Ray daemon** beside it. The SDK throws each segment at the daemon over UDP, port 2000, and forgets it; your
# request never waits for tracing. The daemon collects and calls `PutTraceSegments` about once a second. Lambda runs
# the daemon for you. Elsewhere you do, and the role of the machine or task needs the right to write.

# %%
datagram = b'{"format": "json", "version": 1}\n' + json.dumps(first).encode()
queue = [datagram, datagram.replace(first["id"].encode(), new_id().encode()), b"noise"]
batch = []
for packet in queue:
    head, _, body = packet.partition(b"\n")
    if b'"format"' in head:
        batch.append(body.decode())
print(f"{len(queue)} datagrams, {len(batch)} segments, 1 call of PutTraceSegments")
print(f"the daemon listens on UDP port {facts.limit('x-ray', 'daemon-port')}")

# %% [markdown]
# > **Then and now.** Since 25 February 2026 the X-Ray SDKs and the daemon are in **maintenance mode**: security fixes
# > only. (One page of AWS named 25 February 2027 as the end of support; the newer timeline names no end.) X-Ray itself
# > goes on. For new code AWS recommends **OpenTelemetry** with a collector or the CloudWatch agent; the next lesson
# > makes that move. Segments, annotations, sampling and the map stay.

# %% setup="open-parts"
open_parts: list[dict[str, Any]] = []  # the parts that are open; the innermost is the last

# %% [markdown]
# ### Your turn: a tiny recorder
#
# Write the decorator `traced(name)`. A decorated function works as before, and each call of it reports:
#
# - the outermost call becomes a segment in a new trace, and is sent when it ends;
# - a decorated function called within another becomes a subsegment of that one, however deep;
# - if a function raises, its part gets `"fault": True` and the exception goes on; the part is closed all the same.
#
# Use the list `open_parts` to know which part is the innermost. `time.time()` is the lab's time.
#
# <details><summary>Hint</summary>
#
# In the wrapper: make the part, with a `trace_id` only if `open_parts` is empty; append it; `try` the function; in
# `finally` set `end_time` and take it off the list. Then either append it to `open_parts[-1]["subsegments"]`, or send.
# </details>


# %% exercise="traced"
def traced(name: str):
    """Make each call of a function report to X-Ray."""

    def decorate(function):
        ### BEGIN SOLUTION
        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            part: dict[str, Any] = {"id": new_id(), "name": name, "start_time": time.time()}
            part["subsegments"] = []
            if not open_parts:
                part["trace_id"] = new_trace_id()
            open_parts.append(part)
            try:
                return function(*args, **kwargs)
            except Exception:
                part["fault"] = True
                raise
            finally:
                part["end_time"] = time.time()
                open_parts.pop()
                if open_parts:
                    open_parts[-1]["subsegments"].append(part)
                else:
                    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(part)])

        return wrapper
        ### END SOLUTION

    return decorate


# %% check="traced" points=3
with check(
    "traced", needs="traced", right="That is the heart of every tracing library: a stack of open parts."
) as expect:
    decorated = traced("probe")(lambda: 1)
    expect.not_tried(decorated is None)

    def newest() -> dict[str, Any]:
        ids = [one["Id"] for one in xray.get_trace_summaries(**frame(5))["TraceSummaries"]]
        kept = [part for one in ids for part in documents(one)]
        expect(
            len(kept) == 1,
            f"One outermost call sent {len(kept)} documents. Send the segment alone, once, when it ends; "
            "subsegments travel inside.",
        )
        return kept[0]

    def works(top: str, inner: str, deep: str) -> None:
        lab.clock.advance(hours=1)
        open_parts.clear()

        @traced(deep)
        def pay(amount: int, *, card: str) -> str:
            lab.clock.advance(seconds=0.3)
            if card == "bad":
                raise ValueError("declined")
            return f"paid {amount} by {card}"

        @traced(inner)
        def basket(card: str) -> str:
            lab.clock.advance(seconds=0.2)
            return pay(7, card=card)

        @traced(top)
        def site(card: str) -> str:
            try:
                return basket(card)
            except ValueError:
                return "pay on delivery"

        expect(site("good") == "paid 7 by good", "A decorated function must return what it returned before.")
        segment = newest()
        expect(segment["name"] == top, f"The segment is called {segment['name']!r}, not {top!r}.")
        lower = segment.get("subsegments", [])
        names = [one["name"] for one in lower]
        expect(names == [inner], f"Within {top} there should be the subsegment {inner}; found {names}.")
        names = [one["name"] for one in lower[0].get("subsegments", [])]
        expect(names == [deep], f"Within {inner} there should be the subsegment {deep}; found {names}.")
        took = segment["end_time"] - segment["start_time"]
        expect(0.45 < took < 5, f"The calls took half a second, the segment says {took:.2f} s.")
        expect(not segment.get("fault"), "Nothing failed, and the segment says fault.")
        lab.clock.advance(hours=1)
        try:
            site("bad")
        except ValueError:
            expect(False, "site caught the exception of pay, and yet it came out. Raise only what the function raises.")
        segment = newest()
        middle = segment["subsegments"][0]
        last = middle.get("subsegments", [{}])[0]
        expect(last.get("fault") is True, f"{deep} raised; its part needs 'fault': True.")
        expect(middle.get("fault") is True, f"{inner} let the exception pass; its part needs 'fault': True.")
        expect(not segment.get("fault"), f"{top} dealt with the exception and answered; it had no fault.")
        expect(not open_parts, "After an exception a part stayed open. Close it in `finally`.")

    works("site", "basket", "pay")
    ### BEGIN HIDDEN TESTS
    works("a", "b", "c")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Tracing a Lambda function
#
# Three things: **active tracing** (`TracingConfig`, mode `Active`), the **permission** `xray:PutTraceSegments` on the
# execution role (managed policy `AWSXRayDaemonWriteAccess`), and **instrumented code** if you want to look inside.
# Lambda makes the segments; your code adds subsegments. It finds its place in the variable `_X_AMZN_TRACE_ID`.


# %% setup="functions"
PLAIN = """
def handler(event, context):
    return {"statusCode": 200, "body": "ordered"}
"""
# What a tracing library would do for you: one subsegment for one call of AWS.
INSTRUMENTED = """
import json, os, secrets, time
import boto3

def handler(event, context):
    header = os.environ["_X_AMZN_TRACE_ID"]
    trace = dict(part.split("=", 1) for part in header.split(";"))
    begin = time.time()
    boto3.client("dynamodb").list_tables()
    part = {
        "type": "subsegment", "id": secrets.token_hex(8), "trace_id": trace["Root"],
        "parent_id": trace["Parent"], "name": "DynamoDB", "namespace": "aws",
        "start_time": begin, "end_time": time.time(), "aws": {"operation": "ListTables"},
    }
    if trace["Sampled"] == "1":
        boto3.client("xray").put_trace_segments(TraceSegmentDocuments=[json.dumps(part)])
    return {"statusCode": 200, "body": header}
"""
SEND = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]


def new_role(actions: list[str], path: str = "/") -> str:
    """A role for Lambda that may do this; returns its ARN."""
    service = {"Service": "lambda.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}
    name = lab.unique_name("larder-role")
    role = iam.create_role(
        RoleName=name,
        Path=path,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]
    allow = {"Effect": "Allow", "Action": [*actions, "dynamodb:ListTables"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=document)
    return role["Arn"]


def new_function(code: str, mode: str, role: str) -> str:
    """A Lambda function; returns its name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", code)
    settings: Any = {"TracingConfig": {"Mode": mode}, "Timeout": 10, "Role": role}
    return functions.create_function(
        FunctionName=lab.unique_name("larder"),
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
        **settings,
    )["FunctionName"]


# %%
ordering = new_function(INSTRUMENTED, "Active", new_role(SEND))
answered = json.loads(functions.invoke(FunctionName=ordering)["Payload"].read())
print("_X_AMZN_TRACE_ID =", answered["body"])
found_trace = answered["body"].split(";")[0].removeprefix("Root=")
for one in documents(found_trace):
    inside = [step["name"] for step in one.get("subsegments", [])]
    print(f"{one.get('origin', one.get('type')):<22} {one['name']:<18} {inside or ''}")

# %% [markdown]
# Two segments bear the function's name: one of the Lambda *service* (type `AWS::Lambda`) and one of your *function*
# (`AWS::Lambda::Function`). The cold start is the step `Initialization`. Two more variables belong to the SDK:
# `AWS_XRAY_DAEMON_ADDRESS` (where to send) and `AWS_XRAY_CONTEXT_MISSING` (what to do outside of a trace:
# `LOG_ERROR` by default).
#
# Lambda records one request a second and five percent of the others; you cannot change that for a function. If API
# Gateway or another traced service stands in front, its decision counts.
#
# > **Lab and AWS.** In the lab the function sends its subsegment to the API itself; a library would hand it to the
# > daemon. AWS refuses mode `Active` (`InvalidParameterValueException`) when the role may not send yet, so give the
# > permission first; the lab accepts it and drops the traces. Asynchronous invocations begin a new trace in the lab.

# %%
lab.clock.advance(seconds=2)
for _ in range(21):
    functions.invoke(FunctionName=ordering)
kept = len(matching(f'service("{ordering}")', minutes=0.5))
print(f"of 21 invocations {kept} are recorded: one in each second, and every 20th of the others")

# %% [markdown]
# ## When no traces arrive
#
# | where | look at |
# |---|---|
# | EC2, ECS, on premises | does the daemon or collector run, and may its **role** write to X-Ray? |
# | Lambda | active tracing on? permission on the execution role? tracing library in the code? |
# | anywhere | is the request sampled at all? |
#
# The managed policies are `AWSXRayDaemonWriteAccess` and the older `AWSXrayWriteOnlyAccess`.
#
# ### Your turn: what is missing?
#
# Write `diagnose(name)` for a function. It returns the first that is missing, in this order:
#
# - `"tracing"`: active tracing is off;
# - `"permission"`: the execution role may not `xray:PutTraceSegments`, by whatever policy;
# - `"code"`: invoked, its trace holds no subsegment that the code has sent;
# - `"nothing"`: all is well.
#
# <details><summary>Hint</summary>
#
# `get_function_configuration` has the mode and the role. `iam.simulate_principal_policy` decides over all policies of a
# role (`EvaluationResults[0]["EvalDecision"]` is `"allowed"` or not). After an `invoke` look for the trace with
# `matching(f'service("{name}")')`; in its `documents` what the code sent has the type `subsegment`.
# </details>


# %% exercise="diagnose"
def diagnose(name: str) -> str:
    """The first thing that a function lacks for useful traces."""
    ### BEGIN SOLUTION
    config = functions.get_function_configuration(FunctionName=name)
    if config.get("TracingConfig", {}).get("Mode") != "Active":
        return "tracing"
    decision = iam.simulate_principal_policy(
        PolicySourceArn=config["Role"],
        ActionNames=["xray:PutTraceSegments"],
    )["EvaluationResults"][0]["EvalDecision"]
    if decision != "allowed":
        return "permission"
    functions.invoke(FunctionName=name)
    sent = [one for trace in matching(f'service("{name}")') for one in documents(trace)]
    return "nothing" if any(one.get("type") == "subsegment" for one in sent) else "code"
    ### END SOLUTION


# %% check="diagnose" points=3
with check(
    "diagnose", needs="diagnose", right="Switch, permission, code: in this order you find it in a minute."
) as expect:

    def finds_out(
        code: str, mode: str, actions: list[str], wanted: str, why: str, path: str = "/", managed: str = ""
    ) -> None:
        role = new_role(actions, path)
        if managed:
            policy = f"arn:aws:iam::aws:policy/{managed}"
            iam.attach_role_policy(RoleName=role.rpartition("/")[2], PolicyArn=policy)
        name = new_function(code, mode, role)
        lab.clock.advance(seconds=2)
        said = diagnose(name)
        has = f"has the managed policy {managed}" if managed else f"may {', '.join(actions) or 'nothing of X-Ray'}"
        expect(
            said == wanted,
            f"For a function with mode {mode}, whose role {has}, you said {said!r}. It is {wanted!r}: {why}",
        )

    lab.clock.advance(hours=1)  # the last minutes hold no other traces
    finds_out(PLAIN, "PassThrough", [], "tracing", "look at the mode in TracingConfig first.")
    finds_out(PLAIN, "Active", ["xray:PutTelemetryRecords"], "permission", "it may not xray:PutTraceSegments.")
    finds_out(PLAIN, "Active", SEND, "code", "its code sends no subsegment; Lambda's own steps do not count.")
    finds_out(INSTRUMENTED, "Active", SEND, "nothing", "it is switched on, allowed, and its code reports.")
    writer = "AWSXRayDaemonWriteAccess"
    finds_out(INSTRUMENTED, "Active", [], "nothing", "a managed policy allows it, too.", managed=writer)
    ### BEGIN HIDDEN TESTS
    finds_out(INSTRUMENTED, "PassThrough", SEND, "tracing", "the mode is PassThrough.")
    finds_out(INSTRUMENTED, "Active", ["xray:Get*"], "permission", "it may only read.", "/shop/")
    finds_out(INSTRUMENTED, "Active", ["xray:*"], "nothing", "a wildcard allows it, too.", "/shop/")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The map
#
# From all segments X-Ray draws the **service map**, in the console as CloudWatch's *trace map*: a node for each
# service, with its mean time and its share of errors and faults, an arrow for each call. People who read no code read
# this. `get_service_graph` gives it as data: nodes with a `ReferenceId`, and edges with the number of the other end.

# %%
lab.clock.advance(hours=1)
played_last = play_orders(seed=11)
services = xray.get_service_graph(**frame())["Services"]
for node in services:
    ends = [edge["ReferenceId"] for edge in node["Edges"]]
    print(node["ReferenceId"], f"{node['Name']:<8} {node.get('Type', '-'):<22} calls {ends}")

# %% [markdown]
# The node of type `client` stands for whoever called first. `orders` is inferred. In the statistics an **error** is a
# 4xx, of which **throttles** (429) are a part, and a **fault** is a 5xx.
#
# ### Your turn: read the map
#
# Write `connections(services)`. For each edge between two services, without the client, give
# `(caller, callee): {"calls": ..., "mean_ms": ..., "faults": ...}`, where `faults` is the share of the calls that
# ended with a fault, between 0 and 1.
#
# <details><summary>Hint</summary>
#
# First a dictionary from `ReferenceId` to name. An edge's `SummaryStatistics` hold `TotalCount`, `TotalResponseTime` in
# seconds, and `FaultStatistics`.
# </details>


# %% exercise="connections"
def connections(services: list[Any]) -> dict[tuple[str, str], dict[str, float]]:
    """Calls, mean milliseconds and share of faults for each connection."""
    ### BEGIN SOLUTION
    names = {node["ReferenceId"]: node["Name"] for node in services}
    found = {}
    for node in services:
        if node.get("Type") == "client":
            continue
        for edge in node["Edges"]:
            counted = edge["SummaryStatistics"]
            calls = counted["TotalCount"]
            found[node["Name"], names[edge["ReferenceId"]]] = {
                "calls": calls,
                "mean_ms": counted["TotalResponseTime"] / calls * 1000,
                "faults": counted["FaultStatistics"]["TotalCount"] / calls,
            }
    return found
    ### END SOLUTION


# %% check="connections" points=2
with check(
    "connections", needs="connections", right="The picture below is drawn from exactly these numbers."
) as expect:

    def refund() -> None:
        """Send a trace in which stock calls pay, too, and fails after three seconds."""
        now, call = lab.clock.now().timestamp(), new_id()
        asking: dict[str, Any] = {"id": call, "name": "pay", "namespace": "remote", "fault": True}
        asking |= {"start_time": now - 63, "end_time": now - 60}
        both: dict[str, Any] = {"trace_id": new_trace_id(), "start_time": now - 63, "end_time": now - 60}
        stock = {**both, "id": new_id(), "name": "stock", "subsegments": [asking]}
        paying = {**both, "id": new_id(), "name": "pay", "parent_id": call, "fault": True}
        xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(stock), json.dumps(paying)])

    def reads(seed: int, number: int) -> None:
        lab.clock.advance(hours=1)
        played = play_orders(seed, number)
        refund()
        found = connections(xray.get_service_graph(**frame())["Services"])
        expect(isinstance(found, dict), "Return a dictionary.")
        expect(
            ("site", "site") not in found,
            "('site', 'site') is the client, who bears the name of what it called. Leave out nodes of type 'client'.",
        )
        mails = any(one["mail"] for one in played.values())
        wanted = {("site", "basket"), ("basket", "pay"), ("basket", "orders"), ("stock", "pay")}
        wanted |= {("site", "mail")} if mails else set()
        expect(set(found) == wanted, f"The connections are {sorted(wanted)}; you have {sorted(found)}.")
        line = found["basket", "pay"]
        expect(set(line) == {"calls", "mean_ms", "faults"}, "Each connection needs calls, mean_ms and faults.")
        expect.equal(line["calls"], number, "The number of calls from basket to pay (stock calls pay, too)")
        faults = sum(one["pay_status"] == 503 for one in played.values()) / number
        expect(
            abs(line["faults"] - faults) < 0.001,
            f"{faults:.1%} of basket's calls of pay ended with a fault (a 5xx); you say {line['faults']:.1%}. A "
            "declined card is an error (4xx), not a fault, and a share lies between 0 and 1.",
        )
        mean = sum(one["pay"] for one in played.values()) / number * 1000
        expect(
            abs(line["mean_ms"] - mean) < 2,
            f"A call of pay took {mean:.0f} ms on average, not {line['mean_ms']:g}. TotalResponseTime is the sum of "
            "all calls, in seconds.",
        )

    reads(21, 20)
    ### BEGIN HIDDEN TESTS
    reads(22, 7)
    ### END HIDDEN TESTS

# %%
arrows = []
numbers = {node["ReferenceId"]: node for node in services}
for node in services:
    for edge in node["Edges"]:
        sums = edge["SummaryStatistics"]
        bad = sums["FaultStatistics"]["TotalCount"] / sums["TotalCount"]
        mean = sums["TotalResponseTime"] / sums["TotalCount"] * 1000
        start_name = "customers" if node.get("Type") == "client" else node["Name"]
        label = f"{mean:,.0f} ms, {bad:.0%} faults"
        arrows.append((start_name, numbers[edge["ReferenceId"]]["Name"], label))
charts.flow(
    arrows,
    kinds={"site": "compute", "basket": "compute", "pay": "compute", "orders": "database"},
    highlight=["pay"],
    direction="right",
    headline="Every fault begins in pay; the customers of site see none of them",
    source=f"service graph of {len(played_last)} orders in the lab",
)

# %% [markdown]
# > **Bill.** On AWS this lesson would stay within the free traces of a month.
#
# ## To remember
#
# - A trace is all segments with one trace id; a segment is one service's report, a subsegment a step within it.
# - `PutTraceSegments` succeeds even when it refuses documents: read `UnprocessedTraceSegments`.
# - A called service names the caller's subsegment as `parent_id`; services that report nothing are inferred.
# - Annotations are searchable (50 a trace), metadata is not.
# - `fault` alone looks at what the client saw; `service("pay") { fault }` finds what was hidden from the client.
# - Error is 4xx, throttle 429, fault 5xx; response time is the client's wait, duration lasts until everything is done.
# - The header `X-Amzn-Trace-Id` carries Root, Parent and Sampled; the first service decides, ELB only adds the header.
# - For Lambda: active tracing, permission on the execution role, instrumented code. SDK and daemon are in maintenance:
#   new code uses OpenTelemetry.

# %% [markdown] question="support-search"
# ### Question 1
#
# Support wants to find the traces of one customer by the customer's number. Developers already store it with each
# segment, as metadata. The search finds nothing. What should they change?
#
# - [ ] **A** Raise the sampling rate to 100 %.
#   > More traces, and none of them searchable by the number.
# - [x] **B** Record the number as an annotation.
#   > Annotations are indexed for filter expressions; metadata is only shown once you have the trace.
# - [ ] **C** Put the number into the name of the segment.
#   > Names are nodes of the map: you would get one node for each customer.
# - [ ] **D** Encrypt the traces with a key of their own in KMS.
#   > That protects what is stored. Search stays as it was.

# %% answer="support-search"
answer = "B"

# %% check="support-search" points=1
question("support-search", answer)

# %% [markdown] question="quiet-lambda"
# ### Question 2
#
# A function has active tracing and its traces arrive, each with the two segments of Lambda. Its calls to DynamoDB do
# not appear. What is missing?
#
# - [ ] **A** The permission `xray:PutTraceSegments` on the execution role.
#   > Without it no segment at all would arrive.
# - [ ] **B** The X-Ray daemon, which has to be put into the function's package.
#   > Lambda runs it for you.
# - [x] **C** Instrumentation: a tracing library in the code (X-Ray SDK or, for new code, OpenTelemetry).
#   > Lambda reports what it sees from outside. Calls from within have to be recorded by wrapped clients.
# - [ ] **D** A trace policy on the table.
#   > DynamoDB sends no segments; it is inferred from the caller's subsegment.

# %% answer="quiet-lambda"
answer = "C"

# %% check="quiet-lambda" points=1
question("quiet-lambda", answer)

# %% [markdown] question="hidden-faults"
# ### Question 3
#
# A front end answers with a cached price whenever the price service fails, so all requests end with status 200. Which
# filter expression finds the requests in which the price service failed?
#
# - [ ] **A** `fault`
#   > It asks about the answer that the client got, and that was a 200.
# - [ ] **B** `http.status = 500`
#   > The status of the trace is the status of its first service, again 200.
# - [ ] **C** `annotation.price = "fault"`
#   > Only if somebody records such an annotation; X-Ray does not.
# - [x] **D** `service("price") { fault }`
#   > What stands in braces is about the segments of that node.

# %% answer="hidden-faults"
answer = "D"

# %% check="hidden-faults" points=1
question("hidden-faults", answer)

# %% [markdown] question="daemon-on-ec2"
# ### Question 4
#
# A Java application with the X-Ray SDK works on a developer's laptop, where the daemon runs with her access key. On an
# EC2 instance the same application sends no traces. The daemon runs there. What is the likeliest cause?
#
# - [ ] **A** Active tracing is off for the instance.
#   > That is a switch of Lambda and API Gateway. EC2 has none.
# - [x] **B** The instance's role may not write to X-Ray.
#   > The daemon signs with the credentials it finds: on the laptop a user's key, on EC2 the instance profile.
# - [ ] **C** The security group has to let UDP port 2000 in from the internet.
#   > The SDK talks to the daemon on the same machine; nothing comes in from outside.
# - [ ] **D** The load balancer does not send segments.
#   > True and harmless: it only adds the header.

# %% answer="daemon-on-ec2"
answer = "B"

# %% check="daemon-on-ec2" points=1
question("daemon-on-ec2", answer)

# %%
progress()
