"""The version number that CPython up to 3.12 keeps of each dictionary (PEP 509): it changes with whatever is set."""

from __future__ import annotations

import ctypes
import sys
import types
from collections.abc import Mapping
from typing import Any

HAS_VERSIONS = sys.implementation.name == "cpython" and sys.version_info < (3, 13)


def version_of(names: Mapping[str, Any]) -> memoryview:
    """Return a view of the version number of a dictionary, which lies behind its size.

    A view and no number of `ctypes`, whose classes can be told to say something else.
    """
    word = ctypes.sizeof(ctypes.c_void_p)
    address = id(names)
    if isinstance(names, types.MappingProxyType):
        address = ctypes.c_size_t.from_address(address + 2 * word).value
    return memoryview(ctypes.c_uint64.from_address(address + 3 * word)).cast("B").cast("Q")
