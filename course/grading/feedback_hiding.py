"""A step for nbgrader's feedback: what it shows of hidden tests.

``"message"`` (the default) shows what a failed hidden test said, not its code; ``"hidden"`` says only that it failed;
``"full"`` shows everything, as nbgrader does by itself.
"""

from __future__ import annotations

import html
import re
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Enum, Unicode

from course.grading.report_notebooks import message_of
from course.grading.report_text import without_ansi

CHOICES = ("hidden", "message", "full")

_PLACE = "# A hidden test stands here. It repeats the check with other values."
_SAID = "(a line of a hidden test is left out here)"
_FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")
_TITLES = {"NotYet": "✗ Not yet", "NotTried": "○ Not tried yet"}
_LONGEST = 4000
_SHORTEST = 8
"""Shorter lines of code (`else:`, `x = 1`) are in many places; to blank them would hide what is no secret."""


class HideHiddenTests(NbGraderPreprocessor):
    """Takes the code of hidden tests out of a graded notebook."""

    show = Enum(CHOICES, default_value="message", help="What feedback shows of hidden tests.").tag(config=True)
    begin = Unicode("BEGIN HIDDEN TESTS", help="The line that begins a hidden test.").tag(config=True)
    end = Unicode("END HIDDEN TESTS", help="The line that ends it.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Leave out what is not to be shown, in code and in outputs."""
        resources["hidden_tests"] = self.show
        if self.show == "full":
            return nb, resources
        tests = [cell for cell in nb.cells if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)]
        hidden = {id(cell): self._hidden(cell.source) for cell in tests}
        secret = {line for lines in hidden.values() for line in lines} - _visible(nb, hidden)
        own = {
            cell.execution_count: cell.source for cell in nb.cells if cell.cell_type == "code" and not is_grade(cell)
        }
        for cell in nb.cells:
            if cell.cell_type == "code":
                self._clean(cell, hidden.get(id(cell), []), secret, own)
        return nb, resources

    def _clean(self, cell: NotebookNode, hidden: list[str], secret: set[str], own: dict[Any, str]) -> None:
        test = is_grade(cell) and not is_solution(cell)
        for output in cell.outputs:
            if output.output_type == "error" and test:
                _say(output, self.show == "hidden" and bool(hidden), own)
            _blank(output, secret)
        if hidden:
            cell.source = self._without(cell.source)

    def _hidden(self, source: str) -> list[str]:
        """Return the lines between the marks; without an end mark everything to the end."""
        found, inside = [], False
        for line in source.splitlines():
            if self.begin in line:
                inside = True
            elif self.end in line:
                inside = False
            elif inside:
                found.append(line.strip())
        return found

    def _without(self, source: str) -> str:
        kept, inside = [], False
        for line in source.splitlines():
            if self.begin in line:
                inside = True
                kept.append(line[: len(line) - len(line.lstrip())] + _PLACE)
            elif self.end in line:
                inside = False
            elif not inside:
                kept.append(line)
        return "\n".join(kept)


def _visible(nb: NotebookNode, hidden: dict[int, list[str]]) -> set[str]:
    """Return the lines that learners see anyway: in the visible part of tests, in their own code, in the lesson."""
    lines: set[str] = set()
    for cell in nb.cells:
        mine = [line.strip() for line in cell.source.splitlines()]
        for line in hidden.get(id(cell), []):
            mine.remove(line)
        lines.update(mine)
    return lines


def _say(output: NotebookNode, secretly: bool, own: dict[Any, str]) -> None:
    """Put the message in the place of the traceback, which quotes the test.

    The learner's own line is named where the error came from one; its text is taken from the learner's cell.
    """
    if secretly:
        output.evalue = "This exercise is not right yet; its test is hidden."
        output.traceback = [f"✗ {output.evalue}"]
        return
    said = without_ansi(str(output.evalue))[:_LONGEST].strip()
    if output.ename in _TITLES:  # they name the learner's line themselves
        output.traceback = [_TITLES[output.ename], *(f"  {line}" for line in said.splitlines())]
        return
    words = without_ansi("\n".join(output.traceback))
    lines = [f"✗ {message_of(output)}" if "\n" not in said else f"✗ {output.ename}: {said}"]
    for count, number in _FRAME.findall(words):
        source = own.get(int(count), "").splitlines()
        if 0 < int(number) <= len(source):
            lines.append(f"  in your cell [{count}], line {number}:  {source[int(number) - 1].strip()}")
    output.traceback = lines


def _blank(output: NotebookNode, secret: set[str]) -> None:
    """Take lines of hidden tests out of everything that an output says."""
    lines = sorted((line for line in secret if len(line) >= _SHORTEST), key=len, reverse=True)
    if not lines:
        return
    if output.output_type == "error":
        output.traceback = _cut("\n".join(output.traceback), lines).split("\n")
        output.evalue = _cut(output.evalue, lines)
    elif output.output_type == "stream":
        output.text = _cut(output.text, lines)
    else:
        for kind, value in output.get("data", {}).items():
            if isinstance(value, str) and not kind.startswith("image/"):
                quoted = any(line in html.unescape(value) for line in lines)
                output.data[kind] = _SAID if quoted and kind != "text/plain" else _cut(value, lines)


def _cut(text: str, lines: list[str]) -> str:
    bare = without_ansi(text)
    if not any(line in bare for line in lines):
        return text
    for line in lines:
        bare = bare.replace(line, _SAID)
    return bare
