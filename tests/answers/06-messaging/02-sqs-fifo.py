# %% [markdown]
# Answers to 06-messaging/02-sqs-fifo: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="choose"
def choose(needs):
    if "order" in needs:
        if needs == {"order"}:
            return "sqs-fifo"
        return None if "filter" in needs else "kinesis-data-streams"
    if "replay" in needs:
        return "eventbridge"
    return "sns-standard" if needs else "sqs-standard"


# %% wrong="choose" says="Three readers, all in order"
def choose(needs):
    for need, service in (
        ("order", "sqs-fifo"),
        ("replay", "kinesis-data-streams"),
        ("filter", "eventbridge"),
        ("copies", "sns-standard"),
    ):
        if need in needs:
            return service
    return "sqs-standard"


# %% wrong="choose" says="yesterday's events"
def choose(needs):
    if "replay" in needs:
        return "kinesis-data-streams"
    if needs == {"copies", "order"}:
        return "kinesis-data-streams"
    if "order" in needs:
        return "sqs-fifo"
    return "sns-standard" if needs else "sqs-standard"


# %% wrong="choose" says="none of the five has both"
def choose(needs):
    if needs == {"order"}:
        return "sqs-fifo"
    if "order" in needs:
        return "kinesis-data-streams"
    if "replay" in needs:
        return "eventbridge"
    return "sns-standard" if needs else "sqs-standard"


# %% wrong="choose" says="each wants only some messages"
def choose(needs):
    can = {
        "sqs-standard": set(),
        "sqs-fifo": {"order"},
        "sns-standard": {"copies"},
        "eventbridge": {"copies", "filter", "replay"},
        "kinesis-data-streams": {"copies", "order", "replay"},
    }
    return next((service for service, offers in can.items() if needs <= offers), None)


# %% right="enough-workers"
def workers_needed(photos, seconds_each, within):
    workers = 1
    while -(-photos // workers) * seconds_each > within:
        workers += 1
    return workers


# %% wrong="enough-workers" says="Count whole photos"
def workers_needed(photos, seconds_each, within):
    return ceil(photos * seconds_each / within)


# %% wrong="enough-workers" says="would do"
def workers_needed(photos, seconds_each, within):
    return photos // (within // seconds_each) + 1


# %% wrong="enough-workers" says="would do"
def workers_needed(photos, seconds_each, within):
    return photos


# %% wrong="enough-workers" says="Count whole photos"
def workers_needed(photos, seconds_each, within):
    return photos // (within // seconds_each)


# %% right="scale-fleet"
def scale(queue_url, group, seconds_each, may_wait):
    queue = boto3.resource("sqs").Queue(queue_url)
    backlog = int(queue.attributes["ApproximateNumberOfMessages"])
    described = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]
    size = -(-backlog * seconds_each // may_wait)
    size = int(min(max(size, described["MinSize"]), described["MaxSize"]))
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=group, DesiredCapacity=size)
    return size


# %% wrong="scale-fleet" says="above max value 3"
def scale(queue_url, group, seconds_each, may_wait):
    name = "ApproximateNumberOfMessages"
    backlog = int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])["Attributes"][name])
    wanted = ceil(backlog / (may_wait / seconds_each))
    autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=wanted)
    return wanted


# %% wrong="scale-fleet" says="90 messages"
def scale(queue_url, group, seconds_each, may_wait):
    name = "ApproximateNumberOfMessages"
    backlog = int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])["Attributes"][name])
    wanted = int(backlog / (may_wait / seconds_each))
    wanted = max(state(group)["MinSize"], min(state(group)["MaxSize"], wanted))
    autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=wanted)
    return wanted


# %% wrong="scale-fleet" says="15 messages"
def scale(queue_url, group, seconds_each, may_wait):
    name = "ApproximateNumberOfMessages"
    backlog = int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])["Attributes"][name])
    wanted = ceil(backlog / (may_wait // seconds_each))
    wanted = max(state(group)["MinSize"], min(state(group)["MaxSize"], wanted))
    autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=wanted)
    return wanted


# %% wrong="scale-fleet" says="the group's desired capacity"
def scale(queue_url, group, seconds_each, may_wait):
    name = "ApproximateNumberOfMessages"
    backlog = int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])["Attributes"][name])
    wanted = ceil(backlog * seconds_each / may_wait)
    return max(state(group)["MinSize"], min(state(group)["MaxSize"], wanted))


# %% right="order-steps"
import hashlib


def send_step(queue_url, order, step):
    body = json.dumps({"step": step, "order": order}, indent=1)
    boto3.resource("sqs").Queue(queue_url).send_message(
        MessageBody=body,
        MessageGroupId=f"order-{order}",
        MessageDeduplicationId=hashlib.sha256(body.encode()).hexdigest(),
    )


# %% wrong="order-steps" says="One group for each order"
def send_step(queue_url, order, step):
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps({"order": order, "step": step}),
        MessageGroupId="orders",
        MessageDeduplicationId=f"{order}-{step}",
    )


# %% wrong="order-steps" says="belong into one message group"
def send_step(queue_url, order, step):
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps({"order": order, "step": step}),
        MessageGroupId=f"{order}-{step}",
        MessageDeduplicationId=f"{order}-{step}",
    )


# %% wrong="order-steps" says="was dropped"
def send_step(queue_url, order, step):
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps({"order": order, "step": step}),
        MessageGroupId=order,
        MessageDeduplicationId=step,
    )


# %% wrong="order-steps" says="A retried step came twice"
def send_step(queue_url, order, step):
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps({"order": order, "step": step}),
        MessageGroupId=order,
        MessageDeduplicationId=str(uuid.uuid4()),
    )


# %% wrong="order-steps" says="ContentBasedDeduplication"
def send_step(queue_url, order, step):
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps({"order": order, "step": step}), MessageGroupId=order)


# %% right="pay-once"
def ask_payment(queue_url, payment):
    body = dict(payment, asked_at=str(lab.clock.now()))
    boto3.resource("sqs").Queue(queue_url).send_messages(
        Entries=[
            {
                "Id": "1",
                "MessageBody": json.dumps(body),
                "MessageGroupId": "payments",
                "MessageDeduplicationId": f"payment-{payment['id']}",
            }
        ]
    )


# %% wrong="pay-once" says="arrived twice"
def ask_payment(queue_url, payment):
    body = {**payment, "asked_at": lab.clock.now().isoformat()}
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps(body),
        MessageGroupId=payment["customer"],
        MessageDeduplicationId=str(uuid.uuid4()),
    )


# %% wrong="pay-once" says="took it for a duplicate"
def ask_payment(queue_url, payment):
    body = {**payment, "asked_at": lab.clock.now().isoformat()}
    sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps(body),
        MessageGroupId=payment["customer"],
        MessageDeduplicationId=f"{payment['customer']}-{payment['cents']}",
    )


# %% wrong="pay-once" says="lost its asked_at"
def ask_payment(queue_url, payment):
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(payment), MessageGroupId=payment["customer"])


# %% right="open-queue"
def open_queue(name, per_second, batch):
    queue = boto3.resource("sqs").create_queue(
        QueueName=name + ".fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    )
    if -(-per_second // batch) > 300:
        queue.set_attributes(
            Attributes={"FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup"}
        )
    return queue.url


# %% wrong="open-queue" says="AWS refused CreateQueue"
def open_queue(name, per_second, batch):
    attributes = {"FifoQueue": "true"}
    if per_second / batch > 300:
        attributes["FifoThroughputLimit"] = "perMessageGroupId"
    return sqs.create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"]


# %% wrong="open-queue" says="still perQueue"
def open_queue(name, per_second, batch):
    attributes = {"FifoQueue": "true"}
    if per_second / batch > 300:
        attributes["DeduplicationScope"] = "messageGroup"
    return sqs.create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"]


# %% wrong="open-queue" says="Count calls, not messages"
def open_queue(name, per_second, batch):
    attributes = {"FifoQueue": "true"}
    if per_second > 300:
        attributes |= {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    return sqs.create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"]


# %% wrong="open-queue" says="Can only include alphanumeric"
def open_queue(name, per_second, batch):
    return sqs.create_queue(QueueName=f"{name}.fifo")["QueueUrl"]


# %% right="let-bucket-send"
def let_bucket_send(queue_arn, bucket, account):
    return {
        "Version": "2012-10-17",
        "Id": "photos",
        "Statement": [
            {
                "Sid": "AllowBucket",
                "Effect": "Allow",
                "Principal": {"Service": ["s3.amazonaws.com"]},
                "Action": ["SQS:SendMessage"],
                "Resource": [queue_arn],
                "Condition": {
                    "ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:" + bucket},
                    "StringEquals": {"AWS:SourceAccount": [account]},
                },
            }
        ],
    }


# %% wrong="let-bucket-send" says="add aws:SourceAccount"
def let_bucket_send(queue_arn, bucket, account):
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}},
        },
    }


# %% wrong="let-bucket-send" says="Any bucket may send"
def let_bucket_send(queue_arn, bucket, account):
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
        },
    }


# %% wrong="let-bucket-send" says="Check service name, action, resource and conditions"
def let_bucket_send(queue_arn, bucket, account):
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {
                "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}/*"},
                "StringEquals": {"aws:SourceAccount": account},
            },
        },
    }


# %% wrong="let-bucket-send" says="Other AWS services may send"
def let_bucket_send(queue_arn, bucket, account):
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {
                "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
                "StringEquals": {"aws:SourceAccount": account},
            },
        },
    }


# %% wrong="let-bucket-send" says="It needs sqs:SendMessage alone"
def let_bucket_send(queue_arn, bucket, account):
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:*",
            "Resource": queue_arn,
            "Condition": {
                "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
                "StringEquals": {"aws:SourceAccount": account},
            },
        },
    }


# %% right="large-album"
def send_large(queue_url, bucket, body):
    if len(body.encode("utf-8")) > 1_000_000:
        key = str(uuid.uuid4())
        s3.put_object(Bucket=bucket, Key=key, Body=body)
        sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=key,
            MessageAttributes={"in-s3": {"DataType": "String", "StringValue": "yes"}},
        )
    else:
        sqs.send_message(QueueUrl=queue_url, MessageBody=body)


def receive_large(queue_url, bucket):
    answer = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=5, MessageAttributeNames=["All"])
    for message in answer.get("Messages", []):
        body = message["Body"]
        if "in-s3" in message.get("MessageAttributes", {}):
            thing = boto3.resource("s3").Object(bucket, body)
            body = thing.get()["Body"].read().decode("utf-8")
            thing.delete()
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return body
    return None


# %% wrong="large-album" says="must be shorter than 1048576 bytes"
def send_large(queue_url, bucket, body):
    content = {"body": body}
    if len(body) > facts.limit("sqs", "message-size-max") - 100:
        content = {"key": str(uuid.uuid4())}
        s3.put_object(Bucket=bucket, Key=content["key"], Body=body.encode())
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(content, ensure_ascii=False))


def receive_large(queue_url, bucket):
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        content = json.loads(message["Body"])
        body = content.get("body")
        if "key" in content:
            body = s3.get_object(Bucket=bucket, Key=content["key"])["Body"].read().decode()
            s3.delete_object(Bucket=bucket, Key=content["key"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return body


# %% wrong="large-album" says="must be shorter than 1048576 bytes"
def send_large(queue_url, bucket, body):
    content = {"body": body}
    if len(body.encode()) > facts.limit("sqs", "message-size-max"):  # the wrapping is not counted
        content = {"key": str(uuid.uuid4())}
        s3.put_object(Bucket=bucket, Key=content["key"], Body=body.encode())
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(content))


def receive_large(queue_url, bucket):
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        content = json.loads(message["Body"])
        body = content.get("body")
        if "key" in content:
            body = s3.get_object(Bucket=bucket, Key=content["key"])["Body"].read().decode()
            s3.delete_object(Bucket=bucket, Key=content["key"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return body


# %% wrong="large-album" says="billed for ever"
def send_large(queue_url, bucket, body):
    content = {"body": body}
    if len(body.encode()) > 1_000_000:
        content = {"key": str(uuid.uuid4())}
        s3.put_object(Bucket=bucket, Key=content["key"], Body=body.encode())
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(content))


def receive_large(queue_url, bucket):
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        content = json.loads(message["Body"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        if "key" in content:
            return s3.get_object(Bucket=bucket, Key=content["key"])["Body"].read().decode()
        return content["body"]


# %% wrong="large-album" says="not the text"
def send_large(queue_url, bucket, body):
    content = {"body": body}
    if len(body.encode()) > 1_000_000:
        content = {"key": str(uuid.uuid4())}
        s3.put_object(Bucket=bucket, Key=content["key"], Body=body.encode())
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(content))


def receive_large(queue_url, bucket):
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        content = json.loads(message["Body"])
        body = content.get("body")
        if "key" in content:
            body = s3.get_object(Bucket=bucket, Key=content["key"])["Body"].read()
            s3.delete_object(Bucket=bucket, Key=content["key"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return body


# %% wrong="large-album" says="costs more and is slower"
def send_large(queue_url, bucket, body):
    key = str(uuid.uuid4())
    s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
    sqs.send_message(QueueUrl=queue_url, MessageBody=key)


def receive_large(queue_url, bucket):
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        body = s3.get_object(Bucket=bucket, Key=message["Body"])["Body"].read().decode()
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        s3.delete_object(Bucket=bucket, Key=message["Body"])
        return body
