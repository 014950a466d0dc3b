# %% [markdown]
# Answers to 06-messaging/01-sqs: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="rush"
def rush(orders, per_second):
    waiting, seconds, first = orders, 0, None
    while waiting > 0:
        waiting = max(0, waiting - per_second)
        seconds += 1
        first = waiting if first is None else first
    return first, seconds


# %% wrong="rush" says="1,000 orders at 50 a second"
def rush(orders, per_second):
    return orders, orders // per_second


# %% wrong="rush" says="the worker is faster than the burst"
def rush(orders, per_second):
    return orders - per_second, -(-orders // per_second)


# %% wrong="rush" says="the last second is only partly used"
def rush(orders, per_second):
    return max(0, orders - per_second), max(1, orders // per_second)


# %% right="send-order"
def send_order(queue_url, order):
    queue = boto3.resource("sqs").Queue(queue_url)
    return queue.send_message(
        MessageBody=json.dumps(order, indent=2, sort_keys=True),
        MessageAttributes={
            "customer": {"StringValue": order["customer"], "DataType": "String"},
            "copies": {"StringValue": str(order["copies"]), "DataType": "Number"},
        },
    )["MessageId"]


# %% wrong="send-order" says="not JSON"
def send_order(queue_url, order):
    customer = {"customer": {"DataType": "String", "StringValue": order["customer"]}}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=str(order), MessageAttributes=customer)["MessageId"]


# %% wrong="send-order" says="no attribute 'customer'"
def send_order(queue_url, order):
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]


# %% wrong="send-order" says="Return the MessageId alone"
def send_order(queue_url, order):
    customer = {"customer": {"DataType": "String", "StringValue": order["customer"]}}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order), MessageAttributes=customer)


# %% right="drain"
def drain(queue_url, handle):
    queue = boto3.resource("sqs").Queue(queue_url)
    total = 0
    while True:
        batch = queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=20)
        if not batch:
            return total
        entries = []
        for message in batch:
            try:
                handle(message.body)
                entries.append({"Id": message.message_id, "ReceiptHandle": message.receipt_handle})
            except Exception:
                continue
        if entries:
            queue.delete_messages(Entries=entries)
        total += len(entries)


# %% wrong="drain" says="Ask for ten at a time"
def drain(queue_url, handle):
    total = 0
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages", []):
        for message in messages:
            handle(message["Body"])
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            total += 1
    return total


# %% wrong="drain" says="Wait for it"
def drain(queue_url, handle):
    total = 0
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        entries = []
        for message in messages:
            try:
                handle(message["Body"])
                entries.append({"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"]})
            except Exception:
                pass
        if entries:
            sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
        total += len(entries)
    return total


# %% wrong="drain" says="Delete what was handled"
def drain(queue_url, handle):
    total = 0
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20).get(
        "Messages", []
    ):
        for message in messages:
            handle(message["Body"])
        total += len(messages)
        if total >= 25:
            return total
    return total


# %% wrong="drain" says="just this one must stay"
def drain(queue_url, handle):
    total = 0
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20).get(
        "Messages", []
    ):
        entries = [{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in messages]
        sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)  # before the work: what fails is lost
        for message in messages:
            try:
                handle(message["Body"])
                total += 1
            except Exception:
                pass
    return total


# %% wrong="drain" says="does its loop never end"
def drain(queue_url, handle):
    total = 0
    while True:
        for message in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
            handle(message["Body"])
            total += 1


# %% wrong="drain" says="message['Body']"
def drain(queue_url, handle):
    total = 0
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            handle(message)
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            total += 1
    return total


# %% right="print-once"
def print_once(order_id, print_photo):
    table = boto3.resource("dynamodb").Table("printed")
    try:
        table.update_item(
            Key={"order_id": order_id},
            UpdateExpression="SET claimed = :yes",
            ConditionExpression="attribute_not_exists(claimed)",
            ExpressionAttributeValues={":yes": True},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    try:
        print_photo()
    except BaseException:
        table.delete_item(Key={"order_id": order_id})
        raise
    return True


# %% wrong="print-once" says="printed twice"
def print_once(order_id, print_photo):
    print_photo()
    dynamodb.put_item(TableName="printed", Item={"order_id": {"S": order_id}})
    return True


# %% wrong="print-once" says="take the mark back"
def print_once(order_id, print_photo):
    try:
        dynamodb.put_item(
            TableName="printed",
            Item={"order_id": {"S": order_id}},
            ConditionExpression="attribute_not_exists(order_id)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    print_photo()
    return True


# %% wrong="print-once" says="Let it through"
def print_once(order_id, print_photo):
    key = {"order_id": {"S": order_id}}
    try:
        dynamodb.put_item(TableName="printed", Item=key, ConditionExpression="attribute_not_exists(order_id)")
        print_photo()
        return True
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    except Exception:
        dynamodb.delete_item(TableName="printed", Key=key)
        return False


# %% wrong="print-once" says="A variable forgets"
seen = set()


def print_once(order_id, print_photo):
    if order_id in seen:
        return False
    seen.add(order_id)
    try:
        print_photo()
    except Exception:
        seen.discard(order_id)
        raise
    return True


# %% wrong="print-once" says="A second worker got the order"
def print_once(order_id, print_photo):
    key = {"order_id": {"S": order_id}}
    if "Item" in dynamodb.get_item(TableName="printed", Key=key):
        return False
    print_photo()
    dynamodb.put_item(TableName="printed", Item=key)
    return True


# %% right="slow-print"
def print_album(queue_url, pages, print_page):
    queue = boto3.resource("sqs").Queue(queue_url)
    [message] = queue.receive_messages(VisibilityTimeout=50)
    for page in range(1, pages + 1):
        print_page(page)
        message.change_visibility(VisibilityTimeout=50)
    message.delete()


# %% wrong="slow-print" says="another worker got the same order"
def print_album(queue_url, pages, print_page):
    message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
    for page in range(1, pages + 1):
        print_page(page)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


# %% wrong="slow-print" says="by little and often"
def print_album(queue_url, pages, print_page):
    message = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=43200)["Messages"][0]
    for page in range(1, pages + 1):
        print_page(page)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


# %% wrong="slow-print" says="delete only at the end"
def print_album(queue_url, pages, print_page):
    message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    for page in range(1, pages + 1):
        print_page(page)


# %% wrong="slow-print" says="still in the queue"
def print_album(queue_url, pages, print_page):
    message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
    for page in range(1, pages + 1):
        sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=45)
        print_page(page)


# %% wrong="slow-print" says="still hidden, or gone"
def print_album(queue_url, pages, print_page):
    message = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=pages * 20 + 5)["Messages"][0]
    for page in range(1, pages + 1):
        print_page(page)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


# %% wrong="slow-print" says="still hidden, or gone"
def print_album(queue_url, pages, print_page):
    message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
    try:
        for page in range(1, pages + 1):
            sqs.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=45
            )
            print_page(page)
    finally:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


# %% wrong="slow-print" says="The pages printed"
def print_album(queue_url, pages, print_page):
    message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
    for page in range(pages):
        sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=45)
        print_page(page)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


# %% right="choose-timeout"
def shortest_timeout(times, most_twice):
    import math

    ordered = sorted(times, reverse=True)
    may_be_late = math.floor(most_twice * len(times) + 1e-9)
    return math.ceil(ordered[may_be_late]) if may_be_late < len(ordered) else 0


# %% wrong="choose-timeout" says="Ten prints of 1 to 10 s"
def shortest_timeout(times, most_twice):
    return int(max(times)) + 1


# %% wrong="choose-timeout" says="round up"
def shortest_timeout(times, most_twice):
    ordered = sorted(times, reverse=True)
    return int(ordered[int(most_twice * len(times))])


# %% right="park-poison"
def protect(queue_url):
    resource = boto3.resource("sqs")
    dead = resource.create_queue(QueueName=queue_url.split("/")[-1] + "-failed")
    dead.set_attributes(Attributes={"MessageRetentionPeriod": "1209600"})
    resource.Queue(queue_url).set_attributes(
        Attributes={
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": "3"})
        }
    )
    return dead.url


# %% wrong="park-poison" says="Look at maxReceiveCount"
def protect(queue_url):
    dead = sqs.create_queue(
        QueueName=queue_url.rpartition("/")[2] + "-dead", Attributes={"MessageRetentionPeriod": "1209600"}
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"deadLetterTargetArn": arn, "maxReceiveCount": 30}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"RedrivePolicy": json.dumps(policy)})
    return dead


# %% wrong="park-poison" says="SQS can keep them for 14"
def protect(queue_url):
    dead = sqs.create_queue(QueueName=queue_url.rpartition("/")[2] + "-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"deadLetterTargetArn": arn, "maxReceiveCount": 3}
    sqs.set_queue_attributes(
        QueueUrl=queue_url, Attributes={"RedrivePolicy": json.dumps(policy), "MessageRetentionPeriod": "1209600"}
    )
    return dead


# %% wrong="park-poison" says="AWS refused SetQueueAttributes"
def protect(queue_url):
    dead = sqs.create_queue(
        QueueName=queue_url.rpartition("/")[2] + "-dead", Attributes={"MessageRetentionPeriod": "1209600"}
    )["QueueUrl"]
    policy = {"deadLetterTargetArn": dead, "maxReceiveCount": 3}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"RedrivePolicy": json.dumps(policy)})
    return dead


# %% right="bring-back"
def bring_back(dead_url, queue_url):
    while messages := sqs.receive_message(
        QueueUrl=dead_url, MaxNumberOfMessages=10, VisibilityTimeout=60, MessageAttributeNames=["All"]
    ).get("Messages", []):
        for message in messages:
            sqs.send_message(
                QueueUrl=queue_url,
                MessageBody=message["Body"],
                MessageAttributes=message.get("MessageAttributes", {}),
            )
            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])


# %% right="bring-back"
def bring_back(dead_url, queue_url):
    dead = boto3.resource("sqs").Queue(dead_url)
    sqs.start_message_move_task(SourceArn=dead.attributes["QueueArn"])


# %% wrong="bring-back" says="without their attributes"
def bring_back(dead_url, queue_url):
    while messages := sqs.receive_message(QueueUrl=dead_url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            sqs.send_message(QueueUrl=queue_url, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])


# %% wrong="bring-back" says="exist twice now"
def bring_back(dead_url, queue_url):
    while messages := sqs.receive_message(QueueUrl=dead_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
        "Messages", []
    ):
        for message in messages:
            sqs.send_message(
                QueueUrl=queue_url,
                MessageBody=message["Body"],
                MessageAttributes=message["MessageAttributes"],
            )


# %% wrong="bring-back" says="10 of 23 messages"
def bring_back(dead_url, queue_url):
    messages = sqs.receive_message(QueueUrl=dead_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    for message in messages["Messages"]:
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=message["Body"], MessageAttributes=message["MessageAttributes"]
        )
        sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])


# %% right="monthly-bill"
from math import ceil


def monthly_bill(messages, size_kb, batch):
    calls = -(-messages // batch)
    payload_requests = calls * max(1, ceil(size_kb * batch / 64))
    return facts.cost("sqs", "standard-requests", max(0, 2 * payload_requests + calls - 10**6)).usd


# %% wrong="monthly-bill" says="in batches of ten"
def monthly_bill(messages, size_kb, batch):
    return max(0, 3 * messages - 1_000_000) / 1e6 * facts.price("sqs", "standard-requests")


# %% wrong="monthly-bill" says="one by one"
def monthly_bill(messages, size_kb, batch):
    chunks = -(-batch * size_kb // 64)
    return max(0, messages / batch * chunks - 1_000_000) / 1e6 * facts.price("sqs", "standard-requests")


# %% wrong="monthly-bill" says="free million"
def monthly_bill(messages, size_kb, batch):
    calls = -(-messages // batch)
    chunks = -(-batch * size_kb // 64)
    billed = calls * (2 * chunks + 1)
    if billed > 1_000_000:
        billed -= 1_000_000
    return billed / 1e6 * facts.price("sqs", "standard-requests")


# %% wrong="monthly-bill" says="64 KB is exactly one chunk"
def monthly_bill(messages, size_kb, batch):
    calls = -(-messages // batch)
    chunks = batch * size_kb // 64 + 1
    return max(0, calls * (2 * chunks + 1) - 1_000_000) / 1e6 * facts.price("sqs", "standard-requests")


# %% wrong="monthly-bill" says="four chunks a call"
def monthly_bill(messages, size_kb, batch):
    calls = -(-messages // batch)
    chunks = -(-size_kb // 64)
    return max(0, calls * (2 * chunks + 1) - 1_000_000) / 1e6 * facts.price("sqs", "standard-requests")
