# ruff: noqa: SIM105
"""Run in a notebook: follow everything that can be named to whatever it leads to, and look for the grader in it.

Steps that need no tool: attributes, items, closures, globals of functions, classes and their children. `LEAVES` are
the grader's modules that a notebook may find, as nothing in them judges.
"""

import asyncio
import ctypes
import functools
import sys
import types
from collections import deque

LEAVES = {
    f"course.grading.{name}"
    for name in (
        *("chart_state", "dict_versions", "disclosures", "frames", "genuine", "hidden", "imports_left_out"),
        *("pictures", "pure_functions", "shell", "swift_moto", "tampered", "warden"),
    )
}


def parts(thing):
    """What a thing leads to."""
    yield type(thing)
    if isinstance(thing, types.ModuleType):
        yield vars(thing)
    elif isinstance(thing, types.FunctionType):
        yield from (thing.__globals__, thing.__defaults__, thing.__kwdefaults__, thing.__dict__)
        for cell in thing.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:
                pass
    elif isinstance(thing, (types.MethodType, types.BuiltinMethodType)):
        yield from (thing.__self__, getattr(thing, "__func__", None))
    elif isinstance(thing, (dict, types.MappingProxyType)):
        yield from list(thing.keys())
        yield from list(thing.values())
    elif isinstance(thing, (list, tuple, set, frozenset, deque)):
        yield from list(thing)
    elif isinstance(thing, (classmethod, staticmethod)):
        yield thing.__func__
    elif isinstance(thing, property):
        yield from (thing.fget, thing.fset)
    elif isinstance(thing, functools.partial):
        yield from (thing.func, thing.args, thing.keywords)
    elif isinstance(thing, type):
        yield from (dict(type.__dict__["__dict__"].__get__(thing)), thing.__bases__, type.__subclasses__(thing))
    else:
        names = ["__dict__", "__wrapped__", "_callback", "_callbacks"]
        for owner in type(thing).__mro__:
            slots = vars(owner).get("__slots__", ())
            names += [slots] if isinstance(slots, str) else list(slots)
        for name in names:
            try:
                yield object.__getattribute__(thing, name)
            except Exception:
                pass


def home(thing):
    """The module that a class, a function, a module or a module's names belong to."""
    if isinstance(thing, types.ModuleType):
        return thing.__name__
    if isinstance(thing, (type, types.FunctionType)):
        return thing.__module__
    return thing.get("__name__") if isinstance(thing, dict) else None


loop = asyncio.get_running_loop()
roots = [sys.modules, get_ipython(), object, loop, asyncio.all_tasks(), sys.stdout, loop._selector.get_map()]  # noqa: F821
roots += [list(loop._selector.get_map().values())]
seen, kept, found, waiting = set(), [], set(), deque(roots)
while waiting:
    thing = waiting.popleft()
    if id(thing) in seen or isinstance(thing, (str, bytes, int, float)):
        continue
    seen.add(id(thing))
    kept.append(thing)
    place = home(thing)
    array = isinstance(thing, type) and issubclass(thing, ctypes.Array)  # made for a call to C, with the caller's name
    if isinstance(place, str) and place.startswith("course.grading") and place not in LEAVES and not array:
        found.add(f"{place}.{getattr(thing, '__name__', '')}")
    waiting.extend(parts(thing))
assert len(seen) > 50_000, "nothing was looked at"
print(sorted(found)[:20])
