# %% [markdown]
# Answers to 02-compute/02-boot-and-images: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="will-it-run"
def will_it_run(text):
    size = len(bytes(text, "utf-8"))
    if size > 16 * 1024:
        return "refused"
    return "runs" if re.match(r"#!|#cloud-config", text) else "ignored"


# %% wrong="will-it-run" says="9,000 letters"
def will_it_run(text):
    if len(text) > facts.limit("ec2", "user-data-size-raw"):
        return "refused"
    return "runs" if text.startswith(("#!", "#cloud-config")) else "ignored"


# %% wrong="will-it-run" says="after an empty line"
def will_it_run(text):
    if len(text.encode()) > facts.limit("ec2", "user-data-size-raw"):
        return "refused"
    return "runs" if text.strip().startswith(("#!", "#cloud-config")) else "ignored"


# %% wrong="will-it-run" says="A cloud-config"
def will_it_run(text):
    if len(text.encode()) > facts.limit("ec2", "user-data-size-raw"):
        return "refused"
    return "runs" if text.startswith("#!") else "ignored"


# %% wrong="will-it-run" says="A remark, then a cloud-config"
def will_it_run(text):
    if len(text.encode()) > facts.limit("ec2", "user-data-size-raw"):
        return "refused"
    return "runs" if text.startswith("#") else "ignored"


# %% wrong="will-it-run" says="A script for another shell"
def will_it_run(text):
    if len(text.encode()) > facts.limit("ec2", "user-data-size-raw"):
        return "refused"
    return "runs" if text.startswith(("#!/bin/bash", "#cloud-config")) else "ignored"


# %% wrong="will-it-run" says="16,384 bytes"
def will_it_run(text):
    if len(text.encode()) >= facts.limit("ec2", "user-data-size-raw"):
        return "refused"
    return "runs" if text.startswith(("#!", "#cloud-config")) else "ignored"


# %% right="fix-script"
def web_script(title):
    lines = [
        "#!/bin/bash",
        "set -e",
        "yum install -y httpd",
        "systemctl enable --now httpd.service",
        f"echo '<h1 style=\"color:navy\">{title}</h1>' > /var/www/html/index.html",
        "hostname -f >> /var/www/html/index.html",
    ]
    return "\n".join(lines) + "\n"


# %% wrong="fix-script" says="quotes included"
def web_script(title):
    return f"""#!/bin/bash
dnf install -y httpd
systemctl enable --now httpd
echo "<h1 style="color:navy">{title}</h1> $(hostname -f)" > /var/www/html/index.html
"""


# %% wrong="fix-script" says="passes over it"
def web_script(title):
    return f"""
#!/bin/bash
dnf install -y httpd
systemctl enable --now httpd
echo "<h1 style='color:navy'>{title}</h1> $(hostname -f)" > /var/www/html/index.html
"""


# %% wrong="fix-script" says="systemctl start"
def web_script(title):
    return f"""#!/bin/bash
dnf install -y httpd
systemctl enable httpd
echo "<h1 style=\\"color:navy\\">{title}</h1> $(hostname -f)" > /var/www/html/index.html
"""


# %% wrong="fix-script" says="systemctl enable"
def web_script(title):
    return f"""#!/bin/bash
dnf install -y httpd
systemctl start httpd
echo "<h1 style=\\"color:navy\\">{title}</h1> $(hostname -f)" > /var/www/html/index.html
"""


# %% wrong="fix-script" says="the host's name"
def web_script(title):
    return f"""#!/bin/bash
dnf install -y httpd
systemctl enable --now httpd
echo '<h1 style="color:navy">{title}</h1> $(hostname -f)' > /var/www/html/index.html
"""


# %% wrong="fix-script" says="No such file or directory"
def web_script(title):
    return f"""#!/bin/bash -e
echo "<h1 style=\\"color:navy\\">{title}</h1> $(hostname -f)" > /var/www/html/index.html
dnf install -y httpd
systemctl enable --now httpd
"""


# %% wrong="fix-script" says="Timetable for July"
def web_script(title):
    return """#!/bin/bash
dnf install -y httpd
systemctl enable --now httpd
echo "<h1 style=\\"color:navy\\">Ferries of Halyard</h1> $(hostname -f)" > /var/www/html/index.html
"""


# %% right="leaves"
def leaves(path):
    import http.client

    line = http.client.HTTPConnection("169.254.169.254")
    line.request("PUT", "/latest/api/token", headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"})
    token = line.getresponse().read().decode()

    def read(where):
        fresh = http.client.HTTPConnection("169.254.169.254")
        fresh.request("GET", "/latest/" + where, headers={"X-aws-ec2-metadata-token": token})
        return fresh.getresponse().read().decode()

    found, ahead = {}, [path]
    while ahead:
        branch = ahead.pop()
        for name in read(branch).split("\n"):
            if name.endswith("/"):
                ahead.append(branch + name)
            else:
                found[branch + name] = read(branch + name)
    return found


# %% wrong="leaves" says="401"
def leaves(path):
    latest = "http://169.254.169.254/latest/"
    found = {}
    for name in urllib.request.urlopen(latest + path).read().decode().splitlines():
        if name.endswith("/"):
            found |= leaves(path + name)
        else:
            found[path + name] = urllib.request.urlopen(latest + path + name).read().decode()
    return found


# %% wrong="leaves" says="does not exist on a server"
def leaves(path):
    found = {}
    for name in lab.read_metadata(path).splitlines():
        if name.endswith("/"):
            found |= leaves(path + name)
        else:
            found[path + name] = lab.read_metadata(path + name)
    return found


# %% wrong="leaves" says="Go into them"
def leaves(path):
    latest = "http://169.254.169.254/latest/"
    lifetime = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    ask = urllib.request.Request(latest + "api/token", method="PUT", headers=lifetime)
    token = {"X-aws-ec2-metadata-token": urllib.request.urlopen(ask).read().decode()}

    def text(below):
        return urllib.request.urlopen(urllib.request.Request(latest + below, headers=token)).read().decode()

    return {path + name: text(path + name) for name in text(path).splitlines()}


# %% right="must-renew"
def must_renew(document, now):
    keys = json.loads(document)
    if keys["AccessKeyId"][:4] != "ASIA":
        raise ValueError("not temporary")
    end = dt.datetime.strptime(keys["Expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    return (end - now).total_seconds() <= 300


# %% wrong="must-renew" says="With 5 minutes left"
def must_renew(document, now):
    keys = json.loads(document)
    if not keys["AccessKeyId"].startswith("ASIA"):
        raise ValueError("not temporary")
    return dt.datetime.fromisoformat(keys["Expiration"]) <= now


# %% wrong="must-renew" says="long-term key"
def must_renew(document, now):
    left = dt.datetime.fromisoformat(json.loads(document)["Expiration"]) - now
    return left <= dt.timedelta(minutes=5)


# %% wrong="must-renew" says="With -10 minutes left"
def must_renew(document, now):
    keys = json.loads(document)
    if not keys["AccessKeyId"].startswith("ASIA"):
        raise ValueError("not temporary")
    left = dt.datetime.fromisoformat(keys["Expiration"]) - now
    return left.seconds <= 300


# %% wrong="must-renew" says="the time of Tokyo"
def must_renew(document, now):
    keys = json.loads(document)
    if not keys["AccessKeyId"].startswith("ASIA"):
        raise ValueError("not temporary")
    end = dt.datetime.strptime(keys["Expiration"], "%Y-%m-%dT%H:%M:%SZ")
    return end - now.replace(tzinfo=None) <= dt.timedelta(minutes=5)


# %% wrong="must-renew" says="With 5.5 minutes left"
def must_renew(document, now):
    keys = json.loads(document)
    if not keys["AccessKeyId"].startswith("ASIA"):
        raise ValueError("not temporary")
    left = dt.datetime.fromisoformat(keys["Expiration"]) - now
    return left.total_seconds() // 60 <= 5


# %% right="open-groups"
def open_groups():
    found = []
    for one in boto3.resource("ec2").security_groups.all():
        for rule in one.ip_permissions:
            anybody = any(source["CidrIp"] == "0.0.0.0/0" for source in rule["IpRanges"])
            anybody = anybody or any(source["CidrIpv6"] == "::/0" for source in rule["Ipv6Ranges"])
            if rule["IpProtocol"] == "-1":
                ports = range(65_536)
            elif rule["IpProtocol"] == "tcp":
                ports = range(rule["FromPort"], rule["ToPort"] + 1)
            else:
                ports = range(0)
            if anybody and (22 in ports or 3389 in ports):
                found.append(one.id)
    return found


# %% wrong="open-groups" says="ports 0 to 65535"
def open_groups():
    found = set()
    for one in ec2.describe_security_groups()["SecurityGroups"]:
        for rule in one["IpPermissions"]:
            sources = [source["CidrIp"] for source in rule["IpRanges"]]
            sources += [source["CidrIpv6"] for source in rule["Ipv6Ranges"]]
            anybody = "0.0.0.0/0" in sources or "::/0" in sources
            if anybody and rule["IpProtocol"] != "udp" and rule.get("FromPort", 22) in (22, 3389):
                found.add(one["GroupId"])
    return found


# %% wrong="open-groups" says="port 3389 from ::/0"
def open_groups():
    found = set()
    for one in ec2.describe_security_groups()["SecurityGroups"]:
        for rule in one["IpPermissions"]:
            anybody = any(source["CidrIp"] == "0.0.0.0/0" for source in rule["IpRanges"])
            first, last = rule.get("FromPort", 0), rule.get("ToPort", 65_535)
            if anybody and rule["IpProtocol"] != "udp" and (first <= 22 <= last or first <= 3389 <= last):
                found.add(one["GroupId"])
    return found


# %% wrong="open-groups" says="all protocols"
def open_groups():
    found = set()
    for one in ec2.describe_security_groups()["SecurityGroups"]:
        for rule in one["IpPermissions"]:
            sources = [source["CidrIp"] for source in rule["IpRanges"]]
            sources += [source["CidrIpv6"] for source in rule["Ipv6Ranges"]]
            if rule["IpProtocol"] != "tcp" or not {"0.0.0.0/0", "::/0"} & set(sources):
                continue
            if any(rule["FromPort"] <= port <= rule["ToPort"] for port in (22, 3389)):
                found.add(one["GroupId"])
    return found


# %% wrong="open-groups" says="an office and 0.0.0.0/0"
def open_groups():
    found = set()
    for one in ec2.describe_security_groups()["SecurityGroups"]:
        for rule in one["IpPermissions"]:
            four, six = rule["IpRanges"], rule["Ipv6Ranges"]
            anybody = (four and four[0]["CidrIp"] == "0.0.0.0/0") or (six and six[0]["CidrIpv6"] == "::/0")
            first, last = rule.get("FromPort", 0), rule.get("ToPort", 65_535)
            if anybody and rule["IpProtocol"] != "udp" and (first <= 22 <= last or first <= 3389 <= last):
                found.add(one["GroupId"])
    return found


# %% wrong="open-groups" says="A group with two rules"
def open_groups():
    found = set()
    for one in ec2.describe_security_groups()["SecurityGroups"]:
        for rule in one["IpPermissions"][:1]:
            sources = [source["CidrIp"] for source in rule["IpRanges"]]
            sources += [source["CidrIpv6"] for source in rule["Ipv6Ranges"]]
            anybody = "0.0.0.0/0" in sources or "::/0" in sources
            first, last = rule.get("FromPort", 0), rule.get("ToPort", 65_535)
            if anybody and rule["IpProtocol"] != "udp" and (first <= 22 <= last or first <= 3389 <= last):
                found.add(one["GroupId"])
    return found


# %% right="first-throttled"
def first_throttled(kind, wanted, balance):
    size = kind.replace(".", "-")
    vcpus = ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]
    for minute in range(len(wanted)):
        balance += facts.limit("ec2", f"cpu-credits-earned-{size}") / 60
        balance = min(balance, facts.limit("ec2", f"cpu-credit-balance-maximum-{size}"))
        balance -= vcpus * wanted[minute] / 100
        if balance < 0:
            return minute
    return None


# %% wrong="first-throttled" says="of two vCPUs"
def first_throttled(kind, wanted, balance):
    size = kind.replace(".", "-")
    for minute, percent in enumerate(wanted):
        balance += facts.limit("ec2", f"cpu-credits-earned-{size}") / 60
        balance = min(balance, facts.limit("ec2", f"cpu-credit-balance-maximum-{size}"))
        balance -= percent / 100
        if balance < 0:
            return minute
    return None


# %% wrong="first-throttled" says="idle for 10 hours"
def first_throttled(kind, wanted, balance):
    size = kind.replace(".", "-")
    vcpus = ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]
    for minute, percent in enumerate(wanted):
        balance += facts.limit("ec2", f"cpu-credits-earned-{size}") / 60 - vcpus * percent / 100
        if balance < 0:
            return minute
    return None


# %% wrong="first-throttled" says="t2.micro, 10 credits"
def first_throttled(kind, wanted, balance):
    size = kind.replace(".", "-")
    vcpus = ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]
    for minute, percent in enumerate(wanted):
        balance += facts.limit("ec2", f"cpu-credits-earned-{size}")  # an hour's credits every minute
        balance = min(balance, facts.limit("ec2", f"cpu-credit-balance-maximum-{size}"))
        balance -= vcpus * percent / 100
        if balance < 0:
            return minute
    return None


# %% wrong="first-throttled" says="t2.micro, full"
def first_throttled(kind, wanted, balance):
    size = kind.replace(".", "-")
    vcpus = ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]
    for minute, percent in enumerate(wanted):
        balance += facts.limit("ec2", f"cpu-credits-earned-{size}") / 60
        balance = min(balance, 288)  # the maximum of a t3.micro
        balance -= vcpus * percent / 100
        if balance < 0:
            return minute
    return None


# %% right="break-even"
def break_even(burstable, steady):
    def hourly(kind):
        return facts.price("ec2", f"on-demand-linux-{kind.replace('.', '-')}")

    vcpus = ec2.describe_instance_types(InstanceTypes=[burstable])["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]
    baseline = facts.limit("ec2", f"cpu-baseline-{burstable.replace('.', '-')}")
    one_percent = vcpus * facts.price("ec2", "t2-t3-t3a-unlimited-surplus-credits-linux") / 100
    if hourly(burstable) + (100 - baseline) * one_percent <= hourly(steady):
        return None
    return baseline + (hourly(steady) - hourly(burstable)) / one_percent


# %% wrong="break-even" says="t3.2xlarge (8 vCPUs"
def break_even(burstable, steady):
    def hourly(kind):
        return facts.price("ec2", f"on-demand-linux-{kind.replace('.', '-')}")

    baseline = facts.limit("ec2", f"cpu-baseline-{burstable.replace('.', '-')}")
    percent = baseline + (hourly(steady) - hourly(burstable)) / (2 * 0.05) * 100
    return percent if percent < 100 else None


# %% wrong="break-even" says="t3.large (2 vCPUs"
def break_even(burstable, steady):
    def hourly(kind):
        return facts.price("ec2", f"on-demand-linux-{kind.replace('.', '-')}")

    vcpus = ec2.describe_instance_types(InstanceTypes=[burstable])["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]
    percent = (hourly(steady) - hourly(burstable)) / (vcpus * 0.05) * 100
    return percent if percent < 100 else None


# %% wrong="break-even" says="even at 100 %"
def break_even(burstable, steady):
    def hourly(kind):
        return facts.price("ec2", f"on-demand-linux-{kind.replace('.', '-')}")

    vcpus = ec2.describe_instance_types(InstanceTypes=[burstable])["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]
    baseline = facts.limit("ec2", f"cpu-baseline-{burstable.replace('.', '-')}")
    return baseline + (hourly(steady) - hourly(burstable)) / (vcpus * 0.05) * 100


# %% wrong="break-even" says="stays cheaper than an m5.4xlarge"
def break_even(burstable, steady):
    def hourly(kind):
        return facts.price("ec2", f"on-demand-linux-{kind.replace('.', '-')}")

    vcpus = ec2.describe_instance_types(InstanceTypes=[steady])["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]
    baseline = facts.limit("ec2", f"cpu-baseline-{burstable.replace('.', '-')}")
    percent = baseline + (hourly(steady) - hourly(burstable)) / (vcpus * 0.05) * 100
    return percent if percent < 100 else None


# %% right="golden-copy"
def golden_copy(instance_id, name, region):
    here = boto3.resource("ec2").Instance(instance_id).create_image(Name=name)
    here.wait_until_exists(Filters=[{"Name": "state", "Values": ["available"]}])
    there = boto3.client("ec2", region_name=region)
    copied = there.copy_image(Name=name, SourceImageId=here.id, SourceRegion="us-east-1", Encrypted=True)["ImageId"]
    while there.describe_images(ImageIds=[copied])["Images"][0]["State"] != "available":
        lab.clock.advance(seconds=15)
    return [here.id, copied]


# %% wrong="golden-copy" says="In which Region was the copy made"
def golden_copy(instance_id, name, region):
    here = ec2.create_image(InstanceId=instance_id, Name=f"{name}-source")["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[here])
    there = ec2.copy_image(SourceImageId=here, SourceRegion="us-east-1", Name=name, Encrypted=True)["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[there])
    return there, here


# %% wrong="golden-copy" says="is not encrypted"
def golden_copy(instance_id, name, region):
    here = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[here])
    away = boto3.client("ec2", region_name=region)
    there = away.copy_image(SourceImageId=here, SourceRegion="us-east-1", Name=name)["ImageId"]
    away.get_waiter("image_available").wait(ImageIds=[there])
    return here, there


# %% wrong="golden-copy" says="before it is available"
def golden_copy(instance_id, name, region):
    here = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    away = boto3.client("ec2", region_name=region)
    there = away.copy_image(SourceImageId=here, SourceRegion="us-east-1", Name=name, Encrypted=True)["ImageId"]
    away.get_waiter("image_available").wait(ImageIds=[there])
    return here, there


# %% right="pipeline"
def bake(instance_id, name, tests, regions):
    image = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image])
    started = ec2.run_instances(ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1)
    probe = started["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[probe])
    try:
        for test in tests:
            if not test(probe):
                ec2.deregister_image(ImageId=image)
                return {}
    finally:
        ec2.terminate_instances(InstanceIds=[probe])
    copies = {
        region: boto3.client("ec2", region_name=region).copy_image(
            SourceImageId=image, SourceRegion="us-east-1", Name=name, Encrypted=True
        )["ImageId"]
        for region in regions
    }
    return copies | {"us-east-1": image}


# %% wrong="pipeline" says="the instance that the image was made of"
def bake(instance_id, name, tests, regions):
    if not all(test(instance_id) for test in tests):
        return {}
    image = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    made = {"us-east-1": image}
    for region in regions:
        there = boto3.client("ec2", region_name=region)
        made[region] = there.copy_image(SourceImageId=image, SourceRegion="us-east-1", Name=name)["ImageId"]
    return made


# %% wrong="pipeline" says="the image is still there"
def bake(instance_id, name, tests, regions):
    image = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image])
    probe = launch(ImageId=image)
    try:
        good = all(test(probe) for test in tests)
    finally:
        ec2.terminate_instances(InstanceIds=[probe])
    made = {"us-east-1": image} if good else {}
    for region in regions if good else ():
        there = boto3.client("ec2", region_name=region)
        made[region] = there.copy_image(SourceImageId=image, SourceRegion="us-east-1", Name=name)["ImageId"]
    return made


# %% wrong="pipeline" says="try, finally"
def bake(instance_id, name, tests, regions):
    image = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image])
    probe = launch(ImageId=image)
    good = all(test(probe) for test in tests)
    ec2.terminate_instances(InstanceIds=[probe])
    if not good:
        ec2.deregister_image(ImageId=image)
        return {}
    made = {"us-east-1": image}
    for region in regions:
        there = boto3.client("ec2", region_name=region)
        made[region] = there.copy_image(SourceImageId=image, SourceRegion="us-east-1", Name=name)["ImageId"]
    return made


# %% wrong="pipeline" says="it should be 2"
def bake(instance_id, name, tests, regions):
    image = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image])
    probe = launch(ImageId=image)
    try:
        results = [test(probe) for test in tests]
    finally:
        ec2.terminate_instances(InstanceIds=[probe])
    if not all(results):
        ec2.deregister_image(ImageId=image)
        return {}
    made = {"us-east-1": image}
    for region in regions:
        there = boto3.client("ec2", region_name=region)
        made[region] = there.copy_image(SourceImageId=image, SourceRegion="us-east-1", Name=name)["ImageId"]
    return made


# %% wrong="pipeline" says="from an image that is pending"
def bake(instance_id, name, tests, regions):
    image = ec2.create_image(InstanceId=instance_id, Name=name)["ImageId"]
    probe = launch(ImageId=image)
    try:
        good = all(test(probe) for test in tests)
    finally:
        ec2.terminate_instances(InstanceIds=[probe])
    if not good:
        ec2.deregister_image(ImageId=image)
        return {}
    made = {"us-east-1": image}
    for region in regions:
        there = boto3.client("ec2", region_name=region)
        made[region] = there.copy_image(SourceImageId=image, SourceRegion="us-east-1", Name=name)["ImageId"]
    return made
