# %% [markdown]
# Answers to 10-monitoring/01-audit: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="which-tool"
tools = {
    "Who removed the security group last night?": "cloudtrail",
    "Tell the team when the printer API fails more than ten times in five minutes.": "cloudwatch",
    "Orders take 4 seconds. In which of six services is the time lost?": "xray",
    "Was this bucket encrypted on 3 March?": "AWS Config",
    "Which access key made the calls that were denied?": "cloudtrail",
    "How full is the memory of our servers?": "cloudwatch",
    "Which of our volumes have no encryption, and which had none a month ago?": "config",
    "Customers' requests fail in the payment function. Which way had each one come?": "X-Ray",
}

# %% wrong="which-tool" says="a setting on a day"
tools = {
    "Who removed the security group last night?": "CloudTrail",
    "Tell the team when the printer API fails more than ten times in five minutes.": "CloudWatch",
    "Orders take 4 seconds. In which of six services is the time lost?": "X-Ray",
    "Was this bucket encrypted on 3 March?": "CloudTrail",
    "Which access key made the calls that were denied?": "CloudTrail",
    "How full is the memory of our servers?": "CloudWatch",
    "Which of our volumes have no encryption, and which had none a month ago?": "Config",
    "Customers' requests fail in the payment function. Which way had each one come?": "X-Ray",
}

# %% wrong="which-tool" says="from hop to hop"
tools = {
    "Who removed the security group last night?": "CloudTrail",
    "Tell the team when the printer API fails more than ten times in five minutes.": "CloudWatch",
    "Orders take 4 seconds. In which of six services is the time lost?": "CloudWatch",
    "Was this bucket encrypted on 3 March?": "Config",
    "Which access key made the calls that were denied?": "CloudTrail",
    "How full is the memory of our servers?": "CloudWatch",
    "Which of our volumes have no encryption, and which had none a month ago?": "Config",
    "Customers' requests fail in the payment function. Which way had each one come?": "CloudWatch",
}

# %% wrong="which-tool" says="write one of the four names"
tools = {
    "Who removed the security group last night?": "CloudTrail",
    "Tell the team when the printer API fails more than ten times in five minutes.": "EventBridge",
    "Orders take 4 seconds. In which of six services is the time lost?": "X-Ray",
    "Was this bucket encrypted on 3 March?": "Config",
    "Which access key made the calls that were denied?": "CloudTrail",
    "How full is the memory of our servers?": "CloudWatch",
    "Which of our volumes have no encryption, and which had none a month ago?": "Config",
    "Customers' requests fail in the payment function. Which way had each one come?": "X-Ray",
}


# %% wrong="which-tool" says="write one of the four names"
tools = {
    "Who removed the security group last night?": "CloudTrail",
    "Tell the team when the printer API fails more than ten times in five minutes.": "CloudWatch",
    "Orders take 4 seconds. In which of six services is the time lost?": "X-Ray",
    "Was this bucket encrypted on 3 March?": "Config",
    "Which access key made the calls that were denied?": "CloudTrail",
    "How full is the memory of our servers?": "CloudWatch",
    "Which of our volumes have no encryption, and which had none a month ago?": None,
    "Customers' requests fail in the payment function. Which way had each one come?": None,
}


# %% wrong="which-tool" says="An inventory of resources"
tools = {
    "Who removed the security group last night?": "CloudTrail",
    "Tell the team when the printer API fails more than ten times in five minutes.": "CloudWatch",
    "Orders take 4 seconds. In which of six services is the time lost?": "X-Ray",
    "Was this bucket encrypted on 3 March?": "Config",
    "Which access key made the calls that were denied?": "CloudTrail",
    "How full is the memory of our servers?": "CloudWatch",
    "Which of our volumes have no encryption, and which had none a month ago?": "CloudTrail",
    "Customers' requests fail in the payment function. Which way had each one come?": "CloudWatch",
}


# %% right="who-deleted"
def who_deleted(bucket):
    token = {}
    while True:
        answer = cloudtrail.lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "DeleteBucket"}], **token
        )
        for event in answer["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            if told["requestParameters"]["bucketName"] == bucket and not told.get("errorCode"):
                return told
        if "NextToken" not in answer:
            return None
        token = {"NextToken": answer["NextToken"]}


# %% wrong="who-deleted" says="was refused"
def who_deleted(bucket):
    named = [{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    for event in cloudtrail.lookup_events(LookupAttributes=named)["Events"]:
        if event["EventName"] == "DeleteBucket":
            return json.loads(event["CloudTrailEvent"])
    return None


# %% wrong="who-deleted" says="Are there more pages"
def who_deleted(bucket):
    named = [{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    for event in cloudtrail.lookup_events(LookupAttributes=named)["Events"]:
        told = json.loads(event["CloudTrailEvent"])
        if told["eventName"] == "DeleteBucket" and "errorCode" not in told:
            return told
    return None


# %% wrong="who-deleted" says="the bucket asked for"
def who_deleted(bucket):
    named = [{"AttributeKey": "EventName", "AttributeValue": "DeleteBucket"}]
    for page in cloudtrail.get_paginator("lookup_events").paginate(LookupAttributes=named):
        for event in page["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            made = f"{bucket}" in str(s3.list_buckets()["Buckets"])
            if "errorCode" not in told and not made:
                return told
    return None


# %% wrong="who-deleted" says="only its tags were deleted"
def who_deleted(bucket):
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    )
    for page in pages:
        for event in page["Events"]:
            record = json.loads(event["CloudTrailEvent"])
            if "DeleteBucket" in event["EventName"] and "errorCode" not in record:
                return record
    return None


# %% right="denials"
def denials(since):
    refused = {}
    for page in cloudtrail.get_paginator("lookup_events").paginate(StartTime=since, EndTime=lab.clock.now()):
        for event in page["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            code = told.get("errorCode", "")
            if "AccessDenied" in code or "Unauthorized" in code:
                who = told["userIdentity"]["arn"]
                refused[who] = refused.get(who, 0) + 1
    return refused


# %% wrong="denials" says="EC2's error code has another name"
def denials(since):
    refused = Counter()
    for page in cloudtrail.get_paginator("lookup_events").paginate(StartTime=since):
        for event in page["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            if told.get("errorCode") == "AccessDenied":
                refused[told["userIdentity"]["arn"]] += 1
    return dict(refused)


# %% wrong="denials" says="no refusal"
def denials(since):
    refused = Counter()
    for page in cloudtrail.get_paginator("lookup_events").paginate(StartTime=since):
        for event in page["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            if "errorCode" in told:
                refused[told["userIdentity"]["arn"]] += 1
    return dict(refused)


# %% wrong="denials" says="60 refusals by SQS"
def denials(since):
    refused = Counter()
    for event in cloudtrail.lookup_events(StartTime=since)["Events"]:
        told = json.loads(event["CloudTrailEvent"])
        if told.get("errorCode") in ("AccessDenied", "Client.UnauthorizedOperation"):
            refused[told["userIdentity"]["arn"]] += 1
    return dict(refused)


# %% wrong="denials" says="Only calls since that moment"
def denials(since):
    refused = Counter()
    for page in cloudtrail.get_paginator("lookup_events").paginate():
        for event in page["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            if told.get("errorCode") in ("AccessDenied", "Client.UnauthorizedOperation"):
                refused[told["userIdentity"]["arn"]] += 1
    return dict(refused)


# %% wrong="denials" says="Keys are ARNs"
def denials(since):
    refused = Counter()
    for page in cloudtrail.get_paginator("lookup_events").paginate(StartTime=since):
        for event in page["Events"]:
            told = json.loads(event["CloudTrailEvent"])
            if told.get("errorCode") in ("AccessDenied", "Client.UnauthorizedOperation"):
                refused[event["Username"]] += 1
    return dict(refused)


# %% wrong="denials" says="That is no refusal"
def denials(since):
    found = Counter()
    for page in cloudtrail.get_paginator("lookup_events").paginate(StartTime=since):
        for event in page["Events"]:
            record = json.loads(event["CloudTrailEvent"])
            if record.get("errorCode") and not record["errorCode"].startswith("NoSuchBucket"):
                found[record["userIdentity"]["arn"]] += 1
    return dict(found)


# %% wrong="denials" says="Leave out whoever has no refusals"
def denials(since):
    found = Counter()
    for page in cloudtrail.get_paginator("lookup_events").paginate(StartTime=since):
        for event in page["Events"]:
            record = json.loads(event["CloudTrailEvent"])
            found[record["userIdentity"].get("arn")] += 0
            if record.get("errorCode") in ("AccessDenied", "Client.UnauthorizedOperation"):
                found[record["userIdentity"]["arn"]] += 1
    return dict(found)


# %% right="open-trail"
def open_trail(name, bucket):
    boto3.resource("s3").create_bucket(Bucket=bucket)
    statements = []
    for action, resource in (
        ("s3:GetBucketAcl", f"arn:aws:s3:::{bucket}"),
        ("s3:PutObject", f"arn:aws:s3:::{bucket}/AWSLogs/{account}/*"),
    ):
        equal = {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{account}:trail/{name}"}
        if action == "s3:PutObject":
            equal["s3:x-amz-acl"] = "bucket-owner-full-control"
        statements.append(
            {
                "Sid": action.partition(":")[2],
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": [action],
                "Resource": [resource],
                "Condition": {"StringEquals": equal},
            }
        )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    cloudtrail.create_trail(Name=name, S3BucketName=bucket)
    cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% wrong="open-trail" says="does not log"
def open_trail(name, bucket):
    let_in(bucket, name)
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)


# %% wrong="open-trail" says="Calls in eu-west-1"
def open_trail(name, bucket):
    let_in(bucket, name)
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% wrong="open-trail" says="validation is off"
def open_trail(name, bucket):
    let_in(bucket, name)
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name=name)


# %% wrong="open-trail" says="Incorrect S3 bucket policy"
def open_trail(name, bucket):
    s3.create_bucket(Bucket=bucket)
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% wrong="open-trail" says="Another trail could use your bucket"
def open_trail(name, bucket):
    s3.create_bucket(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    lines = [
        {**service, "Action": "s3:GetBucketAcl", "Resource": arn},
        {**service, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/{account}/*"},
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": lines}))
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% wrong="open-trail" says="may write below anywhere/"
def open_trail(name, bucket):
    s3.create_bucket(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    only = {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{account}:trail/{name}"}
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    lines = [
        {**service, "Action": "s3:GetBucketAcl", "Resource": arn, "Condition": {"StringEquals": only}},
        {**service, "Action": "s3:PutObject", "Resource": f"{arn}/*", "Condition": {"StringEquals": only}},
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": lines}))
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% wrong="open-trail" says="may write below AWSLogs/999999999999/"
def open_trail(name, bucket):
    s3.create_bucket(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    cond = {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{account}:trail/{name}"}}
    svc = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    acl = {**svc, "Action": "s3:GetBucketAcl", "Resource": arn, "Condition": cond}
    put = {**svc, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/*", "Condition": cond}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [acl, put]}))
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% wrong="open-trail" says="allows s3:PutObject to any trail"
def open_trail(name, bucket):
    s3.create_bucket(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    cond = {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{account}:trail/{name}"}}
    svc = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    acl = {**svc, "Action": "s3:GetBucketAcl", "Resource": arn, "Condition": cond}
    put = {**svc, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/{account}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [acl, put]}))
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% wrong="open-trail" says="allows s3:GetBucketAcl to any trail"
def open_trail(name, bucket):
    s3.create_bucket(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    cond = {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{account}:trail/{name}"}}
    svc = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    acl = {**svc, "Action": "s3:GetBucketAcl", "Resource": arn}
    put = {**svc, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/{account}/*", "Condition": cond}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [acl, put]}))
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% wrong="open-trail" says="Name your trail in a condition"
def open_trail(name, bucket):
    s3.create_bucket(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    cond = {"StringEquals": {"aws:SourceAccount": account}}
    svc = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    acl = {**svc, "Action": "s3:GetBucketAcl", "Resource": arn, "Condition": cond}
    put = {**svc, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/{account}/*", "Condition": cond}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [acl, put]}))
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% right="open-trail"
def open_trail(name, bucket):
    s3.create_bucket(Bucket=bucket)
    arn = f"arn:aws:s3:::{bucket}"
    cond = {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{account}:trail/{name}"}}
    svc = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    acl = {**svc, "Action": "s3:GetBucketAcl", "Resource": arn, "Condition": cond}
    put = {**svc, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/{account}/*", "Condition": cond}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [acl, put]}))
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    cloudtrail.start_logging(Name=name)


# %% right="proof"
def altered(bucket):
    there = {one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    entries = [
        entry
        for where in files_in(bucket, "CloudTrail-Digest")
        for entry in json.loads(opened(bucket, where))["logFiles"]
    ]
    return sorted(
        entry["s3Object"]
        for entry in entries
        if entry["s3Object"] not in there
        or hashlib.sha256(opened(bucket, entry["s3Object"])).hexdigest() != entry["hashValue"]
    )


# %% wrong="proof" says="packed anew"
def altered(bucket):
    wrong = []
    for where in files_in(bucket, "CloudTrail-Digest"):
        digest = s3.head_object(Bucket=bucket, Key=where)
        for entry in json.loads(opened(bucket, where))["logFiles"]:
            try:
                found = s3.head_object(Bucket=bucket, Key=entry["s3Object"])
            except ClientError:
                wrong.append(entry["s3Object"])
                continue
            if found["LastModified"] > digest["LastModified"]:
                wrong.append(entry["s3Object"])
    return sorted(wrong)


# %% wrong="proof" says="you do not name it"
def altered(bucket):
    good = {}
    for where in files_in(bucket, "CloudTrail-Digest"):
        for entry in json.loads(opened(bucket, where))["logFiles"]:
            good[entry["s3Object"]] = entry["hashValue"]
    return sorted(
        key for key in files_in(bucket) if key in good and hashlib.sha256(opened(bucket, key)).hexdigest() != good[key]
    )


# %% wrong="proof" says="Nobody has touched"
def altered(bucket):
    wrong = []
    for where in files_in(bucket, "CloudTrail-Digest"):
        for entry in json.loads(opened(bucket, where))["logFiles"]:
            packed = s3.get_object(Bucket=bucket, Key=entry["s3Object"])["Body"].read()
            if hashlib.sha256(packed).hexdigest() != entry["hashValue"]:
                wrong.append(entry["s3Object"])
    return sorted(wrong)


# %% wrong="proof" says="One file was changed"
def altered(bucket):
    bad = set()
    for key in files_in(bucket, "CloudTrail-Digest")[-1:]:
        for entry in json.loads(opened(bucket, key))["logFiles"]:
            try:
                now = hashlib.sha256(opened(bucket, entry["s3Object"])).hexdigest()
            except s3.exceptions.NoSuchKey:
                now = None
            if now != entry["hashValue"]:
                bad.add(entry["s3Object"])
    return sorted(bad)


# %% right="choose-events"
def select(trail, bucket):
    def field(name, **tests):
        return {"Field": name, **tests}

    chosen = [
        [field("eventCategory", Equals=["Management"]), field("readOnly", Equals=["false"])],
        [
            field("eventCategory", Equals=["Data"]),
            field("resources.type", Equals=["AWS::S3::Object"]),
            field("resources.ARN", StartsWith=[f"arn:aws:s3:::{bucket}/"]),
        ],
        [field("eventCategory", Equals=["Data"]), field("resources.type", Equals=["AWS::Lambda::Function"])],
    ]
    cloudtrail.put_event_selectors(
        TrailName=trail,
        AdvancedEventSelectors=[{"Name": str(n), "FieldSelectors": fields} for n, fields in enumerate(chosen)],
    )


# %% wrong="choose-events" says="WriteOnly leaves reads out"
def select(trail, bucket):
    contracts = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}
    functions = {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}
    cloudtrail.put_event_selectors(
        TrailName=trail,
        EventSelectors=[{"ReadWriteType": "WriteOnly", "DataResources": [contracts, functions]}],
    )


# %% wrong="choose-events" says="only reads (ListQueues)"
def select(trail, bucket):
    contracts = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}
    functions = {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}
    cloudtrail.put_event_selectors(
        TrailName=trail,
        EventSelectors=[{"ReadWriteType": "All", "DataResources": [contracts, functions]}],
    )


# %% wrong="choose-events" says="another bucket"
def select(trail, bucket):
    everything = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
    functions = {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}
    cloudtrail.put_event_selectors(
        TrailName=trail,
        EventSelectors=[
            {"ReadWriteType": "WriteOnly"},
            {"IncludeManagementEvents": False, "DataResources": [everything, functions]},
        ],
    )


# %% wrong="choose-events" says="management events that change"
def select(trail, bucket):
    contracts = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}
    functions = {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}
    cloudtrail.put_event_selectors(
        TrailName=trail,
        EventSelectors=[{"IncludeManagementEvents": False, "DataResources": [contracts, functions]}],
    )


# %% wrong="choose-events" says="mind its end"
def select(trail, bucket):
    contracts = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}"]}
    functions = {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}
    cloudtrail.put_event_selectors(
        TrailName=trail,
        EventSelectors=[
            {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": [functions]},
            {"ReadWriteType": "All", "IncludeManagementEvents": False, "DataResources": [contracts]},
        ],
    )


# %% wrong="choose-events" says="A function made today was invoked"
def select(trail, bucket):
    contracts = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}
    functions = {
        "Type": "AWS::Lambda::Function",
        "Values": [f["FunctionArn"] for f in boto3.client("lambda").list_functions()["Functions"]],
    }
    cloudtrail.put_event_selectors(
        TrailName=trail,
        EventSelectors=[
            {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": [functions]},
            {"ReadWriteType": "All", "IncludeManagementEvents": False, "DataResources": [contracts]},
        ],
    )


# %% right="choose-events"
def select(trail, bucket):
    def sel(name, **fields):
        return {"Name": name, "FieldSelectors": [{"Field": k.replace("_", "."), **v} for k, v in fields.items()]}

    cloudtrail.put_event_selectors(
        TrailName=trail,
        AdvancedEventSelectors=[
            sel("m", eventCategory={"Equals": ["Management"]}, readOnly={"Equals": ["false"]}),
            sel(
                "s",
                eventCategory={"Equals": ["Data"]},
                resources_type={"Equals": ["AWS::S3::Object"]},
                resources_ARN={"StartsWith": [f"arn:aws:s3:::{bucket}/"]},
            ),
            sel("l", eventCategory={"Equals": ["Data"]}, resources_type={"Equals": ["AWS::Lambda::Function"]}),
        ],
    )


# %% right="watch"
pattern = {"detail": {"eventSource": ["cloudtrail.amazonaws.com"], "eventName": ["StopLogging"]}}


def handler(event, context):
    import boto3

    trails = boto3.client("cloudtrail")
    trails.start_logging(Name=event["detail"]["requestParameters"]["name"])
    return {"started": True}


# %% wrong="watch" says="fires for other calls"
pattern = {"source": ["aws.cloudtrail"]}


def handler(event, context):
    import boto3

    boto3.client("cloudtrail").start_logging(Name=event["detail"]["requestParameters"]["name"])


# %% wrong="watch" says="did not fire"
pattern = {"source": ["cloudtrail.amazonaws.com"], "detail": {"eventName": ["StopLogging"]}}


def handler(event, context):
    import boto3

    boto3.client("cloudtrail").start_logging(Name=event["detail"]["requestParameters"]["name"])


# %% wrong="watch" says="still does not log"
pattern = {"source": ["aws.cloudtrail"], "detail": {"eventName": ["StopLogging"]}}


def handler(event, context):
    import boto3

    boto3.client("cloudtrail").start_logging(Name=event["detail"]["requestParameters"]["Name"])


# %% wrong="watch" says="Another trail"
pattern = {"source": ["aws.cloudtrail"], "detail": {"eventName": ["StopLogging"]}}


def handler(event, context):
    import boto3

    trails = boto3.client("cloudtrail")
    for trail in trails.describe_trails()["trailList"]:
        trails.start_logging(Name=trail["Name"])


# %% wrong="watch" says="The pattern matches StopImport as well"
pattern = {
    "source": ["aws.cloudtrail"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventName": [{"prefix": "Stop"}]},
}


def handler(event, context):
    import boto3

    boto3.client("cloudtrail").start_logging(Name=event["detail"]["requestParameters"]["name"])


# %% wrong="watch" says="in any service"
pattern = {"detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": ["StopLogging"]}}


def handler(event, context):
    import boto3

    boto3.client("cloudtrail").start_logging(Name=event["detail"]["requestParameters"]["name"])


# %% right="unusual"
def unusual(usual, today):
    middle = sum(usual) / len(usual)
    spread = (sum((count - middle) ** 2 for count in usual) / len(usual)) ** 0.5
    low, high = middle - 3 * spread, middle + 3 * spread
    return [n for n in range(len(today)) if not low <= today[n] <= high]


# %% wrong="unusual" says="something did not run"
def unusual(usual, today):
    limit = statistics.mean(usual) + 3 * statistics.pstdev(usual)
    return [place for place, count in enumerate(today) if count > limit]


# %% wrong="unusual" says="90 calls where 20 are usual"
def unusual(usual, today):
    middle, spread = statistics.mean(today), statistics.pstdev(today)
    return [place for place, count in enumerate(today) if abs(count - middle) > 3 * spread]


# %% wrong="unusual" says="exactly three deviations away"
def unusual(usual, today):
    mean, dev = statistics.mean(usual), statistics.pstdev(usual)
    return [i for i, c in enumerate(today) if abs(c - mean) > 2 * dev]


# %% wrong="unusual" says="exactly three deviations away"
def unusual(usual, today):
    mean, dev = statistics.mean(usual), statistics.pstdev(usual)
    return [i for i, c in enumerate(today) if abs(c - mean) >= 3 * dev]


# %% wrong="unusual" says="exactly three deviations away"
def unusual(usual, today):
    mean, dev = statistics.mean(usual + today), statistics.pstdev(usual + today)
    return [i for i, c in enumerate(today) if abs(c - mean) > 3 * dev]


# %% right="bill"
def audit_bill(management, trails, data=0, insights=0):
    names = {"management-extra-copies": management * (trails - 1) if trails > 1 else 0, "data-events": data}
    names["insights-events"] = insights
    return sum(facts.price("cloudtrail", name) * count / 1e5 for name, count in names.items())


# %% wrong="bill" says="Two trails"
def audit_bill(management, trails, data=0, insights=0):
    total = trails * management * facts.price("cloudtrail", "management-extra-copies")
    total += data * facts.price("cloudtrail", "data-events")
    total += insights * facts.price("cloudtrail", "insights-events")
    return total / 100_000


# %% wrong="bill" says="No trail at all"
def audit_bill(management, trails, data=0, insights=0):
    total = (trails - 1) * management * facts.price("cloudtrail", "management-extra-copies")
    total += data * facts.price("cloudtrail", "data-events")
    total += insights * facts.price("cloudtrail", "insights-events")
    return total / 100_000


# %% wrong="bill" says="Three trails"
def audit_bill(management, trails, data=0, insights=0):
    def p(name):
        return facts.price("cloudtrail", name)

    return (
        management * (trails > 1) * p("management-extra-copies")
        + data * p("data-events")
        + insights * p("insights-events")
    ) / 100_000


# %% right="what-changed"
def what_changed(bucket, before, since):
    now = item_of(bucket)
    flat = [{"tags": item["tags"], **item["supplementaryConfiguration"]} for item in (before, now)]
    parts = [name for name in {**flat[0], **flat[1]} if flat[0].get(name) != flat[1].get(name)]
    events, more = [], {}
    while True:
        answer = cloudtrail.lookup_events(StartTime=since, **more)
        events += answer["Events"]
        if "NextToken" not in answer:
            break
        more = {"NextToken": answer["NextToken"]}
    users = {
        event["Username"]
        for event in events
        if event["ReadOnly"] == "false"
        and bucket in [one["ResourceName"] for one in event["Resources"]]
        and "errorCode" not in json.loads(event["CloudTrailEvent"])
    }
    return sorted(parts), sorted(users)


# %% wrong="what-changed" says="The reader looked"
def what_changed(bucket, before, since):
    now = item_of(bucket)
    old, new = before["supplementaryConfiguration"], now["supplementaryConfiguration"]
    parts = {part for part in {*old, *new} if old.get(part) != new.get(part)}
    if before["tags"] != now["tags"]:
        parts.add("tags")
    named = [{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    events = cloudtrail.lookup_events(LookupAttributes=named, StartTime=since)["Events"]
    return sorted(parts), sorted({event["Username"] for event in events})


# %% wrong="what-changed" says="before that moment"
def what_changed(bucket, before, since):
    now = item_of(bucket)
    old, new = before["supplementaryConfiguration"], now["supplementaryConfiguration"]
    parts = {part for part in {*old, *new} if old.get(part) != new.get(part)}
    if before["tags"] != now["tags"]:
        parts.add("tags")
    named = [{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    users = set()
    for event in cloudtrail.lookup_events(LookupAttributes=named)["Events"]:
        told = json.loads(event["CloudTrailEvent"])
        if not told["readOnly"] and "errorCode" not in told:
            users.add(event["Username"])
    return sorted(parts), sorted(users)


# %% wrong="what-changed" says="the tag maps became none; the parts"
def what_changed(bucket, before, since):
    now = item_of(bucket)
    old, new = before["supplementaryConfiguration"], now["supplementaryConfiguration"]
    parts = {part for part in old if old[part] != new.get(part)}
    named = [{"AttributeKey": "ResourceName", "AttributeValue": bucket}]
    users = set()
    for event in cloudtrail.lookup_events(LookupAttributes=named, StartTime=since)["Events"]:
        told = json.loads(event["CloudTrailEvent"])
        if not told["readOnly"] and "errorCode" not in told:
            users.add(event["Username"])
    return sorted(parts), sorted(users)


# %% wrong="what-changed" says="the tag maps became atlas; the parts"
def what_changed(bucket, before, since):
    now = item_of(bucket)
    old, new = before["supplementaryConfiguration"], now["supplementaryConfiguration"]
    parts = list(set(old) ^ set(new))
    if before["tags"] != now["tags"]:
        parts.append("tags")
    users = set()
    for page in cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": bucket}], StartTime=since
    ):
        for event in page["Events"]:
            record = json.loads(event["CloudTrailEvent"])
            if not record["readOnly"] and "errorCode" not in record:
                users.add(event["Username"])
    return sorted(parts), sorted(users)


# %% wrong="what-changed" says="the tag none became maps; the parts"
def what_changed(bucket, before, since):
    now = item_of(bucket)
    old, new = before["supplementaryConfiguration"], now["supplementaryConfiguration"]
    parts = [n for n in set(old) if old.get(n) != new.get(n)]
    if before["tags"] != now["tags"]:
        parts.append("tags")
    users = set()
    for page in cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": bucket}], StartTime=since
    ):
        for event in page["Events"]:
            record = json.loads(event["CloudTrailEvent"])
            if not record["readOnly"] and "errorCode" not in record:
                users.add(event["Username"])
    return sorted(parts), sorted(users)


# %% wrong="what-changed" says="the users, each once"
def what_changed(bucket, before, since):
    now = item_of(bucket)
    old, new = before["supplementaryConfiguration"], now["supplementaryConfiguration"]
    parts = [n for n in set(old) | set(new) if old.get(n) != new.get(n)]
    if before["tags"] != now["tags"]:
        parts.append("tags")
    users = []
    for page in cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": bucket}], StartTime=since
    ):
        for event in page["Events"]:
            record = json.loads(event["CloudTrailEvent"])
            if not record["readOnly"] and "errorCode" not in record:
                users.append(event["Username"])
    return sorted(parts), sorted(users)
