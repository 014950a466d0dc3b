"""Frames between the grader and a notebook process: open ones for outputs, sealed ones for verdicts.

A notebook process runs code that nobody has read, so the grader never unpickles what comes from it: every frame
is JSON (with raw buffers for widgets). Sealed frames are encrypted and authenticated with a key that only the
grader and the runner inside the process hold; whoever steals a frame can neither read the test cell in it nor
answer in its place.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

OPEN = b"o"
SEALED = b"s"
HEADER = struct.Struct(">cI")
LONGEST_FRAME = 256 * 1024 * 1024
"""No frame may be longer: a hostile process must not make the grader allocate what it likes."""


class WireError(Exception):
    """The other side broke the protocol: a forged, cut or oversized frame."""


class Seal:
    """One direction of a sealed channel: frames are numbered, so none can be replayed, dropped or reordered.

    >>> key = bytes(32)
    >>> Seal(key, "grader").open(Seal(key, "grader").close(b"cell"))
    b'cell'
    """

    def __init__(self, key: bytes, direction: str) -> None:
        self._key = hashlib.blake2b(direction.encode(), key=key, digest_size=32).digest()
        self._count = 0

    def _mask(self, body: bytes, number: bytes) -> bytes:
        stream = hashlib.shake_256(self._key + number).digest(len(body))
        return (int.from_bytes(body, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(body), "big")

    def _tag(self, masked: bytes, number: bytes) -> bytes:
        return hashlib.blake2b(number + masked, key=self._key, digest_size=32).digest()

    def close(self, body: bytes) -> bytes:
        """Return ``body`` encrypted and signed."""
        number = struct.pack(">Q", self._count)
        self._count += 1
        masked = self._mask(body, number)
        return self._tag(masked, number) + masked

    def open(self, sealed: bytes) -> bytes:
        """Return the body of the next frame, or raise `WireError` when it is not the one that was due."""
        number = struct.pack(">Q", self._count)
        tag, masked = sealed[:32], sealed[32:]
        if not hmac.compare_digest(tag, self._tag(masked, number)):
            raise WireError("a sealed message does not carry the key of this notebook")
        self._count += 1
        return self._mask(masked, number)


def _pack(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def encode(message: dict[str, Any], pack: Callable[[Any], bytes] = _pack) -> bytes:
    """Return a message as bytes: JSON (made by ``pack``) and its binary buffers, with their lengths before them."""
    buffers = [bytes(memoryview(buffer).cast("B")) for buffer in message.pop("buffers", None) or []]
    head = pack(message)
    lengths = b"".join(struct.pack(">I", len(part)) for part in (head, *buffers))
    return struct.pack(">I", len(buffers)) + lengths + head + b"".join(buffers)


def decode(body: bytes) -> dict[str, Any]:
    """Return the message that `encode` made; raise `WireError` for anything else."""
    try:
        (count,) = struct.unpack_from(">I", body)
        lengths = struct.unpack_from(f">{count + 1}I", body, 4)
        at = 4 * (count + 2)
        parts = []
        for length in lengths:
            parts.append(body[at : at + length])
            at += length
        message = json.loads(parts[0].decode("utf-8", "surrogatepass"))
    except (struct.error, ValueError, RecursionError) as error:
        raise WireError(f"a message from the notebook process cannot be read: {error}") from None
    if not isinstance(message, dict) or at != len(body):
        raise WireError("a message from the notebook process is not an object of the length it states")
    message["buffers"] = parts[1:]
    return message


def send(sock: socket.socket, kind: bytes, body: bytes) -> None:
    """Send one frame."""
    sock.sendall(HEADER.pack(kind, len(body)) + body)


class FrameReader:
    """Cuts the bytes that arrive into frames.

    >>> reader = FrameReader()
    >>> reader.feed(HEADER.pack(OPEN, 2) + b"hi")
    [(b'o', b'hi')]
    """

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Return the frames completed by ``data``."""
        self._pending += data
        frames = []
        at = 0
        while len(self._pending) - at >= HEADER.size:
            kind, length = HEADER.unpack_from(self._pending, at)
            if kind not in (OPEN, SEALED) or length > LONGEST_FRAME:
                raise WireError("bytes on the channel of the notebook process are no frame")
            end = at + HEADER.size + length
            if len(self._pending) < end:
                break
            frames.append((kind, bytes(self._pending[at + HEADER.size : end])))
            at = end
        del self._pending[:at]
        return frames
