"""What each type of state does: it gives its output and the name of the next state, None at the end.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from course.lab.clock import clock
from course.lab.stepfunctions import choices, dataflow, maps, tasks
from course.lab.stepfunctions.errors import RUNTIME, StateError
from course.lab.stepfunctions.executions import Frame
from course.lab.stepfunctions.kernel import Branch, Sleep

State = Mapping[str, Any]


def _pass(frame: Frame, name: str, state: State, data: Any) -> Branch:
    yield from ()
    if dataflow.is_jsonata(frame, state):
        return dataflow.passed_on(frame, state, data), state.get("Next")
    result = state["Result"] if "Result" in state else dataflow.arguments(frame, state, data)
    return dataflow.outgoing(frame, state, data, result), state.get("Next")


def _wait(frame: Frame, name: str, state: State, data: Any) -> Branch:
    given = dataflow.selected(frame, state, data)
    if "Seconds" in state:
        seconds = float(dataflow.expression(frame, state, state["Seconds"], data))
    elif "SecondsPath" in state:
        seconds = float(dataflow.required(frame, state["SecondsPath"], given))
    else:
        moment = (
            dataflow.required(frame, state["TimestampPath"], given)
            if "TimestampPath" in state
            else dataflow.expression(frame, state, state["Timestamp"], data)
        )
        seconds = (dt.datetime.fromisoformat(moment) - clock.now()).total_seconds()
    yield Sleep(max(0.0, seconds))
    return dataflow.passed_on(frame, state, data), state.get("Next")


def _choice(frame: Frame, name: str, state: State, data: Any) -> Branch:
    yield from ()
    read = dataflow.reader(frame, dataflow.selected(frame, state, data))
    for rule in state["Choices"]:
        if dataflow.is_jsonata(frame, state):
            met = dataflow.expression(frame, state, rule["Condition"], data)
            if not isinstance(met, bool):
                raise StateError("States.QueryEvaluationError", f"The Condition of '{name}' gave no true or false.")
        else:
            met = choices.holds(rule, read)
        if met:
            chosen = {
                **state,
                "Assign": rule.get("Assign", {}),
                **({"Output": rule["Output"]} if "Output" in rule else {}),
            }
            return dataflow.passed_on(frame, chosen, data), rule["Next"]
    if "Default" not in state:
        raise StateError("States.NoChoiceMatched", f"No choice of the state '{name}' fits, and it has no Default.")
    return dataflow.passed_on(frame, state, data), state["Default"]


def _succeed(frame: Frame, name: str, state: State, data: Any) -> Branch:
    yield from ()
    return dataflow.passed_on(frame, state, data), None


def _fail(frame: Frame, name: str, state: State, data: Any) -> Branch:
    yield from ()

    def told(field: str) -> str:
        if f"{field}Path" in state:
            return str(dataflow.value_of(frame, state[f"{field}Path"], data))
        return str(dataflow.expression(frame, state, state.get(field, ""), data))

    raise StateError(told("Error"), told("Cause"))


def _task(frame: Frame, name: str, state: State, data: Any) -> Branch:
    result = yield from tasks.run(frame, name, state, data)
    return dataflow.outgoing(frame, state, data, result), state.get("Next")


def _parallel(frame: Frame, name: str, state: State, data: Any) -> Branch:
    result = yield from maps.parallel(frame, state, dataflow.arguments(frame, state, data))
    return dataflow.outgoing(frame, state, data, result), state.get("Next")


def _map(frame: Frame, name: str, state: State, data: Any) -> Branch:
    result = yield from maps.each(frame, name, state, dataflow.selected(frame, state, data))
    return dataflow.outgoing(frame, state, data, result), state.get("Next")


KINDS: Final[dict[str, Callable[[Frame, str, State, Any], Branch]]] = {
    "Pass": _pass,
    "Wait": _wait,
    "Choice": _choice,
    "Succeed": _succeed,
    "Fail": _fail,
    "Task": _task,
    "Parallel": _parallel,
    "Map": _map,
}


def event_name(kind: str) -> str:
    """How the history names a type of state."""
    if kind not in KINDS:
        raise StateError(RUNTIME, f"There is no state of type {kind}.")
    return kind
