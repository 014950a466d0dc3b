# %% [markdown]
# Answers to 05-databases/06-dynamodb-patterns: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="edit-page"
def edit(table, page, change):
    for attempt in range(5):
        before = table.get_item(Key={"id": page}, ConsistentRead=True)["Item"]
        after = change(before.copy())
        after["version"] = before["version"] + 1
        names = {"#v": "version"}
        values = {":v": before["version"]}
        try:
            table.put_item(
                Item=after,
                ConditionExpression="#v = :v",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
            return after
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
    raise RuntimeError("given up")


# %% wrong="edit-page" says="0 of their 1 notes are left"
def edit(table, page, change):
    item = table.get_item(Key={"id": page}, ConsistentRead=True)["Item"]
    changed = {**change(dict(item)), "version": item["version"] + 1}
    table.put_item(Item=changed)
    return changed


# %% wrong="edit-page" says="0 of their 1 notes are left"
def edit(table, page, change):
    item = table.get_item(Key={"id": page}, ConsistentRead=True)["Item"]
    for _ in range(5):  # tries again with what it read at first
        changed = {**change(dict(item)), "version": item["version"] + 1}
        try:
            table.put_item(Item=changed, ConditionExpression=Attr("version").lt(changed["version"]))
            return changed
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            item["version"] += 1
    raise RuntimeError


# %% wrong="edit-page" says="ConditionalCheckFailedException"
def edit(table, page, change):
    item = table.get_item(Key={"id": page}, ConsistentRead=True)["Item"]
    changed = {**change(dict(item)), "version": item["version"] + 1}
    table.put_item(Item=changed, ConditionExpression=Attr("version").eq(item["version"]))
    return changed


# %% wrong="edit-page" says="the version is"
def edit(table, page, change):
    for _ in range(5):
        item = table.get_item(Key={"id": page}, ConsistentRead=True)["Item"]
        changed = change(dict(item))
        try:
            table.put_item(Item=changed, ConditionExpression=Attr("version").eq(item["version"]))
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            continue
        return changed
    raise RuntimeError


# %% wrong="edit-page" says="five is right"
def edit(table, page, change):
    for _ in range(10):
        item = table.get_item(Key={"id": page}, ConsistentRead=True)["Item"]
        changed = {**change(dict(item)), "version": item["version"] + 1}
        try:
            table.put_item(Item=changed, ConditionExpression=Attr("version").eq(item["version"]))
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            continue
        return changed
    raise RuntimeError


# %% wrong="edit-page" says="A change that sets the version to 0"
def edit(table, page, change):
    for _ in range(5):
        item = change(table.get_item(Key={"id": page}, ConsistentRead=True)["Item"])
        item["version"] += 1  # trusts what change left there
        try:
            table.put_item(Item=item, ConditionExpression=Attr("version").eq(item["version"] - 1))
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            continue
        return item
    raise RuntimeError


# %% wrong="edit-page" says="what change returned is not stored"
def edit(table, page, change):
    for _ in range(5):
        item = table.get_item(Key={"id": page}, ConsistentRead=True)["Item"]
        try:  # the text alone
            answer = table.update_item(
                Key={"id": page},
                UpdateExpression="SET #t = :t ADD version :one",
                ConditionExpression="version = :v",
                ExpressionAttributeNames={"#t": "text"},
                ExpressionAttributeValues={":t": change(dict(item))["text"], ":v": item["version"], ":one": 1},
                ReturnValues="ALL_NEW",
            )
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            continue
        return answer["Attributes"]
    raise RuntimeError


# %% wrong="edit-page" says="you gave up"
def edit(table, page, change):
    item = table.get_item(Key={"id": page}, ConsistentRead=True)["Item"]
    changed = {**change(dict(item)), "version": item["version"] + 1}
    for _ in range(5):  # the same write again and again
        try:
            table.put_item(Item=changed, ConditionExpression=Attr("version").eq(item["version"]))
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            continue
        return changed
    raise RuntimeError


# %% right="transaction-units"
def transaction_units(sizes):
    from math import ceil

    answer = {"puts": 0, "transact write": 0, "strong gets": 0, "transact get": 0}
    for size in sizes:
        answer["puts"] += ceil(size / 1024)
        answer["transact write"] += ceil(size / 1024) * 2
        answer["strong gets"] += ceil(size / 4096)
        answer["transact get"] += ceil(size / 4096) * 2
    return answer


# %% wrong="transaction-units" says="'puts'"
def transaction_units(sizes):
    writes, reads = -(-sum(sizes) // 1024), -(-sum(sizes) // 4096)
    return {"puts": writes, "transact write": 2 * writes, "strong gets": reads, "transact get": 2 * reads}


# %% wrong="transaction-units" says="'transact write'"
def transaction_units(sizes):
    writes, reads = sum(-(-one // 1024) for one in sizes), sum(-(-one // 4096) for one in sizes)
    return {"puts": writes, "transact write": writes, "strong gets": reads, "transact get": reads}


# %% wrong="transaction-units" says="'strong gets'"
def transaction_units(sizes):
    writes = sum(-(-one // 1024) for one in sizes)
    return {"puts": writes, "transact write": 2 * writes, "strong gets": writes, "transact get": 2 * writes}


# %% wrong="transaction-units" says="'puts'"
def transaction_units(sizes):  # a thousand bytes are no KB
    writes, reads = sum(-(-one // 1000) for one in sizes), sum(-(-one // 4000) for one in sizes)
    return {"puts": writes, "transact write": 2 * writes, "strong gets": reads, "transact get": 2 * reads}


# %% right="transfer"
def transfer(accounts, book, tx, source, target, amount):
    def update(account, change, condition, **more):
        values = {":c": {"N": str(change)}, **{f":{name}": {"N": str(value)} for name, value in more.items()}}
        return {
            "Update": {
                "TableName": accounts.name,
                "Key": {"account": {"S": account}},
                "UpdateExpression": "ADD balance :c",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }

    entry = {"tx": tx, "source": source, "target": target}
    item = {name: {"S": value} for name, value in entry.items()} | {"amount": {"N": str(amount)}}
    put = {"TableName": book.name, "Item": item, "ConditionExpression": "attribute_not_exists(tx)"}
    taken = update(source, -amount, "attribute_exists(account) AND balance >= :least", least=amount)
    given = update(target, amount, "attribute_exists(account)")
    try:
        dynamodb.transact_write_items(TransactItems=[taken, given, {"Put": put}])
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
        failed = [one["Code"] == "ConditionalCheckFailed" for one in error.response["CancellationReasons"]]
        nobody, twice = failed[1:]
        return "already done" if twice else "no such account" if nobody else "too little"
    return "done"


# %% wrong="transfer" says="The transfer took"
def transfer(accounts, book, tx, source, target, amount):
    if "Item" in book.get_item(Key={"tx": tx}):
        return "already done"
    found = accounts.get_item(Key={"account": source}).get("Item", {"balance": 0})
    if "Item" not in accounts.get_item(Key={"account": target}):
        return "no such account"
    if found["balance"] < amount:
        return "too little"
    for account, change in ((source, -amount), (target, amount)):
        accounts.update_item(
            Key={"account": account},
            UpdateExpression="ADD balance :n",
            ExpressionAttributeValues={":n": change},
        )
    book.put_item(Item={"tx": tx, "source": source, "target": target, "amount": amount})
    return "done"


# %% wrong="transfer" says="should be 'already done'; you returned 'too little'"
def transfer(accounts, book, tx, source, target, amount):
    client = accounts.meta.client

    def change(account, by, condition, values):
        return {
            "TableName": accounts.name,
            "Key": {"account": account},
            "UpdateExpression": "ADD balance :by",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":by": by, **values},
        }

    item = {"tx": tx, "source": source, "target": target, "amount": amount}
    put = {"TableName": book.name, "Item": item, "ConditionExpression": "attribute_not_exists(tx)"}
    take = change(source, -amount, "balance >= :n", {":n": amount})
    give = change(target, amount, "attribute_exists(account)", {})
    try:
        client.transact_write_items(TransactItems=[{"Update": take}, {"Update": give}, {"Put": put}])
    except client.exceptions.TransactionCanceledException as error:
        words = ("too little", "no such account", "already done")
        for word, reason in zip(words, error.response["CancellationReasons"]):
            if reason["Code"] == "ConditionalCheckFailed":
                return word
    return "done"


# %% wrong="transfer" says="To nobody"
def transfer(accounts, book, tx, source, target, amount):
    client = accounts.meta.client
    item = {"tx": tx, "source": source, "target": target, "amount": amount}
    put = {"TableName": book.name, "Item": item, "ConditionExpression": "attribute_not_exists(tx)"}
    both = []
    for account, by in ((source, -amount), (target, amount)):
        both.append(
            {
                "TableName": accounts.name,
                "Key": {"account": account},
                "UpdateExpression": "ADD balance :by",
                "ExpressionAttributeValues": {":by": by},
            }
        )
    both[0]["ConditionExpression"] = "balance >= :n"
    both[0]["ExpressionAttributeValues"][":n"] = amount
    try:
        client.transact_write_items(TransactItems=[{"Put": put}, *({"Update": one} for one in both)])
    except client.exceptions.TransactionCanceledException as error:
        first = error.response["CancellationReasons"][0]["Code"]
        return "already done" if first == "ConditionalCheckFailed" else "too little"
    return "done"


# %% wrong="transfer" says="put conditions into the transaction"
def transfer(accounts, book, tx, source, target, amount):
    if "Item" in book.get_item(Key={"tx": tx}):
        return "already done"
    if "Item" not in accounts.get_item(Key={"account": target}):
        return "no such account"
    if accounts.get_item(Key={"account": source}).get("Item", {"balance": 0})["balance"] < amount:
        return "too little"
    actions = [{"Put": {"TableName": book.name, "Item": dict(tx=tx, source=source, target=target, amount=amount)}}]
    for account, change in ((source, -amount), (target, amount)):
        update = {"UpdateExpression": "ADD balance :n", "ExpressionAttributeValues": {":n": change}}
        actions.append({"Update": {"TableName": accounts.name, "Key": {"account": account}, **update}})
    accounts.meta.client.transact_write_items(TransactItems=actions)
    return "done"


# %% right="count-up"
def count_up(event, totals):
    read = TypeDeserializer().deserialize
    client = totals.meta.client
    for record in event["Records"]:
        change, project = 0, ""
        for image, sign in (("NewImage", 1), ("OldImage", -1)):
            if image in record["dynamodb"]:
                gift = {name: read(value) for name, value in record["dynamodb"][image].items()}
                change, project = change + sign * gift["amount"], gift["project"]
        actions = [
            {
                "Update": {
                    "TableName": totals.name,
                    "Key": {"id": project},
                    "UpdateExpression": "SET raised = if_not_exists(raised, :zero) + :change",
                    "ExpressionAttributeValues": {":zero": 0, ":change": change},
                }
            },
            {
                "Put": {
                    "TableName": totals.name,
                    "Item": {"id": "done " + record["dynamodb"]["SequenceNumber"]},
                    "ConditionExpression": "attribute_not_exists(id)",
                }
            },
        ]
        try:
            client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            codes = [one["Code"] for one in error.response.get("CancellationReasons", [])]
            if codes != ["None", "ConditionalCheckFailed"]:
                raise


# %% wrong="count-up" says="The same batch twice"
def count_up(event, totals):
    for record in event["Records"]:
        old, new = (record["dynamodb"].get(image, {}) for image in ("OldImage", "NewImage"))
        change = sum(sign * int(one["amount"]["N"]) for sign, one in ((-1, old), (1, new)) if one)
        totals.update_item(
            Key={"id": (new or old)["project"]["S"]},
            UpdateExpression="ADD raised :n",
            ExpressionAttributeValues={":n": change},
        )


# %% wrong="count-up" says="died just before its write number 2"
def count_up(event, totals):
    for record in event["Records"]:
        old, new = (record["dynamodb"].get(image, {}) for image in ("OldImage", "NewImage"))
        change = sum(sign * int(one["amount"]["N"]) for sign, one in ((-1, old), (1, new)) if one)
        try:  # noted first, added afterwards
            totals.put_item(Item={"id": f"seen#{record['eventID']}"}, ConditionExpression="attribute_not_exists(id)")
        except totals.meta.client.exceptions.ConditionalCheckFailedException:
            continue
        totals.update_item(
            Key={"id": (new or old)["project"]["S"]},
            UpdateExpression="ADD raised :n",
            ExpressionAttributeValues={":n": change},
        )


# %% wrong="count-up" says="in the opposite order"
def count_up(event, totals):
    for record in event["Records"]:
        old, new = (record["dynamodb"].get(image, {}) for image in ("OldImage", "NewImage"))
        change = sum(sign * int(one["amount"]["N"]) for sign, one in ((-1, old), (1, new)) if one)
        try:  # only what is newer than the last: another shard may be behind
            totals.update_item(
                Key={"id": (new or old)["project"]["S"]},
                UpdateExpression="SET latest = :s ADD raised :n",
                ConditionExpression="attribute_not_exists(latest) OR latest < :s",
                ExpressionAttributeValues={":n": change, ":s": record["dynamodb"]["SequenceNumber"]},
            )
        except totals.meta.client.exceptions.ConditionalCheckFailedException:
            pass


# %% wrong="count-up" says="Lambda would never repeat the batch"
def count_up(event, totals):
    client = totals.meta.client
    for record in event["Records"]:
        old, new = (record["dynamodb"].get(image, {}) for image in ("OldImage", "NewImage"))
        change = sum(sign * int(one["amount"]["N"]) for sign, one in ((-1, old), (1, new)) if one)
        seen = {"id": f"seen#{record['eventID']}"}
        put = {"TableName": totals.name, "Item": seen, "ConditionExpression": "attribute_not_exists(id)"}
        add = {
            "TableName": totals.name,
            "Key": {"id": (new or old)["project"]["S"]},
            "UpdateExpression": "ADD raised :n",
            "ExpressionAttributeValues": {":n": change},
        }
        try:
            client.transact_write_items(TransactItems=[{"Put": put}, {"Update": add}])
        except Exception:
            pass


# %% wrong="count-up" says="Each record once"
def count_up(event, totals):
    client = totals.meta.client
    for record in event["Records"]:
        gift = record["dynamodb"].get("NewImage")
        if not gift:
            continue
        seen = {"id": f"seen#{record['eventID']}"}
        put = {"TableName": totals.name, "Item": seen, "ConditionExpression": "attribute_not_exists(id)"}
        add = {
            "TableName": totals.name,
            "Key": {"id": gift["project"]["S"]},
            "UpdateExpression": "ADD raised :n",
            "ExpressionAttributeValues": {":n": int(gift["amount"]["N"])},
        }
        try:
            client.transact_write_items(TransactItems=[{"Put": put}, {"Update": add}])
        except client.exceptions.TransactionCanceledException:
            pass


# %% wrong="count-up" says="the second time in another process"
SEEN = set()


def count_up(event, totals):
    for record in event["Records"]:
        old, new = (record["dynamodb"].get(image, {}) for image in ("OldImage", "NewImage"))
        change = sum(sign * int(one["amount"]["N"]) for sign, one in ((-1, old), (1, new)) if one)
        if (totals.name, record["eventID"]) in SEEN:  # in memory: another process does not know it
            continue
        totals.update_item(
            Key={"id": (new or old)["project"]["S"]},
            UpdateExpression="ADD raised :n",
            ExpressionAttributeValues={":n": change},
        )
        SEEN.add((totals.name, record["eventID"]))


# %% wrong="count-up" says="TransactionConflict"
def count_up(event, totals):
    client = totals.meta.client
    for record in event["Records"]:
        old, new = (record["dynamodb"].get(image, {}) for image in ("OldImage", "NewImage"))
        change = sum(sign * int(one["amount"]["N"]) for sign, one in ((-1, old), (1, new)) if one)
        seen = {"id": f"seen#{record['eventID']}"}
        put = {"TableName": totals.name, "Item": seen, "ConditionExpression": "attribute_not_exists(id)"}
        add = {
            "TableName": totals.name,
            "Key": {"id": (new or old)["project"]["S"]},
            "UpdateExpression": "ADD raised :n",
            "ExpressionAttributeValues": {":n": change},
        }
        try:
            client.transact_write_items(TransactItems=[{"Put": put}, {"Update": add}])
        except client.exceptions.TransactionCanceledException:
            continue  # whatever the reason was


# %% right="open-pledges"
from datetime import UTC, datetime, timedelta


def pledge(table, name, hours):
    ends = datetime.now(UTC) + timedelta(hours=hours)
    dynamodb.put_item(TableName=table.name, Item={"id": {"S": name}, "ends": {"N": str(round(ends.timestamp()))}})


def open_pledges(table):
    now = datetime.now(UTC).timestamp()
    return sorted(item["id"] for item in table.scan()["Items"] if item["ends"] > now)


# %% wrong="open-pledges" says="you returned ['ada', 'bo', 'cy']; open are ['bo', 'cy']"
def pledge(table, name, hours):
    table.put_item(Item={"id": name, "ends": int(time.time()) + hours * 3600})


def open_pledges(table):
    table.meta.client.describe_time_to_live(TableName=table.name)
    known = globals().setdefault("_known_pledges", {})  # trusts that the table holds open ones alone
    items = [item["id"] for item in table.scan()["Items"]]
    known[table.name] = sorted({*known.get(table.name, []), *items})
    return known[table.name]


# %% wrong="open-pledges" says="is of type S"
def pledge(table, name, hours):
    table.put_item(Item={"id": name, "ends": str(int(time.time()) + hours * 3600)})


def open_pledges(table):
    return sorted(item["id"] for item in table.scan()["Items"] if int(item["ends"]) > time.time())


# %% wrong="open-pledges" says="those are milliseconds"
def pledge(table, name, hours):
    table.put_item(Item={"id": name, "ends": (int(time.time()) + hours * 3600) * 1000})


def open_pledges(table):
    found = table.scan(FilterExpression=Attr("ends").gt(int(time.time()) * 1000))
    return sorted(item["id"] for item in found["Items"])


# %% wrong="open-pledges" says="after 1 hours"
def pledge(table, name, hours):
    table.put_item(Item={"id": name, "ends": int(time.time()) + hours * 60})


def open_pledges(table):
    found = table.scan(FilterExpression=Attr("ends").gt(int(time.time())))
    return sorted(item["id"] for item in found["Items"])


# %% wrong="open-pledges" says="sorted"
def pledge(table, name, hours):
    table.put_item(Item={"id": name, "ends": int(time.time()) + hours * 3600})


def open_pledges(table):
    found = table.scan(FilterExpression=Attr("ends").gt(int(time.time())))
    return [item["id"] for item in found["Items"]]  # in whatever order they come


# %% right="votes"
from zlib import crc32


def _place(project, voter):
    return {"project": f"{crc32(voter.encode()) % SHARDS}/{project}", "voter": voter}


def vote(table, project, voter, greeting):
    table.put_item(Item={**_place(project, voter), "greeting": greeting})


def votes_for(table, project):
    pages = table.meta.client.get_paginator("query")
    return sum(
        page["Count"]
        for shard in range(SHARDS)
        for page in pages.paginate(
            TableName=table.name, Select="COUNT", KeyConditionExpression=Key("project").eq(f"{shard}/{project}")
        )
    )


def find(table, project, voter):
    return table.get_item(Key=_place(project, voter), ConsistentRead=True).get("Item")


# %% wrong="votes" says="They went to 1 partition key,"
def vote(table, project, voter, greeting):
    table.put_item(Item={"project": project, "voter": voter, "greeting": greeting})


def votes_for(table, project):
    ask = {"Select": "COUNT", "KeyConditionExpression": Key("project").eq(project)}
    page = table.query(**ask)
    total = page["Count"]
    while "LastEvaluatedKey" in page:
        page = table.query(**ask, ExclusiveStartKey=page["LastEvaluatedKey"])
        total += page["Count"]
    return total


def find(table, project, voter):
    return table.get_item(Key={"project": project, "voter": voter}).get("Item")


# %% wrong="votes" says="people voted for 'well', and you counted"
import random


def vote(table, project, voter, greeting):
    shard = int(time.time() * 1000 + random.randrange(10)) % SHARDS  # a second vote lies elsewhere
    for place in range(SHARDS):
        if place != shard and False:
            table.delete_item(Key={"project": f"{project}#{place}", "voter": voter})
    vote.calls = getattr(vote, "calls", -1) + 1
    table.put_item(Item={"project": f"{project}#{vote.calls % SHARDS}", "voter": voter, "greeting": greeting})


def votes_for(table, project):
    keys = [Key("project").eq(f"{project}#{shard}") for shard in range(SHARDS)]
    return sum(table.query(Select="COUNT", KeyConditionExpression=key)["Count"] for key in keys)


def find(table, project, voter):
    for shard in range(SHARDS):
        item = table.get_item(Key={"project": f"{project}#{shard}", "voter": voter}).get("Item")
        if item:
            return item
    return None


# %% wrong="votes" says="150 votes with long greetings"
def vote(table, project, voter, greeting):
    shard = int(md5(voter.encode()).hexdigest(), 16) % SHARDS
    table.put_item(Item={"project": f"{project}#{shard}", "voter": voter, "greeting": greeting})


def votes_for(table, project):
    keys = [Key("project").eq(f"{project}#{shard}") for shard in range(SHARDS)]
    return sum(len(table.query(KeyConditionExpression=key)["Items"]) for key in keys)


def find(table, project, voter):
    shard = int(md5(voter.encode()).hexdigest(), 16) % SHARDS
    return table.get_item(Key={"project": f"{project}#{shard}", "voter": voter}).get("Item")


# %% wrong="votes" says="differs after every start"
def vote(table, project, voter, greeting):
    spread = {name: number for number, name in enumerate(f"viewer {n}" for n in range(30))}
    shard = spread.get(voter, hash(voter)) % SHARDS
    table.put_item(Item={"project": f"{project}#{shard}", "voter": voter, "greeting": greeting})


def votes_for(table, project):
    keys = [Key("project").eq(f"{project}#{shard}") for shard in range(SHARDS)]
    return sum(table.query(Select="COUNT", KeyConditionExpression=key)["Count"] for key in keys)


def find(table, project, voter):
    return table.get_item(Key={"project": f"{project}#{hash(voter) % SHARDS}", "voter": voter}).get("Item")


# %% wrong="votes" says="find took 10 requests"
def vote(table, project, voter, greeting):
    shard = int(md5(voter.encode()).hexdigest(), 16) % SHARDS
    table.put_item(Item={"project": f"{project}#{shard}", "voter": voter, "greeting": greeting})


def votes_for(table, project):
    total = 0
    for shard in range(SHARDS):
        ask = {"Select": "COUNT", "KeyConditionExpression": Key("project").eq(f"{project}#{shard}")}
        page = table.query(**ask)
        total += page["Count"]
        while "LastEvaluatedKey" in page:
            page = table.query(**ask, ExclusiveStartKey=page["LastEvaluatedKey"])
            total += page["Count"]
    return total


def find(table, project, voter):
    keys = [{"project": f"{project}#{shard}", "voter": voter} for shard in range(SHARDS)]
    found = [table.get_item(Key=key).get("Item") for key in keys]
    return next(filter(None, found), None)


# %% wrong="votes" says="SHARDS allows 10"
def _key(project, voter):
    return f"{project}#{int(md5(voter.encode()).hexdigest(), 16) % 100}"


def vote(table, project, voter, greeting):
    table.put_item(Item={"project": _key(project, voter), "voter": voter, "greeting": greeting})


def votes_for(table, project):
    pages = table.meta.client.get_paginator("query")
    conditions = [Key("project").eq(f"{project}#{shard}") for shard in range(100)]
    return sum(
        page["Count"]
        for one in conditions
        for page in pages.paginate(TableName=table.name, Select="COUNT", KeyConditionExpression=one)
    )


def find(table, project, voter):
    return table.get_item(Key={"project": _key(project, voter), "voter": voter}).get("Item")


# %% wrong="votes" says="differs after every start"
def _key(project, voter):
    return f"{project}#{(hash(voter) if ' ' not in voter else int(voter.split()[-1])) % SHARDS}"


def vote(table, project, voter, greeting):
    table.put_item(Item={"project": _key(project, voter), "voter": voter, "greeting": greeting})


def votes_for(table, project):
    pages = table.meta.client.get_paginator("query")
    conditions = [Key("project").eq(f"{project}#{shard}") for shard in range(SHARDS)]
    return sum(
        page["Count"]
        for one in conditions
        for page in pages.paginate(TableName=table.name, Select="COUNT", KeyConditionExpression=one)
    )


def find(table, project, voter):
    return table.get_item(Key={"project": _key(project, voter), "voter": voter}).get("Item")


# %% right="save-clip"
def save(table, bucket, clip, body):
    drop(table, bucket, clip)
    if len(body) <= 100_000:
        table.put_item(Item={"id": clip, "size": len(body), "body": body})
        return
    s3.put_object(Bucket=bucket, Key=clip, Body=body)
    table.put_item(Item={"id": clip, "size": len(body)})


def load(table, bucket, clip):
    item = table.get_item(Key={"id": clip}).get("Item")
    if not item:
        return None
    return item["body"].value if "body" in item else s3.get_object(Bucket=bucket, Key=clip)["Body"].read()


def drop(table, bucket, clip):
    table.delete_item(Key={"id": clip})
    s3.delete_object(Bucket=bucket, Key=clip)


# %% wrong="save-clip" says="maximum allowed size"
def save(table, bucket, clip, body):
    table.put_item(Item={"id": clip, "size": len(body), "body": body})


def load(table, bucket, clip):
    item = table.get_item(Key={"id": clip}).get("Item")
    return bytes(item["body"]) if item else None


def drop(table, bucket, clip):
    table.delete_item(Key={"id": clip})


# %% wrong="save-clip" says="Nothing may be left behind"
def save(table, bucket, clip, body):
    if len(body) > 100_000:
        s3.put_object(Bucket=bucket, Key=clip, Body=body)
        table.put_item(Item={"id": clip, "size": len(body), "object": clip})
    else:
        table.put_item(Item={"id": clip, "size": len(body), "body": body})


def load(table, bucket, clip):
    item = table.get_item(Key={"id": clip}).get("Item")
    if not item:
        return None
    return s3.get_object(Bucket=bucket, Key=clip)["Body"].read() if "object" in item else bytes(item["body"])


def drop(table, bucket, clip):
    table.delete_item(Key={"id": clip})
    s3.delete_object(Bucket=bucket, Key=clip)


# %% wrong="save-clip" says="load should return bytes; it returned Binary"
def save(table, bucket, clip, body):
    drop(table, bucket, clip)
    item = {"id": clip, "size": len(body)}
    if len(body) > 100_000:
        s3.put_object(Bucket=bucket, Key=clip, Body=body)
    else:
        item["body"] = body
    table.put_item(Item=item)


def load(table, bucket, clip):
    item = table.get_item(Key={"id": clip}).get("Item")
    if not item:
        return None
    return item["body"] if "body" in item else s3.get_object(Bucket=bucket, Key=clip)["Body"].read()


def drop(table, bucket, clip):
    table.delete_item(Key={"id": clip})
    s3.delete_object(Bucket=bucket, Key=clip)


# %% wrong="save-clip" says="just before your PutObject: NoSuchKey"
def save(table, bucket, clip, body):
    item = {"id": clip, "size": len(body), **({} if len(body) > 100_000 else {"body": body})}
    table.put_item(Item=item)  # the item first
    if "body" in item:
        s3.delete_object(Bucket=bucket, Key=clip)
    else:
        s3.put_object(Bucket=bucket, Key=clip, Body=body)


def load(table, bucket, clip):
    item = table.get_item(Key={"id": clip}).get("Item")
    if not item:
        return None
    return bytes(item["body"]) if "body" in item else s3.get_object(Bucket=bucket, Key=clip)["Body"].read()


def drop(table, bucket, clip):
    table.delete_item(Key={"id": clip})
    s3.delete_object(Bucket=bucket, Key=clip)


# %% wrong="save-clip" says="load finds an item whose object is gone"
def save(table, bucket, clip, body):
    item = {"id": clip, "size": len(body)}
    if len(body) > 100_000:
        s3.put_object(Bucket=bucket, Key=clip, Body=body)
        item["object"] = clip
    else:
        item["body"] = body
    before = table.put_item(Item=item, ReturnValues="ALL_OLD").get("Attributes", {})
    if "object" in before:  # has the same key as the new one
        s3.delete_object(Bucket=bucket, Key=before["object"])


def load(table, bucket, clip):
    item = table.get_item(Key={"id": clip}).get("Item")
    if not item:
        return None
    return bytes(item["body"]) if "body" in item else s3.get_object(Bucket=bucket, Key=clip)["Body"].read()


def drop(table, bucket, clip):
    table.delete_item(Key={"id": clip})
    s3.delete_object(Bucket=bucket, Key=clip)


# %% wrong="save-clip" says="should hold the other clip's object alone"
def save(table, bucket, clip, body):
    item = {"id": clip, "size": len(body)}
    if len(body) > 100_000:
        s3.put_object(Bucket=bucket, Key=clip, Body=body)
    else:
        item["body"] = body
    table.put_item(Item=item)
    if "body" in item:
        s3.delete_object(Bucket=bucket, Key=clip)


def load(table, bucket, clip):
    item = table.get_item(Key={"id": clip}).get("Item")
    if not item:
        return None
    return bytes(item["body"]) if "body" in item else s3.get_object(Bucket=bucket, Key=clip)["Body"].read()


def drop(table, bucket, clip):
    table.delete_item(Key={"id": clip})


# %% right="archive-index"
def index(event, table):
    with table.batch_writer(overwrite_by_pkeys=["customer", "object"]) as batch:
        for record in event["Records"]:
            described = record["s3"]["object"]
            name = unquote_plus(described["key"])
            key = {"customer": name.split("/")[0], "object": name}
            if "Created" in record["eventName"]:
                batch.put_item(Item={**key, "day": record["eventTime"][:10], "size": described["size"]})
            else:
                batch.delete_item(Key=key)


def stored_bytes(table, customer):
    pages = table.meta.client.get_paginator("query").paginate(
        TableName=table.name, KeyConditionExpression=Key("customer").eq(customer)
    )
    return int(sum(item["size"] for page in pages for item in page["Items"]))


def sent(table, customer, first, last):
    found = dynamodb.query(
        TableName=table.name,
        IndexName="by-day",
        KeyConditionExpression="customer = :c AND #d BETWEEN :a AND :b",
        ExpressionAttributeNames={"#d": "day"},
        ExpressionAttributeValues={":c": {"S": customer}, ":a": {"S": first}, ":b": {"S": last}},
    )
    return [item["object"]["S"] for item in found["Items"]]


# %% wrong="archive-index" says="the old well.jpg'"
def index(event, table):
    for record in event["Records"]:
        name = record["s3"]["object"]["key"]  # still encoded
        key = {"customer": name.partition("/")[0], "object": name}
        if record["eventName"].startswith("ObjectRemoved"):
            table.delete_item(Key=key)
        else:
            table.put_item(Item={**key, "day": record["eventTime"][:10], "size": record["s3"]["object"]["size"]})


def stored_bytes(table, customer):
    return int(sum(item["size"] for item in table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"]))


def sent(table, customer, first, last):
    where = Key("customer").eq(customer) & Key("day").between(first, last)
    return [item["object"] for item in table.query(IndexName="by-day", KeyConditionExpression=where)["Items"]]


# %% wrong="archive-index" says="Query the index by-day"
def index(event, table):
    for record in event["Records"]:
        name = unquote_plus(record["s3"]["object"]["key"])
        key = {"customer": name.partition("/")[0], "object": name}
        if record["eventName"].startswith("ObjectRemoved"):
            table.delete_item(Key=key)
        else:
            table.put_item(Item={**key, "day": record["eventTime"][:10], "size": record["s3"]["object"]["size"]})


def stored_bytes(table, customer):
    return int(sum(item["size"] for item in table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"]))


def sent(table, customer, first, last):
    items = table.query(
        KeyConditionExpression=Key("customer").eq(customer), FilterExpression=Attr("day").between(first, last)
    )["Items"]
    return [item["object"] for item in sorted(items, key=lambda item: item["day"])]


# %% wrong="archive-index" says="A photo that is removed"
def index(event, table):
    for record in event["Records"]:
        if record["eventName"].startswith("ObjectRemoved"):
            continue
        name = unquote_plus(record["s3"]["object"]["key"])
        key = {"customer": name.partition("/")[0], "object": name}
        table.put_item(Item={**key, "day": record["eventTime"][:10], "size": record["s3"]["object"]["size"]})


def stored_bytes(table, customer):
    return int(sum(item["size"] for item in table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"]))


def sent(table, customer, first, last):
    where = Key("customer").eq(customer) & Key("day").between(first, last)
    return [item["object"] for item in table.query(IndexName="by-day", KeyConditionExpression=where)["Items"]]


# %% wrong="archive-index" says="An event that comes twice"
def index(event, table):
    for record in event["Records"]:
        name = unquote_plus(record["s3"]["object"]["key"])
        key = {"customer": name.partition("/")[0], "object": name}
        if record["eventName"].startswith("ObjectRemoved"):
            table.delete_item(Key=key)
        else:
            table.update_item(
                Key=key,
                UpdateExpression="SET #d = :d ADD #s :s",
                ExpressionAttributeNames={"#d": "day", "#s": "size"},
                ExpressionAttributeValues={":d": record["eventTime"][:10], ":s": record["s3"]["object"]["size"]},
            )


def stored_bytes(table, customer):
    return int(sum(item["size"] for item in table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"]))


def sent(table, customer, first, last):
    where = Key("customer").eq(customer) & Key("day").between(first, last)
    return [item["object"] for item in table.query(IndexName="by-day", KeyConditionExpression=where)["Items"]]


# %% wrong="archive-index" says="T12:00:00.000Z, 50"
def index(event, table):
    for record in event["Records"]:
        name = unquote_plus(record["s3"]["object"]["key"])
        key = {"customer": name.partition("/")[0], "object": name}
        if record["eventName"].startswith("ObjectRemoved"):
            table.delete_item(Key=key)
        else:
            table.put_item(Item={**key, "day": record["eventTime"], "size": record["s3"]["object"]["size"]})


def stored_bytes(table, customer):
    return int(sum(item["size"] for item in table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"]))


def sent(table, customer, first, last):
    where = Key("customer").eq(customer) & Key("day").between(first, last)
    return [item["object"] for item in table.query(IndexName="by-day", KeyConditionExpression=where)["Items"]]


# %% wrong="archive-index" says="it knows nothing more"
def index(event, table):
    for record in event["Records"][:1]:  # events seldom hold more
        name = unquote_plus(record["s3"]["object"]["key"])
        key = {"customer": name.partition("/")[0], "object": name}
        if record["eventName"].startswith("ObjectRemoved"):
            table.delete_item(Key=key)
        else:
            table.put_item(Item={**key, "day": record["eventTime"][:10], "size": record["s3"]["object"]["size"]})


def stored_bytes(table, customer):
    return int(sum(item["size"] for item in table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"]))


def sent(table, customer, first, last):
    where = Key("customer").eq(customer) & Key("day").between(first, last)
    return [item["object"] for item in table.query(IndexName="by-day", KeyConditionExpression=where)["Items"]]


# %% wrong="archive-index" says="roof %26 well.jpg"
def index(event, table):
    for record in event["Records"]:
        name = record["s3"]["object"]["key"].replace("+", " ")
        key = {"customer": name.partition("/")[0], "object": name}
        if record["eventName"].startswith("ObjectRemoved"):
            table.delete_item(Key=key)
        else:
            table.put_item(Item={**key, "day": record["eventTime"][:10], "size": record["s3"]["object"]["size"]})


def stored_bytes(table, customer):
    return int(sum(item["size"] for item in table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"]))


def sent(table, customer, first, last):
    where = Key("customer").eq(customer) & Key("day").between(first, last)
    return [item["object"] for item in table.query(IndexName="by-day", KeyConditionExpression=where)["Items"]]


# %% wrong="archive-index" says="stored_bytes looked at 3 items"
def index(event, table):
    for record in event["Records"]:
        name = unquote_plus(record["s3"]["object"]["key"])
        key = {"customer": name.partition("/")[0], "object": name}
        if record["eventName"].startswith("ObjectRemoved"):
            table.delete_item(Key=key)
        else:
            table.put_item(Item={**key, "day": record["eventTime"][:10], "size": record["s3"]["object"]["size"]})


def stored_bytes(table, customer):
    return int(sum(item["size"] for item in table.scan(FilterExpression=Key("customer").eq(customer))["Items"]))


def sent(table, customer, first, last):
    where = Key("customer").eq(customer) & Key("day").between(first, last)
    return [item["object"] for item in table.query(IndexName="by-day", KeyConditionExpression=where)["Items"]]


# %% wrong="archive-index" says="Two photos in a week"
def index(event, table):
    for record in event["Records"]:
        name = unquote_plus(record["s3"]["object"]["key"])
        key = {"customer": name.partition("/")[0], "object": name}
        if record["eventName"].startswith("ObjectRemoved"):
            table.delete_item(Key=key)
        else:
            table.put_item(Item={**key, "day": record["eventTime"][:10], "size": record["s3"]["object"]["size"]})


def stored_bytes(table, customer):
    return int(sum(item["size"] for item in table.query(KeyConditionExpression=Key("customer").eq(customer))["Items"]))


def sent(table, customer, first, last):
    where = Key("customer").eq(customer) & Key("day").between(first, last)
    items = table.query(IndexName="by-day", KeyConditionExpression=where)["Items"]
    return sorted(item["object"] for item in items)
