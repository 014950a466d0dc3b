# %% [markdown]
# Answers to 06-messaging/05-kinesis: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="shards-needed"
def shards_needed(mb_in, records_in, readers):
    shards = 1
    while mb_in > shards or records_in > 1000 * shards or mb_in * readers > 2 * shards:
        shards += 1
    return shards


# %% wrong="shards-needed" says="a thousand and one records"
def shards_needed(mb_in, records_in, readers):
    return max(1, ceil(max(mb_in, mb_in * readers / 2)))


# %% wrong="shards-needed" says="four readers take out 8 MB/s"
def shards_needed(mb_in, records_in, readers):
    return max(1, ceil(max(mb_in, records_in / 1000, mb_in / 2)))


# %% wrong="shards-needed" says="a little more than 1 MB/s"
def shards_needed(mb_in, records_in, readers):
    return max(1, int(max(mb_in, records_in / 1000, mb_in * readers / 2)))


# %% wrong="shards-needed" says="at least one shard"
def shards_needed(mb_in, records_in, readers):
    return ceil(max(mb_in, records_in / 1000, mb_in * readers / 2))


# %% right="shard-for"
def shard_for(key, shards):
    number = int.from_bytes(hashlib.md5(key.encode()).digest(), "big")
    begins = sorted((int(s["HashKeyRange"]["StartingHashKey"]), s["ShardId"]) for s in shards)
    return [shard for begin, shard in begins if begin <= number][-1]


# %% wrong="shard-for" says="compare its hash"
def shard_for(key, shards):
    return shards[hash(key) % len(shards)]["ShardId"]


# %% wrong="shard-for" says="predictions came true"
def shard_for(key, shards):
    number = int(hashlib.md5(key.encode()).hexdigest(), 16)
    return shards[number % len(shards)]["ShardId"]


# %% wrong="shard-for" says="as a number"
def shard_for(key, shards):
    number = str(int(hashlib.md5(key.encode()).hexdigest(), 16))
    for shard in shards:
        owns = shard["HashKeyRange"]
        if owns["StartingHashKey"] <= number <= owns["EndingHashKey"]:
            return shard["ShardId"]
    return shards[0]["ShardId"]


# %% wrong="shard-for" says="Return a ShardId"
def shard_for(key, shards):
    number = int(hashlib.md5(key.encode()).hexdigest(), 16)
    for n, shard in enumerate(shards):
        if number <= int(shard["HashKeyRange"]["EndingHashKey"]):
            return n


# %% right="replay"
def replay(stream, since):
    found = {}
    shards = sorted(shard["ShardId"] for shard in kinesis.list_shards(StreamName=stream)["Shards"])
    for shard in shards:
        iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        while True:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=1000)
            for record in answer["Records"]:
                if record["ApproximateArrivalTimestamp"] >= since:
                    texts = found.setdefault(record["PartitionKey"], [])
                    texts.append(str(record["Data"], "utf-8"))
            if answer["MillisBehindLatest"] == 0 or "NextShardIterator" not in answer:
                break
            iterator = answer["NextShardIterator"]
    return found


# %% wrong="replay" says="you return bytes"
def replay(stream, since):
    found = {}
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="AT_TIMESTAMP", Timestamp=since
        )["ShardIterator"]
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
            found.setdefault(record["PartitionKey"], []).append(record["Data"])
    return found


# %% wrong="replay" says="before `since`"
def replay(stream, since):
    found = {}
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
            found.setdefault(record["PartitionKey"], []).append(record["Data"].decode())
    return found


# %% wrong="replay" says="the closed ones too"
def replay(stream, since):
    found = {}
    for shard, _, _ in open_shards(stream):
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard, ShardIteratorType="AT_TIMESTAMP", Timestamp=since
        )["ShardIterator"]
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
            found.setdefault(record["PartitionKey"], []).append(record["Data"].decode())
    return found


# %% wrong="replay" says="brings 10 MiB at most"
def replay(stream, since):
    found = {}
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="AT_TIMESTAMP", Timestamp=since
        )["ShardIterator"]
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
            found.setdefault(record["PartitionKey"], []).append(record["Data"].decode())
    return found


# %% wrong="replay" says="does its loop never end"
def replay(stream, since):
    found = {}
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="AT_TIMESTAMP", Timestamp=since
        )["ShardIterator"]
        while iterator:  # an open shard always has a next iterator
            answer = kinesis.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                found.setdefault(record["PartitionKey"], []).append(record["Data"].decode())
            iterator = answer.get("NextShardIterator")
    return found


# %% wrong="replay" says="not in order"
def replay(stream, since):
    found = {}
    for shard in reversed(kinesis.list_shards(StreamName=stream)["Shards"]):
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="AT_TIMESTAMP", Timestamp=since
        ).get("ShardIterator")
        while iterator:
            answer = kinesis.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                found.setdefault(record["PartitionKey"], []).append(record["Data"].decode())
            iterator = answer.get("NextShardIterator") if answer["MillisBehindLatest"] else None
    return found


# %% right="send-all"
def send_all(stream, records, wait):
    left, attempt = list(records), 0
    while left:
        batch, rest = left[:400], left[400:]
        answers = kinesis.put_records(StreamName=stream, Records=batch)["Records"]
        failed = [record for record, answer in zip(batch, answers) if answer.get("ErrorCode")]
        if failed:
            wait(0.1 * 2**attempt * random.random())
            attempt += 1
        else:
            attempt = 0
        left = failed + rest


# %% right="send-all"
def send_all(stream, records, wait):
    left, longest = list(records), 0.1
    while left:  # a round sends all that is left, then pauses once
        failed = []
        for begin in range(0, len(left), 500):
            batch = left[begin : begin + 500]
            answers = kinesis.put_records(StreamName=stream, Records=batch)["Records"]
            failed += [record for record, answer in zip(batch, answers) if "ErrorCode" in answer]
        left = failed
        if left:
            wait(random.uniform(0, longest))
            longest *= 2


# %% wrong="send-all" says="arrived twice"
def send_all(stream, records, wait):
    for begin in range(0, len(records), 500):
        batch, longest = records[begin : begin + 500], 0.1
        while kinesis.put_records(StreamName=stream, Records=batch)["FailedRecordCount"]:
            wait(random.uniform(0, longest))
            longest *= 2


# %% wrong="send-all" says="never arrived"
def send_all(stream, records, wait):
    for begin in range(0, len(records), 500):
        kinesis.put_records(StreamName=stream, Records=records[begin : begin + 500])


# %% wrong="send-all" says="arrived twice"
def send_all(stream, records, wait):
    for begin in range(0, len(records), 300):
        batch, longest = records[begin : begin + 300], 0.1
        while kinesis.put_records(StreamName=stream, Records=batch)["FailedRecordCount"]:
            wait(random.uniform(0, longest))
            longest *= 2


# %% wrong="send-all" says="Wait before each new attempt"
def send_all(stream, records, wait):
    for begin in range(0, len(records), 500):
        left = records[begin : begin + 500]
        for attempt in range(9):
            answers = kinesis.put_records(StreamName=stream, Records=left)["Records"]
            left = [record for record, answer in zip(left, answers) if "ErrorCode" in answer]
            if not left:
                break
            lab.clock.advance(seconds=random.uniform(0, 0.1 * 2**attempt))


# %% wrong="send-all" says="Draw them"
def send_all(stream, records, wait):
    for begin in range(0, len(records), 500):
        left, pause = records[begin : begin + 500], 0.1
        while left:
            answers = kinesis.put_records(StreamName=stream, Records=left)["Records"]
            left = [record for record, answer in zip(left, answers) if "ErrorCode" in answer]
            if left:
                wait(pause)
                pause *= 2


# %% wrong="send-all" says="is too long"
def send_all(stream, records, wait):
    for begin in range(0, len(records), 500):
        left = records[begin : begin + 500]
        while left:
            answers = kinesis.put_records(StreamName=stream, Records=left)["Records"]
            left = [record for record, answer in zip(left, answers) if "ErrorCode" in answer]
            if left:
                wait(random.uniform(1, 2))


# %% wrong="send-all" says="Let the longest pause double"
def send_all(stream, records, wait):
    for begin in range(0, len(records), 500):
        left = records[begin : begin + 500]
        while left:
            answers = kinesis.put_records(StreamName=stream, Records=left)["Records"]
            left = [record for record, answer in zip(left, answers) if "ErrorCode" in answer]
            if left:
                wait(random.uniform(0, 0.05))


# %% right="best-key"
def best_key(reports, fields, shards):
    loads = {}
    for field in fields:
        values = {}
        for report in reports:
            values.setdefault(report["truck"], set()).add(report[field])
        if all(len(one) == 1 for one in values.values()):
            count = [0] * shards
            for report in reports:
                count[hash_key(report[field]) * shards // 2**128] += 1
            loads[field] = max(count)
    return sorted(loads, key=loads.get)[0]


# %% wrong="best-key" says="their order is lost"
def best_key(reports, fields, shards):
    def busiest(field):
        return max(Counter(hash_key(str(one[field])) * shards // 2**128 for one in reports).values())

    return min(fields, key=busiest)


# %% wrong="best-key" says="Nine of ten trucks"
def best_key(reports, fields, shards):
    return fields[0]


# %% wrong="best-key" says="The drivers of t-1 change"
def best_key(reports, fields, shards):
    fields = [field for field in fields if field != "report"]
    return (
        max(fields, key=lambda field: len(Counter(str(one[field]) for one in reports)))
        if "driver" not in fields
        else "driver"
    )


# %% wrong="best-key" says="Compute the shards"
def best_key(reports, fields, shards):
    return "truck"


# %% right="split-hot"
def split_hot(stream, load):
    shards = open_shards(stream)
    total = {s: sum(mb for key, mb in load.items() if a <= hash_key(key) <= b) for s, a, b in shards}
    hot, low, high = max(shards, key=lambda shard: total[shard[0]])
    hashes = sorted((hash_key(key), mb) for key, mb in load.items() if low <= hash_key(key) <= high)
    best, cut = None, None
    for number, _ in hashes[1:]:
        left = sum(mb for other, mb in hashes if other < number)
        worse = max(left, total[hot] - left)
        if best is None or worse < best:
            best, cut = worse, number
    kinesis.split_shard(StreamName=stream, ShardToSplit=hot, NewStartingHashKey=str(cut))


# %% wrong="split-hot" says="where the busy keys lie"
def split_hot(stream, load):
    shards = open_shards(stream)
    hot, low, high = max(shards, key=lambda s: sum(mb for key, mb in load.items() if s[1] <= hash_key(key) <= s[2]))
    kinesis.split_shard(StreamName=stream, ShardToSplit=hot, NewStartingHashKey=str((low + high) // 2))


# %% wrong="split-hot" says="another shard than the busiest"
def split_hot(stream, load):
    shard, low, high = open_shards(stream)[-1]
    kinesis.split_shard(StreamName=stream, ShardToSplit=shard, NewStartingHashKey=str((low + high) // 2))


# %% wrong="split-hot" says="is possible"
def split_hot(stream, load):
    shards = open_shards(stream)
    hot, low, high = max(shards, key=lambda s: sum(mb for key, mb in load.items() if s[1] <= hash_key(key) <= s[2]))
    keys = sorted((key for key in load if low <= hash_key(key) <= high), key=hash_key)
    middle = keys[len(keys) // 2 - 1] if len(keys) > 3 else keys[-1]
    kinesis.split_shard(StreamName=stream, ShardToSplit=hot, NewStartingHashKey=str(hash_key(middle)))


# %% wrong="split-hot" says="open shards now"
def split_hot(stream, load):
    kinesis.update_shard_count(
        StreamName=stream, TargetShardCount=2 * len(open_shards(stream)), ScalingType="UNIFORM_SCALING"
    )


# %% right="merge-cold"
def merge_cold(stream, load, most):
    while True:
        found = list(zip(open_shards(stream), shard_loads(stream, load)))
        sums = [(a[1] + b[1], a[0][0], b[0][0]) for a, b in pairwise(found)]
        if not sums or min(sums)[0] > most:
            return
        _, left, right = min(sums)
        kinesis.merge_shards(StreamName=stream, ShardToMerge=left, AdjacentShardToMerge=right)


# %% wrong="merge-cold" says="Two neighbours still fit"
def merge_cold(stream, load, most):
    ids, loads = [shard for shard, _, _ in open_shards(stream)], shard_loads(stream, load)
    for n in range(0, len(ids) - 1, 2):
        if loads[n] + loads[n + 1] <= most:
            kinesis.merge_shards(StreamName=stream, ShardToMerge=ids[n], AdjacentShardToMerge=ids[n + 1])


# %% wrong="merge-cold" says="now 0.25, 0.25"
def merge_cold(stream, load, most):
    while True:
        found = list(zip(open_shards(stream), shard_loads(stream, load)))
        fits = [(a[0][0], b[0][0]) for a, b in pairwise(found) if a[1] + b[1] < most]
        if not fits:
            return
        kinesis.merge_shards(StreamName=stream, ShardToMerge=fits[0][0], AdjacentShardToMerge=fits[0][1])


# %% wrong="merge-cold" says="carries too much"
def merge_cold(stream, load, most):
    while len(open_shards(stream)) > 1:
        ids = [shard for shard, _, _ in open_shards(stream)]
        kinesis.merge_shards(StreamName=stream, ShardToMerge=ids[0], AdjacentShardToMerge=ids[1])


# %% wrong="merge-cold" says="already been merged"
def merge_cold(stream, load, most):
    ids, loads = [shard for shard, _, _ in open_shards(stream)], shard_loads(stream, load)
    for n in range(len(ids) - 1):
        if loads[n] + loads[n + 1] <= most:
            kinesis.merge_shards(StreamName=stream, ShardToMerge=ids[n], AdjacentShardToMerge=ids[n + 1])


# %% right="producer-policy"
def producer_policy(stream_arn):
    allow = [
        {"Sid": name, "Effect": "Allow", "Action": f"kinesis:{name}", "Resource": [stream_arn]}
        for name in ("PutRecord", "PutRecords", "DescribeStreamSummary")
    ]
    return {"Version": "2012-10-17", "Statement": allow}


# %% wrong="producer-policy" says="no stars"
def producer_policy(stream_arn):
    statement = {"Effect": "Allow", "Action": "kinesis:*", "Resource": stream_arn}
    return {"Version": "2012-10-17", "Statement": [statement]}


# %% wrong="producer-policy" says="Every other stream"
def producer_policy(stream_arn):
    actions = ["kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStreamSummary"]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}


# %% wrong="producer-policy" says="PutResourcePolicy is allowed too"
def producer_policy(stream_arn):
    actions = ["kinesis:Put*", "kinesis:DescribeStreamSummary"]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": stream_arn}]}


# %% wrong="producer-policy" says="PutRecords on the stream is denied"
def producer_policy(stream_arn):
    actions = ["kinesis:PutRecord", "kinesis:DescribeStreamSummary"]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": stream_arn}]}


# %% wrong="producer-policy" says="as a dictionary"
def producer_policy(stream_arn):
    actions = ["kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStreamSummary"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": stream_arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
