"""What the warm process does once so that no notebook has to: imports, caches of pure functions, first uses."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
import threading
from pathlib import Path
from typing import Any

from course.grading import pure_functions, swift_moto
from course.grading.imports_left_out import left_out
from course.grading.services import ALIASES, CALLS
from course.grading.shell import WarmKernel, make_kernel

IMPORTED = ("boto3", "moto", "pandas", "matplotlib.pyplot", "ipywidgets", "unittest.mock", "time_machine", "duckdb")
UNUSED = "pytest"
"""What `time_machine` imports where it is installed, to be a plug-in of it: 0.2 s."""
COURSE = ("course.lab", "course.facts", "course.charts", "course.lessons", "course.lessons.progress_picture")


def warm_up(services: tuple[str, ...]) -> WarmKernel:
    """Return the kernel of a process that has done everything once; raise when it could not be forked safely."""
    kernel = make_kernel()
    with left_out(UNUSED):
        for name in (*IMPORTED, *COURSE):
            _import(name)
    for service in services:
        for part in ("models", "responses", "urls"):
            _import(f"moto.{service}.{part}")
    pure_functions.remember()
    swift_moto.hasten()
    from course.grading import pictures  # brings matplotlib, which must find the kernel's settings in place

    pictures.remember_charts()
    _call_services(services)
    _unpack_cdk(services)
    _draw_and_fail(kernel)
    _show_tables()
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
                client = boto3.client(service)
                getattr(client, call)()
                client.get_waiter(client.waiter_names[0])
        for service in {"sqs", "dynamodb", "s3", "sns"} & set(services):
            boto3.resource(service)
        lab.reset()
        lab.stop()


def _show_tables() -> None:
    """Read the facts, and show a table as a notebook and as a terminal would."""
    import pandas

    from course import facts

    facts.limits(facts.services()[0])
    table = pandas.DataFrame({"warm": [1.5], "cold": ["x"]})
    table.to_html(), table.to_string()


def _unpack_cdk(services: tuple[str, ...]) -> None:
    """Have CDK's packages unpacked where notebooks can read them; once for an installation."""
    if "cloudformation" in services:
        from course.lab.cdk.node import unpack

        unpack()


def _draw_and_fail(kernel: WarmKernel) -> None:
    """Draw two figures and format one error, for the fonts, lexers and module tables these load."""
    import matplotlib.pyplot as plt
    from IPython.core.pylabtools import print_figure

    from course import charts
    from course.grading import pictures

    figure, axes = plt.subplots()
    axes.set_title("warm")
    print_figure(figure)
    plt.close("all")
    charts.bars({"warm": 1.0, "cold": 2.0}, headline="Warm", unit="s", source="https://example.org").png()
    pictures.known.clear()
    try:
        raise LookupError("warm")
    except LookupError:
        shell: Any = kernel.shell
        shell.InteractiveTB.structured_traceback(*sys.exc_info(), tb_offset=0)
