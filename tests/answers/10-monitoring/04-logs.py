# %% [markdown]
# Answers to 10-monitoring/04-logs: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="ship"
def ship(group, stream, lines):
    there = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]
    if stream not in [one["logStreamName"] for one in there]:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    events = sorted(({"timestamp": at, "message": text} for at, text in lines), key=lambda one: one["timestamp"])
    lost = []
    while events:
        batch, events = events[:10000], events[10000:]
        answer = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch)
        info = answer.get("rejectedLogEventsInfo") or {}
        end = info.get("tooOldLogEventEndIndex", 0)
        begin = info.get("tooNewLogEventStartIndex", len(batch))
        lost.extend(one["message"] for place, one in enumerate(batch) if place < end or place >= begin)
    return lost


# %% wrong="ship" says="chronological order"
def ship(group, stream, lines):
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    for start in range(0, len(lines), 10_000):
        events = [{"timestamp": at, "message": text} for at, text in lines[start : start + 10_000]]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return []


# %% wrong="ship" says="The texts that were not taken"
def ship(group, stream, lines):
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    lines = sorted(lines)
    for start in range(0, len(lines), 10_000):
        events = [{"timestamp": at, "message": text} for at, text in lines[start : start + 10_000]]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return []


# %% wrong="ship" says="calls of PutLogEvents"
def ship(group, stream, lines):
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    lost = []
    lines = sorted(lines)
    for start in range(0, len(lines), 1000):
        batch = lines[start : start + 1000]
        events = [{"timestamp": at, "message": text} for at, text in batch]
        told = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        told = told.get("rejectedLogEventsInfo", {})
        old, new = told.get("tooOldLogEventEndIndex", 0), told.get("tooNewLogEventStartIndex", len(batch))
        lost += [text for _, text in batch[:old] + batch[new:]]
    return lost


# %% wrong="ship" says="already exists"
def ship(group, stream, lines):
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    lines = sorted(lines)
    events = [{"timestamp": at, "message": text} for at, text in lines]
    told = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    told = told.get("rejectedLogEventsInfo", {})
    old, new = told.get("tooOldLogEventEndIndex", 0), told.get("tooNewLogEventStartIndex", len(lines))
    return [text for _, text in lines[:old] + lines[new:]]


# %% wrong="ship" says="two lines are 20 days old"
def ship(group, stream, lines):
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    lines = sorted(lines)
    events = [{"timestamp": at, "message": text} for at, text in lines]
    told = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    new = told.get("rejectedLogEventsInfo", {}).get("tooNewLogEventStartIndex", len(lines))
    return [text for _, text in lines[new:]]


# %% wrong="ship" says="Each batch has an answer"
def ship(group, stream, lines):
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    events = [{"timestamp": at, "message": text} for at, text in sorted(lines)]
    for start in range(0, len(events), 10_000):
        batch = events[start : start + 10_000]
        answer = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch)
        rejected = answer.get("rejectedLogEventsInfo", {})
        refused = batch[: rejected.get("tooOldLogEventEndIndex", 0)]
        refused += batch[rejected.get("tooNewLogEventStartIndex", len(batch)) :]
    return [event["message"] for event in refused]  # those of the last batch alone


# %% right="tidy"
def tidy(prefix, days):
    names = []
    for page in logs.get_paginator("describe_log_groups").paginate():
        for one in page["logGroups"]:
            if one["logGroupName"].startswith(prefix) and not one.get("retentionInDays"):
                names.append(one["logGroupName"])
    for name in names:
        logs.put_retention_policy(logGroupName=name, retentionInDays=next(d for d in RETENTIONS if d >= days))
    names.sort()
    return names


# %% wrong="tidy" says="in pages"
def tidy(prefix, days):
    chosen = min(d for d in RETENTIONS if d >= days)
    changed = []
    for one in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
        if "retentionInDays" not in one:
            logs.put_retention_policy(logGroupName=one["logGroupName"], retentionInDays=chosen)
            changed.append(one["logGroupName"])
    return sorted(changed)


# %% wrong="tidy" says="had a retention of its own"
def tidy(prefix, days):
    chosen = min(d for d in RETENTIONS if d >= days)
    changed = []
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
        for one in page["logGroups"]:
            logs.put_retention_policy(logGroupName=one["logGroupName"], retentionInDays=chosen)
            changed.append(one["logGroupName"])
    return sorted(changed)


# %% wrong="tidy" says="For 8 days"
def tidy(prefix, days):
    chosen = max(d for d in RETENTIONS if d <= days)
    changed = []
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
        for one in page["logGroups"]:
            if "retentionInDays" not in one:
                logs.put_retention_policy(logGroupName=one["logGroupName"], retentionInDays=chosen)
                changed.append(one["logGroupName"])
    return sorted(changed)


# %% right="search"
failed_payments = '{ ($.status >= 500) && ($.route = "/pay") }'
not_the_bank = '"ERROR" -"bank"'
turned_away = "%^[^ ]+ [^ ]+ [^ ]+ 4[0-9]*$%"

# %% wrong="search" says="failed_payments also finds this line"
failed_payments = '{ $.route = "/pay" }'
not_the_bank = "ERROR -bank"
turned_away = "[time, gate, ticket, code = 4*]"

# %% wrong="search" says="not_the_bank also finds this line"
failed_payments = '{ $.route = "/pay" && $.status >= 500 }'
not_the_bank = "ERROR"
turned_away = "[time, gate, ticket, code = 4*]"

# %% wrong="search" says="turned_away also finds this line"
failed_payments = '{ $.route = "/pay" && $.status >= 500 }'
not_the_bank = "ERROR -bank"
turned_away = "[..., code = 4*]"

# %% wrong="search" says="does not understand"
failed_payments = '{ $.route == "/pay" and $.status >= 500 }'
not_the_bank = "ERROR -bank"
turned_away = "[time, gate, ticket, code = 4*]"

# %% right="predict-counts"
counted, metrics, searched = 5 + 2, len({"/pay", "/seats"}), 12 + 5 + 2

# %% wrong="predict-counts" says="from before the filter"
counted, metrics, searched = 19, 2, 19

# %% wrong="predict-counts" says="one for each value"
counted, metrics, searched = 7, 3, 19

# %% wrong="predict-counts" says="all that is stored"
counted, metrics, searched = 7, 2, 7

# %% right="worst"
worst = """
fields route, ms
| filter level like /ERROR/
| stats max(ms) as slowest, count() as errors by bin(5m) as at, route
| sort errors desc, slowest desc
| display route, at, errors, slowest
| limit 3
"""

# %% wrong="worst" says="Only errors count"
worst = "stats count(*) as errors, max(ms) as slowest by route, bin(5m) | sort errors desc | limit 3"

# %% wrong="worst" says="Only errors count"
worst = (
    'filter level = "ERROR" | stats count(*) as errors, max(ms) as slowest by route, bin(5m) | sort errors | limit 3'
)

# %% wrong="worst" says="by five minutes"
worst = """
    filter level = "ERROR"
    | stats count(*) as errors, max(ms) as slowest by route, bin(1m)
    | sort errors desc
    | limit 3
"""

# %% wrong="worst" says="most errors first"
worst = """
    filter level = "ERROR"
    | stats count(*) as errors, max(ms) as slowest by route, bin(5m)
    | limit 3
    | sort errors desc
"""

# %% wrong="worst" says="by five minutes"
worst = 'filter level = "ERROR" | stats count(*) as errors, max(ms) as slowest by route | sort errors desc | limit 3'

# %% wrong="worst" says="it should be three"
worst = """
    filter level = "ERROR"
    | stats count(*) as errors, max(ms) as slowest by route, bin(5m)
    | sort errors desc
"""

# %% wrong="worst" says="no column 'slowest'"
worst = 'filter level = "ERROR" | stats count(*) as errors, max(ms) by route, bin(5m) | sort errors desc | limit 3'

# %% wrong="worst" says="does not understand the query"
worst = "SELECT route, COUNT(*) AS errors FROM logs WHERE level = 'ERROR' GROUP BY route"


# %% right="forward"
import zlib


def forward(group, stream_arn, role_arn):
    boto3.client("logs").put_subscription_filter(
        logGroupName=group,
        filterName="x",
        filterPattern="{ ($.status = 5*) && ($.status >= 500) }",
        destinationArn=stream_arn,
        roleArn=role_arn,
        distribution="ByLogStream",
    )


def unpack(data):
    packet = json.loads(zlib.decompress(data, 31))
    if packet["messageType"] == "CONTROL_MESSAGE":
        return []
    events = []
    for event in packet["logEvents"]:
        found = json.loads(event["message"])
        found["server"] = packet["logStream"]
        events.append(found)
    return events


# %% wrong="forward" says="The messages that reached the stream"
def forward(group, stream_arn, role_arn):
    logs.put_subscription_filter(
        logGroupName=group, filterName="all", filterPattern="", destinationArn=stream_arn, roleArn=role_arn
    )


def unpack(data):
    packet = json.loads(gzip.decompress(data))
    if packet["messageType"] != "DATA_MESSAGE":
        return []
    return [json.loads(event["message"]) | {"server": packet["logStream"]} for event in packet["logEvents"]]


# %% wrong="forward" says="What unpack returns"
def forward(group, stream_arn, role_arn):
    logs.put_subscription_filter(
        logGroupName=group,
        filterName="failures",
        filterPattern="{ $.status >= 500 }",
        destinationArn=stream_arn,
        roleArn=role_arn,
    )


def unpack(data):
    packet = json.loads(gzip.decompress(data))
    if packet["messageType"] != "DATA_MESSAGE":
        return []
    return [json.loads(event["message"]) for event in packet["logEvents"]]


# %% wrong="forward" says="JSONDecodeError"
def forward(group, stream_arn, role_arn):
    logs.put_subscription_filter(
        logGroupName=group,
        filterName="failures",
        filterPattern="{ $.status >= 500 }",
        destinationArn=stream_arn,
        roleArn=role_arn,
    )


def unpack(data):
    packet = json.loads(gzip.decompress(data))
    return [json.loads(event["message"]) | {"server": packet["logStream"]} for event in packet["logEvents"]]


# %% right="let-in"
def access_policy(destination_arn, accounts):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"Account{number}",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{number}:root"},
                "Action": ["logs:PutSubscriptionFilter"],
                "Resource": [destination_arn],
            }
            for number in accounts
        ],
    }


# %% wrong="let-in" says="is not in the list"
def access_policy(destination_arn, accounts):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "logs:PutSubscriptionFilter"}
    return {"Version": "2012-10-17", "Statement": [statement | {"Resource": destination_arn}]}


# %% wrong="let-in" says="name this one in Resource"
def access_policy(destination_arn, accounts):
    statement = {"Effect": "Allow", "Principal": {"AWS": accounts}, "Action": "logs:PutSubscriptionFilter"}
    return {"Version": "2012-10-17", "Statement": [statement | {"Resource": "*"}]}


# %% wrong="let-in" says="all that a sender needs"
def access_policy(destination_arn, accounts):
    statement = {"Effect": "Allow", "Principal": {"AWS": accounts}, "Action": "logs:*"}
    return {"Version": "2012-10-17", "Statement": [statement | {"Resource": destination_arn}]}


# %% wrong="let-in" says="but may not subscribe"
def access_policy(destination_arn, accounts):
    statement = {"Effect": "Allow", "Principal": {"AWS": accounts}, "Action": "logs:PutLogEvents"}
    return {"Version": "2012-10-17", "Statement": [statement | {"Resource": destination_arn}]}


# %% right="blame"
import shlex


def blame(bucket, prefix):
    found = {}
    for one in boto3.resource("s3").Bucket(bucket).objects.filter(Prefix=prefix):
        for line in gzip.decompress(one.get()["Body"].read()).decode().split("\n"):
            words = shlex.split(line)
            if 500 <= int(words[8]) <= 599:
                path = words[12].split(" ")[1].split("443", 1)[1].split("?")[0]
                key = ("balancer" if words[9] == "-" else "target", path)
                found[key] = found.get(key, 0) + 1
    return found


# %% wrong="blame" says="it should be"
from urllib.parse import urlsplit


def blame(bucket, prefix):
    s3 = boto3.client("s3")
    counted = Counter()
    for listed in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        packed = s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"].read()
        for line in gzip.decompress(packed).decode().splitlines():
            target = line.split(" ")[9]  # only what the target said
            if target.startswith("5"):
                counted["target", urlsplit(line.split('"')[1].split(" ")[1]).path] += 1
    return counted


# %% wrong="blame" says="('balancer', '/pay')"
def blame(bucket, prefix):
    s3 = boto3.client("s3")
    counted = Counter()
    for listed in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        packed = s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"].read()
        for line in gzip.decompress(packed).decode().splitlines():
            balancer, target = line.split(" ")[8:10]
            if balancer.startswith("5"):
                path = line.split('"')[1].split(" ")[1].split(":443")[1]  # with the query
                counted["balancer" if target == "-" else "target", path] += 1
    return counted


# %% wrong="blame" says="UnicodeDecodeError"
def blame(bucket, prefix):
    s3 = boto3.client("s3")
    counted = Counter()
    for listed in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        for line in s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"].read().decode().splitlines():
            target = line.split(" ")[9]
            counted["balancer" if target == "-" else "target", line.split('"')[1]] += 1
    return counted


# %% right="expensive"
def monthly_bill(gb_a_day, days, scanned, cheap=False):
    price = {name: facts.price("cloudwatch-logs", name) for name in ("storage", "insights-scan")}
    first = facts.price("cloudwatch-logs", ["ingest-standard", "ingest-infrequent-access"][bool(cheap)])
    return gb_a_day * (30 * first + 0.15 * days * price["storage"]) + scanned * price["insights-scan"] * 30


# %% wrong="expensive" says="kept for 365 days"
def monthly_bill(gb_a_day, days, scanned, cheap=False):
    kind = "ingest-infrequent-access" if cheap else "ingest-standard"
    return (
        30 * gb_a_day * facts.price("cloudwatch-logs", kind)
        + gb_a_day * days * facts.price("cloudwatch-logs", "storage")
        + 30 * scanned * facts.price("cloudwatch-logs", "insights-scan")
    )


# %% wrong="expensive" says="The same in Infrequent Access"
def monthly_bill(gb_a_day, days, scanned, cheap=False):
    return (
        30 * gb_a_day * facts.price("cloudwatch-logs", "ingest-standard")
        + gb_a_day * days * 0.15 * facts.price("cloudwatch-logs", "storage")
        + 30 * scanned * facts.price("cloudwatch-logs", "insights-scan")
    )


# %% wrong="expensive" says="queries over 40 GB a day"
def monthly_bill(gb_a_day, days, scanned, cheap=False):
    kind = "ingest-infrequent-access" if cheap else "ingest-standard"
    return (
        30 * gb_a_day * facts.price("cloudwatch-logs", kind)
        + gb_a_day * days * 0.15 * facts.price("cloudwatch-logs", "storage")
        + scanned * facts.price("cloudwatch-logs", "insights-scan")
    )
