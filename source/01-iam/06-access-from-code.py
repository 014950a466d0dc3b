# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '4.1'
#     minutes: 60
#     practises:
#       can-launch:
#       - cli.dry-run
#       cured:
#       - sdk.environment-wins
#       - sdk.credential-practices
#       inventory:
#       - cli.scripted-inventory
#       - cli.pagination
#       leaks:
#       - sdk.credential-practices
#       open-queue:
#       - sdk.region
#       - cli.region-option
#       pages:
#       - cli.pagination
#       profiles:
#       - cli.configure
#       repair-files:
#       - cli.configure
#       to-boto3:
#       - cli.commands-to-boto3
#       - cli.three-ways
#       winner:
#       - cli.credential-chain
#       - sdk.credential-chain
#     services:
#     - iam
#     - sts
#     - s3
#     - sqs
#     - ec2
#     title: From the command line to code
#     topics:
#     - cli.three-ways
#     - cli.install
#     - cli.commands-to-boto3
#     - sdk.when
#     - cli.configure
#     - cli.region-option
#     - sdk.region
#     - cli.credential-chain
#     - sdk.credential-chain
#     - sdk.environment-wins
#     - cli.short-lived-credentials
#     - sdk.credential-practices
#     - cli.pagination
#     - cli.dry-run
#     - cli.scripted-inventory
# ---

# %% [markdown]
# # From the command line to code
#
# Skua runs ferries and keeps its timetables, tickets and servers on AWS. Fay writes the programs. They work on her
# laptop; in a container, on a server or for a colleague they sometimes do not, and nearly always because of two
# questions: *with whose keys, and in which Region?* After this lesson you know where the command line and boto3 look
# for both, can write the files they read, and can turn a click or a command into a program that reads page by page.

# %% setup="start"
import json
import os
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest import mock

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab.imds import on_instance

lesson("01-iam/06-access-from-code")
lab.start()
iam, s3 = boto3.client("iam"), boto3.client("s3")
sqs, ec2 = boto3.client("sqs"), boto3.client("ec2")
# %% [markdown]
# ## Three ways to one API
#
# Nearly everything on AWS is a signed HTTPS call. There are three ways to make one:
#
# - the **Management Console**, in the browser: good to begin and to look around; a script cannot repeat a click;
# - the **AWS CLI**, the command `aws`: good in shell scripts and for a quick question. **CloudShell** is the same in
#   the browser, with the console's credentials;
# - an **SDK**, inside a program: boto3 for Python, others for Java, JavaScript, Go, .NET, C++, Rust and more. It signs,
#   retries, waits and reads page by page.
#
# Ferry passengers send photographs. A program that stores them is a case for an SDK:

# %%
photos = lab.unique_name("passenger-photos")
s3.create_bucket(Bucket=photos)


def store_photo(data: bytes, name: str) -> str:
    """Keep a photo in the bucket; return its checksum."""
    answer = s3.put_object(Bucket=photos, Key=name, Body=data, ContentType="image/jpeg")
    return answer["ETag"]


print("client  ", store_photo(b"a gull", "gull.jpg"))
thing = boto3.resource("s3").Object(photos, "gull.jpg")  # the same by a resource
print("resource", thing.e_tag, thing.content_type)

# %% [markdown]
# A **client** has one method for each call of the API. A **resource** wraps some services in objects; it still works
# and gets no new features. The CLI is built on **botocore**, the layer under boto3, so all three speak alike.
#
# > **Then and now.** Since 2026 there is a preview of a new AWS SDK for Python with async and one package a service;
# > boto3 stays the one for production. The Java SDK 1 ended in December 2025.
#
# ## A command and its twin
#
# The CLI has an installer of its own, and comes with Amazon Linux and CloudShell. `aws --version` tells which one you
# have. If the shell says *command not found* after installing, the program's folder is not in the variable `PATH`.
# Python can look as the shell does:

# %%
import shutil

with tempfile.TemporaryDirectory() as folder:
    program = Path(folder) / "aws"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for path in ("/nowhere", f"/nowhere:{folder}"):
        found = shutil.which("aws", path=path)
        words = "found" if found else "aws: command not found"
        print("folder in PATH:" if folder in path else "not in PATH:   ", words)

# %% [markdown]
# > **Then and now.** Older notes install the CLI with `pip`: that is version 1, in maintenance since July 2026 and
# > without support from July 2027 (AWS Developer Tools Blog). Version 2 brings its own Python.
#
# Scripts look at the CLI's **exit code**: 0 done, 1 an S3 transfer failed, 2 files skipped or a command that cannot
# be parsed, 252 wrong syntax, 253 wrong configuration or no credentials, 254 the service said no, 255 anything else.
#
# A command maps to boto3 word by word: `aws ec2 stop-instances --instance-ids i-1` becomes
# `boto3.client("ec2").stop_instances(InstanceIds=["i-1"])`. Dashes become underscores, options become CamelCase.
# `s3api` is the plain API of S3, the client `s3`; `aws s3 cp` and `sync` are a comfortable layer above it.


# %% setup="is-list"
def latest_image(region: str = "us-east-1") -> str:
    """The id of the newest Amazon Linux in a Region; AWS keeps it in a public parameter."""
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    ssm = boto3.client("ssm", region_name=region)
    return ssm.get_parameter(Name=name)["Parameter"]["Value"]


def client_of(service, **settings):
    """A client of a service whose name is known only when the program runs."""
    return boto3.client(service, **settings)


def is_list(service: str, operation: str, parameter: str) -> bool:
    """Does boto3 want a list for this parameter? Its own description of the API tells."""
    client = client_of(service)
    shape = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[operation],
    )
    return shape.input_shape.members[parameter].type_name == "list"


# %%
pairs = {
    "aws sqs list-queues": sqs.list_queues,
    "aws s3api list-buckets": s3.list_buckets,
    "aws sts get-caller-identity": boto3.client("sts").get_caller_identity,
}
for command, method in pairs.items():
    answer = method()
    answer.pop("ResponseMetadata")
    print(f"{command:<28} {str(answer)[:60]}")
print(
    is_list("ec2", "stop_instances", "InstanceIds"),
    is_list("sqs", "create_queue", "QueueName"),
)

# %% [markdown]
# ### Your turn: translate commands
#
# Write `to_boto3(command)`. It returns three things: the name of the client, the name of the method, and a
# dictionary of the parameters. From `aws ec2 stop-instances --instance-ids i-1 i-2` it makes:
#
# ```python
# ("ec2", "stop_instances", {"InstanceIds": ["i-1", "i-2"]})
# ```
#
# - a value in quotes is one value (`--key 'day trips/may.csv'`);
# - an option with no value (`--dry-run`) is `True`;
# - where boto3 wants a list there is a list, also of one; elsewhere there is the text.
#
# <details><summary>Hint</summary>
#
# `shlex.split(command)` splits as a shell does. Collect the words after an option until the next `--`.
# `"instance-ids".title()` is `"Instance-Ids"`. `is_list(...)`, above, tells where a list belongs.
# </details>


# %% exercise="to-boto3"
def to_boto3(command: str) -> tuple[str, str, dict]:
    """Translate a command of the CLI: the client, the method, the parameters."""
    ### BEGIN SOLUTION
    import shlex

    _, service, operation, *words = shlex.split(command)
    service = "s3" if service == "s3api" else service
    operation = operation.replace("-", "_")
    given: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            values = given.setdefault(word[2:].title().replace("-", ""), [])
        else:
            values.append(word)
    parameters = {}
    for name, values in given.items():
        if is_list(service, operation, name):
            parameters[name] = values
        else:
            parameters[name] = values[0] if values else True
    return service, operation, parameters
    ### END SOLUTION


# %% check="to-boto3" points=2
with check(
    "to-boto3",
    needs="to_boto3",
    right="Whoever reads the CLI's help can write boto3.",
) as expect:

    def translates(command: str, service: str, operation: str, parameters: dict) -> None:
        got = to_boto3(command)
        expect(
            isinstance(got, (tuple, list)) and len(got) == 3,
            f"Return three things: client, method, parameters; got {got!r}.",
        )
        expect.equal(got[0], service, f"{command}: the client")
        expect.equal(got[1], operation, f"{command}: the method")
        expect.equal(got[2], parameters, f"{command}: the parameters")
        try:
            getattr(client_of(got[0]), got[1])(**got[2])
        except ClientError as error:
            code = error.response["Error"]["Code"]
            expect(code == "DryRunOperation", f"{command}: AWS answers {code}.")

    queue, bucket = lab.unique_name("tickets"), lab.unique_name("timetables")
    s3.create_bucket(Bucket=bucket)
    server = {"ImageId": latest_image(), "InstanceType": "t3.micro"}
    launched = ec2.run_instances(**server, MinCount=3, MaxCount=3)["Instances"]
    one, two, three = (instance["InstanceId"] for instance in launched)
    translates(
        f"aws sqs create-queue --queue-name {queue}",
        "sqs",
        "create_queue",
        {"QueueName": queue},
    )
    translates(
        f"aws ec2 stop-instances --instance-ids {one} {two}",
        "ec2",
        "stop_instances",
        {"InstanceIds": [one, two]},
    )
    translates(
        f"aws s3api put-object --bucket {bucket} --key 'day trips/may.csv'",
        "s3",
        "put_object",
        {"Bucket": bucket, "Key": "day trips/may.csv"},
    )
    translates(
        f"aws ec2 terminate-instances --dry-run --instance-ids {three}",
        "ec2",
        "terminate_instances",
        {"DryRun": True, "InstanceIds": [three]},
    )
    ### BEGIN HIDDEN TESTS
    user = lab.unique_name("mate")
    translates(
        f"aws iam create-user --user-name '{user}'",
        "iam",
        "create_user",
        {"UserName": user},
    )
    translates("aws ec2 describe-instances", "ec2", "describe_instances", {})
    translates(
        f"aws ec2 start-instances --instance-ids {two} --dry-run",
        "ec2",
        "start_instances",
        {"InstanceIds": [two], "DryRun": True},
    )
    translates(
        f"aws s3api head-bucket --bucket {bucket}",
        "s3",
        "head_bucket",
        {"Bucket": bucket},
    )
    ### END HIDDEN TESTS

# %% [markdown]
# (A few services write parameters with a small first letter, `cluster` in ECS for example. The help of each method
# tells.)
#
# ## Two files
#
# `aws configure` asks for an access key, a Region and an output format, and writes two text files in the folder
# `.aws` of your home. boto3 reads the same files.
#
# - `credentials`: the keys, a section for each **profile**: `[default]`, `[archive]`.
# - `config`: all other settings. Here the section of a profile is called `[profile archive]`; only `[default]` stays
#   plain.
#
# Your own files are nothing a lesson should touch. So we make a computer with a home of its own, inside a `with`
# block.


# %% setup="computer"
@contextmanager
def a_computer(config: str = "", credentials: str = "", environ=None, instance: str = ""):
    """A computer with these two files and these variables, and nothing of yours.

    Gives the folder with the two files. With `instance` it is that EC2 instance of the lab.
    """
    there = on_instance(instance) if instance else nullcontext()
    with tempfile.TemporaryDirectory() as home, there:
        folder = Path(home) / ".aws"
        folder.mkdir()
        (folder / "config").write_text(config)
        (folder / "credentials").write_text(credentials)
        kept = ("AWS_ENDPOINT_URL", "AWS_ACCOUNT_ID_ENDPOINT_MODE")  # the way to the lab
        variables = {
            name: value
            for name, value in os.environ.items()
            if name in kept or not name.startswith("AWS_")  # nothing of yours
        }
        variables |= {
            "HOME": home,
            "USERPROFILE": home,
            "BOTO_CONFIG": os.devnull,
            "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        }
        if not instance:
            variables["AWS_EC2_METADATA_DISABLED"] = "true"  # no metadata service on a laptop
        variables |= environ or {}
        with mock.patch.dict(os.environ, variables, clear=True):
            before, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, None
            try:
                yield folder
            finally:
                boto3.DEFAULT_SESSION = before


def new_key(name: str, *statements: dict) -> dict:
    """An access key of a new user who may do this; boto3's names for its two parts."""
    name = lab.unique_name(name)
    iam.create_user(UserName=name)
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }


def section(title: str, settings: dict) -> str:
    """One section of such a file."""
    return f"[{title}]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())


# %%
fay, night = new_key("fay"), new_key("night-crew")
config = section("default", {"region": "eu-west-3"})
config += section("profile night", {"region": "us-west-2"})
print(config)
with a_computer(config, section("default", fay) + section("night", night)):
    print(boto3.Session().available_profiles)
    for name in (None, "default", "night"):
        session = boto3.Session(profile_name=name)
        keys = session.get_credentials()
        print(f"{name!s:<8}", session.region_name, keys.access_key, keys.method)

# %% [markdown]
# On the command line you choose a profile with `--profile night`, in boto3 with `profile_name`, for both with the
# variable `AWS_PROFILE`. `aws configure list` shows what is in effect and where it comes from. `AWS_CONFIG_FILE` and
# `AWS_SHARED_CREDENTIALS_FILE` move the files; that is what `a_computer` uses.
#
# A profile need not hold keys. It can name a **role**: `role_arn`, and in `source_profile` the profile whose keys
# ask for it. CLI and boto3 then call `AssumeRole` themselves, and again when the credentials end. Other profiles
# name an SSO session (`sso_session`), a console sign-in (`login_session`) or a program that prints keys
# (`credential_process`).
#
# ### Your turn: write the files
#
# Write `write_profiles(folder, key, role_arn)`. It writes `config` and `credentials` into `folder`, such that
#
# - the profile `default` has the user's key (a dictionary like `fay` above) and the Region `eu-west-3`;
# - the profile `harbour` takes on the role, asking with `default`, and works in `us-west-2`;
# - the secret key stands in `credentials` only.
#
# <details><summary>Hint</summary>
#
# `(folder / "config").write_text(...)`; `section` from above helps, or `configparser`. In which of the two files
# does a section's title begin with the word `profile`?
# </details>


# %% exercise="profiles"
def write_profiles(folder: Path, key: dict, role_arn: str) -> None:
    """Write the two files for a user and a role."""
    ### BEGIN SOLUTION
    harbour = {"role_arn": role_arn, "source_profile": "default", "region": "us-west-2"}
    config = section("default", {"region": "eu-west-3"}) + section("profile harbour", harbour)
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(section("default", key))
    ### END SOLUTION


# %% check="profiles" points=2
with check(
    "profiles",
    needs="write_profiles",
    right="One name instead of three keys that expire.",
) as expect:

    def opens(user: str, role_name: str) -> None:
        key = new_key(user)
        trusted = boto3.client("sts", **key).get_caller_identity()["Arn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": trusted},
            "Action": "sts:AssumeRole",
        }
        role = iam.create_role(
            RoleName=lab.unique_name(role_name),
            AssumeRolePolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": statement},
            ),
        )["Role"]
        with a_computer() as folder, lab.enforce_iam():
            write_profiles(folder, dict(key), role["Arn"])
            texts = {name: (folder / name).read_text() for name in ("config", "credentials")}
            for name, text in texts.items():
                expect(text != "", f"The file {name} in the folder is empty.")
            expect(
                key["aws_secret_access_key"] not in texts["config"],
                "The secret key stands in config. Keys belong in credentials.",
            )

            def profile(name: str) -> boto3.Session:
                try:
                    return boto3.Session(profile_name=name)
                except BotoCoreError as error:
                    said = str(error)
                expect(
                    False,
                    f"Profile {name}: {said} Compare the section titles in both files.",
                )
                raise AssertionError

            def signs_as(session: boto3.Session, name: str) -> str:
                try:
                    return session.client("sts").get_caller_identity()["Arn"]
                except (ClientError, BotoCoreError) as error:
                    said = str(error)
                expect(False, f"Profile {name}: {said}")
                raise AssertionError

            plain = profile("default")
            expect.equal(signs_as(plain, "default"), trusted, "Profile default signs as")
            expect.equal(plain.region_name, "eu-west-3", "The Region of default")
            harbour = profile("harbour")
            arn = signs_as(harbour, "harbour")
            expect(
                f":assumed-role/{role['RoleName']}/" in arn,
                f"Profile harbour signs as {arn}, not as the role. It needs role_arn and source_profile.",
            )
            expect.equal(harbour.region_name, "us-west-2", "The Region of harbour")

    opens("fay", "harbour-master")
    ### BEGIN HIDDEN TESTS
    opens("greta", "dock-3")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: repair a colleague's files
#
# Olav typed his files by hand. `olavs_files(own, archive)` gets two keys (dictionaries as before) and returns the
# texts of `config` and `credentials`. boto3 does not find the profile `archive`, and then complains about the key.
# Three lines are wrong. Repair them: `default` works with the key `own` in `eu-west-3`, `archive` with the key
# `archive` in `us-west-2`.
#
# <details><summary>Hint</summary>
#
# One file wants the word `profile` in the section's title, the other does not. And compare the names of the settings
# with the demo above, letter by letter.
# </details>


# %% exercise="repair-files" repair=true
def olavs_files(own: dict, archive: dict) -> tuple[str, str]:
    """The texts of config and credentials."""
    config = """
[default]
region = eu-west-3

[archive]
region = us-west-2
"""
    credentials = f"""
[default]
aws_access_key_id = {own["aws_access_key_id"]}
aws_secret_access_key = {own["aws_secret_access_key"]}

[profile archive]
aws_access_key_id = {archive["aws_access_key_id"]}
aws_secret_key = {archive["aws_secret_access_key"]}
"""
    return config, credentials


### BEGIN SOLUTION
def olavs_files(own: dict, archive: dict) -> tuple[str, str]:
    """The texts of config and credentials."""
    config = """
[default]
region = eu-west-3

[profile archive]
region = us-west-2
"""
    credentials = f"""
[default]
aws_access_key_id = {own["aws_access_key_id"]}
aws_secret_access_key = {own["aws_secret_access_key"]}

[archive]
aws_access_key_id = {archive["aws_access_key_id"]}
aws_secret_access_key = {archive["aws_secret_access_key"]}
"""
    return config, credentials


### END SOLUTION


# %% check="repair-files" points=1
with check(
    "repair-files",
    needs="olavs_files",
    right="The word profile: in config yes, in credentials no.",
) as expect:

    def both_work(first: str, second: str) -> None:
        own, archive = new_key(first), new_key(second)
        texts = olavs_files(dict(own), dict(archive))
        expect(
            isinstance(texts, (tuple, list)) and len(texts) == 2,
            "Return two texts: config and credentials.",
        )
        wanted = {"default": (own, "eu-west-3"), "archive": (archive, "us-west-2")}
        with a_computer(*texts):
            for name, (key, region) in wanted.items():
                said, keys, found = "", None, None
                try:
                    session = boto3.Session(profile_name=name)
                    keys, found = session.get_credentials(), session.region_name
                except BotoCoreError as error:
                    said = f" boto3 says: {error}"
                where = "" if said else " Look at the title of its section in credentials."
                expect(keys is not None, f"Profile {name} has no key.{said}{where}")
                same = keys.access_key == key["aws_access_key_id"]
                expect(same, f"Profile {name} has the wrong key.")
                same = keys.secret_key == key["aws_secret_access_key"]
                expect(same, f"Profile {name} has the wrong secret key.")
                expect(
                    found == region,
                    f"Profile {name} works in {found}; it should be {region}. Is the section's title in config right?",
                )

    both_work("olav", "archive")
    ### BEGIN HIDDEN TESTS
    both_work("pia", "vault")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which Region?
#
# The CLI looks at `--region`, then at the variables `AWS_REGION` and `AWS_DEFAULT_REGION`, then at the profile.
# boto3 looks at `region_name`, `AWS_DEFAULT_REGION`, the profile. **boto3 does not read `AWS_REGION`**; most other
# SDKs do. And if there is none? We try twelve services on a computer without any setting.

# %%
services = ["ec2", "sqs", "dynamodb", "lambda", "kms", "ssm"]
services += ["s3", "iam", "sts", "route53", "cloudfront", "organizations"]
with a_computer(credentials=section("default", fay)):
    for service in services:
        try:
            region = client_of(service).meta.region_name
        except BotoCoreError as error:
            region = type(error).__name__
        print(f"{service:<14}{region}")

# %% [markdown]
# Regional services raise `NoRegionError`: nobody guesses a Region for you. Global services, and STS here, have one
# endpoint (`aws-global`). S3 falls back to `us-east-1`, which hides the mistake until a bucket turns up in the wrong
# place.
#
# > **Then and now.** Older notes say that "us-east-1 is chosen by default". That holds for S3 here, not for boto3 as
# > such.
#
# A client sees its own Region only:

# %%
with a_computer(
    credentials=section("default", fay),
    environ={"AWS_DEFAULT_REGION": "eu-west-1"},
):
    name = lab.unique_name("tickets")
    boto3.client("sqs").create_queue(QueueName=name)
    for region in (None, "eu-west-1", "us-west-2"):
        found = boto3.client("sqs", region_name=region).list_queues(QueueNamePrefix=name)
        print(f"region_name={region!s:<10} sees {len(found.get('QueueUrls', []))} queue")

# %% [markdown]
# ### Your turn: repair a program for the container
#
# `open_queue(name)` works on Fay's laptop, whose config file names a Region. Skua's container image sets only
# `AWS_REGION`, and the program stops with `NoRegionError`. Repair it. The Region is
#
# 1. that of `AWS_REGION`, if the variable is set;
# 2. else whatever boto3 finds by itself;
# 3. else `eu-west-1`, Skua's home.
#
# <details><summary>Hint</summary>
#
# `os.environ.get("AWS_REGION")` is `None` when it is not set. `boto3.Session().region_name` is what boto3 finds, or
# `None`. `a or b or c` is the first of the three that is there.
# </details>


# %% exercise="open-queue" repair=true
def open_queue(name: str) -> str:
    """Create a queue, or find it; return its URL."""
    return boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]


### BEGIN SOLUTION
def open_queue(name: str) -> str:
    """Create a queue, or find it; return its URL."""
    region = os.environ.get("AWS_REGION") or boto3.Session().region_name or "eu-west-1"
    return boto3.client("sqs", region_name=region).create_queue(QueueName=name)["QueueUrl"]


### END SOLUTION


# %% check="open-queue" points=2
with check(
    "open-queue",
    needs="open_queue",
    right="A program that says where it works, works anywhere.",
) as expect:

    def opens_in(region: str, case: str, config: str = "", **environ: str) -> None:
        name = lab.unique_name("tickets")
        with a_computer(config, section("default", fay_key), environ):
            try:
                url = open_queue(name)
            except BotoCoreError as error:
                url, said = "", str(error)
            expect(url != "", f"{case}: boto3 stops: {'' if url else said}")
        places = {
            "us-west-2",
            "eu-central-1",
            "ap-south-1",
            "eu-west-1",
            "us-east-1",
            "eu-north-1",
        }
        found = [
            place
            for place in sorted(places)
            if boto3.client("sqs", region_name=place).list_queues(QueueNamePrefix=name).get("QueueUrls")
        ]
        expect(
            found == [region],
            f"{case}: the queue is in {', '.join(found)}; it should be in {region}.",
        )
        expect(
            isinstance(url, str) and url.endswith(name),
            f"Return the queue's URL; got {url!r}.",
        )

    fay_key = new_key("fay")
    profile = section("default", {"region": "eu-central-1"})
    opens_in("us-west-2", "AWS_REGION=us-west-2", AWS_REGION="us-west-2")
    opens_in("ap-south-1", "AWS_DEFAULT_REGION=ap-south-1", AWS_DEFAULT_REGION="ap-south-1")
    opens_in("eu-central-1", "eu-central-1 in the config file", config=profile)
    opens_in("eu-west-1", "No setting at all")
    opens_in(
        "us-west-2",
        "AWS_REGION=us-west-2, another in config",
        config=profile,
        AWS_REGION="us-west-2",
    )
    ### BEGIN HIDDEN TESTS
    opens_in("eu-north-1", "AWS_REGION=eu-north-1", AWS_REGION="eu-north-1")
    opens_in(
        "us-west-2",
        "AWS_REGION=us-west-2, AWS_DEFAULT_REGION=ap-south-1",
        AWS_REGION="us-west-2",
        AWS_DEFAULT_REGION="ap-south-1",
    )
    opens_in(
        "us-east-1",
        "us-east-1 in config",
        config=section("default", {"region": "us-east-1"}),
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Whose keys? The credential chain
#
# If you do not say it, boto3 asks a row of places in order, and **the first that has credentials wins**. The others
# are not asked. Here is the row as botocore itself keeps it:

# %%
import botocore.session

chain = botocore.session.Session().get_component("credential_provider")
for number, provider in enumerate(chain.providers, 1):
    print(f"{number:>2} {provider.METHOD}")

# %% [markdown]
# Keys given to `client()` or `Session()` in code come before all of these. The CLI's order is the same, with its
# options (`--profile`) in front. In words, the six that the exam asks about: options, environment variables, the
# `credentials` file, the `config` file, the container (`container-role`, ECS), the instance (`iam-role`, EC2).
#
# `get_credentials().method` names the winner. We put keys in four places and take them away one by one.


# %% setup="places"
def new_server(name: str, *statements: dict) -> str:
    """An instance of the lab whose role may do this; returns its id."""
    name = lab.unique_name(name)
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
    trust["Action"] = "sts:AssumeRole"
    version = {"Version": "2012-10-17"}
    trusting = json.dumps({**version, "Statement": trust})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting)
    if statements:
        policy = json.dumps({**version, "Statement": list(statements)})
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return ec2.run_instances(
        ImageId=latest_image(),
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": name},
    )["Instances"][0]["InstanceId"]


def as_variables(key: dict) -> dict[str, str]:
    """The two environment variables that hold a key."""
    return {name.upper(): value for name, value in key.items()}


SERVER = new_server("ticket-server")

# %%
places = ["environment", "credentials file", "config file", "instance"]
table = {place: {} for place in places}
for taken in range(5):
    left = places[taken:]
    with a_computer(
        config=section("default", fay) if "config file" in left else "",
        credentials=section("default", fay) if "credentials file" in left else "",
        environ=as_variables(fay) if "environment" in left else {},
        instance=SERVER if "instance" in left else "",
    ):
        keys = boto3.Session().get_credentials()
    method = keys.method if keys else "nothing"
    names = ["env", "shared-credentials-file", "config-file", "iam-role"]
    for place, name in zip(places, names, strict=True):
        word = "wins" if name == method else "not asked" if place in left else "no keys"
        table[place][f"{taken} taken away"] = word
charts.heatmap(
    table,
    headline="The first place with keys wins, and the instance's role comes last",
    meanings={"wins": "good", "not asked": "off", "no keys": "empty"},
    source="measured with botocore's resolver in the lab",
)

# %% [markdown]
# > **Then and now.** Notes on the *Java* SDK put system properties (`aws.accessKeyId`) second, after the environment:
# > that was version 1. Version 2 asks them first. In the Java world, too, the instance comes last.
#
# Two more rules:
#
# - `Session(profile_name="night")` in **code** skips the environment; the variable `AWS_PROFILE` does not.
# - Half a pair, for example a key id without its secret, is an error (`PartialCredentialsError`), not a "no".
#
# ### Your turn: predict the winner
#
# Keys lie in some of these places: `"client arguments"`, `"profile in code"` (a profile of the credentials file,
# named in `Session(profile_name=...)`), `"environment"`, `"credentials file"` (default profile), `"config file"`
# (default profile), `"instance"`. Write `winner(places)`: given the set of places that have keys, the one that wins,
# or `None`.
#
# <details><summary>Hint</summary>
#
# A list of the six in the right order, and the first that is in the set. Where does a profile named in code belong,
# if it skips the environment but not the arguments?
# </details>


# %% exercise="winner"
def winner(places: set[str]) -> str | None:
    """Which of the places gives the credentials?"""
    ### BEGIN SOLUTION
    order = [
        "client arguments",
        "profile in code",
        "environment",
        "credentials file",
        "config file",
        "instance",
    ]
    return next((place for place in order if place in places), None)
    ### END SOLUTION


# %% check="winner" points=2
with check(
    "winner",
    needs="winner",
    right="Now 'works on my laptop' has an explanation.",
) as expect:

    def measured(places: set[str]) -> str | None:
        keys = {place: {**fay_key, "aws_access_key_id": f"AKIA{n:016}"} for n, place in enumerate(where)}
        credentials = ""
        if "credentials file" in places:
            credentials += section("default", keys["credentials file"])
        if "profile in code" in places:
            credentials += section("night", keys["profile in code"])
        with a_computer(
            config=section("default", keys["config file"]) if "config file" in places else "",
            credentials=credentials,
            environ=as_variables(keys["environment"]) if "environment" in places else {},
            instance=SERVER if "instance" in places else "",
        ):
            named = "night" if "profile in code" in places else None
            given = keys["client arguments"] if "client arguments" in places else {}
            session = boto3.Session(profile_name=named)
            queues = session.client("sqs", region_name="eu-west-1", **given)
            try:
                signed = queues.generate_presigned_url("list_queues")  # shows the key id
            except NoCredentialsError:
                return None
        ids = {place: key["aws_access_key_id"] for place, key in keys.items()}
        return next((place for place in where if ids[place] in signed), "instance")

    def same(*places: str) -> None:
        said, found = winner(set(places)), measured(set(places))
        case = ", ".join(places) or "no place has keys"
        expect(
            said == found,
            f"Keys in: {case}. You predict {said!r}; botocore takes {found!r}.",
        )

    fay_key = new_key("fay")
    where = ["client arguments", "profile in code", "environment"]
    where += ["credentials file", "config file", "instance"]
    same("environment", "credentials file", "instance")
    same("credentials file", "config file")
    same("config file", "instance")
    same("environment", "profile in code")
    same("client arguments", "environment", "profile in code")
    same("instance")
    same()
    ### BEGIN HIDDEN TESTS
    same("environment", "instance")
    same("credentials file", "profile in code", "environment", "instance")
    same("client arguments", "instance")
    same("credentials file", "instance")
    same("client arguments", "profile in code")
    same(*where)
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*
#
# ## The role that nobody asked
#
# Skua's ticket server runs on EC2. Last year it started with Fay's access key in environment variables; Fay may do
# everything in S3. Now the administrator has given the instance a role that may read one bucket, and believes the
# matter closed.

# %% setup="ticket-server"
ALL_OF_S3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def reads(bucket: str) -> str:
    """Can this computer read the bucket? 'yes' or the error code."""
    try:
        boto3.client("s3").list_objects_v2(Bucket=bucket)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "yes"


def ticket_server(bucket: str) -> str:
    """An instance whose role may list this bucket only; returns its id."""
    may = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    return new_server("ticket-server", may)


# %%
timetables, wages = lab.unique_name("timetables"), lab.unique_name("wages")
for bucket in (timetables, wages):
    s3.create_bucket(Bucket=bucket)
server = ticket_server(timetables)
old_key = as_variables(new_key("fay", ALL_OF_S3))

for title, environ in {"as it starts": old_key, "without the variables": {}}.items():
    with a_computer(environ=environ, instance=server), lab.enforce_iam():
        print(title)
        print("   method    ", boto3.Session().get_credentials().method)
        print("   signs as  ", boto3.client("sts").get_caller_identity()["Arn"])
        print("   timetables", reads(timetables), "| wages", reads(wages))

# %% [markdown]
# Two lines find it: `get_credentials().method`, and `get_caller_identity()`. The environment stands before the
# instance, so the role was never asked. Taking rights *away* by adding a role cannot work; the variables must go
# (and the key be deleted).
#
# ### Your turn: start it clean
#
# A start script gets the server's environment as a dictionary. Write `cured(environ)`: it returns the variables with
# which the program should start, so that boto3 takes the instance's role. Remove the variables that hold keys or a
# session token, and `AWS_PROFILE`, whose keys would win too. Keep all others, the Region above all.
#
# <details><summary>Hint</summary>
#
# Four names. Removing everything that begins with `AWS_` removes too much; naming two leaves a temporary key's third
# part behind.
# </details>


# %% exercise="cured"
def cured(environ: dict[str, str]) -> dict[str, str]:
    """The environment without credentials."""
    ### BEGIN SOLUTION
    unwanted = {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
    }
    return {name: value for name, value in environ.items() if name not in unwanted}
    ### END SOLUTION


# %% check="cured" points=2
with check(
    "cured",
    needs="cured",
    right="The key can be deleted now; the server does not miss it.",
) as expect:

    def starts(case: str, environ: dict[str, str], credentials: str = "") -> None:
        mine, other = lab.unique_name("timetables"), lab.unique_name("wages")
        for bucket in (mine, other):
            s3.create_bucket(Bucket=bucket)
        kept = {
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_RETRY_MODE": "standard",
            "TICKETS": "12",
        }
        after = cured({**environ, **kept})
        expect(
            isinstance(after, dict),
            f"cured should return a dictionary; got {type(after).__name__}.",
        )
        left = sorted(set(environ) & set(after))
        expect(not left, f"{case}: {', '.join(left)} is still there.")
        lost = sorted(set(kept) - set(after))
        expect(not lost, f"{case}: {', '.join(lost)} is gone; it holds no credentials.")
        server = a_computer(
            credentials=credentials,
            environ=after,
            instance=ticket_server(mine),
        )
        with server, lab.enforce_iam():
            keys = boto3.Session().get_credentials()
            used = keys is not None and keys.method == "iam-role"
            expect(used, f"{case}: the role is not used.")
            expect(reads(mine) == "yes", f"{case}: the server cannot read its own bucket.")
            expect(reads(other) != "yes", f"{case}: the server still reads the other bucket.")

    fay_key = new_key("fay", ALL_OF_S3)
    starts("A key of a user", as_variables(fay_key))
    lent = boto3.client("sts", **fay_key).get_session_token()["Credentials"]
    temporary = {
        "AWS_ACCESS_KEY_ID": lent["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": lent["SecretAccessKey"],
        "AWS_SESSION_TOKEN": lent["SessionToken"],
    }
    starts("Temporary keys", temporary)
    starts("A profile", {"AWS_PROFILE": "fay"}, section("fay", fay_key))
    ### BEGIN HIDDEN TESTS
    starts("Everything at once", {**temporary, "AWS_PROFILE": "fay"}, section("fay", fay_key))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Credentials that end by themselves
#
# A leaked key of a user works until somebody notices. Everything newer ends by itself:

# %%
hour = 3600
longest = facts.limit("iam identity center", "permission-set-session-max")  # in hours
charts.limits(
    {
        "aws login": facts.limit("sign-in", "aws-login-credentials"),
        "role, default": facts.limit("sts", "assumerole-duration-default"),
        "role, at most": facts.limit("sts", "assumerole-duration-max"),
        "Identity Center, at most": hour * longest,
        "GetSessionToken, at most": facts.limit("sts", "getsessiontoken-duration-max"),
        "access key of a user": None,
    },
    unit="seconds",
    headline="Only the access key of a user never ends",
    highlight=["access key of a user"],
    source=[
        facts.limit("sign-in", "aws-login-credentials"),
        longest,
    ],
)

# %% [markdown]
# Which one, for whom?
#
# - **A developer's laptop:** `aws login` (CLI 2.32 or newer, since November 2025) uses your console sign-in. The
#   credentials live 15 minutes and are renewed for up to 12 hours. Users need the policy
#   `SignInLocalDevelopmentAccess`, boto3 the extra package `botocore[crt]`. In companies with **IAM Identity Center**:
#   `aws sso login`.
# - **Inside AWS:** a role (EC2, ECS, Lambda).
# - **A server elsewhere:** IAM Roles Anywhere, with an X.509 certificate.
# - **CI in another cloud:** a role by OIDC token.
# - **What is left:** an access key in variables or a profile, rotated.
#
# > **Then and now.** Older notes know only `aws configure` with an access key. It still works, and is now the last
# > choice.

# %%
renewals = 8 * hour // facts.limit("sign-in", "aws-login-credentials")
print(
    f"aws login renews about {renewals} times in a working day of 8 hours, without asking you",
)

# %% [markdown]
# ## Keys do not belong in code
#
# Code is copied, mailed and pushed to GitHub. Let the chain find the keys: then the same file runs on a laptop, in a
# container and on a server, each with its own credentials. Variables baked into a Docker image are no better than
# code: whoever has the image has them.

# %%
good = 'client = boto3.client("s3")'
bad = 'client = boto3.client("s3", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", ...)'
for line in (good, bad):
    print("AKIA" in line, "|", line)

# %% [markdown]
# ### Your turn: find the leaks
#
# Write `leaks(source)` for a pre-commit hook: the numbers of the lines (from 1) that leak. A line leaks if it
#
# - contains a key id: `AKIA` or `ASIA` followed by 16 capital letters or digits, in comments too; or
# - gives `aws_secret_access_key` a text in quotes, also with spaces around the `=`. A variable is fine.
#
# <details><summary>Hint</summary>
#
# `re.search(r"(AKIA|ASIA)[A-Z0-9]{16}", line)`; for the secret a pattern with `\s*` around the sign and either quote
# after it.
# </details>


# %% exercise="leaks"
def leaks(source: str) -> list[int]:
    """The numbers of the lines that give a key away."""
    ### BEGIN SOLUTION
    import re

    key_id = re.compile(r"(AKIA|ASIA)[A-Z0-9]{16}")
    secret = re.compile(r"aws_secret_access_key\s*=\s*['\"]")
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        if key_id.search(line) or secret.search(line):
            found.append(number)
    return found
    ### END SOLUTION


# %% check="leaks" points=1
with check(
    "leaks",
    needs="leaks",
    right="A hook like this is cheap; a leaked key is not.",
) as expect:
    snippet = [
        "import boto3, os",
        'first = boto3.client("s3", aws_access_key_id="AKIAIOSFODNN7EXAMPLE",',
        '                     aws_secret_access_key="wJalrXUtnFEMI")',
        "second = boto3.Session(aws_secret_access_key = 'wJalrXUtnFEMI')",
        'third = boto3.client("sqs", aws_secret_access_key=os.environ["SECRET"])',
        "# old: ASIAIOSFODNN7EXAMPLE",
        'print("AKIA is how ids of lasting keys begin")',
        'fourth = boto3.client("sqs")',
    ]

    def finds(lines: list[str], wanted: list[int]) -> None:
        got = leaks("\n".join(lines))
        expect(
            isinstance(got, list) and all(isinstance(one, int) for one in got),
            f"Return a list of line numbers; got {got!r}.",
        )
        expect(
            not wanted or [number + 1 for number in got] != wanted,
            f"{got} are the right lines, counted from 0. Count from 1.",
        )
        for number in wanted:
            expect(
                number in got,
                f"Line {number} leaks and is not found: {lines[number - 1].strip()}",
            )
        for number in got:
            line = lines[number - 1].strip() if 1 <= number <= len(lines) else "there is no such line"
            expect(number in wanted, f"Line {number} is fine, or does not exist: {line}")

    finds(snippet, [2, 3, 4, 6])
    ### BEGIN HIDDEN TESTS
    finds(snippet[::-1], [3, 5, 6, 7])
    finds(
        ["KEY = 'AKIA1234567890ABCDEF'", "aws_secret_access_key=secret", "x = 'AKIA123'"],
        [1],
    )
    finds([], [])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Page by page
#
# List calls answer in pages: S3 gives at most 1,000 keys a call, IAM 100 entries if you do not ask for more. On a
# huge collection even one page of 1,000 can time out. The CLI follows the pages itself and has three options:
#
# - `--page-size 100`: smaller calls, **the same complete result**;
# - `--max-items 100`: stop after 100 and print a `NextToken`;
# - `--starting-token`: go on from there.
#
# boto3's paginators take the same three in `PaginationConfig`.

# %% setup="tickets"
TICKETS = "skua-tickets"
if TICKETS not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket=TICKETS)
    for number in range(1200):
        s3.put_object(Bucket=TICKETS, Key=f"tickets/{number:04}", Body=b"")


def count_calls(prefix: str = "", **pagination: int) -> tuple[int, dict]:
    """List keys page by page; return the number of calls, and all pages as one result."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=TICKETS,
        Prefix=prefix,
        PaginationConfig=pagination,
    )
    with lab.watching() as made:
        result = pages.build_full_result()
    return len(made.of("ListObjectsV2")), result


# %%
sizes = [25, 50, 100, 250, 500, 1000]
calls = {f"{size:,} keys a call": count_calls(PageSize=size)[0] for size in sizes}
charts.bars(
    calls,
    headline="Twelve small calls bring what two large ones bring",
    subtitle="calls to list 1,200 keys, by page size",
    unit="calls",
    highlight=["100 keys a call", "1,000 keys a call"],
    source="measured in the lab",
)

# %%
number, first = count_calls(MaxItems=100)
print(
    number,
    "call,",
    len(first["Contents"]),
    "keys, NextToken:",
    first["NextToken"][:20],
    "...",
)
number, rest = count_calls(StartingToken=first["NextToken"])
print(number, "calls,", len(rest["Contents"]), "keys, first:", rest["Contents"][0]["Key"])

# %% [markdown]
# ### Your turn: predict the calls
#
# Write `calls_made(items, page_size, max_items)`: how many calls does a paginator for S3 make for `items` keys?
# `page_size` or `max_items` may be `None` (not given). Predict; the check counts in the lab.
#
# <details><summary>Hint</summary>
#
# How many keys are wanted, how many come with a call? Round up. And how does a paginator know that there is
# nothing to list?
# </details>


# %% exercise="pages"
def calls_made(items: int, page_size: int | None, max_items: int | None) -> int:
    """The number of ListObjectsV2 calls."""
    ### BEGIN SOLUTION
    wanted = items if max_items is None else min(items, max_items)
    a_call = 1000 if page_size is None else page_size
    return max(1, -(-wanted // a_call))
    ### END SOLUTION


# %% check="pages" points=2
with check(
    "pages",
    needs="calls_made",
    right="page-size sets the portions, max-items the meal.",
) as expect:
    prefixes = {
        1200: "tickets/",
        1000: "tickets/0",
        100: "tickets/00",
        10: "tickets/000",
        0: "none/",
    }

    def same(items: int, page_size: int | None, max_items: int | None) -> None:
        given = {"PageSize": page_size, "MaxItems": max_items}
        given = {name: value for name, value in given.items() if value is not None}
        found, _ = count_calls(prefixes[items], **given)
        said = calls_made(items, page_size, max_items)
        words = ", ".join(f"{name}={value}" for name, value in given.items()) or "default settings"
        expect(
            said == found,
            f"{items:,} keys, {words}: you predict {said}, the lab counted {found}.",
        )

    same(1200, None, None)
    same(1200, 100, None)
    same(1200, None, 100)
    same(1200, 50, 120)
    same(1000, None, None)
    same(100, 30, 500)
    same(0, 100, None)
    ### BEGIN HIDDEN TESTS
    same(1200, None, 1100)
    same(1000, 250, 500)
    same(10, 1, None)
    same(0, None, 10)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Ask without doing
#
# Launching twenty servers to find out whether you may is expensive. Many EC2 calls take `DryRun=True` (`--dry-run`):
# EC2 checks the permission and does nothing. Both answers come as errors: `DryRunOperation` means *you could*,
# `UnauthorizedOperation` *you may not*. Not every call has it.

# %%
launch = {"ImageId": latest_image(), "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
try:
    ec2.run_instances(DryRun=True, **launch)
except ClientError as error:
    print(error.response["Error"]["Code"], "-", error.response["Error"]["Message"])

# %% [markdown]
# ### Your turn: may we launch?
#
# Write `can_launch(client, **params)`: `True` if the caller behind this EC2 client could launch instances with these
# parameters, `False` if it may not. Nothing is launched. Any other error is no answer: let it through.
#
# <details><summary>Hint</summary>
#
# `error.response["Error"]["Code"]` tells the two apart. A bare `raise` in the `except` block passes an error on.
# </details>


# %% exercise="can-launch"
def can_launch(client, **params) -> bool:
    """Would EC2 let this caller launch?"""
    ### BEGIN SOLUTION
    try:
        client.run_instances(DryRun=True, **params)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "DryRunOperation":
            return True
        if code == "UnauthorizedOperation":
            return False
        raise
    return False
    ### END SOLUTION


# %% check="can-launch" points=2
with check("can-launch", needs="can_launch", right="A 'no' for free, before the 'yes' costs money.") as expect:

    def ec2_as(key: dict):
        return boto3.client("ec2", **key)

    def running() -> int:
        pages = ec2.get_paginator("describe_instances").paginate()
        return sum(len(one["Instances"]) for page in pages for one in page["Reservations"])

    def asks(kind: str, number: int) -> None:
        wanted = {
            "ImageId": latest_image(),
            "InstanceType": kind,
            "MinCount": 1,
            "MaxCount": number,
        }
        small = {"StringEquals": {"ec2:InstanceType": kind}}
        instance, rest = "arn:aws:ec2:*:*:instance/*", ["image", "subnet", "volume"]
        rest += ["network-interface", "security-group", "key-pair"]
        others = [f"arn:aws:ec2:*:*:{one}/*" for one in rest] + ["arn:aws:ec2:*::image/*"]
        launch = {"Effect": "Allow", "Action": "ec2:RunInstances"}
        mate = new_key(
            "mate",
            {**launch, "Resource": instance, "Condition": small},
            {**launch, "Resource": others},
        )
        guest = new_key(
            "guest",
            {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"},
        )
        before = running()
        with lab.enforce_iam():
            said = can_launch(ec2_as(mate), **wanted)
            expect(running() == before, "can_launch launched instances. Pass DryRun=True.")
            expect.equal(said, True, f"A user who may launch {kind}")
            big = {**wanted, "InstanceType": "m5.24xlarge"}
            expect.equal(
                can_launch(ec2_as(mate), **big),
                False,
                "The same user, and m5.24xlarge",
            )
            expect.equal(
                can_launch(ec2_as(guest), **wanted),
                False,
                "A user who may only describe",
            )
            nobody = {**guest, "aws_access_key_id": "AKIA0000000000000000"}
            try:
                said = f"returned {can_launch(ec2_as(nobody), **wanted)}"
            except ClientError as error:
                said = error.response["Error"]["Code"]
            expect(
                said == "AuthFailure",
                f"With an unknown key EC2 says AuthFailure; can_launch {said}. That is neither yes nor no.",
            )

    asks("t3.micro", 1)
    ### BEGIN HIDDEN TESTS
    asks("t3.large", 5)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A report instead of clicking
#
# Every morning somebody copies a list of servers from the console, Region by Region. A scheduled script does it with
# a few calls. On the command line:
#
# `aws ec2 describe-instances --query "Reservations[].Instances[].[InstanceId,InstanceType]" --output table`
#
# `--query` is a language of its own, **JMESPath**, and works on the answer, on your side; boto3's pages understand it
# through `search`. `--filters` works at AWS, before anything is sent, and saves calls. Let us give Skua a fleet.

# %% setup="fleet"
REGIONS = ["us-east-1", "eu-west-1", "us-west-2"]


def launch_fleet(region: str, names: list[str], kind: str = "t3.micro") -> list[str]:
    """Launch an instance for each name (no name for ''); return their ids."""
    client = boto3.client("ec2", region_name=region)
    ids = []
    for name in names:
        tags = [{"Key": "Fleet", "Value": "skua"}]
        if name:
            tags.append({"Key": "Name", "Value": name})
        launched = client.run_instances(
            ImageId=latest_image(region),
            InstanceType=kind,
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        )
        ids.append(launched["Instances"][0]["InstanceId"])
    return ids


# %%
launch_fleet("eu-west-1", ["tickets-1", "tickets-2", "radar"])
launch_fleet("us-west-2", ["", "weather"], kind="m5.large")

client = boto3.client("ec2", region_name="eu-west-1")
pages = client.get_paginator("describe_instances").paginate(
    Filters=[{"Name": "instance-state-name", "Values": ["running"]}],
)
query = "Reservations[].Instances[].{id: InstanceId, name: Tags[?Key=='Name'].Value | [0]}"
for row in pages.search(query):
    print(row)

# %% [markdown]
# ### Your turn: the inventory
#
# Write `inventory(regions, page_size)`. It returns a list of rows, dictionaries with `region`, `id`, `type`, `state`
# and `name` (the tag `Name`, or `""`), sorted by Region, then id. Terminated instances are left out. It reads every
# Region page by page, `page_size` at a time.
#
# <details><summary>Hint</summary>
#
# A client for each Region, its paginator with `PaginationConfig={"PageSize": page_size}`, and two loops:
# reservations, and the instances in them. `sorted(rows, key=lambda row: (row["region"], row["id"]))`.
# </details>


# %% exercise="inventory"
def inventory(regions: list[str], page_size: int) -> list[dict]:
    """All instances that are not terminated, as rows."""
    ### BEGIN SOLUTION
    rows = []
    for region in regions:
        client = boto3.client("ec2", region_name=region)
        pages = client.get_paginator("describe_instances").paginate(
            PaginationConfig={"PageSize": page_size},
        )
        for page in pages:
            for reservation in page["Reservations"]:
                for instance in reservation["Instances"]:
                    if instance["State"]["Name"] == "terminated":
                        continue
                    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
                    row = {
                        "region": region,
                        "id": instance["InstanceId"],
                        "type": instance["InstanceType"],
                        "state": instance["State"]["Name"],
                        "name": tags.get("Name", ""),
                    }
                    rows.append(row)
    return sorted(rows, key=lambda row: (row["region"], row["id"]))
    ### END SOLUTION


# %% check="inventory" points=3
with check(
    "inventory",
    needs="inventory",
    right="A report that a schedule can write every morning.",
) as expect:

    def reports(fleets: dict[str, list[str]], page_size: int, stopped: int, gone: int) -> None:
        wanted: dict[str, tuple] = {}
        for region, names in fleets.items():
            kind = "t3.small" if region.startswith("eu") else "m5.large"
            ids = launch_fleet(region, names, kind)
            client = boto3.client("ec2", region_name=region)
            client.stop_instances(InstanceIds=[ids[stopped]])
            client.terminate_instances(InstanceIds=[ids[gone]])
            for number, (instance, name) in enumerate(zip(ids, names, strict=True)):
                state = "stopped" if number == stopped else "running"
                wanted[instance] = (region, instance, kind, state, name)
            del wanted[ids[gone]]
            ended.append(ids[gone])
        with lab.watching(most=200) as made:
            rows = inventory(list(fleets), page_size)
        expect(
            isinstance(rows, list) and all(isinstance(row, dict) for row in rows),
            "Return a list of dictionaries.",
        )
        columns = {"region", "id", "type", "state", "name"}
        for row in rows:
            expect(
                set(row) == columns,
                f"A row has the columns {sorted(row)}; it should have {sorted(columns)}.",
            )
        found = {row["id"]: tuple(row[name] for name in ("region", "id", "type", "state", "name")) for row in rows}
        missing = [one for one in wanted if one not in found]
        expect(
            not missing,
            f"{len(missing)} of {len(wanted)} new instances are missing, one in "
            f"{wanted[missing[0]][0] if missing else ''}. Read all Regions, and all pages of each.",
        )
        expect(not set(ended) & set(found), "Terminated instances are in the list.")
        for instance, row in wanted.items():
            expect.equal(found[instance], row, "A row (region, id, type, state, name)")
        order = [(row["region"], row["id"]) for row in rows]
        expect(order == sorted(order), "The rows are not sorted by Region, then id.")
        asked = made.of("DescribeInstances")
        expect(
            len(asked) >= sum(-(-len(names) // page_size) for names in fleets.values()),
            f"{len(asked)} calls: the pages are larger than {page_size}. Pass page_size to the paginator.",
        )

    ended: list[str] = []
    reports(
        {
            "us-west-2": ["a-1", "a-2", "a-3", "", "a-5", "a-6", "a-7"],
            "eu-west-1": ["b-1", "", "b-3", "b-4"],
        },
        page_size=5,
        stopped=1,
        gone=2,
    )
    ### BEGIN HIDDEN TESTS
    names = [f"c-{number}" for number in range(13)]
    reports({"ap-south-1": names, "eu-west-1": ["d-1", "d-2"]}, page_size=6, stopped=0, gone=1)
    ### END HIDDEN TESTS

# %%
count = {}
for region in REGIONS:
    client = boto3.client("ec2", region_name=region)
    answer = client.get_paginator("describe_instances").paginate().build_full_result()
    states = [one["State"]["Name"] for r in answer["Reservations"] for one in r["Instances"]]
    count[region] = {state: states.count(state) for state in ("running", "stopped")}
charts.stack(
    count,
    headline="Whoever reports one Region sees a part of the fleet",
    unit="instances",
    source="counted in the lab",
)

# %% [markdown]
# A schedule (EventBridge Scheduler and a Lambda function, or cron) runs such a report. For its calls the role
# needs one permission: `ec2:DescribeInstances`.
#
# > **Bill.** The calls of this lesson are free or cost fractions of a cent. The instances would cost money: on AWS,
# > terminate them.

# %%
for region in [*REGIONS, "ap-south-1"]:
    client = boto3.client("ec2", region_name=region)
    answer = client.get_paginator("describe_instances").paginate().build_full_result()
    ids = [one["InstanceId"] for r in answer["Reservations"] for one in r["Instances"]]
    if ids:
        client.terminate_instances(InstanceIds=ids)
        print(f"{region:<12}{len(ids):>3} terminated")

# %% [markdown]
# ## To remember
#
# - Console, CLI and SDK make the same signed calls; what must happen twice belongs in a script or a program.
# - `credentials` has keys under `[name]`, `config` the rest under `[profile name]`; a profile may name a role.
# - boto3's Region: argument, `AWS_DEFAULT_REGION`, profile; not `AWS_REGION`. None: `NoRegionError`, but S3 takes
#   `us-east-1`.
# - Keys: code, environment, (roles, SSO), credentials file, config file, container, instance. The first place wins.
# - Old variables silence an instance's role; `get_credentials().method` and `get_caller_identity()` show it.
# - Prefer what ends by itself: roles inside AWS, `aws login` or `aws sso login` outside. No keys in code or images.
# - `--page-size` changes the calls, `--max-items` the result. In boto3 use paginators.
# - `DryRun=True`: `DryRunOperation` is yes, `UnauthorizedOperation` no.

# %% [markdown] question="list-times-out"
# ### Question 1
#
# `aws s3api list-objects-v2` on a bucket with three million objects ends with a time-out. The script needs all keys.
# What helps?
#
# - [x] **A** Add `--page-size 100`.
#   > Smaller calls, each quick enough; the CLI goes on until it has all keys.
# - [ ] **B** Add `--max-items 100`.
#   > Then the command stops after 100 keys and prints a token. The rest is missing.
# - [ ] **C** Add `--query "Contents[:100]"`.
#   > It cuts the answer on your side, after the large calls were made.
# - [ ] **D** Add `--dry-run`.
#   > S3's calls do not have it, and it would list nothing.

# %% answer="list-times-out"
answer = "A"

# %% check="list-times-out" points=1
question("list-times-out", answer)

# %% [markdown] question="role-ignored"
# ### Question 2
#
# An instance has a role with read access to one bucket. A program on it can delete objects in every bucket. Nothing
# is written in its code. What do you look at first?
#
# - [ ] **A** Whether the instance profile has a second role.
#   > A profile holds one role only.
# - [ ] **B** Whether the role's trust policy is too wide.
#   > It says who may take the role on, not what the role may do.
# - [x] **C** Environment variables and the credentials file on the instance.
#   > Both come before the instance in the chain. Somebody's key is still there.
# - [ ] **D** Whether the buckets are public.
#   > Public buckets could explain some access. The chain explains all of it, and two lines of code prove it.

# %% answer="role-ignored"
answer = "C"

# %% check="role-ignored" points=1
question("role-ignored", answer)

# %% [markdown] question="new-laptop"
# ### Question 3
#
# A developer signs in to the console with user name, password and MFA, and wants to run boto3 on a new laptop. The
# company allows no lasting keys. What is the simplest way today?
#
# - [ ] **A** `aws configure` with an access key that is deleted on Friday.
#   > A lasting key all week, and somebody has to remember Friday.
# - [x] **B** `aws login`, with the policy `SignInLocalDevelopmentAccess`.
#   > It uses the console's sign-in, MFA included. 15-minute credentials, renewed for up to 12 hours.
# - [ ] **C** An instance profile for the laptop.
#   > Only EC2 instances have one.
# - [ ] **D** IAM Roles Anywhere with a certificate.
#   > Right for servers outside AWS. For one person it takes a certificate authority to begin with.

# %% answer="new-laptop"
answer = "B"

# %% check="new-laptop" points=1
question("new-laptop", answer)

# %% [markdown] question="where-is-my-bucket"
# ### Question 4
#
# A container runs without any Region setting. Its boto3 program creates a bucket with `create_bucket(Bucket=name)`,
# then a queue. What happens?
#
# - [ ] **A** Both are made in `us-east-1`.
#   > SQS is regional, and boto3 guesses no Region for it.
# - [ ] **B** Both calls raise `NoRegionError`.
#   > S3 has a fallback; only the queue fails.
# - [ ] **C** Both are made in the Region in which the container runs.
#   > boto3 does not look around where it runs; the setting must come from somewhere.
# - [x] **D** The bucket is made in `us-east-1`, the queue raises `NoRegionError`.
#   > S3 falls back to its oldest Region, regional services do not. Set the Region for the container.

# %% answer="where-is-my-bucket"
answer = "D"

# %% check="where-is-my-bucket" points=1
question("where-is-my-bucket", answer)

# %% [markdown] question="not-found"
# ### Question 5
#
# An administrator installs the CLI on a Linux server. `aws --version` answers *command not found*, in every shell.
# Which step comes first?
#
# - [ ] **A** `aws configure`, so that the CLI has credentials.
#   > The shell does not even find the program; credentials come later.
# - [x] **B** Look where the installer put the program, and add that folder to `PATH`.
#   > The shell searches the folders of `PATH` only. It is the same on Linux, macOS and Windows.
# - [ ] **C** Attach an instance profile.
#   > Permissions do not help to find a program.
# - [ ] **D** Set `AWS_DEFAULT_REGION`.
#   > The CLI would read it, once it runs.

# %% answer="not-found"
answer = "B"

# %% check="not-found" points=1
question("not-found", answer)

# %%
progress()
