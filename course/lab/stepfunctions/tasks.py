"""Task states: functions, activities, and calls of other services, with their times and tokens.

https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.lab.clock import clock
from course.lab.stepfunctions import dataflow, integrations
from course.lab.stepfunctions.callbacks import new_token, offer
from course.lab.stepfunctions.errors import TIMEOUT, StateError
from course.lab.stepfunctions.executions import Frame, text_of
from course.lab.stepfunctions.kernel import Await, Branch, Callback

State = Mapping[str, Any]


def run(frame: Frame, name: str, state: State, data: Any) -> Branch:
    """Do the work of a task; gives its result."""
    resource = state["Resource"]
    if ":lambda:" in resource and ":states:" not in resource:
        return (yield from _function(frame, state, data))
    if ":activity:" in resource:
        return (yield from _activity(frame, state, data))
    return (yield from _service(frame, state, data))


def _function(frame: Frame, state: State, data: Any) -> Branch:
    yield from ()
    given = text_of(dataflow.arguments(frame, state, data))
    frame.note("LambdaFunctionScheduled", {"resource": state["Resource"], "input": given})
    frame.note("LambdaFunctionStarted")
    try:
        result = _timed(frame, state, data, lambda: integrations.invoke(frame, state["Resource"], given))
    except StateError as error:
        kind = "LambdaFunctionTimedOut" if error.error == TIMEOUT else "LambdaFunctionFailed"
        frame.note(kind, {"error": error.error, "cause": error.cause})
        raise
    frame.note("LambdaFunctionSucceeded", {"output": text_of(result)})
    return result


def _activity(frame: Frame, state: State, data: Any) -> Branch:
    given = text_of(dataflow.arguments(frame, state, data))
    callback = _callback(frame, state, data)
    details: dict[str, Any] = {"resource": state["Resource"], "input": given}
    if callback.seconds is not None:
        details["timeoutInSeconds"] = int(callback.seconds)
    frame.note("ActivityScheduled", details)
    token = new_token(frame.execution.machine.arn, callback)
    offer(state["Resource"], token, given, lambda worker: frame.note("ActivityStarted", {"workerName": worker}))
    try:
        result = yield Await(callback)
    except StateError as error:
        kind = "ActivityTimedOut" if error.error.endswith("Timeout") else "ActivityFailed"
        frame.note(kind, {"error": error.error, "cause": error.cause})
        raise
    frame.note("ActivitySucceeded", {"output": text_of(result)})
    return result


def _service(frame: Frame, state: State, data: Any) -> Branch:
    work = integrations.Work.of(state["Resource"])
    callback = _callback(frame, state, data)
    if work.pattern == "waitForTaskToken":
        frame.token = new_token(frame.execution.machine.arn, callback)
    given = dataflow.arguments(frame, state, data)
    frame.token = ""
    where = {"resourceType": work.service, "resource": work.name}
    frame.note("TaskScheduled", {**where, "region": frame.execution.machine.region, "parameters": text_of(given)})
    frame.note("TaskStarted", where)
    try:
        result = _timed(frame, state, data, lambda: integrations.call(frame, work, given))
        if work.pattern:
            frame.note("TaskSubmitted", {**where, "output": text_of(result)})
        if work.pattern == "waitForTaskToken":
            result = yield Await(callback)
        elif work.pattern:
            result = yield from integrations.until_done(frame, work, result, callback)
    except StateError as error:
        kind = "TaskTimedOut" if error.error.endswith("Timeout") else "TaskFailed"
        frame.note(kind, {**where, "error": error.error, "cause": error.cause})
        raise
    frame.note("TaskSucceeded", {**where, "output": text_of(result)})
    return result


def _callback(frame: Frame, state: State, data: Any) -> Callback:
    return Callback(_seconds(frame, state, "Timeout", data), _seconds(frame, state, "Heartbeat", data))


def _seconds(frame: Frame, state: State, what: str, data: Any) -> float | None:
    if f"{what}SecondsPath" in state:
        return float(dataflow.required(frame, state[f"{what}SecondsPath"], data))
    value = dataflow.expression(frame, state, state.get(f"{what}Seconds"), data)
    return float(value) if value is not None else None


def _timed(frame: Frame, state: State, data: Any, work: Any) -> Any:
    """Work that is done at once; how long it took says the clock of the lab."""
    begun = clock.now()
    result = work()
    most = _seconds(frame, state, "Timeout", data)
    if most is not None and (clock.now() - begun).total_seconds() > most:
        raise StateError(TIMEOUT, f"The task took longer than its {most:g} seconds.", of_task=True)
    return result
