# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.3'
#     - '2.2'
#     minutes: 60
#     practises:
#       copy-across:
#       - s3.replication-setup
#       - s3.replication-rules
#       default-key:
#       - s3.sse-kms
#       - s3.sse-kms-throttling
#       force-kms:
#       - s3.force-encryption-policy
#       - s3.sse-s3
#       keep-deleted:
#       - s3.lifecycle-scenario-deletes
#       newest-news:
#       - s3.event-delivery-pitfalls
#       predict-lock:
#       - s3.object-lock
#       ransom:
#       - s3.object-lock
#       - s3.sse-c
#       sealed-before:
#       - s3.client-side-encryption
#       - s3.encryption-overview
#       tell-the-printer:
#       - s3.event-notifications
#       - s3.event-fanout
#     services:
#     - s3
#     - kms
#     - sqs
#     - sns
#     title: Keep it, and keep it yours
#     topics:
#     - s3.encryption-overview
#     - s3.sse-s3
#     - s3.sse-kms
#     - s3.sse-kms-throttling
#     - s3.sse-c
#     - s3.client-side-encryption
#     - s3.force-encryption-policy
#     - s3.object-lock
#     - glacier.vault-lock
#     - s3.lifecycle-scenario-deletes
#     - s3.replication-setup
#     - s3.replication-rules
#     - s3.event-notifications
#     - s3.event-delivery-pitfalls
#     - s3.event-fanout
# ---

# %% [markdown]
# # Keep it, and keep it yours
#
# Lumen keeps its customers' photographs in S3. This lesson protects them: from readers who should not read, from a
# mistaken delete, from the loss of a Region, and from a thief who has stolen the keys and wants a ransom. At the end
# the bucket also tells other programs what happens in it.

# %% setup="start"
import datetime as dt
import json

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("04-storage/03-s3-protection")
lab.start()
s3 = boto3.client("s3")
kms = boto3.client("kms")
iam = boto3.client("iam")


def new_bucket(name: str, **more) -> str:
    """Make a bucket with a name that is still free."""
    bucket = lab.unique_name(name)
    s3.create_bucket(Bucket=bucket, **more)
    return bucket


def code_of(call, **parameters) -> str:
    """Make a call; return its error code, or 'ok'."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


# %% [markdown]
# ## Who holds the key?
#
# Every object in S3 is encrypted at rest. What you choose is who holds the key.
#
# | name | the key is held by | header of the upload |
# |---|---|---|
# | SSE-S3 | S3 itself, free | `x-amz-server-side-encryption: AES256` (the default) |
# | SSE-KMS | AWS KMS: a policy of its own, an audit trail | `aws:kms` |
# | DSSE-KMS | KMS, two layers of encryption | `aws:kms:dsse` |
# | SSE-C | **you**, sent with every request, never stored | three headers of its own |
# | client-side | you; S3 sees only what you encrypted | none |
#
# The first four are *server-side*: S3 encrypts while writing and decrypts while reading, for every caller who may
# read. "C" stands for customer-**provided**, which is not a customer-**managed** key of KMS.

# %%
demo = new_bucket("lumen-demo")
key = kms.create_key(Description="photos")["KeyMetadata"]["Arn"]
ways = {
    "no header": {},
    "AES256": {"ServerSideEncryption": "AES256"},
    "aws:kms": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key},
    "aws:kms:dsse": {"ServerSideEncryption": "aws:kms:dsse"},
}
for name, headers in ways.items():
    s3.put_object(Bucket=demo, Key=name, Body=b"...", **headers)
    head = s3.head_object(Bucket=demo, Key=name)
    print(f"{name:13} -> {head['ServerSideEncryption']:13}", head.get("SSEKMSKeyId", "")[-20:])

# %% [markdown]
# > **Then and now.** Before January 2023 an object without the header lay there unencrypted. Since then SSE-S3 is the
# > floor that nobody can go below. DSSE-KMS came in June 2023.
#
# ## KMS: a second lock on the door
#
# With SSE-KMS a reader needs two permissions, `s3:GetObject` **and** `kms:Decrypt` for the key; a writer needs
# `s3:PutObject` and `kms:GenerateDataKey`. Rosa may do everything in S3, and nothing in KMS.


# %% setup="rosa"
def session_of(name: str, *allowed: str) -> dict:
    """Make a user who may do this; return what a client needs to sign as that user."""
    user = lab.unique_name(name)
    iam.create_user(UserName=user)
    may = {"Effect": "Allow", "Action": list(allowed), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_user_policy(UserName=user, PolicyName="may", PolicyDocument=policy)
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
    }


# %%
rosa = boto3.client("s3", **session_of("rosa", "s3:*"))
with lab.enforce_iam():
    for name in ("AES256", "aws:kms"):
        try:
            rosa.get_object(Bucket=demo, Key=name)
            print(name, "-> Rosa reads it")
        except ClientError as error:
            print(name, "->", lab.why(error).splitlines()[0])

# %% [markdown]
# Take a key's policy away from somebody, and all objects under it are closed to them, whatever the buckets say. Each
# use of the key is in CloudTrail. That is the audit which SSE-S3 cannot give.
#
# The price is a call to KMS for each upload and each download, billed and limited by **KMS's quota** for the account
# and Region. Too many, and you get a `ThrottlingException` that has nothing to do with S3. An **S3 Bucket Key** helps:
# S3 keeps a short-lived key for the bucket and asks KMS up to 99 % less often.

# %%
share = 1 - facts.limit("s3", "bucket-key-reduction-of-kms-requests-up-to") / 100
quota = facts.limit("kms", "symmetric-requests-per-second", region="eu-central-1")
price = facts.price("kms", "requests") / 10_000
rates = [n * 1000 for n in range(0, 41)]
a_month = facts.HOURS_PER_MONTH * 3600
full = f"10,000 objects/s for a month: {10_000 * a_month * price:>10,.0f} USD of KMS requests"
print(full)
print(f"    ... with a Bucket Key:    {10_000 * a_month * price * share:>10,.0f} USD at best")
charts.curves(
    {
        "without a Bucket Key": (rates, rates),
        "with a Bucket Key, at best": (rates, [n * share for n in rates]),
    },
    thresholds={"KMS quota, eu-central-1": quota},
    headline="A Bucket Key keeps 40,000 objects a second far below the quota of KMS",
    x_label="objects written or read per second",
    y_label="KMS requests per second",
    source=[quota, facts.limit("s3", "bucket-key-reduction-of-kms-requests-up-to")],
)

# %% [markdown]
# > **Then and now.** Older notes give 5,500, 10,000 or 30,000 requests a second and say they are fixed. Today the
# > quotas are higher, differ by Region (100,000 in us-east-1) and can be raised in Service Quotas.
#
# ### Your turn: the bucket's own key
#
# Write `default_key(bucket, key_arn)`: whoever uploads without saying anything gets SSE-KMS with this key, and KMS is
# asked as seldom as possible.
#
# <details><summary>Hint</summary>
#
# `put_bucket_encryption` takes `ServerSideEncryptionConfiguration={"Rules": [...]}`. A rule has
# `ApplyServerSideEncryptionByDefault` (with `SSEAlgorithm` and `KMSMasterKeyID`) and, beside it, `BucketKeyEnabled`.
# </details>


# %% exercise="default-key"
def default_key(bucket: str, key_arn: str) -> None:
    """New objects of the bucket are encrypted under this key of KMS, with few requests to KMS."""
    ### BEGIN SOLUTION
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [rule]},
    )
    ### END SOLUTION


# %% check="default-key" points=2
with check("default-key", needs="default_key", right="Nobody has to remember a header any more.") as expect:

    def inherits(name: str) -> None:
        bucket = new_bucket("check-default")
        arn = kms.create_key()["KeyMetadata"]["Arn"]
        default_key(bucket, arn)
        s3.put_object(Bucket=bucket, Key=name, Body=b"...")
        head = s3.head_object(Bucket=bucket, Key=name)
        kind = head.get("ServerSideEncryption")
        expect(
            kind == "aws:kms",
            f"An object uploaded without a header is encrypted with {kind}, not with aws:kms. Look at SSEAlgorithm.",
        )
        expect(
            arn.endswith(str(head.get("SSEKMSKeyId")).rpartition("/")[2]),
            f"The object is under {head.get('SSEKMSKeyId') or 'the key that AWS manages for S3'}, not under key_arn: "
            "give KMSMasterKeyID.",
        )
        expect(
            head.get("BucketKeyEnabled") is True,
            "Every object still asks KMS. Set BucketKeyEnabled in the rule, beside ApplyServerSideEncryptionByDefault.",
        )

    inherits("a.jpg")
    ### BEGIN HIDDEN TESTS
    inherits("albums/b.jpg")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Not a wish but a rule
#
# A default fills in what the caller leaves out. It does not stop a caller who asks for something else. To
# **force** SSE-KMS, let the bucket policy deny every `s3:PutObject` whose header `s3:x-amz-server-side-encryption` is
# something else. S3 judges the policy *before* it applies the default, so a missing header is judged as missing.
#
# How do the conditions treat a missing header? Look.

# %%
from itertools import pairwise, product

probe = boto3.client("s3", **session_of("probe", "s3:*", "kms:*"))
conditions = {
    "StringEquals": {"StringEquals": {"s3:x-amz-server-side-encryption": "AES256"}},
    "StringNotEquals": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}},
    "Null: true": {"Null": {"s3:x-amz-server-side-encryption": "true"}},
}
seen: dict[str, dict[str, str]] = {}
for (name, condition), (sent, headers) in product(conditions.items(), list(ways.items())[:3]):
    bucket = new_bucket("demo-force")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"}
    deny |= {"Resource": f"arn:aws:s3:::{bucket}/*", "Condition": condition}
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    with lab.enforce_iam():
        said = code_of(probe.put_object, Bucket=bucket, Key="a", Body=b"...", **headers)
    row = seen.setdefault(f"deny if {name}", {})
    row[sent] = "deny" if said == "AccessDenied" else "allow"
charts.heatmap(
    seen,
    columns_are="the upload says:",
    headline="StringNotEquals also refuses the upload that says nothing",
    subtitle='two of the conditions compare the header with "AES256"',
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: mend the policy
#
# This policy should let through only uploads that say `aws:kms`. With it, exactly the right ones fail, and all others
# pass. Mend it: uploads with `aws:kms` must pass; those with SSE-S3, with DSSE-KMS or without the header must fail;
# and reading must stay possible.
#
# <details><summary>Hint</summary>
#
# A Deny strikes where its condition is *true*. Which condition is true for everything that is not `aws:kms`? The chart
# shows what each does with a missing header.
# </details>


# %% exercise="force-kms" repair=true
def force_kms(bucket: str) -> None:
    """Refuse every upload to this bucket that does not ask for SSE-KMS."""
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)


### BEGIN SOLUTION
def force_kms(bucket: str) -> None:
    """Refuse every upload to this bucket that does not ask for SSE-KMS."""
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)


### END SOLUTION


# %% check="force-kms" points=2
with check(
    "force-kms",
    needs="force_kms",
    right="The rule stands in the bucket, so it holds for every program.",
) as expect:

    def forced(name: str, writer) -> None:
        bucket = new_bucket("check-force")
        s3.put_object(Bucket=bucket, Key="old.jpg", Body=b"...")
        force_kms(bucket)
        here = {"Bucket": bucket, "Key": name, "Body": b"..."}
        with lab.enforce_iam():
            said = {
                "with aws:kms": code_of(writer.put_object, ServerSideEncryption="aws:kms", **here),
                "with AES256": code_of(writer.put_object, ServerSideEncryption="AES256", **here),
                "with dsse": code_of(writer.put_object, ServerSideEncryption="aws:kms:dsse", **here),
                "without the header": code_of(writer.put_object, **here),
                "reading": code_of(writer.get_object, Bucket=bucket, Key="old.jpg"),
            }
        expect(
            said["with aws:kms"] == "ok",
            f"An upload with aws:kms gets {said['with aws:kms']}; it must pass.",
        )
        expect(
            said["with AES256"] == "AccessDenied",
            "An upload with AES256 (SSE-S3) passes; it must be refused.",
        )
        expect(
            said["without the header"] == "AccessDenied",
            "An upload without the header passes. A missing header must be refused too: StringNotEquals or Null.",
        )
        expect(
            said["with dsse"] == "AccessDenied",
            "An upload with aws:kms:dsse passes. Only aws:kms was asked for: compare without a star.",
        )
        expect(
            said["reading"] == "ok",
            f"Reading an old photo gets {said['reading']}. Deny s3:PutObject only.",
        )

    writer = boto3.client("s3", **session_of("writer", "s3:*", "kms:*"))
    forced("a.jpg", writer)
    ### BEGIN HIDDEN TESTS
    forced("deep/down/b.jpg", writer)
    ### END HIDDEN TESTS

# %% [markdown]
# ## SSE-C: your key in every request
#
# With SSE-C you send a 256-bit AES key (symmetric, nothing "public" about it), its algorithm and its MD5 with every
# upload **and** every download, over HTTPS. boto3 makes the three headers from two arguments. S3 forgets the key at
# once: lose it, and the object is lost. In a new bucket SSE-C is switched off; here is the switch.

# %%
own_key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
print("new bucket:    ", code_of(s3.put_object, Bucket=demo, Key="own", Body=b"...", **own_key))
rule = {
    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
    "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]},  # the other value is "SSE-C"
}
s3.put_bucket_encryption(Bucket=demo, ServerSideEncryptionConfiguration={"Rules": [rule]})
print("switched on:   ", code_of(s3.put_object, Bucket=demo, Key="own", Body=b"...", **own_key))
print("read, no key:  ", code_of(s3.get_object, Bucket=demo, Key="own"))
another = own_key | {"SSECustomerKey": b"z" * 32}
print("read, wrong:   ", code_of(s3.get_object, Bucket=demo, Key="own", **another))
print("read, same key:", code_of(s3.get_object, Bucket=demo, Key="own", **own_key))

# %% [markdown]
# > **Then and now.** Until April 2026 SSE-C worked in every bucket. In January 2025 blackmailers used it: with stolen
# > keys they rewrote objects under a key of their own, and AWS could not help. New buckets now refuse SSE-C, and so do
# > old buckets of accounts that never used it.
#
# ## Encrypted before it leaves
#
# Some data must not be readable even by S3. Then the *client* encrypts. KMS keys encrypt at most 4 KB, so one uses
# **envelope encryption**: `generate_data_key` returns a fresh data key twice, in the clear and wrapped (encrypted under
# the KMS key). Encrypt the file with the clear one, throw that away, and keep the wrapped one beside the file. To read,
# let KMS unwrap it. Here is the cipher alone.

# %% setup="fernet"
import base64

from cryptography.fernet import Fernet  # AES with a checksum; its key is 32 bytes in base64

# %%
by_hand = Fernet.generate_key()
sealed = Fernet(by_hand).encrypt(b"a photo")
print("sealed:", sealed[:40], "...")
print("opened:", Fernet(by_hand).decrypt(sealed))

# %% [markdown]
# ### Your turn: an envelope
#
# Write two functions:
#
# - `seal(bucket, name, plain, key_arn)` asks KMS for a new 256-bit data key, encrypts `plain` with it and uploads
#   the result; the *wrapped* data key goes along in the metadata of the object, as text in base64;
# - `unseal(bucket, name)` downloads, has KMS unwrap the data key, and returns the plain bytes.
#
# <details><summary>Hint</summary>
#
# `kms.generate_data_key(KeyId=..., KeySpec="AES_256")` returns `Plaintext` and `CiphertextBlob`, both bytes. Metadata
# holds only text: `base64.b64encode(...).decode()`. `Fernet` wants its key as `base64.urlsafe_b64encode(...)`. To
# unwrap: `kms.decrypt(CiphertextBlob=...)`.
# </details>


# %% exercise="sealed-before"
def seal(bucket: str, name: str, plain: bytes, key_arn: str) -> None:
    """Encrypt here, upload the result with its wrapped data key."""
    ### BEGIN SOLUTION
    data_key = kms.generate_data_key(KeyId=key_arn, KeySpec="AES_256")
    cipher = Fernet(base64.urlsafe_b64encode(data_key["Plaintext"]))
    wrapped = base64.b64encode(data_key["CiphertextBlob"]).decode()
    beside = {"wrapped-key": wrapped}
    s3.put_object(Bucket=bucket, Key=name, Body=cipher.encrypt(plain), Metadata=beside)
    ### END SOLUTION


def unseal(bucket: str, name: str) -> bytes:
    """Download and decrypt here."""
    ### BEGIN SOLUTION
    got = s3.get_object(Bucket=bucket, Key=name)
    wrapped = base64.b64decode(got["Metadata"]["wrapped-key"])
    data_key = kms.decrypt(CiphertextBlob=wrapped)["Plaintext"]
    return Fernet(base64.urlsafe_b64encode(data_key)).decrypt(got["Body"].read())
    ### END SOLUTION


# %% check="sealed-before" points=3
with check(
    "sealed-before",
    needs=["seal", "unseal"],
    right="Without KMS's permission the file is noise, to S3 as well.",
) as expect:

    def opens_beside(stored: bytes, texts: dict[str, str]) -> bool:
        """Whether a text in the metadata opens the file without KMS."""
        for text in texts.values():
            for read in (bytes.fromhex, base64.b64decode, base64.urlsafe_b64decode):
                try:
                    Fernet(base64.urlsafe_b64encode(read(text))).decrypt(stored)
                except Exception:
                    continue
                return True
        return False

    def wrapped_in(texts: dict[str, str]) -> int:
        """The bits of the data key that KMS unwraps from the metadata; 0 when there is none."""
        for text in texts.values():
            for read in (base64.b64decode, base64.urlsafe_b64decode, bytes.fromhex):
                try:
                    return 8 * len(kms.decrypt(CiphertextBlob=read(text))["Plaintext"])
                except Exception:
                    continue
        return 0

    def envelope(names: list[str], plain: bytes) -> None:
        bucket, arn = new_bucket("check-seal"), kms.create_key()["KeyMetadata"]["Arn"]
        with lab.watching(most=50) as made:
            for name in names:
                seal(bucket, name, plain, arn)
        held = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        heads = [s3.head_object(Bucket=bucket, Key=name) for name in held]
        own = [one.get("ServerSideEncryption") for one in heads if not one.get("BucketKeyEnabled")]
        asked = len(made.of("GenerateDataKey")) - own.count("aws:kms")  # those S3 asks for itself
        expect(
            asked == len(names),
            f"{len(names)} files took {asked} data keys of KMS; each file gets its own.",
        )
        for name in names:
            got = s3.get_object(Bucket=bucket, Key=name)
            stored = got["Body"].read()
            expect(
                plain not in stored,
                "What lies in S3 holds the plain bytes. Encrypt before the upload.",
            )
            expect(
                not opens_beside(stored, got["Metadata"]),
                "The metadata holds the data key in the clear: whoever reads the object reads the photo. "
                "Keep CiphertextBlob, not Plaintext.",
            )
            bits = wrapped_in(got["Metadata"])
            expect(
                bits > 0,
                f"{name} has no wrapped data key in its metadata, as hex or base64. It travels with the file there, "
                "also into another bucket.",
            )
            expect(bits == 256, f"The data key has {bits} bits; 256 were asked for: KeySpec='AES_256'.")
            with lab.watching(most=50) as made:
                opened = unseal(bucket, name)
            expect(
                opened == plain,
                f"unseal returns {str(opened)[:40]}, not the bytes that were sealed.",
            )
            expect(
                len(made.of("Decrypt")) > 0,
                "unseal read the photo without asking KMS. Somebody else's program has only the object: take the "
                "wrapped key from its metadata and let kms.decrypt unwrap it.",
            )

    envelope(["a.jpg", "b.jpg"], b"the bride and the groom")
    ### BEGIN HIDDEN TESTS
    envelope(["c.jpg"], bytes(range(256)) * 40)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Object Lock: written once, read many times
#
# Encryption keeps readers out. It does not keep anybody from deleting. **Object Lock** does: a locked *version* cannot
# be deleted or overwritten until its date. It needs versioning, and comes in three kinds:
#
# - **governance**: whoever has `s3:BypassGovernanceRetention` and says so in the request may go around it;
# - **compliance**: nobody may, not even the account's root, and nobody can shorten it;
# - **legal hold**: no date; it lasts until somebody with the permission takes it off.
#
# A bucket can lock every new version by default, for so many days or years.

# %%
# Object Lock also switches versioning on.
lockable = new_bucket("lumen-contracts", ObjectLockEnabledForBucket=True)
until = lab.clock.now() + dt.timedelta(days=30)
made = s3.put_object(
    Bucket=lockable,
    Key="club.pdf",
    Body=b"...",
    ObjectLockMode="GOVERNANCE",
    ObjectLockRetainUntilDate=until,
)
version = {"Bucket": lockable, "Key": "club.pdf", "VersionId": made["VersionId"]}
print("delete the version:", code_of(s3.delete_object, **version))
same = {"Bucket": lockable, "Key": "club.pdf"}
print("overwrite the key: ", code_of(s3.put_object, Body=b"!", **same))
lab.clock.advance(days=31)
print("31 days later:     ", code_of(s3.delete_object, **version))

# %% [markdown]
# Overwriting "worked": it added a version, and the locked one stayed beneath. The lock is about versions.
#
# > **Then and now.** Until November 2023 Object Lock had to be chosen when the bucket was made. Today
# > `put_object_lock_configuration` switches it on for any versioned bucket; it is never switched off again.
#
# ### Your turn: predict what the lock refuses
#
# You are the account's root; everything is locked for another 30 days. Write `"works"` or `"refused"` for each call.
# "With bypass" means `BypassGovernanceRetention=True`. Then the check makes the calls.
#
# <details><summary>Hint</summary>
#
# Ask of each call: does it touch the locked version itself, or does it only add something on top of it? And if it
# touches it: does it make the lock weaker or stronger?
# </details>

# %% exercise="predict-lock" repair=true
forecast = {
    "delete a version under governance": None,
    "delete a version under governance, with bypass": None,
    "delete a version under compliance, with bypass": None,
    "delete a version under legal hold, with bypass": None,
    "delete the key under compliance, no version named": None,
    "overwrite the key under compliance": None,
    "compliance: ten days less": None,
    "compliance: ten days more": None,
    "suspend the bucket's versioning": None,
}
### BEGIN SOLUTION
forecast = {
    "delete a version under governance": "refused",
    "delete a version under governance, with bypass": "works",
    "delete a version under compliance, with bypass": "refused",
    "delete a version under legal hold, with bypass": "refused",
    "delete the key under compliance, no version named": "works",
    "overwrite the key under compliance": "works",
    "compliance: ten days less": "refused",
    "compliance: ten days more": "works",
    "suspend the bucket's versioning": "refused",
}
### END SOLUTION

# %% check="predict-lock" points=2
with check(
    "predict-lock",
    needs="forecast",
    right="The lock protects a version; a key may get new ones.",
) as expect:
    expect(
        isinstance(forecast, dict),
        "`forecast` should be the dictionary of the task, filled in.",
    )
    expect.not_tried(all(value is None for value in forecast.values()))

    def locked_calls() -> dict[str, str]:
        """Make the calls in a fresh bucket; what came of each."""
        bucket = new_bucket("check-lock", ObjectLockEnabledForBucket=True)
        ends = lab.clock.now() + dt.timedelta(days=30)

        def put(name: str, **lock) -> dict:
            made = s3.put_object(Bucket=bucket, Key=name, Body=b"...", **lock)
            return {"Bucket": bucket, "Key": name, "VersionId": made["VersionId"]}

        def mode(word: str) -> dict:
            return {"ObjectLockMode": word, "ObjectLockRetainUntilDate": ends}

        soft, hard = put("soft", **mode("GOVERNANCE")), put("hard", **mode("COMPLIANCE"))
        held = put("held", ObjectLockLegalHoldStatus="ON")
        around = {"BypassGovernanceRetention": True}
        on_top = {"Bucket": bucket, "Key": "hard"}

        def retain(days: int) -> dict:
            ends_then = ends + dt.timedelta(days=days)
            return {"Retention": {"Mode": "COMPLIANCE", "RetainUntilDate": ends_then}}

        came = {
            "delete a version under governance": code_of(s3.delete_object, **soft),
            "delete a version under governance, with bypass": code_of(s3.delete_object, **soft, **around),
            "delete a version under compliance, with bypass": code_of(s3.delete_object, **hard, **around),
            "delete a version under legal hold, with bypass": code_of(s3.delete_object, **held, **around),
            "delete the key under compliance, no version named": code_of(s3.delete_object, **on_top),
            "overwrite the key under compliance": code_of(s3.put_object, **on_top, Body=b"new"),
            "compliance: ten days less": code_of(s3.put_object_retention, **hard, **retain(-10)),
            "compliance: ten days more": code_of(s3.put_object_retention, **hard, **retain(10)),
            "suspend the bucket's versioning": code_of(
                s3.put_bucket_versioning,
                Bucket=bucket,
                VersioningConfiguration={"Status": "Suspended"},
            ),
        }
        return {what: "works" if code == "ok" else f"refused ({code})" for what, code in came.items()}

    for what, came in locked_calls().items():
        said = forecast.get(what)
        expect(said in ("works", "refused"), f"'{what}': say 'works' or 'refused'.")
        expect(came.startswith(str(said)), f"You said '{said}' to '{what}'. The lab says: {came}.")
    ### BEGIN HIDDEN TESTS
    expect.equal(
        sum(value == "works" for value in forecast.values()),
        4,
        "How many of the nine calls work",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Its elder sibling: Vault Lock
#
# Before archives became storage classes of S3, S3 Glacier was a service of its own, with **vaults** of **archives**. A
# vault can have a lock policy. You *initiate* it, have 24 hours to test it (and may abort), then *complete* it; after
# that nobody ever changes it.
#
# > **Then and now.** Since December 2025 the vault service takes no new customers. The exam may still ask for it; for
# > new work use Object Lock.

# %%
glacier = boto3.client("glacier")
glacier.create_vault(vaultName="tapes")
archive = glacier.upload_archive(vaultName="tapes", body=b"accounts of 2025")["archiveId"]
keep = {"Effect": "Deny", "Principal": "*", "Action": "glacier:DeleteArchive", "Resource": "*"}
keep["Condition"] = {"NumericLessThan": {"glacier:ArchiveAgeInDays": "365"}}
policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [keep]})}

lock = glacier.initiate_vault_lock(vaultName="tapes", policy=policy)["lockId"]
print("initiated:", glacier.get_vault_lock(vaultName="tapes")["State"])
glacier.complete_vault_lock(vaultName="tapes", lockId=lock)
print("completed:", glacier.get_vault_lock(vaultName="tapes")["State"])
print("abort:    ", code_of(glacier.abort_vault_lock, vaultName="tapes"))
print("delete:   ", code_of(glacier.delete_archive, vaultName="tapes", archiveId=archive))

# %% [markdown]
# ## The ransom
#
# Now the drill. The web site's access keys have leaked. They allow `s3:*`, as such keys too often do. Below is what
# the thief's program does; read it once. It makes the photos unreadable, destroys what could bring them back, and
# leaves a note.

# %% setup="thief"
PHOTOS = {f"photos/{n}.jpg": f"picture {n}".encode() for n in range(1, 9)}


def thief_strikes(bucket: str, keys: dict) -> dict[str, str]:
    """Encrypt, delete, destroy the old versions, leave a note; what AWS said to each step."""
    thief, own = boto3.client("s3", **keys), {"SSECustomerAlgorithm": "AES256"}
    own["SSECustomerKey"] = "only-the-thief-has-this-key-....."[:32]
    said = {}
    with lab.enforce_iam():
        encryption = {"SSEAlgorithm": "AES256"}
        allow = {"ApplyServerSideEncryptionByDefault": encryption}
        allow["BlockedEncryptionTypes"] = {"EncryptionType": ["NONE"]}
        said["switch SSE-C on"] = code_of(
            thief.put_bucket_encryption,
            Bucket=bucket,
            ServerSideEncryptionConfiguration={"Rules": [allow]},
        )
        before = thief.list_object_versions(Bucket=bucket).get("Versions", [])
        for n, one in enumerate(one for one in before if one["IsLatest"]):
            here = {"Bucket": bucket, "Key": one["Key"]}
            if n % 2:
                said["delete photos"] = code_of(thief.delete_object, **here)
            else:
                body = thief.get_object(**here)["Body"].read()
                said["encrypt photos"] = code_of(thief.put_object, Body=body, **here, **own)
                if said["encrypt photos"] != "ok":  # then he encrypts at home
                    at_home = base64.urlsafe_b64encode(own["SSECustomerKey"].encode())
                    body = Fernet(at_home).encrypt(body)
                    said["encrypt at home"] = code_of(thief.put_object, Body=body, **here)
        destroyed = [
            code_of(
                thief.delete_object,
                Bucket=bucket,
                Key=one["Key"],
                VersionId=one["VersionId"],
                BypassGovernanceRetention=True,
            )
            for one in before
            if one["VersionId"] != "null"
        ]
        said["destroy versions"] = max(destroyed, default="none there", key=destroyed.count)
        said["suspend versioning"] = code_of(
            thief.put_bucket_versioning,
            Bucket=bucket,
            VersioningConfiguration={"Status": "Suspended"},
        )
        note = {"Bucket": bucket, "Key": "READ_ME.txt", "Body": b"Pay!"}
        said["leave a note"] = code_of(thief.put_object, **note)
    return said


def still_good(bucket: str) -> int:
    """Of how many photos a readable version with the right bytes is left."""
    good = set()
    for one in s3.list_object_versions(Bucket=bucket).get("Versions", []):
        here = {"Bucket": bucket, "Key": one["Key"], "VersionId": one["VersionId"]}
        try:
            if s3.get_object(**here)["Body"].read() == PHOTOS.get(one["Key"]):
                good.add(one["Key"])
        except ClientError:
            continue
    return len(good)


# %% [markdown]
# Four buckets with the same eight photos wait for him: a plain one, one with versioning, one with versioning whose
# keys allow what a web site needs and no more, and one with Object Lock in compliance mode.

# %% setup="shelves"
leaked = session_of("website", "s3:*")
enough = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket*")
modest = session_of("website", *enough)


def stocked(name: str, versions: bool = False, lock: bool = False) -> str:
    """A bucket with the eight photos."""
    bucket = new_bucket(name, ObjectLockEnabledForBucket=lock)
    if versions:
        on = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=on)
    if lock:
        rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
        s3.put_object_lock_configuration(
            Bucket=bucket,
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule},
        )
    for name, body in PHOTOS.items():
        s3.put_object(Bucket=bucket, Key=name, Body=body)
    return bucket


# %%
raids = {
    "plain bucket": (stocked("plain"), leaked),
    "versioning": (stocked("versioned", versions=True), leaked),
    "versioning, modest keys": (stocked("modest", versions=True), modest),
    "Object Lock, compliance": (stocked("locked", versions=True, lock=True), leaked),
}
lab.clock.advance(hours=1)
protocol = {name: thief_strikes(bucket, keys) for name, (bucket, keys) in raids.items()}
for step in protocol["versioning, modest keys"]:
    told = [f"{protocol[name].get(step, '-'):18}" for name in raids]
    print(f"{step:19}", *told)
left = {name: still_good(bucket) for name, (bucket, _) in raids.items()}
charts.bars(
    left,
    headline="Against a thief with s3:* only Object Lock keeps the photos",
    unit="photos",
    label="photos of which a good version is left (of 8)",
    sort=False,
    highlight=["Object Lock, compliance"],
    source="measured in the lab",
)

# %% [markdown]
# Versioning alone saved nothing from somebody who may delete versions. It needs a partner: keys without
# `s3:DeleteObjectVersion`, or a lock. With both, the good versions lie beneath the rubbish. Now bring them up.
#
# ### Your turn: bring the photos back
#
# Write `recover(bucket, before)`. `before` is a moment just before the raid (a `datetime`); every key shall look again
# as it did then:
#
# - a photo that could be read then can be read again, with its bytes of then and **without** naming a version;
# - a key that did not exist then, or was deleted by then, gives `NoSuchKey`;
# - delete no *version* and no *delete marker*: they are evidence, and the versions are locked besides;
# - return the sorted list of the keys that you brought back with a copy; leave untouched what is still as it was.
#
# <details><summary>Hint</summary>
#
# The paginator `list_object_versions` gives `Versions` and `DeleteMarkers`, each with `Key`, `VersionId`,
# `LastModified` and `IsLatest`. For each key look for the newest entry older than `before`. A version becomes the
# current one again by `copy_object` onto its own key, with
# `CopySource={"Bucket": ..., "Key": ..., "VersionId": ...}`. A plain delete puts a marker on top.
# </details>


# %% exercise="ransom"
def recover(bucket: str, before: dt.datetime) -> list[str]:
    """Make every key look as it did just before; return the keys that were brought back."""
    ### BEGIN SOLUTION
    history: dict[str, list[dict]] = {}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for entry in page.get("Versions", []):
            history.setdefault(entry["Key"], []).append({**entry, "photo": True})
        for entry in page.get("DeleteMarkers", []):
            history.setdefault(entry["Key"], []).append({**entry, "photo": False})
    brought_back = []
    for name, entries in sorted(history.items()):
        then = max(
            (one for one in entries if one["LastModified"] < before),
            key=lambda one: one["LastModified"],
            default=None,
        )
        if then is None or not then["photo"]:
            s3.delete_object(Bucket=bucket, Key=name)
        elif not then["IsLatest"]:
            source = {"Bucket": bucket, "Key": name, "VersionId": then["VersionId"]}
            s3.copy_object(Bucket=bucket, Key=name, CopySource=source)
            brought_back.append(name)
    return brought_back
    ### END SOLUTION


# %% check="ransom" points=4
with check(
    "ransom",
    needs="recover",
    right="No ransom paid: the good versions were there all the time.",
) as expect:

    def entries_of(bucket: str) -> dict[str, set[str]]:
        """The ids of all versions and of all delete markers."""
        answer = s3.list_object_versions(Bucket=bucket)
        return {
            "versions": {one["VersionId"] for one in answer.get("Versions", [])},
            "delete markers": {one["VersionId"] for one in answer.get("DeleteMarkers", [])},
        }

    def raided(lock: bool, untouched: str) -> None:
        bucket = stocked("check-raid", versions=True, lock=lock)
        lab.clock.advance(minutes=10)
        s3.put_object(Bucket=bucket, Key="photos/1.jpg", Body=b"picture 1, retouched")
        s3.delete_object(Bucket=bucket, Key="photos/8.jpg")  # by the shop itself, long before
        lab.clock.advance(hours=1)
        before = lab.clock.now()
        lab.clock.advance(hours=1)
        thief_strikes(bucket, modest if not lock else leaked)
        lab.clock.advance(minutes=1)
        s3.put_object(Bucket=bucket, Key=untouched, Body=b"new rubbish")
        known = entries_of(bucket)
        with lab.watching(most=200):
            returned = recover(bucket, before)
        wanted = PHOTOS | {"photos/1.jpg": b"picture 1, retouched"}
        for name, body in wanted.items():
            try:
                found = s3.get_object(Bucket=bucket, Key=name)["Body"].read()
            except ClientError as error:
                found = error.response["Error"]["Code"].encode()
            if name == "photos/8.jpg":
                expect(
                    found == b"NoSuchKey",
                    "photos/8.jpg was deleted before the raid, by the shop, and is back. What was the newest entry "
                    "of each key at that moment: a version, or a delete marker?",
                )
                continue
            expect(
                found != b"NoSuchKey",
                f"{name} cannot be read: a delete marker lies on it. Copy the good version onto the key.",
            )
            expect(
                found != b"InvalidRequest",
                f"{name} still wants the thief's key: his version is the current one. Copy the good version on top.",
            )
            expect(
                found == body,
                f"{name} reads {found[:30]!r}, and read {body!r} before the raid. Take the newest version older than "
                "`before`.",
            )
        for name in ("READ_ME.txt", untouched):
            code = code_of(s3.get_object, Bucket=bucket, Key=name)
            expect(
                code == "NoSuchKey",
                f"{name} did not exist before the raid and can still be read ({code}).",
            )
        after = entries_of(bucket)
        for words in ("versions", "delete markers"):
            gone = known[words] - after[words]
            expect(
                not gone,
                f"{len(gone)} {words} are gone. Delete none, they are evidence: add a copy or a marker on top.",
            )
        expect(isinstance(returned, list), "Return the list of the keys that you brought back.")
        expect.equal(returned, sorted(set(wanted) - {"photos/8.jpg"}), "The keys brought back")

    def peaceful() -> None:
        bucket = stocked("check-peace", versions=True)
        lab.clock.advance(minutes=1)
        moment = lab.clock.now()
        with lab.watching(most=100) as made:
            returned = recover(bucket, moment)
        expect.equal(returned, [], "Nothing happened to a bucket: the keys brought back")
        expect(
            not made.of("CopyObject"),
            "Nothing happened to a bucket, and yet photos were copied. Look at IsLatest.",
        )

    raided(lock=True, untouched="photos/new.jpg")
    peaceful()
    ### BEGIN HIDDEN TESTS
    raided(lock=False, untouched="zzz.txt")
    ### END HIDDEN TESTS

# %% [markdown]
# After the files come the keys: take the leaked access key away *first* (`iam.delete_access_key`), or he is back in
# the evening. And note what the lock cost: the thief's versions are locked too, and stay on the bill for 30 days.

# %% [markdown]
# ## Deleted by mistake
#
# A friendlier case, as the exam likes it: *a deleted photo must come back at once for 15 days, and within 48 hours
# for a year.* Versioning makes a deleted photo a **noncurrent** version, and lifecycle rules act on those: "15 days
# after it became noncurrent, to Deep Archive" (its bulk restores take up to 48 hours), "after 365 days, gone".
#
# Standard-IA at day 15 would be the obvious first step. S3 does not take that rule. Why not?

# %%
trial = new_bucket("trial")
too_early = {"NoncurrentDays": 15, "StorageClass": "STANDARD_IA"}
rule = {"ID": "ia", "Status": "Enabled", "Filter": {"Prefix": ""}}
rule["NoncurrentVersionTransitions"] = [too_early]
rules = {"Rules": [rule]}
try:
    s3.put_bucket_lifecycle_configuration(Bucket=trial, LifecycleConfiguration=rules)
except ClientError as error:
    print(error.response["Error"]["Code"], "-", error.response["Error"]["Message"])

# %% [markdown]
# ### Your turn: keep what was deleted
#
# Write `keep_deleted(bucket)`. Afterwards a deleted or overwritten photo
#
# - can be read at once, by its version, for 15 days;
# - then lies in Deep Archive, until 365 days after the delete;
# - then is gone. A photo that nobody deleted stays as it is, for ever.
#
# <details><summary>Hint</summary>
#
# Two calls: `put_bucket_versioning`, and a lifecycle rule with `NoncurrentVersionTransitions` and
# `NoncurrentVersionExpiration`. `Expiration` would work on *current* photos.
# </details>


# %% exercise="keep-deleted"
def keep_deleted(bucket: str) -> None:
    """Deleted photos stay for a year: 15 days at hand, then in Deep Archive."""
    ### BEGIN SOLUTION
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    archive = {"NoncurrentDays": 15, "StorageClass": "DEEP_ARCHIVE"}
    rule = {
        "ID": "deleted-photos",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionTransitions": [archive],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 365},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    ### END SOLUTION


# %% check="keep-deleted" points=3
with check(
    "keep-deleted",
    needs="keep_deleted",
    right="A year of second thoughts, at the price of Deep Archive.",
) as expect:

    def a_year(deleted: str, kept: str) -> None:
        bucket = new_bucket("check-keep")
        keep_deleted(bucket)
        photo = b"x" * 200_000  # the lifecycle moves nothing below 128 KB
        for name in (deleted, kept):
            s3.put_object(Bucket=bucket, Key=name, Body=photo)
        changed = s3.put_object(Bucket=bucket, Key=f"changed-{deleted}", Body=photo).get("VersionId")
        lab.clock.advance(days=100)
        s3.delete_object(Bucket=bucket, Key=deleted)
        s3.put_object(Bucket=bucket, Key=f"changed-{deleted}", Body=photo[::-1])

        def found() -> dict[str, str]:
            answer = s3.list_object_versions(Bucket=bucket).get("Versions", [])
            return {
                "the overwritten one" if one["VersionId"] == changed else one["Key"]: one.get(
                    "StorageClass", "STANDARD"
                )
                for one in answer
            }

        lab.clock.advance(days=13)
        now = found()
        expect(
            deleted in now,
            "13 days after the delete no version of the photo is left. Is versioning on?",
        )
        expect(
            now[deleted] == "STANDARD",
            f"13 days after the delete the photo lies in {now[deleted]}; it must be readable at once for 15 days.",
        )
        expect(
            now.get("the overwritten one") == "STANDARD",
            "A photo was overwritten, and 13 days later its old version is not at hand.",
        )
        lab.clock.advance(days=5)
        now = found()
        expect(
            deleted in now,
            "18 days after the delete the photo is gone. It must stay for 365 days.",
        )
        expect(
            now[deleted] == "DEEP_ARCHIVE",
            f"18 days after the delete the photo lies in {now[deleted]}, not in DEEP_ARCHIVE.",
        )
        old = now.get("the overwritten one", "no class: it is gone")
        expect(
            old == "DEEP_ARCHIVE",
            f"18 days after a photo was overwritten its old version lies in {old}, not in DEEP_ARCHIVE.",
        )
        lab.clock.advance(days=343)
        expect(
            deleted in found(),
            "361 days after the delete the photo is gone; it must stay for 365 days.",
        )
        lab.clock.advance(days=10)
        now = found()
        expect(
            deleted not in now and "the overwritten one" not in now,
            "371 days after the delete the photo is still there, and on the bill.",
        )
        expect(
            kept in now and now[kept] == "STANDARD",
            "A photo that nobody deleted was moved or expired. Use the rules for noncurrent versions only.",
        )
        expect(
            code_of(s3.get_object, Bucket=bucket, Key=kept) == "ok",
            "A photo that nobody deleted cannot be read.",
        )

    a_year("cat.jpg", "dog.jpg")
    ### BEGIN HIDDEN TESTS
    a_year("albums/1.jpg", "2.jpg")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A copy elsewhere
#
# **Replication** copies new versions to another bucket: in another Region (CRR: near to readers, far from disaster), or
# in the same one (SRR: logs in one place, live data for a test system), if you like in another account. Both buckets
# need versioning, and S3 needs a role that may read here and write there. It is asynchronous; Replication Time Control
# promises 99.99 % within 15 minutes.
#
# CloudFront is something else: a cache at the edge for everybody in the world, which may show yesterday's file until
# its time is up. CRR keeps real copies in a few Regions, minutes behind.
#
# What is *not* copied makes the exam questions. Here is a chain of three buckets; each rule also copies delete markers.

# %% setup="copier"
trust = {
    "Effect": "Allow",
    "Principal": {"Service": "s3.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
copier = iam.create_role(
    RoleName=lab.unique_name("copier"),
    AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
)["Role"]["Arn"]
may = {"Effect": "Allow", "Action": ["s3:*Object*", "s3:*Replication*"], "Resource": "*"}
iam.put_role_policy(
    RoleName=copier.rpartition("/")[2],
    PolicyName="copy",
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
)


def listed(bucket: str) -> list[str]:
    """The versions and markers of a bucket, as short texts."""
    answer = s3.list_object_versions(Bucket=bucket)
    versions = [one["Key"] for one in answer.get("Versions", [])]
    markers = [f"({one['Key']} marked)" for one in answer.get("DeleteMarkers", [])]
    return sorted(versions + markers)


# %%
chain = [new_bucket(f"chain-{n}") for n in (1, 2, 3)]
for bucket in chain:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
s3.put_object(Bucket=chain[0], Key="before", Body=b"...")
for source, target in pairwise(chain):
    everything = {"Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""}}
    everything |= {"DeleteMarkerReplication": {"Status": "Enabled"}}
    everything |= {"Destination": {"Bucket": f"arn:aws:s3:::{target}"}}
    configuration = {"Role": copier, "Rules": [everything]}
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration=configuration)
for name in ("after", "marked"):
    s3.put_object(Bucket=chain[0], Key=name, Body=b"...")
gone = s3.put_object(Bucket=chain[0], Key="version deleted", Body=b"...")["VersionId"]
lab.settle()
s3.delete_object(Bucket=chain[0], Key="marked")
s3.delete_object(Bucket=chain[0], Key="version deleted", VersionId=gone)
lab.settle()
for n, bucket in enumerate(chain, 1):
    print(f"bucket {n}:", ", ".join(listed(bucket)) or "nothing")

# %% [markdown]
# Four rules in one picture: what was there *before* is not copied (S3 Batch Replication does that); **delete markers**
# only if you ask; the deletion of a **version** never, so a mistake or a thief here does not destroy there; and there
# is **no chaining**: what is itself a copy is not copied on.
#
# > **Then and now.** "Deletes are never replicated" is how older notes put it. Markers can be since November 2020, and
# > old objects can be copied since February 2022.
#
# ### Your turn: mend the copy
#
# `copy_across(source, target, role)` should keep a copy of everything new under `photos/`, markers of deleted photos
# included. As it stands S3 refuses it, and that is not its only fault. Mend it.
#
# <details><summary>Hint</summary>
#
# What do both buckets need first? Then read the rule line by line: which keys does the filter take, what about the
# markers, and is the rule switched on?
# </details>


# %% exercise="copy-across" repair=true
def copy_across(source: str, target: str, role: str) -> None:
    """Copy new photos, and the markers of deleted ones, from one bucket to the other."""
    rule = {
        "ID": "photos",
        "Priority": 1,
        "Status": "Disabled",
        "Filter": {"Prefix": "/photos"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
    }
    configuration = {"Role": role, "Rules": [rule]}
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration=configuration)


### BEGIN SOLUTION
def copy_across(source: str, target: str, role: str) -> None:
    """Copy new photos, and the markers of deleted ones, from one bucket to the other."""
    for bucket in (source, target):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "photos",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "photos/"},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
    }
    configuration = {"Role": role, "Rules": [rule]}
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration=configuration)


### END SOLUTION


# %% check="copy-across" points=2
with check(
    "copy-across",
    needs="copy_across",
    right="A second home for the photos, minutes behind the first.",
) as expect:

    def copies(name: str, *elsewhere: str) -> None:
        here, there = new_bucket("check-here"), new_bucket("check-there")
        copy_across(here, there, copier)
        s3.put_object(Bucket=here, Key=name, Body=b"...")
        for other in elsewhere:
            s3.put_object(Bucket=here, Key=other, Body=b"...")
        lab.clock.advance(minutes=15)
        found = listed(there)
        expect(
            name in found,
            f"{name} was not copied; in the target there is {found or 'nothing'}. Versioning of both buckets, Status, "
            "Filter?",
        )
        for other in elsewhere:
            expect(
                other not in found,
                f"{other} was copied too. Only keys that begin with photos/ should be.",
            )
        s3.delete_object(Bucket=here, Key=name)
        lab.clock.advance(minutes=15)
        expect(
            f"({name} marked)" in listed(there),
            f"{name} was deleted in the source, and its marker did not come across. See DeleteMarkerReplication.",
        )

    copies("photos/cat.jpg", "logs/today.txt", "photos-of-the-staff.zip")
    ### BEGIN HIDDEN TESTS
    copies("photos/2026/dog.jpg", "old-photos/a.jpg")
    ### END HIDDEN TESTS

# %% [markdown]
# *Most of the lesson is done: a good place for a pause.*
#
# ## The bucket speaks
#
# A bucket can tell others what happens in it: objects created, removed, restored, replicated, moved or expired by the
# lifecycle, tagged. It tells **SQS** (standard queues only), **SNS**, **Lambda**, or **EventBridge** (switched on for
# the whole bucket; all events, finer patterns, many targets). A rule names events and may filter by the **prefix** and
# **suffix** of the key; `*.jpg` is no suffix, `.jpg` is.
#
# The target must let S3 in by a policy of its own, or S3 refuses the rule. Its first message is a test event. Keys
# arrive as in a URL: a blank is a `+`.

# %% setup="queues"
from urllib.parse import unquote_plus

sqs = boto3.client("sqs")
sns = boto3.client("sns")


def new_queue(name: str) -> tuple[str, str]:
    """Make a queue; return its URL and its ARN."""
    url = sqs.create_queue(QueueName=lab.unique_name(name))["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, found["Attributes"]["QueueArn"]


def bodies_in(url: str) -> list[str]:
    """Take all messages out of a queue; return their bodies."""
    lab.settle()
    bodies = []
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(message["Body"])
    return bodies


# %% [markdown]
# ### Your turn: tell the printer
#
# Write `tell_the_printer(bucket, queue_arn, queue_url)`: each *new* `.jpg` under `uploads/` is announced in the queue,
# however it came there (upload, copy). The queue lets S3 **send**, and nothing else, for **this bucket** of this
# account (`lab.ACCOUNT_ID`), and for no other.
#
# <details><summary>Hint</summary>
#
# First the queue's policy: `sqs.set_queue_attributes(QueueUrl=..., Attributes={"Policy": json.dumps(...)})`, with
# principal `{"Service": "s3.amazonaws.com"}`, action `sqs:SendMessage` and conditions on `aws:SourceArn` (the bucket's
# ARN) and `aws:SourceAccount`. Then `put_bucket_notification_configuration` with `QueueConfigurations`, the event
# `s3:ObjectCreated:*` and `"Filter": {"Key": {"FilterRules": [{"Name": ..., "Value": ...}, ...]}}`.
# </details>


# %% exercise="tell-the-printer"
def tell_the_printer(bucket: str, queue_arn: str, queue_url: str) -> None:
    """Announce new photos of the bucket in the queue."""
    ### BEGIN SOLUTION
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
            "StringEquals": {"aws:SourceAccount": lab.ACCOUNT_ID},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
    rules = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".jpg"}]
    announce = {
        "QueueArn": queue_arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": rules}},
    }
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [announce]}
    )
    ### END SOLUTION


# %% check="tell-the-printer" points=3
with check(
    "tell-the-printer",
    needs="tell_the_printer",
    right="The web site need not know that there is a printer.",
) as expect:

    def announced(wanted: str, others: list[str]) -> None:
        bucket, (url, arn) = new_bucket("check-tell"), new_queue("check-printer")
        tell_the_printer(bucket, arn, url)
        for name in (wanted, *others):
            s3.put_object(Bucket=bucket, Key=name, Body=b"...")
        copied = f"uploads/copy-of-{wanted.rpartition('/')[2]}"
        s3.copy_object(Bucket=bucket, Key=copied, CopySource={"Bucket": bucket, "Key": others[0]})
        s3.delete_object(Bucket=bucket, Key=wanted)
        records = [one for body in bodies_in(url) for one in json.loads(body).get("Records", [])]
        names = [unquote_plus(one["s3"]["object"]["key"]) for one in records]
        expect(
            wanted in names,
            f"The new photo {wanted} was not announced; the queue got {names or 'nothing'}.",
        )
        expect(
            copied in names,
            f"{copied} came by a copy and was not announced. ObjectCreated:Put is one way of several: take :*.",
        )
        for name in others:
            expect(
                name not in names,
                f"{name} was announced. The rule wants a prefix, with its slash, and a suffix, with its dot.",
            )
        kinds = {one["eventName"].partition(":")[0] for one in records}
        expect(
            kinds == {"ObjectCreated"},
            f"The queue got {', '.join(sorted(kinds))}; only new photos were wanted.",
        )
        stranger = new_bucket("check-stranger")
        rule = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
        code = code_of(
            s3.put_bucket_notification_configuration,
            Bucket=stranger,
            NotificationConfiguration={"QueueConfigurations": [rule]},
        )
        expect(
            code != "ok",
            "Another bucket can send to the queue too. Tie its policy to the bucket: aws:SourceArn.",
        )
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
        statements = json.loads(policy).get("Statement", [])
        statements = [statements] if isinstance(statements, dict) else statements
        allowed = [one["Action"] for one in statements if "Action" in one]
        actions = {act.lower() for one in allowed for act in ([one] if isinstance(one, str) else one)}
        expect(
            actions == {"sqs:sendmessage"},
            f"The queue's policy allows {', '.join(sorted(actions))}; sqs:SendMessage is enough.",
        )
        expect(
            lab.ACCOUNT_ID in policy.replace(arn, "") and "sourceaccount" in policy.lower(),
            "If this bucket is deleted, somebody else may take its name. Add the condition aws:SourceAccount.",
        )

    announced("uploads/my cat.jpg", ["uploads/list.txt", "thumbs/cat.jpg", "uploads-old/cat.jpg", "uploads/ajpg"])
    ### BEGIN HIDDEN TESTS
    announced("uploads/2026/a+b.jpg", ["cat.jpg", "uploads/cat.jpg.zip", "my-uploads/x.jpg"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Late, twice, in the wrong order
#
# Events come at least once, usually within seconds, sometimes after a minute or more, and in no guaranteed order. So a
# consumer must be idempotent, and must not believe that the last message is the newest. Each record of a put or a
# delete has a `sequencer`: of two records **of the same key**, the one with the greater string (of equal length) is
# the newer.
#
# With versioning each successful write has its own `versionId` in its event. (Old books warn that two writes at the
# same time in an unversioned bucket may give a single event; versioning is the advice in any case.)

# %% setup="shuffled"
import random


def in_one_moment(body: str) -> str:
    """The same message, as if everything had happened in one millisecond, which eventTime cannot tell apart."""
    news = json.loads(body)
    for record in news.get("Records", []):
        record["eventTime"] = "2026-11-21T12:00:00.000Z"
    return json.dumps(news)


def delivered(bucket: str, url: str, arn: str, seed: int) -> list[str]:
    """Write some photos, several times; return the message bodies, shuffled and some of them twice."""
    send = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}}
    send |= {"Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [send]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    everything = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [everything]}
    )
    chance = random.Random(seed)
    names = [f"photo {n}.jpg" for n in range(6)]
    for name in names + chance.choices(names, k=12):
        s3.put_object(Bucket=bucket, Key=name, Body=b"...")
    for name in names[:2]:
        s3.delete_object(Bucket=bucket, Key=name)
    bodies = [in_one_moment(body) for body in bodies_in(url)]
    arriving = bodies + chance.sample(bodies, len(bodies) // 3)
    chance.shuffle(arriving)
    return arriving


# %%
arriving = delivered(new_bucket("demo-news"), *new_queue("demo-news"), seed=1)
print(len(arriving), "messages, among them:")
for body in arriving[:3]:
    news = json.loads(body)
    for record in news.get("Records", [{"eventName": news.get("Event"), "s3": None}]):
        about = record["s3"]["object"] if record["s3"] else {}
        print(f"  {record['eventName']:34}", about.get("key", ""), about.get("sequencer", ""))

# %% [markdown]
# ### Your turn: the newest news
#
# Write `newest(bodies)` for such message bodies. It returns a dictionary: each key, as it is called in S3 (blanks, not
# `+`), and the `eventName` of its newest event. The test event does not count.
#
# <details><summary>Hint</summary>
#
# The test event has no `Records`. Remember for each key the greatest `sequencer` so far, with its `eventName`; a record
# that comes twice then changes nothing. `unquote_plus` is imported above.
# </details>


# %% exercise="newest-news"
def newest(bodies: list[str]) -> dict[str, str]:
    """For each key the name of its newest event."""
    ### BEGIN SOLUTION
    latest: dict[str, tuple[str, str]] = {}
    for body in bodies:
        for record in json.loads(body).get("Records", []):
            about = record["s3"]["object"]
            name = unquote_plus(about["key"])
            event = (about["sequencer"], record["eventName"])
            latest[name] = max(event, latest.get(name, event))
    return {name: event for name, (_, event) in latest.items()}
    ### END SOLUTION


# %% check="newest-news" points=2
with check(
    "newest-news",
    needs="newest",
    right="Late, twice and out of order, and the answer is still right.",
) as expect:

    def sorted_out(seed: int) -> None:
        bodies = delivered(new_bucket("check-news"), *new_queue("check-news"), seed=seed)
        got = newest(list(bodies))
        expect(isinstance(got, dict), "Return a dictionary: {key: name of the newest event}.")
        odd = [name for name in got if "+" in str(name) or "%" in str(name)]
        expect(
            not odd,
            f"Keys arrive as in a URL: {odd[:1]} is called otherwise in S3. Use unquote_plus.",
        )
        names = {f"photo {n}.jpg" for n in range(6)}
        expect(
            set(got) == names,
            f"The keys are {sorted(map(str, got))}; there are {len(names)} photos.",
        )
        for name in sorted(names):
            last = "ObjectRemoved" if name in ("photo 0.jpg", "photo 1.jpg") else "ObjectCreated"
            expect(
                str(got[name]).startswith(last),
                f"The newest event of '{name}' is {last}:..., you say {got[name]}. The order of arrival says nothing; "
                "nor does eventTime: two writes may share a millisecond. Compare the sequencers.",
            )

    sorted_out(1)
    sorted_out(2)
    ### BEGIN HIDDEN TESTS
    sorted_out(3)
    sorted_out(4)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One event, many listeners
#
# Printer, album and statistics all want to know of new photos. Three rules for the same objects? S3 refuses rules that
# **overlap**. So tell an SNS topic once and let it fan out, or use EventBridge.

# %%
hall, topic = new_bucket("hall"), sns.create_topic(Name=lab.unique_name("photos"))["TopicArn"]
lets_s3 = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish", "Resource": topic}
lets_s3 |= {"Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{hall}"}}}
text = json.dumps({"Version": "2012-10-17", "Statement": [lets_s3]})
sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)
listeners = {name: new_queue(name) for name in ("printer", "album", "statistics")}
for url, arn in listeners.values():
    may = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    may |= {"Condition": {"ArnEquals": {"aws:SourceArn": [topic, f"arn:aws:s3:::{hall}"]}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
every = ["s3:ObjectCreated:*"]
straight = [{"QueueArn": arn, "Events": every} for _, arn in listeners.values()]
tell = s3.put_bucket_notification_configuration
three = {"QueueConfigurations": straight}
print("three rules: ", code_of(tell, Bucket=hall, NotificationConfiguration=three))
one = {"TopicConfigurations": [{"TopicArn": topic, "Events": every}]}
print("one topic:   ", code_of(tell, Bucket=hall, NotificationConfiguration=one))
s3.put_object(Bucket=hall, Key="cat.jpg", Body=b"...")
heard = {}
for name, (url, _) in listeners.items():
    told = [json.loads(json.loads(body)["Message"]) for body in bodies_in(url)]
    heard[name] = sum(len(news.get("Records", [])) for news in told)
charts.flow(
    [("web site", "bucket", "1 upload"), ("bucket", "SNS topic", "1 event")]
    + [("SNS topic", name, f"{count} message") for name, count in heard.items()],
    kinds={"bucket": "storage", "SNS topic": "messaging"} | dict.fromkeys(heard, "messaging"),
    headline="One event of the bucket reaches three queues through one topic",
    source="measured in the lab",
)

# %% [markdown]
# > **Lab and AWS.** AWS also refuses a topic whose policy does not let S3 publish; the lab looks at queues only.
#
# > **Bill.** On the real AWS each key of KMS costs a dollar a month, the rest of this lesson cents. A bucket with
# > locked versions **cannot be emptied** before their date: try compliance mode with one day, never with ten years.
#
# Clean up what costs money while it lies there: the keys of KMS. They are never deleted at once, because whatever they
# encrypted would be lost with them; 7 to 30 days are left to change your mind.

# %%
for one in kms.list_keys()["Keys"]:
    if kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"]["KeyManager"] == "CUSTOMER":
        kms.schedule_key_deletion(KeyId=one["KeyId"], PendingWindowInDays=7)
last = kms.describe_key(KeyId=key)["KeyMetadata"]
print("the first of them:", last["KeyState"])

# %% [markdown]
# ## To remember
#
# - Everything in S3 is encrypted. SSE-KMS adds a second permission and an audit; with SSE-C you bring the key each
#   time; client-side encryption hides the bytes even from S3.
# - SSE-KMS calls KMS for each object; a Bucket Key saves up to 99 % of the calls.
# - To force encryption, deny what does not say so; the policy is judged before the default is applied.
# - Governance can be bypassed by permission, compliance by nobody, a legal hold has no end. A delete marker on top is
#   always possible.
# - Versioning needs modest keys or a lock to stop a thief. Restore by a copy on top.
# - Rules for noncurrent versions keep what was deleted; IA only from day 30 on.
# - Replication copies what is new, markers if asked, deletions of versions never, and no copy of a copy.
# - Events come at least once, late, out of order; overlapping rules are refused: fan out.

# %% [markdown] question="throttled"
# ### Question 1
#
# After a move to SSE-KMS a download service sees `ThrottlingException` at noon. S3's own request rates are low. What
# helps most, without giving up the audit by KMS?
#
# - [ ] **A** Spread the keys over more prefixes.
#   > That raises S3's request rate. The exception comes from KMS.
# - [x] **B** Switch on S3 Bucket Keys, and rewrite or copy the old objects.
#   > S3 then asks KMS up to 99 % less often. Objects written earlier keep their own data keys until they are copied.
# - [ ] **C** Go back to SSE-S3.
#   > It ends the throttling, and with it the key policy and the audit.
# - [ ] **D** Use SSE-C.
#   > Then KMS is out of it altogether, and so is the audit; and every client must hold the key.

# %% answer="throttled"
answer = "B"

# %% check="throttled" points=1
question("throttled", answer)

# %% [markdown] question="regulator"
# ### Question 2
#
# Invoices must stay unchanged for seven years. Not even an administrator with the root password may delete them. Which
# setting meets this?
#
# - [ ] **A** Versioning and MFA Delete.
#   > With root and its device the versions can be deleted. That is not "nobody".
# - [ ] **B** Object Lock in governance mode for seven years.
#   > An administrator may hold `s3:BypassGovernanceRetention`, and root may always grant it.
# - [x] **C** Object Lock in compliance mode for seven years.
#   > Nobody can delete the version or shorten its retention before that date, root included.
# - [ ] **D** A bucket policy that denies `s3:DeleteObjectVersion` to all.
#   > Whoever may change the policy takes the sentence out first.

# %% answer="regulator"
answer = "C"

# %% check="regulator" points=1
question("regulator", answer)

# %% [markdown] question="empty-copy"
# ### Question 3
#
# A team switched on replication to a second Region on Monday. On Friday the second bucket holds the photos since
# Monday, and none of the 2 million older ones. What do they do?
#
# - [ ] **A** Wait: replication works its way from new to old.
#   > It only takes what is written after the rule, however long one waits.
# - [ ] **B** Switch versioning off and on again.
#   > Versioning cannot be switched off, only suspended, and neither state starts a copy.
# - [ ] **C** Add Replication Time Control.
#   > It promises a time for new objects. Old ones are not its business.
# - [x] **D** Run S3 Batch Replication for the existing objects.
#   > That is the job made for objects from before the rule, and for those whose replication failed.

# %% answer="empty-copy"
answer = "D"

# %% check="empty-copy" points=1
question("empty-copy", answer)

# %% [markdown] question="which-key"
# ### Question 4
#
# Doctors' letters go to S3. The hospital must be able to show that nobody at the cloud provider ever saw a letter or a
# key in the clear. Which way of encryption is that?
#
# - [x] **A** Client-side encryption with a key from the hospital's own key store.
#   > S3 only ever gets ciphertext, and AWS never the key. (A data key from KMS would be in the clear inside KMS.)
# - [ ] **B** SSE-C, with the hospital's keys.
#   > S3 does not store the key, but it gets both key and letter with the request, and encrypts for you.
# - [ ] **C** DSSE-KMS.
#   > Two layers, both put on by AWS.
# - [ ] **D** SSE-KMS with a customer managed key.
#   > Customer *managed* means that you write the policy. The key is in KMS, and S3 sees the letter.

# %% answer="which-key"
answer = "A"

# %% check="which-key" points=1
question("which-key", answer)

# %%
progress()
