# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '3.1'
#     - '3.3'
#     - '3.4'
#     minutes: 60
#     practises:
#       booking-queue:
#       - cdk.constructs
#       - cdk.overview
#       code-key:
#       - cloudformation.lambda-code
#       count-resources:
#       - cdk.constructs
#       deploy:
#       - cloudformation.idempotent-deploy
#       least-rights:
#       - cdk.constructs
#       - cloudformation.lambda-code
#       many-queues:
#       - cloudformation.generated-resources
#       night:
#       - cloudformation.cost-and-teardown
#       reaches-production:
#       - cicd.integration-and-delivery
#       stack-test:
#       - cdk.assertions
#       to-bootstrap:
#       - cdk.bootstrap
#     services:
#     - cloudformation
#     - lambda
#     - sqs
#     - s3
#     - dynamodb
#     - ssm
#     title: Infrastructure from Python
#     topics:
#     - cicd.integration-and-delivery
#     - cdk.overview
#     - cdk.constructs
#     - cdk.commands
#     - cdk.bootstrap
#     - cdk.assertions
#     - cloudformation.generated-resources
#     - cloudformation.lambda-code
#     - cloudformation.idempotent-deploy
#     - cloudformation.cost-and-teardown
# ---

# %% [markdown]
# # Infrastructure from Python
#
# Tern rents out cargo bikes in a growing number of towns. Its two programmers write Python all day, but their
# templates have become long, and nobody tests them. After this lesson you can write infrastructure in Python with the
# **AWS Cloud Development Kit** (CDK), test it before it exists, and deploy it with a command that may run a hundred
# times.
#
# CDK is large (about 650 MB with its Node.js), so it is an optional part of this course. Without it you see
# the templates that it made elsewhere, and solve the same tasks by giving a template as a dict.

# %% setup="start"
import copy
import dataclasses
import hashlib
import io
import json
import tempfile
import zipfile
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab import cdk as toolkit  # what the command `cdk` does, against the lab

lesson("09-cicd/03-cdk")
lab.start()
if toolkit.ready():
    import aws_cdk as cdk
    import jsii
    from aws_cdk import assertions
    from aws_cdk import aws_apigateway as apigateway
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sqs as sqs
    from constructs import Construct
else:
    cdk = jsii = assertions = apigateway = dynamodb = iam = toolkit.missing
    lambda_ = s3 = sqs = Construct = toolkit.missing
stacks = boto3.client("cloudformation")
functions = boto3.client("lambda")
queues = boto3.client("sqs")

# %% [markdown]
# ## Why automate
#
# Tern used to release four times a year. Somebody copied files, clicked through the console, and forgot a step.
# A **pipeline** does it in the same order every time:
#
# - **Continuous integration**: everybody pushes small changes often; each push is built and tested at once. A mistake
#   is found while its author still remembers it.
# - **Continuous delivery**: what passed could go to production at any time. A person says when.
# - **Continuous deployment**: nobody is asked. What passes, goes.
#
# A pipeline usually leads through environments such as dev, test, pre-production and production.

# %%
per_quarter = {"by hand: one release": 1, "five releases a day": 5 * 90}
for regime, releases in per_quarter.items():
    wait = 90 * 24 / releases / 2  # on average half the time between two releases
    print(f"{regime:<24} {releases:>4} in a quarter, a change waits {wait:7.1f} h")

# %% [markdown]
# ### Your turn: what reaches production
#
# Each push is a dict: `commit`, `pushed` (hour), `minutes` (how long build and tests take), `passed`, and `approved`:
# the hour of the approval, or `None`. Write `released(pushes, gate)`. It returns a dict from commit to **lead time**,
# the hours from push to production:
#
# - what did not pass never gets there;
# - with `gate=True` it goes when it is approved, but not before its tests are done; without approval never;
# - with `gate=False` it goes when its tests are done.
#
# <details><summary>Hint</summary>
#
# Compute the hour at which the tests are done, then the hour of the release: with a gate the later of two. An approval
# at hour 0 is an approval: compare with `None`.
# </details>


# %% exercise="reaches-production"
def released(pushes: list[dict], gate: bool) -> dict[str, float]:
    """Return the lead time in hours of every commit that reaches production."""
    ### BEGIN SOLUTION
    found = {}
    for push in pushes:
        if not push["passed"] or (gate and push["approved"] is None):
            continue
        live = push["pushed"] + push["minutes"] / 60
        if gate:
            live = max(live, push["approved"])
        found[push["commit"]] = live - push["pushed"]
    return found
    ### END SOLUTION


# %% check="reaches-production" points=1
with check(
    "reaches-production", needs="released", right="The gate costs waiting time and buys a human decision."
) as expect:

    def row(commit: str, pushed: float, minutes: float, passed: bool, approved: float | None) -> dict:
        return {"commit": commit, "pushed": pushed, "minutes": minutes, "passed": passed, "approved": approved}

    def compare(pushes: list[dict], gate: bool, right: dict[str, float]) -> None:
        got = released(copy.deepcopy(pushes), gate)
        how = "with a gate" if gate else "without a gate"
        expect(isinstance(got, dict), "Return a dict: {commit: hours}.")
        expect.equal(sorted(got), sorted(right), f"The commits in production, {how}")
        for commit, hours in right.items():
            expect.close(got[commit], hours, f"The lead time of {commit}, {how}")

    week = [
        row("lock", 0, 30, True, 4),
        row("bell", 1, 30, False, 4),  # approved by mistake; its tests failed
        row("lamp", 2, 90, True, None),
        row("rack", 5, 60, True, 5.5),  # approved while the tests still ran
        row("seat", 0, 15, True, 0),  # approved in hour 0
    ]
    compare(week, True, {"lock": 4, "rack": 1, "seat": 0.25})
    compare(week, False, {"lock": 0.5, "lamp": 1.5, "rack": 1, "seat": 0.25})
    ### BEGIN HIDDEN TESTS
    night = [row("oil", -2, 15, True, 0), row("tube", -1, 15, False, None), row("pump", 3, 45, True, 3)]
    compare(night, True, {"oil": 2, "pump": 0.75})
    compare(night, False, {"oil": 0.25, "pump": 0.75})
    compare([], True, {})
    ### END HIDDEN TESTS

# %% [markdown]
# Here are thirty pushes of Tern, five on each of six days at 9, 11, 13, 15 and 17 o'clock, under three regimes.

# %%
pushed = [day * 24 + hour for day in range(6) for hour in (9, 11, 13, 15, 17)]
tests = 0.5
quarter_end = 90 * 24
every_ten = range(10, 24 * 9, 24)
next_ten = [min(ten for ten in every_ten if ten >= hour + tests) for hour in pushed]
waits = {
    "quarterly, by hand": sum(quarter_end - hour for hour in pushed) / len(pushed),
    "approved daily at 10": (sum(next_ten) - sum(pushed)) / len(pushed),
    "no gate": tests,
}
days = waits["quarterly, by hand"] / 24
charts.bars(
    waits,
    headline=f"Without a gate a change is live after half an hour, not after {days:.0f} days",
    unit="hours",
    label="mean lead time of 30 pushes",
    highlight=["no gate"],
    source="simulation in this cell",
)

# %% [markdown]
# ## A program that writes a template
#
# A CDK **app** is a program. It puts **constructs** into **stacks**; running it, *synthesis* (`cdk synth`), writes
# one CloudFormation template for each stack. You can write it in TypeScript, JavaScript, Python, Java, C# or Go. The
# library itself is TypeScript: your Python talks to a Node.js process that does the work.
#
# There are three levels of constructs.
#
# - **L1**, names with `Cfn`: one resource as CloudFormation knows it; you give every property.
# - **L2**: a resource with sensible defaults, and methods such as `grant_read`.
# - **L3**, *patterns*: several resources for one task. You write your own as a class that extends `Construct`;
#   Construct Hub lists those of others.


# %%
HELLO = """def handler(event, context):
    return {"statusCode": 200, "body": "Hello from Tern"}
"""


def raw_bucket(app):
    stack = cdk.Stack(app, "L1-bucket")
    s3.CfnBucket(stack, "Photos")


def safe_bucket(app):
    stack = cdk.Stack(app, "L2-bucket")
    s3.Bucket(
        stack,
        "Photos",
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
    )


def web_api(app):
    stack = cdk.Stack(app, "L3-API")
    hello = lambda_.Function(
        stack,
        "Hello",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(HELLO),
    )
    apigateway.LambdaRestApi(stack, "Web", handler=hello, cloud_watch_role=False)


def all_levels(app):
    for build in (raw_bucket, safe_bucket, web_api):
        build(app)


levels = toolkit.synth(all_levels, shipped_as="levels")
for stack in levels:
    print(f"{stack.name:<10} {len(stack.resources):>2} resources, {stack.lines:>3} lines")
print(json.dumps(levels["L2-bucket"].resources, indent=1)[:760], "...")

# %% [markdown]
# The name that you give a construct becomes part of a path in the tree, `L2-bucket/Photos`, and the path makes the
# logical id: `Photos` and eight characters of a hash.
#
# How much does CDK write for you? We count the lines of each function above, and those of its template.


# %%
def lines_of(function) -> int:
    """The lines of a function that do something, without its head."""
    return len({line for _, _, line in function.__code__.co_lines() if line}) - 1


written = {"L1-bucket": raw_bucket, "L2-bucket": safe_bucket, "L3-API": web_api}
lines = {
    name: {"lines of Python": lines_of(build), "lines of template": levels[name].lines}
    for name, build in written.items()
}
most = lines["L3-API"]
charts.compare(
    lines,
    headline=f"{most['lines of Python']} lines of Python become {most['lines of template']}",
    unit="lines",
    source="synthesised in this lesson, aws-cdk-lib 2.275",
)

# %% [markdown]
# > **Then and now.** CDK version 1 came as a package for each service and ended on 1 June 2023. Version 2 is one
# > package, `aws-cdk-lib`. (Some notes say that `npm install -g aws-cdk-lib` installs the command: it is
# > `npm install -g aws-cdk`.) Since May 2026 *mixins* add a feature to a construct of any level: `bucket.with_(...)`.
#
# ### Your turn: predict, then measure
#
# Five small stacks are synthesised below. Before you look: how many **resources** does each template hold?
#
# <details><summary>Hint</summary>
#
# A function needs an identity. A grant must be written down somewhere. A rule that everybody must use TLS is a policy
# on the bucket.
# </details>


# %% setup="count-resources"
def five_stacks(app):
    def function(stack):
        return lambda_.Function(
            stack,
            "Book",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context): pass"),
        )

    def table(stack):
        key = dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING)
        return dynamodb.TableV2(stack, "Bikes", partition_key=key)

    table(cdk.Stack(app, "table"))
    function(cdk.Stack(app, "function"))
    both = cdk.Stack(app, "function-reads-table")
    table(both).grant_read_data(function(both))
    s3.Bucket(cdk.Stack(app, "tls-bucket"), "Photos", enforce_ssl=True)
    twins = cdk.Stack(app, "queue-with-dead-letters")
    dead = sqs.DeadLetterQueue(queue=sqs.Queue(twins, "Dead"), max_receive_count=3)
    sqs.Queue(twins, "Bookings", dead_letter_queue=dead)


measured = toolkit.synth(five_stacks, shipped_as="five-stacks")

# %% exercise="count-resources" repair=true
predicted = {
    "table": None,
    "function": None,
    "function-reads-table": None,
    "tls-bucket": None,
    "queue-with-dead-letters": None,
}
### BEGIN SOLUTION
predicted = {
    "table": 1,
    "function": 2,
    "function-reads-table": 4,
    "tls-bucket": 2,
    "queue-with-dead-letters": 2,
}
### END SOLUTION

# %% check="count-resources" points=1
with check(
    "count-resources", needs="predicted", right="An L2 construct makes what the resource needs to work safely."
) as expect:
    why = {
        "table": "A table needs nothing beside it.",
        "function": "A function cannot run without a role.",
        "function-reads-table": "Function, role and table, and a grant is a policy: a resource of its own.",
        "tls-bucket": "enforce_ssl is a statement in a bucket policy.",
        "queue-with-dead-letters": "The redrive policy is a property of the queue, not a resource.",
    }
    expect(isinstance(predicted, dict), "predicted is a dict from the stack's name to a number.")
    expect.not_tried(all(value is None for value in predicted.values()))

    def came_true(stack: toolkit.SynthesisedStack) -> None:
        told, wrote = predicted.get(stack.name), len(stack.resources)
        expect(isinstance(told, int), f"Give a whole number for {stack.name!r}.")
        kinds = ", ".join(stack.types)
        expect(told == wrote, f"{stack.name}: not {told}; CDK wrote {wrote} ({kinds}). {why[stack.name]}")

    for stack in measured:
        came_true(stack)
    ### BEGIN HIDDEN TESTS
    expect(set(predicted) == set(why), "Keep the five stacks as they are.")
    for stack in reversed(measured.stacks):
        came_true(stack)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Bootstrap, once for each environment
#
# An **environment** is an account and a Region. Before the first deployment `cdk bootstrap aws://ACCOUNT/REGION` puts
# the stack `CDKToolkit` there: a bucket for files and templates, a repository for container images, five roles, and a
# parameter in Parameter Store that says which version this is. Nobody deletes that stack: all CDK stacks of the
# environment need it.
#
# In this lesson `toolkit` plays the command `cdk`: `toolkit.bootstrap()`, `synth`, `diff`, `deploy`, `destroy`.

# %%
try:
    toolkit.deploy(levels["L3-API"])
except toolkit.NotBootstrapped as error:
    print("before:", error)

environment = toolkit.bootstrap()
for one in stacks.describe_stack_resources(StackName="CDKToolkit")["StackResources"]:
    print(f"{one['ResourceType']:<22} {one['PhysicalResourceId'].rpartition('/')[2]}")

# %% [markdown]
# `hnb659fds` is CDK's default *qualifier*; a team may choose its own. Who deploys needs hardly any rights:
# permission to assume the roles `cdk-...`. The role `cfn-exec` is what CloudFormation uses to make the resources. By
# default it is an administrator; companies narrow it when they bootstrap.
#
# Now the deployment works, and the API answers.

# %%
deployed = toolkit.deploy(levels["L3-API"])
print(deployed)
url = next(iter(deployed.outputs.values()))
print("GET", url, "->", lab.http("GET", url).body)

# %% [markdown]
# ### Your turn: where is CDK missing?
#
# Tern deploys to several Regions. Write `to_bootstrap(regions, needed)`. It returns the list of those Regions, in the
# order given, that must be bootstrapped before a deployment that needs version `needed` (a whole number): there the
# parameter `/cdk-bootstrap/hnb659fds/version` does not exist, or holds an older version.
#
# <details><summary>Hint</summary>
#
# `boto3.client("ssm", region_name=region).get_parameter(Name=...)` raises a `ClientError` with the code
# `ParameterNotFound`. A parameter's value is text, and "9" comes after "27" in the dictionary.
# </details>


# %% exercise="to-bootstrap"
def to_bootstrap(regions: list[str], needed: int) -> list[str]:
    """Return the Regions that lack the bootstrap stack or have one that is too old."""
    ### BEGIN SOLUTION
    lacking = []
    for region in regions:
        ssm = boto3.client("ssm", region_name=region)
        try:
            found = ssm.get_parameter(Name="/cdk-bootstrap/hnb659fds/version")
        except ssm.exceptions.ParameterNotFound:
            lacking.append(region)
        else:
            if int(found["Parameter"]["Value"]) < needed:
                lacking.append(region)
    return lacking
    ### END SOLUTION


# %% check="to-bootstrap" points=1
with check(
    "to-bootstrap", needs="to_bootstrap", right="Every deployment begins with this question; now you know the answer."
) as expect:

    def has_version(region: str, version: str) -> None:
        boto3.client("ssm", region_name=region).put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value=version, Type="String", Overwrite=True
        )

    def ask(regions: list[str], needed: int, right: list[str], what: str) -> None:
        got = to_bootstrap(list(regions), needed)
        expect(isinstance(got, list), "Return a list of Regions.")
        expect.equal(got, right, what)

    has_version("eu-north-1", "27")
    has_version("eu-west-1", "9")
    ask(["eu-north-1", "ap-south-1"], 6, ["ap-south-1"], "ap-south-1 has never been bootstrapped")
    ask(["eu-west-1", "eu-north-1"], 21, ["eu-west-1"], "eu-west-1 has version 9, and 21 is needed")
    ask(["eu-west-1"], 9, [], "Version 9, and 9 is needed")
    mixed = ["us-west-2", "eu-north-1", "ap-south-1"]
    ask(mixed, 6, ["us-west-2", "ap-south-1"], "Two of three lack it; name them in the order given")
    ### BEGIN HIDDEN TESTS
    has_version("sa-east-1", "100")
    regions = ["us-west-2", "sa-east-1", "eu-west-1"]
    ask(regions, 30, ["us-west-2", "eu-west-1"], "Versions none, 100 and 9, and 30 is needed")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A stack that works
#
# Tern's bookings: a queue takes them, a function writes each into a table. Look at three things.
#
# - `grant_write_data` writes the policy, no wider than needed.
# - `add_event_source` connects queue and function, and lets the function read the queue.
# - **Context**: the same code makes another stack for production. Values come from `cdk.json` or
#   `cdk deploy -c stage=prod`.


# %% setup="bookings"
def handler_folder(code: str) -> str:
    """A folder with a function's code, as it lies beside a CDK app."""
    folder = Path(tempfile.mkdtemp())
    (folder / "index.py").write_text(code)
    return str(folder)


BOOK = """import json, os, boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

def handler(event, context):
    for record in event["Records"]:
        table.put_item(Item=json.loads(record["body"]))
"""


# %%
def bookings(app):
    prod = app.node.try_get_context("stage") == "prod"
    stack = cdk.Stack(app, "Bookings")
    table = dynamodb.TableV2(
        stack,
        "Bikes",
        partition_key=dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING),
        removal_policy=cdk.RemovalPolicy.RETAIN if prod else cdk.RemovalPolicy.DESTROY,
        deletion_protection=prod,
    )
    waiting = sqs.Queue(stack, "Waiting", visibility_timeout=cdk.Duration.seconds(60))
    book = lambda_.Function(
        stack,
        "Book",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_asset(handler_folder(BOOK)),
        environment={"TABLE": table.table_name},
    )
    table.grant_write_data(book)
    from aws_cdk.aws_lambda_event_sources import SqsEventSource

    book.add_event_source(SqsEventSource(waiting))
    cdk.CfnOutput(stack, "Queue", value=waiting.queue_url)
    cdk.CfnOutput(stack, "Table", value=table.table_name)


dev = toolkit.synth(bookings, context={"stage": "dev"}, shipped_as="bookings-dev")
prod = toolkit.synth(bookings, context={"stage": "prod"}, shipped_as="bookings-prod")
for name, made in (("dev", dev), ("prod", prod)):
    resources = made.only.resources.values()
    kept = [one for one in resources if one.get("DeletionPolicy") == "Retain"]
    print(f"{name}: {len(resources)} resources, {len(kept)} kept when the stack goes")

# %% [markdown]
# `cdk diff` shows what a deployment would do; `cdk deploy` does it. The function's folder goes to the bucket as a zip,
# an **asset**, and so does the template.

# %%
print(toolkit.diff(dev))
first = toolkit.deploy(dev)
print(first, f"({first.uploaded} files uploaded)", sep="\n")
order = json.dumps({"bike": "B-17", "town": "Oslo"})
queues.send_message(QueueUrl=first.outputs["Queue"], MessageBody=order)
lab.settle()
print(boto3.resource("dynamodb").Table(first.outputs["Table"]).scan()["Items"])

# %%
charts.flow(
    [
        ("Python code", "synth", "constructs"),
        ("synth", "template", ""),
        ("synth", "assets", ""),
        ("template", "bootstrap bucket", ""),
        ("assets", "bootstrap bucket", ""),
        ("bootstrap bucket", "change set", "deploy role"),
        ("change set", "resources", "cfn-exec role"),
    ],
    kinds={"bootstrap bucket": "storage"},
    headline="CDK ends at a change set; CloudFormation makes the resources",
)

# %% [markdown]
# ### Your turn: a queue that parks what fails
#
# Write `booking_queue(app)`. It makes one stack, of any name, and returns it. In the stack:
#
# - a queue in which a message, once received, is hidden for **120 seconds**;
# - a second queue that keeps messages for **14 days**, and to which a message of the first moves when it has been
#   received **three** times;
# - both encrypted by SQS with its own keys (CDK's default), and without fixed names: the stack may be deployed twice.
#
# Without CDK return a template as a dict instead; the check is the same.
#
# <details><summary>Hint</summary>
#
# `sqs.Queue(stack, "Failed", retention_period=cdk.Duration.days(...))`, and the other queue gets
# `dead_letter_queue=sqs.DeadLetterQueue(queue=..., max_receive_count=...)`. In a template: `RedrivePolicy`.
# </details>


# %% setup="booking-queue"
def deploy_alone(build) -> dict[str, dict[str, str]]:
    """Deploy what a function builds under a new name. Returns {type: {logical id: physical id}}."""
    toolkit.bootstrap()
    made = toolkit.synth(build)
    stack = dataclasses.replace(made.only, name=lab.unique_name("Check"))
    toolkit.deploy(stack)
    found: dict[str, dict[str, str]] = {}
    for one in stacks.describe_stack_resources(StackName=stack.name)["StackResources"]:
        kind = found.setdefault(one["ResourceType"], {})
        kind[one["LogicalResourceId"]] = one["PhysicalResourceId"]
    return found


# %% exercise="booking-queue"
def booking_queue(app):
    """Make a stack with a queue and the queue for what failed; return the stack."""
    ### BEGIN SOLUTION
    stack = cdk.Stack(app, "Queues")
    failed = sqs.Queue(stack, "Failed", retention_period=cdk.Duration.days(14))
    sqs.Queue(
        stack,
        "Waiting",
        visibility_timeout=cdk.Duration.minutes(2),
        dead_letter_queue=sqs.DeadLetterQueue(queue=failed, max_receive_count=3),
    )
    return stack
    ### END SOLUTION


# %% check="booking-queue" points=2
with check(
    "booking-queue", needs="booking_queue", right="Two lines of intent, and the ARN found its way by itself."
) as expect:

    def parks() -> tuple[str, str]:
        made = deploy_alone(booking_queue).get("AWS::SQS::Queue", {})
        expect(len(made) == 2, f"The stack made {len(made)} queues. It should make two.")
        all_of = {
            url: queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            for url in made.values()
        }
        mains = [url for url, has in all_of.items() if "RedrivePolicy" in has]
        expect(len(mains) == 1, "One of the queues, and only one, should name the other as its dead-letter queue.")
        main = mains[0]
        dead = next(url for url in all_of if url != main)
        rule = json.loads(all_of[main]["RedrivePolicy"])
        expect(
            rule["deadLetterTargetArn"] == all_of[dead]["QueueArn"],
            "The dead-letter queue is not the other queue of the stack.",
        )
        expect.equal(int(all_of[main]["VisibilityTimeout"]), 120, "Seconds that a received message is hidden")
        expect.equal(int(rule["maxReceiveCount"]), 3, "maxReceiveCount")
        days = int(all_of[dead]["MessageRetentionPeriod"]) / 86400
        expect(days == 14, f"The queue for what failed keeps messages for {days:g} days, not 14.")
        safe = all(has.get("SqsManagedSseEnabled") == "true" for has in all_of.values())
        expect(safe, "A queue is not encrypted with SQS's own keys. Leave out what changes CDK's default.")
        return main, dead

    main, dead = parks()
    queues.send_message(QueueUrl=main, MessageBody="no such bike")
    for _ in range(4):
        queues.receive_message(QueueUrl=main)
        lab.clock.advance(minutes=3)
    parked = queues.receive_message(QueueUrl=dead).get("Messages", [])
    expect(len(parked) == 1, "After three receives the message is not in the queue for what failed.")
    again, other_dead = parks()
    expect(again != main and other_dead != dead, "Two deployments share a queue: give it no fixed name.")
    ### BEGIN HIDDEN TESTS
    queues.send_message(QueueUrl=again, MessageBody="still hoping")
    for _ in range(3):
        expect("Messages" in queues.receive_message(QueueUrl=again), "A message is parked before three receives.")
        lab.clock.advance(minutes=3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Rights by grant
#
# A grant names who, what and which rights, and no wildcard for the rest. Compare what two grants on the same table
# wrote.

# %%
grants = {"grant_read_data": measured["function-reads-table"], "grant_write_data": dev.only}
for grant, stack in grants.items():
    for policy in stack.of_type("AWS::IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if "dynamodb" in str(statement["Action"]):
                print(grant, "->", ", ".join(statement["Action"]).replace("dynamodb:", ""))

# %% [markdown]
# ### Your turn: repair the reader
#
# This stack came with a review: "It can do anything to every table of the account. It can be deployed once only, since
# its table has a fixed name. And dev tables stay behind when the stack is deleted." Repair `bike_finder(app)`:
#
# - the function may **read its own table and nothing else** there;
# - two copies of the stack fit into one Region;
# - deleting the stack deletes the table.
#
# The function reads the table's name from its environment variable `TABLE`, and so it should stay. (Without CDK let
# `bike_finder` return the mended stack as a template; the function's code is in `FIND`.)
#
# <details><summary>Hint</summary>
#
# Three things change. A grant takes the place of the managed policy; a table without a name gets one from
# CloudFormation; `cdk.RemovalPolicy` has more members than `RETAIN`.
# </details>

# %% setup="least-rights"
FIND = """import os, boto3

client = boto3.client("dynamodb")

def handler(event, context):
    table = event.get("table", os.environ["TABLE"])
    if "write" in event:
        client.put_item(TableName=table, Item={"bike": {"S": event["write"]}})
        return "written"
    return client.get_item(TableName=table, Key={"bike": {"S": event["bike"]}}).get("Item")
"""


# %% exercise="least-rights" repair=true
def bike_finder(app):
    """Make a stack with a table of bikes and a function that looks one up."""
    stack = cdk.Stack(app, "Finder")
    table = dynamodb.TableV2(
        stack,
        "Bikes",
        table_name="bikes",
        partition_key=dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING),
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    everything = iam.ManagedPolicy.from_aws_managed_policy_name("AmazonDynamoDBFullAccess")
    find.role.add_managed_policy(everything)
    return stack


### BEGIN SOLUTION
def bike_finder(app):
    """Make a stack with a table of bikes and a function that looks one up."""
    stack = cdk.Stack(app, "Finder")
    table = dynamodb.TableV2(
        stack,
        "Bikes",
        partition_key=dynamodb.Attribute(name="bike", type=dynamodb.AttributeType.STRING),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    find = lambda_.Function(
        stack,
        "Find",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(FIND),
        environment={"TABLE": table.table_name},
    )
    table.grant_read_data(find)
    return stack


### END SOLUTION


# %% check="least-rights" points=3
with check(
    "least-rights", needs="bike_finder", right="The grant is shorter than the policy that it replaced, and tighter."
) as expect:
    TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")

    def table_of(made: dict[str, dict[str, str]]) -> str:
        tables = [name for kind in TABLES for name in made.get(kind, {}).values()]
        expect(len(tables) == 1, f"The stack should make one table; it makes {len(tables)}.")
        return tables[0]

    def call(function: str, **event: str) -> tuple[object, str]:
        """What the function returned, and the error it ended with."""
        with lab.enforce_iam():
            answer = functions.invoke(FunctionName=function, Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read() or "null")
        return (None, said["errorMessage"]) if answer.get("FunctionError") else (said, "")

    def reads_only() -> None:
        try:
            made = deploy_alone(bike_finder)
            twin = deploy_alone(bike_finder)
        except toolkit.DeploymentFailed as error:
            made, twin, problem = {}, {}, str(error)
            expect("exist" not in problem, f"The stack fits into a Region only once. CloudFormation says: {problem}")
            expect(False, f"The stack cannot be deployed. CloudFormation says: {problem}")
        own, other = table_of(made), table_of(twin)
        expect(own != other, "Both copies of the stack use the same table.")
        function = next(iter(made["AWS::Lambda::Function"].values()))
        boto3.client("dynamodb").put_item(TableName=own, Item={"bike": {"S": "B-1"}})
        found, error = call(function, bike="B-1")
        expect(found == {"bike": {"S": "B-1"}}, f"The function does not find a bike in its own table. {error[:200]}")
        _, error = call(function, write="B-2")
        expect("AccessDenied" in error, "The function can still write to its table. Grant reading only.")
        table = boto3.client("dynamodb").describe_table(TableName=own)["Table"]
        asked = boto3.client("iam").simulate_principal_policy(
            PolicySourceArn=functions.get_function(FunctionName=function)["Configuration"]["Role"],
            ActionNames=[f"dynamodb:{act}" for act in ("UpdateItem", "DeleteItem", "BatchWriteItem", "DeleteTable")],
            ResourceArns=[table["TableArn"]],
        )["EvaluationResults"]
        more = [one["EvalActionName"] for one in asked if one["EvalDecision"] == "allowed"]
        expect(not more, f"The function may call {', '.join(more)} on its table. Grant reading only.")
        _, error = call(function, bike="B-1", table=other)
        expect("AccessDenied" in error, "The function can read the table of the other copy. Grant it its own.")
        template = toolkit.synth(bike_finder).only
        policies = [one.get("DeletionPolicy", "Delete") for one in template.resources.values() if one["Type"] in TABLES]
        expect(policies == ["Delete"], f"Deleting the stack would leave the table behind ({policies[0]}).")
        expect(
            not table.get("DeletionProtectionEnabled"), "Deletion protection keeps the stack from deleting its table."
        )

    reads_only()
    ### BEGIN HIDDEN TESTS
    made = deploy_alone(bike_finder)
    function = next(iter(made["AWS::Lambda::Function"].values()))
    boto3.client("dynamodb").put_item(TableName=table_of(made), Item={"bike": {"S": "B-99"}})
    found, error = call(function, bike="B-99")
    expect(found == {"bike": {"S": "B-99"}}, f"The function does not find its own bike. {error[:200]}")
    _, error = call(function, bike="B-99", table="no-such-table")
    expect("AccessDenied" in error, "The function can read tables that are not its own.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Names are identity
#
# CloudFormation knows a resource by its logical id, and CDK makes that from the construct's path. So a *rename in
# Python* is a new resource, and the old one goes. `cdk diff` tells. (`cdk refactor` moves resources to new names.)

# %%
text = dev.only.to_json()
old = next(name for name, place in dev.only.paths.items() if place == "Bookings/Waiting")
new = "Queue" + old[-8:]  # what a rename of the construct does to the template
renamed = dataclasses.replace(dev.only, template=json.loads(text.replace(old, new)))
slower = json.loads(text)
slower["Resources"][old]["Properties"]["VisibilityTimeout"] = 90
print(toolkit.diff(dataclasses.replace(dev.only, template=slower)), end="\n\n")
print(toolkit.diff(renamed))

# %% [markdown]
# > **The commands.** `cdk init app --language python` begins a project. Then: `synth` prints templates, `bootstrap`
# > once, `diff`, `deploy`, `destroy`; `list` names the stacks, `watch` deploys while you edit, `deploy --hotswap`
# > changes code without CloudFormation (never in production), `import` and `migrate` adopt what exists, `rollback`
# > and `gc` clean up.
#
# ## Tags and aspects
#
# A tag set on an app or a stack reaches everything below that can carry one. An **aspect** visits every construct at
# synthesis and may change it, or refuse it: a rule for the whole app in one place.


# %%
def with_rules(app):
    @jsii.implements(cdk.IAspect)
    class TwoWeeks:
        """Messages must not get lost over the holidays."""

        def visit(self, node):
            if isinstance(node, sqs.CfnQueue):
                node.message_retention_period = 14 * 86400

    stack = cdk.Stack(app, "Rules")
    for town in ("Oslo", "Bergen", "Malmo"):
        sqs.Queue(stack, town)
    cdk.Tags.of(app).add("team", "tern")
    cdk.Aspects.of(app).add(TwoWeeks())


ruled = toolkit.synth(with_rules, shipped_as="rules").only
for name, properties in ruled.of_type("AWS::SQS::Queue").items():
    print(name, properties)

# %% [markdown]
# The loop over towns is Python; the template holds three queues one after the other.
#
# ## Loops without CDK
#
# Older books say that a template cannot loop. **Macros** (2018) changed that: `Transform` names a Lambda function,
# yours or AWS's, that rewrites the template before it is used. SAM is one. Since July 2023 `AWS::LanguageExtensions`
# brings `Fn::ForEach`. However it was made, a template may hold 500 resources.

# %%
loop = {
    "Transform": "AWS::LanguageExtensions",
    "Resources": {
        "Fn::ForEach::Alarms": [
            "Level",
            ["Low", "High"],
            {
                "Topic${Level}": {
                    "Type": "AWS::SNS::Topic",
                    "Properties": {"DisplayName": {"Ref": "Level"}},
                }
            },
        ]
    },
}
name = lab.unique_name("loop")
consent = ["CAPABILITY_AUTO_EXPAND"]
stacks.create_stack(StackName=name, TemplateBody=json.dumps(loop), Capabilities=consent)
for one in stacks.describe_stack_resources(StackName=name)["StackResources"]:
    print(one["LogicalResourceId"], one["PhysicalResourceId"])

# %% [markdown]
# A macro may write anything, so CloudFormation wants your consent: `CAPABILITY_AUTO_EXPAND`. A change set, which
# shows what the macro wrote, can be made without it.
#
# ### Your turn: a queue for each town
#
# Write the template `town_queues` (a dict). It has a parameter `Towns`, a `CommaDelimitedList`, and makes one SQS
# queue for each town in it. Each queue carries a tag `town` with the town's name. A new town must need no new
# template.
#
# Towns may have a hyphen in their names, as `aix-en-provence`. Logical ids allow letters and digits only.
#
# <details><summary>Hint</summary>
#
# The second item of `Fn::ForEach` may be a `Ref` to a parameter. In a key, `${Town}` puts in the name as it is and
# `&{Town}` without the characters that are not allowed there.
# </details>


# %% exercise="many-queues"
town_queues: dict = ...
### BEGIN SOLUTION
town_queues = {
    "Transform": "AWS::LanguageExtensions",
    "Parameters": {"Towns": {"Type": "CommaDelimitedList"}},
    "Resources": {
        "Fn::ForEach::Queues": [
            "Town",
            {"Ref": "Towns"},
            {
                "Queue&{Town}": {
                    "Type": "AWS::SQS::Queue",
                    "Properties": {"Tags": [{"Key": "town", "Value": {"Ref": "Town"}}]},
                }
            },
        ]
    },
}
### END SOLUTION


# %% check="many-queues" points=2
with check("many-queues", needs="town_queues", right="One template for any number of towns.") as expect:
    expect(isinstance(town_queues, dict), "town_queues should be a dict.")
    kind = town_queues.get("Parameters", {}).get("Towns", {}).get("Type")
    expect(kind is not None, "The template needs a parameter called Towns.")
    expect(kind == "CommaDelimitedList", f"Towns has type {kind}; make it a CommaDelimitedList.")

    NUMBER = "One template has to fit any number of towns."

    def towns_of(stack: str) -> list[str]:
        made = stacks.describe_stack_resources(StackName=stack)["StackResources"]
        expect(all(one["ResourceType"] == "AWS::SQS::Queue" for one in made), "Make queues only: type AWS::SQS::Queue.")
        tags = [queues.list_queue_tags(QueueUrl=one["PhysicalResourceId"]).get("Tags", {}) for one in made]
        return sorted(one.get("town", "no tag 'town'") for one in tags)

    def opens(*steps: list[str]) -> None:
        """One stack, deployed with one list of towns after the other."""
        stack = lab.unique_name("towns")
        for number, towns in enumerate(steps):
            act = stacks.update_stack if number else stacks.create_stack
            try:
                act(
                    StackName=stack,
                    TemplateBody=json.dumps(town_queues),
                    Parameters=[{"ParameterKey": "Towns", "ParameterValue": ",".join(towns)}],
                    Capabilities=["CAPABILITY_AUTO_EXPAND"],
                )
            except ClientError as error:
                expect(False, f"With {', '.join(towns)}: {error.response['Error']['Message']}")
            now = stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
            expect(
                now in ("CREATE_COMPLETE", "UPDATE_COMPLETE"),
                f"With {', '.join(towns)} the stack ends in {now}. {NUMBER}",
            )
            expect.equal(towns_of(stack), sorted(towns), f"The tags 'town' of the queues for {', '.join(towns)}")

    opens(["oslo", "bergen"], ["oslo", "bergen", "aix-en-provence"])
    ### BEGIN HIDDEN TESTS
    opens(["lund"], ["lund", "mo-i-rana", "turku", "tampere", "vaasa"], ["turku"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Deploy so that nothing is asked twice
#
# A person can type a template's parameters into the console, or draw in AWS's visual editor. A pipeline cannot, and
# it runs every hour. It needs a deployment that is **idempotent**: make the stack, or change it, or see that nothing
# is to be done, and call all three a success. `aws cloudformation deploy` and `cdk deploy` do so with a change set.
#
# > **Then and now.** The visual editor was called Designer; Infrastructure Composer (since October 2024) took its
# > place.
#
# CloudFormation itself calls "nothing to do" an error:

# %%
small = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
name = lab.unique_name("news")
stacks.create_stack(StackName=name, TemplateBody=json.dumps(small))
try:
    stacks.update_stack(StackName=name, TemplateBody=json.dumps(small))
except ClientError as error:
    print(error.response["Error"]["Code"], "-", error.response["Error"]["Message"])
for _ in range(2):
    print(toolkit.deploy(dev).outcome)

# %% [markdown]
# A template that makes IAM resources needs your consent: `Capabilities=["CAPABILITY_IAM"]`, or `CAPABILITY_NAMED_IAM`
# if it names them. `cdk deploy` consents, after showing you every new permission.
#
# ### Your turn: an idempotent deployment
#
# Write `deploy(name, template, capabilities)`. The template is a dict. Create the stack or update it, wait until
# that is done, and return `"created"`, `"updated"` or `"no changes"`. Pass on the capabilities you are given and no
# others. Every other error of CloudFormation goes on to the caller, and a stack that CloudFormation had to roll back is
# an error, too.
#
# <details><summary>Hint</summary>
#
# `update_stack` raises a `ClientError`. Its code is `ValidationError` for a broken template, for a stack that does
# not exist and for a stack without changes: read the message, too. Waiters: `stack_create_complete`,
# `stack_update_complete`; a waiter raises a `WaiterError` for a stack that was rolled back.
# </details>


# %% exercise="deploy"
def deploy(name: str, template: dict, capabilities: list[str]) -> str:
    """Bring a stack to what the template says; return what was done."""
    ### BEGIN SOLUTION
    body = json.dumps(template)
    wanted: dict = {"StackName": name, "TemplateBody": body, "Capabilities": capabilities}
    try:
        stacks.update_stack(**wanted)
    except ClientError as error:
        message = error.response["Error"]["Message"]
        if "No updates are to be performed" in message:
            return "no changes"
        if "does not exist" not in message:
            raise
        stacks.create_stack(**wanted)
        stacks.get_waiter("stack_create_complete").wait(StackName=name)
        return "created"
    stacks.get_waiter("stack_update_complete").wait(StackName=name)
    return "updated"
    ### END SOLUTION


# %% check="deploy" points=3
with check(
    "deploy", needs="deploy", right="A pipeline may run this every hour, and nothing surprising happens."
) as expect:

    def waits(seconds: int) -> dict:
        return {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": seconds}}}}

    def runs(template: dict, changed: dict, capabilities: list[str], what: str) -> str:
        stack = lab.unique_name("deploy")
        told = [deploy(stack, copy.deepcopy(one), capabilities) for one in (template, template, changed, changed)]
        expect.equal(told, ["created", "no changes", "updated", "no changes"], f"Four runs with {what}")
        status = stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        expect(status == "UPDATE_COMPLETE", f"After four runs the stack is in {status}.")
        return stack

    stack = runs(waits(30), waits(60), [], "a queue")
    url = stacks.describe_stack_resource(StackName=stack, LogicalResourceId="Jobs")["StackResourceDetail"][
        "PhysicalResourceId"
    ]
    set_to = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"]
    expect(set_to == "60", "You said 'updated', but the queue is as before.")
    with expect.refused("ValidationError", "A template with a mistake in it was taken for one without changes."):
        deploy(stack, {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Propertys": {}}}}, [])
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}},
    }
    with expect.refused(
        "InsufficientCapabilitiesException", "A role was made, though nobody gave the capability for it."
    ):
        deploy(lab.unique_name("deploy"), {"Resources": {"Job": role}}, [])
    told = deploy(lab.unique_name("deploy"), {"Resources": {"Job": role}}, ["CAPABILITY_IAM"])
    expect.equal(told, "created", "A role, with the capability for it")

    def fails(stack: str, what: str) -> None:
        """A deployment that SQS refuses: a message cannot be hidden for a day."""
        try:
            said = deploy(stack, waits(86400), [])
        except Exception:
            return
        now = stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        expect(False, f"{what}: you returned {said!r}, but the stack is in {now}. Raise an exception.")

    refused_by_sqs = lab.unique_name("deploy")
    fails(refused_by_sqs, "A creation that was rolled back")
    fails(refused_by_sqs, "A second run after a creation that was rolled back")
    ### BEGIN HIDDEN TESTS
    fails(stack, "An update that was rolled back")
    named = copy.deepcopy(role)
    named["Properties"] |= {"Description": "for jobs"}
    runs({"Resources": {"Job": role}}, {"Resources": {"Job": named}}, ["CAPABILITY_IAM"], "a role and its capability")
    with expect.refused(
        "InsufficientCapabilitiesException", "An update may not make roles without the capability, either."
    ):
        deploy(stack, {"Resources": {**waits(60)["Resources"], "Job": role}}, [])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Code for a function
#
# A template holds a function's code in one of two ways. **Inline**, `Code.ZipFile`: Python or Node.js, one file,
# nothing installed beside it; the handler begins with `index`. Or **from S3**: bucket, key and, if you like,
# `S3ObjectVersion`.
#
# CloudFormation compares *templates*. If bucket, key and version stay the same it sees no change, however new the zip
# is.

# %%
for label, code in (("as it is", BOOK), ("a space more", BOOK + " "), ("as it was", BOOK)):
    digest = hashlib.sha256(code.encode()).hexdigest()
    print(f"{label:<13} {digest[:16]}...")
for function in dev.only.of_type("AWS::Lambda::Function").values():
    print(f"CDK's key:    {function['Code']['S3Key'][:16]}...")

# %% [markdown]
# So CDK names each asset by a **hash of its content**. New code has a new key, so the template differs; old code still
# lies there for a rollback. (`aws cloudformation package` uses the content in the same way.)
#
# ### Your turn: repair the release
#
# Tern's old script uploads a new zip, deploys, and says all is well; customers still meet the old code. Repair
# `release(stack_name, code)`:
#
# - after it the function runs the new code;
# - with the same code again nothing changes, and it returns `"no changes"`, tomorrow and on a colleague's machine, too;
# - the zips of earlier releases stay in the bucket.
#
# <details><summary>Hint</summary>
#
# The answer is in the key. The time of day or a random number would make an update of every run; what depends only on
# `code`?
# </details>

# %% setup="code-key"
CODE_BUCKET = lab.unique_name("tern-code")
boto3.client("s3").create_bucket(Bucket=CODE_BUCKET)
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def zip_of(code: str) -> bytes:
    """A zip with one file, index.py."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", code)
    return packed.getvalue()


def service(code_from_s3: dict) -> dict:
    """A template with a function; code_from_s3 is its property Code."""
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [TRUST]}}
    function = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": code_from_s3,
    }
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Service": {"Type": "AWS::Lambda::Function", "Properties": function},
        }
    }


def roll_out(stack_name: str, template: dict) -> str:
    """Deploy by change set; "created", "updated" or "no changes"."""
    toolkit.bootstrap()
    made = toolkit.synth(template).only
    return toolkit.deploy(dataclasses.replace(made, name=stack_name)).outcome


# %% exercise="code-key" repair=true
def release(stack_name: str, code: str) -> str:
    """Upload the code and deploy the stack; return what was done."""
    key = f"{stack_name}/code.zip"
    boto3.client("s3").put_object(Bucket=CODE_BUCKET, Key=key, Body=zip_of(code))
    return roll_out(stack_name, service({"S3Bucket": CODE_BUCKET, "S3Key": key}))


### BEGIN SOLUTION
def release(stack_name: str, code: str) -> str:
    """Upload the code and deploy the stack; return what was done."""
    content = hashlib.sha256(code.encode()).hexdigest()
    key = f"{stack_name}/{content}.zip"
    boto3.client("s3").put_object(Bucket=CODE_BUCKET, Key=key, Body=zip_of(code))
    return roll_out(stack_name, service({"S3Bucket": CODE_BUCKET, "S3Key": key}))


### END SOLUTION


# %% check="code-key" points=2
with check(
    "code-key", needs="release", right="The name says what is inside, so the template says when to deploy."
) as expect:

    def answers(stack: str) -> str:
        found = stacks.describe_stack_resource(StackName=stack, LogicalResourceId="Service")
        function = found["StackResourceDetail"]["PhysicalResourceId"]
        return json.loads(functions.invoke(FunctionName=function)["Payload"].read())

    def zips() -> set[tuple[str, str]]:
        found = boto3.client("s3").list_object_versions(Bucket=CODE_BUCKET).get("Versions", [])
        return {(one["Key"], one["ETag"]) for one in found}

    def elsewhere(stack: str, code: str) -> str:
        """A release by another Python process: there hash() of the same text is another number."""
        globals()["hash"] = lambda thing: ("elsewhere", thing).__hash__()
        try:
            return release(stack, code)
        finally:
            del globals()["hash"]

    def releases(*versions: str) -> None:
        """One release after the other; the last one twice."""
        stack, before = lab.unique_name("release"), zips()
        for number, version in enumerate(versions):
            code = f"def handler(event, context):\n    return {version!r}\n"
            outcome = release(stack, code)
            expect.equal(outcome, "updated" if number else "created", f"What release {number + 1} returned")
            now = answers(stack)
            expect(now == version, f"After the release of {version!r} the function still answers {now!r}.")
            lab.clock.advance(minutes=5)
        outcome = release(stack, code)
        expect(
            outcome == "no changes", f"The same code once more: you returned {outcome!r}, it should be 'no changes'."
        )
        outcome = elsewhere(stack, code)
        expect(
            outcome == "no changes",
            f"The same code on another machine: {outcome!r}. hash() differs from process to process; hashlib does not.",
        )
        kept = len(zips() - before)
        expect(
            kept >= len(set(versions)),
            f"Of {len(set(versions))} releases {kept} zips are left; a rollback needs the old ones.",
        )

    releases("one", "two")
    ### BEGIN HIDDEN TESTS
    releases("red", "green", "red")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Test a stack before it exists
#
# A synthesised template is data, so pytest can test it; nothing has to be deployed. CDK's module `assertions` brings
# the vocabulary. **Fine-grained** tests ask for what matters: `resource_count_is`, `has_resource_properties` with
# matchers such as `Match.object_like` and captures. **Snapshot** tests compare the whole template with a stored one:
# they notice everything, also what nobody minds.


# %%
def fine_grained(template: dict) -> str:
    """The verdict of CDK's assertions, or of plain Python without the extra."""
    try:
        tested = assertions.Template.from_json(template)
        tested.resource_count_is("AWS::Lambda::Function", 1)
        tested.has_resource_properties("AWS::Lambda::Function", {"Runtime": "python3.13"})
    except toolkit.CdkMissing:
        found = toolkit.synth(template).only.of_type("AWS::Lambda::Function").values()
        if [one["Runtime"] for one in found] != ["python3.13"]:
            return "fails"
    except RuntimeError as problem:
        return "fails: " + str(problem).splitlines()[0]
    return "passes"


without_function = copy.deepcopy(dev.only.template)
for name in dev.only.of_type("AWS::Lambda::Function"):
    del without_function["Resources"][name]
print("bookings:          ", fine_grained(dev.only.template))
print("without a function:", fine_grained(without_function)[:70])

# %% [markdown]
# ### Your turn: a test that can fail
#
# Write `stack_test(template)` for Tern's stacks; the template is a dict. It returns quietly if all holds, and raises
# an exception (such as `AssertionError`) if not:
#
# - there is at least one queue, and each has `SqsManagedSseEnabled` true or a `KmsMasterKeyId` (leaving both out is no
#   answer here: the rule wants it written down);
# - every table (`AWS::DynamoDB::Table` or `AWS::DynamoDB::GlobalTable`) has the deletion policy `Retain`;
# - no statement of an `AWS::IAM::Policy` allows the action `"*"` (others with a star, as `dynamodb:Get*`, may stay).
#
# The check tests your test: it plants mistakes.
#
# <details><summary>Hint</summary>
#
# Go through `template["Resources"].values()`. `DeletionPolicy` stands beside `Properties`, not in it. An `Action` may
# be a string or a list. With CDK, `assertions.Template.from_json(template).find_resources(type)` finds them for you
# (`all_resources` complains where there is none of that type).
# </details>


# %% exercise="stack-test"
def stack_test(template: dict) -> None:
    """Raise an exception if a template breaks one of the team's rules."""
    ### BEGIN SOLUTION
    resources = template["Resources"].values()
    found = [one.get("Properties", {}) for one in resources if one["Type"] == "AWS::SQS::Queue"]
    assert found, "no queue"
    for queue in found:
        assert queue.get("SqsManagedSseEnabled") is True or queue.get("KmsMasterKeyId"), "queue in clear text"
    for one in resources:
        if one["Type"] in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
            assert one.get("DeletionPolicy") == "Retain", "a table would be lost"
        if one["Type"] == "AWS::IAM::Policy":
            for statement in one["Properties"]["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                actions = [actions] if isinstance(actions, str) else actions
                assert not (statement["Effect"] == "Allow" and "*" in actions), "everything allowed"
    ### END SOLUTION


# %% check="stack-test" points=3
with check(
    "stack-test", needs="stack_test", right="Every rule has been seen to fail, so a pass means something."
) as expect:

    def good() -> dict:
        """A template that keeps all the rules."""
        rights = [
            {"Effect": "Allow", "Action": "dynamodb:Get*", "Resource": "*"},
            {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*"},
            {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::secrets"},
        ]
        policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": rights}}
        return {
            "Resources": {
                "Waiting": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": True}},
                "Failed": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": "alias/tern"}},
                "Bikes": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": {}},
                "Rights": {"Type": "AWS::IAM::Policy", "Properties": policy},
            }
        }

    def planted(where: str, value: object) -> dict:
        """The good template with something else at a path such as Bikes/DeletionPolicy."""
        template = good()
        *path, last = where.split("/")
        spot = template["Resources"]
        for part in path:
            spot = spot[int(part)] if isinstance(spot, list) else spot[part]
        if value is None:
            del spot[int(last) if isinstance(spot, list) else last]
        else:
            spot[int(last) if isinstance(spot, list) else last] = value
        return template

    def passes(template: dict, what: str) -> None:
        try:
            stack_test(template)
        except Exception as error:
            kind = type(error).__name__
            expect(False, f"{what} keeps all the rules, but your test fails on it: {kind} {str(error)[:120]}")

    def fails(template: dict, what: str) -> None:
        try:
            stack_test(template)
        except Exception:
            return
        expect(False, f"Planted: {what}. Your test did not notice.")

    passes(good(), "The good template")
    passes({"Resources": {"Waiting": good()["Resources"]["Waiting"]}}, "A template with a queue and nothing else")
    first, second = (f"Rights/Properties/PolicyDocument/Statement/{number}/Action" for number in (0, 1))
    fails(planted("Waiting/Properties/SqsManagedSseEnabled", False), "a queue that is not encrypted")
    fails(planted("Failed/Properties", {}), "a second queue that does not say whether it is encrypted")
    fails(planted("Bikes/DeletionPolicy", "Delete"), "a table that goes with its stack")
    fails(planted("Bikes/DeletionPolicy", None), "a table without a deletion policy")
    world = {"Type": "AWS::DynamoDB::GlobalTable", "DeletionPolicy": "Delete", "Properties": {}}
    fails(planted("Riders", world), "a global table that goes with its stack")
    fails(planted(first, "*"), "a statement that allows everything")
    fails(planted(second, ["s3:GetObject", "*"]), "a list of actions with '*' in it, in the second statement")
    policy = copy.deepcopy(good()["Resources"]["Rights"])
    policy["Properties"]["PolicyDocument"]["Statement"][1]["Action"] = ["*"]
    fails(planted("MoreRights", policy), "a second policy that allows everything")
    fails({"Resources": {"Bikes": good()["Resources"]["Bikes"]}}, "a stack without any queue")
    ### BEGIN HIDDEN TESTS
    passes(planted("Failed", None), "A template with one queue")
    passes(planted("Bikes", None), "A template without a table")
    passes(planted("Rights", None), "A template without a policy")
    fails(planted("Riders", {**world, "DeletionPolicy": "Snapshot"}), "a global table that leaves a backup only")
    fails(
        planted("Third", {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}), "a third queue, not encrypted"
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## What a stack costs, and when it may sleep
#
# CloudFormation and CDK cost nothing; their resources do. (Resource types of third parties are billed by operation
# after the first thousand of a month.) Three habits keep the bill readable and small.
#
# - **Tags.** A stack's tags reach its resources, so the bill can be split by team. CloudFormation adds
#   `aws:cloudformation:stack-name`, `stack-id` and `logical-id`.
# - **An estimate before.** `estimate_template_cost` returns the address of a calculator with the template filled in.
# - **Sleep.** What a template makes can be deleted at 17:00 and made again at 8:00.
#
# > **Lab and AWS.** The lab passes on the tags that you give; it adds none of its own, and has no calculator.

# %%
rules_stack = toolkit.deploy(ruled)
for one in stacks.describe_stack_resources(StackName=rules_stack.name)["StackResources"]:
    tags = queues.list_queue_tags(QueueUrl=one["PhysicalResourceId"])["Tags"]
    print(one["LogicalResourceId"], tags)
toolkit.destroy(rules_stack.name)

hourly = 4 * facts.price("ec2", "on-demand-linux-t3-medium")
hours = {
    "always on": 24 * 30,
    "8 to 17, every day": 9 * 30,
    "8 to 17, on 22 working days": 9 * 22,
}
charts.bars(
    {name: hourly * count for name, count in hours.items()},
    headline=f"A development stack that sleeps costs {1 - 9 * 22 / 720:.0%} less",
    unit="USD per month",
    label="four t3.medium servers",
    highlight=["8 to 17, on 22 working days"],
    sort=False,
    source=facts.price("ec2", "on-demand-linux-t3-medium"),
)

# %% [markdown]
# ### Your turn: what sleep saves
#
# Write `weekly_saving(hourly, week, kept)`: the USD that a week of sleep saves against a stack that is always on.
# `hourly` is the price of the whole stack for an hour. `week` says when it is on: a dict from day to a pair of hours,
# such as `{"Mon": (8, 17)}`; days that are not named are off all day. `kept` is the part of `hourly` that must be
# paid also while the stack is gone, for what is retained (tables, volumes, snapshots).
#
# <details><summary>Hint</summary>
#
# A week has 168 hours. Only the part `hourly - kept` stops, and only in the hours when the stack is off.
# </details>


# %% exercise="night"
def weekly_saving(hourly: float, week: dict[str, tuple[int, int]], kept: float) -> float:
    """Return the USD saved in a week."""
    ### BEGIN SOLUTION
    on = sum(end - start for start, end in week.values())
    return (168 - on) * (hourly - kept)
    ### END SOLUTION


# %% check="night" points=1
with check(
    "night", needs="weekly_saving", right="What is retained goes on costing: look at it before you go home."
) as expect:
    working = dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri"), (8, 17))
    every_day = working | {"Sat": (8, 17), "Sun": (8, 17)}
    for week, share, what in ((every_day, 0.625, "Nine hours on every day"), (working, 123 / 168, "Weekdays only")):
        expect.close(weekly_saving(1.0, week, 0.0) / 168, share, f"{what}, nothing kept: the share of the week saved")
    expect.close(weekly_saving(2.0, {}, 0.5), 168 * 1.5, "Off all week, 0.50 of 2.00 USD an hour kept")
    two = {"Mon": (8, 17), "Sat": (10, 14)}
    expect.close(weekly_saving(2.0, two, 0.5), 155 * 1.5, "On for nine hours on Monday and four on Saturday, 0.50 kept")
    ### BEGIN HIDDEN TESTS
    expect.close(weekly_saving(0.4, {"Sat": (10, 12)}, 0.1), 166 * 0.3, "Two hours on a Saturday, 0.10 of 0.40 kept")
    all_day = dict.fromkeys(every_day, (0, 24))
    expect.close(weekly_saving(3.0, all_day, 1.0), 0.0, "Always on")
    ### END HIDDEN TESTS

# %% [markdown]
# Tern's own stack can go, too. `cdk destroy` asks once; what has the policy `Retain` stays behind, on real AWS and
# here.

# %%
for name in ("L3-API", "Bookings"):
    toolkit.destroy(name)
left = [one["StackName"] for one in stacks.describe_stacks()["Stacks"]]
print("CDKToolkit stays:", "CDKToolkit" in left, "- Bookings:", "Bookings" in left)

# %% [markdown]
# ## CDK or SAM?
#
# Both end in CloudFormation. **SAM** is for serverless applications: a short template in YAML, a command that builds,
# tests locally and deploys. **CDK** is for everything, in a language with loops, classes and tests. They work
# together: after `cdk synth`, `sam local invoke -t cdk.out/STACK.template.json` runs a function on your machine.
#
# > **Bill.** On the real AWS this lesson would cost a few cents for files, calls and requests.

# %%
for topic in ("construct-levels", "bootstrap-iam-roles"):
    print(topic, facts.limit("cdk", topic))
print("resources in a template", facts.limit("cloudformation", "resources-per-template"))

# %% [markdown]
# ## To remember
#
# - Integration tests every push at once; delivery keeps everything releasable; deployment releases without asking.
# - A CDK app is a program; `synth` turns each stack into a template, and CloudFormation does the rest.
# - L1 is one raw resource, L2 has defaults and grants, L3 makes several resources for a task.
# - `cdk bootstrap` once for each account and Region: bucket, repository, five roles, version parameter.
# - A construct's path makes its logical id: rename it, and the resource is replaced. Read `cdk diff`.
# - An idempotent deployment takes "no changes" for a success, and only that. IAM needs a capability.
# - A function is updated only if bucket, key or version of its code changes: put a hash of the content into the key.
# - Test templates with `assertions`, and see each test fail once. Loops in templates: `Fn::ForEach`.

# %% [markdown] question="renamed"
# ### Question 1
#
# A developer tidies up a CDK app: the construct `Table` is now called `Customers`. No property changes. `cdk diff`
# shows one table to be destroyed and one to be created. What does the team do?
#
# - [ ] **A** Deploy; CloudFormation knows that it is the same table.
#   > It knows resources by logical id. Another id is another table, and the old one goes or is left behind.
# - [x] **B** Not deploy, and take the old construct name back or move the resource with `cdk refactor`.
#   > The logical id comes from the construct's path. With the old id nothing changes, and no row is lost.
# - [ ] **C** Deploy with `--hotswap`, which changes resources in place.
#   > Hotswap shortens changes of code while developing. It does not rename resources.
# - [ ] **D** Run `cdk bootstrap` again, since the names in the environment are out of date.
#   > The bootstrap stack holds no names of your resources.

# %% answer="renamed"
answer = "B"

# %% check="renamed" points=1
question("renamed", answer)

# %% [markdown] question="first-in-region"
# ### Question 2
#
# A stack deploys well to eu-west-1. The first `cdk deploy` of the same stack to ap-south-1 ends with "SSM parameter
# /cdk-bootstrap/hnb659fds/version not found". What is missing?
#
# - [ ] **A** A parameter of that name in the app's own stack
#   > CDK looks for it before it deploys anything; it belongs to the environment, not to an app.
# - [ ] **B** The permission `cloudformation:CreateStack`
#   > That would be an AccessDenied, and only after the version is known.
# - [x] **C** The stack CDKToolkit in ap-south-1
#   > Bootstrapping is for an account *and* a Region. Run `cdk bootstrap aws://ACCOUNT/ap-south-1` once.
# - [ ] **D** A newer version of aws-cdk-lib
#   > An environment that is too old says so with two version numbers. This one has none.

# %% answer="first-in-region"
answer = "C"

# %% check="first-in-region" points=1
question("first-in-region", answer)

# %% [markdown] question="red-pipeline"
# ### Question 3
#
# A nightly job runs `aws cloudformation update-stack` with the template from Git. On nights without a new commit the
# job turns red: "No updates are to be performed". Which change mends it with the least code?
#
# - [x] **A** Use `aws cloudformation deploy --no-fail-on-empty-changeset`.
#   > It makes a change set, creates or updates, and takes an empty one for a success.
# - [ ] **B** Delete the stack and create it anew each night.
#   > It is never empty then, and the data are gone every morning.
# - [ ] **C** Let the job ignore every error of CloudFormation.
#   > Then it stays green also on the night when the template is broken.
# - [ ] **D** Write the date into the template's description, so that something changes.
#   > Every night makes an update that changes nothing useful, and hides the real ones.

# %% answer="red-pipeline"
answer = "A"

# %% check="red-pipeline" points=1
question("red-pipeline", answer)

# %% [markdown] question="friday"
# ### Question 4
#
# Every push of a shop is built and tested, and a release manager presses a button when the news about it are ready.
# What is this called?
#
# - [ ] **A** Continuous integration only
#   > Building and testing each push is integration. Here every good build could also go out at once.
# - [x] **B** Continuous delivery
#   > All that passed is ready for production, and a person decides when.
# - [ ] **C** Continuous deployment
#   > There nobody presses a button: what passes its tests goes out.
# - [ ] **D** Blue/green deployment
#   > That is a way to switch from one version to the next, whoever decides about it.

# %% answer="friday"
answer = "B"

# %% check="friday" points=1
question("friday", answer)

# %%
progress()
