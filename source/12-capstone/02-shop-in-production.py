# ---
# jupyter:
#   course:
#     exam:
#     - '2.2'
#     - '3.1'
#     - '3.4'
#     - '4.1'
#     - '4.2'
#     - '4.3'
#     minutes: 120
#     practises:
#       bill:
#       - lambda.pricing
#       - sqs.pricing
#       canary:
#       - sam.safe-deployments
#       - cloudwatch.alarm-evaluation
#       culprit:
#       - logs.insights
#       - xray.read-apis
#       incident:
#       - lambda.aliases
#       - sqs.redrive
#       load:
#       - lambda.concurrency
#       - dynamodb.wcu
#       pay-key:
#       - kms.never-plaintext-secrets
#       - secretsmanager.overview
#       - kms.access-evaluation
#       road:
#       - codepipeline.deploy-actions
#       - codebuild.buildspec
#       template:
#       - sam.template
#       - sam.policy-templates
#       - cloudformation.deletion-protection
#     services:
#     - sam
#     - cloudformation
#     - codepipeline
#     - codebuild
#     - codedeploy
#     - cloudwatch
#     - x-ray
#     - secrets-manager
#     - kms
#     - lambda
#     - sqs
#     - dynamodb
#     title: The shop in production
#     topics:
#     - sam.template
#     - sam.policy-templates
#     - cloudformation.deletion-protection
#     - codebuild.buildspec
#     - codepipeline.deploy-actions
#     - sam.safe-deployments
#     - cloudwatch.alarm-evaluation
#     - logs.insights
#     - xray.read-apis
#     - kms.never-plaintext-secrets
#     - secretsmanager.overview
#     - kms.access-evaluation
#     - lambda.concurrency
#     - dynamodb.wcu
#     - lambda.pricing
#     - sqs.pricing
#     - lambda.aliases
#     - sqs.redrive
# ---

# %% [markdown]
# # The shop in production
#
# Lumen's shop is built. Now it is released every week, by people who were not there when it was built, and it must not
# lose an order. In this lesson you put it into a template and on a pipeline, let bad versions roll themselves back,
# find a fault in logs and traces, keep a secret, measure what breaks first, write the bill, and repair a Saturday
# night.

# %% setup="start"
import io
import json
import random
import zipfile
from math import ceil
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("12-capstone/02-shop-in-production")
lab.start()
cloudformation = boto3.client("cloudformation")
codecommit = boto3.client("codecommit")
codebuild = boto3.client("codebuild")
codepipeline = boto3.client("codepipeline")
cloudwatch = boto3.client("cloudwatch")
dynamodb = boto3.client("dynamodb")
functions = boto3.client("lambda")
iam = boto3.client("iam")
kms = boto3.client("kms")
logs = boto3.client("logs")
s3 = boto3.client("s3")
secrets = boto3.client("secretsmanager")
sqs = boto3.client("sqs")
xray = boto3.client("xray")


def new_role(service: str, *statements: dict[str, Any]) -> str:
    """A role that this service takes on, with these statements; returns its ARN."""
    name, date = lab.unique_name(f"lumen-{service}"), "2012-10-17"
    who = {"Service": f"{service}.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": date, "Statement": [trust]})
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    if statements:
        document = json.dumps({"Version": date, "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=document)
    return made["Role"]["Arn"]


def allow(actions: str | list[str], *resources: str) -> dict[str, Any]:
    """A statement of a policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


# %% setup="stacks"
def make_stack(template: dict[str, Any], name: str = "") -> str:
    """Create a stack of a template, or update the one of this name; returns its name."""
    told: Any = {
        "TemplateBody": json.dumps(template),
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    if name:
        cloudformation.update_stack(StackName=name, **told)
    else:
        name = lab.unique_name("lumen")
        cloudformation.create_stack(StackName=name, **told)
    lab.settle()
    return name


def status_of(stack: str) -> str:
    """How a stack stands; behind it the first failure, if there is one."""
    status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    told = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [one for one in told if one["ResourceStatus"].endswith("_FAILED")]
    for one in failed[-1:]:
        status += f": {one['LogicalResourceId']}, {one['ResourceStatusReason']}"
    return status


def outputs(stack: str) -> dict[str, str]:
    """The outputs of a stack."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def parts(stack: str) -> dict[str, str]:
    """The physical ids of a stack's resources, by their names in the template."""
    found = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    return {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in found}


# %% [markdown]
# ## The shop as a text
#
# A small version of the shop is enough here: an order function behind an HTTP API, a table, a queue, a function that
# prints. `jam` in an order stands for paper that the printer cannot take.

# %% setup="code"
PLACE = """
import json
import os
import uuid

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
sqs = boto3.client("sqs")


def handler(event, context):
    order = {"id": uuid.uuid4().hex[:8], "lines": json.loads(event["body"])["lines"]}
    table.put_item(Item=order)
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(order))
    said = {"order": order["id"], "version": context.function_version}
    return {"statusCode": 201, "body": json.dumps(said)}
"""
PRINT = """
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
            if "jam" in order["lines"]:
                raise RuntimeError("paper jam")
            table.update_item(
                Key={"id": order["id"]},
                UpdateExpression="ADD printed :one",
                ExpressionAttributeValues={":one": 1},
            )
        except Exception as error:
            print("not printed:", repr(error))
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""


def order_at(url: str, lines: Any) -> Any:
    """POST an order to the shop."""
    return lab.http("POST", url, body=json.dumps({"lines": lines}))


# %%
charts.flow(
    [
        ("HTTP API", "Place", "POST /orders"),
        ("Place", "Orders", "put"),
        ("Place", "Jobs", "send"),
        ("Jobs", "Print", "batches"),
        ("Print", "Orders", "update"),
        ("Jobs", "Dead", "after 3 receives"),
    ],
    kinds={
        "HTTP API": "network",
        "Place": "compute",
        "Print": "compute",
        "Orders": "database",
        "Jobs": "messaging",
        "Dead": "messaging",
    },
    dashed=[("Jobs", "Dead")],
    direction="right",
    headline="An API and five resources; the template says how they hang together",
)

# %% [markdown]
# ### Your turn: repair the template
#
# `shop_template(place, printer)` returns the SAM template for the code of the two functions. A colleague's version
# deploys, and is wrong in many ways. What should hold:
#
# - `POST /orders` answers 201, with the rights of the functions' own roles; the order lies in `Orders` and is printed;
# - `Place` may write items of this table and send to this queue; `Print` may write items, too; neither may delete
#   orders, read the whole table, delete it, or touch other tables and queues;
# - an order with a jam is tried three times and then lies in `Dead`; others of its batch are printed **once**; `Jobs`
#   hides messages for six times the timeout of `Print`;
# - whoever deletes the stack, or changes it so that the table must be replaced, does not lose the orders.
#
# Keep the names of the resources and the output `Url`.
#
# <details><summary>Hint</summary>
#
# SAM's policy templates have gaps for names: `DynamoDBCrudPolicy` also deletes and lists, `DynamoDBWritePolicy` only
# writes items; `SQSSendMessagePolicy` wants a queue's *name* (`GetAtt`). `DeletionPolicy` and `UpdateReplacePolicy`
# stand beside `Type`, not among the properties. The SQS event takes `FunctionResponseTypes`.
# </details>


# %% exercise="template" repair=true
def shop_template(place: str, printer: str) -> dict[str, Any]:
    """The shop as a SAM template."""
    both = {"Runtime": "python3.13", "Handler": "index.handler", "Timeout": 20}
    address = "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {"Type": "AWS::Serverless::SimpleTable"},
            "Jobs": {"Type": "AWS::SQS::Queue"},
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Place": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    **both,
                    "InlineCode": place,
                    "Environment": {"Variables": {"TABLE": "Orders", "QUEUE": "Jobs"}},
                    "Policies": [{"DynamoDBReadPolicy": {"TableName": {"Ref": "Orders"}}}],
                    "Events": {
                        "Order": {
                            "Type": "HttpApi",
                            "Properties": {"Path": "/orders", "Method": "get"},
                        }
                    },
                },
            },
            "Print": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    **both,
                    "InlineCode": printer,
                    "Environment": {"Variables": {"TABLE": {"Ref": "Orders"}}},
                    "Policies": ["AmazonDynamoDBFullAccess"],
                    "Events": {
                        "Job": {
                            "Type": "SQS",
                            "Properties": {"Queue": {"Fn::GetAtt": "Jobs.Arn"}},
                        }
                    },
                },
            },
        },
        "Outputs": {
            "Url": {"Value": {"Fn::Sub": address}},
        },
    }


### BEGIN SOLUTION
def shop_template(place: str, printer: str) -> dict[str, Any]:
    """The shop as a SAM template."""
    both = {"Runtime": "python3.13", "Handler": "index.handler", "Timeout": 20}
    table, queue = {"Ref": "Orders"}, {"Ref": "Jobs"}
    write = {"DynamoDBWritePolicy": {"TableName": table}}
    queue_name = {"Fn::GetAtt": "Jobs.QueueName"}
    send = {"SQSSendMessagePolicy": {"QueueName": queue_name}}
    jobs = {"Queue": {"Fn::GetAtt": "Jobs.Arn"}, "BatchSize": 10}
    jobs["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": "Dead.Arn"}, "maxReceiveCount": 3}
    address = "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/orders"
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {
                "Type": "AWS::Serverless::SimpleTable",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
            },
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"VisibilityTimeout": 120, "RedrivePolicy": redrive},
            },
            "Dead": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"MessageRetentionPeriod": 14 * 86_400},
            },
            "Place": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    **both,
                    "InlineCode": place,
                    "Environment": {"Variables": {"TABLE": table, "QUEUE": queue}},
                    "Policies": [write, send],
                    "Events": {
                        "Order": {
                            "Type": "HttpApi",
                            "Properties": {"Path": "/orders", "Method": "post"},
                        }
                    },
                },
            },
            "Print": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    **both,
                    "InlineCode": printer,
                    "Environment": {"Variables": {"TABLE": table}},
                    "Policies": [write],
                    "Events": {"Job": {"Type": "SQS", "Properties": jobs}},
                },
            },
        },
        "Outputs": {"Url": {"Value": {"Fn::Sub": address}}},
    }


### END SOLUTION


# %% check="template" points=3
with check(
    "template",
    needs="shop_template",
    right="Anybody can make this shop again, and nobody can delete its orders by mistake.",
) as expect:

    def allowed(role: str, action: str, arn: str) -> bool:
        found = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[arn])
        return found["EvaluationResults"][0]["EvalDecision"] == "allowed"

    def stands(good: list[str]) -> None:
        template = shop_template(PLACE, PRINT)
        expect(isinstance(template, dict), "Return the template as a dictionary.")
        try:
            stack, problem = make_stack(template), ""
        except ClientError as error:
            stack, problem = "", error.response["Error"]["Message"]
        expect(not problem, f"CloudFormation refuses the template: {problem}")
        status = status_of(stack)
        expect(status == "CREATE_COMPLETE", f"The stack was not made: {status}")
        ids = parts(stack)
        missing = {"Orders", "Jobs", "Dead", "Place", "Print"} - set(ids)
        expect(not missing, f"Keep the names of the resources; {sorted(missing)} are missing.")
        url = outputs(stack).get("Url", "")
        with lab.enforce_iam():
            placed = {}
            for name in ["jam", *good]:
                said = order_at(url, {name: 1})
                group = f"/aws/lambda/{ids['Place']}"
                if said.status == 404:
                    expect(
                        False,
                        "POST /orders answers 404. Look at Path and Method of the event.",
                    )
                if said.status != 201:
                    try:
                        lines = logs.filter_log_events(logGroupName=group)["events"]
                    except logs.exceptions.ResourceNotFoundException:
                        lines = []  # Place was never called
                    last = [one["message"] for one in lines if "rror" in one["message"]]
                    expect(
                        False,
                        f"POST /orders answers {said.status}. The log of Place: {str(last[-1:])[:260]}",
                    )
                placed[name] = said.json()["order"]
            lab.settle()
            lab.clock.advance(minutes=12)
            lab.settle()
        table = boto3.resource("dynamodb").Table(ids["Orders"])
        printed = {one["id"]: int(one.get("printed", 0)) for one in table.scan()["Items"]}
        expect(
            set(printed) == set(placed.values()),
            f"{len(placed)} orders were placed; the table holds {len(printed)}.",
        )
        for name in good:
            times = printed[placed[name]]
            expect(
                times > 0,
                "An order was never printed. Has Print the right to update items of the table?",
            )
            expect(
                times == 1,
                f"An order was printed {times} times, because another one of its batch had a jam. "
                "FunctionResponseTypes lets a function report failures one by one.",
            )
        held = sqs.get_queue_attributes(QueueUrl=ids["Dead"], AttributeNames=["ApproximateNumberOfMessages"])
        count = int(held["Attributes"]["ApproximateNumberOfMessages"])
        expect(
            count == 1,
            f"One order had a jam; Dead holds {count} messages. Look at RedrivePolicy of Jobs, and whether "
            "failures of Print count (FunctionResponseTypes).",
        )
        known = sqs.get_queue_attributes(QueueUrl=ids["Jobs"], AttributeNames=["All"])["Attributes"]
        receives = json.loads(known["RedrivePolicy"])["maxReceiveCount"]
        expect(int(receives) == 3, f"maxReceiveCount is {receives}, it should be 3.")
        seconds = functions.get_function_configuration(FunctionName=ids["Print"])["Timeout"]
        hides = int(known["VisibilityTimeout"])
        expect(
            hides == 6 * seconds,
            f"Print may take {seconds} s, Jobs hides a message for {hides} s. Six times as long is right.",
        )
        here = f"us-east-1:{lab.ACCOUNT_ID}"
        other, elsewhere = f"arn:aws:dynamodb:{here}:table/another", f"arn:aws:sqs:{here}:another"
        for name in ("Place", "Print"):
            role = functions.get_function_configuration(FunctionName=ids[name])["Role"]
            for action, arn, words in (
                ("dynamodb:DeleteTable", table.table_arn, "delete the table"),
                ("dynamodb:PutItem", other, "write to other tables"),
                ("dynamodb:Scan", table.table_arn, "read the whole table"),
                ("dynamodb:DeleteItem", table.table_arn, "delete orders"),
                ("sqs:SendMessage", elsewhere, "send to other queues"),
                ("sqs:PurgeQueue", known["QueueArn"], "empty the queue"),
            ):
                expect(
                    not allowed(role, action, arn),
                    f"{name} may also {words}. A smaller policy is enough.",
                )
        kept = template["Resources"]["Orders"]
        expect(
            kept.get("UpdateReplacePolicy") == "Retain",
            "A change that replaces the table deletes the old one: UpdateReplacePolicy.",
        )
        cloudformation.delete_stack(StackName=stack)
        lab.settle()
        there = dynamodb.list_tables()["TableNames"]
        expect(
            ids["Orders"] in there,
            "The stack was deleted, and the orders with it: DeletionPolicy.",
        )

    stands(["fox", "owl"])
    ### BEGIN HIDDEN TESTS
    stands(["harbour", "tern", "fox"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## The road to it
#
# Nobody deploys by hand. A push starts a **pipeline**: tests first, then the template goes to CloudFormation. What the
# tests refuse never reaches the stack.
#
# The repository holds `place.py`, `test_place.py`, and `make.py`, which writes `template.json` with the code in it.
# (At work `sam package` does that, with the code in S3.)

# %% setup="repository"
MAKE = """
import json

code = open("place.py").read()
kind = "AWS::Serverless::Function"
place = {"Runtime": "python3.13", "Handler": "index.handler", "InlineCode": code}
document = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {"Place": {"Type": kind, "Properties": place}},
    "Outputs": {"Function": {"Value": {"Ref": "Place"}}},
}
json.dump(document, open("template.json", "w"))
print("template.json is written")
"""
TESTS = """
import unittest

from place import handler


class Total(unittest.TestCase):
    def test_two_foxes(self):
        self.assertEqual(handler({"fox": 2}, None), 3800)
"""


def price_code(fox: int, note: str = "") -> str:
    """A function that adds up an order; a right fox costs 1900."""
    return f"# {note}\ndef handler(event, context):\n    return {fox} * event['fox']\n"


def push(repository: str, files: dict[str, str]) -> None:
    """Commit files to the branch main and push them."""
    more: Any = {}
    try:
        tip = codecommit.get_branch(repositoryName=repository, branchName="main")["branch"]
        more = {"parentCommitId": tip["commitId"]}
    except codecommit.exceptions.BranchDoesNotExistException:
        pass
    put: Any = [{"filePath": path, "fileContent": text.encode()} for path, text in sorted(files.items())]
    where = {"repositoryName": repository, "branchName": "main"}
    codecommit.create_commit(**where, putFiles=put, **more)
    lab.settle()


def action(
    name: str,
    category: str,
    provider: str,
    takes: str = "",
    gives: str = "",
    **settings: str,
) -> Any:
    """An action of a pipeline, as create_pipeline wants it."""
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {
        "name": name,
        "actionTypeId": kind,
        "configuration": settings,
        "inputArtifacts": [{"name": takes}] if takes else [],
        "outputArtifacts": [{"name": gives}] if gives else [],
    }


def new_pipeline(stages: list[Any]) -> str:
    """Create a pipeline; its first execution begins at once. Returns its name."""
    store = lab.unique_name("artifacts")
    s3.create_bucket(Bucket=store)
    name = lab.unique_name("road")
    codepipeline.create_pipeline(
        pipeline={
            "name": name,
            "roleArn": new_role("codepipeline", allow("*", "*")),
            "artifactStore": {"type": "S3", "location": store},
            "stages": stages,
        }
    )
    lab.settle()
    lab.clock.advance(minutes=5)
    return name


def stage_states(pipeline: str) -> dict[str, str]:
    """How each stage of a pipeline stands."""
    found = codepipeline.get_pipeline_state(name=pipeline)["stageStates"]
    last = {one["stageName"]: one.get("latestExecution", {}) for one in found}
    return {stage: one.get("status", "-") for stage, one in last.items()}


def complaint(pipeline: str) -> str:
    """What the failed actions of a pipeline say."""
    found = codepipeline.get_pipeline_state(name=pipeline)["stageStates"]
    every = [one for stage in found for one in stage["actionStates"]]
    actions = [one.get("latestExecution", {}) for one in every]
    said = [one["errorDetails"]["message"] for one in actions if one.get("errorDetails")]
    return "; ".join(said)[:300]


# %% [markdown]
# ### Your turn: the road
#
# Write two functions.
#
# - `build_spec()` returns the buildspec as a dictionary (version 0.2): the tests (`python3 -m unittest`) run first,
#   then `python3 make.py`; the build gives `template.json`, and nothing else.
# - `road(repository, project, stack, role_arn)` returns the stages `Source` (branch `main` of the CodeCommit
#   repository), `Test` (the CodeBuild project), `Deploy`: CloudFormation creates or updates the stack from the template
#   **of the build**, with this role.
#
# <details><summary>Hint</summary>
#
# `{"version": 0.2, "phases": {"pre_build": {"commands": [...]}, ...}, "artifacts": {"files": [...]}}`. A failing
# command in `build` does not stop `post_build`; one in `pre_build` ends the build. A stage is `{"name": ...,
# "actions": [...]}`; `action` above makes an action. Settings of the deployment: `ActionMode` `CREATE_UPDATE`,
# `StackName`, `TemplatePath` (`ARTIFACT::FILE`), `RoleArn`, and `Capabilities` with
# `CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND`. Those of the others: `RepositoryName`, `BranchName`; `ProjectName`.
# </details>


# %% exercise="road"
def build_spec() -> dict[str, Any]:
    """The buildspec of the shop."""
    ### BEGIN SOLUTION
    phases = {
        "pre_build": {"commands": ["python3 -m unittest"]},
        "build": {"commands": ["python3 make.py"]},
    }
    return {"version": 0.2, "phases": phases, "artifacts": {"files": ["template.json"]}}
    ### END SOLUTION


def road(repository: str, project: str, stack: str, role_arn: str) -> list[Any]:
    """The stages from a push to the stack."""
    ### BEGIN SOLUTION
    commit = action(
        "Commit",
        "Source",
        "CodeCommit",
        gives="Code",
        RepositoryName=repository,
        BranchName="main",
    )
    test = action("Test", "Build", "CodeBuild", "Code", "Made", ProjectName=project)
    deploy = action(
        "Stack",
        "Deploy",
        "CloudFormation",
        takes="Made",
        ActionMode="CREATE_UPDATE",
        StackName=stack,
        TemplatePath="Made::template.json",
        RoleArn=role_arn,
        Capabilities="CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND",
    )
    return [
        {"name": "Source", "actions": [commit]},
        {"name": "Test", "actions": [test]},
        {"name": "Deploy", "actions": [deploy]},
    ]
    ### END SOLUTION


# %% check="road" points=3
with check(
    "road",
    needs=["build_spec", "road"],
    right="Push, test, deploy; what the tests refuse stays in the repository.",
) as expect:
    every = allow("*", "*")
    builder, deployer = new_role("codebuild", every), new_role("cloudformation", every)

    def travels(note: str, wrong: int) -> None:
        repository = lab.unique_name("shop")
        codecommit.create_repository(repositoryName=repository)
        push(repository, {"place.py": price_code(1900), "test_place.py": TESTS, "make.py": MAKE})
        project, stack = lab.unique_name("test"), lab.unique_name("shop")
        codebuild.create_project(
            name=project,
            source={"type": "CODEPIPELINE", "buildspec": json.dumps(build_spec())},
            artifacts={"type": "CODEPIPELINE"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/standard:7.0",
                "computeType": "BUILD_GENERAL1_SMALL",
            },
            serviceRole=builder,
        )
        stages = road(repository, project, stack, deployer)
        names = [one.get("name") for one in stages or []]
        expect.equal(names, ["Source", "Test", "Deploy"], "The names of the stages")
        pipeline = new_pipeline(stages)
        now = stage_states(pipeline)
        expect(
            set(now.values()) == {"Succeeded"},
            f"After the first push the stages stand like this: {now}. {complaint(pipeline)}",
        )
        function = outputs(stack)["Function"]

        def live() -> str:
            said = functions.invoke(FunctionName=function, Payload='{"fox": 1}')
            return said["Payload"].read().decode()

        expect.equal(live(), "1900", "What the deployed function answers for a fox")

        def written() -> int:
            said = logs.filter_log_events(logGroupName=f"/aws/codebuild/{project}")["events"]
            return sum("template.json is written" in one["message"] for one in said)

        before = written()
        push(repository, {"place.py": price_code(wrong)})
        lab.clock.advance(minutes=5)
        expect(
            live() == "1900",
            f"A push whose test fails was deployed: a fox now costs {live()}. Do the tests run, and first?",
        )
        now = stage_states(pipeline)
        expect(now["Test"] == "Failed", f"After a push whose test fails the stages are {now}.")
        expect(
            written() == before,
            "The tests failed, and make.py ran all the same, before them or after. Which phase ends the build?",
        )
        push(repository, {"place.py": price_code(1900, note), "notes.txt": note})
        lab.clock.advance(minutes=5)
        now = stage_states(pipeline)
        expect(
            now["Deploy"] == "Succeeded",
            f"After the mended push: {now}. {complaint(pipeline)}",
        )
        deployed = cloudformation.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
        expect(
            note in json.dumps(deployed),
            "The mended push was not deployed. Which artifact does Deploy take?",
        )
        rights = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("RoleARN")
        expect(
            rights == deployer,
            f"CloudFormation worked with the role {rights}; it should take the one that road was given: RoleArn.",
        )
        stores = codepipeline.get_pipeline(name=pipeline)["pipeline"]["artifactStore"]["location"]
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=stores)["Contents"]]
        held = set()
        for key in keys:
            body = s3.get_object(Bucket=stores, Key=key)["Body"].read()
            names = zipfile.ZipFile(io.BytesIO(body)).namelist()
            held |= {tuple(names)} if "template.json" in names else set()
        expect(
            held == {("template.json",)},
            f"The build should give template.json and nothing else; it gives {sorted(held)}.",
        )

    travels("cheaper paper", 19)
    ### BEGIN HIDDEN TESTS
    travels("thicker paper", 2000)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One customer in ten
#
# Tests know what their author thought of. What nobody thought of, a **canary** finds: for five minutes one call in ten
# goes to the new version, an alarm watches its errors, and CodeDeploy takes it back when the alarm rings. SAM sets all
# that up from three properties.


# %% setup="releases"
def answer_of(text: str) -> str:
    """Code of a function that answers with a text and its version; `boom` fails instead."""
    said = '{"statusCode": 200, "body": TEXT + " from " + context.function_version}'
    body = "1 / 0" if text == "boom" else said.replace("TEXT", repr(text))
    return f"def handler(event, context):\n    return {body}\n"


def plain_shop(text: str) -> dict[str, Any]:
    """A template with one function behind an HTTP API: all customers at once."""
    url = "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/price"
    event = {"Type": "HttpApi", "Properties": {"Path": "/price", "Method": "get"}}
    price = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "InlineCode": answer_of(text),
        "Events": {"Ask": event},
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Price": {"Type": "AWS::Serverless::Function", "Properties": price}},
        "Outputs": {"Url": {"Value": {"Fn::Sub": url}}, "Name": {"Value": {"Ref": "Price"}}},
    }


def a_minute(url: str, calls: int = 20) -> float:
    """Customers call for a minute; the share of calls that failed, in percent."""
    failed = 0
    for _ in range(calls):
        failed += lab.http("GET", url).status >= 500
        lab.clock.advance(seconds=60 / calls)
    return 100 * failed / calls


# %%
naive = make_stack(plain_shop("19.00"))
before = [a_minute(outputs(naive)["Url"], 5) for _ in range(2)]
make_stack(plain_shop("boom"), naive)
after = [a_minute(outputs(naive)["Url"], 5) for _ in range(3)]
make_stack(plain_shop("19.00"), naive)  # somebody noticed, after three minutes
mended = [a_minute(outputs(naive)["Url"], 5) for _ in range(2)]
charts.steps(
    {"failed calls": (range(7), before + after + mended)},
    headline="All at once: every customer meets the fault until a person acts",
    x_unit="minutes",
    y_unit="percent of calls",
    events={"release": 2, "rolled back by hand": 5},
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: the canary
#
# Write `guarded(template)` for a template as `plain_shop` makes it. It returns a new one (the old stays as it is) in
# which
#
# - the function gets an alias `live`, to which each change publishes a version, and the API calls that alias;
# - traffic shifts as `Canary10Percent5Minutes`;
# - an alarm on the metric `Errors` watches the alias: any error within one minute rings, a minute without calls is
#   good; when it rings, the release is rolled back.
#
# <details><summary>Hint</summary>
#
# `copy.deepcopy` copies. `AutoPublishAlias` makes the alias, and SAM lets the API call it. `DeploymentPreference` takes
# `Type` and `Alarms`, a list of `{"Ref": ...}`. The alarm has the namespace `AWS/Lambda`, the metric `Errors`, and two
# dimensions: `FunctionName` (a Ref) and `Resource`, which is `NAME:live` (`Fn::Sub`: `${Price}:live`).
# </details>

# %% exercise="canary"
import copy


def guarded(template: dict[str, Any]) -> dict[str, Any]:
    """The same template, with a canary that an alarm watches."""
    ### BEGIN SOLUTION
    new = copy.deepcopy(template)
    new["Resources"]["Price"]["Properties"] |= {
        "AutoPublishAlias": "live",
        "DeploymentPreference": {
            "Type": "Canary10Percent5Minutes",
            "Alarms": [{"Ref": "Errors"}],
        },
    }
    dimensions = {"FunctionName": {"Ref": "Price"}, "Resource": {"Fn::Sub": "${Price}:live"}}
    new["Resources"]["Errors"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Dimensions": [{"Name": key, "Value": dimensions[key]} for key in dimensions],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0,
            "TreatMissingData": "notBreaching",
        },
    }
    return new
    ### END SOLUTION


# %% check="canary" points=3
with check(
    "canary",
    needs="guarded",
    right="The alarm took the bad version back, after one customer in ten for a minute or two.",
) as expect:

    def share(name: str, version: str) -> float:
        """Which part of the calls of the alias goes to a version, in percent."""
        alias = functions.get_alias(FunctionName=name, Name="live")
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        if alias["FunctionVersion"] == version:
            return 100 - 100 * sum(weights.values())
        return 100 * weights.get(version, 0.0)

    def meet(url: str, name: str, version: str) -> None:
        """Customers call until one has met the new version."""
        for _ in range(300):
            said = lab.http("GET", url)
            if said.status >= 500 or said.body.endswith(f"from {version}"):
                return
            if share(name, version) == 0:
                return

    def releases(first: str, second: str) -> None:
        given = plain_shop(first)
        before = json.dumps(given)
        template = guarded(given)
        expect(
            json.dumps(given) == before,
            "The template that came in was changed. Work on a copy.",
        )
        expect(isinstance(template, dict), "Return the new template.")
        try:
            stack, problem = make_stack(template), ""
        except ClientError as error:
            stack, problem = "", error.response["Error"]["Message"]
        expect(not problem, f"CloudFormation refuses the template: {problem}")
        lab.clock.advance(minutes=1)
        expect(
            status_of(stack) == "CREATE_COMPLETE",
            f"The stack was not made: {status_of(stack)}",
        )
        url, name = outputs(stack)["Url"], outputs(stack)["Name"]
        aliases = [one["Name"] for one in functions.list_aliases(FunctionName=name)["Aliases"]]
        expect(
            aliases == ["live"],
            f"The function has the aliases {aliases}; it should have live.",
        )
        said = lab.http("GET", url)
        expect(
            said.body == f"{first} from 1",
            f"The API answers {said.status} {said.body[:60]!r}; version 1 should answer, through the alias.",
        )
        make_stack(guarded(plain_shop(second)), stack)
        lab.clock.advance(minutes=1)
        got = round(share(name, "2"))
        expect(
            got == 10,
            f"A minute after a release version 2 gets {got} % of the calls; it should be 10 %.",
        )
        for _ in range(3):
            lab.clock.advance(minutes=2)
        expect(
            share(name, "2") == 100,
            f"After seven minutes a good version gets {share(name, '2'):.0f} %. An alarm in a quiet minute? "
            "TreatMissingData.",
        )
        lab.clock.advance(minutes=2)
        expect(
            status_of(stack).startswith("UPDATE_COMPLETE"),
            f"The good release: {status_of(stack)}",
        )
        mine = set(parts(stack).values())
        every = cloudwatch.describe_alarms()["MetricAlarms"]
        alarms = [one for one in every if one["AlarmName"] in mine and one.get("MetricName")]
        for alarm in alarms:
            expect(
                alarm["StateValue"] == "OK" and alarm.get("TreatMissingData") == "notBreaching",
                f"After minutes without calls the alarm says {alarm['StateValue']}, as TreatMissingData is "
                f"{alarm.get('TreatMissingData', 'missing')}; such minutes should count as good.",
            )
            seconds = alarm["Period"] * (alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"])
            expect(
                seconds == 60,
                f"The alarm looks at {seconds} seconds of errors before it rings; one minute should be enough.",
            )
        make_stack(guarded(plain_shop("boom")), stack)
        lab.clock.advance(seconds=30)
        for _ in range(4):
            meet(url, name, "3")
            lab.clock.advance(minutes=1)
        lab.clock.advance(minutes=2)
        expect(
            share(name, "2") == 100,
            f"A version with errors still gets {share(name, '3'):.0f} % of the calls. Which function and alias "
            "does the alarm watch, and does the deployment know the alarm?",
        )
        for alarm in alarms:
            named = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
            expect(
                named.get("Resource") == f"{name}:live",
                f"The alarm watches {named}: calls that go past the alias count, too. The dimension Resource names it.",
            )
        lab.clock.advance(minutes=10)
        expect(
            "ROLLBACK_COMPLETE" in status_of(stack),
            f"The stack after the bad release: {status_of(stack)[:80]}",
        )
        expect.equal(
            lab.http("GET", url).body,
            f"{second} from 2",
            "What customers read after the bad release",
        )

    releases("19.00", "21.00")
    ### BEGIN HIDDEN TESTS
    releases("8.00", "9.00")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Something is slow
#
# Monday, nine o'clock: "ordering hangs". No errors, so no alarm. Three versions serve customers, as a canary is under
# way. Each order wrote a line of JSON into the log and sent a trace. First look:


# %% setup="slow"
STEPS = ("stock", "bank", "parcel", "mail")


def morning(seed: int, version: int, step: str, orders: int = 90) -> str:
    """Play a morning's orders: one version has a slow step. Returns the log group."""
    chance, group = random.Random(seed), lab.unique_name("/lumen/orders")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="all")
    now, lines, documents = lab.clock.now().timestamp(), [], []
    for number in range(orders):
        mine = (6, 7, 8)[number % 3]
        begin = now - 900 + 9 * number
        took = {name: chance.uniform(15, 40) for name in STEPS}
        took["bank"] = chance.uniform(180, 420) + (0 if mine == version else 120)
        if mine == version and 18 <= number < 72 and number % 9 < 5:
            took[step] += chance.uniform(900, 1400)
        if number in (31, 32, 33):  # a bank has its moments, whatever the version
            took["bank"] += 2_000 if mine == version else 28_500
        trace = f"1-{int(begin):08x}-{chance.getrandbits(96):024x}"
        at, inside = begin, []
        for name, ms in took.items():
            inside.append(
                {
                    "id": f"{chance.getrandbits(64):016x}",
                    "name": name,
                    "start_time": at,
                    "end_time": at + ms / 1000,
                }
            )
            at += ms / 1000
        whole = {
            "id": f"{chance.getrandbits(64):016x}",
            "trace_id": trace,
            "name": "orders",
            "start_time": begin,
            "end_time": at,
            "annotations": {"version": mine},
            "subsegments": inside,
        }
        documents.append(json.dumps(whole))
        ms = round(sum(took.values()))
        said = {"order": f"o{number}", "version": mine, "ms": ms, "trace": trace}
        lines.append({"timestamp": int(at * 1000), "message": json.dumps(said)})
    for first in range(0, orders, 45):
        xray.put_trace_segments(TraceSegmentDocuments=documents[first : first + 45])
    lines.sort(key=lambda line: line["timestamp"])
    logs.put_log_events(logGroupName=group, logStreamName="all", logEvents=lines)
    return group


def ask(query: str, group: str) -> list[dict[str, str]]:
    """The rows of a Logs Insights query over the last hour of a group."""
    end = int(lab.clock.now().timestamp())
    started = logs.start_query(
        logGroupName=group,
        startTime=end - 3600,
        endTime=end + 60,
        queryString=query,
    )
    answer = logs.get_query_results(queryId=started["queryId"])
    while answer["status"] in ("Scheduled", "Running"):  # at work: pause between two looks
        answer = logs.get_query_results(queryId=started["queryId"])
    rows = [{one["field"]: one["value"] for one in row} for row in answer["results"]]
    return [{name: row[name] for name in row if name != "@ptr"} for row in rows]


# %%
monday = morning(seed=3, version=7, step="parcel")
rows = ask("stats avg(ms) as mean, max(ms) as most by version | sort version asc", monday)
charts.compare(
    {
        f"version {row['version']}": {
            "mean": float(row["mean"]) / 1000,
            "slowest order": float(row["most"]) / 1000,
        }
        for row in rows
    },
    headline="Means and slowest orders accuse versions 6 and 8",
    unit="seconds",
    source="Logs Insights in the lab, 90 orders",
)

# %% [markdown]
# One slow bank call is not an incident. What many customers feel is a **percentile**. And which step is it? A log
# line of the whole order does not say; its trace does. Here is one order that went well:

# %%
(good,) = ask("filter version = 8 | sort ms asc | limit 1 | display order, trace", monday)
found = xray.batch_get_traces(TraceIds=[good["trace"]])["Traces"][0]["Segments"][0]
document = json.loads(found["Document"])
zero = document["start_time"]
charts.gantt(
    [
        (
            one["name"],
            1000 * (one["start_time"] - zero),
            1000 * (one["end_time"] - zero),
            "",
            "work",
        )
        for one in document["subsegments"]
    ],
    kinds={"work": "busy"},
    unit="ms",
    label="after the order came in",
    headline="In an order that went well, the bank takes most of the time",
    source=f"X-Ray in the lab, order {good['order']}",
)

# %% [markdown]
# ### Your turn: the culprit
#
# Write `culprit(group)`; it returns `(version, step)`:
#
# - the version (a number) whose 95th percentile of `ms` is the highest;
# - the step that takes longest in the traces of the five slowest orders of this version, all five together.
#
# Use `ask`; do not read the whole log.
#
# <details><summary>Hint</summary>
#
# `pct(ms, 95)`, `sort ... desc`, `limit`. All values of a row are text. A second query: the five slowest of that
# version, with their `trace`. `batch_get_traces` takes up to five ids; a segment's `Document` is JSON with
# `subsegments`.
# </details>


# %% exercise="culprit"
def culprit(group: str) -> tuple[int, str]:
    """Which version is slow, and in which step."""
    ### BEGIN SOLUTION
    ranked = ask("stats pct(ms, 95) as p95 by version | sort p95 desc | limit 1", group)
    version = int(ranked[0]["version"])
    slow = ask(f"filter version = {version} | sort ms desc | limit 5 | display trace", group)
    took: dict[str, float] = {}
    for one in xray.batch_get_traces(TraceIds=[row["trace"] for row in slow])["Traces"]:
        for segment in one["Segments"]:
            for step in json.loads(segment["Document"])["subsegments"]:
                lasted = step["end_time"] - step["start_time"]
                took[step["name"]] = took.get(step["name"], 0) + lasted
    return version, max(took, key=lambda name: took[name])
    ### END SOLUTION


# %% check="culprit" points=3
with check(
    "culprit",
    needs="culprit",
    right="The log says who is slow, the trace says where.",
) as expect:

    def finds(seed: int, version: int, step: str) -> None:
        group = morning(seed, version, step)
        with lab.watching(most=40) as made:
            told = culprit(group)
        expect(
            isinstance(told, tuple) and len(told) == 2,
            f"Return the version and the step, (7, 'mail') for instance, not {told!r}.",
        )
        read = made.of("GetLogEvents", "FilterLogEvents")
        expect(
            not read,
            "The whole log was read. At a million lines a day only a query is quick: use ask.",
        )
        expect(
            told[0] == version,
            f"You accuse version {told[0]!r}, as a number it should be {version}. A mean or a maximum "
            "follows single outliers; look at the 95th percentile.",
        )
        expect(
            told[1] == step,
            f"Version {version} is right, but the step is not {told[1]!r}. In the five slowest orders of this version, "
            "which step takes the time?",
        )

    finds(11, 7, "parcel")
    finds(12, 8, "mail")
    ### BEGIN HIDDEN TESTS
    finds(13, 6, "stock")
    finds(14, 8, "parcel")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The key of the bank
#
# Whoever holds the bank's key takes money in Lumen's name. It stood in an environment variable: readable for everybody
# who may look at the function, in every template, in every console. It belongs in **Secrets Manager**, encrypted
# with a **KMS** key of the shop; and the bank changes it now and then.


# %% setup="bank"
class Bank:
    """A bank that takes only its present key."""

    def __init__(self) -> None:
        self.present = f"bank-{random.Random(lab.unique_name('b')).getrandbits(40):x}"
        self.calls = 0

    def take(self, key: str, order: str) -> str:
        """Take the payment of an order; PermissionError if the key is not the present one."""
        self.calls += 1
        if key != self.present:
            raise PermissionError("the bank does not know this key")
        return f"{order} paid"


def new_secret(bank: Bank) -> tuple[str, str]:
    """A secret with the bank's key, and a KMS key of its own; the ARNs of both."""
    own = kms.create_key(Description="lumen shop")["KeyMetadata"]["Arn"]
    made = secrets.create_secret(
        Name=lab.unique_name("lumen/bank"),
        KmsKeyId=own,
        SecretString=json.dumps({"key": bank.present}),
    )
    return made["ARN"], own


def change(bank: Bank, secret: str) -> None:
    """The bank changes its key, and tells the shop."""
    bank.present += "-next"
    secrets.put_secret_value(SecretId=secret, SecretString=json.dumps({"key": bank.present}))


# %%
calls_a_month = {"once per order": 1_000_000, "once per environment and hour": 20 * 730}
price = facts.price("secrets-manager", "api-calls")
charts.bars(
    {words: count / 10_000 * price for words, count in calls_a_month.items()},
    headline="Reading the secret for each order costs 5 USD a month, and time each time",
    unit="USD per month",
    source=price,
)

# %% [markdown]
# ### Your turn: keep the key
#
# Repair both functions.
#
# - `pay(secret, bank, order)` returns what `bank.take(key, order)` returns, with the `key` from the secret (its ARN is
#   given; its text is JSON with `key`). It reads the secret **once** and remembers it, for each secret. If the bank
#   does not know the key, it reads it once again and tries once more; a second `PermissionError` goes through.
# - `pay_rights(secret, kms_key)` returns the policy of the function's role: it may read this secret, and decrypt with
#   this key **only through Secrets Manager**. Nothing else.
#
# <details><summary>Hint</summary>
#
# A dictionary outside of the function lives as long as its environment. The condition key is `kms:ViaService`, its
# value `secretsmanager.us-east-1.amazonaws.com`.
# </details>

# %% exercise="pay-key" repair=true
remembered: dict[str, str] = {}


def pay(secret: str, bank: Any, order: str) -> str:
    """Let the bank take the payment of an order."""
    text = secrets.get_secret_value(SecretId=secret)["SecretString"]
    remembered["key"] = json.loads(text)["key"]
    return bank.take(remembered["key"], order)


def pay_rights(secret: str, kms_key: str) -> dict[str, Any]:
    """The policy of the function that pays."""
    every = {"Effect": "Allow", "Action": ["secretsmanager:*", "kms:*"], "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [every]}


### BEGIN SOLUTION
remembered = {}


def pay(secret: str, bank: Any, order: str) -> str:
    """Let the bank take the payment of an order."""

    def read() -> None:
        told = secrets.get_secret_value(SecretId=secret)["SecretString"]
        remembered[secret] = json.loads(told)["key"]

    if secret not in remembered:
        read()
    try:
        return bank.take(remembered[secret], order)
    except PermissionError:
        read()
        return bank.take(remembered[secret], order)


def pay_rights(secret: str, kms_key: str) -> dict[str, Any]:
    """The policy of the function that pays."""
    reading = {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": secret,
    }
    through = {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}
    unlocking = {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": kms_key,
        "Condition": {"StringEquals": through},
    }
    return {"Version": "2012-10-17", "Statement": [reading, unlocking]}


### END SOLUTION


# %% check="pay-key" points=3
with check(
    "pay-key",
    needs=["pay", "pay_rights"],
    right="The key changes on a Tuesday afternoon, and nobody notices.",
) as expect:

    def pays(orders: int) -> None:
        bank, other = Bank(), Bank()
        (secret, _), (foreign, _) = new_secret(bank), new_secret(other)

        def counted(what: str, number: int, most: int) -> None:
            with lab.watching(most=200) as made:
                try:
                    said = [pay(secret, bank, f"o{n}") for n in range(number)]
                except PermissionError:
                    said = []
            expect(
                said == [f"o{n} paid" for n in range(number)],
                f"{what}: orders were not paid; the bank refused the key. When is the secret read again?",
            )
            reads = len(made.of("GetSecretValue"))
            expect(
                reads <= most,
                f"{what}: {number} orders read the secret {reads} times; {most} is enough.",
            )

        counted("At first", orders, 1)
        try:
            told = pay(foreign, other, "x1")
        except PermissionError:
            told = ""
        expect(
            told == "x1 paid",
            "Another secret, another bank: the first bank's key was used there.",
        )
        counted("After another secret was read", 2, 0)
        change(bank, secret)
        counted("After the bank changed its key", orders, 1)
        change(bank, secret)
        counted("After it changed again", 3, 1)
        bank.present += "-and tells nobody"
        bank.calls = 0
        with lab.watching(most=50) as made:
            try:
                pay(secret, bank, "late")
            except PermissionError:
                refused = True
            else:
                refused = False
        expect(
            refused,
            "The bank refuses the newest key, too: that PermissionError should go through.",
        )
        expect(
            bank.calls == 2 and len(made.of("GetSecretValue")) == 1,
            f"A refused payment should be tried twice and read the secret once; it was {bank.calls} and "
            f"{len(made.of('GetSecretValue'))}.",
        )

    def holds() -> None:
        bank = Bank()
        secret, own = new_secret(bank)
        foreign, foreign_key = new_secret(Bank())
        sealed = kms.encrypt(KeyId=own, Plaintext=b"payroll")["CiphertextBlob"]
        role = new_role("lambda")
        name = role.rpartition("/")[2]
        document = json.dumps(pay_rights(secret, own))
        try:
            iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=document)
            problem = ""
        except ClientError as error:
            problem = error.response["Error"]["Message"]
        expect(not problem, f"IAM refuses the policy: {problem}")
        through = {
            "ContextKeyName": "kms:ViaService",
            "ContextKeyType": "string",
            "ContextKeyValues": ["secretsmanager.us-east-1.amazonaws.com"],
        }

        def allowed(action: str, arn: str) -> bool:
            found = iam.simulate_principal_policy(
                PolicySourceArn=role,
                ActionNames=[action],
                ResourceArns=[arn],
                ContextEntries=[through],
            )
            return found["EvaluationResults"][0]["EvalDecision"] == "allowed"

        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        us = {
            "Effect": "Allow",
            "Principal": {"AWS": lab.ACCOUNT_ID},
            "Action": "sts:AssumeRole",
        }
        trust["Statement"].append(us)
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
        keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="check")["Credentials"]
        session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        its_secrets, its_kms = session.client("secretsmanager"), session.client("kms")

        def may(call: Any, **what: Any) -> bool:
            try:
                call(**what)
            except ClientError as error:
                return "AccessDenied" not in error.response["Error"]["Code"]
            return True

        with lab.enforce_iam():
            reads = may(its_secrets.get_secret_value, SecretId=secret)
            expect(
                reads,
                "The function may not read its secret. That takes GetSecretValue, and Decrypt on the key.",
            )
            tries = {
                "read other secrets": may(its_secrets.get_secret_value, SecretId=foreign),
                "decrypt anything else with the key (kms:ViaService)": may(its_kms.decrypt, CiphertextBlob=sealed),
            }
        tries |= {
            "change the secret": allowed("secretsmanager:PutSecretValue", secret),
            "delete the secret": allowed("secretsmanager:DeleteSecret", secret),
            "read who else may use the secret": allowed("secretsmanager:GetResourcePolicy", secret),
            "encrypt with the key": allowed("kms:Encrypt", own),
            "delete the key": allowed("kms:ScheduleKeyDeletion", own),
            "decrypt with other keys": allowed("kms:Decrypt", foreign_key),
        }
        can = [what for what, done in tries.items() if done]
        expect(not can, f"The role may also {'; '.join(can[:2])}.")

    pays(20)
    holds()
    ### BEGIN HIDDEN TESTS
    pays(7)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What breaks first?
#
# A film star shows a Lumen print on television. Three limits stand in the way of the orders: how many environments of
# the function may work at once, how many writes the table takes in a second, and whether a queue waits in front.


# %% setup="storm"
def sleeper(reserved: int) -> str:
    """A function that may run in so many environments at once; its name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 'stored'\n")
    name = lab.unique_name("orders")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=new_role("lambda"),
        Code={"ZipFile": packed.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    functions.put_function_concurrency(
        FunctionName=name,
        ReservedConcurrentExecutions=reserved,
    )
    return name


def accepted(name: str, orders: int) -> int:
    """So many orders at the same moment; returns how many got through."""
    calls = [lambda: functions.invoke(FunctionName=name)] * orders
    return sum(not isinstance(one, Exception) for one in lab.at_once(calls))


def write_units(sizes: list[int]) -> float:
    """Write units of a transaction that puts items of these sizes, as DynamoDB says."""
    table = lab.unique_name("sizes")
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    items = [
        {"id": {"S": f"{number:04}"}, "t": {"S": "." * (size - 7)}}  # names count, too
        for number, size in enumerate(sizes)
    ]
    puts: Any = [{"Put": {"TableName": table, "Item": one}} for one in items]
    said = dynamodb.transact_write_items(TransactItems=puts, ReturnConsumedCapacity="TOTAL")
    return sum(one["CapacityUnits"] for one in said["ConsumedCapacity"])


# %%
star = sleeper(20)
waves = [5, 10, 20, 40]
direct = [accepted(star, wave) for wave in waves]
line = sqs.create_queue(QueueName=lab.unique_name("line"))["QueueUrl"]
queued = [sum("MessageId" in sqs.send_message(QueueUrl=line, MessageBody="o") for _ in range(wave)) for wave in waves]
charts.curves(
    {"through a queue": (waves, queued), "straight to the function": (waves, direct)},
    headline=f"20 environments take {direct[-1]} of {waves[-1]} orders that come at once",
    x_label="orders at the same moment",
    y_label="orders taken",
    source="measured in the lab: reserved concurrency 20",
)

# %% [markdown]
# The refused ones get an error 429 (through an API: 503 or 500), and the app has to try again. A queue takes all and
# lets them wait. But it only moves the question: the table must take the writes at some time.
#
# How much is enough? One environment serves one request at a time, so at `ms` milliseconds each it manages `1000 / ms`
# orders a second. A transaction costs two write units for each started KB of each item.
#
# ### Your turn: predict what breaks
#
# Write `first_to_break(ms, sizes, reserved, units)` for orders that take `ms` milliseconds in a function with
# `reserved` environments, and then write items of `sizes` (bytes) in one transaction to a table with `units` write
# units a second. Return which part limits the shop, `"function"` or `"table"`, and how many whole orders a second it
# manages. Both alike: `"function"`. The check measures in the lab.
#
# <details><summary>Hint</summary>
#
# `ceil(size / 1024)` is the number of started KB of one item; round each item up by itself. `//` gives whole orders.
# </details>


# %% exercise="load"
def first_to_break(ms: int, sizes: list[int], reserved: int, units: int) -> tuple[str, int]:
    """Which part limits the shop, and at how many orders a second."""
    ### BEGIN SOLUTION
    by_function = reserved * 1000 // ms
    by_table = units // sum(2 * ceil(size / 1024) for size in sizes)
    if by_function <= by_table:
        return "function", by_function
    return "table", by_table
    ### END SOLUTION


# %% check="load" points=2
with check(
    "load",
    needs="first_to_break",
    right="Raise the limit that breaks first; raising another one changes nothing.",
) as expect:

    def agrees(ms: int, sizes: list[int], reserved: int, units: int) -> None:
        at_once = accepted(sleeper(reserved), reserved + 6)
        each = write_units(sizes)
        limits = {"function": at_once * 1000 // ms, "table": int(units // each)}
        weakest = min(limits, key=lambda name: (limits[name], name))
        case = f"{ms} ms, items of {sizes} bytes, {reserved} environments, {units} units"
        expect.equal(first_to_break(ms, sizes, reserved, units), (weakest, limits[weakest]), case)

    agrees(200, [400, 700], 10, 1000)
    agrees(100, [400, 1500, 900], 30, 400)
    agrees(250, [1024, 1025], 5, 100)
    agrees(300, [600, 600], 3, 40)
    ### BEGIN HIDDEN TESTS
    agrees(100, [1000], 10, 200)
    agrees(80, [5000, 200, 200], 12, 640)
    agrees(130, [300] * 6, 7, 999)
    ### END HIDDEN TESTS

# %% [markdown]
# > **On real AWS** an account begins with a concurrency of 1,000 for all functions of a Region (new accounts with
# > less), and a function may grow by 1,000 environments every ten seconds. A table in on-demand mode starts with
# > 4,000 writes a second and grows; a single partition key takes 1,000.
#
# > **Then and now.** Until November 2023 Lambda raised the readers of a standard queue by 60 a minute; now by 300.
#
# ## The bill
#
# What does an order cost? Twelve people look for one who buys. The list says what an order uses, and what is
# there without orders.

# %% setup="usage"
# What it is, service and price in course.facts, per order, in any case, free each month.
USAGE: list[tuple[str, str, str, float, float, float]] = [
    ("HTTP API: requests", "api-gateway", "http-requests", 13, 0, 0),
    ("Lambda: requests", "lambda", "requests", 16, 0, 1e6),
    ("Lambda: GB-seconds", "lambda", "duration-x86", 16 * 0.12 * 0.5, 0, 4e5),
    ("DynamoDB: writes", "dynamodb", "on-demand-write-request-units", 11, 0, 0),
    ("DynamoDB: reads", "dynamodb", "on-demand-read-request-units", 26, 0, 0),
    ("EventBridge: events", "eventbridge", "custom-events", 1, 0, 0),
    ("SQS: requests", "sqs", "standard-requests", 3, 130_000, 1e6),
    (
        "Step Functions: transitions",
        "step-functions",
        "standard-state-transitions",
        4,
        0,
        4000,
    ),
    ("Logs: GB", "cloudwatch-logs", "ingest-standard", 24e-6, 0, 5),
    ("KMS: key", "kms", "customer-key-month", 0, 1, 0),
    ("Secret", "secrets-manager", "secret-month", 0, 1, 0),
    ("Alarms", "cloudwatch", "alarm-standard", 0, 14, 10),
]

# %% [markdown]
# ### Your turn: the monthly bill
#
# Write `monthly_bill(orders)`. It returns a dictionary: the name of each line of `USAGE` with its USD in a month with
# so many orders. A line's amount is (per order times orders, plus in any case, minus free), never below 0.
#
# <details><summary>Hint</summary>
#
# Prices differ in what they are for: a million requests, 1,000 transitions, one GB. `facts.cost(service, price,
# amount).usd` takes single units and knows that.
# </details>


# %% exercise="bill"
def monthly_bill(orders: int) -> dict[str, float]:
    """What a month costs, line by line, in USD."""
    ### BEGIN SOLUTION
    bill = {}
    for name, service, price, per_order, fixed, free in USAGE:
        amount = max(0, per_order * orders + fixed - free)
        bill[name] = facts.cost(service, price, amount).usd
    return bill
    ### END SOLUTION


# %% check="bill" points=2
with check(
    "bill",
    needs="monthly_bill",
    right="Nothing runs while nobody orders, and the workflow is the dearest part.",
) as expect:

    def adds_up(orders: int, lines: dict[str, float], total: float) -> None:
        bill = monthly_bill(orders)
        expect(
            isinstance(bill, dict) and set(bill) == {line[0] for line in USAGE},
            "Return a dictionary with a number for each line of USAGE, by its name.",
        )
        for name, usd in lines.items():
            expect.close(bill[name], usd, f"{name}, at {orders:,} orders")
        expect.close(sum(bill.values()), total, f"The whole bill at {orders:,} orders")

    def usd(service: str, price: str, amount: float) -> float:
        return facts.cost(service, price, amount).usd

    transitions = ("step-functions", "standard-state-transitions")
    quiet = usd("kms", "customer-key-month", 1) + usd("secrets-manager", "secret-month", 1)
    quiet += usd("cloudwatch", "alarm-standard", 4)
    adds_up(0, {"Alarms": usd("cloudwatch", "alarm-standard", 4), "SQS: requests": 0.0}, quiet)
    small = quiet + usd("api-gateway", "http-requests", 13_000) + usd("eventbridge", "custom-events", 1000)
    small += usd("dynamodb", "on-demand-write-request-units", 11_000)
    small += usd("dynamodb", "on-demand-read-request-units", 26_000)
    adds_up(1000, {"Lambda: requests": 0.0, "Step Functions: transitions": 0.0}, small)
    million = {
        "Step Functions: transitions": usd(*transitions, 3_996_000),
        "Lambda: GB-seconds": usd("lambda", "duration-x86", 560_000),
        "SQS: requests": usd("sqs", "standard-requests", 2_130_000),
        "Logs: GB": usd("cloudwatch-logs", "ingest-standard", 19),
    }
    whole = quiet + sum(million.values()) + usd("api-gateway", "http-requests", 13e6) + usd("lambda", "requests", 15e6)
    whole += usd("dynamodb", "on-demand-write-request-units", 11e6) + usd("eventbridge", "custom-events", 1e6)
    whole += usd("dynamodb", "on-demand-read-request-units", 26e6)
    adds_up(1_000_000, million, whole)
    ### BEGIN HIDDEN TESTS
    bill = monthly_bill(300_000)
    expect.close(
        bill["Step Functions: transitions"],
        usd(*transitions, 1_196_000),
        "Transitions at 300,000 orders",
    )
    expect.close(
        bill["Lambda: requests"],
        usd("lambda", "requests", 3_800_000),
        "Requests at 300,000 orders",
    )
    expect.close(bill["Lambda: GB-seconds"], 0.0, "GB-seconds at 300,000 orders")
    ### END HIDDEN TESTS

# %% [markdown]
# Drawn with what you wrote (nothing, as long as it is not written):


# %%
def drawn() -> charts.Chart:
    """The bills of three months, with their four largest lines."""
    levels = {"1,000": 1000, "100,000": 100_000, "1,000,000": 1_000_000}
    bills = {f"{words} orders": monthly_bill(orders) for words, orders in levels.items()}
    *_, most = bills.values()
    largest = sorted(most, key=lambda name: -most[name])[:4]
    rest = {words: sum(usd for name, usd in bill.items() if name not in largest) for words, bill in bills.items()}
    total, share = sum(most.values()), most[largest[0]] / sum(most.values())
    return charts.stack(
        {words: {name: bill[name] for name in largest} | {"all else": rest[words]} for words, bill in bills.items()},
        headline=f"A million orders cost {total:.0f} USD, {share:.0%} of it for {largest[0]}",
        unit="USD per month",
        source=[facts.price("step-functions", "standard-state-transitions")],
    )


drawn() if monthly_bill(1) else None

# %% [markdown]
# > Four transitions an order for payment are the dearest line by far. An express workflow would cost a few dollars,
# > without the history that shows what happened to somebody's money. That is a decision, not a mistake.
#
# ## Saturday night
#
# 22:40, the alarm on the dead-letter queue rings. A release of this afternoon cannot read orders with a gift note: they
# fail three times and end in `dead`. Customers have paid. The function of the post room has an alias `live`; its
# canary is half-way, stopped by a colleague in panic.


# %% setup="night"
READS = """
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
            FAULT
            table.update_item(
                Key={"id": order["id"]},
                UpdateExpression="ADD printed :one SET #by = :by",
                ExpressionAttributeNames={"#by": "by"},
                ExpressionAttributeValues={":one": 1, ":by": context.function_version},
            )
        except Exception as error:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""


def version_code(faulty: bool) -> bytes:
    """The package of a version; a faulty one cannot read gifts."""
    fault = 'order["gift"] and order["gift"]["paper"]' if faulty else "pass"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", READS.replace("FAULT", fault))
    return packed.getvalue()


class Night:
    """The post room on Saturday night: versions with gaps, half a canary, two queues."""

    def __init__(self, good: list[int], gone: list[int], bad: int, share: float = 0.5, newer: int = 0) -> None:
        table = lab.unique_name("printed")
        dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.table = boto3.resource("dynamodb").Table(table)
        role = new_role("lambda", allow(["dynamodb:*", "sqs:*"], "*"))
        self.name = lab.unique_name("post")
        functions.create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": version_code(False)},
            Environment={"Variables": {"TABLE": table}},
        )
        functions.get_waiter("function_active_v2").wait(FunctionName=self.name)
        named: Any = {"FunctionName": self.name}
        for number in range(1, bad + newer + 1):
            functions.update_function_configuration(**named, Description=str(number))
            functions.update_function_code(**named, ZipFile=version_code(number == bad))
            functions.publish_version(**named)
        for number in gone:
            functions.delete_function(FunctionName=self.name, Qualifier=str(number))
        self.right = max(good)
        other = bad + newer if newer else self.right
        routing: Any = {"AdditionalVersionWeights": {str(other): share}}
        functions.create_alias(
            FunctionName=self.name,
            Name="live",
            FunctionVersion=str(bad),
            RoutingConfig=routing if share else {},
        )
        self.dead, dead_arn = self._queue("dead")
        redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3})
        self.queue, arn = self._queue("post", RedrivePolicy=redrive, VisibilityTimeout="30")
        functions.create_event_source_mapping(
            EventSourceArn=arn,
            FunctionName=f"{self.name}:live",
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )

    def _queue(self, name: str, **attributes: str) -> tuple[str, str]:
        made = sqs.create_queue(QueueName=lab.unique_name(name), Attributes=attributes)
        url = made["QueueUrl"]
        known = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, known["Attributes"]["QueueArn"]

    def give_up(self, gifts: int, torn: int) -> None:
        """So many orders with gift notes, and so many unreadable ones, lie in `dead`."""
        for number in range(gifts):
            order = {"id": f"gift-{number}", "gift": "for Ada"}
            sqs.send_message(QueueUrl=self.dead, MessageBody=json.dumps(order))
        for number in range(torn):
            sqs.send_message(QueueUrl=self.dead, MessageBody=f"torn {number}")

    def printed(self) -> dict[str, tuple[int, str]]:
        """How often each order was printed, and by which version."""
        items = self.table.scan()["Items"]
        return {str(one["id"]): (int(one["printed"]), str(one["by"])) for one in items}

    def waiting(self, url: str) -> int:
        """How many messages a queue holds."""
        names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(value) for value in found.values())


# %%
saturday = Night(good=[1, 2, 9], gone=[3, 4, 5, 6, 7, 8], bad=10)
saturday.give_up(gifts=6, torn=1)
told = functions.list_versions_by_function(FunctionName=saturday.name)["Versions"]
print("versions:", [one["Version"] for one in told])
live = functions.get_alias(FunctionName=saturday.name, Name="live")
print("live:", live["FunctionVersion"], live.get("RoutingConfig"))
print("given up:", saturday.waiting(saturday.dead))

# %% [markdown]
# ### Your turn: the runbook
#
# Write `recover(name, queue, dead)` for the function's name and the URLs of both queues. In the right order:
#
# - the alias `live` goes back to the version before the present one (the highest number below it that still exists),
#   for **all** calls;
# - then everything in `dead` goes back to `queue`, so that it is printed;
# - it returns that version, as text.
#
# What nobody can read comes back to `dead` by itself: leave it there for a person. Publish nothing, delete nothing.
#
# <details><summary>Hint</summary>
#
# Versions are text: as text `"9"` is greater than `"10"`, and `$LATEST` is among them; more than 50 come in pages. An
# alias keeps its weights unless `update_alias` gets `RoutingConfig={"AdditionalVersionWeights": {}}`. The redrive is
# `start_message_move_task`, with the ARNs of both queues.
# </details>


# %% exercise="incident"
def recover(name: str, queue: str, dead: str) -> str:
    """Bring the alias back, then the messages; return the version."""
    ### BEGIN SOLUTION
    present = int(functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"])
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    numbers = [one["Version"] for page in pages for one in page["Versions"]]
    before = max(int(one) for one in numbers if one.isdigit() and int(one) < present)
    functions.update_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion=str(before),
        RoutingConfig={"AdditionalVersionWeights": {}},
    )

    def arn(url: str) -> str:
        known = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return known["Attributes"]["QueueArn"]

    sqs.start_message_move_task(SourceArn=arn(dead), DestinationArn=arn(queue))
    return str(before)
    ### END SOLUTION


# %% check="incident" points=3
with check(
    "incident",
    needs="recover",
    right="First stop the fault, then bring back what it broke. 22:52, good night.",
) as expect:

    def saves(night: Night, gifts: int, torn: int) -> None:
        night.give_up(gifts, torn)
        with lab.watching(most=120) as made:
            said = recover(night.name, night.queue, night.dead)
        right = str(night.right)
        alias = functions.get_alias(FunctionName=night.name, Name="live")
        expect(
            alias["FunctionVersion"] == right,
            f"live points to version {alias['FunctionVersion']}; the one before the faulty one is {right}.",
        )
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        expect(
            not weights,
            f"Some calls still go elsewhere: {weights}. The alias kept its weights.",
        )
        order = [one.operation for one in made]
        moved = [n for n, one in enumerate(order) if one in ("StartMessageMoveTask", "SendMessage", "SendMessageBatch")]
        back = [n for n, one in enumerate(order) if one in ("UpdateAlias", "CreateAlias")]
        expect(bool(moved), "The messages are still in the dead-letter queue.")
        expect(
            back[:1] < moved[:1],
            "The messages went back before the alias did: the faulty version would take them again.",
        )
        bad = {"PublishVersion", "DeleteFunction", "PurgeQueue", "UpdateFunctionCode"} & set(order)
        expect(
            not bad,
            f"You called {', '.join(sorted(bad))}: nothing should be published or deleted.",
        )
        lab.clock.advance(minutes=10)
        lab.settle()
        printed = night.printed()
        missing = [f"gift-{n}" for n in range(gifts) if f"gift-{n}" not in printed]
        expect(
            not missing,
            f"{len(missing)} of {gifts} gifts were not printed. Did they all go to the queue (DestinationArn)?",
        )
        doubled = [one for one, (times, _) in printed.items() if times > 1]
        expect(not doubled, f"{doubled[:3]} were printed more than once.")
        by = {version for _, version in printed.values()}
        expect(by == {right}, f"The gifts were printed by versions {sorted(by)}, not by {right}.")
        left = night.waiting(night.dead)
        expect(
            left == torn,
            f"{torn} messages that nobody can read should be in the dead-letter queue in the end; it holds {left}.",
        )
        expect.equal(said, right, "What recover returns")

    saves(Night(good=[55], gone=[56], bad=57, newer=1), gifts=12, torn=1)
    ### BEGIN HIDDEN TESTS
    saves(Night(good=[1, 3], gone=[2], bad=4, share=0.0), gifts=5, torn=2)
    ### END HIDDEN TESTS

# %% [markdown]
# > **On real AWS** a redrive and a poller take a while; look at `list_message_move_tasks` and at the age of the oldest
# > message before you go to bed. On Monday the team asks what would have caught it: here a test with a gift note, and
# > an alarm at the *first* message in the dead-letter queue, as a part of the canary.
#
# > **Bill.** This lesson would cost a few cents on AWS, and 1.40 USD a month for key and secret if you left them there.
# > Delete the stacks; the tables that they kept, the secret and the key (7 to 30 days) by hand.

# %%
lab.bill(times=100)

# %% [markdown]
# ## To remember
#
# - A template says what belongs together; `DeletionPolicy` and `UpdateReplacePolicy` keep the data when it goes.
# - Tests stop what their author thought of, a canary with an alarm what nobody thought of.
# - Percentiles find the version, traces find the step; means and maxima mislead.
# - A secret is read once, remembered, and read again when it is refused. Its key works only through Secrets Manager.
# - The weakest limit decides: environments are orders a second times seconds each; two write units a KB in a
#   transaction.
# - A queue turns refusals into waiting; it adds no capacity to the table behind it.
# - An idle serverless shop costs nearly nothing; at a million orders look at the line that costs most.
# - In an incident: stop the fault, bring back what it broke, leave to people what no program can read.

# %% [markdown] question="quiet-alarm"
# ### Question 1
#
# A canary's alarm watches `Errors` of the alias, period one minute. At night nobody calls for minutes. The alarm
# changes to INSUFFICIENT_DATA, and the team wants quiet minutes to count as good. What do they set?
#
# - [ ] **A** A period of an hour.
#   > Then the alarm needs most of an hour to see a fault, and the canary is over after five minutes.
# - [x] **B** `TreatMissingData` to `notBreaching`.
#   > Minutes without data points then count as within the threshold, and one error still rings at once.
# - [ ] **C** A statistic of `Average` in place of `Sum`.
#   > A minute without data has no average either.
# - [ ] **D** `DatapointsToAlarm` to 5.
#   > It takes more bad minutes to ring; missing ones stay missing.

# %% answer="quiet-alarm"
answer = "B"

# %% check="quiet-alarm" points=1
question("quiet-alarm", answer)

# %% [markdown] question="which-limit"
# ### Question 2
#
# An API's function takes 200 ms and has a reserved concurrency of 20. At 150 requests a second customers get errors;
# the table uses a tenth of its units. Which change helps?
#
# - [ ] **A** More write units for the table.
#   > It has nine tenths to spare. The limit that is reached is another one.
# - [ ] **B** A longer timeout of the function.
#   > Requests are refused because no environment is free, not because one takes too long.
# - [x] **C** A reserved concurrency of 30 or more.
#   > 150 times 0.2 s are 30 requests at the same time; 20 environments manage 100 a second.
# - [ ] **D** Provisioned concurrency of 10.
#   > It warms environments within the reserved 20 and lifts no limit.

# %% answer="which-limit"
answer = "C"

# %% check="which-limit" points=1
question("which-limit", answer)

# %% [markdown] question="kept-table"
# ### Question 3
#
# An update of a stack changes the partition key of a DynamoDB table. The table had `DeletionPolicy: Retain`, and
# nothing else. Afterwards the table is empty. Why?
#
# - [x] **A** The table was replaced, and `UpdateReplacePolicy` says what becomes of the old one.
#   > Its default is Delete, whatever DeletionPolicy says. Keep both, side by side.
# - [ ] **B** DynamoDB empties a table when its key changes.
#   > A key cannot change at all; that is why a new table was made.
# - [ ] **C** `Retain` needs deletion protection of the table.
#   > Two independent safeguards. Protection would have made the update fail, which is better than this.
# - [ ] **D** A stack policy was missing.
#   > It could have forbidden the update. The data would be safe even with the update if the old table had been kept.

# %% answer="kept-table"
answer = "A"

# %% check="kept-table" points=1
question("kept-table", answer)

# %% [markdown] question="rotated"
# ### Question 4
#
# Functions read a database password from Secrets Manager when an environment starts, and keep it. Each time it rotates,
# some calls fail for up to an hour. What is the best change?
#
# - [ ] **A** Read the secret in every call.
#   > It works, and costs a call and some milliseconds each time, at a price for each 10,000.
# - [ ] **B** Put the password into an encrypted environment variable.
#   > Then every rotation needs a deployment, and environments keep the old value in the meantime.
# - [ ] **C** Turn rotation off.
#   > No failures, and a password that lives for ever.
# - [x] **D** On a refused login read the secret again once, and try once more.
#   > The old value serves as long as it works; the change costs one call in each environment.

# %% answer="rotated"
answer = "D"

# %% check="rotated" points=1
question("rotated", answer)

# %%
progress()
