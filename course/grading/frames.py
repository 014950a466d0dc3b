"""Frames on their way out of a notebook process: what a notebook may get hold of, so nothing here judges or decides.

`wire` reads frames, `seal` closes those that nobody may forge.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from typing import Any

OPEN = b"o"
SEALED = b"s"
HEADER = struct.Struct(">cI")
CAN_WAIT = frozenset({"status", "execute_input"})


def _pack(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def encode(message: dict[str, Any], pack: Callable[[Any], bytes] = _pack) -> bytes:
    """Return a message as bytes: JSON (made by ``pack``) and its binary buffers, with their lengths before them."""
    buffers = [bytes(memoryview(buffer).cast("B")) for buffer in message.pop("buffers", None) or []]
    head = pack(message)
    lengths = b"".join(struct.pack(">I", len(part)) for part in (head, *buffers))
    return struct.pack(">I", len(buffers)) + lengths + head + b"".join(buffers)


def outbox(
    sock: socket.socket, pack: Callable[[Any], bytes]
) -> tuple[Callable[[dict[str, Any]], None], Callable[[bytes], None]]:
    """Return the function that sends what a cell prints and displays, and the one that sends its sealed reply.

    That a cell has begun or ended waits for the next message: each one sent wakes the grader.
    """
    held: list[bytes] = []

    def send() -> None:
        frames = held[:]
        del held[: len(frames)]  # what another thread of the notebook has added by now stays
        sock.sendall(b"".join(frames))

    def hold(kind: bytes, body: bytes) -> None:
        held.append(HEADER.pack(kind, len(body)) + body)

    def publish(message: dict[str, Any]) -> None:
        kind = message["msg_type"]
        hold(OPEN, encode(message, pack))
        if kind not in CAN_WAIT:
            send()

    def reply(body: bytes) -> None:
        hold(SEALED, body)
        send()

    return publish, reply
