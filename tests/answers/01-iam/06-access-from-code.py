# %% [markdown]
# Answers to 01-iam/06-access-from-code: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="to-boto3"
def to_boto3(command):
    import re
    import shlex

    words = shlex.split(command)[1:]
    service = {"s3api": "s3"}.get(words[0], words[0])
    operation = re.sub("-", "_", words[1])
    parameters, index = {}, 2
    while index < len(words):
        name = "".join(part.capitalize() for part in words[index].removeprefix("--").split("-"))
        values = []
        index += 1
        while index < len(words) and not words[index].startswith("--"):
            values.append(words[index])
            index += 1
        many = is_list(service, operation, name)
        parameters[name] = values if many else (values[0] if values else True)
    return [service, operation, parameters]


# %% wrong="to-boto3" says="the client"
def to_boto3(command):
    import shlex

    _, service, operation, *words = shlex.split(command)
    parameters = {}
    for name, value in zip(words[::2], words[1::2], strict=False):
        parameters[name[2:].title().replace("-", "")] = [value] if "ids" in name else value
    if operation == "stop-instances":
        parameters = {"InstanceIds": words[1:]}
    return service, operation.replace("-", "_"), parameters  # s3api


# %% wrong="to-boto3" says="the parameters: your answer gives {'Bucket'"
def to_boto3(command):
    _, service, operation, *words = command.split()  # not as a shell splits
    service = "s3" if service == "s3api" else service
    given = {}
    for word in words:
        if word.startswith("--"):
            values = given.setdefault(word[2:].title().replace("-", ""), [])
        else:
            values.append(word)
    operation = operation.replace("-", "_")
    return service, operation, {n: v if is_list(service, operation, n) else v[0] for n, v in given.items()}


# %% wrong="to-boto3" says="'InstanceIds': 'i-"
def to_boto3(command):
    import shlex

    _, service, operation, *words = shlex.split(command)
    given = {}
    for word in words:
        if word.startswith("--"):
            values = given.setdefault(word[2:].title().replace("-", ""), [])
        else:
            values.append(word)
    flat = {name: True if not v else v[0] if len(v) == 1 else v for name, v in given.items()}
    return "s3" if service == "s3api" else service, operation.replace("-", "_"), flat


# %% right="profiles"
def write_profiles(folder, key, role_arn):
    import configparser

    credentials = configparser.ConfigParser()
    credentials["default"] = key
    config = configparser.ConfigParser()
    config["default"] = {"region": "eu-west-3", "output": "json"}
    config["profile harbour"] = {
        "role_arn": role_arn,
        "source_profile": "default",
        "role_session_name": "harbour",
        "region": "us-west-2",
    }
    for name, content in (("config", config), ("credentials", credentials)):
        with open(folder / name, "w") as file:
            content.write(file)


# %% wrong="profiles" says="Compare the section titles"
def write_profiles(folder, key, role_arn):
    harbour = {"role_arn": role_arn, "source_profile": "default", "region": "us-west-2"}
    config = section("default", {"region": "eu-west-3"}) + section("harbour", harbour)
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(section("default", key))


# %% wrong="profiles" says="The secret key stands in config"
def write_profiles(folder, key, role_arn):
    harbour = {"role_arn": role_arn, "source_profile": "default", "region": "us-west-2"}
    config = section("default", {"region": "eu-west-3", **key}) + section("profile harbour", harbour)
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(section("default", key))


# %% wrong="profiles" says="not as the role"
def write_profiles(folder, key, role_arn):
    config = section("default", {"region": "eu-west-3"})
    config += section("profile harbour", {"region": "us-west-2", "role": role_arn})
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(section("default", key) + section("harbour", key))


# %% wrong="profiles" says="Profile harbour"
def write_profiles(folder, key, role_arn):
    harbour = {"role_arn": role_arn, "region": "us-west-2"}  # who asks for the role?
    config = section("default", {"region": "eu-west-3"}) + section("profile harbour", harbour)
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(section("default", key))


# %% right="repair-files"
def olavs_files(own, archive):
    config = section("profile default", {"region": "eu-west-3"})
    config += section("profile archive", {"region": "us-west-2"})
    return [config, section("default", own) + section("archive", archive)]


# %% wrong="repair-files" says="Profile archive has no key"
def olavs_files(own, archive):
    config = section("default", {"region": "eu-west-3"}) + section("profile archive", {"region": "us-west-2"})
    return config, section("default", own) + section("profile archive", archive)


# %% wrong="repair-files" says="Is the section's title in"
def olavs_files(own, archive):
    config = section("default", {"region": "eu-west-3"}) + section("archive", {"region": "us-west-2"})
    return config, section("default", own) + section("archive", archive)


# %% wrong="repair-files" says="Partial credentials"
def olavs_files(own, archive):
    config = section("default", {"region": "eu-west-3"}) + section("profile archive", {"region": "us-west-2"})
    half = {
        "aws_access_key_id": archive["aws_access_key_id"],
        "aws_secret_key": archive["aws_secret_access_key"],
    }
    return config, section("default", own) + section("archive", half)


# %% right="open-queue"
def open_queue(name):
    if "AWS_REGION" in os.environ:
        session = boto3.Session(region_name=os.environ["AWS_REGION"])
    else:
        session = boto3.Session()
        if session.region_name is None:
            session = boto3.Session(region_name="eu-west-1")
    return session.resource("sqs").create_queue(QueueName=name).url


# %% wrong="open-queue" says="AWS_DEFAULT_REGION=ap-south-1"
def open_queue(name):
    region = os.environ.get("AWS_REGION", "eu-west-1")
    return boto3.client("sqs", region_name=region).create_queue(QueueName=name)["QueueUrl"]


# %% wrong="open-queue" says="eu-central-1 in the config file"
def open_queue(name):
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "eu-west-1"
    return boto3.client("sqs", region_name=region).create_queue(QueueName=name)["QueueUrl"]


# %% wrong="open-queue" says="AWS_REGION=us-west-2, another in config"
def open_queue(name):
    region = boto3.Session().region_name or os.environ.get("AWS_REGION") or "eu-west-1"
    return boto3.client("sqs", region_name=region).create_queue(QueueName=name)["QueueUrl"]


# %% wrong="open-queue" says="KeyError"
def open_queue(name):
    return boto3.client("sqs", region_name=os.environ["AWS_REGION"]).create_queue(QueueName=name)["QueueUrl"]


# %% wrong="open-queue" says="No setting at all: boto3 stops"
def open_queue(name):
    session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
    return session.client("sqs").create_queue(QueueName=name)["QueueUrl"]


# %% right="winner"
def winner(places):
    for place in ("client arguments", "profile in code", "environment", "credentials file", "config file"):
        if place in places:
            return place
    return "instance" if "instance" in places else None


# %% wrong="winner" says="environment, profile in code"
def winner(places):
    order = ["client arguments", "environment", "profile in code", "credentials file", "config file", "instance"]
    return next((place for place in order if place in places), None)


# %% wrong="winner" says="botocore takes 'environment'"
def winner(places):
    order = ["client arguments", "instance", "profile in code", "environment", "credentials file", "config file"]
    return next((place for place in order if place in places), None)


# %% wrong="winner" says="credentials file, config file"
def winner(places):
    order = ["client arguments", "profile in code", "environment", "config file", "credentials file", "instance"]
    return next((place for place in order if place in places), None)


# %% wrong="winner" says="StopIteration"
def winner(places):
    order = ["client arguments", "profile in code", "environment", "credentials file", "config file", "instance"]
    return next(place for place in order if place in places)


# %% right="cured"
def cured(environ):
    clean = dict(environ)
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN",
        "AWS_PROFILE",
    ):
        clean.pop(name, None)
    return clean


# %% wrong="cured" says="it holds no credentials"
def cured(environ):
    return {name: value for name, value in environ.items() if not name.startswith("AWS_")}


# %% wrong="cured" says="AWS_SESSION_TOKEN is still there"
def cured(environ):
    gone = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE")
    return {name: value for name, value in environ.items() if name not in gone}


# %% wrong="cured" says="AWS_PROFILE is still there"
def cured(environ):
    return {n: v for n, v in environ.items() if "KEY" not in n and "TOKEN" not in n}


# %% right="leaks"
def leaks(source):
    import re

    bad = re.compile(r"""(?:AKIA|ASIA)[A-Z0-9]{16}|aws_secret_access_key\s*=\s*["']""")
    found = []
    for number, line in enumerate(source.split("\n")):
        if bad.search(line):
            found.append(number + 1)
    return found


# %% wrong="leaks" says="Line 7 is fine"
def leaks(source):
    import re

    secret = re.compile(r"aws_secret_access_key\s*=\s*['\"]")
    lines = enumerate(source.splitlines(), 1)
    return [n for n, line in lines if "AKIA" in line or "ASIA" in line or secret.search(line)]


# %% wrong="leaks" says="Line 5 is fine"
def leaks(source):
    import re

    lines = enumerate(source.splitlines(), 1)
    return [n for n, line in lines if re.search("A[KS]IA[A-Z0-9]{16}", line) or "aws_secret_access_key" in line]


# %% wrong="leaks" says="Line 6 leaks"
def leaks(source):
    import re

    pattern = "AKIA[A-Z0-9]{16}|aws_secret_access_key *= *[\"']"
    return [n for n, line in enumerate(source.splitlines(), 1) if re.search(pattern, line)]


# %% wrong="leaks" says="Count from 1"
def leaks(source):
    import re

    pattern = r"""(AKIA|ASIA)[A-Z0-9]{16}|aws_secret_access_key\s*=\s*["']"""
    return [number for number, line in enumerate(source.splitlines()) if re.search(pattern, line)]


# %% wrong="leaks" says="Line 4 leaks"
def leaks(source):
    import re

    pattern = 'A[KS]IA[A-Z0-9]{16}|aws_secret_access_key="'
    return [n for n, line in enumerate(source.splitlines(), 1) if re.search(pattern, line)]


# %% right="pages"
def calls_made(items, page_size, max_items):
    from math import ceil

    wanted = min(items, max_items or items)
    return ceil(wanted / (page_size or 1000)) or 1


# %% wrong="pages" says="0 keys"
def calls_made(items, page_size, max_items):
    wanted = items if max_items is None else min(items, max_items)
    return -(-wanted // (page_size or 1000))


# %% wrong="pages" says="1,000 keys, default settings: you predict 2"
def calls_made(items, page_size, max_items):
    wanted = items if max_items is None else min(items, max_items)
    return wanted // (page_size or 1000) + 1 if wanted % (page_size or 1000) or not page_size else wanted // page_size


# %% wrong="pages" says="MaxItems=100"
def calls_made(items, page_size, max_items):
    return max(1, -(-items // (page_size or 1000)))  # max-items taken for nothing


# %% right="can-launch"
def can_launch(client, **params):
    answers = {"DryRunOperation": True, "UnauthorizedOperation": False}
    try:
        client.run_instances(**{**params, "DryRun": True})
    except client.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in answers:
            raise
        return answers[code]


# %% wrong="can-launch" says="A user who may launch t3.micro"
def can_launch(client, **params):
    try:
        client.run_instances(DryRun=True, **params)
        return True
    except ClientError:
        return False


# %% wrong="can-launch" says="neither yes nor no"
def can_launch(client, **params):
    try:
        client.run_instances(DryRun=True, **params)
    except ClientError as error:
        return error.response["Error"]["Code"] == "DryRunOperation"


# %% wrong="can-launch" says="Pass DryRun=True"
def can_launch(client, **params):
    try:
        client.run_instances(**params)
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] != "UnauthorizedOperation":
            raise
        return False


# %% wrong="can-launch" says="Pass DryRun=True"
def can_launch(client, **params):
    try:
        client.run_instances(**params)
    except ClientError as error:
        if error.response["Error"]["Code"] == "DryRunOperation":
            return True
        if error.response["Error"]["Code"] == "UnauthorizedOperation":
            return False
        raise


# %% right="inventory"
def inventory(regions, page_size):
    query = (
        "Reservations[].Instances[?State.Name!='terminated'][].{id: InstanceId, type: InstanceType, "
        "state: State.Name, name: Tags[?Key=='Name'].Value | [0]}"
    )
    found = []
    for region in regions:
        paginator = boto3.Session(region_name=region).client("ec2").get_paginator("describe_instances")
        for row in paginator.paginate(PaginationConfig={"PageSize": page_size}).search(query):
            found.append({**row, "region": region, "name": row["name"] or ""})
    found.sort(key=lambda row: (row["region"], row["id"]))
    return found


# %% right="inventory"
def inventory(regions, page_size):
    rows = []
    for region in sorted(regions):
        token, client, here = None, boto3.client("ec2", region_name=region), []
        states = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
        while True:
            more = {"NextToken": token} if token else {}
            answer = client.describe_instances(MaxResults=page_size, Filters=states, **more)
            for reservation in answer["Reservations"]:
                for one in reservation["Instances"]:
                    name = [tag["Value"] for tag in one.get("Tags", []) if tag["Key"] == "Name"]
                    here.append((one["InstanceId"], one["InstanceType"], one["State"]["Name"], (name or [""])[0]))
            token = answer.get("NextToken")
            if not token:
                break
        names = ("id", "type", "state", "name")
        rows += [{"region": region, **dict(zip(names, one, strict=True))} for one in sorted(here)]
    return rows


# %% wrong="inventory" says="all pages of each"
def inventory(regions, page_size):
    rows = []
    for region in regions:
        answer = boto3.client("ec2", region_name=region).describe_instances(MaxResults=page_size)
        for reservation in answer["Reservations"]:
            for one in reservation["Instances"]:
                tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
                if one["State"]["Name"] != "terminated":
                    rows.append(
                        {
                            "region": region,
                            "id": one["InstanceId"],
                            "type": one["InstanceType"],
                            "state": one["State"]["Name"],
                            "name": tags.get("Name", ""),
                        }
                    )
    return sorted(rows, key=lambda row: (row["region"], row["id"]))


# %% wrong="inventory" says="KeyError"
def inventory(regions, page_size):
    rows = []
    for region in regions:
        pages = boto3.client("ec2", region_name=region).get_paginator("describe_instances")
        for page in pages.paginate(PaginationConfig={"PageSize": page_size}):
            for reservation in page["Reservations"]:
                for one in reservation["Instances"]:
                    tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
                    state = one["State"]["Name"]
                    row = {"region": region, "id": one["InstanceId"], "type": one["InstanceType"], "state": state}
                    rows.append({**row, "name": tags["Name"]})
    return rows


# %% wrong="inventory" says="Terminated instances are in the list"
def inventory(regions, page_size):
    rows = []
    for region in regions:
        pages = boto3.client("ec2", region_name=region).get_paginator("describe_instances")
        for page in pages.paginate(PaginationConfig={"PageSize": page_size}):
            for reservation in page["Reservations"]:
                for one in reservation["Instances"]:
                    tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
                    state = one["State"]["Name"]
                    row = {"region": region, "id": one["InstanceId"], "type": one["InstanceType"], "state": state}
                    rows.append({**row, "name": tags.get("Name", "")})
    return sorted(rows, key=lambda row: (row["region"], row["id"]))


# %% wrong="inventory" says="Pass page_size to the paginator"
def inventory(regions, page_size):
    rows = []
    for region in regions:
        pages = boto3.client("ec2", region_name=region).get_paginator("describe_instances")
        for page in pages.paginate():
            for reservation in page["Reservations"]:
                for one in reservation["Instances"]:
                    tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
                    state = one["State"]["Name"]
                    if state == "terminated":
                        continue
                    row = {"region": region, "id": one["InstanceId"], "type": one["InstanceType"], "state": state}
                    rows.append({**row, "name": tags.get("Name", "")})
    return sorted(rows, key=lambda row: (row["region"], row["id"]))
