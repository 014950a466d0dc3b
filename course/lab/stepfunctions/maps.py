"""Parallel and Map: branches and iterations side by side; a distributed Map is a Map Run (map_runs.py).

Parallel: https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
Map: https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from course.lab.stepfunctions import dataflow, item_reader, machine, map_runs
from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.executions import Frame
from course.lab.stepfunctions.kernel import Branch, Fork

State = Mapping[str, Any]
# An inline Map runs at most 40 iterations at once: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
_INLINE_AT_ONCE: Final = 40
_DISTRIBUTED_AT_ONCE: Final = 10_000


def parallel(frame: Frame, state: State, data: Any) -> Branch:
    """All branches get the same input; gives the list of their outputs."""
    if not frame.mark.parts:  # otherwise a redrive takes it up
        frame.note("ParallelStateStarted")

    def branch(index: int, definition: State) -> Any:
        return lambda: machine.run(frame.branch(mark=frame.mark.part(index)), definition, data)

    try:
        results = yield Fork([branch(index, definition) for index, definition in enumerate(state["Branches"])])
    except StateError as error:
        frame.last = len(frame.execution.events)
        frame.note("ParallelStateFailed")
        raise _of_a_branch(error) from None
    frame.last = len(frame.execution.events)
    frame.note("ParallelStateSucceeded")
    return results


def each(frame: Frame, name: str, state: State, data: Any) -> Branch:
    """One iteration for each item; gives the list of their outputs."""
    processor = state.get("ItemProcessor") or state["Iterator"]
    distributed = (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED"
    if frame.mark.map_run is not None:
        return (yield from _steps(frame, map_runs.go_on(frame, state, processor, frame.mark.map_run, data)))
    items = item_reader.items_of(frame, state, data)
    if not frame.mark.parts:
        frame.note("MapStateStarted", {"length": len(items)})
    prepared = [item_reader.selected(frame, state, data, index, item) for index, item in enumerate(items)]
    batcher = state.get("ItemBatcher")
    if batcher:
        prepared = item_reader.batches(frame, batcher, prepared, data)
    most = int(dataflow.expression(frame, state, state.get("MaxConcurrency", 0), data) or 0)
    if "MaxConcurrencyPath" in state:
        most = int(dataflow.required(frame, state["MaxConcurrencyPath"], data))
    if distributed:
        at_once = min(most or _DISTRIBUTED_AT_ONCE, _DISTRIBUTED_AT_ONCE)
        wanted = map_runs.Wanted(prepared, items, bool(batcher), most, at_once)
        return (yield from _steps(frame, map_runs.start(frame, state, processor, wanted, data)))

    def iteration(index: int, given: Any) -> Any:
        item = {"Index": index, "Value": items[index] if index < len(items) else given}
        branch = frame.branch(item, frame.mark.part(index))
        return lambda: _iteration(branch, name, processor, index, given)

    branches = [iteration(index, given) for index, given in enumerate(prepared)]
    return (yield from _steps(frame, _inline(branches, min(most or _INLINE_AT_ONCE, _INLINE_AT_ONCE))))


def _inline(branches: list[Any], at_once: int) -> Branch:
    return (yield Fork(branches, at_once))


def _steps(frame: Frame, work: Branch) -> Branch:
    """The work of a Map, with what the history says of its end."""
    try:
        results = yield from work
    except StateError as error:
        frame.last = len(frame.execution.events)
        frame.note("MapStateFailed")
        raise _of_a_branch(error) from None
    frame.last = len(frame.execution.events)
    frame.note("MapStateSucceeded")
    return results


def _iteration(frame: Frame, name: str, processor: State, index: int, given: Any) -> Branch:
    if frame.mark.over:
        return frame.mark.result
    details = {"name": name, "index": index}
    frame.note("MapIterationStarted", details)
    try:
        result = yield from machine.run(frame, processor, given)
    except StateError:
        frame.execution.note("MapIterationFailed", frame.last, details)
        raise
    frame.execution.note("MapIterationSucceeded", frame.last, details)
    return result


def _of_a_branch(error: StateError) -> StateError:
    """A Catch of Parallel and Map sees the error of the branch that failed."""
    return StateError(error.error, error.cause, error.of_task)
