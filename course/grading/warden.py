"""Refuses a submission the tools for reaching into the code that grades it.

Python announces such steps to audit hooks, which nothing can remove: looking at other people's stack frames, walking
the heap, replacing a function's code, calling C. The standard library and the installed packages may do them; code
that came with a notebook may not. What a hook cannot see (writing past the end of an array, say) is named in
docs/operators.md.
"""

from __future__ import annotations

import importlib
import sys
import sysconfig
from collections.abc import Callable, Container, Generator
from pathlib import Path
from typing import Any

import course

_signal: Any = importlib.import_module("_signal")  # behind `signal`; it has no type stubs

FRAMES = frozenset({"tb_frame", "gi_frame", "cr_frame", "ag_frame", "f_back", "f_locals"})
CODE = frozenset({"__code__"})
FITTINGS = frozenset({"__code__", "__defaults__", "__kwdefaults__"})
"""What a function can be given in place of its own. `integrity` compares functions of which one was touched."""
REFUSED = frozenset(
    {
        "sys._getframe",
        "sys._current_frames",
        "sys._current_exceptions",
        "sys.settrace",
        "sys.setprofile",
        "sys.addaudithook",
        "gc.get_objects",
        "gc.get_referrers",
        "gc.get_referents",
        "code.__new__",
        "marshal.load",
        "marshal.loads",
    }
)
REFUSED_MODULES = frozenset(
    {
        "_testcapi",
        "_testinternalcapi",
        "_testbuffer",
        "_testmultiphase",
        "_xxsubinterpreters",
        "_interpreters",
        "_signal",
    }
)
GO_BETWEENS = ("/inspect.py", "/bdb.py", "/pdb.py", "/asyncio/base_tasks.py", "/ctypes/__init__.py", "/threading.py")
"""Library files that would do such a step for whoever asks: their caller counts instead."""


class Refused(Exception):
    """Code of the submission tried a step that is kept from it while it is graded."""


def trusted_places() -> tuple[str, ...]:
    """Return how the file names of code begin that did not come with a submission."""
    paths = sysconfig.get_paths()
    places = {paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"]}
    places |= {str(Path(course.__file__).parent), *(path for path in sys.path if path.endswith("site-packages"))}
    places |= {str(Path(place).resolve()) for place in places}
    return (*(place + "/" for place in sorted(places)), "<frozen ", "<__array_function__", "<decorator-gen")


def is_trusted_code(code: Any, places: tuple[str, ...]) -> bool:
    """Return whether a code object comes from the standard library or an installed package."""
    return bool(code.co_filename.startswith(places))


def install(noted: Container[Any]) -> dict[Any, None]:
    """Watch from now on, until the process ends.

    Returns the functions of ``noted`` that somebody has given other code or defaults, or may have: it grows as it
    happens.
    """
    touched: dict[Any, None] = {}
    _signal.signal = _without_frames(_signal.signal)
    sys.addaudithook(_make_hook(trusted_places(), sys._getframe, noted, touched))
    return touched


def _make_hook(
    places: tuple[str, ...], frame_of: Callable[[int], Any], noted: Container[Any], touched: dict[Any, None]
) -> Callable[[str, tuple[Any, ...]], None]:
    """Return the hook. Everything it uses is its own: names of modules and builtins can be replaced."""
    refused, modules, frames, codes, between, error = REFUSED, REFUSED_MODULES, FRAMES, CODE, GO_BETWEENS, Refused
    fittings, keywords = FITTINGS, "__kwdefaults__"
    watched = frozenset(
        {*refused, "import", "compile", "object.__getattr__", "object.__setattr__", "object.__delattr__"}
    )
    busy: list[None] = []
    a_string = str
    kind_of = type

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event not in watched and not event.startswith("ctypes."):
            return
        if event == "object.__getattr__":
            # Whoever reads the keyword defaults holds the dictionary itself and can change it later, unannounced.
            if args[1] == keywords and args[0] in noted:
                touched[args[0]] = None
        elif (event == "object.__setattr__" or event == "object.__delattr__") and (
            args[1] in fittings and args[0] in noted
        ):
            touched[args[0]] = None
        if busy:
            return
        if event == "import":
            if args[0] not in modules:
                return
        elif event == "object.__getattr__":
            if args[1] not in frames:
                return
        elif event == "object.__setattr__" or event == "object.__delattr__":
            if args[1] not in codes:
                return
        elif event == "compile" and not (kind_of(args[1]) is a_string and args[1].startswith(places)):
            return
        busy.append(None)
        try:
            frame = frame_of(1)
            while frame is not None and frame.f_code.co_filename.endswith(between):
                frame = frame.f_back
            name = frame.f_code.co_filename if frame is not None else ""
            trusted = frame is None or name.startswith(places)
        finally:
            frame = None
            busy.clear()
        if not trusted:
            raise error(f"'{event}' is kept from submitted code while it is graded; leave it out of the notebook")

    return hook


def _without_frames(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return the function behind `signal.signal`, whose handlers are not given the interrupted frame."""
    set_handler = _hidden(original).send
    usual = _signal.default_int_handler

    def signal_without_frames(signalnum: Any, handler: Any) -> Any:
        """Set the handler of a signal; it is called with None in place of the frame."""
        if callable(handler) and handler is not usual:
            given = handler

            def handler(number: int, _frame: object) -> Any:
                return given(number, None)

        before, error = set_handler((signalnum, handler))
        if error is not None:
            raise error
        return before

    return signal_without_frames


def _hidden(function: Callable[..., Any]) -> Generator[Any, Any, None]:
    """Return a generator that calls ``function`` for what is sent: what a generator holds cannot be read out."""

    def caller() -> Generator[Any, Any, None]:
        values = yield None
        while True:
            try:
                answer: tuple[Any, Exception | None] = (function(*values), None)
            except Exception as error:  # a generator that raises has ended
                answer = (None, error)
            values = yield answer

    generator = caller()
    next(generator)
    return generator
