"""What goes into a state and what comes out of it, in JSONPath and in JSONata.

JSONPath: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
JSONata: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
Variables: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from course.lab.stepfunctions import intrinsics, jsonata, paths
from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.executions import Frame

State = Mapping[str, Any]


def is_jsonata(frame: Frame, state: State) -> bool:
    """Which of the two languages a state speaks."""
    return bool(state.get("QueryLanguage", frame.language) == "JSONata")


def selected(frame: Frame, state: State, data: Any) -> Any:
    """The input after InputPath."""
    if is_jsonata(frame, state) or "InputPath" not in state:
        return data
    if state["InputPath"] is None:
        return {}
    return required(frame, state["InputPath"], data)


def arguments(frame: Frame, state: State, data: Any, name: str = "") -> Any:
    """What a state works on: Parameters or Arguments filled in, or the input itself."""
    data = selected(frame, state, data)
    if is_jsonata(frame, state):
        template = state.get(name or "Arguments")
        return data if template is None else jsonata.fill(template, _states(frame, data), frame.variables)
    template = state.get(name or "Parameters")
    return data if template is None else filled(frame, template, data)


def filled(frame: Frame, template: Any, data: Any) -> Any:
    """A JSONPath template: keys that end in `.$` hold a path or a call of an intrinsic function."""
    if isinstance(template, dict):
        found = {}
        for key, value in template.items():
            if key.endswith(".$"):
                found[key[:-2]] = value_of(frame, value, data)
            else:
                found[key] = filled(frame, value, data)
        return found
    if isinstance(template, list):
        return [filled(frame, one, data) for one in template]
    return template


def value_of(frame: Frame, text: str, data: Any) -> Any:
    """The value of a path or an intrinsic function."""
    if intrinsics.is_call(text):
        return intrinsics.evaluate(text, lambda path: required(frame, path, data))
    return required(frame, text, data)


def reader(frame: Frame, data: Any) -> Callable[[str], Any]:
    """A function that reads paths of this state's data; MISSING for those that lead nowhere."""
    context = frame.context()
    return lambda path: paths.read(path, data, context, frame.variables)


def required(frame: Frame, path: str, data: Any) -> Any:
    """The value at a path; its absence is a failure."""
    found = reader(frame, data)(path)
    if found is paths.MISSING:
        raise StateError(
            "States.ParameterPathFailure",
            f"The JSONPath '{path}' specified for the field could not be found in the input '{paths_text(data)}'",
        )
    return found


def paths_text(data: Any) -> str:
    """The data as far as an error message shows it."""
    import json

    text = json.dumps(data, default=str)
    return text if len(text) <= 300 else f"{text[:300]}..."


def outgoing(frame: Frame, state: State, data: Any, result: Any) -> Any:
    """The output of a state: its input with the result put in, as the state asks."""
    if is_jsonata(frame, state):
        states = {**_states(frame, data), "result": result}
        output = result
        if "Output" in state:
            output = jsonata.fill(state["Output"], states, frame.variables)
        _assign(frame, jsonata.fill(state.get("Assign") or {}, states, frame.variables))
        return output
    if "ResultSelector" in state:
        result = filled(frame, state["ResultSelector"], result)
    whole = selected(frame, state, data)
    assigned = filled(frame, state.get("Assign") or {}, result)
    path = state.get("ResultPath", "$")
    # A null ResultPath throws the result away.
    output = whole if path is None else paths.write(path, whole, result)
    _assign(frame, assigned)
    return after(frame, state, output)


def after(frame: Frame, state: State, output: Any) -> Any:
    """The output after OutputPath."""
    if is_jsonata(frame, state) or "OutputPath" not in state:
        return output
    if state["OutputPath"] is None:
        return {}
    return required(frame, state["OutputPath"], output)


def passed_on(frame: Frame, state: State, data: Any) -> Any:
    """The output of a state without a result: Wait, Choice, Succeed."""
    if is_jsonata(frame, state):
        states = _states(frame, data)
        output = jsonata.fill(state["Output"], states, frame.variables) if "Output" in state else data
        _assign(frame, jsonata.fill(state.get("Assign") or {}, states, frame.variables))
        return output
    whole = selected(frame, state, data)
    _assign(frame, filled(frame, state.get("Assign") or {}, whole))
    return after(frame, state, whole)


def caught(frame: Frame, state: State, catcher: State, data: Any, error: StateError) -> Any:
    """What goes on to the state behind a Catch."""
    told = error.output()
    if is_jsonata(frame, state):
        states = {**_states(frame, data), "errorOutput": told}
        output = jsonata.fill(catcher["Output"], states, frame.variables) if "Output" in catcher else told
        _assign(frame, jsonata.fill(catcher.get("Assign") or {}, states, frame.variables))
        return output
    _assign(frame, filled(frame, catcher.get("Assign") or {}, told))
    path = catcher.get("ResultPath", "$")
    return data if path is None else paths.write(path, data, told)


def expression(frame: Frame, state: State, value: Any, data: Any) -> Any:
    """A field that may be a JSONata expression."""
    if is_jsonata(frame, state):
        return jsonata.fill(value, _states(frame, data), frame.variables)
    return value


def _states(frame: Frame, data: Any) -> dict[str, Any]:
    return {"input": data, "context": frame.context()}


def _assign(frame: Frame, values: Mapping[str, Any]) -> None:
    frame.variables.update(values)
