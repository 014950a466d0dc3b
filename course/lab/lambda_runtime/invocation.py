"""One invocation: cold or warm start, the handler, its log and its bill.

Log lines: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
Billed duration includes the cold start: https://aws.amazon.com/lambda/pricing/
"""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from course.lab import agenda
from course.lab.clock import clock
from course.lab.lambda_runtime import faults, stoppable
from course.lab.lambda_runtime.context import Context
from course.lab.lambda_runtime.environment import Environment
from course.lab.lambda_runtime.faults import Fault

_TAIL: Final = 4096  # https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: the last 4 KB of the log


@dataclass(frozen=True)
class Settings:
    """What the function's configuration says about this invocation."""

    name: str
    version: str
    arn: str  # as invoked, with the qualifier
    runtime: str
    memory: int
    timeout: int
    log_group: str


@dataclass(frozen=True)
class Outcome:
    """What came of an invocation."""

    payload: bytes
    lines: list[str]
    duration: float  # milliseconds
    fault: Fault | None = None

    @property
    def failed(self) -> bool:
        return self.fault is not None

    @property
    def tail(self) -> str:
        """The end of the log, as LogType=Tail gives it."""
        return "".join(f"{line}\n" for line in self.lines).encode()[-_TAIL:].decode("utf-8", "ignore")

    @property
    def said(self) -> str:
        """The outcome in a few words."""
        return "succeeded" if self.fault is None else f"failed, {self.fault.kind}: {self.fault.message}"


def invoke(environment: Environment, settings: Settings, event: Any, request_id: str, client: Any = None) -> Outcome:
    """Run the handler once. Never raises what the learner's code raises."""
    fault: Fault | None = None
    payload = b"null"
    warmed_up = 0.0
    # The clock's first step changes os.environ (TZ); it must not come while a handler's variables are there.
    clock.move(dt.timedelta(0))
    with _one_at_a_time(), agenda.working(), environment.logs.active() as printed:
        lines: list[str] = []
        printed.request_id = request_id
        began = clock.now().timestamp()
        try:
            with environment.entered():
                cold = environment.handler is None
                if cold:
                    lines.append(f"INIT_START Runtime Version: {settings.runtime.replace('python', 'python:')}")
                    try:
                        stoppable.run(environment.load, settings.timeout)
                    finally:
                        warmed_up = _since(began)
                        lines += printed.take()
                        began = clock.now().timestamp()
                        lines.append(f"START RequestId: {request_id} Version: {settings.version}")
                else:
                    lines.append(f"START RequestId: {request_id} Version: {settings.version}")
                context = Context(
                    settings.name,
                    settings.version,
                    settings.arn,
                    str(settings.memory),
                    request_id,
                    settings.log_group,
                    environment.log_stream,
                    began + settings.timeout,
                    client_context=client,
                )
                payload = _marshal(stoppable.run(lambda: _call(environment, event, context), settings.timeout))
        except Fault as known:
            fault = known
        except stoppable.TimeUp:
            moment = f"{clock.now():%Y-%m-%dT%H:%M:%S}.{clock.now().microsecond // 1000:03d}Z"
            fault = faults.timed_out(request_id, settings.timeout, moment)
        except stoppable.Exited as end:
            fault = faults.exited(end, request_id)
        except KeyboardInterrupt:
            raise  # the learner's; the handler's own comes as OwnInterrupt
        except stoppable.OwnInterrupt as own:
            fault = faults.raised(own.error, environment.package.as_on_aws, skip=_ours(own.error))
        except BaseException as error:
            fault = faults.raised(error, environment.package.as_on_aws, skip=_ours(error))
        duration = _since(began)
        lines += printed.take()
    if fault is not None:
        payload = json.dumps(fault.payload(request_id)).encode()
        lines.append(environment.package.as_on_aws(fault.log))
        if fault.kind == "Sandbox.Timedout":
            duration = settings.timeout * 1000.0
    lines += [f"END RequestId: {request_id}", _report(request_id, duration, settings, warmed_up)]
    return Outcome(payload, lines, duration, fault)


def _call(environment: Environment, event: Any, context: Context) -> Any:
    assert environment.handler is not None
    return environment.handler(event, context)


def _marshal(result: Any) -> bytes:
    try:
        payload = json.dumps(result).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise faults.not_json(error) from None
    if len(payload) > faults.LARGEST_ANSWER:
        raise faults.too_large(len(payload))
    return payload


def _ours(error: BaseException) -> int:
    """How many frames of the trace belong to the lab, not to the learner."""
    count, trace = 0, error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith(("course.lab", "importlib")):
        count, trace = count + 1, trace.tb_next
    return count


def _since(moment: float) -> float:
    return max(0.01, (clock.now().timestamp() - moment) * 1000)


def _report(request_id: str, duration: float, settings: Settings, warmed_up: float) -> str:
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {duration:.2f} ms",
        f"Billed Duration: {math.ceil(duration + warmed_up)} ms",
        f"Memory Size: {settings.memory} MB",
        f"Max Memory Used: {min(settings.memory, _memory_used())} MB",
    ]
    if warmed_up:
        parts.append(f"Init Duration: {warmed_up:.2f} ms")
    return "\t".join(parts) + "\t"


def _memory_used() -> int:
    """The peak of this process, in MB: the notebook's own memory counts here, on AWS only the function's."""
    if sys.platform == "win32":
        return 128
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


_gate = threading.Lock()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Environment variables and modules belong to the process, so handlers take turns; a handler may call another."""
    caller = stoppable.current_run()
    with _gate if caller is None else caller.turn:
        yield
