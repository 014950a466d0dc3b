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


def _pack(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def encode(message: dict[str, Any], pack: Callable[[Any], bytes] = _pack) -> bytes:
    """Return a message as bytes: JSON (made by ``pack``) and its binary buffers, with their lengths before them."""
    buffers = [bytes(memoryview(buffer).cast("B")) for buffer in message.pop("buffers", None) or []]
    head = pack(message)
    lengths = b"".join(struct.pack(">I", len(part)) for part in (head, *buffers))
    return struct.pack(">I", len(buffers)) + lengths + head + b"".join(buffers)


def send(sock: socket.socket, kind: bytes, body: bytes) -> None:
    """Send one frame."""
    sock.sendall(HEADER.pack(kind, len(body)) + body)


def publisher(sock: socket.socket, pack: Callable[[Any], bytes]) -> Callable[[dict[str, Any]], None]:
    """Return the function that sends what a cell prints and displays."""

    def publish(message: dict[str, Any]) -> None:
        send(sock, OPEN, encode(message, pack))

    return publish
