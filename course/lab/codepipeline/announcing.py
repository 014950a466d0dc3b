"""What a pipeline tells the world: events of the pipeline, its stages and its actions.

https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.codepipeline.store import Action, Execution, Pipeline

_STATES: Final = {
    "InProgress": "STARTED", "Succeeded": "SUCCEEDED", "Failed": "FAILED", "Stopped": "STOPPED",
    "Superseded": "SUPERSEDED",
}  # fmt: skip


def pipeline(one: Pipeline, execution: Execution) -> None:
    """The execution entered a status."""
    _put(one, execution, "CodePipeline Pipeline Execution State Change", {"state": _STATES[execution.status]})


def stage(one: Pipeline, execution: Execution, name: str, state: str) -> None:
    """A stage of the execution entered a state."""
    _put(one, execution, "CodePipeline Stage Execution State Change", {"stage": name, "state": state})


def action(one: Pipeline, execution: Execution, made: Action, declared: dict[str, Any], state: str) -> None:
    """An action entered a state."""
    kind = declared["actionTypeId"]
    _put(one, execution, "CodePipeline Action Execution State Change", {
        "stage": made.stage, "action": made.name, "state": state,
        "type": {key: kind[key] for key in ("owner", "category", "provider", "version") if key in kind},
    })  # fmt: skip


def _put(one: Pipeline, execution: Execution, kind: str, more: dict[str, Any]) -> None:
    from course.lab.events_router import put

    detail = {"pipeline": one.name, "execution-id": execution.execution_id, "version": execution.version, **more}
    put(one.place.account, one.place.region, "default", source="aws.codepipeline", detail_type=kind, detail=detail,
        resources=[one.arn])  # fmt: skip
