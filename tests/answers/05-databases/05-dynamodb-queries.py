# %% [markdown]
# Answers to 05-databases/05-dynamodb-queries: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="best-key"
def burden(films, attribute):
    counts = [0] * 10
    for film in films:
        counts[partition_of(film[attribute])] += 1
    return max(counts) / (sum(counts) / 10)


def best_key(films):
    ranked = sorted((burden(films, name), name) for name in films[0])
    return ranked[0][1]


# %% wrong="best-key" says="the other nine are empty"
def burden(films, attribute):
    held = Counter(partition_of(film[attribute]) for film in films)
    return max(held.values()) / (len(films) / len(held))  # empty partitions forgotten


def best_key(films):
    return min(films[0], key=lambda attribute: burden(films, attribute))


# %% wrong="best-key" says="The best key of the 10,000 films"
def burden(films, attribute):
    held = Counter(partition_of(film[attribute]) for film in films)
    return max(held.values()) / (len(films) / 10)


def best_key(films):
    return max(films[0], key=lambda attribute: burden(films, attribute))


# %% wrong="best-key" says="your answer gives 'film_id', it should be 'language'"
def burden(films, attribute):
    held = Counter(partition_of(film[attribute]) for film in films)
    return max(held.values()) / (len(films) / 10)


def best_key(films):
    return "film_id"


# %% wrong="best-key" says="whose hashes all lead to one partition"
def burden(films, attribute):
    held = Counter(film[attribute] for film in films)  # values, not partitions
    return max(held.values()) / (len(films) / 10)


def best_key(films):
    return min(films[0], key=lambda attribute: burden(films, attribute))


# %% wrong="best-key" says="two languages that do not"
def burden(films, attribute):
    held = Counter(partition_of(film[attribute]) for film in films)
    return max(held.values()) / (len(films) / 10)


def best_key(films):  # the most different values, however often each is used
    return max(films[0], key=lambda attribute: len({film[attribute] for film in films}))


# %% right="find-shows"
def find_shows(table, film, first, last):
    page = dynamodb.query(
        TableName=table.name,
        KeyConditionExpression="film = :f AND starts BETWEEN :a AND :b",
        ExpressionAttributeValues={":f": {"S": film}, ":a": {"S": first}, ":b": {"S": last + "~"}},
    )
    return [{name: value["S"] for name, value in item.items()} for item in page["Items"]]


# %% wrong="find-shows" says="Both days count in full"
def find_shows(table, film, first, last):
    return table.query(KeyConditionExpression=Key("film").eq(film) & Key("starts").between(first, last))["Items"]


# %% wrong="find-shows" says="is too much"
def find_shows(table, film, first, last):
    return table.query(KeyConditionExpression=Key("film").eq(film) & Key("starts").gte(first))["Items"]


# %% wrong="find-shows" says="Let the key condition choose"
def find_shows(table, film, first, last):
    items = table.query(KeyConditionExpression=Key("film").eq(film))["Items"]
    return [item for item in items if first <= item["starts"][:10] <= last]


# %% wrong="find-shows" says="Let the key condition choose"
def find_shows(table, film, first, last):
    wanted = Attr("film").eq(film) & Attr("starts").between(first, last + " 24:00")
    return sorted(table.scan(FilterExpression=wanted)["Items"], key=lambda item: item["starts"])


# %% wrong="find-shows" says="Use Query"
def find_shows(table, film, first, last):
    page = dynamodb.execute_statement(
        Statement=f'SELECT * FROM "{table.name}" WHERE film = ? AND starts BETWEEN ? AND ?',
        Parameters=[{"S": film}, {"S": first}, {"S": last + "~"}],
    )
    return [{name: value["S"] for name, value in item.items()} for item in page["Items"]]


# %% right="foretell-reads"
def foretell(matching, total, size):
    def units(bytes_):
        return max(1, -(-bytes_ // 4096)) * 0.5

    return {
        "query": units(matching * size),
        "filter": units(matching * size),
        "gets": matching * units(size),
        "scan": units(total * size),
    }


# %% wrong="foretell-reads" says="The filter works after the reading"
def foretell(matching, total, size):
    return {
        "query": ceil(matching * size / 4096) / 2,
        "filter": ceil(matching / 2 * size / 4096) / 2,
        "gets": matching * ceil(size / 4096) / 2,
        "scan": ceil(total * size / 4096) / 2,
    }


# %% wrong="foretell-reads" says="adds the sizes up first"
def foretell(matching, total, size):
    each = ceil(size / 4096) / 2
    return {"query": matching * each, "filter": matching * each, "gets": matching * each, "scan": total * each}


# %% wrong="foretell-reads" says="looks at the whole table"
def foretell(matching, total, size):
    together = ceil(matching * size / 4096) / 2
    return {"query": together, "filter": together, "gets": matching * ceil(size / 4096) / 2, "scan": together}


# %% wrong="foretell-reads" says="the lab measured 5"
def foretell(matching, total, size):
    together = ceil(matching * size / 4096)
    return {
        "query": together,
        "filter": together,
        "gets": matching * ceil(size / 4096),
        "scan": ceil(total * size / 4096),
    }


# %% right="all-reviews"
def all_reviews(table, film, stars):
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table.name,
        KeyConditionExpression="film = :f",
        FilterExpression="stars = :s",
        ExpressionAttributeValues={":f": {"S": film}, ":s": {"N": str(stars)}},
    )
    items = [item for page in pages for item in page["Items"]]
    return [{"film": item["film"]["S"], "id": item["id"]["S"], "stars": int(item["stars"]["N"])} for item in items]


# %% wrong="all-reviews" says="Six long reviews, all with 5 stars"
def all_reviews(table, film, stars):
    page = table.query(KeyConditionExpression=Key("film").eq(film), FilterExpression=Attr("stars").eq(stars))
    return page["Items"]


# %% wrong="all-reviews" says="the first seven with 1 star"
def all_reviews(table, film, stars):
    found, ask = [], {"KeyConditionExpression": Key("film").eq(film), "FilterExpression": Attr("stars").eq(stars)}
    while True:
        page = table.query(**ask)
        found += page["Items"]
        if not page["Items"] or "LastEvaluatedKey" not in page:
            return found
        ask["ExclusiveStartKey"] = page["LastEvaluatedKey"]


# %% wrong="all-reviews" says="a scan reads those of all films"
def all_reviews(table, film, stars):
    found, ask = [], {"FilterExpression": Attr("film").eq(film) & Attr("stars").eq(stars)}
    while True:
        page = table.scan(**ask)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return sorted(found, key=lambda item: item["id"])
        ask["ExclusiveStartKey"] = page["LastEvaluatedKey"]


# %% wrong="all-reviews" says="the first seven with 1 star"
def all_reviews(table, film, stars):
    ask = {"KeyConditionExpression": Key("film").eq(film), "FilterExpression": Attr("stars").eq(stars)}
    page = table.query(**ask)
    found = page["Items"]
    if "LastEvaluatedKey" in page:  # a second page, never a third
        found += table.query(**ask, ExclusiveStartKey=page["LastEvaluatedKey"])["Items"]
    return found


# %% right="fetch-many"
def fetch(table_name, ids):
    todo, found = [{"id": {"S": one}} for one in set(ids)], {}
    while todo:
        part, todo = todo[:100], todo[100:]
        page = dynamodb.batch_get_item(RequestItems={table_name: {"Keys": part}})
        todo += page["UnprocessedKeys"].get(table_name, {}).get("Keys", [])
        for item in page["Responses"].get(table_name, []):
            found[item["id"]["S"]] = {name: value["S"] for name, value in item.items()}
    return found


# %% wrong="fetch-many" says="90 films of 395 KB"
def fetch(table_name, ids):
    found, unique = {}, list(dict.fromkeys(ids))
    for start in range(0, len(unique), 100):
        keys = [{"id": one} for one in unique[start : start + 100]]
        page = resource.batch_get_item(RequestItems={table_name: {"Keys": keys}})
        found |= {item["id"]: item for item in page["Responses"][table_name]}
    return found


# %% wrong="fetch-many" says="Ask for 100 keys at a time"
def fetch(table_name, ids):
    table = resource.Table(table_name)
    answers = [table.get_item(Key={"id": one}) for one in ids]
    return {answer["Item"]["id"]: answer["Item"] for answer in answers if "Item" in answer}


# %% wrong="fetch-many" says="duplicates"
def fetch(table_name, ids):
    found = {}
    for start in range(0, len(ids), 100):
        waiting = {table_name: {"Keys": [{"id": one} for one in ids[start : start + 100]]}}
        while waiting:
            page = resource.batch_get_item(RequestItems=waiting)
            found |= {item["id"]: item for item in page["Responses"][table_name]}
            waiting = page["UnprocessedKeys"]
    return found


# %% wrong="fetch-many" says="100"
def fetch(table_name, ids):
    keys = [{"id": one} for one in set(ids)]
    page = resource.batch_get_item(RequestItems={table_name: {"Keys": keys}})
    return {item["id"]: item for item in page["Responses"][table_name]}


# %% wrong="fetch-many" says="Ask again while there are UnprocessedKeys"
def fetch(table_name, ids):
    found, unique = {}, list(dict.fromkeys(ids))
    for start in range(0, len(unique), 100):
        waiting = {table_name: {"Keys": [{"id": one} for one in unique[start : start + 100]]}}
        for _ in range(2):  # what is left after the second round is lost
            if waiting:
                page = resource.batch_get_item(RequestItems=waiting)
                found |= {item["id"]: item for item in page["Responses"].get(table_name, [])}
                waiting = page["UnprocessedKeys"]
    return found


# %% wrong="fetch-many" says="Ask for all UnprocessedKeys in one request"
def fetch(table_name, ids):
    found, unique = {}, list(dict.fromkeys(ids))
    for start in range(0, len(unique), 100):
        keys = [{"id": one} for one in unique[start : start + 100]]
        page = resource.batch_get_item(RequestItems={table_name: {"Keys": keys}})
        found |= {item["id"]: item for item in page["Responses"].get(table_name, [])}
        for key in page["UnprocessedKeys"].get(table_name, {}).get("Keys", []):
            found[key["id"]] = resource.Table(table_name).get_item(Key=key)["Item"]
    return found


# %% wrong="fetch-many" says="as Python values"
def fetch(table_name, ids):
    found, unique = {}, list(dict.fromkeys(ids))
    for start in range(0, len(unique), 100):
        waiting = {table_name: {"Keys": [{"id": {"S": one}} for one in unique[start : start + 100]]}}
        while waiting:
            page = dynamodb.batch_get_item(RequestItems=waiting)
            found |= {item["id"]["S"]: item for item in page["Responses"].get(table_name, [])}
            waiting = page["UnprocessedKeys"]
    return found


# %% right="index-units"
def index_units(projection, kb):
    steps = {"put": 1, "put without phase": 0, "note": int(projection == "ALL"), "phase": 2, "delete": 1}
    size = {"ALL": kb, "KEYS_ONLY": 1}[projection]
    return {step: kb + writes * size for step, writes in steps.items()}


# %% wrong="index-units" says="The entry moves"
def index_units(projection, kb):
    entry = kb if projection == "ALL" else 1
    note = kb + (entry if projection == "ALL" else 0)
    return {"put": kb + entry, "put without phase": kb, "note": note, "phase": kb + entry, "delete": kb + entry}


# %% wrong="index-units" says="Without its key an item is not in the index"
def index_units(projection, kb):
    entry = kb if projection == "ALL" else 1
    note = kb + (entry if projection == "ALL" else 0)
    both = kb + entry
    return {"put": both, "put without phase": both, "note": note, "phase": kb + 2 * entry, "delete": both}


# %% wrong="index-units" says="KEYS_ONLY, 3 KB, 'put'"
def index_units(projection, kb):
    return {"put": 2 * kb, "put without phase": kb, "note": 2 * kb, "phase": 3 * kb, "delete": 2 * kb}


# %% right="single-table"
def to_item(record):
    item = dict(record)
    if record["kind"] == "show":
        item.update(pk=record["show"], sk="-", other=record["date"], rank=record["starts"] + record["show"])
    elif record["kind"] == "customer":
        item.update(pk="C/" + record["customer"], sk="0")
    else:
        item.update(pk="C/" + record["customer"], sk=record["date"] + "/" + record["booking"])
        item.update(other="S/" + record["show"], rank=record["seat"] + record["booking"])
    return item


def ask(question, **given):
    if "customer" in given:
        where = Key("pk").eq("C/" + given["customer"])
        if question == "bookings":
            where &= Key("sk").between(given["first"], given["last"] + "0")
        return {"KeyConditionExpression": where, "ScanIndexForward": False}
    other = "S/" + given["show"] if question == "seats" else given["date"]
    return {"IndexName": "by-other", "KeyConditionExpression": Key("other").eq(other)}


# %% wrong="single-table" says="one would overwrite the other"
def to_item(record):
    keys = {"customer": {"pk": record.get("customer"), "sk": "ABOUT"}}
    keys["show"] = {"pk": record.get("show"), "sk": "ABOUT", "other": record.get("date"), "rank": record.get("starts")}
    keys["booking"] = {
        "pk": record.get("customer"),
        "sk": f"BOOKING#{record.get('date')}",
        "other": record.get("show"),
        "rank": record.get("seat"),
    }
    return {**record, **keys[record["kind"]]}


def ask(question, **given):
    if question in ("seats", "programme"):
        (other,) = given.values()
        return {"IndexName": "by-other", "KeyConditionExpression": Key("other").eq(other)}
    where = Key("pk").eq(given["customer"])
    if question == "bookings":
        where &= Key("sk").between(f"BOOKING#{given['first']}", f"BOOKING#{given['last']}")
    return {"KeyConditionExpression": where, "ScanIndexForward": False}


# %% wrong="single-table" says="'bookings' for ada, 2026-12-21, 2026-12-23"
def to_item(record):
    keys = {"customer": {"pk": record.get("customer"), "sk": "ABOUT"}}
    keys["show"] = {"pk": record.get("show"), "sk": "ABOUT", "other": record.get("date"), "rank": record.get("starts")}
    keys["booking"] = {
        "pk": record.get("customer"),
        "sk": f"BOOKING#{record.get('date')}#{record.get('booking')}",
        "other": record.get("show"),
        "rank": record.get("seat"),
    }
    return {**record, **keys[record["kind"]]}


def ask(question, **given):
    if question in ("seats", "programme"):
        (other,) = given.values()
        return {"IndexName": "by-other", "KeyConditionExpression": Key("other").eq(other)}
    where = Key("pk").eq(given["customer"])
    if question == "bookings":  # the last date is not in it
        where &= Key("sk").between(f"BOOKING#{given['first']}", f"BOOKING#{given['last']}")
    return {"KeyConditionExpression": where, "ScanIndexForward": False}


# %% wrong="single-table" says="Let the key condition choose, without a filter"
def to_item(record):
    keys = {"customer": {"pk": record.get("customer"), "sk": "ABOUT"}}
    keys["show"] = {"pk": record.get("show"), "sk": "ABOUT", "other": record.get("date"), "rank": record.get("starts")}
    keys["booking"] = {
        "pk": record.get("customer"),
        "sk": f"BOOKING#{record.get('date')}#{record.get('booking')}",
        "other": record.get("show"),
        "rank": record.get("seat"),
    }
    return {**record, **keys[record["kind"]]}


def ask(question, **given):
    if question in ("seats", "programme"):
        (other,) = given.values()
        return {"IndexName": "by-other", "KeyConditionExpression": Key("other").eq(other)}
    more = {"ScanIndexForward": False}
    if question == "bookings":
        kept = Attr("kind").eq("booking") & Attr("date").between(given["first"], given["last"])
        more["FilterExpression"] = kept
    return {"KeyConditionExpression": Key("pk").eq(given["customer"]), **more}


# %% wrong="single-table" says="the order of 'date'"
def to_item(record):
    keys = {"customer": {"pk": record.get("customer"), "sk": "ABOUT"}}
    keys["show"] = {"pk": record.get("show"), "sk": "ABOUT", "other": record.get("date"), "rank": record.get("starts")}
    keys["booking"] = {
        "pk": record.get("customer"),
        "sk": f"BOOKING#{record.get('date')}#{record.get('booking')}",
        "other": record.get("show"),
        "rank": record.get("seat"),
    }
    return {**record, **keys[record["kind"]]}


def ask(question, **given):
    if question in ("seats", "programme"):
        (other,) = given.values()
        return {"IndexName": "by-other", "KeyConditionExpression": Key("other").eq(other)}
    where = Key("pk").eq(given["customer"])
    if question == "bookings":
        where &= Key("sk").between(f"BOOKING#{given['first']}", f"BOOKING#{given['last']}#~")
    return {"KeyConditionExpression": where}


# %% wrong="single-table" says="'account' for ada"
def to_item(record):
    keys = {"pk": f"{record['kind']}#{record[record['kind']]}", "sk": "ABOUT"}
    match record["kind"]:
        case "show":
            keys |= {"other": record["date"], "rank": record["starts"]}
        case "booking":
            keys |= {"other": record["show"], "rank": record["seat"]}
    return {**record, **keys}


def ask(question, **given):
    if question in ("seats", "programme"):
        (other,) = given.values()
        return {"IndexName": "by-other", "KeyConditionExpression": Key("other").eq(other)}
    return {"KeyConditionExpression": Key("pk").eq(f"customer#{given['customer']}")}


# %% right="empty-table"
def empty(name):
    table = resource.Table(name)
    keys, attributes, indexes = table.key_schema, table.attribute_definitions, table.global_secondary_indexes
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    table.delete()
    table.wait_until_not_exists()
    settings = {"KeySchema": keys, "AttributeDefinitions": attributes, "BillingMode": "PAY_PER_REQUEST"}
    if indexes:
        wanted = {"IndexName", "KeySchema", "Projection"}
        settings["GlobalSecondaryIndexes"] = [{k: v for k, v in one.items() if k in wanted} for one in indexes]
    dynamodb.create_table(TableName=name, **settings)
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    if ttl.get("AttributeName") and ttl["TimeToLiveStatus"] == "ENABLED":
        specification = {"Enabled": True, "AttributeName": ttl["AttributeName"]}
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)


# %% wrong="empty-table" says="the number of global indexes"
def empty(name):
    old = dynamodb.describe_table(TableName=name)["Table"]
    keys = [key["AttributeName"] for key in old["KeySchema"]]
    attributes = [one for one in old["AttributeDefinitions"] if one["AttributeName"] in keys]
    dynamodb.delete_table(TableName=name)
    dynamodb.create_table(
        TableName=name, KeySchema=old["KeySchema"], AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST"
    )


# %% wrong="empty-table" says="time to live was on for 'expires' and is DISABLED now"
def empty(name):
    old = dynamodb.describe_table(TableName=name)["Table"]
    wanted = {"IndexName", "KeySchema", "Projection"}
    indexes = [{k: v for k, v in one.items() if k in wanted} for one in old.get("GlobalSecondaryIndexes", [])]
    more = {"GlobalSecondaryIndexes": indexes} if indexes else {}
    dynamodb.delete_table(TableName=name)
    dynamodb.create_table(
        TableName=name,
        KeySchema=old["KeySchema"],
        AttributeDefinitions=old["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


# %% wrong="empty-table" says="the number of global indexes"
def empty(name):
    old = dynamodb.describe_table(TableName=name)["Table"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    first = old.get("GlobalSecondaryIndexes", [])[:1]  # a second one is forgotten
    wanted = {"IndexName", "KeySchema", "Projection"}
    more = {"GlobalSecondaryIndexes": [{k: v for k, v in one.items() if k in wanted} for one in first]}
    keys = [key["AttributeName"] for one in (old, *first) for key in one["KeySchema"]]
    dynamodb.delete_table(TableName=name)
    dynamodb.create_table(
        TableName=name,
        KeySchema=old["KeySchema"],
        AttributeDefinitions=[one for one in old["AttributeDefinitions"] if one["AttributeName"] in keys],
        BillingMode="PAY_PER_REQUEST",
        **(more if first else {}),
    )
    if ttl["TimeToLiveStatus"] == "ENABLED":
        specification = {"Enabled": True, "AttributeName": ttl["AttributeName"]}
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)


# %% wrong="empty-table" says="time to live was on for 'ends'"
def empty(name):
    old = dynamodb.describe_table(TableName=name)["Table"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    wanted = {"IndexName", "KeySchema", "Projection"}
    indexes = [{k: v for k, v in one.items() if k in wanted} for one in old.get("GlobalSecondaryIndexes", [])]
    dynamodb.delete_table(TableName=name)
    dynamodb.create_table(
        TableName=name,
        KeySchema=old["KeySchema"],
        AttributeDefinitions=old["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    )
    if ttl["TimeToLiveStatus"] == "ENABLED":  # always the same attribute
        specification = {"Enabled": True, "AttributeName": "expires"}
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)


# %% wrong="empty-table" says="deleted one by one"
def empty(name):
    table = resource.Table(name)
    keys = [key["AttributeName"] for key in table.key_schema]
    with table.batch_writer() as batch:
        for item in table.scan()["Items"]:
            batch.delete_item(Key={key: item[key] for key in keys})


# %% right="sql-statements"
def statements(table_name):
    t = '"' + table_name + '"'
    return {
        "add": "INSERT INTO " + t + " VALUE {'film': ?, 'starts': ?, 'free': ?}",
        "list": "SELECT film, starts, free FROM " + t + ' WHERE "film" = ? AND begins_with("starts", ?)',
        "sell": "UPDATE " + t + " SET free = free - ? WHERE film = ? AND starts = ? AND free >= ?",
        "cancel": "DELETE FROM " + t + " WHERE film = ? AND starts = ?",
    }


# %% wrong="sql-statements" says="it scanned"
def statements(table_name):
    table = f'"{table_name}"'
    return {
        "add": f"INSERT INTO {table} VALUE {{'film': ?, 'starts': ?, 'free': ?}}",
        "list": f"SELECT * FROM {table} WHERE contains(film, ?) AND begins_with(starts, ?)",
        "sell": f"UPDATE {table} SET free = free - ? WHERE film = ? AND starts = ? AND free >= ?",
        "cancel": f"DELETE FROM {table} WHERE film = ? AND starts = ?",
    }


# %% wrong="sql-statements" says="well formed"
def statements(table_name):
    return {
        "add": f"INSERT INTO {table_name} (film, starts, free) VALUES (?, ?, ?)",
        "list": f'SELECT * FROM "{table_name}" WHERE film = ? AND begins_with(starts, ?)',
        "sell": f'UPDATE "{table_name}" SET free = free - ? WHERE film = ? AND starts = ? AND free >= ?',
        "cancel": f'DELETE FROM "{table_name}" WHERE film = ? AND starts = ?',
    }


# %% wrong="sql-statements" says="has 3 question marks; it is given 4 values"
def statements(table_name):
    table = f'"{table_name}"'
    return {
        "add": f"INSERT INTO {table} VALUE {{'film': ?, 'starts': ?, 'free': ?}}",
        "list": f"SELECT * FROM {table} WHERE film = ? AND begins_with(starts, ?)",
        "sell": f"UPDATE {table} SET free = free - ? WHERE film = ? AND starts = ?",
        "cancel": f"DELETE FROM {table} WHERE film = ? AND starts = ?",
    }


# %% wrong="sql-statements" says="'list' for Playtime"
def statements(table_name):
    table = f'"{table_name}"'
    return {
        "add": f"INSERT INTO {table} VALUE {{'film': ?, 'starts': ?, 'free': ?}}",
        "list": f"SELECT * FROM {table} WHERE film = ? AND starts = ?",
        "sell": f"UPDATE {table} SET free = free - ? WHERE film = ? AND starts = ? AND free >= ?",
        "cancel": f"DELETE FROM {table} WHERE film = ? AND starts = ?",
    }


# %% wrong="sql-statements" says="in double quotes"
def statements(table_name):
    return {
        "add": f"INSERT INTO {table_name} VALUE {{'film': ?, 'starts': ?, 'free': ?}}",
        "list": f"SELECT * FROM {table_name} WHERE film = ? AND begins_with(starts, ?)",
        "sell": f"UPDATE {table_name} SET free = free - ? WHERE film = ? AND starts = ? AND free >= ?",
        "cancel": f"DELETE FROM {table_name} WHERE film = ? AND starts = ?",
    }


# %% wrong="sql-statements" says="two shows begin so"
def statements(table_name):
    table = f'"{table_name}"'
    return {
        "add": f"INSERT INTO {table} VALUE {{'film': ?, 'starts': ?, 'free': ?}}",
        "list": f"SELECT * FROM {table} WHERE film = ? AND contains(starts, ?)",
        "sell": f"UPDATE {table} SET free = free - ? WHERE film = ? AND starts = ? AND free >= ?",
        "cancel": f"DELETE FROM {table} WHERE film = ? AND starts = ?",
    }


# %% wrong="sql-statements" says="at least so many were free"
def statements(table_name):
    table = f'"{table_name}"'
    return {
        "add": f"INSERT INTO {table} VALUE {{'film': ?, 'starts': ?, 'free': ?}}",
        "list": f"SELECT * FROM {table} WHERE film = ? AND begins_with(starts, ?)",
        "sell": f"UPDATE {table} SET free = free - ? WHERE film = ? AND starts = ? AND free > ?",
        "cancel": f"DELETE FROM {table} WHERE film = ? AND starts = ?",
    }


# %% wrong="sql-statements" says="leaves attributes out"
def statements(table_name):
    table = f'"{table_name}"'
    return {
        "add": f"INSERT INTO {table} VALUE {{'film': ?, 'starts': ?, 'free': ?}}",
        "list": f"SELECT film, starts FROM {table} WHERE film = ? AND begins_with(starts, ?)",
        "sell": f"UPDATE {table} SET free = free - ? WHERE film = ? AND starts = ? AND free >= ?",
        "cancel": f"DELETE FROM {table} WHERE film = ? AND starts = ?",
    }
