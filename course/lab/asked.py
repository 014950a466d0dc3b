"""The call that this thread is about to send, with its parameters as the caller wrote them.

Requests meet the lab as HTTP (wire.py), in seven protocols. Whoever needs the parameters finds them here, as Python.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.handlers import BUILTIN_HANDLERS
from botocore.model import OperationModel


@dataclass(frozen=True)
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


def asked(operation: str) -> Asked | None:
    """The call under way; None for a request that did not come through a client's method."""
    call: Asked | None = getattr(_memory, "call", None)
    return call if call is not None and call.model.name == operation else None


def _remember(params: Any, model: Any, **kwargs: Any) -> None:
    _memory.call = Asked(model, params)


# Sessions copy this list when they are made: it is long before that that the lab is imported.
BUILTIN_HANDLERS.append(("before-parameter-build", _remember))
