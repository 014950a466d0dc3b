"""How the result of an exercise looks: right, not yet, not tried. Words and signs first, colour last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

_BOLD, _RESET = "\x1b[1m", "\x1b[0m"
_STYLE = "border-left:4px solid #117733;padding:.4em .8em;margin:.2em 0;white-space:pre-line"


class NotYet(AssertionError):
    """The exercise was tried and something is still wrong. The message says what, and where to look."""

    sign, words = "✗", "Not yet"

    def __init__(self, exercise: str, message: str) -> None:
        super().__init__(message)
        self.exercise = exercise
        self.message = message

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        lines = self.message.strip().splitlines()
        return [f"{_BOLD}{self.sign} {self.words}: {self.exercise}{_RESET}", *(f"  {line}" for line in lines)]


class NotTried(NotYet):
    """The exercise still holds its stub."""

    sign, words = "○", "Not tried yet"


@dataclass(frozen=True)
class Right:
    """The exercise is solved."""

    exercise: str
    message: str
    words: str = "Right"

    def __repr__(self) -> str:
        return f"✓ {self.words}: {self.exercise}\n  {self.message}".rstrip()

    def _repr_html_(self) -> str:
        return (
            f'<div role="status" style="{_STYLE}">'
            f"<strong>✓ {escape(self.words)}: {escape(self.exercise)}</strong>\n{_with_code(self.message)}</div>"
        )


def _with_code(message: str) -> str:
    """HTML of a message in which `code` stands between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(message))


def show(outcome: object) -> None:
    """Show an outcome in a notebook, or print it elsewhere."""
    from IPython.core.getipython import get_ipython

    if get_ipython() is None:
        print(outcome)
    else:
        from IPython.display import display

        display(outcome)
