"""Warm execution: notebooks run in forks of one process that has everything imported.

    with Warm(jobs=2) as warm:
        done = warm.run(notebook)

`Warm` may be used from many threads at once; `jobs` of them run at the same time.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from course.grading.limits import Limits
from course.grading.sandbox import HOME

if TYPE_CHECKING:
    from nbformat.notebooknode import NotebookNode

START_SECONDS = 120
PASSED_ON = ("LANG", "LANGUAGE", "TZ", "NBGRADER_EXECUTION", "NBGRADER_VALIDATING")
"""Environment variables of the grader that a notebook may see, beside those starting with ``LC_``."""


_START = "__import__('course.grading.zygote').grading.zygote.main()"
"""Not ``python -m``: the module `__main__`, which libraries keep hold of, must have nothing of the grader in it."""


class WarmError(Exception):
    """The warm process, or a notebook process, could not be started."""


class NoSandbox(WarmError):
    """This machine does not let us make a sandbox."""

    def __str__(self) -> str:
        return (
            f"{self.args[0]}. Submissions would run with all your rights, so nothing was run. The way out: allow user "
            "namespaces (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0, "
            "user.max_user_namespaces above 0; in a container, its seccomp profile must allow unshare), or say "
            "--no-sandbox if you trust every submission (for nbgrader's own commands, in nbgrader_config.py: "
            "c.WarmExecute.sandbox = False)."
        )


class NotebookProcess:
    """One fork of the warm process: a socket to talk to it and a handle to stop it."""

    def __init__(self, sock: socket.socket, key: bytes) -> None:
        self.socket = sock
        self.key = key
        sock.settimeout(START_SECONDS)
        line = b""
        while not line.endswith(b"\n"):
            try:
                part = sock.recv(1)
            except OSError:
                part = b""
            if not part:
                raise WarmError("the notebook process ended before it could run a cell")
            line += part
        answer = line.decode().strip()
        if answer.startswith("no sandbox"):
            raise NoSandbox(answer)
        if not answer.isdigit():
            raise WarmError(answer)
        self.pid = int(answer)
        self._handle = os.pidfd_open(self.pid)
        sock.settimeout(None)

    def signal(self, number: int) -> None:
        """Send a signal; one that has ended is left in peace."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def end(self) -> None:
        """Kill the process and close the handles."""
        if self._handle >= 0:
            self.signal(signal.SIGKILL)
            os.close(self._handle)
            self._handle = -1
            self.socket.close()


class Warm:
    """A warm process that notebooks are forked from.

    `jobs` notebooks run at the same time (default: one for each core that this process may use). With
    `sandbox=False` cells may do whatever this user may. `services` names the parts of moto to load beforehand
    (default: all that lessons use); the others are loaded when a notebook needs them.
    """

    def __init__(
        self,
        jobs: int | None = None,
        sandbox: bool = True,
        limits: Limits | None = None,
        services: Sequence[str] | None = None,
    ) -> None:
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self.sandbox = sandbox
        self.limits = limits or Limits()
        self._free = threading.BoundedSemaphore(self.jobs)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self.services = None if services is None else tuple(services)
        self._owner = 0
        self._ready = False
        self.language_info: dict[str, Any] = {}
        """What its kernel says of itself; known once it has started."""

    def __enter__(self) -> Warm:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def launch(self) -> None:
        """Begin to start the warm process without waiting for it."""
        with self._lock:
            if self._channel is None or (self._owner == os.getpid() and not self._alive()):
                self._launch()

    def start(self) -> None:
        """Start the warm process if it is not running; returns when it can take notebooks."""
        self.launch()
        with self._lock:
            if not self._ready:
                self._wait_until_ready()

    def _launch(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-c", _START, str(theirs.fileno())]
        if self.services is not None:
            command.append(",".join(self.services))
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (read when the start fails)
        self._process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            env=_warm_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,
        )
        theirs.close()
        self._channel, self._owner, self._ready = ours, os.getpid(), False

    def _wait_until_ready(self) -> None:
        assert self._channel is not None and self._process is not None
        self._channel.settimeout(START_SECONDS)
        try:
            answer = self._channel.recv(1 << 16)
        except OSError:
            answer = b""
        if not answer:
            self._process.kill()
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace")
            self._channel.close()
            self._channel = None
            raise WarmError(f"the warm process did not start:\n{said}")
        self.language_info = json.loads(answer)["language_info"]
        self._channel.settimeout(None)
        self._ready = True

    def close(self) -> None:
        """End the warm process and every notebook still running."""
        with self._lock:
            if self._channel is not None:
                if self._owner == os.getpid():
                    with suppress(OSError):
                        self._channel.send(b"")  # the end, also while forks of ours hold the channel
                self._channel.close()
                self._channel = None
            if self._process is not None and self._owner == os.getpid():
                if not self._ready:
                    self._process.kill()  # it would not listen before it is warm
                self._process.wait()
            self._process = None

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def spawn(self, folder: str | Path | None = None) -> NotebookProcess:
        """Fork a notebook process that works in ``folder``, in the sandbox in a copy of it.

        `run` is the usual way to use it.
        """
        self.start()
        ours, theirs = socket.socketpair()
        key = secrets.token_bytes(32)
        self._ask({"key": key.hex(), **self._place(folder)}, theirs)
        theirs.close()
        return NotebookProcess(ours, key)

    def rehearse(self, notebook: Path) -> None:
        """Run a lesson's own notebook beside the class's, so that forks made later know what it has worked out.

        Returns at once. ``notebook`` must be trusted: it may hold whatever its pictures are to look like.
        """
        self.start()
        self._ask({"rehearse": str(notebook.resolve()), **self._place(None)})

    def _place(self, folder: str | Path | None) -> dict[str, Any]:
        """Return what the warm process must know to make a place for a notebook."""
        return {
            "folder": str(Path(folder).resolve()) if folder else None,
            "environment": _notebook_environment(self.sandbox),
            "sandbox": self.sandbox,
            "limits": self.limits.as_dict(),
        }

    def _ask(self, request: dict[str, Any], *ends: socket.socket) -> None:
        with self._lock:
            if self._channel is None:
                raise WarmError("the warm process has been closed")
            try:
                socket.send_fds(self._channel, [json.dumps(request).encode()], [end.fileno() for end in ends])
            except OSError as error:
                raise WarmError(f"the warm process has gone ({error.strerror})") from None

    def run(self, notebook: NotebookNode, folder: str | Path | None = None, **options: Any) -> NotebookNode:
        """Return ``notebook`` executed (the same object, changed in place), as `nbgrader`'s executor would.

        ``folder`` is the working folder of the cells. ``options`` are traits of
        `course.grading.execute.WarmExecute`, for example ``timeout=60`` or ``allow_errors=False``.
        """
        from course.grading.execute import WarmExecute

        executor = WarmExecute(**options)
        executor.warm = self
        resources = {"metadata": {"path": str(folder) if folder else None}}
        done, _resources = executor.preprocess(notebook, resources)
        return done

    def taking_turns(self) -> threading.BoundedSemaphore:
        """Return what a notebook holds while it runs, so that no more than `jobs` do."""
        return self._free


def _notebook_environment(sandboxed: bool) -> dict[str, str]:
    """Return what a notebook sees: everything without a sandbox, next to nothing in one."""
    if not sandboxed:
        return dict(os.environ)
    kept = {name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith("LC_")}
    return kept | {"HOME": HOME, "USER": "learner", "LOGNAME": "learner", "TMPDIR": "/tmp"}


def _warm_environment() -> dict[str, str]:
    """Return the environment of the warm process: nothing of ours that a notebook could read in /proc."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "PYTHONPATH", "PYTHONPYCACHEPREFIX")
        if name in os.environ
    }
    return kept | {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
    }
