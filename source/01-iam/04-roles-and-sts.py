# ---
# jupyter:
#   course:
#     exam:
#     - '2.1'
#     - '1.1'
#     minutes: 60
#     practises:
#       become:
#       - sts.assume-role
#       - iam.roles
#       - sts.lifetimes
#       confused-deputy:
#       - sts.cross-account
#       - iam.trust-policy
#       curators:
#       - sts.cross-account
#       - iam.trust-policy
#       decode:
#       - sts.decode-message
#       launch:
#       - iam.instance-profile
#       - iam.roles-for-services
#       lifetime:
#       - sts.lifetimes
#       - sts.assume-role
#       mfa:
#       - sts.mfa-session
#       only-her:
#       - iam.trust-policy
#       pass-role:
#       - iam.pass-role
#       - iam.pass-role-scope
#       - iam.pass-role-trust
#       visitor-pass:
#       - sts.assume-role
#       - iam.roles
#     services:
#     - iam
#     - sts
#     - s3
#     - ec2
#     - lambda
#     title: 'Roles: permissions that are lent'
#     topics:
#     - iam.roles
#     - iam.trust-policy
#     - sts.assume-role
#     - sts.lifetimes
#     - sts.cross-account
#     - sts.mfa-session
#     - sts.api-catalogue
#     - iam.instance-profile
#     - iam.roles-for-services
#     - iam.pass-role
#     - iam.pass-role-scope
#     - iam.pass-role-trust
#     - sts.decode-message
#     - sts.endpoints
# ---

# %% [markdown]
# # Roles: permissions that are lent
#
# A museum has scanned its paintings. Restorers, a ticket kiosk, a group of curators, a partner company and a few
# servers need to see some of the scans, each in its own way, and none of them should own a key that lasts for ever.
# After this lesson you can lend permissions with **roles**: to people, programs, services and other accounts. And you
# will have broken into the museum once, so that you know which line of a policy keeps others out.

# %% setup="start"
import json

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("01-iam/04-roles-and-sts")
lab.start()
iam = boto3.client("iam")
sts = boto3.client("sts")
MUSEUM = lab.ACCOUNT_ID


# %% setup="people"
def document(*statements: dict) -> str:
    """A policy document with these statements, as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more) -> dict:
    """An Allow statement; `Condition=...` and the like may follow."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal, **more) -> str:
    """A trust policy with one statement."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return document(statement)


def new_user(name: str, *statements: dict) -> boto3.Session:
    """Make a user with an inline policy and a key; return a session that signs with it."""
    name = lab.unique_name(name)
    iam.create_user(UserName=name)
    if statements:
        policy = document(*statements)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])


def arn_of(session: boto3.Session) -> str:
    """Who signs with this session's keys?"""
    return session.client("sts").get_caller_identity()["Arn"]


def outcome(call, **params) -> str:
    """'allowed', or the code of AWS's error."""
    try:
        call(**params)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"


# %% setup="scans"
s3 = boto3.client("s3")


def new_scans(*keys: str, owner=s3) -> str:
    """A bucket with a scan under each key; return its name."""
    bucket = lab.unique_name("museum-scans")
    owner.create_bucket(Bucket=bucket)
    for key in keys:
        owner.put_object(Bucket=bucket, Key=key, Body=b"a scan")
    return bucket


# %% [markdown]
# ## A role is lent, not owned
#
# A user can have a password and access keys. A **role** has neither. It has two documents:
#
# - the **trust policy** says *who may take on the role*;
# - its **permission policies** say *what they may do* while they have it.
#
# Whoever is let in asks STS, the Security Token Service, with the call `AssumeRole`, and gets **temporary
# credentials**. Rana is a restorer. Her user may do one thing: assume roles. (Inside `with lab.enforce_iam():` every
# call needs permission, as on AWS. Outside of it the notebook acts as the account's root user, who may do all.)

# %%
scans = new_scans("room-1/vermeer.tif", "room-2/rembrandt.tif")
rana = new_user("rana", allow("sts:AssumeRole"))
restorer = iam.create_role(
    RoleName=lab.unique_name("restorer"),
    AssumeRolePolicyDocument=trust({"AWS": MUSEUM}),  # users of this account
)["Role"]
may_read = document(allow("s3:GetObject", f"arn:aws:s3:::{scans}/*"))
iam.put_role_policy(RoleName=restorer["RoleName"], PolicyName="read", PolicyDocument=may_read)

with lab.enforce_iam():
    scan = {"Bucket": scans, "Key": "room-1/vermeer.tif"}
    print("Rana reads a scan:", outcome(rana.client("s3").get_object, **scan))
    answer = rana.client("sts").assume_role(
        RoleArn=restorer["Arn"],
        RoleSessionName="rana-monday",
        DurationSeconds=900,
    )
lent = answer["Credentials"]
for part in ("AccessKeyId", "SecretAccessKey", "SessionToken"):
    print(f"{part:<16} {lent[part][:24]}...")
print("Expiration      ", lent["Expiration"])

# %% [markdown]
# An access key id that begins with `ASIA` is temporary; a user's lasting key begins with `AKIA`. The third part, the
# **session token**, is new: every request must carry all three. We build a session from them and look who Rana is
# now.

# %%
as_restorer = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
without_token = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"])
with lab.enforce_iam():
    print("before      ", arn_of(rana))
    print("now         ", arn_of(as_restorer))
    print("reads a scan:", outcome(as_restorer.client("s3").get_object, **scan))
    print("two parts:   ", outcome(without_token.client("s3").get_object, **scan))
    lab.clock.advance(minutes=15)
    print("15 min later:", outcome(as_restorer.client("s3").get_object, **scan))

# %% [markdown]
# The session name `rana-monday` shows in the ARN and in CloudTrail, so an auditor sees who used the role. When the
# time is up, the credentials are dead. Nobody has to remember to delete them.
#
# ### Your turn: become somebody else
#
# Write `become(session, role_arn, name, seconds)`. Somebody's `session` is given; ask STS **with it** for the role,
# under the session name `name`, for `seconds` seconds, and return a `boto3.Session` that signs as the role.
#
# <details><summary>Hint</summary>
#
# `session.client("sts").assume_role(...)` asks as that person; the bare `sts` of this notebook would ask as the
# account's root user. `boto3.Session` takes the three parts as `aws_access_key_id`, `aws_secret_access_key` and
# `aws_session_token`.
# </details>


# %% exercise="become"
def become(session: boto3.Session, role_arn: str, name: str, seconds: int) -> boto3.Session:
    """Take on a role for some seconds."""
    ### BEGIN SOLUTION
    lent = session.client("sts").assume_role(
        RoleArn=role_arn,
        RoleSessionName=name,
        DurationSeconds=seconds,
    )["Credentials"]
    return boto3.Session(
        aws_access_key_id=lent["AccessKeyId"],
        aws_secret_access_key=lent["SecretAccessKey"],
        aws_session_token=lent["SessionToken"],
    )
    ### END SOLUTION


# %% check="become" points=2
with check(
    "become",
    needs="become",
    right="Rana's own permissions are set aside until she drops the role.",
) as expect:

    def wears(role_name: str, session_name: str, seconds: int) -> None:
        bucket = new_scans("a.tif")
        user = new_user("check-user", allow("sts:AssumeRole"), allow("sns:ListTopics"))
        only_user = trust({"AWS": arn_of(user)})
        role = iam.create_role(
            RoleName=lab.unique_name(role_name),
            AssumeRolePolicyDocument=only_user,
            MaxSessionDuration=43200,
        )["Role"]
        policy = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
        iam.put_role_policy(RoleName=role["RoleName"], PolicyName="own", PolicyDocument=policy)
        with lab.enforce_iam():
            made = become(user, role["Arn"], session_name, seconds)
            expect(
                isinstance(made, boto3.Session),
                f"become returned {type(made).__name__}; return a boto3.Session.",
            )
            try:
                arn = arn_of(made)
            except ClientError:
                arn = ""
            expect(
                arn != "",
                "AWS does not know the keys of your session. Temporary credentials have three parts, and "
                "all three belong into the boto3.Session, the SessionToken too.",
            )
            expect(
                f":assumed-role/{role['RoleName']}/" in arn,
                f"Your session signs as {arn}, not as a session of the role. Use the keys that assume_role returned.",
            )
            expect.equal(arn.rsplit("/", 1)[-1], session_name, "The session name in the ARN")
            read = {"Bucket": bucket, "Key": "a.tif"}
            expect.equal(
                outcome(made.client("s3").get_object, **read),
                "allowed",
                "Reading a scan",
            )
            own = outcome(made.client("sns").list_topics)
            expect(own != "allowed", "The session still has the user's own permissions.")
            lab.clock.advance(seconds=seconds - 5)
            expect(
                outcome(made.client("s3").get_object, **read) == "allowed",
                f"Five seconds before the {seconds} seconds are over the session is dead. Pass on "
                "`seconds` as DurationSeconds.",
            )
            lab.clock.advance(seconds=10)
            expect(
                outcome(made.client("s3").get_object, **read) != "allowed",
                f"After more than {seconds} seconds the session still works. Pass on `seconds` as DurationSeconds.",
            )

    wears("printer", "rana-tuesday", 900)
    ### BEGIN HIDDEN TESTS
    wears("lamp", "omar@museum", 7200)
    ### END HIDDEN TESTS

# %% [markdown]
# Roles come in four kinds, all made of the same two documents: **service roles** that a service takes on for you
# (Lambda, EC2), **service-linked roles** that a service makes and owns itself, **cross-account roles** for
# another account, and **federated roles** for people who sign in elsewhere (next lesson).
#
# ## Who gets in? The trust policy
#
# A trust policy is a resource policy whose resource is the role, so it has no `Resource` element. Its `Principal`
# says who may come: `{"AWS": ...}` for users, roles and accounts, `{"Service": ...}`, `{"Federated": ...}`. Its
# `Action` is `sts:AssumeRole` or one of its federated forms; `sts:TagSession` and `sts:SetSourceIdentity` may join
# them.
#
# An account (`"123456789012"`, or the same written as `arn:aws:iam::123456789012:root`) means: *that account may
# decide with its own policies who comes*. We try five trust policies on four callers.

# %% setup="other-account"
organizations = boto3.client("organizations")


def session_of(credentials: dict) -> boto3.Session:
    """A session that signs with the Credentials of an STS answer."""
    return boto3.Session(
        credentials["AccessKeyId"],
        credentials["SecretAccessKey"],
        credentials["SessionToken"],
    )


def open_account(name: str) -> tuple[str, boto3.Session]:
    """Open another account; return its number and a session of an administrator in it."""
    if outcome(organizations.describe_organization) != "allowed":
        organizations.create_organization(FeatureSet="ALL")
    mail = f"{lab.unique_name(name)}@example.com"
    opened = organizations.create_account(AccountName=name, Email=mail)
    number = opened["CreateAccountStatus"]["AccountId"]
    first = f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole"  # made by AWS
    lent = sts.assume_role(RoleArn=first, RoleSessionName="first-hour")["Credentials"]
    there = session_of(lent).client("iam")
    there.create_user(UserName="administrator")
    everything = document(allow("*"))
    there.put_user_policy(
        UserName="administrator",
        PolicyName="everything",
        PolicyDocument=everything,
    )
    key = there.create_access_key(UserName="administrator")["AccessKey"]
    return number, boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])


# %%
archive, archive_admin = open_account("archive")
may_assume = allow("sts:AssumeRole")
plain, rana = new_user("rana"), new_user("rana", may_assume)
omar = new_user("omar", may_assume)
callers = {
    "Rana, with no policy": plain,
    "Rana, may assume": rana,
    "Omar, may assume": omar,
    "another account": archive_admin,
}
rows = {
    "Rana's ARN": {"AWS": [arn_of(plain), arn_of(rana)]},
    "our account": {"AWS": MUSEUM},
    "the other account": {"AWS": archive},
    "a service": {"Service": "lambda.amazonaws.com"},
    "*": {"AWS": "*"},
}
table = {}
for trusted, principal in rows.items():
    role = iam.create_role(
        RoleName=lab.unique_name("door"),
        AssumeRolePolicyDocument=trust(principal),
    )["Role"]["Arn"]
    with lab.enforce_iam():
        table[trusted] = {}
        for who, caller in callers.items():
            ask = caller.client("sts").assume_role
            got = outcome(ask, RoleArn=role, RoleSessionName="knock")
            table[trusted][who] = "gets in" if got == "allowed" else "denied"
charts.heatmap(
    table,
    headline="An account as principal decides for itself who comes; a star lets in everybody",
    rows_are="trusted:",
    meanings={"gets in": "good", "denied": "off"},
    mark=[("*", "another account")],
    source="measured in the lab, with IAM enforced",
)

# %% [markdown]
# Read the first row: within one account a trust policy that names a user by ARN is enough. In the second row it takes
# both: trust of the account *and* a policy that allows `sts:AssumeRole`. The marked cell is the disaster: `"*"` means
# everybody with an AWS account.
#
# > **Lab and AWS.** On AWS a new role or policy takes some seconds until it counts everywhere; wait, or try again.
# > The root user, who sets things up in this notebook, cannot assume a role at all there. And there is no `lab.why`,
# > which tells the reason behind a refusal: of a refused `AssumeRole` AWS gives no reason, so that strangers learn
# > nothing.

# %%
door = iam.create_role(
    RoleName=lab.unique_name("door"),
    AssumeRolePolicyDocument=trust({"AWS": arn_of(rana)}),
)["Role"]["Arn"]
try:
    with lab.enforce_iam():
        omar.client("sts").assume_role(RoleArn=door, RoleSessionName="knock")
except ClientError as error:
    print(error)
    print()
    print(lab.why(error))

# %% [markdown]
# ### Your turn: repair the open door
#
# A colleague wrote the trust policy below. AWS refuses it as malformed, and that is luck: the repair that comes to
# mind first would let the whole world in. Mend `only_her`: the policy that it returns lets **one user** assume the
# role, whether or not she has a policy of her own, and nobody else.
#
# <details><summary>Hint</summary>
#
# Two lines are wrong. Which element does a trust policy not have? And in which row of the chart does Rana get in both
# times, and nobody else?
# </details>


# %% exercise="only-her" repair=true
def only_her(user_arn: str) -> dict:
    """A trust policy that lets in one user."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "sts:AssumeRole",
                "Resource": "*",
            }
        ],
    }


### BEGIN SOLUTION
def only_her(user_arn: str) -> dict:
    """A trust policy that lets in one user."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": user_arn},
                "Action": "sts:AssumeRole",
            }
        ],
    }


### END SOLUTION


# %% check="only-her" points=2
with check(
    "only-her",
    needs="only_her",
    right="Name people and roles by ARN, never with a star.",
) as expect:
    stranger = open_account("stranger")[1]

    def lets_in_only(name: str) -> None:
        her = new_user(name)
        colleague = new_user("colleague", allow("sts:AssumeRole"))
        policy = only_her(arn_of(her))
        text = policy if isinstance(policy, str) else json.dumps(policy)
        malformed = ""
        try:
            role = iam.create_role(
                RoleName=lab.unique_name("vault"),
                AssumeRolePolicyDocument=text,
            )["Role"]
        except ClientError as error:
            malformed = error.response["Error"]["Message"]
        expect(
            malformed == "",
            f"AWS refuses the policy: {malformed}. What does a trust policy not have?",
        )
        ask = {"RoleArn": role["Arn"], "RoleSessionName": "knock"}
        with lab.enforce_iam():
            expect(
                outcome(stranger.client("sts").assume_role, **ask) != "allowed",
                "An administrator of somebody else's account got in. The principal * is everybody.",
            )
            expect(
                outcome(colleague.client("sts").assume_role, **ask) != "allowed",
                "A colleague who may call sts:AssumeRole got in. Naming the account trusts everybody "
                "there whom a policy allows; name the user's ARN.",
            )
            expect(
                outcome(her.client("sts").assume_role, **ask) == "allowed",
                "The user herself is refused. Her ARN, as principal, is enough within one account.",
            )

    lets_in_only("rana")
    ### BEGIN HIDDEN TESTS
    lets_in_only("ines")
    ### END HIDDEN TESTS

# %% [markdown]
# ## How long does it last?
#
# Each STS call has a shortest, a usual and a longest life for its credentials. A role adds a limit of its own,
# `MaxSessionDuration`, between one and twelve hours (one if you say nothing).


# %%
def life(call: str, *names: str) -> list:
    return [facts.limit("sts", f"{call}-duration-{name}") for name in names]


charts.limits(
    {
        "AssumeRole": life("assumerole", "min", "default", "max"),
        "... from another role": (
            facts.limit("sts", "assumerole-duration-min"),
            facts.limit("sts", "role-chaining-session-max"),
        ),
        "AssumeRoleWithSAML": life("assumerolewithsaml", "min", "default", "max"),
        "AssumeRoleWithWebIdentity": life(
            "assumerolewithwebidentity",
            "min",
            "default",
            "max",
        ),
        "GetSessionToken": life("getsessiontoken", "min", "default", "max"),
        "GetFederationToken": life("getfederationtoken", "min", "default", "max"),
    },
    unit="seconds",
    headline="A role's keys last an hour unless you ask; from role to role never more",
    highlight=["AssumeRole", "... from another role"],
)

# %% [markdown]
# Going from one role to the next is called **role chaining**, and the second session lasts an hour at most, whatever
# the role allows. Credentials that are over get `ExpiredToken`. Nothing renews them but a new call; boto3 makes it
# for you when a profile names the role.
#
# > **Then and now.** Until March 2018 a role's credentials lasted an hour at most. Older notes still say "15 minutes
# > to one hour"; the upper end is now the role's own maximum, up to 12 hours.
#
# ### Your turn: predict the end
#
# Write `lifetime(asked, role_max, chained)`: for how many seconds does `AssumeRole` give credentials, if the caller
# asks for `asked` seconds (`None`: does not say), the role's maximum is `role_max`, and the caller is a role session
# (`chained`) or a user? Return `None` if AWS refuses. Predict first; the check measures in the lab.
#
# <details><summary>Hint</summary>
#
# What you do not ask for is never more than an hour. What you ask for is never shortened: STS gives it or refuses.
# There are three limits to pass: the call's, the role's and the chain's.
# </details>


# %% exercise="lifetime"
def lifetime(asked: int | None, role_max: int, chained: bool) -> int | None:
    """Seconds that the credentials live, or None if AWS refuses."""
    ### BEGIN SOLUTION
    seconds = 3600 if asked is None else asked
    longest = min(role_max, 3600) if chained else role_max
    return seconds if 900 <= seconds <= longest else None
    ### END SOLUTION


# %% check="lifetime" points=2
with check(
    "lifetime",
    needs="lifetime",
    right="STS never shortens: it gives what you ask for, or refuses.",
) as expect:

    def measured(asked: int | None, role_max: int, chained: bool) -> int | None:
        role = iam.create_role(
            RoleName=lab.unique_name("night-shift"),
            AssumeRolePolicyDocument=trust({"AWS": MUSEUM}),
            MaxSessionDuration=role_max,
        )["Role"]["Arn"]
        caller = sts
        if chained:
            first = sts.assume_role(RoleArn=role, RoleSessionName="first")
            caller = session_of(first["Credentials"]).client("sts")
        params = {} if asked is None else {"DurationSeconds": asked}
        try:
            made = caller.assume_role(RoleArn=role, RoleSessionName="second", **params)
        except Exception:
            return None
        left = made["Credentials"]["Expiration"] - lab.clock.now()
        return round(left.total_seconds() / 60) * 60

    def same(asked: int | None, role_max: int, chained: bool) -> None:
        said, found = lifetime(asked, role_max, chained), measured(asked, role_max, chained)
        words = "no DurationSeconds" if asked is None else f"{asked:,} s"
        case = f"asked: {words}, the role's maximum {role_max:,} s, {'chained' if chained else 'a user'}"
        expect(
            said is found or said == found,
            f"{case}: you predict {said}, the lab measured {found} (None means refused).",
        )

    for case in [
        (900, 3600, False),
        (None, 14400, False),
        (7200, 14400, False),
        (14401, 14400, False),
    ]:
        same(*case)
    for case in [
        (7200, 14400, True),
        (3600, 14400, True),
        (None, 14400, True),
        (840, 3600, False),
    ]:
        same(*case)
    ### BEGIN HIDDEN TESTS
    for case in [
        (43200, 43200, False),
        (43200, 43200, True),
        (3660, 3600, False),
        (1800, 7200, True),
    ]:
        same(*case)
    for case in [(None, 3600, False), (600, 43200, True), (5400, 7200, False)]:
        same(*case)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Less than the role: session policies
#
# A program may pass a **session policy** along with `AssumeRole`: one policy as text of up to 2,048 characters, and
# up to ten managed ones by ARN. The session may do what the role **and** the session policy both allow. It can take
# away, never add. The role itself stays as it is, for everybody else. (Up to 50 session tags can travel along, too;
# `PackedPolicySize` in the answer says how full the token is, in per cent.)

# %%
reader = iam.create_role(
    RoleName=lab.unique_name("reader"),
    AssumeRolePolicyDocument=trust({"AWS": MUSEUM}),
)["Role"]
policy = document(allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{scans}/*"))
iam.put_role_policy(RoleName=reader["RoleName"], PolicyName="scans", PolicyDocument=policy)
lent = rana.client("sts").assume_role(
    RoleArn=reader["Arn"],
    RoleSessionName="look-only",
    Policy=document(allow(["s3:GetObject", "s3:ListAllMyBuckets"])),
)["Credentials"]
look_only = session_of(lent).client("s3")
with lab.enforce_iam():
    print("both allow reading:       ", outcome(look_only.get_object, **scan))
    print("only the role writing:    ", outcome(look_only.put_object, **scan, Body=b"x"))
    print("only the session listing: ", outcome(look_only.list_buckets))

# %% [markdown]
# ### Your turn: a pass for one room
#
# The ticket kiosk runs with `backend`, a session that may assume the role of the gallery. That role may read and
# write all scans in `bucket`. Write `visitor_pass(backend, role_arn, bucket, room)`: it returns the `Credentials`
# that STS gives for 15 minutes, good for **reading the objects below `room/`** and for nothing else. Many visitors
# come at the same time, so the role must not change.
#
# <details><summary>Hint</summary>
#
# `Policy=` takes text. The objects below a folder are `arn:aws:s3:::BUCKET/FOLDER/*`. Mind the slash: does your
# pattern for `room-1` cover `room-10/…` as well?
# </details>


# %% exercise="visitor-pass"
def visitor_pass(backend: boto3.Session, role_arn: str, bucket: str, room: str) -> dict:
    """Return credentials that read one room for 15 minutes."""
    ### BEGIN SOLUTION
    one_room = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/{room}/*")
    answer = backend.client("sts").assume_role(
        RoleArn=role_arn,
        RoleSessionName=f"visitor-{room}",
        DurationSeconds=900,
        Policy=document(one_room),
    )
    return answer["Credentials"]
    ### END SOLUTION


# %% check="visitor-pass" points=3
with check(
    "visitor-pass",
    needs="visitor_pass",
    right="One role for all visitors, and a session for each.",
) as expect:

    def passes(rooms: list[str]) -> None:
        bucket = new_scans(*[f"{room}/scan.tif" for room in rooms])
        backend = new_user("backend", allow("sts:AssumeRole"))
        role = iam.create_role(
            RoleName=lab.unique_name("gallery"),
            AssumeRolePolicyDocument=trust({"AWS": MUSEUM}),
        )["Role"]
        everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
        own = document(allow("s3:*", everything))
        iam.put_role_policy(RoleName=role["RoleName"], PolicyName="own", PolicyDocument=own)
        with lab.enforce_iam():
            made = {room: visitor_pass(backend, role["Arn"], bucket, room) for room in rooms}
            for room, given in made.items():
                expect(
                    isinstance(given, dict) and "SessionToken" in given,
                    "Return the Credentials of assume_role's answer: a dictionary with AccessKeyId, "
                    "SecretAccessKey, SessionToken and Expiration.",
                )
                left = (given["Expiration"] - lab.clock.now()).total_seconds()
                expect(
                    left <= 901,
                    f"The pass lasts {left / 60:.0f} minutes; it should be 15.",
                )
                visitor = session_of(given).client("s3")
                for other in rooms:
                    got = outcome(visitor.get_object, Bucket=bucket, Key=f"{other}/scan.tif")
                    if other == room:
                        expect(
                            got == "allowed",
                            f"The pass for {room} cannot read {room}/scan.tif ({got}). Both the role "
                            "and the session policy have to allow s3:GetObject on the objects.",
                        )
                    else:
                        expect(got != "allowed", f"The pass for {room} also opens {other}.")
                mine = {"Bucket": bucket, "Key": f"{room}/scan.tif"}
                expect(
                    outcome(visitor.put_object, **mine, Body=b"graffiti") != "allowed",
                    f"The pass for {room} may overwrite scans. Allow s3:GetObject alone.",
                )
                expect(
                    outcome(visitor.list_objects_v2, Bucket=bucket) != "allowed",
                    "A visitor may list the bucket. Allow s3:GetObject alone.",
                )
        kept = iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        now = iam.get_role_policy(RoleName=role["RoleName"], PolicyName="own")["PolicyDocument"]
        expect(
            kept == ["own"] and now == json.loads(own),
            "Your code changed the role, and with it the passes of all other visitors. Give the policy to the session.",
        )

    passes(["room-1", "room-10", "room-2"])
    ### BEGIN HIDDEN TESTS
    passes(["cellar", "cellar-annex"])
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*
#
# ## Into another account
#
# The museum keeps its oldest scans in a second account, the archive. Nobody should get a user there as well. Instead
# **both sides** say yes:
#
# 1. the archive makes a role that trusts the museum's account and may read one bucket;
# 2. the museum gives `sts:AssumeRole` **on that role's ARN** to a group of its own.
#
# The archive does not care which people those are. When a curator leaves, the museum takes her out of the group, and
# no one has to tell the archive.

# %%
charts.flow(
    [
        ("Ines", "curators", "is in"),
        ("curators", "reader", "may assume"),
        ("reader", "old scans", "may read"),
    ],
    groups={"archive's account": ["reader", "old scans"]},
    nodes={
        "curators": "group curators",
        "reader": "role: trusts the museum",
        "old scans": "bucket old-scans",
    },
    kinds={"reader": "security", "old scans": "storage"},
    headline="Each side says yes in its own account, and nobody shares a key",
    source="the example of this lesson",
)

# %% [markdown]
# ### Your turn: let the curators in
#
# Write `open_archive(archive, group, bucket)`. `archive` is a session of the archive's administrator, `group` the
# name of a group here in the museum, `bucket` a bucket in the archive. Afterwards members of the group
#
# - can assume a role in the archive and read the objects of `bucket`, but not write, and see no other bucket;
# - can assume no other role there with what you gave them.
#
# Only the museum's account is trusted. Return the role's ARN.
#
# <details><summary>Hint</summary>
#
# Two clients of IAM: `archive.client("iam")` makes the role in the archive, the notebook's own `iam` speaks to the
# museum. `put_group_policy` gives a group an inline policy. The museum's number is in `MUSEUM`.
# </details>


# %% exercise="curators"
def open_archive(archive: boto3.Session, group: str, bucket: str) -> str:
    """Let a group of the museum read one bucket of the archive; return the role's ARN."""
    ### BEGIN SOLUTION
    there = archive.client("iam")
    role = there.create_role(
        RoleName=f"read-{bucket}",
        AssumeRolePolicyDocument=trust({"AWS": MUSEUM}),
    )["Role"]
    may_read = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    there.put_role_policy(
        RoleName=role["RoleName"],
        PolicyName="read-one-bucket",
        PolicyDocument=may_read,
    )
    may_assume = document(allow("sts:AssumeRole", role["Arn"]))
    iam.put_group_policy(
        GroupName=group,
        PolicyName=f"read-{bucket}",
        PolicyDocument=may_assume,
    )
    return role["Arn"]
    ### END SOLUTION


# %% check="curators" points=3
with check(
    "curators",
    needs="open_archive",
    right="Two yeses, no shared key: that is cross-account access.",
) as expect:

    def opened(group: str, key: str) -> None:
        number, archive = open_account("archive")
        bucket = new_scans(key, owner=archive.client("s3"))
        secret = new_scans("secret.tif", owner=archive.client("s3"))
        other = archive.client("iam").create_role(
            RoleName="insurance",
            AssumeRolePolicyDocument=trust({"AWS": MUSEUM}),
        )["Role"]["Arn"]
        group = lab.unique_name(group)
        iam.create_group(GroupName=group)
        ines, outsider = new_user("ines"), new_user("outsider")
        iam.add_user_to_group(GroupName=group, UserName=arn_of(ines).rsplit("/", 1)[-1])
        strangers = open_account("stranger")[1]
        role = open_archive(archive, group, bucket)
        expect(
            isinstance(role, str) and f":{number}:role/" in role,
            f"Return the ARN of a role in the archive (account {number}); got {role!r}.",
        )
        ask = {"RoleArn": role, "RoleSessionName": "ines"}
        with lab.enforce_iam():
            try:
                lent = ines.client("sts").assume_role(**ask)["Credentials"]
            except ClientError as error:
                lent = None
                reason = " ".join(lab.why(error).split())
            expect(
                lent is not None,
                f"A curator cannot assume the role. {'' if lent else reason}",
            )
            there = session_of(lent).client("s3")
            expect(
                outcome(there.get_object, Bucket=bucket, Key=key) == "allowed",
                "In the role, a curator cannot read the bucket. What may the role do? Mind /* for objects.",
            )
            expect(
                outcome(there.put_object, Bucket=bucket, Key=key, Body=b"x") != "allowed",
                "In the role, a curator may overwrite scans. Reading is enough.",
            )
            expect(
                outcome(there.get_object, Bucket=secret, Key="secret.tif") != "allowed",
                "The role also reads another bucket of the archive.",
            )
            expect(
                outcome(outsider.client("sts").assume_role, **ask) != "allowed",
                "A user of the museum who is not in the group got in.",
            )
            ask_other = {"RoleArn": other, "RoleSessionName": "ines"}
            expect(
                outcome(ines.client("sts").assume_role, **ask_other) != "allowed",
                "The curator can also assume another role of the archive. Allow sts:AssumeRole on this "
                "role's ARN, not on *.",
            )
            expect(
                outcome(strangers.client("sts").assume_role, **ask) != "allowed",
                "An administrator of a third account can assume the role. Trust the museum only.",
            )

    opened("curators", "1880/map.tif")
    ### BEGIN HIDDEN TESTS
    opened("conservators", "plan.tif")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The confused deputy
#
# Framewise is a company that prints catalogues. Each of its customers makes a role that trusts Framewise's account,
# and types the role's ARN into Framewise's web page. For each job Framewise assumes that role and lists the scans.
#
# A role's ARN is no secret. It stands in logs and in documentation. What if *somebody else's* ARN is typed in?


# %% setup="framewise"
class Framewise:
    """The web page of a company that works for many customers, each with a role for it."""

    def __init__(self) -> None:
        self.account, self._admin = open_account("framewise")
        self._customers: dict[str, str] = {}

    def sign_up(self, customer: str) -> str:
        """Become a customer; returns the id that Framewise chose for this customer."""
        return self._customers.setdefault(customer, lab.unique_name(f"fw-{customer}-7f3a"))

    def catalogue(self, customer: str, role_arn: str, bucket: str) -> list[str]:
        """What a customer gets who types in a role and a bucket."""
        lent = self._admin.client("sts").assume_role(
            RoleArn=role_arn,
            RoleSessionName="framewise",
            ExternalId=self._customers[customer],  # always the id of the customer who asks
        )["Credentials"]
        pages = session_of(lent).client("s3").get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=bucket).search("Contents[].Key")
        return [key for key in found if key]

    def careless(self, role_arn: str) -> str:
        """Assume a role without any external id, as an old version of the web page did."""
        sts = self._admin.client("sts")
        return outcome(sts.assume_role, RoleArn=role_arn, RoleSessionName="old-page")


def role_for_framewise(trust_policy, bucket: str) -> str:
    """The museum's role for Framewise: it may list one bucket. Returns the ARN."""
    text = trust_policy if isinstance(trust_policy, str) else json.dumps(trust_policy)
    role = iam.create_role(
        RoleName=lab.unique_name("framewise"),
        AssumeRolePolicyDocument=text,
    )
    name = role["Role"]["RoleName"]
    policy = document(allow("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
    iam.put_role_policy(RoleName=name, PolicyName="list", PolicyDocument=policy)
    return role["Role"]["Arn"]


# %%
framewise = Framewise()
framewise.sign_up("museum")
framewise.sign_up("forger")  # anybody can become a customer

museum_role = role_for_framewise(trust({"AWS": framewise.account}), scans)
with lab.enforce_iam():
    print("the museum asks:", framewise.catalogue("museum", museum_role, scans))
    print("the forger asks:", framewise.catalogue("forger", museum_role, scans))

# %% [markdown]
# The attack works. The forger has no permission on anything; Framewise has, and lends its hand to whoever asks. It
# is a **confused deputy**.

# %%
charts.flow(
    [
        ("museum", "Framewise", "my role: museum_role"),
        ("forger", "Framewise", "my role: museum_role"),
        ("Framewise", "museum_role", "AssumeRole"),
        ("museum_role", "scans"),
    ],
    kinds={"Framewise": "compute", "museum_role": "security", "scans": "storage"},
    nodes={"museum_role": "the museum's role", "scans": "the museum's scans"},
    highlight=["forger"],
    groups={"museum's account": ["museum_role", "scans"]},
    headline="The role sees only Framewise, and cannot tell on whose behalf it comes",
    source="the example of this lesson",
)

# %% [markdown]
# The cure is the **ExternalId**, a text of 2 to 1,224 characters. Framewise sends the id of the customer who asks
# with every `AssumeRole`; it has done so all along. The museum's trust policy must *look* at it: condition key
# `sts:ExternalId`. The id need not be secret, but Framewise must choose it, a different one for each customer; if
# customers could choose, the forger would choose the museum's.
#
# ### Your turn: stop the forger
#
# Repair `trust_framewise(account, external_id)`, the trust policy for a provider's account. Only that account gets
# in, and only with this external id.
#
# <details><summary>Hint</summary>
#
# A `Condition` block in the statement: `{"StringEquals": {KEY: VALUE}}`. An external id alone is no lock: who else
# could send it, if the principal were everybody?
# </details>


# %% exercise="confused-deputy" repair=true
def trust_framewise(account: str, external_id: str) -> dict:
    """The trust policy of a role for a provider that works for many customers."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": account},
                "Action": "sts:AssumeRole",
            }
        ],
    }


### BEGIN SOLUTION
def trust_framewise(account: str, external_id: str) -> dict:
    """The trust policy of a role for a provider that works for many customers."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": account},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
            }
        ],
    }


### END SOLUTION


# %% check="confused-deputy" points=3
with check(
    "confused-deputy",
    needs="trust_framewise",
    right="The same call, the same role, and the forger's own id gives him away.",
) as expect:

    def stops(victim: str, thief: str) -> None:
        company = Framewise()
        external_id = company.sign_up(victim)
        company.sign_up(thief)
        stranger = open_account("stranger")[1].client("sts")
        bucket = new_scans("a.tif", "b.tif")
        try:
            role = role_for_framewise(trust_framewise(company.account, external_id), bucket)
        except ClientError as error:
            role = ""
            said = error.response["Error"]["Message"]
        expect(role != "", f"AWS refuses the trust policy: {'' if role else said}.")
        ask = {"role_arn": role, "bucket": bucket}
        with lab.enforce_iam():
            expect(
                outcome(company.catalogue, customer=thief, **ask) != "allowed",
                "The forger still gets the museum's scans: the trust policy does not look at the external "
                "id. The condition key is sts:ExternalId.",
            )
            expect(
                outcome(company.catalogue, customer=victim, **ask) == "allowed",
                "Now the museum itself is refused, although Framewise sends its external id. Look at the "
                "key and the value of the condition.",
            )
            expect(
                company.careless(role) != "allowed",
                "Without any external id Framewise gets in. A ...IfExists operator, or a Deny that "
                "looks only at ids that are there, leaves this open.",
            )
            knock = {"RoleArn": role, "RoleSessionName": "stranger", "ExternalId": external_id}
            expect(
                outcome(stranger.assume_role, **knock) != "allowed",
                "A third account that knows the external id got in. The principal must stay the provider's account.",
            )

    stops("museum", "forger")
    ### BEGIN HIDDEN TESTS
    stops("gallery", "rival")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Exam.** "A third party needs access to your account": a role with an external id. "An AWS service acts for you":
# > the same danger, with other keys, `aws:SourceArn` and `aws:SourceAccount`, in the role's trust policy.

# %% [markdown]
# ## Once more, with MFA
#
# Stopping the museum's server should take more than a key. A virtual MFA device shows six digits, new every 30
# seconds. API calls cannot ask for digits, so a user trades key and digits for temporary credentials first:
# `GetSessionToken`.

# %% setup="mfa-device"
from course.lab.iam.mfa import mfa_code  # what an authenticator app would show now

ec2 = boto3.client("ec2")
IMAGE = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]


def ec2_of(session: boto3.Session):
    """An EC2 client with the session's keys (shares EC2's large model, which is quicker)."""
    keys = session.get_credentials()
    return boto3.client(
        "ec2",
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        aws_session_token=keys.token,
    )


def with_device(name: str, *statements: dict) -> tuple[boto3.Session, str, str]:
    """A user with an MFA device: a session, the device's serial number and its secret seed."""
    user = new_user(name, *statements)
    name = arn_of(user).rsplit("/", 1)[-1]
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    serial, seed = device["SerialNumber"], device["Base32StringSeed"].decode()
    iam.enable_mfa_device(
        UserName=name,
        SerialNumber=serial,
        AuthenticationCode1=mfa_code(seed, lab.clock.now().timestamp() - 30),
        AuthenticationCode2=mfa_code(seed),
    )
    return user, serial, seed


def three_ways(user: boto3.Session, serial: str, seed: str) -> dict[str, boto3.Session]:
    """The same user: with the lasting key, with a session without MFA, and with MFA."""
    ask = user.client("sts").get_session_token
    without = ask(DurationSeconds=3600)
    with_mfa = ask(DurationSeconds=3600, SerialNumber=serial, TokenCode=mfa_code(seed))
    return {
        "access key": user,
        "session without MFA": session_of(without["Credentials"]),
        "session with MFA": session_of(with_mfa["Credentials"]),
    }


def new_server() -> str:
    """Launch one instance; return its id."""
    launched = ec2.run_instances(
        ImageId=IMAGE,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
    )
    return launched["Instances"][0]["InstanceId"]


server = new_server()

# %% [markdown]
# The condition key is `aws:MultiFactorAuthPresent`. We try two policies that look like the same thing said twice:
# *allow stopping if MFA is true*, and *allow all of EC2, but deny stopping if MFA is false*. `DryRun=True` asks EC2
# for permission without doing anything; its "yes" is an error called `DryRunOperation`.

# %%
stop = ["ec2:StopInstances", "ec2:TerminateInstances"]
if_true = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
if_false = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
policies = {
    "allow if true": [allow(stop, Condition=if_true)],
    "deny if false": [
        allow("ec2:*"),
        {"Effect": "Deny", "Action": stop, "Resource": "*", "Condition": if_false},
    ],
}
table = {}
for name, statements in policies.items():
    ways = three_ways(*with_device("sofia", *statements))
    with lab.enforce_iam():
        table[name] = {}
        for way, caller in ways.items():
            ask = ec2_of(caller).stop_instances
            got = outcome(ask, InstanceIds=[server], DryRun=True)
            table[name][way] = "stops it" if got == "DryRunOperation" else "denied"
charts.heatmap(
    table,
    headline="A Deny on 'MFA is false' lets the plain access key through",
    rows_are="the policy:",
    meanings={"stops it": "good", "denied": "off"},
    mark=[("deny if false", "access key")],
    source="measured in the lab, with IAM enforced",
)

# %% [markdown]
# A request with a lasting access key does not carry the key `aws:MultiFactorAuthPresent` at all. `Bool ... false`
# needs a value, finds none and does not hold, so the Deny does not apply. Operators that end in `...IfExists` also
# hold for a key that is missing.
#
# ### Your turn: repair the guard
#
# `guarded()` returns the statements for the museum's operators. They may do everything in EC2, but **stopping and
# terminating need MFA**, whichever credentials they use. Repair it.
#
# <details><summary>Hint</summary>
#
# Keep the Deny and change one word of its condition; or drop the Deny and allow in two statements. Whatever you do,
# describing instances must go on working without MFA.
# </details>


# %% exercise="mfa" repair=true
def guarded() -> list[dict]:
    """Everything in EC2; stopping and terminating only with MFA."""
    return [
        {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": ["ec2:StopInstances", "ec2:TerminateInstances"],
            "Resource": "*",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ]


### BEGIN SOLUTION
def guarded() -> list[dict]:
    """Everything in EC2; stopping and terminating only with MFA."""
    return [
        {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": ["ec2:StopInstances", "ec2:TerminateInstances"],
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ]


### END SOLUTION


# %% check="mfa" points=2
with check(
    "mfa",
    needs="guarded",
    right="A stolen access key alone stops nothing any more.",
) as expect:
    target = new_server()

    def asks(way: str, caller: boto3.Session, call: str, **params) -> str:
        got = outcome(getattr(ec2_of(caller), call), DryRun=True, **params)
        return "allowed" if got == "DryRunOperation" else got

    def guards(*calls: str) -> None:
        statements = guarded()
        expect(
            isinstance(statements, list) and all(isinstance(one, dict) for one in statements),
            "guarded() should return a list of statements (dictionaries), as before.",
        )
        try:
            ways = three_ways(*with_device("operator", *statements))
        except ClientError as error:
            ways = {}
            said = error.response["Error"]["Message"]
        expect(ways != {}, f"AWS refuses the policy: {'' if ways else said}")
        with lab.enforce_iam():
            for way, caller in ways.items():
                for call in calls:
                    got = asks(way, caller, call, InstanceIds=[target])
                    if way == "session with MFA":
                        expect(got == "allowed", f"{call} with MFA is refused ({got}).")
                    else:
                        expect(
                            got != "allowed",
                            f"{call} goes through with: {way}. There MFA was not used.",
                        )
                for call in ("describe_instances", "start_instances"):
                    got = asks(way, caller, call, InstanceIds=[target])
                    expect(
                        got == "allowed",
                        f"{call} with: {way} is refused ({got}). It needs no MFA.",
                    )

    guards("stop_instances")
    ### BEGIN HIDDEN TESTS
    guards("terminate_instances", "stop_instances")
    ### END HIDDEN TESTS

# %% [markdown]
# On the command line: `aws sts get-session-token --serial-number ARN --token-code 123456`, then a profile with the
# three parts. A trust policy may ask for MFA too; `AssumeRole` then takes serial number and digits. And
# `aws:MultiFactorAuthAge` says how many seconds ago the digits were typed.

# %%
caller = three_ways(*with_device("sofia", allow("ec2:*")))["session with MFA"]
too_old = {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "600"}}  # ten minutes
deny = {"Effect": "Deny", "Action": stop, "Resource": "*", "Condition": too_old}
name = arn_of(caller).rsplit("/", 1)[-1]
iam.put_user_policy(UserName=name, PolicyName="fresh", PolicyDocument=document(deny))
with lab.enforce_iam():
    for minutes in (0, 11):
        lab.clock.advance(minutes=minutes)
        got = outcome(ec2_of(caller).stop_instances, InstanceIds=[server], DryRun=True)
        print(f"{minutes:>2} minutes after the digits: {got}")

# %% [markdown]
# ## Roles for programs inside AWS
#
# Never run `aws configure` with your keys on a server: whoever breaks in has them. Inside AWS no program needs a key:
# the **service** takes on a role and hands temporary credentials to the program, again and again before they end.
# Each service has a principal of its own for the trust policy:
#
# | the program runs | the role is called | principal |
# |---|---|---|
# | on an EC2 instance | role in an instance profile | `ec2.amazonaws.com` |
# | in an ECS task | task role | `ecs-tasks.amazonaws.com` |
# | in a Lambda function | execution role | `lambda.amazonaws.com` |
# | in a state machine | execution role | `states.amazonaws.com` |
#
# EC2 wants a wrapper around the role, the **instance profile**. It holds one role, an instance has one profile, and
# many instances may share one. A running instance can get another profile
# (`replace_iam_instance_profile_association`).

# %% setup="as-instance"
from course.lab.iam.services import credentials_for, service_may_assume


def profile_of(instance_id: str) -> str:
    """The name of an instance's profile, or ''."""
    answer = ec2.describe_instances(InstanceIds=[instance_id])
    profile = answer["Reservations"][0]["Instances"][0].get("IamInstanceProfile", {})
    return profile.get("Arn", "").rsplit("/", 1)[-1]


def as_instance(instance_id: str) -> boto3.Session | None:
    """What a program on the instance gets: EC2 assumes the role in the profile for it."""
    name = profile_of(instance_id)
    if not name:
        return None
    roles = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]
    if not roles or not service_may_assume("ec2.amazonaws.com", roles[0]["Arn"]).allowed:
        return None  # an empty profile, or a role that does not trust EC2
    return session_of(credentials_for(roles[0]["Arn"], instance_id))


# %%
print("a server without a profile gets:", as_instance(server))

# %% [markdown]
# ### Your turn: a server without keys
#
# Write `launch(name, bucket)`. It launches one `t3.micro` from the image `IMAGE` whose programs can **read the
# objects of `bucket` and do nothing else**, without any key on the machine. Call role and profile `name`. Return the
# instance id.
#
# <details><summary>Hint</summary>
#
# Five calls: create the role (who is trusted?), give it a policy, create the profile, add the role to it, run the
# instance with `IamInstanceProfile={"Name": name}`.
#
# On real AWS a new profile takes some seconds to arrive in EC2: wait with
# `iam.get_waiter("instance_profile_exists")`, and try again if the launch still says "Invalid IAM Instance Profile".
# </details>


# %% exercise="launch"
def launch(name: str, bucket: str) -> str:
    """Launch an instance that may read one bucket; return its id."""
    ### BEGIN SOLUTION
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}),
    )
    may_read = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    iam.put_role_policy(RoleName=name, PolicyName="read-scans", PolicyDocument=may_read)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=name)
    launched = ec2.run_instances(
        ImageId=IMAGE,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": name},
    )
    return launched["Instances"][0]["InstanceId"]
    ### END SOLUTION


# %% check="launch" points=3
with check(
    "launch",
    needs="launch",
    right="Nothing on the machine to steal, nothing to rotate.",
) as expect:

    def runs(name: str, key: str) -> None:
        name = lab.unique_name(name)
        bucket, other = new_scans(key), new_scans(key)
        instance = launch(name, bucket)
        expect(
            isinstance(instance, str) and instance.startswith("i-"),
            f"Return the id of the instance; got {instance!r}.",
        )
        expect(
            profile_of(instance) == name,
            f"The instance has {profile_of(instance) or 'no'} instance profile; it should have {name}. "
            "Pass IamInstanceProfile to run_instances.",
        )
        program = as_instance(instance)
        expect(
            program is not None,
            "Programs on the instance get no credentials. Is the role in the profile, and does its trust "
            "policy name the service ec2.amazonaws.com?",
        )
        role = iam.get_role(RoleName=name)["Role"]
        for service in ("lambda.amazonaws.com", "ecs-tasks.amazonaws.com"):
            expect(
                not service_may_assume(service, role["Arn"]).allowed,
                f"The role also trusts {service}. Trust EC2 alone.",
            )
        with lab.enforce_iam():
            there = program.client("s3")
            expect(
                outcome(there.get_object, Bucket=bucket, Key=key) == "allowed",
                "A program on the instance cannot read the bucket. What may the role do?",
            )
            expect(
                outcome(there.put_object, Bucket=bucket, Key=key, Body=b"x") != "allowed",
                "A program on the instance may write to the bucket. Reading is enough.",
            )
            expect(
                outcome(there.list_objects_v2, Bucket=bucket) != "allowed",
                "A program on the instance may list the bucket. Reading the objects is s3:GetObject alone.",
            )
            expect(
                outcome(there.get_object, Bucket=other, Key=key) != "allowed",
                "A program on the instance reads other buckets too. Name the bucket in Resource.",
            )
            expect(
                outcome(program.client("sqs").list_queues) != "allowed",
                "A program on the instance may do more than read the bucket.",
            )
        data = ec2.describe_instance_attribute(InstanceId=instance, Attribute="userData")
        expect(
            not data["UserData"].get("Value"),
            "The instance got user data; no key belongs there.",
        )

    runs("catalogue-server", "a.tif")
    ### BEGIN HIDDEN TESTS
    runs("map-server", "1880/map.tif")
    ### END HIDDEN TESTS

# %% [markdown]
# ## PassRole: who may hand a role to a service?
#
# Dev may create Lambda functions and invoke them. He may not touch IAM. But his policy says `iam:PassRole` on `"*"`,
# because that made an error message go away. Look what follows.

# %% setup="functions"
import io
import zipfile

ADMIN_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
DEPLOYS = ["lambda:CreateFunction", "lambda:InvokeFunction", "states:CreateStateMachine"]


def zipped(code: str) -> bytes:
    """A deployment package with one file, app.py."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", code)
    return packed.getvalue()


def create_function(
    session: boto3.Session,
    role_arn: str,
    code: str = "def main(e, c): ...",
) -> str:
    """Create a Lambda function with a role; returns its name."""
    name = lab.unique_name("function")
    session.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.main",
        Role=role_arn,
        Code={"ZipFile": zipped(code)},
    )
    return name


def create_machine(session: boto3.Session, role_arn: str) -> None:
    """Create a Step Functions state machine with a role."""
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    session.client("stepfunctions").create_state_machine(
        name=lab.unique_name("machine"),
        definition=json.dumps(definition),
        roleArn=role_arn,
    )


def service_role(name: str, *services: str) -> str:
    """A role that these services may take on; returns its ARN."""
    return iam.create_role(
        RoleName=lab.unique_name(name),
        AssumeRolePolicyDocument=trust({"Service": list(services)}),
    )["Role"]["Arn"]


# %%
admin_role = service_role("night-backup", "lambda.amazonaws.com")
iam.attach_role_policy(RoleName=admin_role.rsplit("/", 1)[-1], PolicyArn=ADMIN_ACCESS)

dev = new_user("dev", allow(DEPLOYS), allow("iam:PassRole"))
code = f"""
import boto3
def main(event, context):
    boto3.client("iam").attach_user_policy(UserName=event["me"], PolicyArn="{ADMIN_ACCESS}")
"""
with lab.enforce_iam():
    print("Dev lists all users:", outcome(dev.client("iam").list_users))
    function = create_function(dev, admin_role, code)
    me = json.dumps({"me": arn_of(dev).rsplit("/", 1)[-1]})
    dev.client("lambda").invoke(FunctionName=function, Payload=me)
    print("Dev lists all users:", outcome(dev.client("iam").list_users))

# %% [markdown]
# Dev is an administrator now. He never assumed the strong role; he *passed* it to a function that did his bidding.
#
# **PassRole is a permission, not a call.** AWS asks for it, on the role's ARN, whenever a call hands a role to a
# service; only roles of one's own account can be passed. It often comes with `iam:GetRole`, to see the role first.
# And there is a second question: does the role's **trust policy** name the service? We ask both for three roles and
# two services.

# %%
both = ("lambda.amazonaws.com", "states.amazonaws.com")
resize, flow = service_role("resize", both[0]), service_role("flow", both[1])
strong = service_role("strong", *both)
dev = new_user("dev", allow(DEPLOYS), allow("iam:PassRole", [resize, flow]))
table = {}
with lab.enforce_iam():
    for words, role in {
        "resize trusts Lambda; may be passed": resize,
        "flow trusts Step Functions; may be passed": flow,
        "strong trusts both; may not be passed": strong,
    }.items():
        table[words] = {}
        for service, create in {
            "Lambda": create_function,
            "Step Functions": create_machine,
        }.items():
            try:
                create(dev, role)
                table[words][service] = "works"
            except ClientError as error:
                passed = "iam:PassRole" not in error.response["Error"]["Message"]
                table[words][service] = "no trust" if passed else "no PassRole"
charts.heatmap(
    table,
    headline="A role reaches a service only with the person's PassRole and its own trust",
    columns_are="handed to:",
    meanings={"works": "good", "no trust": "warn", "no PassRole": "bad"},
    source="measured in the lab, with IAM enforced",
)

# %% [markdown]
# The two failures sound different. Without permission: *not authorized to perform iam:PassRole*. Without trust: *The
# role defined for the function cannot be assumed by Lambda*. The second is mended in the role, not in the person's
# policy. (EC2 looks later: the instance starts, and its programs get no credentials.)
#
# ### Your turn: only this role, only to Lambda
#
# `passing(role_arn)` returns the statement about `iam:PassRole` in Dev's policy. Repair it: he may pass **this role**
# and no other, and only **to Lambda**, also if the role trusts more services.
#
# <details><summary>Hint</summary>
#
# The role is the `Resource` (teams with many roles use a path: `role/app/*`). Which service it goes to is the
# condition key `iam:PassedToService`, whose value is the service's principal.
# </details>


# %% exercise="pass-role" repair=true
def passing(role_arn: str) -> dict:
    """Dev may pass one role to Lambda."""
    return {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}


### BEGIN SOLUTION
def passing(role_arn: str) -> dict:
    """Dev may pass one role to Lambda."""
    return {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": role_arn,
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    }


### END SOLUTION


# %% check="pass-role" points=2
with check(
    "pass-role",
    needs="passing",
    right="That closes the shortest way to become administrator.",
) as expect:

    def passes_only(name: str) -> None:
        role = service_role(name, "lambda.amazonaws.com", "states.amazonaws.com")
        near = service_role(f"{role.rsplit('/', 1)[-1]}-admin", "lambda.amazonaws.com")
        statement = passing(role)
        expect(
            isinstance(statement, dict),
            "passing should return one statement, a dictionary.",
        )
        try:
            dev = new_user("dev", allow(DEPLOYS), statement)
        except ClientError as error:
            dev = None
            said = error.response["Error"]["Message"]
        expect(dev is not None, f"AWS refuses the policy: {'' if dev else said}")
        with lab.enforce_iam():
            for other in (near, service_role("night-backup", "lambda.amazonaws.com")):
                expect(
                    outcome(create_function, session=dev, role_arn=other) != "allowed",
                    f"Dev can pass {other.rsplit('/', 1)[-1]} as well, a role he was not given. "
                    "Name the one role in Resource.",
                )
            expect(
                outcome(create_function, session=dev, role_arn=role) == "allowed",
                "Dev cannot create a function with the role he was given. Look at Resource, and at the "
                "value that iam:PassedToService has for Lambda: lambda.amazonaws.com.",
            )
            expect(
                outcome(create_machine, session=dev, role_arn=role) != "allowed",
                "Dev can pass the role to Step Functions too. A condition on iam:PassedToService limits the service.",
            )
            expect(
                outcome(dev.client("iam").list_users) != "allowed",
                "The statement allows more than iam:PassRole.",
            )

    passes_only("resize")
    ### BEGIN HIDDEN TESTS
    passes_only("watermark")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The other calls of STS
#
# `AssumeRole` is the one you use most. The table has its relatives.

# %%
catalogue = {
    "AssumeRole": "a role of your own or another account",
    "AssumeRoleWithSAML": "people who sign in at a company's SAML provider",
    "AssumeRoleWithWebIdentity": "users of an OIDC provider, also CI jobs",
    "GetSessionToken": "a user's own rights, with MFA",
    "GetFederationToken": "a named guest: what user AND passed policy allow",
    "GetCallerIdentity": "who am I? Needs no permission and cannot be denied",
    "GetAccessKeyInfo": "which account does this key id belong to?",
    "DecodeAuthorizationMessage": "read an encoded refusal",
    "AssumeRoot": "since 2024: some root tasks in member accounts",
}
for call, use in catalogue.items():
    print(f"{call:<27}{use}")

# %% [markdown]
# `GetCallerIdentity` is the first thing to run when something is refused. Its ARN tells which kind of credentials
# your program really has.

# %%
ines = new_user("ines", allow(["sts:AssumeRole", "sts:GetFederationToken"]))
ask = ines.client("sts")
read_only = document(allow("s3:GetObject"))
kinds = {
    "access key": ines,
    "GetSessionToken": session_of(ask.get_session_token()["Credentials"]),
    "GetFederationToken": session_of(
        ask.get_federation_token(Name="guest-7", Policy=read_only)["Credentials"],
    ),
    "AssumeRole": session_of(
        ask.assume_role(RoleArn=reader["Arn"], RoleSessionName="ines")["Credentials"],
    ),
}
with lab.enforce_iam():
    for kind, session in kinds.items():
        print(f"{kind:<19}", arn_of(session))

# %% [markdown]
# ## Reading an encoded refusal
#
# EC2 adds a long coded text to some refusals. It may tell an attacker too much, so only callers with
# `sts:DecodeAuthorizationMessage` can read it: `aws sts decode-authorization-message --encoded-message TEXT`, or in
# Python:

# %%
pat = new_user("pat", allow("ec2:Describe*"))
auditor = new_user("auditor", allow("sts:DecodeAuthorizationMessage"))
try:
    with lab.enforce_iam():
        ec2_of(pat).stop_instances(InstanceIds=[server])
except ClientError as error:
    message = error.response["Error"]["Message"]
print(message[:330], "...\n")

encoded = message.split("Encoded authorization failure message: ")[1]
with lab.enforce_iam():
    answer = auditor.client("sts").decode_authorization_message(EncodedMessage=encoded)
decoded = json.loads(answer["DecodedMessage"])  # a JSON text inside the answer
print(json.dumps(decoded, indent=1)[:640], "...")

# %% [markdown]
# ### Your turn: explain a refusal
#
# Write `explain(error, reader)`. `error` is a `ClientError` with an encoded text; `reader` is a session that may
# decode. Return a dictionary: `action` and `resource` that were refused, and `explicit`: `True` if a Deny said so,
# `False` if no policy allowed it.
#
# <details><summary>Hint</summary>
#
# The demo has every step. In the decoded JSON `explicitDeny` stands at the top, action and resource in `context`. The
# person who was refused may not decode: use the reader's client.
# </details>


# %% exercise="decode"
def explain(error: ClientError, reader: boto3.Session) -> dict:
    """What was refused, and did a Deny say so?"""
    ### BEGIN SOLUTION
    encoded = error.response["Error"]["Message"].split("failure message: ")[1]
    answer = reader.client("sts").decode_authorization_message(EncodedMessage=encoded)
    told = json.loads(answer["DecodedMessage"])
    return {
        "action": told["context"]["action"],
        "resource": told["context"]["resource"],
        "explicit": told["explicitDeny"],
    }
    ### END SOLUTION


# %% check="decode" points=2
with check(
    "decode",
    needs="explain",
    right="Now you know which line to look for, and in which policy.",
) as expect:

    def explains(call: str, action: str, *statements: dict, explicit: bool) -> None:
        instance = new_server()
        refused = new_user("refused", *statements)
        reader = new_user("reader", allow("sts:DecodeAuthorizationMessage"))
        with lab.enforce_iam():
            try:
                getattr(ec2_of(refused), call)(InstanceIds=[instance])
                error = None
            except ClientError as caught:
                error = caught
            with lab.watching(most=100) as made:
                try:
                    said = explain(error, reader)
                except ClientError as second:
                    said = second.response["Error"]["Code"]
        expect(
            said != "AccessDenied",
            "Decoding was refused with AccessDenied. Who may decode? Use reader.client('sts').",
        )
        expect(isinstance(said, dict), f"Return a dictionary; got {said!r}.")
        readers_key = reader.get_credentials().access_key
        others = [call for call in made.of("DecodeAuthorizationMessage") if call.access_key_id != readers_key]
        expect(
            not others,
            f"{others[0].principal if others else ''} decoded the text, not the reader. Use reader.client('sts').",
        )
        arn = f"arn:aws:ec2:us-east-1:{MUSEUM}:instance/{instance}"
        right = {"action": action, "resource": arn, "explicit": explicit}
        case = f"{call}, refused by {'a Deny' if explicit else 'silence'}"
        for key, value in right.items():
            expect(key in said, f"{case}: the dictionary has no {key!r}.")
            expect.equal(said[key], value, f"{case}: {key!r}")

    deny = {"Effect": "Deny", "Action": "ec2:Start*", "Resource": "*"}
    explains("stop_instances", "ec2:StopInstances", explicit=False)
    explains("start_instances", "ec2:StartInstances", allow("ec2:*"), deny, explicit=True)
    ### BEGIN HIDDEN TESTS
    deny = {"Effect": "Deny", "Action": "ec2:Terminate*", "Resource": "*"}
    explains(
        "terminate_instances",
        "ec2:TerminateInstances",
        allow("ec2:*"),
        deny,
        explicit=True,
    )
    explains("reboot_instances", "ec2:RebootInstances", allow("s3:*"), explicit=False)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Where STS answers
#
# STS runs in every Region, and once more under a global name. boto3 takes the address of the Region you work in:
# closer, and not tied to another Region's health.

# %%
for region in ("us-east-1", "eu-west-1", "ap-southeast-2", "aws-global"):
    print(f"{region:<15}", boto3.client("sts", region_name=region).meta.endpoint_url)

# %% [markdown]
# > **Then and now.** The global address used to mean Virginia (`us-east-1`), so a program in Ireland depended on
# > Virginia. boto3 took it for the older Regions by default for years; today it takes the Regional one. Since 2025
# > AWS answers the global name in the caller's own Region, except in opt-in Regions, which must be enabled first.
# > There use the Regional address: its tokens are good in every enabled Region, while tokens of the global one, unless
# > an administrator changed a setting, are refused in opt-in Regions.

# %%
made = sts.get_session_token(DurationSeconds=900)["Credentials"]
print("ends at", made["Expiration"], "wherever it is used")

# %% [markdown]
# > **Bill.** IAM and STS cost nothing. The `t3.micro` instances of this lesson would: on AWS terminate them.

# %%
launched = ec2.describe_instances(
    Filters=[{"Name": "instance-state-name", "Values": ["running"]}],
)
running = [i["InstanceId"] for r in launched["Reservations"] for i in r["Instances"]]
ec2.terminate_instances(InstanceIds=running)
print(len(running), "instances terminated")

# %% [markdown]
# ## To remember
#
# - A role has two documents: the trust policy says who may take it on, the permission policies what they may do.
# - `AssumeRole` gives key id (`ASIA...`), secret and token. They expire together: after an hour by default, after 15
#   minutes to the role's maximum (1-12 hours) on request, after an hour at most from role to role.
# - A session policy takes away and never adds.
# - Another account makes a role that trusts yours; you allow `sts:AssumeRole` on its ARN.
# - A provider with many customers: a condition on `sts:ExternalId`, or it becomes a confused deputy.
# - MFA for API calls: `GetSessionToken` with six digits; a Deny needs `BoolIfExists`.
# - Programs inside AWS get roles: instance profile (EC2), task role (ECS), execution role (Lambda).
# - Handing a role to a service takes the person's `iam:PassRole` and the role's trust in the service.

# %% [markdown] question="which-call"
# ### Question 1
#
# A policy lets developers terminate instances only with MFA. They work with the CLI and their access keys, and every
# attempt is refused. What must they do?
#
# - [ ] **A** Call `AssumeRoleWithSAML` with the six digits.
#   > That call trades a SAML assertion of a company's sign-in page; it takes no digits.
# - [x] **B** Call `GetSessionToken` with the device's serial number and the six digits, and use the result.
#   > Only the temporary credentials carry `aws:MultiFactorAuthPresent`. The access key itself never does.
# - [ ] **C** Sign in to the console with MFA; the CLI then knows.
#   > The console's session and an access key have nothing to do with each other.
# - [ ] **D** Call `GetFederationToken` with the six digits.
#   > It takes no MFA at all; it makes a session for a named guest.

# %% answer="which-call"
answer = "B"

# %% check="which-call" points=1
question("which-call", answer)

# %% [markdown] question="cannot-be-assumed"
# ### Question 2
#
# An administrator with `AdministratorAccess` creates a Lambda function with an existing role and reads: *The role
# defined for the function cannot be assumed by Lambda*. What is missing?
#
# - [ ] **A** `iam:PassRole` in the administrator's policy.
#   > `AdministratorAccess` has it, and its lack has other words: "not authorized to perform: iam:PassRole".
# - [ ] **B** `sts:AssumeRole` in the role's permission policy.
#   > That would let the function take on further roles. Who takes on *this* role stands elsewhere.
# - [ ] **C** An instance profile around the role.
#   > Only EC2 needs one.
# - [x] **D** `lambda.amazonaws.com` as principal in the role's trust policy.
#   > A service can take on only roles that trust it. The role was probably made for EC2.

# %% answer="cannot-be-assumed"
answer = "D"

# %% check="cannot-be-assumed" points=1
question("cannot-be-assumed", answer)

# %% [markdown] question="monitoring-company"
# ### Question 3
#
# A monitoring company needs to read metrics in your account and in those of its 300 other customers. What do you set
# up?
#
# - [ ] **A** An IAM user with an access key for the company, rotated every 90 days.
#   > A lasting key in foreign hands, valid until somebody rotates it. A role needs no key.
# - [ ] **B** A role that trusts the company's account.
#   > Nearly. Another customer who knows the role's ARN can send the company to your account.
# - [x] **C** A role that trusts the company's account, with a condition on the external id it gave you.
#   > The company sends each customer's own id, so another customer's request does not fit your role.
# - [ ] **D** A role that trusts `"*"`, with a condition on the external id.
#   > The id is no password: whoever learns it gets in, from any account.

# %% answer="monitoring-company"
answer = "C"

# %% check="monitoring-company" points=1
question("monitoring-company", answer)

# %% [markdown] question="long-job"
# ### Question 4
#
# A program signs in as role *build* and from there assumes role *deploy*, whose maximum is 12 hours. A deployment of
# three hours fails after one hour with `ExpiredToken`. What helps, with the least change?
#
# - [x] **A** Assume *deploy* again before the hour is over.
#   > Chained sessions last an hour at most; only a new call gives new credentials. boto3 makes it by itself when a
#   > profile names `role_arn` and `source_profile`.
# - [ ] **B** Ask for `DurationSeconds=10800`.
#   > For a chained session STS refuses everything above 3,600 seconds.
# - [ ] **C** Raise the role's `MaxSessionDuration`.
#   > It is at its end already, and does not count when roles are chained.
# - [ ] **D** Call `GetSessionToken` from the first role; it lasts 36 hours.
#   > Sessions of a role may not call it.

# %% answer="long-job"
answer = "A"

# %% check="long-job" points=1
question("long-job", answer)

# %% [markdown] question="opt-in-region"
# ### Question 5
#
# A program in an opt-in Region gets its credentials from `https://sts.amazonaws.com`, and the services there refuse
# them. Which change is the best?
#
# - [ ] **A** Use the access key of a user instead.
#   > It would work, at the price of a lasting key. The place where the token comes from is the cause.
# - [ ] **B** Ask for a shorter session.
#   > How long a token lives has no bearing on where it is valid.
# - [x] **C** Use the Regional STS endpoint of that Region.
#   > Regional tokens are valid in all enabled Regions, and the call stays near. Current SDKs do so by default.
# - [ ] **D** Attach `AdministratorAccess` to the role.
#   > Permissions are not the problem: the token itself is not accepted there.

# %% answer="opt-in-region"
answer = "C"

# %% check="opt-in-region" points=1
question("opt-in-region", answer)

# %%
progress()
