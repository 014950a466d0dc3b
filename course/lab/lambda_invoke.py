"""Invoke a function of the account: environments, concurrency, logs and metrics around the runtime.

Concurrency: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

import datetime as dt
import json
import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab import lambda_logs, meter
from course.lab.clock import clock
from course.lab.lambda_answers import Refused
from course.lab.lambda_role import credentials
from course.lab.lambda_runtime import scratch
from course.lab.lambda_runtime.environment import Environment
from course.lab.lambda_runtime.invocation import Outcome, Settings, invoke
from course.lab.lambda_runtime.unpack import Package
from course.lab.lambda_versions import Target
from course.lab.wire import Unsupported
from course.lab.xray import lambda_segments

ACCOUNT_CONCURRENCY: Final = 1000
# AWS ends idle environments after a while that it does not promise; the role's credentials last an hour here.
_LIFE: Final = 3600


@dataclass
class State:
    """What a Region's Lambda knows beyond moto; it lives on moto's backend and goes with it at a reset."""

    environments: dict[tuple[str, str], list[_Kept]] = field(default_factory=dict)
    in_flight: Counter[str] = field(default_factory=Counter)
    waiting: list[Any] = field(default_factory=list)
    positions: dict[str, Any] = field(default_factory=dict)
    provisioned: dict[tuple[str, str], int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class _Kept:
    environment: Environment
    made_for: str
    started: float
    busy: bool = False


def state_of(backend: Any) -> State:
    """The lab's own state of a Region's Lambda."""
    state: State = backend.__dict__.setdefault("lab_state", State())
    return state


_together: ExitStack | None = None


@contextmanager
def overlapping() -> Iterator[None]:
    """Calls in this block keep their places and environments until its end, as if they ran at the same time."""
    global _together
    if _together is not None:
        yield
        return
    with ExitStack() as _together:
        try:
            yield
        finally:
            held, _together = _together, None
            held.close()


def run(backend: Any, target: Target, event: Any, request_id: str = "", client: Any = None) -> Outcome:
    """Run the function now. Raises Refused when it is throttled."""
    function, state = target.function, state_of(backend)
    request_id = request_id or str(mock_random.uuid4())
    with scratch.paused(), ExitStack() as own:
        until = _together or own
        running = until.enter_context(_slot(state, target))
        kept = until.enter_context(_environment(backend, state, target))
        settings = Settings(
            function.function_name,
            target.version,
            target.arn,
            function.run_time or "",
            int(function.memory_size),
            int(function.timeout),
            function.logs_group_name,
        )
        traced = lambda_segments.begin(function, is_cold=kept.environment.handler is None)
        kept.environment.tell("_X_AMZN_TRACE_ID", traced.variable)
        outcome = invoke(kept.environment, settings, event, request_id, client)
        lambda_segments.end(traced, outcome, request_id)
        if outcome.fault is not None and outcome.fault.ends_environment:
            state.environments[function.function_name, target.version].remove(kept)
    architecture = "arm64" if "arm64" in (function.architectures or []) else "x86"
    meter.use("Lambda", "requests")
    meter.use("Lambda", f"duration-{architecture}", function.memory_size / 1024, math.ceil(outcome.duration))
    lambda_logs.write(function, kept.environment.log_stream, outcome.lines)
    lambda_logs.count(
        function,
        target.qualifier,
        target.version if target.by_weight else "",
        Invocations=1,
        Errors=float(outcome.failed),
        Throttles=0,
        Duration=outcome.duration,
        ConcurrentExecutions=running,
    )
    return outcome


def warm_up(backend: Any, target: Target, amount: int) -> None:
    """Start environments before the first call, as provisioned concurrency does."""
    from course.lab.lambda_runtime import stoppable

    clock.move(dt.timedelta(0))  # its first step changes os.environ; not among a handler's variables (invocation.py)
    with ExitStack() as taken:
        for _ in range(amount):
            kept = taken.enter_context(_environment(backend, state_of(backend), target))
            if kept.environment.handler is None:
                with kept.environment.logs.active(), kept.environment.entered():
                    stoppable.run(kept.environment.load, int(target.function.timeout))


@contextmanager
def _slot(state: State, target: Target) -> Iterator[int]:
    """A place among the concurrent executions, if one is free."""
    name, reserved = target.function.function_name, target.latest.reserved_concurrency
    with state.lock:
        running = state.in_flight[name] + 1
        full = reserved is not None and running > int(reserved)
        if not full:
            state.in_flight[name] = running
    if full:
        lambda_logs.count(target.function, target.qualifier, Throttles=1)
        raise Refused(
            "TooManyRequestsException",
            "Rate Exceeded.",
            429,
            Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
        )
    try:
        yield running
    finally:
        with state.lock:
            state.in_flight[name] -= 1


@contextmanager
def _environment(backend: Any, state: State, target: Target) -> Iterator[_Kept]:
    """A free warm environment of this version, or a new one; an environment serves one call at a time.

    After any change of code or configuration all environments are new.
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
    """
    function = target.function
    key, now = (function.function_name, target.version), clock.now().timestamp()
    wanted = json.dumps(
        [
            function.code_sha_256,
            function.handler,
            function.environment_vars,
            function.layers,
            function.memory_size,
            function.timeout,
            function.role,
            function.run_time,
        ],
        default=str,
    )
    with state.lock:
        warm = state.environments.setdefault(key, [])
        warm[:] = [one for one in warm if one.busy or (one.made_for == wanted and now - one.started < _LIFE)]
        kept = next((one for one in warm if not one.busy), None)
        if kept is None:
            kept = _Kept(_new(backend, target), wanted, now)
            warm.append(kept)
        kept.busy = True
    try:
        yield kept
    finally:
        kept.busy = False


def _new(backend: Any, target: Target) -> Environment:
    function = target.function
    runtime = function.run_time or f"package type {function.package_type}"
    if not runtime.startswith("python") or function.package_type != "Zip":
        raise Unsupported(
            f"The lab runs Python functions from zip archives only; {function.function_name} has {runtime}. "
            "Create it with Runtime='python3.13' and Code={'ZipFile': ...} to run it here."
        )
    versions = [backend.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
    layers = [version.code_bytes for version in versions if version is not None]
    package = Package(function.code_bytes, layers, runtime)
    stream = lambda_logs.stream_name(target.version)
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    variables = {
        "_HANDLER": function.handler,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": target.version,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "LAMBDA_TASK_ROOT": str(package.task_root),
        **credentials(function),
        **(function.environment_vars or {}),
    }
    return Environment(package, function.handler or "", variables, stream)
