"""Moto's records as the API shows them: dictionaries with the names of botocore's model.

>>> plain("Task", task)["containerInstanceArn"]
"""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name


def plain(shape: str, record: Any) -> dict[str, Any]:
    """One record, as the shape of this name ('Task', 'Service', 'Cluster', 'CapacityProvider') has it."""
    found: dict[str, Any] = _read(_model().shape_for(shape), record)
    return found


@cache
def _model() -> Any:
    return botocore.session.get_session().get_service_model("ecs")


def _read(shape: Any, value: Any) -> Any:
    match shape.type_name:
        case "structure":
            found = {name: _member(name, shape.name, value) for name in shape.members}
            return {name: _read(shape.members[name], one) for name, one in found.items() if one is not None}
        case "list":
            return [_read(shape.member, one) for one in value]
        case "map":
            return {key: _read(shape.value, one) for key, one in value.items()}
        case "string":
            return str(value)
        case "integer" | "long":
            return int(value)
        case "boolean":
            return bool(value)
    return value


def _member(name: str, owner: str, value: Any) -> Any:
    """A member of a record, under the names that moto writes it: deploymentId, deployment_id, id."""
    short = name.removeprefix(owner[:1].lower() + owner[1:])
    names = (name, xform_name(name), *((short[:1].lower() + short[1:], xform_name(short)) if short != name else ()))
    for one in names:
        found = value.get(one) if isinstance(value, dict) else getattr(value, one, None)
        if found is not None:
            return found
    return None
