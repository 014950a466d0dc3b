# %% [markdown]
# Answers to 02-compute/01-instances: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="parse-type"
def parse_type(name):
    head, _, size = name.partition(".")
    letters = re.match(r"[a-z]+", head)
    if not size or letters is None or not re.fullmatch(r"[a-z]+[0-9]+[a-z]*", head):
        return None
    digits = re.search(r"[0-9]+", head)
    return {
        "size": size,
        "family": letters.group(),
        "generation": int(digits.group()),
        "attributes": head[digits.end() :],
    }


# %% wrong="parse-type" says="generation of c5n.xlarge"
def parse_type(name):
    parts = re.fullmatch(r"([a-z]+)(\d+)([a-z]*)\.(.+)", name)
    return parts and dict(zip(("family", "generation", "attributes", "size"), parts.groups(), strict=True))


# %% wrong="parse-type" says="family of inf2.8xlarge"
def parse_type(name):
    head, size = name.split(".")
    if not head[1].isdigit():
        return {"family": head[0], "generation": 2, "attributes": "", "size": size}
    return {"family": head[0], "generation": int(head[1]), "attributes": head[2:], "size": size}


# %% wrong="parse-type" says="mac2-m2.metal has another form"
def parse_type(name):
    parts = re.match(r"([a-z]+)(\d+)([^.]*)\.(.+)", name)
    if parts is None:
        return None
    family, generation, attributes, size = parts.groups()
    return {"family": family, "generation": int(generation), "attributes": attributes, "size": size}


# %% right="cheapest-fit"
def cheapest_fit(vcpus, gib, architecture):
    best = None
    for page in ec2.get_paginator("describe_instance_types").paginate(InstanceTypes=sorted(PRICES)):
        for kind in page["InstanceTypes"]:
            name = kind["InstanceType"]
            large = kind["VCpuInfo"]["DefaultVCpus"] >= vcpus and kind["MemoryInfo"]["SizeInMiB"] / 1024 >= gib
            if large and architecture in kind["ProcessorInfo"]["SupportedArchitectures"]:
                best = name if best is None or PRICES[name] < PRICES[best] else best
    return best


# %% wrong="cheapest-fit" says="the same unit"
def cheapest_fit(vcpus, gib, architecture):
    found = ec2.describe_instance_types(InstanceTypes=list(PRICES))["InstanceTypes"]
    fits = [
        kind["InstanceType"]
        for kind in found
        if kind["VCpuInfo"]["DefaultVCpus"] >= vcpus
        and kind["MemoryInfo"]["SizeInMiB"] >= gib
        and architecture in kind["ProcessorInfo"]["SupportedArchitectures"]
    ]
    return min(fits, key=PRICES.get, default=None)


# %% wrong="cheapest-fit" says="the processor looked at"
def cheapest_fit(vcpus, gib, architecture):
    found = ec2.describe_instance_types(InstanceTypes=list(PRICES))["InstanceTypes"]
    fits = [
        kind["InstanceType"]
        for kind in found
        if kind["VCpuInfo"]["DefaultVCpus"] >= vcpus and kind["MemoryInfo"]["SizeInMiB"] >= gib * 1024
    ]
    return min(fits, key=PRICES.get, default=None)


# %% wrong="cheapest-fit" says="At least: 4 vCPUs are fine"
def cheapest_fit(vcpus, gib, architecture):
    found = ec2.describe_instance_types(InstanceTypes=list(PRICES))["InstanceTypes"]
    fits = [
        kind["InstanceType"]
        for kind in found
        if kind["VCpuInfo"]["DefaultVCpus"] == vcpus
        and kind["MemoryInfo"]["SizeInMiB"] >= gib * 1024
        and architecture in kind["ProcessorInfo"]["SupportedArchitectures"]
    ]
    return min(fits, key=PRICES.get, default=None)


# %% wrong="cheapest-fit" says="8.1 * 1024 MiB"
def cheapest_fit(vcpus, gib, architecture):
    found = ec2.describe_instance_types(InstanceTypes=list(PRICES))["InstanceTypes"]
    fits = [
        kind["InstanceType"]
        for kind in found
        if kind["VCpuInfo"]["DefaultVCpus"] >= vcpus
        and kind["MemoryInfo"]["SizeInMiB"] >= gib * 1000
        and architecture in kind["ProcessorInfo"]["SupportedArchitectures"]
    ]
    return min(fits, key=PRICES.get, default=None)


# %% right="launch-web"
def launch_web(kind, group_id, name):
    if kind not in CATALOGUE:
        raise ValueError(f"no such type: {kind}")
    processor = "arm64" if "arm64" in CATALOGUE[kind]["ProcessorInfo"]["SupportedArchitectures"] else "x86_64"
    server = boto3.resource("ec2").create_instances(
        ImageId=newest_linux(processor),
        InstanceType=kind,
        SecurityGroupIds=[group_id],
        MinCount=1,
        MaxCount=1,
    )[0]
    server.create_tags(Tags=[{"Key": "Name", "Value": name}])
    server.wait_until_running()
    server.reload()
    return server.id, server.public_ip_address


# %% wrong="launch-web" says="architecture"
def launch_web(kind, group_id, name):
    if kind not in CATALOGUE:
        raise ValueError(f"no such type: {kind}")
    label = {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}
    one = launch(InstanceType=kind, SecurityGroupIds=[group_id], TagSpecifications=[label])
    ec2.get_waiter("instance_running").wait(InstanceIds=[one])
    return one, instance(one)["PublicIpAddress"]


# %% wrong="launch-web" says="turn it into a ValueError"
def launch_web(kind, group_id, name):
    [found] = ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"]
    processor = found["ProcessorInfo"]["SupportedArchitectures"][-1]
    label = {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}
    one = launch(
        ImageId=newest_linux(processor),
        InstanceType=kind,
        SecurityGroupIds=[group_id],
        TagSpecifications=[label],
    )
    ec2.get_waiter("instance_running").wait(InstanceIds=[one])
    return one, instance(one)["PublicIpAddress"]


# %% wrong="launch-web" says="Nothing asks after the launch"
def launch_web(kind, group_id, name):
    if kind not in CATALOGUE:
        raise ValueError(f"no such type: {kind}")
    processor = CATALOGUE[kind]["ProcessorInfo"]["SupportedArchitectures"][-1]
    started = ec2.run_instances(
        ImageId=newest_linux(processor),
        InstanceType=kind,
        SecurityGroupIds=[group_id],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        MinCount=1,
        MaxCount=1,
    )["Instances"][0]
    return started["InstanceId"], started.get("PublicIpAddress")


# %% wrong="launch-web" says="Its tag Name"
def launch_web(kind, group_id, name):
    if kind not in CATALOGUE:
        raise ValueError(f"no such type: {kind}")
    processor = CATALOGUE[kind]["ProcessorInfo"]["SupportedArchitectures"][-1]
    label = {"ResourceType": "instance", "Tags": [{"Key": "name", "Value": name}]}
    one = launch(
        ImageId=newest_linux(processor),
        InstanceType=kind,
        SecurityGroupIds=[group_id],
        TagSpecifications=[label],
    )
    ec2.get_waiter("instance_running").wait(InstanceIds=[one])
    return one, instance(one)["PublicIpAddress"]


# %% right="way-in"
def way_in(instance_id, key_file):
    mode = Path(key_file).stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError(f"chmod 400 {key_file}, or ssh refuses it")
    server = boto3.resource("ec2").Instance(instance_id)
    if server.public_ip_address is None:
        raise ValueError("no public address")
    user = "ubuntu" if server.image.name.upper().startswith("UBUNTU") else "ec2-user"
    return " ".join(["ssh", "-i", str(key_file), f"{user}@{server.public_ip_address}"])


# %% wrong="way-in" says="mode 644"
def way_in(instance_id, key_file):
    server = instance(instance_id)
    if "PublicIpAddress" not in server:
        raise ValueError("no public address")
    [image] = ec2.describe_images(ImageIds=[server["ImageId"]])["Images"]
    user = "ubuntu" if image["Name"].lower().startswith("ubuntu") else "ec2-user"
    return f"ssh -i {key_file} {user}@{server['PublicIpAddress']}"


# %% wrong="way-in" says="mode 440"
def way_in(instance_id, key_file):
    if Path(key_file).stat().st_mode & 0o007:
        raise ValueError("others can read it")
    server = instance(instance_id)
    if "PublicIpAddress" not in server:
        raise ValueError("no public address")
    [image] = ec2.describe_images(ImageIds=[server["ImageId"]])["Images"]
    user = "ubuntu" if image["Name"].lower().startswith("ubuntu") else "ec2-user"
    return f"ssh -i {key_file} {user}@{server['PublicIpAddress']}"


# %% wrong="way-in" says="The command"
def way_in(instance_id, key_file):
    if Path(key_file).stat().st_mode & 0o077:
        raise ValueError("others can read it")
    server = instance(instance_id)
    return f"ssh -i {key_file} ec2-user@{server['PrivateIpAddress']}"


# %% wrong="way-in" says="ubuntu@"
def way_in(instance_id, key_file):
    if Path(key_file).stat().st_mode & 0o077:
        raise ValueError("others can read it")
    server = instance(instance_id)
    if "PublicIpAddress" not in server:
        raise ValueError("no public address")
    return f"ssh -i {key_file} ec2-user@{server['PublicIpAddress']}"


# %% wrong="way-in" says="mode 602"
def way_in(instance_id, key_file):
    if Path(key_file).stat().st_mode & 0o044:
        raise ValueError("others can read it")
    server = instance(instance_id)
    if "PublicIpAddress" not in server:
        raise ValueError("no public address")
    [image] = ec2.describe_images(ImageIds=[server["ImageId"]])["Images"]
    user = "ubuntu" if image["Name"].lower().startswith("ubuntu") else "ec2-user"
    return f"ssh -i {key_file} {user}@{server['PublicIpAddress']}"


# %% wrong="way-in" says="ubuntu@"
def way_in(instance_id, key_file):
    if Path(key_file).stat().st_mode & 0o077:
        raise ValueError("others can read it")
    server = instance(instance_id)
    if "PublicIpAddress" not in server:
        raise ValueError("no public address")
    [image] = ec2.describe_images(ImageIds=[server["ImageId"]])["Images"]
    user = "ubuntu" if image["Name"].startswith("ubuntu") else "ec2-user"
    return f"ssh -i {key_file} {user}@{server['PublicIpAddress']}"


# %% wrong="way-in" says="ec2-user@"
def way_in(instance_id, key_file):
    if Path(key_file).stat().st_mode & 0o077:
        raise ValueError("others can read it")
    server = instance(instance_id)
    if "PublicIpAddress" not in server:
        raise ValueError("no public address")
    [image] = ec2.describe_images(ImageIds=[server["ImageId"]])["Images"]
    user = "ubuntu" if "ubuntu" in image["Name"].lower() else "ec2-user"
    return f"ssh -i {key_file} {user}@{server['PublicIpAddress']}"


# %% right="month-bill"
def month_bill(timeline, kind, gib, elastic):
    usd = 0.0
    for state, hours in timeline:
        if state == "running":
            usd += hours * PRICES[kind]
        if state != "terminated":
            usd += hours * gib * facts.price("ebs", "gp3-storage") / facts.HOURS_PER_MONTH
        if elastic or state == "running":
            usd += hours * facts.price("ec2", "public-ipv4-address-in-use")
    return usd


# %% wrong="month-bill" says="A month stopped with 100 GiB"
def month_bill(timeline, kind, gib, elastic):
    running = sum(hours for state, hours in timeline if state == "running")
    hourly = PRICES[kind] + facts.price("ec2", "public-ipv4-address-in-use")
    return running * (hourly + gib * facts.price("ebs", "gp3-storage") / facts.HOURS_PER_MONTH)


# %% wrong="month-bill" says="The same with an Elastic IP"
def month_bill(timeline, kind, gib, elastic):
    usd = 0.0
    for state, hours in timeline:
        if state == "running":
            usd += hours * (PRICES[kind] + facts.price("ec2", "public-ipv4-address-in-use"))
        if state != "terminated":
            usd += hours * gib * facts.price("ebs", "gp3-storage") / facts.HOURS_PER_MONTH
    return usd


# %% wrong="month-bill" says="that nobody released"
def month_bill(timeline, kind, gib, elastic):
    usd = 0.0
    for state, hours in timeline:
        if state == "running":
            usd += hours * PRICES[kind]
        if state != "terminated":
            usd += hours * gib * facts.price("ebs", "gp3-storage") / facts.HOURS_PER_MONTH
        if state == "running" or (elastic and state != "terminated"):
            usd += hours * facts.price("ec2", "public-ipv4-address-in-use")
    return usd


# %% wrong="month-bill" says="With pending, stopping and terminated"
def month_bill(timeline, kind, gib, elastic):
    usd = 0.0
    for state, hours in timeline:
        if state == "running":
            usd += hours * PRICES[kind]
        if state in ("running", "stopped"):
            usd += hours * gib * facts.price("ebs", "gp3-storage") / facts.HOURS_PER_MONTH
        if elastic or state == "running":
            usd += hours * facts.price("ec2", "public-ipv4-address-in-use")
    return usd


# %% right="resize"
def resize(instance_id, kind):
    server = boto3.resource("ec2").Instance(instance_id)
    before = server.state["Name"]
    if before != "stopped":
        server.stop()
        server.wait_until_stopped()
    problem = None
    try:
        server.modify_attribute(Attribute="instanceType", Value=kind)
    except ClientError as error:
        problem = error
    if before == "running":
        server.start()
        server.wait_until_running()
    if problem is not None:
        raise problem


# %% wrong="resize" says="IncorrectInstanceState"
def resize(instance_id, kind):
    ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": kind})
    ec2.stop_instances(InstanceIds=[instance_id])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance_id])
    ec2.start_instances(InstanceIds=[instance_id])


# %% wrong="resize" says="The instance was stopped before"
def resize(instance_id, kind):
    ec2.stop_instances(InstanceIds=[instance_id])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance_id])
    ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": kind})
    ec2.start_instances(InstanceIds=[instance_id])
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])


# %% wrong="resize" says="the shop is closed"
def resize(instance_id, kind):
    ran = instance(instance_id)["State"]["Name"] == "running"
    if ran:
        ec2.stop_instances(InstanceIds=[instance_id])
        ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance_id])
    ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": kind})
    if ran:
        ec2.start_instances(InstanceIds=[instance_id])
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])


# %% wrong="resize" says="Between the stop and the change nothing waits"
def resize(instance_id, kind):
    ran = instance(instance_id)["State"]["Name"] == "running"
    if ran:
        ec2.stop_instances(InstanceIds=[instance_id])
    try:
        ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": kind})
    finally:
        if ran:
            ec2.start_instances(InstanceIds=[instance_id])
            ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])


# %% right="addresses-after"
def addresses_after(events, elastic):
    moves = [event for event in events if event in ("stop", "start")]
    if elastic or "stop" not in moves:
        return "same", "same"
    return "same", "none" if moves[-1] == "stop" else "new"


# %% wrong="addresses-after" says="After reboot you say 'new'"
def addresses_after(events, elastic):
    if elastic:
        return "same", "same"
    return "same", "none" if events[-1] == "stop" else "new"


# %% wrong="addresses-after" says="After stop and start you say 'same'"
def addresses_after(events, elastic):
    return "same", "none" if events[-1] == "stop" and not elastic else "same"


# %% wrong="addresses-after" says="with an Elastic IP you say 'none'"
def addresses_after(events, elastic):
    if events[-1] == "stop":
        return "same", "none"
    return "same", "new" if "stop" in events and not elastic else "same"


# %% wrong="addresses-after" says="After stop and start and reboot you say 'same'"
def addresses_after(events, elastic):
    if elastic:
        return "same", "same"
    return "same", {"reboot": "same", "stop": "none", "start": "new"}[events[-1]]


# %% wrong="addresses-after" says="After stop and start and stop you say 'new'"
def addresses_after(events, elastic):
    if elastic or "stop" not in events:
        return "same", "same"
    return "same", "new" if "start" in events else "none"


# %% right="release-idle"
def release_idle(region):
    there = boto3.resource("ec2", region_name=region)
    count = 0
    for one in list(there.vpc_addresses.all()):
        if one.association_id is None:
            one.release()
            count += 1
    return count * facts.price("ec2", "public-ipv4-address-in-use") * 730


# %% wrong="release-idle" says="of a stopped instance"
def release_idle(region):
    there = boto3.client("ec2", region_name=region)
    count = 0
    for one in there.describe_addresses()["Addresses"]:
        state = "running" if "AssociationId" in one else "none"
        if one.get("InstanceId"):
            found = there.describe_instances(InstanceIds=[one["InstanceId"]])
            state = found["Reservations"][0]["Instances"][0]["State"]["Name"]
        if state != "running":
            if "AssociationId" in one:
                there.disassociate_address(AssociationId=one["AssociationId"])
            there.release_address(AllocationId=one["AllocationId"])
            count += 1
    return count * facts.price("ec2", "public-ipv4-address-idle") * facts.HOURS_PER_MONTH


# %% wrong="release-idle" says="idle addresses are left in eu-west-1"
def release_idle(region):
    idle = [one for one in ec2.describe_addresses()["Addresses"] if "AssociationId" not in one]
    for one in idle:
        ec2.release_address(AllocationId=one["AllocationId"])
    return len(idle) * facts.price("ec2", "public-ipv4-address-idle") * facts.HOURS_PER_MONTH


# %% wrong="release-idle" says="idle addresses cost a month"
def release_idle(region):
    there = boto3.client("ec2", region_name=region)
    idle = [one for one in there.describe_addresses()["Addresses"] if "AssociationId" not in one]
    for one in idle:
        there.release_address(AllocationId=one["AllocationId"])
    return len(idle) * facts.price("ec2", "public-ipv4-address-idle")


# %% wrong="release-idle" says="joined to a network interface"
def release_idle(region):
    there = boto3.client("ec2", region_name=region)
    idle = [one for one in there.describe_addresses()["Addresses"] if not one.get("InstanceId")]
    for one in idle:
        if "AssociationId" in one:
            there.disassociate_address(AssociationId=one["AssociationId"])
        there.release_address(AllocationId=one["AllocationId"])
    return len(idle) * facts.price("ec2", "public-ipv4-address-idle") * facts.HOURS_PER_MONTH


# %% right="swap"
def swap(old, new, group):
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new, "Port": 80}])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": old, "Port": 80}])
    elb.get_waiter("target_deregistered").wait(
        TargetGroupArn=group, Targets=[{"Id": old}], WaiterConfig={"Delay": 30, "MaxAttempts": 20}
    )
    boto3.resource("ec2").Instance(old).terminate()


# %% wrong="swap" says="nobody serves the shop"
def swap(old, new, group):
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": old}])
    elb.get_waiter("target_deregistered").wait(TargetGroupArn=group, Targets=[{"Id": old}])
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=[{"Id": new}])
    ec2.terminate_instances(InstanceIds=[old])


# %% wrong="swap" says="the last visitors"
def swap(old, new, group):
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": old}])
    ec2.terminate_instances(InstanceIds=[old])


# %% wrong="swap" says="Registered is not healthy"
def swap(old, new, group):
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": old}])
    elb.get_waiter("target_deregistered").wait(TargetGroupArn=group, Targets=[{"Id": old}])
    ec2.terminate_instances(InstanceIds=[old])


# %% wrong="swap" says="costs rent until"
def swap(old, new, group):
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": old}])
    elb.get_waiter("target_deregistered").wait(TargetGroupArn=group, Targets=[{"Id": old}])


# %% wrong="swap" says="Registered is not healthy"
def swap(old, new, group):
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=[{"Id": old}])
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": old}])
    elb.get_waiter("target_deregistered").wait(TargetGroupArn=group, Targets=[{"Id": old}])
    ec2.terminate_instances(InstanceIds=[old])


# %% wrong="swap" says="the last visitors"
def swap(old, new, group):
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": old}])
    elb.describe_target_health(TargetGroupArn=group)  # one look is no wait
    ec2.terminate_instances(InstanceIds=[old])


# %% wrong="swap" says="deregister it first"
def swap(old, new, group):
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=[{"Id": new}])
    ec2.terminate_instances(InstanceIds=[old])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[old])


# %% wrong="swap" says="Other servers of the group are gone"
def swap(old, new, group):
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": new}])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=[{"Id": new}])
    health = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    leave = [one["Target"] for one in health if one["Target"]["Id"] != new]
    elb.deregister_targets(TargetGroupArn=group, Targets=leave)
    elb.get_waiter("target_deregistered").wait(TargetGroupArn=group, Targets=leave)
    ec2.terminate_instances(InstanceIds=[old])
