# %% [markdown]
# Answers to 08-serverless/02-lambda-events: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="nothing-lost"
def keep_failures(name, queue_arn):
    own = functions.get_function(FunctionName=name)["Configuration"]["Role"].rpartition("/")[2]
    statement = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [queue_arn]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.resource("iam").RolePolicy(own, "to-the-queue").put(PolicyDocument=document)
    functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    functions.update_function_event_invoke_config(
        FunctionName=name,
        MaximumEventAgeInSeconds=60 * 60,
        DestinationConfig={"OnSuccess": {}, "OnFailure": {"Destination": queue_arn}},
    )


# %% wrong="nothing-lost" says="MaximumRetryAttempts"
def keep_failures(name, queue_arn):
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=2,
        MaximumEventAgeInSeconds=3600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )


# %% wrong="nothing-lost" says="that is a dead-letter queue"
def keep_failures(name, queue_arn):
    functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1, MaximumEventAgeInSeconds=3600)
    functions.update_function_configuration(FunctionName=name, DeadLetterConfig={"TargetArn": queue_arn})


# %% wrong="nothing-lost" says="OnFailure only"
def keep_failures(name, queue_arn):
    both = {"OnFailure": {"Destination": queue_arn}, "OnSuccess": {"Destination": queue_arn}}
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        MaximumEventAgeInSeconds=3600,
        DestinationConfig=both,
    )


# %% wrong="nothing-lost" says="the record would be lost"
def keep_failures(name, queue_arn):
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        MaximumEventAgeInSeconds=3600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )


# %% wrong="nothing-lost" says="too. Name this queue"
def keep_failures(name, queue_arn):
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        MaximumEventAgeInSeconds=3600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    own = functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=own, PolicyName="queues", PolicyDocument=document)


# %% right="backing-off"
def attempts(max_age):
    moments = [0]
    for n in range(10_000):
        moments.append(moments[-1] + min(2**n, 300) if n < 20 else moments[-1] + 300)
    return [moment for moment in moments if moment <= max_age]


# %% wrong="backing-off" says="the longest pause"
def attempts(max_age):
    moments, pause = [0], 1
    while moments[-1] + pause <= max_age:
        moments.append(moments[-1] + pause)
        pause *= 2
    return moments


# %% wrong="backing-off" says="An event may be 60 seconds old"
def attempts(max_age):
    return [0, 60, 180]


# %% wrong="backing-off" says="the attempt at 63 counts"
def attempts(max_age):
    moments, moment, pause = [], 0, 1
    while moment < max_age:
        moments.append(moment)
        moment += pause
        pause = min(2 * pause, 300)
    return moments


# %% right="every-hour"
def every(name, schedule):
    rule = lab.unique_name("tick")
    arn = events.put_rule(Name=rule, ScheduleExpression=schedule, State="ENABLED")["RuleArn"]
    function = functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": function, "Input": "{}"}])
    functions.add_permission(
        FunctionName=function,
        StatementId=f"let-{rule}",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn,
    )
    return rule


# %% wrong="every-hour" says="the function does not run"
def every(name, schedule):
    rule = lab.unique_name("tick")
    events.put_rule(Name=rule, ScheduleExpression=schedule)
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn_of(name)}])
    return rule


# %% wrong="every-hour" says="any rule of any account"
def every(name, schedule):
    rule = lab.unique_name("tick")
    events.put_rule(Name=rule, ScheduleExpression=schedule)
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn_of(name)}])
    functions.add_permission(
        FunctionName=name,
        StatementId=rule,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    return rule


# %% wrong="every-hour" says="the function ran 0 times"
def every(name, schedule):
    rule = lab.unique_name("tick")
    arn = events.put_rule(Name=rule, ScheduleExpression=schedule)["RuleArn"]
    functions.add_permission(
        FunctionName=name,
        StatementId=rule,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn,
    )
    return rule


# %% wrong="every-hour" says="the function ran 6 times"
def every(name, schedule):
    rule = lab.unique_name("tick")
    arn = events.put_rule(Name=rule, ScheduleExpression="rate(1 hour)")["RuleArn"]
    functions.add_permission(
        FunctionName=name,
        StatementId=rule,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn,
    )
    target = {"Id": "1", "Arn": arn_of(name)}
    if schedule == "rate(30 minutes)":
        return rule
    events.put_targets(Rule=rule, Targets=[target])
    return rule


# %% right="file-photos"
import os
import urllib.parse

import boto3


def file_photo(event, context):
    s3, table = boto3.resource("s3"), boto3.resource("dynamodb").Table(os.environ["TABLE"])
    for record in event["Records"]:
        bucket = s3.Bucket(record["s3"]["bucket"]["name"])
        key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        source = bucket.Object(key)
        table.put_item(Item={"key": key, "size": source.content_length})
        bucket.Object("filed/" + key.split("/")[-1]).copy_from(CopySource={"Bucket": bucket.name, "Key": key})


# %% wrong="file-photos" says="its copies call it again"
import os
from urllib.parse import unquote_plus

import boto3


def file_photo(event, context):
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        name = key.rpartition("/")[2]
        if name.startswith("filed-filed-"):
            return
        photo = s3.get_object(Bucket=bucket, Key=key)
        item = {"key": {"S": key}, "size": {"N": str(photo["ContentLength"])}}
        dynamodb.put_item(TableName=os.environ["TABLE"], Item=item)
        s3.put_object(Bucket=bucket, Key=f"incoming/filed-{name}", Body=photo["Body"].read())


# %% wrong="file-photos" says="The function failed"
import os

import boto3


def file_photo(event, context):
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
        photo = s3.get_object(Bucket=bucket, Key=key)
        item = {"key": {"S": key}, "size": {"N": str(photo["ContentLength"])}}
        dynamodb.put_item(TableName=os.environ["TABLE"], Item=item)
        s3.put_object(Bucket=bucket, Key="filed/" + key.rpartition("/")[2], Body=photo["Body"].read())


# %% wrong="file-photos" says="Go through all"
import os
from urllib.parse import unquote_plus

import boto3


def file_photo(event, context):
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    record = event["Records"][0]
    bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
    photo = s3.get_object(Bucket=bucket, Key=key)
    item = {"key": {"S": key}, "size": {"N": str(photo["ContentLength"])}}
    dynamodb.put_item(TableName=os.environ["TABLE"], Item=item)
    s3.put_object(Bucket=bucket, Key="filed/" + key.rpartition("/")[2], Body=photo["Body"].read())


# %% wrong="file-photos" says="Keys and sizes in the table"
import os

import boto3


def file_photo(event, context):
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    for record in event["Records"]:
        bucket, coded = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
        key = coded.replace("+", " ") if "%" not in coded else coded
        listed = s3.list_objects_v2(Bucket=bucket, Prefix="incoming/")["Contents"]
        photo = s3.get_object(Bucket=bucket, Key=listed[0]["Key"])
        item = {"key": {"S": key}, "size": {"N": str(photo["ContentLength"])}}
        dynamodb.put_item(TableName=os.environ["TABLE"], Item=item)
        s3.put_object(Bucket=bucket, Key="filed/" + key.rpartition("/")[2], Body=photo["Body"].read())


# %% right="connect-queue"
def connect(queue_url, name):
    queue = boto3.resource("sqs").Queue(queue_url)
    dead = boto3.resource("sqs").create_queue(QueueName=lab.unique_name("dead"))
    function = functions.get_function(FunctionName=name)["Configuration"]
    queue.set_attributes(Attributes={"VisibilityTimeout": str(function["Timeout"] * 6)})
    policy = json.dumps({"maxReceiveCount": "3", "deadLetterTargetArn": dead.attributes["QueueArn"]})
    queue.set_attributes(Attributes={"RedrivePolicy": policy})
    functions.create_event_source_mapping(
        FunctionName=function["FunctionArn"],
        EventSourceArn=queue.attributes["QueueArn"],
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return dead.url


# %% wrong="connect-queue" says="less than Function timeout"
def connect(queue_url, name):
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "5"})
    functions.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=found["Attributes"]["QueueArn"],
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return new_queue("dead")[0]


# %% wrong="connect-queue" says="FunctionResponseTypes"
def connect(queue_url, name):
    dead_url, dead_arn = new_queue("dead")
    timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3})
    sqs.set_queue_attributes(
        QueueUrl=queue_url,
        Attributes={"VisibilityTimeout": str(6 * timeout), "RedrivePolicy": policy},
    )
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    functions.create_event_source_mapping(
        FunctionName=name, EventSourceArn=found["Attributes"]["QueueArn"], BatchSize=10
    )
    return dead_url


# %% wrong="connect-queue" says="RedrivePolicy"
def connect(queue_url, name):
    dead_url, dead_arn = new_queue("dead")
    timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(6 * timeout)})
    functions.update_function_configuration(FunctionName=name, DeadLetterConfig={"TargetArn": dead_arn})
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    functions.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=found["Attributes"]["QueueArn"],
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return dead_url


# %% wrong="connect-queue" says="The visibility timeout of the queue"
def connect(queue_url, name):
    dead_url, dead_arn = new_queue("dead")
    timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3})
    sqs.set_queue_attributes(
        QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(timeout), "RedrivePolicy": policy}
    )
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    functions.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=found["Attributes"]["QueueArn"],
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return dead_url


# %% wrong="connect-queue" says="three are asked for"
def connect(queue_url, name):
    dead_url, dead_arn = new_queue("dead")
    timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    sqs.set_queue_attributes(
        QueueUrl=queue_url,
        Attributes={"VisibilityTimeout": str(6 * timeout), "RedrivePolicy": policy},
    )
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    functions.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=found["Attributes"]["QueueArn"],
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return dead_url


# %% right="handle-batch"
import json
import os

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "none"))


def one_repair(text):
    repair = json.loads(text)
    item = {"ticket": repair["ticket"], "bike": repair["bike"], "state": "new"}
    try:
        table.put_item(
            Item=item, ConditionExpression="attribute_not_exists(#t)", ExpressionAttributeNames={"#t": "ticket"}
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def open_repairs(event, context):
    failures = []
    for record in event["Records"]:
        try:
            one_repair(record["body"])
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


# %% wrong="handle-batch" says="'new' again"
import json
import os

import boto3


def open_repairs(event, context):
    client, failed = boto3.client("dynamodb"), []
    for record in event["Records"]:
        try:
            repair = json.loads(record["body"])
            item = {"ticket": {"S": repair["ticket"]}, "bike": {"S": repair["bike"]}, "state": {"S": "new"}}
            client.put_item(TableName=os.environ["TABLE"], Item=item)
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


# %% wrong="handle-batch" says="is no failure"
import json
import os

import boto3


def open_repairs(event, context):
    client, failed = boto3.client("dynamodb"), []
    for record in event["Records"]:
        try:
            repair = json.loads(record["body"])
            item = {"ticket": {"S": repair["ticket"]}, "bike": {"S": repair["bike"]}, "state": {"S": "new"}}
            client.put_item(
                TableName=os.environ["TABLE"], Item=item, ConditionExpression="attribute_not_exists(ticket)"
            )
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


# %% wrong="handle-batch" says="One record made all fail"
import json
import os

import boto3


def open_repairs(event, context):
    client = boto3.client("dynamodb")
    for record in event["Records"]:
        repair = json.loads(record["body"])
        item = {"ticket": {"S": repair["ticket"]}, "bike": {"S": repair["bike"]}, "state": {"S": "new"}}
        try:
            client.put_item(
                TableName=os.environ["TABLE"], Item=item, ConditionExpression="attribute_not_exists(ticket)"
            )
        except client.exceptions.ConditionalCheckFailedException:
            pass
    return {"batchItemFailures": []}


# %% wrong="handle-batch" says="return a dictionary with batchItemFailures"
import json
import os

import boto3


def open_repairs(event, context):
    client, failed = boto3.client("dynamodb"), []
    for record in event["Records"]:
        try:
            repair = json.loads(record["body"])
            item = {"ticket": {"S": repair["ticket"]}, "bike": {"S": repair["bike"]}, "state": {"S": "new"}}
            client.put_item(
                TableName=os.environ["TABLE"], Item=item, ConditionExpression="attribute_not_exists(ticket)"
            )
        except client.exceptions.ConditionalCheckFailedException:
            pass
        except Exception:
            failed.append(record["messageId"])
    return failed


# %% right="poison-record"
attempts_of_one = 1 + 3
predicted = {
    "retries only: calls": attempts_of_one,
    "retries only: given up": 8,
    "halved: calls": len(["1-8", "1-4", "5-8", "5-6", "6", "7-8"]) + attempts_of_one,
    "halved: given up": 1,
    "reported: calls": attempts_of_one,
    "reported: given up": len([5, 6, 7, 8]),
}

# %% wrong="poison-record" says="You said 3 for 'retries only: calls'"
predicted = {
    "retries only: calls": 3,
    "retries only: given up": 8,
    "halved: calls": 10,
    "halved: given up": 1,
    "reported: calls": 3,
    "reported: given up": 4,
}

# %% wrong="poison-record" says="You said 1 for 'retries only: given up'"
predicted = {
    "retries only: calls": 4,
    "retries only: given up": 1,
    "halved: calls": 10,
    "halved: given up": 1,
    "reported: calls": 4,
    "reported: given up": 1,
}

# %% wrong="poison-record" says="'reported: given up'"
predicted = {
    "retries only: calls": 4,
    "retries only: given up": 8,
    "halved: calls": 10,
    "halved: given up": 1,
    "reported: calls": 4,
    "reported: given up": 1,
}


# %% right="release-job"
def release(event, pipeline):
    job = event["CodePipeline.job"]
    problem = ""
    try:
        user = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        functions.get_function(FunctionName=user["function"], Qualifier=user["version"])
        functions.update_alias(FunctionName=user["function"], Name=user["alias"], FunctionVersion=str(user["version"]))
    except (ClientError, ValueError, KeyError) as error:
        problem = f"{type(error).__name__}: {error}"
    if problem:
        pipeline.put_job_failure_result(jobId=job["id"], failureDetails={"type": "JobFailed", "message": problem})
        return
    pipeline.put_job_success_result(jobId=job["id"])


# %% wrong="release-job" says="the pipeline expects exactly one"
def release(event, pipeline):
    job = event["CodePipeline.job"]
    user = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
    functions.update_alias(FunctionName=user["function"], Name=user["alias"], FunctionVersion=user["version"])


# %% wrong="release-job" says="no-such-alias"
def release(event, pipeline):
    job = event["CodePipeline.job"]
    user = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
    functions.update_alias(FunctionName=user["function"], Name=user["alias"], FunctionVersion=user["version"])
    pipeline.put_job_success_result(jobId=job["id"])


# %% wrong="release-job" says="was reported as a success"
def release(event, pipeline):
    job = event["CodePipeline.job"]
    try:
        user = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        functions.update_alias(FunctionName=user["function"], Name=user["alias"], FunctionVersion=user["version"])
    except Exception as error:
        print("failed:", error)
    pipeline.put_job_success_result(jobId=job["id"])


# %% wrong="release-job" says="type should be JobFailed"
def release(event, pipeline):
    job = event["CodePipeline.job"]
    try:
        user = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        functions.update_alias(FunctionName=user["function"], Name=user["alias"], FunctionVersion=user["version"])
        pipeline.put_job_success_result(jobId=job["id"])
    except Exception as error:
        pipeline.put_job_failure_result(jobId=job["id"], failureDetails={"message": str(error)})


# %% right="behind-balancer"
import json

FREE = {"harbour": 4, "market": 0, "station": 11}


def reply(status, text, **body):
    return {
        "statusCode": status,
        "statusDescription": f"{status} {text}",
        "isBase64Encoded": False,
        "multiValueHeaders": {"content-type": ["application/json; charset=utf-8"]},
        "body": json.dumps(body),
    }


def web(event, context):
    if event["path"] != "/bikes":
        return reply(404, "Not Found", error=event["path"])
    if event["httpMethod"] != "GET":
        return reply(405, "Method Not Allowed")
    asked = (event.get("multiValueQueryStringParameters") or {}).get("station") or FREE
    return reply(200, "OK", **{name: FREE.get(name, 0) for name in asked})


# %% wrong="behind-balancer" says="502"
import json

FREE = {"harbour": 4, "market": 0, "station": 11}


def web(event, context):
    stations = event["multiValueQueryStringParameters"].get("station", list(FREE))
    body = {name: FREE.get(name, 0) for name in stations}
    headers = {"Content-Type": ["application/json"]}
    return {"statusCode": 200, "multiValueHeaders": headers, "body": body}


# %% wrong="behind-balancer" says="it belongs in multiValueHeaders"
import json

FREE = {"harbour": 4, "market": 0, "station": 11}


def web(event, context):
    stations = event["multiValueQueryStringParameters"].get("station", list(FREE))
    body = json.dumps({name: FREE.get(name, 0) for name in stations})
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": body}


# %% wrong="behind-balancer" says="the body"
import json

FREE = {"harbour": 4, "market": 0, "station": 11}


def web(event, context):
    stations = event["multiValueQueryStringParameters"].get("station", list(FREE))[-1:]
    body = json.dumps({name: FREE.get(name, 0) for name in stations})
    headers = {"Content-Type": ["application/json"]}
    return {"statusCode": 200, "multiValueHeaders": headers, "body": body}


# %% wrong="behind-balancer" says="GET /cars: the status"
import json

FREE = {"harbour": 4, "market": 0, "station": 11}


def web(event, context):
    stations = event["multiValueQueryStringParameters"].get("station", list(FREE))
    body = json.dumps({name: FREE.get(name, 0) for name in stations})
    headers = {"Content-Type": ["application/json"]}
    return {"statusCode": 200, "multiValueHeaders": headers, "body": body}


# %% wrong="behind-balancer" says="502"
import json

FREE = {"harbour": 4, "market": 0, "station": 11}


def web(event, context):
    stations = event["queryStringParameters"].get("station", list(FREE))
    body = json.dumps({name: FREE.get(name, 0) for name in stations})
    headers = {"Content-Type": ["application/json"]}
    return {"statusCode": 200, "multiValueHeaders": headers, "body": body}


# %% wrong="nothing-lost" says="The role also allows sqs:ReceiveMessage"
def keep_failures(name, queue_arn):
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        MaximumEventAgeInSeconds=3600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    own = functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": queue_arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=own, PolicyName="queues", PolicyDocument=document)


# %% wrong="nothing-lost" says="-archive, too"
def keep_failures(name, queue_arn):
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        MaximumEventAgeInSeconds=3600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    own = functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue_arn + "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=own, PolicyName="queues", PolicyDocument=document)


# %% wrong="backing-off" says="The last attempt within 10,000 seconds"
def attempts(max_age):
    moments, pause = [0], 1
    while moments[-1] + pause <= max_age and len(moments) < 30:
        moments.append(moments[-1] + pause)
        pause = min(2 * pause, 300)
    return moments


# %% wrong="backing-off" says="without a decimal point"
def attempts(max_age):
    moments, pause = [0.0], 1.0
    while moments[-1] + pause <= max_age:
        moments.append(moments[-1] + pause)
        pause = min(2 * pause, 300)
    return moments


# %% wrong="every-hour" says="ARN of this rule, in full"
def every(name, schedule):
    rule = lab.unique_name("report")
    made = events.put_rule(Name=rule, ScheduleExpression=schedule)["RuleArn"]
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn_of(name)}])
    functions.add_permission(
        FunctionName=name,
        StatementId=rule,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=made.rpartition("/")[0] + "/report*",
    )
    return rule


# %% wrong="every-hour" says="The policy allows lambda:*"
def every(name, schedule):
    rule = lab.unique_name("report")
    made = events.put_rule(Name=rule, ScheduleExpression=schedule)["RuleArn"]
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn_of(name)}])
    functions.add_permission(
        FunctionName=name,
        StatementId=rule,
        Action="lambda:*",
        Principal="events.amazonaws.com",
        SourceArn=made,
    )
    return rule


# %% wrong="file-photos" says="copy inside the loop"
import os
import urllib.parse

import boto3


def file_photo(event, context):
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        photo = s3.get_object(Bucket=bucket, Key=key)
        size = {"N": str(photo["ContentLength"])}
        dynamodb.put_item(TableName=os.environ["TABLE"], Item={"key": {"S": key}, "size": size})
    s3.put_object(Bucket=bucket, Key=f"filed/{key.split('/')[-1]}", Body=photo["Body"].read())


# %% wrong="file-photos" says="leave the photo"
import os
import urllib.parse

import boto3


def file_photo(event, context):
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        photo = s3.get_object(Bucket=bucket, Key=key)
        size = {"N": str(photo["ContentLength"])}
        dynamodb.put_item(TableName=os.environ["TABLE"], Item={"key": {"S": key}, "size": size})
        s3.put_object(Bucket=bucket, Key=f"filed/{key.split('/')[-1]}", Body=photo["Body"].read())
        s3.delete_object(Bucket=bucket, Key=key)


# %% wrong="connect-queue" says="what is there should stay there"
def connect(queue_url, name):
    dead, dead_arn = new_queue("dead")
    own = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3})
    attributes = {"VisibilityTimeout": str(6 * timeout), "RedrivePolicy": redrive}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=attributes)
    for arn in (own, dead_arn):
        functions.create_event_source_mapping(
            FunctionName=name,
            EventSourceArn=arn,
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
    return dead


# %% wrong="connect-queue" says="the dead-letter queue's URL, not"
def connect(queue_url, name):
    _, dead_arn = new_queue("dead")
    own = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3})
    attributes = {"VisibilityTimeout": str(6 * timeout), "RedrivePolicy": redrive}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=attributes)
    for arn in (own,):
        functions.create_event_source_mapping(
            FunctionName=name,
            EventSourceArn=arn,
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
    return dead_arn


# %% wrong="handle-batch" says="it would be lost"
import json
import os

import boto3
from botocore.exceptions import ClientError


def open_repairs(event, context):
    table, failed = boto3.resource("dynamodb").Table(os.environ["TABLE"]), []
    for record in event["Records"]:
        try:
            told = json.loads(record["body"])
            table.put_item(
                Item={"ticket": told["ticket"], "bike": told["bike"], "state": "new"},
                ConditionExpression="attribute_not_exists(ticket)",
            )
        except ClientError:
            pass
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


# %% wrong="handle-batch" says="the positions of the failed ones"
import json
import os

import boto3
from botocore.exceptions import ClientError


def open_repairs(event, context):
    table, failed = boto3.resource("dynamodb").Table(os.environ["TABLE"]), []
    for record in event["Records"]:
        try:
            told = json.loads(record["body"])
            table.put_item(
                Item={"ticket": told["ticket"], "bike": told.get("bike"), "state": "new"},
                ConditionExpression="attribute_not_exists(ticket)",
            )
        except boto3.client("dynamodb").exceptions.ConditionalCheckFailedException:
            pass
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


# %% wrong="release-job" says="KeyError"
def release(event, pipeline):
    job = event["CodePipeline.job"]
    try:
        told = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        functions.update_alias(FunctionName=told["function"], Name=told["alias"], FunctionVersion=told["version"])
    except (ClientError, ValueError) as error:
        details = {"type": "JobFailed", "message": str(error)}
        pipeline.put_job_failure_result(jobId=job["id"], failureDetails=details)
    else:
        pipeline.put_job_success_result(jobId=job["id"])


# %% wrong="behind-balancer" says="GET /bikes/7: the status"
import json

FREE = {"harbour": 4, "market": 0, "station": 11}


def web(event, context):
    if not event["path"].startswith("/bikes"):
        status, body = 404, {"error": "no such page"}
    elif event["httpMethod"] != "GET":
        status, body = 405, {"error": "only GET"}
    else:
        wanted = event["multiValueQueryStringParameters"].get("station") or list(FREE)
        status, body = 200, {name: FREE.get(name, 0) for name in wanted}
    kinds = {"Content-Type": ["application/json"]}
    return {"statusCode": status, "multiValueHeaders": kinds, "body": json.dumps(body)}


# %% wrong="behind-balancer" says="DELETE /bikes: the status"
import json

FREE = {"harbour": 4, "market": 0, "station": 11}


def web(event, context):
    if event["path"] != "/bikes":
        status, body = 404, {"error": "no such page"}
    elif event["httpMethod"] == "POST":
        status, body = 405, {"error": "only GET"}
    else:
        wanted = event["multiValueQueryStringParameters"].get("station") or list(FREE)
        status, body = 200, {name: FREE.get(name, 0) for name in wanted}
    kinds = {"Content-Type": ["application/json"]}
    return {"statusCode": status, "multiValueHeaders": kinds, "body": json.dumps(body)}
