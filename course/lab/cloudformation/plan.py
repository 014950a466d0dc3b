"""What an update would change, before it is made: the changes of a change set.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from __future__ import annotations

from typing import Any

from course.lab.caller import Session
from course.lab.cloudformation import filling, schemas
from course.lab.cloudformation.kinds import kind_of
from course.lab.cloudformation.kinds.kind import Making
from course.lab.cloudformation.refusal import Refusal
from course.lab.cloudformation.store import Resource, Stack, Wanted
from course.lab.cloudformation.values import LATER, resolve


def changes(stack: Stack, wanted: Wanted, session: Session) -> list[dict[str, Any]]:
    """The changes in AWS's form, in the order in which they would be made."""
    scope = filling.scope_of(stack, wanted, session)
    real_reference, real_attribute = scope.reference, scope.attribute
    later: set[str] = set()
    parts = filling.present(wanted, scope)
    found = []

    def reference(name: str) -> Any:
        known = name in stack.resources and stack.resources[name].lives
        return real_reference(name) if known and name not in later else LATER

    def attribute(name: str, wanted_attribute: str) -> Any:
        known = name in stack.resources and stack.resources[name].lives
        return real_attribute(name, wanted_attribute) if known and name not in later else LATER

    scope.reference, scope.attribute = reference, attribute
    for name, part in parts.items():
        old = stack.resources.get(name)
        if old is None or not old.lives:
            found.append(_change("Add", name, part["Type"]))
            continue
        try:
            properties = resolve(part.get("Properties") or {}, scope)
            metadata = resolve(part.get("Metadata"), scope)
        except Refusal:
            properties, metadata = {}, None
        change = _modified(stack, session, old, part, properties, metadata, wanted)
        if change is not None:
            if change["Replacement"] == "True":
                later.add(name)
            found.append(change)
    for name in reversed(stack.resources):
        if name not in parts and stack.resources[name].lives:
            old = stack.resources[name]
            found.append(_change("Remove", name, old.kind, old.physical_id) | {"PolicyAction": _policy(old)})
    return [{"Type": "Resource", "ResourceChange": one} for one in found]


def _policy(resource: Resource) -> str:
    return {"Retain": "Retain", "Snapshot": "Snapshot"}.get(resource.keep, "Delete")


def _change(action: str, name: str, kind: str, physical_id: str = "") -> dict[str, Any]:
    change: dict[str, Any] = {
        "Action": action, "LogicalResourceId": name, "ResourceType": kind, "Scope": [], "Details": [],
    }  # fmt: skip
    return change | ({"PhysicalResourceId": physical_id} if physical_id else {})


def _modified(
    stack: Stack, session: Session, old: Resource, part: dict[str, Any], properties: dict[str, Any], metadata: Any,
    wanted: Wanted,
) -> dict[str, Any] | None:  # fmt: skip
    changed = sorted(
        name for name in {*old.properties, *properties} if old.properties.get(name) != properties.get(name)
    )
    scope = (["Properties"] if changed else []) + (["Metadata"] if metadata != old.metadata else [])
    if old.kind == "AWS::CloudFormation::Stack":
        scope = scope or ["Properties"]
    if not scope:
        return None
    if scope == ["Properties"] and changed == ["Tags"]:
        scope = ["Tags"]
    kind = kind_of(old.kind)
    making = Making(stack, session, old.logical_id, properties, part, old.physical_id, old.properties)
    details, always, perhaps = [], False, False
    for name in changed:
        forced = schemas.replaces(old.kind, name) or kind.must_replace(making, {name})
        open_value = _is_later(properties.get(name))
        recreation = "Never" if not forced else ("Conditionally" if open_value else "Always")
        always |= recreation == "Always"
        perhaps |= recreation == "Conditionally"
        target = {"Attribute": "Tags" if name == "Tags" else "Properties", "RequiresRecreation": recreation}
        if name != "Tags":
            target["Name"] = name
        details.append({
            "Target": target,
            "Evaluation": "Dynamic" if open_value else "Static",
            **_source(part.get("Properties", {}).get(name), wanted, stack),
        })  # fmt: skip
    if "Metadata" in scope:
        details.append({"Target": {"Attribute": "Metadata", "RequiresRecreation": "Never"}, "Evaluation": "Static",
                        "ChangeSource": "DirectModification"})  # fmt: skip
    change = _change("Modify", old.logical_id, old.kind, old.physical_id)
    replacement = "True" if always else "Conditional" if perhaps else "False"
    return change | {"Scope": scope, "Details": details, "Replacement": replacement}


def _is_later(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_later(one) for one in value.values())
    if isinstance(value, list):
        return any(_is_later(one) for one in value)
    return isinstance(value, str) and LATER in value


def _source(value: Any, wanted: Wanted, stack: Stack) -> dict[str, str]:
    """Whether the template itself changed here, or a parameter or a resource that it mentions."""
    if isinstance(value, dict) and len(value) == 1:
        function, given = next(iter(value.items()))
        if function == "Ref" and given in wanted.template.get("Parameters", {}):
            return {"ChangeSource": "ParameterReference", "CausingEntity": given}
        if function == "Ref" and given in wanted.template["Resources"]:
            return {"ChangeSource": "ResourceReference", "CausingEntity": given}
        if function == "Fn::GetAtt":
            entity = given if isinstance(given, str) else ".".join(str(one) for one in given)
            return {"ChangeSource": "ResourceAttribute", "CausingEntity": entity}
    return {"ChangeSource": "DirectModification"}
