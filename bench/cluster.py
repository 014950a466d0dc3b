"""Is a thousand notebooks' work shared out evenly on a Dask cluster, and what does the scheduler cost for each?

    python bench/cluster.py                                # 1,000 notebooks on 4 workers with 5 threads each
    python bench/cluster.py --notebooks 4000 --workers 8

Real: the scheduler and worker processes, the orders with a notebook of the usual size, packs, verdicts, the window of
orders under way. Simulated: running the notebook; a worker waits for as long as it would take (0.2 to 2 s, most short,
scaled by --speed), so that two cores can play a cluster of twenty.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import distributed
import psutil
from traitlets.config import Config

from course.grading.cluster import Cluster, Order
from course.grading.pool import Task
from course.grading.referee import Pack, Verdict
from course.grading.warm import Warm

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK_BYTES, PACK_BYTES, VERDICT_BYTES = 80_000, 120_000, 250_000


class Simulation(Cluster):
    """A cluster whose workers wait in place of running notebooks."""

    @staticmethod
    def work(order: Order) -> tuple[Verdict, str]:
        seconds = float(order.student)
        time.sleep(seconds)
        text = random.Random(seconds).randbytes(VERDICT_BYTES // 2).hex()
        return Verdict(order.notebook, "ran", text=text, seconds=seconds), distributed.get_worker().address

    def _meet_workers(self) -> None:
        """Nothing need be warm."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notebooks", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4, help="worker processes")
    parser.add_argument("--threads", type=int, default=5, help="threads of each")
    parser.add_argument("--speed", type=float, default=1, help="how much shorter waits are than real notebooks")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-cluster-") as scratch:
        folder = Path(scratch)
        processes = _start(folder, args.workers, args.threads)
        try:
            _measure(folder, args, psutil.Process(processes[0].pid))
        finally:
            for process in reversed(processes):
                process.kill()
                process.wait()
    return 0


def _start(folder: Path, workers: int, threads: int) -> list[subprocess.Popen[bytes]]:
    address = folder / "scheduler.json"
    shared = ["--no-dashboard", "--scheduler-file", str(address)]
    commands = [["scheduler", "--port", "0", *shared]]
    more = ["--nthreads", str(threads), "--no-nanny", "--local-directory", str(folder)]
    commands += [["worker", *shared, *more, "--name", str(number)] for number in range(workers)]
    log = (folder / "log").open("ab")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "bench")])}
    return [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{command}", *options],
            cwd=folder, env=environment, stdout=log, stderr=log,
        )
        for command, *options in commands
    ]  # fmt: skip


def _measure(folder: Path, args: argparse.Namespace, scheduler: psutil.Process) -> None:
    while not (folder / "scheduler.json").exists():
        time.sleep(0.1)
    with distributed.Client(scheduler_file=str(folder / "scheduler.json"), set_as_default=False) as client:
        client.wait_for_workers(args.workers, timeout=120)
        address = client.scheduler.address
    notebook = folder / "notebook.ipynb"
    notebook.write_text("x" * NOTEBOOK_BYTES)
    (folder / "empty").mkdir()
    chance = random.Random(1)
    waits = [max(0.2, min(2.0, chance.lognormvariate(0, 0.5))) / args.speed for _ in range(args.notebooks)]
    tasks = [Task(n, f"{wait:.4f}", "lesson", str(notebook), str(folder / "empty")) for n, wait in enumerate(waits)]
    pack = Pack("section", "lesson", None, {"cell": {"source": "x" * PACK_BYTES}}, {}, (), ())
    cluster = Simulation(address, Warm(jobs=1, sandbox=False, services=()), Config(), {"lesson": pack})
    used = sum(scheduler.cpu_times()[:2])
    begin = time.perf_counter()
    done = sum(verdict.outcome == "ran" for _task, verdict in cluster.map(tasks))
    took = time.perf_counter() - begin
    used = sum(scheduler.cpu_times()[:2]) - used
    assert done == args.notebooks
    _print(args, cluster, took, sum(waits), used, scheduler)
    cluster.close()


def _print(args: argparse.Namespace, cluster: Cluster, took: float, work: float, used: float, scheduler: Any) -> None:
    threads = args.workers * args.threads
    counts = sorted(cluster.shares.values())
    memory = scheduler.memory_info().rss / 2**20
    mine = resource.getrusage(resource.RUSAGE_SELF)
    ours, spent = mine.ru_maxrss / 1024, mine.ru_utime + mine.ru_stime
    print(f"{args.notebooks} notebooks on {args.workers} workers with {args.threads} threads each")
    print(f"took                       {took:8.2f} s   (work {work:.1f} s; {work / threads:.2f} s if nothing was lost)")
    print(f"share of a worker          {counts[0]} to {counts[-1]} notebooks, {100 * work / threads / took:.0f} % busy")
    print(f"lost for each notebook     {1000 * (took * threads - work) / args.notebooks:8.1f} ms of a thread")
    print(f"scheduler, each notebook   {1000 * used / args.notebooks:8.1f} ms of processor, {memory:.0f} MB in all")
    print(f"the writer, each notebook  {1000 * spent / args.notebooks:8.1f} ms of processor, {ours:.0f} MB at most")


if __name__ == "__main__":
    sys.exit(main())
