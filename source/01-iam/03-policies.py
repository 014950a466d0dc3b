# ---
# jupyter:
#   course:
#     exam:
#     - '2.1'
#     - '4.1'
#     minutes: 60
#     practises:
#       home-folders:
#       - iam.managed-and-inline
#       - iam.policy-variables
#       mend-drafts:
#       - iam.policy-anatomy
#       night-job:
#       - iam.least-privilege
#       on-air:
#       - iam.policy-anatomy
#       - iam.least-privilege
#       publish:
#       - iam.policy-versions
#       - iam.managed-and-inline
#       read-denial:
#       - iam.access-denied-messages
#       - iam.guardrails
#       try-out:
#       - iam.policy-simulator
#       two-policies:
#       - iam.evaluation-order
#       - iam.union-of-policies
#       - iam.four-union-cases
#       with-mfa:
#       - iam.conditions
#     services:
#     - iam
#     - s3
#     - sqs
#     - dynamodb
#     title: 'Policies: who may do what'
#     topics:
#     - iam.policy-anatomy
#     - iam.managed-and-inline
#     - iam.policy-versions
#     - iam.least-privilege
#     - iam.conditions
#     - iam.policy-variables
#     - iam.identity-or-resource-policy
#     - iam.evaluation-order
#     - iam.union-of-policies
#     - iam.four-union-cases
#     - iam.guardrails
#     - iam.policy-simulator
#     - iam.access-denied-messages
# ---

# %% [markdown]
# # Policies: who may do what
#
# Harbour Radio is a small station. Its shows lie in S3, listeners' wishes arrive in a queue, and a program plays them
# at night. After this lesson you can write the **policies** that let each person and program do its work and nothing
# else, read why AWS refused a call, and predict the answer when several policies speak at once.

# %% setup="start"
import json
import re
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("01-iam/03-policies")
lab.start()
iam = boto3.client("iam")
s3 = boto3.client("s3")
sqs = boto3.client("sqs")
dynamodb = boto3.client("dynamodb")

# %% [markdown]
# AWS offers ready-made policies such as `AmazonSQSFullAccess`. The night program receives and deletes messages, puts
# an item into a table and publishes a notice. We ask the account how many operations the three ready-made policies
# for these services would allow it. (The call that answers is `simulate_custom_policy`; you will use it yourself.)


# %% setup="ready-made"
def allowed_by(policy: str, service: Any) -> set[str]:
    """The operations of a service that a policy (JSON text) allows on every resource."""
    operations = boto3.client(service).meta.service_model.operation_names
    results = iam.simulate_custom_policy(
        PolicyInputList=[policy], ActionNames=[f"{service}:{name}" for name in operations]
    )["EvaluationResults"]
    return {one["EvalActionName"] for one in results if one["EvalDecision"] == "allowed"}


def ready_made(name: str) -> str:
    """The text of one of AWS's own managed policies."""
    arn = f"arn:aws:iam::aws:policy/{name}"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    return json.dumps(found["Document"])


# %%
used = {"sqs": 2, "dynamodb": 1, "sns": 1}
names = {"sqs": "SQS", "dynamodb": "DynamoDB", "sns": "SNS"}
offered = {}
for service, name in names.items():
    offered[service] = len(allowed_by(ready_made(f"Amazon{name}FullAccess"), service))
total = sum(offered.values())
charts.compare(
    {names[s]: {"allowed": offered[s], "needed": used[s]} for s in used},
    headline=f"The ready-made policies allow {total} operations; the program needs 4",
    unit="operations",
    source="simulated in the lab; operations as boto3 lists them",
)

# %% [markdown]
# Whoever steals this program's credentials could delete every queue and every table. **Least privilege** means: start
# from nothing, and add only what the job needs.
#
# ## What a policy says
#
# A policy is a JSON document. Each of its **statements** says four things: the `Effect` (`Allow` or `Deny`), the
# `Action`s, the `Resource`s as ARNs, and perhaps a `Condition`. `Sid` is a free name. `Version` is always
# `"2012-10-17"`: it is the version of the language, not your date.
#
# Actions are written `service:Operation`, and `*` and `?` are wildcards. Here is one that AWS wrote.

# %%
print(json.dumps(json.loads(ready_made("AmazonSQSReadOnlyAccess")), indent=1))

# %% [markdown]
# A policy that hangs on a user, group or role is **identity-based**. It names no `Principal`: the principal is whoever
# holds it. A policy that hangs on a resource, such as a bucket, is **resource-based** and must name one.
#
# In the lab you are the account's root user, who may do everything. `with lab.enforce_iam():` turns the guard on, and
# `lab.why(error)` explains a refusal. The tools of this lesson: `new_person`, `new_bucket`, and `refusal(...)`.


# %% setup="people"
@dataclass
class Person:
    """A user of the account who can make calls."""

    name: str
    key: Any

    def client(self, service: Any):
        """A boto3 client that signs as this person."""
        return boto3.client(
            service,
            aws_access_key_id=self.key["AccessKeyId"],
            aws_secret_access_key=self.key["SecretAccessKey"],
        )


def new_person(first_name: str, policy: dict | str | None = None) -> Person:
    """Make a user, if you like with an inline policy, and an access key for it."""
    name = lab.unique_name(first_name)
    iam.create_user(UserName=name)
    if policy is not None:
        text = policy if isinstance(policy, str) else json.dumps(policy)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=text)
    return Person(name, iam.create_access_key(UserName=name)["AccessKey"])


def new_bucket() -> str:
    """A bucket with two shows in it, one on air and one in the archive."""
    name = lab.unique_name("harbour-radio")
    s3.create_bucket(Bucket=name)
    for key in ("on-air/breakfast.mp3", "archive/moon-landing.mp3"):
        s3.put_object(Bucket=name, Key=key, Body=b"music")
    return name


def queue_arn(url: str) -> str:
    """The ARN of a queue."""
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return found["Attributes"]["QueueArn"]


def refusal(call, **parameters) -> str:
    """Make a call with IAM enforced. Empty if it goes through, else why IAM denied it."""
    with lab.enforce_iam():
        try:
            call(**parameters)
        except ClientError as error:
            reason = lab.why(error)
            if not reason.startswith("Denied"):
                raise
            return reason
    return ""


shows = new_bucket()

# %%
maya = new_person("maya")
print(refusal(maya.client("s3").get_object, Bucket=shows, Key="on-air/breakfast.mp3"))

# %% [markdown]
# Nobody denied it, nobody allowed it, so it is denied. Note the pair of ARNs in S3: `s3:ListBucket` is asked about the
# bucket, `arn:aws:s3:::NAME`; `s3:GetObject` about an object, `arn:aws:s3:::NAME/KEY`.
#
# ### Your turn: what is on air
#
# Write `on_air_policy(bucket)`. It returns a policy document (a dictionary) for presenters, who may
#
# - list the names in this bucket, and
# - read the objects whose keys begin with `on-air/`,
#
# and nothing else: no other bucket, no archive, no writing.
#
# <details><summary>Hint</summary>
#
# Two statements, because the two actions need different ARNs. `f"arn:aws:s3:::{bucket}/on-air/*"` covers the objects.
# </details>


# %% exercise="on-air"
def on_air_policy(bucket: str) -> dict:
    """A policy document: list the bucket, read what is on air."""
    ### BEGIN SOLUTION
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": f"arn:aws:s3:::{bucket}",
            },
            {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{bucket}/on-air/*",
            },
        ],
    }
    ### END SOLUTION


# %% check="on-air" points=2
with check(
    "on-air",
    needs="on_air_policy",
    right="Two actions, two ARNs: what is not named stays shut.",
) as expect:

    def presents(key: str) -> None:
        bucket, other = new_bucket(), new_bucket()
        for place in (bucket, other):
            s3.put_object(Bucket=place, Key=key, Body=b"music")
        s3.put_object(Bucket=bucket, Key="on-air.txt", Body=b"not a show")
        document = on_air_policy(bucket)
        expect(isinstance(document, (dict, str)), "Return the policy document: a dictionary.")
        person = new_person("presenter", document).client("s3")
        said = refusal(person.list_objects_v2, Bucket=bucket)
        expect(not said, f"The presenter cannot list the bucket. {said}")
        said = refusal(person.get_object, Bucket=bucket, Key=key)
        expect(not said, f"The presenter cannot read {key}. {said}")
        forbidden = {
            "read the archive": (
                person.get_object,
                {"Bucket": bucket, "Key": "archive/moon-landing.mp3"},
            ),
            "read on-air.txt, which is not below on-air/": (
                person.get_object,
                {"Bucket": bucket, "Key": "on-air.txt"},
            ),
            "overwrite a show": (
                person.put_object,
                {"Bucket": bucket, "Key": key, "Body": b""},
            ),
            "delete a show": (person.delete_object, {"Bucket": bucket, "Key": key}),
            "read a show in another bucket": (
                person.get_object,
                {"Bucket": other, "Key": key},
            ),
            "list another bucket": (person.list_objects_v2, {"Bucket": other}),
            "delete the bucket": (person.delete_bucket, {"Bucket": bucket}),
            "read a show's tags": (person.get_object_tagging, {"Bucket": bucket, "Key": key}),
            "list old versions": (person.list_object_versions, {"Bucket": bucket}),
        }
        for deed, (call, parameters) in forbidden.items():
            expect(
                refusal(call, **parameters),
                f"The presenter can also {deed}. Make the policy narrower.",
            )

    presents("on-air/breakfast.mp3")
    ### BEGIN HIDDEN TESTS
    presents("on-air/evening/jazz.mp3")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What IAM refuses to save, and what it does not
#
# IAM checks the grammar of a document when you save it, and answers `MalformedPolicyDocument`. It does not check the
# sense: an action that does not exist, or an ARN of the wrong kind, is saved without a word and grants nothing.

# %%
right = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
for wrong in (
    {"Effect": "permit"},
    {"Action": "s3-GetObject"},
    {"Action": "s3:ReadTheObject"},
):
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**right, **wrong}]})
    try:
        iam.create_policy(PolicyName=lab.unique_name("try"), PolicyDocument=text)
        print(f"{wrong}: saved")
    except ClientError as error:
        print(f"{wrong}: {error.response['Error']['Message']}")

# %% [markdown]
# The name of an action is mostly that of the API operation, but not always: the operation `ListBuckets` is allowed by
# `s3:ListAllMyBuckets`, `ListObjectsV2` by `s3:ListBucket`. The *Service Authorization Reference* in AWS's
# documentation lists each service's actions, resources and condition keys; look there rather than guess.
#
# ### Your turn: mend the drafts
#
# A colleague left five drafts. IAM refuses three of them; it takes the other two, but they grant nothing. Repair
# them so that each allows just what its comment says. Leave the names as they are.
#
# <details><summary>Hint</summary>
#
# Look at every draft for: the spelling of the effect, the service before the action, who is the principal of an
# identity-based policy, which ARN listing needs, and the action behind the operation `ListBuckets`.
# </details>


# %% exercise="mend-drafts" repair=true
def drafts(bucket: str, queue_arn: str) -> dict[str, dict]:
    """Five policy documents by name."""
    objects = f"arn:aws:s3:::{bucket}/*"
    statements = {
        # read every object of the bucket
        "listen": {"Effect": "allow", "Action": "s3:GetObject", "Resource": objects},
        # write objects into the bucket
        "upload": {"Effect": "Allow", "Action": "PutObject", "Resource": objects},
        # send messages to the queue
        "wish": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
        },
        # list the objects of the bucket
        "index": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": objects},
        # list the names of all buckets of the account
        "buckets": {"Effect": "Allow", "Action": "s3:ListBuckets", "Resource": "*"},
    }
    version = "2012-10-17"
    return {name: {"Version": version, "Statement": [one]} for name, one in statements.items()}


### BEGIN SOLUTION
def drafts(bucket: str, queue_arn: str) -> dict[str, dict]:
    """Five policy documents by name."""
    objects = f"arn:aws:s3:::{bucket}/*"
    statements = {
        # read every object of the bucket
        "listen": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects},
        # write objects into the bucket
        "upload": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": objects},
        # send messages to the queue
        "wish": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue_arn},
        # list the objects of the bucket
        "index": {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
        },
        # list the names of all buckets of the account
        "buckets": {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
    }
    version = "2012-10-17"
    return {name: {"Version": version, "Statement": [one]} for name, one in statements.items()}


### END SOLUTION


# %% check="mend-drafts" points=2
with check("mend-drafts", needs="drafts", right="Saved is not granted: try each policy.") as expect:

    def mended() -> None:
        bucket = new_bucket()
        queue = sqs.create_queue(QueueName=lab.unique_name("wishes"))["QueueUrl"]
        arn = queue_arn(queue)
        calls = {
            "listen": ("s3", "get_object", {"Bucket": bucket, "Key": "on-air/breakfast.mp3"}),
            "upload": (
                "s3",
                "put_object",
                {"Bucket": bucket, "Key": "new.mp3", "Body": b"music"},
            ),
            "wish": ("sqs", "send_message", {"QueueUrl": queue, "MessageBody": "Blue Moon"}),
            "index": ("s3", "list_objects_v2", {"Bucket": bucket}),
            "buckets": ("s3", "list_buckets", {}),
        }
        documents = drafts(bucket, arn)
        expect(
            set(documents) == set(calls),
            f"Return the five drafts {', '.join(calls)}, under these names.",
        )
        for name, document in documents.items():
            try:
                person = new_person(name, document)
            except ClientError as error:
                expect(False, f"IAM does not take {name!r}: {error.response['Error']['Message']}")
            for deed, (service, method, parameters) in calls.items():
                said = refusal(getattr(person.client(service), method), **parameters)
                if deed == name:
                    expect(
                        not said,
                        f"IAM takes {name!r}, but it does not grant what it should. {said}",
                    )
                else:
                    expect(
                        said,
                        f"{name!r} grants more than its comment says: also what {deed!r} is for.",
                    )
            service, method, parameters = calls[name]
            if "Bucket" in parameters:
                elsewhere = {**parameters, "Bucket": new_bucket()}
            elif "QueueUrl" in parameters:
                other = sqs.create_queue(QueueName=lab.unique_name("other"))["QueueUrl"]
                elsewhere = {**parameters, "QueueUrl": other}
            else:
                continue
            said = refusal(getattr(person.client(service), method), **elsewhere)
            expect(said, f"{name!r} works on every bucket or queue; its comment speaks of one.")

    mended()
    ### BEGIN HIDDEN TESTS
    mended()
    ### END HIDDEN TESTS

# %% [markdown]
# ## Three places for a document
#
# - **AWS managed**: written and updated by AWS, for common needs. Rarely least privilege.
# - **Customer managed**: yours, with an ARN of its own; many users, groups and roles can hold it, and one change
#   reaches them all. The best practice.
# - **Inline**: part of one user, group or role. It dies with its holder, and no list of policies shows it.
#
# A user called Tom gets one of each of the last two kinds, and then leaves the station.

# %%
document = json.dumps({"Version": "2012-10-17", "Statement": [{**right, "Resource": "*"}]})
tom = new_person("tom", policy=document)
managed = iam.create_policy(PolicyName=lab.unique_name("listen"), PolicyDocument=document)
arn = managed["Policy"]["Arn"]
iam.attach_user_policy(UserName=tom.name, PolicyArn=arn)
print("inline  ", iam.list_user_policies(UserName=tom.name)["PolicyNames"])
print("attached", iam.list_attached_user_policies(UserName=tom.name)["AttachedPolicies"])
# IAM refuses to delete a user that still holds policies or keys, so take them away first.
iam.delete_user_policy(UserName=tom.name, PolicyName="own")
iam.detach_user_policy(UserName=tom.name, PolicyArn=arn)
iam.delete_access_key(UserName=tom.name, AccessKeyId=tom.key["AccessKeyId"])
iam.delete_user(UserName=tom.name)
print("kept in the account:", iam.get_policy(PolicyArn=arn)["Policy"]["PolicyName"])

# %% [markdown]
# A managed policy also keeps its history: up to five **versions**, `v1`, `v2`, ..., whose numbers are never used again.
# One of them is the **default**, and only the default counts. So a bad release is undone in one call. (An inline
# policy has no versions.)

# %%
bad = json.dumps({"Version": "2012-10-17", "Statement": [{**right, "Action": "s3:*"}]})
iam.create_policy_version(PolicyArn=arn, PolicyDocument=bad, SetAsDefault=True)
print("released:   ", iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"])
iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
print("rolled back:", iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"])

# %% [markdown]
# ### Your turn: publish a version
#
# A sixth version is refused with `LimitExceeded`, and the default version cannot be deleted. Write
# `publish(policy_arn, document)` that makes the document (JSON text) the new default and returns its version id. If
# there is no room, and only then, it first deletes the oldest version that is not the default.
#
# <details><summary>Hint</summary>
#
# `list_policy_versions` tells `VersionId` and `IsDefaultVersion` of each. Compare the numbers, not the texts: as text,
# `"v10"` comes before `"v9"`. `facts.limit("iam", "versions-per-managed-policy")` is the limit.
# </details>


# %% exercise="publish"
def publish(policy_arn: str, document: str) -> str:
    """Make the document the policy's default version; return the new version's id."""
    ### BEGIN SOLUTION
    versions = iam.list_policy_versions(PolicyArn=policy_arn)["Versions"]
    if len(versions) >= facts.limit("iam", "versions-per-managed-policy"):
        spare = [one["VersionId"] for one in versions if not one["IsDefaultVersion"]]
        oldest = min(spare, key=lambda version: int(version[1:]))
        iam.delete_policy_version(PolicyArn=policy_arn, VersionId=oldest)
    made = iam.create_policy_version(
        PolicyArn=policy_arn,
        PolicyDocument=document,
        SetAsDefault=True,
    )
    return made["PolicyVersion"]["VersionId"]
    ### END SOLUTION


# %% check="publish" points=2
with check(
    "publish",
    needs="publish",
    right="All holders have the new rights at once; the old version waits.",
) as expect:

    def text_of(action: str) -> str:
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def in_order(versions: set[str]) -> str:
        return ", ".join(sorted(versions, key=lambda version: int(version[1:])))

    def releases(number: int, roll_back_to: int) -> None:
        name = lab.unique_name("release")
        arn = iam.create_policy(PolicyName=name, PolicyDocument=text_of("s3:GetObject"))["Policy"]["Arn"]
        for expected in range(2, number + 1):
            lab.clock.advance(minutes=1)
            returned = publish(arn, text_of(f"sqs:Call{expected}"))
            expect.equal(returned, f"v{expected}", "The id of the new version")
            default = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            expect(
                default == returned,
                f"The new version is {returned}, but {default} is the default and counts.",
            )
        kept = {one["VersionId"] for one in iam.list_policy_versions(PolicyArn=arn)["Versions"]}
        newest = {f"v{n}" for n in range(max(1, number - 4), number + 1)}
        expect(
            kept == newest,
            f"After {number} versions IAM keeps {in_order(kept)}; it would be {in_order(newest)} if you "
            "delete only the oldest one, and only when there is no room.",
        )
        before = f"v{roll_back_to}"
        rest = sorted(newest - {before}, key=lambda version: int(version[1:]))
        after = {before, f"v{number + 1}", *(rest[1:] if len(newest) == 5 else rest)}
        iam.set_default_policy_version(PolicyArn=arn, VersionId=before)
        publish(arn, text_of("sqs:AfterRollback"))
        kept = {one["VersionId"] for one in iam.list_policy_versions(PolicyArn=arn)["Versions"]}
        expect(
            before in kept,
            f"{before} was the default, and you deleted it. Keep it to roll back to.",
        )
        expect(
            kept == after,
            f"The default was {before}, the others {', '.join(rest)}. Now {in_order(kept)} are left; "
            f"the oldest that is not the default is {rest[0]}, and goes only when there are five.",
        )
        now = iam.get_policy_version(PolicyArn=arn, VersionId=f"v{number + 1}")["PolicyVersion"]["Document"]
        expect.equal(now, json.loads(text_of("sqs:AfterRollback")), "The new default version's document")

    releases(4, roll_back_to=1)
    releases(11, roll_back_to=7)
    ### BEGIN HIDDEN TESTS
    releases(6, roll_back_to=2)
    releases(12, roll_back_to=8)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One policy for everybody
#
# Each member of the staff has a folder in the bucket: `home/maya/`, `home/tom/`. One policy for each person would work,
# until the hundredth person comes. A **policy variable** is filled in at the moment of the call:
# `${aws:username}` becomes the name of the user who calls.
#
# Other variables: `${aws:userid}`, `${aws:PrincipalTag/team}`, and with a default value
# `${aws:PrincipalTag/team, 'none'}`. A variable without a value makes the statement match nothing: a *role session* has
# no `aws:username`.

# %%
folders = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{shows}/home/${{aws:username}}/*",
        }
    ],
}
maya = new_person("maya", folders)
for folder in (maya.name, "tom"):
    key = f"home/{folder}/a.mp3"
    said = refusal(maya.client("s3").put_object, Bucket=shows, Key=key, Body=b"")
    print(f"home/{folder}/: {'refused' if said else 'allowed'}")

# %% [markdown]
# In an f-string double braces stand for one, hence `${{aws:username}}`. In an old policy without this `Version` the
# variable is plain text and matches nobody's folder.
#
# Listing is a matter of its own. `s3:ListBucket` is asked about the bucket, so the folder cannot stand in the ARN. The
# request says which names it wants, and a condition looks at that: `s3:prefix`. (More on conditions soon.)

# %%
only_mine = {"StringEquals": {"s3:prefix": "home/${aws:username}/"}}
statement = {
    "Effect": "Allow",
    "Action": "s3:ListBucket",
    "Resource": f"arn:aws:s3:::{shows}",
    "Condition": only_mine,
}
lister = new_person("maya", {"Version": "2012-10-17", "Statement": [statement]})
for prefix in (f"home/{lister.name}/", "home/", ""):
    said = refusal(lister.client("s3").list_objects_v2, Bucket=shows, Prefix=prefix)
    print(f"list {prefix!r:16}: {'refused' if said else 'allowed'}")

# %% [markdown]
# ### Your turn: from many policies to one
#
# Every member of a group has an inline policy called `own` that names the member's folder. Write
# `replace_home_policies(group, bucket)`:
#
# - make **one** customer managed policy and attach it to the group (policy names are unique in an account, so let its
#   name contain the group's);
# - with it each member may get and put objects below `home/NAME/`, and list the bucket with the prefix
#   `home/NAME/`; nobody reaches another one's folder;
# - delete the inline policies `own` of all members;
# - return the policy's ARN.
#
# <details><summary>Hint</summary>
#
# `get_group` lists the members under `"Users"`. The two demo cells above hold both statements. Mind the `/` after the
# name: `home/maya*` also covers `home/mayam/`.
# </details>


# %% exercise="home-folders"
def replace_home_policies(group: str, bucket: str) -> str:
    """Give the group one managed policy for home folders; return its ARN."""
    ### BEGIN SOLUTION
    arn = f"arn:aws:s3:::{bucket}"
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": f"{arn}/home/${{aws:username}}/*",
            },
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": arn,
                "Condition": {"StringEquals": {"s3:prefix": "home/${aws:username}/"}},
            },
        ],
    }
    made = iam.create_policy(PolicyName=f"{group}-home", PolicyDocument=json.dumps(document))
    iam.attach_group_policy(GroupName=group, PolicyArn=made["Policy"]["Arn"])
    for page in iam.get_paginator("get_group").paginate(GroupName=group):
        for user in page["Users"]:
            iam.delete_user_policy(UserName=user["UserName"], PolicyName="own")
    return made["Policy"]["Arn"]
    ### END SOLUTION


# %% check="home-folders" points=3
with check(
    "home-folders",
    needs="replace_home_policies",
    right="The next hundred people need no new policy.",
) as expect:

    def moves_in(first_names: list[str]) -> None:
        bucket, group = new_bucket(), lab.unique_name("staff")
        iam.create_group(GroupName=group)
        people = []
        for first_name in first_names:
            person = new_person(first_name, on_air_like(bucket, first_name))
            iam.add_user_to_group(GroupName=group, UserName=person.name)
            people.append(person)
        arn = replace_home_policies(group, bucket)
        attached = [one["PolicyArn"] for one in iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"]]
        expect(
            attached == [arn],
            f"Return the ARN of the group's one policy; attached are {attached or 'none'}.",
        )
        for person in people:
            left = iam.list_user_policies(UserName=person.name)["PolicyNames"]
            expect(not left, f"{person.name} still has the inline policy {left}. Delete it.")
        newcomer = new_person("newcomer")  # comes after the policy was written
        iam.add_user_to_group(GroupName=group, UserName=newcomer.name)
        for person in [*people[:2], newcomer]:
            lives(person, bucket)

    def on_air_like(bucket: str, first_name: str) -> dict:
        one = {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{bucket}/home/{first_name}/*",
        }
        return {"Version": "2012-10-17", "Statement": [one]}

    def lives(person: Person, bucket: str) -> None:
        name, client = person.name, person.client("s3")
        own, list_names = f"home/{name}/a.mp3", client.list_objects_v2
        said = refusal(client.put_object, Bucket=bucket, Key=own, Body=b"music")
        expect(not said, f"{name} cannot put {own}. {said}")
        said = refusal(client.get_object, Bucket=bucket, Key=own)
        expect(not said, f"{name} cannot get {own}. {said}")
        said = refusal(list_names, Bucket=bucket, Prefix=f"home/{name}/")
        expect(not said, f"{name} cannot list home/{name}/. {said}")
        for other in ("home/somebody/a.mp3", f"home/{name}x/a.mp3", "on-air/breakfast.mp3"):
            s3.put_object(Bucket=bucket, Key=other, Body=b"music")
            for call, more in ((client.get_object, {}), (client.put_object, {"Body": b""})):
                said = refusal(call, Bucket=bucket, Key=other, **more)
                expect(said, f"{name} reaches {other}, which is not below home/{name}/.")
        said = refusal(client.delete_object, Bucket=bucket, Key=own)
        expect(said, f"{name} may also delete objects. The task says get, put and list.")
        for prefix in ("", "home/", "home/somebody/", f"home/{name}x/"):
            said = refusal(list_names, Bucket=bucket, Prefix=prefix)
            expect(
                said,
                f"{name} may list the bucket with the prefix {prefix!r}: not this person's folder.",
            )

    moves_in(["sarah", "matt"])
    ### BEGIN HIDDEN TESTS
    moves_in(["georges", "ines", "juno"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Only if
#
# A `Condition` compares **condition keys**, facts about the request, with values: operator, then key, then value.
# Several operators or keys must *all* hold; of several values for a key *one* is enough. There are operators for text
# (`StringEquals`, `StringLike`), numbers, dates, `Bool`, `IpAddress`, ARNs; most have a `...Not...` form, and
# `...IfExists` at the end of a name means "or the key is missing".
#
# That last point matters more than all others: which answer does a condition give when the request has no such key?
# We ask the lab about four conditions and three requests.

# %%
studio = "198.51.100.0/24"
conditions = {
    "IpAddress": {"IpAddress": {"aws:SourceIp": studio}},
    "IpAddressIfExists": {"IpAddressIfExists": {"aws:SourceIp": studio}},
    "NotIpAddress": {"NotIpAddress": {"aws:SourceIp": studio}},
    "Null: true": {"Null": {"aws:SourceIp": "true"}},
}
requests = {
    "from the studio": "198.51.100.7",
    "from elsewhere": "203.0.113.9",
    "without the key": "",
}


def holds(condition: dict, address: str) -> bool:
    """Ask the simulator whether an Allow with this condition allows."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    key = {
        "ContextKeyName": "aws:SourceIp",
        "ContextKeyType": "ip",
        "ContextKeyValues": [address],
    }
    (result,) = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": [statement]})],
        ActionNames=["s3:GetObject"],
        ContextEntries=[key] if address else [],
    )["EvaluationResults"]
    return result["EvalDecision"] == "allowed"


def row_of(condition: dict) -> dict[str, str]:
    """One row of the picture: what each request makes of the condition."""
    held = {request: holds(condition, address) for request, address in requests.items()}
    return {request: "holds" if true else "fails" for request, true in held.items()}


charts.heatmap(
    {name: row_of(condition) for name, condition in conditions.items()},
    rows_are="operator",
    columns_are="the request comes",
    headline="A missing key fails IpAddress and passes its negation",
    meanings={"holds": "good", "fails": "off"},
    source="simulated in the lab",
)

# %% [markdown]
# So a condition that *allows* should use the plain form, which fails when in doubt. One that *denies* should use the
# negated form or `...IfExists`, which hold when in doubt.
#
# Some keys are in every request (`aws:CurrentTime`, `aws:SecureTransport`, `aws:RequestedRegion`), others only at
# times: `aws:SourceIp` is missing when a call comes through a VPC endpoint; `aws:PrincipalOrgID` exists only
# in an organization; `aws:SourceArn` and `aws:SourceAccount` come with calls that a service makes for a resource. And
# `aws:MultiFactorAuthPresent`? Tom signs in three ways; let us look.

# %% setup="tom-signs-in"
from course.lab.iam.mfa import mfa_code  # what an authenticator app would show


def ways_to_sign_in(person: Person) -> dict:
    """S3 clients: with the access key, with a session token, and with one got by MFA."""
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=person.name)
    serial = made["VirtualMFADevice"]["SerialNumber"]
    code = mfa_code(made["VirtualMFADevice"]["Base32StringSeed"])
    # AWS wants two codes in a row here, half a minute apart; the lab takes one twice.
    iam.enable_mfa_device(
        UserName=person.name,
        SerialNumber=serial,
        AuthenticationCode1=code,
        AuthenticationCode2=code,
    )
    sts = person.client("sts")
    plain = sts.get_session_token()["Credentials"]
    with_code = sts.get_session_token(SerialNumber=serial, TokenCode=code)["Credentials"]
    found = {"access key": person.client("s3")}
    for name, given in (("session", plain), ("session with MFA", with_code)):
        found[name] = boto3.client(
            "s3",
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )
    return found


# %%
present = "aws:MultiFactorAuthPresent"
variants = {
    "the key says true ": {"Bool": {present: "true"}},
    "the key says false": {"Bool": {present: "false"}},
    "there is no key   ": {"Null": {present: "true"}},
}
signer = new_person("tom")
ways = ways_to_sign_in(signer)
for what, condition in variants.items():
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=signer.name, PolicyName="own", PolicyDocument=document)
    print(what, [way for way, client in ways.items() if not refusal(client.list_buckets)])

# %% [markdown]
# A call signed with a long-term access key has no such key at all: neither true nor false.
#
# ### Your turn: delete only with MFA
#
# The station lost part of its archive to a stolen access key. Now everybody may read objects, but **delete** them only
# in a session made with an MFA code. The policy below is on duty, and a plain access key still deletes. Repair it.
#
# <details><summary>Hint</summary>
#
# In which of the three ways of signing in does the `Deny` apply now? It must apply in two of them, and the one it
# misses is the one without the key. There is also a way without any `Deny`.
# </details>


# %% exercise="with-mfa" repair=true
def archive_policy(bucket: str) -> dict:
    """Read always, delete only with MFA."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:DeleteObject"],
                "Resource": f"arn:aws:s3:::{bucket}/*",
            },
            {
                "Effect": "Deny",
                "Action": "s3:DeleteObject",
                "Resource": f"arn:aws:s3:::{bucket}/*",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
            },
        ],
    }


### BEGIN SOLUTION
def archive_policy(bucket: str) -> dict:
    """Read always, delete only with MFA."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:DeleteObject"],
                "Resource": f"arn:aws:s3:::{bucket}/*",
            },
            {
                "Effect": "Deny",
                "Action": "s3:DeleteObject",
                "Resource": f"arn:aws:s3:::{bucket}/*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            },
        ],
    }


### END SOLUTION


# %% check="with-mfa" points=2
with check(
    "with-mfa",
    needs="archive_policy",
    right="Deny with BoolIfExists, or allow with Bool: the safe pair.",
) as expect:

    def guards(key: str) -> None:
        bucket = new_bucket()
        person = new_person("tom", archive_policy(bucket))
        for way, client in ways_to_sign_in(person).items():
            s3.put_object(Bucket=bucket, Key=key, Body=b"music")
            said = refusal(client.get_object, Bucket=bucket, Key=key)
            expect(not said, f"Signed in with {way}, Tom cannot read. {said}")
            said = refusal(client.delete_object, Bucket=bucket, Key=key)
            if way == "session with MFA":
                expect(not said, f"Signed in with {way}, Tom cannot delete. {said}")
            else:
                expect(
                    said,
                    f"Signed in with {way}, Tom deletes a show without having shown an MFA code.",
                )
            expect(
                refusal(client.put_object, Bucket=bucket, Key=key, Body=b""),
                "Nobody asked for writing.",
            )

    guards("archive/moon-landing.mp3")
    ### BEGIN HIDDEN TESTS
    guards("on-air/breakfast.mp3")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Exam.** Keys with several values in one request, such as `aws:TagKeys`, need `ForAnyValue:` or `ForAllValues:`
# > before the operator. `ForAllValues` is *true* when the key is missing: never allow by it alone, add a `Null` test.
#
# *Half of the lesson is done: a good place for a pause.*
#
# ## Deny, allow, otherwise deny
#
# Several policies may speak about one request. IAM reads all statements of all of them; their order does not matter.
#
# 1. One `Deny` that fits: refused (**explicit deny**).
# 2. Else one `Allow` that fits: allowed.
# 3. Else refused (**implicit deny**).
#
# The root user of an account is not limited by identity-based policies. We try the same two statements in both orders:

# %%
yes = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
no = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}
for statements in ([yes, no], [no, yes]):
    document = {"Version": "2012-10-17", "Statement": statements}
    results = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps(document)],
        ActionNames=["s3:GetObject", "s3:DeleteObject", "sqs:SendMessage"],
    )["EvaluationResults"]
    print({one["EvalActionName"]: one["EvalDecision"] for one in results})

# %% [markdown]
# Policies on resources join in. Within **one account** both kinds are read as a union: one `Allow` in either is enough.
# Between **two accounts** both sides must allow: the caller's account gives the permission, the owner opens the door.
#
# ### Your turn: predict two policies
#
# An EC2 instance's program wants to read an object. Its own (identity-based) policy and the bucket policy each say
# `"allow"`, `"deny"`, or nothing about it, `"none"`. Write `outcome(identity, bucket, same_account)` that returns
# `"allowed"`, `"explicitDeny"` or `"implicitDeny"`. Decide by the rules; the lab then says whether you are right.
#
# Begin with these, all in one account:
#
# | its own policy | bucket policy |
# |---|---|
# | allows | none |
# | allows | denies |
# | says nothing | allows |
# | denies | allows |
#
# <details><summary>Hint</summary>
#
# Three `if`s are enough. First any deny. Then: how many of the two must allow?
# </details>


# %% exercise="two-policies"
def outcome(identity: str, bucket: str, same_account: bool) -> str:
    """Predict what IAM decides: 'allowed', 'explicitDeny' or 'implicitDeny'."""
    ### BEGIN SOLUTION
    said = [identity, bucket]
    if "deny" in said:
        return "explicitDeny"
    needed = 1 if same_account else 2
    return "allowed" if said.count("allow") >= needed else "implicitDeny"
    ### END SOLUTION


# %% setup="ask-the-lab"
def statement_for(effect: str, **principal) -> str:
    """A policy that allows or denies reading, or speaks of something else."""
    spoken = {
        "Effect": effect.capitalize(),
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::tapes/*",
    }
    if effect == "none":
        spoken = {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::other",
        }
    return json.dumps({"Version": "2012-10-17", "Statement": [{**principal, **spoken}]})


def measured(identity: str, bucket: str, same_account: bool) -> str:
    """What the lab decides for a user of this account; the bucket may be another account's."""
    caller = f"arn:aws:iam::{lab.ACCOUNT_ID}:user/night"
    owner = lab.ACCOUNT_ID if same_account else "210987654321"
    (result,) = iam.simulate_custom_policy(
        PolicyInputList=[statement_for(identity)],
        ResourcePolicy=statement_for(bucket, Principal={"AWS": caller}),
        ResourceOwner=f"arn:aws:iam::{owner}:root",
        CallerArn=caller,
        ActionNames=["s3:GetObject"],
        ResourceArns=["arn:aws:s3:::tapes/moon.mp3"],
    )["EvaluationResults"]
    return result["EvalDecision"]


# %% check="two-policies" points=2
with check("two-policies", needs="outcome", right="Union in one account, both sides in two.") as expect:

    def predicts(identity: str, bucket: str, same_account: bool) -> None:
        where = "in one account" if same_account else "in two accounts"
        with lab.watching() as made:
            predicted = outcome(identity, bucket, same_account)
        expect(not made, "Predict from the rules, without a call; the lab is asked afterwards.")
        case = f"Identity policy {identity!r}, bucket policy {bucket!r}, {where}"
        expect.equal(predicted, measured(identity, bucket, same_account), case)

    for identity, bucket in (
        ("allow", "none"),
        ("allow", "deny"),
        ("none", "allow"),
        ("deny", "allow"),
    ):
        predicts(identity, bucket, True)
    predicts("none", "none", True)
    for identity, bucket in (
        ("allow", "none"),
        ("none", "allow"),
        ("allow", "allow"),
        ("allow", "deny"),
    ):
        predicts(identity, bucket, False)
    ### BEGIN HIDDEN TESTS
    for same_account in (True, False):
        for identity in ("allow", "deny", "none"):
            for bucket in ("allow", "deny", "none"):
                predicts(identity, bucket, same_account)
    ### END HIDDEN TESTS

# %% [markdown]
# Here is the whole truth table, asked cell by cell.

# %%
words = {"allowed": "allow", "explicitDeny": "deny", "implicitDeny": "implicit deny"}
says = {"none": "says nothing", "allow": "allows", "deny": "denies"}
table = {
    f"{'one account' if same else 'two accounts'}: {says[identity]}": {
        says[bucket]: words[measured(identity, bucket, same)] for bucket in says
    }
    for same in (True, False)
    for identity in says
}
charts.heatmap(
    table,
    rows_are="the caller's policy",
    columns_are="the bucket policy",
    headline="One allow is enough within an account; between two accounts it takes both",
    mark=[
        ("two accounts: allows", "says nothing"),
        ("two accounts: says nothing", "allows"),
    ],
    source="simulated in the lab",
)

# %% [markdown]
# The marked cells are those in which a second account makes the difference.
#
# > **Then and now.** Older notes say "IAM allows *or* the bucket policy allows, and nothing denies". That is right for
# > one account only. Exceptions within one account: a KMS key's policy and a role's trust policy must always allow.
#
# ## On which side to write
#
# Write an **identity-based** policy when one person or program needs many resources, or when all rules should lie in
# one place. Write a **resource-based** one to let another account in without a role, or when rules about one resource
# no longer fit elsewhere. Sizes differ, too.

# %%
for place, service, limit in (
    ("inline policies of a user, together", "iam", "inline-policies-of-a-user-in-total"),
    ("managed policy", "iam", "managed-policy-size"),
    ("inline policies of a role, together", "iam", "inline-policies-of-a-role-in-total"),
    ("bucket policy", "s3", "bucket-policy-size"),
):
    size = facts.limit(service, limit)
    print(f"{place:36} {size:>7,} {size.unit}")

# %% [markdown]
# White space is not counted in IAM policies.
#
# A bucket policy hangs on the bucket, yet its `Resource` may name a prefix or a single object. Here the partner station
# gets read access to one folder. Its own account must allow its people as well.

# %%
open_door = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "PartnerListens",
            "Effect": "Allow",
            # An account's ARN ends in :root; it stands for the whole account.
            "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{shows}/on-air/*",
        }
    ],
}
s3.put_bucket_policy(Bucket=shows, Policy=json.dumps(open_door))
print("saved,", len(json.dumps(open_door)), "bytes")

# %% [markdown]
# ## Ceilings
#
# Four more kinds of policy may speak. They never grant anything; they only **cap**.
#
# - **Permissions boundary**: a ceiling on one user or role. With it, team leads may create roles that are no stronger
#   than the boundary.
# - **Session policy**: handed over when a role is assumed; the session has what role *and* session policy allow.
# - **SCP** (service control policy): a ceiling on all principals of an organization's member accounts, root included;
#   not on the management account.
# - **RCP** (resource control policy, since November 2024): a ceiling on the resources of member accounts.
#
# A request of a role session passes if nothing denies it, and each ceiling allows it, and a policy grants it. The lab's
# own engine decides that from the documents alone. What is left of a generous role?

# %%
from course.lab.iam import Request, evaluate, principal_from


def allow(*actions: str) -> dict:
    """A document that allows these actions on everything."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}],
    }


no_deletes = allow("*")
deny = {"Effect": "Deny", "Action": ["sqs:Delete*", "dynamodb:Delete*"], "Resource": "*"}
no_deletes["Statement"].append(deny)
session = principal_from(f"arn:aws:sts::{lab.ACCOUNT_ID}:assumed-role/night/program")
layers: dict[str, dict[str, Any]] = {
    "the role's policy": {"identity": [allow("sqs:*", "dynamodb:*", "sns:*")]},
    "and the boundary": {"boundary": allow("sqs:*", "dynamodb:*")},
    "and the session policy": {"session": [allow("sqs:*", "dynamodb:*Item")]},
    "and the SCP": {"scps": [no_deletes]},
}
operations = [
    f"{service}:{name}"
    for service in ("sqs", "dynamodb", "sns")
    for name in boto3.client(service).meta.service_model.operation_names
]
left: dict[str, int] = {}
so_far: dict[str, Any] = {}
for layer, policies in layers.items():
    so_far |= policies
    decisions = [evaluate(Request(session, action, "*"), **so_far) for action in operations]
    left[layer] = sum(one.allowed for one in decisions)
granted, remaining = left["the role's policy"], left["and the SCP"]
charts.bars(
    left,
    headline=f"Three ceilings leave {remaining} of {granted} granted operations",
    unit="operations",
    sort=False,
    source="decided by the lab's IAM engine; operations as boto3 lists them",
)

# %% [markdown]
# One more trap: when a bucket policy of the same account names a *user* or a *session* itself, a boundary or session
# policy that merely does not allow the call cannot stop it. (An explicit deny can, and so can a boundary if the bucket
# policy names the role.)
#
# ## Try before it bites
#
# The **policy simulator** (a page in the console, and the two calls `simulate_custom_policy` and
# `simulate_principal_policy`) decides without doing anything. The first takes documents, the second asks about the
# policies that a user or role holds now. Both name the statements that decided.

# %%
draft = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Work",
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": "arn:aws:s3:::tapes*",
        },
        {"Sid": "Keep", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
    ],
}
results = iam.simulate_custom_policy(
    PolicyInputList=[json.dumps(draft, indent=1)],
    ActionNames=["s3:ListAllMyBuckets", "s3:CreateBucket", "s3:DeleteBucket"],
    ResourceArns=["arn:aws:s3:::tapes"],
)["EvaluationResults"]
for one in results:
    lines = [matched["StartPosition"]["Line"] for matched in one["MatchedStatements"]]
    print(f"{one['EvalActionName']:22} {one['EvalDecision']:14} decided near line {lines}")

# %% [markdown]
# Mind that AWS's simulator is given the resource here. The real `ListBuckets` call asks about all buckets
# (`arn:aws:s3:::*`), which this draft does not cover.
#
# ### Your turn: try a draft
#
# Write `decisions(document, calls)`. `document` is a draft (a dictionary), `calls` a list of pairs of action and
# resource ARN. Return the list of decisions (`"allowed"`, `"explicitDeny"`, `"implicitDeny"`), one for each pair, in
# the order of the pairs. Nothing may be made or attached in the account.
#
# <details><summary>Hint</summary>
#
# With several `ResourceArns` one result speaks for all of them, the strictest. Ask for one pair at a time.
# </details>


# %% exercise="try-out"
def decisions(document: dict, calls: list[tuple[str, str]]) -> list[str]:
    """What IAM would decide about each (action, resource ARN) under this document."""
    ### BEGIN SOLUTION
    found = []
    for action, arn in calls:
        answer = iam.simulate_custom_policy(
            PolicyInputList=[json.dumps(document)], ActionNames=[action], ResourceArns=[arn]
        )
        found.append(answer["EvaluationResults"][0]["EvalDecision"])
    return found
    ### END SOLUTION


# %% check="try-out" points=2
with check(
    "try-out",
    needs="decisions",
    right="A table of such pairs makes a fine test for every policy.",
) as expect:

    def tries(bucket: str, cases: dict[tuple[str, str], str]) -> None:
        arn = f"arn:aws:s3:::{bucket}"
        document = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "s3:*", "Resource": [arn, f"{arn}/on-air/*"]},
                {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
            ],
        }
        calls = [(action, f"{arn}{rest}") for action, rest in cases]
        with lab.watching() as made:
            found = decisions(document, calls)
        others = sorted({call.operation for call in made if not call.operation.startswith("Simulate")})
        expect(not others, f"Only simulate; your code also called {', '.join(others)}.")
        expect(isinstance(found, list), f"Return a list of decisions, not {type(found).__name__}.")
        expect.equal(len(found), len(calls), "The number of decisions")
        for (action, resource), got, wanted in zip(calls, found, cases.values(), strict=True):
            expect.equal(got, wanted, f"{action} on {resource}")

    cases = {
        ("s3:GetObject", "/on-air/a.mp3"): "allowed",
        ("s3:GetObject", "/archive/a.mp3"): "implicitDeny",
        ("s3:DeleteObject", "/on-air/a.mp3"): "explicitDeny",
        ("s3:ListBucket", ""): "allowed",
        ("s3:PutObject", "/on-air/a.mp3"): "allowed",
        ("s3:PutObject", "/home/a.mp3"): "implicitDeny",
        ("s3:DeleteBucket", ""): "explicitDeny",
        ("sqs:SendMessage", ""): "implicitDeny",
    }
    tries("harbour", cases)
    ### BEGIN HIDDEN TESTS
    tries("tapes", dict(reversed(cases.items())))
    tries(
        "songs",
        {("s3:GetObject", "/a"): "implicitDeny", ("s3:GetObject", "/on-air/a"): "allowed"},
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## From observed calls to a policy
#
# Back to the program that plays listeners' wishes at night. We let it run once without limits and look at what it
# really does. (On AWS, CloudTrail keeps such a log, and IAM Access Analyzer drafts a policy from it.)


# %% setup="night"
def new_night() -> dict[str, str]:
    """A queue with two wishes, a table and a topic: their names and ARNs."""
    name = lab.unique_name("night")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    for song in ("Blue Moon", "Moon River"):
        sqs.send_message(QueueUrl=queue, MessageBody=song)
    arn = queue_arn(queue)
    table = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "song", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "song", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    topic = boto3.client("sns").create_topic(Name=name)["TopicArn"]
    return {
        "name": name,
        "queue": queue,
        "queue_arn": arn,
        "table_arn": table,
        "topic_arn": topic,
    }


def play_wishes(client, night: dict[str, str]) -> int:
    """The program: take wishes, note them, tell the presenters. `client` makes its clients."""
    queue = client("sqs")
    got = queue.receive_message(QueueUrl=night["queue"], MaxNumberOfMessages=10)
    wishes = got.get("Messages", [])
    for wish in wishes:
        item = {"song": {"S": wish["Body"]}}
        client("dynamodb").put_item(TableName=night["name"], Item=item)
        queue.delete_message(QueueUrl=night["queue"], ReceiptHandle=wish["ReceiptHandle"])
    client("sns").publish(TopicArn=night["topic_arn"], Message=f"{len(wishes)} songs tonight")
    return len(wishes)


# %%
night = new_night()
with lab.watching() as made:
    play_wishes(boto3.client, night)
print(sorted({f"{call.service}:{call.operation}" for call in made}))
print(night["queue_arn"], night["table_arn"], night["topic_arn"], sep="\n")

# %% [markdown]
# ### Your turn: the smallest policy
#
# The policy below works, and allows far too much. Cut it down to **least privilege**: the program still plays its
# wishes, and no other action, queue, table or topic is allowed.
#
# <details><summary>Hint</summary>
#
# Three statements, one for each resource. Copy the actions from the log above.
# </details>


# %% exercise="night-job" repair=true
def night_policy(queue_arn: str, table_arn: str, topic_arn: str) -> dict:
    """What the night program may do."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sqs:*", "dynamodb:*", "sns:*"],
                "Resource": "*",
            },
        ],
    }


### BEGIN SOLUTION
def night_policy(queue_arn: str, table_arn: str, topic_arn: str) -> dict:
    """What the night program may do."""
    needs = {
        queue_arn: ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
        table_arn: ["dynamodb:PutItem"],
        topic_arn: ["sns:Publish"],
    }
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": arn}
            for arn, actions in needs.items()  # one statement for each resource
        ],
    }


### END SOLUTION


# %% check="night-job" points=3
with check(
    "night-job",
    needs="night_policy",
    right="A thief of these keys can play music, nothing more.",
) as expect:

    def plays() -> None:
        night, other = new_night(), new_night()
        document = night_policy(night["queue_arn"], night["table_arn"], night["topic_arn"])
        program = new_person("night", document)
        said = refusal(play_wishes, client=program.client, night=night)
        expect(not said, f"The program does not get through its work. {said}")
        foreign = {
            "receive from another queue": (
                "sqs",
                "receive_message",
                {"QueueUrl": other["queue"]},
            ),
            "write into another table": (
                "dynamodb",
                "put_item",
                {"TableName": other["name"], "Item": {"song": {"S": "x"}}},
            ),
            "publish to another topic": (
                "sns",
                "publish",
                {"TopicArn": other["topic_arn"], "Message": "x"},
            ),
            "send to its queue": (
                "sqs",
                "send_message",
                {"QueueUrl": night["queue"], "MessageBody": "x"},
            ),
            "read its table": ("dynamodb", "scan", {"TableName": night["name"]}),
            "delete its topic": ("sns", "delete_topic", {"TopicArn": night["topic_arn"]}),
        }
        for deed, (service, method, parameters) in foreign.items():
            said = refusal(getattr(program.client(service), method), **parameters)
            expect(said, f"The program can also {deed}, which its work does not need.")
        needed = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "dynamodb:PutItem", "sns:Publish"}
        spare = [one for one in still_allowed(document, night) if one not in needed]
        some = ", ".join(spare[:3])
        expect(not spare, f"Allowed, but never used by the program: {len(spare)} actions, as {some}.")
        alike = {kind: f"{name}-old" for kind, name in night.items()}
        wide = still_allowed(document, alike)
        expect(
            not wide,
            f"{', '.join(wide[:3])}: allowed on {alike['name']}, too. End the ARN with the name.",
        )

    def still_allowed(document: dict | str, night: dict[str, str]) -> list[str]:
        text = document if isinstance(document, str) else json.dumps(document)
        found = []
        places: list[tuple[Any, str]] = [("sqs", "queue_arn"), ("dynamodb", "table_arn")]
        for service, arn in [*places, ("sns", "topic_arn")]:
            names = boto3.client(service).meta.service_model.operation_names
            results = iam.simulate_custom_policy(
                PolicyInputList=[text],
                ActionNames=[f"{service}:{name}" for name in names],
                ResourceArns=[night[arn]],
            )["EvaluationResults"]
            found += [one["EvalActionName"] for one in results if one["EvalDecision"] == "allowed"]
        return found

    plays()
    ### BEGIN HIDDEN TESTS
    plays()
    ### END HIDDEN TESTS

# %% [markdown]
# ## Reading a refusal
#
# An `AccessDenied` tells most of what you need: **who** asked, **what** for, on **which** resource, and **why** not.
# "because no ... allows" is an implicit deny: something is missing. "with an explicit deny in ..." is a statement that
# somebody wrote. Both name the layer. Three refusals of one person, whose boundary allows only SQS and SNS:

# %%
sqs_and_sns = allow("sqs:*", "sns:*")
text = json.dumps(sqs_and_sns)
made = iam.create_policy(PolicyName=lab.unique_name("ceiling"), PolicyDocument=text)
policy = allow("sqs:*", "dynamodb:*")
policy["Statement"].append({"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"})
ines = new_person("ines", policy)
iam.put_user_permissions_boundary(
    UserName=ines.name,
    PermissionsBoundary=made["Policy"]["Arn"],
)
calls = [
    ("sqs", "delete_queue", {"QueueUrl": night["queue"]}),
    ("dynamodb", "scan", {"TableName": night["name"]}),
    ("sns", "publish", {"TopicArn": night["topic_arn"], "Message": "hello"}),
]
for service, method, parameters in calls:
    with lab.enforce_iam():
        try:
            getattr(ines.client(service), method)(**parameters)
        except ClientError as error:
            print(error.response["Error"]["Message"], end="\n\n")

# %% [markdown]
# The smallest mends differ: the first needs a changed `Deny`, the second a wider boundary, the third one more `Allow`
# in her policy; each only if she should have the right at all.
#
# Since 2026 a message about an explicit deny also ends in the ARN of a managed policy that holds it. EC2 packs details
# into an *encoded message*, opened with `sts.decode_authorization_message` (in the lesson on STS). Calls from a foreign
# account get a bare `Access Denied` from S3: strangers learn nothing.
#
# ### Your turn: read it by program
#
# Write `read_denial(message)`. It returns a dictionary with
#
# - `principal` and `action`;
# - `resource`: its ARN without quotation marks, or `None` where the message names none;
# - `explicit`: `True` for an explicit deny, else `False`;
# - `layer`: the kind of policy, such as `"identity-based policy"` or `"permissions boundary"`, without the ARN that may
#   follow.
#
# <details><summary>Hint</summary>
#
# A regular expression with five groups does it, or `split`. Look at the three messages above: which words stand before
# and behind each part? S3 puts the ARN in quotation marks; `list_buckets` names no resource.
# </details>


# %% exercise="read-denial"
def read_denial(message: str) -> dict:
    """Take an access-denied message apart."""
    ### BEGIN SOLUTION
    found = re.search(
        r"User: (\S+) is not authorized to perform: (\S+)"
        r'(?: on resource: "?([^\s"]+)"?)? '
        r"(because no|with an explicit deny in an?) (.+? policy|permissions boundary)",
        message,
    )
    if found is None:
        raise ValueError(f"not an access-denied message: {message}")
    principal, action, resource, how, layer = found.groups()
    return {
        "principal": principal,
        "action": action,
        "resource": resource,
        "explicit": how.startswith("with"),
        "layer": layer,
    }
    ### END SOLUTION


# %% check="read-denial" points=2
with check(
    "read-denial",
    needs="read_denial",
    right="Which layer said no: that is where to look first.",
) as expect:

    def denied(person: Person, service: str, method: str, **parameters) -> str:
        with lab.enforce_iam():
            try:
                getattr(person.client(service), method)(**parameters)
            except ClientError as error:
                return error.response["Error"]["Message"]
        return ""

    def reads(message: str, **wanted) -> None:
        got = read_denial(message)
        expect(isinstance(got, dict), f"Return a dictionary, not {type(got).__name__}.")
        names = {"principal", "action", "resource", "explicit", "layer"}
        expect(
            set(got) == names,
            f"The dictionary has {sorted(got)}; it should have {sorted(names)}.",
        )
        for name, value in wanted.items():
            expect.equal(got[name], value, f"{name!r} of the message: {message!r}")

    def statement(effect: str, action: str) -> dict:
        return {"Effect": effect, "Action": action, "Resource": "*"}

    def in_account(name: str) -> None:
        queue = sqs.create_queue(QueueName=lab.unique_name(name))["QueueUrl"]
        arn = queue_arn(queue)
        person, bucket = new_person(name), new_bucket()
        who = f"arn:aws:iam::{lab.ACCOUNT_ID}:user/{person.name}"
        implicit = {"principal": who, "explicit": False, "layer": "identity-based policy"}
        reads(
            denied(person, "sqs", "send_message", QueueUrl=queue, MessageBody="x"),
            action="sqs:SendMessage",
            resource=arn,
            **implicit,
        )
        reads(
            denied(person, "s3", "list_buckets"),
            action="s3:ListAllMyBuckets",
            resource=None,
            **implicit,
        )
        body = {
            "Version": "2012-10-17",
            "Statement": [statement("Allow", "*"), statement("Deny", "s3:Put*")],
        }
        made = iam.create_policy(PolicyName=lab.unique_name("no-put"), PolicyDocument=json.dumps(body))
        iam.attach_user_policy(UserName=person.name, PolicyArn=made["Policy"]["Arn"])
        key = f"home/{name}/a.mp3"
        reads(
            denied(person, "s3", "put_object", Bucket=bucket, Key=key, Body=b""),
            principal=who,
            action="s3:PutObject",
            resource=f"arn:aws:s3:::{bucket}/{key}",
            explicit=True,
            layer="identity-based policy",
        )
        body = {"Version": "2012-10-17", "Statement": [statement("Allow", "s3:*")]}
        made = iam.create_policy(PolicyName=lab.unique_name("ceiling"), PolicyDocument=json.dumps(body))
        iam.put_user_permissions_boundary(UserName=person.name, PermissionsBoundary=made["Policy"]["Arn"])
        reads(
            denied(person, "sqs", "send_message", QueueUrl=queue, MessageBody="x"),
            resource=arn,
            explicit=False,
            layer="permissions boundary",
        )

    in_account("dora")
    ### BEGIN HIDDEN TESTS
    in_account("emil")
    session = "arn:aws:sts::123456789012:assumed-role/night/program"
    start = f"User: {session} is not authorized to perform: "
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/playlist"
    same = {"principal": session, "resource": table}
    reads(
        f"{start}dynamodb:DeleteTable on resource: {table} with an explicit deny in a service control policy: "
        "arn:aws:organizations::111122223333:policy/o-1/service_control_policy/p-1",
        action="dynamodb:DeleteTable",
        explicit=True,
        layer="service control policy",
        **same,
    )
    reads(
        f"{start}dynamodb:Scan on resource: {table} because no session policy allows the dynamodb:Scan action",
        action="dynamodb:Scan",
        explicit=False,
        layer="session policy",
        **same,
    )
    reads(
        f"{start}dynamodb:Scan on resource: {table} with an explicit deny in a resource-based policy",
        action="dynamodb:Scan",
        explicit=True,
        layer="resource-based policy",
        **same,
    )
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** IAM costs nothing, nor does the simulator.
#
# ## To remember
#
# - A statement has Effect, Action, Resource and perhaps Condition; only resource-based policies name a Principal.
# - IAM checks grammar, not sense: try a policy with calls that must work *and* calls that must be refused.
# - Customer managed policies have up to five versions and serve many holders; inline ones die with theirs.
# - Start from nothing and add the calls you observed: least privilege.
# - A missing key fails a plain condition and passes a negated one: allow with `Bool`, deny with `BoolIfExists`.
# - `${aws:username}` makes one policy serve everybody.
# - Explicit deny beats allow beats implicit deny; one allow is enough in one account, two accounts need both sides.
# - Boundaries, session policies, SCPs and RCPs only cap. The message of a refusal names the layer.

# %% [markdown] question="new-starter"
# ### Question 1
#
# Forty producers are in the IAM group `producers`, whose managed policy allows reading a bucket. One of them must not
# read the folder `contracts/` from today on. What is the smallest change?
#
# - [ ] **A** Remove the producer from the group and give the person a policy without that folder.
#   > It works, but now two policies must be kept equal for ever.
# - [x] **B** Give that one user an inline policy that denies `s3:GetObject` on `contracts/*`.
#   > A deny beats the group's allow. A deliberate exception for one person is what inline policies are for.
# - [ ] **C** Give that one user a policy that allows all folders but `contracts/`.
#   > The group's allow is still there, and one allow is enough.
# - [ ] **D** Put the deny for `contracts/*` before the allow in the group's policy.
#   > Order means nothing, and it would hit all forty.

# %% answer="new-starter"
answer = "B"

# %% check="new-starter" points=1
question("new-starter", answer)

# %% [markdown] question="partner-reads"
# ### Question 2
#
# A bucket policy allows account 210987654321 to read objects. A user there, with no policies, gets `AccessDenied`.
# What is missing?
#
# - [ ] **A** The bucket policy must also allow `s3:ListBucket`.
#   > Listing is another action. Reading an object whose key is known does not need it.
# - [ ] **B** The object needs an ACL for that account.
#   > ACLs are the old way, switched off on new buckets; the bucket policy is enough on this side.
# - [x] **C** An identity-based policy in the other account that allows the user `s3:GetObject` on the bucket's objects.
#   > The owner opened the door to the account; the account decides which of its users may walk through.
# - [ ] **D** Nothing; the union of both policies allows it.
#   > The union counts within one account only.

# %% answer="partner-reads"
answer = "C"

# %% check="partner-reads" points=1
question("partner-reads", answer)

# %% [markdown] question="which-layer"
# ### Question 3
#
# A developer holds `AdministratorAccess` and reads: "... is not authorized to perform: sqs:CreateQueue ... because no
# permissions boundary allows the sqs:CreateQueue action". What helps, if she should have the right?
#
# - [ ] **A** Attach `AmazonSQSFullAccess` to her.
#   > Her policies allow it already; the ceiling does not.
# - [ ] **B** Remove the deny from her boundary.
#   > "Because no ... allows" says that there is no deny. An allow is missing.
# - [ ] **C** Write a queue policy that allows her.
#   > A queue that does not exist yet has no policy.
# - [x] **D** Let the boundary's owner add `sqs:CreateQueue` to the boundary.
#   > The message names the layer: the boundary is silent, so it must allow. Her own policy does so already.

# %% answer="which-layer"
answer = "D"

# %% check="which-layer" points=1
question("which-layer", answer)

# %% [markdown] question="bad-release"
# ### Question 4
#
# A change to a customer managed policy, held by 30 roles, broke the night jobs ten minutes ago. What is the quickest
# way back?
#
# - [x] **A** `set_default_policy_version` with the version before.
#   > One call; all 30 roles have their old rights at once, and the bad version stays for study.
# - [ ] **B** Detach the policy from the roles and attach a copy of the old text.
#   > 60 calls, and for a moment each role has neither.
# - [ ] **C** Delete the default version, so that the one before becomes the default.
#   > The default version cannot be deleted.
# - [ ] **D** Attach a second policy that denies the new actions.
#   > It would take away more, not give back what is missing.

# %% answer="bad-release"
answer = "A"

# %% check="bad-release" points=1
question("bad-release", answer)

# %% [markdown] question="office-only"
# ### Question 5
#
# A policy allows everything on a table, and denies it with `NotIpAddress: {"aws:SourceIp": "198.51.100.0/24"}`. Calls
# from the office work. Calls through a VPC endpoint, which carry no `aws:SourceIp`, are refused. Why?
#
# - [ ] **A** Without the key the allow does not apply.
#   > The allow has no condition; it applies to every request.
# - [x] **B** A negated operator holds for a missing key, so the deny applies.
#   > Fail closed: the right way round for a deny. To let the endpoint in, add a condition on `aws:SourceVpce`.
# - [ ] **C** The endpoint's address lies in another range, which the policy must list.
#   > There is no public source address in such a call at all; listing more ranges changes nothing.
# - [ ] **D** Conditions on addresses are ignored inside a VPC.
#   > If it were ignored, the call would pass.

# %% answer="office-only"
answer = "B"

# %% check="office-only" points=1
question("office-only", answer)

# %%
progress()
