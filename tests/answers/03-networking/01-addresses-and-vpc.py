# %% [markdown]
# Answers to 03-networking/01-addresses-and-vpc: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="to-number"
def to_number(address):
    groups = address.split(".")
    if not all(group and set(group) <= set("0123456789") for group in groups):
        raise ValueError("not a number")
    numbers = [int(group) for group in groups]
    if len(numbers) != 4 or max(numbers) > 255:
        raise ValueError(address)
    return sum(number << shift for number, shift in zip(numbers, (24, 16, 8, 0), strict=True))


# %% wrong="to-number" says="0.0.1.0"
def to_number(address):
    a, b, c, d = (int(group) for group in address.split("."))
    if max(a, b, c, d) > 255 or min(a, b, c, d) < 0:
        raise ValueError(address)
    return a * 255**3 + b * 255**2 + c * 255 + d


# %% wrong="to-number" says="is no address"
def to_number(address):
    number = 0
    for group in address.split("."):
        number = number * 256 + int(group)
    return number


# %% wrong="to-number" says="'10.0.0.+1' is no address"
def to_number(address):
    a, b, c, d = (int(group) for group in address.split("."))
    if not all(0 <= group <= 255 for group in (a, b, c, d)):
        raise ValueError(address)
    return (a << 24) + (b << 16) + (c << 8) + d


# %% right="usable"
def usable(prefix):
    if prefix in range(16, 29):
        return (1 << (32 - prefix)) - 5
    return 0


# %% wrong="usable" says="A subnet /24"
def usable(prefix):
    return 2 ** (32 - prefix) - 2 if 16 <= prefix <= 28 else 0


# %% wrong="usable" says="A subnet /29"
def usable(prefix):
    return max(0, 2 ** (32 - prefix) - 5)


# %% wrong="usable" says="A subnet /15"
def usable(prefix):
    return 0 if prefix > 28 else 2 ** (32 - prefix) - 5


# %% wrong="usable" says="A subnet /16"
def usable(prefix):
    return 2 ** (32 - prefix) - 5 if 16 < prefix <= 28 else 0


# %% right="home-of"
def home_of(address):
    first, second, *_ = (int(group) for group in address.split("."))
    if first == 10:
        return "10.0.0.0/8"
    if first == 172 and 16 <= second <= 31:
        return "172.16.0.0/12"
    return "192.168.0.0/16" if (first, second) == (192, 168) else ""


# %% wrong="home-of" says="The block of 172.32.0.1"
def home_of(address):
    for start, home in {"10.": "10.0.0.0/8", "172.": "172.16.0.0/12", "192.168.": "192.168.0.0/16"}.items():
        if address.startswith(start):
            return home
    return ""


# %% wrong="home-of" says="The block of 100.64.0.9"
def home_of(address):
    for home in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"):
        if ipaddress.ip_address(address) in ipaddress.ip_network(home):
            return home
    return ""


# %% wrong="home-of" says="The block of 172.15.0.1"
def home_of(address):
    first, second, *_ = (int(group) for group in address.split("."))
    if first == 10:
        return "10.0.0.0/8"
    if first == 172 and second <= 31:
        return "172.16.0.0/12"
    return "192.168.0.0/16" if (first, second) == (192, 168) else ""


# %% wrong="home-of" says="The block of 192.169.1.1"
def home_of(address):
    first, second, *_ = (int(group) for group in address.split("."))
    if first == 172:
        return "172.16.0.0/12" if 16 <= second <= 31 else ""
    return {10: "10.0.0.0/8", 192: "192.168.0.0/16"}.get(first, "")


# %% right="new-home"
def new_home(block):
    vpc = boto3.resource("ec2").create_vpc(CidrBlock=block)
    vpc.modify_attribute(EnableDnsHostnames={"Value": True})
    (table,) = vpc.route_tables.all()
    (acl,) = vpc.network_acls.all()
    (group,) = vpc.security_groups.all()
    return {"vpc": vpc.id, "table": table.id, "acl": acl.id, "group": group.id}


# %% wrong="new-home" says="DNS host names are still off"
def new_home(block):
    vpc = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True})
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    return {
        "vpc": vpc,
        "table": ec2.describe_route_tables(Filters=inside)["RouteTables"][0]["RouteTableId"],
        "acl": ec2.describe_network_acls(Filters=inside)["NetworkAcls"][0]["NetworkAclId"],
        "group": ec2.describe_security_groups(Filters=inside)["SecurityGroups"][0]["GroupId"],
    }


# %% wrong="new-home" says="make no more"
def new_home(block):
    vpc = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    return {
        "vpc": vpc,
        "table": ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"],
        "acl": ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"],
        "group": ec2.create_security_group(GroupName="main", Description="main", VpcId=vpc)["GroupId"],
    }


# %% wrong="new-home" says="which came with this VPC"
def new_home(block):
    vpc = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    return {
        "vpc": vpc,
        "table": ec2.describe_route_tables()["RouteTables"][0]["RouteTableId"],
        "acl": ec2.describe_network_acls()["NetworkAcls"][0]["NetworkAclId"],
        "group": ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"],
    }


# %% right="best-route"
def next_target(subnet_id, address):
    vpc = boto3.resource("ec2").Subnet(subnet_id).vpc
    tables = list(vpc.route_tables.filter(Filters=[{"Name": "association.subnet-id", "Values": [subnet_id]}]))
    if not tables:
        tables = list(vpc.route_tables.filter(Filters=[{"Name": "association.main", "Values": ["true"]}]))
    number = ipaddress.ip_address(address)
    fits = [r for r in tables[0].routes if number in ipaddress.ip_network(r.destination_cidr_block)]
    fits.sort(key=lambda r: -ipaddress.ip_network(r.destination_cidr_block).prefixlen)
    return (fits[0].gateway_id or fits[0].vpc_peering_connection_id or fits[0].nat_gateway_id) if fits else ""


# %% wrong="best-route" says="a subnet on the main table"
def next_target(subnet_id, address):
    own = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=own)["RouteTables"]
    if not tables:
        vpc = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
        tables = ec2.describe_route_tables(RouteTableIds=[main_table(vpc)])["RouteTables"]
    routes = sorted(
        tables[0]["Routes"],
        key=lambda route: ipaddress.ip_network(route["DestinationCidrBlock"]).prefixlen,
        reverse=True,
    )
    for route in routes:
        if ipaddress.ip_address(address) in ipaddress.ip_network(route["DestinationCidrBlock"]):
            return route.get("GatewayId", "")
    return ""


# %% wrong="best-route" says="a table of its own without a route that fits"
def next_target(subnet_id, address):
    vpc = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
    own = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=own)["RouteTables"]
    tables += ec2.describe_route_tables(RouteTableIds=[main_table(vpc)])["RouteTables"]
    for table in tables:
        best, target = -1, ""
        for route in table["Routes"]:
            block = ipaddress.ip_network(route["DestinationCidrBlock"])
            if ipaddress.ip_address(address) in block and block.prefixlen > best:
                best, target = block.prefixlen, route.get("GatewayId") or route.get("VpcPeeringConnectionId")
        if target:
            return target
    return ""


# %% wrong="best-route" says="198.51.0.0/16 is more specific"
def next_target(subnet_id, address):
    own = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=own)["RouteTables"]
    if not tables:
        vpc = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
        tables = ec2.describe_route_tables(RouteTableIds=[main_table(vpc)])["RouteTables"]
    for route in tables[0]["Routes"]:
        if ipaddress.ip_address(address) in ipaddress.ip_network(route["DestinationCidrBlock"]):
            return route.get("GatewayId") or route.get("VpcPeeringConnectionId")
    return ""


# %% wrong="best-route" says="compare numbers, not texts"
def next_target(subnet_id, address):
    own = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=own)["RouteTables"]
    if not tables:
        vpc = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
        tables = ec2.describe_route_tables(RouteTableIds=[main_table(vpc)])["RouteTables"]
    number = ipaddress.ip_address(address)
    fits = [r for r in tables[0]["Routes"] if number in ipaddress.ip_network(r["DestinationCidrBlock"])]
    best = max(fits, key=lambda r: r["DestinationCidrBlock"].partition("/")[2], default={})
    return best.get("GatewayId") or best.get("NatGatewayId") or best.get("VpcPeeringConnectionId") or ""


# %% right="open-up"
def open_up(vpc, subnet):
    network = boto3.resource("ec2").Vpc(vpc)
    gateways = list(network.internet_gateways.all())
    if not gateways:
        gateways = [boto3.resource("ec2").create_internet_gateway()]
        network.attach_internet_gateway(InternetGatewayId=gateways[0].id)
    table = network.create_route_table()
    table.associate_with_subnet(SubnetId=subnet)
    table.create_route(DestinationCidrBlock="0.0.0.0/0", GatewayId=gateways[0].id)
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})


# %% wrong="open-up" says="is reached as well"
def open_up(vpc, subnet):
    attached = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])
    if attached["InternetGateways"]:
        gateway = attached["InternetGateways"][0]["InternetGatewayId"]
    else:
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(RouteTableId=main_table(vpc), DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})


# %% wrong="open-up" says="has a gateway already"
def open_up(vpc, subnet):
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})


# %% wrong="open-up" says="does not reach a new machine"
def open_up(vpc, subnet):
    attached = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])
    if attached["InternetGateways"]:
        gateway = attached["InternetGateways"][0]["InternetGatewayId"]
    else:
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)


# %% wrong="open-up" says="nobody asked for that"
def open_up(vpc, subnet):
    network = boto3.resource("ec2").Vpc(vpc)
    gateways = list(network.internet_gateways.all())
    if not gateways:
        gateways = [boto3.resource("ec2").create_internet_gateway()]
        network.attach_internet_gateway(InternetGatewayId=gateways[0].id)
    table = network.create_route_table()
    table.associate_with_subnet(SubnetId=subnet)
    table.create_route(DestinationCidrBlock="0.0.0.0/0", GatewayId=gateways[0].id)
    for one in network.subnets.all():
        ec2.modify_subnet_attribute(SubnetId=one.id, MapPublicIpOnLaunch={"Value": True})


# %% right="plan"
def plan(block, prefix, zones):
    start = int(ipaddress.ip_network(block).network_address)
    step = 2 ** (32 - prefix)
    made = []
    for kind in ("public", "private"):
        for zone in zones:
            made.append({"zone": zone, "kind": kind, "block": f"{ipaddress.ip_address(start)}/{prefix}"})
            start += step
    if start - 1 > int(ipaddress.ip_network(block).broadcast_address):
        raise ValueError("too small")
    return made


# %% wrong="plan" says="Raise ValueError"
def plan(block, prefix, zones):
    rest = ipaddress.ip_network(block).subnets(new_prefix=prefix)
    wanted = [(kind, zone) for kind in ("public", "private") for zone in zones]
    return [{"zone": zone, "kind": kind, "block": str(own)} for (kind, zone), own in zip(wanted, rest, strict=False)]


# %% wrong="plan" says="plan('10.1.0.0/16', 24, ['a', 'b'])"
def plan(block, prefix, zones):
    rest = ipaddress.ip_network(block).subnets(new_prefix=prefix)
    wanted = [(kind, zone) for zone in zones for kind in ("public", "private")]
    made = [{"zone": zone, "kind": kind, "block": str(own)} for (kind, zone), own in zip(wanted, rest, strict=False)]
    if len(made) < len(wanted):
        raise ValueError("too small")
    return made


# %% wrong="plan" says="too small"
def plan(block, prefix, zones):
    rest = [str(one) for one in ipaddress.ip_network(block).subnets(new_prefix=prefix)]
    wanted = [(kind, zone) for kind in ("public", "private") for zone in zones]
    if len(rest) <= len(wanted):
        raise ValueError("too small")
    return [{"zone": zone, "kind": kind, "block": own} for (kind, zone), own in zip(wanted, rest, strict=False)]


# %% wrong="plan" says="plan('10.3.0.0/24', 28, ['a', 'b', 'c'])"
def plan(block, prefix, zones):
    rest = [str(one) for one in ipaddress.ip_network(block).subnets(new_prefix=prefix)]
    wanted = [(kind, zone) for kind in ("public", "private") for zone in zones[:2]]
    if len(rest) < len(wanted):
        raise ValueError("too small")
    return [{"zone": zone, "kind": kind, "block": own} for (kind, zone), own in zip(wanted, rest, strict=False)]


# %% right="two-zones"
def build(subnets):
    resource = boto3.resource("ec2")
    vpc = resource.create_vpc(CidrBlock="10.1.0.0/16")
    gateway = resource.create_internet_gateway()
    gateway.attach_to_vpc(VpcId=vpc.id)
    for one in subnets:
        subnet = vpc.create_subnet(CidrBlock=one["block"], AvailabilityZone="us-east-1" + one["zone"])
        table = vpc.create_route_table()
        table.associate_with_subnet(SubnetId=subnet.id)
        if one["kind"] == "public":
            table.create_route(DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway.id)
            ec2.modify_subnet_attribute(SubnetId=subnet.id, MapPublicIpOnLaunch={"Value": True})
    return vpc.id


# %% wrong="two-zones" says="is reached from the internet"
def build(subnets):
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(RouteTableId=main_table(vpc), DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for one in subnets:
        made = new_subnet(vpc, one["block"], one["zone"])
        ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": one["kind"] == "public"})
    return vpc


# %% wrong="two-zones" says="is not reached"
def build(subnets):
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for one in subnets:
        made = new_subnet(vpc, one["block"], one["zone"])
        if one["kind"] == "public":
            ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})
    return vpc


# %% wrong="two-zones" says="Zones and blocks should be"
def build(subnets):
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    for one in subnets:
        new_subnet(vpc, one["block"])
    return vpc


# %% wrong="two-zones" says="is reached from the internet"
def build(subnets):
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for place, one in enumerate(subnets):
        made = new_subnet(vpc, one["block"], one["zone"])
        if place < len(subnets) / 2:
            ec2.associate_route_table(RouteTableId=table, SubnetId=made)
            ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})
    return vpc
