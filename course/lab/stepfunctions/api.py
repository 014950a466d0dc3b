"""The operations of Step Functions that run something; moto keeps the machines, their versions, aliases and activities.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.moto_api._internal import mock_random
from moto.stepfunctions.models import stepfunctions_backends

from course.lab.clock import clock
from course.lab.paging import page
from course.lab.place import Place, place_of
from course.lab.stepfunctions import definition, examining, redriving, runs, versions
from course.lab.stepfunctions.callbacks import store_of
from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.executions import Execution, Frame, Machine
from course.lab.stepfunctions.kernel import Callback
from course.lab.stepfunctions.refused import Params, Refused
from course.lab.stepfunctions.runs import when_over
from course.lab.wire import Unsupported, answer_first, json_answer, json_error

__all__ = ["when_over"]

_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f <>{}\[\]?*\"#%\\^|~`$&,;:/]{1,80}")
_LISTED: Final = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "mapRunArn",
                  "stateMachineVersionArn", "stateMachineAliasArn", "redriveCount", "redriveDate")  # fmt: skip
# A name is free again 90 days after its execution has ended.
_NAME_SECONDS: Final = 90 * 86_400


@answer_first
def _stepfunctions(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "sfn" or operation not in _OPERATIONS:
        return None
    asked = json.loads(request.body or b"{}")  # type: ignore[arg-type]
    try:
        answer = _OPERATIONS[operation](asked, place_of(request))
    except Refused as no:
        return json_error(request, no.code, str(no))
    return None if answer is None else json_answer(request, answer)


def _checked(asked: Params, place: Place) -> None:
    """Creating and updating: a faulty definition is refused, and changes nothing."""
    if asked.get("definition") is None:
        return
    kind = asked.get("type", "STANDARD")
    if "stateMachineArn" in asked:
        known = place.backend("stepfunctions").describe_state_machine(asked["stateMachineArn"])
        kind = known.type
    if faults := definition.faults(asked["definition"], kind):
        raise Refused("InvalidDefinition", f"Invalid State Machine Definition: '{', '.join(faults)}'")


def _validate(asked: Params, place: Place) -> Params:
    faults = definition.faults(asked["definition"], asked.get("type", "STANDARD"))
    told = [
        {"severity": "ERROR", "code": one.partition(":")[0], "message": one.partition(": ")[2],
         "location": one.rpartition(" at ")[2]}
        for one in faults
    ]  # fmt: skip
    return {"result": "FAIL" if faults else "OK", "diagnostics": told, "truncated": False}


def _start(asked: Params, place: Place) -> Params:
    machine = _machine(asked["stateMachineArn"], place)
    given = _input(asked)
    name = asked.get("name") or str(mock_random.uuid4())
    if not _NAME.fullmatch(name):
        raise Refused("InvalidName", f"Invalid Name: '{name}'")
    if machine.type == "STANDARD":
        same = [one for one in _all(place) if one.machine.arn == machine.arn and one.name == name]
        for run in same:
            if run.status == "RUNNING" and run.input == given:
                return {"executionArn": run.arn, "startDate": run.started.timestamp()}
            ended = run.stopped.timestamp() if run.stopped else clock.now().timestamp()
            if clock.now().timestamp() - ended < _NAME_SECONDS:
                raise Refused("ExecutionAlreadyExists", f"Execution Already Exists: '{run.arn}'")
    run = runs.start(machine, name, given)
    return {"executionArn": run.arn, "startDate": run.started.timestamp()}


def _start_sync(asked: Params, place: Place) -> Params:
    machine = _machine(asked["stateMachineArn"], place)
    if machine.type != "EXPRESS":
        raise Refused("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")
    run = runs.start(machine, asked.get("name") or str(mock_random.uuid4()), _input(asked))
    runs.run_to_the_end(run)
    store_of(place.account, place.region).executions.pop(run.arn, None)
    told = _described(run)
    took = (run.stopped or clock.now()) - run.started
    milliseconds = int(took.total_seconds() * 1000)
    billed = {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": max(100, -(-milliseconds // 100) * 100)}
    return {**told, "billingDetails": billed}


def _describe(asked: Params, place: Place) -> Params:
    return _described(_standard(asked))


def _list(asked: Params, place: Place) -> Params:
    if ("mapRunArn" in asked) == ("stateMachineArn" in asked):
        raise Refused("ValidationException", "Give either stateMachineArn or mapRunArn.")
    if "mapRunArn" in asked:
        map_run = examining.find(asked["mapRunArn"], place)
        kind, found = map_run.machine.type, list(map_run.children.values())
    else:
        kind, named = _machine(asked["stateMachineArn"], place).type, asked["stateMachineArn"]
        found = [run for run in _all(place) if named in (run.machine.arn, run.machine.version, run.machine.alias)]
    if kind == "EXPRESS":
        raise Refused("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")
    runs.catch_up()
    wanted = {"REDRIVEN": True, "NOT_REDRIVEN": False}.get(asked.get("redriveFilter", ""))
    matching = [
        run
        for run in reversed(found)
        if asked.get("statusFilter", run.status) == run.status and wanted in (None, run.redrives > 0)
    ]
    shown, more = page(matching, asked.get("nextToken"), asked.get("maxResults") or 100, "nextToken")
    told = [{key: value for key, value in _described(run).items() if key in _LISTED} for run in shown]
    return {"executions": told, **more}


def _history(asked: Params, place: Place) -> Params:
    run = _standard(asked)
    events = run.events[::-1] if asked.get("reverseOrder") else run.events
    if asked.get("includeExecutionData") is False:
        events = [{key: value for key, value in event.items() if not isinstance(value, dict)} for event in events]
    shown, more = page(events, asked.get("nextToken"), asked.get("maxResults") or 100, "nextToken")
    return {"events": shown, **more}


def _stop(asked: Params, place: Place) -> Params:
    run = _execution(asked)
    if run.map_run is not None:
        raise Unsupported(
            f"The lab does not stop a child of a Map Run alone: stop its parent, {run.map_run.execution.arn}"
        )
    runs.abort(run, asked.get("error"), asked.get("cause"))
    return {"stopDate": (run.stopped or clock.now()).timestamp()}


def _for_execution(asked: Params, place: Place) -> Params:
    machine = _execution(asked).machine
    return {"stateMachineArn": machine.arn, "name": machine.name, "definition": machine.text,
            "roleArn": machine.role, "updateDate": clock.now().timestamp()}  # fmt: skip


def _send_success(asked: Params, place: Place) -> Params:
    callback = _callback(asked, place)
    try:
        output = json.loads(asked["output"])
    except ValueError as wrong:
        raise Refused("InvalidOutput", f"Invalid Output: '{wrong}'") from None
    callback.succeed(output)
    return {}


def _send_failure(asked: Params, place: Place) -> Params:
    error = StateError(asked.get("error") or "States.TaskFailed", asked.get("cause") or "", of_task=True)
    _callback(asked, place).fail(error)
    return {}


def _send_heartbeat(asked: Params, place: Place) -> Params:
    _callback(asked, place).heartbeat()
    return {}


def _activity_task(asked: Params, place: Place) -> Params:
    """A worker asks for work; it waits up to a minute, on the clock of the lab."""
    place.backend("stepfunctions").describe_activity(asked["activityArn"])
    store = store_of(place.account, place.region)
    for seconds in (0, 60):
        if seconds:
            clock.advance(seconds=seconds)
        runs.catch_up()
        waiting = store.offers.get(asked["activityArn"]) or []
        while waiting:
            offer = waiting.pop(0)
            if not store.tokens[offer.token].done:
                offer.taken(asked.get("workerName") or "")
                return {"taskToken": offer.token, "input": offer.given}
    return {}


def _test_state(asked: Params, place: Place) -> Params:
    """Run one state alone: https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html"""
    from course.lab.stepfunctions import machine as machines
    from course.lab.stepfunctions.kernel import Kernel
    from course.lab.stepfunctions.retries import Retries, catcher_of

    state = {key: value for key, value in json.loads(asked["definition"]).items() if key not in ("Retry", "Catch")}
    whole = json.loads(asked["definition"])
    arn = f"arn:aws:states:{place.region}:{place.account}:stateMachine:test"
    text = json.dumps({"StartAt": "state", "States": {"state": whole}})
    machine = Machine(arn, "test", "STANDARD", asked.get("roleArn") or f"arn:aws:iam::{place.account}:role/test", text)
    run = Execution(f"{arn}:test", "test", machine, asked.get("input") or "{}", clock.now())
    frame = Frame(run, whole.get("QueryLanguage", "JSONPath"))
    kernel = Kernel(machines.run_state(frame, "state", state, json.loads(run.input)))
    while not kernel.over and (due := kernel.next_due()) is not None:
        kernel.run(max(due, clock.now().timestamp()))
    if kernel.error is None:
        output, following = kernel.result
        return {"status": "SUCCEEDED", "output": json.dumps(output), **({"nextState": following} if following else {})}
    told = {"error": kernel.error.error, "cause": kernel.error.cause}
    if Retries(whole.get("Retry") or []).pause(kernel.error) is not None:
        return {**told, "status": "RETRIABLE"}
    catcher = catcher_of(whole, kernel.error)
    return {**told, "status": "CAUGHT_ERROR", "nextState": catcher["Next"]} if catcher else {**told, "status": "FAILED"}


def _machine(arn: str, place: Place) -> Machine:
    """The machine behind an ARN, which may name a version or an alias."""
    _, _, _, region, account, _ = arn.split(":", 5)
    backend: Any = stepfunctions_backends[account][region]
    base, qualifier = ":".join(arn.split(":")[:7]), ":".join(arn.split(":")[7:])
    alias = ""
    try:
        if qualifier and not qualifier.isdigit():
            found = backend.describe_state_machine_alias(arn)
            routes = found.routing_configuration
            weights = [int(route["weight"]) for route in routes]
            chosen = random.Random(mock_random.random()).choices(routes, weights)[0]
            alias, arn = arn, chosen["stateMachineVersionArn"]
            qualifier = arn.rpartition(":")[2]
        known = backend.describe_state_machine(arn)
    except Exception:
        raise Refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'") from None
    version = arn if qualifier else ""
    logging = known.loggingConfiguration or {}
    return Machine(base, known.name, known.type, known.roleArn, known.definition, version, alias, logging)


def _input(asked: Params) -> str:
    given = asked.get("input") or "{}"
    try:
        json.loads(given)
    except ValueError as wrong:
        raise Refused("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{wrong}'") from None
    return str(given)


def _execution(asked: Params) -> Execution:
    """The execution, as far as it has come by now."""
    run = runs.find(asked["executionArn"])
    if run is None:
        raise Refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{asked['executionArn']}'")
    runs.catch_up()
    return run


def _standard(asked: Params) -> Execution:
    """A standard execution; express ones tell of themselves in CloudWatch Logs only."""
    run = _execution(asked)
    if run.is_express:
        raise Refused("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {run.arn}'")
    return run


def _all(place: Place) -> list[Execution]:
    return list(store_of(place.account, place.region).executions.values())


def _callback(asked: Params, place: Place) -> Callback:
    found = store_of(place.account, place.region).tokens.get(asked["taskToken"])
    if found is None:
        raise Refused("InvalidToken", "Invalid Token: 'Invalid token'")
    if found.done:
        raise Refused("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
    return found


def _described(run: Execution) -> Params:
    told: Params = {
        "executionArn": run.arn,
        "stateMachineArn": run.machine.arn,
        "name": run.name,
        "status": run.status,
        "startDate": run.started.timestamp(),
        "stopDate": run.stopped.timestamp() if run.stopped else None,
        "input": run.input,
        "inputDetails": {"included": True},
        "output": run.output,
        "outputDetails": {"included": True} if run.output is not None else None,
        "error": run.error,
        "cause": run.cause,
        "stateMachineVersionArn": run.machine.version or None,
        "stateMachineAliasArn": run.machine.alias or None,
        "mapRunArn": run.map_run.arn if run.map_run is not None else None,
        **({} if run.is_express else redriving.told(run)),
    }
    return {key: value for key, value in told.items() if value is not None}


_OPERATIONS: Final[dict[str, Callable[[Params, Place], Params | None]]] = {
    "CreateStateMachine": _checked,
    "UpdateStateMachine": _checked,
    "ValidateStateMachineDefinition": _validate,
    "StartExecution": _start,
    "StartSyncExecution": _start_sync,
    "DescribeExecution": _describe,
    "ListExecutions": _list,
    "GetExecutionHistory": _history,
    "StopExecution": _stop,
    "DescribeStateMachineForExecution": _for_execution,
    "SendTaskSuccess": _send_success,
    "SendTaskFailure": _send_failure,
    "SendTaskHeartbeat": _send_heartbeat,
    "GetActivityTask": _activity_task,
    "TestState": _test_state,
    "RedriveExecution": redriving.redrive,
    "ListMapRuns": examining.list_of,
    "DescribeMapRun": examining.describe,
    "UpdateMapRun": examining.update,
    "PublishStateMachineVersion": versions.publish,
    "ListStateMachineVersions": versions.list_of,
    "DeleteStateMachineVersion": versions.delete,
}
