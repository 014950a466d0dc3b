"""A file that is no notebook: one line says what is wrong with it, and never quotes what is in it."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course.grading.unreadable import no_notebook

NOTEBOOK = nbformat.writes(new_notebook(cells=[new_code_cell("secret_answer = 42"), new_code_cell("1")]))
DATA = json.loads(NOTEBOOK)


def cell(**changes: object) -> str:
    return json.dumps({**DATA, "cells": [DATA["cells"][0], {**DATA["cells"][1], **changes}]})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("\ufffd\ufffd\0\1" * 9, "not text"),
        ("{ this is not JSON", "line 1, column 3 is not JSON"),
        (NOTEBOOK[:300], "breaks off at line"),
        (NOTEBOOK[: NOTEBOOK.index("secret") + 3], "breaks off at line"),
        ("[]", "has no cells"),
        ("[" * 100_000, "nested too deeply"),
        (json.dumps({**DATA, "nbformat": 9}), "of format 9"),
        (cell(source=5), "cell 2 has an impossible 'source'"),
        (cell(outputs="secret_output"), "cell 2 has an impossible 'outputs'"),
        (cell(metadata=None), "cell 2"),
    ],
)
def test_one_line_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(Exception) as error:  # nbformat raises what comes up
        nbformat.validate(nbformat.reads(text, as_version=4))
    reason = no_notebook(text, error.value)
    assert said in reason
    assert reason.endswith("ask for it again")
    assert "\n" not in reason and len(reason) < 120 and "{" not in reason and "secret" not in reason
