# ---
# jupyter:
#   course:
#     exam:
#     - '2.2'
#     - '2.3'
#     minutes: 75
#     practises:
#       call-for:
#       - kms.api-summary
#       - kms.overview-and-integrations
#       data-key-cache:
#       - kms.encryption-sdk-and-caching
#       encrypt-any:
#       - kms.4kb-limit
#       - kms.envelope-encrypt
#       forecast:
#       - kms.symmetric-keys
#       - kms.encrypt-decrypt-flow
#       hidden-password:
#       - kms.never-plaintext-secrets
#       - kms.symmetric-keys
#       new-key:
#       - kms.api-summary
#       - kms.encrypt-decrypt-flow
#       only-https:
#       - encryption.in-flight
#       safe-download:
#       - kms.envelope-decrypt
#       - encryption.client-side
#       signed-prescription:
#       - kms.asymmetric-keys
#     services:
#     - kms
#     - s3
#     title: Encryption and keys that never leave
#     topics:
#     - encryption.in-flight
#     - encryption.server-side-at-rest
#     - encryption.client-side
#     - kms.overview-and-integrations
#     - kms.never-plaintext-secrets
#     - kms.symmetric-keys
#     - kms.asymmetric-keys
#     - kms.4kb-limit
#     - kms.encrypt-decrypt-flow
#     - kms.envelope-encrypt
#     - kms.envelope-decrypt
#     - kms.encryption-sdk-and-caching
#     - kms.api-summary
# ---

# %% [markdown]
# # Encryption and keys that never leave
#
# Hollin is a small animal hospital. It keeps X-rays in S3, has a password for a billing database, and sends
# prescriptions to a pharmacy that has no AWS account. After this lesson you can encrypt all of it with **AWS Key
# Management Service** (KMS): small secrets in one call, X-rays of any size with an envelope, and signatures that
# anybody can check without AWS.

# %% setup="start"
import base64
import hashlib
import json
import os

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("11-security/01-encryption-and-kms")
lab.start()
s3 = boto3.client("s3")
kms = boto3.client("kms")
files_key = kms.create_key(Description="X-rays and letters of Hollin")["KeyMetadata"]["KeyId"]

# %% [markdown]
# ## Three places to encrypt
#
# - **In flight**: TLS (once called SSL) encrypts between two machines. The server's certificate proves its name, so
#   nobody can sit between and listen.
# - **At rest, on the server**: the server encrypts what it receives before it writes, and decrypts before it answers.
#   It must be able to get the key.
# - **On the client**: you encrypt before you send. The server never sees the content, and neither does whoever
#   breaks into it.
#
# AWS's endpoints speak HTTPS and ask for TLS 1.2 or newer. S3 still answers plain HTTP, too. We write an object and
# read it without TLS.

# %%
xrays = lab.unique_name("xrays")
s3.create_bucket(Bucket=xrays)
s3.put_object(Bucket=xrays, Key="bruno.txt", Body=b"Bruno, left hind leg, broken")
without_tls = boto3.client("s3", use_ssl=False)
print("asking   ", without_tls.meta.endpoint_url)
print("answered ", without_tls.get_object(Bucket=xrays, Key="bruno.txt")["Body"].read())

# %% [markdown]
# Every router on the way could read that. The owner of a bucket closes this door with its policy: a statement that
# **denies** everything while the condition key `aws:SecureTransport` is false. A Deny wins over every Allow, so it
# does not matter who else permits what.
#
# ### Your turn: HTTPS only
#
# Write `only_https(bucket)`. Afterwards every S3 action on the bucket *and* on its objects is refused over plain HTTP,
# whoever asks; over HTTPS nothing changes. The bucket may have a policy already: its statements stay.
#
# <details><summary>Hint</summary>
#
# The bucket (`arn:aws:s3:::NAME`) and its objects (`arn:aws:s3:::NAME/*`) are different resources. A condition is
# written `{"Bool": {"aws:SecureTransport": "false"}}`. `get_bucket_policy` answers with the error
# `NoSuchBucketPolicy` where there is none.
# </details>


# %% exercise="only-https"
def only_https(bucket: str) -> None:
    """Refuse everything over plain HTTP; keep what the bucket's policy says already."""
    ### BEGIN SOLUTION
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        policy = {"Version": "2012-10-17", "Statement": []}
    arn = f"arn:aws:s3:::{bucket}"
    policy["Statement"].append(
        {
            "Sid": "OnlyHttps",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    ### END SOLUTION


# %% check="only-https" points=2
with check(
    "only-https",
    needs="only_https",
    right="One statement, and nobody can listen in.",
) as expect:
    plain = boto3.client("s3", use_ssl=False)
    nobody = Config(signature_version=UNSIGNED)

    def closed(name: str, sid: str = "") -> None:
        bucket = lab.unique_name(name)
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="a.txt", Body=b"a")
        if sid:
            earlier = {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{bucket}/*",
            }
            s3.delete_public_access_block(Bucket=bucket)
            s3.put_bucket_policy(
                Bucket=bucket,
                Policy=json.dumps({"Version": "2012-10-17", "Statement": [earlier]}),
            )
        only_https(bucket)
        with lab.enforce_iam():
            try:
                s3.put_object(Bucket=bucket, Key="b.txt", Body=b"b")
                s3.list_objects_v2(Bucket=bucket)
                works = s3.get_object(Bucket=bucket, Key="a.txt")["Body"].read() == b"a"
            except ClientError as error:
                works = error.response["Error"]["Code"] != "AccessDenied"
            expect(
                works,
                'HTTPS is refused as well. Deny only while aws:SecureTransport is "false".',
            )
            with expect.refused("AccessDenied", "Objects can still be read over plain HTTP."):
                plain.get_object(Bucket=bucket, Key="a.txt")
            with expect.refused(
                "AccessDenied",
                "Objects can still be written over plain HTTP. Deny s3:*.",
            ):
                plain.put_object(Bucket=bucket, Key="c.txt", Body=b"c")
            with expect.refused(
                "AccessDenied",
                "Objects can still be deleted over plain HTTP. Deny s3:*, not a list of actions.",
            ):
                plain.delete_object(Bucket=bucket, Key="b.txt")
            with expect.refused(
                "AccessDenied",
                "The bucket can still be listed over plain HTTP: Resource lacks its own ARN.",
            ):
                plain.list_objects_v2(Bucket=bucket)
        written = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        sids = [one.get("Sid") for one in written] if isinstance(written, list) else []
        expect(
            not sid or sid in sids,
            f"The statement {sid!r} is gone: put_bucket_policy replaces the whole policy.",
        )
        if not sid:
            return
        with lab.enforce_iam():
            boto3.client("s3", config=nobody).get_object(Bucket=bucket, Key="a.txt")
            with expect.refused(
                "AccessDenied",
                "Whoever has no account still reads over plain HTTP. Deny every Principal.",
            ):
                passer_by = boto3.client("s3", config=nobody, use_ssl=False)
                passer_by.get_object(Bucket=bucket, Key="a.txt")

    closed("check-https")
    closed("check-policy", sid="Readers")
    ### BEGIN HIDDEN TESTS
    closed("check-more", sid="Partners")
    ### END HIDDEN TESTS

# %% [markdown]
# ## At rest: who holds the key?
#
# When an AWS service says "encrypted", it nearly always means KMS. AWS keeps the keys in hardware that lets none out;
# you can only *ask KMS to use* a key. IAM and the key's own policy decide who may ask, and CloudTrail notes every use.
#
# S3 encrypts each new object. You choose whose key: S3's own (`AES256`, SSE-S3, the default since January 2023) or one
# in KMS (`aws:kms`, SSE-KMS; `aws:kms:dsse` encrypts twice). One key of yours can serve many services.

# %%
key_arn = kms.describe_key(KeyId=files_key)["KeyMetadata"]["Arn"]
kms.create_alias(AliasName=f"alias/{lab.unique_name('hollin')}", TargetKeyId=files_key)
s3.put_object(Bucket=xrays, Key="default.txt", Body=b"somebody's key")
s3.put_object(
    Bucket=xrays,
    Key="ours.txt",
    Body=b"our key",
    ServerSideEncryption="aws:kms",
    SSEKMSKeyId=key_arn,
)
for name in ("default.txt", "ours.txt"):
    head = s3.head_object(Bucket=xrays, Key=name)
    print(f"{name:12} {head['ServerSideEncryption']:8} {head.get('SSEKMSKeyId', '')[-12:]}")
disk = boto3.client("ec2").create_volume(
    AvailabilityZone="us-east-1a",
    Size=8,
    Encrypted=True,
    KmsKeyId=key_arn,
)
print(f"EBS volume   encrypted {disk['KmsKeyId'][-12:]}")
ssm = boto3.client("ssm")
ssm.put_parameter(
    Name="/hollin/pin",
    Value="4711",
    Type="SecureString",
    KeyId=key_arn,
    Overwrite=True,
)
print("SecureString", ssm.get_parameter(Name="/hollin/pin")["Parameter"]["Value"][:34], "...")
print(
    "decrypted   ",
    ssm.get_parameter(Name="/hollin/pin", WithDecryption=True)["Parameter"]["Value"],
)

# %% [markdown]
# Who may read the object needs **two** permissions: `s3:GetObject`, and `kms:Decrypt` for the key. That is the point
# of SSE-KMS: a bucket policy written carelessly does not yet open the content.
#
# > **Then and now.** Until August 2021 a KMS key was called *customer master key*, CMK. Exams and error messages still
# > use that name.
#
# ## One call, up to four kilobytes
#
# A **symmetric** key (`SYMMETRIC_DEFAULT`, AES with 256 bits) encrypts and decrypts. `Encrypt` sends the plaintext to
# KMS; there the permission is checked, the key is used, and a *ciphertext blob* comes back. The blob names its key, so
# `Decrypt` needs no `KeyId`; give it anyway, to accept no other key than yours.
#
# An **encryption context** is a set of name-value pairs, bound to the ciphertext but not in it. It is no secret:
# CloudTrail shows it. Who decrypts must give exactly the same pairs.


# %% setup="outcome"
def outcome(client, **parameters) -> str:
    """What Decrypt answers: the plaintext or the error code."""
    try:
        return client.decrypt(**parameters)["Plaintext"].decode()
    except ClientError as error:
        return error.response["Error"]["Code"]


# %%
about = {"animal": "Bruno", "kind": "diagnosis"}
secret = b"fracture, left hind leg"
sent = kms.encrypt(KeyId=files_key, Plaintext=secret, EncryptionContext=about)
blob = sent["CiphertextBlob"]
print(f"{len(secret)} bytes became {len(blob)}; the text is in it: {secret in blob}")
print("same context   ", outcome(kms, CiphertextBlob=blob, EncryptionContext=about))
print(
    "another animal ",
    outcome(kms, CiphertextBlob=blob, EncryptionContext=about | {"animal": "Mia"}),
)
damaged = blob[:-1] + bytes([blob[-1] ^ 1])
print("one bit flipped", outcome(kms, CiphertextBlob=damaged, EncryptionContext=about))

# %% [markdown]
# A flipped bit and a wrong context end alike, and KMS does not say which it was. An attacker who copies Bruno's
# ciphertext into Mia's record gets nothing.
#
# > **Lab and AWS.** AWS's blobs are longer than the lab's (it adds more metadata). Do not count on a length.
#
# ### Your turn: predict six answers
#
# A blob like the one above was made with the context `{"animal": "Bruno", "kind": "diagnosis"}`. What will `Decrypt`
# answer? Write for each case `ok`, `InvalidCiphertextException`, `IncorrectKeyException`, `AccessDeniedException` or
# `ValidationException`. Then the check makes the calls.
#
# - **order**: the same pairs, in the other order
# - **none**: no encryption context
# - **case**: the context with `"bruno"` in place of `"Bruno"`
# - **other key**: the right context, and as `KeyId` another key of this account
# - **other Region**: the right context, no `KeyId`, asked in eu-west-1
# - **junk**: 100 random bytes as the ciphertext
#
# <details><summary>Hint</summary>
#
# A context is a set of pairs, compared byte by byte. Keys belong to one Region. If a blob can be read, KMS knows which
# key it needs; whether you *named* a wrong key or the key is *out of reach* are different errors.
# </details>

# %% exercise="forecast" repair=true
forecast = {
    "order": "",
    "none": "",
    "case": "",
    "other key": "",
    "other Region": "",
    "junk": "",
}
### BEGIN SOLUTION
forecast = {
    "order": "ok",
    "none": "InvalidCiphertextException",
    "case": "InvalidCiphertextException",
    "other key": "IncorrectKeyException",
    "other Region": "AccessDeniedException",
    "junk": "InvalidCiphertextException",
}
### END SOLUTION

# %% check="forecast" points=2
with check(
    "forecast",
    needs="forecast",
    right="Measured just now, in your account.",
) as expect:
    expect(
        isinstance(forecast, dict),
        "Keep `forecast` a dictionary from the case to your answer.",
    )
    expect.not_tried(not any(forecast.values()))

    def came_true(pairs: dict[str, str], other: dict[str, str]) -> None:
        ours, another = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
        made = kms.encrypt(KeyId=ours, Plaintext=b"sound", EncryptionContext=pairs)
        cases = {
            "order": (
                {"EncryptionContext": dict(reversed(pairs.items()))},
                "A context is a set of pairs.",
            ),
            "none": (
                {},
                "The context is bound to the ciphertext. What does its absence change?",
            ),
            "case": ({"EncryptionContext": other}, "The pairs are compared byte by byte."),
            "other key": (
                {"EncryptionContext": pairs, "KeyId": another},
                "You named a key, and the blob names another one.",
            ),
            "other Region": (
                {"EncryptionContext": pairs},
                "The blob is sound and names its key; but can that be used from there?",
            ),
            "junk": (
                {"CiphertextBlob": b"\x07" * 100},
                "KMS finds no key in it: is it a ciphertext at all?",
            ),
        }
        known = ("ok", "InvalidCiphertextException", "IncorrectKeyException")
        for case, (parameters, hint) in cases.items():
            said = forecast.get(case, "")
            expect(
                said in (*known, "AccessDeniedException", "ValidationException"),
                f"{case!r}: {said!r} is none of the five answers.",
            )
            region = "eu-west-1" if case == "other Region" else "us-east-1"
            client = boto3.client("kms", region_name=region)
            sealed = {"CiphertextBlob": made["CiphertextBlob"]}
            measured = outcome(client, **{**sealed, **parameters})
            expect(
                said == ("ok" if measured == "sound" else measured),
                f"{case!r}: KMS answers something else than {said}. {hint}",
            )

    about_bruno = {"animal": "Bruno", "kind": "diagnosis"}
    came_true(about_bruno, about_bruno | {"animal": "bruno"})
    ### BEGIN HIDDEN TESTS
    came_true({"a": "Rex", "b": "X-ray"}, {"a": "Rex", "b": "x-ray"})
    ### END HIDDEN TESTS

# %% [markdown]
# ## No password in plain sight
#
# Passwords, tokens and private keys do not belong in code, nor readable in an environment variable: both end up in
# repositories, in consoles, in screenshots. With KMS you keep only the **ciphertext** there, as base64, and decrypt at
# run time. Whoever copies it still needs the permission `kms:Decrypt`. (What must change often, or serves several
# programs, goes to Secrets Manager or Parameter Store: lesson 3 of this section.)
#
# Base64 is no encryption. It has no key:

# %%
print(base64.b64decode("aHVudGVyMg=="))

# %% [markdown]
# ### Your turn: repair the configuration
#
# A colleague hides database passwords of Lambda functions like this. Repair both functions:
#
# - `configure(function, password)` returns the environment variables of a function, text to text. Neither the password
#   nor a mere re-coding of it is in them. One call of KMS, with the key `files_key`.
# - `read_password(function, variables)` returns the password, with one call of KMS.
# - Variables copied from one function do not work in another one: there KMS refuses with
#   `InvalidCiphertextException`.
#
# <details><summary>Hint</summary>
#
# For the third demand bind the function's name to the ciphertext. `encrypt` takes and gives bytes; an environment
# variable is text: base64 has its place *after* the encryption.
# </details>


# %% exercise="hidden-password" repair=true
def configure(function: str, password: str) -> dict[str, str]:
    """The environment variables for a function that needs the database."""
    return {"DB_USER": "billing", "DB_PASSWORD": base64.b64encode(password.encode()).decode()}


def read_password(function: str, variables: dict[str, str]) -> str:
    """The database's password, at run time."""
    return base64.b64decode(variables["DB_PASSWORD"]).decode()


### BEGIN SOLUTION
def configure(function: str, password: str) -> dict[str, str]:
    """The environment variables for a function that needs the database."""
    sealed = kms.encrypt(
        KeyId=files_key,
        Plaintext=password.encode(),
        EncryptionContext={"function": function},
    )
    return {
        "DB_USER": "billing",
        "DB_PASSWORD": base64.b64encode(sealed["CiphertextBlob"]).decode(),
    }


def read_password(function: str, variables: dict[str, str]) -> str:
    """The database's password, at run time."""
    opened = kms.decrypt(
        KeyId=files_key,
        CiphertextBlob=base64.b64decode(variables["DB_PASSWORD"]),
        EncryptionContext={"function": function},
    )
    return opened["Plaintext"].decode()


### END SOLUTION


# %% check="hidden-password" points=2
with check(
    "hidden-password",
    needs=["configure", "read_password"],
    right="A copied configuration is worth nothing now.",
) as expect:

    def disguises(text: str) -> set[str]:
        raw = text.encode()
        coded = {
            base64.b64encode(raw).decode().rstrip("="),
            base64.b32encode(raw).decode(),
            raw.hex(),
        }
        return {text, text[::-1], base64.b85encode(raw).decode(), *coded}

    def kept_secret(function: str, password: str) -> None:
        with lab.watching() as made:
            variables = configure(function, password)
        pairs = variables.items() if isinstance(variables, dict) else [(0, 0)]
        expect(
            all(type(name) is str and type(text) is str for name, text in pairs),
            "configure must return a dictionary from text to text; bytes are no variable.",
        )
        seen = json.dumps(variables, ensure_ascii=False)
        expect(
            not any(form in seen for form in disguises(password)),
            "The password can be read in the variables: base64 and the like have no key.",
        )
        used = [call.operation for call in made if call.service == "kms"]
        expect(
            used == ["Encrypt"],
            f"configure should call KMS's Encrypt once; it called {used or 'nothing'}.",
        )
        copied = json.loads(seen)
        with lab.watching() as made:
            got = read_password(function, copied)
        expect(
            got == password,
            "read_password does not return the password that configure was given.",
        )
        used = [call.operation for call in made if call.service == "kms"]
        expect(
            used == ["Decrypt"],
            f"read_password should call Decrypt once; it called {used or 'nothing'}.",
        )
        with expect.refused(
            "InvalidCiphertextException",
            "Another function can use the copied variables. Bind the name: EncryptionContext.",
        ):
            read_password("other-" + function, copied)
        kms.disable_key(KeyId=files_key)
        try:
            with expect.refused(
                "DisabledException",
                "With files_key disabled the password can still be read: another key is used.",
            ):
                read_password(function, copied)
        finally:
            kms.enable_key(KeyId=files_key)

    kept_secret("invoices", "hunter2-hunter2")
    kept_secret("letters", "Bärenhöhle-7-Ελλάς")
    ### BEGIN HIDDEN TESTS
    kept_secret("reminders", "correct horse battery staple 1")
    ### END HIDDEN TESTS

# %% [markdown]
# ## How much goes into one call
#
# `Encrypt` takes 4,096 bytes under a symmetric key. We try the edge; then a chart of the limits that you will meet.

# %%
for size in (facts.limit("kms", "plaintext-max"), facts.limit("kms", "plaintext-max") + 1):
    try:
        answer = kms.encrypt(KeyId=files_key, Plaintext=bytes(size))
        print(f"{size:,} bytes: accepted, {len(answer['CiphertextBlob']):,} bytes come back")
    except ClientError as error:
        print(f"{size:,} bytes: {error.response['Error']['Code']}")

# %%
one_call = {
    "GenerateRandom": facts.limit("kms", "random-bytes-max"),
    "Encrypt, symmetric key": facts.limit("kms", "plaintext-max"),
    "Decrypt, ciphertext": facts.limit("kms", "ciphertext-max"),
    "Sign, message": facts.limit("kms", "sign-message-max"),
}
for bits in (2048, 3072, 4096):
    limit = facts.limit("kms", f"plaintext-max-rsa{bits}-oaep-sha256")
    one_call[f"Encrypt, RSA {bits} key"] = limit
charts.limits(
    one_call,
    unit="bytes",
    headline="No call of KMS takes an X-ray: it is made for keys and secrets",
    reference={"a small X-ray, 1 MB": 1_000_000},
    highlight=["Encrypt, symmetric key"],
)

# %% [markdown]
# ## The envelope
#
# Larger data is encrypted by **you**, with a key that KMS makes for the purpose. `GenerateDataKey` returns it twice: in
# the clear, and encrypted ("wrapped") under your KMS key.

# %%
charts.flow(
    [
        ("your program", "KMS", "1 GenerateDataKey"),
        ("KMS", "data key, plain", "2"),
        ("KMS", "data key, wrapped", "2"),
        ("data key, plain", "X-ray, encrypted", "3 AES-GCM, in your program"),
        ("data key, wrapped", "envelope", "4"),
        ("X-ray, encrypted", "envelope", "4"),
    ],
    kinds={"KMS": "security", "your program": "compute", "envelope": "storage"},
    headline="Only keys travel to KMS; the X-ray never does",
    subtitle="After step 3 the plain data key is thrown away; the wrapped one is kept",
    source="AWS KMS developer guide, 2026",
)

# %% [markdown]
# To open it: send the *wrapped* key to `Decrypt`, get the plain one, decrypt locally, forget it. Lose the wrapped key
# or the KMS key, and the data is lost.
#
# AES-GCM also wants a **nonce**: 12 bytes that are never used twice with one key. They are no secret. Its ciphertext
# ends with a tag of 16 bytes; if one bit of anything was changed, decryption fails.

# %%
made = kms.generate_data_key(KeyId=files_key, KeySpec="AES_256")
xray = os.urandom(1_000_000)
nonce = os.urandom(12)
on_disk = {"wrapped key": made["CiphertextBlob"], "nonce": nonce}
on_disk["ciphertext"] = AESGCM(made["Plaintext"]).encrypt(nonce, xray, None)
del made
for part, content in on_disk.items():
    print(f"{part:12} {len(content):>9,} bytes")
again = kms.decrypt(KeyId=files_key, CiphertextBlob=on_disk["wrapped key"])["Plaintext"]
print(
    "opened again:",
    AESGCM(again).decrypt(on_disk["nonce"], on_disk["ciphertext"], None) == xray,
)

# %% [markdown]
# What does it save? We count the bytes that go to KMS and back, and the calls, for files from 1 KiB to 1 MiB: once cut
# into pieces of 4,096 bytes, once with an envelope.


# %%
def traffic(work) -> tuple[int, int]:
    """Calls and bytes, there and back, that a piece of work exchanges with KMS."""
    client, sizes = boto3.client("kms"), []

    def heard(http_response, **_) -> None:
        sizes.append(len(http_response.content))

    events = client.meta.events
    events.register("before-call.kms", lambda params, **_: sizes.append(len(params["body"])))
    events.register("after-call.kms", heard)
    work(client)
    return len(sizes) // 2, sum(sizes)


def in_pieces(client, data: bytes) -> None:
    for start in range(0, len(data), 4096):
        client.encrypt(KeyId=files_key, Plaintext=data[start : start + 4096])


def in_envelope(client, data: bytes) -> None:
    plain = client.generate_data_key(KeyId=files_key, KeySpec="AES_256")["Plaintext"]
    AESGCM(plain).encrypt(os.urandom(12), data, None)


sizes = [2**n for n in range(10, 21, 2)]
pieces = [traffic(lambda client, n=n: in_pieces(client, bytes(n))) for n in sizes]
envelope = [traffic(lambda client, n=n: in_envelope(client, bytes(n))) for n in sizes]
print(f"1 MiB: {pieces[-1][0]} calls in pieces, {envelope[-1][0]} with an envelope")
charts.curves(
    {
        "in pieces": ([n / 1024 for n in sizes], [total for _, total in pieces]),
        "envelope": ([n / 1024 for n in sizes], [total for _, total in envelope]),
    },
    log_x=True,
    log_y=True,
    headline="An envelope costs KMS the same few hundred bytes, whatever its content",
    x_label="file",
    x_unit="KiB",
    y_label="sent to KMS and back",
    y_unit="bytes",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: encrypt anything
#
# Write `encrypt_any(key_id, data)` and `decrypt_any(package)` for data of any size (at least one byte).
#
# - The package is a dictionary that `json.dumps` accepts. It holds all that `decrypt_any` needs, and no plain key.
# - Up to 4,096 bytes one `Encrypt` does it. Above, one `GenerateDataKey` for each package, and AES-GCM in your program.
# - `decrypt_any` makes one call of KMS. If the ciphertext was damaged, it raises an exception of any kind and returns
#   nothing.
# - The same data encrypted twice gives two different packages.
#
# <details><summary>Hint</summary>
#
# Bytes become JSON text with `base64.b64encode(...).decode()`. Let the package say of which kind it is, so that
# `decrypt_any` knows what to do. A new nonce for each message: `os.urandom(12)`.
# </details>


# %% exercise="encrypt-any"
def encrypt_any(key_id: str, data: bytes) -> dict:
    """Encrypt data of any size: directly, or in an envelope."""
    ### BEGIN SOLUTION
    if len(data) <= facts.limit("kms", "plaintext-max"):
        sealed = kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"]
        return {"direct": base64.b64encode(sealed).decode()}
    fresh = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    number_once = os.urandom(12)
    parts = {
        "wrapped": fresh["CiphertextBlob"],
        "nonce": number_once,
        "sealed": AESGCM(fresh["Plaintext"]).encrypt(number_once, data, None),
    }
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}
    ### END SOLUTION


def decrypt_any(package: dict) -> bytes:
    """The data of a package that encrypt_any made."""
    ### BEGIN SOLUTION
    parts = {name: base64.b64decode(text) for name, text in package.items()}
    if "direct" in parts:
        return kms.decrypt(CiphertextBlob=parts["direct"])["Plaintext"]
    data_key = kms.decrypt(CiphertextBlob=parts["wrapped"])["Plaintext"]
    return AESGCM(data_key).decrypt(parts["nonce"], parts["sealed"], None)
    ### END SOLUTION


# %% check="encrypt-any" points=3
with check(
    "encrypt-any",
    needs=["encrypt_any", "decrypt_any"],
    right="One call of KMS, whatever the size.",
) as expect:

    def codes(raw: bytes) -> list[str]:
        """The forms in which a program may have written these bytes into JSON."""
        plain = [repr(raw), raw.decode("latin-1"), list(raw)]
        as_json = [json.dumps(one)[1:-1] for one in plain]
        coded = [base64.b64encode(raw), base64.urlsafe_b64encode(raw), base64.b85encode(raw)]
        return [*(one.decode().rstrip("=") for one in coded), raw.hex(), *as_json]

    def leaves(value) -> list:
        """The texts of a package, and its lists of numbers: where bytes can be."""
        numbers = isinstance(value, list) and all(type(one) is int for one in value)
        if isinstance(value, str) or numbers:
            return [value]
        inside = list(value.values()) if isinstance(value, dict) else value
        inside = inside if isinstance(inside, list) else []
        return [leaf for one in inside for leaf in leaves(one)]

    def damage(value, longest):
        if value == longest:
            middle = len(longest) // 2
            if isinstance(longest, list):
                return [*longest[:middle], longest[middle] ^ 1, *longest[middle + 1 :]]
            other = "0" if longest[middle] != "0" else "1"
            return longest[:middle] + other + longest[middle + 1 :]
        if isinstance(value, dict):
            return {name: damage(one, longest) for name, one in value.items()}
        return [damage(one, longest) for one in value] if isinstance(value, list) else value

    def any_size(size: int, wanted: str) -> None:
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        data = (b"X-ray of Bruno, left hind leg. " * (size // 31 + 1))[:size]
        keys: list[bytes] = []

        def took(parsed, **_) -> None:
            keys.append(parsed.get("Plaintext", b""))

        kms.meta.events.register("after-call.kms.GenerateDataKey", took)
        try:
            with lab.watching() as calls:
                package = encrypt_any(key, data)
        finally:
            kms.meta.events.unregister("after-call.kms.GenerateDataKey", took)
        used = [call.operation for call in calls if call.service == "kms"]
        expect(
            used == [wanted],
            f"{size:,} bytes should take one {wanted}; the calls were {used or 'none'}.",
        )
        try:
            written = json.dumps(package)
        except (TypeError, ValueError):
            written = ""
        expect(
            isinstance(package, dict) and written,
            "json.dumps does not accept the package: turn bytes to text.",
        )
        expect(
            not any(form in written for plain in keys for form in codes(plain)),
            "The plain data key is in the package: whoever finds it needs no KMS.",
        )
        start, hexed = base64.b64encode(data[:30]).decode(), data[:30].hex()
        expect(
            size < 31 or not any(form in written for form in (start, hexed, "X-ray of")),
            "The data itself can be read in the package.",
        )
        stored = json.loads(written)
        with lab.watching() as calls:
            back = decrypt_any(stored)
        used = [call.operation for call in calls if call.service == "kms"]
        expect(back == data, f"{size:,} bytes did not come back as they were.")
        expect(
            used == ["Decrypt"],
            f"decrypt_any should call Decrypt once; the calls were {used or 'none'}.",
        )
        with lab.watching() as calls:
            again = encrypt_any(key, data)
        expect(again != package, "The same data gave the same package twice.")
        expect(
            [call.operation for call in calls if call.service == "kms"] == [wanted],
            f"The second time encrypt_any made no {wanted}: each package has its own data key.",
        )
        longest = max(leaves(stored), key=len, default="")
        try:
            unnoticed = repr(decrypt_any(damage(stored, longest)))[:20]
        except Exception:
            unnoticed = ""
        expect(
            not unnoticed,
            f"{size:,} bytes: the ciphertext was damaged, and decrypt_any returned something "
            f"all the same: {unnoticed}. AES-GCM notices, AES-CTR and AES-CBC do not; "
            "let its exception through.",
        )

    any_size(4096, "Encrypt")
    any_size(4097, "GenerateDataKey")
    any_size(1, "Encrypt")
    any_size(300_000, "GenerateDataKey")
    ### BEGIN HIDDEN TESTS
    any_size(3000, "Encrypt")
    any_size(65_537, "GenerateDataKey")
    ### END HIDDEN TESTS

# %% [markdown]
# *Half of the lesson is done: a good place for a pause.*

# %% [markdown]
# ## Encrypt before it leaves the house
#
# With an envelope you can store in S3 what S3 itself cannot read: **client-side encryption**. Hollin's program for
# uploads keeps the wrapped key and the nonce as metadata of the object. The name of the object is bound twice: to the
# wrapped key as encryption context, and to the data as AES-GCM's *associated data*.

# %% setup="upload"
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class Damaged(Exception):
    """An object is not what was uploaded under its name."""


def upload(bucket: str, name: str, data: bytes, key: str = files_key) -> None:
    """Store data that only holders of the KMS key can read."""
    issued = kms.generate_data_key(
        KeyId=key,
        KeySpec="AES_256",
        EncryptionContext={"object": name},
    )
    used_once = os.urandom(12)
    s3.put_object(
        Bucket=bucket,
        Key=name,
        Body=AESGCM(issued["Plaintext"]).encrypt(used_once, data, name.encode()),
        Metadata={
            "wrapped-key": base64.b64encode(issued["CiphertextBlob"]).decode(),
            "nonce": base64.b64encode(used_once).decode(),
        },
    )


# %%
upload(xrays, "mia.txt", b"Mia, two milk teeth, nothing broken")
stored = s3.get_object(Bucket=xrays, Key="mia.txt")
print("metadata   ", {name: text[:14] + "..." for name, text in stored["Metadata"].items()})
print("what S3 has", stored["Body"].read()[:24], "...")

# %% [markdown]
# ### Your turn: repair the download
#
# The colleague who wrote `download` once met the error `InvalidTag` and found a way to be rid of it. Since then damaged
# X-rays come back as noise, and nobody notices. Repair it:
#
# - it returns the data that was uploaded, with one call of KMS;
# - it raises `Damaged` if the content, the nonce or the wrapped key was changed, or if the object was copied to
#   another name;
# - any other refusal by KMS (a disabled key, a missing permission) says nothing about the object: that `ClientError`
#   goes through as it is.
#
# <details><summary>Hint</summary>
#
# `AESGCM(key).decrypt(nonce, data, associated)` raises `InvalidTag`; KMS answers a damaged wrapped key, or a wrong
# context, with the error code `InvalidCiphertextException`. What is the associated data here? Look at `upload`.
# </details>


# %% exercise="safe-download" repair=true
def download(bucket: str, name: str) -> bytes:
    """What was uploaded under this name."""
    found = s3.get_object(Bucket=bucket, Key=name)
    labels = found["Metadata"]
    wrapped, nonce = base64.b64decode(labels["wrapped-key"]), base64.b64decode(labels["nonce"])
    opened = kms.decrypt(CiphertextBlob=wrapped, EncryptionContext={"object": name})
    # GCM is AES in counter mode plus a tag of 16 bytes. Without a tag there is no InvalidTag.
    mode = modes.CTR(nonce + b"\x00\x00\x00\x02")
    counter = Cipher(algorithms.AES(opened["Plaintext"]), mode)
    return counter.decryptor().update(found["Body"].read()[:-16])


### BEGIN SOLUTION
def download(bucket: str, name: str) -> bytes:
    """What was uploaded under this name."""
    found = s3.get_object(Bucket=bucket, Key=name)
    labels = found["Metadata"]
    wrapped, nonce = base64.b64decode(labels["wrapped-key"]), base64.b64decode(labels["nonce"])
    try:
        opened = kms.decrypt(CiphertextBlob=wrapped, EncryptionContext={"object": name})
        return AESGCM(opened["Plaintext"]).decrypt(nonce, found["Body"].read(), name.encode())
    except InvalidTag:
        raise Damaged(f"{name}: the content or its nonce was changed") from None
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidCiphertextException":
            raise
        raise Damaged(f"{name}: the wrapped key was changed or is another object's") from None


### END SOLUTION


# %% check="safe-download" points=3
with check(
    "safe-download",
    needs="download",
    right="Noise is never taken for an X-ray again.",
) as expect:

    def flipped(raw: bytes, at: int) -> bytes:
        return raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :]

    def verdict(bucket: str, name: str):
        """The data, 'Damaged', or the name of another exception."""
        with lab.watching() as calls:
            try:
                said = download(bucket, name)
            except Damaged:
                said = "Damaged"
            except ClientError as error:
                said = error.response["Error"]["Code"]
            except Exception as error:
                said = type(error).__name__
        asked = [call.operation for call in calls if call.service == "kms"]
        expect(
            asked == ["Decrypt"],
            f"download should make one call of KMS, Decrypt; it made {asked or 'none'}.",
        )
        return said

    def survives(name: str, data: bytes) -> None:
        bucket = lab.unique_name("check-download")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        s3.create_bucket(Bucket=bucket)
        upload(bucket, name, data, key)
        expect(
            verdict(bucket, name) == data,
            "download does not return what was uploaded. Mind the associated data.",
        )
        held = s3.get_object(Bucket=bucket, Key=name)
        body, labels = held["Body"].read(), held["Metadata"]
        raw = {part: base64.b64decode(text) for part, text in labels.items()}

        def put(content: bytes, parts: dict[str, bytes], under: str = name) -> None:
            text = {part: base64.b64encode(one).decode() for part, one in parts.items()}
            s3.put_object(Bucket=bucket, Key=under, Body=content, Metadata=text)

        harm = {
            "the first byte of the content": (flipped(body, 0), raw),
            "the last byte of the tag": (flipped(body, len(body) - 1), raw),
            "the nonce": (body, raw | {"nonce": flipped(raw["nonce"], 3)}),
            "the wrapped key": (body, raw | {"wrapped-key": flipped(raw["wrapped-key"], 60)}),
        }
        for what, (content, parts) in harm.items():
            put(content, parts)
            said = verdict(bucket, name)
            expect(
                said == "Damaged",
                f"One bit of {what} was flipped, and download "
                + ("returned data." if isinstance(said, bytes) else f"ended with {said}."),
            )
        put(body, raw, under="copy-of-" + name)
        said = verdict(bucket, "copy-of-" + name)
        expect(
            said == "Damaged",
            "The object was copied to another name, and download did not raise Damaged.",
        )
        put(body, raw)
        kms.disable_key(KeyId=key)
        said = verdict(bucket, name)
        expect(
            said == "DisabledException",
            f"The key is disabled, the object is sound: let KMS's error through, not {said}.",
        )
        kms.enable_key(KeyId=key)
        lines = [
            {"Effect": effect, "Principal": "*", "Action": action, "Resource": "*"}
            for effect, action in (("Allow", "kms:*"), ("Deny", "kms:Decrypt"))
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": lines})
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
        with lab.enforce_iam():
            said = verdict(bucket, name)
        expect(
            said == "AccessDeniedException",
            "The permission for the key is missing, the object is sound: let KMS's error "
            f"through, not {said}. Only one of KMS's codes means damage.",
        )

    survives("bruno.png", b"PNG of a hind leg " * 400)
    ### BEGIN HIDDEN TESTS
    survives("rex.png", b"\x00\x01" * 3000)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Do not do it yourself twice
#
# At work you use a library for this: the **AWS Encryption SDK** (C, .NET, Go, Java, JavaScript, Python, Rust, and a
# command line) does envelopes for any store; the *S3 Encryption Client* and the *Database Encryption SDK* do it for S3
# and DynamoDB. Their formats differ: what one wrote the others cannot read.
#
# The Encryption SDK can also **cache data keys**: it uses one data key for several messages. Fewer calls, a smaller
# bill, less throttling; but who steals one key reads more. So a cache has limits: age, messages, bytes
# (`LocalCryptoMaterialsCache` keeps the keys, a *caching CMM* enforces the limits).
#
# > **Then and now.** Newer releases recommend the *hierarchical keyring* in its place: branch keys in a DynamoDB table,
# > and still a new data key for each message. The exam asks about caching.

# %%
price = facts.price("kms", "requests")
messages = 300
cached = (1, 3, 10, 30, 100, 300)
calls_made = []
for most in cached:
    with lab.watching() as seen:
        for number in range(messages):
            if number % most == 0:
                kms.generate_data_key(KeyId=files_key, KeySpec="AES_256")
    calls_made.append(len(seen.of("GenerateDataKey")))
monthly = [10_000_000 * count / messages / 10_000 * price for count in calls_made]
charts.curves(
    {"10 million messages a month": (list(cached), monthly)},
    log_x=True,
    log_y=True,
    headline=f"Ten messages a data key save {1 - monthly[2] / monthly[0]:.0%} of the bill",
    x_label="messages for each data key",
    y_unit="USD per month",
    notes=[(100, monthly[4], f"100: {monthly[4]:.2f} USD")],
    subtitle=f"10 million messages, free requests left out; {messages} measured in the lab",
    source=price,
)

# %% [markdown]
# ### Your turn: a cache with three limits
#
# Write the class `DataKeyCache(key_id, max_age, max_messages, max_bytes)`. Its method `key_for(size)` is called before
# each message of `size` bytes and returns the pair (plain data key, wrapped data key). It keeps giving the same pair,
# and asks KMS for a new one, with `GenerateDataKey`, only if
#
# - the key in use is `max_age` seconds old or older, by `lab.clock.now()`, or
# - it has served `max_messages` messages, or
# - the bytes that it served and this message together exceed `max_bytes`. (A message larger than `max_bytes` has a
#   key for itself.)
#
# <details><summary>Hint</summary>
#
# Keep four things: the pair, when it came, and how many messages and bytes it has served. `(lab.clock.now() -
# came).total_seconds()` is its age. Start all counters again with each new key, and then count the message at hand.
# </details>


# %% exercise="data-key-cache"
class DataKeyCache:
    """Data keys that serve several messages, within limits."""

    ### BEGIN SOLUTION
    def __init__(self, key_id: str, max_age: float, max_messages: int, max_bytes: int) -> None:
        self.key_id, self.max_age = key_id, max_age
        self.max_messages, self.max_bytes = max_messages, max_bytes
        self.pair: tuple[bytes, bytes] | None = None

    def key_for(self, size: int) -> tuple[bytes, bytes]:
        if self.pair is None or self._used_up(size):
            fresh = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_256")
            self.pair = fresh["Plaintext"], fresh["CiphertextBlob"]
            self.came, self.messages, self.bytes = lab.clock.now(), 0, 0
        self.messages += 1
        self.bytes += size
        return self.pair

    def _used_up(self, size: int) -> bool:
        age = (lab.clock.now() - self.came).total_seconds()
        too_many = self.messages >= self.max_messages or self.bytes + size > self.max_bytes
        return age >= self.max_age or too_many

    ### END SOLUTION


# %% check="data-key-cache" points=3
with check(
    "data-key-cache",
    needs="DataKeyCache",
    right="A hundred times fewer calls, and a bound on what a thief can read.",
) as expect:
    expect.not_tried(not hasattr(DataKeyCache, "key_for"))

    def calls_for(sizes: list[int], wait: float = 0, **limits) -> int:
        """Send messages of these sizes, with a pause after each; return the calls of KMS."""
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        wide = {"max_age": 3600, "max_messages": 10**6, "max_bytes": 10**9}
        given = set()
        with lab.watching(most=5000) as calls:
            cache = DataKeyCache(key, **(wide | limits))
            for size in sizes:
                pair = cache.key_for(size)
                given.add(tuple(pair) if isinstance(pair, (tuple, list)) else None)
                if wait:
                    lab.clock.advance(seconds=wait)
        used = [call.operation for call in calls if call.service == "kms"]
        others = sorted(set(used) - {"GenerateDataKey"})
        expect(
            not others,
            f"key_for should call GenerateDataKey only; it also called {', '.join(others)}.",
        )
        for pair in given:
            fits = isinstance(pair, tuple) and len(pair) == 2
            expect(fits, "key_for must return a pair: the plain and the wrapped data key.")
            plain, wrapped = pair
            expect(
                kms.decrypt(CiphertextBlob=wrapped, KeyId=key)["Plaintext"] == plain,
                "The first of the pair is not the plain key of the second.",
            )
        expect(
            len(given) == len(used),
            f"KMS made {len(used)} keys, and key_for gave out {len(given)} of them.",
        )
        return len(used)

    expect.equal(
        calls_for([10] * 1000, max_messages=100),
        10,
        "Calls for 1,000 messages, 100 for each key",
    )
    expect.equal(
        calls_for([400] * 10, max_bytes=1000),
        5,
        "Calls for ten messages of 400 bytes, 1,000 for each key",
    )
    expect.equal(
        calls_for([500] * 4, max_bytes=1000),
        2,
        "500 and 500 bytes fit exactly: calls for four messages",
    )
    expect.equal(
        calls_for([10, 2500, 10], max_bytes=1000),
        3,
        "10, 2,500 and 10 bytes: the large one is alone",
    )
    expect.equal(
        calls_for([10] * 6, wait=100, max_age=250),
        2,
        "A message every 100 s, keys of less than 250 s",
    )
    expect.equal(
        calls_for([10] * 3, wait=300, max_age=300),
        3,
        "300 s old is too old when max_age is 300",
    )
    expect.equal(
        calls_for([10] * 3, wait=90_000, max_age=100_000),
        2,
        "A message every 25 hours, keys of less than 100,000 s",
    )
    expect.equal(
        calls_for([10] * 6, wait=10, max_age=25, max_messages=4),
        2,
        "Six messages, one every 10 s; four messages and 25 s a key, so a new key after three",
    )
    ### BEGIN HIDDEN TESTS
    expect.equal(calls_for([10] * 10, max_messages=3), 4, "Ten messages, three a key")
    expect.equal(
        calls_for([300] * 12, wait=10, max_messages=5, max_bytes=1200, max_age=35),
        3,
        "Twelve messages of 300 bytes, one every 10 s; 5 messages, 1,200 bytes, 35 s a key",
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Pairs of keys, for strangers
#
# A symmetric key helps only those who may call KMS. An **asymmetric** key is a pair: the public half can be downloaded
# with `GetPublicKey` and given to anybody; the private half never leaves KMS. What a key does is fixed when it is made,
# by its `KeySpec` and its `KeyUsage`. We make keys of six kinds and try.


# %%
def answers(operation: str, **parameters) -> str:
    """Whether KMS does it with these parameters."""
    try:
        getattr(kms, operation)(**parameters)
        return "yes"
    except ClientError:
        return "no"


oaep_name, ecdsa, hmac = "RSAES_OAEP_SHA_256", "ECDSA_SHA_256", "HMAC_SHA_256"
kinds = {
    "SYMMETRIC_DEFAULT": ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", ecdsa),
    "RSA_2048 to encrypt": ("ENCRYPT_DECRYPT", oaep_name, "RSASSA_PSS_SHA_256"),
    "RSA_2048 to sign": ("SIGN_VERIFY", oaep_name, "RSASSA_PSS_SHA_256"),
    "ECC_NIST_P256": ("SIGN_VERIFY", oaep_name, ecdsa),
    "HMAC_256": ("GENERATE_VERIFY_MAC", "SYMMETRIC_DEFAULT", ecdsa),
    "ML_DSA_65": ("SIGN_VERIFY", oaep_name, "ML_DSA_SHAKE_256"),
}
may = {}
for kind, (usage, cipher, signature) in kinds.items():
    made = kms.create_key(KeySpec=kind.split()[0], KeyUsage=usage)["KeyMetadata"]["KeyId"]
    may[kind] = {
        "Encrypt": answers("encrypt", KeyId=made, Plaintext=b"x", EncryptionAlgorithm=cipher),
        "Sign": answers("sign", KeyId=made, Message=b"x", SigningAlgorithm=signature),
        "GenerateMac": answers("generate_mac", KeyId=made, Message=b"x", MacAlgorithm=hmac),
        "GenerateDataKey": answers("generate_data_key", KeyId=made, KeySpec="AES_256"),
        "GetPublicKey": answers("get_public_key", KeyId=made),
    }
charts.heatmap(
    may,
    meanings={"yes": "good", "no": "off"},
    rows_are="the key",
    columns_are="the call",
    headline="A key has one use, and only pairs have a public half",
    source="tried in the lab",
)

# %% [markdown]
# - **RSA** encrypts or signs. With OAEP and SHA-256 it takes 190, 318 or 446 bytes (2,048, 3,072, 4,096 bits).
# - **ECC** signs, or agrees on a secret with another pair (`DeriveSharedSecret`, since June 2024). It does not encrypt.
# - **HMAC** keys are symmetric: both sides ask KMS.
# - **ML-DSA** signs so that quantum computers cannot forge it (since June 2025); **ML-KEM** hands over
#   a fresh secret, safe from them (`Encapsulate`, since 2026).
#
# AWS services that encrypt for you take symmetric keys only. For pairs that you use outside KMS there is
# `GenerateDataKeyPair`: a public key, a private key, and the private key wrapped.
#
# > **Then and now.** Older notes say that RSA *and ECC* keys encrypt. No ECC key of KMS does.
#
# Here a stranger encrypts for Hollin, with no AWS account at hand:

# %% setup="offline"
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

# %%
created = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
mailbox = created["KeyMetadata"]["KeyId"]
published = load_der_public_key(kms.get_public_key(KeyId=mailbox)["PublicKey"])
oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label=None)
letter = published.encrypt(b"my card number is 4111 ...", oaep)
print("sent:    ", letter[:12].hex(), "... of", len(letter), "bytes")
opened = kms.decrypt(
    KeyId=mailbox,
    CiphertextBlob=letter,
    EncryptionAlgorithm="RSAES_OAEP_SHA_256",
)
print("received:", opened["Plaintext"])
try:
    kms.encrypt(KeyId=mailbox, Plaintext=bytes(191), EncryptionAlgorithm="RSAES_OAEP_SHA_256")
except ClientError as error:
    print("191 bytes:", error.response["Error"]["Message"])

# %% [markdown]
# RSA ciphertext does not name its key: here `KeyId` and the algorithm are required, and a context is not possible.
#
# ### Your turn: a prescription that cannot be forged
#
# The pharmacy has Hollin's public key (of spec `ECC_NIST_P256`) and Python, and no AWS account. Write
#
# - `sign_document(key_id, document)`, which returns the signature of a document of **any** size, made by KMS in one
#   call, with the algorithm `ECDSA_SHA_256`;
# - `is_genuine(public_key, document, signature)` for the pharmacy: `True` or `False`, never an exception, and no call
#   of AWS. `public_key` is what `GetPublicKey` returned (DER bytes).
#
# <details><summary>Hint</summary>
#
# `Sign` takes messages up to 4,096 bytes. Beyond, you send the SHA-256 **digest** and say so: `MessageType="DIGEST"`.
# The signature fits the document all the same. Offline: `load_der_public_key(...)`, then
# `.verify(signature, document, ec.ECDSA(hashes.SHA256()))` from `cryptography`, which raises `InvalidSignature`.
# </details>


# %% exercise="signed-prescription"
def sign_document(key_id: str, document: bytes) -> bytes:
    """A signature that only Hollin can make."""
    ### BEGIN SOLUTION
    digest = hashlib.sha256(document).digest()
    signed = kms.sign(
        KeyId=key_id,
        Message=digest,
        MessageType="DIGEST",
        SigningAlgorithm="ECDSA_SHA_256",
    )
    return signed["Signature"]
    ### END SOLUTION


def is_genuine(public_key: bytes, document: bytes, signature: bytes) -> bool:
    """Check a signature without AWS."""
    ### BEGIN SOLUTION
    hollin = load_der_public_key(public_key)
    if not isinstance(hollin, ec.EllipticCurvePublicKey):
        return False
    try:
        hollin.verify(signature, document, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
    ### END SOLUTION


# %% check="signed-prescription" points=3
with check(
    "signed-prescription",
    needs=["sign_document", "is_genuine"],
    right="Everybody can check it, and only Hollin can make it.",
) as expect:

    def pair_to_sign() -> str:
        created = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        return created["KeyMetadata"]["KeyId"]

    ours, stranger = pair_to_sign(), pair_to_sign()
    public, other = (kms.get_public_key(KeyId=one)["PublicKey"] for one in (ours, stranger))

    def by_kms(key: str, document: bytes, signature) -> bool:
        """The referee: KMS itself checks the signature of the document's digest."""
        how = {"MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
        message = hashlib.sha256(document).digest()
        try:
            kms.verify(KeyId=key, Message=message, Signature=signature, **how)
        except ClientError:
            return False
        return True

    def says(public_key: bytes, document: bytes, signature: bytes) -> bool:
        with lab.watching() as calls:
            try:
                said = is_genuine(public_key, document, signature)
            except InvalidSignature:
                said = None
        expect(
            not calls,
            "is_genuine called AWS; the pharmacy has no account. Use the public key alone.",
        )
        expect(
            said is not None,
            "is_genuine let InvalidSignature through. Return False for a wrong signature.",
        )
        expect(
            type(said) is bool,
            f"is_genuine must return True or False, not {type(said).__name__}.",
        )
        return said

    def prescription(size: int) -> None:
        document = (b"Bruno: meloxicam 1.5 mg/ml, 14 days. " * (size // 37 + 1))[:size]
        with lab.watching() as calls:
            signature = sign_document(ours, document)
        used = [call.operation for call in calls if call.service == "kms"]
        expect(
            used == ["Sign"],
            f"{size:,} bytes: sign_document should call Sign once; it called {used}.",
        )
        expect(
            isinstance(signature, bytes),
            "sign_document must return the bytes of the signature.",
        )
        expect(
            by_kms(ours, document, signature),
            f"{size:,} bytes: the signature does not fit. Was a digest sent as a RAW message?",
        )
        expect(
            says(public, document, signature),
            f"{size:,} bytes: is_genuine refuses a good signature.",
        )
        changed = document.replace(b"1.5", b"9.5", 1)
        expect(not says(public, changed, signature), "is_genuine accepts a changed dose.")
        expect(
            not says(other, document, signature),
            "is_genuine accepts the signature of somebody else's key.",
        )
        expect(
            not says(public, document, b"no signature"),
            "is_genuine accepts bytes that are no signature.",
        )

    prescription(300)
    prescription(4097)
    prescription(50_000)
    ### BEGIN HIDDEN TESTS
    prescription(4096)
    prescription(9000)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** A pair costs 1 USD a month like every key of yours, and a request with an ECC key costs five times the
# > symmetric price.
#
# ## The calls to know
#
# | call | what it is for |
# |---|---|
# | `Encrypt`, `Decrypt` | small data, and unwrapping data keys |
# | `ReEncrypt` | from one key to another; the plaintext stays inside KMS |
# | `GenerateDataKey` | a data key, plain and wrapped, to use now |
# | `GenerateDataKeyWithoutPlaintext` | wrapped only: prepared for somebody who may `Decrypt` later |
# | `GenerateDataKeyPair` | a pair for use outside KMS, the private half also wrapped |
# | `GenerateRandom` | 1 to 1,024 random bytes, no key |
# | `Sign`, `Verify`, `GetPublicKey` | signatures that outsiders can check |
# | `GenerateMac`, `VerifyMac` | the same among those who may call KMS |
#
# With `DryRun=True` KMS checks everything and gives nothing; this error is the good news:

# %%
try:
    kms.encrypt(KeyId=files_key, Plaintext=b"x", DryRun=True)
except ClientError as error:
    print(error.response["Error"]["Code"], "-", error.response["Error"]["Message"])
prepared = kms.generate_data_key_without_plaintext(KeyId=files_key, KeySpec="AES_256")
print("without plaintext:", sorted(set(prepared) & {"Plaintext", "CiphertextBlob", "KeyId"}))
pair = kms.generate_data_key_pair(KeyId=files_key, KeyPairSpec="ECC_NIST_P256")
print("a pair:", sorted(name for name in pair if "Key" in name and "Id" not in name))

# %% [markdown]
# ### Your turn: move to a new key
#
# The key of Hollin's records is to be retired. Write `move(records, new_key)`: `records` maps a record's name to its
# ciphertext, made with the encryption context `{"record": name}`. Return the same records under the new key, with the
# same context. One call of KMS for each record, and your program may never see a plaintext.
#
# <details><summary>Hint</summary>
#
# The table above has a call for this. It takes a context for the source and one for the destination, and both are
# the same here.
# </details>


# %% exercise="new-key"
def move(records: dict[str, bytes], new_key: str) -> dict[str, bytes]:
    """The records under another key, never opened on the way."""
    ### BEGIN SOLUTION
    moved = {}
    for name, sealed in records.items():
        answer = kms.re_encrypt(
            CiphertextBlob=sealed,
            SourceEncryptionContext={"record": name},
            DestinationKeyId=new_key,
            DestinationEncryptionContext={"record": name},
        )
        moved[name] = answer["CiphertextBlob"]
    return moved
    ### END SOLUTION


# %% check="new-key" points=2
with check(
    "new-key",
    needs="move",
    right="The job needs no kms:Decrypt, and nobody can read along.",
) as expect:

    def moves(plain: dict[str, bytes]) -> None:
        old, new = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
        records = {}
        for name, text in plain.items():
            context = {"record": name}
            made = kms.encrypt(KeyId=old, Plaintext=text, EncryptionContext=context)
            records[name] = made["CiphertextBlob"]
        with lab.watching() as calls:
            moved = move(dict(records), new)
        used = {call.operation for call in calls if call.service == "kms"}
        expect(
            "Decrypt" not in used,
            "Your program decrypted the records. One call moves a ciphertext inside KMS.",
        )
        expect(
            isinstance(moved, dict) and set(moved) == set(plain),
            "Return every record under its name, and no other.",
        )
        for name, text in plain.items():
            try:
                context = {"record": name}
                found = kms.decrypt(
                    KeyId=new,
                    CiphertextBlob=moved[name],
                    EncryptionContext=context,
                )
                code = "" if found["Plaintext"] == text else "another text"
            except ClientError as error:
                code = error.response["Error"]["Code"]
            said = {
                "": "",
                "IncorrectKeyException": "it is not under the new key.",
                "InvalidCiphertextException": "its context has changed. The call takes two.",
                "another text": "its text has changed: each record needs its own ciphertext.",
            }.get(code, f"KMS says {code}.")
            expect(not code, f"Record {name!r} cannot be read with the new key: {said}")
        expect(
            len(calls) == len(plain),
            f"{len(plain)} records took {len(calls)} calls; one for each is enough.",
        )

    moves({"bruno": b"fracture", "mia": b"two milk teeth", "rex": b"vaccinated"})
    ### BEGIN HIDDEN TESTS
    moves({f"patient {n}": bytes([65 + n]) * (n + 1) for n in range(7)})
    ### END HIDDEN TESTS

# %%
situations = """
1  A letter of 300 bytes is to be stored encrypted; your program never holds a key.
2  Your program encrypts a scan of 2 GB, which may not leave the machine unencrypted.
3  A night job lays out 500 folders, each with a data key for later.
   The job itself must not be able to read any of these keys.
4  An encrypted EBS volume is attached to an instance. Its wrapped data key lies with
   the volume, and the host now needs the plain one.
5  4,000 ciphertexts are to be under another key by tomorrow, and the program that does
   it may read none of them.
6  A pharmacy without an AWS account must be able to tell that an order comes from you.
   What do you call for each order?
7  The same pharmacy wants to send you an encrypted answer. What do you call, once, to
   get what it needs for that?
8  Two of your own functions exchange messages through a third party and want to notice
   changes. Both may call KMS; a secret that stays inside KMS is enough. What does the
   sender call?
9  A session token needs 32 bytes that nobody can guess.
"""
print(situations)

# %% [markdown]
# ### Your turn: which call?
#
# Name for each of these situations the **one** operation of KMS that does the work, written as in the table above, for
# example `"Verify"`.
#
# <details><summary>Hint</summary>
#
# Ask of each: how large is it, who does the work, who has to check it, and who may see what.
# </details>

# %% exercise="call-for" repair=true
call_for = {1: "", 2: "", 3: "", 4: "", 5: "", 6: "", 7: "", 8: "", 9: ""}
### BEGIN SOLUTION
call_for = {
    1: "Encrypt",
    2: "GenerateDataKey",
    3: "GenerateDataKeyWithoutPlaintext",
    4: "Decrypt",
    5: "ReEncrypt",
    6: "Sign",
    7: "GetPublicKey",
    8: "GenerateMac",
    9: "GenerateRandom",
}
### END SOLUTION

# %% check="call-for" points=2
with check(
    "call-for",
    needs="call_for",
    right="Size, place, and who must check: that decides.",
) as expect:
    expect(
        isinstance(call_for, dict),
        "Keep `call_for` a dictionary from the number to the operation.",
    )
    expect.not_tried(not any(call_for.values()))
    operations = {name.lower(): name for name in kms.meta.service_model.operation_names}
    # The digests keep the answers from being read by accident.
    right = [
        "e71c4303",
        "2bf32f31",
        "a70dfbb1",
        "15eb0c10",
        "a0e73328",
        "63e3dd74",
        "b1e19cff",
        "025f971a",
        "4eed272f",
    ]
    why = {
        1: "It fits into one call, and KMS shall do all the work.",
        2: "Far above 4,096 bytes: you encrypt, with a key that you need in the clear, now.",
        3: "Data keys again, but the plain form must never arrive.",
        4: "A wrapped data key is a small ciphertext like any other.",
        5: "Opening and closing again would show the plaintext. There is one call that moves.",
        6: "An outsider must be able to check it: that needs a key pair.",
        7: "Outsiders encrypt with one half of a pair. How do you get that half?",
        8: "No outsider has to check: a shared, symmetric secret is enough.",
        9: "No key is involved.",
    }

    def fits(number: int, hint: str) -> None:
        said = str(call_for.get(number, "")).replace("_", "").strip().lower()
        expect(
            said in operations,
            f"Situation {number}: {call_for.get(number)!r} is no operation of KMS.",
        )
        mark = hashlib.sha256(f"{number} {operations[said]}".encode()).hexdigest()[:8]
        expect(
            mark == right[number - 1],
            f"Situation {number}: {operations[said]} is not it. {hint}",
        )

    for number, hint in why.items():
        fits(number, hint)
    ### BEGIN HIDDEN TESTS
    expect(set(call_for) == set(why), "Keep the nine situations as they are.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it would have cost
#
# > **Bill.** A key costs 1 USD a month, counted by the hour, until it is deleted. Requests with symmetric keys stay
# > within the free 20,000 a month; those with pairs are never free and cost a fraction of a cent here. On the real AWS
# > you would schedule these keys for deletion now (next lesson).

# %%
pages = kms.get_paginator("list_keys").paginate()
keys_made = sum(len(page["Keys"]) for page in pages)
requests_made = len([call for call in lab.calls() if call.service == "kms"])
print(f"{keys_made} keys, {requests_made:,} requests to KMS so far")

# %% [markdown]
# ## To remember
#
# - In flight: TLS. Deny `aws:SecureTransport` = false on the bucket *and* its objects.
# - At rest, the server can read; with client-side encryption it cannot.
# - A key of KMS never leaves. `Encrypt` takes 4,096 bytes, `Decrypt` 6,144; a symmetric ciphertext names its key.
# - The encryption context is no secret and is bound to the ciphertext: the same pairs again, or
#   `InvalidCiphertextException`.
# - Larger data: `GenerateDataKey`, AES-GCM locally, keep the wrapped key, forget the plain one.
# - Caching data keys saves calls and widens what one stolen key opens: limit age, messages and bytes.
# - Pairs are for outsiders: RSA encrypts or signs, ECC signs or agrees, anybody may have the public half.
# - Base64 is no encryption, and a password in an environment variable is public.

# %% [markdown] question="large-file"
# ### Question 1
#
# A function calls `Encrypt` with a report of 40 KB and gets a `ValidationException`. What is the right change?
#
# - [ ] **A** Ask AWS to raise the quota for the size of plaintext.
#   > 4,096 bytes are part of the API; no quota raises them. What can be raised is the number of requests a second.
# - [ ] **B** Split the report into ten pieces and encrypt each.
#   > It works, with ten calls and ten ciphertexts to keep in order. Nobody would notice when two pieces change places.
# - [x] **C** Call `GenerateDataKey`, encrypt locally, and store the wrapped key with the report.
#   > Envelope encryption: one call, whatever the size, and only keys travel to KMS.
# - [ ] **D** Use an asymmetric key of RSA 4096.
#   > It takes even less: 446 bytes with OAEP and SHA-256.

# %% answer="large-file"
answer = "C"

# %% check="large-file" points=1
question("large-file", answer)

# %% [markdown] question="throttled"
# ### Question 2
#
# A service encrypts 60,000 small sensor messages a second with `GenerateDataKey` for each, in a Region with a quota of
# 20,000 requests a second. It gets `ThrottlingException`. The security team accepts that up to 50 messages share a
# data key. What fits best?
#
# - [ ] **A** Retry with exponential backoff until all messages are through.
#   > Backoff smooths a peak. Here the load is three times the quota all the time; the queue would only grow.
# - [x] **B** Cache data keys in the Encryption SDK, with at most 50 messages for each.
#   > 60,000 messages then need 1,200 calls a second, and no key opens more than the team allows.
# - [ ] **C** One data key for all messages, kept in an environment variable.
#   > No calls at all, and one stolen variable opens everything. A data key in plain text must be short-lived.
# - [ ] **D** `GenerateDataKeyWithoutPlaintext`, as it is lighter.
#   > It shares the same quota, and to use its key you need a `Decrypt` on top.

# %% answer="throttled"
answer = "B"

# %% check="throttled" points=1
question("throttled", answer)

# %% [markdown] question="who-can-read"
# ### Question 3
#
# A role has `s3:GetObject` on a bucket. Objects with SSE-S3 can be read, one with SSE-KMS under a customer managed key
# gives `AccessDenied`. Why?
#
# - [ ] **A** SSE-KMS objects must be decrypted by the client after the download.
#   > That is client-side encryption. With SSE-KMS the server decrypts and returns the plaintext.
# - [ ] **B** The role must send the key with each request.
#   > That is SSE-C, keys that the customer brings along. Keys of KMS never leave it.
# - [ ] **C** The bucket policy lacks a condition on `aws:SecureTransport`.
#   > Such a condition refuses plain HTTP. It opens nothing.
# - [x] **D** S3 asks KMS in the role's name, and the role may not `kms:Decrypt` with that key.
#   > SSE-KMS needs both permissions. With SSE-S3 nobody asks KMS for the role.

# %% answer="who-can-read"
answer = "D"

# %% check="who-can-read" points=1
question("who-can-read", answer)

# %% [markdown] question="offline-check"
# ### Question 4
#
# A firm publishes files of 200 MB. Customers without AWS accounts shall verify that the files come from the firm. The
# private key must be impossible to export. Which solution?
#
# - [ ] **A** An HMAC key; `GenerateMac` over the file's digest; publish the code.
#   > Whoever checks an HMAC needs the same secret key, and that never leaves KMS. Outsiders cannot check.
# - [x] **B** An ECC key for `SIGN_VERIFY`; `Sign` with the digest and `MessageType=DIGEST`; publish the public key.
#   > The private half stays in KMS, the digest fits into the call, and anybody can verify with the public half.
# - [ ] **C** A symmetric key; `Encrypt` the digest; publish the ciphertext.
#   > Only those with `kms:Decrypt` could look inside. Encryption hides; it does not prove who wrote.
# - [ ] **D** `GenerateDataKeyPair`; sign with its private key on a server.
#   > The private key of a data key pair comes out of KMS in the clear: it can be exported.

# %% answer="offline-check"
answer = "B"

# %% check="offline-check" points=1
question("offline-check", answer)

# %% [markdown] question="stolen-row"
# ### Question 5
#
# Salaries are encrypted one by one with the same symmetric key and stored in a table. An employee with write access
# copies the director's ciphertext into the own row, and the salary program shows it. Which measure stops this with the
# least effort?
#
# - [ ] **A** A new data key for each row.
#   > The wrapped key would be copied along with the ciphertext, and open it as before.
# - [ ] **B** Rotate the KMS key every 90 days.
#   > Old ciphertexts still open after a rotation: that is its point. The copy works as before.
# - [x] **C** The employee's number as encryption context, on encryption and decryption.
#   > The ciphertext then opens only together with the number it was made for. No extra key, no extra call.
# - [ ] **D** Name the `KeyId` on each `Decrypt`.
#   > Good practice against ciphertexts of *other* keys. Here both rows are under the same key.

# %% answer="stolen-row"
answer = "C"

# %% check="stolen-row" points=1
question("stolen-row", answer)

# %%
progress()
