# %% [markdown]
# Answers to 09-cicd/02-cloudformation-operations: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="waves"
def waves(template):
    from graphlib import CycleError, TopologicalSorter

    resources = template["Resources"]

    def walk(value, function=None):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, key)
        elif isinstance(value, list):
            if function == "Fn::GetAtt":
                yield value[0]
            elif function == "Fn::Sub":
                yield from walk(value[0], "Fn::Sub")
                yield from walk(value[1])
            else:
                for inner in value:
                    yield from walk(inner)
        elif isinstance(value, str):
            if function == "Ref":
                yield value
            elif function == "Fn::GetAtt":
                yield value.partition(".")[0]
            elif function == "Fn::Sub":
                for name in re.findall(r"\$\{(?!!)(.*?)\}", value):
                    yield name.partition(".")[0]

    graph = {}
    for name, part in resources.items():
        extra = part.get("DependsOn") or []
        graph[name] = {one for one in walk(part.get("Properties")) if one in resources}
        graph[name].update([extra] if isinstance(extra, str) else extra)
    sorter, found = TopologicalSorter(graph), []
    try:
        sorter.prepare()
    except CycleError as error:
        raise ValueError("these wait for each other: " + ", ".join(error.args[1])) from None
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append(sorted(ready))
        sorter.done(*ready)
    return found


# %% wrong="waves" says="B names A in a Sub with a map"
def waves(template):
    def mentioned(value):
        if isinstance(value, list):
            return {name for inner in value for name in mentioned(inner)}
        if not isinstance(value, dict):
            return set()
        found = set()
        for key, inner in value.items():
            if key == "Ref":
                found.add(inner)
            elif key == "Fn::GetAtt":
                found.add((inner.split(".") if isinstance(inner, str) else inner)[0])
            elif key == "Fn::Sub" and isinstance(inner, str):
                found |= {one.split(".")[0] for one in re.findall(r"\$\{([^!}]+)\}", inner)}
            else:
                found |= mentioned(inner)
        return found

    resources, result, done = template["Resources"], [], set()
    needs = {}
    for name, part in resources.items():
        first = part.get("DependsOn", [])
        first = {first} if isinstance(first, str) else set(first)
        needs[name] = (mentioned(part.get("Properties", {})) | first) & set(resources)
    while len(done) < len(needs):
        wave = sorted(name for name in needs if name not in done and needs[name] <= done)
        if not wave:
            raise ValueError(f"a circle: {', '.join(sorted(set(needs) - done))}")
        result.append(wave)
        done |= set(wave)
    return result


# %% wrong="waves" says="DependsOn as a text and as a list"
def waves(template):
    resources, result, done = template["Resources"], [], set()
    needs = {
        name: {
            other
            for other in resources
            if re.search(rf'(?<![!\w]){other}\b', json.dumps(part.get("Properties", {})))
        } - {name}
        for name, part in resources.items()
    }  # fmt: skip
    for name, part in resources.items():
        if isinstance(part.get("DependsOn"), str):
            needs[name].add(part["DependsOn"])
    while len(done) < len(needs):
        wave = sorted(name for name in needs if name not in done and needs[name] <= done)
        if not wave:
            raise ValueError(f"a circle: {sorted(set(needs) - done)}")
        result.append(wave)
        done |= set(wave)
    return result


# %% wrong="waves" says="The workshop of the picture"
def waves(template):
    return [[name] for name in template["Resources"]]


# %% right="predict-replacement"
new_ones = {"Named", "Image", "Network", "Customers"}
replaced = {part: part in new_ones for part in versions}


# %% wrong="predict-replacement" says="Named: the physical id was"
replaced = {
    "Jobs": False,
    "Named": False,
    "Alerts": False,
    "Size": False,
    "Image": True,
    "Network": True,
    "Photos": False,
    "Customers": True,
}


# %% wrong="predict-replacement" says="So it was changed in place"
replaced = {
    "Jobs": False,
    "Named": True,
    "Alerts": False,
    "Size": True,
    "Image": True,
    "Network": True,
    "Photos": False,
    "Customers": True,
}


# %% right="careful-update"
def careful_update(name, body):
    label = "look"
    given = {"StackName": name, "ChangeSetName": label}
    stacks.create_change_set(**given, TemplateBody=body)
    while True:
        found = stacks.describe_change_set(**given)
        if found["Status"] in ("CREATE_COMPLETE", "FAILED"):
            break
    risky = set()
    for one in found["Changes"]:
        change = one["ResourceChange"]
        if change["Action"] == "Remove" or change.get("Replacement", "False") != "False":
            risky.add(change["LogicalResourceId"])
    if risky or found["Status"] == "FAILED":
        stacks.delete_change_set(**given)
        return sorted(risky)
    stacks.execute_change_set(**given)
    stacks.get_waiter("stack_update_complete").wait(StackName=name)
    return []


# %% wrong="careful-update" says="You called update_stack"
def careful_update(name, body):
    try:
        stacks.update_stack(StackName=name, TemplateBody=body)
    except ClientError:
        return []
    stacks.get_waiter("stack_update_complete").wait(StackName=name)
    return []


# %% wrong="careful-update" says="Replacement: Conditional"
def careful_update(name, body):
    given = {"StackName": name, "ChangeSetName": "look"}
    stacks.create_change_set(**given, ChangeSetType="UPDATE", TemplateBody=body)
    found = stacks.describe_change_set(**given)
    changes = [one["ResourceChange"] for one in found["Changes"]]
    lost = [
        one["LogicalResourceId"] for one in changes if one["Action"] == "Remove" or one.get("Replacement") == "True"
    ]
    if lost or found["Status"] == "FAILED":
        stacks.delete_change_set(**given)
        return sorted(lost)
    stacks.execute_change_set(**given)
    stacks.get_waiter("stack_update_complete").wait(StackName=name)
    return []


# %% wrong="careful-update" says="a change set is left behind"
def careful_update(name, body):
    given = {"StackName": name, "ChangeSetName": "look"}
    stacks.create_change_set(**given, ChangeSetType="UPDATE", TemplateBody=body)
    found = stacks.describe_change_set(**given)
    changes = [one["ResourceChange"] for one in found["Changes"]]
    lost = [
        one["LogicalResourceId"]
        for one in changes
        if one["Action"] == "Remove" or one.get("Replacement") in ("True", "Conditional")
    ]
    if lost or found["Status"] == "FAILED":
        return sorted(lost)
    stacks.execute_change_set(**given)
    stacks.get_waiter("stack_update_complete").wait(StackName=name)
    return []


# %% wrong="careful-update" says="execute_change_set returns before the update is done"
def careful_update(name, body):
    given = {"StackName": name, "ChangeSetName": "look-first"}
    stacks.create_change_set(**given, TemplateBody=body)
    try:
        stacks.get_waiter("change_set_create_complete").wait(**given)
    except WaiterError:
        stacks.delete_change_set(**given)
        return []
    lost = []
    for row in stacks.describe_change_set(**given)["Changes"]:
        change = row["ResourceChange"]
        if change["Action"] == "Remove" or change.get("Replacement") in ("True", "Conditional"):
            lost.append(change["LogicalResourceId"])
    if lost:
        stacks.delete_change_set(**given)
    else:
        stacks.execute_change_set(**given)
    return sorted(lost)


# %% right="repair-version"
version_2 = json.dumps(
    {
        "Resources": {
            "Reports": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 60}},
            "Alerts": {"Type": "AWS::SNS::Topic"},
            "Repairs": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 300}},
            "Customers": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
        },
        "Outputs": {"Table": {"Value": {"Fn::Sub": "${Customers}"}}},
    }
)


# %% wrong="repair-version" says="The change set removes Alerts"
version_2 = """
Resources:
  Repairs:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 300}
  Alarms:
    Type: AWS::SNS::Topic
  Reports:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 60}
  Customers:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
Outputs:
  Table: {Value: !Ref Customers}
"""


# %% wrong="repair-version" says="The change set replaces Customers"
version_2 = """
Resources:
  Repairs:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 300}
  Alerts:
    Type: AWS::SNS::Topic
  Reports:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 60}
  Customers:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: velo-customers
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
Outputs:
  Table: {Value: !Ref Customers}
"""


# %% wrong="repair-version" says="The stack has drifted"
version_2 = """
Resources:
  Repairs:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 30}
  Alerts:
    Type: AWS::SNS::Topic
  Reports:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 60}
  Customers:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
Outputs:
  Table: {Value: !Ref Customers}
"""


# %% wrong="repair-version" says="Version 2 does not say 300 seconds"
version_2 = """
Resources:
  Repairs:
    Type: AWS::SQS::Queue
  Alerts:
    Type: AWS::SNS::Topic
  Reports:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 60}
  Customers:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
Outputs:
  Table: {Value: !Ref Customers}
"""


# %% right="last-look"
def last_look(name):
    client = boto3.client("cloudformation")
    stack = client.describe_stacks(StackName=name)["Stacks"][0]
    if stack.get("EnableTerminationProtection"):
        return {}
    text_of = client.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
    template = json.loads(text_of) if isinstance(text_of, str) else text_of
    result = {"lost": set(), "kept": set(), "snapshot": set()}
    for row in client.describe_stack_resources(StackName=name)["StackResources"]:
        part, kind = template["Resources"][row["LogicalResourceId"]], row["ResourceType"]
        default = "Delete"
        if kind == "AWS::RDS::DBCluster":
            default = "Snapshot"
        if kind == "AWS::RDS::DBInstance" and not part["Properties"].get("DBClusterIdentifier"):
            default = "Snapshot"
        fate = part.get("DeletionPolicy", default)
        key = "kept" if fate.startswith("Retain") else "snapshot" if fate == "Snapshot" else "lost"
        result[key].add(row["LogicalResourceId"])
    return {key: sorted(names) for key, names in result.items()}


# %% wrong="last-look" says="Two RDS databases"
def last_look(name):
    if stacks.describe_stacks(StackName=name)["Stacks"][0]["EnableTerminationProtection"]:
        return {}
    template = stacks.get_template(StackName=name)["TemplateBody"]
    fates = {"lost": [], "kept": [], "snapshot": []}
    for part in sorted(ids(name)):
        policy = template["Resources"][part].get("DeletionPolicy", "Delete")
        fates[{"Delete": "lost", "Snapshot": "snapshot"}.get(policy, "kept")].append(part)
    return fates


# %% wrong="last-look" says="Extra was never made"
def last_look(name):
    if stacks.describe_stacks(StackName=name)["Stacks"][0]["EnableTerminationProtection"]:
        return {}
    template = stacks.get_template(StackName=name)["TemplateBody"]
    fates = {"lost": [], "kept": [], "snapshot": []}
    for part, resource in sorted(template["Resources"].items()):
        default = "Snapshot" if resource["Type"].startswith("AWS::RDS::DB") else "Delete"
        policy = resource.get("DeletionPolicy", default)
        fates[{"Delete": "lost", "Snapshot": "snapshot"}.get(policy, "kept")].append(part)
    return fates


# %% wrong="last-look" says="Termination protection is on"
def last_look(name):
    template = stacks.get_template(StackName=name)["TemplateBody"]
    fates = {"lost": [], "kept": [], "snapshot": []}
    for part in sorted(ids(name)):
        resource = template["Resources"][part]
        default = "Snapshot" if resource["Type"].startswith("AWS::RDS::DB") else "Delete"
        policy = resource.get("DeletionPolicy", default)
        fates[{"Delete": "lost", "Snapshot": "snapshot"}.get(policy, "kept")].append(part)
    return fates


# %% right="protect"
def protection():
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "Update:*",
                "NotResource": "LogicalResourceId/Customers",
            },
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "Update:Modify",
                "Resource": "LogicalResourceId/Customers",
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["Update:Modify", "Update:Replace", "Update:Delete"],
                "Resource": "*",
                "Condition": {"StringLike": {"ResourceType": "AWS::SNS::Top*"}},
            },
        ]
    }


# %% wrong="protect" says="A change of Jobs is allowed, but"
def protection():
    return {
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["Update:Replace", "Update:Delete"],
                "Resource": "LogicalResourceId/Customers",
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "Update:*",
                "Resource": "*",
                "Condition": {"StringEquals": {"ResourceType": ["AWS::SNS::Topic"]}},
            },
        ]
    }


# %% wrong="protect" says="Removing Customers went through"
def protection():
    return {
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"},
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "Update:Replace",
                "Resource": "LogicalResourceId/Customers",
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "Update:*",
                "Resource": "*",
                "Condition": {"StringEquals": {"ResourceType": ["AWS::SNS::Topic"]}},
            },
        ]
    }


# %% wrong="protect" says="Removing the topic News went through"
def protection():
    deny = {"Effect": "Deny", "Principal": "*"}
    return {
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"},
            deny | {"Action": ["Update:Replace", "Update:Delete"], "Resource": "LogicalResourceId/Customers"},
            deny | {"Action": "Update:*", "Resource": "LogicalResourceId/Alerts"},
        ]
    }


# %% wrong="protect" says="A change of Customers is allowed, but"
def protection():
    deny = {"Effect": "Deny", "Principal": "*", "Action": "Update:*"}
    return {
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"},
            deny | {"Resource": "LogicalResourceId/Customers"},
            deny | {"Resource": "*", "Condition": {"StringEquals": {"ResourceType": ["AWS::SNS::Topic"]}}},
        ]
    }


# %% wrong="protect" says="each statement has the Principal"
def protection():
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "Update:*",
                "NotResource": "LogicalResourceId/Customers",
            },
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "Update:Modify",
                "Resource": "LogicalResourceId/Customers",
            },
            {
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": ["Update:Modify", "Update:Replace", "Update:Delete"],
                "Resource": "*",
                "Condition": {"StringLike": {"ResourceType": "AWS::SNS::Top*"}},
            },
        ]
    }


# %% wrong="protect" says="Removing CustomersOld is allowed, but"
def protection():
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "Update:*",
                "NotResource": "LogicalResourceId/Customers*",
            },
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "Update:Modify",
                "Resource": "LogicalResourceId/Customers*",
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["Update:Modify", "Update:Replace", "Update:Delete"],
                "Resource": "*",
                "Condition": {"StringLike": {"ResourceType": "AWS::SNS::Top*"}},
            },
        ]
    }


# %% wrong="protect" says="A replacement of the topic Bells"
def protection():
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "Update:*",
                "NotResource": "LogicalResourceId/Customers",
            },
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "Update:Modify",
                "Resource": "LogicalResourceId/Customers",
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["Update:Modify", "Update:Delete"],
                "Resource": "*",
                "Condition": {"StringLike": {"ResourceType": "AWS::SNS::Top*"}},
            },
        ]
    }


# %% right="empty-first"
emptier = """
import json
import urllib.request

import boto3

s3 = boto3.client("s3")


def empty(name):
    names = [one["Name"] for one in s3.list_buckets()["Buckets"]]
    if name not in names:
        return
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        for kind in ("Versions", "DeleteMarkers"):
            for one in page.get(kind, []):
                s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])


def handler(event, context):
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer["PhysicalResourceId"] = event.get("PhysicalResourceId", "emptier-1")
    try:
        bucket = event["ResourceProperties"]["BucketName"]
        if event["RequestType"] == "Delete":
            empty(bucket)
        answer |= {"Status": "SUCCESS"}
    except Exception as error:
        answer |= {"Status": "FAILED", "Reason": f"{type(error).__name__} {error}"}
    body = json.dumps(answer).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT"))
"""


# %% wrong="empty-first" says="PhysicalResourceId means another thing"
emptier = """
import boto3
import cfnresponse

def handler(event, context):
    outcome, reason = cfnresponse.SUCCESS, None
    s3 = boto3.resource("s3")
    try:
        name = event["ResourceProperties"]["BucketName"]
        if event["RequestType"] == "Delete":
            s3.Bucket(name).object_versions.delete()
    except s3.meta.client.exceptions.NoSuchBucket:
        pass
    except Exception as error:
        outcome, reason = cfnresponse.FAILED, repr(error)
    cfnresponse.send(event, context, outcome, {}, event["RequestId"], reason=reason)
"""


# %% wrong="empty-first" says="waits for an answer. Which request gets none?"
emptier = """
import boto3
import cfnresponse

def handler(event, context):
    bucket = boto3.resource("s3").Bucket(event["ResourceProperties"]["BucketName"])
    if event["RequestType"] == "Delete":
        bucket.object_versions.delete()
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "emptier")
"""


# %% wrong="empty-first" says="On Delete: the stack ends as DELETE_FAILED"
emptier = """
import boto3
import cfnresponse

def handler(event, context):
    try:
        bucket = boto3.resource("s3").Bucket(event["ResourceProperties"]["BucketName"])
        if event["RequestType"] == "Delete":
            bucket.objects.all().delete()
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "emptier")
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "emptier", reason=repr(error))
"""


# %% wrong="empty-first" says="the bucket being gone already"
emptier = """
import boto3
import cfnresponse

def handler(event, context):
    try:
        bucket = boto3.resource("s3").Bucket(event["ResourceProperties"]["BucketName"])
        if event["RequestType"] == "Delete":
            bucket.object_versions.delete()
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "emptier")
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "emptier", reason=repr(error))
"""


# %% wrong="empty-first" says="Nobody will ever know"
emptier = """
import boto3
import cfnresponse

def handler(event, context):
    try:
        bucket = boto3.resource("s3").Bucket(event["ResourceProperties"]["BucketName"])
        if event["RequestType"] == "Delete":
            bucket.object_versions.delete()
    except Exception:
        pass
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "emptier")
"""


# %% wrong="empty-first" says="sends the name of the log stream"
emptier = """
import boto3
import cfnresponse

def handler(event, context):
    try:
        bucket = boto3.resource("s3").Bucket(event["ResourceProperties"]["BucketName"])
        if event["RequestType"] == "Delete" and bucket.creation_date:
            bucket.object_versions.delete()
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {})
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, reason=repr(error))
"""


# %% wrong="empty-first" says="The request Update itself deleted them"
emptier = """
import json
import urllib.request

import boto3

s3 = boto3.client("s3")


def empty(name):
    names = [one["Name"] for one in s3.list_buckets()["Buckets"]]
    if name not in names:
        return
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        for kind in ("Versions", "DeleteMarkers"):
            for one in page.get(kind, []):
                s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])


def handler(event, context):
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer["PhysicalResourceId"] = event.get("PhysicalResourceId", "emptier-1")
    try:
        bucket = event["ResourceProperties"]["BucketName"]
        if event["RequestType"] != "Create":
            empty(bucket)
        answer |= {"Status": "SUCCESS"}
    except Exception as error:
        answer |= {"Status": "FAILED", "Reason": f"{type(error).__name__} {error}"}
    body = json.dumps(answer).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT"))
"""


# %% right="page-somebody"
def page(message):
    values = {}
    for line in message.splitlines():
        name, equals, value = line.partition("='")
        if equals and name.isalpha():
            values[name] = value.removesuffix("'")
    bad = values["ResourceStatus"].endswith("FAILED") or values["ResourceStatus"].find("ROLLBACK") >= 0
    return "{StackName}/{LogicalResourceId} {ResourceStatus}".format(**values) if bad else ""


# %% wrong="page-somebody" says="A stack that is made without trouble"
def page(message):
    said = dict(re.findall(r"^(\w+)='([^']*)'$", message, re.MULTILINE))
    if "FAILED" in message or "ROLLBACK" in message:
        return f"{said['StackName']}/{said['LogicalResourceId']} {said['ResourceStatus']}"
    return ""


# %% wrong="page-somebody" says="A stack with a misspelt property"
def page(message):
    said = dict(re.findall(r"^(\w+)='([^']*)'$", message, re.MULTILINE))
    if said["ResourceStatus"].endswith("FAILED"):
        return f"{said['StackName']}/{said['LogicalResourceId']} {said['ResourceStatus']}"
    return ""


# %% wrong="page-somebody" says="Your code stopped"
def page(message):
    said = dict(line.split("=") for line in message.splitlines())
    outcome = said["ResourceStatus"].strip("'")
    if outcome.endswith("FAILED") or "ROLLBACK" in outcome:
        return f"{said['StackName']}/{said['LogicalResourceId']} {outcome}".replace("'", "")
    return ""


# %% wrong="page-somebody" says="not None"
def page(message):
    values = {}
    for line in message.splitlines():
        name, equals, value = line.partition("='")
        if equals and name.isalpha():
            values[name] = value.removesuffix("'")
    bad = values["ResourceStatus"].endswith("FAILED") or values["ResourceStatus"].find("ROLLBACK") >= 0
    return "{StackName}/{LogicalResourceId} {ResourceStatus}".format(**values) if bad else None


# %% wrong="page-somebody" says="nobody is told of UPDATE_ROLLBACK_COMPLETE"
def page(message):
    values = {}
    for line in message.splitlines():
        name, equals, value = line.partition("='")
        if equals and name.isalpha():
            values[name] = value.removesuffix("'")
    bad = values["ResourceStatus"].endswith("FAILED") or values["ResourceStatus"].startswith("ROLLBACK")
    return "{StackName}/{LogicalResourceId} {ResourceStatus}".format(**values) if bad else ""
