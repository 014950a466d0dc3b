# %% [markdown]
# Answers to 02-compute/04-load-balancing: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="fleet-size"
def fleet(load, per_server, zones):
    each = 1
    while each * (zones - 1) * per_server * 0.7 < load - 1e-6:
        each += 1
    return each


# %% wrong="fleet-size" says="one zone alone must do it"
def fleet(load, per_server, zones):
    return ceil(round(load / (0.7 * per_server), 9) / zones)


# %% wrong="fleet-size" says="one zone alone must do it"
def fleet(load, per_server, zones):
    return ceil(load / per_server / (zones - 1))


# %% wrong="fleet-size" says="eleven servers must be left"
def fleet(load, per_server, zones):
    return round(load / (0.7 * per_server)) // (zones - 1)


# %% wrong="fleet-size" says="in the three that are left"
def fleet(load, per_server, zones):
    needed = ceil(round(load / (0.7 * per_server), 9))
    return needed if zones == 2 else ceil(needed / 2)


# %% right="open-shop"
def open_shop(servers, subnets, group):
    name = lab.unique_name("another")
    made = elb.create_load_balancer(
        Name=name,
        Type="application",
        Scheme="internet-facing",
        SubnetMappings=[{"SubnetId": one} for one in subnets],
        SecurityGroups=[group],
    )["LoadBalancers"][0]
    targets = elb.create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckProtocol="HTTP", HealthCheckPath="/health"
    )["TargetGroups"][0]["TargetGroupArn"]
    config = {"TargetGroups": [{"TargetGroupArn": targets, "Weight": 1}]}
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "ForwardConfig": config}],
    )
    for one in servers:
        elb.register_targets(TargetGroupArn=targets, Targets=[{"Id": one, "Port": 80}])
    return made["DNSName"]


# %% wrong="open-shop" says="listens on the ports"
def open_shop(servers, subnets, group):
    made = elb.create_load_balancer(Name=lab.unique_name("x"), Subnets=subnets, SecurityGroups=[group])
    return made["LoadBalancers"][0]["DNSName"]


# %% wrong="open-shop" says="set HealthCheckPath"
def open_shop(servers, subnets, group):
    name = lab.unique_name("x")
    made = elb.create_load_balancer(Name=name, Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
    targets = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    arn = targets["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": one} for one in servers])
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return made["DNSName"]


# %% wrong="open-shop" says="503 says that no target is registered"
def open_shop(servers, subnets, group):
    name = lab.unique_name("x")
    made = elb.create_load_balancer(Name=name, Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
    targets = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckPath="/health")
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets["TargetGroups"][0]["TargetGroupArn"]}],
    )
    return made["DNSName"]


# %% wrong="open-shop" says="requests reached 2 of 3 servers"
def open_shop(servers, subnets, group):
    name = lab.unique_name("two")
    targets = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckPath="/health")
    arn = targets["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": servers[0]}, {"Id": servers[1]}])
    made = elb.create_load_balancer(Name=name, Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return made["DNSName"]


# %% right="how-long"
def how_long(interval, unhealthy, healthy):
    out = sum(interval for _ in range(unhealthy))
    return out, healthy * interval


# %% wrong="how-long" says="Seconds until it is out"
def how_long(interval, unhealthy, healthy):
    return interval * (unhealthy - 1), interval * (healthy - 1)


# %% wrong="how-long" says="Seconds until it is back"
def how_long(interval, unhealthy, healthy):
    return interval * unhealthy, interval


# %% wrong="how-long" says="Seconds until it is out"
def how_long(interval, unhealthy, healthy):
    return interval * healthy, interval * unhealthy


# %% right="deep-health"
def monitor(table):
    try:
        found = dynamodb.describe_table(TableName=table)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return 503, "the table is gone"
    return (200, "fine") if found["TableStatus"] == "ACTIVE" else (503, found["TableStatus"])


# %% wrong="deep-health" says="Ask the table itself"
def monitor(table):
    try:
        dynamodb.list_tables(ExclusiveStartTableName=table)
    except ClientError:
        return 503, "no"
    return 200, "ok"


# %% wrong="deep-health" says="must not write"
def monitor(table):
    try:
        dynamodb.put_item(TableName=table, Item={"id": {"S": "probe"}})
    except ClientError:
        return 503, "no"
    return 200, "ok"


# %% wrong="deep-health" says="ResourceNotFoundException"
def monitor(table):
    dynamodb.scan(TableName=table, Limit=1)
    return 200, "ok"


# %% wrong="deep-health" says="Ask the table itself"
def monitor(table):
    names = dynamodb.list_tables()["TableNames"]
    return (200, "ok") if table in names else (503, "no table")


# %% wrong="deep-health" says="The status once the table is gone"
def monitor(table):
    try:
        dynamodb.describe_table(TableName=table)
    except ClientError as error:
        return 500, str(error)
    return 200, "ok"


# %% wrong="deep-health" says="must not write"
def monitor(table):
    probe = {"Put": {"TableName": table, "Item": {"id": {"S": "probe"}}}}
    try:
        dynamodb.transact_write_items(TransactItems=[probe])
    except ClientError as error:
        return 503, str(error)
    return 200, "ok"


# %% right="baskets"
def make_page(table):
    kept = boto3.resource("dynamodb").Table(table)

    def page(request):
        who = request.headers["Customer"]
        found = kept.get_item(Key={"customer": who}, ConsistentRead=True).get("Item", {"tickets": []})
        if request.method == "POST":
            kept.put_item(Item={"customer": who, "tickets": [*found["tickets"], request.text]})
            return 201, "added"
        return found["tickets"]

    return page


# %% wrong="baskets" says="in a server's memory"
def make_page(table):
    baskets = {}

    def page(request):
        mine = baskets.setdefault(request.headers["Customer"], [])
        if request.method == "POST":
            mine.append(request.text)
            texts = [{"S": one} for one in mine]
            dynamodb.put_item(
                TableName=table,
                Item={"customer": {"S": request.headers["Customer"]}, "tickets": {"L": texts}},
            )
            return 201, "added"
        return mine

    return page


# %% wrong="baskets" says="it should be"
def make_page(table):
    def page(request):
        key = {"customer": {"S": request.headers["Customer"]}}
        if request.method == "POST":
            dynamodb.put_item(TableName=table, Item={**key, "tickets": {"L": [{"S": request.text}]}})
            return 201, "added"
        kept = dynamodb.get_item(TableName=table, Key=key).get("Item", {"tickets": {"L": []}})
        return [one["S"] for one in kept["tickets"]["L"]]

    return page


# %% wrong="baskets" says="is answered by 500"
def make_page(table):
    def page(request):
        key = {"customer": {"S": request.headers["Customer"]}}
        if request.method == "POST":
            dynamodb.update_item(
                TableName=table,
                Key=key,
                UpdateExpression="SET tickets = list_append(tickets, :new)",
                ExpressionAttributeValues={":new": {"L": [{"S": request.text}]}},
            )
            return 201, "added"
        return []

    return page


# %% wrong="baskets" says="Read the table at each request"
all_baskets = {}


def make_page(table):
    def page(request):
        mine = all_baskets.setdefault((table, request.headers["Customer"]), [])
        if request.method == "POST":
            mine.append(request.text)
            return 201, "added"
        return mine

    return page


# %% wrong="baskets" says="it should be"
def make_page(table):
    def page(request):
        key = {"customer": {"S": request.headers["Customer"]}}
        if request.method == "POST":
            dynamodb.update_item(
                TableName=table,
                Key=key,
                UpdateExpression="ADD tickets :new",
                ExpressionAttributeValues={":new": {"SS": [request.text]}},
            )
            return 201, "added"
        found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return sorted(found.get("tickets", {"SS": []})["SS"])

    return page


# %% right="rolling-resize"
def resize_all(group, new_type):
    servers = [
        one["Target"]["Id"] for one in elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    ]
    for server in servers:
        target = [{"Id": server, "Port": 80}]
        machine = boto3.resource("ec2").Instance(server)
        elb.deregister_targets(TargetGroupArn=group, Targets=target)
        machine.stop()
        machine.wait_until_stopped()
        machine.modify_attribute(InstanceType={"Value": new_type})
        machine.start()
        machine.wait_until_running()
        elb.register_targets(TargetGroupArn=group, Targets=target)
        elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=target)


# %% wrong="rolling-resize" says="out at the same time"
def resize_all(group, new_type):
    servers = list(health(group))
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": one} for one in servers])
    ec2.stop_instances(InstanceIds=servers)
    for server in servers:
        ec2.modify_instance_attribute(InstanceId=server, InstanceType={"Value": new_type})
    ec2.start_instances(InstanceIds=servers)
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one} for one in servers])
    lab.clock.advance(seconds=60)


# %% wrong="rolling-resize" says="out at the same time"
def resize_all(group, new_type):
    for server in list(health(group)):
        elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": server}])
        ec2.stop_instances(InstanceIds=[server])
        ec2.modify_instance_attribute(InstanceId=server, InstanceType={"Value": new_type})
        ec2.start_instances(InstanceIds=[server])
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": server}])
    lab.clock.advance(seconds=60)


# %% wrong="rolling-resize" says="still registered"
def resize_all(group, new_type):
    for server in list(health(group)):
        ec2.stop_instances(InstanceIds=[server])
        ec2.modify_instance_attribute(InstanceId=server, InstanceType={"Value": new_type})
        ec2.start_instances(InstanceIds=[server])
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": server}])
        while health(group)[server] != "healthy":
            lab.clock.advance(seconds=30)


# %% wrong="rolling-resize" says="This group checks every"
def resize_all(group, new_type):
    for one in list(health(group)):
        elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": one}])
        ec2.stop_instances(InstanceIds=[one])
        ec2.get_waiter("instance_stopped").wait(InstanceIds=[one])
        ec2.modify_instance_attribute(InstanceId=one, InstanceType={"Value": new_type})
        ec2.start_instances(InstanceIds=[one])
        ec2.get_waiter("instance_running").wait(InstanceIds=[one])
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one}])
        lab.clock.advance(seconds=31)


# %% right="right-door"
import ipaddress


def advise(protocol, by_path, fixed, target, stateless):
    grows = "out" if stateless else "up"
    if protocol == "IP":
        kind = "gateway"
    elif protocol != "HTTP":
        kind = "network"
    elif not fixed:
        kind = "application"
    else:
        kind = "network before application" if by_path else "network"
    try:
        number = int(ipaddress.ip_address(target))
    except ValueError:
        return kind, "lambda" if ":function:" in target else "instance", grows
    edges = (("10.0.0.0", 8), ("172.16.0.0", 12), ("192.168.0.0", 16), ("100.64.0.0", 10))
    inside_any = any(int(ipaddress.ip_address(a)) >> (32 - n) == number >> (32 - n) for a, n in edges)
    return kind, "ip" if inside_any else "none", grows


# %% wrong="right-door" says="One PostgreSQL server: the target type"
def advise(protocol, by_path, fixed, target, stateless):
    kind = {"IP": "gateway", "HTTP": "application"}.get(protocol, "network")
    if protocol == "HTTP" and fixed:
        kind = "network before application" if by_path else "network"
    if target.startswith("i-"):
        of = "instance"
    elif target.startswith("arn:"):
        of = "lambda"
    else:
        of = "ip" if ip_address(target).is_private else "none"
    return kind, of, "out" if stateless else "up"


# %% wrong="right-door" says="A bank's API: the kind of balancer"
def advise(protocol, by_path, fixed, target, stateless):
    kind = {"IP": "gateway", "HTTP": "application"}.get(protocol, "network")
    of = "instance" if target.startswith("i-") else "lambda" if target.startswith("arn:") else "ip"
    return kind, of, "out" if stateless else "up"


# %% wrong="right-door" says="A server at home: the target type"
def advise(protocol, by_path, fixed, target, stateless):
    kind = {"IP": "gateway", "HTTP": "application"}.get(protocol, "network")
    if protocol == "HTTP" and fixed:
        kind = "network before application" if by_path else "network"
    of = "instance" if target.startswith("i-") else "lambda" if target.startswith("arn:") else "ip"
    return kind, of, "out" if stateless else "up"


# %% wrong="right-door" says="A meter in the VPC: the target type"
def advise(protocol, by_path, fixed, target, stateless):
    kind = {"IP": "gateway", "TCP": "network", "UDP": "network"}.get(protocol, "application")
    if kind == "application" and fixed:
        kind = "network before application" if by_path else "network"
    if target.startswith("i-"):
        where = "instance"
    elif target.startswith("arn:"):
        where = "lambda"
    else:
        where = "ip" if target.startswith(("10.", "172.16.", "192.168.", "100.")) else "none"
    return kind, where, "out" if stateless else "up"
