"""A notebook process dressed as a Jupyter kernel manager and client, so that nbclient drives it unchanged.

nbclient's own loop then decides what becomes of messages, timeouts, interrupts and dead kernels; that is what makes
a warm run the same as a run in a kernel.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.session import Session, new_id

from course.grading import wire
from course.grading.limits import Limits
from course.grading.warm import NotebookProcess, Warm

POLL_SECONDS = 0.5
_MOST_AT_ONCE = 1 << 18
PATIENCE_SECONDS = 5.0
"""How long a cell may go on after it has been interrupted."""


class _Channel:
    """One of the two queues that nbclient reads."""

    def __init__(self, client: WarmClient) -> None:
        self.waiting: deque[dict[str, Any]] = deque()
        self._client = client

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message; raise `queue.Empty` after ``timeout`` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.waiting:
            left = POLL_SECONDS if deadline is None else min(POLL_SECONDS, deadline - time.monotonic())
            if left <= 0 or (self._client.dead and timeout is not None):
                raise Empty
            await self._client.pump(left)
        return self.waiting.popleft()

    def send(self, message: dict[str, Any]) -> None:
        """Drop what a widget in a page would tell the kernel: nobody is looking at a page."""


class WarmClient:
    """What nbclient calls ``kc``: sends a cell, and sorts what comes back into outputs and replies."""

    allow_stdin = False

    def __init__(self, process: NotebookProcess, limits: Limits, language_info: dict[str, Any]) -> None:
        self.process = process
        self._language_info = language_info
        self._ends = time.monotonic() + limits.seconds
        self._processor_used_up = time.monotonic() + limits.cpu_seconds
        self._cpu_seconds = limits.cpu_seconds
        self._end_reason = f"the notebook took longer than {limits.seconds:g} s"
        self._output_left = limits.output
        self.dead: str | None = None
        self.shell_channel = _Channel(self)
        self.iopub_channel = _Channel(self)
        self.next_cell: dict[str, Any] = {}
        self.session = Session(key=b"")
        self._outgoing = wire.Seal(process.key, "grader")
        self._incoming = wire.Seal(process.key, "notebook")
        self._reader = wire.FrameReader()
        self._pumping = False
        self._waiting: list[asyncio.Future[None]] = []
        self._before: tuple[float, str] | None = None
        process.socket.setblocking(False)

    def start_channels(self) -> None:
        """Nothing to start."""

    def stop_channels(self) -> None:
        """Nothing to stop."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """The process is ready once it has been forked."""

    async def is_alive(self) -> bool:
        """Return False once the process has gone or broken the protocol."""
        return self.dead is None

    def kernel_info(self) -> str:
        """Ask for the kernel's description, which the warm process has told beforehand."""
        msg_id = new_id()
        self._deliver(self.shell_channel, msg_id, "kernel_info_reply", {"language_info": self._language_info})
        return msg_id

    async def execute(self, code: str, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Send one cell."""
        msg_id = new_id()
        request = {"code": code, "msg_id": msg_id, "stop_on_error": stop_on_error, **self.next_cell}
        self.next_cell = {}
        body = self._outgoing.close(wire.encode(request))
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_sendall(self.process.socket, wire.HEADER.pack(wire.SEALED, len(body)) + body)
        except OSError as error:
            self.dead = self.dead or f"the notebook process has gone ({error})"
        return msg_id

    async def pump(self, seconds: float) -> None:
        """Read from the process once, or wait ``seconds``."""
        if self.dead:
            await asyncio.sleep(min(seconds, 0.002))
            return
        if self._pumping:  # the other channel reads for both
            news = asyncio.get_running_loop().create_future()
            self._waiting.append(news)
            await asyncio.wait({news}, timeout=seconds)
            return
        if time.monotonic() > self._ends:
            self._stop(self._end_reason)
            return
        self._pumping = True
        try:
            data = await self._received(seconds)
            if data is None:
                return
            if not data:
                raise wire.WireError(self._why_it_ended())
            self._output_left -= len(data)
            if self._output_left < 0:
                raise wire.WireError("the notebook printed or displayed more than it may")
            for kind, body in self._reader.feed(data):
                self._sort(kind, body)
        except (wire.WireError, OSError, KeyError, TypeError, ValueError) as error:
            self._stop(str(error) or type(error).__name__)
        finally:
            self._pumping = False
            for news in self._waiting:
                if not news.done():
                    news.set_result(None)
            self._waiting.clear()

    async def _received(self, seconds: float) -> bytes | None:
        """Return what the process has sent, b"" if it has gone, None if nothing came in time.

        Not by asyncio.wait_for(): before Python 3.12 it may take a cancellation for the end of its time, and nbclient,
        which cancels at the end of a cell's time, would wait for ever.
        """
        await asyncio.sleep(0)  # whoever sends without end must not keep the others' time from ending
        if (data := self._at_hand()) is not None:
            return data
        loop = asyncio.get_running_loop()
        readable = loop.create_future()

        def wake() -> None:
            if not readable.done():
                readable.set_result(None)

        loop.add_reader(self.process.socket, wake)
        try:
            await asyncio.wait({readable}, timeout=seconds)
        finally:
            loop.remove_reader(self.process.socket)
        return self._at_hand()

    def _at_hand(self) -> bytes | None:
        try:
            return self.process.socket.recv(_MOST_AT_ONCE)
        except BlockingIOError:
            return None

    def must_answer_soon(self) -> None:
        """Kill the process unless the running cell ends within a few seconds; called when it is interrupted."""
        until = time.monotonic() + PATIENCE_SECONDS
        if until < self._ends:
            self._before = (self._ends, self._end_reason)
            self._ends, self._end_reason = until, "a cell ran past its time and did not stop when interrupted"

    def _why_it_ended(self) -> str:
        """Say why the process has gone, as far as can be seen: the kernel kills at a limit without a word."""
        if time.monotonic() < self._processor_used_up:
            return "the notebook process ended"
        return f"the notebook process ended: it had used up the {self._cpu_seconds} s of processor time it may take"

    def _stop(self, reason: str) -> None:
        self.dead = self.dead or reason
        self.process.signal(signal.SIGKILL)

    def _sort(self, kind: bytes, body: bytes) -> None:
        if kind == wire.OPEN:
            message = wire.decode(body)
            self._deliver(
                self.iopub_channel,
                message.get("parent"),
                str(message.get("msg_type")),
                message.get("content") or {},
                metadata=message.get("metadata") or {},
                buffers=message["buffers"],
            )
            return
        answer = wire.decode(self._incoming.open(body))
        if self._before is not None:
            (self._ends, self._end_reason), self._before = self._before, None
        self._deliver(self.iopub_channel, answer["msg_id"], "status", {"execution_state": "idle"})
        reply = {**answer["reply"], "seconds": float(answer.get("seconds", 0.0))}
        self._deliver(self.shell_channel, answer["msg_id"], "execute_reply", reply)

    def _deliver(self, channel: _Channel, parent: Any, kind: str, content: dict[str, Any], **more: Any) -> None:
        header = {"msg_type": kind, "msg_id": new_id()}
        parent_header = {"msg_id": parent}
        channel.waiting.append(
            {"header": header, "msg_type": kind, "parent_header": parent_header, "content": content, **more}
        )


class WarmKernelManager:
    """What nbclient calls ``km``: forks a notebook process and stops it."""

    kernel_name = "python3"

    def __init__(self, warm: Warm) -> None:
        self._warm = warm
        self._process: NotebookProcess | None = None
        self._client: WarmClient | None = None

    @property
    def has_kernel(self) -> bool:
        """Return whether a process has been forked."""
        return self._process is not None

    async def start_kernel(self, cwd: str | Path | None = None, **_ignored: Any) -> None:
        """Fork the process; its cells work in ``cwd``."""
        self._process = self._warm.spawn(cwd)

    def client(self) -> WarmClient:
        """Return the client of the process."""
        assert self._process is not None
        self._client = self._client or WarmClient(self._process, self._warm.limits, self._warm.language_info)
        return self._client

    async def is_alive(self) -> bool:
        """Return whether the process can still answer."""
        return self._client is not None and self._client.dead is None

    async def interrupt_kernel(self) -> None:
        """Interrupt the running cell."""
        if self._process is not None and self._client is not None:
            self._process.signal(signal.SIGINT)
            self._client.must_answer_soon()

    async def shutdown_kernel(self, now: bool = False) -> None:
        """Kill the process: there is nothing in it that should be saved."""
        await self.cleanup_resources()

    async def cleanup_resources(self) -> None:
        """Kill the process and let go of it."""
        if self._process is not None:
            self._process.end()
            self._process = None
