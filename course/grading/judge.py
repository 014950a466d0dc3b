"""Runs test cells so that their result is theirs: past IPython's hooks, with names and libraries as they should be.

Ordinary cells go through IPython. A test cell is compiled and run by this module, which keeps its own references to
everything it uses from before the first cell of the notebook ran.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import course
from course.grading import honest, integrity
from course.grading.hidden import Hidden
from course.grading.integrity import Watch
from course.grading.origins import is_client
from course.grading.prepared import Prepared, as_python, known, prepare, stored_in
from course.grading.shell import WarmKernel
from course.grading.tampered import Tampered
from course.grading.warden import _signal

_COROUTINE = 0x80  # inspect.CO_COROUTINE
_PATIENCE = 1.0
"""Seconds to wait for threads that a cell has left running."""


class _Names(MutableMapping[str, Any]):
    """The names of a test cell at top level: the notebook's, except those that must not be the submission's.

    What the cell binds goes to the notebook too, as always; what it binds by ``with``, ``import``, ``def`` or
    ``class`` stays what it was for the cell, whatever the functions that it calls do.
    """

    def __init__(self, notebook: dict[str, Any], fixed: dict[str, Any], binds: frozenset[str]) -> None:
        self._notebook = notebook
        self._fixed = fixed
        self._binds = binds

    def __getitem__(self, name: str) -> Any:
        if name in self._fixed:
            return self._fixed[name]
        return self._notebook[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self._binds or name in self._fixed:
            self._fixed[name] = value
        self._notebook[name] = value

    def __delitem__(self, name: str) -> None:
        self._fixed.pop(name, None)
        del self._notebook[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._notebook)

    def __len__(self) -> int:
        return len(self._notebook)


class Judge(Hidden):
    """Keeps what test cells need, and runs them.

    `locked` runs after each locked cell that is no test: what such a cell imports or defines is the lesson's own.
    """

    def __init__(self, kernel: WarmKernel, watch: Watch) -> None:
        from matplotlib_inline.backend_inline import flush_figures  # must not be imported before there is a shell

        self._flush_figures: Any = flush_figures
        self._kernel: Any = kernel
        self._shell: Any = kernel.shell
        shell: Any = kernel.shell
        self._cache = type(shell.compile).cache.__get__(shell.compile)
        self._show = type(shell).showtraceback.__get__(shell)
        self._show_syntax_error = type(shell).showsyntaxerror.__get__(shell)
        self._displayhook = shell.displayhook
        self._watch = watch
        self._names: dict[str, Any] = {}
        self._clients: dict[str, Any] = {}
        self._cell = ""
        self._count = 0
        self._streams: tuple[Any, Any] = (sys.stdout, sys.stderr)
        self._lab = str(Path(course.__file__).parent / "lab")

    def before_locked(self) -> list[str]:
        """Put the libraries right before a cell of the lesson runs; return what had been replaced."""
        return self._watch.replaced()

    def mend(self) -> None:
        """Put back what the process itself cannot do without, after any cell."""
        self._watch.replaced(vital=True)

    def after_locked(self, code: str) -> None:
        """Note what a cell of the lesson has imported, defined and, through the lab, replaced."""
        self._watch.replaced(allow=True)
        space = self._shell.user_ns
        for name in stored_in(code):
            value = space.get(name)
            if isinstance(value, (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)):
                self._names[name] = value
                if isinstance(value, types.FunctionType) and value.__globals__ is space:
                    self._make_honest(value, code)
            elif is_client(value):
                self._clients[name] = value
                self._watch.note_client(name, value)

    def _make_honest(self, function: types.FunctionType, code: str) -> None:
        """Have a function of the lesson compare, and find builtins, as its tests do."""
        function.__code__ = known[code].function(function.__code__, self._names)

    async def run(self, code: str, msg_id: str) -> dict[str, Any]:
        """Run a test cell and return the content of its execute reply, with the ``value`` it ended with."""
        self._begin(code, msg_id)
        value: Any = None
        error: BaseException | None = None
        with _undisturbed(self._streams):
            try:
                self._watch.drop_foreign_handlers()
                self._expect_untouched("before this test")
                await asyncio.sleep(0)
                value = await self._execute(code)
                _quiet_signals()
                self._expect_untouched("while this test ran", still=True)
            except BaseException as caught:
                error = caught
                _quiet_signals()
                with contextlib.suppress(BaseException):
                    self._show_error(error)
                self._watch.replaced()
            with contextlib.suppress(BaseException):
                self._flush_figures()
        return self._finish(value, error)

    def _begin(self, code: str, msg_id: str) -> None:
        request = {"header": {"msg_id": msg_id, "msg_type": "execute_request"}, "content": {}, "metadata": {}}
        kernel = self._kernel
        _Kernel.set_parent(kernel, [b""], request)
        for stream in self._streams:
            type(stream).set_parent(stream, request)
        self._count = self._shell.execution_count
        _Kernel._publish_execute_input(kernel, code, request, self._count)
        self._shell.execution_count = self._count + 1

    async def _execute(self, code: str) -> Any:
        """Compile and run; return the value of the last expression."""
        transformed = known[code].transformed if code in known else as_python(code)
        name = self._cell = self._cache(transformed, self._count, raw_code=code)
        prepared = (known.get(code) or prepare(transformed, name)).at(name, self._names)
        names = self._names_for(prepared)
        await self._exec(prepared.body, names)
        value = None
        if prepared.last is not None:
            value = await self._exec(prepared.last, names)
            if value is not None and not prepared.silent:
                self._displayhook(value)
        self._expect_same_names(names)
        return value

    async def _exec(self, code: types.CodeType, names: _Names) -> Any:
        result = eval(code, self._shell.user_ns, names)
        return await result if code.co_flags & _COROUTINE else result

    def _names_for(self, prepared: Prepared) -> _Names:
        """Put the lesson's own names back where the submission has taken them, and fix them for this cell."""
        space, stores = self._shell.user_ns, prepared.stores
        for name, value in self._names.items():
            if name not in stores:
                space[name] = value
        for name, client in self._clients.items():  # another client of boto3's may be an answer
            if name not in stores and not is_client(space.get(name)):
                space[name] = client
        fixed = {name: value for name, value in self._names.items() if name not in stores}
        return _Names(space, fixed, prepared.binds)

    def _expect_same_names(self, names: _Names) -> None:
        """Refuse a result if a name that the test relies on was taken from it while it ran."""
        space = self._shell.user_ns
        for name, value in list(names._fixed.items()):
            if space.get(name) is not value:
                raise Tampered(f"the name '{name}' of the test was replaced while the test ran")

    def _expect_untouched(self, when: str, still: bool = False) -> None:
        integrity.quiet()
        self._stop_children()
        self._wait_for_threads()
        found = self._watch.replaced(still=still) + integrity.foreign_backends(self._watch.trusted)
        if found:
            listed = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
            raise Tampered(f"{listed} had been replaced {when}. Leave the libraries and the lab as they are.")
        if integrity.foreign_handlers(self._watch.trusted):
            _boto3.DEFAULT_SESSION = None

    def _wait_for_threads(self) -> None:
        until = _monotonic() + _PATIENCE
        while integrity.strays(_current_frames(), _get_ident(), self._watch.trusted, self._lab):
            if _monotonic() > until:
                raise Tampered("a thread started by an earlier cell is still running. End it before the test cell.")
            _sleep(0.02)

    def _stop_children(self) -> None:
        """Kill whatever programs earlier cells have left; inside the sandbox we are the first process."""
        if _getpid() == 1:
            with contextlib.suppress(ProcessLookupError):
                _kill(-1, signal.SIGKILL)

    def _show_error(self, error: BaseException) -> None:
        """Show an error as IPython would: from the cell on, without what ran it."""
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != self._cell:
            trace = trace.tb_next
        if trace is None and isinstance(error, SyntaxError):
            self._show_syntax_error()
        else:
            _leave_out_comparisons(trace)
            self._show((type(error), error, trace), tb_offset=0, running_compiled_code=True)

    def _finish(self, value: Any, error: BaseException | None) -> dict[str, Any]:
        shell = self._shell
        for stream in self._streams:
            type(stream).flush(stream)
        shell.user_ns.get("In", []).append("")
        shell.execution_count = self._count + 1
        reply: dict[str, Any] = {"execution_count": self._count, "payload": [], "user_expressions": {}}
        if error is None:
            number = value if type(value) in (int, float, bool) else None
            return reply | {"status": "ok", "value": number, "displayed": value is not None}
        shown = getattr(shell, "_last_traceback", None) or []
        trace = [str(line) for line in shown] if isinstance(shown, list) else []
        return reply | {"status": "error", "ename": type(error).__name__, "evalue": _words(error), "traceback": trace}


@contextlib.contextmanager
def _undisturbed(streams: tuple[Any, Any]) -> Iterator[None]:
    """Run with our own streams, the usual recursion limit and nobody's signal handlers or display hook."""
    before = (sys.stdout, sys.stderr)
    _quiet_signals()
    _setrecursionlimit(_RECURSION)
    sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _quiet_signals() -> None:
    """Take away the submission's signal handlers and alarms; the grader's interrupt stays."""
    for number in _HANDLED:
        _set_handler(number, _DEFAULT)
    for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
        _setitimer(timer, 0)
    _set_handler(_INTERRUPT, _signal.default_int_handler)


def _leave_out_comparisons(trace: types.TracebackType | None) -> None:
    """Have a trace go on where a comparison would, had nobody looked at what it compares."""
    while trace is not None:
        after = trace.tb_next
        while after is not None and after.tb_frame.f_code.co_filename == honest.__file__:
            after = after.tb_next
        trace.tb_next = after
        trace = after


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return "(its message cannot be shown)"


_HANDLED = [
    int(number)
    for number in (signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM)
]
_DEFAULT, _INTERRUPT = int(signal.SIG_DFL), int(signal.SIGINT)  # _signal.signal takes plain numbers only
_RECURSION = sys.getrecursionlimit()
_set_handler, _setitimer, _setrecursionlimit = _signal.signal, signal.setitimer, sys.setrecursionlimit
_current_frames, _kill, _getpid, _sleep, _monotonic = (
    sys._current_frames,
    os.kill,
    os.getpid,
    time.sleep,
    time.monotonic,
)
_get_ident = threading.get_ident
_boto3: Any = importlib.import_module("boto3")
_Kernel: Any = WarmKernel
