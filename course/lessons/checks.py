"""What a check cell says: `with check("exercise-id", needs="answer") as expect: ...`.

A check runs the learner's answer and looks at what the account does. Whatever goes wrong inside the `with` block,
also an exception in the learner's own code, ends in one friendly outcome.
"""

from __future__ import annotations

import linecache
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from course.facts.fact import DecimalFact, WholeFact
from course.lessons.current import current_lesson
from course.lessons.outcome import NotTried, NotYet, Right, show
from course.lessons.progress import record

__all__ = ["Expect", "NotTried", "NotYet", "check"]

_MISSING = object()


class Expect:
    """The words of a check: `expect(true_or_false, "what is wrong; where to look")`."""

    def __init__(self, exercise: str) -> None:
        self._exercise = exercise

    def __call__(self, condition: object, message: str) -> None:
        """Go on if the condition holds; else end the check with the message."""
        if condition is not True and not _plainly_true(condition):
            raise NotYet(self._exercise, message)

    def equal(self, got: object, wanted: object, what: str) -> None:
        """Compare by value. Types count too, so that an object that claims to equal everything does not pass."""
        if not _same(got, wanted):
            raise NotYet(self._exercise, f"{what}: your answer gives {got!r}, it should be {wanted!r}.")

    def close(self, got: object, wanted: float, what: str, within: float = 0.005) -> None:
        """Compare numbers, by default to half a percent."""
        if isinstance(got, bool) or not isinstance(got, (int, float)):
            raise NotYet(self._exercise, f"{what}: your answer gives {got!r}, it should be a number.")
        if not abs(float(got) - wanted) <= within * max(abs(wanted), 1e-12):
            raise NotYet(self._exercise, f"{what}: your answer gives {got:,.6g}, it should be about {wanted:,.6g}.")

    @contextmanager
    def refused(self, code: str, message: str) -> Iterator[None]:
        """The block must be refused by AWS with this error code; `message` says what it means if it is not."""
        try:
            yield
        except ClientError as error:
            got = error.response.get("Error", {}).get("Code", "")
            if got != code:
                raise NotYet(self._exercise, f"{message} (AWS answered {got}, not {code}.)") from error
            return
        raise NotYet(self._exercise, message)

    def not_tried(self, untouched: object) -> None:
        """End the check as 'not tried' if the exercise is plainly untouched."""
        if untouched:
            raise NotTried(self._exercise, _START)


_RUN_ABOVE = "Run the cells above first (in the menu: Run > Run All Above Selected Cell)."
_START = "Write your answer in the cell above and run it, then run this cell again."


class check:
    """Check one exercise.

    `needs` names what the answer cell must define; `right` is said when all is well, and tells why it matters.
    `words` stand before it where "Right" would say too much.

    >>> with check("visibility-timeout", needs="make_queue", right="The message stays hidden.") as expect:
    ...     url = make_queue("photos")
    ...     expect(url.endswith("photos"), "make_queue should return the queue's URL.")
    """

    def __init__(self, exercise: str, needs: str | Sequence[str] = (), right: str = "", words: str = "Right") -> None:
        self._exercise = exercise
        self._needs = [needs] if isinstance(needs, str) else list(needs)
        self._right = Right(exercise, right, words)
        frame = sys._getframe(1)
        self._names = frame.f_globals
        self._cell = frame.f_code.co_filename

    def __enter__(self) -> Expect:
        try:
            for name in self._needs:
                self._must_be_there(name)
        except NotYet as outcome:
            self._keep(outcome)
            raise
        return Expect(self._exercise)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        if error is None:
            record(current_lesson(), self._exercise, "right")
            show(self._right)
            return
        if isinstance(error, KeyboardInterrupt):
            return
        outcome = error if isinstance(error, NotYet) else self._explain(error, trace)
        self._keep(outcome)
        if outcome is error:
            return
        raise outcome from None

    def _keep(self, outcome: NotYet) -> None:
        record(current_lesson(), self._exercise, "not tried" if isinstance(outcome, NotTried) else "not yet")

    def _must_be_there(self, name: str) -> None:
        value = self._names.get(name, _MISSING)
        if value is _MISSING:
            raise NotTried(self._exercise, f"There is no `{name}` yet. Run the answer cell above first.")
        if value is None or value is ... or value == "" or _is_stub(value):
            raise NotTried(self._exercise, _START)

    def _explain(self, error: BaseException, trace: types.TracebackType | None) -> NotYet:
        if isinstance(error, NotImplementedError) and not str(error).startswith("The lab does not"):
            return NotTried(self._exercise, _START)
        line = self._learners_line(trace)
        if isinstance(error, NameError) and not line:
            return NotYet(
                self._exercise, f"This check needs `{error.name}`, which a cell further up makes. {_RUN_ABOVE}"
            )
        said = _in_words(error)
        where = f"\nIt happened in your line:  {line}" if line else ""
        return NotYet(self._exercise, said + where)

    def _learners_line(self, trace: types.TracebackType | None) -> str:
        """The last line of the learner's own code that the error passed through."""
        line = ""
        while trace is not None:
            code = trace.tb_frame.f_code
            if trace.tb_frame.f_globals is self._names and code.co_filename != self._cell:
                line = linecache.getline(code.co_filename, trace.tb_lineno).strip()
            trace = trace.tb_next
        return line


def _plainly_true(condition: object) -> bool:
    """Truth of ordinary values only: an object of the learner's own class may not judge itself."""
    plain = (bool, int, float, str, bytes, list, tuple, dict, set, frozenset, types.NoneType)
    if type(condition) in plain:
        return bool(condition)
    return type(condition).__module__.partition(".")[0] in ("numpy", "pandas", "re") and bool(condition)


def _same(got: object, wanted: object) -> bool:
    """Equality of plain data, whatever `__eq__` the learner's objects bring along."""
    if isinstance(wanted, bool) or wanted is None:
        return got is wanted
    if isinstance(wanted, (int, float)):
        if type(got) in (int, WholeFact):
            return int.__add__(got, 0) == wanted  # type: ignore[operator]
        return type(got) in (float, DecimalFact) and float.__add__(got, 0.0) == wanted  # type: ignore[operator]
    if isinstance(wanted, (list, tuple)):
        if type(got) not in (list, tuple):
            return False
        pairs: list[Any] = list(got)  # type: ignore[call-overload]
        return len(pairs) == len(wanted) and all(map(_same, pairs, wanted))
    if isinstance(wanted, dict):
        if type(got) is not dict or len(got) != len(wanted):
            return False
        return all(key in got and _same(got[key], value) for key, value in wanted.items())
    return type(got) is type(wanted) and got == wanted


def _is_stub(value: object) -> bool:
    """Is this a function whose body is still empty (only a docstring, `...` or `pass`)?"""
    if not isinstance(value, types.FunctionType):
        return False
    empty: set[tuple[object, ...]] = {_shape(_empty), _shape(_documented)}
    # `return 900` has the same code as an empty body: it differs in what it returns.
    nothing = all(
        constant is None or constant is ... or constant == value.__doc__ for constant in value.__code__.co_consts
    )
    return nothing and _shape(value) in empty


def _empty() -> None: ...


def _documented() -> None:
    """A docstring."""


def _shape(function: Any) -> tuple[object, ...]:
    code = function.__code__
    return code.co_code, code.co_names


def _in_words(error: BaseException) -> str:
    if isinstance(error, ClientError):
        problem = error.response.get("Error", {})
        call = error.operation_name
        return f"AWS refused {call} with {problem.get('Code', '?')}: {problem.get('Message', '')}"
    if isinstance(error, WaiterError):
        return f"The waiter gave up: {error}"
    if isinstance(error, BotoCoreError):
        return f"boto3 did not send your call: {error}"
    if isinstance(error, NotImplementedError):
        return str(error)
    if isinstance(error, SystemExit):
        return "Your code ended the program with exit(). Return a value instead."
    if isinstance(error, RecursionError):
        return "Your function calls itself without end (RecursionError)."
    return f"Your code stopped with {type(error).__name__}: {error}"
