"""PartiQL: each statement becomes the request that does the same, so that it costs and refuses the same.

Statements: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
Batches: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
Transactions: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html
"""

from __future__ import annotations

import base64
import copy
import json
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.dynamodb import account
from course.lab.dynamodb.partiql_statements import Inner, MissingKey, MissingTable, translate
from course.lab.dynamodb.partiql_words import Malformed
from course.lab.place import place_of
from course.lab.replies import Reply
from course.lab.wire import answer_first, ask_moto, json_answer, json_error

_BATCH: Final = 25
_TRANSACTION: Final = 100
_ACTIONS: Final = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}


@answer_first
def _partiql(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "dynamodb":
        return None
    if operation not in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
        return None
    asked = json.loads(request.body)  # type: ignore[arg-type]
    match operation:
        case "ExecuteStatement":
            return _one(request, asked)
        case "BatchExecuteStatement":
            return _batch(request, asked)
        case _:
            return _transaction(request, asked)


def _one(request: AWSPreparedRequest, asked: dict[str, Any]) -> AWSResponse:
    inner = _understood(request, asked)
    if isinstance(inner, Reply):
        return json_error(request, inner.code, inner.message)
    passed_on = ("ReturnConsumedCapacity", "Limit", "ConsistentRead")
    more: dict[str, Any] = {key: asked[key] for key in passed_on if key in asked}
    if "ReturnValuesOnConditionCheckFailure" in asked and inner.operation in _ACTIONS:
        more["ReturnValuesOnConditionCheckFailure"] = asked["ReturnValuesOnConditionCheckFailure"]
    if inner.operation in _ACTIONS:
        more.pop("Limit", None)
        more.pop("ConsistentRead", None)
    if asked.get("NextToken"):
        more["ExclusiveStartKey"] = json.loads(base64.b64decode(asked["NextToken"]))
    response = _ask(request, inner.operation, inner.asked | more)
    if response.status_code != 200:
        return _in_words_of_partiql(request, inner, response)
    return json_answer(request, _shown(json.loads(response.content)))


def _shown(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of a read or a write as ExecuteStatement gives it."""
    items = answer.get("Items") or ([answer["Attributes"]] if answer.get("Attributes") else [])
    shown: dict[str, Any] = {"Items": items}
    if "ConsumedCapacity" in answer:
        shown["ConsumedCapacity"] = answer["ConsumedCapacity"]
    if last := answer.get("LastEvaluatedKey"):
        shown |= {"LastEvaluatedKey": last, "NextToken": base64.b64encode(json.dumps(last).encode()).decode()}
    return shown


def _batch(request: AWSPreparedRequest, asked: dict[str, Any]) -> AWSResponse:
    statements = asked["Statements"]
    if len(statements) > _BATCH:
        return json_error(request, "ValidationException", f"A batch holds at most {_BATCH} statements.")
    answers: list[dict[str, Any]] = []
    used: list[Any] = []
    for one in statements:
        inner = _understood(request, one)
        if isinstance(inner, Inner) and inner.operation in ("Query", "Scan") and not inner.names_one_item:
            inner = Reply(
                "ValidationError", "Select statements within BatchExecuteStatement must specify the primary key"
            )
        if isinstance(inner, Reply):
            answers.append({"Error": {"Code": inner.code.removesuffix("Exception"), "Message": inner.message}})
            continue
        more = {"ReturnConsumedCapacity": asked.get("ReturnConsumedCapacity", "NONE")}
        response = _ask(request, inner.operation, inner.asked | more)
        if response.status_code != 200:
            response = _in_words_of_partiql(request, inner, response)
            told = json.loads(response.content)
            code = told["__type"].rpartition("#")[2].removesuffix("Exception")
            answers.append({"TableName": inner.table, "Error": {"Code": code, "Message": told.get("message", "")}})
            continue
        found = _shown(json.loads(response.content))
        used += [found["ConsumedCapacity"]] if "ConsumedCapacity" in found else []
        answers.append({"TableName": inner.table} | ({"Item": found["Items"][0]} if found["Items"] else {}))
    return json_answer(request, {"Responses": answers} | ({"ConsumedCapacity": used} if used else {}))


def _transaction(request: AWSPreparedRequest, asked: dict[str, Any]) -> AWSResponse:
    statements = asked["TransactStatements"]
    if len(statements) > _TRANSACTION:
        return json_error(request, "ValidationException", f"A transaction holds at most {_TRANSACTION} statements.")
    parts: list[Inner] = []
    for one in statements:
        inner = _understood(request, one)
        if isinstance(inner, Reply):
            return json_error(request, inner.code, inner.message)
        parts.append(inner)
    reads = [part for part in parts if part.operation not in _ACTIONS]
    if reads and len(reads) < len(parts):
        message = "A transaction holds either read statements or write statements, not both."
        return json_error(request, "ValidationException", message)
    more = {key: asked[key] for key in ("ReturnConsumedCapacity", "ClientRequestToken") if key in asked}
    if reads:
        if not all(part.names_one_item for part in reads):
            return json_error(request, "ValidationException", "Each read of a transaction names one item by its key.")
        gets = [{"Get": {"TableName": part.table, "Key": part.key}} for part in reads]
        return _ask(request, "TransactGetItems", {"TransactItems": gets} | more)
    writes = []
    for part in parts:
        action = {key: value for key, value in part.asked.items() if key != "ReturnValues"}
        writes.append({_ACTIONS[part.operation]: action})
    return _ask(request, "TransactWriteItems", {"TransactItems": writes} | more)


def _understood(request: AWSPreparedRequest, asked: dict[str, Any]) -> Inner | Reply:
    tables = place_of(request).backend("dynamodb").tables
    try:
        return translate(str(asked["Statement"]), asked.get("Parameters") or [], tables)
    except Malformed as malformed:
        return Reply("ValidationException", f"Statement wasn't well formed, can't be processed: {malformed}")
    except MissingKey:
        return Reply("ValidationException", "Where clause does not contain a mandatory equality on all key attributes")
    except MissingTable as missing:
        return Reply("ResourceNotFoundException", str(missing))


def _ask(request: AWSPreparedRequest, operation: str, asked: dict[str, Any]) -> AWSResponse:
    """Send the request that a statement stands for."""
    inner: Any = copy.copy(request)
    inner.headers = copy.copy(request.headers)
    del inner.headers["X-Amz-Target"]
    inner.headers["X-Amz-Target"] = f"DynamoDB_20120810.{operation}"
    inner.body = json.dumps(asked).encode()
    return account.serve("dynamodb", operation, inner) or ask_moto("dynamodb", operation, inner)


def _in_words_of_partiql(request: AWSPreparedRequest, inner: Inner, response: AWSResponse) -> AWSResponse:
    """An INSERT that finds its item there has an error of its own."""
    told = json.loads(response.content)
    if inner.operation == "PutItem" and told["__type"].endswith("ConditionalCheckFailedException"):
        return json_error(request, "DuplicateItemException", "Duplicate primary key exists in table")
    return response
