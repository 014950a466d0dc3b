# %% [markdown]
# Answers to 10-monitoring/05-tracing: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="slow-hop"
def own_time(request):
    total = {}
    for line in site_log.strip().split("\n"):
        if f'"{request}"' in line:
            total["site"] = json.loads(line)["ms"]
    for line in basket_log.strip().split("\n"):
        if f"[{request}]" in line:
            total["basket"] = float(line.split()[-2]) * 1000
    for line in pay_log.strip().split("\n")[1:]:
        cells = line.split(",")
        if cells[2] == request:
            total["pay"] = int(cells[1]) / 1000
    return {
        "site": total["site"] - total["basket"],
        "basket": total["basket"] - total["pay"],
        "pay": total["pay"],
    }


# %% wrong="slow-hop" says="waited for the service behind it"
def own_time(request):
    site = next(json.loads(one)["ms"] for one in site_log.splitlines() if request in one)
    basket = float(re.search(rf"\[{request}\].* in ([\d.]+)", basket_log)[1]) * 1000
    pay = next(int(one.split(",")[1]) / 1000 for one in pay_log.splitlines() if request in one)
    return {"site": site, "basket": basket, "pay": pay}


# %% wrong="slow-hop" says="microseconds"
def own_time(request):
    site = next(json.loads(one)["ms"] for one in site_log.splitlines() if request in one)
    basket = float(re.search(rf"\[{request}\].* in ([\d.]+)", basket_log)[1]) * 1000
    pay = next(int(one.split(",")[1]) for one in pay_log.splitlines() if request in one)
    return {"site": site - basket, "basket": basket - pay, "pay": pay}


# %% wrong="slow-hop" says="keys 'site'"
def own_time(request):
    return "basket"


# %% wrong="slow-hop" says="r-18"
def own_time(request):
    return {"site": 40, "basket": 2815, "pay": 95}


# %% right="mend"
def report(name, begin, seconds):
    allowed = set(" _.:/%&#=+\\-@")
    clean = "".join(one if one.isalnum() or one in allowed else "_" for one in name)
    trace_id = "-".join(["1", format(int(begin.timestamp()), "08x"), secrets.token_hex(12)])
    end = (begin + dt.timedelta(seconds=seconds)).timestamp()
    boto3.client("xray").put_trace_segments(
        TraceSegmentDocuments=[
            json.dumps(
                {
                    "name": clean,
                    "id": secrets.token_hex(8),
                    "trace_id": trace_id,
                    "start_time": begin.timestamp(),
                    "end_time": end,
                }
            )
        ]
    )
    return trace_id


# %% wrong="mend" says="segments arrived"
def report(name, begin, seconds):
    trace_id = f"1-{int(begin.timestamp()):08x}-{secrets.token_hex(12)}"
    start = begin.timestamp()
    document = {"trace_id": trace_id, "id": secrets.token_hex(8), "name": name}
    document |= {"start_time": start, "end_time": start + seconds}
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
    return trace_id


# %% wrong="mend" says="X-Ray counts in seconds"
def report(name, begin, seconds):
    trace_id = f"1-{int(begin.timestamp()):08x}-{secrets.token_hex(12)}"
    start = begin.timestamp()
    document = {"trace_id": trace_id, "id": secrets.token_hex(8), "name": re.sub(r"[^\w .]", "_", name)}
    document |= {"start_time": start, "end_time": start + seconds * 1000}
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
    return trace_id


# %% wrong="mend" says="The name of the segment"
def report(name, begin, seconds):
    trace_id = f"1-{int(begin.timestamp()):08x}-{secrets.token_hex(12)}"
    start = begin.timestamp()
    clean = re.sub(r"[^A-Za-z0-9]", "", name)
    document = {"trace_id": trace_id, "id": secrets.token_hex(8), "name": clean}
    document |= {"start_time": start, "end_time": start + seconds}
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
    return trace_id


# %% wrong="mend" says="The name of the segment"
def report(name, begin, seconds):
    trace_id = f"1-{int(begin.timestamp()):08x}-{secrets.token_hex(12)}"
    start = begin.timestamp()
    clean = re.sub(r"[^\w .:/%&#=+\\@-]+", "_", name)  # one underscore for several characters
    document = {"trace_id": trace_id, "id": secrets.token_hex(8), "name": clean}
    document |= {"start_time": start, "end_time": start + seconds}
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
    return trace_id


# %% wrong="mend" says="after `begin`"
def report(name, begin, seconds):
    trace_id = f"1-{int(begin.timestamp()):08x}-{secrets.token_hex(12)}"
    start = lab.clock.now().timestamp()
    clean = re.sub(r"[^\w .:/%&#=+\\@-]", "_", name)
    document = {"trace_id": trace_id, "id": secrets.token_hex(8), "name": clean}
    document |= {"start_time": start, "end_time": start + seconds}
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
    return trace_id


# %% right="send-trace"
def send_order_trace(site, basket, table):
    now = time.time()
    trace, call = new_trace_id(), new_id()
    xray.put_trace_segments(
        TraceSegmentDocuments=[
            json.dumps(
                {
                    "id": new_id(),
                    "trace_id": trace,
                    "name": "basket",
                    "parent_id": call,
                    "start_time": now,
                    "end_time": now + basket,
                    "subsegments": [
                        {
                            "id": new_id(),
                            "name": "DynamoDB",
                            "namespace": "aws",
                            "start_time": now,
                            "end_time": now + table,
                            "aws": {"operation": "PutItem", "table_name": "orders"},
                        }
                    ],
                }
            )
        ]
    )
    whole = {"id": new_id(), "trace_id": trace, "name": "site", "start_time": now, "end_time": now + site}
    inner = {"id": call, "name": "basket", "namespace": "remote", "start_time": now, "end_time": now + basket}
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps({**whole, "subsegments": [inner]})])
    return trace


# %% wrong="send-trace" says="on the map twice"
def send_order_trace(site, basket, table):
    now, trace, top = time.time(), new_trace_id(), new_id()

    def part(name, seconds, **more):
        return {"id": new_id(), "name": name, "start_time": now, "end_time": now + seconds, **more}

    call = part("basket", basket, namespace="remote")
    query = part("DynamoDB", table, namespace="aws", aws={"table_name": "orders"})
    site_segment = {**part("site", site, trace_id=trace, subsegments=[call]), "id": top}
    other = part("basket", basket, trace_id=trace, parent_id=top, subsegments=[query])
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(site_segment), json.dumps(other)])
    return trace


# %% wrong="send-trace" says="was not inferred"
def send_order_trace(site, basket, table):
    now, trace, call = time.time(), new_trace_id(), new_id()

    def part(name, seconds, **more):
        return {"id": new_id(), "name": name, "start_time": now, "end_time": now + seconds, **more}

    inner = {**part("basket", basket, namespace="remote"), "id": call}
    query = part("DynamoDB", table)
    documents_ = [
        part("site", site, trace_id=trace, subsegments=[inner]),
        part("basket", basket, trace_id=trace, parent_id=call, subsegments=[query]),
    ]
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(one) for one in documents_])
    return trace


# %% wrong="send-trace" says="site alone"
def send_order_trace(site, basket, table):
    now, trace = time.time(), new_trace_id()

    def part(name, seconds, **more):
        return {"id": new_id(), "name": name, "start_time": now, "end_time": now + seconds, **more}

    query = part("DynamoDB", table, namespace="aws", aws={"table_name": "orders"})
    documents_ = [
        part("site", site, trace_id=trace),
        part("basket", basket, trace_id=new_trace_id(), subsegments=[query]),
        part("basket", basket, trace_id=trace, subsegments=[query]),
    ]
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(one) for one in documents_])
    return trace


# %% right="send-trace"
def send_order_trace(site, basket, table):
    now, trace = time.time(), new_trace_id()
    top, call, called = new_id(), new_id(), new_id()

    def part(name, seconds, **more):
        return json.dumps({"trace_id": trace, "name": name, "start_time": now, "end_time": now + seconds, **more})

    about = {"operation": "PutItem", "table_name": "orders"}
    sent = [
        part("site", site, id=top),
        part("basket", basket, id=call, type="subsegment", parent_id=top, namespace="remote"),
        part("basket", basket, id=called, parent_id=call),
        part("DynamoDB", table, id=new_id(), type="subsegment", parent_id=called, namespace="aws", aws=about),
    ]
    xray.put_trace_segments(TraceSegmentDocuments=sent)
    return trace


# %% wrong="send-trace" says="The namespace of the subsegment basket"
def send_order_trace(site, basket, table):
    now, trace, call = time.time(), new_trace_id(), new_id()

    def part(name, seconds, **more):
        return {"id": new_id(), "name": name, "start_time": now, "end_time": now + seconds, **more}

    query = part("DynamoDB", table, namespace="aws", aws={"operation": "PutItem", "table_name": "orders"})
    documents_ = [
        part("site", site, trace_id=trace, subsegments=[{**part("basket", basket), "id": call}]),
        part("basket", basket, trace_id=trace, parent_id=call, subsegments=[query]),
    ]
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(one) for one in documents_])
    return trace


# %% right="find"
searches = {
    "all orders of the customer Ada": 'user = "ada"',
    "orders for which the customer waited longer than one second": 'service("site") { responsetime > 1 }',
    "orders in which the service pay had a fault": 'service("pay") { http.status >= 500 }',
    "orders of more than 5 boxes that the customer saw fail with a 4xx": "error and annotation.boxes >= 6",
    "orders in which basket's call of pay took longer than 0.7 s and went well": (
        'edge("basket", "pay") { ok responseTime > 0.7 }'
    ),
}

# %% wrong="find" says="The site hid those faults"
searches = {
    "all orders of the customer Ada": 'annotation.customer = "Ada"',
    "orders for which the customer waited longer than one second": "responsetime > 1",
    "orders in which the service pay had a fault": "fault",
    "orders of more than 5 boxes that the customer saw fail with a 4xx": "annotation.boxes > 5 AND error",
    "orders in which basket's call of pay took longer than 0.7 s and went well": (
        'edge("basket", "pay") { ok AND responsetime > 0.7 }'
    ),
}

# %% wrong="find" says="duration has the mail"
searches = {
    "all orders of the customer Ada": 'annotation.customer = "Ada"',
    "orders for which the customer waited longer than one second": "duration > 1",
    "orders in which the service pay had a fault": 'service("pay") { fault }',
    "orders of more than 5 boxes that the customer saw fail with a 4xx": "annotation.boxes > 5 AND error",
    "orders in which basket's call of pay took longer than 0.7 s and went well": (
        'edge("basket", "pay") { ok AND responsetime > 0.7 }'
    ),
}

# %% wrong="find" says="within its braces"
searches = {
    "all orders of the customer Ada": 'annotation.customer = "Ada"',
    "orders for which the customer waited longer than one second": "responsetime > 1",
    "orders in which the service pay had a fault": 'service("pay") { fault }',
    "orders of more than 5 boxes that the customer saw fail with a 4xx": "annotation.boxes > 5 AND error",
    "orders in which basket's call of pay took longer than 0.7 s and went well": (
        'edge("basket", "pay") { ok } AND responsetime > 0.7'
    ),
}

# %% wrong="find" says="quotation marks"
searches = {
    "all orders of the customer Ada": "annotation.customer = Ada",
    "orders for which the customer waited longer than one second": "responsetime > 1",
    "orders in which the service pay had a fault": 'service("pay") { fault }',
    "orders of more than 5 boxes that the customer saw fail with a 4xx": "annotation.boxes > 5 AND error",
    "orders in which basket's call of pay took longer than 0.7 s and went well": 'edge("basket", "pay") { ok }',
}

# %% wrong="find" says="within its braces"
searches = {
    "all orders of the customer Ada": 'annotation.customer = "Ada"',
    "orders for which the customer waited longer than one second": "responsetime > 1",
    "orders in which the service pay had a fault": 'service("pay") { fault }',
    "orders of more than 5 boxes that the customer saw fail with a 4xx": "annotation.boxes > 5 AND error",
    "orders in which basket's call of pay took longer than 0.7 s and went well": (
        'edge("basket", "pay") { responsetime > 0.7 } AND ok'
    ),
}

# %% wrong="find" says="The site hid those faults"
searches = {
    "all orders of the customer Ada": 'annotation.customer = "Ada"',
    "orders for which the customer waited longer than one second": "responsetime > 1",
    "orders in which the service pay had a fault": "service() { fault }",
    "orders of more than 5 boxes that the customer saw fail with a 4xx": "annotation.boxes > 5 AND error",
    "orders in which basket's call of pay took longer than 0.7 s and went well": (
        'edge("basket", "pay") { ok AND responsetime > 0.7 }'
    ),
}


# %% right="hand-on"
def hand_on(header, own_id, decision):
    root = re.search(r"Root=([^;\s]+)", header)
    decided = re.search(r"Sampled=([01])", header)
    fields = [
        f"Sampled={decided[1] if decided else int(decision)}",
        f"Parent={own_id}",
        f"Root={root[1] if root else new_trace_id()}",
    ]
    return "; ".join(fields)


# %% wrong="hand-on" says="you are the parent"
def hand_on(header, own_id, decision):
    return header or f"Root={new_trace_id()};Parent={own_id};Sampled={int(decision)}"


# %% wrong="hand-on" says="Who comes first decides"
def hand_on(header, own_id, decision):
    root = re.search(r"Root=([^;\s]+)", header)
    return f"Root={root[1] if root else new_trace_id()};Parent={own_id};Sampled={int(decision)}"


# %% wrong="hand-on" says="another trace than the caller's"
def hand_on(header, own_id, decision):
    decided = re.search(r"Sampled=([01])", header)
    return f"Root={new_trace_id()};Parent={own_id};Sampled={decided[1] if decided else int(decision)}"


# %% right="traced"
def traced(name):
    def decorate(function):
        def wrapper(*args, **kwargs):
            part = {"name": name, "id": new_id(), "start_time": lab.clock.now().timestamp()}
            if open_parts:
                open_parts[-1].setdefault("subsegments", []).append(part)
            else:
                part["trace_id"] = new_trace_id()
            open_parts.append(part)
            try:
                result = function(*args, **kwargs)
            except BaseException as error:
                part["fault"] = True
                part["cause"] = {"exceptions": [{"id": new_id(), "message": str(error)}]}
                raise
            finally:
                part["end_time"] = lab.clock.now().timestamp()
                open_parts.remove(part)
                if not open_parts:
                    boto3.client("xray").put_trace_segments(TraceSegmentDocuments=[json.dumps(part)])
            return result

        return wrapper

    return decorate


# %% wrong="traced" says="subsegments travel inside"
def traced(name):
    def decorate(function):
        def wrapper(*args, **kwargs):
            part = {"name": name, "id": new_id(), "start_time": time.time(), "trace_id": new_trace_id()}
            try:
                return function(*args, **kwargs)
            finally:
                part["end_time"] = time.time()
                xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(part)])

        return wrapper

    return decorate


# %% wrong="traced" says="return what it returned"
def traced(name):
    def decorate(function):
        def wrapper(*args, **kwargs):
            function(*args, **kwargs)

        return wrapper

    return decorate


# %% wrong="traced" says="needs 'fault'"
def traced(name):
    def decorate(function):
        def wrapper(*args, **kwargs):
            part = {"name": name, "id": new_id(), "start_time": time.time(), "subsegments": []}
            if not open_parts:
                part["trace_id"] = new_trace_id()
            open_parts.append(part)
            try:
                return function(*args, **kwargs)
            finally:
                part["end_time"] = time.time()
                open_parts.pop()
                if open_parts:
                    open_parts[-1]["subsegments"].append(part)
                else:
                    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(part)])

        return wrapper

    return decorate


# %% right="diagnose"
def diagnose(name):
    function = functions.get_function(FunctionName=name)["Configuration"]
    if function["TracingConfig"]["Mode"] == "PassThrough":
        return "tracing"
    role = function["Role"]
    said = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["xray:PutTraceSegments"])
    if not all(one["EvalDecision"] == "allowed" for one in said["EvaluationResults"]):
        return "permission"
    functions.invoke(FunctionName=name)
    for summary in xray.get_trace_summaries(**frame())["TraceSummaries"]:
        parts = documents(summary["Id"])
        if any(part["name"] == name for part in parts) and any("type" in part for part in parts):
            return "nothing"
    return "code"


# %% wrong="diagnose" says="may not xray:PutTraceSegments"
def diagnose(name):
    config = functions.get_function_configuration(FunctionName=name)
    if config["TracingConfig"]["Mode"] != "Active":
        return "tracing"
    role = config["Role"].split("/")[-1]
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        if "xray:" in json.dumps(document):
            functions.invoke(FunctionName=name)
            found = [one for trace in matching(f'service("{name}")') for one in documents(trace)]
            return "nothing" if any("type" in one for one in found) else "code"
    return "permission"


# %% wrong="diagnose" says="sends no subsegment"
def diagnose(name):
    config = functions.get_function_configuration(FunctionName=name)
    if config["TracingConfig"]["Mode"] != "Active":
        return "tracing"
    functions.invoke(FunctionName=name)
    return "nothing" if matching(f'service("{name}")') else "permission"


# %% wrong="diagnose" says="look at the mode"
def diagnose(name):
    config = functions.get_function_configuration(FunctionName=name)
    decision = iam.simulate_principal_policy(PolicySourceArn=config["Role"], ActionNames=["xray:PutTraceSegments"])[
        "EvaluationResults"
    ][0]["EvalDecision"]
    return "nothing" if decision == "allowed" else "permission"


# %% wrong="diagnose" says="a managed policy allows it"
def diagnose(name):
    config = functions.get_function_configuration(FunctionName=name)
    if config["TracingConfig"]["Mode"] != "Active":
        return "tracing"
    role = config["Role"].split("/")[-1]
    allowed = []
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        for one in iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]:
            allowed += one["Action"]
    if not {"xray:PutTraceSegments", "xray:*"} & set(allowed):
        return "permission"
    functions.invoke(FunctionName=name)
    found = [one for trace in matching(f'service("{name}")') for one in documents(trace)]
    return "nothing" if any(one.get("type") == "subsegment" for one in found) else "code"


# %% right="connections"
def connections(services):
    by_number = {one["ReferenceId"]: one for one in services}
    return {
        (one["Name"], by_number[edge["ReferenceId"]]["Name"]): {
            "calls": edge["SummaryStatistics"]["TotalCount"],
            "mean_ms": 1000
            * sum(line["Value"] * line["Count"] for line in edge["ResponseTimeHistogram"])
            / edge["SummaryStatistics"]["TotalCount"],
            "faults": edge["SummaryStatistics"]["FaultStatistics"]["TotalCount"]
            / edge["SummaryStatistics"]["TotalCount"],
        }
        for one in services
        if one.get("Type") != "client"
        for edge in one["Edges"]
    }


# %% wrong="connections" says="Leave out nodes of type 'client'"
def connections(services):
    names = {one["ReferenceId"]: one["Name"] for one in services}
    found = {}
    for one in services:
        for edge in one["Edges"]:
            sums = edge["SummaryStatistics"]
            found[one["Name"], names[edge["ReferenceId"]]] = {
                "calls": sums["TotalCount"],
                "mean_ms": sums["TotalResponseTime"] / sums["TotalCount"] * 1000,
                "faults": sums["FaultStatistics"]["TotalCount"] / sums["TotalCount"],
            }
    return found


# %% wrong="connections" says="is an error (4xx), not a fault"
def connections(services):
    names = {one["ReferenceId"]: one["Name"] for one in services}
    found = {}
    for one in services:
        for edge in one["Edges"] if one.get("Type") != "client" else []:
            sums = edge["SummaryStatistics"]
            found[one["Name"], names[edge["ReferenceId"]]] = {
                "calls": sums["TotalCount"],
                "mean_ms": sums["TotalResponseTime"] / sums["TotalCount"] * 1000,
                "faults": 1 - sums["OkCount"] / sums["TotalCount"],
            }
    return found


# %% wrong="connections" says="TotalResponseTime is the sum"
def connections(services):
    names = {one["ReferenceId"]: one["Name"] for one in services}
    found = {}
    for one in services:
        for edge in one["Edges"] if one.get("Type") != "client" else []:
            sums = edge["SummaryStatistics"]
            found[one["Name"], names[edge["ReferenceId"]]] = {
                "calls": sums["TotalCount"],
                "mean_ms": sums["TotalResponseTime"],
                "faults": sums["FaultStatistics"]["TotalCount"] / sums["TotalCount"],
            }
    return found


# %% wrong="connections" says="stock calls pay, too"
def connections(services):
    by_number = {one["ReferenceId"]: one for one in services}
    found = {}
    for one in services:
        for edge in one["Edges"] if one.get("Type") != "client" else []:
            called = by_number[edge["ReferenceId"]]
            sums = called["SummaryStatistics"]  # all calls of the service, whoever made them
            found[one["Name"], called["Name"]] = {
                "calls": sums["TotalCount"],
                "mean_ms": sums["TotalResponseTime"] / sums["TotalCount"] * 1000,
                "faults": sums["FaultStatistics"]["TotalCount"] / sums["TotalCount"],
            }
    return found
