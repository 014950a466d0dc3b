# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '3.1'
#     - '3.3'
#     minutes: 60
#     practises:
#       guard-inputs:
#       - cloudformation.parameters
#       - cloudformation.parameter-constraints
#       network:
#       - cloudformation.intrinsic-functions
#       - cloudformation.ref
#       - cloudformation.sub-join
#       predict-parts:
#       - cloudformation.conditions
#       repair-town:
#       - cloudformation.template-anatomy
#       - cloudformation.yaml
#       - cloudformation.mappings
#       roll-out:
#       - cloudformation.infrastructure-as-code
#       - cloudformation.templates-and-stacks
#       server:
#       - cloudformation.ec2-instance-properties
#       - cloudformation.getatt
#       sort-inputs:
#       - cloudformation.mappings
#       - cloudformation.pseudo-parameters
#       - cloudformation.dynamic-references
#       tear-down:
#       - cloudformation.outputs-exports
#     services:
#     - cloudformation
#     - ec2
#     - sqs
#     title: Infrastructure from a text file
#     topics:
#     - cloudformation.infrastructure-as-code
#     - cloudformation.templates-and-stacks
#     - cloudformation.template-anatomy
#     - cloudformation.yaml
#     - cloudformation.resource-types
#     - cloudformation.ec2-instance-properties
#     - cloudformation.parameters
#     - cloudformation.parameter-constraints
#     - cloudformation.ref
#     - cloudformation.getatt
#     - cloudformation.pseudo-parameters
#     - cloudformation.mappings
#     - cloudformation.conditions
#     - cloudformation.sub-join
#     - cloudformation.intrinsic-functions
#     - cloudformation.outputs-exports
#     - cloudformation.dynamic-references
# ---

# %% [markdown]
# # Infrastructure from a text file
#
# Velo repairs bicycles in five towns, and opens in a new one every few months. Each town needs the same things in AWS:
# a queue of repairs, a bucket for photographs, a small server. Until now somebody clicked them together, and no two
# towns were alike. After this lesson you can write down a town in one file, and let **AWS CloudFormation** build it,
# anywhere, as often as you like.

# %% setup="start"
import json
import re
from typing import Any

import boto3
import yaml
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("09-cicd/01-cloudformation")
lab.start()
stacks = boto3.client("cloudformation")
ec2 = boto3.client("ec2")

# %% [markdown]
# ## Say what, not how
#
# A program that calls `create_queue` and `create_bucket` says *how*. A **template** says *what* there shall be;
# CloudFormation finds out which calls that takes, in which order, now and after every later change. This is
# **infrastructure as code**, of the **declarative** kind. The file lives in Git, changes are reviewed as other code
# is, and nothing is made by hand.

# %%
town = """
AWSTemplateFormatVersion: "2010-09-09"
Description: What every town of Velo has
Resources:
  Repairs:                       # a logical id: the name inside this template
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
  Photos:
    Type: AWS::S3::Bucket
"""
stacks.create_stack(StackName="velo-oslo", TemplateBody=town)
stacks.get_waiter("stack_create_complete").wait(StackName="velo-oslo")
for row in stacks.list_stack_resources(StackName="velo-oslo")["StackResourceSummaries"]:
    print(f"{row['LogicalResourceId']:8} {row['ResourceType']:16} {row['PhysicalResourceId']}")

# %% [markdown]
# What came out is a **stack**: one deployment of a template, with a name (up to 128 characters) and an id. Each
# resource has a **logical id** in the template and a **physical id** in the account. You gave no names, so
# CloudFormation invented some from the stack's name. That is good practice: a name that you fix can be taken.
#
# Each step of the work is an **event**. `create_stack` returns before the work begins; the waiter asks until it is
# done, or raises an error if it failed.

# %%
for event in reversed(stacks.describe_stack_events(StackName="velo-oslo")["StackEvents"]):
    print(f"{event['LogicalResourceId']:10} {event['ResourceStatus']}")

# %% [markdown]
# > **Lab and AWS.** On AWS independent resources are made side by side, and this takes a minute or so. The lab makes
# > them one after another and at once. It makes them with the same API calls as your own programs would.
#
# A template is never edited in place. You send a **new version** with `update_stack`, and CloudFormation changes what
# differs. `delete_stack` removes everything that the stack made, in the opposite order.

# %%
slower = town.replace("VisibilityTimeout: 60", "VisibilityTimeout: 90")
stacks.update_stack(StackName="velo-oslo", TemplateBody=slower)
stacks.get_waiter("stack_update_complete").wait(StackName="velo-oslo")
print(stacks.describe_stacks(StackName="velo-oslo")["Stacks"][0]["StackStatus"])
print("90" in stacks.get_template(StackName="velo-oslo")["TemplateBody"])

# %% [markdown]
# ### Your turn: roll out
#
# A stack belongs to one Region. Write `roll_out(name, body, regions)`. In each Region it makes the stack `name` from
# the template `body` or, where a stack of that name exists, updates it; and it waits until that is done. Return for
# each Region the physical ids by logical id:
#
# `{"eu-west-1": {"Repairs": "https://sqs...", "Photos": "velo-..."}, ...}`
#
# <details><summary>Hint</summary>
#
# `boto3.client("cloudformation", region_name=region)`. If the name is taken, `create_stack` raises
# `client.exceptions.AlreadyExistsException`. There is one waiter for creating and another for updating.
# </details>


# %% exercise="roll-out"
def roll_out(name: str, body: str, regions: list[str]) -> dict[str, dict[str, str]]:
    """Make or update the stack in every Region; return the physical ids."""
    ### BEGIN SOLUTION
    found = {}
    for region in regions:
        client = boto3.client("cloudformation", region_name=region)
        try:
            client.create_stack(StackName=name, TemplateBody=body)
            client.get_waiter("stack_create_complete").wait(StackName=name)
        except client.exceptions.AlreadyExistsException:
            client.update_stack(StackName=name, TemplateBody=body)
            client.get_waiter("stack_update_complete").wait(StackName=name)
        pages = client.get_paginator("list_stack_resources").paginate(StackName=name)
        rows = [row for page in pages for row in page["StackResourceSummaries"]]
        found[region] = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
    return found
    ### END SOLUTION


# %% check="roll-out" points=2
with check(
    "roll-out",
    needs="roll_out",
    right="One text, the same town everywhere: also the next one.",
) as expect:

    def rolls(regions: list[str], later: list[str], seconds: int) -> None:
        name = lab.unique_name("velo")

        def body(timeout: int) -> str:
            queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": timeout}}
            parts = {"Repairs": queue, "Photos": {"Type": "AWS::S3::Bucket"}}
            return json.dumps({"Resources": parts})

        def wait_of(region: str, url: str) -> int:
            there = boto3.client("sqs", region_name=region)
            wanted = ["VisibilityTimeout"]
            kept = there.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)
            return int(kept["Attributes"]["VisibilityTimeout"])

        def told(answer: Any, wanted: list[str]) -> None:
            expect(
                isinstance(answer, dict) and set(answer) == set(wanted),
                f"Return a dictionary with the Regions {', '.join(wanted)} as keys.",
            )
            for region in wanted:
                client = boto3.client("cloudformation", region_name=region)
                here = [one["StackName"] for one in client.describe_stacks()["Stacks"]]
                expect(
                    name in here,
                    f"There is no stack {name} in {region}. A client works in one Region: "
                    "make one with region_name=region.",
                )
                rows = client.list_stack_resources(StackName=name)["StackResourceSummaries"]
                real = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in rows}
                expect.equal(answer[region], real, f"The ids of {region}")

        with lab.watching(most=200) as made:
            try:
                first = roll_out(name, body(30), regions)
            except ClientError as error:
                expect(
                    "No updates" not in str(error),
                    "No Region has a stack of this name yet, but your second one found it. "
                    "A client works in one Region: make one with region_name=region.",
                )
                raise
        told(first, regions)
        expect(
            len(made.of("DescribeStacks", "DescribeStackEvents")) >= len(regions),
            "create_stack returns before anything is there. Wait in each Region: the waiter "
            '"stack_create_complete" does it.',
        )
        with lab.watching(most=200) as made:
            second = roll_out(name, body(seconds), later)
        told(second, later)
        for region in later:
            expect.equal(
                wait_of(region, second[region]["Repairs"]),
                seconds,
                f"The queue's VisibilityTimeout in {region} after the second version",
            )
            expect(
                region not in first or first[region] == second[region],
                f"In {region} the second version brought other physical ids: the stack was "
                "deleted and made anew, and its messages are lost. Update it.",
            )
        expect(
            len(made.of("DescribeStacks", "DescribeStackEvents")) >= len(later),
            'An update takes time, too: wait with the waiter "stack_update_complete".',
        )

    rolls(["us-east-1", "eu-west-1"], ["us-east-1", "eu-west-1", "eu-central-1"], 45)
    ### BEGIN HIDDEN TESTS
    rolls(["ap-southeast-1"], ["ap-southeast-1", "eu-west-1"], 75)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Text or address
#
# A template is sent along with the call (`TemplateBody`), or lies in S3 and is named by its https address
# (`TemplateURL`). The first way is shorter, the second takes larger files.

# %%
inline = facts.limit("cloudformation", "template-body-inline")
in_s3 = facts.limit("cloudformation", "template-body-in-s3")
print(f"inline: {inline:,} bytes, from S3: {in_s3:,} bytes")
large = "# " + "x" * inline + town
try:
    stacks.create_stack(StackName="velo-bergen", TemplateBody=large)
except ClientError as error:
    print(error.response["Error"]["Code"])

s3 = boto3.client("s3")
templates = lab.unique_name("velo-templates")
s3.create_bucket(Bucket=templates)
s3.put_object(Bucket=templates, Key="town.yaml", Body=large.encode())
address = f"https://{templates}.s3.amazonaws.com/town.yaml"
stacks.create_stack(StackName="velo-bergen", TemplateURL=address)
stacks.get_waiter("stack_create_complete").wait(StackName="velo-bergen")
print([one["StackName"] for one in stacks.describe_stacks()["Stacks"]])

# %%
for name in ("velo-oslo", "velo-bergen"):
    stacks.delete_stack(StackName=name)
    stacks.get_waiter("stack_delete_complete").wait(StackName=name)
print("stacks left:", len(stacks.describe_stacks()["Stacks"]))

# %% [markdown]
# > **Then and now.** "Deleting a stack deletes everything" has exceptions: a bucket with objects in it makes the delete
# > fail, and a resource with `DeletionPolicy: Retain` or `Snapshot` stays. The next lesson is about them.
#
# ## The sections of a template
#
# Only `Resources` is required.

# %% [markdown]
# | section | what it holds |
# |---|---|
# | `AWSTemplateFormatVersion` | always `2010-09-09`, the only one there is |
# | `Description`, `Metadata` | words for people and for tools |
# | `Parameters` | inputs, given when the stack is made or updated |
# | `Rules` | which inputs go together |
# | `Mappings` | fixed tables to look values up in |
# | `Conditions` | when a resource or an output is made (some books write *Conditionals*: wrong) |
# | `Transform` | macros that rewrite the template first, such as SAM |
# | `Resources` | what to make |
# | `Outputs` | values to show, or to give to other stacks |

# %%
for wrong in (
    "Outputs: {}",
    "Conditionals: {}\n" + town,
    town.replace("SQS::Queue", "SQS::Quue"),
):
    try:
        stacks.validate_template(TemplateBody=wrong)
    except ClientError as error:
        print(error.response["Error"]["Message"])

# %% [markdown]
# `validate_template` looks at form only. AWS also publishes a checker that runs on your machine and knows every
# property of every type: **cfn-lint**. The lab brings it along as `lab.lint(template)`. A rule that begins with E is
# an error, with W a warning. (The first call takes two seconds, to load the rules.)

# %% setup="lint"
careless = """
Resources:
  Repairs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: soon
      Delay: 3
  Photos:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Ref Nmae}
"""
for finding in lab.lint(careless):
    print(finding)

# %% [markdown]
# ## YAML, and where it bites
#
# Templates are JSON or YAML. YAML has comments, texts of several lines after `|`, and short tags such as `!Ref Name`
# for `{"Ref": "Name"}`. It also guesses types. Here is an old delivery note, read by the library that most Python
# tools use.

# %%
note = """
invoice: 34843
date: 2001-01-23            # a date, not a text
bill-to: {given: Chris, family: Dumars, country: NO}
shop: 012                   # an octal number: ten
express: yes
address: |
  458 Walkman Dr.
  Suite 292
product:
  - {sku: BL394D, quantity: 4, price: 450.00}
  - {sku: BL4438H, quantity: 1, price: 2392.00}
product: []                 # a repeated key: the last one wins, silently
"""
read = yaml.safe_load(note)
for key in ("date", "shop", "express", "bill-to", "product"):
    print(f"{key:8} {read[key]!r}")

# %% [markdown]
# The country became `False`, and the products are gone. So put quotes around what only looks like a number, a date or
# a yes; and let the linter look for repeated keys.

# %%
print(*lab.lint(town + "  Photos: {Type: AWS::SNS::Topic}\n"), sep="\n")

# %% [markdown]
# ## Resource types
#
# A type's name has three parts: `provider::service::kind`, as in `AWS::EC2::Instance`. Each has a page that lists its
# properties, what it returns, and for every property what a change of it does. `describe_type` gives the same as a
# JSON schema for programs.

# %%
for kind in ("AWS::SQS::Queue", "AWS::EC2::Instance", "AWS::Lambda::Function"):
    schema = json.loads(stacks.describe_type(Type="RESOURCE", TypeName=kind)["Schema"])
    fixed = [path.split("/")[2] for path in schema["createOnlyProperties"]]
    print(
        f"{kind}: {len(schema['properties'])} properties, required: {schema.get('required')}",
    )
    print(f"   a change of these makes a new one: {', '.join(fixed[:5])}")


# %%
def count_of(name: str) -> Any:
    return facts.limit("cloudformation", name)


every = count_of("aws-resource-types-in-us-east-1")
named = count_of("services-with-resource-types-in-us-east-1")
some = ["EC2", "SageMaker", "Connect", "IoT", "Glue", "ApiGateway", "RDS", "Cognito"]
charts.bars(
    {f"AWS::{one}": count_of(f"resource-types-aws-{one.lower()}") for one in some},
    headline="EC2 alone has 124 of the 1,853 types that a template can name",
    subtitle=f"resource types in us-east-1, for some of {named} services",
    unit="types",
    highlight=["AWS::EC2"],
    source=every,
)

# %% [markdown]
# > **Then and now.** Older courses count about 220 types. Third parties can add theirs through the CloudFormation
# > registry.
#
# ## Ref and GetAtt
#
# Resources refer to each other. `!Ref Name` gives a resource's physical id, whose form depends on the type; `!GetAtt
# Name.Attribute` gives one of the attributes that the type's page lists. What do you get for which? We ask.

# %%
kinds = """
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}
  Bucket: {Type: AWS::S3::Bucket}
  Network: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
Outputs:
  QueueRef: {Value: !Ref Queue}
  QueueArn: {Value: !GetAtt Queue.Arn}
  TopicRef: {Value: !Ref Topic}
  TopicName: {Value: !GetAtt Topic.TopicName}
  BucketRef: {Value: !Ref Bucket}
  BucketArn: {Value: !GetAtt Bucket.Arn}
  NetworkRef: {Value: !Ref Network}
  NetworkCidr: {Value: !GetAtt Network.CidrBlock}
"""
stacks.create_stack(StackName="kinds", TemplateBody=kinds)
for row in stacks.describe_stacks(StackName="kinds")["Stacks"][0]["Outputs"]:
    print(f"{row['OutputKey']:12} {row['OutputValue']}")

# %% [markdown]
# A queue's Ref is its URL, a topic's is its ARN, a bucket's its name. So look it up, each time.
#
# References also make the **order**: what is referred to is made first, what refers is deleted first. There is nothing
# to write for it. (`DependsOn` adds an order that no reference shows.)
#
# > **Then and now.** Some notes write `Fn::Ref`. There is no such function: the long form of `!Ref` is `Ref`.
#
# ## Parameters: what changes from town to town
#
# A **parameter** is an input. Rules make a mistake fail before anything is made: `AllowedValues`, `AllowedPattern` (of
# the whole value), `MinLength`, `MaxLength`, `MinValue`, `MaxValue`; and `ConstraintDescription` says in your own words
# what is right. Types are `String`, `Number`, `CommaDelimitedList`, and two kinds that look into the account.

# %%
with_inputs = """
Parameters:
  Network: {Type: "AWS::EC2::VPC::Id"}
  Image:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
  Seconds: {Type: Number, MinValue: 0, MaxValue: 43200, Default: 60}
Resources:
  Repairs:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: !Ref Seconds}
"""
real = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
for number, values in enumerate(
    ({"Network": "vpc-1"}, {}, {"Network": real, "Seconds": "1e9"}),
    1,
):
    sent = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    try:
        stacks.create_stack(
            StackName=f"inputs-{number}",
            TemplateBody=with_inputs,
            Parameters=sent,
        )
    except ClientError as error:
        print(f"{values}: {error.response['Error']['Message']}")

# %% [markdown]
# What has the type `AWS::EC2::VPC::Id` must exist in the account. There are such types for subnets, security groups and
# others, for one (`AWS::EC2::Subnet::Id`) or for several with commas between them (`List<AWS::EC2::Subnet::Id>`).
#
# `AWS::SSM::Parameter::Value<...>` takes the *name* of a parameter in Systems Manager's Parameter Store and reads its
# value at each deployment. AWS publishes the newest AMIs there, so no template has to hold image ids any more.
#
# `NoEcho: true` shows `****` in place of the value. Mind what that does not do:

# %%
shy = """
Parameters: {Word: {Type: String, NoEcho: true}}
Resources: {Repairs: {Type: AWS::SQS::Queue}}
Outputs: {Said: {Value: !Ref Word}}
"""
word = [{"ParameterKey": "Word", "ParameterValue": "s3same"}]
stacks.create_stack(StackName="shy", TemplateBody=shy, Parameters=word)
shown = stacks.describe_stacks(StackName="shy")["Stacks"][0]
print(shown["Parameters"], shown["Outputs"], sep="\n")

# %% [markdown]
# The parameter is masked; an output, `Metadata` or the resource itself shows it all the same.
#
# ### Your turn: guard the inputs
#
# Write `inputs()`. It returns the section `Parameters` as a dictionary, with four inputs:
#
# - `Stage`: `dev`, `test` or `prod`, nothing else; `dev` if nobody says;
# - `KeepDays`: of the type Number, from 1 to 14; 4 if nobody says;
# - `Town`: 3 to 12 small letters a-z. Who breaks this rule must read the words `small letters` in the error;
# - `Webhook`: at least 20 characters, and `describe_stacks` does not show it.
#
# `Town` and `Webhook` must be given.
#
# <details><summary>Hint</summary>
#
# Without a `Default` a parameter must be given. `AllowedPattern` matches the whole value: `[a-z]{3,12}`.
# `ConstraintDescription` replaces CloudFormation's own words.
# </details>


# %% exercise="guard-inputs"
def inputs() -> dict[str, Any]:
    """The section Parameters of a town's template."""
    ### BEGIN SOLUTION
    return {
        "Stage": {
            "Type": "String",
            "AllowedValues": ["dev", "test", "prod"],
            "Default": "dev",
        },
        "KeepDays": {"Type": "Number", "MinValue": 1, "MaxValue": 14, "Default": 4},
        "Town": {
            "Type": "String",
            "AllowedPattern": "[a-z]{3,12}",
            "ConstraintDescription": "consist of 3 to 12 small letters",
        },
        "Webhook": {"Type": "String", "MinLength": 20, "NoEcho": True},
    }
    ### END SOLUTION


# %% check="guard-inputs" points=2
with check(
    "guard-inputs",
    needs="inputs",
    right="A wrong value now costs a second, and no stack.",
) as expect:
    section = inputs()
    expect(
        isinstance(section, dict),
        "Return the section as a dictionary: {'Stage': {...}, ...}.",
    )
    names = ["KeepDays", "Stage", "Town", "Webhook"]
    expect.equal(sorted(section), names, "The names of the inputs")
    for name in names:
        expect(
            isinstance(section[name], dict) and "Type" in section[name],
            f"{name}: give a dictionary with a 'Type'. Without one AWS refuses it.",
        )
    section_body = json.dumps(
        {"Parameters": section, "Resources": {"Repairs": {"Type": "AWS::SQS::Queue"}}},
    )
    hook = "https://velo.example/hook"

    def refusal(**values: str) -> str:
        """What CloudFormation says against these values; empty if it takes them."""
        name = lab.unique_name("inputs")
        sent = [{"ParameterKey": key, "ParameterValue": values[key]} for key in values]
        try:
            stacks.create_stack(StackName=name, TemplateBody=section_body, Parameters=sent)
        except ClientError as error:
            return str(error.response["Error"]["Message"])
        shown = stacks.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
        values = {row["ParameterKey"]: row["ParameterValue"] for row in shown}
        expect.equal(values["Webhook"], "****", "What describe_stacks shows of Webhook")
        stacks.delete_stack(StackName=name)
        return ""

    def takes(**values: str) -> None:
        said = refusal(**{"Town": "oslo", "Webhook": hook} | values)
        expect(not said, f"{values or 'Only Town and Webhook given'}: refused with: {said}")

    def refuses(words: str = "", **values: str) -> None:
        said = refusal(**{"Town": "oslo", "Webhook": hook} | values)
        expect(said, f"{values} went through. Which rule keeps it out?")
        expect(
            words in said,
            f"{values} is refused with: {said}. Where are the words '{words}'?",
        )

    takes()
    for name, due in {"Stage": "dev", "KeepDays": "4", "Town": "", "Webhook": ""}.items():
        given = str(section[name].get("Default", ""))
        expect.equal(given, due, f"The Default of {name} (empty: it must be given)")
    expect.equal(section["KeepDays"].get("Type"), "Number", "The type of KeepDays")
    for stage in ("test", "prod"):
        takes(Stage=stage)
    takes(KeepDays="1")
    takes(KeepDays="14")
    takes(Town="ely", Webhook="x" * 20)
    takes(Town="abcdefghijkl")
    refuses(Stage="Prod")
    refuses(KeepDays="0")
    refuses(KeepDays="15")
    refuses("small letters", Town="Oslo")
    refuses("small letters", Town="os")
    refuses("small letters", Town="abcdefghijklm")
    refuses("small letters", Town="oslo2")
    refuses("small letters", Town="bad-ems")
    refuses(Webhook="x" * 19)
    ### BEGIN HIDDEN TESTS
    takes(Town="zzzzzzzzzzzz", Webhook="y" * 21)
    refuses(Stage="production")
    refuses(KeepDays="-3")
    refuses("small letters", Town="new york")
    refuses(Webhook="https://velo")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What need not be asked
#
# A parameter asks somebody. Three other kinds of input ask nobody:
#
# - A **mapping** is a table in the template, read by `!FindInMap [Table, Row, Column]`. It is for values that are all
#   known beforehand and follow from something: the Region, the environment.
# - **Pseudo parameters** are always there, such as `AWS::Region`, `AWS::AccountId`, `AWS::StackName`, `AWS::StackId`,
#   `AWS::Partition`. `AWS::NoValue` removes the property that it is given to.
# - A **dynamic reference** is a text `{{resolve:ssm:name}}`, `{{resolve:ssm-secure:name}}` or
#   `{{resolve:secretsmanager:id:SecretString:key}}`. It is looked up while deploying, at most 60 in a template.

# %%
mapped = """
Parameters: {Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}}
Mappings:
  Sizes:
    dev: {Class: t3.micro, Hours: 24}
    prod: {Class: m7i.large, Hours: 336}
Resources: {Repairs: {Type: AWS::SQS::Queue}}
Outputs:
  Class: {Value: !FindInMap [Sizes, !Ref Stage, Class]}
  Region: {Value: !Ref AWS::Region}
  Account: {Value: !Ref AWS::AccountId}
  Partition: {Value: !Ref AWS::Partition}
  Suffix: {Value: !Ref AWS::URLSuffix}
  Stack: {Value: !Ref AWS::StackName}
"""
prod = [{"ParameterKey": "Stage", "ParameterValue": "prod"}]
stacks.create_stack(StackName="mapped", TemplateBody=mapped, Parameters=prod)
for row in stacks.describe_stacks(StackName="mapped")["Stacks"][0]["Outputs"]:
    print(f"{row['OutputKey']:10} {row['OutputValue']}")

# %% [markdown]
# Now a secret. The database gets its password from Secrets Manager; neither the template nor an event shows it, and yet
# the password opens the door.

# %%
secrets = boto3.client("secretsmanager")
secrets.create_secret(Name="velo/db", SecretString=json.dumps({"password": "s3same-open"}))
database = """
Resources:
  Books:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Delete
    Properties:
      Engine: postgres
      DBInstanceClass: db.t3.micro
      AllocatedStorage: "20"
      MasterUsername: velo
      MasterUserPassword: "{{resolve:secretsmanager:velo/db:SecretString:password}}"
Outputs: {Host: {Value: !GetAtt Books.Endpoint.Address}}
"""
stacks.create_stack(StackName="books", TemplateBody=database)
made = stacks.describe_stacks(StackName="books")["Stacks"][0]
told = stacks.get_template(StackName="books")["TemplateBody"]
told += str(stacks.describe_stack_events(StackName="books")["StackEvents"])
print("password in template or events:", "s3same-open" in told)
host = made["Outputs"][0]["OutputValue"]
print("rows:", lab.sql(host, "velo", "s3same-open").execute("SELECT 1 + 1").fetchall())
stacks.delete_stack(StackName="books")

# %% [markdown]
# > **Then and now.** RDS can also make, keep and rotate that secret by itself: `ManageMasterUserPassword: true` in
# > place of the password. And image ids used to stand in mappings, one row for each Region; today an SSM parameter type
# > does it.
#
# ### Your turn: sort the inputs
#
# Say for each input of Velo's templates what it should be: `"parameter"`, `"mapping"`, `"pseudo parameter"` or
# `"dynamic reference"`.
#
# <details><summary>Hint</summary>
#
# Three questions, in this order. Is it secret? Does CloudFormation know it anyway? Are all values known today and do
# they follow from something? What is left has to be asked.
# </details>

# %% exercise="sort-inputs" repair=true
kind_of = {
    "the number of the account, to build an ARN": None,
    "the password of the database": None,
    "whether this stack is dev or prod": None,
    "the machine size: t3.micro in dev, m7i.large in prod": None,
    "the Region in which the stack is made": None,
    "the mail address of the town's manager": None,
    "the CIDR block of each stage, agreed upon last year": None,
    "the API key of the SMS provider": None,
    "the stack's name, to make an export's name unique": None,
    "the two Regions for backups, settled for each Region": None,
}
### BEGIN SOLUTION
kind_of = {
    "the number of the account, to build an ARN": "pseudo parameter",
    "the password of the database": "dynamic reference",
    "whether this stack is dev or prod": "parameter",
    "the machine size: t3.micro in dev, m7i.large in prod": "mapping",
    "the Region in which the stack is made": "pseudo parameter",
    "the mail address of the town's manager": "parameter",
    "the CIDR block of each stage, agreed upon last year": "mapping",
    "the API key of the SMS provider": "dynamic reference",
    "the stack's name, to make an export's name unique": "pseudo parameter",
    "the two Regions for backups, settled for each Region": "mapping",
}
### END SOLUTION

# %% check="sort-inputs" points=1
with check(
    "sort-inputs",
    needs="kind_of",
    right="Ask for little: whoever is asked can be wrong.",
) as expect:
    expect(isinstance(kind_of, dict), "Keep the form of kind_of: a dictionary of ten inputs.")
    expect.not_tried(all(value is None for value in kind_of.values()))
    reasons = {
        "known": (
            "pseudo parameter",
            "CloudFormation knows this by itself, in every stack.",
        ),
        "secret": (
            "dynamic reference",
            "It is secret: it belongs in Secrets Manager or in a secure parameter, and only "
            "its name in the template. NoEcho masks the display and no more.",
        ),
        "open": (
            "parameter",
            "Only a person knows this, and it may be different for each stack.",
        ),
        "fixed": (
            "mapping",
            "All values are known today and follow from the stage or the Region: a table "
            "cannot be mistyped by the one who deploys.",
        ),
    }
    traits = {
        "the number of the account, to build an ARN": "known",
        "the password of the database": "secret",
        "whether this stack is dev or prod": "open",
        "the machine size: t3.micro in dev, m7i.large in prod": "fixed",
        "the Region in which the stack is made": "known",
        "the mail address of the town's manager": "open",
        "the CIDR block of each stage, agreed upon last year": "fixed",
        "the API key of the SMS provider": "secret",
        "the stack's name, to make an export's name unique": "known",
        "the two Regions for backups, settled for each Region": "fixed",
    }
    choices = [kind for kind, _ in reasons.values()]

    def sorted_well(chosen: list[str]) -> None:
        for one in chosen:
            said, (due, why) = kind_of.get(one), reasons[traits[one]]
            expect(said in choices, f"'{one}': say one of {', '.join(choices)}.")
            expect(said == due, f"'{one}': not {said}. {why}")

    sorted_well(list(traits))
    ### BEGIN HIDDEN TESTS
    expect(set(kind_of) == set(traits), "Keep the ten inputs as they are.")
    sorted_well(sorted(traits))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Functions that compute
#
# Templates have no loops and no variables, but some twenty **intrinsic functions**. Those to know:
#
# | function | gives |
# |---|---|
# | `Ref`, `GetAtt`, `FindInMap`, `ImportValue` | a value from elsewhere |
# | `Join`, `Sub`, `Split`, `Select`, `Base64` | texts and parts of lists |
# | `Cidr`, `GetAZs` | blocks of a network, zones of a Region |
# | `If`, `Equals`, `Not`, `And`, `Or` | decisions |
#
# `!Sub` fills `${Name}` and `${Name.Attribute}` into a text; `${!Name}` stays as `${Name}`, for the shell.

# %%
computed = """
Resources: {Repairs: {Type: AWS::SQS::Queue}}
Outputs:
  Joined: {Value: !Join ["-", [velo, !Ref AWS::Region, jobs]]}
  Filled: {Value: !Sub "${AWS::StackName} has ${Repairs.QueueName}; ${!HOME} is the shell's"}
  OwnName: {Value: !Sub ["${Town} repairs", {Town: Oslo}]}
  Second: {Value: !Select [1, !Split [",", "red,green,blue"]]}
  ThirdBlock: {Value: !Select [2, !Cidr [192.168.0.0/22, 4, 8]]}
  FirstZone: {Value: !Select [0, !GetAZs ""]}
"""
stacks.create_stack(StackName="computed", TemplateBody=computed)
for row in stacks.describe_stacks(StackName="computed")["Stacks"][0]["Outputs"]:
    print(f"{row['OutputKey']:10} {row['OutputValue']}")

# %% [markdown]
# `!Cidr [block, count, bits]` cuts `count` blocks, and `bits` are the bits left for hosts: 8 makes a `/24` with 256
# addresses.
#
# > **Then and now.** Since 2023 the transform `AWS::LanguageExtensions` adds `Fn::ForEach`, `Fn::Length` and
# > `Fn::ToJsonString`. Lesson 3 loops with it.
#
# ### Your turn: a network anywhere
#
# Write `network()`; it returns a template, as YAML or JSON. It makes:
#
# - from the parameter `Block` (by default `10.20.0.0/16`) the VPC `Network`, with the tag `Name`: the stack's name and
#   `-network` behind it;
# - the subnets `Left` and `Right`: in the first and second zone of whatever Region it is in, with the first and second
#   `/24` of the VPC's block;
# - the output `VpcId`, exported as the stack's name and `-VpcId`, and `Subnets`: both ids with a comma between them,
#   exported as the stack's name and `-Subnets`.
#
# <details><summary>Hint</summary>
#
# An output is exported with `Export: {Name: ...}`. `!GetAtt Network.CidrBlock` goes into `!Cidr`, and `!Select` takes
# one of what comes out. In YAML put a `!Sub` text in quotes.
# </details>


# %% exercise="network"
def network() -> str:
    """A template: one VPC with two subnets, in any Region."""
    ### BEGIN SOLUTION
    return """
Parameters:
  Block: {Type: String, Default: 10.20.0.0/16}
Resources:
  Network:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: !Ref Block
      Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-network"}]
  Left:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      AvailabilityZone: !Select [0, !GetAZs ""]
      CidrBlock: !Select [0, !Cidr [!GetAtt Network.CidrBlock, 2, 8]]
  Right:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      AvailabilityZone: !Select [1, !GetAZs ""]
      CidrBlock: !Select [1, !Cidr [!GetAtt Network.CidrBlock, 2, 8]]
Outputs:
  VpcId:
    Value: !Ref Network
    Export: {Name: !Sub "${AWS::StackName}-VpcId"}
  Subnets:
    Value: !Join [",", [!Ref Left, !Ref Right]]
    Export: {Name: !Sub "${AWS::StackName}-Subnets"}
"""
    ### END SOLUTION


# %% check="network" points=2
with check(
    "network",
    needs="network",
    right="One template for every Region and every block.",
) as expect:

    def built(region: str, block: str) -> None:
        client = boto3.client("cloudformation", region_name=region)
        there = boto3.client("ec2", region_name=region)
        name, case = lab.unique_name("net"), f"In {region} with Block {block or 'left out'}"
        sent = [{"ParameterKey": "Block", "ParameterValue": block}] if block else []
        client.create_stack(StackName=name, TemplateBody=network(), Parameters=sent)
        whole = client.describe_stacks(StackName=name)["Stacks"][0]
        failed = [
            f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}"
            for one in client.describe_stack_events(StackName=name)["StackEvents"]
            if one["ResourceStatus"].endswith("FAILED")
        ]
        why = failed[-1] if failed else whole.get("StackStatusReason", "")
        expect(
            whole["StackStatus"] == "CREATE_COMPLETE",
            f"{case} the stack ends as {whole['StackStatus']}: {why}",
        )
        rows = client.list_stack_resources(StackName=name)["StackResourceSummaries"]
        ids = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
        expect.equal(sorted(ids), ["Left", "Network", "Right"], f"{case}: the logical ids")
        vpc = there.describe_vpcs(VpcIds=[ids["Network"]])["Vpcs"][0]
        due = block or "10.20.0.0/16"
        expect.equal(vpc["CidrBlock"], due, f"{case}: the block of the VPC")
        tags = {tag["Key"]: tag["Value"] for tag in vpc.get("Tags", [])}
        expect.equal(tags.get("Name"), f"{name}-network", f"{case}: the tag Name of the VPC")
        zones = there.describe_availability_zones()["AvailabilityZones"]
        stem = due.split("/")[0].rsplit(".", 2)
        for number, subnet in enumerate(("Left", "Right")):
            row = there.describe_subnets(SubnetIds=[ids[subnet]])["Subnets"][0]
            expect.equal(row["VpcId"], ids["Network"], f"{case}: the VPC of {subnet}")
            zone = zones[number]["ZoneName"]
            expect.equal(row["AvailabilityZone"], zone, f"{case}: the zone of {subnet}")
            third = int(stem[1]) + number
            cut = f"{stem[0]}.{third}.0/24"
            expect.equal(row["CidrBlock"], cut, f"{case}: the block of {subnet}")
        outputs = {one["OutputKey"]: one for one in whole.get("Outputs", [])}
        values = {"VpcId": ids["Network"], "Subnets": f"{ids['Left']},{ids['Right']}"}
        for key, value in values.items():
            expect(key in outputs, f"{case}: there is no output {key}.")
            expect.equal(outputs[key]["OutputValue"], value, f"{case}: the output {key}")
            named = outputs[key].get("ExportName", "not exported")
            expect.equal(named, f"{name}-{key}", f"{case}: the export of {key}")

    built("us-east-1", "")
    built("eu-west-1", "172.16.0.0/20")
    built("us-east-1", "10.99.0.0/16")
    ### BEGIN HIDDEN TESTS
    built("ap-northeast-1", "10.3.64.0/18")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Conditions: the same file for test and production
#
# A **condition** is a named truth: made of `Equals`, `And`, `Or`, `Not` over parameters, mappings, pseudo parameters
# and other conditions. A resource or an output with the key `Condition` exists only if it is true, and `!If [condition,
# this, that]` chooses a value. Read this template.

# %% setup="conditional"
conditional = """
Parameters:
  EnvType: {Type: String, AllowedValues: [test, prod], Default: test}
  BucketName: {Type: String, Default: ""}
Conditions:
  IsProduction: !Equals [!Ref EnvType, prod]
  CreateBucket: !Not [!Equals [!Ref BucketName, ""]]
  CreateBucketPolicy: !And [!Condition IsProduction, !Condition CreateBucket]
Resources:
  Repairs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: !If [IsProduction, 300, !Ref AWS::NoValue]
  Alerts:
    Type: AWS::SNS::Topic
    Condition: IsProduction
  Photos:
    Type: AWS::S3::Bucket
    Condition: CreateBucket
    Properties: {BucketName: !Ref BucketName}
  OnlyTls:
    Type: AWS::S3::BucketPolicy
    Condition: CreateBucketPolicy
    Properties:
      Bucket: !Ref Photos
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: s3:*
            Resource: !Sub "${Photos.Arn}/*"
            Condition: {Bool: {aws:SecureTransport: "false"}}
"""


def made_by(env: str, bucket: str) -> tuple[list[str], int]:
    """Make a stack of the template: its resources, and the queue's visibility timeout."""
    name = lab.unique_name("conditional")
    values = {"EnvType": env, "BucketName": bucket and lab.unique_name(bucket)}
    sent = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    stacks.create_stack(StackName=name, TemplateBody=conditional, Parameters=sent)
    stacks.get_waiter("stack_create_complete").wait(StackName=name)
    rows = stacks.list_stack_resources(StackName=name)["StackResourceSummaries"]
    ids = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
    wanted = ["VisibilityTimeout"]
    queue = boto3.client("sqs").get_queue_attributes(
        QueueUrl=ids["Repairs"],
        AttributeNames=wanted,
    )
    return sorted(ids), int(queue["Attributes"]["VisibilityTimeout"])


# %% [markdown]
# ### Your turn: predict, then measure
#
# For each of four deployments: which resources does it make, and which visibility timeout does the queue get? Fill in
# `predicted`, in the form `(["Repairs", ...], 30)`. The check then makes the four stacks and compares.
#
# <details><summary>Hint</summary>
#
# First write down the three conditions for each deployment. `AWS::NoValue` takes the property away, as if it were not
# in the template. What is SQS's default?
# </details>

# %% exercise="predict-parts" repair=true
predicted = {
    ("test", ""): None,
    ("test", "photos"): None,
    ("prod", ""): None,
    ("prod", "photos"): None,
}
### BEGIN SOLUTION
predicted = {
    ("test", ""): (["Repairs"], 30),
    ("test", "photos"): (["Photos", "Repairs"], 30),
    ("prod", ""): (["Alerts", "Repairs"], 300),
    ("prod", "photos"): (["Alerts", "OnlyTls", "Photos", "Repairs"], 300),
}
### END SOLUTION

# %% check="predict-parts" points=2
with check(
    "predict-parts",
    needs="predicted",
    right="One file, four shapes, and no copy that falls behind.",
) as expect:
    expect(isinstance(predicted, dict), "Keep the form of predicted: a dictionary.")
    expect.not_tried(all(value is None for value in predicted.values()))

    def came_true(case: tuple[str, str]) -> None:
        said = predicted.get(case)
        named = f"EnvType {case[0]}, BucketName {case[1] or 'empty'}"
        expect(
            isinstance(said, (tuple, list)) and len(said) == 2,
            f"{named}: say a pair, such as (['Repairs'], 30).",
        )
        names, seconds = said
        real, waits = made_by(*case)
        expect(
            isinstance(names, (list, tuple, set))
            and {str(one) for one in names} <= {"Repairs", "Alerts", "Photos", "OnlyTls"},
            f"{named}: the names are logical ids of the template, such as 'Repairs'.",
        )
        extra, missing = sorted(set(names) - set(real)), sorted(set(real) - set(names))
        expect(
            not extra,
            f"{named}: {', '.join(extra)} was not made. Work out its condition here.",
        )
        expect(not missing, f"{named}: the stack also made {', '.join(missing)}.")
        expect(
            seconds == waits,
            f"{named}: the queue's timeout is {waits} s. "
            "If chooses between 300 and no property at all, and then SQS's default holds.",
        )

    for case in (("test", ""), ("prod", "photos")):
        came_true(case)
    for case in (("test", "photos"), ("prod", "")):
        came_true(case)
    ### BEGIN HIDDEN TESTS
    expect(len(predicted) == 4, "Keep the four deployments as they are.")
    for case in sorted(predicted):
        came_true(case)
    ### END HIDDEN TESTS

# %%
parts = ["Repairs", "Alerts", "Photos", "OnlyTls"]
table: dict[str, dict[str, str]] = {part: {} for part in parts}
for env in ("test", "prod"):
    for bucket in ("", "photos"):
        have, _ = made_by(env, bucket)
        for part in parts:
            column = f"{env}, {'a name' if bucket else 'no name'}"
            table[part][column] = "made" if part in have else "left out"
charts.heatmap(
    table,
    columns_are="EnvType and BucketName:",
    meanings={"made": "good", "left out": "off"},
    headline="Two inputs and three conditions make four different stacks of one file",
    source="stacks made in the lab",
)

# %% [markdown]
# ## A server in a template
#
# `AWS::EC2::Instance` has more than forty properties. Those that you meet: `ImageId`, `InstanceType`, `KeyName`,
# `SubnetId`, `SecurityGroupIds`, `IamInstanceProfile`, `Tags`; `UserData`, the script of the first start, in Base64;
# `BlockDeviceMappings` for its disks, `EbsOptimized`, `Monitoring`, `SourceDestCheck`, `Tenancy`,
# `DisableApiTermination`. The linter knows which values exist today.

# %%
old = """
Resources:
  Server:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: ami-0ff8a91507f77f867
      InstanceType: mi.small
      SecurityGroups: [default]
      NetworkInterfaces: [{DeviceIndex: "0", SubnetId: subnet-0123456789abcdef0}]
"""
print(*lab.lint(old), sep="\n")

# %% [markdown]
# > **Then and now.** `ElasticGpuSpecifications` and `ElasticInferenceAccelerators` are still listed; the services
# > behind them are gone. In a VPC use `SecurityGroupIds`; `SecurityGroups` takes names.
#
# ### Your turn: the town's server
#
# Write `server()`; it returns a template.
#
# - Parameters: `Subnet` and `Groups` (a list of security groups), of the types that are checked against the account;
#   `Image`, an SSM type with the public parameter as its default.
# - `Server`: a `t3.micro` of that image, in that subnet and those groups, EBS-optimized, with the tag `Name`: the
#   stack's name and `-server`. Its user data is two lines, `#!/bin/bash` and
#   `echo "STACK in REGION on ${HOSTNAME}" > /etc/motd`, with stack name and Region in place of the capitals;
#   `${HOSTNAME}` stays for the shell.
# - `Disk`: a volume, `gp3`, 100 GiB, in the server's zone; `Plug` attaches it as `/dev/sdf`.
# - Outputs: `Zone`, the server's zone, and `Arn`: `arn:aws:ec2:REGION:ACCOUNT:instance/ID`.
#
# <details><summary>Hint</summary>
#
# `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64` is the parameter. `Fn::Base64: !Sub |` begins
# a long script. `AWS::EC2::VolumeAttachment` takes `InstanceId`, `VolumeId`, `Device`.
# </details>


# %% exercise="server"
def server() -> str:
    """A template: one server with a disk of its own."""
    ### BEGIN SOLUTION
    return """
Parameters:
  Subnet: {Type: "AWS::EC2::Subnet::Id"}
  Groups: {Type: "List<AWS::EC2::SecurityGroup::Id>"}
  Image:
    Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
Resources:
  Server:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref Image
      InstanceType: t3.micro
      SubnetId: !Ref Subnet
      SecurityGroupIds: !Ref Groups
      EbsOptimized: true
      Tags: [{Key: Name, Value: !Sub "${AWS::StackName}-server"}]
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          echo "${AWS::StackName} in ${AWS::Region} on ${!HOSTNAME}" > /etc/motd
  Disk:
    Type: AWS::EC2::Volume
    Properties:
      AvailabilityZone: !GetAtt Server.AvailabilityZone
      Size: 100
      VolumeType: gp3
  Plug:
    Type: AWS::EC2::VolumeAttachment
    Properties: {InstanceId: !Ref Server, VolumeId: !Ref Disk, Device: /dev/sdf}
Outputs:
  Zone: {Value: !GetAtt Server.AvailabilityZone}
  Arn:
    Value: !Sub "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Server}"
"""
    ### END SOLUTION


# %% check="server" points=2
with check(
    "server",
    needs="server",
    right="The zone comes from the server, so the disk always fits.",
) as expect:
    import base64

    def serves(region: str, position: int) -> None:
        client = boto3.client("cloudformation", region_name=region)
        there = boto3.client("ec2", region_name=region)
        subnet = there.describe_subnets()["Subnets"][position]
        web = lab.unique_name("web")
        group = there.create_security_group(
            GroupName=web,
            Description=web,
            VpcId=subnet["VpcId"],
        )["GroupId"]
        name, zone = lab.unique_name("server"), subnet["AvailabilityZone"]
        sent = [
            {"ParameterKey": "Subnet", "ParameterValue": subnet["SubnetId"]},
            {"ParameterKey": "Groups", "ParameterValue": group},
        ]
        client.create_stack(StackName=name, TemplateBody=server(), Parameters=sent)
        whole = client.describe_stacks(StackName=name)["Stacks"][0]
        failed = [
            f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}"
            for one in reversed(client.describe_stack_events(StackName=name)["StackEvents"])
            if one["ResourceStatus"].endswith("FAILED")
        ]
        expect(
            whole["StackStatus"] == "CREATE_COMPLETE",
            f"In {zone} the stack ends as {whole['StackStatus']}. "
            + (failed[0] if failed else whole.get("StackStatusReason", "")),
        )
        rows = client.list_stack_resources(StackName=name)["StackResourceSummaries"]
        ids = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
        expect.equal(sorted(ids), ["Disk", "Plug", "Server"], "The logical ids")
        found = there.describe_instances(InstanceIds=[ids["Server"]])
        row = found["Reservations"][0]["Instances"][0]
        public = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        images = boto3.client("ssm", region_name=region)
        image = images.get_parameter(Name=public)["Parameter"]["Value"]
        expect(row["ImageId"] == image, f"The image is {row['ImageId']}; SSM says {image}.")
        expect.equal(row["InstanceType"], "t3.micro", "The type of the server")
        expect.equal(row["SubnetId"], subnet["SubnetId"], "The subnet of the server")
        groups = [one["GroupId"] for one in row["SecurityGroups"]]
        expect.equal(groups, [group], "The security groups of the server")
        expect(row["EbsOptimized"], "The server is not EBS-optimized.")
        tags = {tag["Key"]: tag["Value"] for tag in row.get("Tags", [])}
        expect.equal(tags.get("Name"), f"{name}-server", "The tag Name of the server")
        data = there.describe_instance_attribute(
            InstanceId=ids["Server"],
            Attribute="userData",
        )
        coded = data["UserData"].get("Value", "")
        script = base64.b64decode(coded).decode()
        expect(
            script.startswith("#!/bin/bash"),
            "The user data must begin with #!/bin/bash, and be in Base64 in the template.",
        )
        expect(
            f'echo "{name} in {region} on ' in script,
            f"The stack's name and the Region are not in the script, which is:\n{script}",
        )
        expect(
            " on ${HOSTNAME}" in script,
            "${HOSTNAME} did not reach the shell. In Sub write ${!HOSTNAME}.\n" + script,
        )
        lines = [line.rstrip() for line in script.rstrip().split("\n")]
        due = ["#!/bin/bash", f'echo "{name} in {region} on ${{HOSTNAME}}" > /etc/motd']
        expect.equal(lines, due, "The lines of the script")
        disk = there.describe_volumes(VolumeIds=[ids["Disk"]])["Volumes"][0]
        shape = (disk["VolumeType"], disk["Size"], disk["AvailabilityZone"])
        expect.equal(shape, ("gp3", 100, zone), "Type, size and zone of the disk")
        plug = [(one["InstanceId"], one["Device"]) for one in disk["Attachments"]]
        expect.equal(plug, [(ids["Server"], "/dev/sdf")], "Where the disk is attached")
        outputs = {one["OutputKey"]: one["OutputValue"] for one in whole.get("Outputs", [])}
        arn = f"arn:aws:ec2:{region}:{lab.ACCOUNT_ID}:instance/{ids['Server']}"
        expect.equal(outputs.get("Zone"), zone, "The output Zone")
        expect.equal(outputs.get("Arn"), arn, "The output Arn")
        kinds = {
            one["ParameterKey"]: one["ParameterType"]
            for one in client.get_template_summary(StackName=name)["Parameters"]
        }
        expect(
            kinds.get("Subnet") == "AWS::EC2::Subnet::Id"
            and kinds.get("Groups") == "List<AWS::EC2::SecurityGroup::Id>",
            "Give Subnet and Groups the types that are checked against the account.",
        )
        expect(
            str(kinds.get("Image")).startswith("AWS::SSM::Parameter::Value<"),
            f"The parameter Image has the type {kinds.get('Image', '(there is none)')}. "
            "An SSM type looks the newest image up at each deployment.",
        )
        expect(
            not re.search(r"\bSecurityGroups\b", server()),
            "SecurityGroups takes names of groups, and AWS refuses it together with a subnet. "
            "Which property takes ids?",
        )
        client.delete_stack(StackName=name)

    serves("us-east-1", 0)
    serves("eu-west-1", 2)
    ### BEGIN HIDDEN TESTS
    serves("us-east-1", 1)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Outputs for other stacks
#
# An output that is **exported** can be read by other stacks of the same account and Region: `!ImportValue name`. Export
# names are unique there, so build them from the stack's name. A network team exports its VPC and subnets, ten other
# stacks import them, and nobody copies ids.

# %%
exporting = """
Resources: {Jobs: {Type: AWS::SQS::Queue}}
Outputs:
  Arn:
    Value: !GetAtt Jobs.Arn
    Export: {Name: !Sub "${AWS::StackName}-Arn"}
"""
importing = """
Resources:
  Note:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !ImportValue jobs-Arn}
"""
stacks.create_stack(StackName="jobs", TemplateBody=exporting)
stacks.create_stack(StackName="reports", TemplateBody=importing)
print("jobs-Arn is used by", stacks.list_imports(ExportName="jobs-Arn")["Imports"])
try:
    stacks.delete_stack(StackName="jobs")
except ClientError as error:
    print(error.response["Error"]["Message"])
other = exporting.replace("Jobs", "Tasks")  # another queue, so another ARN
stacks.update_stack(StackName="jobs", TemplateBody=other)
for event in reversed(stacks.describe_stack_events(StackName="jobs")["StackEvents"]):
    if event["ResourceStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS":
        print(event["ResourceStatusReason"])

# %% [markdown]
# As long as somebody imports it, the value can neither go nor change: `delete_stack` is refused at once, and the update
# is taken back.
#
# > **Then and now.** In 2026 came `Fn::GetStackOutput`: it reads any output by stack name, exported or not, also from
# > another Region or account. That is a *weak* reference. It is read while deploying, and nothing protects it
# > afterwards.
#
# The towns share a network:

# %%
charts.flow(
    [
        ("velo-net", "velo-repairs", "VpcId, Subnets"),
        ("velo-net", "velo-shop", "VpcId, Subnets"),
        ("velo-repairs", "velo-reports", "queue ARN"),
    ],
    kinds={name: "network" if name == "velo-net" else "compute"
           for name in ("velo-net", "velo-repairs", "velo-shop", "velo-reports")},
    direction="right",
    headline="Stacks are deleted against the arrows: who imports goes first",
    source="exports and imports of this section's example",
)  # fmt: skip

# %% [markdown]
# ### Your turn: tear down
#
# Write `tear_down(names)`. It deletes these stacks, each one after all that import from it, waits for every deletion,
# and returns the names in the order in which they went. If a stack that is *not* in `names` imports from one of them,
# raise `ValueError` with that stack's name in the message, and delete nothing at all.
#
# <details><summary>Hint</summary>
#
# `list_exports` tells `ExportingStackId` and `Name`, `list_imports(ExportName=...)` the names of the stacks that use
# it. It raises `ClientError` for an export that nobody imports. Find out everything first, then delete.
# </details>


# %% exercise="tear-down"
def tear_down(names: list[str]) -> list[str]:
    """Delete the stacks in a safe order; return that order."""
    ### BEGIN SOLUTION
    owners = {}
    for one in names:
        owners[stacks.describe_stacks(StackName=one)["Stacks"][0]["StackId"]] = one
    users: dict[str, set[str]] = {one: set() for one in names}
    for page in stacks.get_paginator("list_exports").paginate():
        for export in page["Exports"]:
            if export["ExportingStackId"] in owners:
                try:
                    found = stacks.list_imports(ExportName=export["Name"])["Imports"]
                except ClientError:
                    continue
                users[owners[export["ExportingStackId"]]] |= set(found)
    outside = set().union(*users.values()) - set(names)
    if outside:
        raise ValueError(f"still in use by {', '.join(sorted(outside))}")
    order: list[str] = []
    while len(order) < len(names):
        for one in [name for name in names if name not in order and users[name] <= set(order)]:
            stacks.delete_stack(StackName=one)
            stacks.get_waiter("stack_delete_complete").wait(StackName=one)
            order.append(one)
    return order
    ### END SOLUTION


# %% check="tear-down" points=2
with check(
    "tear-down",
    needs="tear_down",
    right="Look at everything first, then delete: importers before lenders.",
) as expect:

    def family(links: list[tuple[str, str]]) -> dict[str, str]:
        """Stacks that import from each other; their real names by the names in `links`."""
        short = list(dict.fromkeys(one for link in links for one in link))
        real = {one: lab.unique_name(one) for one in short}
        for one in short:
            lenders = [lender for lender, user in links if user == one]
            jobs: dict[str, Any] = {"Jobs": {"Type": "AWS::SQS::Queue"}}
            for number, lender in enumerate(lenders):
                value = {"Fn::ImportValue": f"{real[lender]}-Arn"}
                jobs[f"Note{number}"] = {
                    "Type": "AWS::SSM::Parameter",
                    "Properties": {"Type": "String", "Value": value},
                }
            exported = {
                "Value": {"Fn::GetAtt": "Jobs.Arn"},
                "Export": {"Name": f"{real[one]}-Arn"},
            }
            body = json.dumps({"Resources": jobs, "Outputs": {"Arn": exported}})
            stacks.create_stack(StackName=real[one], TemplateBody=body)
        return real

    def alive() -> set[str]:
        pages = stacks.get_paginator("describe_stacks").paginate()
        return {one["StackName"] for page in pages for one in page["Stacks"]}

    def goes(links: list[tuple[str, str]], asked: list[str]) -> None:
        real = family(links)
        names = [real[one] for one in asked]
        with lab.watching(most=400) as made:
            try:
                order = tear_down(names)
            except ValueError as error:
                expect(False, f"All who import from {names} are in names. You say: {error}")
        left = sorted(alive() & set(names))
        expect(not left, f"Still there: {', '.join(left)}. Was its delete refused?")
        expect(
            isinstance(order, (list, tuple)) and sorted(order) == sorted(names),
            "Return the list of the names, in the order in which the stacks went.",
        )
        for lender, user in links:
            expect(
                order.index(real[user]) < order.index(real[lender]),
                f"You say {real[lender]} went before {real[user]}, which imports from it.",
            )
        steps = [one.operation for one in made if one.ok or one.operation != "DeleteStack"]
        deletes = [at for at, step in enumerate(steps) if step == "DeleteStack"]
        looks = {"DescribeStacks", "DescribeStackEvents", "ListStacks"}
        done = dict(zip(order, deletes, strict=False))
        pairs = [(done[real[user]], done[real[lender]]) for lender, user in links]
        for begun, then in [*pairs, (deletes[-1], len(steps))]:
            expect(
                looks & set(steps[begun:then]),
                "delete_stack returns before the stack is gone. Wait for each stack before "
                'its lender is deleted: the waiter "stack_delete_complete" does it.',
            )

    def stays(links: list[tuple[str, str]], asked: list[str], outsider: str) -> None:
        real = family(links)
        before = alive()
        try:
            tear_down([real[one] for one in asked])
            said = "nothing"
        except ValueError as error:
            said = str(error)
        except ClientError as error:
            code = error.response["Error"]["Message"]
            said = f"a ClientError ({code})"
        gone = sorted(before - alive())
        expect(
            not gone,
            f"{real[outsider]}, which is not in names, imports from one of them. Nothing may "
            f"be deleted then, but {', '.join(gone)} is gone.",
        )
        expect(
            real[outsider] in said,
            f"{real[outsider]} is not in names and imports from one of them: raise ValueError "
            f"with its name. Raised was: {said}",
        )

    chain = [("net", "repairs"), ("net", "shop"), ("repairs", "reports")]
    goes(chain, ["net", "shop", "repairs", "reports"])
    family([("lender", "user")])  # two stacks that are none of your business
    goes([("net", "shop")], ["net", "shop"])
    stays(chain, ["net", "repairs", "shop"], "reports")
    ### BEGIN HIDDEN TESTS
    goes([("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")], ["b", "a", "d", "c"])
    goes([("a", "b"), ("c", "d")], ["a", "c", "d", "b"])
    stays([("a", "b"), ("b", "c"), ("a", "d")], ["a", "b", "c"], "d")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A town that does not deploy
#
# ### Your turn: repair the town
#
# A colleague merged two drafts into `town_template`, and now nothing works. Repair it; keep its parts and their names.
# When it is right,
#
# - `lab.lint` finds nothing, no warning either;
# - in `dev`, still the default, the queue keeps messages for 4 days, and there is no archive;
# - in `prod` it keeps them for 14 days, and there is an archive;
# - a message that was received three times without being deleted moves to the queue `Dead`, which keeps it for 14 days;
# - the output `Url` is the URL of the queue `Repairs`, `Archive` the name of the bucket, if there is one.
#
# <details><summary>Hint</summary>
#
# Run `print(*lab.lint(town_template), sep="\n")` and work from the top. The linter does not know what you *want*: then
# make stacks of both stages and look. A redrive policy wants an ARN.
# </details>

# %% exercise="repair-town" repair=true
town_template = """
AWSTemplateFormatVersion: "2010-09-09"
Description: One town of Velo
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}
Mappings:
  Keep:
    dev: {Seconds: 345600}
    prod: {Second: 1209600}
    dev: {Seconds: 60}
Conditionals:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Dead:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: 1209600}
  Repairs:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: !FindInMap [Keep, !Ref Stage, Seconds]
      RedrivePolicy: {deadLetterTargetArn: !Ref Dead, maxReceiveCount: 3}
  Archive:
    Type: AWS::S3::Bucket
    Conditions: IsProd
Outputs:
  Url: {Value: {"Fn::Ref": Repairs}}
  Archive:
    Value: !Ref Archive
"""
### BEGIN SOLUTION
town_template = """
AWSTemplateFormatVersion: "2010-09-09"
Description: One town of Velo
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}
Mappings:
  Keep:
    dev: {Seconds: 345600}
    prod: {Seconds: 1209600}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Dead:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: 1209600}
  Repairs:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: !FindInMap [Keep, !Ref Stage, Seconds]
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Archive:
    Type: AWS::S3::Bucket
    Condition: IsProd
Outputs:
  Url: {Value: !Ref Repairs}
  Archive:
    Condition: IsProd
    Value: !Ref Archive
"""
### END SOLUTION

# %% check="repair-town" points=3
with check(
    "repair-town",
    needs="town_template",
    right="The linter finds what cannot work, a deployment what is not meant.",
) as expect:
    sqs = boto3.client("sqs")
    lint_says = lab.lint(town_template)
    expect(
        not lint_says,
        f"The linter has {len(lint_says)} findings. The first: {[*lint_says, ''][0]}",
    )

    def town_of(
        stage: str,
        days: int,
        parts: list[str],
        unasked: bool = False,
    ) -> None:
        name = lab.unique_name("town")
        sent = [] if unasked else [{"ParameterKey": "Stage", "ParameterValue": stage}]
        try:
            stacks.create_stack(StackName=name, TemplateBody=town_template, Parameters=sent)
        except ClientError as error:
            what = "A stack without parameters" if unasked else stage
            expect(False, f"{what} is refused: {error.response['Error']['Message']}")
        events = stacks.describe_stack_events(StackName=name)["StackEvents"]
        whole = stacks.describe_stacks(StackName=name)["Stacks"][0]
        failed = [
            f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}"
            for one in reversed(events)
            if one["ResourceStatus"].endswith("FAILED")
        ]
        why = failed[0] if failed else whole.get("StackStatusReason", "")
        expect(
            whole["StackStatus"] == "CREATE_COMPLETE",
            f"{stage} ends as {whole['StackStatus']}. {why}",
        )
        rows = stacks.list_stack_resources(StackName=name)["StackResourceSummaries"]
        ids = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
        expect.equal(sorted(ids), parts, f"The resources in {stage}")

        def days_of(queue: str) -> float:
            wanted = ["MessageRetentionPeriod"]
            kept = sqs.get_queue_attributes(QueueUrl=ids[queue], AttributeNames=wanted)
            return int(kept["Attributes"]["MessageRetentionPeriod"]) / 86400

        expect.close(days_of("Repairs"), days, f"Days that Repairs keeps a message in {stage}")
        expect.close(days_of("Dead"), 14, f"Days that Dead keeps a message in {stage}")
        sqs.send_message(QueueUrl=ids["Repairs"], MessageBody="flat tyre")
        receives = 0
        while receives < 6 and sqs.receive_message(
            QueueUrl=ids["Repairs"],
            VisibilityTimeout=0,
        ).get("Messages"):
            receives += 1
        expect.equal(receives, 3, f"Receives in {stage} before the message moves to Dead")
        dead = sqs.receive_message(QueueUrl=ids["Dead"], VisibilityTimeout=0)
        expect("Messages" in dead, f"In {stage} the message did not arrive in Dead.")
        outputs = {one["OutputKey"]: one["OutputValue"] for one in whole.get("Outputs", [])}
        due = {"Url": ids["Repairs"]}
        if "Archive" in ids:
            due["Archive"] = ids["Archive"]
        expect.equal(outputs, due, f"The outputs in {stage}")

    town_of("dev", 4, ["Dead", "Repairs"], unasked=True)
    town_of("prod", 14, ["Archive", "Dead", "Repairs"])
    ### BEGIN HIDDEN TESTS
    town_of("dev", 4, ["Dead", "Repairs"])
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** CloudFormation itself costs nothing for AWS's own types; you pay for what stands in the stacks. On real
# > AWS the servers, disks and the database of this lesson would cost by the hour until their stacks are deleted, so
# > this cell deletes all of them, in a safe order.

# %%
for _ in range(3):  # who still lends to others is refused at first
    for region in ("us-east-1", "eu-west-1"):
        client = boto3.client("cloudformation", region_name=region)
        pages = client.get_paginator("describe_stacks").paginate()
        for name in [one["StackName"] for page in pages for one in page["Stacks"]]:
            try:
                client.delete_stack(StackName=name)
            except ClientError as error:
                print(f"{region} {name}: {error.response['Error']['Message']}")
print("stacks left:", len(stacks.describe_stacks()["Stacks"]))

# %% [markdown]
# ## To remember
#
# - A template says what shall be there; CloudFormation works out calls and order from the references between resources.
# - A stack is one deployment of a template in one Region. You update it with a new version of the text, never by hand.
# - Only `Resources` is required. Inline a template may have 51,200 bytes, from S3 1 MB.
# - `Ref` gives the physical id or a parameter's value, `GetAtt` an attribute. The long form of `!Ref` is `Ref`.
# - Parameters ask people, and rules refuse wrong values early. Mappings, pseudo parameters and SSM types ask nobody.
# - `NoEcho` masks a display. Secrets come by dynamic references, or are made by the service itself.
# - Conditions make resources and outputs exist or not; `If` chooses values, `AWS::NoValue` removes a property.
# - An export is unique in its account and Region, and cannot go or change while another stack imports it.

# %% [markdown] question="url-or-arn"
# ### Question 1
#
# A template makes a queue `Jobs` and a topic that shall deliver to it. The subscription has `Protocol: sqs` and
# `Endpoint: !Ref Jobs`. Deployment fails with an invalid endpoint. What is the best fix?
#
# - [ ] **A** Add `DependsOn: Jobs`, because the queue does not exist yet.
#   > `Ref` already makes CloudFormation wait for the queue. What it gives is the wrong value.
# - [x] **B** `Endpoint: !GetAtt Jobs.Arn`
#   > `Ref` of a queue is its URL, and a subscription of the protocol sqs wants the ARN.
# - [ ] **C** `Endpoint: !ImportValue Jobs`
#   > That reads an export of another stack. Inside one template resources are referred to directly.
# - [ ] **D** `Endpoint: !Sub "arn:aws:sqs:us-east-1:111122223333:Jobs"`
#   > It repeats Region, account and a guessed name; the real name was made by CloudFormation.

# %% answer="url-or-arn"
answer = "B"

# %% check="url-or-arn" points=1
question("url-or-arn", answer)

# %% [markdown] question="hidden-password"
# ### Question 2
#
# A template takes a database password as a parameter with `NoEcho: true`. An auditor finds that several people have
# seen the password. What is the best change?
#
# - [ ] **A** Give the parameter an `AllowedPattern`, so that it is hard to guess.
#   > Who types it still knows it, and it still travels through scripts and shells.
# - [ ] **B** Put the password into a mapping, with one row for each stage.
#   > Now it is in clear text in the template, and so in the repository.
# - [ ] **C** Use a parameter of type `AWS::SSM::Parameter::Value<String>`.
#   > Such types read plain parameters, no secure strings, and `describe_stacks` shows what they resolve to.
# - [x] **D** Let a secret be made in Secrets Manager and refer to it by `{{resolve:secretsmanager:...}}`.
#   > Nobody types it, template and events hold its name only, and rotation can follow. For RDS,
#   > `ManageMasterUserPassword` does all that by itself.

# %% answer="hidden-password"
answer = "D"

# %% check="hidden-password" points=1
question("hidden-password", answer)

# %% [markdown] question="stuck-export"
# ### Question 3
#
# The network team wants to replace a subnet whose id ten application stacks import. The update of the network stack is
# rolled back: the export is in use. What works?
#
# - [ ] **A** Delete the network stack with `RetainResources`, and make it anew.
#   > The delete is refused for the same reason, and that option is for stacks whose delete has failed.
# - [x] **B** Export the new subnet under a second name, let the applications import that one, then remove the first.
#   > An export in use can neither change nor go. Two steps with both values alive is how it is done.
# - [ ] **C** Repeat the update with `--capabilities CAPABILITY_NAMED_IAM`.
#   > Capabilities acknowledge that a template makes identities. This is about exports.
# - [ ] **D** Set a stack policy that allows `Update:Replace`.
#   > Without a policy everything is allowed already; the protection of exports is no policy.

# %% answer="stuck-export"
answer = "B"

# %% check="stuck-export" points=1
question("stuck-export", answer)

# %% [markdown] question="other-region"
# ### Question 4
#
# A template works in us-east-1. In eu-west-1 the same template fails: "The image id '[ami-0abc...]' does not exist".
# Which change needs the least care from now on?
#
# - [ ] **A** Ask for the image id as a parameter of type String.
#   > Somebody has to look it up for each deployment, and may be wrong.
# - [ ] **B** A mapping with an image id for each Region.
#   > It works, until the images are old or a Region is added. Somebody has to keep the table.
# - [ ] **C** A condition for each Region with its own instance resource.
#   > The same table, spread over many resources.
# - [x] **D** A parameter of type `AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>` with AWS's public parameter as
#   default.
#   > Each Region has that parameter, and AWS keeps it at the newest image.

# %% answer="other-region"
answer = "D"

# %% check="other-region" points=1
question("other-region", answer)

# %%
progress()
