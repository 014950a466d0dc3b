"""How near the lab is to AWS: `python -m tests.fidelity.report` counts what tests/fidelity asserts.

*Closed* are behaviours of AWS that the lab shows and bare moto does not; *kept* are those that moto has right and that
the lab must not break. Each of them has the page of AWS's documentation that it follows.
"""

from __future__ import annotations

import argparse
import importlib
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from tests.fidelity.behaviour import Behaviour


def behaviours() -> dict[str, list[Behaviour]]:
    """All behaviours of the suite, by what became of them."""
    found: dict[str, list[Behaviour]] = {"closed": [], "kept": []}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        module = importlib.import_module(f"tests.fidelity.{path.stem}")
        found["closed"] += getattr(module, "CLOSED", [])
        found["kept"] += getattr(module, "KEPT", [])
    return found


def by_guide(some: list[Behaviour]) -> Counter[str]:
    """How many of them follow each service's guide."""
    return Counter(urlsplit(one.source).path.split("/")[1] or urlsplit(one.source).netloc for one in some)


def main() -> None:
    """Print both counts, by guide and in total."""
    argparse.ArgumentParser(prog="python -m tests.fidelity.report", description=__doc__).parse_args()
    found = behaviours()
    closed, kept = by_guide(found["closed"]), by_guide(found["kept"])
    print(f"{'Guide of AWS':32}{'closed':>8}{'kept':>8}")
    for guide in sorted(closed | kept, key=str.lower):
        print(f"{guide:32}{closed[guide]:8}{kept[guide]:8}")
    print(f"{'Total':32}{closed.total():8}{kept.total():8}")


if __name__ == "__main__":
    main()
