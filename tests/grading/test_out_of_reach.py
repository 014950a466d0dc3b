# ruff: noqa: E501
"""What judges cannot be reached from a notebook, and what libraries do for themselves goes on working there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course.grading.warm import Warm

pytestmark = pytest.mark.xdist_group("out of reach")
REACH = Path(__file__).with_name("reach.py")


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(jobs=1, services=("sqs",)) as process:
        yield process


def said(warm: Warm, *codes: str) -> str:
    """What the last cell printed, or its error."""
    done = warm.run(new_notebook(cells=[new_code_cell(code) for code in codes]), timeout=240)
    output = done.cells[-1].outputs[-1]
    return output.text.strip() if output.output_type == "stream" else f"{output.ename}: {output.evalue}"


def test_nothing_that_judges_can_be_reached_by_any_path_of_names(warm: Warm) -> None:
    assert said(warm, REACH.read_text()) == "[]"


def test_nor_while_the_notebook_waits_for_its_next_cell(warm: Warm) -> None:
    """A background task then finds the event loop listening to the grader."""
    later = "import asyncio\nasync def look():\n    global told\n    await asyncio.sleep(0)\n"
    body = "\n".join(
        f"    {line}"
        for line in REACH.read_text().partition("loop = asyncio")[2].join(["loop = asyncio", ""]).splitlines()
    )
    head = REACH.read_text().partition("loop = asyncio")[0].replace('"""', "'''", 2)
    start = later + body.replace("print(sorted(found)[:20])", "told = sorted(found)[:20]")
    run = "told = None\ntask = asyncio.get_running_loop().create_task(look())"
    assert said(warm, f"{head}\n{start}\n{run}", "await task\nprint(told)") == "[]"


ORDINARY = {
    "logging": "import logging, io\nout = io.StringIO()\nlogging.basicConfig(stream=out, format='%(funcName)s', force=True)"
    "\nlogging.warning('x')\nprint(out.getvalue().count('<module>'))",
    "a warning": "import warnings\nwith warnings.catch_warnings(record=True) as seen:\n    warnings.simplefilter('always')"
    "\n    warnings.warn('x', stacklevel=2)\nprint(len(seen))",
    "a traceback": "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n"
    "    print('line 3' in traceback.format_exc() and 1)",
    "a printed stack": "import traceback, io\nout = io.StringIO()\ntraceback.print_stack(file=out)\nprint(bool(out.getvalue()) + 0)",
    "a named tuple": "from collections import namedtuple\nprint(namedtuple('P', 'x', defaults=[1])().x)",
    "enums and data classes": "import enum, dataclasses\nclass C(enum.Enum):\n    A = 1\n@dataclasses.dataclass\n"
    "class D:\n    x: int = 1\nassert D() == D()\nprint(C.A.value)",
    "a frame filtered by a local name": "import pandas as pd\ndef f():\n    most = 1\n"
    "    return pd.DataFrame({'a': [1, 2]}).query('a <= @most')\nprint(len(f()))",
    "a signature": "import inspect, boto3\nprint(1 if inspect.signature(boto3.client) else 0)",
    "a module of one's own": "import sys\nopen('mine.py', 'w').write('x = 1')\nsys.path.insert(0, '.')\nimport mine\nprint(mine.x)",
    "and its bytecode": "import os, sys, py_compile\nopen('yours.py', 'w').write('x = 1')\npy_compile.compile('yours.py', 'yours.pyc')\n"
    "os.remove('yours.py')\nsys.path.insert(0, '.')\nimport yours\nprint(yours.x)",
    "libraries not loaded before": "import wave, networkx, sqlite3, decimal\nprint(1)",
    "threads and pools": "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool:\n"
    "    print(sum(pool.map(int, ['0', '1'])))",
    "background tasks": "import asyncio\nasync def f():\n    return 1\nprint(sum(await asyncio.gather(f(), asyncio.to_thread(int))))",
    "alarms": "import signal\nrung = []\nsignal.signal(signal.SIGALRM, lambda *a: rung.append(a[0]))\nsignal.raise_signal(14)"
    "\nprint(len(rung))",
    "mocks": "from unittest import mock\nimport json\nwith mock.patch.object(json, 'dumps', return_value=1):\n    print(json.dumps(0))",
    "own defaults": "def f(x=0):\n    return x\nf.__defaults__ = (1,)\nprint(f())",
    "magics": "%time 1\nget_ipython().run_line_magic('env', 'X=1')\nimport os\nprint(os.environ['X'])",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_what_libraries_do_for_themselves_is_not_refused(warm: Warm, name: str) -> None:
    assert said(warm, ORDINARY[name]).splitlines()[-1] == "1"
