"""A real Jupyter server for tests, asked over HTTP as the browser asks it."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TOKEN = "for-tests"


class Server:
    """A running server."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"

    def get(self, path: str) -> Any:
        """What the server says, JSON or text."""
        return self._ask("GET", path)

    def put(self, path: str, data: Any) -> Any:
        """Save something."""
        return self._ask("PUT", path, json.dumps(data).encode())

    def _ask(self, method: str, path: str, data: bytes | None = None) -> Any:
        request = urllib.request.Request(self._address + path, data, {"Authorization": f"token {TOKEN}"}, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read().decode()
            return json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text

    def answers(self) -> bool:
        """Whether the server is up."""
        try:
            self.get("/api/status")
        except (OSError, urllib.error.URLError):
            return False
        return True


@contextmanager
def running(command: list[str], port: int, **settings: Any) -> Iterator[Server]:
    """Start the command, wait until its server answers, stop it in the end."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **settings)
    server, patience = Server(port), time.monotonic() + 60
    try:
        while not server.answers():
            if process.poll() is not None or time.monotonic() > patience:
                process.kill()
                raise AssertionError(f"the server did not come up:\n{process.communicate()[0]}")
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
