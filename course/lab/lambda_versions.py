"""Which version of a function a name, an ARN or an alias means.

Aliases and their weights: https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.moto_api._internal import mock_random

from course.lab.lambda_answers import Refused


@dataclass(frozen=True)
class Target:
    """A function version that is to be invoked, and how it was named."""

    function: Any  # moto's function of that version
    latest: Any  # moto's $LATEST: concurrency is kept there
    qualifier: str  # as asked: an alias, a version, $LATEST or ""
    arn: str  # with the qualifier
    by_weight: bool = False  # whether the weights of an alias chose the version

    @property
    def version(self) -> str:
        return str(self.function.version)


def find(backend: Any, name: str, qualifier: str | None = None) -> Target:
    """Resolve a name, partial ARN or ARN, with or without a qualifier. Raises Refused if there is no such function."""
    short, named = split(name)
    asked = named or qualifier or ""
    try:
        latest = backend.get_function(short, None)
        function = backend.get_function(short, asked) if asked else latest
    except UnknownFunctionException as missing:
        raise Refused("ResourceNotFoundException", str(missing.message), 404) from None
    alias = backend._lambdas._get_function_aliases(short).get(asked)
    weights = _weights(alias)
    if weights:
        function = _weighted(backend, short, weights, function)
    arn = f"{latest.function_arn}:{asked}" if asked else latest.function_arn
    return Target(function, latest, asked, arn, bool(weights))


def refuse_second(backend: Any, name: str, alias: str) -> None:
    """An alias is made once; moto's error for a second one has another name.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
    """
    latest = find(backend, name).latest
    if alias in backend._lambdas._get_function_aliases(latest.function_name):
        raise Refused("ResourceConflictException", f"Alias already exists: {latest.function_arn}:{alias}", 409)


def refuse_missing(backend: Any, name: str, asked: dict[str, Any]) -> None:
    """An alias points to versions that are there.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
    """
    routing: dict[str, Any] = (asked.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    for version in (asked.get("FunctionVersion"), *routing):
        if version:
            find(backend, name, str(version))


def refuse_in_use(backend: Any, name: str, qualifier: str | None) -> None:
    """A version that an alias sends calls to is not deleted.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
    """
    short, named = split(name)
    version = qualifier or named
    aliases = backend._lambdas._get_function_aliases(short) if version else {}
    users = [alias.name for alias in aliases.values() if version in (str(alias.function_version), *_weights(alias))]
    if users:
        message = f"Version {version} of function {short} is in use by the alias {', '.join(sorted(users))}"
        raise Refused("ResourceConflictException", message, 409)


def _weights(alias: Any) -> dict[str, float]:
    routing = alias.routing_config if alias is not None else None
    found: dict[str, float] = (routing or {}).get("AdditionalVersionWeights") or {}
    return found


def _weighted(backend: Any, name: str, weights: dict[str, float], main: Any) -> Any:
    """Draw a version by the alias's weights, from the lab's seeded random numbers."""
    drawn = mock_random.random()
    for version, weight in weights.items():
        if drawn < float(weight):
            return backend.get_function(name, version)
        drawn -= float(weight)
    return main


def split(name: str) -> tuple[str, str]:
    """The function's name and the qualifier in it, of a name, a partial ARN or an ARN."""
    if ":function:" in name:
        name = name.split(":function:", 1)[1]
    short, _, qualifier = name.partition(":")
    return short, qualifier
