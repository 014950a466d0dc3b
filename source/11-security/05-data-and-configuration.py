# ---
# jupyter:
#   course:
#     exam:
#     - '2.3'
#     - '3.4'
#     - '4.3'
#     minutes: 60
#     practises:
#       enclave-key:
#       - nitroenclaves.isolated-compute
#       fresh:
#       - appconfig.dynamic-deployment
#       launch-settings:
#       - nitroenclaves.launch-steps
#       macie-bill:
#       - macie.sensitive-data
#       pick-service:
#       - security.checkpoint
#       - secretsmanager.vs-parameter-store
#       pii-scanner:
#       - macie.sensitive-data
#       roll-out:
#       - appconfig.dynamic-deployment
#       schema:
#       - appconfig.validators
#     services:
#     - macie2
#     - s3
#     - ec2
#     - kms
#     - appconfig
#     - appconfigdata
#     title: Sensitive data and safe configuration
#     topics:
#     - macie.sensitive-data
#     - nitroenclaves.isolated-compute
#     - nitroenclaves.launch-steps
#     - appconfig.dynamic-deployment
#     - appconfig.validators
#     - security.checkpoint
#     - encryption.server-side-at-rest
#     - kms.4kb-limit
#     - kms.key-types-and-prices
#     - secretsmanager.vs-parameter-store
# ---

# %% [markdown]
# # Sensitive data and safe configuration
#
# Fennel runs pharmacies. Somebody exported customer lists into S3, a program compares prescriptions that not even the
# administrators may read, and a wrong line of configuration stopped the order page last month. After this lesson you
# can find personal data in buckets, tie a key to one sealed program, roll out configuration so that an alarm takes it
# back, and say which of AWS's security services a task needs.

# %% setup="start"
import hashlib
import io
import json
import re
import zipfile

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("11-security/05-data-and-configuration")
lab.start()
s3 = boto3.client("s3")
ec2 = boto3.client("ec2")
iam = boto3.client("iam")
cloudwatch = boto3.client("cloudwatch")
appconfig = boto3.client("appconfig")
data = boto3.client("appconfigdata")

# %% [markdown]
# ## What lies in the buckets?
#
# Encryption at rest keeps a thief of disks out. It does not tell you that a list of customers lies in a bucket where
# it should not be. **Amazon Macie** does: it keeps an inventory of your S3 buckets (public? encrypted? shared?) and
# reads objects to find **personal data** (PII), credentials and financial data, by patterns and machine learning. Its
# *findings* go to EventBridge and Security Hub.
#
# > **Lab and AWS.** The lab can switch Macie on, but does not run its jobs. You will write a small scanner yourself,
# > to see what a finding is made of and why a pattern alone is not enough.

# %%
macie = boto3.client("macie2")
macie.enable_macie(findingPublishingFrequency="FIFTEEN_MINUTES")
print("Macie is", macie.get_macie_session()["status"])

order_number, card = "4000 1234 5678 9010", "4111 1111 1111 1111"
pattern = re.compile(r"\b(?:\d[ -]?){15}\d\b")
for text in (order_number, card):
    print(f"{text}: looks like a card number: {bool(pattern.search(text))}")

# %% [markdown]
# Both have sixteen digits; only one is a card number. Card numbers carry a check digit after **Luhn**: from the
# right, double every second digit (take 9 off if that gives more than 9) and add all digits up; the sum ends in 0.
#
# ### Your turn: a scanner
#
# Write `scan(bucket)`. It reads every object of the bucket and returns a dictionary from the key of each object with
# a finding to the *set* of what was found in it:
#
# - `"EMAIL"`: something like `ada@example.com`;
# - `"CARD"`: 16 digits, perhaps in groups with blanks or hyphens, that pass Luhn;
# - objects without a finding are left out.
#
# <details><summary>Hint</summary>
#
# `s3.get_paginator("list_objects_v2")` finds all objects. Take the digits out of each match of `pattern` with
# `re.sub(r"\D", "", match)` and test them from the right. Read a body with
# `.read().decode("utf-8", "replace")`: not every object is text.
# </details>


# %% exercise="pii-scanner"
def scan(bucket: str) -> dict[str, set[str]]:
    """What personal data lies in which object."""
    ### BEGIN SOLUTION
    email = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
    number = re.compile(r"\b(?:\d[ -]?){15}\d\b")

    def passes_luhn(digits: str) -> bool:
        total = 0
        for place, digit in enumerate(reversed(digits)):
            value = int(digit) * (2 if place % 2 else 1)
            total += value - 9 if value > 9 else value
        return total % 10 == 0

    findings = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            text = body.decode("utf-8", "replace")
            kinds = {"EMAIL"} if email.search(text) else set()
            if any(passes_luhn(re.sub(r"\D", "", found)) for found in number.findall(text)):
                kinds.add("CARD")
            if kinds:
                findings[item["Key"]] = kinds
    return findings
    ### END SOLUTION


# %% check="pii-scanner" points=3
with check(
    "pii-scanner", needs="scan", right="A checksum turns a pattern that cries wolf into one that finds cards."
) as expect:

    def finds(content: dict[str, str | bytes], wanted: dict[str, set[str]]) -> None:
        bucket = lab.unique_name("check-scan")
        s3.create_bucket(Bucket=bucket)
        for key, body in content.items():
            s3.put_object(Bucket=bucket, Key=key, Body=body)
        got = scan(bucket)
        expect(isinstance(got, dict), "Return a dictionary from key to a set of words.")
        for key, kinds in wanted.items():
            expect(
                set(got.get(key, ())) == kinds,
                f"{key} holds {content[key]!r}: found {sorted(got.get(key, ())) or 'nothing'}, "
                f"it should be {sorted(kinds)}.",
            )
        extra = {key: content[key] for key in got if key not in wanted}
        expect(not extra, f"Nothing personal lies in {extra}. Luhn sorts out numbers that are no cards.")

    finds(
        {
            "list.csv": "Ada;ada@example.com;4111 1111 1111 1111",
            "mail.txt": "write to grace.h@mail.example.org",
            "cards.txt": "5500-0000-0000-0004",
            "paid.txt": "order 4000 1234 5678 9010 was paid with 6011 0000 0000 0004",
            "orders.txt": "order 4000 1234 5678 9010",
            "photo.jpg": b"\xff\xd8\xff\x00 no text",
            "notes.txt": "phone 555-0100, 3 @ 2.50",
        },
        {"list.csv": {"EMAIL", "CARD"}, "mail.txt": {"EMAIL"}, "cards.txt": {"CARD"}, "paid.txt": {"CARD"}},
    )
    ### BEGIN HIDDEN TESTS
    finds(
        {
            "a/b.json": '{"card": "4012888888881881", "id": "1234567812345678"}',
            "c": "1234-5678-1234-5678",
            "e": "order 7, ada_l@post.example.org",
            "d": "5105105105105100",
        },
        {"a/b.json": {"CARD"}, "d": {"CARD"}, "e": {"EMAIL"}},
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## What Macie costs
#
# You pay by the bucket, by the number of objects it watches, and by the gigabyte that it reads; the last gets
# cheaper in steps. Reading everything once is dear; Macie's automated discovery reads samples.

# %%
read = facts.tiers("macie", "data")
sizes = [n * 1_000 for n in range(0, 601, 10)]


def reading(gb: float) -> float:
    """USD for reading so much in a month, the first gigabyte free."""
    left, usd = max(0.0, gb - 1), 0.0
    ends = [tier.tier_from for tier in read[1:]] + [float("inf")]
    for tier, end in zip(read, ends, strict=True):
        usd += max(0.0, min(left, end) - tier.tier_from) * tier
    return usd


charts.curves(
    {"read by Macie": (sizes, [reading(gb) for gb in sizes])},
    headline="The first 50 TB cost as much as the next 100",
    x_label="GB read in a month",
    y_unit="USD",
    events={"half price from here": 50_000, "a quarter from here": 500_000},
    source=read,
)

# %% [markdown]
# ### Your turn: the bill
#
# Write `macie_bill(buckets, objects, gb)`: USD for a month with `buckets` buckets, `objects` objects watched and
# `gb` GB read. The facts are `bucket-month`, `objects` (the price of 100,000; 50,000 cost half) and `data` above: the
# first GB is free, then up to 50,000 GB the first price, the next 450,000 GB the second, the rest the third.
#
# <details><summary>Hint</summary>
#
# Take the free gigabyte off first; then cut what is left into three pieces with `min` and `max`. You may use a
# function of the cell above for one of the three parts.
# </details>


# %% exercise="macie-bill"
def macie_bill(buckets: int, objects: float, gb: float) -> float:
    """USD a month for Macie."""
    ### BEGIN SOLUTION
    watch = buckets * facts.price("macie", "bucket-month")
    count = objects / 100_000 * facts.price("macie", "objects")
    return watch + count + reading(gb)
    ### END SOLUTION


# %% check="macie-bill" points=1
with check("macie-bill", needs="macie_bill", right="Reading is the bill; watching is almost free.") as expect:
    expect.close(macie_bill(20, 3_000_000, 0), 2.30, "20 buckets, 3 million objects, nothing read")
    expect.close(macie_bill(0, 0, 1), 0.0, "1 GB is free")
    expect.close(macie_bill(10, 0, 501), 501.0, "10 buckets, 501 GB")
    expect.close(macie_bill(0, 0, 60_001), 55_000.0, "60,001 GB: 50,000 at the first price, 10,000 at the second")
    expect.close(macie_bill(0, 0, 700_001), 325_000.0, "700,001 GB: the last 200,000 at the third price")
    expect.close(macie_bill(0, 150_000, 0), 0.015, "150,000 objects")
    ### BEGIN HIDDEN TESTS
    expect.close(macie_bill(5, 1_000_000, 600_001), 300_000.6, "600,001 GB reach the third price")
    expect.close(macie_bill(1, 50_000, 0.5), 0.105, "half a price for 50,000 objects")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A computer that nobody can look into
#
# Fennel compares prescriptions of two insurers. Neither may see the other's list, and no administrator of Fennel may
# see any. A **Nitro Enclave** is a small virtual machine cut out of an EC2 instance, its *parent*: no disk, no
# network, no login, only a local channel (*vsock*) to the parent. Not even root on the parent can look inside.
#
# How does KMS know whom it gives the plaintext to? By **attestation**: the hypervisor signs a document with
# measurements of what runs inside. **PCR0** is the SHA-384 hash of the enclave's image. The key policy compares.
#
# > **Lab and AWS.** In the lab there are no enclaves, and `Decrypt` does not look at an attestation. The lab's policy
# > engine judges your statement instead, with the measurement that we tell it. AWS KMS checks the document's signature
# > first, and answers under a key that only the enclave has.

# %% setup="enclave"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def new_role() -> str:
    """A role for an instance: its ARN."""
    name = lab.unique_name("compare")
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]


def measured(image: bytes) -> str:
    """PCR0, as nitro-cli prints it for an image."""
    return hashlib.sha384(image).hexdigest()


def kms_answers(statement: dict, caller: str, image: bytes | None, action: str = "kms:Decrypt") -> str:
    """Whether a key with this statement in its policy serves the call; image None: no attestation."""
    context = []
    if image is not None:
        seen = {"ContextKeyName": "kms:RecipientAttestation:ImageSha384", "ContextKeyType": "string"}
        context = [seen | {"ContextKeyValues": [measured(image)]}]
    nothing = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    said = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": [nothing]})],
        ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        CallerArn=caller,
        ActionNames=[action],
        ResourceArns=["arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
        ContextEntries=context,
    )["EvaluationResults"][0]["EvalDecision"]
    return "allowed" if said == "allowed" else "denied"


# %%
image = b"the enclave image file, as nitro-cli build-enclave writes it"
print("PCR0 of the image:     ", measured(image)[:24], "...")
print("with one byte changed: ", measured(image + b".")[:24], "...")

# %% [markdown]
# ### Your turn: a key for one image
#
# Write `enclave_statement(role, pcr0)`, a statement of a key policy: the role may `kms:Decrypt`, nothing else, and
# only from an enclave whose image has this PCR0. The condition key is `kms:RecipientAttestation:ImageSha384`;
# compare without regard to upper and lower case, as different tools print either.
#
# <details><summary>Hint</summary>
#
# A statement in a key policy has a `Principal` and `"Resource": "*"` (the key itself). Of the condition operators,
# one is called like `StringEquals` and ends in `IgnoreCase`.
# </details>


# %% exercise="enclave-key"
def enclave_statement(role: str, pcr0: str) -> dict:
    """A statement that lets the role decrypt inside one enclave image alone."""
    ### BEGIN SOLUTION
    condition = {"StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": pcr0}}
    return {
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": condition,
    }
    ### END SOLUTION


# %% check="enclave-key" points=2
with check(
    "enclave-key", needs="enclave_statement", right="Even an administrator on the parent gets no plaintext."
) as expect:
    worker, stranger = new_role(), new_role()
    good = b"release 7 of the comparison"
    made = enclave_statement(worker, measured(good))
    expect(isinstance(made, dict), "Return one statement, a dictionary.")
    expect(
        made.get("Resource") in ("*", ["*"]), 'In a key policy every statement needs "Resource": "*", the key itself.'
    )
    expect(kms_answers(made, worker, good) == "allowed", "The right role in the right enclave is refused.")
    expect(
        kms_answers(made, worker, None) == "denied",
        "Without an attestation, so from the parent itself, the role can decrypt. A condition is missing.",
    )
    expect(
        kms_answers(made, worker, good + b" and a back door") == "denied",
        "A changed image can decrypt: compare its measurement.",
    )
    expect(kms_answers(made, stranger, good) == "denied", "Another role can decrypt in that enclave.")
    for action in ("kms:ScheduleKeyDeletion", "kms:GenerateDataKey", "kms:DescribeKey"):
        expect(
            kms_answers(made, worker, good, action) == "denied",
            f"The role may do more than decrypt: {action}. Allow kms:Decrypt alone.",
        )
    upper = enclave_statement(worker, measured(good).upper())
    expect(kms_answers(upper, worker, good) == "allowed", "The same PCR0 in capitals is refused: ignore the case.")
    ### BEGIN HIDDEN TESTS
    other = enclave_statement(stranger, measured(b"another image"))
    expect(kms_answers(other, stranger, b"another image") == "allowed", "Another image, another role")
    expect(kms_answers(other, stranger, good) == "denied", "The first image with the second statement")
    expect(kms_answers(other, stranger, b"another image", "kms:Encrypt") == "denied", "Encrypt was not asked for")
    ### END HIDDEN TESTS

# %% [markdown]
# ## From instance to enclave
#
# Three steps: (1) start an EC2 instance with `EnclaveOptions={"Enabled": True}`; (2) turn your container image into
# an *enclave image file* with `nitro-cli build-enclave`, which prints the PCRs; (3) start it on the instance with
# `nitro-cli run-enclave --cpu-count ... --memory ... --eif-path ...`.
#
# Enclaves cost nothing beside the instance, but take its CPUs and memory: on Intel and AMD at least 2 vCPUs, and 2
# stay with the parent. One instance carries up to four enclaves. Small and burstable types do not support them.

# %%
asked = ["t3.xlarge", "m5.large", "m5.xlarge", "c5.2xlarge", "m6g.large"]
for kind in ec2.describe_instance_types(InstanceTypes=asked)["InstanceTypes"]:
    architecture = kind["ProcessorInfo"]["SupportedArchitectures"][0]
    cpus = kind["VCpuInfo"]["DefaultVCpus"]
    print(f"{kind['InstanceType']:<11} {cpus} vCPU {architecture:<7} enclaves {kind['NitroEnclavesSupport']}")

# %% [markdown]
# ### Your turn: choose and launch
#
# Write `launch_settings(types, enclave_vcpus)`: the keyword arguments for `ec2.run_instances` that start **one**
# instance for an enclave with `enclave_vcpus` vCPUs. Of the x86 `types` that support enclaves and leave 2 vCPUs for
# the parent, take the one with the fewest vCPUs. If none fits, return `None`. (The check adds the `ImageId`.)
#
# <details><summary>Hint</summary>
#
# `describe_instance_types` answers in its own order. The arguments are `InstanceType`, `MinCount`, `MaxCount` and
# `EnclaveOptions`; older texts that say "EnclaveOptions set to true" mean its key `Enabled`.
# </details>


# %% exercise="launch-settings"
def launch_settings(types: list[str], enclave_vcpus: int) -> dict | None:
    """Arguments for run_instances, or None if no type fits."""
    ### BEGIN SOLUTION
    found = ec2.describe_instance_types(InstanceTypes=types)["InstanceTypes"]
    fits = [
        (kind["VCpuInfo"]["DefaultVCpus"], kind["InstanceType"])
        for kind in found
        if kind["NitroEnclavesSupport"] == "supported"
        and "x86_64" in kind["ProcessorInfo"]["SupportedArchitectures"]
        and kind["VCpuInfo"]["DefaultVCpus"] >= enclave_vcpus + 2
    ]
    if not fits:
        return None
    _, smallest = min(fits)
    return {
        "InstanceType": smallest,
        "MinCount": 1,
        "MaxCount": 1,
        "EnclaveOptions": {"Enabled": True},
    }
    ### END SOLUTION


# %% check="launch-settings" points=2
with check(
    "launch-settings", needs="launch_settings", right="The option can only be set at launch, so choose well."
) as expect:
    own_image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]

    def starts(types: list[str], vcpus: int, wanted: str) -> None:
        given = launch_settings(types, vcpus)
        expect(isinstance(given, dict), f"For {vcpus} vCPUs of {types}: return a dictionary of arguments.")
        expect.equal(given.get("InstanceType"), wanted, f"The type for an enclave of {vcpus} vCPUs out of {types}")
        expect(
            given.get("EnclaveOptions") == {"Enabled": True},
            f"EnclaveOptions is {given.get('EnclaveOptions')!r}: without Enabled it stays an ordinary instance.",
        )
        started = ec2.run_instances(**{"ImageId": own_image} | given)["Instances"]
        expect.equal(len(started), 1, "The number of instances")
        ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in started])

    starts(["c5.2xlarge", "t3.xlarge", "m5.xlarge"], 2, "m5.xlarge")
    starts(["m5.xlarge", "c5.2xlarge"], 4, "c5.2xlarge")
    starts(["m6g.xlarge", "c5.2xlarge"], 2, "c5.2xlarge")
    expect(launch_settings(["t3.xlarge", "m5.large"], 2) is None, "Neither t3.xlarge nor m5.large fits: None.")
    ### BEGIN HIDDEN TESTS
    starts(["c6g.2xlarge", "m5.4xlarge"], 6, "m5.4xlarge")
    starts(["m5.4xlarge", "c5.2xlarge", "m5.xlarge"], 6, "c5.2xlarge")
    expect(launch_settings(["m5.xlarge"], 3) is None, "3 vCPUs and 2 for the parent do not fit into 4.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Configuration without a deployment of code
#
# *Show the new order page to everybody; at most 12 items in a basket; block this address.* Such settings change more
# often than code. **AWS AppConfig** keeps them, checks them, and brings them to running programs step by step, with
# no restart. Its parts: an **application**; **environments** (live, test), each with alarms; **configuration
# profiles** with versions; **deployment strategies**.

# %% setup="flags"
FLAGS = {"new_checkout": {"enabled": False, "percent": 0}, "max_items": 12}


def new_application(validators: list[dict] | None = None) -> tuple[str, str]:
    """An application with a profile whose versions AppConfig keeps itself: the ids of both."""
    app = appconfig.create_application(Name=lab.unique_name("orders"))["Id"]
    profile = appconfig.create_configuration_profile(
        ApplicationId=app, Name="flags", LocationUri="hosted", Validators=validators or []
    )["Id"]
    return app, profile


def new_version(app: str, profile: str, content: dict) -> str:
    """A new version of a profile: its number."""
    made = appconfig.create_hosted_configuration_version(
        ApplicationId=app,
        ConfigurationProfileId=profile,
        Content=json.dumps(content).encode(),
        ContentType="application/json",
    )
    return str(made["VersionNumber"])


def new_alarm() -> tuple[str, str]:
    """An alarm that rings at more than 5 errors in a minute: its ARN, and its metric."""
    metric = lab.unique_name("errors")
    cloudwatch.put_metric_alarm(
        AlarmName=metric,
        Namespace="fennel",
        MetricName=metric,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    found = cloudwatch.describe_alarms(AlarmNames=[metric])["MetricAlarms"]
    return found[0]["AlarmArn"], metric


def errors(metric: str, count: int) -> None:
    """Tell CloudWatch of errors that customers have now."""
    datum = {"MetricName": metric, "Value": count, "Timestamp": lab.clock.now()}
    cloudwatch.put_metric_data(Namespace="fennel", MetricData=[datum])


def deployment(app: str, environment: str, number: int) -> dict:
    """How a deployment stands."""
    return dict(appconfig.get_deployment(ApplicationId=app, EnvironmentId=environment, DeploymentNumber=number))


# %%
app, profile = new_application()
live = appconfig.create_environment(ApplicationId=app, Name="live")["Id"]
target = {"ApplicationId": app, "EnvironmentId": live, "ConfigurationProfileId": profile}
first = appconfig.start_deployment(
    **target,
    DeploymentStrategyId="AppConfig.AllAtOnce",
    ConfigurationVersion=new_version(app, profile, FLAGS),
)
lab.clock.advance(minutes=11)
print("version", first["ConfigurationVersion"], deployment(app, live, 1)["State"])

# %% [markdown]
# A strategy says how the share of clients grows: **linear** in equal steps, or **exponential** (G, 2G, 4G, ...).
# After 100 % comes the **bake time**, in which AppConfig still watches. If an alarm of the environment rings before
# the bake time is over, everybody gets the former version back. We measure three deployments.


# %%
def measure(growth: str, step: float, fails_at: int | None = None) -> list[float]:
    """The share of clients with the new version, minute by minute."""
    arn, metric = new_alarm()
    here = appconfig.create_environment(ApplicationId=app, Name=lab.unique_name("try"), Monitors=[{"AlarmArn": arn}])[
        "Id"
    ]
    strategy = appconfig.create_deployment_strategy(
        Name=lab.unique_name(growth.lower()),
        DeploymentDurationInMinutes=20,
        GrowthType=growth,
        GrowthFactor=step,
        FinalBakeTimeInMinutes=5,
        ReplicateTo="NONE",
    )["Id"]
    started = appconfig.start_deployment(
        **target | {"EnvironmentId": here},
        DeploymentStrategyId=strategy,
        ConfigurationVersion="1",
    )["DeploymentNumber"]
    shares = []
    for minute in range(26):
        shares.append(deployment(app, here, started)["PercentageComplete"])
        if minute == fails_at:
            errors(metric, 9)
        lab.clock.advance(minutes=1)
    return shares


shares = {
    "linear, 20 %": measure("LINEAR", 20),
    "exponential, 5 %": measure("EXPONENTIAL", 5),
    "linear, errors at 13": measure("LINEAR", 20, fails_at=13),
}
charts.steps(
    {name: (list(range(26)), values) for name, values in shares.items()},
    headline="Exponential growth risks few clients at first; the alarm takes all of them back",
    x_label="minutes since the start",
    y_label="per cent of the clients with the new version",
    events={"bake time": 20},
    source="measured in this cell",
    height=3.6,
)

# %% [markdown]
# > **Lab and AWS.** AWS gives the real AppConfig a role that may read the alarm (`AlarmRoleArn`). Ready strategies
# > have names such as `AppConfig.Canary10Percent20Minutes`.
#
# ### Your turn: roll out with a way back
#
# Write `roll_out(app, profile, version, alarm)`. It makes an environment that the alarm (an ARN) watches over, and
# starts the deployment of that version there: linear, 20 % at a time, over 10 minutes, and then 5 minutes of bake
# time. Return the environment's id and the number of the deployment.
#
# <details><summary>Hint</summary>
#
# The three calls stand in the cell above: `create_environment` with `Monitors`, `create_deployment_strategy`,
# `start_deployment`. Use `lab.unique_name` for names, so that it runs many times.
# </details>


# %% exercise="roll-out"
def roll_out(app: str, profile: str, version: str, alarm: str) -> tuple[str, int]:
    """Start a deployment that an alarm can take back."""
    ### BEGIN SOLUTION
    watched = appconfig.create_environment(
        ApplicationId=app, Name=lab.unique_name("live"), Monitors=[{"AlarmArn": alarm}]
    )
    gentle = appconfig.create_deployment_strategy(
        Name=lab.unique_name("gentle"),
        GrowthType="LINEAR",
        GrowthFactor=20,
        DeploymentDurationInMinutes=10,
        FinalBakeTimeInMinutes=5,
        ReplicateTo="NONE",
    )
    begun = appconfig.start_deployment(
        ApplicationId=app,
        EnvironmentId=watched["Id"],
        ConfigurationProfileId=profile,
        ConfigurationVersion=version,
        DeploymentStrategyId=gentle["Id"],
    )
    return watched["Id"], begun["DeploymentNumber"]
    ### END SOLUTION


# %% check="roll-out" points=3
with check(
    "roll-out", needs="roll_out", right="Two of five customers saw the mistake, for a minute, and nobody was called."
) as expect:

    def begin_one(version_of: dict) -> tuple[str, str, int, str]:
        own, flags = new_application()
        arn, metric = new_alarm()
        new_version(own, flags, {"max_items": 0})  # an older version, which nobody wants
        number = new_version(own, flags, version_of)
        given = roll_out(own, flags, number, arn)
        expect(
            isinstance(given, tuple | list) and len(given) == 2,
            "Return two things: the id of the environment and the number of the deployment.",
        )
        shown = deployment(own, given[0], given[1])
        expect.equal(shown["ConfigurationVersion"], number, "The version under way")
        return own, given[0], given[1], metric

    own, here, number, metric = begin_one(FLAGS)
    lab.clock.advance(minutes=5)
    expect.equal(deployment(own, here, number)["PercentageComplete"], 40.0, "Per cent after 5 of 10 minutes")
    errors(metric, 9)
    lab.clock.advance(minutes=2)
    state = deployment(own, here, number)["State"]
    expect(state == "ROLLED_BACK", f"The alarm rang in minute 6, but the deployment is {state}. See Monitors.")
    own, here, number, metric = begin_one(FLAGS)
    shares = []
    for _ in range(10):
        lab.clock.advance(minutes=1)
        shares.append(deployment(own, here, number)["PercentageComplete"])
    wanted = [0, 20, 20, 40, 40, 60, 60, 80, 80, 100]
    expect(shares == wanted, f"Per cent after each of 10 quiet minutes: {shares}; it should be {wanted}.")
    lab.clock.advance(minutes=4)
    state = deployment(own, here, number)["State"]
    expect(state == "BAKING", f"After 14 minutes it should still bake (5 minutes from the tenth); it is {state}.")
    lab.clock.advance(minutes=1.5)
    expect.equal(deployment(own, here, number)["State"], "COMPLETE", "The state when the bake time is over")
    ### BEGIN HIDDEN TESTS
    own, here, number, metric = begin_one(FLAGS | {"max_items": 3})
    lab.clock.advance(minutes=12)
    errors(metric, 20)
    lab.clock.advance(minutes=2)
    expect.equal(deployment(own, here, number)["State"], "ROLLED_BACK", "An alarm in the bake time: the state")
    own, here, number, metric = begin_one(FLAGS)
    lab.clock.advance(minutes=7)
    expect.equal(deployment(own, here, number)["PercentageComplete"], 60.0, "Per cent after 7 minutes")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Programs that ask
#
# A program starts a **session** and then asks again and again. Each answer carries the token for the next call; a
# token serves once and for 24 hours at most. If nothing has changed, the answer is **empty**: keep what you have.

# %%
session = {"ApplicationIdentifier": app, "EnvironmentIdentifier": live}
token = data.start_configuration_session(**session, ConfigurationProfileIdentifier=profile)
answer = data.get_latest_configuration(ConfigurationToken=token["InitialConfigurationToken"])
print("first answer: ", answer["Configuration"].read().decode())
again = data.get_latest_configuration(ConfigurationToken=answer["NextPollConfigurationToken"])
print("second answer:", again["Configuration"].read())
each, received = facts.price("appconfig", "configuration-request"), facts.price("appconfig", "configuration-received")
for seconds in (15, 45, 300):
    requests = 1_000 * 30 * 86_400 / seconds
    print(f"1,000 programs, every {seconds:>3} s: {requests * each + 1_000 * received:6.2f} USD a month")

# %% [markdown]
# (That is with one change of configuration in the month.) Fifteen seconds is the shortest interval you may ask for;
# in Lambda, ECS and EC2 the *AppConfig agent* polls for you and keeps a copy.
#
# ### Your turn: a client
#
# Write `fresh(token, known)`: ask AppConfig once with `token`. Return the configuration to use from now on (a
# dictionary: the new one if there is one, else `known`) and the token for the next call.
#
# <details><summary>Hint</summary>
#
# The body can be read only once: keep what `.read()` gives. `json.loads(b"")` raises an error.
# </details>


# %% exercise="fresh"
def fresh(token: str, known: dict) -> tuple[dict, str]:
    """The configuration to use now, and the next token."""
    ### BEGIN SOLUTION
    reply = data.get_latest_configuration(ConfigurationToken=token)
    body = reply["Configuration"].read()
    return (json.loads(body) if body else known), reply["NextPollConfigurationToken"]
    ### END SOLUTION


# %% check="fresh" points=2
with check("fresh", needs="fresh", right="It survives empty answers, and sees a change at the next poll.") as expect:

    def follows(changes: list[dict]) -> None:
        own, flags = new_application()
        here = appconfig.create_environment(ApplicationId=own, Name="live")["Id"]
        token, now = "", {}
        for content in changes:
            appconfig.start_deployment(
                ApplicationId=own,
                EnvironmentId=here,
                ConfigurationProfileId=flags,
                ConfigurationVersion=new_version(own, flags, content),
                DeploymentStrategyId="AppConfig.AllAtOnce",
            )
            lab.clock.advance(minutes=11)
            token = (
                token
                or data.start_configuration_session(
                    ApplicationIdentifier=own,
                    EnvironmentIdentifier=here,
                    ConfigurationProfileIdentifier=flags,
                )["InitialConfigurationToken"]
            )
            for poll in ("first", "second", "third"):
                with lab.watching() as made:
                    given = fresh(token, now)
                expect(
                    isinstance(given, tuple | list) and len(given) == 2,
                    "Return two things: the configuration and the next token.",
                )
                before, (now, token) = token, given
                expect(now == content, f"The {poll} poll after a change gives {now!r}, it should be {content!r}.")
                expect(token != before, "Return the new token of the answer: the old one serves once.")
                expect.equal(len(made.of("GetLatestConfiguration")), 1, "Calls of GetLatestConfiguration")
                lab.clock.advance(seconds=60)

    follows([{"max_items": 12, "banner": "closed on Sunday"}, {"max_items": 3}, {}])
    ### BEGIN HIDDEN TESTS
    follows([{"a": 1}, {}, {"b": [1, 2]}])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Wrong before it starts
#
# Last month somebody wrote `"percent": 250`. A profile has up to two **validators**, which judge a version before it
# is deployed: a **JSON Schema** for its form, a **Lambda function** for its meaning. If the schema does not fit, or
# the function raises an exception, nothing is deployed.

# %%
schema = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "properties": {"start": {"type": "integer", "minimum": 0, "maximum": 23}},
}
hours, opening = new_application([{"Type": "JSON_SCHEMA", "Content": json.dumps(schema)}])
for content in ({"start": 8}, {"start": "eight"}, {"begin": 99}):
    number = new_version(hours, opening, content)
    try:
        appconfig.validate_configuration(
            ApplicationId=hours, ConfigurationProfileId=opening, ConfigurationVersion=number
        )
        print(content, "passes")
    except ClientError as error:
        print(content, "is refused:", error.response["Error"]["Message"])

# %% [markdown]
# The last one should have been refused: a schema allows unknown names and missing ones, unless it says `required` and
# `"additionalProperties": false`.
#
# ### Your turn: repair the schema
#
# This schema of the order page let the bad version through. Mend it, so that a configuration
#
# - has `new_checkout` and `max_items` and nothing else;
# - `new_checkout` has `enabled` (a boolean) and `percent` (a whole number from 0 to 100) and nothing else;
# - `max_items` is a whole number of at least 1.
#
# <details><summary>Hint</summary>
#
# What is said of the outer object does not hold for the inner one. In JSON Schema, `"number"` allows 2.5.
# </details>


# %% exercise="schema" repair=true
def flag_schema() -> dict:
    """The JSON Schema of the order page's flags."""
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "new_checkout": {
                "type": "object",
                "properties": {
                    "enabled": {"type": ["boolean", "string"]},
                    "percent": {"type": "number", "minimum": 0},
                },
            },
            "max_items": {"type": "integer"},
        },
        "required": ["new_checkout"],
    }


### BEGIN SOLUTION
def flag_schema() -> dict:
    """The JSON Schema of the order page's flags."""
    checkout = {
        "type": "object",
        "properties": {
            "enabled": {"type": "boolean"},
            "percent": {"type": "integer", "minimum": 0, "maximum": 100},
        },
        "required": ["enabled", "percent"],
        "additionalProperties": False,
    }
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"new_checkout": checkout, "max_items": {"type": "integer", "minimum": 1}},
        "required": ["new_checkout", "max_items"],
        "additionalProperties": False,
    }


### END SOLUTION


# %% check="schema" points=2
with check("schema", needs="flag_schema", right="The mistake of last month now ends before it starts.") as expect:
    own, flags = new_application([{"Type": "JSON_SCHEMA", "Content": json.dumps(flag_schema())}])
    here = appconfig.create_environment(ApplicationId=own, Name="live")["Id"]

    def is_deployed(content: dict) -> bool:
        try:
            appconfig.start_deployment(
                ApplicationId=own,
                EnvironmentId=here,
                ConfigurationProfileId=flags,
                ConfigurationVersion=new_version(own, flags, content),
                DeploymentStrategyId="AppConfig.AllAtOnce",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "BadRequestException":
                return False
            raise
        lab.clock.advance(minutes=11)
        return True

    def passes(content: dict) -> None:
        expect(is_deployed(content), f"{content} is good, but your schema refuses it.")

    def stops(why: str, content: dict) -> None:
        expect(not is_deployed(content), f"{content} was deployed: {why}.")

    good = {"new_checkout": {"enabled": True, "percent": 25}, "max_items": 12}
    passes(good)
    passes({"new_checkout": {"enabled": False, "percent": 0}, "max_items": 1})
    stops("250 per cent", good | {"new_checkout": {"enabled": True, "percent": 250}})
    stops("2.5 is no whole number", good | {"new_checkout": {"enabled": True, "percent": 2.5}})
    stops("'yes' is no boolean", good | {"new_checkout": {"enabled": "yes", "percent": 5}})
    stops("max_items is missing", {"new_checkout": good["new_checkout"]})
    stops("a basket for 0 items", good | {"max_items": 0})
    stops("an unknown name outside", good | {"max_item": 3})
    stops("an unknown name inside", good | {"new_checkout": {"enabled": True, "percent": 5, "colour": 1}})
    stops("percent is missing", good | {"new_checkout": {"enabled": True}})
    stops("enabled is missing", good | {"new_checkout": {"percent": 3}})
    stops("new_checkout is missing", {"max_items": 4})
    stops("new_checkout is no object", good | {"new_checkout": "on"})
    passes({"new_checkout": {"enabled": True, "percent": 100}, "max_items": 500})
    stops("a negative share", good | {"new_checkout": {"enabled": True, "percent": -1}})
    stops("half an item", good | {"max_items": 1.5})
    ### BEGIN HIDDEN TESTS
    passes({"new_checkout": {"enabled": False, "percent": 99}, "max_items": 2})
    stops("101 per cent", good | {"new_checkout": {"enabled": True, "percent": 101}})
    stops("1 is no boolean", good | {"new_checkout": {"enabled": 1, "percent": 7}})
    stops("less than no items", good | {"max_items": -3})
    stops("a list is no object", good | {"new_checkout": [True, 5]})
    ### END HIDDEN TESTS

# %% [markdown]
# What a schema cannot say (the end must come after the start; the server must exist) a Lambda validator can. It gets
# the configuration in base64 and says no by an exception.

# %%
judge = """
import base64, json


def handler(event, context):
    hours = json.loads(base64.b64decode(event["content"]))
    if hours["start"] >= hours["end"]:
        raise ValueError(f"opens at {hours['start']}, closes at {hours['end']}")
"""
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    archive.writestr("judge.py", judge)
trust = TRUST.replace("ec2.amazonaws.com", "lambda.amazonaws.com")
name = lab.unique_name("judge")
role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
function = boto3.client("lambda").create_function(
    FunctionName=name,
    Role=role,
    Runtime="python3.13",
    Handler="judge.handler",
    Code={"ZipFile": packed.getvalue()},
)["FunctionArn"]
hours, opening = new_application([{"Type": "LAMBDA", "Content": function}])
for content in ({"start": 8, "end": 18}, {"start": 18, "end": 8}):
    try:
        appconfig.validate_configuration(
            ApplicationId=hours,
            ConfigurationProfileId=opening,
            ConfigurationVersion=new_version(hours, opening, content),
        )
        print(content, "passes")
    except ClientError as error:
        print(content, "is refused:", error.response["Error"]["Message"])

# %% [markdown]
# ## Checkpoint
#
# This is the last lesson of the section. Look back: keys, parameters, secrets, certificates, attacks, personal data,
# enclaves, configuration. What fits where? And how large may a value be? The sizes decide more designs than one
# thinks.

# %%
sizes = {
    "KMS Encrypt": facts.limit("kms", "plaintext-max"),
    "parameter, standard": facts.limit("ssm parameter store", "standard-value-max") * 1024,
    "parameter, advanced": facts.limit("ssm parameter store", "advanced-value-max") * 1024,
    "secret": facts.limit("secrets manager", "value-max"),
    "AppConfig, hosted": facts.limit("appconfig", "hosted-size-default") * 1024**2,
}
charts.limits(
    sizes,
    unit="bytes",
    headline="From a data key to a page of flags: each store is for another size",
    source=[facts.limit("kms", "plaintext-max"), facts.limit("appconfig", "hosted-size-default")],
)

# %% [markdown]
# Larger data goes to S3, encrypted on the server, or by you under a data key (an *envelope*). A key of your own
# costs 1 USD a month, a secret 0.40, a standard parameter nothing.
#
# ### Your turn: which service?
#
# Fill `service` for ten needs, each word once: `"acm"`, `"appconfig"`, `"kms"`, `"macie"`, `"nitro enclaves"`,
# `"parameter store"`, `"private ca"`, `"secrets manager"`, `"shield advanced"`, `"waf"`. And write `store_for(size,
# rotates)`: where a *secret* text of `size` bytes goes, `"secrets manager"` if it must be rotated by the service and
# fits, else the cheapest of `"standard parameter"`, `"advanced parameter"`, `"secrets manager"` that takes the size,
# or `"s3"` if none does.
#
# <details><summary>Hint</summary>
#
# The sizes are in the chart above. Nothing that rotates may be larger than a secret can be: then it is `"s3"` too. A
# standard parameter is free, an advanced one 0.05 USD a month.
# </details>

# %% exercise="pick-service"
service = {
    "a password of a database that must change every 30 days by itself": ...,
    "the address of a server and other plain settings, for no money": ...,
    "a switch for a feature that comes on for 10 % of the users first": ...,
    "which bucket holds passport numbers that nobody told us about": ...,
    "HTTPS for a public site, renewed without anybody": ...,
    "trust between 300 of our own servers, by certificate": ...,
    "10,000 requests a minute from one address, each of them valid": ...,
    "an expert team and our bill back after a flood of packets": ...,
    "plaintext that not even our administrators may see": ...,
    "a key that encrypts objects and leaves a trace of each use": ...,
}


def store_for(size: int, rotates: bool) -> str:
    """The cheapest place for a secret text."""
    ### BEGIN SOLUTION
    if size > 65_536:
        return "s3"
    if rotates or size > 8_192:
        return "secrets manager"
    return "standard parameter" if size <= 4_096 else "advanced parameter"
    ### END SOLUTION


### BEGIN SOLUTION
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
### END SOLUTION

# %% check="pick-service" points=3
with check(
    "pick-service",
    needs=["service", "store_for"],
    right="Ten services, ten duties: none of them does the work of another.",
) as expect:
    expect.not_tried(all(value is ... for value in service.values()))
    # The right words stand here as fingerprints, so that nobody reads them by accident.
    prints = {
        "a password of a database that": "510f1187",
        "the address of a server and": "5df559cc",
        "a switch for a feature that": "5b9854b3",
        "which bucket holds passport": "bd959488",
        "HTTPS for a public site, renewed": "dc9bc139",
        "trust between 300 of our": "ea78298e",
        "10,000 requests a minute from": "44169a5a",
        "an expert team and our bill": "f1f0f553",
        "plaintext that not even our": "6b316c90",
        "a key that encrypts objects and": "aebd85da",
    }
    words = {
        *("acm", "appconfig", "kms", "macie", "nitro enclaves", "parameter store", "private ca"),
        *("secrets manager", "shield advanced", "waf"),
    }
    for begin, wanted in prints.items():
        given = next((value for need, value in service.items() if need.startswith(begin)), None)
        expect(given in words, f"'{begin} ...': {given!r} is none of {', '.join(sorted(words))}.")
        got = hashlib.sha256(f"{begin} {given}".encode()).hexdigest()[:8]
        expect(got == wanted, f"'{begin} ...': {given!r} is not the service for that. What is its one duty?")
    expect.equal(store_for(4_096, False), "standard parameter", "4,096 bytes, no rotation")
    expect.equal(store_for(4_097, False), "advanced parameter", "4,097 bytes, no rotation")
    expect.equal(store_for(100, True), "secrets manager", "100 bytes that must rotate")
    expect.equal(store_for(8_192, False), "advanced parameter", "8,192 bytes, no rotation")
    expect.equal(store_for(8_193, False), "secrets manager", "8,193 bytes, no rotation")
    expect.equal(store_for(65_536, False), "secrets manager", "65,536 bytes, no rotation")
    expect.equal(store_for(70_000, False), "s3", "70,000 bytes")
    expect.equal(store_for(65_537, True), "s3", "65,537 bytes that must rotate: too large for a secret")
    ### BEGIN HIDDEN TESTS
    expect.equal(store_for(6_000, False), "advanced parameter", "6,000 bytes, no rotation")
    expect.equal(store_for(20_000, False), "secrets manager", "20,000 bytes, no rotation")
    expect.equal(store_for(65_536, True), "secrets manager", "65,536 bytes that must rotate")
    expect.equal(store_for(90_000, True), "s3", "90,000 bytes that must rotate")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** Macie bills until you disable it; a month of this lesson's buckets is some cents. Enclaves cost
# > nothing, but their instance does. AppConfig bills by requests and received configurations: fractions of a cent
# > here.

# %%
macie.disable_macie()
for environment in appconfig.list_environments(ApplicationId=app)["Items"]:
    appconfig.delete_environment(ApplicationId=app, EnvironmentId=environment["Id"])
print("environments left:", len(appconfig.list_environments(ApplicationId=app)["Items"]))

# %% [markdown]
# ## To remember
#
# - Macie finds personal data in S3 and watches how buckets are exposed; reading data is what costs.
# - A pattern alone cries wolf: a checksum such as Luhn's tells card numbers from order numbers.
# - A Nitro Enclave has no disk, no network and no login. KMS gives a key to an image, named by its PCR0.
# - `EnclaveOptions={"Enabled": True}` at launch, `nitro-cli build-enclave`, `nitro-cli run-enclave`.
# - AppConfig deploys configuration in steps, linear or exponential, and an alarm takes it back until the bake time
#   is over.
# - Clients poll with a token that serves once; an empty answer means that nothing changed.
# - Validators: JSON Schema for the form, Lambda for the meaning. Say `required` and `additionalProperties`.

# %% [markdown] question="empty-config"
# ### Question 1
#
# A program polls AppConfig every minute. After the second poll it fails: its configuration is an empty string. Nobody
# deployed anything in between. What is wrong?
#
# - [ ] **A** The token has expired after a minute.
#   > A token lives 24 hours, and an expired one gives an error, not an empty answer.
# - [x] **B** Nothing changed, so the body was empty, and the program put it in the place of what it had.
#   > Only a changed configuration is sent. Keep the last one, and take the new token.
# - [ ] **C** The deployment was rolled back, so there is no configuration.
#   > A rollback gives clients the former version, which they would receive in full.
# - [ ] **D** It polls too often; one minute is below the minimum.
#   > The shortest interval you may ask for is 15 seconds.

# %% answer="empty-config"
answer = "B"

# %% check="empty-config" points=1
question("empty-config", answer)

# %% [markdown] question="late-alarm"
# ### Question 2
#
# A configuration reached 100 % of the clients at noon, with 10 minutes of bake time. At 12:25 the environment's alarm
# rings. What does AppConfig do?
#
# - [ ] **A** It rolls back, as an alarm of the environment always does.
#   > Only while the deployment grows or bakes; at 12:10 it was complete.
# - [ ] **B** It rolls back half of the clients.
#   > A rollback is always for all clients.
# - [x] **C** Nothing: the deployment was complete at 12:10. Deploy the former version, and choose a longer bake time.
#   > The bake time says how long a fault may take to show. Errors that come with the evening's load need hours.
# - [ ] **D** It runs the validators again.
#   > Validators judge a version before its deployment, never afterwards.

# %% answer="late-alarm"
answer = "C"

# %% check="late-alarm" points=1
question("late-alarm", answer)

# %% [markdown] question="parent-root"
# ### Question 3
#
# An administrator has root on the parent instance of a Nitro Enclave and may assume the instance's role. The key
# policy allows this role `kms:Decrypt` if `kms:RecipientAttestation:ImageSha384` has a certain value. What can the
# administrator decrypt?
#
# - [ ] **A** Everything: root reads the enclave's memory.
#   > The hypervisor keeps the enclave's memory and CPUs apart from the parent, root or not.
# - [ ] **B** Everything: the role may decrypt.
#   > Only if the request brings an attestation with that measurement. The hypervisor signs it
#   > for the enclave only.
# - [x] **C** Nothing: calls from the parent carry no attestation, and a changed image has another measurement.
#   > And the answer to an attested call is encrypted for the enclave's own key.
# - [ ] **D** What the enclave writes to its disk.
#   > An enclave has no disk.

# %% answer="parent-root"
answer = "C"

# %% check="parent-root" points=1
question("parent-root", answer)

# %% [markdown] question="find-pii"
# ### Question 4
#
# A company has 4,000 buckets and must learn, with the least work and at a sensible cost, which of them hold personal
# data. New buckets come every day. What fits?
#
# - [ ] **A** A Lambda function that reads each new object and applies patterns.
#   > It misses all that is there, and you would maintain patterns for years. Macie does that, with fewer false
#   > alarms.
# - [ ] **B** A Macie job that reads every object of all buckets each night.
#   > Sure and very dear: reading costs up to 1 USD for each gigabyte, each time.
# - [x] **C** Macie's automated discovery, and full jobs only for buckets in which it finds something.
#   > It samples objects of all buckets, new ones too, and keeps a picture of where to look closer.
# - [ ] **D** Default encryption with KMS for all buckets.
#   > It protects what lies there and tells nobody what it is.

# %% answer="find-pii"
answer = "C"

# %% check="find-pii" points=1
question("find-pii", answer)

# %%
progress()
