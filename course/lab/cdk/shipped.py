"""Assemblies that CDK made from this course's lessons, for installations without the extra.

`python -m course.lab.cdk.ship` writes them; a test says when they are out of date.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final

from course.lab.cdk.assembly import Assembly, Asset, SynthesisedStack, zipped

FOLDER: Final = Path(__file__).with_name("templates")
made: dict[str, Assembly] = {}
"""What this process synthesised under a shipped name."""


def load(name: str) -> Assembly:
    """The assembly shipped under a name."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        raise LookupError(f"no assembly {name!r} is shipped (there are: {', '.join(names())})")
    return Assembly(tuple(_stack(one) for one in json.loads(path.read_text())["stacks"]))


def names() -> list[str]:
    """What is shipped."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def text(assembly: Assembly) -> str:
    """An assembly as the text of its file."""
    return json.dumps({"stacks": [_plain(one) for one in assembly]}, indent=1) + "\n"


def _plain(stack: SynthesisedStack) -> dict[str, Any]:
    return {
        "name": stack.name,
        "template": stack.template,
        "tags": stack.tags,
        "paths": stack.paths,
        "assets": {one.key: _files(one) for one in stack.assets},
    }


def _stack(row: dict[str, Any]) -> SynthesisedStack:
    assets = tuple(Asset(key, _content(key, files)) for key, files in row["assets"].items())
    return SynthesisedStack(row["name"], row["template"], assets, row["tags"], row["paths"])


def _files(asset: Asset) -> dict[str, str]:
    if not asset.key.endswith(".zip"):
        return {"": asset.content.decode()}
    with zipfile.ZipFile(io.BytesIO(asset.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _content(key: str, files: dict[str, str]) -> bytes:
    plain = {name: one.encode() for name, one in files.items()}
    return zipped(plain) if key.endswith(".zip") else plain[""]
