"""How long a lesson's first cell takes against bare moto: fresh processes, taking turns, ratio of medians.

uv run python bench/start.py [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

OURS = "import course.lab; course.lab.start()"
PEER = "import boto3, moto; moto.mock_aws().start()"


def seconds(program: str) -> float:
    """Wall time of a fresh Python that runs the program, less nothing."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    seconds(OURS), seconds(PEER)  # fill the file cache
    ours, peer = zip(*((seconds(OURS), seconds(PEER)) for _ in range(runs)), strict=True)
    mine, theirs = statistics.median(ours), statistics.median(peer)
    print(f"course.lab.start()   {mine:.3f} s (median of {runs})")
    print(f"moto.mock_aws()      {theirs:.3f} s")
    print(f"ratio                {mine / theirs:.2f} (at most 1.3)")


if __name__ == "__main__":
    main()
