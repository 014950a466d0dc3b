# ---
# jupyter:
#   course:
#     exam:
#     - '2.2'
#     - '2.3'
#     - '4.3'
#     minutes: 90
#     practises:
#       key-bill:
#       - kms.key-types-and-prices
#       - kms.rotation
#       locked-out:
#       - kms.key-policies
#       - kms.policy-principals
#       log-group:
#       - kms.log-group-encryption
#       - kms.policy-principals
#       predict-access:
#       - kms.access-evaluation
#       - kms.key-policies
#       predict-busy:
#       - kms.request-quotas
#       - kms.throttling
#       - kms.s3-bucket-keys
#       replace-key:
#       - kms.rotation
#       send-snapshot:
#       - kms.copy-snapshot-between-accounts
#       - kms.copy-snapshot-between-regions
#       - kms.region-scope-and-multi-region
#       two-hands:
#       - kms.key-policies
#       - kms.policy-principals
#       watch-deletion:
#       - kms.lifecycle-and-deletion
#     services:
#     - kms
#     - iam
#     - s3
#     - ec2
#     - cloudwatch
#     title: Whose key is it
#     topics:
#     - kms.key-types-and-prices
#     - kms.region-scope-and-multi-region
#     - kms.lifecycle-and-deletion
#     - kms.rotation
#     - kms.key-policies
#     - kms.access-evaluation
#     - kms.policy-principals
#     - kms.copy-snapshot-between-regions
#     - kms.copy-snapshot-between-accounts
#     - kms.request-quotas
#     - kms.throttling
#     - kms.s3-bucket-keys
#     - kms.log-group-encryption
#     - cloudhsm.dedicated-hardware
#     - cloudhsm.ha-users-and-custom-key-store
# ---

# %% [markdown]
# # Whose key is it
#
# Hale is a hospital for horses. Its X-ray images lie encrypted in S3 and on EBS volumes, and its keys lie in **AWS
# KMS**. After this lesson you can say what keys cost, decide who may use and who may manage them, rotate and retire
# them without losing a picture, hand an encrypted backup to another account, and keep clear of the quota of KMS.

# %% setup="start"
import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution
from course.lab.kms.quotas import others_use

lesson("11-security/02-keys-and-policies")
lab.start()
kms, iam, sts = boto3.client("kms"), boto3.client("iam"), boto3.client("sts")
s3, ec2, logs = boto3.client("s3"), boto3.client("ec2"), boto3.client("logs")
cloudwatch = boto3.client("cloudwatch")
HALE = lab.ACCOUNT_ID


def outcome(call, **parameters) -> str:
    """`ok`, or the error code with which AWS refuses the call."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


# %% [markdown]
# ## Three kinds of keys
#
# - **AWS owned keys** belong to a service and serve many customers (SSE-S3, for one). You neither see nor pay them.
# - **AWS managed keys** are made by a service in your account, with an alias `aws/SERVICE`. You see them and their
#   use in CloudTrail, and can change nothing. They cost nothing to keep; calls are billed.
# - **Customer managed keys** are yours: you write the policy, rotate, disable and delete them, and pay for each.

# %%
s3.create_bucket(Bucket="hale-odds-and-ends")
s3.put_object(
    Bucket="hale-odds-and-ends",
    Key="a.txt",
    Body=b"a",
    ServerSideEncryption="aws:kms",
)
mine = kms.create_key(Description="X-ray images")["KeyMetadata"]
kms.create_alias(AliasName="alias/hale/images", TargetKeyId=mine["KeyId"])
for name in ("alias/aws/s3", "alias/hale/images"):
    key = kms.describe_key(KeyId=name)["KeyMetadata"]
    try_to_disable = outcome(kms.disable_key, KeyId=key["KeyId"])
    print(f"{name:18} managed by {key['KeyManager']:8} disable it: {try_to_disable}")
kms.enable_key(KeyId=mine["KeyId"])
print("an alias of AWS's own kind:", outcome(kms.create_alias, AliasName="alias/aws/mine",
                                             TargetKeyId=mine["KeyId"]))  # fmt: skip

# %% [markdown]
# A customer managed key costs 1 USD a month, prorated by the hour: also with imported material, and each replica of a
# multi-Region key counts. A key that waits for its deletion is free. Requests come on top: 20,000 a month are free,
# then 10,000 cost 3 cents. What is the larger part of the bill?

# %%
month = facts.price("kms", "customer-key-month")
calls = [n * 1_000_000 for n in range(0, 101, 2)]
paid = {n: facts.cost("kms", "requests", n, free=True).usd for n in calls}
charts.curves(
    {
        f"{keys} key{'s' if keys > 1 else ''}": (
            calls,
            [keys * month + paid[n] for n in calls],
        )
        for keys in (1, 10, 50)
    },
    headline="From 17 million calls a month on, calls cost more than 50 keys",
    x_label="calls with symmetric keys a month",
    y_unit="USD per month",
    thresholds={"50 keys without calls": 50},
    source=[month, facts.price("kms", "requests")],
)

# %% [markdown]
# **Rotation** adds to the price: the first and the second rotation of a key cost 1 USD a month each, later ones
# nothing. Calls with asymmetric keys have no free share; most cost 15 cents for 10,000.
#
# > **Then and now.** Older notes know one price for a key (1 USD) and one for calls (3 cents). The cap on the price of
# > rotations came in 2024, together with rotation periods that you choose.
#
# ### Your turn: the bill of a month
#
# Write `monthly_bill(rotations, calls, ecc_calls)` in USD. `rotations` is a list with one number for each customer
# managed key: how often it has been rotated so far. `calls` are made with symmetric keys, `ecc_calls` with ECC keys.
# Take all prices and the free share from `course.facts`:
#
# - `facts.price("kms", ...)` of `"customer-key-month"`, `"rotation-surcharge"`, `"requests"`, `"asymmetric-requests"`
#   (both for 10,000);
# - `facts.limit("kms", "free-requests-per-month")`, for symmetric calls only. Do not round calls.
#
# <details><summary>Hint</summary>
#
# A key that was rotated seven times pays for two of them: `min`. The free calls cannot make the bill negative: `max`.
# </details>


# %% exercise="key-bill"
def monthly_bill(rotations: list[int], calls: int, ecc_calls: int) -> float:
    """Return the month's bill of KMS in USD."""
    ### BEGIN SOLUTION
    surcharge = facts.price("kms", "rotation-surcharge")
    of_keys = len(rotations) * facts.price("kms", "customer-key-month")
    of_keys += sum(min(2, done) for done in rotations) * surcharge
    billed = max(0, calls - facts.limit("kms", "free-requests-per-month"))
    of_calls = billed / 10_000 * facts.price("kms", "requests")
    return of_keys + of_calls + ecc_calls / 10_000 * facts.price("kms", "asymmetric-requests")
    ### END SOLUTION


# %% check="key-bill" points=2
with check(
    "key-bill",
    needs="monthly_bill",
    right="Few keys and many calls: the calls are what to save.",
) as expect:
    expect.close(monthly_bill([0] * 10, 5_000_000, 0), 24.94, "10 keys, never rotated, 5 million calls")
    expect.close(
        monthly_bill([1, 2, 7], 0, 0),
        8.0,
        "Three keys, rotated once, twice and seven times, no calls",
    )
    expect.close(monthly_bill([0], 15_000, 0), 1.0, "One key and 15,000 calls: they are free")
    expect.close(
        monthly_bill([0], 0, 100_000),
        2.5,
        "One key and 100,000 ECC calls, which have no free share",
    )
    expect.close(monthly_bill([0], 25_000, 0), 1.015, "One key and 25,000 calls, of which 5,000 are paid")
    ### BEGIN HIDDEN TESTS
    expect.close(monthly_bill([], 1_020_000, 0), 3.0, "No key of your own and 1,020,000 calls on aws/s3")
    expect.close(
        monthly_bill([3, 0], 20_000, 10_000),
        4.15,
        "Two keys, 20,000 calls and 10,000 ECC calls",
    )
    expect.close(monthly_bill([0], 32_000, 0), 1.036, "One key and 32,000 calls, of which 12,000 are paid")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A key lives in one Region
#
# A key never leaves its Region; ciphertext may. Data that moves is decrypted where it was and encrypted again with a
# key at its new home; snapshots and replicated objects do this on the way. **Multi-Region keys** are the exception.
# Their ids begin with `mrk-`; a primary key and its replicas in other Regions share id and key material.

# %%
ireland = boto3.client("kms", region_name="eu-west-1")
both = kms.create_key(MultiRegion=True, Description="trips")["KeyMetadata"]["KeyId"]
replica = kms.replicate_key(KeyId=both, ReplicaRegion="eu-west-1")["ReplicaKeyMetadata"]
print("same id:", replica["KeyId"] == both, " other ARN:", replica["Arn"])
for words, key_id in {
    "a key of one Region": mine["KeyId"],
    "a multi-Region key": both,
}.items():
    sealed = kms.encrypt(KeyId=key_id, Plaintext=b"Bella, left foreleg")["CiphertextBlob"]
    print(f"{words:20} -> read in Ireland: {outcome(ireland.decrypt, CiphertextBlob=sealed)}")
print(
    "make a key of one Region one of many:",
    outcome(kms.replicate_key, KeyId=mine["KeyId"], ReplicaRegion="eu-west-1"),
)

# %% [markdown]
# That a key is multi-Region is decided when it is created. Each replica has its own policy, aliases, state and price;
# rotation is set on the primary. Use them where the same ciphertext must open in two Regions (global tables,
# disaster recovery on the client side). Most services, EBS and S3 among them, treat a replica as any other key and
# encrypt again all the same.
#
# ## The key policy
#
# A bucket without a policy is open to whoever IAM allows. A key is stricter: its **key policy** is the root of all
# access, and whom it does not let in stays out, the account's administrators and root user included. This is the
# policy that KMS writes if you write none:

# %%
print(json.dumps(json.loads(kms.get_key_policy(KeyId=mine["KeyId"])["Policy"]), indent=1))

# %% [markdown]
# `root` in an ARN like this means the **account**, not the person who signs in as root. The statement hands the
# decision to IAM: now IAM policies of the account can allow actions on the key. `Resource` is `"*"`, and in a key
# policy that means this key.
#
# What may stand in `Principal`?
#
# | principal | example |
# |---|---|
# | an account | `arn:aws:iam::111122223333:root` |
# | a user | `arn:aws:iam::111122223333:user/nora` |
# | a role, whoever has assumed it | `arn:aws:iam::111122223333:role/viewer` |
# | one session of a role | `arn:aws:sts::111122223333:assumed-role/viewer/desk-3` |
# | a federated user's session | `arn:aws:sts::111122223333:federated-user/ben` |
# | an AWS service | `{"Service": "logs.us-east-1.amazonaws.com"}` |
# | everybody | `"*"`, never without a condition such as `kms:CallerAccount` |
#
# Groups cannot stand there. The users and roles must exist; KMS looks.


# %% setup="people"
def statement(
    actions: Any,
    principal: Any,
    effect: str = "Allow",
    condition: dict | None = None,
) -> dict:
    """One statement of a key policy; `"*"` as Resource is this key."""
    made: dict[str, Any] = {
        "Effect": effect,
        "Principal": principal,
        "Action": actions,
        "Resource": "*",
    }
    if condition:
        made["Condition"] = condition
    return made


def document(*statements: dict) -> str:
    """A policy as the JSON text that AWS wants."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def person(
    name: str,
    *actions: str,
    at: boto3.Session | None = None,
) -> tuple[str, boto3.Session]:
    """A new user, by ARN and session; its IAM policy allows the actions on everything."""
    there = at.client("iam") if at else iam
    user = there.create_user(UserName=lab.unique_name(name))["User"]
    if actions:
        may = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        there.put_user_policy(
            UserName=user["UserName"],
            PolicyName="may",
            PolicyDocument=document(may),
        )
    key = there.create_access_key(UserName=user["UserName"])["AccessKey"]
    return user["Arn"], boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])


def open_account(name: str) -> tuple[str, boto3.Session]:
    """Open another account: its number, and the session of an administrator there."""
    organizations = boto3.client("organizations")
    if outcome(organizations.describe_organization) != "ok":
        organizations.create_organization(FeatureSet="ALL")
    mail = f"{lab.unique_name(name)}@example.com"
    opened = organizations.create_account(AccountName=name, Email=mail)
    number = opened["CreateAccountStatus"]["AccountId"]
    role = f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole"
    lent = sts.assume_role(RoleArn=role, RoleSessionName="first-hour")["Credentials"]
    first = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
    return number, person("administrator", "*", at=first)[1]


HALE_ACCOUNT = {"AWS": f"arn:aws:iam::{HALE}:root"}
CLINIC, clinic_admin = open_account("clinic")

# %% [markdown]
# Let us see both policies at work. Two users may call everything of KMS by IAM; one key trusts the account, the other
# one names Nora alone.

# %%
nora, nora_session = person("nora", "kms:*")
ben, ben_session = person("ben", "kms:*")
for_hale = document(statement("kms:*", HALE_ACCOUNT))
trusting = kms.create_key(Policy=for_hale)["KeyMetadata"]["Arn"]
with lab.enforce_iam():
    for_nora = document(statement("kms:*", {"AWS": nora}))
    only_nora = nora_session.client("kms").create_key(Policy=for_nora)
    for words, key_arn in {
        "trusts the account": trusting,
        "names Nora": only_nora["KeyMetadata"]["Arn"],
    }.items():
        for name, caller in {
            "Nora": nora_session,
            "Ben": ben_session,
            "root": boto3.Session(),
        }.items():
            try:
                caller.client("kms").encrypt(KeyId=key_arn, Plaintext=b"x")
                print(f"{words:19} {name:5} ok")
            except ClientError as error:
                print(f"{words:19} {name:5} {error.response['Error']['Code']}")
                reason = lab.why(error)
print("\n" + reason)

# %% [markdown]
# The rules, for a caller who wants to use a key:
#
# 1. An explicit **deny** anywhere ends it.
# 2. In the key's own account one of these is enough: the key policy **names the caller**; or it names the **account**
#    and an IAM policy allows the action; or a **grant** gives it. A grant is a permission on one key for one
#    principal, made by `CreateGrant` and taken back by `RevokeGrant`; services work with it.
# 3. From **another account** both sides must say yes: the key policy lets the account or the caller in, *and* an IAM
#    policy over there allows it. Name such a key by its ARN: a bare key id or alias means one of the caller's own
#    account.
#
# The exam's short form: the key policy must let you in, and IAM must allow the call. And a grant at work:

# %%
vet, vet_session = person("vet")
bella = {"horse": "Bella"}
sealed = kms.encrypt(KeyId=trusting, Plaintext=b"lame", EncryptionContext=bella)
ask = {"CiphertextBlob": sealed["CiphertextBlob"], "EncryptionContext": bella}


def try_to_read(when: str) -> None:
    with lab.enforce_iam():
        print(f"{when:15} {outcome(vet_session.client('kms').decrypt, **ask)}")


try_to_read("without a grant")
grant = kms.create_grant(
    KeyId=trusting,
    GranteePrincipal=vet,
    Operations=["Decrypt"],
    Constraints={"EncryptionContextSubset": bella},  # for this horse only
)
try_to_read("with the grant")
kms.revoke_grant(KeyId=trusting, GrantId=grant["GrantId"])
try_to_read("revoked")

# %% [markdown]
# ### Your turn: predict who gets in
#
# Write `may_encrypt(key_policy, iam_allows, same_account)`: may a user encrypt? `iam_allows` says whether an IAM
# policy of the user allows `kms:Encrypt`. `key_policy` is one of
#
# - `"account"`: allows `kms:*` to the user's account;
# - `"user"`: allows `kms:*` to the user by name;
# - `"others"`: lets in others, and says nothing of this user or its account;
# - `"account, not user"`: allows `kms:*` to the user's account and denies it to the user.
#
# The check makes each of the 16 keys and users and compares. Predict by the rules, without calling AWS.
#
# <details><summary>Hint</summary>
#
# Only one of the four policies behaves differently for a user of the same account without IAM's consent. Deal with
# the deny first.
# </details>


# %% exercise="predict-access"
def may_encrypt(key_policy: str, iam_allows: bool, same_account: bool) -> bool:
    """Predict whether KMS lets the user encrypt."""
    ### BEGIN SOLUTION
    if key_policy in ("others", "account, not user"):
        return False
    if key_policy == "user" and same_account:
        return True
    return iam_allows
    ### END SOLUTION


# %% setup="measured"
def user_may_encrypt(key_policy: str, iam_allows: bool, same_account: bool) -> bool:
    """Make the key and the user, and try."""
    home = None if same_account else clinic_admin
    arn, session = person("viewer", *["kms:Encrypt"] * iam_allows, at=home)
    account = {"AWS": f"arn:aws:iam::{HALE if same_account else CLINIC}:root"}
    manage = statement(["kms:PutKeyPolicy", "kms:DescribeKey"], HALE_ACCOUNT)
    rules = {
        "account": [statement("kms:*", account)],
        "user": [statement("kms:*", {"AWS": arn})],
        "others": [],
        "account, not user": [
            statement("kms:*", account),
            statement("kms:*", {"AWS": arn}, effect="Deny"),
        ],
    }
    key = kms.create_key(Policy=document(manage, *rules[key_policy]))["KeyMetadata"]["Arn"]
    with lab.enforce_iam():
        return outcome(session.client("kms").encrypt, KeyId=key, Plaintext=b"x") == "ok"


POLICIES = ("account", "user", "others", "account, not user")
CALLERS = {
    f"{where}, IAM {'allows' if allows else 'is silent'}": (allows, same)
    for where, same in (("same account", True), ("other account", False))
    for allows in (True, False)
}

# %% check="predict-access" points=2
with check(
    "predict-access",
    needs="may_encrypt",
    right="Same account: one yes is enough. Across: two.",
) as expect:

    def predicted(key_policy: str, caller: str) -> None:
        with lab.watching() as made:
            said = may_encrypt(key_policy, *CALLERS[caller])
        expect(not made, "Predict by the rules alone; the check asks KMS.")
        expect(isinstance(said, bool), "Return True or False.")
        truth = user_may_encrypt(key_policy, *CALLERS[caller])
        words = f"Key policy: {key_policy!r}; {caller}"
        expect(
            said == truth,
            f"{words}: you say {said}, KMS {'lets the user in' if truth else 'refuses'}.",
        )

    for key_policy in ("account", "user", "account, not user"):
        for caller in CALLERS:
            predicted(key_policy, caller)
    predicted("others", "same account, IAM allows")
    ### BEGIN HIDDEN TESTS
    for caller in CALLERS:
        predicted("others", caller)
    ### END HIDDEN TESTS

# %% [markdown]
# All sixteen, as the lab decides them:

# %%
words = {True: "allowed", False: "refused"}
table: dict[str, dict[str, str]] = {}
for key_policy in POLICIES:
    tried = {caller: words[user_may_encrypt(key_policy, *how)] for caller, how in CALLERS.items()}
    table[f"key policy: {key_policy}"] = tried
charts.heatmap(
    table,
    headline="IAM is not needed in one case only: the key's own account, and the user named",
    meanings={"allowed": "good", "refused": "off"},
    source="decided in the lab",
)

# %% [markdown]
# ## Two hands
#
# Who manages a key should not read what lies under it, and who reads should not manage. Only a key policy can keep the
# two apart, because in it you choose the actions. (An administrator may still rewrite the policy. CloudTrail shows it,
# and that is the point: nobody can do it unseen.)
#
# ### Your turn: separate the hands
#
# Write `two_hands(admin_arn, user_arn)`. It returns a key policy, as a dictionary or as JSON, under which
#
# - the administrator may `DescribeKey`, `GetKeyPolicy`, `PutKeyPolicy`, `EnableKeyRotation`, `GetKeyRotationStatus`,
#   `DisableKey`, `EnableKey`, `TagResource`, `ScheduleKeyDeletion` and `CancelKeyDeletion`, and may not encrypt,
#   decrypt, make data keys or give grants;
# - the user may `Encrypt`, `Decrypt`, `GenerateDataKey` and `DescribeKey`, and nothing else;
# - nobody else may do anything, whatever IAM allows.
#
# The administrator creates the key with it.
#
# <details><summary>Hint</summary>
#
# Two statements. A wildcard in the administrator's is fine (`kms:Enable*`) as long as it covers no use of the key and
# no `CreateGrant`. Without a statement for the account, IAM has no say.
# </details>


# %% exercise="two-hands"
def two_hands(admin_arn: str, user_arn: str):
    """Return a key policy that keeps managing and using apart."""
    ### BEGIN SOLUTION
    manage = [
        "Describe*",
        "Get*",
        "Put*",
        "Enable*",
        "Disable*",
        "TagResource",
        "UntagResource",
    ]
    manage += ["ScheduleKeyDeletion", "CancelKeyDeletion"]
    use = ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"AWS": arn},
                "Action": [f"kms:{action}" for action in actions],
                "Resource": "*",
            }
            for sid, arn, actions in (("Manage", admin_arn, manage), ("Use", user_arn, use))
        ],
    }
    ### END SOLUTION


# %% check="two-hands" points=3
with check("two-hands", needs="two_hands", right="Whoever wants both now needs a second pair of eyes.") as expect:

    def hands_are_apart(name: str) -> None:
        admin_arn, admin_session = person(f"{name}-admin", "kms:CreateKey")
        user_arn, user_session = person(f"{name}-user")
        admin, user = admin_session.client("kms"), user_session.client("kms")
        colleague = person(f"{name}-colleague", "kms:*")[1].client("kms")
        given = two_hands(admin_arn, user_arn)
        policy = given if isinstance(given, str) else json.dumps(given)
        with lab.enforce_iam():
            try:
                key = admin.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
            except ClientError as error:
                expect(
                    False,
                    f"The administrator cannot create the key: {error.response['Error']['Message']}",
                )
            sealed = "not tried"
            for action, call, parameters in (
                ("Encrypt", user.encrypt, {"KeyId": key, "Plaintext": b"x"}),
                (
                    "GenerateDataKey",
                    user.generate_data_key,
                    {"KeyId": key, "KeySpec": "AES_256"},
                ),
                ("DescribeKey", user.describe_key, {"KeyId": key}),
            ):
                expect(
                    outcome(call, **parameters) == "ok",
                    f"The user should be allowed kms:{action}, and is not.",
                )
            sealed = user.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
            expect(
                outcome(user.decrypt, CiphertextBlob=sealed) == "ok",
                "The user may not Decrypt, and should.",
            )
            tag = [{"TagKey": "team", "TagValue": "images"}]
            for action, parameters in (
                ("describe_key", {}),
                ("get_key_policy", {}),
                ("enable_key_rotation", {}),
                ("get_key_rotation_status", {}),
                ("tag_resource", {"Tags": tag}),
                ("put_key_policy", {"Policy": policy, "PolicyName": "default"}),
                ("disable_key", {}),
                ("enable_key", {}),
                ("schedule_key_deletion", {"PendingWindowInDays": 30}),
                ("cancel_key_deletion", {}),
                ("enable_key", {}),
            ):
                found = outcome(getattr(admin, action), KeyId=key, **parameters)
                expect(
                    found == "ok",
                    f"The administrator's call of {action} ended in {found}; it should be allowed.",
                )
            uses = {
                "encrypt": {"KeyId": key, "Plaintext": b"x"},
                "decrypt": {"CiphertextBlob": sealed},
                "generate_data_key": {"KeyId": key, "KeySpec": "AES_256"},
            }
            for action, parameters in uses.items():
                found = outcome(getattr(admin, action), **parameters)
                expect(
                    found != "ok",
                    f"The administrator can {action}: the one who manages must not use the key.",
                )
                found = outcome(getattr(colleague, action), **parameters)
                expect(
                    found != "ok",
                    f"A colleague with kms:* in IAM can {action}. Does your policy trust the account?",
                )
            new_policy = {"Policy": policy, "PolicyName": "default"}
            for action, parameters in (("describe_key", {}), ("put_key_policy", new_policy)):
                found = outcome(getattr(colleague, action), KeyId=key, **parameters)
                expect(
                    found != "ok",
                    f"A colleague with kms:* in IAM can {action}. Does your policy trust the account?",
                )
            to_read = {"GranteePrincipal": admin_arn, "Operations": ["Decrypt"]}
            expect(
                outcome(admin.create_grant, KeyId=key, **to_read) != "ok",
                "The administrator can create_grant, and so let himself decrypt.",
            )
            for action, parameters in (
                ("put_key_policy", new_policy),
                ("disable_key", {}),
                ("enable_key_rotation", {}),
                ("schedule_key_deletion", {"PendingWindowInDays": 30}),
                ("create_grant", {"GranteePrincipal": user_arn, "Operations": ["Decrypt"]}),
            ):
                found = outcome(getattr(user, action), KeyId=key, **parameters)
                expect(
                    found != "ok",
                    f"The user can {action}, which is the administrator's business.",
                )
            for action, parameters in (
                ("re_encrypt", {"CiphertextBlob": sealed, "DestinationKeyId": key}),
                ("generate_data_key_without_plaintext", {"KeyId": key, "KeySpec": "AES_256"}),
            ):
                found = outcome(getattr(user, action), **parameters)
                expect(
                    found != "ok",
                    f"The user can {action}, too. Four actions were asked for, without wildcards.",
                )

    hands_are_apart("xray")
    ### BEGIN HIDDEN TESTS
    hands_are_apart("invoices")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Locked out
#
# KMS refuses a policy under which its writer could not change the policy again. `BypassPolicyLockoutSafetyCheck`
# switches that guard off, and then this happens:

# %%
stranger, stranger_session = person("stranger")
lost = document(statement("kms:Decrypt", {"AWS": stranger}))
try:
    kms.create_key(Policy=lost)
except ClientError as error:
    print(error.response["Error"]["Message"])
forced = kms.create_key(Policy=lost, BypassPolicyLockoutSafetyCheck=True)
key_id = forced["KeyMetadata"]["KeyId"]
with lab.enforce_iam():
    again = outcome(kms.put_key_policy, KeyId=key_id, PolicyName="default", Policy=lost)
    print("root repairs the policy:", again)
    print("root deletes the key:   ", outcome(kms.schedule_key_deletion, KeyId=key_id))

# %% [markdown]
# Nobody can manage this key any more, not even to delete it, and it costs 1 USD a month. AWS Support can help; you
# cannot.
#
# ### Your turn: repair the key that locks everybody out
#
# A colleague wrote `locked_key` and silenced the guard to get it through. The intention was:
#
# - the administrator may look at the key, read and change its policy, and schedule its deletion;
# - the application may decrypt, and nobody else may, whatever IAM allows;
# - the account keeps a last way in: it may change the policy (`kms:PutKeyPolicy`), and may not use, disable or delete
#   the key or give grants on it;
# - KMS's own guard stays on.
#
# Mend it. The function returns the ARN of the key. (Whoever may change a policy can write himself into it. That cannot
# be helped, but it leaves a trace in CloudTrail.)
#
# <details><summary>Hint</summary>
#
# Three faults beside the bypass: an action that does not exist, a deny that hits too many actions, and nothing for the
# account. Take the account's statement narrow: what it allows, IAM can hand on to everybody.
# </details>


# %% exercise="locked-out" repair=true
def locked_key(admin_arn: str, app_arn: str) -> str:
    """Create the key and return its ARN."""
    policy = document(
        statement(["kms:DescribeKey", "kms:GetKeyPolicy"], {"AWS": admin_arn}),
        statement(["kms:PutPolicy", "kms:ScheduleKeyDeletion"], {"AWS": admin_arn}),
        statement("kms:Decrypt", {"AWS": app_arn}),
        statement(
            "kms:*",
            {"AWS": "*"},
            effect="Deny",
            condition={"ArnNotEquals": {"aws:PrincipalArn": app_arn}},
        ),
    )
    created = kms.create_key(Policy=policy, BypassPolicyLockoutSafetyCheck=True)
    return created["KeyMetadata"]["Arn"]


### BEGIN SOLUTION
def locked_key(admin_arn: str, app_arn: str) -> str:
    """Create the key and return its ARN."""
    look = ["kms:DescribeKey", "kms:GetKeyPolicy"]
    policy = document(
        statement([*look, "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"], {"AWS": admin_arn}),
        statement("kms:Decrypt", {"AWS": app_arn}),
        statement(
            "kms:Decrypt",
            {"AWS": "*"},
            effect="Deny",
            condition={"ArnNotEquals": {"aws:PrincipalArn": app_arn}},
        ),
        statement("kms:PutKeyPolicy", HALE_ACCOUNT),
    )
    return kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]


### END SOLUTION


# %% check="locked-out" points=3
with check("locked-out", needs="locked_key", right="Two ways back in, and one reader.") as expect:

    def opens_again(name: str) -> None:
        admin_arn, admin_session = person(f"{name}-admin")
        app_arn, app_session = person(f"{name}-app")
        admin, app = admin_session.client("kms"), app_session.client("kms")
        colleague = person(f"{name}-colleague", "kms:*")[1].client("kms")
        asked: list[dict] = []
        noted = kms.meta.events
        noted.register(
            "provide-client-params.kms.*",
            lambda params, **_: asked.append(dict(params)),
            "bypass",
        )
        try:
            key = locked_key(admin_arn, app_arn)
        except ClientError as error:
            expect(
                False,
                f"KMS refuses: {error.response['Error']['Message']} Who calls here is the account's root.",
            )
        finally:
            noted.unregister("provide-client-params.kms.*", unique_id="bypass")
        bypassed = any(one.get("BypassPolicyLockoutSafetyCheck") for one in asked)
        expect(
            not bypassed,
            "The guard is still bypassed. Take BypassPolicyLockoutSafetyCheck away.",
        )
        expect(str(key).startswith("arn:aws:kms:"), "Return the ARN of the key.")
        policy = kms.get_key_policy(KeyId=key)["Policy"]
        sealed = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]  # while nothing is enforced
        with lab.enforce_iam():
            for action, more in (
                ("describe_key", {}),
                ("get_key_policy", {}),
                ("put_key_policy", {"PolicyName": "default", "Policy": policy}),
            ):
                found = outcome(getattr(admin, action), KeyId=key, **more)
                expect(
                    found == "ok",
                    f"The administrator's {action} ends in {found}. Look at the actions, and the deny.",
                )
            expect(
                outcome(app.decrypt, CiphertextBlob=sealed) == "ok",
                "The application cannot decrypt.",
            )
            for who, client in {
                "The administrator": admin,
                "A colleague with kms:* in IAM": colleague,
            }.items():
                expect(
                    outcome(client.decrypt, CiphertextBlob=sealed) != "ok",
                    f"{who} can decrypt.",
                )
            found = outcome(app.put_key_policy, KeyId=key, PolicyName="default", Policy=policy)
            expect(found != "ok", "The application can change the policy.")
            to_read = {"GranteePrincipal": app_arn, "Operations": ["Decrypt"]}
            for action, more in (("schedule_key_deletion", {}), ("disable_key", {}), ("create_grant", to_read)):
                found = outcome(getattr(colleague, action), KeyId=key, **more)
                expect(
                    found != "ok",
                    f"A colleague with kms:* in IAM can {action}: the account's statement allows too much.",
                )
            found = outcome(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=policy)
            expect(
                found == "ok",
                "The account cannot change the policy: the last way in is missing.",
            )
            found = outcome(admin.schedule_key_deletion, KeyId=key)
            expect(found == "ok", f"The administrator's schedule_key_deletion ends in {found}.")

    opens_again("xray")
    ### BEGIN HIDDEN TESTS
    opens_again("invoices")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Rotation
#
# To **rotate** a key is to give it new key material. Id, ARN, aliases and policy stay. New data goes under the new
# material, and the old material stays for the old data: nothing is encrypted again, and nobody's code changes.
#
# - AWS managed keys turn every year by themselves.
# - Symmetric customer keys turn if you say so: every 365 days, or a period of 90 to 2,560 days that you choose. On
#   demand they turn at once, 25 times in the life of a key.
# - Keys with imported material turn on demand only, with new material that you import.
# - Asymmetric, HMAC and custom key store keys do not turn. You make a new key and point the alias at it: *manual
#   rotation*.

# %%
old_letter = kms.encrypt(KeyId=mine["KeyId"], Plaintext=b"Bella, 2026")["CiphertextBlob"]
kms.enable_key_rotation(KeyId=mine["KeyId"], RotationPeriodInDays=180)
status = kms.get_key_rotation_status(KeyId=mine["KeyId"])
period, due = status["RotationPeriodInDays"], status["NextRotationDate"]
print(f"every {period} days, next on {due:%d %B %Y}")
begin, price_of_key = lab.clock.now(), {0: float(month)}
surcharge = facts.price("kms", "rotation-surcharge")
for day in range(30, 3 * 365, 30):
    lab.clock.advance(days=30)
    turned = len(kms.list_key_rotations(KeyId=mine["KeyId"])["Rotations"])
    price_of_key[day] = float(month + min(2, turned) * surcharge)
done = kms.list_key_rotations(KeyId=mine["KeyId"])["Rotations"]
dates = [one["RotationDate"] for one in done]
print(
    len(done),
    "rotations later the old letter still opens:",
    kms.decrypt(CiphertextBlob=old_letter)["Plaintext"],
)
charts.steps(
    {"price of the key": (list(price_of_key), list(price_of_key.values()))},
    headline=f"{len(done)} rotations in three years, and only the first two cost something",
    x_unit="days",
    y_label="USD per month",
    events={f"rotation {n}": (at - begin).days for n, at in enumerate(dates, 1)},
    source=["measured in the lab", surcharge],
)

# %% [markdown]
# > **Then and now.** Once a year was the only period until April 2024, and it was imported material that had to be
# > rotated by hand; on demand works for it since June 2025. Until 2022 AWS managed keys turned every three years.
#
# Code should name keys by **alias**: then a new key is one `UpdateAlias` away. In policies use key ARNs; an alias there
# protects nothing, because it can be moved.
#
# ### Your turn: a new key behind the alias
#
# The contract with an insurer demands a wholly new key, with an id of its own, every year. Write `replace_key(alias)`:
#
# - a new symmetric key takes over the description and the key policy of the old one;
# - the alias points to it from now on. There must be no moment without the alias: programs use it all day;
# - what was encrypted before must stay readable, so the old key stays enabled;
# - return the id of the new key.
#
# <details><summary>Hint</summary>
#
# `describe_key(KeyId=alias)` finds the old key; `get_key_policy` wants its id, not the alias.
# </details>


# %% exercise="replace-key"
def replace_key(alias: str) -> str:
    """Put a new key behind the alias and return its id."""
    ### BEGIN SOLUTION
    old = kms.describe_key(KeyId=alias)["KeyMetadata"]
    policy = kms.get_key_policy(KeyId=old["KeyId"])["Policy"]
    new = kms.create_key(Description=old["Description"], Policy=policy)["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName=alias, TargetKeyId=new)
    return new
    ### END SOLUTION


# %% check="replace-key" points=2
with check(
    "replace-key",
    needs="replace_key",
    right="Old letters open, new ones go under the new key.",
) as expect:

    def stands_behind(description: str) -> None:
        alias = f"alias/{lab.unique_name('insurer')}"
        named = statement("kms:Decrypt", {"AWS": person("insurer")[0]})
        policy = document(statement("kms:*", HALE_ACCOUNT), named)
        old = kms.create_key(Description=description, Policy=policy)["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=alias, TargetKeyId=old)
        letter = kms.encrypt(KeyId=alias, Plaintext=b"before")["CiphertextBlob"]
        with lab.watching() as made:
            new = replace_key(alias)
        expect(
            not made.of("DeleteAlias"),
            "The alias was deleted: for a moment every program failed. Use update_alias.",
        )
        expect(
            isinstance(new, str) and new != old,
            "Return the id of the new key. Turning the old one keeps its id.",
        )
        behind = kms.describe_key(KeyId=alias)["KeyMetadata"]
        expect(behind["KeyId"] != old, "The alias still points to the old key.")
        expect(
            new in (behind["KeyId"], behind["Arn"]),
            "The alias points to another key than the one you return.",
        )
        expect.equal(behind["Description"], description, "The description of the new key")
        kept = json.loads(kms.get_key_policy(KeyId=behind["KeyId"])["Policy"])
        expect(kept == json.loads(policy), "The new key has another key policy than the old one.")
        state = kms.describe_key(KeyId=old)["KeyMetadata"]["KeyState"]
        expect(state == "Enabled", f"The old key is {state}: what is under it cannot be read.")
        expect(
            outcome(kms.decrypt, CiphertextBlob=letter) == "ok",
            "The old letter does not open any more.",
        )
        fresh = kms.encrypt(KeyId=alias, Plaintext=b"after")
        expect(fresh["KeyId"] == behind["Arn"], "New letters do not go under the new key.")

    stands_behind("Letters to the insurer")
    ### BEGIN HIDDEN TESTS
    stands_behind("Invoices")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The end of a key
#
# A key is `Enabled`, `Disabled` or `PendingDeletion` (with imported material also `PendingImport`). Whatever lies
# under a deleted key is lost for ever, with all its backups. So KMS makes you wait **7 to 30 days**, 30 if you say
# nothing. Prefer disabling: it can be undone, and all who still need the key will come to you.

# %%
old_key = kms.create_key(Description="archive of 2019")["KeyMetadata"]["KeyId"]
film = kms.encrypt(KeyId=old_key, Plaintext=b"Bella, 2019")["CiphertextBlob"]


def try_it(step: str) -> None:
    found = outcome(kms.describe_key, KeyId=old_key)
    if found == "ok":
        found = kms.describe_key(KeyId=old_key)["KeyMetadata"]["KeyState"]
    print(f"{step:24} {found:18} reading: {outcome(kms.decrypt, CiphertextBlob=film)}")


try_it("created")
kms.disable_key(KeyId=old_key)
try_it("disabled")
print(
    "wait for 5 days only:",
    outcome(kms.schedule_key_deletion, KeyId=old_key, PendingWindowInDays=5),
)
kms.schedule_key_deletion(KeyId=old_key, PendingWindowInDays=7)
try_it("deletion scheduled")
kms.cancel_key_deletion(KeyId=old_key)
try_it("cancelled")
kms.enable_key(KeyId=old_key)
try_it("enabled")
kms.schedule_key_deletion(KeyId=old_key, PendingWindowInDays=7)
lab.clock.advance(days=7, hours=1)
try_it("a week later")

# %% [markdown]
# Cancelling leaves the key disabled; enable it yourself. (On AWS the deletion may come up to a day later.)
#
# During the waiting period somebody may still need the key. The call fails with `KMSInvalidStateException`, and
# CloudTrail writes it down. If CloudTrail sends its events to a log group, a metric filter finds the line and an alarm
# wakes you, in time to cancel.
#
# ### Your turn: an alarm on a dying key
#
# Write `watch(group, topic_arn)`. The log group gets events of CloudTrail, one JSON object each. Make
#
# - a metric filter that counts the events whose `eventSource` is `kms.amazonaws.com` and whose `errorMessage` ends
#   with `is pending deletion.`;
# - an alarm that goes off when at least one came within five minutes, stays quiet when nothing comes, and tells the
#   SNS topic.
#
# Name metric and alarm after the log group, so that several can be watched, each with its own topic. Return the name
# of the alarm.
#
# <details><summary>Hint</summary>
#
# Two calls: `logs.put_metric_filter` and `cloudwatch.put_metric_alarm`. The pattern for JSON stands in braces:
# `{ $.field = "value" && $.other = "*ending" }`; the full stop belongs to the ending. Each event adds 1 to the metric
# (`metricValue="1"`). The alarm: `Statistic="Sum"`, `Period=300`, `TreatMissingData="notBreaching"`.
# </details>


# %% exercise="watch-deletion"
def watch(group: str, topic_arn: str) -> str:
    """Alarm the topic when somebody needs a dying key; return the alarm's name."""
    ### BEGIN SOLUTION
    pattern = '{ $.eventSource = "kms*" && $.errorMessage = "*is pending deletion." }'
    name = f"dying-key-{group.strip('/').replace('/', '-')}"
    logs.put_metric_filter(
        logGroupName=group,
        filterName="use-of-a-dying-key",
        filterPattern=pattern,
        metricTransformations=[
            {"metricName": name, "metricNamespace": "Hale", "metricValue": "1"},
        ],
    )
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Hale",
        MetricName=name,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
    return name
    ### END SOLUTION


# %% check="watch-deletion" points=3
with check("watch-deletion", needs="watch", right="Now there is time to cancel the deletion.") as expect:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")

    def trail(group: str, *events: dict) -> None:
        """What CloudTrail would write."""
        now = int(lab.clock.now().timestamp() * 1000)
        logs.put_log_events(
            logGroupName=group,
            logStreamName="trail",
            logEvents=[{"timestamp": now, "message": json.dumps(one)} for one in events],
        )

    def rings(queue: str) -> int:
        """Alarm messages in the queue."""
        got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return sum('NewStateValue\\":\\"ALARM' in one["Body"].replace(" ", "") for one in got)

    def is_watched(name: str) -> None:
        group, topic = (
            f"/trail/{lab.unique_name(name)}",
            sns.create_topic(Name=lab.unique_name(name))["TopicArn"],
        )
        queue = sqs.create_queue(QueueName=lab.unique_name(name))["QueueUrl"]
        queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        may_send = statement("sqs:SendMessage", {"Service": "sns.amazonaws.com"}) | {"Resource": queue_arn}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": document(may_send)})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="trail")
        alarm = watch(group, topic)
        next_door = f"/trail/{lab.unique_name('next-door')}"
        logs.create_log_group(logGroupName=next_door)
        logs.create_log_stream(logGroupName=next_door, logStreamName="trail")
        quiet_topic = sns.create_topic(Name=lab.unique_name("next-door"))["TopicArn"]
        expect(
            watch(next_door, quiet_topic) != alarm,
            "Two log groups get one alarm, and the second takes it from the first. Name it after the log group.",
        )
        try:
            found = cloudwatch.describe_alarms(AlarmNames=[str(alarm)])["MetricAlarms"]
            expect(
                len(found) == 1,
                "Return the name of the alarm; CloudWatch knows none of the name you return.",
            )
            key = f"arn:aws:kms:us-east-1:{HALE}:key/4d1c"
            fine = {
                "eventSource": "kms.amazonaws.com",
                "eventName": "Decrypt",
                "errorCode": None,
            }
            other = fine | {
                "errorCode": "DisabledException",
                "errorMessage": f"{key} is disabled.",
            }
            unfinished = fine | {
                "errorCode": "KMSInvalidStateException",
                "errorMessage": f"{key} is pending import.",
            }
            more_words = fine | {"errorMessage": f"{key} is pending deletion. It cannot be tagged."}
            elsewhere = {
                "eventSource": "s3.amazonaws.com",
                "userAgent": "kms.amazonaws.com",
                "errorMessage": "bucket is pending deletion.",
            }
            trail(group, fine, other, unfinished, more_words, elsewhere)
            lab.clock.advance(minutes=11)
            rung = rings(queue)
            expect(
                rung == 0,
                "The alarm goes off though no dying key was used: no event is from KMS and ends with those words. "
                "Look at both conditions of the pattern.",
            )
            quiet = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"][0]["StateValue"]
            expect(
                quiet == "OK",
                f"With nothing to count the alarm is {quiet}; it should be OK. See TreatMissingData, and Period.",
            )
            dying = {
                "errorCode": "KMSInvalidStateException",
                "errorMessage": f"{key} is pending deletion.",
            }
            trail(next_door, fine | dying)
            lab.clock.advance(minutes=11)
            expect(
                rings(queue) == 0,
                "An event of another log group sets off this alarm. Name the metric after the log group, too.",
            )
            trail(group, fine, fine | dying)
            lab.clock.advance(minutes=11)
            expect(
                rings(queue) >= 1,
                "A dying key was used once, and the topic heard nothing within eleven minutes.",
            )
        finally:
            cloudwatch.delete_alarms(
                AlarmNames=[one["AlarmName"] for one in cloudwatch.describe_alarms()["MetricAlarms"]]
            )

    is_watched("hale")
    ### BEGIN HIDDEN TESTS
    is_watched("stud")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Encrypted snapshots on their way
#
# A snapshot is under the key of its volume. A copy into another Region needs a key of that Region, and EBS encrypts
# it again on the way. Name none and EBS takes its own key there, `aws/ebs`.

# %%
volume = ec2.create_volume(
    AvailabilityZone="us-east-1a",
    Size=8,
    Encrypted=True,
    KmsKeyId=mine["Arn"],
)["VolumeId"]
snapshot = ec2.create_snapshot(VolumeId=volume, Description="images")["SnapshotId"]
in_ireland = boto3.client("ec2", region_name="eu-west-1")
irish = ireland.create_key(Description="images, Ireland")["KeyMetadata"]["Arn"]
for words, key_arn in {"a key of Ireland": irish, "the key of Virginia": mine["Arn"]}.items():
    copied = in_ireland.copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=snapshot, Encrypted=True, KmsKeyId=key_arn
    )["SnapshotId"]
    told = in_ireland.describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]
    print(f"with {words:20} {told['State']:10} {told.get('StateMessage', '')}")

# %% [markdown]
# The call succeeds in both cases, and the second copy fails later: `State` says that it did, and `StateMessage` why. So
# it is wherever a permission on a key is missing.
#
# To **another account** it takes five steps: (1) the snapshot is under a customer managed key, because one under
# `aws/ebs` cannot be shared; (2) the key policy lets the other account decrypt and create grants; (3) you share the
# snapshot (`createVolumePermission`); (4) over there it is copied under a key of their own; (5) volumes come from the
# copy. Step 2 should hold for this road only. Two conditions say so:
#
# - `kms:ViaService`: the request comes through EC2 in this Region (`ec2.us-east-1.amazonaws.com`);
# - `kms:CallerAccount`: it comes from that account.

# %% setup="clinic"
from dataclasses import dataclass

ec2_only = ("ec2:CopySnapshot", "ec2:Describe*")


@dataclass(frozen=True)
class Partner:
    """The clinic that keeps Hale's backups, in Ireland."""

    number: str
    admin: boto3.Session
    archivist: boto3.Session
    archivist_name: str
    key_arn: str


def new_partner() -> Partner:
    """An archivist who may copy snapshots and use the clinic's key in Ireland only."""
    arn, archivist = person("archivist", *ec2_only, at=clinic_admin)
    own = clinic_admin.client("kms", region_name="eu-west-1")
    use = ["kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt", "kms:CreateGrant"]
    clinic_account = {"AWS": f"arn:aws:iam::{CLINIC}:root"}
    policy = document(statement("kms:*", clinic_account), statement(use, {"AWS": arn}))
    key_arn = own.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    return Partner(CLINIC, clinic_admin, archivist, arn.split("/")[-1], key_arn)


# %% [markdown]
# ### Your turn: hand a backup to the clinic
#
# Write `hand_over(snapshot_id, key_arn, partner)` for a snapshot of Hale in us-east-1 under the key `key_arn`. It does
# the work of both sides and returns the id of the clinic's copy **in eu-west-1**.
#
# - Hale: **add** a statement to the key policy that lets the clinic's account (`partner.number`) `kms:Decrypt` and
#   `kms:CreateGrant`, through EC2 in us-east-1 and from that account only (both conditions). What stood there stays.
# - Hale: share the snapshot with the clinic, and nobody else.
# - Clinic: with `partner.admin`, give the user `partner.archivist_name` an IAM policy that allows both actions on
#   **this key** alone.
# - Clinic: with `partner.archivist`, copy the snapshot under `partner.key_arn`. What EC2 needs of that key, the
#   archivist has already.
#
# The clients of the first cell (`kms`, `ec2`) are Hale's. `partner.admin` and `partner.archivist` are boto3 sessions of
# the clinic: `partner.archivist.client("ec2", region_name=...)`.
#
# <details><summary>Hint</summary>
#
# Hale: `get_key_policy`, `json.loads`, append to `["Statement"]`, `put_key_policy`; then `modify_snapshot_attribute`.
# Clinic: `put_user_policy`, whose statement has no `Principal`. `copy_snapshot` is called in the Region of the copy and
# told the `SourceRegion`. If the copy ends in `error`, one side does not yet allow both actions.
# </details>


# %% exercise="send-snapshot"
def hand_over(snapshot_id: str, key_arn: str, partner: Partner) -> str:
    """Bring an encrypted snapshot to the partner; return the id of the copy."""
    ### BEGIN SOLUTION
    actions = ["kms:Decrypt", "kms:CreateGrant"]
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    only = {
        "kms:ViaService": "ec2.us-east-1.amazonaws.com",
        "kms:CallerAccount": partner.number,
    }
    account = {"AWS": f"arn:aws:iam::{partner.number}:root"}
    policy["Statement"].append(statement(actions, account, condition={"StringEquals": only}))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot_id,
        Attribute="createVolumePermission",
        OperationType="add",
        UserIds=[partner.number],
    )
    partner.admin.client("iam").put_user_policy(
        UserName=partner.archivist_name,
        PolicyName="read-backups-of-hale",
        PolicyDocument=document({"Effect": "Allow", "Action": actions, "Resource": key_arn}),
    )
    there = partner.archivist.client("ec2", region_name="eu-west-1")
    copied = there.copy_snapshot(
        SourceRegion="us-east-1",
        SourceSnapshotId=snapshot_id,
        Encrypted=True,
        KmsKeyId=partner.key_arn,
    )
    return copied["SnapshotId"]
    ### END SOLUTION


# %% check="send-snapshot" points=4
with check(
    "send-snapshot",
    needs="hand_over",
    right="Two accounts, two Regions, two keys, and one narrow road.",
) as expect:

    def arrives(size: int) -> None:
        partner = new_partner()
        app_arn, app = person("image-app")
        mine_too = statement(["kms:Encrypt", "kms:Decrypt"], {"AWS": app_arn})
        policy = document(statement("kms:*", HALE_ACCOUNT), mine_too)
        key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
        their_key = {"AWS": f"arn:aws:iam::{CLINIC}:root"}
        open_to_them = document(statement("kms:*", HALE_ACCOUNT), statement("kms:Decrypt", their_key))
        other = kms.create_key(Policy=open_to_them)["KeyMetadata"]["Arn"]
        disk = ec2.create_volume(AvailabilityZone="us-east-1a", Size=size, Encrypted=True, KmsKeyId=key)["VolumeId"]
        backup = ec2.create_snapshot(VolumeId=disk)["SnapshotId"]
        with lab.enforce_iam(), lab.watching() as made:
            copied = hand_over(backup, key, partner)
        look = partner.admin.client("ec2", region_name="eu-west-1")
        there = [one for one in look.describe_snapshots(OwnerIds=[CLINIC])["Snapshots"] if one["SnapshotId"] == copied]
        expect(
            len(there) == 1,
            "Return the id of the copy: the clinic has no such snapshot in eu-west-1.",
        )
        told = there[0].get("StateMessage", "")
        expect(
            there[0]["State"] == "completed",
            f"The copy ended in {there[0]['State']}: {told}. One side does not yet let the archivist use the key: "
            "compare the key policy (actions, both conditions) and the IAM policy with the task.",
        )
        who = partner.archivist.get_credentials().access_key
        expect(
            {call.access_key_id for call in made.of("CopySnapshot")} == {who},
            "Somebody else copied the snapshot. The archivist should: partner.archivist.",
        )
        expect(
            there[0].get("KmsKeyId") == partner.key_arn,
            "The copy is not under the clinic's key in Ireland.",
        )
        shared = ec2.describe_snapshot_attribute(SnapshotId=backup, Attribute="createVolumePermission")
        users = [one.get("UserId") or one.get("Group") for one in shared["CreateVolumePermissions"]]
        expect(
            users == [CLINIC],
            f"The snapshot is shared with {users}; it should be the clinic alone.",
        )
        with lab.enforce_iam():
            kept = outcome(app.client("kms").encrypt, KeyId=key, Plaintext=b"x")
            expect(
                kept == "ok",
                "Hale's own application lost its key. Add to the policy; do not replace it.",
            )
            sealed = boto3.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
            archivist = partner.archivist.client("kms", region_name="us-east-1")
            straight = outcome(archivist.decrypt, KeyId=key, CiphertextBlob=sealed)
            expect(
                straight != "ok",
                "The archivist can call kms:Decrypt directly. Where is kms:ViaService?",
            )
            sealed = boto3.client("kms").encrypt(KeyId=other, Plaintext=b"x")["CiphertextBlob"]
            more = outcome(archivist.decrypt, KeyId=other, CiphertextBlob=sealed)
            expect(
                more != "ok",
                "The archivist's IAM policy covers other keys of Hale. Name this key as Resource.",
            )
        before = json.loads(policy)["Statement"]
        added = [one for one in json.loads(kms.get_key_policy(KeyId=key)["Policy"])["Statement"] if one not in before]
        for one in added:
            for word in ("kms:CallerAccount", "kms:ViaService"):
                expect(word in json.dumps(one), f"A new statement in the key policy does not say {word}.")
            actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
            expect(
                not {"*", "kms:*"} & set(actions),
                "The key policy lets the clinic do more than kms:Decrypt and kms:CreateGrant.",
            )
        opened = document(statement("kms:*", HALE_ACCOUNT), statement("kms:*", their_key))
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=opened)  # now IAM in the clinic alone decides
        with lab.enforce_iam():
            expect(
                outcome(archivist.encrypt, KeyId=key, Plaintext=b"x") != "ok",
                "The archivist's IAM policy allows more than kms:Decrypt and kms:CreateGrant.",
            )

    arrives(8)
    ### BEGIN HIDDEN TESTS
    arrives(20)
    ### END HIDDEN TESTS

# %% [markdown]
# > **On real AWS** the EBS documentation asks for a few actions more on the shared key (`DescribeKey`, `ReEncrypt*`,
# > `GenerateDataKey*`); put them into the same statements. `CreateGrant` gets the condition
# > `kms:GrantIsForAWSResource`, so that only a service can use it. A copy takes minutes to hours there: wait for it
# > with the waiter `snapshot_completed`.
#
# ## The quota of KMS
#
# Every use of a symmetric key counts against **one quota for your account in the Region**: `Encrypt`, `Decrypt`,
# `ReEncrypt`, `GenerateDataKey`, `GenerateRandom` and the MACs share it, and what services do for you counts too. An
# upload with SSE-KMS is a `GenerateDataKey`, a download a `Decrypt`.

# %%
quota = {
    region: facts.limit("kms", "symmetric-requests-per-second", region=region)
    for region in ("us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2", "eu-west-3")
}
quota_rows = {f"{region}, symmetric": number for region, number in quota.items()}
for name in (
    "rsa-requests-per-second",
    "ecc-requests-per-second",
    "custom-key-store-requests-per-second",
):
    words = "a custom key store" if "store" in name else f"{name[:3].upper()}, any Region"
    quota_rows[words] = facts.limit("kms", name, region="all")
charts.bars(
    quota_rows,
    headline="The same program has ten times the room in Ireland that it has in Paris",
    unit="requests per second",
    sort=False,
    source=list(quota.values()),
)

# %% [markdown]
# Over the quota KMS answers `ThrottlingException` (HTTP 400); S3 passes it on. What helps: retries with exponential
# **back-off** and jitter (boto3 has them), fewer calls (data keys kept for a while, Bucket Keys), spreading the work,
# and a higher quota by Service Quotas. Calls with a key of another account count for the caller's account.
#
# > **Then and now.** Older notes give 5,500, 10,000 or 30,000 a second, and one says that it cannot be raised. It
# > can (but that of a CloudHSM key store).
#
# **S3 Bucket Keys** save the most. S3 fetches one key from KMS for the bucket, keeps it for a short time, and derives
# the keys of the objects from it: up to 99 % fewer calls. (Events in CloudTrail then name the bucket as encryption
# context, not the object.) Let us count. `others_use(n)` plays the other programs of the account.

# %% setup="buckets"
once = Config(retries={"total_max_attempts": 1})
impatient = boto3.client("s3", config=once)


def vault(bucket_key: bool, name: str = "images") -> str:
    """A new bucket under a new key, with or without a Bucket Key."""
    bucket, key = lab.unique_name(f"hale-{name}"), kms.create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket=bucket)
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": bucket_key}
    rules = {"Rules": [rule]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    return bucket


def upload(bucket: str, count: int) -> int:
    """Upload within one second and without retries; return how many were refused."""
    found = []
    for n in range(count):
        found.append(outcome(impatient.put_object, Bucket=bucket, Key=f"{n}.png", Body=b"x"))
    return found.count("ThrottlingException")


# %%
second, refused = [], {"without a Bucket Key": [], "with a Bucket Key": []}
buckets = {"without a Bucket Key": vault(False), "with a Bucket Key": vault(True)}
busy = int(quota["us-east-1"]) - 20
with others_use(busy) as left:
    for load in [5, 10, 15, 20, 25, 30, 35, 40]:
        second.append(load)
        for words, bucket in buckets.items():
            refused[words].append(upload(bucket, load))
            lab.clock.advance(seconds=1)
charts.over_time(
    refused,
    x=second,
    x_unit="uploads in one second",
    y_label="uploads refused",
    headline=f"Where others leave {left} requests, only Bucket Keys let 40 uploads through",
    source="measured in the lab, without retries",
)

# %% [markdown]
# With retries nothing is lost, only later:

# %%
eight_tries = Config(retries={"mode": "standard", "total_max_attempts": 8})
patient, slow = boto3.client("s3", config=eight_tries), buckets["without a Bucket Key"]
with others_use(busy):
    begin, tries = lab.clock.now(), 0
    for n in range(30):
        sent = patient.put_object(Bucket=slow, Key=f"{n}.png", Body=b"x")
        tries += sent["ResponseMetadata"]["RetryAttempts"]
took = (lab.clock.now() - begin).total_seconds()
print(f"30 uploads arrived, after {tries} retries and {took:.0f} s")

# %% [markdown]
# ### Your turn: predict a busy second
#
# Write `busy_second(left, uploads, bucket_key)`. Others leave `left` requests of KMS in this second, and `uploads` new
# objects go into one bucket under SSE-KMS, without retries. S3 holds no bucket-level key yet. Return two numbers: how
# many requests of S3 KMS **answers**, and how many uploads are **refused**. The check measures.
#
# <details><summary>Hint</summary>
#
# Without a Bucket Key each upload needs a request. With one the first upload needs it, and the others need nothing,
# if that first request got through.
# </details>


# %% exercise="predict-busy"
def busy_second(left: int, uploads: int, bucket_key: bool) -> tuple[int, int]:
    """Predict (requests that KMS answers, uploads refused)."""
    ### BEGIN SOLUTION
    if bucket_key:
        return (1, 0) if left and uploads else (0, uploads)
    answered = min(left, uploads)
    return answered, uploads - answered
    ### END SOLUTION


# %% check="predict-busy" points=2
with check("predict-busy", needs="busy_second", right="A Bucket Key turns a load into a single call.") as expect:

    def comes_true(left: int, uploads: int, bucket_key: bool) -> None:
        with lab.watching() as made:
            said = busy_second(left, uploads, bucket_key)
        expect(not made, "Predict by thinking; the check uploads.")
        expect(
            isinstance(said, tuple | list) and len(said) == 2,
            "Return two numbers: answered, refused.",
        )
        bucket = vault(bucket_key, "check")
        with (
            others_use(int(facts.limit("kms", "symmetric-requests-per-second")) - left),
            lab.watching() as made,
        ):
            turned_away = upload(bucket, uploads)
        answered = len(made.of("GenerateDataKey"))
        words = f"{uploads} uploads, {left} requests left, {'with' if bucket_key else 'without'} a Bucket Key"
        expect.equal(said[0], answered, f"{words}: requests that KMS answers")
        expect.equal(said[1], turned_away, f"{words}: uploads refused")

    comes_true(10, 25, False)
    comes_true(10, 4, False)
    comes_true(10, 25, True)
    comes_true(0, 3, True)
    ### BEGIN HIDDEN TESTS
    comes_true(7, 7, False)
    comes_true(1, 9, True)
    comes_true(0, 5, False)
    ### END HIDDEN TESTS

# %% [markdown]
# The bill shrinks with the calls. A hundred million uploads in a month:

# %%
saved = facts.limit("s3", "bucket-key-reduction-of-kms-requests-up-to", region="all")
for words, share in {
    "without a Bucket Key": 1.0,
    f"with {saved} % fewer calls": 1 - saved / 100,
}.items():
    bill = facts.cost("kms", "requests", 100e6 * share, free=True)
    print(f"{words:24} {bill.usd:7.2f} USD for KMS")

# %% [markdown]
# ## A log group under your key
#
# CloudWatch Logs encrypts every log group anyway. With a key of your own (`kmsKeyId` of `create_log_group`, or
# `associate_kms_key` later; the ARN of a symmetric key) you decide who may read and when it ends. Logs then uses the
# key in its own name, so the **key policy** must let the service in: the principal is
# `logs.REGION.amazonaws.com`, and each request carries the ARN of the log group as encryption context
# `aws:logs:arn`, without `:*` at its end.
#
# ### Your turn: repair the encrypted log group
#
# `encrypted_group(group, key_arn)` should create the log group under the key. It has four faults. Mend it so that
#
# - the group exists and is under the key;
# - the statements that the key policy had are still there;
# - CloudWatch Logs may use the key for this group only, not for others;
# - the service gets the actions it needs (`kms:Encrypt*`, `Decrypt*`, `ReEncrypt*`, `GenerateDataKey*`, `Describe*`),
#   and not `kms:*`.
#
# <details><summary>Hint</summary>
#
# Read the current policy and add to it. Compare the principal, the ARN in the condition and the way the key is named
# with the text above.
# </details>


# %% exercise="log-group" repair=true
def encrypted_group(group: str, key_arn: str) -> None:
    """Create a log group under a key."""
    needed = ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "Describe")
    actions = [f"kms:{name}*" for name in needed]
    group_arn = f"arn:aws:logs:us-east-1:{HALE}:log-group:{group}:*"
    for_logs = statement(
        actions,
        {"Service": "logs.amazonaws.com"},
        condition={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group_arn}},
    )
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=document(for_logs))
    logs.create_log_group(logGroupName=group, kmsKeyId=key_arn.rpartition("/")[2])


### BEGIN SOLUTION
def encrypted_group(group: str, key_arn: str) -> None:
    """Create a log group under a key."""
    needed = ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "Describe")
    actions = [f"kms:{name}*" for name in needed]
    group_arn = f"arn:aws:logs:us-east-1:{HALE}:log-group:{group}"
    for_logs = statement(
        actions,
        {"Service": "logs.us-east-1.amazonaws.com"},
        condition={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group_arn}},
    )
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    policy["Statement"].append(for_logs)
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    logs.create_log_group(logGroupName=group, kmsKeyId=key_arn)


### END SOLUTION


# %% check="log-group" points=2
with check("log-group", needs="encrypted_group", right="The service is let in by name, for one group.") as expect:

    def under_the_key(name: str) -> None:
        group = f"/hale/{lab.unique_name(name)}"
        reader_arn, _ = person("reader")
        before = [
            statement("kms:*", HALE_ACCOUNT),
            statement("kms:Decrypt", {"AWS": reader_arn}),
        ]
        key = kms.create_key(Policy=document(*before))["KeyMetadata"]["Arn"]
        try:
            encrypted_group(group, key)
        except ClientError as error:
            told = error.response["Error"]["Message"]
            expect(False, f"{error.operation_name} is refused: {told}")
        found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        expect(len(found) == 1, f"There is no log group {group}.")
        expect(
            found[0].get("kmsKeyId") == key,
            "The log group is not under the key that was given.",
        )
        now = json.loads(kms.get_key_policy(KeyId=key)["Policy"])["Statement"]
        lost = [one for one in before if one not in now]
        expect(not lost, "The policy lost statements that it had. Read it and add yours.")
        stranger = outcome(logs.create_log_group, logGroupName=f"{group}-other", kmsKeyId=key)
        expect(
            stranger != "ok",
            "Any log group can use the key. The condition must name this group.",
        )
        service = [one for one in now if "Service" in str(one.get("Principal")) and one["Effect"] == "Allow"]
        allowed = {
            action
            for one in service
            for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
        }
        expect(not {"*", "kms:*"} & allowed, "With kms:* CloudWatch Logs could also delete the key.")
        for wanted in ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "Describe"):
            expect(f"kms:{wanted}*" in allowed, f"CloudWatch Logs also needs kms:{wanted}*.")

    under_the_key("web")
    ### BEGIN HIDDEN TESTS
    under_the_key("api")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Hardware of your own: CloudHSM
#
# KMS runs its keys on hardware security modules (HSMs) that many customers share and AWS manages. With **AWS CloudHSM**
# you rent modules that are yours alone, tamper-resistant and validated to FIPS 140-3 Level 3 (`hsm2m.medium`, the
# follower of `hsm1.medium`), and you manage keys and users in them. AWS cannot get at either: who loses the
# credentials has lost the keys. There is no free share. What does it cost?

# %%
hour = facts.price("cloudhsm", "hsm-hour")
two_hsms = 2 * hour * facts.HOURS_PER_MONTH
as_many = (two_hsms - month) / facts.price("kms", "requests") / 100  # in millions
amounts = [10_000 * 10**n for n in range(6)]
with_calls = {n: month + facts.cost("kms", "requests", n, free=True).usd for n in amounts}
charts.curves(
    {
        "KMS, one key": (amounts, [with_calls[n] for n in amounts]),
        "CloudHSM, two HSMs": (amounts, [two_hsms for _ in amounts]),
    },
    headline=f"Two HSMs cost as much a month as {as_many:,.0f} million calls of KMS",
    x_label="calls a month",
    y_unit="USD per month",
    log_x=True,
    log_y=True,
    source=[hour, facts.price("kms", "requests")],
)

# %% [markdown]
# Nobody rents an HSM to save money: a rule, a contract or a product asks for hardware of one's own.
#
# | | KMS | CloudHSM |
# |---|---|---|
# | hardware | shared, run by AWS | yours alone, in your VPC |
# | who may | IAM and key policies | IAM makes and deletes HSMs; inside, admins and crypto users |
# | called by | the AWS API | client software (PKCS #11, JCE, OpenSSL), for TLS offload or Oracle TDE too |
# | availability | by AWS | by you: HSMs of one cluster in several AZs hold the same keys |
#
# A KMS **custom key store** joins both: keys in your cluster (two HSMs at least, in two AZs), used through KMS by EBS,
# S3 and the others, at 1,800 requests a second. The lab has no CloudHSM.

# %%
print("keys that fit into a cluster:", facts.limit("cloudhsm", "keys-per-cluster-hsm2m"))
print("users of a cluster:          ", facts.limit("cloudhsm", "users-per-cluster-hsm2m"))
print("HSMs of an account, at first:", facts.limit("cloudhsm", "hsms-per-account"))

# %% [markdown]
# > **Bill.** On the real AWS this lesson leaves dozens of keys at 1 USD a month each; schedule their deletion.
#
# ## To remember
#
# - A customer managed key costs 1 USD a month, its first two rotations 1 USD each; 10,000 calls cost 3 cents.
# - Keys are regional. Multi-Region keys (`mrk-`) share id and material; other data is encrypted again on its way.
# - The key policy names you, or trusts the account and IAM allows, or a grant does. Across accounts both sides must
#   allow. A deny wins.
# - Let different people manage and use a key.
# - Rotation keeps the id; manual rotation is a new key behind the same alias.
# - Deletion waits 7 to 30 days and is final. Disable first, alarm on use.
# - A snapshot reaches another account by key policy, sharing and a copy there.
# - Calls of an account in a Region share one quota: back off, or use Bucket Keys.

# %% [markdown] question="backup-denied"
# ### Question 1
#
# A role in account B gets `AccessDeniedException` for `kms:Decrypt` on a key of account A. The key policy allows
# `arn:aws:iam::B:root` to decrypt. What is missing?
#
# - [ ] **A** The key policy must name the role itself, because account B's root user is not the caller.
#   > `root` in a policy stands for the whole account. Naming the role works too, but it is not what is missing.
# - [ ] **B** The key must become a multi-Region key.
#   > That is about Regions. Accounts share a key by policies only.
# - [x] **C** An IAM policy in account B that allows `kms:Decrypt` on the ARN of the key.
#   > Across accounts both sides must say yes. Account A has let account B in; B has not passed it on to the role.
# - [ ] **D** A grant in account B.
#   > Grants are made on the key, in the account that owns it; account B cannot make one for itself here.

# %% answer="backup-denied"
answer = "C"

# %% check="backup-denied" points=1
question("backup-denied", answer)

# %% [markdown] question="throttled-pictures"
# ### Question 2
#
# Thousands of small pictures a second go into one SSE-KMS bucket. At peak S3 answers `ThrottlingException` from KMS.
# The key must stay a customer managed key. What helps most for the least effort?
#
# - [ ] **A** Spread the pictures over ten keys.
#   > The quota belongs to the account in the Region, not to a key: ten keys share it.
# - [x] **B** Enable the S3 Bucket Key for the bucket.
#   > One call serves many objects; calls and their cost fall by up to 99 %. Older objects keep calls of their own.
# - [ ] **C** Switch the bucket to SSE-S3.
#   > The calls to KMS would end, and so would your say about the key. The task forbids it.
# - [ ] **D** Rotate the key more often.
#   > Rotation gives new material; every object still costs a call.

# %% answer="throttled-pictures"
answer = "B"

# %% check="throttled-pictures" points=1
question("throttled-pictures", answer)

# %% [markdown] question="leaving-key"
# ### Question 3
#
# A team believes that a key is no longer used and wants to be rid of it, without any risk to data that somebody may
# have forgotten. What is the best first step?
#
# - [ ] **A** Schedule its deletion with the longest window and wait.
#   > A backup that is read once in a quarter would not show up in 30 days, and then it is lost.
# - [ ] **B** Rotate the key, so that the old material falls away.
#   > Old material is kept as long as the key. Nothing falls away.
# - [x] **C** Disable the key, and look in CloudTrail for calls that fail.
#   > Disabling can be undone at any time and for as long as you like. Delete once nobody has asked for long enough.
# - [ ] **D** Take all statements out of the key policy.
#   > That locks out everybody, you included, and the key stays and costs.

# %% answer="leaving-key"
answer = "C"

# %% check="leaving-key" points=1
question("leaving-key", answer)

# %% [markdown] question="own-hardware"
# ### Question 4
#
# A regulator demands that the keys of EBS volumes lie in hardware that one customer uses alone. The company wants to
# go on with encrypted volumes, IAM and CloudTrail as they are. What fits?
#
# - [ ] **A** A customer managed key of KMS with imported material.
#   > The material comes from you, and is then used in the shared HSMs of KMS.
# - [ ] **B** CloudHSM, with the application calling it through PKCS #11.
#   > The hardware is right. EBS cannot call it, so the application would have to encrypt everything itself.
# - [ ] **C** An asymmetric KMS key.
#   > EBS works with symmetric keys only, and the hardware is shared all the same.
# - [x] **D** A KMS custom key store on a CloudHSM cluster with HSMs in two AZs.
#   > Keys live in your own HSMs and are used through KMS: EBS, IAM and CloudTrail work as before.

# %% answer="own-hardware"
answer = "D"

# %% check="own-hardware" points=1
question("own-hardware", answer)

# %%
progress()
