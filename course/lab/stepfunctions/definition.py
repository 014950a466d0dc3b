"""Is this text a state machine? What AWS refuses to save, with the place of the fault.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from course.lab.stepfunctions.choices import is_operator

_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "Task": ("Resource",),
    "Choice": ("Choices",),
    "Parallel": ("Branches",),
}
_ENDS: Final = ("Succeed", "Fail")
_TYPES: Final = ("Task", "Pass", "Wait", "Choice", "Parallel", "Map", *_ENDS)
_ONLY_JSONPATH: Final = ("InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "ItemsPath")
_ONLY_JSONATA: Final = ("Arguments", "Output", "Items")


def faults(text: str, kind: str = "STANDARD") -> list[str]:
    """What is wrong with a definition, each with its place; an empty list if nothing is."""
    try:
        definition = json.loads(text)
    except ValueError as wrong:
        return [f"INVALID_JSON_DESCRIPTION: {wrong}"]
    if not isinstance(definition, dict):
        return ["INVALID_JSON_DESCRIPTION: The definition must be an object"]
    return list(_machine(definition, "", definition.get("QueryLanguage", "JSONPath"), kind))


def _schema(words: str, place: str) -> str:
    return f"SCHEMA_VALIDATION_FAILED: {words} at {place or '/'}"


def _machine(machine: Mapping[str, Any], place: str, language: str, kind: str) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield _schema("Field is required: States", place)
        return
    start = machine.get("StartAt")
    if not isinstance(start, str):
        yield _schema("Field is required: StartAt", place)
    elif start not in states:
        yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {start} at {place}/StartAt"
    for name, state in states.items():
        yield from _state(state, f"{place}/States/{name}", states, language, kind)
    reached = _reached(start, states) if isinstance(start, str) else set(states)
    for name in states:
        if name not in reached and start in states:
            yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {place}/States/{name}'


def _state(state: Any, place: str, states: Mapping[str, Any], language: str, kind: str) -> Iterator[str]:
    if not isinstance(state, dict) or state.get("Type") not in _TYPES:
        given = state.get("Type") if isinstance(state, dict) else None
        yield _schema(f"The value {given!r} is no state type: use one of {', '.join(_TYPES)}", f"{place}/Type")
        return
    language = state.get("QueryLanguage", language)
    for field in _NEEDS.get(state["Type"], ()):
        if field not in state:
            yield _schema(f"Field is required: {field}", place)
    for field in _ONLY_JSONPATH if language == "JSONata" else _ONLY_JSONATA:
        if field in state:
            yield _schema(f"Field {field} is not supported with QueryLanguage {language}", f"{place}/{field}")
    if state["Type"] not in (*_ENDS, "Choice"):
        if "Next" not in state and not state.get("End"):
            yield _schema("A state needs Next or End", place)
        if "Next" in state and state.get("End"):
            yield _schema("A state has Next or End, not both", place)
    for target, where in _targets(state):
        if target not in states:
            yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {place}{where}"
    yield from _details(state, place, language, kind)


def _details(state: Mapping[str, Any], place: str, language: str, kind: str) -> Iterator[str]:
    match state["Type"]:
        case "Wait":
            given = [name for name in ("Seconds", "SecondsPath", "Timestamp", "TimestampPath") if name in state]
            if len(given) != 1:
                yield _schema("A Wait state has exactly one of Seconds, SecondsPath, Timestamp, TimestampPath", place)
        case "Choice":
            for number, rule in enumerate(state.get("Choices") or []):
                yield from _choice(rule, f"{place}/Choices[{number}]", language, top=True)
        case "Parallel":
            for number, branch in enumerate(state.get("Branches") or []):
                yield from _machine(branch, f"{place}/Branches[{number}]", language, kind)
        case "Map":
            processor = state.get("ItemProcessor") or state.get("Iterator")
            if not isinstance(processor, dict):
                yield _schema("Field is required: ItemProcessor", place)
            else:
                yield from _machine(processor, f"{place}/ItemProcessor", language, kind)
        case "Task":
            resource = str(state.get("Resource", ""))
            if not resource.startswith("arn:"):
                yield _schema(f"Value is not a valid resource ARN: {resource}", f"{place}/Resource")
            if kind == "EXPRESS" and (".sync" in resource or resource.endswith(".waitForTaskToken")):
                pattern = resource.rpartition(".")[2]
                yield _schema(f"Express state machine does not support '.{pattern}' service integration", place)
    for field in ("Retry", "Catch"):
        entries = state.get(field) or []
        for number, one in enumerate(entries):
            names = one.get("ErrorEquals")
            if not names:
                yield _schema("Field is required: ErrorEquals", f"{place}/{field}[{number}]")
            elif "States.ALL" in names and (len(names) > 1 or number < len(entries) - 1):
                yield _schema(
                    f"States.ALL must appear alone in ErrorEquals, and in the last entry of {field}",
                    f"{place}/{field}[{number}]/ErrorEquals",
                )


def _choice(rule: Any, place: str, language: str, top: bool = False) -> Iterator[str]:
    if not isinstance(rule, dict):
        yield _schema("A choice rule is an object", place)
        return
    if top and "Next" not in rule:
        yield _schema("Field is required: Next", place)
    if language == "JSONata":
        if "Condition" not in rule:
            yield _schema("Field is required: Condition", place)
        return
    for joined in ("And", "Or"):
        for number, one in enumerate(rule.get(joined) or []):
            yield from _choice(one, f"{place}/{joined}[{number}]", language)
    if "Not" in rule:
        yield from _choice(rule["Not"], f"{place}/Not", language)
    if not {"And", "Or", "Not"} & set(rule):
        if "Variable" not in rule:
            yield _schema("Field is required: Variable", place)
        if not any(is_operator(name) for name in rule):
            yield _schema("A choice rule needs a comparison such as StringEquals", place)


def _targets(state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("Next", "Default"):
        if isinstance(state.get(field), str):
            yield state[field], f"/{field}"
    for field in ("Choices", "Catch"):
        for number, one in enumerate(state.get(field) or []):
            if isinstance(one, dict) and "Next" in one:
                yield one["Next"], f"/{field}[{number}]/Next"


def _reached(start: str, states: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in found or name not in states:
            continue
        found.add(name)
        if isinstance(states[name], dict):
            waiting += [target for target, _ in _targets(states[name])]
    return found
