"""From the text of a template to its parts."""

from __future__ import annotations

import re
from typing import Final

from course.lab.apigateway.velocity.expressions import Reader
from course.lab.apigateway.velocity.nodes import (
    Expression,
    Foreach,
    If,
    Leave,
    Macro,
    MacroCall,
    Node,
    Reference,
    Set,
    Text,
)

_DIRECTIVE = re.compile(r"#(?:\{([a-zA-Z][\w-]*)\}|([a-zA-Z][\w-]*))")
_REFERENCE = re.compile(r"\$!?(?:\{\s*)?[a-zA-Z]")
_REST_OF_LINE = re.compile(r"[ \t]*\r?\n")
_ENDS: Final = ("end", "else", "elseif")


def parse(template: str) -> tuple[Node, ...]:
    """Read a template. Raises TemplateError with the line of the fault."""
    reader = _TemplateReader(template)
    nodes, ended_by = reader.block()
    if ended_by:
        raise reader.fault(f"#{ended_by} without a beginning")
    return nodes


class _TemplateReader(Reader):
    """Reads text, references and directives."""

    def quoted(self, text: str) -> tuple[Node, ...]:
        return parse(text)

    def block(self) -> tuple[tuple[Node, ...], str]:
        """Everything up to #end, #else, #elseif or the end of the text; and which of them it was."""
        nodes: list[Node] = []
        text: list[str] = []

        def add(node: Node) -> None:
            if text:
                nodes.append(Text("".join(text)))
                text.clear()
            nodes.append(node)

        while self.at < len(self.text):
            rest = self.text[self.at]
            if rest == "\\" and self.text[self.at + 1 : self.at + 2] in ("$", "#"):
                text.append(self.text[self.at + 1])
                self.at += 2
            elif rest == "$" and _REFERENCE.match(self.text, self.at):
                add(self.reference())
            elif rest == "#":
                if (plain := self._plain()) is not None:
                    text.append(plain)
                    continue
                found = _DIRECTIVE.match(self.text, self.at)
                name = (found[1] or found[2]) if found else ""
                if found is not None and name.startswith("else") and name not in _ENDS:
                    name = "else"  # `#elsefoo` is #else, and text
                if name in _ENDS and found is not None:
                    self.at = found.end() if found[1] or name == found[2] else self.at + 1 + len(name)
                    if name != "elseif":
                        self._end_line()
                    if text:
                        nodes.append(Text("".join(text)))
                    return tuple(nodes), name
                node = self._directive(name, found) if found else None
                if node is None:
                    text.append("#")
                    self.at += 1
                else:
                    add(node)
            else:
                text.append(rest)
                self.at += 1
        if text:
            nodes.append(Text("".join(text)))
        return tuple(nodes), ""

    def _plain(self) -> str | None:
        """Comments give nothing; #[[ ]]# gives what is in it."""
        for start, end, kept in (("##", "\n", False), ("#*", "*#", False), ("#[[", "]]#", True)):
            if self.text.startswith(start, self.at):
                stop = self.text.find(end, self.at + len(start))
                stop = len(self.text) if stop < 0 else stop
                inside = self.text[self.at + len(start) : stop]
                self.at = min(len(self.text), stop + len(end))
                return inside if kept else ""
        return None

    def _directive(self, name: str, found: re.Match[str]) -> Node | None:
        start, line = self.at, self.line
        self.at = found.end()
        if name == "set":
            self.expect("(")
            target = self.spaced_reference()
            self.expect("=")
            value = self.expression()
            self.expect(")")
            self._end_line()
            return Set(target, value)
        if name == "if":
            return self._if()
        if name == "foreach":
            return self._foreach(line)
        if name == "macro":
            return self._macro()
        if name in ("break", "stop", "return"):
            self._end_line()
            return Leave(name)
        if self.peek() != "(":
            self.at = start
            return None  # such as the colour #fff
        arguments: list[Expression] = []
        self.expect("(")
        while self.spaced() != ")":
            arguments.append(self.expression())
            if self.spaced() == ",":
                self.at += 1
        self.expect(")")
        return MacroCall(name, tuple(arguments), self.text[start : self.at], line)

    def _if(self) -> If:
        cases: list[tuple[Expression, tuple[Node, ...]]] = []
        otherwise: tuple[Node, ...] = ()
        ended_by = "elseif"
        while ended_by == "elseif":
            condition = self._condition()
            body, ended_by = self.block()
            cases.append((condition, body))
        if ended_by == "else":
            otherwise, ended_by = self.block()
        if ended_by != "end":
            raise self.fault("#if without #end")
        return If(tuple(cases), otherwise)

    def _condition(self) -> Expression:
        self.spaced()
        self.expect("(")
        condition = self.expression()
        self.expect(")")
        self._end_line()
        return condition

    def _foreach(self, line: int) -> Foreach:
        self.spaced()
        self.expect("(")
        target = self.spaced_reference()
        if not self.word("in"):
            raise self.fault("#foreach needs 'in', as in #foreach($one in $all)")
        values = self.expression()
        self.expect(")")
        self._end_line()
        body, ended_by = self.block()
        if ended_by != "end":
            raise self.fault("#foreach without #end")
        return Foreach(target.name, values, body, line)

    def _macro(self) -> Macro:
        self.spaced()
        self.expect("(")
        self.spaced()
        name = self.name()
        parameters: list[str] = []
        while self.spaced() == "$" or self.peek() == ",":
            if self.peek() == ",":
                self.at += 1
                continue
            found: Reference = self.reference()
            parameters.append(found.name)
        self.expect(")")
        self._end_line()
        body, ended_by = self.block()
        if ended_by != "end":
            raise self.fault("#macro without #end")
        return Macro(name, tuple(parameters), body)

    def _end_line(self) -> None:
        """A directive takes the rest of its line with it when nothing else stands there."""
        if found := _REST_OF_LINE.match(self.text, self.at):
            self.at = found.end()
