# %% [markdown]
# Answers to 06-messaging/04-eventbridge: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="connect"
def connect(bus, queues):
    def rule(name, pattern, **more):
        made = events.put_rule(
            Name=lab.unique_name(name), EventBusName=bus, EventPattern=json.dumps(pattern), State="ENABLED"
        )
        target = {"Id": "1", "Arn": queues[name], **more}
        events.put_targets(Rule=made["RuleArn"].rpartition("/")[2], EventBusName=bus, Targets=[target])

    rule("print", {"source": ["lumen.shop"], "detail-type": [{"prefix": "Order"}]})
    rule(
        "fraud",
        {
            "detail-type": ["OrderPlaced"],
            "detail": {
                "country": [{"anything-but": {"prefix": "DE"}}],
                "total": [{"numeric": [">=", 500, "<", 1e9]}],
                "$or": [
                    {"country": [{"anything-but": ["AT", "CH", "DE"]}]},
                    {"country": [{"equals-ignore-case": "nowhere"}]},
                ],
            },
        },
    )
    rule("raw", {"source": [{"wildcard": "lumen.*"}], "detail": {"photos": [{"wildcard": "*.CR2"}]}})
    rule(
        "care",
        {"$or": [{"detail": {"customer": {"vip": [True]}}}, {"detail-type": ["PaymentFailed"]}]},
        InputTransformer={
            "InputPathsMap": {"number": "$.detail.order", "kind": "$.detail-type"},
            "InputTemplate": '"Order <number>: <kind>"',
        },
    )


# %% wrong="connect" says="print gets"
def connect(bus, queues):
    """The default bus in mind: no source, so every shop's orders are printed."""
    for name, arn in queues.items():
        pattern = {"detail-type": ["OrderPlaced", "OrderChanged"]}
        events.put_rule(Name=f"{bus}-{name}", EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=f"{bus}-{name}", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])


# %% wrong="connect" says="fraud misses"
def connect(bus, queues):
    """More than 500 instead of at least 500."""
    patterns = {
        "print": {"source": ["lumen.shop"], "detail-type": ["OrderPlaced", "OrderChanged"]},
        "fraud": {
            "detail-type": ["OrderPlaced"],
            "detail": {"total": [{"numeric": [">", 500]}], "country": [{"anything-but": ["DE", "AT", "CH"]}]},
        },
        "raw": {"source": [{"prefix": "lumen."}], "detail": {"photos": [{"suffix": ".CR2"}]}},
        "care": {"$or": [{"detail-type": ["PaymentFailed"]}, {"detail": {"customer": {"vip": [True]}}}]},
    }
    for name, arn in queues.items():
        events.put_rule(Name=f"{bus}-{name}", EventBusName=bus, EventPattern=json.dumps(patterns[name]))
        events.put_targets(Rule=f"{bus}-{name}", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])


# %% wrong="connect" says="care misses"
def connect(bus, queues):
    """The whole event in place of the text, and both conditions at once."""
    patterns = {
        "print": {"source": ["lumen.shop"], "detail-type": ["OrderPlaced", "OrderChanged"]},
        "fraud": {
            "detail-type": ["OrderPlaced"],
            "detail": {"total": [{"numeric": [">=", 500]}], "country": [{"anything-but": ["DE", "AT", "CH"]}]},
        },
        "raw": {"source": [{"prefix": "lumen."}], "detail": {"photos": [{"suffix": ".CR2"}]}},
        "care": {"detail-type": ["PaymentFailed"], "detail": {"customer": {"vip": [True]}}},
    }
    for name, arn in queues.items():
        events.put_rule(Name=f"{bus}-{name}", EventBusName=bus, EventPattern=json.dumps(patterns[name]))
        events.put_targets(Rule=f"{bus}-{name}", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])


# %% wrong="connect" says="raw gets"
def connect(bus, queues):
    """The prefix without its point is also that of lumenia.shop."""
    patterns = {
        "print": {"source": ["lumen.shop"], "detail-type": ["OrderPlaced", "OrderChanged"]},
        "fraud": {
            "detail-type": ["OrderPlaced"],
            "detail": {"total": [{"numeric": [">=", 500]}], "country": [{"anything-but": ["DE", "AT", "CH"]}]},
        },
        "raw": {"source": [{"prefix": "lumen"}], "detail": {"photos": [{"suffix": ".CR2"}]}},
        "care": {"$or": [{"detail-type": ["PaymentFailed"]}, {"detail": {"customer": {"vip": [True]}}}]},
    }
    for name, arn in queues.items():
        events.put_rule(Name=f"{bus}-{name}", EventBusName=bus, EventPattern=json.dumps(patterns[name]))
        events.put_targets(Rule=f"{bus}-{name}", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])


# %% wrong="connect" says="must be an object or an array"
def connect(bus, queues):
    pattern = {"source": "lumen.shop", "detail-type": ["OrderPlaced"]}
    for name, arn in queues.items():
        events.put_rule(Name=f"{bus}-{name}", EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=f"{bus}-{name}", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])


# %% right="open-bus"
def open_bus(bus, account):
    found = events.describe_event_bus(Name=bus)
    policy = json.loads(found.get("Policy") or '{"Version": "2012-10-17", "Statement": []}')
    policy["Statement"].append(
        {
            "Sid": f"In{account}",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "events:PutEvents",
            "Resource": found["Arn"],
        }
    )
    events.put_permission(EventBusName=bus, Policy=json.dumps(policy))


# %% wrong="open-bus" says="that nobody let in"
def open_bus(bus, account):
    events.put_permission(EventBusName=bus, StatementId=f"in-{account}", Action="events:PutEvents", Principal="*")


# %% wrong="open-bus" says="let in before is shut out"
def open_bus(bus, account):
    statement = {
        "Sid": "partner",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "events:PutEvents",
        "Resource": events.describe_event_bus(Name=bus)["Arn"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    events.put_permission(EventBusName=bus, Policy=policy)


# %% wrong="open-bus" says="may also events:"
def open_bus(bus, account):
    found = events.describe_event_bus(Name=bus)
    policy = json.loads(found.get("Policy") or '{"Version": "2012-10-17", "Statement": []}')
    policy["Statement"].append(
        {
            "Sid": f"In{account}",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "events:*",
            "Resource": "*",
        }
    )
    events.put_permission(EventBusName=bus, Policy=json.dumps(policy))


# %% right="morning-report"
def plan_report(name, queue_arn, role_arn):
    boto3.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression="cron(00 07 ? * 2-6 *)",
        ScheduleExpressionTimezone="Europe/Vienna",
        FlexibleTimeWindow={"Mode": "OFF"},
        State="ENABLED",
        Target={
            "Arn": queue_arn,
            "RoleArn": role_arn,
            "Input": json.dumps({"report": "sales"}),
            "RetryPolicy": {"MaximumRetryAttempts": 5},
        },
    )


# %% wrong="morning-report" says="not at 7:00 in Berlin"
def plan_report(name, queue_arn, role_arn):
    """Six o'clock UTC is seven in Berlin in winter only."""
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 6 ? * MON-FRI *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue_arn, "RoleArn": role_arn, "Input": '{"report": "sales"}'},
    )


# %% wrong="morning-report" says="Saturday or Sunday"
def plan_report(name, queue_arn, role_arn):
    """In AWS's cron Sunday is 1, so 1-5 is Sunday to Thursday."""
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 7 ? * 1-5 *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue_arn, "RoleArn": role_arn, "Input": '{"report": "sales"}'},
    )


# %% wrong="morning-report" says="the window of your schedule"
def plan_report(name, queue_arn, role_arn):
    """A flexible window lets the report come when it likes."""
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 7 ? * MON-FRI *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 30},
        Target={"Arn": queue_arn, "RoleArn": role_arn, "Input": '{"report": "sales"}'},
    )


# %% wrong="morning-report" says="Look at Input"
def plan_report(name, queue_arn, role_arn):
    """A text that is not JSON."""
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 7 ? * MON-FRI *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue_arn, "RoleArn": role_arn, "Input": "report: sales"},
    )


# %% wrong="morning-report" says="Look at Input"
def plan_report(name, queue_arn, role_arn):
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 7 ? * MON-FRI *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue_arn, "RoleArn": role_arn},
    )


# %% wrong="morning-report" says="Invalid Schedule Expression"
def plan_report(name, queue_arn, role_arn):
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="cron(0 7 * * MON-FRI *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue_arn, "RoleArn": role_arn, "Input": '{"report": "sales"}'},
    )


# %% right="replay-count"
def predict(orders, returns, only_new):
    archived = ["order"] * orders
    old, new = ["order"] * orders + ["return"] * returns, []
    new += archived
    if not only_new:
        old += archived
    return len(old), len(new)


# %% wrong="replay-count" says="you predict 14 messages for old"
def predict(orders, returns, only_new):
    """As if the archive kept the returns too."""
    return (orders + returns) * (1 if only_new else 2), orders


# %% wrong="replay-count" says="you predict 7 messages for old"
def predict(orders, returns, only_new):
    """As if a replay reached nobody twice."""
    return orders + returns, orders


# %% wrong="replay-count" says="you predict 10 messages for old"
def predict(orders, returns, only_new):
    """Forgets that a replay may go to one rule only."""
    return orders + returns + orders, orders


# %% right="pipe-it"
def open_pipe(name, source_url, fifo_url, role_arn):
    patterns = [{"body": {"kind": [{"equals-ignore-case": "payment"}], "cents": [{"numeric": [">=", 1]}]}}]
    template = '{"kind": "payment", "id": <$.body.id>, "customer": "<$.body.customer>", "cents": <$.body.cents>}'
    boto3.client("pipes").create_pipe(
        Name=name,
        RoleArn=role_arn,
        DesiredState="RUNNING",
        Source=arn_of(source_url),
        SourceParameters={
            "SqsQueueParameters": {"BatchSize": 5},
            "FilterCriteria": {"Filters": [{"Pattern": json.dumps(one)} for one in patterns]},
        },
        Target=arn_of(fifo_url),
        TargetParameters={
            "InputTemplate": template,
            "SqsQueueParameters": {
                "MessageGroupId": "$.body.customer",
                "MessageDeduplicationId": "$.body.id",
            },
        },
    )


# %% wrong="pipe-it" says="The message groups"
def open_pipe(name, source_url, fifo_url, role_arn):
    """One group for all: in order, and one poisoned payment stops everybody."""
    pattern = {"body": {"kind": ["payment"], "cents": [{"numeric": [">", 0]}]}}
    pipes.create_pipe(
        Name=name,
        RoleArn=role_arn,
        Source=arn_of(source_url),
        SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)}]}},
        Target=arn_of(fifo_url),
        TargetParameters={
            "InputTemplate": "<$.body>",
            "SqsQueueParameters": {"MessageGroupId": "payments", "MessageDeduplicationId": "$.body.id"},
        },
    )


# %% wrong="pipe-it" says="The queue should get the body alone"
def open_pipe(name, source_url, fifo_url, role_arn):
    pattern = {"body": {"kind": ["payment"], "cents": [{"numeric": [">", 0]}]}}
    pipes.create_pipe(
        Name=name,
        RoleArn=role_arn,
        Source=arn_of(source_url),
        SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)}]}},
        Target=arn_of(fifo_url),
        TargetParameters={
            "SqsQueueParameters": {"MessageGroupId": "$.body.customer", "MessageDeduplicationId": "$.body.id"}
        },
    )


# %% wrong="pipe-it" says="is in the queue twice"
def open_pipe(name, source_url, fifo_url, role_arn):
    """SQS's own message id differs for each copy."""
    pattern = {"body": {"kind": ["payment"], "cents": [{"numeric": [">", 0]}]}}
    pipes.create_pipe(
        Name=name,
        RoleArn=role_arn,
        Source=arn_of(source_url),
        SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)}]}},
        Target=arn_of(fifo_url),
        TargetParameters={
            "InputTemplate": "<$.body>",
            "SqsQueueParameters": {
                "MessageGroupId": "$.body.customer",
                "MessageDeduplicationId": "$.messageId",
            },
        },
    )


# %% wrong="pipe-it" says="lets too much through"
def open_pipe(name, source_url, fifo_url, role_arn):
    """Two patterns are joined by or."""
    patterns = [{"body": {"kind": ["payment"]}}, {"body": {"cents": [{"numeric": [">", 0]}]}}]
    pipes.create_pipe(
        Name=name,
        RoleArn=role_arn,
        Source=arn_of(source_url),
        SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": json.dumps(one)} for one in patterns]}},
        Target=arn_of(fifo_url),
        TargetParameters={
            "InputTemplate": "<$.body>",
            "SqsQueueParameters": {"MessageGroupId": "$.body.customer", "MessageDeduplicationId": "$.body.id"},
        },
    )


# %% wrong="pipe-it" says="Nothing arrived in the FIFO queue"
def open_pipe(name, source_url, fifo_url, role_arn):
    """No group id: a FIFO queue refuses the message."""
    pipes.create_pipe(
        Name=name,
        RoleArn=role_arn,
        Source=arn_of(source_url),
        Target=arn_of(fifo_url),
        TargetParameters={"InputTemplate": "<$.body>"},
    )


# %% right="no-double-payment"
def pay(payment):
    """One item for each customer, which remembers its payments."""
    cents = int(payment["cents"])
    try:
        boto3.resource("dynamodb").Table("balances").update_item(
            Key={"customer": payment["customer"]},
            UpdateExpression="ADD cents :c, paid :ids",
            ConditionExpression="attribute_not_exists(paid) OR NOT contains(paid, :id)",
            ExpressionAttributeValues={":c": cents, ":ids": {payment["id"]}, ":id": payment["id"]},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def work(queue_url, receipt):
    queue = boto3.resource("sqs").Queue(queue_url)
    while True:
        batch = queue.receive_messages(MaxNumberOfMessages=1)
        if not batch:
            return
        try:
            payment = json.loads(batch[0].body)
            pay(payment)
            receipt(payment)
            batch[0].delete()
        except Exception:
            continue


def replay(dead_url, queue_url, mend):
    dead = boto3.resource("sqs").Queue(dead_url)
    while batch := dead.receive_messages(MaxNumberOfMessages=1, AttributeNames=["All"]):
        payment = mend(json.loads(batch[0].body))
        sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=json.dumps(payment),
            MessageGroupId=batch[0].attributes["MessageGroupId"],
            MessageDeduplicationId=lab.unique_name("mended"),
        )
        batch[0].delete()


# %% wrong="no-double-payment" says="Take one message at a time"
def pay(payment):
    cents = int(payment["cents"])
    remember = {
        "TableName": "payments",
        "Item": {"id": {"S": payment["id"]}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": "balances",
        "Key": {"customer": {"S": payment["customer"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(cents)}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException:
        pass


def work(queue_url, receipt):
    """Ten at a time, careful with the order, and yet the innocent are received again and again."""
    while messages := sqs.receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20, AttributeNames=["All"]
    ).get("Messages"):
        stuck = set()
        for message in messages:
            group = message["Attributes"]["MessageGroupId"]
            if group in stuck:
                continue
            try:
                payment = json.loads(message["Body"])
                pay(payment)
                receipt(payment)
            except Exception:
                stuck.add(group)
            else:
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def replay(dead_url, queue_url, mend):
    print("tomorrow")


# %% wrong="no-double-payment" says="still holds payments"
def pay(payment):
    cents = int(payment["cents"])
    remember = {
        "TableName": "payments",
        "Item": {"id": {"S": payment["id"]}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": "balances",
        "Key": {"customer": {"S": payment["customer"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(cents)}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException:
        pass


def work(queue_url, receipt):
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages"):
        payment = json.loads(messages[0]["Body"])
        try:
            pay(payment)
            receipt(payment)
        except Exception:
            continue
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])


def replay(dead_url, queue_url, mend):
    """Forgets to delete."""
    while messages := sqs.receive_message(QueueUrl=dead_url).get("Messages"):
        payment = mend(json.loads(messages[0]["Body"]))
        sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=json.dumps(payment),
            MessageGroupId=payment["customer"],
            MessageDeduplicationId=lab.unique_name("mended"),
        )


# %% wrong="no-double-payment" says="has another id"
def pay(payment):
    cents = int(payment["cents"])
    remember = {
        "TableName": "payments",
        "Item": {"id": {"S": payment["id"]}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": "balances",
        "Key": {"customer": {"S": payment["customer"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(cents)}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException:
        pass


def work(queue_url, receipt):
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages"):
        payment = json.loads(messages[0]["Body"])
        try:
            pay(payment)
            receipt(payment)
        except Exception:
            continue
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])


def replay(dead_url, queue_url, mend):
    """A new payment id, where only the deduplication id must be new."""
    while messages := sqs.receive_message(QueueUrl=dead_url).get("Messages"):
        payment = mend(json.loads(messages[0]["Body"]))
        payment["id"] += "-mended"
        sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=json.dumps(payment),
            MessageGroupId=payment["customer"],
            MessageDeduplicationId=lab.unique_name("mended"),
        )
        sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=messages[0]["ReceiptHandle"])


# %% wrong="no-double-payment" says="not its customer's group"
def pay(payment):
    cents = int(payment["cents"])
    remember = {
        "TableName": "payments",
        "Item": {"id": {"S": payment["id"]}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": "balances",
        "Key": {"customer": {"S": payment["customer"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(cents)}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException:
        pass


def work(queue_url, receipt):
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages"):
        payment = json.loads(messages[0]["Body"])
        try:
            pay(payment)
            receipt(payment)
        except Exception:
            continue
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])


def replay(dead_url, queue_url, mend):
    """All mended payments in one group."""
    while messages := sqs.receive_message(QueueUrl=dead_url).get("Messages"):
        payment = mend(json.loads(messages[0]["Body"]))
        sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=json.dumps(payment),
            MessageGroupId="mended",
            MessageDeduplicationId=lab.unique_name("mended"),
        )
        sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=messages[0]["ReceiptHandle"])


# %% wrong="no-double-payment" says="Catch it, leave that message"
def pay(payment):
    cents = int(payment["cents"])
    remember = {
        "TableName": "payments",
        "Item": {"id": {"S": payment["id"]}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": "balances",
        "Key": {"customer": {"S": payment["customer"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(cents)}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException:
        pass


def work(queue_url, receipt):
    """Stops at the first exception."""
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages"):
        payment = json.loads(messages[0]["Body"])
        pay(payment)
        receipt(payment)
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])


def replay(dead_url, queue_url, mend):
    print("tomorrow")


# %% wrong="no-double-payment" says="write calls"
def pay(payment):
    """Looks, then books, then remembers: three steps."""
    key = {"id": {"S": payment["id"]}}
    if "Item" in dynamodb.get_item(TableName="payments", Key=key):
        return
    dynamodb.update_item(
        TableName="balances",
        Key={"customer": {"S": payment["customer"]}},
        UpdateExpression="ADD cents :c",
        ExpressionAttributeValues={":c": {"N": str(int(payment["cents"]))}},
    )
    dynamodb.put_item(TableName="payments", Item=key)


def work(queue_url, receipt):
    print("tomorrow")


def replay(dead_url, queue_url, mend):
    print("tomorrow")


# %% wrong="no-double-payment" says="The same payment twice books"
def pay(payment):
    dynamodb.update_item(
        TableName="balances",
        Key={"customer": {"S": payment["customer"]}},
        UpdateExpression="ADD cents :c",
        ExpressionAttributeValues={":c": {"N": str(int(payment["cents"]))}},
    )


def work(queue_url, receipt):
    print("tomorrow")


def replay(dead_url, queue_url, mend):
    print("tomorrow")


# %% wrong="no-double-payment" says="After the replay: "
def pay(payment):
    cents = int(payment["cents"])
    remember = {
        "TableName": "payments",
        "Item": {"id": {"S": payment["id"]}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": "balances",
        "Key": {"customer": {"S": payment["customer"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(cents)}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException:
        pass


def work(queue_url, receipt):
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages"):
        try:
            payment = json.loads(messages[0]["Body"])
            pay(payment)
            receipt(payment)
        except Exception:
            continue
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])


def replay(dead_url, queue_url, mend):
    """The old deduplication id: within five minutes SQS swallows the mended payment."""
    while messages := sqs.receive_message(QueueUrl=dead_url).get("Messages"):
        send_payment(queue_url, mend(json.loads(messages[0]["Body"])))
        sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=messages[0]["ReceiptHandle"])


# %% wrong="no-double-payment" says="in no queue any more"
def pay(payment):
    cents = int(payment["cents"])
    remember = {
        "TableName": "payments",
        "Item": {"id": {"S": payment["id"]}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": "balances",
        "Key": {"customer": {"S": payment["customer"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(cents)}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException:
        pass


def work(queue_url, receipt):
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages"):
        try:
            payment = json.loads(messages[0]["Body"])
            pay(payment)
            receipt(payment)
        except Exception:
            continue
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])


def replay(dead_url, queue_url, mend):
    """Deletes first."""
    while messages := sqs.receive_message(QueueUrl=dead_url).get("Messages"):
        sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=messages[0]["ReceiptHandle"])
        payment = mend(json.loads(messages[0]["Body"]))
        sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=json.dumps(payment),
            MessageGroupId=payment["customer"],
            MessageDeduplicationId=lab.unique_name("mended"),
        )


# %% wrong="no-double-payment" says="poisoned payments are in the dead-letter queue after"
def pay(payment):
    cents = int(payment["cents"])
    remember = {
        "TableName": "payments",
        "Item": {"id": {"S": payment["id"]}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    add = {
        "TableName": "balances",
        "Key": {"customer": {"S": payment["customer"]}},
        "UpdateExpression": "ADD cents :c",
        "ExpressionAttributeValues": {":c": {"N": str(cents)}},
    }
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": remember}, {"Update": add}])
    except dynamodb.exceptions.TransactionCanceledException:
        pass


def work(queue_url, receipt):
    """Deletes before it books: what fails is lost."""
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages"):
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
        try:
            payment = json.loads(messages[0]["Body"])
            pay(payment)
            receipt(payment)
        except Exception:
            continue


def replay(dead_url, queue_url, mend):
    print("tomorrow")
