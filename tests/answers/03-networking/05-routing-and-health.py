# %% [markdown]
# Answers to 03-networking/05-routing-and-health: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="canary"
def canary(zone_id, name, old, new, percent):
    for label, address, weight in (("new", new, 2 * percent), ("old", old, 200 - 2 * percent)):
        put(zone_id, record(name, address, SetIdentifier=label, Weight=weight))


# %% wrong="canary" says="At 0 percent"
def canary(zone_id, name, old, new, percent):
    put(
        zone_id,
        record(name, old, SetIdentifier="old", Weight=100),
        record(name, new, SetIdentifier="new", Weight=max(1, percent)),
    )


# %% wrong="canary" says="At 10 percent"
def canary(zone_id, name, old, new, percent):
    put(
        zone_id,
        record(name, old, SetIdentifier="old", Weight=100 if percent < 100 else 0),
        record(name, new, SetIdentifier="new", Weight=percent),
    )


# %% wrong="canary" says="already exists"
def canary(zone_id, name, old, new, percent):
    put(
        zone_id,
        record(name, old, SetIdentifier="old", Weight=100 - percent),
        record(name, new, SetIdentifier="new", Weight=percent),
        action="CREATE",
    )


# %% wrong="canary" says="At 100 percent"
def canary(zone_id, name, old, new, percent):
    if percent < 100:
        put(zone_id, record(name, old, SetIdentifier="old", Weight=100 - percent))
    if percent > 0:
        put(zone_id, record(name, new, SetIdentifier="new", Weight=percent))


# %% right="worst-switch"
def worst_switch(interval, threshold, ttl):
    failures = sum(interval for _ in range(threshold))
    return failures + ttl, 16 * (60 / interval)


# %% wrong="worst-switch" says="resolvers kept it"
def worst_switch(interval, threshold, ttl):
    return interval * threshold, 16 * 60 / interval


# %% wrong="worst-switch" says="requests in the first minute"
def worst_switch(interval, threshold, ttl):
    return interval * threshold + ttl, 60 / interval


# %% wrong="worst-switch" says="In the worst case"
def worst_switch(interval, threshold, ttl):
    return interval * (threshold - 1) + ttl, 16 * 60 / interval


# %% wrong="worst-switch" says="threshold 5"
def worst_switch(interval, threshold, ttl):
    return 3 * interval + ttl, 16 * 60 / interval


# %% wrong="worst-switch" says="TTL 120"
def worst_switch(interval, threshold, ttl):
    return interval * threshold + 60, 16 * 60 / interval


# %% right="protect"
def protect(zone_id, name, primary, secondary):
    def guard(address):
        config = {"Type": "HTTP", "IPAddress": address, "Port": 80, "ResourcePath": "health"}
        config |= {"RequestInterval": 10, "FailureThreshold": 3}
        return route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)[
            "HealthCheck"
        ]["Id"]

    first = guard(primary)
    put(zone_id, record(name, secondary, SetIdentifier="b", Failover="SECONDARY", HealthCheckId=guard(secondary)))
    put(zone_id, record(name, primary, SetIdentifier="a", Failover="PRIMARY", HealthCheckId=first))
    return first


# %% wrong="protect" says="must have an associated health check"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "IPAddress": primary, "Port": 80, "ResourcePath": "/health"}
    config |= {"RequestInterval": 10, "FailureThreshold": 3}
    made = route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)
    put(
        zone_id,
        record(name, primary, SetIdentifier="a", Failover="PRIMARY"),
        record(name, secondary, SetIdentifier="b", Failover="SECONDARY"),
    )
    return made["HealthCheck"]["Id"]


# %% wrong="protect" says="31 seconds after the primary broke"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "IPAddress": primary, "Port": 80, "ResourcePath": "/health"}
    made = route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)
    guard = made["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, SetIdentifier="a", Failover="PRIMARY", HealthCheckId=guard),
        record(name, secondary, SetIdentifier="b", Failover="SECONDARY"),
    )
    return guard


# %% wrong="protect" says="at '/health' only"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "IPAddress": primary, "Port": 80, "RequestInterval": 10, "FailureThreshold": 3}
    made = route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)
    guard = made["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, SetIdentifier="a", Failover="PRIMARY", HealthCheckId=guard),
        record(name, secondary, SetIdentifier="b", Failover="SECONDARY"),
    )
    return guard


# %% wrong="protect" says="after a single failure"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "IPAddress": primary, "Port": 80, "ResourcePath": "/health"}
    config |= {"RequestInterval": 10, "FailureThreshold": 1}
    made = route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)
    guard = made["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, SetIdentifier="a", Failover="PRIMARY", HealthCheckId=guard),
        record(name, secondary, SetIdentifier="b", Failover="SECONDARY"),
    )
    return guard


# %% wrong="protect" says="ask the primary's address"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "FullyQualifiedDomainName": name, "Port": 80, "ResourcePath": "/health"}
    config |= {"RequestInterval": 10}
    made = route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)
    guard = made["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, SetIdentifier="a", Failover="PRIMARY", HealthCheckId=guard),
        record(name, secondary, SetIdentifier="b", Failover="SECONDARY"),
    )
    return guard


# %% wrong="protect" says="The failures after which"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "IPAddress": primary, "Port": 80, "ResourcePath": "/health"}
    config |= {"RequestInterval": 10, "FailureThreshold": 2}
    made = route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)
    guard = made["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, SetIdentifier="a", Failover="PRIMARY", HealthCheckId=guard),
        record(name, secondary, SetIdentifier="b", Failover="SECONDARY"),
    )
    return guard


# %% wrong="protect" says="HealthCheckAlreadyExists"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "IPAddress": primary, "Port": 80, "ResourcePath": "/health"}
    config |= {"RequestInterval": 10}
    made = route53.create_health_check(CallerReference="shop", HealthCheckConfig=config)
    guard = made["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, SetIdentifier="a", Failover="PRIMARY", HealthCheckId=guard),
        record(name, secondary, SetIdentifier="b", Failover="SECONDARY"),
    )
    return guard


# %% wrong="protect" says="The TTL of the records"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "IPAddress": primary, "Port": 80, "ResourcePath": "/health"}
    config |= {"RequestInterval": 10}
    made = route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)
    guard = made["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, 30, SetIdentifier="a", Failover="PRIMARY", HealthCheckId=guard),
        record(name, secondary, 30, SetIdentifier="b", Failover="SECONDARY"),
    )
    return guard


# %% wrong="protect" says="The failover roles"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "IPAddress": primary, "Port": 80, "ResourcePath": "/health"}
    config |= {"RequestInterval": 10}
    made = route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)
    guard = made["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, SetIdentifier="a", Weight=1, HealthCheckId=guard),
        record(name, secondary, SetIdentifier="b", Weight=0),
    )
    return guard


# %% wrong="protect" says="31 seconds after the primary broke"
def protect(zone_id, name, primary, secondary):
    config = {"Type": "HTTP", "IPAddress": primary, "Port": 80, "ResourcePath": "/health"}
    config |= {"RequestInterval": 10}
    made = route53.create_health_check(CallerReference=lab.unique_name("g"), HealthCheckConfig=config)
    guard = made["HealthCheck"]["Id"]
    put(
        zone_id,
        record(name, primary, SetIdentifier="a", Failover="PRIMARY", HealthCheckId=guard),
        record(name, secondary, SetIdentifier="b", Failover="SECONDARY", HealthCheckId=guard),
    )
    return guard


# %% right="quickest"
def quickest(table, sick):
    for region in sorted(table, key=table.get):
        if region not in sick:
            return region
    return sorted(table, key=table.get)[0]


# %% wrong="quickest" says="A sick record is passed over"
def quickest(table, sick):
    return min(table, key=table.get)


# %% wrong="quickest" says="All sick"
def quickest(table, sick):
    well = {region: time for region, time in table.items() if region not in sick}
    return min(well, key=well.get) if well else "none"


# %% wrong="quickest" says="Not the nearest on the map"
def quickest(table, sick):
    return next((region for region in table if region not in sick), next(iter(table)))


# %% wrong="quickest" says="All sick"
def quickest(table, sick):
    well = [region for region in table if region not in sick] or list(table)[:1]
    return min(well, key=table.get)


# %% right="localise"
def localise(zone_id, name, sites):
    changes = []
    for place, address in sites.items():
        if place == "default":
            where = {"CountryCode": "*"}
        elif place.startswith("continent:"):
            where = {"ContinentCode": place[-2:]}
        else:
            where = {"CountryCode": place[-2:]}
        changes.append(record(name, address, SetIdentifier=place.replace(":", "-"), GeoLocation=where))
    put(zone_id, *changes)


# %% wrong="localise" says="Is there a record for everybody else?"
def localise(zone_id, name, sites):
    for place, address in sites.items():
        kind, _, code = place.partition(":")
        if kind == "default":
            continue
        where = {"ContinentCode": code} if kind == "continent" else {"CountryCode": code}
        put(zone_id, record(name, address, SetIdentifier=place, GeoLocation=where))


# %% wrong="localise" says="A customer in FR gets 192.0.2.3"
def localise(zone_id, name, sites):
    for place, address in sites.items():
        code = place.partition(":")[2] or "*"
        put(zone_id, record(name, address, SetIdentifier=place, GeoLocation={"CountryCode": code}))


# %% right="winner"
def winner(user, resources):
    best, shortest = "", math.inf
    for name, (latitude, longitude, bias) in resources.items():
        factor = 1 - bias / 100 if bias > 0 else 1 / (1 + bias / 100)
        if (far := kilometres(user, (latitude, longitude)) * factor) < shortest:
            best, shortest = name, far
    return best


# %% wrong="winner" says="Compare biased distances"
def winner(user, resources):
    return min(resources, key=lambda name: kilometres(user, resources[name][:2]))


# %% wrong="winner" says="Compare biased distances"
def winner(user, resources):
    return min(resources, key=lambda name: kilometres(user, resources[name][:2]) * (1 - resources[name][2] / 100))


# %% right="office"
def office(zone_id, name, blocks, inside, others):
    made = route53.create_cidr_collection(Name=lab.unique_name("net"), CallerReference=lab.unique_name("ref"))
    collection = made["Collection"]["Id"]
    for block in blocks:
        change = [{"LocationName": "office", "Action": "PUT", "CidrList": [block]}]
        route53.change_cidr_collection(Id=collection, Changes=change)
    put(
        zone_id,
        record(name, others, SetIdentifier="1", CidrRoutingConfig={"CollectionId": collection, "LocationName": "*"}),
        record(
            name, inside, SetIdentifier="2", CidrRoutingConfig={"CollectionId": collection, "LocationName": "office"}
        ),
    )
    return collection


# %% wrong="office" says="no answer at all"
def office(zone_id, name, blocks, inside, others):
    made = route53.create_cidr_collection(Name=lab.unique_name("net"), CallerReference=lab.unique_name("ref"))
    collection = made["Collection"]["Id"]
    change = [{"LocationName": "office", "Action": "PUT", "CidrList": blocks}]
    route53.change_cidr_collection(Id=collection, Changes=change)
    where = {"CollectionId": collection, "LocationName": "office"}
    put(zone_id, record(name, inside, SetIdentifier="1", CidrRoutingConfig=where))
    return collection


# %% wrong="office" says="The blocks of the collection"
def office(zone_id, name, blocks, inside, others):
    made = route53.create_cidr_collection(Name=lab.unique_name("net"), CallerReference=lab.unique_name("ref"))
    collection = made["Collection"]["Id"]
    for location, address in (("office", inside), ("*", others)):
        where = {"CollectionId": collection, "LocationName": location}
        label = location.replace("*", "others")
        put(zone_id, record(name, address, SetIdentifier=label, CidrRoutingConfig=where))
    return collection


# %% wrong="office" says="in the office, gets"
def office(zone_id, name, blocks, inside, others):
    made = route53.create_cidr_collection(Name=lab.unique_name("net"), CallerReference=lab.unique_name("ref"))
    collection = made["Collection"]["Id"]
    change = [{"LocationName": "office", "Action": "PUT", "CidrList": blocks}]
    route53.change_cidr_collection(Id=collection, Changes=change)
    put(
        zone_id,
        record(name, inside, SetIdentifier="1", CidrRoutingConfig={"CollectionId": collection, "LocationName": "*"}),
        record(
            name, others, SetIdentifier="2", CidrRoutingConfig={"CollectionId": collection, "LocationName": "office"}
        ),
    )
    return collection


# %% wrong="office" says="CidrCollectionAlreadyExists"
def office(zone_id, name, blocks, inside, others):
    made = route53.create_cidr_collection(Name="office", CallerReference="office")
    collection = made["Collection"]["Id"]
    change = [{"LocationName": "office", "Action": "PUT", "CidrList": blocks}]
    route53.change_cidr_collection(Id=collection, Changes=change)
    for location, address in (("office", inside), ("*", others)):
        where = {"CollectionId": collection, "LocationName": location}
        label = location.replace("*", "others")
        put(zone_id, record(name, address, SetIdentifier=label, CidrRoutingConfig=where))
    return collection


# %% wrong="office" says="The blocks of the collection"
def office(zone_id, name, blocks, inside, others):
    made = route53.create_cidr_collection(Name=lab.unique_name("net"), CallerReference=lab.unique_name("ref"))
    collection = made["Collection"]["Id"]
    change = [{"LocationName": "office", "Action": "PUT", "CidrList": blocks[:1]}]
    route53.change_cidr_collection(Id=collection, Changes=change)
    for location, address in (("office", inside), ("*", others)):
        where = {"CollectionId": collection, "LocationName": location}
        label = location.replace("*", "others")
        put(zone_id, record(name, address, SetIdentifier=label, CidrRoutingConfig=where))
    return collection


# %% right="combine"
def combine(kind, checks):
    config = {"Type": "CALCULATED", "ChildHealthChecks": checks, "HealthThreshold": 1}
    if kind == "all":
        config["HealthThreshold"] = len(checks)
    if kind == "most":
        config["HealthThreshold"] = math.floor(len(checks) / 2 + 1)
    if kind == "none":
        config["Inverted"] = True
    return route53.create_health_check(CallerReference=lab.unique_name("c"), HealthCheckConfig=config)["HealthCheck"][
        "Id"
    ]


# %% wrong="combine" says="for 'none'"
def combine(kind, checks):
    threshold = {"any": 1, "all": len(checks), "most": len(checks) // 2 + 1, "none": 0}[kind]
    config = {"Type": "CALCULATED", "ChildHealthChecks": checks, "HealthThreshold": threshold}
    return route53.create_health_check(CallerReference=lab.unique_name("c"), HealthCheckConfig=config)["HealthCheck"][
        "Id"
    ]


# %% wrong="combine" says="for 'most'"
def combine(kind, checks):
    threshold = {"any": 1, "all": len(checks), "most": (len(checks) + 1) // 2, "none": 1}[kind]
    config = {"Type": "CALCULATED", "ChildHealthChecks": checks, "HealthThreshold": threshold}
    config["Inverted"] = kind == "none"
    return route53.create_health_check(CallerReference=lab.unique_name("c"), HealthCheckConfig=config)["HealthCheck"][
        "Id"
    ]


# %% right="watch-inside"
def watch_inside(metric, most):
    alarm = {"Region": "us-east-1", "Name": f"{metric}-too-long"}
    boto3.client("cloudwatch", region_name="us-east-1").put_metric_alarm(
        AlarmName=alarm["Name"],
        AlarmDescription="Workers do not keep up",
        Namespace="Lumen",
        MetricName=metric,
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        DatapointsToAlarm=1,
        Threshold=float(most),
        ComparisonOperator="GreaterThanThreshold",
    )
    config = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": alarm, "InsufficientDataHealthStatus": "Unhealthy"}
    return route53.create_health_check(CallerReference=lab.unique_name("w"), HealthCheckConfig=config)["HealthCheck"][
        "Id"
    ]


# %% wrong="watch-inside" says="What does silence mean to it?"
def watch_inside(metric, most):
    alarm = lab.unique_name("alarm")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Lumen",
        MetricName=metric,
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=most,
        ComparisonOperator="GreaterThanThreshold",
    )
    config = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-east-1", "Name": alarm}}
    return route53.create_health_check(CallerReference=alarm, HealthCheckConfig=config)["HealthCheck"]["Id"]


# %% wrong="watch-inside" says="Look at statistic, threshold and comparison"
def watch_inside(metric, most):
    alarm = lab.unique_name("alarm")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Lumen",
        MetricName=metric,
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=most,
        ComparisonOperator="GreaterThanThreshold",
    )
    told = {"Region": "us-east-1", "Name": alarm}
    config = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": told, "InsufficientDataHealthStatus": "Unhealthy"}
    return route53.create_health_check(CallerReference=alarm, HealthCheckConfig=config)["HealthCheck"]["Id"]


# %% wrong="watch-inside" says="Look at statistic, threshold and comparison"
def watch_inside(metric, most):
    alarm = lab.unique_name("alarm")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Lumen",
        MetricName=metric,
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=most,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    told = {"Region": "us-east-1", "Name": alarm}
    config = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": told, "InsufficientDataHealthStatus": "Unhealthy"}
    return route53.create_health_check(CallerReference=alarm, HealthCheckConfig=config)["HealthCheck"]["Id"]


# %% wrong="watch-inside" says="Look at statistic, threshold and comparison"
def watch_inside(metric, most):
    alarm = lab.unique_name("alarm")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Lumen",
        MetricName=metric,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=most,
        ComparisonOperator="GreaterThanThreshold",
    )
    told = {"Region": "us-east-1", "Name": alarm}
    config = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": told, "InsufficientDataHealthStatus": "Unhealthy"}
    made = route53.create_health_check(CallerReference=lab.unique_name("w"), HealthCheckConfig=config)
    return made["HealthCheck"]["Id"]


# %% wrong="watch-inside" says="Two metrics share the alarm"
def watch_inside(metric, most):
    alarm = "backlog"
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Lumen",
        MetricName=metric,
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=most,
        ComparisonOperator="GreaterThanThreshold",
    )
    told = {"Region": "us-east-1", "Name": alarm}
    config = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": told, "InsufficientDataHealthStatus": "Unhealthy"}
    made = route53.create_health_check(CallerReference=lab.unique_name("w"), HealthCheckConfig=config)
    return made["HealthCheck"]["Id"]
