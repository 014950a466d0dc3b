"""`cdk diff`: what a deployment would change, and what it would replace.

https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-diff.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from course.lab.cdk.assembly import Assembly, SynthesisedStack
from course.lab.cdk.bootstrap import Environment
from course.lab.cdk.deploy import CAPABILITIES

_CHANGE_SET: Final = "cdk-diff-change-set"


@dataclass(frozen=True)
class Change:
    """One resource that differs."""

    sign: str
    """`+` new, `-` gone, `~` changed."""
    logical_id: str
    kind: str
    path: str = ""
    """Where the resource stands in the tree of constructs, if CDK made it."""
    details: tuple[tuple[str, Any, Any], ...] = ()
    """(property, deployed value, local value) of each difference; None where there is none."""
    replaced: bool = False
    kept: bool = False
    """Whether a resource that leaves the stack stays in the account."""

    def lines(self) -> Iterator[str]:
        """As `cdk diff` prints it."""
        note = " replace" if self.replaced else ""
        if self.sign == "-":
            note = " orphan" if self.kept else " destroy"
        yield " ".join(one for one in (f"[{self.sign}]", self.kind, self.path, self.logical_id + note) if one)
        for name, before, now in self.details:
            yield f"     {name}: {_short(before)} -> {_short(now)}"


@dataclass(frozen=True)
class Diff:
    """All differences between a deployed stack and the local one."""

    stack: str
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __str__(self) -> str:
        rows = [line for one in self.changes for line in one.lines()]
        return "\n".join([f"Stack {self.stack}", *(rows or ["There were no differences"])])

    def of(self, sign: str) -> list[str]:
        """The logical ids of the resources that are new (+), gone (-) or changed (~)."""
        return [one.logical_id for one in self.changes if one.sign == sign]

    @property
    def replaced(self) -> list[str]:
        """The logical ids of the resources that would be deleted and made anew."""
        return [one.logical_id for one in self.changes if one.replaced]


def diff(what: Assembly | SynthesisedStack, *, region: str | None = None) -> Diff:
    """Compare a stack with what is deployed under its name. Changes nothing."""
    stack = what if isinstance(what, SynthesisedStack) else what.only
    environment = Environment.current(region)
    client = environment.as_role("deploy").client("cloudformation")
    try:
        deployed = _as_dict(client.get_template(StackName=stack.name)["TemplateBody"])
    except ClientError:
        deployed = {}
    replaced = _replaced(client, stack, environment) if deployed else set()
    return Diff(stack.name, tuple(_changes(deployed.get("Resources", {}), stack, replaced)))


def _changes(deployed: dict[str, Any], stack: SynthesisedStack, replaced: set[str]) -> Iterator[Change]:
    for name, one in deployed.items():
        if name not in stack.resources:
            yield Change("-", name, one["Type"], kept=one.get("DeletionPolicy", "Delete").startswith("Retain"))
    for name, one in stack.resources.items():
        place = stack.paths.get(name, "")
        if name not in deployed:
            yield Change("+", name, one["Type"], place)
        elif one != deployed[name]:
            details = tuple(_differences("", {**deployed[name]}, {**one}))
            yield Change("~", name, one["Type"], place, details, name in replaced)


def _differences(place: str, before: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted({*before, *now}):
            inner = key if place in ("", "Properties") else f"{place}.{key}"
            yield from _differences(inner, before.get(key), now.get(key))
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (old, new) in enumerate(zip(before, now, strict=True)):
            yield from _differences(f"{place}[{number}]", old, new)
    elif before != now:
        yield place, before, now


def _replaced(client: Any, stack: SynthesisedStack, environment: Environment) -> set[str]:
    """Only CloudFormation knows which changes replace a resource: ask with a change set, and drop it."""
    made = client.create_change_set(
        StackName=stack.name,
        ChangeSetName=_CHANGE_SET,
        ChangeSetType="UPDATE",
        TemplateBody=stack.to_json(),
        Capabilities=CAPABILITIES,
        RoleARN=environment.role("cfn-exec"),
    )
    rows = client.describe_change_set(ChangeSetName=made["Id"])["Changes"]
    client.delete_change_set(ChangeSetName=made["Id"])
    return {
        row["ResourceChange"]["LogicalResourceId"]
        for row in rows
        if row["ResourceChange"].get("Replacement") in ("True", "Conditional")
    }


def _as_dict(body: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body if isinstance(body, str) else json.dumps(body))
    return found


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
