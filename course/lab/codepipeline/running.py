"""The course of an execution: stage by stage, in a stage by run order, actions of one order side by side.

https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-retry.html
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.caller import Session, session_of_role
from course.lab.clock import clock
from course.lab.codepipeline import announcing
from course.lab.codepipeline.actions import Working, begin_action
from course.lab.codepipeline.store import Action, Execution, Pipeline
from course.lab.courses import Course, Wait, begin

_WEEK: Final = 7 * 86_400.0


def start(pipeline: Pipeline, trigger: dict[str, str], variables: dict[str, str] | None = None) -> Execution:
    """Begin an execution."""
    execution = Execution(str(mock_random.uuid4()), pipeline.name, pipeline.version, trigger)
    declared = {one["name"]: one.get("defaultValue", "") for one in pipeline.structure.get("variables", [])}
    execution.variables["variables"] = declared | (variables or {})
    execution.variables["codepipeline"] = {"PipelineExecutionId": execution.execution_id}
    pipeline.executions[execution.execution_id] = execution
    begin(pipeline.place, "codepipeline", pipeline.name, _run(pipeline, execution), lambda: execution.status)
    return execution


def _enter(pipeline: Pipeline, execution: Execution, status: str) -> None:
    execution.status, execution.updated = status, clock.now()
    announcing.pipeline(pipeline, execution)


def _run(pipeline: Pipeline, execution: Execution) -> Course:
    _enter(pipeline, execution, "InProgress")
    yield Wait.seconds(0)
    number = 0
    while number < len(pipeline.structure["stages"]):
        stage = pipeline.structure["stages"][number]
        name = stage["name"]
        yield from _door(pipeline, execution, name)
        if execution.status in ("Superseded", "Stopped"):
            return
        pipeline.holders[name], execution.stage = execution.execution_id, name
        good = yield from _stage(pipeline, execution, stage)
        if good:
            _leave(pipeline, execution, name)
            number += 1
            continue
        if execution.stop_wanted:
            _leave(pipeline, execution, name)
            execution.stages[name] = "Stopped"
            _enter(pipeline, execution, "Stopped")
            return
        _enter(pipeline, execution, "Failed")
        # The execution keeps its place for those who try the stage again, until a later one comes to the door.
        yield Wait(None, _somebody(pipeline, execution, name))
        if not execution.again:
            _leave(pipeline, execution, name)
            return
        execution.again = ""
        _enter(pipeline, execution, "InProgress")
    _enter(pipeline, execution, "Succeeded")


def _leave(pipeline: Pipeline, execution: Execution, stage: str) -> None:
    if pipeline.holders.get(stage) == execution.execution_id:
        del pipeline.holders[stage]


def _somebody(pipeline: Pipeline, execution: Execution, stage: str) -> Callable[[], bool]:
    return lambda: bool(execution.again) or _others_wait(pipeline, execution, stage)


def _others_wait(pipeline: Pipeline, execution: Execution, stage: str) -> bool:
    return any(one.stage == f"before {stage}" and one.status == "InProgress"
               for one in pipeline.executions.values() if one is not execution)  # fmt: skip


def _door(pipeline: Pipeline, execution: Execution, stage: str) -> Course:
    """Wait until the stage is free and open; a later execution that comes to the same door takes the place."""
    execution.stage = f"before {stage}"

    def newer() -> bool:
        ids = list(pipeline.executions)
        return any(
            ids.index(one.execution_id) > ids.index(execution.execution_id)
            for one in pipeline.executions.values()
            if one.stage == execution.stage and one is not execution and one.status == "InProgress"
        )

    def free() -> bool:
        holder = pipeline.executions.get(pipeline.holders.get(stage, ""))
        return (holder is None or holder is execution) and stage not in pipeline.closed

    while not free():
        yield Wait(None, lambda: free() or newer() or execution.stop_wanted)
        if newer():
            _enter(pipeline, execution, "Superseded")
            return
        if execution.stop_wanted:
            _enter(pipeline, execution, "Stopped")
            return


def _stage(pipeline: Pipeline, execution: Execution, stage: dict[str, Any]) -> Any:
    """Run a stage; whether all its actions succeeded. What succeeded in an earlier try is not done again."""
    name = stage["name"]
    execution.stages[name] = "InProgress"
    announcing.stage(pipeline, execution, name, "STARTED")
    ordered = sorted(stage["actions"], key=lambda one: one.get("runOrder", 1))
    for _, group in groupby(ordered, key=lambda one: one.get("runOrder", 1)):
        working: list[tuple[Action, Working]] = []
        for declared in group:
            before = execution.latest(name, declared["name"])
            if before is not None and before.status == "Succeeded":
                continue
            working.append(_begin(pipeline, execution, name, declared))
        yield from _wait(pipeline, execution, working)
        if any(action.status != "Succeeded" for action, _ in working):
            execution.stages[name] = "Failed"
            announcing.stage(pipeline, execution, name, "FAILED")
            return False
    execution.stages[name] = "Succeeded"
    announcing.stage(pipeline, execution, name, "SUCCEEDED")
    return True


def _begin(pipeline: Pipeline, execution: Execution, stage: str, declared: dict[str, Any]) -> tuple[Action, Working]:
    action = Action(stage, declared["name"], str(mock_random.uuid4()))
    execution.actions.append(action)
    announcing.action(pipeline, execution, action, declared, "STARTED")
    try:
        session = session_for(pipeline, declared)
        return action, begin_action(pipeline, execution, action, declared, session)
    except Exception as error:
        said = str(error)
        return action, Working(lambda: True, lambda: action.enter("Failed", said, "JobFailed"))


def session_for(pipeline: Pipeline, declared: dict[str, Any]) -> Session:
    """On whose behalf an action acts: its own role, else the pipeline's."""
    role = declared.get("roleArn") or pipeline.structure["roleArn"]
    return session_of_role(pipeline.place, role, "codepipeline")


def _wait(pipeline: Pipeline, execution: Execution, working: list[tuple[Action, Working]]) -> Course:
    began = clock.now().timestamp()
    open_ones = list(working)
    while open_ones:
        for one in list(open_ones):
            action, work = one
            late = clock.now().timestamp() >= began + _patience(pipeline, action)
            if work.is_over() or execution.stop_wanted or late:
                open_ones.remove(one)
                _finish(pipeline, execution, action, work, late)
        if open_ones:
            until = began + min(_patience(pipeline, action) for action, _ in open_ones)
            yield Wait(until, _any_over(execution, [work for _, work in open_ones]))


def _declared(pipeline: Pipeline, action: Action) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in pipeline.stage(action.stage)["actions"] if one["name"] == action.name)
    return found


def _patience(pipeline: Pipeline, action: Action) -> float:
    """How long an action may take, in seconds. Only a manual approval may say so itself."""
    declared = _declared(pipeline, action)
    if declared["actionTypeId"]["category"] == "Approval":
        return 60.0 * float(declared.get("timeoutInMinutes", _WEEK / 60))
    return _WEEK


def _any_over(execution: Execution, working: list[Working]) -> Callable[[], bool]:
    return lambda: execution.stop_wanted or any(work.is_over() for work in working)


def _finish(pipeline: Pipeline, execution: Execution, action: Action, work: Working, late: bool) -> None:
    declared = _declared(pipeline, action)
    if work.is_over():
        try:
            work.finish()
        except Exception as error:
            action.enter("Failed", str(error), "JobFailed")
    elif execution.stop_wanted:
        action.enter("Abandoned", "The execution was stopped")
    elif late:
        action.enter("Failed", "The action did not end within its time", "JobTimedOut")
    if action.status == "InProgress":
        action.enter("Succeeded")
    if action.status == "Succeeded" and declared.get("namespace"):
        execution.variables[declared["namespace"]] = action.variables
    announcing.action(pipeline, execution, action, declared, action.status.upper())
