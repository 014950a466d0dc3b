# %% [markdown]
# Answers to 10-monitoring/03-alarms: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="guard"
def guard(name, balancer, topic):
    metric = boto3.resource("cloudwatch").Metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count")
    metric.put_alarm(
        AlarmName=name,
        AlarmDescription="errors",
        Dimensions=[{"Name": "LoadBalancer", "Value": balancer}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
        Threshold=11,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
        OKActions=[topic],
        InsufficientDataActions=[],
    )


# %% wrong="guard" says="See TreatMissingData"
def guard(name, balancer, topic):
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ApplicationELB",
        MetricName="HTTPCode_Target_5XX_Count",
        Dimensions=where(LoadBalancer=balancer),
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="guard" says="They need not follow each other"
def guard(name, balancer, topic):
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ApplicationELB",
        MetricName="HTTPCode_Target_5XX_Count",
        Dimensions=where(LoadBalancer=balancer),
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=3,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="guard" says="Ten is not more than ten"
def guard(name, balancer, topic):
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ApplicationELB",
        MetricName="HTTPCode_Target_5XX_Count",
        Dimensions=where(LoadBalancer=balancer),
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
        Threshold=10,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="guard" says="did not hear that it is over"
def guard(name, balancer, topic):
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ApplicationELB",
        MetricName="HTTPCode_Target_5XX_Count",
        Dimensions=where(LoadBalancer=balancer),
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )


# %% wrong="guard" says="their errors in Sum"
def guard(name, balancer, topic):
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ApplicationELB",
        MetricName="HTTPCode_Target_5XX_Count",
        Dimensions=where(LoadBalancer=balancer),
        Statistic="Average",
        Period=60,
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="guard" says="Errors per minute 20, 0, 20, 0, 20: the alarm rang never"
def guard(name, balancer, topic):
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ApplicationELB",
        MetricName="HTTPCode_Target_5XX_Count",
        Dimensions=where(LoadBalancer=balancer),
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=4,
        DatapointsToAlarm=3,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="guard" says="later the alarm is INSUFFICIENT_DATA"
def guard(name, balancer, topic):
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ApplicationELB",
        MetricName="HTTPCode_Target_5XX_Count",
        Dimensions=where(LoadBalancer=balancer),
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% right="states"
prediction = {
    "5 12 5 12 12, missing": "ALARM",
    "12 - 12 - -, missing": "ALARM",
    "- - - - -, missing": "INSUFFICIENT_DATA",
    "- - - - -, notBreaching": "OK",
    "- - - - -, breaching": "ALARM",
    "- - - - -, ignore, it was in ALARM": "ALARM",
    "12 12 5 5 5, breaching": "OK",
}

# %% wrong="states" says="There is nothing to judge"
prediction = {
    "5 12 5 12 12, missing": "ALARM",
    "12 - 12 - -, missing": "ALARM",
    "- - - - -, missing": "OK",
    "- - - - -, notBreaching": "OK",
    "- - - - -, breaching": "ALARM",
    "- - - - -, ignore, it was in ALARM": "ALARM",
    "12 12 5 5 5, breaching": "OK",
}

# %% wrong="states" says="CloudWatch looks further back"
prediction = {
    "5 12 5 12 12, missing": "ALARM",
    "12 - 12 - -, missing": "INSUFFICIENT_DATA",
    "- - - - -, missing": "INSUFFICIENT_DATA",
    "- - - - -, notBreaching": "OK",
    "- - - - -, breaching": "ALARM",
    "- - - - -, ignore, it was in ALARM": "ALARM",
    "12 12 5 5 5, breaching": "OK",
}

# %% wrong="states" says="It stays as it was"
prediction = {
    "5 12 5 12 12, missing": "ALARM",
    "12 - 12 - -, missing": "ALARM",
    "- - - - -, missing": "INSUFFICIENT_DATA",
    "- - - - -, notBreaching": "OK",
    "- - - - -, breaching": "ALARM",
    "- - - - -, ignore, it was in ALARM": "OK",
    "12 12 5 5 5, breaching": "OK",
}

# %% right="tune"
settings = {"Period": 60, "EvaluationPeriods": 6, "DatapointsToAlarm": 4}

# %% right="tune"
settings = {"Period": 60, "EvaluationPeriods": 4, "DatapointsToAlarm": 3}

# %% wrong="tune" says="two bad minutes in ten must not be enough"
settings = {"Period": 60, "EvaluationPeriods": 5, "DatapointsToAlarm": 2}

# %% wrong="tune" says="The overload never set it off"
settings = {"Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 3}

# %% wrong="tune" says="The overload never set it off"
settings = {"Period": 300, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}

# %% wrong="tune" says="six are the most"
settings = {"Period": 60, "EvaluationPeriods": 10, "DatapointsToAlarm": 5}


# %% right="heal"
def heal(instance, topic):
    region = boto3.Session().region_name
    settings = {
        "Namespace": "AWS/EC2",
        "Dimensions": [{"Name": "InstanceId", "Value": instance}],
        "Period": 60,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    cloudwatch.put_metric_alarm(
        AlarmName=f"{instance} hardware",
        MetricName="StatusCheckFailed_System",
        Statistic="Minimum",
        EvaluationPeriods=2,
        AlarmActions=[topic, f"arn:aws:automate:{region}:ec2:recover"],
        **settings,
    )
    cloudwatch.put_metric_alarm(
        AlarmName=f"{instance} system",
        MetricName="StatusCheckFailed_Instance",
        Statistic="Sum",
        EvaluationPeriods=3,
        DatapointsToAlarm=3,
        AlarmActions=[f"arn:aws:automate:{region}:ec2:reboot", topic],
        **settings,
    )


# %% wrong="heal" says="against this helps recover"
def heal(instance, topic):
    for kind, action, minutes in (("System", "reboot", 2), ("Instance", "recover", 3)):
        cloudwatch.put_metric_alarm(
            AlarmName=f"{instance}-{action}",
            Namespace="AWS/EC2",
            MetricName=f"StatusCheckFailed_{kind}",
            Dimensions=where(InstanceId=instance),
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=minutes,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=[f"arn:aws:automate:us-east-1:ec2:{action}", topic],
        )


# %% wrong="heal" says="No action was run on the instance"
def heal(instance, topic):
    for kind, action, minutes in (("System", "recover", 2), ("Instance", "reboot", 3)):
        cloudwatch.put_metric_alarm(
            AlarmName=f"{instance}-{action}",
            Namespace="AWS/EC2",
            MetricName=f"StatusCheckFailed_{kind}",
            Dimensions=where(InstanceId=instance),
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=minutes,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[f"arn:aws:automate:us-east-1:ec2:{action}", topic],
        )


# %% wrong="heal" says="came after 1 minutes, it should come after 4"
def heal(instance, topic):
    for kind, action in (("System", "recover"), ("Instance", "reboot")):
        cloudwatch.put_metric_alarm(
            AlarmName=f"{instance}-{action}",
            Namespace="AWS/EC2",
            MetricName=f"StatusCheckFailed_{kind}",
            Dimensions=where(InstanceId=instance),
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=[f"arn:aws:automate:us-east-1:ec2:{action}", topic],
        )


# %% wrong="heal" says="came after 3 minutes, it should come after 4"
def heal(instance, topic):
    for kind, action, bad in (("System", "recover", 2), ("Instance", "reboot", 3)):
        cloudwatch.put_metric_alarm(
            AlarmName=f"{instance}-{action}",
            Namespace="AWS/EC2",
            MetricName=f"StatusCheckFailed_{kind}",
            Dimensions=where(InstanceId=instance),
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=3,
            DatapointsToAlarm=bad,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=[f"arn:aws:automate:us-east-1:ec2:{action}", topic],
        )


# %% right="rehearse"
def rehearse(alarm):
    since = lab.clock.now()
    boto3.resource("cloudwatch").Alarm(alarm).set_state(StateValue="ALARM", StateReason="first of the month")
    lab.settle()
    items = cloudwatch.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action")["AlarmHistoryItems"]
    failed = set()
    for item in items:
        data = json.loads(item["HistoryData"])
        if item["Timestamp"] >= since and data["actionState"] != "Succeeded":
            failed.add(data["notificationResource"])
    return sorted(failed)


# %% wrong="rehearse" says="the alarm's history does"
def rehearse(alarm):
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="rehearsal")
    (found,) = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    return [] if found["StateValue"] == "ALARM" else found["AlarmActions"]


# %% wrong="rehearse" says="only this rehearsal counts"
def rehearse(alarm):
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="rehearsal")
    items = cloudwatch.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action")["AlarmHistoryItems"]
    told = [json.loads(item["HistoryData"]) for item in items]
    return list({one["notificationResource"] for one in told if one["actionState"] == "Failed"})


# %% wrong="rehearse" says="but not their ARNs"
def rehearse(alarm):
    begun = lab.clock.now()
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="rehearsal")
    items = cloudwatch.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action", StartDate=begun)
    return [one["HistorySummary"] for one in items["AlarmHistoryItems"] if "Failed" in one["HistorySummary"]]


# %% wrong="rehearse" says="failed ten minutes ago"
def rehearse(alarm):
    since = lab.clock.now() - dt.timedelta(hours=1)
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="rehearsal")
    found = cloudwatch.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action", StartDate=since)
    told = [json.loads(item["HistoryData"]) for item in found["AlarmHistoryItems"]]
    return list({one["notificationResource"] for one in told if one["actionState"] == "Failed"})


# %% wrong="rehearse" says="you report 1 failed actions"
def rehearse(alarm):
    since = lab.clock.now()
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="rehearsal")
    found = cloudwatch.describe_alarm_history(AlarmName=alarm, HistoryItemType="Action", StartDate=since, MaxRecords=1)
    told = [json.loads(item["HistoryData"]) for item in found["AlarmHistoryItems"]]
    return [one["notificationResource"] for one in told if one["actionState"] == "Failed"]


# %% right="one-page"
def one_page(name, errors, slow, deploying, topic):
    loud = f"ALARM('{errors}') OR ALARM('{slow}')"
    calm = f"OK('{deploying}') OR INSUFFICIENT_DATA('{deploying}')"
    cloudwatch.put_composite_alarm(
        AlarmName=name,
        AlarmDescription="one page",
        AlarmRule=f"({calm}) AND ({loud})",
        AlarmActions=[topic],
        ActionsEnabled=True,
    )


# %% right="one-page"
def one_page(name, errors, slow, deploying, topic):
    cloudwatch.put_composite_alarm(
        AlarmName=name,
        AlarmRule=f"ALARM({errors}) OR ALARM({slow})",
        AlarmActions=[topic],
        ActionsSuppressor=deploying,
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=60,
    )


# %% wrong="one-page" says="errors ALARM, slow OK, deploying ALARM: 1 pages"
def one_page(name, errors, slow, deploying, topic):
    cloudwatch.put_composite_alarm(
        AlarmName=name,
        AlarmRule=f'ALARM("{errors}") OR ALARM("{slow}") AND NOT ALARM("{deploying}")',
        AlarmActions=[topic],
    )


# %% wrong="one-page" says="errors INSUFFICIENT_DATA, slow OK, deploying OK: 1 pages"
def one_page(name, errors, slow, deploying, topic):
    cloudwatch.put_composite_alarm(
        AlarmName=name,
        AlarmRule=f'(NOT OK("{errors}") OR NOT OK("{slow}")) AND NOT ALARM("{deploying}")',
        AlarmActions=[topic],
    )


# %% wrong="one-page" says="errors ALARM, slow OK, deploying OK: 0 pages"
def one_page(name, errors, slow, deploying, topic):
    cloudwatch.put_composite_alarm(
        AlarmName=name,
        AlarmRule=f'ALARM("{errors}") AND ALARM("{slow}") AND NOT ALARM("{deploying}")',
        AlarmActions=[topic],
    )


# %% wrong="one-page" says="deploying INSUFFICIENT_DATA: 0 pages"
def one_page(name, errors, slow, deploying, topic):
    cloudwatch.put_composite_alarm(
        AlarmName=name,
        AlarmRule=f'(ALARM("{errors}") OR ALARM("{slow}")) AND OK("{deploying}")',
        AlarmActions=[topic],
    )


# %% wrong="one-page" says="it rang and is OK already"
def one_page(name, errors, slow, deploying, topic):
    one, two = f"ALARM({errors}) AND NOT ALARM({slow})", f"ALARM({slow}) AND NOT ALARM({errors})"
    cloudwatch.put_composite_alarm(
        AlarmName=name,
        AlarmRule=f"(({one}) OR ({two})) AND NOT ALARM({deploying})",
        AlarmActions=[topic],
    )


# %% right="quiet"
def quiet_sundays(name, alarms):
    cloudwatch.put_alarm_mute_rule(
        Name=name,
        Description="maintenance",
        Rule={"Schedule": {"Expression": "cron(0 2 * * 0)", "Duration": "PT120M"}},
        MuteTargets={"AlarmNames": list(alarms)},
    )


# %% wrong="quiet" says="Sun 02:10 UTC, two alarms ring: 2 of them are told"
def quiet_sundays(name, alarms):
    cloudwatch.put_alarm_mute_rule(
        Name=name,
        Rule={"Schedule": {"Expression": "cron(0 2 * * 1)", "Duration": "PT2H", "Timezone": "UTC"}},
        MuteTargets={"AlarmNames": alarms},
    )


# %% wrong="quiet" says="Sat 03:00 UTC, two alarms ring: 0 of them are told"
def quiet_sundays(name, alarms):
    cloudwatch.put_alarm_mute_rule(
        Name=name,
        Rule={"Schedule": {"Expression": "cron(0 2 * * *)", "Duration": "PT2H", "Timezone": "UTC"}},
        MuteTargets={"AlarmNames": alarms},
    )


# %% wrong="quiet" says="only some of the alarms"
def quiet_sundays(name, alarms):
    cloudwatch.put_alarm_mute_rule(
        Name=name,
        Rule={"Schedule": {"Expression": "cron(0 2 * * SUN)", "Duration": "PT2H", "Timezone": "UTC"}},
        MuteTargets={"AlarmNames": alarms[:1]},
    )


# %% right="canary"
def watch_over(name, function_arn, topic):
    function = function_arn.rpartition(":")[2]
    rule = events.put_rule(Name=name, ScheduleExpression="cron(0/5 * * * ? *)")
    functions.add_permission(
        FunctionName=function,
        StatementId="schedule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule["RuleArn"],
    )
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": function_arn}])
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tern/Canaries",
        MetricName="SuccessPercent",
        Dimensions=[{"Name": "CanaryName", "Value": name}],
        Statistic="Minimum",
        Period=300,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        Threshold=90,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="canary" says="Silence must count as a failed run"
def watch_over(name, function_arn, topic):
    rule = events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)")["RuleArn"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId=name,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    events.put_targets(Rule=name, Targets=[{"Id": "canary", "Arn": function_arn}])
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tern/Canaries",
        MetricName="SuccessPercent",
        Dimensions=where(CanaryName=name),
        Statistic="Average",
        Period=300,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        Threshold=90,
        ComparisonOperator="LessThanThreshold",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="canary" says="May the rule invoke the function"
def watch_over(name, function_arn, topic):
    events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)")
    events.put_targets(Rule=name, Targets=[{"Id": "canary", "Arn": function_arn}])
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tern/Canaries",
        MetricName="SuccessPercent",
        Dimensions=where(CanaryName=name),
        Statistic="Average",
        Period=300,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        Threshold=90,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="canary" says="it should take two of three"
def watch_over(name, function_arn, topic):
    rule = events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)")["RuleArn"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId=name,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    events.put_targets(Rule=name, Targets=[{"Id": "canary", "Arn": function_arn}])
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tern/Canaries",
        MetricName="SuccessPercent",
        Dimensions=where(CanaryName=name),
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=90,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="canary" says="with a good one between"
def watch_over(name, function_arn, topic):
    rule = events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)")["RuleArn"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="by-rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    events.put_targets(Rule=name, Targets=[{"Id": "canary", "Arn": function_arn}])
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tern/Canaries",
        MetricName="SuccessPercent",
        Dimensions=where(CanaryName=name),
        Statistic="Average",
        Period=300,
        EvaluationPeriods=2,
        DatapointsToAlarm=2,
        Threshold=90,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% wrong="canary" says="ring only below 90"
def watch_over(name, function_arn, topic):
    rule = events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)")["RuleArn"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="by-rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    events.put_targets(Rule=name, Targets=[{"Id": "canary", "Arn": function_arn}])
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tern/Canaries",
        MetricName="SuccessPercent",
        Dimensions=where(CanaryName=name),
        Statistic="Average",
        Period=300,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        Threshold=100,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )


# %% right="dead-links"
def dead_links(start, fetch):
    asked = {}

    def visit(url):
        url = url.split("#")[0]
        if url in asked:
            return
        asked[url], links = fetch(url)
        if urlparse(url).hostname == urlparse(start).hostname:
            for link in links:
                visit(urljoin(url, link))

    visit(start)
    return {url: status for url, status in asked.items() if status >= 400}


# %% wrong="dead-links" says="hangs on a page of another host"
def dead_links(start, fetch):
    waiting, known, dead = [start], {start}, {}
    while waiting:
        page = waiting.pop()
        status, links = fetch(page)
        if status >= 400:
            dead[page] = status
        for link in links:
            address = urljoin(page, link).partition("#")[0]
            if address not in known:
                known.add(address)
                waiting.append(address)
    return dead


# %% wrong="dead-links" says="is no address to open"
def dead_links(start, fetch):
    waiting, known, dead = [start], {start}, {}
    while waiting:
        page = waiting.pop()
        status, links = fetch(page)
        if status >= 400:
            dead[page] = status
        if urlparse(page).netloc == urlparse(start).netloc:
            for link in links:
                address = urljoin(page, link)
                if address not in known:
                    known.add(address)
                    waiting.append(address)
    return dead


# %% wrong="dead-links" says="does a circle of links never end"
def dead_links(start, fetch):
    waiting, dead = [start], {}
    while waiting:
        page = waiting.pop()
        status, links = fetch(page)
        if status >= 400:
            dead[page] = status
        if urlparse(page).netloc == urlparse(start).netloc:
            waiting += [urljoin(page, link).partition("#")[0] for link in links]
    return dead


# %% wrong="dead-links" says="join a link to the page it stands on"
def dead_links(start, fetch):
    waiting, known, dead = [start.partition("#")[0]], {start.partition("#")[0]}, {}
    while waiting:
        page = waiting.pop()
        status, links = fetch(page)
        if status >= 400:
            dead[page] = status
        if urlparse(page).netloc == urlparse(start).netloc:
            for link in links:
                address = urljoin(start, link).partition("#")[0]
                if address not in known:
                    known.add(address)
                    waiting.append(address)
    return dead


# %% wrong="dead-links" says="The dead addresses"
def dead_links(start, fetch):
    waiting, known, dead = [start.partition("#")[0]], {start.partition("#")[0]}, {}
    while waiting:
        page = waiting.pop()
        status, links = fetch(page)
        if status > 400:
            dead[page] = status
        if urlparse(page).netloc == urlparse(start).netloc:
            for link in links:
                address = urljoin(page, link).partition("#")[0]
                if address not in known:
                    known.add(address)
                    waiting.append(address)
    return dead
