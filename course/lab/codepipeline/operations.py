"""CodePipeline's operations, as boto3 calls them.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import copy
from typing import Any

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.codepipeline import running, structure
from course.lab.codepipeline.store import Action, Execution, Kept, Pipeline, kept
from course.lab.place import everywhere
from course.lab.service import Call, Refusal, serve


def _kept(call: Call) -> Kept:
    return kept(call.place)


def _pipeline(call: Call, name: str = "") -> Pipeline:
    name = name or call.given.get("pipelineName") or call.given["name"]
    found = _kept(call).pipelines.get(name)
    if found is None:
        raise Refusal("PipelineNotFoundException", f"Account '{call.place.account}' does not have a pipeline with name "
                      f"'{name}'")  # fmt: skip
    return found


def _checked(call: Call) -> dict[str, Any]:
    given: dict[str, Any] = copy.deepcopy(dict(call.given["pipeline"]))
    structure.check(given)
    if "artifactStore" not in given:
        stores = given.get("artifactStores") or {}
        if not stores:
            raise Refusal("InvalidStructureException", "The pipeline needs an artifactStore")
        given["artifactStore"] = stores.get(call.place.region) or next(iter(stores.values()))
    given.setdefault("pipelineType", "V1")
    given.setdefault("executionMode", "SUPERSEDED")
    for stage in given["stages"]:
        for action in stage["actions"]:
            action.setdefault("runOrder", 1)
            action.setdefault("configuration", {})
    return given


def _create(call: Call) -> dict[str, Any]:
    given = _checked(call)
    if given["name"] in _kept(call).pipelines:
        raise Refusal("PipelineNameInUseException", f"A pipeline with the name '{given['name']}' already exists")
    given["version"] = 1
    made = Pipeline(given["name"], call.place, given)
    _kept(call).pipelines[made.name] = made
    running.start(made, {"triggerType": "CreatePipeline", "triggerDetail": call.session.key})
    return {"pipeline": given}


def _update(call: Call) -> dict[str, Any]:
    given = _checked(call)
    one = _pipeline(call, given["name"])
    one.version += 1
    one.structure, one.updated = given | {"version": one.version}, clock.now()
    return {"pipeline": one.structure}


def _get(call: Call) -> dict[str, Any]:
    one = _pipeline(call)
    return {"pipeline": one.structure,
            "metadata": {"pipelineArn": one.arn, "created": one.created, "updated": one.updated}}  # fmt: skip


def _list(call: Call) -> dict[str, Any]:
    return {"pipelines": [{"name": one.name, "version": one.version, "created": one.created, "updated": one.updated}
                          for one in _kept(call).pipelines.values()]}  # fmt: skip


def _delete(call: Call) -> None:
    _kept(call).pipelines.pop(call.given["name"], None)


def _start(call: Call) -> dict[str, str]:
    variables = {one["name"]: one["value"] for one in call.given.get("variables", [])}
    trigger = {"triggerType": "StartPipelineExecution", "triggerDetail": call.session.key}
    return {"pipelineExecutionId": running.start(_pipeline(call), trigger, variables).execution_id}


def _execution(call: Call) -> tuple[Pipeline, Execution]:
    one = _pipeline(call)
    wanted = call.given["pipelineExecutionId"]
    if wanted not in one.executions:
        raise Refusal("PipelineExecutionNotFoundException", f"No execution {wanted} of pipeline {one.name}")
    return one, one.executions[wanted]


def _stop(call: Call) -> dict[str, str]:
    _, execution = _execution(call)
    if execution.status != "InProgress":
        raise Refusal("PipelineExecutionNotStoppableException", f"The execution is {execution.status}")
    execution.stop_wanted = True
    return {"pipelineExecutionId": execution.execution_id}


def _get_execution(call: Call) -> dict[str, Any]:
    one, execution = _execution(call)
    return {"pipelineExecution": {
        "pipelineName": one.name, "pipelineVersion": execution.version,
        "pipelineExecutionId": execution.execution_id, "status": execution.status,
        "artifactRevisions": execution.revisions, "trigger": execution.trigger, "executionMode": "SUPERSEDED",
        "variables": [{"name": key, "resolvedValue": value}
                      for key, value in execution.variables["variables"].items()],
    }}  # fmt: skip


def _list_executions(call: Call) -> dict[str, Any]:
    return {"pipelineExecutionSummaries": [
        {
            "pipelineExecutionId": one.execution_id, "status": one.status, "startTime": one.start,
            "lastUpdateTime": one.updated, "trigger": one.trigger,
            "sourceRevisions": [{"actionName": "Source", **{key: row[key] for key in ("revisionId", "revisionSummary")}}
                                for row in one.revisions],
        }
        for one in reversed(_pipeline(call).executions.values())
    ]}  # fmt: skip


def _list_actions(call: Call) -> dict[str, Any]:
    one = _pipeline(call)
    wanted = (call.given.get("filter") or {}).get("pipelineExecutionId")
    rows = []
    for execution in one.executions.values():
        if wanted and execution.execution_id != wanted:
            continue
        for action in execution.actions:
            result: dict[str, Any] = {"externalExecutionId": action.external_id}
            if action.error:
                result |= {"externalExecutionSummary": action.summary, "errorDetails": action.error}
            rows.append({
                "pipelineExecutionId": execution.execution_id, "actionExecutionId": action.execution_id,
                "pipelineVersion": execution.version, "stageName": action.stage, "actionName": action.name,
                "startTime": action.start, "lastUpdateTime": action.updated, "status": action.status,
                "output": {"outputArtifacts": action.outputs, "executionResult": result,
                           "outputVariables": action.variables},
            })  # fmt: skip
    return {"actionExecutionDetails": rows[::-1]}


def _state(call: Call) -> dict[str, Any]:
    one = _pipeline(call)
    stages = []
    for stage in one.structure["stages"]:
        name = stage["name"]
        closed = one.closed.get(name)
        row: dict[str, Any] = {"stageName": name, "inboundTransitionState": {"enabled": closed is None}}
        if closed:
            row["inboundTransitionState"] |= {"disabledReason": closed[0], "lastChangedBy": closed[1]}
        latest = next((run for run in reversed(one.executions.values()) if name in run.stages), None)
        if latest is not None:
            row["latestExecution"] = {"pipelineExecutionId": latest.execution_id, "status": latest.stages[name]}
        waiting = next((run for run in one.executions.values()
                        if run.stage == f"before {name}" and run.status == "InProgress"), None)  # fmt: skip
        if waiting is not None:
            row["inboundExecution"] = {"pipelineExecutionId": waiting.execution_id, "status": "InProgress"}
        row["actionStates"] = [_action_state(latest, name, action["name"]) for action in stage["actions"]]
        stages.append(row)
    return {"pipelineName": one.name, "pipelineVersion": one.version, "stageStates": stages,
            "created": one.created, "updated": one.updated}  # fmt: skip


def _action_state(execution: Execution | None, stage: str, name: str) -> dict[str, Any]:
    found = execution.latest(stage, name) if execution else None
    if found is None:
        return {"actionName": name}
    latest: dict[str, Any] = {
        "actionExecutionId": found.execution_id, "status": found.status, "summary": found.summary,
        "lastStatusChange": found.updated, "externalExecutionId": found.external_id,
    }  # fmt: skip
    if found.token:
        latest["token"] = found.token
    if found.error:
        latest["errorDetails"] = found.error
    return {"actionName": name, "latestExecution": latest}


def _approve(call: Call) -> dict[str, Any]:
    one, given = _pipeline(call), call.given
    for execution in one.executions.values():
        action = execution.latest(given["stageName"], given["actionName"])
        if action is not None and action.token and action.token == given["token"]:
            if action.answer:
                raise Refusal("ApprovalAlreadyCompletedException", "The approval action has already been answered")
            action.answer = dict(given["result"])
            return {"approvedAt": clock.now()}
    raise Refusal("InvalidApprovalTokenException", "The approval request already received a response or has expired")


def _retry(call: Call) -> dict[str, str]:
    _, execution = _execution(call)
    stage = call.given["stageName"]
    if execution.status != "Failed" or execution.stages.get(stage) != "Failed":
        raise Refusal("StageNotRetryableException", f"The stage {stage} of this execution cannot be tried again")
    if call.given["retryMode"] == "ALL_ACTIONS":
        for action in execution.actions:
            if action.stage == stage and action.status == "Succeeded":
                action.status = "Abandoned"
    execution.again = stage
    return {"pipelineExecutionId": execution.execution_id}


def _close(call: Call) -> None:
    _pipeline(call).closed[call.given["stageName"]] = (call.given["reason"], call.session.key)


def _open(call: Call) -> None:
    _pipeline(call).closed.pop(call.given["stageName"], None)


def _job(call: Call) -> Action:
    found = _kept(call).jobs.get(call.given["jobId"])
    if found is None:
        raise Refusal("JobNotFoundException", f"No job {call.given['jobId']}")
    if found.answer:
        raise Refusal("InvalidJobStateException", "The job has already ended")
    return found


def _success(call: Call) -> None:
    _job(call).answer = {"status": "Succeeded", "summary": "", "variables": dict(call.given.get("outputVariables", {}))}


def _failure(call: Call) -> None:
    said = call.given["failureDetails"]
    _job(call).answer = {"status": "Failed", "summary": said["message"]}


class _Sources:
    """Sources that watch for themselves: a new version of their object or branch starts the pipeline.

    On AWS an event starts a pipeline within seconds; here whenever the account settles. A source with
    `PollForSourceChanges` set to false waits for somebody's rule or call.
    """

    def next_due(self) -> float | None:
        return None

    def deliver(self, now: float) -> list[Delivery]:
        found = [backend.__dict__.get("lab_codepipeline") for backend in everywhere("codepipeline")]
        return [said for known in found if known for one in known.pipelines.values() for said in _look(one)]


def _look(one: Pipeline) -> list[Delivery]:
    for action in one.structure["stages"][0]["actions"]:
        before = one.seen.get(action["name"])
        if before is None or str(action["configuration"].get("PollForSourceChanges", "true")).lower() == "false":
            continue
        now = _present(one, action)
        if now and now != before:
            one.seen[action["name"]] = now
            running.start(one, {"triggerType": "PollForSourceChanges", "triggerDetail": action["name"]})
            return [note(action["name"], f"pipeline {one.name}", "started")]
    return []


def _present(one: Pipeline, action: dict[str, Any]) -> str:
    """The revision that the source has now; empty if it has none. Looked up in the store: this happens very often."""
    from moto.s3.models import FakeKey

    from course.lab.codecommit.store import kept as repositories

    settings = action["configuration"]
    if action["actionTypeId"]["provider"] == "S3":
        bucket = one.place.global_backend("s3").buckets.get(settings["S3Bucket"])
        found = bucket.keys.get(settings["S3ObjectKey"]) if bucket else None
        return str(found.version_id or "") if isinstance(found, FakeKey) else ""
    repository = repositories(one.place).repositories.get(settings["RepositoryName"])
    if repository is None:
        return ""
    tip, refs = f"refs/heads/{settings['BranchName']}".encode(), repository.git.refs
    return str(refs[tip].decode()) if tip in refs else ""


add_source(_Sources())

serve(
    "codepipeline",
    {
        "CreatePipeline": _create,
        "UpdatePipeline": _update,
        "GetPipeline": _get,
        "ListPipelines": _list,
        "DeletePipeline": _delete,
        "StartPipelineExecution": _start,
        "StopPipelineExecution": _stop,
        "GetPipelineExecution": _get_execution,
        "ListPipelineExecutions": _list_executions,
        "ListActionExecutions": _list_actions,
        "GetPipelineState": _state,
        "PutApprovalResult": _approve,
        "RetryStageExecution": _retry,
        "DisableStageTransition": _close,
        "EnableStageTransition": _open,
        "PutJobSuccessResult": _success,
        "PutJobFailureResult": _failure,
    },
)
