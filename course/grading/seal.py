"""The sealed channel: frames encrypted and authenticated with a key that only the grader and the runner hold.

Everything used here is kept from before the first cell: names of modules and builtins can be replaced, and whoever
is called with a key or an open verdict could keep the one and change the other.
"""

from __future__ import annotations

import json
import json.encoder
import struct
from collections.abc import Callable
from hashlib import blake2b, shake_256
from hmac import compare_digest
from typing import Any

from course.grading.hidden import Hidden


class WireError(Exception):
    """The other side broke the protocol: a forged, cut or oversized frame."""


class Seal(Hidden):
    """One direction of a sealed channel: frames are numbered, so none can be replayed, dropped or reordered.

    >>> key = bytes(32)
    >>> Seal(key, "grader").open(Seal(key, "grader").close(b"cell"))
    b'cell'
    """

    def __init__(self, key: bytes, direction: str) -> None:
        self._key = blake2b(direction.encode(), key=key, digest_size=32).digest()
        self._count = 0

    def _mask(self, body: bytes, number: bytes) -> bytes:
        stream = shake_256(self._key + number).digest(_len(body))
        return (_int.from_bytes(body, "big") ^ _int.from_bytes(stream, "big")).to_bytes(_len(body), "big")

    def _tag(self, masked: bytes, number: bytes) -> bytes:
        return blake2b(number + masked, key=self._key, digest_size=32).digest()

    def close(self, body: bytes) -> bytes:
        """Return ``body`` encrypted and signed."""
        number = _NUMBER.pack(self._count)
        self._count += 1
        masked = self._mask(body, number)
        return self._tag(masked, number) + masked

    def open(self, sealed: bytes) -> bytes:
        """Return the body of the next frame, or raise `WireError` when it is not the one that was due."""
        number = _NUMBER.pack(self._count)
        tag, masked = sealed[:32], sealed[32:]
        if not compare_digest(tag, self._tag(masked, number)):
            raise WireError("a sealed message does not carry the key of this notebook")
        self._count += 1
        return self._mask(masked, number)


def pack(message: dict[str, Any]) -> bytes:
    """Return plain data as `wire.encode` would; what is not plain becomes null."""
    head = "".join(_write(message, 0)).encode()
    return _LENGTHS.pack(0, _len(head)) + head


def unpack(body: bytes) -> dict[str, Any]:
    """Return what the grader encoded without buffers."""
    _none, length = _LENGTHS.unpack_from(body)
    message: dict[str, Any] = _read(body[8 : 8 + length].decode(), 0)[0]
    return message


def _no_value(_value: object) -> None:
    """Stand in for what JSON cannot hold."""


def _writer() -> Callable[[Any, int], Any]:
    """Return a function that writes JSON in C, without looking anything up again."""
    encoders: Any = json.encoder
    make: Any = encoders.c_make_encoder
    if make is None:  # another Python than CPython
        encoder = json.JSONEncoder(default=_no_value)
        return lambda message, _depth: encoder.encode(message)
    written: Callable[[Any, int], Any] = make(
        None, _no_value, encoders.encode_basestring_ascii, None, ":", ",", False, True, True
    )
    return written


_write = _writer()
_decoder: Any = json.JSONDecoder()
_read = _decoder.scan_once
_int, _len = int, len
_NUMBER, _LENGTHS = struct.Struct(">Q"), struct.Struct(">II")
