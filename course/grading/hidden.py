"""Keeps the grader's own classes out of sight: Python lists all classes to whoever asks `object` for them.

A notebook that holds the judge's class could replace how it judges. So the classes that judge share one base without
any code, and the lists that Python keeps of a class's children are emptied of them before a notebook runs.
"""

from __future__ import annotations

import ctypes
import sys

CHILDREN = 45 * ctypes.sizeof(ctypes.c_void_p)
"""Where CPython (3.11 to 3.14, 64 bits) keeps the dictionary of a class's children, in words from its beginning."""
_HEAP_TYPE = 1 << 9
_IN_THE_TYPE = sys.version_info < (3, 12)
"""From Python 3.12 on, the children of built-in classes are kept elsewhere; those of others still here."""


class Hidden:
    """Base of the classes that judge. It must stay empty: on Python 3.12 and later it can be found."""

    __slots__ = ()


def hide(*owners: type) -> None:
    """Take classes out of the lists of children that their bases keep; they work as before."""
    for owner in owners:
        for base in owner.__bases__:
            if not (_IN_THE_TYPE or base.__flags__ & _HEAP_TYPE):
                continue
            address = ctypes.c_size_t.from_address(id(base) + CHILDREN).value
            children = ctypes.cast(address, ctypes.py_object).value if address else None
            if isinstance(children, dict):
                children.pop(id(owner), None)


def hide_package(name: str) -> None:
    """Hide every class that was defined in a package and still is in one of its modules."""
    modules = [module for key, module in list(sys.modules.items()) if key == name or key.startswith(name + ".")]
    for module in modules:
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__.partition(name)[1]:
                hide(value)
