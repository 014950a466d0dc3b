"""The parts that a template is made of."""

from __future__ import annotations

from dataclasses import dataclass


class TemplateError(ValueError):
    """A template that cannot be read or carried out: what is wrong, and in which line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"{message} at [line {line}]")
        self.line = line


@dataclass(frozen=True)
class Text:
    """Goes out as it is."""

    text: str


@dataclass(frozen=True)
class Key:
    """One step into a value: a property, a method with arguments, or an index."""

    name: str = ""
    arguments: tuple[Expression, ...] | None = None
    index: Expression | None = None


@dataclass(frozen=True)
class Reference:
    """$name and the steps that follow it."""

    name: str
    keys: tuple[Key, ...]
    line: int
    otherwise: Expression | None = None


@dataclass(frozen=True)
class Constant:
    """A number, a string in single quotes, true, false or null."""

    value: object


@dataclass(frozen=True)
class Quoted:
    """A string in double quotes: a small template."""

    body: tuple[Node, ...]


@dataclass(frozen=True)
class ListOf:
    """[a, b]"""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Range:
    """[a..b]"""

    first: Expression
    last: Expression


@dataclass(frozen=True)
class MapOf:
    """{"a": b}"""

    pairs: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True)
class Operation:
    """An operator between two values; `not` has only the right one."""

    sign: str
    left: Expression | None
    right: Expression
    line: int


@dataclass(frozen=True)
class Set:
    """#set($a.b = value)"""

    target: Reference
    value: Expression


@dataclass(frozen=True)
class If:
    """#if, any number of #elseif, and #else."""

    cases: tuple[tuple[Expression, tuple[Node, ...]], ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True)
class Foreach:
    """#foreach($name in values)"""

    name: str
    values: Expression
    body: tuple[Node, ...]
    line: int


@dataclass(frozen=True)
class Macro:
    """#macro(name $a $b)"""

    name: str
    parameters: tuple[str, ...]
    body: tuple[Node, ...]


@dataclass(frozen=True)
class MacroCall:
    """#name(arguments)"""

    name: str
    arguments: tuple[Expression, ...]
    source: str
    line: int


@dataclass(frozen=True)
class Leave:
    """#break leaves the loop, #stop and #return the template."""

    what: str


Expression = Reference | Constant | Quoted | ListOf | Range | MapOf | Operation
Node = Text | Reference | Set | If | Foreach | Macro | MacroCall | Leave
