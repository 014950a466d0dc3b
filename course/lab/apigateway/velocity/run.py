"""Carries a template out."""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Iterable
from typing import Any, Final

from course.lab.apigateway.velocity import methods
from course.lab.apigateway.velocity.nodes import (
    Constant,
    Expression,
    Foreach,
    If,
    Key,
    Leave,
    ListOf,
    Macro,
    MacroCall,
    MapOf,
    Node,
    Operation,
    Quoted,
    Range,
    Reference,
    Set,
    TemplateError,
    Text,
)
from course.lab.apigateway.velocity.values import Tool, equal, is_true, text

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
_MOST_ROUNDS: Final = 1000
_ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: int(left / right) if isinstance(left, int) and isinstance(right, int) else left / right,
    "%": operator.mod,
}
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class _Left(Exception):
    """#break, #stop or #return."""

    def __init__(self, what: str) -> None:
        self.what = what


class Run:
    """One filling of a template."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.macros: dict[str, Macro] = {}
        self.out: list[str] = []

    def whole(self, nodes: tuple[Node, ...]) -> str:
        """Everything that the template puts out."""
        with contextlib.suppress(_Left):
            self.all(nodes)
        return "".join(self.out)

    def all(self, nodes: Iterable[Node]) -> None:
        """Carry out the parts, one after the other."""
        for node in nodes:
            self._one(node)

    def _one(self, node: Node) -> None:
        if isinstance(node, Text):
            self.out.append(node.text)
        elif isinstance(node, Reference):
            self.out.append(text(self.value(node)))
        elif isinstance(node, Set):
            self._set(node)
        elif isinstance(node, If):
            for condition, body in node.cases:
                if is_true(self.value(condition)):
                    return self.all(body)
            self.all(node.otherwise)
        elif isinstance(node, Foreach):
            self._foreach(node)
        elif isinstance(node, Macro):
            self.macros[node.name] = node
        elif isinstance(node, MacroCall):
            self._macro(node)
        elif isinstance(node, Leave):
            raise _Left(node.what)
        return None

    def _set(self, node: Set) -> None:
        value = self.value(node.value)
        target = node.target
        if not target.keys:
            self.names[target.name] = value
            return
        holder = self._steps(self.names.get(target.name), target.keys[:-1], target.line)
        last = target.keys[-1]
        key: Any = last.name if last.index is None else self.value(last.index)
        if isinstance(holder, dict) or (isinstance(holder, list) and isinstance(key, int) and key < len(holder)):
            holder[key] = value

    def _foreach(self, node: Foreach) -> None:
        values = self.value(node.values)
        if values is None:
            return
        items = list(values.values()) if isinstance(values, dict) else values
        if not isinstance(items, list):
            raise TemplateError("#foreach goes through lists and maps only", node.line)
        if len(items) > _MOST_ROUNDS:
            raise TemplateError(f"#foreach makes at most {_MOST_ROUNDS} rounds", node.line)
        before = {name: self.names.get(name) for name in (node.name, "foreach", "velocityCount")}
        for index, item in enumerate(items):
            self.names[node.name] = item
            self.names["velocityCount"] = index + 1
            self.names["foreach"] = {
                "index": index,
                "count": index + 1,
                "hasNext": index + 1 < len(items),
                "first": index == 0,
                "last": index + 1 == len(items),
                "parent": before["foreach"],
            }
            try:
                self.all(node.body)
            except _Left as left:
                if left.what != "break":
                    raise
                break
        self.names.update(before)

    def _macro(self, node: MacroCall) -> None:
        macro = self.macros.get(node.name)
        if macro is None:
            self.out.append(node.source)  # no directive after all
            return
        given = dict(zip(macro.parameters, (self.value(one) for one in node.arguments), strict=False))
        before = {name: self.names.get(name) for name in macro.parameters}
        self.names.update(given)
        self.all(macro.body)
        self.names.update(before)

    # Values ----------------------------------------------------------------------------------------------

    def value(self, node: Expression) -> Any:
        """The value of an expression."""
        if isinstance(node, Constant):
            return node.value
        if isinstance(node, Reference):
            found = self._steps(self.names.get(node.name), node.keys, node.line)
            return self.value(node.otherwise) if found is None and node.otherwise is not None else found
        if isinstance(node, Quoted):
            inner = Run(self.names)
            inner.macros = self.macros
            return inner.whole(node.body)
        if isinstance(node, ListOf):
            return [self.value(one) for one in node.items]
        if isinstance(node, Range):
            first, last = int(self.value(node.first)), int(self.value(node.last))
            return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))
        if isinstance(node, MapOf):
            return {text(self.value(key)): self.value(one) for key, one in node.pairs}
        return self._operation(node)

    def _operation(self, node: Operation) -> Any:
        sign = node.sign
        if sign == "!":
            return not is_true(self.value(node.right))
        assert node.left is not None
        left = self.value(node.left)
        if sign == "&&":
            return is_true(left) and is_true(self.value(node.right))
        if sign == "||":
            return is_true(left) or is_true(self.value(node.right))
        right = self.value(node.right)
        if sign in ("==", "!="):
            return equal(left, right) is (sign == "==")
        try:
            if sign in _COMPARISONS:
                return _COMPARISONS[sign](left, right)
            if sign == "+":
                numbers = isinstance(left, int | float) and isinstance(right, int | float)
                return left + right if numbers else text(left) + text(right)
            return _ARITHMETIC[sign](left, right)
        except (TypeError, ZeroDivisionError):
            return False if sign in _COMPARISONS else None

    def _steps(self, value: Any, keys: Iterable[Key], line: int) -> Any:
        for key in keys:
            if value is None:
                return None
            value = self._step(value, key, line)
        return value

    def _step(self, value: Any, key: Key, line: int) -> Any:
        if key.arguments is not None:
            arguments = [self.value(one) for one in key.arguments]
            return self._call(value, key.name, arguments, line)
        if isinstance(value, Tool):
            return value.properties.get(key.name)
        wanted = key.name if key.index is None else self.value(key.index)
        if isinstance(value, dict):
            return value.get(wanted)
        if isinstance(value, list) and isinstance(wanted, int):
            return value[wanted] if -len(value) <= wanted < len(value) else None
        return None

    def _call(self, value: Any, name: str, arguments: list[Any], line: int) -> Any:
        try:
            if isinstance(value, Tool):
                return value.methods[name](*arguments)
            return methods.call(value, name, arguments)
        except (methods.NoSuchMethod, KeyError):
            return None  # an unknown method leaves nothing behind
        except TemplateError:
            raise
        except Exception as wrong:
            raise TemplateError(f"Invocation of method '{name}' threw {type(wrong).__name__}: {wrong}", line) from None
