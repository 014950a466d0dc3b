"""Cells of the lesson, compiled: for a whole class once, by the rehearsal of the lesson's own notebook.

Cells of a submission whose text is the same word for word need not be read, changed and compiled again.
"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from types import CodeType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from course.grading import honest

_MARK = "\u200b"
"""Ends a constant that stands for something else: a builtin of that name, or what `honest` compares with."""
COMPARED, HELD = f"compared {_MARK}", f"held {_MARK}"
_BUILTINS = {name: value for name, value in vars(builtins).items() if name[0] != "_" and name != "super"}
_MEANT = {
    **{name + _MARK: value for name, value in _BUILTINS.items()},
    **{f"{name} {_MARK}": key.__call__ for name, key in honest.RESULTS.items()},
    COMPARED: honest.COMPARED.__call__,
    HELD: honest.HELD.__call__,
}


@dataclass(frozen=True)
class Prepared:
    """A cell ready to run as a test: what it does, and the expression that it may end with."""

    transformed: str
    body: CodeType
    last: CodeType | None
    silent: bool
    """Whether a semicolon keeps the last value from being shown."""
    stores: frozenset[str]
    """The names that the cell gives a value to anywhere."""
    binds: frozenset[str]
    """Those of them that ``with``, ``import``, ``def`` and ``class`` bind."""

    def at(self, name: str, names: Mapping[str, Any]) -> Prepared:
        """Return the cell as if it had been compiled from the file ``name``, with its constants as they are meant.

        Of ``names``, which are the lesson's own, some may be called as builtins are.
        """
        meant = _meant(names)
        return replace(self, body=_at(self.body, name, meant), last=self.last and _at(self.last, name, meant))

    def function(self, like: CodeType, names: Mapping[str, Any]) -> CodeType:
        """Return the same for the function of the cell that was compiled elsewhere to ``like``, or ``like`` itself."""
        for code in _codes(self.body):
            if all(getattr(code, part) == getattr(like, part) for part in _SAME):
                fitted: CodeType = _at(code, like.co_filename, _meant(names))
                return fitted
        return like


_SAME = ("co_qualname", "co_firstlineno", "co_varnames", "co_freevars")
known: dict[str, Prepared] = {}
"""The lesson's cells by their text."""


def prepare(transformed: str, name: str) -> Prepared:
    """Compile a cell, in Python's own words already, as the file ``name``."""
    tree = ast.parse(transformed, name)
    binds = frozenset(_bound_names(tree))
    stores = binds | frozenset(_stored_names(tree))
    tree = ast.fix_missing_locations(_Honest(stores | frozenset(_arguments(tree))).visit(tree))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    expression = None if last is None else _compiled(ast.Expression(last.value), name, "eval")
    silent = transformed.rstrip().endswith(";")
    return Prepared(transformed, _compiled(tree, name, "exec"), expression, silent, stores, binds)


def as_python(code: str) -> str:
    """Return a cell with IPython's own forms (``%time``, ``name?``) written in Python."""
    return TransformerManager().transform_cell(code)


def stored_in(code: str) -> frozenset[str]:
    """Return the names that a cell gives a value to; none if it cannot be read."""
    learn([code])
    return known[code].stores if code in known else frozenset()


def learn(codes: Iterable[str]) -> None:
    """Prepare the cells of a lesson; one that cannot be compiled is left to the one who runs it."""
    for code in codes:
        if code not in known:
            with suppress(SyntaxError, ValueError):
                known[code] = prepare(as_python(code), "<cell>")


def learnt() -> list[tuple[Any, ...]]:
    """Return what is known as plain data that `marshal` can write, for `take`."""
    return [(code, *astuple(prepared)) for code, prepared in known.items()]


def take(cells: list[tuple[Any, ...]]) -> None:
    """Know what another process has learnt."""
    known.update((code, Prepared(*fields)) for code, *fields in cells)


def _compiled(tree: Any, name: str, mode: str) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python sees texts being called
        code: CodeType = compile(tree, name, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return code


def _meant(names: Mapping[str, Any]) -> dict[str, Any]:
    return _MEANT | {word + _MARK: names[word] for word in _BUILTINS.keys() & names.keys()}


def _at(constant: Any, name: str, meant: dict[str, Any]) -> Any:
    """Return a constant of a cell, mostly code with constants of its own, as it is meant."""
    if isinstance(constant, CodeType):
        inner = tuple(_at(part, name, meant) for part in constant.co_consts)
        return constant.replace(co_filename=name, co_consts=inner)
    if isinstance(constant, (tuple, frozenset)):
        return type(constant)(_at(part, name, meant) for part in constant)
    return meant.get(constant, constant) if isinstance(constant, str) else constant


def _codes(code: CodeType) -> Iterator[CodeType]:
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield part
            yield from _codes(part)


class _Honest(ast.NodeTransformer):
    """Puts constants in the place of comparisons and of builtins; `Prepared.at` makes them what they stand for.

    A constant holds in functions and comprehensions, too, and whatever names a submission takes.
    """

    def __init__(self, bound: frozenset[str]) -> None:
        self._bound = bound
        self._compared = 0

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        self._compared += 1
        self.generic_visit(node)
        self._compared -= 1
        asked = node.ops[0]
        if all(isinstance(one, _ORDERING) for one in node.ops):
            stands_for = COMPARED
        elif len(node.ops) == 1 and isinstance(asked, (ast.In, ast.NotIn)):
            stands_for, node.ops = HELD, [ast.Eq() if isinstance(asked, ast.In) else ast.NotEq()]
        else:
            return node
        sides: list[ast.expr] = [node.left, *node.comparators]
        node.left, *node.comparators = [_called(stands_for, side) for side in sides]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """What is compared may be a difference, of which one side could say that it is none."""
        self.generic_visit(node)
        name = _RESULTS.get(type(node.op))
        if not (self._compared and name):
            return node
        left, right = _called(f"{name} {_MARK}", node.left), _called(f"{name} {_MARK}", node.right)
        return ast.copy_location(ast.Compare(left, [ast.Eq()], [right]), node)

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.MatchClass:
        return node  # a pattern takes names only

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in _BUILTINS and node.id not in self._bound:
            return ast.copy_location(ast.Constant(node.id + _MARK), node)
        return node


def _called(stands_for: str, side: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Call(ast.Constant(stands_for), [side], []), side)


_RESULTS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
}
_ORDERING = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def _stored_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id


def _arguments(tree: ast.AST) -> Iterator[str]:
    """Yield the names that something gets without being stored: of parameters, errors and patterns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def _bound_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            yield node.optional_vars.id
