"""A GraphQL request is read, let in, checked and carried out.

https://docs.aws.amazon.com/appsync/latest/devguide/runtime-endpoint.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.appsync import access, realtime, resolving, store
from course.lab.appsync.callers import Caller, caller_of
from course.lab.appsync.context import Failure
from course.lab.appsync.execution import Execution
from course.lab.appsync.selection import Document
from course.lab.appsync.store import Api
from course.lab.meter import use

_LARGEST: Final = 1_000_000
_BAD: Final = "MalformedHttpRequestException"


def answer(sent: Sent, name: str, region: str) -> Answer:
    """The answer of the API whose address begins with this name."""
    api = store.at_host(name, region)
    if api is None or sent.path != "/graphql":
        return _said(404, {"errors": [{"errorType": "NotFoundException", "message": "Not Found"}]})
    if sent.method != "POST":
        return _refused(405, Failure("Send the query by POST.", _BAD))
    try:
        asked = _read(sent)
    except Failure as wrong:
        return _refused(400, wrong)
    try:
        caller = caller_of(api, sent, asked)
    except Failure as nobody:
        return _refused(401, nobody)
    use("AppSync", "queries-and-data-modifications")
    return _said(200, _carried_out(api, caller, sent, asked))


def _read(sent: Sent) -> dict[str, Any]:
    if len(sent.body) > _LARGEST:
        raise Failure("The request is larger than 1 MB.", _BAD)
    try:
        asked = json.loads(sent.body or b"null")
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        raise Failure("Unable to parse GraphQL query.", _BAD)
    return asked


def _carried_out(api: Api, caller: Caller, sent: Sent, asked: Mapping[str, Any]) -> dict[str, Any]:
    try:
        document = read(api, asked)
        if document.operation.operation.value == "subscription":
            raise Failure(
                "Subscriptions need the real-time endpoint: lab.websocket(uris['REALTIME']).", "UnsupportedOperation"
            )
        done = execution(api, caller, document, sent).run()
    except Failure as wrong:
        return {"data": None, "errors": [_as_error(wrong)]}
    if document.operation.operation.value == "mutation":
        realtime.tell(api, document, done)
    return done


def execution(api: Api, caller: Caller, document: Document, sent: Sent) -> Execution:
    """An operation of somebody, ready to run."""
    headers = {name.lower(): value for name, value in sent.headers.items()}
    may = access.gate(api, caller)
    return Execution(document, partial(resolving.resolve, api), may, caller.identity, caller.mode, headers)


def read(api: Api, asked: Mapping[str, Any]) -> Document:
    """The operation that is meant, checked against the schema. Raises Failure."""
    from graphql import GraphQLError, NoSchemaIntrospectionCustomRule, OperationDefinitionNode, parse, validate
    from graphql.execution import get_variable_values
    from graphql.validation import specified_rules

    schema = api.state.schema
    if schema is None:
        raise Failure("The API has no schema.", "GraphQLSchemaException")
    try:
        document = parse(asked["query"])
    except GraphQLError as wrong:
        raise _invalid(wrong) from None
    hidden = api.state.settings.get("introspectionConfig") == "DISABLED"
    rules = [*specified_rules, *([NoSchemaIntrospectionCustomRule] if hidden else [])]
    for problem in validate(schema, document, rules):
        raise _invalid(problem)
    name = asked.get("operationName")
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    meant = [one for one in operations if not name or (one.name is not None and one.name.value == name)]
    if len(meant) != 1:
        raise Failure("Must provide operation name if query contains multiple operations.", "BadRequestException")
    sent = dict(asked.get("variables") or {})
    variables = get_variable_values(schema, meant[0].variable_definitions or (), sent)
    if isinstance(variables, list):
        raise _invalid(variables[0])
    fragments = {node.name.value: node for node in document.definitions if node.kind == "fragment_definition"}  # type: ignore[attr-defined]
    return Document(schema, meant[0], fragments, variables, sent)


def _invalid(wrong: Any) -> Failure:
    place = wrong.locations[0] if wrong.locations else None
    info = {"locations": [{"line": place.line, "column": place.column, "sourceName": None}]} if place else None
    return Failure(f"Validation error: {wrong.message}", "ValidationError", info=info)


def _as_error(failure: Failure) -> dict[str, Any]:
    located = failure.info if isinstance(failure.info, dict) and "locations" in failure.info else {"locations": None}
    return {"path": None, **located, "errorType": failure.kind, "message": failure.message}


def _refused(status: int, failure: Failure) -> Answer:
    return _said(status, {"errors": [{"errorType": failure.kind, "message": failure.message}]})


def _said(status: int, told: Any) -> Answer:
    content = json.dumps(told, ensure_ascii=False).encode()
    headers = Headers({"Content-Type": "application/json;charset=UTF-8", "Content-Length": str(len(content))})
    return Answer(status, headers, content)
