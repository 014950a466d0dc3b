"""Which fields of a type a GraphQL document asks for: fragments spread, @skip and @include decided.

https://spec.graphql.org/October2021/#sec-Field-Collection
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphql import FieldNode, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode


@dataclass(frozen=True)
class Document:
    """One operation of a document with its fragments and variables."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, Any]
    variables: Any
    """As graphql-core made them of what was sent."""
    sent: dict[str, Any] = field(default_factory=dict)
    """As they were sent."""

    def fields(self, of_type: GraphQLObjectType, nodes: Iterable[Any]) -> dict[str, list[FieldNode]]:
        """The fields that these parts of the document select on a type, by the name each has in the answer."""
        found: dict[str, list[FieldNode]] = {}
        for node in nodes:
            for one in self._selected(of_type, node.selection_set):
                found.setdefault((one.alias or one.name).value, []).append(one)
        return found

    def paths(self, nodes: Iterable[Any], before: str = "") -> list[str]:
        """The same, all the way down and for whatever type: id, author, author/name."""
        found: list[str] = []
        for node in nodes:
            for one in self._selected(None, node.selection_set) if node.selection_set else ():
                name = before + (one.alias or one.name).value
                found += [name, *self.paths([one], f"{name}/")]
        return list(dict.fromkeys(found))

    def _selected(self, of_type: GraphQLObjectType | None, selections: Any) -> Iterator[FieldNode]:
        for one in selections.selections if selections else ():
            if not self._is_wanted(one):
                continue
            if one.kind == "field":
                yield one
                continue
            part = one if one.kind == "inline_fragment" else self.fragments[one.name.value]
            if of_type is None or self._applies(of_type, part.type_condition):
                yield from self._selected(of_type, part.selection_set)

    def _is_wanted(self, node: Any) -> bool:
        from graphql import GraphQLIncludeDirective, GraphQLSkipDirective, get_directive_values

        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))

    def _applies(self, of_type: GraphQLObjectType, condition: Any) -> bool:
        from graphql import is_abstract_type

        wanted: Any = self.schema.get_type(condition.name.value) if condition else of_type
        return wanted is of_type or (is_abstract_type(wanted) and self.schema.is_sub_type(wanted, of_type))
