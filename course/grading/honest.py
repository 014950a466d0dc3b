"""Comparisons of a test which no object of a submission can answer by itself.

A test that says ``answer == 42`` asks the answer, too, what it equals. Here the two are looked at first, with all that
lies in lists and the like: when something on one side is of a class that decides by itself how it compares, and the
other side holds nothing of that class, the test is not judged. Classes that were there before the notebook count as
the libraries' own.
"""

from __future__ import annotations

import builtins
import functools
import operator
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from operator import eq, ge, gt, le, lt, ne
from types import FunctionType, NoneType, WrapperDescriptorType
from typing import Any

from course.grading.hidden import Hidden
from course.grading.origins import HEAP_TYPE, is_trusted_class
from course.grading.tampered import Tampered
from course.grading.warden import trusted_places

globals().update((name, value) for name, value in vars(builtins).items() if name[0] != "_")  # others may be replaced
_TRUSTED = trusted_places()
_ATOMS = frozenset(map(id, (bool, int, float, complex, str, bytes, NoneType, type(...))))
"""Plain data, by identity: a class of classes can say that its classes equal others."""
_NUMPY = ("__array_ufunc__", "__array__")
_EQUALITY = ("__eq__", "__ne__", *_NUMPY)
_ORDER = ("__lt__", "__le__", "__gt__", "__ge__", *_NUMPY)
_HOLDING = ("__contains__", "__iter__", "__getitem__")
_GROUPS = (list, tuple, set, frozenset, deque)
_PLAIN = frozenset(map(id, (list, tuple, dict, set, frozenset)))
_SIZED = frozenset(map(id, (list, dict, set, frozenset)))
_FOUND_BY_HASH = frozenset(map(id, (set, frozenset, dict, type({}.keys()))))
"""Who is to be found in these must know the hash of what is looked for, and so has to know the answer."""
_VIEWS = frozenset(map(id, (type({}.keys()), type({}.values()), type({}.items()))))
_CONFIGURABLE = "unittest.mock"
"""A library whose objects equal whatever they are told to; not those by which it lists calls."""

_installed: dict[int, type] = {}
"""The classes that were there before any notebook ran, by identity."""


def remember_classes() -> None:
    """Take all classes that there are for the libraries' own; called before notebooks run."""
    pending: list[type] = [object]
    while pending:
        owner = pending.pop()
        if id(owner) not in _installed:
            _installed[id(owner)] = owner
            pending += type.__subclasses__(owner)
    for owner in [*_installed.values()]:
        if owner.__module__ == _CONFIGURABLE and not issubclass(owner, (tuple, list)):
            del _installed[id(owner)]


class _Pair(Hidden):
    """Two things that a test compares; the comparison that is asked of the pair is theirs."""

    __slots__ = ("left", "right")

    def __init__(self, left: Any, right: Any) -> None:
        self.left = left
        self.right = right

    def __eq__(self, _nothing: object) -> Any:
        return _equal(self.left, self.right, eq)

    def __ne__(self, _nothing: object) -> Any:
        return _equal(self.left, self.right, ne)

    def __lt__(self, _nothing: object) -> Any:
        return _asked(self.left, self.right, lt, _ORDER)

    def __le__(self, _nothing: object) -> Any:
        return _asked(self.left, self.right, le, _ORDER)

    def __gt__(self, _nothing: object) -> Any:
        return _asked(self.left, self.right, gt, _ORDER)

    def __ge__(self, _nothing: object) -> Any:
        return _asked(self.left, self.right, ge, _ORDER)


class _Membership(_Pair):
    """The same for ``left in right``, which is asked as ``==``, and ``not in``, as ``!=``."""

    __slots__ = ()

    def __eq__(self, _nothing: object) -> bool:
        return _held(self.left, self.right)

    def __ne__(self, _nothing: object) -> bool:
        return not _held(self.left, self.right)


def _result_of(name: str) -> type[_Pair]:
    """Return the class of pairs that stand for the result of an operator, which is asked for as ``==``."""
    ask, names = getattr(operator, name), (f"__{name}__", f"__r{name}__", *_NUMPY)

    class _Result(_Pair):
        __slots__ = ()

        def __eq__(self, _nothing: object) -> Any:
            return _asked(self.left, self.right, ask, names)

    return _Result


_make_key: Any = functools.cmp_to_key
COMPARED: Any = _make_key(_Pair)
"""``COMPARED(a) < COMPARED(b)`` is the honest ``a < b``. Such a key is written in C and shows nobody what it calls."""
HELD: Any = _make_key(_Membership)
"""``HELD(a) == HELD(b)`` is the honest ``a in b``."""
RESULTS: dict[str, Any] = {
    name: _make_key(_result_of(name)) for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
}
"""``RESULTS["sub"](a) == RESULTS["sub"](b)`` is the honest ``a - b``."""


def _equal(left: Any, right: Any, ask: Callable[[Any, Any], Any]) -> Any:
    if _is_told_by_kind_and_size(left, right):
        return ask(left, right)
    if kinds := _one_sided(left, right, _EQUALITY):
        _expect_data_classes(kinds)
        return ask is ne  # a data class equals its own kind only
    return ask(left, right)


def _is_told_by_kind_and_size(left: Any, right: Any) -> bool:
    """Return whether plain things are compared without a look into them, as two lists of different lengths are."""
    one, other = id(type(left)), id(type(right))
    if one in _ATOMS:
        return other in _ATOMS or other in _PLAIN
    return (one in _PLAIN and other in _ATOMS) or (one == other and one in _SIZED and len(left) != len(right))


def _asked(left: Any, right: Any, ask: Callable[[Any, Any], Any], names: tuple[str, ...]) -> Any:
    if id(type(left)) in _ATOMS and id(type(right)) in _ATOMS:
        return ask(left, right)
    if kinds := _one_sided(left, right, names):
        raise _tampered(*kinds.values())
    return ask(left, right)


def _held(left: Any, right: Any) -> bool:
    plain = id(type(left)) in _ATOMS and (id(type(right)) in _ATOMS or type(right) is range)
    if plain or id(type(right)) in _FOUND_BY_HASH:
        return left in right
    if hasattr(type(right), "__next__"):
        return _one_of(left, right)
    if not _is_installed(type(right), _HOLDING):
        raise _tampered(type(right))
    if kinds := _one_sided(left, right, _EQUALITY):
        _expect_data_classes(kinds)
        return _one_of(left, right)
    return left in right


def _one_of(left: Any, many: Iterable[Any]) -> bool:
    return any(one is left or _equal(one, left, eq) for one in many)


def _one_sided(left: Any, right: Any, names: tuple[str, ...]) -> dict[int, type]:
    """Return the classes that decide how they compare, unless both sides hold the same ones."""
    ours, theirs = _deciders(left, names), _deciders(right, names)
    return {} if ours.keys() == theirs.keys() else ours | theirs


def _deciders(value: Any, names: tuple[str, ...]) -> dict[int, type]:
    """Return the classes of the submission's own, in a value and all that it holds, that decide how they compare."""
    found: dict[int, type] = {}
    seen: dict[int, Any] = {}
    pending = [value]
    while pending:
        one = pending.pop()
        kind = type(one)
        if id(one) in seen:
            continue
        seen[id(one)] = one
        if not _is_installed(kind, names):
            found[id(kind)] = kind
        if not (id(kind) in _PLAIN and _holds_atoms(one)):
            pending += [part for part in _contents(one, kind, names) if id(type(part)) not in _ATOMS]
    return found


def _holds_atoms(group: Any) -> bool:
    parts = group.values() if type(group) is dict else group
    return {*map(id, map(type, parts))} <= _ATOMS and (parts is group or _holds_atoms([*group]))


def _is_installed(kind: type, names: tuple[str, ...]) -> bool:
    return all(_is_installed_method(kind, name) for name in names)


def _is_installed_method(kind: type, name: str) -> bool:
    """Return whether a class has this method from Python or a library, or does not have it."""
    owner, method = _found(kind, name)
    if method is None or not owner.__flags__ & HEAP_TYPE:
        return True
    if isinstance(method, WrapperDescriptorType):
        of: Any = method.__objclass__  # that of `object` asks for `__eq__`, or knows itself only
        return of is owner or of is object
    if not isinstance(method, FunctionType):
        return False
    file = method.__code__.co_filename
    if _made_by_dataclass(owner, method):
        return id(owner) in _installed
    if not file.startswith(_TRUSTED):
        return False
    of_a_mock = file.endswith("/unittest/mock.py")
    return id(kind) in _installed or (is_trusted_class(kind, _TRUSTED) and not of_a_mock)


def _made_by_dataclass(owner: type, method: Any) -> bool:
    made = isinstance(method, FunctionType) and method.__code__.co_filename == "<string>"
    return made and "__dataclass_fields__" in _names(owner)


def _found(kind: type, name: str) -> tuple[type, Any]:
    """Return the class that a class has a method from, and the method; None for what it does not have."""
    for owner in _bases(kind):
        names = _names(owner)
        if name in names:
            return owner, names[name]
    return object, None


_bases: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_name: Callable[[type], str] = type.__dict__["__name__"].__get__
_names: Callable[[type], Any] = type.__dict__["__dict__"].__get__


def _contents(one: Any, kind: type, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield what takes part when a thing is compared."""
    for base in _GROUPS:
        if issubclass(kind, base):
            yield from base.__iter__(one)
    if issubclass(kind, dict):
        yield from dict.keys(one)
        yield from dict.values(one)
    elif id(kind) in _VIEWS:
        yield from one
    elif id(kind) in _installed and kind.__module__.startswith(("numpy", "pandas")):
        yield from _cells(one)
    if _found(kind, names[0])[0] is not object and (own := getattr(one, "__dict__", None)):
        yield from own.values() if type(own) is dict else ()


def _cells(table: Any) -> Iterator[Any]:
    """Yield the Python objects that an array or a table of pandas holds; numbers need not be looked at."""
    if hasattr(table, "to_numpy"):
        table = table.to_numpy()
    if getattr(getattr(table, "dtype", None), "hasobject", False) and hasattr(table, "tolist"):
        yield table.tolist()


def _expect_data_classes(kinds: dict[int, type]) -> None:
    """Refuse other classes: what a data class compares by was written by Python."""
    for kind in kinds.values():
        if not _made_by_dataclass(*_found(kind, "__eq__")):
            raise _tampered(kind)


def _tampered(*kinds: type) -> Tampered:
    name = min(map(_name, kinds))
    return Tampered(f"an object of your class {name} decides by itself how it compares")
