"""A Node.js that comes back: jsii's own stays dead once it was interrupted or ended from outside.

Interrupting a cell ends programs that the notebook started, and a grader ends them before each check. The next app
then begins in a new Node.js with the same packages loaded. Apps begun before are lost with the old one.
"""

from __future__ import annotations

import importlib
from typing import Any

_process_provider: Any = importlib.import_module("jsii._kernel.providers.process")
_references: Any = importlib.import_module("jsii._reference_map")


class LastingProvider(_process_provider.ProcessProvider):
    """jsii's provider, which looks after its process before each request."""

    def __init__(self) -> None:
        self._current: Any = None
        self._loaded: list[Any] = []

    @property
    def _process(self) -> Any:
        if self._current is None or self._current._process.poll() is not None:
            self._begin()
        return self._current

    def load(self, request: Any) -> Any:
        """Load a package, and remember it for the next process."""
        answer = self._process.send(request, _process_provider.LoadResponse)
        if request not in self._loaded:
            self._loaded.append(request)
        return answer

    def _begin(self) -> None:
        if self._current is not None:
            self._let_go(self._current)
            _references._refs._refs.clear()  # a new process gives out the same numbers for other objects
        self._current = _process_provider._NodeProcess()
        self._current.start()
        for request in self._loaded:
            self._current.send(request, _process_provider.LoadResponse)

    def _let_go(self, ended: Any) -> None:
        try:
            ended.stop()
        except OSError:  # its pipes are broken, as the process is gone
            ended._ctx_stack.close()


def put_in_place() -> None:
    """Have jsii use this provider; must come before anything was loaded."""
    kernel: Any = importlib.import_module("jsii").kernel
    if not isinstance(kernel.provider, LastingProvider):
        kernel.provider = LastingProvider()
