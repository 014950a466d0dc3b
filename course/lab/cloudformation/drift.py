"""Drift: where the account differs from what a stack's template says.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html

Only properties that the template gives are compared, and only of types whose present state the lab can read.
"""

from __future__ import annotations

import json
from typing import Any

from course.lab.caller import Session
from course.lab.clock import clock
from course.lab.cloudformation.kinds import kind_of
from course.lab.cloudformation.kinds.kind import Making
from course.lab.cloudformation.store import Resource, Stack


def detect(stack: Stack, session: Session) -> list[dict[str, Any]]:
    """Look at every resource now; the rows of DescribeStackResourceDrifts."""
    rows = [one(stack, resource, session) for resource in stack.resources.values() if resource.lives]
    found = {row["StackResourceDriftStatus"] for row in rows}
    stack.drift = "DRIFTED" if found & {"MODIFIED", "DELETED"} else "IN_SYNC"
    stack.drift_at = clock.now()
    return rows


def one(stack: Stack, resource: Resource, session: Session) -> dict[str, Any]:
    """Look at one resource now."""
    row: dict[str, Any] = {
        "StackId": stack.stack_id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.kind,
        "Timestamp": clock.now(),
    }
    kind = kind_of(resource.kind)
    if not kind.shows_drift:
        return row | {"StackResourceDriftStatus": "NOT_CHECKED"}
    wanted = {name: value for name, value in resource.properties.items() if name != "Tags"}
    making = Making(stack, session, resource.logical_id, resource.properties, {}, resource.physical_id)
    actual = kind.actual(making)
    expected = json.dumps(wanted, default=str)
    if actual is None:
        resource.drift = "DELETED"
        return row | {"StackResourceDriftStatus": "DELETED", "ExpectedProperties": expected}
    wanted = {name: value for name, value in wanted.items() if name in actual}
    differences = list(_differences("", wanted, actual))
    resource.drift = "MODIFIED" if differences else "IN_SYNC"
    return row | {
        "StackResourceDriftStatus": resource.drift,
        "ExpectedProperties": json.dumps(wanted, default=str),
        "ActualProperties": json.dumps({name: actual[name] for name in wanted}, default=str),
        "PropertyDifferences": differences,
    }


def _differences(path: str, wanted: Any, actual: Any) -> list[dict[str, str]]:
    if isinstance(wanted, dict) and isinstance(actual, dict):
        rows = [row for name in wanted for row in _differences(f"{path}/{name}", wanted[name], actual.get(name))]
        if path:
            rows += [_row(f"{path}/{name}", None, actual[name], "ADD") for name in actual if name not in wanted]
        return rows
    if isinstance(wanted, list) and isinstance(actual, list):
        rows = []
        for number, (left, right) in enumerate(zip(wanted, actual, strict=False)):
            rows += _differences(f"{path}/{number}", left, right)
        rows += [_row(f"{path}/{n}", one, None, "REMOVE") for n, one in enumerate(wanted) if n >= len(actual)]
        rows += [_row(f"{path}/{n}", None, one, "ADD") for n, one in enumerate(actual) if n >= len(wanted)]
        return rows
    if _same(wanted, actual):
        return []
    return [_row(path, wanted, actual, "REMOVE" if actual is None else "NOT_EQUAL")]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, (dict, list)) or isinstance(other, (dict, list)):
        return bool(one == other)
    return str(one).lower() == str(other).lower()


def _row(path: str, wanted: Any, actual: Any, kind: str) -> dict[str, str]:
    return {
        "PropertyPath": path,
        "ExpectedValue": _text(wanted),
        "ActualValue": _text(actual),
        "DifferenceType": kind,
    }


def _text(value: Any) -> str:
    return "null" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
