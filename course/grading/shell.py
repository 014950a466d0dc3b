"""The kernel inside a warm process: the real ipykernel and IPython, with a function in place of the sockets.

Using ipykernel itself (its shell, display hook, publisher, comms) is what makes outputs the same as in JupyterLab:
only the last step differs, where a message would be sent over ZeroMQ.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ipykernel import eventloops
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import UsageError
from jupyter_client.session import Session
from traitlets import Type
from traitlets.config import Config

from course.grading.imports_left_out import left_out

with left_out("debugpy"):
    from ipykernel import debugger

Publish = Callable[[dict[str, Any]], None]
"""Takes one message (``msg_type``, ``content``, ``metadata``, ``parent_header``, ``buffers``)."""


class DirectSession(Session):
    """A Jupyter session whose messages go to ``publish`` instead of a socket."""

    def deliver_to(self, publish: Publish) -> None:
        """From now on hand every message to ``publish``."""
        self._publish = publish

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
    ) -> dict[str, Any]:
        """Pass a message on; same promise as `jupyter_client.session.Session.send`."""
        if isinstance(msg_or_type, dict):
            message = msg_or_type
            buffers = buffers or message.get("buffers")
        else:
            message = self.msg(msg_or_type, content=content, parent=parent, header=header, metadata=metadata)
        parent_header = message.get("parent_header") or {}
        self._publish(
            {
                "msg_type": message["msg_type"],
                "content": message["content"],
                "metadata": message["metadata"],
                "parent": parent_header.get("msg_id"),
                "buffers": buffers,
            }
        )
        return message


class CellStream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell; also collects what is written to the file descriptor itself.

    Programs and C libraries write to descriptor 1 or 2. ipykernel watches a pipe in a thread for them; here the
    descriptor is an unnamed file in memory, read when the stream is flushed, so that the process needs no thread.
    """

    encoding = "UTF-8"
    flush_interval = 0.2

    def __init__(self, session: DirectSession, name: str, descriptor: int) -> None:
        self.session = session
        self.name = name
        self._descriptor = descriptor
        self._parent: dict[str, Any] = {}
        self._buffer = io.StringIO()
        self._waiting_since: float | None = None
        self._lock = threading.RLock()
        self._file = os.memfd_create(name, os.MFD_CLOEXEC)
        self._read_to = 0
        os.dup2(os.open(f"/proc/self/fd/{self._file}", os.O_WRONLY | os.O_APPEND), descriptor)

    def fileno(self) -> int:
        """Return the descriptor that programs started by a cell write to."""
        return self._descriptor

    def isatty(self) -> bool:
        """Return False: a notebook is no terminal."""
        return False

    def writable(self) -> bool:
        """Return True."""
        return True

    def set_parent(self, parent: dict[str, Any]) -> None:
        """Attribute what is written from now on to the request ``parent``."""
        header = parent.get("header", parent)
        if header != self._parent:
            self.flush()
        self._parent = header

    def write(self, text: str) -> int:
        """Write; publishes what has waited for a fifth of a second, as a kernel would."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        with self._lock:
            self._buffer.write(text)
            now = time.perf_counter()
            if self._waiting_since is None:
                self._waiting_since = now
            elif now - self._waiting_since > self.flush_interval or self._buffer.tell() > 1_000_000:
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Publish what is waiting."""
        with self._lock:
            text = self._buffer.getvalue()
            if text:
                self._buffer = io.StringIO()
            self._waiting_since = None
            written = os.fstat(self._file).st_size
            if written > self._read_to:
                text += os.pread(self._file, written - self._read_to, self._read_to).decode(errors="replace")
                self._read_to = written
            if text:
                content = {"name": self.name, "text": text}
                self.session.send(None, "stream", content, parent={"header": self._parent})


class _WarmShell(ZMQInteractiveShell):
    """ipykernel's shell, which finds its kernel without an application around it."""

    def enable_gui(self, gui: Any = None) -> None:
        """Accept ``%matplotlib inline``; other event loops cannot run here, as in any kernel without a display."""
        try:
            _enable_gui(gui, kernel=self.kernel)
        except ValueError as error:
            raise UsageError(str(error)) from error
        self.active_eventloop = gui


_enable_gui: Any = eventloops.enable_gui
_WarmShell.__name__ = _WarmShell.__qualname__ = "ZMQInteractiveShell"  # libraries look for this name


class WarmKernel(IPythonKernel):
    """An `IPythonKernel` without channels: `run` executes one cell and returns the reply."""

    shell_class = Type(_WarmShell)
    _execute_sleep = 0.0
    _reply: dict[str, Any]

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Nothing is ever queued: the grader sends one cell at a time."""

    async def run(self, code: str, msg_id: str, stop_on_error: bool) -> dict[str, Any]:
        """Execute ``code`` as the request ``msg_id`` and return the content of its execute reply."""
        request = {
            "header": {"msg_id": msg_id, "msg_type": "execute_request", "session": "", "username": "", "version": "5"},
            "parent_header": {},
            "metadata": {"cellId": None},
            "content": {
                "code": code,
                "silent": False,
                "store_history": True,
                "allow_stdin": False,
                "stop_on_error": stop_on_error,
            },
            "buffers": [],
        }
        kernel: Any = self
        kernel.set_parent([b""], request)
        await kernel.execute_request(None, [b""], request)
        return self._reply

    async def execute_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Execute, keeping the reply that would have gone to the shell channel."""
        session: Any = self.session
        sent = session.send

        def keep_reply(stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **named: Any) -> Any:
            if msg_or_type == "execute_reply":
                self._reply = content
                return {"content": content}
            return sent(stream, msg_or_type, content, *args, **named)

        session.send = keep_reply
        original: Any = super().execute_request
        try:
            await original(stream, ident, parent)
        finally:
            del session.send


def make_kernel() -> WarmKernel:
    """Return the kernel of this process, set up like the one that ``python -m ipykernel`` starts."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.HistoryManager.enabled = False
    config.IPKernelApp.warm = True  # tqdm and others look for this section to know that they are in a notebook
    session = DirectSession(key=b"")
    session.deliver_to(lambda message: None)
    debugger._is_debugpy_available = False  # it may have been loaded before
    silent = logging.Logger("warm", level=logging.CRITICAL)
    kernel: Any = WarmKernel.instance(config=config, session=session, log=silent)
    kernel.shell.extension_manager.load_extension("storemagic")
    kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
    made: WarmKernel = kernel
    return made


def attach_streams(kernel: WarmKernel, publish: Publish) -> None:
    """Send everything that the kernel publishes to ``publish``, and standard output and error with it."""
    session: Any = kernel.session
    session.deliver_to(publish)
    sys.stdout = CellStream(session, "stdout", 1)
    sys.stderr = CellStream(session, "stderr", 2)
    vars(sys).update(__stdout__=sys.stdout, __stderr__=sys.stderr)


def refuse_programs(kernel: WarmKernel) -> None:
    """Have ``!ls``, ``%%bash`` and the like say that they are not run, in place of running in an empty sandbox."""

    def refuse(*_values: Any, **_named: Any) -> None:
        raise UsageError(
            "commands of the operating system (! and %%bash) are not run while a notebook is graded. The other cells "
            "are; use Python instead."
        )

    shell: Any = kernel.shell
    vars(shell).update(system=refuse, getoutput=refuse)
    for name in ("sx", "system", "!", "pip", "conda"):
        shell.register_magic_function(refuse, "line_cell", name)
    for name in ("script", "bash", "sh", "perl", "ruby"):
        shell.register_magic_function(refuse, "cell", name)


def new_event_loop(kernel: WarmKernel) -> asyncio.AbstractEventLoop:
    """Return the loop in which cells run, so that ``await`` works at top level and can be interrupted."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    vars_of_kernel: Any = kernel
    vars_of_kernel.io_loop = SimpleNamespace(add_callback=loop.call_soon_threadsafe)
    return loop
