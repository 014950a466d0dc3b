# %% [markdown]
# Answers to 03-networking/03-private-connections: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="record-all"
def record_all(vpc, group):
    resource, name = boto3.resource("iam"), lab.unique_name("flow-logs")
    trust = {"Effect": "Allow", "Principal": {"Service": ["vpc-flow-logs.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}
    role = resource.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust})
    )
    arn = f"arn:aws:logs:us-east-1:{lab.ACCOUNT_ID}:log-group:{group}:*"
    may = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": arn}
    role.Policy("deliver").put(PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": may}))
    return ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="cloud-watch-logs",
        LogGroupName=group,
        DeliverLogsPermissionArn=role.arn,
        MaxAggregationInterval=60,
    )["FlowLogIds"][0]


# %% wrong="record-all" says="Access error"
def record_all(vpc, group):
    name = lab.unique_name("flow-logs")
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    iam.put_role_policy(
        RoleName=name, PolicyName="write", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    return ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName=group,
        DeliverLogsPermissionArn=role,
        MaxAggregationInterval=60,
    )["FlowLogIds"][0]


# %% wrong="record-all" says="The aggregation interval"
def record_all(vpc, group):
    name = lab.unique_name("flow-logs")
    trust = {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    iam.put_role_policy(
        RoleName=name, PolicyName="write", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    return ec2.create_flow_logs(
        ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogGroupName=group, DeliverLogsPermissionArn=role
    )["FlowLogIds"][0]


# %% wrong="record-all" says="A call that passes and one that does not"
def record_all(vpc, group):
    name = lab.unique_name("flow-logs")
    trust = {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    iam.put_role_policy(
        RoleName=name, PolicyName="write", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    return ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="REJECT",
        LogGroupName=group,
        DeliverLogsPermissionArn=role,
        MaxAggregationInterval=60,
    )["FlowLogIds"][0]


# %% wrong="record-all" says="Two permissions are enough"
def record_all(vpc, group):
    name = lab.unique_name("flow-logs")
    trust = {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    iam.put_role_policy(
        RoleName=name, PolicyName="write", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    return ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName=group,
        DeliverLogsPermissionArn=role,
        MaxAggregationInterval=60,
    )["FlowLogIds"][0]


# %% right="lost-replies"
def lost_replies(lines):
    rows = [line.split() for line in lines]
    accepted = {(r[2], r[3], r[5], r[4], r[6]) for r in rows if r[12] == "ACCEPT"}
    rejected = {(r[2], r[4], r[6], r[3], r[5]) for r in rows if r[12] == "REJECT"}
    return {(client, int(port)) for _, client, _, _, port in accepted & rejected}


# %% wrong="lost-replies" says="were request and reply both seen"
def lost_replies(lines):
    found = set()
    for line in lines:
        one = dict(zip(FIELDS, line.split(), strict=True))
        if one["action"] == "REJECT":
            found.add((one["source"], int(one["target_port"])))
    return found


# %% wrong="lost-replies" says="Pairs are (text, number)"
def lost_replies(lines):
    return set()


# %% wrong="lost-replies" says="were request and reply both seen"
def lost_replies(lines):
    found = set()
    for line in lines:
        one = dict(zip(FIELDS, line.split(), strict=True))
        if one["action"] == "REJECT" and int(one["source_port"]) < int(one["target_port"]):
            found.add((one["target"], int(one["source_port"])))
    return found


# %% wrong="lost-replies" says="in another order"
def lost_replies(lines):
    rows = [dict(zip(FIELDS, line.split(), strict=True)) for line in lines]
    seen, found = set(), set()
    for one in rows:
        if one["action"] == "ACCEPT":
            seen.add((one["source"], one["source_port"], one["target_port"]))
        elif (one["target"], one["target_port"], one["source_port"]) in seen:
            found.add((one["target"], int(one["source_port"])))
    return found


# %% right="join"
def join(ours, theirs):
    resource = boto3.resource("ec2")
    connection = resource.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)
    connection.reload()
    if connection.status["Code"] == "failed":
        raise ValueError("overlap")
    connection.accept()
    vpcs = resource.Vpc(ours), resource.Vpc(theirs)
    for here, there in (vpcs, vpcs[::-1]):
        resource.RouteTable(main_table(here.id)).create_route(
            DestinationCidrBlock=there.cidr_block, VpcPeeringConnectionId=connection.id
        )
    return connection.id


# %% wrong="join" says="the other side has to accept it"
def join(ours, theirs):
    made = ec2.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)
    name = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    for here, there in ((ours, theirs), (theirs, ours)):
        block = ec2.describe_vpcs(VpcIds=[there])["Vpcs"][0]["CidrBlock"]
        ec2.create_route(RouteTableId=main_table(here), DestinationCidrBlock=block, VpcPeeringConnectionId=name)
    return name


# %% wrong="join" says="does not reach"
def join(ours, theirs):
    made = ec2.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)
    name = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    block = ec2.describe_vpcs(VpcIds=[theirs])["Vpcs"][0]["CidrBlock"]
    ec2.create_route(RouteTableId=main_table(ours), DestinationCidrBlock=block, VpcPeeringConnectionId=name)
    return name


# %% wrong="join" says="The routes to the connection should be"
def join(ours, theirs):
    made = ec2.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)
    name = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    for here in (ours, theirs):
        ec2.create_route(RouteTableId=main_table(here), DestinationCidrBlock="0.0.0.0/0", VpcPeeringConnectionId=name)
    return name


# %% wrong="join" says="raise ValueError; AWS said"
def join(ours, theirs):
    made = ec2.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)
    name = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    for here, there in ((ours, theirs), (theirs, ours)):
        block = ec2.describe_vpcs(VpcIds=[there])["Vpcs"][0]["CidrBlock"]
        ec2.create_route(RouteTableId=main_table(here), DestinationCidrBlock=block, VpcPeeringConnectionId=name)
    return name


# %% wrong="join" says="only the main one should"
def join(ours, theirs):
    resource = boto3.resource("ec2")
    connection = resource.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)
    connection.reload()
    if connection.status["Code"] == "failed":
        raise ValueError("overlap")
    connection.accept()
    vpcs = resource.Vpc(ours), resource.Vpc(theirs)
    for here, there in (vpcs, vpcs[::-1]):
        for table in here.route_tables.all():
            table.create_route(DestinationCidrBlock=there.cidr_block, VpcPeeringConnectionId=connection.id)
    return connection.id


# %% right="private-ways"
def private_ways(vpc, subnet):
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": action, "Resource": ["arn:aws:s3:::alder-records/*"]}
        for action in ("s3:GetObject", "s3:PutObject")
    ]
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.s3",
        RouteTableIds=[main_table(vpc)],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )
    group = ec2.create_security_group(GroupName=lab.unique_name("door"), Description="door", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
    )


# %% wrong="private-ways" says="enableDnsHostnames"
def private_ways(vpc, subnet):
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[main_table(vpc)])
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[open_group(vpc, 443, source="10.0.0.0/8")],
    )


# %% wrong="private-ways" says="SQS is not reached by its usual name"
def private_ways(vpc, subnet):
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[main_table(vpc)])
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        PrivateDnsEnabled=False,
        SubnetIds=[subnet],
        SecurityGroupIds=[open_group(vpc, 443, source="10.0.0.0/8")],
    )


# %% wrong="private-ways" says="should not let through s3:DeleteObject"
def private_ways(vpc, subnet):
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[main_table(vpc)])
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[open_group(vpc, 443, source="10.0.0.0/8")],
    )


# %% wrong="private-ways" says="arn:aws:s3:::alder-records-2025"
def private_ways(vpc, subnet):
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    may = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"]}
    may["Resource"] = "arn:aws:s3:::alder-records*"
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.s3",
        RouteTableIds=[main_table(vpc)],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[open_group(vpc, 443, source="10.0.0.0/8")],
    )


# %% right="who-reaches"
reaches = {
    f"{who}, {what}": what == "SQS" or who == "the VPC itself"
    for who in ("the VPC itself", "the peered VPC", "the basement")
    for what in ("S3", "SQS")
}


# %% wrong="who-reaches" says="is an address in the VPC"
reaches = {
    f"{who}, {what}": who == "the VPC itself"
    for who in ("the VPC itself", "the peered VPC", "the basement")
    for what in ("S3", "SQS")
}


# %% wrong="who-reaches" says="is a route in the VPC's own tables"
reaches = {
    f"{who}, {what}": True for who in ("the VPC itself", "the peered VPC", "the basement") for what in ("S3", "SQS")
}


# %% right="break-even"
def choose_link(days, gb, gbps):
    if days >= 30 and gbps > 1.25:
        return "direct connect"
    pays = gb * (internet_gb - line_gb) > (port_hour - vpn_hour) * hours
    return "direct connect" if days >= 30 and pays else "vpn"


# %% wrong="break-even" says="too short for a physical line"
def choose_link(days, gb, gbps):
    tunnel, line = vpn_hour * hours + gb * internet_gb, port_hour * hours + gb * line_gb
    return "direct connect" if gbps > 1.25 or line < tunnel else "vpn"


# %% wrong="break-even" says="just above the break-even"
def choose_link(days, gb, gbps):
    if days < 30:
        return "vpn"
    return "direct connect" if gbps > 1.25 or gb > 10_000 else "vpn"


# %% wrong="break-even" says="one tunnel carries"
def choose_link(days, gb, gbps):
    tunnel, line = vpn_hour * hours + gb * internet_gb, port_hour * hours + gb * line_gb
    return "direct connect" if days >= 30 and line < tunnel else "vpn"


# %% wrong="break-even" says="one tunnel carries just that"
def choose_link(days, gb, gbps):
    if days < 30:
        return "vpn"
    tunnel, line = vpn_hour * hours + gb * internet_gb, port_hour * hours + gb * line_gb
    return "direct connect" if gbps >= 1.25 or line < tunnel else "vpn"


# %% wrong="break-even" says="all that a week allows"
def choose_link(days, gb, gbps):
    if gbps > 1.25:
        return "direct connect"
    tunnel, line = vpn_hour * hours + gb * internet_gb, port_hour * hours + gb * line_gb
    return "direct connect" if days >= 30 and line < tunnel else "vpn"


# %% right="fortress"
def mend(site):
    resource = boto3.resource("ec2")
    for tier, port, source in (("app", 8080, "front"), ("data", 5432, "app")):
        group = resource.SecurityGroup(site[tier])
        wanted = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        wanted["UserIdGroupPairs"] = [{"GroupId": site[source]}]
        if group.ip_permissions:
            group.revoke_ingress(IpPermissions=group.ip_permissions)
        group.authorize_ingress(IpPermissions=[wanted])
    for route in resource.RouteTable(site["table"]).routes:
        if route.gateway_id != "local":
            route.delete()


# %% wrong="fortress" says="front should not reach app on port 22"
def mend(site):
    found = ec2.describe_security_groups(GroupIds=[site["data"]])["SecurityGroups"][0]["IpPermissions"]
    ec2.revoke_security_group_ingress(GroupId=site["data"], IpPermissions=found)
    pair = [{"GroupId": site["app"]}]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": pair}
    ec2.authorize_security_group_ingress(GroupId=site["data"], IpPermissions=[rule])
    ec2.delete_route(RouteTableId=site["table"], DestinationCidrBlock="0.0.0.0/0")


# %% wrong="fortress" says="data should not reach the internet"
def mend(site):
    for tier, port, source in (("app", 8080, "front"), ("data", 5432, "app")):
        found = ec2.describe_security_groups(GroupIds=[site[tier]])["SecurityGroups"][0]["IpPermissions"]
        if found:
            ec2.revoke_security_group_ingress(GroupId=site[tier], IpPermissions=found)
        pair = [{"GroupId": site[source]}]
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": pair}
        ec2.authorize_security_group_ingress(GroupId=site[tier], IpPermissions=[rule])


# %% wrong="fortress" says="front should not reach data on port 5432"
def mend(site):
    for tier, port in (("app", 8080), ("data", 5432)):
        found = ec2.describe_security_groups(GroupIds=[site[tier]])["SecurityGroups"][0]["IpPermissions"]
        if found:
            ec2.revoke_security_group_ingress(GroupId=site[tier], IpPermissions=found)
        ec2.authorize_security_group_ingress(GroupId=site[tier], IpPermissions=[leak(port, port, "10.0.0.0/8")])
    ec2.delete_route(RouteTableId=site["table"], DestinationCidrBlock="0.0.0.0/0")


# %% wrong="fortress" says="still has a route besides the local one"
def mend(site):
    for tier, port, source in (("app", 8080, "front"), ("data", 5432, "app")):
        found = ec2.describe_security_groups(GroupIds=[site[tier]])["SecurityGroups"][0]["IpPermissions"]
        ec2.revoke_security_group_ingress(GroupId=site[tier], IpPermissions=found)
        pair = [{"GroupId": site[source]}]
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": pair}
        ec2.authorize_security_group_ingress(GroupId=site[tier], IpPermissions=[rule])
    ec2.delete_route(RouteTableId=site["table"], DestinationCidrBlock="0.0.0.0/0")


# %% wrong="fortress" says="app should not reach data on port 22"
def mend(site):
    for tier, first, last, source in (("app", 8080, 8080, "front"), ("data", 0, 65535, "app")):
        found = ec2.describe_security_groups(GroupIds=[site[tier]])["SecurityGroups"][0]["IpPermissions"]
        ec2.revoke_security_group_ingress(GroupId=site[tier], IpPermissions=found)
        pair = [{"GroupId": site[source]}]
        rule = {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "UserIdGroupPairs": pair}
        ec2.authorize_security_group_ingress(GroupId=site[tier], IpPermissions=[rule])
    ec2.delete_route(RouteTableId=site["table"], DestinationCidrBlock="0.0.0.0/0")
    ec2.delete_route(RouteTableId=site["table"], DestinationCidrBlock="203.0.113.0/24")
