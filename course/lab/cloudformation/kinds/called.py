"""Types whose properties are the parameters of their API: what to call is data, and this does the calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath

from course.lab.cloudformation.kinds.kind import Kind, Making, call, lowered
from course.lab.cloudformation.store import Resource

Params = Callable[[Making], dict[str, Any]]


@dataclass(eq=False)
class Called(Kind):
    """A type that one operation makes, one changes and one deletes.

    >>> Called("kms", "CreateAlias", name="AliasName", updates="UpdateAlias", deletes="DeleteAlias", key="AliasName")
    """

    service: str
    creates: str
    name: str = ""
    """The property that is its name, made up if the template gives none."""
    longest: int = 64
    lower: bool = False
    camel: bool = False
    """Whether the API writes its names in camelCase."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the API that are called otherwise than the properties: {property: parameter}."""
    also: Params | None = None
    """More parameters."""
    id: str = ""
    """Where the physical id stands in the answer; empty: it is the name."""
    updates: str = ""
    deletes: str = ""
    key: str = ""
    """The parameter of the other operations that takes the physical id."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the other operations that take properties: {parameter: property}."""
    reads: str = ""
    at: str = ""
    """Where the thing stands in the answer of `reads`."""
    gives: Mapping[str, str] = field(default_factory=dict)
    """Attributes, as paths in what `reads` found: {attribute: path}."""
    ref: str = ""
    """The property or attribute that Ref gives, if not the physical id."""
    drifts: bool = True

    def create(self, making: Making) -> str:
        if self.name and self.name not in making.properties:
            making.properties = {**making.properties, self.name: making.name(self.longest, lower=self.lower)}
        client = making.client(self.service)
        answer = call(client, self.creates, self._params(client, self.creates, making))
        if self.id:
            return str(jmespath.search(self.id, answer))
        return str(making.properties[self.name])

    def _params(self, client: Any, operation: str, making: Making) -> dict[str, Any]:
        members = client.meta.service_model.operation_model(operation).input_shape.members
        found: dict[str, Any] = {}
        for name, value in making.properties.items():
            if name == "Tags":
                continue
            target = self.renames.get(name, name[:1].lower() + name[1:] if self.camel else name)
            if target in members:
                found[target] = lowered(value) if self.camel else value
        tags = next((one for one in ("Tags", "tags", "TagList") if one in members), "")
        if tags and making.tags and operation == self.creates:
            found[tags] = self._tags(members[tags], making)
        return found | (self.also(making) if self.also else {})

    def _tags(self, shape: Any, making: Making) -> Any:
        if shape.type_name == "map":
            return making.tags
        key, value = list(shape.member.members)[:2]
        return [{key: one, value: other} for one, other in making.tags.items()]

    def _found_by(self, making: Making) -> dict[str, Any]:
        found: dict[str, Any] = {self.key: making.physical_id} if self.key else {}
        return found | {
            parameter: making.properties.get(name, making.physical_id) for parameter, name in self.keys.items()
        }

    def update(self, making: Making) -> None:
        client = making.client(self.service)
        params = self._params(client, self.updates, making)
        call(client, self.updates, params | self._found_by(making))

    def delete(self, making: Making) -> None:
        if self.deletes:
            call(making.client(self.service), self.deletes, self._found_by(making))

    def _read(self, making: Making) -> Any:
        answer = call(making.client(self.service), self.reads, self._found_by(making))
        return jmespath.search(self.at, answer) if self.at else answer

    def attributes(self, making: Making) -> dict[str, Any]:
        if not self.reads or not self.gives:
            return {}
        found = self._read(making)
        return {name: jmespath.search(path, found) for name, path in self.gives.items()}

    def reference(self, resource: Resource) -> Any:
        return resource.attributes.get(self.ref) or resource.properties.get(self.ref) or resource.physical_id

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return not self.updates and bool(changed - {"Tags"})

    def actual(self, making: Making) -> dict[str, Any] | None:
        if not self.reads:
            return {}
        client = making.client(self.service)
        try:
            found = self._read(making)
        except client.exceptions.ClientError:
            return None
        if not isinstance(found, dict):
            return None if found is None else {}
        names = {name: self.renames.get(name, name[:1].lower() + name[1:] if self.camel else name)
                 for name in making.properties}  # fmt: skip
        return {name: _raised(found[target], making.properties[name]) for name, target in names.items()
                if target in found}  # fmt: skip

    @property
    def shows_drift(self) -> bool:
        return bool(self.reads) and self.drifts


def _raised(value: Any, like: Any) -> Any:
    """Only what the template speaks of, with its names: APIs show defaults too, and in camelCase."""
    if isinstance(value, dict) and isinstance(like, dict):
        by_name = {key.lower(): one for key, one in value.items()}
        return {key: _raised(by_name[key.lower()], one) for key, one in like.items() if key.lower() in by_name}
    if isinstance(value, list) and isinstance(like, list):
        return [_raised(one, like[n] if n < len(like) else None) for n, one in enumerate(value)]
    return value
