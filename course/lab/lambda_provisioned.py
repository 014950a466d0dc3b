"""Provisioned concurrency: environments that are started before the first call.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab import lambda_invoke, lambda_versions
from course.lab.lambda_answers import Refused, answer, answer_json, body_of, path_parts, query
from course.lab.lambda_destinations import stamp

OPERATIONS: Final = frozenset(
    f"{verb}ProvisionedConcurrencyConfig{s}" for verb, s in (("Put", ""), ("Get", ""), ("Delete", ""), ("List", "s"))
)


def answer_call(backend: Any, operation: str, request: AWSPreparedRequest) -> AWSResponse:
    """Put, get, delete and list; moto has none of them."""
    name, qualifier = path_parts(request)[2], query(request, "Qualifier") or ""
    kept = lambda_invoke.state_of(backend).provisioned
    target = lambda_versions.find(backend, name, qualifier)
    function = target.function.function_name
    if operation.startswith("List"):
        found = [
            {"FunctionArn": f"{target.latest.function_arn}:{one}", **_shown(amount)}
            for (owner, one), amount in kept.items()
            if owner == function
        ]
        return answer_json(request, {"ProvisionedConcurrencyConfigs": found})
    if qualifier in ("", "$LATEST"):
        raise Refused(
            "InvalidParameterValueException",
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
        )
    key = (function, qualifier)
    if operation.startswith("Put"):
        amount = int(body_of(request)["ProvisionedConcurrentExecutions"])
        reserved = target.latest.reserved_concurrency
        if reserved is not None and amount > int(reserved):
            raise Refused(
                "InvalidParameterValueException",
                "Requested Provisioned Concurrency should not be greater than the "
                "reservedConcurrentExecution for function",
            )
        kept[key] = amount
        lambda_invoke.warm_up(backend, target, amount)
        return answer_json(request, _shown(amount), 202)
    if key not in kept:
        raise Refused(
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
            404,
        )
    if operation.startswith("Delete"):
        del kept[key]
        return answer(request, b"", 204)
    return answer_json(request, _shown(kept[key]))


def _shown(amount: int) -> dict[str, Any]:
    return {
        "RequestedProvisionedConcurrentExecutions": amount,
        "AvailableProvisionedConcurrentExecutions": amount,
        "AllocatedProvisionedConcurrentExecutions": amount,
        "Status": "READY",
        "LastModified": stamp(),
    }
