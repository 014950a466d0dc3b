# %% [markdown]
# Answers to 03-networking/02-firewalls-and-ways-out: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="web-group"
def web_group(vpc):
    group = boto3.resource("ec2").create_security_group(GroupName=lab.unique_name("web"), Description="web", VpcId=vpc)
    for port in (80, 443):
        group.authorize_ingress(IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp="0.0.0.0/0")
    group.authorize_ingress(IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="198.51.100.0/28")
    return group.id


# %% wrong="web-group" says="TCP port 22 from 198.51.100.77 should be stopped"
def web_group(vpc):
    group = new_group(vpc, "web")
    for port in (22, 80, 443):
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


# %% wrong="web-group" says="TCP port 110 from internet should be stopped"
def web_group(vpc):
    group = new_group(vpc, "web")
    rules = [(80, 443, "0.0.0.0/0"), (22, 22, "198.51.100.0/28")]
    for first, last, block in rules:
        rule = {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "IpRanges": [{"CidrIp": block}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


# %% wrong="web-group" says="TCP port 22 from 198.51.100.77 should be stopped"
def web_group(vpc):
    group = new_group(vpc, "web")
    for port, block in ((80, "0.0.0.0/0"), (443, "0.0.0.0/0"), (22, "198.51.100.0/24")):
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": block}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


# %% wrong="web-group" says="TCP port 80 from internet should pass"
def web_group(vpc):
    group = new_group(vpc, "web")
    for port, block in ((8080, "0.0.0.0/0"), (443, "0.0.0.0/0"), (22, "198.51.100.0/28")):
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": block}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


# %% wrong="web-group" says="TCP port 22 from 198.51.100.1 should pass"
def web_group(vpc):
    group = new_group(vpc, "web")
    for first, last, block in ((80, 80, "0.0.0.0/0"), (443, 443, "0.0.0.0/0"), (22, 22, "198.51.100.9/32")):
        rule = {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "IpRanges": [{"CidrIp": block}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


# %% wrong="web-group" says="TCP port 21 from 198.51.100.9 should be stopped"
def web_group(vpc):
    group = new_group(vpc, "web")
    for first, last, block in ((80, 80, "0.0.0.0/0"), (443, 443, "0.0.0.0/0"), (0, 22, "198.51.100.0/28")):
        rule = {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "IpRanges": [{"CidrIp": block}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


# %% right="symptoms"
symptoms = dict(zip("abcde", ["connected", "refused", "time-out", "connected", "time-out"], strict=True))


# %% wrong="symptoms" says="A stopped machine cannot even refuse"
symptoms = {"a": "connected", "b": "refused", "c": "time-out", "d": "connected", "e": "refused"}


# %% wrong="symptoms" says="Groups are stateful"
symptoms = {"a": "connected", "b": "refused", "c": "time-out", "d": "time-out", "e": "time-out"}


# %% wrong="symptoms" says="nobody hears of the call"
symptoms = {"a": "connected", "b": "refused", "c": "refused", "d": "connected", "e": "time-out"}


# %% right="three-tiers"
def three_tiers(vpc):
    resource = boto3.resource("ec2")
    made, source = {}, None
    for tier, port in (("front", 443), ("app", 8080), ("data", 5432)):
        group = resource.create_security_group(GroupName=lab.unique_name(tier), Description=tier, VpcId=vpc)
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        if source is None:
            rule["IpRanges"] = [{"CidrIp": "0.0.0.0/0"}]
        else:
            rule["UserIdGroupPairs"] = [{"GroupId": source}]
        group.authorize_ingress(IpPermissions=[rule])
        made[tier] = source = group.id
    return made


# %% wrong="three-tiers" says="whoever gets an address there is in"
def three_tiers(vpc):
    made = {}
    for tier, port, block in (("front", 443, "0.0.0.0/0"), ("app", 8080, "10.0.0.0/8"), ("data", 5432, "10.0.0.0/8")):
        made[tier] = new_group(vpc, tier)
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": block}]}
        ec2.authorize_security_group_ingress(GroupId=made[tier], IpPermissions=[rule])
    return made


# %% wrong="three-tiers" says="front should not reach data"
def three_tiers(vpc):
    front, app, data = opened(vpc, 443), new_group(vpc, "app"), new_group(vpc, "data")
    for group, port, sources in ((app, 8080, [front]), (data, 5432, [front, app])):
        pairs = [{"GroupId": source} for source in sources]
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": pairs}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return {"front": front, "app": app, "data": data}


# %% wrong="three-tiers" says="front should reach app"
def three_tiers(vpc):
    front, app, data = opened(vpc, 443), new_group(vpc, "app"), new_group(vpc, "data")
    for group, port, source in ((app, 8080, app), (data, 5432, app)):
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [{"GroupId": source}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return {"front": front, "app": app, "data": data}


# %% wrong="three-tiers" says="app should not reach data on port 22"
def three_tiers(vpc):
    front, app, data = opened(vpc, 443), new_group(vpc, "app"), new_group(vpc, "data")
    for group, first, last, source in ((app, 8080, 8080, front), (data, 0, 65535, app)):
        rule = {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "UserIdGroupPairs": [{"GroupId": source}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return {"front": front, "app": app, "data": data}


# %% wrong="three-tiers" says="internet should not reach front on port 80"
def three_tiers(vpc):
    front, app, data = opened(vpc, 80, 443), new_group(vpc, "app"), new_group(vpc, "data")
    for group, port, source in ((app, 8080, front), (data, 5432, app)):
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [{"GroupId": source}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return {"front": front, "app": app, "data": data}


# %% wrong="three-tiers" says="data should not reach its neighbour"
def three_tiers(vpc):
    front, app, data = opened(vpc, 443), new_group(vpc, "app"), new_group(vpc, "data")
    for group, port, sources in ((app, 8080, [front]), (data, 5432, [app, data])):
        pairs = [{"GroupId": source} for source in sources]
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": pairs}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return {"front": front, "app": app, "data": data}


# %% right="strict-acl"
def strict_acl(vpc, subnet):
    acl = boto3.resource("ec2").Vpc(vpc).create_network_acl()
    world = {"Protocol": "6", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
    acl.create_entry(RuleNumber=10, Egress=False, PortRange={"From": 443, "To": 443}, **world)
    acl.create_entry(RuleNumber=20, Egress=True, PortRange={"From": 1024, "To": 65535}, **world)
    use_acl(subnet, acl.id)


# %% wrong="strict-acl" says="a NAT gateway that calls 443"
def strict_acl(vpc, subnet):
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    add_rule(acl, 100, "allow", out=False, first=443, last=443)
    add_rule(acl, 100, "allow", out=True, first=32768, last=60999)
    use_acl(subnet, acl)


# %% wrong="strict-acl" says="lets port 8080 in"
def strict_acl(vpc, subnet):
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    add_rule(acl, 100, "allow", out=False, first=443, last=443)
    add_rule(acl, 110, "allow", out=False, first=1024, last=65535)
    add_rule(acl, 100, "allow", out=True, first=1024, last=65535)
    use_acl(subnet, acl)


# %% wrong="strict-acl" says="the packet leaves the subnet"
def strict_acl(vpc, subnet):
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    add_rule(acl, 100, "allow", out=False, first=443, last=443)
    add_rule(acl, 100, "allow", out=True, first=0, last=65535)
    use_acl(subnet, acl)


# %% wrong="strict-acl" says="a web site on port 443"
def strict_acl(vpc, subnet):
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    add_rule(acl, 100, "allow", out=False, first=443, last=443)
    add_rule(acl, 100, "allow", out=True, first=443, last=443)
    add_rule(acl, 110, "allow", out=True, first=1024, last=65535)
    use_acl(subnet, acl)


# %% wrong="strict-acl" says="Make one for this subnet alone"
def strict_acl(vpc, subnet):
    acl = acl_of(subnet)["NetworkAclId"]
    for out in (False, True):
        ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=out)
    add_rule(acl, 100, "allow", out=False, first=443, last=443)
    add_rule(acl, 100, "allow", out=True, first=1024, last=65535)


# %% wrong="strict-acl" says="the ACL does so too"
def strict_acl(vpc, subnet):
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    add_rule(acl, 100, "allow", out=False, first=0, last=65535)
    add_rule(acl, 100, "allow", out=True, first=1024, last=65535)
    use_acl(subnet, acl)


# %% right="block"
def block(subnet, address):
    acl = acl_of(subnet)
    numbers = [entry["RuleNumber"] for entry in acl["Entries"] if not entry["Egress"]]
    number = min(numbers) - 1
    boto3.resource("ec2").NetworkAcl(acl["NetworkAclId"]).create_entry(
        RuleNumber=number, Egress=False, Protocol="-1", RuleAction="deny", CidrBlock=address + "/32"
    )
    return number


# %% wrong="block" says="a rule with a lower number decides"
def block(subnet, address):
    acl = acl_of(subnet)
    number = 90
    while any(entry["RuleNumber"] == number and not entry["Egress"] for entry in acl["Entries"]):
        number -= 1
    ec2.create_network_acl_entry(
        NetworkAclId=acl["NetworkAclId"],
        RuleNumber=number,
        Egress=False,
        Protocol="-1",
        RuleAction="deny",
        CidrBlock=f"{address}/32",
    )
    return number


# %% wrong="block" says="AWS refused"
def block(subnet, address):
    ec2.create_network_acl_entry(
        NetworkAclId=acl_of(subnet)["NetworkAclId"],
        RuleNumber=5,
        Egress=False,
        Protocol="-1",
        RuleAction="deny",
        CidrBlock=f"{address}/32",
    )
    return 5


# %% wrong="block" says="still reaches port 22"
def block(subnet, address):
    acl = acl_of(subnet)
    number = min(entry["RuleNumber"] for entry in acl["Entries"] if not entry["Egress"]) - 1
    ec2.create_network_acl_entry(
        NetworkAclId=acl["NetworkAclId"],
        RuleNumber=number,
        Egress=False,
        Protocol="6",
        RuleAction="deny",
        CidrBlock=f"{address}/32",
        PortRange={"From": 443, "To": 443},
    )
    return number


# %% wrong="block" says="others are shut out as well"
def block(subnet, address):
    acl = acl_of(subnet)
    number = min(entry["RuleNumber"] for entry in acl["Entries"] if not entry["Egress"]) - 1
    ec2.create_network_acl_entry(
        NetworkAclId=acl["NetworkAclId"],
        RuleNumber=number,
        Egress=False,
        Protocol="-1",
        RuleAction="deny",
        CidrBlock="0.0.0.0/0",
    )
    return number


# %% right="way-out"
def way_out(public_subnet, table):
    address = ec2.allocate_address(Domain="vpc")
    gateway = ec2.create_nat_gateway(
        SubnetId=public_subnet, AllocationId=address["AllocationId"], ConnectivityType="public"
    )["NatGateway"]["NatGatewayId"]
    while ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]["State"] != "available":
        lab.clock.advance(seconds=15)
    boto3.resource("ec2").RouteTable(table).create_route(DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
    return gateway


# %% wrong="way-out" says="does not get out"
def way_out(public_subnet, table):
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=public_subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[gateway])
    return gateway


# %% wrong="way-out" says="does not get out"
def way_out(public_subnet, table):
    home = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["VpcId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [home]}])["Subnets"]
    (private_subnet,) = (one["SubnetId"] for one in subnets if one["SubnetId"] != public_subnet)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=private_subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[gateway])
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
    return gateway


# %% wrong="way-out" says="wait for it with the waiter"
def way_out(public_subnet, table):
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=public_subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
    return gateway


# %% wrong="way-out" says="wait for it with the waiter before you use it"
def way_out(public_subnet, table):
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=public_subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[gateway])
    return gateway


# %% right="nat-bill"
def nat_month(gb, zones):
    per_gateway = nat_hour * hours + address_hour * hours
    return per_gateway * zones + nat_gb * gb


# %% wrong="nat-bill" says="One gateway, no traffic"
def nat_month(gb, zones):
    return zones * nat_hour * hours + gb * nat_gb


# %% wrong="nat-bill" says="Two gateways"
def nat_month(gb, zones):
    return zones * ((nat_hour + address_hour) * hours + gb * nat_gb)


# %% right="failover"
def failover(card_id, standby_id):
    resource = boto3.resource("ec2")
    card, standby = resource.NetworkInterface(card_id), resource.Instance(standby_id)
    if card.subnet.availability_zone != standby.subnet.availability_zone:
        raise ValueError("another zone")
    if card.attachment:
        card.detach(Force=True)
    card.attach(InstanceId=standby_id, DeviceIndex=1)


# %% wrong="failover" says="and the card was detached"
def failover(card_id, standby_id):
    card = ec2.describe_network_interfaces(NetworkInterfaceIds=[card_id])["NetworkInterfaces"][0]
    if "Attachment" in card:
        ec2.detach_network_interface(AttachmentId=card["Attachment"]["AttachmentId"])
    try:
        ec2.attach_network_interface(NetworkInterfaceId=card_id, InstanceId=standby_id, DeviceIndex=1)
    except ClientError as error:
        raise ValueError("another zone") from error


# %% wrong="failover" says="raise ValueError, before AWS says"
def failover(card_id, standby_id):
    ec2.attach_network_interface(NetworkInterfaceId=card_id, InstanceId=standby_id, DeviceIndex=1)


# %% wrong="failover" says="The card is not attached to the standby"
def failover(card_id, standby_id):
    card = ec2.describe_network_interfaces(NetworkInterfaceIds=[card_id])["NetworkInterfaces"][0]
    standby = ec2.describe_instances(InstanceIds=[standby_id])["Reservations"][0]["Instances"][0]
    if card["AvailabilityZone"] != standby["Placement"]["AvailabilityZone"]:
        raise ValueError("another zone")
    ec2.assign_private_ip_addresses(
        NetworkInterfaceId=standby["NetworkInterfaces"][0]["NetworkInterfaceId"],
        PrivateIpAddresses=[card["PrivateIpAddress"]],
    )


# %% wrong="failover" says="perhaps in another subnet"
def failover(card_id, standby_id):
    card = ec2.describe_network_interfaces(NetworkInterfaceIds=[card_id])["NetworkInterfaces"][0]
    standby = ec2.describe_instances(InstanceIds=[standby_id])["Reservations"][0]["Instances"][0]
    if card["SubnetId"] != standby["SubnetId"]:
        raise ValueError("another subnet")
    if "Attachment" in card:
        ec2.detach_network_interface(AttachmentId=card["Attachment"]["AttachmentId"])
    ec2.attach_network_interface(NetworkInterfaceId=card_id, InstanceId=standby_id, DeviceIndex=1)
