"""A Lambda function as data source: one call for a field, or one for many of them.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-lambda.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from moto.awslambda_simple.models import lambda_simple_backends

import course.lab.lambda_functions  # noqa: F401  (puts the lab's Lambda in moto's place)
from course.lab.appsync.context import Failure
from course.lab.appsync.roles import require
from course.lab.lambda_answers import Refused
from course.lab.lambda_async import accept
from course.lab.lambda_invoke import run
from course.lab.lambda_versions import find

_UNHANDLED: Final = "Lambda:Unhandled"


def ask(source: dict[str, Any], payload: Any, kind: str = "RequestResponse") -> Any:
    """What the function returns. Its error, or a refusal, is raised as Failure."""
    arn = source["lambdaConfig"]["lambdaFunctionArn"]
    require(source["serviceRoleArn"], "lambda:InvokeFunction", [arn], "Lambda")
    return call(arn, payload, kind)


def call(arn: str, payload: Any, kind: str = "RequestResponse") -> Any:
    """The same, when it is settled that AppSync may."""
    parts = arn.split(":")
    backend = lambda_simple_backends[parts[4]][parts[3]]
    try:
        if kind == "Event":
            accept(backend, parts[6], parts[7] if len(parts) > 7 else None, payload, "appsync")
            return None
        outcome = run(backend, find(backend, arn), payload)
    except Refused as refused:
        raise Failure(refused.message, f"Lambda:{refused.code}") from None
    said = json.loads(outcome.payload or b"null")
    if outcome.failed:
        raise Failure(str((said or {}).get("errorMessage") or "The function failed."), _UNHANDLED)
    return said


def ask_for_many(source: dict[str, Any], payloads: list[Any], size: int) -> list[Any]:
    """Results in the order of the payloads, `size` of them a call; a call that fails fails all of its fields."""
    found: list[Any] = []
    for start in range(0, len(payloads), size):
        batch = payloads[start : start + size]
        try:
            said = ask(source, batch)
            if not isinstance(said, list) or len(said) != len(batch):
                given = len(said) if isinstance(said, list) else "no list of"
                raise Failure(f"The function returned {given} results for a batch of {len(batch)}.", _UNHANDLED)
            found += said
        except Failure as failure:
            found += [failure] * len(batch)
    return found
