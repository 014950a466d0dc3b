# %% [markdown]
# Answers to 05-databases/07-dynamodb-operations: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="member-card"
def save_member(table, bucket, member_id, name, photo):
    item = {"member_id": {"S": member_id}, "name": {"S": name}, "photo": {"S": f"photos/{member_id}.jpg"}}
    dynamodb.put_item(TableName=table.name, Item=item, ConditionExpression="attribute_not_exists(member_id)")
    boto3.resource("s3").Object(bucket, item["photo"]["S"]).put(Body=photo)


def remove_member(table, bucket, member_id):
    old = table.delete_item(Key={"member_id": member_id}, ReturnValues="ALL_OLD")["Attributes"]
    s3.delete_object(Bucket=bucket, Key=old["photo"])


# %% wrong="member-card" says="the first one's photo is overwritten"
def save_member(table, bucket, member_id, name, photo):
    key = f"photos/{member_id}.jpg"
    s3.put_object(Bucket=bucket, Key=key, Body=photo)
    table.put_item(
        Item={"member_id": member_id, "name": name, "photo": key},
        ConditionExpression=Attr("member_id").not_exists(),
    )


def remove_member(table, bucket, member_id):
    s3.delete_object(Bucket=bucket, Key=f"photos/{member_id}.jpg")
    table.delete_item(Key={"member_id": member_id})


# %% wrong="member-card" says="A second member came in"
def save_member(table, bucket, member_id, name, photo):
    key = f"photos/{member_id}.jpg"
    table.put_item(Item={"member_id": member_id, "name": name, "photo": key})
    s3.put_object(Bucket=bucket, Key=key, Body=photo)


def remove_member(table, bucket, member_id):
    s3.delete_object(Bucket=bucket, Key=f"photos/{member_id}.jpg")
    table.delete_item(Key={"member_id": member_id})


# %% wrong="member-card" says="The photos left"
def save_member(table, bucket, member_id, name, photo):
    key = f"photos/{member_id}.jpg"
    table.put_item(
        Item={"member_id": member_id, "name": name, "photo": key},
        ConditionExpression=Attr("member_id").not_exists(),
    )
    s3.put_object(Bucket=bucket, Key=key, Body=photo)


def remove_member(table, bucket, member_id):
    table.delete_item(Key={"member_id": member_id})


# %% right="member-card"
def save_member(table, bucket, member_id, name, photo):
    key = f"photos/{member_id}.jpg"
    dynamodb.put_item(
        TableName=table.name,
        Item={"member_id": {"S": member_id}, "name": {"S": name}, "photo": {"S": key}},
        ConditionExpression="attribute_not_exists(#id)",
        ExpressionAttributeNames={"#id": "member_id"},
    )
    boto3.resource("s3").Bucket(bucket).put_object(Key=key, Body=photo, ContentType="image/jpeg")


def remove_member(table, bucket, member_id):
    old = table.delete_item(Key={"member_id": member_id}, ReturnValues="ALL_OLD").get("Attributes")
    if old:
        s3.delete_object(Bucket=bucket, Key=old["photo"])


# %% wrong="member-card" says="Put the condition into the write"
def save_member(table, bucket, member_id, name, photo):
    if "Item" in table.get_item(Key={"member_id": member_id}):  # and who comes between this line and the next?
        raise ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": "exists"}}, "PutItem")
    key = f"photos/{member_id}.jpg"
    table.put_item(Item={"member_id": member_id, "name": name, "photo": key})
    s3.put_object(Bucket=bucket, Key=key, Body=photo)


def remove_member(table, bucket, member_id):
    s3.delete_object(Bucket=bucket, Key=f"photos/{member_id}.jpg")
    table.delete_item(Key={"member_id": member_id})


# %% wrong="member-card" says="A second member came in"
def save_member(table, bucket, member_id, name, photo):
    key = f"photos/{member_id}.jpg"
    try:
        table.put_item(
            Item={"member_id": member_id, "name": name, "photo": key},
            ConditionExpression=Attr("member_id").not_exists(),
        )
        s3.put_object(Bucket=bucket, Key=key, Body=photo)
    except ClientError:
        pass  # the caller never learns of it


def remove_member(table, bucket, member_id):
    s3.delete_object(Bucket=bucket, Key=f"photos/{member_id}.jpg")
    table.delete_item(Key={"member_id": member_id})


# %% right="sessions"
import uuid


def _end():
    return int(lab.clock.now().timestamp()) + 30 * 60


def sign_in(table, user):
    session = uuid.uuid4().hex
    table.put_item(Item={"session": session, "user": user, "until": _end()})
    return session


def whose(table, session):
    item = table.get_item(Key={"session": session}, ConsistentRead=True).get("Item")
    if item is None or item["until"] <= lab.clock.now().timestamp():
        return None
    table.put_item(Item={**item, "until": _end()}, ConditionExpression=Attr("session").exists())
    return item["user"]


def sign_out(table, session):
    dynamodb.delete_item(TableName=table.name, Key={"session": {"S": session}})


# %% wrong="sessions" says="31 minutes after the last call"
def sign_in(table, user):
    session = secrets.token_urlsafe()
    table.put_item(Item={"session": session, "user": user, "until": int(lab.clock.now().timestamp()) + 1800})
    return session


def whose(table, session):
    item = table.get_item(Key={"session": session}).get("Item")
    if item is None:  # TTL will have deleted what is over
        return None
    table.put_item(Item={**item, "until": int(lab.clock.now().timestamp()) + 1800})
    return item["user"]


def sign_out(table, session):
    table.delete_item(Key={"session": session})


# %% wrong="sessions" says="TTL counts in seconds"
def sign_in(table, user):
    session = secrets.token_urlsafe()
    table.put_item(
        Item={"session": session, "user": user, "until": int(lab.clock.now().timestamp() * 1000) + 1_800_000}
    )
    return session


def whose(table, session):
    item = table.get_item(Key={"session": session}).get("Item")
    return item["user"] if item else None


def sign_out(table, session):
    table.delete_item(Key={"session": session})


# %% wrong="sessions" says="unless a condition forbids it"
def sign_in(table, user):
    session = secrets.token_urlsafe()
    table.put_item(Item={"session": session, "user": user, "until": int(lab.clock.now().timestamp()) + 1800})
    return session


def whose(table, session):
    now = int(lab.clock.now().timestamp())
    old = table.update_item(
        Key={"session": session},
        UpdateExpression="SET #u = :l",
        ExpressionAttributeNames={"#u": "until"},
        ExpressionAttributeValues={":l": now + 1800},
        ReturnValues="ALL_OLD",
    ).get("Attributes", {})
    return old.get("user") if old.get("until", 0) > now else None


def sign_out(table, session):
    table.delete_item(Key={"session": session})


# %% wrong="sessions" says="Asked again after"
def sign_in(table, user):
    session = secrets.token_urlsafe()
    table.put_item(Item={"session": session, "user": user, "until": int(lab.clock.now().timestamp()) + 1800})
    return session


def whose(table, session):
    item = table.get_item(Key={"session": session}).get("Item")
    if item is None or item["until"] <= lab.clock.now().timestamp():
        return None
    return item["user"]  # never extended


def sign_out(table, session):
    table.delete_item(Key={"session": session})


# %% right="sessions"
def sign_in(table, user):
    session = secrets.token_urlsafe()
    ends = int(lab.clock.now().timestamp()) + 1800
    table.put_item(Item={"session": session, "user": user, "until": ends})
    return session


def whose(table, session):
    now = int(lab.clock.now().timestamp())
    item = table.get_item(Key={"session": session}).get("Item")
    if not item or item["until"] <= now:
        return None
    table.put_item(Item={**item, "until": now + 1800})
    return item["user"]


def sign_out(table, session):
    table.update_item(  # TTL removes it
        Key={"session": session},
        UpdateExpression="SET #until = :past",
        ExpressionAttributeNames={"#until": "until"},
        ExpressionAttributeValues={":past": int(lab.clock.now().timestamp())},
    )


# %% wrong="sessions" says="so it stays for ever"
def sign_in(table, user):
    session = secrets.token_urlsafe()
    ends = int(lab.clock.now().timestamp()) + 1800
    table.put_item(Item={"session": session, "user": user, "until": ends})
    return session


def whose(table, session):
    now = int(lab.clock.now().timestamp())
    item = table.get_item(Key={"session": session}).get("Item")
    if not item or item["until"] <= now:
        return None
    table.put_item(Item={**item, "until": now + 1800})
    return item["user"]


def sign_out(table, session):
    table.update_item(  # keeps the item, with an end in 1970
        Key={"session": session},
        UpdateExpression="SET #until = :past",
        ExpressionAttributeNames={"#until": "until"},
        ExpressionAttributeValues={":past": 0},
    )


# %% right="window"
def window(switched_on, days, now):
    earliest = now - timedelta(days=days)
    if earliest < switched_on:
        earliest = switched_on
    return [earliest, now - timedelta(seconds=300)][0], now - timedelta(seconds=300)


# %% wrong="window" says="too early"
def window(switched_on, days, now):
    return now - timedelta(days=days), now - timedelta(minutes=5)


# %% wrong="window" says="latest moment is 5 minutes too late"
def window(switched_on, days, now):
    return max(switched_on, now - timedelta(days=days)), now


# %% wrong="window" says="earliest moment is"
def window(switched_on, days, now):
    return switched_on, now - timedelta(minutes=5)


# %% wrong="window" says="two datetimes with a time zone"
def window(switched_on, days, now):
    earliest = max(switched_on, now - timedelta(days=days))
    return earliest.isoformat(), (now - timedelta(minutes=5)).isoformat()


# %% right="rescue"
def rescue(source, moment, target):
    old = dynamodb.describe_table(TableName=source)["Table"]
    dynamodb.restore_table_to_point_in_time(
        SourceTableArn=old["TableArn"], TargetTableName=target, RestoreDateTime=moment
    )
    table = resource.Table(target)
    table.wait_until_exists()
    attribute = dynamodb.describe_time_to_live(TableName=source)["TimeToLiveDescription"].get("AttributeName")
    if attribute:
        dynamodb.update_time_to_live(
            TableName=target, TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute}
        )
    for tag in dynamodb.list_tags_of_resource(ResourceArn=old["TableArn"])["Tags"]:
        dynamodb.tag_resource(ResourceArn=table.table_arn, Tags=[tag])
    dynamodb.update_continuous_backups(
        TableName=target,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35},
    )


# %% wrong="rescue" says="as they are after the accident"
def rescue(source, moment, target):
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=source, TargetTableName=target, UseLatestRestorableTime=True
    )
    dynamodb.get_waiter("table_exists").wait(TableName=target)


# %% wrong="rescue" says="The TTL attribute"
def rescue(source, moment, target):
    dynamodb.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, RestoreDateTime=moment)
    dynamodb.update_time_to_live(TableName=target, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    dynamodb.update_continuous_backups(
        TableName=target, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )


# %% wrong="rescue" says="no point-in-time recovery"
def rescue(source, moment, target):
    dynamodb.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, RestoreDateTime=moment)
    ttl = dynamodb.describe_time_to_live(TableName=source)["TimeToLiveDescription"]
    if ttl["TimeToLiveStatus"] == "ENABLED":
        dynamodb.update_time_to_live(
            TableName=target,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": ttl["AttributeName"]},
        )


# %% wrong="rescue" says="The tags of the new table"
def rescue(source, moment, target):
    dynamodb.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, RestoreDateTime=moment)
    dynamodb.get_waiter("table_exists").wait(TableName=target)
    ttl = dynamodb.describe_time_to_live(TableName=source)["TimeToLiveDescription"]
    if "AttributeName" in ttl:
        dynamodb.update_time_to_live(
            TableName=target,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": ttl["AttributeName"]},
        )
    dynamodb.update_continuous_backups(
        TableName=target,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )


# %% right="copy-units"
import math


def copy_units(count, size):
    return math.ceil(count * size / 4096) * 0.5, float(count * math.ceil(size / 1024))


# %% wrong="copy-units" says="The read units"
def copy_units(count, size):
    return count * -(-size // 4096) / 2, count * -(-size // 1024)


# %% wrong="copy-units" says="The read units"
def copy_units(count, size):
    return -(-count * size // 4096), count * -(-size // 1024)  # strong reads


# %% wrong="copy-units" says="The write units"
def copy_units(count, size):
    return -(-count * size // 4096) / 2, -(-count * size // 1024)


# %% wrong="copy-units" says="40 items of 1,024 bytes"
def copy_units(count, size):
    return -(-count * size // 4000) / 2, count * -(-size // 1000)


# %% right="export-points"
def points_by_city(table_arn, bucket):
    prefix = secrets.token_hex(8)  # nobody else writes there
    arn = dynamodb.export_table_to_point_in_time(
        TableArn=table_arn, S3Bucket=bucket, S3Prefix=prefix, ExportFormat="DYNAMODB_JSON"
    )["ExportDescription"]["ExportArn"]
    while (state := dynamodb.describe_export(ExportArn=arn)["ExportDescription"])["ExportStatus"] == "IN_PROGRESS":
        lab.clock.advance(seconds=5)
    if state["ExportStatus"] != "COMPLETED":
        raise RuntimeError(state["FailureMessage"])
    sums = {}
    for one in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        if one["Key"].endswith(".gz"):
            with gzip.open(s3.get_object(Bucket=bucket, Key=one["Key"])["Body"]) as lines:
                for item in (json.loads(line)["Item"] for line in lines):
                    city = item["city"]["S"]
                    sums[city] = sums.get(city, 0) + int(item["points"]["N"])
    return sums


# %% wrong="export-points" says="Read the files in S3"
def points_by_city(table_arn, bucket):
    sums = {}
    for item in resource.Table(table_arn.split("/")[1]).scan()["Items"]:
        sums[item["city"]] = sums.get(item["city"], 0) + int(item["points"])
    return sums


# %% wrong="export-points" says="An older export in the same bucket"
def points_by_city(table_arn, bucket):
    arn = dynamodb.export_table_to_point_in_time(TableArn=table_arn, S3Bucket=bucket)["ExportDescription"]["ExportArn"]
    state = dynamodb.describe_export(ExportArn=arn)["ExportDescription"]
    if state["ExportStatus"] == "FAILED":
        raise RuntimeError(state["FailureMessage"])
    sums = Counter()
    for one in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        if one["Key"].endswith(".gz"):
            text = gzip.decompress(s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read())
            for line in text.splitlines():
                item = json.loads(line)["Item"]
                sums[item["city"]["S"]] += int(item["points"]["N"])
    return dict(sums)


# %% wrong="export-points" says="no RuntimeError"
def points_by_city(table_arn, bucket):
    prefix = secrets.token_hex(8)
    dynamodb.export_table_to_point_in_time(TableArn=table_arn, S3Bucket=bucket, S3Prefix=prefix)
    sums = Counter()
    try:
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    except ClientError:
        return {}
    for one in listed:
        if one["Key"].endswith(".gz"):
            text = gzip.decompress(s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read())
            for line in text.splitlines():
                item = json.loads(line)["Item"]
                sums[item["city"]["S"]] += int(item["points"]["N"])
    return dict(sums)


# %% right="own-rows"
def visitor_policy(table_arn):
    sub = "${cognito-identity.amazonaws.com:sub}"
    keys = {"dynamodb:LeadingKeys": sub}
    names = {"dynamodb:Attributes": ["film", "note", "visitor"]}
    reads = {
        "Sid": "Reads",
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"],
        "Resource": [table_arn],
        "Condition": {
            "ForAllValues:StringEquals": {**keys, **names},
            "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        },
    }
    writes = {
        "Sid": "Writes",
        "Effect": "Allow",
        "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
        "Resource": [table_arn],
        "Condition": {"ForAllValues:StringEquals": {**keys, **names}},
    }
    return {"Version": "2012-10-17", "Statement": [reads, writes]}


# %% wrong="own-rows" says="A Scan, even with attributes chosen"
def visitor_policy(table_arn):
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:*",
        "Resource": table_arn,
        "Condition": {
            "ForAllValues:StringEquals": {
                "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"],
                "dynamodb:Attributes": ["visitor", "film", "note"],
            },
            "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="own-rows" says="BatchGetItem of an own and another's row is allowed"
def visitor_policy(table_arn):
    statement = {
        "Effect": "Allow",
        "Action": [
            f"dynamodb:{one}" for one in ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
        ],
        "Resource": table_arn,
        "Condition": {
            "ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"]},
            "ForAllValues:StringEquals": {"dynamodb:Attributes": ["visitor", "film", "note"]},
            "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="own-rows" says="GetItem of an own row with all attributes is allowed"
def visitor_policy(table_arn):
    statement = {
        "Effect": "Allow",
        "Action": [
            f"dynamodb:{one}" for one in ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
        ],
        "Resource": table_arn,
        "Condition": {
            "ForAllValues:StringEquals": {
                "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"],
                "dynamodb:Attributes": ["visitor", "film", "note"],
            }
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="own-rows" says="UpdateItem of an own note is denied"
def visitor_policy(table_arn):
    statement = {
        "Effect": "Allow",
        "Action": [
            f"dynamodb:{one}" for one in ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
        ],
        "Resource": table_arn,
        "Condition": {
            "ForAllValues:StringEquals": {
                "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"],
                "dynamodb:Attributes": ["visitor", "film", "note"],
            },
            "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% right="own-rows"
def visitor_policy(table_arn):
    own = {"dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"]}
    actions = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"]
    allow = {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": table_arn,
        "Condition": {"ForAllValues:StringEquals": {**own, "dynamodb:Attributes": ["visitor", "film", "note"]}},
    }
    deny = {
        "Effect": "Deny",
        "Action": "dynamodb:*",
        "Resource": table_arn,
        "Condition": {"StringEquals": {"dynamodb:Select": "ALL_ATTRIBUTES"}},
    }
    return {"Version": "2012-10-17", "Statement": [allow, deny]}


# %% wrong="own-rows" says="Look at the Resource"
def visitor_policy(table_arn):
    own = {"dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"]}
    actions = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"]
    statement = {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": "*",
        "Condition": {
            "ForAllValues:StringEquals": {**own, "dynamodb:Attributes": ["visitor", "film", "note"]},
            "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="own-rows" says="BatchWriteItem of an own row is allowed"
def visitor_policy(table_arn):
    own = {"dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"]}
    actions = ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "Batch*"]
    statement = {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": table_arn,
        "Condition": {
            "ForAllValues:StringEquals": {**own, "dynamodb:Attributes": ["visitor", "film", "note"]},
            "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="own-rows" says="are they in the list"
def visitor_policy(table_arn):
    own = {"dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"]}
    actions = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"]
    statement = {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": table_arn,
        "Condition": {
            "ForAllValues:StringEquals": {**own, "dynamodb:Attributes": ["film", "note"]},
            "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% right="audit"
def alarming(records, admins):
    def name(record):
        who = record["userIdentity"]
        return who["userName"] if who["type"] == "IAMUser" else who["sessionContext"]["sessionIssuer"]["userName"]

    def destroys(record):
        if record["eventName"] == "UpdateContinuousBackups":
            wanted = record["requestParameters"]["pointInTimeRecoverySpecification"]
            return wanted["pointInTimeRecoveryEnabled"] is False
        return record["eventName"] == "DeleteTable"

    return [
        (name(record), record["eventName"], record["requestParameters"]["tableName"])
        for record in records
        if record["eventSource"].startswith("dynamodb.") and destroys(record) and name(record) not in admins
    ]


# %% wrong="audit" says="one of them refused"
def alarming(records, admins):
    found = []
    for record in records:
        who = record["userIdentity"]
        name = who.get("userName") or who["sessionContext"]["sessionIssuer"]["userName"]
        if record["eventName"] == "DeleteTable" and "errorCode" not in record and name not in admins:
            found.append((name, "DeleteTable", record["requestParameters"]["tableName"]))
    return found


# %% wrong="audit" says="A DeleteTable of Glue"
def alarming(records, admins):
    found = []
    for record in records:
        who = record["userIdentity"]
        name = who.get("userName") or who["sessionContext"]["sessionIssuer"]["userName"]
        asked = record["requestParameters"]
        off = not asked.get("pointInTimeRecoverySpecification", {}).get("pointInTimeRecoveryEnabled", True)
        if (record["eventName"] == "DeleteTable" or off) and name not in admins:
            found.append((name, record["eventName"], asked["tableName"]))
    return found


# %% wrong="audit" says="Recovery switched on"
def alarming(records, admins):
    found = []
    for record in records:
        who = record["userIdentity"]
        name = who.get("userName") or who["sessionContext"]["sessionIssuer"]["userName"]
        if not record["eventSource"].startswith("dynamodb.") or name in admins:
            continue
        if record["eventName"] in ("DeleteTable", "UpdateContinuousBackups"):  # on or off
            found.append((name, record["eventName"], record["requestParameters"]["tableName"]))
    return found


# %% right="last-writer"
def seats_left(seats, sales):
    us = eu = seats
    last = ""
    for number, (second, region) in enumerate(sales):
        if region == "us":
            us -= 1
        else:
            eu -= 1
        last = region
        if number + 1 == len(sales) or sales[number + 1][0] != second:
            us = eu = us if last == "us" else eu
    return us


# %% wrong="last-writer" says="Two sales in the same second"
def seats_left(seats, sales):
    return seats - len(sales)


# %% wrong="last-writer" says="Two in us, then one in eu"
def seats_left(seats, sales):
    for second in {at for at, _ in sales}:
        here = [region for at, region in sales if at == second]
        seats -= max(here.count("us"), here.count("eu"))  # who sold more wins
    return seats


# %% wrong="last-writer" says="One in eu, then two in us"
def seats_left(seats, sales):
    return seats - len({second for second, _ in sales})  # one for each second


# %% wrong="last-writer" says="without a call to DynamoDB"
def seats_left(seats, sales):
    return sell(seats, sales)[0]
