"""Frames between the grader and a notebook process: open ones for outputs, sealed ones for verdicts.

A notebook process runs code that nobody has read, so the grader never unpickles what comes from it: every frame
is JSON (with raw buffers for widgets). Sealed frames are encrypted and authenticated with a key that only the
grader and the runner inside the process hold; whoever steals a frame can neither read the test cell in it nor
answer in its place.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from course.grading.frames import HEADER, OPEN, SEALED, encode
from course.grading.hidden import Hidden
from course.grading.seal import Seal, WireError

__all__ = ["HEADER", "OPEN", "SEALED", "FrameReader", "Seal", "WireError", "decode", "encode"]

LONGEST_FRAME = 256 * 1024 * 1024
"""No frame may be longer: a hostile process must not make the grader allocate what it likes."""


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


class FrameReader(Hidden):
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
