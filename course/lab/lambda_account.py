"""GetAccountSettings: what the account may hold in Lambda, and what it holds.

https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.lambda_invoke import ACCOUNT_CONCURRENCY

_GB: Final = 1024**3
_MB: Final = 1024**2


def settings(backend: Any) -> dict[str, Any]:
    """The limits of the account and their use; what functions reserve is taken from the unreserved concurrency."""
    latest = backend.list_functions()
    versions = [one for function in latest for one in backend.list_versions_by_function(function.function_name)]
    layers = [version for layer in backend._layers.list_layers() for version in _versions(backend, layer)]
    reserved = sum(int(function.reserved_concurrency or 0) for function in latest)
    return {
        "AccountLimit": {
            "TotalCodeSize": 75 * _GB,
            "CodeSizeUnzipped": 250 * _MB,
            "CodeSizeZipped": 50 * _MB,
            "ConcurrentExecutions": ACCOUNT_CONCURRENCY,
            "UnreservedConcurrentExecutions": ACCOUNT_CONCURRENCY - reserved,
        },
        "AccountUsage": {
            "TotalCodeSize": sum(int(one.code_size) for one in [*versions, *layers]),
            "FunctionCount": len(latest),
        },
    }


def _versions(backend: Any, layer: dict[str, Any]) -> list[Any]:
    found: list[Any] = backend._layers.get_layer_versions(layer["LayerName"])
    return found
