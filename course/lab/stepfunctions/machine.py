"""The states of a machine, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.lab.stepfunctions import dataflow
from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.executions import Frame, text_of
from course.lab.stepfunctions.kernel import Branch, Sleep
from course.lab.stepfunctions.retries import Retries, catcher_of


def run(frame: Frame, definition: Mapping[str, Any], data: Any) -> Branch:
    """Run from the first state to the end; gives the output of the last one."""
    name: str | None = definition["StartAt"]
    while name is not None:
        data, name = yield from run_state(frame, name, definition["States"][name], data)
    return data


def run_state(frame: Frame, name: str, state: Mapping[str, Any], data: Any) -> Branch:
    """Run one state with its retries; gives the output and the name of the next state."""
    from course.lab.stepfunctions.states import KINDS, event_name

    kind = event_name(state["Type"])
    frame.enter(name)
    frame.note(f"{kind}StateEntered", {"name": name, "input": text_of(data), "inputDetails": {"truncated": False}})
    retries = Retries(state.get("Retry") or [])
    while True:
        try:
            output, following = yield from KINDS[state["Type"]](frame, name, state, data)
            text = text_of(output)
            break
        except StateError as error:
            pause = retries.pause(error)
            if pause is not None:
                yield Sleep(pause)
                frame.again(retries.count)
                continue
            catcher = catcher_of(state, error)
            if catcher is None:
                raise
            output, following = dataflow.caught(frame, state, catcher, data, error), catcher["Next"]
            text = text_of(output)
            break
    frame.note(f"{kind}StateExited", {"name": name, "output": text, "outputDetails": {"truncated": False}})
    return output, following
