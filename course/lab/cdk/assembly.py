"""What `cdk synth` leaves behind: for each stack a template, and the files that it needs.

https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

QUALIFIER: Final = "hnb659fds"
"""CDK's default qualifier: it stands in the name of everything that bootstrapping makes."""
VERSION_NAME: Final = f"/cdk-bootstrap/{QUALIFIER}/version"
_SAME_DATE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Asset:
    """A file that a stack needs in S3 before it can be deployed, such as the zip of a function's code."""

    key: str
    content: bytes


@dataclass(frozen=True)
class SynthesisedStack:
    """One stack of an assembly.

    >>> one = SynthesisedStack("Shop", {"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}}})
    >>> one.types
    {'AWS::SQS::Queue': 1}
    """

    name: str
    template: dict[str, Any]
    assets: tuple[Asset, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    """Where in the tree of constructs each resource stands, by logical id."""

    @property
    def resources(self) -> dict[str, Any]:
        """The resources by logical id."""
        found: dict[str, Any] = self.template.get("Resources", {})
        return found

    @property
    def types(self) -> dict[str, int]:
        """How many resources of each type."""
        return dict(Counter(one["Type"] for one in self.resources.values()))

    @property
    def lines(self) -> int:
        """How long the resources are as JSON, as `cdk synth --json` prints them."""
        return len(json.dumps(self.resources, indent=2).splitlines())

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of the resources of one type, by logical id."""
        return {name: one.get("Properties", {}) for name, one in self.resources.items() if one["Type"] == kind}

    def to_json(self) -> str:
        """The template as text."""
        return json.dumps(self.template, indent=1)


@dataclass(frozen=True)
class Assembly:
    """The stacks of an app, in the order in which they must be deployed."""

    stacks: tuple[SynthesisedStack, ...]

    def __iter__(self) -> Iterator[SynthesisedStack]:
        return iter(self.stacks)

    def __getitem__(self, name: str) -> SynthesisedStack:
        for one in self.stacks:
            if one.name == name:
                return one
        raise KeyError(f"no stack named {name!r}; the app has {', '.join(one.name for one in self.stacks) or 'none'}")

    @property
    def only(self) -> SynthesisedStack:
        """The stack of an app that has one."""
        if len(self.stacks) != 1:
            raise ValueError(f"the app has {len(self.stacks)} stacks: {', '.join(one.name for one in self.stacks)}")
        return self.stacks[0]


def from_folder(folder: Path) -> Assembly:
    """Read a cloud assembly, the folder that CDK calls cdk.out."""
    manifest = json.loads((folder / "manifest.json").read_text())["artifacts"]
    found: dict[str, SynthesisedStack] = {}
    paths = _paths(folder)
    for name, artifact in manifest.items():
        if artifact["type"] == "aws:cloudformation:stack":
            about = artifact["properties"]
            template = json.loads((folder / about["templateFile"]).read_text())
            assets = _assets(folder, manifest.get(f"{name}.assets", {}), about["templateFile"])
            stack_name = about.get("stackName", name)
            found[name] = SynthesisedStack(stack_name, template, assets, about.get("tags", {}), paths.get(name, {}))
    return Assembly(tuple(found[name] for name in _in_order(found, manifest)))


def from_template(template: dict[str, Any], name: str = "Stack") -> Assembly:
    """An assembly of one stack that somebody wrote by hand."""
    return Assembly((SynthesisedStack(name, template),))


def template_key(stack: SynthesisedStack) -> str:
    """Where a stack's template lies in the bucket of assets: by its content, as all assets do."""
    return hashlib.sha256(stack.to_json().encode()).hexdigest() + ".json"


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip that depends on names and contents only: the same files make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _SAME_DATE), files[name])
    return packed.getvalue()


def _assets(folder: Path, artifact: dict[str, Any], template_file: str) -> tuple[Asset, ...]:
    if not artifact:
        return ()
    described = json.loads((folder / artifact["properties"]["file"]).read_text())
    if described.get("dockerImages"):
        raise ValueError("This app builds container images. The lab has no Docker: give the function code as a folder.")
    found = []
    for one in described.get("files", {}).values():
        if one["source"]["path"] == template_file:
            continue
        path = folder / one["source"]["path"]
        content = zipped(_read(path)) if one["source"]["packaging"] == "zip" else path.read_bytes()
        found += [Asset(target["objectKey"], content) for target in one["destinations"].values()]
    return tuple(found)


def _read(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _in_order(names: dict[str, SynthesisedStack], manifest: dict[str, Any]) -> list[str]:
    """Stacks after those that they depend on."""
    done: list[str] = []

    def visit(name: str) -> None:
        if name not in done and name in names:
            for other in manifest[name].get("dependencies", []):
                visit(other)
            done.append(name)

    for name in names:
        visit(name)
    return done


def _paths(folder: Path) -> dict[str, dict[str, str]]:
    """Per stack, the place in the tree of each logical id; CDK writes it for people who debug."""
    found: dict[str, dict[str, str]] = {}
    for file in folder.glob("*.metadata.json"):
        rows = {}
        for place, entries in json.loads(file.read_text()).items():
            for entry in entries:
                if entry.get("type") == "aws:cdk:logicalId":
                    rows[entry["data"]] = place.strip("/").removesuffix("/Resource")
        found[file.name.removesuffix(".metadata.json")] = rows
    return found
