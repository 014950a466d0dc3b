"""Imports that take seconds of each process that starts, and that grading never uses.

`jsonschema`, which checks every notebook, imports `rfc3987_syntax` where it is installed (Jupyter brings it), and that
works out 39 grammars for international addresses: 1.2 s. `ipykernel` imports a debugger: 0.4 s.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

GRAMMARS = "rfc3987_syntax"


def put_off_grammars() -> None:
    """Let `jsonschema` import a stand-in that loads the real one when somebody does check an address.

    Without effect where the real one is loaded already, or not installed.
    """
    if GRAMMARS in sys.modules or "jsonschema" in sys.modules:
        return
    found = importlib.util.find_spec(GRAMMARS)
    if found is None:
        return
    stand_in = types.ModuleType(GRAMMARS, __doc__)

    def real() -> Any:
        if sys.modules.get(GRAMMARS) is stand_in:
            del sys.modules[GRAMMARS]
        return importlib.import_module(GRAMMARS)

    def is_valid_syntax(term: str, value: str) -> bool:
        """Return what the real one says."""
        return bool(real().is_valid_syntax(term, value))

    def other(name: str) -> Any:
        if name.startswith("__"):  # many look at every module's file and the like
            raise AttributeError(name)
        return getattr(real(), name)

    facts = {"__path__": found.submodule_search_locations, "__spec__": found, "__file__": found.origin}
    vars(stand_in).update(facts, is_valid_syntax=is_valid_syntax, __getattr__=other)
    sys.modules[GRAMMARS] = stand_in


@contextmanager
def left_out(name: str) -> Iterator[None]:
    """Have imports of a module fail inside the block, as if it was not installed; not if it is loaded already."""
    if name in sys.modules:
        yield
        return
    vars(sys)["modules"][name] = None
    try:
        yield
    finally:
        del sys.modules[name]
