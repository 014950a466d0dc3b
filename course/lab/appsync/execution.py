"""A GraphQL operation is carried out, level by level.

All fields of a level are resolved before those of the next, so that a resolver can be asked once for many parents.
Reading, checking and the coercion of values are graphql-core's; the rules of null and errors are the specification's.
https://spec.graphql.org/October2021/#sec-Execution
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from course.lab.appsync.context import Context, Failure, Outcome
from course.lab.appsync.selection import Document

if TYPE_CHECKING:
    from graphql import FieldNode, GraphQLField, GraphQLObjectType

Resolve = Callable[[list[Context]], list[Outcome]]
MayField = Callable[["GraphQLObjectType", "GraphQLField", str], Failure | None]


@dataclass(frozen=True)
class Slot:
    """A place in the answer: what holds it, and whether it may be null."""

    holder: Any
    key: Any
    may_be_null: bool
    above: Slot | None
    path: tuple[Any, ...]


@dataclass(frozen=True)
class _Pending:
    """A field that waits for its value."""

    parent: GraphQLObjectType
    name: str
    nodes: list[FieldNode]
    source: Any
    slot: Slot


@dataclass
class Execution:
    """One operation for one caller."""

    document: Document
    resolve: Resolve
    may: MayField
    identity: dict[str, Any] | None
    mode: str
    headers: dict[str, str]
    errors: list[dict[str, Any]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=lambda: {"data": None})
    _next: list[_Pending] = field(default_factory=list)

    def run(self, root: Any = None) -> dict[str, Any]:
        """The answer: data, and errors if there are any."""
        operation = self.document.operation
        kind = self.document.schema.get_root_type(operation.operation)
        if kind is None:
            raise Failure(f"Schema is not configured for {operation.operation.value}s.", "UnsupportedOperation")
        self.answer["data"] = {}
        top = Slot(self.answer, "data", True, None, ())
        waiting = list(self._fields_of(kind, [operation], root, top))
        # The fields of a mutation come one after the other, each with all that hangs below it.
        for level in [[one] for one in waiting] if operation.operation.value == "mutation" else [waiting]:
            self._levels(level)
        return {**self.answer, **({"errors": self.errors} if self.errors else {})}

    def _levels(self, level: list[_Pending]) -> None:
        while level:
            self._next = []
            groups: dict[tuple[str, str], list[_Pending]] = {}
            for one in level:
                groups.setdefault((one.parent.name, one.name), []).append(one)
            for group in groups.values():
                self._group(group)
            level = self._next

    def _fields_of(self, kind: Any, nodes: list[Any], source: Any, slot: Slot) -> Iterator[_Pending]:
        holder = slot.holder[slot.key]
        for name, selected in self.document.fields(kind, nodes).items():
            holder[name] = None  # keeps its place in the order of the document
            own = Slot(holder, name, True, slot, (*slot.path, name))
            yield _Pending(kind, selected[0].name.value, selected, source, own)

    def _group(self, group: list[_Pending]) -> None:
        """Resolve one field of all parents on this level."""
        first = group[0]
        if first.name == "__typename":
            for one in group:
                one.slot.holder[one.slot.key] = one.parent.name
            return
        definition = _definition(self.document.schema, first.parent, first.name)
        if definition.resolve is not None:  # introspection: graphql-core knows its own fields
            info = SimpleNamespace(schema=self.document.schema)
            outcomes = [Outcome(definition.resolve(one.source, info, **self._arguments(definition, one)))
                        for one in group]  # fmt: skip
        else:
            refused = self.may(first.parent, definition, first.name)
            outcomes = [Outcome(None, [refused])] * len(group) if refused else self._resolved(definition, group)
        for one, outcome in zip(group, outcomes, strict=True):
            for failure in outcome.failures:
                self._tell(one, failure)
            self._place(one, definition.type, outcome.value, one.slot, told=bool(outcome.failures))

    def _resolved(self, definition: GraphQLField, group: list[_Pending]) -> list[Outcome]:
        from graphql import GraphQLError

        found: list[Outcome | None] = []
        contexts: list[Context] = []
        for one in group:
            try:
                contexts.append(self._context(one, self._arguments(definition, one)))
                found.append(None)
            except GraphQLError as wrong:
                found.append(Outcome(None, [Failure(wrong.message, "ValidationError")]))
        made = iter(self.resolve(contexts) if contexts else ())
        return [next(made) if one is None else one for one in found]

    def _arguments(self, definition: GraphQLField, one: _Pending) -> dict[str, Any]:
        from graphql.execution import get_argument_values

        return dict(get_argument_values(definition, one.nodes[0], self.document.variables))

    def _context(self, one: _Pending, arguments: dict[str, Any]) -> Context:
        from graphql import print_ast

        selections = [node.selection_set for node in one.nodes if node.selection_set]
        return Context(
            parent=one.parent.name,
            name=one.name,
            arguments=arguments,
            source=one.source,
            identity=self.identity,
            mode=self.mode,
            headers=self.headers,
            variables=self.document.sent,
            selected=self.document.paths(one.nodes),
            selected_text=print_ast(selections[0]) if selections else "",
        )

    # Values -------------------------------------------------------------------------------------------------

    def _place(self, one: _Pending, kind: Any, value: Any, slot: Slot, told: bool = False) -> None:
        """Put a value where it belongs, as its type wants it; what is below it waits for the next level."""
        from graphql import is_leaf_type, is_list_type, is_non_null_type

        if is_non_null_type(kind):
            slot = Slot(slot.holder, slot.key, False, slot.above, slot.path)
            kind = kind.of_type
        if value is None:
            if not slot.may_be_null and not told:
                where = f"'{kind}' within parent '{one.parent.name}' (/{'/'.join(map(str, slot.path))})"
                self._tell(one, Failure(f"Cannot return null for non-nullable type: {where}"), slot.path)
            return _nullify(slot)
        if is_list_type(kind):
            return self._place_list(one, kind, value, slot)
        if is_leaf_type(kind):
            return self._place_leaf(one, kind, value, slot)
        found = self._object_type(kind, value)
        if found is None:
            self._tell(one, Failure(f"Can't resolve value ({slot.path[-1]}) : type mismatch error, expected type "
                                    f"{kind.name.upper()}"), slot.path)  # fmt: skip
            return _nullify(slot)
        slot.holder[slot.key] = {}
        self._next += self._fields_of(found, one.nodes, value, slot)
        return None

    def _place_list(self, one: _Pending, kind: Any, value: Any, slot: Slot) -> None:
        if not isinstance(value, list | tuple):
            self._tell(one, Failure(f"Can't resolve value ({slot.path[-1]}) : type mismatch error, expected type LIST"))
            return _nullify(slot)
        items: list[Any] = [None] * len(value)
        slot.holder[slot.key] = items
        for index, item in enumerate(value):
            self._place(one, kind.of_type, item, Slot(items, index, True, slot, (*slot.path, index)))
        return None

    def _place_leaf(self, one: _Pending, kind: Any, value: Any, slot: Slot) -> None:
        from graphql import GraphQLError

        try:
            slot.holder[slot.key] = (getattr(kind, "coerce_output_value", None) or kind.serialize)(value)
        except (GraphQLError, ValueError, TypeError):
            said = f"Can't serialize value (/{'/'.join(map(str, slot.path))}) : Expected type '{kind.name}'"
            self._tell(one, Failure(said, "DataFetchingException"), slot.path)
            _nullify(slot)

    def _object_type(self, kind: Any, value: Any) -> Any:
        """The type of an object: of an interface or union, the one that its __typename says."""
        from graphql import is_object_type

        if kind.name.startswith("__"):
            return kind  # introspection: its objects are graphql-core's own
        if not isinstance(value, dict):
            return None
        if is_object_type(kind):
            return kind
        found = self.document.schema.get_type(str(value.get("__typename")))
        return found if is_object_type(found) and self.document.schema.is_sub_type(kind, found) else None

    def _tell(self, one: _Pending, failure: Failure, path: tuple[Any, ...] = ()) -> None:
        place = one.nodes[0].loc
        line, column = _line_and_column(place)
        self.errors.append(
            {
                "path": list(path or one.slot.path),
                "data": failure.data,
                "errorType": failure.kind or None,
                "errorInfo": failure.info,
                "locations": [{"line": line, "column": column, "sourceName": None}],
                "message": failure.message,
            }
        )


def _nullify(slot: Slot) -> None:
    """Null in a place that may not be null makes what holds it null."""
    while not slot.may_be_null and slot.above is not None:
        slot = slot.above
    slot.holder[slot.key] = None


def _definition(schema: Any, parent: Any, name: str) -> Any:
    return schema.get_field(parent, name)


def _line_and_column(place: Any) -> tuple[int, int]:
    from graphql import get_location

    found = get_location(place.source, place.start)
    return found.line, found.column
