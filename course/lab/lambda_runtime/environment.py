"""One execution environment: imports the code once (cold start) and keeps module state for warm calls.

Life cycle: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
Variables: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3

from course.lab.lambda_runtime import faults, scratch
from course.lab.lambda_runtime.capture import LogSetup
from course.lab.lambda_runtime.unpack import Package

Handler = Callable[[Any, Any], Any]


class Environment:
    """The code of one function version, ready to be called."""

    def __init__(self, package: Package, handler: str, variables: dict[str, str], log_stream: str) -> None:
        self.package = package
        self.log_stream = log_stream
        self.logs = LogSetup()
        self.handler: Handler | None = None
        self._setting = handler
        self._variables = variables
        self._modules: dict[str, ModuleType] = {}
        self._session: Any = None

    def load(self) -> Handler:
        """Import the handler's module and find the handler. Raises a Fault with AWS's words."""
        module_name, dot, function = self._setting.rpartition(".")
        if not dot:
            raise faults.bad_handler(self._setting)
        name = module_name.replace("/", ".")
        try:
            module = importlib.import_module(name)
        except SyntaxError as error:
            raise faults.syntax(module_name, error, self.package.as_on_aws) from None
        except ImportError as error:
            raise faults.not_importable(module_name, error) from None
        found: Handler | None = getattr(module, function, None)
        if found is None:
            raise faults.no_handler(module_name, function)
        self.handler = found
        return found

    def tell(self, name: str, value: str) -> None:
        """Set a variable that is another one for each invocation."""
        self._variables[name] = value

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Make this process look like the environment, and give everything back afterwards."""
        variables, folder, path = dict(os.environ), Path.cwd(), list(sys.path)
        session, byte_code = boto3.DEFAULT_SESSION, sys.dont_write_bytecode
        hidden = self._hide(self.package.names)
        sys.modules.update(self._modules)
        os.environ.update(self._variables)
        sys.path[:0] = self.package.path
        sys.dont_write_bytecode = True
        boto3.DEFAULT_SESSION = self._session
        os.chdir(self.package.task_root)
        importlib.invalidate_caches()
        try:
            with scratch.mapped(self.package.tmp):
                yield
        finally:
            os.chdir(folder)
            self._session, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, session
            sys.dont_write_bytecode = byte_code
            sys.path[:] = path
            os.environ.clear()
            os.environ.update(variables)
            self._modules = self._take_out()
            sys.modules.update(hidden)

    def _hide(self, names: set[str]) -> dict[str, ModuleType]:
        """Take away the notebook's modules of the same names; a name of the standard library stays Python's."""
        ours = {name: sys.modules[name] for name in _loaded(names - sys.stdlib_module_names)}
        for name in ours:
            del sys.modules[name]
        return ours

    def _take_out(self) -> dict[str, ModuleType]:
        taken = {
            name: module
            for name in _loaded(self.package.names)
            if self.package.owns(getattr(module := sys.modules[name], "__file__", None)) or self._is_namespace(module)
        }
        for name in taken:
            del sys.modules[name]
        return taken

    def _is_namespace(self, module: ModuleType) -> bool:
        return any(self.package.owns(folder) for folder in getattr(module, "__path__", None) or [])


def _loaded(names: set[str]) -> list[str]:
    """The modules in memory that have one of these names, or lie below one; asked for at every request."""
    below = tuple(f"{name}." for name in names)
    return [name for name in sys.modules if name in names or name.startswith(below)]
