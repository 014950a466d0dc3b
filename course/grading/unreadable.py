"""Says in one line why a file that was handed in is no notebook, and what to ask for."""

from __future__ import annotations

import json
from typing import Any

import nbformat

ASK = "ask for it again"


def no_notebook(text: str, error: Exception) -> str:
    """Return the reason, for the text of a file at which nbformat failed with ``error``.

    >>> no_notebook("", ValueError())
    'the file is empty; ask for it again'
    """
    if not text.strip("\0 \t\r\n"):
        return f"the file is empty; {ASK}"
    if "\ufffd" in text[:200]:
        return f"the file is not text (another kind of file with a notebook's name?); {ASK}"
    try:
        data: Any = json.loads(text)
    except json.JSONDecodeError as wrong:
        if wrong.pos >= len(text.rstrip()) - 1 or wrong.msg.startswith("Unterminated"):
            return f"the file breaks off at line {wrong.lineno}: it was not saved or sent whole; {ASK}"
        return f"the file is no notebook: line {wrong.lineno}, column {wrong.colno} is not JSON; {ASK}"
    except (RecursionError, ValueError):
        return f"the file is no notebook: its JSON is nested too deeply; {ASK}"
    if not isinstance(data, dict) or ("cells" not in data and "worksheets" not in data):
        return f"the file is JSON, but no notebook: it has no cells; {ASK}"
    version = data.get("nbformat")
    if not isinstance(version, int) or version > nbformat.current_nbformat:
        known = nbformat.current_nbformat
        return f"the notebook says that it is of format {version!r:.20}, and {known} is the newest known; {ASK}"
    return f"the notebook is damaged{_where(error) or _where(_first_problem(data))}; {ASK}"


def _first_problem(data: dict[str, Any]) -> Exception | None:
    """Return what nbformat's schema has against the notebook, where its reader stumbled before it looked."""
    try:
        found: Exception | None = next(iter(nbformat.validator.iter_validate(data, version=4)), None)
    except Exception:  # it stumbles again
        return None
    return found


def _where(error: Exception | None) -> str:
    """Return which part of the notebook its format does not allow, as far as the error tells."""
    path = [*getattr(error, "absolute_path", ())] or [*getattr(error, "relative_path", ())]
    if len(path) >= 2 and path[0] == "cells" and isinstance(path[1], int):
        what = f"has an impossible '{path[2]}'" if len(path) > 2 else "is not as cells are"
        return f": cell {path[1] + 1} {what}"
    return f": '{path[0]}' is not as it must be" if path else ""
