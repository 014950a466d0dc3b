# ruff: noqa: E501
"""A warm run gives the outputs that a kernel gives: the same notebooks, run by nbgrader's own executor and by ours."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade

from course.grading.execute import UnsupportedKernel, WarmExecute
from course.grading.warm import Warm
from tests.grading.small_class import meta

PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}

ZOO = {
    "history": ["1", "_", "Out", "In[1]", "x = 5; x", "x;"],
    "printing": ["print('hi')\n1 + 1", "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')"],
    "errors": ["1 / 0", "def f():\n    raise ValueError('x')", "f()", "1 +", "raise SystemExit(1)", "raise KeyboardInterrupt"],
    "own-traceback": ["class E(Exception):\n    def _render_traceback_(self): return ['custom']\nraise E('m')"],
    "input": ["input('x')", "import getpass\ngetpass.getpass()"],
    "async": ["import asyncio\nawait asyncio.sleep(0)\nprint('z')", "async def g():\n    return 5\nawait g()"],
    "async-generators": ["async for x in __import__('types').SimpleNamespace(__aiter__=None): pass"],
    "running-loop": ["import asyncio\nasyncio.get_running_loop().is_running()", "c = asyncio.sleep(0)\nasyncio.run(c)", "c.close()"],
    "magics": ["%%capture c\nprint(1)", "print(c.stdout)", "%matplotlib inline", "%lsmagic", "%unknown", "%%unknown\nx"],
    "shell": ["!echo hi", "x = !echo a\nx", "%%bash\necho hi"],
    "figures": ["import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "fig, ax = plt.subplots()", "plt.plot([1])\nplt.show()"],
    "rich": ["import pandas as pd\npd.DataFrame({'a': [1, 2]})", "from IPython.display import *\ndisplay(HTML('<b>x</b>'))"],
    "updates": [
        "from IPython.display import display, clear_output, update_display\nh = display('a', display_id='q')",
        "update_display('b', display_id='q')",
        "print(1)\nclear_output()\nprint(2)\nclear_output(wait=True)\nprint(3)",
    ],
    "widgets": ["import ipywidgets as w\ns = w.IntSlider(value=3)\ns", "o = w.Output()\nwith o:\n    print('in')\no"],
    "many-lines": ["for i in range(2000):\n    print(i)"],
    "huge": ["print('x' * 3_000_000)", "'y' * 200_000", "list(range(20_000))", "1 / 0 # " + "z" * 100_000],
    "carriage-return": ["print('a\\rb')\nprint('c\\b')"],
    "warnings": ["import warnings\nwarnings.warn('careful')"],
    "pickles": ["import pickle\nclass A: pass\npickle.loads(pickle.dumps(A())).__class__.__name__"],
    "names": ["__name__", "get_ipython().__class__.__name__", "import tqdm\n'tqdm'"],
    "empty": ["", "# nothing", "   "],
    "interactivity": ["get_ipython().ast_node_interactivity = 'all'", "1\n2"],
    "logging": ["import logging\nlogging.warning('w')", "logging.getLogger().setLevel(10)\nlogging.info('i')"],
}  # fmt: skip
"""Cells by what they try. They run one after another in one notebook, so what changes the shell for good stands last."""
TESTS = [
    "assert 1 == 1",
    "assert 1 == 2, 'no'",
    "2.5",
    "0",
    "'text'",
    "raise ValueError",
    "1 +",
    "import sys\nprint(1, file=sys.stderr)",
]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(jobs=1, sandbox=False) as process:
        yield process


def both(warm: Warm, cells: list[NotebookNode]) -> tuple[NotebookNode, NotebookNode]:
    stock = new_notebook(cells=cells, metadata=copy.deepcopy(PYTHON))
    ours = copy.deepcopy(stock)
    Execute().preprocess(stock, {})
    return stock, warm.run(ours)


def shown(notebook: NotebookNode) -> list[tuple[int | None, str]]:
    """What a reader sees, without what differs from run to run: numbers of processes, objects and widgets."""
    return [(cell.get("execution_count"), _plain(_merged(cell.outputs))) for cell in notebook.cells]


def _merged(outputs: list[NotebookNode]) -> list[dict]:
    """Streams in one piece: where a kernel cuts them is a matter of timing."""
    merged: list[dict] = []
    for output in json.loads(json.dumps(outputs)):
        same = [
            one
            for one in merged
            if output["output_type"] == one["output_type"] == "stream" and one["name"] == output["name"]
        ]
        if same:
            same[0]["text"] += output["text"]
        else:
            merged.append(output)
    return sorted(merged, key=lambda one: one.get("name", "")) if all("name" in one for one in merged) else merged


def _plain(outputs: list[dict]) -> str:
    text = json.dumps(outputs, sort_keys=True)
    for pattern in (r"ipykernel_\d+", r"IPY_MODEL_\w+", r'"model_id": "\w+"', r"0x[0-9a-f]+", r"tmp\w{8}"):
        text = re.sub(pattern, "*", text)
    return text


@pytest.fixture(scope="module")
def zoo(warm: Warm) -> tuple[NotebookNode, NotebookNode]:
    """All of it, in a kernel and warm: a kernel takes seconds to start."""
    return both(warm, [new_code_cell(code) for codes in ZOO.values() for code in codes])


@pytest.mark.parametrize("name", ZOO)
def test_outputs_are_those_of_a_kernel(zoo: tuple[NotebookNode, NotebookNode], name: str) -> None:
    names = [kind for kind, codes in ZOO.items() for _code in codes]
    stock, ours = ([cell for cell, of in zip(shown(run), names, strict=True) if of == name] for run in zoo)
    assert ours == stock


def test_test_cells_have_the_same_outputs_and_scores(warm: Warm) -> None:
    cells = [
        new_code_cell(code, metadata=meta(f"t{number}", grade=True, locked=True, points=3))
        for number, code in enumerate(TESTS)
    ]
    stock, ours = both(warm, cells)
    assert shown(ours) == shown(stock)
    assert [determine_grade(cell) for cell in ours.cells] == [determine_grade(cell) for cell in stock.cells]


def test_widget_state_is_kept(warm: Warm) -> None:
    stock, ours = both(warm, [new_code_cell(ZOO["widgets"][0])])
    assert len(str(ours.metadata.widgets)) == len(str(stock.metadata.widgets))


def test_a_cell_that_runs_too_long_is_interrupted_and_the_next_one_runs(warm: Warm) -> None:
    done = warm.run(new_notebook(cells=[new_code_cell("while True: pass"), new_code_cell("print(1)")]), timeout=1)
    assert [output.ename for output in done.cells[0].outputs] == ["KeyboardInterrupt", "CellTimeoutError"]
    assert done.cells[1].outputs[0].text == "1\n"


def test_a_notebook_in_another_language_is_refused_with_its_name(warm: Warm) -> None:
    notebook = new_notebook(metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}})
    with pytest.raises(UnsupportedKernel, match="asks for the kernel 'ir'"):
        WarmExecute(warm=warm).preprocess(notebook, {})


def test_errors_can_be_made_to_stop_the_run(warm: Warm) -> None:
    from nbclient.exceptions import CellExecutionError

    with pytest.raises(CellExecutionError):
        warm.run(new_notebook(cells=[new_code_cell("1 / 0")]), allow_errors=False)
