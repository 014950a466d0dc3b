"""The states of a machine, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.lab.stepfunctions import dataflow
from course.lab.stepfunctions.errors import TOO_MUCH, StateError
from course.lab.stepfunctions.executions import Frame, text_of
from course.lab.stepfunctions.kernel import Branch, Sleep
from course.lab.stepfunctions.retries import Retries, catcher_of


def run(frame: Frame, definition: Mapping[str, Any], data: Any) -> Branch:
    """Run from the first state to the end, or from where a redrive begins; gives the output of the last one."""
    mark = frame.mark
    if mark.over:
        return mark.result
    name: str | None = definition["StartAt"]
    again = mark.takes_up()
    if again:
        name, data, frame.variables = mark.state, mark.data, dict(mark.variables)
    while name is not None:
        if not again:
            mark.enter(name, data, frame.variables)
        data, name = yield from run_state(frame, name, definition["States"][name], data, again)
        again = False
    mark.end(data)
    return data


def run_state(frame: Frame, name: str, state: Mapping[str, Any], data: Any, again: bool = False) -> Branch:
    """Run one state with its retries; gives the output and the name of the next state.

    A state that is taken up again has been entered before, and its retries count from the beginning.
    """
    from course.lab.stepfunctions.states import KINDS, event_name

    kind = event_name(state["Type"])
    frame.enter(name)
    text = text_of(data)
    if not again:
        frame.note(f"{kind}StateEntered", {"name": name, "input": text, "inputDetails": {"truncated": False}})
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
                frame.mark.forget_parts()
                continue
            catcher = catcher_of(state, error)
            if catcher is None:
                if error.error == TOO_MUCH:
                    frame.mark.forget_parts()  # the parts were well; together they were too much
                raise
            output, following = dataflow.caught(frame, state, catcher, data, error), catcher["Next"]
            text = text_of(output)
            break
    frame.note(f"{kind}StateExited", {"name": name, "output": text, "outputDetails": {"truncated": False}})
    return output, following
