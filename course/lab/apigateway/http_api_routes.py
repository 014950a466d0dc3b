"""Which route of an HTTP API a request takes: the most specific one, then greedy ones, then $default.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

from typing import Any

from course.lab.apigateway.rest_routes import fit


def find(routes: dict[str, Any], method: str, path: str) -> tuple[Any, dict[str, str]] | None:
    """The route, and the values of its path parameters."""
    asked = [part for part in path.split("/") if part]
    best: tuple[tuple[Any, ...], Any, dict[str, str]] | None = None
    for route in routes.values():
        if route.route_key == "$default":
            rank: tuple[Any, ...] = (2,)
            values: dict[str, str] = {}
        else:
            wanted, _, template = route.route_key.partition(" ")
            fitted = fit([part for part in template.split("/") if part], asked)
            if fitted is None or wanted not in (method, "ANY"):
                continue
            places, values = fitted
            rank = (int(2 in places), places, wanted == "ANY")
        if best is None or rank < best[0]:
            best = rank, route, values
    return (best[1], best[2]) if best else None
