"""Handing a role to a service needs iam:PassRole on that role; data/passrole.csv says which calls do so.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from moto.iam.models import iam_backends

from course.lab.iam.api_call import ApiCall, Check
from course.lab.iam.arns import role_arn

_DATA: Final = Path(__file__).parent / "data"


@cache
def _passing() -> dict[tuple[str, str], list[tuple[str, str]]]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    with (_DATA / "passrole.csv").open(newline="") as table:
        for row in csv.DictReader(table):
            found.setdefault((row["service"], row["operation"]), []).append((row["parameter"], row["passed_to"]))
    return found


def passed_roles(call: ApiCall) -> Iterator[Check]:
    """One question for each role that the call hands to a service."""
    for parameter, service in _passing().get((call.service, call.operation), []):
        for value in _at(call.params, parameter.split(".")):
            for arn in _roles_named(str(value), parameter, call):
                yield Check("iam:PassRole", arn, {"iam:PassedToService": service})


def _at(value: Any, path: list[str]) -> list[Any]:
    """The values at a path such as `Targets[].RoleArn`."""
    if not path:
        return [value] if value else []
    name = path[0].removesuffix("[]")
    inner = value.get(name) if isinstance(value, Mapping) else None
    if path[0].endswith("[]"):
        return [found for one in inner or [] for found in _at(one, path[1:])]
    return _at(inner, path[1:]) if inner else []


def _roles_named(value: str, parameter: str, call: ApiCall) -> list[str]:
    if parameter.startswith("IamInstanceProfile"):
        name = value.rsplit("/", 1)[-1]
        profile = iam_backends[call.account]["aws"].instance_profiles.get(name)
        profiles = iam_backends[call.account]["aws"].instance_profiles.values()
        profile = profile or next((one for one in profiles if one.name == name), None)
        return [role.arn for role in profile.roles] if profile else []
    if value.startswith("arn:"):
        return [value] if ":role/" in value else []
    return [role_arn(call, value)]
