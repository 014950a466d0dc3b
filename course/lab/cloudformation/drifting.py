"""The operations that look for drift.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackDrift.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.cloudformation import drift
from course.lab.cloudformation.call import Call
from course.lab.cloudformation.refusal import Refusal


def _detect(call: Call) -> dict[str, str]:
    stack = call.stack()
    detection = str(mock_random.uuid4())
    rows = drift.detect(stack, call.session)
    stack.values["drifts"] = {row["LogicalResourceId"]: row for row in rows}
    call.stacks.detections[detection] = {
        "StackId": stack.stack_id,
        "StackDriftDetectionId": detection,
        "StackDriftStatus": stack.drift,
        "DetectionStatus": "DETECTION_COMPLETE",
        "DriftedStackResourceCount": sum(row["StackResourceDriftStatus"] in ("MODIFIED", "DELETED") for row in rows),
        "Timestamp": clock.now(),
    }
    return {"StackDriftDetectionId": detection}


def _detect_one(call: Call) -> dict[str, Any]:
    stack, name = call.stack(), call.given["LogicalResourceId"]
    if name not in stack.resources:
        raise Refusal(f"Resource {name} does not exist for stack {stack.name}")
    row = drift.one(stack, stack.resources[name], call.session)
    stack.values.setdefault("drifts", {})[name] = row
    return {"StackResourceDrift": row}


def _status(call: Call) -> dict[str, Any]:
    wanted = call.given["StackDriftDetectionId"]
    if wanted not in call.stacks.detections:
        raise Refusal(f"Stack drift detection with id {wanted} does not exist")
    found: dict[str, Any] = call.stacks.detections[wanted]
    return found


def _drifts(call: Call) -> dict[str, Any]:
    rows = list(call.stack().values.get("drifts", {}).values())
    wanted = call.given.get("StackResourceDriftStatusFilters") or []
    rows = [row for row in rows if not wanted or row["StackResourceDriftStatus"] in wanted]
    rows, more = call.page(rows)
    return {"StackResourceDrifts": rows, **more}


OPERATIONS: Final = {
    "DetectStackDrift": _detect,
    "DetectStackResourceDrift": _detect_one,
    "DescribeStackDriftDetectionStatus": _status,
    "DescribeStackResourceDrifts": _drifts,
}
