"""Resources that wait for word from outside: creation policies and wait conditions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitcondition.html
"""

from __future__ import annotations

import re
from typing import Any

from course.lab.clock import clock
from course.lab.cloudformation.kinds.kind import Failed, Pending
from course.lab.cloudformation.store import Resource, Stack

_LENGTH = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


def signals_for(stack: Stack, resource: Resource, part: dict[str, Any]) -> Pending | None:
    """What the resource's creation policy waits for; None if it has none."""
    wanted = part.get("CreationPolicy", {}).get("ResourceSignal")
    if wanted is None:
        return None
    count, seconds = int(wanted.get("Count", 1)), length(wanted.get("Timeout", "PT5M"))
    return waiting(stack, resource.logical_id, count, seconds, resource.physical_id)


def waiting(stack: Stack, name: str, count: int, seconds: float, physical_id: str) -> Pending:
    """Wait for so many good signals to a resource; one bad signal is enough to fail."""
    got: list[dict[str, str]] = stack.values.setdefault("signals", {}).setdefault(name, [])

    def good() -> int:
        return len({one["UniqueId"] for one in got if one["Status"] == "SUCCESS"})

    def bad() -> int:
        return len({one["UniqueId"] for one in got if one["Status"] == "FAILURE"})

    def finish() -> tuple[str, dict[str, Any]]:
        if bad():
            raise Failed(f"Received {bad()} FAILURE signal(s) out of {count}.  Unable to satisfy 100% MinSuccessful"
                         "InstancesPercent requirement")  # fmt: skip
        return physical_id, {}

    late = f"Failed to receive {count} resource signal(s) within the specified duration"
    return Pending(physical_id, clock.now().timestamp() + seconds, lambda: good() >= count or bool(bad()), finish, late)


def length(text: str) -> float:
    """Seconds of a length such as PT15M."""
    found = _LENGTH.fullmatch(str(text))
    if not found:
        return 300.0
    hours, minutes, seconds = (int(one or 0) for one in found.groups())
    return 3600.0 * hours + 60.0 * minutes + seconds
