# %% [markdown]
# Answers to 06-messaging/06-streaming: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="reader-kind"
def reader_kind(shards, mb_in, readers, most_ms):
    data = mb_in * readers / shards <= facts.limit("kinesis", "read-mib-per-shard")
    turn = readers / facts.limit("kinesis", "getrecords-per-second") * 1000 <= most_ms
    if data and turn:
        return "shared"
    enhanced = readers <= 20 and facts.limit("kinesis", "enhanced-latency") <= most_ms
    return "enhanced" if enhanced else "neither"


# %% wrong="reader-kind" says="five readers wait 1,000 ms"
def reader_kind(shards, mb_in, readers, most_ms):
    if mb_in * readers <= 2 * shards:
        return "shared"
    return "enhanced" if readers <= 20 else "neither"


# %% wrong="reader-kind" says="12 MB/s are too much"
def reader_kind(shards, mb_in, readers, most_ms):
    if readers * 200 <= most_ms:
        return "shared"
    return "enhanced" if readers <= 20 and most_ms >= 70 else "neither"


# %% wrong="reader-kind" says="nothing is that quick"
def reader_kind(shards, mb_in, readers, most_ms):
    if mb_in * readers <= 2 * shards and readers * 200 <= most_ms:
        return "shared"
    return "enhanced" if readers <= 20 else "neither"


# %% wrong="reader-kind" says="8 MB/s out of 4 shards"
def reader_kind(shards, mb_in, readers, most_ms):
    if readers <= 20 and most_ms >= 70:
        return "enhanced"
    return "neither"


# %% wrong="reader-kind" says="just in time"
def reader_kind(shards, mb_in, readers, most_ms):
    if mb_in * readers <= 2 * shards and readers * 200 < most_ms:
        return "shared"
    return "enhanced" if readers <= 20 and most_ms >= 70 else "neither"


# %% right="attach"
def attach(function, stream_arn, queue_arn):
    client = boto3.client("lambda")
    made = client.create_event_source_mapping(
        FunctionName=function, EventSourceArn=stream_arn, StartingPosition="TRIM_HORIZON", BatchSize=10
    )
    client.update_event_source_mapping(
        UUID=made["UUID"],
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=2,
        MaximumRecordAgeInSeconds=600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )


# %% wrong="attach" says="dropped together"
def attach(function, stream_arn, queue_arn):
    boto3.client("lambda").create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=stream_arn,
        StartingPosition="TRIM_HORIZON",
        BatchSize=50,
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )


# %% wrong="attach" says="The default is 100"
def attach(function, stream_arn, queue_arn):
    boto3.client("lambda").create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=stream_arn,
        StartingPosition="TRIM_HORIZON",
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )


# %% wrong="attach" says="where you start"
def attach(function, stream_arn, queue_arn):
    boto3.client("lambda").create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=stream_arn,
        StartingPosition="LATEST",
        BatchSize=50,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )


# %% wrong="attach" says="the queue was told of 0"
def attach(function, stream_arn, queue_arn):
    boto3.client("lambda").create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=stream_arn,
        StartingPosition="TRIM_HORIZON",
        BatchSize=50,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=2,
    )


# %% wrong="attach" says="tried again twice"
def attach(function, stream_arn, queue_arn):
    boto3.client("lambda").create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=stream_arn,
        StartingPosition="TRIM_HORIZON",
        BatchSize=50,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )


# %% right="lease"
def take_lease(shard, worker, now, seconds):
    client = boto3.client("dynamodb")
    try:
        client.update_item(
            TableName="leases",
            Key={"shard": {"S": shard}},
            UpdateExpression="SET #w = :me, #e = :ends",
            ConditionExpression="attribute_not_exists(#w) OR #w = :me OR #e < :now",
            ExpressionAttributeNames={"#w": "worker", "#e": "lease_ends"},
            ExpressionAttributeValues={
                ":me": {"S": worker},
                ":ends": {"N": str(now + seconds)},
                ":now": {"N": str(now)},
            },
        )
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise


# %% wrong="lease" says="you wrote over it"
def take_lease(shard, worker, now, seconds):
    item = leases.get_item(Key={"shard": shard}).get("Item", {})
    if item.get("worker", worker) != worker and item["lease_ends"] >= now:
        return False
    leases.update_item(
        Key={"shard": shard},
        UpdateExpression="SET worker = :me, lease_ends = :ends",
        ExpressionAttributeValues={":me": worker, ":ends": now + seconds},
    )
    return True


# %% wrong="lease" says="the checkpoint is gone"
def take_lease(shard, worker, now, seconds):
    try:
        leases.put_item(
            Item={"shard": shard, "worker": worker, "lease_ends": now + seconds},
            ConditionExpression="attribute_not_exists(worker) OR worker = :me OR lease_ends < :now",
            ExpressionAttributeValues={":me": worker, ":now": now},
        )
    except Lost:
        return False
    return True


# %% wrong="lease" says="must have ended *before* now"
def take_lease(shard, worker, now, seconds):
    try:
        leases.update_item(
            Key={"shard": shard},
            UpdateExpression="SET worker = :me, lease_ends = :ends",
            ConditionExpression="attribute_not_exists(worker) OR worker = :me OR lease_ends <= :now",
            ExpressionAttributeValues={":me": worker, ":ends": now + seconds, ":now": now},
        )
    except Lost:
        return False
    return True


# %% wrong="lease" says="cannot renew"
def take_lease(shard, worker, now, seconds):
    try:
        leases.update_item(
            Key={"shard": shard},
            UpdateExpression="SET worker = :me, lease_ends = :ends",
            ConditionExpression="attribute_not_exists(worker) OR lease_ends < :now",
            ExpressionAttributeValues={":me": worker, ":ends": now + seconds, ":now": now},
        )
    except Lost:
        return False
    return True


# %% wrong="lease" says="B does not get the shard"
def take_lease(shard, worker, now, seconds):
    try:
        leases.update_item(
            Key={"shard": shard},
            UpdateExpression="SET worker = :me, lease_ends = :ends",
            ConditionExpression="attribute_not_exists(worker) OR worker = :me",
            ExpressionAttributeValues={":me": worker, ":ends": now + seconds},
        )
    except Lost:
        return False
    return True


# %% right="resume"
def work(stream, shard, worker, handle):
    after = leases.get_item(Key={"shard": shard})["Item"].get("checkpoint")
    begin = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    records = [
        record
        for record in kinesis.get_records(ShardIterator=begin)["Records"]
        if after is None or int(record["SequenceNumber"]) > int(after)
    ]
    handled = 0
    while records[handled:]:
        some = records[handled : handled + 10]
        for record in some:
            handle(record["Data"].decode())
            handled += 1
        try:
            boto3.client("dynamodb").update_item(
                TableName="leases",
                Key={"shard": {"S": shard}},
                UpdateExpression="SET checkpoint = :to",
                ConditionExpression="worker = :me",
                ExpressionAttributeValues={":to": {"S": some[-1]["SequenceNumber"]}, ":me": {"S": worker}},
            )
        except ClientError:
            return handled
    return handled


# %% wrong="resume" says="the one after the checkpoint"
def work(stream, shard, worker, handle):
    item = leases.get_item(Key={"shard": shard})["Item"]
    start = {"ShardIteratorType": "TRIM_HORIZON"}
    if "checkpoint" in item:
        start = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": item["checkpoint"]}
    begin = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)["ShardIterator"]
    records = kinesis.get_records(ShardIterator=begin)["Records"]
    for handled, record in enumerate(records, 1):
        handle(record["Data"].decode())
        if handled % 10 == 0 or handled == len(records):
            try:
                leases.update_item(
                    Key={"shard": shard},
                    UpdateExpression="SET checkpoint = :here",
                    ConditionExpression="worker = :me",
                    ExpressionAttributeValues={":here": record["SequenceNumber"], ":me": worker},
                )
            except Lost:
                return handled
    return len(records)


# %% wrong="resume" says="the last tenth one that was handled"
def work(stream, shard, worker, handle):
    item = leases.get_item(Key={"shard": shard})["Item"]
    start = {"ShardIteratorType": "TRIM_HORIZON"}
    if "checkpoint" in item:
        start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": item["checkpoint"]}
    begin = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)["ShardIterator"]
    records = kinesis.get_records(ShardIterator=begin)["Records"]
    for number in range(0, len(records), 10):
        some = records[number : number + 10]
        leases.update_item(  # before the work: a crash loses what was not handled
            Key={"shard": shard},
            UpdateExpression="SET checkpoint = :here",
            ConditionExpression="worker = :me",
            ExpressionAttributeValues={":here": some[-1]["SequenceNumber"], ":me": worker},
        )
        for record in some:
            handle(record["Data"].decode())
    return len(records)


# %% wrong="resume" says="Save only while the item names this worker"
def work(stream, shard, worker, handle):
    item = leases.get_item(Key={"shard": shard})["Item"]
    start = {"ShardIteratorType": "TRIM_HORIZON"}
    if "checkpoint" in item:
        start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": item["checkpoint"]}
    begin = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)["ShardIterator"]
    records = kinesis.get_records(ShardIterator=begin)["Records"]
    for handled, record in enumerate(records, 1):
        handle(record["Data"].decode())
        if handled % 10 == 0 or handled == len(records):
            leases.update_item(
                Key={"shard": shard},
                UpdateExpression="SET checkpoint = :here",
                ExpressionAttributeValues={":here": record["SequenceNumber"]},
            )
    return len(records)


# %% wrong="resume" says="Save the last one, too"
def work(stream, shard, worker, handle):
    item = leases.get_item(Key={"shard": shard})["Item"]
    start = {"ShardIteratorType": "TRIM_HORIZON"}
    if "checkpoint" in item:
        start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": item["checkpoint"]}
    begin = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)["ShardIterator"]
    records = kinesis.get_records(ShardIterator=begin)["Records"]
    for handled, record in enumerate(records, 1):
        handle(record["Data"].decode())
        if handled % 10 == 0:
            try:
                leases.update_item(
                    Key={"shard": shard},
                    UpdateExpression="SET checkpoint = :here",
                    ConditionExpression="worker = :me",
                    ExpressionAttributeValues={":here": record["SequenceNumber"], ":me": worker},
                )
            except Lost:
                return handled
    return len(records)


# %% wrong="resume" says="stop quietly"
def work(stream, shard, worker, handle):
    item = leases.get_item(Key={"shard": shard})["Item"]
    start = {"ShardIteratorType": "TRIM_HORIZON"}
    if "checkpoint" in item:
        start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": item["checkpoint"]}
    begin = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)["ShardIterator"]
    records = kinesis.get_records(ShardIterator=begin)["Records"]
    for handled, record in enumerate(records, 1):
        handle(record["Data"].decode())
        if handled % 10 == 0 or handled == len(records):
            leases.update_item(
                Key={"shard": shard},
                UpdateExpression="SET checkpoint = :here",
                ConditionExpression="worker = :me",
                ExpressionAttributeValues={":here": record["SequenceNumber"], ":me": worker},
            )
    return len(records)


# %% right="at-once"
def at_once(trucks, shards, workers):
    found = set()
    for truck in trucks:
        number = int.from_bytes(hashlib.md5(truck.encode()).digest(), "big")
        found.add(number // (2**128 // shards))
    return [min(len(found), workers), min(len(Counter(trucks)), workers)]


# %% wrong="at-once" says="Measured on SQS FIFO"
def at_once(trucks, shards, workers):
    used = {int(hashlib.md5(truck.encode()).hexdigest(), 16) * shards // 2**128 for truck in trucks}
    return min(workers, len(used)), workers


# %% wrong="at-once" says="2 trucks, 4 shards, 9 workers. Measured on Kinesis"
def at_once(trucks, shards, workers):
    return min(workers, shards), min(workers, len(set(trucks)))


# %% wrong="at-once" says="4 trucks, 4 shards, 9 workers. Measured on Kinesis"
def at_once(trucks, shards, workers):
    used = {int(hashlib.md5(truck.encode()).hexdigest(), 16) % shards for truck in trucks}
    return min(workers, len(used)), min(workers, len(set(trucks)))


# %% wrong="at-once" says="5 shards, 3 workers"
def at_once(trucks, shards, workers):
    used = {int(hashlib.md5(truck.encode()).hexdigest(), 16) * shards // 2**128 for truck in trucks}
    return len(used), min(workers, len(set(trucks)))


# %% wrong="at-once" says="Return two numbers"
def at_once(trucks, shards, workers):
    return min(workers, shards)


# %% right="transform"
def handler(event, context):
    from base64 import b64decode, b64encode
    from json import dumps, loads

    def one(record):
        number = record["recordId"]
        try:
            report = loads(b64decode(record["data"]).decode())
            temperature = report.get("temperature")
        except (ValueError, AttributeError):
            return {"recordId": number, "result": "ProcessingFailed", "data": record["data"]}
        if temperature is None:
            return {"recordId": number, "result": "Dropped"}
        report["alarm"] = temperature > 8
        return {"recordId": number, "result": "Ok", "data": str(b64encode((dumps(report) + "\n").encode()), "ascii")}

    return {"records": [one(record) for record in event["records"]]}


# %% wrong="transform" says="also a dropped one"
def handler(event, context):
    import base64
    import json

    answers = []
    for record in event["records"]:
        try:
            report = json.loads(base64.b64decode(record["data"]))
        except ValueError:
            continue
        if "temperature" not in report:
            continue
        line = json.dumps({**report, "alarm": report["temperature"] > 8}) + "\n"
        data = base64.b64encode(line.encode()).decode()
        answers.append({"recordId": record["recordId"], "result": "Ok", "data": data})
    return {"records": answers}


# %% wrong="transform" says="one long line"
def handler(event, context):
    import base64
    import json

    answers = []
    for record in event["records"]:
        answer = {"recordId": record["recordId"], "data": record["data"]}
        try:
            report = json.loads(base64.b64decode(record["data"]))
            answer["result"] = "Ok" if "temperature" in report else "Dropped"
        except (ValueError, TypeError):
            answer["result"] = "ProcessingFailed"
        if answer["result"] == "Ok":
            report["alarm"] = report["temperature"] > 8
            answer["data"] = base64.b64encode(json.dumps(report).encode()).decode()
        answers.append(answer)
    return {"records": answers}


# %% wrong="transform" says="bytes are not JSON"
def handler(event, context):
    import base64
    import json

    answers = []
    for record in event["records"]:
        answer = {"recordId": record["recordId"], "data": record["data"]}
        try:
            report = json.loads(base64.b64decode(record["data"]))
            answer["result"] = "Ok" if "temperature" in report else "Dropped"
        except (ValueError, TypeError):
            answer["result"] = "ProcessingFailed"
        if answer["result"] == "Ok":
            report["alarm"] = report["temperature"] > 8
            answer["data"] = json.dumps(report) + "\n"
        answers.append(answer)
    return {"records": answers}


# %% wrong="transform" says="[7, 9]"
def handler(event, context):
    import base64
    import json

    answers = []
    for record in event["records"]:
        answer = {"recordId": record["recordId"], "data": record["data"]}
        try:
            report = json.loads(base64.b64decode(record["data"]))
            answer["result"] = "Ok" if "temperature" in report else "Dropped"
        except ValueError:
            answer["result"] = "ProcessingFailed"
        if answer["result"] == "Ok":
            line = json.dumps({**report, "alarm": report["temperature"] > 8}) + "\n"
            answer["data"] = base64.b64encode(line.encode()).decode()
        answers.append(answer)
    return {"records": answers}


# %% wrong="transform" says="import all it needs itself"
def handler(event, context):
    answers = []
    for record in event["records"]:
        answer = {"recordId": record["recordId"], "data": record["data"]}
        try:
            report = json.loads(base64.b64decode(record["data"]))
        except ValueError:
            report = None
        if not isinstance(report, dict):
            answer["result"] = "ProcessingFailed"
        elif "temperature" not in report:
            answer["result"] = "Dropped"
        else:
            line = json.dumps({**report, "alarm": report["temperature"] > 8}) + "\n"
            answer |= {"result": "Ok", "data": base64.b64encode(line.encode()).decode()}
        answers.append(answer)
    return {"records": answers}


# %% right="deliver"
def deliver(name, stream_arn, bucket):
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"RoleARN": ROLE, "KinesisStreamARN": stream_arn},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::" + bucket,
            "Prefix": "lake/day=!{timestamp:yyyy-MM-dd}/",
            "ErrorOutputPrefix": "lake-errors/!{firehose:error-output-type}/",
            "CompressionFormat": "GZIP",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 30},
        },
    )


# %% wrong="deliver" says="the bucket is empty"
def deliver(name, stream_arn, bucket):
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream_arn, "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "Prefix": "lake/",
            "CompressionFormat": "GZIP",
        },
    )


# %% wrong="deliver" says="not gzipped"
def deliver(name, stream_arn, bucket):
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream_arn, "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "Prefix": "lake/",
            "BufferingHints": {"SizeInMBs": 2, "IntervalInSeconds": 60},
        },
    )


# %% wrong="deliver" says="SizeInMBs limits"
def deliver(name, stream_arn, bucket):
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream_arn, "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "Prefix": "lake/",
            "CompressionFormat": "GZIP",
            "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 60},
        },
    )


# %% wrong="deliver" says="There is no delivery stream"
def deliver(name, stream_arn, bucket):
    firehose.create_delivery_stream(
        DeliveryStreamName="lake-" + name,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream_arn, "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "Prefix": "lake/",
            "CompressionFormat": "GZIP",
            "BufferingHints": {"SizeInMBs": 2, "IntervalInSeconds": 60},
        },
    )


# %% right="firehose-bill"
def firehose_usd(records, size, packed):
    large = -(-records // packed)
    billed = facts.billed_units("firehose", "ingest", large, size=size * packed)
    return billed * facts.price("firehose", "ingest")


# %% wrong="firehose-bill" says="A billion reports of 1 KB, one by one"
def firehose_usd(records, size, packed):
    return records * size / 1024**3 * facts.price("firehose", "ingest")


# %% wrong="firehose-bill" says="five in one record"
def firehose_usd(records, size, packed):
    return records * ceil(size / 5120) * 5120 / 1024**3 * facts.price("firehose", "ingest")


# %% wrong="firehose-bill" says="5,121 bytes"
def firehose_usd(records, size, packed):
    billed = max(5120, size * packed)
    return ceil(records / packed) * billed / 1024**3 * facts.price("firehose", "ingest")


# %% wrong="firehose-bill" says="make two records"
def firehose_usd(records, size, packed):
    billed = ceil(size * packed / 5120) * 5120
    return records / packed * billed / 1024**3 * facts.price("firehose", "ingest")
