"""Map Runs: a distributed Map, whose iterations are executions of their own, each with its history.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html
Redriven: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.stepfunctions import machine as machines
from course.lab.stepfunctions import map_results
from course.lab.stepfunctions.callbacks import store_of
from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.executions import Execution, Frame, Machine
from course.lab.stepfunctions.kernel import Branch, Fork

State = Mapping[str, Any]
_FAILED: Final = object()
_NAMES: Final = {"SUCCEEDED": "succeeded", "FAILED": "failed", "TIMED_OUT": "timedOut", "ABORTED": "aborted",
                 "RUNNING": "running"}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a Map Run is to do: the inputs of its children, the items they hold, and how many at once."""

    inputs: list[Any]
    items: list[Any]
    in_batches: bool
    most: int
    at_once: int


@dataclass(eq=False)
class MapRun:
    """One run of a distributed Map."""

    arn: str
    execution: Execution
    machine: Machine
    wanted: Wanted
    tolerated_count: int
    tolerated_percentage: float
    started: dt.datetime = field(default_factory=clock.now)
    status: str = "RUNNING"
    stopped: dt.datetime | None = None
    children: dict[int, Execution] = field(default_factory=dict)
    written: int = 0
    redrives: int = 0
    redriven: dt.datetime | None = None

    def close(self, status: str) -> None:
        """The end of the Map Run."""
        self.status, self.stopped = status, clock.now()

    def counts(self, of_items: bool) -> dict[str, int]:
        """How many children, or items in them, are in which state."""
        found = {**dict.fromkeys(_NAMES.values(), 0), "pending": 0, "total": 0}
        for index, given in enumerate(self.wanted.inputs):
            weight = len(given["Items"]) if of_items and self.wanted.in_batches else 1
            child = self.children.get(index)
            found[_NAMES[child.status] if child else "pending"] += weight
            found["total"] += weight
        rest = {"resultsWritten": self.written, "failuresNotRedrivable": 0, "pendingRedrive": 0}
        return found | rest


def start(frame: Frame, state: State, processor: State, wanted: Wanted, data: Any) -> Branch:
    """Run all children; gives their outputs, or where they were written."""
    parent = frame.execution
    label = state.get("Label") or mock_random.get_random_hex(8)
    config = processor.get("ProcessorConfig") or {}
    arn = f"{parent.machine.arn}/{label}"
    machine = Machine(arn, f"{parent.machine.name}/{label}", config.get("ExecutionType", "STANDARD"),
                      parent.machine.role, json.dumps(dict(processor)))  # fmt: skip
    named = f"{arn.replace(':stateMachine:', ':mapRun:')}:{mock_random.uuid4()}"
    run = MapRun(named, parent, machine, wanted, int(state.get("ToleratedFailureCount", 0)),
                 float(state.get("ToleratedFailurePercentage", 0)))  # fmt: skip
    frame.mark.map_run = run
    _store(run).map_runs[run.arn] = run
    frame.note("MapRunStarted", {"mapRunArn": run.arn})
    return (yield from _all(frame, state, processor, run, data))


def go_on(frame: Frame, state: State, processor: State, run: MapRun, data: Any) -> Branch:
    """Take up a Map Run whose execution is redriven: the children that did not succeed."""
    run.redrives, run.redriven = run.redrives + 1, clock.now()
    run.status, run.stopped = "RUNNING", None
    frame.note("MapRunRedriven", {"mapRunArn": run.arn, "redriveCount": run.redrives})
    return (yield from _all(frame, state, processor, run, data))


def _all(frame: Frame, state: State, processor: State, run: MapRun, data: Any) -> Branch:
    def child(index: int, given: Any) -> Any:
        return lambda: _child(frame, processor, run, index, given)

    failed = 0

    def one_failed(index: int, error: StateError) -> Any:
        nonlocal failed
        failed += 1
        total = len(run.wanted.inputs)
        if failed > max(run.tolerated_count, total * run.tolerated_percentage / 100):
            raise StateError(
                "States.ExceedToleratedFailureThreshold",
                f"The specified tolerated failure threshold was exceeded: {failed} of {total} failed; "
                f"the last one with {error.error}.",
            )
        return _FAILED

    children = [child(index, given) for index, given in enumerate(run.wanted.inputs)]
    try:
        results = yield Fork(children, run.wanted.at_once, one_failed)
    except StateError as error:
        run.close("FAILED")
        frame.last = len(frame.execution.events)
        frame.note("MapRunFailed", {"error": error.error, "cause": error.cause})
        raise
    except GeneratorExit:
        run.close("ABORTED")
        raise
    if writer := state.get("ResultWriter"):
        written = map_results.written(frame, writer, run, data)
        run.written = len(run.children)
    run.close("SUCCEEDED")
    frame.note("MapRunSucceeded")
    return written if writer else [result for result in results if result is not _FAILED]


def _child(frame: Frame, processor: State, run: MapRun, index: int, given: Any) -> Branch:
    from course.lab.stepfunctions import runs

    child = run.children.get(index)
    if child is not None and child.status == "SUCCEEDED":
        return child.mark.result
    text = json.dumps(given, separators=(",", ":"), default=str)
    if child is None or child.is_express:  # an express child cannot go on: it starts again
        child = run.children[index] = _started(run, text)
    else:
        runs.open_again(child)
    child.__dict__["lab_clients"] = run.execution.__dict__.setdefault("lab_clients", {})
    items = run.wanted.items
    item = {"Index": index, "Value": items[index] if index < len(items) else given}
    language = processor.get("QueryLanguage", frame.language)
    own = Frame(child, language, last=len(child.events), item=item, mark=child.mark)
    try:
        result = yield from machines.run(own, processor, json.loads(text))
    except StateError as error:
        runs.finish(child, "FAILED", error=error.error, cause=error.cause)
        raise
    except GeneratorExit:
        runs.finish(child, "ABORTED")
        raise
    runs.finish(child, "SUCCEEDED", output=json.dumps(result, separators=(",", ":"), default=str))
    return result


def _started(run: MapRun, given: str) -> Execution:
    """A new child of the Map Run."""
    name = str(mock_random.uuid4())
    kind = "express" if run.machine.type == "EXPRESS" else "execution"
    arn = f"{run.machine.arn.replace(':stateMachine:', f':{kind}:')}:{name}"
    child = Execution(arn, name, run.machine, given, clock.now(), map_run=run)
    child.note("ExecutionStarted", 0, {"input": given, "roleArn": run.machine.role})
    if kind == "execution":
        _store(run).executions[arn] = child
    return child


def _store(run: MapRun) -> Any:
    _, _, _, region, account, _ = run.arn.split(":", 5)
    return store_of(account, region)
