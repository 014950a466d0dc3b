"""The call that this thread is about to send, with its parameters as the caller wrote them.

Requests meet the lab as HTTP (wire.py), in seven protocols. Whoever needs the parameters finds them here, as Python.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.handlers import BUILTIN_HANDLERS
from botocore.model import OperationModel

from course.lab import pace


@dataclass(frozen=True, eq=False)
class Asked:
    """A call of a client's method."""

    model: OperationModel
    params: Mapping[str, Any]

    @property
    def protocol(self) -> str:
        """The wire format that the client speaks."""
        name: str = self.model.service_model.resolved_protocol
        return name


_memory = threading.local()
_DEEPEST = 20  # a call whose parameters turn out wrong is never sent and stays here until others push it out


def asked(operation: str) -> Asked | None:
    """The call under way; None for a request that did not come through a client's method."""
    return next((call for call in reversed(_under_way()) if call.model.name == operation), None)


def _under_way() -> deque[Asked]:
    """This thread's calls, the innermost last: a call makes others when its credentials come from AssumeRole."""
    if not hasattr(_memory, "calls"):
        _memory.calls = deque(maxlen=_DEEPEST)
    calls: deque[Asked] = _memory.calls
    return calls


def _remember(params: Any, model: Any, **kwargs: Any) -> None:
    _under_way().append(Asked(model, params))
    pace.call_begins()


def _forget(event_name: str, **kwargs: Any) -> None:
    call = asked(event_name.rpartition(".")[2])
    if call is not None:
        _under_way().remove(call)
    pace.call_ends()


@contextmanager
def asking(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Asked]:
    """Inside the block a call is under way that no client of boto3 made, such as one over plain HTTP."""
    call = Asked(_model(service).operation_model(operation), params)
    _under_way().append(call)
    try:
        yield call
    finally:
        if call in _under_way():
            _under_way().remove(call)


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


# Sessions copy this list when they are made: it is long before that that the lab is imported.
BUILTIN_HANDLERS.append(("before-parameter-build", _remember))
BUILTIN_HANDLERS.append(("after-call", _forget))
BUILTIN_HANDLERS.append(("after-call-error", _forget))
