"""A container: a program with its disk, its variables and its output, in a process that looks like its inside.

Everything that belongs to the whole process (variables, folder, modules, standard output, boto3's default session) is
the container's while its program runs, and the notebook's again when the program waits.
"""

from __future__ import annotations

import datetime as dt
import importlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import boto3

from course.lab.apigateway.exchange import Answer, Sent
from course.lab.clock import clock
from course.lab.containers import http_server, metadata, programs
from course.lab.containers.disk import Disk, aside, for_the_lab
from course.lab.containers.process import Process, current, sleep
from course.lab.lambda_runtime import stoppable
from course.lab.lambda_runtime.capture import Printed

# No file and no service of this machine gives credentials inside a container.
_ALWAYS: Final = {
    "AWS_CONFIG_FILE": "/root/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/root/.aws/credentials",
    "AWS_EC2_METADATA_DISABLED": "true",
    "HOME": "/root",
}
_PATIENCE: Final = 60.0


@dataclass(frozen=True)
class _Outside:
    """What the process looked like before."""

    variables: dict[str, str]
    folder: int
    path: list[str]
    session: Any
    byte_code: bool
    hidden: dict[str, ModuleType]


class Container:
    """A container and its program."""

    def __init__(
        self, name: str, disk: Disk, arguments: list[str], environment: dict[str, str], folder: str = "/",
        neighbours: Callable[[], list[Container]] | None = None, wanted: Callable[[], bool] = lambda: True,
        ended: Callable[[Container], None] = lambda one: None, listens: Callable[[int, bool], None] = lambda *_: None,
        speaks: Callable[[Container, list[str]], None] = lambda *_: None, answers: metadata.Place | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.disk = disk
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
        self.servers: dict[int, Any] = {}
        self.printed = Printed()
        self.answers = answers
        self.process = Process(name, self._main, self.inside, wanted, self._paused)
        self._neighbours = neighbours or (lambda: [self])
        self._ended, self._listens, self._speaks = ended, listens, speaks
        self._told = False
        self._modules: dict[str, ModuleType] = {}
        self._session: Any = None
        self._log: tuple[int, list[logging.Handler]] = (logging.WARNING, [])

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.exit_code

    def start(self) -> None:
        """Run the program until it first waits. Raises programs.StartFailed if the image has no such program."""
        programs.check(self)
        clock.move(dt.timedelta(0))  # the clock's first step changes os.environ: not while the container's are there
        self.process.start()

    def listen(self, port: int, server: Any) -> None:
        """The program's server takes requests at a port from now on; None: no more."""
        if server is None:
            self.servers.pop(port, None)
        else:
            self.servers[port] = server
        self._listens(port, server is not None)

    def ask(self, port: int, sent: Sent) -> Answer:
        """What the program's server at this port answers. ConnectionRefusedError if none listens there."""
        server = self.servers.get(port)
        if server is None or self.process.is_over:
            raise ConnectionRefusedError(f"nothing listens on port {port}")
        with self.inside():
            if isinstance(server, programs.Pages):
                said: Answer = server.answer(sent)
            else:
                said = stoppable.run(lambda: self._as_mine(lambda: http_server.answer(server, sent)), _PATIENCE)
        self._paused()
        return said

    def run_beside(self, arguments: list[str]) -> int:
        """Run another command in the container, as a health check does; its exit code."""
        with self.inside():
            try:
                code: int = stoppable.run(lambda: self._as_mine(lambda: programs.run(self, arguments)), _PATIENCE)
            except (stoppable.TimeUp, stoppable.Exited, stoppable.OwnInterrupt) as end:
                code = getattr(end, "status", 1)
        self.printed.take()  # what a health check prints is not in the log
        return code

    def _main(self) -> int:
        try:
            return programs.run(self, self.arguments)
        except _Left as left:
            return left.code

    def _as_mine(self, function: Callable[[], Any]) -> Any:
        _local_room.append((_thread(), self))
        try:
            return function()
        finally:
            _local_room.remove((_thread(), self))

    def _paused(self) -> None:
        if lines := self.printed.take():
            self._speaks(self, lines)
        if self.process.is_over and not self._told:
            self._told = True
            for port in list(self.servers):
                self.listen(port, None)
            self._ended(self)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Make this process look like the container."""
        with ExitStack() as stack:
            with aside():
                stack.callback(self._leave(self._enter()))
            stack.enter_context(self._output())
            stack.enter_context(self.disk.mounted(self._is_mine))
            stack.enter_context(http_server.in_place(self, self._is_taken))
            stack.enter_context(metadata.reached(self.answers, self._neighbours, self._is_mine))
            stack.enter_context(_waiting(self))
            yield

    def _enter(self) -> _Outside:
        outside = _Outside(dict(os.environ), os.open(".", os.O_RDONLY), list(sys.path), boto3.DEFAULT_SESSION,
                           sys.dont_write_bytecode, self._hide())  # fmt: skip
        sys.modules.update(self._modules)
        os.environ.clear()
        os.environ.update({**_ALWAYS, **self.environment})
        sys.dont_write_bytecode = True
        boto3.DEFAULT_SESSION = self._session
        importlib.invalidate_caches()
        place = self.disk.place(self.folder)
        os.chdir(place[0] if place and place[0].is_dir() else self.disk.root)
        return outside

    def _leave(self, outside: _Outside) -> Callable[[], None]:
        def leave() -> None:
            with aside():
                os.fchdir(outside.folder)
                os.close(outside.folder)
                self._session, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, outside.session
                sys.dont_write_bytecode = outside.byte_code
                sys.path[:] = outside.path
                os.environ.clear()
                os.environ.update(outside.variables)
                self._modules = self._take_out()
                sys.modules.update(outside.hidden)

        return leave

    def _is_mine(self) -> bool:
        process = current()
        return process is self.process or (_thread(), self) in _local_room or _in_request(self)

    def _is_taken(self, port: int) -> bool:
        return any(port in one.servers for one in self._neighbours())

    @contextmanager
    def _output(self) -> Iterator[None]:
        root = logging.getLogger()
        outside = (sys.stdout, sys.stderr, root.level, root.handlers)
        sys.stdout = sys.stderr = self.printed
        root.setLevel(self._log[0])
        root.handlers = self._log[1]
        try:
            yield
        finally:
            self._log = (root.level, root.handlers)
            sys.stdout, sys.stderr, level, root.handlers = outside
            root.setLevel(level)

    def _names(self) -> set[str]:
        folders = [place[0]] if (place := self.disk.place(self.folder)) else []
        folders += [Path(one) for one in sys.path if one.startswith(str(self.disk.root))]
        found = {entry for folder in folders if folder.is_dir() for entry in folder.iterdir()}
        return {one.name.partition(".")[0] for one in found if one.suffix == ".py" or one.is_dir()}

    def _hide(self) -> dict[str, ModuleType]:
        """Take away the notebook's modules of the same names; a name of the standard library stays Python's."""
        names = self._names() - set(sys.stdlib_module_names)
        ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in names}
        for name in ours:
            del sys.modules[name]
        return ours

    def _take_out(self) -> dict[str, ModuleType]:
        roots = tuple(str(one) for one in (self.disk.root, *(mount.folder for mount in self.disk.mounts)))
        taken = {
            name: module
            for name, module in list(sys.modules.items())
            if str(getattr(module, "__file__", None) or "").startswith(roots)
        }
        for name in taken:
            del sys.modules[name]
        return taken


class _Left(BaseException):
    """The program left by os._exit."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


_local_room: list[tuple[int, Container]] = []


def _thread() -> int:
    import threading

    return threading.get_ident()


def _in_request(container: Container) -> bool:
    """Whether a request or a health check of this container runs, and no program of another one does."""
    return current() is None and bool(_local_room) and _local_room[-1][1] is container and stoppable.inside_a_run()


@contextmanager
def _waiting(container: Container) -> Iterator[None]:
    """Sleeping waits on the lab's clock; handlers of signals are kept for the container."""
    kept = (time.sleep, signal.signal, os._exit)

    def wait(seconds: float, /) -> None:
        if for_the_lab() or not sleep(seconds):
            kept[0](seconds)

    def handle(number: int, handler: Any, /) -> Any:
        process = current()
        if process is None:
            return kept[1](number, handler)
        before = process.handlers.get(int(number), signal.SIG_DFL)
        process.handlers[int(number)] = handler
        return before

    def leave(status: int = 0, /) -> None:
        if current() is None:
            kept[2](status)
        raise _Left(status)

    time.sleep, signal.signal, os._exit = wait, handle, leave  # type: ignore[assignment]
    try:
        yield
    finally:
        time.sleep, signal.signal, os._exit = kept
