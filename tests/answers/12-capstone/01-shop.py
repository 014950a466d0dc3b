# %% [markdown]
# Answers to 12-capstone/01-shop: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.

# %% right="shelves"
def new_table(name):
    made = boto3.resource("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "open", "placed")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open-orders",
                "KeySchema": [
                    {"AttributeName": "open", "KeyType": "HASH"},
                    {"AttributeName": "placed", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    made.wait_until_exists()


def latest_orders(table, customer, most):
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#p = :c AND #s BETWEEN :a AND :z",
        ExpressionAttributeNames={"#p": "pk", "#s": "sk"},
        ExpressionAttributeValues={
            ":c": {"S": "CUSTOMER#" + customer},
            ":a": {"S": "ORDER#"},
            ":z": {"S": "ORDER$"},
        },
        ScanIndexForward=False,
        PaginationConfig={"MaxItems": most, "PageSize": most},
    )
    return [item for page in pages for item in page["Items"]]


def open_orders(table):
    asked = dict(
        TableName=table,
        IndexName="open-orders",
        KeyConditionExpression="#o = :y",
        ExpressionAttributeNames={"#o": "open"},
        ExpressionAttributeValues={":y": {"S": "yes"}},
    )
    found = []
    while True:
        page = dynamodb.query(**asked)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


# %% wrong="shelves" says="projection of the index"
def new_table(name):
    made = boto3.resource("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "open", "placed")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open-orders",
                "KeySchema": [
                    {"AttributeName": "open", "KeyType": "HASH"},
                    {"AttributeName": "placed", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    made.wait_until_exists()


def latest_orders(table, customer, most):
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#p = :c AND #s BETWEEN :a AND :z",
        ExpressionAttributeNames={"#p": "pk", "#s": "sk"},
        ExpressionAttributeValues={
            ":c": {"S": "CUSTOMER#" + customer},
            ":a": {"S": "ORDER#"},
            ":z": {"S": "ORDER$"},
        },
        ScanIndexForward=False,
        PaginationConfig={"MaxItems": most, "PageSize": most},
    )
    return [item for page in pages for item in page["Items"]]


def open_orders(table):
    asked = dict(
        TableName=table,
        IndexName="open-orders",
        KeyConditionExpression="#o = :y",
        ExpressionAttributeNames={"#o": "open"},
        ExpressionAttributeValues={":y": {"S": "yes"}},
    )
    found = []
    while True:
        page = dynamodb.query(**asked)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


# %% wrong="shelves" says="A query ends after a megabyte"
def new_table(name):
    made = boto3.resource("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "open", "placed")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open-orders",
                "KeySchema": [
                    {"AttributeName": "open", "KeyType": "HASH"},
                    {"AttributeName": "placed", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    made.wait_until_exists()


def latest_orders(table, customer, most):
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#p = :c AND #s BETWEEN :a AND :z",
        ExpressionAttributeNames={"#p": "pk", "#s": "sk"},
        ExpressionAttributeValues={
            ":c": {"S": "CUSTOMER#" + customer},
            ":a": {"S": "ORDER#"},
            ":z": {"S": "ORDER$"},
        },
        ScanIndexForward=False,
        PaginationConfig={"MaxItems": most, "PageSize": most},
    )
    return [item for page in pages for item in page["Items"]]


def open_orders(table):
    return dynamodb.query(
        TableName=table,
        IndexName="open-orders",
        KeyConditionExpression="#o = :y",
        ExpressionAttributeNames={"#o": "open"},
        ExpressionAttributeValues={":y": {"S": "yes"}},
    )["Items"]


# %% wrong="shelves" says="Look at Limit"
def new_table(name):
    made = boto3.resource("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "open", "placed")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open-orders",
                "KeySchema": [
                    {"AttributeName": "open", "KeyType": "HASH"},
                    {"AttributeName": "placed", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    made.wait_until_exists()


def latest_orders(table, customer, most):
    found = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :c AND begins_with(sk, :o)",
        ExpressionAttributeValues={":c": {"S": f"CUSTOMER#{customer}"}, ":o": {"S": "ORDER#"}},
        ScanIndexForward=False,
    )["Items"]
    return found[:most]


def open_orders(table):
    asked = dict(
        TableName=table,
        IndexName="open-orders",
        KeyConditionExpression="#o = :y",
        ExpressionAttributeNames={"#o": "open"},
        ExpressionAttributeValues={":y": {"S": "yes"}},
    )
    found = []
    while True:
        page = dynamodb.query(**asked)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


# %% wrong="shelves" says="answers this by a Query"
def new_table(name):
    made = boto3.resource("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "open", "placed")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "open-orders",
                "KeySchema": [
                    {"AttributeName": "open", "KeyType": "HASH"},
                    {"AttributeName": "placed", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    made.wait_until_exists()


def latest_orders(table, customer, most):
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#p = :c AND #s BETWEEN :a AND :z",
        ExpressionAttributeNames={"#p": "pk", "#s": "sk"},
        ExpressionAttributeValues={
            ":c": {"S": "CUSTOMER#" + customer},
            ":a": {"S": "ORDER#"},
            ":z": {"S": "ORDER$"},
        },
        ScanIndexForward=False,
        PaginationConfig={"MaxItems": most, "PageSize": most},
    )
    return [item for page in pages for item in page["Items"]]


def open_orders(table):
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, IndexName="open-orders")
    return sorted((item for page in pages for item in page["Items"]), key=lambda item: item["placed"]["S"])


# %% right="once"
import datetime as dt
import hashlib
import secrets


def place(table, customer, key, lines):
    prices = {}
    for name in lines:
        shelf = {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}}
        prices[name] = int(dynamodb.get_item(TableName=table, Key=shelf)["Item"]["price"]["N"])
    total = sum(prices[name] * lines[name] for name in lines)
    digest = hashlib.sha256(json.dumps(sorted(lines.items())).encode()).hexdigest()
    now = dt.datetime.now(tz=dt.timezone.utc)
    at, order = now.isoformat(), secrets.token_hex(4)
    mark = {"pk": {"S": "REQUEST#" + customer}, "sk": {"S": key}}
    items = [
        {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}},
                "UpdateExpression": "ADD stock :less",
                "ConditionExpression": "stock >= :n",
                "ExpressionAttributeValues": {":less": {"N": str(-n)}, ":n": {"N": str(n)}},
            }
        }
        for name, n in lines.items()
    ]
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": {
                    "pk": {"S": "CUSTOMER#" + customer},
                    "sk": {"S": f"ORDER#{at}#{order}"},
                    "order": {"S": order},
                    "customer": {"S": customer},
                    "total": {"N": str(total)},
                    "status": {"S": "open"},
                    "open": {"S": "yes"},
                    "placed": {"S": at},
                },
            }
        }
    )
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": mark
                | {
                    "digest": {"S": digest},
                    "order": {"S": order},
                    "total": {"N": str(total)},
                    "expires": {"N": str(int(now.timestamp()) + 24 * 3600)},
                },
                "ConditionExpression": "attribute_not_exists(sk)",
            }
        }
    )
    try:
        dynamodb.transact_write_items(TransactItems=items)
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
        old = dynamodb.get_item(TableName=table, Key=mark, ConsistentRead=True).get("Item")
        if old:
            if old["digest"]["S"] != digest:
                raise KeyReused(key)
            return {"order": old["order"]["S"], "total": int(old["total"]["N"])}
        reasons = error.response["CancellationReasons"]
        raise SoldOut([name for name, why in zip(lines, reasons) if why["Code"] != "None"])
    return {"order": order, "total": total}


# %% wrong="once" says="Looking first does not help"
import datetime as dt
import hashlib
import secrets


def place(table, customer, key, lines):
    mark = {"pk": {"S": "REQUEST#" + customer}, "sk": {"S": key}}
    old = dynamodb.get_item(TableName=table, Key=mark, ConsistentRead=True).get("Item")
    if old:
        if old["lines"]["S"] != json.dumps(lines, sort_keys=True):
            raise KeyReused(key)
        return {"order": old["order"]["S"], "total": int(old["total"]["N"])}
    prices = {}
    for name in lines:
        shelf = {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}}
        prices[name] = int(dynamodb.get_item(TableName=table, Key=shelf)["Item"]["price"]["N"])
    total = sum(prices[name] * lines[name] for name in lines)
    digest = hashlib.sha256(json.dumps(sorted(lines.items())).encode()).hexdigest()
    now = dt.datetime.now(tz=dt.timezone.utc)
    at, order = now.isoformat(), secrets.token_hex(4)
    mark = {"pk": {"S": "REQUEST#" + customer}, "sk": {"S": key}}
    items = [
        {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}},
                "UpdateExpression": "ADD stock :less",
                "ConditionExpression": "stock >= :n",
                "ExpressionAttributeValues": {":less": {"N": str(-n)}, ":n": {"N": str(n)}},
            }
        }
        for name, n in lines.items()
    ]
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": {
                    "pk": {"S": "CUSTOMER#" + customer},
                    "sk": {"S": f"ORDER#{at}#{order}"},
                    "order": {"S": order},
                    "customer": {"S": customer},
                    "total": {"N": str(total)},
                    "status": {"S": "open"},
                    "open": {"S": "yes"},
                    "placed": {"S": at},
                },
            }
        }
    )
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": mark
                | {
                    "lines": {"S": json.dumps(lines, sort_keys=True)},
                    "order": {"S": order},
                    "total": {"N": str(total)},
                    "expires": {"N": str(int(now.timestamp()) + 24 * 3600)},
                },
            }
        }
    )
    try:
        dynamodb.transact_write_items(TransactItems=items)
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
        old = dynamodb.get_item(TableName=table, Key=mark, ConsistentRead=True).get("Item")
        if old:
            if old["digest"]["S"] != digest:
                raise KeyReused(key)
            return {"order": old["order"]["S"], "total": int(old["total"]["N"])}
        reasons = error.response["CancellationReasons"]
        raise SoldOut([name for name, why in zip(lines, reasons) if why["Code"] != "None"])
    return {"order": order, "total": total}


# %% wrong="once" says="The stored requests"
import datetime as dt
import hashlib
import secrets


def place(table, customer, key, lines):
    prices = {}
    for name in lines:
        shelf = {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}}
        prices[name] = int(dynamodb.get_item(TableName=table, Key=shelf)["Item"]["price"]["N"])
    total = sum(prices[name] * lines[name] for name in lines)
    digest = hashlib.sha256(json.dumps(sorted(lines.items())).encode()).hexdigest()
    now = dt.datetime.now(tz=dt.timezone.utc)
    at, order = now.isoformat(), secrets.token_hex(4)
    mark = {"pk": {"S": "REQUEST#" + "shop"}, "sk": {"S": key}}
    items = [
        {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}},
                "UpdateExpression": "ADD stock :less",
                "ConditionExpression": "stock >= :n",
                "ExpressionAttributeValues": {":less": {"N": str(-n)}, ":n": {"N": str(n)}},
            }
        }
        for name, n in lines.items()
    ]
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": {
                    "pk": {"S": "CUSTOMER#" + customer},
                    "sk": {"S": f"ORDER#{at}#{order}"},
                    "order": {"S": order},
                    "customer": {"S": customer},
                    "total": {"N": str(total)},
                    "status": {"S": "open"},
                    "open": {"S": "yes"},
                    "placed": {"S": at},
                },
            }
        }
    )
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": mark
                | {
                    "digest": {"S": digest},
                    "order": {"S": order},
                    "total": {"N": str(total)},
                    "expires": {"N": str(int(now.timestamp()) + 24 * 3600)},
                },
                "ConditionExpression": "attribute_not_exists(sk)",
            }
        }
    )
    try:
        dynamodb.transact_write_items(TransactItems=items)
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
        old = dynamodb.get_item(TableName=table, Key=mark, ConsistentRead=True).get("Item")
        if old:
            if old["digest"]["S"] != digest:
                raise KeyReused(key)
            return {"order": old["order"]["S"], "total": int(old["total"]["N"])}
        reasons = error.response["CancellationReasons"]
        raise SoldOut([name for name, why in zip(lines, reasons) if why["Code"] != "None"])
    return {"order": order, "total": total}


# %% wrong="once" says="It should raise SoldOut"
import datetime as dt
import hashlib
import secrets


def place(table, customer, key, lines):
    prices = {}
    for name in lines:
        shelf = {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}}
        prices[name] = int(dynamodb.get_item(TableName=table, Key=shelf)["Item"]["price"]["N"])
    total = sum(prices[name] * lines[name] for name in lines)
    digest = hashlib.sha256(json.dumps(sorted(lines.items())).encode()).hexdigest()
    now = dt.datetime.now(tz=dt.timezone.utc)
    at, order = now.isoformat(), secrets.token_hex(4)
    mark = {"pk": {"S": "REQUEST#" + customer}, "sk": {"S": key}}
    items = [
        {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}},
                "UpdateExpression": "ADD stock :less",
                "ExpressionAttributeValues": {":less": {"N": str(-n)}},
            }
        }
        for name, n in lines.items()
    ]
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": {
                    "pk": {"S": "CUSTOMER#" + customer},
                    "sk": {"S": f"ORDER#{at}#{order}"},
                    "order": {"S": order},
                    "customer": {"S": customer},
                    "total": {"N": str(total)},
                    "status": {"S": "open"},
                    "open": {"S": "yes"},
                    "placed": {"S": at},
                },
            }
        }
    )
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": mark
                | {
                    "digest": {"S": digest},
                    "order": {"S": order},
                    "total": {"N": str(total)},
                    "expires": {"N": str(int(now.timestamp()) + 24 * 3600)},
                },
                "ConditionExpression": "attribute_not_exists(sk)",
            }
        }
    )
    try:
        dynamodb.transact_write_items(TransactItems=items)
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
        old = dynamodb.get_item(TableName=table, Key=mark, ConsistentRead=True).get("Item")
        if old:
            if old["digest"]["S"] != digest:
                raise KeyReused(key)
            return {"order": old["order"]["S"], "total": int(old["total"]["N"])}
        reasons = error.response["CancellationReasons"]
        raise SoldOut([name for name, why in zip(lines, reasons) if why["Code"] != "None"])
    return {"order": order, "total": total}


# %% wrong="once" says="KeyReused"
import datetime as dt
import hashlib
import secrets


def place(table, customer, key, lines):
    prices = {}
    for name in lines:
        shelf = {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}}
        prices[name] = int(dynamodb.get_item(TableName=table, Key=shelf)["Item"]["price"]["N"])
    total = sum(prices[name] * lines[name] for name in lines)
    digest = hashlib.sha256(json.dumps(list(lines.items())).encode()).hexdigest()
    now = dt.datetime.now(tz=dt.timezone.utc)
    at, order = now.isoformat(), secrets.token_hex(4)
    mark = {"pk": {"S": "REQUEST#" + customer}, "sk": {"S": key}}
    items = [
        {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": "PRODUCT#" + name}, "sk": {"S": "PRODUCT"}},
                "UpdateExpression": "ADD stock :less",
                "ConditionExpression": "stock >= :n",
                "ExpressionAttributeValues": {":less": {"N": str(-n)}, ":n": {"N": str(n)}},
            }
        }
        for name, n in lines.items()
    ]
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": {
                    "pk": {"S": "CUSTOMER#" + customer},
                    "sk": {"S": f"ORDER#{at}#{order}"},
                    "order": {"S": order},
                    "customer": {"S": customer},
                    "total": {"N": str(total)},
                    "status": {"S": "open"},
                    "open": {"S": "yes"},
                    "placed": {"S": at},
                },
            }
        }
    )
    items.append(
        {
            "Put": {
                "TableName": table,
                "Item": mark
                | {
                    "digest": {"S": digest},
                    "order": {"S": order},
                    "total": {"N": str(total)},
                    "expires": {"N": str(int(now.timestamp()) + 24 * 3600)},
                },
                "ConditionExpression": "attribute_not_exists(sk)",
            }
        }
    )
    try:
        dynamodb.transact_write_items(TransactItems=items)
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
        old = dynamodb.get_item(TableName=table, Key=mark, ConsistentRead=True).get("Item")
        if old:
            if old["digest"]["S"] != digest:
                raise KeyReused(key)
            return {"order": old["order"]["S"], "total": int(old["total"]["N"])}
        reasons = error.response["CancellationReasons"]
        raise SoldOut([name for name, why in zip(lines, reasons) if why["Code"] != "None"])
    return {"order": order, "total": total}


# %% wrong="once" says="Use one transaction"
import datetime as dt
import uuid


def place(table, customer, key, lines):
    now = dt.datetime.now(dt.timezone.utc)
    mark = {"pk": {"S": f"REQUEST#{customer}"}, "sk": {"S": key}}
    order, total = uuid.uuid4().hex, 0
    for name, n in lines.items():
        said = dynamodb.update_item(
            TableName=table,
            Key={"pk": {"S": f"PRODUCT#{name}"}, "sk": {"S": "PRODUCT"}},
            UpdateExpression="SET stock = stock - :n",
            ConditionExpression="stock >= :n",
            ExpressionAttributeValues={":n": {"N": str(n)}},
            ReturnValues="ALL_NEW",
        )
        total += n * int(said["Attributes"]["price"]["N"])
    at = now.isoformat()
    item = {
        "pk": {"S": f"CUSTOMER#{customer}"},
        "sk": {"S": f"ORDER#{at}#{order}"},
        "order": {"S": order},
        "customer": {"S": customer},
        "total": {"N": str(total)},
        "status": {"S": "open"},
        "open": {"S": "yes"},
        "placed": {"S": at},
    }
    dynamodb.put_item(TableName=table, Item=item)
    expires = {"expires": {"N": str(int(now.timestamp()) + 86400)}}
    dynamodb.put_item(TableName=table, Item=mark | expires)
    return {"order": order, "total": total}


# %% wrong="once" says="have the same id"
# The customer's key serves as the order's id.
import datetime as dt
import uuid


def place(table, customer, key, lines):
    prices = {}
    for name in lines:
        got = dynamodb.get_item(TableName=table, Key={"pk": {"S": f"PRODUCT#{name}"}, "sk": {"S": "PRODUCT"}})
        prices[name] = int(got["Item"]["price"]["N"])
    total = sum(prices[n] * c for n, c in lines.items())
    now = dt.datetime.now(dt.timezone.utc)
    placed = now.isoformat()
    order = key
    answer = {"order": order, "total": total}
    wanted = json.dumps(lines, sort_keys=True)
    request = {
        "Put": {
            "TableName": table,
            "Item": {
                "pk": {"S": f"REQUEST#{customer}"},
                "sk": {"S": key},
                "expires": {"N": str(int(now.timestamp()) + 86400)},
                "lines": {"S": wanted},
                "answer": {"S": json.dumps(answer)},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    store = {
        "Put": {
            "TableName": table,
            "Item": {
                "pk": {"S": f"CUSTOMER#{customer}"},
                "sk": {"S": f"ORDER#{placed}#{order}"},
                "open": {"S": "yes"},
                "placed": {"S": placed},
                "order": {"S": order},
                "customer": {"S": customer},
                "total": {"N": str(total)},
                "status": {"S": "open"},
            },
        }
    }
    names = list(lines)
    takes = [
        {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": f"PRODUCT#{n}"}, "sk": {"S": "PRODUCT"}},
                "UpdateExpression": "SET stock = stock - :n",
                "ConditionExpression": "stock >= :n",
                "ExpressionAttributeValues": {":n": {"N": str(lines[n])}},
            }
        }
        for n in names
    ]
    try:
        dynamodb.transact_write_items(TransactItems=[request, store, *takes])
    except dynamodb.exceptions.TransactionCanceledException as error:
        reasons = error.response["CancellationReasons"]
        if reasons[0]["Code"] == "ConditionalCheckFailed":
            old = reasons[0]["Item"]
            if old["lines"]["S"] != wanted:
                raise KeyReused(key)
            return json.loads(old["answer"]["S"])
        short = [n for n, r in zip(names, reasons[2:]) if r["Code"] == "ConditionalCheckFailed"]
        if short:
            raise SoldOut(short)
        raise
    return answer


# %% wrong="once" says="SoldOut should name"
# Only the first product that is short.
import datetime as dt
import uuid


def place(table, customer, key, lines):
    prices = {}
    for name in lines:
        got = dynamodb.get_item(TableName=table, Key={"pk": {"S": f"PRODUCT#{name}"}, "sk": {"S": "PRODUCT"}})
        prices[name] = int(got["Item"]["price"]["N"])
    total = sum(prices[n] * c for n, c in lines.items())
    now = dt.datetime.now(dt.timezone.utc)
    placed = now.isoformat()
    order = uuid.uuid4().hex
    answer = {"order": order, "total": total}
    wanted = json.dumps(lines, sort_keys=True)
    request = {
        "Put": {
            "TableName": table,
            "Item": {
                "pk": {"S": f"REQUEST#{customer}"},
                "sk": {"S": key},
                "expires": {"N": str(int(now.timestamp()) + 86400)},
                "lines": {"S": wanted},
                "answer": {"S": json.dumps(answer)},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    store = {
        "Put": {
            "TableName": table,
            "Item": {
                "pk": {"S": f"CUSTOMER#{customer}"},
                "sk": {"S": f"ORDER#{placed}#{order}"},
                "open": {"S": "yes"},
                "placed": {"S": placed},
                "order": {"S": order},
                "customer": {"S": customer},
                "total": {"N": str(total)},
                "status": {"S": "open"},
            },
        }
    }
    names = list(lines)
    takes = [
        {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": f"PRODUCT#{n}"}, "sk": {"S": "PRODUCT"}},
                "UpdateExpression": "SET stock = stock - :n",
                "ConditionExpression": "stock >= :n",
                "ExpressionAttributeValues": {":n": {"N": str(lines[n])}},
            }
        }
        for n in names
    ]
    try:
        dynamodb.transact_write_items(TransactItems=[request, store, *takes])
    except dynamodb.exceptions.TransactionCanceledException as error:
        reasons = error.response["CancellationReasons"]
        if reasons[0]["Code"] == "ConditionalCheckFailed":
            old = reasons[0]["Item"]
            if old["lines"]["S"] != wanted:
                raise KeyReused(key)
            return json.loads(old["answer"]["S"])
        short = [n for n, r in zip(names, reasons[2:]) if r["Code"] == "ConditionalCheckFailed"]
        if short:
            raise SoldOut(short[:1])
        raise
    return answer


# %% wrong="once" says="SoldOut should name"
# Too strict: the last piece is never sold.
import datetime as dt
import uuid


def place(table, customer, key, lines):
    prices = {}
    for name in lines:
        got = dynamodb.get_item(TableName=table, Key={"pk": {"S": f"PRODUCT#{name}"}, "sk": {"S": "PRODUCT"}})
        prices[name] = int(got["Item"]["price"]["N"])
    total = sum(prices[n] * c for n, c in lines.items())
    now = dt.datetime.now(dt.timezone.utc)
    placed = now.isoformat()
    order = uuid.uuid4().hex
    answer = {"order": order, "total": total}
    wanted = json.dumps(lines, sort_keys=True)
    request = {
        "Put": {
            "TableName": table,
            "Item": {
                "pk": {"S": f"REQUEST#{customer}"},
                "sk": {"S": key},
                "expires": {"N": str(int(now.timestamp()) + 86400)},
                "lines": {"S": wanted},
                "answer": {"S": json.dumps(answer)},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    store = {
        "Put": {
            "TableName": table,
            "Item": {
                "pk": {"S": f"CUSTOMER#{customer}"},
                "sk": {"S": f"ORDER#{placed}#{order}"},
                "open": {"S": "yes"},
                "placed": {"S": placed},
                "order": {"S": order},
                "customer": {"S": customer},
                "total": {"N": str(total)},
                "status": {"S": "open"},
            },
        }
    }
    names = list(lines)
    takes = [
        {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": f"PRODUCT#{n}"}, "sk": {"S": "PRODUCT"}},
                "UpdateExpression": "SET stock = stock - :n",
                "ConditionExpression": "stock > :n",
                "ExpressionAttributeValues": {":n": {"N": str(lines[n])}},
            }
        }
        for n in names
    ]
    try:
        dynamodb.transact_write_items(TransactItems=[request, store, *takes])
    except dynamodb.exceptions.TransactionCanceledException as error:
        reasons = error.response["CancellationReasons"]
        if reasons[0]["Code"] == "ConditionalCheckFailed":
            old = reasons[0]["Item"]
            if old["lines"]["S"] != wanted:
                raise KeyReused(key)
            return json.loads(old["answer"]["S"])
        short = [n for n, r in zip(names, reasons[2:]) if r["Code"] == "ConditionalCheckFailed"]
        if short:
            raise SoldOut(short)
        raise
    return answer


# %% right="front-door"
def open_door(function_arn, pool_arn):
    lines = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 10,
        "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
    }
    order = {
        "type": "object",
        "required": ["lines"],
        "properties": {"lines": lines},
        "additionalProperties": False,
    }
    method = {
        "security": [{"customers": []}],
        "x-amazon-apigateway-request-validator": "all",
        "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
        },
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": lambda_uri(function_arn),
        },
    }
    customers = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [pool_arn]},
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "1"},
        "paths": {"/orders": {"post": method}},
        "components": {"schemas": {"Order": order}, "securitySchemes": {"customers": customers}},
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
    }
    api_id = gateway.import_rest_api(
        body=json.dumps(document).encode(), parameters={"endpointConfigurationTypes": "REGIONAL"}
    )["id"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api_id}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="front-door" says="A right order of"
def open_door(function_arn, pool_arn):
    lines = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 10,
        "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
    }
    order = {
        "type": "object",
        "required": ["lines"],
        "properties": {"lines": lines},
        "additionalProperties": False,
    }
    method = {
        "x-amazon-apigateway-request-validator": "all",
        "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
        },
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": lambda_uri(function_arn),
        },
    }
    customers = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [pool_arn]},
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "1"},
        "paths": {"/orders": {"post": method}},
        "components": {"schemas": {"Order": order}, "securitySchemes": {"customers": customers}},
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
    }
    api_id = gateway.import_rest_api(
        body=json.dumps(document).encode(), parameters={"endpointConfigurationTypes": "REGIONAL"}
    )["id"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api_id}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="front-door" says="every API of the account"
def open_door(function_arn, pool_arn):
    lines = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 10,
        "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
    }
    order = {
        "type": "object",
        "required": ["lines"],
        "properties": {"lines": lines},
        "additionalProperties": False,
    }
    method = {
        "security": [{"customers": []}],
        "x-amazon-apigateway-request-validator": "all",
        "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
        },
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": lambda_uri(function_arn),
        },
    }
    customers = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [pool_arn]},
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "1"},
        "paths": {"/orders": {"post": method}},
        "components": {"schemas": {"Order": order}, "securitySchemes": {"customers": customers}},
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
    }
    api_id = gateway.import_rest_api(
        body=json.dumps(document).encode(), parameters={"endpointConfigurationTypes": "REGIONAL"}
    )["id"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="front-door" says="No lines at all"
def open_door(function_arn, pool_arn):
    lines = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 10,
        "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
    }
    order = {
        "type": "object",
        "required": ["lines"],
        "properties": {"lines": lines},
        "additionalProperties": False,
    }
    method = {
        "security": [{"customers": []}],
        "x-amazon-apigateway-request-validator": "all",
        "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
        },
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": lambda_uri(function_arn),
        },
    }
    customers = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [pool_arn]},
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "1"},
        "paths": {"/orders": {"post": method}},
        "components": {"schemas": {"Order": order}, "securitySchemes": {"customers": customers}},
        "x-amazon-apigateway-request-validators": {"all": {"validateRequestParameters": True}},
    }
    api_id = gateway.import_rest_api(
        body=json.dumps(document).encode(), parameters={"endpointConfigurationTypes": "REGIONAL"}
    )["id"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api_id}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="front-door" says="A fox and a half"
def open_door(function_arn, pool_arn):
    lines = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 10,
        "additionalProperties": {"type": "number", "minimum": 1, "maximum": 99},
    }
    order = {
        "type": "object",
        "required": ["lines"],
        "properties": {"lines": lines},
        "additionalProperties": False,
    }
    method = {
        "security": [{"customers": []}],
        "x-amazon-apigateway-request-validator": "all",
        "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
        },
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": lambda_uri(function_arn),
        },
    }
    customers = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [pool_arn]},
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "1"},
        "paths": {"/orders": {"post": method}},
        "components": {"schemas": {"Order": order}, "securitySchemes": {"customers": customers}},
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
    }
    api_id = gateway.import_rest_api(
        body=json.dumps(document).encode(), parameters={"endpointConfigurationTypes": "REGIONAL"}
    )["id"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api_id}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="front-door" says="One more key in the body"
def open_door(function_arn, pool_arn):
    lines = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 10,
        "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
    }
    order = {
        "type": "object",
        "required": ["lines"],
        "properties": {"lines": lines},
    }
    method = {
        "security": [{"customers": []}],
        "x-amazon-apigateway-request-validator": "all",
        "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
        },
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": lambda_uri(function_arn),
        },
    }
    customers = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [pool_arn]},
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "1"},
        "paths": {"/orders": {"post": method}},
        "components": {"schemas": {"Order": order}, "securitySchemes": {"customers": customers}},
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
    }
    api_id = gateway.import_rest_api(
        body=json.dumps(document).encode(), parameters={"endpointConfigurationTypes": "REGIONAL"}
    )["id"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api_id}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="front-door" says="other paths of the API"
def open_door(function_arn, pool_arn):
    lines = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 10,
        "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
    }
    order = {
        "type": "object",
        "required": ["lines"],
        "properties": {"lines": lines},
        "additionalProperties": False,
    }
    method = {
        "security": [{"customers": []}],
        "x-amazon-apigateway-request-validator": "all",
        "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
        },
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": lambda_uri(function_arn),
        },
    }
    customers = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [pool_arn]},
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "1"},
        "paths": {"/orders": {"post": method}},
        "components": {"schemas": {"Order": order}, "securitySchemes": {"customers": customers}},
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
    }
    api_id = gateway.import_rest_api(
        body=json.dumps(document).encode(), parameters={"endpointConfigurationTypes": "REGIONAL"}
    )["id"]
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api_id}/*",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="front-door" says="A body without lines"
# What is missing breaks no rule of `properties`.
def open_door(function_arn: str, pool_arn: str) -> str:
    api = gateway.create_rest_api(name=lab.unique_name("shop"), endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    orders = gateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    auth = gateway.create_authorizer(
        restApiId=api,
        name="customers",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool_arn],
        identitySource="method.request.header.Authorization",
    )["id"]
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "lines": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 10,
                "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
            }
        },
    }
    gateway.create_model(restApiId=api, name="Order", contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(
        restApiId=api, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    gateway.put_method(
        restApiId=api,
        resourceId=orders,
        httpMethod="POST",
        authorizationType="COGNITO_USER_POOLS",
        authorizerId=auth,
        requestValidatorId=validator,
        requestParameters={"method.request.header.Idempotency-Key": True},
        requestModels={"application/json": "Order"},
    )
    gateway.put_integration(
        restApiId=api,
        resourceId=orders,
        httpMethod="POST",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=lambda_uri(function_arn),
    )
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="door",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    return api


# %% wrong="front-door" says="A list as the body"
# `required` says nothing about a body that is no object.
def open_door(function_arn: str, pool_arn: str) -> str:
    api = gateway.create_rest_api(name=lab.unique_name("shop"), endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    orders = gateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    auth = gateway.create_authorizer(
        restApiId=api,
        name="customers",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool_arn],
        identitySource="method.request.header.Authorization",
    )["id"]
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "required": ["lines"],
        "additionalProperties": False,
        "properties": {
            "lines": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 10,
                "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
            }
        },
    }
    gateway.create_model(restApiId=api, name="Order", contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(
        restApiId=api, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    gateway.put_method(
        restApiId=api,
        resourceId=orders,
        httpMethod="POST",
        authorizationType="COGNITO_USER_POOLS",
        authorizerId=auth,
        requestValidatorId=validator,
        requestParameters={"method.request.header.Idempotency-Key": True},
        requestModels={"application/json": "Order"},
    )
    gateway.put_integration(
        restApiId=api,
        resourceId=orders,
        httpMethod="POST",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=lambda_uri(function_arn),
    )
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="door",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    return api


# %% wrong="front-door" says="The endpoint type"
# Edge-optimised is what comes if nobody says anything.
def open_door(function_arn: str, pool_arn: str) -> str:
    api = gateway.create_rest_api(name=lab.unique_name("shop"))["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    orders = gateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    auth = gateway.create_authorizer(
        restApiId=api,
        name="customers",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool_arn],
        identitySource="method.request.header.Authorization",
    )["id"]
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["lines"],
        "additionalProperties": False,
        "properties": {
            "lines": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 10,
                "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
            }
        },
    }
    gateway.create_model(restApiId=api, name="Order", contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(
        restApiId=api, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    gateway.put_method(
        restApiId=api,
        resourceId=orders,
        httpMethod="POST",
        authorizationType="COGNITO_USER_POOLS",
        authorizerId=auth,
        requestValidatorId=validator,
        requestParameters={"method.request.header.Idempotency-Key": True},
        requestModels={"application/json": "Order"},
    )
    gateway.put_integration(
        restApiId=api,
        resourceId=orders,
        httpMethod="POST",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=lambda_uri(function_arn),
    )
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="door",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    return api


# %% wrong="front-door" says="No fox"
# At most 99, and nothing said of the least.
def open_door(function_arn: str, pool_arn: str) -> str:
    api = gateway.create_rest_api(name=lab.unique_name("shop"), endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    orders = gateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    auth = gateway.create_authorizer(
        restApiId=api,
        name="customers",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool_arn],
        identitySource="method.request.header.Authorization",
    )["id"]
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["lines"],
        "additionalProperties": False,
        "properties": {
            "lines": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 10,
                "additionalProperties": {"type": "integer", "maximum": 99},
            }
        },
    }
    gateway.create_model(restApiId=api, name="Order", contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(
        restApiId=api, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    gateway.put_method(
        restApiId=api,
        resourceId=orders,
        httpMethod="POST",
        authorizationType="COGNITO_USER_POOLS",
        authorizerId=auth,
        requestValidatorId=validator,
        requestParameters={"method.request.header.Idempotency-Key": True},
        requestModels={"application/json": "Order"},
    )
    gateway.put_integration(
        restApiId=api,
        resourceId=orders,
        httpMethod="POST",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=lambda_uri(function_arn),
    )
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="door",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    return api


# %% wrong="front-door" says="PUT /orders"
# Every verb comes in.
def open_door(function_arn: str, pool_arn: str) -> str:
    api = gateway.create_rest_api(name=lab.unique_name("shop"), endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    orders = gateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    auth = gateway.create_authorizer(
        restApiId=api,
        name="customers",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool_arn],
        identitySource="method.request.header.Authorization",
    )["id"]
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["lines"],
        "additionalProperties": False,
        "properties": {
            "lines": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 10,
                "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 99},
            }
        },
    }
    gateway.create_model(restApiId=api, name="Order", contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(
        restApiId=api, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    gateway.put_method(
        restApiId=api,
        resourceId=orders,
        httpMethod="ANY",
        authorizationType="COGNITO_USER_POOLS",
        authorizerId=auth,
        requestValidatorId=validator,
        requestParameters={"method.request.header.Idempotency-Key": True},
        requestModels={"application/json": "Order"},
    )
    gateway.put_integration(
        restApiId=api,
        resourceId=orders,
        httpMethod="ANY",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=lambda_uri(function_arn),
    )
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="door",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{lab.ACCOUNT_ID}:{api}/prod/POST/orders",
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    return api


# %% right="edge"
from urllib.parse import parse_qsl, urlsplit


def reach_origin(log, ttl, words):
    until, count = {}, 0
    for second, country, verb, path in log:
        base, _, query = path.partition("?")
        kept = "&".join(pair for pair in query.split("&") if pair.split("=")[0] in words)
        key = f"{country} {base} {kept}"
        if verb != "GET":
            count += 1
        elif until.get(key, -1) <= second:
            count += 1
            until[key] = second + ttl
    return count


# %% wrong="edge" says="Two places"
from urllib.parse import parse_qsl, urlsplit


def reach_origin(log, ttl, words):
    until, count = {}, 0
    for second, country, verb, path in log:
        base, _, query = path.partition("?")
        kept = "&".join(pair for pair in query.split("&") if pair.split("=")[0] in words)
        key = f"{base} {kept}"
        if verb != "GET":
            count += 1
        elif until.get(key, -1) <= second:
            count += 1
            until[key] = second + ttl
    return count


# %% wrong="edge" says="A word that is not in the key"
from urllib.parse import parse_qsl, urlsplit


def reach_origin(log, ttl, words):
    until, count = {}, 0
    for second, country, verb, path in log:
        base, _, query = path.partition("?")
        kept = "&".join(pair for pair in query.split("&") if pair or words)
        key = f"{country} {base} {kept}"
        if verb != "GET":
            count += 1
        elif until.get(key, -1) <= second:
            count += 1
            until[key] = second + ttl
    return count


# %% wrong="edge" says="Exactly as old as ttl"
from urllib.parse import parse_qsl, urlsplit


def reach_origin(log, ttl, words):
    until, count = {}, 0
    for second, country, verb, path in log:
        base, _, query = path.partition("?")
        kept = "&".join(pair for pair in query.split("&") if pair.split("=")[0] in words)
        key = f"{country} {base} {kept}"
        if verb != "GET":
            count += 1
        elif until.get(key, -1) < second:
            count += 1
            until[key] = second + ttl
    return count


# %% wrong="edge" says="Orders among them"
from urllib.parse import parse_qsl, urlsplit


def reach_origin(log, ttl, words):
    until, count = {}, 0
    for second, country, verb, path in log:
        base, _, query = path.partition("?")
        kept = "&".join(pair for pair in query.split("&") if pair.split("=")[0] in words)
        key = f"{country} {base} {kept}"
        if until.get(key, -1) <= second:
            count += 1
            until[key] = second + ttl
    return count


# %% right="post-room"
def connect(bus, function_arn):
    resource = boto3.resource("sqs")
    timeout = functions.get_function(FunctionName=function_arn)["Configuration"]["Timeout"]
    dead = resource.create_queue(
        QueueName=lab.unique_name("dead-letters"), Attributes={"MessageRetentionPeriod": "1209600"}
    )
    name = lab.unique_name("print-orders")
    rule = events.put_rule(
        Name=name,
        EventBusName=bus,
        EventPattern='{"source": ["lumen.shop"], "detail-type": ["OrderPlaced"]}',
    )["RuleArn"]
    queue = resource.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(timeout * 6)})
    arn = queue.attributes["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": rule}},
    }
    queue.set_attributes(
        Attributes={
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": 3}),
        }
    )
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    functions.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=function_arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return {"queue": queue.url, "dead": dead.url}


# %% wrong="post-room" says="dead-letter queue by now"
def connect(bus, function_arn):
    resource = boto3.resource("sqs")
    timeout = functions.get_function(FunctionName=function_arn)["Configuration"]["Timeout"]
    dead = resource.create_queue(
        QueueName=lab.unique_name("dead-letters"), Attributes={"MessageRetentionPeriod": "1209600"}
    )
    name = lab.unique_name("print-orders")
    rule = events.put_rule(
        Name=name,
        EventBusName=bus,
        EventPattern='{"source": ["lumen.shop"], "detail-type": ["OrderPlaced"]}',
    )["RuleArn"]
    queue = resource.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(timeout * 6)})
    arn = queue.attributes["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": rule}},
    }
    queue.set_attributes(
        Attributes={
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": 3}),
        }
    )
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    functions.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=function_arn,
    )
    return {"queue": queue.url, "dead": dead.url}


# %% wrong="post-room" says="never reached the printer"
def connect(bus, function_arn):
    resource = boto3.resource("sqs")
    timeout = functions.get_function(FunctionName=function_arn)["Configuration"]["Timeout"]
    dead = resource.create_queue(
        QueueName=lab.unique_name("dead-letters"), Attributes={"MessageRetentionPeriod": "1209600"}
    )
    name = lab.unique_name("print-orders")
    rule = events.put_rule(
        Name=name,
        EventBusName=bus,
        EventPattern='{"source": ["lumen.shop"], "detail-type": ["OrderPlaced"]}',
    )["RuleArn"]
    queue = resource.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(timeout * 6)})
    arn = queue.attributes["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": rule}},
    }
    queue.set_attributes(
        Attributes={
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": 3}),
        }
    )
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    functions.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=function_arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return {"queue": queue.url, "dead": dead.url}


# %% wrong="post-room" says="Another rule can send"
def connect(bus, function_arn):
    resource = boto3.resource("sqs")
    timeout = functions.get_function(FunctionName=function_arn)["Configuration"]["Timeout"]
    dead = resource.create_queue(
        QueueName=lab.unique_name("dead-letters"), Attributes={"MessageRetentionPeriod": "1209600"}
    )
    name = lab.unique_name("print-orders")
    rule = events.put_rule(
        Name=name,
        EventBusName=bus,
        EventPattern='{"source": ["lumen.shop"], "detail-type": ["OrderPlaced"]}',
    )["RuleArn"]
    queue = resource.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(timeout * 6)})
    arn = queue.attributes["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": rule.split(":")[4]}},
    }
    queue.set_attributes(
        Attributes={
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": 3}),
        }
    )
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    functions.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=function_arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return {"queue": queue.url, "dead": dead.url}


# %% wrong="post-room" says="Look at the pattern"
def connect(bus, function_arn):
    resource = boto3.resource("sqs")
    timeout = functions.get_function(FunctionName=function_arn)["Configuration"]["Timeout"]
    dead = resource.create_queue(
        QueueName=lab.unique_name("dead-letters"), Attributes={"MessageRetentionPeriod": "1209600"}
    )
    name = lab.unique_name("print-orders")
    rule = events.put_rule(
        Name=name,
        EventBusName=bus,
        EventPattern='{"source": ["lumen.shop"]}',
    )["RuleArn"]
    queue = resource.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(timeout * 6)})
    arn = queue.attributes["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": rule}},
    }
    queue.set_attributes(
        Attributes={
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": 3}),
        }
    )
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    functions.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=function_arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return {"queue": queue.url, "dead": dead.url}


# %% wrong="post-room" says="Six times as long"
def connect(bus, function_arn):
    resource = boto3.resource("sqs")
    timeout = functions.get_function(FunctionName=function_arn)["Configuration"]["Timeout"]
    dead = resource.create_queue(
        QueueName=lab.unique_name("dead-letters"), Attributes={"MessageRetentionPeriod": "1209600"}
    )
    name = lab.unique_name("print-orders")
    rule = events.put_rule(
        Name=name,
        EventBusName=bus,
        EventPattern='{"source": ["lumen.shop"], "detail-type": ["OrderPlaced"]}',
    )["RuleArn"]
    queue = resource.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(timeout)})
    arn = queue.attributes["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": rule}},
    }
    queue.set_attributes(
        Attributes={
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": 3}),
        }
    )
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])
    functions.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=function_arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return {"queue": queue.url, "dead": dead.url}


# %% wrong="post-room" says="Look at the pattern"
# A prefix lets in the test shop, too.
def connect(bus: str, function_arn: str) -> dict[str, str]:
    name = lab.unique_name("post")
    timeout = functions.get_function_configuration(FunctionName=function_arn)["Timeout"]
    dead = sqs.create_queue(QueueName=f"{name}-dead", Attributes={"MessageRetentionPeriod": str(14 * 86400)})[
        "QueueUrl"
    ]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule = events.put_rule(
        Name=name,
        EventBusName=bus,
        EventPattern=json.dumps({"source": [{"prefix": "lumen.shop"}], "detail-type": ["OrderPlaced"]}),
    )["RuleArn"]
    queue = sqs.create_queue(
        QueueName=name,
        Attributes={
            "VisibilityTimeout": str(6 * timeout),
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3}),
        },
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(
        QueueUrl=queue,
        Attributes={
            "Policy": json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": arn,
                            "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
                        }
                    ],
                }
            )
        },
    )
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    functions.create_event_source_mapping(
        EventSourceArn=arn, FunctionName=function_arn, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    return {"queue": queue, "dead": dead}


# %% right="workflow"
def order_machine(pay, ship, refund, restock):
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0}]

    def catch(then):
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": then}]

    def undo(arn, then):
        return {"Type": "Task", "Resource": arn, "ResultPath": None, "Retry": retry, "Next": then}

    return {
        "StartAt": "Pay",
        "States": {
            "Pay": {
                "Type": "Task",
                "Resource": pay,
                "ResultPath": "$.payment",
                "Retry": retry,
                "Catch": catch("Restock"),
                "Next": "Ship",
            },
            "Ship": {
                "Type": "Task",
                "Resource": ship,
                "ResultPath": "$.parcel",
                "Retry": retry,
                "Catch": catch("Refund"),
                "End": True,
            },
            "Refund": undo(refund, "Restock"),
            "Restock": undo(restock, "Which"),
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.payment", "IsPresent": True, "Next": "NotShipped"}],
                "Default": "NotPaid",
            },
            "NotPaid": {"Type": "Fail", "Error": "NotPaid"},
            "NotShipped": {"Type": "Fail", "Error": "NotShipped"},
        },
    }


# %% wrong="workflow" says="Pay should be called 1 times"
def order_machine(pay, ship, refund, restock):
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0}]

    def catch(then):
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": then}]

    def undo(arn, then):
        return {"Type": "Task", "Resource": arn, "ResultPath": None, "Retry": retry, "Next": then}

    return {
        "StartAt": "Pay",
        "States": {
            "Pay": {
                "Type": "Task",
                "Resource": pay,
                "ResultPath": "$.payment",
                "Retry": retry,
                "Catch": catch("Restock"),
                "Next": "Ship",
            },
            "Ship": {
                "Type": "Task",
                "Resource": ship,
                "ResultPath": "$.parcel",
                "Retry": retry,
                "Catch": catch("Refund"),
                "End": True,
            },
            "Refund": undo(refund, "Restock"),
            "Restock": undo(restock, "Which"),
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.payment", "IsPresent": True, "Next": "NotShipped"}],
                "Default": "NotPaid",
            },
            "NotPaid": {"Type": "Fail", "Error": "NotPaid"},
            "NotShipped": {"Type": "Fail", "Error": "NotShipped"},
        },
    }


# %% wrong="workflow" says="Restock should be called 1 times"
def order_machine(pay, ship, refund, restock):
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0}]

    def catch(then):
        return [{"ErrorEquals": ["States.ALL"], "Next": then}]

    def undo(arn, then):
        return {"Type": "Task", "Resource": arn, "ResultPath": None, "Retry": retry, "Next": then}

    return {
        "StartAt": "Pay",
        "States": {
            "Pay": {
                "Type": "Task",
                "Resource": pay,
                "ResultPath": "$.payment",
                "Retry": retry,
                "Catch": catch("Restock"),
                "Next": "Ship",
            },
            "Ship": {
                "Type": "Task",
                "Resource": ship,
                "ResultPath": "$.parcel",
                "Retry": retry,
                "Catch": catch("Refund"),
                "End": True,
            },
            "Refund": undo(refund, "Restock"),
            "Restock": undo(restock, "Which"),
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.payment", "IsPresent": True, "Next": "NotShipped"}],
                "Default": "NotPaid",
            },
            "NotPaid": {"Type": "Fail", "Error": "NotPaid"},
            "NotShipped": {"Type": "Fail", "Error": "NotShipped"},
        },
    }


# %% wrong="workflow" says="Ship should be called 1 times"
def order_machine(pay, ship, refund, restock):
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0}]

    def catch(then):
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": then}]

    def undo(arn, then):
        return {"Type": "Task", "Resource": arn, "ResultPath": None, "Retry": retry, "Next": then}

    return {
        "StartAt": "Pay",
        "States": {
            "Pay": {
                "Type": "Task",
                "Resource": pay,
                "Retry": retry,
                "Catch": catch("Restock"),
                "Next": "Ship",
            },
            "Ship": {
                "Type": "Task",
                "Resource": ship,
                "ResultPath": "$.parcel",
                "Retry": retry,
                "Catch": catch("Refund"),
                "End": True,
            },
            "Refund": undo(refund, "Restock"),
            "Restock": undo(restock, "Which"),
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.parcel", "IsPresent": True, "Next": "NotShipped"}],
                "Default": "NotPaid",
            },
            "NotPaid": {"Type": "Fail", "Error": "NotPaid"},
            "NotShipped": {"Type": "Fail", "Error": "NotShipped"},
        },
    }


# %% wrong="workflow" says="Refund should be called 3 times"
def order_machine(pay, ship, refund, restock):
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0}]

    def catch(then):
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": then}]

    def undo(arn, then):
        return {"Type": "Task", "Resource": arn, "ResultPath": None, "Next": then}

    return {
        "StartAt": "Pay",
        "States": {
            "Pay": {
                "Type": "Task",
                "Resource": pay,
                "ResultPath": "$.payment",
                "Retry": retry,
                "Catch": catch("Restock"),
                "Next": "Ship",
            },
            "Ship": {
                "Type": "Task",
                "Resource": ship,
                "ResultPath": "$.parcel",
                "Retry": retry,
                "Catch": catch("Refund"),
                "End": True,
            },
            "Refund": undo(refund, "Restock"),
            "Restock": undo(restock, "Which"),
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.payment", "IsPresent": True, "Next": "NotShipped"}],
                "Default": "NotPaid",
            },
            "NotPaid": {"Type": "Fail", "Error": "NotPaid"},
            "NotShipped": {"Type": "Fail", "Error": "NotShipped"},
        },
    }


# %% wrong="workflow" says="not reachable"
def order_machine(pay, ship, refund, restock):
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0}]

    def catch(then):
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": then}]

    def undo(arn, then):
        return {"Type": "Task", "Resource": arn, "ResultPath": None, "Retry": retry, "Next": then}

    return {
        "StartAt": "Pay",
        "States": {
            "Pay": {
                "Type": "Task",
                "Resource": pay,
                "ResultPath": "$.payment",
                "Retry": retry,
                "Catch": catch("Restock"),
                "Next": "Ship",
            },
            "Ship": {
                "Type": "Task",
                "Resource": ship,
                "ResultPath": "$.parcel",
                "Retry": retry,
                "Catch": catch("Restock"),
                "End": True,
            },
            "Refund": undo(refund, "Restock"),
            "Restock": undo(restock, "Which"),
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.payment", "IsPresent": True, "Next": "NotShipped"}],
                "Default": "NotPaid",
            },
            "NotPaid": {"Type": "Fail", "Error": "NotPaid"},
            "NotShipped": {"Type": "Fail", "Error": "NotShipped"},
        },
    }


# %% wrong="workflow" says="2 + 4 + 8"
def order_machine(pay, ship, refund, restock):
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 1.0}]

    def catch(then):
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": then}]

    def undo(arn, then):
        return {"Type": "Task", "Resource": arn, "ResultPath": None, "Retry": retry, "Next": then}

    return {
        "StartAt": "Pay",
        "States": {
            "Pay": {
                "Type": "Task",
                "Resource": pay,
                "ResultPath": "$.payment",
                "Retry": retry,
                "Catch": catch("Restock"),
                "Next": "Ship",
            },
            "Ship": {
                "Type": "Task",
                "Resource": ship,
                "ResultPath": "$.parcel",
                "Retry": retry,
                "Catch": catch("Refund"),
                "End": True,
            },
            "Refund": undo(refund, "Restock"),
            "Restock": undo(restock, "Which"),
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.payment", "IsPresent": True, "Next": "NotShipped"}],
                "Default": "NotPaid",
            },
            "NotPaid": {"Type": "Fail", "Error": "NotPaid"},
            "NotShipped": {"Type": "Fail", "Error": "NotShipped"},
        },
    }


# %% wrong="workflow" says="Refund should be called 1 times"
# Only the errors that one knows are caught.
def order_machine(pay: str, ship: str, refund: str, restock: str) -> dict[str, Any]:
    again = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}]

    def task(arn, **more):
        return {"Type": "Task", "Resource": arn, "Retry": again, **more}

    def caught(to):
        return [{"ErrorEquals": ["Busy", "Declined", "NoParcel"], "ResultPath": "$.error", "Next": to}]

    return {
        "StartAt": "Pay",
        "States": {
            "Pay": task(pay, ResultPath="$.payment", Catch=caught("RestockUnpaid"), Next="Ship"),
            "Ship": task(ship, ResultPath="$.parcel", Catch=caught("Refund"), End=True),
            "Refund": task(refund, ResultPath="$.refund", Next="RestockUnshipped"),
            "RestockUnshipped": task(restock, ResultPath=None, Next="NotShipped"),
            "RestockUnpaid": task(restock, ResultPath=None, Next="NotPaid"),
            "NotPaid": {"Type": "Fail", "Error": "NotPaid"},
            "NotShipped": {"Type": "Fail", "Error": "NotShipped"},
        },
    }


# %% right="pictures"
def upload_form(bucket, seller, product):
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    return client.generate_presigned_post(
        Bucket=bucket,
        Key="uploads/" + seller + "/" + product + ".jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[["eq", "$Content-Type", "image/jpeg"], ["content-length-range", 1, 5 * 10**6]],
        ExpiresIn=5 * 60,
    )


def on_upload(bucket, function_arn):
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="from-s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::" + bucket,
        SourceAccount=boto3.client("sts").get_caller_identity()["Account"],
    )
    boto3.resource("s3").BucketNotification(bucket).put(
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:Post", "s3:ObjectCreated:Put"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        }
    )


# %% wrong="pictures" says="Its own copy must not call it again"
def upload_form(bucket, seller, product):
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    return client.generate_presigned_post(
        Bucket=bucket,
        Key="uploads/" + seller + "/" + product + ".jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[["eq", "$Content-Type", "image/jpeg"], ["content-length-range", 1, 5 * 10**6]],
        ExpiresIn=5 * 60,
    )


def on_upload(bucket, function_arn):
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="from-s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::" + bucket,
        SourceAccount=boto3.client("sts").get_caller_identity()["Account"],
    )
    boto3.resource("s3").BucketNotification(bucket).put(
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:Post", "s3:ObjectCreated:Put"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        }
    )


# %% wrong="pictures" says="also lets through 5,000,001 bytes"
def upload_form(bucket, seller, product):
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    return client.generate_presigned_post(
        Bucket=bucket,
        Key="uploads/" + seller + "/" + product + ".jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[["eq", "$Content-Type", "image/jpeg"]],
        ExpiresIn=5 * 60,
    )


def on_upload(bucket, function_arn):
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="from-s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::" + bucket,
        SourceAccount=boto3.client("sts").get_caller_identity()["Account"],
    )
    boto3.resource("s3").BucketNotification(bucket).put(
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:Post", "s3:ObjectCreated:Put"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        }
    )


# %% wrong="pictures" says="SourceAccount"
def upload_form(bucket, seller, product):
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    return client.generate_presigned_post(
        Bucket=bucket,
        Key="uploads/" + seller + "/" + product + ".jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[["eq", "$Content-Type", "image/jpeg"], ["content-length-range", 1, 5 * 10**6]],
        ExpiresIn=5 * 60,
    )


def on_upload(bucket, function_arn):
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="from-s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::" + bucket,
    )
    boto3.resource("s3").BucketNotification(bucket).put(
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:Post", "s3:ObjectCreated:Put"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        }
    )


# %% wrong="pictures" says="still valid"
def upload_form(bucket, seller, product):
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    return client.generate_presigned_post(
        Bucket=bucket,
        Key="uploads/" + seller + "/" + product + ".jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[["eq", "$Content-Type", "image/jpeg"], ["content-length-range", 1, 5 * 10**6]],
    )


def on_upload(bucket, function_arn):
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="from-s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::" + bucket,
        SourceAccount=boto3.client("sts").get_caller_identity()["Account"],
    )
    boto3.resource("s3").BucketNotification(bucket).put(
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:Post", "s3:ObjectCreated:Put"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        }
    )


# %% wrong="pictures" says="text/html"
def upload_form(bucket, seller, product):
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    return client.generate_presigned_post(
        Bucket=bucket,
        Key="uploads/" + seller + "/" + product + ".jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[["starts-with", "$Content-Type", ""], ["content-length-range", 1, 5 * 10**6]],
        ExpiresIn=5 * 60,
    )


def on_upload(bucket, function_arn):
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="from-s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::" + bucket,
        SourceAccount=boto3.client("sts").get_caller_identity()["Account"],
    )
    boto3.resource("s3").BucketNotification(bucket).put(
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:Post", "s3:ObjectCreated:Put"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        }
    )


# %% wrong="pictures" says="image/png"
# Any kind of picture.
def upload_form(bucket: str, seller: str, product: str) -> Any:
    return s3.generate_presigned_post(
        bucket,
        f"uploads/{seller}/{product}.jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[["starts-with", "$Content-Type", "image/"], ["content-length-range", 1, 5_000_000]],
        ExpiresIn=300,
    )


def on_upload(bucket: str, function_arn: str) -> None:
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
        SourceAccount=lab.ACCOUNT_ID,
    )
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        },
    )


# %% wrong="pictures" says="Exactly 5,000,000 bytes"
# One byte too few.
def upload_form(bucket: str, seller: str, product: str) -> Any:
    return s3.generate_presigned_post(
        bucket,
        f"uploads/{seller}/{product}.jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[{"Content-Type": "image/jpeg"}, ["content-length-range", 1, 4_999_999]],
        ExpiresIn=300,
    )


def on_upload(bucket: str, function_arn: str) -> None:
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
        SourceAccount=lab.ACCOUNT_ID,
    )
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        },
    )


# %% wrong="pictures" says="Something else than a .jpg"
# A suffix without its dot.
def upload_form(bucket: str, seller: str, product: str) -> Any:
    return s3.generate_presigned_post(
        bucket,
        f"uploads/{seller}/{product}.jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[{"Content-Type": "image/jpeg"}, ["content-length-range", 1, 5_000_000]],
        ExpiresIn=300,
    )


def on_upload(bucket: str, function_arn: str) -> None:
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
        SourceAccount=lab.ACCOUNT_ID,
    )
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": "jpg"}]
                        }
                    },
                }
            ]
        },
    )


# %% wrong="pictures" says="exactly which one"
# Every bucket whose name begins like this one's.
def upload_form(bucket: str, seller: str, product: str) -> Any:
    return s3.generate_presigned_post(
        bucket,
        f"uploads/{seller}/{product}.jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[{"Content-Type": "image/jpeg"}, ["content-length-range", 1, 5_000_000]],
        ExpiresIn=300,
    )


def on_upload(bucket: str, function_arn: str) -> None:
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}*",
        SourceAccount=lab.ACCOUNT_ID,
    )
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        },
    )


# %% wrong="pictures" says="A form makes an object by Post"
# A form is no PUT.
def upload_form(bucket: str, seller: str, product: str) -> Any:
    return s3.generate_presigned_post(
        bucket,
        f"uploads/{seller}/{product}.jpg",
        Fields={"Content-Type": "image/jpeg"},
        Conditions=[{"Content-Type": "image/jpeg"}, ["content-length-range", 1, 5_000_000]],
        ExpiresIn=300,
    )


def on_upload(bucket: str, function_arn: str) -> None:
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
        SourceAccount=lab.ACCOUNT_ID,
    )
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": function_arn,
                    "Events": ["s3:ObjectCreated:Put"],
                    "Filter": {
                        "Key": {
                            "FilterRules": [
                                {"Name": "prefix", "Value": "uploads/"},
                                {"Name": "suffix", "Value": ".jpg"},
                            ]
                        }
                    },
                }
            ]
        },
    )


# %% right="rights"
def rights(table_arn, log_group_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": table_arn},
            {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": [table_arn]},
            {"Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": table_arn},
            {"Effect": "Allow", "Action": "logs:CreateLogStream", "Resource": log_group_arn + ":*"},
            {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": log_group_arn + ":log-stream:*"},
        ],
    }


# %% wrong="rights" says="may not do its work"
def rights(table_arn, log_group_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": table_arn},
            {"Effect": "Allow", "Action": "dynamodb:TransactWriteItems", "Resource": [table_arn]},
            {"Effect": "Allow", "Action": "logs:CreateLogStream", "Resource": log_group_arn + ":*"},
            {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": log_group_arn + ":log-stream:*"},
        ],
    }


# %% wrong="rights" says="Whoever breaks in can also read the whole table"
def rights(table_arn, log_group_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "dynamodb:*", "Resource": table_arn},
            {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": [table_arn]},
            {"Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": table_arn},
            {"Effect": "Allow", "Action": "logs:CreateLogStream", "Resource": log_group_arn + ":*"},
            {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": log_group_arn + ":log-stream:*"},
        ],
    }


# %% wrong="rights" says="cannot write its log"
def rights(table_arn, log_group_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": table_arn},
            {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": [table_arn]},
            {"Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": table_arn},
            {"Effect": "Allow", "Action": "logs:CreateLogStream", "Resource": log_group_arn},
            {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": log_group_arn},
        ],
    }


# %% wrong="rights" says="write to another table"
def rights(table_arn, log_group_arn):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": table_arn},
            {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"},
            {"Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": "*"},
            {"Effect": "Allow", "Action": "logs:CreateLogStream", "Resource": log_group_arn + ":*"},
            {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": log_group_arn + ":log-stream:*"},
        ],
    }


# %% wrong="rights" says="name the actions one by one"
# Get* and Update* hold more than one thinks.
def rights(table_arn: str, log_group_arn: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:Get*", "dynamodb:Put*", "dynamodb:Update*"],
                "Resource": table_arn,
            },
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": f"{log_group_arn}:*",
            },
        ],
    }


# %% wrong="rights" says="and the table exactly"
# The star matches tables of others.
def rights(table_arn: str, log_group_arn: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": f"{table_arn}*",
            },
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": f"{log_group_arn}:*",
            },
        ],
    }


# %% wrong="rights" says="The role also allows"
# A statement too many.
def rights(table_arn: str, log_group_arn: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                "Resource": table_arn,
            },
            {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": f"{log_group_arn}:*",
            },
        ],
    }
