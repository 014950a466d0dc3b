"""Cells of the lesson, compiled: for a whole class once, by the rehearsal of the lesson's own notebook.

Cells of a submission whose text is the same word for word need not be read, changed and compiled again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from types import CodeType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

EQUAL = "honest_equality\u200b"
"""The name under which a test finds the comparison that stands for its ``==`` and ``!=``."""


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

    def at(self, name: str) -> Prepared:
        """Return the cell as if it had been compiled from the file ``name``."""
        return replace(self, body=_at(self.body, name), last=self.last and _at(self.last, name))


known: dict[str, Prepared] = {}
"""The lesson's cells by their text."""


def prepare(transformed: str, name: str) -> Prepared:
    """Compile a cell, in Python's own words already, as the file ``name``."""
    tree = ast.parse(transformed, name)
    binds = frozenset(_bound_names(tree))
    stores = binds | frozenset(_stored_names(tree))
    tree = ast.fix_missing_locations(_Honest().visit(tree))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    expression = None if last is None else _compiled(ast.Expression(last.value), name, "eval")
    silent = transformed.rstrip().endswith(";")
    return Prepared(transformed, _compiled(tree, name, "exec"), expression, silent, stores, binds)


def as_python(code: str) -> str:
    """Return a cell with IPython's own forms (``%time``, ``name?``) written in Python."""
    return TransformerManager().transform_cell(code)


def stored_in(code: str) -> frozenset[str]:
    """Return the names that a cell gives a value to; none if it cannot be read."""
    if code in known:
        return known[code].stores
    try:
        tree = ast.parse(as_python(code))
    except (SyntaxError, ValueError):
        return frozenset()
    return frozenset((*_stored_names(tree), *_bound_names(tree)))


def learn(codes: list[str]) -> None:
    """Prepare the cells of a lesson; one that cannot be compiled is left to the one who runs it."""
    for code in codes:
        with suppress(SyntaxError, ValueError):
            known[code] = prepare(as_python(code), "<cell>")


def learnt() -> list[tuple[Any, ...]]:
    """Return what is known as plain data that `marshal` can write, for `take`."""
    return [(code, *astuple(prepared)) for code, prepared in known.items()]


def take(cells: list[tuple[Any, ...]]) -> None:
    """Know what another process has learnt."""
    known.update((code, Prepared(*fields)) for code, *fields in cells)


def _compiled(tree: Any, name: str, mode: str) -> CodeType:
    code: CodeType = compile(tree, name, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return code


def _at(code: CodeType, name: str) -> CodeType:
    inner = tuple(_at(part, name) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_filename=name, co_consts=inner)


class _Honest(ast.NodeTransformer):
    """Replaces ``==`` and ``!=`` at the top level of a test by a comparison that objects cannot answer alone."""

    def visit_Compare(self, node: ast.Compare) -> Any:
        self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            return node
        helper = ast.Name(EQUAL, ast.Load())
        call = ast.Call(helper, [node.left, node.comparators[0], ast.Constant(isinstance(node.ops[0], ast.Eq))], [])
        return ast.copy_location(call, node)

    def _leave(self, node: Any) -> Any:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _leave
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _leave


def _stored_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id


def _bound_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            yield node.optional_vars.id
