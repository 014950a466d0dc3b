"""`python -m course.lab.cdk.ship`: write the assemblies that installations without the extra use.

Runs the CDK lesson of this checkout, so that what is shipped is what its code makes.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Final

from course.lab.cdk import shipped
from course.lab.cdk.node import CdkMissing, installed

LESSON: Final = Path(__file__).parents[3] / "source/09-cicd/03-cdk.py"


def synthesised() -> dict[str, str]:
    """The text of every file to ship, by name. Raises CdkMissing without the extra."""
    if not installed():
        raise CdkMissing
    shipped.made.clear()
    names: dict[str, object] = {"__name__": "lesson"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells(LESSON.read_text()):
            exec(compile(cell, str(LESSON), "exec"), names)
    return {name: shipped.text(one) for name, one in shipped.made.items()}


def cells(lesson: str) -> list[str]:
    """The cells that synthesise what is shipped, and the set-up that they need."""
    found = []
    for cell in lesson.split("\n# %%")[1:]:
        head, _, body = cell.partition("\n")
        if "[markdown]" not in head and ('setup="' in head or "shipped_as=" in body):
            found.append(body)
    return found


def main() -> None:
    """Write the files; those that no lesson makes any more go."""
    texts = synthesised()
    shipped.FOLDER.mkdir(exist_ok=True)
    for name in set(shipped.names()) - set(texts):
        (shipped.FOLDER / f"{name}.json").unlink()
    for name, text in texts.items():
        (shipped.FOLDER / f"{name}.json").write_text(text)
    print(f"{len(texts)} assemblies in {shipped.FOLDER}")


if __name__ == "__main__":
    main()
