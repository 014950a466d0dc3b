"""A Node.js that comes back: jsii's own stays dead once it was interrupted or ended from outside.

Interrupting a cell ends programs that the notebook started, and a grader ends them before each check. The next app
then begins in a new Node.js with the same packages loaded. Apps begun before are lost with the old one.
"""

from __future__ import annotations

import importlib
import subprocess
from typing import Any

_process_provider: Any = importlib.import_module("jsii._kernel.providers.process")
_references: Any = importlib.import_module("jsii._reference_map")


class LastingProvider(_process_provider.ProcessProvider):
    """jsii's provider, which looks after its process before each request."""

    def __init__(self) -> None:
        self._current: Any = None
        self._loaded: list[Any] = []

    @property
    def _process(self) -> LastingProvider:
        return self  # jsii's methods send through this

    def send(self, request: Any, response_type: Any) -> Any:
        """Send a request, to a new process if the old one is gone or goes before it has answered."""
        if self._current is None or self._current._process.poll() is not None:
            self._begin()
        try:
            return self._current.send(request, response_type)
        except (BrokenPipeError, ValueError):  # nobody reads, or nothing came where JSON should
            if not self._has_ended():
                raise
        self._begin()
        return self._current.send(request, response_type)

    def load(self, request: Any) -> Any:
        """Load a package, and remember it for the next process."""
        answer = self.send(request, _process_provider.LoadResponse)
        if request not in self._loaded:
            self._loaded.append(request)
        return answer

    def _has_ended(self) -> bool:
        try:
            self._current._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            return False
        return True

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
