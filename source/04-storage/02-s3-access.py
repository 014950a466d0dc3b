# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '2.1'
#     - '2.2'
#     minutes: 60
#     practises:
#       department-door:
#       - s3.access-points
#       log-report:
#       - s3.access-logs
#       - s3.private-access-and-audit
#       only-over-tls:
#       - s3.encryption-in-transit
#       predict-access:
#       - s3.access-decision
#       - s3.access-models
#       predict-block:
#       - s3.block-public-access
#       - s3.acls-ownership
#       publish:
#       - s3.public-read-policy
#       - s3.block-public-access
#       share-folder:
#       - s3.bucket-policy-anatomy
#       upload-form:
#       - s3.presigned-urls
#     services:
#     - s3
#     - iam
#     title: Who may touch an object
#     topics:
#     - s3.access-models
#     - s3.access-decision
#     - s3.bucket-policy-anatomy
#     - s3.public-read-policy
#     - s3.block-public-access
#     - s3.acls-ownership
#     - s3.encryption-in-transit
#     - s3.private-access-and-audit
#     - s3.access-points
#     - s3.object-lambda
#     - s3.presigned-urls
#     - s3.access-logs
#     - s3.app-demo
# ---

# %% [markdown]
# # Who may touch an object
#
# The bird station of Tern Island now keeps its recordings in S3. Volunteers, a university and the public want some of
# them, and nobody should get the rest. After this lesson you can write bucket policies and prove what they allow and
# refuse, publish a folder and nothing else, demand TLS, give departments doors of their own, and hand out links and
# upload forms that expire.

# %% setup="start"
import json
import re
from collections import Counter

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("04-storage/02-s3-access")
lab.start()
s3 = boto3.client("s3")
iam = boto3.client("iam")
SWITCHES = (
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
)
ACCOUNT = boto3.client("sts").get_caller_identity()["Account"]


def statement(effect: str, action, resource, **more) -> dict:
    """One statement of a policy."""
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements: dict) -> str:
    """A policy as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def new_bucket(name: str, keys=(), **more) -> str:
    """Make a bucket with some objects."""
    bucket = lab.unique_name(name)
    s3.create_bucket(Bucket=bucket, **more)
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"kee-arr")
    return bucket


def person(name: str, *statements: dict, session: boto3.Session | None = None):
    """Make an IAM user with these permissions; returns the user's ARN and keys."""
    session = session or boto3.Session()
    user = lab.unique_name(name)
    made = session.client("iam").create_user(UserName=user)["User"]
    if statements:
        session.client("iam").put_user_policy(
            UserName=user,
            PolicyName="own",
            PolicyDocument=document(*statements),
        )
    key = session.client("iam").create_access_key(UserName=user)["AccessKey"]
    return made["Arn"], boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])


def outcome(call, *args, **kwargs) -> str:
    """Make a call under IAM; returns "allowed" or "denied"."""
    with lab.enforce_iam():
        try:
            call(*args, **kwargs)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 403:
                return "denied"
            raise
    return "allowed"


# %% [markdown]
# ## Two places for a permission
#
# A new bucket is private: its account's root may do everything, everybody else nothing. Permission can be written in
# two places:
#
# - in an **IAM policy** at the identity: what may this person or role do, in all buckets?
# - in a **bucket policy** at the resource: who may do what in this bucket? It names a **Principal**, also one of
#   another account.
#
# (There is a third, ACLs. We meet them later; they are a thing of the past.)

# %%
calls = new_bucket("tern-calls", ["public/arctic-tern.wav", "raw/2026-06-02.wav"])
ann_arn, ann = person("ann", statement("Allow", "s3:GetObject", f"arn:aws:s3:::{calls}/*"))
ben_arn, ben = person("ben")
for name, session in (("ann", ann), ("ben", ben)):
    print(
        name,
        outcome(session.client("s3").get_object, Bucket=calls, Key="raw/2026-06-02.wav"),
    )
ben_reads = statement(
    "Allow",
    "s3:GetObject",
    f"arn:aws:s3:::{calls}/public/*",
    Principal={"AWS": ben_arn},
)
s3.put_bucket_policy(Bucket=calls, Policy=document(ben_reads))
for key in ("public/arctic-tern.wav", "raw/2026-06-02.wav"):
    print("ben", key, outcome(ben.client("s3").get_object, Bucket=calls, Key=key))

# %% [markdown]
# `lab.why` says in words what decided. Use it whenever a policy surprises you.

# %%
with lab.enforce_iam():
    try:
        ben.client("s3").get_object(Bucket=calls, Key="raw/2026-06-02.wav")
    except ClientError as error:
        print(lab.why(error))

# %% [markdown]
# Which place? IAM policies, if you manage *people* and want to read in one place what each may do. A bucket policy,
# if the rule belongs to the *bucket* ("never without TLS"), for other accounts, or when an identity's policies are
# full.

# %%
sizes = {
    "bucket policy": facts.limit("s3", "bucket-policy-size"),
    "access point policy": facts.limit("s3", "access-point-policy-size") * 1024,
    "role, inline in total": facts.limit("iam", "inline-policies-of-a-role-in-total"),
    "managed policy, each": facts.limit("iam", "managed-policy-size"),
    "group, inline in total": facts.limit("iam", "inline-policies-of-a-group-in-total"),
    "user, inline in total": facts.limit("iam", "inline-policies-of-a-user-in-total"),
}
charts.bars(
    sizes,
    unit="characters",
    highlight=["bucket policy", "access point policy"],
    headline="A bucket policy holds ten times as much as the inline policies of a user",
    source=[
        facts.limit("s3", "bucket-policy-size"),
        facts.limit("iam", "managed-policy-size"),
    ],
)

# %% [markdown]
# ## How S3 decides
#
# Three rules:
#
# 1. A `Deny` that fits, in either place, ends it.
# 2. Within one account, one `Allow` is enough, in either place.
# 3. Between accounts both must allow: the caller's own account and the bucket's owner.
#
# What nobody allows is denied. A neighbour: the university has an AWS account of its own.

# %% setup="university"
organizations = boto3.client("organizations")
try:
    organizations.create_organization(FeatureSet="ALL")
except ClientError:
    pass  # there is one already
opened = organizations.create_account(
    AccountName="university",
    Email=f"{lab.unique_name('aws')}@uni.example",
)
UNIVERSITY = opened["CreateAccountStatus"]["AccountId"]
lent = boto3.client("sts").assume_role(
    RoleArn=f"arn:aws:iam::{UNIVERSITY}:role/OrganizationAccountAccessRole",
    RoleSessionName="first-hour",
)["Credentials"]
first_hour = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
uma_arn, uma = person("uma", session=first_hour)  # of the university, no permissions yet


def uma_may(*statements: dict) -> None:
    """Replace what Uma's own account allows her."""
    there, uma_name = first_hour.client("iam"), uma_arn.split("/")[-1]
    if statements:
        own = document(*statements)
        there.put_user_policy(UserName=uma_name, PolicyName="own", PolicyDocument=own)
    elif there.list_user_policies(UserName=uma_name)["PolicyNames"]:
        there.delete_user_policy(UserName=uma_name, PolicyName="own")


# %%
shared = new_bucket("tern-shared", ["a.wav"])
objects = f"arn:aws:s3:::{shared}/*"
policies = {"nothing": [], "an allow": ["Allow"], "a deny": ["Deny"]}
measured_cases: dict[str, dict[str, str]] = {}
for bucket_says, effects_there in policies.items():
    s3.delete_bucket_policy(Bucket=shared)
    for effect in effects_there:
        for_uma = statement(effect, "s3:GetObject", objects, Principal={"AWS": uma_arn})
        s3.put_bucket_policy(Bucket=shared, Policy=document(for_uma))
    row = measured_cases.setdefault(f"bucket policy: {bucket_says}", {})
    for own_says, effects_own in policies.items():
        uma_may(*[statement(effect, "s3:GetObject", "*") for effect in effects_own])
        row[own_says] = outcome(uma.client("s3").get_object, Bucket=shared, Key="a.wav")
uma_may()
charts.heatmap(
    measured_cases,
    columns_are="her own account's policy:",
    mark=[("bucket policy: an allow", "an allow")],
    headline="A reader of another account gets in only where both sides allow",
    source="nine reads, measured in the lab",
)

# %% [markdown]
# ### Your turn: predict the decision
#
# Write `may_read(identity, bucket, same_account)`. `identity` and `bucket` say what the two policies have to say
# about this read: `"allow"`, `"deny"`, `"both"` (an allow and a deny that fit) or `""` (nothing). Return `True` if S3
# allows the read. Predict by the rules, with no call to AWS: the check builds each case in the lab and asks S3.
#
# <details><summary>Hint</summary>
#
# Begin with rule 1. Then count who allows, and ask how many must.
# </details>


# %% exercise="predict-access"
def may_read(identity: str, bucket: str, same_account: bool) -> bool:
    """Predict whether the read goes through."""
    ### BEGIN SOLUTION
    if {"deny", "both"} & {identity, bucket}:
        return False
    allows = [identity, bucket].count("allow")
    return allows >= (1 if same_account else 2)
    ### END SOLUTION


# %% check="predict-access" points=2
with check(
    "predict-access",
    needs="may_read",
    right="One allow at home, two between accounts, and no deny.",
) as expect:
    case_bucket = new_bucket("check-decision", ["a.wav"])
    home_arn, home = person("check-home")
    effects = {"": [], "allow": ["Allow"], "deny": ["Deny"], "both": ["Allow", "Deny"]}

    def measured(identity: str, bucket: str, same_account: bool) -> bool:
        own = [statement(effect, "s3:GetObject", "*") for effect in effects[identity]]
        arn, caller = (home_arn, home) if same_account else (uma_arn, uma)
        if not same_account:
            uma_may(*own)
        elif own:
            iam.put_user_policy(UserName=arn.split("/")[-1], PolicyName="own", PolicyDocument=document(*own))
        elif iam.list_user_policies(UserName=arn.split("/")[-1])["PolicyNames"]:
            iam.delete_user_policy(UserName=arn.split("/")[-1], PolicyName="own")
        there = [
            statement(effect, "s3:GetObject", f"arn:aws:s3:::{case_bucket}/*", Principal={"AWS": arn})
            for effect in effects[bucket]
        ]
        s3.delete_bucket_policy(Bucket=case_bucket)
        if there:
            s3.put_bucket_policy(Bucket=case_bucket, Policy=document(*there))
        return outcome(caller.client("s3").get_object, Bucket=case_bucket, Key="a.wav") == "allowed"

    def agrees(identity: str, bucket: str, same_account: bool) -> None:
        words = {
            "": "nothing",
            "allow": "an allow",
            "deny": "a deny",
            "both": "an allow and a deny",
        }
        where = "same account" if same_account else "another account"
        said = f"IAM policy: {words[identity]}; bucket policy: {words[bucket]}; {where}"
        with lab.watching() as made:
            predicted = may_read(identity, bucket, same_account)
        expect(not made, "Your function asks AWS. Predict by the rules alone.")
        expect.equal(
            bool(predicted),
            measured(identity, bucket, same_account),
            said,
        )

    for identity, bucket in (
        ("", ""),
        ("allow", ""),
        ("", "allow"),
        ("allow", "deny"),
        ("allow", "allow"),
        ("deny", "allow"),
        ("both", "allow"),
        ("allow", "both"),
    ):
        agrees(identity, bucket, True)
        agrees(identity, bucket, False)
    ### BEGIN HIDDEN TESTS
    for identity, bucket in (
        ("both", ""),
        ("", "both"),
        ("deny", ""),
        ("", "deny"),
        ("both", "both"),
    ):
        agrees(identity, bucket, True)
        agrees(identity, bucket, False)
    ### END HIDDEN TESTS

# %% [markdown]
# ## The parts of a bucket policy
#
# Up to 20 KB of JSON, one policy a bucket. Each statement has **Effect**, **Principal** (account, user, role, service
# or `*`), **Action**, **Resource** and, if you like, **Condition** and a name, **Sid**. Two forms of Resource matter:
#
# - `arn:aws:s3:::tern-calls` is the bucket: for `s3:ListBucket` and settings;
# - `arn:aws:s3:::tern-calls/*` are its objects: for `s3:GetObject`, `s3:PutObject`; a path before the star makes it a
#   folder.
#
# Mix them up, and S3 either refuses the policy or the statement never fits.

# %%
mixed_up = statement(
    "Allow",
    "s3:ListBucket",
    f"arn:aws:s3:::{calls}/*",
    Principal={"AWS": ben_arn},
)
broken = {"objects with a bucket's action": document(mixed_up)}
broken["another bucket"] = document({**ben_reads, "Resource": "arn:aws:s3:::somebody-elses/*"})
broken["curly quotes"] = document(ben_reads).replace('"', "\u201d")
broken["no principal"] = document(
    statement("Allow", "s3:GetObject", f"arn:aws:s3:::{calls}/*"),
)
for what, policy in broken.items():
    try:
        s3.put_bucket_policy(Bucket=calls, Policy=policy)
        print(f"{what:<31}accepted")
    except ClientError as error:
        reason = error.response["Error"]
        print(f"{what:<31}{reason['Code']}: {reason['Message']}")

# %% [markdown]
# ### Your turn: share a folder
#
# Write `share_folder(bucket, principal_arn, folder)`: a bucket policy with which this principal, and nobody else, may
#
# - read the objects below `folder` (such as `"public"`; mind `public-old/`), and
# - list the bucket with a prefix that is `folder/` or goes on from there, and no other way;
#
# and do nothing else: not write, not delete, not touch tags, not list old versions.
#
# <details><summary>Hint</summary>
#
# Two statements: `s3:GetObject` on objects, `s3:ListBucket` on the bucket. The prefix that a listing asks for is the
# condition key `s3:prefix`; `StringLike` knows `*`.
# </details>


# %% exercise="share-folder"
def share_folder(bucket: str, principal_arn: str, folder: str) -> None:
    """Let one principal list and read one folder."""
    ### BEGIN SOLUTION
    principal = {"AWS": principal_arn}
    reads = statement(
        "Allow",
        "s3:GetObject",
        f"arn:aws:s3:::{bucket}/{folder}/*",
        Principal=principal,
    )
    lists = statement(
        "Allow",
        "s3:ListBucket",
        f"arn:aws:s3:::{bucket}",
        Principal=principal,
        Condition={"StringLike": {"s3:prefix": f"{folder}/*"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))
    ### END SOLUTION


# %% check="share-folder" points=3
with check("share-folder", needs="share_folder", right="Proved by what passes and by what is refused.") as expect:

    def shared_well(folder: str) -> None:
        bucket = new_bucket("check-share", [f"{folder}/a.wav", f"{folder}-old/b.wav", "raw/c.wav"])
        arn, guest = person("check-guest")
        _, other = person("check-other")
        share_folder(bucket, arn, folder)
        client = guest.client("s3")

        def asked(wanted: str, call, message: str, **how) -> None:
            expect(outcome(call, Bucket=bucket, **how) == wanted, message)

        asked(
            "allowed",
            client.get_object,
            f"The principal cannot read {folder}/a.wav.",
            Key=f"{folder}/a.wav",
        )
        asked(
            "allowed",
            client.list_objects_v2,
            f"The principal cannot list with Prefix='{folder}/'. ListBucket belongs to the bucket's ARN, without /*.",
            Prefix=f"{folder}/",
        )
        asked(
            "allowed",
            client.list_objects_v2,
            f"The principal cannot list with Prefix='{folder}/2026/'. A star goes with StringLike.",
            Prefix=f"{folder}/2026/",
        )
        asked("denied", client.get_object, "The principal can read raw/c.wav.", Key="raw/c.wav")
        asked(
            "denied",
            client.get_object,
            f"The principal can read {folder}-old/b.wav. End the folder with a slash.",
            Key=f"{folder}-old/b.wav",
        )
        asked("denied", client.list_objects_v2, "The principal can list the whole bucket.")
        asked(
            "denied",
            client.list_objects_v2,
            f"The principal can list {folder}-old/.",
            Prefix=f"{folder}-old/",
        )
        for call, more in ((client.put_object, {"Body": b""}), (client.delete_object, {})):
            asked(
                "denied",
                call,
                "The principal can write or delete.",
                Key=f"{folder}/a.wav",
                **more,
            )
        labels = {"TagSet": [{"Key": "licence", "Value": "free"}]}
        for call, more in ((client.get_object_tagging, {}), (client.put_object_tagging, {"Tagging": labels})):
            asked(
                "denied",
                call,
                "The principal can read or change tags. Name the two actions, without a star.",
                Key=f"{folder}/a.wav",
                **more,
            )
        asked(
            "denied",
            client.list_object_versions,
            "The principal can list old versions, an action of its own. Name the two actions, without a star.",
            Prefix=f"{folder}/",
        )
        asked(
            "denied",
            other.client("s3").get_object,
            "Somebody else can read it too.",
            Key=f"{folder}/a.wav",
        )

    shared_well("public")
    shared_well("field/2026")
    ### BEGIN HIDDEN TESTS
    shared_well("to-uni/calls/june")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Public, on purpose
#
# A `Principal` of `"*"` means everybody, also those without any AWS account. That is right for a web site or a
# download folder, and a disaster for the rest. So new buckets carry four switches, **Block Public Access**:
#
# | switch | new ones are refused | those that exist lose their effect |
# |---|---|---|
# | for ACLs | `BlockPublicAcls` | `IgnorePublicAcls` |
# | for policies | `BlockPublicPolicy` | `RestrictPublicBuckets` |
#
# All four are on until somebody turns them off; an account has the same four, and they win.

# %%
downloads = new_bucket("tern-downloads", ["songs/gull.wav"])
print(s3.get_public_access_block(Bucket=downloads)["PublicAccessBlockConfiguration"])
songs_for_all = document(
    statement("Allow", "s3:GetObject", f"arn:aws:s3:::{downloads}/songs/*", Principal="*"),
)
address = f"https://{downloads}.s3.amazonaws.com/songs/gull.wav"
try:
    s3.put_bucket_policy(Bucket=downloads, Policy=songs_for_all)
except ClientError as error:
    print("with the switches on: ", error.response["Error"]["Code"])
s3.delete_public_access_block(Bucket=downloads)
print("before the policy:    ", requests.get(address).status_code)
s3.put_bucket_policy(Bucket=downloads, Policy=songs_for_all)
print("with the policy:      ", requests.get(address).status_code)
restrict = {"RestrictPublicBuckets": True}
s3.put_public_access_block(Bucket=downloads, PublicAccessBlockConfiguration=restrict)
print("restricted afterwards:", requests.get(address).status_code)

# %% [markdown]
# > **Then and now.** Older material makes a bucket public with two clicks. Since April 2023 a new bucket has all four
# > switches on and ACLs off.
#
# ### Your turn: publish one folder
#
# A colleague wanted visitors to read what lies below `pub/`. What she wrote is below, and S3 does not even take it.
# Mend `publish(bucket)`:
#
# - everybody can read objects below `pub/`, by HTTPS and without signing;
# - everybody can do nothing else: not list, not write, not delete, not read tags or other objects;
# - of the four switches only those that stand in the way are off; the two for ACLs stay on.
#
# <details><summary>Hint</summary>
#
# Three mistakes in the JSON, one in the action, one in the resource. The call for the switches replaces all four:
# what you do not name is off.
# </details>


# %% exercise="publish" repair=true
def publish(bucket: str) -> None:
    """Let everybody read pub/."""
    s3.delete_public_access_block(Bucket=bucket)
    policy = """{
      "Statement": [{
        "Sid": "PublicRead,
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"],
      }
    }"""
    s3.put_bucket_policy(Bucket=bucket, Policy=policy.replace("BUCKET", bucket))


### BEGIN SOLUTION
def publish(bucket: str) -> None:
    """Let everybody read pub/."""
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": False,
        },
    )
    everybody_reads = statement(
        "Allow",
        "s3:GetObject",
        f"arn:aws:s3:::{bucket}/pub/*",
        Sid="PublicRead",
        Principal="*",
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(everybody_reads))


### END SOLUTION

# %% check="publish" points=2
with check("publish", needs="publish", right="One action, one folder: that is all the public needs.") as expect:

    def published(inside: str, outside: str) -> None:
        bucket = new_bucket("check-publish", [inside, outside])
        publish(bucket)
        url = f"https://{bucket}.s3.amazonaws.com"
        expect(
            requests.get(f"{url}/{inside}").status_code == 200,
            f"A stranger cannot read {inside}.",
        )
        expect(
            requests.get(f"{url}/{outside}").status_code == 403,
            f"A stranger can read {outside}. The resource names too much.",
        )
        for listing in (f"{url}/", f"{url}/?list-type=2&prefix=pub/"):
            expect(requests.get(listing).status_code == 403, "A stranger can list the bucket.")
        expect(
            requests.put(f"{url}/pub/mine.wav", data=b"").status_code == 403,
            "A stranger can write into pub/.",
        )
        expect(
            requests.delete(f"{url}/{inside}").status_code == 403,
            f"A stranger can delete {inside}.",
        )
        _, visitor = person("check-visitor")  # has no permission but what everybody has
        expect(
            outcome(visitor.client("s3").get_object_tagging, Bucket=bucket, Key=inside) == "denied",
            f"Everybody can read the tags of {inside}. One action is enough, without a star.",
        )
        try:
            switches = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        except ClientError:
            switches = {}
        for name in ("BlockPublicAcls", "IgnorePublicAcls"):
            expect(
                switches.get(name),
                f"{name} is off. It does not stand in the way of a policy: name it in the call, or it is turned off.",
            )

    published("pub/song.wav", "raw/song.wav")
    published("pub/june/song.wav", "pub-old/song.wav")
    ### BEGIN HIDDEN TESTS
    published("pub/2026/june/a.wav", "published.wav")
    ### END HIDDEN TESTS

# %% [markdown]
# ### ACLs, the oldest way
#
# Before there were policies, each bucket and each object had an **access control list**: coarse grants such as READ
# to an account or to the group of everybody. Who owns an object that another account uploaded, and whether ACLs
# count, is the bucket's **Object Ownership**: `BucketOwnerEnforced` (no ACLs, the default since April 2023),
# `BucketOwnerPreferred` or `ObjectWriter`. You will meet ACLs in old buckets.

# %%
modern, old = (
    new_bucket("modern", ["a.jpg"]),
    new_bucket("old", ["a.jpg"], ObjectOwnership="ObjectWriter"),
)
s3.delete_public_access_block(Bucket=modern)
s3.delete_public_access_block(Bucket=old)
for bucket in (modern, old):
    try:
        s3.put_object_acl(Bucket=bucket, Key="a.jpg", ACL="public-read")
        said = "accepted"
    except ClientError as error:
        said = error.response["Error"]["Code"]
    seen = requests.get(f"https://{bucket}.s3.amazonaws.com/a.jpg").status_code
    print(f"{said:<34} a stranger gets {seen}")
print(s3.get_object_acl(Bucket=old, Key="a.jpg")["Grants"][-1]["Grantee"].get("URI"))

# %% [markdown]
# ### Your turn: predict the switches
#
# An audit finds old buckets that are open to the world. Before anybody touches a switch, you are asked what it would
# do. Write `still_public(opened_by, switches)`. The object is readable by everybody already, through an ACL
# (`opened_by == "acl"`) or a bucket policy (`"policy"`). Then exactly these `switches`, a set of names, are turned
# on. Can a stranger still read it? Predict it with no call to S3; the check tries it.
#
# <details><summary>Hint</summary>
#
# The table above has two columns. Which one speaks of what is there already?
# </details>


# %% exercise="predict-block"
def still_public(opened_by: str, switches: set[str]) -> bool:
    """Predict whether strangers can still read."""
    ### BEGIN SOLUTION
    cutting = {"acl": "IgnorePublicAcls", "policy": "RestrictPublicBuckets"}
    return cutting[opened_by] not in switches
    ### END SOLUTION


# %% check="predict-block" points=2
with check(
    "predict-block",
    needs="still_public",
    right="Two switches guard the future, two cut what is there.",
) as expect:

    def tried(opened_by: str, switches: set[str]) -> None:
        bucket = new_bucket("check-block", ["a.jpg"], ObjectOwnership="ObjectWriter")
        s3.delete_public_access_block(Bucket=bucket)
        if opened_by == "acl":
            s3.put_object_acl(Bucket=bucket, Key="a.jpg", ACL="public-read")
        else:
            everybody = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*")
            s3.put_bucket_policy(Bucket=bucket, Policy=document(everybody))
        chosen = {name: name in switches for name in SWITCHES}
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=chosen)
        status = requests.get(f"https://{bucket}.s3.amazonaws.com/a.jpg").status_code
        with lab.watching() as made:
            predicted = bool(still_public(opened_by, set(switches)))
        expect(not made, "Your function asks S3. Predict by the table alone.")
        expect(
            predicted == (status == 200),
            f"Opened by {'an ACL' if opened_by == 'acl' else 'a policy'}, then on: "
            f"{' and '.join(sorted(switches)) or 'nothing'}. You predict "
            f"{'readable' if predicted else 'closed'}, a stranger gets HTTP {status}.",
        )

    for name in SWITCHES:
        tried("acl", {name})
        tried("policy", {name})
    tried("policy", set())
    tried("acl", {"BlockPublicAcls", "IgnorePublicAcls"})
    tried("policy", {"IgnorePublicAcls", "RestrictPublicBuckets"})
    ### BEGIN HIDDEN TESTS
    tried("acl", {"BlockPublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"})
    tried("policy", {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy"})
    tried("acl", set(SWITCHES))
    tried("policy", set(SWITCHES))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Only over TLS
#
# S3 answers on HTTPS and, for old times' sake, on plain HTTP. SDKs use HTTPS. To make sure that everybody does, a
# bucket policy **denies** what comes without TLS: the condition key `aws:SecureTransport` is `"false"` then. Beware
# of the look-alike, an *Allow* where it is `"true"`.

# %%
lookalike = new_bucket("lookalike", ["a.wav"])
s3.delete_public_access_block(Bucket=lookalike)
allow_tls = statement(
    "Allow",
    "s3:GetObject",
    f"arn:aws:s3:::{lookalike}/*",
    Principal="*",
    Condition={"Bool": {"aws:SecureTransport": "true"}},
)
s3.put_bucket_policy(Bucket=lookalike, Policy=document(allow_tls))
print(
    "a stranger over HTTPS:",
    requests.get(f"https://{lookalike}.s3.amazonaws.com/a.wav").status_code,
)

# %% [markdown]
# It demands nothing and opens the bucket to the world.
#
# ### Your turn: demand TLS
#
# Write `only_over_tls(bucket)`: whoever comes without TLS, strangers too, is refused everything: objects, listings,
# settings. Nobody gains a permission. The bucket may have a policy; its statements stay as they are. (A bucket has
# *one* policy: a put replaces it.)
#
# <details><summary>Hint</summary>
#
# `get_bucket_policy(Bucket=...)["Policy"]` is JSON; a bucket without a policy raises a ClientError
# `NoSuchBucketPolicy`. Your statement needs both ARNs, of the bucket and of its objects.
# </details>


# %% exercise="only-over-tls"
def only_over_tls(bucket: str) -> None:
    """Refuse whatever comes without TLS; keep the rest of the policy."""
    ### BEGIN SOLUTION
    try:
        kept = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        kept = []
    no_plain_http = statement(
        "Deny",
        "s3:*",
        [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        Principal="*",
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(*kept, no_plain_http))
    ### END SOLUTION


# %% check="only-over-tls" points=2
with check(
    "only-over-tls",
    needs="only_over_tls",
    right="Deny what you do not want; allow elsewhere what you do.",
) as expect:

    def demanded(readers: str, key: str) -> None:
        """`readers` is whom the policy of the bucket allows reads already: nobody, a guest, everybody."""
        bucket = new_bucket("check-tls", [key])
        _, member = person("check-member", statement("Allow", "s3:*", "*"))
        arn, guest = person("check-guest")
        s3.delete_public_access_block(Bucket=bucket)
        earlier = statement(
            "Allow",
            "s3:GetObject",
            f"arn:aws:s3:::{bucket}/*",
            Sid="Earlier",
            Principal="*" if readers == "everybody" else {"AWS": arn},
            Condition={"StringNotLike": {"aws:UserAgent": "*crawler*"}},
        )
        if readers != "nobody":
            s3.put_bucket_policy(Bucket=bucket, Policy=document(earlier))
        only_over_tls(bucket)
        secure, plain = member.client("s3"), member.client("s3", use_ssl=False)
        expect(
            outcome(secure.get_object, Bucket=bucket, Key=key) == "allowed",
            'Over HTTPS a member cannot read any more. The condition is a Deny for "false".',
        )
        expect(
            outcome(secure.list_objects_v2, Bucket=bucket) == "allowed",
            "Over HTTPS a member cannot list any more.",
        )
        expect(
            outcome(plain.get_object, Bucket=bucket, Key=key) == "denied",
            "Plain HTTP still reads objects.",
        )
        expect(
            outcome(plain.list_objects_v2, Bucket=bucket) == "denied",
            "Plain HTTP still lists the bucket. Its own ARN, without /*, belongs to the resources.",
        )
        expect(
            outcome(plain.put_object, Bucket=bucket, Key="x", Body=b"") == "denied",
            "Plain HTTP still writes.",
        )
        for what, call, more in (
            ("reads tags", plain.get_object_tagging, {"Key": key}),
            ("reads the settings of the bucket", plain.get_bucket_versioning, {}),
            ("deletes", plain.delete_object, {"Key": "x"}),
        ):
            expect(
                outcome(call, Bucket=bucket, **more) == "denied",
                f"Plain HTTP still {what}. Deny everything: s3:*.",
            )
        address = f"{bucket}.s3.amazonaws.com/{key}"
        stranger_reads = requests.get(f"https://{address}").status_code == 200
        if readers != "everybody":
            expect(
                not stranger_reads,
                "A stranger can read over HTTPS: your statement allows instead of denying.",
            )
            guest_reads = outcome(guest.client("s3").get_object, Bucket=bucket, Key=key) == "allowed"
            expect(
                guest_reads == (readers == "a guest"),
                "A statement that was there before is gone. Put it back together with yours.",
            )
        else:
            expect(
                stranger_reads,
                "The policy let everybody read, and over HTTPS a stranger cannot any more. Keep its statements.",
            )
            expect(
                requests.get(f"http://{address}").status_code == 403,
                "A stranger still reads over plain HTTP. Whom does your Deny name?",
            )
        if readers != "nobody":
            now = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
            expect(
                earlier in now,
                "A statement that was there before has changed. Put it back just as it was, together with yours.",
            )

    demanded("nobody", "a.wav")
    demanded("a guest", "a.wav")
    demanded("everybody", "a.wav")
    ### BEGIN HIDDEN TESTS
    demanded("a guest", "deep/b.wav")
    demanded("everybody", "deep/b.wav")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Only from inside
#
# Servers in a private network need no way to the internet to reach S3: a **gateway endpoint** of their VPC adds a
# route to S3, free of charge. A bucket can demand that requests come that way. The condition key is `aws:sourceVpce`.

# %%
ec2 = boto3.client("ec2")
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
table = ec2.describe_route_tables(Filters=of_vpc)["RouteTables"][0]
endpoint = ec2.create_vpc_endpoint(
    VpcId=vpc,
    ServiceName="com.amazonaws.us-east-1.s3",
    RouteTableIds=[table["RouteTableId"]],
)["VpcEndpoint"]["VpcEndpointId"]
inside = new_bucket("inside", ["a.wav"])
s3.put_bucket_policy(
    Bucket=inside,
    Policy=document(
        statement(
            "Deny",
            "s3:GetObject",
            f"arn:aws:s3:::{inside}/*",
            Principal="*",
            Condition={"StringNotEquals": {"aws:sourceVpce": endpoint}},
        )
    ),
)
_, staff = person("staff", statement("Allow", "s3:GetObject", "*"))
for context in ({}, {"aws:sourceVpce": endpoint}):
    with lab.enforce_iam(context=context):
        try:
            staff.client("s3").get_object(Bucket=inside, Key="a.wav")
            print("through the endpoint" if context else "from outside", "allowed")
        except ClientError:
            print("through the endpoint" if context else "from outside", "denied")

# %% [markdown]
# (The lab has no network: `enforce_iam(context=...)` says where a request comes from. On AWS the endpoint sets the
# key. Such a Deny also shuts out the console, so keep it to what must stay inside.)
#
# ## A door for each department
#
# When many teams share a bucket, its one policy grows without end. An **access point** is a further door to the
# bucket, with a name, an ARN, a host name and a policy of its own. You call S3 with its ARN in place of the bucket's
# name. A request passes two doors, and both must let it through. So the bucket hands over: it allows everything that
# comes through access points of this account.

# %%
charts.flow(
    [
        ("gull team", "access point gulls", "ARN of the door"),
        ("tern team", "access point terns", "ARN of the door"),
        ("access point gulls", "bucket", "1: its policy allows"),
        ("access point terns", "bucket", "1: its policy allows"),
        ("bucket", "objects", "2: the bucket allows"),
    ],
    kinds={
        "access point gulls": "network",
        "access point terns": "network",
        "bucket": "storage",
        "objects": "storage",
    },
    headline="A request through an access point is decided twice: door and bucket",
)

# %% setup="doors"
s3control = boto3.client("s3control")


def bucket_with_doors(name: str, keys=()) -> str:
    """A bucket that leaves the decision to its access points."""
    bucket = new_bucket(name, keys)
    hand_over = statement(
        "Allow",
        "*",
        [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        Principal={"AWS": "*"},
        Condition={"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(hand_over))
    return bucket


# %%
archive = bucket_with_doors("tern-archive", ["gulls/1.wav", "terns/1.wav"])
door = s3control.create_access_point(
    AccountId=ACCOUNT,
    Name=lab.unique_name("everybody"),
    Bucket=archive,
)
print(door["AccessPointArn"])
print(
    "root, through the door:",
    s3.list_objects_v2(Bucket=door["AccessPointArn"])["KeyCount"],
    "objects",
)
print(
    "ben, through the door: ",
    outcome(ben.client("s3").get_object, Bucket=door["AccessPointArn"], Key="gulls/1.wav"),
)

# %% [markdown]
# ### Your turn: open a door
#
# Write `open_door(bucket, department, principal_arn)`. The bucket hands over to its access points already. Make an
# access point, give it a policy, and return its **ARN**. Through this door the principal may read and write objects
# below `department/`, and do nothing else there: not list, not delete, not touch tags. Give it a free name:
# `lab.unique_name(department)`.
#
# <details><summary>Hint</summary>
#
# `create_access_point` and `put_access_point_policy` want `AccountId=ACCOUNT`; the second takes `Name` and `Policy`.
# In the policy an object has the ARN `ARN-OF-THE-DOOR/object/KEY`.
# </details>


# %% exercise="department-door"
def open_door(bucket: str, department: str, principal_arn: str) -> str:
    """Make an access point for one department; return its ARN."""
    ### BEGIN SOLUTION
    name = lab.unique_name(department)
    made = s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)
    arn = made["AccessPointArn"]
    works = statement(
        "Allow",
        ["s3:GetObject", "s3:PutObject"],
        f"{arn}/object/{department}/*",
        Principal={"AWS": principal_arn},
    )
    s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=document(works))
    return arn
    ### END SOLUTION


# %% check="department-door" points=3
with check(
    "department-door",
    needs="open_door",
    right="The bucket's policy stays short; each door has its own.",
) as expect:

    def door_fits(department: str, neighbour: str) -> None:
        bucket = bucket_with_doors("check-doors", [f"{department}/a.wav", f"{neighbour}/b.wav"])
        arn, member = person("check-member")
        _, other = person("check-other")
        before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
        given = open_door(bucket, department, arn)
        expect(
            type(given) is str and ":accesspoint/" in given,
            f"Return the ARN of the access point; you returned {given!r}.",
        )
        client, mine, theirs = member.client("s3"), f"{department}/a.wav", f"{neighbour}/b.wav"

        def asked(wanted: str, call, message: str, through: str = given, **how) -> None:
            expect(outcome(call, Bucket=through, **how) == wanted, message)

        no_object = "In the door's policy an object is ARN/object/KEY."
        asked(
            "allowed",
            client.get_object,
            f"Through the door {mine} cannot be read. {no_object}",
            Key=mine,
        )
        asked(
            "allowed",
            client.put_object,
            f"Through the door {mine} cannot be written.",
            Key=mine,
            Body=b"new",
        )
        got = s3.get_object(Bucket=bucket, Key=mine)["Body"].read()
        expect(
            got == b"new",
            "What was written through the door is not in the bucket. Which bucket has the access point?",
        )
        asked(
            "denied",
            client.get_object,
            f"Through the door {theirs} can be read. Which objects does the policy name?",
            Key=theirs,
        )
        asked(
            "denied",
            client.put_object,
            f"Through the door {theirs} can be written.",
            Key=theirs,
            Body=b"",
        )
        asked(
            "denied",
            client.delete_object,
            f"Through the door {mine} can be deleted.",
            Key=mine,
        )
        labels = {"TagSet": [{"Key": "licence", "Value": "free"}]}
        for call, more in ((client.get_object_tagging, {}), (client.put_object_tagging, {"Tagging": labels})):
            asked(
                "denied",
                call,
                f"Through the door the tags of {mine} can be read or changed. Name two actions, without a star.",
                Key=mine,
                **more,
            )
        asked(
            "denied",
            client.list_objects_v2,
            "The principal can list through the door. Nobody asked for that.",
            Prefix=f"{department}/",
        )
        asked(
            "denied",
            other.client("s3").get_object,
            "Somebody else comes through the door.",
            Key=mine,
        )
        asked(
            "denied",
            client.get_object,
            "The principal can read past the door, from the bucket.",
            bucket,
            Key=mine,
        )
        expect(
            s3.get_bucket_policy(Bucket=bucket)["Policy"] == before,
            "Leave the bucket's own policy as it is.",
        )

    door_fits("gulls", "terns")
    door_fits("terns", "terns-old")
    ### BEGIN HIDDEN TESTS
    door_fits("owls", "owls2")
    ### END HIDDEN TESTS

# %% [markdown]
# An access point can also be bound to a VPC: then it answers requests from there only. An account has up to 10,000 in
# a Region.
#
# > **Then and now.** *S3 Object Lambda* put a function behind an access point that changes objects as they are read:
# > redact, resize, translate. Since 7 November 2025 it is closed to new customers. Do the work in your own program,
# > in Lambda or CloudFront.

# %%
letters = new_bucket("letters")
s3.put_object(
    Bucket=letters,
    Key="june.txt",
    Body=b"Ring 42 seen again. Write to ann@tern.example!",
)


def redacted(bucket: str, key: str) -> str:
    """The object without e-mail addresses; the stored one stays as it is."""
    text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return re.sub(r"\S+@\S+\.\w+", "[address]", text)


print(redacted(letters, "june.txt"))

# %% [markdown]
# ## Links that expire
#
# A **presigned URL** carries a signature: whoever holds it may do one thing to one object, as the one who signed,
# until it expires. It is made without any call to AWS. Default 3,600 seconds, at most seven days.

# %%
signing = boto3.client("s3", config=Config(signature_version="s3v4"))
where = {"Bucket": calls, "Key": "raw/2026-06-02.wav"}
link = signing.generate_presigned_url("get_object", Params=where, ExpiresIn=600)
print(link.replace("&", "\n  &"))
print("now:              ", requests.get(link).status_code)
print("another object:   ", requests.get(link.replace("06-02", "06-03")).status_code)
lab.clock.advance(minutes=11)
print("11 minutes later: ", requests.get(link).status_code)

# %% [markdown]
# A link is worth no more than its signer. It dies early if the signer loses the permission, and, signed with
# temporary credentials, it dies with those: a link "for seven days" made by a role's one-hour session lives an hour.

# %%
app_role = lab.unique_name("link-maker")
iam.create_role(
    RoleName=app_role,
    AssumeRolePolicyDocument=document(
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"},
    ),
)
iam.put_role_policy(
    RoleName=app_role,
    PolicyName="read",
    PolicyDocument=document(statement("Allow", "s3:GetObject", f"arn:aws:s3:::{calls}/*")),
)
lent = boto3.client("sts").assume_role(
    RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{app_role}",
    RoleSessionName="web",
    DurationSeconds=3600,
)["Credentials"]
web = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
week = web.client("s3", config=Config(signature_version="s3v4")).generate_presigned_url(
    "get_object",
    Params=where,
    ExpiresIn=7 * 24 * 3600,
)
print("at once:     ", requests.get(week).status_code)
lab.clock.advance(hours=2)
answer = requests.get(week)
print("2 hours later", answer.status_code, re.search("<Code>(.*)</Code>", answer.text)[1])

# %% [markdown]
# The command line makes such links for downloads: `aws s3 presign s3://tern-calls/raw/x.wav --expires-in 300`.
# Uploads need the SDK: `generate_presigned_url("put_object", ...)`.
#
# > **Then and now.** boto3 still signs links for us-east-1 the old way unless you ask for `s3v4`, as above. Buckets
# > made after 24 June 2020 take Signature Version 4 only; the lab reads both.
#
# ### A form for uploads
#
# A link for PUT says nothing about *what* comes: a 5 GB film in place of a bird call. `generate_presigned_post` makes
# the fields of an HTML form and signs **conditions** with them. S3 checks each upload against these, before it stores
# a byte.

# %%
inbox = new_bucket("tern-inbox")
form = signing.generate_presigned_post(
    inbox,
    "postcards/${filename}",
    Conditions=[["content-length-range", 1, 1000]],
    ExpiresIn=300,
)
for name, body in (("tern.jpg", b"." * 500), ("film.mp4", b"." * 5000)):
    sent = requests.post(form["url"], data=form["fields"], files={"file": (name, body)})
    print(name, sent.status_code, *re.findall("<Code>(.*)</Code>", sent.text))
print([one["Key"] for one in s3.list_objects_v2(Bucket=inbox)["Contents"]])

# %% [markdown]
# A field that no condition names is refused. boto3 adds conditions of its own: for the bucket, and for a key that
# ends in `${filename}` the part before it. A condition is a list as above, or a dictionary for an exact value.
#
# ### Your turn: the upload form
#
# Volunteers upload recordings from their browsers. Write `upload_form(bucket, volunteer)`; it returns what
# `generate_presigned_post` returns. The form is valid for 10 minutes and lets through only
#
# - keys below `inbox/VOLUNTEER/` (the page chooses the rest: the form suggests `inbox/VOLUNTEER/${filename}`);
# - a `Content-Type` that begins with `audio/`; the page sends this field itself, so your `fields` have none;
# - files of 1 byte to 5,000,000 bytes.
#
# <details><summary>Hint</summary>
#
# The key's condition follows from the key that you pass; mind the slash after the volunteer's name. Two more are
# yours. One is `["starts-with", "$FIELD", ...]`. New buckets want Signature Version 4: use a client such as
# `signing` above.
# </details>


# %% exercise="upload-form"
def upload_form(bucket: str, volunteer: str) -> dict:
    """Return URL and fields of a form for recordings of one volunteer."""
    ### BEGIN SOLUTION
    return signing.generate_presigned_post(
        bucket,
        f"inbox/{volunteer}/${{filename}}",
        Conditions=[
            ["starts-with", "$Content-Type", "audio/"],
            ["content-length-range", 1, 5_000_000],
        ],
        ExpiresIn=600,
    )
    ### END SOLUTION


# %% check="upload-form" points=3
with check("upload-form", needs="upload_form", right="S3 judges each upload before a byte is stored.") as expect:

    def form_holds(volunteer: str, neighbour: str) -> None:
        bucket = new_bucket("check-inbox")
        given = upload_form(bucket, volunteer)
        expect(
            type(given) is dict and {"url", "fields"} <= set(given),
            "Return what generate_presigned_post returns.",
        )
        expect(
            "content-type" not in {name.lower() for name in given["fields"]},
            "Your fields hold a Content-Type. The page sends its own, so it would come twice: leave it to the page.",
        )

        def send(body: bytes, name: str = "call.wav", **fields: str) -> tuple[int, str]:
            data = {**given["fields"], "Content-Type": "audio/wav", **fields}
            answer = requests.post(given["url"], data=data, files={"file": (name, body)})
            found = re.search("<Message>(.*?)</Message>", answer.text)
            return answer.status_code, found[1] if found else ""

        def taken(what: str, body: bytes, **fields: str) -> None:
            status, words = send(body, **fields)
            expect(status in (200, 201, 204), f"S3 refuses {what}, which is allowed: {words}")

        def kept_out(what: str, body: bytes, **fields: str) -> None:
            status, _ = send(body, **fields)
            expect(status in (400, 403), f"S3 takes {what}.")

        kept_out(
            "an upload into the folder of another volunteer",
            b"kee",
            key=f"inbox/{neighbour}/call.wav",
        )
        taken("a recording of 500 bytes", b"." * 500)
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        expect.equal(
            keys,
            [f"inbox/{volunteer}/call.wav"],
            "The keys in the bucket after an upload of call.wav",
        )
        taken(
            "a key that the page chose below the volunteer's folder",
            b"kee",
            key=f"inbox/{volunteer}/june/1.ogg",
        )
        taken("a recording of type audio/ogg", b"kee", **{"Content-Type": "audio/ogg"})
        taken("a file of exactly 5,000,000 bytes", b"." * 5_000_000)
        kept_out("a file of 5,000,001 bytes", b"." * 5_000_001)
        kept_out("an empty file", b"")
        kept_out("a file of type text/html", b"<script>", **{"Content-Type": "text/html"})
        kept_out(
            "a file of type audiobook/html",
            b"<script>",
            **{"Content-Type": "audiobook/html"},
        )
        kept_out("a field that nobody signed", b"kee", **{"x-amz-meta-admin": "yes"})
        lab.clock.advance(minutes=9)
        taken("a recording after 9 minutes", b"kee")
        lab.clock.advance(minutes=2)
        kept_out("a recording after 11 minutes", b"kee")

    form_holds("ann", "annika")
    ### BEGIN HIDDEN TESTS
    form_holds("ben-2", "ben-22")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Who was at the door
#
# Three ways to look back: **server access logs** (each request, also a refused or anonymous one, as a line in another
# bucket, best effort, within hours, free but for storage); **CloudTrail** data events (each call with identity,
# paid); **CloudWatch** metrics (bucket size and counts daily, request metrics on demand).
#
# Logs are off by default. The target bucket must be in the same Region and account and let the service
# `logging.s3.amazonaws.com` write.


# %% setup="logs"
def logged_bucket(name: str, keys=()) -> tuple[str, str]:
    """A bucket with access logs; returns its name and that of the bucket with the logs."""
    bucket, logs = new_bucket(name, keys), new_bucket(f"{name}-logs")
    may_log = statement(
        "Allow",
        "s3:PutObject",
        f"arn:aws:s3:::{logs}/*",
        Principal={"Service": "logging.s3.amazonaws.com"},
        Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}},
    )
    s3.put_bucket_policy(Bucket=logs, Policy=document(may_log))
    target = {"TargetBucket": logs, "TargetPrefix": "access/"}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": target})
    return bucket, logs


def lines_of(logs: str) -> list[str]:
    """All lines in a bucket of logs."""
    lab.settle()  # on AWS you wait for hours
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=logs):
        for one in page.get("Contents", []):
            body = s3.get_object(Bucket=logs, Key=one["Key"])["Body"]
            found += body.read().decode().splitlines()
    return found


# %%
nest, nest_logs = logged_bucket("nest", ["eggs.csv"])
ann_reads = outcome(ann.client("s3").get_object, Bucket=nest, Key="eggs.csv")
requests.get(f"https://{nest}.s3.amazonaws.com/eggs.csv")
s3.get_object(Bucket=nest, Key="eggs.csv")
for line in lines_of(nest_logs):
    print(line[:200])

# %% [markdown]
# The fields stand in fixed order: owner (on AWS a long id), bucket, time in brackets, address, **requester** (`-` is
# a stranger), request id, **operation**, **key**, request in quotes, HTTP **status**, error code, and more.
#
# ### Your turn: who was refused
#
# Write `refused(lines)`: a dictionary that counts, for each pair of requester and key, the requests that S3 answered
# with status 403, whatever the operation and the error code. Pairs without a refusal do not appear.
#
# <details><summary>Hint</summary>
#
# The time holds a space, the request in quotes holds several. A regular expression reads both: `\[[^]]*\]` is
# something in brackets, `"[^"]*"` something in quotes, `\S+` a word. `re.findall` with these three, joined by `|`,
# takes a line apart.
# </details>


# %% exercise="log-report"
def refused(lines: list[str]) -> dict[tuple[str, str], int]:
    """Count refusals by (requester, key)."""
    ### BEGIN SOLUTION
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        fields = re.findall(r'\[[^]]*\]|"[^"]*"|\S+', line)
        requester, key, status = fields[4], fields[7], fields[9]
        if status == "403":
            counts[requester, key] += 1
    return dict(counts)
    ### END SOLUTION


# %% check="log-report" points=2
with check(
    "log-report",
    needs="refused",
    right="Denied requests are in the log too: often the interesting ones.",
) as expect:

    def reported(tries: dict[str, int], strangers: int, keys: list[str]) -> None:
        bucket, logs = logged_bucket("check-log", keys)
        wanted: Counter[tuple[str, str]] = Counter()
        for name, times in tries.items():
            arn, session = person(name)
            for _ in range(times):
                outcome(session.client("s3").get_object, Bucket=bucket, Key=keys[0])
                wanted[arn, keys[0]] += 1
            outcome(session.client("s3").put_object, Bucket=bucket, Key="new.csv", Body=b"")
            wanted[arn, "new.csv"] += 1
        for _ in range(strangers):
            requests.get(f"https://{bucket}.s3.amazonaws.com/{keys[-1]}")
            wanted["-", keys[-1]] += 1
        s3.get_object(Bucket=bucket, Key=keys[0])
        try:
            s3.get_object(Bucket=bucket, Key="403/missing")
        except s3.exceptions.NoSuchKey:
            pass
        s3.put_object(Bucket=bucket, Key="long.wav", Body=b"." * 403)
        s3.get_object(Bucket=bucket, Key="long.wav")  # 403 bytes sent, with status 200
        s3.put_object(Bucket=bucket, Key="2001.wav", Body=b"", StorageClass="GLACIER")
        try:
            s3.get_object(Bucket=bucket, Key="2001.wav")  # 403 for a reason of its own
        except s3.exceptions.InvalidObjectState:
            wanted[f"arn:aws:iam::{ACCOUNT}:root", "2001.wav"] += 1
        got = refused(lines_of(logs))
        expect(isinstance(got, dict), "Return a dictionary: {(requester, key): count}.")
        missing = sorted(set(wanted) - set(got))
        expect(
            not missing,
            f"The pair {missing[:1]} is missing. Your pairs: {sorted(got, key=str)[:3]}. Whatever the reason and the "
            "operation, the status decides.",
        )
        extra = sorted(set(got) - set(wanted), key=str)
        expect(
            not extra,
            f"The pair {extra[:1]} had no request with status 403. Status is the tenth field.",
        )
        expect.equal({pair: got[pair] for pair in wanted}, dict(wanted), "The counts")

    reported({"carl": 2, "dora": 1}, 3, ["eggs.csv", "rings.csv"])
    reported({"carl": 1}, 0, ["eggs.csv"])
    reported({}, 0, ["eggs.csv"])
    ### BEGIN HIDDEN TESTS
    reported({"emil": 3}, 1, ["a/403", "b/200"])
    reported({}, 2, ["x.csv"])
    ### END HIDDEN TESTS

# %% [markdown]
# Never let a bucket log to itself. Each log object is a request too, and is logged. We watch two days of it, on the
# lab's clock.

# %%
loop, calm, calm_logs = new_bucket("loop"), new_bucket("calm"), new_bucket("calm-logs")
begin = lab.clock.now()
for bucket, target in ((loop, loop), (calm, calm_logs)):
    may_log = statement(
        "Allow",
        "s3:PutObject",
        f"arn:aws:s3:::{target}/*",
        Principal={"Service": "logging.s3.amazonaws.com"},
    )
    s3.put_bucket_policy(Bucket=target, Policy=document(may_log))
    where_to = {"TargetBucket": target, "TargetPrefix": "log/"}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": where_to})
    s3.put_object(Bucket=bucket, Key="one.wav", Body=b"kee")  # the only request
lab.clock.advance(hours=48)

growth = {}
for name, target in (("into itself", loop), ("into another bucket", calm_logs)):
    logs = s3.list_objects_v2(Bucket=target, Prefix="log/")["Contents"]
    hours = [(one["LastModified"] - begin).total_seconds() / 3600 for one in logs]
    growth[name] = [sum(hour <= now for hour in hours) for now in range(48)]
s3.put_bucket_logging(Bucket=loop, BucketLoggingStatus={})  # stop it
charts.over_time(
    growth,
    x=list(range(48)),
    x_unit="hours",
    y_label="log objects after one request",
    headline=f"A bucket that logs to itself: {growth['into itself'][-1]} logs of one request",
    source="measured in the lab, which delivers hourly",
)

# %% [markdown]
# ## All together: an application and its bucket
#
# The station's web application runs on an EC2 instance. No key is stored on it: a **role** is, through an *instance
# profile*. The bucket policy names the role, and the launch script gets the bucket's name. We ask S3 with the role's
# credentials.

# %%
app_bucket = new_bucket("tern-app", ["test.jpg"])
app = lab.unique_name("tern-app")
ec2_may = {
    "Effect": "Allow",
    "Principal": {"Service": "ec2.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
made = iam.create_role(RoleName=app, AssumeRolePolicyDocument=document(ec2_may))
role_arn = made["Role"]["Arn"]
iam.create_instance_profile(InstanceProfileName=app)
iam.add_role_to_instance_profile(InstanceProfileName=app, RoleName=app)
app_reads = statement(
    "Allow",
    "s3:GetObject",
    f"arn:aws:s3:::{app_bucket}/*",
    Principal={"AWS": role_arn},
)
s3.put_bucket_policy(Bucket=app_bucket, Policy=document(app_reads))
image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
server = ec2.run_instances(
    ImageId=image,
    InstanceType="t3.micro",
    MinCount=1,
    MaxCount=1,
    IamInstanceProfile={"Name": app},
    UserData=f"#!/bin/bash\necho PHOTOS_BUCKET={app_bucket} >> /etc/environment\n",
)["Instances"][0]["InstanceId"]
ec2.get_waiter("instance_status_ok").wait(InstanceIds=[server])
with lab.on_instance(server):
    here = boto3.Session().client("s3")  # finds the role's credentials on the instance
    print("its role reads: ", outcome(here.get_object, Bucket=app_bucket, Key="test.jpg"))
    print("its role writes:", outcome(here.put_object, Bucket=app_bucket, Key="x", Body=b""))
_ = ec2.terminate_instances(InstanceIds=[server])

# %% [markdown]
# A running instance can get a profile, too; nobody needs to launch it again. AWS shows three status checks since 2023
# (system, instance, attached volumes).
#
# > **Bill.** Policies, access points, links and IAM cost nothing. On AWS you would pay for the instance's minutes and
# > for requests, less than a cent. Terminate the instance, delete access points and buckets.

# %%
lab.bill()

# %% [markdown]
# ## To remember
#
# - Inside an account one `Allow` is enough, between accounts both sides must allow; a `Deny` always wins.
# - `s3:ListBucket` belongs to the bucket's ARN, `s3:GetObject` to `bucket/*`. Prove a policy by what passes *and*
#   what is refused.
# - Block Public Access: two switches refuse new public ACLs and policies, two cut those that exist. ACLs are off by
#   default since April 2023.
# - To demand TLS, deny when `aws:SecureTransport` is `"false"`, on the bucket and its objects.
# - Access points give each team a door with its own policy; door and bucket must both allow.
# - A presigned URL is its signer's permission for one call, seven days at most, and dies with the signer's
#   credentials.
# - A presigned POST signs conditions: key, type, size. S3 refuses what breaks them.
# - Access logs hold refused requests too; never log a bucket into itself.

# %% [markdown] question="cross-account-read"
# ### Question 1
#
# A role of account B has an IAM policy that allows `s3:GetObject` on a bucket of account A. Reads end with 403. The
# bucket has no policy. What is missing?
#
# - [ ] **A** Block Public Access must be turned off in account A.
#   > A policy that names one role is not public, and nobody else needs to come in.
# - [x] **B** A bucket policy in account A that allows the role.
#   > Between accounts both sides must allow. Only B's side did.
# - [ ] **C** A public-read ACL on the objects.
#   > It would open them to the world, and new buckets refuse ACLs.
# - [ ] **D** The role must be created in account A as well, under the same name.
#   > Roles of the same name in two accounts have nothing to do with each other.

# %% answer="cross-account-read"
answer = "B"

# %% check="cross-account-read" points=1
question("cross-account-read", answer)

# %% [markdown] question="dead-link"
# ### Question 2
#
# A Lambda function makes presigned URLs with `ExpiresIn=604800`. Customers say that the links work for some hours at
# most, then S3 answers `ExpiredToken`. Why?
#
# - [ ] **A** Seven days are more than a presigned URL may live.
#   > Exactly seven days, 604,800 seconds, are the maximum.
# - [ ] **B** The function's timeout ends all links that it made.
#   > Signing is arithmetic. S3 does not know whether the function still runs.
# - [x] **C** The function signs with the temporary credentials of its role, and the links end with these.
#   > For longer life sign with credentials that live longer, or make the link when the customer clicks.
# - [ ] **D** The bucket policy must allow the customers' addresses.
#   > Then the answer would be AccessDenied, and at once.

# %% answer="dead-link"
answer = "C"

# %% check="dead-link" points=1
question("dead-link", answer)

# %% [markdown] question="which-upload"
# ### Question 3
#
# A web page lets users upload a profile picture straight to S3. It must be an image and at most 2 MB, and the server
# should not see the bytes. What do you use?
#
# - [ ] **A** A presigned URL for `put_object`.
#   > It fixes the key and may fix the type, but has no range for the size.
# - [x] **B** A presigned POST with the conditions `content-length-range` and `starts-with` on `Content-Type`.
#   > S3 refuses what breaks them. (The type is what the browser says: look into the file later, before you show it.)
# - [ ] **C** `aws s3 presign` in a script on the server.
#   > The command makes links for downloads.
# - [ ] **D** A bucket policy that allows everybody `s3:PutObject` below `pictures/`.
#   > Then the whole world uploads, whatever it likes.

# %% answer="which-upload"
answer = "B"

# %% check="which-upload" points=1
question("which-upload", answer)

# %% [markdown] question="growing-logs"
# ### Question 4
#
# After somebody turned on server access logging, a bucket of 200 objects has millions of small ones, and ever more,
# though nobody uses it. What is the matter?
#
# - [ ] **A** CloudTrail copies each line as an object.
#   > CloudTrail writes its own files into the bucket of its trail.
# - [ ] **B** The lifecycle rules create an object for each action.
#   > Lifecycle moves and deletes; it creates none.
# - [ ] **C** Strangers write into the bucket.
#   > A bucket is private by default, and their attempts would be refused.
# - [x] **D** The bucket is its own target.
#   > Each delivered log is a request that is logged in turn. Choose another bucket in the same Region.

# %% answer="growing-logs"
answer = "D"

# %% check="growing-logs" points=1
question("growing-logs", answer)

# %% [markdown] question="tls-policy"
# ### Question 5
#
# An auditor wants proof that nobody can read a bucket without TLS. Which statement do you look for?
#
# - [ ] **A** Allow `s3:GetObject` to `*` if `aws:SecureTransport` is `"true"`.
#   > It makes all objects public over HTTPS and refuses nothing that others allow.
# - [ ] **B** Default encryption with SSE-KMS.
#   > That protects what lies on AWS's disks, not what travels.
# - [x] **C** Deny `s3:*` to `*` on the bucket and its objects if `aws:SecureTransport` is `"false"`.
#   > No Allow anywhere can undo it, and nobody gains anything.
# - [ ] **D** Block Public Access with all four switches.
#   > It keeps strangers out. Members could still come over plain HTTP.

# %% answer="tls-policy"
answer = "C"

# %% check="tls-policy" points=1
question("tls-policy", answer)

# %%
progress()
