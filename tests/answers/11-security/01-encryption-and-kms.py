# %% [markdown]
# Answers to 11-security/01-encryption-and-kms: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="only-https"
def only_https(bucket):
    resource = boto3.resource("s3").BucketPolicy(bucket)
    try:
        statements = json.loads(resource.policy)["Statement"]
    except ClientError:
        statements = []
    both = [f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}"]
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "*",
        "Resource": both,
        "Condition": {"Bool": {"aws:SecureTransport": False}},
    }
    resource.put(Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny, *statements]}))


# %% wrong="only-https" says="Resource lacks its own ARN"
def only_https(bucket):
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError:
        policy = {"Version": "2012-10-17", "Statement": []}
    policy["Statement"].append(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{bucket}/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


# %% wrong="only-https" says="replaces the whole policy"
def only_https(bucket):
    arn = f"arn:aws:s3:::{bucket}"
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


# %% wrong="only-https" says="HTTPS is refused as well"
def only_https(bucket):
    arn = f"arn:aws:s3:::{bucket}"
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


# %% wrong="only-https" says="still be read over plain HTTP"
def only_https(bucket):
    arn = f"arn:aws:s3:::{bucket}"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "123456789012"},
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


# %% wrong="only-https" says="still be written over plain HTTP"
def only_https(bucket):
    arn = f"arn:aws:s3:::{bucket}"
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


# %% wrong="only-https" says="not a list of actions"
def only_https(bucket: str) -> None:
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        policy = {"Version": "2012-10-17", "Statement": []}
    policy["Statement"].append(
        {
            "Sid": "OnlyTLS",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:Get*", "s3:Put*", "s3:List*"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


# %% wrong="only-https" says="Deny every Principal"
def only_https(bucket: str) -> None:
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        policy = {"Version": "2012-10-17", "Statement": []}
    policy["Statement"].append(
        {
            "Sid": "OnlyTLS",
            "Effect": "Deny",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


# %% right="forecast"
forecast = dict(zip(["order", "other key", "other Region"], ["ok", "IncorrectKeyException", "AccessDeniedException"]))
forecast |= dict.fromkeys(["none", "case", "junk"], "InvalidCiphertextException")


# %% wrong="forecast" says="A context is a set of pairs"
forecast = dict.fromkeys(["order", "none", "case", "junk"], "InvalidCiphertextException")
forecast |= {"other key": "IncorrectKeyException", "other Region": "AccessDeniedException"}


# %% wrong="forecast" says="You named a key"
forecast = dict.fromkeys(["none", "case", "junk"], "InvalidCiphertextException")
forecast |= {"order": "ok", "other key": "AccessDeniedException", "other Region": "AccessDeniedException"}


# %% wrong="forecast" says="can that be used from there"
forecast = dict.fromkeys(["none", "case", "junk", "other Region"], "InvalidCiphertextException")
forecast |= {"order": "ok", "other key": "IncorrectKeyException"}


# %% wrong="forecast" says="none of the five answers"
forecast = dict.fromkeys(["order", "none", "case", "junk", "other key", "other Region"], "error")


# %% right="hidden-password"
def configure(function, password):
    secret = json.dumps({"user": "billing", "password": password})
    answer = kms.encrypt(KeyId=files_key, Plaintext=secret, EncryptionContext={"lambda": function, "use": "db"})
    return {"DATABASE": answer["CiphertextBlob"].hex()}


def read_password(function, variables):
    blob = bytes.fromhex(variables["DATABASE"])
    answer = kms.decrypt(CiphertextBlob=blob, EncryptionContext={"use": "db", "lambda": function})
    return json.loads(answer["Plaintext"])["password"]


# %% wrong="hidden-password" says="can be read in the variables"
def configure(function, password):
    return {"DB_USER": "billing", "DB_PASSWORD": password.encode().hex()}


def read_password(function, variables):
    return bytes.fromhex(variables["DB_PASSWORD"]).decode()


# %% wrong="hidden-password" says="Another function can use the copied variables"
def configure(function, password):
    sealed = kms.encrypt(KeyId=files_key, Plaintext=password.encode())["CiphertextBlob"]
    return {"DB_USER": "billing", "DB_PASSWORD": base64.b64encode(sealed).decode()}


def read_password(function, variables):
    return kms.decrypt(CiphertextBlob=base64.b64decode(variables["DB_PASSWORD"]))["Plaintext"].decode()


# %% wrong="hidden-password" says="from text to text"
def configure(function, password):
    context = {"function": function}
    sealed = kms.encrypt(KeyId=files_key, Plaintext=password.encode(), EncryptionContext=context)
    return {"DB_USER": "billing", "DB_PASSWORD": sealed["CiphertextBlob"]}


def read_password(function, variables):
    context = {"function": function}
    return kms.decrypt(CiphertextBlob=variables["DB_PASSWORD"], EncryptionContext=context)["Plaintext"].decode()


# %% wrong="hidden-password" says="should call KMS's Encrypt once"
def configure(function, password):
    hidden = bytes(letter ^ 90 for letter in password.encode())
    return {"DB_PASSWORD": base64.b64encode(hidden).decode()}


def read_password(function, variables):
    return bytes(letter ^ 90 for letter in base64.b64decode(variables["DB_PASSWORD"])).decode()


# %% wrong="hidden-password" says="UnicodeEncodeError"
def configure(function, password):
    made = kms.encrypt(KeyId=files_key, Plaintext=password.encode("ascii"), EncryptionContext={"function": function})
    return {"DB_USER": "billing", "DB_PASSWORD": base64.b64encode(made["CiphertextBlob"]).decode()}


def read_password(function, variables):
    made = kms.decrypt(
        KeyId=files_key,
        CiphertextBlob=base64.b64decode(variables["DB_PASSWORD"]),
        EncryptionContext={"function": function},
    )
    return made["Plaintext"].decode()


# %% wrong="hidden-password" says="another key is used"
second_key = kms.create_key()["KeyMetadata"]["KeyId"]


def configure(function, password):
    made = kms.encrypt(KeyId=second_key, Plaintext=password.encode(), EncryptionContext={"function": function})
    return {"DB_USER": "billing", "DB_PASSWORD": base64.b64encode(made["CiphertextBlob"]).decode()}


def read_password(function, variables):
    made = kms.decrypt(
        KeyId=second_key,
        CiphertextBlob=base64.b64decode(variables["DB_PASSWORD"]),
        EncryptionContext={"function": function},
    )
    return made["Plaintext"].decode()


# %% wrong="hidden-password" says="Another function can use the copied variables"
def configure(function, password):
    made = kms.encrypt(KeyId=files_key, Plaintext=password.encode(), EncryptionContext={"function": function})
    return {
        "DB_USER": "billing",
        "FUNCTION": function,
        "DB_PASSWORD": base64.b64encode(made["CiphertextBlob"]).decode(),
    }


def read_password(function, variables):
    made = kms.decrypt(
        KeyId=files_key,
        CiphertextBlob=base64.b64decode(variables["DB_PASSWORD"]),
        EncryptionContext={"function": variables["FUNCTION"]},
    )
    return made["Plaintext"].decode()


# %% right="encrypt-any"
def encrypt_any(key_id, data):
    client = boto3.client("kms")
    if len(data) > 4096:
        key = client.generate_data_key(KeyId=key_id, NumberOfBytes=16)
        nonce = os.urandom(12)
        body = AESGCM(key["Plaintext"]).encrypt(nonce, data, b"v1")
        return {"kind": "envelope", "parts": [part.hex() for part in (key["CiphertextBlob"], nonce + body)]}
    blob = client.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"]
    return {"kind": "small", "parts": [blob.hex()]}


def decrypt_any(package):
    parts = [bytes.fromhex(part) for part in package["parts"]]
    plain = kms.decrypt(CiphertextBlob=parts[0])["Plaintext"]
    if package["kind"] == "small":
        return plain
    return AESGCM(plain).decrypt(parts[1][:12], parts[1][12:], b"v1")


# %% wrong="encrypt-any" says="4,096 bytes should take one Encrypt"
def encrypt_any(key_id, data):
    if len(data) < 4096:
        return {"direct": base64.b64encode(kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"]).decode()}
    key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    nonce = os.urandom(12)
    body = AESGCM(key["Plaintext"]).encrypt(nonce, data, None)
    parts = {"wrapped": key["CiphertextBlob"], "nonce": nonce, "body": body}
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}


def decrypt_any(package):
    parts = {name: base64.b64decode(text) for name, text in package.items()}
    if "direct" in parts:
        return kms.decrypt(CiphertextBlob=parts["direct"])["Plaintext"]
    key = kms.decrypt(CiphertextBlob=parts["wrapped"])["Plaintext"]
    return AESGCM(key).decrypt(parts["nonce"], parts["body"], None)


# %% wrong="encrypt-any" says="The plain data key is in the package"
def encrypt_any(key_id, data):
    if len(data) <= 4096:
        return {"direct": kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"].hex()}
    key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    nonce = os.urandom(12)
    body = AESGCM(key["Plaintext"]).encrypt(nonce, data, None)
    return {"key": key["Plaintext"].hex(), "nonce": nonce.hex(), "body": body.hex()}


def decrypt_any(package):
    if "direct" in package:
        return kms.decrypt(CiphertextBlob=bytes.fromhex(package["direct"]))["Plaintext"]
    key, nonce, body = (bytes.fromhex(package[part]) for part in ("key", "nonce", "body"))
    return AESGCM(key).decrypt(nonce, body, None)


# %% wrong="encrypt-any" says="json.dumps does not accept the package"
def encrypt_any(key_id, data):
    if len(data) <= 4096:
        return {"direct": kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"]}
    key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    nonce = os.urandom(12)
    return {
        "wrapped": key["CiphertextBlob"],
        "nonce": nonce,
        "body": AESGCM(key["Plaintext"]).encrypt(nonce, data, None),
    }


def decrypt_any(package):
    if "direct" in package:
        return kms.decrypt(CiphertextBlob=package["direct"])["Plaintext"]
    key = kms.decrypt(CiphertextBlob=package["wrapped"])["Plaintext"]
    return AESGCM(key).decrypt(package["nonce"], package["body"], None)


# %% wrong="encrypt-any" says="the ciphertext was damaged, and decrypt_any returned something"
def encrypt_any(key_id, data):
    if len(data) <= 4096:
        return {"direct": kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"].hex()}
    key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    nonce = os.urandom(16)
    body = Cipher(algorithms.AES(key["Plaintext"]), modes.CTR(nonce)).encryptor().update(data)
    return {"wrapped": key["CiphertextBlob"].hex(), "nonce": nonce.hex(), "body": body.hex()}


def decrypt_any(package):
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    parts = {name: bytes.fromhex(text) for name, text in package.items()}
    if "direct" in parts:
        return kms.decrypt(CiphertextBlob=parts["direct"])["Plaintext"]
    key = kms.decrypt(CiphertextBlob=parts["wrapped"])["Plaintext"]
    return Cipher(algorithms.AES(key), modes.CTR(parts["nonce"])).decryptor().update(parts["body"])


# %% wrong="encrypt-any" says="4,096 bytes should take one Encrypt"
def encrypt_any(key_id, data):
    key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    nonce = bytes(12)
    body = AESGCM(key["Plaintext"]).encrypt(nonce, data, None)
    return {"wrapped": key["CiphertextBlob"].hex(), "body": body.hex()}


def decrypt_any(package):
    key = kms.decrypt(CiphertextBlob=bytes.fromhex(package["wrapped"]))["Plaintext"]
    return AESGCM(key).decrypt(bytes(12), bytes.fromhex(package["body"]), None)


# %% wrong="encrypt-any" says="let its exception through"
def _t(b):
    return base64.b64encode(b).decode()


def _b(t):
    return base64.b64decode(t)


def encrypt_any(key_id, data):
    if len(data) <= 4096:
        return {"kind": "direct", "data": _t(kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"])}
    made = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    nonce = os.urandom(12)
    return {
        "kind": "envelope",
        "key": _t(made["CiphertextBlob"]),
        "nonce": _t(nonce),
        "data": _t(AESGCM(made["Plaintext"]).encrypt(nonce, data, None)),
    }


def _open(package):
    if package["kind"] == "direct":
        return kms.decrypt(CiphertextBlob=_b(package["data"]))["Plaintext"]
    key = kms.decrypt(CiphertextBlob=_b(package["key"]))["Plaintext"]
    return AESGCM(key).decrypt(_b(package["nonce"]), _b(package["data"]), None)


def decrypt_any(package):
    try:
        return _open(package)
    except Exception:
        return None


# %% wrong="encrypt-any" says="each package has its own data key"
_keys = {}


def _t(b):
    return base64.b64encode(b).decode()


def _b(t):
    return base64.b64decode(t)


def encrypt_any(key_id, data):
    if len(data) <= 4096:
        return {"kind": "direct", "data": _t(kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"])}
    made = (
        _keys[key_id]
        if key_id in _keys
        else _keys.setdefault(key_id, kms.generate_data_key(KeyId=key_id, KeySpec="AES_256"))
    )
    nonce = os.urandom(12)
    return {
        "kind": "envelope",
        "key": _t(made["CiphertextBlob"]),
        "nonce": _t(nonce),
        "data": _t(AESGCM(made["Plaintext"]).encrypt(nonce, data, None)),
    }


def decrypt_any(package):
    if package["kind"] == "direct":
        return kms.decrypt(CiphertextBlob=_b(package["data"]))["Plaintext"]
    key = kms.decrypt(CiphertextBlob=_b(package["key"]))["Plaintext"]
    return AESGCM(key).decrypt(_b(package["nonce"]), _b(package["data"]), None)


# %% wrong="encrypt-any" says="The plain data key is in the package"
def _t(b):
    return base64.b64encode(b).decode()


def _b(t):
    return base64.b64decode(t)


def encrypt_any(key_id, data):
    if len(data) <= 4096:
        return {"kind": "direct", "data": _t(kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"])}
    made = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    nonce = os.urandom(12)
    return {
        "kind": "envelope",
        "plain": list(made["Plaintext"]),
        "key": _t(made["CiphertextBlob"]),
        "nonce": _t(nonce),
        "data": _t(AESGCM(made["Plaintext"]).encrypt(nonce, data, None)),
    }


def decrypt_any(package):
    if package["kind"] == "direct":
        return kms.decrypt(CiphertextBlob=_b(package["data"]))["Plaintext"]
    key = kms.decrypt(CiphertextBlob=_b(package["key"]))["Plaintext"]
    return AESGCM(key).decrypt(_b(package["nonce"]), _b(package["data"]), None)


# %% wrong="encrypt-any" says="The plain data key is in the package"
def _t(b):
    return base64.b64encode(b).decode()


def _b(t):
    return base64.b64decode(t)


def encrypt_any(key_id, data):
    if len(data) <= 4096:
        return {"kind": "direct", "data": _t(kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"])}
    made = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    nonce = os.urandom(12)
    return {
        "kind": "envelope",
        "plain": made["Plaintext"].decode("latin-1"),
        "key": _t(made["CiphertextBlob"]),
        "nonce": _t(nonce),
        "data": _t(AESGCM(made["Plaintext"]).encrypt(nonce, data, None)),
    }


def decrypt_any(package):
    if package["kind"] == "direct":
        return kms.decrypt(CiphertextBlob=_b(package["data"]))["Plaintext"]
    key = kms.decrypt(CiphertextBlob=_b(package["key"]))["Plaintext"]
    return AESGCM(key).decrypt(_b(package["nonce"]), _b(package["data"]), None)


# %% right="encrypt-any"
def _t(b):
    return list(b)


def _b(t):
    return bytes(t)


def encrypt_any(key_id, data):
    if len(data) <= 4096:
        return {"kind": "direct", "data": _t(kms.encrypt(KeyId=key_id, Plaintext=data)["CiphertextBlob"])}
    made = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    nonce = os.urandom(12)
    return {
        "kind": "envelope",
        "key": _t(made["CiphertextBlob"]),
        "nonce": _t(nonce),
        "data": _t(AESGCM(made["Plaintext"]).encrypt(nonce, data, None)),
    }


def decrypt_any(package):
    if package["kind"] == "direct":
        return kms.decrypt(CiphertextBlob=_b(package["data"]))["Plaintext"]
    key = kms.decrypt(CiphertextBlob=_b(package["key"]))["Plaintext"]
    return AESGCM(key).decrypt(_b(package["nonce"]), _b(package["data"]), None)


# %% right="safe-download"
def download(bucket, name):
    item = boto3.resource("s3").Object(bucket, name).get()
    parts = {label: base64.b64decode(text) for label, text in item["Metadata"].items()}
    try:
        key = kms.decrypt(CiphertextBlob=parts["wrapped-key"], EncryptionContext={"object": name})["Plaintext"]
    except kms.exceptions.InvalidCiphertextException as error:
        raise Damaged("the wrapped key") from error
    try:
        return AESGCM(key).decrypt(parts["nonce"], item["Body"].read(), name.encode())
    except InvalidTag as error:
        raise Damaged("the content") from error


# %% wrong="safe-download" says="ended with InvalidTag"
def download(bucket, name):
    found = s3.get_object(Bucket=bucket, Key=name)
    labels = found["Metadata"]
    opened = kms.decrypt(CiphertextBlob=base64.b64decode(labels["wrapped-key"]), EncryptionContext={"object": name})
    nonce = base64.b64decode(labels["nonce"])
    return AESGCM(opened["Plaintext"]).decrypt(nonce, found["Body"].read(), name.encode())


# %% wrong="safe-download" says="ended with InvalidCiphertextException"
def download(bucket, name):
    found = s3.get_object(Bucket=bucket, Key=name)
    labels = found["Metadata"]
    opened = kms.decrypt(CiphertextBlob=base64.b64decode(labels["wrapped-key"]), EncryptionContext={"object": name})
    nonce = base64.b64decode(labels["nonce"])
    try:
        return AESGCM(opened["Plaintext"]).decrypt(nonce, found["Body"].read(), name.encode())
    except InvalidTag:
        raise Damaged(name) from None


# %% wrong="safe-download" says="let KMS's error through"
def download(bucket, name):
    found = s3.get_object(Bucket=bucket, Key=name)
    labels = found["Metadata"]
    try:
        opened = kms.decrypt(CiphertextBlob=base64.b64decode(labels["wrapped-key"]), EncryptionContext={"object": name})
        nonce = base64.b64decode(labels["nonce"])
        return AESGCM(opened["Plaintext"]).decrypt(nonce, found["Body"].read(), name.encode())
    except Exception:
        raise Damaged(name) from None


# %% wrong="safe-download" says="Mind the associated data"
def download(bucket, name):
    found = s3.get_object(Bucket=bucket, Key=name)
    labels = found["Metadata"]
    try:
        opened = kms.decrypt(CiphertextBlob=base64.b64decode(labels["wrapped-key"]), EncryptionContext={"object": name})
        nonce = base64.b64decode(labels["nonce"])
        return AESGCM(opened["Plaintext"]).decrypt(nonce, found["Body"].read(), None)
    except InvalidTag:
        raise Damaged(name) from None


# %% wrong="safe-download" says="The permission for the key is missing"
def download(bucket, name):
    found = s3.get_object(Bucket=bucket, Key=name)
    labels = found["Metadata"]
    wrapped, nonce = base64.b64decode(labels["wrapped-key"]), base64.b64decode(labels["nonce"])
    try:
        opened = kms.decrypt(CiphertextBlob=wrapped, EncryptionContext={"object": name})
    except ClientError as error:
        if error.response["Error"]["Code"] != "DisabledException":
            raise Damaged(name) from error
        raise
    try:
        return AESGCM(opened["Plaintext"]).decrypt(nonce, found["Body"].read(), name.encode())
    except InvalidTag as error:
        raise Damaged(name) from error


# %% right="data-key-cache"
class DataKeyCache:
    def __init__(self, key_id, max_age, max_messages, max_bytes):
        self.limits = max_age, max_messages, max_bytes
        self.key_id = key_id
        self.served = []
        self.until = None

    def key_for(self, size):
        import datetime as dt

        max_age, max_messages, max_bytes = self.limits
        now = lab.clock.now()
        full = len(self.served) == max_messages or sum(self.served) + size > max_bytes
        if self.until is None or now >= self.until or full:
            self.answer = boto3.client("kms").generate_data_key(KeyId=self.key_id, NumberOfBytes=32)
            self.until, self.served = now + dt.timedelta(seconds=max_age), []
        self.served.append(size)
        return [self.answer["Plaintext"], self.answer["CiphertextBlob"]]


# %% wrong="data-key-cache" says="Calls for ten messages of 400 bytes"
class DataKeyCache:
    def __init__(self, key_id, max_age, max_messages, max_bytes):
        self.key_id, self.max_messages = key_id, max_messages
        self.count = 0

    def key_for(self, size):
        if self.count % self.max_messages == 0:
            made = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_256")
            self.pair = made["Plaintext"], made["CiphertextBlob"]
        self.count += 1
        return self.pair


# %% wrong="data-key-cache" says="500 and 500 bytes fit exactly"
class DataKeyCache:
    def __init__(self, key_id, max_age, max_messages, max_bytes):
        self.key_id, self.max_age, self.max_messages, self.max_bytes = key_id, max_age, max_messages, max_bytes
        self.pair = None

    def key_for(self, size):
        now = lab.clock.now()
        if (
            self.pair is None
            or self.count >= self.max_messages
            or self.total + size >= self.max_bytes
            or (now - self.born).total_seconds() >= self.max_age
        ):
            made = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_256")
            self.pair = made["Plaintext"], made["CiphertextBlob"]
            self.count, self.total, self.born = 0, 0, now
        self.count, self.total = self.count + 1, self.total + size
        return self.pair


# %% wrong="data-key-cache" says="A message every 100 s"
class DataKeyCache:
    def __init__(self, key_id, max_age, max_messages, max_bytes):
        self.key_id, self.max_age, self.max_messages, self.max_bytes = key_id, max_age, max_messages, max_bytes
        self.pair, self.used = None, lab.clock.now()

    def key_for(self, size):
        now = lab.clock.now()
        idle = (now - self.used).total_seconds()
        if (
            self.pair is None
            or idle >= self.max_age
            or self.count >= self.max_messages
            or self.total + size > self.max_bytes
        ):
            made = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_256")
            self.pair = made["Plaintext"], made["CiphertextBlob"]
            self.count, self.total = 0, 0
        self.used = now
        self.count, self.total = self.count + 1, self.total + size
        return self.pair


# %% wrong="data-key-cache" says="must return a pair"
class DataKeyCache:
    def __init__(self, key_id, max_age, max_messages, max_bytes):
        self.key_id, self.max_messages, self.count = key_id, max_messages, 0

    def key_for(self, size):
        if self.count % self.max_messages == 0:
            self.key = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_256")["Plaintext"]
        self.count += 1
        return self.key


# %% wrong="data-key-cache" says="A message every 25 hours"
class DataKeyCache:
    def __init__(self, key_id, max_age, max_messages, max_bytes):
        self.key_id, self.max_age, self.max_messages, self.max_bytes = key_id, max_age, max_messages, max_bytes
        self.pair = None

    def _new(self):
        made = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_256")
        self.pair = made["Plaintext"], made["CiphertextBlob"]
        self.came, self.messages, self.bytes = lab.clock.now(), 0, 0

    def key_for(self, size):
        if (
            self.pair is None
            or (lab.clock.now() - self.came).seconds >= self.max_age
            or self.messages >= self.max_messages
            or self.bytes + size > self.max_bytes
        ):
            self._new()
        self.messages += 1
        self.bytes += size
        return self.pair


# %% wrong="data-key-cache" says="a new key after three"
class DataKeyCache:
    def __init__(self, key_id, max_age, max_messages, max_bytes):
        self.key_id, self.max_age, self.max_messages, self.max_bytes = key_id, max_age, max_messages, max_bytes
        self.pair = None

    def _new(self):
        made = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_256")
        self.pair = made["Plaintext"], made["CiphertextBlob"]
        self.came, self.bytes = lab.clock.now(), 0
        self.messages = self.messages if getattr(self, "messages", 0) and self.messages < self.max_messages else 0

    def key_for(self, size):
        if (
            self.pair is None
            or (lab.clock.now() - self.came).total_seconds() >= self.max_age
            or self.messages >= self.max_messages
            or self.bytes + size > self.max_bytes
        ):
            self._new()
        self.messages += 1
        self.bytes += size
        return self.pair


# %% wrong="data-key-cache" says="A message every 100 s"
class DataKeyCache:
    def __init__(self, key_id, max_age, max_messages, max_bytes):
        self.key_id, self.max_age, self.max_messages, self.max_bytes = key_id, max_age, max_messages, max_bytes
        self.pair = None

    def _new(self):
        made = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_256")
        self.pair = made["Plaintext"], made["CiphertextBlob"]
        self.came, self.messages, self.bytes = lab.clock.now(), 0, 0

    def key_for(self, size):
        if (
            self.pair is None
            or (lab.clock.now() - self.came).total_seconds() >= self.max_age
            or self.messages >= self.max_messages
            or self.bytes + size > self.max_bytes
        ):
            self._new()
        self.came = lab.clock.now()
        self.messages += 1
        self.bytes += size
        return self.pair


# %% right="data-key-cache"
class DataKeyCache:
    def __init__(self, key_id, max_age, max_messages, max_bytes):
        self.key_id, self.max_age, self.max_messages, self.max_bytes = key_id, max_age, max_messages, max_bytes
        self._new()

    def _new(self):
        made = kms.generate_data_key(KeyId=self.key_id, KeySpec="AES_256")
        self.pair = made["Plaintext"], made["CiphertextBlob"]
        self.came, self.messages, self.bytes = lab.clock.now(), 0, 0

    def key_for(self, size):
        if (
            self.pair is None
            or (lab.clock.now() - self.came).total_seconds() >= self.max_age
            or self.messages >= self.max_messages
            or self.bytes + size > self.max_bytes
        ):
            self._new()
        self.messages += 1
        self.bytes += size
        return self.pair


# %% right="signed-prescription"
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed


def sign_document(key_id, document):
    if len(document) <= 4096:
        return kms.sign(KeyId=key_id, Message=document, SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    hasher = hashlib.sha256()
    for start in range(0, len(document), 1000):
        hasher.update(document[start : start + 1000])
    return kms.sign(KeyId=key_id, Message=hasher.digest(), MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")[
        "Signature"
    ]


def is_genuine(public_key, document, signature):
    try:
        load_der_public_key(public_key).verify(
            signature, hashlib.sha256(document).digest(), ec.ECDSA(Prehashed(hashes.SHA256()))
        )
        return True
    except InvalidSignature:
        return False


# %% wrong="signed-prescription" says="ValidationException"


def sign_document(key_id, document):
    return kms.sign(KeyId=key_id, Message=document, SigningAlgorithm="ECDSA_SHA_256")["Signature"]


def is_genuine(public_key, document, signature):
    try:
        load_der_public_key(public_key).verify(signature, document, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


# %% wrong="signed-prescription" says="Was a digest sent as a RAW message"


def sign_document(key_id, document):
    digest = hashlib.sha256(document).digest()
    return kms.sign(KeyId=key_id, Message=digest, SigningAlgorithm="ECDSA_SHA_256")["Signature"]


def is_genuine(public_key, document, signature):
    digest = hashlib.sha256(document).digest()
    try:
        load_der_public_key(public_key).verify(signature, digest, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


# %% wrong="signed-prescription" says="the pharmacy has no account"
def sign_document(key_id, document):
    global signer
    signer = key_id
    digest = hashlib.sha256(document).digest()
    return kms.sign(KeyId=key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")["Signature"]


def is_genuine(public_key, document, signature):
    digest = hashlib.sha256(document).digest()
    try:
        kms.verify(
            KeyId=signer,
            Message=digest,
            MessageType="DIGEST",
            Signature=signature,
            SigningAlgorithm="ECDSA_SHA_256",
        )
        return True
    except ClientError:
        return False


# %% wrong="signed-prescription" says="let InvalidSignature through"


def sign_document(key_id, document):
    digest = hashlib.sha256(document).digest()
    return kms.sign(KeyId=key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")["Signature"]


def is_genuine(public_key, document, signature):
    load_der_public_key(public_key).verify(signature, document, ec.ECDSA(hashes.SHA256()))
    return True


# %% wrong="signed-prescription" says="ValidationException"
def sign_document(key_id, document):
    if len(document) < 10_000:
        return kms.sign(KeyId=key_id, Message=document, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256")[
            "Signature"
        ]
    digest = hashlib.sha256(document).digest()
    return kms.sign(KeyId=key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")["Signature"]


def is_genuine(public_key, document, signature):
    try:
        load_der_public_key(public_key).verify(signature, document, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


# %% right="new-key"
def move(records, new_key):
    client = boto3.client("kms")
    return {
        name: client.re_encrypt(
            CiphertextBlob=blob,
            DestinationKeyId=new_key,
            SourceEncryptionContext={"record": name},
            DestinationEncryptionContext={"record": name},
        )["CiphertextBlob"]
        for name, blob in records.items()
    }


# %% wrong="new-key" says="Your program decrypted the records"
def move(records, new_key):
    moved = {}
    for name, blob in records.items():
        context = {"record": name}
        plain = kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]
        moved[name] = kms.encrypt(KeyId=new_key, Plaintext=plain, EncryptionContext=context)["CiphertextBlob"]
    return moved


# %% wrong="new-key" says="its context has changed"
def move(records, new_key):
    return {
        name: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=new_key, SourceEncryptionContext={"record": name})[
            "CiphertextBlob"
        ]
        for name, blob in records.items()
    }


# %% wrong="new-key" says="AWS refused ReEncrypt with InvalidCiphertextException"
def move(records, new_key):
    return {
        name: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=new_key)["CiphertextBlob"]
        for name, blob in records.items()
    }


# %% wrong="new-key" says="it is not under the new key"
def move(records, new_key):
    return records


# %% right="call-for"
call_for = {
    1: "encrypt",
    2: "generate_data_key",
    3: "generate_data_key_without_plaintext",
    4: "decrypt",
    5: "re_encrypt",
    6: "sign",
    7: "get_public_key",
    8: "generate_mac",
    9: "generate_random",
}


# %% wrong="call-for" says="with a key that you need in the clear, now"
call_for = {
    1: "Encrypt",
    2: "Encrypt",
    3: "GenerateDataKeyWithoutPlaintext",
    4: "Decrypt",
    5: "ReEncrypt",
    6: "Sign",
    7: "GetPublicKey",
    8: "GenerateMac",
    9: "GenerateRandom",
}


# %% wrong="call-for" says="the plain form must never arrive"
call_for = {
    1: "Encrypt",
    2: "GenerateDataKey",
    3: "GenerateDataKey",
    4: "Decrypt",
    5: "ReEncrypt",
    6: "Sign",
    7: "GetPublicKey",
    8: "GenerateMac",
    9: "GenerateRandom",
}


# %% wrong="call-for" says="No outsider has to check"
call_for = {
    1: "Encrypt",
    2: "GenerateDataKey",
    3: "GenerateDataKeyWithoutPlaintext",
    4: "Decrypt",
    5: "ReEncrypt",
    6: "Sign",
    7: "GetPublicKey",
    8: "Sign",
    9: "GenerateRandom",
}


# %% wrong="call-for" says="VerifyMac is not it"
call_for = {
    1: "Encrypt",
    2: "GenerateDataKey",
    3: "GenerateDataKeyWithoutPlaintext",
    4: "Decrypt",
    5: "ReEncrypt",
    6: "Sign",
    7: "GetPublicKey",
    8: "VerifyMac",
    9: "GenerateRandom",
}
