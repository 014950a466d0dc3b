# ---
# jupyter:
#   course:
#     exam:
#     - '2.1'
#     - '2.3'
#     minutes: 55
#     practises:
#       diagnose:
#       - iam.what-it-is
#       - iam.authentication-and-authorization
#       leaked-key:
#       - iam.access-keys
#       - iam.golden-rules
#       - iam.key-scanner
#       predict-calls:
#       - iam.building-blocks
#       - iam.groups
#       remove-user:
#       - iam.console-walkthrough
#       - iam.mfa-devices
#       scan:
#       - iam.key-scanner
#       stale-credentials:
#       - iam.credential-report
#       - iam.root-hardening
#       - iam.root-user
#       team:
#       - iam.building-blocks
#       - iam.groups
#       - iam.console-walkthrough
#     services:
#     - iam
#     - sts
#     - s3
#     title: Users, groups and keys
#     topics:
#     - iam.what-it-is
#     - iam.authentication-and-authorization
#     - iam.root-user
#     - iam.root-hardening
#     - iam.building-blocks
#     - iam.groups
#     - iam.console-walkthrough
#     - iam.access-keys
#     - iam.mfa-devices
#     - iam.password-policy
#     - iam.golden-rules
#     - iam.credential-report
#     - iam.key-scanner
#     - iam.quotas
# ---

# %% [markdown]
# # Users, groups and keys
#
# Lumen, a small shop that prints photographs, has opened an AWS account. Until today everybody signed in as the owner.
# After this lesson you can give each person and each program an identity of its own with no more rights than it
# needs, and you know what to do when one of their keys turns up on the internet.
#
# The service for this is **IAM**, *Identity and Access Management*. It decides who may call which API action on which
# resource. IAM covers the whole account and every Region, and it costs nothing.

# %% setup="start"
import csv
import io
import json
import re
from datetime import datetime

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("01-iam/02-identities")
lab.start()
iam = boto3.client("iam")
s3 = boto3.client("s3")
sts = boto3.client("sts")
photos = lab.unique_name("lumen-photos")
s3.create_bucket(Bucket=photos)
for photo in ("team.jpg", "contracts/club.pdf"):
    s3.put_object(Bucket=photos, Key=photo, Body=b"not really a picture")


def signed_by(key: dict, service):
    """A boto3 client that signs its calls with this access key."""
    return boto3.client(
        service,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


def code_of(call, **params) -> str:
    """Make a call while IAM is enforced; return 'allowed' or AWS's error code."""
    with lab.enforce_iam():
        try:
            call(**params)
        except ClientError as error:
            return error.response["Error"]["Code"]
    return "allowed"


# %% [markdown]
# ## Two questions at the door
#
# Mia prints albums. We make a **user** for her, and an **access key**: a pair of an id and a secret with which programs
# sign their calls. So far Mia has no permission at all. (`lab.enforce_iam()` makes the lab ask IAM about each call, as
# AWS always does.)

# %%
mia = lab.unique_name("mia")
iam.create_user(UserName=mia)
mias_key = iam.create_access_key(UserName=mia)["AccessKey"]
with lab.enforce_iam():
    print("Who am I?", signed_by(mias_key, "sts").get_caller_identity()["Arn"])
    try:
        signed_by(mias_key, "s3").get_object(Bucket=photos, Key="team.jpg")
    except ClientError as error:
        print(error.response["Error"]["Code"])
        print(lab.why(error))

# %% [markdown]
# AWS asked two questions:
#
# 1. **Authentication**: who are you? A signature made with a valid key proves it; for people, a password and a second
#    factor. Mia passed.
# 2. **Authorization**: may you do this? Nothing allows it, so the answer is no. *What is not allowed is denied.*
#
# (Asking who one is needs no permission.) The `Arn` in the answer, *Amazon Resource Name*, is Mia's full name in AWS.
#
# The error code tells which of the two questions failed. We try a key that does not exist, a key that is switched
# off, and Mia's.

# %%
unknown = {"AccessKeyId": "AKIAQNOBODYHASTHISID", "SecretAccessKey": "a" * 40}
off = iam.create_access_key(UserName=mia)["AccessKey"]
iam.update_access_key(UserName=mia, AccessKeyId=off["AccessKeyId"], Status="Inactive")
for name, key in {"unknown key": unknown, "inactive key": off, "Mia's key": mias_key}.items():
    from_s3 = code_of(signed_by(key, "s3").get_object, Bucket=photos, Key="team.jpg")
    from_ec2 = code_of(signed_by(key, "ec2").describe_instances)
    from_iam = code_of(signed_by(key, "iam").list_users)
    print(f"{name:13} S3: {from_s3:20} EC2: {from_ec2:22} IAM: {from_iam}")

# %% [markdown]
# Services use different words for the same thing. These are the ones you will meet:
#
# | authentication failed | authorization failed |
# |---|---|
# | `InvalidClientTokenId`, `UnrecognizedClientException` | `AccessDenied` |
# | `InvalidAccessKeyId` (S3), `AuthFailure` (EC2) | `AccessDeniedException` |
# | `SignatureDoesNotMatch` (wrong secret) | `UnauthorizedOperation` (EC2) |
# | `ExpiredToken`, `ExpiredTokenException` (temporary keys) | |
#
# > **Lab and AWS.** The lab looks at the key id only. AWS checks the signature too, and a wrong secret ends in
# > `SignatureDoesNotMatch`.
#
# ### Your turn: which question failed?
#
# Write `diagnose(call)`. It calls `call()`, which takes no arguments, and returns `"allowed"`, `"authentication"`,
# `"authorization"`, or `"other"` for any other error that AWS answers.
#
# <details><summary>Hint</summary>
#
# Put `call()` into a `try`. A `ClientError` carries its code in `error.response["Error"]["Code"]`. Two sets of codes,
# from the table, are enough.
# </details>


# %% exercise="diagnose"
def diagnose(call) -> str:
    """Make the call and name what came of it."""
    ### BEGIN SOLUTION
    who_are_you = {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
        "SignatureDoesNotMatch",
        "ExpiredToken",
        "ExpiredTokenException",
    }
    may_you = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in who_are_you:
            return "authentication"
        return "authorization" if code in may_you else "other"
    return "allowed"
    ### END SOLUTION


# %% check="diagnose" points=1
with check(
    "diagnose",
    needs="diagnose",
    right="First the key, then the policy: that is the order to search in.",
) as expect:
    stranger = {"AccessKeyId": "AKIAQNOBODYHASTHISID", "SecretAccessKey": "a" * 40}
    iam.create_user(UserName=(someone := lab.unique_name("check-diagnose")))
    known = iam.create_access_key(UserName=someone)["AccessKey"]

    def says(wanted: str, what: str, call) -> None:
        with lab.enforce_iam():
            expect.equal(diagnose(call), wanted, what)

    def answered(code: str, wanted: str) -> None:
        def call() -> None:
            raise ClientError({"Error": {"Code": code, "Message": "as AWS says it"}}, "ListThings")

        says(wanted, f"A call that AWS answers with {code}", call)

    says("allowed", "A call that works", sts.get_caller_identity)
    says("authentication", "An unknown key at S3", signed_by(stranger, "s3").list_buckets)
    says(
        "authentication",
        "An unknown key at EC2",
        signed_by(stranger, "ec2").describe_instances,
    )
    says("authentication", "An unknown key at IAM", signed_by(stranger, "iam").list_users)
    says(
        "authorization",
        "A known user without permission at S3",
        signed_by(known, "s3").list_buckets,
    )
    says(
        "authorization",
        "A known user without permission at EC2",
        signed_by(known, "ec2").describe_vpcs,
    )
    says(
        "other",
        "A bucket that is not there",
        lambda: s3.head_object(Bucket="lumen-nowhere", Key="a"),
    )
    answered("SignatureDoesNotMatch", "authentication")
    answered("ExpiredToken", "authentication")
    answered("AccessDeniedException", "authorization")
    answered("ThrottlingException", "other")
    ### BEGIN HIDDEN TESTS
    says("authentication", "An unknown key at SQS", signed_by(stranger, "sqs").list_queues)
    says(
        "authorization",
        "A known user without permission at IAM",
        signed_by(known, "iam").list_users,
    )
    answered("ExpiredTokenException", "authentication")
    answered("UnrecognizedClientException", "authentication")
    answered("NoSuchEntity", "other")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The owner of everything
#
# Whoever opens an account gets its **root user**, who signs in with the account's e-mail address. No IAM policy can
# limit root. (An *organization* of accounts can: a service control policy binds the root users of its
# member accounts.) So root is for the first set-up and the few tasks that only root can do, such as closing the
# account, changing its e-mail address, or repairing IAM when everybody has locked themselves out.
#
# Keep root safe: a long password that nobody shares, a second factor (better two, up to 8), **no access keys**, and an
# alarm on every sign-in. IAM tells two of these:

# %%
summary = iam.get_account_summary()["SummaryMap"]
print("root has a second factor:", bool(summary["AccountMFAEnabled"]))
print("root has access keys:    ", bool(summary["AccountAccessKeysPresent"]))
print("users, groups, roles:    ", summary["Users"], summary["Groups"], summary["Roles"])

# %% [markdown]
# The first line would be your first task in a new account.
#
# > **Then and now.** Older material *advises* a second factor for root. Since 2024 AWS demands it at the console, since
# > 2025 for member accounts too. And since November 2024 an organization can do without root credentials in its
# > member accounts altogether.
#
# ## Four building blocks
#
# - A **user** is one person or one program with credentials that last.
# - A **group** bundles users by job, so that they share permissions. A group cannot hold groups, and nobody can sign
#   in as one.
# - A **role** has no credentials of its own. People, programs, services or other accounts *assume* it for a while and
#   get temporary ones. (A later lesson is about roles.)
# - A **policy** is a JSON document of permissions. It can be attached to the other three.

# %%
charts.flow(
    [
        ("Mia", "printing", "member of"),
        ("Tom", "printing", "member of"),
        ("printing", "read-photos", "attached"),
        ("Tom", "no-contracts", "attached"),
        ("shop program", "web-shop", "assumes"),
        ("web-shop", "read-photos", "attached"),
    ],
    kinds={
        "Mia": "user",
        "Tom": "user",
        "printing": "group",
        "shop program": "program",
        "web-shop": "role",
        "read-photos": "policy",
        "no-contracts": "policy",
    },
    headline="Permissions reach a user directly and through groups",
)

# %% [markdown]
# Everything that a user asks for is denied until a policy allows it. A policy is a list of statements; each says
# `Allow` or `Deny` (its *effect*), for which actions (`service:Action`), on which resources (their ARNs, with `*` for
# anything). Here is one, on a group that Mia joins:

# %%
printing = lab.unique_name("printing")
iam.create_group(GroupName=printing)
reading = {
    "Version": "2012-10-17",
    "Statement": [
        # Listing is asked of the bucket, reading of the objects in it: two different ARNs.
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{photos}"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{photos}/*"},
    ],
}
policy_name = lab.unique_name("read-photos")
created = iam.create_policy(PolicyName=policy_name, PolicyDocument=json.dumps(reading))
policy = created["Policy"]
iam.attach_group_policy(GroupName=printing, PolicyArn=policy["Arn"])
iam.add_user_to_group(GroupName=printing, UserName=mia)

mias_s3 = signed_by(mias_key, "s3")
print("list the bucket:", code_of(mias_s3.list_objects_v2, Bucket=photos))
print("read a photo:   ", code_of(mias_s3.get_object, Bucket=photos, Key="team.jpg"))
print("delete a photo: ", code_of(mias_s3.delete_object, Bucket=photos, Key="team.jpg"))

# %% [markdown]
# ### Your turn: open a team
#
# Lumen's retouchers read photos and put them back, changed. Write `open_team(group, bucket, members)`:
#
# - it creates the group, and a user for every name in `members`, who becomes a member of it;
# - members may list the bucket, and read and write its objects. Nothing else: they cannot delete, and cannot touch
#   any other bucket;
# - the permission hangs on the group. The users have no policies of their own.
#
# <details><summary>Hint</summary>
#
# Writing is the action `s3:PutObject`. A policy may be managed (`create_policy`, then `attach_group_policy`) or written
# into the group (`put_group_policy`); both are right here.
# </details>


# %% exercise="team"
def open_team(group: str, bucket: str, members: list[str]) -> None:
    """Create a group that may list, read and write one bucket, with these users in it."""
    ### BEGIN SOLUTION
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": f"arn:aws:s3:::{bucket}",
            },
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": f"arn:aws:s3:::{bucket}/*",
            },
        ],
    }
    text = json.dumps(document)
    created = iam.create_policy(PolicyName=f"{group}-photos", PolicyDocument=text)
    iam.create_group(GroupName=group)
    iam.attach_group_policy(GroupName=group, PolicyArn=created["Policy"]["Arn"])
    for name in members:
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName=group, UserName=name)
    ### END SOLUTION


# %% check="team" points=3
with check(
    "team",
    needs="open_team",
    right="A joiner or a leaver is one call from now on.",
) as expect:

    def works(names: list[str]) -> None:
        bucket = lab.unique_name("lumen-retouch")
        other = f"{bucket}-books"  # begins like the first one, and is not the team's
        for made in (bucket, other):
            s3.create_bucket(Bucket=made)
            s3.put_object(Bucket=made, Key="summer/cat.jpg", Body=b"cat")
        group = lab.unique_name("retouch")
        members = [lab.unique_name(name) for name in names]
        open_team(group, bucket, members)

        pages = iam.get_paginator("list_groups").paginate()
        expect(
            any(one["GroupName"] == group for page in pages for one in page["Groups"]),
            f"The account has no group '{group}'. Create it with the name you are given.",
        )
        inside = {user["UserName"] for user in iam.get_group(GroupName=group)["Users"]}
        missing = sorted(set(members) - inside)
        expect(
            not missing,
            f"{', '.join(missing)} is not in the group: create_user, then add_user_to_group.",
        )
        for name in members:
            own = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
            own += iam.list_user_policies(UserName=name)["PolicyNames"]
            expect(
                not own,
                f"{name} has a policy of their own. Put it on the group, and only there.",
            )
        key = iam.create_access_key(UserName=members[-1])["AccessKey"]
        theirs = signed_by(key, "s3")

        def call(what: str, wanted: bool, method, where: str, look: str, **params) -> None:
            came = code_of(method, Bucket=where, **params)
            said = f"cannot {what}: {came}." if wanted else f"can {what}, and must not."
            expect((came == "allowed") is wanted, f"A member {said} {look}")

        listing = "s3:ListBucket is asked of the bucket's ARN, without /*."
        objects = "Object actions are asked of the ARN with /* behind the bucket."
        call("list the bucket", True, theirs.list_objects_v2, bucket, listing)
        call("read an object", True, theirs.get_object, bucket, objects, Key="summer/cat.jpg")
        call(
            "write an object",
            True,
            theirs.put_object,
            bucket,
            objects,
            Key="summer/b.jpg",
            Body=b"b",
        )
        less = "Allow only the three actions of the task."
        cat = "summer/cat.jpg"
        call("delete an object", False, theirs.delete_object, bucket, less, Key=cat)
        call("delete the bucket's policy", False, theirs.delete_bucket_policy, bucket, less)
        tags: dict = {"TagSet": [{"Key": "team", "Value": "retouch"}]}
        call("tag the bucket", False, theirs.put_bucket_tagging, bucket, less, Tagging=tags)
        call("read an object's tags", False, theirs.get_object_tagging, bucket, less, Key=cat)
        narrow = "Name the bucket in Resource, without a * that other names match."
        call(
            "read from another bucket",
            False,
            theirs.get_object,
            other,
            narrow,
            Key="summer/cat.jpg",
        )
        call("list another bucket", False, theirs.list_objects_v2, other, narrow)
        iam.remove_user_from_group(GroupName=group, UserName=members[-1])
        call(
            "read after leaving the group",
            False,
            theirs.get_object,
            bucket,
            "",
            Key="summer/cat.jpg",
        )

    works(["ana", "ben", "cem"])
    ### BEGIN HIDDEN TESTS
    works(["dora"])
    ### END HIDDEN TESTS

# %% [markdown]
# What do groups save? Say each person of a department needs three policies. We count the entries that somebody must
# keep right: attachments of policies and memberships in groups.

# %%
people = list(range(1, 31))
person_by_person = [3 * n for n in people]
by_group = [n + 3 for n in people]  # one membership each, and three policies on the group
charts.curves(
    {
        "policies on each person": (people, person_by_person),
        "policies on a group": (people, by_group),
    },
    headline=f"For 30 people a group turns {person_by_person[-1]} entries into {by_group[-1]}",
    x_label="people in the department",
    y_label="entries to keep right",
    source="computed in this cell",
)

# %% [markdown]
# ### Your turn: predict
#
# Tom is in two groups. `retouch` allows listing, reading and writing of one bucket. `office` allows
# `s3:ListAllMyBuckets`, which is what the call `list_buckets` asks for. His own policy says
# `{"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::BUCKET/contracts/*"}`. Eva is in no group and has no
# policy.
#
# Permissions of all groups and the user's own add up; a Deny beats every Allow. Say for each call what will happen:
# `True` for allowed, `False` for denied. Then the check makes the calls.
#
# <details><summary>Hint</summary>
#
# Ask three questions for each call. Does a policy deny it? If not, does one allow it? If not, it is denied. One call is
# an exception that you met at the beginning.
# </details>

# %% exercise="predict-calls" repair=true
prediction = {
    "Tom reads team.jpg": None,
    "Tom writes team.jpg": None,
    "Tom deletes team.jpg": None,
    "Tom reads contracts/club.pdf": None,
    "Tom lists the names of all buckets": None,
    "Eva lists the names of all buckets": None,
    "Eva asks who she is (get_caller_identity)": None,
    "Tom looks at his own user (get_user)": None,
}
### BEGIN SOLUTION
prediction = {
    "Tom reads team.jpg": True,
    "Tom writes team.jpg": True,
    "Tom deletes team.jpg": False,
    "Tom reads contracts/club.pdf": False,
    "Tom lists the names of all buckets": True,
    "Eva lists the names of all buckets": False,
    "Eva asks who she is (get_caller_identity)": True,
    "Tom looks at his own user (get_user)": False,
}
### END SOLUTION

# %% check="predict-calls" points=2
with check(
    "predict-calls",
    needs="prediction",
    right="Deny wins, Allows add up, and silence means no.",
) as expect:
    expect(
        isinstance(prediction, dict),
        "`prediction` should be the dictionary of the task, filled in.",
    )
    expect.not_tried(all(value is None for value in prediction.values()))

    def allow(*statements: dict) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})

    def measured(bucket: str) -> dict[str, tuple[str, str]]:
        """Build Tom's and Eva's account and make the calls: what came, and why."""
        retouch, office = lab.unique_name("retouch"), lab.unique_name("office")
        arn = f"arn:aws:s3:::{bucket}"
        may = {
            retouch: [
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn},
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:PutObject"],
                    "Resource": f"{arn}/*",
                },
            ],
            office: [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
        }
        names = {name: lab.unique_name(name) for name in ("tom", "eva")}
        keys = {}
        for name, user in names.items():
            iam.create_user(UserName=user)
            keys[name] = iam.create_access_key(UserName=user)["AccessKey"]
        for group, statements in may.items():
            iam.create_group(GroupName=group)
            iam.put_group_policy(GroupName=group, PolicyName="may", PolicyDocument=allow(*statements))
            iam.add_user_to_group(GroupName=group, UserName=names["tom"])
        never = {"Effect": "Deny", "Action": "s3:*", "Resource": f"{arn}/contracts/*"}
        iam.put_user_policy(UserName=names["tom"], PolicyName="never", PolicyDocument=allow(never))
        tom, eva = signed_by(keys["tom"], "s3"), signed_by(keys["eva"], "s3")
        team = {"Bucket": bucket, "Key": "team.jpg"}
        calls = {
            "Tom reads team.jpg": (tom.get_object, team),
            "Tom writes team.jpg": (tom.put_object, team | {"Body": b"new"}),
            "Tom deletes team.jpg": (tom.delete_object, team),
            "Tom reads contracts/club.pdf": (
                tom.get_object,
                team | {"Key": "contracts/club.pdf"},
            ),
            "Tom lists the names of all buckets": (tom.list_buckets, {}),
            "Eva lists the names of all buckets": (eva.list_buckets, {}),
            "Eva asks who she is (get_caller_identity)": (
                signed_by(keys["eva"], "sts").get_caller_identity,
                {},
            ),
            "Tom looks at his own user (get_user)": (
                signed_by(keys["tom"], "iam").get_user,
                {},
            ),
        }
        came = {}
        for what, (method, params) in calls.items():
            with lab.enforce_iam():
                try:
                    method(**params)
                    came[what] = ("allowed", "")
                except ClientError as error:
                    came[what] = ("denied", lab.why(error))
        return came

    def compare(came: dict[str, tuple[str, str]]) -> None:
        for what, (result, reason) in came.items():
            said = prediction.get(what)
            expect(isinstance(said, bool), f"'{what}': say True (allowed) or False (denied).")
            expect(
                said is (result == "allowed"),
                f"You said {said} to '{what}'. {reason or 'It is allowed.'}",
            )

    compare(measured(photos))
    ### BEGIN HIDDEN TESTS
    hidden_bucket = lab.unique_name("lumen-second")
    s3.create_bucket(Bucket=hidden_bucket)
    for photo in ("team.jpg", "contracts/club.pdf"):
        s3.put_object(Bucket=hidden_bucket, Key=photo, Body=b"x")
    compare(measured(hidden_bucket))
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** "Users are people, roles are machines" is an old rule. Today people, too, should come with
# > temporary credentials: they sign in through IAM Identity Center or the company's directory and assume a role. IAM
# > users are for what cannot do that, and for learning how permissions work.
#
# ## Hire and leave
#
# In the console a new team takes eight steps; each is an API call.
#
# 1. Create a role.
# 2. Say who may assume it: its *trust policy*.
# 3. Create a policy.
# 4. Narrow it to what the job needs.
# 5. Create the user; people get a password for the console (a *login profile*).
# 6. Create a group, and attach the policy to it.
# 7. Put the user into the group.
# 8. Create access keys for programs.
#
# The next cell shows 1, 2 and 5, and then tries to delete a user who holds a policy.

# %%
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
role = lab.unique_name("web-shop")
iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
iam.attach_role_policy(RoleName=role, PolicyArn=policy["Arn"])
lena = lab.unique_name("lena")
iam.create_user(UserName=lena)
start_word = "Vier-kleine-Enten-21"
iam.create_login_profile(UserName=lena, Password=start_word, PasswordResetRequired=True)
iam.attach_user_policy(UserName=lena, PolicyArn=policy["Arn"])
try:
    iam.delete_user(UserName=lena)
except iam.exceptions.DeleteConflictException as error:
    print(error.response["Error"]["Code"], "-", error.response["Error"]["Message"])

# %% [markdown]
# Leaving goes the other way round. A user can be deleted only when nothing hangs on it any more: no attached
# policies, no inline policies, no groups, no access keys, no password, no MFA devices. Otherwise AWS answers
# `DeleteConflict`.
#
# ### Your turn: repair the goodbye
#
# `remove_user` was written in a hurry, and most users survive it. Repair it: whatever of those six a user holds, it is
# taken away, and then the user is deleted. Groups, managed policies and other users stay as they are.
#
# > **Lab and AWS.** The lab refuses the deletion for policies only; AWS for all six (and for rarer things such as
# > signing certificates). The check looks at what you removed before the deletion.
#
# <details><summary>Hint</summary>
#
# For each kind there is a call that lists and one that takes away: `list_attached_user_policies` and
# `detach_user_policy`, `list_groups_for_user` and `remove_user_from_group`, `list_mfa_devices` and
# `deactivate_mfa_device`. Not everybody has a password: `delete_login_profile` raises
# `iam.exceptions.NoSuchEntityException` then.
# </details>


# %% exercise="remove-user" repair=true
def remove_user(name: str) -> None:
    """Delete a user with everything that hangs on it."""
    for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.delete_policy(PolicyArn=attached["PolicyArn"])
    key = iam.list_access_keys(UserName=name)["AccessKeyMetadata"][0]
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_login_profile(UserName=name)
    iam.delete_user(UserName=name)


### BEGIN SOLUTION
def remove_user(name: str) -> None:
    """Delete a user with everything that hangs on it."""
    for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=attached["PolicyArn"])
    for inline in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=inline)
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        iam.remove_user_from_group(UserName=name, GroupName=group["GroupName"])
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for device in iam.list_mfa_devices(UserName=name)["MFADevices"]:
        iam.deactivate_mfa_device(UserName=name, SerialNumber=device["SerialNumber"])
    try:
        iam.delete_login_profile(UserName=name)
    except iam.exceptions.NoSuchEntityException:
        pass  # this user never had a password
    iam.delete_user(UserName=name)


### END SOLUTION


# %% check="remove-user" points=3
with check(
    "remove-user",
    needs="remove_user",
    right="Whoever leaves at noon is locked out at noon, completely.",
) as expect:

    def leaves(keys: int, password: bool, mfa: bool, policies: int, groups: int) -> None:
        """Make a user that holds all this, and see what is taken away before the deletion."""
        name = lab.unique_name("leaver")
        iam.create_user(UserName=name)
        look = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}],
        }
        for _ in range(keys):
            iam.create_access_key(UserName=name)
        managed, joined = [], []
        if password:
            iam.create_login_profile(UserName=name, Password="Drei-rote-Ziegel-77")
        if mfa:
            serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
            iam.enable_mfa_device(
                UserName=name,
                SerialNumber=serial,
                AuthenticationCode1="123456",
                AuthenticationCode2="654321",
            )
        for n in range(policies):
            iam.put_user_policy(UserName=name, PolicyName=f"own-{n}", PolicyDocument=json.dumps(look))
            created = iam.create_policy(PolicyName=lab.unique_name("shared"), PolicyDocument=json.dumps(look))
            managed.append(created["Policy"]["Arn"])
            iam.attach_user_policy(UserName=name, PolicyArn=managed[-1])
        for _ in range(groups):
            joined.append(lab.unique_name("crew"))
            iam.create_group(GroupName=joined[-1])
            iam.add_user_to_group(GroupName=joined[-1], UserName=name)
        held = f"A user (keys: {keys}, policies of each kind: {policies}, groups: {groups}"
        held += f", password: {'yes' if password else 'no'}, MFA: {'yes' if mfa else 'no'})"
        with lab.watching(most=200) as made:
            remove_user(name)
        done = [call.operation for call in made if call.ok]
        expect("DeleteUser" in done, f"{held} is still there. End with delete_user.")
        before = done[: done.index("DeleteUser")]

        def taken(operation: str, times: int, what: str) -> None:
            count = before.count(operation)
            expect(
                count >= times,
                f"{held}: {count} of {times} {what} were taken away first ({operation}).",
            )

        taken("DeleteAccessKey", keys, "access keys")
        taken("RemoveUserFromGroup", groups, "group memberships")
        taken("DeactivateMFADevice", int(mfa), "MFA devices")
        taken("DeleteLoginProfile", int(password), "passwords")
        taken("DeleteUserPolicy", policies, "inline policies")
        taken("DetachUserPolicy", policies, "attached policies")
        pages = iam.get_paginator("list_policies").paginate(Scope="Local")
        left = {policy["Arn"] for page in pages for policy in page["Policies"]}
        expect(
            set(managed) <= left,
            f"{held}: a managed policy is gone. Others may use it; detach it.",
        )
        pages = iam.get_paginator("list_groups").paginate()
        crews = {group["GroupName"] for page in pages for group in page["Groups"]}
        expect(
            set(joined) <= crews,
            f"{held}: a group is gone. Only the membership should go.",
        )

    leaves(keys=1, password=True, mfa=False, policies=1, groups=0)
    leaves(keys=0, password=False, mfa=False, policies=0, groups=0)
    leaves(keys=2, password=True, mfa=True, policies=2, groups=2)
    ### BEGIN HIDDEN TESTS
    leaves(keys=2, password=False, mfa=True, policies=0, groups=3)
    leaves(keys=1, password=False, mfa=False, policies=3, groups=1)
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*
#
# ## Passwords and a second factor
#
# Users who sign in at the console have a password. Without a rule of your own it has at least 8 characters, of
# three of the four kinds (upper case, lower case, digits, symbols), and never expires. A **password policy** is
# your own rule. It binds the IAM users of this account; root and people who sign in through another directory are
# not affected.

# %%
try:
    iam.get_account_password_policy()
except iam.exceptions.NoSuchEntityException:
    print("no policy of our own yet")
iam.update_account_password_policy(
    MinimumPasswordLength=14,
    RequireSymbols=True,
    PasswordReusePrevention=24,  # the last 24 passwords cannot be used again
)
kept = iam.get_account_password_policy()["PasswordPolicy"]
print({name: kept[name] for name in ("MinimumPasswordLength", "PasswordReusePrevention")})
names = ("minimum-length-setting", "maximum-age-setting", "reuse-prevention")
for name in names:
    least, most = (facts.limit("iam", f"password-{name}-{end}") for end in ("min", "max"))
    print(f"{name:22} may be {least:,} to {most:,} {most.unit}")

# %% [markdown]
# A password can be guessed, found or coaxed out of somebody. **MFA** adds something that you *have*: a passkey or
# security key (the best choice: it cannot be typed into a false page), an app on the phone, or a small device with
# a display. A user may have up to 8.
#
# The app and AWS share a secret seed. Each counts the half minutes since 1970, mixes seed and count, and shows six
# digits. Nothing is sent, and a minute or so later the digits are worthless. That is the whole algorithm (RFC 6238):

# %%
import base64
import hmac


def one_time_code(seed: bytes, moment: float) -> str:
    """The six digits that an authenticator app shows at this moment (seconds since 1970)."""
    count = int(moment // 30).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(seed), count, "sha1")
    begin = digest[-1] & 15
    number = int.from_bytes(digest[begin : begin + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


phone = iam.create_virtual_mfa_device(VirtualMFADeviceName=lab.unique_name("phone"))
device = phone["VirtualMFADevice"]
seed, now = device["Base32StringSeed"], lab.clock.now().timestamp()
iam.enable_mfa_device(
    UserName=mia,
    SerialNumber=device["SerialNumber"],
    AuthenticationCode1=one_time_code(seed, now - 30),
    AuthenticationCode2=one_time_code(seed, now),
)
print("devices of Mia:", len(iam.list_mfa_devices(UserName=mia)["MFADevices"]))
sign_in = signed_by(mias_key, "sts").get_session_token
for code in ("000000", one_time_code(seed, now)):
    came = code_of(sign_in, SerialNumber=device["SerialNumber"], TokenCode=code)
    print("sign in with", code, "->", came)

# %% [markdown]
# Two codes in a row are asked for when a device is enabled, so that both clocks are known to agree. (The lab takes
# any two there; it checks codes at `GetSessionToken`.) How to *demand* MFA for certain calls is a matter of policy
# conditions, in a later lesson.
#
# ## Access keys
#
# An access key is for programs. Its id is no secret: `AKIA` and 16 more characters (`ASIA` for temporary keys). The
# **secret** of 40 characters is shown once, when the key is made. Whoever has both *is* the user, until the key is
# switched off. A user may have **two** keys, so that one can replace the other while the work goes on:

# %%
printer = lab.unique_name("printer")
iam.create_user(UserName=printer)
iam.add_user_to_group(GroupName=printing, UserName=printer)
first = iam.create_access_key(UserName=printer)["AccessKey"]
second, used = None, first
bars = []
for minute in range(0, 60, 5):
    if minute == 15:
        second = iam.create_access_key(UserName=printer)["AccessKey"]
    if minute == 25:
        used = second  # the program is restarted with the new key
    if minute == 40:
        old = first["AccessKeyId"]
        iam.update_access_key(UserName=printer, AccessKeyId=old, Status="Inactive")
    for row, key in {"first key": first, "second key": second, "the program": used}.items():
        if not key:
            continue
        get = signed_by(key, "s3").get_object
        if code_of(get, Bucket=photos, Key="team.jpg") == "allowed":
            bars.append((row, minute, minute + 5, "", "works"))
    lab.clock.advance(minutes=5)
charts.gantt(
    sorted(bars),
    kinds={"works": "good"},
    events={"create": 15, "switch over": 25, "deactivate": 40},
    headline="Both keys work for a while, so the program never stops",
    unit="minutes",
    source="measured in the lab",
)

# %% [markdown]
# The order is the point: create, switch over, look whether anybody still uses the old key, **deactivate**, wait, and
# only then delete. A deactivated key can be switched on again if something was forgotten; a deleted one is gone.

# %%
for name, key in {"first key": first, "second key": second}.items():
    last = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    print(f"{name:10} last used {last['LastUsedDate']:%H:%M}, by", last["ServiceName"])
iam.delete_access_key(UserName=printer, AccessKeyId=first["AccessKeyId"])
left = iam.list_access_keys(UserName=printer)["AccessKeyMetadata"]
print("keys left: ", [(key["AccessKeyId"], key["Status"]) for key in left])

# %% [markdown]
# > **Then and now.** Keys that last for years are discouraged today. Programs inside AWS get a role; on a laptop,
# > IAM Identity Center or `aws login` (since November 2025) hand out credentials for some hours.
#
# ### Your turn: find keys in text
#
# Keys leak mostly through source code. Write `scan(text)`: a list of `(line, kind, masked)`, from top to bottom.
#
# - `line` counts from 1; `masked` is the first four characters and `"..."`, because a report must not leak the
#   secret again.
# - kind `"id"`: `AKIA` or `ASIA` and 16 characters out of `A-Z` and `2-7`.
# - kind `"secret"`: 40 characters out of letters, digits, `/` and `+`. A git commit id has 40 characters too, but only
#   `0-9a-f`: leave it out.
# - Parts of something longer made of the same characters do not count. At most one id and one secret stand on a
#   line; the id comes first.
#
# <details><summary>Hint</summary>
#
# `re.search(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])", line)` finds an id: the two `(?<!...)` and `(?!...)`
# look at the neighbours without taking them. A word boundary `\b` will not do for secrets, since they may begin or end
# with `/` or `+`.
# </details>


# %% exercise="scan"
def scan(text: str) -> list[tuple[int, str, str]]:
    """Find access key ids and secrets: (line number, kind, masked)."""
    ### BEGIN SOLUTION
    kinds = {
        "id": re.compile(r"(?<![A-Za-z0-9/+])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9/+])"),
        "secret": re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"),
    }
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, shape in kinds.items():
            for match in shape.findall(line):
                if not re.fullmatch("[0-9a-f]{40}", match):
                    found.append((number, kind, match[:4] + "..."))
    return found
    ### END SOLUTION


# %% check="scan" points=2
with check("scan", needs="scan", right="Scanners before each push look for just these shapes.") as expect:
    # AWS's own examples, which work nowhere: they may stand in texts.
    key_id, secret = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    both = f'client = boto3.client("s3",\n    aws_access_key_id="{key_id}",\n    aws_secret_access_key="{secret}")'
    expect.equal(
        scan(both),
        [(2, "id", "AKIA..."), (3, "secret", "wJal...")],
        "An id on line 2, a secret on line 3",
    )
    expect.equal(scan("print('nothing here')\n"), [], "A text without keys")
    expect.equal(
        scan(f"# {key_id.replace('AKIA', 'ASIA')}"),
        [(1, "id", "ASIA...")],
        "An id of a temporary key, ASIA",
    )
    expect.equal(
        scan("revert 83baae61804e65cc73a7201a7252750c76066a30"),
        [],
        "A git commit id is no secret",
    )
    expect.equal(
        scan("KEY=/" + secret[:38] + "+"),
        [(1, "secret", "/wJa...")],
        "A secret that begins with / and ends in +",
    )
    expect.equal(scan("data: " + secret + "AB/C"), [], "44 characters in a row are no secret")
    expect.equal(scan("TOKEN" + key_id), [], "An id inside a longer word is no id")
    expect.equal(
        scan(f"{secret} {key_id}"),
        [(1, "id", "AKIA..."), (1, "secret", "wJal...")],
        "Both on one line, id first",
    )
    expect.equal(
        scan("AKIA-0001 and AKIAIOSFODNN1EXAMPLE"),
        [],
        "A 1 or a hyphen does not occur in an id",
    )
    ### BEGIN HIDDEN TESTS
    other = "ASIAY34FZKBOKMUTVV7A"
    expect.equal(
        scan(f"\n\n'{other}'\n"),
        [(3, "id", "ASIA...")],
        "An id of a temporary key between quotes",
    )
    expect.equal(scan("x" * 39 + "\n" + "y" * 41), [], "39 and 41 characters are no secret")
    expect.equal(scan(secret[::-1]), [(1, "secret", "YEKE...")], "Another secret, alone on its line")
    expect.equal(scan(key_id + "Z"), [], "An id followed by another letter is no id")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: the leaked key
#
# Saturday, 23:10. A developer pushed a file with an access key to a public repository. Strangers find such keys within
# minutes. The key must stop working now; the program that uses it, in the basement beside the printer, must not
# stop for a second.
#
# Write `respond(commit, deploy)`. In the text `commit` stands one or more key ids. For each one that belongs to a
# user of our account and is active:
#
# - create a new key and call `deploy(user_name, access_key_id, secret)`, which restarts the user's program with it;
# - then set the leaked key to `Inactive` (keep it: it is evidence).
#
# A user may already have two keys. Then the other one is inactive and may be deleted. Ids that belong to nobody, or are
# already inactive, stay as they are. Return the names of the users you dealt with, as a list.
#
# <details><summary>Hint</summary>
#
# `get_access_key_last_used` answers the `UserName` of a key, or raises `NoSuchEntityException`;
# `list_access_keys(UserName=...)` shows each key's `Status`. Make room before you create, deactivate after `deploy`.
# </details>


# %% exercise="leaked-key"
def respond(commit: str, deploy) -> list[str]:
    """Replace and deactivate every leaked key of ours; return the users concerned."""
    ### BEGIN SOLUTION
    users = []
    for leaked in re.findall(r"\bAKIA[A-Z2-7]{16}\b", commit):
        try:
            user = iam.get_access_key_last_used(AccessKeyId=leaked)["UserName"]
        except iam.exceptions.NoSuchEntityException:
            continue  # not one of ours
        keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
        status = {key["AccessKeyId"]: key["Status"] for key in keys}
        if status[leaked] != "Active":
            continue
        for other in status.keys() - {leaked}:
            iam.delete_access_key(UserName=user, AccessKeyId=other)
        new = iam.create_access_key(UserName=user)["AccessKey"]
        deploy(user, new["AccessKeyId"], new["SecretAccessKey"])
        iam.update_access_key(UserName=user, AccessKeyId=leaked, Status="Inactive")
        users.append(user)
    return users
    ### END SOLUTION


# %% check="leaked-key" points=4
with check("leaked-key", needs="respond", right="The stranger is out, and the printer never noticed.") as expect:

    class Basement:
        """Programs that use a key day and night. After each call to IAM we look whether they still work."""

        def __init__(self) -> None:
            self.keys: dict[str, dict] = {}
            self.down: list[str] = []

        def hire(self, second_key: str = "") -> tuple[str, dict]:
            user = lab.unique_name("check-printer")
            iam.create_user(UserName=user)
            read = {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{photos}/*",
            }
            document = json.dumps({"Version": "2012-10-17", "Statement": [read]})
            iam.put_user_policy(UserName=user, PolicyName="read", PolicyDocument=document)
            if second_key:
                old = iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
                iam.update_access_key(UserName=user, AccessKeyId=old, Status=second_key)
            self.keys[user] = iam.create_access_key(UserName=user)["AccessKey"]
            return user, self.keys[user]

        def prints(self, key: dict) -> bool:
            return code_of(signed_by(key, "s3").get_object, Bucket=photos, Key="team.jpg") == "allowed"

        def look(self, **event) -> None:
            if any(not self.prints(key) for key in self.keys.values()):
                self.down.append(event["model"].name)

        def deploy(self, user: str, access_key_id: str, secret: str) -> None:
            expect(
                user in self.keys,
                f"deploy was called for {user!r}; the leaked key is not theirs.",
            )
            expect(
                len(str(secret)) == 40 and str(access_key_id).startswith("AKIA"),
                "deploy wants the user's name, then the new key's id and secret, in this order.",
            )
            new = {"AccessKeyId": access_key_id, "SecretAccessKey": secret}
            expect(
                access_key_id != self.keys[user]["AccessKeyId"],
                "deploy got the leaked key again, not a new one.",
            )
            expect(
                self.prints(self.keys[user]),
                "At the moment of deploy the old key was dead already: downtime.",
            )
            expect(self.prints(new), "The program was restarted with a key that does not work.")
            self.keys[user] = new

    def night(second_key: str, extra: str = "") -> None:
        basement = Basement()
        user, leaked = basement.hire(second_key)
        neighbour, theirs = basement.hire()
        commit = f'{extra}\nkey = "{leaked["AccessKeyId"]}"\nsecret = "{leaked["SecretAccessKey"]}"\n'
        iam.meta.events.register("after-call.iam", basement.look)
        try:
            with lab.watching(most=400):
                returned = respond(commit, basement.deploy)
        finally:
            iam.meta.events.unregister("after-call.iam", basement.look)
        expect(not basement.prints(leaked), "The leaked key still works. Set it to Inactive.")
        expect(
            basement.keys[user] is not leaked,
            "The program was not restarted: call deploy with the new key.",
        )
        first = (basement.down or [""])[0]
        expect(
            not basement.down,
            f"After {first} the program stood still. Create, deploy, then deactivate.",
        )
        kept = {one["AccessKeyId"]: one["Status"] for one in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}
        expect(
            kept.get(leaked["AccessKeyId"]) == "Inactive",
            "The leaked key is gone; keep it, Inactive, as evidence.",
        )
        expect(basement.keys[neighbour] is theirs, "A key that did not leak was replaced.")
        expect.equal(returned, [user], "The users returned")

    night(second_key="")
    night(second_key="Inactive", extra="# example from the manual: AKIAIOSFODNN7EXAMPLE")

    def already_off() -> None:
        basement = Basement()
        user, leaked = basement.hire()
        iam.update_access_key(UserName=user, AccessKeyId=leaked["AccessKeyId"], Status="Inactive")
        with lab.watching(most=400):
            returned = respond(f"old: {leaked['AccessKeyId']}", basement.deploy)
        expect.equal(returned, [], "The users returned when the leaked key was inactive already")
        keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
        expect(len(keys) == 1, "The leaked key was inactive already; there is nothing to replace.")

    def several(second_keys: list[str]) -> None:
        basement = Basement()
        leaks = [basement.hire(second_key) for second_key in second_keys]
        with lab.watching(most=400):
            returned = respond(" ".join(key["AccessKeyId"] for _, key in leaks), basement.deploy)
        expect(isinstance(returned, list), "Return the names of the users as a list.")
        what = f"The users returned when {len(leaks)} keys leaked"
        expect.equal(sorted(returned), sorted(user for user, _ in leaks), what)
        alive = sum(basement.prints(key) for _, key in leaks)
        expect(alive == 0, f"{len(leaks)} keys leaked, and {alive} of them still work.")

    already_off()
    several(["", "Inactive"])
    ### BEGIN HIDDEN TESTS
    night(second_key="Inactive")
    several(["Inactive", "", "Inactive"])
    ### END HIDDEN TESTS

# %% [markdown]
# Three more things belong to such a night: search CloudTrail for what the key did, give the program a role if it can
# have one, and, last, take the dead key out of the repository's history.
#
# > **Lab and AWS.** A new key takes some seconds to be known everywhere: test it before you switch. When AWS itself
# > finds a key in a public repository, it attaches the policy `AWSCompromisedKeyQuarantineV3` to the user. That denies
# > some costly actions, but the key still works.
#
# ## Who uses what?
#
# The **credential report** is a CSV with a line for each user and one for root, renewed at most every four hours. We
# let a year pass, in which Lumen's people make keys, and look at their age.

# %%
names = {lab.unique_name(name): name for name in ("Ana", "Ben", "Cem", "Dora", "Emil")}
for user, days in zip(names, (150, 110, 45, 45, 14), strict=True):
    iam.create_user(UserName=user)
    iam.create_access_key(UserName=user)
    lab.clock.advance(days=days)
while iam.generate_credential_report()["State"] != "COMPLETE":
    lab.clock.advance(seconds=2)
report = iam.get_credential_report()["Content"].decode()
print(report.splitlines()[0][:90], "...")

ages = {}
for line in csv.DictReader(io.StringIO(report)):
    if line["user"] in names:
        made = datetime.fromisoformat(line["access_key_1_last_rotated"])
        ages[names[line["user"]]] = (lab.clock.now() - made).days
old_keys = [name for name, age in ages.items() if age > 90]
charts.bars(
    ages,
    headline=f"{len(old_keys)} of {len(ages)} keys are older than 90 days",
    unit="days",
    label="age of the key",
    reference={"90 days": 90},
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: read the report
#
# Write `stale(report, today, days=90)` for the text of a report. Return a sorted list of `(user, finding)`:
#
# - `"password"`, `"access_key_1"`, `"access_key_2"`: it is on (`password_enabled`, `access_key_1_active` ...), and
#   its last use is **more** than `days` days before `today`. If it was never used, count from
#   `password_last_changed` or `access_key_1_last_rotated`.
# - for the user `<root_account>`, whatever its age: `"no MFA"` if `mfa_active` is `false`, and `"root key"` if it
#   has any active access key. Root's password is not judged.
#
# Dates are ISO texts. In their place the report may say `N/A`, `no_information` or `not_supported`: there is no date.
#
# <details><summary>Hint</summary>
#
# `csv.DictReader(io.StringIO(report))` gives a dictionary for each line, all values texts;
# `datetime.fromisoformat(text)` reads a date. The column of last use is `password_last_used` or
# `access_key_1_last_used_date`.
# </details>


# %% exercise="stale-credentials"
def stale(report: str, today: datetime, days: int = 90) -> list[tuple[str, str]]:
    """Find credentials that nobody used for a while, and an unsafe root."""
    ### BEGIN SOLUTION
    columns = {
        "password": ("password_enabled", "password_last_used", "password_last_changed"),
        "access_key_1": (
            "access_key_1_active",
            "access_key_1_last_used_date",
            "access_key_1_last_rotated",
        ),
        "access_key_2": (
            "access_key_2_active",
            "access_key_2_last_used_date",
            "access_key_2_last_rotated",
        ),
    }
    no_date = ("N/A", "no_information", "not_supported")
    found = []
    for line in csv.DictReader(io.StringIO(report)):
        user = line["user"]
        if user == "<root_account>":
            if line["mfa_active"] == "false":
                found.append((user, "no MFA"))
            if "true" in (line["access_key_1_active"], line["access_key_2_active"]):
                found.append((user, "root key"))
            continue
        for what, (active, used, made) in columns.items():
            if line[active] != "true":
                continue
            since = line[made] if line[used] in no_date else line[used]
            if (today - datetime.fromisoformat(since)).total_seconds() > days * 86400:
                found.append((user, what))
    return sorted(found)
    ### END SOLUTION


# %% check="stale-credentials" points=3
with check(
    "stale-credentials",
    needs="stale",
    right="Switch off what nobody uses: nobody will miss it.",
) as expect:
    HEAD = "user arn user_creation_time password_enabled password_last_used password_last_changed"
    HEAD += " password_next_rotation mfa_active"
    for number in "12":
        parts = "active last_rotated last_used_date last_used_region last_used_service"
        HEAD += "".join(f" access_key_{number}_{part}" for part in parts.split())
    COLUMNS = (HEAD + " cert_1_active cert_1_last_rotated cert_2_active cert_2_last_rotated").split()
    USUAL = {"password_enabled": "false", "mfa_active": "false"}
    USUAL |= {f"access_key_{n}_active": "false" for n in "12"} | {f"cert_{n}_active": "false" for n in "12"}

    def report_of(**users: dict) -> str:
        """A report as AWS writes it; what is not given is off, or N/A."""
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, restval="N/A", lineterminator="\n")
        writer.writeheader()
        for user, known in users.items():
            writer.writerow(USUAL | {"user": user.replace("root", "<root_account>")} | known)
        return out.getvalue()

    def day(text: str) -> str:
        return f"{text}T09:00:00+00:00"

    noon = datetime.fromisoformat("2026-11-21T09:00:00+00:00")

    def key(number: int, made: str, used: str = "N/A", active: str = "true") -> dict:
        name = f"access_key_{number}"
        return {
            f"{name}_active": active,
            f"{name}_last_rotated": made,
            f"{name}_last_used_date": used,
        }

    def word(used: str, changed: str) -> dict:
        return {
            "password_enabled": "true",
            "password_last_used": used,
            "password_last_changed": changed,
        }

    safe_root = {
        "mfa_active": "true",
        "password_enabled": "not_supported",
        "password_last_used": day("2020-01-01"),
    }

    def finds(wanted: list, what: str, days: int = 90, **users: dict) -> None:
        expect.equal(stale(report_of(**users), noon, days), wanted, what)

    old, recent_day = day("2026-03-01"), day("2026-11-01")
    finds(
        [],
        "Everything is used",
        root=safe_root,
        ana=key(1, old, recent_day) | word(recent_day, old),
    )
    finds(
        [("ben", "access_key_1")],
        "A key last used in March",
        ben=key(1, old, day("2026-03-02")),
    )
    finds([("cem", "access_key_2")], "A second key that was never used", cem=key(2, old))
    finds([], "A new key that was never used", cem=key(1, recent_day))
    finds([], "An old key that is not active", dora=key(1, old, old, active="false"))
    finds([("emil", "password")], "A password used in March", emil=word(old, old))
    finds(
        [("eva", "password")],
        "A password of March, last use no_information",
        eva=word("no_information", old),
    )
    finds([], "A key last used exactly 90 days ago", ana=key(1, old, day("2026-08-23")))
    month_old = word(day("2026-10-01"), old)
    finds([("eva", "password")], "days=30 and a password used on 1 October", days=30, eva=month_old)
    two = {"ben": word(old, old), "ana": key(1, old)}
    finds([("ana", "access_key_1"), ("ben", "password")], "Two users, sorted by name", **two)
    unsafe = safe_root | {"mfa_active": "false"} | key(2, recent_day, recent_day)
    finds(
        [("<root_account>", "no MFA"), ("<root_account>", "root key")],
        "Root without MFA, with a key",
        root=unsafe,
    )
    ### BEGIN HIDDEN TESTS
    both = key(1, old, old) | key(2, old, "no_information") | word("no_information", recent_day)
    keys = [("zoe", "access_key_1"), ("zoe", "access_key_2")]
    finds(keys, "Two stale keys, a new password", zoe=both)
    finds([("ben", "password")], "Ten days instead of ninety", days=10, ben=word(recent_day, old))
    finds([("<root_account>", "root key")], "Root with a key", root=safe_root | key(1, recent_day))
    two = {"zoe": key(2, old, old), "ben": word(old, old)}
    finds([("ben", "password"), ("zoe", "access_key_2")], "Two others, sorted by name", **two)
    ### END HIDDEN TESTS

# %% [markdown]
# The report says when a credential was last used, not what for. IAM's *last accessed* information lists, for each
# user or role, the services it called; what was never called can be taken out of its policies. IAM Access Analyzer
# watches both all the time, for a fee per user and role.
#
# ## Numbers that bite
#
# IAM has quotas, some of which grow on request. You have met one: two access keys. Policies have a size, and IAM counts
# their characters **without white space**, so that indentation is free.

# %%
asked = [
    "users-per-account",
    "groups-per-account-default",
    "roles-per-account-default",
    "groups-per-user",
]
asked += ["managed-policies-per-user-default", "access-keys-per-user", "mfa-devices-per-user"]
asked += ["versions-per-managed-policy"]
facts.limits("iam").frame().set_index("name").loc[asked, ["value", "unit", "as_of"]]

# %% [markdown]
# > **Then and now.** On request an account may have 10,000 roles and a role 25 managed policies; in 2023 it was 5,000
# > and 20.
#
# How much of a policy's room does a list of 100 buckets take?


# %%
def policy_size(document: dict) -> int:
    """The characters of a policy as IAM counts them."""
    return len(re.sub(r"\s", "", json.dumps(document)))


hundred = [f"arn:aws:s3:::lumen-customer-{n:03}/prints/*" for n in range(100)]
one_by_one = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": hundred}],
}
size = policy_size(one_by_one)
limit = facts.limits("iam")
places = {
    "inline policies of a user, together": limit["inline-policies-of-a-user-in-total"],
    "trust policy of a role": limit["trust-policy-length-default"],
    "inline policies of a group, together": limit["inline-policies-of-a-group-in-total"],
    "one managed policy": limit["managed-policy-size"],
    "inline policies of a role, together": limit["inline-policies-of-a-role-in-total"],
    "policy of an S3 bucket": facts.limit("s3", "bucket-policy-size"),
}
charts.bars(
    places,
    headline="Naming 100 buckets is too long for a user or a trust policy, not for the others",
    unit="characters",
    reference={f"this policy: {size:,}": size},
    source=list(places.values()),
)

# %% [markdown]
# A user can hold ten managed policies. But a list of a hundred names asks for something shorter: a pattern
# (`lumen-customer-*`), or a policy on the bucket.
#
# > **Bill.** IAM and STS cost nothing on the real AWS. What a thief does with your key is billed to you: set a budget.
#
# ## To remember
#
# - IAM asks who you are and what you may do. What no policy allows is denied; a Deny beats every Allow.
# - Root is for the first set-up: MFA, no access keys, locked away.
# - One identity for each person and program, with the least that the job needs; policies sit on groups and roles.
# - Prefer roles and temporary credentials: what ends by itself cannot lie about for years.
# - To replace a key: create, deploy, check, deactivate, later delete. For a leaked key do it at once.
# - Read the credential report, and switch off what nobody used for 90 days.

# %% [markdown] question="root-key"
# ### Question 1
#
# A start-up's only account has one access key, and it belongs to root. The build server uses it to copy files to a
# bucket. What should be done?
#
# - [ ] **A** Attach a policy to root that allows nothing but `s3:PutObject` on this bucket.
#   > No IAM policy can be attached to root, so the key would go on being able to do everything.
# - [ ] **B** Keep the key, and turn on MFA for root.
#   > MFA protects the sign-in at the console. Whoever has the key would still own the account.
# - [x] **C** Give the build server an identity that may write this bucket and nothing else, then delete root's key.
#   > Best a role. If the key leaks then, a bucket is at risk and not the company.
# - [ ] **D** Replace root's key every 30 days.
#   > Better than never, but each of these keys can do everything.

# %% answer="root-key"
answer = "C"

# %% check="root-key" points=1
question("root-key", answer)

# %% [markdown] question="shared-user"
# ### Question 2
#
# Three programs on EC2 (a web shop, a mailer and a nightly report) sign their calls with the same key of a user
# `app`. Its policy allows all that any of the three needs. Security asks for a change. Which is best?
#
# - [ ] **A** Give each program a copy of the key in its own secret store.
#   > Better kept, but still one identity: nobody can tell who did what, and each may do what the others may.
# - [ ] **B** A group `programs` with the policy, and three users in it, each with a key.
#   > Now you can tell them apart. But each still has all permissions, and there are three long-lived keys to lose.
# - [x] **C** Three roles, each with what its program needs, given to the instances.
#   > One identity for each program, least privilege, and temporary credentials that nobody has to store.
# - [ ] **D** One role with the user's policy for all three.
#   > The keys are gone, which is good; the mailer still may do what the report may.

# %% answer="shared-user"
answer = "C"

# %% check="shared-user" points=1
question("shared-user", answer)

# %% [markdown] question="password-rule"
# ### Question 3
#
# An account gets a password policy: 16 characters, and each password expires after 90 days. Some staff are IAM
# users, some sign in through the company's own directory and assume a role. Whom does the policy bind?
#
# - [x] **A** The IAM users only.
#   > It rules the passwords that IAM keeps. Root has rules of AWS, and the directory has its own.
# - [ ] **B** The IAM users and root.
#   > Root's password is not an IAM user's password; the policy does not touch it.
# - [ ] **C** Everybody who works in the account.
#   > People from the directory have no password in IAM that could be too short.
# - [ ] **D** Everybody, and the access keys expire after 90 days as well.
#   > Access keys never expire by themselves. Their age is in the credential report, and replacing them is your work.

# %% answer="password-rule"
answer = "A"

# %% check="password-rule" points=1
question("password-rule", answer)

# %% [markdown] question="denied-anyway"
# ### Question 4
#
# Lea is in a group whose policy allows `s3:*` on all resources. When she opens one bucket she gets `AccessDenied`;
# everything else in S3 works. Her key is active. Where do you look first?
#
# - [ ] **A** Whether her clock or her secret is wrong.
#   > Then authentication would fail, with another code, and for all buckets.
# - [x] **B** For a Deny: in her own policies, those of her other groups, and the bucket's policy.
#   > Something already allows the call, so only a Deny can stop it. The error message often names the kind of policy.
# - [ ] **C** Whether her own policy allows `s3:*` too, since it replaces the group's.
#   > Nothing is replaced: what her policies and those of her groups allow adds up.
# - [ ] **D** Whether she is in more than one group, because the last one counts.
#   > All groups count, up to ten of them, and their order means nothing.

# %% answer="denied-anyway"
answer = "B"

# %% check="denied-anyway" points=1
question("denied-anyway", answer)

# %%
progress()
