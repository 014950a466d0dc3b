# %% [markdown]
# Answers to 02-compute/06-kinds-of-balancers: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="crossroads"
def crossroads(listener, groups):
    def condition(field, *values):
        return {"Field": field, "Values": list(values)}

    closed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "405", "MessageBody": "no"}}
    closed["FixedResponseConfig"]["ContentType"] = "text/plain"
    host = condition("host-header", "api.skua.example")
    path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/help/*", "/help"]}}
    delete = {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["DELETE"]}}
    norsk = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "lang", "Value": "no"}]}}
    for priority, conditions, action in (
        (400, [norsk], forward_to(groups["norsk"])),
        (300, [path], forward_to(groups["help"])),
        (200, [host], forward_to(groups["api"])),
        (100, [delete, host], closed),
    ):
        elb.create_rule(ListenerArn=listener, Priority=priority, Conditions=conditions, Actions=[action])


# %% wrong="crossroads" says="it should lead to '405 no'"
def crossroads(listener, groups):
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["api.skua.example"]}}
    path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/help", "/help/*"]}}
    elb.create_rule(ListenerArn=listener, Priority=1, Conditions=[host], Actions=[forward_to(groups["api"])])
    elb.create_rule(ListenerArn=listener, Priority=2, Conditions=[path], Actions=[forward_to(groups["help"])])


# %% wrong="crossroads" says="GET /help/me of api.skua.example"
def crossroads(listener, groups):
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["api.skua.example"]}}
    path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/help", "/help/*"]}}
    elb.create_rule(ListenerArn=listener, Priority=2, Conditions=[host], Actions=[forward_to(groups["api"])])
    elb.create_rule(ListenerArn=listener, Priority=1, Conditions=[path], Actions=[forward_to(groups["help"])])


# %% wrong="crossroads" says="GET /helpers"
def crossroads(listener, groups):
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["api.skua.example"]}}
    method = {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["DELETE"]}}
    path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/help*"]}}
    lang = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "lang", "Value": "no"}]}}
    refuse = {"StatusCode": "405", "ContentType": "text/plain", "MessageBody": "no"}
    rows = [
        ([host, method], {"Type": "fixed-response", "FixedResponseConfig": refuse}),
        ([host], forward_to(groups["api"])),
        ([path], forward_to(groups["help"])),
        ([lang], forward_to(groups["norsk"])),
    ]
    for priority, (conditions, action) in enumerate(rows, start=1):
        elb.create_rule(ListenerArn=listener, Priority=priority, Conditions=conditions, Actions=[action])


# %% wrong="crossroads" says="GET /?smoking=no"
def crossroads(listener, groups):
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["api.skua.example"]}}
    method = {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["DELETE"]}}
    path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/help", "/help/*"]}}
    says_no = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Value": "no"}]}}
    refuse = {"StatusCode": "405", "ContentType": "text/plain", "MessageBody": "no"}
    rows = [
        ([host, method], {"Type": "fixed-response", "FixedResponseConfig": refuse}),
        ([host], forward_to(groups["api"])),
        ([path], forward_to(groups["help"])),
        ([says_no], forward_to(groups["norsk"])),
    ]
    for priority, (conditions, action) in enumerate(rows, start=1):
        elb.create_rule(ListenerArn=listener, Priority=priority, Conditions=conditions, Actions=[action])


# %% wrong="crossroads" says="of api.tern.example"
def crossroads(listener, groups):
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["api.*"]}}
    method = {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["DELETE"]}}
    path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/help", "/help/*"]}}
    lang = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "lang", "Value": "no"}]}}
    refuse = {"StatusCode": "405", "ContentType": "text/plain", "MessageBody": "no"}
    rows = [
        ([host, method], {"Type": "fixed-response", "FixedResponseConfig": refuse}),
        ([host], forward_to(groups["api"])),
        ([path], forward_to(groups["help"])),
        ([lang], forward_to(groups["norsk"])),
    ]
    for priority, (conditions, action) in enumerate(rows, start=1):
        elb.create_rule(ListenerArn=listener, Priority=priority, Conditions=conditions, Actions=[action])


# %% right="canary"
def roll_out(listener, old, new, check_version):
    def forward(**weights):
        rows = [{"TargetGroupArn": {"old": old, "new": new}[k], "Weight": w} for k, w in weights.items()]
        elb.modify_listener(
            ListenerArn=listener,
            DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": rows}}],
        )

    for step in (dict(old=9, new=1), dict(old=1, new=1), dict(new=1)):
        forward(**step)
        if check_version() is False:
            forward(old=1)
            return False
    return True


# %% wrong="canary" says="At the calls of check_version"
def roll_out(listener, old, new, check_version):
    elb.modify_listener(ListenerArn=listener, DefaultActions=[forward_to(new)])
    return check_version()


# %% wrong="canary" says="In the end the new version gets"
def roll_out(listener, old, new, check_version):
    for percent in (10, 50, 100):
        weights = [{"TargetGroupArn": old, "Weight": 100 - percent}, {"TargetGroupArn": new, "Weight": percent}]
        action = {"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}
        elb.modify_listener(ListenerArn=listener, DefaultActions=[action])
        if not check_version():
            return False
    return True


# %% wrong="canary" says="At the calls of check_version"
def roll_out(listener, old, new, check_version):
    for percent in (10, 50, 100):
        weights = [{"TargetGroupArn": old, "Weight": 100}, {"TargetGroupArn": new, "Weight": percent}]
        action = {"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}
        elb.modify_listener(ListenerArn=listener, DefaultActions=[action])
        if not check_version():
            elb.modify_listener(ListenerArn=listener, DefaultActions=[forward_to(old)])
            return False
    return True


# %% right="alb-function"
def attach(function_arn):
    name = lab.unique_name("fn")
    group = elb.create_target_group(Name=name, TargetType="lambda")["TargetGroups"][0]["TargetGroupArn"]
    permission = {"Action": "lambda:InvokeFunction", "Principal": "elasticloadbalancing.amazonaws.com"}
    short = function_arn.rpartition(":")[2]
    functions.add_permission(FunctionName=short, StatementId=name, SourceArn=group, **permission)
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": function_arn}])
    return group


# %% wrong="alb-function" says="does not have permission to invoke"
def attach(function_arn):
    made = elb.create_target_group(Name=lab.unique_name("fn"), TargetType="lambda")
    group = made["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": function_arn}])
    return group


# %% wrong="alb-function" says="Name yours as the SourceArn"
def attach(function_arn):
    made = elb.create_target_group(Name=lab.unique_name("fn"), TargetType="lambda")
    group = made["TargetGroups"][0]["TargetGroupArn"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="all",
        Action="lambda:InvokeFunction",
        Principal="elasticloadbalancing.amazonaws.com",
    )
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": function_arn}])
    return group


# %% wrong="alb-function" says="503 says that nothing is registered"
def attach(function_arn):
    made = elb.create_target_group(Name=lab.unique_name("fn"), TargetType="lambda")
    group = made["TargetGroups"][0]["TargetGroupArn"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="one",
        Action="lambda:InvokeFunction",
        Principal="elasticloadbalancing.amazonaws.com",
        SourceArn=group,
    )
    return group


# %% wrong="alb-function" says="Only the load balancer, and only"
def attach(function_arn):
    made = elb.create_target_group(Name=lab.unique_name("any"), TargetType="lambda")["TargetGroups"][0]
    arn = made["TargetGroupArn"]
    functions.add_permission(
        FunctionName=function_arn, StatementId="any", Action="lambda:*", Principal="*", SourceArn=arn
    )
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": function_arn}])
    return arn


# %% right="task-ports"
def follow(group, tasks):
    rows = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    have = [(r["Target"]["Id"], r["Target"]["Port"]) for r in rows if r["TargetHealth"]["State"] != "draining"]
    leave = [pair for pair in have if pair not in tasks]
    enter = [pair for pair in tasks if pair not in have]
    for change, pairs in ((elb.deregister_targets, leave), (elb.register_targets, enter)):
        if pairs:
            change(TargetGroupArn=group, Targets=[dict(zip(("Id", "Port"), pair, strict=True)) for pair in pairs])


# %% wrong="task-ports" says="the targets have the ports"
def follow(group, tasks):
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": name, "Port": port} for name, port in tasks])


# %% wrong="task-ports" says="the targets have the ports"
def follow(group, tasks):
    found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    for name in {one["Target"]["Id"] for one in found}:
        elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": name}])
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": name} for name, _ in tasks])


# %% wrong="task-ports" says="calls changed the targets"
def follow(group, tasks):
    for name, port in tasks:
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": name, "Port": port}])
    found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    for one in found:
        pair = (one["Target"]["Id"], one["Target"]["Port"])
        if pair not in tasks and one["TargetHealth"]["State"] != "draining":
            elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": pair[0], "Port": pair[1]}])


# %% wrong="task-ports" says="the rest is left alone"
def follow(group, tasks):
    found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    now = {(one["Target"]["Id"], one["Target"]["Port"]) for one in found if one["TargetHealth"]["State"] != "draining"}
    gone = [{"Id": name, "Port": port} for name, port in now - set(tasks)]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": name, "Port": port} for name, port in tasks])
    if gone:
        elb.deregister_targets(TargetGroupArn=group, Targets=gone)


# %% right="fixed-addresses"
def fixed(allocations, subnets, targets):
    mappings = []
    for number, subnet in enumerate(subnets):
        mappings.append({"SubnetId": subnet, "AllocationId": allocations[number]})
    arn = elb.create_load_balancer(
        Name=lab.unique_name("fixed"), Type="network", Scheme="internet-facing", SubnetMappings=mappings
    )["LoadBalancers"][0]["LoadBalancerArn"]
    elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=[forward_to(targets)])
    wanted = [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]
    elb.modify_target_group_attributes(TargetGroupArn=targets, Attributes=wanted)
    return arn


# %% wrong="fixed-addresses" says="Is cross-zone on?"
def fixed(allocations, subnets, targets):
    pairs = zip(subnets, allocations, strict=True)
    mappings = [{"SubnetId": subnet, "AllocationId": allocation} for subnet, allocation in pairs]
    made = elb.create_load_balancer(Name=lab.unique_name("b"), Type="network", SubnetMappings=mappings)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=[forward_to(targets)])
    return arn


# %% wrong="fixed-addresses" says="Nobody answers at the Elastic IP"
def fixed(allocations, subnets, targets):
    made = elb.create_load_balancer(Name=lab.unique_name("b"), Type="network", Subnets=subnets)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=[forward_to(targets)])
    return arn


# %% right="modernise"
def modernise(name):
    old = classic.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]
    pairs = sorted(
        (one["Listener"]["LoadBalancerPort"], one["Listener"]["Protocol"]) for one in old["ListenerDescriptions"]
    )
    kind = "application" if {protocol for _, protocol in pairs} <= {"HTTP", "HTTPS"} else "network"
    if kind == "network":
        pairs = [(port, "TLS" if protocol in ("HTTPS", "SSL") else "TCP") for port, protocol in pairs]
    said = old["HealthCheck"]["Target"]
    protocol = said.split(":")[0]
    check = (protocol, "/" + said.split("/", 1)[1]) if "/" in said else None
    if check is None:
        check = ("HTTP", "/") if kind == "application" else ("TCP", "")
    return {"kind": kind, "listeners": [(protocol, port) for port, protocol in pairs], "check": check}


# %% wrong="modernise" says="check TCP:80: the check"
def modernise(name):
    found = classic.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]
    old = [one["Listener"] for one in found["ListenerDescriptions"]]
    web = all(one["Protocol"] in ("HTTP", "HTTPS") for one in old)
    names = {} if web else {"HTTP": "TCP", "HTTPS": "TLS", "SSL": "TLS"}
    pairs = [(names.get(one["Protocol"], one["Protocol"]), one["LoadBalancerPort"]) for one in old]
    protocol, _, rest = found["HealthCheck"]["Target"].partition(":")
    _, slash, path = rest.partition("/")
    return {
        "kind": "application" if web else "network",
        "listeners": sorted(pairs, key=lambda pair: pair[1]),
        "check": (protocol, slash + path),
    }


# %% wrong="modernise" says="the kind"
def modernise(name):
    found = classic.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]
    old = [one["Listener"] for one in found["ListenerDescriptions"]]
    pairs = sorted(((one["Protocol"], one["LoadBalancerPort"]) for one in old), key=lambda pair: pair[1])
    protocol, _, rest = found["HealthCheck"]["Target"].partition(":")
    path = "/" + rest.partition("/")[2] if "/" in rest else ""
    check = (protocol, path) if path else ("HTTP", "/")
    return {"kind": "application", "listeners": pairs, "check": check}


# %% wrong="modernise" says="says nothing about check"
def modernise(name):
    return {"kind": "application", "listeners": [("HTTP", 80)]}


# %% wrong="modernise" says="HTTPS:8443/deep/health: the check"
def modernise(name):
    found = classic.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]
    old = sorted(
        ((one["Listener"]["Protocol"], one["Listener"]["LoadBalancerPort"]) for one in found["ListenerDescriptions"]),
        key=lambda pair: pair[1],
    )
    web = all(protocol in ("HTTP", "HTTPS") for protocol, _ in old)
    new_names = {"HTTP": "TCP", "HTTPS": "TLS", "SSL": "TLS"}
    protocol, target = found["HealthCheck"]["Target"].split(":")
    probe = (protocol, "/" + target.split("/")[-1])
    if protocol in ("TCP", "SSL"):
        probe = ("HTTP", "/") if web else ("TCP", "")
    return {
        "kind": "application" if web else "network",
        "listeners": old if web else [(new_names.get(protocol, protocol), port) for protocol, port in old],
        "check": probe,
    }


# %% wrong="modernise" says="check TCP:587: the listeners"
def modernise(name):
    found = classic.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"][0]
    old = [(one["Listener"]["Protocol"], one["Listener"]["LoadBalancerPort"]) for one in found["ListenerDescriptions"]]
    web = all(protocol in ("HTTP", "HTTPS") for protocol, _ in old)
    new_names = {"HTTP": "TCP", "HTTPS": "TLS", "SSL": "TLS"}
    protocol, _, rest = found["HealthCheck"]["Target"].partition(":")
    probe = (protocol, "/" + rest.partition("/")[2])
    if protocol in ("TCP", "SSL"):
        probe = ("HTTP", "/") if web else ("TCP", "")
    listeners = old if web else [(new_names.get(protocol, protocol), port) for protocol, port in old]
    return {"kind": "application" if web else "network", "listeners": sorted(listeners), "check": probe}
