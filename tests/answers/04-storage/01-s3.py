# %% [markdown]
# Answers to 04-storage/01-s3: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="bytes-rewritten"
def bytes_rewritten(kind, size, offset, length, block):
    touched = {position // block for position in (*range(offset, offset + length, block), offset + length - 1)}
    return {"object": size, "block": len(touched) * block}[kind]


# %% wrong="bytes-rewritten" says="One byte in the first block"
def bytes_rewritten(kind, size, offset, length, block):
    return size if kind == "object" else length


# %% wrong="bytes-rewritten" says="the last of one block and the first of the next"
def bytes_rewritten(kind, size, offset, length, block):
    return size if kind == "object" else -(-length // block) * block


# %% wrong="bytes-rewritten" says="Exactly the whole first block"
def bytes_rewritten(kind, size, offset, length, block):
    if kind == "object":
        return size
    return ((offset + length) // block - offset // block + 1) * block


# %% wrong="bytes-rewritten" says="The last byte of 10,000"
def bytes_rewritten(kind, size, offset, length, block):
    if kind == "object":
        return size
    end = -(-(offset + length) // block) * block
    return min(end, size) - offset // block * block


# %% wrong="bytes-rewritten" says="in blocks of 256 bytes"
def bytes_rewritten(kind, size, offset, length, block):
    if kind == "object":
        return size
    return block if offset % block + length <= block else 2 * block


# %% right="bucket-name"
import ipaddress
import string


def valid_bucket_name(name):
    ends = string.ascii_lowercase + string.digits
    if not 3 <= len(name) <= 63 or not set(name) <= set(ends + ".-") or ".." in name:
        return False
    if name[0] not in ends or name[-1] not in ends:
        return False
    try:
        ipaddress.IPv4Address(name)
        return False
    except ValueError:
        pass
    if name.startswith("xn--") or name.startswith("sthree-") or name.startswith("amzn-s3-demo-"):
        return False
    return not any(name.endswith(end) for end in ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"))


# %% wrong="bucket-name" says="192.168.1.1"
import re


def valid_bucket_name(name):
    return bool(re.fullmatch(r"[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]", name))


# %% wrong="bucket-name" says="tern_island"
import re


def valid_bucket_name(name):
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", name)) and ".." not in name


# %% wrong="bucket-name" says="creates buckets"
def valid_bucket_name(name):
    try:
        s3.create_bucket(Bucket=name)
        s3.delete_bucket(Bucket=name)
        return True
    except Exception:
        return False


# %% wrong="bucket-name" says="sthree-tern"
import re


def valid_bucket_name(name):
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or ".." in name:
        return False
    if re.fullmatch(r"[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+", name):
        return False
    return not name.startswith(("xn--", "amzn-s3-demo-")) and not name.endswith(("-s3alias", "--ol-s3"))


# %% wrong="bucket-name" says="rn-island"
import re


def valid_bucket_name(name):
    if not 3 <= len(name) <= 63 or name != name.lower() or ".." in name:
        return False
    if not all(sign.isalnum() or sign in ".-" for sign in name) or not (name[0] + name[-1]).isalnum():
        return False
    if re.fullmatch(r"[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+", name):
        return False
    bad = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
    return not name.startswith(("xn--", "sthree-", "amzn-s3-demo-")) and not name.endswith(bad)


# %% right="list-folder"
def list_folder(bucket, folder):
    prefix, token = (folder + "/" if folder else ""), {}
    folders, files = set(), set()
    while True:
        page = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/", **token)
        folders |= {one["Prefix"][len(prefix) : -1] for one in page.get("CommonPrefixes", [])}
        files |= {one["Key"][len(prefix) :] for one in page.get("Contents", [])}
        if not page["IsTruncated"]:
            return sorted(folders), sorted(files)
        token = {"ContinuationToken": page["NextContinuationToken"]}


# %% wrong="list-folder" says="You found 997 of 1000 files"
def list_folder(bucket, folder):
    prefix = f"{folder}/" if folder else ""
    page = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/")
    folders = [one["Prefix"].removeprefix(prefix).rstrip("/") for one in page.get("CommonPrefixes", [])]
    return sorted(folders), sorted(one["Key"].removeprefix(prefix) for one in page.get("Contents", []))


# %% wrong="list-folder" says="The folders in the folder 'calls'"
def list_folder(bucket, folder):
    folders, files = [], []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder, Delimiter="/"):
        folders += [one["Prefix"].rstrip("/") for one in page.get("CommonPrefixes", [])]
        files += [one["Key"] for one in page.get("Contents", [])]
    return sorted(folders), sorted(files)


# %% wrong="list-folder" says="Let S3 fold deeper levels"
def list_folder(bucket, folder):
    prefix, folders, files = (f"{folder}/" if folder else ""), set(), set()
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for one in page.get("Contents", []):
            head, slash, _ = one["Key"].removeprefix(prefix).partition("/")
            (folders if slash else files).add(head)
    return sorted(folders), sorted(files)


# %% wrong="list-folder" says="Return two lists"
def list_folder(bucket, folder):
    page = s3.list_objects_v2(Bucket=bucket, Prefix=folder)
    return [one["Key"] for one in page.get("Contents", [])]


# %% wrong="list-folder" says="bird-calls"
def list_folder(bucket, folder):
    prefix, folders, files = (f"{folder}/" if folder else ""), [], []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
        folders += [one["Prefix"].replace(prefix, "").strip("/") for one in page.get("CommonPrefixes", [])]
        files += [one["Key"].replace(prefix, "") for one in page.get("Contents", [])]
    return sorted(folders), sorted(files)


# %% wrong="list-folder" says="all.csv"
def list_folder(bucket, folder):
    prefix, folders, files = (f"{folder}/" if folder else ""), [], []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
        folders += [one["Prefix"][len(prefix) :].strip("/") for one in page.get("CommonPrefixes", [])]
        files += [one["Key"].lstrip(prefix) for one in page.get("Contents", [])]
    return sorted(folders), sorted(files)


# %% wrong="list-folder" says="The folders in the folder 'log'"
def list_folder(bucket, folder):
    prefix, folders, files = (f"{folder}/" if folder else ""), [], []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
        folders = [one["Prefix"].split("/")[-2] for one in page.get("CommonPrefixes", [])]
        files += [one["Key"].split("/")[-1] for one in page.get("Contents", [])]
    return sorted(folders), sorted(files)


# %% right="plan-upload"
from math import ceil


def plan_upload(size):
    if size <= 100_000_000:
        return (1, size)
    for mebibytes in range(5, 5121):
        if size <= mebibytes * 2**20 * 10_000:
            return (ceil(size / (mebibytes * 2**20)), mebibytes * 2**20)
    raise ValueError("too large")


# %% wrong="plan-upload" says="One byte more than 50,000 MiB"
def plan_upload(size):
    if size <= 100 * 10**6:
        return 1, size
    part = 5 * 2**20
    if size > 50_000 * 2**30:
        raise ValueError("too large")
    return -(-size // part), part


# %% wrong="plan-upload" says="Raise a ValueError"
def plan_upload(size):
    if size <= 100 * 10**6:
        return 1, size
    part = max(5, -(-size // (10_000 * 2**20))) * 2**20
    return -(-size // part), part


# %% wrong="plan-upload" says="One byte more than 100 MB"
def plan_upload(size):
    if size <= 5 * 10**9:
        return 1, size
    part = max(5, -(-size // (10_000 * 2**20))) * 2**20
    if part > 5 * 2**30:
        raise ValueError("too large")
    return -(-size // part), part


# %% right="relabel"
def relabel(bucket, key, more):
    thing = boto3.resource("s3").Object(bucket, key)
    metadata = dict(thing.metadata)
    metadata.update((name.lower(), value) for name, value in more.items())
    thing.copy_from(
        CopySource=f"{bucket}/{key}",
        Metadata=metadata,
        ContentType=thing.content_type,
        MetadataDirective="REPLACE",
        TaggingDirective="COPY",
    )


# %% wrong="relabel" says="Metadata is missing: photographer"
def relabel(bucket, key, more):
    now = s3.head_object(Bucket=bucket, Key=key)
    s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource={"Bucket": bucket, "Key": key},
        Metadata=more,
        ContentType=now["ContentType"],
        MetadataDirective="REPLACE",
    )


# %% wrong="relabel" says="The content type"
def relabel(bucket, key, more):
    old = s3.head_object(Bucket=bucket, Key=key)["Metadata"]
    s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource={"Bucket": bucket, "Key": key},
        Metadata=old | more,
        MetadataDirective="REPLACE",
    )


# %% wrong="relabel" says="trying to copy an object to itself"
def relabel(bucket, key, more):
    now = s3.head_object(Bucket=bucket, Key=key)
    s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key}, Metadata=now["Metadata"] | more)


# %% wrong="relabel" says="The tags"
def relabel(bucket, key, more):
    now = s3.get_object(Bucket=bucket, Key=key)
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=now["Body"].read(),
        ContentType=now["ContentType"],
        Metadata=now["Metadata"] | {name.lower(): value for name, value in more.items()},
    )


# %% wrong="relabel" says="`Species` replaces `species`"
def relabel(bucket, key, more):
    now = s3.head_object(Bucket=bucket, Key=key)
    s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource={"Bucket": bucket, "Key": key},
        Metadata={name.lower(): value for name, value in more.items()} | now["Metadata"],
        ContentType=now["ContentType"],
        MetadataDirective="REPLACE",
    )


# %% wrong="relabel" says="The content type"
def relabel(bucket, key, more):
    now = s3.head_object(Bucket=bucket, Key=key)
    s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource={"Bucket": bucket, "Key": key},
        Metadata=now["Metadata"] | {name.lower(): value for name, value in more.items()},
        ContentType="image/jpeg",
        MetadataDirective="REPLACE",
    )


# %% wrong="relabel" says="with no second one beside it"
def relabel(bucket, key, more):
    now = s3.head_object(Bucket=bucket, Key=key)
    s3.copy_object(
        Bucket=bucket,
        Key=f"{key}.new",
        CopySource={"Bucket": bucket, "Key": key},
        Metadata=now["Metadata"] | {name.lower(): value for name, value in more.items()},
        ContentType=now["ContentType"],
        MetadataDirective="REPLACE",
    )
    s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": f"{key}.new"})


# %% right="undelete"
def undelete(bucket, prefix):
    back = set()
    hidden = True
    while hidden:
        hidden = [
            version
            for version in boto3.resource("s3").Bucket(bucket).object_versions.filter(Prefix=prefix)
            if version.is_latest and version.size is None
        ]
        for version in hidden:
            version.delete()
            back.add(version.object_key)
    return len(back)


# %% wrong="undelete" says="Deleted twice means two markers"
def undelete(bucket, prefix):
    count = 0
    for one in s3.list_object_versions(Bucket=bucket, Prefix=prefix).get("DeleteMarkers", []):
        if one["IsLatest"]:
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            count += 1
    return count


# %% wrong="undelete" says="those under a version"
def undelete(bucket, prefix):
    back = set()
    for one in s3.list_object_versions(Bucket=bucket, Prefix=prefix).get("DeleteMarkers", []):
        s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
        if one["IsLatest"]:
            back.add(one["Key"])
    return len(back)


# %% wrong="undelete" says="none of which may be lost or added"
def undelete(bucket, prefix):
    found, back = s3.list_object_versions(Bucket=bucket, Prefix=prefix), 0
    for marker in found.get("DeleteMarkers", []):
        if marker["IsLatest"]:
            newest = next(one for one in found["Versions"] if one["Key"] == marker["Key"])
            source = {"Bucket": bucket, "Key": marker["Key"], "VersionId": newest["VersionId"]}
            s3.copy_object(Bucket=bucket, Key=marker["Key"], CopySource=source)
            back += 1
    return back


# %% wrong="undelete" says="Keep to the prefix"
def undelete(bucket, prefix):
    back = set()
    while True:
        found = s3.list_object_versions(Bucket=bucket).get("DeleteMarkers", [])
        found = [one for one in found if one["IsLatest"]]
        if not found:
            return len(back)
        for one in found:
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            back.add(one["Key"])


# %% wrong="undelete" says="those under a version"
def undelete(bucket, prefix):
    markers = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        markers += page.get("DeleteMarkers", [])
    hidden = {one["Key"] for one in markers if one["IsLatest"]}
    for one in markers:
        if one["Key"] in hidden:
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
    return len(hidden)


# %% wrong="undelete" says="on every page of the listing"
def undelete(bucket, prefix):
    back = set()
    while True:
        page = s3.list_object_versions(Bucket=bucket, Prefix=prefix)
        hidden = [one for one in page.get("DeleteMarkers", []) if one["IsLatest"]]
        if not hidden:
            return len(back)
        for one in hidden:
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            back.add(one["Key"])


# %% right="undelete"
def undelete(bucket, prefix):
    count, again = set(), True
    while again:
        again = False
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            for one in page.get("DeleteMarkers", []):
                if one["IsLatest"]:
                    s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
                    count.add(one["Key"])
                    again = True
    return len(count)


# %% right="count-versions"
def left_after(steps):
    stack, status = [], None
    for step in steps:
        if step in ("enable", "suspend"):
            status = step
            continue
        if status == "enable":
            stack.append((step, "id"))
            continue
        stack = [entry for entry in stack if entry[1] != "null"]
        if step == "put" or status == "suspend":
            stack.append((step, "null"))
    return sum(kind == "put" for kind, _ in stack), sum(kind == "delete" for kind, _ in stack)


# %% wrong="count-versions" says="After put > put"
def left_after(steps):
    return steps.count("put"), steps.count("delete")


# %% wrong="count-versions" says="suspend > put > put"
def left_after(steps):
    versions = markers = 0
    enabled = False
    for step in steps:
        if step in ("enable", "suspend"):
            enabled = step == "enable"
        elif enabled:
            versions += step == "put"
            markers += step == "delete"
        else:
            versions, markers = int(step == "put"), 0
    return versions, markers


# %% wrong="count-versions" says="suspend > delete > delete"
def left_after(steps):
    state, null, versions, markers = "", False, 0, 0
    for step in steps:
        if step in ("enable", "suspend"):
            state = step
        elif state == "enable":
            versions += step == "put"
            markers += step == "delete"
        elif step == "put":
            null = True
        else:
            null = False
            markers += state == "suspend"
    return versions + null, markers


# %% wrong="count-versions" says="put > delete > enable > put"
def left_after(steps):
    state, null, versions, markers = "", "", 0, 0
    for step in steps:
        if step in ("enable", "suspend"):
            state = step
        elif state == "enable":
            versions += step == "put"
            markers += step == "delete"
        else:
            null = step
    return versions + (null == "put"), markers + (null == "delete")


# %% wrong="count-versions" says="suspend > delete > put"
def left_after(steps):
    state, version, marker, versions, markers = "", 0, 0, 0, 0
    for step in steps:
        if step in ("enable", "suspend"):
            state = step
        elif state == "enable":
            versions += step == "put"
            markers += step == "delete"
        elif step == "put":
            version = 1
        else:
            version, marker = 0, int(state == "suspend")
    return versions + version, markers + marker


# %% wrong="count-versions" says="Predict by the rules alone"
def left_after(steps):
    bucket = new_bucket("try")
    for step in steps:
        if step == "put":
            s3.put_object(Bucket=bucket, Key="k", Body=b"")
        elif step == "delete":
            s3.delete_object(Bucket=bucket, Key="k")
        else:
            status = "Enabled" if step == "enable" else "Suspended"
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
    found = s3.list_object_versions(Bucket=bucket)
    return len(found.get("Versions", [])), len(found.get("DeleteMarkers", []))


# %% right="add-sighting"
def add_sighting(client, bucket, key, species):
    while True:
        there = client.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"]
        extra, counts = {"IfNoneMatch": "*"}, {}
        if there:
            got = client.get_object(Bucket=bucket, Key=key)
            counts = json.load(got["Body"])
            extra = {"IfMatch": got["ETag"]}
        counts[species] = counts.get(species, 0) + 1
        try:
            client.put_object(Bucket=bucket, Key=key, Body=json.dumps(counts).encode(), **extra)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 412:
                continue
            raise
        break


# %% wrong="add-sighting" says="Their count was lost"
def add_sighting(client, bucket, key, species):
    try:
        counts = json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    except client.exceptions.NoSuchKey:
        counts = {}
    counts[species] = counts.get(species, 0) + 1
    client.put_object(Bucket=bucket, Key=key, Body=json.dumps(counts))


# %% wrong="add-sighting" says="Their count was lost"
def add_sighting(client, bucket, key, species):
    while True:
        try:
            counts = json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read())
            condition = {"IfMatch": client.head_object(Bucket=bucket, Key=key)["ETag"]}
        except client.exceptions.NoSuchKey:
            counts, condition = {}, {"IfNoneMatch": "*"}
        counts[species] = counts.get(species, 0) + 1
        try:
            return client.put_object(Bucket=bucket, Key=key, Body=json.dumps(counts), **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise


# %% wrong="add-sighting" says="PreconditionFailed"
def add_sighting(client, bucket, key, species):
    try:
        found = client.get_object(Bucket=bucket, Key=key)
        counts, condition = json.loads(found["Body"].read()), {"IfMatch": found["ETag"]}
    except client.exceptions.NoSuchKey:
        counts, condition = {}, {"IfNoneMatch": "*"}
    counts[species] = counts.get(species, 0) + 1
    client.put_object(Bucket=bucket, Key=key, Body=json.dumps(counts), **condition)


# %% wrong="add-sighting" says="must come out"
def add_sighting(client, bucket, key, species):
    for _ in range(20):
        try:
            try:
                found = client.get_object(Bucket=bucket, Key=key)
                counts, condition = json.loads(found["Body"].read()), {"IfMatch": found["ETag"]}
            except client.exceptions.NoSuchKey:
                counts, condition = {}, {"IfNoneMatch": "*"}
            counts[species] = counts.get(species, 0) + 1
            client.put_object(Bucket=bucket, Key=key, Body=json.dumps(counts), **condition)
            return
        except ClientError:
            pass


# %% wrong="add-sighting" says="Yours was lost"
def add_sighting(client, bucket, key, species):
    for _ in range(2):
        try:
            found = client.get_object(Bucket=bucket, Key=key)
            counts, condition = json.loads(found["Body"].read()), {"IfMatch": found["ETag"]}
        except client.exceptions.NoSuchKey:
            counts, condition = {}, {"IfNoneMatch": "*"}
        counts[species] = counts.get(species, 0) + 1
        try:
            client.put_object(Bucket=bucket, Key=key, Body=json.dumps(counts), **condition)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise


# %% wrong="add-sighting" says="does its loop never end?"
def add_sighting(client, bucket, key, species):
    while True:
        try:
            found = client.get_object(Bucket=bucket, Key=key)
            counts, condition = json.loads(found["Body"].read()), {"IfMatch": found["ETag"]}
        except ClientError:
            counts, condition = {}, {"IfNoneMatch": "*"}
        counts[species] = counts.get(species, 0) + 1
        try:
            client.put_object(Bucket=bucket, Key=key, Body=json.dumps(counts), **condition)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise


# %% right="let-the-page-in"
def let_page_in(bucket, origin):
    boto3.resource("s3").BucketCors(bucket).put(
        CORSConfiguration={
            "CORSRules": [
                {
                    "AllowedOrigins": [origin],
                    "AllowedMethods": [method],
                    "AllowedHeaders": ["*"],
                    "ExposeHeaders": ["ETag", "x-amz-request-id"],
                    "MaxAgeSeconds": 3600,
                }
                for method in ("GET", "PUT")
            ]
        }
    )


# %% wrong="let-the-page-in" says="A page of https://evil.example may GET"
def let_page_in(bucket, origin):
    rule = {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


# %% wrong="let-the-page-in" says="Look at AllowedHeaders"
def let_page_in(bucket, origin):
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET", "PUT"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


# %% wrong="let-the-page-in" says="Look at ExposeHeaders"
def let_page_in(bucket, origin):
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["Content-Type", "ETag"],
        "MaxAgeSeconds": 3600,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


# %% wrong="let-the-page-in" says="it should be 3,600"
def let_page_in(bucket, origin):
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["Content-Type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 60,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


# %% wrong="let-the-page-in" says="The page may POST"
def let_page_in(bucket, origin):
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET", "PUT", "POST"],
        "AllowedHeaders": ["Content-Type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


# %% wrong="let-the-page-in" says="After a PUT the script may not see"
def let_page_in(bucket, origin):
    reads = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    uploads = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["Content-Type"],
        "MaxAgeSeconds": 3600,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [reads, uploads]})


# %% wrong="let-the-page-in" says="A page of https://tern.example.evil.example may GET"
def let_page_in(bucket, origin):
    rule = {
        "AllowedOrigins": [f"{origin}*"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["Content-Type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})


# %% wrong="let-the-page-in" says="A page of https://counter.tern.example may not GET"
def let_page_in(bucket, origin):
    rule = {
        "AllowedOrigins": ["https://tern.example"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["Content-Type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
