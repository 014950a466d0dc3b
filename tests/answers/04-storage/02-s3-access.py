# %% [markdown]
# Answers to 04-storage/02-s3-access: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="predict-access"
def may_read(identity, bucket, same_account):
    for policy in (identity, bucket):
        if policy in ("deny", "both"):
            return False
    if same_account:
        return identity == "allow" or bucket == "allow"
    return identity == "allow" and bucket == "allow"


# %% wrong="predict-access" says="IAM policy: an allow; bucket policy: nothing; another account"
def may_read(identity, bucket, same_account):
    said = {identity, bucket}
    return "allow" in said and not said & {"deny", "both"}


# %% wrong="predict-access" says="IAM policy: an allow; bucket policy: a deny; same account"
def may_read(identity, bucket, same_account):
    if same_account:
        return identity == "allow" or bucket == "allow"
    return identity == bucket == "allow"


# %% wrong="predict-access" says="IAM policy: an allow and a deny"
def may_read(identity, bucket, same_account):
    allowed = [policy in ("allow", "both") for policy in (identity, bucket)]
    if "deny" in (identity, bucket):
        return False
    return any(allowed) if same_account else all(allowed)


# %% wrong="predict-access" says="IAM policy: a deny; bucket policy: an allow; same account"
def may_read(identity, bucket, same_account):
    if bucket in ("deny", "both"):
        return False
    return "allow" in (identity, bucket) if same_account else identity == bucket == "allow"


# %% wrong="predict-access" says="IAM policy: an allow; bucket policy: an allow and a deny"
def may_read(identity, bucket, same_account):
    if identity in ("deny", "both") or bucket == "deny":
        return False
    allowed = [policy in ("allow", "both") for policy in (identity, bucket)]
    return any(allowed) if same_account else all(allowed)


# %% wrong="predict-access" says="Predict by the rules alone"
def may_read(identity, bucket, same_account):
    tried = new_bucket("tried", ["a.wav"])
    said = {"": [], "allow": ["Allow"], "deny": ["Deny"], "both": ["Allow", "Deny"]}
    arn, caller = person("tried", *[statement(effect, "s3:GetObject", "*") for effect in said[identity]])
    there = [
        statement(effect, "s3:GetObject", f"arn:aws:s3:::{tried}/*", Principal={"AWS": arn}) for effect in said[bucket]
    ]
    if there:
        s3.put_bucket_policy(Bucket=tried, Policy=document(*there))
    allowed = outcome(caller.client("s3").get_object, Bucket=tried, Key="a.wav") == "allowed"
    return allowed and (same_account or "" not in (identity, bucket))


# %% right="share-folder"
def share_folder(bucket, principal_arn, folder):
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": {"AWS": [principal_arn]},
                "Action": ["s3:GetObject"],
                "Resource": [f"arn:aws:s3:::{bucket}/{folder}/*"],
            },
            {
                "Sid": "List",
                "Effect": "Allow",
                "Principal": {"AWS": [principal_arn]},
                "Action": "s3:ListBucket",
                "Resource": f"arn:aws:s3:::{bucket}",
                "Condition": {"StringLike": {"s3:prefix": [f"{folder}/", f"{folder}/*"]}},
            },
        ],
    }
    boto3.resource("s3").BucketPolicy(bucket).put(Policy=json.dumps(policy))


# %% wrong="share-folder" says="End the folder with a slash"
def share_folder(bucket, principal_arn, folder):
    principal = {"AWS": principal_arn}
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/{folder}*", Principal=principal)
    lists = statement(
        "Allow",
        "s3:ListBucket",
        f"arn:aws:s3:::{bucket}",
        Principal=principal,
        Condition={"StringLike": {"s3:prefix": f"{folder}*"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))


# %% wrong="share-folder" says="can list the whole bucket"
def share_folder(bucket, principal_arn, folder):
    principal = {"AWS": principal_arn}
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/{folder}/*", Principal=principal)
    lists = statement("Allow", "s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal=principal)
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))


# %% wrong="share-folder" says="A star goes with StringLike"
def share_folder(bucket, principal_arn, folder):
    principal = {"AWS": principal_arn}
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/{folder}/*", Principal=principal)
    lists = statement(
        "Allow",
        "s3:ListBucket",
        f"arn:aws:s3:::{bucket}",
        Principal=principal,
        Condition={"StringEquals": {"s3:prefix": f"{folder}/"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))


# %% wrong="share-folder" says="ListBucket belongs to the bucket's ARN"
def share_folder(bucket, principal_arn, folder):
    everything = statement(
        "Allow",
        ["s3:GetObject", "s3:ListBucket"],
        f"arn:aws:s3:::{bucket}/{folder}/*",
        Principal={"AWS": principal_arn},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(everything))


# %% wrong="share-folder" says="can write or delete"
def share_folder(bucket, principal_arn, folder):
    principal = {"AWS": principal_arn}
    reads = statement("Allow", "s3:*Object", f"arn:aws:s3:::{bucket}/{folder}/*", Principal=principal)
    lists = statement(
        "Allow",
        "s3:ListBucket",
        f"arn:aws:s3:::{bucket}",
        Principal=principal,
        Condition={"StringLike": {"s3:prefix": f"{folder}/*"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))


# %% wrong="share-folder" says="can read or change tags"
def share_folder(bucket, principal_arn, folder):
    principal = {"AWS": principal_arn}
    reads = statement("Allow", "s3:Get*", f"arn:aws:s3:::{bucket}/{folder}/*", Principal=principal)
    lists = statement(
        "Allow",
        "s3:ListBucket",
        f"arn:aws:s3:::{bucket}",
        Principal=principal,
        Condition={"StringLike": {"s3:prefix": f"{folder}/*"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))


# %% wrong="share-folder" says="can read or change tags"
def share_folder(bucket, principal_arn, folder):
    principal = {"AWS": principal_arn}
    reads = statement(
        "Allow", ["s3:GetObject", "s3:PutObjectTagging"], f"arn:aws:s3:::{bucket}/{folder}/*", Principal=principal
    )
    lists = statement(
        "Allow",
        "s3:ListBucket",
        f"arn:aws:s3:::{bucket}",
        Principal=principal,
        Condition={"StringLike": {"s3:prefix": f"{folder}/*"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))


# %% wrong="share-folder" says="can list old versions"
def share_folder(bucket, principal_arn, folder):
    principal = {"AWS": principal_arn}
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/{folder}/*", Principal=principal)
    lists = statement(
        "Allow",
        "s3:ListBucket*",
        f"arn:aws:s3:::{bucket}",
        Principal=principal,
        Condition={"StringLike": {"s3:prefix": f"{folder}/*"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))


# %% wrong="share-folder" says="cannot read field/2026/a.wav"
def share_folder(bucket, principal_arn, folder):
    principal = {"AWS": principal_arn}
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/public/*", Principal=principal)
    lists = statement(
        "Allow",
        "s3:ListBucket",
        f"arn:aws:s3:::{bucket}",
        Principal=principal,
        Condition={"StringLike": {"s3:prefix": "public/*"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))


# %% right="publish"
def publish(bucket):
    switches = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    switches |= {"BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=switches)
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{bucket}/pub/*",
        },
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


# %% wrong="publish" says="BlockPublicAcls is off"
def publish(bucket):
    s3.delete_public_access_block(Bucket=bucket)
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/pub/*", Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads))


# %% wrong="publish" says="A stranger can list the bucket"
def publish(bucket):
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/pub/*"]
    s3.put_bucket_policy(Bucket=bucket, Policy=document(statement("Allow", "s3:*", resources, Principal="*")))


# %% wrong="publish" says="A stranger can write into pub/"
def publish(bucket):
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
    all_of_it = statement("Allow", "s3:*", f"arn:aws:s3:::{bucket}/pub/*", Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(all_of_it))


# %% wrong="publish" says="The resource names too much"
def publish(bucket):
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads))


# %% wrong="publish" says="A stranger cannot read"
def publish(bucket):
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/pub/*", Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads))


# %% wrong="publish" says="A stranger can read pub-old/song.wav"
def publish(bucket):
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/pub*", Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads))


# %% wrong="publish" says="Everybody can read the tags"
def publish(bucket):
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
    reads = statement("Allow", "s3:Get*", f"arn:aws:s3:::{bucket}/pub/*", Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads))


# %% wrong="publish" says="A stranger can list the bucket"
def publish(bucket):
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/pub/*", Principal="*")
    only_pub = {"StringLike": {"s3:prefix": "pub/*"}}
    lists = statement("Allow", "s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal="*", Condition=only_pub)
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads, lists))


# %% wrong="publish" says="IgnorePublicAcls is off"
def publish(bucket):
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    reads = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{bucket}/pub/*", Principal="*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reads))


# %% right="predict-block"
def still_public(opened_by, switches):
    if opened_by == "acl" and "IgnorePublicAcls" in switches:
        return False
    return not (opened_by == "policy" and "RestrictPublicBuckets" in switches)


# %% wrong="predict-block" says="Opened by an ACL, then on: BlockPublicAcls"
def still_public(opened_by, switches):
    ends = {"acl": {"BlockPublicAcls", "IgnorePublicAcls"}, "policy": {"BlockPublicPolicy", "RestrictPublicBuckets"}}
    return not ends[opened_by] & switches


# %% wrong="predict-block" says="Opened by a policy, then on: BlockPublicPolicy"
def still_public(opened_by, switches):
    return ("IgnorePublicAcls" if opened_by == "acl" else "BlockPublicPolicy") not in switches


# %% wrong="predict-block" says="Opened by a policy, then on: IgnorePublicAcls"
def still_public(opened_by, switches):
    return not {"RestrictPublicBuckets", "IgnorePublicAcls"} & switches


# %% wrong="predict-block" says="BlockPublicAcls and IgnorePublicAcls"
def still_public(opened_by, switches):
    return switches != {"IgnorePublicAcls" if opened_by == "acl" else "RestrictPublicBuckets"}


# %% wrong="predict-block" says="Predict by the table alone"
def still_public(opened_by, switches):
    tried = new_bucket("tried", ["a.jpg"], ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket=tried)
    if opened_by == "acl":
        s3.put_object_acl(Bucket=tried, Key="a.jpg", ACL="public-read")
    else:
        everybody = statement("Allow", "s3:GetObject", f"arn:aws:s3:::{tried}/*", Principal="*")
        s3.put_bucket_policy(Bucket=tried, Policy=document(everybody))
    s3.put_public_access_block(
        Bucket=tried, PublicAccessBlockConfiguration={name: name in switches for name in SWITCHES}
    )
    return requests.get(f"https://{tried}.s3.amazonaws.com/a.jpg").status_code == 200


# %% right="only-over-tls"
def only_over_tls(bucket):
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError:
        policy = {"Version": "2012-10-17", "Statement": []}
    if isinstance(policy["Statement"], dict):
        policy["Statement"] = [policy["Statement"]]
    policy["Statement"].insert(
        0,
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["s3:*"],
            "Resource": [f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}"],
            "Condition": {"Bool": {"aws:SecureTransport": False}},
        },
    )
    boto3.resource("s3").Bucket(bucket).Policy().put(Policy=json.dumps(policy))


# %% wrong="only-over-tls" says="Plain HTTP still reads objects"
def only_over_tls(bucket):
    allow = statement(
        "Allow",
        "s3:GetObject",
        f"arn:aws:s3:::{bucket}/*",
        Principal="*",
        Condition={"Bool": {"aws:SecureTransport": "true"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(allow))


# %% wrong="only-over-tls" says="Plain HTTP still lists the bucket"
def only_over_tls(bucket):
    deny = statement(
        "Deny",
        "s3:*",
        f"arn:aws:s3:::{bucket}/*",
        Principal="*",
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(deny))


# %% wrong="only-over-tls" says="Put it back together with yours"
def only_over_tls(bucket):
    deny = statement(
        "Deny",
        "s3:*",
        [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        Principal="*",
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(deny))


# %% wrong="only-over-tls" says="Over HTTPS a member cannot read"
def only_over_tls(bucket):
    deny = statement(
        "Deny",
        "s3:*",
        [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        Principal="*",
        Condition={"Bool": {"aws:SecureTransport": "true"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(deny))


# %% wrong="only-over-tls" says="Plain HTTP still reads tags"
def only_over_tls(bucket):
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.from_code("NoSuchBucketPolicy"):
        policy = {"Statement": []}
    deny = statement(
        "Deny",
        ["s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject"],
        [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        Principal="*",
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(*policy["Statement"], deny))


# %% wrong="only-over-tls" says="A stranger still reads over plain HTTP"
def only_over_tls(bucket):
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.from_code("NoSuchBucketPolicy"):
        policy = {"Statement": []}
    deny = statement(
        "Deny",
        "s3:*",
        [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        Principal={"AWS": ACCOUNT},
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=document(*policy["Statement"], deny))


# %% wrong="only-over-tls" says="has changed. Put it back just as it was"
def only_over_tls(bucket):
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.from_code("NoSuchBucketPolicy"):
        policy = {"Statement": []}
    deny = statement(
        "Deny",
        "s3:*",
        [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        Principal="*",
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    s3.put_bucket_policy(
        Bucket=bucket, Policy=document(*[{**one, "Condition": {}} for one in policy["Statement"]], deny)
    )


# %% right="department-door"
def open_door(bucket, department, principal_arn):
    name = lab.unique_name(f"{department}-door")
    s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)
    arn = s3control.get_access_point(AccountId=ACCOUNT, Name=name)["AccessPointArn"]
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"AWS": [principal_arn]},
            "Action": [action],
            "Resource": [f"{arn}/object/{department}/*"],
        }
        for action in ("s3:GetObject", "s3:PutObject")
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=policy)
    return arn


# %% wrong="department-door" says="an object is ARN/object/KEY"
def open_door(bucket, department, principal_arn):
    name = lab.unique_name(department)
    arn = s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)["AccessPointArn"]
    works = statement(
        "Allow", ["s3:GetObject", "s3:PutObject"], f"{arn}/{department}/*", Principal={"AWS": principal_arn}
    )
    s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=document(works))
    return arn


# %% wrong="department-door" says="Return the ARN of the access point"
def open_door(bucket, department, principal_arn):
    name = lab.unique_name(department)
    made = s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)
    works = statement(
        "Allow",
        ["s3:GetObject", "s3:PutObject"],
        f"{made['AccessPointArn']}/object/{department}/*",
        Principal={"AWS": principal_arn},
    )
    s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=document(works))
    return made["Alias"]


# %% wrong="department-door" says="terns/b.wav can be read"
def open_door(bucket, department, principal_arn):
    name = lab.unique_name(department)
    arn = s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)["AccessPointArn"]
    works = statement("Allow", ["s3:GetObject", "s3:PutObject"], f"{arn}/object/*", Principal={"AWS": principal_arn})
    s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=document(works))
    return arn


# %% wrong="department-door" says="can be deleted"
def open_door(bucket, department, principal_arn):
    name = lab.unique_name(department)
    arn = s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)["AccessPointArn"]
    works = statement("Allow", "s3:*", f"{arn}/object/{department}/*", Principal={"AWS": principal_arn})
    s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=document(works))
    return arn


# %% wrong="department-door" says="Somebody else comes through the door"
def open_door(bucket, department, principal_arn):
    name = lab.unique_name(department)
    arn = s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)["AccessPointArn"]
    works = statement("Allow", ["s3:GetObject", "s3:PutObject"], f"{arn}/object/{department}/*", Principal={"AWS": "*"})
    s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=document(works))
    return arn


# %% wrong="department-door" says="terns-old/b.wav can be read"
def open_door(bucket, department, principal_arn):
    name = lab.unique_name(department)
    arn = s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)["AccessPointArn"]
    principal = {"AWS": principal_arn}
    works = statement("Allow", ["s3:GetObject", "s3:PutObject"], f"{arn}/object/{department}*", Principal=principal)
    s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=document(works))
    return arn


# %% wrong="department-door" says="can be read or changed"
def open_door(bucket, department, principal_arn):
    name = lab.unique_name(department)
    arn = s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)["AccessPointArn"]
    principal = {"AWS": principal_arn}
    works = statement("Allow", ["s3:Get*", "s3:Put*"], f"{arn}/object/{department}/*", Principal=principal)
    s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=document(works))
    return arn


# %% wrong="department-door" says="can list through the door"
def open_door(bucket, department, principal_arn):
    name = lab.unique_name(department)
    arn = s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)["AccessPointArn"]
    principal = {"AWS": principal_arn}
    works = statement("Allow", ["s3:GetObject", "s3:PutObject"], f"{arn}/object/{department}/*", Principal=principal)
    s3control.put_access_point_policy(
        AccountId=ACCOUNT,
        Name=name,
        Policy=document(works, statement("Allow", "s3:ListBucket", arn, Principal=principal)),
    )
    return arn


# %% right="upload-form"
def upload_form(bucket, volunteer):
    folder = "inbox/" + volunteer + "/"
    return boto3.client("s3", config=Config(signature_version="s3v4")).generate_presigned_post(
        Bucket=bucket,
        Key=folder + "${filename}",
        Fields=None,
        Conditions=[
            ["content-length-range", 1, 5 * 10**6],
            ["starts-with", "$content-type", "audio/"],
            ["starts-with", "$key", folder],
        ],
        ExpiresIn=10 * 60,
    )


# %% wrong="upload-form" says="S3 takes an upload into the folder of another volunteer"
def upload_form(bucket, volunteer):
    return signing.generate_presigned_post(
        bucket,
        "inbox/${filename}",
        Conditions=[
            ["starts-with", "$key", f"inbox/{volunteer}"],
            ["starts-with", "$Content-Type", "audio/"],
            ["content-length-range", 1, 5_000_000],
        ],
        ExpiresIn=600,
    )


# %% wrong="upload-form" says="S3 takes a file of 5,000,001 bytes"
def upload_form(bucket, volunteer):
    return signing.generate_presigned_post(
        bucket,
        f"inbox/{volunteer}/${{filename}}",
        Conditions=[["starts-with", "$key", f"inbox/{volunteer}/"], ["starts-with", "$Content-Type", "audio/"]],
        ExpiresIn=600,
    )


# %% wrong="upload-form" says="S3 takes an empty file"
def upload_form(bucket, volunteer):
    return signing.generate_presigned_post(
        bucket,
        f"inbox/{volunteer}/${{filename}}",
        Conditions=[
            ["starts-with", "$key", f"inbox/{volunteer}/"],
            ["starts-with", "$Content-Type", "audio/"],
            ["content-length-range", 0, 5_000_000],
        ],
        ExpiresIn=600,
    )


# %% wrong="upload-form" says="S3 takes a recording after 11 minutes"
def upload_form(bucket, volunteer):
    return signing.generate_presigned_post(
        bucket,
        f"inbox/{volunteer}/${{filename}}",
        Conditions=[
            ["starts-with", "$key", f"inbox/{volunteer}/"],
            ["starts-with", "$Content-Type", "audio/"],
            ["content-length-range", 1, 5_000_000],
        ],
    )


# %% wrong="upload-form" says="S3 refuses a recording of 500 bytes"
def upload_form(bucket, volunteer):
    return signing.generate_presigned_post(
        bucket,
        f"inbox/{volunteer}/${{filename}}",
        Conditions=[["starts-with", "$key", f"inbox/{volunteer}/"], ["content-length-range", 1, 5_000_000]],
        ExpiresIn=600,
    )


# %% wrong="upload-form" says="Return what generate_presigned_post returns"
def upload_form(bucket, volunteer):
    where = {"Bucket": bucket, "Key": f"inbox/{volunteer}/call.wav", "ContentType": "audio/wav"}
    return signing.generate_presigned_url("put_object", Params=where, ExpiresIn=600)


# %% wrong="upload-form" says="audiobook/html"
def upload_form(bucket, volunteer):
    return signing.generate_presigned_post(
        bucket,
        f"inbox/{volunteer}/${{filename}}",
        Conditions=[["starts-with", "$Content-Type", "audio"], ["content-length-range", 1, 5_000_000]],
        ExpiresIn=600,
    )


# %% wrong="upload-form" says="leave it to the page"
def upload_form(bucket, volunteer):
    return signing.generate_presigned_post(
        bucket,
        f"inbox/{volunteer}/${{filename}}",
        Fields={"Content-Type": "audio/wav"},
        Conditions=[["starts-with", "$Content-Type", "audio/"], ["content-length-range", 1, 5_000_000]],
        ExpiresIn=600,
    )


# %% right="log-report"
def refused(lines):
    import shlex

    counts = {}
    for line in lines:
        words = shlex.split(line.replace("[", '"').replace("]", '"'))
        if words[9] == "403":
            pair = (words[4], words[7])
            counts[pair] = counts.get(pair, 0) + 1
    return counts


# %% wrong="log-report" says="is missing"
def refused(lines):
    counts = {}
    for line in lines:
        fields = line.split()
        if fields[9] == "403":
            pair = (fields[4], fields[7])
            counts[pair] = counts.get(pair, 0) + 1
    return counts


# %% wrong="log-report" says="had no request with status 403"
def refused(lines):
    counts = Counter()
    for line in lines:
        fields = re.findall(r'\[[^]]*\]|"[^"]*"|\S+', line)
        if fields[9].startswith("4"):
            counts[fields[4], fields[7]] += 1
    return dict(counts)


# %% wrong="log-report" says="The counts"
def refused(lines):
    found = {}
    for line in lines:
        fields = re.findall(r'\[[^]]*\]|"[^"]*"|\S+', line)
        if fields[9] == "403":
            found[fields[4], fields[7]] = 1
    return found


# %% wrong="log-report" says="long.wav"
def refused(lines):
    found = Counter()
    for line in lines:
        fields = re.findall(r'\[[^]]*\]|"[^"]*"|\S+', line)
        if " 403 " in line:
            found[fields[4], fields[7]] += 1
    return found


# %% wrong="log-report" says="2001.wav"
def refused(lines):
    found = Counter()
    for line in lines:
        fields = re.findall(r'\[[^]]*\]|"[^"]*"|\S+', line)
        if "AccessDenied" in line:
            found[fields[4], fields[7]] += 1
    return found


# %% wrong="log-report" says="new.csv"
def refused(lines):
    found = Counter()
    for line in lines:
        fields = re.findall(r'\[[^]]*\]|"[^"]*"|\S+', line)
        if fields[9] == "403" and fields[6].startswith("REST.GET"):
            found[fields[4], fields[7]] += 1
    return found
