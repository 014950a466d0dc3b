"""The schema of an API: made in the background, asked for, shown.

https://docs.aws.amazon.com/appsync/latest/APIReference/API_StartSchemaCreation.html
"""

from __future__ import annotations

import json
from typing import Any

from course.lab.appsync import sdl
from course.lab.appsync.store import Api, find
from course.lab.service import Call, Refusal


def start(call: Call) -> dict[str, Any]:
    """StartSchemaCreation: it says PROCESSING; GetSchemaCreationStatus tells what came of it.

    A document that is no schema leaves the one before it in force.
    """
    api = find(call)
    given = call.given["definition"]
    raw = given.read() if hasattr(given, "read") else given
    text = raw if isinstance(raw, str) else bytes(raw).decode("utf-8", "replace")
    try:
        schema = sdl.read(text)
    except sdl.NotASchema as wrong:
        api.state.status, api.state.details = "FAILED", str(wrong)
        return {"status": "PROCESSING"}
    api.record.start_schema_creation(text.encode())  # moto answers GetType from it
    api.state.schema, api.state.status = schema, "SUCCESS"
    api.state.details = f"Successfully created schema with {len(_own_types(schema))} types."
    return {"status": "PROCESSING"}


def status(call: Call) -> dict[str, Any]:
    """GetSchemaCreationStatus."""
    state = find(call).state
    return {"status": state.status, "details": state.details}


def introspected(call: Call) -> dict[str, Any]:
    """GetIntrospectionSchema, as a document or as the answer to an introspection query."""
    from graphql import introspection_from_schema, print_schema

    schema = of(find(call))
    if call.given["format"] == "SDL":
        return {"schema": print_schema(schema).encode()}
    return {"schema": json.dumps(introspection_from_schema(schema)).encode()}


def of(api: Api) -> Any:
    """The schema of an API that has one."""
    if api.state.schema is None:
        raise Refusal("GraphQLSchemaException", "InvalidSyntaxError: the API has no schema yet.")
    return api.state.schema


def _own_types(schema: Any) -> list[str]:
    return [name for name, one in schema.type_map.items() if one.ast_node is not None and not name.startswith("AWS")]
