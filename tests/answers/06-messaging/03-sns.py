# %% [markdown]
# Answers to 06-messaging/03-sns: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="let-topic-in"
def let_in(queue_url, topic_arn):
    queue = boto3.resource("sqs").Queue(queue_url)
    queue.load()
    policy = json.loads(queue.attributes.get("Policy") or '{"Version": "2008-10-17", "Statement": []}')
    policy["Statement"] += [
        {
            "Sid": f"topic{len(policy['Statement'])}",
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["SQS:SendMessage"],
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:SourceArn": topic_arn}},
        }
    ]
    queue.set_attributes(Attributes={"Policy": json.dumps(policy)})


# %% wrong="let-topic-in" says="A new policy replaces the old one"
def let_in(queue_url, topic_arn):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(queue_url),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})


# %% wrong="let-topic-in" says="A topic that nobody let in"
def let_in(queue_url, topic_arn):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(queue_url),
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})


# %% wrong="let-topic-in" says="Look at Principal, Action and the ARN"
def let_in(queue_url, topic_arn):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(queue_url),
        "Condition": {"ArnEquals": {"aws:SourceArn": arn_of(queue_url)}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})


# %% right="publish-order"
def publish_order(topic_arn, order):
    topic = boto3.resource("sns").Topic(topic_arn)
    return topic.publish(
        Message=json.dumps(order, indent=1, sort_keys=True),
        Subject="Order " + str(order["id"]),
        MessageAttributes={
            "total": {"StringValue": f"{order['total']:.2f}", "DataType": "Number"},
            "kind": {"StringValue": order["kind"], "DataType": "String"},
            "from": {"StringValue": "web", "DataType": "String"},
        },
    )["MessageId"]


# %% wrong="publish-order" says="The type of the attribute 'total'"
def publish_order(topic_arn, order):
    attributes = {name: {"DataType": "String", "StringValue": str(order[name])} for name in ("kind", "total")}
    return sns.publish(
        TopicArn=topic_arn,
        Subject=f"Order {order['id']}",
        Message=json.dumps(order),
        MessageAttributes=attributes,
    )["MessageId"]


# %% wrong="publish-order" says="not JSON"
def publish_order(topic_arn, order):
    return sns.publish(TopicArn=topic_arn, Subject=f"Order {order['id']}", Message=str(order))["MessageId"]


# %% wrong="publish-order" says="no attribute 'kind'"
def publish_order(topic_arn, order):
    return sns.publish(TopicArn=topic_arn, Subject=f"Order {order['id']}", Message=json.dumps(order))["MessageId"]


# %% wrong="publish-order" says="The subject"
def publish_order(topic_arn, order):
    return sns.publish(
        TopicArn=topic_arn,
        Subject="Order",
        Message=json.dumps(order),
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": order["kind"]},
            "total": {"DataType": "Number", "StringValue": str(order["total"])},
        },
    )["MessageId"]


# %% right="who-got-it"
def predict(steps):
    queues = list(dict.fromkeys(name for action, name in steps if action == "subscribe"))
    result = {}
    for queue in queues:
        there, open_, texts = False, True, []
        for action, name in steps:
            if action == "publish" and there and open_:
                texts.append(name)
            elif name == queue:
                there = action == "subscribe" or (there and action != "unsubscribe")
                open_ = action == "open" or (open_ and action != "close")
        result[queue] = texts
    return result


# %% wrong="who-got-it" says="Nothing is sent again later"
def predict(steps):
    """A topic that keeps messages until the queue is open again."""
    held, waiting, subscribed, closed = {}, {}, set(), set()
    for action, name in steps:
        if action == "subscribe":
            held[name], waiting[name] = [], []
            subscribed.add(name)
        elif action == "unsubscribe":
            subscribed.discard(name)
        elif action == "close":
            closed.add(name)
        elif action == "open":
            closed.discard(name)
            held[name] += waiting[name]
        else:
            for queue in subscribed:
                (waiting if queue in closed else held)[queue].append(name)
    return held


# %% wrong="who-got-it" says="did not get m3"
def predict(steps):
    """Everybody gets everything."""
    texts = [name for action, name in steps if action == "publish"]
    return {name: texts for action, name in steps if action == "subscribe"}


# %% wrong="who-got-it" says="did not get m2"
def predict(steps):
    """One set for both: a queue that is opened counts as subscribed."""
    held, there = {}, set()
    for action, name in steps:
        if action == "subscribe":
            held[name] = []
        if action in ("subscribe", "open"):
            there.add(name)
        elif action in ("unsubscribe", "close"):
            there.discard(name)
        else:
            for queue in there:
                held[queue].append(name)
    return held


# %% wrong="who-got-it" says="The queues in your prediction"
def predict(steps):
    """Forgets queues that left."""
    held = {}
    for action, name in steps:
        if action == "subscribe":
            held[name] = []
        elif action in ("unsubscribe", "close"):
            held.pop(name, None)
        elif action == "publish":
            for texts in held.values():
                texts.append(name)
    return held


# %% right="sort-stream"
def subscribe_all(topic_arn, queues):
    topic = boto3.resource("sns").Topic(topic_arn)
    policies = {
        "printer": {"kind": ["poster", "POSTER", "print", "PRINT", "Poster", "Print"]},
        "fraud": {
            "country": [{"anything-but": ["DE", "AT", "CH"]}],
            "total": [{"numeric": [">=", 500]}],
        },
        "gifts": {"gift_text": [{"anything-but": "-"}]},
        "binder": {"details": {"pages": [{"numeric": [">=", 41]}]}, "kind": ["album", "ALBUM"]},
    }
    for name, arn in queues.items():
        made = topic.subscribe(
            Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}, ReturnSubscriptionArn=True
        )
        if name == "binder":
            made.set_attributes(AttributeName="FilterPolicyScope", AttributeValue="MessageBody")
        if name in policies:
            made.set_attributes(AttributeName="FilterPolicy", AttributeValue=json.dumps(policies[name]))


# %% wrong="sort-stream" says="printer gets"
def subscribe_all(topic_arn, queues):
    """The prefix of poster is also that of postcard."""
    policies = {
        "printer": {"kind": [{"prefix": "post"}, {"prefix": "POST"}, "print"]},
        "fraud": {"total": [{"numeric": [">=", 500]}], "country": [{"anything-but": ["DE", "AT", "CH"]}]},
        "gifts": {"gift_text": [{"exists": True}]},
        "binder": {"kind": ["album"], "details": {"pages": [{"numeric": [">", 40]}]}},
    }
    for name, arn in queues.items():
        more = {"FilterPolicy": json.dumps(policies[name])} if name in policies else {}
        if name == "binder":
            more["FilterPolicyScope"] = "MessageBody"
        sns.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true", **more}
        )


# %% wrong="sort-stream" says="fraud misses"
def subscribe_all(topic_arn, queues):
    """More than 500 is not at least 500."""
    policies = {
        "printer": {"kind": [{"equals-ignore-case": "poster"}, {"equals-ignore-case": "print"}]},
        "fraud": {"total": [{"numeric": [">", 500]}], "country": [{"anything-but": ["DE", "AT", "CH"]}]},
        "gifts": {"gift_text": [{"exists": True}]},
        "binder": {"kind": ["album"], "details": {"pages": [{"numeric": [">", 40]}]}},
    }
    for name, arn in queues.items():
        more = {"FilterPolicy": json.dumps(policies[name])} if name in policies else {}
        if name == "binder":
            more["FilterPolicyScope"] = "MessageBody"
        sns.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true", **more}
        )


# %% wrong="sort-stream" says="fraud gets"
def subscribe_all(topic_arn, queues):
    """One condition or the other, where both must hold."""
    total, abroad = {"total": [{"numeric": [">=", 500]}]}, {"country": [{"anything-but": ["DE", "AT", "CH"]}]}
    policies = {
        "printer": {"kind": [{"equals-ignore-case": "poster"}, {"equals-ignore-case": "print"}]},
        "fraud": {"$or": [total, abroad]},
        "gifts": {"gift_text": [{"exists": True}]},
    }
    for name, arn in queues.items():
        more = {"FilterPolicy": json.dumps(policies[name])} if name in policies else {}
        sns.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true", **more}
        )


# %% wrong="sort-stream" says="binder misses"
def subscribe_all(topic_arn, queues):
    """The pages are no attribute."""
    policies = {
        "printer": {"kind": [{"equals-ignore-case": "poster"}, {"equals-ignore-case": "print"}]},
        "fraud": {"total": [{"numeric": [">=", 500]}], "country": [{"anything-but": ["DE", "AT", "CH"]}]},
        "gifts": {"gift_text": [{"exists": True}]},
        "binder": {"kind": ["album"], "pages": [{"numeric": [">", 40]}]},
    }
    for name, arn in queues.items():
        more = {"FilterPolicy": json.dumps(policies[name])} if name in policies else {}
        sns.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true", **more}
        )


# %% wrong="sort-stream" says="whole envelope"
def subscribe_all(topic_arn, queues):
    for arn in queues.values():
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)


# %% right="safety-net"
def safety_net(subscription_arn):
    subscription = boto3.resource("sns").Subscription(subscription_arn)
    topic_arn = subscription.attributes["TopicArn"]
    queue = boto3.resource("sqs").create_queue(
        QueueName=lab.unique_name("net"), Attributes={"MessageRetentionPeriod": "1209600"}
    )
    arn = queue.attributes["QueueArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:*",
            "Resource": arn,
            "Condition": {"StringEquals": {"aws:SourceArn": topic_arn}},
        },
    }
    queue.set_attributes(Attributes={"Policy": json.dumps(policy)})
    subscription.set_attributes(AttributeName="RedrivePolicy", AttributeValue=json.dumps({"deadLetterTargetArn": arn}))
    return queue.url


# %% wrong="safety-net" says="are in your dead-letter queue"
def safety_net(subscription_arn):
    """The dead-letter queue lets nobody in."""
    dead = sqs.create_queue(QueueName=lab.unique_name("net"), Attributes={"MessageRetentionPeriod": "1209600"})[
        "QueueUrl"
    ]
    sns.set_subscription_attributes(
        SubscriptionArn=subscription_arn,
        AttributeName="RedrivePolicy",
        AttributeValue=json.dumps({"deadLetterTargetArn": arn_of(dead)}),
    )
    return dead


# %% wrong="safety-net" says="has no RedrivePolicy"
def safety_net(subscription_arn):
    """The redrive policy on the queue instead of the subscription."""
    found = sns.get_subscription_attributes(SubscriptionArn=subscription_arn)["Attributes"]
    dead = listen(found["TopicArn"], "net")
    url = sqs.get_queue_url(QueueName=found["Endpoint"].rpartition(":")[2])["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 3})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive})
    return dead


# %% wrong="safety-net" says="instead of 14"
def safety_net(subscription_arn):
    found = sns.get_subscription_attributes(SubscriptionArn=subscription_arn)["Attributes"]
    dead = sqs.create_queue(QueueName=lab.unique_name("net"))["QueueUrl"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(dead),
        "Condition": {"ArnEquals": {"aws:SourceArn": found["TopicArn"]}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"Policy": json.dumps(policy)})
    sns.set_subscription_attributes(
        SubscriptionArn=subscription_arn,
        AttributeName="RedrivePolicy",
        AttributeValue=json.dumps({"deadLetterTargetArn": arn_of(dead)}),
    )
    return dead


# %% wrong="safety-net" says="Any topic may fill"
def safety_net(subscription_arn):
    dead = sqs.create_queue(QueueName=lab.unique_name("net"), Attributes={"MessageRetentionPeriod": "1209600"})[
        "QueueUrl"
    ]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(dead),
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"Policy": json.dumps(policy)})
    sns.set_subscription_attributes(
        SubscriptionArn=subscription_arn,
        AttributeName="RedrivePolicy",
        AttributeValue=json.dumps({"deadLetterTargetArn": arn_of(dead)}),
    )
    return dead


# %% right="pay-once"
def open_payments(name):
    topic = boto3.resource("sns").create_topic(
        Name=name + ".fifo",
        Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true", "FifoThroughputScope": "Topic"},
    )
    urls = []
    for part in ["bank", "ledger"]:
        arn = f"arn:aws:sqs:us-east-1:{lab.ACCOUNT_ID}:{name}-{part}.fifo"
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic.arn}},
        }
        attributes = {
            "FifoQueue": "true",
            "ContentBasedDeduplication": "true",
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": statement}),
        }
        urls.append(sqs.create_queue(QueueName=f"{name}-{part}.fifo", Attributes=attributes)["QueueUrl"])
        made = topic.subscribe(Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
        made.set_attributes(AttributeName="RawMessageDelivery", AttributeValue="true")
    return topic.arn, urls


# %% wrong="pay-once" says="Publishing without a deduplication id fails"
def open_payments(name):
    topic = sns.create_topic(Name=f"{name}.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    urls = []
    for part in ("bank", "ledger"):
        arn = f"arn:aws:sqs:us-east-1:{lab.ACCOUNT_ID}:{name}-{part}.fifo"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        attributes = {
            "FifoQueue": "true",
            "ContentBasedDeduplication": "true",
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": statement}),
        }
        urls.append(sqs.create_queue(QueueName=f"{name}-{part}.fifo", Attributes=attributes)["QueueUrl"])
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return topic, urls


# %% wrong="pay-once" says="does not let sns.amazonaws.com send"
def open_payments(name):
    topic = sns.create_topic(
        Name=f"{name}.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    )["TopicArn"]
    urls = []
    for part in ("bank", "ledger"):
        urls.append(sqs.create_queue(QueueName=f"{name}-{part}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"])
        sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn_of(urls[-1]), Attributes={"RawMessageDelivery": "true"}
        )
    return topic, urls


# %% wrong="pay-once" says="should be called"
def open_payments(name):
    """A standard topic gives each queue a copy, and no promise about doubles."""
    topic = sns.create_topic(Name=name)["TopicArn"]
    return topic, [listen(topic, f"{name}-bank"), listen(topic, f"{name}-ledger")]


# %% wrong="pay-once" says="whole envelope"
def open_payments(name):
    topic = sns.create_topic(
        Name=f"{name}.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    )["TopicArn"]
    urls = []
    for part in ("bank", "ledger"):
        arn = f"arn:aws:sqs:us-east-1:{lab.ACCOUNT_ID}:{name}-{part}.fifo"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        attributes = {"FifoQueue": "true", "Policy": json.dumps({"Version": "2012-10-17", "Statement": statement})}
        urls.append(sqs.create_queue(QueueName=f"{name}-{part}.fifo", Attributes=attributes)["QueueUrl"])
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic, urls


# %% right="watch-bucket"
def watch(bucket, topic_arn, prefix):
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": ["SNS:Publish"],
            "Resource": topic_arn,
            "Condition": {
                "ArnLike": {"aws:SourceArn": "arn:aws:s3:::" + bucket},
                "StringEquals": {"aws:SourceAccount": lab.ACCOUNT_ID},
            },
        },
    }
    topic = boto3.resource("sns").Topic(topic_arn)
    topic.set_attributes(AttributeName="Policy", AttributeValue=json.dumps(policy, indent=2))
    rule = {"Name": "prefix", "Value": prefix}
    boto3.resource("s3").BucketNotification(bucket).put(
        NotificationConfiguration={
            "TopicConfigurations": [
                {
                    "Id": "new-photos",
                    "TopicArn": topic_arn,
                    "Events": ["s3:ObjectCreated:Put", "s3:ObjectCreated:Post", "s3:ObjectCreated:Copy"],
                    "Filter": {"Key": {"FilterRules": [rule]}},
                }
            ]
        }
    )


# %% wrong="watch-bucket" says="Unable to validate the following destination"
def watch(bucket, topic_arn, prefix):
    """No word in the topic's policy."""
    rule = {"Name": "prefix", "Value": prefix}
    announcement = {
        "TopicArn": topic_arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [rule]}},
    }
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [announcement]}
    )


# %% wrong="watch-bucket" says="Add the condition aws:SourceAccount"
def watch(bucket, topic_arn, prefix):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=topic_arn, AttributeName="Policy", AttributeValue=policy)


# %% wrong="watch-bucket" says="Announce what is created under"
def watch(bucket, topic_arn, prefix):
    """Everything in the bucket, whatever its prefix."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
            "StringEquals": {"aws:SourceAccount": lab.ACCOUNT_ID},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=topic_arn, AttributeName="Policy", AttributeValue=policy)
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"TopicConfigurations": [{"TopicArn": topic_arn, "Events": ["s3:ObjectCreated:*"]}]},
    )


# %% right="bill"
def monthly_bill(publishes, size_kb, deliveries):
    chunks = -(-size_kb // 64)
    counts = facts.limits("sns").frame().set_index("name")["value"]
    total = max(0, publishes * chunks - counts["free-publishes-per-month"]) * 0.5 / 1_000_000
    for protocol, number in deliveries.items():
        if protocol in ("http", "email"):
            billed = max(0, publishes * number - counts[f"free-{protocol}-per-month"])
            total += billed / 100_000 * facts.price("sns", protocol + "-delivery")
    return float(total)


# %% wrong="bill" says="64 KB counts once"
def monthly_bill(publishes, size_kb, deliveries):
    """One part too many for a message that fills its parts."""
    usd = max(0, publishes * (size_kb // 64 + 1) - 1e6) / 1e6 * facts.price("sns", "standard-publish")
    for protocol, free in (("http", 100_000), ("email", 1000)):
        copies = publishes * deliveries.get(protocol, 0)
        usd += max(0, copies - free) / 1e5 * facts.price("sns", f"{protocol}-delivery")
    return usd


# %% wrong="bill" says="65 KB counts twice"
def monthly_bill(publishes, size_kb, deliveries):
    usd = max(0, publishes - 1e6) / 1e6 * facts.price("sns", "standard-publish")
    for protocol, free in (("http", 100_000), ("email", 1000)):
        copies = publishes * deliveries.get(protocol, 0)
        usd += max(0, copies - free) / 1e5 * facts.price("sns", f"{protocol}-delivery")
    return usd


# %% wrong="bill" says="A million to four web hooks"
def monthly_bill(publishes, size_kb, deliveries):
    """Deliveries billed by the million."""
    usd = max(0, publishes * ceil(size_kb / 64) - 1e6) / 1e6 * facts.price("sns", "standard-publish")
    for protocol, free in (("http", 100_000), ("email", 1000)):
        copies = publishes * deliveries.get(protocol, 0)
        usd += max(0, copies - free) / 1e6 * facts.price("sns", f"{protocol}-delivery")
    return usd


# %% wrong="bill" says="A million publishes to four queues"
def monthly_bill(publishes, size_kb, deliveries):
    """Every copy billed like a publish."""
    requests = publishes * ceil(size_kb / 64) * sum(deliveries.values())
    return max(0, requests - 1e6) / 1e6 * facts.price("sns", "standard-publish")
