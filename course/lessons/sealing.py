"""The step of nbgrader's release that takes reasons and right answers out of scenario questions."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from course.lessons.questions import Question, parse_question, seal

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
