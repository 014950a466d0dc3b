# %% [markdown]
# Answers to 05-databases/04-dynamodb: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="seat-table"
def make_seats(name):
    keys = ("show", "seat")
    table = resource.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": k, "KeyType": t} for k, t in zip(keys, ["HASH", "RANGE"])],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()


# %% wrong="seat-table" says="room for one item only"
def make_seats(name):
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "show", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "show", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)


# %% wrong="seat-table" says="The partition key (HASH) is 'seat'"
def make_seats(name):
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "seat", "KeyType": "HASH"},
            {"AttributeName": "show", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "show", "AttributeType": "S"},
            {"AttributeName": "seat", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)


# %% wrong="seat-table" says="seat is N"
def make_seats(name):
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "show", "KeyType": "HASH"},
            {"AttributeName": "seat", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "show", "AttributeType": "S"},
            {"AttributeName": "seat", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)


# %% wrong="seat-table" says="billing mode is PROVISIONED"
def make_seats(name):
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "show", "KeyType": "HASH"},
            {"AttributeName": "seat", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "show", "AttributeType": "S"},
            {"AttributeName": "seat", "AttributeType": "S"},
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)


# %% wrong="seat-table" says="did not wait"
def make_seats(name):
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "show", "KeyType": "HASH"},
            {"AttributeName": "seat", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "show", "AttributeType": "S"},
            {"AttributeName": "seat", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


# %% wrong="seat-table" says="ValidationException"
def make_seats(name):
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "show", "KeyType": "HASH"},
            {"AttributeName": "seat", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("show", "seat", "customer")],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)


# %% wrong="seat-table" says="CREATING at first"
def make_seats(name):
    names = ("show", "seat")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": one, "KeyType": kind} for one, kind in zip(names, ("HASH", "RANGE"))],
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in names],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.describe_table(TableName=name)  # a look, no waiting


# %% right="exact-price"
def save_snack(table, snack, price, tags):
    more = {"tags": {"SS": list(tags)}} if tags else {}
    item = {"id": {"S": snack}, "price": {"N": repr(price)}, **more}
    dynamodb.put_item(TableName=table.name, Item=item)


# %% wrong="exact-price" says="type S"
def save_snack(table, snack, price, tags):
    item = {"id": snack, "price": str(price), "tags": set(tags)}
    table.put_item(Item={name: value for name, value in item.items() if value})


# %% wrong="exact-price" says="The price 4.35 is stored as 4"
def save_snack(table, snack, price, tags):
    item = {"id": snack, "price": int(price)}
    if tags:
        item["tags"] = set(tags)
    table.put_item(Item=item)


# %% wrong="exact-price" says="The price 0.125 is stored as 0.12"
def save_snack(table, snack, price, tags):
    item = {"id": snack, "price": round(Decimal(price), 2)}
    if tags:
        item["tags"] = set(tags)
    table.put_item(Item=item)


# %% wrong="exact-price" says="The tags are of type L"
def save_snack(table, snack, price, tags):
    table.put_item(Item={"id": snack, "price": Decimal(str(price)), "tags": tags})


# %% wrong="exact-price" says="empty"
def save_snack(table, snack, price, tags):
    table.put_item(Item={"id": snack, "price": Decimal(str(price)), "tags": set(tags)})


# %% right="write-units"
def write_units(item):
    from math import ceil

    return max(1, ceil(len("".join([*item, *item.values()]).encode("utf-8")) / 1024))


# %% wrong="write-units" says="600 letters"
def write_units(item):
    return -(-sum(len(name) + len(value) for name, value in item.items()) // 1024)


# %% wrong="write-units" says="A long attribute name"
def write_units(item):
    return ceil(sum(len(name) + len(value.encode()) for name, value in item.items()) / 1024)


# %% wrong="write-units" says="with the names"
def write_units(item):
    return -(-sum(len(value.encode()) for value in item.values()) // 1024)


# %% wrong="write-units" says="2,007 bytes"
def write_units(item):
    return sum(len(name.encode()) + len(value.encode()) for name, value in item.items()) / 1024


# %% wrong="write-units" says="Exactly 1,024 bytes"
def write_units(item):
    return sum(len(name.encode()) + len(value.encode()) for name, value in item.items()) // 1024 + 1


# %% wrong="write-units" says="One byte more"
def write_units(item):
    return -(-sum(len(name.encode()) + len(value.encode()) for name, value in item.items()) // 1025)


# %% right="read-capacity"
def read_capacity(per_second, size, strong):
    half_units = per_second * -(-size // 4096) * (2 if strong else 1)
    return -(-half_units // 2)


# %% wrong="read-capacity" says="10 strong reads of 6,000 bytes"
def read_capacity(per_second, size, strong):
    units = per_second * size / 4096
    return ceil(units if strong else units / 2)


# %% wrong="read-capacity" says="16 eventual reads"
def read_capacity(per_second, size, strong):
    return per_second * ceil(size / 4096)


# %% wrong="read-capacity" says="10 strong reads of 4,096 bytes"
def read_capacity(per_second, size, strong):
    blocks = ceil(size / 1024)
    return ceil(per_second * (blocks if strong else blocks / 2))


# %% wrong="read-capacity" says="3 eventual reads"
def read_capacity(per_second, size, strong):
    return int(per_second * ceil(size / 4096) * (1 if strong else 0.5))


# %% right="cheaper-mode"
def cheaper(day):
    month = {
        "provisioned": 720 * max(day) * float(wcu_hour),
        "on-demand": sum(units * 3600 for units in day) * 30 * float(write_million) / 1_000_000,
    }
    return min(month.items(), key=lambda pair: pair[1])


# %% wrong="cheaper-mode" says="you chose"
def cheaper(day):
    by_request = sum(day) * 30 / 1e6 * write_million
    by_hour = max(day) * 24 * 30 * wcu_hour
    return ("on-demand", by_request) if by_request < by_hour else ("provisioned", by_hour)


# %% wrong="cheaper-mode" says="the cost in USD"
def cheaper(day):
    by_request = sum(day) * 3600 / 1e6 * write_million
    by_hour = max(day) * 24 * wcu_hour
    return ("on-demand", by_request) if by_request < by_hour else ("provisioned", by_hour)


# %% wrong="cheaper-mode" says="A cinema"
def cheaper(day):
    by_request = sum(day) * 3600 * 30 / 1e6 * write_million
    by_hour = sum(day) * 30 * wcu_hour
    return ("on-demand", by_request) if by_request < by_hour else ("provisioned", by_hour)


# %% wrong="cheaper-mode" says="Return two things"
def cheaper(day):
    by_request = sum(day) * 3600 * 30 / 1e6 * write_million
    return "on-demand" if by_request < max(day) * 720 * wcu_hour else "provisioned"


# %% right="burst-length"
def burst_seconds(capacity, load, idle):
    import math

    shrinks_by = load - capacity
    store = capacity * sorted([idle, 300])[0]
    return math.inf if shrinks_by <= 0 else store / shrinks_by


# %% wrong="burst-length" says="at most 300 seconds"
def burst_seconds(capacity, load, idle):
    return float("inf") if load <= capacity else capacity * idle / (load - capacity)


# %% wrong="burst-length" says="the seconds"
def burst_seconds(capacity, load, idle):
    return float("inf") if load <= capacity else capacity * min(idle, 300) / load


# %% wrong="burst-length" says="the seconds"
def burst_seconds(capacity, load, idle):
    return float("inf") if load <= capacity else capacity * 300 / (load - capacity)


# %% wrong="burst-length" says="for ever"
def burst_seconds(capacity, load, idle):
    return capacity * min(idle, 300) / max(1, load - capacity)


# %% wrong="burst-length" says="a load of 40 for ever too"
def burst_seconds(capacity, load, idle):
    return float("inf") if load == capacity else capacity * min(idle, 300) / (load - capacity)


# %% right="sell-snack"
def sell(table, snack, count):
    response = None
    try:
        response = table.update_item(
            Key={"id": snack},
            UpdateExpression="ADD stock :minus",
            ConditionExpression="attribute_exists(id) AND stock >= :count",
            ExpressionAttributeValues={":minus": -count, ":count": count},
            ReturnValues="UPDATED_NEW",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    return response is not None


# %% right="sell-snack"
def sell(table, snack, count):
    from boto3.dynamodb.conditions import Attr

    while True:
        item = table.get_item(Key={"id": snack}, ConsistentRead=True).get("Item")
        if not item or item["stock"] < count:
            return False
        seen = item["stock"]
        item["stock"] = seen - count
        try:
            table.put_item(Item=item, ConditionExpression=Attr("stock").eq(seen))
            return True
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            continue


# %% wrong="sell-snack" says="has lost its price"
def sell(table, snack, count):
    item = table.get_item(Key={"id": snack}).get("Item", {"stock": 0})
    if item["stock"] < count:
        return False
    table.put_item(Item={"id": snack, "stock": item["stock"] - count})
    return True


# %% wrong="sell-snack" says="Test and subtract in one request"
def sell(table, snack, count):
    item = table.get_item(Key={"id": snack}, ConsistentRead=True).get("Item", {"stock": 0})
    if item["stock"] < count:
        return False
    item["stock"] -= count
    table.put_item(Item=item)
    return True


# %% wrong="sell-snack" says="Test and subtract in one request"
def sell(table, snack, count):
    item = table.get_item(Key={"id": snack}, ConsistentRead=True).get("Item", {"stock": 0})
    if item["stock"] < count:
        return False
    table.update_item(
        Key={"id": snack},
        UpdateExpression="SET stock = stock - :n",
        ExpressionAttributeValues={":n": count},
    )
    return True


# %% wrong="sell-snack" says="it should be 2"
def sell(table, snack, count):
    table.update_item(Key={"id": snack}, UpdateExpression="ADD stock :n", ExpressionAttributeValues={":n": -count})
    return True


# %% wrong="sell-snack" says="3 of 3 packs"
def sell(table, snack, count):
    try:
        table.update_item(
            Key={"id": snack},
            UpdateExpression="SET stock = stock - :n",
            ConditionExpression="stock > :n",
            ExpressionAttributeValues={":n": count},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


# %% right="book-seat"
def book(table, show, seat, customer):
    answer = table.update_item(
        Key={"show": show, "seat": seat},
        UpdateExpression="SET customer = if_not_exists(customer, :me)",
        ExpressionAttributeValues={":me": customer},
        ReturnValues="ALL_NEW",
    )
    return answer["Attributes"]["customer"]


# %% right="book-seat"
def book(table, show, seat, customer):
    from boto3.dynamodb.conditions import Attr

    try:
        table.put_item(
            Item={"show": show, "seat": seat, "customer": customer},
            ConditionExpression=Attr("customer").not_exists(),
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        pass
    return table.get_item(Key={"show": show, "seat": seat}, ConsistentRead=True)["Item"]["customer"]


# %% wrong="book-seat" says="The first one keeps it"
def book(table, show, seat, customer):
    table.put_item(Item={"show": show, "seat": seat, "customer": customer})
    return customer


# %% wrong="book-seat" says="the write itself needs the condition"
def book(table, show, seat, customer):
    found = table.get_item(Key={"show": show, "seat": seat}, ConsistentRead=True).get("Item")
    if found:
        return found["customer"]
    table.put_item(Item={"show": show, "seat": seat, "customer": customer})
    return customer


# %% wrong="book-seat" says="Return who has it"
def book(table, show, seat, customer):
    try:
        table.put_item(
            Item={"show": show, "seat": seat, "customer": customer},
            ConditionExpression="attribute_not_exists(seat)",
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        pass
    return customer


# %% wrong="book-seat" says="Return who has it"
def book(table, show, seat, customer):
    try:
        table.put_item(
            Item={"show": show, "seat": seat, "customer": customer},
            ConditionExpression="attribute_not_exists(seat)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException as error:
        return error.response["Item"]["customer"]
    return customer


# %% wrong="book-seat" says="a moment quicker"
def book(table, show, seat, customer):
    found = table.get_item(Key={"show": show, "seat": seat}, ConsistentRead=True).get("Item")
    if found:
        return found["customer"]
    try:
        table.put_item(
            Item={"show": show, "seat": seat, "customer": customer},
            ConditionExpression="attribute_not_exists(seat)",
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return "nobody"
    return customer


# %% right="load-films"
def load(table_name, films):
    with resource.Table(table_name).batch_writer() as batch:
        for film in films:
            batch.put_item(Item=film)


# %% right="load-films"
def load(table_name, films):
    waiting = [{"PutRequest": {"Item": film}} for film in films]
    while waiting:
        now, waiting = waiting[:25], waiting[25:]
        answer = resource.batch_write_item(RequestItems={table_name: now})
        again = answer.get("UnprocessedItems", {}).get(table_name, [])
        if again:
            lab.clock.advance(seconds=2)
        waiting += again


# %% wrong="load-films" says="Send 25 at a time"
def load(table_name, films):
    table = resource.Table(table_name)
    for film in films:
        table.put_item(Item=film)


# %% wrong="load-films" says="Send again what comes back"
def load(table_name, films):
    for start in range(0, len(films), 25):
        puts = [{"PutRequest": {"Item": film}} for film in films[start : start + 25]]
        again = resource.batch_write_item(RequestItems={table_name: puts})["UnprocessedItems"]
        if again:
            resource.batch_write_item(RequestItems=again)


# %% wrong="load-films" says="ValidationException"
def load(table_name, films):
    waiting = {table_name: [{"PutRequest": {"Item": film}} for film in films]}
    while waiting:
        waiting = resource.batch_write_item(RequestItems=waiting)["UnprocessedItems"]


# %% wrong="load-films" says="Send again what comes back"
def load(table_name, films):
    for start in range(0, len(films), 25):
        puts = [{"PutRequest": {"Item": film}} for film in films[start : start + 25]]
        try:
            resource.batch_write_item(RequestItems={table_name: puts})
        except ClientError:
            lab.clock.advance(seconds=5)
            resource.batch_write_item(RequestItems={table_name: puts})
