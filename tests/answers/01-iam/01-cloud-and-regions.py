# %% [markdown]
# Answers to 01-iam/01-cloud-and-regions: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="break-even"
def break_even_month(purchase, monthly_running, hourly_price, hours_per_month):
    rent = hourly_price * hours_per_month
    return purchase / (rent - monthly_running) if rent > monthly_running else None


# %% wrong="break-even" says="renting is cheaper for ever"
def break_even_month(purchase, monthly_running, hourly_price, hours_per_month):
    return purchase / (hourly_price * hours_per_month - monthly_running)


# %% wrong="break-even" says="1,000 USD, 50 a month"
def break_even_month(purchase, monthly_running, hourly_price, hours_per_month):
    rent = hourly_price * hours_per_month
    return purchase / rent if rent > monthly_running else None


# %% wrong="break-even" says="nothing is ever saved"
def break_even_month(purchase, monthly_running, hourly_price, hours_per_month):
    saved = hourly_price * hours_per_month - monthly_running
    return None if saved < 0 else float("inf") if saved == 0 else purchase / saved


# %% wrong="break-even" says="not rounded"
def break_even_month(purchase, monthly_running, hourly_price, hours_per_month):
    saved = hourly_price * hours_per_month - monthly_running
    return round(purchase / saved) if saved > 0 else None


# %% right="tear-down"
def tear_down(environment):
    resource = boto3.resource("ec2")
    vpcs = list(resource.vpcs.filter(Filters=[{"Name": "tag:Environment", "Values": [environment]}]))
    for vpc in vpcs:
        for subnet in vpc.subnets.all():
            subnet.delete()
        vpc.delete()
    return len(vpcs)


# %% wrong="tear-down" says="DependencyViolation"
def tear_down(environment):
    vpcs = tagged(environment)
    for vpc in vpcs:
        ec2.delete_vpc(VpcId=vpc)
    return len(vpcs)


# %% wrong="tear-down" says="Filter by the tag"
def tear_down(environment):
    gone = 0
    for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]:
        inside = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        ec2.delete_vpc(VpcId=vpc["VpcId"])
        gone += 1
    return gone


# %% wrong="tear-down" says="Production lost"
def tear_down(environment):
    vpcs = tagged(environment)
    for subnet in ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["false"]}])["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for vpc in vpcs:
        ec2.delete_vpc(VpcId=vpc)
    return len(vpcs)


# %% wrong="tear-down" says="Still there: 1"
def tear_down(environment):
    vpc = tagged(environment)[0]
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc)
    return 1


# %% right="duties"
mine = "customer"
whose = {
    "all: let nobody without a badge into the data centre": "AWS",
    "all: choose a Region in which the law lets the data lie": mine,
    "EC2: patch the guest operating system": mine,
    "EC2: patch the layer that splits the hardware into machines": "AWS",
    "EC2: decide which ports are open to whom": mine,
    "RDS: patch the database engine": "AWS",
    "RDS: decide which database user may read a table": mine,
    "Lambda: patch the operating system that runs the function": "AWS",
    "Lambda: keep the libraries packed with the function up to date": mine,
    "S3: destroy a disk that is taken out of service": "AWS",
    "S3: decide who may read a bucket": mine,
}

# %% wrong="duties" says="Who can log in there"
whose = dict.fromkeys(
    [
        "EC2: patch the guest operating system",
        "EC2: patch the layer that splits the hardware into machines",
        "RDS: patch the database engine",
        "Lambda: patch the operating system that runs the function",
        "Lambda: keep the libraries packed with the function up to date",
        "S3: destroy a disk that is taken out of service",
        "all: let nobody without a badge into the data centre",
    ],
    "AWS",
) | dict.fromkeys(
    [
        "EC2: decide which ports are open to whom",
        "RDS: decide which database user may read a table",
        "S3: decide who may read a bucket",
        "all: choose a Region in which the law lets the data lie",
    ],
    "customer",
)

# %% wrong="duties" says="What you pack is your code"
whose = {
    "EC2: patch the guest operating system": "customer",
    "EC2: patch the layer that splits the hardware into machines": "AWS",
    "EC2: decide which ports are open to whom": "customer",
    "RDS: patch the database engine": "AWS",
    "RDS: decide which database user may read a table": "customer",
    "Lambda: patch the operating system that runs the function": "AWS",
    "Lambda: keep the libraries packed with the function up to date": "AWS",  # serverless, so nothing to patch?
    "S3: destroy a disk that is taken out of service": "AWS",
    "S3: decide who may read a bucket": "customer",
    "all: choose a Region in which the law lets the data lie": "customer",
    "all: let nobody without a badge into the data centre": "AWS",
}

# %% wrong="duties" says="write "
whose = {
    "EC2: patch the guest operating system": "me",
    "EC2: patch the layer that splits the hardware into machines": "AWS",
}


# %% right="close-doors"
def close_doors():
    resource = boto3.resource("ec2")
    for group in resource.security_groups.all():
        bad = []
        for rule in group.ip_permissions:
            low, high = rule.get("FromPort", 0), rule.get("ToPort", 65535)
            if rule["IpProtocol"] != "-1" and not (low <= 22 <= high or low <= 3389 <= high):
                continue
            world = {
                "IpRanges": [one for one in rule["IpRanges"] if one["CidrIp"] == "0.0.0.0/0"],
                "Ipv6Ranges": [one for one in rule["Ipv6Ranges"] if one["CidrIpv6"] == "::/0"],
            }
            if any(world.values()):
                kept = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule}
                bad.append(kept | {name: ranges for name, ranges in world.items() if ranges})
        if bad:
            group.revoke_ingress(IpPermissions=bad)
    for bucket in boto3.resource("s3").buckets.all():
        s3.put_public_access_block(
            Bucket=bucket.name,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )


# %% wrong="close-doors" says="it is wanted"
def close_doors():
    for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        if not rule["IsEgress"] and rule.get("CidrIpv4") == "0.0.0.0/0":
            ec2.revoke_security_group_ingress(
                GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
            )
    for bucket in s3.list_buckets()["Buckets"]:
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=bucket["Name"], PublicAccessBlockConfiguration=dict.fromkeys(names, True))


# %% wrong="close-doors" says="still lets ::/0 in on ports 20 to 25"
def close_doors():
    for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        world = rule.get("CidrIpv4") == "0.0.0.0/0" or rule.get("CidrIpv6") == "::/0"
        if not rule["IsEgress"] and world and rule["FromPort"] in (22, 3389, -1):
            ec2.revoke_security_group_ingress(
                GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
            )
    for bucket in s3.list_buckets()["Buckets"]:
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=bucket["Name"], PublicAccessBlockConfiguration=dict.fromkeys(names, True))


# %% wrong="close-doors" says="in on all ports"
def close_doors():
    for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        world = rule.get("CidrIpv4") == "0.0.0.0/0" or rule.get("CidrIpv6") == "::/0"
        ports = range(rule["FromPort"], rule["ToPort"] + 1)
        if not rule["IsEgress"] and world and (22 in ports or 3389 in ports):
            ec2.revoke_security_group_ingress(
                GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
            )
    for bucket in s3.list_buckets()["Buckets"]:
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=bucket["Name"], PublicAccessBlockConfiguration=dict.fromkeys(names, True))


# %% wrong="close-doors" says="2 of the 4 settings"
def close_doors():
    for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        world = rule.get("CidrIpv4") == "0.0.0.0/0" or rule.get("CidrIpv6") == "::/0"
        ports = range(rule["FromPort"], rule["ToPort"] + 1)
        if not rule["IsEgress"] and world and (rule["IpProtocol"] == "-1" or 22 in ports or 3389 in ports):
            ec2.revoke_security_group_ingress(
                GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
            )
    for bucket in s3.list_buckets()["Buckets"]:
        s3.put_public_access_block(
            Bucket=bucket["Name"],
            PublicAccessBlockConfiguration={"BlockPublicAcls": True, "BlockPublicPolicy": True},
        )


# %% wrong="close-doors" says="0 of the 4 settings"
def close_doors():
    for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        world = rule.get("CidrIpv4") == "0.0.0.0/0" or rule.get("CidrIpv6") == "::/0"
        ports = range(rule["FromPort"], rule["ToPort"] + 1)
        if not rule["IsEgress"] and world and (rule["IpProtocol"] == "-1" or 22 in ports or 3389 in ports):
            ec2.revoke_security_group_ingress(
                GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
            )
    # Buckets are blocked by default today: the old ones are forgotten.


# %% right="downtime"
def downtime(layers):
    from math import prod

    return 525_600 * (1 - prod(1 - (1 - up) ** copies for up, copies in layers))


# %% wrong="downtime" says="Two machines at 99.5"
def downtime(layers):
    share = 1.0
    for up, copies in layers:
        share *= up**copies  # a chain, as if all copies had to work
    return (1 - share) * 365 * 24 * 60


# %% wrong="downtime" says="A web layer of two"
def downtime(layers):
    down = 1.0
    for up, copies in layers:
        down *= (1 - up) ** copies  # as if every layer had to fail
    return down * 365 * 24 * 60


# %% wrong="downtime" says="One machine at 99.5"
def downtime(layers):
    share = 1.0
    for up, copies in layers:
        share *= 1 - (1 - up) ** copies
    return (1 - share) * 365 * 24


# %% wrong="downtime" says="Two layers of one copy at 90"
def downtime(layers):
    # Adds up the layers' downtimes: nearly right while they are small.
    return sum((1 - up) ** copies for up, copies in layers) * 365 * 24 * 60


# %% right="spread"
def spread(subnets, count):
    ids = []
    each, more = divmod(count, len(subnets))
    for n, subnet in enumerate(subnets):
        number = each + (n < more)
        if number:
            made = boto3.resource("ec2").create_instances(
                ImageId=image, InstanceType="t3.micro", MinCount=number, MaxCount=number, SubnetId=subnet
            )
            ids += [instance.id for instance in made]
    return ids


# %% wrong="spread" says="Spread them evenly"
def spread(subnets, count):
    answer = ec2.run_instances(
        ImageId=image, InstanceType="t3.micro", MinCount=count, MaxCount=count, SubnetId=subnets[0]
    )
    return [instance["InstanceId"] for instance in answer["Instances"]]


# %% wrong="spread" says="7 instances over 3 zones: 6 run"
def spread(subnets, count):
    ids = []
    for subnet in subnets:
        each = count // len(subnets)  # the rest is forgotten
        answer = ec2.run_instances(
            ImageId=image, InstanceType="t3.micro", MinCount=each, MaxCount=each, SubnetId=subnet
        )
        ids += [instance["InstanceId"] for instance in answer["Instances"]]
    return ids


# %% wrong="spread" says="Spread them evenly"
def spread(subnets, count):
    ids = []
    for n, subnet in enumerate(subnets):
        each = count // len(subnets) + (count % len(subnets) if n == 0 else 0)
        answer = ec2.run_instances(
            ImageId=image, InstanceType="t3.micro", MinCount=each, MaxCount=each, SubnetId=subnet
        )
        ids += [instance["InstanceId"] for instance in answer["Instances"]]
    return ids


# %% wrong="spread" says="the ids that you return"
def spread(subnets, count):
    reservations = []
    for n in range(count):
        answer = ec2.run_instances(
            ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnets[n % len(subnets)]
        )
        reservations.append(answer["ReservationId"])
    return reservations


# %% right="predict-scope"
lives = {"security group": "Region", "queue": "Region", "role": "account"}
works = {
    "a security group made in us-east-1 is found by a client of eu-central-1": lives["security group"] == "account",
    "a queue made in us-east-1 is found by a client of eu-central-1": lives["queue"] == "account",
    "two queues of the same name, one in us-east-1, one in eu-central-1": lives["queue"] == "Region",
    "a role made with a client of eu-central-1 is found by a client of us-east-1": lives["role"] == "account",
    "two roles of the same name, made with clients of two Regions": lives["role"] == "Region",
    "a bucket made in eu-central-1 is in list_buckets of a client of us-east-1": True,
    "two buckets of the same name, one in eu-central-1, one in eu-west-1": False,
}

# %% wrong="predict-scope" says="a list of buckets covers all Regions"
works = {
    "a security group made in us-east-1 is found by a client of eu-central-1": False,
    "a queue made in us-east-1 is found by a client of eu-central-1": False,
    "two queues of the same name, one in us-east-1, one in eu-central-1": True,
    "a role made with a client of eu-central-1 is found by a client of us-east-1": True,
    "two roles of the same name, made with clients of two Regions": False,
    "a bucket made in eu-central-1 is in list_buckets of a client of us-east-1": False,
    "two buckets of the same name, one in eu-central-1, one in eu-west-1": True,
}

# %% wrong="predict-scope" says="IAM is global"
works = {
    "a security group made in us-east-1 is found by a client of eu-central-1": False,
    "a queue made in us-east-1 is found by a client of eu-central-1": False,
    "two queues of the same name, one in us-east-1, one in eu-central-1": True,
    "a role made with a client of eu-central-1 is found by a client of us-east-1": False,
    "two roles of the same name, made with clients of two Regions": True,
    "a bucket made in eu-central-1 is in list_buckets of a client of us-east-1": True,
    "two buckets of the same name, one in eu-central-1, one in eu-west-1": False,
}

# %% wrong="predict-scope" says="names of buckets are unique"
works = {
    "a security group made in us-east-1 is found by a client of eu-central-1": False,
    "a queue made in us-east-1 is found by a client of eu-central-1": False,
    "two queues of the same name, one in us-east-1, one in eu-central-1": True,
    "a role made with a client of eu-central-1 is found by a client of us-east-1": True,
    "two roles of the same name, made with clients of two Regions": False,
    "a bucket made in eu-central-1 is in list_buckets of a client of us-east-1": True,
    "two buckets of the same name, one in eu-central-1, one in eu-west-1": True,
}


# %% right="choose-region"
def choose_region(allowed, needs, latency, price, tolerance=10):
    left = set(allowed)
    for service in needs:
        codes = boto3.Session(region_name="us-east-1").get_available_regions(service)
        if codes:
            left &= set(codes)
    best = None
    for code in sorted(left, key=latency.get):
        if best is None:
            best, limit = code, latency[code] + tolerance
        elif latency[code] <= limit and price[code] < price[best]:
            best = code
    return best


# %% wrong="choose-region" says="IAM and Route 53 are global"
def choose_region(allowed, needs, latency, price, tolerance=10):
    session = boto3.Session()
    left = [code for code in allowed if all(code in session.get_available_regions(name) for name in needs)]
    if not left:
        return None
    lowest = min(latency[code] for code in left)
    return min((code for code in left if latency[code] <= lowest + tolerance), key=price.get)


# %% wrong="choose-region" says="Frankfurt is nearer, but not allowed"
def choose_region(allowed, needs, latency, price, tolerance=10):
    session = boto3.Session()
    offered = [session.get_available_regions(name) for name in needs]
    left = [code for code in allowed if all(not codes or code in codes for codes in offered)]
    if not left:
        return None
    near = [code for code in left if latency[code] <= min(latency.values()) + tolerance] or left
    return min(near, key=price.get)


# %% wrong="choose-region" says="with a tolerance of 5 ms"
def choose_region(allowed, needs, latency, price, tolerance=10):
    session = boto3.Session()
    offered = [session.get_available_regions(name) for name in needs]
    left = [code for code in allowed if all(not codes or code in codes for codes in offered)]
    return min(left, key=price.get, default=None)  # the cheapest, however far


# %% wrong="choose-region" says="Milan is 9 ms slower"
def choose_region(allowed, needs, latency, price, tolerance=10):
    session = boto3.Session()
    offered = [session.get_available_regions(name) for name in needs]
    left = [code for code in allowed if all(not codes or code in codes for codes in offered)]
    return min(left, key=latency.get, default=None)  # the nearest, whatever it costs


# %% wrong="choose-region" says="Europe with Rekognition"
def choose_region(allowed, needs, latency, price, tolerance=10):
    if not allowed:
        return None
    lowest = min(latency[code] for code in allowed)
    return min((code for code in allowed if latency[code] <= lowest + tolerance), key=price.get)


# %% wrong="choose-region" says="which Stockholm has not"
def choose_region(allowed, needs, latency, price, tolerance=10):
    session = boto3.Session()
    offered = [session.get_available_regions(name) for name in needs]
    lowest = min((latency[code] for code in allowed), default=0)  # of all allowed, not of those left
    near = [code for code in allowed if latency[code] <= lowest + tolerance]
    left = [code for code in near if all(not codes or code in codes for codes in offered)]
    return min(left, key=price.get, default=None)
