"""The operations that show Map Runs.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html
"""

from __future__ import annotations

from course.lab.paging import page
from course.lab.place import Place
from course.lab.stepfunctions import runs
from course.lab.stepfunctions.callbacks import store_of
from course.lab.stepfunctions.map_runs import MapRun
from course.lab.stepfunctions.refused import Params, Refused
from course.lab.wire import Unsupported


def find(arn: str, place: Place) -> MapRun:
    """The Map Run with this ARN, as far as it has come by now."""
    runs.catch_up()
    found: MapRun | None = store_of(place.account, place.region).map_runs.get(arn)
    if found is None:
        raise Refused("ResourceNotFound", f"Resource not found: '{arn}'")
    return found


def describe(asked: Params, place: Place) -> Params:
    """How far a Map Run has come."""
    run = find(asked["mapRunArn"], place)
    told = {
        "mapRunArn": run.arn,
        "executionArn": run.execution.arn,
        "status": run.status,
        "startDate": run.started.timestamp(),
        "stopDate": run.stopped.timestamp() if run.stopped else None,
        "maxConcurrency": run.wanted.most,
        "toleratedFailureCount": run.tolerated_count,
        "toleratedFailurePercentage": run.tolerated_percentage,
        "itemCounts": run.counts(of_items=True),
        "executionCounts": run.counts(of_items=False),
        "redriveCount": run.redrives,
        "redriveDate": run.redriven.timestamp() if run.redriven else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def list_of(asked: Params, place: Place) -> Params:
    """The Map Runs of an execution, the newest first."""
    execution = runs.find(asked["executionArn"])
    if execution is None:
        raise Refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{asked['executionArn']}'")
    runs.catch_up()
    found = [run for run in store_of(place.account, place.region).map_runs.values() if run.execution is execution]
    shown, more = page(found[::-1], asked.get("nextToken"), asked.get("maxResults") or 100, "nextToken")
    told = [
        {
            "executionArn": execution.arn,
            "mapRunArn": run.arn,
            "stateMachineArn": run.machine.arn,
            "startDate": run.started.timestamp(),
            **({"stopDate": run.stopped.timestamp()} if run.stopped else {}),
        }
        for run in shown
    ]
    return {"mapRuns": told, **more}


def update(asked: Params, place: Place) -> Params:
    """AWS changes a Map Run on its way; the lab does not."""
    find(asked["mapRunArn"], place)
    raise Unsupported(
        "The lab does not change a Map Run while it runs. Set MaxConcurrency and the tolerated failures in the Map "
        "state, with update_state_machine, and start the execution again."
    )
