# %% [markdown]
# Answers to 10-monitoring/06-tracing-in-practice: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.

# %% right="expect-traces"
expected = {
    "default rule, 1 request in two seconds": 0.5,
    "default rule, 21 requests a second": 2,
    "default rule, 101 requests a second": 6,
    "reservoir 10 and rate 0.1, 100 requests a second": 19,
    "reservoir 0 and rate 0.003, 2,000 requests a second": 6.0,
}

# %% wrong="expect-traces" says="not of all 100"
expected = {
    "default rule, 1 request in two seconds": 0.5,
    "default rule, 21 requests a second": 2,
    "default rule, 101 requests a second": 6,
    "reservoir 10 and rate 0.1, 100 requests a second": 20,
    "reservoir 0 and rate 0.003, 2,000 requests a second": 6,
}

# %% wrong="expect-traces" says="More than there are requests"
expected = {
    "default rule, 1 request in two seconds": 1,
    "default rule, 21 requests a second": 2,
    "default rule, 101 requests a second": 6,
    "reservoir 10 and rate 0.1, 100 requests a second": 19,
    "reservoir 0 and rate 0.003, 2,000 requests a second": 6,
}

# %% wrong="expect-traces" says="five percent of the other 20"
expected = {
    "default rule, 1 request in two seconds": 0.5,
    "default rule, 21 requests a second": 1.05,
    "default rule, 101 requests a second": 5.05,
    "reservoir 10 and rate 0.1, 100 requests a second": 19,
    "reservoir 0 and rate 0.003, 2,000 requests a second": 6,
}


# %% right="rule-for"
def rule_for(request):
    from fnmatch import fnmatch

    best = None
    for record in boto3.client("xray").get_sampling_rules()["SamplingRuleRecords"]:
        rule = record["SamplingRule"]
        fields = ["ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN"]
        if not all(fnmatch(request.get(name, ""), rule[name]) for name in fields):
            continue
        place = (rule["Priority"], rule["RuleName"])
        if best is None or place < best:
            best = place
    return best[1]


# %% wrong="rule-for" says="priority 1 comes first"
def rule_for(request):
    rules = [one["SamplingRule"] for one in xray.get_sampling_rules()["SamplingRuleRecords"]]
    for rule in sorted(rules, key=lambda one: -one["Priority"] if one["Priority"] < 10_000 else 0):
        if all(fnmatchcase(request.get(name, ""), rule[name]) for name in ANYTHING):
            return rule["RuleName"]


# %% wrong="rule-for" says="all its fields match"
def rule_for(request):
    rules = [one["SamplingRule"] for one in xray.get_sampling_rules()["SamplingRuleRecords"]]
    for rule in sorted(rules, key=lambda one: one["Priority"]):
        if all(rule[name] in ("*", request.get(name)) for name in ANYTHING):
            return rule["RuleName"]


# %% wrong="rule-for" says="the method is not PUT"
def rule_for(request):
    rules = [one["SamplingRule"] for one in xray.get_sampling_rules()["SamplingRuleRecords"]]
    for rule in sorted(rules, key=lambda one: one["Priority"]):
        named = [name for name in ANYTHING if rule[name] != "*"]
        if not named or any(fnmatchcase(request.get(name, ""), rule[name]) for name in named):
            return rule["RuleName"]


# %% wrong="rule-for" says="100 comes before 300"
def rule_for(request):
    rules = [one["SamplingRule"] for one in xray.get_sampling_rules()["SamplingRuleRecords"]]
    fitting = [one for one in rules if all(fnmatchcase(request.get(name, ""), one[name]) for name in ANYTHING)]
    return max(fitting, key=lambda one: sum(one[name] != "*" for name in ANYTHING))["RuleName"]


# %% wrong="rule-for" says="decides: the method is not PUT"
def rule_for(request):
    rules = [one["SamplingRule"] for one in xray.get_sampling_rules()["SamplingRuleRecords"]]
    for rule in sorted(rules, key=lambda one: (one["Priority"], one["RuleName"])):
        if all(fnmatchcase(value, rule[name]) for name, value in request.items()):
            return rule["RuleName"]


# %% wrong="rule-for" says="in front as well"
def rule_for(request):
    rules = [one["SamplingRule"] for one in xray.get_sampling_rules()["SamplingRuleRecords"]]
    for rule in sorted(rules, key=lambda one: (one["Priority"], one["RuleName"])):
        if all(request.get(name, "").startswith(rule[name].rstrip("*")) for name in ANYTHING):
            return rule["RuleName"]


# %% right="agent-policy"
agent_policy = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSampling*"],
                "Resource": ["*"],
            }
        ],
    }
)

# %% wrong="agent-policy" says="what must Resource be"
agent_policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSampling*"],
            "Resource": "arn:aws:xray:us-east-1:123456789012:trace/*",
        }
    ],
}

# %% wrong="agent-policy" says="more than uploading and sampling"
agent_policy = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["xray:Put*", "xray:Get*"], "Resource": "*"}],
}

# %% wrong="agent-policy" says="xray:PutEncryptionConfig: more than uploading"
agent_policy = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["xray:Put*", "xray:GetSampling*"], "Resource": "*"}],
}

# %% wrong="agent-policy" says="may not xray:GetSamplingRules"
agent_policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "Resource": "*",
        }
    ],
}


# %% right="read-back"
def broken_traces(start, end):
    found, token = {}, {}
    ids = []
    while True:
        page = xray.get_trace_summaries(
            StartTime=start, EndTime=end, FilterExpression="service() { http.status >= 500 OR fault }", **token
        )
        ids += [one["Id"] for one in page["TraceSummaries"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    while ids:
        five, ids = ids[:5], ids[5:]
        for trace in xray.batch_get_traces(TraceIds=five)["Traces"]:
            names = {json.loads(one["Document"])["name"] for one in trace["Segments"]}
            found[trace["Id"]] = sorted(names)
    return found


# %% wrong="read-back" says="A page holds only a part"
def broken_traces(start, end):
    page = xray.get_trace_summaries(StartTime=start, EndTime=end, FilterExpression="service() { fault }")
    ids = [one["Id"] for one in page["TraceSummaries"]]
    found = {}
    for first in range(0, len(ids), 5):
        for trace in xray.batch_get_traces(TraceIds=ids[first : first + 5])["Traces"]:
            found[trace["Id"]] = sorted(json.loads(one["Document"])["name"] for one in trace["Segments"])
    return found


# %% wrong="read-back" says="the site hides pay's faults"
def broken_traces(start, end):
    pages = xray.get_paginator("get_trace_summaries").paginate(StartTime=start, EndTime=end, FilterExpression="fault")
    ids = [one["Id"] for page in pages for one in page["TraceSummaries"]]
    found = {}
    for first in range(0, len(ids), 5):
        for trace in xray.batch_get_traces(TraceIds=ids[first : first + 5])["Traces"]:
            found[trace["Id"]] = sorted(json.loads(one["Document"])["name"] for one in trace["Segments"])
    return found


# %% wrong="read-back" says="five at a time need"
def broken_traces(start, end):
    pages = xray.get_paginator("get_trace_summaries").paginate(
        StartTime=start, EndTime=end, FilterExpression="service() { fault }"
    )
    found = {}
    for page in pages:
        for one in page["TraceSummaries"]:
            trace = xray.batch_get_traces(TraceIds=[one["Id"]])["Traces"][0]
            found[trace["Id"]] = sorted(json.loads(part["Document"])["name"] for part in trace["Segments"])
    return found


# %% wrong="read-back" says="a table that sends none"
def broken_traces(start, end):
    pages = xray.get_paginator("get_trace_summaries").paginate(
        StartTime=start, EndTime=end, FilterExpression="service() { fault }"
    )
    return {
        one["Id"]: sorted({service["Name"] for service in one["ServiceIds"]})
        for page in pages
        for one in page["TraceSummaries"]
    }


# %% right="central"
def send_to(role_arn, documents):
    keys = boto3.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="larder-agent", DurationSeconds=900)[
        "Credentials"
    ]
    there = boto3.client(
        "xray",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    refused = 0
    for one in documents:
        refused += len(there.put_trace_segments(TraceSegmentDocuments=[one])["UnprocessedTraceSegments"])
    return refused


# %% wrong="central" says="in our own account"
def send_to(role_arn, documents):
    sts.assume_role(RoleArn=role_arn, RoleSessionName="larder-agent")
    return len(xray.put_trace_segments(TraceSegmentDocuments=documents)["UnprocessedTraceSegments"])


# %% wrong="central" says="was not assumed"
def send_to(role_arn, documents):
    return len(xray.put_trace_segments(TraceSegmentDocuments=documents)["UnprocessedTraceSegments"])


# %% wrong="central" says="number of refused documents"
def send_to(role_arn, documents):
    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName="larder-agent")["Credentials"]
    session_of(keys).client("xray").put_trace_segments(TraceSegmentDocuments=documents)
    return len(documents)


# %% wrong="central" says="number of refused documents"
def send_to(role_arn, documents):
    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName="larder-agent")["Credentials"]
    session_of(keys).client("xray").put_trace_segments(TraceSegmentDocuments=documents)
    return 0  # the call succeeded


# %% right="task-definition"
def tracing_task(mode):
    is_bridge = mode == "bridge"
    daemon = {
        "name": "xray-daemon",
        "image": "amazon/aws-xray-daemon",
        "cpu": 32,
        "memoryReservation": 256,
        "portMappings": [{"containerPort": 2000, "hostPort": 0 if is_bridge else 2000, "protocol": "udp"}],
    }
    api = {
        "name": "larder-api",
        "image": "larder/api",
        "cpu": 192,
        "memoryReservation": 512,
        "portMappings": [{"containerPort": 5000, "hostPort": 0 if is_bridge else 5000}],
        "environment": [
            {"name": "AWS_REGION", "value": "us-east-1"},
            {
                "name": "AWS_XRAY_DAEMON_ADDRESS",
                "value": "xray-daemon:2000" if is_bridge else "localhost:2000",
            },
        ],
        "links": ["xray-daemon"] if is_bridge else [],
    }
    return {"family": "larder-api", "networkMode": mode, "containerDefinitions": [api, daemon]}


# %% wrong="task-definition" says="segments come by UDP"
def tracing_task(mode):
    daemon = {"name": "xray-daemon", "image": "amazon/aws-xray-daemon", "cpu": 32, "memoryReservation": 256}
    daemon["portMappings"] = [{"containerPort": 2000}]
    api = {"name": "larder-api", "image": "larder/api", "cpu": 192, "memoryReservation": 512}
    api["portMappings"] = [{"containerPort": 5000}]
    api["links"] = ["xray-daemon"]
    api["environment"] = [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "xray-daemon:2000"}]
    return {"family": "larder-api", "networkMode": mode, "containerDefinitions": [daemon, api]}


# %% wrong="task-definition" says="awsvpc: AWS_XRAY_DAEMON_ADDRESS"
def tracing_task(mode):
    daemon = {"name": "xray-daemon", "image": "amazon/aws-xray-daemon", "cpu": 32, "memoryReservation": 256}
    daemon["portMappings"] = [{"containerPort": 2000, "protocol": "udp"}]
    api = {"name": "larder-api", "image": "larder/api", "cpu": 192, "memoryReservation": 512}
    api["portMappings"] = [{"containerPort": 5000}]
    api["links"] = ["xray-daemon"] if mode == "bridge" else []
    api["environment"] = [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "xray-daemon:2000"}]
    return {"family": "larder-api", "networkMode": mode, "containerDefinitions": [daemon, api]}


# %% wrong="task-definition" says="a fixed hostPort"
def tracing_task(mode):
    daemon = {"name": "xray-daemon", "image": "amazon/aws-xray-daemon", "cpu": 32, "memoryReservation": 256}
    daemon["portMappings"] = [{"containerPort": 2000, "hostPort": 2000, "protocol": "udp"}]
    api = {"name": "larder-api", "image": "larder/api", "cpu": 192, "memoryReservation": 512}
    api["portMappings"] = [{"containerPort": 5000}]
    api["links"] = ["xray-daemon"] if mode == "bridge" else []
    address = "xray-daemon:2000" if mode == "bridge" else "127.0.0.1:2000"
    api["environment"] = [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": address}]
    return {"family": "larder-api", "networkMode": mode, "containerDefinitions": [daemon, api]}


# %% wrong="task-definition" says="a fixed hostPort"
def tracing_task(mode):
    daemon = {"name": "xray-daemon", "image": "amazon/aws-xray-daemon", "cpu": 32, "memoryReservation": 256}
    daemon["portMappings"] = [{"containerPort": 2000, "protocol": "udp"}]
    api = {"name": "larder-api", "image": "larder/api", "cpu": 192, "memoryReservation": 512}
    api["portMappings"] = [{"containerPort": 5000, "hostPort": 5000}]
    api["links"] = ["xray-daemon"] if mode == "bridge" else []
    address = "xray-daemon:2000" if mode == "bridge" else "127.0.0.1:2000"
    api["environment"] = [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": address}]
    return {"family": "larder-api", "networkMode": mode, "containerDefinitions": [daemon, api]}


# %% wrong="task-definition" says="without a link"
def tracing_task(mode):
    daemon = {"name": "xray-daemon", "image": "amazon/aws-xray-daemon", "cpu": 32, "memoryReservation": 256}
    daemon["portMappings"] = [{"containerPort": 2000, "protocol": "udp"}]
    api = {"name": "larder-api", "image": "larder/api", "cpu": 192, "memoryReservation": 512}
    api["portMappings"] = [{"containerPort": 5000}]
    api["links"] = ["xray-daemon:daemon"] if mode == "bridge" else []  # then it is called daemon
    address = "xray-daemon:2000" if mode == "bridge" else "127.0.0.1:2000"
    api["environment"] = [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": address}]
    return {"family": "larder-api", "networkMode": mode, "containerDefinitions": [daemon, api]}


# %% wrong="task-definition" says="cannot be registered"
def tracing_task(mode):
    daemon = {"name": "xray-daemon", "image": "amazon/aws-xray-daemon", "cpu": 32, "memoryReservation": 256}
    api = {"name": "larder-api", "image": "larder/api", "cpu": 192, "memoryReservation": 512}
    daemon["portMappings"] = [{"containerPort": 2000, "protocol": "udp"}, api]
    return {"family": "larder-api", "networkMode": mode, "containerDefinitions": [daemon, api]}


# %% right="bill"
def monthly_bill(requests, reservoir, rate, read):
    a_second = requests if requests <= reservoir else reservoir + (requests - reservoir) * rate
    traces = a_second * 60 * 60 * 24 * 30
    total = 0.0
    if traces > FREE["recorded"]:
        total += (traces - FREE["recorded"]) * PRICES["recorded"] / 1_000_000
    if read > FREE["read"]:
        total += (read - FREE["read"]) * PRICES["read"] / 1_000_000
    return total


# %% wrong="bill" says="under the default rule"
def monthly_bill(requests, reservoir, rate, read):
    traces = requests * rate * 30 * 86_400
    billed = max(0, traces - FREE["recorded"]) * PRICES["recorded"]
    return (billed + max(0, read - FREE["read"]) * PRICES["read"]) / 1e6


# %% wrong="bill" says="within the free traces"
def monthly_bill(requests, reservoir, rate, read):
    first = min(requests, reservoir)
    traces = (first + rate * (requests - first)) * 30 * 86_400
    return (traces * PRICES["recorded"] + read * PRICES["read"]) / 1e6


# %% wrong="bill" says="5.95 traces a second"
def monthly_bill(requests, reservoir, rate, read):
    first = min(requests, reservoir)
    traces = (first + rate * (requests - first)) * 30 * 86_400
    total = max(0, traces + read - FREE["recorded"] - FREE["read"])
    return total / 1e6 * PRICES["recorded"]


# %% right="pipeline"
def misfits(config):
    defined, used = set(), set()
    for kind in ["receivers", "processors", "exporters"]:
        for name in config.get(kind) or []:
            defined.add(kind + "/" + name)
        for pipeline in config["service"]["pipelines"].values():
            for name in pipeline.get(kind, []) or []:
                used.add(kind + "/" + name)
    return used.difference(defined), defined.difference(used)


# %% wrong="pipeline" says="Return two sets"
def misfits(config):
    return set()


# %% wrong="pipeline" says="defined and not used"
def misfits(config):
    kinds = ("receivers", "processors", "exporters")
    defined = {f"{kind}/{name}" for kind in kinds for name in config.get(kind) or {}}
    used = {
        f"{kind}/{name}"
        for line in config["service"]["pipelines"].values()
        for kind in kinds
        for name in line.get(kind) or []
    }
    return used - defined, set()


# %% wrong="pipeline" says="A receiver with the name of a processor"
def misfits(config):
    kinds = ("receivers", "processors", "exporters")
    used_names = {
        name for line in config["service"]["pipelines"].values() for kind in kinds for name in line.get(kind) or []
    }
    defined = {f"{kind}/{name}" for kind in kinds for name in config.get(kind) or {}}
    used = {
        f"{kind}/{name}"
        for line in config["service"]["pipelines"].values()
        for kind in kinds
        for name in line.get(kind) or []
    }
    idle = {one for one in defined if one.split("/", 1)[1] not in used_names}
    return used - defined, idle


# %% wrong="pipeline" says="stopped with KeyError"
def misfits(config):
    kinds = ("receivers", "processors", "exporters")
    defined = {f"{kind}/{name}" for kind in kinds for name in config.get(kind) or {}}
    lines = config["service"]["pipelines"].values()
    used = {f"{kind}/{name}" for line in lines for kind in kinds for name in line[kind]}
    return used - defined, defined - used


# %% right="span"
def segment_of(span, indexed):
    made = {
        "trace_id": "-".join(["1", span["trace"][:8], span["trace"][8:]]),
        "id": span["id"],
        "name": span["name"],
        "start_time": span["start_ns"] / 1_000_000_000,
        "end_time": span["end_ns"] / 1_000_000_000,
        "annotations": {},
        "metadata": {"default": {}},
    }
    if span["kind"] == "SERVER":
        made["name"] = span["service"]
    else:
        made["type"] = "subsegment"
    if span["parent"] is not None:
        made["parent_id"] = span["parent"]
    code = None
    for name, value in span["attributes"].items():
        if name == "http.response.status_code":
            code = value
        elif name in indexed:
            made["annotations"]["_".join(name.split("."))] = value
        else:
            made["metadata"]["default"][name] = value
    if code:
        made["http"] = {"response": {"status": code}}
        if code >= 500:
            made["fault"] = True
        elif code >= 400:
            made["error"] = True
            if code == 429:
                made["throttle"] = True
    elif span["status"] == "ERROR":
        made["fault"] = True
    return made


# %% wrong="span" says="X-Ray refuses the document"
def segment_of(span, indexed):
    return {
        "trace_id": span["trace"],
        "id": span["id"],
        "name": span["service"],
        "start_time": span["start_ns"] / 1e9,
        "end_time": span["end_ns"] / 1e9,
    }


# %% wrong="span" says="count in seconds"
def segment_of(span, indexed):
    start = span["start_ns"] / 1e9
    return {
        "trace_id": f"1-{span['trace'][:8]}-{span['trace'][8:]}",
        "id": span["id"],
        "name": span["service"],
        "start_time": start,
        "end_time": start + (span["end_ns"] - span["start_ns"]) / 1e6,
    }


# %% wrong="span" says="Status code 404"
def segment_of(span, indexed):
    attributes = dict(span["attributes"])
    code = attributes.pop("http.response.status_code", None)
    made = {
        "trace_id": f"1-{span['trace'][:8]}-{span['trace'][8:]}",
        "id": span["id"],
        "name": span["service"] if span["kind"] == "SERVER" else span["name"],
        "start_time": span["start_ns"] / 1e9,
        "end_time": span["end_ns"] / 1e9,
        "annotations": {key.replace(".", "_"): value for key, value in attributes.items() if key in indexed},
        "metadata": {"default": {key: value for key, value in attributes.items() if key not in indexed}},
    }
    if span["kind"] != "SERVER":
        made |= {"type": "subsegment"}
    if span["parent"]:
        made["parent_id"] = span["parent"]
    if code:
        made["http"] = {"response": {"status": code}}
    made["fault"] = span["status"] == "ERROR"
    return made


# %% wrong="span" says="The annotations, for indexed"
def segment_of(span, indexed):
    return {
        "trace_id": f"1-{span['trace'][:8]}-{span['trace'][8:]}",
        "id": span["id"],
        "name": span["service"],
        "start_time": span["start_ns"] / 1e9,
        "end_time": span["end_ns"] / 1e9,
        "annotations": span["attributes"],
    }


# %% wrong="span" says="A SERVER span with a parent"
def segment_of(span, indexed):
    attributes = dict(span["attributes"])
    code = attributes.pop("http.response.status_code", None)
    made = {
        "trace_id": f"1-{span['trace'][:8]}-{span['trace'][8:]}",
        "id": span["id"],
        "name": span["service"] if span["kind"] == "SERVER" else span["name"],
        "start_time": span["start_ns"] / 1e9,
        "end_time": span["end_ns"] / 1e9,
        "annotations": {key.replace(".", "_"): value for key, value in attributes.items() if key in indexed},
        "metadata": {"default": {key: value for key, value in attributes.items() if key not in indexed}},
    }
    if span["parent"]:
        made |= {"type": "subsegment"}
    if span["parent"]:
        made["parent_id"] = span["parent"]
    if code:
        made["http"] = {"response": {"status": code}}
    fault = code >= 500 if code else span["status"] == "ERROR"
    flags = {"fault": fault, "error": code and 400 <= code < 500, "throttle": code == 429}
    return made | {name: True for name, is_set in flags.items() if is_set}


# %% wrong="span" says="gives no parent_id at all"
def segment_of(span, indexed):
    attributes = dict(span["attributes"])
    code = attributes.pop("http.response.status_code", None)
    made = {
        "trace_id": f"1-{span['trace'][:8]}-{span['trace'][8:]}",
        "id": span["id"],
        "name": span["service"] if span["kind"] == "SERVER" else span["name"],
        "start_time": span["start_ns"] / 1e9,
        "end_time": span["end_ns"] / 1e9,
        "annotations": {key.replace(".", "_"): value for key, value in attributes.items() if key in indexed},
        "metadata": {"default": {key: value for key, value in attributes.items() if key not in indexed}},
    }
    if span["kind"] != "SERVER":
        made |= {"type": "subsegment"}
    if "parent" in span:
        made["parent_id"] = span["parent"]
    if code:
        made["http"] = {"response": {"status": code}}
    fault = code >= 500 if code else span["status"] == "ERROR"
    flags = {"fault": fault, "error": code and 400 <= code < 500, "throttle": code == 429}
    return made | {name: True for name, is_set in flags.items() if is_set}


# %% wrong="span" says="An INTERNAL span is a subsegment"
def segment_of(span, indexed):
    attributes = dict(span["attributes"])
    code = attributes.pop("http.response.status_code", None)
    made = {
        "trace_id": f"1-{span['trace'][:8]}-{span['trace'][8:]}",
        "id": span["id"],
        "name": span["service"] if span["kind"] == "SERVER" else span["name"],
        "start_time": span["start_ns"] / 1e9,
        "end_time": span["end_ns"] / 1e9,
        "annotations": {key.replace(".", "_"): value for key, value in attributes.items() if key in indexed},
        "metadata": {"default": {key: value for key, value in attributes.items() if key not in indexed}},
    }
    if span["kind"] == "CLIENT":
        made |= {"type": "subsegment"}
    if span["parent"]:
        made["parent_id"] = span["parent"]
    if code:
        made["http"] = {"response": {"status": code}}
    fault = code >= 500 if code else span["status"] == "ERROR"
    flags = {"fault": fault, "error": code and 400 <= code < 500, "throttle": code == 429}
    return made | {name: True for name, is_set in flags.items() if is_set}


# %% wrong="span" says="leave http.response.status out"
def segment_of(span, indexed):
    attributes = dict(span["attributes"])
    code = attributes.pop("http.response.status_code", None)
    made = {
        "trace_id": f"1-{span['trace'][:8]}-{span['trace'][8:]}",
        "id": span["id"],
        "name": span["service"] if span["kind"] == "SERVER" else span["name"],
        "start_time": span["start_ns"] / 1e9,
        "end_time": span["end_ns"] / 1e9,
        "annotations": {key.replace(".", "_"): value for key, value in attributes.items() if key in indexed},
        "metadata": {"default": {key: value for key, value in attributes.items() if key not in indexed}},
    }
    if span["kind"] != "SERVER":
        made |= {"type": "subsegment"}
    if span["parent"]:
        made["parent_id"] = span["parent"]
    if "attributes" in span:
        made["http"] = {"response": {"status": code}}
    fault = code >= 500 if code else span["status"] == "ERROR"
    flags = {"fault": fault, "error": code and 400 <= code < 500, "throttle": code == 429}
    return made | {name: True for name, is_set in flags.items() if is_set}
