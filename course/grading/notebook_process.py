"""What a forked notebook process does: take cells from the grader, run them, send back outputs and replies."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import signal
import socket
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from jupyter_client.session import json_packer

from course.grading import frames, warden, wire
from course.grading.integrity import Watch
from course.grading.judge import Judge
from course.grading.seal import Seal, pack, unpack
from course.grading.shell import WarmKernel, attach_streams, new_event_loop, refuse_programs


def run_notebook(sock: socket.socket, key: bytes, kernel: WarmKernel, watch: Watch, programs: bool = True) -> None:
    """Serve the cells of one notebook that arrive on ``sock`` until the grader hangs up.

    ``programs`` says whether cells may start programs by ``!``.
    """
    _reseed()
    gc.set_threshold(200_000, 50, 50)  # each pass copies memory shared with the warm process; 700 is too eager here

    publish, send_reply = frames.outbox(sock, json_packer)
    attach_streams(kernel, publish)
    if not programs:
        refuse_programs(kernel)
    loop = new_event_loop(kernel)
    judge = Judge(kernel, watch)
    _hide_the_grader()
    watch.touched = warden.install(watch.functions)
    loop.run_until_complete(_serve(sock, send_reply, key, kernel, judge, loop))


async def _serve(
    sock: socket.socket,
    send_reply: Callable[[bytes], None],
    key: bytes,
    kernel: WarmKernel,
    judge: Judge,
    loop: asyncio.AbstractEventLoop,
) -> None:
    """Answer one request after another; a cell's outputs are on their way before its reply is."""
    incoming, outgoing = Seal(key, "grader"), Seal(key, "notebook")
    del key
    reader = wire.FrameReader()
    arrived: list[tuple[bytes, bytes]] = []
    while True:
        while not arrived:
            await _readable(sock, loop)
            data = sock.recv(1 << 18, socket.MSG_DONTWAIT)
            if not data:
                return
            arrived = reader.feed(data)
        request = unpack(incoming.open(arrived.pop(0)[1]))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        begin = perf_counter()
        try:
            reply = await _run_cell(kernel, judge, request)
        except KeyboardInterrupt:
            reply = {"status": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        seconds = round(perf_counter() - begin, 4)
        answer = pack({"reply": reply, "msg_id": request["msg_id"], "seconds": seconds})
        send_reply(outgoing.close(answer))


async def _run_cell(kernel: WarmKernel, judge: Judge, request: dict[str, Any]) -> dict[str, Any]:
    """Run a cell as what it is: a test, a cell of the lesson, or the learner's own."""
    code, msg_id, role = request["code"], request["msg_id"], request.get("role")
    try:
        if role == "test":
            return await judge.run(code, msg_id)
        if role == "locked":
            judge.before_locked()
        reply = await kernel.run(code, msg_id, request["stop_on_error"])
    except BaseException as error:  # the cell has broken the shell itself
        judge.mend()
        reply = {"status": "error", "ename": type(error).__name__, "evalue": "", "traceback": []}
    judge.mend()
    if role == "locked":
        judge.after_locked(code)
    return reply


def _hide_the_grader() -> None:
    """Take this package out of reach: a notebook has no use for it."""
    import course

    for name in [name for name in sys.modules if name.startswith("course.grading")]:
        del sys.modules[name]
    course.__dict__.pop("grading", None)


async def _readable(sock: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
    """Let the notebook's own background tasks run until the grader sends something."""
    arrived = asyncio.Event()  # its method has nothing of ours about it, and a background task can find it
    loop.add_reader(sock, arrived.set)
    try:
        await arrived.wait()
    finally:
        loop.remove_reader(sock)


def _reseed() -> None:
    """Give this process random numbers of its own: all forks of one parent would draw the same ones."""
    import numpy
    from moto.moto_api._internal import mock_random

    random.seed()
    numpy.random.seed()
    mock_random.seed(os.urandom(16))
