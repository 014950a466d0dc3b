"""A digest of everything that a chart is made of, before its layout has been worked out.

A chart's picture follows from its objects (artists, transforms, what the form left to do at the end), from
matplotlib's settings and from the code that paints. The objects are pickled into a digest, the settings with them;
the code must be what it was when the warm process began to fork. Where any of it cannot be told, there is no digest.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import types
from typing import Any, NamedTuple

import matplotlib
from matplotlib.transforms import TransformNode

from course.charts.style import _NOT_STYLE
from course.grading.dict_versions import HAS_VERSIONS, version_of

CODE = ("matplotlib", "mpl_toolkits", "PIL", "course.charts")
"""The packages whose code a picture comes from."""
KNOWN = (
    *CODE, "numpy", "pandas", "cycler", "kiwisolver", "dateutil", "builtins", "functools", "collections", "copyreg",
    "datetime", "decimal", "itertools", "operator", "math", "re", "weakref",
)  # fmt: skip
"""Packages whose classes and functions may be named in a chart; what a learner defines may not, as names say little."""

PARTS = ("figure", "_finishers", "_start_over", "_added")
"""What settling and painting a chart begin with."""


class _Place(NamedTuple):
    """The names of a module or a class, and what they stood for. Not `integrity`'s: a notebook can find this one."""

    names: Any
    keys: tuple[str, ...]
    values: tuple[Any, ...]


class LibraryState:
    """Tells whether the code behind pictures is what it was when this was made."""

    def __init__(self) -> None:
        self._places = list(_places()) if HAS_VERSIONS else []
        self._cells = [version_of(place.names) for place in self._places]
        self._versions = [cell[0] for cell in self._cells]
        self._replaced = not HAS_VERSIONS

    def unchanged(self) -> bool:
        """Return whether all of it is as it was; modules that have been added change nothing."""
        now = [cell[0] for cell in self._cells]
        if now != self._versions:
            changed = [place for place, old, new in zip(self._places, self._versions, now, strict=True) if old != new]
            self._replaced = self._replaced or not all(map(_holds_what_it_held, changed))
            self._versions = now
        return not self._replaced


def digest(chart: Any) -> bytes | None:
    """Return a digest of an untouched chart; None for one that holds what cannot be told apart by its looks."""
    parts = vars(chart)
    defaults, others = _plain(matplotlib.rcParamsDefault), _plain(matplotlib.rcParams)
    settings = [defaults, [others.get(name) for name in sorted(_NOT_STYLE)]]
    written = io.BytesIO()
    try:
        _Pickler(written, 5).dump([parts[name] for name in PARTS] + [settings])
    except Exception:  # whatever an object that is no chart's says when it is asked for its parts
        return None
    return hashlib.blake2b(written.getbuffer(), digest_size=32).digest()


def _plain(settings: Any) -> dict[str, Any]:
    """Return matplotlib's settings as they are kept: reading one of them may choose a backend."""
    return dict(dict.items(settings))


class _Pickler(pickle.Pickler):
    """Writes what is to be compared; nobody ever reads it back."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, TransformNode):  # its parents, by their addresses, are only told when it changes
            state = {name: part for name, part in vars(value).items() if name != "_parents"}
            return str, (type(value).__qualname__, type(value)), state
        if isinstance(value, types.FunctionType) and "<" in value.__qualname__ and _is_known(value):
            cells = tuple(cell.cell_contents for cell in value.__closure__ or ())
            place = (value.__module__, value.__qualname__, value.__code__.co_firstlineno)
            return str, place, (value.__defaults__, value.__kwdefaults__, cells)
        if isinstance(value, (type, types.FunctionType)) and not _is_known(value):
            raise pickle.PicklingError(f"{value} may be anything")
        return NotImplemented


def _is_known(value: type | types.FunctionType) -> bool:
    module = str(value.__module__)
    return any(module == name or module.startswith(f"{name}.") for name in KNOWN)


def _places() -> list[_Place]:
    """Return the names of the modules and classes that pictures come from."""
    found: dict[int, _Place] = {}
    for name, module in list(sys.modules.items()):
        if not any(name == package or name.startswith(f"{package}.") for package in CODE):
            continue
        found[id(module)] = _place(vars(module))
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__.startswith(CODE):
                found[id(value)] = _place(type.__dict__["__dict__"].__get__(value))
    return list(found.values())


def _place(names: Any) -> _Place:
    return _Place(names, tuple(names.keys()), tuple(names.values()))


def _holds_what_it_held(place: _Place) -> bool:
    """Return whether nothing was replaced. Libraries note what they have worked out: first None, then a value."""
    for name, was in zip(place.keys, place.values, strict=True):
        now = place.names.get(name)
        if now is not was and (was is not None or not name.startswith("_") or callable(now)):
            return False
    added = [name for name in list(place.names) if name not in place.keys and name != "__slotnames__"]
    return all(isinstance(place.names[name], types.ModuleType) for name in added)
