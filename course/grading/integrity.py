"""Notices what a submission has replaced in the libraries that its checks rely on, and puts it back.

Before notebooks are forked, every function, class and module in the protected packages is noted by identity. Before
and after each test cell the same places are looked at again. Looking at 60,000 objects would make the fork copy the
memory they lie in (0.2 s), so where Python keeps a version number of each dictionary (PEP 509, up to Python 3.12)
only those numbers are read, and only dictionaries that have changed are compared.
"""

from __future__ import annotations

import builtins
import copyreg
import gc
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import is_
from typing import Any

from course.grading.dict_versions import HAS_VERSIONS, version_of
from course.grading.hidden import Hidden
from course.grading.origins import (
    CODE_TYPES,
    HEAP_TYPE,
    NO_CODE,
    function_of,
    is_trusted_callable,
    is_trusted_class,
    package_of,
)
from course.grading.warden import is_trusted_code, trusted_places

PROTECTED = [
    "builtins", "boto3", "botocore", "s3transfer", "moto", "responses", "requests", "course", "json",
    "unittest", "time", "datetime", "time_machine", "math", "decimal", "re", "operator", "functools",
    "itertools", "collections", "contextlib", "copy", "random", "uuid", "hashlib", "hmac", "base64", "io", "os",
    "struct", "socket", "posixpath", "pathlib", "string", "numbers", "statistics", "types", "typing", "inspect",
    "importlib", "threading", "asyncio", "IPython", "ipykernel", "traitlets",
]  # fmt: skip
PATCHERS = ("moto", "responses", "course", "botocore", "time_machine")
"""Packages that replace functions of others as part of their work: the lab and moto do when an account starts."""
NEVER_PATCHED = ("course.lessons", "builtins", "json", "unittest", "operator", "re", "math", "functools", "contextlib")
"""Where nobody has a reason to replace anything, not even those packages."""
STEADY = (
    "course.lessons.checks", "course.lessons.outcome", "json", "operator", "re", "math", "functools",
    "contextlib",
)  # fmt: skip
"""Whose names do not change at all while a test runs: not even for a moment, to be put back before anybody looks."""
VITAL = ("builtins", "json", "json.encoder", "json.decoder", "struct", "asyncio", "asyncio.events", "socket", "os")
_MISSING = object()


@dataclass
class _Place(Hidden):
    """One namespace: a module's or a class's names, with what they stood for when they were noted."""

    label: str
    names: Mapping[str, Any]
    keys: tuple[str, ...]
    values: tuple[Any, ...]
    put: Callable[[str, Any], None]
    drop: Callable[[str], None]
    steady: bool = False
    """Whether any change counts while a test runs, also one that was taken back."""

    def touched(self) -> bool:
        """Return whether any name stands for something else; for places without a version number."""
        return len(self.names) != len(self.values) or not all(map(is_, self.names.values(), self.values))


@dataclass
class Watch(Hidden):
    """The noted state of the protected packages.

    >>> watch = Watch.start()
    >>> watch.replaced()
    []
    """

    places: list[_Place] = field(default_factory=list)
    trusted: tuple[str, ...] = field(default_factory=trusted_places)
    _vital: list[_Place] = field(default_factory=list)
    _noted: set[str] = field(default_factory=set)
    _classes: set[int] = field(default_factory=set)
    _cells: list[memoryview] = field(default_factory=list)
    _versions: list[int] = field(default_factory=list)
    _closures: list[tuple[str, tuple[Any, ...], tuple[Any, ...]]] = field(default_factory=list)
    """The cells that noted functions hold variables of others in, and what was in them."""
    _clients: list[tuple[str, Any, type]] = field(default_factory=list)
    _harmless: tuple[Any, ...] = ()
    """What was last found in all of them with nothing to object to: the same need not be looked at again."""
    functions: dict[Any, tuple[str, Any, Any, Any]] = field(default_factory=dict)
    """The noted functions, each with its label, code, defaults and keyword defaults."""
    touched: dict[Any, int] | None = None
    """Those of which `warden` says that their code or defaults may have changed; None where no warden watches."""
    _touches: dict[Any, int] = field(default_factory=dict)
    """What `touched` said when it was last looked at."""

    @classmethod
    def start(cls) -> Watch:
        """Note everything as it is now."""
        watch = cls()
        modules = _protected_modules()
        watch._note("sys.modules", modules, sys.modules.__setitem__, sys.modules.__delitem__)
        watch.places[0].names = sys.modules
        watch._extend(modules)
        return watch

    def _extend(self, modules: dict[str, types.ModuleType]) -> None:
        """Note modules that have not been noted yet."""
        for name, module in modules.items():
            if name not in self._noted:
                self._noted.add(name)
                self._note_module(name, vars(module))
        self._vital = [place for place in self.places if place.label in VITAL]
        self._cells += [version_of(place.names) for place in self.places[len(self._cells) :]]
        self._read_versions()

    def _note_module(self, name: str, space: dict[str, Any]) -> None:
        steady = _is_steady(name)
        if steady:
            space.setdefault("__warningregistry__", {})  # Python would add it with the first warning
        if name.startswith("course.lessons.") and steady:  # builtins may change for a moment: the lab opens files so
            for word, value in vars(builtins).items():
                if not word.startswith("_"):
                    space.setdefault(word, value)
        self._note(name, space, space.__setitem__, lambda key: space.pop(key, None), steady)
        for value in list(space.values()):
            if isinstance(value, type):
                if id(value) not in self._classes and value.__module__.partition(".")[0] in PROTECTED:
                    self._classes.add(id(value))
                    self._note_class(value)
            elif isinstance(value, types.FunctionType) and name.startswith("course."):
                self._note_function(f"{name}.{value.__name__}", value)
            elif type(value).__module__.startswith("course.") and hasattr(value, "__dict__"):
                self._note_object(f"{name}.{type(value).__name__}", vars(value))

    def _note_object(self, label: str, names: dict[str, Any]) -> None:
        self._note(label, names, names.__setitem__, lambda key: names.pop(key, None))

    def note_client(self, name: str, client: Any) -> None:
        """Note a client of the lesson's own: the object and the class that boto3 made for it."""
        if id(client) in self._classes:
            return
        self._classes |= {id(client), id(type(client))}
        self._clients.append((name, client, type(client)))
        self._note_class(type(client))
        self._note_object(f"the client '{name}'", vars(client))
        self._extend({})

    def _read_versions(self) -> None:
        self._versions = [cell[0] for cell in self._cells] if HAS_VERSIONS else []

    def _touched(self, vital: bool) -> list[_Place]:
        """Return the places that have changed since they were last looked at."""
        if vital or not HAS_VERSIONS:
            return [place for place in (self._vital if vital else self.places) if place.touched()]
        now = [cell[0] for cell in self._cells]
        if now == self._versions:
            return []
        pairs = zip(now, self._versions, self.places, strict=True)
        return [place for version, before, place in pairs if version != before]

    def _note(
        self,
        label: str,
        names: Any,
        put: Callable[[str, Any], None],
        drop: Callable[[str], None],
        steady: bool = False,
    ) -> None:
        self.places.append(_Place(label, names, tuple(names.keys()), tuple(names.values()), put, drop, steady))

    def _note_class(self, owner: type) -> None:
        label = f"{owner.__module__}.{owner.__qualname__}"
        names = type.__dict__["__dict__"].__get__(owner)
        steady = _is_steady(label)
        if steady and owner.__flags__ & HEAP_TYPE:
            copyreg._slotnames(owner)  # type: ignore[attr-defined]  # which copying would note on the class
        self._note(
            label,
            names,
            lambda key, value: type.__setattr__(owner, key, value),
            lambda key: type.__delattr__(owner, key),
            steady,
        )
        if owner.__module__.startswith("course."):
            for key, value in names.items():
                function = getattr(value, "__func__", value)
                if isinstance(function, types.FunctionType):
                    self._note_function(f"{label}.{key}", function)

    def _note_function(self, label: str, function: types.FunctionType) -> None:
        defaults = function.__kwdefaults__ and dict(function.__kwdefaults__)
        self.functions[function] = (label, function.__code__, function.__defaults__, defaults)
        if function.__closure__:
            self._closures.append((label, function.__closure__, tuple(map(_content, function.__closure__))))

    def replaced(self, allow: bool = False, vital: bool = False, still: bool = False) -> list[str]:
        """Return what is no longer what it was, after putting it back.

        With ``allow``, take the present state as right instead: for changes that the lesson's own cells made. With
        ``vital``, look only where the process needs it to go on at all. With ``still``, return also what was changed
        since the last look and is again what it was, where nobody has a reason to do that.
        """
        found: list[str] = []
        for place in self._touched(vital):
            differs = self._compare(place, allow)
            found += differs or ([f"{place.label} (for a moment)"] if still and place.steady else [])
        if vital:
            return found
        if allow:
            self._extend(_protected_modules())
        self._read_versions()
        found += self._refitted(allow) or (self._refitted_for_a_moment() if still else [])
        self._touches = dict(self.touched or {})
        found += self._other_classes()
        return found + ([] if allow else self._recaptured())

    def _recaptured(self) -> list[str]:
        """Return the functions that hold another function in a variable of their maker than they did."""
        now = tuple(_content(cell) for _label, cells, _values in self._closures for cell in cells)
        if len(now) == len(self._harmless) and all(map(is_, now, self._harmless)):
            return []
        found = []
        for label, cells, values in self._closures:
            pairs = zip(map(_content, cells), values, strict=True)
            if any(callable(value) and value is not was for value, was in pairs):
                found.append(label)
        if not found:
            self._harmless = now
        return found

    def _refitted(self, allow: bool) -> list[str]:
        """Return the functions that were given other code or defaults, after putting the defaults back.

        Reading these of thousands of functions costs much, as each step is announced to every audit hook.
        """
        found = []
        for function in self.functions if self.touched is None else list(self.touched):
            label, code, defaults, keywords = self.functions[function]
            if function.__code__ is code and function.__defaults__ is defaults and function.__kwdefaults__ == keywords:
                continue
            if not allow:
                function.__defaults__, function.__kwdefaults__ = defaults, keywords
                found.append(label)
        return found

    def _other_classes(self) -> list[str]:
        """Return the lesson's clients that were made objects of another class, after making them their own again."""
        found = []
        for name, client, owner in self._clients:
            if type(client) is not owner:
                client.__class__ = owner
                found.append(f"the client '{name}'")
        return found

    def drop_foreign_handlers(self) -> None:
        """Have the lesson's clients no longer call code of the submission on their way to AWS."""
        for _name, client, _owner in self._clients:
            events = _events_of(client)
            emitter = getattr(events, "_emitter", events)
            trie = getattr(emitter, "_handlers", None)
            if _has_foreign(trie, self.trusted):
                for path, handler in list(_handlers(trie)):
                    if not is_trusted_callable(handler, self.trusted):
                        emitter.unregister(path, handler)

    def _refitted_for_a_moment(self) -> list[str]:
        """Return the functions that were given other code or defaults since the last look, and then their own again."""
        now = self.touched or {}
        return [
            f"{self.functions[one][0]} (for a moment)"
            for one, count in now.items()
            if self._touches.get(one, 0) != count
        ]

    def _compare(self, place: _Place, allow: bool) -> list[str]:
        """Look at the names of one place, one by one; only names of code count, data may change."""
        before = dict(zip(place.keys, place.values, strict=True))
        found = []
        for key in [*before, *(key for key in list(place.names) if key not in before)]:
            was, now = before.get(key, _MISSING), place.names.get(key, _MISSING)
            if was is now or allow or not self._matters(place.label, key, was, now):
                continue
            found.append(f"{place.label}.{key}")
            if was is _MISSING:
                place.drop(key)
            else:
                place.put(key, was)
        if place.label == "sys.modules":
            return found  # modules come and go; only the noted ones count
        place.keys, place.values = tuple(place.names.keys()), tuple(place.names.values())
        return found

    def _matters(self, label: str, key: str, was: Any, now: Any) -> bool:
        if label == "sys.modules":
            return was is not _MISSING
        if key in ("_", "__builtins__", "__warningregistry__", "__annotations__") or key.startswith("_abc_"):
            return False
        if not (isinstance(was, CODE_TYPES) or isinstance(now, CODE_TYPES) or callable(now)):
            return False
        if was is _MISSING:
            # A submodule imported late, or a lazy name; a new function over one that a base class has is a change.
            return not self._is_ours(now)
        never = any(label == name or label.startswith(name + ".") for name in NEVER_PATCHED)
        of_time_machine = label == "time_machine" and isinstance(now, types.BuiltinFunctionType)
        return never or not (of_time_machine or self._made_by_a_patcher(now))

    def _made_by_a_patcher(self, value: Any) -> bool:
        """Return whether moto, responses or the lab made this replacement, to which they are entitled."""
        function = value.__func__ if type(value) is types.MethodType else value
        if isinstance(function, types.FunctionType):
            return package_of(function.__code__.co_filename, self.trusted) in PATCHERS
        if value is _MISSING or value is None:
            return True
        owner = type(value)
        return id(owner) in self._classes and owner.__module__.partition(".")[0] in PATCHERS

    def _is_ours(self, value: Any) -> bool:
        """Return whether a value that has appeared comes from an installed package."""
        function = value.__func__ if type(value) is types.MethodType else value
        if isinstance(function, types.FunctionType):
            return is_trusted_code(function.__code__, self.trusted)
        if type(value) is types.ModuleType:
            return str(getattr(value, "__file__", None) or self.trusted[0]).startswith(self.trusted)
        if isinstance(value, (types.BuiltinFunctionType, property, classmethod, staticmethod)):
            return is_trusted_code(getattr(function_of(value), "__code__", NO_CODE), self.trusted)
        return is_trusted_class(value if isinstance(value, type) else type(value), self.trusted)


def _is_steady(label: str) -> bool:
    return any(label == name or label.startswith(name + ".") for name in STEADY)


def _protected_modules() -> dict[str, types.ModuleType]:
    return {
        name: module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in PROTECTED
        and not name.startswith("course.grading")
        and isinstance(module, types.ModuleType)
    }


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing has been put in yet
        return None


def foreign_handlers(trusted: tuple[str, ...]) -> bool:
    """Return whether boto3's default session calls code of the submission on its way to AWS."""
    import boto3

    session = boto3.DEFAULT_SESSION
    if session is None:
        return False
    if type(session) is not boto3.Session:
        return True
    emitter = session._session.get_component("event_emitter")
    return _has_foreign(getattr(getattr(emitter, "_emitter", emitter), "_handlers", None), trusted)


def _events_of(client: Any) -> Any:
    """Return what calls the handlers of a client, or of the client behind a resource."""
    return client.meta.events if hasattr(client.meta, "events") else client.meta.client.meta.events


def _has_foreign(trie: Any, trusted: tuple[str, ...]) -> bool:
    """Return whether an emitter of botocore calls code of the submission; looked at around every test, so in haste."""
    pending = [getattr(trie, "_root", None)]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            for part in node.get("values") or ():
                for handler in part if isinstance(part, (list, tuple)) else (part,):
                    if not is_trusted_callable(handler, trusted):
                        return True
            pending += (node.get("children") or {}).values()
    return False


def _handlers(trie: Any) -> Iterator[tuple[str, Any]]:
    """Yield the handlers of an emitter of botocore with the events that they are registered for."""
    pending = [("", getattr(trie, "_root", None))]
    while pending:
        path, node = pending.pop()
        if not isinstance(node, dict):
            continue
        for part in node.get("values") or ():
            yield from ((path, handler) for handler in (part if isinstance(part, (list, tuple)) else [part]))
        pending += [(f"{path}.{key}".lstrip("."), below) for key, below in (node.get("children") or {}).items()]


def foreign_backends(trusted: tuple[str, ...]) -> list[str]:
    """Return methods of the account's backends that a submission has replaced on the backend objects themselves."""
    from moto.core import base_backend

    known: Any = base_backend.BackendDict
    found = []
    for services in list(known._instances):
        for regions in list(services.values()):
            for backend in list(regions.values()):
                for name, value in list(vars(backend).items()):
                    if isinstance(value, (types.FunctionType, types.MethodType)) and not is_trusted_callable(
                        value, trusted
                    ):
                        found.append(f"{type(backend).__name__}.{name}")
                        delattr(backend, name)
    return found


def strays(threads: Mapping[int, Any], me: int, trusted: tuple[str, ...], lab: str) -> int:
    """Return how many threads still run code of the submission, not counting those that the lab runs for it."""
    count = 0
    for number, innermost in threads.items():
        if number == me:
            continue
        foreign, by_the_lab, frame = False, False, innermost
        while frame is not None:
            name = frame.f_code.co_filename
            foreign = foreign or not name.startswith(trusted)
            by_the_lab = by_the_lab or name.startswith(lab)
            frame = frame.f_back
        count += foreign and not by_the_lab
    return count


def quiet(callbacks: Iterable[Any] = gc.callbacks) -> None:
    """Stop the interpreter from calling code of the submission on its own account."""
    del gc.callbacks[:]
