"""Starting executions, moving them on with the clock, and ending them.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-standard-vs-express.html
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final

from moto.moto_api._internal import mock_random
from moto.stepfunctions.models import stepfunctions_backends

from course.lab import meter
from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.stepfunctions import execution_log
from course.lab.stepfunctions import machine as machines
from course.lab.stepfunctions.callbacks import all_stores, store_of
from course.lab.stepfunctions.executions import Execution, Frame, Machine
from course.lab.stepfunctions.kernel import Branch, Kernel

_EXPRESS_SECONDS: Final = 300
_STANDARD_SECONDS: Final = 365 * 86_400
_waiting_for_end: dict[str, list[Callable[[Execution], None]]] = {}


def start(machine: Machine, name: str, given: str) -> Execution:
    """A new execution; it runs when the account next settles, or when somebody asks for it."""
    _, _, _, region, account, _, machine_name = machine.arn.split(":")[:7]
    kind = "express" if machine.type == "EXPRESS" else "execution"
    tail = f":{mock_random.uuid4()}" if machine.type == "EXPRESS" else ""
    arn = f"arn:aws:states:{region}:{account}:{kind}:{machine_name}:{name}{tail}"
    run = Execution(arn, name, machine, given, clock.now())
    run.ends_at = _end_of(run)
    run.note("ExecutionStarted", 0, {"input": given, "roleArn": machine.role})
    run.kernel = Kernel(_branch(run))
    store_of(account, region).executions[arn] = run
    execution_log.count_start(run)
    _announce(run)
    return run


def _end_of(run: Execution) -> float:
    most = _EXPRESS_SECONDS if run.is_express else _STANDARD_SECONDS
    return clock.now().timestamp() + min(most, float(run.machine.definition.get("TimeoutSeconds", most)))


def _branch(run: Execution) -> Branch:
    definition = run.machine.definition
    frame = Frame(run, definition.get("QueryLanguage", "JSONPath"), last=len(run.events), mark=run.mark)
    return (yield from machines.run(frame, definition, json.loads(run.input)))


def redrive(run: Execution) -> None:
    """Go on with an execution that did not succeed, at the states that did not; its time limit begins anew.

    https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    """
    open_again(run)
    run.ends_at = _end_of(run)
    run.kernel = Kernel(_branch(run))
    _announce(run)


def open_again(run: Execution) -> None:
    """Let an execution that has ended go on."""
    run.redrives, run.redriven = run.redrives + 1, clock.now()
    run.status, run.stopped, run.error, run.cause = "RUNNING", None, None, None
    run.note("ExecutionRedriven", len(run.events), {"redriveCount": run.redrives})
    run.__dict__.pop("lab_clients", None)  # their credentials may have run out
    run.mark.go_on()


def move_on(run: Execution) -> bool:
    """Run what can run now; says whether that ended the execution."""
    if run.kernel is None or run.status != "RUNNING":
        return False
    now = clock.now().timestamp()
    run.kernel.run(now)
    if run.kernel.over:
        error = run.kernel.error
        if error is None:
            _close(run, "SUCCEEDED", output=json.dumps(run.kernel.result, separators=(",", ":"), default=str))
        else:
            _close(run, "FAILED", error=error.error, cause=error.cause)
    elif run.ends_at is not None and run.ends_at <= now:
        run.kernel.stop()
        _close(run, "TIMED_OUT", error="States.Timeout", cause="")
    return run.status != "RUNNING"


def catch_up() -> None:
    """Run all executions as far as they can go now: they may wait for one another."""
    while due := [run for run in _running() if _is_due(run)]:
        for run in due:
            move_on(run)


def _is_due(run: Execution) -> bool:
    due = _due(run)
    return due is not None and due <= clock.now().timestamp()


def run_to_the_end(run: Execution) -> None:
    """A synchronous execution: the clock of the lab moves as far as it takes."""
    while not move_on(run) and run.status == "RUNNING":
        due = _due(run)
        if due is None:
            due = run.ends_at or clock.now().timestamp()
        clock.advance(seconds=max(0.0, due - clock.now().timestamp()))


def abort(run: Execution, error: str | None, cause: str | None) -> None:
    """Stop an execution from outside."""
    if run.kernel is not None and run.status == "RUNNING":
        run.kernel.stop()
        _close(run, "ABORTED", error=error, cause=cause)


def when_over(arn: str, tell: Callable[[Execution], None]) -> None:
    """Tell when an execution has ended."""
    _waiting_for_end.setdefault(arn, []).append(tell)


def _close(run: Execution, status: str, **more: Any) -> None:
    finish(run, status, **more)
    execution_log.count_end(run)
    _announce(run)
    for tell in _waiting_for_end.pop(run.arn, ()):
        tell(run)


def finish(run: Execution, status: str, **more: Any) -> None:
    """The end of an execution, with what it costs."""
    run.close(status, **more)
    run.kernel = None
    if run.is_express and run.stopped is not None:
        milliseconds = math.ceil((run.stopped - run.started).total_seconds() * 1000)
        meter.use("Step Functions", "express-requests")
        # 64 MB are the least that AWS counts for an execution.
        meter.use("Step Functions", "express-duration", 64 / 1024, max(1, milliseconds))


def _due(run: Execution) -> float | None:
    if run.kernel is None:
        return None
    times = [at for at in (run.kernel.next_due(), run.ends_at) if at is not None]
    return min(times, default=None)


def _running() -> list[Execution]:
    return [run for store in all_stores() for run in store.executions.values() if run.status == "RUNNING"]


def _announce(run: Execution) -> None:
    """Tell EventBridge of the new status; express workflows do not.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    if run.is_express:
        return
    from course.lab.events_router import put

    _, _, _, region, account, _ = run.arn.split(":", 5)
    detail = {
        "executionArn": run.arn,
        "stateMachineArn": run.machine.arn,
        "name": run.name,
        "status": run.status,
        "startDate": int(run.started.timestamp() * 1000),
        "stopDate": int(run.stopped.timestamp() * 1000) if run.stopped else None,
        "input": run.input,
        "output": run.output,
        "error": run.error,
        "cause": run.cause,
    }
    put(account, region, "default", source="aws.states", detail_type="Step Functions Execution Status Change",
        detail=detail, resources=[run.arn])  # fmt: skip


class _Executions:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((due for run in _running() if (due := _due(run)) is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for run in _running():
            if _is_due(run):
                move_on(run)
                made.append(note(f"state machine {run.machine.name}", f"execution {run.name}", run.status.lower()))
        return made


add_source(_Executions())


def find(arn: str) -> Execution | None:
    """The execution with this ARN."""
    parts = arn.split(":")
    if len(parts) < 8 or parts[4] not in stepfunctions_backends:
        return None
    found: Execution | None = store_of(parts[4], parts[3]).executions.get(arn)
    return found
