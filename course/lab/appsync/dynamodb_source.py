"""A DynamoDB table as data source: a request template says the operation, AppSync makes the call as the role.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-dynamodb.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError, ParamValidationError

from course.lab.appsync.context import Failure
from course.lab.appsync.roles import require
from course.lab.caller import session_of_role
from course.lab.place import Place

Asked = Mapping[str, Any]
_KIND: Final = "MappingTemplate"


def ask(source: dict[str, Any], asked: Asked, place: Place) -> Any:
    """Do the operation; gives items as plain JSON. Raises Failure."""
    operation = str(asked.get("operation"))
    if operation not in _OPERATIONS:
        known = ", ".join(_OPERATIONS)
        raise Failure(f"Unsupported operation '{operation}': the lab's DynamoDB resolvers know {known}.", _KIND)
    tables = (
        list(asked.get("tables") or {}) if operation.startswith("Batch") else [source["dynamodbConfig"]["tableName"]]
    )
    region = source["dynamodbConfig"].get("awsRegion") or place.region
    start = f"arn:aws:dynamodb:{region}:{place.account}:table/"
    index = f"/index/{asked['index']}" if asked.get("index") else ""
    require(source["serviceRoleArn"], f"dynamodb:{operation}", [f"{start}{one}{index}" for one in tables], "DynamoDB")
    client = session_of_role(Place(place.account, region), source["serviceRoleArn"], "appsync").client("dynamodb")
    try:
        return _OPERATIONS[operation](client, tables[0] if tables else "", asked)
    except ClientError as refused:
        raise _failure(refused) from None
    except (ParamValidationError, KeyError, TypeError, AttributeError) as wrong:
        raise Failure(f"The request template is no valid {operation}: {wrong}", _KIND) from None


def _get(client: Any, table: str, asked: Asked) -> Any:
    answer = client.get_item(
        TableName=table, Key=_typed(asked["key"]), ConsistentRead=bool(asked.get("consistentRead"))
    )
    return _plain_item(answer.get("Item"))


def _put(client: Any, table: str, asked: Asked) -> Any:
    item = _typed({**(asked.get("attributeValues") or {}), **asked["key"]})
    try:
        client.put_item(TableName=table, Item=item, **_condition(asked))
    except ClientError as refused:
        # Who asks again for what is already there has succeeded.
        if _is_failed_condition(refused) and refused.response.get("Item") == item:
            return _plain_item(item)
        raise
    return _plain_item(item)


def _update(client: Any, table: str, asked: Asked) -> Any:
    update = asked["update"]
    told = _condition(asked)
    names = {**(update.get("expressionNames") or {}), **told.pop("ExpressionAttributeNames", {})}
    values = {**_typed(update.get("expressionValues")), **told.pop("ExpressionAttributeValues", {})}
    answer = client.update_item(
        TableName=table,
        Key=_typed(asked["key"]),
        UpdateExpression=update["expression"],
        ReturnValues="ALL_NEW",
        **told,
        **({"ExpressionAttributeNames": names} if names else {}),
        **({"ExpressionAttributeValues": values} if values else {}),
    )
    return _plain_item(answer.get("Attributes"))


def _delete(client: Any, table: str, asked: Asked) -> Any:
    answer = client.delete_item(TableName=table, Key=_typed(asked["key"]), ReturnValues="ALL_OLD", **_condition(asked))
    return _plain_item(answer.get("Attributes"))


def _query(client: Any, table: str, asked: Asked) -> Any:
    query = asked["query"]
    told = {"KeyConditionExpression": query["expression"], "ScanIndexForward": asked.get("scanIndexForward", True)}
    return _page(client.query, table, asked, told, query)


def _scan(client: Any, table: str, asked: Asked) -> Any:
    return _page(client.scan, table, asked, {}, {})


def _page(method: Callable[..., Any], table: str, asked: Asked, told: dict[str, Any], keys: Asked) -> Any:
    """One page of a query or scan, with the token of the next."""
    chosen = asked.get("filter") or {}
    names = {**(keys.get("expressionNames") or {}), **(chosen.get("expressionNames") or {})}
    values = {**(keys.get("expressionValues") or {}), **(chosen.get("expressionValues") or {})}
    more = {
        "IndexName": asked.get("index"),
        "Limit": asked.get("limit"),
        "FilterExpression": chosen.get("expression"),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": _typed(values),
        "ConsistentRead": asked.get("consistentRead"),
        "ExclusiveStartKey": _start(asked.get("nextToken")),
    }
    answer = method(TableName=table, **told, **{name: value for name, value in more.items() if value})
    return {
        "items": [_plain_item(one) for one in answer["Items"]],
        "nextToken": _token(answer.get("LastEvaluatedKey")),
        "scannedCount": answer["ScannedCount"],
    }


def _batch_get(client: Any, table: str, asked: Asked) -> Any:
    """Items come in the order of their keys, null for each that is not there."""
    wanted = {name: [_typed(key) for key in one["keys"]] for name, one in asked["tables"].items()}
    answer = client.batch_get_item(RequestItems={name: {"Keys": _once(keys)} for name, keys in wanted.items()})
    data = {}
    for name, keys in wanted.items():
        found = answer["Responses"].get(name, [])
        data[name] = [_plain_item(next((one for one in found if key.items() <= one.items()), None)) for key in keys]
    return {"data": data, "unprocessedKeys": {}}


_OPERATIONS: Final[dict[str, Callable[[Any, str, Asked], Any]]] = {
    "GetItem": _get,
    "PutItem": _put,
    "UpdateItem": _update,
    "DeleteItem": _delete,
    "Query": _query,
    "Scan": _scan,
    "BatchGetItem": _batch_get,
}


def _once(keys: list[Any]) -> list[Any]:
    return [key for index, key in enumerate(keys) if key not in keys[:index]]


def _condition(asked: Asked) -> dict[str, Any]:
    condition = asked.get("condition")
    if not condition:
        return {}
    names, values = condition.get("expressionNames"), _typed(condition.get("expressionValues"))
    return {
        "ConditionExpression": condition["expression"],
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        **({"ExpressionAttributeNames": names} if names else {}),
        **({"ExpressionAttributeValues": values} if values else {}),
    }


def _typed(values: Any) -> dict[str, Any]:
    """Typed values as boto3 wants them: numbers as text."""
    return {name: _typed_one(one) for name, one in (values or {}).items()}


def _typed_one(value: Any) -> Any:
    kind, held = next(iter(value.items()))
    if kind == "N":
        return {"N": str(held)}
    if kind == "NS":
        return {"NS": [str(one) for one in held]}
    if kind == "L":
        return {"L": [_typed_one(one) for one in held]}
    if kind == "M":
        return {"M": _typed(held)}
    return {kind: held}


def _plain_item(item: Any) -> Any:
    if item is None:
        return None
    return {name: _plain(TypeDeserializer().deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | set):
        return [_plain(one) for one in (sorted(value) if isinstance(value, set) else value)]
    return value


def _token(key: Any) -> str | None:
    return base64.b64encode(json.dumps(key).encode()).decode() if key else None


def _start(token: Any) -> Any:
    return json.loads(base64.b64decode(token)) if token else None


def _is_failed_condition(refused: ClientError) -> bool:
    return refused.response["Error"]["Code"] == "ConditionalCheckFailedException"


def _failure(refused: ClientError) -> Failure:
    told = refused.response["Error"]
    there = _plain_item(refused.response.get("Item")) if _is_failed_condition(refused) else None
    return Failure(f"{told['Message']} (Service: DynamoDb, Status Code: 400)", f"DynamoDB:{told['Code']}", there)
