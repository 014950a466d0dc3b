"""From Python with CDK to a cloud assembly; or, without the extra, to the assembly that the course ships."""

from __future__ import annotations

import importlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from course.lab.cdk import node, shipped
from course.lab.cdk.assembly import Assembly, from_folder, from_template
from course.lab.cdk.node import INSTALL, CdkMissing


class _Missing:
    """Stands for every name of CDK where the extra is not installed.

    Classes can be built on it and it may stand in annotations; whoever calls it learns what to install.
    """

    def __getattr__(self, name: str) -> _Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __mro_entries__(self, _bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def __call__(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise CdkMissing

    def __repr__(self) -> str:
        return "<CDK is not installed>"


missing: Any = _Missing()
"""What a lesson binds CDK's names to when `ready()` says False."""


def ready() -> bool:
    """Make `import aws_cdk` work with the packaged Node.js. False, and one sentence, without the extra."""
    if not node.installed():
        print(f"CDK is not installed; you see what it made elsewhere. To write CDK code yourself: {INSTALL}")
        return False
    node.prepare()
    return True


def app(context: Mapping[str, Any] | None = None) -> Any:
    """A new CDK app with a scratch output folder, which sends no statistics. Raises CdkMissing."""
    node.prepare()
    library: Any = importlib.import_module("aws_cdk")  # its types would make checking ours take minutes
    folder = tempfile.mkdtemp(prefix="cdk.out-")
    return library.App(outdir=folder, context=context, analytics_reporting=False, tree_metadata=False)


def synth(
    build: Callable[[Any], Any] | Mapping[str, Any] | str | Any,
    *,
    context: Mapping[str, Any] | None = None,
    shipped_as: str = "",
) -> Assembly:
    """What `cdk synth` makes of an app: the templates of its stacks, and their files.

    `build` is a function that gets a new app and puts stacks into it; or an app or stack; or a template, as a dict or
    as JSON, which somebody wrote without CDK. A function may also return a template. `shipped_as` names the assembly
    to take where the extra is missing.

    >>> synth({"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}}}).only.types
    {'AWS::SQS::Queue': 1}
    """
    if shipped_as and not node.installed():
        return shipped.load(shipped_as)
    target = app(context) if callable(build) and node.installed() else None
    made = build(target) if callable(build) else build
    if isinstance(made, str):
        made = json.loads(made)
    if isinstance(made, Mapping):
        return from_template(dict(made))
    found = _of_app(target if target is not None else made)
    if shipped_as:
        shipped.made[shipped_as] = found
    return found


def _of_app(made: Any) -> Assembly:
    if made is None:
        raise CdkMissing
    if not hasattr(made, "node"):
        raise TypeError(
            f"Nothing to synthesise: got {type(made).__name__}. Give a CDK app, a stack, or a template as a dict."
        )
    root = made.node.root
    if not hasattr(root, "synth"):
        raise TypeError("This stack stands in no app. Make it with the app as its scope: Stack(app, 'Name').")
    folder = Path(root.synth(force=True).directory)
    found = from_folder(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return found
