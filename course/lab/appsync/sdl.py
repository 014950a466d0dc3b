"""A schema document: read, completed with what AppSync knows by itself, and checked.

https://docs.aws.amazon.com/appsync/latest/devguide/designing-your-schema.html
https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-directives.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from course.lab.appsync import scalars

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLField, GraphQLSchema

_EVERYWHERE: Final = "on FIELD_DEFINITION | OBJECT | INTERFACE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
_DIRECTIVES: Final = {
    "aws_subscribe": "(mutations: [String!]!) on FIELD_DEFINITION",
    "aws_publish": "(subscriptions: [String]) on FIELD_DEFINITION",
    "aws_auth": f"(cognito_groups: [String!]) {_EVERYWHERE}",
    "aws_cognito_user_pools": f"(cognito_groups: [String!]) {_EVERYWHERE}",
    **dict.fromkeys(("aws_api_key", "aws_iam", "aws_oidc", "aws_lambda"), _EVERYWHERE),
}
_LARGEST: Final = 1_000_000  # https://docs.aws.amazon.com/general/latest/gr/appsync.html


class NotASchema(ValueError):
    """Why a document cannot be the schema of an API."""


def read(text: str) -> GraphQLSchema:
    """The schema of a document in GraphQL's schema definition language."""
    from graphql import GraphQLError, build_ast_schema, parse, validate_schema

    if len(text.encode()) > _LARGEST:
        raise NotASchema("The schema document is larger than 1 MB.")
    try:
        document = parse(text)
        schema = build_ast_schema(_completed(document))
    except GraphQLError as wrong:
        raise NotASchema(f"{wrong.message}{_where(wrong)}") from None
    except TypeError as wrong:  # graphql-core says so of a document that breaks the rules of schemas
        raise NotASchema(str(wrong)) from None
    problems = [f"{wrong.message}{_where(wrong)}" for wrong in validate_schema(schema)]
    problems += _without_mutation(schema)
    if problems:
        raise NotASchema("; ".join(problems))
    scalars.equip(schema)
    return schema


def named(directive: str, node: Any) -> list[dict[str, Any]]:
    """The arguments of each use of a directive on a part of the document."""
    from graphql import value_from_ast_untyped

    return [
        {argument.name.value: value_from_ast_untyped(argument.value) for argument in one.arguments or ()}
        for one in (getattr(node, "directives", None) or ())
        if one.name.value == directive
    ]


def subscribed_to(field: GraphQLField) -> list[str]:
    """The mutations that a subscription field listens to."""
    return [name for one in named("aws_subscribe", field.ast_node) for name in one.get("mutations") or ()]


def _completed(document: DocumentNode) -> DocumentNode:
    """With AWS's scalars and directives, unless the document defines them itself."""
    from graphql import DocumentNode, parse

    nodes: Any = document.definitions
    own = {node.name.value for node in nodes if getattr(node, "name", None) is not None}
    lines = [f"scalar {name}" for name in scalars.NAMES if name not in own]
    lines += [f"directive @{name}{rest if rest.startswith('(') else f' {rest}'}"
              for name, rest in _DIRECTIVES.items() if name not in own]  # fmt: skip
    added = parse("\n".join(lines)).definitions if lines else ()
    return DocumentNode(definitions=(*document.definitions, *added))


def _where(wrong: Any) -> str:
    place = wrong.locations[0] if wrong.locations else None
    return f" (line {place.line}, column {place.column})" if place else ""


def _without_mutation(schema: GraphQLSchema) -> Iterator[str]:
    """A subscription needs its mutations, and their type.

    https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html
    """
    from graphql import get_named_type

    mutations = schema.mutation_type.fields if schema.mutation_type else {}
    for name, field in (schema.subscription_type.fields if schema.subscription_type else {}).items():
        for wanted in subscribed_to(field):
            if wanted not in mutations:
                yield f"Subscription field {name} listens to the mutation {wanted}, which does not exist"
            elif get_named_type(mutations[wanted].type) is not get_named_type(field.type):
                yield f"Subscription field {name} and the mutation {wanted} must have the same type"
