"""Refuses a submission the tools for reaching into the code that grades it.

Python announces such steps to audit hooks, which nothing can remove: looking at other people's stack frames, walking
the heap, replacing a function's code, calling C, loading machine code. The standard library and the installed packages
may do what they need for themselves, by code that is what their files hold and that names the step; what they do for
whoever asks (`disclosures`) counts as their caller's. What a hook cannot see (writing past the end of an array, say)
is named in docs/operators.md.
"""

from __future__ import annotations

import _thread
import importlib
import sys
import sysconfig
from collections.abc import Callable, Container, Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import course
from course.grading.disclosures import BY_DEPTH, FILES, FUNCTIONS, GENERATORS
from course.grading.genuine import make_genuine

_PACKAGE = Path(course.__file__).parent
_signal: Any = importlib.import_module("_signal")  # behind `signal`; it has no type stubs

FRAMES = frozenset({"tb_frame", "gi_frame", "cr_frame", "ag_frame"})
FITTINGS = frozenset({"__code__", "__defaults__", "__kwdefaults__"})
"""What a function can be given in place of its own. `integrity` compares functions of which one was touched."""
FOR_THE_GRADER = frozenset(
    {
        "sys._current_frames",
        "sys._current_exceptions",
        "sys.settrace",
        "sys.setprofile",
        "sys.addaudithook",
        "gc.get_objects",
        "gc.get_referrers",
        "gc.get_referents",
    }
)
"""What no library has a reason to do while a notebook runs."""
REFUSED_MODULES = frozenset(
    {
        "_testcapi",
        "_testinternalcapi",
        "_testbuffer",
        "_testmultiphase",
        "_xxsubinterpreters",
        "_interpreters",
        "_signal",
        "_imp",
    }
)


class Refused(Exception):
    """Code of the submission tried a step that is kept from it while it is graded."""


def trusted_places() -> tuple[str, ...]:
    """Return how the file names of code begin that did not come with a submission."""
    paths = sysconfig.get_paths()
    places = {paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"]}
    places |= {str(Path(course.__file__).parent), *(path for path in sys.path if path.endswith("site-packages"))}
    places |= {str(Path(place).resolve()) for place in places}
    return (*(place + "/" for place in sorted(places)), "<frozen ")


def is_trusted_code(code: Any, places: tuple[str, ...]) -> bool:
    """Return whether a code object comes from the standard library or an installed package."""
    return bool(code.co_filename.startswith(places))


def install(noted: Container[Any]) -> dict[Any, int]:
    """Watch from now on, until the process ends.

    Returns how often each function of ``noted`` was given other code or defaults, or may have been: it grows as it
    happens.
    """
    touched: dict[Any, int] = {}
    _signal.signal = _without_frames(_signal.signal)
    _close_import_machinery()
    sys.addaudithook(_make_hook(trusted_places(), sys._getframe, noted, touched))
    return touched


def _make_hook(
    places: tuple[str, ...], frame_of: Callable[[int], Any], noted: Container[Any], touched: dict[Any, int]
) -> Callable[[str, tuple[Any, ...]], None]:
    """Return the hook. Everything it uses is its own: names of modules and builtins can be replaced."""
    grader, modules, frames, fittings, error = FOR_THE_GRADER, REFUSED_MODULES, FRAMES, FITTINGS, Refused
    attributes = frozenset({"object.__getattr__", "object.__setattr__", "object.__delattr__"})
    watched = grader | attributes | {"import", "compile", "marshal.load", "marshal.loads", "code.__new__"}
    watched |= {"sys._getframe"}
    may_look = _make_look(places, frame_of)
    genuine_source, genuine_bytecode = make_genuine(places)
    busy: list[None] = []
    text, kind_of, starts, ends, is_a = str, type, str.startswith, str.endswith, isinstance
    a_function, in_own, in_course = type(install), (str(Path(__file__).parent) + "/",), (str(_PACKAGE) + "/",)
    thread, main, below = _thread.get_ident, _thread.get_ident(), f"{Path(__file__).parent}/notebook_process.py"

    def libraries_only(frame: Any) -> bool:
        while frame is not None and frame.f_code.co_filename != below:
            if not starts(frame.f_code.co_filename, places):
                return False
            frame = frame.f_back
        return thread() == main

    def c_is_refused(frame: Any) -> bool:
        """Only the lab calls C by itself: to stop a function that runs too long."""
        while frame is not None and ends(frame.f_code.co_filename, "/ctypes/__init__.py"):
            frame = frame.f_back
        if frame is not None and starts(frame.f_code.co_filename, in_course) and "pythonapi" in frame.f_code.co_names:
            return False
        return not libraries_only(frame)

    def import_is_refused(name: Any, path: Any) -> bool:
        return name in modules or not (path is None or (kind_of(path) is text and starts(path, places)))

    def code_is_forged(event: str, args: tuple[Any, ...], frame: Any) -> bool:
        """Code that says it is a library's, and is not."""
        if event == "compile":
            source, path = args[0], args[1]
            if kind_of(path) is not text:
                return is_a(path, text)
            return starts(path, places) and not (genuine_source(source, path) or libraries_only(frame))
        if event == "code.__new__":
            path, name = args[1], frame.f_code.co_filename
            if kind_of(path) is not text or not starts(name, places):
                return True
            return starts(path, places) and not (name[-9:] == "/types.py" or libraries_only(frame))
        if event == "marshal.load" or frame.f_code.co_filename != "<frozen importlib._bootstrap_external>":
            return True
        return not genuine_bytecode(args[0], frame.f_locals.get("bytecode_path"))

    def fitting_is_refused(function: Any, name: str, frame: Any) -> bool:
        """Somebody else's function is given other code; a learner's own may have other defaults."""
        code = frame.f_code
        if starts(code.co_filename, places):
            if code.co_name == "_copy_func_details" and ends(code.co_filename, "/unittest/mock.py"):
                return (
                    function in noted
                )  # a mock with a signature, as checks make it, gets the defaults of what it plays
            return not (name in code.co_names or name in code.co_consts)
        if name == "__code__":
            return True
        return is_a(function, a_function) and starts(function.__code__.co_filename, places)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event not in watched and not starts(event, "ctypes."):
            return
        if event in attributes:
            # Whoever reads the keyword defaults holds the dictionary itself and can change it later, unannounced.
            name = args[1]
            if (name == "__kwdefaults__" or (name in fittings and event != "object.__getattr__")) and args[0] in noted:
                touched[args[0]] = touched.get(args[0], 0) + (event != "object.__getattr__")
            if name not in (frames if event == "object.__getattr__" else fittings):
                return
        if busy:
            return
        busy.append(None)
        frame = frame_of(1)
        try:
            if event == "import":
                refused = import_is_refused(args[0], args[1])
            elif event == "object.__getattr__":
                refused = not may_look(frame, args[1])
            elif event in attributes:
                refused = fitting_is_refused(args[0], args[1], frame)
            elif event == "sys._getframe":
                refused = not may_look(frame, "_getframe")
            elif event in grader:
                refused = not starts(frame.f_code.co_filename, in_own)
            elif starts(event, "ctypes."):
                refused = c_is_refused(frame)
            else:
                refused = code_is_forged(event, args, frame)
        finally:
            frame = None
            busy.clear()
        if refused:
            raise error(f"'{event}' is kept from submitted code while it is graded; leave it out of the notebook")

    return hook


def _make_look(places: tuple[str, ...], frame_of: Callable[[int], Any]) -> Callable[[Any, str], bool]:
    """Return the function that says whether a step of this name to a frame may be taken, from the frame given."""
    files, functions, generators, depths = FILES, FUNCTIONS, GENERATORS, BY_DEPTH
    own = (str(Path(__file__).parent) + "/",)
    starts, ends, number, kind_of = str.startswith, str.endswith, int, type

    def names(frame: Any, name: str) -> bool:
        return name in frame.f_code.co_names or name in frame.f_code.co_consts

    def called(frame: Any) -> list[str]:
        """The names by which a function is called that hands out frames; none for others."""
        path, function = frame.f_code.co_filename, frame.f_code.co_name
        if ends(path, files):
            return [kind_of(frame.f_locals.get("self")).__name__ if starts(function, "__") else function]
        return [name for where, what, name in functions if what == function and ends(path, where)]

    def looks_at_the_grader(frame: Any) -> bool:
        where, argument, more = depths.get(frame.f_code.co_name, ("", "", 0))
        if not where or not ends(frame.f_code.co_filename, where):
            return False
        left = frame.f_locals.get(argument)
        left = left + more if kind_of(left) is number else 0
        while frame is not None and left > 0:
            frame, left = frame.f_back, left - 1
        return frame is not None and starts(frame.f_code.co_filename, own)

    def may_look(frame: Any, step: str) -> bool:
        path = frame.f_code.co_filename
        if not starts(path, places) or not names(frame, step) or looks_at_the_grader(frame):
            return False
        if frame.f_code.co_name in generators and ends(path, "/traceback.py"):
            frame = frame.f_back
            return frame is not None and frame.f_code.co_filename == path
        handed: list[str] = []
        while frame is not None and (now := called(frame)):
            handed, frame = now, frame.f_back
        if frame is None or not starts(frame.f_code.co_filename, places):
            return False
        for name in handed:
            if names(frame, name):
                return True
        return not handed

    return may_look


def _close_import_machinery() -> None:
    """Have Python make no second copy of a refused module, and give code no other file's name."""
    machinery: Any = importlib.import_module("_imp")
    create, refused = machinery.create_builtin, REFUSED_MODULES
    text, kind_of, plain, problem = str, type, SimpleNamespace, Refused

    def made(spec: Any) -> Any:
        name = spec.name
        if kind_of(name) is not text or name in refused:
            raise problem(f"the module '{name}' is kept from submitted code while it is graded")
        return create(plain(name=name, loader=None, origin="built-in"))

    ask = _hidden(made).send

    def create_builtin(spec: Any) -> Any:
        """Return a built-in module."""
        module, error = ask((spec,))
        if error is not None:
            raise error
        return module

    def _fix_co_filename(code: Any, path: Any) -> None:
        """Leave the name that the code has."""

    machinery.create_builtin, machinery._fix_co_filename = create_builtin, _fix_co_filename


def _without_frames(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return the function behind `signal.signal`, whose handlers are not given the interrupted frame."""
    usual, may_be_called = _signal.default_int_handler, callable

    def set_handler(signalnum: Any, handler: Any) -> Any:
        if may_be_called(handler) and handler is not usual:
            given = handler

            def handler(number: int, _frame: object) -> Any:
                return given(number, None)

        return original(signalnum, handler)

    ask = _hidden(set_handler).send

    def signal_without_frames(signalnum: Any, handler: Any) -> Any:
        """Set the handler of a signal; it is called with None in place of the frame."""
        before, error = ask((signalnum, handler))
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
