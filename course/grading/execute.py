"""`WarmExecute`: nbgrader's `Execute` preprocessor with warm processes in place of kernels.

The course's nbgrader_config.py says, for ``nbgrader autograde`` and the formgrader::

    from course.grading.execute import autograde_preprocessors
    c.Autograde.autograde_preprocessors = autograde_preprocessors()
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.autograde import Autograde
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets import Bool, Instance

from course.grading.kernel import WarmClient, WarmKernelManager
from course.grading.warm import Warm

_SKIP = Execute.class_traits()["skip_cells_with_tag"].default()
_shared: Warm | None = None
_shared_lock = threading.Lock()


def shared_warm(sandbox: bool = True) -> Warm:
    """Return the warm process of this Python process, started at the first use and closed at exit."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Warm(sandbox=sandbox)
            atexit.register(_shared.close)
        return _shared


@contextmanager
def use_warm(warm: Warm) -> Iterator[Warm]:
    """Let every `WarmExecute` made inside the block fork from ``warm``; nbgrader makes them by itself."""
    global _shared
    with _shared_lock:
        before, _shared = _shared, warm
    try:
        yield warm
    finally:
        with _shared_lock:
            _shared = before


class WarmExecute(Execute):
    """Runs a notebook's cells in a fork of a warm process; otherwise as nbgrader's `Execute` does.

    A notebook whose process dies is graded all the same: the cells that did not run to their end hold an error.
    After `preprocess`, ``resources["course"]`` says how it went: ``outcome`` (``"ran"``, ``"tampered"`` or
    ``"stopped"``), the ``reason``, the ``seconds`` it took in all and in its cells, and the three slowest cells.
    """

    warm = Instance(Warm, allow_none=True, help="Where to fork from; by default one for the whole Python process.")
    sandbox = Bool(True, help="Whether notebooks run in a sandbox; False trusts every submission.").tag(config=True)

    def create_kernel_manager(self) -> WarmKernelManager:
        """Return a manager that forks; refuse notebooks in other languages."""
        spec = self.nb.metadata.get("kernelspec", {})
        language = spec.get("language") or "python"
        name = spec.get("name") or "python3"
        if language.lower() != "python" or not name.startswith("python"):
            raise UnsupportedKernel(
                f"the notebook asks for the kernel '{name}' ({language}); only Python notebooks can be graded. "
                "Open it with a Python kernel and save it again."
            )
        self.km = WarmKernelManager(self.warm or shared_warm(self.sandbox))
        return self.km

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Execute every code cell of ``nb``, in place."""
        resources = {} if resources is None else resources
        warm = self.warm or shared_warm(self.sandbox)
        self._locked = locked_sources(resources)
        with warm.taking_turns():
            begin = time.monotonic()
            for left in range(self.execute_retries, -1, -1):
                self._tampered: list[str] = []
                self._proven: set[int] = set()
                self._seconds: list[tuple[float, str]] = []
                try:
                    super().preprocess(nb, resources, km)
                except (DeadKernelError, CellTimeoutError) as error:
                    if left == 0:
                        self._give_up(nb, resources, error)
                        break
                else:
                    reason = "; ".join(self._tampered)
                    resources["course"] = {"outcome": "tampered" if reason else "ran", "reason": reason}
                    break
            self._doubt(nb)
            resources["course"]["seconds"] = round(time.monotonic() - begin, 3)
            resources["course"]["cell_seconds"] = round(sum(seconds for seconds, _line in self._seconds), 3)
            resources["course"]["slowest"] = sorted(self._seconds, reverse=True)[:3]
        return nb, resources

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], index: int) -> Any:
        """Execute one cell, as what it is."""
        assert isinstance(self.kc, WarmClient)
        self._client, self._reached = self.kc, index
        self._role = self._role_of(cell)
        self.kc.next_cell = {"role": self._role}
        # A learner's own cell may ask to be left out; a cell of the lesson is always run.
        self.skip_cells_with_tag = "" if self._role else _SKIP
        return super().preprocess_cell(cell, resources, index)

    def _role_of(self, cell: NotebookNode) -> str | None:
        """Return ``"test"`` or ``"locked"`` for the cells that the lesson brings, None for the learner's."""
        if cell.cell_type != "code" or not is_locked(cell):
            return None
        if self._locked is not None and self._locked.get(cell.metadata.nbgrader.get("grade_id")) != cell.source:
            return None
        return "test" if is_grade(cell) else "locked"

    def on_cell_executed(self, **named: Any) -> None:
        """Let a test cell's verdict decide, whatever its outputs say; then do as nbgrader does."""
        cell, reply = named["cell"], named["execute_reply"]["content"]
        self._seconds.append((reply.pop("seconds", 0.0), cell.source.lstrip().partition("\n")[0][:80]))
        if self._role == "test":
            if reply.get("ename") == "Tampered":
                self._tampered.append(str(reply.get("evalue", "")))
            cell.outputs = _true_outputs(cell.outputs, reply)
            self._proven.add(named["cell_index"])
        super().on_cell_executed(**named)

    def _doubt(self, nb: NotebookNode) -> None:
        """Put an error on every test that has not reported its end, for whatever reason."""
        for index, cell in enumerate(nb.cells):
            is_test = cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)
            if is_test and index not in self._proven and not any(o.output_type == "error" for o in cell.outputs):
                said = "this test did not run to its end"
                cell.outputs = [new_output("error", ename="Stopped", evalue=said, traceback=[f"Stopped: {said}"])]

    def _give_up(self, nb: NotebookNode, resources: dict[str, Any], error: Exception) -> None:
        """Mark the cell at which the process died, and those after it that were to run."""
        ended = "a cell ran past its time and could not be stopped" if isinstance(error, CellTimeoutError) else ""
        reason = self._client.dead or ended or "the notebook process ended"
        resources["course"] = {"outcome": "stopped", "reason": reason}
        for index, cell in enumerate(nb.cells[self._reached :], self._reached):
            if cell.cell_type == "code" and cell.source.strip():
                said = reason if index == self._reached else f"not run: an earlier cell stopped the notebook ({reason})"
                if index > self._reached:
                    cell.outputs = []
                cell.outputs.append(new_output("error", ename="Stopped", evalue=said, traceback=[f"Stopped: {said}"]))

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str, cell_index: int) -> Any:
        """Add an output; text that follows text on the same stream continues it."""
        added = super().output(outs, msg, display_id, cell_index)
        if added is not None and added.output_type == "stream" and len(outs) > 1:
            before = outs[-2]
            if before.output_type == "stream" and before.name == added.name:
                before.text += outs.pop().text
                return before
        return added


def locked_sources(resources: dict[str, Any]) -> dict[str, str] | None:
    """Return the lesson's own cells by id, from the gradebook; None outside nbgrader, where metadata is believed."""
    facts = resources.get("nbgrader")
    if not facts or "db_url" not in facts:
        return None
    if "locked_sources" in facts:
        return dict(facts["locked_sources"])
    with Gradebook(facts["db_url"]) as gradebook:
        try:
            notebook = gradebook.find_notebook(facts["notebook"], facts["assignment"])
        except MissingEntry:
            return None
        return {cell.name: cell.source for cell in notebook.source_cells if cell.locked}


def _true_outputs(outputs: list[NotebookNode], reply: dict[str, Any]) -> list[NotebookNode]:
    """Return a test cell's outputs with a result only if it ended in one, and a number as the number it is.

    nbgrader looks at outputs in their order and takes a result that comes before an error for the score.
    """
    kept = []
    for output in outputs:
        if output.output_type == "execute_result":
            if not reply.get("displayed"):
                continue
            if reply.get("value") is not None:
                output["data"]["text/plain"] = repr(reply["value"])
        kept.append(output)
    return kept


class UnsupportedKernel(Exception):
    """The notebook is not in Python."""


def autograde_preprocessors() -> list[type]:
    """Return nbgrader's list of autograding steps with `WarmExecute` in the place of `Execute`."""
    steps = Autograde.class_traits()["autograde_preprocessors"].default()
    return [WarmExecute if step is Execute else step for step in steps]
