"""The warm process: everything imported once, then one fork per notebook.

Started by `course.grading.warm.Warm`, with a descriptor and the services to load as its arguments. It never runs a cell
itself, has one thread, and ends (with all its notebooks) when the grader hangs up.
"""

from __future__ import annotations

import array
import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from course.grading import sandbox
from course.grading.hidden import hide_package
from course.grading.honest import remember_classes
from course.grading.integrity import Watch
from course.grading.limits import Limits, apply
from course.grading.notebook_process import run_notebook
from course.grading.services import services_in
from course.grading.shell import WarmKernel
from course.grading.warmup import warm_up


def main() -> None:
    """Import, say that we are ready and who we are, then fork a notebook process for each request."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    kernel = warm_up(tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else services_in(""))
    from course.grading.pictures import note_libraries  # bring matplotlib, which must come after the kernel
    from course.grading.rehearsal import Rehearsal

    note_libraries()
    remember_classes()
    watch = Watch.start()
    hide_package("course.grading")
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)  # a notebook lives for seconds: looking for circles less often saves some of them
    channel.send(json.dumps({"language_info": kernel.language_info}).encode())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children: set[int] = set()
    rehearsals: list[Rehearsal] = []
    while True:
        waited_for: list[Any] = [channel, *rehearsals]
        ready, _writable, _broken = select.select(waited_for, [], [])
        for rehearsal in [rehearsal for rehearsal in rehearsals if rehearsal in ready]:
            if rehearsal.take():
                rehearsals.remove(rehearsal)
        if channel not in ready:
            continue
        request, descriptors = _receive(channel)
        if request is None:
            break
        children = {child for child in children if Path(f"/proc/{child}").exists()}
        if "rehearse" in request:
            limits = Limits(**request["limits"])
            settle = partial(_take_stage, channel, request, limits)
            rehearsals.append(Rehearsal(Path(request["rehearse"]), settle, kernel))
            children.add(rehearsals[-1].pid)
            continue
        pid = os.fork()
        if pid == 0:
            channel.close()
            _become_notebook(request, descriptors, kernel, watch)
        for descriptor in descriptors:
            os.close(descriptor)
        children.add(pid)
    for child in children:
        _kill(child)


def _take_stage(channel: socket.socket, request: dict[str, Any], limits: Limits) -> None:
    """Take the place of a rehearsal; nobody waits to hear of it."""
    channel.close()
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _settle(request, limits, lambda line: None)


def _receive(channel: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Return the next request with the descriptors it came with; None when the grader has gone."""
    size = array.array("i").itemsize
    data, ancillary, _flags, _address = channel.recvmsg(1 << 16, socket.CMSG_SPACE(4 * size))
    received = array.array("i")
    for _level, _kind, content in ancillary:
        received.frombytes(content[: len(content) - len(content) % size])
    return (json.loads(data) if data else None), list(received)


def _become_notebook(request: dict[str, Any], descriptors: list[int], kernel: WarmKernel, watch: Watch) -> NoReturn:
    """Run one notebook in this fork, then leave without cleaning up after the parent's objects."""
    status = 1
    try:
        os.setsid()  # signals to "my process group" must not reach us
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        sock = socket.socket(fileno=descriptors[0])
        limits = Limits(**request["limits"])
        _settle(request, limits, lambda line: sock.sendall(f"{line}\n".encode()))
        run_notebook(sock, bytes.fromhex(request["key"]), kernel, watch, programs=not request["sandbox"])
        status = 0
    finally:
        os._exit(status)


def _settle(request: dict[str, Any], limits: Limits, say: Callable[[object], None]) -> None:
    """Take the place where the notebook runs: sandbox or plain folder, environment, limits."""
    os.environ.update(request["environment"])
    if request["sandbox"]:
        try:
            sandbox.enter(request["folder"], limits, say)
        except sandbox.SandboxError as error:
            say(f"no sandbox: {error}")
            os._exit(1)
    else:
        os.chdir(request["folder"] or ".")
        say(os.getpid())
    apply(limits, processes=request["sandbox"])


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
