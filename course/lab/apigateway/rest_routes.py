"""From the path of a request to a resource: fixed parts win over parameters, parameters over {proxy+}.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from course.lab.apigateway.snapshot import Route, Snapshot


@dataclass(frozen=True)
class Found:
    """The resource and method that a request is for, and what its path says."""

    route: Route
    method: Any
    method_key: str  # as the method was made: GET or ANY
    path_parameters: dict[str, str]


def find(snapshot: Snapshot, method: str, path: str) -> Found | None:
    """The method of the API that answers, if there is one."""
    asked = [part for part in path.split("/") if part]
    best: tuple[tuple[int, ...], Found] | None = None
    for route in snapshot.routes:
        fitted = fit(route.parts, asked)
        if fitted is None:
            continue
        key = next((key for key in (method, "ANY") if key in route.methods), "")
        if not key:
            continue
        rank, parameters = fitted
        if best is None or rank < best[0]:
            best = rank, Found(route, route.methods[key], key, parameters)
    return best[1] if best else None


def fit(template: tuple[str, ...] | list[str], asked: list[str]) -> tuple[tuple[int, ...], dict[str, str]] | None:
    """How well a path template fits (less is better), and the values of its parameters."""
    rank: list[int] = []
    values: dict[str, str] = {}
    for index, part in enumerate(template):
        if part.startswith("{") and part.endswith("+}"):
            rest = asked[index:]
            if not rest:
                return None
            values[part[1:-2]] = unquote("/".join(rest))
            return (*rank, 2), values
        if index >= len(asked):
            return None
        if part.startswith("{") and part.endswith("}"):
            rank.append(1)
            values[part[1:-1]] = unquote(asked[index])
        elif unquote(asked[index]) == part:
            rank.append(0)
        else:
            return None
    return (tuple(rank), values) if len(asked) == len(template) else None
