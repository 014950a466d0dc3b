"""Our own steps in nbgrader's release: reasons and right answers leave the questions, broken code stays bare."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from course.lessons.questions import Question, parse_question, seal

STUB = "...  # your code here"

_CALL = re.compile(r'^question\("(?P<name>[\w-]+)", answer\)$', re.MULTILINE)


class SealQuestions(NbGraderPreprocessor):
    """Runs after ClearSolutions: the question loses its reasons, they go sealed into the check cell."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        asked: dict[str, Question] = {}
        for cell in nb.cells:
            if name := cell.metadata.get("question"):
                asked[name] = parse_question(cell.source)
                cell.source = asked[name].asked()
            elif (name := cell.metadata.get("answer")) in asked:
                letters = ", ".join(option.letter for option in asked[name].options)
                cell.source = f'answer = ""  # one of {letters}'
            elif (name := cell.metadata.get("check")) in asked:
                sealed = seal(name, asked[name])
                cell.source = _CALL.sub(f'question("{name}", answer, "{sealed}")', cell.source)
        return nb, resources


class KeepBrokenCode(NbGraderPreprocessor):
    """Runs after ClearSolutions: a repair exercise shows the broken code, without a stub line behind it."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if cell.metadata.get("repair"):
            lines = [line for line in cell.source.splitlines() if line.strip() != STUB]
            cell.source = "\n".join(lines).rstrip()
        return cell, resources
