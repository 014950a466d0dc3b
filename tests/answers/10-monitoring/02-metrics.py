# %% [markdown]
# Answers to 10-monitoring/02-metrics: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.

# %% right="ask-well"
asks = {
    "How many requests came in this hour?": ["AWS/ApplicationELB", "RequestCount", "Sum"],
    "How many answers were errors of the shop's own servers?": [
        "AWS/ApplicationELB",
        "HTTPCode_Target_5XX_Count",
        "Sum",
    ],
    "Within what time were 99 of 100 requests answered?": ["AWS/ApplicationELB", "TargetResponseTime", "p99.00"],
    "Was a server ever near 100 %?": ["AWS/EC2", "CPUUtilization", "p100"],
    "How little space was ever left on the database's disk?": ["AWS/RDS", "FreeStorageSpace", "Minimum"],
    "How many connections had the database at its busiest moment?": ["AWS/RDS", "DatabaseConnections", "Maximum"],
}

# %% wrong="ask-well" says="One point a minute holds that minute's count"
asks = {"How many requests came in this hour?": ("AWS/ApplicationELB", "RequestCount", "SampleCount")}

# %% wrong="ask-well" says="'Ever' asks for the highest value"
balancer, database = "AWS/ApplicationELB", "AWS/RDS"
asks = {
    "How many requests came in this hour?": (balancer, "RequestCount", "Sum"),
    "How many answers were errors of the shop's own servers?": (balancer, "HTTPCode_Target_5XX_Count", "Sum"),
    "Within what time were 99 of 100 requests answered?": (balancer, "TargetResponseTime", "p99"),
    "Was a server ever near 100 %?": ("AWS/EC2", "CPUUtilization", "Average"),
    "How little space was ever left on the database's disk?": (database, "FreeStorageSpace", "Minimum"),
    "How many connections had the database at its busiest moment?": (database, "DatabaseConnections", "Maximum"),
}

# %% wrong="ask-well" says="CloudWatch knows no statistic 'P99'"
balancer, database = "AWS/ApplicationELB", "AWS/RDS"
asks = {
    "How many requests came in this hour?": (balancer, "RequestCount", "Sum"),
    "How many answers were errors of the shop's own servers?": (balancer, "HTTPCode_Target_5XX_Count", "Sum"),
    "Within what time were 99 of 100 requests answered?": (balancer, "TargetResponseTime", "P99"),
    "Was a server ever near 100 %?": ("AWS/EC2", "CPUUtilization", "Maximum"),
    "How little space was ever left on the database's disk?": (database, "FreeStorageSpace", "Minimum"),
    "How many connections had the database at its busiest moment?": (database, "DatabaseConnections", "Maximum"),
}

# %% right="how-many"
prediction = {
    "Tickets by route (4), sold on 30 days": 4,
    "Tickets by route (4) and class (2)": 4 * 2,
    "the same, and also by route alone, and in total": 4 * 2 + 4 + 1,
    "Tickets and Refunds, by route (4)": 2 * 4,
    "Tickets by booking number, 250 bookings": 250,
}

# %% wrong="how-many" says="More points over time are no more metrics"
prediction = {
    "Tickets by route (4), sold on 30 days": 120,
    "Tickets by route (4) and class (2)": 8,
    "the same, and also by route alone, and in total": 13,
    "Tickets and Refunds, by route (4)": 8,
    "Tickets by booking number, 250 bookings": 250,
}

# %% wrong="how-many" says="Every route with every class: multiply"
prediction = {
    "Tickets by route (4), sold on 30 days": 4,
    "Tickets by route (4) and class (2)": 6,
    "the same, and also by route alone, and in total": 13,
    "Tickets and Refunds, by route (4)": 8,
    "Tickets by booking number, 250 bookings": 250,
}

# %% wrong="how-many" says="Three kinds of sets"
prediction = {
    "Tickets by route (4), sold on 30 days": 4,
    "Tickets by route (4) and class (2)": 8,
    "the same, and also by route alone, and in total": 12,
    "Tickets and Refunds, by route (4)": 8,
    "Tickets by booking number, 250 bookings": 250,
}


# %% right="sales"
def report_sales(namespace, sales):
    totals = {}
    for sale in sales:
        route, both = {"Route": sale["route"]}, {"Class": sale["class"], "Route": sale["route"]}
        for named in ({}, route, both):
            key = sale["at"], tuple(sorted(named.items()))
            totals[key] = totals.get(key, 0) + sale["tickets"]
    boto3.client("cloudwatch").put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": "Tickets",
                "Timestamp": at,
                "Unit": "Count",
                "Value": value,
                "Dimensions": [{"Name": name, "Value": one} for name, one in named],
            }
            for (at, named), value in totals.items()
        ],
    )


# %% wrong="sales" says="A set of dimensions is found only if it was sent just so"
def report_sales(namespace, sales):
    data = [
        {
            "MetricName": "Tickets",
            "Timestamp": sale["at"],
            "Unit": "Count",
            "Value": sale["tickets"],
            "Dimensions": where(Route=sale["route"], Class=sale["class"]),
        }
        for sale in sales
    ]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


# %% wrong="sales" says="give each its Timestamp"
def report_sales(namespace, sales):
    data = []
    for sale in sales:
        for named in ({}, {"Route": sale["route"]}, {"Route": sale["route"], "Class": sale["class"]}):
            one = {"MetricName": "Tickets", "Unit": "Count", "Value": sale["tickets"]}
            data.append({**one, "Dimensions": where(**named)})
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


# %% wrong="sales" says="one can carry them all"
def report_sales(namespace, sales):
    for sale in sales:
        for named in ({}, {"Route": sale["route"]}, {"Route": sale["route"], "Class": sale["class"]}):
            one = {"MetricName": "Tickets", "Unit": "Count", "Value": sale["tickets"], "Timestamp": sale["at"]}
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=[{**one, "Dimensions": where(**named)}])


# %% wrong="sales" says="The data have no unit"
def report_sales(namespace, sales):
    data = []
    for sale in sales:
        for named in ({}, {"Route": sale["route"]}, {"Route": sale["route"], "Class": sale["class"]}):
            one = {"MetricName": "Tickets", "Value": sale["tickets"], "Timestamp": sale["at"]}
            data.append({**one, "Dimensions": where(**named)})
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


# %% wrong="sales" says="the metric shows 0 in that minute"
def report_sales(namespace, sales):
    data = []
    for sale in sales:
        for named in ({}, {"Route": sale["route"]}, {"Route": sale["route"], "Class": sale["class"]}):
            one = {"MetricName": "Tickets", "Value": sale["tickets"], "Unit": "Count", "Dimensions": where(**named)}
            data.append({**one, "Timestamp": sale["at"].replace(minute=0)})
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


# %% wrong="sales" says="each one more is billed"
def report_sales(namespace, sales):
    data = []
    for sale in sales:
        route, one = {"Route": sale["route"]}, {"Class": sale["class"]}
        for named in ({}, route, one, {**route, **one}):
            given = {"MetricName": "Tickets", "Value": sale["tickets"], "Unit": "Count", "Timestamp": sale["at"]}
            data.append({**given, "Dimensions": where(**named)})
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


# %% right="memory"
def report_memory(total, available):
    session = boto3.Session(region_name="us-east-1")
    identity = session.client("sts").get_caller_identity()["Arn"].rpartition("/")[2]
    free = available / total
    datum = {
        "MetricName": "mem_used_percent",
        "Dimensions": [{"Name": "InstanceId", "Value": identity}],
        "Values": [(1 - free) * 100],
        "Unit": "Percent",
    }
    session.client("cloudwatch").put_metric_data(Namespace="CWAgent", MetricData=[datum])


# %% wrong="memory" says="is the memory that is free"
def report_memory(total, available):
    here = lab.read_metadata("meta-data/instance-id")
    one = {"MetricName": "mem_used_percent", "Value": 100 * available / total, "Unit": "Percent"}
    boto3.client("cloudwatch").put_metric_data(
        Namespace="CWAgent", MetricData=[{**one, "Dimensions": where(InstanceId=here)}]
    )


# %% wrong="memory" says="not by the instance's role"
def report_memory(total, available):
    here = lab.read_metadata("meta-data/instance-id")
    one = {"MetricName": "mem_used_percent", "Value": 100 - 100 * available / total, "Unit": "Percent"}
    cloudwatch.put_metric_data(Namespace="CWAgent", MetricData=[{**one, "Dimensions": where(InstanceId=here)}])


# %% wrong="memory" says="AccessDenied"
def report_memory(total, available):
    here = lab.read_metadata("meta-data/instance-id")
    one = {"MetricName": "mem_used_percent", "Value": 100 - 100 * available / total, "Unit": "Percent"}
    boto3.client("cloudwatch").put_metric_data(
        Namespace="Tern/Servers", MetricData=[{**one, "Dimensions": where(InstanceId=here)}]
    )


# %% wrong="memory" says="percent are a hundred times that"
def report_memory(total, available):
    here = lab.read_metadata("meta-data/instance-id")
    one = {"MetricName": "mem_used_percent", "Value": 1 - available / total, "Unit": "Percent"}
    boto3.client("cloudwatch").put_metric_data(
        Namespace="CWAgent", MetricData=[{**one, "Dimensions": where(InstanceId=here)}]
    )


# %% wrong="memory" says="your answer gives 10, it should be about 10.25"
def report_memory(total, available):
    own = {"MetricName": "mem_used_percent", "Value": 100 * (total - available) // total, "Unit": "Percent"}
    named = where(InstanceId=lab.read_metadata("meta-data/instance-id"))
    boto3.client("cloudwatch").put_metric_data(Namespace="CWAgent", MetricData=[{**own, "Dimensions": named}])


# %% right="late-readings"
def send_late(namespace, readings):
    now, batch, left = lab.clock.now(), [], []
    for at, value in readings:
        if not now - dt.timedelta(days=14) <= at <= now + dt.timedelta(hours=2):
            left.append((at, value))
            continue
        batch.append({"MetricName": "Passengers", "Value": value, "Timestamp": at.isoformat()})
        if len(batch) == 1000:
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=batch)
            batch = []
    if batch:
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=batch)
    return left


# %% wrong="late-readings" says="not at the times they were read"
def send_late(namespace, readings):
    now = lab.clock.now()
    good = [one for one in readings if now - dt.timedelta(days=14) < one[0] < now + dt.timedelta(hours=2)]
    for begin in range(0, len(good), 1000):
        data = [{"MetricName": "Passengers", "Value": value} for _, value in good[begin : begin + 1000]]
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    return [one for one in readings if one not in good]


# %% wrong="late-readings" says="CloudWatch refused a call"
def send_late(namespace, readings):
    data = [{"MetricName": "Passengers", "Timestamp": at, "Value": value} for at, value in readings]
    for begin in range(0, len(data), 1000):
        try:
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[begin : begin + 1000])
        except Exception:
            return readings[begin : begin + 1000]
    return []


# %% wrong="late-readings" says="must not have a size greater than 1000"
def send_late(namespace, readings):
    now = lab.clock.now()
    good = [one for one in readings if now - dt.timedelta(days=14) < one[0] < now + dt.timedelta(hours=2)]
    data = [{"MetricName": "Passengers", "Timestamp": at, "Value": value} for at, value in good]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    return [one for one in readings if one not in good]


# %% wrong="late-readings" says="readings took"
def send_late(namespace, readings):
    left = []
    now = lab.clock.now()
    for at, value in readings:
        if now - dt.timedelta(days=14) < at < now + dt.timedelta(hours=2):
            one = {"MetricName": "Passengers", "Timestamp": at, "Value": value}
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=[one])
        else:
            left.append((at, value))
    return left


# %% wrong="late-readings" says="the caller never heard of it"
def send_late(namespace, readings):
    now = lab.clock.now()
    good = [one for one in readings if now - dt.timedelta(days=14) < one[0] < now + dt.timedelta(hours=2)]
    for begin in range(0, len(good), 1000):
        data = [
            {"MetricName": "Passengers", "Timestamp": at, "Value": value} for at, value in good[begin : begin + 1000]
        ]
        try:
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
        except ClientError:
            return readings
    return [one for one in readings if one not in good]


# %% wrong="late-readings" says="must specify a time no more than two weeks in the past"
def send_late(namespace, readings):
    now = lab.clock.now()
    left = [one for one in readings if (now - one[0]).days > 14 or one[0] > now + dt.timedelta(hours=2)]
    data = [
        {"MetricName": "Passengers", "Timestamp": at, "Value": value}
        for at, value in readings
        if (at, value) not in left
    ]
    for begin in range(0, len(data), 1000):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[begin : begin + 1000])
    return left


# %% wrong="late-readings" says="2 of 20 readings are outside the range of times, you returned 3"
def send_late(namespace, readings):
    now = lab.clock.now()  # nothing can be read in the future, thinks its author
    good = [one for one in readings if now - dt.timedelta(days=14) < one[0] <= now]
    for begin in range(0, len(good), 1000):
        data = [
            {"MetricName": "Passengers", "Timestamp": at, "Value": value} for at, value in good[begin : begin + 1000]
        ]
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    return [one for one in readings if one not in good]


# %% right="look-back"
def look_back(balancer, begin, end):
    old, long = lab.clock.now() - begin, end - begin
    if old <= dt.timedelta(days=15) and long <= dt.timedelta(days=1):
        period = 60
    elif old <= dt.timedelta(days=63) and long <= dt.timedelta(days=5):
        period = 300
    elif long <= dt.timedelta(days=60):
        period = 3600
    else:
        period = 86_400
    metric = {
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "RequestCount",
        "Dimensions": where(LoadBalancer=balancer),
    }
    query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}
    read = cloudwatch.get_metric_data(MetricDataQueries=[query], StartTime=begin, EndTime=end)
    return period, sum(read["MetricDataResults"][0]["Values"])


# %% wrong="look-back" says="Minutes are gone after 15 days"
def look_back(balancer, begin, end):
    span = (end - begin).total_seconds()
    period = next(one for one in (60, 300, 3600, 86_400) if span / one <= 1440)
    answer = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        StartTime=begin,
        EndTime=end,
        Period=period,
        Statistics=["Sum"],
    )
    return period, sum(point["Sum"] for point in answer["Datapoints"])


# %% wrong="look-back" says="a finer one does, too"
def look_back(balancer, begin, end):
    answer = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        StartTime=begin,
        EndTime=end,
        Period=3600,
        Statistics=["Sum"],
    )
    return 3600, sum(point["Sum"] for point in answer["Datapoints"])


# %% wrong="look-back" says="InvalidParameterCombination"
def look_back(balancer, begin, end):
    days = (lab.clock.now() - begin).days
    period = 60 if days < 15 else 300 if days < 63 else 3600
    answer = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        StartTime=begin,
        EndTime=end,
        Period=period,
        Statistics=["Sum"],
    )
    return period, sum(point["Sum"] for point in answer["Datapoints"])


# %% wrong="look-back" says="The first minute of that day is more than 15 days old"
def look_back(balancer, begin, end):
    old = lab.clock.now() - end
    for period, days in ((60, 15), (300, 63), (3600, 455), (86_400, 455)):
        if old <= dt.timedelta(days=days) and (end - begin).total_seconds() / period <= 1440:
            break
    found = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        StartTime=begin,
        EndTime=end,
        Period=period,
        Statistics=["Sum"],
    )
    return period, sum(point["Sum"] for point in found["Datapoints"])


# %% wrong="look-back" says="A day of minutes is exactly 1,440 points"
def look_back(balancer, begin, end):
    old = lab.clock.now() - begin
    for period, days in ((60, 15), (300, 63), (3600, 455), (86_400, 455)):
        if old <= dt.timedelta(days=days) and (end - begin).total_seconds() / period < 1440:
            break
    found = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        StartTime=begin,
        EndTime=end,
        Period=period,
        Statistics=["Sum"],
    )
    return period, sum(point["Sum"] for point in found["Datapoints"])


# %% right="unusual"
def unusual(balancer, now):
    metric = {
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "RequestCount",
        "Dimensions": where(LoadBalancer=balancer),
    }
    query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}
    read = cloudwatch.get_metric_data(MetricDataQueries=[query], **hour_before(now, 192))["MetricDataResults"][0]
    sums = dict(zip(read["Timestamps"], read["Values"], strict=True))
    moments = [now - dt.timedelta(hours=24 - hour) for hour in range(24)]

    def strange(at):
        week = [sums.get(at - day * dt.timedelta(days=1), 0) for day in range(1, 8)]
        middle = sum(week) / 7
        spread = (sum((one - middle) ** 2 for one in week) / 7) ** 0.5
        return not middle - 3 * spread <= sums.get(at, 0) <= middle + 3 * spread

    return [at for at in moments if strange(at)]


# %% wrong="unusual" says="usual hours were reported, too"
def unusual(balancer, now):
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        Period=3600,
        Statistics=["Sum"],
        **hour_before(now, 24),
    )["Datapoints"]
    sums = {point["Timestamp"]: point["Sum"] for point in points}
    middle, spread = statistics.mean(sums.values()), statistics.pstdev(sums.values())
    return sorted(at for at, value in sums.items() if abs(value - middle) > spread)


# %% wrong="unusual" says="Look up and down"
def unusual(balancer, now):
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        Period=3600,
        Statistics=["Sum"],
        **hour_before(now, 192),
    )["Datapoints"]
    sums = {point["Timestamp"]: point["Sum"] for point in points}
    found = []
    for hours in range(24, 0, -1):
        at = now - dt.timedelta(hours=hours)
        before = [sums.get(at - dt.timedelta(days=days), 0) for days in range(1, 8)]
        if sums.get(at, 0) > statistics.mean(before) + 3 * statistics.pstdev(before):
            found.append(at)
    return found


# %% wrong="unusual" says="must count as 0"
def unusual(balancer, now):
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        Period=3600,
        Statistics=["Sum"],
        **hour_before(now, 192),
    )["Datapoints"]
    sums = {point["Timestamp"]: point["Sum"] for point in points}
    found = []
    for at in sorted(sums):
        if at >= now - dt.timedelta(hours=24):
            before = [sums.get(at - dt.timedelta(days=days), 0) for days in range(1, 8)]
            if abs(sums[at] - statistics.mean(before)) > 3 * statistics.pstdev(before):
                found.append(at)
    return found


# %% wrong="unusual" says="Hours 2.6 and 3.2 standard deviations away: 2 usual hours were reported"
def unusual(balancer, now):
    found = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        Period=3600,
        Statistics=["Sum"],
        **hour_before(now, 192),
    )
    sums = {point["Timestamp"]: point["Sum"] for point in found["Datapoints"]}
    odd = []
    for back in range(24, 0, -1):
        moment = now - dt.timedelta(hours=back)
        days = [moment - dt.timedelta(days=day) for day in range(1, 8)]
        past = [sums.get(day, 0) for day in days]
        if abs(sums.get(moment, 0) - statistics.mean(past)) > 2 * statistics.pstdev(past):
            odd.append(moment)
    return odd


# %% wrong="unusual" says="Hours 2.6 and 3.2 standard deviations away: 2 of 2 unusual hours are not in your list"
def unusual(balancer, now):
    found = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        Period=3600,
        Statistics=["Sum"],
        **hour_before(now, 192),
    )
    sums = {point["Timestamp"]: point["Sum"] for point in found["Datapoints"]}
    odd = []
    for back in range(24, 0, -1):
        moment = now - dt.timedelta(hours=back)
        days = [moment - dt.timedelta(days=day) for day in range(1, 8)]
        past = [sums.get(day, 0) for day in days]
        if abs(sums.get(moment, 0) - statistics.mean(past)) > 0.25 * statistics.mean(past):
            odd.append(moment)
    return odd


# %% wrong="unusual" says="both as a week ago: 1 usual hours were reported"
def unusual(balancer, now):
    found = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=where(LoadBalancer=balancer),
        Period=3600,
        Statistics=["Sum"],
        **hour_before(now, 192),
    )
    sums = {point["Timestamp"]: point["Sum"] for point in found["Datapoints"]}
    odd = []
    for back in range(24, 0, -1):
        moment = now - dt.timedelta(hours=back)
        days = [moment - dt.timedelta(days=day) for day in range(1, 8)]
        past = [sums[day] for day in days if day in sums]
        if abs(sums.get(moment, 0) - statistics.mean(past)) > 3 * statistics.pstdev(past):
            odd.append(moment)
    return odd


# %% right="error-rate"
def error_rate(balancer, period):
    named = where(LoadBalancer=balancer)

    def stat(name):
        metric = {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": named}
        return {"Metric": metric, "Period": period, "Stat": "Sum"}

    return [
        {"Id": "share", "Expression": "IF(m2 > 0, FILL(m1, 0) / m2 * 100)", "Label": "errors in %"},
        {"Id": "m1", "MetricStat": stat("HTTPCode_Target_5XX_Count"), "ReturnData": False},
        {"Id": "m2", "MetricStat": stat("RequestCount"), "ReturnData": False},
    ]


# %% wrong="error-rate" says="Where are periods without an error"
def error_rate(balancer, period):
    def summed(query, name):
        metric = {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": where(LoadBalancer=balancer)}
        return {"Id": query, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}, "ReturnData": False}

    return [
        summed("errors", "HTTPCode_Target_5XX_Count"),
        summed("requests", "RequestCount"),
        {"Id": "rate", "Expression": "100 * errors / requests"},
    ]


# %% wrong="error-rate" says="of your queries return data"
def error_rate(balancer, period):
    def summed(query, name):
        metric = {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": where(LoadBalancer=balancer)}
        return {"Id": query, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}

    return [
        summed("errors", "HTTPCode_Target_5XX_Count"),
        summed("requests", "RequestCount"),
        {"Id": "rate", "Expression": "100 * FILL(errors, 0) / requests"},
    ]


# %% wrong="error-rate" says="point 1 is 0.05, it should be 5 percent"
def error_rate(balancer, period):
    def summed(query, name):
        metric = {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": where(LoadBalancer=balancer)}
        return {"Id": query, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}, "ReturnData": False}

    return [
        summed("errors", "HTTPCode_Target_5XX_Count"),
        summed("requests", "RequestCount"),
        {"Id": "rate", "Expression": "FILL(errors, 0) / requests"},
    ]


# %% wrong="error-rate" says="those without a request"
def error_rate(balancer, period):
    def summed(query, name):
        metric = {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": where(LoadBalancer=balancer)}
        return {"Id": query, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}, "ReturnData": False}

    return [
        summed("errors", "HTTPCode_Target_5XX_Count"),
        summed("requests", "RequestCount"),
        {"Id": "rate", "Expression": "100 * FILL(errors, 0) / FILL(requests, 1)"},
    ]


# %% right="bill"
def monthly_bill(metrics, alarms, dashboards, calls):
    left, total, start = max(0, metrics - 10), 0.0, 0
    prices = [(10_000, 0.30), (250_000, 0.10), (1_000_000, 0.05), (10**12, 0.02)]
    for end, price in prices:
        total += max(0, min(left, end) - start) * price
        start = end
    total += 0.1 * max(0, alarms - 10) + 3 * max(0, dashboards - 3)
    return total + 0.01 * max(0, calls - 10**6) / 1000


# %% wrong="bill" says="only those above 10,000 have the second price"
def monthly_bill(metrics, alarms, dashboards, calls):
    left = max(0, metrics - 10)
    price = next(tier for tier in reversed(facts.tiers("cloudwatch", "custom-metric")) if left >= tier.tier_from)
    if left == 10_000:
        price = facts.tiers("cloudwatch", "custom-metric")[0]
    return (
        left * price
        + max(0, alarms - 10) * facts.price("cloudwatch", "alarm-standard")
        + max(0, dashboards - 3) * facts.price("cloudwatch", "dashboard")
        + max(0, calls - 1_000_000) / 1000 * facts.price("cloudwatch", "api-requests")
    )


# %% wrong="bill" says="All within the free tier"
def monthly_bill(metrics, alarms, dashboards, calls):
    left, total, start = metrics, 0.0, 0
    for end, price in [(10_000, 0.30), (250_000, 0.10), (1_000_000, 0.05), (10**12, 0.02)]:
        total += max(0, min(left, end) - start) * price
        start = end
    return total + 0.1 * alarms + 3 * dashboards + 0.01 * calls / 1000


# %% wrong="bill" says="260,010 metrics reach the third tier"
def monthly_bill(metrics, alarms, dashboards, calls):
    left = max(0, metrics - 10)
    total = 0.3 * min(left, 10_000) + 0.1 * max(0, left - 10_000)
    return total + 0.1 * max(0, alarms - 10) + 3 * max(0, dashboards - 3) + 0.01 * max(0, calls - 10**6) / 1000


# %% wrong="bill" says="1,000,500 calls"
def monthly_bill(metrics, alarms, dashboards, calls):
    left, total, start = max(0, metrics - 10), 0.0, 0
    for end, price in [(10_000, 0.30), (250_000, 0.10), (1_000_000, 0.05), (10**12, 0.02)]:
        total += max(0, min(left, end) - start) * price
        start = end
    thousands = math.ceil(max(0, calls - 10**6) / 1000)
    return total + 0.1 * max(0, alarms - 10) + 3 * max(0, dashboards - 3) + 0.01 * thousands
