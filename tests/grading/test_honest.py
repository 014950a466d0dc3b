"""What a test compares is compared as ever, unless an object of the submission would decide."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import ipaddress
import pathlib
import time
import types
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from requests.structures import CaseInsensitiveDict

from course.facts import limit
from course.grading import honest
from course.grading.prepared import prepare
from course.grading.tampered import Tampered
from course.grading.warm import Warm
from tests.grading.small_class import meta


def asked(code: str, **names: Any) -> Any:
    """The value of the last expression of a test cell."""
    prepared = prepare(code, "<test>").at("<test>", {})
    exec(prepared.body, names)
    return None if prepared.last is None else eval(prepared.last, names)


honest.remember_classes()  # what the classes below are not among


class Yes:
    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return 0

    def __lt__(self, other: object) -> bool:
        return True

    __gt__ = __le__ = __ge__ = __lt__


class YesList(list[Any]):
    __eq__ = list.__ge__  # type: ignore[assignment]  # C, but not what a list compares with
    __hash__ = None


class Told:
    __eq__ = bool
    __hash__ = None  # type: ignore[assignment]


class OfAType(type):
    def __eq__(cls, other: object) -> bool:
        return True

    def __hash__(cls) -> int:
        return 0


class YesClass(metaclass=OfAType):
    pass


class LikeANumber(type):
    def __eq__(cls, other: object) -> bool:
        return True

    def __hash__(cls) -> int:
        return hash(int)


class YesOfANumber(Yes, metaclass=LikeANumber):
    pass


class NoDifference:
    def __sub__(self, other: object) -> int:
        return 0

    def __truediv__(self, other: object) -> int:
        return 1

    __rsub__ = __sub__
    __rtruediv__ = __truediv__


class YesArray:
    def __array_ufunc__(self, *args: Any, **options: Any) -> bool:
        return True


class Holder:
    def __contains__(self, item: object) -> bool:
        return True


class YesMapping(collections.UserDict[str, Any]):
    def __getitem__(self, key: str) -> Any:
        return Yes()


@dataclasses.dataclass
class Point:
    x: Any = 1


def _magic() -> mock.MagicMock:
    made = mock.MagicMock()
    made.__eq__.return_value = True  # type: ignore[attr-defined]
    return made


SLY: dict[str, Callable[[], Any]] = {
    "an object": Yes,
    "a number": lambda: type("Sly", (int,), {"__eq__": Yes.__eq__, "__lt__": Yes.__lt__, "__hash__": None})(7),
    "in a list": lambda: [Yes()],
    "in a dict": lambda: {"a": [Yes()]},
    "a key": lambda: {Yes(): 1},
    "in a deque": lambda: collections.deque([Yes()]),
    "values of a dict": lambda: {"a": Yes()}.values(),
    "in an array": lambda: np.array([Yes()], dtype=object),
    "in a column": lambda: pd.Series([Yes()]),
    "in a table": lambda: pd.DataFrame({"a": [Yes()]}),
    "in a library's mapping": lambda: CaseInsensitiveDict(a=Yes()),
    "in a namespace": lambda: types.SimpleNamespace(a=Yes()),
    "in a data class": lambda: [Point(Yes())],
    "a list with another comparison": lambda: YesList([1]),
    "a builtin as comparison": Told,
    "a class": lambda: YesClass,
    "an object whose class equals numbers": YesOfANumber,
    "a mapping": YesMapping,
    "a mock": _magic,
    "anything": lambda: mock.ANY,
    "a partial": lambda: type("Part", (), {"__eq__": functools.partial(lambda other: True)})(),
}


@pytest.mark.parametrize("name", SLY)
def test_no_object_decides_what_it_equals(name: str) -> None:
    answer = SLY[name]()
    for code in (
        "answer == 42",
        "42 == answer",
        "[42] == [answer]",
        "{'a': (1, answer)} == {'a': (1, 42)}",
        "answer in [1, 42]",
        "answer in range(50)",
        "42 in [1, answer]",
        "42 in (one for one in [answer])",
        "all(one == 42 for one in [answer])",
        "[one for one in [answer] if one == 42]",
        "(lambda given: given == 42)(answer)",
        "def same(given):\n    return given == 42\nsame(answer)",
    ):
        try:
            assert not asked(code, answer=answer), code
        except Tampered:
            continue
    with pytest.raises(Tampered):
        asked("same = [answer] == [42]", answer=Yes())


@pytest.mark.parametrize("code", ["answer < 5", "1 <= answer <= 5", "5 > answer", "[answer] < [5]"])
def test_nor_how_great_it_is(code: str) -> None:
    with pytest.raises(Tampered, match="Yes"):
        asked(code, answer=Yes())


@pytest.mark.parametrize(
    "code", ["abs(answer - 3) < 0.1", "all(abs(3 - one) < 1 for one in [answer])", "answer / 3 == 1"]
)
def test_nor_how_far_it_is_away(code: str) -> None:
    with pytest.raises(Tampered, match="NoDifference"):
        asked(code, answer=NoDifference())


def test_nor_what_it_holds() -> None:
    with pytest.raises(Tampered, match="Holder"):
        asked("'a' in answer", answer=Holder())


@pytest.mark.parametrize("code", ["np.float64(1) == answer", "np.float64(1) < answer", "[np.int64(1)] == [answer]"])
def test_nor_does_it_through_numpy(code: str) -> None:
    with pytest.raises(Tampered, match="YesArray"):
        asked(code, answer=YesArray(), np=np)


def test_a_data_class_equals_its_own_kind_only() -> None:
    names = {"Point": Point}
    assert asked("Point(1) == Point(1) and [Point(1)] == [Point(1)] and Point(1) in [Point(1)]", **names)
    assert asked("Point(1) != 1 and [Point(1)] != [] and 1 not in [Point(1)] and 1 in [Point(1), 1]", **names)
    assert not asked("Point(1) == 1 or [Point(1)] == []", **names)


def test_objects_of_one_class_compare_as_they_like() -> None:
    assert asked("Yes() == Yes() and [Yes()] == [Yes()]", Yes=Yes)


DAY = datetime.datetime(2026, 1, 1)
Colour = enum.Enum("Colour", "RED", type=str)
Pair = collections.namedtuple("Pair", "a b")
HONEST: dict[str, tuple[Any, Any]] = {
    "numbers": (1, 1.0),
    "facts": (limit("sqs", "visibility-default"), 30),
    "decimals": (decimal.Decimal("1.5"), 1.5),
    "fractions": (fractions.Fraction(1, 2), 0.5),
    "numbers of numpy": (np.float64(1.5), 1.5),
    "names of an enum": (Colour.RED, "1"),
    "named tuples": (Pair(1, 2), (1, 2)),
    "counters": (collections.Counter("aa"), {"a": 2}),
    "default dicts": (collections.defaultdict(list, a=[1]), {"a": [1]}),
    "mappings": (collections.UserDict(a=1), {"a": 1}),
    "headers": (CaseInsensitiveDict(A="1"), {"a": "1"}),
    "times": (datetime.datetime(2026, 1, 1), datetime.datetime(2026, 1, 1)),
    "stamps": (pd.Timestamp(2026, 1, 1), datetime.datetime(2026, 1, 1)),
    "paths": (pathlib.Path("a"), pathlib.Path("a")),
    "addresses": (ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("10.0.0.1")),
    "ids": (uuid.UUID(int=1), uuid.UUID(int=1)),
    "sets and keys": ({"a"}, {"a": 1}.keys()),
    "calls of a mock": (mock.call(1), mock.call(1)),
    "classes": (int, int),
    "namespaces": (types.SimpleNamespace(a=1), types.SimpleNamespace(a=1)),
}


@pytest.mark.parametrize("name", HONEST)
def test_data_compares_as_ever(name: str) -> None:
    left, right = HONEST[name]
    names = {"left": left, "right": right}
    assert asked("left == right and right == left and not left != right", **names) is True
    assert asked("left in [right] and left in (1, right, 'x') and left not in []", **names) is True
    assert asked("all(one == right for one in [left])", **names) is True
    assert asked("[left] == [right] and {'a': left} == {'a': right}", **names) is True


def test_comparisons_keep_their_values_order_and_errors() -> None:
    assert asked("1 < 2 < 3 != 4 >= 4") is True
    assert asked("1 + 2 * 3 - 4 / 2 ** 1 == 5 and 7 // 2 % 2 == 1 and '%d-%s' % (1, 'a') == '1-a'") is True
    assert asked("abs(day - other) < one", day=DAY, other=DAY, one=datetime.timedelta(1)) is True
    assert asked("[1] + [2] == [1, 2] and {'a'} - {'b'} == {'a'} and 'a' + 'b' == 'ab' and 2 * 'a' == 'aa'") is True
    assert list(asked("column + 1 > 2", column=pd.Series([1, 2]))) == [False, True]
    assert list(asked("column > 1", column=pd.Series([1, 2]))) == [False, True]
    assert list(asked("table[table.a == 2].a", table=pd.DataFrame({"a": [1, 2]}))) == [2]
    assert asked("seen = []\n(seen.append(1) or 1) < (seen.append(2) or 0) < (seen.append(3) or 0)\nseen") == [1, 2]
    assert asked("'b' in 'abc' and 'x' not in {'a': 1} and 3 in range(4) and 2 in iter([1, 2])") is True
    with pytest.raises(TypeError, match="'<' not supported between instances of 'str' and 'int'"):
        asked("'a' < 1")
    with pytest.raises(TypeError, match=r"not iterable|not a container"):
        asked("1 in 1")


def test_much_data_compares_fast() -> None:
    names = {"much": list(range(300_000)), "texts": {str(number): number for number in range(100_000)}}
    began = time.process_time()
    assert asked("any(one == much for one in range(1000)) or much[1:] == much", **names) is False
    assert asked("much == [*much] and texts == {**texts} and -1 not in much", **names) is True
    assert asked(
        "all(name in texts and number in known for name, number in texts.items())", known={*range(10**5)}, **names
    )
    assert time.process_time() - began < 20, "what looks into all of it for each comparison takes minutes"


def test_builtins_hold_whatever_names_a_submission_takes() -> None:
    names = {"len": lambda x: 9, "all": lambda x: True, "abs": lambda x: 0, "int": bool, "isinstance": lambda *a: True}
    assert asked("def size(x):\n    return len(x)\nsize('ab')", **names) == 2
    assert asked("[len(x) for x in ['a']] == [1] and not all(x == 1 for x in [2])", **names)
    assert asked("(lambda x: abs(x) < 1 or isinstance(x, (str, int)))(-5.0)", **names) is False
    assert asked("[type(x) is int and x in (int, str) for x in [3]]", **names) == [False]


def test_a_cell_may_take_a_builtins_name_for_itself() -> None:
    assert asked("def sum(x):\n    return 'own'\n[sum(1)]") == ["own"]
    assert asked("(lambda id: id + 1)(1)") == 2
    assert asked("match [1, 2]:\n    case [int(id), *sum]:\n        said = [id, *sum, len(sum)]\nsaid") == [1, 2, 1]
    prepared = prepare("[filter(x) for x in 'a']", "<test>").at("<test>", {"filter": str.upper})
    assert prepared.last is not None and eval(prepared.last, {}) == ["A"]


def test_what_a_test_is_made_of_shows_nobody_what_it_calls() -> None:
    [key] = [one for one in asked("lambda x: x == 1").__code__.co_consts if callable(one)]
    assert key.__self__ is honest.COMPARED
    shown = {name: getattr(key.__self__, name) for name in dir(key.__self__) if not name.startswith("__")}
    assert shown == {"obj": None}


HELPERS = """import datetime
def size(things):
    return len(things)
def right(things):
    return all(one == 42 for one in things)"""
TESTS = (
    "assert right([answer]) and size([answer]) == 1",
    "assert [one for one in [answer] if one == 42] == [answer]",
    "def check(given):\n    assert len([given]) == 1 and given in (42,)\ncheck(answer)",
    "assert datetime.date(2026, 1, 1) != answer and not isinstance(answer, str)",
)


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(jobs=1, services=()) as process:
        yield process


def errors(warm: Warm, answer: str) -> list[str]:
    """What the tests of a notebook with this answer end with; nothing for those that pass."""
    cells = [new_code_cell(HELPERS, metadata=meta("helpers", locked=True)), new_code_cell(answer)]
    cells += [
        new_code_cell(code, metadata=meta(f"test-{number}", grade=True, locked=True, points=1))
        for number, code in enumerate(TESTS)
    ]
    done = warm.run(new_notebook(cells=cells), timeout=60)
    return [next((out.ename for out in cell.outputs if out.output_type == "error"), "") for cell in done.cells[2:]]


def test_graded_notebooks_compare_honestly(warm: Warm) -> None:
    shadows = "len, all, isinstance = lambda x: 1, lambda x: True, lambda *a: False\n"
    assert errors(warm, "answer = 42") == errors(warm, shadows + "answer = 42") == ["", "", "", ""]
    assert errors(warm, shadows + "answer = 'x'") == ["AssertionError"] * 4
    yes = "class Yes:\n    def __eq__(self, other): return True\n    __hash__ = object.__hash__\nanswer = Yes()"
    assert errors(warm, yes) == ["Tampered"] * 4


def test_errors_look_as_if_nobody_had_looked(warm: Warm) -> None:
    cell = new_code_cell(
        "def f(x):\n    return x < 1\nf('a')", metadata=meta("test", grade=True, locked=True, points=1)
    )
    [error] = warm.run(new_notebook(cells=[cell]), timeout=60).cells[0].outputs
    shown = "\n".join(error.traceback)
    assert "'<' not supported" in shown and "honest" not in shown and shown.count("line") == 2
