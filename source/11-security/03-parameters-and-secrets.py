# ---
# jupyter:
#   course:
#     exam:
#     - '2.3'
#     - '3.1'
#     - '4.3'
#     minutes: 80
#     practises:
#       choose-store:
#       - ssm.tiers-and-limits
#       - ssm.pricing-and-throughput
#       - secretsmanager.vs-parameter-store
#       fail-over:
#       - secretsmanager.replication
#       four-steps:
#       - secretsmanager.rotation
#       load-config:
#       - ssm.get-apis
#       - ssm.hierarchy-and-special-paths
#       - ssm.types-and-securestring
#       no-plaintext:
#       - secretsmanager.overview
#       - secretsmanager.vs-parameter-store
#       one-path:
#       - ssm.hierarchy-and-special-paths
#       - ssm.types-and-securestring
#       predict-throttles:
#       - ssm.pricing-and-throughput
#       reminders:
#       - ssm.parameter-policies
#       - ssm.parameter-store-overview
#       rescue:
#       - secretsmanager.overview
#       template:
#       - secretsmanager.rds-and-cloudformation
#     services:
#     - ssm
#     - secretsmanager
#     - kms
#     - lambda
#     - rds
#     - cloudformation
#     title: Settings, and secrets that change
#     topics:
#     - ssm.parameter-store-overview
#     - ssm.types-and-securestring
#     - ssm.hierarchy-and-special-paths
#     - ssm.get-apis
#     - ssm.tiers-and-limits
#     - ssm.pricing-and-throughput
#     - ssm.parameter-policies
#     - secretsmanager.overview
#     - secretsmanager.rotation
#     - secretsmanager.replication
#     - secretsmanager.rds-and-cloudformation
#     - secretsmanager.vs-parameter-store
# ---

# %% [markdown]
# # Settings, and secrets that change
#
# Tidewater rents out sailing boats. Its programs `booking` and `billing` run twice, for development (`dev`) and for
# customers (`prod`), and until now their settings and passwords stood in the code. After this lesson you can keep
# settings in **Parameter Store**, keep passwords in **Secrets Manager** so that they change by themselves, let each
# program read only its own, and say what both cost.

# %% setup="start"
import base64
import datetime as dt
import inspect
import io
import json
import linecache
import zipfile
from typing import Any, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab.ssm import one_moment

lesson("11-security/03-parameters-and-secrets")
lab.start()
ssm, vault, kms = boto3.client("ssm"), boto3.client("secretsmanager"), boto3.client("kms")
iam, functions, sqs = boto3.client("iam"), boto3.client("lambda"), boto3.client("sqs")
once = boto3.client("ssm", config=Config(retries={"total_max_attempts": 1}))  # no second try
store = "ssm parameter store"  # its name in facts


def outcome(call, **parameters) -> str:
    """`ok`, or the error code with which AWS refuses the call."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


# %% [markdown]
# ## A parameter has versions
#
# A **parameter** is a name with a text. Parameter Store is a part of AWS Systems Manager, so its client is called
# `ssm`. Nothing runs and standard parameters cost nothing. Each `put_parameter` with `Overwrite=True` makes a new
# **version**; the last 100 are kept. A **label** is a name that you give to a version and may move to another one.

# %%
rate = "/tidewater/booking/prod/rate"
whole = {"Type": "String", "DataType": "integer", "Overwrite": True}
for value in ("90", "95"):
    ssm.put_parameter(Name=rate, Value=value, **whole)
ssm.label_parameter_version(Name=rate, ParameterVersion=2, Labels=["checked"])
ssm.put_parameter(Name=rate, Value="9500", Type="String", Overwrite=True)  # a slip
for name in (rate, f"{rate}:1", f"{rate}:checked"):
    print(f"{name:<38}", ssm.get_parameter(Name=name)["Parameter"]["Value"])
print("without Overwrite:", outcome(ssm.put_parameter, Name=rate, Value="95", Type="String"))
tried = outcome(ssm.put_parameter, Name=rate, Value="95 EUR", Overwrite=True)
print("not an integer:   ", tried)

# %% [markdown]
# `NAME:3` asks for a version, `NAME:checked` for a label. So a slip is repaired by putting the checked value again.
#
# > **Then and now.** Older material knows the data types `text` and `aws:ec2:image` only. Parameter Store now checks
# > `integer`, `boolean`, `json`, `url` and others, too; what you read is text all the same.
#
# ## Three types
#
# - **String**: any text.
# - **StringList**: texts with commas between them. No item can hold a comma.
# - **SecureString**: encrypted with KMS, under the key `aws/ssm` or one of yours.

# %%
key = kms.create_key(Description="Tidewater, production")["KeyMetadata"]["Arn"]
password = "/tidewater/booking/prod/db/password"
ssm.put_parameter(Name=password, Value="reef-knot-7", Type="SecureString", KeyId=key)
closed = ssm.get_parameter(Name=password)["Parameter"]
opened = ssm.get_parameter(Name=password, WithDecryption=True)["Parameter"]
print("as it lies there:", closed["Value"][:44], "...")
print("decrypted:       ", opened["Value"])
unwrapped = kms.decrypt(
    CiphertextBlob=base64.b64decode(closed["Value"]),
    EncryptionContext={"PARAMETER_ARN": closed["ARN"]},
)
print("KMS says as well:", unwrapped["Plaintext"].decode())

# %% [markdown]
# Parameter Store gives KMS the parameter's ARN as encryption context, so a ciphertext that is copied to another
# parameter does not open. Reading in clear needs two rights: `ssm:GetParameter` on the parameter and `kms:Decrypt` on
# its key. The key `aws/ssm` lets everybody of the account decrypt through Parameter Store; a key of your own is the
# second lock.
#
# ## Names make a tree
#
# A name with slashes is a path, up to 15 levels deep: `/tidewater/booking/prod/db/password`. Three ways to read:
#
# | call | gives |
# |---|---|
# | `get_parameter` | one name, or an error |
# | `get_parameters` | up to ten names; unknown ones are listed in `InvalidParameters` |
# | `get_parameters_by_path` | what lies below a path, at most ten a page; with `Recursive=True` all levels |
#
# Two branches are AWS's: `/aws/service/...` holds public parameters, `/aws/reference/secretsmanager/NAME` reads a
# secret. You cannot write below `/aws`; no name may begin with `aws` or `ssm`.

# %%
vault.create_secret(Name="tidewater/mail", SecretString="bowline-2")
image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"
mail = "/aws/reference/secretsmanager/tidewater/mail"
print("newest Amazon Linux 2023:", ssm.get_parameter(Name=image)["Parameter"]["Value"])
found = ssm.get_parameter(Name=mail, WithDecryption=True)["Parameter"]
print("a secret by reference:   ", found["Value"])
asked = ssm.get_parameters(Names=[rate, "/tidewater/booking/prod/rat"])
print("not there:               ", asked["InvalidParameters"])
below = ssm.get_parameters_by_path(Path="/tidewater/booking/prod")["Parameters"]
print("directly below prod:     ", [one["Name"] for one in below])
tried = outcome(ssm.put_parameter, Name="/aws/mine", Value="x", Type="String")
print("a name of our own:       ", tried)

# %% [markdown]
# > **Then and now.** Older material reads `amzn2-ami-hvm-x86_64-gp2` here. Amazon Linux 2 lost its support on 30 June
# > 2026; take `al2023-...`.
#
# ### Your turn: the whole configuration
#
# Write `load_config(path)`. It reads everything below `path`, on all levels, and returns a nested dictionary:
#
# - `/tidewater/billing/dev/db/host` becomes `config["db"]["host"]` for the path `/tidewater/billing/dev`;
# - secure strings are decrypted, a `StringList` becomes a Python list;
# - it works with any number of parameters and makes no call more than it needs.
#
# <details><summary>Hint</summary>
#
# `ssm.get_paginator("get_parameters_by_path")` asks for page after page. Cut the path off the front of each name, split
# the rest at the slashes, and walk down with `setdefault(part, {})` for all parts but the last.
# </details>


# %% exercise="load-config"
def load_config(path: str) -> dict[str, Any]:
    """Everything below a path, as nested dictionaries."""
    ### BEGIN SOLUTION
    config: dict[str, Any] = {}
    pages = ssm.get_paginator("get_parameters_by_path")
    for page in pages.paginate(Path=path, Recursive=True, WithDecryption=True):
        for one in page["Parameters"]:
            *branches, leaf = one["Name"].removeprefix(path).strip("/").split("/")
            here = config
            for branch in branches:
                here = here.setdefault(branch, {})
            listed = one["Type"] == "StringList"
            here[leaf] = one["Value"].split(",") if listed else one["Value"]
    return config
    ### END SOLUTION


# %% check="load-config" points=3
with check(
    "load-config",
    needs="load_config",
    right="One function, and dev and prod differ in their path only.",
) as expect:

    def loads(app: str, others: int) -> None:
        root = "/" + lab.unique_name("check-config")
        own = f"{root}/fleet/{app}/dev"
        kinds = {"db/host": ("String", "10.0.0.7"), "db/password": ("SecureString", "s3cr,et"),
                 "ports": ("StringList", "80,443"), "mail/smtp/port": ("String", "25"),
                 "motto": ("String", "ahoy, crew"), "mirrors": ("StringList", "eu")}  # fmt: skip
        kinds |= {f"flags/f{n:02}": ("String", str(n)) for n in range(others)}
        for name, (kind, value) in kinds.items():
            ssm.put_parameter(Name=f"{own}/{name}", Value=value, Type=kind)
        ssm.put_parameter(Name=f"{own}-old/db/host", Value="10.9.9.9", Type="String")
        with lab.watching(most=60) as made:
            config = load_config(own)
        expect(isinstance(config, dict), "Return a dictionary.")
        db = config.get("db", {})
        expect(
            isinstance(db, dict) and db != {},
            "config['db'] must be a dictionary. Is Recursive=True there?",
        )
        expect(db.get("password") == "s3cr,et", "config['db']['password'] is not in clear: WithDecryption=True, "
               "and split only what is a StringList.")  # fmt: skip
        expect.equal(config.get("ports"), ["80", "443"], "The StringList 'ports'")
        expect.equal(config.get("mirrors"), ["eu"], "The StringList 'mirrors', which has one item")
        expect.equal(config.get("motto"), "ahoy, crew", "The String 'motto', which is no list")
        expect(db.get("host") == "10.0.0.7", f"config['db']['host'] is {db.get('host')!r}: the path of another program "
               "begins with the same letters, and is not below yours.")  # fmt: skip
        flags = config.get("flags", {})
        expect.equal(
            len(flags),
            others,
            f"The number of entries in config['flags'], of {len(kinds)} parameters in all",
        )
        expect.equal(config.get("mail"), {"smtp": {"port": "25"}}, "config['mail']")
        expect.equal(sorted(config), ["db", "flags", "mail", "mirrors", "motto", "ports"], "The keys of the dictionary")
        needed = -(-len(kinds) // 10)
        reads = len(made.of("GetParametersByPath", "GetParameter", "GetParameters", "DescribeParameters"))
        expect(
            reads <= needed,
            f"{len(kinds)} parameters took {reads} calls; at ten a page {needed} are enough.",
        )

    loads("billing", 19)
    ### BEGIN HIDDEN TESTS
    loads("booking", 26)
    loads("crew", 6)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Rights follow the tree
#
# A parameter's ARN ends in its name: `arn:aws:ssm:us-east-1:123456789012:parameter/tidewater/booking/prod/rate`. So a
# policy can grant a branch. Two things surprise:
#
# - `ssm:GetParameter`, `ssm:GetParameters` and `ssm:GetParametersByPath` are three actions. Who has one has not the
#   others.
# - `GetParametersByPath` is judged by the **path** that is asked for, not by what it returns. Who may ask for
#   `/tidewater` gets everything below it, also what another statement denies.


# %% setup="people"
def client_with(policy: dict[str, Any], service: Literal["ssm", "kms"] = "ssm") -> Any:
    """A client of a service for a new user who has this policy and no other right."""
    name = lab.unique_name("crew")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    access = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.client(
        service,
        aws_access_key_id=access["AccessKeyId"],
        aws_secret_access_key=access["SecretAccessKey"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def arn_of(name: str) -> str:
    """The ARN of a parameter, or of a path."""
    return f"arn:aws:ssm:us-east-1:{lab.ACCOUNT_ID}:parameter{name}"


# %%
broad = client_with(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "ssm:GetParameter*",
                "Resource": arn_of("/tidewater*"),
            },
            {
                "Effect": "Deny",
                "Action": "ssm:GetParameter",
                "Resource": arn_of("/tidewater/*/prod/*"),
            },
        ],
    }
)
with lab.enforce_iam():
    print("by its name:", outcome(broad.get_parameter, Name=rate))
    page = broad.get_parameters_by_path(Path="/tidewater", Recursive=True)["Parameters"]
print("by the path:", [one["Name"] for one in page])

# %% [markdown]
# ### Your turn: one program, one branch
#
# Write `policy_for(app, env, key_arn)`, an IAM policy as a dictionary. Whoever has it may
#
# - read the parameters below `/tidewater/APP/ENV`, one, several or all of them, also by the path `/tidewater/APP/ENV`
#   itself, and decrypt those under the key `key_arn`;
# - do nothing else: no other environment (mind `dev` and `dev2`), no writing, no history, no other key.
#
# The Region and the account are free to choose in the ARN, or `*`.
#
# <details><summary>Hint</summary>
#
# Two statements. The path itself and what lies below it are two resources, `.../dev` and `.../dev/*`.
# `ssm:GetParameter*` would include `ssm:GetParameterHistory`. `kms:Decrypt` is for the key's ARN.
# </details>


# %% exercise="one-path"
def policy_for(app: str, env: str, key_arn: str) -> dict[str, Any]:
    """A policy to read one branch of the tree."""
    ### BEGIN SOLUTION
    branch = arn_of(f"/tidewater/{app}/{env}")
    reads = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": reads, "Resource": [branch, branch + "/*"]},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn},
        ],
    }
    ### END SOLUTION


# %% check="one-path" points=3
with check("one-path", needs="policy_for", right="The tree of names is the plan of your permissions.") as expect:

    def holds(app: str, env: str) -> None:
        mine, other = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
        near = {
            "own": f"/tidewater/{app}/{env}",
            "twin": f"/tidewater/{app}/{env}2",
            "else": f"/tidewater/{app}2/{env}",
        }
        names = {}
        for place, path in near.items():
            names[place] = f"{path}/{lab.unique_name('token')}"
            ssm.put_parameter(Name=names[place], Value="t", Type="SecureString", KeyId=mine)
        foreign = f"{near['own']}/{lab.unique_name('foreign')}"
        ssm.put_parameter(Name=foreign, Value="t", Type="SecureString", KeyId=other)
        policy = policy_for(app, env, mine)
        expect(isinstance(policy, dict), "Return the policy as a dictionary, not as text.")
        theirs = client_with(policy)
        with lab.enforce_iam():
            one = outcome(theirs.get_parameter, Name=names["own"], WithDecryption=True)
            closed = outcome(theirs.get_parameter, Name=names["own"])
            more = outcome(theirs.get_parameters, Names=[names["own"]], WithDecryption=True)
            path = outcome(theirs.get_parameters_by_path, Path=near["own"], Recursive=True)
            twin = outcome(theirs.get_parameter, Name=names["twin"])
            twins = outcome(theirs.get_parameters_by_path, Path=near["twin"])
            stranger = outcome(theirs.get_parameter, Name=names["else"])
            above = outcome(theirs.get_parameters_by_path, Path=f"/tidewater/{app}", Recursive=True)
            history = outcome(theirs.get_parameter_history, Name=names["own"])
            put = outcome(
                theirs.put_parameter,
                Name=names["own"],
                Value="x",
                Type="SecureString",
                Overwrite=True,
            )
            key2 = outcome(theirs.get_parameter, Name=foreign, WithDecryption=True)
            deleted = outcome(theirs.delete_parameter, Name=names["own"])
            tag = {"ResourceType": "Parameter", "Tags": [{"Key": "seen", "Value": "yes"}]}
            tagged = outcome(theirs.add_tags_to_resource, ResourceId=foreign, **tag)
            listed = outcome(theirs.describe_parameters)
            sealed = outcome(client_with(policy, "kms").encrypt, KeyId=mine, Plaintext=b"x")
        where = f"/tidewater/{app}/{env}"
        expect(
            closed == "ok",
            f"get_parameter below {where} is refused: Action ssm:GetParameter, Resource .../{env}/*.",
        )
        expect(
            one == "ok",
            "Reading without decryption works, with decryption it does not: kms:Decrypt on key_arn.",
        )
        expect(
            more == "ok",
            "get_parameters is refused: it is an action of its own, ssm:GetParameters.",
        )
        expect(path == "ok", f"get_parameters_by_path for {where} is refused. Its resource is the path, without a "
               "slash and a star at its end.")  # fmt: skip
        expect(
            "ok" not in (twin, twins),
            f"The policy opens {near['twin']} as well: '{env}*' is not '{env}/*'.",
        )
        expect(stranger != "ok", f"The policy opens {near['else']}, another program's branch.")
        expect(
            above != "ok",
            f"The policy lets ask for /tidewater/{app}, which returns all environments.",
        )
        expect(
            history != "ok",
            "The policy gives away old values: GetParameter* includes GetParameterHistory.",
        )
        expect(
            "ok" not in (put, deleted, tagged),
            "The policy lets parameters be written, tagged or deleted. Name actions that read.",
        )
        expect(
            key2 != "ok",
            "The policy decrypts under every key. Name key_arn as the resource of kms:Decrypt.",
        )
        expect(
            listed != "ok",
            "The policy lists all parameters of the account (DescribeParameters); nobody asked for that.",
        )
        expect(
            sealed != "ok",
            "The policy lets the key encrypt, too. Reading needs kms:Decrypt and no other action of KMS.",
        )

    holds("booking", "dev")
    ### BEGIN HIDDEN TESTS
    holds("billing", "prod")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Two tiers
#
# | | standard | advanced |
# |---|---|---|
# | parameters per account and Region | 10,000 | 100,000 |
# | longest value | 4 KB (4,096 bytes) | 8 KB (8,192 bytes) |
# | policies, sharing with other accounts | no | yes |
# | storage | free | 0.05 USD a month each |
#
# Standard can become advanced, advanced never becomes standard again. With the tier `Intelligent-Tiering` each put is
# standard as long as that is enough.

# %%
for size, tier in (
    (4096, "Standard"),
    (4097, "Standard"),
    (4097, "Advanced"),
    (8193, "Advanced"),
):
    answer = outcome(
        ssm.put_parameter,
        Name=f"/tidewater/sizes/{tier}{size}",
        Value="x" * size,
        Type="String",
        Tier=tier,
    )
    print(f"{size:,} bytes as {tier:<9} {answer}")
thrifty = {"Type": "String", "Tier": "Intelligent-Tiering", "Overwrite": True}
for size in (10, 5000, 10):
    put = ssm.put_parameter(Name="/tidewater/sizes/thrifty", Value="x" * size, **thrifty)
    print(f"{size:>5,} bytes by Intelligent-Tiering: {put['Tier']}")

# %%
KB = 1024
sizes = {
    "standard parameter": facts.limit(store, "standard-value-max") * KB,
    "advanced parameter": facts.limit(store, "advanced-value-max") * KB,
    "secret of Secrets Manager": facts.limit("secrets manager", "value-max"),
}
charts.limits(
    sizes,
    unit="bytes",
    headline="A secret may be eight times as long as the longest parameter",
    highlight=["secret of Secrets Manager"],
    source=[
        facts.limit(store, "standard-value-max"),
        facts.limit(store, "advanced-value-max"),
        facts.limit("secrets manager", "value-max"),
    ],
)

# %% [markdown]
# ## How many reads in a second
#
# By default `GetParameter`, `GetParameters` and `GetParametersByPath` share **40 calls a second** in an account and
# Region. That is their **budget** for each second; what one second leaves is lost. A setting raises it to 10,000, 1,000
# and 100, each by itself, and then calls cost 0.05 USD per 10,000. Too many calls end in `ThrottlingException`; boto3
# waits and tries again, so you notice slowness first.
#
# > **Lab and AWS.** How many calls a notebook makes in a second depends on your machine. So the lab counts reads only
# > inside `with one_moment():`, where a second passes when you move the lab's clock.

# %%
asked, refused, refused_cached = [10, 30, 50, 60, 30], [], []
kept: dict[str, float] = {}  # what a function with a cache knows, and until when
with one_moment():
    for with_cache, told in ((False, refused), (True, refused_cached)):
        for requests_now in asked:
            no = 0
            for _ in range(requests_now):
                if with_cache and kept.get(rate, 0) > lab.clock.now().timestamp():
                    continue
                no += outcome(once.get_parameter, Name=rate) == "ThrottlingException"
                kept[rate] = lab.clock.now().timestamp() + 60
            told.append(no)
            lab.clock.advance(seconds=1)
lost = f"{sum(refused)} of {sum(asked)}"
charts.over_time(
    {
        "requests that need the price": asked,
        "refused, each reads it": refused,
        "refused, with a cache": refused_cached,
    },
    x=list(range(1, len(asked) + 1)),
    x_unit="seconds",
    y_label="per second",
    thresholds={"default throughput": facts.limit(store, "default-throughput")},
    headline=f"Without a cache {lost} reads are refused, with one none",
    source="measured in the lab",
)

# %% [markdown]
# > **Then and now.** Older notes give 1,000 calls a second as the higher throughput. `GetParameter` has 10,000 today.
#
# ### Your turn: predict the refusals
#
# Write `predict(load, fast)`: how many calls does Parameter Store refuse? `load` is a list with a dictionary for each
# second, such as `{"GetParameter": 30, "GetParameters": 20}`; an operation that is not named is not called. `fast` says
# whether the higher throughput is on. Nobody tries again, and each call of `GetParameters` names ten parameters.
#
# The check makes the calls in the lab and counts; more than a thousand it calculates. Take the numbers from `facts`
# (service `store`): `default-throughput`, `higher-throughput-getparameter`, `higher-throughput-getparameters` and
# `higher-throughput-getparametersbypath`.
#
# <details><summary>Hint</summary>
#
# Each second has its own budget, and nothing is carried over. By default the three share one budget of calls, whatever
# number of names a call has; with higher throughput each has its own.
# </details>


# %% exercise="predict-throttles"
def predict(load: list[dict[str, int]], fast: bool) -> int:
    """How many calls are refused."""
    ### BEGIN SOLUTION
    if not fast:
        budget = facts.limit(store, "default-throughput")
        return sum(max(0, sum(calls.values()) - budget) for calls in load)
    refused = 0
    for calls in load:
        for operation, count in calls.items():
            budget = facts.limit(store, f"higher-throughput-{operation.lower()}")
            refused += max(0, count - budget)
    return refused
    ### END SOLUTION


# %% check="predict-throttles" points=2
with check("predict-throttles", needs="predict", right="Read by path at the start, then keep what you know.") as expect:

    def measured(load: list[dict[str, int]], fast: bool) -> int:
        tree, setting = "/" + lab.unique_name("check-reads"), "/ssm/parameter-store/high-throughput-enabled"
        names = [f"{tree}/{n}" for n in range(10)]
        for one in names:
            ssm.put_parameter(Name=one, Value="x", Type="String")
        ssm.update_service_setting(SettingId=setting, SettingValue="true" if fast else "false")
        single = {
            "GetParameter": (once.get_parameter, {"Name": names[0]}),
            "GetParameters": (once.get_parameters, {"Names": names}),
            "GetParametersByPath": (once.get_parameters_by_path, {"Path": tree, "MaxResults": 1}),
        }
        count = 0
        with one_moment():
            for calls in load:
                for operation, times in calls.items():
                    call, asks = single[operation]
                    count += sum(outcome(call, **asks) == "ThrottlingException" for _ in range(times))
                lab.clock.advance(seconds=1)
        ssm.reset_service_setting(SettingId=setting)
        return count

    def foretells(words: str, load: list[dict[str, int]], fast: bool, why: str) -> None:
        said, counted = predict(load, fast), measured(load, fast)
        expect(said == counted, f"{words}: you say {said!r}, the lab counted {counted}. {why}")

    foretells("30 single reads and 20 of ten names in a second", [{"GetParameter": 30, "GetParameters": 20}], False,
              "The operations share one budget, and a call with ten names is one call.")  # fmt: skip
    foretells("50, 10 and 25 single reads in three seconds", [{"GetParameter": n} for n in (50, 10, 25)], False,
              "Each second has its own budget; what one leaves, the next does not get.")  # fmt: skip
    foretells("38 reads by path and 4 single ones", [{"GetParametersByPath": 38, "GetParameter": 4}], False,
              "Reads by path take from the shared budget, too.")  # fmt: skip
    foretells("104 reads by path and 110 single ones, fast", [{"GetParametersByPath": 104, "GetParameter": 110}], True,
              "With higher throughput each operation has its own budget: 100 a second by path.")  # fmt: skip
    expect.equal(predict([{"GetParameters": 1030}], True), 30, "1,030 reads of ten names in a second, fast")
    ### BEGIN HIDDEN TESTS
    expect.equal(predict([{"GetParametersByPath": 41}], False), 1, "41 reads by path in a second")
    expect.equal(predict([{}, {"GetParameters": 40}], False), 0, "a second without calls, and one with 40")
    two = [{"GetParametersByPath": 102}, {"GetParameters": 1005, "GetParameter": 500}]
    expect.equal(predict(two, True), 7, "two seconds with higher throughput")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Parameters with an end
#
# An advanced parameter may carry up to ten **policies**, a JSON list:
#
# - `Expiration` deletes the parameter at a moment;
# - `ExpirationNotification` tells so many days or hours before;
# - `NoChangeNotification` tells when nobody changed the parameter for so long.
#
# The two notices, and the deletion too, are EventBridge events of the source `aws.ssm`. A new value starts the wait of
# `NoChangeNotification` again; the date of `Expiration` stays until you put other policies.


# %% setup="letters"
def letter_box(source: str) -> str:
    """A queue that gets every event of a source; returns its URL."""
    name = lab.unique_name("letters")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{lab.ACCOUNT_ID}:{name}"
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    kept = str(14 * 86_400)
    wanted = {"Policy": document, "MessageRetentionPeriod": kept}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=wanted)
    rules = boto3.client("events")
    rules.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
    rules.put_targets(Rule=name, Targets=[{"Id": "box", "Arn": arn}])
    return url


def letters(url: str) -> list[dict[str, Any]]:
    """The events in the box; takes them out."""
    lab.settle()
    found = []
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(one["Body"]) for one in got]
        for one in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


# %%
box = letter_box("aws.ssm")
quiet = {
    "Type": "NoChangeNotification",
    "Version": "1.0",
    "Attributes": {"After": "20", "Unit": "Days"},
}
ssm.put_parameter(
    Name="/tidewater/billing/prod/bank-token",
    Value="sheepshank",
    Type="SecureString",
    Tier="Advanced",
    Policies=json.dumps([quiet]),
)
for days in (0, 19, 2):
    lab.clock.advance(days=days)
    for one in letters(box):
        kind = one["detail"].get("policy-type", "")
        print(f"after {days:>2} more days: {one['detail-type']} {kind}")

# %% [markdown]
# ### Your turn: a token that ends
#
# A partner gives Tidewater an access token that ends in `days` days. Write `store_token(name, token, days)`. It keeps
# the token as a secure string with three policies:
#
# - it expires at the moment now + `days` days (by the lab's clock);
# - a notice comes 7 days before that;
# - a notice comes when nobody changed it for 60 days.
#
# Called again with the next token it makes a new version, and all days count from that call.
#
# <details><summary>Hint</summary>
#
# `Timestamp` looks like `2027-03-01T12:00:00.000Z`; `(lab.clock.now() + dt.timedelta(days=days))` with
# `strftime("%Y-%m-%dT%H:%M:%S.000Z")` gives it. `Before`, `After` are texts, with `Unit` `Days`. Policies need the
# advanced tier.
# </details>


# %% exercise="reminders"
def store_token(name: str, token: str, days: int) -> None:
    """Keep a token that ends, with a reminder before its end."""
    ### BEGIN SOLUTION
    end = lab.clock.now() + dt.timedelta(days=days)
    wanted = {
        "Expiration": {"Timestamp": f"{end:%Y-%m-%dT%H:%M:%S.000Z}"},
        "ExpirationNotification": {"Before": "7", "Unit": "Days"},
        "NoChangeNotification": {"After": "60", "Unit": "Days"},
    }
    policies = []
    for kind, told in wanted.items():
        policies.append({"Type": kind, "Version": "1.0", "Attributes": told})
    ssm.put_parameter(
        Name=name,
        Value=token,
        Type="SecureString",
        Tier="Advanced",
        Policies=json.dumps(policies),
        Overwrite=True,
    )
    ### END SOLUTION


# %% check="reminders" points=2
with check("reminders", needs="store_token", right="Nobody has to remember: the store does.") as expect:

    def reminds(days: int, renewed_after: int) -> None:
        inbox, name = letter_box("aws.ssm"), f"/tidewater/tokens/{lab.unique_name('token')}"
        store_token(name, "first", days)
        expect(outcome(ssm.get_parameter, Name=name) == "ok", f"There is no parameter {name}.")
        found = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        expect.equal(found["Type"], "SecureString", "The type of the parameter")
        expect.equal(found["Value"], "first", "The value in clear")
        letters(inbox)
        lab.clock.advance(days=renewed_after)
        store_token(name, "second", days)
        found = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        expect.equal(found["Value"], "second", "The value after a second call")
        expect(found["Version"] == 2, "The second call deleted the parameter and made another one; a new version comes "
               "with Overwrite=True.")  # fmt: skip
        letters(inbox)
        seen: dict[str, int] = {}
        looks = {*range(5, days, 10), days - 8, days - 6, 59, 61, days - 1, days + 1}
        at = 0
        for day in sorted(one for one in looks if one <= days + 1):
            lab.clock.advance(days=day - at)
            at = day
            for one in letters(inbox):
                about = one["detail"]
                if about.get("parameter-name") == name:
                    seen.setdefault(str(about.get("policy-type")), day)
        wanted = {"Expiration": days, "ExpirationNotification": days - 7}
        wanted |= {"NoChangeNotification": 60} if days >= 60 else {}
        for kind, day in wanted.items():
            expect(kind in seen, f"{days + 1} days went by and no event told of {kind}. Is it among the policies?")
            expect(seen[kind] == day + 1, f"{kind} should come {day} days after the second call, and was seen on day "
                   f"{seen[kind]}. Does the second call put the policies anew?")  # fmt: skip
        expect(
            outcome(ssm.get_parameter, Name=name) == "ParameterNotFound",
            "The parameter outlives its end.",
        )

    reminds(90, 10)
    ### BEGIN HIDDEN TESTS
    reminds(30, 3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A service made for secrets
#
# **Secrets Manager** keeps passwords, keys and tokens of up to 64 KB, always encrypted with KMS, with resource
# policies, and it changes them for you. A secret costs 0.40 USD a month, and 10,000 calls cost 0.05 USD. The value is
# mostly a small JSON document. A version carries **staging labels**: a plain read gets the one with `AWSCURRENT`.

# %%
login = json.dumps({"username": "booking", "password": "clove-hitch-1"})
made = vault.create_secret(Name="tidewater/boats", SecretString=login)
print(made["ARN"])
read = vault.get_secret_value(SecretId="tidewater/boats")
print(json.loads(read["SecretString"])["password"], read["VersionStages"])
for size in (65_536, 65_537):
    name = lab.unique_name("size")
    answer = outcome(vault.create_secret, Name=name, SecretString="x" * size)
    print(f"{size:,} bytes: {answer}")

# %% [markdown]
# ### Nothing is gone at once
#
# `delete_secret` begins a **recovery window** of 7 to 30 days (30 if you say nothing). Until it ends nobody can read
# the secret, and `restore_secret` brings it back. A name stays taken for that time.

# %%
vault.create_secret(Name="tidewater/old", SecretString="x")
vault.delete_secret(SecretId="tidewater/old", RecoveryWindowInDays=7)
print("read:  ", outcome(vault.get_secret_value, SecretId="tidewater/old"))
print("create:", outcome(vault.create_secret, Name="tidewater/old", SecretString="y"))
lab.clock.advance(days=8)
print("8 days later, restore:", outcome(vault.restore_secret, SecretId="tidewater/old"))

# %% [markdown]
# ### Your turn: the wrong clean-up
#
# Somebody cleaned up and marked too many secrets for deletion. Write `rescue(prefix)`: every secret whose name begins
# with `prefix` and that waits for its deletion is restored; the others stay as they are. Return the names of the
# restored ones, sorted.
#
# <details><summary>Hint</summary>
#
# The paginator of `list_secrets` shows what waits for its deletion only with `IncludePlannedDeletion=True`. Such a
# secret has a `DeletedDate`.
# </details>


# %% exercise="rescue"
def rescue(prefix: str) -> list[str]:
    """Restore what waits for its deletion; return the names."""
    ### BEGIN SOLUTION
    restored = []
    for page in vault.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True):
        for one in page["SecretList"]:
            if one["Name"].startswith(prefix) and one.get("DeletedDate"):
                vault.restore_secret(SecretId=one["ARN"])
                restored.append(one["Name"])
    return sorted(restored)
    ### END SOLUTION


# %% check="rescue" points=2
with check("rescue", needs="rescue", right="A window of at least a week, for the day you need it.") as expect:

    def rescues(count: int) -> None:
        root = lab.unique_name("check-rescue")
        names = [f"{root}/{n:03}" for n in range(count)]
        others = [f"{root}-not-ours", f"old/{root}/000"]
        for name in [*reversed(names), *others, f"{root}/alive"]:
            vault.create_secret(Name=name, SecretString="x")
        for name in [*names, *others]:
            vault.delete_secret(SecretId=name)
        lab.clock.advance(days=20)
        with lab.watching(most=count + 60) as made:
            returned = rescue(f"{root}/")
        lost = [name for name in names if outcome(vault.get_secret_value, SecretId=name) != "ok"]
        expect(not lost, f"{len(lost)} of {count} deleted secrets cannot be read yet. Does list_secrets get "
               "IncludePlannedDeletion=True, and do you look at all of its pages?")  # fmt: skip
        strangers = [outcome(vault.get_secret_value, SecretId=name) for name in others]
        expect("ok" not in strangers, "A secret that does not begin with the prefix was restored, too.")
        expect(
            len(made.of("RestoreSecret")) == count,
            "Restore only secrets that have a DeletedDate.",
        )
        expect.equal(returned, names, "What rescue returns")

    rescues(101)
    ### BEGIN HIDDEN TESTS
    rescues(3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Three labels and four steps
#
# **Rotation** gives a secret a new value, and the database with it. Secrets Manager calls a Lambda function four times,
# each time with the `Step`, the `SecretId` and a `ClientRequestToken`, which is the id of the new version:
#
# 1. `createSecret` puts a new value under `AWSPENDING`;
# 2. `setSecret` gives it to the database;
# 3. `testSecret` logs in with it;
# 4. `finishSecret` moves `AWSCURRENT` to it; `AWSPREVIOUS` then goes by itself to the version that had it.
#
# Watch the labels, with the four steps done by hand, twice. Each bar is a version.


# %%
def holders() -> dict[str, str]:
    """Which version carries each label, as the number in its value."""
    watched = "tidewater/watch"
    found = {}
    for one, stages in vault.describe_secret(SecretId=watched)["VersionIdsToStages"].items():
        value = vault.get_secret_value(SecretId=watched, VersionId=one)["SecretString"]
        found |= dict.fromkeys(stages, value)
    return found


current = vault.create_secret(Name="tidewater/watch", SecretString="version 1")["VersionId"]
seen = [holders()]
for number in (2, 3):
    pending = vault.put_secret_value(
        SecretId="tidewater/watch",
        SecretString=f"version {number}",
        VersionStages=["AWSPENDING"],
    )["VersionId"]
    seen += [holders()] * 3  # create, set, test
    vault.update_secret_version_stage(
        SecretId="tidewater/watch",
        VersionStage="AWSCURRENT",
        MoveToVersionId=pending,
        RemoveFromVersionId=current,
    )
    vault.update_secret_version_stage(
        SecretId="tidewater/watch", VersionStage="AWSPENDING", RemoveFromVersionId=pending
    )
    current = pending
    seen += [holders()] * 2  # finish, and a while of calm

bars: list[tuple[str, int, int, str, str]] = []
for label in ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"):
    begin = 0
    for step in range(1, len(seen) + 1):
        held = seen[begin].get(label)
        if step == len(seen) or seen[step].get(label) != held:
            if held:
                bars.append((label, begin, step, held, held))
            begin = step
charts.gantt(
    bars,
    kinds={"version 1": "off", "version 2": "work", "version 3": "good"},
    unit="steps",
    headline="A version walks from AWSPENDING over AWSCURRENT to AWSPREVIOUS",
    events={"first finishSecret": 4, "second finishSecret": 9},
    source="labels read in the lab after each step; two rotations",
)

# %% [markdown]
# Three rules follow. If a step fails, `AWSCURRENT` stays where it was and programs go on. A version that lost all its
# labels is forgotten in time. And a rotation that left `AWSPENDING` on a version of its own blocks the next one until
# it is repeated or the label is taken away.
#
# Now a true database. This cell makes a PostgreSQL instance of RDS; `lab.sql` logs in, and refuses wrong passwords. On
# real AWS a driver such as `psycopg`, packed with the function's code, is in its place; here functions import `lab`.

# %% setup="database"
rds = boto3.client("rds")
rds.create_db_instance(
    DBInstanceIdentifier="tidewater",
    Engine="postgres",
    DBInstanceClass="db.t4g.micro",
    AllocatedStorage=20,
    MasterUsername="harbour",
    MasterUserPassword="only-for-this-cell",
)
rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="tidewater")
found = rds.describe_db_instances(DBInstanceIdentifier="tidewater")["DBInstances"][0]
HOST = found["Endpoint"]["Address"]


def can_log_in(user: str, word: str) -> bool:
    """Whether the database lets this user in with this password."""
    try:
        with lab.sql(HOST, user=user, password=word) as connection:
            connection.execute("SELECT 1")
    except lab.sql.OperationalError:
        return False
    return True


def new_user() -> tuple[str, str]:
    """A user of the database, and the secret with its name, password and host."""
    user = lab.unique_name("crew").replace("-", "_")
    with lab.sql(HOST, user="harbour", password="only-for-this-cell") as connection:
        connection.execute(f"CREATE USER {user} WITH PASSWORD 'first-knot'")
    value = {"host": HOST, "username": user, "password": "first-knot"}
    name = lab.unique_name("tidewater/db")
    made = vault.create_secret(Name=name, SecretString=json.dumps(value))
    return user, made["ARN"]


trust = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
role = iam.create_role(
    RoleName=lab.unique_name("tidewater"),
    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
)["Role"]["Arn"]


def launch(function: Any, variables: dict[str, str] | None = None) -> str:
    """Make a Lambda function of the cell that defines `function`; returns its ARN."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    source = "".join(lines[: first + len(inspect.getblock(lines[first:]))])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    name = lab.unique_name(function.__name__.replace("_", "-"))
    made = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Timeout=30,
        Handler=f"app.{function.__name__}",
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": variables or {}},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return made["FunctionArn"]


def invoke(arn: str, event: Any = None) -> Any:
    """Call a function and give its answer."""
    response = functions.invoke(FunctionName=arn, Payload=json.dumps(event))
    return json.loads(response["Payload"].read())


def rotates_with(arn: str, secret: str, **more: Any) -> None:
    """Let Secrets Manager call the function, and start a rotation."""
    functions.add_permission(
        FunctionName=arn,
        StatementId=lab.unique_name("rotation"),
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
    )
    vault.rotate_secret(SecretId=secret, RotationLambdaARN=arn, **more)
    lab.settle()


# %% [markdown]
# ### Your turn: a program without a password
#
# `report` logs in to the database. Its password stands in the function's environment, where everybody with
# `lambda:GetFunctionConfiguration` reads it, and after the first rotation it is wrong. Repair `report` and `settings`:
#
# - the environment holds the secret's **ARN** and nothing secret;
# - `report` reads the secret when it runs and keeps it in memory for at most 300 seconds, so that 100 calls in a minute
#   cost one `GetSecretValue`, and a changed password is in use five minutes later.
#
# This cell, up to the end of `report`, becomes the function's file: it knows nothing of other cells. A function that
# runs again in the same environment still has its global variables. `time.time()` follows the lab's clock.
#
# <details><summary>Hint</summary>
#
# Put a dictionary or two variables above the function: the value and the time until which it holds. Only a new read
# may move that time.
# </details>

# %% exercise="no-plaintext" repair=true
import json
import os
import time

import boto3

from course import lab


def settings(secret_arn: str) -> dict[str, str]:
    """The environment variables of the function, made when it is deployed."""
    client = boto3.client("secretsmanager")
    value = client.get_secret_value(SecretId=secret_arn)["SecretString"]
    return {key.upper(): text for key, text in json.loads(value).items()}


def report(event, context):
    """Log in to the database, and say as whom."""
    host, user = os.environ["HOST"], os.environ["USERNAME"]
    with lab.sql(host, user=user, password=os.environ["PASSWORD"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {user}"


### BEGIN SOLUTION
def settings(secret_arn: str) -> dict[str, str]:
    """The environment variables of the function, made when it is deployed."""
    return {"SECRET_ARN": secret_arn}


known: dict[str, str] = {}
good_until = 0.0


def report(event, context):
    """Log in to the database, and say as whom."""
    global known, good_until
    if time.time() >= good_until:
        client = boto3.client("secretsmanager")
        answer = client.get_secret_value(SecretId=os.environ["SECRET_ARN"])
        known, good_until = json.loads(answer["SecretString"]), time.time() + 300
    user = known["username"]
    with lab.sql(known["host"], user=user, password=known["password"]) as connection:
        connection.execute("SELECT 1")
    return f"logged in as {user}"


### END SOLUTION


# %% check="no-plaintext" points=3
with check(
    "no-plaintext",
    needs=["settings", "report"],
    right="One read in five minutes, no password in sight.",
) as expect:

    def stays_in(words: list[str]) -> None:
        user, secret = new_user()
        variables = settings(secret)
        expect(
            isinstance(variables, dict),
            "settings must return a dictionary of environment variables.",
        )
        shown = json.dumps(variables)
        expect(
            "first-knot" not in shown,
            "The environment of the function still holds the password.",
        )
        expect(
            secret in shown,
            "The environment must name the secret by its ARN, so that report finds it.",
        )
        arn = launch(report, variables)
        with lab.watching(most=200) as made:
            answers = set()
            for _ in range(12):
                answers.add(json.dumps(invoke(arn)))
                lab.clock.advance(seconds=5)
        strange = sorted(answers - {f'"logged in as {user}"'})
        own = " Define and import what report uses in its cell, above it." if "NameError" in str(strange) else ""
        expect(not strange, f"report answers {''.join(strange)[:160]}.{own}")
        reads = len(made.of("GetSecretValue", "BatchGetSecretValue", "GetParameter"))
        expect(
            reads == 1,
            f"12 calls of report in a minute took {reads} reads of the secret; one is enough.",
        )
        old = "first-knot"
        for word in words:
            with lab.sql(HOST, user=user, password=old) as connection:
                connection.execute(f"ALTER USER {user} WITH PASSWORD '{word}'")
            value = {"host": HOST, "username": user, "password": word}
            vault.put_secret_value(SecretId=secret, SecretString=json.dumps(value))
            lab.clock.advance(minutes=5, seconds=1)
            late = invoke(arn)
            expect(late == f"logged in as {user}", "The password changed five minutes ago, and report fails with the "
                   f"old one: {str(late)[:120]}. Keep what you read for 300 seconds (time.time() tells), then read "
                   "again.")  # fmt: skip
            old = word
        other = vault.get_secret_value(SecretId=new_user()[1])["SecretString"]
        vault.put_secret_value(SecretId=secret, SecretString=other)
        for seconds in (200, 101):
            lab.clock.advance(seconds=seconds)
            late = invoke(arn)
        expect(late == f"logged in as {json.loads(other)['username']}", "301 seconds ago the secret got another user; "
               f"report, called once in between, answers {str(late)[:80]!r}. Whether or not the old login still works, "
               "a value is good for 300 seconds from its reading.")  # fmt: skip

    stays_in(["second-knot"])
    ### BEGIN HIDDEN TESTS
    stays_in(["another-knot", "a-third-knot"])
    ### END HIDDEN TESTS

# %% [markdown]
# AWS also offers a Lambda extension and caching libraries that keep values for you.
#
# ### Your turn: the four steps
#
# Each secret holds `host`, `username` and `password` of one user, who may change the own password. Write four steps,
# each with the arguments `secret` and `token`; `rotate` below calls them. The cell is the function's file.
#
# - `create_secret`: the current value with a new random password becomes version `token` with the label `AWSPENDING`.
#   If that version has a value already, it stays: steps are repeated after errors.
# - `set_secret`: the database gets the new password. If that one works already, nothing is to do; if neither the new
#   nor the current one works, the step fails.
# - `test_secret`: log in with the new password; the step must fail if that fails.
# - `finish_secret`: `AWSCURRENT` moves to version `token`.
#
# <details><summary>Hint</summary>
#
# `get_random_password(ExcludePunctuation=True)`; `put_secret_value` with `ClientRequestToken=token` and
# `VersionStages`. Read with `VersionId=token, VersionStage="AWSPENDING"`; a version without a value answers
# `ResourceNotFoundException`. In `set_secret` try the new password first: a refused login raises
# `lab.sql.OperationalError`. The user changes the own password with `ALTER USER name WITH PASSWORD '...'`, logged in
# with the current one. Who moves `AWSCURRENT` must name the version that has it: `describe_secret` tells.
# </details>

# %% exercise="four-steps"
import json

import boto3

from course import lab

### BEGIN SOLUTION
client = boto3.client("secretsmanager")


def value_of(secret: str, **which: str) -> dict[str, str]:
    return json.loads(client.get_secret_value(SecretId=secret, **which)["SecretString"])


def log_in(value: dict[str, str]):
    return lab.sql(value["host"], user=value["username"], password=value["password"])


def create_secret(secret: str, token: str) -> None:
    try:
        value_of(secret, VersionId=token, VersionStage="AWSPENDING")
    except client.exceptions.ResourceNotFoundException:
        new = client.get_random_password(PasswordLength=32, ExcludePunctuation=True)
        changed = value_of(secret) | {"password": new["RandomPassword"]}
        client.put_secret_value(
            SecretId=secret,
            ClientRequestToken=token,
            SecretString=json.dumps(changed),
            VersionStages=["AWSPENDING"],
        )


def set_secret(secret: str, token: str) -> None:
    new = value_of(secret, VersionId=token, VersionStage="AWSPENDING")
    try:
        log_in(new).close()
    except lab.sql.OperationalError:
        with log_in(value_of(secret)) as connection:
            user, word = new["username"], new["password"]
            connection.execute(f"ALTER USER {user} WITH PASSWORD '{word}'")


def test_secret(secret: str, token: str) -> None:
    with log_in(value_of(secret, VersionId=token, VersionStage="AWSPENDING")) as connection:
        connection.execute("SELECT 1")


def finish_secret(secret: str, token: str) -> None:
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next(one for one, stages in versions.items() if "AWSCURRENT" in stages)
    if current != token:
        client.update_secret_version_stage(
            SecretId=secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=token,
            RemoveFromVersionId=current,
        )


### END SOLUTION


def rotate(event, context):
    """Called by Secrets Manager, once for each step."""
    steps = {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
    steps[event["Step"]](event["SecretId"], event["ClientRequestToken"])


# %% check="four-steps" points=4
with check(
    "four-steps",
    needs=["create_secret", "set_secret", "test_secret", "finish_secret"],
    right="If a step fails, programs go on with the old password.",
) as expect:

    def held(secret: str, **which: str) -> str:
        try:
            answer = vault.get_secret_value(SecretId=secret, **which)
            return str(json.loads(answer["SecretString"])["password"])
        except ClientError:
            return ""

    def fails(arn: str, step: str, secret: str, token: str) -> str:
        event = {"Step": step, "SecretId": secret, "ClientRequestToken": token}
        answer = functions.invoke(FunctionName=arn, Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read())
        own = " The function knows only its own cell." if said and "NameError" in said.get("errorType", "") else ""
        return str(said.get("errorMessage"))[:160] + own if answer.get("FunctionError") else ""

    def step_by_step(token: str) -> None:
        user, secret = new_user()
        arn = launch(rotate)
        error = fails(arn, "createSecret", secret, token)
        expect(not error, f"createSecret failed: {error}")
        new = held(secret, VersionId=token)
        expect(
            new != "",
            "After createSecret the version with the id of the token has no JSON value with a password.",
        )
        expect(held(secret) == "first-knot", "After createSecret the current value has changed. Put the new one under "
               "VersionStages=['AWSPENDING'] only.")  # fmt: skip
        expect(
            held(secret, VersionStage="AWSPENDING") == new,
            "The new version does not carry AWSPENDING.",
        )
        expect(
            new != "first-knot" and len(new) >= 12,
            "The new password is the old one, or shorter than 12 characters.",
        )
        error = fails(arn, "createSecret", secret, token)
        expect(not error and held(secret, VersionId=token) == new, "createSecret called again with the same token must "
               f"leave the value that is there. {error}")  # fmt: skip
        expect(fails(arn, "testSecret", secret, token) != "", "testSecret did not fail, although the database does not "
               "know the new password yet. Log in with the AWSPENDING value and let errors pass.")  # fmt: skip
        error = fails(arn, "setSecret", secret, token)
        expect(
            not error and can_log_in(user, new),
            f"After setSecret the new password does not work. {error}",
        )
        error = fails(arn, "setSecret", secret, token)
        expect(
            not error,
            f"setSecret called again failed: {error} The new password works already.",
        )
        error = fails(arn, "testSecret", secret, token)
        expect(not error, f"testSecret failed although the new password works: {error}")
        expect(held(secret) == "first-knot", "AWSCURRENT moved before finishSecret.")
        error = fails(arn, "finishSecret", secret, token)
        expect(
            not error and held(secret) == new,
            f"After finishSecret AWSCURRENT is not the new version. {error}",
        )
        expect(
            held(secret, VersionStage="AWSPREVIOUS") == "first-knot",
            "AWSPREVIOUS is not the old version.",
        )

    def by_the_clock(days: int) -> None:
        user, secret = new_user()
        rotates_with(launch(rotate), secret, RotationRules={"AutomaticallyAfterDays": days})
        first = held(secret)
        expect(
            can_log_in(user, first) and first != "first-knot",
            f"The first rotation ended so: {lab.deliveries()[-1]}",
        )
        lab.clock.advance(days=days, hours=1)
        second = held(secret)
        expect(
            second != first and can_log_in(user, second),
            f"{days} days later there is no new password that works: {lab.deliveries()[-1]}. Does each step name its "
            "version with VersionId=token?",
        )

    def safe() -> None:
        user, secret = new_user()
        with lab.sql(HOST, user=user, password="first-knot") as connection:
            connection.execute(f"ALTER USER {user} WITH PASSWORD 'changed-by-hand'")
        arn = launch(rotate)
        rotates_with(arn, secret)
        expect(
            held(secret) == "first-knot",
            "The database refused the new password, and AWSCURRENT moved all the same.",
        )
        versions = vault.describe_secret(SecretId=secret)["VersionIdsToStages"]
        new = next((one for one, stages in versions.items() if "AWSPENDING" in stages), "")
        expect(fails(arn, "setSecret", secret, new) != "", "Neither password works, and setSecret ends without an "
               "error. If neither logs in, let the error pass.")  # fmt: skip

    step_by_step("11111111-2222-3333-4444-555555555555")
    by_the_clock(30)
    safe()
    ### BEGIN HIDDEN TESTS
    step_by_step("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
    by_the_clock(10)
    ### END HIDDEN TESTS

# %% [markdown]
# Rotation runs every 1 to 1,000 days, or by a `rate(...)` or `cron(...)` expression, every four hours at most. For the
# databases of RDS, Redshift and DocumentDB you need not write the function: there are templates, and *managed*
# rotation.
#
# ## The database makes its own secret
#
# With `ManageMasterUserPassword=True` RDS makes the password of the master user, keeps it in a secret of its own and
# rotates it every seven days. No function, and nobody ever sees the password.

# %%
managed = rds.create_db_instance(
    DBInstanceIdentifier="tidewater-managed",
    Engine="postgres",
    DBInstanceClass="db.t4g.micro",
    AllocatedStorage=20,
    MasterUsername="harbour",
    ManageMasterUserPassword=True,
)["DBInstance"]["MasterUserSecret"]["SecretArn"]
about = vault.describe_secret(SecretId=managed)
print("owned by", about["OwningService"], "and rotated", about["RotationRules"])
before = vault.get_secret_value(SecretId=managed)["VersionId"]
lab.clock.advance(days=8)
after = vault.get_secret_value(SecretId=managed)["VersionId"]
print("another version after a week:", after != before)

# %% [markdown]
# ## Secrets in templates
#
# A template of CloudFormation can make a secret and **refer** to it. The value is looked up when the resource is made.
#
# | reference | gives |
# |---|---|
# | `{{resolve:secretsmanager:NAME:SecretString:password}}` | a key of a JSON secret |
# | `{{resolve:ssm:/path/name}}`, also `:3` at its end | a parameter, or its version 3 |
# | `{{resolve:ssm-secure:/path/name}}` | a secure string, for a few properties such as passwords of RDS |
#
# `GenerateSecretString` makes a random password; a `SecretTargetAttachment` adds host and port of the database, which
# rotation needs.
#
# > **Lab and AWS.** The lab resolves `ssm-secure` everywhere; AWS refuses the stack where a property does not allow it.
#
# ### Your turn: no password in the template
#
# `database` returns a template that shows the password. Repair it:
#
# - it serves many stacks, so no fixed names;
# - it makes one secret, a JSON document with `username` (`harbour`) and a generated `password` of `length`
#   characters without punctuation;
# - the database takes both from there by reference.
#
# <details><summary>Hint</summary>
#
# `GenerateSecretString` has `SecretStringTemplate` (JSON as text, with the username), `GenerateStringKey`,
# `PasswordLength` and `ExcludePunctuation`. `Ref` of a secret is its ARN:
# `{"Fn::Sub": "{{resolve:secretsmanager:${Login}:SecretString:username}}"}` if your secret is called `Login`.
# </details>


# %% exercise="template" repair=true
def database(length: int) -> dict[str, Any]:
    """The template of a database."""
    instance = {
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": "20",
        "MasterUsername": "harbour",
        "MasterUserPassword": "Sheet-Bend-2024",
    }
    kind = {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "Properties": instance}
    return {"Resources": {"Database": kind}}


### BEGIN SOLUTION
def database(length: int) -> dict[str, Any]:
    """The template of a database."""
    generated = {
        "SecretStringTemplate": json.dumps({"username": "harbour"}),
        "GenerateStringKey": "password",
        "PasswordLength": length,
        "ExcludePunctuation": True,
    }
    login = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"GenerateSecretString": generated},
    }
    refer = "{{resolve:secretsmanager:${Login}:SecretString:%s}}"
    instance = {
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": "20",
        "MasterUsername": {"Fn::Sub": refer % "username"},
        "MasterUserPassword": {"Fn::Sub": refer % "password"},
    }
    kind = {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "Properties": instance}
    return {"Resources": {"Login": login, "Database": kind}}


### END SOLUTION


# %% check="template" points=2
with check("template", needs="database", right="The template can be shown to anybody.") as expect:

    def deploys(length: int) -> None:
        template = database(length)
        expect(isinstance(template, dict), "Return the template as a dictionary.")
        parts = template.get("Resources", {})
        expect(
            "Sheet-Bend-2024" not in json.dumps(template),
            "The template still holds the password.",
        )
        own = [name for name, one in parts.items() if one.get("Type") == "AWS::SecretsManager::Secret"]
        expect(
            len(own) == 1,
            f"The template makes {len(own)} resources of type AWS::SecretsManager::Secret, not one.",
        )
        made = parts[own[0]].get("Properties", {})
        expect(
            "GenerateSecretString" in made,
            "The secret is written down, not generated: GenerateSecretString.",
        )
        stacks, name = boto3.client("cloudformation"), lab.unique_name("check-db")
        stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
        lab.settle()
        lab.clock.advance(minutes=20)
        state = stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        why = [
            one.get("ResourceStatusReason", "")
            for one in stacks.describe_stack_events(StackName=name)["StackEvents"]
            if "FAILED" in one["ResourceStatus"]
        ]
        expect(state == "CREATE_COMPLETE", f"The stack ends in {state}: {' '.join(why)[:300]}")
        ids = {
            one["ResourceType"]: one["PhysicalResourceId"]
            for one in stacks.describe_stack_resources(StackName=name)["StackResources"]
        }
        text = vault.get_secret_value(SecretId=ids["AWS::SecretsManager::Secret"])["SecretString"]
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        expect(
            isinstance(value, dict),
            "The secret is not a JSON document: SecretStringTemplate and GenerateStringKey.",
        )
        word = str(value.get("password", ""))
        expect.equal(value.get("username"), "harbour", "The username in the secret")
        expect.equal(len(word), length, "The length of the password in the secret")
        expect(word.isalnum(), "The password has punctuation: ExcludePunctuation.")
        instance = rds.describe_db_instances(DBInstanceIdentifier=ids["AWS::RDS::DBInstance"])["DBInstances"][0]
        try:
            lab.sql(instance["Endpoint"]["Address"], user="harbour", password=word).close()
            opened = True
        except lab.sql.OperationalError:
            opened = False
        expect(
            opened,
            "The database does not accept the user and password of the secret. Does it refer to both?",
        )
        written = json.dumps(parts.get("Database", {}).get("Properties", {}).get("MasterUsername", ""))
        expect(
            "resolve" in written,
            "MasterUsername of Database is still written down; refer to the secret.",
        )

    deploys(24)
    deploys(30)
    ### BEGIN HIDDEN TESTS
    deploys(41)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Other Regions
#
# A secret can have **replicas** in other Regions. They follow the primary, take no writes, and cost as much as a secret
# each. If the Region of the primary fails, you **promote** a replica: `stop_replication_to_replica`, called in the
# replica's Region, makes it a secret of its own.

# %%
west = boto3.client("secretsmanager", region_name="eu-west-1")
boats = "tidewater/boats"
ireland = {"Region": "eu-west-1"}
vault.replicate_secret_to_regions(SecretId=boats, AddReplicaRegions=[ireland])
vault.put_secret_value(SecretId=boats, SecretString='{"password": "clove-hitch-2"}')
print("read in Ireland: ", west.get_secret_value(SecretId=boats)["SecretString"])
tried = outcome(west.put_secret_value, SecretId=boats, SecretString="x")
print("write in Ireland:", tried)

# %% [markdown]
# ### Your turn: the Region is gone
#
# The Region of a primary does not answer, and a replica lies in `region`. Write `fail_over(name, region, changes)`: the
# replica becomes a secret of its own, and a new current version has the keys of `changes` changed and all others as
# they were. Return the ARN of the secret in `region`. You need not know where the primary was.
#
# <details><summary>Hint</summary>
#
# A client with `region_name=region` does all of it: promote, read, put.
# </details>


# %% exercise="fail-over"
def fail_over(name: str, region: str, changes: dict[str, str]) -> str:
    """Promote a replica and change its value; return its ARN."""
    ### BEGIN SOLUTION
    there = boto3.client("secretsmanager", region_name=region)
    arn = there.stop_replication_to_replica(SecretId=name)["ARN"]
    value = json.loads(there.get_secret_value(SecretId=name)["SecretString"])
    there.put_secret_value(SecretId=name, SecretString=json.dumps(value | changes))
    return arn
    ### END SOLUTION


# %% check="fail-over" points=2
with check(
    "fail-over",
    needs="fail_over",
    right="Rotation and policy of the promoted secret are yours to set again.",
) as expect:

    def moves(region: str, changes: dict[str, str]) -> None:
        name = lab.unique_name("check-fail-over")
        value = {"host": "db.us-east-1", "username": "harbour", "password": "granny-knot"}
        far = boto3.client("secretsmanager", region_name="us-west-2")
        far.create_secret(Name=name, SecretString=json.dumps(value), AddReplicaRegions=[{"Region": region}])
        there = boto3.client("secretsmanager", region_name=region)
        arn = there.describe_secret(SecretId=name)["ARN"]
        returned = fail_over(name, region, changes)
        alone = outcome(there.stop_replication_to_replica, SecretId=name) == "InvalidRequestException"
        promoted = outcome(there.put_secret_value, SecretId=name, SecretString="x") == "ok"
        expect(
            alone and promoted,
            f"In {region} there is still a replica. Promote it with stop_replication_to_replica.",
        )
        held = there.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"]
        expect.equal(json.loads(held), value | changes, f"The value in {region}")
        home = json.loads(far.get_secret_value(SecretId=name)["SecretString"])
        expect(
            home == value,
            "The primary changed, although its Region does not answer: call the other one only.",
        )
        expect.equal(returned, arn, "What fail_over returns")

    moves("eu-central-1", {"host": "db.eu-central-1"})
    ### BEGIN HIDDEN TESTS
    moves("eu-west-1", {"host": "db.eu-west-1", "password": "reef"})
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it costs, and which store
#
# A parameter costs nothing as long as it is standard and the throughput is the default one. An advanced parameter costs
# 0.05 USD a month, and 0.05 USD per 10,000 calls. A secret costs 0.40 USD a month, each replica as much again, and 0.05
# USD per 10,000 calls.

# %%
month = {
    "standard parameters": facts.price(store, "standard-parameter-month"),
    "advanced parameters": facts.price(store, "advanced-parameter-month"),
    "Secrets Manager": facts.price("secrets manager", "secret-month"),
}
counts = list(range(0, 1001, 50))
yearly = {name: [12 * n * float(usd) for n in counts] for name, usd in month.items()}
hundred = {name: 12 * 100 * float(price) for name, price in month.items()}
print({name: f"{usd:.0f} USD a year for 100" for name, usd in hundred.items()})
charts.curves(
    {name: (counts, usd) for name, usd in yearly.items()},
    headline=f"Rotation costs: {hundred['Secrets Manager']:.0f} USD a year for 100 secrets",
    subtitle="storage alone, without calls",
    x_label="passwords kept",
    y_unit="USD per year",
    highlight=["Secrets Manager"],
    source=list(month.values()),
)

# %% [markdown]
# | you need | take |
# |---|---|
# | settings, feature switches, passwords that you change yourself | a standard parameter |
# | 4 to 8 KB, an end or reminders, more than 10,000, sharing | an advanced parameter |
# | rotation, copies in other Regions, more than 8 KB | Secrets Manager |
#
# Secrets Manager encrypts everything, Parameter Store what is a `SecureString`.
#
# ### Your turn: choose, with the bill
#
# Write `choose_store(need)`: the cheapest store that does all that is needed (`"standard"`, `"advanced"` or
# `"secrets"`) and its price in USD for a **year**, at default throughput. All values lie in one store, of one tier.
#
# | in `need` | means |
# |---|---|
# | `count`, `bytes` | how many values, and the size of the longest |
# | `reads` | calls in a month |
# | `rotate` | the store must change the values itself |
# | `expires` | values must be deleted at a date (never together with `rotate` or `replicas`) |
# | `replicas` | copies in so many other Regions |
#
# Take prices and limits from `facts` (service names `store` and `"secrets manager"`).
#
# <details><summary>Hint</summary>
#
# First decide by what only one store can do, then by size and number. Names of facts: `standard-value-max` and
# `advanced-value-max` (in KB), `standard-parameters-max`, `advanced-parameter-month`, `api-advanced`,
# `secret-month`, `api-calls`. Prices of calls are per 10,000.
# </details>


# %% exercise="choose-store"
def choose_store(need: dict[str, Any]) -> tuple[str, float]:
    """The cheapest store that does it, and its price for a year."""
    ### BEGIN SOLUTION
    calls = need["reads"] / 10_000
    too_long = need["bytes"] > facts.limit(store, "advanced-value-max") * 1024
    if need["rotate"] or need["replicas"] or too_long:
        copies = need["count"] * (1 + need["replicas"])
        a_month = copies * facts.price("secrets manager", "secret-month")
        return "secrets", 12 * (a_month + calls * facts.price("secrets manager", "api-calls"))
    if (
        need["expires"]
        or need["bytes"] > facts.limit(store, "standard-value-max") * 1024
        or need["count"] > facts.limit(store, "standard-parameters-max")
    ):
        a_month = need["count"] * facts.price(store, "advanced-parameter-month")
        return "advanced", 12 * (a_month + calls * facts.price(store, "api-advanced"))
    return "standard", 0.0
    ### END SOLUTION


# %% check="choose-store" points=3
with check("choose-store", needs="choose_store", right="Pay for rotation where something rotates.") as expect:
    plain = {
        "count": 200,
        "bytes": 300,
        "reads": 1_000_000,
        "rotate": False,
        "expires": False,
        "replicas": 0,
    }
    rent = float(facts.price("secrets manager", "secret-month"))
    held = float(facts.price("ssm parameter store", "advanced-parameter-month"))
    call = float(facts.price("secrets manager", "api-calls")) / 10_000
    read = float(facts.price("ssm parameter store", "api-advanced")) / 10_000

    def chooses(words: str, wanted: str, usd: float, **more: Any) -> None:
        answer = choose_store(plain | more)
        expect(
            isinstance(answer, tuple) and len(answer) == 2,
            "Return two values: the name of the store, and a price.",
        )
        expect(
            answer[0] == wanted,
            f"{words}: you say {answer[0]!r}. Look at the table above: what does it need?",
        )
        expect.close(answer[1], usd, f"{words}: USD for a year in {wanted!r}")

    chooses("200 settings", "standard", 0.0)
    chooses("exactly 4,096 bytes", "standard", 0.0, bytes=4096)
    chooses("4,097 bytes", "advanced", 12 * (200 * held + 1_000_000 * read), bytes=4097)
    chooses("values that expire", "advanced", 12 * (5 * held), expires=True, count=5, reads=0)
    chooses("passwords that rotate", "secrets", 12 * (200 * rent + 1_000_000 * call), rotate=True)
    chooses("copies in two Regions", "secrets", 12 * 3 * 10 * rent, replicas=2, count=10, reads=0)
    chooses("10,001 settings", "advanced", 12 * 10_001 * held, count=10_001, reads=0)
    chooses("8,193 bytes", "secrets", 12 * 200 * rent, bytes=8193, reads=0)
    ### BEGIN HIDDEN TESTS
    chooses("exactly 8,192 bytes", "advanced", 12 * 200 * held, bytes=8192, reads=0)
    chooses("10,000 settings", "standard", 0.0, count=10_000)
    chooses("rotating in one more Region", "secrets", 12 * (100 * rent + 20_000 * call), rotate=True,
            replicas=1, count=50, reads=20_000)  # fmt: skip
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS the secrets of this lesson would cost 0.40 USD each for a month, the two databases some
# > cents for each hour. So clean up: the next cell deletes the databases.

# %%
for name in ("tidewater", "tidewater-managed"):
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
print(len(iam.list_users()["Users"]), "users were made for checks; lab.reset() takes all away")

# %% [markdown]
# ## To remember
#
# - Parameters are versioned texts in a tree of names; policies grant branches of it.
# - `GetParametersByPath` is judged by the path alone, returns ten a page, and needs `Recursive` for all levels.
# - Standard: 10,000 of 4 KB, free. Advanced: 100,000 of 8 KB, policies, 0.05 USD a month, never back to standard.
# - Reads share 40 calls a second by default: read at the start, by path, and cache.
# - A `SecureString` needs `kms:Decrypt` beside the right to read it; a key of your own makes that a real lock.
# - Secrets Manager costs 0.40 USD a secret and month; it rotates, replicates, and waits 7 to 30 days before it deletes.
# - Rotation is createSecret, setSecret, testSecret, finishSecret; only the last one moves `AWSCURRENT`.
# - No password in code, environment or template: keep its name there, and read it at run time.

# %% [markdown] question="after-rotation"
# ### Question 1
#
# A Lambda function reads its database password from Secrets Manager outside the handler, once per environment. Since
# rotation was switched on, it fails now and then for hours. Which change helps, with few calls?
#
# - [ ] **A** Read the secret in every invocation.
#   > It would work, at the price of a call for each invocation; thousands a second cost money and may be throttled.
# - [x] **B** Keep the value for some minutes, and read again at once when the login fails.
#   > A cache with an end bounds how long an old password lives, and a failed login is the best sign of a new one.
# - [ ] **C** Read the version `AWSPREVIOUS`.
#   > That is the password from before the rotation; the database does not take it any more.
# - [ ] **D** Put the password into an environment variable with KMS encryption.
#   > It is as old as the deployment, and rotation does not change it.

# %% answer="after-rotation"
answer = "B"

# %% check="after-rotation" points=1
question("after-rotation", answer)

# %% [markdown] question="denied-but-read"
# ### Question 2
#
# A role may call `ssm:GetParametersByPath` on `/shop`. Another statement denies it `ssm:GetParameter` on
# `/shop/prod/card-key`. A colleague finds that the role reads that parameter all the same. Why?
#
# - [ ] **A** An Allow in IAM is stronger than a Deny.
#   > The other way round: a Deny that matches always wins. Here it does not match.
# - [ ] **B** The Deny needs an hour to take effect.
#   > Changes of policies act within seconds.
# - [x] **C** A call by path is judged by its path and its own action, not by the parameters that it returns.
#   > Deny `ssm:GetParametersByPath` on every path above, or grant narrow branches in the first place.
# - [ ] **D** Secure strings are exempt from IAM.
#   > They need one right more, not less: `kms:Decrypt`.

# %% answer="denied-but-read"
answer = "C"

# %% check="denied-but-read" points=1
question("denied-but-read", answer)

# %% [markdown] question="half-rotated"
# ### Question 3
#
# `testSecret` of a rotation failed because the network was down. Programs work on. The next `rotate_secret` answers
# that a previous rotation is not complete. What is the state?
#
# - [x] **A** The new value carries `AWSPENDING`, the old one still `AWSCURRENT`.
#   > Only finishSecret moves AWSCURRENT. Let the rotation be repeated, or take AWSPENDING away and begin anew.
# - [ ] **B** The new value carries `AWSCURRENT`, and programs use it.
#   > Then the rotation would be complete.
# - [ ] **C** The secret is locked until somebody restores it.
#   > Restoring is for deleted secrets; reads go on.
# - [ ] **D** The old value was deleted, and programs live from their caches.
#   > A version with a label is never deleted.

# %% answer="half-rotated"
answer = "A"

# %% check="half-rotated" points=1
question("half-rotated", answer)

# %% [markdown] question="many-settings"
# ### Question 4
#
# A company keeps 3,000 settings of some 200 bytes and 40 database passwords. The passwords must change every month
# without anybody's work; the settings change by hand. Which costs least?
#
# - [ ] **A** All in Secrets Manager.
#   > 3,000 settings would cost 1,200 USD a month, and nothing rotates there.
# - [ ] **B** All as advanced parameters with expiration.
#   > Expiration deletes a value and makes no new one; and 150 USD a month are paid for sizes that nobody needs.
# - [ ] **C** All as standard secure strings, with a calendar entry.
#   > It is free, and it is somebody's work every month.
# - [x] **D** The settings as standard parameters, the passwords in Secrets Manager.
#   > 0 for the settings and 16 USD a month for 40 secrets that rotate.

# %% answer="many-settings"
answer = "D"

# %% check="many-settings" points=1
question("many-settings", answer)

# %%
progress()
