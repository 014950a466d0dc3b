"""What Parameter Store tells EventBridge.

https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html
"""

from __future__ import annotations

from typing import Any

from moto.ssm.utils import parameter_arn


def changed(backend: Any, parameter: Any, operation: str) -> None:
    """A parameter was made, changed, labelled or deleted."""
    detail = {"operation": operation, "name": parameter.name, "type": parameter.parameter_type}
    if parameter.description:
        detail["description"] = parameter.description
    _put(backend, parameter, "Parameter Store Change", detail)


def acted(backend: Any, parameter: Any, policy_type: str, policy_text: str) -> None:
    """A policy of a parameter took effect."""
    detail = {
        "parameter-name": parameter.name,
        "parameter-type": parameter.parameter_type,
        "policy-type": policy_type,
        "policy-content": policy_text,
        "action-status": "Success",
    }
    _put(backend, parameter, "Parameter Store Policy Action", detail)


def _put(backend: Any, parameter: Any, detail_type: str, detail: dict[str, Any]) -> None:
    from course.lab import events_router

    arn = parameter_arn(backend.account_id, backend.region_name, parameter.name)
    events_router.put(
        backend.account_id,
        backend.region_name,
        "default",
        source="aws.ssm",
        detail_type=detail_type,
        detail=detail,
        resources=[arn],
    )
