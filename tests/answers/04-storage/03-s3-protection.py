# %% [markdown]
# Answers to 04-storage/03-s3-protection: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="default-key"
def default_key(bucket, key_arn):
    by_default = dict(SSEAlgorithm="aws:kms", KMSMasterKeyID=key_arn.rpartition("/")[2])
    boto3.client("s3").put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration=dict(
            Rules=[dict(BucketKeyEnabled=True, ApplyServerSideEncryptionByDefault=by_default)]
        ),
    )


# %% wrong="default-key" says="Every object still asks KMS"
def default_key(bucket, key_arn):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


# %% wrong="default-key" says="not under key_arn"
def default_key(bucket, key_arn):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


# %% wrong="default-key" says="not with aws:kms"
def default_key(bucket, key_arn):
    s3.put_object(Bucket=bucket, Key="first", Body=b"", ServerSideEncryption="aws:kms", SSEKMSKeyId=key_arn)


# %% right="force-kms"
def force_kms(bucket):
    def deny(condition):
        return {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["s3:PutObject"],
            "Resource": [f"arn:aws:s3:::{bucket}/*"],
            "Condition": condition,
        }

    header = "s3:x-amz-server-side-encryption"
    statements = [deny({"Null": {header: "true"}}), deny({"StringNotEqualsIfExists": {header: ["aws:kms"]}})]
    boto3.resource("s3").BucketPolicy(bucket).put(Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))


# %% wrong="force-kms" says="Deny s3:PutObject only"
def force_kms(bucket):
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))


# %% wrong="force-kms" says="without the header passes"
def force_kms(bucket):
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"s3:x-amz-server-side-encryption": "AES256"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))


# %% wrong="force-kms" says="with AES256 (SSE-S3) passes"
def force_kms(bucket):
    kms_by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [kms_by_default]})


# %% right="sealed-before"
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def seal(bucket, name, plain, key_arn):
    made = kms.generate_data_key(KeyId=key_arn, NumberOfBytes=32)
    nonce = os.urandom(12)
    text = {"k": made["CiphertextBlob"].hex(), "n": nonce.hex()}
    boto3.resource("s3").Object(bucket, name).put(
        Body=AESGCM(made["Plaintext"]).encrypt(nonce, plain, None), Metadata=text
    )


def unseal(bucket, name):
    there = boto3.resource("s3").Object(bucket, name).get()
    opened = kms.decrypt(CiphertextBlob=bytes.fromhex(there["Metadata"]["k"]))["Plaintext"]
    return AESGCM(opened).decrypt(bytes.fromhex(there["Metadata"]["n"]), there["Body"].read(), None)


# %% wrong="sealed-before" says="holds the data key in the clear"
def seal(bucket, name, plain, key_arn):
    made = kms.generate_data_key(KeyId=key_arn, KeySpec="AES_256")
    clear = base64.urlsafe_b64encode(made["Plaintext"])
    s3.put_object(Bucket=bucket, Key=name, Body=Fernet(clear).encrypt(plain), Metadata={"key": clear.decode()})


def unseal(bucket, name):
    got = s3.get_object(Bucket=bucket, Key=name)
    return Fernet(got["Metadata"]["key"].encode()).decrypt(got["Body"].read())


# %% wrong="sealed-before" says="without asking KMS"
remembered = {}


def seal(bucket, name, plain, key_arn):
    made = kms.generate_data_key(KeyId=key_arn, KeySpec="AES_256")
    cipher = Fernet(base64.urlsafe_b64encode(made["Plaintext"]))
    remembered[bucket, name] = cipher
    wrapped = base64.b64encode(made["CiphertextBlob"]).decode()
    s3.put_object(Bucket=bucket, Key=name, Body=cipher.encrypt(plain), Metadata={"key": wrapped})


def unseal(bucket, name):
    return remembered[bucket, name].decrypt(s3.get_object(Bucket=bucket, Key=name)["Body"].read())


# %% wrong="sealed-before" says="each file gets its own"
cache = {}


def seal(bucket, name, plain, key_arn):
    if key_arn not in cache:
        cache[key_arn] = kms.generate_data_key(KeyId=key_arn, KeySpec="AES_256")
    made = cache[key_arn]
    wrapped = base64.b64encode(made["CiphertextBlob"]).decode()
    cipher = Fernet(base64.urlsafe_b64encode(made["Plaintext"]))
    s3.put_object(Bucket=bucket, Key=name, Body=cipher.encrypt(plain), Metadata={"key": wrapped})


def unseal(bucket, name):
    got = s3.get_object(Bucket=bucket, Key=name)
    opened = kms.decrypt(CiphertextBlob=base64.b64decode(got["Metadata"]["key"]))["Plaintext"]
    return Fernet(base64.urlsafe_b64encode(opened)).decrypt(got["Body"].read())


# %% wrong="sealed-before" says="holds the plain bytes"
def seal(bucket, name, plain, key_arn):
    kms.generate_data_key(KeyId=key_arn, KeySpec="AES_256")
    s3.put_object(Bucket=bucket, Key=name, Body=plain, ServerSideEncryption="aws:kms", SSEKMSKeyId=key_arn)


def unseal(bucket, name):
    return s3.get_object(Bucket=bucket, Key=name)["Body"].read()


# %% right="predict-lock"
names = """delete a version under governance
delete a version under governance, with bypass
delete a version under compliance, with bypass
delete a version under legal hold, with bypass
delete the key under compliance, no version named
overwrite the key under compliance
compliance: ten days less
compliance: ten days more
suspend the bucket's versioning"""
forecast = dict(zip(names.splitlines(), "refused works refused refused works works refused works refused".split()))

# %% wrong="predict-lock" says="'overwrite the key under compliance'"
forecast = {
    "delete a version under governance": "refused",
    "delete a version under governance, with bypass": "works",
    "delete a version under compliance, with bypass": "refused",
    "delete a version under legal hold, with bypass": "refused",
    "delete the key under compliance, no version named": "works",
    "overwrite the key under compliance": "refused",
    "compliance: ten days less": "refused",
    "compliance: ten days more": "works",
    "suspend the bucket's versioning": "refused",
}

# %% wrong="predict-lock" says="'delete a version under legal hold, with bypass'"
forecast = {
    "delete a version under governance": "refused",
    "delete a version under governance, with bypass": "works",
    "delete a version under compliance, with bypass": "refused",
    "delete a version under legal hold, with bypass": "works",
    "delete the key under compliance, no version named": "works",
    "overwrite the key under compliance": "works",
    "compliance: ten days less": "refused",
    "compliance: ten days more": "works",
    "suspend the bucket's versioning": "refused",
}

# %% wrong="predict-lock" says="say 'works' or 'refused'"
forecast = {"delete a version under governance": False, "compliance: ten days less": False}


# %% right="ransom"
def recover(bucket, before):
    held = boto3.resource("s3").Bucket(bucket)
    entries = {}
    for one in held.object_versions.all():
        entries.setdefault(one.object_key, []).append(one)
    back = []
    for name, some in entries.items():
        old = sorted((one for one in some if one.last_modified < before), key=lambda one: one.last_modified)
        if old and old[-1].is_latest:
            continue
        if old and old[-1].size is not None:
            body = old[-1].get()["Body"].read()
            held.put_object(Key=name, Body=body)
            back.append(name)
        else:
            held.Object(name).delete()
    return sorted(back)


# %% wrong="ransom" says="a delete marker lies on it"
def recover(bucket, before):
    back = []
    for one in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        versions = s3.list_object_versions(Bucket=bucket, Prefix=one["Key"])["Versions"]
        good = [v for v in versions if v["LastModified"] < before]
        if good:
            newest_good = max(good, key=lambda v: v["LastModified"])
            source = {"Bucket": bucket, "Key": one["Key"], "VersionId": newest_good["VersionId"]}
            s3.copy_object(Bucket=bucket, Key=one["Key"], CopySource=source)
            back.append(one["Key"])
        else:
            s3.delete_object(Bucket=bucket, Key=one["Key"])
    return sorted(back)


# %% wrong="ransom" says="still wants the thief's key"
def recover(bucket, before):
    back = []
    answer = s3.list_object_versions(Bucket=bucket)
    for marker in answer.get("DeleteMarkers", []):
        if marker["LastModified"] > before:
            s3.delete_object(Bucket=bucket, Key=marker["Key"], VersionId=marker["VersionId"])
            back.append(marker["Key"])
    return sorted(back)


# %% wrong="ransom" says="deleted before the raid"
def recover(bucket, before):
    good = {}
    answer = s3.list_object_versions(Bucket=bucket)
    for one in answer["Versions"]:
        known = good.get(one["Key"])
        if one["LastModified"] < before and (known is None or known["LastModified"] < one["LastModified"]):
            good[one["Key"]] = one
    for key in {one["Key"] for one in answer["Versions"]} - set(good):
        s3.delete_object(Bucket=bucket, Key=key)
    for key, one in good.items():
        s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key, "VersionId": one["VersionId"]})
    return sorted(good)


# %% wrong="ransom" says="before the raid"
def recover(bucket, before):
    first = {}
    answer = s3.list_object_versions(Bucket=bucket)
    for one in answer["Versions"]:
        known = first.get(one["Key"])
        if one["LastModified"] < before and (known is None or one["LastModified"] < known["LastModified"]):
            first[one["Key"]] = one
    for key, one in first.items():
        s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key, "VersionId": one["VersionId"]})
    return sorted(first)


# %% right="keep-deleted"
def keep_deleted(bucket):
    boto3.resource("s3").BucketVersioning(bucket).enable()
    rules = [
        {
            "ID": "down",
            "Status": "Enabled",
            "Filter": {},
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 15, "StorageClass": "DEEP_ARCHIVE"}],
        },
        {
            "ID": "out",
            "Status": "Enabled",
            "Prefix": "",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 365},
        },
    ]
    boto3.resource("s3").BucketLifecycleConfiguration(bucket).put(LifecycleConfiguration={"Rules": rules})


# %% wrong="keep-deleted" says="Is versioning on"
def keep_deleted(bucket):
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}}
    rule["NoncurrentVersionTransitions"] = [{"NoncurrentDays": 15, "StorageClass": "DEEP_ARCHIVE"}]
    rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": 365}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})


# %% wrong="keep-deleted" says="greater than or equal to 30"
def keep_deleted(bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    down = [{"NoncurrentDays": 15, "StorageClass": "STANDARD_IA"}]
    down.append({"NoncurrentDays": 60, "StorageClass": "DEEP_ARCHIVE"})
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionTransitions": down}
    rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": 365}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})


# %% wrong="keep-deleted" says="that nobody deleted"
def keep_deleted(bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}}
    rule["NoncurrentVersionTransitions"] = [{"NoncurrentDays": 15, "StorageClass": "DEEP_ARCHIVE"}]
    rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": 365}
    rule["Expiration"] = {"Days": 365}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})


# %% right="copy-across"
def copy_across(source, target, role):
    for name in (target, source):
        boto3.resource("s3").BucketVersioning(name).enable()
    s3.put_bucket_replication(
        Bucket=source,
        ReplicationConfiguration={
            "Role": role,
            "Rules": [
                {
                    "Priority": 7,
                    "Status": "Enabled",
                    "Filter": {"Prefix": "photos/"},
                    "DeleteMarkerReplication": {"Status": "Enabled"},
                    "Destination": {"Bucket": f"arn:aws:s3:::{target}", "StorageClass": "STANDARD_IA"},
                }
            ],
        },
    )


# %% wrong="copy-across" says="marker did not come across"
def copy_across(source, target, role):
    for name in (target, source):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "photos",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "photos/"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
    }
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration={"Role": role, "Rules": [rule]})


# %% wrong="copy-across" says="was not copied"
def copy_across(source, target, role):
    for name in (target, source):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "photos",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "/photos"},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
    }
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration={"Role": role, "Rules": [rule]})


# %% wrong="copy-across" says="was copied too"
def copy_across(source, target, role):
    for name in (target, source):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "photos",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
    }
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration={"Role": role, "Rules": [rule]})


# %% right="tell-the-printer"
def tell_the_printer(bucket, queue_arn, queue_url):
    may = {
        "Effect": "Allow",
        "Principal": {"Service": ["s3.amazonaws.com"]},
        "Action": ["sqs:SendMessage"],
        "Resource": [queue_arn],
        "Condition": {
            "StringEquals": {
                "aws:SourceArn": f"arn:aws:s3:::{bucket}",
                "aws:SourceAccount": [lab.ACCOUNT_ID],
            }
        },
    }
    boto3.resource("sqs").Queue(queue_url).set_attributes(
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": may})}
    )
    filters = [{"Name": "Suffix", "Value": ".jpg"}, {"Name": "Prefix", "Value": "uploads/"}]
    boto3.resource("s3").BucketNotification(bucket).put(
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "Id": "new-photos",
                    "QueueArn": queue_arn,
                    "Events": [f"s3:ObjectCreated:{way}" for way in ("Put", "Post", "Copy", "CompleteMultipartUpload")],
                    "Filter": {"Key": {"FilterRules": filters}},
                }
            ]
        }
    )


# %% wrong="tell-the-printer" says="Another bucket can send"
def tell_the_printer(bucket, queue_arn, queue_url):
    may = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    may |= {"Resource": queue_arn, "Condition": {"StringEquals": {"aws:SourceAccount": lab.ACCOUNT_ID}}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": text})
    filters = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".jpg"}]
    one = {"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": filters}}}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [one]})


# %% wrong="tell-the-printer" says="Unable to validate the following destination"
def tell_the_printer(bucket, queue_arn, queue_url):
    filters = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".jpg"}]
    one = {"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": filters}}}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [one]})


# %% wrong="tell-the-printer" says="was not announced"
def tell_the_printer(bucket, queue_arn, queue_url):
    may = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    wanted = {"aws:SourceAccount": lab.ACCOUNT_ID, "aws:SourceArn": f"arn:aws:s3:::{bucket}"}
    may |= {"Resource": queue_arn, "Condition": {"StringEquals": wanted}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": text})
    filters = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": "*.jpg"}]
    one = {"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": filters}}}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [one]})


# %% wrong="tell-the-printer" says="somebody else may take its name"
def tell_the_printer(bucket, queue_arn, queue_url):
    may = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    may |= {"Resource": queue_arn, "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": text})
    filters = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".jpg"}]
    one = {"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": filters}}}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [one]})


# %% right="newest-news"
def newest(bodies):
    records = [record for body in set(bodies) for record in json.loads(body).get("Records", ())]
    records.sort(key=lambda record: int(record["s3"]["object"]["sequencer"], 16))
    return {unquote_plus(record["s3"]["object"]["key"]): record["eventName"] for record in records}


# %% wrong="newest-news" says="order of arrival says nothing"
def newest(bodies):
    found = {}
    for body in bodies:
        for record in json.loads(body).get("Records", []):
            found[unquote_plus(record["s3"]["object"]["key"])] = record["eventName"]
    return found


# %% wrong="newest-news" says="Use unquote_plus"
def newest(bodies):
    found = {}
    for body in bodies:
        for record in json.loads(body).get("Records", []):
            about = record["s3"]["object"]
            event = (about["sequencer"], record["eventName"])
            found[about["key"]] = max(event, found.get(about["key"], event))
    return {key: event for key, (_, event) in found.items()}


# %% wrong="newest-news" says="'Records'"
def newest(bodies):
    found = {}
    for body in bodies:
        for record in json.loads(body)["Records"]:
            about = record["s3"]["object"]
            event = (about["sequencer"], record["eventName"])
            name = unquote_plus(about["key"])
            found[name] = max(event, found.get(name, event))
    return {key: event for key, (_, event) in found.items()}


# %% wrong="force-kms" says="compare without a star"
def force_kms(bucket):
    d = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:PutObject", "s3:Delete*"],
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringNotLike": {"s3:x-amz-server-side-encryption": "aws:kms*"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [d]}))


# %% wrong="sealed-before" says="no wrapped data key in its metadata"
def seal(bucket, name, plain, key_arn):
    k = kms.generate_data_key(KeyId=key_arn, KeySpec="AES_256")
    body = Fernet(base64.urlsafe_b64encode(k["Plaintext"])).encrypt(plain)
    s3.put_object(Bucket=bucket, Key=name, Body=body)
    s3.put_object(Bucket=bucket, Key=name + ".key", Body=k["CiphertextBlob"])


def unseal(bucket, name):
    o = s3.get_object(Bucket=bucket, Key=name)
    p = kms.decrypt(CiphertextBlob=s3.get_object(Bucket=bucket, Key=name + ".key")["Body"].read())["Plaintext"]
    return Fernet(base64.urlsafe_b64encode(p)).decrypt(o["Body"].read())


# %% wrong="sealed-before" says="has 128 bits"
def seal(bucket, name, plain, key_arn):
    k = kms.generate_data_key(KeyId=key_arn, KeySpec="AES_128")
    body = Fernet(base64.urlsafe_b64encode(k["Plaintext"] * 2)).encrypt(plain)
    s3.put_object(Bucket=bucket, Key=name, Body=body, Metadata={"key": base64.b64encode(k["CiphertextBlob"]).decode()})


def unseal(bucket, name):
    o = s3.get_object(Bucket=bucket, Key=name)
    p = kms.decrypt(CiphertextBlob=base64.b64decode(o["Metadata"]["key"]))["Plaintext"]
    return Fernet(base64.urlsafe_b64encode(p * 2)).decrypt(o["Body"].read())


# %% right="ransom"
def recover(bucket, before):
    entries = {}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for kind in ("Versions", "DeleteMarkers"):
            for e in page.get(kind, []):
                entries.setdefault(e["Key"], []).append((e["LastModified"], kind, e["VersionId"], e["IsLatest"]))
    back = []
    for key, found in entries.items():
        old = sorted(x for x in found if x[0] < before)
        if old and old[-1][1] == "Versions":
            if not old[-1][3]:
                body = s3.get_object(Bucket=bucket, Key=key, VersionId=old[-1][2])["Body"].read()
                s3.put_object(Bucket=bucket, Key=key, Body=body)
                back.append(key)
        else:
            s3.delete_object(Bucket=bucket, Key=key)
    return sorted(back)


# %% wrong="ransom" says="delete markers are gone"
def recover(bucket, before):
    entries = {}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for kind in ("Versions", "DeleteMarkers"):
            for e in page.get(kind, []):
                entries.setdefault(e["Key"], []).append((e["LastModified"], kind, e["VersionId"], e["IsLatest"]))
    back = []
    for key, found in entries.items():
        old = sorted(x for x in found if x[0] < before)
        new = sorted(x for x in found if x[0] >= before)
        if old and old[-1][1] == "Versions":
            if not old[-1][3]:
                for x in new:
                    if x[1] == "DeleteMarkers":
                        s3.delete_object(Bucket=bucket, Key=key, VersionId=x[2])
                if any(x[1] == "Versions" for x in new):
                    s3.copy_object(
                        Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key, "VersionId": old[-1][2]}
                    )
                back.append(key)
        else:
            s3.delete_object(Bucket=bucket, Key=key)
    return sorted(back)


# %% wrong="copy-across" says="photos-of-the-staff.zip was copied too"
def copy_across(source, target, role):
    for b in (source, target):
        s3.put_bucket_versioning(Bucket=b, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "photos",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "photos"},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
    }
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration={"Role": role, "Rules": [rule]})


# %% wrong="tell-the-printer" says="came by a copy"
def tell_the_printer(bucket, queue_arn, queue_url):
    p = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
                "Condition": {
                    "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
                    "StringEquals": {"aws:SourceAccount": lab.ACCOUNT_ID},
                },
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(p)})
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": queue_arn,
                    "Events": ["s3:ObjectCreated:Put"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        },
    )


# %% wrong="tell-the-printer" says="Another bucket can send"
def tell_the_printer(bucket, queue_arn, queue_url):
    s = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
    }
    p = {
        "Version": "2012-10-17",
        "Statement": [
            {**s, "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}}},
            {**s, "Condition": {"StringEquals": {"aws:SourceAccount": lab.ACCOUNT_ID}}},
        ],
    }
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(p)})
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": queue_arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        },
    )


# %% wrong="newest-news" says="nor does eventTime"
def newest(bodies):
    rs = sorted((r for b in bodies for r in json.loads(b).get("Records", [])), key=lambda r: r["eventTime"])
    return {unquote_plus(r["s3"]["object"]["key"]): r["eventName"] for r in rs}


# %% wrong="tell-the-printer" says="sqs:SendMessage is enough"
def tell_the_printer(bucket, queue_arn, queue_url):
    both = {
        "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
        "StringEquals": {"aws:SourceAccount": lab.ACCOUNT_ID},
    }
    may = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:*", "Resource": queue_arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may | {"Condition": both}]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
    filters = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".jpg"}]
    rule = {"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": filters}}}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [rule]})
