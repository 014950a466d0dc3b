"""What a type of resource can do, and what is at hand while one is made.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.caller import Session
from course.lab.cloudformation.store import Resource, Stack
from course.lab.cloudformation.values import Scope, as_text
from course.lab.courses import Wait


@dataclass
class Making:
    """A resource that is being made, changed or deleted."""

    stack: Stack
    session: Session
    logical_id: str
    properties: dict[str, Any]
    part: dict[str, Any] = field(default_factory=dict)
    """What the template says of it beside its properties."""
    physical_id: str = ""
    before: dict[str, Any] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        """What functions in the rest of the template's part may refer to."""
        from course.lab.cloudformation.filling import scope_of

        return scope_of(self.stack, self.stack.wanted, self.session)

    def client(self, service: str) -> Any:
        """A client of the stack's caller or role."""
        return self.session.client(service)

    def name(self, longest: int = 64, *, joint: str = "-", lower: bool = False) -> str:
        """A name that nobody else has: the stack's, the resource's, and twelve letters."""
        end = f"{joint}{self.logical_id}{joint}{mock_random.get_random_string(length=12).upper()}"
        name = (self.stack.name[: max(1, longest - len(end))] + end)[-longest:]
        return name.lower() if lower else name

    def given(self, *names: str) -> dict[str, Any]:
        """Those of these properties that the template gives."""
        return {name: self.properties[name] for name in names if name in self.properties}

    @property
    def tags(self) -> dict[str, str]:
        """The tags of the resource and of its stack, and those that CloudFormation adds."""
        own = self.properties.get("Tags") or []
        pairs = own.items() if isinstance(own, dict) else [(one["Key"], one["Value"]) for one in own]
        return {
            **{one["Key"]: one["Value"] for one in self.stack.wanted.tags},
            **{key: str(value) for key, value in pairs},
        }

    @property
    def tag_list(self) -> list[dict[str, str]]:
        """The tags as most services want them."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]

    @property
    def region(self) -> str:
        return self.session.place.region

    @property
    def account(self) -> str:
        return self.session.place.account


class Pending(Wait):
    """A resource that waits for somebody outside: a signal, or a function's answer.

    `finish` gives the physical id and the attributes, and raises Failed if the answer is a failure; `late` is why the
    resource failed if no answer came.
    """

    def __init__(
        self,
        physical_id: str,
        until: float,
        ready: Callable[[], bool],
        finish: Callable[[], tuple[str, dict[str, Any]]],
        late: str,
    ) -> None:
        super().__init__(until, ready)
        self.physical_id, self.finish, self.late = physical_id, finish, late


class Failed(Exception):
    """A resource that could not be made, with the reason that the stack shows."""


class Kind:
    """A type of resource. Subclasses make one by the calls of its service."""

    def create(self, making: Making) -> str | Pending:
        """Make it; its physical id."""
        raise NotImplementedError

    def update(self, making: Making) -> Pending | None:
        """Change it in place: `making.before` are the old properties."""
        raise NotImplementedError

    def delete(self, making: Making) -> Pending | None:
        """Delete it. What is gone already is no error."""

    def attributes(self, making: Making) -> dict[str, Any]:
        """What Fn::GetAtt gives."""
        return {}

    def reference(self, resource: Resource) -> Any:
        """What Ref gives."""
        return resource.physical_id

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        """Whether these changes need a new resource although the schema of the type does not say so."""
        return False

    def actual(self, making: Making) -> dict[str, Any] | None:
        """The properties that it has now, of those the template gives; None if it is gone. For drift."""
        raise NotImplementedError

    @property
    def shows_drift(self) -> bool:
        """Whether drift can be seen in this type."""
        return type(self).actual is not Kind.actual


def as_json(document: Any) -> str:
    """A policy or another document as the text that APIs want."""
    return document if isinstance(document, str) else json.dumps(document)


def lowered(value: Any) -> Any:
    """A structure with camelCase names, as some APIs want what templates write in PascalCase."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: lowered(one) for key, one in value.items()}
    if isinstance(value, list):
        return [lowered(one) for one in value]
    return value


def typed(value: Any, shape: Any) -> Any:
    """The value in the types of a botocore shape: templates write numbers and booleans as texts."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {key: typed(one, shape.members[key]) for key, one in value.items() if key in shape.members}
    if shape.type_name == "list" and isinstance(value, list):
        return [typed(one, shape.member) for one in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {str(key): typed(one, shape.value) for key, one in value.items()}
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name in ("float", "double"):
        return float(value)
    if shape.type_name == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if shape.type_name == "string":
        return as_json(value) if isinstance(value, (dict, list)) else as_text(value)
    return value


def call(client: Any, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Call an API by its name with what the template gives, in the types that the API wants."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    method = getattr(client, _method(client, operation))
    answer: dict[str, Any] = method(**typed(params, shape))
    return answer


def _method(client: Any, operation: str) -> str:
    return next(str(name) for name, api in client.meta.method_to_api_mapping.items() if api == operation)
