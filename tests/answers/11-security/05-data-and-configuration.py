# %% [markdown]
# Answers to 11-security/05-data-and-configuration: for each exercise other right answers and typical wrong ones.


# %% right="pii-scanner"
def scan(bucket):
    def is_card(text):
        digits = [int(one) for one in text if one.isdigit()]
        odd, even = digits[-1::-2], digits[-2::-2]
        return (sum(odd) + sum(sum(divmod(2 * one, 10)) for one in even)) % 10 == 0

    result = {}
    for one in boto3.resource("s3").Bucket(bucket).objects.all():
        text = one.get()["Body"].read().decode("latin-1")
        found = set()
        if re.search(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+", text):
            found.add("EMAIL")
        if any(is_card(match) for match in re.findall(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)", text)):
            found.add("CARD")
        if found:
            result[one.key] = found
    return result


# %% wrong="pii-scanner" says="Luhn sorts out numbers that are no cards"
def scan(bucket):
    result = {}
    for one in boto3.resource("s3").Bucket(bucket).objects.all():
        text = one.get()["Body"].read().decode("utf-8", "replace")
        found = set()
        if re.search(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", text):
            found.add("EMAIL")
        if pattern.search(text):
            found.add("CARD")
        if found:
            result[one.key] = found
    return result


# %% wrong="pii-scanner" says="cards.txt holds"
def scan(bucket):
    def is_card(digits):
        values = [int(one) for one in digits]
        return (sum(values[-1::-2]) + sum(sum(divmod(2 * one, 10)) for one in values[-2::-2])) % 10 == 0

    result = {}
    for one in boto3.resource("s3").Bucket(bucket).objects.all():
        text = one.get()["Body"].read().decode("utf-8", "replace")
        found = {"EMAIL"} if re.search(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", text) else set()
        if any(is_card(match) for match in re.findall(r"\b\d{16}\b", text.replace(" ", ""))):
            found.add("CARD")
        if found:
            result[one.key] = found
    return result


# %% wrong="pii-scanner" says="paid.txt holds"
def luhn(d):
    t = 0
    for i, ch in enumerate(reversed(d)):
        n = int(ch)
        if i % 2:
            n *= 2
            if n > 9:
                n -= 9
        t += n
    return t % 10 == 0


def scan(bucket: str) -> dict[str, set[str]]:
    out = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for o in page.get("Contents", []):
            text = s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read().decode("utf-8", "replace")
            kinds = set()
            if re.search(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", text):
                kinds.add("EMAIL")
            if any(luhn(re.sub(r"\D", "", m)) for m in pattern.findall(text)[:1]):
                kinds.add("CARD")
            if kinds:
                out[o["Key"]] = kinds
    return out


# %% right="macie-bill"
def macie_bill(buckets, objects, gb):
    usd, left = 0.10 * buckets + 0.01 * objects / 100_000, max(gb - 1, 0)
    for size, each in ((50_000, 1.0), (450_000, 0.5), (float("inf"), 0.25)):
        part = min(left, size)
        usd, left = usd + part * each, left - part
    return usd


# %% wrong="macie-bill" says="50,000 at the first price"
def macie_bill(buckets, objects, gb):
    left = max(gb - 1, 0)
    each = 1.0 if left <= 50_000 else 0.5 if left <= 500_000 else 0.25
    return 0.10 * buckets + 0.01 * objects / 100_000 + left * each


# %% wrong="macie-bill" says="1 GB is free"
def macie_bill(buckets, objects, gb):
    return 0.10 * buckets + 0.01 * objects / 100_000 + gb


# %% wrong="macie-bill" says="at the third price"
def macie_bill(buckets: int, objects: float, gb: float) -> float:
    p1, p2, _ = facts.tiers("macie", "data")
    left = max(0, gb - 1)
    usd = min(left, 50_000) * p1 + max(0, left - 50_000) * p2
    return buckets * facts.price("macie", "bucket-month") + objects / 100_000 * facts.price("macie", "objects") + usd


# %% wrong="macie-bill" says="150,000 objects"
def macie_bill(buckets: int, objects: float, gb: float) -> float:
    p1, p2, p3 = facts.tiers("macie", "data")
    left = max(0, gb - 1)
    usd = min(left, 50_000) * p1 + max(0, min(left, 500_000) - 50_000) * p2 + max(0, left - 500_000) * p3
    return (
        buckets * facts.price("macie", "bucket-month") + -(-objects // 100_000) * facts.price("macie", "objects") + usd
    )


# %% right="enclave-key"
def enclave_statement(role, pcr0):
    return {
        "Sid": "OnlyInside",
        "Effect": "Allow",
        "Principal": {"AWS": [role]},
        "Action": ["kms:Decrypt"],
        "Resource": ["*"],
        "Condition": {
            "StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": [pcr0]},
            "Null": {"kms:RecipientAttestation:ImageSha384": "false"},
        },
    }


# %% wrong="enclave-key" says="Without an attestation"
def enclave_statement(role, pcr0):
    return {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:Decrypt", "Resource": "*"}


# %% wrong="enclave-key" says="ignore the case"
def enclave_statement(role, pcr0):
    condition = {"StringEquals": {"kms:RecipientAttestation:ImageSha384": pcr0}}
    return {
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": condition,
    }


# %% wrong="enclave-key" says="Allow kms:Decrypt alone"
def enclave_statement(role, pcr0):
    condition = {"StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": pcr0}}
    return {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:*", "Resource": "*", "Condition": condition}


# %% wrong="enclave-key" says="Without an attestation"
def enclave_statement(role, pcr0):
    condition = {"StringEqualsIgnoreCaseIfExists": {"kms:RecipientAttestation:ImageSha384": pcr0}}
    return {
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": condition,
    }


# %% wrong="enclave-key" says="kms:GenerateDataKey"
def enclave_statement(role: str, pcr0: str) -> dict:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {"StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": pcr0}},
    }


# %% wrong="enclave-key" says="kms:DescribeKey"
def enclave_statement(role: str, pcr0: str) -> dict:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": "kms:De*",
        "Resource": "*",
        "Condition": {"StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": pcr0}},
    }


# %% wrong="enclave-key" says="every statement needs"
def enclave_statement(role: str, pcr0: str) -> dict:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": "kms:Decrypt",
        "Condition": {"StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": pcr0}},
    }


# %% right="launch-settings"
def launch_settings(types, enclave_vcpus):
    filters = [{"Name": "nitro-enclaves-support", "Values": ["supported"]}]
    kinds = sorted(
        (
            one
            for one in ec2.describe_instance_types(InstanceTypes=types)["InstanceTypes"]
            if one["NitroEnclavesSupport"] == filters[0]["Values"][0]
            and one["ProcessorInfo"]["SupportedArchitectures"] == ["x86_64"]
        ),
        key=lambda one: one["VCpuInfo"]["DefaultVCpus"],
    )
    for one in kinds:
        if one["VCpuInfo"]["DefaultVCpus"] - 2 >= enclave_vcpus:
            return dict(MinCount=1, MaxCount=1, EnclaveOptions=dict(Enabled=True), InstanceType=one["InstanceType"])


# %% wrong="launch-settings" says="The type for an enclave of 2 vCPUs"
def launch_settings(types, enclave_vcpus):
    for name in types:
        kind = ec2.describe_instance_types(InstanceTypes=[name])["InstanceTypes"][0]
        if kind["NitroEnclavesSupport"] == "supported" and kind["VCpuInfo"]["DefaultVCpus"] >= enclave_vcpus + 2:
            return {"InstanceType": name, "MinCount": 1, "MaxCount": 1, "EnclaveOptions": {"Enabled": True}}


# %% wrong="launch-settings" says="without Enabled it stays an ordinary instance"
def launch_settings(types, enclave_vcpus):
    found = ec2.describe_instance_types(InstanceTypes=types)["InstanceTypes"]
    fits = [
        (one["VCpuInfo"]["DefaultVCpus"], one["InstanceType"])
        for one in found
        if one["NitroEnclavesSupport"] == "supported" and one["VCpuInfo"]["DefaultVCpus"] >= enclave_vcpus + 2
    ]
    return {"InstanceType": min(fits)[1], "MinCount": 1, "MaxCount": 1, "EnclaveOptions": True} if fits else None


# %% wrong="launch-settings" says="The type for an enclave of 4 vCPUs"
def launch_settings(types, enclave_vcpus):
    found = ec2.describe_instance_types(InstanceTypes=types)["InstanceTypes"]
    fits = [
        (one["VCpuInfo"]["DefaultVCpus"], one["InstanceType"])
        for one in found
        if one["NitroEnclavesSupport"] == "supported" and one["VCpuInfo"]["DefaultVCpus"] >= enclave_vcpus
    ]
    if fits:
        return {"InstanceType": min(fits)[1], "MinCount": 1, "MaxCount": 1, "EnclaveOptions": {"Enabled": True}}


# %% wrong="launch-settings" says="['m6g.xlarge', 'c5.2xlarge']"
def launch_settings(types: list[str], enclave_vcpus: int) -> dict | None:
    found = ec2.describe_instance_types(InstanceTypes=types)["InstanceTypes"]
    fit = [
        t
        for t in found
        if t["NitroEnclavesSupport"] == "supported" and True and t["VCpuInfo"]["DefaultVCpus"] >= enclave_vcpus + 2
    ]
    if not fit:
        return None
    best = min(fit, key=lambda t: t["VCpuInfo"]["DefaultVCpus"])
    return {"InstanceType": best["InstanceType"], "MinCount": 1, "MaxCount": 1, "EnclaveOptions": {"Enabled": True}}


# %% right="roll-out"
def roll_out(app, profile, version, alarm):
    here = appconfig.create_environment(ApplicationId=app, Name=lab.unique_name("e"))["Id"]
    appconfig.update_environment(ApplicationId=app, EnvironmentId=here, Monitors=[{"AlarmArn": alarm}])
    names = {one["Name"]: one["Id"] for one in appconfig.list_deployment_strategies()["Items"]}
    key = names.get("slow-and-safe")
    if key is None:
        key = appconfig.create_deployment_strategy(
            Name="slow-and-safe", DeploymentDurationInMinutes=10, GrowthFactor=20.0, FinalBakeTimeInMinutes=5
        )["Id"]
    made = appconfig.start_deployment(
        ApplicationId=app,
        EnvironmentId=here,
        DeploymentStrategyId=key,
        ConfigurationProfileId=profile,
        ConfigurationVersion=version,
        Description="gentle",
    )
    return here, made["DeploymentNumber"]


# %% wrong="roll-out" says="See Monitors"
def roll_out(app, profile, version, alarm):
    here = appconfig.create_environment(ApplicationId=app, Name=lab.unique_name("e"))["Id"]
    key = appconfig.create_deployment_strategy(
        Name=lab.unique_name("s"), DeploymentDurationInMinutes=10, GrowthFactor=20.0, FinalBakeTimeInMinutes=5
    )["Id"]
    made = appconfig.start_deployment(
        ApplicationId=app,
        EnvironmentId=here,
        DeploymentStrategyId=key,
        ConfigurationProfileId=profile,
        ConfigurationVersion=version,
    )
    return here, made["DeploymentNumber"]


# %% wrong="roll-out" says="Per cent after 5 of 10 minutes"
def roll_out(app, profile, version, alarm):
    here = appconfig.create_environment(ApplicationId=app, Name=lab.unique_name("e"), Monitors=[{"AlarmArn": alarm}])[
        "Id"
    ]
    made = appconfig.start_deployment(
        ApplicationId=app,
        EnvironmentId=here,
        DeploymentStrategyId="AppConfig.Canary10Percent20Minutes",
        ConfigurationProfileId=profile,
        ConfigurationVersion=version,
    )
    return here, made["DeploymentNumber"]


# %% wrong="roll-out" says="it should still bake"
def roll_out(app, profile, version, alarm):
    here = appconfig.create_environment(ApplicationId=app, Name=lab.unique_name("e"), Monitors=[{"AlarmArn": alarm}])[
        "Id"
    ]
    key = appconfig.create_deployment_strategy(
        Name=lab.unique_name("s"), DeploymentDurationInMinutes=10, GrowthFactor=20.0
    )["Id"]
    made = appconfig.start_deployment(
        ApplicationId=app,
        EnvironmentId=here,
        DeploymentStrategyId=key,
        ConfigurationProfileId=profile,
        ConfigurationVersion=version,
    )
    return here, made["DeploymentNumber"]


# %% wrong="roll-out" says="after each of 10 quiet minutes"
def roll_out(app: str, profile: str, version: str, alarm: str) -> tuple[str, int]:
    env = appconfig.create_environment(ApplicationId=app, Name=lab.unique_name("live"), Monitors=[{"AlarmArn": alarm}])[
        "Id"
    ]
    how = appconfig.create_deployment_strategy(
        Name=lab.unique_name("how"),
        DeploymentDurationInMinutes=10,
        GrowthType="EXPONENTIAL",
        GrowthFactor=20,
        FinalBakeTimeInMinutes=5,
        ReplicateTo="NONE",
    )["Id"]
    d = appconfig.start_deployment(
        ApplicationId=app,
        EnvironmentId=env,
        ConfigurationProfileId=profile,
        ConfigurationVersion=version,
        DeploymentStrategyId=how,
    )
    return env, d["DeploymentNumber"]


# %% wrong="roll-out" says="it should still bake"
def roll_out(app: str, profile: str, version: str, alarm: str) -> tuple[str, int]:
    env = appconfig.create_environment(ApplicationId=app, Name=lab.unique_name("live"), Monitors=[{"AlarmArn": alarm}])[
        "Id"
    ]
    how = appconfig.create_deployment_strategy(
        Name=lab.unique_name("how"),
        DeploymentDurationInMinutes=10,
        GrowthType="LINEAR",
        GrowthFactor=20,
        FinalBakeTimeInMinutes=1,
        ReplicateTo="NONE",
    )["Id"]
    d = appconfig.start_deployment(
        ApplicationId=app,
        EnvironmentId=env,
        ConfigurationProfileId=profile,
        ConfigurationVersion=version,
        DeploymentStrategyId=how,
    )
    return env, d["DeploymentNumber"]


# %% wrong="roll-out" says="The version under way"
def roll_out(app: str, profile: str, version: str, alarm: str) -> tuple[str, int]:
    env = appconfig.create_environment(ApplicationId=app, Name=lab.unique_name("live"), Monitors=[{"AlarmArn": alarm}])[
        "Id"
    ]
    how = appconfig.create_deployment_strategy(
        Name=lab.unique_name("how"),
        DeploymentDurationInMinutes=10,
        GrowthType="LINEAR",
        GrowthFactor=20,
        FinalBakeTimeInMinutes=5,
        ReplicateTo="NONE",
    )["Id"]
    d = appconfig.start_deployment(
        ApplicationId=app,
        EnvironmentId=env,
        ConfigurationProfileId=profile,
        ConfigurationVersion="1",
        DeploymentStrategyId=how,
    )
    return env, d["DeploymentNumber"]


# %% right="roll-out"
def roll_out(app: str, profile: str, version: str, alarm: str) -> tuple[str, int]:
    env = appconfig.create_environment(ApplicationId=app, Name=lab.unique_name("live"), Monitors=[{"AlarmArn": alarm}])[
        "Id"
    ]
    how = appconfig.create_deployment_strategy(
        Name=lab.unique_name("how"),
        DeploymentDurationInMinutes=10,
        GrowthType="LINEAR",
        GrowthFactor=20,
        FinalBakeTimeInMinutes=5,
        ReplicateTo="NONE",
    )["Id"]
    d = appconfig.start_deployment(
        ApplicationId=app,
        EnvironmentId=env,
        ConfigurationProfileId=profile,
        ConfigurationVersion=version,
        DeploymentStrategyId=how,
    )
    return [env, d["DeploymentNumber"]]


# %% right="fresh"
def fresh(token, known):
    answer = boto3.client("appconfigdata").get_latest_configuration(ConfigurationToken=token)
    text = answer["Configuration"].read().decode()
    if text == "":
        return known, answer["NextPollConfigurationToken"]
    return json.loads(text), answer["NextPollConfigurationToken"]


# %% wrong="fresh" says="The second poll"
def fresh(token, known):
    answer = data.get_latest_configuration(ConfigurationToken=token)
    text = answer["Configuration"].read().decode()
    return json.loads(text) if text else {}, answer["NextPollConfigurationToken"]


# %% wrong="fresh" says="the old one serves once"
def fresh(token, known):
    answer = data.get_latest_configuration(ConfigurationToken=token)
    text = answer["Configuration"].read().decode()
    return json.loads(text) if text else known, token


# %% wrong="fresh" says="The first poll after a change"
def fresh(token, known):
    answer = data.get_latest_configuration(ConfigurationToken=token)
    if known:
        return known, answer["NextPollConfigurationToken"]
    return json.loads(answer["Configuration"].read() or b"{}"), answer["NextPollConfigurationToken"]


# %% wrong="fresh" says="The first poll after a change"
def fresh(token: str, known: dict) -> tuple[dict, str]:
    got = data.get_latest_configuration(ConfigurationToken=token)
    body = got["Configuration"].read()
    return (known | json.loads(body) if body else known), got["NextPollConfigurationToken"]


# %% right="schema"
def flag_schema():
    share = {"type": "integer", "minimum": 0, "maximum": 100}
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["max_items", "new_checkout"],
        "patternProperties": {
            "^max_items$": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
            "^new_checkout$": {
                "type": "object",
                "required": ["percent", "enabled"],
                "properties": {"enabled": {"enum": [True, False], "type": "boolean"}, "percent": share},
                "minProperties": 2,
                "maxProperties": 2,
            },
        },
        "additionalProperties": False,
    }


# %% wrong="schema" says="an unknown name inside"
def flag_schema():
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "new_checkout": {
                "type": "object",
                "properties": {
                    "enabled": {"type": "boolean"},
                    "percent": {"type": "integer", "minimum": 0, "maximum": 100},
                },
                "required": ["enabled", "percent"],
            },
            "max_items": {"type": "integer", "minimum": 1},
        },
        "required": ["new_checkout", "max_items"],
        "additionalProperties": False,
    }


# %% wrong="schema" says="2.5 is no whole number"
def flag_schema():
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "new_checkout": {
                "type": "object",
                "properties": {
                    "enabled": {"type": "boolean"},
                    "percent": {"type": "number", "minimum": 0, "maximum": 100},
                },
                "required": ["enabled", "percent"],
                "additionalProperties": False,
            },
            "max_items": {"type": "integer", "minimum": 1},
        },
        "required": ["new_checkout", "max_items"],
        "additionalProperties": False,
    }


# %% wrong="schema" says="is good, but your schema refuses it"
def flag_schema():
    return {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "additionalProperties": False}


# %% wrong="schema" says="enabled is missing"
def flag_schema() -> dict:
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "new_checkout": {
                "type": "object",
                "properties": {
                    "enabled": {"type": "boolean"},
                    "percent": {"type": "integer", "minimum": 0, "maximum": 100},
                },
                "required": ["percent"],
                "additionalProperties": False,
            },
            "max_items": {"type": "integer", "minimum": 1},
        },
        "required": ["new_checkout", "max_items"],
        "additionalProperties": False,
    }


# %% wrong="schema" says="new_checkout is missing"
def flag_schema() -> dict:
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "new_checkout": {
                "type": "object",
                "properties": {
                    "enabled": {"type": "boolean"},
                    "percent": {"type": "integer", "minimum": 0, "maximum": 100},
                },
                "required": ["enabled", "percent"],
                "additionalProperties": False,
            },
            "max_items": {"type": "integer", "minimum": 1},
        },
        "required": ["max_items"],
        "additionalProperties": False,
    }


# %% wrong="schema" says="is good, but your schema refuses it"
def flag_schema() -> dict:
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "new_checkout": {
                "type": "object",
                "properties": {
                    "enabled": {"type": "boolean"},
                    "percent": {"type": "integer", "minimum": 0, "maximum": 99},
                },
                "required": ["enabled", "percent"],
                "additionalProperties": False,
            },
            "max_items": {"type": "integer", "minimum": 1},
        },
        "required": ["new_checkout", "max_items"],
        "additionalProperties": False,
    }


# %% right="pick-service"
service = {
    "a password of a database that must change every 30 days by itself": "secrets manager",
    "the address of a server and other plain settings, for no money": "parameter store",
    "a switch for a feature that comes on for 10 % of the users first": "appconfig",
    "which bucket holds passport numbers that nobody told us about": "macie",
    "HTTPS for a public site, renewed without anybody": "acm",
    "trust between 300 of our own servers, by certificate": "private ca",
    "10,000 requests a minute from one address, each of them valid": "waf",
    "an expert team and our bill back after a flood of packets": "shield advanced",
    "plaintext that not even our administrators may see": "nitro enclaves",
    "a key that encrypts objects and leaves a trace of each use": "kms",
}


def store_for(size, rotates):
    for name, most in (
        ("standard parameter", 4 * 1024),
        ("advanced parameter", 8 * 1024),
        ("secrets manager", 64 * 1024),
    ):
        if size <= most and (name == "secrets manager" or not rotates):
            return name
    return "s3"


# %% wrong="pick-service" says="is not the service for that"
service = {
    "a password of a database that must change every 30 days by itself": "secrets manager",
    "the address of a server and other plain settings, for no money": "parameter store",
    "a switch for a feature that comes on for 10 % of the users first": "appconfig",
    "which bucket holds passport numbers that nobody told us about": "macie",
    "HTTPS for a public site, renewed without anybody": "acm",
    "trust between 300 of our own servers, by certificate": "private ca",
    "10,000 requests a minute from one address, each of them valid": "shield advanced",
    "an expert team and our bill back after a flood of packets": "shield advanced",
    "plaintext that not even our administrators may see": "nitro enclaves",
    "a key that encrypts objects and leaves a trace of each use": "kms",
}


def store_for(size, rotates):
    for name, most in (
        ("standard parameter", 4 * 1024),
        ("advanced parameter", 8 * 1024),
        ("secrets manager", 64 * 1024),
    ):
        if size <= most and (name == "secrets manager" or not rotates):
            return name
    return "s3"


# %% wrong="pick-service" says="4,097 bytes, no rotation"
service = {
    "a password of a database that must change every 30 days by itself": "secrets manager",
    "the address of a server and other plain settings, for no money": "parameter store",
    "a switch for a feature that comes on for 10 % of the users first": "appconfig",
    "which bucket holds passport numbers that nobody told us about": "macie",
    "HTTPS for a public site, renewed without anybody": "acm",
    "trust between 300 of our own servers, by certificate": "private ca",
    "10,000 requests a minute from one address, each of them valid": "waf",
    "an expert team and our bill back after a flood of packets": "shield advanced",
    "plaintext that not even our administrators may see": "nitro enclaves",
    "a key that encrypts objects and leaves a trace of each use": "kms",
}


def store_for(size, rotates):
    if rotates:
        return "secrets manager"
    return "standard parameter" if size <= 4096 else "secrets manager" if size <= 65536 else "s3"


# %% wrong="pick-service" says="too large for a secret"
service = {
    "a password of a database that must change every 30 days by itself": "secrets manager",
    "the address of a server and other plain settings, for no money": "parameter store",
    "a switch for a feature that comes on for 10 % of the users first": "appconfig",
    "which bucket holds passport numbers that nobody told us about": "macie",
    "HTTPS for a public site, renewed without anybody": "acm",
    "trust between 300 of our own servers, by certificate": "private ca",
    "10,000 requests a minute from one address, each of them valid": "waf",
    "an expert team and our bill back after a flood of packets": "shield advanced",
    "plaintext that not even our administrators may see": "nitro enclaves",
    "a key that encrypts objects and leaves a trace of each use": "kms",
}


def store_for(size, rotates):
    if rotates:
        return "secrets manager"
    return (
        "standard parameter"
        if size <= 4096
        else "advanced parameter"
        if size <= 8192
        else "secrets manager"
        if size <= 65536
        else "s3"
    )


# %% wrong="pick-service" says="8,192 bytes, no rotation"
service = {
    "a password of a database that must change every 30 days by itself": "secrets manager",
    "the address of a server and other plain settings, for no money": "parameter store",
    "a switch for a feature that comes on for 10 % of the users first": "appconfig",
    "which bucket holds passport numbers that nobody told us about": "macie",
    "HTTPS for a public site, renewed without anybody": "acm",
    "trust between 300 of our own servers, by certificate": "private ca",
    "10,000 requests a minute from one address, each of them valid": "waf",
    "an expert team and our bill back after a flood of packets": "shield advanced",
    "plaintext that not even our administrators may see": "nitro enclaves",
    "a key that encrypts objects and leaves a trace of each use": "kms",
}


def store_for(size: int, rotates: bool) -> str:
    if size > 65_536:
        return "s3"
    if rotates:
        return "secrets manager"
    if size <= 4096:
        return "standard parameter"
    if size <= 8_000:
        return "advanced parameter"
    return "secrets manager"


# %% wrong="pick-service" says="65,536 bytes, no rotation"
service = {
    "a password of a database that must change every 30 days by itself": "secrets manager",
    "the address of a server and other plain settings, for no money": "parameter store",
    "a switch for a feature that comes on for 10 % of the users first": "appconfig",
    "which bucket holds passport numbers that nobody told us about": "macie",
    "HTTPS for a public site, renewed without anybody": "acm",
    "trust between 300 of our own servers, by certificate": "private ca",
    "10,000 requests a minute from one address, each of them valid": "waf",
    "an expert team and our bill back after a flood of packets": "shield advanced",
    "plaintext that not even our administrators may see": "nitro enclaves",
    "a key that encrypts objects and leaves a trace of each use": "kms",
}


def store_for(size: int, rotates: bool) -> str:
    if size > 65_535:
        return "s3"
    if rotates:
        return "secrets manager"
    if size <= 4096:
        return "standard parameter"
    if size <= 8192:
        return "advanced parameter"
    return "secrets manager"
