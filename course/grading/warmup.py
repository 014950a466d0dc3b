"""What the warm process does once so that no notebook has to: imports, caches of pure functions, first uses."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.grading.services import ALIASES, CALLS
from course.grading.shell import WarmKernel, make_kernel

IMPORTED = ("boto3", "moto", "pandas", "matplotlib.pyplot", "ipywidgets", "unittest.mock", "time_machine", "duckdb")
COURSE = ("course.lab", "course.facts", "course.charts", "course.lessons")


def warm_up(services: tuple[str, ...]) -> WarmKernel:
    """Return the kernel of a process that has done everything once; raise when it could not be forked safely."""
    kernel = make_kernel()
    for name in (*IMPORTED, *COURSE):
        _import(name)
    for service in services:
        for part in ("models", "responses", "urls"):
            _import(f"moto.{service}.{part}")
    _remember_pure_functions()
    _call_services(services)
    _draw_and_fail(kernel)
    if threading.active_count() > 1 or len(list(Path("/proc/self/task").iterdir())) > 1:
        raise RuntimeError(f"the warm process must not have threads before it forks: {threading.enumerate()}")
    return kernel


def _import(name: str) -> None:
    """Import a module; one that this installation does not have is left out."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise


def _remember_pure_functions() -> None:
    """Cache what boto3 and moto work out again for every client and request, with the same result."""
    import botocore.hooks
    import botocore.loaders

    botocore.hooks.accepts_kwargs = functools.lru_cache(maxsize=None)(botocore.hooks.accepts_kwargs)
    load = botocore.loaders.JSONFileLoader.load_file
    cache: dict[str, Any] = {}

    def load_file(self: Any, file_path: str) -> Any:
        if file_path not in cache:
            cache[file_path] = load(self, file_path)
        return cache[file_path]

    loader: Any = botocore.loaders.JSONFileLoader
    loader.load_file = load_file
    _remember_services(botocore.loaders.Loader)
    for name in ("camelcase_to_underscores", "camelcase_to_pascal", "underscores_to_camelcase"):
        _cache_everywhere("moto", name)


def _remember_services(loader: Any) -> None:
    """Cache the list of services, as long as nobody has models of their own."""
    original = loader.list_available_services
    cache: dict[Any, list[str]] = {}

    def list_available_services(self: Any, type_name: str) -> list[str]:
        key = (tuple(self.search_paths), type_name, Path(self.CUSTOMER_DATA_PATH).is_dir())
        if key not in cache:
            cache[key] = original(self, type_name)
        return list(cache[key])

    loader.list_available_services = list_available_services


def _cache_everywhere(package: str, name: str) -> None:
    """Put one cached version of a function wherever the package has imported it."""
    cached: dict[Callable[..., Any], Callable[..., Any]] = {}
    for module in [module for key, module in list(sys.modules.items()) if key.partition(".")[0] == package]:
        function = vars(module).get(name)
        if callable(function):
            setattr(module, name, cached.setdefault(function, functools.lru_cache(maxsize=10_000)(function)))


def _call_services(services: tuple[str, ...]) -> None:
    """Open the lab, call each service once, close it again."""
    boto3: Any = importlib.import_module("boto3")
    from course import lab

    with contextlib.redirect_stdout(io.StringIO()):
        lab.start()
        for service, call in CALLS.items():
            if not {service, *ALIASES.get(service, ())} & set(services):
                continue
            with contextlib.suppress(Exception):
                getattr(boto3.client(service), call)()
        for service in ("sqs", "dynamodb", "s3", "sns"):
            boto3.resource(service)
        lab.reset()
        lab.stop()


def _draw_and_fail(kernel: WarmKernel) -> None:
    """Draw one figure and format one error, for the fonts, lexers and module tables these load."""
    import matplotlib.pyplot as plt
    from IPython.core.pylabtools import print_figure

    figure, axes = plt.subplots()
    axes.set_title("warm")
    print_figure(figure)
    plt.close("all")
    try:
        raise LookupError("warm")
    except LookupError:
        shell: Any = kernel.shell
        shell.InteractiveTB.structured_traceback(*sys.exc_info(), tb_offset=0)
