"""RedriveExecution, and whether an execution can be redriven.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.clock import clock
from course.lab.place import Place
from course.lab.stepfunctions import runs
from course.lab.stepfunctions.executions import MOST_EVENTS, Execution
from course.lab.stepfunctions.refused import Params, Refused

_DAYS: Final = 14
_OPEN_DAYS: Final = 365
_DAY: Final = 86_400


def redrive(asked: Params, place: Place) -> Params:
    """Go on with an execution that ended without success."""
    run = runs.find(asked["executionArn"])
    if run is None:
        raise Refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{asked['executionArn']}'")
    if run.is_express:
        raise Refused("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {run.arn}'")
    runs.catch_up()
    if run.map_run is not None:
        parent = run.map_run.execution.arn
        raise Refused("ExecutionNotRedrivable", f"A child of a Map Run is redriven with its parent execution, {parent}")
    if why := _hindrance(run):
        raise Refused("ExecutionNotRedrivable", why)
    runs.redrive(run)
    assert run.redriven is not None
    return {"redriveDate": run.redriven.timestamp()}


def told(run: Execution) -> Params:
    """What DescribeExecution says about redriving."""
    found: dict[str, Any] = {"redriveCount": run.redrives}
    if run.redriven is not None:
        found["redriveDate"] = run.redriven.timestamp()
    why = _hindrance(run)
    if why:
        return found | {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": why}
    return found | {"redriveStatus": "REDRIVABLE_BY_MAP_RUN" if run.map_run is not None else "REDRIVABLE"}


def _hindrance(run: Execution) -> str:
    if run.status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {run.status} and cannot be redriven"
    now = clock.now().timestamp()
    if run.stopped is not None and now - run.stopped.timestamp() > _DAYS * _DAY:
        return "Execution redrivable period exceeded"
    if now - run.started.timestamp() > _OPEN_DAYS * _DAY:
        return "Execution has exceeded the max execution time"
    return "Execution history event limit exceeded" if len(run.events) >= MOST_EVENTS - 1 else ""
